"""Minutes by car between the communes of the island, on its relief and its main roads.

Times run on a grid of 400 m: an ordinary road is slower on slopes and in the capital; main roads
follow the cheapest ways between towns. They stand for the distances « Metric » of INSEE.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage, sparse
from scipy.sparse import csgraph

from demonstration.settlements import grid_edges, largest_piece
from demonstration.terrain import Grid, Terrain

CELL = 400.0
ROAD_KMH, MAIN_ROAD_KMH, CITY_KMH = 52.0, 76.0, 26.0
CITY_RADIUS = 2_600.0


def travel_times(terrain: Terrain, places: np.ndarray, towns: int) -> np.ndarray:
    """Minutes between every pair of places (n, 2; metres), an array (n, n), 0 on the diagonal.

    The ``towns`` first places are linked by main roads. Times are symmetric, to a tenth of minute.
    """
    grid, land, slope = _coarse(terrain)
    cells = _on_land(grid, land, grid.flat(places))
    speed = ROAD_KMH / (1 + 9.0 * slope)
    ordinary = np.round(60 / (speed * 1000), 9)
    graph = _graph(grid, ordinary, land)
    roads = _main_roads(graph, cells[:towns])
    fast = ordinary.copy()
    main = 60 / (MAIN_ROAD_KMH * 1000) * (1 + 3.0 * slope.flat[roads])
    fast.flat[roads] = np.round(np.minimum(fast.flat[roads], main), 9)
    everywhere = grid.position(np.arange(fast.size))
    in_city = np.hypot(*(everywhere - places[0]).T) < CITY_RADIUS
    fast.flat[in_city] = np.maximum(fast.flat[in_city], 60 / (CITY_KMH * 1000))
    minutes = csgraph.dijkstra(_graph(grid, fast, land), indices=cells)[:, cells]
    minutes = np.round((minutes + minutes.T) / 2 + 1.0, 1)
    np.fill_diagonal(minutes, 0.0)
    return minutes


def _coarse(terrain: Terrain) -> tuple[Grid, np.ndarray, np.ndarray]:
    fine = terrain.grid
    step = int(CELL / fine.cell)
    rows, columns = fine.shape[0] // step, fine.shape[1] // step
    grid = Grid(CELL, fine.west, fine.north, (rows, columns))

    def blocks(values: np.ndarray) -> np.ndarray:
        return values.reshape(rows, step, columns, step).mean(axis=(1, 3))

    land = blocks(largest_piece(terrain.land).astype(float)) >= 0.2
    labels, _ = ndimage.label(land, np.ones((3, 3)))
    land = labels == np.bincount(labels.ravel())[1:].argmax() + 1
    return grid, land, np.minimum(blocks(terrain.slope), 0.25)


def _on_land(grid: Grid, land: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Move a place that the coarse grid sees at sea to the nearest emerged cell."""
    nearest = ndimage.distance_transform_edt(~land, return_distances=False, return_indices=True)
    rows, columns = nearest[0].flat[cells], nearest[1].flat[cells]
    return rows * grid.shape[1] + columns


def _graph(grid: Grid, minutes_per_metre: np.ndarray, land: np.ndarray) -> sparse.csr_matrix:
    a, b, weight = grid_edges(grid, minutes_per_metre, land)
    size = minutes_per_metre.size
    return sparse.csr_matrix(
        (np.concatenate([weight, weight]), (np.concatenate([a, b]), np.concatenate([b, a]))),
        shape=(size, size),
    )


def _main_roads(graph: sparse.csr_matrix, towns: np.ndarray) -> np.ndarray:
    """Cells of the cheapest ways that join all towns, and each town to its two nearest towns."""
    minutes, before = csgraph.dijkstra(graph, indices=towns, return_predecessors=True)
    between = minutes[:, towns]
    tree = csgraph.minimum_spanning_tree(sparse.csr_matrix(between)).toarray() > 0
    links = {(int(i), int(j)) for i, j in zip(*np.nonzero(tree), strict=True)}
    for town in range(len(towns)):
        links |= {(town, int(other)) for other in np.argsort(between[town], kind="stable")[1:3]}
    cells: set[int] = set()
    for start, end in sorted(links):
        cell = int(towns[end])
        while cell >= 0:
            cells.add(cell)
            cell = int(before[start, cell])
    return np.array(sorted(cells))
