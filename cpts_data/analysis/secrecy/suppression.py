"""Which further cells to hide so that nobody can work out a masked one from what is shown.

Method: cell suppression against an attacker who knows every sum that is shown (Hundepool et al.,
*Statistical Disclosure Control*, Wiley, 2012, chapter 4: the audit of tau-Argus). What to hide is
found as by Kelly, Golden and Assad (*Networks* 22, 1992) and Fischetti and Salazar-González
(*Management Science* 47, 2001): a linear programme looks for another table that agrees with all
that stays shown and in which masked cells stand at an end of their protection interval, at the
least cost of cells to hide.

**Why the result is safe.** Each table so found is kept as a *witness*. In the end every cell and
every exact sum that stays shown has its true value in every witness, every hidden cell is within
what was known of it beforehand, and each masked cell stands at its lowest in one witness and at its
highest in another. Whoever reads all that is shown cannot rule out a single witness, hence cannot
narrow a masked cell at all. The bounds stated for the other hidden cells and sums are the range of
the witnesses: stating them rules no witness out either. Anything computed from what is shown alone
(the bounds of a composed territory) adds nothing to it.

The run is bounded by a number of linear programmes, never by the clock: the same data must hide
the same cells everywhere and always, or two runs side by side would show what each of them hides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import reverse_cuthill_mckee

from cpts_data.analysis.secrecy.moves import TOLERANCE, Choice, Move, Table, Wish, find_move

_SEED = 20_260_101
_FREE_ROUNDS = 4
_WIDENING_ROUNDS = 4
# Programmes at most: a number, and more for each block of cells.
_MOST_PROGRAMMES, _MORE_BY_BLOCK = 200, 100
_ROOM = 100.0
# Cells of one programme: small ones first, wide ones for what they could not protect.
_SMALL, _LARGE = 1_500, 6_000
# Rewards of a masked cell at its end: in passing, and worth hiding ordinary cells for.
_IN_PASSING, _WORTH = 0.01, 200.0
# Sums up to this cost are hidden before those of the zones.
ORDINARY_COST = 1_000.0
# A sum of more cells than this binds everything: it tells nothing of who is near whom.
_WIDE_ROW = 400


@dataclass(frozen=True)
class Suppression:
    """What is hidden, and the bounds to state.

    ``hidden`` (n) cells and ``shown`` (m) rows; ``lower, upper`` (n) and ``row_lower, row_upper``
    (m) are the ranges of the witnesses (the value itself where shown); ``short`` (n) marks the
    protected cells that what is public already narrows; ``witnesses`` (k x n) are changes from
    ``Table.value``. ``programmes`` counts the linear programmes that were solved.
    """

    hidden: np.ndarray
    shown: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray
    short: np.ndarray
    witnesses: sparse.csr_array
    programmes: int


def suppress(table: Table, units: np.ndarray) -> Suppression:
    """Hide what must be, and no sum of a zone where hiding ordinary cells is enough.

    ``units`` (n) is the place of each cell: cells of one place are treated together.
    """
    search = _Search(table, units)
    search.free()
    search.hide(_SMALL, ORDINARY_COST, tries=1)
    # Beyond one wide block, halves with a quarter on either side: no cell is near an edge.
    if len(search.order) <= _LARGE:
        search.hide(_LARGE, np.inf, tries=2)
    else:
        search.hide(_LARGE // 2, np.inf, tries=2, margin=_LARGE // 4)
    search.alone()
    search.fall_back()
    search.spare()
    search.widen()
    return search.result()


class _Search:
    """The state of one run: what is hidden, what is proved, and the moves that prove it."""

    def __init__(self, table: Table, units: np.ndarray) -> None:
        self.table, self.units = table, units
        self.choice = Choice(table.hidden.copy(), table.shown.copy())
        self.moves: list[Move] = []
        self.programmes = 0
        self.random = np.random.default_rng(_SEED)
        self.low = ~(table.value > table.goal_low + TOLERANCE)
        self.high = ~(table.value < table.goal_high - TOLERANCE)
        self.short = np.zeros(len(table.value), dtype=bool)
        self.order = _order(table, units)
        self.zone = _zones(table.rows, units)
        self.most = _MOST_PROGRAMMES + _MORE_BY_BLOCK * (len(self.order) // _LARGE)
        self._prove_unbound()

    # What is proved

    def _reached(self, move: Move) -> tuple[np.ndarray, np.ndarray]:
        """Which of the cells of a move then stand at their low end, and which at their high end."""
        value = self.table.value[move.cells] + move.change
        low = value <= self.table.goal_low[move.cells] + TOLERANCE
        return low, value >= self.table.goal_high[move.cells] - TOLERANCE

    def _changed_rows(self, move: Move) -> np.ndarray:
        part = self.table.columns[:, move.cells]
        return np.flatnonzero(np.abs(np.asarray(part @ move.change)) > TOLERANCE)

    def _keep(self, move: Move | None) -> bool:
        """Note a move and hide what it changes; False when there is none."""
        self.programmes += 1
        if move is None:
            return False
        if len(move.cells):
            self.choice.hidden[move.cells] = True
            self.choice.shown[self._changed_rows(move)] = False
            self.moves.append(move)
            low, high = self._reached(move)
            self.low[move.cells] |= low
            self.high[move.cells] |= high
        return True

    def _prove_unbound(self) -> None:
        """A masked cell that no shown sum holds may take any value, whatever the others do."""
        table = self.table
        bound = np.asarray(table.shown.astype(float) @ table.rows) > 0
        for goal in (table.goal_low, table.goal_high):
            change = goal - table.value
            cells = np.flatnonzero(~bound & ~np.isnan(goal) & (np.abs(change) > TOLERANCE))
            if len(cells):
                self._keep(Move(cells, change[cells]))
        self.programmes = 0
        self.order = self.order[bound[self.order]]

    # Looking for moves

    def _blocks(self, most: int, margin: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Cells in blocks of near places, at most so many each, and which are its own.

        With a margin, a block also holds so many cells of its neighbours on either side.
        """
        total = len(self.order)
        ends = np.linspace(0, total, -(-total // most) + 1).astype(int) if total else [0]
        for start, end in pairwise(ends):
            first = max(start - margin, 0)
            cells = self.order[first : end + margin]
            own = np.zeros(len(cells), dtype=bool)
            own[start - first : end - first] = True
            sorting = np.argsort(cells)
            yield cells[sorting], own[sorting]

    def _pull(self, cells: np.ndarray) -> np.ndarray:
        """Which way each cell should still go: 1 up, -1 down, 0 nowhere; drawn when both."""
        down, up = ~self.low[cells], ~self.high[cells]
        way = up.astype(float) - down
        both = up & down
        way[both] = self.random.choice([-1.0, 1.0], int(both.sum()))
        return way * self.random.uniform(0.5, 1.5, len(cells))

    def free(self) -> None:
        """Find the ends that masked cells reach among themselves, with nothing more to hide."""
        for _ in range(_FREE_ROUNDS):
            for cells, _ in self._blocks(_LARGE):
                pull = self._pull(cells)
                if pull.any():
                    self._keep(find_move(self.table, self.choice, cells, Wish(pull, hiding=False)))

    def hide(self, most: int, dearest: float, tries: int, margin: int = 0) -> None:
        """Protect what is not yet, a few cells of each zone at a time, at the least cost."""
        for cells, own in self._blocks(most, margin):
            tried = np.where(own, 0, tries)
            while self.programmes < self.most:
                waiting = np.flatnonzero(~(self.low & self.high)[cells] & (tried < tries))
                if not len(waiting):
                    break
                chosen = self._apart(cells, waiting)
                tried[chosen] += 1
                self._keep(self._move_ends(cells, chosen, dearest))

    def _apart(self, cells: np.ndarray, waiting: np.ndarray) -> np.ndarray:
        """At most one cell by zone and by place, those farthest from their end first."""
        table = self.table
        at = cells[waiting]
        up, down = table.goal_high - table.value, table.value - table.goal_low
        far = np.where(self.high[at], down[at], up[at])
        chosen = waiting[np.argsort(-far, kind="stable")]
        for groups in (self.zone, self.units):
            _, first = np.unique(groups[cells[chosen]], return_index=True)
            chosen = chosen[np.sort(first)]
        return chosen

    def _move_ends(self, cells: np.ndarray, chosen: np.ndarray, dearest: float) -> Move | None:
        """Bring the chosen cells to an end: for a reward, or at any cost when all may be hidden."""
        table, at = self.table, cells[chosen]
        up = ~self.high[at]
        pull = self._pull(cells) * _IN_PASSING
        if np.isinf(dearest):
            amounts = np.where(up, table.goal_high[at], table.goal_low[at]) - table.value[at]
            wish = Wish(pull, ends=chosen, amounts=amounts)
        else:
            pull[chosen] = np.where(up, _WORTH, -_WORTH)
            wish = Wish(pull, dearest=dearest)
        return find_move(table, self.choice, cells, wish)

    def alone(self) -> None:
        """Protect one by one the cells that are left."""
        for cells, own in self._blocks(_LARGE // 2, _LARGE // 4):
            for position in np.flatnonzero(own & ~(self.low & self.high)[cells]):
                while not (self.low & self.high)[cells[position]]:
                    if self.programmes >= self.most:
                        return
                    if not self._protect(cells, int(position)):
                        break

    def _protect(self, cells: np.ndarray, position: int) -> bool:
        """Bring one cell to one end; False when the solver finds no way."""
        cell = cells[position]
        up = not self.high[cell]
        moved = self._keep(self._move_ends(cells, np.array([position]), np.inf))
        if not moved and self.table.fixed.any():
            # What is public already may forbid it: go as far as can be, and say that it is short.
            pull = np.zeros(len(cells))
            pull[position] = (1.0 if up else -1.0) * 1e3 * (1.0 + self.table.row_cost.max())
            moved = self._keep(find_move(self.table, self.choice, cells, Wish(pull)))
            self.short[cell] = moved
        if moved:
            (self.high if up else self.low)[cell] = True
        return moved

    def fall_back(self) -> None:
        """Hide every sum that holds a cell still unprotected: alone, it may take any value."""
        table = self.table
        for cell in np.flatnonzero(~(self.low & self.high)):
            held = table.columns[:, [cell]].indices
            self.choice.shown[held[~table.fixed[held]]] = False
            public = table.fixed[held].any()
            self.short[cell] |= public
            if not public:
                for goal in (table.goal_low[cell], table.goal_high[cell]):
                    self.moves.append(Move(np.array([cell]), np.array([goal - table.value[cell]])))
            self.low[cell] = self.high[cell] = True

    # Afterwards

    def spare(self) -> None:
        """Drop the moves that prove nothing the others do not, and show again what they hid."""
        size = len(self.table.value)
        proofs = []
        for move in self.moves:
            low, high = self._reached(move)
            proofs.append(np.concatenate([move.cells[low], move.cells[high] + size]))
        proved = np.concatenate([np.empty(0, dtype=np.int64), *proofs])
        times = np.bincount(proved, minlength=2 * size)
        value, goal_low, goal_high = self.table.value, self.table.goal_low, self.table.goal_high
        times[:size] += value <= goal_low + TOLERANCE
        times[size:] += value >= goal_high - TOLERANCE
        kept = []
        for move, proof in zip(self.moves, proofs, strict=True):
            if (times[proof] > 1).all() and not self.short[move.cells].any():
                times[proof] -= 1
            else:
                kept.append(move)
        self.moves = kept
        self.choice = Choice(self.table.hidden.copy(), self.table.shown.copy())
        for move in self.moves:
            self.choice.hidden[move.cells] = True
            self.choice.shown[self._changed_rows(move)] = False

    def widen(self) -> None:
        """Find witnesses in which the other hidden cells and sums vary: their stated range."""
        table = self.table
        limit = np.where(np.isfinite(table.upper), table.upper, 2 * table.value + _ROOM)
        near = replace(table, upper=np.maximum(limit, table.value))
        for number in range(_WIDENING_ROUNDS):
            # By cell, then by place: the second moves the totals of the places.
            ways = self.random.choice([-1.0, 1.0], (2, len(table.value)))[number // 2]
            if number // 2:
                ways = ways[self.units]
            for cells, _ in self._blocks(_LARGE):
                if self.choice.hidden[cells].any():
                    way = ways[cells] * (-1.0) ** number
                    self._keep(find_move(near, self.choice, cells, Wish(way, hiding=False)))

    def result(self) -> Suppression:
        """The choice and the range of its witnesses."""
        table = self.table
        witnesses = _stack(self.moves, len(table.value))
        rows = sparse.csr_array(witnesses @ sparse.csr_array(table.rows.T))
        lower, upper = (table.value + span for span in _span(witnesses))
        row_lower, row_upper = (table.sums + span for span in _span(rows))
        still = self.choice.shown
        row_lower[still] = row_upper[still] = table.sums[still]
        return Suppression(
            self.choice.hidden,
            still,
            lower,
            upper,
            row_lower,
            row_upper,
            self.short,
            witnesses,
            self.programmes,
        )


def _stack(moves: list[Move], size: int) -> sparse.csr_array:
    if not moves:
        return sparse.csr_array((1, size))
    lengths = [len(move.cells) for move in moves]
    cells = np.concatenate([move.cells for move in moves])
    change = np.concatenate([move.change for move in moves])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return sparse.csr_array((change, cells, starts), shape=(len(moves), size))


def _span(changes: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Least and most change of each column, none included."""
    low = np.asarray(changes.min(axis=0).todense()).ravel()
    high = np.asarray(changes.max(axis=0).todense()).ravel()
    return np.minimum(low, 0.0), np.maximum(high, 0.0)


def _order(table: Table, units: np.ndarray) -> np.ndarray:
    """Cells that may move, near places side by side (reverse Cuthill-McKee order)."""
    rows = table.rows[np.diff(table.rows.indptr) <= _WIDE_ROW]
    places = int(units.max(initial=-1)) + 1
    grouping = sparse.csr_array(
        (np.ones(len(units)), (np.arange(len(units)), units)), shape=(len(units), places)
    )
    shared = sparse.csr_array(rows @ grouping)
    near = sparse.csr_array(sparse.csr_array(shared.T) @ shared)
    rank = np.empty(places, dtype=int)
    rank[reverse_cuthill_mckee(near, symmetric_mode=True)] = np.arange(places)
    movable = np.flatnonzero(table.hidden | table.hideable)
    return movable[np.argsort(rank[units[movable]], kind="stable")]


def _zones(rows: sparse.csr_array, units: np.ndarray) -> np.ndarray:
    """For each cell, the smallest row that holds cells of several places (else one of its own)."""
    pairs = rows.tocoo()
    number, cells = pairs.coords
    shape = (rows.shape[0], int(units.max(initial=0)) + 1)
    places = sparse.csr_array((np.ones(len(cells)), (number, units[cells])), shape=shape)
    several = np.diff(places.indptr) > 1
    wide = several[number]
    number, cells = number[wide], cells[wide]
    order = np.lexsort([np.diff(rows.indptr)[number], cells])
    held, first = np.unique(cells[order], return_index=True)
    zone = -1 - np.arange(len(units))
    zone[held] = number[order][first]
    return zone
