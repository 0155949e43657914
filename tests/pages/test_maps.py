"""Maps as values: constant text, no address outside, compact and harmless messages."""

import json
import os
import random
import time

import folium
import geopandas as gpd
import pandas as pd
import pytest
import shapely
import streamlit_folium

from cpts_data.drawing.map_geometry import codes_sum
from pages.parts import maps, static_files

BOUNDS = ((43.0, 4.2), (45.1, 7.7))
URL = "../../app/static/geometrie/contours-0123.js"
HOSTILE = "</script><img src=x onerror=alert(1)>\u2028 & d'Ys {{ 'x' }} _div_0"


def communes(names=("Un", "Deux", "Trois")):
    shapes = [shapely.box(2 + k / 10, 46, 2.1 + k / 10, 46.1) for k in range(len(names))]
    codes = ["2A001", "97101", "75056"][: len(names)]
    return gpd.GeoDataFrame({"name": list(names)}, geometry=shapes, index=codes, crs=4326)


def no_towns():
    return pd.DataFrame({"name": [], "lat": [], "lon": [], "rank": []})


def read_script(script):
    start = "window.cptsGeometry="
    assert script.startswith(start)
    return json.loads(script.removeprefix(start).rstrip().removesuffix(";"))


def points(ring):
    """What the browser does of « x, y, dx, dy, … »."""
    x = y = 0
    result = []
    for k in range(0, len(ring), 2):
        x, y = x + ring[k], y + ring[k + 1]
        result.append((x / 10_000, y / 10_000))
    return result


def sent_to_browser(map_, group=None):
    """Scripts as ``st_folium`` would send them: the map's, then the element's."""
    map_.get_root().render()
    map_.render()
    script = streamlit_folium._get_map_string(map_)
    element = streamlit_folium._get_feature_group_string(group, map_) if group else ""
    return script, element


def read_paint(group):
    """The message of a painted element, once through what ``st_folium`` does to text."""
    _, element = sent_to_browser(maps.base_map(URL, BOUNDS, canvas=False), group)
    content = element.split("window.cptsMap.paint(", 1)[1]
    return json.JSONDecoder().raw_decode(content)[0]


def value_of(coded, position):
    width = coded["width"]
    rank = int(coded["index"][position * width : (position + 1) * width], 36)
    return coded["values"][rank]


def signs_of(message, count):
    return [tuple(value_of(message["signs"], k)) for k in range(count)]


# ---- the map ----


def test_the_text_of_a_map_is_constant():
    first, _ = sent_to_browser(maps.base_map(URL, BOUNDS, canvas=False))
    group = maps.paint(["a"], {"a": "#112233"}, {})
    second, _ = sent_to_browser(maps.base_map(URL, BOUNDS, canvas=False), group)
    assert first == second
    assert "map_div" in first


@pytest.mark.parametrize(
    "changed",
    [
        lambda: maps.base_map(URL.replace("0123", "0124"), BOUNDS, canvas=False),
        lambda: maps.base_map(URL, ((43.0, 4.2), (45.1, 7.8)), canvas=False),
        lambda: maps.base_map(URL, BOUNDS, canvas=True),
    ],
)
def test_other_contours_make_another_frame(changed):
    """``st_folium`` tells frames apart by a hash that forgets what follows « _ »."""
    keys = {
        streamlit_folium.generate_js_hash(sent_to_browser(built)[0], "carte")
        for built in (maps.base_map(URL, BOUNDS, canvas=False), changed())
    }
    assert len(keys) == 2


def test_a_map_asks_nothing_from_outside():
    built = maps.base_map(URL, BOUNDS, canvas=False)
    links = [address for _, address in built.default_js + built.default_css]
    assert len(links) == 7
    assert all(address.startswith("../../app/static/") for address in links)
    assert URL in links
    script, _ = sent_to_browser(built)
    assert "http" not in script
    # Another map of the same process keeps its own addresses.
    assert folium.Map.default_js[0][1].startswith("https://")


