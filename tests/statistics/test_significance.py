import math
from enum import StrEnum

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.statistics import StatisticsError
from cpts_data.statistics.intervals import exact_poisson, rate, wilson
from cpts_data.statistics.significance import (
    FunnelClass,
    Verdict,
    against,
    funnel_class,
    funnel_limits,
    trend,
)


class Polarity(StrEnum):
    HIGH_IS_GOOD = "high_is_good"
    LOW_IS_GOOD = "low_is_good"
    NO_JUDGEMENT = "no_judgement"


@pytest.mark.parametrize(
    ("reference", "polarity", "verdict"),
    [
        (9, "high_is_good", "plus_eleve_favorable"),
        (9, "low_is_good", "plus_eleve_defavorable"),
        (9, "no_judgement", "plus_eleve"),
        (21, "high_is_good", "moins_eleve_defavorable"),
        (21, "low_is_good", "moins_eleve_favorable"),
        (21, "no_judgement", "moins_eleve"),
        (15, "high_is_good", "proche"),
        (10, "low_is_good", "proche"),
        (20, "low_is_good", "proche"),
        (None, "low_is_good", "non_comparable"),
    ],
)
def test_an_interval_of_10_to_20(reference, polarity, verdict):
    got = against(10, 20, reference, polarity)
    assert got is Verdict(verdict)
    assert against(10, 20, reference, Polarity(polarity)) is got


def test_two_levels():
    got = against(10, 20, [4, 8, 15, 22, 30], "high_is_good", strong=(5, 25))
    assert got.tolist() == [
        "plus_eleve_favorable_net",
        "plus_eleve_favorable",
        "proche",
        "moins_eleve_defavorable",
        "moins_eleve_defavorable_net",
    ]


def test_verdicts_say_what_they_are():
    net = Verdict.PLUS_ELEVE_DEFAVORABLE_NET
    assert (net.direction, net.judgement, net.strong) == (1, -1, True)
    light = Verdict.MOINS_ELEVE_FAVORABLE
    assert (light.direction, light.judgement, light.strong) == (-1, 1, False)
    for verdict in (Verdict.PROCHE, Verdict.INSUFFISANT, Verdict.NON_COMPARABLE):
        assert (verdict.direction, verdict.judgement, verdict.strong) == (0, 0, False)
    assert len(Verdict) == 2 * 3 * 2 + 3


def test_series_polarity_by_row_and_missing_interval():
    lower = pd.Series([10, 10, None], index=["a", "b", "c"])
    got = against(lower, lower + 5, 9, pd.Series(["high_is_good", "low_is_good", "no_judgement"]))
    assert got.to_dict() == {
        "a": "plus_eleve_favorable",
        "b": "plus_eleve_defavorable",
        "c": "insuffisant",
    }


def test_an_unbounded_interval_can_still_be_compared():
    assert against(10, math.inf, 9) is Verdict.PLUS_ELEVE
    assert against(10, math.inf, 1e9) is Verdict.PROCHE


def test_faults_of_a_comparison():
    with pytest.raises(StatisticsError, match="Polarité inconnue : bon"):
        against(1, 2, 3, "bon")
    with pytest.raises(StatisticsError, match="dépasse la borne haute"):
        against(3, 2, 1)
    with pytest.raises(StatisticsError, match="une par ligne"):
        against([1, 1, 1], 2, 1, pd.Series(["low_is_good", "low_is_good"]))


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(1, 300), st.floats(0, 1))
def test_polarity_never_changes_the_direction(count, total, reference):
    interval = wilson(min(count, total), total)
    strong = wilson(min(count, total), total, 0.998)
    verdicts = [against(*interval, reference, p, strong=strong) for p in Polarity]
    assert len({(v.direction, v.strong) for v in verdicts}) == 1
    good, bad, neutral = (v.judgement for v in verdicts)
    assert good == -bad == verdicts[0].direction
    assert neutral == 0


