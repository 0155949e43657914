"""Data pathologies: totals among the details, masks, codes without their zero, doubles."""

import itertools

import pandas as pd
import pytest

from cpts_data.sources import cnam_demographie
from cpts_data.sources import cnam_pathologies as source
from tests.sources.made_files import faults_of, recognised, text

HEADER = (
    "annee;patho_niv1;patho_niv2;patho_niv3;top;cla_age_5;sexe;region;dept;Ntop;Npop;prev;"
    "Niveau prioritaire;libelle_classe_age;libelle_sexe;tri"
)
DIABETES = ("Diabète", "Diabète de type 2", "", "DIA_CAT_CAT")
ALL = ("Total consommants tous régimes",) * 3 + ("POP_TOT_IND",)


def line(
    *, year="2023", top=DIABETES, age="tsage", sex="9", region="76", dept="12", n="120", pop="4000"
):
    prevalence = "" if n in ("", "NS") else "3.0"
    labels = ";".join(top)
    return f"{year};{labels};{age};{sex};{region};{dept};{n};{pop};{prevalence};2,3;x;y;1"


def read(tmp_path, *lines, header=HEADER):
    return source.read(text(tmp_path / "effectifs.csv", header, *lines))


def test_a_small_file_is_recognised_and_read(tmp_path):
    path = text(tmp_path / "effectifs.csv", HEADER, line())
    assert recognised(path, source, cnam_demographie) == ["cnam_pathologies"]
    row = source.read(path).iloc[0]
    assert row[["niveau", "code", "period", "top"]].to_list() == [
        "departement",
        "12",
        "2023",
        "DIA_CAT_CAT",
    ]
    assert (row["patients"], row["population_cnam"], row["patients_statut"]) == (
        120,
        4000,
        "observe",
    )
    assert (row["age"], row["sexe"]) == ("ensemble", "ensemble")
    assert row["niveau_prioritaire"] == "2,3"


def test_names_of_columns_in_small_letters_are_the_same(tmp_path):
    table = read(tmp_path, line(), header=HEADER.lower().replace("niveau prior", "niveau_prior"))
    assert table["patients"].to_list() == [120]


def test_a_region_and_france_are_levels_never_departements(tmp_path):
    table = read(
        tmp_path,
        line(dept="1", region="84"),
        line(dept="999", region="1"),
        line(dept="999", region="99"),
        line(dept="2A", region="94"),
        line(dept="974", region="4"),
    )
    assert list(zip(table["niveau"], table["code"], strict=True)) == [
        ("departement", "01"),
        ("region", "01"),
        ("france", "FR"),
        ("departement", "2A"),
        ("departement", "974"),
    ]


def test_ages_and_sexes_are_strata(tmp_path):
    ages = ("00-04", "90-94", "95et+", "tsage")
    table = read(tmp_path, *(line(age=age, sex=sex) for age in ages for sex in "129"))
    assert list(dict.fromkeys(table["age"])) == ["00-04", "90-94", "95+", "ensemble"]
    assert list(dict.fromkeys(table["sexe"])) == ["hommes", "femmes", "ensemble"]


@pytest.mark.parametrize("mask", ["", "NS"])
def test_under_eleven_patients_is_masked_not_zero(tmp_path, mask):
    table = read(tmp_path, line(n=mask), line(dept="09", n="10"))
    hidden, shown = table.iloc[0], table.iloc[1]
    assert hidden["patients_statut"] == "masque"
    assert pd.isna(hidden["patients"])
    assert hidden["population_cnam"] == 4000
    assert (shown["patients_statut"], shown["patients"]) == ("observe", 10)
    column = source.SOURCE.column("patients")
    assert (column.threshold, column.zeros_published) == (11, False)


def test_a_row_without_population_is_missing(tmp_path):
    assert read(tmp_path, line(n="", pop=""))["patients_statut"].to_list() == ["manquant"]


def test_labels_make_a_tree_and_two_groups_are_no_illness(tmp_path):
    cancers = ("Cancers", "Cancer du sein", "Cancer du sein actif", "CAN_SEI_ACT")
    table = read(
        tmp_path, line(), line(top=cancers), line(top=ALL), line(top=("Cancers", "", "", "CAN"))
    )
    assert table["affection"].to_list() == [
        "Diabète de type 2",
        "Cancer du sein actif",
        "Total consommants tous régimes",
        "Cancers",
    ]
    assert table["est_affection"].to_list() == [True, True, False, True]
    assert table["patho_niv3"].isna().to_list() == [True, False, False, True]


def test_the_same_area_under_two_spellings_is_told_as_a_double(tmp_path):
    lines = [line(dept="1", region="84"), line(dept="01", region="84")]
    (fault,) = faults_of(source, text(tmp_path / "a.csv", HEADER, *lines))
    assert fault.row == 3
    assert "déjà rencontré" in fault.found


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"age": "70 et plus"}, "cla_age_5"),
        ({"sex": "3"}, "sexe"),
        ({"year": "23"}, "annee"),
        ({"dept": "1004"}, "code"),
        ({"n": "secret"}, "ntop"),
        ({"pop": "-10"}, "population_cnam"),
    ],
)
def test_an_unknown_token_is_a_fault_with_its_place(tmp_path, changed, column):
    path = text(tmp_path / "a.csv", HEADER, line(), line(**{"dept": "46"} | changed))
    faults = faults_of(source, path)
    assert [(fault.row, fault.column) for fault in faults] == [(3, column)]


def test_a_line_of_another_width_is_a_fault_with_its_place(tmp_path):
    path = text(tmp_path / "a.csv", HEADER, line(), f"{line(dept='46')};en trop")
    (fault,) = faults_of(source, path)
    assert (fault.row, fault.found.replace("\u00a0", " ")) == (3, "17 colonnes")


def test_decimal_and_spaced_counts_are_counts(tmp_path):
    table = read(tmp_path, line(n="120.0"), line(dept="46", n="1 230"))
    assert table["patients"].to_list() == [120, 1230]


def test_an_accent_of_windows_far_in_the_file_does_not_stop_the_reading(tmp_path):
    plain_letters = ("Cancers", "Cancer du sein", "", "CAN_SEI")
    cells = itertools.product("129", [f"{n:02d}" for n in range(1, 19)], range(2005, 2024))
    lines = [line(top=plain_letters, sex=s, dept=d, year=str(y)) for s, d, y in cells]
    path = text(tmp_path / "a.csv", HEADER, *lines, line(), encoding="cp1252")
    assert path.stat().st_size > 65_536
    assert set(source.read(path)["patho_niv1"]) == {"Cancers", "Diabète"}


def test_a_missing_column_is_told(tmp_path):
    header = HEADER.replace("cla_age_5", "age")
    (fault,) = faults_of(source, text(tmp_path / "a.csv", header, line()))
    assert fault.column == "cla_age_5"


def test_an_empty_file_is_refused(tmp_path):
    assert faults_of(source, text(tmp_path / "a.csv", HEADER, ""))
