"""Time of a change of page, in headless Chromium, the second time that each page is visited.

Run from the project's root: ``python benchmarks/pages.py`` (the demonstration), or
``python benchmarks/pages.py FOLDER`` for a space of one's own. A change lasts from the click on a
link of the menu to the moment when the page has its title, has finished its run and is drawn. Each
page is visited once first: what a space costs once is not counted. The switch of an indicator on a
map, beside a plain folium rebuild, is measured by ``benchmarks/map_switch.py``.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = os.environ.get("CPTS_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
TITLES = {
    "Synthèse": "Synthèse",
    "Population": "Population",
    "Offre de soins": "Offre de soins",
    "Accès aux soins": "Accès aux soins",
    "Parcours": "Parcours",
    "Prévention": "Prévention",
    "Carte": "Carte",
    "Comparaison": "Comparaison",
    "Annuaire": "Annuaire",
}
VISITS = 3
READY = """title => {
    const app = document.querySelector('[data-testid="stApp"]');
    const heading = document.querySelector("h1");
    return app && app.dataset.testScriptState === "notRunning" && heading
        && heading.textContent.trim() === title;
}"""
DRAWN = "new Promise(done => requestAnimationFrame(() => setTimeout(() => done(null))))"


def serve(space):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"--server.port {port} --server.address 127.0.0.1 --server.headless true"
    options += " --server.fileWatcherType none"
    told = {"CPTS_DATA": str(space.parent)} if space else {}
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options.split()],
        cwd=ROOT,
        env=os.environ | told,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
            return process, url
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise RuntimeError("the app did not start")


def visit(page, label, title):
    """Milliseconds from the click on a link of the menu to the page drawn."""
    link = page.get_by_test_id("stSidebar").get_by_role("link", name=label, exact=True)
    link.scroll_into_view_if_needed()
    start = time.perf_counter()
    link.click()
    page.wait_for_function(READY, arg=title, timeout=180_000, polling=10)
    page.evaluate(DRAWN)
    taken = 1000 * (time.perf_counter() - start)
    page.wait_for_timeout(500)
    return taken


def main():
    space = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    process, url = serve(space)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{url}/?espace={space.name if space else 'demonstration'}")
            page.locator("h1").wait_for(timeout=180_000)
            first = {label: visit(page, label, title) for label, title in TITLES.items()}
            again = {label: [] for label in TITLES}
            for _ in range(VISITS):
                for label, title in TITLES.items():
                    again[label].append(visit(page, label, title))
            browser.close()
    finally:
        process.terminate()
    print(f"{'page':<18}{'first, ms':>12}{'best, ms':>12}{'median, ms':>12}")
    for label, taken in again.items():
        best, middle = min(taken), statistics.median(taken)
        print(f"{label:<18}{first[label]:>12.0f}{best:>12.0f}{middle:>12.0f}")


if __name__ == "__main__":
    main()
