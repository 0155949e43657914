"""Classes of values: quantile groups of territories, and the class bounds of a map.

Two different things. `quantile_group` ranks territories into equal groups (deprivation quintiles);
`breaks` cuts the range of values for a legend, and `classify` says into which class each falls.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from cpts_data.statistics.inputs import Numbers, StatisticsError, as_floats

_NO_SPREAD: Final = 1e-300
"""Values this close are one value: a class of such a width rounds to nothing."""


def quantile_group(
    values: Numbers, groups: int, invert: bool | Sequence[bool] | pd.Series = True, by: Any = None
) -> pd.Series:
    """Rank values into `groups` quantile groups, 1 to `groups`; by default 1 holds the highest.

    With N known values and rank r (ties share the lowest), the group is
    `floor((k + 1) - ceil((N + 1 - r) / (N / k)))`, and 0 becomes 1. `by` (one label per row) ranks
    within each of its groups; `invert` may then be one truth value per row, the same inside each
    group. Fewer known values than quantile groups gives missing for all of them.

    Returns an `Int64` Series with the index of `values`, missing where the value is.
    Raises `StatisticsError` when the values are not numbers, when `groups` is not a whole number
    above zero, when `invert` is no truth value or differs inside a group, when `by` does not give
    one label per value.

    Source: Fingertips, Public Health Technical Guidance, assigning deprivation quintiles.
    """
    if not _is_whole(groups):
        raise StatisticsError(
            f"Le nombre de groupes doit être un entier supérieur à zéro ; trouvé {groups!r}."
        )
    values = _as_series(values)
    frame = pd.DataFrame({"value": as_floats(values, "la colonne à classer", finite=False)})
    frame["invert"] = _truths(invert, len(frame))
    label = np.zeros(len(frame), dtype=int) if by is None else np.asarray(by)
    if label.shape != (len(frame),):
        raise StatisticsError(
            f"Classement impossible : il faut un groupe de territoires par valeur ({len(frame)} "
            f"valeurs, {label.size} groupes)."
        )
    group = frame.groupby(label, dropna=False)
    if (group["invert"].transform("min") != group["invert"].transform("max")).any():
        raise StatisticsError(
            "Classement impossible : à l'intérieur d'un même groupe de territoires, le sens du "
            "classement (croissant ou décroissant) doit être le même."
        )
    signed = frame["value"].where(~frame["invert"], -frame["value"])
    rank = signed.groupby(label, dropna=False).rank(method="min")
    known = group["value"].transform("count")
    # The peer's own order of floating-point operations: at exact boundaries it decides the group.
    quantile = np.floor((groups + 1) - np.ceil((known + 1 - rank) / (known / groups)))
    quantile = quantile.where(quantile != 0, 1).where(known >= groups)
    return pd.Series(pd.array(quantile, dtype="Int64"), index=values.index, name=values.name)


def breaks(values: Numbers, method: str, classes: int | Sequence[float] = 5) -> list[float]:
    """Upper bounds of map classes, ascending; each class is `previous < value <= bound`.

    `method` is one of

    - `quantiles`: as many territories in each class (numpy's linear quantiles; repeated bounds are
      merged, so that heavy ties give fewer classes);
    - `jenks`: natural breaks, the optimal classes of Fisher (1958), computed exactly for any
      number of values, without sampling;
    - `egales`: equal widths;
    - `seuils`: fixed thresholds, given as the sequence `classes`; the highest value is added when
      it exceeds them all;
    - `ecarts_types`: mean, plus or minus one and two standard deviations (`classes` unused);
    - `tete_queue`: head/tail breaks for skewed values (`classes` unused).

    Missing and infinite values are left out. With few distinct values bounds are merged, and there
    are fewer classes than asked; without any value the list is empty. The same values give the same
    bounds, whatever their order.

    Raises `StatisticsError` on an unknown method or on a number of classes that is not a whole
    number above zero.
    """
    known = as_floats(values, "la colonne à classer", finite=False)
    known = np.sort(known[np.isfinite(known)])
    if method == "seuils":
        return _thresholds(known, classes)
    if method not in _METHODS:
        raise StatisticsError(
            f"Méthode de classement inconnue : « {method} ». "
            f"Méthodes disponibles : {', '.join([*_METHODS, 'seuils'])}."
        )
    if not isinstance(classes, (int, np.integer)) or isinstance(classes, bool) or classes < 1:
        raise StatisticsError(
            f"Le nombre de classes doit être un entier supérieur à zéro ; trouvé {classes!r}."
        )
    if known.size == 0:
        return []
    if known[-1] - known[0] < _NO_SPREAD:
        return [float(known[-1])]
    return [float(bound) for bound in np.unique(_METHODS[method](known, int(classes)))]


def classify(
    values: Numbers, bounds: Sequence[float], closed: Literal["right", "left"] = "right"
) -> pd.Series:
    """Class of each value among `bounds`, 0 for the lowest, as an `Int64` Series.

    A value equal to a bound belongs to the class under it, or above it with `closed="left"` (a
    threshold that must be reached: « moins de 2,5 »). A value over the last bound belongs to the
    last class, so that bounds made on one map serve another. Missing values have no class.
    """
    values = _as_series(values)
    known = as_floats(values, "la colonne à classer", finite=False)
    side: Literal["left", "right"] = "left" if closed == "right" else "right"
    place = np.searchsorted(np.asarray(bounds, dtype=float), known, side=side)
    place = np.minimum(place, len(bounds) - 1).astype(float)
    place[np.isnan(known) | (len(bounds) == 0)] = np.nan
    return pd.Series(pd.array(place, dtype="Int64"), index=values.index, name=values.name)


def _as_series(values: Numbers) -> pd.Series:
    """The values with an index and a name to give back."""
    return values if isinstance(values, pd.Series) else pd.Series(as_floats(values, "la colonne"))


def _is_whole(number: Any) -> bool:
    """Whether something is a whole number above zero (2 and 2.0 are)."""
    if isinstance(number, bool) or not isinstance(number, (int, float, np.integer, np.floating)):
        return False
    return bool(np.isfinite(number) and number >= 1 and int(number) == number)


def _truths(invert: bool | Sequence[bool] | pd.Series, size: int) -> np.ndarray:
    """One truth value per row, from one or from as many."""
    given = np.atleast_1d(np.asarray(invert, dtype=object))
    sound = all(isinstance(one, (bool, np.bool_)) for one in given)
    if not sound or given.shape not in ((1,), (size,)):
        raise StatisticsError(
            "Classement impossible : le sens du classement est une valeur vraie ou fausse, ou une "
            "par ligne."
        )
    return np.broadcast_to(given.astype(bool), (size,))


def _thresholds(known: np.ndarray, classes: int | Sequence[float]) -> list[float]:
    if isinstance(classes, (int, float, np.number)):
        raise StatisticsError("La méthode « seuils » demande la liste des seuils.")
    bounds = np.unique(as_floats(np.asarray(classes), "la liste des seuils"))
    bounds = bounds[~np.isnan(bounds)]
    if known.size and (bounds.size == 0 or known[-1] > bounds[-1]):
        bounds = np.append(bounds, known[-1])
    return [float(bound) for bound in bounds]


def _mapclassify(scheme: str, known: np.ndarray, **options: int) -> np.ndarray:
    # Imported late: it brings scikit-learn, 1.5 s that only a map with classes should pay.
    import mapclassify

    with warnings.catch_warnings():
        # Fewer classes than asked is a result here, not a surprise.
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(getattr(mapclassify, scheme)(known, **options).bins, dtype=float)


def _quantiles(known: np.ndarray, classes: int) -> np.ndarray:
    return _mapclassify("Quantiles", known, k=classes)


def _equal(known: np.ndarray, classes: int) -> np.ndarray:
    return _mapclassify("EqualInterval", known, k=classes)


def _deviations(known: np.ndarray, classes: int) -> np.ndarray:
    return _mapclassify("StdMean", known)


def _head_tail(known: np.ndarray, classes: int) -> np.ndarray:
    return _mapclassify("HeadTailBreaks", known)


def _jenks(known: np.ndarray, classes: int) -> np.ndarray:
    """Fisher's optimal classes by dynamic programming, each layer by divide and conquer.

    mapclassify's own version needs numba, and n^2 steps: 35,000 communes would take minutes. The
    best split of a longer prefix never lies before that of a shorter one, so that each layer needs
    n log n steps, here vectorised by level. Equal values are one weighted point: no optimum ever
    parts them.
    """
    points, weights = np.unique(known, return_counts=True)
    count = len(points)
    if count <= classes:
        return points
    centred = points - np.average(points, weights=weights)
    centred /= np.abs(centred).max()
    total = np.concatenate([[0.0], np.cumsum(weights)])
    first = np.concatenate([[0.0], np.cumsum(weights * centred)])
    second = np.concatenate([[0.0], np.cumsum(weights * centred**2)])

    def within(start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Sum of squares around their mean of the points start..end-1."""
        mass = first[end] - first[start]
        return second[end] - second[start] - mass**2 / (total[end] - total[start])

    ends = np.arange(1, count + 1)
    best = np.concatenate([[0.0], within(np.zeros_like(ends), ends)])
    splits = []
    for layer in range(2, classes + 1):
        best, split = _layer(best, within, layer, 4e-15 * second[-1])
        splits.append(split)
    bounds = [points[-1]]
    end = count
    for split in reversed(splits):
        end = split[end]
        bounds.append(points[end - 1])
    return np.array(bounds[::-1])


