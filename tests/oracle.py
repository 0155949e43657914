"""The catalogue computed again, slowly: dicts, lists and loops, no array and no matrix.

It reads the rows of the received tables (``Space.table``), the units of each territory with their
weights, and the declarations of the catalogue; it shares no line with ``measures``' computations,
``facts`` or ``figures``. Written from DOMAIN §7 (sum first, divide last; Wilson; Poisson and Byar;
Dobson), §8 (masked, missing and zero; bounds) and §9.2 (a city or its parts, never both), and from
the docstrings of the measures. What registers hold is counted again in ``tests/oracle_registers``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import cache

from cpts_data.contracts import Column, Source
from cpts_data.indicators import Indicator
from cpts_data.measures import (
    Change,
    Count,
    Expected,
    Measure,
    Published,
    Rate,
    Ratio,
    ShareOver,
    ShareUnder,
    StandardisedRate,
    StandardisedRatio,
    Stratum,
    WeightedMean,
)
from cpts_data.sources import MODULES
from tests.oracle_intervals import dobson, poisson, wilson
from tests.oracle_registers import REGISTERS, distinct_persons

KNOWN, MASKED, MISSING, OUTSIDE = "observe", "masque", "manquant", "sans_objet"
ESTIMATED, BOUNDED, CONTEXT, FEW = "estime", "borne", "contexte", "insuffisant"
WHOLE = "ensemble"
FINEST = ("commune", "arrondissement")
INSIDE_A_DEPARTEMENT = (*FINEST, "cpts", "epci", "bassin_de_vie")
WHOLE_OF_SPLITS = ("departement", "region", "france")
POPULATION = "populations_legales.population"
NEARLY = 2


@dataclass(frozen=True)
class Name:
    """The name of a column, taken apart."""

    source: str
    column: str
    level: str
    before: int
    where: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def plain(self) -> Name:
        return Name(self.source, self.column, "", 0, self.where)


@cache
def taken_apart(text: str) -> Name:
    body, _, where = text.partition("[")
    body, _, mark = body.partition("@")
    source, column = body.split(".")
    chosen = []
    for piece in where.rstrip("]").split(",") if where else []:
        stratum, _, values = piece.partition("=")
        chosen.append((stratum, tuple(values.split("|"))))
    before = int(mark[1:]) if mark.startswith("-") else 0
    return Name(source, column, "" if before else mark, before, tuple(chosen))


@dataclass(frozen=True)
class Cell:
    """What is known of one place: a value, or why there is none, and what masks leave to see."""

    state: str
    value: float = 0.0
    estimated: bool = False
    row: bool = True
    hidden: int = 1
    seen: float = 0.0


ABSENT = Cell(MISSING, row=False)


@dataclass(frozen=True)
class Land:
    """Units and territories: départements, whole cities with their parts, weights by territory."""

    departements: dict[str, str]
    regions: dict[str, str]
    cities: dict[str, tuple[str, ...]]
    reference_population: dict[str, float]
    territories: dict[str, dict[str, dict[str, float]]]
    national: bool
    covers_france: bool
    year: str
    reference_year: str


@dataclass
class Row:
    """One row of ``Values``."""

    period: str
    status: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    coverage: float | None = None


@dataclass
class Account:
    """The units of a territory that count, sorted by what is known of all columns at once."""

    known: list[tuple[str, float]] = field(default_factory=list)
    masked: list[tuple[str, float]] = field(default_factory=list)
    missing: bool = False
    estimated: bool = False
    coverage: float | None = None

    def status(self, bounded: bool) -> str:
        if self.missing:
            return MISSING
        if not self.known and not self.masked:
            return OUTSIDE
        if self.masked:
            return BOUNDED if bounded else MASKED
        return ESTIMATED if self.estimated else KNOWN


class Oracle:
    """Every figure of a space, one territory at a time."""

    def __init__(
        self, tables: dict[str, list[dict]], land: Land, national_values: list[dict]
    ) -> None:
        self.land = land
        self.national_values = national_values
        self.tables = tables
        self.people_known = self._people()
        self._counted: dict[str, list[dict]] = {}
        self._groups: dict = {}
        self._cells: dict = {}
        self._figures: dict = {}
        self._periods: dict = {}
        self._persons: dict = {}
        self._cities: dict = {}

    # What is asked

    def row(
        self, indicator: Indicator, level: str, territory: str, period: str | None = None
    ) -> Row:
        """The figure of the whole population."""
        measures = (indicator.measure, *indicator.otherwise)
        return self._row(indicator, measures, level, territory, period, True)

    def stratum(
        self, indicator: Indicator, name: str, level: str, territory: str, period: str | None = None
    ) -> Row:
        """The figure of one of the strata that the indicator declares."""
        measure = dict(indicator.strata)[name]
        return self._row(indicator, (measure,), level, territory, period, False)

    def _row(
        self,
        indicator: Indicator,
        measures: tuple[Measure, ...],
        level: str,
        territory: str,
        period: str | None,
        whole: bool,
    ) -> Row:
        chosen = period or self.latest(indicator)
        found = self._first_that_tells(measures, level, territory, chosen, bool(period))
        if found.status == MISSING and indicator.context and level in INSIDE_A_DEPARTEMENT:
            around = self._main_departement(level, territory)
            if around in self.land.territories["departement"]:
                beside = self._first_that_tells(
                    measures, "departement", around, chosen, bool(period)
                )
                if beside.status in (KNOWN, ESTIMATED):
                    found = Row(beside.period, CONTEXT, beside.value, beside.lower, beside.upper)
        if level == "france" and whole and found.status not in (KNOWN, ESTIMATED):
            found = self._national(indicator, found, chosen, period)
        return found

    def latest(self, indicator: Indicator) -> str:
        """The latest period of the first way of measuring that is known."""
        measures = (indicator.measure, *indicator.otherwise)
        for ready in (True, False):
            for measure in measures:
                if ready and not self._is_ready(measure):
                    continue
                if found := self.periods(measure.columns[0]):
                    return found[-1]
        return ""

    def _is_ready(self, measure: Measure) -> bool:
        return all(self.periods(name) for name in measure.columns)

    def _first_that_tells(
        self,
        measures: tuple[Measure, ...],
        level: str,
        territory: str,
        period: str,
        exact: bool,
    ) -> Row:
        first = None
        for measure in measures:
            if first is not None and not self._is_ready(measure):
                continue
            when = period if exact else self.period_of(measure.columns[0], period)
            found = self._measured(measure, level, territory, when)
            if found.status != MISSING:
                return found
            first = first or found
        assert first is not None
        return first

    def _main_departement(self, level: str, territory: str) -> str:
        counts: dict[str, int] = {}
        for unit in self.land.territories[level][territory]:
            place = self.land.departements[unit]
            counts[place] = counts.get(place, 0) + 1
        return min(counts, key=lambda place: (-counts[place], place)) if counts else ""

    def _national(self, indicator: Indicator, found: Row, chosen: str, period: str | None) -> Row:
        """The reference of the same period, else (no period asked) its latest."""
        rows = [row for row in self.national_values if row["indicator"] == indicator.id]
        same = [row for row in rows if row["period"] == chosen]
        if same or period is not None:
            rows = same
        if not rows:
            return Row(found.period, MISSING)
        last = max(rows, key=lambda row: row["period"])
        return Row(last["period"], KNOWN, float(last["value"]))

    # Periods

    def periods(self, text: str) -> list[str]:
        """Periods for which a column is known or masked somewhere."""
        name = taken_apart(text).plain
        if name not in self._periods:
            self._periods[name] = self._known_periods(name)
        return self._periods[name]

    def _known_periods(self, name: Name) -> list[str]:
        if name.source not in self.tables:
            promised = f"{name.source}.{name.column}"
            return [self.land.reference_year] if promised == POPULATION else []
        rows = self._rows(name)
        if not rows or "period" not in rows[0]:
            return [self.land.year]
        found = set()
        for row in rows:
            if row["period"] is None:
                continue
            if any(row[s] not in values for s, values in name.where):
                continue
            masked = row.get(f"{name.column}_statut") == MASKED
            if row.get(name.column) is not None or masked:
                found.add(str(row["period"]))
        return sorted(found)

    def period_of(self, text: str, wanted: str) -> str:
        """The period asked, else the latest not after it; some years before for the past."""
        name, found = taken_apart(text), self.periods(text)
        if name.before:
            return self._years_earlier(found, wanted, name.before)
        if not found or wanted in found:
            return wanted
        before = [period for period in found if period <= wanted]
        if f"{name.source}.{name.column}" == POPULATION or not before:
            return found[-1]
        return before[-1]

    @staticmethod
    def _years_earlier(found: list[str], wanted: str, years: int) -> str:
        best: tuple[int, str] | None = None
        for period in found:
            gap = abs(_year(wanted) - years - _year(period))
            if _year(period) < _year(wanted) and gap <= NEARLY:
                best = min(best or (gap, period), (gap, period))
        return best[1] if best else ""

    # Rows and cells

    def _rows(self, name: Name) -> list[dict]:
        counted = {column.name for column in _source(name).counted}
        if name.column not in counted:
            return self.tables[name.source]
        if name.source not in self._counted:
            self._counted[name.source] = REGISTERS[name.source](self.tables)
        return self._counted[name.source]

    def _group(self, name: Name, period: str, level: str) -> dict[tuple, dict[str, list[dict]]]:
        """Rows of a period and level: stratum -> code -> rows."""
        counted = {column.name for column in _source(name).counted}
        key = (name.source, name.column in counted, period, level)
        if key in self._groups:
            return self._groups[key]
        groups: dict[tuple, dict[str, list[dict]]] = {}
        rows = self._rows(name)
        strata = self._strata(name)
        for row in rows:
            if "period" in row and row["period"] != period:
                continue
            if row.get("niveau", "commune") != level:
                continue
            place = tuple(row[stratum] for stratum in strata)
            groups.setdefault(place, {}).setdefault(row["code"], []).append(row)
        self._groups[key] = groups
        return groups

    def _strata(self, name: Name) -> tuple[str, ...]:
        rows = self._rows(name)
        declared = _source(name).strata_columns
        return tuple(stratum for stratum in declared if rows and stratum in rows[0])

    def figures(self, name: Name, period: str, level: str) -> dict[str, Cell]:
        """One cell per place: rows of the strata asked are added; unsaid strata are the whole."""
        key = (name, period, level)
        if key not in self._figures:
            self._figures[key] = self._added(name, period, level)
        return self._figures[key]

    def _added(self, name: Name, period: str, level: str) -> dict[str, Cell]:
        groups, strata = self._group(name, period, level), self._strata(name)
        asked = dict(name.where)
        places = [
            place
            for place in groups
            if all(place[strata.index(stratum)] in values for stratum, values in name.where)
        ]
        for position, stratum in enumerate(strata):
            if stratum not in asked and any(place[position] == WHOLE for place in places):
                places = [place for place in places if place[position] == WHOLE]
        by_code: dict[str, list[Cell]] = {}
        for place in places:
            for code, rows in groups[place].items():
                cell = self._alone(rows, name, bool(strata))
                by_code.setdefault(code, []).append(cell)
        wanted = 0
        if any(len(values) > 1 for values in asked.values()):
            wanted = 1
            for position, stratum in enumerate(strata):
                met = {place[position] for place in places}
                wanted *= len(asked[stratum]) if stratum in asked else len(met)
        if wanted == 0 and len(places) > 1:
            wanted = 1
        if _column(name).absent_means_zero:
            wanted = min(wanted, 1)
        return {code: _sum(cells, wanted) for code, cells in by_code.items()}

    @staticmethod
    def _alone(rows: list[dict], name: Name, labelled: bool) -> Cell:
        """The cell of one place and stratum; under labels that overlap, the largest figure."""
        row = rows[-1]
        if labelled and len(rows) > 1:
            row = rows[0]
            for other in rows[1:]:
                value, best = other[name.column], row[name.column]
                if value is not None and (best is None or value > best):
                    row = other
        value, status = row[name.column], row.get(f"{name.column}_statut")
        if value is not None:
            return Cell(KNOWN, float(value), status == ESTIMATED)
        return Cell(status if status in (MASKED, OUTSIDE) else MISSING)

    def cell(self, text: str, period: str, unit: str) -> Cell:
        """What a column says of one unit (or of a whole city)."""
        key = (text, period)
        if key not in self._cells:
            self._cells[key] = self._laid(taken_apart(text), period)
        return self._cells[key].get(unit, ABSENT)

    def _laid(self, name: Name, period: str) -> dict[str, Cell]:
        if name.level:
            return self._around(name, period)
        if period not in self.periods(_text(name)):
            return {}
        if name.source not in self.tables:
            people = self.land.reference_population if self.land.national else {}
            return {unit: Cell(KNOWN, count) for unit, count in people.items()}
        cells = dict(self.figures(name, period, "commune"))
        outside = _source(name).outside
        for unit, departement in self.land.departements.items():
            if unit not in cells and departement in outside:
                cells[unit] = Cell(OUTSIDE, row=False)
        if _column(name).absent_means_zero:
            self._fill_with_zeros(cells, name, period)
        return cells

    def _fill_with_zeros(self, cells: dict[str, Cell], name: Name, period: str) -> None:
        """A register lists what exists: nothing elsewhere in the départements it speaks of."""
        spoken = set()
        for by_code in self._group(name, period, "commune").values():
            spoken |= {self.land.departements.get(code) for code in by_code}
        parts_of_whole = set()
        for city, parts in self.land.cities.items():
            if city in cells and not any(part in cells for part in parts):
                parts_of_whole |= set(parts)
        for unit, departement in self.land.departements.items():
            if unit in self.land.cities or unit in parts_of_whole or departement not in spoken:
                continue
            if unit not in cells or not cells[unit].row:
                cells[unit] = Cell(KNOWN, 0.0)

    def _around(self, name: Name, period: str) -> dict[str, Cell]:
        """The figure of the département, région or country of each unit."""
        plain = name.plain
        if period not in self.periods(_text(plain)):
            return {}
        wider = self.figures(plain, period, name.level)
        places = {"departement": self.land.departements, "region": self.land.regions}
        found = {}
        for unit in self.land.departements:
            code = "FR" if name.level == "france" else places[name.level].get(unit, "")
            if code in wider and wider[code].state in (KNOWN, MASKED):
                found[unit] = wider[code]
        return found

    # A producer's own figures

    def own(self, text: str, period: str, level: str, territory: str) -> Cell | None:
        """What the producer says of this very territory; None when it says nothing."""
        name = taken_apart(text)
        if name.level or name.source not in self.tables:
            return None
        if level == "france" and not self.land.covers_france and not self.land.national:
            return None
        if name.source == "rpps":
            if level == "france" and not self.land.covers_france:
                return None
            return self._own_persons(name, period, level, territory)
        combine = _column(name).combine
        if level in FINEST:
            if combine == "somme":
                return None
            told = self.figures(name, period, "commune").get(territory)
        else:
            rows = self._rows(name)
            if not rows or "niveau" not in rows[0]:
                return None
            told = self.figures(name, period, level).get(territory)
        if told is not None and told.estimated and combine == "moyenne":
            return Cell(MISSING)
        return told

    def _own_persons(self, name: Name, period: str, level: str, territory: str) -> Cell | None:
        weights = self._with_cities(level, territory)
        spoken = set()
        for by_code in self._group(name, period, "commune").values():
            spoken |= {self.land.departements.get(code) for code in by_code}
        if not weights or any(self.land.departements[unit] not in spoken for unit in weights):
            return None
        key = (name, period)
        if key not in self._persons:
            self._persons[key] = distinct_persons(self.tables, dict(name.where), period)
        total = 0.0
        for communes in self._persons[key].values():
            held = sum(weights.get(commune, 0.0) for commune in communes)
            total += min(held, 1.0)
        return Cell(KNOWN, total)

    # Units of a territory

    def _with_cities(self, level: str, territory: str) -> dict[str, float]:
        """Inner units, and the whole cities of which every part is held alike."""
        weights = dict(self.land.territories[level][territory])
        for city, parts in self.land.cities.items():
            held = {weights.get(part, 0.0) for part in parts}
            if len(held) == 1 and (weight := held.pop()) > 0:
                weights[city] = weight
        return weights

    def _people(self) -> dict[str, float]:
        """Inhabitants: the latest legal population received, else the reference's."""
        people = dict.fromkeys(self.land.departements, 0.0) | self.land.reference_population
        rows = self.tables.get("populations_legales", [])
        if rows:
            last = max(row["period"] for row in rows)
            for row in rows:
                known = row["period"] == last and row["population"] is not None
                if known and row["code"] in people:
                    people[row["code"]] = float(row["population"])
        if not any(people.values()):
            people = dict.fromkeys(people, 1.0)
        for city, parts in self.land.cities.items():
            within = sum(people[part] for part in parts)
            if within > 0:
                people[city] = within
        return people

    def _account(self, columns: list[dict[str, Cell]], level: str, territory: str) -> Account:
        """Sort the units of a territory; a city counts whole or by its parts, never twice."""
        weights = self._with_cities(level, territory)
        left_out = set()
        for city, parts in self.land.cities.items():

            def both(unit: str) -> bool:
                return all(column.get(unit, ABSENT).row for column in columns)

            by_parts = any(both(part) for part in parts) or not both(city)
            left_out |= {city} if by_parts else set(parts)
        told = Account()
        everyone = known = masked = outside = 0.0
        for unit, weight in self.land.territories[level][territory].items():
            everyone += weight * self.people_known[unit]
        for unit, weight in weights.items():
            if unit in left_out:
                continue
            cells = [column.get(unit, ABSENT) for column in columns]
            states = {cell.state for cell in cells}
            people = weight * self.people_known[unit]
            if OUTSIDE in states:
                outside += people
            elif states == {KNOWN}:
                told.known.append((unit, weight))
                told.estimated |= any(cell.estimated for cell in cells)
                known += people
            elif MISSING not in states:
                told.masked.append((unit, weight))
                masked += people
        told.missing = everyone - known - masked - outside > 1e-9 * (1 + everyone)
        told.coverage = known / everyone if everyone > 0 else None
        if level in WHOLE_OF_SPLITS:
            told.estimated = False
        return told

    def _column_cells(self, text: str, period: str, level: str) -> dict[str, Cell]:
        """The cells of a column by unit; nothing for a France that the space does not hold."""
        if level == "france" and not self.land.covers_france:
            return {}
        self.cell(text, period, "")
        cells = self._cells[(text, period)]
        if level in FINEST and _column(taken_apart(text)).combine == "moyenne":
            key = (text, period, "own")
            if key not in self._cells:
                self._cells[key] = {
                    unit: Cell(MISSING) if cell.estimated else cell for unit, cell in cells.items()
                }
            return self._cells[key]
        return cells

    def _city_sums(self, cells: dict[str, Cell]) -> dict[str, Cell]:
        """The cells with each city that has no row of its own, when all its parts are known."""
        if not self.land.cities:
            return cells
        key = id(cells)
        if key in self._cities:
            return self._cities[key][1]
        filled = dict(cells)
        for city, parts in self.land.cities.items():
            pieces = [cells.get(part, ABSENT) for part in parts]
            if not cells.get(city, ABSENT).row and all(c.state == KNOWN for c in pieces):
                estimated = any(piece.estimated for piece in pieces)
                filled[city] = Cell(KNOWN, sum(piece.value for piece in pieces), estimated)
        self._cities[key] = (cells, filled)
        return filled

    # Measures

    def _measured(self, measure: Measure, level: str, territory: str, when: str) -> Row:
        if not self.periods(measure.columns[0]):
            return Row("", MISSING)
        place = _Place(self, measure, level, territory, when)
        row = _COMPUTE[type(measure)](place, measure)
        row.period = when
        if row.status not in (KNOWN, ESTIMATED):
            row.value = row.numerator = None
            if row.status != BOUNDED:
                row.lower = row.upper = None
        return row


