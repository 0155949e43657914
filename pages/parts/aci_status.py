"""« Où en est-on ? »: stage, contract, what is late or not told, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from cpts_data import french
from cpts_data.aci.calendar import RECOVERY, TERM_YEARS, Deadline
from cpts_data.aci.entries import EntryError
from cpts_data.aci.situation import Situation, situation
from cpts_data.aci.stages import UNKNOWN, Progress, progress
from cpts_data.sources.cpts_liste import STAGES
from cpts_data.territories import Level
from pages.parts import aci_state, blocks, figure_marks
from pages.parts.aci_state import AciPage

_NEXT = 3
_MOST_LATE = 4


def show(aci: AciPage) -> None:
    """The first section of the page."""
    if trouble := aci_state.base_trouble():
        st.warning(blocks.plain(trouble))
    blocks.section("Où en est-on ?")
    _figures(aci)
    if isinstance(aci.found, str):
        st.error(blocks.plain(aci.found))
    elif aci.signature is None:
        _before_signature(aci)
    else:
        if aci.envisaged:
            _next_stage(aci)
        _contract(aci, situation_of(aci, aci.found))


def situation_of(aci: AciPage, found: Sequence[Deadline]) -> Situation:
    """Where the contract stands today."""
    assert aci.signature is not None
    return situation(found, aci.signature, aci.today, followed=aci.contract.followed)


def progress_of(aci: AciPage) -> Progress | str:
    """Stage, next stage, documents expected; the faults of the dates, in French, otherwise."""
    try:
        return progress(aci.stages, aci.stage, stage_dates(aci), aci.today, aci.contract.ready)
    except EntryError as error:
        return str(error)


def stage_dates(aci: AciPage) -> dict[str, object]:
    """The days at which stages were reached: those entered, else those of the list."""
    listed = {}
    if aci.stage_day is not None and aci.stage_listed != UNKNOWN:
        listed[aci.stage_listed] = aci.stage_day
    if aci.signature is not None and aci.stage == "aci_signe":
        listed["aci_signe"] = aci.signature
    return {**listed, **aci.contract.stage_dates}


def _figures(aci: AciPage) -> None:
    """Who it is, in one line: stage, signature, contract year, size, inhabitants."""
    told = [_stage(aci)]
    if aci.signature is not None:
        origin = "saisie ici" if aci.contract.signature else "selon la liste reçue"
        what = "signature envisagée" if aci.envisaged else "signature du contrat"
        told.append((french.date(aci.signature), f"{what}, {origin}"))
        if not isinstance(aci.found, str):
            now = situation_of(aci, aci.found)
            year = "terminé" if now.year is None else f"année {now.year} sur {TERM_YEARS}"
            year = "pas commencé" if now.year == 0 else year
            told.append((year.capitalize(), f"contrat jusqu'au {french.date(now.term)}"))
    if aci.size.sizes:
        told.append((aci.size.words, aci.size.bound))
    row: Mapping[int, object] = {}
    people = aci.page.diagnostic.values(["population"], aci.territory.level, [aci.territory.id])
    if aci.size.people > 0:
        when = f" ({aci.size.period})" if aci.size.period else ""
        told.append((french.number(aci.size.people), f"habitants{when}"))
        if aci.size.people == float(people.iloc[0]["value"]):
            row = {len(told) - 1: people.iloc[0].to_dict()}
    cells = "".join(
        f"<div><b>{_marked(value, row.get(place))}</b>"
        f"<span>{escape(french.typography(label))}</span></div>"
        for place, (value, label) in enumerate(told)
    )
    st.html(f'<div class="cpts-figures cpts-contract">{cells}</div>')
    if len(aci.size.sizes) > 1:
        blocks.note(
            f"Plusieurs tailles sont possibles : {' ; '.join(aci.size.reasons)}. Les montants sont "
            "donnés entre la plus petite et la plus grande."
        )


def _marked(value: str, row: object) -> str:
    text = escape(french.typography(value))
    return figure_marks.figure(row, text) if isinstance(row, dict) else text


def _stage(aci: AciPage) -> tuple[str, str]:
    if aci.territory.level is Level.COMPOSED and not aci.contract.stage:
        return "Territoire composé", "hors de la liste des CPTS"
    listed = STAGES[aci.stage_listed]
    if aci.contract.stage and aci.contract.stage != aci.stage_listed:
        return STAGES[aci.contract.stage], f"déclaré ici ; la liste dit : {listed.lower()}"
    when = f"depuis le {french.date(aci.stage_day)}, selon la liste" if aci.stage_day else "stade"
    return listed, when


def _contract(aci: AciPage, now: Situation) -> None:
    blocks.lead(now.headline)
    late = [(one.words(aci.today), "late") for one in now.late[:_MOST_LATE]]
    if len(now.late) > _MOST_LATE:
        more = len(now.late) - _MOST_LATE
        late.append((f"Et {french.count_of(more, 'autre')}, dans « Quand ? ».", "late"))
    coming = [] if now.ended else [(one.words(aci.today), "next") for one in now.coming[:_NEXT]]
    left, right = st.columns(2, gap="large")
    with left:
        if late:
            st.html(_list("Dépassé", late, RECOVERY))
        elif now.untold:
            untold = [
                (f"{one.label} : {french.date(one.due)}", "untold")
                for one in now.untold[-_MOST_LATE:]
            ]
            note = (
                "Une échéance passée n'est dite dépassée que lorsque le contrat est suivi ici : "
                "notez dans « Quand ? » ce qui est fait."
            )
            more = len(now.untold) - len(untold)
            title = "Passé, non renseigné"
            title += f" ({len(untold)} plus récentes sur {len(now.untold)})" if more else ""
            st.html(_list(title, untold, note))
        elif not now.ended:
            st.html(_list("Dépassé", [("Rien.", "done")], ""))
    with right:
        if coming:
            st.html(_list("À venir", coming, ""))
        elif now.ended:
            told = (
                "Si un nouveau contrat est signé, entrez sa date dans « Quand ? » : le calendrier "
                "repart de ce jour."
            )
            st.html(_list("Après les cinq ans", [(told, "next")], ""))


_MARKS = {"late": "!", "untold": "?", "next": "→", "done": "✓"}


def _list(title: str, lines: Sequence[tuple[str, str]], note: str) -> str:
    items = "".join(
        f'<li class="cpts-due-{tone}"><b aria-hidden="true">{_MARKS[tone]}</b>'
        f"<span>{escape(french.typography(text))}</span></li>"
        for text, tone in lines
    )
    told = f'<p class="cpts-note">{escape(french.typography(note))}</p>' if note else ""
    return f'<div class="cpts-due"><h3>{escape(title)}</h3><ul>{items}</ul>{told}</div>'


def _before_signature(aci: AciPage) -> None:
    """A CPTS that has no contract yet, or whose signature is not dated."""
    if aci.stage == "aci_signe":
        blocks.lead(
            "Le contrat est signé, à une date que la liste ne dit pas. Entrez-la dans "
            "« Quand ? » : les échéances en découlent."
        )
        return
    _next_stage(aci)


def _next_stage(aci: AciPage) -> None:
    found = progress_of(aci)
    if isinstance(found, str):
        st.error(blocks.plain(found))
        return
    blocks.lead(found.words)
    for remark in found.remarks:
        blocks.note(remark)
