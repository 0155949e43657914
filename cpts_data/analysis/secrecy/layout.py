"""From columns over the unit slots and territories of several levels to one table to protect.

A *cell* is one unit and one stratum; a *row* is a sum of cells that a page could show: a territory
and a stratum, or a territory and all strata. Territories made of the same cells share one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from cpts_data.analysis.secrecy.bounds import sum_bounds
from cpts_data.analysis.secrecy.moves import TOLERANCE, Table, solve
from cpts_data.analysis.secrecy.rows import Asked, Part, merged, rows_of, told_of
from cpts_data.analysis.secrecy.strata import Strata
from cpts_data.measures import Status
from cpts_data.territories import Level, Territories


@dataclass(frozen=True)
class Laid:
    """The table to protect and where each figure is in it.

    ``cells`` (n) tells what is known of each cell (``value, lower, upper, status``) and ``places``
    (n) its unit. ``rows`` (m x n) are all figures and ``row_of`` gives the line of each;
    ``in_table`` (m) is the line in the table to protect (-1 for the figure of a single cell, which
    is shown with it). ``known`` (m) says which rows we know, ``loose`` (m) those that contradict
    their own cells, ``bound`` (m) those that hold a part of a hidden cell, and ``given`` (m) what
    was said of them. ``parts`` counts the cells at the end that are parts of cut communes.
    """

    table: Table
    cells: pd.DataFrame
    places: np.ndarray
    rows: sparse.csr_array
    row_of: Mapping[tuple[Level, int, str], int]
    in_table: np.ndarray
    known: np.ndarray
    loose: np.ndarray
    bound: np.ndarray
    given: np.ndarray
    parts: int


def lay_out(
    strata: Strata,
    levels: Sequence[Territories],
    whole: str,
    cells: pd.DataFrame,
    given: Mapping[tuple[Level, int, str], tuple[float, bool]],
    lacking: Mapping[Level, np.ndarray],
    asked: Asked = None,
) -> Laid:
    """Build the table to protect."""
    rows, parts = rows_of(strata, levels, whole, given, lacking, asked)
    size = len(cells)
    cells = _with_parts(cells, parts)
    matrix, row_of, unique = merged(rows, len(cells))
    told, public, cost = told_of(rows, unique, matrix.shape[0], len(strata.names))
    value, known, loose = _consistent(cells, matrix, told)
    hidden = cells["status"].isin([Status.MASKED.value, Status.MISSING.value]).to_numpy()
    hidden = hidden & ~cells["unshown"].to_numpy(dtype=bool)
    bound = _shares_of_hidden(parts, hidden, matrix, size)
    apart = np.asarray(matrix @ cells["unshown"].to_numpy(dtype=float)) > 0
    kept = np.flatnonzero((np.diff(matrix.indptr) > 1) | np.isfinite(told) | apart)
    in_table = np.full(matrix.shape[0], -1)
    in_table[kept] = np.arange(len(kept))
    shown = (known & ~loose & (~bound | public))[kept]
    anchors = np.concatenate([part.of for part in parts] or [np.empty(0, dtype=np.int64)])
    table = _table(cells, matrix[kept], value, shown, public[kept], cost[kept], anchors)
    places = cells["slot"].to_numpy(dtype=np.int64)
    return Laid(
        table, cells, places, matrix, row_of, in_table, known, loose, bound, told, len(parts)
    )


def _with_parts(cells: pd.DataFrame, parts: list[Part]) -> pd.DataFrame:
    if not parts:
        return cells
    most = cells["upper"].fillna(np.inf).to_numpy()
    added = pd.DataFrame(
        {
            "value": np.nan,
            "lower": 0.0,
            "upper": [float(most[part.of].sum()) for part in parts],
            "status": Status.MISSING.value,
            "true": np.nan,
            "public": False,
            "unshown": False,
            "any_size": False,
            "rest": False,
            "threshold": [float(cells["threshold"].iat[part.of[0]]) for part in parts],
            "whole": np.inf,
            "stratum": [part.stratum for part in parts],
            "slot": [int(cells["slot"].iat[part.of[0]]) for part in parts],
        }
    )
    return pd.concat([cells, added], ignore_index=True)


def _consistent(
    cells: pd.DataFrame, rows: sparse.csr_array, told: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One table that agrees with all that we hold; which rows are known, which contradict it.

    Where we do not know the cells, any values within their bounds that give the known totals will
    do; totals that no values give are set apart.
    """
    true = cells["true"].to_numpy(dtype=float, copy=True)
    outside = (cells["status"] == Status.NOT_APPLICABLE.value).to_numpy()
    true[outside] = 0.0
    unknown = np.isnan(true)
    least, most = _limits(cells)
    seen = np.asarray(rows @ np.where(unknown, 0.0, true))
    open_rows = np.asarray(rows @ unknown.astype(float)) > 0
    loose = np.isinf(told) | (~open_rows & (np.abs(told - seen) > TOLERANCE))
    known = ~open_rows | np.isfinite(told)
    value = np.where(unknown, np.minimum(most, least + 4.0), true)
    asked = np.flatnonzero(open_rows & np.isfinite(told))
    touched = np.flatnonzero(unknown)
    if len(asked):
        matrix = sparse.csr_array(rows[asked][:, touched])
        gap = sparse.eye_array(len(asked), format="csr")
        system = sparse.csr_array(sparse.hstack([matrix, gap, -gap]))
        limits = np.column_stack([least[touched], most[touched]])
        slack = np.tile([0.0, np.inf], (2 * len(asked), 1))
        cost = np.concatenate([np.zeros(len(touched)), np.ones(2 * len(asked))])
        right = told[asked] - seen[asked]
        point = solve(cost, system, right, np.vstack([limits, slack]))
        if point is None:
            loose[asked] = True
        else:
            found = point[: len(touched)]
            whole = np.round(found)
            value[touched] = np.where(np.abs(found - whole) < TOLERANCE, whole, found)
            loose[asked] |= np.abs(matrix @ value[touched] - right) > TOLERANCE
    return value, known, loose


