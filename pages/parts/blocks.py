"""Blocks that pages are made of: cards, comparison tables, source lines, notes on what is missing.

Every text that may come from a file is escaped here, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cpts_data import french
from cpts_data.aci.size_classes import possible_size_classes
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.measures import Status
from cpts_data.territories import Level, Territory
from pages.parts.frame import Frame


def title(text: str) -> None:
    """The name of the territory that the page speaks of."""
    st.header(plain(french.typography(text)), anchor=False)


def section(heading: str, sentence: str = "") -> None:
    """A section of a page: its heading and what one sees there."""
    st.subheader(french.typography(heading), anchor=False)
    if sentence:
        note(sentence)


def lead(text: str) -> None:
    """One or two opening sentences."""
    st.html(f'<p class="cpts-lead">{escape(french.typography(text))}</p>')


def figures(pairs: Sequence[tuple[str, str]]) -> None:
    """Large figures side by side: (figure, what it counts)."""
    cells = "".join(
        f"<div><b>{escape(value)}</b><span>{escape(french.typography(label))}</span></div>"
        for value, label in pairs
    )
    st.html(f'<div class="cpts-figures">{cells}</div>')


def note(text: str) -> None:
    """A remark in small type."""
    st.html(f'<p class="cpts-note">{escape(french.typography(text))}</p>')


def cell(row: pd.Series | Mapping[str, object], indicator: Indicator) -> str:
    """A figure in words: value and unit, bounds, or why there is none."""
    status = Status(str(row["status"]))
    if status is Status.BOUNDED:
        lower, upper = float(str(row["lower"])), float(str(row["upper"]))
        return french.between(lower, upper, indicator.unit, indicator.digits)
    if not status.has_value:
        return status.words
    return french.with_unit(float(str(row["value"])), indicator.unit, indicator.digits)


def _row(diagnostic: Diagnostic, indicator: str, level: Level, identifier: str) -> pd.Series:
    return diagnostic.values([indicator], level, [identifier]).iloc[0]


def identity(frame: Frame, territory: Territory) -> None:
    """Who a CPTS is: inhabitants, size class, communes, départements, stage; shared communes."""
    diagnostic = frame.diagnostic
    population = float(_row(diagnostic, "population", Level.CPTS, territory.id)["value"])
    units = diagnostic.territories(Level.CPTS).units_of(territory.id)
    shared = shared_units(diagnostic, territory)
    alone = diagnostic.inhabitants(code for code in units.index if code not in shared)
    told = [(french.number(population), "habitants")]
    if population == population:
        classes = possible_size_classes(population, alone if shared else None)
        sizes = french.enumeration([str(item.number) for item in classes], "ou")
        told.append((f"Taille {sizes}", "classe de l’accord conventionnel (ACI)"))
    told.append((french.number(len(units)), "communes ou arrondissements"))
    names = [diagnostic.territory(Level.DEPARTEMENT, d).label for d in territory.departements]
    told.append((french.enumeration(names), "département" + ("s" if len(names) > 1 else "")))
    stage = diagnostic.stage_of(territory.id)
    told.append((stage.label, stage.when))
    figures(told)
    for code, others in shared.items():
        warn_shared(diagnostic, code, others)


def shared_units(diagnostic: Diagnostic, territory: Territory) -> dict[str, list[str]]:
    """Units of a CPTS that other CPTS hold too: code -> names of the others."""
    overlaps = diagnostic.territories(Level.CPTS).overlaps()
    names = diagnostic.territories(Level.CPTS).table["name"]
    found = {}
    for row in overlaps.itertuples():
        if territory.id in row.territories:
            found[str(row.unit)] = [str(names[i]) for i in row.territories if i != territory.id]
    return found


def warn_shared(diagnostic: Diagnostic, code: str, others: Sequence[str]) -> None:
    """Say that a commune belongs to several CPTS and that figures are those of all of it."""
    name = str(diagnostic.register.units.table["name"][code])
    st.warning(
        french.typography(
            f"Commune partagée : {plain(name)} appartient aussi à "
            f"{french.enumeration([plain(other) for other in others])}. La part de chacune n'est "
            "pas connue : les chiffres sont ceux de la commune entière."
        )
    )


def plain(text: str) -> str:
    """Text for Streamlit's Markdown: its signs are shown, not interpreted."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-!|<>$~:" else sign for sign in text)


def sortable_table(values: pd.DataFrame, words: pd.DataFrame) -> None:
    """A table of numbers that sort as numbers; a column « État » says why a number is absent.

    ``words`` has some columns of ``values``: what a cell without a number says, else nothing.
    """
    shown = values.copy()
    for name in words.columns:
        if words[name].ne("").any():
            shown.insert(shown.columns.get_loc(name) + 1, f"État : {name}", words[name])
    numbers = shown.select_dtypes("number").columns
    column = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        column_config=dict.fromkeys(numbers, column),
        placeholder="",
    )


def unit_values(
    diagnostic: Diagnostic, units: Sequence[str], indicators: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Figures of communes and arrondissements, names first; and words where there is no figure."""
    names = diagnostic.register.units.table["name"].reindex(units)
    values = pd.DataFrame({"Commune": names}, index=pd.Index(units))
    words = pd.DataFrame(index=values.index)
    for name in indicators:
        indicator = INDICATORS[name]
        rows = diagnostic.unit_rows(name).reindex(units)
        values[indicator.short_label] = rows["value"].astype(float).round(indicator.digits)
        told = rows["status"].map(lambda status: Status(str(status)).words)
        words[indicator.short_label] = told.where(rows["value"].isna(), "")
    return values, words


def later() -> DeltaGenerator:
    """A place on the page for what is written once the rest is there: it may take its time."""
    return st.container()


def nothing_here(what: str, mend: str) -> None:
    """A designed empty state: what is missing, why, how to add it."""
    st.info(french.typography(f"{what}\n\n{mend}"))


def download(label: str, content: bytes | str, name: str, mime: str) -> None:
    """A download button that does not rerun the page."""
    st.download_button(label, content, name, mime, on_click="ignore")
