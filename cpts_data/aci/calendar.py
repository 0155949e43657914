"""The calendar of an ACI contract: what is due after the signature, and what is late.

Deadlines are those of DOMAIN §3.4 (PAPS Hauts-de-France, 2023; CPAM 93, 2019), in months after the
signature, read from ``missions.csv``; the contract ends five years after it (Fédération
Addiction). One dialogue de gestion a year is placed on the anniversary: a convention of the
product until its true date is entered.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from cpts_data import french
from cpts_data.aci.amounts import Standing
from cpts_data.aci.entries import EntryFaults
from cpts_data.aci.scale import Mission

TERM_YEARS = 5
NEAR_DAYS = 60
FIRST_AGREEMENT = dt.date(2019, 6, 20)
LAST_DAY = dt.date(2199, 12, 31)
RECOVERY = (
    "Échéance dépassée : le contrat peut être résilié et les avances récupérées au prorata "
    "(Medaviz)."
)
_TERM_SOURCE = "Fédération Addiction, fiche CPTS"
_DIALOGUE_NOTE = (
    "Date indicative, à l'anniversaire du contrat : le dialogue de gestion est annuel ou "
    "pluriannuel, à la date que fixent la CPTS, la CPAM et l'ARS."
)


class Event(StrEnum):
    """What a deadline is about."""

    START = "demarrage"
    DEPLOYMENT = "deploiement"
    DIALOGUE = "dialogue"
    TERM = "terme"


class Alert(StrEnum):
    """How near a deadline is (DOMAIN §3.4)."""

    TO_COME = "a_venir"
    NEAR = "proche"
    LATE = "depassee"
    DONE = "faite"

    @property
    def words(self) -> str:
        """What the screen says."""
        return {
            "a_venir": "à venir",
            "proche": "proche",
            "depassee": "dépassée",
            "faite": "faite",
        }[self]


@dataclass(frozen=True)
class Deadline:
    """One date of the contract.

    ``key`` names it in its contract (``acces_demarrage``, ``dialogue_2``, ``terme``) and never
    changes. ``due`` is the last day; ``done`` the day it was done, None if it was not.
    """

    key: str
    event: Event
    mission: str
    label: str
    due: dt.date
    done: dt.date | None = None
    standing: Standing = Standing.SOURCED
    source: str = ""
    note: str = ""

    def alert(self, today: dt.date) -> Alert:
        """The state of the deadline on a day; the day itself is still in time."""
        if self.done is not None:
            return Alert.DONE
        if today > self.due:
            return Alert.LATE
        return Alert.NEAR if (self.due - today).days <= NEAR_DAYS else Alert.TO_COME

    @property
    def days_late(self) -> int:
        """Days between the deadline and the day it was done, 0 when in time or not done."""
        return max(0, (self.done - self.due).days) if self.done else 0

    def words(self, today: dt.date) -> str:
        """One sentence on the deadline, as the screen says it."""
        return french.typography(f"{self.label} : {self._state(today)}.")

    def _state(self, today: dt.date) -> str:
        when = f"le {french.date(self.due)}"
        if self.done is not None:
            told = f"fait le {french.date(self.done)}"
            if not self.days_late:
                return told
            days = french.count_of(self.days_late, "jour")
            return f"{told}, {days} après l'échéance ({french.date(self.due)})"
        days = french.count_of(abs((self.due - today).days), "jour")
        if self.alert(today) is Alert.LATE:
            return f"échéance dépassée de {days} ({french.date(self.due)})"
        return f"au plus tard {when}, dans {days}" if self.due > today else f"{when}, aujourd'hui"


@dataclass(frozen=True)
class ContractDates:
    """What is known of the dates of one contract.

    ``done`` maps the key of a deadline to the day it was done. ``chosen`` maps an optional mission
    to the (start, deployment) days that the CPTS chose, each None when not chosen. ``dialogues``
    maps a contract year to the day fixed for its dialogue de gestion.
    """

    signature: dt.date
    done: Mapping[str, dt.date] = field(default_factory=dict)
    chosen: Mapping[str, tuple[dt.date | None, dt.date | None]] = field(default_factory=dict)
    dialogues: Mapping[int, dt.date] = field(default_factory=dict)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last day of that month when it has no such day.

    31 August and 6 months make 28 or 29 February. Always counted from the first day: two steps of
    one month from 31 January make 31 March only through ``add_months(day, 2)``.
    """
    count = day.month - 1 + months
    year, month = day.year + count // 12, count % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def anniversary(signature: dt.date, year: int) -> dt.date:
    """The day that ends contract year ``year`` (0: the signature itself)."""
    return add_months(signature, 12 * year)


def deadlines(missions: Mapping[str, Mission], dates: ContractDates) -> tuple[Deadline, ...]:
    """Every deadline of a contract, by date.

    ``missions`` are those of a version of the agreement (``Scale.missions``): core missions have
    the deadlines of the agreement, optional ones those that the CPTS chose, and none otherwise.
    Raises :class:`~cpts_data.aci.entries.EntryError` with every fault of the dates.
    """
    _check_signature(dates.signature)
    found = [deadline for mission in missions.values() for deadline in _of_mission(mission, dates)]
    found += [_dialogue(year, dates) for year in range(1, TERM_YEARS + 1)]
    term = anniversary(dates.signature, TERM_YEARS)
    found.append(
        Deadline(
            "terme",
            Event.TERM,
            "",
            "Terme du contrat (cinq ans)",
            term,
            dates.done.get("terme"),
            Standing.SOURCED,
            _TERM_SOURCE,
        )
    )
    _check_dates(missions, dates, found)
    return tuple(sorted(found, key=lambda deadline: (deadline.due, deadline.key)))


