import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.statistics import StatisticsError
from cpts_data.statistics.intervals import byar, exact_poisson
from cpts_data.statistics.standardisation import direct, direct_repeated, indirect


def bands(**columns):
    return pd.DataFrame(
        {
            "count": [10, 20],
            "population": [100, 200],
            "standard_population": [1, 3],
            "reference_count": [10, 10],
            "reference_population": [100, 200],
        }
        | columns
    )


def test_direct_by_hand():
    # v = (1 x 10/100 + 3 x 20/200) / 4; var = (1 x 10/100^2 + 9 x 20/200^2) / 16
    got = direct(bands(), per=1000).loc[0]
    assert got["value"] == pytest.approx(100)
    unit = math.sqrt((0.001 + 0.0045) / 16 / 30)
    lower, upper = byar(30)
    assert got["lower"] == pytest.approx(1000 * (0.1 + unit * (lower - 30)))
    assert got["upper"] == pytest.approx(1000 * (0.1 + unit * (upper - 30)))
    assert (got["count"], got["population"], got["method"]) == (30, 300, "Dobson")


def test_one_band_is_the_crude_rate():
    table = pd.DataFrame({"count": [65], "population": [1000], "standard_population": [7]})
    got = direct(table, per=1000).loc[0]
    assert got[["lower", "upper"]].tolist() == pytest.approx([50.16, 82.85], abs=5e-3)


def test_under_ten_events_there_is_no_rate():
    got = direct(bands(count=[4, 5])).loc[0]
    assert got[["value", "lower", "upper"]].isna().all()
    assert got["count"] == 9


def test_direct_counts_a_missing_band_as_zero():
    assert direct(bands(count=[None, 20])).equals(direct(bands(count=[0, 20])))


def test_territories_in_order_of_appearance():
    table = pd.concat([bands(cpts="b"), bands(cpts="a", count=[0, 10])])
    got = direct(table, by="cpts")
    assert list(got.index) == ["b", "a"]
    assert got.index.name == "cpts"
    assert got["count"].tolist() == [30, 10]
    twice = direct(table.assign(year="2023"), by=["year", "cpts"])
    assert twice.index.tolist() == [("2023", "b"), ("2023", "a")]
    assert twice["value"].tolist() == got["value"].tolist()


def test_faults_of_direct_are_told_at_once():
    table = bands(count=[-1, 2], population=[0, np.nan], standard_population=[1, -2])
    with pytest.raises(StatisticsError) as caught:
        direct(table)
    for part in ("événements", "population est absente", "supérieure à zéro", "référence"):
        assert part in str(caught.value)
    with pytest.raises(StatisticsError, match="totale est nulle"):
        direct(bands(standard_population=[0, 0]))
    with pytest.raises(StatisticsError, match="colonnes absentes : count"):
        direct(bands().drop(columns="count"))


def repeated(**columns):
    return pd.DataFrame(
        {
            "stratum": ["0-14", "0-14", "15+", "15+"],
            "frequency": [1, 2, 1, 2],
            "persons": [10, 0, 20, 0],
            "population": [100, 100, 200, 200],
            "standard_population": [1, 1, 3, 3],
        }
        | columns
    )


def test_one_event_each_is_the_independent_case():
    assert direct_repeated(repeated()).equals(direct(bands()))


def test_two_events_each_widen_by_the_square_root_of_two():
    pairs = {"stratum": ["tout"], "population": [1000], "standard_population": [1]}
    alone = direct(pd.DataFrame(pairs | {"count": [40]}), per=1).loc[0]
    twice = direct_repeated(pd.DataFrame(pairs | {"frequency": [2], "persons": [20]}), per=1).loc[0]
    assert twice["value"] == alone["value"] == 0.04
    wider = (twice["upper"] - 0.04) / (alone["upper"] - 0.04)
    assert wider == pytest.approx(math.sqrt(2))


def test_repeated_events_by_territory():
    table = pd.concat([repeated(cpts="b"), repeated(cpts="a", persons=[5, 5, 5, None])])
    got = direct_repeated(table, by="cpts")
    assert got.loc["a", "count"] == 5 + 2 * 5 + 5
    assert got.loc["a", "population"] == 300
    assert got.loc["b"].equals(direct_repeated(repeated()).loc[0])


def test_faults_of_repeated_events():
    with pytest.raises(StatisticsError, match="plusieurs populations"):
        direct_repeated(repeated(population=[100, 101, 200, 200]))
    for wrong in (-1, None):
        with pytest.raises(StatisticsError, match="supérieur ou égal à zéro"):
            direct_repeated(repeated(frequency=[wrong, 2, 1, 2]))
    with pytest.raises(StatisticsError, match="tranche d'âge est absente"):
        direct_repeated(repeated(stratum=["a", None, "b", "b"]))


