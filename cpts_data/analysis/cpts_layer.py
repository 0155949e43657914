"""Which communes a CPTS drawn as a polygon holds: by shares of area, never by mere touch.

The layer of CPTS and the contours of communes come from different drawings: along every border
each CPTS laps slightly over its neighbours' communes. Enrolling what intersects would enrol all
neighbours. A commune belongs to the CPTS that covers most of it; it is cut only when the layer
clearly cuts it (a CPTS drawn by IRIS), and then the share is known.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

EQUAL_AREA = 6933
"""EPSG code of a projection of the world that keeps areas: shares are ratios of true areas."""

SLIVER = 0.1
"""Share of a commune under which an overlap is a difference of drawing (convention)."""


def membership(
    cpts: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    population: pd.Series | None = None,
    *,
    sliver: float = SLIVER,
) -> pd.DataFrame:
    """Say which communes each CPTS holds, and for what part.

    ``cpts`` has a column ``cpts_id`` and polygons; ``communes`` has a column ``code`` and polygons,
    one row per commune or several (IRIS, quarters) that share its code. Both are in any projection,
    or both without one (planar coordinates). ``population``, on the index of ``communes``, gives
    the inhabitants of each row: the part of a commune in several rows is then its share of people,
    else its share of area.

    For each row of ``communes``, with s the share of its area within a CPTS: nothing when
    s <= ``sliver``; the whole row when s >= 1 - ``sliver``, or when s > 1/2 and no other CPTS has
    more than ``sliver`` (the rest is a difference of drawing, or belongs to nobody); else s.

    Returns ``cpts_id, code, part`` with ``part`` in ]0, 1], sorted by CPTS then code. A commune may
    be in no CPTS, or whole in two that overlap. Raises ``ValueError`` on a population whose index
    is not that of ``communes``.
    """
    weights = _weights(communes, population)
    zones = _planar(cpts).dissolve(by="cpts_id", sort=True)
    ground = _planar(communes)
    shapes, pieces = zones.geometry.to_numpy(), ground.geometry.to_numpy()
    rows, owners = shapely.STRtree(shapes).query(pieces, predicate="intersects")
    areas = shapely.area(pieces)
    shared = shapely.area(shapely.intersection(pieces[rows], shapes[owners]))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(areas[rows] > 0, shared / areas[rows], 0.0)
    kept = share > sliver
    rows, owners, share = rows[kept], owners[kept], share[kept]
    alone = np.bincount(rows, minlength=len(pieces))[rows] == 1
    whole = (share >= 1 - sliver) | (alone & (share > 0.5))
    held = pd.DataFrame(
        {
            "cpts_id": zones.index.to_numpy()[owners],
            "code": communes["code"].to_numpy()[rows],
            "part": np.where(whole, 1.0, share) * weights[rows],
        }
    )
    table = held.groupby(["cpts_id", "code"], as_index=False)["part"].sum()
    table["part"] = table["part"].clip(upper=1.0)
    return table[table["part"] > 0].reset_index(drop=True)


def _planar(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with true areas and valid shapes; as it is when it names no projection."""
    planar = frame if frame.crs is None else frame.to_crs(EQUAL_AREA)
    return planar.set_geometry(
        gpd.GeoSeries(shapely.make_valid(planar.geometry.to_numpy()), planar.index, crs=planar.crs)
    )


def _weights(communes: gpd.GeoDataFrame, population: pd.Series | None) -> np.ndarray:
    """What each row counts for in its commune: its share of people, or of area without people."""
    size = pd.Series(shapely.area(_planar(communes).geometry.to_numpy()), index=communes.index)
    if population is not None:
        if not population.index.equals(communes.index):
            raise ValueError("population must have the index of communes")
        people = population.astype(float)
        known = people.groupby(communes["code"]).transform("sum") > 0
        size = people.where(known, size)
    total = size.groupby(communes["code"]).transform("sum")
    return np.where(total > 0, size / total, 0.0)
