"""The attack: a solver is given all that we show of random tables, and must narrow nothing.

Everything shown is turned into equations and inequalities over all cells: cells, exact figures and
bounds of every level and stratum, bounds of composed territories, and what each status means. For
each hidden cell, SciPy's linear programmes then look for its least and its greatest possible value:
they must reach the bounds that we state ourselves, and the primary interval at least.
"""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from cpts_data.analysis import secrecy
from cpts_data.measures import UnitColumn
from cpts_data.territories import Level, Territories, Units

CLOSE = 1e-4
# Bounds meet the solver's own tolerance: without slack it may find the truth impossible.
SLACK = 1e-6
SEEDS = st.integers(0, 2**32 - 1)


class Attack:
    """What a reader of every page and export knows, cell by cell and sum by sum."""

    def __init__(self, size):
        self.size = size
        self.limits = np.tile([0.0, np.inf], (size, 1))
        self.equal, self.at_most = [], []

    def unknown(self, most):
        """One more number that nobody is told; returns its position."""
        self.limits = np.vstack([self.limits, [0.0, most]])
        return len(self.limits) - 1

    def cell(self, place, lower, upper):
        if not np.isnan(lower):
            self.limits[place, 0] = max(self.limits[place, 0], lower)
        if not np.isnan(upper):
            self.limits[place, 1] = min(self.limits[place, 1], upper)

    def total(self, weights, row):
        """One figure as shown: exact, bounded, or nothing."""
        if row.status in ("observe", "estime"):
            self.equal.append((weights, row.value))
        elif row.status == "borne":
            self.at_most.append((weights, row.upper))
            self.at_most.append(({place: -w for place, w in weights.items()}, -row.lower))

    def _matrix(self, lines):
        if not lines:
            return None, None
        matrix = sparse.lil_array((len(lines), len(self.limits)))
        for number, (weights, _) in enumerate(lines):
            for place, weight in weights.items():
                matrix[number, place] = weight
        return sparse.csr_array(matrix), np.array([value for _, value in lines])

    def ends(self, weights):
        """Least and greatest value of a sum that agree with everything shown."""
        cost = np.zeros(len(self.limits))
        for place, weight in weights.items():
            cost[place] = weight
        equal, right = self._cached("equal")
        below, limit = self._cached("at_most")
        found = []
        for sign in (1.0, -1.0):
            solved = linprog(
                sign * cost,
                A_eq=equal,
                b_eq=right,
                A_ub=below,
                b_ub=None if limit is None else limit + SLACK,
                bounds=self.limits,
            )
            assert solved.status in (0, 3), solved.message
            found.append(sign * solved.fun if solved.status == 0 else sign * -np.inf)
        return found

    def _cached(self, name):
        lines = getattr(self, name)
        key = f"_{name}_{len(lines)}"
        if not hasattr(self, key):
            setattr(self, key, self._matrix(lines))
        return getattr(self, key)


