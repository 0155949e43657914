"""The numbers, tables, charts and maps of a document, as data: no format is known here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from cpts_data.measures import Status


@dataclass(frozen=True)
class Quantity:
    """A number and what stands behind it. ``value`` is NaN when there is none: ``status`` says why.

    ``lower, upper`` are the confidence interval, or the bounds when ``status`` is ``borne``.
    ``source`` is the French source line of the figure.
    """

    indicator: str
    territory: str
    stratum: str
    value: float
    lower: float
    upper: float
    unit: str
    digits: int
    period: str
    status: Status
    source: str


@dataclass(frozen=True)
class SpineMark:
    """A figure among its peers around its reference: places on a line, from 0 to 100.

    The reference stands at 50; NaN where there is nothing to draw. ``tone`` is a code of
    ``reading.verdicts`` and ``shape`` one of ``reading.marks.SHAPES``.
    """

    lowest: float
    highest: float
    q1: float
    q3: float
    lower: float
    upper: float
    value: float
    tone: str


@dataclass(frozen=True)
class TrendMark:
    """The latest figures of an indicator, in order; NaN is a hole, ``cuts`` a new definition.

    ``periods`` names the period of each.
    """

    points: tuple[float, ...]
    cuts: tuple[int, ...] = ()
    periods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its words, a second line in small, its sign and tone, its number."""

    text: str
    note: str = ""
    symbol: str = ""
    tone: str = ""
    strong: bool = False
    quantity: Quantity | None = None
    drawing: SpineMark | TrendMark | None = None

    @property
    def words(self) -> str:
        """Sign and words together, for a format that has one text."""
        return f"{self.symbol} {self.text}".strip()


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "texte"
    NUMBER = "nombre"
    VERDICT = "verdict"
    DRAWING = "dessin"


@dataclass(frozen=True)
class Column:
    """A column: its title, what it holds, its share of the width."""

    title: str
    kind: Kind = Kind.TEXT
    width: float = 1.0


@dataclass(frozen=True)
class TableRow:
    """A row of cells; a ``heading`` row has one cell, which spans all columns."""

    cells: tuple[Cell, ...]
    heading: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its caption, and under it its note and its source line."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """What every chart and map has.

    ``caption`` says the result; ``sentence`` how to read the picture; ``alt`` says it to whom does
    not see; ``table`` holds the same figures.
    """

    id: str
    caption: str
    sentence: str
    alt: str
    source: str
    table: Table


@dataclass(frozen=True)
class Dot:
    """One line of a dot chart, on the scale of the chart; NaN where there is nothing."""

    label: str
    figure: str
    value: float
    lower: float
    upper: float
    reference: float
    target: float
    tone: str
    words: str
    quantity: Quantity


@dataclass(frozen=True)
class DotChart(Picture):
    """Figures with their intervals beside their reference and target.

    ``across`` is one reference for all lines; ``low, high`` the axis, ``ticks`` its marks (value,
    words).
    """

    axis: str
    dots: tuple[Dot, ...]
    across: float
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    reference: str


@dataclass(frozen=True)
class Band:
    """One age band of a pyramid: shares of the population in percent, NaN without reference."""

    label: str
    men: float
    women: float
    men_beside: float
    women_beside: float


@dataclass(frozen=True)
class PyramidChart(Picture):
    """Men and women by age, youngest first; ``around`` names the reference, empty without."""

    bands: tuple[Band, ...]
    around: str
    widest: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its number, the words of the number."""

    label: str
    value: float
    text: str
    own: bool = False


@dataclass(frozen=True)
class BarChart(Picture):
    """Plain bars from zero."""

    axis: str
    bars: tuple[Bar, ...]
    high: float


@dataclass(frozen=True)
class Key:
    """One row of a legend: colour, sign (``plein``, ``hachures``, ``points``…), words."""

    colour: str
    label: str
    look: str = "plein"


@dataclass(frozen=True)
class MapPicture(Picture):
    """A map: the drawing as SVG without text but the names of towns, and its legend in words.

    ``width, height`` are the drawing's; ``scale_length`` (in its own units) is ``scale_label`` on
    the ground. North is up.
    """

    drawing: str
    width: float
    height: float
    scale_length: float
    scale_label: str
    legend_title: str
    keys: tuple[Key, ...]
    foot: str


Drawn: TypeAlias = DotChart | PyramidChart | BarChart | MapPicture
