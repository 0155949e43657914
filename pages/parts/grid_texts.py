"""Forces, faiblesses, opportunités, menaces: the four texts, shared by « Synthèse » and documents.

Filled first by the facts; what the team writes stays for the session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from cpts_data import french
from cpts_data.analysis.highlights import Highlight
from cpts_data.reading import synthesis
from cpts_data.territories import Territory
from pages.parts import frame
from pages.parts.frame import Frame

HEIGHT = 260
_PROPOSED = "grille_proposee"


def key(page: Frame, territory: Territory, part: str) -> str:
    """The key of a part."""
    return f"grille_{page.space_id}_{territory.id}_{part}"


def areas(page: Frame, territory: Territory, facts: Sequence[Highlight]) -> dict[str, str]:
    """The four texts to write over; what they say."""
    proposed = synthesis.proposals(facts, territory)
    _remember(page, territory, proposed)
    for part in synthesis.GRID:
        if frame.component_state(key(page, territory, part)) is None:
            frame.preset(key(page, territory, part), proposed[part])
    written = {}
    for pair in (("forces", "faiblesses"), ("opportunites", "menaces")):
        for place, part in zip(st.columns(2), pair, strict=True):
            title, hint = synthesis.GRID[part]
            with place:
                written[part] = st.text_area(
                    title,
                    height=HEIGHT,
                    key=key(page, territory, part),
                    placeholder=french.typography(hint),
                    help=french.typography(hint),
                    persist_state="session",
                )
    return {part: words or "" for part, words in written.items()}


def _remember(page: Frame, territory: Territory, proposed: Mapping[str, str]) -> None:
    """Keep what was proposed when the texts were first shown: what the team writes differs."""
    name = f"{_PROPOSED}_{page.space_id}_{territory.id}"
    if frame.kept(name) is None:
        frame.keep(name, dict(proposed))


def changed(page: Frame, territory: Territory) -> dict[str, str]:
    """The parts that the team wrote over; the others are left to the figures."""
    proposed = frame.kept(f"{_PROPOSED}_{page.space_id}_{territory.id}", {})
    told = {}
    for part in synthesis.GRID:
        words = frame.component_state(key(page, territory, part))
        if words is not None and words != proposed.get(part):
            told[part] = str(words)
    return told


def put(page: Frame, territory: Territory, told: Mapping[str, str]) -> None:
    """Write texts back; a part that is absent is proposed by the figures again."""
    proposed = frame.kept(f"{_PROPOSED}_{page.space_id}_{territory.id}", {})
    for part in synthesis.GRID:
        words = told.get(part, proposed.get(part))
        if words is not None:
            frame.preset(key(page, territory, part), words)
