"""Drawings, GeoJSON of every kind, radius and travel time: by hand on twelve squares of 0.1°."""

import json

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from cpts_data.composition.areas import (
    MOST_BYTES,
    UnreadableDrawingError,
    polygon_of,
    read_geojson,
    units_inside,
    within_minutes,
    within_radius,
)
from tests.composition.conftest import codes

WEST, NORTH = -6.8, 46.6  # the north-west corner of commune 1; squares of 0.1 degree


def box(west, south, east, north):
    """Corners in squares from the north-west corner: (0, 1, 1, 0) is commune 1."""
    return [
        [WEST + 0.1 * x, NORTH - 0.1 * y]
        for x, y in ((west, south), (east, south), (east, north), (west, north))
    ]


def geojson(geometry, **more):
    return json.dumps({"type": "Feature", "properties": {}, "geometry": geometry} | more).encode()


def polygon(*rings):
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]] for ring in rings]}


# --------------------------------------------------------------------------- half of a commune


@pytest.mark.parametrize(
    ("corners", "inside", "partial"),
    [
        (box(0, 1, 1, 0), (1,), {}),
        (box(0, 2, 2, 0), (1, 2, 5, 6), {}),
        (box(0, 1, 1.501, 0), (1, 2), {}),  # just over half of 2
        (box(0, 1, 1.49, 0), (1,), {2: 0.49}),
        (box(0.5, 2.2, 2.5, 0.4), (1, 2, 3, 5, 6, 7), None),
        (box(0.4, 1.0, 0.6, 0.5), (), {1: 0.1}),
        (box(10, 11, 11, 10), (), {}),  # at sea
    ],
)
def test_a_commune_counts_when_half_of_it_is_inside(land, corners, inside, partial):
    found = units_inside(land, polygon_of(corners))
    if partial is None:
        # 1: 0.5 x 0.6 = 0.30 of it, 2: 0.60, 3: 0.30, 5: 0.50, 6: 1.00, 7: 0.50, 9 and 11: 0.10.
        assert list(found.codes) == codes(2, 5, 6, 7)
        assert found.partial == pytest.approx(
            dict(zip(codes(1, 3, 9, 10, 11), (0.30, 0.30, 0.10, 0.20, 0.10), strict=True)), abs=2e-3
        )
        return
    assert list(found.codes) == codes(*inside)
    expected = {f"{number:05d}": share for number, share in partial.items()}
    assert found.partial == pytest.approx(expected, abs=2e-3)


def test_the_rule_is_said(land):
    told = units_inside(land, polygon_of(box(0, 1, 1, 0))).sentence
    assert "moitié au moins de sa surface" in told
    assert "pas de population plus fine" in told


def test_holes_and_several_polygons(land):
    ring = polygon(box(0, 3, 3, 0), box(1, 2, 2, 1))
    found = units_inside(land, read_geojson(geojson(ring)))
    assert list(found.codes) == codes(1, 2, 3, 5, 7, 9, 10, 11)  # 6 is the hole
    several = {
        "type": "MultiPolygon",
        "coordinates": [
            polygon(box(0, 1, 1, 0))["coordinates"],
            polygon(box(3, 3, 4, 2))["coordinates"],
        ],
    }
    assert list(units_inside(land, read_geojson(geojson(several))).codes) == codes(1, 12)


def test_collections_and_other_geometries(land):
    collection = {
        "type": "FeatureCollection",
        "features": [
            json.loads(geojson(polygon(box(0, 1, 1, 0)))),
            json.loads(geojson({"type": "Point", "coordinates": [0, 0]})),
            json.loads(geojson(None)),
            {
                "type": "Feature",
                "geometry": {
                    "type": "GeometryCollection",
                    "geometries": [polygon(box(1, 1, 2, 0))],
                },
            },
            "pas un objet",
        ],
    }
    content = json.dumps(collection).encode("utf-8-sig")
    assert list(units_inside(land, read_geojson(content)).codes) == codes(1, 2)


def test_a_lasso_that_crosses_itself(land):
    bow = [box(0, 1, 1, 0)[index] for index in (0, 2, 1, 3)]
    area = polygon_of(bow)
    assert area.is_valid
    # Two triangles of a quarter each: half of the commune.
    assert area.area == pytest.approx(0.005)
    assert list(units_inside(land, area).codes) == codes(1)


