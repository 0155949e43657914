"""Communes within a drawing, a radius or a travel time.

A unit counts when at least half of it is inside (PolicyMap's rule). Half of its surface: spaces
hold no population finer than the commune; arrondissements of the three cities, where they are
drawn, count each by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from cpts_data import french
from cpts_data.analysis.geometry import metric_crs
from cpts_data.composition.land import Land

HALF = 0.5
MOST_BYTES = 5_000_000
MOST_POINTS = 200_000
MOST_SHAPES = 2_000
MOST_DEPTH = 8
MOST_KILOMETRES = 200.0
MOST_MINUTES = 90.0
CRITERION = (
    "Une commune est retenue quand la moitié au moins de sa surface est dans le dessin : cet "
    "espace ne contient pas de population plus fine que la commune. À Paris, Lyon et Marseille, "
    "chaque arrondissement dessiné compte pour lui-même."
)
_GEOD = Geod(ellps="GRS80")
_WGS84_NAMES = ("CRS84", "4326", "4979")


class UnreadableDrawingError(ValueError):
    """A drawing that cannot be read; the text says why and what to do, in French."""

    def __init__(self, found: str, mend: str) -> None:
        super().__init__(french.typography(f"Dessin illisible : {found}. Pour corriger : {mend}"))


@dataclass(frozen=True)
class Inside:
    """Units within an area.

    ``codes`` are those kept; ``partial`` those that the area touches and leaves out, with the share
    of their surface that is inside; ``sentence`` says the rule that was applied (French).
    """

    codes: tuple[str, ...]
    partial: Mapping[str, float]
    sentence: str


# Drawings


def polygon_of(points: Sequence[Sequence[float]]) -> shapely.Geometry:
    """The area of a lasso: longitude and latitude of its corners, in order.

    Raises :class:`UnreadableDrawingError` when it holds no surface.
    """
    if len(points) > MOST_POINTS:
        raise UnreadableDrawingError("un trait de trop de points", "dessinez plus simplement.")
    corners = _numbers(points)
    if len(corners) < 3:
        raise UnreadableDrawingError(
            "moins de trois points", "entourez les communes d'un trait fermé."
        )
    return _surface([shapely.Polygon(corners)])


def read_geojson(content: bytes) -> shapely.Geometry:
    """The area of a GeoJSON file: its polygons together, in longitude and latitude (WGS84).

    Raises :class:`UnreadableDrawingError`: not a GeoJSON, no polygon, other coordinates, too large.
    """
    if len(content) > MOST_BYTES:
        size = french.number(MOST_BYTES / 1e6)
        raise UnreadableDrawingError(
            f"un fichier de plus de {size} Mo", "simplifiez le contour avant de le déposer."
        )
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise UnreadableDrawingError(
            "un fichier qui n'est pas du GeoJSON", "déposez un export GeoJSON (.geojson, .json)."
        ) from None
    _refuse_other_crs(data)
    shapes = []
    for rings in _polygons(data, 0):
        shapes.append(rings)
        if len(shapes) > MOST_SHAPES:
            raise UnreadableDrawingError(
                f"plus de {french.number(MOST_SHAPES)} polygones",
                "ne gardez que le contour du territoire.",
            )
    if not shapes:
        raise UnreadableDrawingError("aucun polygone", "déposez le contour d'un territoire.")
    if sum(len(ring) for rings in shapes for ring in rings) > MOST_POINTS:
        raise UnreadableDrawingError(
            f"plus de {french.number(MOST_POINTS)} points", "simplifiez le contour."
        )
    polygons = []
    for rings in shapes:
        corners = [_numbers(ring) for ring in rings]
        if len(corners[0]) >= 3:
            holes = [ring for ring in corners[1:] if len(ring) >= 3]
            polygons.append(shapely.Polygon(corners[0], holes))
    return _surface(polygons)


def _refuse_other_crs(data: Any) -> None:
    told = data.get("crs") if isinstance(data, dict) else None
    properties = told.get("properties") if isinstance(told, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name and not any(known in name.upper() for known in _WGS84_NAMES):
        raise UnreadableDrawingError(
            "des coordonnées projetées",
            "exportez le fichier en longitude et latitude (WGS 84, EPSG:4326).",
        )


def _polygons(data: Any, depth: int) -> Iterator[list[Any]]:
    """Rings of every polygon of a GeoJSON object; other geometries are passed over."""
    if not isinstance(data, dict) or depth > MOST_DEPTH:
        return
    kind, coordinates = data.get("type"), data.get("coordinates")
    for name in ("features", "geometries"):
        members = data.get(name)
        if isinstance(members, list):
            for member in members:
                yield from _polygons(member, depth + 1)
    if kind == "Feature":
        yield from _polygons(data.get("geometry"), depth + 1)
    if not isinstance(coordinates, list):
        return
    several = coordinates if kind == "MultiPolygon" else [coordinates] if kind == "Polygon" else []
    for rings in several:
        if isinstance(rings, list) and rings and all(isinstance(ring, list) for ring in rings):
            yield rings


def _numbers(points: Sequence[Any]) -> np.ndarray:
    """Corners as longitudes and latitudes; a closing point that repeats the first is left out."""
    try:
        corners = np.array([[float(point[0]), float(point[1])] for point in points])
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise UnreadableDrawingError(
            "des coordonnées qui ne sont pas des nombres", "exportez de nouveau le fichier."
        ) from None
    corners = corners.reshape(-1, 2)
    if not np.isfinite(corners).all():
        raise UnreadableDrawingError("des coordonnées infinies", "exportez de nouveau le fichier.")
    if (np.abs(corners[:, 0]) > 180).any() or (np.abs(corners[:, 1]) > 90).any():
        raise UnreadableDrawingError(
            "des coordonnées qui ne sont ni des longitudes ni des latitudes",
            "exportez le fichier en WGS 84 (EPSG:4326).",
        )
    if len(corners) > 1 and (corners[0] == corners[-1]).all():
        corners = corners[:-1]
    return corners


def _surface(polygons: Sequence[shapely.Polygon]) -> shapely.Geometry:
    mended = shapely.make_valid(np.array(polygons, dtype=object))
    area = shapely.union_all(mended)
    kept = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon" and part.area]
    if not kept:
        raise UnreadableDrawingError("un contour sans surface", "dessinez une zone fermée.")
    return shapely.union_all(np.array(kept, dtype=object))


def units_inside(land: Land, area: shapely.Geometry) -> Inside:
    """Units of which at least half of the surface lies in an area (WGS84)."""
    contours = land.contours
    touched = np.sort(land.tree.query(area, predicate="intersects"))
    west, south, east, north = (float(side) for side in area.bounds)
    crs = metric_crs((west, south, east, north))
    shapes = gpd.GeoSeries(contours.iloc[touched].to_numpy(), crs=4326).to_crs(crs)
    drawn = gpd.GeoSeries([area], crs=4326).to_crs(crs).iloc[0]
    whole = shapes.make_valid()
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(whole.intersection(drawn).area.to_numpy() / whole.area.to_numpy())
    codes, partial = [], {}
    for place, part in zip(touched, share, strict=True):
        for code in land.owners[int(place)]:
            if part >= HALF - 1e-9:
                codes.append(code)
            elif part > 0.01:
                partial[code] = float(part)
    return Inside(tuple(sorted(codes)), dict(sorted(partial.items())), CRITERION)


# Around a commune


def within_radius(land: Land, centre: str, kilometres: float) -> Inside:
    """Units whose inner point lies within a distance, as the crow flies, of that of a commune."""
    points = land.points
    points = points[points.index.isin(list(land.known))]
    here = points.loc[centre]
    size = len(points)
    _, _, metres = _GEOD.inv(
        np.full(size, float(here["longitude"])),
        np.full(size, float(here["latitude"])),
        points["longitude"].to_numpy(dtype=float),
        points["latitude"].to_numpy(dtype=float),
    )
    found = points.index[np.asarray(metres) <= kilometres * 1000 + 1e-6]
    told = french.number(kilometres, 1, fixed=False)
    return Inside(
        tuple(sorted(str(code) for code in found)),
        {},
        french.typography(
            f"Communes dont le point central est à {told} km au plus de celui de "
            f"{land.label(centre)}, à vol d'oiseau."
        ),
    )


def within_minutes(land: Land, centre: str, minutes: float, source: str) -> Inside:
    """Units from which a commune is reached within a time; ``source`` says whose times (French)."""
    times = land.minutes(land.units.index[land.units["inside"]], [centre], minutes)
    origins: pd.Index = times.index.get_level_values("origin")
    found = {str(code) for code in origins[(times <= minutes).to_numpy()]} | {centre}
    told = french.number(minutes)
    return Inside(
        tuple(sorted(found)),
        {},
        french.typography(
            f"Communes d'où l'on rejoint {land.label(centre)} en {told} minutes au plus. {source}"
        ),
    )
