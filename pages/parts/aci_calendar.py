"""« Quand ? »: the signature, the timeline, every deadline, and the diary file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.aci import ics
from cpts_data.aci.amounts import Standing
from cpts_data.aci.calendar import FIRST_AGREEMENT, TERM_YEARS, Deadline, Event
from cpts_data.aci.situation import state_words
from cpts_data.spreadsheets import as_csv
from pages.parts import aci_state, aci_timeline, blocks, frame, present
from pages.parts.aci_state import AciPage
from pages.parts.panels import panel

_LAST_SIGNATURE = dt.date(2190, 12, 31)
_ICONS = {"faite": "✓", "depassee": "!", "non_renseignee": "?", "proche": "◆", "a_venir": "→"}


def show(aci: AciPage) -> None:
    """The section « Quand ? »."""
    blocks.section("Quand ?")
    _signature(aci)
    if isinstance(aci.found, str):
        return  # « Où en est-on ? » says what is wrong
    if not aci.found or aci.signature is None:
        blocks.nothing_here(
            "Sans date de signature, le calendrier ne peut pas être établi.",
            "Entrez la date de signature du contrat, réelle ou envisagée : chaque échéance en "
            "découle.",
        )
        return
    chart = aci_timeline.figure(aci.found, aci.signature, aci.today, followed=aci.contract.followed)
    present.chart(chart, "aci_calendrier", _summary(aci, aci.found))
    _note_done(aci, aci.found)
    _chosen_dates(aci)
    _table(aci, aci.found)


def _signature(aci: AciPage) -> None:
    key = f"aci_signature_{aci.slot}"
    known = aci.signature
    inside = known is None or FIRST_AGREEMENT <= known <= _LAST_SIGNATURE
    frame.preset(key, known if inside else None)

    def write() -> None:
        day = frame.component_state(key)
        aci_state.change(aci, signature=None if day == aci.listed else day)

    left, right = st.columns([2, 5], vertical_alignment="bottom")
    with left:
        st.date_input(
            "Date de signature du contrat",
            key=key,
            on_change=write,
            min_value=FIRST_AGREEMENT,
            max_value=_LAST_SIGNATURE,
            format="DD/MM/YYYY",
            help="Jour 0 du calendrier. Videz la case pour revenir à la date de la liste.",
        )
    with right:
        if aci.contract.signature and aci.listed:
            blocks.note(
                f"La liste reçue dit : {french.date(aci.listed)}. La date saisie ici l'emporte sur "
                "cette page seulement."
            )
        elif aci.listed:
            blocks.note("Date de la liste reçue. Corrigez-la ici si elle est inexacte.")
        elif aci.contract.signature:
            blocks.note("Date saisie ici : la liste reçue n'en donne pas.")


def _summary(aci: AciPage, found: Sequence[Deadline]) -> str:
    told = " ".join(one.words(aci.today) for one in found)
    return french.typography(f"Calendrier du contrat, échéance par échéance. {told}")


# What is done


def _note_done(aci: AciPage, found: Sequence[Deadline]) -> None:
    """One deadline and the day it was done; empty to take it back."""
    labels = {
        one.key: f"{'✓ ' if one.done else ''}{one.label} ({french.date(one.due)})" for one in found
    }
    waiting = [one.key for one in found if one.done is None]
    chosen_key, day_key = f"aci_faite_{aci.slot}", f"aci_faite_le_{aci.slot}"

    def write() -> None:
        key, day = str(frame.component_state(chosen_key)), frame.component_state(day_key)
        kept = {name: one for name, one in aci.contract.done.items() if name != key}
        aci_state.change(aci, done=kept if day is None else {**kept, key: day})

    with st.form(f"aci_fait_{aci.slot}", border=False):
        left, middle, right = st.columns([5, 2, 2], vertical_alignment="bottom")
        with left:
            first = list(labels).index(waiting[0]) if waiting else 0
            st.selectbox(
                "Noter ce qui est fait",
                list(labels),
                index=first,
                format_func=labels.__getitem__,
                key=chosen_key,
            )
        with middle:
            st.date_input(
                "Fait le (vide : pas fait)",
                None,
                key=day_key,
                min_value=min(FIRST_AGREEMENT, aci.today),
                max_value=aci.today,
                format="DD/MM/YYYY",
            )
        with right:
            st.form_submit_button("Noter", on_click=write, width="stretch")
    past = [one for one in found if one.done is None and one.due < aci.today]
    if past:
        st.button(
            f"Tout ce qui est passé ({len(past)}) a été fait à temps",
            key=f"aci_tout_fait_{aci.slot}",
            on_click=_all_done,
            args=(aci, past),
            help="Note chaque échéance passée comme faite le jour de son échéance ; corrigez "
            "ensuite celles qui ne l'ont pas été.",
        )


def _all_done(aci: AciPage, past: Sequence[Deadline]) -> None:
    aci_state.change(aci, done={**aci.contract.done, **{one.key: one.due for one in past}})


def _chosen_dates(aci: AciPage) -> None:
    """Dates that the CPTS and its partners choose: optional missions, dialogues de gestion."""
    optional = [code for code in aci.contract.optional if code in aci.scale.missions]
    with panel("Dates que la CPTS choisit : missions optionnelles, dialogues", "aci_dates"):
        if not optional:
            blocks.note(
                "Les missions optionnelles se choisissent dans « Combien ? » ; leurs dates se "
                "notent ensuite ici."
            )
        for code in optional:
            left, right = st.columns(2)
            for column, rank, word in ((left, 0, "démarrage"), (right, 1, "déploiement")):
                with column:
                    _chosen(aci, code, rank, f"{aci.scale.missions[code].label} : {word}")
        columns = st.columns(TERM_YEARS)
        for year, column in enumerate(columns, 1):
            with column:
                _dialogue(aci, year)


def _chosen(aci: AciPage, code: str, rank: int, label: str) -> None:
    key = f"aci_choisie_{code}_{rank}_{aci.slot}"
    pair = aci.contract.chosen.get(code, (None, None))
    frame.preset(key, pair[rank])

    def write() -> None:
        day = frame.component_state(key)
        fresh = (day, pair[1]) if rank == 0 else (pair[0], day)
        kept = {name: one for name, one in aci.contract.chosen.items() if name != code}
        aci_state.change(aci, chosen={**kept, code: fresh} if any(fresh) else kept)

    st.date_input(
        label, key=key, on_change=write, min_value=FIRST_AGREEMENT, max_value=_LAST_SIGNATURE,
        format="DD/MM/YYYY",
    )  # fmt: skip


def _dialogue(aci: AciPage, year: int) -> None:
    key = f"aci_dialogue_{year}_{aci.slot}"
    frame.preset(key, aci.contract.dialogues.get(year))

    def write() -> None:
        day = frame.component_state(key)
        kept = {name: one for name, one in aci.contract.dialogues.items() if name != year}
        aci_state.change(aci, dialogues=kept if day is None else {**kept, year: day})

    st.date_input(
        f"Dialogue, année {year}",
        key=key,
        on_change=write,
        min_value=FIRST_AGREEMENT,
        max_value=_LAST_SIGNATURE,
        format="DD/MM/YYYY",
    )


# The same in a table, and in a diary


def _table(aci: AciPage, found: Sequence[Deadline]) -> None:
    with panel(f"Toutes les échéances ({len(found)}), en tableau", "aci_echeances"):
        st.html(_as_html(aci, found))
        notes = dict.fromkeys(one.note for one in found if one.event is Event.DIALOGUE and one.note)
        for note in notes:
            blocks.note(f"Dialogues de gestion. {note}")
    sources = dict.fromkeys(text for one in found for text in one.source.split(" ; ") if text)
    with st.container(horizontal=True):
        blocks.download(
            "Calendrier pour agenda (.ics)",
            _diary(aci, found),
            "calendrier_aci.ics",
            "text/calendar",
        )
        blocks.download(
            "Échéances (CSV)", as_csv(_export(aci, found)), "echeances_aci.csv", "text/csv"
        )
    blocks.note(
        "L'agenda reçoit les échéances à venir, avec un rappel un mois avant ; le réimporter met "
        "les dates à jour sans doublon. Échéances : "
        f"{french.enumeration(list(sources))}."
    )


def _as_html(aci: AciPage, found: Sequence[Deadline]) -> str:
    rows = []
    for one in found:
        alert = one.alert(aci.today).value
        tone = aci_timeline.tone_of(alert, followed=aci.contract.followed)
        words = state_words(one, aci.today, followed=aci.contract.followed)
        if one.days_late:
            words += f", {french.count_of(one.days_late, 'jour')} après l'échéance"
        check = " (à vérifier)" if one.standing is Standing.TO_CHECK else ""
        cells = (
            ("Au plus tard", f"{french.date(one.due)}{check}"),
            ("Fait le", french.date(one.done) if one.done else "–"),
            ("État", f"{_ICONS[tone]} {words}"),
        )
        told = "".join(
            f'<td data-label="{label}"><span>{escape(french.typography(text))}</span></td>'
            for label, text in cells
        )
        note = ""
        if one.note and one.event is not Event.DIALOGUE:
            note = f"<small>{escape(french.typography(one.note))}</small>"
        label = escape(french.typography(one.label))
        rows.append(f'<tr class="cpts-state-{tone}"><th scope="row">{label}{note}</th>{told}</tr>')
    heads = "".join(
        f'<th scope="col">{one}</th>' for one in ("Échéance", "Au plus tard", "Fait le", "État")
    )
    return (
        '<div class="cpts-table-wrap"><table class="cpts-table cpts-lines cpts-stack cpts-dates">'
        f"<caption>Toutes les échéances</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _export(aci: AciPage, found: Sequence[Deadline]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cpts": aci.territory.name,
            "echeance": [one.label for one in found],
            "au_plus_tard": [one.due.isoformat() for one in found],
            "fait_le": [one.done.isoformat() if one.done else "" for one in found],
            "etat": [state_words(one, aci.today, followed=aci.contract.followed) for one in found],
            "statut": [one.standing.words for one in found],
            "source": [one.source for one in found],
            "remarque": [one.note for one in found],
        }
    )


def _diary(aci: AciPage, found: Sequence[Deadline]) -> bytes:
    ahead = [one for one in found if one.due >= aci.today or one.event is Event.TERM]
    return ics.to_ics(
        ics.entries_of(ahead, aci.territory.name),
        contract=aci.slot,
        name=aci.territory.name,
        now=aci_state.now(),
    )
