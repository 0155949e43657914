"""The words of the field in plain French: one cited nowhere, edited by anyone, shown everywhere.

``data/reference/glossaire.csv`` has one line per term: ``terme``, ``developpement`` (what an
acronym stands for), ``definition`` (plain French), ``autres_formes`` (other spellings, between
« | »). Help on screens, lists of words under a card and the page « Sources et méthodes » read it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

FILE = Path(__file__).resolve().parents[2] / "data" / "reference" / "glossaire.csv"
_CAPITALS = 2


@dataclass(frozen=True)
class Term:
    """A word of the field: its name, what it stands for (may be empty), its plain definition."""

    name: str
    expansion: str
    definition: str
    forms: tuple[str, ...]

    @property
    def technical(self) -> bool:
        """Whether a reader may not know it as a word of the language: an acronym, an expression."""
        return _is_acronym(self.name) or " " in self.name

    @property
    def told(self) -> str:
        """« accessibilité potentielle localisée. Mesure de l'accès… », without its name."""
        start = f"{self.expansion}. " if self.expansion else ""
        return f"{start}{self.definition}"


@cache
def glossary() -> tuple[Term, ...]:
    """Every term, in the order of the file (alphabetical)."""
    table = pd.read_csv(FILE, dtype=str, keep_default_na=False)
    return tuple(
        Term(
            row["terme"],
            row["developpement"],
            row["definition"],
            tuple(form for form in row["autres_formes"].split("|") if form),
        )
        for row in table.to_dict("records")
    )


def term(name: str) -> Term:
    """The term of a name, or of another of its forms; ``KeyError`` when the glossary has none."""
    return _by_form()[name]


def terms_in(*texts: str) -> tuple[Term, ...]:
    """The technical terms that some texts use, each once, in the order of their first use.

    Acronyms are matched with their capitals; expressions whatever their capitals.
    """
    found: dict[str, Term] = {}
    for text in texts:
        for match in _matcher().finditer(text.replace("\u2019", "'")):
            named = _by_form().get(match[0]) or _folded_forms()[_folded(match[0])]
            found.setdefault(named.name, named)
    return tuple(found.values())


def search(asked: str) -> tuple[Term, ...]:
    """The terms that a reader looks for, whatever capitals and accents; names come first."""
    wanted = _folded(asked.strip())
    if not wanted:
        return glossary()
    named = [one for one in glossary() if any(wanted in _folded(n) for n in _names(one))]
    told = [one for one in glossary() if one not in named and wanted in _folded(one.told)]
    return (*named, *told)


def _is_acronym(name: str) -> bool:
    return sum(letter.isupper() for letter in name) >= _CAPITALS


def _names(one: Term) -> Iterable[str]:
    return (one.name, one.expansion, *one.forms)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("\u2019", "'").casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@cache
def _by_form() -> dict[str, Term]:
    return {form: one for one in glossary() for form in (one.name, *one.forms)}


@cache
def _folded_forms() -> dict[str, Term]:
    return {_folded(form): one for form, one in _by_form().items()}


@cache
def _matcher() -> re.Pattern[str]:
    """Forms of the technical terms, the longest first; those in small letters in any case."""
    forms = [form for form, one in _by_form().items() if one.technical]
    written = [
        re.escape(form) if _is_acronym(form) else f"(?i:{re.escape(form)})"
        for form in sorted(forms, key=len, reverse=True)
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(written)})(?!\w)")
