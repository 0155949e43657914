"""What a territory is compared with: other territories' figures, medians of peers, targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from cpts_data.analysis.aggregate import WHOLE
from cpts_data.analysis.standings import exact
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.measures import StandardisedRatio, Status

_DIRECTORY = "rpps"


class Kind(StrEnum):
    """What a territory stands beside."""

    DEPARTEMENT = "departement"
    REGION = "region"
    FRANCE = "france"
    SELECTION = "selection"
    NEIGHBOURS = "voisins"
    PEERS = "pairs"
    TARGET = "cible"
    EXPECTED = "attendu"


@dataclass(frozen=True)
class Reference:
    """One kind of reference and its ``Values`` rows.

    ``of`` gives the reference of each territory (territory id -> id in ``values``), or one id for
    all. ``contained`` lists the territories that lie wholly inside their reference: when one holds
    more than a quarter of it, it is compared with the reference without it.
    """

    kind: Kind
    values: pd.DataFrame
    of: Mapping[str, str] | str
    contained: frozenset[str] = frozenset()


def targets(catalogue: Mapping[str, Indicator] = INDICATORS) -> Reference:
    """The targets of the catalogue, as a reference for every territory."""
    told = [
        (one, one.target, one.target_source or "cible")
        for one in catalogue.values()
        if one.target is not None
    ]
    return _fixed(Kind.TARGET, told)


def expected(catalogue: Mapping[str, Indicator] = INDICATORS) -> Reference:
    """What the age of the residents would give: 100 for a ratio of observed to expected cases."""
    told = [
        (one, one.measure.per, "niveau attendu")
        for one in catalogue.values()
        if isinstance(one.measure, StandardisedRatio)
    ]
    return _fixed(Kind.EXPECTED, told)


def _fixed(kind: Kind, told: Sequence[tuple[Indicator, float, str]]) -> Reference:
    """The same value for every territory."""
    rows = [
        (one.id, kind.value, name, "", WHOLE, float(value), Status.OBSERVED.value, one.unit)
        for one, value, name in told
    ]
    names = ["indicator", "territory", "name", "period", "stratum", "value", "status", "unit"]
    return Reference(kind, pd.DataFrame(rows, columns=names), kind.value)


def medians(
    values: pd.DataFrame,
    groups: Mapping[str, Sequence[str]] | None = None,
    kind: Kind = Kind.PEERS,
    name: str = "médiane",
) -> Reference:
    """The median of each territory's own group (its neighbours), or of all when ``groups`` is None.

    Only observed and estimated figures enter; the median of an even number of them is the mean of
    the two in the middle. A median of territories is no rate of their whole: for that, aggregate
    the set as one territory and pass its ``Values``.
    """
    known = values.loc[exact(values["status"]) & values["value"].notna()]
    keys = ["indicator", "stratum", "period", "unit"]
    if groups is None:
        owned = known.assign(owner=kind.value)
    else:
        pairs = [(owner, member) for owner, members in groups.items() for member in members]
        asked = pd.DataFrame(pairs, columns=["owner", "territory"], dtype="str")
        owned = known.merge(asked, on="territory")
    table = owned.groupby(["owner", *keys], sort=True)["value"].median().reset_index()
    table = table.rename(columns={"owner": "territory"})
    table["name"], table["status"] = name, Status.OBSERVED.value
    return Reference(kind, table, kind.value if groups is None else {one: one for one in groups})


def located(rows: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The reference's row for each row compared: same period if there is one, else the latest."""
    held = reference.values.reset_index(drop=True)
    for name in ("level", "sources", "numerator", "denominator"):
        if name not in held.columns:
            held[name] = "" if name in ("level", "sources") else np.nan
    held = held.sort_values("period", kind="stable").reset_index(drop=True)
    if isinstance(reference.of, str):
        ids = pd.Series(reference.of, index=rows.index, dtype="str")
    else:
        ids = rows["territory"].map(dict(reference.of)).astype("str")
    wanted = [rows["indicator"], rows["stratum"], ids]
    offered = [held["indicator"], held["stratum"], held["territory"]]
    latest = _find(wanted, offered)
    same = _find([*wanted, rows["period"]], [*offered, held["period"]])
    place = np.where(same >= 0, same, latest)
    columns = [
        *("territory", "name", "period", "level", "sources"),
        *("value", "status", "unit", "numerator", "denominator"),
    ]
    # The position -1 is no label of the table: its row is all missing.
    return held[columns].reindex(place).set_axis(rows.index)


def differing(rows: pd.DataFrame, beside: pd.DataFrame) -> np.ndarray:
    """Where a figure and its reference count different things: they are « non comparable ».

    Professionals counted in the directory are not those that the Assurance maladie counts (other
    denominators, other activities: DOMAIN §5.6). It is told figure by figure: a département counted
    by one of them in some years may be counted by the other in others. ``beside`` comes from
    :func:`located`; a figure without a source (a median, a target) has no other definition.
    """
    told = [table["sources"].fillna("").astype(str) for table in (rows, beside)]
    known = told[0].ne("").to_numpy() & told[1].ne("").to_numpy()
    here, there = (text.str.startswith(_DIRECTORY).to_numpy() for text in told)
    return known & (here != there)


def _find(wanted: Sequence[pd.Series], offered: Sequence[pd.Series]) -> np.ndarray:
    """Position of each wanted key among those offered (the last of equals), -1 without."""
    size = len(wanted[0])
    left, right = np.zeros(size, dtype=np.int64), np.zeros(len(offered[0]), dtype=np.int64)
    for one, other in zip(wanted, offered, strict=True):
        both = pd.concat([one.astype("str"), other.astype("str")], ignore_index=True)
        codes, labels = pd.factorize(both)
        codes = np.where(codes < 0, len(labels), codes)
        left = left * (len(labels) + 1) + codes[:size]
        right = right * (len(labels) + 1) + codes[size:]
    index = pd.Index(right)
    last = np.flatnonzero(~index.duplicated(keep="last"))
    found = index[last].get_indexer(pd.Index(left))
    return np.where(found >= 0, last[found] if len(last) else -1, -1)