def late(found: Sequence[Deadline], today: dt.date) -> tuple[Deadline, ...]:
    """The deadlines that are overdue on a day."""
    return tuple(one for one in found if one.alert(today) is Alert.LATE)


def timeline(found: Sequence[Deadline], signature: dt.date, today: dt.date) -> pd.DataFrame:
    """What a timeline draws: one bar per phase of a mission, one point per other date.

    Columns: ``row`` (mission or « Contrat »), ``key``, ``event``, ``label``, ``begins``, ``ends``
    (equal for a point), ``alert``, ``words``. The bar of a deployment begins where the start of
    its mission is due.
    """
    starts = {one.mission: one.due for one in found if one.event is Event.START}
    rows = []
    for one in found:
        begins = one.due
        if one.event is Event.START:
            begins = signature
        elif one.event is Event.DEPLOYMENT:
            begins = starts.get(one.mission, signature)
        row = one.label.rpartition(" – ")[0] if one.mission else "Contrat"
        dated = (min(begins, one.due), one.due, one.alert(today).value, one.words(today))
        rows.append((row, one.key, one.event.value, one.label, *dated))
    columns = ["row", "key", "event", "label", "begins", "ends", "alert", "words"]
    return pd.DataFrame(rows, columns=columns)


def _of_mission(mission: Mission, dates: ContractDates) -> list[Deadline]:
    chosen = dates.chosen.get(mission.code, (None, None))
    found = []
    for event, months, own, what in (
        (Event.START, mission.start_months, chosen[0], "démarrage"),
        (Event.DEPLOYMENT, mission.deployment_months, chosen[1], "déploiement"),
    ):
        key = f"{mission.code}_{event.value}"
        if months is not None:
            due = add_months(dates.signature, months)
            note = f"au plus tard {months} mois après la signature"
        elif own is not None:
            due, note = own, "date choisie par la CPTS"
        else:
            continue
        label = f"{mission.label} – {what}"
        done = dates.done.get(key)
        args = (key, event, mission.code, label, due, done, mission.standing, mission.source, note)
        found.append(Deadline(*args))
    return found


def _dialogue(year: int, dates: ContractDates) -> Deadline:
    fixed = dates.dialogues.get(year)
    key = f"dialogue_{year}"
    return Deadline(
        key,
        Event.DIALOGUE,
        "",
        f"Dialogue de gestion, année {year} du contrat",
        fixed or anniversary(dates.signature, year),
        dates.done.get(key),
        Standing.SOURCED if fixed else Standing.TO_CHECK,
        "date entrée" if fixed else _TERM_SOURCE,
        "" if fixed else _DIALOGUE_NOTE,
    )


def _check_signature(signature: dt.date) -> None:
    faults = EntryFaults()
    if not FIRST_AGREEMENT <= signature <= anniversary(LAST_DAY, -TERM_YEARS):
        faults.add(
            "Date de signature de l'ACI",
            french.date(signature),
            f"une date à partir du {french.date(FIRST_AGREEMENT)}, jour où l'accord a été signé",
            "corrigez la date.",
        )
    faults.raise_if_any()


def _check_dates(
    missions: Mapping[str, Mission], dates: ContractDates, found: Sequence[Deadline]
) -> None:
    faults = EntryFaults()
    labels = {one.key: one.label for one in found}
    for key, day in dates.done.items():
        if key not in labels:
            faults.add(
                "Date d'échéance faite",
                f"« {key[:60]} »",
                f"l'une des échéances du contrat : {french.enumeration([*labels], 'ou')}",
                "retirez cette date, ou choisissez d'abord la mission.",
            )
        elif day < dates.signature:
            _before_signature(labels[key], day, dates.signature, faults)
    for code, pair in dates.chosen.items():
        _check_chosen(missions, code, pair, dates.signature, faults)
    for year, day in dates.dialogues.items():
        if not 1 <= year <= TERM_YEARS:
            faults.add(
                "Dialogue de gestion",
                f"l'année {year}",
                f"une année du contrat, de 1 à {TERM_YEARS}",
                "corrigez l'année.",
            )
        elif day < dates.signature:
            _before_signature(f"Dialogue de gestion, année {year}", day, dates.signature, faults)
    faults.raise_if_any()


def _check_chosen(
    missions: Mapping[str, Mission],
    code: str,
    pair: tuple[dt.date | None, dt.date | None],
    signature: dt.date,
    faults: EntryFaults,
) -> None:
    mission = missions.get(code)
    if mission is None or mission.core:
        optional = [one.label for one in missions.values() if not one.core]
        faults.add(
            "Dates choisies",
            f"« {mission.label if mission else code[:60]} »",
            f"une mission optionnelle : {french.enumeration(optional, 'ou')}",
            "retirez ces dates : une mission socle a celles de l'accord.",
        )
        return
    start, deployed = pair
    for day in pair:
        if day is not None and day < signature:
            _before_signature(mission.label, day, signature, faults)
    if start is not None and deployed is not None and deployed < start:
        faults.add(
            mission.label,
            f"un déploiement le {french.date(deployed)}, avant le démarrage",
            f"une date à partir du {french.date(start)}",
            "corrigez l'une des deux dates.",
        )


def _before_signature(where: str, day: dt.date, signature: dt.date, faults: EntryFaults) -> None:
    faults.add(
        where,
        french.date(day),
        f"une date à partir de la signature, le {french.date(signature)}",
        "corrigez cette date, ou celle de la signature.",
    )
