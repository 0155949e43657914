"""Maps on the screen: the CPTS of a space, the communes of one of them. Each in its fragment."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.colouring import colour_groups
from cpts_data.drawing import palettes
from cpts_data.indicators import INDICATORS
from cpts_data.sources.cpts_liste import STAGES
from cpts_data.territories import Level, Territory
from pages.parts import (
    frame,
    map_choices,
    map_frame,
    map_panel,
    map_store,
    maps,
    overview_contracts,
)
from pages.parts.frame import Frame


@st.fragment
def cpts_map(page: Frame) -> None:
    """The CPTS of the space: stages, uncovered communes, search, click."""
    diagnostic = page.diagnostic
    if diagnostic.territories(Level.CPTS).table.empty:
        return
    left, right = st.columns([1, 1])
    with right:
        scope = map_choices.choose_scope(page)
    ground = map_store.map_ground(diagnostic, scope)
    if ground is None:
        map_panel.no_contours()
        return
    pairs = diagnostic.membership_pairs(Level.CPTS)
    pairs = pairs[pairs["unit"].isin(ground.communes)]
    listed = diagnostic.cpts_list()
    with left:
        map_panel.search(ground)
    commune = frame.parameter("commune", list(ground.communes))
    staged = bool((listed["statut"] != "sans_statut").any())
    colours = _stage_colours(listed) if staged else _neighbour_colours(page, ground, pairs)
    first = pairs.drop_duplicates("unit").set_index("unit")["territory"]
    shared = set(pairs.loc[pairs["unit"].duplicated(), "unit"])
    fills = {str(code): colours[name] for code, name in first.items() if name in colours}
    unknown = {str(code) for code, name in first.items() if name not in colours}
    stages = listed["statut"].map(STAGES)
    texts = {str(code): str(stages[name]) if staged else "" for code, name in first.items()}
    declared = overview_contracts.declared_stages(page)
    texts |= {
        str(code): f"{texts[str(code)]} ; déclaré : {declared[name]}".removeprefix(" ; ")
        for code, name in first.items()
        if name in declared
    }
    texts |= {str(code): "hors CPTS" for code in ground.communes if code not in fills}
    texts |= dict.fromkeys(shared, "commune partagée entre plusieurs CPTS")
    uncovered = [code for code in ground.communes if code not in first.index]
    chosen = _cpts_in_focus(page, ground, commune)
    legend_column = st.container()
    map_frame.draw(
        ground,
        maps.paint(
            ground.communes,
            fills,
            texts,
            hatched=shared | unknown,
            blank=uncovered,
            selected=[commune] if commune else [],
            outlined=chosen,
            level="cpts",
            zoom_to=map_frame.asked_cpts(page, ground),
        ),
        "carte_cpts",
    )
    with legend_column:
        st.html(_cpts_legend(listed, first, shared, uncovered, staged=staged))
    if commune:
        map_panel.commune(page, commune)


def _cpts_in_focus(
    page: Frame, ground: map_store.MapGround, commune: str | None
) -> maps.OutlineKey | None:
    if commune:
        held = page.diagnostic.cpts_of(commune)
        return ("cpts", held[0]) if held else None
    return map_frame.asked_cpts(page, ground)


def _stage_colours(listed: pd.DataFrame) -> dict[str, str]:
    return {
        str(name): palettes.STAGES[stage]
        for name, stage in listed["statut"].items()
        if stage in palettes.STAGES
    }


def _neighbour_colours(
    page: Frame, ground: map_store.MapGround, pairs: pd.DataFrame
) -> dict[str, str]:
    contours = page.diagnostic.contours().drop_duplicates("code").set_index("code")
    groups = pairs.drop_duplicates("unit").set_index("unit")["territory"]
    ranks = colour_groups(contours.loc[groups.index], groups, len(palettes.TERRITORIES))
    return {str(name): palettes.TERRITORIES[rank] for name, rank in ranks.items()}


def _cpts_legend(
    listed: pd.DataFrame,
    first: pd.Series,
    shared: set[str],
    uncovered: list[str],
    *,
    staged: bool,
) -> str:
    rows = []
    if staged:
        counts = listed["statut"].value_counts()
        rows = [
            maps.LegendClass(colour, STAGES[stage], int(counts.get(stage, 0)))
            for stage, colour in palettes.STAGES.items()
        ]
        rows.append(
            maps.LegendClass(
                "#f1f3f5",
                f"{STAGES['sans_statut']} (hachures)",
                int(counts.get("sans_statut", 0)),
            )
        )
    method = (
        f"{french.count_of(len(uncovered), 'commune')} hors CPTS (en blanc) ; "
        f"{french.count_of(len(shared), 'commune')} dans plusieurs CPTS (hachures sur sa couleur)"
    )
    if not staged:
        method += ". Stades non renseignés : les couleurs distinguent seulement les voisines"
    return maps.legend(
        "CPTS par stade" if staged else f"{listed.shape[0]} CPTS",
        rows,
        method=french.typography(method),
        noun=("CPTS", "CPTS"),
    )


@st.fragment
def territory_map(page: Frame, territory: Territory, name: str) -> None:
    """The communes of one CPTS coloured by an indicator, its neighbours in pale."""
    diagnostic = page.diagnostic
    ground = map_store.map_ground(diagnostic, next(iter(map_store.scopes(diagnostic))))
    if ground is None:
        map_panel.no_contours()
        return
    indicator = INDICATORS[name]
    shown, period = map_store.commune_colours(diagnostic, ground, name)
    units = set(diagnostic.territories(territory.level).units_of(territory.id).index)
    outline = map_store.outline(diagnostic, ground, territory)
    map_column, legend_column = st.columns([3, 1])
    with map_column:
        map_frame.draw(
            ground,
            maps.paint(
                ground.communes,
                shown.fills,
                shown.texts,
                title=indicator.short_label,
                focus=units,
                outlined=outline,
                zoom_to=outline,
                **shown.states,
            ),
            "carte_territoire",
        )
    with legend_column:
        st.html(shown.legend)
        map_panel.source(page, indicator, period)
