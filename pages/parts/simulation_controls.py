"""Where a scenario is made: communes, practitioners more or less, people, retirements."""

from __future__ import annotations

import streamlit as st

from cpts_data import french
from cpts_data.simulation import Scenario, UnitChange
from cpts_data.simulation.scenarios import MOST_CHANGES, MOST_PEOPLE, MOST_PRACTITIONERS
from pages.parts import blocks, frame
from pages.parts.simulation_results import older_line
from pages.parts.simulation_setup import Setup
from pages.parts.simulation_state import SLOTS, parameter, scenario_of, write_scenario

_RETIREMENT = (55, 75, 65)


def choose_slot(setup: Setup) -> str:
    """Which of the three scenarios is being made."""
    labels = {
        slot: f"{label} {'●' if not scenario_of(setup, slot).empty else '○'}"
        for slot, label in SLOTS.items()
    }
    return frame.choose(
        "Scénario en cours",
        labels,
        "scenario",
        horizontal=True,
        help_text="Trois scénarios au plus, gardés dans l'adresse de la page : envoyez-la telle "
        "quelle. ● : modifié ; ○ : identique au présent.",
    )


def controls(setup: Setup, slot: str) -> None:
    """The form of one scenario: every change is in the address at once."""
    scenario = scenario_of(setup, slot, told=True)
    _search(setup)
    chosen = frame.parameter("commune")
    units = list(scenario.units)
    if chosen in setup.model.known and chosen not in units:
        units.insert(0, chosen)
    if not units:
        st.info(
            french.typography(
                "Cliquez une commune sur la carte, ou cherchez-la ci-dessus, puis ajoutez ou "
                f"retirez des {setup.who.many}."
            )
        )
    for unit in units[:MOST_CHANGES]:
        _row(setup, slot, scenario, unit)
    _retirement(setup, slot, scenario)
    _actions(setup, slot, scenario)


def _search(setup: Setup) -> None:
    frame.search(
        "Commune à modifier", setup.labels, "commune", "Cliquez sur la carte, ou cherchez ici"
    )


def _row(setup: Setup, slot: str, scenario: Scenario, unit: str) -> None:
    """One commune: practitioners more or less, and in « Détails » activity and people."""
    change, model = scenario.of(unit), setup.model
    heads, digits = float(setup.present.practitioners[unit]), model.profession.indicator.digits
    told = [
        f"APL publiée : {french.number(model.published.get(unit), digits)}",
        french.count_of(float(model.population[unit]), "habitant"),
    ]
    if setup.present.has_supply:
        told.insert(0, setup.who.count(heads))
    with st.container(border=True, key=f"simulation_{slot}_{unit}"):
        st.markdown(
            f"**{blocks.plain(model.name(unit))}** · "
            f"{blocks.plain(french.typography(' ; '.join(told)))}"
        )
        left, middle, right = st.columns([3, 2, 1], vertical_alignment="bottom")
        with left:
            _practitioners(setup, slot, scenario, change)
        with middle:
            _details(setup, slot, scenario, change)
        with right:
            st.button(
                "Retirer",
                key=f"retirer_{slot}_{unit}",
                on_click=_remove,
                args=(slot, scenario, unit),
                help="Retirer cette commune du scénario.",
                type="tertiary",
            )


def _practitioners(setup: Setup, slot: str, scenario: Scenario, change: UnitChange) -> None:
    key = f"plus_{slot}_{change.unit}"
    frame.preset(key, float(change.practitioners))

    def write() -> None:
        count = round(float(frame.component_state(key)), 2)
        _write(slot, scenario, UnitChange(change.unit, count, change.activity, change.people))

    st.number_input(
        f"{setup.who.many.capitalize()} en plus (+) ou en moins (−)",
        min_value=-MOST_PRACTITIONERS,
        max_value=MOST_PRACTITIONERS,
        step=1.0,
        format="%g",
        key=key,
        on_change=write,
    )


