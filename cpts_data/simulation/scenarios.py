"""A scenario and a list of practices as values, and as the short text that an address holds.

One mark per commune, separated by ``~``: the commune's code, then letters and numbers.

- scenario: ``p`` practitioners more or ``m`` less, ``a`` yearly activity of each, ``h`` inhabitants
  more or ``d`` less; ``r67`` retires those over 67, ``r67x50`` with half of their activity taken
  over: ``00012p2a3600~00015m1~r67``.
- practices: ``n`` practitioners, ``a`` activity of each, ``g`` age: ``00012n2g68~00012n1a4200``.

What cannot be read is refused with its reason, and the rest stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

import pandas as pd

from cpts_data import french

MOST_CHANGES: Final = 40
"""Communes that a scenario may change."""

MOST_PRACTICES: Final = 200
"""Lines of practitioners that an address may hold."""

MOST_LINES: Final = 1000
"""Lines of practitioners that may be typed or pasted."""

MOST_PRACTITIONERS: Final = 99.0
MOST_PEOPLE: Final = 200_000
MOST_ACTIVITY: Final = 100_000.0
AGES: Final = (25, 90)
SCENARIOS: Final = ("a", "b", "c")

_NUMBER = r"\d{1,6}(?:\.\d{1,2})?"
_CODE = r"(?P<unit>(?:\d{2}|2[AB])\d{3})"
_CHANGE = re.compile(
    rf"{_CODE}(?:(?P<sign>[pm])(?P<count>{_NUMBER}))?(?:a(?P<activity>{_NUMBER}))?"
    rf"(?:(?P<way>[hd])(?P<people>\d{{1,6}}))?"
)
_RETIREMENT = re.compile(r"r(?P<age>\d{2})(?:x(?P<replaced>\d{1,3}))?")
_PRACTICE = re.compile(
    rf"{_CODE}n(?P<count>{_NUMBER})(?:a(?P<activity>{_NUMBER}))?(?:g(?P<age>\d{{2}}))?"
)


@dataclass(frozen=True)
class UnitChange:
    """What changes in a commune: practitioners and inhabitants, more (+) or less (-).

    ``activity`` is that of each practitioner who comes; None: the screen's.
    """

    unit: str
    practitioners: float = 0.0
    activity: float | None = None
    people: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not self.practitioners and not self.people


@dataclass(frozen=True)
class Scenario:
    """Changes by commune, and the age above which practitioners retire (None: nobody does).

    ``replaced`` is the percentage of the activity of those who retire that successors take over.
    """

    changes: tuple[UnitChange, ...] = ()
    retire_above: int | None = None
    replaced: int = 0

    @property
    def empty(self) -> bool:
        """Whether the scenario is the present."""
        return self.retire_above is None and all(change.empty for change in self.changes)

    @property
    def units(self) -> tuple[str, ...]:
        """The communes chosen, in their order."""
        return tuple(change.unit for change in self.changes)

    def of(self, unit: str) -> UnitChange:
        """The change of a commune; nothing where it is not chosen."""
        return next((one for one in self.changes if one.unit == unit), UnitChange(unit))

    def with_change(self, change: UnitChange) -> Scenario:
        """The scenario with this change of its commune, which joins it at the end."""
        if change.unit not in self.units:
            return replace(self, changes=(*self.changes, change))
        changes = tuple(change if one.unit == change.unit else one for one in self.changes)
        return replace(self, changes=changes)

    def without(self, unit: str) -> Scenario:
        """The scenario without a commune."""
        return replace(self, changes=tuple(one for one in self.changes if one.unit != unit))


@dataclass(frozen=True)
class Practice:
    """A line of the list entered by hand: so many practitioners of a commune, all alike.

    ``activity`` of each (None: the screen's); ``age`` in years (None: not known).
    """

    unit: str
    count: float
    activity: float | None = None
    age: int | None = None


Value = TypeVar("Value")


@dataclass(frozen=True)
class Read(Generic[Value]):
    """What a text of the address says, and what of it was refused (French)."""

    value: Value
    refused: tuple[str, ...] = ()


def written(scenario: Scenario) -> str:
    """The scenario as a short text; empty for the present."""
    marks = []
    for change in scenario.changes:
        mark = change.unit
        if change.practitioners:
            mark += f"{'p' if change.practitioners > 0 else 'm'}{_short(abs(change.practitioners))}"
        if change.activity is not None:
            mark += f"a{_short(change.activity)}"
        if change.people:
            mark += f"{'h' if change.people > 0 else 'd'}{abs(change.people)}"
        marks.append(mark)
    if scenario.retire_above is not None:
        marks.append(f"r{scenario.retire_above}")
        if scenario.replaced:
            marks[-1] += f"x{scenario.replaced}"
    return "~".join(marks)


def read_scenario(text: str, known: Collection[str]) -> Read[Scenario]:
    """Read the text of an address; ``known`` are the communes of the space."""
    scenario, refused = Scenario(), list[str]()
    for mark in _marks(text, MOST_CHANGES + 1, refused):
        retirement, found = _RETIREMENT.fullmatch(mark), _CHANGE.fullmatch(mark)
        if retirement:
            age, replaced = int(retirement["age"]), int(retirement["replaced"] or 0)
            if not AGES[0] <= age <= AGES[1] or replaced > 100:
                refused.append(f"« {mark} » : âge de {AGES[0]} à {AGES[1]} ans, part de 0 à 100")
                continue
            scenario = replace(scenario, retire_above=age, replaced=replaced)
        elif found is None:
            refused.append(f"« {mark} » n'est pas une modification lisible")
        elif _usable(mark, found["unit"], known, scenario.units, refused):
            change = _change(found)
            if abs(change.practitioners) > MOST_PRACTITIONERS or abs(change.people) > MOST_PEOPLE:
                refused.append(f"« {mark} » dépasse les nombres possibles")
            else:
                scenario = scenario.with_change(change)
    return Read(scenario, tuple(refused))


def _change(found: re.Match[str]) -> UnitChange:
    count = float(found["count"] or 0)
    people = int(found["people"] or 0)
    return UnitChange(
        found["unit"],
        -count if found["sign"] == "m" else count,
        None if found["activity"] is None else float(found["activity"]),
        -people if found["way"] == "d" else people,
    )


def written_practices(practices: Iterable[Practice]) -> str:
    """The list as a short text."""
    marks = []
    for one in practices:
        mark = f"{one.unit}n{_short(one.count)}"
        mark += "" if one.activity is None else f"a{_short(one.activity)}"
        mark += "" if one.age is None else f"g{one.age}"
        marks.append(mark)
    return "~".join(marks)


def read_practices(text: str, known: Collection[str]) -> Read[tuple[Practice, ...]]:
    """Read the list of an address; ``known`` are the communes of the space."""
    kept, refused = list[Practice](), list[str]()
    for mark in _marks(text, MOST_PRACTICES, refused):
        found = _PRACTICE.fullmatch(mark)
        if found is None:
            refused.append(f"« {mark} » n'est pas une ligne de professionnels lisible")
            continue
        if not _usable(mark, found["unit"], known, (), refused):
            continue
        age = None if found["age"] is None else int(found["age"])
        activity = None if found["activity"] is None else float(found["activity"])
        kept.append(Practice(found["unit"], float(found["count"]), activity, age))
    return Read(tuple(kept), tuple(refused))


def practices_from_table(
    table: pd.DataFrame, unit_of: Callable[[str], str | None]
) -> Read[tuple[Practice, ...]]:
    """Read a table typed on the screen: ``commune, nombre, activite, age``, one line per group.

    ``unit_of`` gives the code of a name or of a code, None for an unknown one. Lines without
    commune are left out; every other fault is told with its line.
    """
    kept, refused = list[Practice](), list[str]()
    for number, row in enumerate(table.to_dict("records"), start=1):
        name = "" if pd.isna(row["commune"]) else str(row["commune"]).strip()
        if not name:
            continue
        unit = unit_of(name)
        if unit is None:
            refused.append(f"ligne {number} : « {name} » n'est pas une commune de cet espace")
            continue
        numbers = {key: _numeric(row[key]) for key in ("nombre", "activite", "age")}
        fault = _fault_of(numbers)
        if fault:
            refused.append(f"ligne {number} ({name}) : {fault}")
            continue
        age = numbers["age"]
        count = 1.0 if numbers["nombre"] is None else numbers["nombre"]
        kept.append(Practice(unit, count, numbers["activite"], None if age is None else int(age)))
    if len(kept) > MOST_LINES:
        refused.append(f"au plus {french.number(MOST_LINES)} lignes sont reprises")
    return Read(tuple(kept[:MOST_LINES]), tuple(refused))


def _fault_of(numbers: dict[str, float | None]) -> str:
    count, activity, age = numbers["nombre"], numbers["activite"], numbers["age"]
    if count is not None and not 0 < count <= MOST_PRACTITIONERS:
        return f"nombre de professionnels entre 0 et {MOST_PRACTITIONERS:g} attendu"
    if activity is not None and not 0 <= activity <= MOST_ACTIVITY:
        return "activité positive attendue"
    if age is not None and not AGES[0] <= age <= AGES[1]:
        return f"âge de {AGES[0]} à {AGES[1]} ans attendu"
    return ""


def _numeric(value: object) -> float | None:
    return None if pd.isna(value) else float(str(value).replace(",", "."))


def _marks(text: str, most: int, refused: list[str]) -> list[str]:
    marks = [mark for mark in text.split("~") if mark]
    if len(marks) > most:
        refused.append(f"{french.count_of(len(marks) - most, 'ligne')} de trop, au-delà de {most}")
    return [mark[:40] for mark in marks[:most]]


def _usable(
    mark: str, unit: str, known: Collection[str], taken: Collection[str], refused: list[str]
) -> bool:
    if unit not in known:
        refused.append(f"« {mark} » : la commune {unit} n'est pas dans cet espace")
        return False
    if unit in taken:
        refused.append(f"« {mark} » : la commune {unit} est déjà modifiée")
        return False
    return True


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
