"""The spine chart: every comparable indicator on one line, around one vertical: the reference.

A line shows the extremes and the quartiles of the CPTS, the figure and its interval, all scaled so
that the farthest extreme touches the edge. Right is favourable; without judgement, right is higher.
It is a table: figures and verdicts are read without the drawing. Pure: rows in, HTML out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cpts_data.analysis.compare import Basis
from cpts_data.indicators import Indicator, Polarity, Theme
from cpts_data.measures import Status
from cpts_data.reading import marks
from cpts_data.reading.comparisons import OwnReading, Row, Shown
from pages.parts import blocks, cards

_DRAWN = (Basis.INTERVAL, Basis.GAP_ONLY, Basis.BOUNDS, Basis.UNDECIDED)
_WAYS = {
    True: ("moins favorable", "plus favorable"),
    False: ("plus bas", "plus élevé"),
}


@dataclass(frozen=True)
class Scale:
    """Where a figure stands on a line, in percent: the reference in the middle."""

    middle: float
    span: float
    sign: int

    def at(self, value: float) -> float:
        """Place of a value, kept on the line."""
        place = 50 + self.sign * (value - self.middle) / self.span * 50
        return min(max(place, 0.0), 100.0)


def drawable(shown: Shown) -> bool:
    """Whether an indicator has its place on the chart: a figure or bounds, and a reference."""
    basis = Basis(str(shown.beside["basis"]))
    return basis in _DRAWN and not math.isnan(float(shown.beside["reference_value"]))


def scale_of(row: Row, indicator: Indicator) -> Scale:
    """The scale of a line: the farthest of the peers, or of the figure, touches the edge."""
    middle = float(row["reference_value"])
    ends = [float(row[name]) for name in ("lowest", "highest", "value")]
    if not float(row["among"]) >= 2:
        ends = [float(row[name]) for name in ("lower", "upper", "value")]
    span = max((abs(end - middle) for end in ends if end == end), default=0.0)
    sign = -1 if indicator.polarity is Polarity.LOW_IS_GOOD else 1
    return Scale(middle, span * 1.04 or 1.0, sign)


def line(shown: Shown) -> str:
    """The drawing of one line; its words are in the cells around it."""
    row, indicator = shown.beside, shown.indicator
    scale = scale_of(row, indicator)
    parts = []
    if float(row["among"]) >= 2:
        parts.append(_bar("range", scale, float(row["lowest"]), float(row["highest"])))
        parts.append(_bar("mid", scale, float(row["q1"]), float(row["q3"])))
    parts.append('<i class="ref"></i>')
    parts.append(_bar("ci", scale, float(row["lower"]), float(row["upper"])))
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
            here = [one for one in drawn if one.indicator.theme is theme and _judged(one) is judged]
            if here:
                parts.append(_part(own, theme, judged, here))
    head = ("Indicateur", own.territory.name, "", reference, "Verdict")
    titles = "".join(f'<th scope="col">{cards.text(label)}</th>' for label in head)
    return (
        '<div class="cpts-table-wrap" tabindex="0"><table class="cpts-table cpts-lines '
        f'cpts-stack cpts-spined"><caption>{cards.text(caption)}</caption>'
        f"<thead><tr>{titles}</tr></thead>{''.join(parts)}</table></div>"
    )


def _judged(shown: Shown) -> bool:
    return shown.indicator.polarity is not Polarity.NO_JUDGEMENT


def _part(own: OwnReading, theme: Theme, judged: bool, shown: Sequence[Shown]) -> str:
    left, right = _WAYS[judged]
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
    figure = blocks.cell(shown.row, indicator)
    if status.has_value:
        figure = marks.bare_value(shown.row, indicator)
    tags = [interval] if (interval := cards.interval_text(shown)) else []
    tags += ["estimation"] if status is Status.ESTIMATED else []
    unit = "" if indicator.unit.startswith("%") else f", {indicator.unit}"
    small = f"<small>{cards.text(' · '.join(tags))}</small>" if tags else ""
    beside = cards.text(marks.value_beside(shown.beside, indicator))
    beside += cards.reference_notes(own, shown, shown.beside)
    verdict = cards.chip(marks.of_comparison(shown.beside, indicator)) or "–"
    when = cards.text(f"{shown.row['period']}{unit}")
    cells = (
        (own.territory.name, f"<b>{cards.text(figure)}</b>{small}"),
        ("", line(shown)),
        (marks.reference_name(shown.beside), beside),
        ("Verdict", verdict),
    )
    told = "".join(
        f'<td data-label="{cards.text(label)}"><span>{cell}</span></td>' for label, cell in cells
    )
    name = cards.text(cards.short_name(indicator))
    return f'<tr><th scope="row">{name}<small>{when}</small></th>{told}</tr>'


def key() -> str:
    """How to read a line, in words."""
    words = (
        "Trait noir vertical : la référence. Barre claire : de la plus basse à la plus haute des "
        "CPTS de la région ; barre foncée : la moitié centrale. Point : la CPTS (rond favorable, "
        "losange défavorable, carré sans jugement, cercle vide écart non démontré, petit rond "
        "sans test) ; trait fin : son intervalle de confiance."
    )
    return f'<p class="cpts-note">{cards.text(words)}</p>'
