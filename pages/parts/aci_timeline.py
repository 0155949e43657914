"""The timeline of a contract as a chart. Pure: deadlines in, Plotly figure out.

Phases of missions are bars, single dates are marks; the state of each is told by its pattern or
shape and its words as well as by its colour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from cpts_data import french
from cpts_data.aci.calendar import Alert, Deadline, Event, timeline
from pages.parts import plots

_DAY = 86_400_000
ROW_HEIGHT = 46


@dataclass(frozen=True)
class Tone:
    """How a state looks: its words, colour, pattern of a bar, shape of a mark."""

    words: str
    colour: str
    pattern: str
    shape: str


TONES = {
    "faite": Tone("faite", "#1f6f78", "", "circle"),
    "depassee": Tone("dépassée", "#b34700", "x", "x"),
    "non_renseignee": Tone("passée, réalisation non renseignée", "#8b96a1", "/", "circle-open"),
    "proche": Tone("dans les 60 jours", "#d9a300", "", "diamond"),
    "a_venir": Tone("à venir", "#9fc3da", "", "diamond-open"),
}


def tone_of(alert: str, *, followed: bool) -> str:
    """The tone of a deadline: one that passed is late only in a contract that is followed."""
    return "non_renseignee" if alert == Alert.LATE.value and not followed else alert


def figure(
    found: Sequence[Deadline], signature: dt.date, today: dt.date, *, followed: bool
) -> go.Figure:
    """Bars of phases, marks of dates, and the day."""
    table = timeline(found, signature, today)
    table["tone"] = [tone_of(alert, followed=followed) for alert in table["alert"]]
    rows = list(dict.fromkeys(table["row"]))
    rows = [*[one for one in rows if one != "Contrat"], "Contrat"]
    places = {name: place for place, name in enumerate(reversed(rows))}
    chart = go.Figure()
    for tone in TONES:
        _add(chart, table[table["tone"] == tone], places, TONES[tone])
    chart.add_vline(
        x=_moment(today), line={"color": "#1d2733", "width": 2, "dash": "dot"}, layer="above"
    )
    chart.add_annotation(
        x=_moment(today),
        y=1,
        yref="paper",
        yanchor="bottom",
        text=f"aujourd'hui, {french.date(today)}".replace("'", "’"),
        showarrow=False,
        font={"size": 13, "color": "#1d2733"},
    )
    last = max(one.due for one in found)
    chart.update_layout(
        plots.layout(
            90 + ROW_HEIGHT * len(rows),
            barmode="overlay",
            showlegend=True,
            legend={"orientation": "h", "y": -0.12, "x": 0, "yanchor": "top", "font": {"size": 13}},
            margin={"l": 10, "r": 20, "t": 30, "b": 30},
            xaxis={
                "type": "date",
                "tickformat": "%Y",
                "dtick": "M12",
                "gridcolor": "#e3e8ec",
                "range": [
                    _moment(min(signature, today) - dt.timedelta(days=45)),
                    _moment(max(last, today) + dt.timedelta(days=60)),
                ],
            },
            yaxis={
                "tickmode": "array",
                "tickvals": list(places.values()),
                "ticktext": [_short(name) for name in places],
                "automargin": True,
                "range": [-0.6, len(rows) - 0.4],
                "gridcolor": "#f0f3f5",
            },
        )
    )
    return chart


def _add(chart: go.Figure, table: pd.DataFrame, places: dict[str, int], tone: Tone) -> None:
    """The bars, the marks and the line of the legend of one state."""
    if table.empty:
        return
    phases = table[table["event"].isin([Event.START.value, Event.DEPLOYMENT.value])]
    if len(phases):
        lengths = [
            max((ends - begins).days, 1) * _DAY
            for begins, ends in zip(phases["begins"], phases["ends"], strict=True)
        ]
        chart.add_bar(
            base=[_milliseconds(day) for day in phases["begins"]],
            x=lengths,
            y=[places[name] for name in phases["row"]],
            orientation="h",
            width=0.46,
            marker={
                "color": tone.colour,
                "pattern": {
                    "shape": tone.pattern,
                    "fillmode": "overlay",
                    "fgcolor": "#ffffff",
                    "size": 7,
                },
                "line": {"color": "#ffffff", "width": 2},
            },
            hovertext=[plots.plain(str(words)) for words in phases["words"]],
            hovertemplate="%{hovertext}<extra></extra>",
            showlegend=False,
        )
    chart.add_scatter(
        x=[_moment(day) for day in table["ends"]],
        y=[places[name] for name in table["row"]],
        mode="markers",
        name=tone.words,
        marker={
            "symbol": tone.shape,
            "size": 13,
            "color": tone.colour if not tone.shape.endswith("open") else "#33404d",
            "line": {"width": 2, "color": "#33404d"},
        },
        hovertext=[plots.plain(str(words)) for words in table["words"]],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _moment(day: dt.date) -> str:
    return day.isoformat()


def _milliseconds(day: dt.date) -> int:
    """A day as the date axis counts it, for the foot of a bar."""
    return (day - dt.date(1970, 1, 1)).days * _DAY


def _short(name: str) -> str:
    """A mission on two lines when its name is long."""
    text = plots.plain(name)
    if len(text) <= 24 or " " not in text:
        return text
    middle = min(
        (abs(place - len(text) / 2), place) for place, sign in enumerate(text) if sign == " "
    )
    return f"{text[: middle[1]]}<br>{text[middle[1] + 1 :]}"
