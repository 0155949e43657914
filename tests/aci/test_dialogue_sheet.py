"""The one-page sheet: what it says of a year, of money and of doubts."""

import datetime as dt

import pytest

from cpts_data.aci.calendar import ContractDates, deadlines
from cpts_data.aci.dialogue_sheet import dialogue_sheet
from cpts_data.aci.entries import EntryError
from cpts_data.aci.follow_up import Kind
from cpts_data.aci.scale import scale_of
from cpts_data.reference.aci_tables import aci_tables
from tests.aci.made_follow_up import (
    FLU,
    PROTOCOLS,
    SIGNED,
    baseline,
    counted,
    result,
    target,
    with_records,
)

SCALE = scale_of(aci_tables())
FOLLOWED = with_records(
    baseline(20, 100, "2019"),
    baseline(21, 100, "2019", corrects=1, comment="erreur"),
    target(50, dt.date(2020, 12, 31)),
    result(65, 100, "2020", proof="relevé de la CPAM", comment="campagne d'automne"),
    target(4, dt.date(2020, 12, 31), PROTOCOLS),
    counted(Kind.RESULT, 3, "2020"),
)


def sheet(year=1, version=SCALE, **more):
    asked = {
        "name": "CPTS du Levant",
        "sizes": (2,),
        "rates": {"acces": 0.5, "parcours": None, "prevention": 1.0},
        "found": deadlines(version.missions, ContractDates(SIGNED)),
        "today": dt.date(2020, 12, 1),
    }
    return dialogue_sheet(FOLLOWED, year, version, **(asked | more))


def row(told, indicator):
    return next(one for m in told.missions for one in m.rows if one.indicator == indicator)


def mission(told, code):
    return next(one for one in told.missions if one.code == code)


def test_the_sheet_of_a_year():
    told = sheet()
    assert told.title == "CPTS du Levant – dialogue de gestion, année 1 du contrat"
    assert told.period == "Du 1er janvier 2020 au 1er janvier 2021"
    flu = row(told, FLU)
    # 21 of 100: 14.2 to 30.0 %; corrected from 20 of 100
    assert flu.baseline == (
        "21,0\u202f% (de 14,2 à 30,0\u202f%), 2019 (corrigé\u202f; d’abord 20,0\u202f% "
        "(de 13,3 à 28,9\u202f%))"
    )
    assert flu.target == "50,0\u202f%"
    assert flu.result.startswith("65,0\u202f% (de 55,3 à 73,6\u202f%), 2020")
    assert flu.verdict == "● atteinte"
    assert flu.change.startswith("Hausse")
    assert (flu.proof, flu.comment) == ("relevé de la CPAM", "campagne d'automne")
    assert flu.source == "indicateurs_locaux (2020)"
    assert row(told, PROTOCOLS).verdict == "○ non atteinte"
    assert row(told, "depistage_colorectal").result == "n.d."
    assert mission(told, "prevention").targets == "1\u00a0cible atteinte"
    assert mission(told, "acces").targets == "aucune cible à juger"
    assert mission(told, "suivi").label == "Suivi de la CPTS"


def test_the_money_of_the_sheet_is_that_of_the_rates_entered():
    told = sheet()
    # taille 2: 17,500 × 0.5; 0 to 35,000; 15,000
    assert (
        mission(told, "acces").variable
        == "8\u202f750\u202f€ – calcul (taux saisi\u00a0: 50\u202f%)"
    )
    assert mission(told, "parcours").variable == (
        "entre 0 et 35\u202f000\u202f€ – calcul (taux d’atteinte non saisi)"
    )
    assert mission(told, "prevention").fixed == "15\u202f000\u202f€ – calcul"
    assert mission(told, "suivi").variable == ""
    assert told.variable_total == "entre 23\u202f750 et 58\u202f750\u202f€ – calcul"
    small = sheet(sizes=(1,))
    assert small.variable_total.endswith("à vérifier")


def test_deadlines_late_and_near_are_on_the_sheet():
    told = sheet()
    # Signed on 1 January 2020: access was to start by 1 July; the first dialogue is on 1 January.
    assert len(told.late) == 1
    assert told.late[0].startswith("Accès aux soins – démarrage")
    assert len(told.coming) == 3  # first dialogue, pathways and prevention


def test_the_sheet_says_what_it_rests_on():
    notes = sheet().notes
    assert "Estimation, jamais une annonce de versement." in notes
    assert any("disjoints" in note for note in notes)
    told = sheet(version=scale_of(aci_tables(), "avenant_2"))
    assert any(note.startswith("Version à vérifier") for note in told.notes)


def test_the_table_of_the_sheet_has_every_indicator():
    table = sheet().table()
    assert len(table) == len(FOLLOWED.tracked)
    assert set(table["Mission"]) == {
        "Accès aux soins",
        "Parcours pluriprofessionnels",
        "Prévention",
        "Suivi de la CPTS",
    }


@pytest.mark.parametrize("year", [0, 6])
def test_a_year_out_of_the_contract_is_refused(year):
    with pytest.raises(EntryError, match="de 1 à 5"):
        sheet(year)


def test_a_faulty_rate_is_refused():
    with pytest.raises(EntryError, match="entre 0 et 1"):
        sheet(rates={"acces": 2.0})
