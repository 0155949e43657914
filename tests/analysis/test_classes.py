import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.analysis.classes import METHODS, breaks, classify, quantile_group
from cpts_data.statistics import StatisticsError


def test_quintiles_of_ten():
    values = pd.Series(range(10, 0, -1), index=list("abcdefghij"))
    assert quantile_group(values, 5).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert quantile_group(values, 5, invert=False).tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert quantile_group(values, 5).index.equals(values.index)


def test_ties_share_a_group_and_gaps_have_none():
    values = pd.Series([1, 1, 1, 4, None])
    got = quantile_group(values, 2, invert=False)
    assert got.dtype == "Int64"
    # N = 4, k = 2: rank 1 gives 3 - ceil(4 / 2) = 1, rank 4 gives 3 - ceil(1 / 2) = 2.
    assert got.tolist() == [1, 1, 1, 2, pd.NA]


def test_too_few_values_for_the_groups():
    assert quantile_group(pd.Series([1.0, 2.0, None]), 3).isna().all()


def test_groups_within_groups():
    values = pd.Series([1, 2, 3, 4, 100, 200])
    by = ["a", "b", "a", "b", "a", "b"]
    got = quantile_group(values, 3, invert=pd.Series([True, False] * 3), by=by)
    assert got.tolist() == [3, 1, 2, 2, 1, 3]
    assert quantile_group(values, 3, by=["a"] * 5 + ["b"]).isna().tolist() == [False] * 5 + [True]


@pytest.mark.parametrize("groups", [0, -1, 2.5])
def test_a_number_of_groups_is_whole_and_positive(groups):
    with pytest.raises(StatisticsError, match="nombre de groupes"):
        quantile_group(pd.Series([1, 2]), groups)


@settings(deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=60), st.integers(1, 10))
def test_groups_follow_the_values(values, groups):
    got = quantile_group(pd.Series(values), groups, invert=False)
    if len(values) < groups:
        assert got.isna().all()
        return
    assert got.between(1, groups).all()
    ordered = got[pd.Series(values).sort_values().index]
    assert ordered.is_monotonic_increasing


@pytest.mark.parametrize(
    ("method", "classes", "bounds"),
    [
        ("quantiles", 4, [2.5, 4, 5.5, 7]),
        ("egales", 3, [3, 5, 7]),
        ("seuils", [2.5, 4], [2.5, 4, 7]),
        ("seuils", [4, 2.5, 10], [2.5, 4, 10]),
    ],
)
def test_bounds_of_one_to_seven(method, classes, bounds):
    assert breaks(pd.Series([7, 2, 3, None, 5, 4, 6, 1]), method, classes) == pytest.approx(bounds)


def test_natural_breaks_find_the_gaps():
    values = pd.Series([1, 2, 3, 51, 52, 101, 102, 103, np.inf, None])
    assert breaks(values, "jenks", 3) == [3, 52, 103]


def test_equal_optima_take_the_lowest_bound():
    # 1..10 in three classes: 3-3-4, 3-4-3 and 4-3-3 are as good (within sum of squares 9).
    for factor in (1, 0.1, 1e9):
        values = pd.Series(range(1, 11)) * factor
        assert breaks(values, "jenks", 3) == pytest.approx([3 * factor, 6 * factor, 10 * factor])


def within(values, bounds):
    place = np.searchsorted(bounds, values)
    return sum(
        float(((part - part.mean()) ** 2).sum())
        for part in (values[place == one] for one in range(len(bounds)))
        if part.size
    )


def best_by_trying_all(values, classes):
    """Smallest within sum of squares over every way to cut: the slow, sure oracle."""
    points = sorted(set(values))

    def cut(start, left):
        if left == 1:
            return within(values[values >= points[start]], [points[-1]])
        ends = range(start + 1, len(points) - left + 2)
        return min(
            within(
                values[(values >= points[start]) & (values < points[end])],
                [points[end - 1]],
            )
            + cut(end, left - 1)
            for end in ends
        )

    return cut(0, classes)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=4, max_size=14), st.integers(2, 4))
def test_natural_breaks_are_the_optimum(numbers, classes):
    values = np.array(numbers, dtype=float)
    if len(set(numbers)) < classes:
        return
    bounds = breaks(pd.Series(values), "jenks", classes)
    assert len(bounds) == classes
    assert within(values, bounds) == pytest.approx(best_by_trying_all(values, classes), abs=1e-9)


