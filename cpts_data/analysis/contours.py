"""The contours of a space's units: arrondissements where a file draws them all, else the city."""

from __future__ import annotations

import geopandas as gpd

from cpts_data import reference
from cpts_data.space import Space


def unit_contours(space: Space) -> gpd.GeoDataFrame:
    """Contours of the units (WGS84), one row each: the columns of ``sources.contours_communes``.

    A city is drawn by its arrondissements when all of them are there, else as a whole. ``KeyError``
    when the space holds no contours.
    """
    table = space.table("contours_communes")
    parts = set(table.loc[table["nature"] == "arrondissement", "code"])
    drawn_by_parts = {city for city, codes in reference.CITIES.items() if parts.issuperset(codes)}
    kept = ~table["code"].isin(drawn_by_parts)
    for city, codes in reference.CITIES.items():
        if city not in drawn_by_parts:
            kept &= ~table["code"].isin(codes)
    return gpd.GeoDataFrame(table[kept], geometry="geometry", crs=4326)