def test_indirect_by_hand():
    # Expected: 100 x 10/100 + 200 x 10/200 = 20; reference rate 20/300.
    got = indirect(bands(), per=100).loc[0]
    assert (got["observed"], got["expected"], got["value"]) == (30, 20, 150)
    assert got["lower"] == pytest.approx(100 * byar(30)[0] / 20)
    assert math.isnan(got["reference_rate"])
    as_rate = indirect(bands(), per=1000, kind="rate").loc[0]
    assert as_rate["reference_rate"] == pytest.approx(1000 * 20 / 300)
    assert as_rate["value"] == pytest.approx(1.5 * 1000 * 20 / 300)


def test_indirect_is_exact_under_ten_events():
    got = indirect(bands(count=[4, 5])).loc[0]
    assert got["method"] == "Exact"
    assert got["upper"] == pytest.approx(exact_poisson(9)[1] / 20)


def test_indirect_from_totals_where_bands_are_masked():
    table = pd.concat([bands(cpts="b"), bands(cpts="a")]).drop(columns="count")
    got = indirect(table, by="cpts", observed=pd.Series({"a": 30, "b": None}))
    assert got.loc["a"].equals(indirect(bands()).loc[0])
    assert got.loc["b", ["value", "lower", "upper"]].isna().all()
    assert got.loc["b", "expected"] == 20
    with pytest.raises(StatisticsError, match="manquant pour : b"):
        indirect(table, by="cpts", observed=pd.Series({"a": 30}))


@pytest.mark.parametrize("column", ["count", "population"])
def test_a_missing_band_hides_the_territory(column):
    table = pd.concat([bands(cpts="b"), bands(**{"cpts": "a", column: [None, 10]})])
    got = indirect(table, by="cpts")
    assert got.loc["b", "value"] == 1.5
    assert got.loc["a", ["value", "lower", "upper"]].isna().all()


def test_nothing_expected():
    empty = bands(population=[0, 0])
    assert indirect(empty).loc[0, ["value", "lower", "upper"]].tolist() == [math.inf] * 3
    none = indirect(empty.assign(count=0)).loc[0]
    assert none[["value", "lower"]].isna().all()
    assert none["upper"] == math.inf


def test_faults_of_indirect():
    with pytest.raises(StatisticsError, match="mêmes tranches"):
        indirect(pd.concat([bands(cpts="b"), bands(cpts="a").head(1)]), by="cpts")
    with pytest.raises(StatisticsError, match="supérieure à zéro"):
        indirect(bands(reference_population=[0, 1]))
    with pytest.raises(StatisticsError, match="ratio ou rate"):
        indirect(bands(), kind="smr")


positive = st.lists(
    st.tuples(st.integers(0, 500), st.integers(501, 10_000), st.integers(1, 1000)),
    min_size=1,
    max_size=8,
)


@settings(deadline=None)
@given(positive)
def test_standardised_rate_lies_between_its_bands(rows):
    table = pd.DataFrame(rows, columns=["count", "population", "standard_population"])
    got = direct(table, per=1).loc[0]
    if table["count"].sum() < 10:
        assert math.isnan(got["value"])
        return
    rates = table["count"] / table["population"]
    assert rates.min() - 1e-12 <= got["value"] <= rates.max() + 1e-12
    assert got["lower"] <= got["value"] <= got["upper"]


@settings(deadline=None)
@given(positive)
def test_the_reference_compared_with_itself_is_one(rows):
    table = pd.DataFrame(rows, columns=["count", "population", "_"]).assign(
        reference_count=lambda t: t["count"], reference_population=lambda t: t["population"]
    )
    got = indirect(table).loc[0]
    if table["count"].sum():
        assert got["value"] == pytest.approx(1)
        assert got["lower"] <= 1 <= got["upper"]


def test_people_without_any_event_change_nothing():
    plain = direct_repeated(repeated())
    zero = repeated().assign(frequency=0, persons=50)
    pd.testing.assert_frame_equal(direct_repeated(pd.concat([repeated(), zero])), plain)


def test_a_table_without_rows_gives_one():
    columns = ["count", "population", "reference_count", "reference_population"]
    nothing = pd.DataFrame({"cpts": [], **{name: [] for name in columns}})
    assert indirect(nothing, by="cpts").empty
    assert direct(nothing.assign(standard_population=[]), by="cpts").empty


def test_observed_totals_are_a_series_by_territory():
    table = pd.DataFrame(
        {"population": [100.0], "reference_count": [10.0], "reference_population": [1000.0]}
    )
    for wrong in ({0: 5}, [5], 5):
        with pytest.raises(StatisticsError, match="série"):
            indirect(table, observed=wrong)