def test_funnel_of_a_proportion_by_hand():
    # 0.5 -/+ 1.959964 x sqrt(0.25/100) and 3.090232 x the same
    got = funnel_limits("proportion x100", 100, 0.5).loc[0]
    assert got.tolist() == pytest.approx([40.20018, 59.79982, 34.54884, 65.45116], abs=1e-5)
    assert funnel_limits("proportion x100", 2, 0.9).loc[0, "upper_3s"] == 100


def test_wilson_touches_the_benchmark_at_the_funnel():
    limit = funnel_limits("proportion", 400, 0.3).loc[0]
    assert wilson(400 * limit["lower_2s"], 400)[1] == pytest.approx(0.3)
    assert wilson(400 * limit["upper_3s"], 400, 0.998)[0] == pytest.approx(0.3)


def test_funnel_of_events_by_hand():
    lower, upper = exact_poisson(50)
    got = funnel_limits("ratio isr (x100)", [50, 0, None], 1)
    assert got.loc[0, "lower_2s"] == pytest.approx(100 * 50 / upper)
    assert got.loc[0, "upper_2s"] == pytest.approx(100 * 50 / lower)
    assert got.loc[1].tolist() == [0, math.inf, 0, math.inf]
    assert got.loc[2].isna().all()
    excess = funnel_limits("ratio count (obs/exp - 1)", 50, 1).loc[0]
    assert excess["upper_2s"] == pytest.approx(50 / lower - 1)
    per_thousand = funnel_limits("rate per 1000", 50, 8).loc[0]
    assert per_thousand["lower_2s"] == pytest.approx(8 * 50 / upper)


def test_classes_of_a_funnel_by_hand():
    # 100 at 50 %: limits 40.2, 59.8 and 34.5, 65.5
    got = funnel_class("proportion", pd.Series([34, 40, 50, 60, 66], index=list("abcde")), 100, 0.5)
    assert got.to_dict() == dict(
        zip(
            "abcde",
            ["Low (0.001)", "Low (0.025)", "Not significant", "High (0.025)", "High (0.001)"],
            strict=True,
        )
    )


def test_classes_of_rates():
    assert funnel_class("rate_crude", 65, 1000, 0.040) is FunnelClass.HIGH_STRONG
    assert funnel_class("rate_crude", 65, 1000, 0.045) is FunnelClass.HIGH
    assert funnel_class("ratio", 0, 3, 1) is FunnelClass.NOT_SIGNIFICANT
    assert funnel_class("ratio", 0, 4, 1) is FunnelClass.LOW
    assert funnel_class("rate_dsr", [9, 0], [100, None], 1).tolist() == [FunnelClass.FEW_EVENTS] * 2
    assert funnel_class("ratio", None, 10, 1) is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: funnel_limits("median", 3, 1), "« median » inconnue"),
        (lambda: funnel_limits("proportion x100", 0, 0.5), "supérieur à zéro"),
        (lambda: funnel_limits("proportion x100", 10, 50), "entre 0 et 1"),
        (lambda: funnel_limits("rate per 1000", -1, 5), "supérieur ou égal à zéro"),
        (lambda: funnel_class("rates", 1, 2, 1), "« rates » inconnue"),
        (lambda: funnel_class("ratio", 1, 0, 1), "supérieur à zéro"),
        (lambda: funnel_class("rate_crude", None, 10, 1), "absent"),
        (lambda: funnel_class("proportion", 1, 2, 50), "entre 0 et 1"),
    ],
)
def test_faults_of_a_funnel(call, message):
    with pytest.raises(StatisticsError, match=message):
        call()


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(1, 100_000), st.floats(1e-6, 1e-1))
def test_the_class_of_a_rate_agrees_with_its_interval(count, population, benchmark):
    row = rate(count, population, per=1).loc[0]
    outside = benchmark < row["lower"] or benchmark > row["upper"]
    got = funnel_class("rate_crude", count, population, benchmark)
    assert (got is not FunnelClass.NOT_SIGNIFICANT) == outside


def around(values, width=3.92):
    values = np.asarray(values, dtype=float)
    return values, values - width / 2, values + width / 2


