"""Hot and cold spots as a map shows them: which communes touch, and how sure each spot is.

A spot is told in three degrees: none, significant for the commune alone, and significant still
when every commune of the map is tested at once (Benjamini and Hochberg 1995). The statistic is
Getis and Ord's Gi* (:func:`cpts_data.analysis.hotspots.local_getis`), or local Moran
(:func:`cpts_data.analysis.hotspots.local_moran`), which also tells the exceptions: high among low,
low among high.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from cpts_data.analysis.hotspots import local_getis, local_moran, moran
from cpts_data.statistics.inputs import StatisticsError

FEWEST: Final = 30
"""Communes with a value of their own under which no spot is looked for (convention)."""

MOST: Final = 5000
"""Communes above which a map is too wide: what is high for France says little of a région."""

MOST_UNKNOWN: Final = 1 / 3
"""Share of communes without a value of their own above which spots would mislead (convention)."""

THRESHOLD: Final = 0.05
PERMUTATIONS: Final = 4999

LEVELS: Final = (
    "chaud_confirme",
    "chaud",
    "non_significatif",
    "froid",
    "froid_confirme",
    "sans_voisin",
    "manquant",
)
"""Codes of :func:`spot_levels`; « confirme » survives the correction for many tests."""

CONFIRMED: Final = "_confirme"
NEIGHBOURHOODS: Final = (
    "haut_haut",
    "haut_bas",
    "bas_haut",
    "bas_bas",
    "non_significatif",
    "sans_voisin",
    "manquant",
)
"""Codes of :func:`neighbourhood_levels`, the commune first, then its neighbours; the first four may
end with :data:`CONFIRMED`."""


@dataclass(frozen=True)
class SpotMap:
    """Spots of a map: one row per commune, and whether neighbours are alike on the whole.

    ``table`` has ``level`` (of :data:`LEVELS` or :data:`NEIGHBOURHOODS`), ``z`` and ``p``
    (two-sided), indexed as the values given. ``moran`` and its two-sided ``moran_p`` are those of
    the whole map.
    """

    table: pd.DataFrame
    moran: float
    moran_p: float
    known: int


def touching(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Polygons that share a border or a corner: one row per ordered pair, ``origin, neighbour``.

    ``frame`` is indexed by code; polygons apart by less than one metre are taken to touch.
    """
    shapes = frame.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="dwithin", distance=1e-5)
    apart = left != right
    codes = frame.index.to_numpy()
    return pd.DataFrame({"origin": codes[left[apart]], "neighbour": codes[right[apart]]})


def refusal(values: pd.Series) -> str:
    """Why spots are not looked for among these values (French); empty when they may be.

    ``values`` has one row per commune of the map, missing where the commune has no value of its
    own (masked, bounded, not available).
    """
    known = int(values.notna().sum())
    if len(values) > MOST:
        return (
            f"Cette étendue compte {len(values)} communes : ce qui est élevé à cette échelle dit "
            "peu d'une région. Choisissez une région dans « Étendue de la carte »."
        )
    if known < FEWEST:
        return (
            f"Il faut au moins {FEWEST} communes renseignées pour distinguer un regroupement du "
            f"hasard ; cette carte en a {known}."
        )
    if known < (1 - MOST_UNKNOWN) * len(values):
        share = round(100 * (1 - known / len(values)))
        return (
            f"La valeur propre manque pour {share} % des communes (secret statistique ou donnée "
            "non disponible). Au-delà d'un tiers, les regroupements ne diraient que ceux des "
            "communes visibles : ils ne sont pas cherchés."
        )
    if values.dropna().nunique() < 2:
        return "Toutes les communes ont la même valeur : il n'y a rien à regrouper."
    return ""


