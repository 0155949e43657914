"""Spots as the map tells them: who touches, the correction for many tests, blocks, refusals."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from cpts_data.analysis.spot_levels import (
    CONFIRMED,
    FEWEST,
    LEVELS,
    NEIGHBOURHOODS,
    blocks_of,
    neighbourhood_levels,
    refusal,
    spot_levels,
    survives,
    touching,
)
from cpts_data.statistics.inputs import StatisticsError

SIDE = 9


def grid():
    cells = [(row, column) for row in range(SIDE) for column in range(SIDE)]
    codes = [f"{row}{column}" for row, column in cells]
    shapes = [shapely.box(c / 10, r / 10, (c + 1) / 10, (r + 1) / 10) for r, c in cells]
    return gpd.GeoDataFrame(geometry=shapes, index=codes, crs=4326)


def test_squares_that_share_a_side_or_a_corner_touch():
    pairs = touching(grid())
    around = pairs.groupby("origin")["neighbour"].agg(set)
    assert around["44"] == {"33", "34", "35", "43", "45", "53", "54", "55"}
    assert around["00"] == {"01", "10", "11"}
    assert not (pairs["origin"] == pairs["neighbour"]).any()


def test_benjamini_and_hochberg_on_their_own_example():
    """The fifteen p-values of their paper (1995, table 1): four are rejected at 5 %."""
    small = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p = np.array([*small, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000])
    assert survives(p, 0.05).sum() == 4
    assert survives(p[::-1], 0.05).tolist() == survives(p, 0.05)[::-1].tolist()
    assert not survives(np.array([]), 0.05).size


def test_a_heap_of_high_values_is_a_hot_spot_and_the_rest_is_not():
    frame = grid()
    values = pd.Series(np.random.default_rng(3).normal(10, 1, len(frame)), index=frame.index)
    heap = [f"{row}{column}" for row in (1, 2, 3) for column in (1, 2, 3)]
    values[heap] += 12
    found = spot_levels(values, touching(frame))
    assert found.table.loc["22", "level"] == "chaud_confirme"
    assert set(found.table["level"]) <= set(LEVELS)
    far = found.table.loc[[f"{row}{column}" for row in (6, 7, 8) for column in (6, 7, 8)]]
    assert not far["level"].str.startswith("chaud").any()
    assert found.moran > 0.3
    assert found.moran_p < 0.01
    assert found.known == len(frame)


def test_a_high_commune_among_low_ones_is_an_exception_and_no_hot_spot():
    """A heap of high values, and one alone far from it: Gi* leaves it out, local Moran tells it."""
    frame = grid()
    values = pd.Series(np.random.default_rng(5).normal(10, 0.3, len(frame)), index=frame.index)
    heap = [f"{row}{column}" for row in range(4) for column in range(SIDE)]
    values[heap] += 6
    values["77"] += 7
    values["11"] -= 7
    pairs = touching(frame)
    found = neighbourhood_levels(values, pairs)
    level = found.table["level"].str.removesuffix(CONFIRMED)
    assert set(level) <= set(NEIGHBOURHOODS)
    assert level["77"] == "haut_bas"
    assert level["11"] == "bas_haut"
    assert level["24"] == "haut_haut"
    assert level["64"] == "bas_bas"
    assert found.table.loc["24", "level"].endswith(CONFIRMED)
    assert not spot_levels(values, pairs).table.loc["77", "level"].startswith("chaud")
    # The whole map says the same whatever the reading.
    assert found.moran == pytest.approx(spot_levels(values, pairs).moran)


def test_neighbourhoods_by_chance_alone_confirm_almost_nothing():
    frame = grid()
    pairs = touching(frame)
    confirmed = 0
    for seed in range(5):
        drawn = np.random.default_rng(seed).normal(size=len(frame)) + 5
        levels = neighbourhood_levels(pd.Series(drawn, index=frame.index), pairs).table["level"]
        confirmed += int(levels.str.endswith(CONFIRMED).sum())
    assert confirmed <= 5


def test_neighbourhoods_refuse_what_spots_refuse():
    with pytest.raises(StatisticsError, match="au moins 30 communes"):
        neighbourhood_levels(pd.Series([1.0, 2.0]), pd.DataFrame({"origin": [], "neighbour": []}))


def test_chance_alone_confirms_almost_nothing():
    frame = grid()
    pairs = touching(frame)
    confirmed = 0
    for seed in range(5):
        drawn = np.random.default_rng(seed).normal(size=len(frame)) + 5
        levels = spot_levels(pd.Series(drawn, index=frame.index), pairs).table["level"]
        confirmed += int(levels.str.endswith("confirme").sum())
    assert confirmed <= 5


def test_a_masked_commune_is_neither_tested_nor_a_neighbour():
    frame = grid()
    values = pd.Series(np.arange(len(frame), dtype=float) + 1, index=frame.index)
    values["44"] = np.nan
    table = spot_levels(values, touching(frame)).table
    assert table.loc["44", "level"] == "manquant"
    assert pd.isna(table.loc["44", "p"])


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (pd.Series(np.arange(FEWEST - 1, dtype=float)), "au moins 30"),
        (pd.Series([1.0, *[np.nan] * 40, *np.arange(50.0)]), "secret statistique"),
        (pd.Series(np.ones(60)), "même valeur"),
        (pd.Series(np.arange(6000, dtype=float)), "Choisissez une région"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(values, word):
    assert word in refusal(values)
    with pytest.raises(StatisticsError, match=word):
        spot_levels(values, pd.DataFrame({"origin": [], "neighbour": []}))


def test_blocks_are_communes_that_touch():
    codes = pd.Index(["00", "01", "08", "18", "88"])
    assert blocks_of(codes, touching(grid())).to_dict() == {
        "00": 0,
        "01": 0,
        "08": 1,
        "18": 1,
        "88": 2,
    }
