"""Do high values neighbour high values: spatial autocorrelation, over the whole and place by place.

Global statistics (Moran's I, Geary's C, Getis and Ord's G) say whether there is a pattern at all;
local ones (Moran, Getis and Ord's Gi*) say where. Analytic values come from `esda`. Permutations
are drawn here, with a generator of their own: `esda` seeds numpy's shared one, which would make a
result depend on what other sessions do.

`values` is a Series by territory code. `weights` is a table of neighbours, one row per ordered
pair: `origin`, `neighbour`, `weight` (above zero; without the column, 1). Territories without value
are left out together with their pairs; a territory without neighbour is an island: it counts in
the means and has no pattern of its own. Rows about unknown territories are ignored.

`transformation` is `R` (each territory's weights sum to one) or `B` (each neighbour counts one).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cpts_data.analysis.permutations import (
    conditional_lags,
    cross_products,
    p_with_ties,
    tails,
)
from cpts_data.statistics.inputs import Faults, StatisticsError, as_floats

if TYPE_CHECKING:
    from scipy import sparse

PERMUTATIONS: Final = 999
_FEWEST: Final = 4

CLUSTERS: Final = (
    "haut_haut",
    "bas_haut",
    "bas_bas",
    "haut_bas",
    "non_significatif",
    "sans_voisin",
    "manquant",
)
"""Codes of `local_moran`: the territory's value, then its neighbours', against the mean."""

SPOTS: Final = ("chaud", "froid", "non_significatif", "sans_voisin", "manquant")
"""Codes of `local_getis`."""


@dataclass(frozen=True)
class GlobalStatistic:
    """One global statistic with its expectation and tests.

    `normal` assumes that values are drawn from a normal law, `random` that the observed ones are
    dealt at random. `p_normal`, `p_random` are two-sided for Moran, one-sided for Geary and Getis;
    `p_simulated` is the share of permutations at least as extreme, on the side observed, NaN
    without permutations. Getis has only one variance (`normal` in the literature's words).
    """

    value: float
    expected: float
    variance_normal: float
    z_normal: float
    p_normal: float
    variance_random: float
    z_random: float
    p_random: float
    p_simulated: float
    territories: int
    islands: int


def moran(
    values: pd.Series,
    weights: pd.DataFrame,
    transformation: str = "R",
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> GlobalStatistic:
    """Moran's I: above its expectation, neighbours are alike; under it, they differ.

    Source: Cliff and Ord (1981), Spatial Processes; `esda.Moran`.
    """
    space = _space(values, weights, transformation)
    from esda import Moran

    with _quiet():
        peer = Moran(space.values, space.w(), transformation, permutations=0)
    z = space.values - space.values.mean()
    matrix = space.matrix(transformation)
    simulated = cross_products(z, matrix, permutations, seed) * len(z) / matrix.sum() / (z @ z)
    return _report(peer, "I", simulated, space)


def geary(
    values: pd.Series,
    weights: pd.DataFrame,
    transformation: str = "R",
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> GlobalStatistic:
    """Geary's C: under 1 neighbours are alike, above 1 they differ; sensitive to near differences.

    Source: Cliff and Ord (1981), Spatial Processes; `esda.Geary`.
    """
    space = _space(values, weights, transformation)
    from esda import Geary

    with _quiet():
        peer = Geary(space.values, space.w(), transformation, permutations=0)
    z = space.values - space.values.mean()
    matrix = space.matrix(transformation)
    squared = cross_products(z, matrix, permutations, seed, differences=True)
    simulated = squared * (len(z) - 1) / (2 * matrix.sum() * (z @ z))
    return _report(peer, "C", simulated, space)


def getis(
    values: pd.Series,
    weights: pd.DataFrame,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> GlobalStatistic:
    """Getis and Ord's G, on binary weights: above its expectation, high values gather.

    Made for values with a natural zero, none negative: with negative ones it is computed as the
    peer does, and says nothing of where high values gather. Source: Getis and Ord (1992); `esda.G`.
    """
    space = _space(values, weights, "B")
    from esda import G

    with _quiet():
        peer = G(space.values, space.w(), permutations=0)
    simulated = cross_products(space.values, space.matrix("B"), permutations, seed) / peer.den_sum
    return _report(peer, "G", simulated, space)


def local_moran(
    values: pd.Series,
    weights: pd.DataFrame,
    transformation: str = "R",
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    threshold: float = 0.05,
) -> pd.DataFrame:
    """Local Moran: where high stands among high, low among low, or one against its neighbours.

    One row per element of `values`, same index:

    - `value`: Ii; `quadrant`: 1 high-high, 2 low-high, 3 low-low, 4 high-low;
    - `expected_conditional`, `variance_conditional`, `z_conditional`: given the territory's own
      value; `expected`, `variance`: all values dealt at random (Sokal 1998);
    - `p_simulated`: share of conditional permutations beyond the value, on the side observed, so
      one-sided: halve the threshold for a two-sided reading. Computed as `esda` does, where draws
      equal to the value count or not by the chance of rounding, and islands look significant;
    - `p_with_ties`: the same with equal draws counted as at least as extreme. With many equal
      values (communes without any professional) it is much larger, and the honest one;
    - `cluster`: one of `CLUSTERS`, significant when `p_with_ties <= threshold`, or the normal tail
      of `z_conditional` without permutations.

    Source: Anselin (1995), Geographical Analysis 27:93-115; Sokal et al. (1998); `esda`.
    """
    space = _space(values, weights, transformation)
    from esda import Moran_Local
    from scipy.special import ndtr

    with _quiet():
        peer = Moran_Local(space.values, space.w(), transformation, permutations=0)
    z = (space.values - space.values.mean()) / space.values.std()
    scale = (len(z) - 1) / (z * z).sum()
    lags = conditional_lags(z, space.matrix(transformation), permutations, seed)
    # In this order, as the peer multiplies: it decides draws that equal the value but for rounding.
    draws = (own * lag * scale for own, lag in zip(z, lags, strict=True))
    p_values = tails(peer.Is, draws, permutations)
    with np.errstate(divide="ignore", invalid="ignore"):
        # The moments are those of a statistic scaled by n, the peer's value by n - 1.
        z_conditional = (peer.Is * len(z) / (len(z) - 1) - peer.EIc) / np.sqrt(peer.VIc)
    p = p_values["p_with_ties"] if permutations else ndtr(-np.abs(z_conditional))
    cluster = np.array(CLUSTERS, dtype=object)[np.asarray(peer.q) - 1]
    cluster[~(p <= threshold)] = "non_significatif"
    cluster[space.is_island] = "sans_voisin"
    return space.table(
        values.index,
        {
            "value": peer.Is,
            "quadrant": peer.q,
            "expected_conditional": peer.EIc,
            "variance_conditional": peer.VIc,
            "z_conditional": z_conditional,
            "expected": peer.EI,
            "variance": peer.VI,
            **p_values,
            "cluster": cluster,
        },
    )


def local_getis(
    values: pd.Series,
    weights: pd.DataFrame,
    transformation: str = "B",
    star: bool = True,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    threshold: float = 0.05,
) -> pd.DataFrame:
    """Getis and Ord's Gi* (or Gi without `star`): hot and cold spots of a value.

    With `star` the territory counts among its own neighbours. One row per element of `values`:

    - `value`, `expected`, `variance`, `z`: as `esda`, whose moments hold for binary weights;
    - `z_weighted`: the same for any weights (Ord and Getis 1995); equal to `z` when binary;
    - `p_normal`: one-sided, of `z_weighted`; `p_simulated`, `p_with_ties`: as `local_moran`;
    - `spot`: one of `SPOTS`, significant when `p_with_ties <= threshold`, or `p_normal` without
      permutations.

    For values whose sum is not zero. Source: Getis and Ord (1992); Ord and Getis (1995); `esda`.
    """
    space = _space(values, weights, transformation, no_zero_sum=True)
    from esda import G_Local
    from scipy.special import ndtr

    y = space.values
    with _quiet():
        peer = G_Local(y, space.w(), transformation, permutations=0, star=star)
    matrix = space.matrix(transformation, star)
    z_weighted = _getis_z(y, matrix, star)
    total = np.broadcast_to(y.sum() - (0 if star else y), len(y))
    lags = conditional_lags(y, matrix, permutations, seed)
    parts = zip(lags, matrix.diagonal() * y, total, strict=True)
    p_values = tails(peer.Gs, ((lag + own) / whole for lag, own, whole in parts), permutations)
    p_normal = ndtr(-np.abs(z_weighted))
    spot = np.where(z_weighted > 0, "chaud", "froid").astype(object)
    p = p_values["p_with_ties"] if permutations else p_normal
    spot[~(p <= threshold)] = "non_significatif"
    spot[space.is_island] = "sans_voisin"
    return space.table(
        values.index,
        {
            "value": peer.Gs,
            "expected": np.broadcast_to(peer.EGs, len(y)),
            "variance": peer.VGs,
            "z": peer.Zs,
            "z_weighted": z_weighted,
            "p_normal": p_normal,
            **p_values,
            "spot": spot,
        },
    )


def _report(peer: Any, letter: str, simulated: np.ndarray, space: _Space) -> GlobalStatistic:
    """Read the attributes of an `esda` statistic, named after its letter."""

    def number(name: str) -> float:
        return float(getattr(peer, name, np.nan))

    value = number(letter)
    return GlobalStatistic(
        value=value,
        expected=number(f"E{letter}"),
        variance_normal=number("VG" if letter == "G" else f"V{letter}_norm"),
        z_normal=number("z_norm"),
        p_normal=number("p_norm"),
        variance_random=number(f"V{letter}_rand"),
        z_random=number("z_rand"),
        p_random=number("p_rand"),
        p_simulated=p_with_ties(value, simulated),
        territories=len(space.values),
        islands=int(space.is_island.sum()),
    )


@dataclass(frozen=True)
class _Space:
    """The territories that have a value, in order, and the weights between them."""

    values: np.ndarray
    codes: pd.Index
    pairs: sparse.csr_array

    @property
    def is_island(self) -> np.ndarray:
        """Which territories have no neighbour."""
        return np.diff(self.pairs.indptr) == 0

    def w(self) -> Any:
        """The same as an object of `libpysal`, which `esda` transforms in place."""
        from libpysal.weights import W

        pairs = self.pairs
        cuts = list(zip(pairs.indptr[:-1], pairs.indptr[1:], strict=True))
        with _quiet():
            return W(
                {place: pairs.indices[a:b].tolist() for place, (a, b) in enumerate(cuts)},
                {place: pairs.data[a:b].tolist() for place, (a, b) in enumerate(cuts)},
                silence_warnings=True,
            )

    def matrix(self, transformation: str, star: bool = False) -> sparse.csr_array:
        """Transformed weights; with `star` each territory is its own neighbour first."""
        from scipy import sparse

        pairs = self.pairs.copy()
        if transformation == "B":
            pairs.data[:] = 1.0
        if star:
            own = np.ones(pairs.shape[0])
            if transformation == "R":
                own = np.asarray(pairs.max(axis=1).todense()).ravel()
            pairs = sparse.csr_array(pairs + sparse.diags_array(own))
        if transformation == "R":
            sums = np.asarray(pairs.sum(axis=1)).ravel()
            sums[sums == 0] = 1.0
            pairs = sparse.csr_array(sparse.diags_array(1 / sums) @ pairs)
        return pairs

    def table(self, index: pd.Index, columns: dict[str, Any]) -> pd.DataFrame:
        """Results over the whole index: missing, and `manquant` for codes, where no value was."""
        known = pd.DataFrame({name: np.array(column) for name, column in columns.items()})
        whole = known.set_axis(self.codes).reindex(index)
        for name in ("cluster", "spot"):
            if name in whole:
                whole[name] = whole[name].fillna("manquant")
        if "quadrant" in whole:
            whole["quadrant"] = whole["quadrant"].astype("Int64")
        return whole


def _space(
    values: pd.Series,
    weights: pd.DataFrame,
    transformation: str,
    no_zero_sum: bool = False,
) -> _Space:
    """Read and check the two tables; every fault is told at once."""
    from scipy import sparse

    if transformation not in ("R", "B"):
        raise StatisticsError(
            f"Analyse spatiale impossible : transformation « {transformation} » inconnue (R ou B)."
        )
    numbers = as_floats(values, "la colonne étudiée")
    known = ~np.isnan(numbers)
    codes = values.index[known]
    y = numbers[known]
    faults = Faults("Analyse spatiale")
    if not values.index.is_unique:
        faults.add("un même territoire figure plusieurs fois")
    absent = [name for name in ("origin", "neighbour") if name not in weights.columns]
    if absent:
        faults.add(f"colonnes absentes de la table de voisinage : {', '.join(absent)}")
    faults.stop()
    weight = (
        as_floats(weights["weight"], "le poids") if "weight" in weights else np.ones(len(weights))
    )
    origin = codes.get_indexer(weights["origin"])
    neighbour = codes.get_indexer(weights["neighbour"])
    kept = (origin >= 0) & (neighbour >= 0) & (weight != 0) & (origin != neighbour)
    if len(y) < _FEWEST:
        faults.add(f"il faut au moins {_FEWEST} territoires renseignés ; trouvé {len(y)}")
    elif np.ptp(y) == 0:
        faults.add("tous les territoires ont la même valeur")
    elif not kept.any():
        faults.add("aucun territoire renseigné n'a de voisin renseigné")
    if not (weight[~np.isnan(weight)] >= 0).all() or np.isnan(weight).any():
        faults.add("un poids de voisinage est négatif ou absent")
    if no_zero_sum and y.sum() == 0:
        faults.add("l'indice de Getis et Ord demande une somme différente de zéro")
    if pd.DataFrame({"o": origin[kept], "n": neighbour[kept]}).duplicated().any():
        faults.add("une même paire de voisins figure plusieurs fois")
    faults.stop()
    pairs = sparse.csr_array(
        (weight[kept], (origin[kept], neighbour[kept])), shape=(len(y), len(y))
    )
    return _Space(y, codes, pairs)


def _getis_z(y: np.ndarray, matrix: sparse.csr_array, star: bool) -> np.ndarray:
    """Standardised Gi or Gi* for any weights (Ord and Getis 1995, equations 5 and 6)."""
    others = len(y) - (0 if star else 1)
    mean = (y.sum() - (0 if star else y)) / others
    squares = ((y**2).sum() - (0 if star else y**2)) / others
    spread = np.sqrt(squares - mean**2)
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    sums_of_squares = np.asarray((matrix * matrix).sum(axis=1)).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt((others * sums_of_squares - sums**2) / (others - 1))
        return (matrix @ y - mean * sums) / (spread * scale)


@contextmanager
def _quiet() -> Iterator[None]:
    """Islands make `esda` divide by zero and warn; they are told apart in the result instead."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
