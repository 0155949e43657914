"""INSEE, Filosofi: standard of living and poverty by commune, with ``s`` and ``nd`` kept apart.

The two last digits of every column are the year (``MED21``). ``s`` is masked, ``nd`` unavailable.
The file holds Paris, Lyon, Marseille **and** their arrondissements. Poverty rates under 5 % are
published as 5 (La Gazette des communes, 2022).
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from cpts_data.contracts import COMMUNE_PATTERN, Address, Column, Faults, Kind, Source, check
from cpts_data.received import Head, read_text_table, require_columns, to_number
from cpts_data.territories import repair_commune_codes, repair_remarks

MAXIMUM_ROWS = 500_000
_MARKERS = {"s": "masque", "nd": "manquant"}
# our name, INSEE's prefix, description, unit, minimum, maximum, what a merger does
_MEASURES = (
    ("menages", "NBMENFISC", "ménages fiscaux", "ménages", 0, None, "somme"),
    ("personnes", "NBPERSMENFISC", "personnes des ménages fiscaux", "personnes", 0, None, "somme"),
    ("niveau_vie_median", "MED", "médiane du niveau de vie", "€ par an", 0, None, "jamais"),
    ("part_menages_imposes", "PIMP", "part des ménages imposés", "%", 0, 100, "jamais"),
    ("taux_pauvrete", "TP60", "taux de pauvreté au seuil de 60 %", "%", 0, 100, "moyenne"),
    ("premier_decile", "D1", "1er décile du niveau de vie", "€ par an", None, None, "jamais"),
    ("neuvieme_decile", "D9", "9e décile du niveau de vie", "€ par an", 0, None, "jamais"),
)

_REQUIRED = ("menages", "personnes", "niveau_vie_median", "taux_pauvrete")

SOURCE = Source(
    id="insee_filosofi",
    title="Revenus, niveaux de vie et pauvreté des communes (Filosofi)",
    publisher="Insee, DGFiP, Cnaf, Cnav, CCMSA",
    landing_page="https://www.insee.fr/fr/statistiques/7756859",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="commune",
    field="France métropolitaine, Martinique et La Réunion",
    outside=frozenset({"971", "973", "976"}),
    key=("code", "period"),
    columns=(
        Column("code", Kind.COMMUNE, "commune ou arrondissement municipal"),
        Column("period", Kind.TEXT, "année des revenus"),
        *(
            Column(
                name,
                Kind.INTEGER if combine == "somme" else Kind.NUMBER,
                description,
                unit=unit,
                masks=True,
                combine=combine,
                weight="personnes" if combine == "moyenne" else None,
                minimum=minimum,
                maximum=maximum,
            )
            for name, _, description, unit, minimum, maximum, combine in _MEASURES
        ),
    ),
    notes="Les taux de pauvreté inférieurs à 5 % sont publiés comme égaux à 5 %.",
    addresses=(
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/7756729/base-cc-"
            "filosofi-2021-geo2024_csv.zip",
            "base-cc-filosofi-2021-geo2024_csv.zip",
        ),
    ),
)


def _year(header: tuple[str, ...]) -> str | None:
    for name in header:
        found = re.fullmatch(r"NBMENFISC(\d\d)", name)
        if found:
            return found.group(1)
    return None


def recognises(head: Head) -> bool:
    """Tell the file by ``CODGEO`` beside ``NBMENFISC`` and its year, at commune level."""
    header = head.header()
    if "CODGEO" not in header or _year(header) is None or len(head.rows) < 2:
        return False
    first = pd.Series(head.rows[1][header.index("CODGEO") :][:1], dtype="string")
    codes, _ = repair_commune_codes(first)
    return bool(codes.str.fullmatch(COMMUNE_PATTERN).any())


def read(path: Path) -> pd.DataFrame:
    """Read one row per commune or arrondissement, each measure with its status column."""
    faults = Faults(path.name)
    raw = read_text_table(path, maximum_rows=MAXIMUM_ROWS)
    year = _year(tuple(raw.columns)) or ""
    needed = [f"{prefix}{year}" for name, prefix, *_ in _MEASURES if name in _REQUIRED]
    require_columns(raw, ("CODGEO", *needed), faults)
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["code"], repaired = repair_commune_codes(raw["CODGEO"])
    table["period"] = f"20{year}"
    for name, prefix, *_ in _MEASURES:
        label = f"{prefix}{year}"
        if label in raw.columns:
            values, status = to_number(raw[label], faults, label, raw["ligne"], markers=_MARKERS)
        else:
            values = pd.Series(float("nan"), index=raw.index)
            status = pd.Series("manquant", index=raw.index, dtype="string")
        table[name], table[f"{name}_statut"] = values, status
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table.drop(columns="ligne")
    result.attrs["remarques"] = repair_remarks(repaired)
    return result
