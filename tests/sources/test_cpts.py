"""The list of CPTS and their perimeters, by codes and by names."""

import datetime as dt

import pytest
import xlsxwriter

from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import cpts_liste, cpts_perimetres, recognise
from tests.official_layouts import write_csv


def faults_of(module, path):
    with pytest.raises(ContractError) as caught:
        module.read(path)
    return [(fault.row, fault.column) for fault in caught.value.faults]


# --------------------------------------------------------------------------- list


def test_stages_and_dates(five_files):
    path = five_files["cpts_liste"]
    assert recognise(head_of(path)) == ["cpts_liste"]
    table = cpts_liste.read(path).set_index("cpts_id")
    assert table["statut"].tolist() == ["aci_signe", "sans_statut", "projet_sante", "emergence"]
    assert table.loc["CPTS-A", ["date_statut", "date_signature"]].tolist() == ["2022-03-31"] * 2
    assert table["date_statut"].isna().sum() == 2


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        ("aci_signe", "aci_signe"),
        ("ACI signé", "aci_signe"),
        ("Signataire", "aci_signe"),
        ("rédaction", "lettre_intention"),  # « acti » of ACI lies inside
        ("Lettre d'intention validée", "lettre_intention"),
        ("validé", "projet_sante"),
        ("En émergence", "emergence"),
        ("", "sans_statut"),
        ("en réflexion", None),
        ("ACI", None),
    ],
)
def test_words_of_stages(words, stage):
    assert cpts_liste.stage_of(words) == stage


def test_an_unknown_stage_or_date_is_told(tmp_path):
    rows = [("cpts_id", "nom", "statut", "date_statut"), ("1", "A", "en réflexion", "31/02/2024")]
    assert faults_of(cpts_liste, write_csv(tmp_path / "a.csv", rows)) == [
        (2, "statut"),
        (2, "date_statut"),
    ]


def test_a_list_without_names_or_ids(tmp_path):
    rows = [("cpts_id", "nom"), ("", "A"), ("2", ""), ("3", "C"), ("3", "D")]
    assert faults_of(cpts_liste, write_csv(tmp_path / "a.csv", rows)) == [
        (2, "cpts_id"),
        (3, "nom"),
        (5, "cpts_id"),
    ]


def test_a_list_in_a_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        workbook.add_worksheet("Vide")
        sheet = workbook.add_worksheet("CPTS")
        sheet.write_row(0, 0, ["cpts_id", "nom", "date_statut"])
        sheet.write_row(1, 0, [12, "CPTS du Centre"])
        sheet.write_datetime(1, 2, dt.date(2024, 3, 31), day)
    assert recognise(head_of(path)) == ["cpts_liste"]
    table = cpts_liste.read(path)
    assert table.loc[0, ["cpts_id", "date_statut"]].tolist() == ["12", "2024-03-31"]


# --------------------------------------------------------------------------- perimeters


def test_by_codes(five_files):
    path = five_files["cpts_perimetres"]
    assert recognise(head_of(path)) == ["cpts_perimetres"]
    table = cpts_perimetres.read(path)
    assert len(table) == 7
    part = table.set_index(["cpts_id", "code"])["part"]
    assert part[("CPTS-C", "97411")] == 0.5
    assert part.isna().sum() == 6


def test_as_received_with_a_carrier_commune(tmp_path):
    rows = [
        ("cpts_id", "territoire_liste", "nature"),
        ("1", "13055", "commune porteuse"),
        ("1", "13214", "arrondissement municipal"),
        ("2", "1004", "commune"),
    ]
    table = cpts_perimetres.read(write_csv(tmp_path / "a.csv", rows))
    assert table["code"].tolist() == ["13055", "13214", "01004"]
    assert "réparé" in table.attrs["remarques"][0]


def test_the_same_line_twice(tmp_path):
    rows = [("cpts_id", "code_commune"), ("1", "01004"), ("1", "01004"), ("1", "01004")]
    table = cpts_perimetres.read(write_csv(tmp_path / "a.csv", rows))
    assert len(table) == 1
    assert table.attrs["remarques"] == ["2\u00a0lignes en double, comptées une fois."]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("1", "01004", "0")], [(2, "part")]),
        ([("1", "01004", "40")], [(2, "part")]),  # 40 % is written 0,4
        ([("1", "01004", "1"), ("1", "01004", "0,5")], [(2, "part"), (3, "part")]),
        ([("", "01004", "")], [(2, "cpts_id"), (2, "cpts_id")]),
        ([("1", "", "")], [(2, "code_commune")]),
        ([("1", "Ajaccio", "")], [(2, "code")]),
        ([("1", "2A004", "x")], [(2, "part")]),
    ],
    ids=["zero", "per cent", "two parts", "no CPTS", "no commune", "a name", "a letter"],
)
def test_what_is_wrong_is_told(tmp_path, rows, expected):
    rows = [("cpts_id", "code_commune", "part"), *rows]
    assert faults_of(cpts_perimetres, write_csv(tmp_path / "a.csv", rows)) == expected


