"""What entered can leave: the files it had replaced come back as they were, with their record."""

import shutil
from pathlib import Path

import pytest

from cpts_data.space import Space, fingerprint, received_files
from cpts_data.space.previous import PREVIOUS, read_previous
from cpts_data.space.provenance import read_provenance, sha256_of
from cpts_data.space.receiving import add_files
from cpts_data.space.undoing import replaced_by, undo
from tests.official_layouts import APL, PERIMETERS, apl_workbook, write_csv

SOURCE = "drees_apl"


@pytest.fixture
def space(five_space, tmp_path):
    copied = tmp_path / "espace"
    shutil.copytree(five_space, copied)
    return copied


def newer(folder, value, name="apl.xlsx"):
    folder.mkdir(exist_ok=True)
    return apl_workbook(folder / name, {2023: dict(APL) | {"01004": (value, value, 1, 1)}})


def names_in(folder):
    return [path.name for path in received_files(folder)]


def apl_of(space, code="01004"):
    table = Space.open(space).table(SOURCE)
    return float(table.loc[table["code"] == code, "apl_mg"].iloc[0])


def test_the_file_replaced_comes_back_as_it_was(space, tmp_path):
    before = (fingerprint(space), read_provenance(space / SOURCE))
    (added,) = add_files(space, [newer(tmp_path / "a", 9.0)])
    assert apl_of(space) == 9.0
    assert [item.record.nom for item in replaced_by(space / SOURCE, added.stored)] == ["apl.xlsx"]
    receipt = undo(space, SOURCE, added.stored)
    assert receipt.accepted
    assert receipt.replaced == ("apl.xlsx",)
    assert receipt.remarks == (
        f"« {added.stored} » est retiré de l'espace et conservé de côté.",
        "« apl.xlsx » reprend sa place.",
    )
    assert (fingerprint(space), read_provenance(space / SOURCE)) == before
    assert apl_of(space) == 2.0
    assert not Space.open(space).states[SOURCE].faults


def test_the_undone_file_is_kept_with_its_record(space, tmp_path):
    path = newer(tmp_path / "a", 9.0)
    (added,) = add_files(space, [path], vintage="2023")
    undo(space, SOURCE, added.stored)
    (kept,) = read_previous(space / SOURCE)
    assert (kept.record.nom, kept.record.millesime) == (added.stored, "2023")
    assert kept.successor == ""
    assert sha256_of(space / SOURCE / PREVIOUS / kept.kept_as) == sha256_of(path)


def test_additions_are_undone_one_by_one_down_to_the_first(space, tmp_path):
    stored = []
    for step, value in enumerate((6.0, 7.0, 8.0, 9.0)):
        (receipt,) = add_files(space, [newer(tmp_path / str(step), value)])
        stored.append(receipt.stored)
    for name, value in zip(reversed(stored), (8.0, 7.0, 6.0, 2.0), strict=True):
        receipt = undo(space, SOURCE, name)
        assert len(receipt.replaced) == 1
        assert apl_of(space) == value


def test_a_file_that_replaced_several_gives_all_back(space, tmp_path):
    folder = space / "cpts_perimetres"
    (first,) = names_in(folder)
    other = [("cpts_id", "code_commune"), ("CPTS-Z", "55040")]
    (added,) = add_files(space, [write_csv(tmp_path / "autre.csv", other)])
    assert added.replaced == ()
    rows = [("cpts_id", "code_commune", "part"), *PERIMETERS, ("CPTS-Z", "55040", "")]
    (whole,) = add_files(space, [write_csv(tmp_path / "tout.csv", rows)])
    assert sorted(whole.replaced) == sorted(["autre.csv", first])
    receipt = undo(space, "cpts_perimetres", "tout.csv")
    assert sorted(receipt.replaced) == sorted(["autre.csv", first])
    assert names_in(folder) == sorted(["autre.csv", first])
    assert len(Space.open(space).table("cpts_perimetres")) == len(PERIMETERS) + 1


def test_a_file_that_replaced_nothing_just_leaves(space):
    (name,) = names_in(space / "insee_filosofi")
    receipt = undo(space, "insee_filosofi", name)
    assert receipt.replaced == ()
    assert names_in(space / "insee_filosofi") == []
    assert not Space.open(space).has("insee_filosofi")
    assert (space / "insee_filosofi" / PREVIOUS / name).is_file()


def test_a_name_taken_meanwhile_is_not_overwritten(space, tmp_path):
    (added,) = add_files(space, [newer(tmp_path / "a", 9.0)])
    taken = space / SOURCE / "apl.xlsx"
    shutil.copyfile(apl_workbook(tmp_path / "x.xlsx", {2019: APL}), taken)
    digest = sha256_of(taken)
    (back,) = undo(space, SOURCE, added.stored).replaced
    assert back != "apl.xlsx"
    assert sha256_of(taken) == digest
    assert apl_of(space) == 2.0


def test_a_replaced_file_that_is_gone_is_told(space, tmp_path):
    (added,) = add_files(space, [newer(tmp_path / "a", 9.0)])
    (space / SOURCE / PREVIOUS / "apl.xlsx").write_bytes(b"autre chose")
    receipt = undo(space, SOURCE, added.stored)
    assert receipt.accepted
    assert receipt.replaced == ()
    assert "« apl.xlsx », qu'il remplaçait, n'est plus conservé" in receipt.remarks[-1]


@pytest.mark.parametrize(
    ("source_id", "name"),
    [
        (SOURCE, "absent.xlsx"),
        (SOURCE, "provenance.toml"),
        (SOURCE, "../insee_filosofi/filosofi.csv"),
        ("..", "espace.toml"),
        ("inconnue", "x.csv"),
    ],
)
def test_what_the_space_does_not_hold_is_refused_in_words(space, source_id, name):
    before = fingerprint(space)
    receipt = undo(space, source_id, name)
    assert not receipt.accepted
    assert "aucun fichier de ce nom" in str(receipt.faults[0])
    assert fingerprint(space) == before


def test_interrupted_anywhere_the_space_is_as_before_or_as_after(space, tmp_path, monkeypatch):
    """Every rename may be the last thing that happens: the figure is the old or the new one."""
    (added,) = add_files(space, [newer(tmp_path / "a", 9.0)])
    seen = set()
    for stop in range(12):
        copy = tmp_path / f"essai{stop}"
        shutil.copytree(space, copy)
        true_replace, count = Path.replace, 0

        def cut(self, target, stop=stop, true_replace=true_replace):
            nonlocal count
            if count == stop:
                raise KeyboardInterrupt
            count += 1
            return true_replace(self, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", cut)
            try:
                undo(copy, SOURCE, added.stored)
                finished = True
            except KeyboardInterrupt:
                finished = False
        assert len(names_in(copy / SOURCE)) == 1
        seen.add(apl_of(copy))
        # Whatever was left behind, undoing again ends the work.
        if apl_of(copy) == 9.0:
            assert undo(copy, SOURCE, added.stored).accepted
        assert apl_of(copy) == 2.0
        assert names_in(copy / SOURCE) == ["apl.xlsx"]
        if finished:
            break
    assert finished
    assert seen == {9.0, 2.0}