def _limits(cells: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of each cell: none above where nothing is known, nothing where out of the field."""
    outside = (cells["status"] == Status.NOT_APPLICABLE.value).to_numpy()
    least = np.nan_to_num(cells["lower"].to_numpy(dtype=float), nan=0.0)
    most = cells["upper"].fillna(np.inf).to_numpy(dtype=float)
    return np.where(outside, 0.0, least), np.where(outside, 0.0, most)


def _table(
    cells: pd.DataFrame,
    rows: sparse.csr_array,
    value: np.ndarray,
    shown: np.ndarray,
    public: np.ndarray,
    cost: np.ndarray,
    anchors: np.ndarray,
) -> Table:
    status = cells["status"].to_numpy(dtype=object)
    first = cells["threshold"].to_numpy(dtype=float)
    whole = cells["whole"].to_numpy(dtype=float)
    masked = status == Status.MASKED.value
    hidden = masked | (status == Status.MISSING.value)
    least, most = _limits(cells)
    unshown = cells["unshown"].to_numpy(dtype=bool) & (status != Status.NOT_APPLICABLE.value)
    # Anyone knows that what we hide further is neither zero nor under the threshold.
    visible_most = np.where(np.isfinite(whole), whole - first, np.inf)
    seen = (status == Status.OBSERVED.value) & ~unshown
    seen &= ~cells["public"].to_numpy(dtype=bool)
    hideable = seen & (value >= first) & (value <= visible_most)
    # What is known of the part of a commune rests on the commune being shown.
    hideable[anchors] = False
    sums = np.asarray(rows @ value)
    # The bounds of a masked cell are its protection; one of unknown size must seem small or not.
    bounded = masked & np.isfinite(most) & ~cells["any_size"].to_numpy(dtype=bool)
    guarded = hidden & ~unshown
    goal_high = np.where(bounded, most, np.minimum(most, first - 1))
    large = guarded & ~bounded & (np.asarray(shown.astype(float) @ rows) > 0)
    large[large] = _surely_large(large, value, least, most, rows, shown, first)
    # A count masked in what it leaves of its whole: it is small when the rest is nearly all.
    left = guarded & ~bounded & cells["rest"].to_numpy(dtype=bool) & np.isfinite(whole)
    guarded &= ~large | left
    goal_low = np.where(guarded, least, np.nan)
    goal_high = np.where(guarded, goal_high, np.nan)
    goal_low[left] = np.maximum(whole - first + 1, 0.0)[left]
    goal_high[left] = np.maximum(whole - 1, 0.0)[left]
    # What no page shows is nothing to anyone: a small one may seem none, or all of its place.
    few = unshown & (hidden | ((value > 0) & (value < first)))
    goal_low = np.where(few, np.minimum(value, 1.0), goal_low)
    top = np.minimum(np.minimum(first - 1, whole), _of_place(cells, value, unshown))
    goal_high = np.where(few, np.maximum(top, value), goal_high)
    hidden = hidden | unshown
    least, most = np.where(unshown, 0.0, least), np.where(unshown, whole, most)
    secret = _small_rows(rows, sums, hidden, first, whole) & ~public
    return Table(
        value=value,
        hidden=hidden,
        hideable=hideable,
        lower=np.where(hidden, least, np.minimum(first, value)),
        upper=np.maximum(np.where(hidden, most, visible_most), value),
        goal_low=goal_low,
        goal_high=goal_high,
        cost=1.0 + np.log1p(np.maximum(value, 0.0)),
        rows=rows,
        shown=shown & ~secret,
        fixed=public,
        row_cost=cost,
    )


def _of_place(cells: pd.DataFrame, value: np.ndarray, unshown: np.ndarray) -> np.ndarray:
    """For each cell, all the persons of its place who are in cells that no page shows."""
    places = cells["slot"].to_numpy(dtype=np.int64)
    return np.bincount(places, np.where(unshown, value, 0.0))[places]


def _surely_large(
    asked: np.ndarray,
    value: np.ndarray,
    least: np.ndarray,
    most: np.ndarray,
    rows: sparse.csr_array,
    shown: np.ndarray,
    first: np.ndarray,
) -> np.ndarray:
    """Which of the asked cells cannot be under the threshold, from all that we hold.

    Nothing to protect there; nor in a cell that can only be zero.
    """
    places = np.flatnonzero(asked)
    wanted = sparse.csr_array(
        (np.ones(len(places)), (np.arange(len(places)), places)),
        shape=(len(places), len(value)),
    )
    hidden = least < most
    low, high = sum_bounds(
        wanted,
        np.where(hidden, least, value),
        np.where(hidden, most, value),
        rows[np.flatnonzero(shown)],
        np.asarray(rows @ value)[shown],
    )
    return (low >= first[places]) | (high <= 0.0)


def _small_rows(
    rows: sparse.csr_array,
    sums: np.ndarray,
    hidden: np.ndarray,
    first: np.ndarray,
    whole: np.ndarray,
) -> np.ndarray:
    """Rows that count too few persons, or all but too few, and hold a hidden cell."""
    count = len(sums)
    if not count:
        return np.zeros(0, dtype=bool)
    entire = np.ones(count, dtype=bool)
    pairs = rows.tocoo()
    entire[pairs.coords[0][pairs.data != 1.0]] = False
    limit = float(first.max(initial=0.0))
    holds = np.asarray(rows @ hidden.astype(float)) > 0
    endless = np.asarray(rows @ np.isinf(whole).astype(float)) > 0
    rest = np.asarray(rows @ np.where(np.isinf(whole), 0.0, whole)) - sums
    return entire & holds & ((sums < limit) | (~endless & (rest < limit)))


def _shares_of_hidden(
    parts: list[Part], hidden: np.ndarray, rows: sparse.csr_array, size: int
) -> np.ndarray:
    """Rows that hold a part of a hidden cell: the two are bound, we show the cell's bounds only."""
    bound = np.zeros(rows.shape[0], dtype=bool)
    columns = sparse.csc_array(rows)
    for number, part in enumerate(parts):
        if hidden[part.of].any():
            bound[columns[:, [size + number]].indices] = True
    return bound
