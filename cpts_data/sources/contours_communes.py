"""Contours of communes and of municipal arrondissements (IGN, Etalab, geo.api.gouv.fr).

Three property layouts are recognised: IGN ADMIN EXPRESS (``INSEE_COM``, ``NOM``), Etalab
contours-administratifs and geo.api.gouv.fr (``code``, ``nom``, the latter with camel-case names).
The Etalab layer holds both Paris, Lyon, Marseille and their arrondissements: both are kept, with
their ``nature``, and only one of the two is ever summed or drawn. An arrondissement is known by
its code (75101–75120, 69381–69389, 13201–13216), whether or not the layer names its city.

Areas are measured in the legal projection of each territory. Files that draw the overseas beside
the metropole for the eye are mapped as they are, and never measured (area left out).
"""

from __future__ import annotations

import re
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

_LAYOUTS = {
    "INSEE_ARM": {
        "INSEE_ARM": "code",
        "NOM": "nom",
        "INSEE_COM": "commune",
        "INSEE_DEP": "departement",
        "INSEE_REG": "region",
    },
    "INSEE_COM": {
        "INSEE_COM": "code",
        "NOM": "nom",
        "INSEE_DEP": "departement",
        "INSEE_REG": "region",
        "SIREN_EPCI": "epci",
    },
    "code": {
        "code": "code",
        "nom": "nom",
        "departement": "departement",
        "codeDepartement": "departement",
        "region": "region",
        "codeRegion": "region",
        "epci": "epci",
        "codeEpci": "epci",
        "commune": "commune",
    },
}
# Layers of arrondissements alone (geo.api.gouv.fr) do not name their city: their codes tell.
_ARRONDISSEMENT = r"751(?:0[1-9]|1\d|20)|6938[1-9]|132(?:0[1-9]|1[0-6])"
_CODE_IN_TEXT = re.compile(r'"code"\s*:\s*"?([0-9A-Za-z.]+)')

# Legal projections (arrêté of 26 December 2000 as amended) and where each territory really lies.
_PROJECTIONS = {
    "971": (5490, (-62.0, 15.7, -60.9, 16.6)),
    "972": (5490, (-61.3, 14.3, -60.7, 15.0)),
    "973": (2972, (-54.7, 2.0, -51.5, 6.0)),
    "974": (2975, (55.1, -21.5, 55.9, -20.8)),
    "976": (4471, (44.9, -13.1, 45.4, -12.5)),
}
_METROPOLE = 2154


def _layer(head: Head) -> tuple[str | None, frozenset[str]]:
    for name, properties in head.layers.items():
        if "INSEE_COM" in properties or {"code", "nom"} <= properties:
            return name, properties
    return None, head.properties


def recognises(head: Head) -> bool:
    """Tell a layer of communes: a geometry and ``INSEE_COM``, or ``code`` with a parent territory.

    Outlines of départements or régions (``code`` and ``nom`` alone) are told apart by the length
    of their codes.
    """
    if head.kind not in ("geojson", "geopackage"):
        return False
    _, properties = _layer(head)
    if "INSEE_COM" in properties and "CODE_IRIS" not in properties:
        return True
    if not {"code", "nom"} <= properties or "type" in properties:
        return False
    if head.kind == "geopackage":
        return True
    first = _CODE_IN_TEXT.search(head.text)
    codes, _ = repair_commune_codes(pd.Series([first.group(1) if first else ""]))
    return bool(codes.str.fullmatch(COMMUNE_PATTERN).any())


def read(path: Path) -> gpd.GeoDataFrame:
    """Read the contours: one row per commune or arrondissement, WGS 84, areas in km²."""
    faults = Faults(path.name)
    layer, properties = _layer(head_of(path))
    raw = layers.opened(path, layer or None)
    if raw.crs is None:
        raw = raw.set_crs(4326)
    names = next(names for label, names in _LAYOUTS.items() if label in properties)
    raw = raw.rename(columns={old: new for old, new in names.items() if old in raw.columns})
    require_columns(raw, ("code", "nom", "geometry"), faults)
    table = gpd.GeoDataFrame(
        {"ligne": np.arange(len(raw)) + 1},
        geometry=layers.in_degrees(path, raw).geometry,
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
