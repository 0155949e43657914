"""The attack on what pages show of one space: sister figures of the same counts, put together.

All that is shown of several indicators, at every level, becomes equations and inequalities over
the counts by commune; linear programmes then look for the range of each hidden one.
"""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from cpts_data.analysis.secrecy import PART
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS
from cpts_data.space import DEMONSTRATION
from cpts_data.territories import Level

EXACT = ("observe", "estime")
LEVELS = (
    Level.COMMUNE,
    Level.CPTS,
    Level.EPCI,
    Level.BASSIN_DE_VIE,
    Level.DEPARTEMENT,
    Level.REGION,
)
WITHOUT, WITH = "part_urgences_sans_hospitalisation", "part_urgences_avec_hospitalisation"
VISITS = "taux_passages_urgences"
SLACK, CLOSE = 1e-6, 1e-2


@pytest.fixture(scope="module")
def opened():
    return Diagnostic.open(DEMONSTRATION)


class Reader:
    """Some counts by commune, side by side, and what the figures that are shown say of them."""

    def __init__(self, diagnostic, counts):
        self.diagnostic, self.counts = diagnostic, counts
        units = diagnostic.register.units
        self.places = {code: n for n, code in enumerate(units.codes)}
        self.size = counts * len(self.places)
        self.equal, self.at_most = [], []

    def members(self, level):
        """Whole communes of each territory; those that cut one are left out."""
        pairs = self.diagnostic.membership_pairs(level)
        for territory, rows in pairs.groupby("territory"):
            if (rows["weight"] == 1.0).all():
                yield territory, [self.places[unit] for unit in rows["unit"]]

    def line(self, units, of):
        return {count * len(self.places) + unit: 1.0 for count in of for unit in units}

    def read(self, table, level, above, below=None, per=100.0):
        """``above`` and ``below`` are the counts that make the two terms of the shares."""
        rows = table.set_index("territory")
        for territory, units in self.members(level):
            row = rows.loc[territory]
            top = self.line(units, above)
            if row["status"] in EXACT:
                self.equal.append((top, row["numerator"]))
            if below is None:
                continue
            base = self.line(units, below)
            if not np.isnan(row["denominator"]):
                self.equal.append((base, row["denominator"]))
            if row["status"] == "borne":
                for end, sign in ((row["upper"], 1.0), (row["lower"], -1.0)):
                    both = {place: -sign * end / per * w for place, w in base.items()}
                    for place, weight in top.items():
                        both[place] = both.get(place, 0.0) + sign * weight
                    self.at_most.append((both, SLACK))

    def _matrix(self, lines):
        matrix = sparse.lil_array((len(lines), self.size))
        for number, (weights, _) in enumerate(lines):
            for place, weight in weights.items():
                matrix[number, place] = weight
        return sparse.csr_array(matrix), np.array([value for _, value in lines])

    def ends(self, places):
        """Least and greatest value of each of some counts, all the rest being free."""
        equal, right = self._matrix(self.equal)
        below, limit = self._matrix(self.at_most)
        for place in places:
            cost = np.zeros(self.size)
            cost[place] = 1.0
            found = []
            for sign in (1.0, -1.0):
                solved = linprog(
                    sign * cost, below, limit, equal, right, bounds=(0, None), method="highs"
                )
                assert solved.status in (0, 3), solved.message
                found.append(sign * solved.fun if solved.status == 0 else np.inf)
            yield place, *found


@pytest.mark.parametrize("period", ["2021", "2024"])
def test_visits_with_and_without_a_stay_tell_nothing_of_each_other(opened, period):
    reader = Reader(opened, 2)
    for level in LEVELS:
        for name, above in ((WITHOUT, [0]), (WITH, [1])):
            table = opened.values([name], level, period=period)
            reader.read(table, level, above, below=[0, 1])
        reader.read(opened.values([VISITS], level, period=period), level, [0, 1])
    main = INDICATORS[WITHOUT].measure
    stayed, visits = (
        opened.facts.column(name, period).values for name in (main.numerator, main.denominator)
    )
    counts = np.concatenate([stayed, visits - stayed])
    few = np.flatnonzero((counts > 0) & (counts < 11))
    assert len(few) > 10
    for place, low, high in reader.ends(few):
        assert low <= 1 + CLOSE
        assert high >= 10 - CLOSE, (place, low, high)
    stated = opened.figures.guard._tables._shares(main, period).cells
    hidden = stated[stated["status"].isin(["masque", "masque_secondaire"])].dropna(subset="upper")
    at = [
        reader.places[unit] + (stratum != PART) * len(reader.places)
        for stratum, unit in hidden.index
    ]
    for (_, low, high), lower, upper in zip(
        reader.ends(at), hidden["lower"], hidden["upper"], strict=True
    ):
        assert low <= lower + CLOSE
        assert high >= upper - CLOSE


@pytest.mark.parametrize("name", ["part_sans_mt_par_age", "prevalence_ald"])
def test_age_bands_and_their_whole_tell_nothing_of_each_other(opened, name):
    indicator = INDICATORS[name]
    bands = [measure for _, measure in indicator.strata]
    reader = Reader(opened, len(bands))
    hidden = []
    for level in (Level.COMMUNE, Level.CPTS, Level.EPCI, Level.DEPARTEMENT, Level.REGION):
        table = opened.values([name], level, period="2022", strata=True)
        for place, (stratum, _) in enumerate(indicator.strata):
            reader.read(table[table["stratum"] == stratum], level, [place])
        whole = table[table["stratum"] == "ensemble"]
        reader.read(whole, level, range(len(bands)))
        if level is Level.COMMUNE:
            hidden = list(whole.loc[~whole["status"].isin(EXACT), "territory"])
    counted = opened.facts.column(indicator.measure.numerator, "2022")
    few = counted.masked | ((counted.values > 0) & (counted.values < 11))
    small = [reader.places[code] for code in hidden if few[reader.places[code]]]
    assert len(small) > 3
    # The whole of a commune is the sum of its bands: one more count stands for it.
    reader.size += len(reader.places)
    for place in range(len(reader.places)):
        parts = reader.line([place], range(len(bands)))
        reader.equal.append((parts | {len(bands) * len(reader.places) + place: -1.0}, 0.0))
    at = [len(bands) * len(reader.places) + place for place in small]
    for place, low, high in reader.ends(at):
        assert low <= 1 + CLOSE
        assert high >= 10 - CLOSE, (place, low, high)


@pytest.mark.parametrize("name", ["part_sans_mt_par_age", "prevalence_ald"])
@pytest.mark.parametrize("period", ["2021", "2022", "2024"])
def test_one_band_alone_is_never_hidden_beside_its_whole(opened, name, period):
    for level in (Level.CPTS, Level.DEPARTEMENT, Level.REGION):
        table = opened.values([name], level, period=period, strata=True)
        for territory, rows in table.groupby("territory"):
            told = rows.set_index("stratum")["numerator"]
            bands = told.drop("ensemble")
            if bands.isna().sum() != 1 or np.isnan(told["ensemble"]):
                continue
            # Only a total that contradicts its communes may be left out by itself.
            guard = opened.figures.guard._tables
            whole = INDICATORS[name].measure.numerator
            laid = guard._banded(whole, period).laid
            number = opened.territories(level).table.index.get_loc(territory)
            band = dict(INDICATORS[name].strata)[bands.index[bands.isna()][0]]
            assert laid.loose[laid.row_of[level, number, band.numerator]], (territory, bands)