NAMED = [
    ("Nom CPTS", "Territoire CPTS", "dpt"),
    ("CPTS Gapençais", "Gap", "05"),
    ("CPTS du Gapençais", "La Roche-des-Arnauds", "5"),
    ("Sud 04", "Banon", "04"),
]


def test_by_names(tmp_path):
    path = write_csv(tmp_path / "a.csv", NAMED)
    assert recognise(head_of(path)) == ["cpts_perimetres"]
    table = cpts_perimetres.read(path)
    assert table["cpts_id"].tolist() == ["cpts-gapencais-05"] * 2 + ["cpts-sud-04-04"]
    assert table["departement"].tolist() == ["05", "05", "04"]
    assert table["code"].isna().all()


def test_by_names_in_a_workbook_under_a_title(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("Feuil1")
        sheet.write(0, 0, "Liste des CPTS, janvier 2026")
        for line, row in enumerate(NAMED, start=1):
            sheet.write_row(line, 0, row)
        sheet.write(3, 2, 5)  # the département as a number
    assert recognise(head_of(path)) == ["cpts_perimetres"]
    assert cpts_perimetres.read(path)["departement"].tolist() == ["05", "05", "04"]


def test_by_names_under_a_title_line(tmp_path):
    path = tmp_path / "a.csv"
    lines = ["Liste des CPTS, janvier 2026", "", *(";".join(row) for row in NAMED)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = cpts_perimetres.read(path)
    assert table["commune_nom"].tolist() == ["Gap", "La Roche-des-Arnauds", "Banon"]


def test_nobody_guesses_what_a_blank_repeats(tmp_path):
    rows = [*NAMED[:2], ("", "La Roche-des-Arnauds", "05")]
    assert faults_of(cpts_perimetres, write_csv(tmp_path / "a.csv", rows)) == [(3, "Nom CPTS")]


@pytest.mark.parametrize(
    ("name", "departement", "slug"),
    [
        ("CPTS du Pays d'Apt", "84", "cpts-pays-apt-84"),
        ("Cœur de Beauté", "2A", "cpts-coeur-beaute-2a"),
        ("CPTS", "01", "cpts-sans-nom-01"),
    ],
)
def test_an_identifier_for_whoever_has_none(name, departement, slug):
    assert cpts_perimetres.cpts_slug(name, departement) == slug


def test_labels_are_known_whatever_their_capitals_and_blanks(tmp_path):
    rows = [["CPTS_ID", "Nom", "STATUT"], ["a", "CPTS A", "ACI signé"]]
    path = write_csv(tmp_path / "l.csv", rows)
    assert recognise(head_of(path)) == ["cpts_liste"]
    assert cpts_liste.read(path)["statut"].tolist() == ["aci_signe"]
    rows = [["NOM CPTS", "territoire cpts", "Dpt"], ["CPTS A", "Aiglun", "4"]]
    path = write_csv(tmp_path / "p.csv", rows)
    assert recognise(head_of(path)) == ["cpts_perimetres"]
    assert cpts_perimetres.read(path).loc[0, ["cpts_id", "departement"]].tolist() == [
        "cpts-a-04",
        "04",
    ]
    rows = [["Code commune", "cpts id", "Département"], ["1004", "a", "1"]]
    path = write_csv(tmp_path / "c.csv", rows)
    assert recognise(head_of(path)) == ["cpts_perimetres"]
    assert cpts_perimetres.read(path).loc[0, ["code", "departement"]].tolist() == ["01004", "01"]


def test_two_labels_that_become_one(tmp_path):
    rows = [["cpts_id", "nom", "NOM"], ["a", "CPTS A", "autre"]]
    assert cpts_liste.read(write_csv(tmp_path / "l.csv", rows))["nom"].tolist() == ["CPTS A"]


def test_a_name_without_the_code_of_its_departement_is_told(tmp_path):
    rows = [["Nom CPTS", "Territoire CPTS", "dpt"], ["CPTS A", "Aiglun", "Vaucluse"]]
    assert faults_of(cpts_perimetres, write_csv(tmp_path / "p.csv", rows)) == [(2, "dpt")]
