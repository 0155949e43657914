"""Local resources of a CPTS, listed by itself: our documented format, CSV or Excel.

``nom;type;competence;adresse;code_commune;commune;cpts_id;horaires;contact_structure;
valide_jusqu_au;remarque`` (template: ``layouts.templates``). A resource is a structure, never a
person. What is kept and what is not (DOMAIN §12.2): a telephone alone is the structure's, mobile or
not, and so is an address that names a role (contact@, secretariat@); a cell that names a person
(« Dr Martin »), a personal address (anne.durand@…), or a name beside a mobile is emptied and
counted; a telephone or an e-mail out of its column is emptied too; a line whose name is a person's
is a fault. Columns that the template does not know are not read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Column, Faults, Kind, Source, check
from cpts_data.layouts.labels import plain
from cpts_data.layouts.local_tables import find, read_filled
from cpts_data.layouts.personal_data import (
    gives_private_line,
    holds_nir,
    names_a_person,
    reaches_a_person,
    starts_with_a_title,
)
from cpts_data.layouts.templates import RESOURCE_TYPES, RESOURCES
from cpts_data.received import Head
from cpts_data.territories import repair_commune_codes, repair_remarks

SOURCE = Source(
    id="ressources_locales",
    title="Ressources locales d'une CPTS",
    publisher="CPTS",
    landing_page="",
    licence="à préciser par la CPTS qui les transmet",
    level="commune",
    public=False,
    key=("nom", "type", "code", "cpts_id"),
    replaced_by=("cpts_id",),
    columns=(
        Column("nom", Kind.TEXT, "nom de la structure"),
        Column("type", Kind.TEXT, "type de ressource", choices=RESOURCE_TYPES),
        Column("competence", Kind.TEXT, "ce qu'elle propose", nullable=True),
        Column("adresse", Kind.TEXT, "adresse postale", nullable=True),
        Column("code", Kind.COMMUNE, "commune de la structure", nullable=True),
        Column("commune", Kind.TEXT, "nom de la commune tel qu'écrit", nullable=True),
        Column("cpts_id", Kind.TEXT, "CPTS concernée", nullable=True),
        Column("horaires", Kind.TEXT, "jours et heures d'ouverture", nullable=True),
        Column("contact_structure", Kind.TEXT, "contact de la structure", nullable=True),
        Column("valide_jusqu_au", Kind.DATE, "date à laquelle revoir la fiche", nullable=True),
        Column("remarque", Kind.TEXT, "précision utile", nullable=True),
    ),
    notes="Modèle à remplir : CSV ou Excel. Seules des structures y figurent ; ce qui désigne une "
    "personne est retiré à la réception.",
)


def _speaks_of_a_person(text: str) -> bool:
    return names_a_person(text) or gives_private_line(text) or holds_nir(text)


# An address may well be « rue du Docteur Roux »: a title there names nobody alive.
_EMPTIED: dict[str, Callable[[str], bool]] = {
    "competence": _speaks_of_a_person,
    "adresse": gives_private_line,
    "horaires": _speaks_of_a_person,
    "contact_structure": reaches_a_person,
    "remarque": _speaks_of_a_person,
}


def recognises(head: Head) -> bool:
    """Tell the list by the labels of its template, on any line and sheet of the beginning."""
    return find(head, RESOURCES) is not None


def read(path: Path) -> pd.DataFrame:
    """Read one row per structure, without what names or reaches a person.

    ``attrs["remarques"]`` counts emptied cells, columns not read, examples left out. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults = Faults(path.name)
    table, remarks = _cleaned(path)
    table["code"], changed = repair_commune_codes(table["code_commune"])
    remarks += repair_remarks(changed)
    table["type"] = table["type"].map(lambda words: plain(words).replace(" ", "_"))
    for line, name in zip(table["ligne"], table["nom"], strict=True):
        if starts_with_a_title(name) or gives_private_line(name) or holds_nir(name):
            faults.add(
                "un nom de personne, un téléphone ou un courriel à la place d'une structure",
                "le nom d'une structure, comme « Maison de santé du Port »",
                "indiquez la structure : aucune personne ne figure dans le tableau de bord.",
                row=int(line),
                column="nom",
            )
    for line in table.loc[(table["code"] == "") & (table["cpts_id"] == ""), "ligne"]:
        faults.add(
            "ni commune ni CPTS",
            "un code de commune, ou l'identifiant d'une CPTS",
            "complétez « code_commune » ou « cpts_id ».",
            row=int(line),
        )
    table["valide_jusqu_au"] = _dates(table["valide_jusqu_au"], table["ligne"], faults)
    names = [column.name for column in SOURCE.columns]
    table[names] = table[names].replace({"": pd.NA})
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table[names]
    result.attrs["remarques"] = remarks
    return result


def _cleaned(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """The template's columns, personal cells emptied; what was done of them."""
    filled = read_filled(path, RESOURCES)
    table, remarks = filled.rows.copy(), list(filled.remarks)
    if len(filled.others.columns):
        unread = french.enumeration([f"« {label} »" for label in filled.others.columns])
        remarks.append(f"Colonnes hors du modèle, non reprises : {unread}.")
    for name, is_personal in _EMPTIED.items():
        personal = table[name].map(is_personal).astype(bool)
        if personal.any():
            table[name] = table[name].mask(personal, "")
            count = french.count_of(int(personal.sum()), "case vidée", "cases vidées")
            remarks.append(
                f"Colonne « {name} » : {count}, qui semblaient désigner ou joindre une personne."
            )
    return table, remarks


def _dates(texts: pd.Series, lines: pd.Series, faults: Faults) -> pd.Series:
    iso = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
    days = iso.fillna(pd.to_datetime(texts, format="%d/%m/%Y", errors="coerce"))
    for position in days.index[days.isna() & (texts != "")]:
        faults.add(
            f"« {texts[position]} »",
            "une date comme 31/12/2026 ou 2026-12-31",
            "réécrivez la date.",
            row=int(lines[position]),
            column="valide_jusqu_au",
        )
    return days.dt.strftime("%Y-%m-%d").astype("string")


def prune(path: Path, target: Path) -> None:
    """Write the list as a CSV (``;``, UTF-8) of the template's columns, personal cells emptied."""
    table, _ = _cleaned(path)
    table[list(RESOURCES.names)].to_csv(target, sep=";", index=False, encoding="utf-8")
