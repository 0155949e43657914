"""The place of a territory among its peers: rank, quartiles, extremes, place on a spine chart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cpts_data.indicators import Polarity
from cpts_data.measures import Status
from cpts_data.territories import Level

STANDING_COLUMNS = (
    "rank",
    "rank_best",
    "ties",
    "among",
    "estimated_peers",
    "median",
    "q1",
    "q3",
    "lowest",
    "highest",
    "position",
    "median_position",
)
_EXACT = (Status.OBSERVED.value, Status.ESTIMATED.value)
_GROUP = ["indicator", "stratum", "period"]
# Sums of the same figures in another order differ by roundings: they are ties.
_DECIMALS = 9


def exact(status: pd.Series) -> pd.Series:
    """Whether a status is that of a territory's own figure: observed, or estimated and told so."""
    return status.isin(_EXACT)


@dataclass(frozen=True)
class Rank:
    """Place of a territory among those whose figure is known (1 = highest value)."""

    place: int
    among: int
    median: float
    lowest: float
    highest: float


def rank(values: pd.DataFrame, identifier: str) -> Rank | None:
    """Rank one territory in a ``Values`` table of one indicator, highest value first.

    Ties share the best place. A value of the département shown as context is no figure of the
    territory. None when the territory's own figure is unknown, or alone.
    """
    kept = values["value"].notna()
    if "status" in values.columns:
        kept &= values["status"] != Status.CONTEXT.value
    known = values.loc[kept].set_index("territory")["value"].astype(float).round(_DECIMALS)
    if identifier not in known.index or len(known) < 2:
        return None
    place = int((known > known[identifier]).sum()) + 1
    return Rank(
        place=place,
        among=len(known),
        median=float(known.median()),
        lowest=float(known.min()),
        highest=float(known.max()),
    )


def standings(values: pd.DataFrame, peers: pd.DataFrame, polarity: pd.Series) -> pd.DataFrame:
    """Place each row of ``values`` among the rows of ``peers`` of its indicator and period.

    Both are ``Values`` tables; ``polarity`` has one code per row of ``values``. Only observed and
    estimated figures are ranked; ``estimated_peers`` counts the latter, so that a rank over
    estimates can be told as such. A territory absent from ``peers`` is placed, not counted; a
    composed one is placed as one more of them: ``among`` counts it, medians and quartiles do not.

    Returns ``STANDING_COLUMNS`` with the index of ``values``: ``rank`` (1 = highest value; ties
    share the best place, and the next one leaves room), ``rank_best`` (1 = most favourable, missing
    without polarity), ``ties`` (other peers of the same value), ``among``, quartiles (linear) and
    extremes, ``position`` from 0 (lowest, or least favourable) to 1, and that of the median. Rank
    and position are missing without figure, and with fewer than two peers.
    """
    known = peers.loc[exact(peers["status"]) & peers["value"].notna()]
    value = known["value"].astype(float).round(_DECIMALS)
    codes, wanted = _groups(known, values)
    spread = _spread(value, codes, known["status"] == Status.ESTIMATED.value)
    table = spread.reindex(wanted).set_axis(values.index)
    table["among"] = table["among"].fillna(0.0)
    table["estimated_peers"] = table["estimated_peers"].fillna(0.0)

    own = values["value"].astype(float).round(_DECIMALS).to_numpy(dtype=float)
    placed = exact(values["status"]).to_numpy() & (table["among"] >= 2).to_numpy()
    own = np.where(placed, own, np.nan)
    above, below = _beaten(value.to_numpy(dtype=float), codes, own, wanted)
    among = table["among"].to_numpy()
    lost = np.isnan(own)
    identity = _is_peer(known, values)
    composed = (values["level"] == Level.COMPOSED.value).to_numpy(dtype=bool)
    table["among"] = table["among"] + (composed & ~lost & (identity == 0))
    table["ties"] = np.where(lost, np.nan, among - above - below - identity)
    table["rank"] = np.where(lost, np.nan, above + 1)
    signs = polarity.to_numpy(dtype=object)
    best = np.where(signs == Polarity.LOW_IS_GOOD.value, below + 1, above + 1)
    judged = signs != Polarity.NO_JUDGEMENT.value
    table["rank_best"] = np.where(lost | ~judged, np.nan, best)
    table["position"] = np.clip(positions(own, table, polarity), 0.0, 1.0)
    table["median_position"] = positions(table["median"].to_numpy(), table, polarity)
    return table[list(STANDING_COLUMNS)]


def positions(values: np.ndarray, places: pd.DataFrame, polarity: pd.Series) -> np.ndarray:
    """Place of values between the peers' extremes: 0 lowest (or least favourable), 1 highest.

    Peers that are all equal stand in the middle, at 0.5. Beyond the extremes it leaves 0..1.
    """
    low, high = places["lowest"].to_numpy(), places["highest"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.where(high > low, (values - low) / (high - low), 0.5)
    place = np.where(np.isnan(values) | np.isnan(low), np.nan, place)
    mirrored = polarity.to_numpy(dtype=object) == Polarity.LOW_IS_GOOD.value
    return np.where(mirrored, 1.0 - place, place)


def _groups(known: pd.DataFrame, values: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """One whole number per indicator, stratum and period, the same on both sides."""
    both = pd.concat([known[_GROUP], values[_GROUP]], ignore_index=True)
    codes = both.groupby(_GROUP, sort=False, dropna=False).ngroup().to_numpy()
    return codes[: len(known)], codes[len(known) :]


def _spread(value: pd.Series, codes: np.ndarray, estimated: pd.Series) -> pd.DataFrame:
    groups = value.groupby(codes)
    return pd.DataFrame(
        {
            "among": groups.size().astype(float),
            "estimated_peers": estimated.groupby(codes).sum().astype(float),
            "median": groups.median(),
            "q1": groups.quantile(0.25),
            "q3": groups.quantile(0.75),
            "lowest": groups.min(),
            "highest": groups.max(),
        }
    )


def _beaten(
    value: np.ndarray, codes: np.ndarray, own: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How many peers stand strictly above and strictly below each own value."""
    above, below = np.zeros(len(own)), np.zeros(len(own))
    order = np.lexsort((value, codes))
    value, codes = value[order], codes[order]
    for group in np.unique(wanted):
        rows = np.flatnonzero(wanted == group)
        peers = value[slice(*np.searchsorted(codes, [group, group + 1]))]
        below[rows] = np.searchsorted(peers, own[rows], side="left")
        above[rows] = len(peers) - np.searchsorted(peers, own[rows], side="right")
    return above, below


def _is_peer(known: pd.DataFrame, values: pd.DataFrame) -> np.ndarray:
    """1 for rows whose territory is itself among the peers: it is not tied with itself."""
    keys = [*_GROUP, "level", "territory"]
    both = pd.concat([known[keys], values[keys]], ignore_index=True)
    codes = both.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    return np.isin(codes[len(known) :], codes[: len(known)]).astype(float)
