"""Territories side by side: which ones stand beside another, their figures, one reference for all.

Pure reading of a :class:`Diagnostic`: nothing here knows a page.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cpts_data.analysis.compare import Kind, Reference, compare, expected, medians
from cpts_data.diagnostic import Diagnostic
from cpts_data.territories import FRANCE_ID, Level, Territory

OFFERED = (Level.CPTS, Level.COMPOSED, Level.EPCI, Level.DEPARTEMENT, Level.REGION, Level.FRANCE)


def key_of(territory: Territory) -> str:
    """How the address names a territory of any level: « departement:83 »."""
    return f"{territory.level.value}:{territory.id}"


def region_of(diagnostic: Diagnostic, departement: str) -> str:
    """Code of the région of a département."""
    units = diagnostic.register.units.table
    return str(units.loc[units["departement"] == departement, "region"].iloc[0])


def offered(diagnostic: Diagnostic, level: Level) -> list[Territory]:
    """Territories of one level that may be compared, by name; EPCI near CPTS only."""
    found = diagnostic.territories(level).every()
    if level is Level.EPCI:
        units = diagnostic.register.units.table
        near = units["region"].isin(diagnostic.cpts_regions())
        around = set(units.loc[near, "departement"].dropna())
        found = [one for one in found if around.intersection(one.departements)]
    return sorted(found, key=lambda one: one.name)


def references_of(diagnostic: Diagnostic, territory: Territory) -> list[Territory]:
    """What a territory usually stands beside: its main département, its région, France."""
    found = []
    if territory.departements:
        main = territory.departements[0]
        found.append(diagnostic.territory(Level.DEPARTEMENT, main))
        found.append(diagnostic.territory(Level.REGION, region_of(diagnostic, main)))
    return [*found, diagnostic.territory(Level.FRANCE, FRANCE_ID)]


def values_of(
    diagnostic: Diagnostic,
    indicators: Sequence[str],
    territories: Sequence[Territory],
    period: str | None = None,
) -> pd.DataFrame:
    """``Values`` of some indicators for territories of any levels, in the order asked."""
    parts = []
    for level in dict.fromkeys(territory.level for territory in territories):
        ids = [one.id for one in territories if one.level is level]
        parts.append(diagnostic.values(indicators, level, ids, period))
    if not parts:
        return diagnostic.values([], Level.CPTS)
    table = pd.concat(parts, ignore_index=True)
    order = {(one.level.value, one.id): place for place, one in enumerate(territories)}
    keys = zip(table["level"].astype(str), table["territory"].astype(str), strict=True)
    place = [order[key] for key in keys]
    entry = table["indicator"].map({name: rank for rank, name in enumerate(indicators)})
    return (
        table.assign(_place=place, _entry=entry)
        .sort_values(["_entry", "_place"], kind="stable")
        .drop(columns=["_place", "_entry"])
        .reset_index(drop=True)
    )


def peers_of(diagnostic: Diagnostic, own: Territory) -> list[Territory]:
    """The CPTS of the same région (that of their main département), among which one is ranked."""
    everyone = diagnostic.territories(Level.CPTS).every()
    if not own.departements:
        return everyone
    units = diagnostic.register.units.table
    pairs = units[["departement", "region"]].dropna().drop_duplicates("departement")
    region = pairs.set_index("departement")["region"].astype(str).to_dict()
    here = region[own.departements[0]]
    return [one for one in everyone if one.departements and region[one.departements[0]] == here]


def peers_and_own(diagnostic: Diagnostic, own: Territory) -> list[Territory]:
    """The CPTS of the région, and the reader's territory when it is a composed one."""
    peers = peers_of(diagnostic, own)
    return [*peers, own] if own.level is Level.COMPOSED else peers


def reference(
    diagnostic: Diagnostic, own: Territory, kind: Kind, values: pd.DataFrame
) -> Reference:
    """One reference for every territory of a ``Values`` table."""
    names = list(dict.fromkeys(values["indicator"].astype(str)))
    if kind is Kind.PEERS:
        return medians(_peer_values(diagnostic, own, names))
    found = next(one for one in references_of(diagnostic, own) if one.level.value == kind.value)
    rows = _same_periods(diagnostic, found, names, values)
    return Reference(kind, rows, found.id, _contained(diagnostic, found))


def _peer_values(diagnostic: Diagnostic, own: Territory, names: Sequence[str]) -> pd.DataFrame:
    ids = [one.id for one in peers_of(diagnostic, own)]
    return diagnostic.values(names, Level.CPTS, ids)


def _same_periods(
    diagnostic: Diagnostic, found: Territory, names: Sequence[str], values: pd.DataFrame
) -> pd.DataFrame:
    """The latest figures of a reference, then those of periods known of a territory."""
    parts = [diagnostic.values(names, found.level, [found.id])]
    latest = parts[0].set_index("indicator")["period"]
    known = values[values["value"].notna()].drop_duplicates(["indicator", "period"])
    for name, period in zip(known["indicator"], known["period"], strict=True):
        if period and period != latest.get(name):
            same = diagnostic.values([name], found.level, [found.id], period)
            parts.append(same[same["value"].notna()])
    return pd.concat(parts, ignore_index=True)


def _contained(diagnostic: Diagnostic, within: Territory) -> frozenset[str]:
    """Territories that lie wholly inside a département or a région."""
    if within.level is Level.FRANCE:
        return frozenset()
    inside = {within.id}
    if within.level is Level.REGION:
        units = diagnostic.register.units.table
        inside = set(units.loc[units["region"] == within.id, "departement"].dropna())
    found: set[str] = inside if within.level is Level.REGION else set()
    for level in (Level.CPTS, Level.COMPOSED, Level.EPCI):
        held = diagnostic.territories(level).table["departements"]
        found |= {str(name) for name, codes in held.items() if codes and inside.issuperset(codes)}
    return frozenset(found)


def compared(
    diagnostic: Diagnostic,
    own: Territory,
    kind: Kind,
    indicators: Sequence[str],
    territories: Sequence[Territory],
) -> pd.DataFrame:
    """Every territory beside one reference: rows of ``compare.compare``, indicator by indicator.

    Ratios of observed to expected cases stand beside what is expected, the only thing that they
    may be compared with. A territory that is wider than the reference gets no verdict.
    """
    values = values_of(diagnostic, indicators, territories)
    peers = _peer_values(diagnostic, own, indicators)
    beside = [reference(diagnostic, own, kind, values), expected()]
    table = compare(values, beside, peers=peers)
    asked, awaited = table[table["reference"] == kind.value], table[table["reference"] == "attendu"]
    told = awaited["reference_value"].notna().to_numpy()
    chosen = asked.reset_index(drop=True)
    chosen.loc[told] = awaited.reset_index(drop=True).loc[told]
    return chosen
