"""The reader's choices: which territories stand side by side, what with, which indicators."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cpts_data.analysis.compare import Kind
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS, Indicator, Theme
from cpts_data.reading.side_by_side import OFFERED, key_of, references_of
from cpts_data.territories import FRANCE_ID, Level, Territory
from pages.parts import blocks, frame, helps, store
from pages.parts.frame import Frame

MOST = 7
ALL_THEMES = "tous"
_NAMES = {
    Level.CPTS: "{}",
    Level.COMPOSED: "Composé : {}",
    Level.EPCI: "EPCI : {}",
    Level.DEPARTEMENT: "Département : {}",
    Level.REGION: "Région : {}",
    Level.FRANCE: "{}",
}


def offered(diagnostic: Diagnostic) -> dict[str, Territory]:
    """What may be compared: CPTS, composed ones, EPCI of their régions, départements, régions."""
    found = [one for level in OFFERED for one in store.offered(diagnostic, level)]
    return {key_of(territory): territory for territory in found}


def choose_territories(page: Frame) -> list[Territory]:
    """The territories to show side by side, the reader's CPTS first."""
    diagnostic, own = page.diagnostic, page.cpts
    known = offered(diagnostic)
    usual = references_of(diagnostic, own) if own else [diagnostic.territory("france", FRANCE_ID)]
    first = [own] if own else []
    labels = {
        name: _NAMES[territory.level].format(territory.label)
        for name, territory in known.items()
        if own is None or name != key_of(own)
    }
    chosen = frame.choose_several(
        "Comparer avec",
        frame.unique_labels(labels),
        "avec",
        default=[key_of(territory) for territory in usual],
        most=MOST,
        placeholder="CPTS, EPCI, département, région…",
        help_text=f"Jusqu’à {MOST} territoires, de tous niveaux.",
    )
    return [*first, *(known[name] for name in chosen)]


def head(page: Frame, own: Territory) -> Kind:
    """The name of the territory that the page speaks of; beside it, what it is compared with."""
    left, right = st.columns([1.25, 1], vertical_alignment="center")
    with left:
        blocks.title(own.label)
    with right, st.container(key="reference_en_ligne"):
        return choose_reference(page, own)


def choose_reference(page: Frame, own: Territory) -> Kind:
    """What every territory is compared with: département, région, France, median of the CPTS."""
    names = {Level.DEPARTEMENT: "Le département", Level.REGION: "La région"}
    options = {
        territory.level.value: f"{names[territory.level]} : {territory.name}"
        if territory.level in names
        else territory.name
        for territory in references_of(page.diagnostic, own)
    }
    options[Kind.PEERS.value] = "La médiane des CPTS"
    default = Kind.REGION.value
    told = helps.of("Référence", "Médiane")
    return Kind(frame.choose("Comparer à", options, "reference", default=default, help_text=told))


def choose_theme() -> str:
    """One theme, or all of them."""
    labels = {theme.value: theme.label for theme in Theme} | {ALL_THEMES: "Tous les thèmes"}
    return frame.choose("Thème", labels, "theme", default=Theme.ACCESS.value)


def choose_indicator(
    label: str = "Indicateur",
    name: str = "indicateur",
    *,
    among: Sequence[str] | None = None,
    default: str = "apl_mg_65_ans_ou_moins",
) -> Indicator:
    """One indicator, theme after theme."""
    known = INDICATORS if among is None else {one: INDICATORS[one] for one in among}
    labels = {one: f"{entry.theme.label} : {entry.short_label}" for one, entry in known.items()}
    now = frame.parameter(name, list(labels)) or default
    told = helps.of_indicator(INDICATORS[now]) if now in labels else None
    options = frame.unique_labels(labels)
    return INDICATORS[frame.choose(label, options, name, default=default, help_text=told)]


def indicators_of(theme: str) -> list[str]:
    """The indicators of a theme, or all."""
    return [n for n, one in INDICATORS.items() if theme in (ALL_THEMES, one.theme.value)]
