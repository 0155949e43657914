"""What a scenario changes: by commune, by CPTS, inside a territory and around it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.access.changes import Change, Close, MovePeople, Open, Retire
from cpts_data.access.scenario import Outcome, simulate
from cpts_data.simulation.scenarios import Scenario, UnitChange
from cpts_data.simulation.supply import Present, counted_each
from cpts_data.territories import Territories

INSIDE, AROUND, WHOLE = "dedans", "voisinage", "ensemble"
_ROUNDING: Final = 1e-9


class ImpossibleError(ValueError):
    """A scenario that cannot be: ``faults`` tells each reason in French."""

    def __init__(self, faults: Collection[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, eq=False)
class Effect:
    """The effect of a scenario beside the present.

    ``communes``, by unit that has a published value: ``name, publie, publie_apres, gap, population
    (after), practitioners, practitioners_after``. ``cpts`` is that of
    :meth:`~cpts_data.access.scenario.Outcome.by_territory` on the published value; ``summary`` has
    the rows ``ensemble`` and, where a territory is chosen, ``dedans`` and ``voisinage``. ``added``,
    ``left`` and ``retired`` are practitioners.
    """

    scenario: Scenario
    outcome: Outcome
    communes: pd.DataFrame
    cpts: pd.DataFrame
    summary: pd.DataFrame
    added: float
    left: float
    retired: float

    @property
    def changed(self) -> pd.DataFrame:
        """The communes whose accessibility changes, the largest gain first."""
        touched = self.communes.index.isin(self.outcome.affected)
        return self.communes[touched].sort_values("gap", ascending=False, kind="stable")


def run(
    present: Present,
    scenario: Scenario,
    cpts: Territories,
    inside: Collection[str] | None = None,
) -> Effect:
    """Simulate a scenario; ``inside`` are the units of the territory chosen.

    Raises :class:`ImpossibleError` with every reason: more departures than practitioners, a
    retirement without ages.
    """
    model = present.model
    outcome = simulate(present.now, changes_of(present, scenario))
    published, threshold = model.published, model.parameters.threshold
    communes = outcome.table(published)[["publie", "publie_apres", "gap", "population"]]
    communes.insert(0, "name", model.names)
    retired = _retired(present, scenario)
    moves = pd.Series({one.unit: one.practitioners for one in scenario.changes}, dtype=float)
    communes["practitioners"] = present.practitioners
    after = present.practitioners.add(moves, fill_value=0.0).sub(retired, fill_value=0.0)
    communes["practitioners_after"] = after.clip(lower=0.0)
    named = {"published": published, "threshold": threshold, "weight": model.weight}
    return Effect(
        scenario=scenario,
        outcome=outcome,
        communes=communes[communes["publie"].notna()],
        cpts=outcome.by_territory(cpts, **named),
        summary=outcome.summary(inside, **named),
        added=float(moves[moves > 0].sum()),
        left=float(-moves[moves < 0].sum()),
        retired=float(retired.sum()),
    )


def changes_of(present: Present, scenario: Scenario) -> list[Change]:
    """The engine's changes, in the order in which they apply: people leave before they retire."""
    faults: list[str] = []
    found: list[Change] = []
    for change in scenario.changes:
        found += _practitioners(present, change, faults)
        found += _people(present, change, faults)
    if scenario.retire_above is not None:
        if present.aged:
            found.append(Retire(scenario.retire_above, replaced=scenario.replaced / 100))
        else:
            faults.append(
                "Le départ en retraite demande l'âge des professionnels : saisissez-le dans la "
                "liste, ou indiquez les départs commune par commune."
            )
    if faults:
        raise ImpossibleError([french.typography(fault) for fault in faults])
    return found


def _practitioners(present: Present, change: UnitChange, faults: list[str]) -> list[Change]:
    model, unit, count = present.model, change.unit, change.practitioners
    if count > 0:
        each = present.each
        if change.activity is not None:
            each = counted_each(model, change.activity)
        return [Open(unit, count * each)]
    if count < 0:
        there = float(present.practitioners[unit])
        if -count > there + _ROUNDING:
            known = french.number(there, 1, fixed=False)
            faults.append(
                f"{model.name(unit)} : {french.number(-count, 1, fixed=False)} en moins, pour "
                f"{known} en exercice selon la base choisie. Complétez « Professionnels en "
                "exercice » si d'autres y exercent."
            )
            return []
        place = int(present.now.places.get_indexer([unit])[0])
        return [Close(unit, float(present.now.supply[place]) * -count / there)]
    return []


def _people(present: Present, change: UnitChange, faults: list[str]) -> list[Change]:
    model, people = present.model, change.people
    if not people:
        return []
    if not present.has_supply:
        faults.append(
            "Des habitants en plus ou en moins ne se simulent que si les professionnels en "
            "exercice sont connus."
        )
        return []
    there = float(model.population[change.unit])
    if people < 0 and -people > there:
        faults.append(
            f"{model.name(change.unit)} : {french.count_of(-people, 'habitant')} en moins, pour "
            f"{french.count_of(there, 'habitant')} présents."
        )
        return []
    if people > 0:
        return [MovePeople(people, destination=change.unit)]
    return [MovePeople(-people, origin=change.unit)]


def _retired(present: Present, scenario: Scenario) -> pd.Series:
    """Practitioners who retire without being replaced, by unit."""
    table = present.now.practices
    if scenario.retire_above is None or table is None:
        return pd.Series(dtype=float)
    old = table[(table["age"] > scenario.retire_above).to_numpy(dtype=bool)]
    leaving = old.groupby("unit")["count"].sum() * (1 - scenario.replaced / 100)
    return leaving.astype(float)


def largest_gap(effects: Collection[Effect]) -> float:
    """The largest change of any commune over several scenarios, in the unit of the APL."""
    found = [float(np.nanmax(np.abs(one.communes["gap"]), initial=0.0)) for one in effects]
    return max(found, default=0.0)
