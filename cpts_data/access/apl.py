"""The DREES's APL recomputed: demand by age, bounded activity, step decay, and its own checks.

    demand  P_k = sum by age of weight x residents of unit k        standardised inhabitants
    supply  S_j = sum of the activity counted of the professionals of unit j
    APL     A_i = sum_j w(t_ij) S_j / sum_k w(t_kj) P_k             per standardised inhabitant

Bounds are those of ``data/reference/acces`` (:mod:`cpts_data.reference.access_parameters`): GPs up
to 250 acts a year count for 0, then between 3,600 and 6,000; 5,400 for newcomers; no bound for
centres de santé; weight 1, 2/3, 1/3 up to 10, 15, 20 minutes. What is computed so is never the
published APL, whose activity by doctor and travel times are not open data: show both
(:func:`calibration`), and express scenarios as a change of the published value.

Source: DREES, workbook of the APL, sheet « Paramètres »; Barlet and others, 2012.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cpts_data.access.catchment import Catchment, Cost, aligned, catchment
from cpts_data.access.decay import StepDecay
from cpts_data.reference.access_parameters import ActivityRule, AplParameters
from cpts_data.statistics.inputs import Faults, as_floats

_TOLD = 5


def standardised_demand(
    population: pd.DataFrame, weights: pd.Series, *, total: float | None = None
) -> pd.Series:
    """Standardised inhabitants by unit: each age band weighs what it consumes.

    ``population`` has one row per unit and one column per age band (inhabitants, missing counts as
    0); ``weights`` is indexed by age band. With ``total``, the result is scaled to it: the DREES
    scales to the inhabitants of France, so that one standardised inhabitant is worth one.

    Raises ``StatisticsError``: an age band without weight, or a weight without age band.
    """
    faults = Faults("Population standardisée", population.index)
    for words, lost in (
        ("tranche d'âge sans poids", population.columns.difference(weights.index)),
        (
            "poids sans tranche d'âge dans la population",
            weights.index.difference(population.columns),
        ),
        ("tranche d'âge répétée", population.columns[population.columns.duplicated()]),
        ("poids répété", weights.index[weights.index.duplicated()]),
    ):
        if len(lost):
            faults.add(f"{words} : {', '.join(str(band) for band in lost[:_TOLD])}")
    weight = as_floats(weights, "le poids des âges")
    if np.isnan(weight).any() or (weight < 0).any():
        faults.add("un poids d'âge est absent ou négatif")
    faults.stop()
    people = np.zeros((len(population), len(weights)))
    for place, band in enumerate(weights.index):
        people[:, place] = as_floats(population[band], f"la population « {band} »")
    faults.check(np.asarray((people < 0).any(axis=1)), "une population est négative")
    faults.stop()
    found = np.nan_to_num(people, nan=0.0) @ weight
    if total is not None and found.sum() > 0:
        found *= total / found.sum()
    return pd.Series(found, index=population.index, name="population_standardisee")


def counted_activity(
    activity: pd.Series,
    rule: ActivityRule,
    *,
    newcomer: pd.Series | None = None,
    unbounded: pd.Series | None = None,
) -> pd.Series:
    """Activity counted of each professional, in the unit of ``activity`` (acts a year for GPs).

    ``newcomer`` (true or false) tells those who did not practise the previous year: they get
    ``rule.imputed``, as do those whose activity is missing. ``unbounded`` tells the centres de
    santé: their activity is counted as it is.

    Raises ``StatisticsError``: a negative activity; one missing while the rule imputes nothing.
    """
    values = as_floats(activity, "l'activité")
    fresh = _flags(newcomer, activity.index) | np.isnan(values)
    free = _flags(unbounded, activity.index)
    faults = Faults("Activité comptée", activity.index)
    faults.check(values < 0, "une activité est négative", values)
    if rule.imputed is None:
        faults.check(fresh, "une activité est inconnue et aucune valeur par défaut n'est donnée")
    faults.stop()
    bounded = values.copy()
    if rule.floor is not None:
        bounded = np.maximum(bounded, rule.floor)
    if rule.cap is not None:
        bounded = np.minimum(bounded, rule.cap)
    if rule.nullity is not None:
        bounded = np.where(values <= rule.nullity, 0.0, bounded)
    found = np.where(free, values, bounded)
    if rule.imputed is not None:
        found = np.where(fresh, rule.imputed, found)
    return pd.Series(found, index=activity.index, name="activite_comptee")


def practice_supply(
    practices: pd.DataFrame, rule: ActivityRule, *, max_age: float | None = None
) -> pd.Series:
    """Supply by unit: sum of the activity counted of its professionals.

    ``practices`` has one row per professional and place: ``unit``, ``activity`` (missing: the
    rule's imputed value) and, where known, ``age`` (years), ``newcomer``, ``centre`` (both true or
    false). ``max_age`` is the age, included, of the series « N ans ou moins »; a professional
    whose age is unknown is counted. Demand never changes with it.

    Raises ``StatisticsError``: a column is not there, a professional has no place, a negative
    activity.
    """
    faults = Faults("Offre de soins", practices.index)
    needed = ["unit", "activity"] if max_age is None else ["unit", "activity", "age"]
    for name in needed:
        if name not in practices.columns:
            faults.add(f"la colonne « {name} » est absente de la liste des professionnels")
    faults.stop()
    faults.check(practices["unit"].isna().to_numpy(), "un professionnel n'a pas de commune")
    faults.stop()
    kept = practices
    if max_age is not None:
        kept = practices[~(as_floats(practices["age"], "l'âge des professionnels") > max_age)]
    counted = counted_activity(
        kept["activity"], rule, newcomer=kept.get("newcomer"), unbounded=kept.get("centre")
    )
    return counted.groupby(kept["unit"]).sum().rename("offre")


def apl_catchment(cost: Cost, parameters: AplParameters, *, inclusive: bool = True) -> Catchment:
    """Weigh the travel times with the steps of the APL, for any number of supplies.

    ``inclusive`` says that exactly 10 minutes belongs to « up to 10 » (the default); the DREES's
    sheet leaves it open, and it matters with times in whole minutes.
    """
    return catchment(cost, StepDecay(parameters.steps, inclusive))


def apl(
    demand: pd.Series, supply: pd.Series, cost: Cost | Catchment, parameters: AplParameters
) -> pd.Series:
    """The APL by unit, indexed as ``demand``, in the unit of the profession.

    ``demand`` is in standardised inhabitants. Acts a year per inhabitant for GPs, full-time
    equivalents per 100,000 inhabitants elsewhere (``parameters.per``). NaN where no pair exists.
    """
    prepared = cost if isinstance(cost, Catchment) else apl_catchment(cost, parameters)
    return (prepared.two_step(demand, supply) * parameters.per).rename("apl")


@dataclass(frozen=True)
class Diagnostics:
    """What a computed accessibility conserves and reaches.

    ``supply_total`` = ``supply_given`` (sum of demand x result) + ``supply_idle`` (of places that
    nobody reaches), but for ``conservation_gap``, relative to the total: about 1e-16, or something
    is wrong. ``demand_reached`` is the share of the demand whose result is above 0 (0..1, NaN
    without demand), ``mean`` the result weighted by demand where there is one. ``idle_places`` are
    the codes of the places of supply that nobody reaches, ``lost_places`` those that the matrix
    does not know: their supply is in ``supply_lost``, outside the total. ``without_pair`` counts
    the units that have no pair at all.
    """

    supply_total: float
    supply_given: float
    supply_idle: float
    supply_lost: float
    conservation_gap: float
    demand_total: float
    demand_reached: float
    mean: float
    without_pair: int
    idle_places: tuple[object, ...]
    lost_places: tuple[object, ...]


def diagnostics(demand: pd.Series, supply: pd.Series, prepared: Catchment) -> Diagnostics:
    """Check the conservation of supply and the share of demand reached.

    Both are recomputed from the same ``prepared`` weights, before any factor such as ``per``.
    """
    result = prepared.two_step(demand, supply).to_numpy()
    people = np.nan_to_num(as_floats(demand, "la demande"))
    places = aligned(supply, prepared.destinations, "l'offre")
    reached = prepared.weights.T @ aligned(demand, prepared.origins, "la demande")
    known = supply.index.isin(prepared.destinations)
    idle = (places > 0) & ~(reached > 0)
    counted = np.isfinite(result)
    given = float(people[counted] @ result[counted])
    total, left = float(places.sum()), float(places[idle].sum())
    everyone, measured = float(people.sum()), float(people[counted].sum())
    has = (result > 0) & (people > 0)
    return Diagnostics(
        supply_total=total,
        supply_given=given,
        supply_idle=left,
        supply_lost=float(supply[~known].sum()),
        conservation_gap=(given + left - total) / total if total else 0.0,
        demand_total=everyone,
        demand_reached=float(people[has].sum()) / everyone if everyone else np.nan,
        mean=given / measured if measured else np.nan,
        without_pair=int(np.isnan(result).sum()),
        idle_places=tuple(prepared.destinations[idle]),
        lost_places=tuple(supply.index[~known]),
    )


@dataclass(frozen=True)
class Calibration:
    """How a computed APL stands beside the published one, on the units that have both.

    ``correlation`` (Pearson) and ``rank_correlation`` (Spearman) are weighted by demand for the
    first, plain for the second; means are weighted by demand. ``mean_gap`` is computed minus
    published, ``mean_absolute_gap`` its size, ``within_half`` the share of the demand whose gap is
    at most 0.5. NaN with fewer than three units.
    """

    units: int
    correlation: float
    rank_correlation: float
    mean_computed: float
    mean_published: float
    mean_gap: float
    mean_absolute_gap: float
    within_half: float


def calibration(computed: pd.Series, published: pd.Series, demand: pd.Series) -> Calibration:
    """Compare a computed APL with the published one of the same year, unit by unit.

    ``demand`` (standardised inhabitants) weighs; the three are Series by unit, in any order.
    """
    both = pd.DataFrame({"ours": computed, "theirs": published, "people": demand})
    both = both.replace([np.inf, -np.inf], np.nan).dropna()
    both = both[both["people"] > 0]
    nothing = float("nan")
    if len(both) < 3:
        return Calibration(len(both), *([nothing] * 7))
    ours, theirs, people = (both[name].to_numpy(dtype=float) for name in both.columns)
    share = people / people.sum()
    means = float(share @ ours), float(share @ theirs)
    gaps = ours - theirs
    return Calibration(
        units=len(both),
        correlation=_correlation(ours, theirs, share),
        rank_correlation=_correlation(
            both["ours"].rank().to_numpy(), both["theirs"].rank().to_numpy(), np.ones(len(both))
        ),
        mean_computed=means[0],
        mean_published=means[1],
        mean_gap=means[0] - means[1],
        mean_absolute_gap=float(share @ np.abs(gaps)),
        within_half=float(share @ (np.abs(gaps) <= 0.5)),
    )


def _correlation(first: np.ndarray, second: np.ndarray, weights: np.ndarray) -> float:
    covariance = np.cov(first, second, aweights=weights)
    spread = float(np.sqrt(covariance[0, 0] * covariance[1, 1]))
    return float(covariance[0, 1]) / spread if spread > 0 else float("nan")


def _flags(values: pd.Series | None, index: pd.Index) -> np.ndarray:
    if values is None:
        return np.zeros(len(index), dtype=bool)
    return values.reindex(index).astype("boolean").fillna(False).to_numpy(dtype=bool)
