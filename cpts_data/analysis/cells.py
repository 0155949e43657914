"""Rows found by stratum without a scan, and their sum by place under the rules of the states.

Missing before masked before observed: one missing row makes the sum of a place missing, one masked
row makes it masked and its known part is kept beside it (DOMAIN §8.2, §8.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cpts_data.contracts import STATUS_SUFFIX
from cpts_data.measures import Status


@dataclass(frozen=True)
class Rows:
    """The rows of a source at one level and one period, found by stratum without a scan.

    ``place`` numbers the code of each row in ``codes``; ``positions`` gives the rows of a stratum.
    """

    table: pd.DataFrame
    codes: np.ndarray
    place: np.ndarray
    strata: tuple[str, ...]
    positions: dict[tuple[str, ...], np.ndarray]
    cells: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def of(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """Values (NaN where none) and states (text, empty where the file says nothing)."""
        if column not in self.cells:
            values = self.table[column].to_numpy(dtype=float, na_value=np.nan)
            name = f"{column}{STATUS_SUFFIX}"
            states = np.full(len(values), "", dtype=object)
            if name in self.table:
                told = self.table[name].astype("string").fillna("")
                states = told.to_numpy(dtype=object)
            self.cells[column] = (values, states)
        return self.cells[column]


@dataclass(frozen=True)
class Cells:
    """One figure per place: its value (NaN where none), what it is, what a masked sum hides."""

    codes: np.ndarray
    values: np.ndarray
    masked: np.ndarray
    estimated: np.ndarray
    outside: np.ndarray
    hidden: np.ndarray
    seen: np.ndarray


def last_of(place: np.ndarray) -> np.ndarray:
    """Positions of the last row of each place."""
    last = pd.Series(np.arange(len(place))).groupby(place).last()
    return last.to_numpy(dtype=int)


def largest_of(part: np.ndarray, place: np.ndarray, values: np.ndarray) -> np.ndarray:
    """One row per place: where labels overlap (« Diabète » at two depths), the largest figure."""
    where = place[part]
    if len(np.unique(where)) == len(where):
        return part
    ranked = part[np.lexsort((-np.nan_to_num(values[part], nan=-np.inf), where))]
    first = np.r_[True, place[ranked][1:] != place[ranked][:-1]]
    return ranked[first]


def summed(
    codes: np.ndarray, place: np.ndarray, values: np.ndarray, states: np.ndarray, whole: int
) -> Cells:
    """Add the rows of each place. ``whole``: how many there must be, 0 when any number will do.

    One missing row makes the sum missing; one masked makes it masked, its known part kept.
    """
    size = len(codes)

    def count(rows: np.ndarray) -> np.ndarray:
        return np.bincount(place[rows], minlength=size)

    masked = states == Status.MASKED.value
    known = ~np.isnan(values) & ~masked
    outside = states == Status.NOT_APPLICABLE.value
    rows = np.bincount(place, minlength=size)
    seen = np.bincount(place[known], weights=values[known], minlength=size)
    beyond = (count(outside) == rows) & (rows > 0)
    lost = (count(~known & ~masked & ~outside) > 0) | (count(outside) > 0)
    if whole:
        lost |= rows < whole
    hidden = count(masked)
    there = rows > 0
    cells = Cells(
        codes,
        np.where(lost | (hidden > 0) | beyond, np.nan, seen),
        (hidden > 0) & ~lost,
        (count(states == Status.ESTIMATED.value) > 0) & ~lost & (hidden == 0),
        beyond,
        hidden.astype(float),
        seen,
    )
    return Cells(*(getattr(cells, name)[there] for name in Cells.__dataclass_fields__))


def states_of(cells: Cells) -> np.ndarray:
    """The status of each cell."""
    told = np.full(len(cells.codes), Status.OBSERVED.value, dtype=object)
    told[np.isnan(cells.values)] = Status.MISSING.value
    told[cells.estimated] = Status.ESTIMATED.value
    told[cells.masked] = Status.MASKED.value
    told[cells.outside] = Status.NOT_APPLICABLE.value
    return told


NO_CELLS = Cells(
    np.array([], dtype=object),
    np.array([]),
    *(np.array([], dtype=bool) for _ in range(3)),
    *(np.array([]) for _ in range(2)),
)
