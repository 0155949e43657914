"""The yearly workbook of convention sectors: an empty département, totals in three spellings."""

import pytest

from cpts_data.sources import cnam_secteurs as source
from tests.sources.made_files import faults_of, recognised, remarks, workbook

SECTORS = [
    "NON CONVENTIONNES",
    "CONVENTIONNES DE SECTEUR 1",
    "CONVENTIONNES DE SECTEUR 1 avec droit a dépassement",
    "CONVENTIONNES DE SECTEUR 2 à honoraires libres",
    "TOTAL",
]
README = [["Secteur conventionnel"], ["Année : 2023"]]
TOTALS = ["TOTAL FRANCE METROPOLITAINE", "TOTAL OUTRE-MER", "TOTAL France ENTIERE"]


def rows(profession, *areas, first=1):
    """One row per area: 0, n, 0, 0, n."""
    return [[profession, area, 0, n, 0, 0, n] for n, area in enumerate(areas, start=first)]


def book(tmp_path, sheets, readme=README):
    made = {
        name: [[label, "DEPARTEMENT", *SECTORS], *lines] for name, (label, lines) in sheets.items()
    }
    nomenclature = [["Code", "Libellé"], ["24", "Infirmiers"]]
    sheets = {"Lisez moi": readme, "Nomenclature des PS": nomenclature, **made}
    return workbook(tmp_path / "secteurs.xlsx", sheets)


def test_departements_france_and_sectors(tmp_path):
    lines = rows("24- Infirmiers", "01- Ain", "02- Aisne", "971- Guadeloupe", *TOTALS)
    path = book(tmp_path, {"Auxiliaires médicaux": ("AUXILIAIRES", lines)})
    assert recognised(path, source) == ["cnam_secteurs"]
    table = source.read(path)
    whole = table[table["secteur"] == "ensemble"].set_index("code")["effectif"]
    assert whole.to_dict() == {"01": 1, "02": 2, "971": 3, "FR": 6}
    assert set(table["secteur"]) == {
        "non_conventionne",
        "secteur_1",
        "secteur_1_depassement",
        "secteur_2",
        "ensemble",
    }
    assert set(table["period"]) == {"2023"}
    assert set(table["profession_code"]) == {"24"}
    assert set(table["profession"]) == {"Infirmiers"}
    assert "2 totaux de métropole ou d'outre-mer" in remarks(table)


def test_an_empty_departement_is_found_by_its_place(tmp_path):
    known = rows("01- Chirurgie", "07- Ardèche", "08- Ardennes", "09- Ariège")
    gap = rows("02- Anesthésie", "07- Ardèche", "", "09- Ariège")
    table = source.read(book(tmp_path, {"Spécialistes": ("SPECIALISTES", [*known, *gap])}))
    found = table[(table["profession"] == "Anesthésie") & (table["secteur"] == "ensemble")]
    assert found["code"].to_list() == ["07", "08", "09"]
    assert "département 08 retrouvé par sa place" in remarks(table)


def test_an_empty_departement_without_neighbours_is_a_fault(tmp_path):
    lines = rows("02- Anesthésie", "07- Ardèche", "", "09- Ariège")
    (fault,) = faults_of(source, book(tmp_path, {"Spécialistes": ("SPECIALISTES", lines)}))
    assert (fault.row, fault.column) == (3, "DEPARTEMENT")


def test_total_professions_are_flagged_and_labels_cleaned(tmp_path):
    lines = [
        *rows("34-Gériatrie", "01- Ain"),
        *rows("TOTAL CHIRURGIE  (43, 44)", "01- Ain"),
    ]
    table = source.read(book(tmp_path, {"Spécialistes": ("SPECIALISTES", lines)}))
    flags = table.drop_duplicates("profession").set_index("profession")["est_total"]
    assert flags.to_dict() == {"Gériatrie": False, "TOTAL CHIRURGIE (43, 44)": True}


def test_corsica_and_mayotte_by_their_names(tmp_path):
    lines = rows("24- Infirmiers", "201- Corse-du-Sud", "202- Haute-Corse", "985- Mayotte")
    table = source.read(book(tmp_path, {"Auxiliaires médicaux": ("x", lines)}))
    assert list(dict.fromkeys(table["code"])) == ["2A", "2B", "976"]


def test_a_workbook_without_its_year_is_refused(tmp_path):
    lines = rows("24- Infirmiers", "01- Ain")
    path = book(tmp_path, {"Auxiliaires médicaux": ("x", lines)}, readme=[["Secteurs"]])
    (fault,) = faults_of(source, path)
    assert "aucune année" in fault.found


@pytest.mark.parametrize("cell", ["dépt inconnu", "9999- Ailleurs"])
def test_an_unknown_area_is_a_fault_with_its_line(tmp_path, cell):
    lines = rows("24- Infirmiers", "01- Ain", cell)
    faults = faults_of(source, book(tmp_path, {"Auxiliaires médicaux": ("x", lines)}))
    assert {(fault.row, fault.column) for fault in faults} == {(3, "code")}
