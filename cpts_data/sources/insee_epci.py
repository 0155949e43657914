"""EPCI à fiscalité propre: their names, their nature, and the communes that make them.

Two producers tell the same: the INSEE's workbook (sheets ``EPCI`` and ``Composition_communale``,
codes on line 6, ``ZZZZZZZZZ`` for the communes of none) and the DGCL's list of member communes (one
header line, all text; the EPCI's own figures repeat on every line and are not read). One year per
file: in the title of the INSEE's, in the names of the DGCL's columns (``ptot_2024``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import (
    Address,
    Column,
    ContractError,
    Fault,
    Faults,
    Kind,
    Source,
    check,
)
from cpts_data.layouts.area_codes import repair_area_codes
from cpts_data.layouts.labels import plain
from cpts_data.received import Head, as_text, head_of, read_sheet, read_text_table
from cpts_data.territories import repair_commune_codes, repair_remarks

NATURES = {
    "CC": "communauté de communes",
    "CA": "communauté d'agglomération",
    "CU": "communauté urbaine",
    "METRO": "métropole",
    "MET69": "métropole de Lyon",
}

SOURCE = Source(
    id="insee_epci",
    title="EPCI à fiscalité propre et communes qui les composent",
    publisher="Insee ou DGCL",
    landing_page="https://www.insee.fr/fr/information/2510634",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="commune",
    key=("code",),
    period_lag=0,
    columns=(
        Column("code", Kind.COMMUNE, "commune"),
        Column("period", Kind.TEXT, "année de la composition", nullable=True),
        Column("epci", Kind.CODE, "EPCI (SIREN), aucun pour quatre îles", nullable=True),
        Column("epci_nom", Kind.TEXT, "nom de l'EPCI", nullable=True, combine="identique"),
        Column(
            "nature",
            Kind.TEXT,
            "nature de l'EPCI : CC, CA, CU, METRO ou MET69 (métropole de Lyon)",
            nullable=True,
            combine="identique",
        ),
        Column(
            "departement_siege",
            Kind.CODE,
            "département du siège de l'EPCI, dit par la DGCL seulement",
            nullable=True,
        ),
    ),
    notes="Paris, Lyon et Marseille y sont entières. Un EPCI peut être à cheval sur plusieurs "
    "départements ; la métropole du Grand Paris est un seul EPCI, dont les établissements publics "
    "territoriaux n'en sont pas. Fichiers décrits par leurs utilisateurs, non vus.",
    addresses=(
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/2510634/epci_au_01-01-2025.zip",
            "epci_au_01-01-2025.zip",
            note="Édition 2025 relevée dans des programmes publiés : la page donne la dernière.",
        ),
    ),
)

# Plain label -> our column.
_INSEE = {"codgeo": "code", "epci": "epci", "libepci": "epci_nom", "nature epci": "nature"}
_DGCL = {
    "insee": "code",
    "siren": "epci",
    "raison sociale": "epci_nom",
    "nature juridique": "nature",
    "dept": "departement_siege",
}
_NATURES = {"me": "METRO", "metro": "METRO", "metropole": "METRO", "met69": "MET69"}
_ZONES = ("bv20", "ze20", "aav20", "uu20", "bv ", "ze ", "aav ", "uu ")
_NONE = r"Z+|0+|"
_SIREN = r"\d{9}"
_DATED = re.compile(r"\b(?:1er janvier|01 01) (20\d\d)\b")
_YEAR = re.compile(r"^(?:ptot|pmun) (20\d\d)$")
_SHOWN = 5


@dataclass(frozen=True)
class _Table:
    """Where a table of member communes is: its sheet (None for a text), header line and labels."""

    sheet: str | None
    line: int
    labels: Sequence[str]
    names: Mapping[str, str]


def _meaning(labels: Iterable[str]) -> dict[str, str]:
    """Label of the file -> our column, when it is a table of communes and EPCI; else nothing."""
    told = {label: plain(label) for label in labels}
    if any(name.startswith(_ZONES) for name in told.values()):
        return {}
    for known in (_INSEE, _DGCL):
        found = {label: known[name] for label, name in told.items() if name in known}
        ours = set(found.values())
        if {"code", "epci", "epci_nom"} <= ours and len(ours) == len(found):
            # « siren » beside « insee » is anybody's: the DGCL's list also tells the EPCI's nature.
            return found if known is _INSEE or "nature" in ours else {}
    return {}


def _members(head: Head) -> _Table | None:
    for sheet, rows in ((None, head.rows), *head.sheets.items()):
        for line, row in enumerate(rows):
            names = _meaning(row)
            if names:
                return _Table(sheet, line, row, names)
    return None


def recognises(head: Head) -> bool:
    """Tell the file by a commune beside its EPCI and the EPCI's name, without any other zone."""
    return _members(head) is not None


