"""What is wanted of a document: the choices of the address, the texts kept by the session.

Every text stands in a widget of its own, whose key is here: a button reads what is written at the
moment of the click, and a saved work puts it back there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cpts_data.documents.content import SECTIONS
from cpts_data.documents.deliverables import Deliverable
from cpts_data.documents.model import Options, Priority
from cpts_data.documents.prompts import PROMPTS
from cpts_data.territories import Territory
from pages.parts import aci_follow_state, aci_state, frame, grid_texts
from pages.parts.frame import Frame

MODEL, FORM, CONFIDENCE, YEAR, SECTION = "modele", "format", "confiance", "annee", "section"
CONFIDENCES = {"95": "95 %", "998": "99,8 %"}
_LEVELS = {"95": 0.95, "998": 0.998}
NO_YEAR = "aucune"
NEED = "besoin"
FIELDS = ("problem", "mission", "action", "indicator", "target")
MOST_PRIORITIES = 12
LONGEST_TEXT, LONGEST_CELL = 12_000, 300
_BASE, _GENERATION, _SECTIONS_KEY = "documents_priorites", "documents_tableau", "documents_sections"


@dataclass(frozen=True)
class Wanted:
    """The document that the page is about to make."""

    page: Frame
    territory: Territory
    deliverable: Deliverable
    form: str
    reference: str
    confidence: str
    sections: tuple[str, ...] | None
    year: int | None

    @property
    def place(self) -> str:
        """What tells this territory from others among the widgets of a session."""
        return place_of(self.page, self.territory)

    @property
    def written(self) -> tuple[str, ...]:
        """The sections in which the team has something to write."""
        return sections_written(self.deliverable, self.sections)

    def options(self) -> Options:
        """What is asked, with the texts as they stand now."""
        sheet = None
        if self.deliverable is Deliverable.DIALOGUE and self.year is not None:
            aci = aci_state.open_aci(self.page, self.territory)
            sheet = aci_follow_state.sheet(aci, self.year)
        return Options(
            reference=self.reference,
            confidence=_LEVELS[self.confidence],
            sections=self.sections,
            paragraphs={name: told for name in self.written if (told := text(self.place, name))},
            grid=grid_texts.changed(self.page, self.territory),
            priorities=priorities(self.place),
            sheet=sheet,
        )


def place_of(page: Frame, territory: Territory) -> str:
    """What tells a territory from others among the widgets of a session."""
    return f"{page.space_id}_{territory.id}"


def sections_written(
    deliverable: Deliverable, sections: Sequence[str] | None = None
) -> tuple[str, ...]:
    """The sections of a document in which the team has something to write."""
    if deliverable is Deliverable.LETTER:
        return (NEED,)
    if deliverable is not Deliverable.DIAGNOSIS:
        return ()
    kept = SECTIONS if sections is None else sections
    return tuple(name for name in PROMPTS if name in kept)


# Texts


def text_key(place: str, section: str) -> str:
    """The key of the text of a section."""
    return f"documents_texte_{place}_{section}"


def text(place: str, section: str) -> str:
    """What the team wrote of a section, empty when it wrote nothing."""
    return str(frame.component_state(text_key(place, section)) or "").strip()[:LONGEST_TEXT]


def texts(place: str) -> dict[str, str]:
    """Everything that the team wrote, by section."""
    return {name: told for name in (*PROMPTS, NEED) if (told := text(place, name))}


def put_text(place: str, section: str, told: str) -> None:
    """Write a text back."""
    frame.preset(text_key(place, section), told[:LONGEST_TEXT])


# Sections


def sections_key(place: str) -> str:
    """The key of the choice of sections."""
    return f"{_SECTIONS_KEY}_{place}"


def put_sections(place: str, sections: Sequence[str] | None) -> None:
    """Choose sections back; None for all."""
    known = [name for name in SECTIONS if sections is None or name in sections]
    frame.preset(sections_key(place), known)


def chosen_sections(place: str) -> tuple[str, ...] | None:
    """The sections chosen, None for all."""
    found = frame.component_state(sections_key(place))
    if not found or len(found) == len(SECTIONS):
        return None
    return tuple(name for name in SECTIONS if name in found)


# Priorities


def table_key(place: str) -> str:
    """The key of the table of priorities; another one each time that its rows are put back."""
    return f"documents_priorites_{place}_{frame.kept(f'{_GENERATION}_{place}', 0)}"


def base(place: str) -> tuple[Priority, ...]:
    """The rows that the table starts from."""
    found: tuple[Priority, ...] = frame.kept(f"{_BASE}_{place}", ())
    return found


def settle(place: str) -> None:
    """Have the table start from what it says: its widget has left the page, and lost its edits."""
    if frame.component_state(table_key(place)) is None:
        put_priorities(place, frame.kept(f"{_BASE}_dit_{place}", base(place)))


def put_priorities(place: str, rows: Sequence[Priority]) -> None:
    """Put rows back into the table."""
    frame.keep(f"{_BASE}_{place}", tuple(rows)[:MOST_PRIORITIES])
    frame.keep(f"{_BASE}_dit_{place}", tuple(rows)[:MOST_PRIORITIES])
    frame.keep(f"{_GENERATION}_{place}", frame.kept(f"{_GENERATION}_{place}", 0) + 1)


def note_priorities(place: str) -> None:
    """Remember what the table says, for when its widget is gone."""
    frame.keep(f"{_BASE}_dit_{place}", priorities(place))


def priorities(place: str) -> tuple[Priority, ...]:
    """The rows of the table as they stand now, those that say something."""
    edits = frame.component_state(table_key(place))
    if edits is None:
        found: tuple[Priority, ...] = frame.kept(f"{_BASE}_dit_{place}", base(place))
        return found
    return edited(base(place), edits)


def edited(rows: Sequence[Priority], edits: Mapping[str, Any]) -> tuple[Priority, ...]:
    """Rows with what a table editor says was changed, added and removed."""
    told = [{name: getattr(row, name) for name in FIELDS} for row in rows]
    for place, change in edits.get("edited_rows", {}).items():
        if int(place) < len(told):
            told[int(place)] |= change
    gone = {int(place) for place in edits.get("deleted_rows", ())}
    kept = [row for place, row in enumerate(told) if place not in gone]
    kept += [dict(row) for row in edits.get("added_rows", ())]
    found = [_priority(row) for row in kept]
    return tuple(row for row in found if row != Priority())[:MOST_PRIORITIES]


def _priority(row: Mapping[str, Any]) -> Priority:
    words = {name: str(row.get(name) or "").strip()[:LONGEST_CELL] for name in FIELDS}
    return Priority(**words)
