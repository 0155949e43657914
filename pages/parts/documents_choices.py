"""Which document: model, format, reference, confidence, sections."""

from __future__ import annotations

import streamlit as st

from cpts_data import french
from cpts_data.aci.calendar import TERM_YEARS
from cpts_data.documents.content import SECTIONS
from cpts_data.documents.deliverables import FORMS, Deliverable
from cpts_data.territories import Territory
from pages.parts import blocks, documents_state, frame, helps, selection
from pages.parts.documents_state import (
    CONFIDENCE,
    CONFIDENCES,
    FORM,
    MODEL,
    NO_YEAR,
    SECTION,
    YEAR,
    Wanted,
)
from pages.parts.frame import Frame


def choose(page: Frame, territory: Territory) -> Wanted:
    """What to make, from choices that the address keeps."""
    labels = {one.value: one.label for one in Deliverable}
    default = Deliverable.PORTRAIT.value
    deliverable = Deliverable(
        frame.choose(
            "Document",
            labels,
            MODEL,
            default=default,
            clears=(FORM, SECTION),
            horizontal=True,
        )
    )
    blocks.note(deliverable.about)
    first, second, third = st.columns([2, 2, 2])
    with first:
        form = _form(deliverable)
    with second:
        reference = selection.choose_reference(page, territory)
    with third:
        told = {name: french.typography(words) for name, words in CONFIDENCES.items()}
        level = frame.choose(
            "Intervalles de confiance à",
            told,
            CONFIDENCE,
            horizontal=True,
            help_text=helps.of("IC"),
        )
    place = documents_state.place_of(page, territory)
    return Wanted(
        page,
        territory,
        deliverable,
        form,
        reference.value,
        level,
        _sections(place) if _has_sections(deliverable) else None,
        _year() if deliverable is Deliverable.DIALOGUE else None,
    )


def _form(deliverable: Deliverable) -> str:
    options = {form: FORMS[form][0] for form in deliverable.forms}
    return frame.choose("Format", options, FORM, horizontal=True)


def _has_sections(deliverable: Deliverable) -> bool:
    return deliverable in (Deliverable.DIAGNOSIS, Deliverable.SLIDES, Deliverable.PICTURES)


def _sections(place: str) -> tuple[str, ...] | None:
    """The sections kept, None for all; at least one is needed to make a document."""
    key = documents_state.sections_key(place)
    if frame.component_state(key) is None:
        documents_state.put_sections(place, None)
    chosen = documents_state.chosen_sections(place)
    count = len(SECTIONS) if chosen is None else len(chosen)
    told = "toutes" if chosen is None else f"{count} sur {len(SECTIONS)}"
    with st.expander(french.typography(f"Sections du document : {told}")):
        st.pills(
            "Sections à garder",
            list(SECTIONS),
            selection_mode="multi",
            format_func=lambda name: SECTIONS[name][0],
            key=key,
            persist_state="session",
            help="Sans aucune section choisie, elles y sont toutes.",
        )
    return documents_state.chosen_sections(place)


def _year() -> int | None:
    """The contract year whose follow-up is told, None for a sheet to complete by hand."""
    years = {NO_YEAR: "Sans suivi : fiche à compléter"} | {
        str(year): f"Année {year}" for year in range(1, TERM_YEARS + 1)
    }
    chosen = frame.choose(
        "Année du contrat suivie",
        years,
        YEAR,
        default=NO_YEAR,
        horizontal=True,
        help_text="Le suivi est celui de la page « ACI : contrat et suivi ».",
    )
    return None if chosen == NO_YEAR else int(chosen)
