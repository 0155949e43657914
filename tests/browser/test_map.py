"""The painted map in Chromium: it paints, changes in place, answers clicks, trusts no name."""

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests.browser import stillness
from tests.browser.stillness import steady, until, wait_still

SCRIPT = Path(__file__).with_name("map_script.py")


@pytest.fixture(scope="session")
def map_url(serve, tmp_path_factory):
    copy = tmp_path_factory.mktemp("carte") / "map_script.py"
    shutil.copy(SCRIPT, copy)
    return serve(copy)


class MapDriver:
    """What a reader sees and does on the map of ``map_script.py``."""

    def __init__(self, page, url, query=""):
        self.page = page
        page.goto(f"{url}/?{query}")
        self.painted()

    @property
    def frame(self):
        return next(f for f in self.page.frames if "streamlit_folium" in f.url)

    def painted(self):
        self.page.frame_locator("iframe").locator("#map_div[data-painted]").wait_for()

    def paints(self):
        return int(self.frame.evaluate("document.getElementById('map_div').dataset.painted"))

    def choose(self, indicator):
        self.page.get_by_role("button", name=indicator).or_(
            self.page.get_by_role("radio", name=indicator)
        ).click()

    def spot(self, longitude, latitude):
        """Place of a point of the map in the window, in pixels, once nothing moves."""
        return stillness.spot(self.page, longitude, latitude)

    def click(self, longitude, latitude):
        """One click, never a second: the first must be answered."""
        self.page.mouse.click(*self.spot(longitude, latitude))

    def says(self, code, clicks):
        """The page answered that click, and it was that commune's."""
        told = self.page.get_by_text("clic ").first
        until(lambda: told.inner_text().endswith(f" {clicks}"))
        assert told.inner_text() == f"clic {code} {clicks}"

    def fills(self):
        return self.frame.evaluate(
            "[...document.querySelectorAll('path.leaflet-interactive')].map("
            "path => path.getAttribute('fill'))"
        )

    def picture(self, longitude, latitude, half=14):
        """Pixels of a square around a point of the map."""
        x, y = self.spot(longitude, latitude)
        clip = {"x": x - half, "y": y - half, "width": 2 * half, "height": 2 * half}
        return Image.open(io.BytesIO(self.page.screenshot(clip=clip))).convert("L")


def middle(row, column):
    """Longitude and latitude of the centre of the commune of that row and column."""
    return 2 + 0.05 * column + 0.025, 46 + 0.05 * row + 0.025


def test_the_map_paints_communes_outlines_and_names(page, map_url):
    chart = MapDriver(page, map_url)
    fills = chart.fills()
    assert len(fills) == 300
    assert {fill: fills.count(fill) for fill in set(fills)} == {
        "#fef0d9": 100,
        "#fc8d59": 100,
        "#b30000": 100,
    }
    frame = page.frame_locator("iframe")
    assert frame.get_by_text("Grandville", exact=True).is_visible()
    # Under the same spot: the smaller town yields.
    assert not frame.get_by_text("Tout près", exact=True).is_visible()
    assert frame.get_by_role("button", name="Agrandir").is_visible()
    assert frame.get_by_role("button", name="Réduire").is_visible()
    assert frame.get_by_role("button", name="Vue d’ensemble").is_visible()
    assert frame.locator(".leaflet-control-attribution").inner_text() == "Contours <b>"
    assert frame.locator("html").get_attribute("lang") == "fr"


def test_a_new_indicator_repaints_without_a_new_map(page, map_url):
    chart = MapDriver(page, map_url)
    frame = chart.frame
    frame.evaluate("window.witness = 'same document'")
    frame.evaluate("window.map.setView([46.4, 2.6], 11, {animate: false}); null")
    before = chart.paints()
    chart.choose("Second")
    until(lambda: "#006d2c" in chart.fills())
    assert chart.paints() == before + 1
    assert chart.frame == frame
    assert frame.evaluate("window.witness") == "same document"
    assert frame.evaluate("window.map.getZoom()") == 11