def _details(setup: Setup, slot: str, scenario: Scenario, change: UnitChange) -> None:
    profession = setup.model.profession
    marked = " ●" if change.activity is not None or change.people else ""
    with st.popover(f"Détails{marked}", width="stretch"):
        activity_key, people_key = f"acte_{slot}_{change.unit}", f"hab_{slot}_{change.unit}"
        frame.preset(activity_key, change.activity)
        frame.preset(people_key, change.people)

        def write() -> None:
            activity = frame.component_state(activity_key)
            people = int(frame.component_state(people_key) or 0)
            told = None if activity is None else round(float(activity), 2)
            _write(slot, scenario, UnitChange(change.unit, change.practitioners, told, people))

        st.number_input(
            f"Activité de chacun de ceux qui s'installent ({profession.activity})",
            min_value=0.0,
            max_value=20_000.0,
            step=profession.step,
            key=activity_key,
            on_change=write,
            placeholder=french.number(setup.present.each, 2, fixed=False),
            help="Vide : l'activité choisie en haut de la page. Les bornes de l'APL s'appliquent.",
        )
        st.number_input(
            "Habitants en plus (+) ou en moins (−)",
            min_value=-MOST_PEOPLE,
            max_value=MOST_PEOPLE,
            step=50,
            key=people_key,
            on_change=write,
            help="Un programme de logements, un départ. Ils ont les besoins moyens de la commune.",
        )


def _write(slot: str, scenario: Scenario, change: UnitChange) -> None:
    bare = change.empty and change.activity is None
    write_scenario(slot, scenario.without(change.unit) if bare else scenario.with_change(change))
    frame.remember(commune=change.unit if bare else None)


def _remove(slot: str, scenario: Scenario, unit: str) -> None:
    write_scenario(slot, scenario.without(unit))
    if frame.parameter("commune") == unit:
        frame.remember(commune=None)


def _retirement(setup: Setup, slot: str, scenario: Scenario) -> None:
    """A slider where ages are known; else why not, and what to do."""
    who = setup.who
    if not setup.present.aged:
        blocks.note(
            f"Départs en retraite : l'âge des {who.many} n'est pas une donnée ouverte par commune. "
            "Indiquez les départs commune par commune (−1), ou saisissez les âges dans « Ma liste "
            f"de {who.many} » : un curseur d'âge apparaîtra ici. {older_line(setup)}"
        )
        return
    key, share_key, on_key = f"age_{slot}", f"part_{slot}", f"retraite_{slot}"
    first, last, usual = _RETIREMENT
    frame.preset(on_key, scenario.retire_above is not None)
    frame.preset(key, min(max(scenario.retire_above or usual, first), last))
    frame.preset(share_key, scenario.replaced)

    def write() -> None:
        on = bool(frame.component_state(on_key))
        age = int(frame.component_state(key) or usual) if on else None
        share = int(frame.component_state(share_key) or 0) if on else 0
        write_scenario(slot, Scenario(scenario.changes, age, share))

    known = french.count_of(setup.present.aged, who.one, who.many)
    st.checkbox(
        "Simuler les départs en retraite",
        key=on_key,
        on_change=write,
        help=f"Âge connu de {known}, dans votre liste. Les autres restent.",
    )
    if scenario.retire_above is not None:
        left, right = st.columns(2)
        with left:
            st.slider(
                f"Partent les {who.many} de plus de (ans)", first, last, key=key, on_change=write
            )
        with right:
            st.slider(
                "Activité reprise par un successeur (%)",
                0, 100, step=10, key=share_key, on_change=write,
            )  # fmt: skip


def _actions(setup: Setup, slot: str, scenario: Scenario) -> None:
    left, right = st.columns(2)
    with left:
        st.button(
            "Effacer ce scénario",
            on_click=_clear,
            args=(slot,),
            disabled=scenario.empty and not scenario.changes,
            width="stretch",
        )
    with right:
        free = next((name for name in SLOTS if scenario_of(setup, name).empty), None)
        st.button(
            f"Copier vers {SLOTS[free]}" if free else "Trois scénarios remplis",
            on_click=_copy,
            args=(scenario, free),
            disabled=free is None or scenario.empty,
            width="stretch",
        )


def _clear(slot: str) -> None:
    frame.remember(**{parameter(slot): None, "commune": None})


def _copy(scenario: Scenario, free: str | None) -> None:
    if free is not None:
        write_scenario(free, scenario)
        frame.remember(scenario=free)
