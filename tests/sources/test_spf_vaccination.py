"""Vaccination coverage: three separators, zeros lost in some years, empty cells."""

import pytest

from cpts_data.sources import spf_depistage
from cpts_data.sources import spf_vaccination as source
from tests.sources.made_files import faults_of, recognised, remarks, text

DEPARTEMENT = (
    "Année,Département Code,Département,HPV filles 1 dose à 15 ans,Grippe 65 ans et plus,"
    "Covid-19 65 ans et plus,Région,Région Code"
)


def value(table, code, period, vaccine):
    row = table[
        (table["code"] == code) & (table["period"] == period) & (table["vaccin"] == vaccine)
    ]
    return row["couverture"].item(), row["couverture_statut"].item()


def test_departements_with_and_without_their_zero_are_the_same(tmp_path):
    path = text(
        tmp_path / "departement.csv",
        DEPARTEMENT,
        "2011,1,Ain,33.7,,,Auvergne et Rhône-Alpes,84",
        "2024,01,Ain,58.7,51.2,,Auvergne et Rhône-Alpes,84",
        "2024,2A,Corse-du-Sud,,40,,Corse,94",
        encoding="utf-8-sig",
        end="\r\n",
    )
    assert recognised(path, source, spf_depistage) == ["spf_vaccination"]
    table = source.read(path)
    assert set(table["code"]) == {"01", "2A"}
    assert value(table, "01", "2011", "hpv_filles_1_dose_15_ans") == (33.7, "observe")
    assert "Zéro remis en tête de 1 code." in remarks(table)


def test_an_empty_cell_is_missing_and_a_year_without_any_value_is_no_row(tmp_path):
    table = source.read(
        text(
            tmp_path / "departement.csv",
            DEPARTEMENT,
            "2011,01,Ain,33.7,,,R,84",
            "2024,01,Ain,58.7,51.2,,R,84",
            "2024,02,Aisne,,50,,R,32",
        )
    )
    hpv, status = value(table, "02", "2024", "hpv_filles_1_dose_15_ans")
    assert (hpv != hpv, status) == (True, "manquant")
    assert "covid_65_ans_et_plus" not in set(table["vaccin"])
    flu = table[table["vaccin"] == "grippe_65_ans_et_plus"]
    assert set(flu["period"]) == {"2024"}


def test_regions_are_padded_and_levelled(tmp_path):
    header = "Année,Région Code,Région,HPV filles 1 dose à 15 ans,Grippe résidents en Ehpad"
    path = text(tmp_path / "region.csv", header, "2024,1,Guadeloupe,20,30", "2024,84,AURA,50,80")
    table = source.read(path)
    assert set(table["niveau"]) == {"region"}
    assert value(table, "01", "2024", "grippe_residents_ehpad") == (30.0, "observe")


def test_france_is_a_level_with_its_own_separator(tmp_path):
    path = text(tmp_path / "france.csv", "Année;HPV filles 1 dose à 15 ans", "2024;58.4")
    table = source.read(path)
    assert table[["niveau", "code", "couverture"]].iloc[0].to_list() == ["france", "FR", 58.4]


def test_technical_names_of_the_api_are_the_same_table(tmp_path):
    path = text(
        tmp_path / "api.csv",
        "an_mesure,dep,libgeo,hpv1_f,grip_65plus,reglib,reg",
        "2024,01,Ain,58.7,51.2,AURA,84",
    )
    assert recognised(path, source) == ["spf_vaccination"]
    table = source.read(path)
    assert value(table, "01", "2024", "grippe_65_ans_et_plus") == (51.2, "observe")
    assert remarks(table) == ""


def test_values_keep_their_decimals_and_unknown_columns_are_told(tmp_path):
    header = "Année;HPV filles 1 dose à 15 ans;Vaccin nouveau"
    table = source.read(text(tmp_path / "france.csv", header, "2024;8.67968864737847;3"))
    assert table["couverture"].to_list() == [8.67968864737847]
    assert "« Vaccin nouveau »" in remarks(table)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("2024,01,Ain,s,50,,R,84", "HPV filles 1 dose à 15 ans"),
        ("24,01,Ain,1,50,,R,84", "Année"),
        ("2024,Ain,Ain,1,50,,R,84", "code"),
        ("2024,01,Ain,120,50,,R,84", "couverture"),
    ],
)
def test_an_unknown_token_is_a_fault_with_its_place(tmp_path, line, column):
    faults = faults_of(source, text(tmp_path / "a.csv", DEPARTEMENT, line))
    assert [(fault.row, fault.column) for fault in faults] == [(2, column)]


def test_the_same_row_twice_is_a_fault(tmp_path):
    line = "2024,01,Ain,58.7,51.2,,R,84"
    assert faults_of(source, text(tmp_path / "a.csv", DEPARTEMENT, line, line))