def test_only_the_plan_of_ign_comes_from_outside_and_only_when_asked():
    script, _ = sent_to_browser(maps.base_map(URL, BOUNDS, canvas=False, basemap=True))
    assert script.count("https://") == script.count("https://data.geopf.fr/") == 1


# ---- the geometry ----


def test_contours_are_read_back_as_they_were():
    hole = shapely.Polygon(
        shapely.box(2, 46, 3, 47).exterior, [shapely.box(2.4, 46.4, 2.6, 46.6).exterior]
    )
    islands = shapely.MultiPolygon([shapely.box(4, 46, 4.1, 46.1), shapely.box(5, 46, 5.1, 46.1)])
    frame = communes(("Trou", "Îles"))
    frame = frame.set_geometry(gpd.GeoSeries([hole, islands], index=frame.index, crs=4326))
    content = read_script(maps.geometry_script(frame, {}, no_towns()))
    assert content["codes"] == ["2A001", "97101"]
    assert content["names"] == ["Trou", "Îles"]
    first, second = content["shapes"]
    assert [len(polygon) for polygon in first] == [2]
    assert [len(polygon) for polygon in second] == [1, 1]
    assert set(points(first[0][1])) == {(2.4, 46.4), (2.4, 46.6), (2.6, 46.6), (2.6, 46.4)}
    assert set(points(second[1][0])) == {(5.0, 46.0), (5.0, 46.1), (5.1, 46.1), (5.1, 46.0)}
    assert len(points(first[0][0])) == 4  # the closing point is left out


def test_outlines_carry_ids_names_and_lines_drawn_once():
    pair = communes(("Ouest", "Est"))
    content = read_script(maps.geometry_script(pair, {"cpts": pair}, no_towns()))
    outline = content["outlines"]["cpts"]
    assert outline["ids"] == ["2A001", "97101"]
    assert outline["names"] == ["Ouest", "Est"]

    def length(lines):
        return sum(shapely.LineString(points(line)).length for line in lines)

    # Two squares of 0.1: eight sides, one of them common.
    assert length(outline["between"]) == pytest.approx(0.1)
    assert length(outline["around"]) == pytest.approx(0.6)


def test_hostile_names_stay_data():
    towns = pd.DataFrame({"name": [HOSTILE], "lat": [46.05], "lon": [2.05], "rank": [1]})
    frame = communes((HOSTILE, "Deux"))
    script = maps.geometry_script(frame, {"cpts": frame}, towns, attribution=HOSTILE)
    assert not set("<>&\u2028") & set(script)
    content = read_script(script)
    assert content["names"][0] == content["attribution"] == HOSTILE
    assert content["towns"] == [[HOSTILE, 46.05, 2.05, 1]]
    assert content["outlines"]["cpts"]["names"][0] == HOSTILE


def test_a_second_line_of_the_tooltip():
    frame = communes().assign(within=["CPTS du Centre", None, ""])
    content = read_script(maps.geometry_script(frame, {}, no_towns()))
    assert content["within"] == ["CPTS du Centre", "", ""]


def test_a_code_twice_is_refused():
    frame = communes()
    frame.index = ["1", "1", "2"]
    with pytest.raises(ValueError, match="twice"):
        maps.geometry_script(frame, {}, no_towns())


# ---- the colours ----


def test_each_state_has_its_sign():
    codes = list("abcdefgh")
    group = maps.paint(
        codes,
        {"a": "#AA0000", "b": "#00bb00", "c": "#00bb00", "d": "#00bb00"},
        {"a": "12,5 %", "c": "entre 3 et 5 %"},
        hatched=["c", "e"],
        dotted=["f"],
        blank=["g"],
        missing=["d"],
        estimated=["b"],
    )
    message = read_paint(group)
    assert signs_of(message, 8) == [
        ("#aa0000", 0, 0),
        ("#00bb00", 0, 1),  # estimated: dotted border
        ("#00bb00", 1, 0),  # bounds: hatch over the colour
        ("#b4bac1", 0, 0),  # missing wins over a colour
        ("#f1f3f5", 1, 0),  # masked
        ("#b4bac1", 2, 0),  # too small
        ("#ffffff", 0, 0),  # not applicable
        ("#b4bac1", 0, 0),  # in no list: missing
    ]
    assert [value_of(message["texts"], k) for k in range(8)] == [
        "12,5 %",
        "",
        "entre 3 et 5 %",
        "non disponible",
        "secret statistique",
        "effectif insuffisant",
        "sans objet",
        "non disponible",
    ]


