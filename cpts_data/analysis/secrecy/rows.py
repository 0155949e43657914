"""The figures that pages could show, as sums of cells: one line for those of the same cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from cpts_data.analysis.secrecy.moves import TOLERANCE
from cpts_data.analysis.secrecy.strata import Strata
from cpts_data.analysis.secrecy.suppression import ORDINARY_COST
from cpts_data.territories import Level, Territories

# What each kind of figure is worth: the lower, the sooner it is hidden to protect another.
ROW_COSTS: Mapping[Level, float] = {
    Level.ARRONDISSEMENT: ORDINARY_COST,
    Level.COMMUNE: ORDINARY_COST,
    Level.BASSIN_DE_VIE: 3e3,
    Level.EPCI: 1e4,
    Level.CPTS: 1e5,
    Level.DEPARTEMENT: 3e5,
    Level.REGION: 5e5,
    Level.FRANCE: 1e6,
}
_UNIT_TOTAL_COST = 20.0


@dataclass(frozen=True)
class Row:
    """A figure that a page could show: where it is asked for, and what it is made of."""

    level: Level
    territory: int
    stratum: str
    cells: np.ndarray
    weights: np.ndarray
    given: float = np.nan
    public: bool = False

    @property
    def key(self) -> bytes:
        """The same for rows made of the same cells."""
        return self.cells.tobytes() + self.weights.tobytes()


@dataclass(frozen=True)
class Part:
    """The persons of a given total who live in communes that its territory holds in part.

    ``of`` are the cells of these communes: the part is no larger than they are together.
    """

    stratum: str
    of: np.ndarray


Given = Mapping[tuple[Level, int, str], tuple[float, bool]]
Asked = Mapping[Level, Collection[str]] | None


def rows_of(
    strata: Strata,
    levels: Sequence[Territories],
    whole: str,
    given: Given,
    lacking: Mapping[Level, np.ndarray],
    asked: Asked = None,
) -> tuple[list[Row], list[Part]]:
    """Every figure of the levels, and the parts of cut communes that given totals hold.

    The parts are cells of their own, numbered after the others. A territory that lacks a unit
    (``lacking``) has no figure unless one is given. ``asked`` are the strata shown at each level
    (all of them when None); public totals are known whether they are shown or not.
    """
    everything = [*strata.names, whole] if len(strata.names) > 1 else strata.names
    rows: list[Row] = []
    parts: list[Part] = []
    for territories in levels:
        held = sparse.csr_array(territories.membership)[:, strata.slots]
        held.eliminate_zeros()
        held.sort_indices()
        level = territories.level
        offered = [name for name in everything if asked is None or name in asked[level]]
        for number, without in enumerate(lacking[level]):
            span = slice(held.indptr[number], held.indptr[number + 1])
            units, weights = held.indices[span].astype(np.int64), held.data[span]
            told = {
                name: given[level, number, name]
                for name in everything
                if (level, number, name) in given
                and (name in offered or given[level, number, name][1])
            }
            names = list(told) if without else [*dict.fromkeys([*offered, *told])]
            if not len(units) or not names:
                continue
            shares = _shares(strata, units[weights < 1.0], parts) if told else {}
            for name in names:
                cut = bool(shares) and name in told
                cells, amounts = _cells(strata, name, units, weights, shares if cut else {})
                rows.append(
                    Row(level, number, name, cells, amounts, *told.get(name, (np.nan, False)))
                )
    return rows, parts


def _shares(strata: Strata, cut: np.ndarray, parts: list[Part]) -> dict[str, int]:
    """Number the part of the cut communes by stratum; none where no commune is cut."""
    shares: dict[str, int] = {}
    if not len(cut):
        return shares
    count = len(strata.slots)
    for place, name in enumerate(strata.names):
        shares[name] = count * len(strata.names) + len(parts)
        parts.append(Part(name, cut + place * count))
    return shares


def _cells(
    strata: Strata, name: str, units: np.ndarray, weights: np.ndarray, shares: dict[str, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Cells and weights of a figure: all strata for the whole, shares in place of cut communes."""
    names = [name] if name in strata.names else strata.names
    kept = weights == 1.0 if shares else np.ones(len(units), dtype=bool)
    count = len(strata.slots)
    cells = [units[kept] + strata.names.index(one) * count for one in names]
    amounts = [np.tile(weights[kept], len(names))]
    if shares:
        cells.append(np.array([shares[one] for one in names]))
        amounts.append(np.ones(len(names)))
    return np.concatenate(cells), np.concatenate(amounts)


def merged(
    rows: list[Row], size: int
) -> tuple[sparse.csr_array, dict[tuple[Level, int, str], int], np.ndarray]:
    """One line for the rows made of the same cells."""
    numbers: dict[bytes, int] = {}
    firsts: list[Row] = []
    unique = np.empty(len(rows), dtype=np.int64)
    row_of = {}
    for place, row in enumerate(rows):
        number = numbers.setdefault(row.key, len(firsts))
        if number == len(firsts):
            firsts.append(row)
        unique[place] = number
        row_of[row.level, row.territory, row.stratum] = number
    lengths = [len(row.cells) for row in firsts]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    cells = np.concatenate([row.cells for row in firsts] or [np.empty(0, dtype=np.int64)])
    weights = np.concatenate([row.weights for row in firsts] or [np.empty(0)])
    matrix = sparse.csr_array((weights, cells, starts), shape=(len(firsts), size))
    return matrix, row_of, unique


def told_of(
    rows: list[Row], unique: np.ndarray, count: int, strata: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Given value (infinite when two disagree), publicity and cost of each merged row."""
    told, public, cost = np.full(count, np.nan), np.zeros(count, dtype=bool), np.zeros(count)
    for row, number in zip(rows, unique, strict=True):
        if not np.isnan(row.given):
            same = np.isnan(told[number]) or abs(told[number] - row.given) <= TOLERANCE
            told[number] = row.given if same else np.inf
        public[number] |= row.public
        one_unit = len(row.cells) == strata and row.level in (Level.COMMUNE, Level.ARRONDISSEMENT)
        worth = _UNIT_TOTAL_COST if one_unit else ROW_COSTS[row.level]
        cost[number] = max(cost[number], worth)
    return told, public, cost
