"""Charts of the money of a contract. Pure: estimates and instalments in, Plotly figures out.

What is certain of an estimate is a plain bar; what hangs on results, on the size or on a crisis is
hatched above it.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from cpts_data import french
from cpts_data.aci.calendar import anniversary
from cpts_data.aci.funding import Estimate, FundingPlan
from cpts_data.aci.scale import FIXED, MISSION, RAISED_RUNNING, RUNNING, VARIABLE
from pages.parts import plots

_PARTS = (
    ("Fonctionnement", "#14537a", ""),
    ("Missions, volet fixe", "#4f8fb5", ""),
    ("Missions, volet variable, au taux saisi", "#2f7d5b", "."),
    ("Autres (soins non programmés, crise)", "#b98a2f", "\\"),
)
_POSSIBLE = ("Possible en plus : résultats, taille", "#e4e9ed", "/")


def years(found: Estimate, plan: FundingPlan) -> go.Figure:
    """One bar per contract year: running costs, volets, and what may come on top."""
    lines = found.lines.assign(part=[_part(row) for row in found.lines.to_dict("records")])
    numbers = sorted(found.years)
    labels = [f"Année {year}<br>{_span(plan, year)}" for year in numbers]
    chart = go.Figure()
    lows = dict.fromkeys(numbers, 0.0)
    for rank, (name, colour, pattern) in enumerate(_PARTS):
        mine = lines[lines["part"] == rank].groupby("year")["low"].sum()
        values = [float(mine.get(year, 0.0)) for year in numbers]
        if not any(values):
            continue
        for year, value in zip(numbers, values, strict=True):
            lows[year] += value
        _bar(chart, labels, values, name, colour, pattern)
    possible = [max(found.years[year].high - lows[year], 0.0) for year in numbers]
    if any(possible):
        _bar(chart, labels, possible, *_POSSIBLE)
    tops = [found.years[year].high for year in numbers]
    chart.add_scatter(
        x=labels,
        y=tops,
        mode="text",
        text=[_top(found, year) for year in numbers],
        textposition="top center",
        textfont={"size": 13, "color": "#1d2733"},
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )
    chart.update_layout(_layout(380, max(tops)))
    return chart


def civil_years(table: pd.DataFrame) -> go.Figure:
    """One bar per civil year of what would come: at least, and at most."""
    labels = [str(year) for year in table.index]
    lows = [float(one) for one in table["low"]]
    more = [max(float(high) - low, 0.0) for low, high in zip(lows, table["high"], strict=True)]
    chart = go.Figure()
    _bar(chart, labels, lows, "Au moins", _PARTS[0][1], "")
    if any(more):
        _bar(chart, labels, more, *_POSSIBLE)
    tops = [low + extra for low, extra in zip(lows, more, strict=True)]
    chart.add_scatter(
        x=labels,
        y=tops,
        mode="text",
        text=[_range(low, top) for low, top in zip(lows, tops, strict=True)],
        textposition="top center",
        textfont={"size": 13, "color": "#1d2733"},
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )
    chart.update_layout(_layout(320, max(tops, default=1.0)))
    chart.update_xaxes(type="category")
    return chart


def _bar(
    chart: go.Figure,
    labels: list[str],
    values: list[float],
    name: str,
    colour: str,
    pattern: str,
) -> None:
    chart.add_bar(
        x=labels,
        y=values,
        name=name,
        width=0.62,
        marker={
            "color": colour,
            "pattern": {
                "shape": pattern,
                "fillmode": "overlay",
                "fgcolor": "#6b7782" if colour == _POSSIBLE[1] else "#ffffff",
                "size": 7,
                "solidity": 0.25,
            },
            "line": {"color": "#ffffff", "width": 1},
        },
        hovertext=[f"{name} : {french.with_unit(value, '€')}" for value in values],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _layout(height: int, top: float) -> dict[str, object]:
    return plots.layout(
        height,
        barmode="stack",
        showlegend=True,
        legend={
            "orientation": "h",
            "y": -0.22,
            "x": 0,
            "yanchor": "top",
            "font": {"size": 13},
            "traceorder": "normal",
        },
        margin={"l": 10, "r": 20, "t": 24, "b": 40},
        yaxis=plots.axis("€", range=[0, top * 1.12], tickformat=",.0f"),
        xaxis={"automargin": True, "type": "category"},
    )


def _part(row: dict[str, object]) -> int:
    poste, volet = row["poste"], row["volet"]
    if poste in (RUNNING, RAISED_RUNNING):
        return 0
    if poste == MISSION and volet == FIXED:
        return 1
    if poste == MISSION and volet == VARIABLE:
        return 2
    return 3


def _span(plan: FundingPlan, year: int) -> str:
    begins = anniversary(plan.signature, year - 1)
    ends = anniversary(plan.signature, year)
    return f"{begins.month:02d}/{begins.year} – {ends.month:02d}/{ends.year}"


def _top(found: Estimate, year: int) -> str:
    amount = found.years[year]
    return _range(amount.low, amount.high)


def _range(low: float, high: float) -> str:
    """« 185 k€ », « 160 à 185 k€ »: short, the table tells the rest."""
    thousands = [french.number(one / 1000, 0) for one in (low, high)]
    told = thousands[0] if thousands[0] == thousands[1] else f"{thousands[0]} à {thousands[1]}"
    return f"{told}{french.NARROW}k€"
