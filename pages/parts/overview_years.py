"""« Accueil », over time: CPTS by stage, and inhabitants under a signed contract, by year."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cpts_data import french
from cpts_data.aci.overview import signed_by_year, stages_by_year
from cpts_data.aci.stages import Stage, stages_of
from cpts_data.drawing import palettes
from cpts_data.reference.aci_tables import aci_tables
from cpts_data.territories import Level
from pages.parts import aci_state, blocks, plots, present, store
from pages.parts.frame import Frame

_PATTERNS = {"emergence": ".", "lettre_intention": "/", "projet_sante": "x", "aci_signe": ""}


@st.fragment
def show(page: Frame) -> None:
    """The section « Au fil des ans »; nothing when no date is told."""
    table = store.contracts_table(page.diagnostic)
    if table.empty:
        return
    stages = stages_of(aci_tables())
    years, undated = stages_by_year(table, stages, aci_state.today().year)
    if years.empty:
        return
    blocks.section("Au fil des ans")
    covered = _covered(page, table)
    blocks.lead(_sentence(page, years, covered), about="population")
    summary = "CPTS par stade actuel, à la fin de chaque année."
    present.chart(figure(years, stages), "accueil_annees", summary)
    note = (
        "La liste dit le stade actuel et sa date : une CPTS compte à ce stade depuis cette "
        "année-là, les stades d'avant n'y sont pas."
    )
    if undated:
        note += f" {french.count_of(undated, 'CPTS', 'CPTS')} dont le stade n'est pas daté."
    blocks.note(note)
    shown = _shown(years, covered, stages)
    present.table(shown, shown, "cpts_par_annee")


def _covered(page: Frame, table: pd.DataFrame) -> pd.DataFrame:
    """Contracts signed and inhabitants covered, each counted once, by year."""
    diagnostic = page.diagnostic
    return signed_by_year(
        table,
        aci_state.today().year,
        diagnostic.membership_pairs(Level.CPTS),
        diagnostic.unit_population(),
    )


def _sentence(page: Frame, years: pd.DataFrame, covered: pd.DataFrame) -> str:
    if covered.empty:
        last = years.iloc[-1]
        return f"{french.count_of(int(last.sum()), 'CPTS', 'CPTS')} à un stade daté."
    first, last = covered.iloc[0], covered.iloc[-1]
    everyone = page.diagnostic.inhabitants(
        page.diagnostic.units_in(page.diagnostic.field_departements())
    )
    share = ""
    if everyone:
        low, high = (float(last[name]) / everyone for name in ("population_low", "population_high"))
        told = french.percent(low, 0)
        if french.percent(high, 0) != told:
            told = f"{french.percent(low, 0)} à {french.percent(high, 0)}"
        share = f", où vivent {told} des habitants des départements concernés"
    many = french.count_of(int(last["cumulated"]), "contrat signé", "contrats signés")
    return (
        f"{many} et datés depuis {int(first['year'])}{share} (population et périmètres "
        "d'aujourd'hui)."
    )


def figure(years: pd.DataFrame, stages: tuple[Stage, ...]) -> go.Figure:
    """One bar per year: CPTS by present stage, from the one that came last to the signed ones."""
    chart = go.Figure()
    labels = [str(year) for year in years.index]
    for stage in reversed(stages):
        counts = [int(one) for one in years[stage.code]]
        if not any(counts):
            continue
        chart.add_bar(
            x=labels,
            y=counts,
            name=stage.label,
            width=0.6,
            marker={
                "color": palettes.STAGES[stage.code],
                "pattern": {
                    "shape": _PATTERNS[stage.code],
                    "fillmode": "overlay",
                    "fgcolor": "#ffffff",
                    "size": 6,
                    "solidity": 0.2,
                },
                "line": {"color": "#ffffff", "width": 1},
            },
            text=[str(one) if one else "" for one in counts],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            hovertemplate=f"{plots.plain(stage.label)}, %{{x}} : %{{y}}<extra></extra>",
        )
    chart.update_layout(
        plots.layout(
            340,
            barmode="stack",
            showlegend=True,
            legend={
                "orientation": "h",
                "y": -0.14,
                "x": 0,
                "yanchor": "top",
                "traceorder": "normal",
            },
            yaxis=plots.axis("CPTS", rangemode="tozero", tickformat=",d"),
            xaxis={"type": "category"},
            margin={"l": 10, "r": 20, "t": 12, "b": 30},
        )
    )
    return chart


def _shown(years: pd.DataFrame, covered: pd.DataFrame, stages: tuple[Stage, ...]) -> pd.DataFrame:
    told = years.rename(columns={stage.code: stage.label for stage in stages}).reset_index()
    told = told.rename(columns={"year": "Année"})
    if covered.empty:
        return told
    by_year = covered.set_index("year")
    told["Contrats signés, cumul"] = by_year["cumulated"].reindex(told["Année"]).to_numpy()
    for name, label in (("population_low", "au moins"), ("population_high", "au plus")):
        values = by_year[name].reindex(told["Année"]).to_numpy(dtype=float)
        told[f"Habitants sous contrat, {label}"] = french.rounded(pd.Series(values))
    return told
