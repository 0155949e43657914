"""Tables behind the maps, and their downloads: CSV, GeoJSON and images, formulas neutralised."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pandas as pd
import shapely
import streamlit as st

from cpts_data import french
from cpts_data.indicators import Indicator
from cpts_data.measures import Status
from cpts_data.spreadsheets import SECRECY, as_csv
from pages.parts import blocks, map_store
from pages.parts.frame import Frame


def today() -> str:
    """The date of an export, as files write it."""
    return dt.datetime.now(dt.UTC).date().isoformat()


def with_marks(page: Frame, indicator: Indicator, values: pd.DataFrame) -> pd.DataFrame:
    """Figures with what every export carries: label, producers, date, secrecy."""
    credit = {one: page.diagnostic.credits(str(one)) for one in values["sources"].unique()}
    return values.assign(
        libelle=indicator.label,
        producteurs=values["sources"].map(credit),
        exporte_le=today(),
        mention=SECRECY,
    )


def image_button(image: Callable[[], bytes], name: str) -> None:
    """The map as an image; drawn when asked for."""
    st.download_button(
        "Image (PNG)",
        image,
        f"carte_{name}.png",
        "image/png",
        on_click="ignore",
        key=f"image_{name}",
    )


def value_buttons(
    page: Frame,
    indicator: Indicator,
    values: pd.DataFrame,
    ground: map_store.MapGround,
    side: str = "",
) -> None:
    """Figures as CSV, contours and figures as GeoJSON; both made when asked for."""
    level = str(values["level"].iloc[0]) if len(values) else "commune"
    name = f"{indicator.id}_{level}"
    st.download_button(
        f"Valeurs (CSV){side}",
        lambda: as_csv(with_marks(page, indicator, values)),
        f"{name}.csv",
        "text/csv",
        on_click="ignore",
        key=f"csv{side}",
    )
    st.download_button(
        f"Contours et valeurs (GeoJSON){side}",
        lambda: as_geojson(page, indicator, values, ground),
        f"{name}.geojson",
        "application/geo+json",
        on_click="ignore",
        key=f"geojson{side}",
    )


def map_table(
    page: Frame,
    indicator: Indicator,
    values: pd.DataFrame,
    ground: map_store.MapGround,
    *,
    side: str = "",
) -> None:
    """The table that says what the map shows, in words and numbers; filled when it is opened."""
    title = "Tableau des valeurs"
    if side:
        title += f" : carte de {side}"
    panel = st.expander(title, on_change="rerun", key=f"tableau_{side or 'seul'}")
    if not panel.open:
        return
    with panel:
        st.dataframe(_told(indicator, values), hide_index=True, width="stretch", height=360)
        blocks.note(SECRECY)


def _told(indicator: Indicator, values: pd.DataFrame) -> pd.DataFrame:
    own = values["status"].isin([Status.OBSERVED.value, Status.ESTIMATED.value])
    return pd.DataFrame(
        {
            "Territoire": values["name"].astype(str),
            f"{indicator.short_label} ({indicator.unit})": french.rounded(
                values["value"].astype(float).where(own), indicator.digits
            ),
            "Intervalle": [
                _interval(lower, upper, indicator)
                for lower, upper in zip(values["lower"], values["upper"], strict=True)
            ],
            "État": [Status(str(status)).words for status in values["status"]],
            "Couverture": [french.percent(float(share)) for share in values["coverage"]],
            "Période": values["period"],
        }
    )


def _interval(lower: float, upper: float, indicator: Indicator) -> str:
    if pd.isna(lower) or pd.isna(upper):
        return ""
    low, high = (french.number(float(one), indicator.digits) for one in (lower, upper))
    return f"{low} à {high}"


def as_geojson(
    page: Frame, indicator: Indicator, values: pd.DataFrame, ground: map_store.MapGround
) -> bytes:
    """Contours of the territories shown with their figures, WGS 84."""
    level = str(values["level"].iloc[0]) if len(values) else "commune"
    contours = page.diagnostic.contours_of(level, ground.communes)
    rows = values.set_index("territory")
    features = []
    for code, shape in contours.geometry.items():
        if code not in rows.index:
            continue
        row = rows.loc[code]
        properties = {
            "code": str(code),
            "nom": str(row["name"]),
            "indicateur": indicator.id,
            "periode": str(row["period"]),
            "valeur": _number(row["value"]),
            "borne_basse": _number(row["lower"]),
            "borne_haute": _number(row["upper"]),
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
    collection = {
        "type": "FeatureCollection",
        "titre": indicator.label,
        "exporte_le": today(),
        "contours": page.diagnostic.contours_credit(),
        "mention": SECRECY,
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False).encode("utf-8")


def _number(value: object) -> float | None:
    return None if pd.isna(value) else float(str(value))
