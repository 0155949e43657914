"""Two versions of a territory, or a territory and a CPTS, side by side."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.indicators import INDICATORS
from cpts_data.reading.identity import size_words
from cpts_data.reading.wording import cell
from cpts_data.territories import Level, Territory
from pages.parts import blocks, compose_state, frame
from pages.parts.compose_state import Workshop

_SHOWN = (
    "population",
    "densite_population",
    "part_75_ans_et_plus",
    "taux_pauvrete",
    "fdep",
    "densite_mg",
    "apl_mg_65_ans_ou_moins",
    "part_population_sous_dense",
    "part_sans_mt_17_ans_et_plus",
)
_MOST_NAMED = 60


def show(workshop: Workshop) -> None:
    """The choice of the other one; the communes that differ; the figures."""
    own = workshop.page.cpts
    if workshop.empty or own is None or own.level is not Level.COMPOSED:
        blocks.note(
            "Composez d'abord un territoire : il se compare à une autre version ou à une CPTS."
        )
        return
    known = _others(workshop, own)
    if not known:
        blocks.note("Dupliquez le territoire pour en faire une autre version à comparer.")
        return
    labels = {name: french.typography(one.label) for name, one in known.items()}
    first = next(iter(known))
    chosen = frame.choose("Comparer avec", frame.unique_labels(labels), "version", default=first)
    other = known[chosen]
    _communes(workshop, own, other)
    _figures(workshop, own, other)


def _others(workshop: Workshop, own: Territory) -> dict[str, Territory]:
    """Other versions first, then the CPTS that the territory meets, then all CPTS."""
    diagnostic = workshop.diagnostic
    composed = diagnostic.territories(Level.COMPOSED)
    found = {
        str(name): composed.territory(str(name)) for name in composed.table.index if name != own.id
    }
    cpts = diagnostic.territories(Level.CPTS)
    met = [one.cpts for one in workshop.told.shared]
    rest = [str(name) for name in cpts.table.sort_values("name").index if name not in met]
    return found | {name: cpts.territory(name) for name in (*met, *rest)}


def _communes(workshop: Workshop, own: Territory, other: Territory) -> None:
    here = workshop.diagnostic.territories(own.level).units_of(own.id)
    there = workshop.diagnostic.territories(other.level).units_of(other.id)
    both = here.index.intersection(there.index)
    parts = [code for code in both if abs(here[code] - there[code]) > 1e-9]
    rows = [
        (f"Seulement dans {own.name}", here.index.difference(there.index)),
        (f"Seulement dans {other.name}", there.index.difference(here.index)),
        ("Dans les deux", both),
    ]
    items = []
    for title, codes in rows:
        people = workshop.diagnostic.inhabitants(str(code) for code in codes)
        named = sorted(workshop.land.label(str(code)) for code in codes)[:_MOST_NAMED]
        more = "…" if len(codes) > _MOST_NAMED else ""
        told = f"{french.count_of(len(codes), 'commune')}, {french.count_of(people, 'habitant')}"
        words = f" : {', '.join(named)}{more}" if len(codes) else ""
        items.append(
            f"<li><b>{escape(french.typography(title))}</b> – "
            f"{escape(french.typography(told + words))}.</li>"
        )
    if parts:
        named = ", ".join(workshop.land.label(str(code)) for code in parts)
        told = f"Part différente : {named}."
        items.append(f"<li>{escape(french.typography(told))}</li>")
    if not len(rows[0][1]) and not len(rows[1][1]) and not parts:
        items = ["<li><b>Mêmes communes, mêmes parts.</b></li>", *items[2:]]
    st.html(f'<ul class="cpts-facts">{"".join(items)}</ul>')


def _figures(workshop: Workshop, own: Territory, other: Territory) -> None:
    diagnostic = workshop.diagnostic
    columns = {}
    for territory in (own, other):
        values = diagnostic.values(_SHOWN, territory.level, [territory.id]).set_index("indicator")
        told = [cell(values.loc[name], INDICATORS[name]) for name in _SHOWN]
        columns[territory.name if territory is own else f"{other.name} "] = [
            size_words(diagnostic, territory) or "–",
            *told,
        ]
    heads = [
        "Classe de taille ACI",
        *(f"{INDICATORS[name].short_label}" for name in _SHOWN),
    ]
    table = pd.DataFrame({"Chiffre": heads, **columns})
    st.dataframe(table, hide_index=True, width="stretch", height=38 * (len(table) + 1) + 2)
    periods = diagnostic.values(_SHOWN, own.level, [own.id])
    credits = [diagnostic.credits(str(one)) for one in periods["sources"].unique()]
    blocks.note(f"Sources : {' ; '.join(dict.fromkeys(one for one in credits if one))}.")


def actions(workshop: Workshop) -> None:
    """Duplicate, begin another, begin from a CPTS, take away."""
    name, own = workshop.current.name, workshop.page.cpts
    st.button(
        "Dupliquer ce territoire",
        key="composer_dupliquer",
        on_click=compose_state.start_from,
        args=(workshop, f"{name} (variante)", workshop.weights),
        disabled=workshop.empty,
        width="stretch",
        help="Une copie, à modifier et à comparer ; les deux restent dans le lien.",
    )
    st.button(
        "Nouveau territoire vide",
        key="composer_nouveau",
        on_click=compose_state.start_new,
        args=(workshop,),
        disabled=workshop.empty,
        width="stretch",
        help="Celui-ci reste dans le lien.",
    )
    if own is not None and own.level is Level.CPTS:
        held = workshop.diagnostic.territories(Level.CPTS).units_of(own.id)
        st.button(
            f"Partir de {blocks.plain(own.name)}",
            key="composer_partir",
            on_click=compose_state.start_from,
            args=(
                workshop,
                f"{own.name} (variante)",
                {str(code): float(part) for code, part in held.items()},
            ),
            width="stretch",
            help="Copie les communes de la CPTS choisie dans le menu, pour les modifier.",
        )
    st.button(
        "Retirer ce territoire du lien",
        key="composer_oublier",
        on_click=compose_state.forget,
        args=(workshop,),
        disabled=workshop.empty,
        width="stretch",
    )