class _Place:
    """One territory, one measure and its periods."""

    def __init__(
        self, oracle: Oracle, measure: Measure, level: str, territory: str, when: str
    ) -> None:
        self.oracle, self.level, self.territory = oracle, level, territory
        self.when = {
            name: when if name == measure.columns[0] else oracle.period_of(name, when)
            for name in measure.columns
        }

    def cells(self, name: str, cities: bool = False) -> dict[str, Cell]:
        found = self.oracle._column_cells(name, self.when[name], self.level)
        return self.oracle._city_sums(found) if cities else found

    def own(self, name: str) -> Cell | None:
        return self.oracle.own(name, self.when[name], self.level, self.territory)

    def account(self, *columns: dict[str, Cell]) -> Account:
        return self.oracle._account(list(columns), self.level, self.territory)


def _total(units: list[tuple[str, float]], cells: dict[str, Cell]) -> float:
    return sum(weight * cells[unit].value for unit, weight in units)


def _bounds(column: Column, cells: dict[str, Cell], told: Account) -> tuple[float, float]:
    """Visible, plus one (or none) to threshold - 1 for each masked cell (DOMAIN §8.3)."""
    visible = _total(told.known, cells)
    hidden = 0.0
    for unit, weight in told.masked:
        visible += weight * cells[unit].seen
        hidden += weight * cells[unit].hidden
    assert column.threshold is not None
    least = 1 if column.zeros_published else 0
    return visible + hidden * least, visible + hidden * (column.threshold - 1)


