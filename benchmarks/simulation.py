"""Time from a click on « + » in the simulator to the map drawn anew, in headless Chromium.

Run from the project's root: ``python -m benchmarks.simulation [espace …]`` (default: the
demonstration; other spaces are found through ``CPTS_DATA``). The network is cut. Each click adds a
practitioner to a commune: the engine answers, the map of gaps is painted, figures and tables
follow. Exits with 1 when the median is above 300 ms, when the engine's median is above 100 ms, or
when the map was mounted again.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from cpts_data.diagnostic import Diagnostic
from cpts_data.simulation import PROFESSIONS, build_model, headcounts, present, run
from cpts_data.simulation.scenarios import Scenario, UnitChange
from cpts_data.simulation.supply import bases
from cpts_data.space import known_spaces
from cpts_data.territories import Level
from tests.browser.conftest import FLAGS, ROOT, start_app, stop_app

CLICKS, PAINT_LIMIT, ENGINE_LIMIT = 10, 300.0, 100.0
CHROMIUM = os.environ.get("CPTS_CHROMIUM", "/usr/bin/chromium")
CLICKED = """document.addEventListener("click",
    () => { window.clickedAt = performance.timeOrigin + performance.now(); }, true);"""
PAINTED = """() => {
    const map = document.querySelector("#map_div[data-painted]");
    return map ? Number(map.dataset.painted) : null;
}"""
DRAWN = """new Promise(done => requestAnimationFrame(() => setTimeout(
    () => done(performance.timeOrigin + performance.now()))))"""


def engine(name: str) -> tuple[str, float]:
    """A commune of the space, and the engine's median milliseconds for a scenario there."""
    diagnostic = Diagnostic.open(known_spaces()[name])
    profession = PROFESSIONS["medecins_generalistes"]
    model = build_model(diagnostic.space, diagnostic.register, profession)
    base = next(iter(bases(diagnostic.space, profession)))
    now = present(model, headcounts(diagnostic.space, diagnostic.register, model, base))
    cpts = diagnostic.territories(Level.CPTS)
    inside = [str(unit) for unit in cpts.units_of(str(cpts.table.index[0])).index]
    taken = []
    for count in range(1, CLICKS + 2):
        start = time.perf_counter()
        run(now, Scenario((UnitChange(inside[0], float(count)),)), cpts, inside)
        taken.append((time.perf_counter() - start) * 1000)
    return inside[0], statistics.median(taken[1:])


def map_frame(page):
    """The frame of the map, once painted."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        for frame in page.frames:
            try:
                if "streamlit_folium" in frame.url and frame.evaluate(PAINTED) is not None:
                    return frame
            except Error:  # the frame is being replaced
                continue
        page.wait_for_timeout(50)
    raise TimeoutError("the map was never painted")


def clicks(url: str, name: str, unit: str) -> tuple[list[float], bool]:
    """Milliseconds of each click, and whether the map stayed the same."""
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 1400}, locale="fr-FR")
        page.goto(f"{url}/simulateur?espace={name}&scenario_a={unit}p1&vue=ecart")
        page.wait_for_selector('[data-test-script-state="notRunning"]', timeout=120_000)
        frame = map_frame(page)
        frame.evaluate("window.same = true")
        page.evaluate(CLICKED)
        plus = page.locator(f'[class*="st-key-plus_a_{unit}"] [data-testid="stNumberInputStepUp"]')
        for _ in range(CLICKS + 1):
            page.wait_for_timeout(1200)
            before = frame.evaluate(PAINTED)
            plus.click()
            while frame.evaluate(PAINTED) == before:
                page.wait_for_timeout(4)
            taken.append(frame.evaluate(DRAWN) - page.evaluate("window.clickedAt"))
        same = bool(frame.evaluate("window.same"))
        browser.close()
    return taken[1:], same


def main() -> int:
    if not Path(CHROMIUM).exists():
        print(f"Skipped: no Chromium at {CHROMIUM} (set CPTS_CHROMIUM).")
        return 0
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        process, url = start_app(ROOT / "app.py", Path(folder) / "journal.txt", {})
        try:
            for name in sys.argv[1:] or ["demonstration"]:
                unit, engine_ms = engine(name)
                taken, same = clicks(url, name, unit)
                median = statistics.median(taken)
                print(
                    f"{name}: engine and tables {engine_ms:.0f} ms; click to map "
                    f"{min(taken):.0f} ms at best, {median:.0f} ms median; "
                    f"{'same map' if same else 'MAP MOUNTED AGAIN'}"
                )
                missed |= median > PAINT_LIMIT or engine_ms > ENGINE_LIMIT or not same
        finally:
            stop_app(process)
    print("Targets (300 ms, 100 ms):", "MISSED" if missed else "kept")
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
