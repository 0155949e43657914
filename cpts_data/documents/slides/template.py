"""The template of the slides: 16:9, three layouts, our colours and type.

Made from python-pptx's own: layouts keep true placeholders (title, content, footer, number), so
that whoever edits the slides finds the outline and the reading order that PowerPoint expects.
"""

from __future__ import annotations

from typing import Any, Final

from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.util import Inches

from cpts_data.documents import colours

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
MARGIN, TOP, BOTTOM, FOOT = Inches(0.6), Inches(1.62), Inches(6.25), Inches(6.95)
INNER: Final = WIDTH - 2 * MARGIN
OPENING, CONTENT, BARE = "Ouverture", "Titre et texte", "Titre seul"
FONT: Final = "Calibri"
_KEPT: Final = {"Title Slide": OPENING, "Title and Content": CONTENT, "Title Only": BARE}
_NAMES: Final = {
    PP_PLACEHOLDER.TITLE: "Titre",
    PP_PLACEHOLDER.CENTER_TITLE: "Titre",
    PP_PLACEHOLDER.SUBTITLE: "Sous-titre",
    PP_PLACEHOLDER.BODY: "Texte",
    PP_PLACEHOLDER.OBJECT: "Texte",
    PP_PLACEHOLDER.FOOTER: "Pied de page",
    PP_PLACEHOLDER.SLIDE_NUMBER: "Numéro",
}
_PLACES: Final = {
    PP_PLACEHOLDER.TITLE: (MARGIN, Inches(0.42), INNER, Inches(1.05)),
    PP_PLACEHOLDER.BODY: (MARGIN, TOP, INNER, BOTTOM - TOP),
    PP_PLACEHOLDER.FOOTER: (MARGIN, Inches(7.0), Inches(10.6), Inches(0.32)),
    PP_PLACEHOLDER.SLIDE_NUMBER: (Inches(11.9), Inches(7.0), Inches(0.83), Inches(0.32)),
}
_OPENING: Final = {
    PP_PLACEHOLDER.CENTER_TITLE: (MARGIN, Inches(2.1), INNER, Inches(1.5)),
    PP_PLACEHOLDER.SUBTITLE: (MARGIN, Inches(3.65), INNER, Inches(1.3)),
}
_THEME: Final = {
    "dk1": colours.INK,
    "lt1": colours.WHITE,
    "dk2": colours.DEEP,
    "lt2": colours.TINT,
    "accent1": colours.PRIMARY,
    "accent2": colours.GRID[1],
    "accent3": colours.GRID[0],
    "accent4": colours.GRID[2],
    "accent5": colours.WOMEN,
    "accent6": colours.GRID[3],
    "hlink": colours.PRIMARY,
    "folHlink": colours.GREY,
}


