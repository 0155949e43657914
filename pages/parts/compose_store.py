"""What the composer keeps for all sessions: the land, its names, and the figures of territories."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cpts_data import french
from cpts_data.aci.scale import Scale, scale_of
from cpts_data.analysis.composed import Composition
from cpts_data.composition import zones
from cpts_data.composition.land import Land
from cpts_data.composition.naming import Namer
from cpts_data.composition.searching import Finder
from cpts_data.composition.summary import Summary, summary
from cpts_data.composition.surroundings import prepare
from cpts_data.diagnostic import Diagnostic
from cpts_data.reference.aci_tables import aci_tables
from pages.parts import store
from pages.parts.map_store import MapGround

COVERED = "#cdd8e0"
FREE = "#fbe7bf"
_KEYS = store.KEYS | {
    Composition: lambda composition: composition.id,
    MapGround: lambda ground: ground.scope,
}


@dataclass(frozen=True)
class Look:
    """How the communes of a map look while none is composed: colours and words by code.

    ``covered`` are in a CPTS, ``free`` in none; of ``blank`` the list of CPTS says nothing.
    """

    fills: dict[str, str]
    texts: dict[str, str]
    people: dict[str, str]
    covered: frozenset[str]
    free: frozenset[str]
    blank: frozenset[str]


@st.cache_resource(max_entries=5, show_spinner="Préparation des communes…", hash_funcs=_KEYS)
def land(diagnostic: Diagnostic) -> Land:
    """The communes of a space and of France around it."""
    found = Land(diagnostic.without_compositions.register)
    prepare(found)
    return found


@st.cache_resource(max_entries=5, show_spinner=False, hash_funcs=_KEYS)
def finder(diagnostic: Diagnostic) -> Finder:
    """Finds communes by name, code or postal code."""
    known = land(diagnostic)
    return Finder(known, Namer(known))


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=_KEYS)
def look_of(diagnostic: Diagnostic, ground: MapGround) -> Look:
    """The map of the composer before anything is composed."""
    known = land(diagnostic)
    codes = [str(code) for code in ground.communes]
    covered = frozenset(code for code in codes if code in known.cpts_of)
    free = known.uncovered.intersection(codes)
    people = {code: french.count_of(known.population.get(code, 0.0), "habitant") for code in codes}
    fills = dict.fromkeys(covered, COVERED) | dict.fromkeys(free, FREE)
    texts = {code: f"cliquez pour l’ajouter\n{words}" for code, words in people.items()}
    return Look(fills, texts, people, covered, free, frozenset(codes) - covered - free)


@st.cache_resource(max_entries=20, show_spinner=False, hash_funcs=_KEYS)
def zones_of(diagnostic: Diagnostic, kind: str) -> dict[str, str]:
    """The zones of a kind, by id."""
    return zones.zones(land(diagnostic), kind)


@st.cache_resource(max_entries=100, show_spinner=False, hash_funcs=_KEYS)
def summary_of(diagnostic: Diagnostic, composition: Composition) -> Summary:
    """The figures of a composed territory, which the diagnostic knows or not."""
    known = diagnostic.with_compositions([*diagnostic.compositions, composition])
    return summary(land(diagnostic), known.figures, composition, _scale())


@st.cache_resource(ttl=300, show_spinner=False)
def _scale() -> Scale:
    """The scale of the agreement: an installation that edits its own sees it within minutes."""
    return scale_of(aci_tables())
