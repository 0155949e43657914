"""The age pyramid of a territory against a reference: shares of residents by sex and age.

Bands of five years where the census gives them, else the seven wide bands.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from cpts_data import french
from cpts_data.drawing import palettes
from cpts_data.reading.pyramid import COLOURS, SHARE, ages, pyramid
from pages.parts import blocks, plots, present
from pages.parts.theme_views import ThemePage


def show(theme: ThemePage) -> None:
    """The pyramid, its sentence, its table; or why there is none."""
    diagnostic = theme.page.diagnostic
    blocks.section("Pyramide des âges")
    found = pyramid(diagnostic, theme.territory, theme.kind)
    if isinstance(found, str):
        blocks.note(found)
        return
    own, beside, name = found.own, found.beside, found.around
    blocks.note(found.summary, found.indicator.id)
    present.chart(figure(own, beside, name), "pyramide", found.summary)
    values = diagnostic.figures.strata(found.indicator, theme.territory.level, found.period)
    values = values[values["territory"] == theme.territory.id]
    present.table(_table(own, beside, name), values, f"pyramide_{theme.territory.id}")
    blocks.note(f"Source : {diagnostic.source_line(found.indicator, found.period)}.")


def figure(own: pd.DataFrame, beside: pd.DataFrame, around: str) -> go.Figure:
    """Bars of both sexes, back to back; the reference as an outline."""
    chart = go.Figure()
    for sex, sign in (("hommes", -1), ("femmes", 1)):
        mine = own[own["sexe"] == sex]
        bands = [ages(band) for band in mine["age"]]
        words = [
            f"{sex}, {age} : {french.with_unit(share, '%', 1)} ({french.number(people)} personnes)"
            for age, share, people in zip(bands, mine[SHARE], mine["personnes"], strict=True)
        ]
        chart.add_bar(
            x=sign * mine[SHARE],
            y=bands,
            orientation="h",
            name=sex.capitalize(),
            marker={
                "color": COLOURS[sex],
                "pattern": {
                    "shape": "/" if sex == "femmes" else "",
                    "fillmode": "overlay",
                    "fgcolor": "#ffffff",
                    "solidity": 0.12,
                },
            },
            hovertext=words,
            hovertemplate="%{hovertext}<extra></extra>",
        )
        theirs = beside[beside["sexe"] == sex]
        if len(theirs):
            chart.add_scatter(
                x=sign * theirs[SHARE],
                y=[ages(band) for band in theirs["age"]],
                mode="lines",
                line={"color": "#1d2733", "width": 2, "shape": "vhv"},
                name=plots.plain(around),
                showlegend=sex == "femmes",
                hoverinfo="skip",
            )
    widest = float(max(own[SHARE].max(), beside[SHARE].max() if len(beside) else 0.0))
    step = 1 if widest < 6 else 2 if widest < 12 else 5
    ticks = list(range(0, int(widest) + step + 1, step))
    marks = sorted({sign * tick for tick in ticks for sign in (-1, 1)})
    chart.update_layout(
        plots.layout(
            110 + 21 * (len(own) // 2),
            barmode="overlay",
            bargap=0.12,
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            xaxis=plots.axis(
                "% de la population",
                tickvals=marks,
                ticktext=[french.number(abs(mark)) for mark in marks],
                range=[-widest * 1.06, widest * 1.06],
            ),
            yaxis={"automargin": True, "tickfont": {"size": 12}, "dtick": 1},
            margin={"l": 10, "r": 20, "t": 40, "b": 44},
        )
    )
    chart.add_vline(x=0, line={"color": palettes.OWN, "width": 1})
    return chart


def _table(own: pd.DataFrame, beside: pd.DataFrame, around: str) -> pd.DataFrame:
    shown = pd.DataFrame(
        {
            "Âge": [ages(band) for band in own["age"]],
            "Sexe": own["sexe"],
            "Personnes": french.rounded(own["personnes"]),
            "Part (%)": french.rounded(own[SHARE], 2),
        }
    )
    if len(beside):
        shown[f"{around} (%)"] = french.rounded(beside[SHARE], 2).to_numpy()
    return shown
