"""A follow-up as a JSON-able dict and back: one written format, numbered, read with distrust.

The dict is stored as it is (a database, a file that people send each other). Reading it back
accepts nothing else than what writing gives: unknown keys, other types, numbers that are no
numbers, texts that name a person, corrections of nothing are all refused, and told together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from cpts_data import french
from cpts_data.aci.entries import EntryError, EntryFaults, quoted
from cpts_data.aci.follow_up_checks import (
    MAXIMUM_RECORDS,
    MAXIMUM_TRACKED,
    contract_faults,
    record_faults,
)
from cpts_data.aci.follow_up_model import (
    Figure,
    FollowUp,
    Goal,
    Kind,
    Origin,
    Record,
    Tracked,
)
from cpts_data.measures.states import Status

FORMAT, FORMAT_VERSION = "suivi_aci", 1
_MEND = "reprenez un suivi enregistré ou exporté par l'application, sans le modifier."
_TOP = ("format", "version", "contrat", "version_accord", "signature", "indicateurs", "records")
_TRACKED = (
    "indicateur",
    "mission",
    "libelle",
    "unite",
    "decimales",
    "origine",
    "sens_cible",
    "detenteur",
)
_RECORD = (
    "id",
    "indicateur",
    "nature",
    "date_donnee",
    "valeur",
    "borne_basse",
    "borne_haute",
    "numerateur",
    "denominateur",
    "statut_cellule",
    "periode",
    "source",
    "origine",
    "saisi_le",
    "preuve",
    "commentaire",
    "corrige",
    "rupture",
)
_Word = TypeVar("_Word", bound=StrEnum)


def to_json(follow_up: FollowUp) -> dict[str, Any]:
    """The follow-up as a dict of plain values (text, numbers, booleans, None, lists, dicts)."""
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "contrat": follow_up.contract,
        "version_accord": follow_up.version,
        "signature": follow_up.signature.isoformat(),
        "indicateurs": [
            {
                "indicateur": one.indicator,
                "mission": one.mission,
                "libelle": one.label,
                "unite": one.unit,
                "decimales": one.digits,
                "origine": one.origin.value,
                "sens_cible": one.goal.value,
                "detenteur": one.holder,
            }
            for one in follow_up.tracked
        ],
        "records": [
            {
                "id": one.id,
                "indicateur": one.indicator,
                "nature": one.kind.value,
                "date_donnee": one.day.isoformat(),
                "valeur": one.figure.value,
                "borne_basse": one.figure.lower,
                "borne_haute": one.figure.upper,
                "numerateur": one.figure.numerator,
                "denominateur": one.figure.denominator,
                "statut_cellule": one.figure.status.value,
                "periode": one.figure.period,
                "source": one.figure.sources,
                "origine": one.origin.value,
                "saisi_le": one.entered_at.isoformat(),
                "preuve": one.proof,
                "commentaire": one.comment,
                "corrige": one.corrects,
                "rupture": one.break_before,
            }
            for one in follow_up.records
        ],
    }


def from_json(content: object) -> FollowUp:
    """The follow-up that a dict of :func:`to_json` holds.

    Raises :class:`~cpts_data.aci.entries.EntryError` with every fault; nothing of a content that
    has one is taken. A format written by a newer version of the product is refused whole.
    """
    faults = EntryFaults()
    top = _Fields(content, "Suivi", faults)
    top.exactly(_TOP)
    faults.raise_if_any()
    if top.raw("format") != FORMAT or top.raw("version") != FORMAT_VERSION:
        faults.add(
            "Suivi",
            f"le format {quoted(top.raw('format'))}, version {quoted(top.raw('version'))}",
            f"le format « {FORMAT} », version {FORMAT_VERSION}",
            "mettez l'application à jour si ce suivi vient d'une version plus récente.",
        )
        faults.raise_if_any()
    tracked = [_tracked(fields) for fields in top.items("indicateurs", MAXIMUM_TRACKED)]
    made = FollowUp(
        top.text("contrat"),
        top.text("version_accord"),
        top.day("signature"),
        tuple(one for one in tracked if one is not None),
    )
    records = [_record(fields) for fields in top.items("records", MAXIMUM_RECORDS)]
    faults.raise_if_any()
    faults.found += contract_faults(made)
    for rank, record in enumerate(records, 1):
        if record is None:
            continue
        if record.id != rank:
            faults.add(f"Enregistrement {rank}", f"le numéro {record.id}", str(rank), _MEND)
        faults.found += record_faults(made, record)
        made = replace(made, records=(*made.records, record))
    if faults.found:
        raise EntryError(faults.found)
    return made


def _tracked(fields: _Fields) -> Tracked | None:
    if not fields.exactly(_TRACKED):
        return None
    return Tracked(
        fields.text("indicateur"),
        fields.text("mission"),
        fields.text("libelle"),
        fields.text("unite"),
        fields.whole("decimales") or 0,
        fields.word("origine", Origin),
        fields.word("sens_cible", Goal),
        fields.text("detenteur"),
    )


def _record(fields: _Fields) -> Record | None:
    if not fields.exactly(_RECORD):
        return None
    figure = Figure(
        fields.number("valeur"),
        fields.number("borne_basse"),
        fields.number("borne_haute"),
        fields.number("numerateur"),
        fields.number("denominateur"),
        fields.word("statut_cellule", Status),
        fields.text("periode"),
        fields.text("source"),
    )
    return Record(
        fields.text("indicateur"),
        fields.word("nature", Kind),
        fields.day("date_donnee"),
        figure,
        fields.word("origine", Origin),
        fields.instant("saisi_le"),
        fields.text("preuve"),
        fields.text("commentaire"),
        fields.whole("corrige", optional=True),
        fields.yes_or_no("rupture"),
        fields.whole("id") or 0,
    )


@dataclass
class _Fields:
    """An untrusted dict: each field read as its type, every fault noted, a default given."""

    content: object
    where: str
    faults: EntryFaults

    def raw(self, name: str) -> object:
        """A field as it is, None when there is none."""
        return self.content.get(name) if isinstance(self.content, Mapping) else None

    def exactly(self, names: Sequence[str]) -> bool:
        """Whether the fields are those promised; what is unknown or absent is noted."""
        if not isinstance(self.content, Mapping):
            found = f"un contenu de type {type(self.content).__name__}"
            self.faults.add(self.where, found, "un objet JSON", _MEND)
            return False
        unknown = [name for name in self.content if name not in names]
        absent = [name for name in names if name not in self.content]
        for told, words in ((unknown, "champs inconnus"), (absent, "champs absents")):
            if told:
                shown = french.enumeration([quoted(name, 30) for name in told[:5]])
                expected = f"les champs {', '.join(names)}"
                self.faults.add(self.where, f"{words} : {shown}", expected, _MEND)
        return not unknown and not absent

    def items(self, name: str, most: int) -> list[_Fields]:
        """A list of dicts, none when it is no list or is too long."""
        value = self.raw(name)
        if not isinstance(value, list) or len(value) > most:
            found = f"{len(value)} éléments" if isinstance(value, list) else _type(value)
            self._wrong(name, found, f"une liste de {most} éléments au plus")
            return []
        words = "Indicateur" if name == "indicateurs" else "Enregistrement"
        return [_Fields(one, f"{words} {rank}", self.faults) for rank, one in enumerate(value, 1)]

    def text(self, name: str) -> str:
        """A text; its length is judged with what it means."""
        value = self.raw(name)
        if isinstance(value, str):
            return value
        self._wrong(name, _type(value), "un texte")
        return ""

    def number(self, name: str) -> float | None:
        """A number or nothing."""
        value = self.raw(name)
        if value is None:
            return None
        # An integer too long for a float is no figure of a territory.
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
            self._wrong(name, _type(value), "un nombre, ou rien")
            return None
        return float(value)

    def whole(self, name: str, *, optional: bool = False) -> int | None:
        """An integer."""
        value = self.raw(name)
        if value is None and optional:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 1_000_000:
            self._wrong(name, _type(value), "un nombre entier")
            return None
        return value

    def yes_or_no(self, name: str) -> bool:
        """A boolean."""
        value = self.raw(name)
        if not isinstance(value, bool):
            self._wrong(name, _type(value), "vrai ou faux")
        return value is True

    def word(self, name: str, words: type[_Word]) -> _Word:
        """One word of a closed list."""
        value = self.raw(name)
        known = [one.value for one in words]
        if isinstance(value, str) and value in known:
            return words(value)
        found = quoted(value) if isinstance(value, str) else _type(value)
        self._wrong(name, found, f"l'un des mots {', '.join(known)}")
        return next(iter(words))

    def day(self, name: str) -> dt.date:
        """A day written ``2024-03-31``."""
        value = self.raw(name)
        if isinstance(value, str) and len(value) == 10:
            try:
                found_day = dt.date.fromisoformat(value)
            except ValueError:
                found_day = None
            if found_day and found_day.isoformat() == value:
                return found_day
        found = quoted(value) if isinstance(value, str) else _type(value)
        self._wrong(name, found, "un jour comme 2024-03-31")
        return dt.date(2020, 1, 1)

    def instant(self, name: str) -> dt.datetime:
        """A date and time with its offset."""
        value = self.raw(name)
        if isinstance(value, str) and len(value) <= 40:
            try:
                return dt.datetime.fromisoformat(value)
            except ValueError:
                pass
        found = quoted(value) if isinstance(value, str) else _type(value)
        self._wrong(name, found, "une date et une heure comme 2024-03-31T10:00:00+00:00")
        return dt.datetime(2020, 1, 1, tzinfo=dt.UTC)

    def _wrong(self, name: str, found: str, expected: str) -> None:
        self.faults.add(f"{self.where}, champ « {name} »", found, expected, _MEND)


def _type(value: object) -> str:
    return "rien" if value is None else f"un contenu de type {type(value).__name__}"
