"""Intervals at 95 % in plain arithmetic: DOMAIN §7.2 (Wilson), §7.3 (Poisson, Byar), §7.4 (Dobson).

No table and no library: the quantiles of the gamma distribution are found by halving.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)
TAIL = 0.025
FEW = 10


def wilson(count: float, total: float) -> tuple[float, float]:
    """Bounds of a proportion, 0 to 1."""
    spread = Z * math.sqrt(Z * Z + 4 * count * (1 - count / total))
    base = 2 * (total + Z * Z)
    lower = (2 * count + Z * Z - spread) / base
    upper = (2 * count + Z * Z + spread) / base
    return (0.0 if count == 0 else lower), (1.0 if count == total else upper)


def byar(count: float) -> tuple[float, float]:
    """Byar's bounds of ten events or more."""
    above = count + 1
    lower = count * (1 - 1 / (9 * count) - Z / (3 * math.sqrt(count))) ** 3
    upper = above * (1 - 1 / (9 * above) + Z / (3 * math.sqrt(above))) ** 3
    return lower, upper


def poisson(count: float) -> tuple[float, float]:
    """Bounds of a count: exact under ten events, Byar's from ten."""
    if count >= FEW:
        return byar(count)
    # chi2(p ; 2x) / 2 is the quantile p of a gamma distribution of shape x.
    lower = 0.0 if count == 0 else gamma_quantile(count, TAIL)
    return lower, gamma_quantile(count + 1, 1 - TAIL)


def dobson(
    cases: Sequence[float], people: Sequence[float], weights: Sequence[float]
) -> tuple[float, float, float]:
    """Directly standardised rate and its bounds, per person; ten cases or more."""
    whole, observed = sum(weights), sum(cases)
    rate = spread = 0.0
    for count, number, weight in zip(cases, people, weights, strict=True):
        rate += weight * count / number / whole
        spread += weight * weight * count / (number * number) / (whole * whole)
    lower, upper = byar(observed)
    unit = math.sqrt(spread / observed)
    return rate, rate + unit * (lower - observed), rate + unit * (upper - observed)


@cache
def gamma_quantile(shape: float, probability: float) -> float:
    """The x under which a gamma distribution (scale 1) has that probability."""
    low, high = 0.0, shape + 20 * math.sqrt(shape) + 20
    for _ in range(200):
        middle = (low + high) / 2
        if gamma_share(shape, middle) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def gamma_share(shape: float, x: float) -> float:
    """Regularised lower incomplete gamma function, by its power series."""
    if x <= 0:
        return 0.0
    term = total = 1 / shape
    step = shape
    while term > total * 1e-18:
        step += 1
        term *= x / step
        total += term
    return total * math.exp(shape * math.log(x) - x - math.lgamma(shape))
