"""Headless Chromium against a running app, with the network cut.

``app_url`` is the real app; ``serve(script, **environment)`` runs any other script. ``page`` is a
fresh Chromium page: a request to anything but the app fails the test at its end.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser import stillness

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
START_SECONDS = 60


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # A machine that stalls is no fault of the app: what fails twice is one.
            item.add_marker(pytest.mark.flaky(reruns=1))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def start_app(script: Path, log: Path, environment: dict[str, str]) -> tuple[subprocess.Popen, str]:
    """Run a Streamlit script on a free port of 127.0.0.1 and wait until it answers."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    for option, value in {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }.items():
        command += [f"--{option}", str(value)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "CPTS_PREPARATION": "0"} | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    limit = time.monotonic() + START_SECONDS
    while not _healthy(url):
        if process.poll() is not None or time.monotonic() > limit:
            stop_app(process)
            raise RuntimeError(f"{script} did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.1)
    return process, url


def stop_app(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def serve(tmp_path_factory) -> Iterator[Callable[..., str]]:
    """Start a script, with environment variables if wished: ``serve(path, CPTS_DATA="…")``."""
    running: dict[tuple, tuple[subprocess.Popen, str]] = {}

    def start(script: Path, **environment: str) -> str:
        key = (script, tuple(sorted(environment.items())))
        if key not in running:
            log = tmp_path_factory.mktemp("serveur") / "journal.txt"
            running[key] = start_app(script, log, environment)
        return running[key][1]

    yield start
    for process, _ in running.values():
        stop_app(process)


@pytest.fixture(scope="session")
def app_url(serve) -> str:
    """Address of the real app on the embedded demonstration space, or on ``CPTS_DATA``."""
    return serve(ROOT / "app.py")


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests; skipped, with the reason, where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = Path(os.environ.get("CPTS_CHROMIUM", "/usr/bin/chromium"))
    if not chromium.exists():
        pytest.skip(f"no Chromium at {chromium}: set CPTS_CHROMIUM to its path")
    with sync_api.sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield chrome
        chrome.close()


@pytest.fixture
def open_page(browser) -> Iterator[Callable[..., object]]:
    """Open Chromium pages whose every request is watched: ``open_page(viewport={…})``.

    ``allowed`` names the hosts that the test expects to be asked, in vain: the network is cut.
    """
    outside: list[str] = []
    contexts = []
    hosts = {"127.0.0.1"}

    def watch(address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"data", "blob", "about"} and parts.hostname not in hosts:
            outside.append(address)

    def start(*, allowed: tuple[str, ...] = (), **options):
        hosts.update(allowed)
        context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "locale": "fr-FR", **options}
        )
        contexts.append(context)
        context.on("request", lambda request: watch(request.url))
        page = context.new_page()
        page.on("websocket", lambda websocket: watch(websocket.url))
        page.set_default_timeout(60_000)
        return page

    yield start
    for context in contexts:
        context.close()
    assert outside == [], f"asked from outside: {outside}"


@pytest.fixture
def page(open_page):
    """A page of 1440 by 900 that may ask nothing from outside."""
    return open_page()


@pytest.fixture
def wait_idle() -> Callable[..., None]:
    """Wait until the app has finished its run: ``wait_idle(page)``."""
    return stillness.wait_idle


@pytest.fixture
def wait_still() -> Callable[..., None]:
    """Wait until the run is over, every widget is there and nothing moves: ``wait_still(page)``."""
    return stillness.wait_still