def test_the_very_first_click_is_answered_with_the_map_below_the_window(page, map_url):
    chart = MapDriver(page, map_url)
    wait_still(page)
    box = page.locator("iframe").bounding_box()
    assert box["y"] + box["height"] > 900, "the map must reach below the window for this test"
    chart.click(*middle(13, 4))
    chart.says("961304", 1)
    chart.click(*middle(12, 6))
    chart.says("961206", 2)
    chart.click(*middle(12, 6))
    chart.says("961206", 3)


def test_the_clicked_commune_gets_a_thick_border(page, map_url):
    chart = MapDriver(page, map_url)
    chart.click(*middle(13, 4))
    chart.says("961304", 1)
    mark = page.frame_locator("iframe").locator("path.cpts-mark-selected").last
    until(lambda: mark.get_attribute("d") != "M0 0")
    # As large as one commune of 0.05 degree on the screen, its own border included.
    left, right = chart.spot(2.2, 46.7)[0], chart.spot(2.25, 46.7)[0]
    assert mark.bounding_box()["width"] == pytest.approx(right - left, abs=6)
    assert float(mark.get_attribute("stroke-width")) >= 3


def test_a_hostile_name_stays_text(page, map_url):
    chart = MapDriver(page, map_url)
    page.evaluate("document.querySelector('iframe').scrollIntoView()")
    page.mouse.move(*chart.spot(*middle(7, 10)))
    tip = page.frame_locator("iframe").locator(".leaflet-tooltip")
    tip.wait_for()
    text = tip.inner_text()
    assert "<img src=x onerror=\"document.title='pirate'\"></script>{{ 'x' }} d'Ys_div" in text
    assert "150,5 % de <b>Premier</b>" in text
    assert "Indicateur Premier" in text
    assert chart.frame.evaluate("document.querySelectorAll('img, b').length") == 0
    assert "pirate" not in page.title() + chart.frame.evaluate("document.title")


@pytest.mark.parametrize("query", ["signs", "signs&canvas"])
def test_signs_are_seen_with_either_renderer(page, map_url, query):
    chart = MapDriver(page, map_url, query)
    # Cyclic by six along the codes: hatched, dotted, missing, blank, coloured, coloured.
    page.evaluate("document.querySelector('iframe').scrollIntoView()")
    chart.frame.evaluate("window.map.setView([46.06, 2.3], 11.5, {animate: false}); null")
    steady(lambda: chart.picture(*middle(1, 4)).tobytes())
    hatched, dotted, missing, blank = (chart.picture(*middle(1, k)) for k in (4, 5, 6, 7))
    assert min(hatched.tobytes()) < 130 < 235 < max(hatched.tobytes())
    assert min(dotted.tobytes()) < 130 < 180 < max(dotted.tobytes())
    assert missing.getextrema() == (185, 185)
    assert blank.getextrema() == (255, 255)
    dark = sum(1 for level in hatched.tobytes() if level < 160)
    assert 0.1 < dark / (hatched.width * hatched.height) < 0.5


def test_canvas_answers_clicks_too(page, map_url):
    chart = MapDriver(page, map_url, "canvas")
    assert chart.frame.locator("canvas").count() == 1
    chart.click(*middle(13, 4))
    chart.says("961304", 1)
    chart.click(*middle(13, 4))
    chart.says("961304", 2)


def test_one_territory_is_shown_closer_and_the_rest_pales(page, map_url):
    chart = MapDriver(page, map_url)
    whole = chart.frame.evaluate("window.map.getZoom()")
    page.get_by_text("Ouest", exact=True).click()
    until(lambda: chart.frame.evaluate("window.map.getZoom()") > whole)
    pale = chart.frame.evaluate(
        "[...document.querySelectorAll('path.leaflet-interactive')].filter("
        "path => Number(path.getAttribute('fill-opacity')) < 1).length"
    )
    assert pale == 300 - 70
    page.get_by_text("Ouest", exact=True).click()
    until(lambda: chart.frame.evaluate("window.map.getZoom()") == whole)


