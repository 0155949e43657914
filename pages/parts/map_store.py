"""Geometry for the maps, prepared once for all sessions and published under an address.

Beside ``store``, the only place that uses Streamlit's caches. What is cached is shared and
read-only.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st

from cpts_data.analysis import geometry, spot_levels
from cpts_data.analysis.spot_levels import SpotMap
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing import map_layers
from cpts_data.drawing.choropleth import Choropleth, choropleth
from cpts_data.drawing.map_geometry import encoded_shape
from cpts_data.drawing.map_layer_list import Layer
from cpts_data.drawing.map_layers import Drawn
from cpts_data.drawing.still_map import Still, prepared
from cpts_data.indicators import INDICATORS
from cpts_data.territories import Level, Territory
from pages.parts import maps, static_files, store

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


# A geometry is known by its extent: the space beside it tells the rest.
_KEYS = store.KEYS | {MapGround: lambda ground: ground.scope, Layer: lambda layer: layer.id}


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
    store.install_static_files()
    ground = _map_ground(diagnostic, scope)
    if not static_files.keep_geometry(ground.url):
        _map_ground.clear()
        ground = _map_ground(diagnostic, scope)
    return ground


@st.cache_resource(max_entries=24, show_spinner="Préparation de la carte…", hash_funcs=_KEYS)
def _map_ground(diagnostic: Diagnostic, scope: str) -> MapGround:
    units = diagnostic.register.units.table
    contours = diagnostic.contours().drop_duplicates("code").set_index("code")
    contours = contours[contours.index.isin(units.index)]
    region = units["region"].reindex(contours.index)
    if scope == "cpts":
        contours = contours[region.isin(diagnostic.cpts_regions()).to_numpy()]
    elif scope != "tout":
        contours = contours[(region == scope).to_numpy()]
    wide = units["region"].reindex(contours.index).nunique() > _MANY_REGIONS
    light = geometry.simplify_coverage(
        contours[["geometry"]], FRANCE_TOLERANCE if wide else REGION_TOLERANCE
    )
    light["name"] = units["name"].reindex(light.index)
    light["within"] = diagnostic.cpts_names_of(light.index)
    script = maps.geometry_script(
        light,
        _outlines(diagnostic, light),
        _towns(diagnostic, light),
        attribution=diagnostic.contours_credit(),
    )
    return MapGround(
        url=static_files.publish_geometry(script, public=space_is_public(diagnostic)),
        bounds=geometry.map_bounds(light),
        communes=light.index,
        names=light["name"],
        canvas=len(light) > maps.CANVAS_ABOVE,
        shapes=light[["name", "geometry"]],
        scope=scope,
    )


def map_layer(diagnostic: Diagnostic, ground: MapGround, layer: Layer) -> tuple[str, Drawn]:
    """A layer over the communes of a map: the address of its script, and what explains it."""
    url, drawn = _map_layer(diagnostic, ground, layer)
    if not static_files.keep_geometry(url):
        url = static_files.publish_geometry(drawn.script, public=space_is_public(diagnostic))
    return url, drawn


@st.cache_resource(max_entries=80, show_spinner="Préparation de la couche…", hash_funcs=_KEYS)
def _map_layer(diagnostic: Diagnostic, ground: MapGround, layer: Layer) -> tuple[str, Drawn]:
    drawn = map_layers.make(diagnostic, layer, ground.shapes)
    url = static_files.publish_geometry(drawn.script, public=space_is_public(diagnostic))
    return url, drawn


@st.cache_resource(max_entries=200, show_spinner=False, hash_funcs=_KEYS)
def commune_colours(
    diagnostic: Diagnostic, ground: MapGround, indicator: str
) -> tuple[Choropleth, str]:
    """The communes of a map coloured by the latest figures of an indicator, and their period.

    In five quantiles.
    """
    codes = ground.communes
    rows = diagnostic.unit_rows(indicator).reset_index(drop=True)
    values = rows[rows["territory"].isin(codes)]
    shown = choropleth(
        values,
        pd.Series(codes, index=codes),
        INDICATORS[indicator],
        method="quantiles",
        classes=5,
        noun=(Level.COMMUNE.label, Level.COMMUNE.plural),
    )
    return shown, str(values["period"].iloc[0]) if len(values) else ""


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=_KEYS)
def touching(diagnostic: Diagnostic, ground: MapGround) -> pd.DataFrame:
    """Communes of a map that share a border: ``origin, neighbour``."""
    return spot_levels.touching(ground.shapes)


@st.cache_resource(max_entries=60, show_spinner="Recherche des regroupements…", hash_funcs=_KEYS)
def spots(
    diagnostic: Diagnostic,
    ground: MapGround,
    indicator: str,
    period: str,
    reading: str,
    _values: pd.Series,
) -> SpotMap:
    """Spots of the communes of a map, by one reading; ``StatisticsError`` when there are none."""
    find = {
        "ensembles": spot_levels.spot_levels,
        "voisinages": spot_levels.neighbourhood_levels,
    }[reading]
    return find(_values, touching(diagnostic, ground))


def outline(diagnostic: Diagnostic, ground: MapGround, own: Territory) -> maps.OutlineKey:
    """The key under which a map outlines a territory; a composed one brings its shape."""
    if own.level is not Level.COMPOSED:
        return own.level.value, own.id
    return own.level.value, own.id, _drawn(diagnostic, ground, own)


@st.cache_resource(max_entries=200, show_spinner=False, hash_funcs=_KEYS)
def _drawn(diagnostic: Diagnostic, ground: MapGround, own: Territory) -> maps.Shape:
    units = diagnostic.territories(own.level).units_of(own.id).index
    shapes = ground.shapes.geometry.reindex(ground.shapes.index.intersection(units))
    return encoded_shape(shapely.union_all(shapes.to_numpy()))


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


@st.cache_resource(max_entries=200, show_spinner="Préparation de la carte…", hash_funcs=_KEYS)
def still_map(diagnostic: Diagnostic, cpts: Territory) -> Still | None:
    """The shapes of a still map of a CPTS; None without contours of its communes."""
    if not diagnostic.space.has("contours_communes"):
        return None
    units = diagnostic.territories(cpts.level).units_of(cpts.id).index
    contours = diagnostic.contours_of(Level.COMMUNE, units)
    if contours.empty:
        return None
    light = geometry.simplify_coverage(contours, REGION_TOLERANCE)
    people = diagnostic.slot_population().reindex(light.index).sort_values(ascending=False)
    names = diagnostic.register.units.table["name"]
    towns = [(str(code), str(names[code])) for code in people.index[:_STILL_TOWNS]]
    return prepared(light, towns)
