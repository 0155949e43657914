"""The 70 CPTS of Provence-Alpes-Côte d'Azur, from three lists, against plain loops."""

import csv
from collections import Counter, defaultdict

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from cpts_data.__main__ import main
from cpts_data.diagnostic import Diagnostic
from cpts_data.sources import cpts_perimetres
from cpts_data.space import coding
from cpts_data.territories import Level

PARTS = {f"132{number:02}" for number in range(1, 17)}  # the arrondissements of Marseille


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


@pytest.fixture(scope="session")
def perimeters(real):
    """The communes of each CPTS, from the clean list."""
    held = defaultdict(set)
    for row in rows_of(real / "ars/cpts_communes_paca.csv"):
        held[row["cpts_id"]].add(row["code_commune"])
    return held


@pytest.fixture(scope="session")
def apl(real):
    """APL 2023 and standardised population by commune, straight from the workbook."""
    book = CalamineWorkbook.from_path(str(real / "drees/apl_generalistes.xlsx"))
    lines = book.get_sheet_by_name("APL 2023").to_python(skip_empty_area=False)[10:]
    return {line[0]: (float(line[2]), float(line[4])) for line in lines if line[0]}


@pytest.fixture(scope="session")
def people(real):
    """Legal population by commune (geography of 2023: PACA did not change in 2024)."""
    return {row["COM"]: int(row["PMUN"]) for row in rows_of(real / "insee/donnees_communes.csv")}


def weighted(codes, apl):
    """The mean of the APL over some communes, in a plain loop."""
    top = bottom = 0.0
    for code in codes:
        value, weight = apl[code]
        top += value * weight
        bottom += weight
    return top / bottom


def printed(space, target, *words):
    """What ``valeurs`` writes, read back."""
    command = ["valeurs", "--espace", str(space), "--sortie", str(target), *words]
    assert main(command) == 0
    return pd.read_csv(target, dtype={"territory": str, "period": str}).set_index("territory")


def test_trap_24_what_the_list_holds(paca, perimeters):
    assert len(perimeters) == 70
    assert sum(map(len, perimeters.values())) == 918
    assert len(set().union(*perimeters.values())) == 915
    territories = paca.territories(Level.CPTS)
    assert len(territories.table) == 70
    for name, codes in perimeters.items():
        assert set(territories.units_of(name).index) == codes, name
    sizes = [len(codes) for codes in perimeters.values()]
    assert (min(sizes), max(sizes)) == (1, 57)


def test_communes_shared_and_communes_in_none(paca):
    overlaps = paca.territories(Level.CPTS).overlaps().set_index("unit")["territories"]
    assert {code: len(holders) for code, holders in overlaps.items()} == {"06088": 3, "83137": 2}
    uncovered = set(paca.uncovered())
    assert "13201" in uncovered
    assert len(uncovered - {"13201"}) == 45
    assert sum(code.startswith("04") for code in uncovered) == 33
    assert paca.field_departements() == ("04", "05", "06", "13", "83", "84")


def test_the_remarks_on_the_perimeters(paca):
    shared, free = paca.perimeter_remarks()
    assert "06088 (3\u00a0CPTS), 83137 (2\u00a0CPTS)" in shared
    assert free.startswith("46\u00a0communes ou arrondissements")


def test_straddling_cpts(paca, real):
    table = paca.territories(Level.CPTS).table
    assert (table["departements"].map(len) > 1).sum() == 8
    for row in rows_of(real / "ars/cpts_paca.csv"):
        assert table.loc[row["cpts_id"], "name"] == row["nom"]
        main_one = table.loc[row["cpts_id"], "departements"][0]
        assert main_one == row["departement_principal"], row["cpts_id"]


def test_the_apl_of_every_cpts_against_plain_loops(paca_folder, perimeters, apl, tmp_path):
    words = ("--niveau", "cpts", "--indicateur", "apl_mg")
    table = printed(paca_folder, tmp_path / "apl.csv", *words)
    assert len(table) == 70
    assert set(table["status"]) == {"observe"}
    assert set(table["period"]) == {"2023"}
    for name, codes in perimeters.items():
        assert table.loc[name, "value"] == pytest.approx(weighted(codes, apl), rel=1e-12), name


def test_sums_are_not_inflated_without_saying_so(paca, perimeters, people):
    told = paca.values(["population"], "cpts").set_index("territory")["value"]
    for name, codes in perimeters.items():
        assert told[name] == sum(people[code] for code in codes)
    # DOMAIN §9.4: 5,902,793 with Nice three times and Toulon twice, 5,026,171 inhabitants
    assert told.sum() == 5_902_793
    everyone = set().union(*perimeters.values())
    assert paca.inhabitants(everyone) == 5_026_171
    shared = paca.territories(Level.CPTS).overlaps()
    extra = sum((len(row.territories) - 1) * people[row.unit] for row in shared.itertuples())
    assert told.sum() - extra == 5_026_171