def _count(place: _Place, measure: Count) -> Row:
    cells, column = place.cells(measure.of), _column(taken_apart(measure.of))
    told, own = place.account(cells), place.own(measure.of)
    if own is not None and own.state == MASKED:
        return Row("", MASKED, coverage=0.0)
    if own is not None and own.state == KNOWN:
        status = ESTIMATED if own.estimated else KNOWN
        return Row("", status, own.value, numerator=own.value, coverage=1.0)
    row = Row("", told.status(column.threshold is not None), coverage=told.coverage)
    row.value = row.numerator = _total(told.known, cells)
    if row.status == BOUNDED:
        row.lower, row.upper = _bounds(column, cells, told)
    return row


def _ratio(place: _Place, measure: Ratio) -> Row:
    above, below = place.cells(measure.numerator, True), place.cells(measure.denominator, True)
    own, own_base = place.own(measure.numerator), place.own(measure.denominator)
    if own is not None and own.state in (KNOWN, MASKED):
        row = _own_ratio(place, own, below, own_base)
    else:
        column = _column(taken_apart(measure.numerator))
        row = _summed_ratio(place, above, below, column, measure.per)
    return _divided(row, measure.per, measure.interval.name)


def _own_ratio(place: _Place, own: Cell, below: dict[str, Cell], own_base: Cell | None) -> Row:
    """The producer's numerator over its own denominator, else over the sum of the units'."""
    told = place.account(below)
    base, status, coverage = _total(told.known, below), told.status(False), told.coverage
    if own_base is not None and own_base.state in (KNOWN, MASKED):
        base, coverage = own_base.value, 1.0
        status = MASKED if own_base.state == MASKED else KNOWN
    if own.estimated and status == KNOWN:
        status = ESTIMATED
    if own.state == MASKED and status != MISSING:
        status = MASKED
    if status in (KNOWN, ESTIMATED) and not base > 0:
        status = OUTSIDE
    return Row("", status, numerator=own.value, denominator=base, coverage=coverage)


