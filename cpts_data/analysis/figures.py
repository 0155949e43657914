"""From the facts of a space to the ``Values`` of an indicator at a level: one path for all.

An indicator may be measured in several ways, the best first: each territory takes the first that
tells something of it. Where nothing tells and the indicator allows it, the département's figure
stands beside the territory as ``contexte``, never as its own (DOMAIN §8.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from cpts_data import reference
from cpts_data.analysis.aggregate import WHOLE, tidy
from cpts_data.analysis.facts import REFERENCE_ID, Facts, column_of, first_year
from cpts_data.analysis.ground import LandRegister
from cpts_data.analysis.guarding import Guard
from cpts_data.analysis.ledger import POPULATION
from cpts_data.indicators import Indicator
from cpts_data.measures import Count, Ground, Measure, Status, UnitColumn, parse
from cpts_data.reference.national import national_values
from cpts_data.territories import Level, Territories

# Levels inside a département, beside which its figure may stand.
_WITHIN = (
    Level.COMMUNE,
    Level.ARRONDISSEMENT,
    Level.CPTS,
    Level.COMPOSED,
    Level.EPCI,
    Level.BASSIN_DE_VIE,
)
_NUMBERS = ("value", "lower", "upper", "numerator", "denominator", "coverage")
_TO_VERIFY = "à vérifier"


@dataclass
class Figures:
    """The values of one space. Safe to share between sessions: it only ever grows caches.

    With ``base``, the values of composed territories: those of every other level are the base's.
    """

    facts: Facts
    register: LandRegister
    _results: dict[tuple[str, str, Level, str], pd.DataFrame] = field(default_factory=dict)
    base: Figures | None = None

    @cached_property
    def guard(self) -> Guard:
        """What is shown of the figures that are not public."""
        return Guard(self.facts, self.register) if self.base is None else self.base.guard

    def table(self, indicator: Indicator, level: Level, period: str | None) -> pd.DataFrame:
        """Every territory of a level: the ``Values`` rows of the whole population."""
        return self._table(indicator, WHOLE, indicator.measures, level, period)

    def strata(self, indicator: Indicator, level: Level, period: str | None) -> pd.DataFrame:
        """The ``Values`` rows of the strata that an indicator declares (age bands); may be none."""
        parts = [
            self._table(indicator, name, (measure,), level, period)
            for name, measure in indicator.strata
        ]
        if not parts:
            return self.table(indicator, level, period).iloc[:0]
        return pd.concat(parts, ignore_index=True)

    def periods(self, indicator: Indicator) -> list[str]:
        """Periods for which a measure of the indicator may tell something, in order."""
        found: set[str] = set()
        for measure in indicator.measures:
            if self._is_ready(measure):
                found.update(self.facts.periods(measure.columns[0]))
        return sorted(found)

    def latest_period(self, indicator: Indicator) -> str:
        """The latest period of the first way of measuring that is known; empty without any."""
        for measure in indicator.measures:
            found = self.facts.periods(measure.columns[0]) if self._is_ready(measure) else []
            if found:
                return found[-1]
        # One column of a measure is known, the others are not: its period is told all the same.
        for measure in indicator.measures:
            if found := self.facts.periods(measure.columns[0]):
                return found[-1]
        return ""

    def measure_in_use(self, indicator: Indicator) -> Measure:
        """The first way of measuring of which the space knows every column; else the first."""
        ready = [measure for measure in indicator.measures if self._is_ready(measure)]
        return ready[0] if ready else indicator.measure

    def _is_ready(self, measure: Measure) -> bool:
        return all(self.facts.has(name) for name in measure.columns)

    def _table(
        self,
        indicator: Indicator,
        stratum: str,
        measures: Sequence[Measure],
        level: Level,
        period: str | None,
    ) -> pd.DataFrame:
        if self.base is not None and level is not Level.COMPOSED:
            return self.base._table(indicator, stratum, measures, level, period)
        chosen = period or self.latest_period(indicator)
        key = (indicator.id, stratum, level, f"{chosen}/{period or ''}")
        if key not in self._results:
            table = self._measured(indicator, measures, level, chosen, exact=bool(period))
            if indicator.context and level in _WITHIN:
                around = self._table(indicator, stratum, measures, Level.DEPARTEMENT, period)
                table = self._with_context(table, around)
            if level is Level.FRANCE and stratum == WHOLE:
                table = self._national(indicator, table, chosen, period)
            self._results[key] = table if stratum == WHOLE else table.assign(stratum=stratum)
        return self._results[key]

    def _measured(
        self,
        indicator: Indicator,
        measures: Sequence[Measure],
        level: Level,
        period: str,
        exact: bool,
    ) -> pd.DataFrame:
        """The first way that tells something, territory by territory.

        ``exact`` asks for this very period; else another way may tell the latest one not after.
        """
        table: pd.DataFrame | None = None
        for measure in measures:
            if table is not None and not self._is_ready(measure):
                continue
            main = measure.columns[0]
            when = period if exact else self.facts.period_of(main, period)
            other = self._computed(indicator, measure, level, when)
            if table is None:
                table = other
                continue
            wanting = (table["status"] == Status.MISSING.value) & (
                other["status"] != Status.MISSING.value
            )
            table = other.where(wanting, table) if wanting.any() else table
            if not (table["status"] == Status.MISSING.value).any():
                break
        assert table is not None
        return table

    def _computed(
        self, indicator: Indicator, measure: Measure, level: Level, when: str
    ) -> pd.DataFrame:
        territories = self.register.territories(level)
        if not self.facts.has(measure.columns[0]):
            return _nothing_known(indicator, territories)
        # The sum of a few départements is not France's figure.
        partial = level is Level.FRANCE and not self.register.covers_france
        columns: dict[str, UnitColumn] = {}
        own: dict[str, pd.DataFrame] = {}
        years: dict[str, int] = {}
        sources = []
        for name in measure.columns:
            told = when if name == measure.columns[0] else self.facts.period_of(name, when)
            columns[name] = self.guard.around(measure, name, told, self.facts.column(name, told))
            if partial:
                columns[name] = UnitColumn.observed(np.full(len(columns[name].values), np.nan))
            sources.append(self.facts.source_text(name, told))
            if territories.elsewhere is not None and parse(name).promised == POPULATION:
                own[name] = self._with_people_elsewhere(name, columns[name], territories)
                sources.append(f"{REFERENCE_ID} ({reference.population_year()})")
                continue
            if parse(name).years_before:
                years[name] = _years_between(told, when)
            if not parse(name).level:
                if level in (Level.COMMUNE, Level.ARRONDISSEMENT):
                    columns[name] = self._own_cells(name, columns[name])
                if not (partial and self.facts.space.fictitious):
                    own[name] = self.facts.own(name, told, territories)
        ground = Ground(territories, self.register.population, own, years)
        result = measure.compute(columns, ground)
        if not partial and self.guard.applies(indicator, measure, when):
            result = self.guard.shown(measure, when, territories, result)
        return tidy(
            result,
            territories.table["name"],
            indicator=indicator.id,
            level=level.value,
            period=when,
            unit=indicator.unit,
            sources=" ; ".join(dict.fromkeys(text for text in sources if text)),
        )

    def _with_people_elsewhere(
        self, name: str, column: UnitColumn, territories: Territories
    ) -> pd.DataFrame:
        """Inhabitants of territories that reach beyond the space: those beyond are counted too."""
        assert territories.elsewhere is not None
        within = Ground(replace(territories, elsewhere=None), self.register.population)
        told = Count(name).compute({name: column}, within)
        known = told[told["status"].isin([Status.OBSERVED.value, Status.ESTIMATED.value])]
        people = pd.Series(territories.elsewhere, index=territories.table.index)
        return known[["status"]].assign(value=known["value"] + people.reindex(known.index))

    @staticmethod
    def _own_cells(name: str, column: UnitColumn) -> UnitColumn:
        """An index carried to the parts of a commune that was cut is no part's own figure."""
        return column.without_estimates() if column_of(name).combine == "moyenne" else column

    def _with_context(self, table: pd.DataFrame, around: pd.DataFrame) -> pd.DataFrame:
        """Put the département's figure beside the territories of which nothing is known."""
        wanting = table["status"] == Status.MISSING.value
        if not wanting.any():
            return table
        around = around.set_index("territory")
        known = around["status"].isin([Status.OBSERVED.value, Status.ESTIMATED.value])
        territories = self.register.territories(Level(str(table["level"].iloc[0])))
        main = territories.table["departements"].map(lambda codes: codes[0] if codes else "")
        where = main.reindex(table["territory"]).to_numpy(dtype=object)
        told = wanting.to_numpy() & np.isin(where.astype(str), list(around.index[known]))
        if not told.any():
            return table
        beside = around.reindex(where[told])
        result = table.copy()
        for name in ("value", "lower", "upper", "period", "sources"):
            result.loc[told, name] = beside[name].to_numpy()
        for name in ("numerator", "denominator", "coverage"):
            result.loc[told, name] = np.nan
        result.loc[told, "status"] = Status.CONTEXT.value
        return result

    def _national(
        self, indicator: Indicator, table: pd.DataFrame, chosen: str, period: str | None
    ) -> pd.DataFrame:
        """Speak for France with the national reference where the space cannot.

        The space speaks for France when its units are all of France, or when a producer gives its
        own national figure. Else the reference of the same period where there is one; else, unless
        a period was asked, its latest, which the row tells.
        """
        told_by_the_space = [Status.OBSERVED.value, Status.ESTIMATED.value, Status.BOUNDED.value]
        if table["status"].isin(told_by_the_space).all():
            return table
        rows = national_values()
        rows = rows[rows["indicator"] == indicator.id]
        same = rows[rows["period"] == chosen]
        if len(same) or period is not None:
            rows = same
        if rows.empty and not (table["status"] == Status.MISSING.value).all():
            return table  # masked or out of the field: not missing
        told = table.copy()
        for name in _NUMBERS:
            told[name] = np.nan
        told["status"] = Status.MISSING.value
        told["sources"] = ""
        if len(rows):
            row = rows.sort_values("period").iloc[-1]
            mark = f" ({_TO_VERIFY})" if row["status"] == "a_verifier" else ""
            told["value"], told["period"] = float(row["value"]), str(row["period"])
            told["status"] = Status.OBSERVED.value
            told["sources"] = f"{REFERENCE_ID} : {row['source']}{mark}"
        return told


def _years_between(before: str, now: str) -> int:
    earlier, later = first_year(before), first_year(now)
    return later - earlier if earlier is not None and later is not None else 0


def _nothing_known(indicator: Indicator, territories: Territories) -> pd.DataFrame:
    """The rows of an indicator of whose main column the space knows nothing at all."""
    table = territories.table
    result = pd.DataFrame({"status": Status.MISSING.value}, index=table.index, dtype="string")
    result = result.assign(**dict.fromkeys(_NUMBERS, np.nan))
    return tidy(
        result,
        table["name"],
        indicator=indicator.id,
        level=territories.level.value,
        period="",
        unit=indicator.unit,
        sources="",
    )
