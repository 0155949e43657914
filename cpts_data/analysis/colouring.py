"""Tell neighbouring territories apart on a map with few colours."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


def colour_groups(frame: gpd.GeoDataFrame, groups: pd.Series, colours: int) -> dict[str, int]:
    """Give each group of polygons a colour rank (0 to ``colours - 1``), neighbours apart.

    Greedy colouring, most neighbours first (Welsh and Powell, 1967). ``frame`` and ``groups``
    share their index. With too few colours, neighbours may share the least used one around them.
    """
    names = pd.Index(groups.unique())
    codes = names.get_indexer(groups)
    shapes = frame.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = np.unique(np.column_stack([codes[left], codes[right]]), axis=0)
    around: dict[int, set[int]] = {number: set() for number in range(len(names))}
    for one, other in pairs:
        if one != other:
            around[int(one)].add(int(other))
    chosen: dict[int, int] = {}
    for number in sorted(around, key=lambda item: (-len(around[item]), item)):
        used = [chosen[other] for other in around[number] if other in chosen]
        counts = [used.count(colour) for colour in range(colours)]
        chosen[number] = counts.index(min(counts))
    return {str(names[number]): colour for number, colour in chosen.items()}
