"""Recent trends of indicators: what the last five periods say, read through the polarity."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cpts_data.analysis.confidence import Method, intervals_at, methods_of
from cpts_data.analysis.standings import exact
from cpts_data.indicators import INDICATORS, Indicator, Polarity
from cpts_data.statistics.significance import TREND_POINTS, trend

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
    rows = rows.sort_values("period", kind="stable")
    found = [
        _series(series, catalogue) for _, series in rows.groupby(_SERIES, sort=True, dropna=False)
    ]
    return pd.DataFrame(found, columns=list(TREND_COLUMNS))


def _series(series: pd.DataFrame, catalogue: Mapping[str, Indicator]) -> dict[str, object]:
    indicator = catalogue.get(str(series["indicator"].iloc[0]))
    last = _since_break(series, indicator).tail(TREND_POINTS)
    polarity = indicator.polarity.value if indicator else Polarity.NO_JUDGEMENT.value
    found = trend(
        last["value"].to_numpy(dtype=float),
        last["lower"].to_numpy(dtype=float),
        last["upper"].to_numpy(dtype=float),
        polarity,
    )
    row: dict[str, object] = {name: last[name].iloc[-1] for name in (*_SERIES, "name", "unit")}
    known = last[last["value"].notna()]
    ends = known.iloc[[0, -1]] if len(known) else None
    return row | {
        "direction": found.direction,
        "judgement": found.judgement,
        "slope": found.slope,
        "chi_squared": found.chi_squared,
        "points": len(known),
        "first_period": str(ends["period"].iloc[0]) if ends is not None else "",
        "first_value": float(ends["value"].iloc[0]) if ends is not None else np.nan,
        "last_period": str(ends["period"].iloc[1]) if ends is not None else "",
        "last_value": float(ends["value"].iloc[1]) if ends is not None else np.nan,
        "change": float(ends["value"].iloc[1] - ends["value"].iloc[0])
        if ends is not None
        else np.nan,
    }


def _since_break(series: pd.DataFrame, indicator: Indicator | None) -> pd.DataFrame:
    """The periods of the present definition."""
    present = str(series["period"].iloc[-1])
    reached = [period for period, _ in (indicator.breaks if indicator else ()) if period <= present]
    return series[series["period"] >= max(reached)] if reached else series
