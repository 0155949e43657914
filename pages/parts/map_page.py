"""« Carte »: one indicator or two, spots, uncovered territories; layers; downloads.

One fragment: a choice reruns the map and not the rest of the page. Geometry is loaded once, what
changes is painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing import choropleth, map_image, map_layers
from cpts_data.territories import Level
from pages.parts import (
    blocks,
    exports,
    frame,
    gap_view,
    helps,
    map_choices,
    map_frame,
    map_panel,
    map_store,
    maps,
    spot_view,
)
from pages.parts.frame import Frame
from pages.parts.map_choices import Choice, Settings

_TWO_HEIGHT = 430
# Titles of one and two lines must not push two maps out of line.
_ALIGNED = "@media (min-width: 641px) { [class*='st-key-titre_carte'] { min-height: 7.4rem; } }"
_PLAN_NOTE = (
    "Fond : Plan IGN, demandé à data.geopf.fr par votre navigateur. S’il ne répond pas, la carte "
    "reste complète sans lui."
)


@dataclass(frozen=True)
class Shown:
    """One map ready to be drawn: what was chosen, its figures, who wears them, its colours."""

    choice: Choice
    values: pd.DataFrame
    holders: pd.Series
    colours: choropleth.Choropleth

    @property
    def period(self) -> str:
        """The period that most figures are of; empty without any."""
        known = self.values.loc[self.values["status"] != "manquant", "period"].astype(str)
        return str(known.mode().iloc[0]) if len(known) else ""

    @property
    def title(self) -> str:
        """What one sees, in one line."""
        where = self.choice.level.label
        when = f", {self.period}" if self.period else ""
        return french.typography(f"{self.choice.indicator.label}, par {where}{when}")


@st.fragment
def explore(page: Frame) -> None:
    """The whole page under its opening sentence."""
    diagnostic = page.diagnostic
    left, right = st.columns([3, 2])
    with left:
        told = helps.of("Point chaud", "Moran local")
        label = "Ce que montre la carte"
        view = frame.choose(label, map_choices.VIEWS, "vue", horizontal=True, help_text=told)
    two = False
    if view == map_choices.INDICATOR:
        with right:
            options = {"1": "Une carte", "2": "Deux cartes"}
            two = frame.choose("Présentation", options, "cartes", horizontal=True) == "2"
    if not diagnostic.space.has("contours_communes"):
        map_panel.no_contours()
    elif view == map_choices.GAPS:
        gap_view.show(page, map_choices.settings(page, None))
    elif view == map_choices.SPOTS:
        spot_view.show(page)
    elif two:
        _two_maps(page)
    else:
        _one_map(page)


def _one_map(page: Frame) -> None:
    choice = map_choices.choose(page)
    chosen = map_choices.settings(page, choice.indicator)
    ground = map_store.map_ground(page.diagnostic, chosen.scope)
    if ground is None:
        map_panel.no_contours()
        return
    (shown,) = _shown(page, ground, [choice], chosen.method)
    map_panel.heading(shown.title, extremes(shown), shown.choice.indicator.id)
    map_column, legend_column = st.columns([3, 1])
    with map_column:
        layers = _draw(page, ground, shown, chosen, "carte_indicateur")
        map_panel.source(page, shown.choice.indicator, shown.period)
        _remarks([shown], chosen)
    with legend_column:
        _legend(page, ground, shown, layers)
    _downloads(page, ground, [shown], layers)
    exports.map_table(page, choice.indicator, shown.values, ground)


def _two_maps(page: Frame) -> None:
    columns = st.columns(2)
    choices = []
    for rank, column in enumerate(columns):
        with column:
            choices.append(map_choices.choose(page, alone=False, second=rank == 1))
    chosen = map_choices.settings(page, choices[0].indicator)
    ground = map_store.map_ground(page.diagnostic, chosen.scope)
    if ground is None:
        map_panel.no_contours()
        return
    both = _shown(page, ground, choices, chosen.method)
    alike = choices[0].indicator == choices[1].indicator
    blocks.note(
        "Mêmes classes des deux côtés : une même couleur dit la même valeur. "
        if alike
        else "Deux indicateurs : chaque carte a ses propres classes. Une couleur foncée à gauche "
        "et à droite ne prouve pas que l’un explique l’autre. "
    )
    st.html(f"<style>{_ALIGNED}</style>")
    layers: list[map_layers.Drawn] = []
    for rank, column in enumerate(st.columns(2)):
        with column:
            shown = both[rank]
            with st.container(key=f"titre_carte_{rank + 1}"):
                map_panel.heading(shown.title, extremes(shown), shown.choice.indicator.id)
            layers = _draw(
                page, ground, shown, chosen, f"carte_{rank + 1}", linked=True, height=_TWO_HEIGHT
            )
            st.html(shown.colours.legend)
            map_panel.source(page, shown.choice.indicator, shown.period)
    map_panel.layer_legends(layers)
    _remarks(both, chosen)
    if commune := frame.parameter("commune", list(ground.communes)):
        map_panel.commune(page, commune)
    _downloads(page, ground, both, layers)
    for rank, shown in enumerate(both):
        side = ("gauche", "droite")[rank]
        exports.map_table(page, shown.choice.indicator, shown.values, ground, side=side)


def _shown(
    page: Frame, ground: map_store.MapGround, choices: Sequence[Choice], method: str
) -> list[Shown]:
    """Figures and colours of each map; the same classes where the indicator is the same."""
    found = [figures(page.diagnostic, ground, choice) for choice in choices]
    shared = None
    if len(choices) > 1 and choices[0].indicator == choices[1].indicator:
        tables = [values for values, _ in found]
        shared = choropleth.scale(tables, choices[0].indicator, method)
    result = []
    for choice, (values, holders) in zip(choices, found, strict=True):
        colours = choropleth.choropleth(
            values,
            holders,
            choice.indicator,
            method=method,
            classes=choropleth.CLASSES,
            noun=choice.noun,
            shared=shared,
            titled=False,
        )
        result.append(Shown(choice, values, holders, colours))
    return result


def figures(
    diagnostic: Diagnostic, ground: map_store.MapGround, choice: Choice
) -> tuple[pd.DataFrame, pd.Series]:
    """The figures of a level, and the territory whose figure each commune of the map wears."""
    name, level, codes = choice.indicator.id, choice.level, ground.communes
    if level is Level.COMMUNE:
        values = diagnostic.unit_rows(name, choice.period).reset_index(drop=True)
        return values[values["territory"].isin(codes)], pd.Series(codes, index=codes)
    pairs = diagnostic.membership_pairs(level).drop_duplicates("unit").set_index("unit")
    holders = pairs["territory"].reindex(codes)
    held = [str(item) for item in holders.dropna().unique()]
    return diagnostic.values([name], level, held, choice.period), holders


def extremes(shown: Shown) -> str:
    """The map in one sentence: the two ends, and the middle half."""
    indicator = shown.choice.indicator
    known = choropleth.numbers(shown.values)
    if known.nunique() < 2:
        return ""
    names = shown.values.drop_duplicates("territory").set_index("territory")["name"]

    lowest, highest = float(known.min()), float(known.max())
    digits = indicator.digits
    low = french.number(lowest, digits)
    if indicator.unit.startswith("%"):
        low = french.with_unit(lowest, indicator.unit, digits)
    high = french.with_unit(highest, indicator.unit, digits)
    quarter, half = (french.number(float(known.quantile(share)), digits) for share in (0.25, 0.75))
    return (
        f"De {low} ({_who(known, names, lowest)}) à {high} ({_who(known, names, highest)}) ; la "
        f"moitié des {shown.choice.level.plural} sont entre {quarter} et {half}."
    )


def _who(known: pd.Series, names: pd.Series, value: float) -> str:
    """Which territory has a value; the others that share it are counted."""
    where = known.index[known == value]
    told = str(names[where[0]])
    if len(where) > 1:
        told += f" et {french.count_of(len(where) - 1, 'autre')}"
    return told


def _draw(
    page: Frame,
    ground: map_store.MapGround,
    shown: Shown,
    chosen: Settings,
    key: str,
    *,
    linked: bool = False,
    height: int = map_frame.HEIGHT,
) -> list[map_layers.Drawn]:
    commune = frame.parameter("commune", list(ground.communes))
    level = shown.choice.level
    addresses, layers = map_panel.layers(page, ground, chosen.layers, level)
    asked = map_frame.asked_cpts(page, ground)
    map_frame.draw(
        ground,
        maps.paint(
            ground.communes,
            shown.colours.fills,
            _named(shown),
            title=shown.choice.indicator.short_label,
            label=shown.title + (" (seconde carte)" if key.endswith("2") else ""),
            selected=[commune] if commune else [],
            outlined=asked,
            zoom_to=asked if level is Level.COMMUNE else None,
            level=level.value,
            layers=addresses,
            leading=map_panel.leading(level),
            **shown.colours.states,
        ),
        key,
        linked=linked,
        height=height,
        basemap=chosen.basemap,
    )
    return layers


def _named(shown: Shown) -> dict[str, str]:
    """The name of the territory before its figure, where the map cannot know it."""
    if shown.choice.level in (Level.COMMUNE, Level.CPTS):
        return shown.colours.texts
    names = shown.values.drop_duplicates("territory").set_index("territory")["name"].astype(str)
    owner = shown.holders.dropna()
    return {code: f"{names[owner[code]]}\n{text}" for code, text in shown.colours.texts.items()}


def _legend(
    page: Frame,
    ground: map_store.MapGround,
    shown: Shown,
    layers: Sequence[map_layers.Drawn],
) -> None:
    if not shown.colours.drawn:
        _nothing_drawn(page, ground, shown)
    st.html(shown.colours.legend)
    map_panel.layer_legends(layers)
    map_panel.search(ground, limited=True)
    if commune := frame.parameter("commune", list(ground.communes)):
        map_panel.commune(page, commune)


def _remarks(both: Sequence[Shown], chosen: Settings) -> None:
    for indicator in {one.choice.indicator.id: one.choice.indicator for one in both}.values():
        if indicator.caveat:
            blocks.note(f"À savoir : {indicator.caveat}", indicator.id)
    if chosen.basemap:
        blocks.note(_PLAN_NOTE)


def _nothing_drawn(page: Frame, ground: map_store.MapGround, shown: Shown) -> None:
    """Say at which levels the indicator is known, when this one shows nothing."""
    known = []
    for name, label in map_choices.levels_of(page.diagnostic).items():
        choice = Choice(shown.choice.indicator, Level(name), shown.choice.period)
        values, _ = figures(page.diagnostic, ground, choice)
        if len(choropleth.numbers(values)):
            known.append(label)
    here = f"Rien n’est connu par {shown.choice.level.label} pour cet indicateur."
    if known:
        there = french.enumeration(known, "ou")
        blocks.nothing_here(here, f"Choisissez le découpage « {there} ».")
    else:
        blocks.nothing_here(
            here, "La page « Données » dit quels fichiers cet espace contient et lesquels ajouter."
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bordered(diagnostic: Diagnostic, shown: Shown) -> pd.Series:
    """Whose borders an image draws: those of the level shown, of the CPTS for communes."""
    if shown.choice.level is not Level.COMMUNE:
        return shown.holders
    pairs = diagnostic.membership_pairs(Level.CPTS).drop_duplicates("unit").set_index("unit")
    return pairs["territory"].reindex(shown.holders.index)


def _downloads(
    page: Frame,
    ground: map_store.MapGround,
    both: Sequence[Shown],
    layers: Sequence[map_layers.Drawn],
) -> None:
    """The map as an image; figures and contours of each."""

    def image() -> bytes:
        panels = [
            map_image.Panel(
                title=shown.title,
                subtitle=_capital(shown.choice.indicator.unit),
                fills=shown.colours.fills,
                states=shown.colours.states,
                classes=shown.colours.classes,
                tally=shown.colours.tally,
                foot=shown.colours.foot,
                source=page.diagnostic.source_line(shown.choice.indicator, shown.period),
                holders=_bordered(page.diagnostic, shown),
            )
            for shown in both
        ]
        return map_image.draw(panels, ground.shapes, layers, map_image.credits_of(page.diagnostic))

    name = "_".join(dict.fromkeys(shown.choice.indicator.id for shown in both))
    with st.container(horizontal=True):
        exports.image_button(image, name)
        for rank, shown in enumerate(both):
            side = ("", "")[rank] if len(both) == 1 else (" (gauche)", " (droite)")[rank]
            exports.value_buttons(page, shown.choice.indicator, shown.values, ground, side)
