"""The page « Composer »: how to add on the left, the map and the figures on the right."""

from __future__ import annotations

import streamlit as st

from pages.parts import (
    compose_adding,
    compose_band,
    compose_exports,
    compose_map,
    compose_saving,
    compose_state,
    compose_tables,
    compose_versions,
    frame,
)
from pages.parts.compose_state import Workshop
from pages.parts.frame import Frame

_SECTIONS = {
    "communes": "Communes du territoire",
    "voisines": "Communes voisines",
    "chevauchements": "CPTS existantes",
    "sans_cpts": "Sans CPTS autour",
    "versions": "Comparer deux versions",
    "emporter": "Enregistrer, partager",
}


def show(page: Frame) -> None:
    """The whole workshop. Everything runs again at each click: the menu's links follow."""
    workshop = compose_state.open_workshop(page)
    compose_band.show(workshop)
    left, right = st.columns([1, 2.7], gap="medium")
    with left:
        _heading(workshop)
        compose_adding.show(workshop)
        scope = compose_map.choose_scope(workshop)
    with right:
        compose_map.show(workshop, scope)
    section = frame.choose("Détail", _SECTIONS, "detail", horizontal=True)
    {
        "communes": compose_tables.communes,
        "voisines": compose_tables.neighbours,
        "chevauchements": compose_tables.overlaps,
        "sans_cpts": compose_tables.uncovered,
        "versions": compose_versions.show,
        "emporter": _keep,
    }[section](workshop)
    compose_band.remarks(workshop)


def _keep(workshop: Workshop) -> None:
    """Save the territory, send its link, take its files away."""
    if not workshop.empty:
        compose_saving.block(workshop.page, workshop.current)
    compose_exports.show(workshop)


def _heading(workshop: Workshop) -> None:
    """Name, undo and redo, versions, and the way to the diagnosis."""
    _name(workshop)
    with st.container(horizontal=True, key="composer_actions"):
        for by, label in ((-1, "Annuler"), (1, "Rétablir")):
            st.button(
                label,
                key=f"composer_pas_{by}",
                on_click=compose_state.move,
                args=(workshop, by),
                disabled=not compose_state.can_move(by),
            )
        with st.popover("Versions"):
            compose_versions.actions(workshop)
    if st.button(
        "Ouvrir le diagnostic",
        key="composer_ouvrir",
        type="primary",
        width="stretch",
        disabled=workshop.empty,
    ):
        frame.go("pages/synthese.py")


def _name(workshop: Workshop) -> None:
    key = f"composer_nom_{workshop.current.id}"
    st.text_input(
        "Nom du territoire",
        value=workshop.current.name,
        key=key,
        max_chars=120,
        on_change=lambda: compose_state.rename(workshop, str(frame.component_state(key) or "")),
    )
