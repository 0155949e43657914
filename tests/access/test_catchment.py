"""Catchments on three hamlets computed by hand, and laws that hold on any drawn table."""

import doctest
import importlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from cpts_data.access.catchment import (
    catchment,
    enhanced_two_step,
    fca_ratio,
    three_step,
    two_step,
    weighted_catchment,
)
from cpts_data.access.decay import LUO_QI, GaussianDecay, GravityDecay, StepDecay
from cpts_data.access.travel import TravelTimes
from cpts_data.statistics.inputs import StatisticsError

NAN, INF = float("nan"), float("inf")
DEMAND = pd.Series({"a": 1000.0, "b": 500.0, "c": 200.0})
SUPPLY = pd.Series({"a": 6.0, "b": 3.0})


def pairs(*rows):
    return pd.DataFrame(rows, columns=["origin", "destination", "minutes"])


# a reaches both; b reaches a at 12 minutes and itself; c reaches b alone, at 25 minutes.
COST = pairs(("a", "a", 0), ("a", "b", 15), ("b", "a", 12), ("b", "b", 0), ("c", "b", 25))


def test_two_step_by_hand():
    # Within 20 minutes a and b share both places: (6 + 3) / 1,500; c reaches nothing.
    got = two_step(DEMAND, SUPPLY, COST, max_minutes=20)
    assert got.tolist()[:2] == pytest.approx([0.006, 0.006])
    assert np.isnan(got["c"])


def test_enhanced_two_step_by_hand():
    # a: 6 / (1000 + 0.68 x 500) = 6 / 1340; b: 3 / (0.68 x 1000 + 500 + 0.22 x 200) = 3 / 1224.
    ra, rb = 6 / 1340, 3 / 1224
    got = enhanced_two_step(DEMAND, SUPPLY, COST)
    assert got.tolist() == pytest.approx([ra + 0.68 * rb, 0.68 * ra + rb, 0.22 * rb])


def test_three_step_by_hand():
    # Two places at the same time halve each other's weight: (0.5)² / (0.5 + 0.5) = 0.25.
    cost = pairs(("a", "a", 8), ("a", "b", 8))
    got = three_step(
        pd.Series({"a": 100.0}), SUPPLY, cost, decay=StepDecay.of({10: 0.5}), max_minutes=10
    )
    # Each place meets a demand of 25; a gets 0.25 of each ratio.
    assert got["a"] == pytest.approx(0.25 * 6 / 25 + 0.25 * 3 / 25)


def test_three_step_counts_far_competitors():
    cost = pairs(("a", "a", 5), ("a", "b", 50))
    decay = StepDecay.of({10: 1, 60: 1})
    got = catchment(cost, decay, 10, competing=True)
    assert got.weights.toarray().tolist() == [[0.5, 0.0]]


def test_fca_ratio_by_hand():
    square = pairs(("a", "a", 0), ("a", "b", 5), ("b", "b", 0), ("c", "c", 0))
    got = fca_ratio(DEMAND, SUPPLY, square)
    assert got.tolist() == pytest.approx([9 / 1500, 3 / 500, 0.0])


def test_conventions():
    cost = pairs(
        ("zero", "s", 5), ("idle", "n", 5), ("far", "s", 45), ("both", "s", 5), ("both", "x", 5)
    )
    demand = pd.Series({"zero": 0.0, "idle": 10.0, "far": 10.0, "both": NAN, "nowhere": 10.0})
    supply = pd.Series({"s": 4.0, "n": NAN})
    got = two_step(demand, supply, cost, decay=LUO_QI)
    # Nobody has a demand near s: infinite for who reaches it, 0 for who is too far.
    assert got.tolist()[:4] == [INF, 0.0, 0.0, INF]
    assert np.isnan(got["nowhere"])
    assert np.isnan(two_step(demand, supply, cost, max_minutes=20, decay=LUO_QI)["far"])


def test_a_place_without_supply_is_no_destination_of_a_weighted_catchment():
    cost = pairs(("a", "unknown", 5), ("b", "s", 5))
    people = pd.Series({"a": 10.0, "b": 10.0})
    got = weighted_catchment(people, pd.Series({"s": 0.0}), cost)
    assert np.isnan(got["a"])
    assert got["b"] == 0.0


def test_a_pair_given_twice_counts_twice():
    once, twice = pairs(("a", "a", 5)), pairs(("a", "a", 5), ("a", "a", 5))
    assert weighted_catchment(DEMAND, SUPPLY, once)["a"] == 6.0
    assert weighted_catchment(DEMAND, SUPPLY, twice)["a"] == 12.0


