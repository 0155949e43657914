"""What stands beside a map: legends of layers, source, search, and the commune just chosen."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cpts_data import french
from cpts_data.drawing import map_layer_list
from cpts_data.drawing.map_layer_list import Layer
from cpts_data.drawing.map_layers import Drawn
from cpts_data.indicators import Indicator
from cpts_data.territories import Level
from pages.parts import blocks, frame, map_store
from pages.parts.frame import Frame

_MOST_SEARCHED = 5000
_NO_CONTOURS = (
    "Cet espace ne contient pas de contours de communes : la carte ne peut pas être dessinée."
)
_ADD_CONTOURS = (
    "Déposez le fichier des communes (IGN ADMIN EXPRESS ou Etalab, contours administratifs) sur la "
    "page « Données »."
)
# A map at these levels shows their borders: their layer is laid without being asked for.
BORDERS = {Level.EPCI: map_layer_list.EPCI_LAYER, Level.BASSIN_DE_VIE: map_layer_list.BASIN_LAYER}


def no_contours() -> None:
    """The designed empty state of a map without geometry."""
    blocks.nothing_here(_NO_CONTOURS, _ADD_CONTOURS)


def layers(
    page: Frame, ground: map_store.MapGround, chosen: Sequence[Layer], level: Level
) -> tuple[list[tuple[str, str]], list[Drawn]]:
    """The (key, address) of the layers of a map for the browser, and those that need a legend."""
    wanted = {layer.id: layer for layer in chosen}
    border = BORDERS.get(level)
    if border and border not in wanted:
        wanted |= {border: map_layer_list.available(page.diagnostic)[border]}
    made = [
        (layer, *map_store.map_layer(page.diagnostic, ground, layer)) for layer in wanted.values()
    ]
    told = [drawn for layer, _, drawn in made if layer.id != border]
    return [(layer.id, url) for layer, url, _ in made], told


def heading(title: str, sentence: str = "", about: str = "") -> None:
    """What the map shows: a heading under that of the page, and the result in one sentence."""
    st.header(blocks.plain(french.typography(title)), anchor=False)
    if sentence:
        blocks.note(sentence, about)


def layer_legends(drawn: Sequence[Drawn]) -> None:
    """One legend for each layer."""
    for one in drawn:
        st.html(one.legend)


def source(page: Frame, indicator: Indicator, period: str) -> None:
    """The source line of what is shown."""
    line = page.diagnostic.source_line(indicator, period)
    if line:
        blocks.note(f"Source : {line}.")


def search(ground: map_store.MapGround, *, limited: bool = False) -> None:
    """Choose a commune without the map; ``limited`` leaves it out on maps too wide for a list."""
    if limited and len(ground.communes) > _MOST_SEARCHED:
        return
    labels = {str(code): f"{name} ({code[:2]})" for code, name in ground.names.items()}
    frame.search(
        "Chercher une commune",
        frame.unique_labels(dict(sorted(labels.items(), key=lambda item: item[1]))),
        "commune",
        french.count_of(len(labels), "commune"),
    )


def commune(page: Frame, code: str) -> None:
    """What is known of the commune just chosen, and the way to its CPTS."""
    diagnostic = page.diagnostic
    name = str(diagnostic.register.units.table["name"][code])
    people = french.count_of(diagnostic.inhabitants([code]), "habitant")
    held = diagnostic.cpts_of(code)
    departement = diagnostic.register.units.table["departement"][code]
    st.header(f"{blocks.plain(name)} ({departement})", anchor=False)
    if not held:
        blocks.note(f"{people}. Cette commune n'appartient à aucune CPTS de la liste.")
    for identifier in held:
        territory = diagnostic.territory(Level.CPTS, identifier)
        blocks.note(f"{people}. {territory.label} : {diagnostic.stage_of(identifier).label}.")
        label = f"Ouvrir la synthèse : {blocks.plain(territory.name)}"
        frame.link("pages/synthese.py", label, cpts=identifier)


def leading(level: Level) -> str:
    """The layer whose borders stand for those of the CPTS, at a level of other territories."""
    return level.value if level is Level.DEPARTEMENT else BORDERS.get(level, "")
