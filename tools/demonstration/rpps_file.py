"""The Annuaire santé of the island, in the layout that a space keeps: no person is named.

It is the official extraction once pruned: the columns that the product reads, persons numbered in
the order of the lines. As in the official one, many lines lack a commune, some lack any place.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from demonstration.callings import CALLINGS
from demonstration.names import plain_capitals
from demonstration.provenance import DemonstrationFile
from demonstration.truth import Truth
from demonstration.workbooks import text_bytes
from demonstration.workforce import LAST_YEAR, present

HEADER = (
    "Numéro de personne",
    "Code profession",
    "Libellé profession",
    "Code catégorie professionnelle",
    "Code savoir-faire",
    "Libellé savoir-faire",
    "Code mode exercice",
    "Numéro FINESS site",
    "Bureau cedex (coord. structure)",
    "Code postal (coord. structure)",
    "Code commune (coord. structure)",
    "Libellé commune (coord. structure)",
    "Code Département (structure)",
)
_GENERAL_SKILLS = (
    ("SM26", "Qualifié en Médecine générale", 0.42),
    ("SM53", "Spécialiste en Médecine générale", 0.28),
    ("SM54", "Médecine générale", 0.30),
)
NO_STRUCTURE, NO_COMMUNE, ONLY_POSTAL = 0.03, 0.07, 0.02
RETIRED, REPEATED, STUDENTS, TWO_SKILLS = 0.02, 0.004, 0.012, 0.01


def rpps_file(truth: Truth) -> DemonstrationFile:
    """The extraction of January 2025."""
    lines = ["|".join(HEADER)]
    lines += ["|".join(row) for row in _rows(truth)]
    return DemonstrationFile(
        "rpps",
        "ps-libreacces-personne-activite.txt",
        "annuaire des professionnels de santé (sans aucun nom)",
        str(LAST_YEAR + 1),
        text_bytes(lines),
    )


def postal_code(departement: str, canton: str) -> str:
    """An invented postal code: that of the canton."""
    return f"{departement}{canton}0"


def _rows(truth: Truth) -> list[list[str]]:
    rng = np.random.default_rng([truth.seed, 31])
    communes = truth.communes
    working = present(truth.health.professionals, LAST_YEAR)
    working = working.sort_values(["code", "metier", "naissance"], kind="stable")
    draws = rng.random((len(working), 4))
    rows: list[list[str]] = []
    for number, (person, draw) in enumerate(zip(working.itertuples(), draws, strict=True), start=1):
        calling = CALLINGS[str(person.metier)]
        skill = _skill(calling.id, calling.skill, calling.skill_label, draw[0])
        category = "E" if draw[1] < STUDENTS else "C"
        start = [str(number), calling.code, calling.label, category]
        place = _place(communes, str(person.code), str(person.finess), draw[2])
        rows.append([*start, *skill, str(person.mode), *place])
        if person.second:
            other = _place(communes, str(person.second), "", draw[2])
            rows.append([*start, *skill, str(person.mode), *other])
        if calling.skill and draw[3] < TWO_SKILLS:
            second = ("SM49", "Santé publique et médecine sociale")
            rows.append([*start, *second, str(person.mode), *place])
        if draw[3] > 1 - REPEATED:
            rows.append(rows[-1])
    return [*rows, *_retired(len(working), rng)]


def _skill(calling: str, code: str, label: str, draw: float) -> tuple[str, str]:
    if calling != "medecin_generaliste":
        return code, label
    for number, words, share in _GENERAL_SKILLS[:-1]:
        if draw < share:
            return number, words
        draw -= share
    return _GENERAL_SKILLS[-1][:2]


def _place(communes: pd.DataFrame, code: str, finess: str, draw: float) -> list[str]:
    """FINESS, mail line, postal code, commune, its name, département: as much as the line tells."""
    commune = communes.loc[code]
    postal = postal_code(str(commune["departement"]), str(commune["canton"]))
    town = plain_capitals(str(commune["nom"]))
    mail = f"{postal} {town} CEDEX" if finess else f"{postal} {town}"
    if finess and draw < NO_COMMUNE * 2:
        return [finess, mail, postal, "", "", ""]
    if not finess and draw < NO_STRUCTURE:
        return ["", "", "", "", "", ""]
    if not finess and draw < NO_STRUCTURE + ONLY_POSTAL:
        return ["", mail, postal, "", "", ""]
    return [finess, mail, postal, code, str(commune["nom"]), ""]


def _retired(count: int, rng: np.random.Generator) -> list[list[str]]:
    """Persons who are still listed and practise nowhere."""
    rows = []
    callings = ("medecin_generaliste", "chirurgien_dentiste", "infirmier", "pharmacien")
    for number in range(round(count * RETIRED)):
        calling = CALLINGS[callings[int(rng.integers(len(callings)))]]
        skill = _skill(calling.id, calling.skill, calling.skill_label, rng.random())
        row = [str(count + 1 + number), calling.code, calling.label, "C", *skill, ""]
        rows.append([*row, "", "", "", "", "", ""])
    return rows