@pytest.mark.parametrize("method", [two_step, enhanced_two_step, three_step, weighted_catchment])
def test_a_bare_matrix_says_what_the_table_says(method):
    # Rows and columns in the order of demand and supply; 0 minute is stored, beyond reach is not.
    places = {"a": 0, "b": 1, "c": 2}
    cells = (
        [places[origin] for origin in COST["origin"]],
        [places[destination] for destination in COST["destination"]],
    )
    matrix = sparse.csr_array((COST["minutes"].to_numpy(dtype=float), cells), shape=(3, 2))
    assert matrix.nnz == 5
    told = method(DEMAND, SUPPLY, matrix, max_minutes=20)
    pd.testing.assert_series_equal(told, method(DEMAND, SUPPLY, COST, max_minutes=20))


def test_a_bare_matrix_of_another_shape_or_without_places_is_refused():
    matrix = sparse.csr_array(np.ones((2, 2)))
    with pytest.raises(StatisticsError, match="2 lignes et 2 colonnes, pour 3 départs"):
        two_step(DEMAND, SUPPLY, matrix)
    with pytest.raises(StatisticsError, match="from_matrix"):
        catchment(matrix)


def test_steps_may_be_written_as_they_are():
    steps = {10: 1, 20: 0.68, 30: 0.22}
    pd.testing.assert_series_equal(
        two_step(DEMAND, SUPPLY, COST, decay=steps), enhanced_two_step(DEMAND, SUPPLY, COST)
    )


def test_a_missing_maximum_is_none_and_a_negative_one_is_refused():
    plain = two_step(DEMAND, SUPPLY, COST)
    pd.testing.assert_series_equal(two_step(DEMAND, SUPPLY, COST, max_minutes=NAN), plain)
    with pytest.raises(StatisticsError, match="maximal"):
        two_step(DEMAND, SUPPLY, COST, max_minutes=-1)
    with pytest.raises(StatisticsError, match="maximum"):
        two_step(DEMAND, SUPPLY, COST, max_minutes="20")


def test_demand_without_places_is_refused_in_words():
    with pytest.raises(StatisticsError, match="série"):
        two_step([1000, 500], SUPPLY, COST)


@pytest.mark.parametrize("decay", [LUO_QI, GaussianDecay(10), GravityDecay(10, -1, 1)])
def test_whole_minutes_weigh_as_minutes_do(decay):
    whole = np.array([0, 10, 15, 20, 31])
    before = whole.copy()
    np.testing.assert_array_equal(decay(whole), decay(whole.astype(float)))
    np.testing.assert_array_equal(whole, before)


def test_a_missing_time_is_beyond_reach():
    got = two_step(DEMAND, SUPPLY, pairs(("a", "a", 0), ("b", "a", NAN), ("c", "a", INF)))
    assert got["a"] == pytest.approx(0.006)
    assert got[["b", "c"]].isna().all()


def test_the_index_and_the_inputs_are_kept():
    cost, demand = COST.copy(), DEMAND.iloc[::-1]
    got = two_step(demand, SUPPLY, cost)
    assert got.index.equals(demand.index)
    pd.testing.assert_frame_equal(cost, COST)


@pytest.mark.parametrize(
    ("demand", "supply", "told"),
    [
        (pd.Series({"a": -1.0}), SUPPLY, "négative"),
        (pd.Series({"a": INF}), SUPPLY, "infinie"),
        (pd.Series([1.0, 2.0], index=["a", "a"]), SUPPLY, "deux fois"),
        (pd.Series({1001: 5.0}), SUPPLY, "un code de commune est un texte"),
        (DEMAND, pd.Series({"a": "six"}), "nombres"),
    ],
)
def test_refused_inputs(demand, supply, told):
    with pytest.raises(StatisticsError, match=told):
        two_step(demand, supply, COST)


def test_an_infinite_weight_is_refused():
    with pytest.raises(StatisticsError, match="poids infini"):
        two_step(DEMAND, SUPPLY, COST, decay=GravityDecay(10, -1))


def test_decays_by_hand():
    minutes = np.array([0.0, 10.0, 15.0, 20.0, 20.5])
    steps = StepDecay.of({20: 1 / 3, 10: 1, 15: 2 / 3})
    assert steps(minutes).tolist() == [1, 1, 2 / 3, 1 / 3, 0]
    assert StepDecay(steps.steps, inclusive=False)(minutes).tolist() == [1, 2 / 3, 1 / 3, 0, 0]
    assert GaussianDecay(10)(minutes)[1] == pytest.approx(np.exp(-0.5))
    assert GravityDecay(5, -2, 1)(minutes)[:2].tolist() == pytest.approx([25, 0.25])
    assert minutes[0] == 0.0