def test_at_the_level_of_cpts_their_borders_and_names_lead(page, map_url):
    widths = {}
    for query in ("", "level"):
        chart = MapDriver(page, map_url, query)
        frame = page.frame_locator("iframe")
        outline = frame.locator(".leaflet-cpts-outlines-pane path").last
        widths[query] = float(outline.get_attribute("stroke-width"))
        commune = frame.locator("path.leaflet-interactive").first
        wears_its_fill = commune.get_attribute("stroke") == commune.get_attribute("fill")
        assert wears_its_fill == (query == "level")
        page.mouse.move(*chart.spot(*middle(13, 4)))
        tip = frame.locator(".leaflet-tooltip")
        tip.wait_for()
        head = tip.inner_text().splitlines()[:2]
        expected = ["Commune 961304", "CPTS Est"]
        assert head == (expected[::-1] if query else expected)
    assert widths["level"] > 1.3 * widths[""]


def test_a_change_asked_while_contours_load_is_not_lost(page, map_url):
    held = []
    page.route("**/geometrie/**", lambda route: held.append(route))
    page.goto(map_url)
    until(lambda: held or page.wait_for_timeout(50))
    page.get_by_role("radio", name="Second").or_(page.get_by_role("button", name="Second")).click()
    page.wait_for_timeout(1500)
    held[0].continue_()
    page.frame_locator("iframe").locator("#map_div[data-painted]").wait_for()
    frame = next(f for f in page.frames if "streamlit_folium" in f.url)
    until(
        lambda: (
            frame.evaluate(
                "document.querySelectorAll('path.leaflet-interactive[fill=\"#006d2c\"]').length"
            )
            == 100
        )
    )


def test_contours_that_do_not_come_are_told_in_words(page, map_url):
    page.route("**/geometrie/**", lambda route: route.abort())
    page.goto(map_url)
    notice = page.frame_locator("iframe").get_by_role("alert")
    notice.wait_for()
    assert notice.inner_text().startswith("Les contours de la carte n’ont pas pu être chargés.")


def test_the_wheel_scrolls_the_page_until_the_map_is_clicked(page, map_url):
    chart = MapDriver(page, map_url)
    zoom = chart.frame.evaluate("window.map.getZoom()")
    page.mouse.move(*chart.spot(*middle(13, 4)))
    page.mouse.wheel(0, -200)
    page.wait_for_timeout(600)
    assert chart.frame.evaluate("window.map.getZoom()") == zoom
    chart.click(*middle(13, 4))
    page.mouse.wheel(0, -200)
    until(lambda: chart.frame.evaluate("window.map.getZoom()") > zoom)


def test_the_map_follows_the_size_of_its_frame(page, map_url):
    chart = MapDriver(page, map_url)
    whole = chart.frame.evaluate("window.map.getZoom()")
    page.set_viewport_size({"width": 390, "height": 844})
    until(lambda: chart.frame.evaluate("window.map.getZoom()") < whole)
    assert chart.frame.evaluate("window.map.getBounds().contains([[46, 2], [46.75, 3]])")


def test_two_linked_maps_move_together(page, map_url):
    page.goto(f"{map_url}/?two")
    for frame in (page.frame_locator("iframe").nth(k) for k in range(2)):
        frame.locator("#map_div[data-painted]").wait_for()
    first, second = (f for f in page.frames if "streamlit_folium" in f.url)
    first.evaluate("window.map.setView([46.2, 2.4], 11.5, {animate: false}); null")
    until(lambda: second.evaluate("window.map.getZoom()") == 11.5)
    middle_of = "(() => { const c = window.map.getCenter(); return [c.lat, c.lng]; })()"
    assert second.evaluate(middle_of) == pytest.approx([46.2, 2.4], abs=1e-3)
    second.evaluate("window.map.setView([46.4, 2.6], 10.5, {animate: false}); null")
    until(lambda: first.evaluate("window.map.getZoom()") == 10.5)


def test_a_basemap_that_does_not_come_leaves_the_communes(open_page, map_url):
    page = open_page(allowed=("data.geopf.fr",))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    chart = MapDriver(page, map_url, "basemap")
    until(lambda: any("data.geopf.fr" in url for url in asked) or page.wait_for_timeout(50))
    assert len(chart.fills()) == 300
    credit = chart.frame.locator(".leaflet-control-attribution").inner_text()
    assert credit == "Contours <b> · Fond : Plan IGN © IGN"
    chart.click(*middle(13, 4))
    chart.says("961304", 1)
