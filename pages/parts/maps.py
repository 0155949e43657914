"""Painted maps: the geometry travels once, the colours at each change. Pure: no Streamlit here.

Three steps, the first two once per space and simplification:

1. :func:`geometry_script` writes contours, outlines and town names as a script that
   ``static_files.publish_geometry`` puts on the server;
2. :func:`base_map` is a map whose text depends on that address only, so that ``st_folium`` never
   mounts it again and the reader's zoom is kept. Build it anew at each run (it is light):
   ``st_folium`` writes into the object that it is given;
3. :func:`paint` is the small element given to ``feature_group_to_add`` at each change.

:func:`clicked_code` reads a click, :func:`legend` writes the legend beside the map.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import folium
import numpy as np
import pandas as pd
from branca.element import MacroElement
from folium.template import Template

from cpts_data.drawing.map_geometry import as_script_value, codes_sum, geometry_script
from cpts_data.drawing.map_legend import (
    BLANK_COLOUR,
    CONTEXT_COLOUR,
    MASKED_COLOUR,
    MISSING_COLOUR,
    LegendClass,
    legend,
)
from pages.parts import static_files

__all__ = [
    "CANVAS_ABOVE",
    "RETURNED",
    "LegendClass",
    "base_map",
    "click_count",
    "clicked_code",
    "drawn_area",
    "geometry_script",
    "legend",
    "paint",
]

CANVAS_ABOVE: Final = 3000
"""Number of communes above which the canvas renderer is the faster one."""

RETURNED: Final = ["last_active_drawing", "last_object_clicked_count"]
"""What ``st_folium`` must return for :func:`clicked_code`."""

MASKED_TEXT: Final = "secret statistique"
MISSING_TEXT: Final = "non disponible"
BLANK_TEXT: Final = "sans objet"
CONTEXT_TEXT: Final = "connu seulement pour le département"
TOO_SMALL_TEXT: Final = "effectif insuffisant"

Bounds = tuple[tuple[float, float], tuple[float, float]]
Shape = list[list[list[int]]]
OutlineKey = tuple[str, str] | tuple[str, str, Shape]
"""The kind and id of an outline of the geometry, or those of a drawn territory and its shape."""

_PLAIN, _HATCH, _DOTS = 0, 1, 2
_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
_PLAN_IGN: Final = (
    "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal&FORMAT=image/png"
    "&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
)


def base_map(
    geometry_url: str,
    bounds: Bounds,
    *,
    canvas: bool,
    linked: str = "",
    basemap: bool = False,
    lasso: bool = False,
) -> folium.Map:
    """Build the map that loads a published geometry; its text is constant for one address.

    ``bounds`` is (south, west), (north, east) of the first view. ``canvas`` chooses the renderer
    (:data:`CANVAS_ABOVE`). Maps with the same ``linked`` word, one per reader's session, move
    together. ``lasso`` offers to draw an area, which :func:`drawn_area` reads. ``basemap`` lays the
    Plan IGN underneath: the only thing ever asked from outside, and a refusal leaves the rest of
    the map whole.
    """
    (south, west), (north, east) = bounds
    options = {
        "bounds": [[south, west], [north, east]],
        "canvas": canvas,
        "linked": linked,
        "basemap": basemap,
        "lasso": lasso,
        # st_folium keeps a frame as long as the script is the same: what it loads is part of it.
        "loads": hashlib.sha256(
            "|".join(
                (
                    geometry_url,
                    static_files.FURNITURE_JS,
                    static_files.OVERLAYS_JS,
                    static_files.LASSO_JS,
                    static_files.LAYER_JS,
                )
            ).encode()
        ).hexdigest()[:16],
    }
    result = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=6,
        tiles=None,
        prefer_canvas=canvas,
        zoom_control=False,
        attributionControl=False,
        zoomSnap=0.125,
        zoomDelta=0.75,
        wheelPxPerZoomLevel=110,
        scrollWheelZoom=False,
        maxBoundsViscosity=0.8,
    )
    # The name under which st_folium writes the map: given at once, it never varies.
    result._id = "div"
    result.default_js = [
        ("cpts-furniture", static_files.FURNITURE_JS),
        ("cpts-overlays", static_files.OVERLAYS_JS),
        *([("cpts-lasso", static_files.LASSO_JS)] if lasso else []),
        ("cpts-layer", static_files.LAYER_JS),
        ("leaflet", static_files.LEAFLET_JS),
        ("cpts-contours", geometry_url),
    ]
    result.default_css = [
        ("leaflet-css", static_files.LEAFLET_CSS),
        ("cpts-layer-css", static_files.LAYER_CSS),
    ]
    if basemap:
        tiles = folium.TileLayer(_PLAN_IGN, attr="Plan IGN", max_zoom=18)
        tiles._id = "planign"
        result.add_child(tiles)
    result.add_child(_Start(options), name="cpts-start")
    return result


def paint(
    codes: Sequence[str] | pd.Index,
    fills: Mapping[str, str],
    texts: Mapping[str, str],
    *,
    title: str = "",
    label: str = "",
    hatched: Collection[str] = (),
    dotted: Collection[str] = (),
    missing: Collection[str] = (),
    blank: Collection[str] = (),
    estimated: Collection[str] = (),
    context: Collection[str] = (),
    selected: Collection[str] = (),
    focus: Collection[str] | None = None,
    outlined: OutlineKey | None = None,
    level: str = "commune",
    zoom_to: OutlineKey | None = None,
    layers: Sequence[tuple[str, str]] = (),
    leading: str = "",
) -> folium.FeatureGroup:
    """Build the element that colours the map, to be given to ``feature_group_to_add``.

    ``codes`` are the communes of the geometry in its own order (``communes.index``); ``fills``
    gives colours ``#rrggbb`` and ``texts`` what the tooltip says (value and unit, ``\\n`` between
    lines), by code; ``title`` heads every tooltip (the indicator); ``label`` is what the map is
    called to those who do not see it (else the title). Signs of the states of a figure:

    - ``hatched``: masked; over its colour when it has one (bounds), else over near-white;
    - ``dotted``: too small to conclude, dotted grey;
    - ``missing``, and any commune that is in no other list: grey;
    - ``blank``: not applicable, white;
    - ``context``: known only for the département: not drawn, pale grey;
    - ``estimated``: dotted border.

    ``selected`` communes get a thick dark border; with ``focus`` the communes out of it pale;
    ``outlined`` is the key of one territory drawn stronger. ``level`` is the kind of
    outline that carries the colours when every commune wears its territory's (``"cpts"``): its
    borders grow and those of communes go. A change of ``zoom_to`` moves the view to that
    territory, and back to the first view when it becomes ``None``. ``layers`` are (key, address)
    of the layers laid over the map, written by ``zone_script`` and ``point_script``; ``leading``
    is the key of the one whose territories wear the colours: its borders stand for those of CPTS.

    Raises ``ValueError`` for a colour that is not ``#rrggbb``.
    """
    wrong = sorted(colour for colour in set(fills.values()) if not _HEX.fullmatch(colour))
    if wrong:
        raise ValueError(f"colours must be written #rrggbb, found {wrong[:5]}")
    order = [str(code) for code in codes]
    place = {code: position for position, code in enumerate(order)}
    signs, words = _plain_signs(order, fills, texts)
    # From the weakest to the strongest: a missing figure has no other sign.
    for codes_of_state, over, colour, pattern, word in (
        (hatched, True, MASKED_COLOUR, _HATCH, MASKED_TEXT),
        (dotted, False, MISSING_COLOUR, _DOTS, TOO_SMALL_TEXT),
        (missing, False, MISSING_COLOUR, _PLAIN, MISSING_TEXT),
        (context, False, CONTEXT_COLOUR, _PLAIN, CONTEXT_TEXT),
        (blank, False, BLANK_COLOUR, _PLAIN, BLANK_TEXT),
    ):
        for position in _positions(codes_of_state, place):
            code = order[position]
            under = fills.get(code, colour).lower() if over else colour
            signs[position] = (under, pattern, 0)
            words[position] = texts.get(code) or word
    for position in _positions(estimated, place):
        signs[position] = (*signs[position][:2], 1)
    message = {
        "sum": codes_sum(order),
        "signs": _ranked(signs),
        "texts": _ranked(words),
        "title": title,
        "label": label or title,
        "level": level,
        "selected": _positions(selected, place),
        "focus": None if focus is None else _positions(focus, place),
        "outlined": outlined,
        "zoom_to": zoom_to,
        "layers": [list(layer) for layer in layers],
        "leading": leading,
    }
    group = folium.FeatureGroup(name="cpts", control=False)
    group.add_child(_Paint(message), name="cpts-paint")
    return group


def clicked_code(state: Mapping[str, Any] | None, seen: int | None = None) -> str | None:
    """Read the code of the commune just clicked from the value of ``st_folium``.

    ``state`` is the value of the component (:data:`RETURNED`). In its ``on_change`` callback the
    value changed, hence a click happened, and ``seen`` is of no use; elsewhere give the last
    :func:`click_count` met: the same count means no new click. Returns ``None`` when there is none.
    """
    count = click_count(state)
    if not state or not count or count == seen:
        return None
    properties = (state.get("last_active_drawing") or {}).get("properties") or {}
    code = properties.get("code")
    return code if isinstance(code, str) and code else None


def drawn_area(state: Mapping[str, Any] | None) -> list[Any] | None:
    """The corners of the area just drawn with the lasso (longitude, latitude); None without any.

    What a browser sends is not trusted: ``areas.polygon_of`` checks it.
    """
    properties = ((state or {}).get("last_active_drawing") or {}).get("properties") or {}
    corners = properties.get("lasso")
    return corners if isinstance(corners, list) else None


def click_count(state: Mapping[str, Any] | None) -> int:
    """Number of click events since the map was mounted (it rises by two for one click)."""
    count = (state or {}).get("last_object_clicked_count")
    return count if isinstance(count, int) else 0


_Sign = tuple[str, int, int]
"""How a commune is drawn: colour, pattern, dotted border."""


def _plain_signs(
    order: Sequence[str], fills: Mapping[str, str], texts: Mapping[str, str]
) -> tuple[list[_Sign], list[str]]:
    """Sign and words of each commune before any state: its colour, else missing."""
    sign_of: dict[str | None, _Sign] = {
        colour: (colour.lower(), _PLAIN, 0) for colour in set(fills.values())
    }
    sign_of[None] = (MISSING_COLOUR, _PLAIN, 0)
    signs = [sign_of[fills.get(code)] for code in order]
    words = [texts.get(code) or ("" if code in fills else MISSING_TEXT) for code in order]
    return signs, words


class _Start(MacroElement):
    """Starts the layer on the map that holds it."""

    _template = Template(
        "{% macro script(this, kwargs) %}\n"
        "window.cptsMap.start({{ this._parent.get_name() }}, {{ this.options }});\n"
        "{% endmacro %}"
    )

    def __init__(self, options: Mapping[str, Any]):
        super().__init__()
        self._name = "CptsStart"
        self._id = "start"
        self.options = as_script_value(options)


class _Paint(MacroElement):
    """Hands colours, texts and selection over to the layer."""

    _template = Template(
        "{% macro script(this, kwargs) %}\n"
        "window.cptsMap.paint({{ this.message }});\n"
        "{% endmacro %}"
    )

    def __init__(self, message: Mapping[str, Any]):
        super().__init__()
        self._name = "CptsPaint"
        self._id = "cptspaint"
        # st_folium edits the text of elements: « {{ 'x' }} » and names of elements after « _ ».
        self.message = as_script_value(message).replace("{{", "{\\u007b").replace("_", "\\u005f")


def _ranked(items: Sequence[Any]) -> dict[str, Any]:
    """Each distinct item once, then its rank per commune in base 36, all of one width."""
    rank: dict[Any, int] = {}
    ranks = [rank.setdefault(item, len(rank)) for item in items]
    width = max(1, len(np.base_repr(max(len(rank) - 1, 0), 36)))
    digits = [np.base_repr(number, 36).lower().rjust(width, "0") for number in range(len(rank))]
    return {
        "values": list(rank),
        "width": width,
        "index": "".join(digits[number] for number in ranks),
    }


def _positions(codes: Collection[str], place: Mapping[str, int]) -> list[int]:
    return sorted(place[code] for code in codes if code in place)
