"""The ways to add communes without the map: search, whole zones, around a commune, list, file."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cpts_data import french
from cpts_data.analysis.travel_ground import travel_sentence
from cpts_data.composition import areas, zones
from cpts_data.composition.areas import Inside, UnreadableDrawingError
from cpts_data.territories import Level
from pages.parts import blocks, compose_lists, compose_state, compose_store, frame
from pages.parts.compose_state import Workshop

_MODES = {
    "recherche": "Recherche (nom, code)",
    "zone": "Zone entière (EPCI, CPTS…)",
    "autour": "Rayon ou temps de trajet",
    "liste": "Liste collée ou déposée",
    "fichier": "Contour GeoJSON",
    "dessin": "Dessin sur la carte",
}
_MOST_PARTIAL = 8


def show(workshop: Workshop) -> None:
    """The choice of a way, then that way."""
    mode = frame.choose("Ajouter des communes par", _MODES, "ajouter")
    ways = {
        "recherche": _search,
        "zone": _zone,
        "autour": _around,
        "liste": compose_lists.show,
        "fichier": _file,
        "dessin": _lasso,
    }
    ways[mode](workshop)


def _search(workshop: Workshop) -> None:
    text = frame.ask("Nom, code ou code postal", "chercher", "Pantin, 93055, 93500…")
    if not text:
        told = "Tapez quelques lettres puis Entrée."
        if workshop.land.year:
            told += (
                " Toutes les communes de France et les arrondissements de Paris, Lyon et "
                "Marseille sont connus, même hors de cet espace."
            )
        blocks.note(told)
        return
    found = compose_store.finder(workshop.diagnostic).search(text)
    if not found:
        blocks.note(f"Aucune commune ne répond à « {text} ».")
    for code in found:
        _toggle_button(workshop, code)


def _toggle_button(workshop: Workshop, code: str) -> None:
    """Add or take away a commune, or a whole city of arrondissements."""
    parts = workshop.land.expanded([code])
    held = all(part in workshop.weights for part in parts)
    number = sum(workshop.land.population.get(part, 0.0) for part in parts)
    people = french.count_of(number, "habitant")
    name = workshop.land.label(code)
    if len(parts) > 1:
        name = f"{workshop.land.names.get(code, code)}, {len(parts)} arrondissements"
    st.button(
        blocks.plain(f"{'Retirer' if held else 'Ajouter'} {name}, {people}"),
        key=f"composer_bascule_{code}",
        on_click=compose_state.remove if held else compose_state.add,
        args=(workshop, parts),
        width="stretch",
        type="primary" if held else "secondary",
    )


def _zone(workshop: Workshop) -> None:
    offered = zones.kinds(workshop.land)
    kind = frame.choose("Sorte de zone", offered, "zonage", clears=("zone",))
    listed = compose_store.zones_of(workshop.diagnostic, kind)
    chosen = frame.search("Zone", listed, "zone", f"{french.number(len(listed))} zones")
    if chosen is not None:
        held = zones.units_of_zone(workshop.land, kind, chosen)
        _offer(workshop, held, f"zone_{kind}")
    if kind == zones.CANTON:
        blocks.note(zones.CANTON_NOTE)
    elif zones.CANTON not in offered or Level.BASSIN_DE_VIE.value not in offered:
        blocks.note(zones.NO_CANTON)


def _offer(workshop: Workshop, weights: Mapping[str, float], key: str) -> None:
    """What would be added, and the two buttons."""
    people = french.count_of(workshop.land.people(weights), "habitant")
    count = french.count_of(len(weights), "commune")
    fresh = [code for code in weights if code not in workshop.weights]
    told = f"{count}, {people}"
    if len(fresh) < len(weights):
        told += f" ; {french.number(len(weights) - len(fresh))} déjà dans le territoire"
    blocks.note(f"{told}.")
    left, right = st.columns(2)
    with left:
        st.button(
            "Ajouter",
            key=f"{key}_ajouter",
            on_click=compose_state.add,
            args=(workshop, dict(weights)),
            disabled=not fresh,
            width="stretch",
            type="primary",
        )
    with right:
        st.button(
            "Retirer",
            key=f"{key}_retirer",
            on_click=compose_state.remove,
            args=(workshop, tuple(weights)),
            disabled=len(fresh) == len(weights),
            width="stretch",
        )


def _around(workshop: Workshop) -> None:
    if not workshop.land.has_contours:
        blocks.nothing_here(
            "Sans contours de communes, les distances ne sont pas connues.",
            "Ajoutez les contours à cet espace (page « Données »).",
        )
        return
    text = frame.ask("Autour de quelle commune ?", "centre_cherche", "Nom ou code")
    found = compose_store.finder(workshop.diagnostic).search(text, 20) if text else []
    drawn = [code for code in found if code in workshop.land.points.index]
    if not drawn:
        blocks.note("Tapez le nom d’une commune de cet espace, puis Entrée.")
        return
    labels = {code: workshop.land.label(code) for code in drawn}
    centre = frame.choose("Commune", labels, "centre")
    means = {"rayon": "Rayon (km)"}
    if workshop.land.has_travel:
        means["temps"] = "Temps (min)"
    how = frame.choose("Mesure", means, "mesure", horizontal=True)
    found_there = _within(workshop, centre, how)
    blocks.note(found_there.sentence)
    _offer(workshop, dict.fromkeys(found_there.codes, 1.0), "autour")


def _within(workshop: Workshop, centre: str, how: str) -> Inside:
    most = areas.MOST_KILOMETRES if how == "rayon" else areas.MOST_MINUTES
    label = "Kilomètres" if how == "rayon" else "Minutes"
    usual = 10.0 if how == "rayon" else 15.0
    size = st.number_input(label, 1.0, most, usual, 1.0, format="%g", key=f"composer_{how}")
    if how == "rayon":
        return areas.within_radius(workshop.land, centre, float(size))
    source = travel_sentence(workshop.diagnostic.space)
    return areas.within_minutes(workshop.land, centre, float(size), source)


def _file(workshop: Workshop) -> None:
    if not workshop.land.has_contours:
        blocks.nothing_here(
            "Sans contours de communes, un dessin ne peut pas être comparé aux communes.",
            "Ajoutez les contours à cet espace (page « Données »).",
        )
        return
    upload: UploadedFile | None
    with st.container(key="depot_composer"):
        upload = st.file_uploader("Contour en GeoJSON", ["geojson", "json"], key="composer_geojson")
    blocks.note(areas.CRITERION)
    if upload is None:
        return
    try:
        found = areas.units_inside(workshop.land, areas.read_geojson(upload.getvalue()))
    except UnreadableDrawingError as error:
        st.error(blocks.plain(str(error)))
        return
    _offer(workshop, dict.fromkeys(found.codes, 1.0), "geojson")
    _partly(workshop, found)


def _partly(workshop: Workshop, found: Inside) -> None:
    """The communes that the drawing touches and leaves out."""
    if not found.partial:
        return
    named = [
        f"{workshop.land.label(code)} ({french.percent(share, 0)})"
        for code, share in list(found.partial.items())[:_MOST_PARTIAL]
    ]
    more = len(found.partial) - _MOST_PARTIAL
    rest = f" et {french.count_of(more, 'autre')}" if more > 0 else ""
    blocks.note(f"Touchées mais pour moins de la moitié : {', '.join(named)}{rest}.")


def _lasso(workshop: Workshop) -> None:
    frame.choose(
        "Le dessin",
        {"ajoute": "ajoute les communes", "retire": "retire les communes"},
        "dessin",
        horizontal=True,
    )
    blocks.note(
        "Sur la carte, appuyez sur « Dessiner », puis entourez les communes d’un trait, à la "
        "souris ou au doigt. Au clavier, la recherche, les zones et les listes font la même chose."
    )
    blocks.note(areas.CRITERION)
