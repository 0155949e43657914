"""The ground of the fictitious island: relief, coast, rivers, and how fast one moves on it.

Relief is grown, not drawn: an uplifted block is cut by its own rivers (stream power law, implicit
scheme of Braun and Willett, « A very efficient O(n), implicit and parallel method to solve the
stream power equation », Geomorphology 180-181, 2013), then partly drowned, which gives the bays,
capes and estuaries of a real coast. Grids are in metres of EPSG:2154, row 0 to the north.

Values are rounded at each stage: the last bit of a sine differs between processors, and a river
would then choose another valley.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyproj import Transformer
from scipy import ndimage, sparse
from scipy.sparse import csgraph

CENTRE_LON, CENTRE_LAT = -6.8, 46.5
COARSE = 400.0
FINE = 100.0
WIDTH, HEIGHT = 128_000.0, 88_000.0
DROWNED = 18.0
ITERATIONS = 28
STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True)
class Grid:
    """A raster: its cell size in metres, its north-west corner in EPSG:2154, its shape."""

    cell: float
    west: float
    north: float
    shape: tuple[int, int]

    def position(self, flat: np.ndarray) -> np.ndarray:
        """Centres of cells given by flat index, as an array (n, 2) of metres."""
        rows, columns = np.divmod(np.asarray(flat), self.shape[1])
        return np.column_stack(
            [self.west + (columns + 0.5) * self.cell, self.north - (rows + 0.5) * self.cell]
        )

    def flat(self, points: np.ndarray) -> np.ndarray:
        """Flat index of the cell that holds each point (n, 2)."""
        columns = np.clip(((points[:, 0] - self.west) // self.cell), 0, self.shape[1] - 1)
        rows = np.clip(((self.north - points[:, 1]) // self.cell), 0, self.shape[0] - 1)
        return (rows * self.shape[1] + columns).astype(np.int64)


@dataclass(frozen=True)
class Terrain:
    """The island on its fine grid.

    ``height`` in metres above the sea (negative at sea), ``land`` says which cells are emerged,
    ``drainage`` is the area drained by a cell in km², ``slope`` in metres per metre,
    ``coast`` the distance to the sea in metres.
    """

    grid: Grid
    height: np.ndarray
    land: np.ndarray
    drainage: np.ndarray
    slope: np.ndarray
    coast: np.ndarray


def make_terrain(rng: np.random.Generator) -> Terrain:
    """Grow the island. The same generator state gives the same island."""
    coarse = _grid(COARSE)
    fine = _grid(FINE)
    shape, uplift = _block(coarse, rng)
    height = _erode(coarse, shape, uplift, rng)
    height = ndimage.gaussian_filter(height, 0.6)
    zoom = COARSE / FINE
    fine_height = ndimage.zoom(height, zoom, order=3, mode="nearest", grid_mode=True)
    fine_height += 12.0 * noise(fine.shape, 2.3, rng, low=16)
    fine_height = np.round(fine_height, 3)
    land = _main_land(fine_height > 0, fine)
    fine_height = np.where(land, np.maximum(fine_height, 1.0), np.minimum(fine_height, -1.0))
    fine_drainage = _drainage(fine, fine_height)
    smooth = ndimage.gaussian_filter(np.maximum(fine_height, 0), 3)
    gradient = np.gradient(smooth, FINE)
    return Terrain(
        grid=fine,
        height=fine_height,
        land=land,
        drainage=np.where(land, fine_drainage, 0.0),
        slope=np.round(np.hypot(*gradient), 6),
        coast=ndimage.distance_transform_edt(land) * FINE,
    )


def _grid(cell: float) -> Grid:
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True)
    x, y = to_metres.transform(CENTRE_LON, CENTRE_LAT)
    west = round(x / 1000) * 1000 - WIDTH / 2
    north = round(y / 1000) * 1000 + HEIGHT / 2
    return Grid(cell, west, north, (int(HEIGHT / cell), int(WIDTH / cell)))


def noise(
    shape: tuple[int, int], exponent: float, rng: np.random.Generator, *, low: float = 1.0
) -> np.ndarray:
    """Noise of unit variance, power spectrum f^-exponent, at least ``low`` waves across."""
    rows = np.fft.fftfreq(shape[0])[:, None] * max(shape)
    columns = np.fft.rfftfreq(shape[1])[None, :] * max(shape)
    frequency = np.hypot(rows, columns)
    amplitude = np.where(frequency >= low, np.maximum(frequency, 1e-9) ** (-exponent / 2), 0.0)
    spectrum = np.fft.rfft2(rng.standard_normal(shape)) * amplitude
    field = np.fft.irfft2(spectrum, s=shape)
    return np.round(field / field.std(), 6)


def _block(grid: Grid, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The emerged block before erosion: a signed outline (positive inside) and its uplift rate."""
    rows, columns = np.indices(grid.shape)
    x = (columns + 0.5) * grid.cell / 1000 - WIDTH / 2000
    y = HEIGHT / 2000 - (rows + 0.5) * grid.cell / 1000
    x = x + 4.0 * noise(grid.shape, 3.2, rng, low=2)
    y = y + 4.0 * noise(grid.shape, 3.2, rng, low=2)

    def blob(cx: float, cy: float, rx: float, ry: float, angle: float = 0.0) -> np.ndarray:
        cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        u = ((x - cx) * cosine + (y - cy) * sine) / rx
        v = (-(x - cx) * sine + (y - cy) * cosine) / ry
        return np.exp(-(u * u + v * v))

    outline = (
        blob(-4, 5, 40, 17, -14)
        + blob(20, -8, 25, 15, -30)
        + blob(-22, -4, 20, 15, 10)
        + 0.75 * blob(-40, 15, 13, 7, -25)
        + 0.7 * blob(38, -20, 12, 8, -40)
        + 0.6 * blob(4, 22, 9, 8, 70)
        - 0.55 * blob(-2, -20, 11, 10, 20)
        - 0.45 * blob(30, 12, 10, 8, 0)
        - 0.35 * blob(-26, 18, 8, 6, 0)
    )
    shape = outline - 0.50 + 0.09 * noise(grid.shape, 2.4, rng, low=4)
    spine = blob(-20, 9, 26, 6.5, -12) + blob(12, 3, 20, 6, -28) + 0.6 * blob(31, -12, 13, 5, -45)
    uplift = 0.10 + 1.25 * spine + 0.16 * np.clip(noise(grid.shape, 2.8, rng, low=3), -1, 2)
    return np.round(shape, 6), np.round(np.maximum(uplift, 0.03), 6)


