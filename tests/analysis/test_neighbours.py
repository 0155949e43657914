"""Statistical neighbours against distances computed by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.analysis.neighbours import (
    METHOD,
    Characteristic,
    UnknownCharacteristicError,
    nearest,
    nearest_of_all,
    standardised,
)

AGE = Characteristic("age", "Part des 75 ans ou plus", "%")
POVERTY = Characteristic("pauvrete", "Taux de pauvreté", "%")
SIZE = Characteristic("population", "Population", "habitants", 0, logarithm=True)
NAN = float("nan")
# Three territories: age 0, 2, 0 (mean 2/3, deviation √(8/9)); poverty 0, 0, 4 (twice as wide).
# Standardised, a and b differ by 2/√(8/9) = 2.1213 in age alone, a and c as much in poverty.
THREE = pd.DataFrame({"age": [0.0, 2, 0], "pauvrete": [0.0, 0, 4]}, index=["a", "b", "c"])
STEP = 2 / math.sqrt(8 / 9)


def test_distance_by_hand():
    found = nearest(THREE, [AGE, POVERTY], "a")
    assert found.ids == ("b", "c")  # equal distances: by id
    assert found.table["distance"].tolist() == pytest.approx([STEP, STEP])
    assert found.table["place"].tolist() == [1, 2]
    from_b = nearest(THREE, [AGE, POVERTY], "b")
    assert from_b.ids == ("a", "c")
    assert from_b.table["distance"].tolist() == pytest.approx([STEP, STEP * math.sqrt(2)])


def test_the_explanation_tells_each_share():
    found = nearest(THREE, [AGE, POVERTY], "b").explanation
    far = found[found["neighbour"] == "c"]
    assert far["label"].tolist() == ["Part des 75 ans ou plus", "Taux de pauvreté"]
    assert far["contribution"].tolist() == pytest.approx([0.5, 0.5])
    assert far["difference"].tolist() == pytest.approx([-STEP, STEP])
    assert far["value"].tolist() == [2, 0]
    assert far["neighbour_value"].tolist() == [0, 4]
    near = found[found["neighbour"] == "a"]
    assert near["contribution"].tolist() == pytest.approx([1, 0])


def test_a_weight_counts_in_the_squared_distance():
    heavy = Characteristic("age", "Âge", weight=4)
    found = nearest(THREE, [heavy, POVERTY], "a").table
    assert found.loc["b", "distance"] == pytest.approx(2 * STEP)
    assert found.loc["c", "distance"] == pytest.approx(STEP)
    told = nearest(THREE, [heavy, POVERTY], "b").explanation
    shares = told[told["neighbour"] == "c"]["contribution"]
    assert shares.tolist() == pytest.approx([0.8, 0.2])


def test_a_missing_characteristic_leaves_the_common_ones():
    table = pd.DataFrame(
        {"age": [0.0, 2, 1, 3], "pauvrete": [5.0, NAN, 7, 6]}, index=["a", "b", "c", "d"]
    )
    found = nearest(table, [AGE, POVERTY], "a", minimum_share=0.5)
    # Ages 0, 2, 1, 3 have a deviation of √1.25; over one characteristic of two, √2 makes up.
    assert found.table.loc["b", "distance"] == pytest.approx(2 / math.sqrt(1.25) * math.sqrt(2))
    assert found.table.loc["b", "shared"] == 0.5
    row = found.explanation.query("neighbour == 'b' and characteristic == 'pauvrete'").iloc[0]
    assert math.isnan(row["contribution"])
    strict = nearest(table, [AGE, POVERTY], "a")
    assert strict.unknown == ("b",)
    assert set(strict.ids) == {"c", "d"}


def test_sizes_count_by_ratio():
    table = pd.DataFrame({"population": [1000.0, 2000, 4000, 0]}, index=["a", "b", "c", "d"])
    scaled = standardised(table, [SIZE])["population"]
    assert scaled["b"] - scaled["a"] == pytest.approx(scaled["c"] - scaled["b"])
    assert math.isnan(scaled["d"])  # no logarithm of nobody


def test_what_is_the_same_everywhere_tells_nothing():
    table = THREE.assign(plat=7.0)
    flat = Characteristic("plat", "Plate")
    with_flat = nearest(table, [AGE, POVERTY, flat], "a")
    assert with_flat.used == (AGE, POVERTY)
    assert with_flat.table["distance"].tolist() == pytest.approx([STEP, STEP])


def test_twins_have_no_distance_and_no_contribution():
    table = pd.DataFrame({"age": [1.0, 1, 5]}, index=["a", "b", "c"])
    found = nearest(table, [AGE], "a", k=1)
    assert found.table["distance"].tolist() == [0]
    assert found.explanation["contribution"].tolist() == [0]


def test_faults_are_told_in_french():
    with pytest.raises(UnknownCharacteristicError, match="ne contient pas : Population"):
        nearest(THREE, [AGE, SIZE], "a")
    with pytest.raises(UnknownCharacteristicError, match="« z » n'est pas dans la table"):
        nearest(THREE, [AGE], "z")
    assert "RightCare" in METHOD


def test_the_table_is_left_as_it_was():
    before = THREE.copy()
    nearest(THREE, [AGE, POVERTY], "a")
    pd.testing.assert_frame_equal(THREE, before)


_CELLS = st.one_of(st.just(NAN), st.integers(-50, 50).map(float))
_TABLES = st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=2, max_size=9).map(
    lambda rows: pd.DataFrame(
        rows, columns=["x", "y", "z"], index=[f"t{i}" for i in range(len(rows))]
    )
)
_XYZ = [Characteristic(name, name) for name in "xyz"]


@settings(max_examples=30, deadline=None)
@given(_TABLES)
def test_neighbours_of_all_are_those_of_each(table):
    every = nearest_of_all(table, _XYZ, k=3)
    assert every == {name: nearest(table, _XYZ, name, k=3).ids for name in table.index}


@settings(max_examples=30, deadline=None)
@given(_TABLES)
def test_distance_is_symmetric_and_explained(table):
    first, second = table.index[0], table.index[-1]
    there, back = nearest(table, _XYZ, first, k=9), nearest(table, _XYZ, second, k=9)
    assert (second in there.ids) == (first in back.ids)
    if second in there.ids:
        distance = there.table.loc[second, "distance"]
        assert distance == pytest.approx(back.table.loc[first, "distance"])
        rows = there.explanation[there.explanation["neighbour"] == second]
        if distance > 0:
            assert rows["contribution"].sum() == pytest.approx(1)
    assert first not in there.ids
    assert set(there.ids) | set(there.unknown) | {first} == set(table.index)


@settings(max_examples=30, deadline=None)
@given(_TABLES, st.sampled_from([0.001, 12.0, 1e6]), st.integers(-100, 100))
def test_units_and_order_are_of_no_importance(table, factor, shift):
    name = table.index[0]
    changed = table.assign(x=table["x"] * factor + shift).iloc[::-1]
    before, after = nearest(table, _XYZ, name), nearest(changed, _XYZ, name)
    assert set(before.ids) == set(after.ids)
    distances = after.table["distance"].reindex(before.table.index)
    assert np.allclose(distances, before.table["distance"], rtol=1e-6, atol=1e-6)
