"""Shuffled maps: what a spatial statistic would be if values stood at random places.

The generator is one's own, from `seed`: the same inputs give the same result whatever other
sessions draw meanwhile. Weights are sparse matrices, row the territory, column its neighbour.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse

_BATCH: Final = 200


def cross_products(
    y: np.ndarray,
    matrix: sparse.csr_array,
    permutations: int,
    seed: int,
    differences: bool = False,
) -> np.ndarray:
    """Sum of `w_ij y_i y_j` for each shuffling of `y`, or of `w_ij (y_i - y_j)^2`."""
    margins = np.asarray(matrix.sum(axis=0)).ravel() + np.asarray(matrix.sum(axis=1)).ravel()
    random = np.random.default_rng(seed)
    results = []
    for start in range(0, permutations, _BATCH):
        size = min(_BATCH, permutations - start)
        shuffled = random.permuted(np.repeat(y[:, np.newaxis], size, axis=1), axis=0)
        cross = (shuffled * (matrix @ shuffled)).sum(axis=0)
        results.append(margins @ shuffled**2 - 2 * cross if differences else cross)
    return np.concatenate(results) if results else np.empty(0)


def conditional_lags(
    y: np.ndarray, matrix: sparse.csr_array, permutations: int, seed: int
) -> Iterator[np.ndarray]:
    """Weighted sum of random neighbours of each place in turn, its own value held aside.

    Weights on the diagonal are left out. Nothing is yielded without permutations.
    """
    if not permutations:
        return
    count = len(y)
    rows = [_others(matrix, place) for place in range(count)]
    most = max(len(weights) for weights in rows)
    random = np.random.default_rng(seed)
    drawn = np.array(
        [random.choice(count - 1, size=most, replace=False) for _ in range(permutations)]
    )
    for place, weights in enumerate(rows):
        others = drawn[:, : len(weights)]
        yield y[others + (others >= place)] @ weights


def tails(
    observed: np.ndarray, simulated: Iterator[np.ndarray], permutations: int
) -> dict[str, np.ndarray]:
    """Two p-values of each place, on the side observed; NaN without permutations.

    `p_simulated` counts draws as `esda` does; `p_with_ties` as `p_with_ties` below.
    """
    if not permutations:
        none = np.full(len(observed), np.nan)
        return {"p_simulated": none, "p_with_ties": none}
    pairs = zip(observed, simulated, strict=True)
    both = np.array([(_peer_p(value, draws), p_with_ties(value, draws)) for value, draws in pairs])
    return {"p_simulated": both[:, 0], "p_with_ties": both[:, 1]}


def p_with_ties(observed: float, draws: np.ndarray) -> float:
    """(smaller tail + 1) / (draws + 1), a draw equal to the value but for rounding in both tails.

    NaN without draws.
    """
    if not len(draws):
        return float("nan")
    rounding = 1e-10 * max(float(np.abs(draws).max()), abs(observed))
    above = int((draws >= observed - rounding).sum())
    below = int((draws <= observed + rounding).sum())
    return (min(above, below) + 1) / (len(draws) + 1)


def _peer_p(observed: float, draws: np.ndarray) -> float:
    above = int((draws >= observed).sum())
    return (min(above, len(draws) - above) + 1) / (len(draws) + 1)


def _others(matrix: sparse.csr_array, place: int) -> np.ndarray:
    row = slice(matrix.indptr[place], matrix.indptr[place + 1])
    return matrix.data[row][matrix.indices[row] != place]
