"""Measures that add: counts, sums over sums, shares of people under or over a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cpts_data.measures.accounts import (
    account,
    divide,
    interval_bounds,
    masked_bounds,
    own_figures,
    result_table,
    statuses,
)
from cpts_data.measures.naming import years_before
from cpts_data.measures.states import Ground, Interval, Status, UnitColumn


@dataclass(frozen=True)
class Count:
    """A number of persons or things: units add. ``of`` is ``source.column``."""

    of: str

    @property
    def interval(self) -> Interval:
        """How the interval is computed."""
        return Interval.NONE

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return (self.of,)

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Sum the column over each territory; bounds where cells are masked."""
        column = columns[self.of]
        told = account([column], ground)
        value = ground.sum(np.where(told.known, column.values, 0.0))
        lower, upper = masked_bounds(column, told, ground)
        status, coverage = statuses(told, column.threshold is not None), told.coverage
        own = own_figures(ground, self.of)
        if own is not None:
            value = np.where(own.told, own.values, value)
            status[own.told] = Status.OBSERVED.value
            status[own.estimated] = Status.ESTIMATED.value
            status[own.masked] = Status.MASKED.value
            coverage = np.where(own.told, np.where(own.masked, 0.0, 1.0), coverage)
        return result_table(
            ground.territories,
            value=value,
            lower=np.where(status == Status.BOUNDED.value, lower, np.nan),
            upper=np.where(status == Status.BOUNDED.value, upper, np.nan),
            numerator=value,
            coverage=coverage,
            status=status,
        )


@dataclass(frozen=True)
class _Terms:
    """The two terms of a ratio by territory, the bounds of the first, and what they are."""

    top: np.ndarray
    bottom: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    coverage: np.ndarray
    status: np.ndarray


