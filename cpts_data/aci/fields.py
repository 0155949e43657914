"""An untrusted JSON object, field by field: each read as its type, every fault told at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from cpts_data import french
from cpts_data.aci.entries import EntryFaults, quoted

Word = TypeVar("Word", bound=StrEnum)


@dataclass
class Fields:
    """An untrusted dict: each field read as its type, every fault noted, a default given."""

    content: object
    where: str
    faults: EntryFaults
    mend: str

    def raw(self, name: str) -> object:
        """A field as it is, None when there is none."""
        return self.content.get(name) if isinstance(self.content, Mapping) else None

    def exactly(self, names: Sequence[str]) -> bool:
        """Whether the fields are those promised; what is unknown or absent is noted."""
        if not isinstance(self.content, Mapping):
            found = f"un contenu de type {type(self.content).__name__}"
            self.faults.add(self.where, found, "un objet JSON", self.mend)
            return False
        unknown = [name for name in self.content if name not in names]
        absent = [name for name in names if name not in self.content]
        for told, words in ((unknown, "champs inconnus"), (absent, "champs absents")):
            if told:
                shown = french.enumeration([quoted(name, 30) for name in told[:5]])
                expected = f"les champs {', '.join(names)}"
                self.faults.add(self.where, f"{words} : {shown}", expected, self.mend)
        return not unknown and not absent

    def items(self, name: str, most: int, word: str) -> list[Fields]:
        """A list of dicts, none when it is no list or is too long."""
        value = self.raw(name)
        if not isinstance(value, list) or len(value) > most:
            found = f"{len(value)} éléments" if isinstance(value, list) else _type(value)
            self._wrong(name, found, f"une liste de {most} éléments au plus")
            return []
        return [
            Fields(one, f"{word} {rank}", self.faults, self.mend)
            for rank, one in enumerate(value, 1)
        ]

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

    def word(self, name: str, words: type[Word]) -> Word:
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
        self.faults.add(f"{self.where}, champ « {name} »", found, expected, self.mend)


def _type(value: object) -> str:
    return "rien" if value is None else f"un contenu de type {type(value).__name__}"
