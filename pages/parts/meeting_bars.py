"""The bars of a meeting screen: one figure, its interval, its references, in large type. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

from cpts_data.analysis.compare import Basis
from cpts_data.analysis.grammar import bare
from cpts_data.indicators import Indicator
from cpts_data.measures import Status
from cpts_data.reading import marks
from cpts_data.reading.comparisons import Shown
from cpts_data.territories import Territory
from pages.parts import cards, figure_marks

_MOST = 4
_PERIODS = 5


@dataclass(frozen=True)
class Bar:
    """One bar: its name, value, interval if any, and a second line under the figure."""

    name: str
    value: float
    lower: float = math.nan
    upper: float = math.nan
    note: str = ""
    own: bool = False
    mark: Callable[[str], str] = str


def bars_of(shown: Shown, territory: Territory) -> list[Bar]:
    """The territory first, when it has a figure of its own, then references that have one."""
    row, beside = shown.row, shown.beside
    note = "estimation" if shown.status is Status.ESTIMATED else ""
    ends = float(beside["lower"]), float(beside["upper"])
    mark = partial(figure_marks.figure, row)
    found = [Bar(territory.name, float(row["value"]), *ends, note, own=True, mark=mark)]
    if shown.status is Status.CONTEXT:
        found = []
    for other in (beside, *shown.others):
        if len(found) == _MOST:
            break
        value = float(other["reference_value"])
        if math.isnan(value):
            continue
        period = str(other["reference_period"])
        told = [period] if period not in ("", "nan", str(row["period"])) else []
        if str(other["basis"]) == Basis.DIFFERENT.value:
            told.append("autre définition")
        mark = partial(figure_marks.reference, other)
        found.append(Bar(marks.reference_name(other), value, note=", ".join(told), mark=mark))
    return found


def periods_of(shown: Shown) -> list[Bar]:
    """The latest periods of the territory, in order, for a sentence that tells a trend."""
    found = []
    for row in shown.history:
        value = float(row["value"])
        if str(row["status"]) in (Status.OBSERVED, Status.ESTIMATED) and not math.isnan(value):
            ends = float(row["lower"]), float(row["upper"])
            mark = partial(figure_marks.figure, row)
            found.append(Bar(str(row["period"]), value, *ends, own=True, mark=mark))
    return found[-_PERIODS:]


def bars(found: Sequence[Bar], indicator: Indicator) -> str:
    """Bars as HTML, every text escaped; figures alone when one of them is under zero."""
    ends = [bar.value for bar in found] + [bar.upper for bar in found if not math.isnan(bar.upper)]
    top = max(ends) * 1.04
    plain = min(bar.value for bar in found) < 0 or top <= 0
    rows = "".join(_bar(bar, indicator, 0.0 if plain else top) for bar in found)
    unit = "" if indicator.unit.startswith("%") else f" ({indicator.unit})"
    title = f'<p class="meet-who">{cards.text(indicator.label + unit)}</p>'
    kind = "meet-bars meet-plain" if plain else "meet-bars"
    return f'{title}<div class="{kind}">{rows}</div>'


def _bar(bar: Bar, indicator: Indicator, top: float) -> str:
    track = ""
    if top > 0:
        track = f'<i style="width:{bar.value / top * 100:.1f}%"></i>'
        if not math.isnan(bar.lower) and not math.isnan(bar.upper):
            left = max(bar.lower, 0.0) / top * 100
            width = bar.upper / top * 100 - left
            track += f'<u style="left:{left:.1f}%;width:{width:.1f}%"></u>'
    figure = bare(bar.value, indicator.unit, indicator.digits)
    note = f"<small>{escape(bar.note)}</small>" if bar.note else ""
    return (
        f'<div class="meet-bar{" own" if bar.own else ""}"><div class="name">{cards.text(bar.name)}'
        f'</div><div class="track" aria-hidden="true">{track}</div>'
        f'<div class="value">{bar.mark(cards.text(figure))}{note}</div></div>'
    )