class Land:
    """Random communes, CPTS that overlap and hold parts, EPCI, a département; random counts."""

    def __init__(self, seed, strata=None):
        self.random = np.random.default_rng(seed)
        draw = self.random
        self.count = int(draw.integers(3, 13))
        self.strata = int(draw.integers(1, 4)) if strata is None else strata
        self.threshold = int(draw.choice([5, 11]))
        self.zeros = bool(draw.random() < 0.8)
        mean = np.exp(draw.normal(2.5, 1.0, (self.strata, self.count)))
        self.truth = draw.poisson(mean).astype(float)
        codes = [f"01{number:03d}" for number in range(self.count)]
        table = pd.DataFrame({"departement": ["01"] * self.count}, index=codes)
        self.units = Units(table, {})
        everybody = np.ones((1, self.count))
        self.held = {
            Level.COMMUNE: np.eye(self.count),
            Level.CPTS: self._cpts(),
            Level.EPCI: self._partition(),
            Level.DEPARTEMENT: everybody,
            Level.REGION: everybody,
        }
        self.levels = [self._territories(level, held) for level, held in self.held.items()]
        self.names = [f"age{place}" for place in range(self.strata)]
        self.people = np.full(self.count, 500.0)

    def _cpts(self):
        draw = self.random
        rows = (draw.random((int(draw.integers(1, 5)), self.count)) < 0.5).astype(float)
        cut = draw.random(rows.shape) < 0.1
        rows[cut] *= draw.choice([0.25, 0.5, 0.7], int(cut.sum()))
        return rows

    def _partition(self):
        places = self.random.integers(0, 3, self.count)
        return (places == np.arange(3)[:, np.newaxis]).astype(float)

    def _territories(self, level, held):
        ids = [f"{level.value}{place}" for place in range(len(held))]
        table = pd.DataFrame({"name": ids}, index=ids)
        return Territories(level, table, self.units, sparse.csr_array(held))

    def weights(self, row, stratum):
        """Positions and weights of a sum: one stratum, or all."""
        chosen = range(self.strata) if stratum == "ensemble" else [self.names.index(stratum)]
        return {
            place * self.count + unit: float(weight)
            for place in chosen
            for unit, weight in enumerate(row)
            if weight > 0
        }

    def value(self, row, stratum):
        cells = self.truth.ravel()
        return sum(cells[place] * weight for place, weight in self.weights(row, stratum).items())

    def composed(self):
        """Pairs and triples that differ by little: one, one with a commune more, and the rest."""
        draw = self.random
        one = (draw.random(self.count) < 0.5).astype(float)
        more = one.copy()
        more[draw.integers(self.count)] = 1.0
        part = one * draw.choice([0.3, 1.0], self.count)
        around = self.held[Level.CPTS][0].round()
        around[draw.integers(self.count)] = 0.0
        rows = np.stack([one, more, part, around, 1.0 - one])
        return rows[rows.sum(axis=1) > 0]

    @property
    def asked(self):
        return [*self.names, "ensemble"]


def read_everything(land, result, given=None):
    """Turn every cell, level and composed territory that is shown into what an attacker knows."""
    attack = Attack(land.strata * land.count)
    for place, (name, unit) in enumerate(
        (name, unit) for name in land.names for unit in land.units.codes
    ):
        row = result.cells.loc[(name, unit)]
        attack.cell(place, row["lower"], row["upper"])
        if row["status"] == "masque_secondaire":
            attack.cell(place, land.threshold, np.nan)
    parts = {}
    for level, held in land.held.items():
        for stratum in land.asked:
            for number, row in enumerate(result.at(level, stratum).itertuples()):
                told = given is not None and (level, number, stratum) in given
                weights = land.weights(held[number], stratum)
                if told and (np.asarray(held[number]) % 1 > 0).any():
                    weights = with_parts(land, attack, parts, (level, number), stratum)
                attack.total(weights, row)
    rows = land.composed()
    for stratum in land.asked:
        # The tightest bounds are the dearest: of the whole alone.
        for tight in (False, True) if stratum == "ensemble" else (False,):
            told = result.composed(
                sparse.csr_array(rows), pd.RangeIndex(len(rows)), stratum, tight=tight
            )
            for number, row in enumerate(told.itertuples()):
                attack.total(land.weights(rows[number], stratum), row)
                if row.status in ("observe", "borne"):
                    true = land.value(rows[number], stratum)
                    assert row.lower - CLOSE <= true <= row.upper + CLOSE
    return attack, parts


def with_parts(land, attack, parts, territory, stratum):
    """A given total of a cut territory: whole communes, and an unknown part of the cut ones."""
    level, number = territory
    row = land.held[level][number]
    weights = {}
    for name in land.names if stratum == "ensemble" else [stratum]:
        place = land.names.index(name)
        if (territory, name) not in parts:
            position = attack.unknown(np.inf)
            parts[territory, name] = position
            cut = land.weights(np.where(row % 1 > 0, 1.0, 0.0), name)
            attack.at_most.append(({position: 1.0, **dict.fromkeys(cut, -1.0)}, 0.0))
        weights[parts[territory, name]] = 1.0
        weights |= {place * land.count + int(unit): 1.0 for unit in np.flatnonzero(row == 1.0)}
    return weights


def assert_not_known_small(true, low, high, threshold):
    """Of a small number of persons, nobody can tell that it is not nothing, nor that it is small.

    A number that is not small need not be kept.
    """
    if 0 < true < threshold:
        assert low <= CLOSE
        assert high >= threshold - 1 - CLOSE


