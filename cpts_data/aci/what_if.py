"""What would change if the population or the missions did: two estimates side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from cpts_data.aci.amounts import Amount
from cpts_data.aci.funding import (
    Estimate,
    FundingPlan,
    MissionChoice,
    estimate,
    full_year,
)
from cpts_data.aci.scale import MISSION, Key, Scale
from cpts_data.aci.size_classes import possible_size_classes

DIFFERENCE_COLUMNS = (
    "poste",
    "mission",
    "label",
    "before_low",
    "before_high",
    "after_low",
    "after_high",
    "change_low",
    "change_high",
    "standing",
    "mark",
)
TOTAL = "total"


def differences(scale: Scale, before: FundingPlan, after: FundingPlan) -> pd.DataFrame:
    """Two plans over five years, poste by poste, then in all (``poste`` = ``total``).

    ``change_*`` bound what changes. When both plans have the same possible sizes, the size is held
    the same on both sides; else every pair of sizes counts. A rate that is not known is held the
    same on both sides. Raises :class:`~cpts_data.aci.entries.EntryError`.
    """
    ours, theirs = estimate(scale, before), estimate(scale, after)
    pairs = _pairs(before.sizes, after.sizes)
    alone_before = {size: _of_size(scale, before, size) for size in before.sizes}
    alone_after = {size: _of_size(scale, after, size) for size in after.sizes}
    rows = []
    for poste, mission in dict.fromkeys([*ours.postes, *theirs.postes]):
        changes = [
            _change(
                alone_before[one].postes.get((poste, mission)),
                alone_after[other].postes.get((poste, mission)),
            )
            for one, other in pairs
        ]
        label = scale.label_of(Key(poste, mission))
        mine, new = ours.postes.get((poste, mission)), theirs.postes.get((poste, mission))
        rows.append(_row(poste, mission, label, mine, new, changes))
    changes = [_change(alone_before[one].total, alone_after[other].total) for one, other in pairs]
    rows.append(_row(TOTAL, "", "Total sur cinq ans", ours.total, theirs.total, changes))
    return pd.DataFrame(rows, columns=list(DIFFERENCE_COLUMNS))


def by_population(
    scale: Scale,
    populations: Iterable[float],
    missions: Sequence[MissionChoice],
    unscheduled_share: float | None = None,
) -> pd.DataFrame:
    """An ordinary year for several populations: what a chart by population draws.

    One row per population: ``population, sizes, low, high, standing, mark``; ``sizes`` are the
    possible classes, two of them within 2 % of a bound.
    """
    told: dict[tuple[int, ...], Estimate] = {}
    rows = []
    for population in populations:
        sizes = tuple(size.number for size in possible_size_classes(population))
        if sizes not in told:
            told[sizes] = full_year(scale, sizes, missions, unscheduled_share)
        total = told[sizes].total
        rows.append((population, sizes, total.low, total.high, total.standing.value, total.mark))
    columns = ["population", "sizes", "low", "high", "standing", "mark"]
    return pd.DataFrame(rows, columns=columns)


def variable_part(
    scale: Scale,
    sizes: Sequence[int],
    rates: Mapping[str, float | None],
) -> pd.DataFrame:
    """What the rates entered bring in a full year, mission by mission.

    One row per mission of ``rates``: ``mission, label, rate`` (NaN when not entered), ``fixed_low,
    fixed_high, variable_low, variable_high, standing``. Without a rate the variable volet goes from
    nothing to all of it: the product proposes no rate.
    """
    choices = [MissionChoice(mission, rate=rate) for mission, rate in rates.items()]
    lines = full_year(scale, sizes, choices).lines
    rows = []
    for mission, rate in rates.items():
        mine = lines[lines["mission"] == mission]
        sums = {
            name: mine[mine["volet"].isin(volets)][["low", "high"]].sum()
            for name, volets in (("fixed", ("fixe", "total")), ("variable", ("variable",)))
        }
        standing = next(
            (word for word in ("a_verifier", "derive") if word in set(mine["standing"])), "source"
        )
        rows.append(
            {
                "mission": mission,
                "label": scale.label_of(Key(MISSION, mission)),
                "rate": rate,
                "fixed_low": sums["fixed"]["low"],
                "fixed_high": sums["fixed"]["high"],
                "variable_low": sums["variable"]["low"],
                "variable_high": sums["variable"]["high"],
                "standing": standing,
                "missing": bool(mine["missing"].any()),
            }
        )
    return pd.DataFrame(rows).astype({"rate": float}) if rows else pd.DataFrame(rows)


def _pairs(before: Sequence[int], after: Sequence[int]) -> list[tuple[int, int]]:
    if set(before) == set(after):
        return [(size, size) for size in before]
    return [(one, other) for one in before for other in after]


def _of_size(scale: Scale, plan: FundingPlan, size: int) -> Estimate:
    return estimate(scale, replace(plan, sizes=(size,)))


def _change(before: Amount | None, after: Amount | None) -> tuple[float, float]:
    """Lowest and highest change for one pair of sizes, the unknown rate being the same."""
    low = (after.low if after else 0.0) - (before.low if before else 0.0)
    high = (after.high if after else 0.0) - (before.high if before else 0.0)
    return min(low, high), max(low, high)


def _row(
    poste: str,
    mission: str,
    label: str,
    before: Amount | None,
    after: Amount | None,
    changes: Sequence[tuple[float, float]],
) -> tuple[object, ...]:
    told = [amount for amount in (before, after) if amount is not None]
    worst_one = max(told, key=lambda amount: amount.standing.rank)
    return (
        poste,
        mission,
        label,
        before.low if before else 0.0,
        before.high if before else 0.0,
        after.low if after else 0.0,
        after.high if after else 0.0,
        min(low for low, _ in changes),
        max(high for _, high in changes),
        worst_one.standing.value,
        worst_one.mark,
    )
