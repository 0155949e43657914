"""Perimeters of the CPTS: which communes or arrondissements each one holds.

Three layouts: by codes (``cpts_id;code_commune``, our documented format, with an optional ``part``
in ]0, 1]); by codes as received (``cpts_id;territoire_liste;nature``); by names, as an ARS lists
them (``Nom CPTS;Territoire CPTS;dpt``, header on line 1 or 2), whose names the space resolves with
the code file. Columns that name persons are never read.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.area_codes import DEPARTEMENT_PATTERN, repair_area_codes
from cpts_data.layouts.labels import identifier
from cpts_data.received import Head, as_text, head_of, read_sheet, read_text_table, to_number
from cpts_data.territories import repair_commune_codes, repair_remarks

SOURCE = Source(
    id="cpts_perimetres",
    title="Périmètres des CPTS",
    publisher="ARS",
    landing_page="",
    licence="à préciser par l'ARS qui les transmet",
    level="commune",
    key=("cpts_id", "code", "commune_nom", "departement"),
    replaced_by=("code",),
    kept=(
        "cpts_id",
        "nom",
        "code_commune",
        "territoire_liste",
        "libelle",
        "departement",
        "part",
        "nature",
        "code_source_si_different",
        "nom_cpts",
        "territoire_cpts",
        "dpt",
    ),
    partial=True,
    columns=(
        Column("cpts_id", Kind.TEXT, "identifiant de la CPTS"),
        Column("cpts_nom", Kind.TEXT, "nom de la CPTS tel que listé", nullable=True),
        Column("code", Kind.COMMUNE, "commune ou arrondissement municipal", nullable=True),
        Column("commune_nom", Kind.TEXT, "nom de commune tel que listé", nullable=True),
        Column("departement", Kind.CODE, "département de la commune", nullable=True),
        Column(
            "part",
            Kind.NUMBER,
            "part de la commune qui appartient à la CPTS",
            nullable=True,
            minimum=0,
            maximum=1,
            combine="identique",
        ),
    ),
    addresses=(
        Address(
            "",
            "communes de chaque CPTS",
            note="Chaque ARS publie ou transmet sa propre liste : demandez-la à la vôtre.",
        ),
    ),
)

MAXIMUM_ROWS = 500_000
# The labels of an ARS list by names; ours are told as they are.
_BY_NAME = ("Nom CPTS", "Territoire CPTS", "dpt")
_OURS = {identifier(label): label for label in _BY_NAME}
_SMALL_WORDS = {"cpts", "du", "de", "des", "la", "le", "les", "l", "d", "et", "communaute"}


def _label(text: object) -> str:
    """A label under its known spelling, whatever its capitals and accents."""
    name = identifier(text)
    return _OURS.get(name, name)


def _header(head: Head) -> tuple[str | None, int, frozenset[str]]:
    """Sheet (None for a text), line and labels of the header."""
    for sheet, rows in head.sheets.items():
        for line, row in enumerate(rows):
            labels = frozenset(map(_label, row))
            if set(_BY_NAME) <= labels or {"cpts_id", "code_commune"} <= labels:
                return sheet, line, labels
    for line, row in enumerate(head.rows[:3]):
        labels = frozenset(map(_label, row))
        if set(_BY_NAME) <= labels:
            return None, line, labels
    return None, 0, frozenset(map(_label, head.header()))


def recognises(head: Head) -> bool:
    """Tell a perimeter by a CPTS beside a commune code, a listed territory or a commune name."""
    names = _header(head)[2]
    if "contact_structure" in names:
        return False  # a CPTS's own resources name communes too
    if "cpts_id" in names:
        return bool({"code_commune", "territoire_liste"} & names)
    return set(_BY_NAME) <= names


def cpts_slug(name: str, departement: str) -> str:
    """Make the identifier of a CPTS that has none: « cpts-gapencais-05 ».

    Articles and the word CPTS are left out, so that « CPTS Gapençais » and « CPTS du Gapençais »
    are one.
    """
    letters = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = [word for word in re.findall(r"[a-z0-9]+", plain) if word not in _SMALL_WORDS]
    return "-".join(["cpts", *(words or ["sans-nom"]), departement.lower()])


def read(path: Path) -> pd.DataFrame:
    """Read one row per CPTS and commune; ``code`` is missing where only a name is given."""
    faults = Faults(path.name)
    sheet, line, header = _header(head_of(path))
    if sheet is None:
        raw = read_text_table(path, header_line=line, ragged=True, maximum_rows=MAXIMUM_ROWS)
    else:
        raw = as_text(read_sheet(path, sheet, header_line=line))
    raw = raw.astype("string").fillna("").apply(lambda column: column.str.strip())
    raw.columns = pd.Index([_label(name) for name in raw.columns])
    raw = raw.loc[:, ~raw.columns.duplicated()].copy()
    raw["ligne"] = raw["ligne"].astype(int)
    raw = raw[(raw.drop(columns="ligne") != "").any(axis=1)]
    by_name = "cpts_id" not in header
    table, repaired = _by_name(raw) if by_name else _by_code(raw, faults)
    _check_filled(table, raw, by_name, faults)
    if by_name:
        _check_departements(table, raw, faults)
    _check_parts(table, faults)
    table = table.replace({"cpts_nom": {"": pd.NA}, "departement": {"": pd.NA}})
    if not by_name:
        table["commune_nom"] = pd.Series(pd.NA, index=table.index, dtype="string")
    repeated = table.duplicated(list(SOURCE.key))
    table = table[~repeated]
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table.drop(columns="ligne").reset_index(drop=True)
    remarks = repair_remarks(repaired)
    if repeated.any():
        times = "comptée une fois" if repeated.sum() == 1 else "comptées une fois"
        remarks.append(f"{french.count_of(int(repeated.sum()), 'ligne')} en double, {times}.")
    result.attrs["remarques"] = remarks
    return result


def _by_code(raw: pd.DataFrame, faults: Faults) -> tuple[pd.DataFrame, pd.Series]:
    label = "code_commune" if "code_commune" in raw.columns else "territoire_liste"
    table = raw[["ligne", "cpts_id"]].copy()
    empty = pd.Series("", index=raw.index, dtype="string")
    table["cpts_nom"] = raw["nom"] if "nom" in raw.columns else empty
    table["code"], repaired = repair_commune_codes(raw[label])
    table["commune_nom"] = raw["libelle"] if "libelle" in raw.columns else empty
    given = raw["departement"] if "departement" in raw.columns else empty
    table["departement"] = repair_area_codes(given)
    if "part" in raw.columns:
        table["part"], _ = to_number(raw["part"], faults, "part", raw["ligne"])
    else:
        table["part"] = float("nan")
    return table, repaired


def _by_name(raw: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    name, departement = raw["Nom CPTS"], repair_area_codes(raw["dpt"])
    main = departement.groupby(name.map(lambda text: cpts_slug(text, ""))).agg(
        lambda codes: codes.mode().iat[0]
    )
    slugs = name.map(lambda text: cpts_slug(text, str(main[cpts_slug(text, "")])))
    table = raw[["ligne"]].copy()
    table["cpts_id"], table["cpts_nom"] = slugs, name
    table["code"] = pd.Series(pd.NA, index=raw.index, dtype="string")
    table["commune_nom"], table["departement"] = raw["Territoire CPTS"], departement
    table["part"] = float("nan")
    return table, pd.Series(False, index=raw.index)


def _check_filled(table: pd.DataFrame, raw: pd.DataFrame, by_name: bool, faults: Faults) -> None:
    """A line names a CPTS and a commune, or it is told: nobody guesses what a blank repeats."""
    if by_name:
        cells = {label: raw[label] for label in _BY_NAME}
    else:
        cells = {"cpts_id": table["cpts_id"], "code_commune": table["code"]}
    for label, values in cells.items():
        for line in table.loc[values == "", "ligne"]:
            faults.add(
                "une case vide",
                "une CPTS et une commune sur chaque ligne",
                "complétez la ligne (répétez le nom de la CPTS sous lui-même) ou retirez-la.",
                row=int(line),
                column=label,
            )


def _check_departements(table: pd.DataFrame, raw: pd.DataFrame, faults: Faults) -> None:
    """A name is looked for in its département: without its code, nobody knows where."""
    fits = table["departement"].str.fullmatch(DEPARTEMENT_PATTERN).fillna(False).astype(bool)
    for position in table.index[~fits & (table["departement"] != "")]:
        faults.add(
            f"« {raw.at[position, 'dpt']} »",
            "un code de département comme 04, 2A ou 974",
            "remplacez-le par le code du département.",
            row=int(raw.at[position, "ligne"]),
            column="dpt",
        )


def _check_parts(table: pd.DataFrame, faults: Faults) -> None:
    """A part is never zero, and a commune has one part in a CPTS."""
    for line in table.loc[table["part"] == 0, "ligne"]:
        faults.add(
            "« 0 »",
            "une part supérieure à 0, au plus 1 (0,4 pour 40 % des habitants)",
            "retirez la ligne si la commune n'appartient pas à la CPTS.",
            row=int(line),
            column="part",
        )
    pair = ["cpts_id", "code"]
    given = table[table["code"].fillna("") != ""]
    parts = given["part"].fillna(1.0).groupby([given[name] for name in pair])
    for line in given.loc[parts.transform("nunique") > 1, "ligne"]:
        faults.add(
            "deux parts différentes pour une même commune dans une même CPTS",
            "une seule part",
            "gardez la ligne qui dit vrai.",
            row=int(line),
            column="part",
        )