def _summed_ratio(
    place: _Place, above: dict[str, Cell], below: dict[str, Cell], column: Column, per: float
) -> Row:
    told = place.account(above, below)
    both = [*told.known, *told.masked]
    bottom = sum(w * below[u].value for u, w in both if below[u].state == KNOWN)
    status = told.status(column.threshold is not None)
    if status != MISSING and any(below[unit].state == MASKED for unit, _ in told.masked):
        status = MASKED
    elif status != MISSING and bottom == 0:
        status = OUTSIDE
    row = Row("", status, coverage=told.coverage, denominator=bottom)
    row.numerator = _total(told.known, above)
    if status == BOUNDED:
        low, high = _bounds(column, above, told)
        row.lower, row.upper = low / bottom * per, high / bottom * per
    return row


def _divided(row: Row, per: float, interval: str) -> Row:
    """Divide last; the interval of the figures that have one."""
    if row.status not in (KNOWN, ESTIMATED):
        return row
    top, bottom = row.numerator, row.denominator
    assert top is not None
    assert bottom is not None
    row.value = top / bottom * per
    if interval == "WILSON" and top <= bottom:
        row.lower, row.upper = (bound * per for bound in wilson(top, bottom))
    if interval == "POISSON":
        row.lower, row.upper = (bound / bottom * per for bound in poisson(top))
    return row


