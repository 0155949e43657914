"""Time and bytes of an indicator switch on a map, in headless Chromium.

Run from the project's root: ``python benchmarks/map_switch.py``. Two maps show the same figures
on the communes of Provence-Alpes-Côte d'Azur: the painted map of the product, and a plain
``folium.GeoJson`` rebuilt at each change, as st_folium's users usually do. Both take Leaflet from
the app, the network being cut. The painted map is then timed alone on all of France. A switch
lasts from the click on the button to the frame drawn with the new colours; bytes are the content
of the websocket messages received meanwhile, before their compression.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CONTOURS = ROOT.parent / "shared/real/ign/communes_ADMIN-EXPRESS_2024_CARTElette.geojson"
APP = Path(__file__).with_name("map_switch_app.py")
CHROMIUM = os.environ.get("CPTS_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
COLOURS = ["#edf8e9", "#bae4b3", "#74c476", "#31a354", "#006d2c"]
SWITCHES = 8
REBUILT, PAINTED, FRANCE = (
    "zone=paca&map=rebuilt",
    "zone=paca&map=painted",
    "zone=france&map=painted",
)
NAMES = {
    REBUILT: "PACA, 946 communes, rebuilt",
    PAINTED: "PACA, 946 communes, painted",
    FRANCE: "France, 34,935 communes, painted",
}
CLICKED = """document.addEventListener("click",
    () => { window.clickedAt = performance.timeOrigin + performance.now(); }, true);"""
SHOWS = """([step, colour]) => {
    const painted = document.querySelector("#map_div[data-painted]");
    if (painted) return painted.dataset.painted === String(step + 1);
    const first = document.querySelector("path.leaflet-interactive");
    return Boolean(first) && first.getAttribute("fill") === colour;
}"""
DRAWN = """new Promise(done => requestAnimationFrame(() => setTimeout(
    () => done(performance.timeOrigin + performance.now()))))"""


class Bench:
    """One page of the app, and what goes through its websocket."""

    def __init__(self, browser, url, query):
        self.page = browser.new_page(viewport={"width": 1440, "height": 900})
        self.received = 0
        self.page.on("websocket", lambda socket_: socket_.on("framereceived", self._count))
        self.page.goto(f"{url}/?{query}")
        self.wait(0)
        self.page.evaluate(CLICKED)

    def _count(self, payload):
        self.received += len(payload)

    def wait(self, step):
        """Wait until the map shows the colours of that step; return when they were drawn."""
        limit = time.monotonic() + 120
        while time.monotonic() < limit:
            for frame in self.page.frames:
                if "streamlit_folium" in frame.url and self._shows(frame, step):
                    return frame.evaluate(DRAWN)
            self.page.wait_for_timeout(4)
        raise TimeoutError(f"the map never showed step {step}")

    @staticmethod
    def _shows(frame, step):
        try:
            return frame.evaluate(SHOWS, [step, COLOURS[step % 5]])
        except Error:  # the frame is being replaced
            return False

    def switch(self, step):
        """Milliseconds and bytes of one switch."""
        self.page.wait_for_timeout(1200)
        self.received = 0
        self.page.get_by_role("button", name="Suivant").click()
        drawn = self.wait(step)
        taken = drawn - self.page.evaluate("window.clickedAt")
        self.page.wait_for_timeout(300)
        return taken, self.received


def compare(browser, url, queries):
    """Best and median milliseconds, median bytes of each page.

    The pages take turns, so that all meet the same load; the first switch of each only warms up.
    """
    pages = {query: Bench(browser, url, query) for query in queries}
    measured = {query: [] for query in queries}
    for step in range(1, SWITCHES + 1):
        for query, bench in pages.items():
            bench.page.bring_to_front()
            measured[query].append(bench.switch(step))
    for bench in pages.values():
        bench.page.close()
    results = {}
    for query, rows in measured.items():
        taken, sizes = zip(*rows[1:], strict=True)
        results[query] = min(taken), statistics.median(taken), statistics.median(sizes)
    return results


def serve(folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = folder / APP.name
    shutil.copy(APP, script)
    options = f"--server.port {port} --server.address 127.0.0.1 --server.headless true"
    options += " --server.fileWatcherType none"
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), *options.split()],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "CPTS_BENCH_CONTOURS": str(CONTOURS)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
            break
        except OSError:
            time.sleep(0.1)
    return process, url


def main():
    if not CONTOURS.exists():
        print(f"Skipped: the real contours are not at {CONTOURS}.")
        return 0
    if not Path(CHROMIUM).exists():
        print(f"Skipped: no Chromium at {CHROMIUM} (set CPTS_CHROMIUM).")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        process, url = serve(Path(folder))
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                results = compare(browser, url, [REBUILT, PAINTED])
                results |= compare(browser, url, [FRANCE])
                browser.close()
        finally:
            process.terminate()
            process.wait()
    print_table(results)
    return 0


def print_table(results):
    """Print the results; ratios are those of the best switches, the least disturbed ones."""
    quickest, _, heavy = results[REBUILT]
    print(f"{'':<34}{'best':>9}{'median':>11}{'websocket':>12}{'faster':>9}{'lighter':>9}")
    for query, name in NAMES.items():
        best, median, size = results[query]
        ratios = f"{quickest / best:>8.1f}×{heavy / size:>8.1f}×" if query != FRANCE else ""
        print(f"{name:<34}{best:>6.0f} ms{median:>8.0f} ms{size / 1000:>9.1f} kB{ratios}")


if __name__ == "__main__":
    sys.exit(main())
