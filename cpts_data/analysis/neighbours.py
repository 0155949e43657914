"""Statistical neighbours: territories alike in who lives there, wherever they lie.

Each characteristic is standardised (mean 0, standard deviation 1 over the territories that have
it), and the distance between two territories is the weighted Euclidean distance of their
standardised characteristics. With ``w`` the weights and ``c`` the characteristics that both have:

    distance = sqrt( sum_c w (z_i - z_j)^2  x  sum_all w / sum_c w )

The last factor makes distances over fewer characteristics comparable, as scikit-learn's
``nan_euclidean_distances`` does. Under ``minimum_share`` of the weight in common there is none.

Sources: NHS England, RightCare methodology (ten most similar systems on demographic variables);
CIPFA, Nearest Neighbour Model; NHS England, ASC LA Peer Groups (Euclidean distance of standardised
features); DOMAIN §7.7 for the characteristics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

METHOD = (
    "Les territoires comparables sont ceux qui ressemblent le plus au territoire étudié par leurs "
    "caractéristiques, où qu'ils se trouvent. Chaque caractéristique est centrée et réduite, puis "
    "les écarts sont combinés en une distance euclidienne. La méthode est celle des systèmes "
    "anglais (NHS RightCare, CIPFA Nearest Neighbours)."
)
DISTANCE_COLUMNS = ("place", "distance", "shared")
EXPLANATION_COLUMNS = (
    "neighbour",
    "characteristic",
    "label",
    "unit",
    "digits",
    "value",
    "neighbour_value",
    "difference",
    "contribution",
)


class UnknownCharacteristicError(KeyError):
    """Characteristics or territories that the table does not hold (French message)."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Characteristic:
    """One column of the table: its French label, unit, and how it enters the distance.

    ``logarithm`` for sizes and densities, which count by ratio and not by difference: a value that
    is not above zero is then missing. ``weight`` is relative.
    """

    id: str
    label: str
    unit: str = ""
    digits: int = 1
    logarithm: bool = False
    weight: float = 1.0


