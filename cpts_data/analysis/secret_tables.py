"""The counts that are not public, laid into tables that are protected together (DOMAIN §8.4).

Two figures of which one is worked out from the other, and from what is public, share one table:
protected apart, each would tell what the other hides. So it is

- of the age bands of a count and their whole: the bands and those who are not counted add up to
  the insured people of the commune, which anyone may know;
- of two shares of one denominator that add up to it (visits followed, and not followed, by a stay),
  and of the figure that counts this denominator itself.

A denominator that counts insured people is public, as the census is; one that counts patients or
visits is as secret as the numerator.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pandas as pd

from cpts_data.analysis import secrecy
from cpts_data.analysis.facts import Facts
from cpts_data.analysis.ground import LandRegister
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Ground, Interval, Ratio, Status, UnitColumn
from cpts_data.territories import Level, Territories

# Levels at which such figures are shown as the producer gives them; others are composed of these.
LEVELS = (Level.COMMUNE, Level.CPTS, Level.EPCI, Level.DEPARTEMENT, Level.REGION)
# Age bands are shown less finely: each level more at which they are shown hides others.
BAND_LEVELS = (Level.CPTS, Level.DEPARTEMENT, Level.REGION)
_ROUNDING = 0.5


@dataclass(frozen=True)
class Links:
    """What the catalogue says of its ratios: names of columns throughout.

    ``whole`` and ``bands`` by whole; ``whole_of`` gives the whole of a band. ``complements`` are
    the ratios that count the rest of another's denominator, ``bases`` those whose numerator is
    another's denominator; ``of_patients`` the denominators that are as secret as a numerator.
    """

    bands: dict[str, tuple[Ratio, ...]]
    wholes: dict[str, Ratio]
    whole_of: dict[str, str]
    complements: dict[str, Ratio]
    bases: dict[str, Ratio]
    of_patients: frozenset[str]


@cache
def links() -> Links:
    """The links between the ratios of the catalogue."""
    ratios = {
        one.id: (one, one.measure) for one in INDICATORS.values() if isinstance(one.measure, Ratio)
    }
    bands = {
        measure.numerator: tuple(part for _, part in one.strata if isinstance(part, Ratio))
        for one, measure in ratios.values()
        if one.strata
    }
    return Links(
        bands=bands,
        wholes={measure.numerator: measure for _, measure in ratios.values()},
        whole_of={part.numerator: whole for whole, parts in bands.items() for part in parts},
        complements={
            measure.numerator: ratios[one.complement][1]
            for one, measure in ratios.values()
            if one.complement
        },
        bases={
            measure.numerator: ratios[one.base_of][1]
            for one, measure in ratios.values()
            if one.base_of
        },
        of_patients=frozenset(
            measure.denominator for one, measure in ratios.values() if one.base_of_patients
        ),
    )


@dataclass
class SecretTables:
    """What may be shown of the counts of one space, each table protected once."""

    facts: Facts
    register: LandRegister
    _kept: dict[tuple[str, str], secrecy.Protected] = field(default_factory=dict)
    _agreed: dict[tuple[str, str], bool] = field(default_factory=dict)

    def read(
        self, measure: Ratio, when: str, territories: Territories
    ) -> tuple[pd.DataFrame, pd.DataFrame] | None:
        """What is shown of the two terms of a ratio: ``value, lower, upper, status`` of each.

        None where the level does not show such figures (age bands).
        """
        known = links()
        main = known.complements.get(measure.numerator)
        if main is not None and self._are_complements(measure, main, when):
            return self._share(main, when, territories, secrecy.REST)
        main = known.bases.get(measure.numerator)
        if main is not None and self._are_equal(measure.numerator, main.denominator, when):
            above = _at(self._shares(main, when), territories, secrecy.ALL)
            return above, self._people(measure, when, territories)
        if measure.denominator in known.of_patients:
            return self._share(measure, when, territories, secrecy.PART)
        public = self._people(measure, when, territories)
        whole = known.whole_of.get(measure.numerator, measure.numerator)
        if not self._adds_up(whole, when):
            if measure.numerator != whole and len(known.bands[whole]) > 1:
                return None  # ages that do not make their whole: nobody knows what they tell of it
            return _at(self._alone(measure, when), territories, secrecy.PART), public
        table = self._banded(whole, when)
        if measure.numerator == whole:
            return _rest_of(public, _at(table, territories, secrecy.REST)), public
        if territories.level not in BAND_LEVELS:
            return None
        return table.at(territories.level, measure.numerator), public

    def bands(self, names: Sequence[str], when: str, level: Level) -> list[pd.Series]:
        """Counts of age bands as they are shown at a level (NaN where they are not)."""
        wholes = {links().whole_of.get(name, "") for name in names}
        whole = wholes.pop() if len(wholes) == 1 else ""
        if not whole or not self._adds_up(whole, when):
            nothing = pd.Series(np.nan, self.register.territories(level).table.index)
            return [nothing for _ in names]
        table = self._banded(whole, when)
        return [table.at(level, name)["value"] for name in names]

    def _share(
        self, main: Ratio, when: str, territories: Territories, stratum: str
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        table = self._shares(main, when)
        return _at(table, territories, stratum), _at(table, territories, secrecy.ALL)

    def _people(self, measure: Ratio, when: str, territories: Territories) -> pd.DataFrame:
        """A public denominator, as the measure sums it."""
        columns = {name: self.facts.column(name, when) for name in measure.columns}
        own = {name: self.facts.own(name, when, territories) for name in measure.columns}
        ground = Ground(territories, self.register.population, own)
        value = measure.compute(columns, ground)["denominator"].astype(float)
        status = np.where(value.notna(), Status.OBSERVED.value, Status.MASKED.value)
        table = pd.DataFrame({"value": value, "lower": value, "upper": value}, index=value.index)
        return table.assign(status=status)

    # The tables

    def _alone(self, measure: Ratio, when: str) -> secrecy.Protected:
        """One count out of a public denominator: « all but three » tells of three."""
        denominator = self.facts.column(measure.denominator, when).values
        events = measure.interval is Interval.POISSON  # may be more than the people are
        return self._protected(
            (measure.numerator, when),
            {secrecy.PART: self.facts.column(measure.numerator, when)},
            [self._totals(measure.numerator, secrecy.PART, when)],
            denominators={} if events else {secrecy.PART: denominator},
        )

    def _shares(self, main: Ratio, when: str) -> secrecy.Protected:
        """A part and the rest of a denominator that is as secret."""
        columns, told = secrecy.share_strata(
            self.facts.column(main.numerator, when),
            self.facts.column(main.denominator, when),
            self.register.territories(LEVELS[0]),
        )
        totals = [
            told,
            self._totals(main.numerator, secrecy.PART, when),
            self._totals(main.denominator, secrecy.ALL, when),
        ]
        return self._protected((main.denominator, when), columns, totals)

    def _banded(self, whole: str, when: str) -> secrecy.Protected:
        """Age bands, and the insured people who are not counted, out of all insured people."""
        main, bands = links().wholes[whole], links().bands[whole]
        base = self.facts.column(main.denominator, when)
        columns = {band.numerator: self.facts.column(band.numerator, when) for band in bands}
        columns[secrecy.REST] = self._rest(main, when)
        denominators = {
            band.numerator: self.facts.column(band.denominator, when).values for band in bands
        }
        names = list(columns)
        totals = [self._totals(name, name, when, BAND_LEVELS) for name in names[:-1]]
        totals += [self._rest_totals(main, when)]
        people = [self._by_commune(base), self._totals(main.denominator, secrecy.ALL, when)]
        totals += [table.assign(public=True) for table in people]
        return self._protected(
            (" + ".join(names), when),
            columns,
            totals,
            denominators=denominators | {secrecy.REST: base.values},
            asked={level: names if level in BAND_LEVELS else [secrecy.REST] for level in LEVELS},
            rest=[secrecy.REST],
        )

    def _protected(
        self,
        key: tuple[str, str],
        columns: dict[str, UnitColumn],
        totals: list[pd.DataFrame],
        denominators: dict[str, np.ndarray] | None = None,
        asked: dict[Level, Collection[str]] | None = None,
        rest: Collection[str] = (),
    ) -> secrecy.Protected:
        if key not in self._kept:
            self._kept[key] = secrecy.protect(
                columns,
                [self.register.territories(level) for level in LEVELS],
                self.register.population,
                whole=secrecy.ALL,
                totals=pd.concat(totals, ignore_index=True),
                denominators=denominators,
                asked=asked,
                rest=rest,
            )
        return self._kept[key]

    # What goes into them

    def _rest(self, main: Ratio, when: str) -> UnitColumn:
        """Those of the denominator who are not in the numerator, commune by commune."""
        columns, _ = secrecy.share_strata(
            self.facts.column(main.numerator, when),
            self.facts.column(main.denominator, when),
            self.register.territories(LEVELS[0]),
        )
        rest = columns[secrecy.REST]
        # All that is not known of them is what the producer masks in the numerator.
        return replace(rest, masked=rest.masked & ~rest.known)

    def _by_commune(self, base: UnitColumn) -> pd.DataFrame:
        communes = self.register.territories(LEVELS[0])
        known = np.flatnonzero(base.known & ~communes.units.is_city)
        codes = communes.units.codes[known]
        table = _totals_table(LEVELS[0], codes, secrecy.ALL, base.values[known])
        return table[table["territory"].isin(communes.table.index)]

    def _totals(
        self, name: str, stratum: str, when: str, levels: Sequence[Level] = LEVELS
    ) -> pd.DataFrame:
        """The producer's own figures of every level, as totals to protect."""
        parts = []
        for level in levels:
            own = self._own(name, when, level)
            parts.append(_totals_table(level, own.index, stratum, own.to_numpy(dtype=float)))
        return pd.concat(parts, ignore_index=True)

    def _rest_totals(self, main: Ratio, when: str) -> pd.DataFrame:
        """The rest of the people, where the producer tells the numerator of a territory itself."""
        parts = []
        for level in LEVELS:
            own = self._own(main.numerator, when, level)
            people = self._own(main.denominator, when, level).reindex(own.index)
            rest = (people.fillna(self._summed(main.denominator, when, level)) - own).dropna()
            parts.append(_totals_table(level, rest.index, secrecy.REST, rest.to_numpy()))
        return pd.concat(parts, ignore_index=True)

    def _summed(self, name: str, when: str, level: Level) -> pd.Series:
        """Sums over the communes of each territory, missing where one of them is."""
        territories = self.register.territories(level)
        column = self.facts.column(name, when)
        inner = column.present & ~territories.units.is_city
        values = np.where(inner, column.values, 0.0)
        gaps = territories.membership @ np.isnan(values).astype(float)
        sums = territories.membership @ np.nan_to_num(values, nan=0.0)
        return pd.Series(np.where(gaps > 0, np.nan, sums), territories.table.index)

    def _own(self, name: str, when: str, level: Level) -> pd.Series:
        own = self.facts.own(name, when, self.register.territories(level))["value"].astype(float)
        return own[own.notna()]

    # What goes together

    def _are_equal(self, one: str, other: str, when: str) -> bool:
        return self._make([one], other, when)

    def _are_complements(self, measure: Ratio, main: Ratio, when: str) -> bool:
        """Whether two ratios share their denominator and add up to it."""
        parts = [measure.numerator, main.numerator]
        same = self._are_equal(measure.denominator, main.denominator, when)
        return same and self._make(parts, main.denominator, when)

    def _adds_up(self, whole: str, when: str) -> bool:
        """Whether age bands are parts of their whole."""
        bands = [band.numerator for band in links().bands.get(whole, ())]
        return bool(bands) and self._make(bands, whole, when)

    def _make(self, parts: list[str], whole: str, when: str) -> bool:
        """Whether counts add up to another wherever all are known, by unit.

        Where nothing is known by unit, as the producer tells them of territories. Totals that
        contradict their communes are set apart by the protection itself.
        """
        key = (" + ".join([*parts, whole]), when)
        if key not in self._agreed:
            units = self.register.units.codes
            sums = sum(self.facts.column(name, when).values for name in parts)
            gaps = [pd.Series(sums - self.facts.column(whole, when).values, units).dropna()]
            if gaps[0].empty:
                for level in LEVELS:
                    own = [self._own(name, when, level) for name in (*parts, whole)]
                    told = pd.concat(own, axis=1).dropna()
                    gaps.append(told.iloc[:, :-1].sum(axis=1) - told.iloc[:, -1])
            gap = pd.concat(gaps).abs()
            self._agreed[key] = bool(len(gap) and (gap <= _ROUNDING).all())
        return self._agreed[key]


def _at(table: secrecy.Protected, territories: Territories, stratum: str) -> pd.DataFrame:
    if territories.level in LEVELS:
        return table.at(territories.level, stratum)
    return table.composed(territories.membership, territories.table.index, stratum)


def _rest_of(whole: pd.DataFrame, rest: pd.DataFrame) -> pd.DataFrame:
    """A part from its public whole and what is shown of the rest."""
    base = whole["value"].reindex(rest.index)
    return rest.assign(
        value=base - rest["value"], lower=base - rest["upper"], upper=base - rest["lower"]
    )


def _totals_table(
    level: Level, territories: pd.Index, stratum: str, values: np.ndarray
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "level": level.value,
            "territory": territories.astype(str),
            "stratum": stratum,
            "value": values,
        }
    )
