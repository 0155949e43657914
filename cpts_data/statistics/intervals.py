"""Confidence intervals of counts, proportions and rates.

Conventions of the English public-health tool Fingertips: Wilson for proportions, Byar for counts
and rates, exact Poisson limits under ten events. `z` is the normal quantile of (1 + confidence)/2.

Every function takes a number, an array or a Series (all Series of a call share one index, which is
kept) and a confidence level written 0.9..1 or 90..100 (per cent). Missing stays missing. Negative
counts, denominators that cannot divide and levels out of range raise `StatisticsError`.

A denominator of zero is refused by `proportion` and `rate`: a territory without inhabitants has no
rate (« sans objet »), and the caller says so before asking.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import gammainccinv, gammaincinv, ndtri

from cpts_data.statistics.inputs import (
    Faults,
    Numbers,
    StatisticsError,
    confidence_level,
    multiplier,
    read,
)

FEW_EVENTS: Final = 10
"""Under this count Byar's approximation gives way to the exact Poisson limits."""


def wilson(count: Numbers, total: Numbers, confidence: float = 0.95) -> tuple[Any, Any]:
    """Wilson score interval of `count / total`, as two bounds in 0..1.

    `0 <= count <= total`; `total = 0` gives NaN. At confidence 1 the interval is (0, 1), whatever
    the input, missing included: it no longer depends on the data.

    Source: Wilson EB (1927), J Am Stat Assoc 22:209-212; Newcombe and Altman (2000).
    """
    level = confidence_level(confidence)
    operands = read(numérateur=count, dénominateur=total)
    x, n = operands.arrays
    faults = Faults("Intervalle de Wilson", operands.index)
    faults.check(x < 0, "le numérateur doit être supérieur ou égal à zéro", x)
    faults.check(n < 0, "le dénominateur doit être supérieur ou égal à zéro", n)
    faults.check((x > n) & (n >= 0), "le numérateur ne peut pas dépasser le dénominateur", x)
    faults.stop()
    lower, upper = wilson_bounds(x, n, level)
    return operands.wrap(lower), operands.wrap(upper)


def byar(count: Numbers, confidence: float = 0.95) -> tuple[Any, Any]:
    """Byar's interval of a count of events, as two counts.

    The lower bound is NaN for a count of zero, and where the approximation would turn negative.
    Under ten events prefer `exact_poisson`, as `rate` does.

    Source: Breslow and Day (1987), Statistical methods in cancer research, volume II.
    """
    level = confidence_level(confidence)
    operands = read(effectif=count)
    _check_count(operands.arrays[0], operands.index, "Intervalle de Byar")
    lower, upper = byar_bounds(operands.arrays[0], level)
    return operands.wrap(lower), operands.wrap(upper)


def exact_poisson(count: Numbers, confidence: float = 0.95) -> tuple[Any, Any]:
    """Exact Poisson interval of a count of events, as two counts; the lower bound of zero is zero.

    `chi2(a/2; 2x)/2` and `chi2(1 - a/2; 2x + 2)/2`, with `a = 1 - confidence`.

    Source: Garwood F (1936), Biometrika 28:437-442; Armitage and Berry (2002).
    """
    level = confidence_level(confidence)
    operands = read(effectif=count)
    _check_count(operands.arrays[0], operands.index, "Intervalle de Poisson")
    lower, upper = exact_bounds(operands.arrays[0], level)
    return operands.wrap(lower), operands.wrap(upper)


def proportion(
    count: Numbers, total: Numbers, per: float = 1, confidence: float = 0.95
) -> pd.DataFrame:
    """Share `count / total` times `per`, with its Wilson interval.

    Returns one row per element: `value`, `lower`, `upper` (in units of `per`: 100 for per cent)
    and `method`, always `Wilson`. A missing count or total gives a missing row.
    """
    level, factor = confidence_level(confidence), multiplier(per)
    operands = read(numérateur=count, dénominateur=total)
    x, n = operands.arrays
    faults = Faults("Calcul de la proportion", operands.index)
    faults.check(x < 0, "le numérateur doit être supérieur ou égal à zéro", x)
    faults.check(n <= 0, "le dénominateur doit être supérieur à zéro", n)
    faults.check((x > n) & (n > 0), "le numérateur ne peut pas dépasser le dénominateur", x)
    faults.stop()
    missing = np.isnan(x) | np.isnan(n)
    lower, upper = wilson_bounds(x, n, level)
    return _table(
        operands.rows(),
        x / n * factor,
        np.where(missing, np.nan, lower * factor),
        np.where(missing, np.nan, upper * factor),
        "Wilson",
    )


