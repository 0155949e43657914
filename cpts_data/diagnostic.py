"""The one object that pages, documents and the command line speak to.

A :class:`Diagnostic` is an opened space with its territories: it gives the tidy ``Values`` table of
any indicators at any level, and says what stands behind each figure.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from cpts_data import french, reference
from cpts_data.analysis.aggregate import VALUES_COLUMNS
from cpts_data.analysis.composed import Composition
from cpts_data.analysis.composed_figures import Drawings
from cpts_data.analysis.composed_ground import ComposedRegister, Placed
from cpts_data.analysis.contours import unit_contours
from cpts_data.analysis.counted import also_read
from cpts_data.analysis.facts import REFERENCE_ID, Facts
from cpts_data.analysis.figures import Figures
from cpts_data.analysis.geometry import dissolve
from cpts_data.analysis.ground import LandRegister
from cpts_data.analysis.perimeters import perimeter_remarks
from cpts_data.analysis.quality_report import SourceQuality, source_quality
from cpts_data.contracts import Source
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.measures import parse
from cpts_data.sources import MODULES
from cpts_data.sources.cpts_liste import STAGES
from cpts_data.space import Progress, Space
from cpts_data.space.coding import tells_communes
from cpts_data.territories import Level, Territories, Territory

_POPULATION_SOURCE = "populations_legales"


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
    """A space ready to answer. Safe to share between sessions: it only ever grows caches.

    :meth:`with_compositions` gives the same space with composed territories beside its own.
    """

    space: Space
    compositions: tuple[Composition, ...] = ()
    base: Diagnostic | None = None

    @classmethod
    def open(cls, path: Path | str, progress: Progress | None = None) -> Diagnostic:
        """Open a space and stand ready; see :meth:`Space.open`."""
        return cls(Space.open(path, progress))

    @cached_property
    def register(self) -> LandRegister:
        """Units and territories of the space."""
        return LandRegister(self.space) if self.base is None else self.figures.register

    @cached_property
    def facts(self) -> Facts:
        """What the space knows, by column."""
        return Facts(self.space, self.register) if self.base is None else self.base.facts

    @cached_property
    def figures(self) -> Figures:
        """The values of every indicator and level."""
        if self.base is not None:
            return self.base._drawings.together(self.compositions)
        return Figures(self.facts, self.register)

    @cached_property
    def _drawings(self) -> Drawings:
        return Drawings(self.figures, self.register)

    def with_compositions(self, compositions: Sequence[Composition]) -> Diagnostic:
        """The same space with composed territories (``Level.COMPOSED``); light, all is shared."""
        base = self.without_compositions
        kept = tuple({one.id: one for one in compositions}.values())
        return Diagnostic(self.space, kept, base) if kept else base

    @property
    def without_compositions(self) -> Diagnostic:
        """The same space without composed territories."""
        return self if self.base is None else self.base

    def placed(self, identifier: str) -> Placed:
        """How a composed territory lies over the space: units, what is beyond, old codes.

        ``KeyError`` when the space holds nothing of it.
        """
        if isinstance(self.register, ComposedRegister):
            for one in self.register.places:
                if one.composition.id == identifier:
                    return one
        raise KeyError(identifier)

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
        strata: bool = False,
    ) -> pd.DataFrame:
        """The tidy ``Values`` table: one row per indicator and territory.

        Without ``period``, the latest of each indicator. With ``strata``, the rows of the parts
        that an indicator declares (age bands) follow. ``KeyError`` for an unknown indicator,
        :class:`UnknownTerritoryError` for an unknown territory.
        """
        level = Level(level)
        for identifier in territories or ():
            self.territory(level, identifier)
        parts = []
        for name in indicators:
            found = [self.figures.table(INDICATORS[name], level, period)]
            if strata:
                found.append(self.figures.strata(INDICATORS[name], level, period))
            parts += found if territories is None else [_of(t, territories) for t in found]
        if not parts:
            return pd.DataFrame(columns=list(VALUES_COLUMNS))
        return pd.concat(parts, ignore_index=True)

    def unit_rows(self, indicator: str, period: str | None = None) -> pd.DataFrame:
        """``Values`` rows of communes and of municipal arrondissements, indexed by code."""
        tables = [self.values([indicator], Level.COMMUNE, period=period)]
        if len(self.territories(Level.ARRONDISSEMENT).table):
            tables.append(self.values([indicator], Level.ARRONDISSEMENT, period=period))
        return pd.concat(tables, ignore_index=True).set_index("territory", drop=False)

    # Periods

    def periods(self, indicator: Indicator) -> list[str]:
        """Periods for which an indicator may be known, in order."""
        return self.figures.periods(indicator)

    def latest_period(self, indicator: Indicator) -> str:
        """The latest period of an indicator, empty when the space knows none."""
        return self.figures.latest_period(indicator)

    # What stands around the figures

    def source_line(self, indicator: Indicator, period: str) -> str:
        """Producer, dataset, vintage and field of a figure, as a French source line."""
        told = []
        for name in self.figures.measure_in_use(indicator).columns:
            source_id, when = parse(name).source, self.facts.period_of(name, period)
            told.append(self._credit(source_id, when))
            for other in also_read(self.space, parse(name).column):
                told.append(self._credit(other, ""))
        return " ; ".join(dict.fromkeys(text for text in told if text))

    def credits(self, sources: str) -> str:
        """The French source line of a row of ``Values``, from its ``sources``."""
        told = []
        for text in sources.split(" ; "):
            found = re.fullmatch(r"([a-z0-9_]+)(?: \((.*)\))?", text)
            if found is None:
                told.append(text.removeprefix(f"{REFERENCE_ID} : "))
            elif found[1] == REFERENCE_ID:
                told.append(reference.population_label())
            else:
                told.append(self._credit(found[1], found[2] or ""))
        return " ; ".join(dict.fromkeys(text for text in told if text))

    def _credit(self, source_id: str, when: str) -> str:
        if not self.space.has(source_id):
            return reference.population_label() if source_id == _POPULATION_SOURCE else ""
        source: Source = MODULES[source_id].SOURCE
        named = f"{source.publisher}, {source.title}, {when or self.vintage_text(source_id)}"
        if self.space.fictitious:
            return f"données fictives au format de : {named}"
        return f"{named} ({source.field})"

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
        return unit_contours(self.space)

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
        """The stage of a CPTS, with the date and the list that say it; a composed one has none."""
        if identifier in self.territories(Level.COMPOSED).table.index:
            return Stage(Level.COMPOSED.value, "Territoire composé", "hors de la liste des CPTS")
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


def _of(table: pd.DataFrame, territories: Sequence[str]) -> pd.DataFrame:
    """The rows of some territories, in their order, stratum by stratum."""
    strata = table["stratum"].tolist()
    pairs = zip(strata, table["territory"].tolist(), strict=True)
    place = {pair: position for position, pair in enumerate(pairs)}
    order = [place[stratum, name] for stratum in dict.fromkeys(strata) for name in territories]
    return table.take(order).reset_index(drop=True)
