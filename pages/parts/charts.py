"""Charts: each says in its title what one sees, and has a table that says the same."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.territories import Level, Territory
from pages.parts import blocks, palettes
from pages.parts.frame import Frame

_CONFIG = {"displayModeBar": False, "scrollZoom": False}
_FONT = {"family": "Source Sans Pro, Source Sans, sans-serif", "size": 14, "color": "#1d2733"}
_MOST_BARS = 25
_TICKS = ",.2~f"


def _layout(title: str, height: int, **options: object) -> dict[str, object]:
    return {
        "title": {"text": title, "x": 0, "xanchor": "left", "font": {"size": 15}},
        "height": height,
        "margin": {"l": 10, "r": 20, "t": 46, "b": 40},
        "font": _FONT,
        "separators": f",{french.NARROW}",
        "plot_bgcolor": "#ffffff",
        "paper_bgcolor": "#ffffff",
        "showlegend": False,
        "hoverlabel": {"font": {"size": 13}},
        **options,
    }


def _show(figure: go.Figure, table: pd.DataFrame, key: str, summary: str) -> None:
    """Show a chart with its summary for screen readers and its table."""
    st.plotly_chart(figure, width="stretch", key=key, config=_CONFIG, theme=None, alt=summary)
    with st.expander("Les mêmes chiffres en tableau"):
        st.dataframe(table, hide_index=True, width="stretch")


def _plain(text: str) -> str:
    """Text for Plotly, which reads a little HTML: angle brackets are shown, not interpreted."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def standing_figure(
    values: pd.DataFrame,
    indicator: Indicator,
    own: str,
    marks: list[tuple[str, float]],
) -> go.Figure:
    """Every CPTS as a dot on one axis, the reader's own in dark, references as lines."""
    known = values[values["value"].notna()].sort_values("value").reset_index(drop=True)
    mine = known["territory"] == own
    rank = known["value"].rank(method="first")
    words = [
        f"{_plain(str(name))} : {french.with_unit(value, indicator.unit, indicator.digits)}"
        for name, value in zip(known["name"], known["value"], strict=True)
    ]
    figure = go.Figure()
    figure.add_scatter(
        x=known["value"],
        y=rank,
        mode="markers",
        marker={
            "size": [15 if own_one else 9 for own_one in mine],
            "color": [palettes.OWN if own_one else palettes.PEERS for own_one in mine],
            "symbol": ["diamond" if own_one else "circle" for own_one in mine],
            "line": {"width": 1, "color": "#ffffff"},
        },
        text=words,
        hovertemplate="%{text}<extra></extra>",
    )
    dashes = ("dash", "dot", "dashdot")
    for position, (name, value) in enumerate(marks):
        figure.add_vline(
            x=value,
            line={
                "color": palettes.REFERENCES[position],
                "dash": dashes[position],
                "width": 2,
            },
        )
        figure.add_annotation(
            x=value,
            y=1.0 - 0.09 * position,
            yref="paper",
            text=f"{_plain(name)} {french.number(value, indicator.digits)}",
            showarrow=False,
            xanchor="left",
            xshift=4,
            bgcolor="rgba(255,255,255,.85)",
            font={"color": palettes.REFERENCES[position], "size": 13},
        )
    figure.update_layout(
        _layout(
            indicator.label,
            420,
            xaxis={
                "title": indicator.unit,
                "gridcolor": "#e3e8ec",
                "zeroline": False,
                "tickformat": _TICKS,
            },
            yaxis={"visible": False},
        )
    )
    return figure


def standing(page: Frame, territory: Territory, name: str) -> None:
    """Where a CPTS stands among the CPTS of the space for one indicator."""
    diagnostic = page.diagnostic
    indicator = INDICATORS[name]
    values = diagnostic.values([name], Level.CPTS)
    if not values["value"].notna().any():
        blocks.note(f"{indicator.label} : non disponible dans cet espace.")
        return
    marks = []
    for level, identifier, label in blocks.references(diagnostic, territory):
        value = diagnostic.values([name], level, [identifier])["value"].iloc[0]
        if pd.notna(value):
            marks.append((label, float(value)))
    own = values.set_index("territory")["value"].get(territory.id)
    summary = (
        f"{indicator.label} des CPTS ; {territory.name} : "
        f"{french.with_unit(own, indicator.unit, indicator.digits)}"
    )
    table = pd.DataFrame(
        {"CPTS": values["name"], indicator.short_label: values["value"].round(indicator.digits)}
    ).sort_values(indicator.short_label, ascending=False)
    figure = standing_figure(values, indicator, territory.id, marks)
    _show(figure, table, f"rang_{name}", summary)
    period = str(values["period"].iloc[0])
    blocks.note(f"Source : {diagnostic.source_line(indicator, period)}.")