def rate(
    count: Numbers, population: Numbers, per: float = 100_000, confidence: float = 0.95
) -> pd.DataFrame:
    """Rate `count / population` times `per`, with exact (under 10 events) or Byar limits.

    Returns one row per element: `value`, `lower`, `upper` (in units of `per`) and `method`
    (`Exact`, `Byars`, or missing when the count is). The count may exceed the population: events
    may repeat, and then the interval is too narrow (see `standardisation.direct_repeated`).
    """
    level, factor = confidence_level(confidence), multiplier(per)
    operands = read(numérateur=count, dénominateur=population)
    x, n = operands.arrays
    faults = Faults("Calcul du taux", operands.index)
    faults.check(x < 0, "le numérateur doit être supérieur ou égal à zéro", x)
    faults.check(n <= 0, "le dénominateur doit être supérieur à zéro", n)
    faults.stop()
    lower, upper = count_bounds(x, level)
    return _table(
        operands.rows(),
        x / n * factor,
        lower / n * factor,
        upper / n * factor,
        count_method(x),
    )


def grouped(count: Numbers, total: Numbers, by: Any) -> pd.DataFrame:
    """Sum counts and totals by group, to be divided afterwards: sum first, divide last.

    `by` is one label per row. Returns `count` and `total` by group, in order of appearance; one
    missing value makes the sum of its group missing (a hidden part is not a zero).

    Raises `StatisticsError` when there is not one label per row.
    """
    operands = read(numérateur=count, dénominateur=total)
    labels = np.asarray(by)
    if labels.shape != operands.arrays[0].shape:
        raise StatisticsError(
            f"Regroupement impossible : il faut un groupe par ligne ({len(operands.arrays[0])} "
            f"lignes, {labels.size} groupes)."
        )
    frame = pd.DataFrame(
        {"count": operands.arrays[0], "total": operands.arrays[1]}, index=operands.rows()
    )
    return sum_by(frame, labels)


def sum_by(frame: pd.DataFrame, by: Any) -> pd.DataFrame:
    """Sum every column by group, in order of appearance.

    One missing value makes the sum of its group missing.
    """
    sums = frame.groupby(by, sort=False, dropna=False).sum()
    missing = frame.isna().groupby(by, sort=False, dropna=False).any()
    return sums.mask(missing)


def wilson_bounds(x: np.ndarray, n: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Wilson bounds of checked float arrays; `level` in 0.9..1."""
    if level == 1:
        return np.zeros(len(x)), np.ones(len(x))
    z = normal_quantile(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = 2 * x + z**2
        spread = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
        lower = (centre - spread) / (2 * (n + z**2))
        upper = (centre + spread) / (2 * (n + z**2))
    # Rounding would leave a few 1e-17 where the formula is exactly 0 or 1.
    known = n > 0
    lower[known & (x == 0)] = 0.0
    upper[known & (x == n)] = 1.0
    return lower, upper


def byar_bounds(x: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Byar bounds of a checked float array; `level` in 0.9..1."""
    z = normal_quantile(level)
    above = x + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3
        upper = above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3
        lower[~(lower >= 0)] = np.nan
    return lower, upper


def exact_bounds(x: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Exact Poisson bounds of a checked float array; `level` in 0.9..1."""
    tail = (1 - level) / 2
    # Counts are few distinct integers, and the inverse gamma function is slow.
    distinct, position = np.unique(x, return_inverse=True)
    lower = np.zeros(len(distinct))
    positive = ~(distinct == 0)
    lower[positive] = gammaincinv(distinct[positive], tail)
    upper = gammainccinv(distinct + 1, tail)
    return lower[position], upper[position]


def count_bounds(x: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Exact bounds under ten events, Byar's from ten; `level` in 0.9..1."""
    lower, upper = byar_bounds(x, level)
    few = x < FEW_EVENTS
    lower[few], upper[few] = exact_bounds(x[few], level)
    return lower, upper


def count_method(x: np.ndarray) -> np.ndarray:
    """Name of the method `count_bounds` uses for each count: `Exact`, `Byars`, None if missing."""
    return np.array(["Byars", "Exact", None], dtype=object)[
        np.where(np.isnan(x), 2, (x < FEW_EVENTS).astype(int))
    ]


def normal_quantile(level: float) -> float:
    """Two-sided normal quantile of a confidence level in 0.9..1 (infinite at 1)."""
    return float(ndtri((1 + level) / 2))


def _check_count(x: np.ndarray, index: pd.Index | None, task: str) -> None:
    faults = Faults(task, index)
    faults.check(x < 0, "l'effectif doit être supérieur ou égal à zéro", x)
    faults.stop()


def _table(
    rows: pd.Index,
    value: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    method: str | np.ndarray,
) -> pd.DataFrame:
    return pd.DataFrame(
        {"value": value, "lower": lower, "upper": upper, "method": method}, index=rows
    )
