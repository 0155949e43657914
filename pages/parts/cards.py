"""The one block that shows an indicator: a card, a line of a table, or a plain number.

Figure, interval, reference, verdict in words with its sign, small trend, rank, coverage, source and
year. Each group of indicators is one piece of HTML; every text that may come from a file is
escaped by :func:`text`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import TypeAlias

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.references import Kind
from cpts_data.analysis.sentences import (
    interval_sentence,
    rank_words,
    trend_sentence,
)
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing.sparklines import sparkline
from cpts_data.measures import Status
from cpts_data.reading import marks, verdicts, wording
from cpts_data.reading.comparisons import OwnReading, Row, Shown
from cpts_data.reading.noted import OtherFigure
from cpts_data.reading.wording import (
    TAGS,
    capital,
    coverage_words,
    heading,
    interval_text,
    persons_words,
    printed,
    short_name,
)
from cpts_data.territories import Level
from pages.parts import figure_marks, helps
from pages.parts.frame import Frame

_SHORT_UNIT = 3
_NOTHING = "–"
_MASKED = (Status.MASKED, Status.MASKED_BY_US)
Credit = Callable[[str], str]
Others: TypeAlias = Mapping[str, Sequence[OtherFigure]]


def text(words: str) -> str:
    """Words for HTML: French typography, and nothing of them is interpreted."""
    return escape(printed(words))


def cards(
    page: Frame, own: OwnReading, names: Sequence[str], kind: Kind, others: Others | None = None
) -> None:
    """Indicators as cards, in one piece; ``others`` are the figures that people noted beside."""
    beside = dict(others or {})
    told = [
        card(own, own.shown(name, kind), page.diagnostic.credits, beside.get(name, ()))
        for name in names
    ]
    # Five or six cards, or nine, stand by three: none is left alone on a line.
    three = " cpts-by-three" if len(told) % 4 in (1, 2) and len(told) > 4 else ""
    st.html(f'<div class="cpts-cards{three}">{"".join(told)}</div>')


def card(own: OwnReading, shown: Shown, credit: Credit, others: Sequence[OtherFigure] = ()) -> str:
    """The HTML of one card."""
    trend = marks.of_trend(shown.trend, shown.indicator)
    return (
        f'<section class="cpts-card" {figure_marks.about(shown.row)}>'
        f"<h3>{text(heading(shown.indicator))}</h3>"
        f'<div class="cpts-top">{value(shown)}{_spark(shown)}</div>{meta(shown)}'
        f"{_verdict(shown)}{_against(own, shown)}{_target(shown)}{_persons(shown)}"
        f"{_trend_words(trend)}{_coverage(shown)}{noted_beside(others)}{_details(own, shown)}"
        f'<div class="cpts-source">{source_line([credit(str(shown.row["sources"]))])}</div>'
        "</section>"
    )


def noted_beside(others: Sequence[OtherFigure]) -> str:
    """« Autre chiffre noté »: what people wrote beside a figure, which does not change it."""
    return "".join(
        f'<div class="cpts-own-note">{text(f"Autre chiffre noté : {one.told}")}</div>'
        for one in others
    )


def value(shown: Shown) -> str:
    """The figure, large; or why there is none, in words."""
    row, indicator, status = shown.row, shown.indicator, shown.status
    if not status.has_value:
        words = figure_marks.figure(row, text(wording.cell(row, indicator)))
        return f'<div class="cpts-value cpts-none">{words}</div>'
    short = len(indicator.unit) <= _SHORT_UNIT
    unit = f" <small>{text(indicator.unit)}</small>" if short else ""
    tag = TAGS.get(status)
    tag = f' <span class="cpts-tag">{tag}</span>' if tag else ""
    number = text(french.number(float(row["value"]), indicator.digits))
    return f'<div class="cpts-value">{figure_marks.figure(row, number)}{unit}{tag}</div>'


def meta(shown: Shown) -> str:
    """Under the figure: its unit when it is a long one, its period, its interval, its rank."""
    said = []
    if shown.status.has_value and len(shown.indicator.unit) > _SHORT_UNIT:
        said.append(text(shown.indicator.unit))
    if shown.row["period"]:
        said.append(text(str(shown.row["period"])))
    if told := interval_text(shown):
        said.append(f'<abbr title="Intervalle de confiance à 95 %">IC</abbr> {text(told)}')
    if place := rank_words(shown.beside):
        said.append(text(place))
    spans = " · ".join(f"<span>{one}</span>" for one in said)
    return f'<div class="cpts-meta">{spans}</div>' if said else ""


def _spark(shown: Shown) -> str:
    if shown.trend is None or shown.status is Status.CONTEXT:
        return ""
    return sparkline(shown, trend_sentence(shown.trend, shown.indicator))


def chip(mark: marks.Mark) -> str:
    """A verdict: its sign, its words, and a ground of its tone; empty without words."""
    if not mark.words:
        return ""
    sign = f'<b aria-hidden="true">{mark.symbol}</b> ' if mark.symbol else ""
    return f'<div class="cpts-verdict cpts-tone-{mark.tone}">{sign}{text(mark.words)}</div>'


def _verdict(shown: Shown) -> str:
    if shown.status in _MASKED or shown.status is Status.MISSING:
        return ""
    return chip(marks.of_comparison(shown.beside, shown.indicator))


def _against(own: OwnReading, shown: Shown) -> str:
    """The reference chosen: its figure, its period when another, what is to be verified."""
    beside = shown.beside
    target = float(beside["reference_value"])
    if math.isnan(target) or str(beside["basis"]) == "effectif":
        return ""
    name, figure = marks.reference_name(beside), marks.value_beside(beside, shown.indicator)
    told = f"{text(name)}{reference_notes(own, shown, beside)}"
    marked = figure_marks.reference(beside, text(figure))
    return f'<div class="cpts-against"><span>{told}</span><b>{marked}</b></div>'


def reference_notes(own: OwnReading, shown: Shown, beside: Row) -> str:
    """What is to be known of a reference figure: another period, an estimate, to be verified."""
    said = wording.reference_notes(own, shown, beside)
    return f" <small>({text(', '.join(said))})</small>" if said else ""


def _target(shown: Shown) -> str:
    if shown.target is None or not shown.status.has_value:
        return ""
    indicator = shown.indicator
    figure = marks.value_beside(shown.target, indicator)
    source = f" <small>({text(indicator.target_source)})</small>"
    sign = marks.of_comparison(shown.target, indicator).symbol
    marked = figure_marks.reference(shown.target, text(figure))
    told = f'<b><span aria-hidden="true">{sign}</span> {marked}</b>'
    return f'<div class="cpts-against"><span>Cible{source}</span>{told}</div>'


def _persons(shown: Shown) -> str:
    told = persons_words(shown.target or shown.beside, shown.indicator)
    return f'<div class="cpts-persons">{text(told)}</div>' if told else ""


def _trend_words(mark: marks.Mark) -> str:
    if not mark.words:
        return ""
    sign = f'<b class="cpts-ink-{mark.tone}" aria-hidden="true">{mark.symbol}</b> '
    return f'<div class="cpts-trend">{sign if mark.symbol else ""}{text(capital(mark.words))}</div>'


def _coverage(shown: Shown) -> str:
    """Coverage, when part of the population only is known."""
    told = coverage_words(shown)
    return f'<div class="cpts-note">{text(told)}</div>' if told else ""


def _details(own: OwnReading, shown: Shown) -> str:
    """What one unfolds: definition, limits, interval, other references."""
    indicator = shown.indicator
    name = "" if heading(indicator) == indicator.label else f"{indicator.label}. "
    paragraphs = [f"{name}{indicator.definition} {indicator.why}", indicator.caveat]
    if told := interval_sentence(shown.beside, indicator):
        paragraphs.append(told)
    if indicator.target is not None:
        figure = french.with_unit(indicator.target, indicator.unit, 0)
        paragraphs.append(f"Cible : {figure} ({indicator.target_source}).")
    paragraphs += [f"À partir de {first} : {why}." for first, why in indicator.breaks]
    body = "".join(f"<p>{text(one)}</p>" for one in paragraphs if one)
    others = [_other(own, shown, row) for row in shown.others]
    listed = f'<ul class="cpts-beside">{"".join(others)}</ul>' if any(others) else ""
    others_told = helps.competing(indicator)
    summary = "Définition, autres références" + (", autre chiffre" if others_told else "")
    return (
        f"<details><summary>{summary}</summary>{body}{helps.words(indicator)}{listed}"
        f"{others_told}</details>"
    )


def _other(own: OwnReading, shown: Shown, row: Row) -> str:
    if math.isnan(float(row["reference_value"])) or str(row["basis"]) == "effectif":
        return ""
    mark = marks.of_comparison(row, shown.indicator)
    figure = marks.value_beside(row, shown.indicator)
    name = f"{text(marks.reference_name(row))}{reference_notes(own, shown, row)}"
    words = f"<small>{mark.symbol} {text(mark.words)}</small>" if mark.words else ""
    marked = figure_marks.reference(row, text(figure))
    return f"<li><span>{name} {words}</span><b>{marked}</b></li>"


def lines(page: Frame, own: OwnReading, names: Sequence[str], kind: Kind, caption: str) -> None:
    """Indicators as the lines of one table, with their sources under it."""
    shown = [own.shown(name, kind) for name in names]
    head = ["Indicateur", own.territory.name, _column(shown), "Verdict", "Évolution", "Rang"]
    rows = [_line(own, one) for one in shown]
    kept = [place for place in range(len(head)) if any(row[place] != _NOTHING for row in rows)]
    told = table(
        caption,
        [head[place] for place in kept],
        [[row[place] for place in kept] for row in rows],
        unseen=True,
        about=[one.row for one in shown],
    )
    st.html(told + sources(page, shown))


def _column(shown: Sequence[Shown]) -> str:
    names = {
        marks.reference_name(one.beside)
        for one in shown
        if not math.isnan(float(one.beside["reference_value"]))
    }
    return names.pop() if len(names) == 1 else "Référence"


def _line(own: OwnReading, shown: Shown) -> list[str]:
    indicator = shown.indicator
    told = interval_text(shown)
    interval = f"<small>IC {text(told)}</small>" if told else ""
    figure = marks.bare_value(shown.row, indicator) if shown.status.has_value else ""
    tag = "<small>estimation</small>" if shown.status is Status.ESTIMATED else ""
    beside = _NOTHING
    if not math.isnan(float(shown.beside["reference_value"])):
        beside = figure_marks.reference(
            shown.beside, text(marks.value_beside(shown.beside, indicator))
        )
        beside += reference_notes(own, shown, shown.beside)
    trend = marks.of_trend(shown.trend, indicator)
    words = text(f"{trend.symbol} {capital(trend.words)}".strip())
    unit = "" if indicator.unit.startswith("%") else f", {indicator.unit}"
    when = text(f"{shown.row['period']}{unit}")
    return [
        f"{text(short_name(indicator))}{helps.button(indicator, 'ligne')}<small>{when}</small>",
        f"<b>{figure_marks.figure(shown.row, text(figure or wording.cell(shown.row, indicator)))}"
        f"</b>{interval}{tag}",
        beside,
        _verdict(shown) or _NOTHING,
        f"{_spark(shown)}<small>{words}</small>" if trend.words else _NOTHING,
        text(rank_words(shown.beside)) or _NOTHING,
    ]


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    unseen: bool = False,
    about: Sequence[Row] = (),
) -> str:
    """A table whose cells are HTML already escaped; the first of each row is its header.

    ``unseen`` keeps the caption for screen readers, where a heading says the same; ``about`` gives
    what each row speaks of.
    """
    marked = [f" {figure_marks.about(one)}" for one in about] or [""] * len(rows)
    hidden = ' class="cpts-unseen"' if unseen else ""
    titles = "".join(f'<th scope="col">{text(label)}</th>' for label in head)
    body = "".join(
        f'<tr{mark}><th scope="row">{first}</th>{_cells(head[1:], cells)}</tr>'
        for mark, (first, *cells) in zip(marked, rows, strict=True)
    )
    return (
        '<div class="cpts-table-wrap" tabindex="0"><table class="cpts-table cpts-stack cpts-lines">'
        f"<caption{hidden}>{text(caption)}</caption><thead><tr>{titles}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _cells(labels: Sequence[str], cells: Sequence[str]) -> str:
    pairs = zip(labels, cells, strict=True)
    return "".join(
        f'<td data-label="{text(label)}"><span>{cell}</span></td>' for label, cell in pairs
    )


def sources(page: Frame, shown: Sequence[Shown]) -> str:
    """The sources of several figures, each once, under what shows them."""
    return _sources(page.diagnostic, [str(one.row["sources"]) for one in shown])


def sources_of(diagnostic: Diagnostic, rows: pd.DataFrame) -> str:
    """The same for rows of ``Values`` or of a comparison that tell something."""
    told = rows.loc[rows["status"].ne(Status.MISSING.value), "sources"]
    return _sources(diagnostic, [str(one) for one in told.dropna().unique()])


def _sources(diagnostic: Diagnostic, told: Sequence[str]) -> str:
    line = source_line(diagnostic.credits(one) for one in dict.fromkeys(told))
    return f'<p class="cpts-source">{line}</p>' if line else ""


def source_line(credits: Iterable[str]) -> str:
    """Source lines as one, escaped: one dataset is told once, with all its vintages."""
    return escape(wording.source_line(credits))


def numbers(page: Frame, own: OwnReading, names: Sequence[str]) -> None:
    """Plain headcounts, which no reference judges."""
    shown = [own.shown(name, Kind.PEERS) for name in names]
    cells = "".join(
        f"<div><b>{figure_marks.figure(one.row, text(_without_unit(one)))}</b>"
        f"<span>{text(one.indicator.short_label)} ({text(str(one.row['period']))})"
        f"{helps.button(one.indicator, 'nombre')}"
        f"<br><small>{text(rank_words(one.beside))}</small></span></div>"
        for one in shown
    )
    st.html(f'<div class="cpts-figures cpts-counts">{cells}</div>{sources(page, shown)}')


def _without_unit(shown: Shown) -> str:
    return wording.cell(shown.row, shown.indicator).removesuffix(shown.indicator.unit).strip()


def context(page: Frame, own: OwnReading, names: Sequence[str]) -> None:
    """Indicators known for the département only, in one table: context, not the CPTS's figures."""
    shown = [own.shown(name, Kind.REGION) for name in names]
    main = page.diagnostic.territory(Level.DEPARTEMENT, own.territory.departements[0])
    head = ("Indicateur", main.label, "Période", "Région", "France")
    rows = []
    for one in shown:
        unit = (
            ""
            if one.indicator.unit.startswith("%")
            else f"<small>{text(one.indicator.unit)}</small>"
        )
        around = [one.beside, *[row for row in one.others if row["reference"] == Kind.FRANCE.value]]
        rows.append(
            [
                f"{text(one.indicator.short_label)}{helps.button(one.indicator, 'repere')}{unit}",
                f"<b>{figure_marks.figure(one.row, _bare(one))}</b>",
                text(str(one.row["period"])),
                *(_around(own, one, row) for row in around),
            ]
        )
    caption = "Connus pour le département seulement : repères, et non chiffres de la CPTS"
    told = table(caption, head, rows, about=[one.row for one in shown])
    st.html(told + sources(page, shown))


def _around(own: OwnReading, shown: Shown, row: Row) -> str:
    if math.isnan(float(row["reference_value"])):
        return "–"
    marked = figure_marks.reference(row, text(marks.value_beside(row, shown.indicator)))
    return marked + reference_notes(own, shown, row)


def _bare(shown: Shown) -> str:
    return text(marks.bare_value(shown.row, shown.indicator))


def key() -> None:
    """How to read the signs, once per page."""
    items = "".join(
        f'<li><b style="background:{verdicts.GROUNDS[(tone, strong)]}">{sign}</b>{text(words)}</li>'
        for sign, tone, strong, words in verdicts.LEGEND
    )
    st.html(f'<ul class="cpts-signs" aria-label="Lire les signes">{items}</ul>')
