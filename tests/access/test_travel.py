"""Travel times imported or estimated, and the nearest service."""

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from cpts_data.access.estimation import LABEL, estimated_times
from cpts_data.access.nearest import nearest, people_beyond
from cpts_data.access.travel import TravelTimes, commune_times
from cpts_data.reference.access_parameters import landmasses, road_speeds
from cpts_data.statistics.inputs import StatisticsError
from cpts_data.territories import Level, Territories, Units

NAN = float("nan")
UNITS = pd.Index(["01001", "01002", "01003"])
TABLE = pd.DataFrame(
    {
        "origine": ["01001", "01002", "01001", "99999", "01003"],
        "destination": ["01002", "01001", "99999", "01001", "01003"],
        "minutes": [12.0, 14.0, 5.0, 5.0, 3.0],
        "minutes_pleines": [20.0, NAN, 9.0, 9.0, 4.0],
    }
)


def dense(times):
    filled = np.full(times.matrix.shape, NAN)
    filled[times.rows, times.columns] = times.minutes
    return filled.tolist()


def test_communes_of_a_space_and_their_own_zero():
    times = commune_times(TABLE, UNITS)
    expected = [[0, 12, NAN], [14, 0, NAN], [NAN, NAN, 3]]
    np.testing.assert_equal(dense(times), expected)
    assert times.status == "observe"


def test_peak_times_without_value_are_no_pair():
    times = commune_times(TABLE, UNITS, minutes="minutes_pleines")
    np.testing.assert_equal(dense(times), [[0, 20, NAN], [NAN, 0, NAN], [NAN, NAN, 4]])


def test_an_explicit_zero_is_a_time():
    table = pd.DataFrame({"origin": ["a"], "destination": ["b"], "minutes": [0]})
    times = TravelTimes.from_pairs(table)
    assert times.count == 1
    assert times.matrix.nnz == 1


def test_times_are_read_only():
    times = commune_times(TABLE, UNITS)
    with pytest.raises(ValueError, match="read-only"):
        times.minutes[0] = 1.0


def test_a_table_comes_back_the_same():
    times = commune_times(TABLE, UNITS)
    again = commune_times(times.to_table(), UNITS)
    np.testing.assert_equal(dense(again), dense(times))


def test_units_in_another_order():
    times = commune_times(TABLE, UNITS)
    got = times.restricted(UNITS[::-1], pd.Index(["01001", "absent"]))
    np.testing.assert_equal(dense(got), [[NAN, NAN], [14, NAN], [0, NAN]])


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (TABLE.drop(columns="minutes"), "« minutes » ou « cost » introuvable"),
        (TABLE.assign(minutes=-1.0), "négatif"),
        (TABLE.assign(origine=[None, "b", "c", "d", "e"]), "cases vides"),
        (TABLE.assign(origine=[1001, 1002, 1001, 9, 1003]), "cinq caractères"),
    ],
)
def test_refused_tables(table, told):
    with pytest.raises(StatisticsError, match=told):
        commune_times(table, UNITS)


# Four places on the 45th parallel and one in Corse; one degree of longitude is 78.85 km there.
POINTS = pd.DataFrame(
    {"longitude": [4.0, 4.05, 4.2, 9.0, NAN], "latitude": [45.0, 45.0, 45.0, 42.0, NAN]},
    index=["01001", "01002", "01003", "2A004", "01004"],
)
SPEEDS = pd.DataFrame(
    {"vitesse_km_h": [60.0, 30.0], "minutes_fixes": [0.0, 4.0], "detour": [1.0, 1.0]}, index=[0, 1]
)


def estimate(points=POINTS, **named):
    return estimated_times(points, landmasses(points.index), SPEEDS, **named)


def test_estimated_minutes_follow_the_geodesic():
    times = estimate()
    metres = Geod(ellps="WGS84").inv(4.0, 45.0, 4.05, 45.0)[2]
    # 60 km/h without detour: one minute per kilometre.
    assert times.matrix[0, 1] == pytest.approx(metres / 1000, rel=1e-6)
    assert times.matrix[1, 0] == times.matrix[0, 1]
    assert times.status == "estime"
    assert times.label.startswith(LABEL)
    assert times.reach == 30


def test_density_slows_half_of_the_way():
    times = estimate(density=pd.Series({"01001": 1, "01002": pd.NA}, dtype="Int64"))
    kilometres = Geod(ellps="WGS84").inv(4.0, 45.0, 4.05, 45.0)[2] / 1000
    assert times.matrix[0, 1] == pytest.approx(kilometres * 1.5 + 2, rel=1e-6)
    assert times.matrix[0, 0] == 0


def test_a_place_without_coordinates_reaches_itself_only():
    times = estimate()
    assert times.rows.tolist().count(4) == 1
    assert times.matrix[4, 4] == 0


