"""Tables behind the maps, and their downloads: CSV and GeoJSON, formulas neutralised."""

from __future__ import annotations

import json

import pandas as pd
import shapely
import streamlit as st

from cpts_data import french
from cpts_data.indicators import Indicator
from cpts_data.measures import Status
from pages.parts import blocks, store
from pages.parts.frame import Frame

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SECRECY = "Données agrégées ; les cellules masquées le sont au titre du secret statistique."


def neutralised(text: str) -> str:
    """A text cell that no spreadsheet reads as a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(values: pd.DataFrame) -> bytes:
    """A ``Values`` table as CSV for French spreadsheets: semicolons, decimal comma, UTF-8 BOM."""
    table = values.copy()
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name]):
            table[name] = table[name].astype(str).map(neutralised)
    text: str = table.to_csv(index=False, sep=";", decimal=",")
    return text.encode("utf-8-sig")


@st.fragment
def map_table(
    page: Frame, indicator: Indicator, values: pd.DataFrame, ground: store.MapGround
) -> None:
    """The table that says what the map shows, and its downloads."""
    with st.expander("Tableau des valeurs et téléchargements", expanded=False):
        shown = pd.DataFrame(
            {
                "Territoire": values["name"].astype(str),
                indicator.short_label: values["value"].astype(float).round(indicator.digits),
                "État": [Status(str(status)).words for status in values["status"]],
                "Couverture": [french.percent(float(share)) for share in values["coverage"]],
                "Période": values["period"],
            }
        )
        st.dataframe(shown, hide_index=True, width="stretch", height=360)
        left, right = st.columns(2)
        with left:
            blocks.download("Télécharger en CSV", as_csv(values), f"{indicator.id}.csv", "text/csv")
        with right:
            _geojson_download(page, indicator, values, ground)
        blocks.note(_SECRECY)


def _geojson_download(
    page: Frame, indicator: Indicator, values: pd.DataFrame, ground: store.MapGround
) -> None:
    """GeoJSON is heavy: it is prepared when asked for."""
    st.download_button(
        "Télécharger en GeoJSON",
        lambda: as_geojson(page, indicator, values, ground),
        f"{indicator.id}.geojson",
        "application/geo+json",
        on_click="ignore",
    )


def as_geojson(
    page: Frame, indicator: Indicator, values: pd.DataFrame, ground: store.MapGround
) -> bytes:
    """Contours of the territories shown with their figures, WGS 84."""
    level = str(values["level"].iloc[0])
    contours = page.diagnostic.contours_of(level, ground.communes)
    rows = values.set_index("territory")
    features = []
    for code, shape in contours.geometry.items():
        if code not in rows.index:
            continue
        row = rows.loc[code]
        value = None if pd.isna(row["value"]) else float(row["value"])
        properties = {
            "code": str(code),
            "nom": str(row["name"]),
            "indicateur": indicator.id,
            "periode": str(row["period"]),
            "valeur": value,
            "unite": indicator.unit,
            "statut": str(row["status"]),
            "sources": str(row["sources"]),
        }
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": json.loads(shapely.to_geojson(shape)),
            }
        )
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False).encode("utf-8")
