"""A diagnosis as slides: PowerPoint, 16:9, native charts, sources in the speaker notes.

What is said is decided by :mod:`plan`; here it is laid out. Every slide carries the notice
of a fictitious territory, its number, its source and the text alternative of its picture.
"""

from __future__ import annotations

import copy
import io
import math
from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree
from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.util import Emu, Inches, Pt

from cpts_data import french
from cpts_data.documents import colours
from cpts_data.documents.model import Bullet, Document, DotChart, GridPart, KeyFigure
from cpts_data.documents.printable import one_line, printable
from cpts_data.documents.rendering import png
from cpts_data.documents.slides import charts, template
from cpts_data.documents.slides.plan import (
    Board,
    Chart,
    Credits,
    Facts,
    Opening,
    Parts,
    Place,
    Slide,
    Tiles,
    Trend,
    plan,
)
from cpts_data.documents.slides.template import BOTTOM, FOOT, INNER, MARGIN, TOP, rgb
from cpts_data.documents.word.styles import AUTHOR
from cpts_data.reading.verdicts import INKS

LANGUAGE = "fr-FR"
_ROWS_OF_PART, _SIGNS_IN_ROW = 7, 84
# Drawn smaller than it is shown: the words of the legend are read from the back of a room.
_MAP_MM, _MAP_PPI = 125.0, 300.0
_LONG_TITLE, _VERY_LONG_TITLE = 80, 130
Area = tuple[int, int, int, int]


def slides(document: Document) -> bytes:
    """The slides of a diagnosis as a .pptx file."""
    deck = template.blank()
    _properties(deck, document)
    for told in plan(document):
        _add(deck, document, told)
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()


def _properties(deck: Deck, document: Document) -> None:
    held = deck.core_properties
    held.title = one_line(f"{document.subtitle} : {document.title}")[:255]
    held.subject = one_line(document.space)[:255]
    held.author = held.last_modified_by = AUTHOR
    held.language = LANGUAGE
    held.keywords = one_line(", ".join(one for one in ("CPTS", document.notice) if one))
    held.comments = one_line(document.mention)[:255]


def _add(deck: Deck, document: Document, told: Slide) -> None:
    opening = isinstance(told.content, Opening)
    name = template.OPENING if opening else template.BARE
    if isinstance(told.content, Facts):
        name = template.CONTENT
    layout = template.layout(deck, name)
    slide = deck.slides.add_slide(layout)
    _title(slide, told.title, opening=opening)
    _footer(slide, layout, document)
    _DRAWN[type(told.content)](slide, document, told)
    if not opening:
        _foot(slide, told)
    _notes(slide, document, told)


def _title(slide: Any, words: str, *, opening: bool) -> None:
    frame = slide.shapes.title.text_frame
    _write(frame, [words])
    if not opening and len(words) > _LONG_TITLE:
        size = 18 if len(words) > _VERY_LONG_TITLE else 22
        for run in frame.paragraphs[0].runs:
            run.font.size = Pt(size)


def _footer(slide: Any, layout: Any, document: Document) -> None:
    """Footer and number are the layout's own placeholders, filled."""
    for shape in layout.placeholders:
        kind = shape.placeholder_format.type
        if kind not in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER):
            continue
        slide.shapes._spTree.append(copy.deepcopy(shape._element))
        made = slide.shapes[-1]
        if kind == PP_PLACEHOLDER.SLIDE_NUMBER:
            continue
        frame = made.text_frame
        frame.clear()
        line = frame.paragraphs[0]
        line.alignment = PP_ALIGN.LEFT
        opening = layout.name == template.OPENING
        told = [(f"{document.notice}  ·  ", colours.ALERT, True)] if document.notice else []
        told.append((one_line(document.title), colours.GREY, True))
        told.append((f"  ·  {french.date(document.date)}", colours.GREY, False))
        # Each run says its own look: LibreOffice makes a footer of one plain run its own.
        for words, colour, bold in told:
            font = _run(line, words).font
            font.name, font.size, font.bold = template.FONT, Pt(11), bold
            font.color.rgb = rgb(colours.TINT if opening else colour)


def _foot(slide: Any, told: Slide) -> None:
    """How to read, and the source, above the footer."""
    lines = [one for one in (told.sentence, told.source) if one]
    if not lines:
        return
    frame = _box(slide, (MARGIN, BOTTOM, INNER, FOOT - BOTTOM))
    frame.vertical_anchor = MSO_ANCHOR.BOTTOM
    for run in _write(frame, lines):
        run.font.size = Pt(10)
        run.font.color.rgb = rgb(colours.GREY)


def _notes(slide: Any, document: Document, told: Slide) -> None:
    notes = [one for one in (told.title, document.notice, *told.notes) if one]
    frame = slide.notes_slide.notes_text_frame
    _write(frame, list(dict.fromkeys(notes)))


# Words


def _run(line: Any, words: str) -> Any:
    made = line.add_run()
    made.text = printable(words).replace("\n", " ")
    made._r.get_or_add_rPr().set("lang", LANGUAGE)
    return made


