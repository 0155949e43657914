"""Bounds of sums over cells that are known by bounds only (DOMAIN §8.3).

``lower = visible + m x least`` and ``upper = visible + m x most``, tightened by what known totals
leave: a sum is also any total that overlaps it, less the rest of that total, plus what it lacks
(« T - W » of DOMAIN §8.3 is the case where the total holds the whole sum).

The bounds are computed from what is shown and from nothing else: whoever reads them could have
worked them out. Stating them, for any number of territories drawn in any way, tells nothing new:
the guard needs no memory of what was asked before.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from cpts_data.analysis.secrecy.moves import solve


def sum_bounds(
    weights: sparse.csr_array,
    lower: np.ndarray,
    upper: np.ndarray,
    totals: sparse.csr_array | None = None,
    known: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of weighted sums of cells, each cell lying between its own bounds.

    ``weights`` (k x n, at least 0); ``lower, upper`` (n; an infinite upper bound is allowed);
    ``totals`` (m x n) are sums whose values ``known`` (m) everyone has. Each total is used in turn:
    :func:`tight_sum_bounds` uses them together. Returns two arrays of length k.
    """
    wanted = sparse.csr_array(weights)
    least, most = _product(wanted, lower), _product(wanted, upper)
    if totals is None or known is None or not totals.shape[0]:
        return least, most
    columns = sparse.csc_array(totals)
    rows = sparse.csr_array(totals)
    for place in np.flatnonzero(least != most):
        own = wanted[[place]]
        near = np.unique(columns[:, own.indices].indices)
        if not len(near):
            continue
        rest = own.toarray() - rows[near].toarray()
        more, less = np.maximum(rest, 0.0), np.maximum(-rest, 0.0)
        low = known[near] + _dense_product(more, lower) - _dense_product(less, upper)
        high = known[near] + _dense_product(more, upper) - _dense_product(less, lower)
        least[place] = max(least[place], low.max())
        most[place] = min(most[place], high.min())
    return least, np.maximum(most, least)


def tight_sum_bounds(
    weights: sparse.csr_array,
    lower: np.ndarray,
    upper: np.ndarray,
    totals: sparse.csr_array,
    known: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The tightest bounds that all totals together allow: two linear programmes for each sum.

    As :func:`sum_bounds`, whose bounds are kept where the totals contradict each other.
    """
    least, most = sum_bounds(weights, lower, upper, totals, known)
    wanted = sparse.csr_array(weights)
    free = np.flatnonzero(lower < upper)
    fixed = np.where(lower < upper, 0.0, lower)
    matrix = sparse.csr_array(totals)[:, free]
    useful = np.flatnonzero(np.diff(sparse.csr_array(matrix).indptr))
    matrix, right = matrix[useful], (known - np.asarray(totals @ fixed))[useful]
    limits = np.column_stack([lower[free], upper[free]])
    for place in range(wanted.shape[0]):
        cost = wanted[[place]].toarray().ravel()
        base, cost = float(cost @ fixed), cost[free]
        if not cost.any():
            continue
        for sign in (1.0, -1.0):
            point = solve(sign * cost, matrix, right, limits)
            if point is None:
                continue
            end = base + float(cost @ point)
            if sign > 0:
                least[place] = max(least[place], end)
            else:
                most[place] = min(most[place], end)
    return least, np.maximum(most, least)


def _dense_product(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """:func:`_product` of few rows: written out, they cost less than their sparse algebra."""
    endless = np.isinf(values)
    sums: np.ndarray = weights @ np.where(endless, 0.0, values)
    sums[(weights[:, endless] > 0).any(axis=1)] = np.inf
    return sums


def _product(weights: sparse.csr_array, values: np.ndarray) -> np.ndarray:
    """Weighted sums in which a weight of nothing ignores an infinite value."""
    matrix = sparse.csr_array(weights, copy=True)
    matrix.eliminate_zeros()
    endless = np.isinf(values)
    sums = np.asarray(matrix @ np.where(endless, 0.0, values), dtype=float)
    if endless.any():
        sums[np.asarray(matrix @ endless.astype(float)) > 0] = np.inf
    return sums
