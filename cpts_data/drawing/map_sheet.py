"""A territory and what surrounds it, laid on a sheet: for documents, as SVG. Pure.

Communes of the territory wear their colours, those around it are pale; the outline of the
territory, the borders of départements and of the CPTS are drawn over, then the names of towns.
North is up; one unit of the sheet is the same length everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cpts_data import french
from cpts_data.drawing import map_legend

WIDE = 1000.0
_TALLEST, _FLATTEST = 1.0, 0.5
_MARGIN = 0.06
_TOUCHING = 1.0
LETTERS = 23.0
FONT = "Source Sans 3, Source Sans Pro, Arial, sans-serif"
_DARK = "#14324a"
_PALE = "#eef1f4"
_SIGNS = (
    '<pattern id="h" width="9" height="9" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="2.4" height="9" fill="#46525e"/></pattern>'
    '<pattern id="d" width="10" height="10" patternUnits="userSpaceOnUse">'
    '<circle cx="3" cy="3" r="1.8" fill="#46525e"/></pattern>'
)


@dataclass(frozen=True)
class Sheet:
    """Shapes ready to be coloured: SVG paths by commune, lines, towns; metres of one unit."""

    paths: Mapping[str, str]
    inside: frozenset[str]
    outline: str
    borders: str
    others: str
    towns: tuple[tuple[str, float, float], ...]
    height: float
    metres: float

    @property
    def scale(self) -> tuple[float, str]:
        """A round length of about a fifth of the width: in units of the sheet, and in words."""
        metres = _round_length(WIDE * self.metres / 5)
        words = f"{french.number(metres / 1000)}{french.NO_BREAK}km"
        if metres < 1000:
            words = f"{french.number(metres)}{french.NO_BREAK}m"
        return metres / self.metres, words


def laid(
    plane: gpd.GeoSeries,
    inside: Iterable[str],
    departements: pd.Series,
    others: Mapping[str, Sequence[str]],
    names: Sequence[tuple[str, str]],
) -> Sheet:
    """Lay the communes around a territory on a sheet.

    ``plane`` are simplified contours in metres, by code; ``inside`` the codes of the territory;
    ``departements`` the département of each code; ``others`` the codes of each neighbouring CPTS;
    ``names`` (code, name) of the communes to name, the most important first. ``ValueError`` when no
    commune of the territory has a contour.
    """
    own = [code for code in inside if code in plane.index]
    if not own:
        raise ValueError("the territory has no contour")
    box = _box(plane.loc[own].total_bounds)
    west, south, east, north = box
    scale = WIDE / (east - west)
    near = plane.iloc[np.flatnonzero(_meets(plane, box))]
    clipped = shapely.clip_by_rect(near.to_numpy(), *box)
    placed = shapely.transform(clipped, lambda points: (points - (west, north)) * (scale, -scale))
    shapes = dict(zip(near.index.astype(str), placed, strict=True))
    shapes = {code: shape for code, shape in shapes.items() if not shape.is_empty}
    around = _union(shapes[code] for code in own if code in shapes)
    by_departement: dict[str, list[shapely.Geometry]] = {}
    for code, shape in shapes.items():
        by_departement.setdefault(str(departements.get(code, "")), []).append(shape)
    return Sheet(
        {code: _area(shape) for code, shape in shapes.items()},
        frozenset(str(code) for code in own),
        _area(around),
        _between([_union(parts) for parts in by_departement.values()]),
        "".join(
            _area(_union(shapes[code] for code in codes if code in shapes))
            for codes in others.values()
        ),
        tuple((name, *_middle(shapes[code])) for code, name in names if code in shapes),
        (north - south) * scale,
        1 / scale,
    )


def _box(bounds: Sequence[float]) -> tuple[float, float, float, float]:
    """What is seen: the territory and a margin, neither too tall nor too flat."""
    west, south, east, north = (float(one) for one in bounds)
    wide, high = max(east - west, 500.0) * (1 + 2 * _MARGIN), max(north - south, 500.0)
    high *= 1 + 2 * _MARGIN
    wide, high = max(wide, high / _TALLEST), max(high, wide * _FLATTEST)
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _meets(plane: gpd.GeoSeries, box: tuple[float, float, float, float]) -> np.ndarray:
    bounds = plane.bounds.to_numpy()
    west, south, east, north = box
    return np.asarray(
        (bounds[:, 0] < east)
        & (bounds[:, 2] > west)
        & (bounds[:, 1] < north)
        & (bounds[:, 3] > south)
    )


def _union(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry:
    parts = [part for part in shapes if not part.is_empty]
    return shapely.union_all(shapely.make_valid(np.array(parts, dtype=object)))


def _between(areas: Sequence[shapely.Geometry]) -> str:
    """The lines that part areas from each other, without the outer edge."""
    if len(areas) < 2:
        return ""
    edge = shapely.boundary(_union(areas)).buffer(_TOUCHING)
    lines = [shapely.difference(shapely.boundary(area), edge) for area in areas]
    told = []
    for line in shapely.get_parts(shapely.line_merge(shapely.union_all(lines))):
        if line.geom_type == "LineString":
            points = shapely.get_coordinates(line)
            told.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points))
    return "".join(told)


def _area(shape: shapely.Geometry) -> str:
    told = []
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type != "Polygon":
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            points = shapely.get_coordinates(ring)[:-1]
            told.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return "".join(told)


def _middle(shape: shapely.Geometry) -> tuple[float, float]:
    point = shape.representative_point()
    return float(point.x), float(point.y)


def _names(sheet: Sheet, size: float) -> str:
    """The names of towns at a size of letters; one that would cover another is left out."""
    told = []
    taken: list[tuple[float, float, float, float]] = []
    for name, x, y in sheet.towns:
        half, line = size * len(name) / 4, size * 1.1
        x = min(max(x, half + 4), max(WIDE - half - 4, half + 4))
        y = min(max(y, line), sheet.height - line / 2)
        box = (x - half, y - line, x + half, y + line / 2)
        if not any(
            box[0] < one[2] and one[0] < box[2] and box[1] < one[3] and one[1] < box[3]
            for one in taken
        ):
            taken.append(box)
            told.append(f'<text x="{x:.1f}" y="{y:.1f}">{escape(name)}</text>')
    return "".join(told)


def drawing(
    sheet: Sheet,
    fills: Mapping[str, str],
    states: Mapping[str, Iterable[str]] | None = None,
    letters: float = LETTERS,
) -> str:
    """The map as SVG: communes of the territory coloured, hatched, dotted, blank or grey.

    ``fills`` and ``states`` are those of ``choropleth.choropleth``: a commune with neither is grey
    (nobody gave its figure). ``letters`` is the size of the names of towns.
    """
    found = {name: set(codes) for name, codes in (states or {}).items()}
    plain = [path for code, path in sheet.paths.items() if code not in sheet.inside]
    parts = [
        f'<path d="{"".join(plain)}" fill="{_PALE}" stroke="#fff" stroke-width="1"/>',
        f'<path d="{sheet.others}" fill="none" stroke="#a9b4bf" stroke-width="2.2"/>',
    ]
    for code in sheet.paths:
        if code in sheet.inside:
            parts.append(_commune(sheet.paths[code], code, fills, found))
    sheet_box = f"0 0 {WIDE:.0f} {sheet.height:.0f}"
    names = _names(sheet, letters)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{sheet_box}" width="{WIDE:.0f}" '
        f'height="{sheet.height:.0f}"><defs>{_SIGNS}</defs>{"".join(parts)}'
        f'<path d="{sheet.borders}" fill="none" stroke="#5c6b78" stroke-width="1.6" '
        'stroke-dasharray="9 5"/>'
        f'<path d="{sheet.outline}" fill="none" stroke="{_DARK}" stroke-width="4" '
        'stroke-linejoin="round"/>'
        f'<g font-family="{FONT}" font-size="{letters:g}" font-weight="600" text-anchor="middle" '
        'fill="#1d2733" stroke="#fff" stroke-width="5" paint-order="stroke" '
        f'stroke-linejoin="round">{names}</g></svg>'
    )


def _commune(path: str, code: str, fills: Mapping[str, str], states: Mapping[str, set[str]]) -> str:
    colour = fills.get(code, map_legend.MISSING_COLOUR)
    if code in states.get("hatched", ()) and code not in fills:
        colour = map_legend.MASKED_COLOUR
    if code in states.get("blank", ()):
        colour = map_legend.BLANK_COLOUR
    if code in states.get("context", ()):
        colour = map_legend.CONTEXT_COLOUR
    edge = 'stroke="#fff" stroke-width="1.4"'
    if code in states.get("estimated", ()):
        edge = 'stroke="#1b2530" stroke-width="2" stroke-dasharray="2 3"'
    told = f'<path d="{path}" fill="{escape(colour)}" {edge}/>'
    for state, pattern in (("hatched", "h"), ("dotted", "d")):
        if code in states.get(state, ()):
            told += f'<path d="{path}" fill="url(#{pattern})"/>'
    return told


def _round_length(metres: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10.0 ** np.floor(np.log10(max(metres, 1.0)))
    return float(max(k * power for k in (1, 2, 5) if k * power <= max(metres, power)))
