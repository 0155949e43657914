"""Is a figure different from a reference, from chance, from its own past.

A reference (département, région, France, target) is taken as a fixed value: a territory differs
from it when the reference lies outside the territory's interval. `polarity` then says whether
higher is better; it is plain text here, any StrEnum of the same values will do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd

from cpts_data.statistics.inputs import (
    Faults,
    Numbers,
    StatisticsError,
    read,
    read_bounds,
)
from cpts_data.statistics.intervals import (
    FEW_EVENTS,
    count_bounds,
    exact_bounds,
    normal_quantile,
)

HIGH_IS_GOOD: Final = "high_is_good"
LOW_IS_GOOD: Final = "low_is_good"
NO_JUDGEMENT: Final = "no_judgement"
_POLARITIES: Final = {HIGH_IS_GOOD: 1, LOW_IS_GOOD: -1, NO_JUDGEMENT: 0}

_LIGHT, _STRONG = 0.95, 0.998


class Verdict(StrEnum):
    """Every answer of `against`: direction, then judgement by polarity, then strength.

    Without judgement there is none in the name. `_NET` is outside the 99.8 % interval too.
    """

    PROCHE = "proche"
    PLUS_ELEVE = "plus_eleve"
    PLUS_ELEVE_FAVORABLE = "plus_eleve_favorable"
    PLUS_ELEVE_DEFAVORABLE = "plus_eleve_defavorable"
    MOINS_ELEVE = "moins_eleve"
    MOINS_ELEVE_FAVORABLE = "moins_eleve_favorable"
    MOINS_ELEVE_DEFAVORABLE = "moins_eleve_defavorable"
    PLUS_ELEVE_NET = "plus_eleve_net"
    PLUS_ELEVE_FAVORABLE_NET = "plus_eleve_favorable_net"
    PLUS_ELEVE_DEFAVORABLE_NET = "plus_eleve_defavorable_net"
    MOINS_ELEVE_NET = "moins_eleve_net"
    MOINS_ELEVE_FAVORABLE_NET = "moins_eleve_favorable_net"
    MOINS_ELEVE_DEFAVORABLE_NET = "moins_eleve_defavorable_net"
    INSUFFISANT = "insuffisant"
    NON_COMPARABLE = "non_comparable"

    @property
    def direction(self) -> int:
        """1 when higher than the reference, -1 when lower, 0 otherwise."""
        return self.startswith("plus_eleve") - self.startswith("moins_eleve")

    @property
    def judgement(self) -> int:
        """1 when better than the reference, -1 when worse, 0 without difference or polarity."""
        return ("_favorable" in self) - ("_defavorable" in self)

    @property
    def strong(self) -> bool:
        """Whether the reference also lies outside the wider interval."""
        return self.endswith("_net")


def against(
    lower: Numbers,
    upper: Numbers,
    reference: Numbers,
    polarity: str | pd.Series = NO_JUDGEMENT,
    strong: tuple[Numbers, Numbers] | None = None,
) -> Any:
    """Compare an interval with a reference value; the answer is a `Verdict` code.

    `lower, upper` is the 95 % interval; the reference on its edge is still `proche`. For two levels
    pass the 99.8 % interval as `strong`, for instance
    `against(*wilson(x, n), reference, polarity, strong=wilson(x, n, 0.998))`.
    `polarity` is one of `high_is_good`, `low_is_good`, `no_judgement`, or one per row.

    An interval that is missing gives `insuffisant`; a reference that is missing, `non_comparable`.
    Returns one `Verdict` for numbers, an array of codes for arrays, a Series for Series.

    Raises `StatisticsError` on an unknown polarity or a lower bound above its upper bound.

    Source: Fingertips, Public Health Technical Guidance, comparing areas.
    """
    named = {"borne_basse": lower, "borne_haute": upper, "référence": reference}
    if strong is not None:
        named |= {"borne_basse_à_99,8 %": strong[0], "borne_haute_à_99,8 %": strong[1]}
    operands = read_bounds(**named)
    low, high, target, *wider = operands.arrays
    faults = Faults("Comparaison à la référence", operands.index)
    for below, above in zip([low, *wider[:1]], [high, *wider[1:]], strict=True):
        faults.check(below > above, "la borne basse dépasse la borne haute", below)
    faults.stop()

    direction = (target < low).astype(int) - (target > high)
    sign = direction * _signs(polarity, operands.rows())
    net = (target < wider[0]) | (target > wider[1]) if wider else np.zeros(len(low), dtype=bool)
    codes = _VERDICTS[direction, sign, net.astype(int)]
    codes[np.isnan(low) | np.isnan(high)] = Verdict.INSUFFISANT
    codes[np.isnan(target)] = Verdict.NON_COMPARABLE
    return operands.wrap(codes)


class FunnelClass(StrEnum):
    """Place of a territory in a funnel plot, with the labels of the peer (tail probability)."""

    LOW_STRONG = "Low (0.001)"
    LOW = "Low (0.025)"
    NOT_SIGNIFICANT = "Not significant"
    HIGH = "High (0.025)"
    HIGH_STRONG = "High (0.001)"
    FEW_EVENTS = "Not applicable for events less than 10 for dsrs"


def funnel_limits(statistic: str, size: Numbers, benchmark: Numbers) -> pd.DataFrame:
    """Control limits of a funnel plot around `benchmark`, at 95 % (2s) and 99.8 % (3s).

    `statistic` says what is drawn and in which unit:

    - `proportion x100`: `size` is the denominator, `benchmark` a share in 0..1, the limits are
      shares times 100, cut at 0 and 100. They are where the Wilson interval touches the benchmark.
    - `ratio count (obs/exp - 1)`, `ratio isr (x100)`: `size` is the number of observed events,
      `benchmark` a ratio (1); the limits are the ratio less one, or times 100.
    - `rate per 100000`: `size` is the number of events, `benchmark` a rate in the unit of the
      limits.

    Any factor may stand for 100 and 100000; `proportion`, `ratio` and `rate` alone have factor 1.
    At x events a rate or ratio has limits `benchmark * x / U(x)` and `benchmark * x / L(x)`, with
    the exact Poisson limits at every x; at zero events there is no upper limit (infinite).

    Returns `lower_2s, upper_2s, lower_3s, upper_3s`, one row per size. A missing size or benchmark
    gives a missing row; sizes under zero (or zero for a proportion) raise `StatisticsError`.

    Source: Spiegelhalter D (2005), Statistics in Medicine 24:1185-1202; PHEindicatormethods.
    """
    kind, factor, offset = _funnel_statistic(statistic)
    operands = read(taille=size, référence=benchmark)
    x, target = operands.arrays
    faults = Faults("Limites de l'entonnoir", operands.index)
    if kind == "proportion":
        faults.check(x <= 0, "le dénominateur doit être supérieur à zéro", x)
        _check_share(faults, target)
    else:
        faults.check(x < 0, "le nombre d'événements doit être supérieur ou égal à zéro", x)
        faults.check(target < 0, "la référence doit être supérieure ou égale à zéro", target)
    faults.stop()
    limits = {}
    for suffix, level in (("2s", _LIGHT), ("3s", _STRONG)):
        if kind == "proportion":
            low, high = (np.clip(side, 0, 1) for side in _share_limits(x, target, level))
        else:
            low, high = _event_limits(x, target, level)
        limits[f"lower_{suffix}"] = low * factor + offset
        limits[f"upper_{suffix}"] = high * factor + offset
    return pd.DataFrame(limits, index=operands.rows())


def funnel_class(
    statistic: str, numerator: Numbers, denominator: Numbers, benchmark: Numbers
) -> Any:
    """Place of each territory in a funnel plot, as a `FunnelClass` code.

    `statistic` is `proportion` (numerator out of denominator), `ratio` (observed and expected
    events), `rate_crude` (events and population) or `rate_dsr` (events and the denominator that
    gives the standardised rate, `events / rate`). `benchmark` is in units of
    `numerator / denominator`: a share, 1, a rate per inhabitant.

    A proportion is compared with the funnel's limits; a ratio or rate by whether the benchmark lies
    in its own interval (exact under ten events, else Byar). A DSR under ten events has its own
    class, and needs no denominator. A missing value gives a missing class to a ratio; proportions
    and rates refuse it, as the peer does: their benchmark is made of all of them.
    Returns a code, an array or a Series, as `against`.
    """
    kind = str(statistic).partition("_")[0]
    if statistic not in _FUNNEL_STATISTICS:
        raise StatisticsError(
            f"Entonnoir impossible : statistique « {statistic} » inconnue. "
            "Choisissez proportion, ratio, rate_crude ou rate_dsr."
        )
    operands = read(numérateur=numerator, dénominateur=denominator, référence=benchmark)
    x, n, target = operands.arrays
    faults = Faults("Classement dans l'entonnoir", operands.index)
    faults.check(x < 0, "le numérateur doit être supérieur ou égal à zéro", x)
    faults.check(n <= 0, "le dénominateur doit être supérieur à zéro", n)
    if kind == "proportion":
        faults.check((x > n) & (n > 0), "le numérateur ne peut pas dépasser le dénominateur", x)
        _check_share(faults, target)
    if kind != "ratio":
        few = (x < FEW_EVENTS) & (statistic == "rate_dsr")
        absent = np.isnan(x) | (np.isnan(n) & ~few)
        faults.check(absent, "le numérateur ou le dénominateur est absent")
    faults.stop()

    side = np.zeros(len(x), dtype=int)
    for level in (_LIGHT, _STRONG):
        if kind == "proportion":
            low, high = _share_limits(x=n, benchmark=target, level=level)
            side += (x / n > high).astype(int) - (x / n < low)
        else:
            low, high = count_bounds(x, level)
            side += (target < low / n).astype(int) - (target > high / n)
    codes = _FUNNEL_CLASSES[side]
    codes[np.isnan(x) | np.isnan(n) | np.isnan(target)] = None
    if statistic == "rate_dsr":
        codes[x < FEW_EVENTS] = FunnelClass.FEW_EVENTS
    return operands.wrap(codes)


@dataclass(frozen=True)
class Trend:
    """Recent trend of one series: what it does, whether that is good, and the figures behind.

    `direction` is one of `hausse`, `baisse`, `stable` (no significant change), `non_calculable`;
    `judgement` is 1 (better), -1 (worse) or 0; `slope` is per point, `chi_squared` has one degree
    of freedom. Both are NaN when the trend cannot be calculated.
    """

    direction: str
    judgement: int
    slope: float
    chi_squared: float


TREND_POINTS: Final = 5
TREND_THRESHOLD: Final = 9.5495
"""Chi-squared with one degree of freedom at p = 0.002."""


def trend(values: Numbers, lower: Numbers, upper: Numbers, polarity: str = NO_JUDGEMENT) -> Trend:
    """Recent trend over the last five points, with their 95 % intervals, oldest first.

    The standard error of a point is `(upper - lower) / 3.92`; the slope is that of the regression
    weighted by inverse variances. It is significant when chi-squared = (slope / its standard
    error)^2 exceeds 9.5495 and the slope keeps its sign when each point is left out in turn.

    Points are taken as equally spaced. Fewer than five points, a missing value or interval among
    them, or an interval without width, cannot be calculated. After a break in the series, pass only
    the points since.

    Source: Fingertips, Public Health Technical Guidance, recent trends.
    """
    sign = _signs(polarity, pd.RangeIndex(1))[0]
    operands = read_bounds(valeur=values, borne_basse=lower, borne_haute=upper)
    y, low, high = (array[-TREND_POINTS:] for array in operands.arrays)
    error = (high - low) / 3.92
    if len(y) < TREND_POINTS or not (np.isfinite(y) & np.isfinite(error) & (error > 0)).all():
        return Trend("non_calculable", 0, float("nan"), float("nan"))
    weights = 1 / error**2
    slope, information = _slope(y, weights)
    chi_squared = slope**2 * information
    others = [np.arange(TREND_POINTS) != left_out for left_out in range(TREND_POINTS)]
    steady = all(
        np.sign(_slope(y[kept], weights[kept], np.flatnonzero(kept))[0]) == np.sign(slope)
        for kept in others
    )
    if not (chi_squared > TREND_THRESHOLD and steady):
        return Trend("stable", 0, slope, chi_squared)
    rising = slope > 0
    return Trend(
        "hausse" if rising else "baisse", int(sign if rising else -sign), slope, chi_squared
    )


def _slope(
    y: np.ndarray, weights: np.ndarray, position: np.ndarray | None = None
) -> tuple[float, float]:
    """Weighted least squares slope and the information (inverse variance) it carries."""
    x = np.arange(len(y)) if position is None else position
    centred = x - np.average(x, weights=weights)
    information = float(np.sum(weights * centred**2))
    return float(np.sum(weights * centred * y)) / information, information


def _verdicts() -> np.ndarray:
    """Codes by direction, judgement (both -1, 0, 1, as wrapped indices) and strength."""
    codes = np.empty((3, 3, 2), dtype=object)
    codes.fill(Verdict.PROCHE)
    for verdict in Verdict:
        if verdict.direction:
            codes[verdict.direction, verdict.judgement, int(verdict.strong)] = verdict
    return codes


_VERDICTS: Final = _verdicts()

_FUNNEL_CLASSES: Final = np.array(
    [
        FunnelClass.NOT_SIGNIFICANT,
        FunnelClass.HIGH,
        FunnelClass.HIGH_STRONG,
        FunnelClass.LOW_STRONG,
        FunnelClass.LOW,
    ],
    dtype=object,
)
"""Indexed by the number of levels crossed: 0, 1, 2, then -2 and -1 from the end."""


_FUNNEL_STATISTICS: Final = ("proportion", "ratio", "rate", "rate_crude", "rate_dsr")


def _signs(polarity: str | pd.Series, rows: pd.Index) -> np.ndarray:
    given = list(polarity) if isinstance(polarity, pd.Series | list | tuple) else [polarity]
    unknown = sorted({str(one) for one in given if one not in _POLARITIES})
    if unknown:
        raise StatisticsError(
            f"Polarité inconnue : {', '.join(unknown)}. "
            f"Polarités admises : {', '.join(_POLARITIES)}."
        )
    signs = np.array([_POLARITIES[one] for one in given])
    if len(signs) not in (1, len(rows)):
        raise StatisticsError("Il faut une seule polarité, ou une par ligne.")
    return np.broadcast_to(signs, (len(rows),))


def _funnel_statistic(statistic: str) -> tuple[str, float, float]:
    """Kind, factor and offset of the limits named by `statistic`."""
    for pattern, kind, offset in (
        (r"proportion(?: x(\d+))?", "proportion", 0),
        (r"ratio count \(obs/exp - 1\)", "event", -1),
        (r"ratio(?: isr \(x(\d+)\))?", "event", 0),
        (r"rate(?: per \d+)?", "event", 0),
    ):
        match = re.fullmatch(pattern, str(statistic))
        if match:
            factor = match.group(1) if match.re.groups else None
            return kind, float(factor or 1), offset
    raise StatisticsError(
        f"Entonnoir impossible : statistique « {statistic} » inconnue. Choisissez "
        "« proportion x100 », « ratio count (obs/exp - 1) », « ratio isr (x100) » "
        "ou « rate per 100000 »."
    )


def _share_limits(x: np.ndarray, benchmark: np.ndarray, level: float) -> tuple[Any, Any]:
    spread = normal_quantile(level) * np.sqrt(benchmark * (1 - benchmark) / x)
    return benchmark - spread, benchmark + spread


def _event_limits(x: np.ndarray, benchmark: np.ndarray, level: float) -> tuple[Any, Any]:
    lower, upper = exact_bounds(x, level)
    above = np.full(len(x), np.inf)
    np.divide(x, lower, out=above, where=lower != 0)
    # Around a benchmark of nothing there is no room, whatever the number of events.
    high = benchmark.copy()
    np.multiply(benchmark, above, out=high, where=benchmark > 0)
    return benchmark * (x / upper), high


def _check_share(faults: Faults, benchmark: np.ndarray) -> None:
    faults.check(
        (benchmark < 0) | (benchmark > 1),
        "la référence d'une proportion doit être comprise entre 0 et 1",
        benchmark,
    )
