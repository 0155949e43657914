"""Contours made light for the screen, and the outlines of groups of communes.

A coverage is a set of polygons that share their borders (the communes of a region). It is
simplified as a whole, so that two neighbours keep the same border: simplifying feature by feature
leaves gaps and overlaps. Outlines of CPTS, départements and régions are dissolved from the same
simplified communes, so that they lie exactly on their borders.

Everything enters in any coordinate reference system (WGS84 when the frame names none) and leaves
in WGS84, longitude and latitude in degrees.
"""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

WGS84: Final = CRS.from_epsg(4326)
LAMBERT_93: Final = CRS.from_epsg(2154)

DECIMALS: Final = 4
"""Decimals of a degree kept in contours: about 11 metres, under one pixel on a screen."""

_METROPOLE: Final = (-10.0, 40.0, 12.0, 53.0)
_GAP_DEGREES: Final = 2.0
_SLIVER_DEGREES: Final = 3e-4
_SNAP_DEGREES: Final = 1e-7


def metric_crs(bounds: tuple[float, float, float, float]) -> CRS:
    """Choose the projection in which metres are metres for an area.

    ``bounds`` is west, south, east, north in degrees. EPSG:2154 (Lambert 93) for the metropole and
    its seas, else an equal-area projection centred on the area (overseas départements).
    """
    west, south, east, north = bounds
    if (
        west >= _METROPOLE[0]
        and south >= _METROPOLE[1]
        and east <= _METROPOLE[2]
        and north <= _METROPOLE[3]
    ):
        return LAMBERT_93
    longitude, latitude = (west + east) / 2, (south + north) / 2
    return CRS.from_proj4(
        f"+proj=laea +lat_0={latitude:.4f} +lon_0={longitude:.4f} +datum=WGS84 +units=m +no_defs"
    )


def simplify_coverage(frame: gpd.GeoDataFrame, tolerance_metres: float) -> gpd.GeoDataFrame:
    """Simplify polygons that share borders, keeping the borders shared.

    The index, the order and the other columns are kept; the geometry becomes WGS84 rounded to
    :data:`DECIMALS` and valid. ``tolerance_metres`` is the side of the smallest detail kept
    (Visvalingam-Whyatt: corners whose triangle is smaller than its square go): about 200 for a
    région, 1000 for France. 0 rounds only. No polygon ever vanishes: one too small for the
    tolerance or for the rounding keeps more detail than asked.

    Raises ``ValueError`` when the tolerance is negative. Source: shapely ``coverage_simplify``
    (GEOS), in the projection of :func:`metric_crs`, one group of nearby territories at a time.
    """
    if tolerance_metres < 0:
        raise ValueError(f"tolerance_metres must be positive, found {tolerance_metres}")
    degrees = _in_wgs84(frame)
    original = _valid_polygons(_snapped(degrees.geometry.to_numpy()))
    light = original.copy()
    if tolerance_metres > 0:
        for members in _areas(original):
            part = gpd.GeoSeries(original[members], crs=WGS84)
            crs = metric_crs(tuple(part.total_bounds))
            projected = part.to_crs(crs).to_numpy()
            simple = shapely.coverage_simplify(projected, tolerance_metres)
            light[members] = gpd.GeoSeries(simple, crs=crs).to_crs(WGS84).to_numpy()
    return degrees.set_geometry(gpd.GeoSeries(_rounded(light, original), frame.index, crs=WGS84))


def dissolve(frame: gpd.GeoDataFrame, groups: pd.Series) -> gpd.GeoDataFrame:
    """Outline of each group of polygons.

    ``groups`` gives the group of each polygon by its label in the index of ``frame``. A label may
    appear several times (a commune in two CPTS), be absent or have no group (a commune in none);
    labels unknown to ``frame`` are ignored. Returns one row per group, indexed by group in sorted
    order, in WGS84, on the very vertices of ``frame`` (to one centimetre, so that borders which
    differ by the last bit of a float are one border).
    """
    degrees = _in_wgs84(frame)
    shapes = pd.Series(_snapped(degrees.geometry.to_numpy()), index=degrees.index, dtype=object)
    known = groups.dropna()
    known = known[known.index.isin(shapes.index)]
    outlines = {
        group: _union(shapes.loc[labels.unique()].to_numpy())
        for group, labels in known.index.to_series().groupby(known.to_numpy())
    }
    index = pd.Index(list(outlines), name=groups.name, dtype=known.dtype)
    return gpd.GeoDataFrame(geometry=list(outlines.values()), index=index, crs=WGS84)


