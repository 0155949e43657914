"""The spine chart: every comparable indicator on one line, around one vertical: the reference.

A line shows the extremes and the quartiles of the CPTS, the figure and its interval, all scaled so
that the farthest extreme touches the edge. Right is favourable; without judgement, right is higher.
It is a table: figures and verdicts are read without the drawing. Pure: rows in, HTML out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from cpts_data.indicators import Theme
from cpts_data.measures import Status
from cpts_data.reading import marks, wording
from cpts_data.reading.comparisons import OwnReading, Shown
from cpts_data.reading.spine import KEY, WAYS, Scale, drawable, is_judged, scale_of
from pages.parts import cards, figure_marks


def line(shown: Shown) -> str:
    """The drawing of one line; its words are in the cells around it."""
    row, indicator = shown.beside, shown.indicator
    scale = scale_of(row, indicator)
    parts = []
    if float(row["among"]) >= 2:
        parts.append(_bar("range", scale, float(row["lowest"]), float(row["highest"])))
        parts.append(_bar("mid", scale, float(row["q1"]), float(row["q3"])))
    parts.append('<i class="ref"></i>')
    kind = "band" if shown.status is Status.BOUNDED else "ci"
    parts.append(_bar(kind, scale, float(row["lower"]), float(row["upper"])))
    value = float(row["value"])
    if shown.status in (Status.OBSERVED, Status.ESTIMATED) and value == value:
        tone = marks.of_comparison(row, indicator).tone
        parts.append(f'<i class="dot {tone}" style="left:{scale.at(value):.1f}%"></i>')
    return f'<span class="cpts-spine" aria-hidden="true">{"".join(parts)}</span>'


def _bar(kind: str, scale: Scale, low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return ""
    left, right = sorted((scale.at(low), scale.at(high)))
    return f'<i class="{kind}" style="left:{left:.1f}%;width:{right - left:.1f}%"></i>'


def table(own: OwnReading, shown: Iterable[Shown], caption: str, reference: str) -> str:
    """The whole chart: one part per theme, judged indicators first."""
    drawn = [one for one in shown if drawable(one)]
    parts = []
    for theme in Theme:
        for judged in (True, False):
            here = [one for one in drawn if one.indicator.theme is theme]
            here = [one for one in here if is_judged(one) is judged]
            if here:
                parts.append(_part(own, theme, judged, here))
    head = ("Indicateur", own.territory.name, "", reference, "Verdict")
    titles = "".join(f'<th scope="col">{cards.text(label)}</th>' for label in head)
    return (
        '<div class="cpts-table-wrap" tabindex="0"><table class="cpts-table cpts-lines '
        f'cpts-stack cpts-spined"><caption>{cards.text(caption)}</caption>'
        f"<thead><tr>{titles}</tr></thead>{''.join(parts)}</table></div>"
    )


def _part(own: OwnReading, theme: Theme, judged: bool, shown: Sequence[Shown]) -> str:
    left, right = WAYS[judged]
    heading = theme.label if judged else f"{theme.label} : ni bon, ni mauvais"
    way = f'<span class="cpts-way"><span>← {left}</span><span>{right} →</span></span>'
    head = (
        f'<tr class="cpts-part"><th colspan="2" scope="rowgroup">{cards.text(heading)}</th>'
        f'<th aria-hidden="true">{way}</th><th colspan="2"></th></tr>'
    )
    return f"<tbody>{head}{''.join(_row(own, one) for one in shown)}</tbody>"


def _row(own: OwnReading, shown: Shown) -> str:
    indicator = shown.indicator
    status = shown.status
    figure = wording.cell(shown.row, indicator)
    if status.has_value:
        figure = marks.bare_value(shown.row, indicator)
    tags = [interval] if (interval := cards.interval_text(shown)) else []
    tags += ["estimation"] if status is Status.ESTIMATED else []
    unit = "" if indicator.unit.startswith("%") else f", {indicator.unit}"
    small = f"<small>{cards.text(' · '.join(tags))}</small>" if tags else ""
    beside = figure_marks.reference(
        shown.beside, cards.text(marks.value_beside(shown.beside, indicator))
    )
    beside += cards.reference_notes(own, shown, shown.beside)
    verdict = cards.chip(marks.of_comparison(shown.beside, indicator)) or "–"
    when = cards.text(f"{shown.row['period']}{unit}")
    cells = (
        (
            own.territory.name,
            f"<b>{figure_marks.figure(shown.row, cards.text(figure))}</b>{small}",
        ),
        ("", line(shown)),
        (marks.reference_name(shown.beside), beside),
        ("Verdict", verdict),
    )
    told = "".join(
        f'<td data-label="{cards.text(label)}"><span>{cell}</span></td>' for label, cell in cells
    )
    name = cards.text(cards.short_name(indicator))
    about = figure_marks.about(shown.row)
    return f'<tr {about}><th scope="row">{name}<small>{when}</small></th>{told}</tr>'


def key() -> str:
    """How to read a line, in words."""
    bounds = "Bande sombre : entre deux bornes, le secret statistique cachant le reste."
    return f'<p class="cpts-note">{cards.text(f"{KEY} {bounds}")}</p>'
