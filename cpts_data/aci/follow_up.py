"""Follow-up of the indicators of an ACI contract: what was set, what was measured, when.

One record is one contract, one indicator, one date (DOMAIN §4). Nothing is ever rewritten: the
baseline at signature and the targets are frozen, and a correction is a new record that names the
one it corrects and says why. Only totals are kept, never a person.

Figures come in two ways: ``automatique``, a row of the space's values, with its interval and its
state; ``declare``, a count that the CPTS declares, without interval.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cpts_data.aci.entries import EntryError, EntryFault
from cpts_data.aci.follow_up_checks import contract_faults, record_faults
from cpts_data.aci.follow_up_model import (
    Figure,
    FollowUp,
    Goal,
    Kind,
    Origin,
    Record,
    Tracked,
    period_end,
)
from cpts_data.measures.states import Status
from cpts_data.reference.aci_tables import AciTables
from cpts_data.statistics.intervals import proportion

__all__ = [
    "Figure",
    "FollowUp",
    "Goal",
    "Kind",
    "Origin",
    "Record",
    "Tracked",
    "added",
    "begin",
    "declared_count",
    "declared_share",
    "figure_from",
    "indicators_of",
    "period_end",
    "recorded",
]


def indicators_of(tables: AciTables) -> tuple[Tracked, ...]:
    """The indicators that the agreement names, in its order: what a contract begins from."""
    return tuple(
        Tracked(
            str(row["indicateur"]),
            str(row["mission"]),
            str(row["libelle"]),
            str(row["unite"]),
            int(row["decimales"]),
            Origin(row["mode"]),
            Goal(row["cible"]),
            str(row["detenteur"]),
        )
        for row in tables.indicateurs_suivi.to_dict("records")
    )


def begin(contract: str, version: str, signature: dt.date, tracked: Sequence[Tracked]) -> FollowUp:
    """An empty follow-up. Raises :class:`~cpts_data.aci.entries.EntryError`."""
    made = FollowUp(contract, version, signature, tuple(tracked))
    faults = contract_faults(made)
    if faults:
        raise EntryError(faults)
    return made


def added(follow_up: FollowUp, record: Record) -> FollowUp:
    """The follow-up with one more record, which receives its id.

    Raises :class:`~cpts_data.aci.entries.EntryError` with every fault: a second baseline, a second
    target or result for the same date (a correction is what is wanted), a figure that contradicts
    itself, a text that seems to name a person…
    """
    faults = record_faults(follow_up, record)
    if faults:
        raise EntryError(faults)
    kept = replace(record, id=len(follow_up.records) + 1)
    return replace(follow_up, records=(*follow_up.records, kept))


def recorded(
    tracked: Tracked,
    kind: Kind,
    figure: Figure,
    entered_at: dt.datetime,
    day: dt.date | None = None,
    **more: Any,
) -> Record:
    """A record of a tracked indicator, to be added.

    ``day`` defaults to the last day of the figure's period, or to the day of entry when the period
    is not over (a season, a year that goes on). ``more`` are other fields of the record. Raises
    :class:`~cpts_data.aci.entries.EntryError` for a period that cannot be read.
    """
    if day is None:
        entered = entered_at.date()
        day = min(period_end(figure.period), entered) if figure.period else entered
    return Record(tracked.indicator, kind, day, figure, tracked.origin, entered_at, **more)


def figure_from(row: Mapping[str, object]) -> Figure:
    """The figure of a row of values: ``value, lower, upper, numerator, denominator, status, period,
    sources`` (missing numbers may be None or NaN).

    Raises :class:`~cpts_data.aci.entries.EntryError` when the row is known only for the département
    (``contexte``): it is never the figure of the CPTS.
    """
    status = Status(str(row["status"]))
    if status is Status.CONTEXT:
        fault = EntryFault(
            "Chiffre automatique",
            "une valeur connue seulement pour le département",
            "une valeur de la CPTS elle-même",
            "demandez le chiffre de la CPTS à son détenteur, ou laissez la case vide.",
        )
        raise EntryError([fault])
    told = {
        name: _number(row.get(name))
        for name in ("value", "lower", "upper", "numerator", "denominator")
    }
    if not status.has_value:
        told["value"] = None
    if not (status.has_value or status is Status.BOUNDED):
        told["lower"] = told["upper"] = None
    return Figure(
        **told, status=status, period=str(row["period"]), sources=str(row.get("sources") or "")
    )


def declared_count(count: float, period: str, sources: str = "déclaré par la CPTS") -> Figure:
    """A count that the CPTS declares: no interval."""
    return Figure(float(count), numerator=float(count), period=period, sources=sources)


def declared_share(
    numerator: float, denominator: float, period: str, sources: str = "déclaré par la CPTS"
) -> Figure:
    """A share that the CPTS declares, in per cent: professionals who joined among all, say.

    Everyone is counted, so there is no interval. Raises
    :class:`~cpts_data.statistics.StatisticsError` when the counts cannot make a share.
    """
    value = float(proportion([numerator], [denominator], per=100)["value"].iloc[0])
    return Figure(
        value,
        numerator=float(numerator),
        denominator=float(denominator),
        period=period,
        sources=sources,
    )


def _number(value: object) -> float | None:
    if value is None:
        return None
    number = float(str(value))
    return None if number != number else number
