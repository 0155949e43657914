"""The content of any saved work in words, for the history: what a version said."""

from __future__ import annotations

from html import escape

from cpts_data import french
from cpts_data.records import Content, Kind
from pages.parts import aci_saving, compose_saving, notes, simulation_saving
from pages.parts.frame import Frame


def tell(page: Frame, kind: Kind, content: Content) -> list[tuple[str, str]]:
    """A content as (label, words); nothing for a kind that is told on its own page only."""
    if kind is Kind.TERRITORY:
        return compose_saving.tell(page, content)
    if kind is Kind.SCENARIO:
        return simulation_saving.tell(content, None)
    if kind is Kind.CONTRACT:
        return aci_saving.tell(content)
    if kind is Kind.FOLLOW_UP:
        return aci_saving.tell_follow_up(content)
    if kind in (Kind.NOTE, Kind.COMMENT):
        return [("Texte", notes.text_of(content))]
    return []


def table(lines: list[tuple[str, str]]) -> str:
    """The same as a table, escaped."""
    body = "".join(
        f'<tr><th scope="row">{escape(french.typography(label))}</th>'
        f"<td><span>{escape(words)}</span></td></tr>"
        for label, words in lines
    )
    return (
        '<div class="cpts-table-wrap"><table class="cpts-table cpts-lines"><tbody>'
        f"{body}</tbody></table></div>"
    )
