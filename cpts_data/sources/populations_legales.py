"""INSEE, populations légales communales: ``donnees_communes.csv``.

Arrondissements stand for Paris, Lyon and Marseille; Mayotte is in another file. The vintage is
nowhere in the file: it is two years before the geography that its codes show (populations légales
2021, geography of 1 January 2023). Sums use the *population municipale*: the *population totale*
counts some people in two communes. Copies exist where somebody added the three cities by hand, with
their code, name and population municipale alone: they are read, and never summed with their parts.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.area_codes import repair_area_codes
from cpts_data.received import Head, head_of, read_text_table, require_columns, to_number
from cpts_data.territories import repair_commune_codes, repair_remarks

SOURCE = Source(
    id="populations_legales",
    title="Populations légales des communes",
    publisher="Insee",
    landing_page="https://www.insee.fr/fr/statistiques/7739582?sommaire=7728826",
    licence="Licence Ouverte 2.0",
    level="commune",
    field="France hors Mayotte",
    outside=frozenset({"976"}),
    key=("code", "period"),
    period_lag=2,
    columns=(
        Column("code", Kind.COMMUNE, "commune ou arrondissement municipal"),
        Column("period", Kind.TEXT, "année du recensement", nullable=True),
        Column("nom", Kind.TEXT, "nom de la commune"),
        Column("population", Kind.INTEGER, "population municipale", unit="habitants", minimum=0),
        Column(
            "population_totale",
            Kind.INTEGER,
            "population totale (municipale et comptée à part)",
            unit="habitants",
            minimum=0,
            nullable=True,
        ),
    ),
    addresses=(
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/8680726/ensemble.zip",
            "populations-2023.zip",
            landing_page="https://www.insee.fr/fr/statistiques/8680726?sommaire=8681011",
            note="Populations 2023, en vigueur au 1er janvier 2026. Adresse relevée "
            "dans des programmes publiés.",
        ),
    ),
)

MAXIMUM_ROWS = 500_000
_COLUMNS = ("DEP", "CODCOM", "COM", "Commune", "PMUN", "PCAP", "PTOT")
_SPELT = {name.upper(): name for name in _COLUMNS}


def recognises(head: Head) -> bool:
    """Tell the file by ``PMUN`` and ``PTOT`` beside a commune code."""
    labels = {name.upper() for name in head.header()}
    coded = "COM" in labels or {"DEP", "CODCOM"} <= labels
    return {"PMUN", "PTOT"} <= labels and coded


def read(path: Path) -> pd.DataFrame:
    """Read one row per commune or arrondissement; ``period`` is left empty for the space to say."""
    faults = Faults(path.name)
    labels = [name for name in head_of(path).header() if name.upper() in _SPELT]
    raw = read_text_table(path, columns=labels, maximum_rows=MAXIMUM_ROWS)
    raw.columns = pd.Index([_SPELT.get(name.upper(), name) for name in raw.columns])
    code = ("COM",) if "COM" in raw.columns else ("DEP", "CODCOM")
    require_columns(raw, (*code, "Commune", "PMUN", "PTOT"), faults)
    codes = raw["COM"] if "COM" in raw.columns else _codes(raw)
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["code"], repaired = repair_commune_codes(codes)
    table["period"] = ""
    table["nom"] = raw["Commune"].str.strip()
    for name, label in (("population", "PMUN"), ("population_totale", "PTOT")):
        table[name], _ = to_number(raw[label], faults, label, raw["ligne"])
    check(table, SOURCE, faults)
    if "PCAP" in raw.columns:
        _check_sums(table, raw, faults)
    faults.raise_if_any()
    result = table.drop(columns="ligne")
    result.attrs["remarques"] = repair_remarks(repaired)
    return result


def _codes(raw: pd.DataFrame) -> pd.Series:
    """Codes of communes in two columns; overseas, the département gives two characters only."""
    number = raw["CODCOM"].str.replace(r"\.0+$", "", regex=True).str.zfill(3)
    return repair_area_codes(raw["DEP"]).str[:2] + number


def _check_sums(table: pd.DataFrame, raw: pd.DataFrame, faults: Faults) -> None:
    """The total is the population municipale and the one counted apart: a cut figure shows."""
    apart, _ = to_number(raw["PCAP"], faults, "PCAP", raw["ligne"])
    gap = (table["population"] + apart - table["population_totale"]).abs()
    lost = table["population_totale"].isna() & apart.notna()
    for position in table.index[(gap > 0) | lost]:
        faults.add(
            f"« {raw.at[position, 'PTOT']} »",
            f"PMUN + PCAP, soit {raw.at[position, 'PMUN']} + {raw.at[position, 'PCAP']}",
            "reprenez le fichier d'origine : un nombre y a été tronqué ou modifié.",
            row=int(raw.at[position, "ligne"]),
            column="PTOT",
        )
