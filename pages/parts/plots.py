"""Charts of several territories: dots with intervals, ranked dots, scatter.

Pure: tables in, Plotly figures out. Titles are written by the page, above the chart, where they may
wrap. A territory is told from another by its name; a verdict by the shape of its mark as well as
its colour. ``rows`` are rows of ``compare.compare`` with a ``label`` column.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cpts_data import french
from cpts_data.drawing import palettes
from cpts_data.indicators import Indicator
from cpts_data.reading.verdicts import CLOSE, NONE, Look, look
from pages.parts import placing

FONT = {"family": "Source Sans Pro, Source Sans, sans-serif", "size": 14, "color": "#1d2733"}
TICKS = ",.2~f"
_GRID = "#e3e8ec"
# What the plot of a scatter measures at the narrowest: names placed for it hold on wider screens.
PLOT = (640.0, 430.0)


def layout(height: int, **options: object) -> dict[str, object]:
    """What every chart shares."""
    return {
        "height": height,
        "margin": {"l": 10, "r": 20, "t": 24, "b": 44},
        "font": FONT,
        "separators": f",{french.NARROW}",
        "plot_bgcolor": "#ffffff",
        "paper_bgcolor": "#ffffff",
        "showlegend": False,
        "hoverlabel": {"font": {"size": 13}},
        **options,
    }


def plain(text: str) -> str:
    """Text for Plotly, which reads a little HTML: angle brackets are shown, not interpreted."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def axis(title: str, **options: object) -> dict[str, object]:
    """A numbered axis in French."""
    return {
        "title": {"text": plain(title), "font": {"size": 13}},
        "gridcolor": _GRID,
        "zeroline": False,
        "tickformat": TICKS,
        "automargin": True,
        **options,
    }


def _figures(rows: pd.DataFrame, indicator: Indicator) -> list[str]:
    told = []
    for _, row in rows.iterrows():
        text = french.with_unit(float(row["value"]), indicator.unit, indicator.digits)
        if pd.notna(row["lower"]) and pd.notna(row["upper"]):
            low, high = float(row["lower"]), float(row["upper"])
            text += f" (intervalle : {french.between(low, high, digits=indicator.digits)})"
        told.append(f"{plain(str(row['label']))} : {text}")
    return told


def _shape(seen: Look) -> str:
    if seen.sign.startswith("▲"):
        return "triangle-up"
    if seen.sign.startswith("▼"):
        return "triangle-down"
    return "circle"


