"""What is true of every measure: the three cities once, halves, order, masks, a slow oracle."""

import math

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpts_data.measures import Count, Ratio, ShareUnder, WeightedMean
from tests.grounds import ABSENT, LYON, MASK, NAN, OUTSIDE, column, ground, one

# --------------------------------------------------------------------------- cities

CITY_CODES = ["01004", *LYON, "69123"]


def city_ground(pairs):
    people = [1000, *[100] * 9, 900]
    return ground(people, pairs, CITY_CODES, {"69123": LYON})


ALL = [("a", "01004"), ("a", "69123"), ("b", "69381"), ("c", "69123")]


def city_cells(city, parts):
    """20 in the commune, 3 in each part of the city: 47 in all, whatever the rows."""
    return column([20, *[3 if part else ABSENT for part in parts], 27 if city else ABSENT])


@pytest.mark.parametrize(
    ("city", "parts", "one_part"),
    [
        (True, [False] * 9, "manquant"),
        (False, [True] * 9, "observe"),
        (True, [True] * 9, "observe"),
    ],
    ids=["city only", "parts only", "both"],
)
def test_the_city_is_counted_once_whatever_the_rows(city, parts, one_part):
    result = Count("x.n").compute({"x.n": city_cells(city, parts)}, city_ground(ALL))
    assert result.loc["a", "value"] == 47
    assert result.loc["c", "value"] == 27
    assert result.loc["b", "status"] == one_part
    assert result.loc[["a", "c"], "coverage"].tolist() == [1.0, 1.0]


@settings(max_examples=50, deadline=None)
@given(city=st.booleans(), parts=st.lists(st.booleans(), min_size=9, max_size=9))
def test_the_city_is_never_counted_twice_nor_in_part(city, parts):
    cells = city_cells(city, parts)
    place = city_ground(ALL)
    for measure, columns, expected in (
        (Count("x.n"), {"x.n": cells}, {"a": 47, "c": 27, "b": 3}),
        (
            Ratio("x.n", "x.d"),
            {"x.n": cells, "x.d": column([1000, *[100] * 9, ABSENT])},
            {"a": 100 * 47 / 1900, "c": 3.0, "b": 3.0},
        ),
    ):
        result = measure.compute(columns, place)
        for name, value in expected.items():
            if result.loc[name, "status"] == "observe":
                assert result.loc[name, "value"] == pytest.approx(value)
                assert result.loc[name, "coverage"] == pytest.approx(1.0)
            else:
                assert result.loc[name, "status"] == "manquant"
                assert math.isnan(result.loc[name, "value"])
    if all(parts) or (city and not any(parts)):
        assert Count("x.n").compute({"x.n": cells}, place).loc["a", "status"] == "observe"


def test_a_ratio_of_a_city_row_over_parts():
    # emergencies known for the city (27), people by part (9 × 100): 27 / 900 = 3 %
    columns = {
        "x.n": city_cells(True, [False] * 9),
        "x.d": column([1000, *[100] * 9, ABSENT]),
    }
    result = Ratio("x.n", "x.d").compute(columns, city_ground(ALL))
    assert result.loc["c", "value"] == pytest.approx(3.0)
    assert result.loc["a", "value"] == pytest.approx(100 * 47 / 1900)
    assert result.loc["b", "status"] == "manquant"  # a city's figure is not spread on its parts


def test_a_masked_city_masks_whoever_holds_it():
    cells = column([20, *[ABSENT] * 9, MASK], threshold=11)
    result = Count("x.n").compute({"x.n": cells}, city_ground(ALL))
    assert result["status"].tolist() == ["borne", "manquant", "borne"]
    assert result.loc["a", ["lower", "upper"]].tolist() == [21, 30]


# --------------------------------------------------------------------------- properties

counts = st.integers(0, 1000)
places = st.integers(2, 6)


@st.composite
def lands(draw):
    """Units with people, a numerator no larger than its denominator, and two territories."""
    size = draw(places)
    below = draw(st.lists(st.integers(1, 1000), min_size=size, max_size=size))
    above = [draw(st.integers(0, most)) for most in below]
    weights = draw(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=size, max_size=size))
    assume(any(weights))
    return below, above, weights


def pairs_of(weights, name="a"):
    return [(name, i, weight) for i, weight in enumerate(weights) if weight > 0]


@settings(max_examples=50, deadline=None)
@given(lands())
def test_a_ratio_lies_between_its_communes(land):
    below, above, weights = land
    columns = {"x.n": column(above), "x.d": column(below)}
    place = ground(below, pairs_of(weights))
    held = [100 * a / b for a, b, w in zip(above, below, weights, strict=True) if w > 0]
    for measure in (Ratio("x.n", "x.d"), WeightedMean("x.i", "x.d")):
        both = columns | {"x.i": column([100 * a / b for a, b in zip(above, below, strict=True)])}
        value = one(measure, both, place)["value"]
        assert min(held) - 1e-9 <= value <= max(held) + 1e-9


