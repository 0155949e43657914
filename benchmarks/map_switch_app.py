"""The page measured by map_switch.py: the same figures on a painted map or on a rebuilt one.

Query parameters: ``zone`` (``paca`` or ``france``) and ``map`` (``painted`` or ``rebuilt``).
"""

import json
import os
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from cpts_data.analysis.geometry import dissolve, main_towns, map_bounds, simplify_coverage
from pages.parts import maps, static_files

STATIC = Path(__file__).parent / "static"
COLOURS = ["#edf8e9", "#bae4b3", "#74c476", "#31a354", "#006d2c"]
PACA = ["04", "05", "06", "13", "83", "84"]


@st.cache_resource
def prepare(zone):
    columns = {"INSEE_COM": "code", "NOM": "name", "INSEE_DEP": "departement"}
    communes = gpd.read_file(os.environ["CPTS_BENCH_CONTOURS"]).rename(columns=columns)
    communes["population"] = pd.to_numeric(communes["POPULATION"])
    communes = communes.set_index("code").sort_index()
    communes = communes[["name", "departement", "population", "geometry"]]
    if zone == "paca":
        communes = communes[communes["departement"].isin(PACA)]
    communes = simplify_coverage(communes, 200 if zone == "paca" else 1000)
    departements = dissolve(communes, communes["departement"])
    departements["name"] = departements.index
    static_files.publish_vendor(STATIC)
    script = maps.geometry_script(
        communes, {"departement": departements}, main_towns(communes), attribution="© IGN"
    )
    url = static_files.publish_geometry(script, public=True, static=STATIC)
    features = json.loads(communes[["name", "geometry"]].to_json())
    return communes, url, map_bounds(communes), features


def figures(communes, step):
    """Random values; the first commune's class goes round, so that each switch is seen."""
    draw = np.random.default_rng(step)
    values = pd.Series(draw.gamma(4, 3, len(communes)), index=communes.index)
    classes = pd.qcut(values, 5, labels=False)
    classes.iloc[0] = step % 5
    fills = {code: COLOURS[rank] for code, rank in classes.items()}
    texts = {code: f"{value:.1f} pour 10 000".replace(".", ",") for code, value in values.items()}
    return fills, texts


def painted(communes, url, bounds, fills, texts):
    st_folium(
        maps.base_map(url, bounds, canvas=len(communes) > maps.CANVAS_ABOVE),
        key="painted",
        height=600,
        use_container_width=True,
        feature_group_to_add=maps.paint(communes.index, fills, texts, title="Indicateur"),
        returned_objects=maps.RETURNED,
    )


def rebuilt(bounds, features, fills, texts):
    chart = folium.Map(tiles=None, zoom_control=True)
    chart.default_js = [("leaflet", static_files.LEAFLET_JS)]
    chart.default_css = [("leaflet", static_files.LEAFLET_CSS)]
    for feature in features["features"]:
        feature["properties"]["value"] = texts[feature["id"]]
        feature["properties"]["colour"] = fills[feature["id"]]
    folium.GeoJson(
        features,
        style_function=lambda feature: {
            "fillColor": feature["properties"]["colour"],
            "fillOpacity": 1,
            "color": "#fff",
            "weight": 0.5,
        },
        tooltip=folium.GeoJsonTooltip(["name", "value"]),
    ).add_to(chart)
    chart.fit_bounds(bounds)
    st_folium(
        chart,
        key="rebuilt",
        height=600,
        use_container_width=True,
        returned_objects=maps.RETURNED,
    )


@st.fragment
def show():
    communes, url, bounds, features = prepare(st.query_params.get("zone", "paca"))
    if st.button("Suivant"):
        st.session_state["step"] = st.session_state.get("step", 0) + 1
    step = st.session_state.get("step", 0)
    fills, texts = figures(communes, step)
    if st.query_params.get("map") == "rebuilt":
        rebuilt(bounds, features, fills, texts)
    else:
        painted(communes, url, bounds, fills, texts)
    st.write(f"pas {step}")


show()
