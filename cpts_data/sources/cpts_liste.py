"""List of CPTS with their stage: the documented format of the product (one row per CPTS).

``cpts_id;nom;departements;departement_principal;statut;date_statut;date_signature;site_internet``,
of which only ``cpts_id`` and ``nom`` are required. ``statut`` is a stage code (DOMAIN §1.4) or one
of the words that ARS lists use; an empty one is ``sans_statut``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.labels import identifier, plain
from cpts_data.received import Head, as_text, head_of, read_sheet, read_text_table

MAXIMUM_ROWS = 100_000
STAGES = {
    "emergence": "En émergence",
    "lettre_intention": "Lettre d'intention validée",
    "projet_sante": "Projet de santé validé",
    "aci_signe": "ACI signé",
    "sans_statut": "Statut non renseigné",
}
# Words met in lists, matched whole: « acti » of ACI lies inside « rédaction ».
_STAGE_WORDS = {
    "initiative": "emergence",
    "en emergence": "emergence",
    "lettre d intention validee": "lettre_intention",
    "lettre d intention": "lettre_intention",
    "redaction": "lettre_intention",
    "projet de sante valide": "projet_sante",
    "valide": "projet_sante",
    "aci signe": "aci_signe",
    "signataire": "aci_signe",
    "signataire aci": "aci_signe",
    "contractualisee": "aci_signe",
    "": "sans_statut",
}

# The columns of the documented format, and those of the lists that were seen: nobody's names.
KEPT = (
    "cpts_id",
    "nom",
    "departements",
    "departement_principal",
    "statut",
    "date_statut",
    "date_signature",
    "site_internet",
    "infra",
    "n_lignes_listing",
    "n_communes_listees",
    "n_arrondissements",
    "n_unites_cog2024",
    "communes_partagees",
    "autre_libelle_source_b",
)

SOURCE = Source(
    id="cpts_liste",
    title="Liste des CPTS et de leur stade",
    publisher="ARS",
    landing_page="",
    licence="à préciser par l'ARS qui la transmet",
    level="cpts",
    key=("cpts_id",),
    kept=KEPT,
    columns=(
        Column("cpts_id", Kind.TEXT, "identifiant de la CPTS"),
        Column("nom", Kind.TEXT, "nom de la CPTS"),
        Column("statut", Kind.TEXT, "stade", choices=tuple(STAGES)),
        Column("date_statut", Kind.DATE, "date du stade", nullable=True),
        Column("date_signature", Kind.DATE, "date de signature de l'ACI", nullable=True),
        Column("site_internet", Kind.TEXT, "site internet", nullable=True),
        Column("infra", Kind.TEXT, "découpage plus fin que la commune", nullable=True),
    ),
    addresses=(
        Address(
            "",
            "liste des CPTS de la région",
            note="Chaque ARS publie ou transmet sa propre liste : demandez-la à la vôtre.",
        ),
    ),
)


def recognises(head: Head) -> bool:
    """Tell the list by ``cpts_id`` and ``nom``, without a commune."""
    _, names = _header(head)
    listed = {"code_commune", "territoire_liste"} & names
    return {"cpts_id", "nom"} <= names and not listed


def _header(head: Head) -> tuple[str | None, frozenset[str]]:
    """Sheet (None for a text) and names of the header, on the first line."""
    for sheet, rows in head.sheets.items():
        names = frozenset(map(identifier, rows[0])) if rows else frozenset()
        if {"cpts_id", "nom"} <= names:
            return sheet, names
    return None, frozenset(map(identifier, head.header()))


def stage_of(text: str) -> str | None:
    """Reduce a stage as lists write it to one of the stage codes; None when unknown."""
    code = text.strip().lower().replace(" ", "_")
    return code if code in STAGES else _STAGE_WORDS.get(plain(text))


def read(path: Path) -> pd.DataFrame:
    """Read one row per CPTS; stages reduced to their codes, dates to ISO text."""
    faults = Faults(path.name)
    sheet, _ = _header(head_of(path))
    if sheet is None:
        raw = read_text_table(path, ragged=True, maximum_rows=MAXIMUM_ROWS)
    else:
        raw = as_text(read_sheet(path, sheet, header_line=0))
    raw.columns = pd.Index([identifier(name) for name in raw.columns])
    raw = raw.loc[:, ~raw.columns.duplicated()]
    table = pd.DataFrame({"ligne": raw["ligne"]})
    empty = pd.Series("", index=raw.index)
    for column in SOURCE.columns:
        values = raw[column.name] if column.name in raw.columns else empty
        table[column.name] = values.astype("string").fillna("").str.strip()
    found = [stage_of(str(words)) for words in table["statut"]]
    stages = pd.Series(found, index=table.index, dtype="string")
    for position in stages.index[stages.isna()]:
        faults.add(
            f"« {table.at[position, 'statut']} »",
            f"l'un des stades {', '.join(STAGES)}",
            "remplacez le stade par l'un de ces codes, ou laissez la case vide.",
            row=int(table.at[position, "ligne"]),
            column="statut",
        )
    table["statut"] = stages.fillna("sans_statut")
    for name in ("date_statut", "date_signature"):
        table[name] = _dates(table[name], table["ligne"], name, faults)
    for name in ("site_internet", "infra"):
        table[name] = table[name].replace({"": pd.NA})
    check(table, SOURCE, faults)
    faults.raise_if_any()
    return table.drop(columns="ligne")


def _dates(texts: pd.Series, lines: pd.Series, column: str, faults: Faults) -> pd.Series:
    iso = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
    french = pd.to_datetime(texts, format="%d/%m/%Y", errors="coerce")
    days = iso.fillna(french)
    for position in days.index[days.isna() & (texts != "")]:
        faults.add(
            f"« {texts[position]} »",
            "une date comme 2024-03-31 ou 31/03/2024",
            "réécrivez la date.",
            row=int(lines[position]),
            column=column,
        )
    return days.dt.strftime("%Y-%m-%d").astype("string")
