"""« Enregistrer »: one block for every page whose work is kept in the database.

A page says what it saves with a :class:`Desk`, calls :func:`receive` as soon as it opens (a link
may be in the address), and :func:`block` where the block stands. Nothing is asked of the database
while a page is drawn: only at clicks, and when a link is opened.
"""

from __future__ import annotations

from html import escape

import streamlit as st

from cpts_data import french
from cpts_data.analysis.composed import read_compositions
from cpts_data.records import (
    MAXIMUM_AUTHOR,
    MAXIMUM_TITLE,
    Kind,
    Record,
    RecordsError,
    how_long_ago,
)
from pages.parts import (
    blocks,
    frame,
    saved_desk,
    saved_links,
    saved_session,
    saved_trouble,
    store,
)
from pages.parts.frame import Frame
from pages.parts.saved_desk import Desk
from pages.parts.saved_session import LINK, Opened

__all__ = ["NO_PERSON", "Desk", "block", "receive", "reminder"]

_SOUGHT = "travaux_cherche"
# Works that are those of one territory: choosing another one leaves them.
_OF_A_TERRITORY = (Kind.CONTRACT, Kind.FOLLOW_UP, Kind.DIAGNOSIS)
NO_PERSON = (
    "N'écrivez jamais le nom d'un patient ni d'un professionnel : seuls des nombres, des communes "
    "et des fonctions sont utiles."
)


def receive(page: Frame, desk: Desk) -> None:
    """Open the link of the address, if there is one. To be called right after ``open_page``."""
    asked = frame.parameter(LINK)
    held = saved_session.opened(desk.place)
    if asked is None:
        return
    if held is not None and held.record.read_token == asked:
        for reason in saved_desk.refused_of(desk):
            st.warning(blocks.plain(french.typography(reason)))
        return
    try:
        record = saved_session.read(store.records(), asked)
    except RecordsError as error:
        st.error(blocks.plain(str(error)))
        return
    if record.kind is not desk.kind:
        _another_kind(record)
    elif desk.kind in _OF_A_TERRITORY and record.territory != desk.territory:
        _elsewhere(record)
    else:
        saved_desk.open_work(page, desk, record)
        st.rerun()


def _elsewhere(record: Record) -> None:
    """The work of another territory: go there, unless the reader has just left it."""
    if saved_session.is_held(record.id):
        frame.remember(**{LINK: None})
        return
    if frame.kept(_SOUGHT) != record.read_token:
        frame.keep(_SOUGHT, record.read_token)
        texts = record.content.get("territoires_composes")
        known = [one for one in texts if isinstance(one, str)] if isinstance(texts, list) else []
        compositions, _ = read_compositions(known)
        if compositions:
            frame.write_compositions(compositions)
        frame.remember(espace=record.space, cpts=record.territory)
        st.rerun()
    frame.remember(**{LINK: None})
    st.warning(
        french.typography(
            f"Ce travail est celui d'un territoire que cette installation ne connaît pas (espace "
            f"« {record.space} ») : il ne peut pas être ouvert ici."
        )
    )


def _another_kind(record: Record) -> None:
    st.warning(
        french.typography(
            f"Ce lien ouvre un autre genre de travail ({saved_links.KINDS[record.kind]})."
        )
    )
    target = saved_links.page_of(record.kind)
    if target:
        frame.link(target, "L'ouvrir sur sa page", **{LINK: record.read_token})


def block(page: Frame, desk: Desk) -> None:
    """Save: which work is in hand, what went wrong, the form, the links to share."""
    if saved_desk.must_run_again():
        st.rerun()
    if told := saved_desk.done():
        st.toast(told)
    blocks.section(f"Enregistrer {desk.noun}")
    held, trouble = saved_desk.in_hand(desk), saved_desk.trouble_of(desk)
    with st.container(border=True, key=f"enregistrer_{_safe(desk)}"):
        if held is not None:
            _status(desk, held)
        if trouble is not None:
            saved_trouble.show(page, desk, trouble)
        if held is not None and held.record.deleted:
            st.button(
                "Rétablir ce travail",
                type="primary",
                on_click=saved_desk.undelete,
                args=(desk, held.record),
            )
        else:
            _form(page, desk, held)
        if held is not None and not held.record.deleted:
            _beside(desk, held)
        blocks.note(f"{_where()} {NO_PERSON}")


def reminder(page: Frame, desk: Desk, *, entered: bool) -> None:
    """One line at the top of a long page: what is not saved yet, and the button that saves it.

    ``entered`` says whether anything was entered on a page that has no work in hand. Nothing is
    said when all is saved.
    """
    held, trouble = saved_desk.in_hand(desk), saved_desk.trouble_of(desk)
    if held is None and not entered:
        return
    if held is not None and (not held.record.editable or held.says(desk.content())) and not trouble:
        return
    told = "Modifié depuis le dernier enregistrement." if held else "Pas encore enregistré."
    if trouble is not None:
        told = "Le dernier enregistrement n'a pas abouti : voyez au bas de la page."
    with st.container(horizontal=True, vertical_alignment="center", key=f"rappel_{_safe(desk)}"):
        st.html(f'<p class="cpts-saved">● {escape(french.typography(told))}</p>')
        if trouble is None:
            st.button(
                "Enregistrer maintenant",
                key=f"rappel_enregistrer_{_safe(desk)}",
                on_click=_save_at_once,
                args=(page, desk),
            )


