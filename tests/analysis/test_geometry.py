"""Contours on hand-made squares: shared borders, tiny communes, outlines of groups."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from cpts_data.analysis.geometry import (
    WGS84,
    dissolve,
    main_towns,
    map_bounds,
    metric_crs,
    outline_lines,
    simplify_coverage,
)


def square(x: float, y: float, side: float = 0.1) -> shapely.Polygon:
    return shapely.box(x, y, x + side, y + side)


def wavy_pair(x: float = 2.0, y: float = 46.0) -> gpd.GeoDataFrame:
    """Two rectangles that share a border of 201 points, waving by 30 metres around x + 0.1."""
    heights = np.linspace(y, y + 0.1, 201)
    middle = [(x + 0.1 + 0.0004 * (-1) ** k, h) for k, h in enumerate(heights)]
    left = shapely.Polygon([(x, y), *middle, (x, y + 0.1)])
    right = shapely.Polygon([(x + 0.2, y), (x + 0.2, y + 0.1), *reversed(middle)])
    return gpd.GeoDataFrame(
        {"name": ["Gauche", "Droite"]}, geometry=[left, right], index=["00001", "00002"], crs=WGS84
    )


def grid(columns: int = 4, rows: int = 2) -> gpd.GeoDataFrame:
    codes, shapes = [], []
    for row in range(rows):
        for column in range(columns):
            codes.append(f"00{row}{column:02d}")
            shapes.append(square(2 + column * 0.1, 46 + row * 0.1))
    return gpd.GeoDataFrame({"name": codes}, geometry=shapes, index=codes, crs=WGS84)


def test_a_shared_border_stays_shared_and_gets_light():
    pair = wavy_pair()
    light = simplify_coverage(pair, 200)
    left, right = light.geometry
    assert shapely.get_num_coordinates(left) < 15
    assert left.intersection(right).area == 0
    assert left.union(right).area == pytest.approx(0.2 * 0.1, rel=0.01)
    assert shapely.coverage_is_valid(light.geometry.to_numpy())


def test_index_columns_and_input_are_kept():
    pair = wavy_pair()
    before = pair.geometry.to_wkb().tolist()
    light = simplify_coverage(pair.to_crs(2154), 200)
    assert light.index.tolist() == ["00001", "00002"]
    assert light["name"].tolist() == ["Gauche", "Droite"]
    assert light.crs == WGS84
    assert pair.geometry.to_wkb().tolist() == before


def test_coordinates_have_four_decimals():
    light = simplify_coverage(wavy_pair(2.123456, 46.654321), 100)
    points = shapely.get_coordinates(light.geometry.to_numpy())
    assert np.allclose(points, points.round(4), atol=1e-12)


def test_a_tiny_commune_never_vanishes():
    tiny = square(2.10002, 46.05, side=0.00002)  # two metres: nothing at four decimals
    rest = square(2.0, 46.0)
    frame = gpd.GeoDataFrame(
        {"name": ["Grande", "Minuscule"]}, geometry=[rest, tiny], index=["a", "b"], crs=WGS84
    )
    light = simplify_coverage(frame, 1000)
    assert (shapely.area(light.geometry.to_numpy()) > 0).all()
    assert light.geometry["b"].centroid.distance(tiny.centroid) < 1e-4


def test_an_invalid_polygon_is_mended():
    bow_tie = shapely.Polygon([(2, 46), (2.1, 46.1), (2.1, 46), (2, 46.1)])
    frame = gpd.GeoDataFrame({"name": ["Nœud"]}, geometry=[bow_tie], index=["a"], crs=WGS84)
    light = simplify_coverage(frame, 100)
    assert light.is_valid.all()
    # Two triangles of base 0.1 and height 0.05.
    assert light.geometry["a"].area == pytest.approx(2 * 0.1 * 0.05 / 2)


def test_every_area_is_simplified_in_its_own_metres():
    """The same two rectangles in Guadeloupe and in the metropole lose about as many points."""
    frame = pd.concat([wavy_pair(2.0, 46.0), wavy_pair(-61.5, 16.2)])
    frame.index = ["a", "b", "c", "d"]
    light = simplify_coverage(frame, 200)
    counts = shapely.get_num_coordinates(light.geometry.to_numpy())
    assert counts.max() < 15
    assert light.total_bounds[0] == pytest.approx(-61.5)
    assert light.total_bounds[3] == pytest.approx(46.1)


def test_metric_crs():
    assert metric_crs((-5.0, 42.0, 8.0, 51.0)).to_epsg() == 2154
    guyane = metric_crs((-54.6, 2.1, -51.6, 5.8))
    assert guyane.to_epsg() != 2154
    # One degree of latitude is 110.6 km at 4° north.
    ends = gpd.GeoSeries(gpd.points_from_xy([-53, -53], [3.5, 4.5]), crs=WGS84).to_crs(guyane)
    assert ends.iloc[0].distance(ends.iloc[1]) == pytest.approx(110_600, rel=0.002)


def test_negative_tolerance_is_refused():
    with pytest.raises(ValueError, match="tolerance_metres"):
        simplify_coverage(grid(), -1)


def test_dissolve_draws_the_outline_of_each_group():
    communes = grid()  # four columns, two rows
    groups = pd.Series(
        {"00000": "A", "00001": "A", "00100": "A", "00003": "B", "00103": "B"}, name="cpts"
    )
    outlines = dissolve(communes, groups)
    assert outlines.index.tolist() == ["A", "B"]
    assert outlines.index.name == "cpts"
    assert outlines.geometry["A"].area == pytest.approx(3 * 0.01)
    assert outlines.geometry["B"].bounds == pytest.approx((2.3, 46.0, 2.4, 46.2))


def test_borders_that_differ_by_the_last_bit_are_one():
    side = 0.05
    starts = [2 + side * k for k in range(20)]
    assert any(a + side != b for a, b in pairwise(starts))
    row = gpd.GeoDataFrame(geometry=[square(x, 46.0, side) for x in starts], crs=WGS84)
    outline = dissolve(row, pd.Series("A", index=row.index)).geometry["A"]
    assert outline.geom_type == "Polygon"
    assert outline.length == pytest.approx(2 * (20 * side + side))


def test_a_commune_may_belong_to_two_groups_or_to_none():
    communes = grid(2, 1)
    groups = pd.Series(["A", "B", "A", None, "C"], index=["00000", "00000", "00001", "00001", "?"])
    outlines = dissolve(communes, groups)
    assert outlines.index.tolist() == ["A", "B"]
    assert outlines.geometry["A"].area == pytest.approx(0.02)
    assert outlines.geometry["B"].area == pytest.approx(0.01)


def test_dissolve_fills_the_slivers_of_unmatched_borders():
    left = square(2.0, 46.0)
    # Its border leaves the neighbour's by 10 metres in the middle: a thin hole.
    right = shapely.Polygon(
        [(2.1, 46.0), (2.2, 46.0), (2.2, 46.1), (2.1, 46.1), (2.1001, 46.07), (2.1, 46.069)]
    )
    frame = gpd.GeoDataFrame(geometry=[left, right], index=["a", "b"], crs=WGS84)
    outline = dissolve(frame, pd.Series("A", index=["a", "b"])).geometry["A"]
    assert outline.geom_type == "Polygon"
    assert len(outline.interiors) == 0


def test_dissolve_keeps_a_real_enclave_open():
    ring = shapely.Polygon(square(2, 46, 0.3).exterior, [square(2.1, 46.1).exterior])
    frame = gpd.GeoDataFrame(geometry=[ring], index=["a"], crs=WGS84)
    outline = dissolve(frame, pd.Series({"a": "A"})).geometry["A"]
    assert len(outline.interiors) == 1


def test_a_shared_border_is_one_line():
    lines = outline_lines(grid(2, 1))
    length = pd.Series(shapely.length(lines.geometry.to_numpy())).groupby(lines["shared"]).sum()
    assert length[True] == pytest.approx(0.1)
    assert length[False] == pytest.approx(0.6)  # eight sides of 0.1, one of them common


def test_outer_edge_and_enclave_are_not_shared():
    ring = shapely.Polygon(square(2, 46, 0.3).exterior, [square(2.1, 46.1).exterior])
    alone = gpd.GeoDataFrame(geometry=[ring], crs=WGS84)
    assert outline_lines(alone)["shared"].tolist() == [False, False]
    filled = gpd.GeoDataFrame(geometry=[ring, square(2.1, 46.1)], crs=WGS84)
    assert sorted(outline_lines(filled)["shared"]) == [False, True]
    assert outline_lines(filled.iloc[:0]).empty


def test_bounds_are_south_west_then_north_east():
    southwest, northeast = map_bounds(grid())
    assert southwest == pytest.approx((46.0, 2.0))
    assert northeast == pytest.approx((46.2, 2.4))
    with pytest.raises(ValueError, match="empty"):
        map_bounds(grid().iloc[:0])


def test_main_towns_come_in_order_with_their_rank():
    communes = grid(10, 7)
    communes["population"] = [float(k) for k in range(70)]
    communes.loc["00000", "population"] = np.nan
    towns = main_towns(communes, limit=68)
    assert towns["name"].iloc[0] == "00609"
    assert towns["rank"].value_counts().to_dict() == {1: 8, 2: 16, 3: 40, 4: 4}
    assert "00000" not in towns.index
    assert communes.geometry["00609"].contains(
        shapely.Point(towns["lon"].iloc[0], towns["lat"].iloc[0])
    )


def test_projection_of_the_frame_does_not_matter():
    lambert = grid().to_crs(CRS.from_epsg(2154))
    assert map_bounds(lambert)[0] == pytest.approx((46.0, 2.0), abs=1e-3)
