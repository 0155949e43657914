"""From a ``Values`` table to what a map shows: classes, colours, tooltips, legend. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from cpts_data import french
from cpts_data.analysis.classes import breaks, classify
from cpts_data.drawing import map_legend, palettes
from cpts_data.indicators import Indicator
from cpts_data.measures import Status

METHODS = {
    "quantiles": "Quantiles (effectifs égaux)",
    "jenks": "Seuils naturels (Jenks)",
    "egales": "Amplitudes égales",
    "seuils": "Repères de l’indicateur",
}
CLASSES = 5


@dataclass(frozen=True)
class Scale:
    """Bounds of the classes of a map, and the lowest value that they were made for.

    ``shared`` says that another map has the same classes.
    """

    bounds: tuple[float, ...]
    lowest: float
    method: str
    shared: bool = False


@dataclass(frozen=True)
class Choropleth:
    """Colours and texts by commune code, with the legend that explains them.

    ``states`` are the signs of ``paint``; ``classes`` the rows of the legend, lowest
    first, ``foot`` the remark under it; ``drawn`` counts the territories that have a colour.
    """

    fills: dict[str, str]
    texts: dict[str, str]
    legend: str
    states: dict[str, set[str]] = field(default_factory=dict)
    classes: tuple[map_legend.LegendClass, ...] = ()
    tally: dict[str, int] = field(default_factory=dict)
    foot: str = ""
    drawn: int = 0


def methods_of(indicator: Indicator) -> dict[str, str]:
    """The classifications that suit an indicator."""
    return {
        name: label for name, label in METHODS.items() if name != "seuils" or indicator.thresholds
    }


def numbers(values: pd.DataFrame) -> pd.Series:
    """What is classed, by territory: its own value, or the middle of its bounds.

    A value known only for the département is no territory's own: it is left out, as is all the
    rest.
    """
    rows = values.set_index("territory")
    own = rows["status"].isin([Status.OBSERVED.value, Status.ESTIMATED.value])
    bounded = rows["status"] == Status.BOUNDED.value
    middle = (rows["lower"].astype(float) + rows["upper"].astype(float)) / 2
    return rows["value"].astype(float).where(own, middle.where(bounded)).dropna()


def scale(
    values: Sequence[pd.DataFrame], indicator: Indicator, method: str, classes: int = CLASSES
) -> Scale:
    """The classes that suit one table, or several together (the same classes on two maps)."""
    known = pd.concat([numbers(table) for table in values])
    chosen = method if method in methods_of(indicator) else "quantiles"
    if known.empty:
        return Scale((), 0.0, chosen, len(values) > 1)
    asked = [mark for mark, _ in indicator.thresholds] if chosen == "seuils" else classes
    bounds = breaks(known, chosen, asked)
    return Scale(tuple(bounds), float(known.min()), chosen, len(values) > 1)


def choropleth(
    values: pd.DataFrame,
    holders: pd.Series,
    indicator: Indicator,
    *,
    method: str,
    classes: int,
    noun: tuple[str, str],
    shared: Scale | None = None,
    titled: bool = True,
) -> Choropleth:
    """Colour communes by the figures of the territories that hold them.

    ``values`` is a ``Values`` table of one indicator; ``holders`` gives, by commune code, the
    territory whose figure it wears (itself at the level of communes). ``shared`` are the classes
    of another map; else they are made here. Without ``titled`` the head of the legend is short:
    the indicator is named in full above the map.
    """
    here = values[values["territory"].isin(holders.dropna().unique())]
    rows = here.set_index("territory")
    used = shared or scale([here], indicator, method, classes)
    bounds = list(used.bounds)
    known = numbers(here)
    # Thresholds read « strictly under »: the class on the right holds its lower bound.
    side: Literal["right", "left"] = "left" if used.method == "seuils" else "right"
    ranks = classify(known, bounds, side) if bounds else pd.Series(dtype=int)
    colours = palettes.sequential(indicator, max(len(bounds), 1))
    fill_of = {name: colours[int(rank)] for name, rank in ranks.items() if rank == rank}
    fills = {str(code): fill_of[name] for code, name in holders.items() if name in fill_of}
    told = {str(name): told_of(row, indicator) for name, row in rows.iterrows()}
    texts = {str(code): told[name] for code, name in holders.dropna().items() if name in told}
    counts = pd.Series(ranks).value_counts()
    lowest = used.lowest if used.shared else (float(known.min()) if len(known) else 0.0)
    legend_rows = tuple(
        map_legend.LegendClass(colours[position], label, int(counts.get(position, 0)))
        for position, label in enumerate(labels(bounds, lowest, indicator, used.method))
    )
    tally = _tally(rows)
    states = _states(rows, holders)
    loose = holders.index[holders.isna()].astype(str)
    texts |= dict.fromkeys(loose, f"hors {noun[0]}")
    states["blank"] |= set(loose)
    foot = _foot(used, len(legend_rows), tally)
    if len(loose):
        foot += french.typography(
            f". {french.count_of(len(loose), 'commune')} hors {noun[0]} (en blanc)"
        )
    return Choropleth(
        fills,
        texts,
        map_legend.legend(
            f"{indicator.label} ({indicator.unit})"
            if titled
            else f"{indicator.short_label} ({indicator.unit})",
            legend_rows,
            method=foot,
            noun=noun,
            **tally,
        ),
        states,
        legend_rows,
        tally,
        foot,
        len(known),
    )


def labels(
    bounds: Sequence[float], lowest: float, indicator: Indicator, method: str = ""
) -> list[str]:
    """Words of the classes: « de 2,5 à 4,0 », the first and the last with their extremes."""
    found = []
    previous = lowest
    for rank, bound in enumerate(bounds):
        low = french.number(previous, indicator.digits)
        high = french.number(bound, indicator.digits)
        if method == "seuils" and rank < len(bounds) - 1 and previous <= bound:
            found.append(f"de {low} à moins de {high}" if rank else f"moins de {high}")
        else:
            found.append(f"de {low} à {high}" if low != high else low)
        previous = bound
    return found


def _foot(used: Scale, count: int, tally: dict[str, int]) -> str:
    if not count:
        return ""
    told = f"{METHODS[used.method]}, {french.count_of(count, 'classe')}"
    if used.shared:
        told += ", les mêmes sur les deux cartes"
    if tally["bounded"]:
        told += ". Sous les hachures colorées, la couleur est celle du milieu de l’intervalle"
    return french.typography(told)


def told_of(row: pd.Series, indicator: Indicator) -> str:
    """A figure and its state in words, as a tooltip says them."""
    status = Status(str(row["status"]))
    if status is Status.BOUNDED:
        told = french.between(row["lower"], row["upper"], indicator.unit, indicator.digits)
        return f"{told} (secret statistique)"
    if not status.has_value:
        return status.words
    told = french.with_unit(float(row["value"]), indicator.unit, indicator.digits)
    if status is Status.CONTEXT:
        return french.typography(f"valeur du département : {told} (non dessinée)")
    if status is Status.ESTIMATED:
        return f"{told} (estimation)"
    lower, upper = row["lower"], row["upper"]
    if pd.notna(lower) and pd.notna(upper):
        low, high = (french.number(float(one), indicator.digits) for one in (lower, upper))
        return f"{told}\n(IC 95{french.NARROW}% {low} – {high})"
    return told


_SIGNS = {
    Status.MASKED: "hatched",
    Status.MASKED_BY_US: "hatched",
    Status.BOUNDED: "hatched",
    Status.TOO_SMALL: "dotted",
    Status.MISSING: "missing",
    Status.CONTEXT: "context",
    Status.NOT_APPLICABLE: "blank",
    Status.ESTIMATED: "estimated",
}
TALLIES = {
    "masked": (Status.MASKED, Status.MASKED_BY_US),
    "bounded": (Status.BOUNDED,),
    "too_small": (Status.TOO_SMALL,),
    "missing": (Status.MISSING,),
    "context": (Status.CONTEXT,),
    "blank": (Status.NOT_APPLICABLE,),
    "estimated": (Status.ESTIMATED,),
}


def _tally(rows: pd.DataFrame) -> dict[str, int]:
    """How many territories are in each state, as :func:`map_legend.legend` names them."""
    counts = rows["status"].astype(str).value_counts()
    return {
        name: int(sum(counts.get(status.value, 0) for status in statuses))
        for name, statuses in TALLIES.items()
    }


def _states(rows: pd.DataFrame, holders: pd.Series) -> dict[str, set[str]]:
    status = holders.map(rows["status"])
    found: dict[str, set[str]] = {}
    for state, sign in _SIGNS.items():
        found.setdefault(sign, set()).update(status.index[status == state.value].astype(str))
    return found
