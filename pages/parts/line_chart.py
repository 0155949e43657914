"""A chart of indicators, one line each: figure, interval, reference, target, on one axis.

It is a table whose middle column is drawn: what the drawing says, the cells around it say in words.
A verdict is told by the shape of its mark as well as by its colour. Pure: lines in, HTML out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cpts_data.measures import Status
from cpts_data.reading import marks
from cpts_data.reading.line_charts import Line, LineChart, ticks
from pages.parts import cards, figure_marks
from pages.parts.cards import text


@dataclass(frozen=True)
class Axis:
    """Places on a line, in percent of its width; what lies beyond stays at the edge."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Where a value stands."""
        return min(max((value - self.low) / (self.high - self.low) * 100, 0.0), 100.0)

    def mark(self, kind: str, value: float) -> str:
        """One mark; nothing for a value that is not known."""
        if math.isnan(value):
            return ""
        return f'<i class="{kind}" style="left:{self.at(value):.2f}%"></i>'

    def span(self, kind: str, low: float, high: float) -> str:
        """A stroke from one value to another; nothing when one is not known."""
        if math.isnan(low) or math.isnan(high):
            return ""
        left, right = self.at(low), self.at(high)
        return f'<i class="{kind}" style="left:{left:.2f}%;width:{right - left:.2f}%"></i>'

    def grid(self) -> str:
        """Its round marks, as faint vertical strokes behind a line."""
        return "".join(self.mark("grid", value) for value, _ in ticks(self.low, self.high))

    def scale(self, title: str) -> str:
        """Its title and its round marks in figures, for the head of the column."""
        told = "".join(
            f'<b style="left:{self.at(value):.2f}%">{text(words)}</b>'
            for value, words in ticks(self.low, self.high)
        )
        return (
            f'<span class="cpts-scale"><span>{text(title)}</span>'
            f'<span class="cpts-ticks" aria-hidden="true">{told}</span></span>'
        )


def table(chart: LineChart, name: str) -> str:
    """The whole chart; ``name`` is the territory's."""
    axis = Axis(*chart.ends)
    references = list(dict.fromkeys(marks.reference_name(one.shown.beside) for one in chart.lines))
    beside = references[0] if len(references) == 1 else "Référence"
    aims = any(not math.isnan(line.target) for line in chart.lines)
    head = ["Indicateur", name, axis.scale(chart.axis), text(beside)]
    head = [text(head[0]), text(head[1]), *head[2:], *(["Cible"] if aims else []), "Verdict"]
    titles = "".join(f'<th scope="col">{one}</th>' for one in head)
    rows = "".join(_row(chart, line, axis, (name, beside), aims=aims) for line in chart.lines)
    return (
        '<div class="cpts-table-wrap" tabindex="0"><table class="cpts-table cpts-lines '
        f'cpts-stack cpts-spined cpts-charted"><caption class="cpts-unseen">{text(chart.heading)}'
        f"</caption><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(chart: LineChart, line: Line, axis: Axis, names: tuple[str, str], *, aims: bool) -> str:
    shown = line.shown
    own, beside = names
    told = cards.interval_text(shown)
    interval = f"<small>IC {text(told)}</small>" if told else ""
    tag = "<small>estimation</small>" if shown.status is Status.ESTIMATED else ""
    figure = f"<b>{figure_marks.figure(shown.row, text(line.figure))}</b>{interval}{tag}"
    reference = figure_marks.reference(
        shown.beside, text(marks.value_beside(shown.beside, shown.indicator))
    )
    cells = [(own, figure), ("", _drawn(chart, line, axis)), (beside, reference)]
    if aims:
        cells.append(("Cible", _aim(line)))
    cells.append(("Verdict", cards.chip(line.mark) or "–"))
    body = "".join(
        f'<td data-label="{text(label)}"><span>{cell}</span></td>' for label, cell in cells
    )
    about = figure_marks.about(shown.row)
    when = text(str(shown.row["period"]))
    return f'<tr {about}><th scope="row">{text(line.label)}<small>{when}</small></th>{body}</tr>'


def _aim(line: Line) -> str:
    if line.shown.target is None:
        return "–"
    figure = text(marks.value_beside(line.shown.target, line.shown.indicator))
    return figure_marks.reference(line.shown.target, figure)


def _drawn(chart: LineChart, line: Line, axis: Axis) -> str:
    """The drawing of one line; its words are in the cells around it."""
    across = line.reference if chart.across is None else chart.across
    tone = line.mark.tone
    parts = [
        axis.grid(),
        axis.mark("ref" if chart.across is None else "ref whole", across),
        axis.span("ci", line.lower, line.upper),
        axis.mark("aim", line.target),
        axis.mark(f"dot {tone}", line.value),
    ]
    return f'<span class="cpts-spine cpts-plot" aria-hidden="true">{"".join(parts)}</span>'