def test_estimates_stop_at_the_maximum():
    times = estimate(max_minutes=10)
    assert times.minutes.max() <= 10
    assert (times.rows.tolist().count(0), times.rows.tolist().count(2)) == (2, 1)


def test_islands_are_never_joined_by_sea():
    # One kilometre apart in the data, as when a map moves Corse or La Réunion near the coast.
    codes = ["13055", "2A004", "97411", "97110", "97113", "56152", "56186", "56240"]
    points = pd.DataFrame({"x": np.arange(8) * 1000.0, "y": 0.0}, index=codes)
    times = estimate(points)
    joined = {
        (codes[row], codes[column])
        for row, column in zip(times.rows, times.columns, strict=True)
        if row != column
    }
    assert joined == {
        (first, second)
        for first in ("13055", "56186", "56240")
        for second in ("13055", "56186", "56240")
        if first != second
    }


def test_few_destinations_equal_the_whole_matrix():
    whole = estimate()
    got = estimate(destinations=pd.Index(["01003", "01001"]))
    np.testing.assert_equal(dense(got), dense(whole.restricted(None, got.destinations)))


@pytest.mark.parametrize(
    ("points", "lands", "speeds", "told"),
    [
        (POINTS.rename(columns={"longitude": "lon"}), None, SPEEDS, "introuvables"),
        (POINTS.assign(latitude=450.0), None, SPEEDS, "latitude"),
        (POINTS, pd.Series({"01001": "continent"}), SPEEDS, "terre de rattachement"),
        (POINTS, None, SPEEDS.assign(vitesse_km_h=0.0), "vitesse positive"),
    ],
)
def test_refused_estimates(points, lands, speeds, told):
    lands = landmasses(points.index) if lands is None else lands
    with pytest.raises(StatisticsError, match=told):
        estimated_times(points, lands, speeds)


def test_an_unknown_density_is_refused():
    with pytest.raises(StatisticsError, match="degré de densité"):
        estimate(density=pd.Series({"01001": 9}))


def test_shipped_speeds_make_a_town_slower_than_the_country():
    speeds = road_speeds(7)
    town = estimated_times(
        POINTS, landmasses(POINTS.index), speeds, density=pd.Series(1, index=POINTS.index)
    )
    country = estimated_times(
        POINTS, landmasses(POINTS.index), speeds, density=pd.Series(7, index=POINTS.index)
    )
    assert town.matrix[0, 1] > country.matrix[0, 1] > 0


TIMES = commune_times(
    pd.DataFrame(
        {
            "origin": ["a", "a", "b", "c"],
            "destination": ["b", "d", "d", "d"],
            "minutes": [25.0, 25.0, 20.0, 45.0],
        }
    ),
    pd.Index(["a", "b", "c", "d", "e"]),
)


def test_the_nearest_service():
    got = nearest(TIMES, pd.Series({"b": 1, "d": 2, "e": 0}))
    np.testing.assert_equal(got["minutes"].tolist(), [25, 0, 45, 0, NAN])
    assert got["destination"].fillna("-").tolist() == ["b", "b", "d", "d", "-"]


def test_people_beyond_by_territory():
    minutes = nearest(TIMES, pd.Series({"d": 2}))["minutes"]
    assert minutes["b"] == 20.0
    people = pd.Series({"a": 100, "b": 10, "c": 1000, "d": 1, "e": 7, "f": 5})
    whole = people_beyond(minutes, people).loc["ensemble"]
    # Exactly 20 minutes is not beyond 20; e is beyond the matrix; f is not in it.
    assert whole[["people", "unknown"]].tolist() == [1118, 5]
    assert whole[["plus_de_20", "plus_de_30"]].tolist() == [1107, 1007]
    assert whole["part_plus_de_30"] == pytest.approx(1007 / 1118)
    units = Units(pd.DataFrame({"departement": "01"}, index=list("abcdef")), {})
    names = pd.Series({"t": "T", "u": "U"})
    held = pd.DataFrame(
        {"territory": ["t", "t", "u"], "unit": ["a", "c", "f"], "weight": [1, 0.5, 1]}
    )
    territories = Territories.from_pairs(Level.CPTS, names, held, units)
    got = people_beyond(minutes, people, territories)
    assert got.loc["t", ["people", "plus_de_20", "plus_de_30"]].tolist() == [600, 600, 500]
    assert np.isnan(got.loc["u", "part_plus_de_20"])


def test_a_matrix_too_short_cannot_tell():
    with pytest.raises(StatisticsError, match="s'arrête à 20 minutes"):
        people_beyond(pd.Series({"a": 5.0}), pd.Series({"a": 1}), reach=20)
