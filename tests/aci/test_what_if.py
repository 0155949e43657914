"""What changes with the population or the missions, by hand from the published amounts."""

import datetime as dt

import pytest

from cpts_data.aci.funding import FundingPlan, MissionChoice, with_population
from cpts_data.aci.scale import scale_of
from cpts_data.aci.what_if import by_population, differences, variable_part
from cpts_data.reference.aci_tables import aci_tables

SCALE = scale_of(aci_tables())
SIGNED = dt.date(2023, 3, 1)
ALL = ("acces", "parcours", "prevention", "qualite", "accompagnement")


def plan(*missions, sizes=(2,), rate=1.0):
    return FundingPlan(SIGNED, sizes, tuple(MissionChoice(m, SIGNED, rate) for m in missions))


def total(before, after):
    row = differences(SCALE, before, after).iloc[-1]
    assert row["poste"] == "total"
    return row["change_low"], row["change_high"]


def test_one_more_mission():
    table = differences(SCALE, plan("acces"), plan("acces", "prevention"))
    row = table[table["mission"] == "prevention"].iloc[0]
    assert (row["before_low"], row["after_low"], row["change_low"]) == (0, 150_000, 150_000)
    same = table[table["mission"] == "acces"].iloc[0]
    assert (same["change_low"], same["change_high"]) == (0, 0)
    assert total(plan("acces"), plan("acces", "prevention")) == (150_000, 150_000)


def test_a_population_that_changes_class():
    small = plan(*ALL)
    large = with_population(small, 100_000)
    # 5 × (315,000 − 242,000)
    assert total(small, large) == (365_000, 365_000)
    near = with_population(small, 80_000)  # taille 2 or 3
    assert total(small, near) == (0, 365_000)
    assert total(near, small) == (-365_000, 0)


def test_the_same_doubt_on_both_sides_is_no_difference():
    doubtful = plan("acces", sizes=(1, 2), rate=None)
    assert total(doubtful, doubtful) == (0, 0)
    # One mission dropped: 20,000 (taille 1) or 30,000 (taille 2), half of it variable, 5 years
    more = plan("acces", "prevention", sizes=(1, 2), rate=None)
    assert total(more, doubtful) == (-150_000, -50_000)


def test_an_ordinary_year_by_population():
    table = by_population(
        SCALE, [20_000, 40_000, 60_000], [MissionChoice(m, rate=1.0) for m in ALL]
    )
    assert list(table["sizes"]) == [(1,), (1, 2), (2,)]
    assert list(table["low"]) == [185_000, 185_000, 242_000]
    assert list(table["high"]) == [185_000, 242_000, 242_000]
    assert set(table["mark"]) == {"total publié, répartition à vérifier"}


def test_the_variable_part_is_what_the_rate_entered_makes_of_it():
    table = variable_part(SCALE, (2,), {"acces": 0.6, "parcours": None}).set_index("mission")
    assert table.loc["acces", ["fixed_low", "variable_low", "variable_high"]].tolist() == [
        17_500,
        pytest.approx(10_500),
        pytest.approx(10_500),
    ]
    # Nothing entered, nothing proposed: from zero to all of it.
    assert table.loc["parcours", ["variable_low", "variable_high"]].tolist() == [0, 35_000]
    assert table["rate"].isna().tolist() == [False, True]
    assert variable_part(SCALE, (2,), {}).empty
