"""Blocks that pages are made of: cards, comparison tables, source lines, notes on what is missing.

Every text that may come from a file is escaped here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.measures import Status
from cpts_data.reading.comparisons import Row
from cpts_data.reading.identity import SHARED, shared_units, size_words
from cpts_data.territories import Level, Territory
from pages.parts import figure_marks, helps
from pages.parts.frame import Frame

# Beyond, it is words: large type would break them over several lines.
_FIGURE = 10
_LONG = ' class="cpts-said"'


def title(text: str) -> None:
    """The name of the territory that the page speaks of."""
    with st.container(key="territoire"):
        st.header(plain(french.typography(text)), anchor=False)


def section(heading: str, sentence: str = "") -> None:
    """A section of a page: its heading, of the second level, and what one sees there.

    Whether the page names a territory first or not, headings never skip a level: cards come third.
    The words of the field that the heading uses have their help.
    """
    st.header(french.typography(heading), anchor=False, help=helps.of_words(heading))
    if sentence:
        note(sentence)


def lead(text: str, told: Row | None = None, about: str = "") -> None:
    """One or two opening sentences.

    ``told`` is the row of the figure that they tell, if any; else ``about`` may name the indicator.
    """
    mark = figure_marks.told_in_words(told) if told is not None else _about(about)
    st.html(f'<p class="cpts-lead" {mark}>{escape(french.typography(text))}</p>')


def figures(
    pairs: Sequence[tuple[str, str]], rows: Mapping[int, Row] | None = None, about: str = ""
) -> None:
    """Large figures side by side: (figure, what it counts).

    ``rows`` gives the row of those that are figures of the catalogue, by their place; ``about``
    names the indicator that others are made of.
    """
    marked = dict(rows or {})
    cells = "".join(
        f"<div><b{_LONG if len(value) > _FIGURE else ''}>{_marked(value, marked.get(place))}</b>"
        f"<span>{escape(french.typography(label))}</span></div>"
        for place, (value, label) in enumerate(pairs)
    )
    st.html(f'<div class="cpts-figures" {_about(about)}>{cells}</div>')


def _marked(value: str, row: Row | None) -> str:
    return escape(value) if row is None else figure_marks.figure(row, escape(value))


def note(text: str, about: str = "") -> None:
    """A remark in small type; ``about`` is the indicator whose figures it tells, if any."""
    st.html(f'<p class="cpts-note" {_about(about)}>{escape(french.typography(text))}</p>')


def _about(indicator: str) -> str:
    return f'data-indicateur="{escape(indicator)}"' if indicator else ""


def _row(diagnostic: Diagnostic, indicator: str, level: Level, identifier: str) -> pd.Series:
    return diagnostic.values([indicator], level, [identifier]).iloc[0]


def identity(frame: Frame, territory: Territory) -> None:
    """Who a CPTS is: inhabitants, size class, communes, départements, stage; shared communes."""
    diagnostic = frame.diagnostic
    people = _row(diagnostic, "population", territory.level, territory.id)
    units = diagnostic.territories(territory.level).units_of(territory.id)
    shared = shared_units(diagnostic, territory)
    when = f" ({people['period']})" if people["period"] else ""
    told = [(french.number(float(people["value"])), f"habitants{when}")]
    if sizes := size_words(diagnostic, territory):
        told.append((sizes, "classe de l’accord conventionnel (ACI)"))
    told.append((french.number(len(units)), "communes ou arrondissements"))
    names = [diagnostic.territory(Level.DEPARTEMENT, d).label for d in territory.departements]
    told.append((french.enumeration(names), "département" + ("s" if len(names) > 1 else "")))
    stage = diagnostic.stage_of(territory.id)
    told.append((stage.label, stage.when))
    figures(told, {0: people.to_dict()})
    for code, others in shared.items():
        warn_shared(diagnostic, code, others)


def warn_shared(diagnostic: Diagnostic, code: str, others: Sequence[str]) -> None:
    """Say that a commune belongs to several CPTS and that figures are those of all of it."""
    name = str(diagnostic.register.units.table["name"][code])
    st.warning(
        french.typography(
            f"Commune partagée : {plain(name)} appartient aussi à "
            f"{french.enumeration([plain(other) for other in others])}. {SHARED}"
        )
    )


def plain(text: str) -> str:
    """Text for Streamlit's Markdown: its signs are shown, not interpreted."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-!|<>$~:" else sign for sign in text)


def sortable_table(values: pd.DataFrame, words: pd.DataFrame | None = None) -> None:
    """A table of numbers that sort as numbers, written as French readers expect them.

    ``words`` has some columns of ``values``: what a cell without a number says, else nothing. A
    column « État » beside the numbers tells it.
    """
    shown: pd.DataFrame = values.reset_index(drop=True)
    config: dict[str, Any] = {}
    for name in () if words is None else words.columns:
        if words[name].ne("").any():
            state = f"État : {name}"
            shown.insert(shown.columns.get_loc(name) + 1, state, words[name].to_numpy())
            config[state] = st.column_config.TextColumn("État", help=f"Pourquoi « {name} » manque.")
    numbers = [str(name) for name in shown.select_dtypes("number").columns]
    config |= {name: st.column_config.NumberColumn(help=_column_help(name)) for name in numbers}
    written = shown.style.format({name: _writer(shown[name]) for name in numbers})
    st.dataframe(written, hide_index=True, width="stretch", column_config=config, placeholder="")


def _writer(column: pd.Series) -> Callable[[float], str]:
    told = french.column(column.astype(float))
    return lambda value: told.get(value, "")


def _column_help(name: str) -> str | None:
    """What the indicator of a column counts, for the help of its head."""
    found = (one for one in INDICATORS.values() if name.startswith(one.short_label))
    return next((helps.of_indicator(one) for one in found if _heads(one, name)), None)


def _heads(indicator: Indicator, name: str) -> bool:
    return name in (indicator.short_label, f"{indicator.short_label} ({indicator.unit})")


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
        values[indicator.short_label] = french.rounded(
            rows["value"].astype(float), indicator.digits
        )
        told = rows["status"].map(lambda status: Status(str(status)).words)
        words[indicator.short_label] = told.where(rows["value"].isna(), "")
    return values, words


def later() -> DeltaGenerator:
    """A place on the page for what is written once the rest is there: it may take its time."""
    return st.container()


def nothing_here(what: str, mend: str) -> None:
    """A designed empty state: what is missing, why, how to add it."""
    st.info(french.typography(f"{what}\n\n{mend}"))


def download(
    label: str, content: bytes | str | Callable[[], bytes | str], name: str, mime: str
) -> None:
    """A download button that does not rerun the page; a function is called at the click only."""
    st.download_button(label, content, name, mime, on_click="ignore")
