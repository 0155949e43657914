"""What if a practice opens, a doctor retires, people move: only what changes is computed again.

A :class:`Situation` is prepared once (:func:`situation`), then :func:`simulate` applies changes to
it, in their order, and gives an :class:`Outcome`. The supply places that change, and those that the
people who move can reach, get a new ratio; the units that reach one of them get a new
accessibility; each is summed again in full, never corrected by a difference, so that the result is
that of a complete recomputation.

>>> import pandas as pd
>>> from cpts_data.access.catchment import catchment
>>> from cpts_data.access.changes import Open
>>> from cpts_data.access.decay import StepDecay
>>> pairs = pd.DataFrame({"origin": list("aab"), "destination": list("aba"), "minutes": [0, 9, 9]})
>>> now = situation(
...     pd.Series({"a": 1000.0, "b": 1000.0}),
...     catchment(pairs, StepDecay.of({10: 1})),
...     supply=pd.Series({"a": 4000.0}),
... )
>>> simulate(now, [Open("b", 5000.0)]).table()["after"].tolist()
[7.0, 2.0]
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from scipy import sparse

from cpts_data.access.catchment import Catchment, aligned, ratio, spread
from cpts_data.access.changes import Change, Draft
from cpts_data.access.travel import Status
from cpts_data.statistics.inputs import Faults, as_floats
from cpts_data.territories import Territories

UNDER_SERVED: Final = 2.5
"""Threshold of the APL to general practitioners. Source: DREES, Dossier 17, 2017."""

_ROUNDING: Final = 1e-9
_MANY: Final = 0.2


@dataclass(frozen=True, eq=False)
class Situation:
    """The present, prepared for scenarios: build with :func:`situation`.

    Arrays follow ``units`` (where people live) and ``places`` (where supply may be). ``weights`` is
    units x places, ``transposed`` the same by place, both without pairs of weight 0. ``status`` is
    that of the travel times: ``estime`` must be said wherever a result is shown. Arrays are
    read-only.
    """

    units: pd.Index
    places: pd.Index
    weights: sparse.csr_array
    transposed: sparse.csr_array
    reaching: np.ndarray
    demand: np.ndarray
    population: np.ndarray
    supply: np.ndarray
    reached: np.ndarray
    ratios: np.ndarray
    access: np.ndarray
    practices: pd.DataFrame | None
    per: float
    status: Status

    def __post_init__(self) -> None:
        for array in (self.demand, self.population, self.supply, self.reached, self.access):
            array.setflags(write=False)


def situation(
    demand: pd.Series,
    prepared: Catchment,
    *,
    supply: pd.Series | None = None,
    practices: pd.DataFrame | None = None,
    population: pd.Series | None = None,
    per: float = 1.0,
) -> Situation:
    """Compute the present once.

    ``demand`` is in standardised inhabitants, ``population`` in inhabitants (default: the demand).
    ``practices``, one row per professional with ``unit``, ``activity`` (counted) and ``age`` where
    known, is needed to retire them; ``supply`` by unit defaults to its sums, and may hold more than
    them. ``per`` multiplies supply per inhabitant (``AplParameters.per``).

    Raises ``StatisticsError``: neither supply nor practices, practices beyond the supply of a unit.
    """
    places = _supply(prepared.destinations, supply, practices)
    people = aligned(demand, prepared.origins, "la demande")
    inhabitants = people
    if population is not None:
        inhabitants = aligned(population, prepared.origins, "la population")
    weights = prepared.weights.copy()
    weights.eliminate_zeros()
    transposed = weights.T.tocsr()
    reached = transposed @ people
    ratios = ratio(places, reached)
    access = spread(weights, ratios, prepared.reaching)
    return Situation(
        prepared.origins, prepared.destinations, weights, transposed, prepared.reaching,
        people, inhabitants, places, reached, ratios, access, practices, per,
        prepared.times.status,
    )  # fmt: skip


def with_supply(
    now: Situation, supply: pd.Series | None = None, practices: pd.DataFrame | None = None
) -> Situation:
    """The same demand and times with another supply, given as to :func:`situation`.

    Weights are shared, not copied: the cost is that of one accessibility.
    """
    places = _supply(now.places, supply, practices)
    ratios = ratio(places, now.reached)
    access = spread(now.weights, ratios, now.reaching)
    return replace(now, supply=places, ratios=ratios, access=access, practices=practices)


def _supply(
    index: pd.Index, supply: pd.Series | None, practices: pd.DataFrame | None
) -> np.ndarray:
    """The supply of each place: as given, else the sum of its practices."""
    faults = Faults("Préparation de la simulation")
    if supply is None and practices is None:
        faults.add("donnez l'offre par commune, ou la liste des cabinets")
    faults.stop()
    listed = None if practices is None else practices.groupby("unit")["activity"].sum()
    places = aligned(listed if supply is None else supply, index, "l'offre")
    if listed is not None:
        held = aligned(listed, index, "l'activité des cabinets")
        over = held > places * (1 + _ROUNDING) + _ROUNDING
        for place in index[over]:
            faults.add(f"{place} : les cabinets listés dépassent l'offre de la commune")
        faults.stop()
    return places


@dataclass(frozen=True, eq=False)
class Outcome:
    """A scenario beside the present: arrays by unit, but ``supply``, by place.

    ``access`` is the accessibility after, before ``now.per``; ``demand`` and ``population`` those
    after.
    """

    now: Situation
    supply: np.ndarray
    demand: np.ndarray
    population: np.ndarray
    access: np.ndarray

    @cached_property
    def gap(self) -> np.ndarray:
        """After minus before, in the unit of the indicator; exactly 0 where nothing changes."""
        same = self.access == self.now.access
        with np.errstate(invalid="ignore"):
            found = (self.access - self.now.access) * self.now.per
        found[same] = 0.0
        found[~np.isfinite(found)] = np.nan
        return found

    @cached_property
    def affected(self) -> pd.Index:
        """Units whose accessibility changes (beyond rounding)."""
        return self.now.units[(_sign(self) != 0) | (self.demand != self.now.demand)]

    def table(self, published: pd.Series | None = None) -> pd.DataFrame:
        """Before, after and gap of each unit, with ``population`` (inhabitants after).

        With the ``published`` value by unit, the scenario is expressed as a change of it: columns
        ``publie`` and ``publie_apres`` = published + gap, at least 0. Supply given out is conserved
        by a difference, not by a ratio.
        """
        columns = {
            "before": self.now.access * self.now.per,
            "after": self.access * self.now.per,
            "gap": self.gap,
            "population": self.population,
        }
        if published is not None:
            columns["publie"], columns["publie_apres"] = self._levels(published)
        return pd.DataFrame(columns, index=self.now.units)

    def by_territory(
        self,
        territories: Territories,
        *,
        published: pd.Series | None = None,
        threshold: float | None = UNDER_SERVED,
        weight: pd.Series | None = None,
    ) -> pd.DataFrame:
        """The effect on each territory, indexed as ``territories.table``, with its ``name``.

        - ``before, after, gap``: means weighted by standardised inhabitants, of the published value
          and its change when ``published`` is given, else of the computed one; ``weight`` gives
          other standardised inhabitants (the published ones), which move as the demand does;
        - ``people`` (after), ``people_under_before``, ``people_under_after``: inhabitants below the
          threshold; ``people_lifted`` up to it or above, ``people_lowered`` below it (all four NaN
          when ``threshold`` is None: only GPs have one);
        - ``people_better, people_worse, units_better, units_worse``: whose accessibility rises or
          falls, side effects on neighbours included, among the units that have a value. A unit
          held in part counts for its share.
        """
        columns = self.now.units.get_indexer(territories.units.inner)
        known = columns >= 0
        members = sparse.csr_array(territories.members[:, known])
        place = sparse.csr_array(
            (np.ones(int(known.sum())), (np.arange(int(known.sum())), columns[known])),
            shape=(int(known.sum()), len(self.now.units)),
        )
        index = territories.table.index
        found = self._effects(members @ place, published, threshold, weight, index)
        found.insert(0, "name", territories.table["name"])
        return found

    def summary(
        self,
        inside: Iterable[str] | None = None,
        *,
        published: pd.Series | None = None,
        threshold: float | None = UNDER_SERVED,
        weight: pd.Series | None = None,
    ) -> pd.DataFrame:
        """The effect on all units (``ensemble``), as :meth:`by_territory`.

        With the units ``inside`` a territory, two more rows: ``dedans`` and ``voisinage``, the side
        effects on everyone else.
        """
        rows, names = [np.ones(len(self.now.units))], ["ensemble"]
        if inside is not None:
            within = np.asarray(self.now.units.isin(list(inside)), dtype=float)
            rows, names = [*rows, within, 1 - within], [*names, "dedans", "voisinage"]
        return self._effects(
            sparse.csr_array(np.vstack(rows)), published, threshold, weight, pd.Index(names)
        )

    def _levels(self, published: pd.Series | None) -> tuple[np.ndarray, np.ndarray]:
        if published is None:
            return self.now.access * self.now.per, self.access * self.now.per
        known = published.reindex(self.now.units).to_numpy(dtype=float, na_value=np.nan)
        return known, np.maximum(known + self.gap, 0.0)

    def _weights(self, weight: pd.Series | None) -> tuple[np.ndarray, np.ndarray]:
        """Standardised inhabitants before and after."""
        if weight is None:
            return self.now.demand, self.demand
        before = np.nan_to_num(weight.reindex(self.now.units).to_numpy(dtype=float, na_value=0.0))
        there = self.now.demand > 0
        grown = np.divide(self.demand, self.now.demand, out=np.ones(len(there)), where=there)
        return before, before * grown

    def _effects(
        self,
        members: sparse.csr_array,
        published: pd.Series | None,
        threshold: float | None,
        weight: pd.Series | None,
        index: pd.Index,
    ) -> pd.DataFrame:
        before, after = self._levels(published)
        sign, people = np.where(np.isnan(before), 0, _sign(self)), self.population
        weighs = self._weights(weight)
        sums = {
            "people": people,
            **_crossings(before, after, self.now.population, people, threshold),
            "people_better": people * (sign > 0),
            "people_worse": people * (sign < 0),
        }
        found = {
            "before": _mean(members, before, weighs[0]),
            "after": _mean(members, after, weighs[1]),
        }
        found["gap"] = found["after"] - found["before"]
        found |= {name: members @ values for name, values in sums.items()}
        held = sparse.csr_array(members > 0).astype(float)
        found |= {"units_better": held @ (sign > 0), "units_worse": held @ (sign < 0)}
        table = pd.DataFrame(found, index=index)
        return table.astype({"units_better": int, "units_worse": int})


def simulate(now: Situation, changes: Iterable[Change]) -> Outcome:
    """Apply changes in their order and give the new situation, computed where it differs.

    Raises ``StatisticsError`` with all faults: an unknown commune, more activity or people taken
    than there are, retirement without a list of practices and ages.
    """
    activity = np.empty(0)
    if now.practices is not None:
        activity = np.nan_to_num(as_floats(now.practices["activity"], "l'activité"))
    draft = Draft(
        now.units,
        now.places,
        now.practices,
        now.supply.copy(),
        now.demand.copy(),
        now.population.copy(),
        activity.copy(),
    )
    for change in changes:
        draft.apply(change)
    draft.faults.stop()
    access = _access(now, draft.supply, draft.demand)
    return Outcome(now, draft.supply, draft.demand, draft.population, access)


def _access(now: Situation, supply: np.ndarray, demand: np.ndarray) -> np.ndarray:
    """Accessibility after, summed again in full where, and only where, something changes."""
    movers = np.flatnonzero(demand != now.demand)
    fed = now.weights[movers].indices
    touched = np.unique(np.concatenate([np.flatnonzero(supply != now.supply), fed]))
    if len(touched) > _MANY * len(now.places):
        return spread(now.weights, ratio(supply, now.transposed @ demand), now.reaching)
    reached = now.transposed[touched] @ demand if len(movers) else now.reached[touched]
    ratios = now.ratios.copy()
    ratios[touched] = ratio(supply[touched], reached)
    changed = touched[ratios[touched] != now.ratios[touched]]
    units = np.unique(now.transposed[changed].indices)
    access = now.access.copy()
    access[units] = spread(now.weights[units], ratios, now.reaching[units])
    return access


def _sign(outcome: Outcome) -> np.ndarray:
    """1 where accessibility rises, -1 where it falls, 0 where it changes by rounding at most."""
    with np.errstate(invalid="ignore"):
        change = outcome.access - outcome.now.access
        small = np.abs(change) <= _ROUNDING * np.maximum(outcome.access, outcome.now.access)
    return np.where(small | np.isnan(change), 0, np.sign(np.nan_to_num(change))).astype(int)


def _crossings(
    before: np.ndarray,
    after: np.ndarray,
    people_before: np.ndarray,
    people: np.ndarray,
    threshold: float | None,
) -> dict[str, np.ndarray]:
    """Inhabitants under the threshold and who cross it; NaN where there is no threshold."""
    names = ("people_under_before", "people_under_after", "people_lifted", "people_lowered")
    if threshold is None:
        return {name: np.full(len(people), np.nan) for name in names}
    counted = (
        people_before * (before < threshold),
        people * (after < threshold),
        people * ((before < threshold) & (after >= threshold)),
        people * ((before >= threshold) & (after < threshold)),
    )
    return dict(zip(names, counted, strict=True))


def _mean(members: sparse.csr_array, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean of each territory over the units that have a value; NaN without any."""
    known = np.isfinite(values)
    total = members @ np.where(known, weights, 0.0)
    sums = members @ np.where(known, weights * np.where(known, values, 0.0), 0.0)
    return np.divide(sums, total, out=np.full(len(total), np.nan), where=total > 0)
