"""Contours of communes and of municipal arrondissements (IGN, Etalab, geo.api.gouv.fr).

Four property layouts are recognised: IGN ADMIN EXPRESS (``INSEE_COM``, ``NOM``; ``code_insee``,
``nom_officiel`` from edition 4 on, reported by its users), Etalab contours-administratifs and
geo.api.gouv.fr (``code``, ``nom``, the latter with camel-case names). Of the many layers of an IGN
GeoPackage, those of the communes and of the municipal arrondissements are read.
The Etalab layer holds both Paris, Lyon, Marseille and their arrondissements: both are kept, with
their ``nature``, and only one of the two is ever summed or drawn. An arrondissement is known by
its code (75101–75120, 69381–69389, 13201–13216), whether or not the layer names its city.

Areas are measured in the legal projection of each territory. Files that draw the overseas beside
the metropole for the eye are mapped as they are, and never measured (area left out).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cpts_data.contracts import (
    COMMUNE_PATTERN,
    Address,
    Column,
    Faults,
    Kind,
    Source,
    check,
)
from cpts_data.layouts import layers
from cpts_data.received import Head, head_of, require_columns
from cpts_data.territories import repair_commune_codes, repair_remarks

SOURCE = Source(
    id="contours_communes",
    title="Contours des communes et des arrondissements municipaux",
    publisher="IGN (ADMIN EXPRESS) ou Etalab (contours administratifs)",
    landing_page="https://geoservices.ign.fr/adminexpress",
    licence="Licence Ouverte 2.0 ; ODbL pour la version simplifiée CARTElette",
    credit="© IGN, ADMIN EXPRESS COG",
    level="commune",
    key=("code",),
    period_lag=0,
    columns=(
        Column("code", Kind.COMMUNE, "commune ou arrondissement municipal"),
        Column("nom", Kind.TEXT, "nom"),
        Column("nature", Kind.TEXT, "nature", choices=("commune", "arrondissement")),
        Column("departement", Kind.CODE, "département", nullable=True),
        Column("region", Kind.CODE, "région", nullable=True),
        Column("epci", Kind.CODE, "EPCI (SIREN)", nullable=True),
        Column(
            "superficie_km2",
            Kind.NUMBER,
            "superficie mesurée sur le contour",
            unit="km²",
            nullable=True,
            minimum=0,
        ),
        Column("geometry", Kind.GEOMETRY, "contour en coordonnées géographiques (WGS 84)"),
    ),
    notes="La superficie est celle du contour simplifié : elle sert à la densité, pas au cadastre.",
    addresses=(
        Address(
            "https://geo.api.gouv.fr/communes?codeDepartement={departement}&"
            "type=commune-actuelle,arrondissement-municipal&"
            "fields=nom,code,codeDepartement,codeRegion,codeEpci,contour&"
            "format=geojson&geometry=contour",
            "communes_{departement}.geojson",
            landing_page="https://geo.api.gouv.fr/decoupage-administratif/communes",
            note="Les arrondissements de Paris, Lyon et Marseille sont demandés avec les communes "
            "(à défaut, ces trois villes viennent entières).",
            per="departement",
            otherwise=(
                "https://geo.api.gouv.fr/departements/{departement}/communes?"
                "fields=nom,code,codeDepartement,codeRegion,codeEpci,contour&"
                "format=geojson&geometry=contour",
            ),
        ),
        Address(
            "https://etalab-datasets.geo.data.gouv.fr/contours-administratifs/"
            "latest/geojson/communes-100m.geojson",
            "communes-100m.geojson",
            landing_page="https://github.com/etalab/contours-administratifs",
            note="Communes et arrondissements municipaux de toute la France.",
        ),
    ),
)

# Name of the layout -> small letters of each property -> our column.
_LAYOUTS = {
    "ign arrondissements": {
        "insee_arm": "code",
        "nom": "nom",
        "insee_com": "commune",
        "insee_dep": "departement",
        "insee_reg": "region",
    },
    "ign communes": {
        "insee_com": "code",
        "nom": "nom",
        "insee_dep": "departement",
        "insee_reg": "region",
        "siren_epci": "epci",
    },
    "ign 4": {
        "code_insee": "code",
        "nom_officiel": "nom",
        "code_insee_de_la_commune_de_rattach": "commune",
        "code_insee_de_la_commune_de_rattachement": "commune",
        "code_insee_du_departement": "departement",
        "code_insee_de_la_region": "region",
        "codes_siren_des_epci": "epci",
    },
    "etalab": {
        "code": "code",
        "nom": "nom",
        "departement": "departement",
        "codedepartement": "departement",
        "region": "region",
        "coderegion": "region",
        "epci": "epci",
        "codeepci": "epci",
        "commune": "commune",
    },
}
# In an IGN GeoPackage: points, former communes, and larger areas.
_OTHER_LAYERS = re.compile(r"ch(e?f)?_?lieu|associee|deleguee|canton|collectivite|epci")
# Layers of arrondissements alone (geo.api.gouv.fr) do not name their city: their codes tell.
_ARRONDISSEMENT = r"751(?:0[1-9]|1\d|20)|6938[1-9]|132(?:0[1-9]|1[0-6])"

# Legal projections (arrêté of 26 December 2000 as amended) and where each territory really lies.
_PROJECTIONS = {
    "971": (5490, (-62.0, 15.7, -60.9, 16.6)),
    "972": (5490, (-61.3, 14.3, -60.7, 15.0)),
    "973": (2972, (-54.7, 2.0, -51.5, 6.0)),
    "974": (2975, (55.1, -21.5, 55.9, -20.8)),
    "976": (4471, (44.9, -13.1, 45.4, -12.5)),
}
_METROPOLE = 2154


def _layout(properties: Iterable[str], layer: str = "") -> str | None:
    """The layout of a layer of communes or arrondissements, by its properties; else None."""
    names = {name.lower() for name in properties}
    if {"code_iris", "insee_cad"} & names or _OTHER_LAYERS.search(layer.lower()):
        return None
    if {"insee_arm", "nom"} <= names:
        return "ign arrondissements"
    if {"insee_com", "nom"} <= names:
        return "ign communes"
    if {"code_insee", "nom_officiel"} <= names:
        commune = {"codes_siren_des_epci", "code_insee_du_canton"} & names
        return "ign 4" if commune or layer.lower() == "arrondissement_municipal" else None
    return "etalab" if {"code", "nom"} <= names and "type" not in names else None


def _layers(head: Head) -> list[tuple[str | None, str]]:
    """Name (None for GeoJSON) and layout of each layer to read."""
    if head.kind == "geojson":
        layout = _layout(head.properties, _arrondissements_alone(head))
        return [] if layout is None else [(None, layout)]
    found = [(name, _layout(properties, name)) for name, properties in head.layers.items()]
    known = [(name, layout) for name, layout in found if layout is not None]
    named = [item for item in known if item[0].lower() in ("commune", "arrondissement_municipal")]
    return [(name, layout) for name, layout in named or known[:1]]


def _arrondissements_alone(head: Head) -> str:
    """The name of the layer that a GeoJSON file of the IGN does not tell: its codes do."""
    code = str(head.feature.get("code_insee", ""))
    return "arrondissement_municipal" if re.fullmatch(_ARRONDISSEMENT, code) else ""


def recognises(head: Head) -> bool:
    """Tell a layer of communes: a geometry and ``INSEE_COM``, or ``code`` with a parent territory.

    Outlines of départements or régions (``code`` and ``nom`` alone) are told apart by the length
    of their codes.
    """
    if head.kind not in ("geojson", "geopackage"):
        return False
    found = _layers(head)
    if not found or head.kind == "geopackage" or found[0][1] != "etalab":
        return bool(found)
    codes, _ = repair_commune_codes(pd.Series([str(head.feature.get("code", ""))]))
    return bool(codes.str.fullmatch(COMMUNE_PATTERN).any())


def _read_layer(path: Path, layer: str | None, layout: str, faults: Faults) -> gpd.GeoDataFrame:
    """One layer in degrees, under our names of columns."""
    raw = layers.opened(path, layer or None)
    if raw.crs is None:
        raw = raw.set_crs(4326)
    ours = _LAYOUTS[layout]
    names = {name: ours[name.lower()] for name in raw.columns if name.lower() in ours}
    raw = raw.rename(columns=names)
    require_columns(raw, ("code", "nom", "geometry"), faults)
    if not raw.geometry.geom_type.isin(["Polygon", "MultiPolygon", "GeometryCollection"]).any():
        faults.add(
            "des points ou des lignes, sans aucun contour",
            "les contours des communes",
            "ajoutez la couche des communes elles-mêmes, et non celle de leurs chefs-lieux.",
            column="geometry",
        )
        faults.raise_if_any()
    return raw.set_geometry(layers.in_degrees(path, raw).geometry)


def read(path: Path) -> gpd.GeoDataFrame:
    """Read the contours: one row per commune or arrondissement, WGS 84, areas in km²."""
    faults = Faults(path.name)
    found = [_read_layer(path, *place, faults) for place in _layers(head_of(path))]
    raw = pd.concat(found, ignore_index=True) if len(found) > 1 else found[0]
    table = gpd.GeoDataFrame(
        {"ligne": np.arange(len(raw)) + 1},
        geometry=raw.geometry,
        index=raw.index,
    )
    table["code"], repaired = repair_commune_codes(raw["code"])
    table["nom"] = raw["nom"].astype("string")
    parent = raw["commune"] if "commune" in raw.columns else pd.Series(None, index=raw.index)
    part = _filled(parent) & (parent != raw["code"])
    part |= table["code"].str.fullmatch(_ARRONDISSEMENT).fillna(False).astype(bool)
    table["nature"] = np.where(part, "arrondissement", "commune")
    for name in ("departement", "region", "epci"):
        values = raw[name].astype("string") if name in raw.columns else pd.NA
        table[name] = values
    table["epci"] = table["epci"].astype("string").str.slice(0, 9).replace({"NR": pd.NA, "": pd.NA})
    _check_place(table, faults)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    shapes = table.geometry.to_numpy()
    invalid = ~shapely.is_valid(shapes)
    if invalid.any():
        table.loc[invalid, "geometry"] = shapely.make_valid(shapes[invalid])
    table["superficie_km2"] = areas(table)
    order = [column.name for column in SOURCE.columns]
    result = gpd.GeoDataFrame(table[order], geometry="geometry", crs=4326).reset_index(drop=True)
    result.attrs["remarques"] = repair_remarks(repaired)
    return result


def _filled(values: pd.Series) -> pd.Series:
    return values.astype("string").fillna("").str.len() > 0


def _check_place(table: gpd.GeoDataFrame, faults: Faults) -> None:
    table["superficie_km2"] = np.nan
    west, south, east, north = table.total_bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        faults.add(
            f"des coordonnées hors de la Terre ({west:.0f}, {south:.0f}, {east:.0f}, {north:.0f})",
            "des longitudes et latitudes (WGS 84), ou une projection déclarée dans le fichier",
            "exportez le fichier en WGS 84 (EPSG:4326).",
            column="geometry",
        )


def areas(table: gpd.GeoDataFrame) -> pd.Series:
    """Measure areas (km²) in each territory's legal projection; NaN where the drawing is moved."""
    result = pd.Series(np.nan, index=table.index, dtype=float)
    prefix = table["code"].astype(str).str[:3]
    overseas = prefix.str.startswith(("97", "98"))
    result[~overseas] = table.loc[~overseas].geometry.to_crs(_METROPOLE).area / 1e6
    for departement, (projection, box) in _PROJECTIONS.items():
        here = table.loc[prefix == departement]
        if here.empty:
            continue
        west, south, east, north = here.total_bounds
        if box[0] <= west and south >= box[1] and east <= box[2] and north <= box[3]:
            result[here.index] = here.geometry.to_crs(projection).area / 1e6
    return result
