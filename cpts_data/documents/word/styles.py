"""The styles and the frame of the Word documents: type, headings, tables, header, footer."""

from __future__ import annotations

from typing import Any, Final

import docx
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from cpts_data import french
from cpts_data.documents import colours
from cpts_data.documents.model import Document
from cpts_data.documents.printable import one_line
from cpts_data.documents.word.elements import LANGUAGE, Ink, element, field, paragraph, run, twips
from cpts_data.documents.word.tables import CASES, LINES, TILES, WIDTH_MM

FONT: Final = "Calibri"
AUTHOR = "Diagnostic territorial des CPTS"
_MARGIN_MM = 20.0
_WORD_2013 = "15"
_NUMBERING = 77
_ORDER = (
    "pStyle",
    "keepNext",
    "keepLines",
    "pageBreakBefore",
    "widowControl",
    "numPr",
    "pBdr",
    "shd",
    "tabs",
    "spacing",
    "ind",
    "contextualSpacing",
    "jc",
    "outlineLvl",
)
# What is smaller in a document of a few pages.
_SHORT: Final = {"Title": 22.0, "Subtitle": 11.0, "Heading 1": 14.0, "Heading 2": 11.0}
_SHORT_TEXT: Final = 9.5
# Name, base, size, colour, bold, space before, space after, held with the next one.
_STYLES: Final = (
    ("Subtitle", "", 14.0, colours.WHITE, False, 0, 0, True),
    ("Title", "", 30.0, colours.WHITE, True, 0, 8, True),
    ("Heading 1", "", 19.0, colours.DEEP, True, 20, 8, True),
    ("Heading 2", "", 13.0, colours.PRIMARY, True, 14, 4, True),
    ("Caption", "", 9.5, colours.DEEP, True, 10, 3, False),
    ("List Bullet", "", 10.5, colours.INK, False, 2, 2, False),
    ("TOC Heading", "Normal", 19.0, colours.DEEP, True, 0, 8, True),
    ("toc 1", "Normal", 10.5, colours.INK, False, 2, 2, False),
    ("Header", "", 8.5, colours.GREY, False, 0, 0, False),
    ("Footer", "", 8.5, colours.GREY, False, 0, 0, False),
    ("Chapeau", "Normal", 12.0, colours.DEEP, False, 4, 8, False),
    ("Alerte", "Normal", 10.0, colours.ALERT, False, 4, 8, False),
    ("Note", "Normal", 9.0, colours.GREY, False, 3, 6, False),
    ("Source", "Normal", 8.0, colours.GREY, False, 2, 8, False),
    ("Définition", "Normal", 9.0, colours.INK, False, 0, 4, False),
    ("À rédiger", "Normal", 10.5, colours.PRIMARY, True, 10, 2, True),
    ("Question", "List Bullet", 10.0, colours.INK, False, 0, 2, True),
    ("Réponse", "Normal", 10.5, colours.INK, False, 2, 10, False),
    ("Texte de tableau", "Normal", 8.5, colours.INK, False, 1, 1, False),
    ("Note de tableau", "Normal", 7.5, colours.GREY, False, 0, 1, False),
    ("Territoire fictif", "Normal", 10.0, colours.ALERT, True, 0, 8, False),
)


def blank(content: Document, *, long: bool) -> Docx:
    """An empty document in our styles: page, language, header, footer, properties.

    A ``long`` one numbers its headings; another is set smaller, to hold in a few pages.
    """
    made = docx.Document()
    for one in list(made.element.body):
        if one.tag != qn("w:sectPr"):
            made.element.body.remove(one)
    _page(made)
    _language(made)
    _text_styles(made, long=long)
    _table_styles(made)
    if long:
        _number_headings(made)
    _edges(made, content)
    _properties(made, content)
    return made


def _page(made: Docx) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(_MARGIN_MM)
    section.top_margin, section.bottom_margin = Mm(24), Mm(20)
    section.header_distance, section.footer_distance = Mm(11), Mm(10)


