"""The simulator on the screen: controls on the left, map on the right, results below.

One fragment: a change of scenario reruns nothing else, and the map is painted, never mounted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import folium
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from cpts_data.drawing.choropleth import Choropleth
from cpts_data.simulation import Effect
from cpts_data.simulation.effects import largest_gap
from pages.parts import (
    blocks,
    frame,
    map_store,
    maps,
    simulation_maps,
    simulation_results,
    simulation_saving,
)
from pages.parts.simulation_controls import choose_slot, controls
from pages.parts.simulation_setup import Setup
from pages.parts.simulation_state import SLOTS, effect_of, filled

HEIGHT = 560
_VIEWS = {
    "ecart": "Écart",
    "avant": "Avant",
    "apres": "Après",
    "avant_apres": "Avant et après",
    "scenarios": "Scénarios côte à côte",
}
_PAIR, _SCENARIOS = "avant_apres", "scenarios"
_WIDE = (_PAIR, _SCENARIOS)


@st.fragment
def simulator(setup: Setup) -> None:
    """Make scenarios and see what they do."""
    left, right = st.columns([5, 8], gap="medium")
    with left:
        slot = choose_slot(setup)
    found = effect_of(setup, slot)
    with right:
        if not isinstance(found, tuple):
            simulation_results.key_figures(setup, found)
            view = _maps(setup, slot, found)
            simulation_results.sentences(setup, found)
        else:
            st.error("\n".join(f"- {blocks.plain(reason)}" for reason in found))
    with left:
        controls(setup, slot)
    if not isinstance(found, tuple) and view in _WIDE:
        _wide_maps(setup, found, view)
    effects = {slot: found} | {name: effect_of(setup, name) for name in filled(setup)}
    known = {
        name: effects[name]
        for name in SLOTS
        if isinstance(effects.get(name), Effect) and not effects[name].scenario.empty
    }
    if not isinstance(found, tuple) and not found.scenario.empty:
        simulation_results.by_cpts(setup, found)
        if len(known) > 1:
            simulation_results.side_by_side(setup, known)
        simulation_results.downloads(setup, slot, found)
    if known or simulation_saving.in_hand(setup):
        simulation_saving.block(setup)


def _maps(setup: Setup, slot: str, effect: Effect) -> str:
    """The view chosen, and its map unless it takes the whole width (:func:`_wide_maps`)."""
    ground = setup.ground
    if ground is None:
        blocks.nothing_here(
            "Cet espace ne contient pas de contours de communes : la carte ne peut pas être "
            "dessinée.",
            "Choisissez les communes dans la liste.",
        )
        return ""
    several = len(filled(setup)) > 1
    views = {name: label for name, label in _VIEWS.items() if name != _SCENARIOS or several}
    usual = "avant" if effect.scenario.empty else "ecart"
    view = frame.choose("Ce que montre la carte", views, "vue", default=usual, horizontal=True)
    if view in _WIDE:
        blocks.note("Cartes plus bas, sur toute la largeur.")
        return view
    look = _look(setup, effect, ground, view, _step(setup, effect))
    _draw(setup, effect, ground, look, "carte_simulation")
    st.html(look.legend)
    if effect.scenario.empty and view == "ecart":
        blocks.note(f"{SLOTS[slot]} est identique au présent : aucune commune ne change.")
    return view


def _wide_maps(setup: Setup, effect: Effect, view: str) -> None:
    """Maps that move together: before and after, or the gaps of each scenario."""
    if setup.ground is None:
        return
    if view == _SCENARIOS:
        _scenario_maps(setup, setup.ground)
        return
    for column, name in zip(st.columns(2), ("avant", "apres"), strict=True):
        look = _look(setup, effect, setup.ground, name, 0.1)
        with column:
            st.markdown(f"**{_VIEWS[name]}**")
            _draw(setup, effect, setup.ground, look, f"carte_{name}", linked="simulation")
            st.html(look.legend)


def _scenario_maps(setup: Setup, ground: map_store.MapGround) -> None:
    effects = {slot: effect_of(setup, slot) for slot in filled(setup)}
    known = {slot: one for slot, one in effects.items() if isinstance(one, Effect)}
    step = simulation_maps.gap_step(largest_gap(list(known.values())))
    legend = ""
    for column, (slot, effect) in zip(st.columns(max(len(known), 1)), known.items(), strict=False):
        look = _look(setup, effect, ground, "ecart", step)
        legend = legend or look.legend
        with column:
            st.markdown(f"**{SLOTS[slot]}**")
            blocks.note(simulation_results.scenario_line(setup, effect))
            _draw(setup, effect, ground, look, f"carte_{slot}", linked="simulation")
    st.html(legend)


def _step(setup: Setup, effect: Effect) -> float:
    """The step of gaps, the same for every scenario of the address."""
    others = [effect_of(setup, slot) for slot in filled(setup)]
    return simulation_maps.gap_step(
        largest_gap([effect, *(one for one in others if isinstance(one, Effect))])
    )


def _shown(effect: Effect, ground: map_store.MapGround) -> pd.DataFrame:
    return effect.communes.reindex(ground.communes)


def _estimated(setup: Setup, effect: Effect, ground: map_store.MapGround) -> frozenset[str]:
    if not setup.model.estimated:
        return frozenset()
    return frozenset(effect.outcome.affected.intersection(ground.communes).astype(str))


def _look(
    setup: Setup, effect: Effect, ground: map_store.MapGround, view: str, step: float
) -> Choropleth:
    """The colours of one view: the level before or after, or the gap."""
    indicator = setup.model.profession.indicator
    shown = effect.communes.reindex(ground.communes)
    known = shown[shown["publie"].notna().to_numpy()]
    texts = simulation_maps.tooltips(known, indicator, setup.who.many)
    estimated = frozenset[str]()
    if setup.model.estimated and view != "avant":
        touched = ground.communes.isin(effect.outcome.affected)
        estimated = frozenset(ground.communes[touched].astype(str))
    if view == "ecart":
        title = "Changement de l'APL"
        return simulation_maps.gaps(
            shown["gap"], step, indicator, texts, title=title, estimated=estimated
        )
    values = shown["publie"] if view == "avant" else shown["publie_apres"]
    year = setup.model.year
    title = f"APL {year} publiée" if view == "avant" else "APL après le scénario"
    edges = simulation_maps.level_edges(shown["publie"], indicator)
    return simulation_maps.levels(values, edges, indicator, texts, title=title, estimated=estimated)


def _zoom(setup: Setup, effect: Effect, ground: map_store.MapGround) -> maps.OutlineKey | None:
    """Where the map looks: the CPTS of the address, or that of the changes when all are outside."""
    cpts = setup.page.cpts
    asked = cpts is not None and frame.parameter("cpts") == cpts.id
    touched = not effect.scenario.units or effect.outcome.affected.isin(setup.inside or []).any()
    if cpts is not None and asked and touched:
        return map_store.outline(setup.page.diagnostic, ground, cpts)
    if touched:
        return None
    held = setup.page.diagnostic.cpts_of(effect.scenario.units[0])
    return ("cpts", held[0]) if held else None


def _draw(
    setup: Setup,
    effect: Effect,
    ground: map_store.MapGround,
    look: Choropleth,
    key: str,
    *,
    linked: str = "",
) -> None:
    """Paint the constant map; a click chooses the commune to change."""
    cpts = setup.page.cpts
    outlined = None
    if cpts is not None:
        outlined = map_store.outline(setup.page.diagnostic, ground, cpts)
    commune = frame.parameter("commune")

    def on_click() -> None:
        state: Mapping[str, Any] | None = frame.component_state(key)
        code = maps.clicked_code(state)
        if code is not None and frame.seen(key, maps.click_count(state)):
            frame.remember(commune=code)

    element: folium.FeatureGroup = maps.paint(
        ground.communes,
        look.fills,
        look.texts,
        title=setup.model.profession.indicator.short_label,
        selected=[*effect.scenario.units, *([commune] if commune else [])],
        outlined=outlined,
        zoom_to=_zoom(setup, effect, ground),
        estimated=look.states["estimated"],
    )
    st_folium(
        maps.base_map(ground.url, ground.bounds, canvas=ground.canvas, linked=linked),
        key=key,
        feature_group_to_add=element,
        height=HEIGHT,
        use_container_width=True,
        returned_objects=maps.RETURNED,
        on_change=on_click,
    )
