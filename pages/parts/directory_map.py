"""How many structures, resources or professionals each commune has, on the painted map."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from cpts_data import french
from cpts_data.analysis.classes import breaks, classify
from cpts_data.territories import Territory
from pages.parts import blocks, frame, map_store, maps
from pages.parts.frame import Frame

_HEIGHT = 400
_COLOURS = ("#d4e4f1", "#9cc3de", "#5a9bc7", "#2a6fa3", "#0d4673")
_KEY = "carte_annuaire"


def classes_of(counts: pd.Series) -> tuple[dict[str, str], list[tuple[str, str, int]]]:
    """Colours by commune, and the classes (colour, words, communes) of counts above zero."""
    known = counts[counts > 0].astype(float)
    if known.empty:
        return {}, []
    bounds = breaks(known, "jenks", 5) if known.nunique() > 5 else sorted(known.unique())
    ranks = classify(known, bounds, "right")
    step = (len(_COLOURS) - 1) / max(len(bounds) - 1, 1)
    colours = [_COLOURS[round(rank * step)] for rank in range(len(bounds))]
    told = []
    for rank in range(len(bounds)):
        held = known[ranks == rank]
        low, high = french.number(held.min()), french.number(held.max())
        told.append((colours[rank], low if low == high else f"{low} à {high}", len(held)))
    return {str(code): colours[int(rank)] for code, rank in ranks.items()}, told


def counts_map(
    page: Frame,
    own: Territory | None,
    counts: pd.Series,
    communes: Collection[str],
    noun: tuple[str, str],
    title: str,
) -> None:
    """Colour each commune of the territory by its count; a click keeps the commune alone.

    ``counts`` is indexed by commune code; ``communes`` are those of the territory.
    """
    scopes = map_store.scopes(page.diagnostic)
    ground = map_store.map_ground(page.diagnostic, next(iter(scopes)))
    if ground is None:
        blocks.note("Sans contours de communes dans cet espace, la carte n'est pas dessinée.")
        return
    counts = counts.reindex(ground.communes).fillna(0).astype(int)
    fills, classes = classes_of(counts[counts.index.isin(list(communes))])
    texts = {str(code): french.count_of(int(number), *noun) for code, number in counts.items()}
    outside = [code for code in ground.communes if code not in communes]
    chosen = frame.parameter("commune", list(ground.communes))
    outline = map_store.outline(page.diagnostic, ground, own) if own else None
    group = maps.paint(
        ground.communes,
        fills,
        texts | dict.fromkeys(outside, "hors du territoire"),
        title=title,
        blank=[code for code in ground.communes if code not in fills],
        selected=[chosen] if chosen else [],
        focus=set(communes),
        outlined=outline,
        zoom_to=outline,
    )

    def on_click() -> None:
        state = frame.component_state(_KEY)
        code = maps.clicked_code(state)
        if code is not None and frame.seen(_KEY, maps.click_count(state)):
            frame.remember(commune=None if code == chosen else code)

    left, right = st.columns([3, 1])
    with left, st.container(key=f"place_{_HEIGHT}_{_KEY}"):
        st_folium(
            maps.base_map(ground.url, ground.bounds, canvas=ground.canvas),
            key=_KEY,
            feature_group_to_add=group,
            height=_HEIGHT,
            use_container_width=True,
            returned_objects=maps.RETURNED,
            on_change=on_click,
        )
    with right:
        rows = [maps.LegendClass(colour, words, number) for colour, words, number in classes]
        none = sum(1 for code in communes if code in counts.index and code not in fills)
        if none:
            rows.append(maps.LegendClass("#ffffff", "aucun", none))
        st.html(maps.legend(title, rows, noun=("commune", "communes")))
        blocks.note("Cliquez sur une commune pour ne garder qu'elle ; cliquez encore pour tout.")
