"""What a space knows, as measures ask for it: a column name and a period in, figures out.

A column name (``measures.naming``) says a source, a column, the rows kept and the level. Here it
becomes a column laid over the units, the producer's own figures of a set of territories, or the
list of periods for which something is known. Nothing is computed here but sums over the strata of
one place, under the rules of the states: missing before masked before observed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd

from cpts_data import reference
from cpts_data.analysis.cells import (
    NO_CELLS,
    Cells,
    Rows,
    largest_of,
    last_of,
    states_of,
    summed,
)
from cpts_data.analysis.counted import (
    COUNTED,
    also_read,
    counted_table,
    professionals,
    table_of,
)
from cpts_data.analysis.ground import LandRegister
from cpts_data.analysis.professionals import PERSONS, distinct_persons
from cpts_data.contracts import STATUS_SUFFIX, Column
from cpts_data.measures import ColumnName, Status, UnitColumn, parse
from cpts_data.sources import MODULES
from cpts_data.space import Space
from cpts_data.territories import FRANCE_ID, Level, Territories

REFERENCE_ID = "reference"
POPULATION = "populations_legales.population"
WHOLE = "ensemble"
_NO_FIGURES = pd.DataFrame({"value": pd.Series(dtype=float), "status": pd.Series(dtype=object)})
# How far from the years asked a past period may be: a census file holds two years, six apart.
_NEARLY = 2


def column_of(name: str) -> Column:
    """The column, as its source declares it, behind a name."""
    told = parse(name)
    return MODULES[told.source].SOURCE.column(told.column)


@dataclass
class Facts:
    """The figures of one space, laid over its units. It only ever grows caches."""

    space: Space
    register: LandRegister
    _counted: dict[str, pd.DataFrame] = field(default_factory=dict)
    _columns: dict[tuple[str, str], UnitColumn] = field(default_factory=dict)
    _rows: dict[tuple[str, str, str], Rows] = field(default_factory=dict)
    _periods: dict[str, list[str]] = field(default_factory=dict)
    _own: dict[tuple[str, str, Level], pd.DataFrame] = field(default_factory=dict)
    _areas: dict[tuple[str, str], UnitColumn] = field(default_factory=dict)
    _area_slots: dict[str, np.ndarray] = field(default_factory=dict)
    _public: dict[tuple[str, str], bool] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the space (or the shipped reference) knows something of a column."""
        return bool(self.periods(name))

    # Periods

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
        table = self._table(told)
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

    def period_of(self, name: str, wanted: str) -> str:
        """The period of a secondary column: the one asked, else the latest not after it.

        A column « of years before » takes the period that lies nearest to that many years before.
        """
        told, found = parse(name), self.periods(name)
        if told.years_before:
            return _years_earlier(found, wanted, told.years_before)
        if not found or wanted in found:
            return wanted
        before = [period for period in found if period <= wanted]
        return before[-1] if before and told.promised != POPULATION else found[-1]

    def is_public(self, name: str, period: str) -> bool:
        """Whether every row behind a column, at every level, is said to be published already."""
        key = (name, period)
        if key not in self._public:
            self._public[key] = self._said_public(parse(name), period)
        return self._public[key]

    def _said_public(self, told: ColumnName, period: str) -> bool:
        if not self.space.has(told.source) or MODULES[told.source].SOURCE.public:
            return True
        table = self._table(told)
        kept = (table["period"] == period).to_numpy(dtype=bool, na_value=False)
        for stratum, values in told.where:
            kept = kept & table[stratum].isin(list(values)).to_numpy(dtype=bool)
        said = table.loc[kept, "public"]
        return bool(len(said)) and bool(said.fillna(False).all())

    # Columns

    def column(self, name: str, period: str) -> UnitColumn:
        """A column over the unit slots; all missing when the period is not known."""
        if parse(name).level:
            return self._spread(parse(name), period)
        key = (name, period)
        if key not in self._columns:
            self._columns[key] = self._laid(parse(name), period)
        return self._columns[key]

    def _laid(self, told: ColumnName, period: str) -> UnitColumn:
        units = self.register.units
        nothing = UnitColumn.observed(np.full(len(units.codes), np.nan))
        if period not in self.periods(str(told)):
            return nothing
        if not self.space.has(told.source):
            if told.promised == POPULATION and self.space.own_codes.empty:
                return UnitColumn.observed(
                    units.table["population"].to_numpy(dtype=float, na_value=np.nan)
                )
            return nothing
        source = MODULES[told.source].SOURCE
        column = source.column(told.column)
        laid = self._on_slots(self._cells(told, period, Level.COMMUNE.value), column)
        if column.absent_means_zero:
            return self._with_zeros(laid, told, period)
        # Out of the dataset's field by design, an absent row is no gap.
        beyond = self._departement_of_slots.isin(list(source.outside)).to_numpy(dtype=bool)
        return replace(laid, outside=laid.outside | (beyond & ~laid.present))

    @cached_property
    def _departement_of_slots(self) -> pd.Series:
        return self.register.units.table["departement"].astype("string")

    @cached_property
    def _slots(self) -> pd.Index:
        # Plain objects: looking up 35,000 Arrow strings is ten times slower.
        return pd.Index(self.register.units.codes.to_numpy(dtype=object))

    def _on_slots(self, cells: Cells, column: Column) -> UnitColumn:
        """Lay cells over the unit slots; a code that is no unit of the space is left out."""
        size = len(self._slots)
        slots = self._slots.get_indexer(pd.Index(cells.codes, dtype=object))
        known = slots >= 0
        slots = slots[known]

        def laid(cell: np.ndarray, empty: float | bool) -> np.ndarray:
            over = np.full(size, empty)
            over[slots] = cell[known]
            return over

        present = np.zeros(size, dtype=bool)
        present[slots] = True
        return UnitColumn(
            laid(cells.values, np.nan),
            present,
            laid(cells.masked, False),
            laid(cells.outside, False),
            laid(cells.estimated, False),
            column.threshold,
            column.zeros_published,
            laid(cells.hidden, 0.0),
            laid(cells.seen, 0.0),
            modelled=column.modelled,
        )

    def _with_zeros(self, laid: UnitColumn, told: ColumnName, period: str) -> UnitColumn:
        """A register lists what exists: elsewhere in the départements that it speaks of, none.

        The départements are those of all its rows, whatever their stratum: one without any maison
        de santé has none. A city whose rows are under its own code keeps them: its parts are not
        told apart.
        """
        units = self.register.units
        listed = units.positions(self._rows_of(told, period, Level.COMMUNE.value).codes)
        spoken = set(self._departement_of_slots.iloc[listed[listed >= 0]].dropna())
        inside = self._departement_of_slots.isin(spoken).to_numpy(dtype=bool)
        zero = inside & ~laid.present & ~units.is_city
        for city, parts in units.parts.items():
            if laid.present[city] and not laid.present[parts].any():
                zero[parts] = False
        values = np.where(zero, 0.0, laid.values)
        return replace(laid, values=values, present=laid.present | zero)

    def _spread(self, told: ColumnName, period: str) -> UnitColumn:
        """The figure of the area around each unit, laid over the unit."""
        areas = self._by_area(told, period)
        where = self._area_of_slots(told.level)

        def over(cell: np.ndarray, empty: float | bool) -> np.ndarray:
            return np.append(cell, empty)[where]

        masked = over(areas.masked, False)
        return UnitColumn(
            over(areas.values, np.nan),
            where >= 0,
            masked,
            np.zeros(len(where), dtype=bool),
            np.zeros(len(where), dtype=bool),
            areas.threshold,
            areas.zeros_published,
            over(areas.hidden, 0.0) if areas.hidden is not None else None,
            over(areas.seen, 0.0) if areas.seen is not None else None,
        )

    def _by_area(self, told: ColumnName, period: str) -> UnitColumn:
        """The figures of the areas of a wider level, in the order of :meth:`_areas_of`."""
        key = (str(told), period)
        if key not in self._areas:
            plain = replace(told, level="")
            column = MODULES[told.source].SOURCE.column(told.column)
            areas = self._areas_of(told.level)
            cells = NO_CELLS
            if period in self.periods(str(plain)):
                cells = self._cells(plain, period, told.level)
            place = pd.Index(cells.codes, dtype=object).get_indexer(areas)

            def by_area(cell: np.ndarray, empty: float | bool) -> np.ndarray:
                return np.append(cell, empty)[place]

            self._areas[key] = UnitColumn(
                by_area(cells.values, np.nan),
                place >= 0,
                by_area(cells.masked, False).astype(bool),
                np.zeros(len(areas), dtype=bool),
                np.zeros(len(areas), dtype=bool),
                column.threshold,
                column.zeros_published,
                by_area(cells.hidden, 0.0),
                by_area(cells.seen, 0.0),
            )
        return self._areas[key]

    def _areas_of(self, level: str) -> pd.Index:
        if level == Level.FRANCE.value:
            return pd.Index([FRANCE_ID], dtype=object)
        column = self.register.units.table[level].astype("string").dropna()
        return pd.Index(sorted(column.unique()), dtype=object)

    def _area_of_slots(self, level: str) -> np.ndarray:
        """Position, among the areas of a level, of the one around each slot; -1 without any."""
        if level not in self._area_slots:
            if level == Level.FRANCE.value:
                self._area_slots[level] = np.zeros(len(self._slots), dtype=int)
            else:
                around = self.register.units.table[level].astype("string").fillna("")
                codes = pd.Index(around.to_numpy(dtype=object))
                self._area_slots[level] = self._areas_of(level).get_indexer(codes)
        return self._area_slots[level]

    # The producer's own figures

    def own(self, name: str, period: str, territories: Territories) -> pd.DataFrame:
        """The producer's own figures for the territories of a level: ``value, status`` by id."""
        key = (name, period, territories.level)
        if key not in self._own:
            self._own[key] = self._own_figures(parse(name), period, territories)
        return self._own[key]

    def _own_figures(self, told: ColumnName, period: str, territories: Territories) -> pd.DataFrame:
        if told.level or not self.space.has(told.source):
            return _NO_FIGURES
        source = MODULES[told.source].SOURCE
        column = source.column(told.column)
        if told.source == "rpps" and column.combine == "somme":
            if territories.level is Level.FRANCE and not self.register.covers_france:
                return _NO_FIGURES
            return self._persons(told, period, territories)
        finest = territories.level in (Level.COMMUNE, Level.ARRONDISSEMENT)
        if finest and column.combine == "somme":
            return _NO_FIGURES
        level = Level.COMMUNE.value if finest else territories.level.value
        if not finest and not self._has_levels(told):
            return _NO_FIGURES
        if period not in self.periods(str(told)):
            return _NO_FIGURES
        cells = self._cells(told, period, level)
        index = pd.Index(cells.codes, dtype=object)
        kept = index.isin(territories.table.index)
        value = pd.Series(cells.values, index=index)[kept]
        status = pd.Series(states_of(cells), index=index)[kept]
        if column.combine == "moyenne":
            # An index carried to the parts of a commune that was cut is nobody's figure.
            cut = status == Status.ESTIMATED.value
            value, status = value.mask(cut), status.mask(cut, Status.MISSING.value)
        return pd.DataFrame({"value": value, "status": status})

    def _persons(self, told: ColumnName, period: str, territories: Territories) -> pd.DataFrame:
        """Persons counted once in each territory, though they practise in several communes."""
        people = professionals(self.space)
        people = people[people["period"].fillna("") == period]
        spoken = set(self._departement_of_slots.reindex(people["code"].unique()).dropna())
        for stratum, values in told.where:
            people = people[people[stratum].isin(list(values))]
        if people.empty:
            return _NO_FIGURES
        units = territories.units
        inner = territories.membership
        counts = distinct_persons(people.assign(tous=WHOLE), inner, units, ("tous",))
        known = np.zeros(len(territories.table))
        known[counts["territory"].to_numpy(dtype=int)] = counts[PERSONS].to_numpy(dtype=float)
        inside = units.table["departement"].isin(spoken).to_numpy(dtype=float)
        held = np.asarray(territories.membership @ np.ones(len(units.codes)))
        told_of = np.asarray(territories.membership @ inside) >= held - 1e-9
        told_of &= held > 0
        return pd.DataFrame(
            {"value": known[told_of], "status": Status.OBSERVED.value},
            index=territories.table.index[told_of],
        )

    # Rows

    def _table(self, told: ColumnName) -> pd.DataFrame:
        """The rows that hold a column: those of the file, or those counted out of it."""
        counted = {column.name for column in MODULES[told.source].SOURCE.counted}
        if told.column not in counted:
            return self.space.table(told.source)
        key = table_of(told.source, told.column)
        if key not in self._counted:
            self._counted[key] = counted_table(self.space, told.source, told.column)
        return self._counted[key]

    def _has_levels(self, told: ColumnName) -> bool:
        return "niveau" in self._table(told).columns

    def _rows_of(self, told: ColumnName, period: str, level: str) -> Rows:
        counted = told.column in {column.name for column in MODULES[told.source].SOURCE.counted}
        table = table_of(told.source, told.column) if counted else told.source
        key = (table, period, level)
        if key not in self._rows:
            self._rows[key] = self._found(told, period, level)
        return self._rows[key]

    def _found(self, told: ColumnName, period: str, level: str) -> Rows:
        table = self._table(told)
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

    def _cells(self, told: ColumnName, period: str, level: str) -> Cells:
        """The figure of each place: the strata asked are added, a lone one is taken as it is."""
        rows = self._rows_of(told, period, level)
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

    # In words

    def source_text(self, name: str, period: str) -> str:
        """``source_id (period)`` of a column, empty where nothing is known."""
        told = parse(name)
        if period not in self.periods(name):
            return ""
        if self.space.has(told.source):
            dated = "period" in self._table(told).columns
            when = period if dated else self.space.year
            own = f"{told.source} ({when})" if when else told.source
            return " ; ".join((own, *also_read(self.space, told.column)))
        return f"{REFERENCE_ID} ({period})" if told.promised == POPULATION else ""


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


def first_year(period: str) -> int | None:
    """The year that a period begins with; None for a period without a year."""
    found = re.match(r"(\d{4})", period)
    return int(found.group(1)) if found else None


def _years_earlier(found: list[str], wanted: str, years: int) -> str:
    """The period nearest to some years before another; empty when none is near enough."""
    now = first_year(wanted)
    gaps = {}
    for period in found:
        year = first_year(period)
        if now is not None and year is not None and year < now:
            gaps[period] = abs(now - years - year)
    near = [period for period in gaps if gaps[period] <= _NEARLY]
    return min(near, key=lambda period: (gaps[period], period)) if near else ""


__all__ = ["COUNTED", "Facts", "column_of", "first_year"]
