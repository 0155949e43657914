"""« Mes travaux »: the list of what this session may find, and the way to each."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from cpts_data import french
from cpts_data.records import Entry, Kind, RecordsError, how_long_ago
from cpts_data.territories import Level
from pages.parts import blocks, frame, saved_links, saved_session, store
from pages.parts.frame import Frame
from pages.parts.saved_session import LINK

_ALL = "tous"
_STEP = 15
_MORE = "travaux_montres"
_STATES = {"en_cours": "En cours", "supprimes": "Supprimés"}


def lead() -> None:
    """What the list holds, by the kind of installation."""
    if not saved_session.is_shared():
        blocks.lead(
            "Tout ce que vous avez enregistré sur cette machine : territoires, scénarios, "
            "contrats, notes. Rien n'est jamais écrasé : chaque enregistrement est une version, "
            "et ce qui est supprimé se rétablit."
        )
        return
    who = saved_session.identity()
    found = "les travaux que vous avez écrits" if who else "les travaux de cette session"
    blocks.lead(
        f"Installation partagée : la liste montre {found}, et ceux dont vous avez ouvert le lien. "
        "Sans compte, le lien est la clé : gardez celui de chaque travail."
    )


def entries(page: Frame) -> list[Entry] | None:
    """The works to show, filtered as the address says; None, said on the screen, without them."""
    first, second, third = st.columns([3, 4, 3], vertical_alignment="bottom")
    kinds = {_ALL: "Tous les genres"} | {
        kind.value: label.capitalize() for kind, label in saved_links.KINDS.items()
    }
    with first:
        chosen = frame.choose("Genre", kinds, "genre")
    with second:
        words = frame.ask("Chercher dans les titres", "cherche", "Un mot du titre ou de l'auteur")
    with third:
        state = frame.choose("État", _STATES, "etat", horizontal=True)
    try:
        found = store.records().listing(
            saved_session.identity(),
            links=saved_session.links(),
            kind=None if chosen == _ALL else Kind(chosen),
            deleted=state == "supprimes",
        )
    except RecordsError as error:
        st.error(blocks.plain(str(error)))
        st.button("Réessayer", on_click=_try_again)
        return None
    told = words.casefold()
    here = {one.id for one in found}
    return [
        one
        for one in found
        if one.attached_to not in here and told in f"{one.title} {one.author}".casefold()
    ]


def _try_again() -> None:
    try:
        store.records(asked=True)
    except RecordsError:
        return  # the list says why


def show(page: Frame, found: Sequence[Entry]) -> None:
    """One line per work: what it is, when, by whom; open it, or see all that may be done."""
    if not found:
        blocks.nothing_here(
            "Aucun travail à montrer ici.",
            "Enregistrez depuis « Simulateur », « ACI » ou « Composer », ouvrez un lien reçu, ou "
            "reprenez un fichier plus bas.",
        )
        return
    most = int(frame.kept(_MORE, _STEP))
    blocks.note(
        french.count_of(len(found), "travail", "travaux") + ", du plus récent au plus ancien."
    )
    for one in found[:most]:
        _line(page, one)
    if len(found) > most:
        st.button("Montrer la suite", on_click=frame.keep, args=(_MORE, most + 2 * _STEP))


def _line(page: Frame, one: Entry) -> None:
    with st.container(border=True, key=f"travail_ligne_{one.id}"):
        left, middle, right = st.columns([7, 2, 2], vertical_alignment="center")
        with left:
            st.html(line_html(page, one))
        with middle:
            _open_button(one)
        with right:
            st.button(
                "Détails",
                key=f"travail_details_{one.id}",
                on_click=_manage,
                args=(one,),
                width="stretch",
                help=f"Historique, liens, copie, suppression : {title_of(one)}",
            )


def line_html(page: Frame, one: Entry, *, titled: bool = True) -> str:
    """A work in two lines: its title; then kind, territory, version, author and when."""
    told = [saved_links.KINDS[one.kind], place_words(page, one)]
    told.append(f"version {one.version}")
    told.append(how_long_ago(one.saved_at) + (f" par {one.author}" if one.author else ""))
    if not one.editable:
        told.append("en lecture")
    words = french.typography(" · ".join(text for text in told if text))
    title = f"<b>{escape(title_of(one))}</b>" if titled else ""
    return f'<div class="cpts-work">{title}<span>{escape(words)}</span></div>'


def title_of(one: Entry) -> str:
    """The title, or the kind of a work without one."""
    return one.title or saved_links.KINDS[one.kind].capitalize()


def place_words(page: Frame, one: Entry) -> str:
    """The territory and the space of a work, as this installation names them."""
    known = page.diagnostic.territories(Level.CPTS).table["name"]
    here = one.space == page.space_id
    name = str(known[one.territory]) if here and one.territory in known.index else ""
    space = "" if here else f"espace « {one.space} »"
    return " · ".join(text for text in (name, space) if text)


def _manage(one: Entry) -> None:
    saved_session.note_links(one)
    frame.remember(**{LINK: one.read_token})


def _open_button(one: Entry) -> None:
    page = saved_links.page_of(one.kind)
    asked = st.button(
        "Ouvrir",
        key=f"travail_ouvrir_{one.id}",
        type="primary",
        disabled=page is None or one.deleted,
        width="stretch",
        help=f"Ouvrir : {title_of(one)}",
    )
    if asked and page:
        go_to(page, one)


def go_to(page: str, one: Entry) -> None:
    """Leave for the page of a work, which opens it afresh."""
    saved_session.note_links(one)
    saved_session.drop(one.id)
    frame.go(
        page,
        espace=one.space,
        cpts=one.territory or None,
        composition=None,
        **{LINK: one.read_token},
    )
