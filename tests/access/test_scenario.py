"""What if: by hand on three communes, and equal to a whole recomputation on any drawn ground."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.access.catchment import catchment
from cpts_data.access.changes import (
    ChangeActivity,
    Close,
    ClosePractice,
    MovePeople,
    Open,
    Retire,
)
from cpts_data.access.decay import StepDecay
from cpts_data.access.scenario import simulate, situation
from cpts_data.access.travel import TravelTimes
from cpts_data.statistics.inputs import StatisticsError
from cpts_data.territories import Level, Territories, Units

UNITS = ["01001", "01002", "01003"]
DECAY = StepDecay.of({10: 1, 20: 0.5})
# 01001 and 01002 are 15 minutes apart; 01003 is alone.
COST = pd.DataFrame(
    {
        "origin": ["01001", "01001", "01002", "01002", "01003"],
        "destination": ["01001", "01002", "01001", "01002", "01003"],
        "minutes": [0, 15, 15, 0, 0],
    }
)
DEMAND = pd.Series([1000.0, 1000.0, 400.0], index=UNITS)
PRACTICES = pd.DataFrame(
    {
        "unit": ["01001", "01001", "01003", "99999"],
        "activity": [3000.0, 1500.0, 2000.0, 9000.0],
        "age": [67, 50, 71, 70],
    },
    index=["p1", "p2", "p3", "p4"],
)


def now(**named):
    return situation(DEMAND, catchment(COST, DECAY), practices=PRACTICES, **named)


def after(*changes, **named):
    return simulate(now(**named), changes).table()["after"].tolist()


def test_the_present_by_hand():
    # 4,500 acts for 1,000 + 0.5 x 1,000 people.
    assert after() == pytest.approx([3, 1.5, 5])
    assert not simulate(now(), []).affected.size


def test_a_practice_opens_by_hand():
    # In 01002: 3,000 acts for 1,500 people, 2 acts each there, 1 in 01001; 01003 is out of reach.
    outcome = simulate(now(), [Open("01002", 3000)])
    assert outcome.table()["gap"].tolist() == pytest.approx([1, 2, 0])
    assert outcome.affected.tolist() == UNITS[:2]


def test_practices_close():
    assert after(Close("01001", 1500)) == pytest.approx([2, 1, 5])
    assert after(ClosePractice("p1")) == pytest.approx([1, 0.5, 5])
    assert after(Close("01001")) == [0, 0, 5]
    assert after(ClosePractice("p1"), ClosePractice("p2")) == [0, 0, 5]
    assert after(ClosePractice("p4")) == pytest.approx([3, 1.5, 5])


def test_doctors_retire():
    assert after(Retire(above_age=65)) == pytest.approx([1, 0.5, 0])
    assert after(Retire(above_age=67)) == pytest.approx([3, 1.5, 0])
    assert after(Retire(65, units=("01001",))) == pytest.approx([1, 0.5, 5])
    assert after(Retire(65, replaced=0.5)) == pytest.approx([2, 1, 2.5])


def test_a_practice_leaves_once_only():
    assert after(ClosePractice("p1"), Retire(65)) == pytest.approx([1, 0.5, 0])
    assert after(Retire(65), ClosePractice("p1")) == pytest.approx([1, 0.5, 0])
    assert after(Retire(65), Retire(65)) == pytest.approx([1, 0.5, 0])


def test_activity_changes_before_or_after_a_retirement():
    assert after(ChangeActivity(2)) == pytest.approx([6, 3, 10])
    assert after(ChangeActivity(2, ("01003",)), Retire(65, replaced=0.5)) == pytest.approx(
        [2, 1, 5]
    )
    assert after(ChangeActivity(0)) == [0, 0, 0]


def test_people_move_with_their_needs():
    # Half of 01003's 200 inhabitants carry half of its 400 standardised ones to 01001.
    people = pd.Series([800.0, 900.0, 200.0], index=UNITS)
    outcome = simulate(now(population=people), [MovePeople(100, "01003", "01001")])
    assert outcome.demand.tolist() == pytest.approx([1200, 1000, 200])
    assert outcome.population.tolist() == pytest.approx([900, 900, 100])
    got = outcome.table()["after"].tolist()
    assert got == pytest.approx([4500 / 1700, 2250 / 1700, 10])


def test_people_come_from_outside_and_leave():
    come = simulate(now(), [MovePeople(500, destination="01003")])
    assert come.demand.tolist() == [1000, 1000, 900]
    leave = simulate(now(), [MovePeople(400, origin="01003")])
    assert leave.demand.tolist() == [1000, 1000, 0]
    # The last patient left: supply without demand, no gap that one could write.
    assert leave.table().loc["01003", "after"] == np.inf
    assert np.isnan(leave.table().loc["01003", "gap"])


def test_faults_are_told_together():
    changes = [
        Open("75056", 5400),
        Open("01001", -5),
        Close("01003", 2500),
        ClosePractice("p9"),
        MovePeople(5000, "01003", "01001"),
        MovePeople(10),
        Retire(65, replaced=2),
        ChangeActivity(float("nan")),
    ]
    with pytest.raises(StatisticsError) as told:
        simulate(now(), changes)
    text = str(told.value)
    assert text.count("\n- ") == len(changes)
    for words in ("« 75056 »", "2 500 à retirer", "« p9 »", "5 000 habitants", "entre 0 et 1"):
        assert words in text.replace("\u202f", " ").replace("\xa0", " ")


def test_retirement_needs_ages():
    prepared = catchment(COST, DECAY)
    without = situation(DEMAND, prepared, supply=pd.Series({"01001": 4500.0}))
    with pytest.raises(StatisticsError, match="avec leurs âges"):
        simulate(without, [Retire(65)])
    with pytest.raises(StatisticsError, match="liste des cabinets"):
        situation(DEMAND, prepared)
    with pytest.raises(StatisticsError, match="dépassent l'offre"):
        situation(DEMAND, prepared, supply=pd.Series({"01001": 100.0}), practices=PRACTICES)


def test_supply_may_exceed_the_listed_practices():
    supply = pd.Series({"01001": 6000.0, "01003": 2000.0})
    assert after(Retire(65), supply=supply) == pytest.approx([2, 1, 0])


def test_the_unit_of_the_profession():
    assert after(per=100_000)[0] == pytest.approx(300_000)
    gap = simulate(now(per=100_000), [Open("01002", 3000)]).table()["gap"]
    assert gap.tolist() == pytest.approx([100_000, 200_000, 0])


def cpts():
    units = Units(pd.DataFrame({"departement": "01"}, index=[*UNITS, "01004"]), {})
    pairs = pd.DataFrame(
        {
            "territory": ["n", "n", "s", "s", "s"],
            "unit": ["01001", "01002", "01002", "01003", "01004"],
            "weight": [1, 0.5, 0.5, 1, 1],
        }
    )
    names = pd.Series({"n": "Nord", "s": "Sud", "v": "Vide"})
    return Territories.from_pairs(Level.CPTS, names, pairs, units)


def test_effects_by_territory_by_hand():
    people = pd.Series([500.0, 600.0, 200.0], index=UNITS)
    outcome = simulate(now(population=people), [Open("01002", 3000)])
    got = outcome.by_territory(cpts())
    north, south = got.loc["n"], got.loc["s"]
    # Weighted by standardised inhabitants: (1,000 x 3 + 500 x 1.5) / 1,500, then 4 and 3.5.
    assert (north["before"], north["after"]) == pytest.approx((2.5, (4000 + 1750) / 1500))
    assert (south["before"], south["after"]) == pytest.approx(((750 + 2000) / 900, 3750 / 900))
    assert north["gap"] == pytest.approx(north["after"] - north["before"])
    # Counted in inhabitants: 01002 goes from 1.5 to 3.5, half of it in each.
    assert (north["people_lifted"], south["people_lifted"]) == (300, 300)
    assert north[["people", "people_under_before", "people_under_after"]].tolist() == [800, 300, 0]
    assert north[["people_better", "people_worse", "units_better"]].tolist() == [800, 0, 2]
    assert got.loc["v", "people"] == 0
    assert np.isnan(got.loc["v", "gap"])
    assert got["name"].tolist() == ["Nord", "Sud", "Vide"]


def test_side_effects_on_the_neighbours():
    got = simulate(now(), [Retire(65, units=("01001",))]).summary(["01001"])
    assert got.index.tolist() == ["ensemble", "dedans", "voisinage"]
    assert got.loc["dedans", ["people_worse", "units_worse"]].tolist() == [1000, 1]
    assert got.loc["voisinage", ["people_worse", "units_worse"]].tolist() == [1000, 1]
    assert got.loc["dedans", "people_lowered"] == 1000
    assert got.loc["voisinage", "gap"] == pytest.approx(-1000 / 1400)


def test_a_profession_without_threshold_counts_nobody_under_it():
    got = simulate(now(), [Open("01002", 3000)]).summary(threshold=None).loc["ensemble"]
    assert got[["people_under_before", "people_lifted"]].isna().all()
    assert got["people_better"] == 2000


def test_estimated_times_are_said():
    estimated = TravelTimes.from_pairs(COST, status="estime")
    assert situation(DEMAND, catchment(estimated, DECAY), practices=PRACTICES).status == "estime"
    assert now().status == "observe"


def test_a_scenario_as_a_change_of_the_published_value():
    published = pd.Series({"01001": 0.5, "01002": 1.2, "01003": np.nan})
    outcome = simulate(now(), [Close("01001", 1500), Open("01002", 4500)])
    # Gaps: -1 and +1.5 in 01001, -0.5 and +3 in 01002.
    table = outcome.table(published)
    assert table["publie_apres"].tolist()[:2] == pytest.approx([1.0, 3.7])
    assert np.isnan(table.loc["01003", "publie_apres"])
    whole = outcome.summary(published=published).loc["ensemble"]
    assert (whole["before"], whole["after"]) == pytest.approx((0.85, 2.35))
    assert whole["people_lifted"] == 1000
    down = simulate(now(), [Close("01001")]).table(published)
    assert down["publie_apres"].tolist()[:2] == [0, 0]


def draw_ground(draw, count):
    codes = [f"{i:05d}" for i in range(count)]
    numbers = st.lists(st.integers(0, 3000), min_size=count, max_size=count)
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(codes), st.sampled_from(codes), st.integers(0, 25)),
            min_size=1,
            max_size=6 * count,
        )
    )
    cost = pd.DataFrame(rows, columns=["origin", "destination", "minutes"])
    prepared = catchment(cost, DECAY)
    demand = pd.Series(draw(numbers), index=codes, dtype=float)
    practices = pd.DataFrame(
        {
            "unit": draw(st.lists(st.sampled_from(codes), min_size=1, max_size=count)),
        }
    )
    size = len(practices)
    some = st.lists(st.integers(0, 6000), min_size=size, max_size=size)
    practices["activity"] = np.array(draw(some), dtype=float) / 7
    practices["age"] = draw(st.lists(st.integers(30, 80), min_size=size, max_size=size))
    return demand, prepared, practices


@st.composite
def stories(draw):
    """A present, and changes that apply to it."""
    demand, prepared, practices = draw_ground(draw, draw(st.integers(1, 12)))
    homes = list(prepared.origins)
    places = list(prepared.destinations)
    change = st.one_of(
        st.builds(Open, st.sampled_from(places), st.integers(0, 6000)),
        st.builds(Close, st.sampled_from(places)),
        st.builds(ClosePractice, st.sampled_from(list(practices.index))),
        st.builds(ChangeActivity, st.sampled_from([0.0, 0.7, 1.3])),
        st.builds(Retire, st.integers(40, 75), replaced=st.sampled_from([0.0, 0.3])),
        st.builds(MovePeople, st.integers(0, 900), destination=st.sampled_from(homes)),
    )
    return demand, prepared, practices, draw(st.lists(change, max_size=4))


@given(stories())
@settings(max_examples=200)
def test_equal_to_a_whole_recomputation(story):
    demand, prepared, practices, changes = story
    outcome = simulate(situation(demand, prepared, practices=practices), changes)
    supply = pd.Series(outcome.supply, index=prepared.destinations)
    people = pd.Series(outcome.demand, index=prepared.origins)
    whole = prepared.two_step(people, supply)
    np.testing.assert_allclose(outcome.access, whole.to_numpy(), rtol=1e-9, atol=0)


@given(stories(), st.integers(0, 11), st.integers(1, 6000))
def test_an_opening_harms_nobody_and_is_shared_out(story, position, activity):
    demand, prepared, practices, _ = story
    place = prepared.destinations[position % len(prepared.destinations)]
    present = situation(demand, prepared, practices=practices)
    outcome = simulate(present, [Open(place, activity)])
    gap = outcome.gap
    assert (gap[~np.isnan(gap)] >= -1e-9).all()
    if present.reached[prepared.destinations.get_loc(place)] > 0:
        given_out = (present.demand * np.nan_to_num(gap)).sum()
        assert given_out == pytest.approx(activity, rel=1e-6)


@given(stories())
def test_the_present_is_left_as_it_was(story):
    demand, prepared, practices, changes = story
    present = situation(demand, prepared, practices=practices)
    before = [present.supply.copy(), present.demand.copy(), present.access.copy()]
    simulate(present, changes)
    for kept, array in zip(before, [present.supply, present.demand, present.access], strict=True):
        np.testing.assert_array_equal(kept, array)


def test_far_from_the_change_nothing_is_computed_again():
    # A chain of 200 communes, each 10 minutes from the next: a change is felt within two.
    count = 200
    codes = [f"{i:05d}" for i in range(count)]
    rows = [
        (codes[i], codes[j], 10 * abs(i - j))
        for i in range(count)
        for j in range(max(0, i - 1), min(count, i + 2))
    ]
    cost = pd.DataFrame(rows, columns=["origin", "destination", "minutes"])
    prepared = catchment(cost, DECAY)
    demand = pd.Series(np.arange(count) + 1.0, index=codes)
    present = situation(demand, prepared, supply=pd.Series(5.0, index=codes))
    outcome = simulate(present, [Open(codes[100], 50)])
    assert outcome.affected.tolist() == codes[99:102]
    moved = simulate(present, [MovePeople(50, codes[100])])
    assert moved.affected.tolist() == codes[98:103]
    whole = prepared.two_step(
        pd.Series(moved.demand, index=prepared.origins),
        pd.Series(moved.supply, index=prepared.destinations),
    )
    np.testing.assert_allclose(moved.access, whole, rtol=1e-9)
