"""Time to decide what may be shown of a count that is not public, by size, and what it costs.

Run from the project's root: ``PYTHONPATH=. python benchmarks/secrecy.py [communes …]``. Communes,
CPTS (some overlap, some hold a commune in part), EPCI, a département, a région and France are made
up, in the proportions of a région: 70 CPTS and 60 EPCI for 1,000 communes; so are patients by age
band, so few of them that more than half of the cells are masked. The figures of every level are
then protected (``protect``), read (``at``), and asked for 100 territories that a user draws
(``composed``).

Shown: seconds of processor, linear programmes, the growth of the time from one size to the next
(1 is in proportion to the communes), and the share of the figures that stay exact at each level.
"""

import sys
import time

import numpy as np
import pandas as pd
from scipy import sparse

from cpts_data.analysis import secrecy
from cpts_data.measures import UnitColumn
from cpts_data.territories import Level, Territories, Units

SIZES = (250, 500, 1_000, 2_000)
STRATA = (1, 6)
SHARE_OF_PATIENTS = 0.08
EXACT = ("observe", "estime")


class Land:
    """A made-up région: its territories and its patients by age band; the same on every run."""

    def __init__(self, communes, strata, seed=2026):
        self.random = np.random.default_rng(seed)
        self.places = self.random.random((communes, 2))
        people = np.exp(self.random.normal(6.3, 1.3, communes))
        ages = self.random.dirichlet(np.full(strata, 5.0))
        self.patients = self.random.poisson(people * SHARE_OF_PATIENTS * ages[:, np.newaxis])
        self.people = people
        codes = [f"{number:05d}" for number in range(communes)]
        table = pd.DataFrame({"departement": ["01"] * communes}, index=codes)
        self.units = Units(table, {})
        everybody = np.ones((1, communes))
        held = {
            Level.COMMUNE: sparse.eye_array(communes),
            Level.CPTS: self.cpts(max(2, communes * 7 // 100)),
            Level.EPCI: self.zones(max(2, communes * 6 // 100)),
            Level.DEPARTEMENT: everybody,
            Level.REGION: everybody,
            Level.FRANCE: everybody,
        }
        self.levels = [self.territories(level, rows) for level, rows in held.items()]

    def zones(self, count):
        """Each commune in the zone of the nearest centre."""
        centres = self.places[self.random.choice(len(self.places), count, replace=False)]
        gaps = ((self.places[:, np.newaxis] - centres) ** 2).sum(axis=2)
        return (gaps.argmin(axis=1) == np.arange(count)[:, np.newaxis]).astype(float)

    def cpts(self, count):
        """Zones; 5 % of the communes in none, 3 % in another too, 1 % in part."""
        rows = self.zones(count)
        draw = self.random.random(rows.shape[1])
        rows[:, draw < 0.05] = 0.0
        twice = np.flatnonzero(draw > 0.97)
        rows[self.random.integers(0, count, len(twice)), twice] = 1.0
        rows[:, (draw > 0.05) & (draw < 0.06)] *= 0.5
        return rows

    def territories(self, level, rows):
        """The territories of a level from their weights."""
        ids = [f"{level.value}{number}" for number in range(rows.shape[0])]
        table = pd.DataFrame({"name": ids}, index=ids)
        return Territories(level, table, self.units, sparse.csr_array(rows))

    def columns(self):
        """Patients by stratum, as the measures hold them."""
        if len(self.patients) == 1:
            return {"ensemble": UnitColumn.observed(self.patients[0])}
        return {f"age {n}": UnitColumn.observed(row) for n, row in enumerate(self.patients)}


def measure(communes, strata):
    """Seconds of processor of each step, and what stays exact."""
    land = Land(communes, strata)
    start = time.process_time()
    result = secrecy.protect(land.columns(), land.levels, land.people)
    protected = time.process_time()
    names = [None] if strata == 1 else [*land.columns(), None]
    shown = {level.level: [result.at(level.level, name) for name in names] for level in land.levels}
    read = time.process_time()
    drawn = sparse.csr_array((land.random.random((100, communes)) < 0.05).astype(float))
    result.composed(drawn, pd.RangeIndex(100))
    composed = time.process_time()
    exact = {
        level: pd.concat(tables)["status"].isin(EXACT).mean() for level, tables in shown.items()
    }
    masked = (result.cells["status"] == "masque").mean()
    seconds = (protected - start, read - protected, composed - read)
    return seconds, result.done.programmes, masked, exact


def main():
    sizes = [int(text) for text in sys.argv[1:]] or SIZES
    measure(100, 1)  # the first programme loads the solver
    told = (Level.COMMUNE, Level.CPTS, Level.EPCI, Level.DEPARTEMENT)
    print(
        f"{'communes':>8} {'strata':>6} {'protect':>8} {'read':>6} {'100 drawn':>9} {'LP':>4}",
        end="",
    )
    print(f" {'growth':>6} {'masked':>7}", *(f"{level.value:>12}" for level in told))
    for strata in STRATA:
        before = None
        for communes in sizes:
            seconds, programmes, masked, exact = measure(communes, strata)
            growth = ""
            if before is not None:
                ratio = np.log(seconds[0] / before[1]) / np.log(communes / before[0])
                growth = f"{ratio:.2f}"
            before = (communes, seconds[0])
            print(f"{communes:8,} {strata:6} {seconds[0]:8.2f} {seconds[1]:6.2f}", end="")
            print(f" {seconds[2]:9.2f} {programmes:4} {growth:>6} {masked:7.0%}", end=" ")
            print(*(f"{exact[level]:12.0%}" for level in told))


if __name__ == "__main__":
    main()
