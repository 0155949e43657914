"""Zoning of doctors (ZIP, ZAC) and of the other professions: decisions of the ARS, never computed.

Two layouts: the national workbook of the regional orders (sheets ``Zonage_TVS``,
``Zonage_communes``, ``Zonage_QPV``; described, not seen), and a simple text of our own, documented:
``code_commune;zone`` (or ``code_tvs``, ``code_qpv``), with optional ``profession``, ``nom``,
``arrete`` and ``date_arrete``. The zone is the one that the regional order decides, never the
national proposal, kept beside it. The zone of a commune and that of a QPV inside it are two things:
``niveau`` tells them apart. Where the workbook has the sheet of communes, that of TVS, which says
the same, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import (
    COMMUNE_PATTERN,
    Address,
    Column,
    ContractError,
    Fault,
    Faults,
    Kind,
    Source,
    check,
)
from cpts_data.layouts.labels import plain
from cpts_data.received import Head, as_text, head_of, read_sheet, read_text_table, to_number
from cpts_data.territories import repair_commune_codes

ZONES = {
    "ZIP": "zone d'intervention prioritaire",
    "ZAC": "zone d'action complémentaire",
    "ZV": "zone de vigilance",
    "HV": "hors zone (hors vivier)",
    "VUD": "zone très sous-dotée",
    "UD": "zone sous-dotée",
    "INT": "zone intermédiaire",
    "VD": "zone très dotée",
    "OD": "zone sur-dotée",
}
PROFESSIONS = {
    "medecins": ("medecin", "generaliste"),
    "infirmiers": ("infirmi",),
    "masseurs_kinesitherapeutes": ("kinesi", "masseur"),
    "chirurgiens_dentistes": ("dentiste",),
    "sages_femmes": ("sage femme", "sages femmes"),
    "orthophonistes": ("orthophonist",),
}
COMMUNE, TVS, QPV = "commune", "tvs", "qpv"

SOURCE = Source(
    id="zonage_medecins",
    title="Zonage conventionnel des médecins et des autres professions",
    publisher="ARS, ministère de la Santé",
    landing_page="https://www.ars.sante.fr/zonage-medecins",
    licence="Licence Ouverte 2.0 (à vérifier auprès de l'ARS)",
    level="commune",
    key=("profession", "niveau", "code", "tvs"),
    period_lag=0,
    columns=(
        Column("niveau", Kind.TEXT, "territoire de la décision", choices=(COMMUNE, TVS, QPV)),
        Column("code", Kind.CODE, "commune, territoire de vie-santé ou quartier (QPV)"),
        Column("nom", Kind.TEXT, "nom du territoire", nullable=True, combine="identique"),
        Column("tvs", Kind.CODE, "territoire de vie-santé de la commune", nullable=True),
        Column("period", Kind.TEXT, "année de l'arrêté, ou de la géographie", nullable=True),
        Column("profession", Kind.TEXT, "profession visée", choices=tuple(PROFESSIONS)),
        Column(
            "zone",
            Kind.TEXT,
            "zone que fixe l'arrêté régional",
            choices=tuple(ZONES),
            nullable=True,
            combine="identique",
        ),
        Column(
            "zone_nationale",
            Kind.TEXT,
            "zone proposée par la concertation nationale (indicative)",
            choices=tuple(ZONES),
            nullable=True,
            combine="identique",
        ),
        Column("arrete", Kind.TEXT, "arrêté régional", nullable=True, combine="identique"),
        Column("population", Kind.NUMBER, "habitants", unit="habitants", nullable=True, minimum=0),
    ),
    counted=(
        Column("prioritaire", Kind.NUMBER, "1 dans une ZIP ou une ZAC, 0 ailleurs"),
        Column("zip", Kind.NUMBER, "1 dans une ZIP, 0 ailleurs"),
    ),
    strata=("profession",),
    notes="Le zonage est une décision de l'ARS : il ne se recalcule pas à partir de l'APL. Un "
    "fichier concerne une profession. Classeur national décrit, non vu.",
    addresses=(
        Address(
            "",
            "zonage national, ou arrêté régional (classeur)",
            note="Adresse du fichier non connue.",
        ),
    ),
)

_MEANING = {
    "code de la commune": COMMUNE,
    "code commune": COMMUNE,
    "code tvs": TVS,
    "code du territoire de vie sante": TVS,
    "code qpv": QPV,
    "code qp": QPV,
    "code du quartier prioritaire": QPV,
    "nom": "nom",
    "libelle de la commune": "nom_commune",
    "libelle du territoire de vie sante": "nom_tvs",
    "libelle du quartier prioritaire": "nom_qpv",
    "zone": "zone",
    "zonage": "zone",
    "zonage ars": "zone",
    "zone ars": "zone",
    "profession": "profession",
    "arrete": "arrete",
    "date arrete": "date",
    "date de l arrete": "date",
}
_WORDS = {
    "zone d intervention prioritaire": "ZIP",
    "zone d action complementaire": "ZAC",
    "zone de vigilance": "ZV",
    "vigilance": "ZV",
    "hors vivier": "HV",
    "hors zone": "HV",
    "hors zonage": "HV",
    "tres sous dotee": "VUD",
    "sous dotee": "UD",
    "intermediaire": "INT",
    "tres dotee": "VD",
    "sur dotee": "OD",
    "surdotee": "OD",
}
_NOT_FILLED = ("", "0", "nan")
_DOCTORS = {"ZIP", "ZAC", "ZV", "HV"}


def _meaning(labels: Sequence[str]) -> dict[str, str]:
    """Label of the file -> our column (a level's own code, ``zone``, ``zone_nationale``…)."""
    found: dict[str, str] = {}
    for label in labels:
        name = plain(label)
        ours = _MEANING.get(name)
        if name.startswith("qualification attribuee"):
            ours = "zone"
        elif name.startswith("qualification nationale"):
            ours = "zone_nationale"
        elif name.startswith("population"):
            ours = "population"
        if ours is not None and ours not in found.values():
            found[label] = ours
    return found


def _tables(head: Head) -> Iterator[tuple[str | None, int, dict[str, str]]]:
    """Sheet (None for a text), line and meaning of the labels of each table of decisions."""
    for sheet, rows in ((None, head.rows[:1]), *head.sheets.items()):
        for line, row in enumerate(rows):
            found = _meaning(row)
            if "zone" in found.values() and {COMMUNE, TVS, QPV} & set(found.values()):
                yield sheet, line, found
                break


def recognises(head: Head) -> bool:
    """Tell the file by a zone beside the code of a commune, a TVS or a QPV."""
    return next(_tables(head), None) is not None


def read(path: Path) -> pd.DataFrame:
    """Read one row per profession and territory, ``zone`` missing where the order says nothing.

    ``attrs["remarques"]`` tells the sheets left out and the zones not filled. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults, remarks = Faults(path.name), list[str]()
    head = head_of(path)
    tables = list(_tables(head))
    levels = [_level(found) for _, _, found in tables]
    parts = []
    for (sheet, line, found), level in zip(tables, levels, strict=True):
        if level == TVS and COMMUNE in levels:
            remarks.append(f"Feuille « {sheet} » non reprise : celle des communes dit la même.")
            continue
        if sheet is None:
            raw = read_text_table(path, header_line=line)
        else:
            raw = as_text(read_sheet(path, sheet, header_line=line))
        parts.append(_decisions(raw.rename(columns=found), level, faults))
    table = pd.concat(parts, ignore_index=True)
    _set_profession(table, head, path)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    empty = int(table["zone"].isna().sum())
    if empty:
        remarks.append(f"{french.count_of(empty, 'territoire')} sans zone renseignée par l'arrêté.")
    result = table[[column.name for column in SOURCE.columns]].reset_index(drop=True)
    result.attrs["remarques"] = remarks
    return result


def _level(found: dict[str, str]) -> str:
    return next(level for level in (QPV, COMMUNE, TVS) if level in found.values())


def _decisions(raw: pd.DataFrame, level: str, faults: Faults) -> pd.DataFrame:
    missing = pd.Series(pd.NA, index=raw.index, dtype="string")
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["niveau"] = pd.Series(level, index=raw.index, dtype="string")
    codes = raw[level].astype("string").str.strip().str.upper()
    if level == COMMUNE:
        codes, _ = repair_commune_codes(codes)
        for line, code in raw.loc[~codes.str.fullmatch(COMMUNE_PATTERN), ["ligne", level]].values:
            expected, mend = "un code de commune comme 01004", "corrigez le code."
            faults.add(f"« {code} »", expected, mend, row=int(line), column="code de la commune")
    table["code"] = codes
    name = f"nom_{level}" if f"nom_{level}" in raw.columns else "nom"
    table["nom"] = raw[name].astype("string").str.strip() if name in raw.columns else missing
    inside = level == COMMUNE and TVS in raw.columns
    table["tvs"] = raw[TVS].astype("string").str.strip().str.rstrip("_") if inside else missing
    dates = raw["date"].astype("string") if "date" in raw.columns else missing
    table["period"] = dates.str.extract(r"(20\d\d)")[0].fillna("").astype("string")
    for column in ("zone", "zone_nationale"):
        table[column] = (
            _zones(raw[column], raw["ligne"], column, faults) if column in raw else pd.NA
        )
        table[column] = table[column].astype("string")
    stated = raw["profession"].astype("string") if "profession" in raw.columns else missing
    table["profession"] = stated.map(_profession_in, na_action="ignore").astype("string")
    decided = raw["arrete"].astype("string").str.strip() if "arrete" in raw.columns else missing
    table["arrete"] = decided
    people = raw["population"] if "population" in raw.columns else missing
    table["population"], _ = to_number(people, faults, "population", raw["ligne"])
    return table


def _zones(cells: pd.Series, lines: pd.Series, column: str, faults: Faults) -> pd.Series:
    zones = cells.map(zone_of)
    known = zones.notna() | cells.astype("string").str.strip().isin(_NOT_FILLED)
    for line, cell in zip(lines[~known], cells[~known], strict=True):
        faults.add(
            f"« {cell} »",
            f"l'une des zones {', '.join(ZONES)}",
            "remplacez la zone par l'un de ces codes, ou laissez la case vide.",
            row=int(line),
            column=column,
        )
    return zones


def zone_of(text: object) -> str | None:
    """Reduce a zone as orders write it to one of our codes; None when empty, « 0 » or unknown."""
    words = f" {plain(text)} "
    codes = [zone for zone in ZONES if f" {zone.lower()} " in words]
    if len(codes) == 1:
        return codes[0]
    phrases = sorted((phrase for phrase in _WORDS if f" {phrase} " in words), key=len)
    return _WORDS[phrases[-1]] if phrases else None


def _profession_in(text: str) -> str | None:
    words = plain(text)
    found = [name for name, starts in PROFESSIONS.items() if any(s in words for s in starts)]
    return found[0] if len(found) == 1 else None


def _set_profession(table: pd.DataFrame, head: Head, path: Path) -> None:
    """Fill the profession where no column says it: words of the file, else the kind of zones."""
    unknown = table["profession"].isna()
    if not unknown.any():
        return
    firsts = [rows[0] for rows in (head.rows, *head.sheets.values()) if rows]
    texts = [cell for row in firsts for cell in row]
    found = _profession_in(" ".join([*head.sheets, *texts]))
    zones = set(table["zone"].dropna()) | set(table["zone_nationale"].dropna())
    if found is None and zones and zones <= _DOCTORS:
        found = "medecins"
    if found is None:
        fault = Fault(
            path.name,
            "un zonage dont la profession n'est dite nulle part",
            f"une colonne « profession » ({', '.join(PROFESSIONS)})",
            "ajoutez la colonne : un zonage ne vaut que pour une profession.",
        )
        raise ContractError([fault])
    table.loc[unknown, "profession"] = found
