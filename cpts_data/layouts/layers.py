"""Received layers of polygons, brought to longitudes and latitudes whatever their projection.

A GeoJSON file is supposed to be in WGS 84, and many are not: the old ``crs`` member says so, or
only the size of the coordinates does.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import geopandas as gpd
import pyogrio
import pyproj
import shapely

from cpts_data.contracts import ContractError, Fault
from cpts_data.received import head_of

WGS84, LAMBERT_93, WEB_MERCATOR = 4326, 2154, 3857
_EARTH = (-180.0, -90.0, 180.0, 90.0)
# Where the metropole lies in the two projections that French layers use most.
_METROPOLE = {
    LAMBERT_93: (50_000.0, 5_950_000.0, 1_350_000.0, 7_250_000.0),
    WEB_MERCATOR: (-650_000.0, 4_950_000.0, 1_150_000.0, 6_750_000.0),
}
_MERCATOR_WORLD = (-20_100_000.0, -20_100_000.0, 20_100_000.0, 20_100_000.0)


def _within(bounds: tuple[float, ...], box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = bounds
    return box[0] <= west and box[1] <= south and east <= box[2] and north <= box[3]


def projection_of(bounds: tuple[float, float, float, float]) -> int | None:
    """Judge the EPSG code of coordinates by their size; None when it cannot be told.

    ``bounds`` is west, south, east, north. A layer of the north of the metropole alone may fit both
    Lambert 93 and Web Mercator: then nothing is guessed.
    """
    if _within(bounds, _EARTH):
        return WGS84
    fits = [code for code, box in _METROPOLE.items() if _within(bounds, box)]
    if len(fits) == 1:
        return fits[0]
    if not fits and _within(bounds, _MERCATOR_WORLD):
        return WEB_MERCATOR
    return None


_UNREADABLE = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    shapely.errors.ShapelyError,
    pyproj.exceptions.ProjError,
    ValueError,
    OverflowError,
)


def opened(path: Path, layer: str | None = None) -> gpd.GeoDataFrame:
    """Open a GeoJSON file or a layer of a GeoPackage as it is.

    Raises :class:`~cpts_data.contracts.ContractError` when it is damaged: cut, a ring that does not
    close, coordinates that are no numbers, no geometry at all.
    """
    try:
        with warnings.catch_warnings():
            # GDAL tells each oddity in English; what matters is checked on the shapes.
            warnings.simplefilter("ignore", RuntimeWarning)
            raw = gpd.read_file(path, layer=layer) if layer else gpd.read_file(path)
        if isinstance(raw, gpd.GeoDataFrame):
            return raw
    except _UNREADABLE as error:
        raise ContractError([_damaged(path)]) from error
    raise ContractError([_damaged(path)])


def in_degrees(path: Path, raw: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring a layer to WGS 84.

    Raises :class:`~cpts_data.contracts.ContractError` when its coordinates are out of
    its projection.
    """
    try:
        return raw.to_crs(WGS84)
    except _UNREADABLE as error:
        bounds = tuple(float(value) for value in raw.total_bounds)
        raise ContractError([_untold(path, bounds)]) from error


def _damaged(path: Path) -> Fault:
    return Fault(
        path.name,
        "un fichier géographique incomplet ou endommagé",
        "un fichier GeoJSON ou GeoPackage complet, avec ses contours",
        "téléchargez-le de nouveau.",
    )


def read_layer(path: Path, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read a GeoJSON file or a layer of a GeoPackage, in WGS 84, shapes made valid.

    Raises :class:`~cpts_data.contracts.ContractError` when the file is damaged or its projection
    can be told neither by its ``crs`` member nor by its coordinates.
    """
    raw = opened(path, layer)
    if not len(raw) or raw.geometry.isna().all():
        fault = Fault(
            path.name, "une couche vide", "des contours", "vérifiez l'export de la couche."
        )
        raise ContractError([fault])
    bounds = tuple(float(value) for value in raw.total_bounds)
    stated = head_of(path).kind == "geopackage" or _has_crs(path)
    if not stated or raw.crs is None or (raw.crs.is_geographic and not _within(bounds, _EARTH)):
        west, south, east, north = bounds
        found = projection_of((west, south, east, north))
        if found is None:
            raise ContractError([_untold(path, bounds)])
        raw = raw.set_crs(found, allow_override=True)
    raw = in_degrees(path, raw)
    shapes = raw.geometry.to_numpy()
    invalid = ~shapely.is_valid(shapes)
    if invalid.any():
        raw.loc[invalid, raw.geometry.name] = shapely.make_valid(shapes[invalid])
    return raw


def _has_crs(path: Path) -> bool:
    """Whether a GeoJSON file names its projection, before its features or after them."""
    with path.open("rb") as stream:
        start = stream.read(4096)
        stream.seek(max(0, path.stat().st_size - 4096))
        end = stream.read()
    return bool(re.search(rb'"crs"\s*:\s*\{', start + b" " + end))


def _untold(path: Path, bounds: tuple[float, ...]) -> Fault:
    told = ", ".join(f"{value:.0f}" for value in bounds)
    return Fault(
        path.name,
        f"des coordonnées de projection inconnue ({told})",
        "des longitudes et latitudes, ou une projection déclarée dans le fichier",
        "exportez la couche en WGS 84 (EPSG:4326).",
    )
