"""Charts of several territories: dots with intervals, ranked dots, scatter, trends, funnel.

Pure: tables in, Plotly figures out. Titles are written by the page, above the chart, where they may
wrap. A territory is told from another by its name; a verdict by the shape of its mark as well as
its colour. ``rows`` are rows of ``compare.compare`` with a ``label`` column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cpts_data import french
from cpts_data.indicators import Indicator
from pages.parts import palettes, placing
from pages.parts.verdicts import CLOSE, NONE, Look, look

FONT = {"family": "Source Sans Pro, Source Sans, sans-serif", "size": 14, "color": "#1d2733"}
TICKS = ",.2~f"
_GRID = "#e3e8ec"
_LINES = (palettes.OWN, "#b26b00", "#7a4b8a", "#2f7d5b", "#8c2f39", "#4c5a68", "#2f5597", "#6b5b00")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "dash", "dot")
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "x", "star", "pentagon")
# What the plot of a scatter measures at the narrowest: names placed for it hold on wider screens.
_SCATTER = (640.0, 430.0)


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
    low, high = _reach(shown, [value for _, value in marks])
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


def _reach(rows: pd.DataFrame, others: Sequence[float]) -> tuple[float, float]:
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
    across = (x - left) / (right - left) * _SCATTER[0]
    up = (y - low) / (high - low) * _SCATTER[1]
    far = np.hypot(_reduced(x), _reduced(y)) + 1000 * mine
    labels = [placing.shortened(str(name)) for name in table["label"]]
    where = placing.places(
        list(zip(across, up, strict=True)), labels, list(np.argsort(-far, kind="stable")), _SCATTER
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
            text=[_bold(labels[i], mine[i]) if where[i] else "" for i in rows],
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


def _bold(text: str, chosen: bool) -> str:
    return f"<b>{plain(text)}</b>" if chosen else plain(text)


def _span(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = (high - low) * 0.1 or max(abs(high) * 0.1, 1.0)
    return low - room, high + room


def _reduced(values: np.ndarray) -> np.ndarray:
    spread = float(values.std())
    return (values - np.median(values)) / spread if spread > 0 else np.zeros(len(values))


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
        colour = _LINES[rank % len(_LINES)]
        if mine:
            _band(figure, rows, periods, breaks)
        x, y = _cut(rows, periods, [when for when, _ in breaks])
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines+markers",
            line={"color": colour, "width": 4 if mine else 2, "dash": _DASHES[rank % len(_DASHES)]},
            marker={"size": 9 if mine else 8, "symbol": _SHAPES[rank % len(_SHAPES)]},
            name=plain(label),
            hovertemplate=f"{plain(label)}, %{{x}} : %{{y:{TICKS}}}<extra></extra>",
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
            text=f"rupture : {plain(placing.shortened(why, 60))}",
            showarrow=False,
            font={"size": 12},
        )
    figure.update_layout(
        layout(
            height,
            xaxis={
                "type": "category",
                "categoryorder": "array",
                "categoryarray": list(periods),
                "range": [-0.4, len(periods) - 0.6],
                "automargin": True,
            },
            yaxis=axis(indicator.unit, range=[low, high]),
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
    return _reach(everything, ())


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
            text=_bold(placing.shortened(label, 28), label == own),
            showarrow=False,
            font={"size": 13, "color": _LINES[rank % len(_LINES)]},
        )


def funnel(
    points: pd.DataFrame,
    limits: pd.DataFrame,
    benchmark: float,
    words: tuple[str, str],
    own: str,
) -> go.Figure:
    """Territories around a reference, with the limits that chance alone gives at each size.

    ``points`` has ``label, size, value, place`` (0 inside, ±1 outside 95 %, ±2 outside 99.8 %);
    ``limits`` has ``size, lower_2s, upper_2s, lower_3s, upper_3s``; ``words`` are the axis titles.
    """
    figure = go.Figure()
    for suffix, dash, name in (("2s", "dash", "95 %"), ("3s", "solid", "99,8 %")):
        for side in ("lower", "upper"):
            figure.add_scatter(
                x=limits["size"],
                y=limits[f"{side}_{suffix}"],
                mode="lines",
                line={"color": "#7c8893", "width": 1.6, "dash": dash},
                hoverinfo="skip",
                name=name,
            )
        last = limits.iloc[-1]
        figure.add_annotation(
            x=last["size"],
            y=last[f"upper_{suffix}"],
            text=french.typography(name),
            showarrow=False,
            xanchor="left",
            xshift=4,
            yshift=9 if suffix == "3s" else -7,
            font={"size": 12, "color": "#4c5a68"},
        )
    figure.add_hline(y=benchmark, line={"color": palettes.REFERENCES[0], "width": 2})
    size, value = points["size"].to_numpy(dtype=float), points["value"].to_numpy(dtype=float)
    low, high = _funnel_range(value, limits, benchmark)
    right = float(limits["size"].max())
    across, up = size / right * _SCATTER[0], (value - low) / (high - low) * _SCATTER[1]
    mine = points["label"].eq(own).to_numpy()
    place = points["place"].to_numpy(dtype=int)
    named = mine | (place != 0)
    labels = [placing.shortened(str(label)) for label in points["label"]]
    order = [i for i in np.argsort(-(abs(place) + 10 * mine), kind="stable") if named[i]]
    where = placing.places(list(zip(across, up, strict=True)), labels, order, _SCATTER)
    shapes = {
        0: "circle",
        1: "triangle-up",
        2: "triangle-up",
        -1: "triangle-down",
        -2: "triangle-down",
    }
    figure.add_scatter(
        x=size,
        y=value,
        mode="markers+text",
        marker={
            "opacity": 1,
            "size": [16 if m else 9 + 2 * abs(p) for m, p in zip(mine, place, strict=True)],
            "color": [
                palettes.OWN if m else "#1d2733" if p else palettes.PEERS
                for m, p in zip(mine, place, strict=True)
            ],
            "symbol": [
                shapes[p] if p or not m else "diamond" for m, p in zip(mine, place, strict=True)
            ],
            "line": {"width": 1, "color": "#ffffff"},
        },
        text=[_bold(labels[i], mine[i]) if where[i] else "" for i in range(len(points))],
        textposition=[one or "top center" for one in where],
        textfont={"size": 12, "color": "#1d2733"},
        hovertext=[plain(str(told)) for told in points["told"]],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
    figure.update_layout(
        layout(
            520,
            xaxis=axis(words[0], range=[0, right]),
            yaxis=axis(words[1], range=[low, high]),
            margin={"l": 10, "r": 60, "t": 24, "b": 44},
        )
    )
    return figure


def _funnel_range(value: np.ndarray, limits: pd.DataFrame, benchmark: float) -> tuple[float, float]:
    inner = limits.iloc[len(limits) // 6 :]
    ends = [
        *value,
        benchmark,
        *inner["lower_3s"],
        *inner["upper_3s"].replace(np.inf, np.nan).dropna(),
    ]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.08 or 1.0
    return low - room, high + room
