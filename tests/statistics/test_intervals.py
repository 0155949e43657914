import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.statistics import StatisticsError
from cpts_data.statistics.intervals import (
    byar,
    exact_poisson,
    grouped,
    proportion,
    rate,
    wilson,
)

LEVELS = st.floats(0.9, 0.999)


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [(20, 0.133, 0.289), (65, 0.553, 0.736)],  # DOMAIN 7.2
)
def test_wilson_as_published(count, lower, upper):
    assert wilson(count, 100) == pytest.approx((lower, upper), abs=5e-4)


def test_wilson_without_event_depends_on_the_total_alone():
    z2 = 1.959963984540054**2
    assert wilson(0, 10) == (0.0, pytest.approx(z2 / (10 + z2), rel=1e-12))
    assert wilson(10, 10) == (pytest.approx(10 / (10 + z2), rel=1e-12), 1.0)


def test_wilson_of_nothing_is_missing():
    assert all(math.isnan(bound) for bound in wilson(0, 0))
    assert all(math.isnan(bound) for bound in wilson(None, 10))


@pytest.mark.parametrize(
    ("function", "count", "lower", "upper"),
    [
        (byar, 65, 50.16, 82.85),  # DOMAIN 7.3
        (exact_poisson, 5, 1.62, 11.67),
        (exact_poisson, 0, 0, 3.69),
    ],
)
def test_counts_as_published(function, count, lower, upper):
    assert function(count) == pytest.approx((lower, upper), abs=5e-3)


def test_exact_poisson_by_hand():
    # P(X >= 1) = 1 - exp(-m) = 0.025 at the lower limit; P(X = 0) = exp(-m) = 0.025 at the upper.
    assert exact_poisson(1)[0] == pytest.approx(-math.log(0.975), rel=1e-12)
    assert exact_poisson(0)[1] == pytest.approx(-math.log(0.025), rel=1e-12)


def test_byar_has_no_lower_bound_where_it_would_be_negative():
    lower, upper = byar([0, 1, 4], 0.998)
    assert np.isnan(lower[:2]).all()
    assert lower[2] > 0
    assert (upper > [0, 1, 4]).all()


def test_proportion_in_per_cent():
    got = proportion(20, 100, per=100)
    assert list(got.columns) == ["value", "lower", "upper", "method"]
    assert got.loc[0, "value"] == 20
    assert got.loc[0, ["lower", "upper"]].tolist() == pytest.approx([13.3, 28.9], abs=0.05)
    assert got.loc[0, "method"] == "Wilson"


def test_rate_changes_method_at_ten_events():
    got = rate([9, 10, None], 1000, per=1000)
    assert got["method"].tolist()[:2] == ["Exact", "Byars"]
    assert pd.isna(got.loc[2, "method"])
    assert got.loc[0, "lower"] == pytest.approx(exact_poisson(9)[0])
    assert got.loc[1, "upper"] == pytest.approx(byar(10)[1])
    assert got.loc[2, ["value", "lower", "upper"]].isna().all()


def test_index_is_kept_and_nothing_is_changed():
    count = pd.Series([1, None, 3], index=["2A004", "97105", "75056"], dtype="Int64")
    before = count.copy()
    got = rate(count, pd.Series([10, 10, 10], index=count.index))
    assert got.index.equals(count.index)
    assert got["value"].isna().tolist() == [False, True, False]
    lower, _ = byar(count)
    assert lower.index.equals(count.index)
    pd.testing.assert_series_equal(count, before)


@pytest.mark.parametrize("level", [0.95, 95, 95.0, np.float64(0.95)])
def test_confidence_as_share_or_per_cent(level):
    assert wilson(20, 100, level) == pytest.approx(wilson(20, 100))


def test_grouped_sums_first_and_keeps_the_order_of_appearance():
    got = grouped([3, 4, None, 4], [100, 50, 80, 20], by=["b", "b", "a", "a"])
    assert list(got.index) == ["b", "a"]
    assert got.loc["b"].tolist() == [7, 150]
    assert math.isnan(got.loc["a", "count"])
    assert got.loc["a", "total"] == 100


def test_missing_wins_over_full_confidence():
    assert proportion(None, 10, confidence=1)[["lower", "upper"]].isna().all(axis=None)


def test_all_faults_are_told_at_once_with_their_rows():
    count = pd.Series([-80, 30, 5, 9], index=["01001", "01002", "01004", "01005"])
    with pytest.raises(StatisticsError) as caught:
        proportion(count, pd.Series([100, -1, 4, 9], index=count.index))
    message = str(caught.value)
    assert "numérateur doit être supérieur ou égal à zéro (ligne 01001 ; trouvé −80)" in message
    assert "dénominateur doit être supérieur à zéro (ligne 01002 ; trouvé −1)" in message
    assert "numérateur ne peut pas dépasser le dénominateur (ligne 01004 ; trouvé 5)" in message


@settings(deadline=None)
@given(st.integers(0, 10**7), st.integers(1, 10**7), LEVELS)
def test_proportion_stays_inside_its_interval(count, total, level):
    count = min(count, total)
    row = proportion(count, total, confidence=level).loc[0]
    assert 0 <= row["lower"] <= row["value"] <= row["upper"] <= 1


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10**6), LEVELS)
def test_rate_stays_inside_its_interval(count, population, level):
    row = rate(count, population, confidence=level).loc[0]
    assert 0 <= row["lower"] <= row["value"] <= row["upper"]


@settings(deadline=None)
@given(st.integers(0, 10**5), LEVELS)
def test_bounds_of_counts_grow_with_the_count(count, level):
    for function in (byar, exact_poisson):
        lower, upper = function([count, count + 1], level)
        assert upper[0] < upper[1]
        assert np.isnan(lower[0]) or lower[0] < lower[1]


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(1, 1000))
def test_more_confidence_is_wider(count, total):
    count = min(count, total)
    narrow, wide = wilson(count, total, 0.95), wilson(count, total, 0.998)
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]
    narrow, wide = exact_poisson(count, 0.95), exact_poisson(count, 0.998)
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(1, 500))
def test_the_complement_mirrors_wilson(count, total):
    count = min(count, total)
    lower, upper = wilson(count, total)
    other_lower, other_upper = wilson(total - count, total)
    assert (1 - other_upper, 1 - other_lower) == pytest.approx((lower, upper), abs=1e-12)


@settings(deadline=None)
@given(st.floats(allow_nan=False))
def test_levels_out_of_range_are_refused(level):
    if 0.9 <= level <= 1 or 90 <= level <= 100:
        wilson(1, 2, level)
    else:
        with pytest.raises(StatisticsError, match="confiance"):
            wilson(1, 2, level)
