"""Click to updated figures in « Composer », in headless Chromium, on a real space.

    python -m benchmarks.composer --espaces DOSSIER --espace paca [--clics 12]

``DOSSIER`` holds the space (README, « Exemple »). Each click adds a commune of the map; the time
runs from the press to the moment when the population of the band has changed. The promise is
600 ms. What the machine does beside counts too: its load is printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, ROOT, start_app, stop_app
from tests.browser.stillness import maps_of, wait_idle, wait_still

PROMISED = 0.6
_BAND = "document.querySelector('.cpts-band').innerText"


def main() -> None:
    """Measure, and print the median, the slowest, and each click."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--espaces", required=True, help="folder that holds the space")
    parser.add_argument("--espace", default="paca")
    parser.add_argument("--clics", type=int, default=12)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "journal.txt"
        process, url = start_app(ROOT / "app.py", log, {"CPTS_DATA": asked.espaces})
        try:
            times = clicks(f"{url}/composer?espace={asked.espace}", asked.clics)
        finally:
            stop_app(process)
    told = ", ".join(f"{1000 * one:.0f}" for one in times)
    print(f"click to figures, ms: median {1000 * statistics.median(times):.0f}, ", end="")
    print(f"slowest {1000 * max(times):.0f} (promised {1000 * PROMISED:.0f})")
    print(f"  each: {told}")
    print(f"  load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def clicks(address: str, count: int) -> list[float]:
    """Seconds from press to figures, click after click; the first warms up and is left out."""
    chromium = os.environ.get("CPTS_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(address)
        maps_of(page)
        wait_still(page)
        paths = page.frame_locator("iframe").locator("path.leaflet-interactive")
        step = max(paths.count() // (count + 2), 1)
        found = []
        for number in range(1, count + 2):
            box = paths.nth(number * step).bounding_box()
            if box is None or box["y"] + box["height"] > 880 or box["y"] < 0:
                continue
            before = page.evaluate(_BAND)
            start = time.perf_counter()
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            try:
                page.wait_for_function(
                    f"told => {_BAND} !== told", arg=before, polling=10, timeout=10_000
                )
            except Exception as error:  # beside a commune with a bay: no commune was clicked
                print(f"  a click met no commune ({type(error).__name__})")
                continue
            found.append(time.perf_counter() - start)
            wait_idle(page)
        browser.close()
    return found[1:]


if __name__ == "__main__":
    main()