@dataclass(frozen=True)
class Neighbours:
    """The nearest territories of one, and why.

    ``table`` is indexed by territory, nearest first: ``place`` from 1, ``distance``, ``shared``
    (share of the characteristics' weight known by both). ``explanation`` has one row per neighbour
    and characteristic: both values, ``difference`` in standard deviations (neighbour minus
    territory) and ``contribution``, its share of the squared distance (missing when one of the two
    is unknown). ``unknown`` lists the territories that had too little in common to be compared;
    ``used`` the characteristics that told something.
    """

    territory: str
    table: pd.DataFrame
    explanation: pd.DataFrame
    unknown: tuple[str, ...]
    used: tuple[Characteristic, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The neighbours, nearest first."""
        return tuple(self.table.index)


def nearest(
    table: pd.DataFrame,
    characteristics: Sequence[Characteristic],
    territory: str,
    k: int = 10,
    minimum_share: float = 2 / 3,
) -> Neighbours:
    """The ``k`` statistical neighbours of a territory, with the explanation of each.

    ``table`` has one row per territory (unique index of ids) and at least the columns named by
    ``characteristics``. Fewer than ``k`` are returned when fewer can be compared; equal distances
    are ordered by id.

    Raises :class:`UnknownCharacteristicError` when the table lacks a column or the territory.
    """
    scaled = standardised(table, characteristics)
    if territory not in table.index:
        raise UnknownCharacteristicError(
            f"Le territoire « {territory} » n'est pas dans la table des caractéristiques."
        )
    used = tuple(one for one in characteristics if scaled[one.id].notna().any())
    weights = np.array([one.weight for one in used], dtype=float)
    points = scaled[[one.id for one in used]].to_numpy(dtype=float)
    here = int(np.flatnonzero(np.asarray(table.index == territory))[0])
    distance, shared = _from_one(points, weights, here, minimum_share)
    ids = [str(one) for one in table.index]
    others = [i for i in range(len(ids)) if i != here and not np.isnan(distance[i])]
    order = sorted(others, key=lambda i: (round(float(distance[i]), 12), ids[i]))[:k]
    found = pd.DataFrame(
        {
            "place": np.arange(1, len(order) + 1),
            "distance": distance[order],
            "shared": shared[order],
        },
        index=pd.Index([ids[i] for i in order], name="territory", dtype="str"),
    )
    unknown = tuple(sorted(ids[i] for i in range(len(ids)) if i != here and np.isnan(distance[i])))
    explanation = _explained(table, used, points, weights, here, order)
    return Neighbours(territory, found, explanation, unknown, used)


def nearest_of_all(
    table: pd.DataFrame,
    characteristics: Sequence[Characteristic],
    k: int = 10,
    minimum_share: float = 2 / 3,
) -> dict[str, tuple[str, ...]]:
    """The neighbours of every territory, as :func:`nearest` gives them: id -> ids, nearest first.

    It is what ``references.medians`` takes as groups.
    """
    scaled = standardised(table, characteristics)
    used = [one for one in characteristics if scaled[one.id].notna().any()]
    weights = np.array([one.weight for one in used], dtype=float)
    points = scaled[[one.id for one in used]].to_numpy(dtype=float)
    ids = np.array([str(one) for one in table.index], dtype=object)
    by_name = np.argsort(ids, kind="stable")
    found = {}
    for here, name in enumerate(ids):
        distance, _ = _from_one(points, weights, here, minimum_share)
        distance[here] = np.nan
        order = by_name[np.argsort(np.round(distance[by_name], 12), kind="stable")]
        known = order[~np.isnan(distance[order])]
        found[str(name)] = tuple(str(one) for one in ids[known[:k]])
    return found


def standardised(table: pd.DataFrame, characteristics: Sequence[Characteristic]) -> pd.DataFrame:
    """Characteristics as standard deviations from their mean, one column each.

    Mean and (population) standard deviation are over the territories that have the figure. A
    characteristic that is the same everywhere tells nothing: its column is all missing.
    """
    absent = [one.label for one in characteristics if one.id not in table.columns]
    if absent:
        raise UnknownCharacteristicError(
            "La table des territoires ne contient pas : " + ", ".join(absent) + "."
        )
    columns = {}
    for one in characteristics:
        values = table[one.id].astype(float).replace([np.inf, -np.inf], np.nan)
        if one.logarithm:
            values = np.log(values.where(values > 0))
        spread = values.std(ddof=0)
        flat = not spread > 1e-12 * max(1.0, abs(values.mean()))
        columns[one.id] = (values - values.mean()) / (np.nan if flat else spread)
    return pd.DataFrame(columns, index=table.index)


def _from_one(
    points: np.ndarray, weights: np.ndarray, here: int, minimum_share: float
) -> tuple[np.ndarray, np.ndarray]:
    """Distance of every territory to one, and the share of the weight that both know."""
    squared = (points - points[here]) ** 2
    common = ~np.isnan(squared)
    weight = common @ weights
    total = float(weights.sum())
    shared = weight / total if total > 0 else np.zeros(len(points))
    enough = (shared >= minimum_share - 1e-12) & (weight > 0)
    sums = np.where(common, squared, 0.0) @ weights
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.sqrt(sums * total / weight)
    return np.where(enough, distance, np.nan), shared


def _explained(
    table: pd.DataFrame,
    used: Sequence[Characteristic],
    points: np.ndarray,
    weights: np.ndarray,
    here: int,
    order: Sequence[int],
) -> pd.DataFrame:
    rows = []
    for other in order:
        difference = points[other] - points[here]
        parts = weights * difference**2
        total = np.nansum(parts)
        for place, one in enumerate(used):
            known = not np.isnan(parts[place])
            share = (parts[place] / total if total > 0 else 0.0) if known else np.nan
            rows.append(
                (
                    str(table.index[other]),
                    one.id,
                    one.label,
                    one.unit,
                    one.digits,
                    float(table[one.id].iloc[here]),
                    float(table[one.id].iloc[other]),
                    difference[place],
                    share,
                )
            )
    return pd.DataFrame(rows, columns=list(EXPLANATION_COLUMNS))
