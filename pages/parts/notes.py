"""Notes on a territory: what no figure says, kept beside it with who wrote it and when."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from cpts_data import french
from cpts_data.layouts.personal_data import (
    gives_private_line,
    holds_nir,
    names_a_person,
    reaches_a_person,
)
from cpts_data.records import Kind, Record, RecordsError, how_long_ago
from cpts_data.territories import Territory
from pages.parts import blocks, frame, saved_session, store
from pages.parts.frame import Frame
from pages.parts.saved_session import LINK

FORMAT, FORMAT_VERSION = "note", 1
LONGEST = 4_000
_TITLE = 70
_TROUBLE = "notes_souci"
_PERSONAL = (
    (names_a_person, "le nom d'une personne"),
    (holds_nir, "un numéro de sécurité sociale"),
    (reaches_a_person, "les coordonnées d'une personne"),
    (gives_private_line, "un téléphone mobile ou un courriel"),
)


def text_of(content: Mapping[str, Any]) -> str:
    """The text of a note, empty when its content is something else."""
    text = content.get("texte")
    return text if isinstance(text, str) else ""


def section(page: Frame, territory: Territory) -> None:
    """The notes of a territory, the latest first, and the form to write one."""
    blocks.section(
        f"Notes : {territory.name}",
        "Un chiffre qui circule et sa source, une réserve, ce qui reste à demander.",
    )
    try:
        found = saved_session.find(Kind.NOTE, page.space_id, territory.id)
    except RecordsError as error:
        st.error(blocks.plain(str(error)))
        found = []
    for one in found[:20]:
        _note(one)
    _form(page, territory, len(found))


def _note(one: Record) -> None:
    who = f" par {one.author}" if one.author else ""
    text = escape(text_of(one.content)).replace("\n", "<br>")
    with st.container(border=True):
        left, right = st.columns([8, 1], vertical_alignment="top")
        with left:
            st.html(
                f'<p class="cpts-own-text">{text}</p>'
                f'<p class="cpts-note">{escape(how_long_ago(one.saved_at) + who)}</p>'
            )
        with right:
            frame.link("pages/travaux.py", "Détails", **{LINK: one.read_token})


def _form(page: Frame, territory: Territory, count: int) -> None:
    key = f"note_{territory.id}_{count}"

    def write() -> None:
        text = str(frame.component_state(key) or "").strip()
        trouble = fault(text)
        frame.keep(_TROUBLE, trouble)
        if trouble or not text:
            return
        first = text.splitlines()[0]
        try:
            made = store.records(asked=True).create(
                Kind.NOTE,
                space=page.space_id,
                territory=territory.id,
                title=first[:_TITLE] + ("…" if len(first) > _TITLE else ""),
                content={"format": FORMAT, "version": FORMAT_VERSION, "texte": text},
                author=saved_session.author(),
                identity=saved_session.identity(),
            )
        except RecordsError as error:
            frame.keep(_TROUBLE, f"{error} Votre texte est resté dans la case.")
            return
        saved_session.note_links(made)

    with st.form("note", border=False, enter_to_submit=False):
        st.text_area("Écrire une note", key=key, max_chars=LONGEST, height=110)
        st.form_submit_button("Garder cette note", on_click=write)
    if trouble := frame.kept(_TROUBLE):
        st.error(blocks.plain(french.typography(trouble)))


def fault(text: str) -> str:
    """Why a text cannot be kept: what looks like a person is refused, and never repeated."""
    for is_personal, what in _PERSONAL:
        if is_personal(text):
            return (
                f"Ce texte semble contenir {what} : il n'a pas été gardé. Écrivez une fonction "
                "(« la coordinatrice », « un cabinet de Pantin ») ou un total. Il est resté dans "
                "la case."
            )
    return ""
