"""What a CPTS enters of its ACI contract: dates, stages, documents ready, missions, rates.

Everything is optional: an empty contract is one of which nobody told anything. It is kept as a
JSON-able dict (:func:`to_json`), read back with distrust (:func:`from_json`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cpts_data import french
from cpts_data.aci.calendar import TERM_YEARS, ContractDates, Deadline, Event, deadlines
from cpts_data.aci.entries import EntryError, EntryFaults, quoted
from cpts_data.aci.fields import Fields
from cpts_data.aci.funding_plan import FundingPlan, MissionChoice
from cpts_data.aci.scale import DEFAULT_VERSION, Mission
from cpts_data.reference.aci_tables import MISSIONS, STAGE_CODES

FORMAT, FORMAT_VERSION = "contrat_aci", 1
_MEND = "reprenez un contrat enregistré ou exporté par l'application, sans le modifier."
_MOST = 60
_LONGEST = 200
_LONGEST_PLACE = 30_000
_FIELDS = (
    "format",
    "version",
    "version_accord",
    "signature",
    "stade",
    "etapes",
    "documents",
    "faites",
    "choisies",
    "dialogues",
    "missions",
    "taux",
    "part_snp",
    "majoration",
    "crises",
    "territoires_composes",
)


@dataclass(frozen=True)
class Contract:
    """What was entered of one contract.

    ``signature`` is None where nobody entered one (the list of the ARS may still tell it).
    ``stage`` is the stage that the CPTS declares, empty when it declares none; ``stage_dates`` the
    days at which stages were reached; ``ready`` the names of the documents that are ready. ``done``
    maps a deadline to the day it was done, ``chosen`` an optional mission to the days chosen for
    its start and deployment, ``dialogues`` a contract year to the day of its dialogue de gestion.
    ``optional`` are the optional missions taken on; ``rates`` the rates of the variable volets that
    the user entered, between 0 and 1; ``unscheduled_share`` the share expected of the supplement
    for unscheduled care. ``compositions`` are the texts of composed territories
    (``analysis.composed``), for a contract on one of them.
    """

    version: str = DEFAULT_VERSION
    signature: dt.date | None = None
    stage: str = ""
    stage_dates: Mapping[str, dt.date] = field(default_factory=dict)
    ready: tuple[str, ...] = ()
    done: Mapping[str, dt.date] = field(default_factory=dict)
    chosen: Mapping[str, tuple[dt.date | None, dt.date | None]] = field(default_factory=dict)
    dialogues: Mapping[int, dt.date] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    rates: Mapping[str, float] = field(default_factory=dict)
    unscheduled_share: float | None = None
    raised_running: bool = False
    crisis_years: tuple[int, ...] = ()
    compositions: tuple[str, ...] = ()

    @property
    def followed(self) -> bool:
        """Whether anybody told what was done: without it, a past deadline is not a late one."""
        return bool(self.done)

    def dates(self, signature: dt.date) -> ContractDates:
        """The dates of the contract, as the calendar wants them."""
        return ContractDates(signature, self.done, self.chosen, self.dialogues)


def taken_on(contract: Contract, missions: Mapping[str, Mission]) -> tuple[str, ...]:
    """The missions of a version that the CPTS has: the core ones, and the optional ones chosen."""
    return tuple(code for code, one in missions.items() if one.core or code in contract.optional)


def starts(found: Sequence[Deadline]) -> dict[str, dt.date]:
    """The day each mission starts: when it did, else when it must at the latest."""
    return {one.mission: one.done or one.due for one in found if one.event is Event.START}


def funding_plan(
    contract: Contract,
    signature: dt.date,
    missions: Mapping[str, Mission],
    sizes: Sequence[int],
    *,
    with_missions: Sequence[str] | None = None,
) -> FundingPlan:
    """What an estimate is asked for: each mission from the day it started, or must at the latest.

    ``with_missions`` are those taken on (default: those of the contract). An optional mission whose
    start nobody chose brings nothing, and is told as not started. A start after the term, or before
    the signature, is left to the checks of the estimate.
    """
    found = deadlines(missions, contract.dates(signature))
    known = starts(found)
    codes = taken_on(contract, missions) if with_missions is None else with_missions
    return FundingPlan(
        signature,
        tuple(sizes),
        tuple(MissionChoice(code, known.get(code), contract.rates.get(code)) for code in codes),
        contract.unscheduled_share,
        contract.raised_running,
        contract.crisis_years,
    )


def to_json(contract: Contract) -> dict[str, Any]:
    """The contract as a dict of plain values."""
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "version_accord": contract.version,
        "signature": _iso(contract.signature),
        "stade": contract.stage,
        "etapes": _isos(contract.stage_dates),
        "documents": sorted(contract.ready),
        "faites": _isos(contract.done),
        "choisies": {
            code: [_iso(day) for day in pair] for code, pair in sorted(contract.chosen.items())
        },
        "dialogues": _isos({str(year): day for year, day in contract.dialogues.items()}),
        "missions": sorted(contract.optional),
        "taux": dict(sorted(contract.rates.items())),
        "part_snp": contract.unscheduled_share,
        "majoration": contract.raised_running,
        "crises": sorted(contract.crisis_years),
        "territoires_composes": list(contract.compositions),
    }


def from_json(content: object) -> Contract:
    """The contract that a dict of :func:`to_json` holds.

    Raises :class:`~cpts_data.aci.entries.EntryError` with every fault; nothing of a content that
    has one is taken. Whether the dates make sense together is told by the calendar.
    """
    faults = EntryFaults()
    top = Fields(content, "Contrat", faults, _MEND)
    top.exactly(_FIELDS)
    faults.raise_if_any()
    if top.raw("format") != FORMAT or top.raw("version") != FORMAT_VERSION:
        faults.add(
            "Contrat",
            f"le format {quoted(top.raw('format'))}, version {quoted(top.raw('version'))}",
            f"le format « {FORMAT} », version {FORMAT_VERSION}",
            "mettez l'application à jour si ce contrat vient d'une version plus récente.",
        )
        faults.raise_if_any()
    read = _Reader(top, faults)
    made = Contract(
        read.short("version_accord"),
        read.day_or_none("signature"),
        read.one_of("stade", ("", *STAGE_CODES)),
        read.days("etapes", STAGE_CODES),
        read.texts("documents", _MOST, _LONGEST),
        read.days("faites"),
        read.chosen(),
        {int(year): day for year, day in read.days("dialogues", _YEARS).items()},
        tuple(code for code in read.texts("missions", _MOST, _LONGEST) if read.mission(code)),
        read.rates(),
        read.share("part_snp", top.raw("part_snp")),
        top.yes_or_no("majoration"),
        read.years(),
        read.texts("territoires_composes", 1, _LONGEST_PLACE),
    )
    if faults.found:
        raise EntryError(faults.found)
    return made


_YEARS = tuple(str(year) for year in range(1, TERM_YEARS + 1))


@dataclass(frozen=True)
class _Reader:
    """The fields of a contract beyond plain ones."""

    top: Fields
    faults: EntryFaults

    def wrong(self, name: str, found: str, expected: str) -> None:
        """Note one fault of a field."""
        self.faults.add(f"Contrat, champ « {name} »", found, expected, _MEND)

    def short(self, name: str) -> str:
        """A short text."""
        text = self.top.text(name)
        if len(text) > _LONGEST:
            self.wrong(name, french.count_of(len(text), "caractère"), f"au plus {_LONGEST}")
        return text

    def one_of(self, name: str, known: Sequence[str]) -> str:
        """A text of a closed list."""
        text = self.top.text(name)
        if text not in known:
            self.wrong(name, quoted(text), french.enumeration([one or "rien" for one in known]))
        return text

    def day_or_none(self, name: str) -> dt.date | None:
        """A day, or nothing."""
        return None if self.top.raw(name) is None else self.top.day(name)

    def days(self, name: str, known: Sequence[str] | None = None) -> dict[str, dt.date]:
        """Days by key; ``known`` are the keys that may be, else any short one."""
        held = self.top.raw(name)
        if not isinstance(held, Mapping) or len(held) > _MOST:
            self.wrong(name, "autre chose", f"au plus {_MOST} dates")
            return {}
        found = {}
        inner = Fields(held, f"Contrat, champ « {name} »", self.faults, _MEND)
        for key in held:
            good = isinstance(key, str) and len(key) <= _LONGEST
            if not good or (known is not None and key not in known):
                self.wrong(name, quoted(key), french.enumeration([*(known or ("une échéance",))]))
            else:
                found[key] = inner.day(key)
        return found

    def chosen(self) -> dict[str, tuple[dt.date | None, dt.date | None]]:
        """The days chosen for optional missions."""
        held = self.top.raw("choisies")
        if not isinstance(held, Mapping) or len(held) > _MOST:
            self.wrong("choisies", "autre chose", "deux dates par mission")
            return {}
        found = {}
        for code, pair in held.items():
            if not self.mission(code) or not isinstance(pair, list) or len(pair) != 2:
                self.wrong("choisies", quoted(code), "une mission et deux dates, ou rien")
                continue
            told = Fields({"0": pair[0], "1": pair[1]}, "Contrat, choix", self.faults, _MEND)
            days = [None if pair[rank] is None else told.day(str(rank)) for rank in (0, 1)]
            found[str(code)] = (days[0], days[1])
        return found

    def mission(self, code: object) -> bool:
        """Whether a code is a mission; noted when it is none."""
        if code in MISSIONS:
            return True
        self.wrong("missions", quoted(code), french.enumeration([*MISSIONS], "ou"))
        return False

    def texts(self, name: str, most: int, longest: int) -> tuple[str, ...]:
        """A list of texts."""
        held = self.top.raw(name)
        if not isinstance(held, list) or len(held) > most:
            self.wrong(name, "autre chose", f"une liste de {most} textes au plus")
            return ()
        if any(not isinstance(one, str) or len(one) > longest for one in held):
            self.wrong(name, "autre chose qu'un texte court", "des textes")
            return ()
        return tuple(held)

    def rates(self) -> dict[str, float]:
        """Rates by mission."""
        held = self.top.raw("taux")
        if not isinstance(held, Mapping) or len(held) > _MOST:
            self.wrong("taux", "autre chose", "un taux par mission")
            return {}
        found = {}
        for code, value in held.items():
            rate = self.share("taux", value)
            if self.mission(code) and rate is not None:
                found[str(code)] = rate
        return found

    def share(self, name: str, value: object) -> float | None:
        """A share between 0 and 1, or nothing."""
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
        self.wrong(name, quoted(value), "un nombre entre 0 et 1, ou rien")
        return None

    def years(self) -> tuple[int, ...]:
        """Contract years."""
        held = self.top.raw("crises")
        known = range(1, TERM_YEARS + 1)
        good = isinstance(held, list) and all(
            isinstance(one, int) and not isinstance(one, bool) and one in known for one in held
        )
        if not isinstance(held, list) or not good:
            self.wrong("crises", "autre chose", f"des années de 1 à {TERM_YEARS}")
            return ()
        return tuple(held)


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _isos(days: Mapping[str, dt.date]) -> dict[str, str]:
    return {key: day.isoformat() for key, day in sorted(days.items())}
