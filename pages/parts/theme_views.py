"""What every theme page is made of: sentences, groups, map, communes, what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cpts_data import french
from cpts_data.analysis.highlights import Highlight
from cpts_data.analysis.references import Kind
from cpts_data.indicators import INDICATORS, Theme
from cpts_data.measures import Status
from cpts_data.reading import communes as communes_of
from cpts_data.reading import data_requests, standing_out
from cpts_data.reading.comparisons import OwnReading
from cpts_data.reading.standing_out import NOT_OWN, SIGNS, TONE_WORDS
from cpts_data.reading.themes import VIEWS, Look, View
from cpts_data.spreadsheets import as_csv
from cpts_data.territories import Territory
from pages.parts import (
    blocks,
    cards,
    figure_marks,
    figure_notes,
    frame,
    helps,
    map_views,
    selection,
    store,
)
from pages.parts.figure_notes import Notes
from pages.parts.frame import Frame


@dataclass(frozen=True)
class ThemePage:
    """A theme page in the making: the frame, the CPTS, its figures, the reference chosen."""

    page: Frame
    territory: Territory
    view: View
    own: OwnReading
    kind: Kind
    notes: Notes

    def known(self, names: Sequence[str]) -> list[str]:
        """Those of some indicators of which the CPTS has a figure of its own, shown or masked."""
        return [name for name in names if self.own.status(name) not in NOT_OWN]


def open_theme(page: Frame, territory: Territory, theme: Theme) -> ThemePage:
    """The name of the CPTS, the choice of the reference, and the figures of the theme."""
    kind = selection.head(page, territory)
    view = VIEWS[theme]
    own = store.theme_reading(page.diagnostic, territory, view.indicators)
    return ThemePage(page, territory, view, own, kind, figure_notes.read(page, territory))


def sentences(found: Sequence[Highlight], own: OwnReading) -> None:
    """Highlights of a territory as sentences, each with its sign and what it is."""
    items = []
    for one in found:
        sign, tone = SIGNS[one.tone]
        label = TONE_WORDS[one.tone]
        told = standing_out.told(one, own.territory)
        source = str(own.rows[one.indicator, one.stratum]["sources"])
        items.append(
            f"<li {figure_marks.fact(one, own.territory, source)}>"
            f'<b class="cpts-ink-{tone}" title="{label}" aria-label="{label}">{sign}</b>'
            f"<span>{cards.text(told)}</span></li>"
        )
    st.html(f'<ul class="cpts-facts-list">{"".join(items)}</ul>')


def opening(theme: ThemePage) -> None:
    """Two sentences that say what matters here."""
    found = standing_out.of_theme(theme.own, theme.kind, theme.view)
    if found:
        sentences(found, theme.own)
    else:
        blocks.lead(standing_out.no_fact(theme.own, theme.view))


def main_cards(theme: ThemePage) -> None:
    """The groups shown as cards, of what is known of the CPTS; how to read them comes first."""
    shown = [
        (group, names)
        for group in theme.view.groups
        if group.look is Look.CARDS and (names := theme.known(group.indicators))
    ]
    if shown:
        cards.key()
    for group, names in shown:
        blocks.section(group.heading, group.note)
        cards.cards(theme.page, theme.own, names, theme.kind, theme.notes.by_indicator)


def tables(theme: ThemePage) -> None:
    """The groups shown as lines or numbers, then what is known of the département only."""
    own = theme.own
    for group in theme.view.groups:
        names = theme.known(group.indicators)
        if not names or group.look is Look.CARDS:
            continue
        blocks.section(group.heading, group.note)
        if group.look is Look.NUMBERS:
            cards.numbers(theme.page, own, names)
        else:
            caption = f"{group.heading} : {theme.territory.name}"
            cards.lines(theme.page, own, names, theme.kind, caption)
        _noted(theme, names)
    around = [name for name in theme.view.indicators if own.status(name) is Status.CONTEXT]
    if around:
        blocks.section("Repères du département")
        cards.context(theme.page, own, around)


def _communes(theme: ThemePage) -> communes_of.Table:
    return store.commune_table(theme.page.diagnostic, theme.territory, theme.view.theme)


def _noted(theme: ThemePage, names: Sequence[str]) -> None:
    """The other figures noted for the lines of a table, under it."""
    for name in names:
        for one in theme.notes.by_indicator.get(name, ()):
            blocks.note(f"{INDICATORS[name].short_label}, autre chiffre noté : {one.told}", name)


def noting(theme: ThemePage) -> None:
    """Where people note another figure that circulates."""
    known = theme.known(theme.view.indicators)
    if known:
        figure_notes.other_figures(theme.page, theme.territory, known, theme.notes)


@st.fragment
def territory_map(theme: ThemePage) -> None:
    """One map of the communes, any indicator of the theme that they have."""
    names = _communes(theme).names
    if not names:
        blocks.note("Aucun indicateur de ce thème n'est connu par commune dans cet espace.")
        return
    labels = {name: INDICATORS[name].short_label for name in names}
    chosen = names[0]
    if len(names) > 1:
        place, _ = st.columns([2, 3])
        with place:
            first = theme.view.first_map
            now = frame.parameter("carte", names) or (first if first in names else names[0])
            told = helps.of_indicator(INDICATORS[now])
            label = "Indicateur de la carte"
            chosen = frame.choose(label, labels, "carte", default=first, help_text=told)
    map_views.territory_map(theme.page, theme.territory, chosen)


def communes(theme: ThemePage) -> None:
    """Every commune with its figures, states in words, and the download."""
    told = _communes(theme)
    if not told.names:
        return
    blocks.section("Les communes du territoire", "Cliquez sur un en-tête de colonne pour trier.")
    blocks.sortable_table(told.figures, told.words)
    left, right = st.columns([1, 3])
    with left:
        name = f"{theme.view.theme.value}_{theme.territory.id}_communes.csv"
        blocks.download("Télécharger en CSV", lambda: as_csv(told.rows), name, "text/csv")
    with right:
        if any(told.words[name].ne("").any() for name in told.words.columns):
            blocks.note(
                "« Secret statistique » : le producteur cache la valeur pour protéger les "
                "personnes ; elle existe et n'est pas nulle. « Non disponible » : personne ne nous "
                "l'a donnée."
            )


def missing(theme: ThemePage) -> None:
    """What the theme lacks for this CPTS, why, whence it may come, and the request to send."""
    held = _communes(theme).names
    found = communes_of.gaps(theme.page.diagnostic, theme.own, theme.view, held)
    blocks.section("Ce qui manque et pourquoi")
    if not found:
        blocks.note("Tous les indicateurs de ce thème sont connus pour ce territoire.")
        return
    rows = [
        [cards.text(gap.indicator.label), cards.text(gap.why), cards.text(gap.how)] for gap in found
    ]
    told = french.count_of(
        len(found), "indicateur manque à ce territoire", "indicateurs manquent à ce territoire"
    )
    with st.expander(told, expanded=len(found) <= 6):
        head = ("Indicateur", "Pourquoi", "Comment l’obtenir")
        html = cards.table("Indicateurs manquants", head, rows)
        st.html(html.replace("cpts-lines", "cpts-missing"))
    frame.link("pages/donnees.py", "Ouvrir « Données » : télécharger ou déposer des fichiers")
    _request(theme, [gap for gap in found if gap.on_request])


@st.fragment
def _request(theme: ThemePage, found: Sequence[data_requests.Gap]) -> None:
    """The text to send to the CPAM or the ARS, for one missing indicator or all."""
    if not found:
        return
    with st.expander("Demande de données prête à envoyer (CPAM ou ARS)"):
        labels = {"tous": f"Tous les indicateurs à demander ({len(found)})"}
        labels |= {gap.indicator.id: gap.indicator.label for gap in found}
        chosen = frame.choose("Indicateur à demander", labels, "demande")
        asked = data_requests.wanted([gap for gap in found if chosen in ("tous", gap.indicator.id)])
        year = dt.datetime.now(tz=dt.UTC).year
        text = data_requests.letter(theme.page.diagnostic, theme.territory, asked, year)
        blocks.note("Le bouton en haut à droite du texte le copie. Joignez-y le modèle.")
        st.code(text, language=None, wrap_lines=True, height=360)
        held = theme.page.diagnostic.territories(theme.territory.level)
        units = [str(code) for code in held.units_of(theme.territory.id).index]
        content = data_requests.filled_template(theme.territory, units, asked, year)
        blocks.download(
            "Télécharger le modèle à joindre (CSV)", content, "indicateurs_locaux.csv", "text/csv"
        )