def outline_lines(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Borders of polygons as lines, a border shared by two neighbours being there once.

    Returns one row per line, in WGS84, numbered from 0, with ``shared``: True between polygons,
    False on the outer edge of them all (coast, enclave). Drawing these instead of the polygons
    halves the work and keeps dashes regular. Polygons that overlap keep both their borders.
    """
    shapes = _snapped(_in_wgs84(frame).geometry.to_numpy())
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(shapes))))
    edge = shapely.boundary(_union(shapes)) if len(shapes) else shapely.LineString()
    shapely.prepare(edge)
    return gpd.GeoDataFrame(
        {"shared": ~shapely.covers(edge, lines)},
        geometry=list(lines),
        index=pd.RangeIndex(len(lines)),
        crs=WGS84,
    )


def main_towns(frame: gpd.GeoDataFrame, limit: int = 150) -> pd.DataFrame:
    """Choose the towns whose names a map may show, and the order in which it shows them.

    ``frame`` has ``name`` and ``population``; whole cities are wanted, not their arrondissements.
    Returns ``name, lat, lon, rank`` for the ``limit`` most populous, in decreasing order, with the
    index of ``frame``: rank 1 for the first eight, 2 for the next sixteen, 3 for the next forty,
    4 after. The point lies inside the contour. Towns without population are left out.
    """
    largest = _in_wgs84(frame).dropna(subset=["population"])
    largest = largest.sort_values("population", ascending=False, kind="stable").head(limit)
    points = largest.geometry.representative_point()
    rank = np.searchsorted([8, 24, 64], np.arange(len(largest)), side="right") + 1
    return pd.DataFrame(
        {"name": largest["name"], "lat": points.y, "lon": points.x, "rank": rank},
        index=largest.index,
    )


def map_bounds(frame: gpd.GeoDataFrame) -> tuple[tuple[float, float], tuple[float, float]]:
    """South-west and north-east corners of a frame, as (latitude, longitude) in degrees.

    Raises ``ValueError`` when the frame is empty.
    """
    west, south, east, north = (float(side) for side in _in_wgs84(frame).total_bounds)
    if np.isnan(west):
        raise ValueError("an empty frame has no bounds")
    return (south, west), (north, east)


def _in_wgs84(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if frame.crs is None:
        return frame.set_crs(WGS84)
    return frame if frame.crs == WGS84 else frame.to_crs(WGS84)


def _snapped(shapes: np.ndarray) -> np.ndarray:
    """Borders that differ by the last bit of a float made the same, to one centimetre."""
    return shapely.set_precision(shapes, _SNAP_DEGREES, mode="pointwise")


def _valid_polygons(shapes: np.ndarray) -> np.ndarray:
    """Mend what is invalid, keeping surfaces only."""
    mended = shapes.copy()
    bad = ~shapely.is_valid(mended)
    if bad.any():
        mended[bad] = shapely.make_valid(mended[bad], method="structure", keep_collapsed=False)
    return mended


def _areas(shapes: np.ndarray) -> list[np.ndarray]:
    """Positions of the polygons, cut where no polygon lies for two degrees of longitude.

    So metropole, Antilles, Guyane, Mayotte and Réunion each get their own projection, and no
    shared border is ever cut in two.
    """
    limits = shapely.bounds(shapes)
    limits = np.where(np.isnan(limits), 0.0, limits)
    order = np.argsort(limits[:, 0], kind="stable")
    reach = np.maximum.accumulate(limits[order, 2])
    starts = np.flatnonzero(limits[order[1:], 0] - reach[:-1] > _GAP_DEGREES) + 1
    return [np.sort(part) for part in np.split(order, starts) if len(part)]


def _rounded(light: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Round to :data:`DECIMALS`; more decimals, then the original, for what would vanish."""
    result = _round(light, DECIMALS)
    for decimals in (DECIMALS + 1, DECIMALS + 2):
        lost = shapely.area(result) == 0
        if not lost.any():
            return result
        result[lost] = _round(original[lost], decimals)
    lost = shapely.area(result) == 0
    result[lost] = original[lost]
    return result


def _round(shapes: np.ndarray, decimals: int) -> np.ndarray:
    rounded = shapely.transform(shapes, lambda points: np.round(points, decimals))
    return shapely.remove_repeated_points(_valid_polygons(rounded))


def _union(shapes: np.ndarray) -> shapely.Geometry:
    """Union of polygons, exact on shared borders, without the slivers of unmatched ones."""
    if shapely.coverage_is_valid(shapes):
        merged = shapely.coverage_union_all(shapes)
    else:
        merged = shapely.union_all(shapely.make_valid(shapes))
    parts = [_filled(part) for part in shapely.get_parts(merged) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _filled(polygon: shapely.Polygon) -> shapely.Polygon:
    """Fill the holes thinner than :data:`_SLIVER_DEGREES`."""
    holes = [
        ring
        for ring in polygon.interiors
        if 2 * shapely.Polygon(ring).area / ring.length > _SLIVER_DEGREES
    ]
    return shapely.Polygon(polygon.exterior, holes)
