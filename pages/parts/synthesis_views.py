"""« Synthèse »: one CPTS on one page, from the figures of every theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cpts_data.analysis.aggregate import WHOLE
from cpts_data.analysis.highlights import Highlight, Tone, select
from cpts_data.analysis.references import Kind
from cpts_data.reading import comparisons, marks, standing_out
from cpts_data.reading import synthesis as reading
from cpts_data.reading.comparisons import OwnReading, Shown
from cpts_data.reading.noted import OtherFigure
from cpts_data.spreadsheets import as_csv
from cpts_data.territories import Territory
from pages.parts import (
    blocks,
    cards,
    figure_marks,
    figure_notes,
    frame,
    grid_texts,
    helps,
    saved_links,
    selection,
    spine,
    store,
    theme_views,
)
from pages.parts.figure_notes import Notes
from pages.parts.frame import Frame


@dataclass(frozen=True)
class Synthesis:
    """The page in the making: the CPTS, its figures of every theme, the reference, the facts."""

    page: Frame
    territory: Territory
    own: OwnReading
    kind: Kind
    facts: tuple[Highlight, ...]
    notes: Notes


def open_synthesis(page: Frame, territory: Territory) -> Synthesis:
    """The name of the CPTS, the choice of the reference, the figures of every theme."""
    kind = selection.head(page, territory)
    own = store.whole_reading(page.diagnostic, territory)
    found = standing_out.facts(own, kind, net_only=True)
    notes = figure_notes.read(page, territory)
    return Synthesis(page, territory, own, kind, found, notes)


def key_figures(synthesis: Synthesis) -> None:
    """The figures that one quotes first, each with its verdict in words."""
    own = synthesis.own
    shown = reading.key_figures(own, synthesis.kind)
    if not shown:
        return
    blocks.section("Chiffres clés")
    others = synthesis.notes.by_indicator
    tiles = "".join(_tile(one, others.get(one.indicator.id, ())) for one in shown)
    st.html(f'<div class="cpts-tiles">{tiles}</div>{cards.sources(synthesis.page, shown)}')


def _tile(shown: Shown, others: Sequence[OtherFigure]) -> str:
    indicator = shown.indicator
    reference = float(shown.beside["reference_value"])
    beside = ""
    if reference == reference:
        name = cards.text(f"{marks.reference_name(shown.beside)} :")
        beside = f"<small>{name} {figure_marks.reference(shown.beside, _beside(shown))}</small>"
    return (
        f"<div {figure_marks.about(shown.row)}><span>{cards.text(indicator.short_label)}"
        f"{helps.button(indicator, 'cle')}</span>"
        f"{cards.value(shown)}{cards.meta(shown)}{beside}"
        f"{cards.chip(marks.of_comparison(shown.beside, indicator))}"
        f"{cards.noted_beside(others)}</div>"
    )


def _beside(shown: Shown) -> str:
    return cards.text(marks.value_beside(shown.beside, shown.indicator))


def strengths_and_attention(synthesis: Synthesis) -> None:
    """Five sentences at most on each side, and the warning on many comparisons."""
    left, right = st.columns(2, gap="large")
    with left:
        _list(synthesis, "Forces", Tone.STRENGTH, "Aucune force ne se détache à ce niveau.")
    with right:
        none = "Aucun point d'attention ne se détache à ce niveau."
        _list(synthesis, "Points d'attention", Tone.ATTENTION, none)
    blocks.note(reading.warning(synthesis.own, synthesis.kind))


def _list(synthesis: Synthesis, heading: str, tone: Tone, nothing: str) -> None:
    blocks.section(heading)
    found = select(synthesis.facts, tone, reading.MOST)
    if found:
        theme_views.sentences(found, synthesis.own)
    else:
        blocks.note(nothing)


def needs(synthesis: Synthesis) -> None:
    """The needs that stand out: neither good nor bad."""
    found = reading.needs(synthesis.facts)
    if not found:
        return
    blocks.section("Besoins qui se distinguent", "Un besoin n'est ni bon ni mauvais : il oriente.")
    theme_views.sentences(found, synthesis.own)


@st.fragment
def spine_chart(synthesis: Synthesis) -> None:
    """Every comparable indicator around the reference, as a table that draws."""
    own = synthesis.own
    drawn = reading.comparable(own, synthesis.kind)
    blocks.section("Tous les indicateurs comparables")
    if not drawn:
        blocks.note("Aucun indicateur de ce territoire n'a de référence dans cet espace.")
        return
    views = {"tous": f"Tous ({len(drawn)})", "ecarts": "Écarts significatifs seulement"}
    view = frame.choose("Afficher", views, "affichage", horizontal=True)
    if view == "ecarts":
        drawn = [one for one in drawn if marks.of_comparison(one.beside, one.indicator).significant]
    references = list(dict.fromkeys(marks.reference_name(one.beside) for one in drawn))
    reference = references[0] if len(references) == 1 else "Référence"
    caption = f"{own.territory.name} parmi les CPTS de la région"
    st.html(spine.key() + spine.table(own, drawn, caption, reference))
    st.html(helps.of_table([one.indicator for one in drawn]))
    st.html(cards.sources(synthesis.page, drawn))
    told = own.compared[
        (own.compared["stratum"] == WHOLE)
        & own.compared["reference"].isin([synthesis.kind.value, Kind.EXPECTED.value])
        & own.compared["indicator"].isin([one.indicator.id for one in drawn])
    ]
    name = f"synthese_{own.territory.id}.csv"
    blocks.download(
        "Télécharger ces chiffres (CSV)",
        lambda: as_csv(comparisons.for_export(told)),
        name,
        "text/csv",
    )


def grid(synthesis: Synthesis) -> None:
    """Forces, faiblesses, opportunités, menaces: filled first by the facts, kept in the session."""
    blocks.section(
        "Forces, faiblesses, opportunités, menaces",
        "Proposée d'après les chiffres ; complétez-la et corrigez-la avec l'équipe. Vos textes "
        "restent sur cet écran et dans vos documents le temps de la session : téléchargez-les, ou "
        "enregistrez-les sur la page « Documents », pour les garder.",
    )
    written = grid_texts.areas(synthesis.page, synthesis.territory, synthesis.facts)
    text = "\r\n".join(
        f"{reading.GRID[part][0].upper()}\r\n{content}\r\n" for part, content in written.items()
    )
    heading = f"{synthesis.territory.name}\r\n\r\n"
    blocks.download(
        "Télécharger la grille (texte)",
        (heading + text).encode("utf-8-sig"),
        f"grille_{synthesis.territory.id}.txt",
        "text/plain",
    )


def leave(synthesis: Synthesis) -> None:
    """The way to the documents, with the same territory and reference."""
    told = "Partir avec un document : portrait, diagnostic, diaporama, tableur…"
    frame.link(saved_links.DOCUMENTS, told, modele="portrait")
