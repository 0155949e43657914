"""One indicator of a contract over time, against its targets. Pure: a series in, a figure out."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import plotly.graph_objects as go

from cpts_data import french
from cpts_data.aci.follow_up import Goal, Kind, Tracked
from pages.parts import plots

_OWN, _AIM = "#14537a", "#8a4b00"


def figure(table: pd.DataFrame, tracked: Tracked, signature: dt.date) -> go.Figure:
    """The line of the figures with their intervals, the baseline, the targets.

    ``table`` is that of ``follow_up_reading.series``; figures without value leave a hole.
    """
    chart = go.Figure()
    points = table[table["kind"].isin([Kind.BASELINE.value, Kind.RESULT.value])]
    days = [day.isoformat() for day in points["day"]]
    values = points["value"].to_numpy(dtype=float)
    chart.add_scatter(
        x=days,
        y=values,
        mode="lines+markers",
        name="Valeur, et son intervalle",
        connectgaps=False,
        line={"color": _OWN, "width": 2},
        marker={
            "size": 12,
            "color": _OWN,
            "symbol": [
                "square" if kind == Kind.BASELINE.value else "circle" for kind in points["kind"]
            ],
            "line": {"width": 2, "color": "#ffffff"},
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (points["upper"] - points["value"]).clip(lower=0).fillna(0).tolist(),
            "arrayminus": (points["value"] - points["lower"]).clip(lower=0).fillna(0).tolist(),
            "color": "#7c8893",
            "thickness": 2,
            "width": 5,
        },
        hovertext=[_hover(row, tracked) for row in points.to_dict("records")],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    aims = table[table["kind"] == Kind.TARGET.value]
    if len(aims):
        chart.add_scatter(
            x=[day.isoformat() for day in aims["day"]],
            y=aims["value"].tolist(),
            mode="markers+lines",
            name=f"Cible ({tracked.goal.words})",
            line={"color": _AIM, "width": 2, "dash": "dash"},
            marker={
                "symbol": "triangle-up-open"
                if tracked.goal is Goal.AT_LEAST
                else "triangle-down-open",
                "size": 14,
                "color": _AIM,
                "line": {"width": 2},
            },
            hovertext=[
                f"cible {tracked.goal.words} "
                f"{french.with_unit(float(one), tracked.unit, tracked.digits)}"
                for one in aims["value"]
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    chart.add_vline(x=signature.isoformat(), line={"color": "#4c5a68", "dash": "dot", "width": 1})
    chart.add_annotation(
        x=signature.isoformat(),
        y=1,
        yref="paper",
        yanchor="bottom",
        text="signature",
        showarrow=False,
        font={"size": 13, "color": "#4c5a68"},
    )
    chart.update_layout(
        plots.layout(
            360,
            showlegend=True,
            legend={"orientation": "h", "y": -0.16, "x": 0, "yanchor": "top"},
            xaxis={
                "type": "date",
                "tickmode": "array",
                "tickvals": [day.isoformat() for day in table["day"]],
                "ticktext": [_tick(row) for row in table.to_dict("records")],
                "gridcolor": "#e3e8ec",
                "automargin": True,
            },
            yaxis=plots.axis(tracked.unit),
            margin={"l": 10, "r": 20, "t": 28, "b": 30},
        )
    )
    return chart


def _tick(row: dict[str, object]) -> str:
    """The period of a figure; the month by which a target is to be reached."""
    if row["kind"] == Kind.TARGET.value:
        day = row["day"]
        assert isinstance(day, dt.date)
        return f"cible<br>{day.month:02d}/{day.year}"
    return plots.plain(str(row["period"]))


def _hover(row: dict[str, object], tracked: Tracked) -> str:
    value = float(str(row["value"]))
    text = french.with_unit(value, tracked.unit, tracked.digits)
    if row["lower"] == row["lower"] and row["upper"] == row["upper"]:
        low, high = float(str(row["lower"])), float(str(row["upper"]))
        text += f" ({french.number(low, tracked.digits)} à {french.number(high, tracked.digits)})"
    what = "référence" if row["kind"] == Kind.BASELINE.value else "résultat"
    return plots.plain(f"{row['period']} : {text}, {what}")
