"""Membership of communes in drawn CPTS: on squares, where shares are done in one's head."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from cpts_data.analysis.cpts_layer import membership

# Three communes in a row, each a square of 10, and one alone far away.
COMMUNES = gpd.GeoDataFrame(
    {"code": ["01001", "01002", "01003", "01009"]},
    geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10), box(20, 0, 30, 10), box(90, 0, 99, 9)],
)


def cpts(**shapes):
    return gpd.GeoDataFrame({"cpts_id": list(shapes)}, geometry=list(shapes.values()))


def parts(table):
    keys = zip(table["cpts_id"], table["code"], strict=True)
    return dict(zip(keys, table["part"].round(6), strict=True))


def test_a_touching_neighbour_is_never_enrolled():
    assert parts(membership(cpts(A=box(0, 0, 10, 10)), COMMUNES)) == {("A", "01001"): 1.0}


def test_a_sliver_is_not_a_member_nor_takes_anything_away():
    drawn = cpts(A=box(0, 0, 10.5, 10), B=box(10.5, 0, 30, 10))
    assert parts(membership(drawn, COMMUNES)) == {
        ("A", "01001"): 1.0,
        ("B", "01002"): 1.0,
        ("B", "01003"): 1.0,
    }


def test_a_commune_cut_between_two_cpts_has_its_shares():
    drawn = cpts(A=box(0, 0, 14, 10), B=box(14, 0, 30, 10))
    assert parts(membership(drawn, COMMUNES)) == {
        ("A", "01001"): 1.0,
        ("A", "01002"): 0.4,
        ("B", "01002"): 0.6,
        ("B", "01003"): 1.0,
    }


def test_the_majority_alone_holds_the_whole_commune():
    assert parts(membership(cpts(A=box(0, 0, 17, 10)), COMMUNES)) == {
        ("A", "01001"): 1.0,
        ("A", "01002"): 1.0,
    }


def test_a_minority_alone_keeps_its_share():
    assert parts(membership(cpts(A=box(0, 0, 13, 10)), COMMUNES)) == {
        ("A", "01001"): 1.0,
        ("A", "01002"): 0.3,
    }


def test_two_cpts_may_hold_the_same_commune_whole():
    drawn = cpts(A=box(0, 0, 20, 10), B=box(10, 0, 20, 10))
    assert parts(membership(drawn, COMMUNES)) == {
        ("A", "01001"): 1.0,
        ("A", "01002"): 1.0,
        ("B", "01002"): 1.0,
    }


def test_the_threshold_is_a_choice():
    drawn = cpts(A=box(0, 0, 10.5, 10), B=box(10.5, 0, 20, 10))
    strict = parts(membership(drawn, COMMUNES, sliver=0.01))
    assert strict[("A", "01002")] == 0.05
    assert strict[("B", "01002")] == 0.95


def test_a_cpts_of_several_features_counts_once():
    drawn = pd.concat([cpts(A=box(0, 0, 6, 10)), cpts(A=box(4, 0, 10, 10))], ignore_index=True)
    assert parts(membership(gpd.GeoDataFrame(drawn), COMMUNES)) == {("A", "01001"): 1.0}


QUARTERS = gpd.GeoDataFrame(
    {"code": ["01001", "01001", "01002"]},
    geometry=[box(0, 0, 5, 10), box(5, 0, 10, 10), box(10, 0, 20, 10)],
    index=["q1", "q2", "q3"],
)


def test_quarters_of_a_commune_weigh_their_people_when_known():
    drawn = cpts(A=box(0, 0, 5, 10), B=box(5, 0, 20, 10))
    people = pd.Series([300.0, 100.0, 50.0], index=QUARTERS.index)
    assert parts(membership(drawn, QUARTERS, people)) == {
        ("A", "01001"): 0.75,
        ("B", "01001"): 0.25,
        ("B", "01002"): 1.0,
    }
    assert parts(membership(drawn, QUARTERS))[("A", "01001")] == 0.5


def test_a_commune_without_people_weighs_its_area():
    people = pd.Series(0.0, index=QUARTERS.index)
    found = parts(membership(cpts(A=box(0, 0, 5, 10)), QUARTERS, people))
    assert found == {("A", "01001"): 0.5}


def test_population_must_be_that_of_the_communes():
    people = pd.Series([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="index of communes"):
        membership(cpts(A=box(0, 0, 5, 10)), QUARTERS, people)


def test_shares_are_of_true_areas_whatever_the_projections():
    # One degree of longitude is the same at both ends of a parallel: half is half.
    communes = gpd.GeoDataFrame({"code": ["01001"]}, geometry=[box(2, 46, 3, 47)], crs=4326)
    drawn = gpd.GeoDataFrame({"cpts_id": ["A"]}, geometry=[box(2, 46, 2.4, 47)], crs=4326)
    found = membership(drawn.to_crs(3857), communes)
    assert found["part"].item() == pytest.approx(0.4, abs=1e-3)


def test_invalid_shapes_are_repaired_and_inputs_are_left_alone():
    bow = gpd.GeoDataFrame(
        {"cpts_id": ["A"]},
        geometry=gpd.GeoSeries.from_wkt(["POLYGON((0 0, 10 10, 10 0, 0 10, 0 0))"]),
    )
    before = COMMUNES.copy()
    found = membership(bow, COMMUNES)
    assert parts(found) == {("A", "01001"): 0.5}
    assert COMMUNES.equals(before)


def test_no_overlap_gives_an_empty_table():
    found = membership(cpts(A=box(500, 500, 510, 510)), COMMUNES)
    assert found.columns.to_list() == ["cpts_id", "code", "part"]
    assert found.empty
