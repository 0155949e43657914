"""What is said when a work could not be saved: two versions side by side, or a way out.

Nothing is lost in any case: what the page shows stays there, somebody else's version is in the
database, a text that was refused is a draft of the history, and a file may be taken away.
"""

from __future__ import annotations

from html import escape

import streamlit as st

from cpts_data import french
from cpts_data.records import Record, RecordsError, file_of_one, how_long_ago
from pages.parts import blocks, saved_desk, saved_session
from pages.parts.frame import Frame
from pages.parts.saved_desk import Desk, Trouble


def show(page: Frame, desk: Desk, trouble: Trouble) -> None:
    """Say what happened and what may be done."""
    if trouble.theirs is not None:
        _conflict(page, desk, trouble, trouble.theirs)
        return
    st.error(blocks.plain(trouble.message))
    blocks.note(
        "Rien n'est perdu : ce que montre la page reste dans cette session. Recommencez dans un "
        "instant, ou emportez-le dans un fichier, que « Mes travaux » sait reprendre."
    )
    _take_away(page, desk)


def _take_away(page: Frame, desk: Desk) -> None:
    try:
        file = file_of_one(
            desk.kind,
            space=page.space_id,
            title=desk.title,
            content=desk.content(),
            territory=desk.territory,
            author=saved_session.author(),
        )
    except RecordsError as error:
        st.error(blocks.plain(str(error)))
        return
    blocks.download("Emporter ce travail (fichier)", file, "travail.json", "application/json")


def _conflict(page: Frame, desk: Desk, trouble: Trouble, theirs: Record) -> None:
    """The two versions, what differs first, and three ways out, none of which loses anything."""
    st.warning(blocks.plain(trouble.message))
    st.html(_side_by_side(desk, theirs))
    place = "".join(sign if sign.isalnum() else "_" for sign in desk.place)
    with st.container(horizontal=True):
        st.button(
            "Garder ma version",
            type="primary",
            key=f"conflit_mienne_{place}",
            on_click=_keep_mine,
            args=(desk, theirs),
            help="La vôtre devient la version actuelle ; l'autre reste dans l'historique.",
        )
        st.button(
            "Prendre l'autre version",
            key=f"conflit_autre_{place}",
            on_click=saved_desk.take,
            args=(page, desk, theirs),
            help="La page montre l'autre version ; la vôtre est un brouillon de l'historique.",
        )
        st.button(
            "Garder les deux",
            key=f"conflit_deux_{place}",
            on_click=saved_desk.create,
            args=(page, desk, f"{theirs.title or desk.title} (ma version)"),
            help="La vôtre devient un autre travail, à côté.",
        )


def _keep_mine(desk: Desk, theirs: Record) -> None:
    saved_desk.save_over(desk, theirs)


def _side_by_side(desk: Desk, theirs: Record) -> str:
    """A table of what both versions say, without what they say alike."""
    there, here = dict(desk.tell(theirs.content)), dict(desk.tell(desk.content()))
    labels = dict.fromkeys([*there, *here])
    different = [one for one in labels if there.get(one) != here.get(one)]
    who = theirs.author or "une autre session"
    heads = ("", f"Version de {who}, {how_long_ago(theirs.saved_at)}", "La vôtre")
    rows = [(one, there.get(one, "–"), here.get(one, "–")) for one in different]
    if theirs.deleted:
        rows.insert(0, ("État", "supprimé", "en cours"))
    if not rows:
        rows = [("Contenu", "identique", "identique")]
    alike = len(labels) - len(different)
    note = f"{french.count_of(alike, 'élément identique', 'éléments identiques')}." if alike else ""
    head = "".join(f'<th scope="col">{escape(french.typography(one))}</th>' for one in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(french.typography(label))}</th>'
        f'<td data-label="{escape(heads[1])}"><span>{escape(one)}</span></td>'
        f'<td data-label="{escape(heads[2])}"><span>{escape(other)}</span></td></tr>'
        for label, one, other in rows
    )
    return (
        '<div class="cpts-table-wrap"><table class="cpts-table cpts-lines cpts-stack">'
        f"<caption>Ce qui diffère</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        f'</table></div><p class="cpts-note">{escape(french.typography(note))}</p>'
    )
