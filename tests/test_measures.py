"""Sum first, divide last; masked, missing, zero and « not applicable » are never confused."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpts_data.measures import (
    Count,
    Ground,
    Published,
    Rate,
    Ratio,
    ShareUnder,
    Status,
    UnitColumn,
    WeightedMean,
)
from cpts_data.territories import Level, Territories, Units

LYON = tuple(str(code) for code in range(69381, 69390))
NAN = float("nan")
MASK = "s"
OUTSIDE = "-"
ABSENT = None


def units_of(codes, cities=None):
    table = pd.DataFrame({"departement": ["01"] * len(codes)}, index=list(codes))
    return Units(table, cities or {})


def column(cells, threshold=None, zeros_published=True, estimated=()):
    """Cells as one writes them: a number, ``s``, ``-`` (out of the field), NaN, None (no row)."""
    values = [cell if isinstance(cell, int | float) else NAN for cell in cells]
    return UnitColumn(
        values=np.array(values, dtype=float),
        present=np.array([cell is not ABSENT and cell != OUTSIDE for cell in cells]),
        masked=np.array([cell == MASK for cell in cells]),
        outside=np.array([cell == OUTSIDE for cell in cells]),
        estimated=np.array([i in estimated for i in range(len(cells))]),
        threshold=threshold,
        zeros_published=zeros_published,
    )


def ground(population, pairs, codes=None, cities=None, own=None):
    """Territories ``a, b, …`` from (territory, unit position or code, weight)."""
    codes = codes or [f"0100{i}" for i in range(len(population))]
    units = units_of(codes, cities)
    rows = [(t, codes[u] if isinstance(u, int) else u, *w) for t, u, *w in pairs]
    rows = [(*row, 1.0)[:3] for row in rows]
    table = pd.DataFrame(rows, columns=["territory", "unit", "weight"])
    names = pd.Series({name: name for name in sorted(set(table["territory"]))})
    made = Territories.from_pairs(Level.CPTS, names, table, units)
    return Ground(made, np.array(population, dtype=float), own or {})


def one(measure, columns, place, territory="a"):
    return measure.compute(columns, place).loc[territory]


def whole(count, start=0):
    return [("a", i) for i in range(start, start + count)]


# --------------------------------------------------------------------------- by hand


def test_a_count_adds_by_hand():
    place = ground([1000, 2000, 3000], [("a", 0), ("a", 1), ("b", 2, 0.5)])
    result = Count("x.n").compute({"x.n": column([3, 4, 10])}, place)
    assert result.loc["a", "value"] == 7  # 3 + 4
    assert result.loc["b", "value"] == 5  # half of 10
    assert result["status"].tolist() == ["observe", "observe"]
    assert result["coverage"].tolist() == [1.0, 1.0]


def test_a_ratio_divides_last():
    # (10 + 30) / (100 + 900) = 4 %, and not the mean of 10 % and 3.33 %
    columns = {"x.n": column([10, 30]), "x.d": column([100, 900])}
    row = one(Ratio("x.n", "x.d"), columns, ground([100, 900], whole(2)))
    assert row["value"] == pytest.approx(4.0)
    assert (row["numerator"], row["denominator"]) == (40, 1000)


def test_a_rate_is_per_hundred_thousand():
    columns = {"x.n": column([3]), "x.d": column([6000])}
    assert one(Rate("x.n", "x.d"), columns, ground([6000], whole(1)))["value"] == pytest.approx(50)


def test_a_true_zero_is_a_value():
    row = one(Count("x.n"), {"x.n": column([0, 0])}, ground([10, 20], whole(2)))
    assert (row["value"], row["status"]) == (0.0, "observe")


def test_one_missing_commune_makes_the_sum_missing():
    for cell in (NAN, ABSENT):
        row = one(Count("x.n"), {"x.n": column([3, cell])}, ground([900, 100], whole(2)))
        assert math.isnan(row["value"])
        assert row["status"] == "manquant"
        assert row["coverage"] == pytest.approx(0.9)


def test_a_commune_of_one_inhabitant_is_not_skipped():
    place = ground([67_000_000, 1], whole(2))
    assert one(Count("x.n"), {"x.n": column([3, ABSENT])}, place)["status"] == "manquant"
    assert one(Count("x.n"), {"x.n": column([3, 0])}, place)["status"] == "observe"


def test_a_commune_without_inhabitants_may_be_absent():
    columns = {"x.n": column([3, ABSENT])}
    row = one(Count("x.n"), columns, ground([900, 0], whole(2)))
    assert (row["value"], row["status"]) == (3, "observe")
    row = one(Count("x.n"), columns, ground([900, 0], [("a", 1)]))
    assert row["status"] == "sans_objet"


def test_out_of_the_field_lowers_the_coverage_only():
    columns = {"x.n": column([3, OUTSIDE])}
    row = one(Count("x.n"), columns, ground([900, 100], whole(2)))
    assert (row["value"], row["status"]) == (3, "observe")
    assert row["coverage"] == pytest.approx(0.9)
    row = one(Count("x.n"), columns, ground([900, 100], [("a", 1)]))
    assert row["status"] == "sans_objet"


def test_bounds_of_a_masked_sum_as_in_domain_8_3():
    # 42 + 18 + 0 = 60 visible, two masked under 11: between 60 + 2×1 and 60 + 2×10
    cells = [42, 18, 0, MASK, MASK]
    place = ground([180] * 5, whole(5))
    row = one(Count("x.n"), {"x.n": column(cells, threshold=11)}, place)
    assert row["status"] == "borne"
    assert (row["lower"], row["upper"]) == (62, 80)
    assert math.isnan(row["value"])
    assert math.isnan(row["numerator"])
    columns = {"x.n": column(cells, threshold=11), "x.d": column([180] * 5)}
    row = one(Ratio("x.n", "x.d"), columns, place)
    assert row["lower"] == pytest.approx(100 * 62 / 900)  # 6,9 %
    assert row["upper"] == pytest.approx(100 * 80 / 900)  # 8,9 %
    assert row["denominator"] == 900
    # zeros are masked too: the least is 60
    hidden = column(cells, threshold=11, zeros_published=False)
    assert one(Count("x.n"), {"x.n": hidden}, place)["lower"] == 60


def test_without_a_threshold_a_masked_sum_is_masked():
    row = one(Count("x.n"), {"x.n": column([42, MASK])}, ground([10, 10], whole(2)))
    assert row["status"] == "masque"
    assert row[["value", "lower", "upper", "numerator"]].isna().all()


def test_missing_beats_masked():
    cells = column([42, MASK, NAN], threshold=11)
    row = one(Count("x.n"), {"x.n": cells}, ground([10] * 3, whole(3)))
    assert row["status"] == "manquant"
    assert row[["value", "lower", "upper"]].isna().all()


def test_a_masked_denominator_masks_the_ratio():
    columns = {"x.n": column([5, 5]), "x.d": column([100, MASK])}
    row = one(Ratio("x.n", "x.d"), columns, ground([10, 10], whole(2)))
    assert row["status"] == "masque"
    assert row[["value", "lower", "upper"]].isna().all()


def test_a_masked_numerator_beside_a_missing_denominator_is_missing():
    columns = {"x.n": column([5, MASK], threshold=11), "x.d": column([100, NAN])}
    row = one(Ratio("x.n", "x.d"), columns, ground([10, 10], whole(2)))
    assert row["status"] == "manquant"


def test_a_ratio_over_nothing():
    columns = {"x.n": column([0]), "x.d": column([0])}
    row = one(Ratio("x.n", "x.d"), columns, ground([0], whole(1)))
    assert row["status"] == "sans_objet"
    assert math.isnan(row["value"])


def test_a_mean_is_weighted_by_hand():
    # (2×1000 + 4×3000) / 4000 = 3.5
    columns = {"x.i": column([2, 4]), "x.w": column([1000, 3000])}
    row = one(WeightedMean("x.i", "x.w"), columns, ground([1000, 2000], whole(2)))
    assert (row["value"], row["status"]) == (3.5, "observe")
    # with half of the second: (2×1000 + 4×1500) / 2500 = 3.2
    row = one(WeightedMean("x.i", "x.w"), columns, ground([1000, 2000], [("a", 0), ("a", 1, 0.5)]))
    assert row["value"] == pytest.approx(3.2)


@pytest.mark.parametrize(
    ("known", "masked", "status"),
    [(800, 200, "estime"), (799, 201, "masque")],  # 80,0 % then 79,9 % of a thousand people
)
def test_a_mean_needs_four_fifths_of_the_people(known, masked, status):
    columns = {"x.i": column([2, MASK]), "x.w": column([known, masked])}
    row = one(WeightedMean("x.i", "x.w"), columns, ground([known, masked], whole(2)))
    assert row["status"] == status
    assert math.isnan(row["value"]) == (status == "masque")


def test_a_mean_says_why_it_is_silent():
    place = ground([100, 100], whole(2))
    weights = column([100, 100])
    masked = {"x.i": column([2, MASK]), "x.w": weights}
    missing = {"x.i": column([2, NAN]), "x.w": weights}
    assert one(WeightedMean("x.i", "x.w"), masked, place)["status"] == "masque"
    assert one(WeightedMean("x.i", "x.w"), missing, place)["status"] == "manquant"


def test_an_index_over_people_that_its_own_file_does_not_count():
    # trap 7: an APL, but no inhabitant in the file; the people live there all the same
    columns = {"x.i": column([3.1]), "x.w": column([0])}
    row = one(WeightedMean("x.i", "x.w"), columns, ground([878], whole(1)))
    assert row["status"] == "manquant"
    assert math.isnan(row["value"])
    assert one(WeightedMean("x.i", "x.w"), columns, ground([0], whole(1)))["status"] == "sans_objet"


def test_people_under_a_threshold_by_hand():
    # strictly under 2.5: the first only; 1000 / (1000 + 2000 + 1000) = 25 %
    columns = {"x.i": column([2.4, 2.5, 4]), "x.w": column([1000, 2000, 1000])}
    row = one(ShareUnder("x.i", 2.5, "x.w"), columns, ground([1000, 2000, 1000], whole(3)))
    assert (row["value"], row["numerator"], row["denominator"]) == (25.0, 1000, 4000)
    columns["x.i"] = column([2.4, NAN, 4])
    row = one(ShareUnder("x.i", 2.5, "x.w"), columns, ground([1000, 2000, 1000], whole(3)))
    assert row["status"] == "manquant"


def test_a_median_is_never_combined():
    own = pd.DataFrame({"value": [21000.0], "status": ["observe"]}, index=["a"])
    place = ground([10, 10], [("a", 0), ("b", 0), ("b", 1)], own={"x.m": own})
    result = Published("x.m").compute({"x.m": column([21000, 23000])}, place)
    assert result.loc["a", "value"] == 21000
    assert math.isnan(result.loc["b", "value"])
    assert result["status"].tolist() == ["observe", "manquant"]


def test_a_published_figure_wins_over_ours():
    own = pd.DataFrame({"value": [12.0, NAN], "status": ["observe", "masque"]}, index=["a", "b"])
    place = ground([10, 10], [("a", 0), ("b", 1)], own={"x.i": own})
    columns = {"x.i": column([10, 20]), "x.w": column([10, 10])}
    result = WeightedMean("x.i", "x.w", estimated=True).compute(columns, place)
    assert result.loc["a", "value"] == 12.0
    assert result["status"].tolist() == ["observe", "masque"]
    assert math.isnan(result.loc["b", "value"])
    assert result.loc["b", "coverage"] == 0.0


def test_an_estimate_says_so():
    cells = column([3, 4], estimated=[1])
    row = one(Count("x.n"), {"x.n": cells}, ground([1, 1], whole(2)))
    assert (row["value"], row["status"]) == (7, "estime")
    blank = cells.without_estimates()
    assert one(Count("x.n"), {"x.n": blank}, ground([1, 1], whole(2)))["status"] == "manquant"


def test_words_for_every_status():
    for status in Status:
        assert status.words
        assert status.value.isascii()
    assert {s for s in Status if s.has_value} == {
        Status.OBSERVED,
        Status.ESTIMATED,
        Status.CONTEXT,
    }


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
