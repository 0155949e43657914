"""From a scenario to the colours of its maps: levels before and after, gaps. Pure.

Both levels wear the same classes, so that a commune that changes colour has changed class. For GPs
they hold the marks of 2.5 and 4; elsewhere they are fifths of the published value. Gaps diverge
around « unchanged », in steps common to all the scenarios shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.drawing import palettes
from cpts_data.drawing.choropleth import Choropleth
from cpts_data.indicators import Indicator
from pages.parts import maps

_CLASSES = 5
_FIRST_MARKS = (1.5, 2.5, 3.25, 4.0)
_SIDES = len(palettes.GAINS)
_ROUNDING = 1e-9


def level_edges(published: pd.Series, indicator: Indicator) -> list[float]:
    """The bounds between classes of levels, ascending: the indicator's marks, else fifths."""
    if indicator.thresholds:
        return list(_FIRST_MARKS)
    known = published.dropna()
    if known.empty:
        return []
    edges = np.quantile(known, [step / _CLASSES for step in range(1, _CLASSES)])
    return sorted({round(float(edge), indicator.digits) for edge in edges})


def levels(
    values: pd.Series,
    edges: Sequence[float],
    indicator: Indicator,
    texts: dict[str, str],
    *,
    title: str,
    estimated: frozenset[str] = frozenset(),
) -> Choropleth:
    """Colour communes by a level; a commune without value is « non disponible »."""
    known = values.dropna()
    colours = palettes.sequential(indicator, len(edges) + 1)
    ranks = pd.Series(np.searchsorted(edges, known.to_numpy(), side="right"), index=known.index)
    fills = {str(code): colours[rank] for code, rank in ranks.items()}
    counts = ranks.value_counts()
    told = [french.number(edge, indicator.digits) for edge in edges]
    labels = [
        f"moins de {told[0]}" if told else "toutes",
        *(f"de {low} à {high}" for low, high in pairwise(told)),
        *([f"{told[-1]} ou plus"] if told else []),
    ]
    rows = [
        maps.LegendClass(colour, label, int(counts.get(rank, 0)))
        for rank, (colour, label) in enumerate(zip(colours, labels, strict=True))
    ]
    legend = maps.legend(
        f"{title} ({indicator.unit})",
        rows,
        method="Mêmes classes avant et après"
        + (
            " ; 2,5 et 4 sont les repères de la DREES."
            if indicator.thresholds
            else ", par quintile."
        ),
        missing=int(values.isna().sum()),
        estimated=len(estimated),
    )
    return Choropleth(fills, texts, legend, {"estimated": set(estimated)})


def gap_step(largest: float) -> float:
    """The step of the classes of gaps: 1, 2 or 5 times a power of ten, a third of the largest."""
    if largest <= _ROUNDING:
        return 0.1
    target = largest / _SIDES
    power = 10.0 ** math.floor(math.log10(target))
    return next(power * times for times in (1.0, 2.0, 5.0, 10.0) if power * times >= target * 0.8)


def gaps(
    values: pd.Series,
    step: float,
    indicator: Indicator,
    texts: dict[str, str],
    *,
    title: str,
    estimated: frozenset[str] = frozenset(),
) -> Choropleth:
    """Colour communes by a change: losses, unchanged, gains."""
    known = values.dropna()
    ranks = known.map(lambda gap: _rank(float(gap), step))
    palette = {
        **{-(place + 1): colour for place, colour in enumerate(reversed(palettes.LOSSES))},
        0: palettes.UNCHANGED,
        **{place + 1: colour for place, colour in enumerate(palettes.GAINS)},
    }
    fills = {str(code): palette[rank] for code, rank in ranks.items()}
    counts = ranks.value_counts()
    digits = max(indicator.digits, math.ceil(-math.log10(step)) if step < 1 else 0)
    shown = [
        rank
        for rank in sorted(palette)
        if rank == 0 or any(counts.get(one, 0) for one in palette if one * rank > 0)
    ]
    rows = [
        maps.LegendClass(palette[rank], _gap_label(rank, step, digits), int(counts.get(rank, 0)))
        for rank in shown
    ]
    legend = maps.legend(
        f"{title} ({indicator.unit})",
        rows,
        method="Écart entre l'après et l'avant ; mêmes classes pour tous vos scénarios.",
        missing=int(values.isna().sum()),
        estimated=len(estimated),
    )
    return Choropleth(fills, texts, legend, {"estimated": set(estimated)})


def _rank(gap: float, step: float) -> int:
    if abs(gap) <= _ROUNDING:
        return 0
    side = min(math.ceil(abs(gap) / step - _ROUNDING), _SIDES)
    return side if gap > 0 else -side


def _gap_label(rank: int, step: float, digits: int) -> str:
    if rank == 0:
        return "inchangée"
    sign = 1 if rank > 0 else -1
    low = french.signed(sign * (abs(rank) - 1) * step, digits)
    high = french.signed(sign * abs(rank) * step, digits)
    if abs(rank) == _SIDES:
        return f"plus de {low}" if sign > 0 else f"au-delà de {low}"
    if abs(rank) == 1:
        return f"jusqu'à {high}"
    return f"de {low} à {high}"


@lru_cache(maxsize=100_000)
def _number(value: float, digits: int) -> str:
    """A number in French; the published ones come back at every change."""
    return french.number(value, digits, fixed=False)


def tooltips(communes: pd.DataFrame, indicator: Indicator, who: str) -> dict[str, str]:
    """What a commune says under the pointer: before, after, practitioners."""
    digits = indicator.digits
    columns = ("publie", "publie_apres", "gap", "practitioners", "practitioners_after")
    found = {}
    for code, *told in zip(
        communes.index, *(communes[name].to_numpy(dtype=float) for name in columns), strict=True
    ):
        before, after, gap, there, then = told
        lines = [f"publiée : {_number(before, digits)}"]
        if abs(gap) > _ROUNDING:
            lines = [
                f"{_number(before, digits)} → {french.number(after, digits)} "
                f"({french.signed(gap, digits)})"
            ]
        if there or then:
            heads = _number(there, 1)
            moved = "" if there == then else f" → {french.number(then, 1, fixed=False)}"
            lines.append(f"{who} : {heads}{moved}")
        found[str(code)] = "\n".join(lines)
    return found
