"""The chart of one indicator over its periods, for several territories. Pure.

Lines are told apart by colour, dash and mark, and each is named at its end. A break in the series
cuts every line and is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from cpts_data.drawing import palettes
from cpts_data.indicators import Indicator
from pages.parts import placing, plots

LINES = (palettes.OWN, "#b26b00", "#7a4b8a", "#2f7d5b", "#8c2f39", "#4c5a68", "#2f5597", "#6b5b00")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "dash", "dot")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "x", "star", "pentagon")


def trends(
    series: Mapping[str, pd.DataFrame],
    periods: Sequence[str],
    indicator: Indicator,
    own: str,
) -> go.Figure:
    """One line per territory over the periods, named at its end; a line stops at a break.

    ``series`` gives by label the known rows (``period, value, lower, upper``). The interval of the
    reader's own territory is a pale band.
    """
    place = {period: rank for rank, period in enumerate(periods)}
    breaks = [(when, why) for when, why in indicator.breaks if when in place and place[when] > 0]
    height, figure = 440, go.Figure()
    for rank, (label, rows) in enumerate(series.items()):
        mine = label == own
        colour = LINES[rank % len(LINES)]
        if mine:
            _band(figure, rows, periods, breaks)
        x, y = _cut(rows, periods, [when for when, _ in breaks])
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines+markers",
            line={"color": colour, "width": 4 if mine else 2, "dash": DASHES[rank % len(DASHES)]},
            marker={"size": 9 if mine else 8, "symbol": SHAPES[rank % len(SHAPES)]},
            name=plots.plain(label),
            hovertemplate=f"{plots.plain(label)}, %{{x}} : %{{y:{plots.TICKS}}}<extra></extra>",
            connectgaps=False,
        )
    low, high = _heights(series)
    _end_names(figure, series, own, (low, high), height - 90)
    for when, why in breaks:
        figure.add_vline(x=place[when] - 0.5, line={"color": "#1d2733", "dash": "dot", "width": 2})
        figure.add_annotation(
            x=place[when] - 0.5,
            y=1,
            yref="paper",
            yanchor="bottom",
            text=f"rupture : {plots.plain(placing.shortened(why, 60))}",
            showarrow=False,
            font={"size": 12},
        )
    figure.update_layout(
        plots.layout(
            height,
            xaxis={
                "type": "category",
                "categoryorder": "array",
                "categoryarray": list(periods),
                "range": [-0.4, len(periods) - 0.6],
                "automargin": True,
            },
            yaxis=plots.axis(indicator.unit, range=[low, high]),
            margin={"l": 10, "r": 210, "t": 40, "b": 44},
        )
    )
    return figure


def _cut(
    rows: pd.DataFrame, periods: Sequence[str], breaks: Sequence[str], name: str = "value"
) -> tuple[list[str], list[float | None]]:
    """The points of a line, with a hole where a period is not known and at each break."""
    known = dict(zip(rows["period"], rows[name], strict=True))
    x: list[str] = []
    y: list[float | None] = []
    for period in periods:
        if period in breaks:
            x.append(period)
            y.append(None)
        value = known.get(period)
        x.append(period)
        y.append(None if value is None or pd.isna(value) else float(value))
    return x, y


def _band(
    figure: go.Figure,
    rows: pd.DataFrame,
    periods: Sequence[str],
    breaks: Sequence[tuple[str, str]],
) -> None:
    known = rows[rows["lower"].notna() & rows["upper"].notna()]
    limits = [periods.index(when) for when, _ in breaks]
    pieces: dict[int, list[int]] = {}
    for position, period in enumerate(known["period"]):
        rank = periods.index(str(period))
        pieces.setdefault(sum(rank >= limit for limit in limits), []).append(position)
    for piece in pieces.values():
        part = known.iloc[piece]
        figure.add_scatter(
            x=[*part["period"], *part["period"][::-1]],
            y=[*part["upper"], *part["lower"][::-1]],
            fill="toself",
            fillcolor="rgba(20,83,122,.13)",
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
        )


def _heights(series: Mapping[str, pd.DataFrame]) -> tuple[float, float]:
    everything = pd.concat(list(series.values()))
    return plots.reach(everything, ())


def _end_names(
    figure: go.Figure,
    series: Mapping[str, pd.DataFrame],
    own: str,
    limits: tuple[float, float],
    pixels: float,
) -> None:
    low, high = limits
    ends = {label: float(rows["value"].iloc[-1]) for label, rows in series.items()}
    heights = [(value - low) / (high - low) * pixels for value in ends.values()]
    moved = placing.spread(heights, 18)
    for rank, (label, height) in enumerate(zip(ends, moved, strict=True)):
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=low + height / pixels * (high - low),
            text=plots.bold(placing.shortened(label, 28), label == own),
            showarrow=False,
            font={"size": 13, "color": LINES[rank % len(LINES)]},
        )