def read(path: Path) -> pd.DataFrame:
    """Read one row per commune: its EPCI, missing where it belongs to none.

    ``attrs["remarques"]`` tells repaired codes, natures and names that do not fit. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults, remarks = Faults(path.name), list[str]()
    head = head_of(path)
    found = _members(head)
    if found is None:
        expected = "une table des communes et de leur EPCI"
        fault = Fault(path.name, "un autre contenu", expected, "reprenez le fichier d'origine.")
        raise ContractError([fault])
    raw = _cells(path, found.sheet, found.line).rename(columns=dict(found.names))
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["code"], repaired = repair_commune_codes(raw["code"])
    remarks += repair_remarks(repaired)
    table["period"] = pd.Series(_year(head, found), index=raw.index, dtype="string")
    table["epci"] = _sirens(raw, faults)
    alone = table["epci"].isna()
    table["epci_nom"] = _texts(raw, "epci_nom").mask(alone)
    natures = _natures(path, head)
    told = _texts(raw, "nature").fillna(table["epci"].map(natures).astype("string"))
    table["nature"] = _nature(told.mask(alone), remarks)
    seats = repair_area_codes(_texts(raw, "departement_siege"))
    table["departement_siege"] = seats.mask(alone | (seats == ""))
    _remark_on_names(table, remarks)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table[[column.name for column in SOURCE.columns]].reset_index(drop=True)
    result.attrs["remarques"] = remarks
    return result


def _cells(path: Path, sheet: str | None, line: int) -> pd.DataFrame:
    """The cells of a table as text; a last line made of separators only is left out."""
    if sheet is None:
        raw = read_text_table(path, header_line=line)
    else:
        raw = as_text(read_sheet(path, sheet, header_line=line))
    return raw[(raw.drop(columns="ligne") != "").any(axis=1)]


def _texts(raw: pd.DataFrame, name: str) -> pd.Series:
    if name not in raw.columns:
        return pd.Series(pd.NA, index=raw.index, dtype="string")
    return raw[name].astype("string").str.strip().replace({"": pd.NA})


def _sirens(raw: pd.DataFrame, faults: Faults) -> pd.Series:
    """The EPCI of each commune, missing for « Z… »; anything but nine digits is a fault."""
    cells = raw["epci"].astype("string").fillna("").str.strip()
    cells = cells.str.replace(r"\.0+$", "", regex=True)
    none = cells.str.fullmatch(_NONE)
    wrong = ~none & ~cells.str.fullmatch(_SIREN)
    for line, cell in zip(raw.loc[wrong, "ligne"], cells[wrong], strict=True):
        faults.add(
            f"« {cell} »",
            "le SIREN d'un EPCI, à neuf chiffres, ou ZZZZZZZZZ",
            "reprenez le fichier d'origine.",
            row=int(line),
            column="epci",
        )
    return cells.mask(none)


def _year(head: Head, found: _Table) -> str:
    """The year that the file tells: in its titles, or in the names of its columns; else empty."""
    years = {match[1] for label in found.labels if (match := _YEAR.match(plain(label)))}
    titles = [row for rows in (head.rows, *head.sheets.values()) for row in rows]
    if not years:
        words = [plain(cell) for row in titles for cell in row]
        years = {match for text in words for match in _DATED.findall(text)}
    return years.pop() if len(years) == 1 else ""


def _natures(path: Path, head: Head) -> dict[str, str]:
    """Nature of each EPCI, from the sheet that lists them; none in a text or a single sheet."""
    for sheet, rows in head.sheets.items():
        for line, row in enumerate(rows):
            told = {plain(label): label for label in row}
            if "codgeo" not in told and {"epci", "nature epci"} <= set(told):
                listed = _cells(path, sheet, line)
                pairs = zip(listed[told["epci"]], listed[told["nature epci"]], strict=True)
                return {str(siren): str(nature) for siren, nature in pairs}
    return {}


def _nature(told: pd.Series, remarks: list[str]) -> pd.Series:
    """Natures under one spelling; one that nobody knows is kept as it is, and told."""
    codes = told.map(lambda word: _NATURES.get(plain(word), str(word).upper()), na_action="ignore")
    unknown = [str(code) for code in codes.dropna().unique() if code not in NATURES]
    if unknown:
        names = french.enumeration([f"« {code} »" for code in sorted(unknown)[:_SHOWN]])
        remarks.append(f"Nature d'EPCI inconnue, gardée telle quelle : {names}.")
    return codes.astype("string")


def _remark_on_names(table: pd.DataFrame, remarks: list[str]) -> None:
    names = table.dropna(subset=["epci", "epci_nom"]).groupby("epci")["epci_nom"].unique()
    several = names[names.map(len) > 1]
    for siren, found in list(several.items())[:_SHOWN]:
        told = french.enumeration([f"« {name} »" for name in found])
        remarks.append(f"L'EPCI {siren} porte plusieurs noms ({told}) : le premier est gardé.")
