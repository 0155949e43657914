"""« Composer » in Chromium, network cut: click, lasso, list, undo, and the way to the diagnosis."""

import math
import re

import pytest

from cpts_data.composition.land import Land
from cpts_data.diagnostic import Diagnostic
from cpts_data.space import DEMONSTRATION
from tests.browser.stillness import maps_of, spot, until, wait_idle, wait_still

CELLS = 10


@pytest.fixture(scope="module")
def land():
    return Land(Diagnostic.open(DEMONSTRATION).register)


def figures(page):
    """What each cell of the band says, by its label, once the band is whole."""

    def read():
        cells = page.locator(".cpts-band > div").all_inner_texts()
        told = [cell.replace("\u202f", "").replace("\xa0", " ").split("\n") for cell in cells]
        whole = len(told) == CELLS and all(len(cell) > 1 for cell in told)
        return {cell[0]: cell[1] for cell in told} if whole else None

    return until(read)


def point_of(land, code):
    point = land.contours[code].representative_point()
    return point.x, point.y


def click_on(page, land, code):
    page.mouse.click(*spot(page, *point_of(land, code)))


def largest(land, count):
    """The widest communes: those that a click cannot miss."""
    sizes = land.contours.to_crs(2154).area.sort_values(ascending=False)
    return [str(code) for code in sizes.index if str(code) in land.known][:count]


def test_a_click_adds_a_commune_and_a_second_takes_it_away(page, app_url, land):
    page.goto(f"{app_url}/composer")
    maps_of(page)
    code, other = largest(land, 2)
    click_on(page, land, code)
    people = f"{land.population[code]:.0f}"
    until(lambda: figures(page)["Habitants"] == people)
    assert figures(page)["Communes"] == "1"
    assert "composition=" in page.url
    click_on(page, land, other)
    until(lambda: figures(page)["Communes"] == "2")
    click_on(page, land, code)
    until(lambda: figures(page)["Communes"] == "1")
    assert figures(page)["Habitants"] == f"{land.population[other]:.0f}"
    page.get_by_role("button", name="Annuler").click()
    until(lambda: figures(page)["Communes"] == "2")


def test_the_map_is_not_mounted_again_and_the_band_keeps_its_place(page, app_url, land):
    page.goto(f"{app_url}/composer")
    (frame,) = maps_of(page)
    wait_still(page)
    frame.evaluate("window.stamp = 'same document'")
    before = page.locator(".cpts-band").bounding_box()
    for code in largest(land, 3):
        click_on(page, land, code)
        wait_idle(page)
    until(lambda: figures(page)["Communes"] == "3")
    assert frame.evaluate("window.stamp") == "same document"
    assert page.locator(".cpts-band").bounding_box() == before


def test_a_lasso_adds_what_it_surrounds(page, app_url, land):
    page.goto(f"{app_url}/composer")
    (frame,) = maps_of(page)
    code = largest(land, 1)[0]
    x, y = spot(page, *point_of(land, code))
    button = page.frame_locator("iframe").get_by_role("button", name="Dessiner")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    ring = [
        (x + 70 * math.cos(step * math.pi / 12), y + 60 * math.sin(step * math.pi / 12))
        for step in range(25)
    ]
    page.mouse.move(*ring[0])
    page.mouse.down()
    for corner in ring[1:]:
        page.mouse.move(*corner)
    page.mouse.up()
    until(lambda: int(figures(page)["Communes"]) > 1)
    assert button.get_attribute("aria-pressed") == "false"
    assert re.search(r"communes ajoutées", page.locator(".cpts-word-line").inner_text())
    # The map moves and is clicked again as before.
    assert frame.evaluate("window.map.dragging.enabled()")


def test_escape_gives_the_lasso_up(page, app_url):
    page.goto(f"{app_url}/composer")
    maps_of(page)
    wait_still(page)
    button = page.frame_locator("iframe").get_by_role("button", name="Dessiner")
    button.click()
    button.press("Escape")
    until(lambda: button.get_attribute("aria-pressed") == "false")
    assert figures(page)["Communes"] == "0"


def test_a_pasted_list_then_the_diagnosis(page, app_url, land):
    page.goto(f"{app_url}/composer?ajouter=liste")
    maps_of(page)
    wait_still(page)
    first, second = largest(land, 2)
    box = page.get_by_label(re.compile("Noms ou codes"))
    box.fill(f"{land.names[first]} ({first[:2]})\n{second}\n<img src=x onerror=alert(1)>\n=1+1")
    box.press("Control+Enter")
    wait_idle(page)
    page.get_by_role("button", name="Lire la liste").click()
    page.get_by_role("button", name=re.compile("Ajouter 2")).click()
    until(lambda: figures(page)["Communes"] == "2")
    page.get_by_role("button", name="Ouvrir le diagnostic").click()
    page.wait_for_url(re.compile("synthese"))
    assert "composition=" in page.url
    # The figures of « Synthèse » are for tests/pages: here, the territory goes along.
    page.get_by_role("heading", name="Synthèse", level=1).wait_for()
    chosen = page.get_by_test_id("stSidebar").get_by_role("combobox").nth(1)
    until(lambda: "Nouveau territoire" in (chosen.input_value() or chosen.inner_text()))
