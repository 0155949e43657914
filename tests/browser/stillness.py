"""When a page is still: its run is over, its pieces have come, nothing moves any more.

Streamlit loads its widgets one by one, after the run: a map below one of them is still moving when
it is painted. A place measured then is another commune when it is clicked. What is clicked by its
place is therefore measured on a still page, twice alike; the click itself is never made twice.
"""

import re
import time
from collections.abc import Callable

IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PAUSE = 0.15
# The places of whatever may push the rest of the page, and of the frames of maps.
PLACES = """() => JSON.stringify([...document.querySelectorAll(
    'iframe, [data-testid="stMainBlockContainer"], [data-testid="stElementContainer"]'
)].map(node => Object.values(node.getBoundingClientRect().toJSON()).map(Math.round)))"""
LOADING = "document.querySelector('[data-testid=stSkeleton], [data-testid=stAppSkeleton]')"


def until(condition: Callable[[], object], seconds: float = 30.0):
    """Wait for a condition read from Python; what it found."""
    limit = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < limit, "the expected state never came"
        time.sleep(0.05)
    return found


def steady(read: Callable[[], object], seconds: float = 30.0):
    """A reading that is the same twice, a moment apart."""
    limit = time.monotonic() + seconds
    last = read()
    while True:
        time.sleep(PAUSE)
        found = read()
        if found == last:
            return found
        assert time.monotonic() < limit, f"never still: {last}, then {found}"
        last = found


def wait_idle(page, timeout: float = 90_000) -> None:
    """Wait until the app has finished its run."""
    page.wait_for_selector(IDLE, timeout=timeout)


def wait_still(page, timeout: float = 90_000) -> None:
    """Wait until the run is over, every widget is there and nothing on the page moves."""
    wait_idle(page, timeout)
    page.wait_for_function(f"!{LOADING}", timeout=timeout)
    page.evaluate("document.fonts.ready.then(() => null)")
    steady(lambda: (page.locator(IDLE).count(), page.evaluate(PLACES)), timeout / 1000)


def maps_of(page, count: int = 1) -> list:
    """The frames of the painted maps of a page, in their order."""
    for rank in range(count):
        frame = page.frame_locator("iframe").nth(rank)
        frame.locator("#map_div[data-painted]").wait_for(timeout=60_000)
    return [frame for frame in page.frames if "streamlit_folium" in frame.url]


def place(page, longitude: float, latitude: float) -> tuple[float, float]:
    """Where a place of the first map is in the window now, in pixels."""
    (frame, *_) = maps_of(page)
    x, y = frame.evaluate(
        f"(() => {{ const p = window.map.latLngToContainerPoint([{latitude}, {longitude}]);"
        " return [p.x, p.y]; })()"
    )
    box = page.locator("iframe").first.bounding_box()
    return box["x"] + x, box["y"] + y


def spot(page, longitude: float, latitude: float) -> tuple[float, float]:
    """Where a place of the first map is in the window, in pixels, once nothing moves."""
    maps_of(page)
    wait_still(page)
    return steady(lambda: place(page, longitude, latitude))


def pick(page, box, option: str | re.Pattern[str]) -> None:
    """Choose in a select box: what opens while the page still moves closes again."""
    wait_still(page)
    box.click()
    page.get_by_role("option", name=option, exact=isinstance(option, str)).click()
