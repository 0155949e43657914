"""Composed territories on the ground of a space: beside its own, over the same units.

Codes are those of the year in which the territory was composed: each is taken as it is when the
space knows it, else carried to the space's year (a commune that was shared since stands for all
its heirs). A commune of France that the space does not hold stays in the territory: its people
are counted (reference), and nothing else is known of it. What no code file knows is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from cpts_data import reference
from cpts_data.analysis.composed import Composition
from cpts_data.analysis.ground import LandRegister
from cpts_data.reference.history import FIRST_YEAR
from cpts_data.territories import Level, Territories, Units


@dataclass(frozen=True)
class Placed:
    """A composition laid over the units of a space.

    ``weights`` are those of the units that the space holds; ``outside`` those of communes of
    France that it does not hold, of which ``people`` are counted in the reference; ``carried`` are
    (code, codes of the space's year); ``unknown`` are codes that nothing explains.
    """

    composition: Composition
    weights: dict[str, float]
    outside: dict[str, float] = field(default_factory=dict)
    people: float = 0.0
    carried: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether the space holds something of the territory."""
        return bool(self.weights)


def placed(composition: Composition, register: LandRegister) -> Placed:
    """Lay a composition over the units of a space."""
    space, units = register.space, register.units
    known = units.known
    inside: dict[str, float] = {}
    outside: dict[str, float] = {}
    carried: list[tuple[str, tuple[str, ...]]] = []
    unknown: list[str] = []
    for code, part in composition.parts:
        heirs = (code,) if code in known else _heirs(code, composition.year, space.year)
        if not heirs:
            unknown.append(code)
            continue
        if heirs != (code,):
            carried.append((code, heirs))
        for heir in heirs:
            kept = inside if heir in known else outside
            kept[heir] = max(part, kept.get(heir, 0.0))
    return Placed(
        composition,
        _by_parts(inside, units),
        outside,
        _people(outside, space.year),
        tuple(carried),
        tuple(unknown),
    )


def _heirs(code: str, year: int, to_year: int) -> tuple[str, ...]:
    """What a code stands for in the space's year; nothing in a space of its own codes."""
    if not to_year:
        return ()
    dated = year if FIRST_YEAR <= year <= reference.PRESENT_YEAR else None
    for when in dict.fromkeys((dated, None)):
        try:
            return (reference.resolve_code(code, when, to_year),)
        except reference.AmbiguousCodeError as error:
            return error.candidates
        except reference.ReferenceLookupError:
            continue
    return ()


def _by_parts(weights: dict[str, float], units: Units) -> dict[str, float]:
    """Whole cities told by their arrondissements; a part told by itself prevails."""
    told = dict(weights)
    for city, parts in units.cities.items():
        if city in told:
            share = told.pop(city)
            told = {part: share for part in parts if part in units.known} | told
    return dict(sorted(told.items()))


def _people(outside: dict[str, float], year: int) -> float:
    if not outside:
        return 0.0
    known = pd.concat([reference.communes(year)["population"], _arrondissement_people()])
    people = known.astype("float64").reindex(list(outside)).fillna(0.0)
    return float((people * pd.Series(outside)).sum())


def _arrondissement_people() -> pd.Series:
    return reference.arrondissements()["population"]


@dataclass(frozen=True)
class ComposedRegister(LandRegister):
    """A register that knows composed territories too; all the rest is the register's beneath."""

    base: LandRegister
    places: tuple[Placed, ...]

    @classmethod
    def over(cls, base: LandRegister, compositions: Sequence[Composition]) -> ComposedRegister:
        """Lay compositions over a register; those that it holds nothing of are left out."""
        places = (placed(one, base) for one in compositions)
        return cls(base.space, base, tuple(one for one in places if one.usable))

    def only(self, identifier: str) -> ComposedRegister:
        """The same with one composed territory alone."""
        kept = (one for one in self.places if one.composition.id == identifier)
        return ComposedRegister(self.space, self.base, tuple(kept))

    @cached_property
    def units(self) -> Units:
        """Units of the space."""
        return self.base.units

    @cached_property
    def population(self) -> np.ndarray:
        """Inhabitants of each slot."""
        return self.base.population

    @cached_property
    def covers_france(self) -> bool:
        """Whether the space's units are (nearly) all of France."""
        return self.base.covers_france

    def territories(self, level: Level) -> Territories:
        """All territories of a level: the composed ones, or those of the space."""
        return self._drawn if level is Level.COMPOSED else self.base.territories(level)

    @cached_property
    def _drawn(self) -> Territories:
        names = pd.Series(
            {one.composition.id: one.composition.name for one in self.places}, dtype="str"
        )
        pairs = _pairs((one.composition.id, one.weights) for one in self.places)
        made = Territories.from_pairs(Level.COMPOSED, names, pairs, self.units)
        people = np.array([one.people for one in self.places], dtype=float)
        elsewhere = people if people.any() else None
        return Territories(made.level, made.table, made.units, made.membership, elsewhere)


def _pairs(weights: Iterable[tuple[str, dict[str, float]]]) -> pd.DataFrame:
    rows = [(name, code, part) for name, held in weights for code, part in held.items()]
    table = pd.DataFrame(rows, columns=["territory", "unit", "weight"])
    return table.astype({"territory": "str", "unit": "str", "weight": "float64"})
