"""Strata that add up to a whole, laid over the unit slots, and what is known of each cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cpts_data.analysis.secrecy.primary import primary
from cpts_data.measures import Status, UnitColumn
from cpts_data.territories import Units, inner_rows


@dataclass(frozen=True)
class Strata:
    """Strata that add up to a whole, laid over the slots of the units.

    ``columns`` by stratum, in the order of the cells; ``slots`` are the positions that count (no
    city twice); ``known, masked, missing, outside, estimated`` are boolean (strata x all slots).
    """

    columns: Mapping[str, UnitColumn]
    units: Units
    slots: np.ndarray
    counted: np.ndarray
    known: np.ndarray
    masked: np.ndarray
    outside: np.ndarray
    estimated: np.ndarray

    @property
    def names(self) -> list[str]:
        """The strata, in the order of the cells."""
        return list(self.columns)


def strata_of(
    columns: Mapping[str, UnitColumn], whole: str, units: Units, population: np.ndarray
) -> Strata:
    """Choose the strata that add up, and the slots that count.

    With several columns, ``whole`` is their sum: it is left out of the cells. A unit without
    inhabitants of which nothing is told holds nobody: it is left out too.
    """
    leaves = {name: column for name, column in columns.items() if name != whole}
    if not leaves:
        leaves = dict(columns)
    each = list(leaves.values())
    present = np.logical_or.reduce([column.present for column in each])
    counted = inner_rows(present, units)
    outside = np.stack([column.outside & counted for column in each])
    known = np.stack([column.known & counted for column in each]) & ~outside
    masked = np.stack([column.masked & counted for column in each]) & ~known & ~outside
    estimated = np.stack([column.estimated for column in each]) & known
    told = (known | masked).any(axis=0) | (population > 0)
    slots = np.flatnonzero(counted & told & ~outside.all(axis=0))
    return Strata(leaves, units, slots, counted, known, masked, outside, estimated)


def cells_of(
    strata: Strata,
    threshold: int,
    denominators: Mapping[str, np.ndarray],
    public: Mapping[str, np.ndarray],
    unshown: Collection[str] = (),
    rest: Collection[str] = (),
) -> pd.DataFrame:
    """What is known of each cell, and ``true`` (its value if we hold it).

    ``unshown`` marks the cells of strata that no page shows by unit, ``any_size`` those that the
    producer masks without saying under which count, ``rest`` the strata that are what a count
    leaves of its whole. Rows: stratum by stratum, slots in order.
    """
    tables = []
    for place, (name, column) in enumerate(strata.columns.items()):
        slots = strata.slots
        value = pd.Series(np.where(strata.known[place], column.values, np.nan)[slots])
        word = np.where(strata.masked[place], Status.MASKED.value, "")[slots].astype(object)
        word = np.where(strata.outside[place][slots], Status.NOT_APPLICABLE.value, word)
        first = max(threshold, column.threshold or 0)
        open_to_all = public[name][slots] if name in public else np.zeros(len(slots), dtype=bool)
        whole = pd.Series(denominators[name][slots]) if name in denominators else None
        zeros = column.zeros_published
        told = pd.Series(word)
        stated, bare = (
            primary(value, told, threshold=first, zeros_published=zeros, whole=whole, ours=ours)
            for ours in (True, False)
        )
        stated.loc[open_to_all] = bare.loc[open_to_all]
        masked = strata.masked[place][slots]
        stated.loc[masked, ["lower", "upper"]] = _masked_limits(column, slots, stated, whole)[
            masked
        ]
        stated["true"] = value
        stated["any_size"] = masked & (column.threshold is None)
        stated["public"] = open_to_all
        stated["rest"] = name in rest
        stated["unshown"] = (name in unshown) & ~open_to_all
        stated["threshold"] = float(first)
        stated["whole"] = np.inf if whole is None else whole
        stated["stratum"], stated["slot"] = name, slots
        tables.append(stated)
    return pd.concat(tables, ignore_index=True)


def _masked_limits(
    column: UnitColumn, slots: np.ndarray, stated: pd.DataFrame, whole: pd.Series | None
) -> np.ndarray:
    """Least and most (slots x 2) of cells that the producer masked, communes merged since included.

    Merged communes add what is seen of them and the bounds of each masked one. A producer that does
    not say its threshold may have masked a count of any size.
    """
    seen = np.zeros(len(slots)) if column.seen is None else column.seen[slots]
    seen = np.nan_to_num(seen, nan=0.0)
    count = np.ones(len(slots)) if column.hidden is None else column.hidden[slots]
    most = np.full(len(slots), np.inf) if whole is None else whole.to_numpy(dtype=float)
    if column.threshold is None:
        return np.column_stack([seen, most])
    lower = seen + count * stated["lower"].to_numpy(dtype=float)
    upper = seen + count * stated["upper"].to_numpy(dtype=float)
    return np.column_stack([lower, np.minimum(upper, most)])
