"""What the pages say of a whole space or of one CPTS in sentences and large figures."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from cpts_data.reading import identity
from cpts_data.sources.cpts_liste import STAGES
from cpts_data.territories import Level, Territory
from pages.parts import blocks, frame, store
from pages.parts.frame import Frame

_NO_CPTS = "Cet espace ne contient pas encore de périmètre de CPTS."
_ADD_CPTS = (
    "Composez un territoire commune par commune : toutes les pages le liront comme une CPTS. Ou "
    "déposez sur la page « Données » la liste de votre ARS (une ligne par CPTS et par commune, en "
    "codes ou en noms)."
)


def no_cpts() -> None:
    """The designed empty state of a page that speaks of one CPTS."""
    blocks.nothing_here(_NO_CPTS, _ADD_CPTS)
    frame.link("pages/composer.py", "Composer un territoire")
    frame.link("pages/donnees.py", "Déposer une liste de CPTS")
    frame.link("pages/carte.py", "Explorer la carte des communes")


def _covered(diagnostic: Diagnostic) -> tuple[float, float]:
    """Inhabitants living in at least one CPTS, and inhabitants of the départements concerned."""
    held = diagnostic.membership_pairs(Level.CPTS)["unit"].unique()
    inside = diagnostic.units_in(diagnostic.field_departements())
    covered = diagnostic.inhabitants(inside.intersection(pd.Index(held)))
    return covered, diagnostic.inhabitants(inside)


def opening(page: Frame) -> None:
    """What one sees on the first page: one or two sentences, large figures, their source."""
    if page.diagnostic.territories(Level.CPTS).table.empty:
        no_cpts()
        return
    blocks.lead(opening_sentence(page), about="population")
    blocks.figures(key_figures(page), about="population")
    blocks.note(f"{page.diagnostic.population_line()}.")


def opening_sentence(page: Frame) -> str:
    """How many CPTS, and how many people live in one."""
    diagnostic = page.diagnostic
    table = diagnostic.territories(Level.CPTS).table
    covered, everyone = _covered(diagnostic)
    departements = len(diagnostic.field_departements())
    where = french.count_of(departements, "département")
    share = french.percent(covered / everyone if everyone else None, 0)
    return (
        f"{french.count_of(len(table), 'CPTS', 'CPTS')} dans {where}. {share} des habitants vivent "
        "dans une commune couverte par au moins une CPTS ; chacun est compté une seule fois."
    )


def key_figures(page: Frame) -> list[tuple[str, str]]:
    """The large figures of the first page."""
    diagnostic = page.diagnostic
    cpts = diagnostic.territories(Level.CPTS)
    covered, _ = _covered(diagnostic)
    free = diagnostic.uncovered()
    shared = cpts.overlaps()
    crossing = int(sum(len(codes) > 1 for codes in cpts.table["departements"]))
    return [
        (french.number(len(cpts.table)), "CPTS"),
        (french.number(covered), "habitants couverts"),
        _counted(len(free), "commune hors CPTS", "communes ou arrondissements hors CPTS"),
        (french.number(diagnostic.inhabitants(free)), "habitants hors CPTS"),
        _counted(len(shared), "commune dans plusieurs CPTS", "communes dans plusieurs CPTS"),
        (french.number(crossing), "CPTS sur plusieurs départements"),
    ]


def _counted(quantity: int, singular: str, plural: str) -> tuple[str, str]:
    return french.number(quantity), singular if quantity < 2 else plural


def cpts_table(page: Frame) -> None:
    """The list of CPTS: what the map shows, in words."""
    diagnostic = page.diagnostic
    listed = diagnostic.cpts_list()
    if listed.empty:
        return
    blocks.section("Liste des CPTS", "Cliquez sur un en-tête de colonne pour trier.")
    people = diagnostic.values(["population"], Level.CPTS).set_index("territory")["value"]
    sizes_of = store.contracts_table(diagnostic).set_index("cpts_id")
    sizes = diagnostic.membership_pairs(Level.CPTS).groupby("territory")["unit"].size()
    shared = diagnostic.territories(Level.CPTS).overlaps()["territories"].explode()
    table = pd.DataFrame(
        {
            "CPTS": listed["name"],
            "Départements": [", ".join(codes) for codes in listed["departements"]],
            "Stade": listed["statut"].map(STAGES),
            "Depuis": listed["date_statut"],
            "Population": french.rounded(people.reindex(listed.index)),
            "Taille ACI": [
                french.enumeration([str(number) for number in some], "ou")
                for some in sizes_of["sizes"].reindex(listed.index)
            ],
            "Communes": sizes.reindex(listed.index),
            "Communes partagées": shared.value_counts().reindex(listed.index).fillna(0).astype(int),
        }
    )
    choices = {"tous": "Tous les départements"}
    names = diagnostic.territories(Level.DEPARTEMENT).table["name"]
    choices |= {code: f"{names[code]} ({code})" for code in diagnostic.field_departements()}
    chosen = frame.choose("Département", choices, "departement")
    if chosen != "tous":
        table = table[[chosen in codes for codes in listed["departements"]]]
    st.dataframe(
        table.sort_values("CPTS"),
        hide_index=True,
        width="stretch",
        column_config={"Population": st.column_config.NumberColumn(format="localized")},
        placeholder="",
    )
    blocks.note(
        f"{diagnostic.population_line()}. Une CPTS qui partage une commune avec une autre montre "
        "la population de la commune entière : sa taille réelle peut être inférieure."
    )


def gaps_and_overlaps(page: Frame) -> None:
    """Uncovered communes and communes held by several CPTS, as lists."""
    diagnostic = page.diagnostic
    cpts = diagnostic.territories(Level.CPTS)
    if cpts.table.empty:
        return
    units = diagnostic.register.units.table
    free = diagnostic.uncovered()
    left, right = st.columns(2)
    with left:
        blocks.section("Communes hors CPTS")
        people = diagnostic.unit_population()
        table = pd.DataFrame(
            {
                "Commune": units["name"].reindex(free),
                "Département": units["departement"].reindex(free),
                "Population": people.reindex(free),
            }
        )
        st.dataframe(
            table.sort_values("Population", ascending=False),
            hide_index=True,
            width="stretch",
            column_config={"Population": st.column_config.NumberColumn(format="localized")},
        )
    with right:
        blocks.section("Communes dans plusieurs CPTS")
        overlaps = cpts.overlaps()
        names = cpts.table["name"].astype(str)
        told = [french.enumeration([names[i] for i in row]) for row in overlaps["territories"]]
        table = pd.DataFrame(
            {"Commune": units["name"].reindex(overlaps["unit"]).to_numpy(), "CPTS": told}
        )
        if table.empty:
            blocks.note("Aucune commune n'appartient à deux CPTS.")
        else:
            st.dataframe(table, hide_index=True, width="stretch")


def population_lead(page: Frame, territory: Territory) -> None:
    """Who lives here, in two sentences."""
    row = page.diagnostic.values(["population"], territory.level, [territory.id]).iloc[0]
    blocks.lead(identity.population_sentence(page.diagnostic, territory), row.to_dict())
