"""What an Excel workbook holds: sheets of typed cells. Pure; :mod:`writing` makes the file.

Every figure is a number, rounded as on the screen, with its state in words beside it: a masked or
missing figure is an empty cell and a state, never a zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cpts_data import french

WRAPPED = 46.0


@dataclass(frozen=True)
class Entry:
    """One cell: a text or a number, its decimals (none for a text), the tone of a verdict."""

    value: str | float | None
    digits: int = 0
    tone: str = ""
    strong: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is written."""
        return self.value is None or self.value == "" or _is_nan(self.value)


EMPTY = Entry(None)


@dataclass(frozen=True)
class Head:
    """One column: its title, its width in characters, what its cells mean (for the dictionary)."""

    title: str
    width: float = 14.0
    meaning: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, its title, a line on its sources, its columns and rows.

    ``about`` says what the sheet holds, in the list of sheets.
    """

    name: str
    title: str
    about: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Entry, ...], ...]
    note: str = ""

    def column(self, title: str) -> tuple[Entry, ...]:
        """The cells of a column; ``KeyError`` when there is none of that title."""
        titles = [head.title for head in self.heads]
        if title not in titles:
            raise KeyError(f"the sheet {self.name} has {titles}, not {title!r}")
        place = titles.index(title)
        return tuple(row[place] for row in self.rows)

    def without_empty_columns(self, kept: int) -> Sheet:
        """The sheet without the columns in which nothing is written; the first ``kept`` stay."""
        places = [
            place
            for place in range(len(self.heads))
            if place < kept or any(not row[place].empty for row in self.rows)
        ]
        heads = tuple(self.heads[place] for place in places)
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return Sheet(self.name, self.title, self.about, heads, rows, self.note)


def text(words: str) -> Entry:
    """A text cell."""
    return Entry(words)


def number(value: float, digits: int) -> Entry:
    """A number as the screen rounds it; an empty cell when there is none."""
    return EMPTY if math.isnan(value) else Entry(float(french.rounded(value, digits)), digits)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
