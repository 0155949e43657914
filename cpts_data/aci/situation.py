"""Where a signed contract stands on a day: what is late, what nobody told, what comes next.

A deadline that passed is late only where somebody follows the contract (at least one date done is
entered); elsewhere all that is known is that it passed, and that is what is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cpts_data import french
from cpts_data.aci.calendar import TERM_YEARS, Alert, Deadline, Event, anniversary

UNTOLD = "réalisation non renseignée"


@dataclass(frozen=True)
class Situation:
    """A contract on a day.

    ``year`` is the contract year that is running, 0 before the signature, None after the term.
    ``late`` are overdue deadlines of a contract that is followed, ``untold`` those that passed in
    one that nobody follows; ``coming`` those ahead, the nearest first. ``headline`` says it in one
    or two sentences.
    """

    signature: dt.date
    term: dt.date
    year: int | None
    followed: bool
    late: tuple[Deadline, ...]
    untold: tuple[Deadline, ...]
    coming: tuple[Deadline, ...]
    headline: str

    @property
    def ended(self) -> bool:
        """Whether the five years are over."""
        return self.year is None


def situation(
    found: Sequence[Deadline], signature: dt.date, today: dt.date, *, followed: bool
) -> Situation:
    """Where a contract stands; ``found`` are its deadlines (:func:`calendar.deadlines`)."""
    term = anniversary(signature, TERM_YEARS)
    past = tuple(
        one
        for one in found
        if one.alert(today) is Alert.LATE and not (one.event is Event.TERM and not followed)
    )
    coming = tuple(one for one in found if one.done is None and one.due >= today)
    year = _year(signature, today)
    late, untold = (past, ()) if followed else ((), past)
    return Situation(
        signature,
        term,
        year,
        followed,
        late,
        untold,
        coming,
        french.typography(_headline(year, term, late, untold, coming, today)),
    )


def state_words(one: Deadline, today: dt.date, *, followed: bool) -> str:
    """The state of a deadline in a table: « faite », « proche », « passée, non renseignée »…"""
    alert = one.alert(today)
    if alert is Alert.LATE and not followed:
        return "passée, non renseignée"
    return alert.words


def passed_words(one: Deadline) -> str:
    """A deadline that passed where nobody told what was done."""
    return french.typography(f"{one.label} : échéance passée le {french.date(one.due)}, {UNTOLD}.")


def _year(signature: dt.date, today: dt.date) -> int | None:
    if today < signature:
        return 0
    for year in range(1, TERM_YEARS + 1):
        if today < anniversary(signature, year):
            return year
    return None


def _headline(
    year: int | None,
    term: dt.date,
    late: Sequence[Deadline],
    untold: Sequence[Deadline],
    coming: Sequence[Deadline],
    today: dt.date,
) -> str:
    told = []
    if year is None:
        told.append(
            f"Les cinq ans du contrat se sont terminés le {french.date(term)} ; la suite "
            "(renouvellement, nouveau contrat) n'est pas renseignée."
        )
    if late:
        many = french.count_of(len(late), "échéance dépassée", "échéances dépassées")
        first = late[0]
        days = french.count_of((today - first.due).days, "jour")
        told.append(f"{many} ; la plus ancienne, depuis {days} : {first.label}.")
    elif untold:
        many = french.count_of(len(untold), "échéance est passée", "échéances sont passées")
        told.append(f"{many} : leur réalisation n'est pas renseignée.")
    elif year:
        told.append("Aucune échéance dépassée.")
    if coming and year is not None:
        told.append(f"Prochaine échéance – {coming[0].words(today)}")
    return " ".join(told)
