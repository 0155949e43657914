"""Charts: each says in its title what one sees, and has a table that says the same."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing import palettes
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.territories import Territory
from pages.parts import blocks
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


def _commune_values(diagnostic: Diagnostic, territory: Territory, name: str) -> pd.DataFrame:
    units = list(diagnostic.territories(territory.level).units_of(territory.id).index)
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


def range_by_commune(page: Frame, territory: Territory, name: str) -> None:
    """An indicator that never combines: its range over the communes, and each of them."""
    diagnostic = page.diagnostic
    indicator = INDICATORS[name]
    table = _commune_values(diagnostic, territory, name)
    units = diagnostic.territories(territory.level).units_of(territory.id)
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
    blocks.lead(sentence, about=name)
    figure = _bars(table, indicator, f"{indicator.short_label} des communes")
    shown = table.rename(columns={"value": indicator.short_label})
    _show(figure, shown, f"etendue_{name}", sentence)
    period = diagnostic.latest_period(indicator)
    blocks.note(f"Source : {diagnostic.source_line(indicator, period)}.")
