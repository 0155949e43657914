"""Charts of communes: each says in a sentence what one sees, and is its own table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.territories import Territory
from pages.parts import blocks, cards
from pages.parts.frame import Frame

_MOST_BARS = 25


def _commune_values(diagnostic: Diagnostic, territory: Territory, name: str) -> pd.DataFrame:
    units = list(diagnostic.territories(territory.level).units_of(territory.id).index)
    label = INDICATORS[name].short_label
    table, _ = blocks.unit_values(diagnostic, units, [name])
    return table.rename(columns={label: "value"}).dropna(subset="value")


def _bars(table: pd.DataFrame, indicator: Indicator) -> str:
    """One bar by commune, in the order given: a table whose last column is drawn."""
    widest = float(table["value"].abs().max()) or 1.0
    rows = "".join(
        f'<tr data-indicateur="{indicator.id}"><th scope="row">{cards.text(str(name))}</th>'
        f'<td data-label=""><span class="cpts-bar"><i style="width:{80 * value / widest:.1f}%"></i>'
        f"<b>{cards.text(french.number(value, indicator.digits))}</b></span></td></tr>"
        for name, value in zip(table["Commune"], table["value"].astype(float), strict=True)
    )
    head = f'<th scope="col">Commune</th><th scope="col">{cards.text(indicator.unit)}</th>'
    return (
        '<div class="cpts-table-wrap" tabindex="0"><table class="cpts-table cpts-lines cpts-stack '
        f'cpts-spined cpts-charted cpts-bars"><caption class="cpts-unseen">'
        f"{cards.text(indicator.label)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


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
    ordered = table.sort_values("value", ascending=False)
    st.html(_bars(ordered.head(_MOST_BARS), indicator))
    if len(ordered) > _MOST_BARS:
        with st.expander(f"Les {french.number(len(ordered))} communes, en tableau"):
            label = f"{indicator.short_label} ({indicator.unit})"
            blocks.sortable_table(ordered.rename(columns={"value": label}))
    period = diagnostic.latest_period(indicator)
    blocks.note(f"Source : {diagnostic.source_line(indicator, period)}.")
