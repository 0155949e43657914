"""A composed territory as a saved work: what is kept, how it comes back, how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cpts_data import french
from cpts_data.analysis.composed import (
    PARAMETER,
    Composition,
    CompositionError,
    decode,
)
from cpts_data.records import Kind
from pages.parts import frame, saved_work
from pages.parts.frame import Frame
from pages.parts.saved_work import Desk

FORMAT, FORMAT_VERSION = "territoire_compose", 1
PAGE = "pages/composer.py"
_NOT_OURS = (
    "Ce travail n'est pas un territoire que cette version sait lire : il n'a pas été repris."
)
_SHOWN = 12


def receive(page: Frame) -> None:
    """Open the territory of the address's link; right after ``open_page``."""
    saved_work.receive(page, desk(page, None))


def block(page: Frame, composition: Composition) -> None:
    """Save the territory that the page shows; saved, every page of the session offers it."""
    saved_work.block(page, desk(page, composition))


def desk(page: Frame, composition: Composition | None) -> Desk:
    """What « Composer » saves."""
    return Desk(
        Kind.TERRITORY,
        PAGE,
        "ce territoire",
        composition.name if composition else "Territoire composé",
        lambda: content(composition),
        load,
        lambda told: tell(page, told),
        lambda: bool(frame.parameters(PARAMETER)),
    )


def content(composition: Composition | None) -> dict[str, Any]:
    """The territory as its text of the address, which says everything."""
    told = composition.encode() if composition else ""
    return {"format": FORMAT, "version": FORMAT_VERSION, "composition": told}


def read(told: Mapping[str, Any]) -> Composition:
    """The territory of a saved content; CompositionError in French when it cannot be read."""
    text = told.get("composition")
    if told.get("format") != FORMAT or told.get("version") != FORMAT_VERSION:
        raise CompositionError("un autre genre de travail", "un territoire composé")
    return decode(text if isinstance(text, str) else "")


def load(told: Mapping[str, Any]) -> list[str]:
    """Put a saved territory into the address, and let every page of the session offer it."""
    try:
        composition = read(told)
    except CompositionError as error:
        return [_NOT_OURS, str(error)]
    frame.write_compositions([composition])
    frame.remember(cpts=None)
    frame.offer_one(composition)
    return []


def tell(page: Frame, told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A content in words: name, number of communes, which ones."""
    try:
        composition = read(told)
    except CompositionError as error:
        return [("Territoire", str(error))]
    names = page.diagnostic.register.units.table["name"]
    parts = [
        f"{names.get(code, code)} ({french.percent(part, 0)})"
        if part < 1
        else str(names.get(code, code))
        for code, part in composition.parts
    ]
    shown = sorted(parts)[:_SHOWN]
    more = len(parts) - len(shown)
    words = ", ".join(shown) + (f" et {french.count_of(more, 'autre')}" if more else "")
    return [
        ("Nom", composition.name),
        ("Communes ou arrondissements", french.number(len(parts))),
        ("Lesquels", words),
        ("Année des codes", str(composition.year or "espace")),
    ]
