"""The list of practitioners entered by hand: a table like a spreadsheet, kept in the address."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.simulation import (
    Headcounts,
    Model,
    Practice,
    practices_from_table,
    written_practices,
)
from cpts_data.simulation.scenarios import AGES, MOST_PRACTICES
from pages.parts import blocks, frame
from pages.parts.frame import Frame

LIST = "offre"
IN_SESSION = "session"
_KEPT = "simulation_liste"
_COLUMNS = ["commune", "nombre", "activite", "age"]


def text() -> str:
    """The list as the address holds it."""
    asked = frame.parameter(LIST) or ""
    return written_practices(kept_list()) if asked == IN_SESSION else asked


def kept_list() -> tuple[Practice, ...]:
    """A list too long for the address, kept for this session only."""
    found: tuple[Practice, ...] = frame.kept(_KEPT, ())
    return found


def editor(page: Frame, model: Model, heads: Headcounts, practices: tuple[Practice, ...]) -> None:
    """The table: one line per group of practitioners alike, typed or pasted."""
    many = model.profession.many
    count = french.count_of(sum(one.count for one in practices), "professionnel")
    title = f"Ma liste de {many}" + (f" ({count})" if practices else "")
    with st.expander(title, expanded=False):
        blocks.note(
            f"Une ligne par groupe de {many} semblables : commune, nombre, et si vous les "
            "connaissez leur activité et leur âge. Vous pouvez coller des lignes d'un tableur. "
            "Une ligne remplace le registre dans sa commune. L'âge permet de simuler les départs "
            "en retraite. N'entrez aucun nom : seuls des nombres sont utiles."
        )
        _fill_button(page, model, heads, practices)
        _form(model, practices)


def _fill_button(
    page: Frame, model: Model, heads: Headcounts, practices: tuple[Practice, ...]
) -> None:
    if page.cpts is None or not heads.counts.any():
        return
    units = page.diagnostic.territories(page.cpts.level).units_of(page.cpts.id).index
    counts = heads.counts.reindex(units)
    counts = counts[counts > 0]
    if counts.empty:
        return
    taken = {one.unit for one in practices}
    added = [
        Practice(str(unit), round(float(count), 2))
        for unit, count in counts.items()
        if unit not in taken
    ]

    def fill() -> None:
        keep_list((*practices, *added))

    st.button(
        f"Préremplir avec le registre : {blocks.plain(page.cpts.name)}",
        on_click=fill,
        disabled=not added,
        help="Ajoute une ligne par commune du territoire, à compléter par les âges.",
    )


def _form(model: Model, practices: tuple[Practice, ...]) -> None:
    table = pd.DataFrame(
        [(model.name(one.unit), one.count, one.activity, one.age) for one in practices],
        columns=_COLUMNS,
    ).astype({"commune": "object", "nombre": float, "activite": float, "age": float})
    profession = model.profession
    with st.form("simulation_liste", border=False):
        edited = st.data_editor(
            table,
            key=f"liste_{profession.id}_{hash(practices)}",
            num_rows="dynamic",
            placeholder="",
            hide_index=True,
            width="stretch",
            column_config={
                "commune": st.column_config.TextColumn(
                    "Commune", help="Nom, nom et département (« Pantin (93) ») ou code.", width=260
                ),
                "nombre": st.column_config.NumberColumn(
                    "Nombre", min_value=0.0, step=0.5, format="localized"
                ),
                "activite": st.column_config.NumberColumn(
                    "Actes par an" if profession.step >= 1 else "Équivalent temps plein",
                    min_value=0.0,
                    help="De chacun. Vide : l'activité choisie plus haut.",
                ),
                "age": st.column_config.NumberColumn(
                    "Âge", min_value=AGES[0], max_value=AGES[1], step=1, help="Vide : inconnu."
                ),
            },
        )
        asked = st.form_submit_button("Appliquer la liste", type="primary")
    for reason in frame.kept("simulation_refus", ()):
        st.warning(blocks.plain(french.typography(reason)))
    if asked:
        found = practices_from_table(edited, lambda name: unit_of(model, name))
        frame.keep("simulation_refus", found.refused)
        keep_list(found.value)
        st.rerun()


def unit_of(model: Model, name: str) -> str | None:
    """The code of a commune told by its code, its name, or its name and département.

    A name that several communes bear is nobody's: None.
    """
    code = name.strip()
    if code in model.known:
        return code
    asked = " ".join(name.replace("’", "'").casefold().split())
    plain = model.names.str.replace("’", "'").str.casefold()
    if asked.endswith(")") and "(" in asked:
        bare, _, departement = asked[:-1].rpartition("(")
        own = model.names.index.str.startswith(departement.strip().upper())
        found = plain[(plain == bare.strip()).to_numpy() & own]
    else:
        found = plain[plain == asked]
    return str(found.index[0]) if len(found) == 1 else None


def keep_list(practices: tuple[Practice, ...]) -> None:
    """Write the list in the address, or keep it for the session when it is too long."""
    if not practices:
        frame.remember(**{LIST: None})
    elif len(practices) <= MOST_PRACTICES:
        frame.remember(**{LIST: written_practices(practices)})
    else:
        frame.keep(_KEPT, practices)
        frame.remember(**{LIST: IN_SESSION})
