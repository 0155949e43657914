"""Intervals, producers' own figures, age: values from a hand calculation or from DOMAIN §7."""

import math

import pandas as pd
import pytest

from cpts_data.measures import (
    Change,
    Count,
    Expected,
    Ground,
    Interval,
    Rate,
    Ratio,
    ShareOver,
    StandardisedRate,
    StandardisedRatio,
    Stratum,
    parse,
    rows,
    years_before,
)
from tests.grounds import MASK, NAN, column, ground, one, whole


def own(**told):
    """Own figures as one writes them: ``a=12`` or ``a="s"``."""
    return pd.DataFrame(
        {
            "value": [NAN if cell == MASK else float(cell) for cell in told.values()],
            "status": ["masque" if cell == MASK else "observe" for cell in told.values()],
        },
        index=list(told),
    )


# --------------------------------------------------------------------------- intervals


def test_a_proportion_carries_wilsons_interval():
    # DOMAIN §7.2: 20 of 100 is 13.3 % to 28.9 %.
    columns = {"x.n": column([5, 15]), "x.d": column([40, 60])}
    measure = Ratio("x.n", "x.d", interval=Interval.WILSON)
    row = one(measure, columns, ground([40, 60], whole(2)))
    assert row["value"] == pytest.approx(20)
    assert (round(row["lower"], 1), round(row["upper"], 1)) == (13.3, 28.9)


@pytest.mark.parametrize(("count", "low", "high"), [(65, 50.16, 82.85), (5, 1.62, 11.67)])
def test_a_rate_carries_byars_interval_exact_under_ten(count, low, high):
    # DOMAIN §7.3, per 100,000 people among 100,000.
    columns = {"x.n": column([count]), "x.d": column([100_000])}
    row = one(Rate("x.n", "x.d"), columns, ground([1], whole(1)))
    assert (row["lower"], row["upper"]) == (
        pytest.approx(low, abs=0.01),
        pytest.approx(high, abs=0.01),
    )


def test_a_rate_of_zero_event_has_an_upper_bound():
    columns = {"x.n": column([0]), "x.d": column([100_000])}
    row = one(Rate("x.n", "x.d"), columns, ground([1], whole(1)))
    assert (row["value"], row["lower"]) == (0, 0)
    assert row["upper"] == pytest.approx(3.69, abs=0.01)


def test_bounds_due_to_masks_are_not_an_interval():
    columns = {"x.n": column([5, MASK], threshold=11), "x.d": column([40, 60])}
    measure = Ratio("x.n", "x.d", interval=Interval.WILSON)
    row = one(measure, columns, ground([40, 60], whole(2)))
    assert row["status"] == "borne"
    # 5 + 1 to 5 + 10 over 100
    assert (row["lower"], row["upper"]) == (6, 15)


def test_an_impossible_share_has_no_interval():
    columns = {"x.n": column([50]), "x.d": column([40])}
    measure = Ratio("x.n", "x.d", interval=Interval.WILSON)
    row = one(measure, columns, ground([40], whole(1)))
    assert row["value"] == pytest.approx(125)
    assert math.isnan(row["lower"])


# --------------------------------------------------------------------------- own figures


def test_persons_counted_once_replace_the_sum_of_the_communes():
    # Two communes of 3 and 4 doctors, one of whom is in both: 6 persons, not 7.
    place = ground([600, 400], whole(2), own={"x.n": own(a=6)})
    row = one(Rate("x.n", "x.d"), {"x.n": column([3, 4]), "x.d": column([600, 400])}, place)
    assert (row["numerator"], row["value"]) == (6, pytest.approx(600))


def test_a_total_handed_over_is_preferred_with_its_own_base():
    place = ground([600, 400], whole(2), own={"x.n": own(a=30), "x.d": own(a=200)})
    columns = {"x.n": column([3, MASK]), "x.d": column([100, 90])}
    row = one(Ratio("x.n", "x.d"), columns, place)
    assert (row["value"], row["status"], row["coverage"]) == (pytest.approx(15), "observe", 1.0)


def test_a_masked_total_is_masked_even_where_the_communes_add_up():
    place = ground([600, 400], whole(2), own={"x.n": own(a=MASK), "x.d": own(a=200)})
    row = one(Ratio("x.n", "x.d"), {"x.n": column([3, 4]), "x.d": column([100, 90])}, place)
    assert row["status"] == "masque"
    assert math.isnan(row["value"])
    row = one(Count("x.n"), {"x.n": column([3, 4])}, place)
    assert row["status"] == "masque"


def test_other_territories_keep_their_sums():
    place = ground([600, 400], [("a", 0), ("b", 1)], own={"x.n": own(a=9)})
    table = Count("x.n").compute({"x.n": column([3, 4])}, place)
    assert table["value"].to_dict() == {"a": 9, "b": 4}


# --------------------------------------------------------------------------- over, change


def test_share_over_a_threshold_is_strict():
    columns = {"x.t": column([20, 21, 5]), "x.p": column([10, 30, 60])}
    row = one(ShareOver("x.t", 20, "x.p"), columns, ground([10, 30, 60], whole(3)))
    assert row["value"] == pytest.approx(30)


def test_a_change_is_compounded_over_the_years_between():
    # 1,000 to 1,331 in three years: 10 % a year.
    past = years_before("x.p", 5)
    place = ground([1331], whole(1))
    place = Ground(place.territories, place.population, {}, {past: 3})
    row = one(Change("x.p"), {"x.p": column([1331]), past: column([1000])}, place)
    assert row["value"] == pytest.approx(10)


