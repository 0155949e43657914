"""What a reader chooses on « Carte »: indicator, level, period, extent, classes, layers, ground.

Everything is in the address. The names of the second map's choices end with 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing import choropleth, map_layer_list
from cpts_data.drawing.map_layer_list import Layer
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.territories import Level
from pages.parts import frame, helps, map_store, store
from pages.parts.frame import Frame

INDICATOR, SPOTS, GAPS = "indicateur", "regroupements", "non_couvert"
VIEWS = {
    INDICATOR: "Un indicateur",
    SPOTS: "Points chauds et froids",
    GAPS: "Territoires sans CPTS",
}
LEVELS = (Level.COMMUNE, Level.CPTS, Level.EPCI, Level.BASSIN_DE_VIE, Level.DEPARTEMENT)
DEFAULT = "apl_mg_65_ans_ou_moins"
_NOTHING = "rien"


@dataclass(frozen=True)
class Choice:
    """One map: what it shows. ``period`` is None for the latest that each figure has."""

    indicator: Indicator
    level: Level
    period: str | None

    @property
    def noun(self) -> tuple[str, str]:
        """What is counted in its legend."""
        return self.level.label, self.level.plural


@dataclass(frozen=True)
class Settings:
    """What both maps share."""

    scope: str
    method: str
    layers: tuple[Layer, ...]
    basemap: bool


def levels_of(diagnostic: Diagnostic) -> dict[str, str]:
    """The levels that a map of this space may show."""
    found = {}
    for level in LEVELS:
        if len(diagnostic.territories(level).table):
            plural = level.plural
            found[level.value] = plural if plural.isupper() else plural[0].upper() + plural[1:]
    return found


def choose(page: Frame, *, alone: bool = True, second: bool = False) -> Choice:
    """Indicator, level and period of one map: on one line when it is alone."""
    mark = "2" if second else ""
    if alone:
        first, then, last = st.columns([5, 2, 2])
    else:
        first = st.container()
        then, last = st.columns(2)
    with first:
        indicator = _choose_indicator(page.diagnostic, mark)
    with then:
        levels = levels_of(page.diagnostic)
        usual = _other_level(levels) if second else Level.COMMUNE.value
        told = helps.of("CPTS", "EPCI", "Bassin de vie")
        name = f"decoupage{mark}"
        level = frame.choose("Découpage", levels, name, default=usual, help_text=told)
    with last:
        period = _choose_period(page.diagnostic, indicator, mark)
    return Choice(indicator, Level(level), period)


def choose_by_commune(page: Frame) -> Choice:
    """Indicator and period of a map that only speaks of communes."""
    first, last = st.columns([5, 2])
    with first:
        indicator = _choose_indicator(page.diagnostic, "")
    with last:
        period = _choose_period(page.diagnostic, indicator, "")
    return Choice(indicator, Level.COMMUNE, period)


def _other_level(levels: dict[str, str]) -> str:
    """What the second map shows at first: the same indicator by CPTS, or by commune."""
    shown = frame.parameter("decoupage", list(levels)) or Level.COMMUNE.value
    other = Level.CPTS if shown == Level.COMMUNE.value else Level.COMMUNE
    return other.value if other.value in levels else shown


def indicator_labels(diagnostic: Diagnostic, asked: str | None = None) -> dict[str, str]:
    """The indicators known in the space, theme after theme, each with its latest period.

    An indicator that the address asks for and of which nothing is known is listed, and says so.
    """
    known = store.known_indicators(diagnostic)
    labels = {
        name: f"{INDICATORS[name].theme.label} › {INDICATORS[name].short_label} ({period})"
        for name, period in known.items()
    }
    if asked in INDICATORS and asked not in labels:
        labels[asked] = f"{INDICATORS[asked].short_label} (absent de cet espace)"
    return frame.unique_labels(labels)


def _choose_indicator(diagnostic: Diagnostic, mark: str) -> Indicator:
    name = f"indicateur{mark}"
    usual = frame.parameter("indicateur") or DEFAULT if mark else DEFAULT
    asked = frame.parameter(name) or (usual if mark else None)
    labels = indicator_labels(diagnostic, asked) or indicator_labels(diagnostic, usual)
    chosen = frame.choose(
        "Indicateur",
        labels,
        name,
        default=usual,
        clears=(f"periode{mark}",),
        help_text="Ceux dont cet espace connaît des valeurs, par thème. Tapez quelques lettres "
        f"pour chercher.{_about(asked or usual)}",
    )
    return INDICATORS[chosen]


def _about(name: str) -> str:
    """What the indicator chosen counts, after the help of its choice."""
    return f"\n\n{helps.of_indicator(INDICATORS[name])}" if name in INDICATORS else ""


def _choose_period(diagnostic: Diagnostic, indicator: Indicator, mark: str) -> str | None:
    latest = diagnostic.latest_period(indicator)
    found = diagnostic.periods(indicator)
    if not found:
        return None
    options = {one: one for one in [latest, *reversed(found)]}
    chosen = frame.choose("Période", options, f"periode{mark}", default=latest)
    return None if chosen == latest else chosen


def choose_scope(page: Frame) -> str:
    """The extent of the map; not asked where there is only one."""
    options = map_store.scopes(page.diagnostic)
    if len(options) < 2:
        return next(iter(options))
    return frame.choose("Étendue de la carte", options, "etendue")


def settings(page: Frame, indicator: Indicator | None) -> Settings:
    """Extent, classes, layers and ground, in a panel that stays closed until it is asked for."""
    layers = map_layer_list.available(page.diagnostic)
    asked = [name for name in frame.parameters("couches") if name in layers]
    title = "Étendue, couches et fond"
    if indicator is not None:
        title = "Étendue, classes, couches et fond"
    if asked:
        title += f" ({french.count_of(len(asked), 'couche')})"
    with st.expander(title, key="reglages_carte"):
        left, middle, right = st.columns(3)
        with left:
            scope = choose_scope(page)
        with middle:
            method = "quantiles"
            if indicator is not None:
                method = frame.choose(
                    "Classes",
                    choropleth.methods_of(indicator),
                    "classes",
                    help_text="Manière de répartir les valeurs en couleurs.\n\n"
                    + helps.of("Quantiles", "Jenks", "Seuil"),
                )
        with right:
            ground = frame.choose(
                "Fond de carte",
                {"neutre": "Fond neutre", "plan": "Plan IGN (demande Internet)"},
                "fond",
                help_text="Le Plan IGN est demandé à data.geopf.fr par votre navigateur. Sans "
                "réseau, la carte reste complète.",
            )
        chosen = frame.choose_several(
            "Couches",
            {name: map_layer_list.group_label(layer) for name, layer in layers.items()},
            "couches",
            placeholder="Contours, structures, professionnels…",
            help_text="Ce qui se superpose à la carte. Points proches : un nombre ; zoomez pour "
            "les séparer.",
        )
    return Settings(scope, method, tuple(layers[name] for name in chosen), ground == "plan")
