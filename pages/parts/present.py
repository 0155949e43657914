"""A chart as every page gives it: what one sees, the picture, the same in a table, the download."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cpts_data import french
from cpts_data.analysis.sentences import comparison_sentence, verdict_words
from cpts_data.indicators import Indicator
from cpts_data.measures import Status
from cpts_data.reading import verdicts
from cpts_data.spreadsheets import as_csv
from cpts_data.territories import Level
from pages.parts import blocks
from pages.parts.frame import Frame

_CONFIG = {"displayModeBar": False, "scrollZoom": False}


def chart(figure: go.Figure, key: str, summary: str) -> None:
    """The picture, with what a screen reader says; on a phone it scrolls sideways."""
    with st.container(key=f"graphique_{key}"):
        st.plotly_chart(figure, width="stretch", key=key, config=_CONFIG, theme=None, alt=summary)


def table(shown: pd.DataFrame, values: pd.DataFrame, name: str) -> None:
    """The same figures as a table, and the download of what stands behind them."""
    with st.expander("Les mêmes chiffres en tableau, à télécharger"):
        blocks.sortable_table(shown)
        download(values, f"{name}.csv")


def download(values: pd.DataFrame, name: str, label: str = "Télécharger en CSV") -> None:
    """A table as CSV for French spreadsheets, formulas neutralised, unknown texts left empty."""
    blocks.download(label, lambda: as_csv(values), name, "text/csv")


def source(page: Frame, indicator: Indicator, period: str) -> None:
    """Source line of a chart."""
    blocks.note(f"Source : {page.diagnostic.source_line(indicator, period)}.")


def nothing_known(indicator: Indicator, rows: pd.DataFrame) -> None:
    """Why nothing can be drawn: masked, only known more widely, missing."""
    states = [Status(str(status)) for status in rows["status"].unique()]
    if Status.BOUNDED in states:
        why = "Le secret statistique ne laisse que des bornes, que le tableau donne."
    elif Status.CONTEXT in states:
        why = "Il n'est connu que pour le département : aucune CPTS n'a sa propre valeur."
    elif any(not state.has_value and state is not Status.MISSING for state in states):
        told = french.enumeration(sorted({state.words for state in states}))
        why = f"Valeurs de ce niveau : {told}."
    else:
        why = "Il n'est pas disponible dans cet espace ; la page « Données » dit comment l'ajouter."
    blocks.nothing_here(f"{indicator.label} : rien à dessiner.", why)


def lead(rows: pd.DataFrame, own: str, indicator: Indicator) -> None:
    """What is said of the reader's territory beside the reference; nothing without it."""
    for row in rows[_own(rows, own)].head(1).to_dict("records"):
        blocks.lead(comparison_sentence(row, indicator), row)


def _own(rows: pd.DataFrame, own: str) -> pd.Series:
    """The rows of the reader's territory, a CPTS or a composed one."""
    return rows["territory"].eq(own) & rows["level"].isin([Level.CPTS, Level.COMPOSED])


def figures(rows: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """Territories, figures, intervals and verdicts, as a table for people."""
    told = pd.DataFrame(
        {
            "Territoire": rows["label"].astype(str),
            indicator.short_label: french.rounded(rows["value"].astype(float), indicator.digits),
            "Intervalle à 95 %": [interval(row, indicator) for _, row in rows.iterrows()],
            "État": [Status(str(status)).words for status in rows["status"]],
            "Période": rows["period"].astype(str),
        }
    )
    told["Verdict"] = [
        "" if verdicts.is_wider(row) else verdict_words(str(row["verdict"]), row["reference"])
        for _, row in rows.iterrows()
    ]
    return told


def interval(row: pd.Series, indicator: Indicator) -> str:
    """« 58,0 à 66,3 », empty without interval."""
    if pd.isna(row["lower"]) or pd.isna(row["upper"]):
        return ""
    low = french.number(float(row["lower"]), indicator.digits)
    return f"{low} à {french.number(float(row['upper']), indicator.digits)}"


def beside_own(rows: pd.DataFrame, own: str) -> list[str]:
    """Whether the interval of each territory meets that of the reader's own (DOMAIN §7.5)."""
    mine = rows[_own(rows, own)]
    if mine.empty or pd.isna(mine["lower"].iloc[0]):
        return [""] * len(rows)
    low, high = float(mine["lower"].iloc[0]), float(mine["upper"].iloc[0])
    told = []
    for (_, row), itself in zip(rows.iterrows(), _own(rows, own), strict=True):
        if itself:
            told.append("votre territoire")
        elif pd.isna(row["lower"]):
            told.append("")
        elif row["lower"] > high:
            told.append("au-dessus : les intervalles ne se recouvrent pas")
        elif row["upper"] < low:
            told.append("au-dessous : les intervalles ne se recouvrent pas")
        else:
            told.append("les intervalles se recouvrent")
    return told
