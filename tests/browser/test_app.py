"""The real app in Chromium, network cut: maps paint, clicks are answered, addresses hold."""

import json
import re
from pathlib import Path

import pytest

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from tests.browser.stillness import maps_of, pick, place, spot

ROOT = Path(__file__).resolve().parents[2]
DEMONSTRATION = ROOT / "data" / "demonstration"
PAGES = ["", "carte", "synthese", "population", "sources_et_methodes"]


@pytest.fixture(scope="module")
def communes() -> dict[str, tuple[float, float]]:
    """A point inside each commune of the demonstration: (longitude, latitude)."""
    contours = Diagnostic.open(DEMONSTRATION).contours().set_index("code")
    points = contours.geometry.representative_point()
    return {code: (point.x, point.y) for code, point in points.items()}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_by_deep_link_and_asks_nothing_outside(page, app_url, wait_idle, name):
    page.goto(f"{app_url}/{name}?cpts=HES-CPTS-02")
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    wait_idle(page)
    page.get_by_text("Territoire fictif de démonstration").first.wait_for(timeout=60_000)
    page.wait_for_function("document.documentElement.lang === 'fr'")
    assert page.locator('[data-testid="stException"]').count() == 0


def test_figures_keep_in_the_browser_what_they_say_of_themselves(page, app_url, wait_still):
    page.goto(f"{app_url}/population?cpts=HES-CPTS-02")
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    wait_still(page)
    told = page.locator('data[data-indicateur="part_75_ans_et_plus"]').first
    assert told.get_attribute("data-territoire") == "cpts:HES-CPTS-02"
    assert told.get_attribute("data-periode")
    assert told.get_attribute("data-source")
    assert told.inner_text() == french.number(float(told.get_attribute("value")), 1)


def test_the_first_click_on_the_map_and_the_next_ones_are_answered(
    open_page, app_url, communes, wait_still
):
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{app_url}/?espace=demonstration")
    maps_of(page)
    wait_still(page)
    box = page.locator("iframe").bounding_box()
    assert box["y"] + box["height"] > 800, "the map must reach below the window"
    names = Diagnostic.open(DEMONSTRATION).register.units.table["name"]
    visible = [code for code in communes if place(page, *communes[code])[1] < 780][:3]
    assert len(visible) == 3
    for code in visible:
        page.mouse.click(*spot(page, *communes[code]))
        heading = re.compile(re.escape(str(names[code])))
        page.get_by_role("heading", name=heading).first.wait_for()
        assert f"commune={code}" in page.url


def test_a_click_leads_to_the_synthesis_of_the_cpts(page, app_url, communes, wait_idle):
    listed = (DEMONSTRATION / "cpts_perimetres" / "cpts_communes.csv").read_text("utf-8")
    code = re.search(r"^HES-CPTS-01;(\d{5});", listed, re.MULTILINE).group(1)
    page.goto(f"{app_url}/?commune={code}")
    maps_of(page)
    page.get_by_role("link", name=re.compile("Ouvrir la synthèse")).first.click()
    page.get_by_role("heading", name="Synthèse", level=1).wait_for()
    wait_idle(page)
    assert "cpts=HES-CPTS-01" in page.url


def test_the_indicator_changes_without_drawing_the_map_again(page, app_url, wait_idle):
    page.goto(f"{app_url}/carte?indicateur=population")
    (frame,) = maps_of(page)
    frame.evaluate("window.stamp = 'same document'")
    frame.evaluate("window.map.setZoom(window.map.getZoom() + 1, {animate: false}); null")
    zoom = frame.evaluate("window.map.getZoom()")
    before = frame.evaluate("document.getElementById('map_div').dataset.painted")
    indicators = page.get_by_role("combobox", name=re.compile("Indicateur"))
    pick(page, indicators, re.compile(r"Population › Densité \("))
    page.get_by_text("Densité (hab./km²)").wait_for()
    frame.wait_for_function(
        f"document.getElementById('map_div').dataset.painted !== {json.dumps(before)}"
    )
    assert frame.evaluate("window.stamp") == "same document"
    assert frame.evaluate("window.map.getZoom()") == zoom
    assert "indicateur=densite_population" in page.url


def test_the_table_says_what_the_map_shows_and_downloads(page, app_url, wait_idle):
    page.goto(f"{app_url}/carte?indicateur=taux_pauvrete&decoupage=cpts")
    maps_of(page)
    wait_idle(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Valeurs (CSV)").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    assert lines[0].startswith("indicator;level;territory;name;period;stratum;value")
    assert len(lines) == 1 + 9
    assert any(";masque;" in line for line in lines)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("GeoJSON")).click()
    content = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert len(content["features"]) == 9
    masked = [f for f in content["features"] if f["properties"]["statut"] == "masque"]
    assert masked
    assert all(feature["properties"]["valeur"] is None for feature in masked)


def test_a_phone_shows_the_first_page_without_sideways_scrolling(open_page, app_url, wait_idle):
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_url}/")
    maps_of(page)
    wait_idle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
