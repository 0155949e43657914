"""A still map of one territory, as a picture: for the meeting and for paper, nothing to hover.

Pure: shapes, colours and names in, SVG out. The picture names the territory's largest communes.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, radians

import geopandas as gpd
import shapely

from cpts_data.drawing import map_legend

_WIDE, _HIGH = 760.0, 470.0
_ROOM = 14.0
_LETTER, _LINE = 9.2, 22.0


@dataclass(frozen=True)
class Still:
    """Shapes ready to be coloured: SVG paths by commune, the outline, and places for names."""

    paths: Mapping[str, str]
    outline: str
    towns: tuple[tuple[str, float, float], ...]
    width: float
    height: float


def prepared(communes: gpd.GeoDataFrame, names: Sequence[tuple[str, str]]) -> Still:
    """Lay simplified contours (WGS 84, indexed by code) on a sheet.

    ``names`` are (code, name) of the communes to name, the most important first; a name that would
    cover another is left out.
    """
    west, south, east, north = communes.total_bounds
    shrink = cos(radians((south + north) / 2))
    wide, high = max((east - west) * shrink, 1e-6), max(north - south, 1e-6)
    scale = min((_WIDE - 2 * _ROOM) / wide, (_HIGH - 2 * _ROOM) / high)

    def place(x: float, y: float) -> tuple[float, float]:
        return _ROOM + (x - west) * shrink * scale, _ROOM + (north - y) * scale

    paths = {str(code): _path(shape, place) for code, shape in communes.geometry.items()}
    around = shapely.union_all(shapely.make_valid(communes.geometry.to_numpy()))
    towns: list[tuple[str, float, float]] = []
    taken: list[tuple[float, float, float, float]] = []
    width, height = wide * scale + 2 * _ROOM, high * scale + 2 * _ROOM
    for code, name in names:
        point = communes.geometry[code].representative_point()
        x, y = place(point.x, point.y)
        half = _LETTER * len(name) / 2
        x = min(max(x, half), max(width - half, half))
        box = (x - half, y - _LINE, x + half, y + _LINE / 2)
        if not any(
            box[0] < one[2] and one[0] < box[2] and box[1] < one[3] and one[1] < box[3]
            for one in taken
        ):
            taken.append(box)
            towns.append((name, x, y))
    return Still(paths, _path(around, place), tuple(towns), width, height)


def _path(shape: shapely.Geometry, place: object) -> str:
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    told = []
    for polygon in polygons:
        for ring in (polygon.exterior, *polygon.interiors):
            points = [place(x, y) for x, y in ring.coords]  # type: ignore[operator]
            told.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points[:-1]) + "Z")
    return "".join(told)


def picture(
    still: Still,
    fills: Mapping[str, str],
    alternative: str,
    hatched: Sequence[str] = (),
) -> str:
    """An ``<img>`` of the map; communes without colour are grey, those under secrecy hatched."""
    drawn = []
    for code, path in still.paths.items():
        colour = fills.get(code, map_legend.MISSING_COLOUR)
        drawn.append(f'<path d="{path}" fill="{escape(colour)}" stroke="#fff" stroke-width="1.2"/>')
        if code in hatched:
            drawn.append(f'<path d="{path}" fill="url(#h)"/>')
    names = "".join(
        f'<text x="{x:.0f}" y="{y:.0f}">{escape(name)}</text>' for name, x, y in still.towns
    )
    sheet = f"0 0 {still.width:.0f} {still.height:.0f}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{sheet}">'
        '<defs><pattern id="h" width="8" height="8" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="2" height="8" fill="#46525e"/></pattern></defs>'
        f'{"".join(drawn)}<path d="{still.outline}" fill="none" stroke="#14324a" stroke-width="3"/>'
        '<g font-family="Source Sans Pro,Arial,sans-serif" font-size="18" font-weight="600" '
        'text-anchor="middle" fill="#1d2733" stroke="#fff" stroke-width="4" paint-order="stroke" '
        f'stroke-linejoin="round">{names}</g></svg>'
    )
    content = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return (
        f'<img class="meet-map" alt="{escape(alternative)}" '
        f'src="data:image/svg+xml;base64,{content}">'
    )
