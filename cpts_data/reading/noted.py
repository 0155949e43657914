"""What people note beside figures: another that circulates, a population that comes and goes.

A note changes no figure: it is said beside it, with its source. Its content, as it is saved, holds
its sentence (``texte``), so that any list of notes may show it, and its parts. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from cpts_data import french
from cpts_data.analysis.grammar import sentence
from cpts_data.indicators import INDICATORS

FORMAT, FORMAT_VERSION = "note", 1
LONGEST = 300
MOST_PEOPLE = 10_000_000
REASONS = (
    "régime général seulement, ou tous les régimes",
    "des actes, et non des patients",
    "une autre date",
    "un autre périmètre",
    "une autre définition",
    "autre raison, ou raison inconnue",
)
_OTHER, _SEASON = "autre_chiffre", "saison"


@dataclass(frozen=True)
class OtherFigure:
    """Another figure for an indicator: its value as it was read, whence, when, why it differs."""

    indicateur: str
    valeur: str
    source: str
    date: str
    raison: str
    precision: str

    @property
    def told(self) -> str:
        """« 12,4 % (CPAM, mars 2024) : régime général seulement, ou tous les régimes. »"""
        whence = ", ".join(text for text in (self.source, self.date) if text)
        why = " ; ".join(text for text in (self.raison, self.precision) if text)
        return sentence(f"{self.valeur} ({whence}) : {why.rstrip('.')}")

    @property
    def faults(self) -> list[str]:
        """What is missing or wrong (French), all at once."""
        found = []
        if not any(letter.isdigit() for letter in self.valeur):
            found.append("Écrivez l'autre chiffre, avec son unité : « 12,4 % ».")
        if not self.source:
            found.append("Dites qui donne ce chiffre : sans source, personne ne peut le vérifier.")
        if self.indicateur not in INDICATORS:
            found.append("Choisissez l'indicateur dont il s'agit.")
        return found


@dataclass(frozen=True)
class Season:
    """People present at some time of the year, residents included or not as the source says."""

    personnes: int
    periode: str
    source: str

    @property
    def told(self) -> str:
        """« 45 000 personnes en juillet et août (office de tourisme, 2024). »"""
        return sentence(
            f"{french.count_of(self.personnes, 'personne')}, {self.periode} ({self.source})"
        )

    @property
    def faults(self) -> list[str]:
        """What is missing or wrong (French), all at once."""
        found = []
        if not 0 < self.personnes <= MOST_PEOPLE:
            found.append("Écrivez un nombre de personnes, plus grand que zéro.")
        if not self.periode:
            found.append("Dites à quel moment de l'année : « en juillet et août ».")
        if not self.source:
            found.append("Dites d'où vient ce nombre : office de tourisme, mairie, estimation…")
        return found


Noted = TypeVar("Noted", OtherFigure, Season)


def content_of(note: OtherFigure | Season) -> dict[str, Any]:
    """What is saved of a note."""
    if isinstance(note, Season):
        parts, start = {_SEASON: asdict(note)}, "Population saisonnière"
    else:
        label = INDICATORS[note.indicateur].label
        parts, start = {_OTHER: asdict(note)}, f"Autre chiffre en circulation, {label}"
    text = french.typography(f"{start} : {note.told}")
    return {"format": FORMAT, "version": FORMAT_VERSION, "texte": text, **parts}


def other_figure_of(content: Mapping[str, Any]) -> OtherFigure | None:
    """The other figure that a saved note tells; None when it tells something else."""
    return _read(content.get(_OTHER), OtherFigure)


def season_of(content: Mapping[str, Any]) -> Season | None:
    """The seasonal population that a saved note tells; None when it tells something else."""
    return _read(content.get(_SEASON), Season)


def _read(held: object, kind: type[Noted]) -> Noted | None:
    """A note read back from a content that anybody may have written in a file."""
    if not isinstance(held, Mapping):
        return None
    told: dict[str, Any] = {}
    for field in fields(kind):
        value = held.get(field.name)
        if field.type == "int":
            if isinstance(value, bool) or not isinstance(value, int):
                return None
            told[field.name] = value
        else:
            told[field.name] = clean(value) if isinstance(value, str) else ""
    note = kind(**told)
    return None if note.faults else note


def clean(text: str) -> str:
    """A short text on one line, without the signs that hide or turn over what is read."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(kept.split())[:LONGEST]


def by_indicator(notes: Iterable[OtherFigure]) -> dict[str, tuple[OtherFigure, ...]]:
    """Other figures by indicator, in their order."""
    found: dict[str, tuple[OtherFigure, ...]] = {}
    for one in notes:
        found[one.indicateur] = (*found.get(one.indicateur, ()), one)
    return found
