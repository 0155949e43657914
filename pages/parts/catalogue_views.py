"""The page « Sources et méthodes », written by the catalogues of sources and indicators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.contracts import Source
from cpts_data.indicators import INDICATORS, Indicator, Theme
from cpts_data.reading.methods import METHODS, POLARITIES, STATES
from cpts_data.reference.competing import competing_with
from cpts_data.sources import MODULES
from pages.parts import blocks, frame, glossary_views, helps
from pages.parts.frame import Frame

PARTS = {
    "indicateurs": "Indicateurs",
    "sources": "Sources reconnues",
    "methodes": "Méthodes",
    "glossaire": "Glossaire",
    "autres": "Autres chiffres en circulation",
}


def to_the_data() -> None:
    """Lead to the page that says what the chosen space holds."""
    blocks.note(
        "Ce que contient l'espace choisi (fichiers, millésimes, couverture, anomalies) se lit sur "
        "une autre page :"
    )
    frame.link("pages/donnees.py", "Données de cet espace")


def open_part(page: Frame) -> None:
    """The part that the reader chooses, and nothing of the others."""
    part = frame.choose("Rubrique", PARTS, "rubrique", horizontal=True)
    parts: dict[str, Callable[[], None]] = {
        "indicateurs": lambda: indicators(page),
        "sources": lambda: sources(page),
        "methodes": methods,
        "glossaire": glossary_views.words,
        "autres": glossary_views.competing,
    }
    parts[part]()


def indicators(page: Frame) -> None:
    """One sheet for each indicator of a theme."""
    blocks.section("Indicateurs")
    counts = Counter(one.theme for one in INDICATORS.values())
    labels = {theme.value: f"{theme.label} ({counts[theme]})" for theme in Theme if counts[theme]}
    chosen = frame.choose("Thème", labels, "theme", default=Theme.POPULATION.value)
    for indicator in INDICATORS.values():
        if indicator.theme.value == chosen:
            with st.expander(f"{indicator.label} ({indicator.unit})"):
                st.html(_indicator_sheet(page, indicator))


def _indicator_sheet(page: Frame, indicator: Indicator) -> str:
    period = page.diagnostic.latest_period(indicator)
    line = page.diagnostic.source_line(indicator, period) if period else "non disponible ici"
    marks = [f"{french.number(mark, 1)} : {words}" for mark, words in indicator.thresholds]
    others = competing_with(indicator.id)
    rows = [
        ("Identifiant", indicator.id),
        ("Thème", indicator.theme.label),
        ("Définition", indicator.definition),
        ("Pourquoi", indicator.why),
        ("Lecture", POLARITIES[indicator.polarity]),
        ("Limites", indicator.caveat),
        ("Repères", " ; ".join(marks)),
        ("Données lues", ", ".join(indicator.columns)),
        ("Source dans cet espace", line),
        *(("Autre chiffre en circulation", helps.competing_words(one)) for one in others),
    ]
    return _definition_list([(name, text) for name, text in rows if text])


def _definition_list(rows: list[tuple[str, str]]) -> str:
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        '<td style="text-align:left;overflow-wrap:anywhere">'
        f"{escape(french.typography(text))}</td></tr>"
        for name, text in rows
    )
    return f'<table class="cpts-table"><tbody>{body}</tbody></table>'


def sources(page: Frame) -> None:
    """One sheet for each source that the product can read."""
    blocks.section("Sources reconnues")
    for name, module in MODULES.items():
        source = module.SOURCE
        with st.expander(f"{source.title} ({source.publisher})"):
            rows = [
                ("Identifiant", name),
                ("Producteur", source.publisher),
                ("Page du producteur", source.landing_page),
                ("Licence", source.licence),
                ("Mention", source.credit),
                ("Champ", source.field),
                ("Remarques", source.notes),
                *_address_rows(source),
                ("Présente dans cet espace", "oui" if page.diagnostic.space.has(name) else "non"),
            ]
            st.html(_definition_list([(label, text) for label, text in rows if text]))
            st.dataframe(
                pd.DataFrame(
                    [
                        {
                            "Colonne": column.name,
                            "Contenu": column.description,
                            "Type": str(column.kind),
                            "Unité": column.unit,
                        }
                        for column in source.columns
                    ]
                ),
                hide_index=True,
                width="stretch",
            )


def _address_rows(source: Source) -> list[tuple[str, str]]:
    """Where the files are published, and whether we ever reached them."""
    pages = dict.fromkeys(found.url or found.landing_page for found in source.addresses)
    notes = dict.fromkeys(found.note for found in source.addresses if found.note)
    unreached = sum(not found.reached for found in source.addresses if found.url)
    plural = "s" if unreached > 1 else ""
    checked = f"Jamais atteinte{plural} depuis notre atelier : à vérifier" if unreached else ""
    return [
        ("Adresses", " ; ".join(page for page in pages if page)),
        ("À savoir de ces adresses", " ".join(notes)),
        ("État des adresses", checked),
    ]


def methods() -> None:
    """How figures are made, and the words and signs of what is not known."""
    blocks.section("Méthodes")
    st.html(
        _definition_list(
            [*METHODS, *((f"« {status.words} »", words) for status, words in STATES.items())]
        )
    )