def _write(frame: Any, lines: Sequence[str]) -> list[Any]:
    """Write paragraphs into a frame; a line feed begins a paragraph."""
    frame.clear()
    told = [part for line in lines for part in printable(line).split("\n")]
    runs = []
    for rank, words in enumerate(told):
        line = frame.paragraphs[0] if not rank else frame.add_paragraph()
        runs.append(_run(line, words))
    return runs


def _box(slide: Any, area: Area) -> Any:
    frame = slide.shapes.add_textbox(*(Emu(one) for one in area)).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = 0
    frame.margin_top = frame.margin_bottom = 0
    return frame


def _named(shape: Any, name: str, alt: str = "") -> None:
    """Name a shape and give its text alternative."""
    held = shape._element.xpath(".//p:cNvPr")[0]
    held.set("name", one_line(name)[:80])
    if alt:
        held.set("descr", printable(alt))


def _flat(shape: Any) -> None:
    """Without the shadow that a shape takes from the theme."""
    for style in shape._element.findall(qn("p:style")):
        shape._element.remove(style)


def _signed(line: Any, item: Bullet, size: float) -> None:
    """A fact whose bullet is its sign, in the colour of its tone."""
    properties = line._p.get_or_add_pPr()
    properties.set("marL", str(Inches(0.36)))
    properties.set("indent", str(-Inches(0.36)))
    colour = etree.SubElement(properties, qn("a:buClr"))
    etree.SubElement(colour, qn("a:srgbClr"), {"val": colours.bare(INKS.get(item.tone, "4C5A68"))})
    etree.SubElement(properties, qn("a:buFont"), {"typeface": template.FONT})
    etree.SubElement(properties, qn("a:buChar"), {"char": item.symbol or "•"})
    line.space_after = Pt(10)
    _run(line, item.text).font.size = Pt(size)


# Contents


def _opening(slide: Any, document: Document, told: Slide) -> None:
    assert isinstance(told.content, Opening)
    frame = slide.placeholders[1].text_frame
    lines = [told.content.subtitle] + ([document.notice] if document.notice else [])
    runs = _write(frame, lines)
    if document.notice:
        runs[-1].font.bold = True


def _facts(slide: Any, document: Document, told: Slide) -> None:
    assert isinstance(told.content, Facts)
    frame = slide.placeholders[1].text_frame
    frame.clear()
    for rank, item in enumerate(told.content.items):
        line = frame.paragraphs[0] if not rank else frame.add_paragraph()
        _signed(line, item, 20)


def _tiles(slide: Any, document: Document, told: Slide) -> None:
    assert isinstance(told.content, Tiles)
    items = told.content.items
    across = min(4, len(items)) or 1
    width, height = INNER // across, Inches(2.35)
    for rank, item in enumerate(items):
        left = MARGIN + (rank % across) * width
        top = TOP + Inches(0.1) + (rank // across) * height
        _tile(slide, item, (left, top, width - Inches(0.15), height - Inches(0.2)))


def _tile(slide: Any, item: KeyFigure, area: Area) -> None:
    left, top, width, height = area
    bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, left, top, Inches(0.05), height)
    bar.fill.solid()
    bar.fill.fore_color.rgb = rgb(colours.PRIMARY)
    bar.line.fill.background()
    _flat(bar)
    _named(bar, "Filet")
    frame = _box(slide, (left + Inches(0.15), top, width - Inches(0.15), height))
    unit = item.unit if len(item.unit) <= 9 else ""
    more = " · ".join(one for one in (item.unit if not unit else "", item.meta) if one)
    lines = [
        (item.label, 12, colours.GREY, False),
        (f"{item.text} {unit}".strip(), 30 if len(item.text) < 12 else 18, colours.DEEP, True),
        (more, 10, colours.GREY, False),
        (item.beside, 12, colours.INK, False),
        (f"{item.symbol} {item.verdict}".strip(), 12, _ink(item.tone), True),
    ]
    told = [one for one in lines if one[0]]
    runs = _write(frame, [one[0] for one in told])
    for run, (_, size, colour, bold) in zip(runs, told, strict=True):
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, rgb(colour)


def _ink(tone: str) -> str:
    return colours.bare(INKS.get(tone, colours.GREY))


def _place(slide: Any, document: Document, told: Slide) -> None:
    assert isinstance(told.content, Place)
    content = told.content
    left = MARGIN
    if content.picture is not None:
        drawn = png(content.picture, width_mm=_MAP_MM, ppi=_MAP_PPI, titled=False)
        shape = slide.shapes.add_picture(io.BytesIO(drawn), MARGIN, TOP, height=BOTTOM - TOP)
        most = Inches(7.7)
        if shape.width > most:
            shape.height = round(shape.height * most / shape.width)
            shape.width = most
        _named(shape, content.picture.id, content.picture.alt)
        left = MARGIN + shape.width + Inches(0.35)
    width = MARGIN + INNER - left
    for rank, item in enumerate(content.figures):
        _tile(slide, item, (left, TOP + Inches(0.1) + rank * Inches(1.15), width, Inches(1.0)))
    if content.facts:
        frame = _box(slide, (left, TOP + Inches(0.1), width, BOTTOM - TOP))
        for rank, fact in enumerate(content.facts):
            _signed(frame.paragraphs[0] if not rank else frame.add_paragraph(), fact, 16)