def test_the_label_of_a_decay_is_french():
    assert StepDecay.of({10: 1, 15: 0.5}).label == "1 jusqu'à 10 min, 0,5 jusqu'à 15 min, 0 au-delà"


@pytest.mark.parametrize(
    "make",
    [
        lambda: StepDecay(()),
        lambda: StepDecay(((10, 1), (10, 0.5))),
        lambda: StepDecay.of({10: -1}),
        lambda: GaussianDecay(0),
        lambda: GravityDecay(0, -1),
        lambda: GravityDecay(1, NAN),
    ],
)
def test_impossible_decays(make):
    with pytest.raises(StatisticsError):
        make()


@st.composite
def grounds(draw):
    """A demand, a supply and times between up to eight places."""
    count = draw(st.integers(1, 8))
    codes = [f"0100{i}" for i in range(count)]
    numbers = st.lists(st.integers(0, 5000), min_size=count, max_size=count)
    demand = pd.Series(draw(numbers), index=codes, dtype=float)
    supply = pd.Series(draw(numbers), index=codes, dtype=float)
    times = st.floats(0, 40).map(lambda value: round(value, 1))
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(codes), st.sampled_from(codes), times),
            min_size=1,
            max_size=30,
        )
    )
    return demand, supply, pairs(*rows)


DECAYS = st.sampled_from([None, LUO_QI, GaussianDecay(8), GravityDecay(10, -1.5, 1)])


@given(grounds(), DECAYS, st.sampled_from([None, 10, 20]), st.booleans())
def test_supply_is_conserved(ground, decay, limit, competing):
    demand, supply, cost = ground
    prepared = catchment(cost, decay, limit, competing=competing)
    got = prepared.two_step(demand, supply)
    reached = prepared.weights.T @ demand.reindex(prepared.origins).to_numpy()
    shared = supply.reindex(prepared.destinations).to_numpy()[reached > 0].sum()
    given_out = (demand * got)[np.isfinite(got) & (demand > 0)].sum()
    assert given_out == pytest.approx(shared, rel=1e-9, abs=1e-9)


@given(grounds(), DECAYS)
def test_loops_in_plain_python_agree(ground, decay):
    demand, supply, cost = ground
    weights = np.ones(len(cost)) if decay is None else decay(cost["minutes"].to_numpy(dtype=float))
    rows = list(zip(cost["origin"], cost["destination"], weights, strict=True))
    reached = {}
    for origin, place, weight in rows:
        reached[place] = reached.get(place, 0.0) + weight * demand[origin]
    got = two_step(demand, supply, cost, decay=decay)
    for unit in demand.index:
        mine = [(place, weight) for origin, place, weight in rows if origin == unit]
        if not mine:
            assert np.isnan(got[unit])
            continue
        total = 0.0
        for place, weight in mine:
            if weight > 0 and supply[place] > 0:
                total += weight * supply[place] / reached[place] if reached[place] else INF
        assert got[unit] == pytest.approx(total, rel=1e-9)


@given(grounds(), st.integers(0, 7), st.integers(1, 500))
def test_more_supply_never_takes_anything_away(ground, position, added):
    demand, supply, cost = ground
    more = supply.copy()
    more.iloc[position % len(more)] += added
    before, after = (two_step(demand, which, cost, decay=LUO_QI) for which in (supply, more))
    assert (after >= before * (1 - 1e-12))[before.notna()].all()


@given(grounds(), st.integers(0, 7), st.integers(1, 500))
def test_more_demand_never_gives_anything(ground, position, added):
    demand, supply, cost = ground
    more = demand.copy()
    more.iloc[position % len(more)] += added
    before, after = (two_step(which, supply, cost, decay=LUO_QI) for which in (demand, more))
    assert (after <= before * (1 + 1e-12))[before.notna()].all()


@given(grounds(), st.randoms(use_true_random=False))
def test_order_and_preparation_are_of_no_importance(ground, dice):
    demand, supply, cost = ground
    order = list(range(len(cost)))
    dice.shuffle(order)
    shuffled = cost.iloc[order]
    expected = enhanced_two_step(demand, supply, cost)
    coded = shuffled.astype({"origin": "category", "destination": "category"})
    for other in (shuffled, coded, TravelTimes.from_pairs(shuffled)):
        got = enhanced_two_step(demand, supply, other)
        np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["catchment", "decay", "nearest", "scenario", "travel"])
def test_the_examples_of_the_docstrings(name):
    told = doctest.testmod(importlib.import_module(f"cpts_data.access.{name}"))
    assert told.attempted
    assert not told.failed