def test_selection_focus_and_outline_are_places_in_the_order_of_codes():
    codes = ["x", "y", "z"]
    message = read_paint(
        maps.paint(
            codes,
            {},
            {},
            selected=["z", "unknown"],
            focus=["y", "x"],
            outlined=("cpts", "_id"),
            zoom_to=("cpts", "_id"),
            level="cpts",
        )
    )
    assert message["selected"] == [2]
    assert message["focus"] == [0, 1]
    assert message["outlined"] == message["zoom_to"] == ["cpts", "_id"]
    assert message["level"] == "cpts"
    assert read_paint(maps.paint(codes, {}, {}))["focus"] is None


def test_colours_and_contours_know_each_other():
    frame = communes()
    content = read_script(maps.geometry_script(frame, {}, no_towns()))
    assert read_paint(maps.paint(frame.index, {}, {}))["sum"] == content["sum"]
    assert codes_sum(reversed(frame.index)) != content["sum"]


def test_texts_pass_unharmed_and_harmless_through_st_folium():
    text = HOSTILE + " map_div feature_group_0 cptspaint"
    group = maps.paint(["a", "b"], {}, {"a": text}, title=text)
    _, element = sent_to_browser(maps.base_map(URL, BOUNDS, canvas=False), group)
    assert "<" not in element.split("paint(", 1)[1]
    message = read_paint(maps.paint(["a", "b"], {}, {"a": text}, title=text))
    assert value_of(message["texts"], 0) == message["title"] == text


def test_a_colour_is_six_digits():
    with pytest.raises(ValueError, match="#rrggbb"):
        maps.paint(["a"], {"a": "red;}"}, {})


@pytest.mark.parametrize(
    ("count", "most_bytes"), [(946, 32_000), (1_276, 32_000), (34_935, 600_000)]
)
def test_a_change_is_small(count, most_bytes):
    """Seven classes, every tooltip different: the worst of cases."""
    draw = random.Random(1)
    codes = [f"{k:05d}" for k in range(count)]
    colours = [f"#{k:02x}4466" for k in range(7)]
    fills = {code: draw.choice(colours) for code in codes}
    texts = {code: f"{k / 100:.2f} %".replace(".", ",") for k, code in enumerate(codes)}
    group = maps.paint(codes, fills, texts, title="Médecins généralistes pour 10 000 habitants")
    _, element = sent_to_browser(maps.base_map(URL, BOUNDS, canvas=False), group)
    assert len(element.encode()) < most_bytes


# ---- clicks ----

CLICK = {
    "last_active_drawing": {"type": "Feature", "properties": {"code": "13055"}, "geometry": None},
    "last_object_clicked_count": 4,
}


def test_a_click_gives_the_code():
    assert maps.clicked_code(CLICK) == "13055"
    assert maps.clicked_code(CLICK, seen=2) == "13055"
    assert maps.click_count(CLICK) == 4


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        {"last_active_drawing": None, "last_object_clicked_count": 0},
        {"last_active_drawing": None, "last_object_clicked_count": 2},
        {"last_active_drawing": {"properties": {"code": 5}}, "last_object_clicked_count": 2},
        {"last_active_drawing": {"properties": None}, "last_object_clicked_count": 2},
    ],
)
def test_no_click_gives_nothing(state):
    assert maps.clicked_code(state) is None


def test_the_same_count_is_no_new_click():
    assert maps.clicked_code(CLICK, seen=4) is None


# ---- the legend ----