# --------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "pas du GeoJSON"),
        (b"\xff\xfe", "pas du GeoJSON"),
        (b"<kml></kml>", "pas du GeoJSON"),
        (b"[" * 100_000, "pas du GeoJSON"),
        (b'{"type": "FeatureCollection", "features": []}', "aucun polygone"),
        (b"[1, 2, 3]", "aucun polygone"),
        (geojson({"type": "Point", "coordinates": [1, 2]}), "aucun polygone"),
        (geojson(polygon([[0, 0], [1, 1]])), "sans surface"),
        (
            geojson(polygon([[900000, 6200000], [900001, 6200000], [900001, 6200001]])),
            "ni des longitudes",
        ),
        (geojson(polygon([["x", 0], [1, 0], [1, 1]])), "pas des nombres"),
        (geojson(polygon([[None], [1, 0], [1, 1]])), "pas des nombres"),
        (b'{"type":"Polygon","coordinates":[[[NaN,0],[1,0],[1,1]]]}', "infinies"),
        (b'{"type":"Polygon","coordinates":[[[1e999,0],[1,0],[1,1]]]}', "infinies"),
        (
            geojson(
                polygon(box(0, 1, 1, 0)),
                crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}},
            ),
            "coordonnées projetées",
        ),
        (b"x" * (MOST_BYTES + 1), "plus de 5"),
        (
            json.dumps(
                {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1]]]] * 2001}
            ).encode(),
            "2\u202f000 polygones",
        ),
        (
            json.dumps({"type": "Polygon", "coordinates": [[[0, 0]] * 200_001]}).encode(),
            "200\u202f000 points",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused_in_french(content, told):
    with pytest.raises(UnreadableDrawingError, match=told):
        read_geojson(content)


def test_a_stated_wgs84_is_read(land):
    content = geojson(
        polygon(box(0, 1, 1, 0)),
        crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    )
    assert list(units_inside(land, read_geojson(content)).codes) == codes(1)


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(
                st.sampled_from(
                    ["type", "coordinates", "features", "geometry", "geometries", "crs"]
                ),
                st.one_of(inner, st.sampled_from(["Polygon", "MultiPolygon", "Feature"])),
                max_size=4,
            ),
        ),
        max_leaves=30,
    )
)
def test_any_json_is_an_area_or_a_refusal(content):
    try:
        area = read_geojson(json.dumps(content).encode())
    except UnreadableDrawingError:
        return
    assert area.area > 0


@pytest.mark.parametrize("points", [[], [[0, 0]], [[0, 0], [1, 1]], [[0, 0], [1, 1], [0, 0]]])
def test_a_lasso_without_surface(points):
    with pytest.raises(UnreadableDrawingError):
        polygon_of(points)


@pytest.mark.parametrize("points", [[{"x": 1}] * 3, ["abc"] * 3, [[1]] * 3, [[None, 2]] * 3])
def test_a_lasso_that_no_browser_draws(points):
    with pytest.raises(UnreadableDrawingError, match="pas des nombres"):
        polygon_of(points)


# --------------------------------------------------------------------------- around a commune


def test_a_radius_by_another_road(land):
    """Distances on the ellipsoid between the centres of the squares, one by one."""
    geod = Geod(ellps="GRS80")
    centre = {code: land.contours[code].centroid for code in land.contours.index}
    for kilometres in (0, 7.5, 8, 11.2, 14, 40):
        near = [
            str(code)
            for code, point in centre.items()
            if geod.inv(centre["00006"].x, centre["00006"].y, point.x, point.y)[2]
            <= kilometres * 1000
        ]
        found = within_radius(land, "00006", kilometres)
        assert list(found.codes) == sorted(near)
    assert list(within_radius(land, "00006", 8).codes) == codes(5, 6, 7)
    assert "vol d’oiseau" in found.sentence


def test_a_travel_time_is_towards_the_commune(land):
    """The matrix tells each couple in one direction only: it is taken for both (Metric)."""
    assert list(within_minutes(land, "00002", 10, "").codes) == codes(2, 3)
    assert list(within_minutes(land, "00002", 25, "").codes) == codes(2, 3, 7, 10)
    found = within_minutes(land, "00004", 15, "Temps de la matrice.")
    assert list(found.codes) == codes(3, 4, 7)
    assert "Temps de la matrice" in found.sentence
    assert list(within_minutes(land, "00012", 15, "").codes) == codes(12)


def test_arrondissements_count_each_by_itself(five):
    """Lyon is drawn by its nine strips: half of the city is some of them, not all or nothing."""
    from cpts_data.composition.land import Land

    lyon = Land(five.register)
    strip = lyon.contours["69381"]
    assert units_inside(lyon, strip).codes == ("69381",)
    whole = shapely.union_all([lyon.contours[str(code)] for code in range(69381, 69390)])
    assert len(units_inside(lyon, whole).codes) == 9