def spot_levels(values: pd.Series, pairs: pd.DataFrame, seed: int = 0) -> SpotMap:
    """Find the spots of a map and how sure they are.

    ``values`` as in :func:`refusal`, ``pairs`` as :func:`touching` gives them. p-values come from
    :data:`PERMUTATIONS` conditional permutations, doubled to be two-sided. Raises
    ``StatisticsError`` (French) when the map cannot be studied.

    Sources: Ord and Getis (1995); Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57:289-300;
    Caldas de Castro and Singer (2006), Geographical Analysis 38:180-208, for its use on Gi*.
    """
    if told := refusal(values):
        raise StatisticsError(told)
    local = local_getis(values, pairs, permutations=PERMUTATIONS, seed=seed)
    whole = moran(values, pairs, permutations=PERMUTATIONS, seed=seed)
    p = (2 * local["p_with_ties"].astype(float)).clip(upper=1.0)
    studied = ~local["spot"].isin(["sans_voisin", "manquant"])
    single = studied & (p <= THRESHOLD)
    sure = pd.Series(False, index=values.index)
    sure[studied] = survives(p[studied].to_numpy(), THRESHOLD)
    side = np.where(local["z_weighted"].astype(float) > 0, "chaud", "froid")
    level = local["spot"].where(~studied, "non_significatif").astype(object)
    level = level.mask(single, pd.Series(side, index=values.index))
    level = level.mask(sure, pd.Series([f"{name}_confirme" for name in side], index=values.index))
    table = pd.DataFrame({"level": level, "z": local["z_weighted"].astype(float), "p": p})
    return SpotMap(table, whole.value, min(1.0, 2 * whole.p_simulated), int(values.notna().sum()))


def neighbourhood_levels(values: pd.Series, pairs: pd.DataFrame, seed: int = 0) -> SpotMap:
    """Compare each commune with its neighbours: alike (all high, all low), or an exception.

    The same conventions as :func:`spot_levels`. Here the commune is not its own neighbour, and
    « high » and « low » are told against the mean of the map.

    Sources: Anselin (1995), Geographical Analysis 27:93-115; Benjamini and Hochberg (1995).
    """
    if told := refusal(values):
        raise StatisticsError(told)
    local = local_moran(values, pairs, permutations=PERMUTATIONS, seed=seed)
    whole = moran(values, pairs, permutations=PERMUTATIONS, seed=seed)
    p = (2 * local["p_with_ties"].astype(float)).clip(upper=1.0)
    studied = ~local["cluster"].isin(["sans_voisin", "manquant"])
    sure = pd.Series(False, index=values.index)
    sure[studied] = survives(p[studied].to_numpy(), THRESHOLD)
    side = local["quadrant"].map(_QUADRANTS)
    level = local["cluster"].where(~studied, "non_significatif").astype(object)
    level = level.mask(studied & (p <= THRESHOLD), side)
    level = level.mask(sure, side + CONFIRMED)
    z = local["z_conditional"].astype(float)
    table = pd.DataFrame({"level": level, "z": z, "p": p})
    return SpotMap(table, whole.value, min(1.0, 2 * whole.p_simulated), int(values.notna().sum()))


_QUADRANTS = {1: "haut_haut", 2: "bas_haut", 3: "bas_bas", 4: "haut_bas"}


def survives(p: np.ndarray, rate: float) -> np.ndarray:
    """Which tests are significant when at most ``rate`` of those kept may be by chance.

    Benjamini and Hochberg: with m tests in increasing order of p, keep the first k where k is the
    largest such that p(k) <= rate x k / m.
    """
    if not len(p):
        return np.zeros(0, dtype=bool)
    order = np.argsort(p, kind="stable")
    under = p[order] <= rate * np.arange(1, len(p) + 1) / len(p)
    kept = np.zeros(len(p), dtype=bool)
    if under.any():
        kept[order[: int(np.flatnonzero(under).max()) + 1]] = True
    return kept


def blocks_of(codes: pd.Index, pairs: pd.DataFrame) -> pd.Series:
    """Number of the block of touching communes that each code belongs to, from 0; index ``codes``.

    Blocks are numbered in the order in which their first commune appears.
    """
    origin = codes.get_indexer(pd.Index(pairs["origin"]))
    neighbour = codes.get_indexer(pd.Index(pairs["neighbour"]))
    both = (origin >= 0) & (neighbour >= 0)
    links = sparse.coo_array(
        (np.ones(int(both.sum())), (origin[both], neighbour[both])), shape=(len(codes), len(codes))
    )
    _, labels = csgraph.connected_components(links, directed=False)
    return pd.Series(pd.factorize(labels)[0], index=codes, dtype=int)
