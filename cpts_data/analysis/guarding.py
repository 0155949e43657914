"""Figures that are not public, shown at every level under statistical secrecy (DOMAIN §8.4).

A CPAM's counts are protected once for all the levels at which they are shown: what is hidden in a
commune is hidden so that no total, of any level, gives it back. A share hides by its numerator, by
its denominator and by what lies between. Age bands that add up to the whole are protected
together, and shown for CPTS, départements and régions only.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from cpts_data.analysis import secrecy
from cpts_data.analysis.facts import Facts
from cpts_data.analysis.ground import LandRegister
from cpts_data.indicators import INDICATORS, Indicator, Theme
from cpts_data.measures import (
    Measure,
    Ratio,
    StandardisedRate,
    StandardisedRatio,
    Status,
    interval_bounds,
    parse,
)
from cpts_data.sources import MODULES
from cpts_data.space.cache import code_behind
from cpts_data.territories import Level, Territories

# Levels at which such figures are shown as the producer gives them; others are composed of these.
LEVELS = (Level.COMMUNE, Level.CPTS, Level.EPCI, Level.DEPARTEMENT, Level.REGION)
# Age bands are shown less finely: each level more at which they are shown hides others.
BAND_LEVELS = (Level.CPTS, Level.DEPARTEMENT, Level.REGION)
_OF_PROFESSIONALS = (Theme.SUPPLY, Theme.ACTIVITY)
_ROUNDING = 0.5


def bands_by_whole() -> dict[str, tuple[Ratio, ...]]:
    """The ratios of the strata that the catalogue declares, by the numerator of their whole."""
    return {
        indicator.measure.numerator: tuple(
            measure for _, measure in indicator.strata if isinstance(measure, Ratio)
        )
        for indicator in INDICATORS.values()
        if indicator.strata and isinstance(indicator.measure, Ratio)
    }


@dataclass
class Guard:
    """Decides, for one space, what is shown of the ratios that are not public."""

    facts: Facts
    register: LandRegister
    _kept: dict[tuple[str, str], secrecy.Protected] = field(default_factory=dict)

    def applies(self, indicator: Indicator, measure: Measure, when: str) -> bool:
        """Whether a measure reads counts of patients that nobody has published.

        Headcounts of professionals are in public directories: they are exempt (DOMAIN §8.1).
        """
        if indicator.theme in _OF_PROFESSIONALS:
            return False
        if isinstance(measure, StandardisedRate | StandardisedRatio):
            return any(self._is_secret(name, when) for name in _counts_behind(measure))
        return isinstance(measure, Ratio) and self._is_secret(measure.numerator, when)

    def _is_secret(self, name: str, when: str) -> bool:
        source = MODULES[parse(name).source].SOURCE
        return not source.public and not self.facts.ledger.is_public(name, when)

    def shown(
        self, measure: Measure, when: str, territories: Territories, plain: pd.DataFrame
    ) -> pd.DataFrame:
        """What is shown of a measure that :meth:`applies`, in place of what it would tell."""
        if isinstance(measure, Ratio):
            return self._shown_ratio(measure, when, territories, plain)
        assert isinstance(measure, StandardisedRate | StandardisedRatio)
        return self._shown_standardised(measure, when, territories, plain)

    def _shown_standardised(
        self,
        measure: StandardisedRate | StandardisedRatio,
        when: str,
        territories: Territories,
        plain: pd.DataFrame,
    ) -> pd.DataFrame:
        """A standardised figure tells its count: it is shown where every count behind it is."""
        told = plain["status"].isin([Status.MISSING.value, Status.NOT_APPLICABLE.value])
        hidden = ~told.to_numpy(dtype=bool)
        if territories.level in BAND_LEVELS:
            hidden &= False
            for counts in self._counts(measure, when, territories, plain):
                hidden |= counts.isna().to_numpy()
            hidden &= ~told.to_numpy(dtype=bool)
        nothing = _hidden(plain)
        table = plain.copy()
        for name in nothing.columns:
            table[name] = table[name].mask(hidden, nothing[name])
        return table

    def _shown_ratio(
        self, measure: Ratio, when: str, territories: Territories, plain: pd.DataFrame
    ) -> pd.DataFrame:
        """What is shown of a ratio, in place of ``plain``, what the measure would tell."""
        told = self._told(measure, when, territories, plain)
        table = plain.assign(
            value=told["value"],
            lower=told["lower"],
            upper=told["upper"],
            status=told["status"].astype("string"),
            numerator=told["numerator"],
            denominator=told["denominator"],
        )
        untold = plain["status"].isin([Status.MISSING.value, Status.NOT_APPLICABLE.value])
        table = table.where(~untold, plain)
        low, high = interval_bounds(
            table["numerator"].to_numpy(dtype=float),
            table["denominator"].to_numpy(dtype=float),
            measure.interval,
            measure.per,
        )
        carries = table["value"].notna().to_numpy()
        return table.assign(
            lower=np.where(carries, low, table["lower"].to_numpy(dtype=float)),
            upper=np.where(carries, high, table["upper"].to_numpy(dtype=float)),
        )

    def _counts(
        self,
        measure: StandardisedRate | StandardisedRatio,
        when: str,
        territories: Territories,
        plain: pd.DataFrame,
    ) -> list[pd.Series]:
        """The counts behind a standardised figure, as they are shown (NaN where they are not)."""
        ratios = tuple(
            Ratio(name, name.replace(".numerateur", ".denominateur", 1))
            for name in _counts_behind(measure)
        )
        if isinstance(measure, StandardisedRatio):
            return [self._told(ratio, when, territories, plain)["numerator"] for ratio in ratios]
        banded = self._banded(ratios, when)
        return [banded.at(territories.level, ratio.numerator)["value"] for ratio in ratios]

    def _told(
        self, measure: Ratio, when: str, territories: Territories, plain: pd.DataFrame
    ) -> pd.DataFrame:
        """The protected figures, kept in the cache of the space: the search is long."""
        space = self.facts.space
        inputs = [measure.numerator, measure.denominator, when, territories.level.value]
        inputs += [space.files_key(*sorted(space.states)), _code_version()]
        key = hashlib.sha256("|".join(inputs).encode()).hexdigest()[:24]

        def made() -> pd.DataFrame:
            return self._protected(measure, when, territories, plain).rename_axis("territory")

        table = space.kept_table(f"secret-{key}", lambda: made().reset_index())
        return table.set_index("territory").reindex(plain.index)

    def _protected(
        self, measure: Ratio, when: str, territories: Territories, plain: pd.DataFrame
    ) -> pd.DataFrame:
        whole = next(
            (
                name
                for name, bands in bands_by_whole().items()
                if measure.numerator in {name, *(band.numerator for band in bands)}
            ),
            measure.numerator,
        )
        bands = bands_by_whole().get(whole, ())
        if measure.numerator != whole and self._adds_up(whole, bands, when):
            if territories.level not in BAND_LEVELS:
                return _hidden(plain)
            above = self._banded(bands, when).at(territories.level, measure.numerator)
            base = plain_base(plain)
        else:
            protected = self._alone(measure, when)
            above = self._at(protected, territories, secrecy.PART)
            base = self._at(protected, territories, secrecy.ALL)
        told = secrecy.divided(above, base, measure.per)
        told["status"] = told["status"].astype("string")
        exact = told["value"].notna()
        return told.assign(numerator=above["value"].where(exact), denominator=base["value"])

    @staticmethod
    def _at(
        protected: secrecy.Protected, territories: Territories, stratum: str | None
    ) -> pd.DataFrame:
        if territories.level in LEVELS:
            return protected.at(territories.level, stratum)
        return protected.composed(territories.membership, territories.table.index, stratum)

    def _levels(self, levels: tuple[Level, ...]) -> list[Territories]:
        return [self.register.territories(level) for level in levels]

    def _totals(
        self, name: str, stratum: str, when: str, levels: tuple[Level, ...] = LEVELS
    ) -> pd.DataFrame:
        """The producer's own figures of every level, as totals to protect."""
        parts = []
        for territories in self._levels(levels):
            own = self.facts.own(name, when, territories)
            own = own[own["value"].notna()]
            parts.append(
                pd.DataFrame(
                    {
                        "level": territories.level.value,
                        "territory": own.index.astype(str),
                        "stratum": stratum,
                        "value": own["value"].to_numpy(dtype=float),
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    def _alone(self, measure: Ratio, when: str) -> secrecy.Protected:
        key = (measure.numerator, when)
        if key not in self._kept:
            levels = self._levels(LEVELS)
            columns, told = secrecy.share_strata(
                self.facts.column(measure.numerator, when),
                self.facts.column(measure.denominator, when),
                levels[0],
            )
            totals = [
                told,
                self._totals(measure.numerator, secrecy.PART, when),
                self._totals(measure.denominator, secrecy.ALL, when),
            ]
            self._kept[key] = secrecy.protect(
                columns,
                levels,
                self.register.population,
                whole=secrecy.ALL,
                totals=pd.concat(totals, ignore_index=True),
            )
        return self._kept[key]

    def _banded(self, bands: tuple[Ratio, ...], when: str) -> secrecy.Protected:
        names = [band.numerator for band in bands]
        key = (" + ".join(names), when)
        if key not in self._kept:
            totals = [self._totals(name, name, when, BAND_LEVELS) for name in names]
            self._kept[key] = secrecy.protect(
                {name: self.facts.column(name, when) for name in names},
                self._levels(BAND_LEVELS),
                self.register.population,
                whole=secrecy.ALL,
                totals=pd.concat(totals, ignore_index=True),
            )
        return self._kept[key]

    def _adds_up(self, whole: str, bands: tuple[Ratio, ...], when: str) -> bool:
        """Whether the bands are parts of the whole: they add up wherever all are known."""
        values = self.facts.column(whole, when).values
        parts = np.array([self.facts.column(band.numerator, when).values for band in bands])
        both = ~np.isnan(values) & ~np.isnan(parts).any(axis=0)
        gaps = np.abs(parts.sum(axis=0) - values)[both]
        return bool(both.any() and (gaps <= _ROUNDING).all())


def _hidden(plain: pd.DataFrame) -> pd.DataFrame:
    """Figures that are not shown at this level."""
    nothing = dict.fromkeys(("value", "lower", "upper", "numerator", "denominator"), np.nan)
    table = pd.DataFrame(nothing, index=plain.index)
    told = [Status.MASKED_BY_US.value] * len(plain)
    return table.assign(status=pd.array(told, dtype="string"))


def _counts_behind(measure: StandardisedRate | StandardisedRatio) -> tuple[str, ...]:
    """The counts of patients that a standardised figure reads for the territory itself."""
    if isinstance(measure, StandardisedRatio):
        return (measure.observed,)
    return measure.cases


@cache
def _code_version() -> str:
    """A fingerprint of the code that protects: a changed rule protects again."""
    digest = hashlib.sha256()
    for name in sorted(code_behind(__name__)):
        digest.update(inspect.getsource(sys.modules[name]).encode())
    return digest.hexdigest()[:16]


def plain_base(plain: pd.DataFrame) -> pd.DataFrame:
    """Denominators as they are: numbers of insured people of an age, close to the census."""
    value = plain["denominator"].astype(float)
    status = np.where(value.notna(), Status.OBSERVED.value, Status.MASKED.value)
    table = pd.DataFrame({"value": value, "lower": value, "upper": value}, index=plain.index)
    return table.assign(status=status)
