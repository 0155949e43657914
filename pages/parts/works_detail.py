"""One saved work: open, rename, copy, share, go back to an earlier version, delete, take away."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cpts_data import french
from cpts_data.records import (
    MAXIMUM_TITLE,
    Action,
    ConflictError,
    Record,
    RecordsError,
    Revision,
    how_long_ago,
)
from pages.parts import (
    blocks,
    frame,
    saved_links,
    saved_session,
    store,
    works_list,
    works_words,
)
from pages.parts.frame import Frame
from pages.parts.saved_session import LINK

_TROUBLE, _DONE, _SEEN = "travail_souci", "travail_fait", "travail_version_vue"
_SHOWN = 25
_ACTIONS = {
    Action.CREATION: "création",
    Action.SAVE: "enregistrement",
    Action.DRAFT: "brouillon (jamais retenu)",
    Action.RESTORATION: "retour à une version",
    Action.DELETION: "suppression",
    Action.RECOVERY: "rétablissement",
    Action.IMPORT: "import d'un fichier",
}


def asked(page: Frame) -> Record | None:
    """The work of the address, None without one; a link that opens nothing is told."""
    link = frame.parameter(LINK)
    if link is None:
        return None
    try:
        return saved_session.read(store.records(), link)
    except RecordsError as error:
        st.error(blocks.plain(str(error)))
        frame.remember(**{LINK: None})
        return None


def show(page: Frame, record: Record) -> None:
    """Everything that may be done with a work."""
    blocks.title(works_list.title_of(record))
    _tell()
    st.html(works_list.line_html(page, record, titled=False))
    with st.container(horizontal=True):
        _open(record)
        st.button("Revenir à la liste", on_click=frame.remember, kwargs={LINK: None})
    lines = works_words.tell(page, record.kind, record.content)
    if lines:
        blocks.section("Ce qu'il contient")
        st.html(works_words.table(lines))
    if record.editable:
        _rename(record)
    target = saved_links.page_of(record.kind)
    if target and not record.deleted:
        blocks.section("Partager")
        saved_links.panel(target, "details", record)
    _history(page, record)
    _last(record)


def _tell() -> None:
    if trouble := frame.kept(_TROUBLE):
        st.error(blocks.plain(french.typography(trouble)))
    elif done := frame.kept(_DONE):
        st.success(blocks.plain(french.typography(done)))
    frame.keep(_TROUBLE, None)
    frame.keep(_DONE, None)


def _open(record: Record) -> None:
    target = saved_links.page_of(record.kind)
    if target and not record.deleted and st.button("Ouvrir", type="primary"):
        works_list.go_to(target, record)


def _attempt(act: Callable[[], Record], told: str) -> Record | None:
    """Do something with a work; what happened is told at the next run."""
    try:
        record = act()
    except ConflictError as conflict:
        frame.keep(_TROUBLE, str(conflict))
        return None
    except RecordsError as error:
        frame.keep(_TROUBLE, str(error))
        return None
    saved_session.note_links(record)
    frame.keep(_DONE, told)
    return record


def _signed() -> dict[str, str]:
    return {"author": saved_session.author(), "identity": saved_session.identity()}


def _rename(record: Record) -> None:
    key = f"renommer_{record.id}_{record.version}"

    def rename() -> None:
        title = str(frame.component_state(key) or "")
        done = _attempt(
            lambda: store.records(asked=True).save(
                record.key,
                record.content,
                expected_version=record.version,
                title=title,
                **_signed(),
            ),
            "Travail renommé.",
        )
        if done:
            saved_session.replace_held(done)

    blocks.section("Renommer")
    with st.form("renommer", border=False):
        left, right = st.columns([5, 2], vertical_alignment="bottom")
        with left:
            st.text_input("Nom du travail", record.title, key=key, max_chars=MAXIMUM_TITLE)
        with right:
            st.form_submit_button("Renommer", on_click=rename, disabled=record.deleted)


# History


def _history(page: Frame, record: Record) -> None:
    blocks.section("Historique", "Chaque enregistrement est une version ; aucune n'est effacée.")
    try:
        told = store.records().history(record.key, identity=saved_session.identity())
    except RecordsError as error:
        st.error(blocks.plain(str(error)))
        return
    for one in told[:_SHOWN]:
        _revision(page, record, one)
    if len(told) > _SHOWN:
        blocks.note(f"{french.count_of(len(told) - _SHOWN, 'version plus ancienne')} de plus.")


def _revision(page: Frame, record: Record, one: Revision) -> None:
    current = one.version == record.version
    name = "Brouillon" if one.is_draft else f"Version {one.version}"
    who = f" par {one.author}" if one.author else ""
    told = f"**{name}** · {_ACTIONS[one.action]} · {how_long_ago(one.saved_at)}{blocks.plain(who)}"
    if current:
        told += " · version actuelle"
    if one.title and one.title != record.title:
        told += f" · « {blocks.plain(one.title)} »"
    left, middle, right = st.columns([7, 2, 2], vertical_alignment="center")
    with left:
        st.markdown(french.typography(told))
    if current or not record.editable:
        return
    with middle:
        st.button(
            "Voir",
            key=f"voir_{record.id}_{one.number}",
            on_click=frame.keep,
            args=(_SEEN, (record.id, one.number)),
            width="stretch",
            help=f"{name} : ce qu'elle disait",
        )
    with right:
        st.button(
            "Reprendre",
            key=f"reprendre_{record.id}_{one.number}",
            on_click=_restore,
            args=(record, one),
            width="stretch",
            help=f"{name} devient la version actuelle ; les autres restent ici.",
        )
    if frame.kept(_SEEN) == (record.id, one.number):
        _what_it_said(page, record, one)


def _what_it_said(page: Frame, record: Record, one: Revision) -> None:
    try:
        whole = store.records().revision(record.key, one.number, identity=saved_session.identity())
    except RecordsError as error:
        st.error(blocks.plain(str(error)))
        return
    st.html(works_words.table(works_words.tell(page, record.kind, whole.content or {})))


def _restore(record: Record, one: Revision) -> None:
    done = _attempt(
        lambda: store.records(asked=True).restore(
            record.key, one, expected_version=record.version, **_signed()
        ),
        "Cette version est de nouveau la version actuelle.",
    )
    if done:
        saved_session.drop(record.id)


# Copy, take away, delete


def _last(record: Record) -> None:
    blocks.section("Copier, emporter, supprimer")
    with st.container(horizontal=True):
        st.button("Faire une copie", on_click=_copy, args=(record,), disabled=record.deleted)
        st.download_button(
            "Emporter dans un fichier",
            lambda: store.records(asked=True).export_work(
                [record.key], identity=saved_session.identity()
            ),
            "travail.json",
            "application/json",
            on_click="ignore",
            key=f"emporter_{record.id}",
        )
        if record.editable and not record.deleted:
            st.button("Supprimer", on_click=_delete, args=(record,))
        if record.editable and record.deleted:
            st.button("Rétablir", type="primary", on_click=_undelete, args=(record,))
            st.button(
                "Effacer définitivement",
                on_click=_erase,
                args=(record,),
                help="Avec son historique et ce qui lui est rattaché. Sans retour possible.",
            )
    blocks.note(
        "Un travail supprimé reste récupérable dans « Supprimés ». Le fichier contient le travail, "
        "son historique et ce qui lui est rattaché, jamais les liens."
    )


def _copy(record: Record) -> None:
    title = f"{works_list.title_of(record)[: MAXIMUM_TITLE - 8]} (copie)"
    records = store.records(asked=True)

    def copy() -> Record:
        place = {"space": record.space, "territory": record.territory}
        made = records.create(
            record.kind, title=title, content=record.content, **place, **_signed()
        )
        for one in records.attached(record.key, identity=saved_session.identity()):
            records.create(
                one.kind,
                title=one.title,
                content=one.content,
                attached_to=made.key,
                **place,
                **_signed(),
            )
        return made

    made = _attempt(copy, "Copie faite : c'est elle que vous voyez.")
    if made:
        frame.remember(**{LINK: made.read_token})


def _delete(record: Record) -> None:
    done = _attempt(
        lambda: store.records(asked=True).delete(
            record.key, expected_version=record.version, **_signed()
        ),
        "Travail supprimé. Il reste récupérable.",
    )
    if done:
        saved_session.drop(record.id)


def _undelete(record: Record) -> None:
    _attempt(
        lambda: store.records(asked=True).undelete(record.key, **_signed()), "Travail rétabli."
    )


def _erase(record: Record) -> None:
    try:
        store.records(asked=True).erase(record.key, identity=saved_session.identity())
    except RecordsError as error:
        frame.keep(_TROUBLE, str(error))
        return
    saved_session.drop(record.id)
    saved_session.forget_links(record.id, record.read_token)
    frame.remember(**{LINK: None})
