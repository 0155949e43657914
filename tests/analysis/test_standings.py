"""Ranks, quartiles and places on the spine chart, counted by hand."""

import math

import pandas as pd
import pytest

from cpts_data.analysis.compare import (
    rank,
    standings,
)
from cpts_data.indicators import Polarity
from tests.analysis.made_values import (
    beside,
    one,
    row,
    table,
)

GOOD, BAD, NEUTRAL = Polarity.HIGH_IS_GOOD, Polarity.LOW_IS_GOOD, Polarity.NO_JUDGEMENT


def test_competition_rank_ties_and_quartiles():
    values = table(*(row(t, v) for t, v in zip("abcd", (10, 8, 8, 5), strict=True)))
    found = standings(values, values, pd.Series(GOOD.value, index=values.index))
    assert found["rank"].tolist() == [1, 2, 2, 4]
    assert found["rank_best"].tolist() == [1, 2, 2, 4]
    assert found["ties"].tolist() == [0, 1, 1, 0]
    assert found["among"].tolist() == [4] * 4
    first = found.iloc[0]
    assert (first["q1"], first["median"], first["q3"]) == (7.25, 8, 8.5)
    assert (first["lowest"], first["highest"]) == (5, 10)
    assert found["position"].tolist() == pytest.approx([1, 0.6, 0.6, 0])


def test_polarity_turns_the_spine_chart_over():
    values = table(*(row(t, v) for t, v in zip("abcd", (10, 8, 8, 5), strict=True)))
    found = standings(values, values, pd.Series(BAD.value, index=values.index))
    assert found["rank"].tolist() == [1, 2, 2, 4]
    assert found["rank_best"].tolist() == [4, 2, 2, 1]
    assert found["position"].tolist() == pytest.approx([0, 0.4, 0.4, 1])
    neutral = standings(values, values, pd.Series(NEUTRAL.value, index=values.index))
    assert neutral["rank_best"].isna().all()
    assert neutral["position"].tolist() == pytest.approx([1, 0.6, 0.6, 0])


def test_only_figures_of_the_territories_are_ranked():
    values = table(
        row("a", 10),
        row("b", 12, status="estime"),
        row("c", 99, status="contexte"),
        row("d", status="masque"),
        row("e", status="borne", lower=20, upper=30),
    )
    found = standings(values, values, pd.Series(GOOD.value, index=values.index))
    assert found["rank"].tolist()[:2] == [2, 1]
    assert found["rank"].iloc[2:].isna().all()
    assert set(found["among"]) == {2}
    assert set(found["estimated_peers"]) == {1}


def test_a_stranger_is_placed_not_counted_and_periods_do_not_mix():
    peers = table(row("a", 10), row("b", 20), row("c", 30, period="2022"))
    values = table(row("z", 15), row("y", 20))
    found = standings(values, peers, pd.Series(GOOD.value, index=values.index))
    assert found["rank"].tolist() == [2, 1]
    assert found["ties"].tolist() == [0, 1]
    assert found["among"].tolist() == [2, 2]


def test_alone_there_is_no_rank():
    found = one(table(row("a", 10)), beside(5))
    assert math.isnan(found["rank"])
    assert found["among"] == 1


def test_the_single_rank_ignores_context():
    values = table(row("a", 10), row("b", 12), row("c", 99, status="contexte"))
    assert rank(values, "a").place == 2
    assert rank(values, "a").among == 2
    assert rank(values, "c") is None
