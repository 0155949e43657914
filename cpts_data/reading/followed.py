"""What the space itself says of the indicators of a contract: baseline, results, what is lacking.

The figures are those of every page (``Diagnostic.values``), period by period. A value known only
for the département is never the CPTS's: it is told beside, as context. They are proposals: they
count in what is shown at once, and are frozen when somebody keeps them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pandas as pd

from cpts_data.aci.entries import EntryError
from cpts_data.aci.follow_up import (
    FollowUp,
    Kind,
    Origin,
    Record,
    Tracked,
    added,
    figure_from,
    period_end,
    recorded,
)
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Status
from cpts_data.territories import Territory

Row: TypeAlias = Mapping[Hashable, Any]
# What is not the territory's own figure, or no figure at all.
_NOT_ITS_OWN = (Status.CONTEXT.value, Status.MISSING.value, Status.NOT_APPLICABLE.value)
_FROM_SPACE = "espace de données"


@dataclass(frozen=True)
class KnownFigures:
    """The rows of ``Values`` of a territory for some indicators.

    ``own`` are its own figures, by indicator, one row per period in order of time; ``context`` the
    latest figure known only more widely, for indicators that have no own figure.
    """

    own: Mapping[str, tuple[Row, ...]]
    context: Mapping[str, Row]


def known_figures(
    diagnostic: Diagnostic, territory: Territory, indicators: Sequence[str]
) -> KnownFigures:
    """Every period of some indicators for one territory; ids that are no indicator have none."""
    own: dict[str, tuple[Row, ...]] = {}
    context: dict[str, Row] = {}
    for name in indicators:
        if name not in INDICATORS:
            continue
        rows = _rows(diagnostic, territory, name)
        mine = [row for row in rows if str(row["status"]) not in _NOT_ITS_OWN]
        wider = [row for row in rows if str(row["status"]) == Status.CONTEXT.value]
        if mine:
            own[name] = tuple(mine)
        elif wider:
            context[name] = wider[-1]
    return KnownFigures(own, context)


def _rows(diagnostic: Diagnostic, territory: Territory, name: str) -> list[Row]:
    """One row per period that ends on a day that can be told, in order of that day."""
    dated = []
    for period in diagnostic.periods(INDICATORS[name]):
        try:
            end = period_end(period)
        except EntryError:
            continue
        row = diagnostic.values([name], territory.level, [territory.id], period).iloc[0]
        dated.append((end, period, row.to_dict()))
    return [row for _, _, row in sorted(dated, key=lambda one: one[:2])]


def proposals(
    follow_up: FollowUp, known: KnownFigures, entered_at: dt.datetime
) -> tuple[Record, ...]:
    """The records that the space could give and that the follow-up does not hold.

    The baseline is the last figure that was known whole at the signature; results are those of the
    periods that ended since, one for a day. Counts that a file of the CPAM or of the CPTS holds
    have no interval there either.
    """
    found: list[Record] = []
    for tracked in follow_up.tracked:
        rows = [
            _as_record(tracked, row, entered_at) for row in known.own.get(tracked.indicator, ())
        ]
        dated = [one for one in rows if one is not None]
        before = [
            one for one in dated if one.day <= follow_up.signature and one.figure.status.has_value
        ]
        if before and follow_up.baseline(tracked.indicator) is None:
            found.append(replace(before[-1], kind=Kind.BASELINE))
        taken = {one.day for one in follow_up.standing_records(tracked.indicator, Kind.RESULT)}
        since = {one.day: one for one in dated if one.day > follow_up.signature}
        found += [one for day, one in since.items() if day not in taken]
    return tuple(found)


def with_proposals(follow_up: FollowUp, records: Sequence[Record]) -> FollowUp:
    """The follow-up with records added; one that cannot be, since something was entered meanwhile,
    is left out."""
    for one in records:
        try:
            follow_up = added(follow_up, one)
        except EntryError:
            continue
    return follow_up


def _as_record(tracked: Tracked, row: Row, entered_at: dt.datetime) -> Record | None:
    told = {str(key): one for key, one in row.items()}
    if tracked.origin is Origin.DECLARED:
        told |= {"lower": None, "upper": None}
    try:
        figure = figure_from(told)
        if tracked.origin is Origin.DECLARED and figure.value is not None:
            figure = replace(figure, sources=figure.sources or _FROM_SPACE)
        return recorded(tracked, Kind.RESULT, figure, entered_at)
    except EntryError:
        return None


def table_of_known(known: KnownFigures) -> pd.DataFrame:
    """Every own figure as one table of ``Values`` rows, for an export."""
    rows = [dict(row) for told in known.own.values() for row in told]
    return pd.DataFrame(rows)
