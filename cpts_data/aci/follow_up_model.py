"""What a follow-up is made of: indicators of a contract, figures, records."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from cpts_data.aci.calendar import anniversary
from cpts_data.aci.entries import EntryError, EntryFault, quoted
from cpts_data.measures.states import Status

PERCENT = "%"


class Kind(StrEnum):
    """What a record sets down."""

    BASELINE = "reference"
    TARGET = "cible"
    RESULT = "resultat"

    @property
    def words(self) -> str:
        """The French name, with its article."""
        return {
            "reference": "la valeur de référence",
            "cible": "la cible",
            "resultat": "le résultat",
        }[self]


class Origin(StrEnum):
    """Who tells the figure: the data of the space, or the CPTS that counts it."""

    AUTOMATIC = "automatique"
    DECLARED = "declare"


class Goal(StrEnum):
    """Which side of a target is the good one."""

    AT_LEAST = "au_moins"
    AT_MOST = "au_plus"

    @property
    def words(self) -> str:
        """The French words: « au moins », « au plus »."""
        return self.value.replace("_", " ")


@dataclass(frozen=True)
class Figure:
    """One figure: value, interval, counts, state, period (text: ``2024``, ``2023-2024``), sources.

    ``value`` is None unless the state carries one (``observe``, ``estime``); with ``borne`` the
    bounds are those due to masks, not an interval.
    """

    value: float | None
    lower: float | None = None
    upper: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    status: Status = Status.OBSERVED
    period: str = ""
    sources: str = ""


@dataclass(frozen=True)
class Tracked:
    """An indicator of the contract.

    ``indicator`` is the catalogue's id, or for a free row any id of the same form. ``mission`` is a
    mission or ``suivi``.
    """

    indicator: str
    mission: str
    label: str
    unit: str
    digits: int
    origin: Origin
    goal: Goal
    holder: str = ""


@dataclass(frozen=True)
class Record:
    """One line of the follow-up.

    ``id`` is its rank from 1 (0 before it is added). ``day`` is the date of the figure, or for a
    target the day by which it is to be reached. ``proof`` says what shows the result, ``comment``
    is free; a correction says why in it. ``corrects`` is the id of the record that this one
    replaces. ``break_before`` says that the definition changed since the record before.
    """

    indicator: str
    kind: Kind
    day: dt.date
    figure: Figure
    origin: Origin
    entered_at: dt.datetime
    proof: str = ""
    comment: str = ""
    corrects: int | None = None
    break_before: bool = False
    id: int = 0


@dataclass(frozen=True)
class FollowUp:
    """The follow-up of one contract; ``records`` only ever grow (``follow_up.added``)."""

    contract: str
    version: str
    signature: dt.date
    tracked: tuple[Tracked, ...]
    records: tuple[Record, ...] = ()

    def indicator(self, identifier: str) -> Tracked:
        """The tracked indicator of that id; ``KeyError`` in French otherwise."""
        for one in self.tracked:
            if one.indicator == identifier:
                return one
        raise KeyError(f"L'indicateur {quoted(identifier)} n'est pas suivi par ce contrat.")

    def standing_records(self, identifier: str, kind: Kind) -> tuple[Record, ...]:
        """The records in force of an indicator: those that no other corrects, by date."""
        corrected = {one.corrects for one in self.records}
        mine = [
            one
            for one in self.records
            if one.indicator == identifier and one.kind is kind and one.id not in corrected
        ]
        return tuple(sorted(mine, key=lambda one: (one.day, one.id)))

    def baseline(self, identifier: str) -> Record | None:
        """The baseline in force, as corrected."""
        found = self.standing_records(identifier, Kind.BASELINE)
        return found[-1] if found else None

    def history_of(self, record: Record) -> tuple[Record, ...]:
        """The record and those it corrects, the first entered first."""
        chain, by_id = [record], {one.id: one for one in self.records}
        while chain[0].corrects is not None:
            chain.insert(0, by_id[chain[0].corrects])
        return tuple(chain)

    def contract_year(self, day: dt.date) -> int:
        """The contract year that a date closes or falls in: 1 up to the first anniversary included.

        Figures are dated on the last day of their period and targets on an anniversary, so that
        both belong to the year that ends there. 0 before the signature.
        """
        if day < self.signature:
            return 0
        year = 1
        while anniversary(self.signature, year) < day:
            year += 1
        return year


_PERIODS = (
    (re.compile(r"20\d\d"), lambda text: (int(text), 12)),
    (re.compile(r"20\d\d-20\d\d"), lambda text: (int(text[5:]), 12)),
    (re.compile(r"20\d\d-S[12]"), lambda text: (int(text[:4]), 6 * int(text[6]))),
    (re.compile(r"20\d\d-T[1-4]"), lambda text: (int(text[:4]), 3 * int(text[6]))),
    (re.compile(r"20\d\d-(?:0[1-9]|1[0-2])"), lambda text: (int(text[:4]), int(text[5:]))),
)


def period_end(period: str) -> dt.date:
    """The last day of a period: ``2024``, ``2023-2024``, ``2024-S1``, ``2024-T3``, ``2024-05``.

    Raises :class:`~cpts_data.aci.entries.EntryError` for any other text.
    """
    for pattern, end in _PERIODS:
        if pattern.fullmatch(period):
            year, month = end(period)
            following = dt.date(year + month // 12, month % 12 + 1, 1)
            return following - dt.timedelta(days=1)
    fault = EntryFault(
        "Période",
        quoted(period),
        "une période comme 2025, 2024-2025, 2025-S1, 2025-T2 ou 2025-06",
        "réécrivez la période.",
    )
    raise EntryError([fault])
