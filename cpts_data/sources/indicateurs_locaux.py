"""Local indicators: the open format by which a CPAM or an ARS hands over its figures.

``indicateur;niveau;code;periode;strate;numerateur;denominateur;statut;public`` (template:
``layouts.templates``), CSV or Excel. Only counts: a table with a column or a cell that looks
like a NIR, a birth date or a person's name is refused whole, before it is stored (DOMAIN §12.2),
and the refusal does not repeat what it saw. Masked, missing and zero are three things: an empty
numerator is ``manquant`` unless ``statut`` says ``masque``. A figure is not public unless
``public`` says so.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import COMMUNE_PATTERN, Column, Faults, Kind, Source
from cpts_data.contracts import check as check_contract
from cpts_data.layouts.labels import plain
from cpts_data.layouts.local_tables import LocalTable, find, read_filled
from cpts_data.layouts.personal_data import (
    holds_nir,
    looks_like_birth_dates,
    names_a_person,
    personal_labels,
)
from cpts_data.layouts.templates import INDICATORS, LEVELS, STATUSES
from cpts_data.received import Head, to_number
from cpts_data.territories import repair_commune_codes, repair_remarks

WHOLE = "ensemble"
# What producers write in place of a number; an unknown token is a fault.
_MARKERS = {
    "s": "masque",
    "S": "masque",
    "ns": "masque",
    "NS": "masque",
    "nc": "masque",
    "NC": "masque",
    "n.c.": "masque",
    "secret": "masque",
    "<11": "masque",
    "< 11": "masque",
    "nd": "manquant",
    "ND": "manquant",
    "n.d.": "manquant",
    "-": "manquant",
}
_PERIOD = r"20\d\d(?:-20\d\d|-S[12]|-T[1-4]|-(?:0[1-9]|1[0-2]))?"
_COUNTS = ("numerateur", "denominateur")

SOURCE = Source(
    id="indicateurs_locaux",
    title="Indicateurs locaux transmis par une CPAM ou une ARS",
    publisher="CPAM ou ARS",
    landing_page="",
    licence="à préciser par l'organisme qui les transmet",
    level="commune",
    public=False,
    key=("indicateur", "niveau", "code", "period", "strate"),
    columns=(
        Column("indicateur", Kind.TEXT, "identifiant de l'indicateur"),
        Column("niveau", Kind.TEXT, "niveau du territoire", choices=LEVELS),
        Column("code", Kind.CODE, "code ou identifiant du territoire"),
        Column("period", Kind.TEXT, "période"),
        Column("strate", Kind.TEXT, "partie de la population"),
        Column("numerateur", Kind.NUMBER, "nombre compté", masks=True, minimum=0),
        Column("denominateur", Kind.NUMBER, "nombre de référence", masks=True, minimum=0),
        Column("public", Kind.BOOLEAN, "le chiffre est déjà publié"),
    ),
    notes="Les chiffres non publics ne se composent pas : ils ne s'affichent que pour leur propre "
    "territoire. Le seuil de secret est celui du producteur, que le fichier ne dit pas.",
)


def recognises(head: Head) -> bool:
    """Tell the table by the labels of its template, on any line and sheet of the beginning."""
    return find(head, INDICATORS) is not None


def read(path: Path) -> pd.DataFrame:
    """Read one row per indicator, territory, period and stratum, with the status of each number.

    Raises :class:`~cpts_data.contracts.ContractError`: something that looks personal (alone, and
    first), then every other fault.
    """
    filled = read_filled(path, INDICATORS)
    _refuse_persons(path, filled)
    faults, remarks = Faults(path.name), list(filled.remarks)
    if len(filled.others.columns):
        unread = french.enumeration([f"« {label} »" for label in filled.others.columns])
        remarks.append(f"Colonnes hors du modèle, non reprises : {unread}.")
    rows = filled.rows
    table = pd.DataFrame({"ligne": rows["ligne"]})
    table["indicateur"] = _identifiers(rows["indicateur"], remarks)
    table["niveau"] = rows["niveau"].map(plain).astype("string")
    table["code"] = _codes(rows["code"], table, faults, remarks)
    table["period"] = _periods(rows, faults)
    table["strate"] = rows["strate"].mask(rows["strate"] == "", WHOLE)
    for name in _COUNTS:
        table[name], table[f"{name}_statut"] = to_number(
            rows[name], faults, name, rows["ligne"], markers=_MARKERS
        )
    table["numerateur_statut"] = _statuses(rows, table, faults)
    absent = (rows["denominateur"] == "") & table["numerateur"].notna()
    table["denominateur_statut"] = table["denominateur_statut"].mask(absent, "sans_objet")
    table["public"] = _public(rows, faults, remarks)
    _check_shares(table, faults)
    check_contract(table, SOURCE, faults)
    faults.raise_if_any()
    result = table.drop(columns="ligne")
    result.attrs["remarques"] = remarks
    return result


def _refuse_persons(path: Path, filled: LocalTable) -> None:
    """Refuse a table that seems to name people; say where, never what."""
    faults = Faults(path.name)
    expected = "des nombres par territoire, sans aucune donnée sur une personne"
    mend = (
        "retirez ces données et transmettez des totaux ; le fichier n'a pas été conservé. Si la "
        "colonne ne désigne pas une personne, renommez-la (« nom_commune », par exemple)."
    )
    for label, meaning in personal_labels(filled.others.columns).items():
        faults.add(f"une colonne qui semble contenir {meaning}", expected, mend, column=label)
    for label in filled.others.columns:
        if looks_like_birth_dates(filled.others[label]):
            faults.add("une colonne de dates entières", expected, mend, column=label)
    cells = pd.concat([filled.rows.drop(columns="ligne"), filled.others], axis=1).fillna("")
    for label in cells.columns:
        texts = cells[label].astype(str)
        for meaning, is_personal in (
            ("un numéro de sécurité sociale (NIR)", holds_nir),
            ("le nom d'une personne", names_a_person),
        ):
            found = texts.map(is_personal).to_numpy(dtype=bool)
            if found.any():
                line = int(filled.rows["ligne"].to_numpy()[found][0])
                faults.add(
                    f"{french.count_of(int(found.sum()), 'case')} qui semble contenir {meaning}",
                    expected,
                    mend,
                    row=line,
                    column=str(label),
                )
    faults.raise_if_any()


def _identifiers(texts: pd.Series, remarks: list[str]) -> pd.Series:
    """Indicators as identifiers: « Part sans MT » becomes ``part_sans_mt``, and it is said."""
    known = {text: plain(text).replace(" ", "_") for text in texts.unique()}
    changed = [text for text, identifier in known.items() if text != identifier]
    if changed:
        told = french.enumeration([f"« {text} » en « {known[text]} »" for text in changed[:5]])
        remarks.append(f"Identifiants d'indicateurs réécrits : {told}.")
    return texts.map(known).astype("string")


def _codes(texts: pd.Series, table: pd.DataFrame, faults: Faults, remarks: list[str]) -> pd.Series:
    communes = table["niveau"] == "commune"
    repaired, changed = repair_commune_codes(texts[communes])
    remarks += repair_remarks(changed)
    codes = texts.mask(communes, repaired)
    areas = table["niveau"].isin(("departement", "region"))
    short = areas & codes.str.fullmatch(r"\d").fillna(False)
    codes = codes.mask(short, "0" + codes).mask(table["niveau"] == "france", "FR")
    wrong = communes & ~codes.str.fullmatch(COMMUNE_PATTERN).fillna(False)
    for line, code in zip(table.loc[wrong, "ligne"], codes[wrong], strict=True):
        faults.add(
            f"« {code} »" if code else "une case vide",
            "un code de commune à 5 caractères, comme 01004 ou 2A004",
            "écrivez le code officiel de la commune (ce n'est pas son code postal).",
            row=int(line),
            column="code",
        )
    return codes


def _periods(rows: pd.DataFrame, faults: Faults) -> pd.Series:
    periods = rows["periode"].str.upper()
    wrong = ~periods.str.fullmatch(_PERIOD).fillna(False)
    for line, period in zip(rows.loc[wrong, "ligne"], rows.loc[wrong, "periode"], strict=True):
        faults.add(
            f"« {period} »" if period else "une case vide",
            "une période comme 2025, 2024-2025, 2025-S1, 2025-T2 ou 2025-06",
            "réécrivez la période.",
            row=int(line),
            column="periode",
        )
    return periods


def _statuses(rows: pd.DataFrame, table: pd.DataFrame, faults: Faults) -> pd.Series:
    """Status of the numerator: as declared, else as its cell says; a contradiction is a fault."""
    declared = rows["statut"].map(plain).astype("string")
    told = table["numerateur_statut"]
    unknown = (declared != "") & ~declared.isin(STATUSES)
    for line, word in zip(rows.loc[unknown, "ligne"], rows.loc[unknown, "statut"], strict=True):
        faults.add(
            f"« {word} »",
            f"l'un des mots {', '.join(STATUSES)}",
            "remplacez le mot, ou laissez la case vide.",
            row=int(line),
            column="statut",
        )
    observed = table["numerateur"].notna()
    against = (declared.isin(["masque", "manquant"]) & observed) | (
        (declared == "observe") & ~observed
    )
    for line, word in zip(rows.loc[against, "ligne"], declared[against], strict=True):
        found = "un nombre" if word != "observe" else "aucun nombre"
        faults.add(
            f"statut « {word} » et {found}",
            "un statut qui dit la même chose que le nombre",
            "laissez vide un nombre masqué ou manquant, ou corrigez le statut.",
            row=int(line),
            column="statut",
        )
    return told.mask(declared.isin(STATUSES) & ~against, declared)


def _public(rows: pd.DataFrame, faults: Faults, remarks: list[str]) -> pd.Series:
    words = rows["public"].map(plain)
    for line, word in zip(rows["ligne"], words, strict=True):
        if word not in ("oui", "non", ""):
            faults.add(
                f"« {word} »", "oui ou non", "réécrivez la case.", row=int(line), column="public"
            )
    silent = int((words == "").sum())
    if silent:
        lines = french.count_of(silent, "ligne")
        remarks.append(f"{lines} sans « public » : tenues pour non publiques.")
    return words == "oui"


def _check_shares(table: pd.DataFrame, faults: Faults) -> None:
    """A numerator counts some of its denominator: more than 100 % is a fault."""
    above = table[table["numerateur"] > table["denominateur"]]
    for line, part, whole in zip(
        above["ligne"], above["numerateur"], above["denominateur"], strict=True
    ):
        faults.add(
            f"{french.number(part, 2, fixed=False)} sur {french.number(whole, 2, fixed=False)}, "
            "soit plus de 100 %",
            "un numérateur compris dans son dénominateur",
            "corrigez les deux nombres ; si l'indicateur n'est pas une part, laissez le "
            "dénominateur vide.",
            row=int(line),
            column="numerateur",
        )
