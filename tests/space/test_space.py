"""A space: checked once, then read from its cache; a bad file is set aside, the rest opens."""

import os
import shutil

import geopandas as gpd
import pytest

from cpts_data import space as space_module
from cpts_data.contracts import ContractError
from cpts_data.diagnostic import Diagnostic
from cpts_data.sources import MODULES
from cpts_data.space import Space, fingerprint, known_spaces, read_file
from cpts_data.space.receiving import add_files
from tests.official_layouts import (
    LYON,
    POPULATIONS,
    apl_workbook,
    filosofi_rows,
    geojson,
    populations_rows,
    square,
    write_csv,
)


@pytest.fixture
def copied(five_space, tmp_path):
    """A copy of the five communes' space that a test may spoil."""
    return shutil.copytree(five_space, tmp_path / "copie")


def opened_without_readers(path, monkeypatch):
    def forbidden(*_):
        raise AssertionError("a file was read again")

    with monkeypatch.context() as patched:
        for module in MODULES.values():
            patched.setattr(module, "read", forbidden)
        patched.setattr(space_module, "read_file", forbidden)
        space = Space.open(path)
        tables = {name: space.table(name) for name in space.states}
    return space, tables


# --------------------------------------------------------------------------- opening


def test_the_second_opening_reads_parquet_only(five_space, monkeypatch):
    first = Space.open(five_space)
    for name in first.states:
        first.table(name)
    second, tables = opened_without_readers(five_space, monkeypatch)
    assert second.fingerprint == first.fingerprint
    for name, table in tables.items():
        assert table.equals(first.table(name)), name
    assert isinstance(tables["contours_communes"], gpd.GeoDataFrame)
    assert tables["contours_communes"].crs.to_epsg() == 4326


def test_adding_a_file_already_keeps_its_table(five_files, tmp_path, monkeypatch):
    add_files(tmp_path / "e", [five_files["drees_apl"]])
    _, tables = opened_without_readers(tmp_path / "e", monkeypatch)
    assert len(tables["drees_apl"]) == 12


def test_the_cache_may_vanish_or_break(copied):
    expected = Space.open(copied).table("drees_apl")
    for path in (copied / ".cache").iterdir():
        path.write_bytes(b"broken")
    assert Space.open(copied).table("drees_apl").equals(expected)
    shutil.rmtree(copied / ".cache")
    assert Space.open(copied).table("drees_apl").equals(expected)


def test_a_table_that_vanished_after_opening(copied):
    space = Space.open(copied)
    expected = space.table("drees_apl")
    shutil.rmtree(copied / ".cache")
    (copied / ".cache").mkdir()
    space._tables.clear()
    assert space.table("drees_apl").equals(expected)


