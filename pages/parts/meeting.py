"""The meeting: the whole screen, large type, one idea at a time, keys and visible buttons.

Eight screens: who we are, five strengths, five points of attention, one for each theme. Everything
is text, bars and a still picture: nothing needs a hover, and paper shows the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.compare import Kind
from cpts_data.analysis.highlights import Aspect, Highlight, Tone, select
from cpts_data.analysis.sentences import (
    comparison_sentence,
    highlight_sentence,
    rank_sentence,
    verdict_words,
)
from cpts_data.drawing import choropleth, still_map
from cpts_data.indicators import INDICATORS, Indicator, Theme
from cpts_data.measures import Status
from cpts_data.reading import comparisons, identity, marks, standing_out, wording
from cpts_data.reading.comparisons import OwnReading, Shown
from cpts_data.reading.themes import VIEWS
from cpts_data.territories import Level, Territory
from pages.parts import blocks, cards, figure_marks, frame, map_store, meeting_bars, overview, store
from pages.parts.frame import Frame

_STYLE = (Path(__file__).parent / "meeting.css").read_text(encoding="utf-8")
_MOST = 5
_MAPPED = ("apl_mg_65_ans_ou_moins", "apl_mg")
# An index has no zero to start a bar from; bands of age have a chart of their own elsewhere.
_NOT_DRAWN = ("fdep", "population_par_age", "part_sans_mt_par_age")
# What a theme shows when no fact stands out, the first that is known.
_USUAL = {
    Theme.POPULATION: ("part_75_ans_et_plus", "taux_pauvrete", "densite_population"),
    Theme.SUPPLY: ("densite_mg", "part_mg_60_ans_et_plus", "densite_infirmiers"),
    Theme.ACCESS: (*_MAPPED, "part_sans_mt_17_ans_et_plus"),
    Theme.PATHWAYS: ("prevalence_ald", "prevalence_ald_diabete"),
    Theme.PREVENTION: ("depistage_sein_total", "depistage_sein_organise"),
}


@dataclass(frozen=True)
class Meeting:
    """The CPTS, the reference, and, for the screens that need them, its figures and facts."""

    page: Frame
    territory: Territory
    kind: Kind

    @cached_property
    def own(self) -> OwnReading:
        """Its figures of every theme."""
        return store.whole_reading(self.page.diagnostic, self.territory)

    @cached_property
    def facts(self) -> tuple[Highlight, ...]:
        """What stands out: the very facts of the page « Synthèse »."""
        return standing_out.facts(self.own, self.kind, net_only=True)

    def shown(self, indicator: Indicator) -> Shown:
        """One indicator beside the reference."""
        return self.own.shown(indicator.id, self.kind)


@dataclass(frozen=True)
class Subject:
    """What a theme's screen speaks of: an indicator, its sentence, whether it tells a trend."""

    indicator: Indicator
    sentence: str
    trend: bool = False


Screen = Callable[[Meeting], None]


def show(page: Frame, territory: Territory) -> None:
    """The screen that the address asks for, and the way to the others."""
    screens = _screens()
    known = [str(number) for number in range(1, len(screens) + 1)]
    number = int(frame.parameter("ecran", known) or 1)
    st.html(f"<style>{_STYLE}</style>")
    screens[number - 1](_read(page, territory))
    _foot(page, number, len(screens))


def empty(page: Frame) -> None:
    """Without any CPTS there is nothing to present, and a way out."""
    st.html(f"<style>{_STYLE}</style>")
    st.title("Réunion", anchor=False)
    overview.no_cpts()
    _foot(page, 1, 1)


def _read(page: Frame, territory: Territory) -> Meeting:
    kinds = [kind.value for kind in comparisons.CHOICES]
    kind = Kind(frame.parameter("reference", kinds) or Kind.REGION.value)
    return Meeting(page, territory, kind)


def _screens() -> list[Screen]:
    found: list[Screen] = [who, strengths, attention]

    def of_theme(theme: Theme) -> Screen:
        return lambda meeting: theme_screen(meeting, theme)

    return [*found, *(of_theme(theme) for theme in VIEWS)]


def _foot(page: Frame, number: int, last: int) -> None:
    def go(screen: int) -> Callable[[], None]:
        return lambda: frame.remember(mode="reunion", ecran=str(screen))

    with st.container(key="reunion_pied"):
        before, count, after, told, full, leave = st.columns(
            [1.5, 0.9, 1.4, 3.4, 1.3, 1.7], vertical_alignment="center"
        )
        with before:
            st.button(
                "← Précédent",
                key="reunion_precedent",
                on_click=go(number - 1),
                disabled=number == 1,
                width="stretch",
            )
        with count:
            st.html(f'<div class="meet-count" aria-live="polite">{number} / {last}</div>')
        with after:
            st.button(
                "Suivant →",
                key="reunion_suivant",
                on_click=go(number + 1),
                disabled=number == last,
                type="primary",
                width="stretch",
            )
        with told:
            if page.diagnostic.space.fictitious:
                st.html('<div class="meet-fictive">Territoire fictif de démonstration</div>')
        with full:
            store.meeting_keys()(key="reunion_touches")
        with leave:
            if st.button("Quitter (Échap)", key="reunion_quitter", width="stretch"):
                frame.go("pages/synthese.py")


