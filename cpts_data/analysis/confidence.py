"""The interval of a figure at any confidence, from the counts that a ``Values`` table keeps.

A table carries 95 % intervals. The stricter 99.8 % ones, which the synthesis needs, come from the
same counts by the same formula, so that they need not travel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cpts_data.indicators import Indicator
from cpts_data.measures import (
    Expected,
    Interval,
    Ratio,
    StandardisedRate,
    StandardisedRatio,
    Status,
)
from cpts_data.measures.naming import WIDER_LEVELS
from cpts_data.statistics.inputs import confidence_level
from cpts_data.statistics.intervals import byar_bounds, count_bounds, wilson_bounds

STATED = 0.95
STRICT = 0.998
Bounds = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Method:
    """How the interval of an indicator is made.

    ``wilson``: ``numerator`` out of ``denominator``, times ``per``; ``rate``: events (exact under
    ten, else Byar) over ``denominator``, times ``per`` (an observed/expected ratio is one too);
    ``dobson``: a directly standardised rate, whose ``numerator`` is the observed events; ``given``:
    the 95 % interval of the table alone; ``none``: no interval. ``modelled`` says that territories
    smaller than a département have an estimate instead, which has no interval.
    """

    kind: Literal["wilson", "rate", "dobson", "given", "none"] = "given"
    per: float = 1.0
    modelled: bool = False


_GIVEN = Method()
_COUNTED: dict[Interval, Literal["wilson", "rate"]] = {
    Interval.WILSON: "wilson",
    Interval.POISSON: "rate",
}


def methods_of(catalogue: Mapping[str, Indicator]) -> dict[str, Method]:
    """The method of every indicator of a catalogue, read from its measure."""
    return {name: _method(indicator) for name, indicator in catalogue.items()}


def _method(indicator: Indicator) -> Method:
    measure = indicator.measure
    if isinstance(measure, StandardisedRatio):
        return Method("rate", measure.per)
    if isinstance(measure, StandardisedRate):
        return Method("dobson", measure.per)
    if isinstance(measure, Ratio) and measure.interval in _COUNTED:
        modelled = any(isinstance(other, Expected) for other in indicator.otherwise)
        return Method(_COUNTED[measure.interval], measure.per, modelled)
    return _GIVEN


def intervals_at(
    values: pd.DataFrame, methods: Mapping[str, Method], confidence: float = STATED
) -> pd.DataFrame:
    """Bounds of every row of a ``Values`` table at one confidence (0.9..1 or 90..100).

    ``methods`` is by indicator; one without method is ``given``. Returns ``lower, upper`` in the
    unit of the value, with the index of ``values``; missing where no interval can be computed: a
    figure that is not observed (or estimated with an interval of its own), counts that the formula
    refuses, a given interval asked at another confidence than 95 %.

    Source: :mod:`cpts_data.statistics.intervals`; for ``dobson``, the 95 % bounds are widened in
    the ratio of Byar's intervals of the events, which is Dobson's own formula.
    """
    level = confidence_level(confidence)
    kinds, per = _by_row(values, methods)
    x, n = _floats(values, "numerator"), _floats(values, "denominator")
    stated = _floats(values, "lower"), _floats(values, "upper")
    status = values["status"].to_numpy(dtype=object)
    has_own = ~np.isnan(stated[0]) & ~np.isnan(stated[1])
    usable = (status == Status.OBSERVED.value) | ((status == Status.ESTIMATED.value) & has_own)
    lower, upper = np.full(len(values), np.nan), np.full(len(values), np.nan)

    counted = usable & np.isin(kinds, ["wilson", "rate"])
    lower[counted], upper[counted] = _counted(
        kinds[counted], x[counted], n[counted], per[counted], level
    )
    dobson = usable & (kinds == "dobson") & has_own
    value = _floats(values, "value")
    lower[dobson], upper[dobson] = _widened(
        x[dobson], value[dobson], stated[0][dobson], stated[1][dobson], level
    )
    given = usable & (kinds == "given") & (abs(level - STATED) < 1e-12)
    lower[given], upper[given] = stated[0][given], stated[1][given]
    return pd.DataFrame({"lower": lower, "upper": upper}, index=values.index)


def bounds_at(
    values: pd.DataFrame, methods: Mapping[str, Method], end: Literal["lower", "upper"]
) -> tuple[Bounds, Bounds]:
    """Intervals (95 %, 99.8 %) that a ``borne`` row would have if its figure were at one end.

    Missing for the other rows, for indicators without a counting method and for estimates.
    """
    kinds, per = _by_row(values, methods)
    bounded = (values["status"] == Status.BOUNDED.value).to_numpy() & np.isin(
        kinds, ["wilson", "rate"]
    )
    modelled = values["indicator"].isin([name for name, one in methods.items() if one.modelled])
    bounded &= ~(modelled & ~values["level"].isin(WIDER_LEVELS)).to_numpy(dtype=bool)
    n = _floats(values, "denominator")
    count = np.maximum(_floats(values, end) * n / per, 0.0)
    found = []
    for level in (STATED, STRICT):
        lower, upper = np.full(len(values), np.nan), np.full(len(values), np.nan)
        lower[bounded], upper[bounded] = _counted(
            kinds[bounded], count[bounded], n[bounded], per[bounded], level
        )
        found.append((lower, upper))
    return found[0], found[1]


def _by_row(values: pd.DataFrame, methods: Mapping[str, Method]) -> tuple[np.ndarray, np.ndarray]:
    codes, names = pd.factorize(values["indicator"].astype("str"))
    chosen = [methods.get(str(name), _GIVEN) for name in names]
    kinds = np.array([method.kind for method in chosen], dtype=object)
    per = np.array([method.per for method in chosen], dtype=float)
    return kinds[codes], per[codes]


def _counted(
    kinds: np.ndarray, x: np.ndarray, n: np.ndarray, per: np.ndarray, level: float
) -> Bounds:
    """Wilson or Poisson bounds; missing where the counts make no sense for the formula."""
    lower, upper = np.full(len(x), np.nan), np.full(len(x), np.nan)
    with np.errstate(invalid="ignore"):
        # Sums of shares may exceed their whole by a rounding.
        x = np.where((x > n) & (x <= n * (1 + 1e-9)), n, x)
        sound = (x >= 0) & (n > 0)
        share = sound & (kinds == "wilson") & (x <= n)
        events = sound & (kinds == "rate")
    low, high = wilson_bounds(x[share], n[share], level)
    lower[share], upper[share] = low * per[share], high * per[share]
    low, high = count_bounds(x[events], level)
    lower[events] = low / n[events] * per[events]
    upper[events] = high / n[events] * per[events]
    return lower, upper


def _widened(
    events: np.ndarray, value: np.ndarray, lower: np.ndarray, upper: np.ndarray, level: float
) -> Bounds:
    low, high = byar_bounds(events, STATED)
    wide_low, wide_high = byar_bounds(events, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (
            value - (value - lower) * (events - wide_low) / (events - low),
            value + (upper - value) * (wide_high - events) / (high - events),
        )


def _floats(values: pd.DataFrame, name: str) -> np.ndarray:
    return values[name].to_numpy(dtype=float, na_value=np.nan)
