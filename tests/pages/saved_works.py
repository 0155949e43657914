"""Pages that save, for the tests: a database of one's own, a day that does not move."""

import datetime as dt

import pytest

TODAY = dt.date(2024, 1, 15)


@pytest.fixture
def works(monkeypatch, tmp_path):
    """A database of works of this test alone; its folder."""
    folder = tmp_path / "travaux"
    monkeypatch.setenv("CPTS_DOSSIER", str(folder))
    return folder


@pytest.fixture
def fixed_day(monkeypatch):
    """15 January 2024, whatever the day the tests run."""
    monkeypatch.setattr("pages.parts.aci_state.today", lambda: TODAY)
    moment = dt.datetime(2024, 1, 15, 9, 0, tzinfo=dt.UTC)
    monkeypatch.setattr("pages.parts.aci_state.now", lambda: moment)
    return TODAY


def spoken(text: str) -> str:
    """A text with plain spaces, apostrophes and minus signs."""
    for space in ("\u00a0", "\u202f"):
        text = text.replace(space, " ")
    return text.replace("’", "'").replace("\u2212", "-").replace("\\", "")
