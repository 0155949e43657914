"""Figures that are not public, shown at every level under statistical secrecy (DOMAIN §8.4).

A CPAM's counts are protected once for all the levels at which they are shown: what is hidden in a
commune is hidden so that no total, of any level, gives it back; nor does any other figure made of
the same counts (:mod:`cpts_data.analysis.secret_tables`). Age bands are shown for CPTS,
départements and régions only.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
import pandas as pd

from cpts_data.analysis import secrecy
from cpts_data.analysis.facts import Facts
from cpts_data.analysis.ground import LandRegister
from cpts_data.analysis.secret_tables import BAND_LEVELS, SecretTables
from cpts_data.indicators import Indicator, Theme
from cpts_data.measures import (
    Count,
    Measure,
    Ratio,
    StandardisedRate,
    StandardisedRatio,
    Status,
    UnitColumn,
    at_level,
    interval_bounds,
    parse,
)
from cpts_data.sources import MODULES
from cpts_data.space.cache import code_behind
from cpts_data.territories import Level, Territories

_OF_PROFESSIONALS = (Theme.SUPPLY, Theme.ACTIVITY)
_OF_PATIENTS = "patients"


@dataclass
class Guard:
    """Decides, for one space, what is shown of the figures that are not public."""

    facts: Facts
    register: LandRegister

    @cached_property
    def _tables(self) -> SecretTables:
        return SecretTables(self.facts, self.register)

    def applies(self, indicator: Indicator, measure: Measure, when: str) -> bool:
        """Whether a measure reads counts of patients that nobody has published.

        Headcounts of professionals are in public directories: they are exempt (DOMAIN §8.1).
        """
        if isinstance(measure, Count):
            return indicator.unit == _OF_PATIENTS and self._is_secret(measure.of, when)
        if indicator.theme in _OF_PROFESSIONALS:
            return False
        if isinstance(measure, StandardisedRate | StandardisedRatio):
            return any(self._is_secret(name, when) for name in _counts_behind(measure))
        return isinstance(measure, Ratio) and self._is_secret(measure.numerator, when)

    def _is_secret(self, name: str, when: str) -> bool:
        source = MODULES[parse(name).source].SOURCE
        return not source.public and not self.facts.ledger.is_public(name, when)

    def around(self, measure: Measure, name: str, when: str, column: UnitColumn) -> UnitColumn:
        """The counts of a wider area that give the rates of its age bands, small ones masked.

        Whoever holds the expected cases of enough territories works the rates out.
        """
        if not isinstance(measure, StandardisedRatio) or not parse(name).level:
            return column
        cases = {at_level(band.cases, parse(name).level) for band in measure.expected.strata}
        if name not in cases or not self._is_secret(name, when):
            return column
        few = (column.values > 0) & (column.values < secrecy.THRESHOLD)
        first = max(secrecy.THRESHOLD, column.threshold or 0)
        return replace(
            column,
            values=np.where(few, np.nan, column.values),
            masked=column.masked | few,
            threshold=first if few.any() else column.threshold,
            hidden=None if column.hidden is None else np.where(few, 1.0, column.hidden),
            seen=None if column.seen is None else np.where(few, 0.0, column.seen),
        )

    def shown(
        self, measure: Measure, when: str, territories: Territories, plain: pd.DataFrame
    ) -> pd.DataFrame:
        """What is shown of a measure that :meth:`applies`, in place of what it would tell."""
        if isinstance(measure, Count):
            return _shown_count(plain)
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
        names = _counts_behind(measure)
        if isinstance(measure, StandardisedRate):
            return self._tables.bands(names, when, territories.level)
        ratios = [Ratio(name, name.replace(".numerateur", ".denominateur", 1)) for name in names]
        return [self._told(ratio, when, territories, plain)["numerator"] for ratio in ratios]

    def _told(
        self, measure: Ratio, when: str, territories: Territories, plain: pd.DataFrame
    ) -> pd.DataFrame:
        """The protected figures, kept in the cache of the space: the search is long."""
        if territories.level is Level.COMPOSED:
            # Made of what the levels show, at once, and as many as there are drawings.
            told = self._protected(measure, when, territories, plain)
            return told.reindex(plain.index)
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
        read = self._tables.read(measure, when, territories)
        if read is None:
            return _hidden(plain)
        above, base = read
        told = secrecy.divided(above, base, measure.per)
        # A share of so few people is no figure (DOMAIN §8.1).
        few = told["value"].isna() & (base["value"].reindex(told.index) < secrecy.THRESHOLD)
        few &= told["status"] == Status.BOUNDED.value
        told.loc[few, ["lower", "upper"]] = np.nan
        told.loc[few, "status"] = Status.MASKED.value
        told["status"] = told["status"].astype("string")
        exact = told["value"].notna()
        return told.assign(numerator=above["value"].where(exact), denominator=base["value"])


def _hidden(plain: pd.DataFrame) -> pd.DataFrame:
    """Figures that are not shown at this level."""
    nothing = dict.fromkeys(("value", "lower", "upper", "numerator", "denominator"), np.nan)
    table = pd.DataFrame(nothing, index=plain.index)
    told = [Status.MASKED_BY_US.value] * len(plain)
    return table.assign(status=pd.array(told, dtype="string"))


def _shown_count(plain: pd.DataFrame) -> pd.DataFrame:
    """A number of patients that a CPTS declares: nothing of a small one."""
    few = plain["value"].gt(0) & plain["value"].lt(secrecy.THRESHOLD)
    nothing = _hidden(plain).assign(status=pd.array([Status.MASKED.value] * len(plain), "string"))
    return plain.mask(few, nothing[plain.columns.intersection(nothing.columns)])


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
