"""To take away: the list of communes, the outline, the link."""

from __future__ import annotations

import json

import pandas as pd
import shapely
import streamlit as st

from cpts_data import french
from cpts_data.spreadsheets import as_csv
from cpts_data.territories import Level
from pages.parts import blocks, exports, frame
from pages.parts.compose_state import Workshop


def show(workshop: Workshop) -> None:
    """Downloads and link; nothing to take away from an empty territory."""
    if workshop.empty:
        blocks.note(
            "Le lien et les fichiers seront proposés quand le territoire aura des communes."
        )
        return
    with st.container(horizontal=True):
        blocks.download(
            "Communes (CSV)", as_csv(communes(workshop)), "territoire_communes.csv", "text/csv"
        )
        if workshop.land.has_contours:
            st.download_button(
                "Contour (GeoJSON)",
                lambda: outline(workshop),
                "territoire_contour.geojson",
                "application/geo+json",
                on_click="ignore",
            )
    blocks.note(
        "Le lien contient tout le territoire (nom, communes, parts) : qui l'ouvre voit les mêmes "
        "chiffres, sur toutes les pages."
    )
    st.code(frame.whole_address(), language=None, wrap_lines=True)


def communes(workshop: Workshop) -> pd.DataFrame:
    """The communes of the territory, as the reader of perimeters takes them back."""
    codes = list(workshop.weights)
    units = workshop.land.units.reindex(codes)
    return pd.DataFrame(
        {
            "territoire": workshop.current.name,
            "code_commune": codes,
            "libelle": units["name"].to_numpy(),
            "departement": units["departement"].to_numpy(),
            "part": [workshop.weights[code] for code in codes],
            "habitants": units["population"].to_numpy(),
            "geographie": workshop.land.year or workshop.diagnostic.space.title,
            "population": workshop.diagnostic.population_line(),
            "exporte_le": exports.today(),
        }
    )


def outline(workshop: Workshop) -> bytes:
    """The outline of the territory, one feature, in longitude and latitude."""
    contours = workshop.diagnostic.contours_of(Level.COMPOSED, pd.Index(list(workshop.weights)))
    rows = contours[contours.index == workshop.current.id]
    shape = rows.geometry.iloc[0] if len(rows) else shapely.MultiPolygon()
    feature = {
        "type": "Feature",
        "properties": {
            "nom": workshop.current.name,
            "communes": len(workshop.weights),
            "habitants": round(workshop.told.people),
            "taille_aci": workshop.told.size_words,
            "contours": workshop.diagnostic.contours_credit(),
            "avertissement": _warning(workshop),
            "exporte_le": exports.today(),
        },
        "geometry": json.loads(shapely.to_geojson(shape)),
    }
    return json.dumps(
        {"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False
    ).encode()


def _warning(workshop: Workshop) -> str:
    if workshop.diagnostic.space.fictitious:
        return "Territoire fictif de démonstration"
    cut = len(workshop.told.cut)
    if cut:
        words = french.count_of(cut, "commune en partie dessinée", "communes en partie dessinées")
        return f"{words} en entier"
    return ""
