"""The APL workbook of general practitioners: published counts, means and limits."""

from pathlib import Path

import pytest

from cpts_data.received import head_of
from cpts_data.sources import (
    drees_apl,
    drees_apl_chirurgiens_dentistes,
    drees_apl_infirmiers,
    drees_apl_masseurs_kinesitherapeutes,
    drees_apl_sages_femmes,
)

PATH = Path(__file__).resolve().parents[3] / "shared/real/drees/apl_generalistes.xlsx"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not PATH.exists(), reason="the real APL workbook is not at hand"),
]


@pytest.fixture(scope="module")
def apl():
    return drees_apl.read(PATH)


def test_it_is_recognised_as_that_of_general_practitioners_alone():
    head = head_of(PATH)
    assert drees_apl.recognises(head)
    for other in (
        drees_apl_infirmiers,
        drees_apl_masseurs_kinesitherapeutes,
        drees_apl_chirurgiens_dentistes,
        drees_apl_sages_femmes,
    ):
        assert not other.recognises(head)


def test_rows_of_each_vintage(apl):
    assert apl.groupby("period").size().to_dict() == {"2022": 34_964, "2023": 34_954}


def test_national_means_are_weighted_by_the_standardised_population(apl):
    known = {"2022": (3.789, 3.342), "2023": (3.745, 3.295)}
    for period, rows in apl.groupby("period"):
        weight = rows["population_standardisee"]
        means = [
            (rows[name] * weight).sum() / weight.sum()
            for name in ("apl_mg", "apl_mg_65_ans_ou_moins")
        ]
        assert means == pytest.approx(known[period], abs=0.0005)


def served(apl, period):
    """Communes from the worst served, with the share of people reached (total population)."""
    rows = apl[apl["period"] == period].sort_values("apl_mg_65_ans_ou_moins")
    people = rows["population_totale"]
    return (
        rows["apl_mg_65_ans_ou_moins"],
        rows["population_standardisee"],
        people.cumsum() / (people.sum()),
    )


def test_people_stand_where_the_producer_says(apl):
    # First decile, median and ninth decile of people, 2023 (DOMAIN 6.3).
    values, _, reached = served(apl, "2023")
    found = [values[reached >= share].iloc[0] for share in (0.1, 0.5, 0.9)]
    assert [round(value, 2) for value in found] == [1.83, 3.20, 4.85]


@pytest.mark.parametrize(("period", "mean"), [("2022", 1.47), ("2023", 1.38)])
def test_the_mean_of_the_worst_served_tenth_is_not_the_first_decile(apl, period, mean):
    values, weight, reached = served(apl, period)
    worst = reached <= 0.1
    assert round((values * weight)[worst].sum() / weight[worst].sum(), 2) == mean


def test_a_threshold_reached_is_not_under_it(apl):
    # 27.4 % under 2.5, 27.5 % when 2.5 itself counts (2023).
    latest = apl[apl["period"] == "2023"]
    values, people = latest["apl_mg_65_ans_ou_moins"], latest["population_totale"]
    shares = [100 * people[one].sum() / people.sum() for one in (values < 2.5, values <= 2.5)]
    assert [round(share, 1) for share in shares] == [27.4, 27.5]


def test_zeros_maximum_and_total_population(apl):
    zeros = (apl["apl_mg"] == 0).groupby(apl["period"]).sum()
    assert zeros.to_dict() == {"2022": 510, "2023": 517}
    assert round(apl["apl_mg"].max(), 1) == 40.0
    latest = apl[apl["period"] == "2023"]
    assert round(latest["population_totale"].sum()) == 67_408_052


def test_three_communes_have_an_apl_and_nobody(apl):
    latest = apl[apl["period"] == "2023"]
    empty = latest[latest["population_totale"] == 0]
    assert sorted(empty["code"]) == ["60694", "85165", "85212"]
    assert (empty["population_standardisee"] == 0).all()


def test_the_optional_ages_are_absent_of_this_edition(apl):
    assert apl[["apl_mg_62_ans_ou_moins", "apl_mg_60_ans_ou_moins"]].isna().all(axis=None)