def assert_cell_is_kept(row, true, ends, land):
    """A hidden cell lies within what we state, and the attack cannot narrow that."""
    low, high = ends
    assert low - CLOSE <= true <= high + CLOSE
    if row.status == "manquant" or np.isnan(row.upper):
        assert_not_known_small(true, low, high, land.threshold)
        return
    assert row.lower <= true <= row.upper
    if row.status == "masque":
        assert (row.lower, row.upper) == (1.0 if land.zeros else 0.0, land.threshold - 1)
    assert low <= row.lower + CLOSE
    assert high >= row.upper - CLOSE


# --------------------------------------------------------------------------- all counts are held


def attack_known_counts(seed):
    land = Land(seed)
    no = np.zeros(land.count, dtype=bool)
    columns = {
        name: UnitColumn(land.truth[place], ~no, no, no, no, None, land.zeros)
        for place, name in enumerate(land.names)
    }
    result = secrecy.protect(columns, land.levels, land.people, threshold=land.threshold)
    attack, _ = read_everything(land, result)
    assert not result.done.short.any()
    for place, row in enumerate(result.cells.reset_index().itertuples()):
        true = land.truth.ravel()[place]
        if row.status == "observe":
            assert row.value == true
            assert true >= land.threshold or (true == 0 and land.zeros)
        else:
            assert_cell_is_kept(row, true, attack.ends({place: 1.0}), land)
    for level, held in land.held.items():
        for stratum in land.asked:
            for number, row in enumerate(result.at(level, stratum).itertuples()):
                if row.status == "borne":
                    weights = land.weights(held[number], stratum)
                    low, high = attack.ends(weights)
                    assert low <= row.lower + CLOSE
                    assert high >= row.upper - CLOSE
                    assert (
                        row.lower - CLOSE <= land.value(held[number], stratum) <= row.upper + CLOSE
                    )
    return result


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_no_masked_cell_is_narrowed_by_all_that_is_shown(seed):
    attack_known_counts(seed)


# --------------------------------------------------------------------------- the producer's masks


class Producer:
    """What a CPAM hands over: counts masked or left out, and exact totals of some territories."""

    def __init__(self, land):
        draw = land.random
        self.land = land
        small = (land.truth < land.threshold) & ((land.truth > 0) | (not land.zeros))
        more = draw.random(land.truth.shape) < 0.05 * (draw.random() < 0.5)
        # A producer that masks more than small counts gives no threshold to rely on.
        self.threshold = None if (more & ~small).any() else land.threshold
        self.masked, self.absent = small | more, draw.random(land.count) < 0.1
        self.shares, self.given = {}, {}
        rows = []
        for level in (Level.CPTS, Level.DEPARTEMENT):
            for number, held in enumerate(land.held[level]):
                if draw.random() < 0.7 and held.any():
                    rows += self._told(level, number, held)
        self.totals = pd.DataFrame(rows, columns=["level", "territory", "stratum", "value"])

    def _told(self, level, number, held):
        """Exact totals: of a commune held in part, an unknown number of its persons."""
        land, draw, counts = self.land, self.land.random, []
        for place in range(land.strata):
            persons = [int(land.truth[place, unit]) for unit in np.flatnonzero(held % 1 > 0)]
            share = sum(int(draw.integers(0, count + 1)) for count in persons)
            self.shares[level, number, place] = share
            counts.append(land.truth[place, held == 1.0].sum() + share)
        told = {**dict(zip(land.names, counts, strict=True)), "ensemble": sum(counts)}
        asked = land.asked if draw.random() < 0.6 or land.strata == 1 else ["ensemble"]
        self.given |= {(level, number, stratum): told[stratum] for stratum in asked}
        return [(level.value, f"{level.value}{number}", name, told[name]) for name in asked]

    def columns(self):
        land, no = self.land, np.zeros(self.land.count, dtype=bool)
        made = {}
        for place, name in enumerate(land.names):
            hidden = self.masked[place] & ~self.absent
            values = np.where(hidden | self.absent, np.nan, land.truth[place])
            made[name] = UnitColumn(
                values, ~self.absent, hidden, no, no, self.threshold, land.zeros
            )
        return made