def _language(made: Docx) -> None:
    defaults = made.styles.element.find(qn("w:docDefaults"))
    properties = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(element("lang", val=LANGUAGE, eastAsia=LANGUAGE, bidi="ar-SA"))
    settings = made.settings.element
    for old in settings.iter(qn("w:themeFontLang")):
        old.set(qn("w:val"), LANGUAGE)
    for old in settings.iter(qn("w:decimalSymbol")):
        old.set(qn("w:val"), ",")
    for old in settings.iter(qn("w:listSeparator")):
        old.set(qn("w:val"), ";")
    for old in settings.iter(qn("w:compatSetting")):
        if old.get(qn("w:name")) == "compatibilityMode":
            old.set(qn("w:val"), _WORD_2013)


def _text_styles(made: Docx, *, long: bool) -> None:
    normal = made.styles["Normal"]
    _typed(normal, 10.5 if long else _SHORT_TEXT, colours.INK, bold=False)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    made.styles.add_style("Placeholder Text", WD_STYLE_TYPE.CHARACTER, builtin=True)
    made.styles["Placeholder Text"].font.color.rgb = RGBColor.from_string(colours.GREY)
    known = {style.name for style in made.styles}
    for name, base, size, colour, bold, before, after, keep in _STYLES:
        if name not in known:
            made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name.islower())
        style = made.styles[name]
        if base:
            style.base_style = made.styles[base]
        wanted = size if long else _SHORT.get(name, min(size, _SHORT_TEXT))
        _typed(style, wanted, colour, bold=bold)
        style.paragraph_format.space_before = Pt(before if long else before / 2)
        style.paragraph_format.space_after = Pt(after)
        style.paragraph_format.keep_with_next = keep
        style.quick_style = True
    for name, shade in (
        ("Alerte", colours.ALERT_GROUND),
        ("Territoire fictif", colours.ALERT_GROUND),
        ("Subtitle", colours.DEEP),
        ("Title", colours.DEEP),
    ):
        _added(made.styles[name], _shade(shade))
    for name, side in (("À rédiger", "top"), ("Réponse", "bottom")):
        edge = element(side, val="single", sz=6, space=4, color=colours.PRIMARY)
        _added(made.styles[name], element("pBdr", edge))
    # Edges of the colour of the ground give the band of the title its room.
    for name in ("Subtitle", "Title"):
        edges = [
            element(side, val="single", sz=24, space=6, color=colours.DEEP)
            for side in ("top", "left", "bottom", "right")
        ]
        _added(made.styles[name], element("pBdr", *edges))
        _added(made.styles[name], element("ind", left=twips(3), right=twips(3)))


def _typed(style: ParagraphStyle, size: float, colour: str, *, bold: bool) -> None:
    style.font.name, style.font.size = FONT, Pt(size)
    style.font.bold, style.font.italic = bold, False
    style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().find(qn("w:rFonts"))
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), FONT)
    for old in style.element.rPr.findall(qn("w:spacing")) + style.element.rPr.findall(qn("w:kern")):
        style.element.rPr.remove(old)
    properties = style.element.find(qn("w:pPr"))
    for tag in ("w:pBdr", "w:tabs"):
        for old in [] if properties is None else properties.findall(qn(tag)):
            properties.remove(old)


def _shade(colour: str) -> Any:
    return element("shd", val="clear", color="auto", fill=colour)


def _added(style: ParagraphStyle, made: Any) -> None:
    """Add a property of paragraph at its place: Word refuses another order than the schema's."""
    properties = style.element.get_or_add_pPr()
    properties.append(made)
    known = [qn(f"w:{name}") for name in _ORDER]
    properties[:] = sorted(properties, key=lambda one: known.index(one.tag))


# Tables


def _table_styles(made: Docx) -> None:
    thin: dict[str, Any] = {"val": "single", "sz": 4, "space": 0, "color": colours.RULE}
    none: dict[str, Any] = {"val": "nil"}
    inside = {"top": thin, "bottom": thin, "insideH": thin, "left": none, "right": none}
    cases = dict.fromkeys(("top", "left", "bottom", "right", "insideH", "insideV"), thin)
    for identifier, name, edges in (
        (LINES, "Tableau CPTS", inside | {"insideV": none}),
        (TILES, "Chiffres CPTS", dict.fromkeys(inside, none)),
        (CASES, "Cases CPTS", cases),
    ):
        made.styles.element.append(_table_style(identifier, name, edges))


