import decimal

import numpy as np
import pandas as pd
import pytest

from cpts_data.statistics import StatisticsError
from cpts_data.statistics.inputs import as_floats, multiplier
from cpts_data.statistics.intervals import byar, grouped, proportion, rate, wilson


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, None],
        [1, 2, pd.NA],
        (1.0, 2.0, float("nan")),
        np.array([1, 2, np.nan]),
        pd.Series([1, 2, None]),
        pd.Series([1, 2, None], dtype="Int64"),
        pd.Series([1, 2, None], dtype="Float64"),
        pd.Series([1, 2, pd.NA], dtype="object"),
        [decimal.Decimal(1), decimal.Decimal(2), None],
    ],
)
def test_every_kind_of_number_is_read(values):
    np.testing.assert_array_equal(as_floats(values, "x"), [1.0, 2.0, np.nan])


def test_a_column_of_gaps_is_numbers_even_when_its_type_is_text():
    assert np.isnan(as_floats(pd.Series([None, None], dtype="str"), "x")).all()
    assert as_floats([], "x").shape == (0,)


@pytest.mark.parametrize("values", ["12", ["a"], pd.Series(["1", "2"]), [1, "2"], [1j]])
def test_text_is_refused(values):
    with pytest.raises(StatisticsError, match="doit contenir des nombres"):
        as_floats(values, "l'effectif")


def test_infinite_values_and_tables_are_refused():
    with pytest.raises(StatisticsError, match="infinie"):
        byar([1, np.inf])
    with pytest.raises(StatisticsError, match="une seule colonne"):
        as_floats(np.ones((2, 2)), "l'effectif")


def test_shape_in_is_shape_out():
    assert isinstance(wilson(1, 2)[0], float)
    assert isinstance(wilson(np.int64(1), 2)[0], float)
    assert isinstance(wilson([1], 2)[0], np.ndarray)
    assert isinstance(wilson(pd.Series([1]), 2)[0], pd.Series)
    assert rate(1, [10, 20]).index.tolist() == [0, 1]


def test_series_of_other_rows_and_lengths_that_differ_are_refused():
    with pytest.raises(StatisticsError, match="mêmes lignes"):
        proportion(pd.Series([1, 2], index=["a", "b"]), pd.Series([3, 4], index=["b", "a"]))
    with pytest.raises(StatisticsError, match="nombre de lignes"):
        proportion([1, 2], [3, 4, 5])


@pytest.mark.parametrize("level", [(0.95, 0.998), "95", None, True, float("nan")])
def test_one_level_at_a_time(level):
    with pytest.raises(StatisticsError, match="confiance"):
        byar(3, level)


@pytest.mark.parametrize("per", [0, -100, float("nan"), [1, 2]])
def test_a_factor_is_one_number_above_zero(per):
    with pytest.raises(StatisticsError, match="multiplicateur"):
        multiplier(per)


def test_long_lists_of_rows_are_cut():
    with pytest.raises(StatisticsError) as caught:
        byar(np.full(1000, -1.5))
    assert "lignes 0, 1, 2, 3, 4, … ; trouvé −1,5" in str(caught.value)


def test_a_number_in_a_box_is_a_number():
    assert wilson(np.array(20), np.array(100)) == wilson(20, 100)
    assert wilson(20, 100, np.array(0.95)) == wilson(20, 100)


@pytest.mark.parametrize("by", ["a", ["a"], []])
def test_one_group_by_row(by):
    with pytest.raises(StatisticsError, match="un groupe par ligne"):
        grouped([1, 2], [3, 4], by)