@dataclass(frozen=True)
class Ratio:
    """A sum over a sum, times ``per`` (100 for a percentage).

    Both terms are taken over the same units, those where the two are known. Where the producer
    gives its own numerator for a territory (a CPAM's total, persons counted once), it is preferred,
    over its own denominator or, failing that, the sum of the units'.
    """

    numerator: str
    denominator: str
    per: float = 100.0
    interval: Interval = Interval.NONE

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return (self.numerator, self.denominator)

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Divide the sums; bounds where the numerator is masked."""
        terms = self._owned(self._summed(columns, ground), columns, ground)
        bounded = terms.status == Status.BOUNDED.value
        lower, upper = interval_bounds(terms.top, terms.bottom, self.interval, self.per)
        return result_table(
            ground.territories,
            value=divide(terms.top, terms.bottom) * self.per,
            lower=np.where(bounded, divide(terms.lower, terms.bottom) * self.per, lower),
            upper=np.where(bounded, divide(terms.upper, terms.bottom) * self.per, upper),
            numerator=terms.top,
            denominator=terms.bottom,
            coverage=terms.coverage,
            status=terms.status,
        )

    def _summed(self, columns: Mapping[str, UnitColumn], ground: Ground) -> _Terms:
        above = columns[self.numerator].with_cities(ground.units)
        below = columns[self.denominator].with_cities(ground.units)
        told = account([above, below], ground)
        hidden_base = ground.sum((below.masked & told.masked).astype(float)) > 0
        bottom = ground.sum(np.where(told.known | told.masked, below.values, 0.0))
        top = ground.sum(np.where(told.known, above.values, 0.0))
        lower, upper = masked_bounds(above, told, ground)
        status = statuses(told, above.threshold is not None)
        without = (bottom == 0) & (status != Status.MISSING.value)
        status[without] = Status.NOT_APPLICABLE.value
        status[hidden_base & (status != Status.MISSING.value)] = Status.MASKED.value
        return _Terms(top, bottom, lower, upper, told.coverage, status)

    def _owned(self, terms: _Terms, columns: Mapping[str, UnitColumn], ground: Ground) -> _Terms:
        above = own_figures(ground, self.numerator)
        if above is None:
            return terms
        below = columns[self.denominator].with_cities(ground.units)
        told = account([below], ground)
        base = ground.sum(np.where(told.known, below.values, 0.0))
        status, coverage = statuses(told, bounded=False), told.coverage
        own_base = own_figures(ground, self.denominator)
        if own_base is not None:
            base = np.where(own_base.told, own_base.values, base)
            status[own_base.told] = Status.OBSERVED.value
            status[own_base.masked] = Status.MASKED.value
            coverage = np.where(own_base.told, 1.0, coverage)
        status[above.estimated & (status == Status.OBSERVED.value)] = Status.ESTIMATED.value
        status[above.masked & (status != Status.MISSING.value)] = Status.MASKED.value
        carries = np.isin(status, [Status.OBSERVED.value, Status.ESTIMATED.value])
        status[carries & ~(base > 0)] = Status.NOT_APPLICABLE.value
        return replace(
            terms,
            top=np.where(above.told, above.values, terms.top),
            bottom=np.where(above.told, base, terms.bottom),
            coverage=np.where(above.told, coverage, terms.coverage),
            status=np.where(above.told, status, terms.status),
        )


@dataclass(frozen=True)
class Rate(Ratio):
    """Events per inhabitants: a ratio times 100,000 unless told otherwise."""

    per: float = 100_000.0
    interval: Interval = Interval.POISSON


@dataclass(frozen=True)
class ShareUnder:
    """Share (%) of ``weight`` living in units whose index is strictly under a threshold."""

    of: str
    threshold: float
    weight: str
    per: float = 100.0

    @property
    def interval(self) -> Interval:
        """How the interval is computed."""
        return Interval.NONE

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return (self.of, self.weight)

    def chosen(self, values: np.ndarray) -> np.ndarray:
        """The units counted; NaN is none of them."""
        return np.nan_to_num(values, nan=np.inf) < self.threshold

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Sum the weights of the units chosen, divide by all known weights."""
        index, weight = columns[self.of], columns[self.weight]
        told = account([index, weight], ground)
        under = told.known & self.chosen(index.values)
        top = ground.sum(np.where(under, weight.values, 0.0))
        bottom = ground.sum(np.where(told.known, weight.values, 0.0))
        status = statuses(told, bounded=False)
        empty = (bottom == 0) & ~told.any_masked & ~told.missing
        status[empty] = Status.NOT_APPLICABLE.value
        return result_table(
            ground.territories,
            value=divide(top, bottom) * self.per,
            numerator=top,
            denominator=bottom,
            coverage=told.coverage,
            status=status,
        )


@dataclass(frozen=True)
class ShareOver(ShareUnder):
    """Share (%) of ``weight`` living in units whose index is strictly over a threshold."""

    def chosen(self, values: np.ndarray) -> np.ndarray:
        """The units counted; NaN is none of them."""
        return np.nan_to_num(values, nan=-np.inf) > self.threshold


@dataclass(frozen=True)
class Change:
    """Mean yearly change (%) of a count, from its value some years before, compounded.

    ``((now / before) ** (1 / years) - 1) * 100``; the years are those between the two periods.
    """

    of: str
    years: int = 5

    @property
    def interval(self) -> Interval:
        """How the interval is computed."""
        return Interval.NONE

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return (self.of, years_before(self.of, self.years))

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Compare the two sums, over the units where both are known."""
        past_name = years_before(self.of, self.years)
        now = columns[self.of].with_cities(ground.units)
        before = columns[past_name].with_cities(ground.units)
        told = account([now, before], ground)
        top = ground.sum(np.where(told.known, now.values, 0.0))
        bottom = ground.sum(np.where(told.known, before.values, 0.0))
        status = statuses(told, bounded=False)
        years = ground.years.get(past_name, 0)
        if years <= 0:
            status[:] = Status.MISSING.value
        status[(bottom == 0) & (status != Status.MISSING.value)] = Status.NOT_APPLICABLE.value
        return result_table(
            ground.territories,
            value=(divide(top, bottom) ** (1 / max(years, 1)) - 1) * 100,
            numerator=top,
            denominator=bottom,
            coverage=told.coverage,
            status=status,
        )
