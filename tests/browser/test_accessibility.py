"""axe-core on every page, down into the frames of maps: WCAG 2.0 to 2.2, levels A and AA."""

from pathlib import Path

import pytest

from pages.parts import accessibility, frame

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = [
    Path(file).stem.removesuffix("app")
    for pages in frame.MENU.values()
    for file, _ in pages
    if file != frame.MEETING
]
MAPS = [
    "carte?cartes=2&couches=cpts_stades&couches=pharmacies",
    "carte?vue=regroupements",
    "carte?vue=regroupements&lecture=voisinages",
    "carte?vue=non_couvert",
    "?mode=reunion",
]


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core, from the package axe-playwright-python."""
    package = pytest.importorskip(
        "axe_playwright_python", reason="axe-playwright-python is not installed"
    )
    return Path(package.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


def faults(page, axe):
    """What axe-core finds, as « rule: element », without what Streamlit itself causes."""
    for part in page.frames:
        part.evaluate(f"{axe};0")
    found = page.evaluate(
        "tags => axe.run(document, {resultTypes: ['violations'], runOnly: tags})", STANDARD
    )
    return [
        f"{rule['id']}: {node['target']} {node['html'][:120]}"
        for rule in found["violations"]
        if rule["id"] not in accessibility.STREAMLIT_RULES
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("name", [*PAGES, *MAPS])
def test_axe_finds_nothing_of_ours(page, app_url, wait_still, axe, name):
    page.goto(f"{app_url}/{name}")
    page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
    wait_still(page, 150_000)
    page.wait_for_function("document.documentElement.lang === 'fr'")
    assert faults(page, axe) == []


def test_axe_would_find_a_fault(page, app_url, wait_idle, axe):
    """The test can fail: an image without words is found."""
    page.goto(f"{app_url}/accessibilite")
    page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
    wait_idle(page)
    page.evaluate("document.querySelector('h1').after(document.createElement('img'))")
    assert any(fault.startswith("image-alt") for fault in faults(page, axe))
