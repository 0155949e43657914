"""The rows of a space's sources by place, period and stratum: asked for by the name of a column.

A source holds one row per place and period, or several told apart by strata (age, sex, profession).
Rows are found by stratum without a scan, and added under the rules of the states (see ``cells``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
import pandas as pd

from cpts_data import reference
from cpts_data.analysis.cells import NO_CELLS, Cells, Rows, largest_of, last_of, summed
from cpts_data.analysis.counted import counted_table, table_of
from cpts_data.contracts import STATUS_SUFFIX
from cpts_data.measures import ColumnName, Status, parse
from cpts_data.sources import MODULES
from cpts_data.space import Space
from cpts_data.territories import Level

POPULATION = "populations_legales.population"
WHOLE = "ensemble"


@dataclass
class Ledger:
    """The rows of one space. It only ever grows caches."""

    space: Space
    _counted: dict[str, pd.DataFrame] = field(default_factory=dict)
    _rows: dict[tuple[str, str, str], Rows] = field(default_factory=dict)
    _periods: dict[str, list[str]] = field(default_factory=dict)
    _public: dict[tuple[str, str], bool] = field(default_factory=dict)

    def periods(self, name: str) -> list[str]:
        """Periods for which a column is known or masked somewhere, in order."""
        told = parse(name)
        key = str(replace(told, level="", years_before=0))
        if key not in self._periods:
            self._periods[key] = self._known_periods(told)
        return self._periods[key]

    def _known_periods(self, told: ColumnName) -> list[str]:
        if not self.space.has(told.source):
            return [reference.population_year()] if told.promised == POPULATION else []
        table = self.table(told)
        if "period" not in table.columns:
            return [str(self.space.year or "")]
        if told.column not in table:
            return []
        known = table[told.column].notna().to_numpy()
        status = f"{told.column}{STATUS_SUFFIX}"
        if status in table:
            masked = table[status] == Status.MASKED.value
            known = known | masked.to_numpy(dtype=bool, na_value=False)
        for stratum, values in told.where:
            known = known & table[stratum].isin(list(values)).to_numpy(dtype=bool)
        return sorted(str(period) for period in table.loc[known, "period"].dropna().unique())

    def is_public(self, name: str, period: str) -> bool:
        """Whether every row behind a column, at every level, is said to be published already."""
        key = (name, period)
        if key not in self._public:
            self._public[key] = self._said_public(parse(name), period)
        return self._public[key]

    def _said_public(self, told: ColumnName, period: str) -> bool:
        if not self.space.has(told.source) or MODULES[told.source].SOURCE.public:
            return True
        table = self.table(told)
        kept = (table["period"] == period).to_numpy(dtype=bool, na_value=False)
        for stratum, values in told.where:
            kept = kept & table[stratum].isin(list(values)).to_numpy(dtype=bool)
        said = table.loc[kept, "public"]
        return bool(len(said)) and bool(said.fillna(False).all())

    @staticmethod
    def _kept_as(told: ColumnName) -> str:
        """Which table holds a column: that of the file, or one counted out of it."""
        source = MODULES[told.source].SOURCE
        counted = told.column in {column.name for column in source.counted}
        return table_of(told.source, told.column) if counted else ""

    def table(self, told: ColumnName) -> pd.DataFrame:
        """The rows that hold a column: those of the file, or those counted out of it."""
        name = self._kept_as(told)
        if not name:
            return self.space.table(told.source)
        if name not in self._counted:
            self._counted[name] = counted_table(self.space, told.source, told.column)
        return self._counted[name]

    def has_levels(self, told: ColumnName) -> bool:
        """Whether the table tells several levels apart, of which the communes are one."""
        return "niveau" in self.table(told).columns

    def rows_of(self, told: ColumnName, period: str, level: str) -> Rows:
        """The rows of one period and level, by stratum."""
        key = (self._kept_as(told) or told.source, period, level)
        if key not in self._rows:
            self._rows[key] = self._found(told, period, level)
        return self._rows[key]

    def _found(self, told: ColumnName, period: str, level: str) -> Rows:
        table = self.table(told)
        kept = np.ones(len(table), dtype=bool)
        if "period" in table.columns:
            kept &= (table["period"] == period).to_numpy(dtype=bool, na_value=False)
        if "niveau" in table.columns:
            kept &= (table["niveau"] == level).to_numpy(dtype=bool, na_value=False)
        elif level != Level.COMMUNE.value:
            kept[:] = False
        rows = table[kept].reset_index(drop=True)
        strata = MODULES[told.source].SOURCE.strata_columns
        strata = tuple(name for name in strata if name in rows.columns)
        place, codes = pd.factorize(rows["code"].to_numpy(dtype=object))
        if not strata:
            return Rows(rows, codes, place, (), {(): np.arange(len(rows))})
        labels = rows[list(strata)].astype("string").fillna("")
        groups = labels.groupby(list(strata), observed=True, sort=False).indices
        positions = {
            (stratum if isinstance(stratum, tuple) else (stratum,)): np.asarray(where)
            for stratum, where in groups.items()
        }
        return Rows(rows, codes, place, strata, positions)

    def cells(self, told: ColumnName, period: str, level: str) -> Cells:
        """The figure of each place: the strata asked are added, a lone one is taken as it is."""
        rows = self.rows_of(told, period, level)
        values, states = rows.of(told.column)
        if not rows.strata:
            kept = last_of(rows.place)
            return summed(rows.codes, rows.place[kept], values[kept], states[kept], 0)
        chosen = self._chosen(rows, told)
        if not chosen:
            return NO_CELLS
        parts = [largest_of(rows.positions[place], rows.place, values) for place in chosen]
        together = np.concatenate(parts)
        column = MODULES[told.source].SOURCE.column(told.column)
        whole = 0 if column.absent_means_zero else _rows_wanted(rows, told, chosen)
        return summed(rows.codes, rows.place[together], values[together], states[together], whole)

    @staticmethod
    def _chosen(rows: Rows, told: ColumnName) -> list[tuple[str, ...]]:
        """The strata asked, as the rows know them; unsaid ones are « ensemble », or all."""
        asked = dict(told.where)
        unknown = set(asked) - set(rows.strata)
        if unknown:
            raise ValueError(f"{told} asks for {sorted(unknown)}; strata are {rows.strata}")
        if all(name in asked for name in rows.strata):
            places = product(*(asked[name] for name in rows.strata))
            return [place for place in places if place in rows.positions]
        found = [
            place
            for place in rows.positions
            if all(place[rows.strata.index(name)] in values for name, values in told.where)
        ]
        for position, name in enumerate(rows.strata):
            if name not in asked and any(place[position] == WHOLE for place in found):
                found = [place for place in found if place[position] == WHOLE]
        return found


def _rows_wanted(rows: Rows, told: ColumnName, chosen: list[tuple[str, ...]]) -> int:
    """How many rows make a place's sum when several strata are asked; 0 when any number will do.

    A stratum asked for that no row holds is wanting too: a sum without it would be no such sum.
    """
    asked = dict(told.where)
    if all(len(values) == 1 for values in asked.values()):
        return 0
    free = [position for position, name in enumerate(rows.strata) if name not in asked]
    combinations = {tuple(place[position] for position in free) for place in chosen}
    return len(combinations) * math.prod(len(values) for values in asked.values())