def _table_style(identifier: str, name: str, edges: dict[str, dict[str, Any]]) -> Any:
    order = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = [element(side, **edges[side]) for side in order if side in edges]
    room = 2.0 if identifier == TILES else 0.6
    margins = [
        element("top", w=twips(0.6), type="dxa"),
        element("left", w=twips(1.6), type="dxa"),
        element("bottom", w=twips(room), type="dxa"),
        element("right", w=twips(1.6), type="dxa"),
    ]
    line = element("bottom", val="single", sz=8, space=0, color=colours.PRIMARY)
    first = element(
        "tblStylePr",
        element("tcPr", element("tcBorders", line), _shade(colours.TINT)),
        type="firstRow",
    )
    style = element(
        "style",
        element("name", val=name),
        element("basedOn", val="TableNormal"),
        element("uiPriority", val=99),
        element("qFormat"),
        element("tblPr", element("tblBorders", *borders), element("tblCellMar", *margins)),
        *([first] if identifier == LINES else []),
        type="table",
        customStyle=1,
    )
    style.set(qn("w:styleId"), identifier)
    return style


# Numbers of headings, signs of lists


def _number_headings(made: Docx) -> None:
    level = element(
        "lvl",
        element("start", val=1),
        element("numFmt", val="decimal"),
        element("pStyle", val=made.styles["Heading 1"].style_id),
        element("suff", val="space"),
        element("lvlText", val="%1"),
        element("lvlJc", val="left"),
        element("pPr", element("ind", left=0, firstLine=0)),
        ilvl=0,
    )
    kind = element("multiLevelType", val="multilevel")
    _numbered(made, kind, level, _NUMBERING)
    number = element("numPr", element("ilvl", val=0), element("numId", val=_NUMBERING))
    _added(made.styles["Heading 1"], number)


def signed_list(made: Docx, sign: str, colour: str, number: int) -> int:
    """The id of a list whose bullets are a sign in a colour; ``number`` tells it from others."""
    identifier = _NUMBERING + 1 + number
    words = element("rPr", element("b"), element("color", val=colour))
    level = element(
        "lvl",
        element("start", val=1),
        element("numFmt", val="bullet"),
        element("lvlText", val=sign),
        element("lvlJc", val="left"),
        element("pPr", element("ind", left=twips(6), hanging=twips(6))),
        words,
        ilvl=0,
    )
    _numbered(made, element("multiLevelType", val="singleLevel"), level, identifier)
    return identifier


def _numbered(made: Docx, kind: Any, level: Any, identifier: int) -> None:
    numbering = made.part.numbering_part.element
    numbering.insert(0, element("abstractNum", kind, level, abstractNumId=identifier))
    last = [one for one in numbering if one.tag == qn("w:num")][-1]
    last.addnext(element("num", element("abstractNumId", val=identifier), numId=identifier))


# Header and footer


def _edges(made: Docx, content: Document) -> None:
    section = made.sections[0]
    head, foot = section.header._element, section.footer._element
    for part in (head, foot):
        for old in list(part):
            part.remove(old)
    told = [run(one_line(content.title), Ink(bold=True)), run("\t")]
    if content.notice:
        told += [run(content.notice, Ink(bold=True, colour=colours.ALERT)), run("  ·  ")]
    told.append(run(one_line(content.subtitle)))
    head.append(_edge("Header", told, "bottom"))
    pages = [*field("PAGE", "1"), run(" / "), *field("NUMPAGES", "1")]
    foot.append(_edge("Footer", [run(french.date(content.date)), run("\t"), *pages], "top"))


def _edge(style: str, content: list[Any], side: str) -> Any:
    line = paragraph(style, *content)
    properties = line.find(qn("w:pPr"))
    properties.append(
        element("pBdr", element(side, val="single", sz=4, space=3, color=colours.RULE))
    )
    properties.append(element("tabs", element("tab", val="right", pos=twips(WIDTH_MM))))
    return line


def _properties(made: Docx, content: Document) -> None:
    held = made.core_properties
    held.title = one_line(f"{content.subtitle} : {content.title}")[:255]
    held.subject = one_line(content.space)[:255]
    held.author = held.last_modified_by = AUTHOR
    held.language = LANGUAGE
    held.keywords = one_line(", ".join(one for one in ("CPTS", content.notice) if one))[:255]
    held.comments = one_line(content.mention)[:255]
