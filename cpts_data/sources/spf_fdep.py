"""Santé publique France, FDep by commune: social deprivation score and its quintiles.

The headers hold typographic apostrophes, and the column called « Indice … en quintiles » holds the
continuous score (higher is more deprived); the quintiles are the two next columns, counting
communes or counting inhabitants, as « 1.0 » to « 5.0 ». The vintage is nowhere in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.labels import plain
from cpts_data.received import Head, head_of, read_text_table, require_columns, to_number
from cpts_data.territories import repair_commune_codes

SOURCE = Source(
    id="spf_fdep",
    title="Indice de défavorisation sociale des communes (FDep)",
    publisher="Santé publique France (Odissé), Inserm-CépiDc",
    landing_page="https://odisse.santepubliquefrance.fr/explore/assets/"
    "indice-de-defavorisation-sociale-fdep-par-commune/",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="commune",
    field="France métropolitaine",
    outside=frozenset({"971", "972", "973", "974", "976"}),
    key=("code", "period"),
    period_lag=3,
    columns=(
        Column("code", Kind.COMMUNE, "commune"),
        Column("period", Kind.TEXT, "année de l'indice", nullable=True),
        Column(
            "fdep",
            Kind.NUMBER,
            "indice de défavorisation (plus il est élevé, plus la commune est défavorisée)",
            unit="indice",
            nullable=True,
            combine="moyenne",
            weight="population",
        ),
        Column(
            "quintile_pondere",
            Kind.INTEGER,
            "quintile de population, de 1 (moins défavorisé) à 5 (plus défavorisé)",
            nullable=True,
            minimum=1,
            maximum=5,
            combine="jamais",
        ),
        Column(
            "quintile_communes",
            Kind.INTEGER,
            "quintile de communes, de 1 (moins défavorisé) à 5 (plus défavorisé)",
            nullable=True,
            minimum=1,
            maximum=5,
            combine="jamais",
        ),
        Column(
            "population",
            Kind.NUMBER,
            "habitants de la commune",
            unit="habitants",
            nullable=True,
            minimum=0,
        ),
    ),
    notes="Le millésime n'est pas dans le fichier : précisez-le à l'ajout. À défaut, trois ans "
    "avant la géographie des communes (hypothèse, à l'image du recensement).",
    addresses=(
        Address(
            "https://odisse.santepubliquefrance.fr/api/explore/v2.1/catalog/"
            "datasets/indice-de-defavorisation-sociale-fdep-par-commune/"
            "exports/csv?use_labels=true",
            "indice-de-defavorisation-sociale-fdep-par-commune.csv",
        ),
    ),
)

_LABELS = {
    "code commune": "code",
    "nombre d habitants de la commune": "population",
    "indice de defavorisation en quintiles": "fdep",
    "indice de defavorisation": "fdep",
    "quintile sans ponderation sur le nombre d habitants de la commune": "quintile_communes",
    "quintile avec ponderation sur le nombre d habitants de la commune": "quintile_pondere",
}


def _names(labels: Sequence[str]) -> dict[str, str]:
    return {label: _LABELS[plain(label)] for label in labels if plain(label) in _LABELS}


def recognises(head: Head) -> bool:
    """Tell the file by a commune code beside « Indice de défavorisation »."""
    return {"code", "fdep"} <= set(_names(head.header()).values())


def read(path: Path) -> pd.DataFrame:
    """Read one row per commune; ``period`` is left empty for the space to say.

    ``attrs["remarques"]`` tells repaired codes. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults, among them quintiles that run
    against the score.
    """
    faults = Faults(path.name)
    names = _names(head_of(path).header())
    raw = read_text_table(path, columns=list(names)).rename(columns=names)
    require_columns(raw, list(dict.fromkeys(_LABELS.values())), faults)
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["code"], repaired = repair_commune_codes(raw["code"])
    table["period"] = pd.Series("", index=raw.index, dtype="string")
    for column in SOURCE.columns[2:]:
        table[column.name], _ = to_number(raw[column.name], faults, column.name, raw["ligne"])
    check(table, SOURCE, faults)
    faults.raise_if_any()
    _check_direction(table, faults)
    faults.raise_if_any()
    result = table.drop(columns="ligne")
    if repaired.any():
        codes = french.count_of(int(repaired.sum()), "code")
        result.attrs["remarques"] = [f"Zéro ou « .0 » réparé dans {codes} de communes."]
    return result


def _check_direction(table: pd.DataFrame, faults: Faults) -> None:
    """Refuse quintiles whose median score falls from one to the next: read in reverse."""
    for name in ("quintile_pondere", "quintile_communes"):
        scores = table.groupby(name)["fdep"].median().dropna()
        if not scores.is_monotonic_increasing:
            faults.add(
                "des quintiles qui ne montent pas avec l'indice",
                "1 pour les communes les moins défavorisées, 5 pour les plus défavorisées",
                "reprenez le fichier d'origine ; une colonne a sans doute été déplacée.",
                column=name,
            )