def dots(
    rows: pd.DataFrame,
    indicator: Indicator,
    own: str,
    marks: Sequence[tuple[str, float]] = (),
    *,
    row_height: int = 30,
    written: bool = True,
) -> go.Figure:
    """One line per territory, top to bottom: its dot, its interval, its figure.

    ``own`` is the label of the reader's territory; ``marks`` are references drawn across.
    """
    shown = rows.iloc[::-1].reset_index(drop=True)
    looks = [look(row, indicator) for _, row in shown.iterrows()]
    mine = shown["label"].eq(own)
    names = [
        f"<b>{plain(str(n))}</b>" if m else plain(str(n))
        for n, m in zip(shown["label"], mine, strict=True)
    ]
    colours = [
        palettes.OWN if m and one.tone in (NONE, CLOSE) else one.ink
        for one, m in zip(looks, mine, strict=True)
    ]
    figure = go.Figure()
    figure.add_scatter(
        x=shown["value"],
        y=list(range(len(shown))),
        mode="markers+text" if written else "markers",
        error_x=_bars(shown, colours),
        marker={
            "opacity": 1,
            "size": [15 if m else 11 for m in mine],
            "color": colours,
            "symbol": [
                "diamond" if m and _shape(s) == "circle" else _shape(s)
                for s, m in zip(looks, mine, strict=True)
            ],
            "line": {
                "width": [2 if m else 1 for m in mine],
                "color": ["#1d2733" if m else "#ffffff" for m in mine],
            },
        },
        text=[f" {french.number(v, indicator.digits)}" for v in shown["value"]],
        textposition="top center",
        textfont={"size": 12},
        hovertext=_figures(shown, indicator),
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
    _cross(figure, marks, indicator)
    low, high = reach(shown, [value for _, value in marks])
    figure.update_layout(
        layout(
            90 + row_height * len(shown),
            xaxis=axis(indicator.unit, range=[low, high]),
            yaxis={
                "tickmode": "array",
                "tickvals": list(range(len(shown))),
                "ticktext": names,
                "automargin": True,
                "range": [-0.8, len(shown) - 0.2],
                "gridcolor": "#f0f3f5",
                "zeroline": False,
            },
            margin={"l": 10, "r": 24, "t": 40, "b": 44},
        )
    )
    return figure


def _bars(rows: pd.DataFrame, colours: Sequence[str]) -> dict[str, object]:
    value = rows["value"].to_numpy(dtype=float)
    above = rows["upper"].to_numpy(dtype=float) - value
    below = value - rows["lower"].to_numpy(dtype=float)
    return {
        "type": "data",
        "symmetric": False,
        "array": np.nan_to_num(np.maximum(above, 0)),
        "arrayminus": np.nan_to_num(np.maximum(below, 0)),
        "color": "#7c8893",
        "thickness": 1.8,
        "width": 0,
    }


def reach(rows: pd.DataFrame, others: Sequence[float]) -> tuple[float, float]:
    """Ends of an axis that shows every value, interval and other mark."""
    ends = np.concatenate(
        [rows[name].to_numpy(dtype=float) for name in ("value", "lower", "upper")]
        + [np.asarray(list(others), dtype=float)]
    )
    ends = ends[np.isfinite(ends)]
    low, high = float(ends.min()), float(ends.max())
    room = (high - low) * 0.07 or max(abs(high) * 0.1, 1.0)
    return low - room, high + room


def _cross(figure: go.Figure, marks: Sequence[tuple[str, float]], indicator: Indicator) -> None:
    dashes = ("dash", "dot", "dashdot")
    for place, (name, value) in enumerate(marks):
        colour = palettes.REFERENCES[place % len(palettes.REFERENCES)]
        figure.add_vline(x=value, line={"color": colour, "dash": dashes[place % 3], "width": 2})
        figure.add_annotation(
            x=value,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=2 + 16 * place,
            text=f"{plain(name)} : {french.number(value, indicator.digits)}",
            showarrow=False,
            font={"color": colour, "size": 13},
        )


def scatter(table: pd.DataFrame, first: Indicator, second: Indicator, own: str) -> go.Figure:
    """Two indicators, one dot per territory; the reader's own is a dark diamond.

    ``table`` has ``label, x, y``. Dashed lines are the medians. Names go where there is room, the
    reader's own and the most distant ones first.
    """
    x, y = table["x"].to_numpy(dtype=float), table["y"].to_numpy(dtype=float)
    (left, right), (low, high) = _span(x), _span(y)
    mine = table["label"].eq(own).to_numpy()
    across = (x - left) / (right - left) * PLOT[0]
    up = (y - low) / (high - low) * PLOT[1]
    far = np.hypot(_reduced(x), _reduced(y)) + 1000 * mine
    labels = [placing.shortened(str(name)) for name in table["label"]]
    where = placing.places(
        list(zip(across, up, strict=True)), labels, list(np.argsort(-far, kind="stable")), PLOT
    )
    figure = go.Figure()
    for chosen, colour, size, symbol in (
        (~mine, palettes.PEERS, 11, "circle"),
        (mine, palettes.OWN, 16, "diamond"),
    ):
        rows = np.flatnonzero(chosen)
        figure.add_scatter(
            x=x[rows],
            y=y[rows],
            mode="markers+text",
            marker={
                "size": size,
                "color": colour,
                "symbol": symbol,
                "line": {"width": 1, "color": "#fff"},
            },
            text=[bold(labels[i], mine[i]) if where[i] else "" for i in rows],
            textposition=[where[i] or "top center" for i in rows],
            textfont={"size": 12, "color": "#1d2733"},
            hovertext=[_pair(table, i, first, second) for i in rows],
            hovertemplate="%{hovertext}<extra></extra>",
            cliponaxis=False,
        )
    dashed = {"color": "#8a96a1", "dash": "dash", "width": 1}
    figure.add_vline(x=float(np.median(x)), line=dashed)
    figure.add_hline(y=float(np.median(y)), line=dashed)
    figure.update_layout(
        layout(
            520,
            xaxis=axis(f"{first.short_label} ({first.unit})", range=[left, right]),
            yaxis=axis(f"{second.short_label} ({second.unit})", range=[low, high]),
        )
    )
    return figure


def _pair(table: pd.DataFrame, place: int, first: Indicator, second: Indicator) -> str:
    row = table.iloc[place]
    told = [plain(str(row["label"]))]
    for one, value in ((first, row["x"]), (second, row["y"])):
        figure = french.with_unit(float(value), one.unit, one.digits)
        told.append(f"{plain(one.short_label)} : {figure}")
    return "<br>".join(told)


def bold(text: str, chosen: bool) -> str:
    """A name, in bold for the reader's own."""
    return f"<b>{plain(text)}</b>" if chosen else plain(text)


def _span(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = (high - low) * 0.1 or max(abs(high) * 0.1, 1.0)
    return low - room, high + room


def _reduced(values: np.ndarray) -> np.ndarray:
    spread = float(values.std())
    return (values - np.median(values)) / spread if spread > 0 else np.zeros(len(values))
