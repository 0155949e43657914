"""Links to a saved work, shown to be copied, to read and to edit; and where each kind opens."""

from __future__ import annotations

import streamlit as st

from cpts_data import french
from cpts_data.records import Kind, Record, RecordsError
from pages.parts import blocks, frame, saved_session, store

LIST, DOCUMENTS = "pages/travaux.py", "pages/documents.py"
KINDS = {
    Kind.TERRITORY: "territoire composé",
    Kind.SCENARIO: "scénario",
    Kind.CONTRACT: "contrat ACI",
    Kind.FOLLOW_UP: "suivi ACI",
    Kind.DIAGNOSIS: "document",
    Kind.COMMENT: "commentaire",
    Kind.NOTE: "note",
}
_PAGES = {
    Kind.TERRITORY: "pages/composer.py",
    Kind.SCENARIO: "pages/simulateur.py",
    Kind.CONTRACT: "pages/aci.py",
    Kind.DIAGNOSIS: DOCUMENTS,
}
_TROUBLE = "travaux_liens_souci"


def page_of(kind: Kind) -> str | None:
    """The page that opens a kind of work, None when this installation has none."""
    page = _PAGES.get(kind)
    known = {file for pages in frame.MENU.values() for file, _ in pages}
    return page if page in known else None


def share(page: str, place: str, record: Record) -> None:
    """The links of a work, in a panel that opens at a click."""
    with st.popover("Partager par un lien"):
        panel(page, place, record)


def panel(page: str, place: str, record: Record) -> None:
    """The links of a work: to read, to edit, and how to make all of them useless."""
    st.markdown("**Lien pour lire**")
    st.code(saved_session.link_to(page, record, record.read_token), language=None, wrap_lines=True)
    if not saved_session.is_shared():
        blocks.note(
            "Cette installation n'est pas partagée : quiconque y accède peut ouvrir et modifier "
            "ses travaux. Pour une autre installation, emportez plutôt un fichier."
        )
    blocks.note(
        "Qui l'ouvre voit ce travail dans sa dernière version, sans pouvoir le changer."
        if saved_session.is_shared()
        else "Il ouvre ce travail dans sa dernière version."
    )
    if not record.editable:
        return
    token = saved_session.edit_token(record.id)
    st.markdown("**Lien pour modifier**")
    if token:
        st.code(saved_session.link_to(page, record, token), language=None, wrap_lines=True)
    else:
        st.button(
            "Créer un lien pour modifier",
            key=f"lien_modifier_{place}",
            on_click=_make_link,
            args=(record,),
        )
    blocks.note(
        "Toute personne qui a ce lien peut modifier ce travail : ne l'envoyez qu'à celles qui y "
        "travaillent. Il ne peut pas être deviné, et n'est jamais dans l'adresse de la page."
    )
    st.button(
        "Révoquer tous les liens déjà envoyés",
        key=f"lien_revoquer_{place}",
        type="tertiary",
        on_click=_revoke,
        args=(place, record),
    )
    trouble = frame.kept(_TROUBLE)
    if trouble:
        st.error(blocks.plain(french.typography(trouble)))


def _make_link(record: Record) -> None:
    try:
        token = store.records(asked=True).edit_link(record.key, identity=saved_session.identity())
    except RecordsError as error:
        frame.keep(_TROUBLE, str(error))
        return
    frame.keep(_TROUBLE, None)
    saved_session.note_edit_token(record.id, token)


def _revoke(place: str, record: Record) -> None:
    try:
        fresh = store.records(asked=True).revoke_links(
            record.key, identity=saved_session.identity()
        )
    except RecordsError as error:
        frame.keep(_TROUBLE, str(error))
        return
    frame.keep(_TROUBLE, None)
    saved_session.forget_links(record.id, record.read_token)
    saved_session.note_links(fresh)
    saved_session.replace_held(fresh)
    if frame.parameter(saved_session.LINK) == record.read_token:
        frame.remember(**{saved_session.LINK: fresh.read_token})
