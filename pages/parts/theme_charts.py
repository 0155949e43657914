"""The charts of the theme pages: one line per indicator, its figure, interval and reference.

Each says in a sentence what one sees, and has a table and a download.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cpts_data import french
from cpts_data.analysis.grammar import stratum_words
from cpts_data.analysis.references import Kind
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Status
from cpts_data.reading import marks, themes
from cpts_data.reading.comparisons import Shown
from cpts_data.reading.verdicts import NONE
from pages.parts import blocks, cards, plots, present
from pages.parts.theme_views import ThemePage

_DARK = "#1d2733"
_EXACT = (Status.OBSERVED, Status.ESTIMATED)


@dataclass(frozen=True)
class Line:
    """One line of a chart: what is drawn, on the chart's own scale, and what is said of it."""

    label: str
    figure: str
    value: float
    lower: float
    upper: float
    reference: float
    target: float
    mark: marks.Mark
    shown: Shown


def _line(shown: Shown, label: str, per_reference: bool = False) -> Line:
    """A line in the unit of the indicator, or as a share of its reference (100)."""
    beside, indicator = shown.beside, shown.indicator
    reference = float(beside["reference_value"])
    scale = 100 / reference if per_reference and reference > 0 else 1.0
    target = float(shown.target["reference_value"]) if shown.target else math.nan
    return Line(
        label,
        french.number(float(shown.row["value"]), indicator.digits)
        + (french.NARROW + "%" if indicator.unit.startswith("%") else ""),
        float(shown.row["value"]) * scale,
        float(beside["lower"]) * scale,
        float(beside["upper"]) * scale,
        reference * scale,
        target,
        marks.of_comparison(beside, indicator),
        shown,
    )


def _shown(theme: ThemePage, names: Sequence[str]) -> list[Shown]:
    """Those of some indicators that have a figure of their own and a reference."""
    known = [theme.own.shown(name, theme.kind) for name in names]
    return [
        one
        for one in known
        if one.status in _EXACT and not math.isnan(float(one.beside["reference_value"]))
    ]


