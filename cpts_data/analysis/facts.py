"""What a space knows, as measures ask for it: a column name and a period in, figures out.

A column name (``measures.naming``) says a source, a column, the rows kept and the level. Here it
becomes a column laid over the units, the producer's own figures of a set of territories, or the
list of periods for which something is known. Nothing is computed here but sums over the strata of
one place, under the rules of the states: missing before masked before observed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from cpts_data.analysis.cells import NO_CELLS, Cells, states_of
from cpts_data.analysis.counted import also_read, professionals
from cpts_data.analysis.ground import LandRegister
from cpts_data.analysis.ledger import POPULATION, WHOLE, Ledger
from cpts_data.analysis.professionals import PERSONS, distinct_persons
from cpts_data.contracts import Column
from cpts_data.measures import ColumnName, Status, UnitColumn, parse
from cpts_data.sources import MODULES
from cpts_data.space import Space
from cpts_data.territories import FRANCE_ID, Level, Territories

REFERENCE_ID = "reference"
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
    _columns: dict[tuple[str, str], UnitColumn] = field(default_factory=dict)
    _own: dict[tuple[str, str, Level], pd.DataFrame] = field(default_factory=dict)
    _areas: dict[tuple[str, str], UnitColumn] = field(default_factory=dict)
    _area_slots: dict[str, np.ndarray] = field(default_factory=dict)
    _people: dict[tuple[str, str], tuple[pd.DataFrame, set[str]]] = field(default_factory=dict)

    @cached_property
    def ledger(self) -> Ledger:
        """The rows of the space's sources."""
        return Ledger(self.space)

    def periods(self, name: str) -> list[str]:
        """Periods for which a column is known or masked somewhere, in order."""
        return self.ledger.periods(name)

    def has(self, name: str) -> bool:
        """Whether the space (or the shipped reference) knows something of a column."""
        return bool(self.periods(name))

    # Periods

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
        laid = self._on_slots(self.ledger.cells(told, period, Level.COMMUNE.value), column)
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
        listed = units.positions(self.ledger.rows_of(told, period, Level.COMMUNE.value).codes)
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
                cells = self.ledger.cells(plain, period, told.level)
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
        if territories.level is Level.COMPOSED:
            # Of the professionals only: no producer knows a territory that somebody draws.
            return self._own_figures(parse(name), period, territories)
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
        if territories.level is Level.COMPOSED or (finest and column.combine == "somme"):
            return _NO_FIGURES
        level = Level.COMMUNE.value if finest else territories.level.value
        if not finest and not self.ledger.has_levels(told):
            return _NO_FIGURES
        if period not in self.periods(str(told)):
            return _NO_FIGURES
        cells = self.ledger.cells(told, period, level)
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
        people, spoken = self._practising(told, period)
        if people.empty:
            return _NO_FIGURES
        units = territories.units
        if territories.level is Level.COMPOSED:
            # A few communes of a whole register: the others count nobody there.
            within = np.unique(territories.membership.tocoo().coords[1])
            people = people[people["code"].isin(self._slots[within])]
        known = np.zeros(len(territories.table))
        if len(people):
            inner = territories.membership
            counts = distinct_persons(people.assign(tous=WHOLE), inner, units, ("tous",))
            known[counts["territory"].to_numpy(dtype=int)] = counts[PERSONS].to_numpy(dtype=float)
        inside = units.table["departement"].isin(spoken).to_numpy(dtype=float)
        held = np.asarray(territories.membership @ np.ones(len(units.codes)))
        told_of = np.asarray(territories.membership @ inside) >= held - 1e-9
        told_of &= held > 0
        if territories.elsewhere is not None:
            told_of &= territories.elsewhere == 0
        return pd.DataFrame(
            {"value": known[told_of], "status": Status.OBSERVED.value},
            index=territories.table.index[told_of],
        )

    def _practising(self, told: ColumnName, period: str) -> tuple[pd.DataFrame, set[str]]:
        """Professionals of some strata, and the départements that their whole register tells."""
        key = (str(told), period)
        if key not in self._people:
            people = professionals(self.space)
            people = people[people["period"].fillna("") == period]
            spoken = self._departement_of_slots.reindex(people["code"].unique()).dropna()
            for stratum, values in told.where:
                people = people[people[stratum].isin(list(values))]
            self._people[key] = people, {str(code) for code in spoken}
        return self._people[key]

    # In words

    def source_text(self, name: str, period: str) -> str:
        """``source_id (period)`` of a column, empty where nothing is known."""
        told = parse(name)
        if period not in self.periods(name):
            return ""
        if self.space.has(told.source):
            dated = "period" in self.ledger.table(told).columns
            when = period if dated else self.space.year
            own = f"{told.source} ({when})" if when else told.source
            return " ; ".join((own, *also_read(self.space, told.column)))
        return f"{REFERENCE_ID} ({period})" if told.promised == POPULATION else ""


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
