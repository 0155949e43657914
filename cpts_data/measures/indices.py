"""Measures of indices: weighted means, and figures that are shown as published only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cpts_data.measures.accounts import account, divide, result_table
from cpts_data.measures.states import Ground, Interval, Status, UnitColumn


@dataclass(frozen=True)
class WeightedMean:
    """Mean of an index published by unit, weighted; the published figure where there is one.

    Under ``minimum_coverage`` of the population the mean is not told: ``masque`` when masks are
    the cause, ``manquant`` otherwise. ``estimated`` says that a mean over several units is only an
    estimate of what the producer would publish (poverty rate), not its own rule (APL).
    """

    of: str
    weight: str
    minimum_coverage: float = 0.8
    estimated: bool = False

    @property
    def interval(self) -> Interval:
        """How the interval is computed."""
        return Interval.NONE

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return (self.of, self.weight)

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Divide the weighted sum by the sum of weights over the units where both are known."""
        index, weight = columns[self.of], columns[self.weight]
        told = account([index, weight], ground)
        weighted = np.where(told.known, index.values * weight.values, 0.0)
        top = ground.sum(weighted)
        bottom = ground.sum(np.where(told.known, weight.values, 0.0))
        partial = told.missing | told.any_masked
        status = np.full(len(partial), Status.OBSERVED.value, dtype=object)
        status[told.any_estimated | partial] = Status.ESTIMATED.value
        if self.estimated:
            status[:] = Status.ESTIMATED.value
        low = partial & ~(told.coverage >= self.minimum_coverage)
        status[low] = Status.MISSING.value
        status[low & told.any_masked] = Status.MASKED.value
        nothing = ~(bottom > 0)
        status[nothing & ~told.any_masked & ~partial] = Status.NOT_APPLICABLE.value
        inhabited = ground.inhabitants() > 0
        status[nothing & ~told.nowhere & inhabited & ~told.any_masked] = Status.MISSING.value
        result = result_table(
            ground.territories,
            value=divide(top, bottom),
            numerator=top,
            denominator=bottom,
            coverage=told.coverage,
            status=status,
        )
        return _prefer_published(result, self.of, ground)


@dataclass(frozen=True)
class Published:
    """A figure shown only where its producer publishes it: medians are never combined."""

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
        """Take the producer's own figure for each territory; ``manquant`` elsewhere."""
        told = account([columns[self.of]], ground)
        status = np.full(len(told.missing), Status.MISSING.value, dtype=object)
        status[told.nowhere & ~told.missing] = Status.NOT_APPLICABLE.value
        result = result_table(ground.territories, status=status, coverage=told.coverage)
        return _prefer_published(result, self.of, ground)


def _prefer_published(result: pd.DataFrame, column: str, ground: Ground) -> pd.DataFrame:
    """Put the producer's own figure, and its status, where it has a row for the territory."""
    own = ground.own.get(column)
    if own is None or own.empty:
        return result
    shared = result.index.intersection(own.index)
    rows = own.loc[shared]
    result = result.copy()
    result.loc[shared, "value"] = rows["value"].to_numpy(dtype=float)
    result.loc[shared, "status"] = rows["status"].to_numpy(dtype=object)
    known = rows["value"].notna().to_numpy()
    result.loc[shared[~known], ["numerator", "denominator"]] = np.nan
    result.loc[shared, "coverage"] = np.where(known, 1.0, 0.0)
    return result
