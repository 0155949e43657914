"""Opens the data once for all sessions; the only place that uses Streamlit's caches.

A space is keyed by its folder and a fingerprint of its files: a space changed by the command line
is opened anew at the next run, without a restart. What is cached is shared and read-only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cpts_data.analysis import geometry
from cpts_data.analysis.quality_report import SourceQuality
from cpts_data.diagnostic import Diagnostic
from cpts_data.space import fingerprint, known_spaces
from cpts_data.space.previewing import Preview, preview
from cpts_data.space.waiting import WaitingRoom
from cpts_data.territories import Level
from pages.parts import comparisons, maps, static_files
from pages.parts.comparisons import Reading
from pages.parts.uploads import on_disk

FRANCE_TOLERANCE = 900.0
REGION_TOLERANCE = 150.0
_MANY_REGIONS = 3
_TOWNS = 14


@dataclass(frozen=True)
class MapGround:
    """A published geometry: its address, first view, communes in order, and the renderer."""

    url: str
    bounds: maps.Bounds
    communes: pd.Index
    names: pd.Series
    canvas: bool


@st.cache_resource
def install_static_files() -> None:
    """Put Leaflet and the map layer where the browser finds them, once per server."""
    static_files.publish_vendor()


@st.cache_resource
def language_component() -> Any:
    """Streamlit always declares its pages English: screen readers need French."""
    return st.components.v2.component(
        "cpts_langue",
        html="<span></span>",
        js="export default function () { document.documentElement.lang = 'fr'; }",
    )


def spaces() -> dict[str, Path]:
    """The spaces that this installation offers."""
    return known_spaces()


def open_space(path: Path) -> Diagnostic:
    """The opened space; raises ContractError in French when the folder is gone."""
    return _opened(str(path), fingerprint(path))


@st.cache_resource(max_entries=5, show_spinner="Ouverture de l’espace et contrôle des fichiers…")
def _opened(path: str, fingerprint_of_files: str) -> Diagnostic:
    return Diagnostic.open(path)


def quality(diagnostic: Diagnostic) -> list[SourceQuality]:
    """The quality report of a space, made once for the files that it holds."""
    space = diagnostic.space
    return _quality(str(space.path), space.fingerprint, diagnostic)


@st.cache_resource(max_entries=5, show_spinner="Contrôle de la qualité des données…")
def _quality(path: str, fingerprint_of_files: str, _diagnostic: Diagnostic) -> list[SourceQuality]:
    return _diagnostic.quality_report()


def preview_uploads(
    space: Path, uploads: Sequence[UploadedFile], vintage: str = ""
) -> list[Preview]:
    """What uploaded files would do in a space; looked at once, though the page runs again."""
    ids = tuple(upload.file_id for upload in uploads)
    return _previews(str(space), fingerprint(space), ids, vintage, uploads)


# Ids of uploads are drawn at random: one session never meets the files of another.
@st.cache_data(max_entries=12, ttl=1800, show_spinner="Lecture et contrôle des fichiers déposés…")
def _previews(
    path: str,
    fingerprint_of_files: str,
    ids: tuple[str, ...],
    vintage: str,
    _uploads: Sequence[UploadedFile],
) -> list[Preview]:
    with on_disk(_uploads) as files:
        return preview(Path(path), files, vintage=vintage, waiting=waiting_room())


@st.cache_resource
def waiting_room() -> WaitingRoom:
    """Where files that were looked at wait for somebody's agreement, once per server."""
    return WaitingRoom()


def scopes(diagnostic: Diagnostic) -> dict[str, str]:
    """The extents a map may show: régions of the CPTS first, then each région, then all."""
    regions = diagnostic.territories(Level.REGION).table["name"]
    held = diagnostic.cpts_regions()
    found = {}
    if held and len(held) < len(regions):
        found["cpts"] = " et ".join(str(regions[code]) for code in held)
    found |= {str(code): str(name) for code, name in regions.items() if [code] != held}
    if len(regions) > 1 or not found:
        found["tout"] = "Tout l’espace"
    return found


def map_ground(diagnostic: Diagnostic, scope: str) -> MapGround | None:
    """The published geometry of one extent; None when the space holds no contours."""
    if not diagnostic.space.has("contours_communes"):
        return None
    install_static_files()
    space = diagnostic.space
    ground = _map_ground(str(space.path), space.fingerprint, scope, diagnostic)
    if not static_files.keep_geometry(ground.url):
        _map_ground.clear()
        ground = _map_ground(str(space.path), space.fingerprint, scope, diagnostic)
    return ground


