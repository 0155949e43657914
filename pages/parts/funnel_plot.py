"""The funnel plot: territories by size, around a reference, with the limits of chance. Pure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cpts_data import french
from cpts_data.drawing import palettes
from pages.parts import placing, plots


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
    across, up = size / right * plots.PLOT[0], (value - low) / (high - low) * plots.PLOT[1]
    mine = points["label"].eq(own).to_numpy()
    place = points["place"].to_numpy(dtype=int)
    named = mine | (place != 0)
    labels = [placing.shortened(str(label)) for label in points["label"]]
    order = [i for i in np.argsort(-(abs(place) + 10 * mine), kind="stable") if named[i]]
    where = placing.places(list(zip(across, up, strict=True)), labels, order, plots.PLOT)
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
        text=[plots.bold(labels[i], mine[i]) if where[i] else "" for i in range(len(points))],
        textposition=[one or "top center" for one in where],
        textfont={"size": 12, "color": "#1d2733"},
        hovertext=[plots.plain(str(told)) for told in points["told"]],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
    figure.update_layout(
        plots.layout(
            520,
            xaxis=plots.axis(words[0], range=[0, right]),
            yaxis=plots.axis(words[1], range=[low, high]),
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
