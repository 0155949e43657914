"""Travel times estimated from distance, where no matrix is at hand: always labelled ``estime``.

    minutes = kilometres as the crow flies x (pace of the origin + pace of the destination) / 2
              + (fixed minutes of the origin + fixed minutes of the destination) / 2
    pace    = 60 x detour / speed, by density of the commune

Speeds, detours and fixed minutes are data (``data/reference/acces/vitesses.csv``, working values to
be checked). Distances are those of true coordinates: longitude and latitude on the WGS84
ellipsoid, or metres of one projection per land. Two lands are never joined: the continent, Corse,
an overseas département, an island without a bridge
(:func:`~cpts_data.reference.access_parameters.landmasses`).
Such times know neither mountain, river nor motorway: read them as an order of magnitude.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from cpts_data import french
from cpts_data.access.travel import TravelTimes
from cpts_data.statistics.inputs import Faults

LABEL: Final = "Temps estimés d'après la distance (vitesse selon la densité), non mesurés"

_EARTH_RADIUS: Final = 6_378_137.0
_ECCENTRICITY_SQUARED: Final = 0.00669437999014
_APART: Final = 1e9
_UNKNOWN_DENSITY: Final = 0


def estimated_times(
    points: pd.DataFrame,
    landmasses: pd.Series,
    speeds: pd.DataFrame,
    *,
    density: pd.Series | None = None,
    origins: pd.Index | None = None,
    destinations: pd.Index | None = None,
    max_minutes: float = 30.0,
) -> TravelTimes:
    """Estimate the times between places up to ``max_minutes``; 0 minute within a place.

    ``points`` is indexed by place, with ``longitude, latitude`` (degrees, WGS84) or ``x, y``
    (metres, one projection per land): the chief place or a point within, never a contour moved for
    display. A place without coordinates is at 0 minute from itself, and from nothing else.
    ``landmasses`` gives the land of each place. ``density`` gives its degree (a missing one: the
    line 0 of ``speeds``); ``speeds`` is
    :func:`~cpts_data.reference.access_parameters.road_speeds`. ``origins`` and
    ``destinations`` restrict the places to leave and to go to (default: all), which makes long
    times affordable.

    Lands are set apart by a coordinate of their own in one KD-tree. Straight lines through the
    Earth stand for arcs: 3 millionths shorter at 50 km.

    Raises ``StatisticsError``: no coordinates, coordinates out of range, a place without land, an
    unknown degree of density, a speed that is not positive.
    """
    faults = Faults("Estimation des temps de trajet", points.index)
    metres = _coordinates(points, faults)
    lands = landmasses.reindex(points.index)
    faults.check(lands.isna().to_numpy(), "un lieu n'a pas de terre de rattachement")
    pace, fixed = _pace(points.index, density, speeds, faults)
    faults.stop()
    metres = np.column_stack([metres, pd.factorize(lands)[0] * _APART])
    homes = points.index if origins is None else origins
    places = points.index if destinations is None else destinations
    located = np.isfinite(metres).all(axis=1)
    leaving, reaching = (_located(points.index, ends, located) for ends in (homes, places))
    starts, ends, distances = _pairs(metres, leaving, reaching, _radius(pace, fixed, max_minutes))
    minutes = distances / 1000 * (pace[starts] + pace[ends]) / 2 + (fixed[starts] + fixed[ends]) / 2
    minutes[starts == ends] = 0.0
    kept = minutes <= max_minutes
    table = pd.DataFrame(
        {
            "origin": pd.Categorical.from_codes(starts[kept], points.index),
            "destination": pd.Categorical.from_codes(ends[kept], points.index),
            "minutes": minutes[kept],
        }
    )
    words = f"{LABEL}, jusqu'à {french.number(max_minutes, 0)} minutes"
    times = TravelTimes.from_pairs(table, status="estime", reach=max_minutes, label=words)
    return times.restricted(homes, places).with_own_place()


def _located(points: pd.Index, ends: pd.Index, located: np.ndarray) -> np.ndarray:
    """Positions of those of some places that have coordinates."""
    found = points.get_indexer(ends)
    found = found[found >= 0]
    return found[located[found]]


def _coordinates(points: pd.DataFrame, faults: Faults) -> np.ndarray:
    """Metres in three dimensions: on the ellipsoid, or in the plane of a projection."""
    if {"longitude", "latitude"} <= set(points.columns):
        degrees = points[["longitude", "latitude"]].to_numpy(dtype=float, na_value=np.nan)
        faults.check(np.abs(degrees[:, 0]) > 180, "une longitude dépasse 180 degrés", degrees[:, 0])
        faults.check(np.abs(degrees[:, 1]) > 90, "une latitude dépasse 90 degrés", degrees[:, 1])
        return _geocentric(np.radians(degrees[:, 0]), np.radians(degrees[:, 1]))
    if {"x", "y"} <= set(points.columns):
        plane = points[["x", "y"]].to_numpy(dtype=float, na_value=np.nan)
        return np.column_stack([plane, np.zeros(len(plane))])
    faults.add("colonnes « longitude » et « latitude », ou « x » et « y », introuvables")
    return np.full((len(points), 3), np.nan)


def _geocentric(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Cartesian coordinates of points of the WGS84 ellipsoid, in metres."""
    normal = _EARTH_RADIUS / np.sqrt(1 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2)
    return np.column_stack(
        [
            normal * np.cos(latitude) * np.cos(longitude),
            normal * np.cos(latitude) * np.sin(longitude),
            normal * (1 - _ECCENTRICITY_SQUARED) * np.sin(latitude),
        ]
    )


def _pace(
    places: pd.Index, density: pd.Series | None, speeds: pd.DataFrame, faults: Faults
) -> tuple[np.ndarray, np.ndarray]:
    """Minutes per kilometre as the crow flies, and fixed minutes, of each place."""
    usable = (speeds["vitesse_km_h"] > 0) & (speeds["detour"] >= 1) & (speeds["minutes_fixes"] >= 0)
    if not usable.all() or _UNKNOWN_DENSITY not in speeds.index:
        faults.add(
            "le tableau des vitesses doit donner, pour chaque densité et pour la densité inconnue "
            "(0), une vitesse positive, un détour d'au moins 1 et des minutes fixes positives"
        )
        return np.ones(len(places)), np.zeros(len(places))
    degrees = pd.Series(_UNKNOWN_DENSITY, index=places)
    if density is not None:
        degrees = density.reindex(places).astype("Float64").fillna(_UNKNOWN_DENSITY).astype(int)
    unknown = ~degrees.isin(speeds.index)
    faults.check(unknown.to_numpy(), "un degré de densité n'est pas dans le tableau des vitesses")
    own = speeds.reindex(degrees.where(~unknown, _UNKNOWN_DENSITY))
    pace = 60 * own["detour"].to_numpy() / own["vitesse_km_h"].to_numpy()
    return pace, own["minutes_fixes"].to_numpy(dtype=float)


def _radius(pace: np.ndarray, fixed: np.ndarray, max_minutes: float) -> float:
    """Metres beyond which no pair can be within the maximum."""
    if not len(pace):
        return 0.0
    return max(max_minutes - float(fixed.min()), 0.0) / float(pace.min()) * 1000


def _pairs(
    metres: np.ndarray, leaving: np.ndarray, reaching: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of the two ends and metres between them, for all pairs within the radius."""
    if not len(leaving) or not len(reaching):
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing, np.empty(0)
    found = cKDTree(metres[leaving]).sparse_distance_matrix(
        cKDTree(metres[reaching]), radius, output_type="ndarray"
    )
    return leaving[found["i"]], reaching[found["j"]], found["v"]