def test_natural_breaks_of_all_communes_are_exact():
    random = np.random.default_rng(3)
    values = pd.Series(np.concatenate([random.normal(m, 1, 7000) for m in (0, 50, 100, 150, 200)]))
    bounds = breaks(values, "jenks", 5)
    assert np.allclose(bounds, [values[values < m].max() for m in (25, 75, 125, 175, 300)])
    assert breaks(values.sample(frac=1, random_state=1), "jenks", 5) == bounds


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("values", [[], [None, None], [3, 3, 3], [3], [1, 5], [0, 0, 0, 0, 9]])
def test_few_distinct_values_never_fail(method, values):
    series = pd.Series(values, dtype=float)
    known = series.dropna()
    bounds = breaks(series, method, [2.0, 4.0] if method == "seuils" else 5)
    assert bounds == sorted(set(bounds))
    if method != "seuils":
        assert bool(bounds) == bool(len(known))
    assert classify(series, bounds).isna().tolist() == series.isna().tolist()


@settings(deadline=None)
@given(
    st.sampled_from(METHODS),
    st.lists(
        st.one_of(st.floats(-1e6, 1e6), st.just(math.nan), st.integers(-3, 3)),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 9),
)
def test_every_value_falls_in_a_class(method, values, classes):
    series = pd.Series(values, dtype=float)
    bounds = breaks(series, method, [-1.0, 0.0, 5.5] if method == "seuils" else classes)
    assert bounds == sorted(set(bounds))
    place = classify(series, bounds)
    known = series.notna()
    assert place.notna().equals(known)
    if known.any():
        tolerance = 1e-9 * series.abs().max()
        assert series.max() <= bounds[-1] + tolerance
        upper = np.array(bounds)[place[known].astype(int)]
        assert (series[known] <= upper + tolerance).all()
    if method in ("quantiles", "jenks", "egales"):
        assert len(bounds) <= classes


def test_a_threshold_belongs_below_or_above():
    values = pd.Series([2.4, 2.5, 4.0, 7.0, None], index=list("abcde"))
    assert classify(values, [2.5, 4, 5]).tolist() == [0, 0, 1, 2, pd.NA]
    assert classify(values, [2.5, 4, 5], closed="left").tolist() == [0, 1, 2, 2, pd.NA]
    assert classify(values, [2.5, 4, 5]).index.equals(values.index)


@pytest.mark.parametrize(
    ("method", "classes", "message"),
    [
        ("kmeans", 5, "« kmeans »"),
        ("jenks", 0, "entier supérieur à zéro"),
        ("jenks", 2.5, "entier supérieur à zéro"),
        ("jenks", [1, 2], "entier supérieur à zéro"),
        ("seuils", 5, "liste des seuils"),
    ],
)
def test_faults_of_a_classification(method, classes, message):
    with pytest.raises(StatisticsError, match=message):
        breaks(pd.Series([1.0, 2.0, 3.0]), method, classes)


def test_text_is_not_classified():
    with pytest.raises(StatisticsError, match="nombres"):
        breaks(pd.Series(["a"]), "jenks", 3)


@pytest.mark.parametrize("values", [[5, 1, 3], (5, 1, 3), np.array([5, 1, 3])])
def test_values_without_an_index_are_numbered(values):
    assert quantile_group(values, 3).tolist() == [1, 3, 2]
    assert classify(values, [2, 6]).tolist() == [1, 0, 1]
    assert breaks(values, "egales", 2) == [3, 5]


@pytest.mark.parametrize("groups", [None, "2", float("nan"), float("inf"), True])
def test_what_is_no_number_of_groups_is_refused(groups):
    with pytest.raises(StatisticsError, match="nombre de groupes"):
        quantile_group(pd.Series([1, 2, 3]), groups)


@pytest.mark.parametrize("invert", [6, "False", None, [True, False], [True, None, True]])
def test_the_direction_is_true_or_false(invert):
    with pytest.raises(StatisticsError, match="vraie ou fausse"):
        quantile_group(pd.Series([1, 2, 3]), 2, invert=invert)


def test_one_group_of_territories_by_value():
    with pytest.raises(StatisticsError, match="3 valeurs, 1 groupes"):
        quantile_group(pd.Series([1, 2, 3]), 2, by=["a"])
