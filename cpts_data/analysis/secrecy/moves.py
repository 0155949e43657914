"""Other tables that agree with all that is shown: linear programmes over the hidden cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

TOLERANCE = 1e-6
# A programme that needs more than this is given up: another way is then taken, never a longer wait.
_MOST_ITERATIONS = 50_000
_DEAREST = 10.0


@dataclass(frozen=True)
class Table:
    """Cells, the sums of them that one would show, and what must be protected.

    ``value`` (n) is one table that agrees with all that we hold: the true one where we know it.
    ``hidden`` says which cells are hidden whatever happens, ``hideable`` which may be hidden too.
    ``lower, upper`` (n) are what anyone knows of a cell once it is hidden. ``goal_low, goal_high``
    (n) are the ends that a protected cell must be able to take (NaN: not protected). ``cost`` (n)
    is the cost of hiding, for one unit of change.

    ``rows`` (m x n, weights of at least 0) are the sums; ``shown`` (m) those that one would show
    exactly, ``fixed`` (m) those that are public already and cannot be hidden; ``row_cost`` (m) as
    for cells. A row that is not shown and holds a protected cell needs no protection of its own:
    when the cell may take its highest value, so may the row take that value at least.
    """

    value: np.ndarray
    hidden: np.ndarray
    hideable: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    goal_low: np.ndarray
    goal_high: np.ndarray
    cost: np.ndarray
    rows: sparse.csr_array
    shown: np.ndarray
    fixed: np.ndarray
    row_cost: np.ndarray

    @cached_property
    def columns(self) -> sparse.csc_array:
        """The sums, ready to be cut by cell."""
        return sparse.csc_array(self.rows)

    @cached_property
    def sums(self) -> np.ndarray:
        """Value of each row (m)."""
        return np.asarray(self.rows @ self.value)


@dataclass
class Choice:
    """What is hidden so far: cells (n), and rows that are still shown (m)."""

    hidden: np.ndarray
    shown: np.ndarray


@dataclass(frozen=True)
class Move:
    """A change of the table that no reader of what is shown can rule out: cells and amounts."""

    cells: np.ndarray
    change: np.ndarray


@dataclass(frozen=True)
class Wish:
    """What a move should reach: ``reward`` (one per cell) is maximised, less the costs of hiding.

    ``ends`` are cells that must change by exactly ``amounts`` (positions among the cells asked).
    ``hiding`` allows cells that are shown to change, and sums that cost ``dearest`` at most: the
    caller then hides them.
    """

    reward: np.ndarray
    ends: np.ndarray | None = None
    amounts: np.ndarray | None = None
    hiding: bool = True
    dearest: float = np.inf


def find_move(table: Table, choice: Choice, cells: np.ndarray, wish: Wish) -> Move | None:
    """Change ``cells`` so that the shown rows keep their sums; None when no such change is found.

    Every other cell keeps its value.
    """
    free = choice.hidden[cells]
    own = np.flatnonzero(free)
    more = np.flatnonzero(table.hideable[cells] & ~free) if wish.hiding else own[:0]
    low = (table.lower - table.value)[cells]
    high = (table.upper - table.value)[cells]
    if wish.ends is not None and wish.amounts is not None:
        low[wish.ends] = high[wish.ends] = wish.amounts
    touched = table.columns[:, cells[np.concatenate([own, more])]]
    kept = np.unique(touched.indices)
    kept = kept[choice.shown[kept]]
    block = sparse.csr_array(touched)[kept]
    count, wide = len(own), len(more)
    # A shown cell is written as what is added less what is taken, so that both have a cost.
    parts = [block, -block[:, count:]]
    cost = table.cost[cells[more]]
    # A cell that can only give a little of what a masked cell asks would need others beside it.
    room = np.maximum(-low[more], TOLERANCE)
    less = cost * np.clip(0.5 * table.lower[cells[more]] / room, 1.0, _DEAREST)
    objective = [-wish.reward[own], cost - wish.reward[more], less + wish.reward[more]]
    lows = [low[own], np.zeros(2 * wide)]
    highs = [high[own], np.maximum(high[more], 0.0), np.maximum(-low[more], 0.0)]
    cheap = ~table.fixed[kept] & (table.row_cost[kept] <= wish.dearest) & wish.hiding
    loose = np.flatnonzero(cheap)
    if len(loose):
        ones = (np.ones(len(loose)), (loose, np.arange(len(loose))))
        slack = sparse.csr_array(ones, shape=(len(kept), len(loose)))
        parts += [-slack, slack]
        objective += [table.row_cost[kept[loose]]] * 2
        lows.append(np.zeros(2 * len(loose)))
        highs.append(np.full(2 * len(loose), np.inf))
    matrix = sparse.csr_array(sparse.hstack(parts))
    right = np.zeros(len(kept))
    bounds = np.column_stack([np.concatenate(lows), np.concatenate(highs)])
    found = solve(np.concatenate(objective), matrix, right, bounds)
    if found is None:
        return None
    change = np.zeros(len(cells))
    change[own] = found[:count]
    change[more] = found[count : count + wide] - found[count + wide : count + 2 * wide]
    return _tidy(cells, change)


def solve(
    cost: np.ndarray, matrix: sparse.csr_array, right: np.ndarray, bounds: np.ndarray
) -> np.ndarray | None:
    """The cheapest point with ``matrix @ x = right`` within ``bounds`` (HiGHS); None when none."""
    if not len(cost):
        return None
    some = matrix.shape[0] > 0
    found = linprog(
        cost,
        A_eq=matrix if some else None,
        b_eq=right if some else None,
        bounds=bounds,
        method="highs-ds",
        options={"maxiter": _MOST_ITERATIONS, "presolve": True},
    )
    return np.asarray(found.x) if found.status == 0 else None


def _tidy(cells: np.ndarray, change: np.ndarray) -> Move:
    """Drop the solver's noise: whole numbers where all are whole, nothing where all but nothing."""
    whole = np.round(change)
    if np.abs(change - whole).max(initial=0.0) < TOLERANCE:
        change = whole
    moved = np.abs(change) > TOLERANCE
    return Move(cells[moved], change[moved])
