"""Works in and out as a file: carried from one installation to another, with a report."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from cpts_data import french
from cpts_data.records import MAXIMUM_FILE, Entry, ImportReport, RecordsError
from pages.parts import blocks, frame, saved_session, store, works_list

_REPORT, _TROUBLE = "travaux_rapport", "travaux_rapport_souci"


def show(found: Sequence[Entry]) -> None:
    """Take everything away, or take in a file that somebody sent."""
    blocks.section("Emporter, reprendre")
    if found:
        st.download_button(
            f"Emporter {'ce travail' if len(found) == 1 else f'ces {len(found)} travaux'}",
            lambda: _exported(found),
            "travaux_cpts.json",
            "application/json",
            on_click="ignore",
            key="travaux_emporter",
        )
    with st.container(key="depot_travaux"):
        upload = st.file_uploader(
            "Reprendre un fichier de travaux",
            type=["json"],
            help="Un fichier fait par « Emporter », ici ou dans une autre installation.",
        )
    if upload is not None:
        if upload.size > MAXIMUM_FILE:
            st.error(
                french.typography(
                    f"Fichier de {french.size_in_bytes(upload.size)} : au plus "
                    f"{french.size_in_bytes(MAXIMUM_FILE)}. Exportez moins de travaux à la fois."
                )
            )
        else:
            st.button(
                "Reprendre ces travaux",
                type="primary",
                on_click=_take_in,
                args=(upload.getvalue(),),
            )
    _report()


def _exported(found: Sequence[Entry]) -> bytes:
    return store.records(asked=True).export_work(
        [one.key for one in found],
        identity=saved_session.identity(),
        links=saved_session.links(),
    )


def _take_in(content: bytes) -> None:
    try:
        report = store.records(asked=True).import_work(
            content, author=saved_session.author(), identity=saved_session.identity()
        )
    except RecordsError as error:
        frame.keep(_TROUBLE, str(error))
        frame.keep(_REPORT, None)
        return
    for one in (*report.created, *report.copied, *report.advanced):
        saved_session.note_links(one)
    frame.keep(_TROUBLE, None)
    frame.keep(_REPORT, report)


def _report() -> None:
    if trouble := frame.kept(_TROUBLE):
        st.error(blocks.plain(trouble))
    report: ImportReport | None = frame.kept(_REPORT)
    if report is None:
        return
    told = (
        (report.created, "nouveau", "nouveaux", "ajoutés à la liste"),
        (report.advanced, "mis à jour", "mis à jour", "amenés à une version plus récente"),
        (report.copied, "en copie", "en copie", "modifiés des deux côtés, ou à quelqu'un d'autre"),
        (report.already, "déjà là", "déjà là", "rien à reprendre"),
    )
    lines = []
    for entries, one, many, why in told:
        if entries:
            names = french.enumeration([f"« {works_list.title_of(e)} »" for e in entries[:5]])
            more = f" et {len(entries) - 5} de plus" if len(entries) > 5 else ""
            word = one if len(entries) == 1 else many
            lines.append(f"{len(entries)} {word} ({why}) : {names}{more}")
    for refused in report.refused:
        reasons = " ; ".join(str(flaw) for flaw in refused.flaws)
        lines.append(f"Refusé : « {refused.title or 'sans titre'} ». {reasons}")
    lines = lines or ["Le fichier ne contient aucun travail."]
    items = "".join(f"<li>{escape(french.typography(line))}</li>" for line in lines)
    st.html(
        '<div role="status"><p class="cpts-note">Ce que le fichier a apporté :</p>'
        f'<ul class="cpts-facts">{items}</ul></div>'
    )