def _title(meeting: Meeting, text: str) -> None:
    st.html(f'<div class="meet-who">{cards.text(meeting.territory.label)}</div>')
    st.title(french.typography(text), anchor=False)


def who(meeting: Meeting) -> None:
    """Who we are: inhabitants, size, communes, stage, and where."""
    page, territory = meeting.page, meeting.territory
    diagnostic = page.diagnostic
    st.title(blocks.plain(french.typography(territory.name)), anchor=False)
    units = diagnostic.territories(territory.level).units_of(territory.id)
    row = diagnostic.values(["population"], territory.level, [territory.id]).iloc[0]
    told = [(french.number(float(row["value"])), "habitants")]
    if sizes := identity.size_words(diagnostic, territory):
        told.append((sizes, "au sens de l’accord conventionnel (ACI)"))
    parts = units.index.isin(diagnostic.territories(Level.ARRONDISSEMENT).table.index)
    noun = "communes ou arrondissements" if parts.any() else "communes"
    told.append((french.number(len(units)), noun if len(units) > 1 else "commune"))
    stage = diagnostic.stage_of(territory.id)
    if stage.code != "sans_statut":
        told.append((stage.label, stage.when))
    people, *rest = [
        (cards.text(value), f"<span>{cards.text(label)}</span>") for value, label in told
    ]
    shown = [(figure_marks.figure(row.to_dict(), people[0]), people[1]), *rest]
    cells = "".join(f"<div><b>{value}</b>{label}</div>" for value, label in shown)
    where = identity.population_sentence(diagnostic, territory)
    about = figure_marks.told_in_words(row.to_dict())
    figures = (
        f'<div class="meet-figures">{cells}</div>'
        f'<p class="meet-say" {about}>{cards.text(where)}</p>'
    )
    still = map_store.still_map(diagnostic, territory)
    if still is None:
        st.html(figures)
    else:
        fills = dict.fromkeys(still.paths, "#cfe0ec")
        drawn = still_map.picture(still, fills, f"Carte des communes : {territory.name}")
        st.html(f'<div class="meet-pair meet-wide"><div>{figures}</div><div>{drawn}</div></div>')
    _source(f"Source : {diagnostic.population_line()}. {diagnostic.contours_credit()}")


def strengths(meeting: Meeting) -> None:
    """At most five strengths."""
    found = select(meeting.facts, Tone.STRENGTH, _MOST)
    nouns = {0: "Nos forces", 1: "Une force"}
    _title(meeting, nouns.get(len(found), f"{_count(len(found))} forces"))
    _list(meeting, found, "＋", "fav", "Aucune force ne se détache nettement des références.")


def attention(meeting: Meeting) -> None:
    """At most five points of attention."""
    found = select(meeting.facts, Tone.ATTENTION, _MOST)
    nouns = {0: "Nos points d'attention", 1: "Un point d'attention"}
    _title(meeting, nouns.get(len(found), f"{_count(len(found))} points d'attention"))
    _list(meeting, found, "!", "def", "Aucun point d'attention ne se détache des références.")


def _count(number: int) -> str:
    return ("", "", "Deux", "Trois", "Quatre", "Cinq")[number]


def _list(meeting: Meeting, found: Sequence[Highlight], sign: str, tone: str, nothing: str) -> None:
    if not found:
        st.html(f'<p class="meet-none">{cards.text(nothing)}</p>')
        return
    items = "".join(_item(meeting, one, "+" if sign == "＋" else sign, tone) for one in found)
    st.html(f'<ul class="meet-list">{items}</ul>')
    credit = meeting.page.diagnostic.credits
    told = wording.source_line(credit(_sources(meeting, one)) for one in found)
    _source(
        f"Écarts significatifs à 99,8 %, tendances significatives ou rangs extrêmes. {told}".strip()
    )


def _sources(meeting: Meeting, one: Highlight) -> str:
    return str(meeting.own.rows[one.indicator, one.stratum]["sources"])


def _item(meeting: Meeting, one: Highlight, sign: str, tone: str) -> str:
    indicator = INDICATORS[one.indicator]
    value = french.with_unit(
        one.value, "%" if indicator.unit.startswith("%") else "", indicator.digits
    )
    unit = "" if indicator.unit.startswith("%") else indicator.unit
    small = f"<small>{cards.text(unit)}</small>" if unit else ""
    return (
        f"<li {figure_marks.fact(one, meeting.territory, _sources(meeting, one))}>"
        f'<span class="sign {tone}" aria-hidden="true">{sign}</span>'
        f'<span class="what">{cards.text(indicator.short_label)}'
        f"<small>{cards.text(one.period)}</small></span>"
        f'<span class="value">{cards.text(value)}{small}</span>'
        f'<span class="beside">{cards.text(_beside(one, indicator))}</span></li>'
    )