@settings(max_examples=50, deadline=None)
@given(lands(), st.lists(st.booleans(), min_size=6, max_size=6))
def test_two_halves_make_the_whole(land, sides):
    below, above, _ = land
    columns = {"x.n": column(above), "x.d": column(below)}
    pairs = [("whole", i) for i in range(len(below))]
    pairs += [("left" if sides[i] else "right", i) for i in range(len(below))]
    pairs += [("half", i, 0.5) for i in range(len(below))]
    result = Count("x.n").compute(columns, ground(below, pairs))["value"]
    assert result.get("left", 0) + result.get("right", 0) == result["whole"]
    assert result["half"] * 2 == result["whole"]
    ratio = Ratio("x.n", "x.d").compute(columns, ground(below, pairs))
    assert ratio.loc["half", "value"] == pytest.approx(ratio.loc["whole", "value"])
    total = ratio["value"] * ratio["denominator"] / 100
    assert total.get("left", 0) + total.get("right", 0) == pytest.approx(total["whole"])


@settings(max_examples=50, deadline=None)
@given(lands(), st.randoms())
def test_order_is_of_no_importance(land, random):
    below, above, weights = land
    order = list(range(len(below)))
    random.shuffle(order)
    codes = [f"0100{i}" for i in range(len(below))]
    pairs = [("a", codes[i], weights[i]) for i in range(len(below)) if weights[i] > 0]
    straight = ground(below, pairs, codes)
    shuffled = ground([below[i] for i in order], pairs[::-1], [codes[i] for i in order])
    for measure in (Ratio("x.n", "x.d"), ShareUnder("x.n", 50, "x.d"), Count("x.n")):
        first = one(measure, {"x.n": column(above), "x.d": column(below)}, straight)
        second = one(
            measure,
            {"x.n": column([above[i] for i in order]), "x.d": column([below[i] for i in order])},
            shuffled,
        )
        pd.testing.assert_series_equal(first, second)


@settings(max_examples=50, deadline=None)
@given(lands(), st.lists(st.booleans(), min_size=6, max_size=6))
def test_a_masked_cell_never_becomes_zero(land, masks):
    below, above, weights = land
    secret = [min(max(n, 1), 10) for n in above]  # what the producer hides: 1 to 10
    cells = [MASK if hide else n for n, hide in zip(secret, masks, strict=False)]
    columns = {"x.n": column(cells, threshold=11), "x.d": column(below)}
    place = ground(below, pairs_of(weights))
    hidden = any(cell == MASK and w > 0 for cell, w in zip(cells, weights, strict=True))
    truth = sum(n * w for n, w in zip(secret, weights, strict=True))
    row = one(Count("x.n"), columns, place)
    if hidden:
        assert row["status"] == "borne"
        assert math.isnan(row["value"])
        assert row["lower"] - 1e-9 <= truth <= row["upper"] + 1e-9
        ratio = one(Ratio("x.n", "x.d"), columns, place)
        assert ratio["status"] == "borne"
        assert ratio["lower"] > 0
        assert math.isnan(ratio["value"])
        for measure in (WeightedMean("x.n", "x.d"), ShareUnder("x.n", 5, "x.d")):
            told = one(measure, columns, place)
            assert told["status"] in ("masque", "estime")
            assert (told["status"] == "estime") == (not math.isnan(told["value"]))
    else:
        assert row["status"] == "observe"
        assert row["value"] == pytest.approx(truth)


CELLS = st.one_of(st.integers(0, 50), st.sampled_from([MASK, NAN, ABSENT, OUTSIDE]))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(CELLS, CELLS, st.integers(0, 3), st.sampled_from([0.0, 0.5, 1.0])),
        min_size=1,
        max_size=5,
    )
)
def test_against_a_slow_oracle_in_plain_loops(rows):
    assume(any(weight > 0 for *_, weight in rows))
    above, below, people, weights = (list(cells) for cells in zip(*rows, strict=True))
    columns = {"x.n": column(above, threshold=11), "x.d": column(below)}
    row = one(Ratio("x.n", "x.d"), columns, ground(people, pairs_of(weights)))

    top = bottom = known = total = 0.0
    masked = missing = masked_base = anything = False
    for n, d, persons, weight in rows:
        if weight == 0:
            continue
        total += persons * weight
        if OUTSIDE in (n, d):
            continue
        numbers = [isinstance(cell, int) for cell in (n, d)]
        if all(numbers):
            top, bottom, known = top + n * weight, bottom + d * weight, known + persons * weight
            anything = True
        elif all(number or cell == MASK for number, cell in zip(numbers, (n, d), strict=True)):
            masked = anything = True
            masked_base |= d == MASK
            bottom += 0 if d == MASK else d * weight
        elif persons > 0:
            missing = True
    if missing:
        expected = "manquant"
    elif masked_base:
        expected = "masque"
    elif not anything or bottom == 0:
        expected = "sans_objet"
    else:
        expected = "borne" if masked else "observe"
    assert row["status"] == expected
    if expected == "observe":
        assert row["value"] == pytest.approx(100 * top / bottom)
    else:
        assert math.isnan(row["value"])
    if total:
        assert row["coverage"] == pytest.approx(known / total)