def _commune_values(diagnostic: Diagnostic, territory: Territory, name: str) -> pd.DataFrame:
    units = list(diagnostic.territories(Level.CPTS).units_of(territory.id).index)
    label = INDICATORS[name].short_label
    table, _ = blocks.unit_values(diagnostic, units, [name])
    return table.rename(columns={label: "value"}).dropna(subset="value")


def _bars(table: pd.DataFrame, indicator: Indicator, title: str) -> go.Figure:
    shown = table.sort_values("value").tail(_MOST_BARS)
    figure = go.Figure()
    figure.add_bar(
        x=shown["value"],
        y=[_plain(str(name)) for name in shown["Commune"]],
        orientation="h",
        marker={"color": palettes.OWN},
        text=[french.number(value, indicator.digits) for value in shown["value"]],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y} : %{text}<extra></extra>",
    )
    figure.update_layout(
        _layout(
            title,
            90 + 24 * len(shown),
            xaxis={"title": indicator.unit, "gridcolor": "#e3e8ec", "tickformat": _TICKS},
            yaxis={"automargin": True},
        )
    )
    return figure


def population_by_commune(page: Frame, territory: Territory) -> None:
    """The most populated communes of a territory, as bars."""
    table = _commune_values(page.diagnostic, territory, "population")
    if table.empty:
        blocks.note("La population des communes n'est pas disponible dans cet espace.")
        return
    most = min(len(table), _MOST_BARS)
    title = "Population des communes du territoire"
    if most < len(table):
        title = f"Les {most} communes les plus peuplées, sur {len(table)}"
    figure = _bars(table, INDICATORS["population"], title)
    full = table.rename(columns={"value": "Population"}).sort_values("Population", ascending=False)
    _show(figure, full, "population_communes", title)
    blocks.note(f"Source : {page.diagnostic.population_line()}.")


def trend(page: Frame, territory: Territory, name: str) -> None:
    """One indicator over its periods; nothing is drawn with a single one."""
    diagnostic = page.diagnostic
    indicator = INDICATORS[name]
    periods = diagnostic.periods(indicator)
    values = [
        diagnostic.values([name], territory.level, [territory.id], period)["value"].iloc[0]
        for period in periods
    ]
    known = [(p, float(v)) for p, v in zip(periods, values, strict=True) if pd.notna(v)]
    if len(known) < 2:
        return
    (first, start), (last, end) = known[0], known[-1]
    change = french.signed((end - start) / start * 100, 1) + french.NARROW + "%"
    title = f"{indicator.short_label} : {change} de {first} à {last}"
    figure = go.Figure()
    figure.add_scatter(
        x=[period for period, _ in known],
        y=[value for _, value in known],
        mode="lines+markers+text",
        line={"color": palettes.OWN, "width": 3},
        marker={"size": 9},
        text=[french.number(value, indicator.digits) for _, value in known],
        textposition="top center",
        hovertemplate="%{x} : %{text}<extra></extra>",
        cliponaxis=False,
    )
    lowest, highest = min(v for _, v in known), max(v for _, v in known)
    margin = max((highest - lowest) * 0.6, highest * 0.02)
    figure.update_layout(
        _layout(
            french.typography(title),
            300,
            xaxis={"type": "category"},
            yaxis={
                "title": indicator.unit,
                "gridcolor": "#e3e8ec",
                "tickformat": _TICKS,
                "automargin": True,
                "range": [lowest - margin, highest + margin],
            },
        )
    )
    table = pd.DataFrame(known, columns=["Période", indicator.short_label])
    _show(figure, table, f"evolution_{name}", title)
    blocks.note(f"L'axe ne part pas de zéro. Source : {diagnostic.source_line(indicator, last)}.")


def range_by_commune(page: Frame, territory: Territory, name: str) -> None:
    """An indicator that never combines: its range over the communes, and each of them."""
    diagnostic = page.diagnostic
    indicator = INDICATORS[name]
    table = _commune_values(diagnostic, territory, name)
    units = diagnostic.territories(Level.CPTS).units_of(territory.id)
    if table.empty:
        blocks.note(f"{indicator.label} : aucune valeur publiée pour ces communes.")
        return
    low, high = table.loc[table["value"].idxmin()], table.loc[table["value"].idxmax()]
    hidden = len(units) - len(table)
    sentence = (
        f"De {french.with_unit(low['value'], indicator.unit, indicator.digits)} "
        f"({low['Commune']}) à {french.with_unit(high['value'], indicator.unit, indicator.digits)} "
        f"({high['Commune']})."
    )
    if hidden:
        told = french.count_of(hidden, "commune est masquée", "communes sont masquées")
        sentence += f" {told} ou non disponible{'s' if hidden > 1 else ''}."
    blocks.lead(sentence)
    figure = _bars(table, indicator, f"{indicator.short_label} des communes")
    shown = table.rename(columns={"value": indicator.short_label})
    _show(figure, shown, f"etendue_{name}", sentence)
    period = diagnostic.latest_period(indicator)
    blocks.note(f"Source : {diagnostic.source_line(indicator, period)}.")
