"""The calendar of a contract as a file that any diary opens (iCalendar, RFC 5545)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from icalendar import Alarm, Calendar, vText
from icalendar import Event as Entry

from cpts_data import french
from cpts_data.aci.amounts import Standing
from cpts_data.aci.calendar import Deadline
from cpts_data.aci.entries import INVISIBLE

# Identifiers are derived from this one, so that a diary updates an entry instead of doubling it.
_NAMESPACE = uuid.UUID("6f0b7c1e-5a52-5d0b-9b51-0c1f8a7f2d43")


@dataclass(frozen=True)
class DiaryEntry:
    """One whole day of a diary. ``key`` names it in its contract and never changes."""

    key: str
    day: dt.date
    title: str
    description: str = ""
    category: str = "ACI"


def entries_of(
    found: Sequence[Deadline], name: str, *, with_done: bool = False
) -> tuple[DiaryEntry, ...]:
    """The deadlines of a contract as diary entries; those done are left out unless asked.

    ``name`` is that of the CPTS.
    """
    return tuple(
        DiaryEntry(one.key, one.due, f"{name} – {one.label}", _description(one), one.event.value)
        for one in found
        if with_done or one.done is None
    )


def to_ics(
    entries: Sequence[DiaryEntry],
    *,
    contract: str,
    name: str,
    now: dt.datetime,
    reminder_days: int | None = 30,
) -> bytes:
    """Write diary entries as an iCalendar file: whole days, UTF-8, CRLF, lines of 75 octets.

    ``contract`` identifies the contract: with the key of an entry it makes its UID, the same on
    every export, whatever the date has become. ``now`` (aware) is the DTSTAMP. ``reminder_days``
    adds a reminder that many days before each entry. Entries take no time in the diary.
    """
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime")
    stamp = now.astimezone(dt.UTC).replace(microsecond=0)
    calendar = Calendar()
    calendar.add("prodid", "-//Diagnostic territorial des CPTS//Calendrier ACI//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(_clean(f"Calendrier ACI – {name}")))
    for entry in entries:
        calendar.add_component(_component(entry, contract, stamp, reminder_days))
    written: bytes = calendar.to_ical()
    return written


def uid_of(contract: str, key: str) -> str:
    """The stable identifier of an entry of a contract."""
    return f"{uuid.uuid5(_NAMESPACE, f'{contract}/{key}')}@diagnostic-cpts"


def _component(
    entry: DiaryEntry, contract: str, stamp: dt.datetime, reminder_days: int | None
) -> Entry:
    component = Entry()
    component.add("uid", uid_of(contract, entry.key))
    component.add("dtstamp", stamp)
    component.add("dtstart", entry.day)
    component.add("dtend", entry.day + dt.timedelta(days=1))
    component.add("summary", _clean(entry.title))
    if entry.description:
        component.add("description", _clean(entry.description))
    component.add("categories", [_clean(entry.category)])
    component.add("transp", "TRANSPARENT")
    if reminder_days is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _clean(entry.title))
        alarm.add("trigger", -dt.timedelta(days=reminder_days))
        component.add_component(alarm)
    return component


def _description(deadline: Deadline) -> str:
    told = [
        deadline.note[:1].upper() + deadline.note[1:].rstrip(".") + "." if deadline.note else ""
    ]
    told.append(f"Source : {deadline.source}." if deadline.source else "")
    told.append("Date à vérifier." if deadline.standing is Standing.TO_CHECK else "")
    return french.typography("\n".join(line for line in told if line))


def _clean(text: str) -> str:
    """Text without the control characters that RFC 5545 forbids; line ends are kept as one."""
    return INVISIBLE.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))
