"""The meeting in Chromium: arrows, remote control, Escape, and a screen that fits a projector."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_arrows_turn_the_screens_and_escape_leaves(five_space, serve, open_page, wait_still):
    url = serve(ROOT / "app.py", CPTS_DATA=str(five_space.parent))
    page = open_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{url}/synthese?mode=reunion&espace={five_space.name}&cpts=CPTS-A")
    page.get_by_text("1 / 8", exact=True).wait_for(timeout=120_000)
    # The keys listen once the component that holds this button is there.
    page.get_by_role("button", name="Plein écran").wait_for()
    wait_still(page, 120_000)
    assert page.locator('[data-testid="stSidebar"]:visible').count() == 0
    assert (
        page.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)") >= 40
    )
    page.keyboard.press("ArrowRight")
    page.get_by_text("2 / 8", exact=True).wait_for(timeout=60_000)
    wait_still(page)
    page.keyboard.press("PageDown")
    page.get_by_text("3 / 8", exact=True).wait_for()
    wait_still(page)
    assert "ecran=3" in page.url
    page.keyboard.press("ArrowLeft")
    page.get_by_text("2 / 8", exact=True).wait_for()
    page.get_by_role("button", name=re.compile("Suivant")).click()
    page.get_by_text("3 / 8", exact=True).wait_for()
    wait_still(page)
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Synthèse", level=1).wait_for(timeout=60_000)
    assert "mode=" not in page.url
