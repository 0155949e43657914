"""What the oracle makes of cells: each measure of the catalogue, one territory at a time.

Sum first, divide last (DOMAIN §7.1); missing before masked before estimated (§8.2); bounds (§8.3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache

from cpts_data.contracts import Column
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
from tests.oracle_cells import (
    ABSENT,
    BOUNDED,
    ESTIMATED,
    FEW,
    FINEST,
    KNOWN,
    MASKED,
    MISSING,
    OUTSIDE,
    WHOLE_OF_SPLITS,
    Cell,
    Known,
    Land,
    column_of,
    source_of,
    taken_apart,
    year_of,
)
from tests.oracle_intervals import dobson, poisson, wilson


@dataclass
class Row:
    """One row of ``Values``.

    ``guarded``: nobody has published the counts behind it; ``visible``: what is known of the
    numerator, whatever is masked beside it.
    """

    period: str
    status: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    coverage: float | None = None
    guarded: bool = False
    visible: float | None = None


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


class Measured(Known):
    """Accounts of the units of a territory, and the figure that a measure makes of them."""

    def __init__(self, tables: dict[str, list[dict]], land: Land) -> None:
        super().__init__(tables, land)
        self._cities: dict = {}
        self._guarded: dict[tuple[str, str], bool] = {}

    def _account(
        self, columns: list[dict[str, Cell]], level: str, territory: str, modelled: bool
    ) -> Account:
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
        if level in WHOLE_OF_SPLITS and not modelled:
            told.estimated = False  # the shares of a commune that was cut add up to it
        return told

    def _column_cells(self, text: str, period: str, level: str) -> dict[str, Cell]:
        """The cells of a column by unit; nothing for a France that the space does not hold."""
        if level == "france" and not self.land.covers_france:
            return {}
        self.cell(text, period, "")
        cells = self._cells[(text, period)]
        if level in FINEST and column_of(taken_apart(text)).combine == "moyenne":
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

    def _measured(self, measure: Measure, level: str, territory: str, when: str) -> Row:
        if not self.periods(measure.columns[0]):
            return Row("", MISSING)
        place = _Place(self, measure, level, territory, when)
        row = _COMPUTE[type(measure)](place, measure)
        row.period = when
        row.visible = row.numerator
        row.guarded = any(self._is_guarded(name, place.when[name]) for name in measure.columns)
        if row.status not in (KNOWN, ESTIMATED):
            row.value = row.numerator = None
            if row.status != BOUNDED:
                row.lower = row.upper = None
        return row

    def _is_guarded(self, text: str, period: str) -> bool:
        """Whether a row behind a column is said, or presumed, not to be published."""
        if (text, period) not in self._guarded:
            name, rows = taken_apart(text), []
            if not source_of(name).public:
                rows = [
                    row
                    for row in self.tables.get(name.source, [])
                    if row["period"] == period
                    and all(row[stratum] in values for stratum, values in name.where)
                ]
            self._guarded[text, period] = not all(row["public"] for row in rows)
        return self._guarded[text, period]


class _Place:
    """One territory, one measure and its periods."""

    def __init__(
        self, oracle: Measured, measure: Measure, level: str, territory: str, when: str
    ) -> None:
        self.oracle, self.level, self.territory = oracle, level, territory
        self.when = {
            name: when if name == measure.columns[0] else oracle.period_of(name, when)
            for name in measure.columns
        }
        self.modelled = any(column_of(taken_apart(name)).modelled for name in measure.columns)

    def cells(self, name: str, cities: bool = False) -> dict[str, Cell]:
        found = self.oracle._column_cells(name, self.when[name], self.level)
        return self.oracle._city_sums(found) if cities else found

    def own(self, name: str) -> Cell | None:
        return self.oracle.own(name, self.when[name], self.level, self.territory)

    def account(self, *columns: dict[str, Cell]) -> Account:
        return self.oracle._account(list(columns), self.level, self.territory, self.modelled)


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
    cells, column = place.cells(measure.of), column_of(taken_apart(measure.of))
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
        column = column_of(taken_apart(measure.numerator))
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
    years = year_of(place.when[measure.of]) - year_of(place.when[past]) if place.when[past] else 0
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
    column = column_of(taken_apart(band.cases))
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
        column = column_of(taken_apart(measure.observed))
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
