"""What a server works out ahead when it opens a space."""

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit import runtime

from pages.parts import store

ROOT = Path(__file__).resolve().parents[2]


class Started:
    """Stands for a process that never ends."""

    def __init__(self, command, **options):
        self.command, self.options = command, options

    def poll(self):
        return None


@pytest.fixture
def started(monkeypatch):
    """The processes that would have been started."""
    found = []

    def start(command, **options):
        found.append(Started(command, **options))
        return found[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.delenv(store.PREPARATION_VARIABLE, raising=False)
    store._preparing.clear()
    yield found
    store._preparing.clear()


def test_a_server_prepares_the_space_that_it_opens(started):
    store._prepare_in_background("espaces/un")
    (one,) = started
    assert one.command == [
        *(sys.executable, "-m", "cpts_data", "preparer"),
        *("--arriere-plan", "--espace", "espaces/un"),
    ]
    assert one.options["cwd"] == ROOT
    assert store._preparing() == [one]


def test_at_most_two_spaces_are_prepared_at_once(started):
    for name in ("un", "deux", "trois"):
        store._prepare_in_background(name)
    assert [one.command[-1] for one in started] == ["un", "deux"]
    started[0].poll = lambda: 0
    store._prepare_in_background("trois")
    assert [one.command[-1] for one in store._preparing()] == ["deux", "trois"]


def test_nothing_is_prepared_when_it_is_not_wanted(started, monkeypatch):
    monkeypatch.setenv(store.PREPARATION_VARIABLE, "0")
    store._prepare_in_background("espaces/un")
    assert started == []


def test_a_page_run_without_a_server_prepares_nothing(started, monkeypatch):
    monkeypatch.setattr(runtime, "exists", lambda: False)
    store._prepare_in_background("espaces/un")
    assert started == []


def test_a_machine_that_starts_no_process_still_opens_the_space(started, monkeypatch):
    def refuse(*_, **__):
        raise OSError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    store._prepare_in_background("espaces/un")
    assert store._preparing() == []
