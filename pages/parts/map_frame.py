"""A painted map on the screen: mounted once, painted at each change; a click chooses a commune."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import folium
import streamlit as st
from streamlit_folium import st_folium

from pages.parts import frame, map_store, maps
from pages.parts.frame import Frame

HEIGHT = 560


def draw(
    ground: map_store.MapGround,
    paint: folium.FeatureGroup,
    key: str,
    *,
    height: int = HEIGHT,
    linked: bool = False,
    basemap: bool = False,
) -> None:
    """Show the constant map and paint it; a click chooses a commune, kept in the address.

    ``linked`` maps of one session move together; ``basemap`` lays the Plan IGN underneath.
    """

    def on_click() -> None:
        state: Mapping[str, Any] | None = frame.component_state(key)
        code = maps.clicked_code(state)
        if code is not None and frame.seen(key, maps.click_count(state)):
            frame.remember(commune=code)

    # The place of the map is kept before it comes (frame.css): what is under it must not jump.
    with st.container(key=f"place_{height}_{key}"):
        st_folium(
            maps.base_map(
                ground.url,
                ground.bounds,
                canvas=ground.canvas,
                linked=_group() if linked else "",
                basemap=basemap,
            ),
            key=key,
            feature_group_to_add=paint,
            height=height,
            use_container_width=True,
            returned_objects=maps.RETURNED,
            on_change=on_click,
        )


def _group() -> str:
    """A word of this session only: two readers of one browser must not move each other's maps."""
    word = frame.kept("cartes_liees")
    if not word:
        word = secrets.token_hex(8)
        frame.keep("cartes_liees", word)
    return str(word)


def asked_cpts(page: Frame, ground: map_store.MapGround) -> maps.OutlineKey | None:
    """The territory that the address names: the map outlines it and moves to it."""
    asked = frame.parameter("cpts")
    if asked is None or page.cpts is None or asked != page.cpts.id:
        return None
    return map_store.outline(page.diagnostic, ground, page.cpts)
