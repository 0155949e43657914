"""What the slides say: one idea each, its result as a title, its sources in the notes. Pure.

The deck is made of the blocks of the diagnosis: same sentences, same figures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cpts_data import french
from cpts_data.documents.model import (
    Bullet,
    Bullets,
    Document,
    DotChart,
    Grid,
    KeyFigure,
    KeyFigures,
    Look,
    MapPicture,
    Paragraph,
    PyramidChart,
    Section,
    Table,
    TrendMark,
)
from cpts_data.documents.slides.charts import from_zero
from cpts_data.reading.verdicts import FAVOURABLE, UNFAVOURABLE
from cpts_data.reading.wording import printed

DECIDE = printed("Priorités : ce que nous décidons ensemble")
CREDITS = "D’où viennent ces chiffres"
_NEUTRAL_WORDS = (
    "Vert : favorable ; orange : défavorable ; bleu : sans jugement ; gris : écart non "
)
COLOURS = printed(f"{_NEUTRAL_WORDS}démontré ou sans test.")
_SENTENCE = re.compile(r"(?<=[^.\d])\. ")
_POINTS = 3


@dataclass(frozen=True)
class Opening:
    """The first slide: name, model, date, what is compared."""

    subtitle: str


@dataclass(frozen=True)
class Place:
    """A map, and beside it figures or facts."""

    picture: MapPicture | None
    figures: tuple[KeyFigure, ...] = ()
    facts: tuple[Bullet, ...] = ()


@dataclass(frozen=True)
class Tiles:
    """Large figures."""

    items: tuple[KeyFigure, ...]


@dataclass(frozen=True)
class Facts:
    """Sentences with their signs."""

    items: tuple[Bullet, ...]


@dataclass(frozen=True)
class Chart:
    """A chart that stays editable."""

    picture: DotChart | PyramidChart


@dataclass(frozen=True)
class Trend:
    """One indicator over its latest periods."""

    label: str
    unit: str
    digits: int
    mark: TrendMark


@dataclass(frozen=True)
class Parts:
    """The grid."""

    grid: Grid


@dataclass(frozen=True)
class Board:
    """The table of priorities."""

    table: Table


@dataclass(frozen=True)
class Credits:
    """One line per dataset."""

    lines: tuple[str, ...]


Content: TypeAlias = Opening | Place | Tiles | Facts | Chart | Trend | Parts | Board | Credits


@dataclass(frozen=True)
class Slide:
    """One slide: its title (the result), what it shows, how to read it, its source, its notes."""

    title: str
    content: Content
    sentence: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()


def plan(document: Document) -> tuple[Slide, ...]:
    """The slides of a diagnosis; a section that was not chosen has none."""
    found = {section.id: section for section in document.sections}
    slides = [_opening(document)]
    for name, tell in _SECTIONS.items():
        if name in found:
            slides += list(tell(document, found[name]))
    return tuple(slides)


def _opening(document: Document) -> Slide:
    told = printed(
        f"Diagnostic territorial · {french.date(document.date)}\nComparaison avec "
        f"{document.reference} · {document.space}"
    )
    return Slide(document.title, Opening(told), notes=(document.mention,))


def _of(section: Section, kind: type) -> list:
    return [block for block in section.blocks if isinstance(block, kind)]


def _first_sentence(text: str) -> str:
    return _SENTENCE.split(text)[0].removesuffix(".")


# Sections


def _territory(document: Document, section: Section) -> Iterator[Slide]:
    leads = [one.text for one in _of(section, Paragraph) if one.look is Look.LEAD]
    warnings = [one.text for one in _of(section, Paragraph) if one.look is Look.WARNING]
    maps = _of(section, MapPicture)
    tables = _of(section, Table)
    source = maps[0].source if maps else (tables[0].source if tables else "")
    title = _first_sentence(leads[0]) if leads else section.title
    content = Place(maps[0] if maps else None, document.identity)
    yield Slide(title, content, "", source, (*leads, *warnings, source))


def _essentials(document: Document, section: Section) -> Iterator[Slide]:
    for figures in _of(section, KeyFigures)[:1]:
        title = _tally(figures.items)
        yield Slide(title, Tiles(figures.items), "", figures.source, (figures.source,))
    rule = [one.text for one in _of(section, Paragraph)]
    for facts in _of(section, Bullets):
        yield _facts(document, facts, rule)


def _tally(items: Sequence[KeyFigure]) -> str:
    good = sum(one.tone == FAVOURABLE for one in items)
    bad = sum(one.tone == UNFAVOURABLE for one in items)
    told = [french.count_of(good, "favorable")] if good else []
    told += [french.count_of(bad, "défavorable")] if bad else []
    count = french.count_of(len(items), "chiffre clé", "chiffres clés")
    result = french.enumeration(told) if told else "aucun écart favorable ou défavorable démontré"
    return printed(f"{count} : {result}")


def _facts(document: Document, facts: Bullets, rule: Sequence[str]) -> Slide:
    count = len(facts.items)
    first = facts.items[0].label if facts.items else ""
    nouns = {
        "Force": ("force se détache", "forces se détachent"),
        "Point d’attention": ("point d’attention se détache", "points d’attention se détachent"),
    }
    if first in nouns:
        title = french.count_of(count, *nouns[first])
    else:
        words = ("besoin se distingue", "besoins se distinguent")
        title = f"{french.count_of(count, *words)} : ni bons ni mauvais, ils orientent"
    about = printed(f"Chiffres comparés avec {document.reference}.")
    return Slide(printed(title), Facts(facts.items), about, facts.source, (*rule, facts.source))


def _population(document: Document, section: Section) -> Iterator[Slide]:
    for picture in _of(section, PyramidChart)[:1]:
        yield _chart(picture)


def _charts(document: Document, section: Section) -> Iterator[Slide]:
    for picture in _of(section, DotChart)[:1]:
        yield _chart(picture)


def _chart(picture: DotChart | PyramidChart) -> Slide:
    sentence = picture.sentence
    if isinstance(picture, DotChart):
        sentence = f"{_how_to_read(picture)} {COLOURS}"
    notes = (picture.sentence, picture.alt, picture.source)
    return Slide(picture.caption, Chart(picture), sentence, picture.source, notes)


def _how_to_read(picture: DotChart) -> str:
    """How to read the bars: the sentence of the screen speaks of its points."""
    if math.isnan(picture.across):
        return printed("Trait fin : intervalle de confiance. Après le nom : la valeur.")
    start = french.number(picture.across)
    return printed(
        f"Chaque barre part de {start} ({picture.reference}). Trait fin : intervalle de confiance. "
        "Après le nom : la valeur."
    )


def _access(document: Document, section: Section) -> Iterator[Slide]:
    facts = tuple(item for one in _of(section, Bullets) for item in one.items)
    for picture in _of(section, MapPicture)[:1]:
        content = Place(picture, facts=facts[:_POINTS])
        notes = (picture.sentence, picture.alt, picture.source)
        yield Slide(picture.caption, content, picture.sentence, picture.source, notes)
    for picture in _of(section, DotChart)[-1:]:
        yield _chart(picture)


def _prevention(document: Document, section: Section) -> Iterator[Slide]:
    yield from _charts(document, section)
    found = {one.id: one for one in document.sections}
    told = [slide for name in _TRENDS if name in found for slide in _trend(found[name])]
    yield from told[:1]


def _trend(section: Section) -> Iterator[Slide]:
    """The first indicator of a section whose trend is unfavourable, if there is one."""
    for table in _of(section, Table):
        for row in table.rows:
            for cell in row.cells:
                mark, quantity = cell.drawing, row.cells[1].quantity if len(row.cells) > 1 else None
                if not isinstance(mark, TrendMark) or cell.tone != UNFAVOURABLE or not quantity:
                    continue
                label = row.cells[0].text
                title = printed(f"{label} : {cell.text[:1].lower()}{cell.text[1:]}")
                content = Trend(label, quantity.unit, quantity.digits, mark)
                sentence = printed(f"Unité : {quantity.unit}.")
                sentence += "" if from_zero(mark) else " L’échelle ne part pas de zéro."
                if mark.cuts:
                    cut = mark.periods[mark.cuts[-1]]
                    sentence += printed(f" La définition change en {cut} : deux courbes.")
                notes = (row.cells[1].note, quantity.source)
                yield Slide(title, content, sentence, quantity.source, notes)
                return


def _synthesis(document: Document, section: Section) -> Iterator[Slide]:
    for grid in _of(section, Grid):
        proposed = any(part.proposed and part.lines for part in grid.parts)
        words = "Proposée d’après les chiffres, à compléter et à corriger par l’équipe."
        sentence = words if proposed else ""
        notes = tuple(
            f"{part.title}\n" + "\n".join(f"– {line}" for line in part.lines) for part in grid.parts
        )
        yield Slide("Forces, faiblesses, opportunités, menaces", Parts(grid), sentence, "", notes)
    for table in _of(section, Table):
        if table.id == "priorites":
            notes = (
                "Du problème à la mission, de la mission à l’action, de l’action à ce qui la "
                "mesure.",
            )
            yield Slide(DECIDE, Board(table), "", "", notes)


def _methods(document: Document, section: Section) -> Iterator[Slide]:
    for table in _of(section, Table):
        if table.id == "sources":
            lines = tuple(
                f"{row.cells[1].text}, {row.cells[0].text}, {row.cells[2].text}"
                for row in table.rows
            )
            notes = (table.note, document.mention)
            yield Slide(CREDITS, Credits(lines), table.note, document.mention, notes)


_TRENDS = ("acces", "prevention", "sante", "offre", "population")
_SECTIONS = {
    "territoire": _territory,
    "essentiel": _essentials,
    "population": _population,
    "sante": _charts,
    "offre": _charts,
    "acces": _access,
    "prevention": _prevention,
    "synthese": _synthesis,
    "methodes": _methods,
}
