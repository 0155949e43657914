"""Make the document when asked, show its pages, hand it over."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape

import streamlit as st

from cpts_data import french
from cpts_data.documents import preview
from cpts_data.documents.deliverables import FORMS, file_name, make
from cpts_data.documents.exports import NoContoursError
from cpts_data.documents.material import Material
from cpts_data.documents.model import Options
from cpts_data.territories import Level
from pages.parts import blocks, frame, store
from pages.parts.documents_state import Wanted

_MADE, _ASKED = "document_fait", "document_demande"
_FIRST_PAGES, _MORE_PAGES, _MOST_PAGES = 4, 12, 60
_ACROSS = 2
_LINES = 40
_SEEN = "document_pages"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Made:
    """A document that was made: of which wish, its content, and the PDF that shows it."""

    wish: str
    name: str
    form: str
    content: bytes
    shown: bytes
    seconds: float


def show(wanted: Wanted) -> None:
    """The button, then the document: to take away, and to look at."""
    _panel(wanted)


@st.fragment
def _panel(wanted: Wanted) -> None:
    options = wanted.options()
    wish = _wish(wanted, options)
    place = st.empty()
    if frame.kept(_ASKED, False):
        frame.keep(_ASKED, False)
        with place:
            done = _prepare(wanted, options, wish)
        if done:
            place.empty()
    held: Made | None = frame.kept(_MADE)
    ready = held is not None and held.wish == wish
    left, right = st.columns([2, 3], vertical_alignment="center")
    with left:
        st.button(
            f"Préparer : {wanted.deliverable.label} ({FORMS[wanted.form][0]})",
            type="secondary" if ready else "primary",
            key="documents_preparer",
            on_click=frame.keep,
            args=(_ASKED, True),
            width="stretch",
        )
    with right:
        if held is not None:
            _hand_over(held, wish)
    if held is not None and held.wish == wish:
        _preview(held)


def _wish(wanted: Wanted, options: Options) -> str:
    """What tells one document from another: all that changes a word of it."""
    told = [wanted.place, wanted.deliverable.value, wanted.form, asdict(options)]
    text = json.dumps(told, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _prepare(wanted: Wanted, options: Options, wish: str) -> bool:
    """Make the document, saying what is being done; False, with the reason, when it cannot be."""
    start = time.perf_counter()
    with st.status("Préparation du document…", expanded=True) as status:
        try:
            status.write("Lecture des chiffres du territoire")
            material = _material(wanted)
            material.own(wanted.territory)
            status.write(french.typography("Rédaction : phrases, tableaux, cartes, graphiques"))
            content = make(material, wanted.territory, wanted.deliverable, wanted.form, options)
            status.write("Aperçu")
            shown = _shown(wanted, material, content, options)
        except NoContoursError as error:
            status.update(label=str(error), state="error")
            return False
        except Exception:  # a fault of ours: told in French, written whole in the log
            _LOG.exception("a document could not be made")
            status.update(label=_FAULT, state="error")
            return False
    seconds = time.perf_counter() - start
    name = file_name(wanted.territory, wanted.deliverable, wanted.form)
    frame.keep(_MADE, Made(wish, name, wanted.form, content, shown, seconds))
    frame.keep(_SEEN, _FIRST_PAGES)
    return True


_FAULT = french.typography(
    "Ce document n'a pas pu être fait. Vos textes sont gardés : essayez un autre format, ou "
    "signalez-le à qui tient cette installation (le détail est dans son journal)."
)


def _material(wanted: Wanted) -> Material:
    own = wanted.territory if wanted.territory.level is Level.COMPOSED else None
    return store.document_material(wanted.page.diagnostic, own)


def _shown(wanted: Wanted, material: Material, content: bytes, options: Options) -> bytes:
    """The PDF that shows the document: itself, or the same content for a Word file."""
    if wanted.form == "pdf":
        return content
    if wanted.form == "docx":
        return make(material, wanted.territory, wanted.deliverable, "pdf", options)
    return b""


# Hand over


def _hand_over(held: Made, wish: str) -> None:
    if held.wish != wish:
        blocks.note(
            f"« {held.name} » a été préparé avec d'autres choix ou d'autres textes : préparez-le "
            "de nouveau pour qu'il les suive."
        )
        return
    size = french.size_in_bytes(len(held.content))
    st.download_button(
        f"Télécharger {FORMS[held.form][0]} ({size})",
        held.content,
        held.name,
        FORMS[held.form][1],
        on_click="ignore",
        key="documents_telecharger",
        type="primary",
        width="stretch",
    )


# Preview


def _preview(held: Made) -> None:
    blocks.note(f"« {held.name} », préparé en {french.number(held.seconds, 1)} s.")
    if held.shown:
        _pages(held)
    elif held.form == "pptx":
        titles = list(preview.slide_lines(held.content))
        _listed(f"{french.count_of(len(titles), 'diapositive')}, une idée chacune", titles)
    elif held.form == "xlsx":
        lines = [
            f"{name} ({french.count_of(max(rows - 3, 0), 'ligne')}, "
            f"{french.count_of(columns, 'colonne')})"
            for name, rows, columns in preview.sheet_lines(held.content)
        ]
        _listed(french.count_of(len(lines), "feuille"), lines)
    elif held.form == "zip":
        lines = list(preview.archive_lines(held.content))
        _listed(french.count_of(len(lines), "fichier"), lines)


def _pages(held: Made) -> None:
    """The first pages, and the others when asked."""
    count = preview.page_count(held.shown)
    seen = min(int(frame.kept(_SEEN, _FIRST_PAGES)), count)
    title = french.count_of(count, "page")
    if held.form == "docx":
        title += " dans la version PDF du même contenu ; Word peut couper autrement"
    blocks.note(f"Aperçu : {title}.")
    images = preview.page_images(held.shown, range(seen))
    for first in range(0, seen, _ACROSS):
        for place, column in enumerate(st.columns(_ACROSS)):
            page = first + place
            if page < seen:
                with column, st.container(border=True):
                    st.image(images[page], alt=f"Page {page + 1} sur {count}", width="stretch")
    if seen < min(count, _MOST_PAGES):
        more = min(_MORE_PAGES, count - seen)
        st.button(
            f"Montrer {french.count_of(more, 'page')} de plus",
            on_click=lambda: frame.keep(_SEEN, seen + more),
            key="documents_pages",
        )


def _listed(title: str, lines: Sequence[str]) -> None:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines[:_LINES])
    blocks.note(f"Aperçu : {title}.")
    st.html(f'<ol class="cpts-outline">{items}</ol>')