def attack_given_totals(seed):
    land = Land(seed)
    producer = Producer(land)
    result = secrecy.protect(
        producer.columns(),
        land.levels,
        land.people,
        threshold=land.threshold,
        totals=producer.totals,
    )
    attack, parts = read_everything(land, result, producer.given)
    for (level, number, stratum), value in producer.given.items():
        row = result.at(level, stratum).iloc[number]
        if row["status"] in ("observe", "borne"):
            assert row["lower"] - CLOSE <= value <= row["upper"] + CLOSE
    for place, row in enumerate(result.cells.reset_index().itertuples()):
        if row.status != "observe":
            assert_cell_is_kept(row, land.truth.ravel()[place], attack.ends({place: 1.0}), land)
    for (territory, stratum), position in parts.items():
        true = producer.shares[(*territory, land.names.index(stratum))]
        assert_not_known_small(true, *attack.ends({position: 1.0}), land.threshold)
    return result


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_given_totals_do_not_give_back_what_the_producer_masked(seed):
    attack_given_totals(seed)


# --------------------------------------------------------------------------- bands under a whole


def attack_bands(seed):
    """Bands that no commune shows, beside a whole that all do, out of people who are public."""
    draw = np.random.default_rng(seed)
    land = Land(seed, strata=int(draw.integers(3, 5)))
    no = np.zeros(land.count, dtype=bool)
    rest = land.names[-1]
    land.truth[-1] += draw.poisson(30, land.count)
    people = land.truth.sum(axis=0)
    columns = {
        name: UnitColumn(land.truth[place], ~no, no, no, no, None, land.zeros)
        for place, name in enumerate(land.names)
    }
    finer = (Level.CPTS, Level.DEPARTEMENT, Level.REGION)
    totals = pd.DataFrame(
        {
            "level": Level.COMMUNE.value,
            "territory": [f"{Level.COMMUNE.value}{place}" for place in range(land.count)],
            "stratum": "ensemble",
            "value": people,
            "public": True,
        }
    )
    result = secrecy.protect(
        columns,
        land.levels,
        land.people,
        threshold=land.threshold,
        totals=totals,
        denominators=dict.fromkeys(land.names, people),
        asked={level: land.names if level in finer else [rest] for level in land.held},
    )
    attack = Attack(land.strata * land.count)
    for unit in range(land.count):
        attack.equal.append((land.weights(np.eye(land.count)[unit], "ensemble"), people[unit]))
        for stratum in range(land.strata):
            attack.cell(stratum * land.count + unit, 0.0, people[unit])
    for place, unit in enumerate(land.units.codes):
        row = result.cells.loc[(rest, unit)]
        attack.cell((land.strata - 1) * land.count + place, row["lower"], row["upper"])
    for level, held in land.held.items():
        for stratum in land.names if level in finer else [rest]:
            for number, row in enumerate(result.at(level, stratum).itertuples()):
                attack.total(land.weights(held[number], stratum), row)
    assert not result.done.short.any()
    communes_keep_their_secret(land, result, attack, people)
    totals_keep_their_bounds(land, result, attack, finer)


def communes_keep_their_secret(land, result, attack, people):
    bands = land.names[:-1]
    assert result.cells.loc[bands, ["value", "lower", "upper"]].isna().all(axis=None) or (
        result.cells.loc[bands].loc[lambda told: told["status"] == "masque", "lower"].isna().all()
    )
    for unit in range(land.count):
        counted = land.truth[:-1, unit].sum()
        # Of the whole: small, or all but small, it keeps its primary interval.
        place = (land.strata - 1) * land.count + unit
        low, high = attack.ends({place: 1.0})
        if 0 < counted < land.threshold:
            assert people[unit] - high <= 1 + CLOSE
            assert people[unit] - low >= min(land.threshold - 1, people[unit]) - CLOSE
        for stratum in range(land.strata - 1):
            true = land.truth[stratum, unit]
            if 0 < true < land.threshold:
                low, high = attack.ends({stratum * land.count + unit: 1.0})
                assert low <= min(true, 1.0) + CLOSE
                assert high >= min(land.threshold - 1, counted) - CLOSE


def totals_keep_their_bounds(land, result, attack, finer):
    for level in finer:
        for stratum in land.names[:-1]:
            for number, row in enumerate(result.at(level, stratum).itertuples()):
                true = land.value(land.held[level][number], stratum)
                if row.status == "observe" and (land.held[level][number] % 1 == 0).all():
                    assert not 0 < true < land.threshold
                if row.status == "borne":
                    low, high = attack.ends(land.weights(land.held[level][number], stratum))
                    assert row.lower - CLOSE <= true <= row.upper + CLOSE
                    assert low <= row.lower + CLOSE
                    assert high >= row.upper - CLOSE


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_bands_and_their_whole_tell_nothing_of_each_other(seed):
    attack_bands(seed)
