"""The communes of the territory, those beside it, the CPTS that it meets, those left out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.composition import surroundings
from cpts_data.composition.surroundings import OWN
from cpts_data.territories import Level
from pages.parts import blocks, compose_state, frame
from pages.parts.compose_state import Workshop

_TALLEST = 420
_MOST_AROUND = 150


def _height(rows: int) -> int:
    return min(_TALLEST, 38 * (rows + 1) + 2)


def _cpts_words(workshop: Workshop, codes: list[str]) -> list[str]:
    names = workshop.land.register.territories(Level.CPTS).table["name"].astype(str)
    held = workshop.land.cpts_of
    return [french.enumeration([names[one] for one in held.get(code, ())]) or "–" for code in codes]


def communes(workshop: Workshop) -> None:
    """Every commune with its part: the part is changed in place, a tick takes it away."""
    weights = workshop.weights
    if not weights:
        blocks.nothing_here(
            "Le territoire est vide.",
            "Cliquez sur la carte, cherchez une commune, ajoutez une zone ou collez une liste.",
        )
        return
    blocks.note(
        "Part : 100 % pour une commune entière, moins quand la CPTS n'en prend qu'une partie. "
        "Cochez « Retirer » pour l'enlever."
    )
    codes = sorted(weights, key=lambda code: (-workshop.land.population.get(code, 0.0), code))
    table = pd.DataFrame(
        {
            "Retirer": False,
            "Commune": [workshop.land.label(code) for code in codes],
            "Part (%)": [round(100 * weights[code], 2) for code in codes],
            "Habitants": [workshop.land.population.get(code, float("nan")) for code in codes],
            "CPTS existante": _cpts_words(workshop, codes),
            "Code": codes,
        }
    )
    key = f"composer_communes_{workshop.current.id}"
    st.data_editor(
        table,
        key=key,
        hide_index=True,
        width="stretch",
        height=_height(len(table)),
        disabled=["Commune", "Habitants", "CPTS existante", "Code"],
        on_change=lambda: _edited(workshop, key, codes),
        column_config={
            "Part (%)": st.column_config.NumberColumn(
                min_value=0.01, max_value=100.0, step=1.0, required=True, format="localized"
            ),
            "Habitants": st.column_config.NumberColumn(
                format="localized", help="De la commune entière."
            ),
        },
    )


def _edited(workshop: Workshop, key: str, codes: list[str]) -> None:
    rows = (frame.component_state(key) or {}).get("edited_rows", {})
    gone = [codes[int(place)] for place, told in rows.items() if told.get("Retirer")]
    if gone:
        compose_state.remove(workshop, gone)
        return
    weights = workshop.weights
    for place, told in rows.items():
        part = told.get("Part (%)")
        if part is not None and 0 < float(part) <= 100:
            weights[codes[int(place)]] = float(part) / 100
    compose_state.put(workshop, weights, "Parts enregistrées.")


def _tick(workshop: Workshop, table: pd.DataFrame, codes: list[str], name: str) -> None:
    """A table whose ticks add communes to the territory."""
    key = f"composer_{name}_{workshop.current.id}"

    def ticked() -> None:
        rows = (frame.component_state(key) or {}).get("edited_rows", {})
        chosen = [codes[int(place)] for place, told in rows.items() if told.get("Ajouter")]
        if chosen:
            compose_state.add(workshop, chosen)

    st.data_editor(
        table,
        key=key,
        hide_index=True,
        width="stretch",
        height=_height(len(table)),
        disabled=[column for column in table.columns if column != "Ajouter"],
        on_change=ticked,
        column_config={
            column: st.column_config.NumberColumn(format="localized")
            for column in ("Habitants", "Minutes")
        },
    )


def neighbours(workshop: Workshop) -> None:
    """The communes that touch the territory: the next ones to think of."""
    if not workshop.land.has_contours:
        blocks.note("Sans contours de communes, les voisines ne sont pas connues.")
        return
    codes = workshop.land.around(workshop.weights)[:_MOST_AROUND]
    if not codes:
        blocks.note("Aucune commune voisine : le territoire est vide, ou entouré d'eau.")
        return
    codes.sort(key=lambda code: (-workshop.land.population.get(code, 0.0), code))
    zone, names = workshop.land.zone_of(Level.EPCI), _zone_names(workshop)
    table = pd.DataFrame(
        {
            "Ajouter": False,
            "Commune": [workshop.land.label(code) for code in codes],
            "Habitants": [workshop.land.population.get(code, float("nan")) for code in codes],
            "CPTS existante": _cpts_words(workshop, codes),
            "EPCI": [names.get(str(zone.get(code, "")), "–") for code in codes],
        }
    )
    blocks.note("Communes qui touchent le territoire, les plus peuplées d'abord.")
    _tick(workshop, table, codes, "voisines")


def _zone_names(workshop: Workshop) -> dict[str, str]:
    names = workshop.land.register.territories(Level.EPCI).table["name"].astype(str)
    return {str(code): name for code, name in names.items()}


def overlaps(workshop: Workshop) -> None:
    """The existing CPTS that hold communes of the territory: which, and how many people."""
    shared = workshop.told.shared
    if not shared:
        blocks.note("Aucune CPTS existante ne tient de commune de ce territoire.")
        return
    blocks.note(
        "Une seule CPTS par territoire est l'objectif de l'accord ; l'outil signale les "
        "chevauchements, il ne les interdit pas. Habitants des communes en commun, entières."
    )
    rows = pd.DataFrame(
        {
            "CPTS": [one.name for one in shared],
            "Communes en commun": [len(one.codes) for one in shared],
            "Habitants": [one.people for one in shared],
            "Lesquelles": [
                french.enumeration([workshop.land.label(code) for code in one.codes])
                for one in shared
            ],
            "Toute la CPTS": ["oui" if one.whole else "non" for one in shared],
        }
    )
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        height=_height(len(rows)),
        column_config={"Habitants": st.column_config.NumberColumn(format="localized")},
    )


def uncovered(workshop: Workshop) -> None:
    """The uncovered communes around, and the CPTS that each would best join, with the reasons."""
    if not workshop.land.has_contours or not workshop.land.cpts_of:
        blocks.note(
            "Il faut des contours et une liste de CPTS pour chercher les communes sans CPTS."
        )
        return
    free = workshop.told.free
    if not free:
        blocks.note("Aucune commune sans CPTS n'est laissée de côté autour de ce territoire.")
        return
    blocks.note(surroundings.RULE)
    ordered = sorted(free, key=lambda one: (one.to != OWN, -one.people, one.code))
    table = pd.DataFrame(
        {
            "Ajouter": False,
            "Commune": [workshop.land.label(one.code) for one in ordered],
            "Habitants": [one.people for one in ordered],
            "À rattacher à": [one.name or "rien ne l'indique" for one in ordered],
            "Points": [f"{one.points} sur 3" for one in ordered],
            "Pourquoi": [" ; ".join(one.reasons) or "–" for one in ordered],
        }
    )
    _tick(workshop, table, [one.code for one in ordered], "sans_cpts")