def _share(place: _Place, measure: ShareUnder) -> Row:
    index, weight = place.cells(measure.of), place.cells(measure.weight)
    told = place.account(index, weight)
    top = bottom = 0.0
    for unit, held in told.known:
        bottom += held * weight[unit].value
        over = index[unit].value > measure.threshold
        under = index[unit].value < measure.threshold
        if over if isinstance(measure, ShareOver) else under:
            top += held * weight[unit].value
    status = told.status(False)
    if bottom == 0 and status in (KNOWN, ESTIMATED):
        status = OUTSIDE
    row = Row("", status, numerator=top, denominator=bottom, coverage=told.coverage)
    return _divided(row, measure.per, "NONE")


def _change(place: _Place, measure: Change) -> Row:
    past = measure.columns[1]
    now, before = place.cells(measure.of, True), place.cells(past, True)
    told = place.account(now, before)
    top, bottom = _total(told.known, now), _total(told.known, before)
    row = Row("", told.status(False), coverage=told.coverage, numerator=top, denominator=bottom)
    years = _year(place.when[measure.of]) - _year(place.when[past]) if place.when[past] else 0
    if years <= 0:
        row.status = MISSING
    elif bottom == 0 and row.status != MISSING:
        row.status = OUTSIDE
    if row.status in (KNOWN, ESTIMATED):
        row.value = ((top / bottom) ** (1 / years) - 1) * 100
    return row


