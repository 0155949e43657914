"""What every theme page is made of: sentences, groups, map, communes, what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.aggregate import WHOLE
from cpts_data.analysis.grammar import in_place
from cpts_data.analysis.highlights import Aspect, Highlight, Tone, highlights
from cpts_data.analysis.references import Kind
from cpts_data.analysis.sentences import highlight_sentence
from cpts_data.indicators import INDICATORS, Polarity, Theme
from cpts_data.measures import Status
from cpts_data.reading import comparisons, data_requests
from cpts_data.reading.comparisons import OwnReading
from cpts_data.reading.themes import VIEWS, Look, View
from cpts_data.spreadsheets import as_csv
from cpts_data.territories import Territory
from pages.parts import blocks, cards, frame, map_views, selection, store
from pages.parts.frame import Frame

_NOT_OWN = (Status.MISSING, Status.CONTEXT)
SIGNS = {Tone.STRENGTH: ("+", "fav"), Tone.ATTENTION: ("!", "def"), Tone.FACT: ("•", "neu")}
_TONE_WORDS = {Tone.STRENGTH: "Force", Tone.ATTENTION: "Point d’attention", Tone.FACT: "Constat"}


@dataclass(frozen=True)
class ThemePage:
    """A theme page in the making: the frame, the CPTS, its figures, the reference chosen."""

    page: Frame
    territory: Territory
    view: View
    own: OwnReading
    kind: Kind

    def known(self, names: Sequence[str]) -> list[str]:
        """Those of some indicators of which the CPTS has a figure of its own, shown or masked."""
        return [name for name in names if self.own.status(name) not in _NOT_OWN]


def open_theme(page: Frame, territory: Territory, theme: Theme) -> ThemePage:
    """The name of the CPTS, the choice of the reference, and the figures of the theme."""
    left, right = st.columns([3, 1.2], vertical_alignment="bottom")
    with left:
        blocks.title(territory.label)
    with right:
        kind = selection.choose_reference(page, territory)
    view = VIEWS[theme]
    own = store.theme_reading(page.diagnostic, territory, view.indicators)
    return ThemePage(page, territory, view, own, kind)


def facts(own: OwnReading, kind: Kind, *, net_only: bool = False) -> tuple[Highlight, ...]:
    """What stands out in the whole population, the reference chosen first."""
    whole = own.compared[own.compared["stratum"] == WHOLE]
    found = highlights(whole, own.trends, order=comparisons.order(kind), net_only=net_only)
    return tuple(one for one in found if not _contradicted(one))


def _contradicted(one: Highlight) -> bool:
    """A good rank on the wrong side of the reference, or the reverse: neither is to be put first.

    Second of nine CPTS though under its région is no strength to show in a meeting.
    """
    indicator = INDICATORS[one.indicator]
    sign = {Polarity.HIGH_IS_GOOD: 1, Polarity.LOW_IS_GOOD: -1}.get(indicator.polarity, 0)
    told = {Tone.STRENGTH: 1, Tone.ATTENTION: -1, Tone.FACT: 0}[one.tone]
    return one.aspect is Aspect.RANK and sign * told * one.gap < 0


def brief(sentence: str, territory: Territory) -> str:
    """A sentence without its place, where the page already names it."""
    place = french.typography(in_place(territory.level, territory.name))
    start = f"{place[:1].upper()}{place[1:]}, "
    if not sentence.startswith(start):
        return sentence
    rest = sentence.removeprefix(start)
    return rest[:1].upper() + rest[1:]


def sentences(found: Sequence[Highlight], territory: Territory) -> None:
    """Highlights as sentences, each with its sign and what it is."""
    items = []
    for one in found:
        sign, tone = SIGNS[one.tone]
        label = _TONE_WORDS[one.tone]
        told = brief(highlight_sentence(one), territory)
        items.append(
            f'<li><b class="cpts-ink-{tone}" title="{label}" aria-label="{label}">{sign}</b>'
            f"<span>{cards.text(told)}</span></li>"
        )
    st.html(f'<ul class="cpts-facts-list">{"".join(items)}</ul>')


def opening(theme: ThemePage) -> None:
    """Two sentences that say what matters here."""
    by_family: dict[str, Highlight] = {}
    for one in facts(theme.own, theme.kind):
        by_family.setdefault(one.family, one)
    found = list(by_family.values())[:2]
    if found:
        sentences(found, theme.territory)
    elif theme.known(theme.view.indicators):
        blocks.lead(
            "Rien ne se détache nettement dans ce thème : ni écart démontré, ni rang extrême, ni "
            "tendance significative."
        )
    else:
        around = any(theme.own.status(n) is Status.CONTEXT for n in theme.view.indicators)
        blocks.lead(
            "Aucun chiffre de ce thème n'est connu pour cette CPTS dans cet espace"
            f"{' ; son département donne quelques repères' if around else ''}. Le bas de la page "
            "dit ce qui manque et comment l'obtenir."
        )


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
        cards.cards(theme.page, theme.own, names, theme.kind)


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
    around = [name for name in theme.view.indicators if own.status(name) is Status.CONTEXT]
    if around:
        blocks.section("Repères du département")
        cards.context(theme.page, own, around)


def _commune_rows(theme: ThemePage) -> pd.DataFrame:
    """``Values`` rows of the communes of the CPTS, for what communes may tell."""
    facts_held = theme.page.diagnostic.facts
    names = [
        name
        for name in theme.view.everything
        if name in theme.view.by_commune or theme.own.status(name) is not Status.CONTEXT
    ]
    ready = [name for name in names if any(facts_held.has(c) for c in INDICATORS[name].columns)]
    return store.commune_values(theme.page.diagnostic, theme.territory.id, ready)


def known_by_commune(theme: ThemePage) -> list[str]:
    """The indicators of which at least one commune of the CPTS has a figure."""
    rows = _commune_rows(theme)
    shown = rows["value"].notna() & ~rows["status"].eq(Status.CONTEXT.value)
    told = set(rows.loc[shown, "indicator"])
    charted = set(theme.view.charted)
    return [name for name in theme.view.everything if name in told and name not in charted]


@st.fragment
def territory_map(theme: ThemePage) -> None:
    """One map of the communes, any indicator of the theme that they have."""
    names = known_by_commune(theme)
    if not names:
        blocks.note("Aucun indicateur de ce thème n'est connu par commune dans cet espace.")
        return
    labels = {name: INDICATORS[name].short_label for name in names}
    chosen = names[0]
    if len(names) > 1:
        place, _ = st.columns([2, 3])
        with place:
            first = theme.view.first_map
            chosen = frame.choose("Indicateur de la carte", labels, "carte", default=first)
    map_views.territory_map(theme.page, theme.territory, chosen)


def communes(theme: ThemePage) -> None:
    """Every commune with its figures, states in words, and the download."""
    names = known_by_commune(theme)
    if not names:
        return
    blocks.section("Les communes du territoire", "Cliquez sur un en-tête de colonne pour trier.")
    rows = _commune_rows(theme)
    rows = rows[rows["indicator"].isin(names)]
    values, words = _wide(rows, names)
    blocks.sortable_table(values, words)
    left, right = st.columns([1, 3])
    with left:
        name = f"{theme.view.theme.value}_{theme.territory.id}_communes.csv"
        blocks.download("Télécharger en CSV", as_csv(rows), name, "text/csv")
    with right:
        if any(words[name].ne("").any() for name in words.columns):
            blocks.note(
                "« Secret statistique » : le producteur cache la valeur pour protéger les "
                "personnes ; elle existe et n'est pas nulle. « Non disponible » : personne ne nous "
                "l'a donnée."
            )


def _wide(rows: pd.DataFrame, names: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One line per commune: figures, and words where there is none."""
    first = rows.drop_duplicates("territory").set_index("territory")["name"].sort_values()
    values = pd.DataFrame({"Commune": first})
    words = pd.DataFrame(index=values.index)
    for name in names:
        indicator = INDICATORS[name]
        told = rows[rows["indicator"] == name].set_index("territory").reindex(values.index)
        label = f"{indicator.short_label} ({indicator.unit})"
        own = told["status"].isin([Status.OBSERVED.value, Status.ESTIMATED.value])
        values[label] = told["value"].where(own).astype(float).round(indicator.digits)
        words[label] = pd.Series("", index=values.index, dtype=object)
        for code, row in told[~own].iterrows():
            words.loc[code, label] = blocks.cell(row, indicator)
    return values, words


def missing(theme: ThemePage) -> None:
    """What the theme lacks for this CPTS, why, whence it may come, and the request to send."""
    statuses = {name: theme.own.status(name) for name in theme.view.indicators}
    held = known_by_commune(theme)
    found = data_requests.gaps(theme.page.diagnostic, statuses, held)
    for name in theme.view.by_commune:
        if name not in held:
            found += data_requests.gaps(theme.page.diagnostic, {name: Status.MISSING}, held)
    blocks.section("Ce qui manque et pourquoi")
    if not found:
        blocks.note("Tous les indicateurs de ce thème sont connus pour cette CPTS.")
        return
    rows = [
        [cards.text(gap.indicator.label), cards.text(gap.why), cards.text(gap.how)] for gap in found
    ]
    told = french.count_of(
        len(found), "indicateur manque à cette CPTS", "indicateurs manquent à cette CPTS"
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
        content = data_requests.filled_template(theme.territory, asked, year)
        blocks.download(
            "Télécharger le modèle à joindre (CSV)", content, "indicateurs_locaux.csv", "text/csv"
        )
