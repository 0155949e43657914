"""What may change in a scenario: practices, activity, retirements, people; and how it applies.

Changes are values, which compare and print; they apply in their order to a :class:`Draft`, which
collects their faults so that the user reads all of them at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.statistics.inputs import Faults

_ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Open:
    """A practice opens in ``unit``: its yearly ``activity``, in the unit of the supply."""

    unit: str
    activity: float


@dataclass(frozen=True)
class Close:
    """``activity`` leaves ``unit``; None: all that there is."""

    unit: str
    activity: float | None = None


@dataclass(frozen=True)
class ClosePractice:
    """One practice of the list leaves, by its label in the index of ``practices``."""

    practice: object


@dataclass(frozen=True)
class ChangeActivity:
    """The supply of ``units`` (None: everywhere) is multiplied by ``factor``."""

    factor: float
    units: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Retire:
    """Professionals of ``units`` (None: everywhere) older than ``above_age`` leave.

    ``replaced`` is the share of their activity that a successor takes over (0..1).
    """

    above_age: float
    units: tuple[str, ...] | None = None
    replaced: float = 0.0


@dataclass(frozen=True)
class MovePeople:
    """``people`` (inhabitants) go from ``origin`` to ``destination``; None: the outside.

    They keep the needs of the unit they come from (standardised inhabitants per inhabitant); those
    who come from outside have the needs of the unit they come to.
    """

    people: float
    origin: str | None = None
    destination: str | None = None


Change: TypeAlias = Open | Close | ClosePractice | ChangeActivity | Retire | MovePeople


@dataclass(eq=False)
class Draft:
    """A situation while changes are applied to it, and the faults met.

    ``supply`` follows ``places``, ``demand`` (standardised) and ``population`` follow ``units``,
    ``activity`` follows the rows of ``practices``: arrays of the draft's own, changed in place.
    """

    units: pd.Index
    places: pd.Index
    practices: pd.DataFrame | None
    supply: np.ndarray
    demand: np.ndarray
    population: np.ndarray
    activity: np.ndarray
    faults: Faults = field(default_factory=lambda: Faults("Simulation"))

    @cached_property
    def practice_places(self) -> np.ndarray:
        """Position of the place of each practice, -1 for a place out of the matrix."""
        if self.practices is None:
            return np.empty(0, dtype=int)
        return self.places.get_indexer(pd.Index(self.practices["unit"]))

    def _place(self, unit: str) -> int:
        """Position of a place of supply; -1, with a fault, when the matrix does not know it."""
        return self._position(self.places, unit)

    def _home(self, unit: str) -> int:
        """Position of a unit where people live; -1, with a fault, when unknown."""
        return self._position(self.units, unit)

    def _position(self, places: pd.Index, unit: str) -> int:
        found = int(places.get_indexer([unit])[0])
        if found < 0:
            self.faults.add(f"la commune « {unit} » n'est pas dans les temps de trajet")
        return found

    def apply(self, change: Change) -> None:
        """Apply one change, or note why it cannot be."""
        match change:
            case Open():
                self._open(change)
            case Close():
                self._close(change)
            case ClosePractice():
                self._close_practice(change)
            case ChangeActivity():
                self._change_activity(change)
            case Retire():
                self._retire(change)
            case MovePeople():
                self._move(change)

    def _chosen(self, units: tuple[str, ...] | None) -> np.ndarray:
        """Which places a change touches."""
        if units is None:
            return np.ones(len(self.places), dtype=bool)
        found = np.zeros(len(self.places), dtype=bool)
        found[[place for place in map(self._place, units) if place >= 0]] = True
        return found

    def _number(self, value: float, words: str, *, least: float = 0.0) -> bool:
        """Whether a number of a change is usable; a fault otherwise."""
        good = bool(np.isfinite(value) and value >= least)
        if not good:
            self.faults.add(f"{words} doit être un nombre positif ; trouvé {_told(value)}")
        return good

    def _remove(self, place: int, activity: float, unit: object) -> None:
        """Take activity from a place, exactly 0 being left when all goes."""
        left = self.supply[place] - activity
        if left < -_ROUNDING * max(self.supply[place], activity):
            self.faults.add(
                f"{unit} : {_told(activity)} à retirer, {_told(self.supply[place])} présents"
            )
            return
        self.supply[place] = 0.0 if left < _ROUNDING * activity else left

    def _open(self, change: Open) -> None:
        if not self._number(change.activity, f"{change.unit} : l'activité"):
            return
        place = self._place(change.unit)
        if place >= 0:
            self.supply[place] += change.activity

    def _change_activity(self, change: ChangeActivity) -> None:
        if not self._number(change.factor, "le facteur d'activité"):
            return
        chosen = self._chosen(change.units)
        self.supply[chosen] *= change.factor
        known = self.practice_places >= 0
        self.activity[known & chosen[self.practice_places]] *= change.factor

    def _close(self, change: Close) -> None:
        unit, activity = change.unit, change.activity
        place = self._place(unit)
        if place < 0:
            return
        if activity is None:
            self.supply[place] = 0.0
            self.activity[self.practice_places == place] = 0.0
        elif self._number(activity, f"{unit} : l'activité"):
            self._remove(place, activity, unit)

    def _close_practice(self, change: ClosePractice) -> None:
        practice = change.practice
        practices = self.practices
        row = -1 if practices is None else int(practices.index.get_indexer([practice])[0])
        if row < 0:
            self.faults.add(f"le cabinet « {practice} » n'est pas dans la liste")
            return
        place = self.practice_places[row]
        if place >= 0:
            self._remove(place, self.activity[row], practice)
        self.activity[row] = 0.0

    def _retire(self, change: Retire) -> None:
        practices = self.practices
        if practices is None or "age" not in practices.columns:
            self.faults.add("un départ en retraite demande la liste des cabinets avec leurs âges")
            return
        if not 0 <= change.replaced <= 1:
            self.faults.add(
                f"la part remplacée doit être entre 0 et 1 ; trouvé {_told(change.replaced)}"
            )
            return
        old = (practices["age"] > change.above_age).fillna(False).to_numpy(dtype=bool)
        places = self.practice_places
        old = old & (places >= 0) & self._chosen(change.units)[places]
        leaving = self.activity[old] * (1 - change.replaced)
        # A closing without a name may have taken the same practice: what is left goes, no more.
        taken = np.bincount(places[old], weights=leaving, minlength=len(self.supply))
        left = np.maximum(self.supply - taken, 0.0)
        left[(taken > 0) & (left < _ROUNDING * taken)] = 0.0
        self.supply[:] = left
        self.activity[old] *= change.replaced

    def _move(self, change: MovePeople) -> None:
        origin = None if change.origin is None else self._home(change.origin)
        arrival = None if change.destination is None else self._home(change.destination)
        if not self._number(change.people, "le nombre d'habitants") or -1 in (origin, arrival):
            return
        if origin is None and arrival is None:
            self.faults.add(
                "des habitants qui se déplacent demandent une commune de départ ou d'arrivée"
            )
            return
        reference = origin if origin is not None else arrival
        there = float(self.population[reference])
        needs = self.demand[reference] / there if there > 0 else 1.0
        if origin is not None:
            if change.people > there * (1 + _ROUNDING):
                self.faults.add(
                    f"{change.origin} : {_told(change.people)} habitants à déplacer, "
                    f"{_told(there)} présents"
                )
                return
            share = max(1 - change.people / there, 0.0) if there > 0 else 0.0
            self.population[origin] *= share
            self.demand[origin] *= share
        if arrival is not None:
            self.population[arrival] += change.people
            self.demand[arrival] += change.people * needs


def _told(value: float) -> str:
    """A number as a French reader expects it; a missing one says so."""
    return french.number(value, 2, fixed=False)
