"""Stages, their dates, and the documents expected: a check-list that is saved with the contract."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from cpts_data import french
from cpts_data.aci.amounts import Standing
from cpts_data.aci.stages import FIRST_DAY, UNKNOWN, Document, Stage
from cpts_data.sources.cpts_liste import STAGES
from pages.parts import aci_state, aci_status, blocks, frame
from pages.parts.aci_state import AciPage
from pages.parts.panels import panel

_FROM_LIST = "liste"


def show(aci: AciPage) -> None:
    """What comes next, then every stage with its date and its documents."""
    found = aci_status.progress_of(aci)
    first = aci.signature is None and aci.stage != "aci_signe"
    with panel(_title(aci), "aci_etapes", expanded=first):
        if isinstance(found, str):
            st.error(blocks.plain(found))
        elif aci.signature is not None and not aci.envisaged:
            blocks.note(found.words)
        _declared(aci)
        for stage in aci.stages:
            _stage(aci, stage)
        blocks.note(
            "Un stade déclaré ici se lit sur « Accueil » à côté de celui de la liste officielle, "
            "qu'il ne remplace jamais."
        )


def _title(aci: AciPage) -> str:
    documents = [one for stage in aci.stages for one in stage.documents]
    ready = sum(one.name in aci.contract.ready for one in documents)
    return f"Étapes et documents attendus ({ready} sur {len(documents)} prêts)"


def _declared(aci: AciPage) -> None:
    """The stage that the CPTS declares; the list's, unless it says otherwise."""
    labels = {_FROM_LIST: f"Celui de la liste : {STAGES[aci.stage_listed].lower()}"}
    labels |= {stage.code: stage.label for stage in aci.stages}
    key = f"aci_stade_{aci.slot}"
    frame.preset(key, aci.contract.stage or _FROM_LIST)

    def write() -> None:
        chosen = str(frame.component_state(key))
        aci_state.change(aci, stage="" if chosen == _FROM_LIST else chosen)

    st.selectbox(
        "Stade déclaré", list(labels), format_func=labels.__getitem__, key=key, on_change=write
    )


def _stage(aci: AciPage, stage: Stage) -> None:
    reached = _rank(aci) >= stage.rank
    sign = "✓" if reached else "○"
    st.markdown(
        f"**{sign} {stage.rank}. {blocks.plain(stage.label)}** – {blocks.plain(stage.meaning)}"
    )
    left, right = st.columns([2, 5])
    with left:
        _date(aci, stage)
    with right:
        for document in stage.documents:
            _document(aci, document)


def _rank(aci: AciPage) -> int:
    return 0 if aci.stage == UNKNOWN else {one.code: one.rank for one in aci.stages}[aci.stage]


def _date(aci: AciPage, stage: Stage) -> None:
    known = aci_status.stage_dates(aci).get(stage.code)
    key = f"aci_etape_{stage.code}_{aci.slot}"
    signed = stage.code == "aci_signe"
    frame.preset(key, known)

    def write() -> None:
        day = frame.component_state(key)
        if signed:
            aci_state.change(aci, signature=day)
            return
        kept = {code: one for code, one in aci.contract.stage_dates.items() if code != stage.code}
        aci_state.change(aci, stage_dates=kept if day is None else {**kept, stage.code: day})

    st.date_input(
        french.typography(f"Date : {stage.dated_event}"),
        key=key,
        on_change=write,
        min_value=FIRST_DAY,
        max_value=max(aci.today, known or FIRST_DAY) if not signed else dt.date(2199, 12, 31),
        format="DD/MM/YYYY",
    )


def _document(aci: AciPage, document: Document) -> None:
    key = f"aci_document_{document.name}_{aci.slot}"
    frame.preset(key, document.name in aci.contract.ready)
    contents = " ; ".join(
        one.text + (" (à vérifier)" if one.standing is Standing.TO_CHECK else "")
        for one in document.contents
    )
    sources = " ; ".join(dict.fromkeys(one.source for one in document.contents))

    def write() -> None:
        ready = set(aci.contract.ready) - {document.name}
        if frame.component_state(key):
            ready.add(document.name)
        aci_state.change(aci, ready=tuple(sorted(ready)))

    st.checkbox(
        blocks.plain(document.name),
        key=key,
        on_change=write,
        help=f"Source : {sources}",
    )
    blocks.note(contents)
