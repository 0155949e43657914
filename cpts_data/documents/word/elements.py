"""The XML of WordprocessingML that python-docx has no words for: runs, fields, cells, controls.

Every text goes through :func:`printable` and becomes the text of an element: markup in it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from cpts_data.documents.printable import printable

LANGUAGE = "fr-FR"
TWIPS_PER_MM = 1440 / 25.4


@dataclass(frozen=True)
class Ink:
    """How some words are written: bold, italic, colour (hexadecimal), size in points."""

    bold: bool = False
    italic: bool = False
    colour: str = ""
    size: float = 0.0
    style: str = ""


PLAIN = Ink()


def element(tag: str, *children: Any, **attributes: str | int) -> Any:
    """An element of the ``w`` namespace: ``element("jc", val="right")``."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    for child in children:
        made.append(child)
    return made


def run(text: str, ink: Ink = PLAIN) -> Any:
    """Some words; a line feed in them is a line break, a tabulation a tabulation."""
    made = element("r")
    if properties := _run_properties(ink):
        made.append(element("rPr", *properties))
    _fill(made, text)
    return made


def _run_properties(ink: Ink) -> list[Any]:
    found = [element("rStyle", val=ink.style)] if ink.style else []
    found += [element("b")] if ink.bold else []
    found += [element("i")] if ink.italic else []
    found += [element("color", val=ink.colour)] if ink.colour else []
    found += [element("sz", val=round(ink.size * 2))] if ink.size else []
    return found


def _fill(made: Any, text: str) -> None:
    for rank, line in enumerate(printable(text).split("\n")):
        if rank:
            made.append(element("br"))
        for place, part in enumerate(line.split("\t")):
            if place:
                made.append(element("tab"))
            words = element("t")
            words.text = part
            words.set(qn("xml:space"), "preserve")
            made.append(words)


def paragraph(
    style: str,
    *content: Any,
    align: str = "",
    keep: bool = False,
    shade: str = "",
    numbered: int = 0,
) -> Any:
    """A paragraph of a style (its id); ``keep`` holds it on the page of the next one.

    ``numbered`` is the number of the list that it belongs to.
    """
    properties = [element("pStyle", val=style)] if style else []
    properties += [element("keepNext")] if keep else []
    if numbered:
        inside = element("numPr", element("ilvl", val=0), element("numId", val=numbered))
        properties.append(inside)
    properties += [element("shd", val="clear", color="auto", fill=shade)] if shade else []
    properties += [element("jc", val=align)] if align else []
    made = element("p")
    if properties:
        made.append(element("pPr", *properties))
    for one in content:
        made.append(one)
    return made


def field(instruction: str, shown: str, ink: Ink = PLAIN) -> list[Any]:
    """A field that Word works out again when asked, with what it shows until then."""
    order = element("instrText")
    order.text = f" {instruction} "
    order.set(qn("xml:space"), "preserve")
    return [
        element("r", element("fldChar", fldCharType="begin")),
        element("r", order),
        element("r", element("fldChar", fldCharType="separate")),
        run(shown, ink),
        element("r", element("fldChar", fldCharType="end")),
    ]


def bookmarked(name: str, number: int, *content: Any) -> list[Any]:
    """Some content under a name that a link or a table of contents may point to."""
    start = element("bookmarkStart", id=number, name=name)
    return [start, *content, element("bookmarkEnd", id=number)]


def link(bookmark: str, *content: Any) -> Any:
    """A link to a bookmark of the document."""
    return element("hyperlink", *content, anchor=bookmark, history="1")


def control(title: str, tag: str, placeholder: str, style: str) -> Any:
    """A place to write in: a content control, whose placeholder goes when one types."""
    return element(
        "sdt",
        element(
            "sdtPr",
            element("alias", val=printable(title)[:64]),
            element("tag", val=printable(tag)[:64]),
            element("showingPlcHdr"),
        ),
        element("sdtContent", paragraph(style, run(placeholder, Ink(style="PlaceholderText")))),
    )


def twips(millimetres: float) -> int:
    """A length as WordprocessingML counts it."""
    return round(millimetres * TWIPS_PER_MM)
