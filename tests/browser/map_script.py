"""A small page with a painted map of 300 square communes, for test_map.py.

It runs from a temporary folder: Streamlit serves the folder ``static`` beside the script.
Query parameters: ``canvas``, ``signs`` (hatched, dotted, missing and blank communes), ``basemap``,
``level`` (colours of CPTS) and ``two`` (a second map linked to the first).
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st
from streamlit_folium import st_folium

from cpts_data.analysis.geometry import dissolve, map_bounds
from pages.parts import maps, static_files

STATIC = Path(__file__).parent / "static"
COLUMNS, ROWS, SIDE = 20, 15, 0.05
HOSTILE = "<img src=x onerror=\"document.title='pirate'\"></script>{{ 'x' }} d'Ys_div"
COLOURS = {
    "Premier": ["#fef0d9", "#fc8d59", "#b30000"],
    "Second": ["#edf8e9", "#74c476", "#006d2c"],
}


def part_of(position):
    """The south-west quarter (10 columns, 7 rows) is one CPTS, the rest the other."""
    return "Ouest" if position % COLUMNS < 10 and position < 7 * COLUMNS else "Est"


@st.cache_resource
def prepare():
    codes = [f"96{row:02d}{column:02d}"[:6] for row in range(ROWS) for column in range(COLUMNS)]
    shapes = [
        shapely.box(x, y, x + SIDE, y + SIDE)
        for y in (46 + SIDE * row for row in range(ROWS))
        for x in (2 + SIDE * column for column in range(COLUMNS))
    ]
    communes = gpd.GeoDataFrame(
        {"name": [f"Commune {code}" for code in codes]}, geometry=shapes, index=codes, crs=4326
    )
    communes.loc[codes[COLUMNS * 7 + 10], "name"] = HOSTILE
    communes["within"] = [f"CPTS {part_of(k)}" for k in range(300)]
    cpts = dissolve(communes, pd.Series([part_of(k) for k in range(300)], index=codes))
    cpts["name"] = cpts.index
    towns = pd.DataFrame(
        {
            "name": ["Grandville", HOSTILE, "Tout près"],
            "lat": [46.3, 46.5, 46.301],
            "lon": [2.3, 2.7, 2.301],
            "rank": [1, 1, 2],
        }
    )
    static_files.publish_vendor(STATIC)
    script = maps.geometry_script(communes, {"cpts": cpts}, towns, attribution="Contours <b>")
    url = static_files.publish_geometry(
        script, public=False, static=STATIC, secret=STATIC.parent / "secret"
    )
    return communes, url, map_bounds(communes)


def on_click():
    code = maps.clicked_code(st.session_state.get("carte"))
    if code:
        st.session_state["code"] = code
        st.session_state["clics"] = st.session_state.get("clics", 0) + 1


@st.fragment
def show():
    communes, url, bounds = prepare()
    canvas = "canvas" in st.query_params
    signs = "signs" in st.query_params
    indicator = st.segmented_control("Indicateur", list(COLOURS), default="Premier")
    outlined = st.checkbox("Ouest")
    st.markdown(f"clic {st.session_state.get('code')} {st.session_state.get('clics', 0)}")
    st.container(height=380, border=True).write("La carte descend sous la fenêtre.")
    codes = communes.index
    fills = {code: COLOURS[indicator][k % 3] for k, code in enumerate(codes)}
    texts = {code: f"{k},5 % de <b>{indicator}</b>" for k, code in enumerate(codes)}
    thirds = [codes[k::6] for k in range(4)] if signs else [()] * 4
    for code in thirds[0]:
        fills.pop(code)
    west = [code for k, code in enumerate(codes) if part_of(k) == "Ouest"]
    paint = maps.paint(
        codes,
        fills,
        texts,
        title=f"Indicateur {indicator}",
        hatched=thirds[0],
        dotted=thirds[1],
        missing=thirds[2],
        blank=thirds[3],
        selected=[code for code in [st.session_state.get("code")] if code],
        focus=west if outlined else None,
        level="cpts" if "level" in st.query_params else "commune",
        outlined=("cpts", "Ouest") if outlined else None,
        zoom_to=("cpts", "Ouest") if outlined else None,
    )
    st_folium(
        maps.base_map(
            url, bounds, canvas=canvas, linked="session-1", basemap="basemap" in st.query_params
        ),
        key="carte",
        height=640,
        use_container_width=True,
        feature_group_to_add=paint,
        returned_objects=maps.RETURNED,
        on_change=on_click,
    )
    if "two" in st.query_params:
        st_folium(
            maps.base_map(url, bounds, canvas=canvas, linked="session-1"),
            key="autre",
            height=400,
            use_container_width=True,
            feature_group_to_add=maps.paint(codes, fills, texts),
            returned_objects=maps.RETURNED,
        )


show()