def _mean(place: _Place, measure: WeightedMean) -> Row:
    own = place.own(measure.of)
    index, weight = place.cells(measure.of), place.cells(measure.weight)
    told = place.account(index, weight)
    top = sum(held * index[u].value * weight[u].value for u, held in told.known)
    bottom = _total(told.known, weight)
    status = ESTIMATED if measure.estimated or told.estimated else KNOWN
    if told.missing or told.masked:
        status = ESTIMATED
        if told.coverage is None or told.coverage < measure.minimum_coverage:
            status = MASKED if told.masked else MISSING
    if status in (KNOWN, ESTIMATED) and not bottom > 0:
        # Weights of nothing: nobody lives there, or the weights are not those of its people.
        status = MISSING if told.coverage is not None and told.known else OUTSIDE
    if own is not None:
        return _as_published(own, top if status in (KNOWN, ESTIMATED) else None, bottom)
    row = Row("", status, numerator=top, denominator=bottom, coverage=told.coverage)
    return _divided(row, 1.0, "NONE")


def _as_published(own: Cell, top: float | None = None, bottom: float | None = None) -> Row:
    if own.state != KNOWN:
        return Row("", own.state, coverage=0.0)
    status = ESTIMATED if own.estimated else KNOWN
    return Row("", status, own.value, numerator=top, denominator=bottom, coverage=1.0)