def test_a_slope_of_one_by_hand():
    # Standard errors of 1: slope 1, its variance 1/10, chi-squared 10 > 9.5495.
    got = trend(*around([10, 11, 12, 13, 14]), "low_is_good")
    assert (got.direction, got.judgement) == ("hausse", -1)
    assert got.slope == pytest.approx(1)
    assert got.chi_squared == pytest.approx(10)
    assert trend(*around([10, 9, 8, 7, 6]), "low_is_good").judgement == 1
    assert trend(*around([10, 9, 8, 7, 6])).direction == "baisse"
    assert trend(*around([10, 9, 8, 7, 6])).judgement == 0


def test_just_under_the_threshold_is_stable():
    # Slope 0.97: chi-squared 9.409.
    got = trend(*around(0.97 * np.arange(5)), "high_is_good")
    assert (got.direction, got.judgement) == ("stable", 0)
    assert got.chi_squared == pytest.approx(9.409)


def test_a_trend_made_by_one_point_is_none():
    got = trend(*around([0, 0, 0, 0, 10]))
    assert got.chi_squared == pytest.approx(40)
    assert got.direction == "stable"


def test_only_the_last_five_points_count():
    values, lower, upper = around([100, 50, 10, 11, 12, 13, 14])
    assert trend(values, lower, upper) == trend(*around([10, 11, 12, 13, 14]))


def test_precise_points_weigh_more():
    # The middle weighs a million million times less: only the ends, 0 and 4 four steps on, count.
    values = np.array([0.0, 9.0, 2.0, -9.0, 4.0])
    width = np.array([1, 1e6, 1e6, 1e6, 1]) * 3.92
    assert trend(values, values - width / 2, values + width / 2).slope == pytest.approx(1)


@pytest.mark.parametrize(
    "series",
    [
        around([1, 2, 3, 4]),
        around([1, 2, None, 4, 5]),
        around([1, 2, 3, 4, 5], width=0),
        around([1, 2, 3, 4, 5], width=math.inf),
        around([]),
    ],
)
def test_what_cannot_be_calculated(series):
    got = trend(*series, "high_is_good")
    assert (got.direction, got.judgement) == ("non_calculable", 0)
    assert math.isnan(got.slope)


@settings(deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=5, max_size=9), st.floats(0.1, 50))
def test_a_mirrored_series_has_the_mirrored_trend(values, width):
    up = trend(*around(values, width), "high_is_good")
    down = trend(*around(-np.array(values), width), "high_is_good")
    mirror = {"hausse": "baisse", "baisse": "hausse"}
    assert down.direction == mirror.get(up.direction, up.direction)
    assert down.judgement == -up.judgement


def test_rates_refuse_what_a_ratio_leaves_missing():
    assert funnel_class("ratio", [None, 5], [10, 10], 1)[0] is None
    for statistic in ("rate_crude", "rate_dsr"):
        with pytest.raises(StatisticsError, match="absent"):
            funnel_class(statistic, [None, 50], [100, 100], 0.5)
        with pytest.raises(StatisticsError, match="absent"):
            funnel_class(statistic, [50, 60], [None, 100], 0.5)
    # Under ten events a standardised rate has its own class, and no denominator.
    assert (
        funnel_class("rate_dsr", [0], [None], 0.5)[0]
        == "Not applicable for events less than 10 for dsrs"
    )


def test_a_funnel_around_nothing_has_no_room():
    limits = funnel_limits("rate", [0, 5, 5], [0, 0, None])
    assert (limits.iloc[:2] == 0).all(axis=None)
    assert limits.iloc[2].isna().all()


@pytest.mark.parametrize("statistic", [None, 3, ["ratio"]])
def test_a_statistic_is_named(statistic):
    with pytest.raises(StatisticsError, match="inconnue"):
        funnel_limits(statistic, 10, 0.5)
    with pytest.raises(StatisticsError, match="inconnue"):
        funnel_class(statistic, 5, 10, 0.5)