def test_marseille_is_counted_by_arrondissement(paca, perimeters, people):
    city = sum(count for code, count in people.items() if code in PARTS)
    assert paca.values(["population"], "commune", ["13055"]).iloc[0]["value"] == city
    held = [code for codes in perimeters.values() for code in codes if code in PARTS]
    assert len(held) == 15
    assert len(set(held)) == 15  # all but the 1st, each in one CPTS


def test_the_list_as_received(real, with_perimeters, perimeters, apl, tmp_path, capsys):
    capsys.readouterr()
    space = with_perimeters(real / "ars/cpts_paca.csv", real / "ars/cpts_communes_paca_raw.csv")
    territories = Diagnostic.open(space).territories(Level.CPTS)
    assert len(territories.table) == 70
    for name, codes in perimeters.items():
        assert set(territories.units_of(name).index) == codes, name
    table = printed(space, tmp_path / "a.csv", "--niveau", "cpts", "--indicateur", "apl_mg")
    for name, codes in perimeters.items():
        assert table.loc[name, "value"] == pytest.approx(weighted(codes, apl), rel=1e-12), name
    capsys.readouterr()
    assert main(["verifier", "--espace", str(space)]) == 0
    said = capsys.readouterr().err
    assert "de la géographie de 2018 à celle de 2024" in said
    assert "05120 → " in said  # the one obsolete code is told


@pytest.fixture(scope="session")
def expected_codes(real):
    """The right answer for each line of the list by names."""
    rows = rows_of(real / "ars/listing_cpts_par_noms_04_05_13_84_attendu.csv")
    return {(row["commune_liste"], row["dpt"]): row["code_commune_attendu"] for row in rows}


def test_trap_23_communes_by_name(real, expected_codes):
    path = real / "ars/listing_cpts_par_noms_04_05_13_84.csv"
    remarks = []
    read = cpts_perimetres.read(path)
    resolved = coding.with_resolved_names(read, pd.DataFrame(), remarks)
    assert len(resolved) == len(read)  # no name is lost
    for row in resolved.itertuples():
        assert row.code == expected_codes[(row.commune_nom, row.departement)], row.commune_nom
    (told,) = remarks
    assert told.startswith("Noms de communes reconnus : nom officiel (559)")
    counts = Counter()
    for piece in told.removesuffix(".").split(" : ")[1].split("), "):
        rule, _, count = piece.rstrip(")").rpartition(" (")
        counts[rule] = int(count)
    # FORMATS A5: 559 exact, 11 spelt otherwise, 16 arrondissements, 1 garbled; the 16 with their
    # département in brackets and the 13 former communes have one in common, told as former
    former = counts["ancien nom ou ancienne commune"] + counts["commune déléguée ou associée"]
    assert counts["nom officiel"] == 559
    assert counts["accents, majuscules, tirets ou apostrophes"] == 11
    assert counts["arrondissement municipal"] == 16
    assert counts["caractères abîmés réparés"] == 1
    assert counts["département écrit après le nom"] + former == 16 + 13
    assert sum(counts.values()) == len(resolved) == 616


def test_the_list_by_names(real, with_perimeters, expected_codes, apl, tmp_path):
    path = real / "ars/listing_cpts_par_noms_04_05_13_84.csv"
    expected = defaultdict(set)
    for row in rows_of(path):
        name = row["Nom CPTS"].replace("CPTS du Gapençais", "CPTS Gapençais")
        expected[name].add(expected_codes[(row["Territoire CPTS"], row["dpt"])])
    labels = {row["Nom CPTS"] for row in rows_of(path)}
    assert len(labels) == 44
    assert len(expected) == 43
    space = with_perimeters(path)
    diagnostic = Diagnostic.open(space)
    territories = diagnostic.territories(Level.CPTS)
    assert len(territories.table) == 43
    table = printed(space, tmp_path / "a.csv", "--niveau", "cpts", "--indicateur", "apl_mg")
    by_name = territories.table["name"].str.replace("CPTS du Gapençais", "CPTS Gapençais")
    for identifier, name in by_name.items():
        codes = expected.pop(name)
        assert set(territories.units_of(identifier).index) == codes, name
        value = table.loc[identifier, "value"]
        assert value == pytest.approx(weighted(codes, apl), rel=1e-12), name
    assert not expected


def test_the_second_opening_is_quick_and_alike(paca_folder, paca):
    again = Diagnostic.open(paca_folder)
    first = paca.values(["apl_mg", "population"], "cpts")
    pd.testing.assert_frame_equal(again.values(["apl_mg", "population"], "cpts"), first)
