"""The APL to the four other professions, in the layout of the DREES's workbooks.

Full-time equivalents within reach of 100,000 standardised inhabitants; two steps, as for doctors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from demonstration.care import POPULATION_LAG, accessibility
from demonstration.provenance import DemonstrationFile
from demonstration.residents import WOMEN
from demonstration.truth import Truth
from demonstration.workbooks import workbook_bytes
from demonstration.workforce import fte_of

YEARS = (2019, 2020, 2021, 2022, 2023)
UNIT = "En nombre d'ETP pour 100 000 habitants standardisés"
UNIT_WOMEN = "En nombre d'ETP pour 100 000 femmes standardisées"


@dataclass(frozen=True)
class Profession:
    """A workbook: source, file, profession of the truth, words of the labels, weights by band."""

    source: str
    file: str
    metier: str
    to_whom: str
    for_whom: str
    weights: tuple[float, ...]
    women: bool = False


PROFESSIONS = (
    Profession(
        "drees_apl_infirmiers",
        "apl_infirmieres.xlsx",
        "infirmier",
        "aux infirmières",
        "pour les infirmières",
        (0.15, 0.1, 0.1, 0.15, 0.22, 0.27, 0.31, 0.35, 0.42, 0.5, 0.62, 0.75, 0.95, 1.25, 1.75,
         2.7, 4.3, 6.6, 9.0),
    ),
    Profession(
        "drees_apl_masseurs_kinesitherapeutes",
        "apl_kinesitherapeutes.xlsx",
        "masseur_kinesitherapeute",
        "aux masseurs-kinésithérapeutes",
        "pour les kinésithérapeutes",
        (0.5, 0.2, 0.33, 0.58, 0.6, 0.68, 0.78, 0.84, 0.93, 1.03, 1.16, 1.23, 1.28, 1.36, 1.55,
         1.85, 2.15, 2.4, 2.5),
    ),
    Profession(
        "drees_apl_chirurgiens_dentistes",
        "apl_chirurgiens_dentistes.xlsx",
        "chirurgien_dentiste",
        "aux chirurgiens-dentistes",
        "pour les chirurgiens-dentistes",
        (0.18, 0.8, 1.0, 1.15, 0.8, 0.85, 0.9, 0.95, 1.0, 1.06, 1.14, 1.2, 1.24, 1.24, 1.18, 1.05,
         0.85, 0.62, 0.36),
    ),
    Profession(
        "drees_apl_sages_femmes",
        "apl_sages_femmes.xlsx",
        "sage_femme",
        "aux sages-femmes",
        "pour les sages-femmes",
        (0.0, 0.0, 0.04, 0.5, 1.3, 2.7, 2.9, 1.95, 0.9, 0.55, 0.42, 0.33, 0.25, 0.16, 0.1, 0.05,
         0.02, 0.0, 0.0),
        women=True,
    ),
)  # fmt: skip


def other_apl_files(truth: Truth) -> list[DemonstrationFile]:
    """One workbook by profession, with a sheet ``Paramètres`` and one by year."""
    files = []
    for profession in PROFESSIONS:
        sheets = {"Paramètres": _parameters(profession)}
        for year in YEARS:
            sheets[f"APL {year}"] = _sheet(truth, profession, year)
        subject = f"accessibilité potentielle localisée {profession.to_whom}"
        content = workbook_bytes(sheets)
        files.append(
            DemonstrationFile(profession.source, profession.file, subject, str(YEARS[-1]), content)
        )
    return files


def other_apl(truth: Truth, profession: Profession, year: int) -> pd.DataFrame:
    """APL of a profession in a year: ``apl, population_standardisee, population, femmes``."""
    people = truth.health.residents[year - POPULATION_LAG]
    served = people[:, WOMEN] if profession.women else people.sum(axis=1)
    demand = served @ np.array(profession.weights)
    codes = truth.communes.index
    supply = fte_of(truth.health.professionals, profession.metier, year, codes)
    return pd.DataFrame(
        {
            "apl": 100_000 * accessibility(supply, demand, truth.minutes),
            "population_standardisee": demand,
            "population": people.sum(axis=(1, 2)),
            "femmes": people[:, WOMEN].sum(axis=1),
        },
        index=codes,
    )


def _parameters(profession: Profession) -> list[list[object]]:
    labels = ["Moins de 5 ans", *(f"de {low} à {low + 4} ans" for low in range(5, 90, 5))]
    rows: list[list[object]] = [
        [f"Paramètres de l'indicateur d'APL {profession.to_whom}"],
        [],
        ["Sources : données fictives de démonstration."],
        [],
        ["Temps de trajet entre communes", "Accessibilité"],
        ["Moins de  10 minutes", 1],
        ["Entre 10 et 15 minutes", round(2 / 3, 4)],
        ["Entre 15 et 20 minutes", round(1 / 3, 4)],
        ["Plus de 20 minutes", 0],
        [],
        ["Tranche d'âge", "Poids de la tranche d'âge"],
    ]
    pairs = zip([*labels, "Plus de 90 ans"], profession.weights, strict=True)
    return [*rows, *[[label, weight] for label, weight in pairs]]


def _sheet(truth: Truth, profession: Profession, year: int) -> list[list[object]]:
    census = year - POPULATION_LAG
    table = other_apl(truth, profession, year).join(truth.communes["nom"])
    what = "Indicateur d'accessibilité potentielle localisée (APL)"
    unit = UNIT_WOMEN if profession.women else UNIT
    people = "Population féminine" if profession.women else "Population"
    labels: list[object] = [
        "Code commune INSEE",
        "Commune",
        f"APL {profession.to_whom}",
        f"{people} standardisée {census} {profession.for_whom}",
        f"Population totale {census} ",
    ]
    units: list[object] = [None, None, unit, "En nombre d'habitants standardisés"]
    units.append("En nombre d'habitants")
    columns = ["apl", "population_standardisee", "population"]
    if profession.women:
        labels.append(f"Population féminine {census}")
        units.append("En nombre de femmes")
        columns.append("femmes")
    head: list[list[object]] = [
        [f"{what} {year} {profession.to_whom}"],
        [],
        [f"Millésime : {year}"],
        ["Sources : données fictives de démonstration."],
        ["Champ : professionnels libéraux ; territoire fictif de démonstration."],
        [],
        ["Note : pour une moyenne, pondérer par la population standardisée."],
        [],
        labels,
        units,
    ]
    rows = [
        [str(code), row["nom"], *(round(float(row[name]), 3) for name in columns)]
        for code, row in table.iterrows()
    ]
    return [*head, *rows]
