"""The funnel plot: which CPTS differ from a reference more than their size lets chance explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.compare import Basis, Kind, methods_of
from cpts_data.analysis.confidence import Method
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.measures import Status
from cpts_data.reading import side_by_side, verdicts
from cpts_data.statistics.significance import FunnelClass, funnel_class, funnel_limits
from cpts_data.territories import Territory
from pages.parts import blocks, funnel_plot, present, selection, store
from pages.parts.frame import Frame

_PLACES = {
    FunnelClass.LOW_STRONG: -2,
    FunnelClass.LOW: -1,
    FunnelClass.NOT_SIGNIFICANT: 0,
    FunnelClass.HIGH: 1,
    FunnelClass.HIGH_STRONG: 2,
}
_WORDS = {
    -2: "au-dessous de la limite à 99,8 %",
    -1: "au-dessous de la limite à 95 %",
    0: "dans l'entonnoir : le hasard suffit",
    1: "au-dessus de la limite à 95 %",
    2: "au-dessus de la limite à 99,8 %",
}
_METHODS = methods_of(INDICATORS)


@dataclass(frozen=True)
class Funnel:
    """What a funnel plot draws: points, limits, and the value that everything is held against."""

    points: pd.DataFrame
    limits: pd.DataFrame
    benchmark: float
    axis: str


def counted() -> list[str]:
    """Indicators whose figures are counts over a population: those that a funnel may show."""
    return [name for name, method in _METHODS.items() if method.kind in ("wilson", "rate")]


def build(rows: pd.DataFrame, method: Method, benchmark: float) -> Funnel:
    """Points, classes and limits of a funnel plot.

    ``rows`` are observed ``Values`` rows with ``label``; ``benchmark`` is in the indicator's unit.
    The size is the denominator of a proportion, the number of events of a rate.

    Source: :func:`cpts_data.statistics.significance.funnel_limits`.
    """
    share = method.kind == "wilson"
    size = rows["denominator"] if share else rows["numerator"]
    target = benchmark / method.per
    kind = "proportion" if share else "rate_crude"
    classes = funnel_class(kind, rows["numerator"], rows["denominator"], target)
    points = rows.assign(size=size.astype(float), place=classes.map(_PLACES).fillna(0).astype(int))
    largest = float(points["size"].max()) * 1.08
    steps = np.unique(np.ceil(np.geomspace(max(largest / 400, 1.0), largest, 120)))
    if share:
        limits = funnel_limits(f"proportion x{method.per:.0f}", steps, target)
    else:
        limits = funnel_limits("rate", steps, benchmark)
    axis = "Effectif concerné (dénominateur)" if share else "Nombre d'événements observés"
    return Funnel(points, limits.assign(size=steps), benchmark, french.typography(axis))


def show(page: Frame, own: Territory) -> None:
    """Choice, sentence, funnel, table."""
    left, right = st.columns(2)
    with left:
        indicator = selection.choose_indicator(among=counted(), default="depistage_sein_total")
    with right:
        kind = selection.choose_reference(page, own)
    rows = _rows(page, own, kind, indicator)
    known = _countable(rows, _METHODS[indicator.id])
    alike = ~rows["without"].astype(bool) & rows["basis"].ne(Basis.DIFFERENT.value)
    benchmark = rows["reference_value"].where(alike).dropna()
    blocks.section(f"{indicator.label} : ce que le hasard n'explique pas")
    if known.empty or benchmark.empty:
        _why_none(rows, known, indicator)
        return
    funnel = build(known, _METHODS[indicator.id], float(benchmark.iloc[0]))
    points = funnel.points.assign(told=_told(funnel.points, indicator))
    blocks.lead(_sentence(points, own, indicator))
    label = french.typography(own.name)
    words = (funnel.axis, indicator.unit)
    figure = funnel_plot.funnel(points, funnel.limits, funnel.benchmark, words, label)
    present.chart(figure, "entonnoir", _sentence(points, own, indicator))
    reference = str(rows["reference_name"].iloc[0])
    value = french.with_unit(funnel.benchmark, indicator.unit, indicator.digits)
    blocks.note(
        f"Ligne pleine : {reference} ({value}). Tirets : limites à 95 % ; traits : à 99,8 %. "
        "Triangle : hors des limites à 95 %. Être hors de l'entonnoir ne dit pas pourquoi : "
        "âge, précarité et organisation n'y sont pas corrigés.",
        indicator.id,
    )
    if warning := verdicts.by_chance(len(points)):
        blocks.note(warning)
    present.table(_table(points, indicator), points, f"entonnoir_{indicator.id}")
    present.source(page, indicator, str(rows["period"].iloc[0]))


def _rows(page: Frame, own: Territory, kind: Kind, indicator: Indicator) -> pd.DataFrame:
    everyone = side_by_side.peers_and_own(page.diagnostic, own)
    rows = store.compared(page.diagnostic, own, kind, [indicator.id], everyone)
    return rows.assign(label=[french.typography(one.name) for one in everyone])


def _countable(rows: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Observed rows whose counts make sense."""
    sound = rows["status"].eq(Status.OBSERVED.value) & rows["denominator"].gt(0)
    sound &= rows["numerator"].notna()
    if method.kind == "wilson":
        sound &= rows["numerator"].le(rows["denominator"])
    return rows[sound]


def _why_none(rows: pd.DataFrame, known: pd.DataFrame, indicator: Indicator) -> None:
    if rows["basis"].eq(Basis.DIFFERENT.value).any():
        blocks.nothing_here(
            "Cette référence ne compte pas la même chose : les définitions diffèrent.",
            "Choisissez une autre référence, par exemple la région ou la médiane des CPTS.",
        )
    elif len(known):
        blocks.nothing_here(
            "La valeur de la référence n'est pas connue dans cet espace.",
            "Choisissez une autre référence, par exemple la médiane des CPTS.",
        )
    else:
        present.nothing_known(indicator, rows)


def _told(points: pd.DataFrame, indicator: Indicator) -> list[str]:
    return [
        f"{row['label']} : {french.with_unit(row['value'], indicator.unit, indicator.digits)} "
        f"({french.number(row['numerator'])} sur {french.number(row['denominator'])}), "
        f"{_WORDS[int(row['place'])]}"
        for _, row in points.iterrows()
    ]


def _sentence(points: pd.DataFrame, own: Territory, indicator: Indicator) -> str:
    outside = int(points["place"].ne(0).sum())
    told = (
        f"{french.count_of(outside, 'CPTS sort', 'CPTS sortent')} de l'entonnoir, sur "
        f"{french.number(len(points))}."
    )
    mine = points[points["territory"].eq(own.id)]
    if mine.empty:
        return told
    return f"{told} {own.name} est {_WORDS[int(mine['place'].iloc[0])]}."


def _table(points: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    ordered = points.sort_values("value", ascending=False)
    return pd.DataFrame(
        {
            "CPTS": ordered["label"],
            indicator.short_label: french.rounded(ordered["value"], indicator.digits),
            "Numérateur": french.rounded(ordered["numerator"]),
            "Dénominateur": french.rounded(ordered["denominator"]),
            "Place": [french.typography(_WORDS[int(place)]) for place in ordered["place"]],
        }
    )
