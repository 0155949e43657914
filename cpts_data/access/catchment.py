"""Catchment methods: how much supply an inhabitant reaches, shared with all who reach it too.

Plain sparse products, no loop over pairs. ``demand`` and ``supply`` are Series by place, ``cost``
is a tidy table of pairs, a sparse matrix of minutes (places of ``demand`` x places of ``supply``,
in their order) or :class:`~cpts_data.access.travel.TravelTimes` prepared once; a
:class:`Catchment` prepared once (:func:`catchment`) makes each further profession two products.
A decay may be written as steps, ``{upper bound: weight}``.

>>> import pandas as pd
>>> demand = pd.Series({"a": 1000, "b": 500})
>>> supply = pd.Series({"a": 3})
>>> pairs = pd.DataFrame({"origin": ["a", "b"], "destination": ["a", "a"], "minutes": [0, 18]})
>>> two_step(demand, supply, pairs, max_minutes=20).tolist()
[0.002, 0.002]

Conventions, those of PySAL ``access``: no pair within ``max_minutes`` (included) gives NaN; only
pairs of weight 0 give 0; supply above 0 whose reached demand is 0 gives infinity to whoever
reaches it; a destination without supply counts as 0, missing demand or supply too; a pair given
twice counts twice. A missing or infinite time is beyond reach: no pair.

Sources: Luo and Wang, 2003 (two-step); Luo and Qi, 2009 (enhanced); Wan, Zou and Sternberg, 2012
(three-step).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse

from cpts_data.access.decay import LUO_QI, WAN, Decay, GaussianDecay, StepDecay
from cpts_data.access.travel import TravelTimes
from cpts_data.statistics.inputs import Faults, StatisticsError, as_floats

Cost: TypeAlias = pd.DataFrame | TravelTimes | sparse.sparray | sparse.spmatrix
Fading: TypeAlias = Decay | Mapping[float, float] | None


@dataclass(frozen=True, eq=False)
class Catchment:
    """Weights of all pairs for one decay and one maximum: build with :func:`catchment`.

    ``weights`` is origins x destinations; ``reaching`` tells the origins that have a pair within
    the maximum.
    """

    times: TravelTimes
    weights: sparse.csr_array
    reaching: np.ndarray

    @property
    def origins(self) -> pd.Index:
        """Where people live."""
        return self.times.origins

    @property
    def destinations(self) -> pd.Index:
        """Where supply may be."""
        return self.times.destinations

    def two_step(self, demand: pd.Series, supply: pd.Series) -> pd.Series:
        """Supply per unit of demand, indexed as ``demand``: see :func:`two_step`."""
        people = aligned(demand, self.origins, "la demande")
        places = aligned(supply, self.destinations, "l'offre")
        ratios = ratio(places, self.weights.T @ people)
        found = spread(self.weights, ratios, self.reaching)
        return _as_series(found, self.origins, demand.index)


def catchment(
    cost: pd.DataFrame | TravelTimes,
    decay: Fading = None,
    max_minutes: float | None = None,
    *,
    competing: bool = False,
) -> Catchment:
    """Weigh the pairs once, for any number of professions and scenarios.

    ``decay`` gives the weight of minutes (1 without any); a pair beyond ``max_minutes`` weighs 0.
    ``competing`` makes the weights of the three-step method: ``w² / sum of the origin's w``, the
    sum running over all its pairs, also those beyond the maximum.

    Raises ``StatisticsError`` when a weight is infinite, missing or negative, when the maximum is
    no number of minutes (a missing one is none), when a bare matrix does not say its places.
    """
    farthest = _maximum(max_minutes)
    if sparse.issparse(cost):
        raise StatisticsError(
            "Calcul d'accessibilité impossible : une matrice de temps ne dit pas ses lieux ; "
            "préparez-la avec TravelTimes.from_matrix."
        )
    if isinstance(decay, Mapping):
        decay = StepDecay.of(decay)
    times = cost if isinstance(cost, TravelTimes) else TravelTimes.from_pairs(cost)
    minutes = times.minutes
    weights = np.ones(times.count) if decay is None else np.asarray(decay(minutes), dtype=float)
    if decay is not None and not isinstance(decay, StepDecay | GaussianDecay):
        _check_weights(weights)
    if competing:
        sums = times.with_values(weights) @ np.ones(len(times.destinations))
        shares = np.divide(1.0, sums, out=np.zeros(len(sums)), where=sums > 0)
        weights = weights * weights * shares[times.rows]
    reaching = np.isfinite(times.shortest)
    if farthest is not None:
        weights = weights * (minutes <= farthest)
        reaching = times.shortest <= farthest
    return Catchment(times, times.with_values(weights), reaching)


def weighted_catchment(
    demand: pd.Series,
    supply: pd.Series,
    cost: Cost,
    *,
    max_minutes: float | None = None,
    decay: Fading = None,
) -> pd.Series:
    """Weighted supply within reach of each place of ``demand``, in the unit of ``supply``.

    It is shared with nobody: ``demand`` gives the places and their order, its values do not count.
    Here a destination that ``supply`` does not name is no destination: a place that reaches only
    such ones gets NaN.
    """
    _check_series(demand, "la demande")
    return _within_reach(
        supply, _times(cost, demand, supply), demand.index, max_minutes, decay, "l'offre"
    )


def _within_reach(
    values: pd.Series,
    times: TravelTimes,
    index: pd.Index,
    max_minutes: float | None,
    decay: Fading,
    name: str,
) -> pd.Series:
    """Weighted sum of the values within reach of each place of ``index``."""
    prepared = catchment(times, decay, max_minutes)
    places = aligned(values, prepared.destinations, name)
    reaching = prepared.reaching
    named = prepared.destinations.isin(values.index)
    if not named.all():
        counted = named[times.columns]
        farthest = _maximum(max_minutes)
        if farthest is not None:
            counted &= times.minutes <= farthest
        reaching = np.bincount(times.rows[counted], minlength=len(times.origins)) > 0
    found = spread(prepared.weights, places, reaching)
    return _as_series(found, prepared.origins, index)


def fca_ratio(
    demand: pd.Series,
    supply: pd.Series,
    cost: Cost,
    *,
    neighbours: Cost | None = None,
    max_minutes: float | None = None,
    decay: Fading = None,
) -> pd.Series:
    """Supply within reach of each place over the demand within reach of it, by ``demand``'s index.

    ``neighbours`` holds the times between places of demand (default: ``cost``, which then needs
    the same codes on both sides). NaN when no demand is within reach, or none of either; infinite
    for supply without demand. Borders are those of each place's own circle: supply is not shared
    with those who come from beyond, so prefer :func:`two_step`.
    """
    _check_series(demand, "la demande")
    times = _times(cost, demand, supply)
    around = times if neighbours is None else _times(neighbours, demand, demand)
    people = _within_reach(demand, around, demand.index, max_minutes, decay, "la demande")
    places = _within_reach(supply, times, demand.index, max_minutes, decay, "l'offre")
    return (places.fillna(0.0) / people).rename("accessibilite")


def two_step(
    demand: pd.Series,
    supply: pd.Series,
    cost: Cost,
    *,
    max_minutes: float | None = None,
    decay: Fading = None,
) -> pd.Series:
    """Two-step floating catchment area (2SFCA), indexed as ``demand``.

    First the ratio of each supply to the weighted demand that reaches it, then the weighted sum of
    the ratios that each origin reaches. Unit: that of ``supply`` per unit of ``demand``. What is
    given out equals what there is: ``sum(demand x result) = sum(supply)`` over the supply that
    somebody reaches. Source: Luo and Wang, 2003.
    """
    times = _times(cost, demand, supply)
    return catchment(times, decay, max_minutes).two_step(demand, supply)


def enhanced_two_step(
    demand: pd.Series,
    supply: pd.Series,
    cost: Cost,
    *,
    decay: Fading = LUO_QI,
    max_minutes: float | None = None,
) -> pd.Series:
    """Two-step method with step weights (E2SFCA), indexed as ``demand``. Source: Luo, Qi, 2009."""
    times = _times(cost, demand, supply)
    return catchment(times, decay, max_minutes).two_step(demand, supply)


def three_step(
    demand: pd.Series,
    supply: pd.Series,
    cost: Cost,
    *,
    decay: Fading = WAN,
    max_minutes: float | None = None,
) -> pd.Series:
    """Three-step method (3SFCA), indexed as ``demand``: places compete for each origin.

    Source: Wan, Zou and Sternberg, 2012.
    """
    times = _times(cost, demand, supply)
    return catchment(times, decay, max_minutes, competing=True).two_step(demand, supply)


def _times(cost: Cost, demand: pd.Series, supply: pd.Series) -> TravelTimes:
    """The pairs, prepared: those of a bare matrix join the places of demand and supply."""
    if isinstance(cost, TravelTimes):
        return cost
    if isinstance(cost, pd.DataFrame):
        return TravelTimes.from_pairs(cost)
    _check_series(demand, "la demande")
    _check_series(supply, "l'offre")
    return TravelTimes.from_matrix(cost, demand.index, supply.index)


def _maximum(max_minutes: float | None) -> float | None:
    """The farthest minutes counted, None without any; faults for what is no number of minutes."""
    farthest = as_floats(np.nan if max_minutes is None else max_minutes, "le maximum", finite=False)
    faults = Faults("Calcul d'accessibilité")
    faults.check(farthest < 0, "le temps maximal doit être positif ou nul", farthest)
    faults.stop()
    return None if np.isnan(farthest).all() else float(farthest[0])


def _check_series(values: object, name: str) -> None:
    if not isinstance(values, pd.Series):
        raise StatisticsError(
            f"Calcul d'accessibilité impossible : {name} doit être une série indexée par lieu."
        )


def ratio(supply: np.ndarray, reached: np.ndarray) -> np.ndarray:
    """Supply per unit of demand that reaches it; infinite where nobody does, 0 without supply."""
    found = np.where(supply > 0, np.inf, 0.0)
    return np.divide(supply, reached, out=found, where=reached > 0)


def spread(weights: sparse.csr_array, ratios: np.ndarray, reaching: np.ndarray) -> np.ndarray:
    """Weighted sum of the ratios that each row reaches; NaN for rows that reach nothing."""
    endless = np.isinf(ratios)
    if endless.any():
        found = weights @ np.where(endless, 0.0, ratios)
        found[(weights @ endless.astype(float)) > 0] = np.inf
    else:
        found = weights @ ratios
    found[~reaching] = np.nan
    return found


def aligned(values: pd.Series, places: pd.Index, name: str) -> np.ndarray:
    """Values in the order of the places, 0 where missing.

    ``name`` is how errors call the values in French. Raises ``StatisticsError``: a place given
    twice, a negative or infinite value, codes of another type than those of the matrix.
    """
    _check_series(values, name)
    faults = Faults("Calcul d'accessibilité", values.index)
    found = as_floats(values, name, finite=False)
    faults.check(np.asarray(values.index.duplicated()), f"{name} donne deux fois un même lieu")
    faults.check(np.isinf(found), f"{name} contient une valeur infinie")
    faults.check(found < 0, f"{name} contient une valeur négative", found)
    if not _same_kind(values.index, places):
        faults.add(
            f"les lieux de {name} et ceux des temps de trajet n'ont pas le même type : "
            f"trouvé « {values.index[0]!r} » et « {places[0]!r} » ; un code de commune est un texte"
        )
    faults.stop()
    found = np.nan_to_num(found, nan=0.0)
    if values.index is places or values.index.equals(places):
        return found
    return pd.Series(found, index=values.index).reindex(places, fill_value=0.0).to_numpy()


def _same_kind(given: pd.Index, places: pd.Index) -> bool:
    if not len(given) or not len(places):
        return True
    return pd.api.types.is_numeric_dtype(given.dtype) == pd.api.types.is_numeric_dtype(places.dtype)


def _as_series(values: np.ndarray, places: pd.Index, index: pd.Index) -> pd.Series:
    """Values by place, in the order of ``index``; NaN for places without any pair."""
    if index is places or index.equals(places):
        return pd.Series(values, index=index, name="accessibilite")
    return pd.Series(values, index=places, name="accessibilite").reindex(index)


def _check_weights(weights: np.ndarray) -> None:
    # One sum tells a missing or infinite weight at a third of the price of a test by pair; the
    # decays by step and gaussian cannot give one.
    if not len(weights) or (np.isfinite(weights.sum()) and weights.min() >= 0):
        return
    faults = Faults("Calcul d'accessibilité")
    faults.add(
        "la décroissance donne un poids infini, absent ou négatif ; une décroissance gravitaire "
        "d'exposant négatif demande un temps minimal supérieur à zéro"
    )
    faults.stop()
