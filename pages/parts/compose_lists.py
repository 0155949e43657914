"""A list pasted or dropped: read at once, every line answered, doubts chosen by hand."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.composition.lists import (
    Entry,
    ListReading,
    UnreadableListError,
    read_list,
    text_of_file,
)
from pages.parts import blocks, compose_state, compose_store, frame
from pages.parts.compose_state import Workshop
from pages.parts.uploads import on_disk

_READ = "composer_liste_lue"
_MOST_ASKED = 25
_MOST_TEXT = 2_000_000
_EXAMPLE = "Aubagne\nSaint-Rémy-de-Provence (13)\n13055\n83137 Toulon ; 40 %"


def show(workshop: Workshop) -> None:
    """The text, the file, the context, then what was understood."""
    text = st.text_area(
        "Noms ou codes, un par ligne (ou séparés par des virgules)",
        key="composer_liste",
        height=150,
        max_chars=_MOST_TEXT,
        placeholder=_EXAMPLE,
    )
    with st.container(key="depot_composer"):
        upload = st.file_uploader(
            "Ou un fichier (texte, CSV, Excel)", ["txt", "csv", "xlsx"], key="composer_fichier"
        )
    context = _context(workshop)
    if st.button("Lire la liste", type="primary", width="stretch"):
        try:
            if upload is not None:
                with on_disk([upload]) as (path,):
                    text = text_of_file(path, bytes(upload.getbuffer()[:4]))
        except UnreadableListError as error:
            st.error(blocks.plain(french.typography(str(error))))
            return
        namer = compose_store.finder(workshop.diagnostic).namer
        frame.keep(_READ, read_list(text, namer, context))
    reading: ListReading | None = frame.kept(_READ)
    if reading is not None:
        _result(workshop, reading)


def _context(workshop: Workshop) -> list[str]:
    """Where a name without département is looked for first."""
    units = workshop.land.units
    codes = sorted({str(code) for code in units["departement"].dropna()})
    held = [code for code, _ in workshop.told.departements]
    usual = [*workshop.diagnostic.field_departements(), *held]
    return frame.choose_several(
        "Départements des noms qui n’en disent pas",
        {code: code for code in codes},
        "contexte",
        default=list(dict.fromkeys(usual)),
        placeholder="Toute la France",
        help_text="Un nom porté par une seule commune de ces départements est pris ; sinon, la "
        "page demande laquelle.",
    )


def _result(workshop: Workshop, reading: ListReading) -> None:
    st.html(f'<p class="cpts-lead" role="status">{escape(reading.sentence)}</p>')
    for remark in reading.remarks:
        blocks.note(remark)
    chosen = _choices(workshop, reading)
    weights = {**reading.kept, **chosen}
    st.button(
        f"Ajouter {french.count_of(len(weights), 'commune')}",
        key="liste_ajouter",
        on_click=compose_state.add,
        args=(workshop, weights),
        disabled=not weights,
        type="primary",
        width="stretch",
    )
    st.button(
        "Remplacer le territoire par la liste",
        key="liste_remplacer",
        on_click=compose_state.put,
        args=(workshop, weights),
        disabled=not weights,
        width="stretch",
    )
    _table("Lignes non reconnues", reading.unknown, "Pourquoi")
    _table("Comprises autrement que telles quelles", reading.told, "Compris comme")


def _choices(workshop: Workshop, reading: ListReading) -> dict[str, float]:
    """The candidates that the reader keeps, entry by entry."""
    asked = reading.doubtful[:_MOST_ASKED]
    if not asked:
        return {}
    found: dict[str, float] = {}
    with st.expander(f"À préciser ({french.number(len(reading.doubtful))})", expanded=True):
        for rank, entry in enumerate(asked):
            kept = st.multiselect(
                blocks.plain(f"Ligne {entry.line} : {entry.message}"),
                list(entry.candidates),
                default=list(entry.likely),
                format_func=workshop.land.label,
                key=f"composer_doute_{rank}_{hash(entry)}",
                placeholder="Aucune",
            )
            found |= dict.fromkeys(kept, entry.part)
        if len(reading.doubtful) > _MOST_ASKED:
            count = len(reading.doubtful) - _MOST_ASKED
            rest = french.count_of(count, "autre ligne", "autres lignes")
            blocks.note(f"{rest} à préciser : ajoutez le département ou le code dans la liste.")
    return found


def _table(title: str, entries: tuple[Entry, ...], why: str) -> None:
    if not entries:
        return
    with st.expander(f"{title} ({french.number(len(entries))})"):
        rows = pd.DataFrame(
            {
                "Ligne": [one.line for one in entries],
                "Écrit": [one.text for one in entries],
                why: [one.message for one in entries],
            }
        )
        st.dataframe(rows, hide_index=True, width="stretch", height=min(320, 38 * (len(rows) + 1)))
