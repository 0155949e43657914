"""Tables of a Word document: every block that is told in rows and columns, editable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from cpts_data.documents import colours
from cpts_data.documents.model import (
    Cell,
    Column,
    Form,
    Grid,
    GridPart,
    KeyFigure,
    KeyFigures,
    Kind,
    Missing,
    Table,
    TableRow,
)
from cpts_data.documents.printable import printable
from cpts_data.documents.word.elements import Ink, element, paragraph, run, twips
from cpts_data.reading.verdicts import GROUNDS

WIDTH_MM: Final = 170.0
LINES, TILES, CASES = "TableauCPTS", "ChiffresCPTS", "CasesCPTS"
PROPOSED = "Proposé d’après les chiffres, à compléter par l’équipe."
_TEXT, _NOTE, _SMALL_TABLE, _TILES_ACROSS, _ROOM_MM = "Textedetableau", "Notedetableau", 9, 4, 9.0
_HEAD = Ink(bold=True, colour=colours.DEEP)
_GREY = Ink(colour=colours.GREY)


@dataclass(frozen=True)
class Box:
    """One cell of a Word table: its paragraphs, the columns it spans, its ground."""

    content: tuple[Any, ...]
    span: int = 1
    shade: str = ""
    bar: str = ""


@dataclass(frozen=True)
class Line:
    """One row; ``room`` is its least height, ``head`` says that it heads every page."""

    boxes: tuple[Box, ...]
    head: bool = False
    room_mm: float = 0.0


def laid(
    style: str, widths: Sequence[float], lines: Sequence[Line], title: str, alt: str = ""
) -> Any:
    """A Word table: shares of the width, rows, what a screen reader says of it."""
    total = sum(widths)
    sizes = [twips(WIDTH_MM * one / total) for one in widths]
    properties = element(
        "tblPr",
        element("tblStyle", val=style),
        element("tblW", w=twips(WIDTH_MM), type="dxa"),
        element("tblLayout", type="fixed"),
        element("tblLook", val="0420", firstRow=int(any(one.head for one in lines)), noVBand=1),
        element("tblCaption", val=printable(title)),
        element("tblDescription", val=printable(alt or title)),
    )
    grid = element("tblGrid", *[element("gridCol", w=size) for size in sizes])
    return element("tbl", properties, grid, *[_row(line, sizes) for line in lines])


def _row(line: Line, sizes: Sequence[int]) -> Any:
    properties = [element("cantSplit")]
    if line.room_mm:
        properties.append(element("trHeight", val=twips(line.room_mm), hRule="atLeast"))
    properties += [element("tblHeader")] if line.head else []
    cells, place = [], 0
    for box in line.boxes:
        cells.append(_cell(box, sum(sizes[place : place + box.span])))
        place += box.span
    return element("tr", element("trPr", *properties), *cells)


def _cell(box: Box, width: int) -> Any:
    properties = [element("tcW", w=width, type="dxa")]
    properties += [element("gridSpan", val=box.span)] if box.span > 1 else []
    if box.bar:
        edge = element("left", val="single", sz=18, space=0, color=box.bar)
        properties.append(element("tcBorders", edge))
    if box.shade:
        properties.append(element("shd", val="clear", color="auto", fill=box.shade))
    return element("tc", element("tcPr", *properties), *box.content)


# Tables of figures


def of_table(table: Table) -> Any:
    """A table of the model, without the columns that only draw."""
    kept = [place for place, one in enumerate(table.columns) if one.kind is not Kind.DRAWING]
    columns = [table.columns[place] for place in kept]
    small = len(table.rows) <= _SMALL_TABLE
    head = Line(tuple(_title(one) for one in columns), head=True)
    lines = [head] + [
        _heading(row, len(kept))
        if row.heading
        else _figures(row, kept, columns, keep=small and row is not table.rows[-1])
        for row in table.rows
    ]
    widths = [one.width for one in columns]
    return laid(LINES, widths, lines, table.caption or table.id, table.note)


def _align(column: Column) -> str:
    return "right" if column.kind is Kind.NUMBER else ""


def _title(column: Column) -> Box:
    words = run(column.title, _HEAD)
    return Box((paragraph(_TEXT, words, align=_align(column), keep=True),))


def _heading(row: TableRow, span: int) -> Line:
    cell = row.cells[0]
    words = [run(cell.text, _HEAD)]
    words += [run(f"  {cell.note}", replace(_GREY, size=7.5))] if cell.note else []
    box = Box((paragraph(_TEXT, *words, keep=True),), span=span, shade=colours.PALE)
    return Line((box,))


def _figures(row: TableRow, kept: Sequence[int], columns: Sequence[Column], *, keep: bool) -> Line:
    cells = [row.cells[place] for place in kept]
    boxes = tuple(_figure(cell, one, keep) for cell, one in zip(cells, columns, strict=True))
    empty = not any(cell.text or cell.note for cell in row.cells)
    return Line(boxes, room_mm=_ROOM_MM if empty else 0.0)


def _figure(cell: Cell, column: Column, keep: bool) -> Box:
    align = _align(column)
    ink = Ink(bold=column.kind is Kind.NUMBER and cell.quantity is not None)
    words = [run(f"{cell.symbol}\u00a0", Ink(bold=True))] if cell.symbol else []
    content = [paragraph(_TEXT, *words, run(cell.text, ink), align=align, keep=keep)]
    if cell.note:
        content.append(paragraph(_NOTE, run(cell.note), align=align, keep=keep))
    return Box(tuple(content), shade=ground(cell.tone, cell.strong) if cell.symbol else "")


def ground(tone: str, strong: bool) -> str:
    """The ground of a verdict; empty for white."""
    colour = colours.bare(GROUNDS.get((tone, strong)) or GROUNDS.get((tone, False), ""))
    return "" if colour == colours.WHITE else colour


# Large figures


def of_key_figures(block: KeyFigures) -> Any:
    """Large figures, four across."""
    across = min(_TILES_ACROSS, len(block.items)) or 1
    boxes = [_tile(one) for one in block.items]
    boxes += [Box((paragraph(_TEXT),))] * (-len(boxes) % across)
    lines = [Line(tuple(boxes[k : k + across])) for k in range(0, len(boxes), across)]
    return laid(TILES, [1.0] * across, lines, block.title or "Chiffres clés")


def _tile(item: KeyFigure) -> Box:
    large = Ink(bold=True, colour=colours.DEEP, size=12 if len(item.text) > 14 else 18)
    figure = [run(item.text, large)]
    if item.unit:
        figure.append(run(f" {item.unit}", Ink(colour=colours.DEEP)))
    content = [
        paragraph(_NOTE, run(item.label), keep=True),
        paragraph(_TEXT, *figure, keep=True),
    ]
    content += [paragraph(_NOTE, run(item.meta), keep=True)] if item.meta else []
    content += [paragraph(_TEXT, run(item.beside), keep=True)] if item.beside else []
    if item.verdict:
        words = [run(f"{item.symbol}\u00a0", Ink(bold=True))] if item.symbol else []
        shade = ground(item.tone, item.strong)
        content.append(paragraph(_TEXT, *words, run(item.verdict), shade=shade))
    return Box(tuple(content), bar=colours.PRIMARY)


# What the team completes


def of_missing(block: Missing) -> Any:
    """What is not known, why, and how to have it."""
    columns = (
        Column("Indicateur", width=1.5),
        Column("Pourquoi", width=1.2),
        Column("Comment l’obtenir", width=2.0),
    )
    rows = tuple(TableRow((Cell(one.label), Cell(one.why), Cell(one.how))) for one in block.items)
    return of_table(Table("manque", block.title, columns, rows))


def of_grid(block: Grid) -> Any:
    """The four parts, two by two."""
    lines = []
    for first in range(0, len(block.parts), 2):
        pair = block.parts[first : first + 2]
        heads = [
            Box(
                (
                    paragraph(
                        _TEXT, run(part.title, Ink(bold=True, colour=colours.WHITE)), keep=True
                    ),
                ),
                shade=colours.GRID[first + place],
            )
            for place, part in enumerate(pair)
        ]
        lines += [Line(tuple(heads)), Line(tuple(Box(_part(part)) for part in pair), room_mm=25.0)]
    return laid(CASES, [1.0, 1.0], lines, "Forces, faiblesses, opportunités, menaces")


def _part(part: GridPart) -> tuple[Any, ...]:
    if not part.lines:
        return (paragraph(_NOTE, run(part.hint)),)
    told = [paragraph(_TEXT, run(f"–\u00a0{line}")) for line in part.lines]
    if part.proposed:
        told.append(paragraph(_NOTE, run(PROPOSED, Ink(italic=True))))
    return tuple(told)


def of_form(block: Form) -> Any:
    """Fields to complete: what is not known yet is a line to write on."""
    lines = [
        Line(
            (
                Box((paragraph(_TEXT, run(label, _GREY)),)),
                Box((paragraph(_TEXT, run(value)),)),
            ),
            room_mm=0.0 if value else _ROOM_MM,
        )
        for label, value in block.fields
    ]
    return laid(CASES, [0.36, 0.64], lines, block.title or "À compléter")
