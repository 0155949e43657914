"""The charts of the theme pages: one line per indicator, its figure, interval and reference.

Each says in a sentence what one sees, is its own table, and has a download.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cpts_data.reading import line_charts
from cpts_data.reading.comparisons import Shown
from cpts_data.reading.line_charts import LineChart
from pages.parts import blocks, cards, line_chart, present
from pages.parts.theme_views import ThemePage

_OTHER_COUNTS = (
    "Les densités de cette référence sont publiées par l'Assurance maladie : elle ne compte ni les "
    "mêmes professionnels, ni les mêmes habitants (femmes ou enfants pour certaines professions) "
    "que l'annuaire. Elles se lisent sur les fiches et ne sont pas comparées. Choisissez le "
    "département, la région ou la médiane des CPTS pour les voir en graphique."
)


def _draw(theme: ThemePage, chart_of: LineChart) -> None:
    """A section with its chart, its download, and the sources."""
    lines = chart_of.lines
    # One line alone says nothing that its card does not say.
    if len(lines) < 2:
        return
    blocks.section(chart_of.heading, chart_of.sentence)
    told = line_chart.table(chart_of, theme.territory.name)
    st.html(told + cards.sources(theme.page, [line.shown for line in lines]))
    values = pd.DataFrame([dict(line.shown.row) for line in lines])
    present.download(values, f"{chart_of.key}_{theme.territory.id}.csv")


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