def test_the_legend_says_classes_states_and_method():
    text = maps.legend(
        "Densité <b>",
        [
            maps.LegendClass("#edf8e9", "moins de 2,5", 1234),
            maps.LegendClass("#006d2c", "2,5 et plus", 1),
        ],
        method="Classes : seuils de l’indicateur",
        masked=12,
        missing=3,
    )
    assert "Densité &lt;b&gt;" in text
    assert "moins de 2,5" in text
    assert "1\u202f234\u00a0communes" in text
    assert "1\u00a0commune)" in text
    assert "Secret statistique" in text
    assert "12\u00a0communes" in text
    assert "Non disponible" in text
    assert "Classes : seuils de l’indicateur" in text
    assert "Sans objet" not in text
    assert "<script" not in text


def test_the_legend_may_count_something_else():
    text = maps.legend("x", [maps.LegendClass("#006d2c", "x", 2)], noun=("CPTS", "CPTS"), blank=1)
    assert "2\u00a0CPTS" in text
    assert "1\u00a0CPTS" in text


# ---- files served ----


def test_vendor_files_are_written_once(tmp_path):
    static_files.publish_vendor(tmp_path)
    files = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file())
    assert "vendor/leaflet/leaflet.js" in files
    assert "vendor/leaflet/leaflet.css" in files
    assert "vendor/leaflet/images/layers.png" in files
    ours = (static_files.FURNITURE_JS, static_files.OVERLAYS_JS, static_files.LASSO_JS)
    for url in (*ours, static_files.LAYER_JS, static_files.LAYER_CSS):
        assert url.removeprefix("../../app/static/") in files
    assert len(files) == 2 + 5 + 5
    leaflet = tmp_path / "vendor/leaflet/leaflet.js"
    assert b"1.9.3" in leaflet.read_bytes()[:200]
    os.utime(leaflet, (1, 1))
    static_files.publish_vendor(tmp_path)
    assert leaflet.stat().st_mtime == 1
    leaflet.write_bytes(b"cut sh")
    static_files.publish_vendor(tmp_path)
    assert b"1.9.3" in leaflet.read_bytes()[:200]


def test_public_contours_have_a_name_of_their_content(tmp_path):
    urls = [
        static_files.publish_geometry("x", public=True, static=tmp_path / k, secret=tmp_path / "s")
        for k in ("one", "two")
    ]
    assert urls[0] == urls[1]
    assert not (tmp_path / "s").exists()
    other = static_files.publish_geometry("y", public=True, static=tmp_path / "one")
    assert other != urls[0]
    name = urls[0].removeprefix("../../app/static/geometrie/")
    assert (tmp_path / "one/geometrie" / name).read_text() == "x"


def test_private_contours_have_a_name_nobody_can_guess(tmp_path):
    def publish(secret, public=False):
        return static_files.publish_geometry("x", public=public, static=tmp_path, secret=secret)

    mine = publish(tmp_path / "mine")
    assert mine == publish(tmp_path / "mine")
    assert len({mine, publish(tmp_path / "other"), publish(tmp_path / "mine", public=True)}) == 3
    assert len((tmp_path / "mine").read_text()) == 64
    assert (tmp_path / "mine").stat().st_mode & 0o077 == 0


def test_stale_contours_go_and_kept_ones_stay(tmp_path):
    old, kept = (static_files.publish_geometry(text, public=True, static=tmp_path) for text in "ab")
    folder = tmp_path / "geometrie"
    week_ago = time.time() - 8 * 24 * 3600
    for url in (old, kept):
        os.utime(folder / url.rsplit("/", 1)[1], (week_ago, week_ago))
    assert static_files.keep_geometry(kept, static=tmp_path)
    static_files.publish_geometry("c", public=True, static=tmp_path)
    assert not static_files.keep_geometry(old, static=tmp_path)
    assert static_files.keep_geometry(kept, static=tmp_path)
    for k in range(80):
        last = static_files.publish_geometry(f"n{k}", public=True, static=tmp_path)
    assert len(list(folder.iterdir())) == 60
    assert static_files.keep_geometry(last, static=tmp_path)