def _published(place: _Place, measure: Published) -> Row:
    own = place.own(measure.of)
    if own is not None:
        return _as_published(own)
    told = place.account(place.cells(measure.of))
    nowhere = not told.missing and not told.known and not told.masked
    return Row("", OUTSIDE if nowhere else MISSING, coverage=told.coverage)


def _expected_cells(
    place: _Place, measure: Expected
) -> tuple[dict[str, Cell], dict[str, Cell], dict[str, Cell]]:
    """The least and the most cases expected in each unit, and its residents."""
    oracle = place.oracle
    key = ("expected", measure, tuple(place.when.items()), place.level == "france")
    if key in oracle._cells:
        return oracle._cells[key]
    residents = [place.cells(band.population) for band in measure.strata]
    rates = [_rates(place, measure, band) for band in measure.strata]
    least, most, everyone = {}, {}, {}
    for unit in {unit for column in residents for unit in column}:
        cells = [column.get(unit, ABSENT) for column in residents]
        states, rows = {cell.state for cell in cells}, all(cell.row for cell in cells)
        state = next((s for s in (OUTSIDE, MISSING, MASKED) if s in states), KNOWN)
        estimated = any(cell.estimated for cell in cells)
        total = sum(cell.value for cell in cells)
        everyone[unit] = Cell(state, total if state == KNOWN else 0.0, estimated, rows)
        low, high, told = 0.0, 0.0, state == KNOWN
        for cell, rate in zip(cells, rates, strict=True):
            if cell.value and unit not in rate:
                told = False
            elif cell.value:
                low += cell.value * rate[unit][0]
                high += cell.value * rate[unit][1]
        unknown = Cell(state if state != KNOWN else MISSING, row=False)
        least[unit] = Cell(KNOWN, low, estimated, rows) if told else unknown
        most[unit] = Cell(KNOWN, high, estimated, rows) if told else unknown
    found = tuple(oracle._city_sums(cells) for cells in (least, most, everyone))
    oracle._cells[key] = found
    return found


def _rates(place: _Place, measure: Expected, band: Stratum) -> dict[str, tuple[float, float]]:
    """The least and the most of a band's rate around each unit.

    The first level that knows it tells it; masked everywhere, the widest masked count bounds it.
    """
    known: dict[str, tuple[float, float]] = {}
    masked: dict[str, tuple[float, float]] = {}
    column = _column(taken_apart(band.cases))
    for level in measure.levels:
        of_cases = next(n for n in measure.columns if _is_level_of(n, band.cases, level))
        of_people = next(n for n in measure.columns if _is_level_of(n, band.people, level))
        cases, people = place.cells(of_cases), place.cells(of_people)
        for unit, cell in cases.items():
            base = people.get(unit, ABSENT)
            if base.state != KNOWN or base.value <= 0:
                continue
            if cell.state == KNOWN:
                known.setdefault(unit, (cell.value / base.value, cell.value / base.value))
            elif cell.state == MASKED and column.threshold is not None:
                least = cell.seen + cell.hidden * (1 if column.zeros_published else 0)
                most = cell.seen + cell.hidden * (column.threshold - 1)
                masked[unit] = (least / base.value, most / base.value)
    return masked | known