def _beside(one: Highlight, indicator: Indicator) -> str:
    """What a fact is held against, in a few words."""
    row = asdict(one)
    if one.aspect is Aspect.TREND:
        change = one.value - one.first_value
        return _capital(marks.of_trend(row | {"points": 5, "change": change}, indicator).words)
    if one.aspect is Aspect.RANK:
        told = rank_sentence(row, indicator)
        return _capital(told.rsplit("c’est ", 1)[-1].rstrip("."))
    words = _capital(verdict_words(one.verdict, one.reference))
    reference = marks.value_beside(row, indicator)
    return f"{words} : {marks.reference_name(row)}, {reference}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def theme_screen(meeting: Meeting, theme: Theme) -> None:
    """One theme: one sentence, and one chart or map of the same indicator."""
    _title(meeting, theme.label)
    found = _subject(meeting, theme)
    if found is None:
        words = (
            "Aucun chiffre de ce thème n'est connu pour ce territoire. La page "
            f"« {theme.label} » dit ce qui manque et comment l'obtenir."
        )
        st.html(f'<p class="meet-none">{cards.text(words)}</p>')
        return
    indicator, shown = found.indicator, meeting.shown(found.indicator)
    about = figure_marks.told_in_words(shown.row)
    st.html(f'<p class="meet-say" {about}>{cards.text(found.sentence)}</p>')
    still = None
    if theme is Theme.ACCESS and indicator.id in _MAPPED:
        still = map_store.still_map(meeting.page.diagnostic, meeting.territory)
    drawn = meeting_bars.bars_of(shown, meeting.territory)
    if found.trend:
        drawn = meeting_bars.periods_of(shown) or drawn
    if still is not None:
        _map(meeting, indicator, still)
    elif drawn:
        st.html(meeting_bars.bars(drawn, indicator))
    credit = meeting.page.diagnostic.credits(str(shown.row["sources"]))
    with_interval = still is None and any(bar.upper > 0 for bar in drawn)
    line = "Trait noir : intervalle de confiance à 95 %. " if with_interval else ""
    _source(f"{line}Source : {credit}")


def _subject(meeting: Meeting, theme: Theme) -> Subject | None:
    """A fact that stands out in the theme, else its usual indicator; the map has its own."""
    known = [name for name in _USUAL[theme] if _drawable(meeting, name)]
    facts = [
        one
        for one in meeting.facts
        if INDICATORS[one.indicator].theme is theme and _drawable(meeting, one.indicator)
    ]
    if theme is Theme.ACCESS and known:
        facts = [one for one in facts if one.indicator == known[0]]
    if facts:
        told = standing_out.brief(highlight_sentence(facts[0]), meeting.territory)
        trend = facts[0].aspect is Aspect.TREND
        return Subject(INDICATORS[facts[0].indicator], told, trend)
    around = [name for name in _USUAL[theme] if meeting.own.status(name) is Status.CONTEXT]
    rest = [name for name in VIEWS[theme].indicators if _drawable(meeting, name)]
    for name in (*known, *rest, *around):
        indicator = INDICATORS[name]
        told = comparison_sentence(meeting.shown(indicator).beside, indicator)
        return Subject(indicator, standing_out.brief(told, meeting.territory))
    return None


def _drawable(meeting: Meeting, name: str) -> bool:
    """Whether a bar can show an indicator: a figure of the territory's own, not under zero."""
    if meeting.own.status(name) not in (Status.OBSERVED, Status.ESTIMATED):
        return False
    return name not in _NOT_DRAWN and float(meeting.shown(INDICATORS[name]).row["value"]) >= 0


def _map(meeting: Meeting, indicator: Indicator, still: still_map.Still) -> None:
    diagnostic = meeting.page.diagnostic
    values = store.commune_values(diagnostic, meeting.territory, [indicator.id])
    codes = pd.Index(list(still.paths))
    shown = choropleth.choropleth(
        values,
        pd.Series(codes, index=codes),
        indicator,
        method="seuils" if indicator.thresholds else "quantiles",
        classes=4,
        noun=("commune", "communes"),
    )
    hatched = [code for code in shown.states.get("hatched", set()) if code in still.paths]
    drawn = still_map.picture(still, shown.fills, f"Carte : {indicator.label}", hatched)
    st.html(
        f'<div class="meet-pair"><div>{drawn}</div>'
        f'<div class="meet-legend">{shown.legend}</div></div>'
    )


def _source(text: str) -> None:
    st.html(f'<p class="meet-source">{cards.text(text)}</p>')
