"""Instalments by the rules of DOMAIN §3.3, each computed by hand."""

import datetime as dt

import pytest
from hypothesis import given, settings

from cpts_data.aci.entries import EntryError
from cpts_data.aci.funding import FundingPlan, MissionChoice, estimate
from cpts_data.aci.payments import RULES, by_calendar_year, payments
from cpts_data.aci.scale import scale_of
from cpts_data.reference.aci_tables import aci_tables
from tests.aci.test_funding import plans

SCALE = scale_of(aci_tables())
SIGNED = dt.date(2023, 3, 1)


def day(year, month=3, number=1):
    return dt.date(year, month, number)


def instalments(plan, poste, mission="", volet="total", **more):
    table = payments(SCALE, plan, **more)
    mine = table[
        (table["poste"] == poste) & (table["mission"] == mission) & (table["volet"] == volet)
    ]
    return [
        (row.date, row.year, row.instalment, pytest.approx(row.low)) for row in mine.itertuples()
    ]


def test_running_costs_in_full_at_signature_then_75_per_cent_and_the_balance():
    plan = FundingPlan(SIGNED, (2,), (MissionChoice("acces", SIGNED, 1.0),))
    # 60,000 a year: all of it on day 0, then 45,000 on each anniversary and 15,000 a year later
    assert instalments(plan, "fonctionnement") == [
        (day(2023), 1, "integral", 60_000),
        (day(2024), 2, "avance", 45_000),
        (day(2025), 2, "solde", 15_000),
        (day(2025), 3, "avance", 45_000),
        (day(2026), 3, "solde", 15_000),
        (day(2026), 4, "avance", 45_000),
        (day(2027), 4, "solde", 15_000),
        (day(2027), 5, "avance", 45_000),
        (day(2028), 5, "solde", 15_000),
    ]


def test_the_fixed_volet_starts_pro_rata_with_the_mission():
    # Start on 1 September 2023, 182 days before the anniversary: 17,500 × 182 / 365 = 8,726.03
    # for the year, of which 75 % at once (6,544.52) and 25 % at the anniversary (2,181.51); with
    # it 75 % of the next year (13,125), whose balance (4,375) comes a year later.
    start = day(2023, 9, 1)
    plan = FundingPlan(SIGNED, (2,), (MissionChoice("acces", start, 1.0),))
    found = instalments(plan, "mission", "acces", "fixe")
    assert found[:4] == [
        (start, 1, "avance", 0.75 * 17_500 * 182 / 365),
        (day(2024), 1, "solde", 0.25 * 17_500 * 182 / 365),
        (day(2024), 2, "avance", 13_125),
        (day(2025), 2, "solde", 4_375),
    ]
    assert found[0][3] == pytest.approx(6_544.52, abs=0.005)
    assert found[1][3] == pytest.approx(2_181.51, abs=0.005)
    table = payments(SCALE, plan)
    first = table[(table["volet"] == "fixe") & (table["year"] == 1)]
    assert set(first["standing"]) == {"a_verifier"}
    assert set(first["rule"]) == {"volet_fixe_demarrage"}
    assert "convention du logiciel" in RULES["volet_fixe_demarrage"].text


def test_the_variable_volet_follows_the_dialogue_de_gestion():
    plan = FundingPlan(SIGNED, (2,), (MissionChoice("parcours", SIGNED, 0.8),))
    # 35,000 × 0.8 = 28,000 a year; the first dialogue is known, the others are not
    found = instalments(plan, "mission", "parcours", "variable", dialogues={1: day(2024, 5, 15)})
    assert found[:2] == [
        (day(2024, 5, 15), 1, "variable", 28_000),
        (day(2025), 2, "variable", 28_000),
    ]
    table = payments(SCALE, plan, {1: day(2024, 5, 15)})
    notes = table.loc[table["volet"] == "variable", "note"]
    assert list(notes) == [""] + ["date du dialogue de gestion non connue"] * 4


def test_a_rate_not_known_makes_instalments_a_range():
    plan = FundingPlan(SIGNED, (1, 2), (MissionChoice("acces", SIGNED),))
    table = payments(SCALE, plan)
    row = table[(table["volet"] == "variable") & (table["year"] == 1)].iloc[0]
    assert (row["low"], row["high"]) == (0, 17_500)
    fixed = table[(table["volet"] == "fixe") & (table["year"] == 2)]
    assert list(fixed["low"]) == [11_250, 3_750]  # taille 1: 15,000
    assert list(fixed["high"]) == [13_125, 4_375]  # taille 2: 17,500


def test_running_costs_without_any_mission_and_unknown_rules_are_to_be_checked():
    plan = FundingPlan(
        SIGNED, (2,), (MissionChoice("acces", day(2025, 9, 1), 1.0),), unscheduled_share=1.0
    )
    table = payments(SCALE, plan).set_index(["poste", "year"]).sort_index()
    for year in (2, 3):  # no mission before 1 September 2025
        assert set(table.loc[("fonctionnement", year), "standing"]) == {"a_verifier"}
        assert table.loc[("fonctionnement", year), "note"].str.contains("Aucune mission").all()
    assert set(table.loc[("fonctionnement", 4), "note"]) == {""}
    assert table.loc[("supplement_snp", 4), "standing"] == "a_verifier"


def test_civil_years_add_the_instalments_that_fall_in_them():
    plan = FundingPlan(SIGNED, (2,), (MissionChoice("acces", SIGNED, 1.0),))
    found = by_calendar_year(payments(SCALE, plan))
    # 2023: 60,000 + 75 % of 17,500. 2024: 45,000 + the balance 4,375 + 13,125 + variable 17,500
    assert found["low"][2023] == 73_125
    assert found["low"][2024] == 45_000 + 4_375 + 13_125 + 17_500
    assert list(found.index) == [2023, 2024, 2025, 2026, 2027, 2028]
    assert set(found["standing"]) == {"derive"}
    assert by_calendar_year(payments(SCALE, plan).iloc[:0]).empty


def test_a_dialogue_out_of_the_contract_is_refused():
    plan = FundingPlan(SIGNED, (2,), ())
    with pytest.raises(EntryError) as caught:
        payments(SCALE, plan, {0: day(2024), 2: day(2022)})
    assert len(caught.value.faults) == 2


@settings(deadline=None, max_examples=60)
@given(plans())
def test_the_instalments_of_a_year_add_up_to_its_amount(asked):
    found, table = estimate(SCALE, asked), payments(SCALE, asked)
    key = ["year", "poste", "mission", "volet"]
    told = found.lines.set_index(key)[["low", "high"]].sort_index()
    paid = table.groupby(key)[["low", "high"]].sum().sort_index()
    assert list(told.index) == list(paid.index)
    assert paid.to_numpy() == pytest.approx(told.to_numpy())
    assert list(table["date"]) == sorted(table["date"])
    ends = [SIGNED, dt.date(2028, 3, 1)]
    assert all(ends[0] <= one <= ends[1] for one in table["date"])