@cache
def _is_level_of(text: str, plain: str, level: str) -> bool:
    name = taken_apart(text)
    return name.level == level and name.plain == taken_apart(plain)


def _expected(place: _Place, measure: Expected) -> Row:
    least, most, everyone = _expected_cells(place, measure)
    low, high = (
        _divided(
            _summed_ratio(place, cases, everyone, _NO_THRESHOLD, measure.per), measure.per, "NONE"
        )
        for cases in (least, most)
    )
    return _between(low, high, ESTIMATED)


def _standardised_ratio(place: _Place, measure: StandardisedRatio) -> Row:
    least, most, _ = _expected_cells(place, measure.expected)
    low, high = (_observed_over(place, measure, below) for below in (most, least))
    return _between(low, high, low.status)


def _observed_over(place: _Place, measure: StandardisedRatio, below: dict[str, Cell]) -> Row:
    own = place.own(measure.observed)
    if own is not None and own.state in (KNOWN, MASKED):
        row = _own_ratio(place, own, below, None)
    else:
        above = place.cells(measure.observed, True)
        column = _column(taken_apart(measure.observed))
        row = _summed_ratio(place, above, below, column, measure.per)
    return _divided(row, measure.per, "POISSON")


def _between(low: Row, high: Row, status: str) -> Row:
    """The figure where the two ends agree; else their bounds, and no figure."""
    if low.value is None or high.value is None:
        return low
    if math.isclose(low.value, high.value, rel_tol=1e-12):
        low.status = status
        return low
    ends = sorted((low.value, high.value))
    return Row("", BOUNDED, None, *ends, None, low.denominator, low.coverage)


def _standardised_rate(place: _Place, measure: StandardisedRate) -> Row:
    names = [*measure.cases, *measure.people]
    own = [place.own(name) for name in names]
    columns = [place.cells(name, True) for name in names]
    told = place.account(*columns)
    status, coverage = told.status(False), told.coverage
    sums = [_total(told.known, column) for column in columns]
    if all(cell is not None and cell.state == KNOWN for cell in own):
        sums = [cell.value for cell in own if cell is not None]
        status, coverage = KNOWN, 1.0
    cases, people = sums[: len(measure.cases)], sums[len(measure.cases) :]
    row = Row("", status, coverage=coverage)
    row.numerator, row.denominator = sum(cases), sum(people)
    if status not in (KNOWN, ESTIMATED):
        return row
    if sum(cases) < 10 or min(people) <= 0:
        row.status = FEW
        return row
    found = dobson(cases, people, measure.weights)
    row.value, row.lower, row.upper = (figure * measure.per for figure in found)
    return row


_NO_THRESHOLD = Column("attendus", MODULES["cog"].SOURCE.columns[0].kind, "")
_COMPUTE = {
    Count: _count,
    Ratio: _ratio,
    Rate: _ratio,
    ShareUnder: _share,
    ShareOver: _share,
    Change: _change,
    WeightedMean: _mean,
    Published: _published,
    Expected: _expected,
    StandardisedRate: _standardised_rate,
    StandardisedRatio: _standardised_ratio,
}


def _source(name: Name) -> Source:
    return MODULES[name.source].SOURCE


def _column(name: Name) -> Column:
    return _source(name).column(name.column)


def _text(name: Name) -> str:
    chosen = ",".join(f"{stratum}={'|'.join(values)}" for stratum, values in name.where)
    mark = f"@-{name.before}" if name.before else ""
    return f"{name.source}.{name.column}{mark}" + (f"[{chosen}]" if chosen else "")


def _year(period: str) -> int:
    found = re.match(r"\d{4}", period)
    return int(found.group()) if found else 10_000


def _sum(cells: list[Cell], wanted: int) -> Cell:
    """Add the strata of one place: missing before masked before estimated."""
    if len(cells) == 1 and wanted <= 1:
        return cells[0]
    states = [cell.state for cell in cells]
    if set(states) == {OUTSIDE}:
        return Cell(OUTSIDE)
    if len(cells) < wanted or MISSING in states or OUTSIDE in states:
        return Cell(MISSING)
    seen = sum(cell.value for cell in cells)
    if MASKED in states:
        return Cell(MASKED, hidden=states.count(MASKED), seen=seen)
    return Cell(KNOWN, seen, any(cell.estimated for cell in cells))
