"""CNAM, self-employed professionals by convention sector and département: the yearly workbook.

A real ``.xls``: sheets « Spécialistes », « Généralistes et MEP », « Dentistes et ODF »,
« Sages-femmes », « Auxiliaires médicaux », header on line 1, whose first label differs in each
sheet; the year is in « Lisez moi ». Three totals of areas in three spellings and totals among the
professions stand in the rows. One cell ``DEPARTEMENT`` is empty in the edition that was described:
only its place between two départements tells which it is. The layout was described, not seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Address, Column, ContractError, Fault, Faults, Kind, Source, check
from cpts_data.layouts.area_codes import DEPARTEMENT, FRANCE, FRANCE_CODE, check_area_codes
from cpts_data.layouts.labels import plain
from cpts_data.received import Head, as_text, head_of, read_sheet, to_number

SECTORS = {
    "non conventionnes": "non_conventionne",
    "conventionnes de secteur 1": "secteur_1",
    "conventionnes de secteur 1 avec droit a depassement": "secteur_1_depassement",
    "conventionnes de secteur 2 a honoraires libres": "secteur_2",
    "total": "ensemble",
}

SOURCE = Source(
    id="cnam_secteurs",
    title="Professionnels de santé libéraux par secteur conventionnel",
    publisher="Cnam",
    landing_page="https://www.assurance-maladie.ameli.fr/etudes-et-donnees",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="departement",
    key=("niveau", "code", "period", "profession", "secteur"),
    columns=(
        Column("niveau", Kind.TEXT, "niveau", choices=(DEPARTEMENT, FRANCE)),
        Column("code", Kind.CODE, "département, ou FR"),
        Column("period", Kind.TEXT, "année"),
        Column("profession_code", Kind.CODE, "code Cnam de la profession", nullable=True),
        Column("profession", Kind.TEXT, "profession ou spécialité, telle que publiée"),
        Column("est_total", Kind.BOOLEAN, "vrai pour une profession « TOTAL … »"),
        Column("secteur", Kind.TEXT, "secteur conventionnel", choices=tuple(SECTORS.values())),
        Column(
            "effectif",
            Kind.NUMBER,
            "professionnels libéraux en activité",
            unit="professionnels",
            nullable=True,
            minimum=0,
            combine="jamais",
        ),
    ),
    notes="Adresse à vérifier. Les totaux de la métropole et de l'outre-mer ne sont pas repris.",
    addresses=(
        Address(
            "",
            "classeur annuel des effectifs par secteur (xls)",
            note="Adresse du fichier non connue.",
        ),
    ),
)

_AREA = "departement"
_NAMED = {"corse du sud": "2A", "haute corse": "2B", "mayotte": "976"}
_NUMBERED = re.compile(r"^(\d{1,3}|2[ABab])\s*-\s*(.*)$")
_YEAR = re.compile(r"ann[ée]e\s*:?\s*(20\d\d)", re.IGNORECASE)
_MEND = "reprenez le classeur publié par la Cnam, sans le modifier."


def _labels(row: Sequence[str]) -> list[str]:
    """Our name of each column of a header (``profession`` for the first)."""
    names = [SECTORS.get(plain(cell), plain(cell)) for cell in row]
    return ["profession", *names[1:]]


def _is_header(row: Sequence[str]) -> bool:
    labels = _labels(row)
    return len(labels) > 1 and labels[1] == _AREA and {"ensemble", "secteur_1"} <= set(labels)


def _sheets(head: Head) -> list[str]:
    return [name for name, rows in head.sheets.items() if rows and _is_header(rows[0])]


def recognises(head: Head) -> bool:
    """Tell the workbook by sheets whose header crosses ``DEPARTEMENT`` and convention sectors."""
    return bool(_sheets(head))


def read(path: Path) -> pd.DataFrame:
    """Read one row per département (and France), profession and sector.

    ``attrs["remarques"]`` tells départements found by their place and totals left out. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults, head = Faults(path.name), head_of(path)
    remarks: list[str] = []
    year = _year(head)
    parts = [_sheet(path, name, faults, remarks) for name in _sheets(head)]
    wide = pd.concat(parts, ignore_index=True)
    wide.insert(0, "period", pd.Series(year, index=wide.index, dtype="string"))
    kept = ["ligne", "period", "profession_code", "profession", "est_total", "niveau", "code"]
    sectors = [name for name in SECTORS.values() if name in wide.columns]
    table = wide.melt(kept, sectors, var_name="secteur", value_name="effectif")
    table["secteur"] = table["secteur"].astype("string")
    check_area_codes(table[table["secteur"] == "ensemble"], faults)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table[[column.name for column in SOURCE.columns]]
    result.attrs["remarques"] = remarks
    return result


