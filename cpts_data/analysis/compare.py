"""A territory beside its references: département, région, France, and its rank among peers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Rank:
    """Place of a territory among those whose figure is known (1 = highest value)."""

    place: int
    among: int
    median: float
    lowest: float
    highest: float


def rank(values: pd.DataFrame, identifier: str) -> Rank | None:
    """Rank one territory in a ``Values`` table of one indicator, highest value first.

    Ties share the best place. None when the territory's own figure is unknown, or alone.
    """
    known = values.loc[values["value"].notna()].set_index("territory")["value"].astype(float)
    if identifier not in known.index or len(known) < 2:
        return None
    place = int((known > known[identifier]).sum()) + 1
    return Rank(
        place=place,
        among=len(known),
        median=float(known.median()),
        lowest=float(known.min()),
        highest=float(known.max()),
    )
