"""The page « Sources et méthodes », written by the catalogues of sources and indicators."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.contracts import Source
from cpts_data.indicators import INDICATORS, Indicator, Polarity
from cpts_data.measures import Status
from cpts_data.sources import MODULES
from pages.parts import blocks, frame
from pages.parts.frame import Frame

_POLARITIES = {
    Polarity.HIGH_IS_GOOD: "une valeur élevée est favorable",
    Polarity.LOW_IS_GOOD: "une valeur faible est favorable",
    Polarity.NO_JUDGEMENT: "ni favorable ni défavorable : l’indicateur décrit un besoin",
}


def to_the_data() -> None:
    """Lead to the page that says what the chosen space holds."""
    blocks.note(
        "Ce que contient l'espace choisi (fichiers, millésimes, couverture, anomalies) se lit sur "
        "une autre page :"
    )
    frame.link("pages/donnees.py", "Données de cet espace")


def indicators(page: Frame) -> None:
    """One sheet for each indicator of the catalogue."""
    blocks.section("Indicateurs")
    for indicator in INDICATORS.values():
        with st.expander(f"{indicator.label} ({indicator.unit})"):
            st.html(_indicator_sheet(page, indicator))


def _indicator_sheet(page: Frame, indicator: Indicator) -> str:
    period = page.diagnostic.latest_period(indicator)
    line = page.diagnostic.source_line(indicator, period) if period else "non disponible ici"
    marks = [f"{french.number(mark, 1)} : {words}" for mark, words in indicator.thresholds]
    rows = [
        ("Identifiant", indicator.id),
        ("Thème", indicator.theme.label),
        ("Définition", indicator.definition),
        ("Pourquoi", indicator.why),
        ("Lecture", _POLARITIES[indicator.polarity]),
        ("Limites", indicator.caveat),
        ("Repères", " ; ".join(marks)),
        ("Données lues", ", ".join(indicator.columns)),
        ("Source dans cet espace", line),
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
            [
                (
                    "Addition d'abord, division ensuite",
                    "Un taux de territoire est la somme des numérateurs sur la somme des "
                    "dénominateurs de ses communes, jamais la moyenne de leurs taux.",
                ),
                (
                    "APL",
                    "La moyenne pondère les communes par leur population standardisée ; les "
                    "habitants sous un seuil se comptent avec la population totale (règle de la "
                    "DREES).",
                ),
                (
                    "Paris, Lyon, Marseille",
                    "L'unité est l'arrondissement municipal ; la ville n'est jamais comptée en "
                    "plus de ses arrondissements.",
                ),
                (
                    "Couverture",
                    "Part de la population du territoire pour laquelle le chiffre est connu.",
                ),
                *((f"« {status.words} »", _STATUS_HELP[status]) for status in _STATUS_HELP),
            ]
        )
    )


_STATUS_HELP = {
    Status.MASKED: "Le producteur cache ce chiffre pour protéger les personnes : il existe, il "
    "n'est pas nul. Hachures sur les cartes.",
    Status.MISSING: "Personne ne nous a donné ce chiffre. Gris sur les cartes.",
    Status.NOT_APPLICABLE: "Le chiffre n'a pas de sens ici (aucun habitant, territoire hors du "
    "champ de la source). Blanc sur les cartes.",
    Status.ESTIMATED: "Calculé par nos soins selon une méthode déclarée ; bordure pointillée sur "
    "les cartes.",
    Status.BOUNDED: "Somme comprenant des valeurs masquées : on en donne les bornes.",
}