def figure(
    lines: Sequence[Line], axis: str, *, across: float | None = None, full: bool = False
) -> go.Figure:
    """Dots with their intervals; references as black strokes, targets as hollow triangles.

    ``across`` draws one line for all instead of strokes; ``full`` shows a percentage from 0 to 100.
    """
    lines = list(reversed(lines))
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
    reach = {"range": [0, 100]} if full else _range(lines, across)
    chart.update_layout(
        plots.layout(
            70 + 34 * len(lines),
            xaxis=plots.axis(axis, **reach),
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


def _range(lines: Sequence[Line], across: float | None) -> dict[str, object]:
    """An axis that very wide intervals do not crush: they run out of it."""
    values = [line.value for line in lines] + ([across] if across is not None else [])
    ends = [line.upper for line in lines if line.upper == line.upper]
    widest = max([*values, *ends], default=1.0)
    if across is None or widest <= 2.6 * across:
        return {}
    lowest = min([*values, *[line.lower for line in lines if line.lower == line.lower]])
    return {"range": [min(lowest, 0.0), max(2.6 * across, 1.15 * max(values))]}


def _reach(length: float) -> float:
    return 0.0 if math.isnan(length) else max(length, 0.0)


def _hover(line: Line) -> str:
    told = f"{line.label} : {line.figure}"
    if interval := cards.interval_text(line.shown):
        told += f" (IC {interval})"
    told += f" ; {marks.reference_name(line.shown.beside)} : "
    told += marks.value_beside(line.shown.beside, line.shown.indicator)
    return plots.plain(f"{told} ; {line.mark.words}" if line.mark.words else told)


def _draw(
    theme: ThemePage,
    lines: Sequence[Line],
    key: str,
    heading: str,
    sentence: str,
    **options: object,
) -> None:
    """A section with its chart, the same figures in a table, and the sources."""
    if not lines:
        return
    blocks.section(heading, sentence)
    chart = figure(lines, **options)  # type: ignore[arg-type]
    present.chart(chart, key, f"{heading}. {sentence}")
    values = pd.DataFrame([dict(line.shown.row) for line in lines])
    present.table(_table(lines), values, f"{key}_{theme.territory.id}")
    st.html(cards.sources(theme.page, [line.shown for line in lines]))


def _table(lines: Sequence[Line]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Indicateur": [line.label for line in lines],
            "Valeur": [
                round(float(line.shown.row["value"]), line.shown.indicator.digits) for line in lines
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


def _reference_words(shown: Sequence[Shown]) -> str:
    names = list(dict.fromkeys(marks.reference_name(one.beside) for one in shown))
    return names[0] if len(names) == 1 else "la référence"


def professions(theme: ThemePage) -> None:
    """Densities of every profession, each as a share of its reference."""
    names = [*themes.FIRST_LINE, *themes.OTHER_CALLINGS]
    shown = _shown(theme, [name for name in names if name.startswith("densite_")])
    lines = [_line(one, _calling(one), per_reference=True) for one in shown]
    _draw(
        theme,
        lines,
        "densites",
        "Densités de professionnels devant la référence",
        f"100 est la densité de {_reference_words(shown)} : à 80, il y a un cinquième de "
        "professionnels en moins par habitant. En gras, la densité pour 100 000.",
        axis="Densité pour 100 dans la référence",
        across=100.0,
    )


def _calling(shown: Shown) -> str:
    words = shown.indicator.persons or shown.indicator.short_label
    return words[:1].upper() + words[1:]


def apl(theme: ThemePage) -> None:
    """The APL of each profession as a share of its reference: each has its own scale."""
    shown = _shown(theme, ["apl_mg_65_ans_ou_moins", *themes.OTHER_APL])
    lines = [
        _line(one, one.indicator.short_label.removeprefix("APL ").capitalize(), True)
        for one in shown
    ]
    _draw(
        theme,
        lines,
        "apl",
        "Accessibilité par profession devant la référence",
        f"100 est l'accessibilité de {_reference_words(shown)} à la même profession. L'APL est un "
        "modèle : elle n'a pas d'intervalle de confiance, donc pas de test.",
        axis="APL pour 100 dans la référence",
        across=100.0,
    )


def by_age(theme: ThemePage, name: str, heading: str) -> None:
    """One indicator by age band, beside the same bands of the reference."""
    found = [
        (stratum, theme.own.shown(name, theme.kind, stratum)) for stratum in theme.own.strata(name)
    ]
    lines = [
        _line(one, stratum_words(stratum).capitalize())
        for stratum, one in found
        if one.status in _EXACT and not math.isnan(float(one.beside["reference_value"]))
    ]
    _draw(
        theme,
        lines,
        f"age_{name}",
        heading,
        f"Le point est la CPTS et son intervalle de confiance ; le trait noir, "
        f"{_reference_words([line.shown for line in lines])}.",
        axis=INDICATORS[name].unit,
    )


def affections(theme: ThemePage) -> None:
    """ALD observed for 100 expected from ages."""
    shown = [
        one
        for one in (theme.own.shown(name, Kind.EXPECTED) for name in themes.RATIOS)
        if one.status in _EXACT
    ]
    lines = [_line(one, _affection(one)) for one in shown]
    _draw(
        theme,
        lines,
        "ald_attendues",
        "Personnes en ALD, à âge égal",
        "100 est ce que donneraient les âges de la CPTS si chacun était touché comme dans la "
        "région : à 120, un cinquième de malades reconnus en plus. Un écart n'est ni bon ni "
        "mauvais : il peut tenir à la maladie, à son repérage ou à l'accès à l'ALD.",
        axis="Pour 100 attendues",
        across=100.0,
    )


def _affection(shown: Shown) -> str:
    words = shown.indicator.label.rpartition(" : ")[2]
    return words[:1].upper() + words[1:]


def coverages(theme: ThemePage) -> None:
    """Screenings and vaccinations beside their reference and their target, and who is missing."""
    names = [*themes.SCREENINGS, *themes.VACCINATIONS, "recours_dentiste"]
    shown = _shown(theme, names)
    lines = [_line(one, cards.short_name(one.indicator)) for one in shown]
    _draw(
        theme,
        lines,
        "couvertures",
        "Dépistages et vaccinations devant la référence et la cible",
        f"Le point est la CPTS et son intervalle de confiance ; le trait noir, "
        f"{_reference_words(shown)} ; le triangle, la cible nationale quand elle existe.",
        axis="% des personnes concernées",
        full=True,
    )
    rows = [_persons_row(one) for one in shown]
    rows = [row for row in rows if any(cell != "–" for cell in row[1:])]
    if rows:
        head = ("Indicateur", "Pour atteindre la cible", "Pour atteindre la référence")
        st.html(cards.table("L’écart en personnes", head, rows))


def _persons_row(shown: Shown) -> list[str]:
    cells = []
    for row in (shown.target, shown.beside):
        told = cards.persons_words(row, shown.indicator) if row else ""
        cells.append(cards.text(_short(told)) if told else "–")
    return [cards.text(shown.indicator.short_label), *cells]


def _short(sentence: str) -> str:
    return sentence.removeprefix("Il faudrait ").rpartition(" pour atteindre")[0]
