"""Small trends as images of their own: an SVG in a data address, with its words as alternative.

Streamlit's cleaner drops inline SVG; an image keeps it, asks for nothing outside, and is read
aloud. A hole in the figures or a new definition cuts the line.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from cpts_data.indicators import Indicator
from cpts_data.reading.comparisons import Shown

WIDTH, HEIGHT = 104, 34
_EDGE = 5
_LINE = "#14537a"


def sparkline(shown: Shown, words: str) -> str:
    """The image of the latest figures of an indicator; empty with fewer than two of them."""
    points = [float(row["value"]) for row in shown.history]
    if sum(point == point for point in points) < 2:
        return ""
    periods = [str(row["period"]) for row in shown.history]
    svg = _svg(points, _cuts(periods, shown.indicator))
    address = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    return (
        f'<img class="cpts-spark" src="{address}" width="{WIDTH}" height="{HEIGHT}" '
        f'alt="{escape(words, quote=True)}">'
    )


def _cuts(periods: Sequence[str], indicator: Indicator) -> set[int]:
    """Positions before which the line is cut: the first period of each new definition."""
    firsts = [first for first, _ in indicator.breaks]
    return {
        place
        for place, period in enumerate(periods)
        if place and any(periods[place - 1] < first <= period for first in firsts)
    }


def _svg(points: Sequence[float], cuts: Iterable[int]) -> str:
    known = [point for point in points if point == point]
    low, high = min(known), max(known)
    step = (WIDTH - 2 * _EDGE) / max(len(points) - 1, 1)

    def at(place: int) -> tuple[float, float]:
        share = (points[place] - low) / (high - low) if high > low else 0.5
        return round(_EDGE + place * step, 1), round(HEIGHT - _EDGE - share * (HEIGHT - 10), 1)

    lines: list[list[tuple[float, float]]] = [[]]
    for place, point in enumerate(points):
        if place in cuts or point != point:
            lines.append([])
        if point == point:
            lines[-1].append(at(place))
    drawn = "".join(
        f'<polyline points="{" ".join(f"{x},{y}" for x, y in line)}" fill="none" '
        f'stroke="{_LINE}" stroke-width="2" stroke-linejoin="round"/>'
        for line in lines
        if len(line) > 1
    )
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="1.8" fill="{_LINE}"/>' for line in lines for x, y in line
    )
    x, y = [point for line in lines for point in line][-1]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{drawn}{dots}'
        f'<circle cx="{x}" cy="{y}" r="3.6" fill="{_LINE}"/></svg>'
    )
