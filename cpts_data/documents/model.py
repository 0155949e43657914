"""What a document is made of: sections and blocks, the same for every format.

Every text is plain French, ready to be printed (typography done, nothing escaped): what writes a
format escapes it in its own way. Every figure keeps the number behind its words (``Quantity``),
with its status, period and source, so that a spreadsheet or a native chart writes numbers.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from cpts_data.aci.dialogue_sheet import DialogueSheet
from cpts_data.documents.figures import (
    Band,
    Bar,
    BarChart,
    Cell,
    Column,
    Dot,
    DotChart,
    Drawn,
    Key,
    Kind,
    MapPicture,
    Picture,
    PyramidChart,
    Quantity,
    SpineMark,
    Table,
    TableRow,
    TrendMark,
)
from cpts_data.indicators import Theme
from cpts_data.territories import Territory

__all__ = [
    "Band",
    "Bar",
    "BarChart",
    "Block",
    "Bullet",
    "Bullets",
    "Cell",
    "Column",
    "Definitions",
    "Document",
    "Dot",
    "DotChart",
    "Drawn",
    "Form",
    "Grid",
    "GridPart",
    "Heading",
    "Key",
    "KeyFigure",
    "KeyFigures",
    "Kind",
    "Look",
    "MapPicture",
    "Missing",
    "MissingItem",
    "Model",
    "Options",
    "OwnText",
    "Paragraph",
    "Picture",
    "Priority",
    "Prompt",
    "PyramidChart",
    "Quantity",
    "Section",
    "SpineMark",
    "Table",
    "TableRow",
    "TrendMark",
    "is_known",
]


class Model(StrEnum):
    """The documents that one may leave with."""

    PORTRAIT = "portrait"
    DIAGNOSIS = "diagnostic"
    DIALOGUE = "dialogue"
    LETTER = "lettre"

    @property
    def label(self) -> str:
        """The French title of the document."""
        return _MODELS[self]


_MODELS = {
    Model.PORTRAIT: "Portrait de territoire",
    Model.DIAGNOSIS: "Diagnostic territorial",
    Model.DIALOGUE: "Fiche dialogue de gestion",
    Model.LETTER: "Annexe à la lettre d’intention",
}


class Look(StrEnum):
    """How a paragraph is printed."""

    LEAD = "chapeau"
    BODY = "texte"
    NOTE = "note"
    WARNING = "alerte"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: str
    look: Look = Look.BODY


@dataclass(frozen=True)
class Heading:
    """A heading inside a section (second level)."""

    text: str


@dataclass(frozen=True)
class Bullet:
    """One fact: its sign and what the sign means, its tone, its sentence."""

    text: str
    symbol: str = "•"
    label: str = ""
    tone: str = "neu"


@dataclass(frozen=True)
class Bullets:
    """A list of facts, under a title of its own when it has one; ``source`` credits the figures."""

    items: tuple[Bullet, ...]
    title: str = ""
    source: str = ""


@dataclass(frozen=True)
class KeyFigure:
    """A large figure: its label, words, what is told under it, its reference, its verdict."""

    label: str
    text: str
    unit: str = ""
    meta: str = ""
    beside: str = ""
    symbol: str = ""
    verdict: str = ""
    tone: str = ""
    strong: bool = False
    quantity: Quantity | None = None


@dataclass(frozen=True)
class KeyFigures:
    """Large figures side by side, and their source line."""

    items: tuple[KeyFigure, ...]
    source: str = ""
    title: str = ""


@dataclass(frozen=True)
class Prompt:
    """What is left to the team: a title and questions to answer."""

    title: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class OwnText:
    """What the team wrote: plain text, one paragraph a line."""

    text: str


@dataclass(frozen=True)
class MissingItem:
    """An indicator that is not known: why, and whom to ask."""

    label: str
    why: str
    how: str


@dataclass(frozen=True)
class Missing:
    """What a section lacks."""

    items: tuple[MissingItem, ...]
    title: str = "Ce qui manque, et à qui le demander"


@dataclass(frozen=True)
class GridPart:
    """One part of the grid; ``proposed`` says that the figures filled it, not the team."""

    title: str
    hint: str
    lines: tuple[str, ...]
    proposed: bool


@dataclass(frozen=True)
class Grid:
    """Strengths, weaknesses, opportunities, threats."""

    parts: tuple[GridPart, ...]


@dataclass(frozen=True)
class Definitions:
    """Terms and what they mean."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """Fields to complete: label and value; an empty value is a line to write on."""

    fields: tuple[tuple[str, str], ...]
    title: str = ""


Block: TypeAlias = (
    Paragraph
    | Heading
    | Bullets
    | KeyFigures
    | Table
    | DotChart
    | PyramidChart
    | BarChart
    | MapPicture
    | Prompt
    | OwnText
    | Missing
    | Grid
    | Definitions
    | Form
)


@dataclass(frozen=True)
class Section:
    """A section: its id, its title, its blocks; ``theme`` when it speaks of one."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    theme: Theme | None = None


@dataclass(frozen=True)
class Document:
    """A document, complete.

    ``notice`` is said on each page (the territory is fictitious); ``mention`` at the end of each
    document. ``reference`` names what figures are compared with, ``confidence`` is 0.95 or 0.998.
    """

    model: Model
    title: str
    subtitle: str
    territory: Territory
    space: str
    date: dt.date
    sections: tuple[Section, ...]
    notice: str
    mention: str
    reference: str
    confidence: float
    identity: tuple[KeyFigure, ...]

    def section(self, identifier: str) -> Section:
        """One section; ``KeyError`` when the document has none of that id."""
        return {one.id: one for one in self.sections}[identifier]


@dataclass(frozen=True)
class Priority:
    """One line of the table problème → mission → action → indicateur ACI → cible."""

    problem: str = ""
    mission: str = ""
    action: str = ""
    indicator: str = ""
    target: str = ""


@dataclass(frozen=True)
class Options:
    """What the user chooses.

    ``sections`` are the ids to keep (None: all); ``paragraphs`` what the team wrote, by section id;
    ``grid`` the four texts of the grid (forces, faiblesses, opportunites, menaces), one line each
    fact, those absent being proposed by the figures; ``sheet`` is the follow-up of the year;
    ``initiators`` who carries the project, as (function or contact, words).
    """

    reference: str = "region"
    confidence: float = 0.95
    sections: tuple[str, ...] | None = None
    paragraphs: dict[str, str] = field(default_factory=dict)
    grid: dict[str, str] = field(default_factory=dict)
    priorities: tuple[Priority, ...] = ()
    sheet: DialogueSheet | None = None
    initiators: tuple[tuple[str, str], ...] = ()
    date: dt.date | None = None


def is_known(value: float) -> bool:
    """Whether there is a number at all."""
    return not math.isnan(value)
