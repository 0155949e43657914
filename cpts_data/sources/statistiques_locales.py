"""INSEE, Statistiques locales: exports of indicators by zone.

Two title lines filled with « ; », the level in the second (« France par bassin de vie »), header on
the third, the year at the end of each label. « N/A - secret statistique » is masked, « N/A -
résultat non disponible » missing. Zone codes have four or five characters and are never filled with
zeros, communes apart. The layout is the same for every level; CartoSanté shares it
(:mod:`cpts_data.sources.cartosante`). Units are not in the file: they are those of the labels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Address, Column, ContractError, Fault, Faults, Kind, Source, check
from cpts_data.layouts.area_codes import DEPARTEMENT, FRANCE, REGION, repair_area_codes
from cpts_data.layouts.labels import plain
from cpts_data.received import Head, head_of, read_text_table, to_number
from cpts_data.territories import repair_commune_codes

MARKERS = {
    "N/A - secret statistique": "masque",
    "N/A - résultat non disponible": "manquant",
    "N/A - division par 0": "sans_objet",
    "N/A": "manquant",
}
COMMUNE = "commune"
# Words of the second line, the longest first: « bassin de vie / canton-ville » is no bassin de vie.
_LEVELS = (
    ("bassin de vie canton ville", "bvcv"),
    ("territoire de vie sante", "tvs"),
    ("bassin de vie", "bassin_de_vie"),
    ("arrondissement municipal", COMMUNE),
    ("commune", COMMUNE),
    ("intercommunalite", "epci"),
    ("epci", "epci"),
    ("departement", DEPARTEMENT),
    ("region", REGION),
)
_UNITS = (
    (r"^(part|taux|proportion)\b", "%"),
    (r"^(nombre|nb|effectif|population)\b", "nombre"),
    (r"niveau de vie|^revenu", "€ par an"),
    (r"^densite de population", "hab./km²"),
    (r"^taille moyenne des menages", "personnes par ménage"),
    (r"^age moyen|^age median", "ans"),
)


def zone_columns(indicator: str) -> tuple[Column, ...]:
    """Declare the columns of an export by zone: one row per zone, indicator and period."""
    return (
        Column("niveau", Kind.TEXT, "niveau des zones, dit par la deuxième ligne du fichier"),
        Column("code", Kind.CODE, "code de la zone"),
        Column("nom", Kind.TEXT, "nom de la zone", nullable=True, combine="identique"),
        Column("period", Kind.TEXT, "année, dite par la fin de l'étiquette", nullable=True),
        Column("indicateur", Kind.TEXT, indicator),
        Column("unite", Kind.TEXT, "unité", nullable=True, combine="identique"),
        Column("valeur", Kind.NUMBER, "valeur de l'indicateur", masks=True, combine="jamais"),
    )


SOURCE = Source(
    id="statistiques_locales",
    title="Indicateurs par zone (Statistiques locales)",
    publisher="Insee",
    landing_page="https://statistiques-locales.insee.fr/",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="bassin_de_vie",
    key=("niveau", "code", "period", "indicateur"),
    columns=zone_columns("indicateur, sous l'étiquette de l'Insee sans son année"),
    notes="Un bassin de vie n'est pas une CPTS : chiffres de contexte. Les exports par commune "
    "ont la même mise en page selon leurs utilisateurs, non vus.",
    addresses=(
        Address(
            "",
            "export CSV d'indicateurs par zone",
            note="Choisissez les indicateurs, puis exportez.",
        ),
    ),
)

_YEAR = re.compile(r"20\d\d(?:\s?[-/]\s?20\d\d)?$")
_MOST_COLUMNS = 500
_ZONE = r"[0-9A-Za-z_]{1,12}"
_BETWEEN = ", \t\n\u00a0\u202f"


def is_zone_export(head: Head, title: str) -> bool:
    """Tell an export by its first cell, and a header of codes and names below."""
    first = head.header()[:1]
    return bool(first) and plain(first[0]).startswith(plain(title)) and _line(head) is not None


def _line(head: Head) -> int | None:
    """Line of the header, among the first lines."""
    for number, row in enumerate(head.rows):
        if [plain(cell) for cell in row[:2]] == ["code", "libelle"]:
            return number
    return None


def recognises(head: Head) -> bool:
    """Tell the file by its first cell, « Insee - Statistiques locales »."""
    return is_zone_export(head, "Insee - Statistiques locales")


def read(path: Path) -> pd.DataFrame:
    """Read one row per zone, indicator and year, with ``valeur_statut``."""
    return read_zones(path, SOURCE, _UNITS)


def read_zones(path: Path, source: Source, units: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Read an export by zone: the columns of ``source`` and ``valeur_statut``.

    ``units`` are pairs of a pattern of the plain label and a unit, the first that fits decides.
    Raises :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults, head = Faults(path.name), head_of(path)
    line = _line(head)
    if line is None:
        fault = Fault(
            path.name,
            "aucun en-tête « Code ; Libellé »",
            "un export de la plateforme, en-tête sur la troisième ligne",
            "exportez de nouveau le tableau, sans le modifier.",
        )
        raise ContractError([fault])
    if len(head.rows[line]) > _MOST_COLUMNS:
        faults.add(
            french.count_of(len(head.rows[line]), "colonne"),
            f"au plus {_MOST_COLUMNS} colonnes",
            "exportez moins d'indicateurs à la fois.",
            row=line + 1,
        )
        faults.raise_if_any()
    level = level_of(" ".join(cell for row in head.rows[:line] for cell in row))
    raw = read_text_table(path, header_line=line)
    frame = pd.DataFrame({"ligne": raw["ligne"]})
    frame["niveau"] = pd.Series(level, index=raw.index, dtype="string")
    frame["code"] = _codes(raw[head.rows[line][0]], level)
    frame["nom"] = raw[head.rows[line][1]].astype("string").str.strip()
    _check_codes(frame, head.rows[line][0], faults)
    parts = [_indicator(raw, label, frame, units, faults) for label in head.rows[line][2:] if label]
    if not parts:
        faults.add("aucun indicateur", "au moins une colonne d'indicateur", "exportez-en un.")
        faults.raise_if_any()
    table = pd.concat(parts, ignore_index=True)
    check(table, source, faults)
    faults.raise_if_any()
    return table.drop(columns="ligne")


def level_of(titles: str) -> str:
    """Level of the zones: ``bassin_de_vie`` from « …France par bassin de vie »."""
    _, _, words = plain(titles).partition("referentiel geographique ")
    _, cut, zone = words.partition(" par ")
    if not cut:
        return FRANCE
    known = next((level for start, level in _LEVELS if zone.startswith(start)), None)
    return known or zone.replace(" ", "_")


def _codes(cells: pd.Series, level: str) -> pd.Series:
    if level in (COMMUNE, "bassin_de_vie"):
        return repair_commune_codes(cells)[0]
    if level in (DEPARTEMENT, REGION):
        return repair_area_codes(cells)
    return cells.astype("string").str.strip()


def _check_codes(frame: pd.DataFrame, label: str, faults: Faults) -> None:
    """A note under the table is no zone; a code that lost a zero is never filled."""
    short = frame["niveau"].isin(("bvcv", "tvs")) & frame["code"].str.fullmatch(r"\d{1,3}")
    odd = ~frame["code"].str.fullmatch(_ZONE) & (frame["code"] != "")
    wrong = (short | odd).fillna(False).astype(bool)
    for line, code in zip(frame.loc[wrong, "ligne"], frame.loc[wrong, "code"], strict=True):
        faults.add(
            f"« {code} »",
            "un code de zone, comme 01004 ou 0102",
            "retirez la ligne si c'est une note ; sinon reprenez l'export d'origine, car un "
            "tableur retire des zéros et l'on ne peut pas savoir lesquels.",
            row=int(line),
            column=label,
        )


def _indicator(
    raw: pd.DataFrame,
    label: str,
    frame: pd.DataFrame,
    units: Sequence[tuple[str, str]],
    faults: Faults,
) -> pd.DataFrame:
    """One column of the export as rows: name, period and unit are in its label."""
    found = _YEAR.search(label)
    name = (label[: found.start()] if found else label).strip(_BETWEEN)
    year = re.sub(r"\s?[-/]\s?", "-", found.group()) if found else ""
    unit = next((unit for pattern, unit in units if re.search(pattern, plain(name))), None)
    values, status = to_number(raw[label], faults, label, raw["ligne"], markers=MARKERS)
    part = frame.assign(period=year, indicateur=name)
    part["unite"] = pd.Series(unit, index=part.index, dtype="string")
    part = part.astype({"period": "string", "indicateur": "string"})
    return part.assign(valeur=values, valeur_statut=status)
