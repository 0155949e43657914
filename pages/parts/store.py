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

from cpts_data.analysis import geometry, spot_levels
from cpts_data.analysis.quality_report import SourceQuality
from cpts_data.analysis.spot_levels import SpotMap
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Theme
from cpts_data.simulation import PROFESSIONS, Headcounts, Model, build_model, headcounts
from cpts_data.space import fingerprint, known_spaces
from cpts_data.space.previewing import Preview, preview
from cpts_data.space.waiting import WaitingRoom
from cpts_data.territories import Level, Territory
from pages.parts import comparisons, directory, map_layers, maps, static_files
from pages.parts.comparisons import OwnReading, Reading
from pages.parts.map_layer_list import Layer
from pages.parts.map_layers import Drawn
from pages.parts.still_map import Still, prepared
from pages.parts.themes import VIEWS
from pages.parts.uploads import on_disk

FRANCE_TOLERANCE = 900.0
REGION_TOLERANCE = 150.0
_MANY_REGIONS = 3
_TOWNS = 14
_STILL_TOWNS = 6


@dataclass(frozen=True)
class MapGround:
    """A published geometry: its address, first view, communes in order, and the renderer."""

    url: str
    bounds: maps.Bounds
    communes: pd.Index
    names: pd.Series
    canvas: bool
    shapes: gpd.GeoDataFrame
    scope: str


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
        shapes=light[["name", "geometry"]],
        scope=scope,
    )


def map_layer(diagnostic: Diagnostic, ground: MapGround, layer: Layer) -> tuple[str, Drawn]:
    """A layer over the communes of a map: the address of its script, and what explains it."""
    space = diagnostic.space
    key = str(space.path), space.fingerprint, ground.scope, layer.id
    url, drawn = _map_layer(*key, diagnostic, ground, layer)
    if not static_files.keep_geometry(url):
        url = static_files.publish_geometry(drawn.script, public=space_is_public(diagnostic))
    return url, drawn


@st.cache_resource(max_entries=80, show_spinner="Préparation de la couche…")
def _map_layer(
    path: str,
    fingerprint_of_files: str,
    scope: str,
    name: str,
    _diagnostic: Diagnostic,
    _ground: MapGround,
    _layer: Layer,
) -> tuple[str, Drawn]:
    drawn = map_layers.make(_diagnostic, _layer, _ground.shapes)
    url = static_files.publish_geometry(drawn.script, public=space_is_public(_diagnostic))
    return url, drawn


def touching(diagnostic: Diagnostic, ground: MapGround) -> pd.DataFrame:
    """Communes of a map that share a border: ``origin, neighbour``."""
    return _touching(str(diagnostic.space.path), diagnostic.space.fingerprint, ground.scope, ground)


@st.cache_resource(max_entries=24, show_spinner=False)
def _touching(path: str, fingerprint_of_files: str, scope: str, _ground: MapGround) -> pd.DataFrame:
    return spot_levels.touching(_ground.shapes)


def spots(
    diagnostic: Diagnostic, ground: MapGround, indicator: str, period: str, values: pd.Series
) -> SpotMap:
    """Hot and cold spots of the communes of a map; ``StatisticsError`` when they cannot be told."""
    space = diagnostic.space
    key = str(space.path), space.fingerprint, ground.scope, indicator, period
    return _spots(*key, values, touching(diagnostic, ground))


@st.cache_resource(max_entries=60, show_spinner="Recherche des regroupements…")
def _spots(
    path: str,
    fingerprint_of_files: str,
    scope: str,
    indicator: str,
    period: str,
    _values: pd.Series,
    _pairs: pd.DataFrame,
) -> SpotMap:
    return spot_levels.spot_levels(_values, _pairs)


def known_indicators(diagnostic: Diagnostic) -> dict[str, str]:
    """The indicators of which a space knows something, with their latest period, by theme."""
    return _known_indicators(str(diagnostic.space.path), diagnostic.space.fingerprint, diagnostic)


@st.cache_resource(max_entries=5, show_spinner=False)
def _known_indicators(
    path: str, fingerprint_of_files: str, _diagnostic: Diagnostic
) -> dict[str, str]:
    themes = list(Theme)
    ordered = sorted(INDICATORS.values(), key=lambda one: themes.index(one.theme))
    periods = {one.id: _diagnostic.periods(one) for one in ordered}
    return {
        name: _diagnostic.latest_period(INDICATORS[name])
        for name, found in periods.items()
        if found
    }


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


@st.cache_resource
def meeting_keys() -> Any:
    """Keys of the meeting, and the button that fills the screen."""
    return st.components.v2.component(
        "cpts_reunion",
        html='<button type="button">Plein écran</button>',
        css="button{font:inherit;font-size:1.1rem;min-height:2.9rem;width:100%;padding:0 .6rem;"
        "border:1px solid #c4ccd4;border-radius:.35rem;background:#fff;color:#1d2733;"
        "cursor:pointer}button:focus-visible{outline:3px solid #1f5a7a;outline-offset:2px}",
        js=(Path(__file__).parent / "meeting_keys.js").read_text(encoding="utf-8"),
    )


