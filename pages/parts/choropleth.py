"""From a ``Values`` table to what a map shows: classes, colours, tooltips, legend. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from cpts_data import french
from cpts_data.analysis.classes import breaks, classify
from cpts_data.indicators import Indicator
from cpts_data.measures import Status
from pages.parts import maps, palettes

METHODS = {
    "quantiles": "Quantiles (effectifs égaux)",
    "jenks": "Seuils naturels (Jenks)",
    "egales": "Amplitudes égales",
    "seuils": "Repères de l’indicateur",
}


@dataclass(frozen=True)
class Choropleth:
    """Colours and texts by commune code, with the legend that explains them."""

    fills: dict[str, str]
    texts: dict[str, str]
    legend: str
    states: dict[str, set[str]] = field(default_factory=dict)


def methods_of(indicator: Indicator) -> dict[str, str]:
    """The classifications that suit an indicator."""
    return {
        name: label for name, label in METHODS.items() if name != "seuils" or indicator.thresholds
    }


def _bounds(values: pd.Series, indicator: Indicator, method: str, classes: int) -> list[float]:
    if method == "seuils":
        return breaks(values, method, [mark for mark, _ in indicator.thresholds])
    return breaks(values, method, classes)


def _labels(bounds: list[float], lowest: float, indicator: Indicator) -> list[str]:
    """Words of the classes: « de 2,5 à 4,0 », the first and the last with their extremes."""
    found = []
    previous = lowest
    for bound in bounds:
        low = french.number(previous, indicator.digits)
        high = french.number(bound, indicator.digits)
        found.append(f"de {low} à {high}" if low != high else low)
        previous = bound
    return found


def choropleth(
    values: pd.DataFrame,
    holders: pd.Series,
    indicator: Indicator,
    *,
    method: str,
    classes: int,
    noun: tuple[str, str],
) -> Choropleth:
    """Colour communes by the figures of the territories that hold them.

    ``values`` is a ``Values`` table of one indicator; ``holders`` gives, by commune code, the
    territory whose figure it wears (itself at the level of communes).
    """
    rows = values.set_index("territory")
    rows = rows[rows.index.isin(holders.dropna().unique())]
    known = rows.loc[rows["value"].notna(), "value"].astype(float)
    bounds = _bounds(known, indicator, method, classes) if len(known) else []
    # Thresholds read « strictly under »: the class on the right holds its lower bound.
    side = "left" if method == "seuils" else "right"
    ranks = classify(known, bounds, side) if bounds else pd.Series(dtype=int)
    colours = palettes.sequential(indicator, max(len(bounds), 1))
    fill_of = {name: colours[int(rank)] for name, rank in ranks.items() if rank == rank}
    fills = {code: fill_of[name] for code, name in holders.items() if name in fill_of}
    texts = {
        str(code): _text(rows.loc[name], indicator)
        for code, name in holders.dropna().items()
        if name in rows.index
    }
    states = _states(rows, holders)
    counts = pd.Series(ranks).value_counts()
    legend_rows = [
        maps.LegendClass(colours[position], label, int(counts.get(position, 0)))
        for position, label in enumerate(
            _labels(bounds, float(known.min()) if len(known) else 0.0, indicator)
        )
    ]
    tally = rows["status"].value_counts()
    legend = maps.legend(
        f"{indicator.label} ({indicator.unit})",
        legend_rows,
        method=f"{METHODS[method]}, {french.count_of(len(legend_rows), 'classe')}",
        masked=int(tally.get(Status.MASKED.value, 0) + tally.get(Status.MASKED_BY_US.value, 0)),
        bounded=int(tally.get(Status.BOUNDED.value, 0)),
        too_small=int(tally.get(Status.TOO_SMALL.value, 0)),
        missing=int(tally.get(Status.MISSING.value, 0)),
        blank=int(tally.get(Status.NOT_APPLICABLE.value, 0)),
        estimated=int(tally.get(Status.ESTIMATED.value, 0)),
        noun=noun,
    )
    return Choropleth(fills, texts, legend, states)


def _text(row: pd.Series, indicator: Indicator) -> str:
    status = Status(str(row["status"]))
    if status is Status.BOUNDED:
        return french.between(row["lower"], row["upper"], indicator.unit, indicator.digits)
    if not status.has_value:
        return status.words
    told = french.with_unit(float(row["value"]), indicator.unit, indicator.digits)
    return f"{told} (estimation)" if status is Status.ESTIMATED else told


_SIGNS = {
    Status.MASKED: "hatched",
    Status.MASKED_BY_US: "hatched",
    Status.BOUNDED: "hatched",
    Status.TOO_SMALL: "dotted",
    Status.MISSING: "missing",
    Status.NOT_APPLICABLE: "blank",
    Status.ESTIMATED: "estimated",
}


def _states(rows: pd.DataFrame, holders: pd.Series) -> dict[str, set[str]]:
    status = holders.map(rows["status"])
    found: dict[str, set[str]] = {}
    for state, sign in _SIGNS.items():
        found.setdefault(sign, set()).update(status.index[status == state.value].astype(str))
    return found