def _year(head: Head) -> str:
    for rows in head.sheets.values():
        found = _YEAR.search(" ".join(cell for row in rows for cell in row))
        if found:
            return found.group(1)
    fault = Fault(
        head.path.name,
        "aucune année dans la feuille « Lisez moi »",
        "« Année : 2023 » parmi ses premières lignes",
        _MEND,
    )
    raise ContractError([fault])


def _sheet(path: Path, name: str, faults: Faults, remarks: list[str]) -> pd.DataFrame:
    raw = as_text(read_sheet(path, name, header_line=0))
    raw.columns = ["ligne", *_labels([str(label) for label in raw.columns[1:]])]
    raw["profession"] = raw["profession"].replace({"": pd.NA}).ffill().fillna("")
    areas = _areas(raw, name, faults, remarks)
    kept = areas.notna()
    apart = int((~kept).sum())
    if apart:
        totals = french.count_of(apart, "total", "totaux")
        remarks.append(f"Feuille « {name} » : {totals} de métropole ou d'outre-mer non repris.")
    raw, areas = raw[kept], areas[kept].astype("string")
    table = pd.DataFrame({"ligne": raw["ligne"], "code": areas})
    table["niveau"] = pd.Series(DEPARTEMENT, index=raw.index, dtype="string").mask(
        areas == FRANCE_CODE, FRANCE
    )
    codes = raw["profession"].str.extract(r"^(\d+)\s*-\s*(.*)$")
    table["profession_code"] = codes[0].astype("string")
    label = codes[1].fillna(raw["profession"])
    table["profession"] = label.str.replace(r"\s+", " ", regex=True).str.strip()
    table["est_total"] = table["profession"].str.upper().str.startswith("TOTAL").astype(bool)
    for sector in SECTORS.values():
        if sector in raw.columns:
            table[sector], _ = to_number(raw[sector], faults, sector, raw["ligne"])
    return table


def _areas(raw: pd.DataFrame, sheet: str, faults: Faults, remarks: list[str]) -> pd.Series:
    """Code of each row; ``None`` for the totals of the metropole and of the overseas."""
    cells = raw[_AREA]
    codes = cells.map(_area_of).astype(object)
    follower = _order(codes, raw["profession"])
    before = codes.shift().where(raw["profession"] == raw["profession"].shift())
    for position in cells.index[cells == ""]:
        found = follower.get(str(before[position]))
        line = int(raw.at[position, "ligne"])
        if found is None:
            what = "le département de la ligne, ou un voisin qui permette de le trouver"
            faults.add("une case vide", what, _MEND, row=line, column="DEPARTEMENT")
            codes[position] = None
            continue
        codes[position] = found
        profession = raw.at[position, "profession"]
        remarks.append(
            f"Feuille « {sheet} », ligne {line} ({profession}) : département {found} retrouvé par "
            "sa place entre ses voisins."
        )
    return codes


def _order(codes: pd.Series, professions: pd.Series) -> dict[str, str]:
    """The area that follows each one, in the professions that have no gap there."""
    following = codes.shift(-1)
    same = (professions == professions.shift(-1)) & codes.notna() & following.notna()
    pairs = pd.DataFrame({"one": codes, "next": following})[same]
    pairs = pairs[(pairs["one"] != "") & (pairs["next"] != "")]
    return {str(one): str(part.mode().iat[0]) for one, part in pairs.groupby("one")["next"]}


def _area_of(cell: str) -> str | None:
    """« 01- Ain » is 01, « TOTAL France ENTIERE » FR; empty stays empty, other totals are None."""
    text = cell.strip()
    words = plain(text)
    if words.startswith("total"):
        return FRANCE_CODE if words.endswith("entiere") else None
    found = _NUMBERED.match(text)
    if found is None:
        return _NAMED.get(words, text)
    number, name = found.group(1).upper(), plain(found.group(2))
    return _NAMED.get(name, number.zfill(2))
