"""A territory commune by commune: the figures of its communes, and which indicators they have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Status
from cpts_data.reading import data_requests
from cpts_data.reading.comparisons import OwnReading
from cpts_data.reading.data_requests import Gap
from cpts_data.reading.themes import View
from cpts_data.reading.wording import cell
from cpts_data.territories import Level, Territory

_EXACT = (Status.OBSERVED.value, Status.ESTIMATED.value)
Read = Callable[[Sequence[str]], pd.DataFrame]


def values(diagnostic: Diagnostic, territory: Territory, indicators: Sequence[str]) -> pd.DataFrame:
    """``Values`` of the communes and arrondissements of a territory."""
    units = diagnostic.territories(territory.level).units_of(territory.id).index
    parts = []
    for level in (Level.COMMUNE, Level.ARRONDISSEMENT):
        # Looking up few codes among many: an index finds them, « isin » reads them all.
        inside = units[diagnostic.territories(level).table.index.get_indexer(units) >= 0]
        if len(inside):
            parts.append(diagnostic.values(indicators, level, [str(code) for code in inside]))
    if not parts:
        return diagnostic.values([], Level.COMMUNE)
    return pd.concat(parts, ignore_index=True)


def rows(diagnostic: Diagnostic, own: OwnReading, view: View, read: Read) -> pd.DataFrame:
    """What communes may tell of a theme; ``read`` gives the :func:`values` of some indicators."""
    names = [
        name
        for name in view.everything
        if name in view.by_commune or own.status(name) is not Status.CONTEXT
    ]
    held = diagnostic.facts
    return read([name for name in names if any(held.has(c) for c in INDICATORS[name].columns)])


def known(view: View, found: pd.DataFrame) -> list[str]:
    """The indicators of a theme of which at least one commune has a figure."""
    shown = found["value"].notna() & ~found["status"].eq(Status.CONTEXT.value)
    told = set(found.loc[shown, "indicator"])
    charted = set(view.charted)
    return [name for name in view.everything if name in told and name not in charted]


@dataclass(frozen=True)
class Table:
    """What the communes of a territory tell of a theme.

    ``rows`` are ``Values``; ``names`` the indicators that at least one commune has; ``figures`` and
    ``words`` one line per commune, as :func:`wide` gives them.
    """

    rows: pd.DataFrame
    names: tuple[str, ...]
    figures: pd.DataFrame
    words: pd.DataFrame


def table(diagnostic: Diagnostic, own: OwnReading, view: View) -> Table:
    """The communes of a territory, for one theme."""

    def read(names: Sequence[str]) -> pd.DataFrame:
        return values(diagnostic, own.territory, names)

    everything = rows(diagnostic, own, view, read)
    names = tuple(known(view, everything))
    found = everything[everything["indicator"].isin(names)]
    return Table(found, names, *wide(found, names))


def wide(found: pd.DataFrame, names: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One line per commune: figures, and words where there is none."""
    first = found.drop_duplicates("territory").set_index("territory")["name"].sort_values()
    figures = pd.DataFrame({"Commune": first})
    words = pd.DataFrame(index=figures.index)
    for name in names:
        indicator = INDICATORS[name]
        told = found[found["indicator"] == name].set_index("territory").reindex(figures.index)
        label = f"{indicator.short_label} ({indicator.unit})"
        own = told["status"].isin(_EXACT)
        figures[label] = french.rounded(told["value"].where(own).astype(float), indicator.digits)
        words[label] = pd.Series("", index=figures.index, dtype=object)
        for code, row in told[~own].iterrows():
            words.loc[code, label] = cell(row, indicator)
    return figures, words


def gaps(diagnostic: Diagnostic, own: OwnReading, view: View, held: Sequence[str]) -> list[Gap]:
    """What a theme lacks for this territory; ``held`` are the indicators that communes have."""
    statuses = {name: own.status(name) for name in view.indicators}
    found = data_requests.gaps(diagnostic, statuses, held)
    for name in view.by_commune:
        if name not in held:
            found += data_requests.gaps(diagnostic, {name: Status.MISSING}, held)
    return found
