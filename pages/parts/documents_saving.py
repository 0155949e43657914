"""The document as a saved work: its choices and texts, how they come back, how they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cpts_data import french
from cpts_data.analysis.composed import PARAMETER, read_compositions
from cpts_data.documents.content import REFERENCES, SECTIONS
from cpts_data.documents.deliverables import FORMS, Deliverable
from cpts_data.documents.model import Priority
from cpts_data.documents.prompts import PROMPTS
from cpts_data.reading import synthesis
from cpts_data.records import Kind
from cpts_data.territories import Territory
from pages.parts import documents_state, frame, grid_texts, saved_work
from pages.parts.documents_state import (
    CONFIDENCE,
    CONFIDENCES,
    FIELDS,
    FORM,
    LONGEST_CELL,
    LONGEST_TEXT,
    MODEL,
    NEED,
    Wanted,
)
from pages.parts.frame import Frame
from pages.parts.saved_work import Desk

PAGE = "pages/documents.py"
FORMAT, FORMAT_VERSION = "document", 1
_NOT_OURS = "Ce travail n'est pas un document que cette version sait lire : il n'a pas été repris."
_REFERENCE = "reference"


def receive(page: Frame, territory: Territory) -> None:
    """Open the document of the address's link; right after ``open_page``."""
    saved_work.receive(page, desk(page, territory))


def block(wanted: Wanted) -> None:
    """Save the choices and the texts of the page."""
    saved_work.block(wanted.page, desk(wanted.page, wanted.territory))


def desk(page: Frame, territory: Territory) -> Desk:
    """What the page « Documents » saves: one document by territory."""
    return Desk(
        Kind.DIAGNOSIS,
        PAGE,
        "ce document",
        f"Document – {territory.name}",
        lambda: content(page, territory),
        lambda told: load(page, territory, told),
        tell,
        lambda: False,
        territory.id,
        f"{Kind.DIAGNOSIS.value}_{documents_state.place_of(page, territory)}",
    )


def content(page: Frame, territory: Territory) -> dict[str, Any]:
    """The choices of the address and every text, as they stand now."""
    place = documents_state.place_of(page, territory)
    chosen = documents_state.chosen_sections(place)
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "choix": {
            name: told
            for name in (MODEL, FORM, _REFERENCE, CONFIDENCE)
            if (told := frame.parameter(name))
        },
        "sections": None if chosen is None else list(chosen),
        "textes": documents_state.texts(place),
        "grille": grid_texts.changed(page, territory),
        "priorites": [
            [getattr(row, name) for name in FIELDS] for row in documents_state.priorities(place)
        ],
        "territoires_composes": frame.parameters(PARAMETER),
    }


def load(page: Frame, territory: Territory, told: Mapping[str, Any]) -> list[str]:
    """Put a saved document back; what cannot be read is left out, with its reason."""
    if told.get("format") != FORMAT or told.get("version") != FORMAT_VERSION:
        return [_NOT_OURS]
    place = documents_state.place_of(page, territory)
    refused = _load_choices(told.get("choix"))
    texts = _texts(told.get("textes"), (*PROMPTS, NEED), refused, "section")
    for section in (*PROMPTS, NEED):
        documents_state.put_text(place, section, texts.get(section, ""))
    grid_texts.put(page, territory, _texts(told.get("grille"), synthesis.GRID, refused, "partie"))
    sections = told.get("sections")
    known = [one for one in sections if one in SECTIONS] if isinstance(sections, list) else None
    documents_state.put_sections(place, known)
    documents_state.put_priorities(place, _priorities(told.get("priorites"), refused))
    listed = told.get("territoires_composes")
    compositions, why = read_compositions(
        one for one in (listed if isinstance(listed, list) else []) if isinstance(one, str)
    )
    if compositions:
        frame.write_compositions(compositions)
    return [*refused, *why]


def _load_choices(told: object) -> list[str]:
    choices = told if isinstance(told, Mapping) else {}
    model = choices.get(MODEL)
    known: dict[str, Sequence[str]] = {
        MODEL: [one.value for one in Deliverable],
        FORM: Deliverable(model).forms if model in set(Deliverable) else list(FORMS),
        _REFERENCE: list(REFERENCES),
        CONFIDENCE: list(CONFIDENCES),
    }
    refused, kept = [], dict.fromkeys(known)
    for name, values in known.items():
        value = choices.get(name)
        if value in values:
            kept[name] = value
        elif value is not None:
            refused.append(f"« {name} » : une valeur inconnue a été laissée de côté.")
    frame.remember(**kept)
    return refused


def _texts(
    told: object, known: Sequence[str] | Mapping[str, Any], refused: list[str], noun: str
) -> dict[str, str]:
    """Texts by place; one of an unknown place, or too long, is told."""
    found = {}
    for name, words in told.items() if isinstance(told, Mapping) else ():
        if name not in known or not isinstance(words, str):
            refused.append(f"Un texte d'une {noun} inconnue a été laissé de côté.")
        else:
            found[str(name)] = words[:LONGEST_TEXT]
    return found


def _priorities(told: object, refused: list[str]) -> list[Priority]:
    found = []
    for row in told if isinstance(told, list) else ():
        cells = row if isinstance(row, list) else []
        if len(cells) == len(FIELDS) and all(isinstance(one, str) for one in cells):
            found.append(Priority(*(one[:LONGEST_CELL] for one in cells)))
        else:
            refused.append("Une ligne de priorités illisible a été laissée de côté.")
    return found


def tell(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A content in words: choices, each text, the grid, the priorities."""
    choices = told.get("choix")
    held = choices if isinstance(choices, Mapping) else {}
    model = held.get(MODEL, Deliverable.PORTRAIT.value)
    lines = [("Document", Deliverable(model).label if model in set(Deliverable) else str(model))]
    if held.get(_REFERENCE) in REFERENCES:
        lines.append(("Comparaison", REFERENCES[held[_REFERENCE]]))
    sections = told.get("sections")
    if isinstance(sections, list):
        titles = [SECTIONS[one][0] for one in sections if one in SECTIONS]
        lines.append(("Sections", french.enumeration(titles)))
    texts, grid = told.get("textes"), told.get("grille")
    for name, words in texts.items() if isinstance(texts, Mapping) else ():
        title = "Le besoin" if name == NEED else SECTIONS.get(name, (str(name),))[0]
        lines.append((f"Texte : {title}", str(words)))
    for name, words in grid.items() if isinstance(grid, Mapping) else ():
        lines.append((synthesis.GRID.get(name, (str(name), ""))[0], str(words)))
    rows = told.get("priorites")
    for rank, row in enumerate(rows if isinstance(rows, list) else (), start=1):
        words = " → ".join(str(one) for one in row if one) if isinstance(row, list) else ""
        lines.append((f"Priorité {rank}", words))
    return lines
