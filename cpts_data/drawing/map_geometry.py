"""Contours, outlines and town names as one script that the browser loads once.

The encoding is compact rather than standard: whole numbers of 10⁻⁴ degree, each point as a step
from the one before. ``map_layer.js`` reads it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cpts_data.analysis.geometry import DECIMALS, outline_lines


def geometry_script(
    communes: gpd.GeoDataFrame,
    outlines: Mapping[str, gpd.GeoDataFrame],
    towns: pd.DataFrame,
    *,
    attribution: str = "",
) -> str:
    """Write contours, outlines and town names as one constant script.

    ``communes`` is indexed by code, with ``name`` (and, if wished, ``within``: a second line of
    the tooltip, such as the CPTS) and simplified contours in WGS84; ``outlines`` gives for each
    kind (``"departement"``, ``"cpts"``, ``"region"``, ``"epci"``) the dissolved contours, indexed
    by id, with ``name``; ``towns`` has ``name, lat, lon, rank`` (1 shows first, 2 next, 3 and more
    appear on zooming). ``attribution`` is the credit of the contours.

    The colours sent later by :func:`paint` follow the order of ``communes``. Raises ``ValueError``
    when a code is there twice.
    """
    if not communes.index.is_unique:
        twice = communes.index[communes.index.duplicated()].unique().tolist()
        raise ValueError(f"commune codes must be unique, found twice: {twice[:10]}")
    content: dict[str, Any] = {
        "sum": codes_sum(communes.index),
        "decimals": DECIMALS,
        "side": _typical_side(communes),
        "codes": [str(code) for code in communes.index],
        "names": [str(name) for name in communes["name"]],
        "shapes": _encoded_polygons(communes.geometry.to_numpy()),
        "outlines": {kind: _outline(frame) for kind, frame in outlines.items()},
        "towns": [
            [str(town.name_), round(float(town.lat), 4), round(float(town.lon), 4), int(town.rank_)]
            for town in towns.rename(columns={"name": "name_", "rank": "rank_"}).itertuples()
        ],
        "attribution": attribution,
    }
    if "within" in communes:
        content["within"] = [str(text) for text in communes["within"].fillna("")]
    return f"window.cptsGeometry={as_script_value(content)};\n"


def encoded_shape(shape: shapely.Geometry) -> list[list[list[int]]]:
    """One territory's polygons as the map reads them: lists of rings in units of 10⁻⁴ degree."""
    return _encoded_polygons(np.array([shape], dtype=object))[0]


def zone_script(
    key: str,
    zones: gpd.GeoDataFrame,
    owners: pd.Series,
    *,
    title: str,
    styles: Sequence[Mapping[str, Any]],
) -> str:
    """Write a layer of territories, loaded by the browser when it is first asked for.

    ``zones`` is indexed by id with ``name`` and ``style`` (rank among ``styles``); ``owners``
    gives, for each commune of the map in its order, the id of its zone or missing. A style has
    ``colour`` and ``weight``, and may have ``dash``, ``hatch`` and ``band`` (drawn inside its
    zone, so that neighbours of two styles are told apart; else a line on the border). ``title``
    heads the zone's name in tooltips.
    """
    place = {identifier: rank for rank, identifier in enumerate(zones.index)}
    content = _outline(zones) | {
        "kind": "zones",
        "sum": codes_sum(owners.index),
        "title": title,
        "styles": list(styles),
        "style": [int(rank) for rank in zones["style"]],
        "of": [place.get(owner, -1) for owner in owners],
    }
    return _layer(key, content)


def point_script(
    key: str, points: pd.DataFrame, *, title: str, style: Mapping[str, Any], family: str
) -> str:
    """Write a layer of points: ``points`` has ``name, lat, lon, count``.

    Points of layers of one ``family`` gather together when they are close on the screen. ``style``
    has ``colour`` and ``letter``.
    """
    places = _whole(points[["lon", "lat"]].to_numpy(dtype=float).reshape(-1, 2))
    names, ranks = np.unique(points["name"].astype(str).to_numpy(dtype=str), return_inverse=True)
    content = {
        "kind": "points",
        "family": family,
        "title": title,
        "style": dict(style),
        "decimals": DECIMALS,
        "places": _delta(places),
        "names": names.tolist(),
        "name": ranks.tolist(),
        "count": [int(count) for count in points["count"]],
    }
    return _layer(key, content)


def _layer(key: str, content: Mapping[str, Any]) -> str:
    name = as_script_value(key)
    return f"(window.cptsLayers=window.cptsLayers||{{}})[{name}]={as_script_value(content)};\n"


def codes_sum(codes: Iterable[object]) -> int:
    """Checksum of codes in their order: says whether colours were made for these contours."""
    return zlib.crc32(",".join(map(str, codes)).encode())


def as_script_value(content: object) -> str:
    """JSON that stays data inside a script: no « < », « > », « & », no line separators."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _typical_side(communes: gpd.GeoDataFrame) -> float:
    """Median side of a commune, in degrees of longitude at its latitude."""
    west, south, east, north = shapely.bounds(communes.geometry.to_numpy()).T
    shrink = np.cos(np.radians((south + north) / 2))
    sides = np.sqrt((east - west) * (north - south) / shrink)
    return round(float(np.nanmedian(sides)), 5) if len(sides) else 0.1


def _outline(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    lines = outline_lines(frame)
    encoded = [_delta(_whole(shapely.get_coordinates(line))) for line in lines.geometry]
    return {
        "ids": [str(identifier) for identifier in frame.index],
        "names": [str(name) for name in frame["name"]],
        "shapes": _encoded_polygons(frame.geometry.to_numpy()),
        "between": [line for line, shared in zip(encoded, lines["shared"], strict=True) if shared],
        "around": [
            line for line, shared in zip(encoded, lines["shared"], strict=True) if not shared
        ],
    }


def _whole(points: np.ndarray) -> np.ndarray:
    return np.rint(points * 10**DECIMALS).astype(np.int64)


def _delta(points: np.ndarray) -> list[int]:
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return steps.ravel().tolist()


def _encoded_polygons(shapes: np.ndarray) -> list[list[list[list[int]]]]:
    """Polygons as lists of rings ``[x, y, dx, dy, …]`` in 10⁻⁴ degree, closing point left out."""
    if not len(shapes):
        return []
    several = [_as_multipolygon(shape) for shape in shapes]
    _, points, (rings, polygons, parts) = shapely.to_ragged_array(several)
    whole = _whole(points)
    encoded = [_delta(whole[a : b - 1]) for a, b in pairwise(rings)]
    grouped = [encoded[a:b] for a, b in pairwise(polygons)]
    return [grouped[a:b] for a, b in pairwise(parts)]


def _as_multipolygon(shape: shapely.Geometry | None) -> shapely.MultiPolygon:
    if shape is None or shape.is_empty:
        return shapely.MultiPolygon()
    return shape if isinstance(shape, shapely.MultiPolygon) else shapely.MultiPolygon([shape])
