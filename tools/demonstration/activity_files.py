"""Counts of professionals in the layouts of the Cnam and of INSEE: densities, sectors, BPE."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from demonstration.callings import CALLINGS, DENTISTS, GENERAL, SPECIALISTS
from demonstration.names import DEPARTEMENTS, REGION
from demonstration.provenance import DemonstrationFile
from demonstration.truth import Truth
from demonstration.workbooks import text_bytes, workbook_bytes
from demonstration.workforce import present

YEARS = (2020, 2021, 2022, 2023, 2024)
SECTOR_YEARS = (2023, 2024)
REGION_CODE, ALL_DEPARTEMENTS = "00", "999"
_ALL_AGES = ("tout_age", "Tout âge", 0, 120)
_AGES = (
    ("moins_30", "moins de 30 ans", 0, 29),
    *((f"{low}_{low + 4}", f"de {low} à {low + 4} ans", low, low + 4) for low in range(30, 70, 5)),
    ("70_plus", "70 ans et plus", 70, 120),
)
_BY_AGE = 150
_SEXES = (("tout sexe", "HF"), ("hommes", "H"), ("femmes", "F"))
_DEMOGRAPHY = (
    "annee;profession_sante;region;libelle_region;departement;libelle_departement;classe_age;"
    "libelle_classe_age;libelle_sexe;effectif;densite;vision_generale_all;"
    "vision_generale_prescriptions;vision_profession_territoire"
)
_TOTALS = {
    "Ensemble des médecins généralistes": (GENERAL,),
    "Ensemble des médecins spécialistes (hors généralistes)": (SPECIALISTS,),
    "Ensemble des médecins": (GENERAL, SPECIALISTS),
    "Ensemble des chirurgiens-dentistes": (DENTISTS,),
    "Ensemble des auxiliaires médicaux": ("Auxiliaires médicaux",),
}
_SECTOR_HEADER = (
    "DEPARTEMENT",
    "NON CONVENTIONNES",
    "CONVENTIONNES DE SECTEUR 1",
    "CONVENTIONNES DE SECTEUR 1 avec droit a dépassement",
    "CONVENTIONNES DE SECTEUR 2 à honoraires libres",
    "TOTAL",
)
_GROUP_TITLES = {
    SPECIALISTS: "SPECIALISTES",
    GENERAL: "GENERALISTES ET MEP",
    DENTISTS: "CHIRURGIENS-DENTISTES",
    "Sages-femmes": "SAGES-FEMMES",
    "Auxiliaires médicaux": "AUXILIAIRES MEDICAUX",
}


def activity_files(truth: Truth) -> list[DemonstrationFile]:
    """Densities of five years in one file, and one workbook of sectors by year (two)."""
    lines = [_DEMOGRAPHY, *_densities(truth)]
    files = [
        DemonstrationFile(
            "cnam_demographie",
            "demographie-effectifs-et-les-densites.csv",
            "effectifs et densités des professionnels libéraux",
            str(YEARS[-1]),
            b"\xef\xbb\xbf" + text_bytes(lines, end="\r\n"),
        )
    ]
    for year in SECTOR_YEARS:
        name = f"{year}_secteur-conventionnel-des-professionnels-de-sante-liberaux-par-departement"
        subject = f"professionnels libéraux par secteur conventionnel, {year}"
        content = _sectors(truth, year)
        files.append(
            DemonstrationFile("cnam_secteurs", f"{name}.xlsx", subject, str(year), content)
        )
    return files


def liberals(truth: Truth, year: int) -> pd.DataFrame:
    """Self-employed professionals of a year, with ``departement, age, cnam, group``."""
    table = present(truth.health.professionals, year)
    table = table[table["mode"] == "L"].copy()
    table["departement"] = table["code"].str[:2]
    table["age"] = year - table["naissance"]
    for name in ("cnam", "group", "sector"):
        names = {key: getattr(calling, name) for key, calling in CALLINGS.items()}
        table[name] = table["metier"].map(names)
    return table[table["cnam"] != ""]


def _denominators(truth: Truth, year: int) -> dict[tuple[str, str], float]:
    """Inhabitants, women of 15 to 49, women, children under 15, by area (999 = région)."""
    people = truth.health.residents[year]
    home = truth.communes["departement"].to_numpy()
    found = {}
    for area in (*DEPARTEMENTS, ALL_DEPARTEMENTS):
        here = people[(home == area) | (area == ALL_DEPARTEMENTS)].sum(axis=0)
        found[area, ""] = here.sum()
        found[area, "Sages-femmes"] = here[1, 3:10].sum()
        found[area, "Gynécologues médicaux et obstétriciens"] = here[1, 3:].sum()
        found[area, "Pédiatres"] = here[:, :3].sum()
    return found


def _densities(truth: Truth) -> Iterator[str]:
    labels = list(dict.fromkeys(c.cnam for c in CALLINGS.values() if c.cnam))
    for year in YEARS:
        table = liberals(truth, year)
        people = _denominators(truth, year)
        plan = [(label, table[table["cnam"] == label]) for label in labels]
        plan += [(label, table[table["group"].isin(names)]) for label, names in _TOTALS.items()]
        for label, rows in plan:
            seen = "non" if label in _TOTALS or label == "Autres médecins" else "oui"
            for area in (*DEPARTEMENTS, ALL_DEPARTEMENTS):
                inside = (rows["departement"] == area) | (area == ALL_DEPARTEMENTS)
                base = people.get((area, label), people[area, ""])
                name = DEPARTEMENTS.get(area, "Tout département")
                start = f"{year};{label};{REGION_CODE};{REGION};{area};{name}"
                for age, sex, count in _cells(rows[inside], len(rows) >= _BY_AGE):
                    density = f"{100_000 * count / base:.1f}"
                    yield f"{start};{age};{sex};{count};{density};oui;oui;{seen}"


def _cells(rows: pd.DataFrame, by_age: bool) -> Iterator[tuple[str, str, int]]:
    """Every sex at all ages, then every age class of both sexes; zero included.

    Small professions have no row by age: the file is a choice within the export.
    """
    ages, sexes = rows["age"].to_numpy(), rows["sexe"].to_numpy()
    code, label, *_ = _ALL_AGES
    for sex, letters in _SEXES:
        yield f"{code};{label}", sex, int(np.isin(sexes, list(letters)).sum())
    for code, label, low, high in _AGES if by_age else ():
        inside = (ages >= low) & (ages <= high)
        yield f"{code};{label}", _SEXES[0][0], int(inside.sum())


def _sectors(truth: Truth, year: int) -> bytes:
    """The workbook of a year; one cell « DEPARTEMENT » is empty, as in the producer's."""
    table = liberals(truth, year)
    sheets: dict[str, list[list[object]]] = {
        "Lisez moi": [
            ["Données fictives de démonstration"],
            ["Secteur conventionnel des professionnels de santé libéraux"],
            [f"Année : {year}"],
        ],
        "Nomenclature des PS": [["Code", "Libellé"]],
    }
    for group, title in _GROUP_TITLES.items():
        rows: list[list[object]] = [[title, *_SECTOR_HEADER]]
        mine = table[table["group"] == group]
        for label in sorted(set(mine["sector"])):
            rows += _sector_rows(label, mine[mine["sector"] == label])
            sheets["Nomenclature des PS"].append([label[:2], label[4:]])
        rows += _sector_rows(f"TOTAL {title}", mine)
        if group == SPECIALISTS:
            # 02- Anesthésie: only its place between two areas tells the département.
            row = next(row for row in rows if str(row[0]).startswith("02-") and "96" in str(row[1]))
            row[1] = None
        sheets[group] = rows
    sheets["Laboratoires"] = [["Données fictives de démonstration"]]
    return workbook_bytes(sheets)


def _sector_rows(label: str, rows: pd.DataFrame) -> list[list[object]]:
    found: list[list[object]] = []
    for area, name in DEPARTEMENTS.items():
        inside = rows[rows["departement"] == area]
        second = int((inside["secteur"] == 2).sum())
        found.append([label, f"{area}- {name}", 0, len(inside) - second, 0, second, len(inside)])
    return found
