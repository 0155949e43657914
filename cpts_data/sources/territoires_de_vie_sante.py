"""Territoires de vie-santé (TVS) and bassins de vie / cantons-villes (BVCV) of the communes.

The TVS is the unit of the zoning of doctors, the BVCV that of nurses and midwives. Three layouts
are reported by users: labels in words (2019), ``depcom,libcom,tv,libtv`` or ``bvcv,libbvcv`` (2017,
a tool of the DREES), ``insee,departement,commune,tvs,region`` (2018, ``,`` or ``;``). Codes have
four **or** five characters and are never filled with zeros; the tool pads them with ``_``. La
Réunion is cut below the commune (« grands quartiers », longer codes): such a commune then has
several territories, without any known share.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Column, Faults, Kind, Source, check
from cpts_data.layouts.labels import plain
from cpts_data.received import Head, as_text, head_of, read_sheet, read_text_table
from cpts_data.territories import repair_commune_codes

TVS, BVCV = "tvs", "bvcv"

SOURCE = Source(
    id="territoires_de_vie_sante",
    title="Territoires de vie-santé et bassins de vie / cantons-villes des communes",
    publisher="DREES",
    landing_page="https://data.drees.solidarites-sante.gouv.fr/",
    licence="Licence Ouverte 2.0 (à vérifier sur la page du producteur)",
    level="commune",
    key=("type", "code", "territoire"),
    period_lag=0,
    columns=(
        Column("code", Kind.COMMUNE, "commune ou arrondissement municipal"),
        Column("period", Kind.TEXT, "année de la géographie", nullable=True),
        Column("type", Kind.TEXT, "découpage", choices=(TVS, BVCV)),
        Column("territoire", Kind.CODE, "code du territoire (4 caractères ou plus)"),
        Column(
            "territoire_nom", Kind.TEXT, "nom du territoire", nullable=True, combine="identique"
        ),
    ),
    notes="Mises en page rapportées par des utilisateurs, adresse non vérifiée.",
)

_COMMUNE = {"code commune", "code de la commune", "depcom", "insee", "codgeo", "code insee"}
_TERRITORY = {
    "code du territoire de vie sante": TVS,
    "code tvs": TVS,
    "tvs": TVS,
    "tv": TVS,
    "code bvcv": BVCV,
    "bvcv": BVCV,
}
_NAME = {
    "libelle du territoire de vie sante": TVS,
    "libelle tvs": TVS,
    "libtv": TVS,
    "libtvs": TVS,
    "libbvcv": BVCV,
    "libelle bvcv": BVCV,
}
# These belong to a file of zoning decisions, which repeats the columns of this one.
_ZONING = ("qualification", "zonage", "zone")
_SHORTEST = 4


def _meaning(labels: Sequence[str]) -> dict[str, str]:
    """Label of the file -> ``code``, ``tvs``, ``bvcv``, ``tvs_nom``, ``bvcv_nom``."""
    found: dict[str, str] = {}
    for label in labels:
        name = plain(label)
        ours = (
            "code"
            if name in _COMMUNE
            else _TERRITORY.get(name) or (f"{_NAME[name]}_nom" if name in _NAME else None)
        )
        if ours is not None and ours not in found.values():
            found[label] = ours
    return found


def _tables(head: Head) -> list[tuple[str | None, int, tuple[str, ...]]]:
    """Sheet (None for a text), line and labels of each table of communes and territories."""
    found = []
    for sheet, rows in ((None, head.rows[:1]), *head.sheets.items()):
        for line, row in enumerate(rows):
            ours = set(_meaning(row).values())
            decided = any(plain(label).startswith(_ZONING) for label in row)
            if "code" in ours and ours & {TVS, BVCV} and not decided:
                found.append((sheet, line, row))
                break
    return found


def recognises(head: Head) -> bool:
    """Tell the file by a commune code beside the code of a TVS or BVCV, without any zone."""
    return bool(_tables(head))


def read(path: Path) -> pd.DataFrame:
    """Read one row per commune and territory; ``period`` is left for the space to say.

    ``attrs["remarques"]`` tells communes cut between several territories. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults, remarks = Faults(path.name), list[str]()
    parts = []
    for sheet, line, labels in _tables(head_of(path)):
        if sheet is None:
            raw = read_text_table(path, header_line=line)
        else:
            raw = as_text(read_sheet(path, sheet, header_line=line))
        raw = raw.rename(columns=_meaning(labels))
        parts += [_of_type(raw, kind, remarks) for kind in (TVS, BVCV) if kind in raw.columns]
    table = pd.concat(parts, ignore_index=True)
    _check_codes(table, faults)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table[[column.name for column in SOURCE.columns]].reset_index(drop=True)
    result.attrs["remarques"] = remarks
    return result


def _of_type(raw: pd.DataFrame, kind: str, remarks: list[str]) -> pd.DataFrame:
    cells = raw["code"].astype("string").str.strip()
    below = cells.str.fullmatch(r"97\d{3}.+").fillna(False).astype(bool)
    below &= ~cells.str.contains(".", regex=False)
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["code"], _ = repair_commune_codes(cells.mask(below, cells.str.slice(0, 5)))
    table["period"] = pd.Series("", index=raw.index, dtype="string")
    table["type"] = pd.Series(kind, index=raw.index, dtype="string")
    territory = raw[kind].astype("string").str.strip().str.rstrip("_")
    table["territoire"] = territory.str.replace(r"\.0+$", "", regex=True).str.upper()
    name = f"{kind}_nom"
    table["territoire_nom"] = raw[name].astype("string").str.strip() if name in raw else pd.NA
    table["territoire_nom"] = table["territoire_nom"].astype("string").replace({"": pd.NA})
    repeated = below & table.duplicated(["code", "territoire"])
    table = table[~repeated]
    cut = table.loc[table["code"].duplicated(keep=False) & below, "code"].nunique()
    if cut:
        communes = french.count_of(int(cut), "commune")
        remarks.append(f"{communes} de La Réunion entre plusieurs territoires, sans part connue.")
    return table


def _check_codes(table: pd.DataFrame, faults: Faults) -> None:
    short = table["territoire"].str.len().fillna(0) < _SHORTEST
    for row in table[short & (table["territoire"] != "")].itertuples():
        faults.add(
            f"« {row.territoire} »",
            "un code de territoire d'au moins quatre caractères",
            "reprenez le fichier d'origine : un tableur a sans doute retiré un zéro.",
            row=int(str(row.ligne)),
            column="territoire",
        )
