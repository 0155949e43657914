"""A preview says what will happen, and nothing happens."""

import hashlib
import shutil
import zipfile

import pytest

from cpts_data import received
from cpts_data.contracts import ContractError
from cpts_data.space import DEMONSTRATION, creating, known_spaces
from cpts_data.space.creating import create_space, may_change, name_fault, shelf
from cpts_data.space.previewing import preview
from cpts_data.space.receiving import add_files
from tests.official_layouts import (
    APL,
    POPULATIONS,
    apl_workbook,
    filosofi_rows,
    populations_rows,
    write_csv,
)


@pytest.fixture
def space(five_space, tmp_path):
    copied = tmp_path / "espace"
    shutil.copytree(five_space, copied)
    return copied


def everything_in(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_new_file_is_recognised_and_described(five_files, space, tmp_path):
    shutil.rmtree(space / "insee_filosofi")
    odd = shutil.copyfile(five_files["insee_filosofi"], tmp_path / "n'importe quoi.dat")
    before = everything_in(space)
    (seen,) = preview(space, [odd])
    assert seen.accepted
    assert (seen.source_id, seen.rows, seen.periods) == ("insee_filosofi", 13, ("2021",))
    assert seen.title.startswith("Revenus, niveaux de vie et pauvreté")
    assert (seen.replaces, seen.already_here, seen.undated) == ((), False, False)
    assert list(seen.head["code"]) == ["01004", "2A004", "97411", "69123", "69381"]
    assert everything_in(space) == before


def test_what_it_would_replace_is_told_and_left(space, tmp_path):
    newer = apl_workbook(tmp_path / "nouveau.xlsx", {2023: {"01004": APL["01004"]}})
    more = apl_workbook(tmp_path / "tout.xlsx", {2023: APL, 2022: APL})
    before = everything_in(space)
    few, many = (preview(space, [path])[0] for path in (newer, more))
    # One commune of twelve is less than half of the old file: both stay.
    assert few.replaces == ()
    assert (many.replaces, many.replaced_rows, many.rows) == (("apl.xlsx",), 12, 24)
    assert many.periods == ("2022", "2023")
    assert everything_in(space) == before


def test_the_preview_is_what_happens(five_files, space, tmp_path):
    files = [
        apl_workbook(tmp_path / "tout.xlsx", {2023: APL, 2022: APL}),
        write_csv(tmp_path / "pop.csv", populations_rows(POPULATIONS | {"01004": 1100})),
        write_csv(tmp_path / "inconnu.csv", [("a", "b"), (1, 2)]),
        five_files["cpts_liste"],
    ]
    seen = {item.file: item for item in preview(space, files, vintage="2022")}
    done = {receipt.file: receipt for receipt in add_files(space, files, vintage="2022")}
    assert seen.keys() == done.keys()
    for name, receipt in done.items():
        assert seen[name].accepted == receipt.accepted
        assert (seen[name].source_id, seen[name].rows) == (receipt.source_id, receipt.rows)
        assert seen[name].replaces == receipt.replaced
        assert seen[name].remarks == receipt.remarks
        assert [str(fault) for fault in seen[name].faults] == [str(f) for f in receipt.faults]
    assert seen["pop.csv"].periods == ("2022",)


def test_the_same_file_is_said_to_be_here_already(five_files, space, tmp_path):
    again = shutil.copyfile(five_files["drees_apl"], tmp_path / "autre nom.xlsx")
    for path in (five_files["drees_apl"], again):
        (seen,) = preview(space, [path])
        assert seen.already_here


def test_a_year_that_the_file_does_not_tell_is_asked(five_files, tmp_path):
    (seen,) = preview(tmp_path / "nouveau", [five_files["populations_legales"]])
    assert seen.undated
    assert seen.periods == ()
    (dated,) = preview(tmp_path / "nouveau", [five_files["populations_legales"]], vintage="2021")
    assert not dated.undated
    assert dated.periods == ("2021",)
    assert not (tmp_path / "nouveau").exists()


def test_a_code_file_of_the_same_batch_is_known_to_the_others(tmp_path):
    files = sorted(
        path
        for name in ("cpts_perimetres", "populations_legales", "cog")
        for path in (DEMONSTRATION / name).glob("*.csv")
    )
    seen = preview(tmp_path / "ile", files)
    assert [item.file for item in seen if not item.accepted] == []
    assert len(seen) == 9


def test_archives_are_opened_and_refusals_are_words(five_files, space, tmp_path, monkeypatch):
    packed = tmp_path / "archive.zip"
    wrong = write_csv(tmp_path / "faux.csv", filosofi_rows({"01004": ("x", "1", "2", "3")}))
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(five_files["cpts_liste"], "dossier/liste.csv")
        archive.write(wrong, "faux.csv")
        archive.writestr("lisez-moi.pdf", "rien")
    seen = {item.file: item for item in preview(space, [packed])}
    assert set(seen) == {"liste.csv", "faux.csv"}
    assert {item.received_in for item in seen.values()} == {"archive.zip"}
    assert seen["liste.csv"].accepted
    (fault,) = seen["faux.csv"].faults
    assert (fault.row, fault.column) == (2, "NBMENFISC21")
    told = " ".join(remark for item in seen.values() for remark in item.remarks)
    assert "« lisez-moi.pdf »" in told

    monkeypatch.setattr(received.heads, "BOMB_SIZE", 1000)
    bomb = tmp_path / "bombe.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", b"0" * 1_000_000)
    (refused,) = preview(space, [bomb])
    assert not refused.accepted
    assert "1,0\u00a0Mo une fois décompressé" in str(refused.faults[0])