@st.cache_resource(max_entries=24, show_spinner="Préparation de la carte…")
def _map_ground(
    path: str, fingerprint_of_files: str, scope: str, _diagnostic: Diagnostic
) -> MapGround:
    units = _diagnostic.register.units.table
    contours = _diagnostic.contours().drop_duplicates("code").set_index("code")
    contours = contours[contours.index.isin(units.index)]
    region = units["region"].reindex(contours.index)
    if scope == "cpts":
        contours = contours[region.isin(_diagnostic.cpts_regions()).to_numpy()]
    elif scope != "tout":
        contours = contours[(region == scope).to_numpy()]
    wide = units["region"].reindex(contours.index).nunique() > _MANY_REGIONS
    light = geometry.simplify_coverage(
        contours[["geometry"]], FRANCE_TOLERANCE if wide else REGION_TOLERANCE
    )
    light["name"] = units["name"].reindex(light.index)
    light["within"] = _diagnostic.cpts_names_of(light.index)
    script = maps.geometry_script(
        light,
        _outlines(_diagnostic, light),
        _towns(_diagnostic, light),
        attribution=_diagnostic.contours_credit(),
    )
    return MapGround(
        url=static_files.publish_geometry(script, public=space_is_public(_diagnostic)),
        bounds=geometry.map_bounds(light),
        communes=light.index,
        names=light["name"],
        canvas=len(light) > maps.CANVAS_ABOVE,
    )


def space_is_public(diagnostic: Diagnostic) -> bool:
    """Whether anyone may know the contours: only the demonstration's, which we publish."""
    return diagnostic.space.fictitious


def _outlines(diagnostic: Diagnostic, light: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    units = diagnostic.register.units.table
    found = {}
    for kind, level in (("departement", Level.DEPARTEMENT), ("region", Level.REGION)):
        groups = units[kind].reindex(light.index)
        if len(groups.unique()) > 1 or kind == "departement":
            outline = geometry.dissolve(light, groups)
            outline["name"] = diagnostic.territories(level).table["name"].reindex(outline.index)
            found[kind] = outline
    cpts = diagnostic.territories(Level.CPTS)
    pairs = diagnostic.membership_pairs(Level.CPTS)
    pairs = pairs[pairs["unit"].isin(light.index)]
    if len(pairs):
        drawn = gpd.GeoDataFrame(
            {"territory": pairs["territory"].to_numpy()},
            geometry=light.geometry.reindex(pairs["unit"]).to_numpy(),
            crs=light.crs,
        )
        outline = geometry.dissolve(drawn, drawn["territory"])
        outline["name"] = cpts.table["name"].reindex(outline.index)
        found["cpts"] = outline
    return found


def _towns(diagnostic: Diagnostic, light: gpd.GeoDataFrame) -> pd.DataFrame:
    """The most populated communes, ranked so that few names show at low zoom."""
    people = diagnostic.slot_population().reindex(light.index)
    city = diagnostic.city_names()
    labels = light["name"].where(~light.index.isin(city.index), city.reindex(light.index))
    grouped = people.groupby(labels.to_numpy()).sum().sort_values(ascending=False)
    wide = len(light) > maps.CANVAS_ABOVE
    chosen = grouped.head(4 * _TOWNS if wide else 3 * _TOWNS)
    rows = []
    for position, name in enumerate(chosen.index):
        here = people[(labels == name).to_numpy()].idxmax()
        point = light.geometry[here].representative_point()
        rank = 1 if position < _TOWNS // 2 else 2 if position < _TOWNS * 2 else 3
        rows.append((name, point.y, point.x, rank))
    return pd.DataFrame(rows, columns=["name", "lat", "lon", "rank"])


def reading(diagnostic: Diagnostic, indicators: Sequence[str]) -> Reading:
    """Some indicators of every CPTS beside their references; worked out once for a space."""
    space = diagnostic.space
    return _reading(str(space.path), space.fingerprint, tuple(indicators), diagnostic)


@st.cache_resource(max_entries=60, show_spinner="Calcul des indicateurs et des comparaisons…")
def _reading(
    path: str, fingerprint_of_files: str, indicators: tuple[str, ...], _diagnostic: Diagnostic
) -> Reading:
    return comparisons.read(_diagnostic, indicators)


def commune_values(diagnostic: Diagnostic, cpts: str, indicators: Sequence[str]) -> pd.DataFrame:
    """``Values`` of the communes and arrondissements of a CPTS."""
    space = diagnostic.space
    return _commune_values(str(space.path), space.fingerprint, cpts, tuple(indicators), diagnostic)


@st.cache_data(max_entries=200, show_spinner="Lecture des chiffres par commune…")
def _commune_values(
    path: str,
    fingerprint_of_files: str,
    cpts: str,
    indicators: tuple[str, ...],
    _diagnostic: Diagnostic,
) -> pd.DataFrame:
    units = _diagnostic.territories(Level.CPTS).units_of(cpts).index
    parts = []
    for level in (Level.COMMUNE, Level.ARRONDISSEMENT):
        inside = units[units.isin(_diagnostic.territories(level).table.index)]
        if len(inside):
            parts.append(_diagnostic.values(indicators, level, [str(code) for code in inside]))
    return pd.concat(parts, ignore_index=True)
