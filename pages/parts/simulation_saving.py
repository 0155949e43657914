"""Scenarios of the simulator as a saved work: what is kept, how it comes back, how it is told.

The address holds a scenario whole; a saved one is that part of the address, and the list of
practitioners entered by hand, which may be too long for an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cpts_data import french
from cpts_data.analysis.composed import PARAMETER, read_compositions
from cpts_data.analysis.simulation_sentences import Practitioners, scenario_words
from cpts_data.records import Kind
from cpts_data.simulation import PROFESSIONS, Practice, read_scenario
from cpts_data.simulation.scenarios import AGES, MOST_LINES
from pages.parts import frame, saved_desk, saved_work, simulation_practices
from pages.parts.frame import Frame
from pages.parts.saved_work import Desk
from pages.parts.simulation_practices import IN_SESSION, LIST
from pages.parts.simulation_setup import Setup
from pages.parts.simulation_state import SLOTS, parameter

FORMAT, FORMAT_VERSION = "scenario_simulateur", 1
_KEPT = ("cpts", "profession", "base", "activite", "heures", "scenario", LIST)
_SCENARIOS = tuple(parameter(slot) for slot in SLOTS)
_LONGEST = 8_000
_UNIT = re.compile(r"(?:\d{2}|2[AB])\d{3}")
_NOT_OURS = "Ce travail n'est pas un scénario que cette version sait lire : il n'a pas été repris."
PAGE = "pages/simulateur.py"


def receive(page: Frame) -> None:
    """Open the scenario of the address's link; right after ``open_page``."""
    saved_work.receive(page, desk(page))


def in_hand(setup: Setup) -> bool:
    """Whether saved scenarios are open."""
    return saved_desk.in_hand(desk(setup.page, setup)) is not None


def block(setup: Setup) -> None:
    """Save the scenarios of the address."""
    saved_work.block(setup.page, desk(setup.page, setup))


def desk(page: Frame, setup: Setup | None = None) -> Desk:
    """What the simulator saves; ``setup`` names the communes when it is known."""
    place = f" – {page.cpts.name}" if page.cpts else ""
    return Desk(
        Kind.SCENARIO,
        PAGE,
        "ces scénarios",
        f"Scénarios{place}",
        content,
        load,
        lambda told: tell(told, setup),
        lambda: any(frame.parameter(name) for name in (*_SCENARIOS, LIST)),
        page.cpts.id if page.cpts else "",
    )


def content() -> dict[str, Any]:
    """What the address says, and the list kept by the session when it is too long for it."""
    held = {name: told for name in (*_KEPT, *_SCENARIOS) if (told := frame.parameter(name))}
    listed: list[list[object]] = []
    if held.get(LIST) == IN_SESSION:
        held.pop(LIST)
        known = simulation_practices.kept_list()
        listed = [[one.unit, one.count, one.activity, one.age] for one in known]
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "adresse": held,
        "territoires_composes": frame.parameters(PARAMETER),
        "liste": listed,
    }


def load(told: Mapping[str, Any]) -> list[str]:
    """Put a saved content into the address; what cannot be read is left out, with its reason."""
    if told.get("format") != FORMAT or told.get("version") != FORMAT_VERSION:
        return [_NOT_OURS]
    refused = []
    address = told.get("adresse")
    known = address if isinstance(address, Mapping) else {}
    fresh: dict[str, str | None] = dict.fromkeys((*_KEPT, *_SCENARIOS, "commune"))
    for name in (*_KEPT, *_SCENARIOS):
        value = known.get(name)
        if isinstance(value, str) and 0 < len(value) <= _LONGEST:
            fresh[name] = value
        elif value is not None:
            refused.append(f"« {name} » : une valeur illisible a été laissée de côté.")
    texts = told.get("territoires_composes")
    compositions, why = read_compositions(
        one for one in (texts if isinstance(texts, list) else []) if isinstance(one, str)
    )
    if fresh["cpts"] is None:
        fresh.pop("cpts")
    frame.remember(**fresh)
    if compositions:
        frame.write_compositions(compositions)
    practices, wrong = _practices(told.get("liste"))
    if practices:
        simulation_practices.keep_list(practices)
    return [*refused, *why, *wrong]


def _practices(rows: object) -> tuple[tuple[Practice, ...], list[str]]:
    """The list entered by hand; the simulator itself refuses the communes that it does not know."""
    if not isinstance(rows, list):
        return (), []
    found, refused = [], 0
    for row in rows[:MOST_LINES]:
        practice = _practice(row)
        if practice is None:
            refused += 1
        else:
            found.append(practice)
    refused += max(len(rows) - MOST_LINES, 0)
    told = french.count_of(
        refused,
        "ligne de professionnels illisible laissée",
        "lignes de professionnels illisibles laissées",
    )
    return tuple(found), [f"{told} de côté."] if refused else []


def _practice(row: object) -> Practice | None:
    if not isinstance(row, list) or len(row) != 4:
        return None
    unit, count, activity, age = row
    numbers = [one for one in (count, activity, age) if one is not None]
    if not isinstance(unit, str) or not _UNIT.fullmatch(unit) or count is None:
        return None
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in numbers):
        return None
    if any(not 0 <= float(one) <= 100_000 for one in numbers):
        return None
    if age is not None and not AGES[0] <= age <= AGES[1]:
        return None
    known_age = None if age is None else int(age)
    return Practice(unit, float(count), None if activity is None else float(activity), known_age)


def tell(told: Mapping[str, Any], setup: Setup | None) -> list[tuple[str, str]]:
    """A content in words: profession, hypotheses, each scenario commune by commune."""
    address = told.get("adresse")
    held = {name: str(one) for name, one in address.items()} if isinstance(address, Mapping) else {}
    profession = PROFESSIONS.get(held.get("profession", ""), next(iter(PROFESSIONS.values())))
    lines = [("Profession", profession.label)]
    for name, label in (
        ("base", "Professionnels en exercice"),
        ("activite", "Activité de chacun"),
        ("heures", "Temps de trajet"),
        ("cpts", "Territoire affiché"),
    ):
        if held.get(name):
            lines.append((label, held[name]))
    who = Practitioners(profession.one, profession.many, profession.feminine)
    for slot, label in SLOTS.items():
        lines.append((label, _scenario_words(held.get(parameter(slot), ""), who, setup)))
    listed, typed = told.get("liste"), held.get(LIST, "")
    count = len(listed) if isinstance(listed, list) and listed else 0
    count = count or (typed.count("~") + 1 if typed else 0)
    return [*lines, ("Liste de professionnels", french.count_of(count, "ligne"))]


def _scenario_words(text: str, who: Practitioners, setup: Setup | None) -> str:
    if setup is None:
        return text
    scenario = read_scenario(text, setup.model.known).value
    moves = [
        (setup.model.name(one.unit), one.practitioners, one.people) for one in scenario.changes
    ]
    return scenario_words(moves, who, scenario.retire_above, scenario.replaced)
