"""The one object that pages, documents and the command line speak to.

A :class:`Diagnostic` is an opened space with its territories: it gives the tidy ``Values`` table of
any indicators at any level, and says what stands behind each figure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from cpts_data import french, reference
from cpts_data.analysis.aggregate import VALUES_COLUMNS, own_rows, tidy, unit_column
from cpts_data.analysis.geometry import dissolve
from cpts_data.analysis.ground import LandRegister
from cpts_data.analysis.perimeters import perimeter_remarks
from cpts_data.analysis.quality_report import SourceQuality, source_quality
from cpts_data.contracts import STATUS_SUFFIX, Column, Source
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.measures import Ground, Status, UnitColumn
from cpts_data.reference.national import national_values
from cpts_data.sources import MODULES
from cpts_data.sources.cpts_liste import STAGES
from cpts_data.space import Progress, Space
from cpts_data.space.coding import tells_communes
from cpts_data.territories import Level, Territories, Territory

REFERENCE_ID = "reference"
_POPULATION = "populations_legales.population"


@dataclass(frozen=True)
class Stage:
    """The stage of a CPTS: code, French label, and since when (French)."""

    code: str
    label: str
    when: str


class UnknownTerritoryError(KeyError):
    """A territory that the level does not hold (French message)."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass
class Diagnostic:
    """A space ready to answer. Safe to share between sessions: it only ever grows caches."""

    space: Space
    _columns: dict[tuple[str, str], UnitColumn] = field(default_factory=dict)
    _results: dict[tuple[str, Level, str], pd.DataFrame] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path | str, progress: Progress | None = None) -> Diagnostic:
        """Open a space and stand ready; see :meth:`Space.open`."""
        return cls(Space.open(path, progress))

    @cached_property
    def register(self) -> LandRegister:
        """Units and territories of the space."""
        return LandRegister(self.space)

    def territories(self, level: Level | str) -> Territories:
        """All territories of a level."""
        return self.register.territories(Level(level))

    def territory(self, level: Level | str, identifier: str) -> Territory:
        """One territory; :class:`UnknownTerritoryError` in French when the level has none."""
        try:
            return self.territories(level).territory(identifier)
        except KeyError:
            label = Level(level).label
            raise UnknownTerritoryError(
                f"Aucun territoire « {identifier} » au niveau {label} dans l'espace "
                f"« {self.space.title} »."
            ) from None

    # Figures

    def values(
        self,
        indicators: Sequence[str],
        level: Level | str,
        territories: Sequence[str] | None = None,
        period: str | None = None,
    ) -> pd.DataFrame:
        """The tidy ``Values`` table: one row per indicator and territory.

        Without ``period``, the latest of each indicator. ``KeyError`` for an unknown indicator,
        :class:`UnknownTerritoryError` for an unknown territory.
        """
        level = Level(level)
        for identifier in territories or ():
            self.territory(level, identifier)
        parts = []
        for name in indicators:
            table = self._values(INDICATORS[name], level, period)
            if territories is not None:
                order = pd.Index(list(territories))
                table = table.set_index("territory", drop=False).loc[order].reset_index(drop=True)
            parts.append(table)
        if not parts:
            return pd.DataFrame(columns=list(VALUES_COLUMNS))
        return pd.concat(parts, ignore_index=True)

    def _values(self, indicator: Indicator, level: Level, period: str | None) -> pd.DataFrame:
        chosen = period or self.latest_period(indicator)
        key = (indicator.id, level, f"{chosen}/{period or ''}")
        if key not in self._results:
            table = self._computed(indicator, level, chosen)
            if level is Level.FRANCE:
                table = self._national(indicator, table, chosen, period)
            self._results[key] = table
        return self._results[key]

    def _computed(self, indicator: Indicator, level: Level, period: str) -> pd.DataFrame:
        territories = self.territories(level)
        columns: dict[str, UnitColumn] = {}
        own: dict[str, pd.DataFrame] = {}
        sources = []
        for name in indicator.columns:
            main = name == indicator.columns[0]
            when = period if main else self._period_of(name, period)
            columns[name] = self._unit_column(name, when)
            sources.append(self._source_text(name, when))
            if level in (Level.COMMUNE, Level.ARRONDISSEMENT):
                if self._split(name)[1].combine == "moyenne":
                    columns[name] = columns[name].without_estimates()
                own[name] = self._own(name, when, territories)
        ground = Ground(territories, self.register.population, own)
        result = indicator.measure.compute(columns, ground)
        return tidy(
            result,
            territories.table["name"],
            indicator=indicator.id,
            level=level.value,
            period=period,
            unit=indicator.unit,
            sources=" ; ".join(dict.fromkeys(text for text in sources if text)),
        )

    def _national(
        self, indicator: Indicator, table: pd.DataFrame, chosen: str, period: str | None
    ) -> pd.DataFrame:
        """Speak for France with the national reference where the space cannot.

        The reference of the same period where there is one; else, unless a period was asked, its
        latest, which the row tells.
        """
        known = table["status"].isin([Status.OBSERVED.value, Status.ESTIMATED.value]).all()
        if known and self.register.covers_france:
            return table
        told = table.copy()
        for name in ("value", "lower", "upper", "numerator", "denominator", "coverage"):
            told[name] = np.nan
        told["status"] = Status.MISSING.value
        told["sources"] = ""
        rows = national_values()
        rows = rows[rows["indicator"] == indicator.id]
        same = rows[rows["period"] == chosen]
        if len(same) or period is not None:
            rows = same
        if len(rows):
            row = rows.sort_values("period").iloc[-1]
            told["value"], told["period"] = float(row["value"]), str(row["period"])
            told["status"] = Status.OBSERVED.value
            told["sources"] = f"{REFERENCE_ID} : {row['source']}"
        return told

    def unit_rows(self, indicator: str, period: str | None = None) -> pd.DataFrame:
        """``Values`` rows of communes and of municipal arrondissements, indexed by code."""
        tables = [self.values([indicator], Level.COMMUNE, period=period)]
        if len(self.territories(Level.ARRONDISSEMENT).table):
            tables.append(self.values([indicator], Level.ARRONDISSEMENT, period=period))
        return pd.concat(tables, ignore_index=True).set_index("territory", drop=False)

    # Columns and periods

    @staticmethod
    def _split(name: str) -> tuple[str, Column]:
        source_id, _, column = name.partition(".")
        return source_id, MODULES[source_id].SOURCE.column(column)

    def periods(self, indicator: Indicator) -> list[str]:
        """Periods for which the main column of an indicator is known, in order."""
        return self._source_periods(indicator.columns[0])

    def latest_period(self, indicator: Indicator) -> str:
        """The latest period of an indicator, empty when the space knows none."""
        found = self.periods(indicator)
        return found[-1] if found else ""

    def _source_periods(self, name: str) -> list[str]:
        source_id, column = self._split(name)
        if not self.space.has(source_id):
            return [reference.population_year()] if name == _POPULATION else []
        table = self.space.table(source_id)
        if "period" not in table.columns:
            return [str(self.space.year or "")]
        if column.name not in table:
            return []
        told = table[column.name].notna()
        status = f"{column.name}{STATUS_SUFFIX}"
        if status in table:
            told |= table[status] == Status.MASKED.value
        return sorted(str(period) for period in table.loc[told, "period"].unique())

    def _period_of(self, name: str, wanted: str) -> str:
        """The period of a secondary column: the one asked, else the latest not after it."""
        found = self._source_periods(name)
        if not found or wanted in found:
            return wanted
        before = [period for period in found if period <= wanted]
        return before[-1] if before and name != _POPULATION else found[-1]

    def _rows(self, source_id: str, period: str) -> pd.DataFrame:
        table = self.space.table(source_id)
        return table[table["period"] == period] if "period" in table.columns else table

    def _unit_column(self, name: str, period: str) -> UnitColumn:
        key = (name, period)
        if key not in self._columns:
            self._columns[key] = self._laid(name, period)
        return self._columns[key]

    def _laid(self, name: str, period: str) -> UnitColumn:
        source_id, column = self._split(name)
        units = self.register.units
        if period not in self._source_periods(name):
            return UnitColumn.observed(np.full(len(units.codes), np.nan))
        if not self.space.has(source_id):
            if name == _POPULATION and self.space.own_codes.empty:
                known = units.table["population"].to_numpy(dtype=float, na_value=np.nan)
                told = period == reference.population_year()
                return UnitColumn.observed(known if told else np.full(len(known), np.nan))
            return UnitColumn.observed(np.full(len(units.codes), np.nan))
        rows = self._rows(source_id, period)
        return unit_column(rows, column, units, MODULES[source_id].SOURCE.outside)

    def _own(self, name: str, period: str, territories: Territories) -> pd.DataFrame:
        source_id, column = self._split(name)
        if not self.space.has(source_id):
            return pd.DataFrame(columns=["value", "status"])
        return own_rows(self._rows(source_id, period), column, territories.table.index)

    def _source_text(self, name: str, period: str) -> str:
        source_id, _ = self._split(name)
        if period not in self._source_periods(name):
            return ""
        if self.space.has(source_id):
            when = period if "period" in self.space.table(source_id).columns else self.space.year
            return f"{source_id} ({when})" if when else source_id
        return f"{REFERENCE_ID} ({period})" if name == _POPULATION else ""

    # What stands around the figures

    def source_line(self, indicator: Indicator, period: str) -> str:
        """Producer, dataset, vintage and field of a figure, as a French source line."""
        told = []
        for name in indicator.columns:
            source_id, _ = self._split(name)
            source: Source = MODULES[source_id].SOURCE
            if self.space.has(source_id):
                when = self._period_of(name, period) or self.vintage_text(source_id)
                named = f"{source.publisher}, {source.title}, {when}"
                if self.space.fictitious:
                    told.append(f"données fictives au format de : {named}")
                else:
                    told.append(f"{named} ({source.field})")
            elif name == _POPULATION:
                told.append(reference.population_label())
        return " ; ".join(dict.fromkeys(told))

    def field_departements(self) -> tuple[str, ...]:
        """Départements that the list of CPTS speaks for: the main one of at least one CPTS."""
        table = self.territories(Level.CPTS).table
        return tuple(sorted({codes[0] for codes in table["departements"] if codes}))

    def units_in(self, departements: Iterable[str]) -> pd.Index:
        """Inner units of some départements."""
        table = self.register.units.table.loc[self.register.units.inner]
        return table.index[table["departement"].isin(list(departements))]

    def uncovered(self) -> pd.Index:
        """Communes and arrondissements of the CPTS's départements that no CPTS holds."""
        return self.territories(Level.CPTS).uncovered(self.field_departements())

    def cpts_regions(self) -> list[str]:
        """Régions of the départements that the list of CPTS speaks for."""
        table = self.register.units.table
        held = table["departement"].isin(self.field_departements())
        return sorted(str(code) for code in table.loc[held, "region"].dropna().unique())

    def membership_pairs(self, level: Level | str) -> pd.DataFrame:
        """Every (territory, unit, weight) of a level, inner units only."""
        territories = self.territories(level)
        pairs = territories.members.tocoo()
        rows, columns = pairs.coords
        return pd.DataFrame(
            {
                "territory": territories.table.index[rows],
                "unit": territories.units.inner[columns],
                "weight": pairs.data,
            }
        )

    def cpts_of(self, unit: str) -> tuple[str, ...]:
        """Ids of the CPTS that hold a commune or an arrondissement."""
        pairs = self.membership_pairs(Level.CPTS)
        return tuple(pairs.loc[pairs["unit"] == unit, "territory"])

    def cpts_names_of(self, units: pd.Index) -> pd.Series:
        """The CPTS of each unit, in words: « hors CPTS » where there is none."""
        pairs = self.membership_pairs(Level.CPTS)
        if pairs.empty:
            return pd.Series("", index=units)
        names = self.territories(Level.CPTS).table["name"].astype(str)
        told = pairs["territory"].map(names).groupby(pairs["unit"]).agg(list)
        words = told.map(french.enumeration).reindex(units)
        return words.fillna("hors CPTS")

    def unit_population(self) -> pd.Series:
        """Inhabitants of each inner unit, by code."""
        return self.slot_population()[~self.register.units.is_city]

    def slot_population(self) -> pd.Series:
        """Inhabitants of each inner unit and of each whole city, by code: never to be summed."""
        return pd.Series(self.register.population, index=self.register.units.codes)

    def city_names(self) -> pd.Series:
        """Name of the city of each arrondissement municipal, by arrondissement."""
        names = self.register.units.table["name"]
        pairs = {
            part: str(names[city])
            for city, parts in self.register.units.cities.items()
            for part in parts
        }
        return pd.Series(pairs, dtype=object)

    def contours_credit(self) -> str:
        """Credit line of the contours."""
        if self.space.fictitious:
            return "Territoire fictif de démonstration"
        return MODULES["contours_communes"].SOURCE.credit

    def perimeter_remarks(self) -> list[str]:
        """What is to be known of the perimeters of the CPTS; empty when the space has none."""
        if not self.space.has("cpts_perimetres"):
            return []
        listed: list[str] = []
        if self.space.has("cpts_liste"):
            listed = list(self.space.table("cpts_liste")["cpts_id"])
        return perimeter_remarks(self.territories(Level.CPTS), self.uncovered(), listed)

    def inhabitants(self, units: Iterable[str]) -> float:
        """Inhabitants of some units, each counted once."""
        positions = self.register.units.positions(dict.fromkeys(units))
        return float(self.register.population[positions[positions >= 0]].sum())

    def contours(self) -> gpd.GeoDataFrame:
        """Contours of the inner units (arrondissements where they are drawn, else the city)."""
        table = self.space.table("contours_communes")
        parts = set(table.loc[table["nature"] == "arrondissement", "code"])
        drawn_by_parts = {
            city for city, codes in reference.CITIES.items() if parts.issuperset(codes)
        }
        kept = ~table["code"].isin(drawn_by_parts)
        for city, codes in reference.CITIES.items():
            if city not in drawn_by_parts:
                kept &= ~table["code"].isin(codes)
        return gpd.GeoDataFrame(table[kept], geometry="geometry", crs=4326)

    def contours_of(self, level: Level | str, units: pd.Index) -> gpd.GeoDataFrame:
        """Contours of the territories of a level over some units, indexed by territory id."""
        contours = self.contours().drop_duplicates("code").set_index("code")
        if Level(level) in (Level.COMMUNE, Level.ARRONDISSEMENT):
            return contours.loc[contours.index.intersection(units), ["geometry"]]
        pairs = self.membership_pairs(level)
        pairs = pairs[pairs["unit"].isin(contours.index.intersection(units))]
        drawn = gpd.GeoDataFrame(
            {"territory": pairs["territory"].to_numpy()},
            geometry=contours.geometry.reindex(pairs["unit"]).to_numpy(),
            crs=contours.crs,
        )
        return dissolve(drawn, drawn["territory"])

    def cpts_list(self) -> pd.DataFrame:
        """Every CPTS: name, départements, stage, dates; indexed by id."""
        table = self.territories(Level.CPTS).table.copy()
        told = pd.DataFrame(columns=["statut", "date_statut", "date_signature", "site_internet"])
        if self.space.has("cpts_liste"):
            told = self.space.table("cpts_liste").set_index("cpts_id")
        for name in ("statut", "date_statut", "date_signature", "site_internet"):
            table[name] = told[name].reindex(table.index)
        table["statut"] = table["statut"].fillna("sans_statut")
        return table

    def stage_of(self, identifier: str) -> Stage:
        """The stage of a CPTS, with the date and the list that say it."""
        row = self.cpts_list().loc[identifier]
        code = str(row["statut"])
        day = row["date_statut"]
        when = "la liste reçue ne le précise pas" if code == "sans_statut" else "stade"
        if isinstance(day, str) and day:
            when = f"depuis le {french.date(dt.date.fromisoformat(day))}"
        return Stage(code, STAGES[code], when)

    def population_line(self) -> str:
        """Which population serves every page (French)."""
        if not self.space.has("populations_legales"):
            return reference.population_label()
        period = self.latest_period(INDICATORS["population"])
        who = "données fictives" if self.space.fictitious else "Insee"
        return french.typography(f"Population municipale {period}, {who}")

    def vintage_text(self, source_id: str) -> str:
        """The periods (or the geography year) that a source holds, as a French text."""
        table = self.space.table(source_id)
        if "period" not in table.columns:
            stated = {file.record.millesime for file in self.space.states[source_id].kept} - {""}
            return ", ".join(sorted(stated)) or str(self.space.year or "sans millésime")
        found = sorted(str(period) for period in table["period"].dropna().unique())
        return found[0] if len(found) == 1 else f"{found[0]} à {found[-1]}"

    def coverage_of(self, source_id: str) -> float:
        """Share (0 to 1) of the population of the space that lives in units the source knows."""
        table = self.space.table(source_id)
        if not tells_communes(MODULES[source_id].SOURCE):
            return float("nan")
        units = self.register.units
        known = set(table["code"].dropna())
        for city, parts in units.cities.items():
            if city in known:
                known |= set(parts)
            elif known.issuperset(parts):
                known.add(city)
        people = np.where(units.is_city, 0.0, self.register.population)
        total = people.sum()
        return float(people[units.codes.isin(list(known))].sum() / total) if total else float("nan")

    def quality_report(self) -> list[SourceQuality]:
        """What was read, kept and set aside, and what is doubtful, source by source."""
        report = []
        for name, state in self.space.states.items():
            vintage, coverage = french.NOT_AVAILABLE, float("nan")
            if state.kept:
                vintage, coverage = self.vintage_text(name), self.coverage_of(name)
            report.append(source_quality(self.space, self.register, name, vintage, coverage))
        return report
