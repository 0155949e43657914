"""« Synthèse »: one CPTS on one page, from the figures of every theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cpts_data import french
from cpts_data.analysis.aggregate import WHOLE
from cpts_data.analysis.compare import Basis
from cpts_data.analysis.highlights import Aspect, Highlight, Tone, by_nature, select
from cpts_data.analysis.references import Kind
from cpts_data.analysis.sentences import highlight_sentence, multiple_comparisons
from cpts_data.indicators import Nature
from cpts_data.measures import Status
from cpts_data.reading import comparisons, marks
from cpts_data.reading.comparisons import OwnReading, Shown
from cpts_data.reading.themes import VIEWS
from cpts_data.spreadsheets import as_csv
from cpts_data.territories import Territory
from pages.parts import blocks, cards, frame, selection, spine, store, theme_views
from pages.parts.frame import Frame

KEY_FIGURES = (
    "part_75_ans_et_plus",
    "taux_pauvrete",
    "densite_mg",
    "apl_mg_65_ans_ou_moins",
    "part_population_sous_dense",
    "part_sans_mt_17_ans_et_plus",
    "prevalence_ald",
    "depistage_sein_organise",
    "vaccination_hpv_filles_15_ans",
)
_MOST = 5
_NEEDS = 4
_TOLD = (Status.OBSERVED, Status.ESTIMATED, Status.BOUNDED)
_TILES = 8
_THEIR_FUTURE = ("part_mg_60_ans_et_plus",)
_GRID = {
    "forces": (
        "Forces",
        "Ce qui va bien aujourd'hui : offre, accès, résultats, équipes, projets engagés.",
    ),
    "faiblesses": (
        "Faiblesses",
        "Ce qui va moins bien aujourd'hui : offre, accès, résultats, coordination.",
    ),
    "opportunites": (
        "Opportunités",
        "Ce qui peut aider demain : installations prévues, financements, partenaires, CLS.",
    ),
    "menaces": (
        "Menaces",
        "Ce qui peut gêner demain : départs, fermetures, population qui change.",
    ),
}


@dataclass(frozen=True)
class Synthesis:
    """The page in the making: the CPTS, its figures of every theme, the reference, the facts."""

    page: Frame
    territory: Territory
    own: OwnReading
    kind: Kind
    facts: tuple[Highlight, ...]


def open_synthesis(page: Frame, territory: Territory) -> Synthesis:
    """The name of the CPTS, the choice of the reference, the figures of every theme."""
    left, right = st.columns([3, 1.2], vertical_alignment="bottom")
    with left:
        blocks.title(territory.label)
    with right:
        kind = selection.choose_reference(page, territory)
    own = store.whole_reading(page.diagnostic, territory)
    return Synthesis(page, territory, own, kind, theme_views.facts(own, kind, net_only=True))


def key_figures(synthesis: Synthesis) -> None:
    """The figures that one quotes first, each with its verdict in words."""
    own = synthesis.own
    known = [name for name in KEY_FIGURES if own.status(name) in _TOLD][:_TILES]
    shown = [own.shown(name, synthesis.kind) for name in known]
    if not shown:
        return
    blocks.section("Chiffres clés")
    tiles = "".join(_tile(one) for one in shown)
    st.html(f'<div class="cpts-tiles">{tiles}</div>{cards.sources(synthesis.page, shown)}')


def _tile(shown: Shown) -> str:
    indicator = shown.indicator
    reference = float(shown.beside["reference_value"])
    beside = ""
    if reference == reference:
        words = f"{marks.reference_name(shown.beside)} : {_beside(shown)}"
        beside = f"<small>{cards.text(words)}</small>"
    return (
        f"<div><span>{cards.text(indicator.short_label)}</span>{cards.value(shown)}{cards.meta(shown)}{beside}"
        f"{cards.chip(marks.of_comparison(shown.beside, indicator))}</div>"
    )


def _beside(shown: Shown) -> str:
    return marks.value_beside(shown.beside, shown.indicator)


def strengths_and_attention(synthesis: Synthesis) -> None:
    """Five sentences at most on each side, and the warning on many comparisons."""
    left, right = st.columns(2, gap="large")
    with left:
        _list(synthesis, "Forces", Tone.STRENGTH, "Aucune force ne se détache à ce niveau.")
    with right:
        none = "Aucun point d'attention ne se détache à ce niveau."
        _list(synthesis, "Points d'attention", Tone.ATTENTION, none)
    blocks.note(_warning(synthesis))


def _list(synthesis: Synthesis, heading: str, tone: Tone, nothing: str) -> None:
    blocks.section(heading)
    found = select(synthesis.facts, tone, _MOST)
    if found:
        theme_views.sentences(found, synthesis.territory)
    else:
        blocks.note(nothing)


def _warning(synthesis: Synthesis) -> str:
    """How many comparisons were made, and what chance alone would show."""
    whole = synthesis.own.compared
    tested = whole[
        (whole["stratum"] == WHOLE)
        & (whole["basis"] == Basis.INTERVAL.value)
        & whole["reference"].isin([synthesis.kind.value, Kind.EXPECTED.value])
    ]
    told = multiple_comparisons(len(tested))
    rule = (
        "Ces phrases ne retiennent que les écarts significatifs à 99,8 %, les tendances "
        "significatives et, pour les indicateurs sans intervalle, les premiers et derniers rangs."
    )
    return f"{told} {rule}".strip()


def needs(synthesis: Synthesis) -> None:
    """The needs that stand out: neither good nor bad."""
    found = by_nature(synthesis.facts)[Nature.NEED][:_NEEDS]
    if not found:
        return
    blocks.section("Besoins qui se distinguent", "Un besoin n'est ni bon ni mauvais : il oriente.")
    theme_views.sentences(found, synthesis.territory)


@st.fragment
def spine_chart(synthesis: Synthesis) -> None:
    """Every comparable indicator around the reference, as a table that draws."""
    own = synthesis.own
    names = [
        name
        for view in VIEWS.values()
        for name in view.indicators
        if name not in ("population_par_age", "part_sans_mt_par_age")
    ]
    shown = [own.shown(name, synthesis.kind) for name in names]
    drawn = [one for one in shown if spine.drawable(one)]
    blocks.section("Tous les indicateurs comparables")
    if not drawn:
        blocks.note("Aucun indicateur de cette CPTS n'a de référence dans cet espace.")
        return
    views = {"tous": f"Tous ({len(drawn)})", "ecarts": "Écarts significatifs seulement"}
    view = frame.choose("Afficher", views, "affichage", horizontal=True)
    if view == "ecarts":
        drawn = [one for one in drawn if marks.of_comparison(one.beside, one.indicator).significant]
    references = list(dict.fromkeys(marks.reference_name(one.beside) for one in drawn))
    reference = references[0] if len(references) == 1 else "Référence"
    caption = f"{own.territory.name} parmi les CPTS de la région"
    st.html(spine.key() + spine.table(own, drawn, caption, reference))
    st.html(cards.sources(synthesis.page, drawn))
    told = own.compared[
        (own.compared["stratum"] == WHOLE)
        & own.compared["reference"].isin([synthesis.kind.value, Kind.EXPECTED.value])
        & own.compared["indicator"].isin([one.indicator.id for one in drawn])
    ]
    name = f"synthese_{own.territory.id}.csv"
    blocks.download(
        "Télécharger ces chiffres (CSV)",
        as_csv(comparisons.for_export(told)),
        name,
        "text/csv",
    )


def grid(synthesis: Synthesis) -> None:
    """Forces, faiblesses, opportunités, menaces: filled first by the facts, kept in the session."""
    blocks.section(
        "Forces, faiblesses, opportunités, menaces",
        "Proposée d'après les chiffres ; complétez-la et corrigez-la avec l'équipe. Vos textes "
        "restent sur cet écran le temps de la session : téléchargez-les pour les garder.",
    )
    proposed = proposals(synthesis)
    written = {}
    for pair in (("forces", "faiblesses"), ("opportunites", "menaces")):
        for place, part in zip(st.columns(2), pair, strict=True):
            title, hint = _GRID[part]
            with place:
                written[part] = st.text_area(
                    title,
                    proposed[part],
                    height=260,
                    key=f"grille_{synthesis.page.space_id}_{synthesis.territory.id}_{part}",
                    placeholder=french.typography(hint),
                    help=french.typography(hint),
                    persist_state="session",
                )
    text = "\r\n".join(
        f"{_GRID[part][0].upper()}\r\n{content or ''}\r\n" for part, content in written.items()
    )
    heading = f"{synthesis.territory.name}\r\n\r\n"
    blocks.download(
        "Télécharger la grille (texte)",
        (heading + text).encode("utf-8-sig"),
        f"grille_{synthesis.territory.id}.txt",
        "text/plain",
    )


def proposals(synthesis: Synthesis) -> dict[str, str]:
    """What the facts propose for each part of the grid.

    Levels that are favourable or not stand in the present; their trends, and the age of the
    doctors, in what comes. A need stands nowhere: the team says what it makes of it.
    """
    parts: dict[str, list[Highlight]] = {part: [] for part in _GRID}
    for one in synthesis.facts:
        coming = one.aspect is Aspect.TREND or one.indicator in _THEIR_FUTURE
        if one.tone is Tone.STRENGTH:
            parts["opportunites" if coming else "forces"].append(one)
        elif one.tone is Tone.ATTENTION:
            parts["menaces" if coming else "faiblesses"].append(one)
    return {part: _bullets(found[:_MOST], synthesis.territory) for part, found in parts.items()}


def _bullets(found: Sequence[Highlight], territory: Territory) -> str:
    told = [theme_views.brief(highlight_sentence(one), territory) for one in found]
    return "\n".join(f"– {sentence}" for sentence in told)