def blank() -> Deck:
    """A deck without slides, in our template."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    for layout in list(deck.slide_layouts):
        if layout.name not in _KEPT:
            deck.slide_layouts.remove(layout)
    _theme(deck.slide_master)
    _master(deck.slide_master)
    for layout in deck.slide_layouts:
        _layout(layout)
    return deck


def layout(deck: Deck, name: str) -> Any:
    """One of our layouts."""
    return deck.slide_layouts.get_by_name(name)


def rgb(colour: str) -> RGBColor:
    """A colour as python-pptx has it."""
    return RGBColor.from_string(colour)


def _theme(master: Any) -> None:
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    root = etree.fromstring(part.blob)
    for name, colour in _THEME.items():
        slot = root.find(f".//{qn('a:clrScheme')}/{qn(f'a:{name}')}")
        slot[:] = [etree.Element(qn("a:srgbClr"), {"val": colour})]
    for family in ("majorFont", "minorFont"):
        root.find(f".//{qn(f'a:{family}')}/{qn('a:latin')}").set("typeface", FONT)
    root.set("name", "Diagnostic CPTS")
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _placed(shape: Any, place: tuple[int, int, int, int]) -> None:
    shape.left, shape.top, shape.width, shape.height = place


def _master(master: Any) -> None:
    for shape in list(master.placeholders):
        kind = shape.placeholder_format.type
        if kind == PP_PLACEHOLDER.DATE:
            shape._element.getparent().remove(shape._element)
            continue
        _placed(shape, _PLACES[kind])
        shape.name = _NAMES[kind]
    styles = master._element.find(qn("p:txStyles"))
    _styled(styles.find(f"{qn('p:titleStyle')}/{qn('a:lvl1pPr')}"), 2800, bold=True)
    for rank, size in enumerate((2000, 1800, 1600, 1600, 1600), start=1):
        _styled(styles.find(f"{qn('p:bodyStyle')}/{qn(f'a:lvl{rank}pPr')}"), size, bold=False)
    for shape in master.placeholders:
        kind = shape.placeholder_format.type
        if kind == PP_PLACEHOLDER.TITLE:
            shape._element.txBody.find(qn("a:bodyPr")).set("anchor", "b")
        if kind in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER):
            _small(shape, "l" if kind == PP_PLACEHOLDER.FOOTER else "r")


def _styled(level: Any, size: int, *, bold: bool) -> None:
    level.set("algn", "l")
    properties = level.find(qn("a:defRPr"))
    properties.set("sz", str(size))
    properties.set("b", "1" if bold else "0")
    colour = properties.find(f"{qn('a:solidFill')}/{qn('a:schemeClr')}")
    colour.set("val", "tx2" if bold else "tx1")


def _small(shape: Any, side: str) -> None:
    levels = shape._element.txBody.find(qn("a:lstStyle"))
    for level in levels:
        level.set("algn", side)
        properties = level.find(qn("a:defRPr"))
        properties.set("sz", "1100")
        for old in properties.findall(qn("a:solidFill")):
            properties.remove(old)
        fill = etree.SubElement(properties, qn("a:solidFill"))
        etree.SubElement(fill, qn("a:srgbClr"), {"val": colours.GREY})
        properties.insert(0, fill)


def _layout(layout: Any) -> None:
    opening = layout.name == "Title Slide"
    layout.name = _KEPT[layout.name]
    for shape in list(layout.placeholders):
        kind = shape.placeholder_format.type
        if kind == PP_PLACEHOLDER.DATE:
            shape._element.getparent().remove(shape._element)
            continue
        shape.name = _NAMES[kind]
        if kind in _OPENING:
            _placed(shape, _OPENING[kind])
            continue
        form = shape._element.spPr.find(qn("a:xfrm"))
        if form is not None:
            shape._element.spPr.remove(form)
    if opening:
        _ground(layout)
    else:
        _line(layout)


def _ground(layout: Any) -> None:
    """The dark ground of the opening, and its white words."""
    fill = layout.background.fill
    fill.solid()
    fill.fore_color.rgb = rgb(colours.DEEP)
    for shape in layout.placeholders:
        kind = shape.placeholder_format.type
        size, colour = {
            PP_PLACEHOLDER.CENTER_TITLE: ("4800", colours.WHITE),
            PP_PLACEHOLDER.SUBTITLE: ("2200", colours.TINT),
        }.get(kind, ("1100", colours.TINT))
        side = "r" if kind == PP_PLACEHOLDER.SLIDE_NUMBER else "l"
        levels = shape._element.txBody.find(qn("a:lstStyle"))
        levels[:] = []
        level = etree.SubElement(
            levels, qn("a:lvl1pPr"), {"algn": side, "marL": "0", "indent": "0"}
        )
        etree.SubElement(level, qn("a:buNone"))
        properties = etree.SubElement(level, qn("a:defRPr"), {"sz": size})
        etree.SubElement(
            etree.SubElement(properties, qn("a:solidFill")), qn("a:srgbClr"), {"val": colour}
        )


def _line(layout: Any) -> None:
    """The thin line under the title."""
    bar = layout.shapes._spTree
    shape = _rule(layout)
    bar.insert(2, shape)


def _rule(layout: Any) -> Any:
    namespace = {"a": etree.QName(qn("a:t")).namespace, "p": etree.QName(qn("p:sp")).namespace}
    return etree.fromstring(
        f'<p:sp xmlns:a="{namespace["a"]}" xmlns:p="{namespace["p"]}"><p:nvSpPr>'
        '<p:cNvPr id="90" name="Filet"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr>'
        f'<a:xfrm><a:off x="{MARGIN}" y="{Inches(1.5)}"/><a:ext cx="{INNER}" cy="{Inches(0.03)}"/>'
        '</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill>'
        '<a:schemeClr val="accent1"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>'
    )
