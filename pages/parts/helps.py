"""Help on the words of the field: what the glossary says, where the word stands.

On a widget or a heading it is Streamlit's own help; in our HTML, a button that opens a box (the
``popover`` of HTML, without a line of script): reached by the keyboard, closed by Escape, above the
page so that nothing moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice

from cpts_data import french
from cpts_data.indicators import Indicator
from cpts_data.reference.competing import Competing, competing_with
from cpts_data.reference.glossary import Term, term, terms_in

_MOST = 4
# Every page says it at the choice of the CPTS.
_KNOWN = ("CPTS",)
_SIGNS = "\\`*_{}[]()#+-!|<>$~:"


def of(*names: str) -> str:
    """The help of a widget: some terms of the glossary, as Streamlit's Markdown."""
    return "\n\n".join(_markdown(term(name)) for name in names)


def of_words(*texts: str) -> str | None:
    """The help of the terms that a heading or a label uses; None when it uses none."""
    found = list(islice(terms_in(*texts), _MOST))
    return "\n\n".join(_markdown(one) for one in found) or None


def of_indicator(indicator: Indicator) -> str:
    """What an indicator counts, then the words that it uses, as Streamlit's Markdown."""
    told = [_plain(french.typography(indicator.definition))]
    told += [_markdown(one) for one in islice(_terms(indicator), _MOST)]
    return "\n\n".join(told)


def button(indicator: Indicator, place: str) -> str:
    """A « ? » that opens what an indicator counts; ``place`` is one word for each block of a page.

    The box is empty of figures: those have their own marks.
    """
    name = f"aide-{place}-{indicator.id}"
    label = escape(french.typography(f"Aide : {indicator.short_label}"))
    texts = (indicator.definition, indicator.caveat)
    told = "".join(f"<span>{escape(french.typography(text))}</span>" for text in texts if text)
    return (
        f'<button type="button" class="cpts-help" popovertarget="{name}" aria-label="{label}">?'
        f'</button><span class="cpts-tip" id="{name}" popover data-indicateur="{indicator.id}">'
        f"<b>{escape(french.typography(indicator.label))}</b>{told}{words(indicator)}"
        f"{competing(indicator)}</span>"
    )


def words(indicator: Indicator) -> str:
    """The words of the field that an indicator uses, each with its definition, as HTML."""
    return _list(islice(_terms(indicator), _MOST))


def competing(indicator: Indicator) -> str:
    """« Autre chiffre en circulation »: what else is said of an indicator, and why, as HTML."""
    told = "".join(
        f"<span>{escape(french.typography(competing_words(one)))}</span>"
        for one in competing_with(indicator.id)
    )
    if not told:
        return ""
    title = french.typography("Autres chiffres en circulation")
    return f'<span class="cpts-others"><b>{title}</b>{told}</span>'


def competing_words(one: Competing) -> str:
    """« 13 % (France, 2025) : rapporté aux seuls assurés… Source : Cnam… (à vérifier). »."""
    about = f" ({one.about})" if one.about else ""
    mark = f" ({one.mark})" if one.mark else ""
    return f"{one.value}{about} : {one.why} Source : {one.source}{mark}."


def of_table(indicators: Sequence[Indicator]) -> str:
    """What one unfolds under a table of many lines: the words of the field in their labels.

    A button on each line would be a stop of the keyboard for each.
    """
    labels = [text for one in indicators for text in (one.short_label, one.label, one.unit)]
    found = sorted(terms_in(*labels), key=lambda one: one.name.casefold())
    if not found:
        return ""
    summary = "<summary>Les mots de ce tableau</summary>"
    return f'<details class="cpts-unfold">{summary}{_list(found)}</details>'


def _list(terms: Iterable[Term]) -> str:
    told = "".join(_html(one) for one in terms)
    return f'<span class="cpts-words">{told}</span>' if told else ""


def _terms(indicator: Indicator) -> list[Term]:
    one = indicator
    found = terms_in(one.short_label, one.label, one.unit, one.definition, one.caveat)
    return [word for word in found if word.name not in _KNOWN]


def _html(one: Term) -> str:
    told = escape(french.typography(one.told))
    return f"<span><dfn>{escape(french.typography(one.name))}</dfn> : {told}</span>"


def _markdown(one: Term) -> str:
    return f"**{_plain(one.name)}** : {_plain(french.typography(one.told))}"


def _plain(text: str) -> str:
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in text)
