"""The charts of the theme pages: one line per indicator, its figure, interval and reference.

Each says in a sentence what one sees, and has a table and a download.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cpts_data import french
from cpts_data.reading import line_charts, marks
from cpts_data.reading.comparisons import Shown
from cpts_data.reading.line_charts import Line, LineChart
from cpts_data.reading.verdicts import NONE
from pages.parts import blocks, cards, plots, present
from pages.parts.theme_views import ThemePage

_DARK = "#1d2733"
_OTHER_COUNTS = (
    "Les densités de cette référence sont publiées par l'Assurance maladie : elle ne compte ni les "
    "mêmes professionnels, ni les mêmes habitants (femmes ou enfants pour certaines professions) "
    "que l'annuaire. Elles se lisent sur les fiches et ne sont pas comparées. Choisissez le "
    "département, la région ou la médiane des CPTS pour les voir en graphique."
)


def figure(chart_of: LineChart) -> go.Figure:
    """Dots with their intervals; references as black strokes, targets as hollow triangles."""
    across = chart_of.across
    lines = list(reversed(chart_of.lines))
    places = list(range(len(lines)))
    chart = go.Figure()
    if across is None:
        chart.add_scatter(
            x=[line.reference for line in lines],
            y=places,
            mode="markers",
            marker={"symbol": "line-ns", "size": 20, "line": {"width": 3, "color": _DARK}},
            hoverinfo="skip",
        )
    else:
        chart.add_vline(x=across, line={"color": _DARK, "width": 2})
    aims = [(line.target, place) for line, place in zip(lines, places, strict=True)]
    aims = [(target, place) for target, place in aims if target == target]
    if aims:
        chart.add_scatter(
            x=[target for target, _ in aims],
            y=[place + 0.3 for _, place in aims],
            mode="markers",
            marker={
                "symbol": "triangle-down-open",
                "size": 11,
                "line": {"width": 2},
                "color": _DARK,
            },
            hoverinfo="skip",
        )
    inks = [line.mark.ink if line.mark.tone != NONE else "#4c5a68" for line in lines]
    chart.add_scatter(
        x=[line.value for line in lines],
        y=places,
        mode="markers",
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [_reach(line.upper - line.value) for line in lines],
            "arrayminus": [_reach(line.value - line.lower) for line in lines],
            "color": "#4c5a68",
            "thickness": 2,
            "width": 5,
        },
        marker={
            "size": 14,
            "color": inks,
            "symbol": [marks.SHAPES[line.mark.tone] for line in lines],
            "line": {"width": 2, "color": inks},
        },
        hovertext=[_hover(line) for line in lines],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
    reach = {"range": list(chart_of.reach)} if chart_of.reach else {}
    chart.update_layout(
        plots.layout(
            70 + 34 * len(lines),
            xaxis=plots.axis(chart_of.axis, **reach),
            yaxis={
                "tickmode": "array",
                "tickvals": places,
                "ticktext": [
                    f"{plots.plain(line.label)}  <b>{plots.plain(line.figure)}</b>"
                    for line in lines
                ],
                "automargin": True,
                "range": [-0.7, len(lines) - 0.3],
                "gridcolor": "#eef1f4",
                "zeroline": False,
            },
            margin={"l": 10, "r": 24, "t": 12, "b": 44},
        )
    )
    return chart


def _reach(length: float) -> float:
    return 0.0 if math.isnan(length) else max(length, 0.0)


def _hover(line: Line) -> str:
    told = f"{line.label} : {line.figure}"
    if interval := cards.interval_text(line.shown):
        told += f" (IC {interval})"
    told += f" ; {marks.reference_name(line.shown.beside)} : "
    told += marks.value_beside(line.shown.beside, line.shown.indicator)
    return plots.plain(f"{told} ; {line.mark.words}" if line.mark.words else told)


def _draw(theme: ThemePage, chart_of: LineChart) -> None:
    """A section with its chart, the same figures in a table, and the sources."""
    lines = chart_of.lines
    if not lines:
        return
    blocks.section(chart_of.heading, chart_of.sentence)
    summary = f"{chart_of.heading}. {chart_of.sentence}"
    present.chart(figure(chart_of), chart_of.key, summary)
    values = pd.DataFrame([dict(line.shown.row) for line in lines])
    present.table(_table(lines), values, f"{chart_of.key}_{theme.territory.id}")
    st.html(cards.sources(theme.page, [line.shown for line in lines]))


def _table(lines: Sequence[Line]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Indicateur": [line.label for line in lines],
            "Valeur": [
                french.rounded(float(line.shown.row["value"]), line.shown.indicator.digits)
                for line in lines
            ],
            "Unité": [line.shown.indicator.unit for line in lines],
            "Intervalle à 95 %": [cards.interval_text(line.shown) for line in lines],
            "Référence": [
                f"{marks.reference_name(line.shown.beside)} : "
                f"{marks.value_beside(line.shown.beside, line.shown.indicator)}"
                for line in lines
            ],
            "Verdict": [line.mark.words for line in lines],
            "Période": [str(line.shown.row["period"]) for line in lines],
        }
    )


def professions(theme: ThemePage) -> None:
    """Densities of every profession, each as a share of its reference; or why there is none."""
    chart_of = line_charts.professions(theme.own, theme.kind)
    _draw(theme, chart_of)
    if not chart_of.lines and theme.known(line_charts.DENSITIES):
        blocks.section(chart_of.heading)
        blocks.note(_OTHER_COUNTS)


def apl(theme: ThemePage) -> None:
    """The APL of each profession as a share of its reference: each has its own scale."""
    _draw(theme, line_charts.apl(theme.own, theme.kind))


def by_age(theme: ThemePage, name: str, heading: str) -> None:
    """One indicator by age band, beside the same bands of the reference."""
    _draw(theme, line_charts.by_age(theme.own, theme.kind, name, heading))


def affections(theme: ThemePage) -> None:
    """ALD observed for 100 expected from ages."""
    _draw(theme, line_charts.affections(theme.own))


def coverages(theme: ThemePage) -> None:
    """Screenings and vaccinations beside their reference and their target, and who is missing."""
    chart_of = line_charts.coverages(theme.own, theme.kind)
    _draw(theme, chart_of)
    rows = [(line.shown.row, _persons_row(line.shown)) for line in chart_of.lines]
    told = [(row, cells) for row, cells in rows if any(cell != "–" for cell in cells[1:])]
    if told:
        head = ("Indicateur", "Pour atteindre la cible", "Pour atteindre la référence")
        about = [row for row, _ in told]
        cells = [written for _, written in told]
        st.html(cards.table("L’écart en personnes", head, cells, about=about))


def _persons_row(shown: Shown) -> list[str]:
    cells = []
    for row in (shown.target, shown.beside):
        told = cards.persons_words(row, shown.indicator) if row else ""
        cells.append(cards.text(_short(told)) if told else "–")
    return [cards.text(shown.indicator.short_label), *cells]


def _short(sentence: str) -> str:
    return sentence.removeprefix("Il faudrait ").rpartition(" pour atteindre")[0]
