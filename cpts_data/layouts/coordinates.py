"""Coordinates of official files, brought to longitude and latitude (WGS84), and their plausibility.

Each French file has its own way of naming a projection, when it names one: Lambert 93 in the
metropole, the local UTM overseas. A point that falls out of its territory is an error of the file,
never a place.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyproj

_UTM = re.compile(r"UTM[\s_]*(?:ZONE)?[\s_]*([NS]?)(\d{2})([NS]?)")
_METROPOLE = 2154
_BY_DEPARTEMENT = {
    "971": 32620,
    "972": 32620,
    "973": 32622,
    "974": 32740,
    "975": 32621,
    "976": 32738,
}
# West, south, east, north: a point beyond is aberrant.
_BOX_METROPOLE = (-5.5, 41.2, 9.8, 51.3)
# The island of the demonstration, in Lambert 93 too, lies out at sea: 00 and 96 were never codes.
_BOX_DEMONSTRATION = (-8.2, 45.8, -5.8, 47.2)
_BOXES = {
    "00": _BOX_DEMONSTRATION,
    "96": _BOX_DEMONSTRATION,
    "971": (-63.3, 15.7, -60.9, 18.2),
    "972": (-61.3, 14.3, -60.7, 15.0),
    "973": (-54.7, 2.0, -51.5, 6.0),
    "974": (55.1, -21.5, 55.9, -20.8),
    "975": (-56.6, 46.7, -56.0, 47.2),
    "976": (44.9, -13.1, 45.4, -12.5),
    "986": (-178.3, -14.5, -176.0, -13.1),
}


def projection_of(source: str, departement: str) -> int | None:
    """EPSG code of coordinates, from the field that tells their source, else from the département.

    « 1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93 », « …,UTM_N20 », « …,EPSG:5490 RGAF09/UTM
    Zone 20N (Antilles) ». The overseas RGAF09, RGFG95, RGR92 and RGM04 are WGS84 within a metre.
    """
    text = source.upper()
    if declared := re.search(r"EPSG:\s*(\d{4,5})", text):
        return int(declared.group(1))
    if re.search(r"LAMBERT[\s_-]*93", text):
        return _METROPOLE
    if utm := _UTM.search(text):
        south = "S" in (utm.group(1), utm.group(3))
        return (32700 if south else 32600) + int(utm.group(2))
    return _METROPOLE if len(departement) == 2 else _BY_DEPARTEMENT.get(departement)


def to_degrees(x: pd.Series, y: pd.Series, epsg: int) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes of projected coordinates; NaN where the system cannot place them."""
    nowhere = np.full(len(x), np.nan)
    try:
        transformer = pyproj.Transformer.from_crs(epsg, 4326, always_xy=True)
    except (pyproj.exceptions.CRSError, ValueError):
        return nowhere, nowhere
    lon, lat = transformer.transform(x.to_numpy(), y.to_numpy())
    outside = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(outside, np.nan, lon), np.where(outside, np.nan, lat)


def plausible(lon: pd.Series, lat: pd.Series, departement: pd.Series) -> pd.Series:
    """Whether each point falls in the box of its département (of the metropole for its own)."""
    boxes = pd.DataFrame(
        [_BOXES.get(str(place), _BOX_METROPOLE) for place in departement],
        index=lon.index,
        columns=["west", "south", "east", "north"],
    )
    return lon.between(boxes["west"], boxes["east"]) & lat.between(boxes["south"], boxes["north"])
