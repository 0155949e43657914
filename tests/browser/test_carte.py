"""« Carte » in Chromium, network cut: two maps together, layers, ground, keyboard, downloads."""

import io
import json
import re
from pathlib import Path

from PIL import Image

from cpts_data.diagnostic import Diagnostic
from tests.browser.stillness import maps_of, pick, until

ROOT = Path(__file__).resolve().parents[2]
DEMONSTRATION = ROOT / "data" / "demonstration"
CENTRE = "(() => { const c = window.map.getCenter(); return [c.lat, c.lng]; })()"


def test_two_maps_share_classes_and_move_together(page, app_url, wait_idle):
    page.goto(f"{app_url}/carte?cartes=2&decoupage2=epci&indicateur=population")
    first, second = maps_of(page, 2)
    wait_idle(page)
    assert page.get_by_text("les mêmes sur les deux cartes").count() == 2
    zoom = first.evaluate("window.map.getZoom()") + 1
    first.evaluate(f"window.map.setZoom({zoom}, {{animate: false}}); null")
    until(lambda: second.evaluate("window.map.getZoom()") == zoom)
    first.evaluate("window.map.panBy([60, 20], {animate: false}); null")
    until(
        lambda: all(
            abs(one - other) < 1e-3
            for one, other in zip(first.evaluate(CENTRE), second.evaluate(CENTRE), strict=True)
        )
    )
    # The EPCI wear the colours of the second map: their borders came as a layer.
    second.wait_for_function("document.getElementById('map_div').dataset.layers === 'epci'")


def test_two_maps_stack_on_a_phone(open_page, app_url, wait_idle):
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_url}/carte?cartes=2")
    maps_of(page, 2)
    wait_idle(page)
    upper, lower = (page.locator("iframe").nth(rank).bounding_box() for rank in range(2))
    assert lower["y"] >= upper["y"] + upper["height"]
    assert upper["width"] == lower["width"] > 300
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_layers_come_without_a_new_map_and_gather_their_points(page, app_url, wait_idle):
    page.goto(f"{app_url}/carte?couches=pharmacies")
    (frame,) = maps_of(page)
    data = "document.getElementById('map_div').dataset.layers"
    frame.wait_for_function(f"{data} === 'pharmacies'")
    counts = "[...document.querySelectorAll('.cpts-point')].map(node => node.textContent)"
    shown = frame.evaluate(counts)
    told = sum(int(text) if text.isdigit() else 1 for text in shown)
    table = Diagnostic.open(DEMONSTRATION).space.table("finess")
    assert told == (table["famille"] == "pharmacie").sum()
    assert len(shown) < told / 2, "close ones must gather"
    frame.evaluate("window.stamp = 'same document'")
    wait_idle(page)
    page.get_by_text(re.compile("Étendue, classes, couches et fond")).click()
    pick(
        page, page.get_by_role("combobox", name=re.compile("Couches")), "Contours › CPTS par stade"
    )
    frame.wait_for_function(f"{data} === 'pharmacies cpts_stades'")
    assert frame.evaluate("window.stamp") == "same document"
    assert "couches=pharmacies&couches=cpts_stades" in page.url
    assert frame.locator(".leaflet-cpts-zones-pane path[clip-path]").count() > 8


def test_the_plan_of_ign_never_blocks_and_says_that_it_is_absent(open_page, app_url):
    page = open_page(allowed=("data.geopf.fr",))
    page.goto(f"{app_url}/carte?fond=plan")
    (frame,) = maps_of(page)
    note = page.frame_locator("iframe").get_by_role("status")
    note.wait_for()
    assert "la carte reste complète" in note.inner_text()
    assert frame.evaluate("document.querySelectorAll('path.leaflet-interactive').length") == 188


def test_the_keyboard_alone_reaches_the_map_and_its_table(page, app_url, wait_idle):
    page.goto(f"{app_url}/carte")
    (frame,) = maps_of(page)
    wait_idle(page)
    page.locator("summary", has_text="Étendue, classes, couches et fond").focus()
    zoom = frame.evaluate("window.map.getZoom()")
    for _ in range(12):
        page.keyboard.press("Tab")
        if frame.evaluate("document.activeElement && document.activeElement.id") == "map_div":
            break
    assert frame.evaluate("document.activeElement.id") == "map_div"
    page.keyboard.press("+")
    until(lambda: frame.evaluate("window.map.getZoom()") > zoom)
    focused = "document.activeElement.textContent || ''"
    for _ in range(20):
        page.keyboard.press("Tab")
        if "Tableau des valeurs" in page.evaluate(focused):
            break
    assert "Tableau des valeurs" in page.evaluate(focused)
    page.keyboard.press("Enter")
    page.locator('[data-testid="stDataFrame"]').wait_for()


def test_the_image_of_the_map_downloads(page, app_url, wait_idle):
    page.goto(f"{app_url}/carte?indicateur=population")
    maps_of(page)
    wait_idle(page)
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="Image (PNG)").click()
    picture = Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert picture.size == (1650, 1200)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("GeoJSON")).click()
    content = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert len(content["features"]) == 188
    assert "secret statistique" in content["mention"]
