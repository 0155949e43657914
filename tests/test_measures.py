"""Sum first, divide last; masked, missing, zero and « not applicable » are never confused."""

import math

import pandas as pd
import pytest

from cpts_data.measures import (
    Count,
    Published,
    Rate,
    Ratio,
    ShareUnder,
    Status,
    WeightedMean,
)
from tests.grounds import ABSENT, MASK, NAN, OUTSIDE, column, ground, one, whole

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
