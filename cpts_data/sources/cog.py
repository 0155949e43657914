"""INSEE, Code officiel géographique of one year: communes, arrondissements, départements, régions.

A space that holds it (the demonstration's fictitious région does) uses it as its code file instead
of the shipped reference. ``COM`` alone is no key: a commune déléguée may bear the code of its
commune, hence ``nature``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.received import Head, read_text_table, require_columns

MAXIMUM_ROWS = 500_000
_NATURES = {
    "COM": "commune",
    "ARM": "arrondissement",
    "COMD": "commune déléguée",
    "COMA": "commune associée",
}

SOURCE = Source(
    id="cog",
    title="Code officiel géographique",
    publisher="Insee",
    landing_page="https://www.insee.fr/fr/information/2560452",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="commune",
    key=("nature", "code"),
    period_lag=0,
    columns=(
        Column("code", Kind.CODE, "code"),
        Column(
            "nature",
            Kind.TEXT,
            "nature du territoire",
            choices=(*_NATURES.values(), "département", "région"),
        ),
        Column("nom", Kind.TEXT, "nom avec son article"),
        Column("departement", Kind.CODE, "département", nullable=True),
        Column("region", Kind.CODE, "région", nullable=True),
        Column("commune", Kind.CODE, "commune dont elle fait partie", nullable=True),
    ),
    addresses=(
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/8740222/v_commune_2026.csv",
            "v_commune_2026.csv",
            landing_page="https://www.insee.fr/fr/information/8740222",
            note="Adresse relevée dans des programmes publiés.",
        ),
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/8740222/v_departement_2026.csv",
            "v_departement_2026.csv",
            landing_page="https://www.insee.fr/fr/information/8740222",
            note="Adresse relevée dans des programmes publiés.",
        ),
        Address(
            "https://www.insee.fr/fr/statistiques/fichier/8740222/v_region_2026.csv",
            "v_region_2026.csv",
            landing_page="https://www.insee.fr/fr/information/8740222",
            note="Adresse relevée dans des programmes publiés.",
        ),
    ),
)


def recognises(head: Head) -> bool:
    """Tell ``v_commune``, ``v_departement`` and ``v_region`` by their first columns."""
    header = head.header()
    if "LIBELLE" not in header or "NCC" not in header:
        return False
    return (
        header[0] == "TYPECOM" or header[:2] == ("DEP", "REG") or header[:2] == ("REG", "CHEFLIEU")
    )


def read(path: Path) -> pd.DataFrame:
    """Read one row per territory: code, nature, name, département, région, parent commune."""
    faults = Faults(path.name)
    raw = read_text_table(path, maximum_rows=MAXIMUM_ROWS)
    needed = ("COM", "REG", "DEP", "COMPARENT") if "TYPECOM" in raw.columns else ("REG",)
    require_columns(raw, (*needed, "LIBELLE"), faults)
    table = pd.DataFrame({"ligne": raw["ligne"]})
    if "TYPECOM" in raw.columns:
        table["code"], table["nature"] = raw["COM"], raw["TYPECOM"].map(_NATURES)
        departement, commune = raw["DEP"], raw["COMPARENT"]
    else:
        is_departement = "DEP" in raw.columns
        table["code"] = raw["DEP"] if is_departement else raw["REG"]
        table["nature"] = "département" if is_departement else "région"
        departement = raw["DEP"] if is_departement else pd.Series("", index=raw.index)
        commune = pd.Series("", index=raw.index)
    table["nom"] = raw["LIBELLE"]
    for name, values in (
        ("departement", departement),
        ("region", raw["REG"]),
        ("commune", commune),
    ):
        table[name] = values.astype("string").replace({"": pd.NA})
    check(table, SOURCE, faults)
    faults.raise_if_any()
    return table[[column.name for column in SOURCE.columns]].astype("string")
