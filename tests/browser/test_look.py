"""What only a browser shows: what is open, what keeps its place, what is drawn where."""

import pytest

from tests.browser import stillness


def _opened(page, app_url, name: str) -> None:
    page.goto(f"{app_url}/{name}")
    page.get_by_role("heading", level=1).first.wait_for(timeout=150_000)
    stillness.wait_still(page, 150_000)


def test_help_waits_for_its_button(page, app_url):
    """Each « ? » of a figure opens its own box, and nothing is open before."""
    _opened(page, app_url, "offre")
    open_ones = ".cpts-tip:visible"
    assert page.locator(".cpts-tip").count() > 5
    assert page.locator(open_ones).count() == 0
    first = page.locator("button.cpts-help").first
    first.scroll_into_view_if_needed()
    first.click()
    assert page.locator(open_ones).count() == 1
    assert page.locator(open_ones).get_attribute("id") == first.get_attribute("popovertarget")
    page.keyboard.press("Escape")
    assert page.locator(open_ones).count() == 0


@pytest.mark.parametrize("name", ["", "carte", "composer", "annuaire", "population"])
def test_the_place_of_a_map_is_kept_before_it_comes(page, app_url, name):
    """What is under a map does not jump: its place is as high as the map that comes."""
    _opened(page, app_url, name)
    stillness.maps_of(page)
    heights = page.evaluate(
        """() => [...document.querySelectorAll('[class*="st-key-place_"]')].map(place => [
            parseFloat(getComputedStyle(place).minHeight),
            place.querySelector('iframe').getBoundingClientRect().height])"""
    )
    assert heights
    assert all(kept == pytest.approx(drawn, abs=2) for kept, drawn in heights)


def test_a_chart_stands_where_its_figures_say(page, app_url):
    """On « Prévention » percentages go from 0 to 100: marks lie at the share that they tell."""
    _opened(page, app_url, "prevention")
    lines = page.evaluate(
        """() => [...document.querySelectorAll('.cpts-charted tbody tr')].map(row => {
            const line = row.querySelector('.cpts-plot'), dot = line.querySelector('.dot');
            const wide = line.getBoundingClientRect(), mark = dot.getBoundingClientRect();
            return [parseFloat(row.querySelector('data').value),
                100 * (mark.left + mark.width / 2 - wide.left) / wide.width];
        })"""
    )
    assert len(lines) >= 8
    assert all(drawn == pytest.approx(told, abs=0.6) for told, drawn in lines)
