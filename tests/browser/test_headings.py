"""Headings of every page: one of the first level, none empty, none that skips a level."""

from pathlib import Path

import pytest

from pages.parts import frame

PAGES = [
    Path(file).stem.removesuffix("app")
    for pages in frame.MENU.values()
    for file, _ in pages
    if file != frame.MEETING
]
VARIANTS = [
    "carte?cartes=2",
    "carte?vue=regroupements",
    "carte?vue=regroupements&lecture=voisinages",
    "carte?vue=non_couvert",
    "?commune=00001",
    "?mode=reunion",
    "?mode=reunion&ecran=4",
    *(
        f"comparaison?vue={view}"
        for view in ("intervalles", "voisins", "classement", "nuage", "evolution", "entonnoir")
    ),
]
HEADINGS = """() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6, [role=heading]')]
    .filter(node => node.checkVisibility())
    .map(node => [Number(node.getAttribute('aria-level') || node.tagName[1]),
                  node.textContent.trim()])"""


def faults(headings: list[list]) -> list[str]:
    """What is wrong with the headings of a page, in the order of the page."""
    found = [] if [level for level, _ in headings].count(1) == 1 else ["not one first level"]
    before = 0
    for level, text in headings:
        if not text:
            found.append(f"an empty heading of level {level}")
        if level > before + 1:
            found.append(f"from level {before} to level {level}: {text}")
        before = level
    return found


@pytest.mark.parametrize("name", [*PAGES, *VARIANTS])
def test_headings_go_down_one_level_at_a_time(page, app_url, wait_still, name):
    page.goto(f"{app_url}/{name}")
    page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
    wait_still(page, 150_000)
    assert faults(page.evaluate(HEADINGS)) == []


def test_a_skipped_level_would_be_found(page, app_url, wait_still):
    page.goto(f"{app_url}/accessibilite")
    page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
    wait_still(page)
    page.evaluate(
        "document.querySelector('h1').insertAdjacentHTML('afterend', '<h4>Trop bas</h4><h2></h2>')"
    )
    assert faults(page.evaluate(HEADINGS)) == [
        "from level 1 to level 4: Trop bas",
        "an empty heading of level 2",
    ]