def test_persons_are_not_shown(tmp_path):
    rows = [
        ("cpts_id", "nom", "Président", "courriel du contact"),
        ("C1", "CPTS 1", "Mme X", "x@y"),
    ]
    (seen,) = preview(tmp_path / "e", [write_csv(tmp_path / "liste.csv", rows)])
    assert seen.accepted
    shown = seen.head.to_csv()
    assert "CPTS 1" in shown
    assert "Mme X" not in shown
    assert "x@y" not in shown


def test_contours_are_not_shown(five_files, tmp_path):
    (seen,) = preview(tmp_path / "e", [five_files["contours_communes"]])
    assert seen.accepted
    assert "geometry" not in seen.head
    assert seen.head["code"].iloc[0] == "01004"


# --------------------------------------------------------------------------- new spaces


@pytest.fixture
def etagere(tmp_path, monkeypatch):
    folder = tmp_path / "etagere"
    folder.mkdir()
    monkeypatch.setenv("CPTS_DATA", str(folder))
    return folder


@pytest.mark.parametrize(
    "name",
    ["", "  ", "../ailleurs", "a/b", "a\\b", ".cache", "-x", "deux mots", "a.b", "c:", "x" * 61],
)
def test_a_name_is_no_path(etagere, name):
    assert name_fault(name)
    with pytest.raises(ContractError):
        create_space(name)
    assert list(etagere.iterdir()) == []


def test_a_space_is_made_on_the_shelf_and_offered(etagere):
    space = create_space(" ars-paca-2026 ")
    assert space == etagere / "ars-paca-2026"
    assert known_spaces()["ars-paca-2026"] == space
    assert may_change(space)
    for taken in ("ars-paca-2026", "ARS-Paca-2026", "demonstration"):
        assert "porte déjà le nom" in str(name_fault(taken))


def test_the_shelf_is_the_first_folder_that_is_no_space(five_space, tmp_path, monkeypatch):
    monkeypatch.setenv("CPTS_DATA", f"{five_space}:{tmp_path / 'absent' / 'x'}:{tmp_path}")
    assert shelf() == tmp_path
    monkeypatch.setenv("CPTS_DATA", str(five_space))
    assert shelf() is None
    with pytest.raises(ContractError, match="aucun dossier où créer"):
        create_space("nouveau")
    monkeypatch.setenv("CPTS_DATA", "")
    monkeypatch.setattr(creating, "DEFAULT_SHELF", tmp_path / "espaces")
    assert shelf() == tmp_path / "espaces"
    assert create_space("nouveau").parent == tmp_path / "espaces"


def test_the_demonstration_is_never_changed():
    assert not may_change(DEMONSTRATION)


def test_where_links_are_not_allowed_the_space_is_copied(five_files, space, monkeypatch):
    def refuse(self, target):
        raise OSError("no links here")

    monkeypatch.setattr(type(space), "symlink_to", refuse)
    before = everything_in(space)
    (seen,) = preview(space, [five_files["drees_apl"]])
    assert seen.already_here
    assert everything_in(space) == before
