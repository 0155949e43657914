"""What the team adds to the document: paragraphs, the grid, the priorities."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.references import Kind
from cpts_data.documents.content import SECTIONS
from cpts_data.documents.deliverables import Deliverable
from cpts_data.documents.prompts import PROMPTS
from cpts_data.reading import standing_out
from cpts_data.reference.aci_tables import aci_tables
from pages.parts import blocks, documents_state, frame, grid_texts, saved_work, store
from pages.parts.documents_state import FIELDS, LONGEST_CELL, LONGEST_TEXT, NEED, SECTION, Wanted

_NEED = (
    "Le besoin",
    (
        "Quel problème vécu par les habitants et les professionnels la CPTS veut-elle résoudre ?",
        "Que permettra-t-elle que personne ne fait aujourd'hui ?",
    ),
)
_HEIGHT = 220
_WRITTEN = " ✎"


def show(wanted: Wanted) -> None:
    """The texts that the document takes; nothing for one that takes none."""
    synthetic = wanted.deliverable in (Deliverable.DIAGNOSIS, Deliverable.SLIDES)
    synthetic = synthetic and (wanted.sections is None or "synthese" in wanted.sections)
    if not wanted.written and not synthetic:
        return
    blocks.section(
        "Ce que l'équipe ajoute",
        "Les chiffres ne disent ni les causes ni les projets : ces textes prennent leur place dans "
        f"le document. {saved_work.NO_PERSON}",
    )
    if wanted.written:
        _paragraphs(wanted)
    if synthetic:
        _grid(wanted)
        _priorities(wanted)


def _paragraphs(wanted: Wanted) -> None:
    """One text at a time: its section, its questions, the text."""
    labels = {section: _label(wanted, section) for section in wanted.written}
    count = sum(label.endswith(_WRITTEN) for label in labels.values())
    told = f"Paragraphes de l'équipe ({french.count_of(count, 'écrit')} sur {len(labels)})"
    with st.expander(french.typography(told), expanded=True):
        left, right = st.columns([2, 3])
        with left:
            section = frame.choose("Section à compléter", labels, SECTION)
            _, questions = _asked(section)
            items = "".join(f"<li>{escape(french.typography(one))}</li>" for one in questions)
            st.html(f'<ul class="cpts-note">{items}</ul>')
        with right:
            st.text_area(
                french.typography(f"Texte de la section « {_asked(section)[0]} »"),
                key=documents_state.text_key(wanted.place, section),
                height=_HEIGHT,
                max_chars=LONGEST_TEXT,
                placeholder="Une ligne fait un paragraphe.",
                persist_state="session",
            )


def _asked(section: str) -> tuple[str, tuple[str, ...]]:
    """The title of a section, and what it asks of the team."""
    return _NEED if section == NEED else (SECTIONS[section][0], PROMPTS[section])


def _label(wanted: Wanted, section: str) -> str:
    written = documents_state.text(wanted.place, section)
    return _asked(section)[0] + (_WRITTEN if written else "")


def _grid(wanted: Wanted) -> None:
    """The grid, opened when asked: what it proposes takes the figures of every theme."""
    title = french.typography("Grille : forces, faiblesses, opportunités, menaces")
    panel = st.expander(title, on_change="rerun", key="documents_grille")
    if not panel.open:
        return
    with panel:
        own = store.whole_reading(wanted.page.diagnostic, wanted.territory)
        facts = standing_out.facts(own, Kind(wanted.reference), net_only=True)
        blocks.note("La grille de la page « Synthèse » : ce que vous écrivez vaut pour les deux.")
        grid_texts.areas(wanted.page, wanted.territory, facts)


def _priorities(wanted: Wanted) -> None:
    """Problem, mission, action, ACI indicator, target: one line for each priority."""
    place = wanted.place
    with st.expander(french.typography("Priorités : du problème à l'indicateur de suivi")):
        blocks.note(
            "Une ligne par priorité. Sans aucune ligne, le document laisse un tableau à remplir."
        )
        documents_state.settle(place)
        rows = documents_state.base(place)
        table = pd.DataFrame(
            [[getattr(row, name) for name in FIELDS] for row in rows], columns=list(FIELDS)
        ).astype("object")
        tables = aci_tables()
        words = st.column_config.TextColumn
        choice = st.column_config.SelectboxColumn
        st.data_editor(
            table,
            key=documents_state.table_key(place),
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            placeholder="",
            column_config={
                "problem": words("Problème", max_chars=LONGEST_CELL, width="medium"),
                "mission": choice("Mission", options=sorted(set(tables.missions["libelle"]))),
                "action": words("Action", max_chars=LONGEST_CELL, width="medium"),
                "indicator": choice(
                    "Indicateur ACI", options=list(tables.indicateurs_suivi["libelle"])
                ),
                "target": words("Cible", max_chars=LONGEST_CELL),
            },
        )
        documents_state.note_priorities(place)
