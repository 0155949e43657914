"""Where people settled on the island, and the commune that each place grew around itself.

A commune is the land that is cheapest to reach from its village: slopes, rivers and rough ground
cost more, so that limits follow crests and streams. The cells are then turned into polygons whose
borders are exactly shared (a coverage).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage, sparse
from scipy.sparse import csgraph

from demonstration.terrain import STEPS, Grid, Terrain, noise

RIVER_KM2 = 9.0
CAPITAL_HEAD_START, TOWN_HEAD_START = 1_300.0, 500.0
CAPITAL_REACH, TOWN_REACH = 4_300.0, 700.0
SMALLEST_KM2 = 1.6
SIMPLIFICATION = 45.0


@dataclass(frozen=True)
class Settlements:
    """Places in the order they were chosen: the capital, the towns by rank, then the villages.

    ``cells`` are flat indices of the fine grid; ``towns`` counts the capital and the towns.
    """

    cells: np.ndarray
    towns: int


def choose_settlements(terrain: Terrain, rng: np.random.Generator, towns: int) -> Settlements:
    """Choose the capital (estuary of the wide plain), the towns, then villages by the land's worth.

    Villages stand apart by a distance that the ground sets: about 2 km around the capital, 6 km in
    the mountains.
    """
    grid = terrain.grid
    worth = _worth(terrain)
    main = largest_piece(terrain.land)
    worth[~main] = -np.inf
    chosen = _towns(terrain, worth, towns)
    apart = _spacing(terrain, grid.position(chosen[:1])[0], grid.position(chosen[1:]))
    open_cells = np.flatnonzero(np.isfinite(worth))
    candidates = rng.choice(open_cells, size=40_000, replace=False)
    draw = np.round(worth.flat[candidates] + 0.35 * rng.gumbel(size=candidates.size), 6)
    candidates = candidates[np.argsort(-draw, kind="stable")]
    places = grid.position(chosen).tolist()
    reach = [CAPITAL_REACH, *(apart.flat[cell] + TOWN_REACH for cell in chosen[1:])]
    cells = list(chosen)
    for cell, (x, y) in zip(candidates.tolist(), grid.position(candidates).tolist(), strict=True):
        mine = apart.flat[cell]
        near = np.hypot(np.array(places)[:, 0] - x, np.array(places)[:, 1] - y)
        if (near > (np.array(reach) + mine) / 2).all():
            places.append([x, y])
            reach.append(mine)
            cells.append(cell)
    return Settlements(np.array(cells), towns)


def largest_piece(land: np.ndarray) -> np.ndarray:
    """The main island without its islets."""
    labels, _ = ndimage.label(land)
    return labels == np.bincount(labels.ravel())[1:].argmax() + 1


def _worth(terrain: Terrain) -> np.ndarray:
    """How good a cell is to live on: flat, low, by the water but not in it, in a valley."""
    height = np.maximum(terrain.height, 0)
    hollow = ndimage.gaussian_filter(height, 15) - ndimage.gaussian_filter(height, 3)
    river = ndimage.gaussian_filter(np.minimum(terrain.drainage, 80.0), 4)
    worth = np.round(
        -5.0 * terrain.slope
        - height / 700
        + 0.012 * np.clip(hollow, -40, 40)
        + 0.10 * np.log1p(river)
        + 0.35 * np.exp(-terrain.coast / 1200),
        6,
    )
    return np.where(terrain.land & (terrain.coast > 350) & (terrain.drainage < 25), worth, -np.inf)


def _towns(terrain: Terrain, worth: np.ndarray, count: int) -> list[int]:
    """The capital, then towns far enough from each other, each where much good land surrounds."""
    good = np.where(
        terrain.land, np.exp(-10 * terrain.slope - np.maximum(terrain.height, 0) / 250), 0
    )
    around = {km: ndimage.gaussian_filter(good, km * 10 / 2) for km in (5, 12)}
    harbour = np.exp(-terrain.coast / 1500)
    river = np.log1p(ndimage.maximum_filter(terrain.drainage, 13))
    capital = around[12] * 2.2 + around[5] + 0.25 * harbour + 0.10 * river
    town = around[5] * 1.6 + 0.45 * harbour + 0.06 * river
    capital = np.where(np.isfinite(worth), np.round(capital, 6), -np.inf)
    town = np.where(np.isfinite(worth), np.round(town, 6), -np.inf)
    chosen = [int(capital.argmax())]
    while len(chosen) < count:
        places = terrain.grid.position(np.array(chosen))
        everywhere = terrain.grid.position(np.arange(town.size))
        near = np.full(town.size, np.inf)
        for rank, place in enumerate(places):
            distance = np.hypot(*(everywhere - place).T)
            near = np.minimum(near, distance / (17_000 if rank == 0 else 13_000))
        score = np.where(near < 1, -np.inf, town.ravel() + 0.10 * np.minimum(near, 2.0))
        chosen.append(int(score.argmax()))
    return chosen


def _spacing(terrain: Terrain, capital: np.ndarray, towns: np.ndarray) -> np.ndarray:
    """Usual distance between villages in metres, cell by cell."""
    everywhere = terrain.grid.position(np.arange(terrain.height.size))
    from_capital = np.hypot(*(everywhere - capital).T).reshape(terrain.height.shape)
    from_town = np.full(terrain.height.size, np.inf)
    for town in towns:
        from_town = np.minimum(from_town, np.hypot(*(everywhere - town).T))
    from_town = from_town.reshape(terrain.height.shape)
    height = np.maximum(ndimage.gaussian_filter(terrain.height, 8), 0)
    wild = 3_280 + 2_700 * np.clip(height / 700, 0, 1.1)
    crowd = 2_050 * np.exp(-((from_capital / 12_000) ** 2)) + 700 * np.exp(
        -((from_town / 5_000) ** 2)
    )
    return np.round(wild - crowd, 3)


def grow_communes(
    terrain: Terrain, settlements: Settlements, rng: np.random.Generator
) -> tuple[Settlements, np.ndarray]:
    """Give every emerged cell to a settlement.

    Villages that would get less than ``SMALLEST_KM2``, stifled by a town, are left out. Returns the
    settlements that remain and the labels of cells (position in ``cells``), -1 at sea.
    """
    grid, land = terrain.grid, terrain.land
    rough = np.exp(0.85 * noise(grid.shape, 1.9, rng, low=22))
    cost = rough * (1 + 7 * np.minimum(terrain.slope, 0.6)) + 4.0 * (terrain.drainage > RIVER_KM2)
    cost = np.round(cost, 6)
    cells = settlements.cells
    while True:
        start = np.full(cells.size, CAPITAL_HEAD_START + 1)
        start[0] = 1.0
        start[1 : settlements.towns] -= TOWN_HEAD_START
        labels = _nearest_by_cost(grid, cost, land, cells, start)
        labels = _tidy(grid, labels, land, cells.size)
        area = np.bincount(labels[labels >= 0], minlength=cells.size) * (grid.cell / 1000) ** 2
        if (area >= SMALLEST_KM2).all():
            return Settlements(cells, settlements.towns), _attach_islets(labels, land)
        cells = cells[area >= SMALLEST_KM2]


def _nearest_by_cost(
    grid: Grid, cost: np.ndarray, land: np.ndarray, seeds: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Which seed reaches each cell at the lowest cost, seeds starting with the given handicaps."""
    size = cost.size
    a, b, weight = grid_edges(grid, cost, land)
    sources = size + np.arange(seeds.size)
    graph = sparse.csr_matrix(
        (
            np.concatenate([weight, start]),
            (np.concatenate([a, sources]), np.concatenate([b, seeds])),
        ),
        shape=(size + seeds.size, size + seeds.size),
    )
    graph = graph + sparse.csr_matrix((weight, (b, a)), shape=graph.shape)
    _, _, origin = csgraph.dijkstra(graph, indices=sources, min_only=True, return_predecessors=True)
    labels = np.where(origin[:size] >= size, origin[:size] - size, -1)
    return labels.reshape(grid.shape)


