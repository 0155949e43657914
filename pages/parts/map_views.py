"""Maps on the screen: the CPTS of a space, and any indicator. Each in its own fragment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import folium
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from cpts_data import french
from cpts_data.analysis.colouring import colour_groups
from cpts_data.indicators import INDICATORS
from cpts_data.sources.cpts_liste import STAGES
from cpts_data.territories import Level, Territory
from pages.parts import blocks, choropleth, exports, frame, maps, palettes, store
from pages.parts.frame import Frame

HEIGHT = 560
_NO_CONTOURS = (
    "Cet espace ne contient pas de contours de communes : la carte ne peut pas être dessinée."
)
_ADD_CONTOURS = (
    "Ajoutez le fichier des communes (IGN ADMIN EXPRESS ou Etalab, contours administratifs) avec "
    "« python -m cpts_data ajouter --espace DOSSIER FICHIER »."
)


def _choose_scope(page: Frame) -> str:
    options = store.scopes(page.diagnostic)
    if len(options) < 2:
        return next(iter(options))
    return frame.choose("Étendue de la carte", options, "etendue")


def _draw(ground: store.MapGround, paint: folium.FeatureGroup, key: str) -> None:
    """Show the constant map and paint it; a click chooses a commune, kept in the address."""

    def on_click() -> None:
        state: Mapping[str, Any] | None = frame.component_state(key)
        code = maps.clicked_code(state)
        if code is not None and frame.seen(key, maps.click_count(state)):
            frame.remember(commune=code)

    st_folium(
        maps.base_map(ground.url, ground.bounds, canvas=ground.canvas),
        key=key,
        feature_group_to_add=paint,
        height=HEIGHT,
        use_container_width=True,
        returned_objects=maps.RETURNED,
        on_change=on_click,
    )


@st.fragment
def cpts_map(page: Frame) -> None:
    """The CPTS of the space: stages, uncovered communes, search, click."""
    diagnostic = page.diagnostic
    if diagnostic.territories(Level.CPTS).table.empty:
        return
    left, right = st.columns([1, 1])
    with right:
        scope = _choose_scope(page)
    ground = store.map_ground(diagnostic, scope)
    if ground is None:
        blocks.nothing_here(_NO_CONTOURS, _ADD_CONTOURS)
        return
    pairs = diagnostic.membership_pairs(Level.CPTS)
    pairs = pairs[pairs["unit"].isin(ground.communes)]
    listed = diagnostic.cpts_list()
    with left:
        _search(ground, listed.loc[listed.index.isin(pairs["territory"])])
    commune = frame.parameter("commune", list(ground.communes))
    staged = bool((listed["statut"] != "sans_statut").any())
    colours = _stage_colours(listed) if staged else _neighbour_colours(page, ground, pairs)
    first = pairs.drop_duplicates("unit").set_index("unit")["territory"]
    shared = set(pairs.loc[pairs["unit"].duplicated(), "unit"])
    fills = {str(code): colours[name] for code, name in first.items() if name in colours}
    unknown = {str(code) for code, name in first.items() if name not in colours}
    stages = listed["statut"].map(STAGES)
    texts = {str(code): str(stages[name]) if staged else "" for code, name in first.items()}
    texts |= {str(code): "hors CPTS" for code in ground.communes if code not in fills}
    texts |= dict.fromkeys(shared, "commune partagée entre plusieurs CPTS")
    uncovered = [code for code in ground.communes if code not in first.index]
    chosen = _cpts_in_focus(page, commune)
    legend_column = st.container()
    _draw(
        ground,
        maps.paint(
            ground.communes,
            fills,
            texts,
            hatched=shared | unknown,
            blank=uncovered,
            selected=[commune] if commune else [],
            outlined=("cpts", chosen) if chosen else None,
            level="cpts",
            zoom_to=_asked_cpts(page),
        ),
        "carte_cpts",
    )
    with legend_column:
        st.html(_cpts_legend(listed, first, shared, uncovered, staged=staged))
    if commune:
        _commune_panel(page, commune)


def _search(ground: store.MapGround, listed: pd.DataFrame) -> None:
    labels = {str(code): f"{name} ({code[:2]})" for code, name in ground.names.items()}
    frame.search(
        "Chercher une commune",
        frame.unique_labels(dict(sorted(labels.items(), key=lambda item: item[1]))),
        "commune",
        f"{french.number(len(labels))} communes, {french.number(len(listed))} CPTS",
    )


def _cpts_in_focus(page: Frame, commune: str | None) -> str | None:
    if commune:
        held = page.diagnostic.cpts_of(commune)
        return held[0] if held else None
    asked = _asked_cpts(page)
    return asked[1] if asked else None


def _asked_cpts(page: Frame) -> maps.OutlineKey | None:
    """The CPTS that the address names: the map outlines it and moves to it."""
    asked = frame.parameter("cpts")
    if asked is None or page.cpts is None or asked != page.cpts.id:
        return None
    return "cpts", asked


def _stage_colours(listed: pd.DataFrame) -> dict[str, str]:
    return {
        str(name): palettes.STAGES[stage]
        for name, stage in listed["statut"].items()
        if stage in palettes.STAGES
    }


def _neighbour_colours(page: Frame, ground: store.MapGround, pairs: pd.DataFrame) -> dict[str, str]:
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


def _commune_panel(page: Frame, commune: str) -> None:
    """What is known of the commune just chosen, and the way to its CPTS."""
    diagnostic = page.diagnostic
    name = str(diagnostic.register.units.table["name"][commune])
    people = french.count_of(diagnostic.inhabitants([commune]), "habitant")
    held = diagnostic.cpts_of(commune)
    st.subheader(
        f"{name} ({diagnostic.register.units.table['departement'][commune]})", anchor=False
    )
    if not held:
        blocks.note(f"{people}. Cette commune n'appartient à aucune CPTS de la liste.")
    for identifier in held:
        territory = diagnostic.territory(Level.CPTS, identifier)
        blocks.note(f"{people}. {territory.label} : {diagnostic.stage_of(identifier).label}.")
        frame.link("pages/synthese.py", f"Ouvrir la synthèse : {territory.name}", cpts=identifier)


@st.fragment
def indicator_map(page: Frame) -> None:
    """Any indicator on communes or CPTS: classes, legend, table, downloads, click."""
    diagnostic = page.diagnostic
    first, second, third, fourth = st.columns([3, 2, 2, 2])
    with first:
        labels = {name: indicator.short_label for name, indicator in INDICATORS.items()}
        name = frame.choose("Indicateur", labels, "indicateur", default="apl_mg_65_ans_ou_moins")
    indicator = INDICATORS[name]
    with second:
        levels = {"commune": "Communes", "cpts": "CPTS"}
        if diagnostic.territories(Level.CPTS).table.empty:
            levels.pop("cpts")
        level = frame.choose("Découpage", levels, "decoupage")
    with third:
        method = frame.choose(
            "Classes",
            choropleth.methods_of(indicator),
            "classes",
            help_text="Manière de répartir les valeurs en couleurs.",
        )
    with fourth:
        scope = _choose_scope(page)
    ground = store.map_ground(diagnostic, scope)
    if ground is None:
        blocks.nothing_here(_NO_CONTOURS, _ADD_CONTOURS)
        return
    values, holders = _figures(page, ground, name, level)
    noun = ("commune", "communes") if level == "commune" else ("CPTS", "CPTS")
    shown = choropleth.choropleth(values, holders, indicator, method=method, classes=5, noun=noun)
    commune = frame.parameter("commune", list(ground.communes))
    map_column, legend_column = st.columns([3, 1])
    with map_column:
        _draw(
            ground,
            maps.paint(
                ground.communes,
                shown.fills,
                shown.texts,
                title=indicator.short_label,
                selected=[commune] if commune else [],
                outlined=_asked_cpts(page),
                zoom_to=_asked_cpts(page) if level == "commune" else None,
                level=level,
                **shown.states,
            ),
            "carte_indicateur",
        )
    with legend_column:
        st.html(shown.legend)
        period = str(values["period"].iloc[0]) if len(values) else ""
        blocks.note(f"Source : {diagnostic.source_line(indicator, period)}.")
        if commune:
            _commune_panel(page, commune)
    exports.map_table(page, indicator, values, ground)


@st.fragment
def territory_map(page: Frame, territory: Territory, name: str) -> None:
    """The communes of one CPTS coloured by an indicator, its neighbours in pale."""
    diagnostic = page.diagnostic
    ground = store.map_ground(diagnostic, next(iter(store.scopes(diagnostic))))
    if ground is None:
        blocks.nothing_here(_NO_CONTOURS, _ADD_CONTOURS)
        return
    indicator = INDICATORS[name]
    values, holders = _figures(page, ground, name, "commune")
    shown = choropleth.choropleth(
        values, holders, indicator, method="quantiles", classes=5, noun=("commune", "communes")
    )
    units = set(diagnostic.territories(Level.CPTS).units_of(territory.id).index)
    map_column, legend_column = st.columns([3, 1])
    with map_column:
        _draw(
            ground,
            maps.paint(
                ground.communes,
                shown.fills,
                shown.texts,
                title=indicator.short_label,
                focus=units,
                outlined=("cpts", territory.id),
                zoom_to=("cpts", territory.id),
                **shown.states,
            ),
            "carte_territoire",
        )
    with legend_column:
        st.html(shown.legend)
        period = str(values["period"].iloc[0]) if len(values) else ""
        blocks.note(f"Source : {diagnostic.source_line(indicator, period)}.")


def _figures(
    page: Frame, ground: store.MapGround, name: str, level: str
) -> tuple[pd.DataFrame, pd.Series]:
    """The figures of a level, and the territory whose figure each commune of the map wears."""
    diagnostic = page.diagnostic
    codes = ground.communes
    if level == "cpts":
        pairs = diagnostic.membership_pairs(Level.CPTS).drop_duplicates("unit").set_index("unit")
        holders = pairs["territory"].reindex(codes)
        held = [str(item) for item in holders.dropna().unique()]
        return diagnostic.values([name], Level.CPTS, held), holders
    values = diagnostic.unit_rows(name).reset_index(drop=True)
    return values[values["territory"].isin(codes)], pd.Series(codes, index=codes)
