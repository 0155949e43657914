"""Two parts of « Sources et méthodes »: the glossary, and the other figures that circulate."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from cpts_data import french
from cpts_data.indicators import INDICATORS
from cpts_data.reading.wording import printed
from cpts_data.reference.competing import Competing, competing_figures
from cpts_data.reference.glossary import Term, glossary, search
from pages.parts import blocks, frame


def words() -> None:
    """The glossary, which one may search."""
    blocks.section("Glossaire")
    asked = frame.ask("Chercher un mot", "mot", "APL, médecin traitant, secret…")
    found = search(asked)
    if not found:
        blocks.nothing_here(
            f"Le glossaire n'a pas « {asked} ».",
            "Essayez un autre mot, ou seulement ses premières lettres.",
        )
        return
    blocks.note(f"{french.count_of(len(found), 'mot')} sur {len(glossary())}.")
    st.html(_list(found))


def _list(terms: Sequence[Term]) -> str:
    items = "".join(f"<dt>{_name(one)}</dt><dd>{_told(one)}</dd>" for one in terms)
    return f'<dl class="cpts-glossary">{items}</dl>'


def _name(one: Term) -> str:
    expansion = f" <small>{_text(one.expansion)}</small>" if one.expansion else ""
    return f"<dfn>{_text(one.name)}</dfn>{expansion}"


def _told(one: Term) -> str:
    forms = [form for form in one.forms if form.casefold() != one.expansion.casefold()]
    also = f" <small>On lit aussi : {_text(', '.join(forms))}.</small>" if forms else ""
    return f"{_text(one.definition)}{also}"


def competing() -> None:
    """The figures that circulate beside those of the catalogue, and why they differ."""
    blocks.section(
        "Autres chiffres en circulation",
        "« Ces chiffres sont faux », dit-on en réunion : souvent, ce sont d'autres chiffres. Les "
        "fiches les rappellent ; « à vérifier » veut dire que le document d'origine n'a pas été "
        "retrouvé.",
    )
    rows = "".join(_row(one) for one in competing_figures())
    head = "".join(
        f'<th scope="col">{title}</th>'
        for title in (
            "Indicateur",
            "Autre chiffre",
            "De qui, quand",
            "Pourquoi il diffère",
            "Source",
        )
    )
    st.html(
        '<div class="cpts-table-wrap" tabindex="0" role="region" '
        'aria-label="Autres chiffres en circulation">'
        '<table class="cpts-table cpts-stack cpts-lines cpts-missing">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(one: Competing) -> str:
    mark = f' <span class="cpts-tag">{_text(one.mark)}</span>' if one.mark else ""
    cells = (
        ("Autre chiffre", f"<b>{_text(one.value)}</b>{mark}"),
        ("De qui, quand", _text(one.about)),
        ("Pourquoi il diffère", _text(one.why)),
        ("Source", _text(one.source)),
    )
    told = "".join(
        f'<td data-label="{escape(label)}"><span>{cell}</span></td>' for label, cell in cells
    )
    return f'<tr><th scope="row">{_text(INDICATORS[one.indicator].short_label)}</th>{told}</tr>'


def _text(words_told: str) -> str:
    return escape(printed(words_told))
