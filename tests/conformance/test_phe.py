"""Every row of ../shared/conformance/phe: figures of the R package PHEindicatormethods."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cpts_data.analysis.classes import quantile_group
from cpts_data.statistics import StatisticsError
from cpts_data.statistics.intervals import byar, grouped, proportion, rate, wilson
from cpts_data.statistics.significance import funnel_class, funnel_limits
from cpts_data.statistics.standardisation import direct, direct_repeated, indirect

pytestmark = pytest.mark.conformance

FOLDER = Path(__file__).parents[3] / "shared" / "conformance" / "phe"


def cases(name):
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"peer figures absent: ../shared/conformance/phe/{name}")
    table = pd.read_csv(path)
    assert len(table)
    return table


def assert_agrees(got, expected, names, relative=1e-9, absolute=0.0):
    """Every value within tolerance, missing and infinite at the same places; tells which differ."""
    got, expected = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    assert got.shape == expected.shape
    same = np.isclose(got, expected, rtol=relative, atol=absolute, equal_nan=True)
    wrong = [f"{n}: {g!r} != {e!r}" for n, g, e in zip(names, got, expected, strict=True)]
    assert same.all(), [line for line, ok in zip(wrong, same, strict=True) if not ok][:10]


def test_byars():
    for level, rows in cases("byars.csv").groupby("confidence_arg"):
        lower, upper = byar(rows.x, level)
        small = rows.x <= 1
        for part, absolute in ((rows[small], 1e-9), (rows[~small], 0.0)):
            names = part.case_id
            assert_agrees(lower[part.index], part.expected_lower, names, absolute=absolute)
            assert_agrees(upper[part.index], part.expected_upper, names, absolute=absolute)


def test_wilson():
    for level, rows in cases("wilson.csv").groupby("confidence_arg"):
        lower, upper = wilson(rows.x, rows.n, level)
        assert_agrees(lower, rows.expected_lower, rows.case_id)
        assert_agrees(upper, rows.expected_upper, rows.case_id)


@pytest.mark.parametrize(("name", "function"), [("proportion", proportion), ("rate", rate)])
def test_proportion_and_rate(name, function):
    for (per, level), rows in cases(f"{name}.csv").groupby(["multiplier", "confidence_arg"]):
        got = function(rows.x, rows.n, per=per, confidence=level)
        assert got.index.equals(rows.index)
        for column in ("value", "lower", "upper"):
            assert_agrees(got[column], rows[f"expected_{column}"], rows.case_id)
        expected = rows.expected_method
        assert (got.method.eq(expected) | (got.method.isna() & expected.isna())).all()


def numbers(text):
    return [float(part) if part else None for part in text.split(";")]


def test_grouped():
    functions = {"proportion": proportion, "rate": rate}
    for row in cases("grouped.csv").itertuples():
        counts, totals = numbers(row.x_list), numbers(row.n_list)
        sums = grouped(counts, totals, by=["A"] * len(counts))
        got = functions[row.function](
            sums["count"], sums["total"], per=row.multiplier, confidence=row.confidence_arg
        )
        assert_agrees(sums["count"], [row.expected_x], [row.case_id])
        assert_agrees(sums["total"], [row.expected_n], [row.case_id])
        for column in ("value", "lower", "upper"):
            assert_agrees(got[column], [getattr(row, f"expected_{column}")], [row.case_id])


def standardised(function, table, expected, **options):
    """Run one standardisation for every scale and level that the expected rows ask for."""
    scale = "scale" if "scale" in expected else "multiplier"
    for (per, level), rows in expected.groupby([scale, "confidence_arg"]):
        wanted = table[table.case_id.isin(rows.case_id)]
        got = function(wanted, by="case_id", per=per, confidence=level, **options)
        yield got.loc[rows.case_id], rows


def test_directly_standardised():
    table = cases("dsr_input.csv").rename(
        columns={"pop": "population", "stdpop": "standard_population"}
    )
    compared = 0
    for got, rows in standardised(direct, table, cases("dsr_expected.csv")):
        compared += len(rows)
        assert_agrees(got["count"], rows.expected_total_count, rows.case_id)
        assert_agrees(got["population"], rows.expected_total_pop, rows.case_id)
        for column in ("value", "lower", "upper"):
            assert_agrees(got[column], rows[f"expected_{column}"], rows.case_id)
    assert compared == len(cases("dsr_expected.csv"))


def test_directly_standardised_repeated_events():
    table = cases("dsr_nonindependent_input.csv").rename(
        columns={"pop": "population", "stdpop": "standard_population", "freq": "frequency"}
    )
    expected = cases("dsr_nonindependent_expected.csv")
    compared = 0
    for got, rows in standardised(direct_repeated, table, expected, stratum="ageband"):
        compared += len(rows)
        assert_agrees(got["count"], rows.expected_total_count, rows.case_id)
        assert_agrees(got["population"], rows.expected_total_pop, rows.case_id)
        for column in ("value", "lower", "upper"):
            assert_agrees(got[column], rows[f"expected_{column}"], rows.case_id)
    assert compared == len(expected)


def test_indirectly_standardised():
    table = cases("isr_input.csv").rename(
        columns={
            "pop": "population",
            "refcount": "reference_count",
            "refpop": "reference_population",
        }
    )
    expected = cases("isr_expected.csv")
    compared = 0
    for function, part in expected.groupby("function"):
        kind = {"isratio": "ratio", "israte": "rate"}[function]
        for got, rows in standardised(indirect, table, part, kind=kind):
            compared += len(rows)
            pairs = {"ref_rate": "reference_rate"}
            for column in ("observed", "expected", "ref_rate", "value", "lower", "upper"):
                assert_agrees(
                    got[pairs.get(column, column)], rows[f"expected_{column}"], rows.case_id
                )
            assert list(got.method) == list(rows.expected_method)
    assert compared == len(expected)


def test_quantile_groups():
    table = cases("quantile.csv")
    for (name, groups, invert), rows in table.groupby(["case_id", "nquantiles", "invert"]):
        got = quantile_group(rows.value, groups, invert=invert)
        expected = rows.expected_quantile.astype("Int64")
        pd.testing.assert_series_equal(got, expected, check_names=False, obj=name)


def test_funnel_significance():
    for statistic, rows in cases("funnel_significance.csv").groupby("statistic"):
        got = funnel_class(statistic, rows.numerator, rows.denominator, rows.benchmark)
        wrong = rows[got != rows.expected_significance]
        assert wrong.empty, wrong


def test_funnel_limits():
    for statistic, rows in cases("funnel_limits.csv").groupby("statistic"):
        got = funnel_limits(statistic, rows.x, rows.benchmark)
        relative = 1e-9 if statistic.startswith("proportion") else 1e-4
        for column in ("lower_2s", "upper_2s", "lower_3s", "upper_3s"):
            assert_agrees(got[column], rows[f"expected_{column}"], rows.case_id, relative)


BANDS = {
    "case_id": ["a", "a"],
    "count": [10.0, 20.0],
    "population": [100.0, 200.0],
    "standard_population": [5.0, 6.0],
    "reference_count": [1.0, 2.0],
    "reference_population": [10.0, 20.0],
}


def bands(**changed):
    return pd.DataFrame(BANDS | changed)


def invert_differs():
    values = pd.Series([1.0, 2.0, 3.0, 4.0])
    return quantile_group(
        values, 2, invert=pd.Series([True, False, True, True]), by=["a", "a", "b", "b"]
    )


REFUSED = {
    ("phe_proportion", "x=-80,n=100"): lambda: proportion(-80, 100),
    ("phe_proportion", "x=30,n=-100"): lambda: proportion(30, -100),
    ("phe_proportion", "confidence=50"): lambda: proportion(1, 2, confidence=50),
    ("phe_proportion", "confidence=130"): lambda: proportion(1, 2, confidence=130),
    ("phe_proportion", "confidence=(0.95,0.98)"): lambda: proportion(1, 2, 1, (0.95, 0.98)),
    ("phe_rate", "x=-65,n=100"): lambda: rate(-65, 100),
    ("phe_rate", "x=30,n=0"): lambda: rate(30, 0),
    ("byars_lower", "x=-4"): lambda: byar(-4),
    ("byars_lower", "confidence=14"): lambda: byar(4, 14),
    ("wilson_lower", "x=-4,n=1"): lambda: wilson(-4, 1),
    ("wilson_lower", "x=80,n=50"): lambda: wilson(80, 50),
    ("calculate_dsr", "one age band with pop = 0"): lambda: direct(bands(population=[100, 0])),
    ("calculate_dsr", "one age band with pop < 0"): lambda: direct(bands(population=[100, -1])),
    ("calculate_dsr", "pop missing"): lambda: direct(bands(population=[100, None])),
    ("calculate_dsr", "stdpop missing"): lambda: direct(bands(standard_population=[None, 6])),
    ("calculate_dsr", "confidence=0.74"): lambda: direct(bands(), confidence=0.74),
    ("calculate_ISRatio", "one age band with pop < 0"): lambda: indirect(
        bands(population=[100, -1])
    ),
    ("calculate_ISRatio", "groups with different numbers of age bands"): lambda: indirect(
        pd.concat([bands(), bands(case_id=["b", "c"])]), by="case_id"
    ),
    ("calculate_ISRate", "one age band with count < 0"): lambda: indirect(
        bands(count=[-1, 20]), kind="rate"
    ),
    ("phe_quantile", "values not numeric"): lambda: quantile_group(pd.Series(["a", "b"]), 2),
    ("phe_quantile", "invert differs inside a group"): invert_differs,
    ("assign_funnel_significance", "proportion, numerator<0"): lambda: funnel_class(
        "proportion", [-1, 2], [4, 4], 0.5
    ),
    ("assign_funnel_significance", "proportion, numerator>denominator"): lambda: funnel_class(
        "proportion", [5, 2], [4, 4], 0.5
    ),
    ("assign_funnel_significance", "proportion, a missing numerator"): lambda: funnel_class(
        "proportion", [None, 2], [4, 4], 0.5
    ),
}


def test_errors():
    for row in cases("errors.csv").itertuples():
        refused = REFUSED[(row.function, row.situation)]
        with pytest.raises(StatisticsError) as caught:
            refused()
        assert len(str(caught.value)) > 20, row.case_id