def _area() -> Area:
    return (MARGIN, TOP, INNER, BOTTOM - TOP)


def _chart(slide: Any, document: Document, told: Slide) -> None:
    assert isinstance(told.content, Chart)
    picture = told.content.picture
    if isinstance(picture, DotChart):
        frame = charts.dots(slide.shapes, picture, one_line(document.title), _area())
    else:
        frame = charts.pyramid(slide.shapes, picture, _area())
    _named(frame, picture.id, picture.alt)


def _trend(slide: Any, document: Document, told: Slide) -> None:
    assert isinstance(told.content, Trend)
    content = told.content
    frame = charts.line(slide.shapes, content.mark, content.label, content.digits, _area())
    points = ", ".join(
        f"{period} : {french.number(value, content.digits)}"
        for period, value in zip(content.mark.periods, content.mark.points, strict=True)
    )
    _named(frame, f"evolution {content.label}", f"Courbe. {told.title}. {points}.")


def _parts(slide: Any, document: Document, told: Slide) -> None:
    assert isinstance(told.content, Parts)
    width, height = INNER // 2, (BOTTOM - TOP - Inches(0.25)) // 2
    for rank, part in enumerate(told.content.grid.parts):
        left = MARGIN + (rank % 2) * width
        top = TOP + Inches(0.1) + (rank // 2) * height
        _part(slide, part, colours.GRID[rank % 4], (left, top, width - Inches(0.15), height))


def _part(slide: Any, part: GridPart, colour: str, area: Area) -> None:
    left, top, width, height = area
    head = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, left, top, width, Inches(0.36))
    head.fill.solid()
    head.fill.fore_color.rgb = rgb(colour)
    head.line.fill.background()
    _flat(head)
    _named(head, part.title)
    for run in _write(head.text_frame, [part.title]):
        run.font.size, run.font.bold, run.font.color.rgb = Pt(14), True, rgb(colours.WHITE)
    frame = _box(slide, (left, top + Inches(0.42), width, height - Inches(0.5)))
    shown = _that_hold(part.lines)
    lines = list(shown) or [part.hint]
    if len(part.lines) > len(shown):
        more = french.count_of(len(part.lines) - len(shown), "autre")
        lines.append(f"… et {more}, dans les commentaires")
    for run in _write(frame, [f"– {line}" if part.lines else line for line in lines]):
        run.font.size = Pt(12)
        run.font.color.rgb = rgb(colours.INK if part.lines else colours.GREY)


def _that_hold(lines: Sequence[str]) -> Sequence[str]:
    """The first lines of a part that hold in its quarter of the slide, one at least."""
    room, kept = _ROWS_OF_PART, 0
    for line in lines:
        room -= math.ceil((len(line) + 2) / _SIGNS_IN_ROW)
        if room < 0 and kept:
            break
        kept += 1
    return lines[:kept]


def _board(slide: Any, document: Document, told: Slide) -> None:
    assert isinstance(told.content, Board)
    table = told.content.table
    rows, columns = len(table.rows) + 1, len(table.columns)
    height = min(Inches(0.8) * rows, BOTTOM - TOP)
    shape = slide.shapes.add_table(rows, columns, MARGIN, TOP + Inches(0.1), INNER, height)
    _named(shape, table.caption, table.caption)
    shape.table.rows[0].height = Inches(0.45)
    for place, column in enumerate(table.columns):
        _table_cell(shape.table.cell(0, place), column.title, colours.PRIMARY, colours.WHITE)
        for rank, row in enumerate(table.rows, start=1):
            cell = shape.table.cell(rank, place)
            _table_cell(cell, row.cells[place].text, colours.PALE, colours.INK)


def _table_cell(cell: Any, words: str, ground_colour: str, ink: str) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = rgb(ground_colour)
    for run in _write(cell.text_frame, [words]):
        run.font.size, run.font.color.rgb = Pt(14), rgb(ink)
        run.font.bold = ink == colours.WHITE


def _credits(slide: Any, document: Document, told: Slide) -> None:
    assert isinstance(told.content, Credits)
    lines = told.content.lines
    half = -(-len(lines) // 2)
    width = INNER // 2
    for rank, part in enumerate((lines[:half], lines[half:])):
        frame = _box(slide, (MARGIN + rank * width, TOP + Inches(0.1), width - Inches(0.2), 0))
        for run in _write(frame, part or [""]):
            run.font.size = Pt(12 if half <= 12 else 10)
        for line in frame.paragraphs:
            line.space_after = Pt(5)


_DRAWN: dict[type, Callable[[Any, Document, Slide], None]] = {
    Opening: _opening,
    Place: _place,
    Tiles: _tiles,
    Facts: _facts,
    Chart: _chart,
    Trend: _trend,
    Parts: _parts,
    Board: _board,
    Credits: _credits,
}