def test_without_an_earlier_period_there_is_no_change():
    past = years_before("x.p", 5)
    columns = {"x.p": column([1331]), past: column([NAN])}
    assert one(Change("x.p"), columns, ground([1331], whole(1)))["status"] == "manquant"


# --------------------------------------------------------------------------- ages


BANDS = (
    Stratum("jeunes", "x.young", "y.young", "z.young"),
    Stratum("vieux", "x.old", "y.old", "z.old"),
)


def expected_columns(young_rate=(1, 100), old_rate=(20, 100)):
    told = {"x.young": column([80, 10]), "x.old": column([20, 90])}
    for level in ("departement", "region"):
        for band, (cases, people) in (("young", young_rate), ("old", old_rate)):
            told[f"y.{band}@{level}"] = column([cases, cases])
            told[f"z.{band}@{level}"] = column([people, people])
    return told


def test_expected_cases_follow_age():
    # First commune: 80 x 1 % + 20 x 20 % = 4.8; second: 10 x 1 % + 90 x 20 % = 18.1.
    measure = Expected(BANDS, levels=("departement", "region"))
    table = measure.compute(expected_columns(), ground([100, 100], [("a", 0), ("b", 1)]))
    assert table["value"].tolist() == pytest.approx([4.8, 18.1])
    assert table["status"].tolist() == ["estime", "estime"]
    both = one(measure, expected_columns(), ground([100, 100], whole(2)))
    assert both["value"] == pytest.approx((4.8 + 18.1) / 2)


def test_a_band_masked_in_the_departement_takes_the_rate_around():
    columns = expected_columns()
    columns["y.young@departement"] = column([MASK, MASK])
    columns["y.young@region"] = column([5, 5])
    measure = Expected(BANDS, levels=("departement", "region"))
    row = one(measure, columns, ground([100, 100], [("a", 0)]))
    assert row["value"] == pytest.approx(80 * 0.05 + 20 * 0.2)


def test_without_any_rate_nothing_is_expected():
    columns = expected_columns()
    for level in ("departement", "region"):
        columns[f"y.old@{level}"] = column([NAN, NAN])
    measure = Expected(BANDS, levels=("departement", "region"))
    assert one(measure, columns, ground([100, 100], whole(2)))["status"] == "manquant"


def test_a_standardised_ratio_is_observed_over_expected():
    columns = expected_columns() | {"o.n": column([6, 18])}
    measure = StandardisedRatio("o.n", Expected(BANDS, levels=("departement", "region")))
    row = one(measure, columns, ground([100, 100], whole(2)))
    # 24 observed, 4.8 + 18.1 = 22.9 expected
    assert row["value"] == pytest.approx(100 * 24 / 22.9)
    assert row["denominator"] == pytest.approx(22.9)
    # Byar's limits of 24: 15.37 and 35.71 (Breslow and Day, 1987, table 2.10).
    assert row["lower"] == pytest.approx(100 * 15.37 / 22.9, abs=0.1)
    assert row["upper"] == pytest.approx(100 * 35.71 / 22.9, abs=0.1)


def test_a_standardised_rate_weighs_the_bands():
    # 10 of 1,000 and 60 of 2,000: 1 % and 3 %; weights 3 and 1: (3 x 1 % + 3 %) / 4 = 1.5 %.
    columns = {
        "n.young": column([10]),
        "n.old": column([60]),
        "d.young": column([1000]),
        "d.old": column([2000]),
    }
    measure = StandardisedRate(("n.young", "n.old"), ("d.young", "d.old"), (3, 1), per=100)
    row = one(measure, columns, ground([3000], whole(1)))
    assert row["value"] == pytest.approx(1.5)
    assert row["lower"] < 1.5 < row["upper"]


def test_under_ten_cases_there_is_no_standardised_rate():
    columns = {"n.a": column([9]), "d.a": column([1000])}
    row = one(StandardisedRate(("n.a",), ("d.a",), (1,)), columns, ground([1000], whole(1)))
    assert row["status"] == "insuffisant"
    assert math.isnan(row["value"])


def test_a_masked_band_masks_the_standardised_rate():
    columns = {
        "n.a": column([90]),
        "n.b": column([MASK]),
        "d.a": column([1000]),
        "d.b": column([1000]),
    }
    measure = StandardisedRate(("n.a", "n.b"), ("d.a", "d.b"), (1, 1))
    assert one(measure, columns, ground([2000], whole(1)))["status"] == "masque"


# --------------------------------------------------------------------------- names


def test_a_name_says_source_column_rows_and_time():
    name = rows("insee.population", sexe="femmes", age=("75-89", "90+"))
    assert name == "insee.population[age=75-89|90+,sexe=femmes]"
    told = parse(years_before(name, 5))
    assert (told.promised, told.years_before) == ("insee.population", 5)
    assert dict(told.where) == {"age": ("75-89", "90+"), "sexe": ("femmes",)}


@pytest.mark.parametrize("bad", ["", "a", "a.b[", "a.b[age]x", "A.b", "a.b@canton"])
def test_a_text_that_is_no_name_is_refused(bad):
    with pytest.raises(ValueError, match="not the name"):
        parse(bad)


@pytest.mark.parametrize("bad", ["a|b", "a,b", "a=b", "[", ""])
def test_a_value_that_would_break_a_name_is_refused(bad):
    with pytest.raises(ValueError, match="not a value"):
        rows("a.b", age=bad)
