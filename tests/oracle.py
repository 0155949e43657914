"""The catalogue computed again, slowly: dicts, lists and loops, no array and no matrix.

It reads the rows of the received tables (``Space.table``), the units of each territory with their
weights, and the declarations of the catalogue; it shares no line with ``measures``' computations,
``facts`` or ``figures``. Written from DOMAIN §7 (sum first, divide last; Wilson; Poisson and Byar;
Dobson), §8 (masked, missing and zero; bounds) and §9.2 (a city or its parts, never both), and from
the docstrings of the measures. ``oracle_cells`` reads rows, ``oracle_registers`` counts registers
again, ``oracle_measures`` computes, ``oracle_intervals`` draws intervals; here, which way of
measuring tells a territory, and what stands beside it.
"""

from __future__ import annotations

from cpts_data.indicators import Indicator
from cpts_data.measures import Measure
from tests.oracle_cells import (
    BOUNDED,
    CONTEXT,
    ESTIMATED,
    INSIDE_A_DEPARTEMENT,
    KNOWN,
    MISSING,
    Land,
)
from tests.oracle_measures import Measured, Row

__all__ = ["Land", "Oracle", "Row"]


class Oracle(Measured):
    """Every figure of a space, one territory at a time."""

    def __init__(
        self, tables: dict[str, list[dict]], land: Land, national_values: list[dict]
    ) -> None:
        super().__init__(tables, land)
        self.national_values = national_values
        self._latest: dict[str, str] = {}

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
                    found.guarded = beside.guarded
        if level == "france" and whole and found.status not in (KNOWN, ESTIMATED, BOUNDED):
            found = self._national(indicator, found, chosen, period)
        return found

    def latest(self, indicator: Indicator) -> str:
        """The latest period of the first way of measuring that is known."""
        if indicator.id not in self._latest:
            self._latest[indicator.id] = self._latest_of(indicator)
        return self._latest[indicator.id]

    def _latest_of(self, indicator: Indicator) -> str:
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
            # Masked is not missing, and stays as it is.
            return Row(found.period, MISSING) if found.status == MISSING else found
        last = max(rows, key=lambda row: row["period"])
        return Row(last["period"], KNOWN, float(last["value"]))