def still_map(diagnostic: Diagnostic, cpts: Territory) -> Still | None:
    """The shapes of a still map of a CPTS; None without contours of its communes."""
    if not diagnostic.space.has("contours_communes"):
        return None
    space = diagnostic.space
    return _still_map(str(space.path), space.fingerprint, cpts.id, diagnostic)


@st.cache_resource(max_entries=200, show_spinner="Préparation de la carte…")
def _still_map(
    path: str, fingerprint_of_files: str, cpts: str, _diagnostic: Diagnostic
) -> Still | None:
    units = _diagnostic.territories(Level.CPTS).units_of(cpts).index
    contours = _diagnostic.contours_of(Level.COMMUNE, units)
    if contours.empty:
        return None
    light = geometry.simplify_coverage(contours, REGION_TOLERANCE)
    people = _diagnostic.slot_population().reindex(light.index).sort_values(ascending=False)
    names = _diagnostic.register.units.table["name"]
    towns = [(str(code), str(names[code])) for code in people.index[:_STILL_TOWNS]]
    return prepared(light, towns)


def directory_of(diagnostic: Diagnostic, own: Territory | None) -> directory.Directory:
    """The structures, resources and professionals of a CPTS, or of all when there is none."""
    space = diagnostic.space
    held = own.id if own else None
    return _directory(str(space.path), space.fingerprint, held, diagnostic, own)


@st.cache_resource(max_entries=60, show_spinner="Lecture de l’annuaire…")
def _directory(
    path: str,
    fingerprint_of_files: str,
    held: str | None,
    _diagnostic: Diagnostic,
    _own: Territory | None,
) -> directory.Directory:
    return directory.directory(_diagnostic, _own)


def whole_reading(diagnostic: Diagnostic, cpts: Territory) -> OwnReading:
    """The figures of every theme for one CPTS, beside their references."""
    space = diagnostic.space
    return _whole_reading(str(space.path), space.fingerprint, cpts.id, diagnostic, cpts)


@st.cache_resource(max_entries=100, show_spinner="Calcul des indicateurs et des comparaisons…")
def _whole_reading(
    path: str, fingerprint_of_files: str, cpts: str, _diagnostic: Diagnostic, _cpts: Territory
) -> OwnReading:
    readings = [reading(_diagnostic, view.indicators) for view in VIEWS.values()]
    return comparisons.own_reading(comparisons.merged(readings), _cpts)


def theme_reading(diagnostic: Diagnostic, cpts: Territory, indicators: Sequence[str]) -> OwnReading:
    """Some indicators of one CPTS, beside their references."""
    space = diagnostic.space
    return _theme_reading(
        str(space.path), space.fingerprint, cpts.id, tuple(indicators), diagnostic, cpts
    )


@st.cache_resource(max_entries=300, show_spinner=False)
def _theme_reading(
    path: str,
    fingerprint_of_files: str,
    cpts: str,
    indicators: tuple[str, ...],
    _diagnostic: Diagnostic,
    _cpts: Territory,
) -> OwnReading:
    return comparisons.own_reading(reading(_diagnostic, indicators), _cpts)


def commune_values(diagnostic: Diagnostic, cpts: str, indicators: Sequence[str]) -> pd.DataFrame:
    """``Values`` of the communes and arrondissements of a CPTS."""
    space = diagnostic.space
    return _commune_values(str(space.path), space.fingerprint, cpts, tuple(indicators), diagnostic)


@st.cache_resource(max_entries=200, show_spinner="Lecture des chiffres par commune…")
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
    if not parts:
        return _diagnostic.values([], Level.COMMUNE)
    return pd.concat(parts, ignore_index=True)


def simulation_model(diagnostic: Diagnostic, profession: str, *, peak: bool) -> Model:
    """What the simulator computes with; raises UnavailableError in French."""
    space = diagnostic.space
    return _simulation_model(str(space.path), space.fingerprint, profession, peak, diagnostic)


@st.cache_resource(max_entries=8, show_spinner="Préparation du modèle d’accessibilité…")
def _simulation_model(
    path: str, fingerprint_of_files: str, profession: str, peak: bool, _diagnostic: Diagnostic
) -> Model:
    chosen = PROFESSIONS[profession]
    return build_model(_diagnostic.space, _diagnostic.register, chosen, peak=peak)


def simulation_headcounts(diagnostic: Diagnostic, model: Model, base: str) -> Headcounts:
    """The practitioners that a register of the space counts by commune."""
    space, profession = diagnostic.space, model.profession.id
    return _headcounts(str(space.path), space.fingerprint, profession, base, diagnostic, model)


@st.cache_resource(max_entries=12, show_spinner="Comptage des professionnels…")
def _headcounts(
    path: str,
    fingerprint_of_files: str,
    profession: str,
    base: str,
    _diagnostic: Diagnostic,
    _model: Model,
) -> Headcounts:
    return headcounts(_diagnostic.space, _diagnostic.register, _model, base)