def test_a_read_only_space_opens(copied, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    shutil.rmtree(copied / ".cache")
    (copied / ".cache").write_text("a file where the cache should be")
    space = Space.open(copied)
    assert len(space.table("drees_apl")) == 12
    assert list((tmp_path / "xdg").rglob("*.parquet"))


def test_an_absent_folder(tmp_path):
    with pytest.raises(ContractError, match="aucun dossier à cette adresse"):
        Space.open(tmp_path / "absent")


def test_an_empty_folder_is_a_space(tmp_path):
    space = Space.open(tmp_path)
    assert space.states == {}
    assert not space.has("drees_apl")
    assert space.title == tmp_path.name
    with pytest.raises(KeyError):
        space.table("drees_apl")
    assert space.remarks("drees_apl") == []


def test_a_bad_file_is_set_aside_and_the_rest_opens(copied):
    before = Space.open(copied).table("populations_legales")
    write_csv(copied / "populations_legales" / "abimé.csv", populations_rows({"01004": "x"}))
    write_csv(copied / "drees_apl" / "pas un classeur.csv", [("a", "b"), (1, 2)])
    space = Space.open(copied)
    state = space.states["populations_legales"]
    assert [file.kept for file in sorted(state.files, key=lambda file: file.path.name)] == [
        False,
        True,
    ]
    assert {fault.file for fault in state.faults} == {"abimé.csv"}
    assert "« x »" in {fault.found for fault in state.faults}
    assert space.table("populations_legales").equals(before)
    assert space.states["drees_apl"].faults[0].found == (
        "un contenu qui n'est pas celui de cette source"
    )


def test_a_reader_that_breaks_is_told_and_stops_nothing(copied, monkeypatch):
    def broken(_):
        raise KeyError("colonne")

    shutil.rmtree(copied / ".cache")
    monkeypatch.setattr(MODULES["insee_filosofi"], "read", broken)
    space = Space.open(copied)
    (fault,) = space.states["insee_filosofi"].faults
    assert "KeyError" in fault.found
    assert space.has("drees_apl")


def test_a_folder_made_by_hand_is_a_space(five_files, tmp_path):
    for source in ("populations_legales", "drees_apl"):
        (tmp_path / source).mkdir()
        shutil.copy(five_files[source], tmp_path / source)
    (tmp_path / "espace.toml").write_text('titre = "Mon espace"\nfictif = true\n', encoding="utf-8")
    space = Space.open(tmp_path)
    assert (space.title, space.fictitious) == ("Mon espace", True)
    assert space.table("populations_legales")["period"].unique().tolist() == ["2024"]
    assert "Millésime 2024 déduit" in space.remarks("populations_legales")[0]
    (tmp_path / "espace.toml").write_text("titre = ", encoding="utf-8")
    assert Space.open(tmp_path).title == tmp_path.name


def test_the_fingerprint_follows_the_files(copied):
    first = fingerprint(copied)
    assert fingerprint(copied) == first
    (copied / "drees_apl" / ".caché").write_text("x")
    (copied / "drees_apl" / "provenance.toml").write_text("")
    assert fingerprint(copied) == first
    os.utime(copied / "drees_apl" / "apl.xlsx", ns=(1, 1))
    second = fingerprint(copied)
    assert second != first
    (copied / "drees_apl" / "apl.xlsx").unlink()
    assert fingerprint(copied) not in (first, second)


def test_known_spaces(tmp_path, monkeypatch, five_space):
    (tmp_path / "mes espaces" / "vide").mkdir(parents=True)
    shutil.copytree(five_space, tmp_path / "mes espaces" / "ardèche")
    listed = os.pathsep.join([str(tmp_path / "mes espaces"), str(five_space), "/absent"])
    monkeypatch.setenv("CPTS_DATA", listed)
    found = known_spaces()
    assert set(found) == {"demonstration", "ardèche", "cinq-communes"}
    assert found["cinq-communes"] == five_space
    # two spaces of one name are both offered
    shutil.copytree(five_space, tmp_path / "ailleurs" / "ardèche")
    monkeypatch.setenv("CPTS_DATA", f"{listed}{os.pathsep}{tmp_path / 'ailleurs'}")
    again = known_spaces()
    assert set(again) == {*found, "ailleurs-ardèche"}
    assert again["ardèche"] == found["ardèche"]


# --------------------------------------------------------------------------- several files


def test_two_years_of_populations_live_side_by_side(five_files, tmp_path):
    younger = {code: people * 2 for code, people in POPULATIONS.items()}
    path = write_csv(tmp_path / "autres.csv", populations_rows(younger))
    add_files(tmp_path / "e", [five_files["populations_legales"]], vintage="2020")
    add_files(tmp_path / "e", [path], vintage="2021")
    table = Space.open(tmp_path / "e").table("populations_legales")
    assert table.groupby("period")["population"].sum().to_dict() == {"2020": 6900, "2021": 13800}


def test_the_newest_file_wins_where_two_tell_the_same_row(tmp_path):
    first = apl_workbook(
        tmp_path / "a.xlsx", {2022: {"01004": (1, 1, 1, 1), "2A004": (1, 1, 1, 1)}}
    )
    second = apl_workbook(
        tmp_path / "b.xlsx", {2022: {"2A004": (2, 2, 2, 2)}, 2023: {"2A004": (3, 3, 3, 3)}}
    )
    for path in (first, second):
        (receipt,) = add_files(tmp_path / "e", [path])
        assert receipt.accepted
    table = Space.open(tmp_path / "e").table("drees_apl")
    assert len(table) == 3
    told = table.set_index(["code", "period"])["apl_mg"].to_dict()
    assert told == {("01004", "2022"): 1, ("2A004", "2022"): 2, ("2A004", "2023"): 3}


def test_two_lists_by_names_are_both_kept(tmp_path):
    for place, town in (("01", "Ambérieu-en-Bugey"), ("2A", "Ajaccio")):
        rows = [("Nom CPTS", "Territoire CPTS", "dpt"), (f"CPTS {town}", town, place)]
        (receipt,) = add_files(tmp_path / "e", [write_csv(tmp_path / f"{place}.csv", rows)])
        assert receipt.accepted
        assert receipt.replaced == ()
    table = Space.open(tmp_path / "e").table("cpts_perimetres")
    assert sorted(table["code"]) == ["01004", "2A004"]


def listed(path, *pairs):
    return write_csv(path, [("cpts_id", "code_commune"), *pairs])


def perimeters_of(space):
    table = Space.open(space).table("cpts_perimetres")
    return sorted(zip(table["cpts_id"], table["code"], strict=True))


def test_the_list_of_one_departement_does_not_wipe_out_a_region(tmp_path):
    region = [("A", "01001"), ("A", "01002"), ("A", "01004"), ("B", "69001"), ("B", "69002")]
    add_files(tmp_path / "e", [listed(tmp_path / "region.csv", *region)])
    # the Ain anew: 01002 has left, 01005 has joined; the Rhône is not spoken of
    ain = [("A", "01001"), ("A", "01004"), ("A", "01005")]
    (receipt,) = add_files(tmp_path / "e", [listed(tmp_path / "ain.csv", *ain)])
    assert receipt.replaced == ()
    assert perimeters_of(tmp_path / "e") == sorted([*ain, *region[3:]])
    # a neighbour's list that holds one commune of the Rhône leaves the rest of it alone
    (receipt,) = add_files(tmp_path / "e", [listed(tmp_path / "v.csv", ("C", "69001"))])
    assert perimeters_of(tmp_path / "e") == sorted([*ain, ("C", "69001"), ("B", "69002")])


def test_a_shorter_list_of_the_same_departements_takes_the_place_of_the_longer(tmp_path):
    old = [("A", f"0100{number}") for number in (1, 2, 4, 5, 6)]
    add_files(tmp_path / "e", [listed(tmp_path / "vieux.csv", *old)])
    (receipt,) = add_files(tmp_path / "e", [listed(tmp_path / "neuf.csv", *old[:3])])
    assert receipt.replaced == ("vieux.csv",)
    assert perimeters_of(tmp_path / "e") == old[:3]


def test_the_year_is_that_of_the_contours(tmp_path):
    shapes = [({"code": code, "nom": code}, square(4.7, 49.7)) for code in ("08053", "08294")]
    add_files(tmp_path / "e", [geojson(tmp_path / "c.geojson", shapes)])
    assert Space.open(tmp_path / "e").year == 2023  # 08294 is no commune in 2024
    assert Space.open(tmp_path).year == 2026


def test_old_populations_are_carried_to_the_year_of_the_contours(tmp_path):
    # 08294 joined 08053 on 1 January 2024: 100 + 20 = 120
    shapes = [({"code": code, "nom": code}, square(4.7, 49.7)) for code in ("60694", "08053")]
    contours = geojson(tmp_path / "c.geojson", shapes)
    rows = populations_rows({"08053": 100, "08294": 20} | dict.fromkeys(LYON, 1))
    populations = write_csv(tmp_path / "p.csv", rows)
    receipts = add_files(tmp_path / "e", [contours, populations], vintage="2021")
    assert all(receipt.accepted for receipt in receipts)
    space = Space.open(tmp_path / "e")
    assert space.year == 2026  # 60694 is back since 2024
    table = space.table("populations_legales").set_index("code")
    assert table.loc["08053", "population"] == 120
    assert "08294" not in table.index
    assert any(
        "1\u00a0code de commune porté" in told for told in space.remarks("populations_legales")
    )


def test_a_code_that_nobody_knows_is_told_and_counted_nowhere(tmp_path):
    rows = populations_rows(POPULATIONS | {"01999": 50})
    add_files(tmp_path / "e", [write_csv(tmp_path / "p.csv", rows)], vintage="2023")
    space = Space.open(tmp_path / "e")
    assert any("01999" in told for told in space.remarks("populations_legales"))
    assert "01999" in set(space.table("populations_legales")["code"])


# --------------------------------------------------------------------------- a fictitious land


@pytest.fixture
def island(tmp_path):
    labels = "TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT"

    def row(nature, code, name, parent=""):
        return [nature, code, "00", "00", "", "", "0", "", "", name, "", parent]

    cog = write_csv(
        tmp_path / "v_commune.csv",
        [
            labels.split(","),
            row("COM", "00001", "Orlac"),
            row("COM", "00002", "Vallon"),
            row("COMD", "00003", "Ancienne", "00001"),
        ],
        separator=",",
        quote_all=True,
    )
    people = populations_rows({"01001": 0})[:1]
    for code, count in (("00001", 700), ("00003", 50), ("00002", 250)):
        people.append(["00", "Île", "00", "1", "  ", code[-3:], code, code, count, 0, count])
    names = [
        ("Nom CPTS", "Territoire CPTS", "dpt"),
        ("CPTS d'Orlac", "Orlac", "00"),
        ("CPTS d'Orlac", "Inconnue", "00"),
        ("CPTS d'Orlac", "Vallon", "00"),
    ]
    receipts = add_files(
        tmp_path / "île",
        [
            cog,
            write_csv(tmp_path / "p.csv", people),
            write_csv(tmp_path / "l.csv", names),
            write_csv(tmp_path / "f.csv", filosofi_rows({"00001": ("1", "700", "s", "10,0")})),
        ],
        vintage="2023",
    )
    assert [receipt.faults for receipt in receipts] == [()] * 4
    return Diagnostic.open(tmp_path / "île")


def test_a_space_with_its_own_code_file(island):
    assert island.space.year == 0
    values = island.values(["population"], "commune").set_index("territory")
    assert values.loc["00001", "value"] == 750  # 700 + 50 of its former commune
    assert values.loc["00002", "value"] == 250
    assert set(values["name"]) == {"Orlac", "Vallon"}
    cpts = island.values(["population", "taux_pauvrete"], "cpts").set_index("indicator")
    assert cpts.loc["population", "value"] == 1000
    assert cpts.loc["taux_pauvrete", "status"] == "manquant"  # Vallon has no row: 75 % known
    remarks = island.space.remarks("cpts_perimetres")
    assert "« Inconnue » est inconnu du code officiel." in remarks


def test_france_beside_a_fictitious_space_is_the_national_reference(island):
    row = island.values(["apl_mg"], "france").iloc[0]
    assert (row["value"], row["period"]) == (3.745, "2023")
    assert row["sources"].startswith("reference :")


def test_a_text_whose_last_line_is_not_ended_is_remarked_on(tmp_path, five_files):
    whole = five_files["populations_legales"].read_bytes()
    for content, told in ((whole, False), (whole.rstrip(), True)):
        path = tmp_path / "donnees_communes.csv"
        path.write_bytes(content)
        outcome, _ = read_file("populations_legales", path)
        assert outcome.faults == ()
        assert any("peut-être coupé" in remark for remark in outcome.remarks) is told


def test_a_reader_that_breaks_repeats_nothing_of_the_file(monkeypatch, five_files):
    def broken(_path):
        raise ValueError("could not convert 'Lucie ZANZIBARELLE'")

    monkeypatch.setattr(MODULES["populations_legales"], "read", broken)
    outcome, _ = read_file("populations_legales", five_files["populations_legales"])
    assert "ZANZIBARELLE" not in str(outcome.faults[0])
    assert "ValueError" in str(outcome.faults[0])