def grid_edges(
    grid: Grid, cost: np.ndarray, land: np.ndarray, steps: tuple[tuple[int, int], ...] = STEPS
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Edges between neighbouring emerged cells, each once, weighed by the cost to cross them."""
    rows, columns = grid.shape
    index = np.arange(cost.size).reshape(grid.shape)
    ends_a, ends_b, weights = [], [], []
    for down, right in steps:
        left = 1 if right < 0 else 0
        a = index[: rows - down, left : columns - max(right, 0)].ravel()
        b = a + down * columns + right
        both = land.flat[a] & land.flat[b]
        a, b = a[both], b[both]
        length = grid.cell * float(np.hypot(down, right))
        ends_a.append(a)
        ends_b.append(b)
        weights.append(length * (cost.flat[a] + cost.flat[b]) / 2)
    return np.concatenate(ends_a), np.concatenate(ends_b), np.concatenate(weights)


def _tidy(grid: Grid, labels: np.ndarray, land: np.ndarray, count: int) -> np.ndarray:
    """Remove thin tongues and stray pieces: each commune becomes one solid piece."""
    solid = np.full(labels.shape, -1)
    boxes = ndimage.find_objects(labels + 1, max_label=count)
    for label, box in enumerate(boxes):
        if box is None:
            continue
        rows, columns = box
        window = np.s_[
            max(rows.start - 3, 0) : rows.stop + 3, max(columns.start - 3, 0) : columns.stop + 3
        ]
        mine = ndimage.binary_opening(labels[window] == label, np.ones((3, 3)))
        pieces, found = ndimage.label(mine)
        if found:
            sizes = np.bincount(pieces.ravel())[1:]
            solid[window][pieces == sizes.argmax() + 1] = label
    size = labels.size
    a, b, weight = grid_edges(grid, np.ones(labels.shape), land, STEPS[:2])
    kept = np.flatnonzero(solid >= 0)
    owners = size + solid.flat[kept]
    graph = sparse.csr_matrix(
        (
            np.concatenate([weight, weight, np.full(kept.size, 1e-3)]),
            (np.concatenate([a, b, owners]), np.concatenate([b, a, kept])),
        ),
        shape=(size + count, size + count),
    )
    _, _, origin = csgraph.dijkstra(
        graph, indices=size + np.arange(count), min_only=True, return_predecessors=True
    )
    return np.where(origin[:size] >= size, origin[:size] - size, -1).reshape(labels.shape)


def _attach_islets(labels: np.ndarray, land: np.ndarray) -> np.ndarray:
    """Give each islet, whole, to the commune nearest to it."""
    labels = labels.copy()
    main = largest_piece(land)
    nearest = ndimage.distance_transform_edt(~main, return_distances=True, return_indices=True)
    pieces, found = ndimage.label(land & ~main)
    for piece in range(1, found + 1):
        cells = np.flatnonzero(pieces == piece)
        closest = cells[nearest[0].flat[cells].argmin()]
        row, column = (int(axis.flat[closest]) for axis in nearest[1])
        labels.flat[cells] = labels[row, column]
    return labels


def draw_coverage(grid: Grid, labels: np.ndarray) -> np.ndarray:
    """Polygons of the labels 0…n-1 in metres, smoothed, borders exactly shared.

    The borders between cells are cut into arcs where three territories meet; each arc is smoothed
    with its ends fixed, so both neighbours keep the very same line; then the whole coverage is
    simplified at once.
    """
    arcs = shapely.line_merge(shapely.multilinestrings(_borders(labels)))
    smooth = [_smooth(shapely.get_coordinates(arc)).round(6) for arc in shapely.get_parts(arcs)]
    faces = shapely.get_parts(shapely.polygonize([shapely.LineString(line) for line in smooth]))
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    rows = np.clip(inside[:, 1].astype(int), 0, labels.shape[0] - 1)
    columns = np.clip(inside[:, 0].astype(int), 0, labels.shape[1] - 1)
    owner = labels[rows, columns]
    shapes = [
        shapely.multipolygons(faces[owner == label])
        if (owner == label).sum() > 1
        else faces[owner == label][0]
        for label in range(labels.max() + 1)
    ]
    metres = shapely.transform(
        np.array(shapes, dtype=object),
        lambda xy: np.column_stack(
            [grid.west + xy[:, 0] * grid.cell, grid.north - xy[:, 1] * grid.cell]
        ),
    )
    return shapely.coverage_simplify(metres, SIMPLIFICATION)


def _borders(labels: np.ndarray) -> np.ndarray:
    """Unit segments between cells of different labels, in corner coordinates (column, row)."""
    padded = np.pad(labels, 1, constant_values=-1)
    row, column = np.nonzero(padded[1:-1, :-1] != padded[1:-1, 1:])
    vertical = np.stack([np.stack([column, row], 1), np.stack([column, row + 1], 1)], 1)
    row, column = np.nonzero(padded[:-1, 1:-1] != padded[1:, 1:-1])
    horizontal = np.stack([np.stack([column, row], 1), np.stack([column + 1, row], 1)], 1)
    return np.concatenate([vertical, horizontal]).astype(float)


def _smooth(line: np.ndarray) -> np.ndarray:
    """Round the staircase of an arc: its ends stay, a ring turns smoothly."""
    closed = bool((line[0] == line[-1]).all())
    middle = (line[1:] + line[:-1]) / 2
    if closed:
        ring = ndimage.gaussian_filter1d(middle, 1.1, axis=0, mode="wrap")
        return np.vstack([ring, ring[:1]])
    if len(middle) < 3:
        return line
    kept = np.vstack([line[:1], middle, line[-1:]])
    soft = ndimage.gaussian_filter1d(kept, 1.1, axis=0, mode="nearest")
    return np.vstack([line[:1], soft[1:-1], line[-1:]])