def _flow(grid: Grid, height: np.ndarray, sea: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each cell drains to, and an order from the sea upwards.

    The tree is the minimum spanning tree of the graph whose edges weigh the higher end (then, very
    little, the lower end): every cell reaches the sea by the lowest passes, without lakes.
    Receivers are flat indices; sea cells drain to the extra node ``size``.
    """
    rows, columns = grid.shape
    size = rows * columns
    index = np.arange(size).reshape(grid.shape)
    level = height - height.min() + 1.0
    sources, targets, weights = [], [], []
    for down, right in STEPS:
        left = 1 if right < 0 else 0
        a = index[: rows - down, left : columns - max(right, 0)].ravel()
        b = a + down * columns + right
        high = np.maximum(level.flat[a], level.flat[b])
        low = np.minimum(level.flat[a], level.flat[b])
        sources.append(a)
        targets.append(b)
        weights.append(high + 1e-4 * low * (1.2 if down and right else 1.0))
    shore = index[sea]
    sources.append(shore)
    targets.append(np.full(shore.size, size))
    weights.append(np.full(shore.size, 1e-6))
    graph = sparse.csr_matrix(
        (np.concatenate(weights), (np.concatenate(sources), np.concatenate(targets))),
        shape=(size + 1, size + 1),
    )
    tree = csgraph.minimum_spanning_tree(graph)
    order, receiver = csgraph.breadth_first_order(tree, size, directed=False)
    return receiver[:size], order[1:]


def _accumulate(receiver: np.ndarray, order: np.ndarray, size: int) -> np.ndarray:
    """Number of cells drained by each cell, itself included."""
    total = np.ones(size + 1)
    for cell in order[::-1].tolist():
        total[receiver[cell]] += total[cell]
    return total[:size]


def _erode(
    grid: Grid, shape: np.ndarray, uplift: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Uplift and cut the block, then drown its lower valleys; heights in metres above the sea."""
    sea = shape <= 0
    height = np.where(sea, 0.0, 5.0 + 4.0 * noise(grid.shape, 2.0, rng, low=3))
    area = np.ones(grid.shape)
    for _ in range(ITERATIONS):
        receiver, order = _flow(grid, height, sea)
        area = _accumulate(receiver, order, height.size).reshape(grid.shape)
        height = height + np.where(sea, 0.0, uplift * 34.0)
        factor = 0.10 * np.sqrt(area)
        flat, cut = height.ravel().copy(), factor.ravel()
        dry = ~sea.ravel()
        for cell in order.tolist():
            if dry[cell]:
                below = flat[receiver[cell]] if receiver[cell] < flat.size else 0.0
                if flat[cell] > below:
                    flat[cell] = (flat[cell] + cut[cell] * below) / (1 + cut[cell])
        height = flat.reshape(grid.shape)
        soft = 0.96 * height + 0.04 * ndimage.gaussian_filter(height, 1.0)
        height = np.where(sea, 0.0, np.round(soft, 5))
    depth = ndimage.distance_transform_edt(sea) * grid.cell / 1000
    return np.where(sea, -DROWNED - 9.0 * depth, height - DROWNED)


def _main_land(land: np.ndarray, grid: Grid) -> np.ndarray:
    """Keep the island and its two or three real islets, fill inland lakes."""
    land = ndimage.binary_opening(land, iterations=1)
    labels, count = ndimage.label(land)
    sizes = ndimage.sum_labels(land, labels, np.arange(1, count + 1)) * (grid.cell / 1000) ** 2
    ranked = np.argsort(-sizes)
    islets = [label for label in ranked[1:] if 0.4 < sizes[label] < 9.0][:2]
    kept = [label + 1 for label in [ranked[0], *islets]]
    return ndimage.binary_fill_holes(np.isin(labels, kept))


def _drainage(grid: Grid, height: np.ndarray) -> np.ndarray:
    receiver, order = _flow(grid, height, height <= 0)
    cells = _accumulate(receiver, order, height.size).reshape(grid.shape)
    return cells * (grid.cell / 1000) ** 2
