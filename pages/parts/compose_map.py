"""The map of the composer: a click adds or removes a commune, a lasso adds what it surrounds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from cpts_data import french
from cpts_data.composition.areas import UnreadableDrawingError, polygon_of, units_inside
from cpts_data.drawing import palettes
from cpts_data.territories import Level
from pages.parts import (
    blocks,
    compose_state,
    compose_store,
    frame,
    map_choices,
    map_panel,
    map_store,
    maps,
)
from pages.parts.compose_state import Workshop

KEY = "carte_composer"
HEIGHT = 520
OWN = palettes.OWN
_FRAME = "composer_cadre"


def choose_scope(workshop: Workshop) -> str:
    """The extent of the map; nothing to choose without contours."""
    return map_choices.choose_scope(workshop.page) if workshop.land.has_contours else ""


def show(workshop: Workshop, scope: str) -> None:
    """The map, its legend, and what it cannot show."""
    ground = map_store.map_ground(workshop.diagnostic, scope) if scope else None
    if ground is None:
        map_panel.no_contours()
        blocks.note(
            "Sans contours, composez par la recherche, les zones entières ou une liste : la "
            "population et la taille se calculent pour toute la France."
        )
        return
    look = compose_store.look_of(workshop.diagnostic, ground)
    fills, texts = dict(look.fills), dict(look.texts)
    mine = {code: part for code, part in workshop.weights.items() if code in texts}
    for code, part in mine.items():
        fills[code] = OWN
        texts[code] = f"{_word(part, code in workshop.land.cpts_of)}\n{look.people[code]}"
    shared = {code for code in mine if code in workshop.land.cpts_of}
    cut = {code for code, part in mine.items() if part < 1}
    element = maps.paint(
        ground.communes,
        fills,
        texts,
        label=f"{workshop.current.name} : cliquez sur une commune pour l'ajouter ou la retirer",
        hatched=shared,
        estimated=cut,
        blank=look.blank.difference(mine),
        zoom_to=_framed(workshop, ground),
    )
    with st.container(key=f"place_{HEIGHT}_{KEY}"):
        st_folium(
            maps.base_map(ground.url, ground.bounds, canvas=ground.canvas, lasso=True),
            key=KEY,
            feature_group_to_add=element,
            height=HEIGHT,
            use_container_width=True,
            returned_objects=maps.RETURNED,
            on_change=lambda: _on_map(workshop, ground.communes),
        )
    _legend(workshop, look, mine, len(shared), len(cut))


def _word(part: float, covered: bool) -> str:
    told = "dans le territoire" if part == 1 else f"dans le territoire pour {french.percent(part)}"
    return f"{told}, et dans une CPTS existante" if covered else told


def _on_map(workshop: Workshop, drawn: Collection[str]) -> None:
    """A click, or a lasso: it takes only what the map draws."""
    state = frame.component_state(KEY)
    if not frame.seen(KEY, maps.click_count(state)):
        return
    code, corners = maps.clicked_code(state), maps.drawn_area(state)
    if code is not None and code in workshop.land.known:
        compose_state.toggle(workshop, code)
    elif corners is not None:
        _surround(workshop, corners, drawn)


def _surround(workshop: Workshop, corners: list[Any], drawn: Collection[str]) -> None:
    """What a lasso surrounds, added (or taken away when the reader chose so)."""
    try:
        found = units_inside(workshop.land, polygon_of(corners))
    except UnreadableDrawingError as error:
        compose_state.tell(str(error))
        return
    codes = [code for code in found.codes if code in drawn]
    if frame.parameter("dessin") == "retire":
        compose_state.remove(workshop, codes)
    else:
        compose_state.add(workshop, codes)


def _framed(workshop: Workshop, ground: map_store.MapGround) -> maps.OutlineKey | None:
    """Where the map looks: at the territory as it was when it was opened, not at each click."""
    opened, own = compose_state.opened_with(), workshop.page.cpts
    held: tuple[str, maps.OutlineKey | None] = frame.kept(_FRAME, ("", None))
    if opened == workshop.current.id and held[0] != opened:
        composed = not workshop.empty and own is not None and own.level is Level.COMPOSED
        outline = map_store.outline(workshop.diagnostic, ground, own) if composed and own else None
        held = (opened, outline)
        frame.keep(_FRAME, held)
    return held[1] if held[0] == opened else None


def _legend(
    workshop: Workshop, look: compose_store.Look, mine: dict[str, float], shared: int, cut: int
) -> None:
    covered = len(look.covered.difference(mine))
    rows = [
        maps.LegendClass(OWN, "Dans le territoire", len(mine)),
        maps.LegendClass(compose_store.COVERED, "Dans une CPTS existante", covered),
        maps.LegendClass(compose_store.FREE, "Sans CPTS", len(look.free.difference(mine))),
    ]
    told = []
    if shared:
        told.append(f"hachures : aussi dans une CPTS existante ({french.number(shared)})")
    if cut:
        told.append(f"bord pointillé : commune en partie ({french.number(cut)})")
    if look.blank:
        told.append("blanc : département dont la liste ne nomme aucune CPTS")
    beyond = len(workshop.weights) - len(mine)
    if beyond:
        told.append(f"{french.count_of(beyond, 'commune')} hors de la carte affichée")
    st.html(maps.legend("Légende", rows, method=french.typography(" ; ".join(told))))