def _save_at_once(page: Frame, desk: Desk) -> None:
    held = saved_desk.in_hand(desk)
    if held is None:
        saved_desk.create(page, desk, desk.title)
    else:
        saved_desk.save_over(desk, held.record)


def _safe(desk: Desk) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in desk.place)


def _where() -> str:
    if saved_session.is_shared():
        return (
            "Gardé par cette installation partagée, sans compte : gardez le lien, c'est lui qui "
            "rouvre le travail."
        )
    return "Gardé sur cette machine, sans compte ; « Mes travaux » en donne la liste."


def _status(desk: Desk, held: Opened) -> None:
    """Which work is in hand, its version, and whether the page says something else by now."""
    record = held.record
    name = f"« {record.title} »" if record.title else "Ce travail"
    who = f" par {record.author}" if record.author else ""
    told = f"{name} – version {record.version}, {how_long_ago(record.saved_at)}{who}."
    if record.deleted:
        told += " Ce travail est supprimé ; il peut être rétabli."
    elif held.says(desk.content()):
        told += " À jour." if record.editable else " Ouvert en lecture."
    elif record.editable:
        told += " ● Modifié depuis : pas encore enregistré."
    else:
        told += " ● Modifié depuis, ouvert en lecture : enregistrez vos changements à part."
    st.html(f'<p class="cpts-saved" role="status">{escape(french.typography(told))}</p>')


def _form(page: Frame, desk: Desk, held: Opened | None) -> None:
    """Title, author, and the buttons: one form, so that Enter saves."""
    place = _safe(desk)
    mine = held is not None and held.record.editable
    titled = held.record.title if held is not None and mine else desk.title
    which = f"{held.record.id}_{held.record.version}" if held is not None else "nouveau"
    keys = (f"travail_titre_{place}_{which}", f"travail_auteur_{place}")
    with st.form(f"travail_{place}", border=False):
        left, middle, right = st.columns([5, 3, 4], vertical_alignment="bottom")
        with left:
            st.text_input(
                "Nom du travail", titled[:MAXIMUM_TITLE], key=keys[0], max_chars=MAXIMUM_TITLE
            )
        with middle:
            st.text_input(
                "Qui enregistre (facultatif)",
                saved_session.author()[:MAXIMUM_AUTHOR],
                key=keys[1],
                max_chars=MAXIMUM_AUTHOR,
                help="Un prénom ou une fonction, déclaré par vous : gardé pour cette session, "
                "montré dans l'historique.",
            )
        with right, st.container(horizontal=True, vertical_alignment="bottom"):
            if mine:
                st.form_submit_button(
                    "Enregistrer",
                    type="primary",
                    key=f"travail_enregistrer_{place}",
                    on_click=_save,
                    args=(page, desk, keys),
                )
            st.form_submit_button(
                "Enregistrer à part" if held is not None else "Enregistrer",
                type="secondary" if mine else "primary",
                key=f"travail_creer_{place}",
                on_click=_create,
                args=(page, desk, keys),
                help=None
                if held is None
                else "Fait un autre travail ; celui qui est ouvert reste comme il est.",
            )


def _beside(desk: Desk, held: Opened) -> None:
    """Links to share, the history, and the way out."""
    with st.container(horizontal=True, vertical_alignment="center"):
        saved_links.share(desk.page, _safe(desk), held.record)
        frame.link(
            saved_links.LIST, "Historique, copie, suppression", **{LINK: held.record.read_token}
        )
        st.button(
            "Fermer ce travail",
            key=f"travail_fermer_{_safe(desk)}",
            type="tertiary",
            on_click=saved_desk.close,
            args=(desk,),
            help="La page garde ce qu'elle montre ; le travail reste enregistré.",
        )


def _entered(keys: tuple[str, str]) -> str:
    """The title that was typed; the author is kept for the session."""
    saved_session.sign(str(frame.component_state(keys[1]) or ""))
    return str(frame.component_state(keys[0]) or "")


def _create(page: Frame, desk: Desk, keys: tuple[str, str]) -> None:
    saved_desk.create(page, desk, _entered(keys))


def _save(page: Frame, desk: Desk, keys: tuple[str, str]) -> None:
    title, held = _entered(keys), saved_desk.in_hand(desk)
    if held is None:
        saved_desk.create(page, desk, title)
    else:
        saved_desk.save_over(desk, held.record, title)
