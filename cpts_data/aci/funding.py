"""What the ACI may bring to a CPTS: by mission and volet, per contract year, over five years.

An estimate, never the announcement of a payment (DOMAIN §3). Three things are not known and each
widens the figure instead of being guessed: the size class when several are possible, the rate
reached of a variable volet when the user gives none (from nothing to all of it), an amount that no
document tells (left out, and named).

    estimate of a year = running costs + Σ missions started (fixed + variable × rate reached)

In the contract year when a mission starts, both volets count for the days that remain, over 365:
the rule for the fixed volet is sourced (Sénat, r25-032, 2025), the count of days and its use for
the variable volet are conventions of the product, so those amounts are « à vérifier ».
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from cpts_data.aci.amounts import Amount, Standing, add_up, either, gathered
from cpts_data.aci.calendar import TERM_YEARS, anniversary
from cpts_data.aci.funding_plan import FundingPlan, MissionChoice, check_plan, with_population
from cpts_data.aci.scale import (
    CRISIS,
    FIXED,
    MISSION,
    PLAN,
    PLAN_UPDATE,
    RAISED_RUNNING,
    RUNNING,
    UNSCHEDULED,
    VARIABLE,
    Key,
    Part,
    Scale,
    ScaleLine,
)

__all__ = [
    "DISCLAIMER",
    "Estimate",
    "FundingPlan",
    "MissionChoice",
    "estimate",
    "full_year",
    "share_of_year",
    "start_year",
    "with_population",
]

DISCLAIMER = "Estimation, jamais une annonce de versement."
PRO_RATA = (
    "Année de démarrage comptée au prorata des jours restants sur 365 : le compte des jours, et le "
    "prorata du volet variable, sont des conventions du logiciel, à vérifier."
)
YEAR_DAYS = 365
LINE_COLUMNS = (
    "year",
    "poste",
    "mission",
    "volet",
    "label",
    "low",
    "high",
    "standing",
    "missing",
    "sources",
    "note",
)


@dataclass(frozen=True)
class Estimate:
    """An estimate: each line, each year, each poste over the whole, the whole.

    ``lines`` has one row per year, poste, mission and volet (``LINE_COLUMNS``), with the range over
    the possible sizes. ``years`` maps a contract year to its total; ``postes`` a (poste, mission)
    to its total over all years; ``by_size`` a size class to the (low, high) total of the whole.
    """

    lines: pd.DataFrame
    years: Mapping[int, Amount]
    postes: Mapping[tuple[str, str], Amount]
    total: Amount
    by_size: Mapping[int, tuple[Amount, Amount]]
    not_started: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Counted:
    """A line of the scale in a year: counted between two factors, pro rata or not."""

    key: Key
    low: float = 1.0
    high: float = 1.0
    pro_rata: bool = False


def full_year(
    scale: Scale,
    sizes: Sequence[int],
    missions: Sequence[MissionChoice],
    unscheduled_share: float | None = None,
) -> Estimate:
    """One ordinary year: every mission at work all year, no first year nor pro rata.

    The published totals by class are those of such a year with every mission of the 2019 agreement
    at rate 1. Raises :class:`~cpts_data.aci.entries.EntryError`.
    """
    check_plan(scale, sizes, missions, unscheduled_share)
    counted = [_Counted(Key(RUNNING))]
    for choice in missions:
        counted += _mission(scale, choice, 1, 1.0, first=False)
    counted += _supplement(unscheduled_share, 1.0)
    return _estimate(scale, sizes, {1: counted})


def estimate(scale: Scale, plan: FundingPlan) -> Estimate:
    """The five contract years of a plan, from its signature to its term.

    Raises :class:`~cpts_data.aci.entries.EntryError` with every fault of the plan.
    """
    check_plan(scale, plan.sizes, plan.missions, plan.unscheduled_share, plan)
    years = {year: _year(scale, plan, year) for year in range(1, TERM_YEARS + 1)}
    late = [c.mission for c in plan.missions if c.start is None]
    found = _estimate(scale, plan.sizes, years)
    labels = tuple(scale.missions[code].label for code in late)
    prorated = any(counted.pro_rata for some in years.values() for counted in some)
    return replace(found, not_started=labels, notes=(PRO_RATA,) if prorated else ())


def start_year(signature: dt.date, start: dt.date) -> int:
    """The contract year, from 1, in which a day falls."""
    year = 1
    while anniversary(signature, year) <= start:
        year += 1
    return year


def share_of_year(signature: dt.date, start: dt.date, year: int) -> float:
    """Share of a contract year during which a mission is at work: days left, over 365."""
    begins, ends = anniversary(signature, year - 1), anniversary(signature, year)
    if start <= begins:
        return 1.0
    return max(0, (ends - start).days) / YEAR_DAYS


def _year(scale: Scale, plan: FundingPlan, year: int) -> list[_Counted]:
    raised = plan.raised_running and year == 1
    counted = [_Counted(Key(RAISED_RUNNING if raised else RUNNING))]
    for choice in plan.missions:
        if choice.start is None or choice.start >= anniversary(plan.signature, year):
            continue
        share = share_of_year(plan.signature, choice.start, year)
        first = start_year(plan.signature, choice.start) == year
        counted += _mission(scale, choice, year, share, first=first)
        if choice.mission == "crise" and year in plan.crisis_years and scale.has(CRISIS):
            counted.append(_Counted(Key(CRISIS, "crise")))
        if choice.mission == "acces":
            counted += _supplement(plan.unscheduled_share, share)
    return counted


def _mission(
    scale: Scale, choice: MissionChoice, year: int, share: float, *, first: bool
) -> list[_Counted]:
    """The volets of a mission in a year; a crisis mission may be paid by its plan instead."""
    low, high = choice.bounds(year)
    cut = share < 1.0
    if any(key.poste == MISSION and key.mission == choice.mission for key, _ in scale.lines):
        return [
            _Counted(Key(MISSION, choice.mission, FIXED), share, share, cut),
            _Counted(Key(MISSION, choice.mission, VARIABLE), share * low, share * high, cut),
        ]
    return [_Counted(Key(PLAN if first else PLAN_UPDATE, choice.mission))]


def _supplement(expected: float | None, share: float) -> list[_Counted]:
    if expected is None:
        return []
    counted = expected * share
    return [_Counted(Key(UNSCHEDULED, "acces"), counted, counted, share < 1.0)]


def _estimate(
    scale: Scale, sizes: Sequence[int], years: Mapping[int, Sequence[_Counted]]
) -> Estimate:
    totals = {
        (year, size): _both(scale, counted, size)
        for year, counted in years.items()
        for size in sizes
    }
    by_size = {
        size: (
            add_up([totals[year, size][0] for year in years]),
            add_up([totals[year, size][1] for year in years]),
        )
        for size in sizes
    }
    by_year = {
        year: either([amount for size in sizes for amount in totals[year, size]]) for year in years
    }
    return Estimate(
        pd.DataFrame(_lines(scale, sizes, years), columns=list(LINE_COLUMNS)),
        by_year,
        _postes(scale, sizes, years),
        either([amount for pair in by_size.values() for amount in pair]),
        by_size,
    )


def _both(scale: Scale, counted: Iterable[_Counted], size: int) -> tuple[Amount, Amount]:
    """Lowest and highest total of some lines for one size class."""
    some = list(counted)
    pro_rata = any(one.pro_rata for one in some)
    pair = []
    for factors in ([one.low for one in some], [one.high for one in some]):
        parts = [
            Part(_line(scale, one.key, size), factor)
            for one, factor in zip(some, factors, strict=True)
        ]
        amount = scale.total(parts, size)
        if pro_rata:
            amount = replace(amount, standing=Standing.TO_CHECK, published=False)
        pair.append(amount)
    return pair[0], pair[1]


def _line(scale: Scale, key: Key, size: int) -> ScaleLine:
    """The line of the scale; one that the version lacks is an amount not known, never a zero."""
    found = scale.line(key, size)
    absent = f"aucun montant pour la taille {size} dans le barème {scale.version}"
    return found or ScaleLine(key, None, Standing.TO_CHECK, absent, "", "")


def _postes(
    scale: Scale, sizes: Sequence[int], years: Mapping[int, Sequence[_Counted]]
) -> dict[tuple[str, str], Amount]:
    names = dict.fromkeys(
        (one.key.poste, one.key.mission) for some in years.values() for one in some
    )
    found = {}
    for name in names:
        pairs = [
            [
                _both(scale, mine, size)
                for some in years.values()
                if (mine := [one for one in some if (one.key.poste, one.key.mission) == name])
            ]
            for size in sizes
        ]
        found[name] = either(
            [add_up([pair[bound] for pair in mine]) for mine in pairs for bound in (0, 1)]
        )
    return found


def _lines(
    scale: Scale, sizes: Sequence[int], years: Mapping[int, Sequence[_Counted]]
) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for year, some in years.items():
        for one in some:
            pairs = [_both(scale, [one], size) for size in sizes]
            amount = either([bound for pair in pairs for bound in pair])
            remarks = gathered([_line(scale, one.key, size).note] for size in sizes)
            rows.append(
                (
                    year,
                    one.key.poste,
                    one.key.mission,
                    one.key.volet,
                    scale.label_of(one.key),
                    amount.low,
                    amount.high,
                    amount.standing.value,
                    bool(amount.missing),
                    amount.sources,
                    " ; ".join(remarks),
                )
            )
    return rows
