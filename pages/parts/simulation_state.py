"""Scenarios in the address, one parameter each, and their effects computed once per session."""

from __future__ import annotations

from cpts_data.simulation import Effect, Scenario, read_scenario, run, written
from cpts_data.simulation.effects import ImpossibleError
from cpts_data.territories import Level
from pages.parts import frame
from pages.parts.simulation_setup import Setup, tell_refused

SLOTS = {"a": "Scénario A", "b": "Scénario B", "c": "Scénario C"}
_KEPT = "simulation_effets"
_MOST_KEPT = 6


def parameter(slot: str) -> str:
    """The parameter of the address that holds a scenario."""
    return f"scenario_{slot}"


def scenario_of(setup: Setup, slot: str, *, told: bool = False) -> Scenario:
    """The scenario of the address; what was refused is said when ``told``."""
    found = read_scenario(frame.parameter(parameter(slot)) or "", setup.model.known)
    if told:
        tell_refused(SLOTS[slot], found.refused)
    return found.value


def write_scenario(slot: str, scenario: Scenario) -> None:
    """Put a scenario in the address; the present leaves it."""
    frame.remember(**{parameter(slot): written(scenario) or None})


def effect_of(setup: Setup, slot: str) -> Effect | tuple[str, ...]:
    """The effect of a scenario, or the reasons why it cannot be."""
    scenario = scenario_of(setup, slot)
    cpts = setup.page.cpts
    key = f"{setup.key}|{cpts.id if cpts else ''}|{written(scenario)}"
    known: dict[str, Effect] = frame.kept(_KEPT, {})
    if key not in known:
        territories = setup.page.diagnostic.territories(Level.CPTS)
        try:
            effect = run(setup.present, scenario, territories, setup.inside)
        except ImpossibleError as error:
            return error.faults
        known = dict(list(known.items())[1 - _MOST_KEPT :]) | {key: effect}
        frame.keep(_KEPT, known)
    return known[key]


def filled(setup: Setup) -> list[str]:
    """The slots that hold a scenario which changes something."""
    return [slot for slot in SLOTS if not scenario_of(setup, slot).empty]
