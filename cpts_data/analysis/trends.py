"""Recent trends of indicators: what the last five periods say, read through the polarity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cpts_data.analysis.confidence import Method, intervals_at, methods_of
from cpts_data.analysis.standings import exact
from cpts_data.indicators import INDICATORS, Indicator, Polarity
from cpts_data.statistics.significance import TREND_POINTS, Trend, trend

TREND_COLUMNS = (
    "indicator",
    "level",
    "territory",
    "name",
    "stratum",
    "unit",
    "direction",
    "judgement",
    "slope",
    "chi_squared",
    "points",
    "first_period",
    "first_value",
    "last_period",
    "last_value",
    "change",
)
_SERIES = ["indicator", "level", "territory", "stratum"]


def trends(
    values: pd.DataFrame,
    *,
    catalogue: Mapping[str, Indicator] = INDICATORS,
    methods: Mapping[str, Method] | None = None,
) -> pd.DataFrame:
    """The recent trend of each series of a ``Values`` table that holds several periods.

    A series begins at the latest break that the catalogue tells (a new definition): no trend
    crosses one. A period whose figure is masked, missing or bounded stays in it as a hole, so
    that no trend is drawn across it.

    Returns one row per series with ``TREND_COLUMNS``: ``direction`` is ``hausse``, ``baisse``,
    ``stable`` (no significant change) or ``non_calculable`` (fewer than five periods, a hole among
    the last five, or an indicator without interval); ``first_*`` and ``last_*`` are the known ends
    of the last five periods, ``change`` their difference.

    Source: :func:`cpts_data.statistics.significance.trend` (Fingertips, recent trends).
    """
    rows = values.reset_index(drop=True)
    methods = methods_of(catalogue) if methods is None else methods
    computed = intervals_at(rows, methods, 0.95)
    known = exact(rows["status"])
    rows = rows.assign(
        value=rows["value"].where(known),
        lower=rows["lower"].where(known).fillna(computed["lower"]),
        upper=rows["upper"].where(known).fillna(computed["upper"]),
    )
    rows = rows.sort_values([*_SERIES, "period"], kind="stable").reset_index(drop=True)
    # Plain columns: a space has thousands of short series, and a frame for each is slow.
    columns = {name: rows[name].to_list() for name in (*_SERIES, "name", "unit", "period")}
    numbers = {name: rows[name].to_numpy(dtype=float) for name in ("value", "lower", "upper")}
    firsts = np.flatnonzero(~rows.duplicated(_SERIES))
    ends = [*firsts[1:], len(rows)]
    found = [
        _series(_Series(columns, numbers, int(first), int(end)), catalogue)
        for first, end in zip(firsts, ends, strict=True)
    ]
    return pd.DataFrame(found, columns=list(TREND_COLUMNS))


@dataclass(frozen=True)
class _Series:
    """Some consecutive rows of one series, oldest first."""

    columns: Mapping[str, list[Any]]
    numbers: Mapping[str, np.ndarray]
    first: int
    end: int

    def last(self, name: str) -> Any:
        """A text of its latest row."""
        return self.columns[name][self.end - 1]

    def values(self, name: str) -> np.ndarray:
        """Its numbers of one column."""
        return self.numbers[name][self.first : self.end]

    def since(self, period: str) -> _Series:
        """Its rows from a period on."""
        first = self.first
        while first < self.end and self.columns["period"][first] < period:
            first += 1
        return replace(self, first=first)


def _series(series: _Series, catalogue: Mapping[str, Indicator]) -> dict[str, object]:
    indicator = catalogue.get(str(series.last("indicator")))
    last = _since_break(series, indicator)
    last = replace(last, first=max(last.first, last.end - TREND_POINTS))
    polarity = indicator.polarity.value if indicator else Polarity.NO_JUDGEMENT.value
    found = _trend(last, polarity)
    value = last.values("value")
    known = last.first + np.flatnonzero(~np.isnan(value))
    begin, finish = (int(known[0]), int(known[-1])) if len(known) else (-1, -1)
    told = [
        (str(last.columns["period"][place]), float(last.numbers["value"][place]))
        if place >= 0
        else ("", math.nan)
        for place in (begin, finish)
    ]
    row: dict[str, object] = {name: last.last(name) for name in (*_SERIES, "name", "unit")}
    return row | {
        "direction": found.direction,
        "judgement": found.judgement,
        "slope": found.slope,
        "chi_squared": found.chi_squared,
        "points": len(known),
        "first_period": told[0][0],
        "first_value": told[0][1],
        "last_period": told[1][0],
        "last_value": told[1][1],
        "change": told[1][1] - told[0][1],
    }


def _trend(last: _Series, polarity: str) -> Trend:
    """The trend of the last rows; told at once when a point or an interval lacks."""
    points = [last.values(name) for name in ("value", "lower", "upper")]
    if len(points[0]) < TREND_POINTS or not all(np.isfinite(one).all() for one in points):
        return Trend("non_calculable", 0, math.nan, math.nan)
    return trend(points[0], points[1], points[2], polarity)


def _since_break(series: _Series, indicator: Indicator | None) -> _Series:
    """The periods of the present definition."""
    present = str(series.last("period"))
    reached = [period for period, _ in (indicator.breaks if indicator else ()) if period <= present]
    return series.since(max(reached)) if reached else series