def _layer(
    best: np.ndarray,
    within: Callable[[np.ndarray, np.ndarray], np.ndarray],
    layer: int,
    rounding: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Cost and last split of the best `layer` classes of each prefix, from those of one less."""
    count = len(best) - 1
    cost = np.full(count + 1, np.inf)
    split = np.full(count + 1, count - 1)
    split[:layer] = layer - 1
    step = 1 << ((count - layer + 1).bit_length() - 1)
    while step:
        # Ends solved at this level lie midway between ends already solved, which bracket them.
        ends = np.arange(layer - 1 + step, count + 1, 2 * step)
        low = split[ends - step]
        high = np.minimum(split[np.minimum(ends + step, count)], ends - 1)
        lengths = high - low + 1
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        candidates = np.repeat(low - starts, lengths) + np.arange(lengths.sum())
        costs = best[candidates] + within(candidates, np.repeat(ends, lengths))
        cost[ends] = np.minimum.reduceat(costs, starts)
        # Equal optima (whole numbers have many) differ by rounding: the lowest bound is taken.
        is_best = costs <= np.repeat(cost[ends] + rounding, lengths)
        split[ends] = np.minimum.reduceat(np.where(is_best, candidates, count), starts)
        step //= 2
    return cost, split


_METHODS: Final[dict[str, Callable[[np.ndarray, int], np.ndarray]]] = {
    "quantiles": _quantiles,
    "jenks": _jenks,
    "egales": _equal,
    "ecarts_types": _deviations,
    "tete_queue": _head_tail,
}

METHODS: Final = (*_METHODS, "seuils")
"""Ids of the methods of `breaks`."""
