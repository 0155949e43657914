"""The APL of the island in the layout of the DREES's workbook for general practitioners."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pandas as pd
import xlsxwriter

from demonstration.care import AGE_WEIGHTS, APL_YEARS, POPULATION_LAG
from demonstration.careers import EARLIER_YEARS
from demonstration.provenance import DemonstrationFile
from demonstration.truth import Truth

CREATED = datetime.datetime(2025, 1, 15, 8, 0, tzinfo=datetime.UTC).replace(tzinfo=None)
EMPTY_ROWS = 10
LAST_COLUMN = 11
YOUNGER = "APL aux médecins généralistes de moins de 65 ans"
# Other editions write it so, with the blank at the end.
YOUNGER_BEFORE = "APL aux médecins généralistes de 65 ans et moins "
SCOPE = (
    "Omnipraticiens libéraux, certains médecins libéraux à exercice particulier (homéopathes, "
    "acupuncteurs, gériatres, médecine physique) et salariés en centre de santé"
)
ACTS = "Nombre de consultations, visites et téléconsultations"
AGE_LABELS = (
    "Moins de 5 ans",
    *(f"de {low} à {low + 4} ans" for low in range(5, 90, 5)),
    "Plus de 90 ans",
)
UNIT = "En nombre de consultations/visites accessibles par habitant standardisé"
NOTE = (
    "Note : Pour calculer un APL moyen (agrégé au niveau du territoire de vie-santé ou du "
    "département par exemple), l'APL communal doit être pondéré par la population standardisée. \n"
    "Pour comptabiliser la population sous un seuil d'APL ou calculer des quantiles, la population "
    "non standardisée doit être utilisée."
)


def apl_file(truth: Truth) -> DemonstrationFile:
    """The workbook: sheets ``Paramètres``, ``APL 2022``, ``APL 2023``; same bytes at every run."""
    buffer = io.BytesIO()
    workbook = new_workbook(buffer)
    _parameters(workbook)
    for year in APL_YEARS:
        table = truth.apl[year].join(truth.communes["nom"])
        _apl_sheet(workbook, table, year)
    workbook.close()
    return _file("apl_generalistes.xlsx", "2023", buffer)


def earlier_apl_file(truth: Truth) -> DemonstrationFile:
    """An earlier edition: ``APL 2019`` to ``APL 2021``, the first in communes since merged."""
    buffer = io.BytesIO()
    workbook = new_workbook(buffer)
    for year in EARLIER_YEARS:
        table = truth.apl[year].join(truth.places["nom"].combine_first(truth.communes["nom"]))
        table["nom"] = truth.communes["nom"].reindex(table.index).fillna(table["nom"])
        _apl_sheet(workbook, table, year, YOUNGER_BEFORE)
    workbook.close()
    return _file("apl_generalistes_2021.xlsx", "2021", buffer)


def _file(name: str, vintage: str, buffer: io.BytesIO) -> DemonstrationFile:
    subject = "accessibilité potentielle localisée aux médecins généralistes"
    return DemonstrationFile("drees_apl", name, subject, vintage, buffer.getvalue())


def new_workbook(buffer: io.BytesIO) -> xlsxwriter.Workbook:
    """An empty workbook that will be the same bytes at every run."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    workbook.set_properties({"author": "Données fictives de démonstration", "created": CREATED})
    return workbook


def _format(workbook: xlsxwriter.Workbook, size: int, **options: Any) -> Any:
    return workbook.add_format({"font_name": "Calibri", "font_size": size, **options})


def _parameters(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("Paramètres")
    sheet.set_column("A:A", 31.57)
    sheet.set_column("B:C", 24.5)
    sheet.set_column("F:G", 25.1)
    title = _format(workbook, 15, bold=True)
    head = _format(workbook, 12, bold=True)
    text = _format(workbook, 12)
    left = _format(workbook, 12, align="left", text_wrap=True)
    centre = _format(workbook, 12, align="center", text_wrap=True)
    number = _format(workbook, 12, align="center", num_format="#,##0")
    fraction = _format(workbook, 12, align="center", num_format="# ?/?")
    weight = _format(workbook, 12, num_format="0.00")
    sheet.write("A1", "Paramètres de l'indicateur d'APL aux médecins généralistes", title)
    sheet.write("A3", "Champ de l'indicateur", head)
    sheet.write("A4", f"{SCOPE}.", text)
    sheet.write("A6", "Comptabilisation de l'activité", head)
    bounds = [
        (
            f"{ACTS} effectuées dans l'année d'après les données du SNIIR-AM",
            f"{ACTS} comptabilisées dans l'indicateur",
        ),
        ("Moins de 250", 0),
        ("Entre 251 et 3 600", 3600),
        (
            "Entre 3 601 et 6 000",
            "Nombre de consultations et visites effectués dans l'année d'après les données du "
            "SNIIR-AM",
        ),
        ("Plus de 6 000", 6000),
    ]
    for row, (label, value) in enumerate(bounds, start=6):
        sheet.write(row, 0, label, left)
        sheet.write(row, 1, value, left if isinstance(value, str) else number)
    sheet.merge_range(
        "A12:F12",
        "Exceptions : Pour les médecins libéraux n'ayant pas exercé d'activité libérale l'année "
        "précédente, une offre de 5 400 consultations ou visites est imputée ; \npour les centres "
        "de santé, les bornes d'activité ne sont pas appliquées.",
        left,
    )
    sheet.write("A14", "Décroissance de l'accessibilité avec la distance", head)
    sheet.write("A15", "Temps de trajet entre communes", centre)
    sheet.write("B15", "Accessibilité", centre)
    decay = [
        ("Moins de  10 minutes", 1),
        ("Entre 10 et 15 minutes", 2 / 3),
        ("Entre 15 et 20 minutes", 1 / 3),
        ("Plus de 20 minutes", 0),
    ]
    for row, (label, value) in enumerate(decay, start=15):
        sheet.write(row, 0, label, left)
        sheet.write(row, 1, value, number if value in (0, 1) else fraction)
    sheet.write("A21", "Pondération de la population selon l'âge", head)
    sheet.write("A22", "Tranche d'âge", centre)
    for column, year in enumerate(APL_YEARS, start=1):
        sheet.write(21, column, f"Poids de la tranche d'âge en {year}", centre)
        for row, (label, value) in enumerate(
            zip(AGE_LABELS, AGE_WEIGHTS[year], strict=True), start=22
        ):
            sheet.write(row, 0, label, left)
            sheet.write(row, column, value, weight)
    notes = (
        ("A42:I42", "Sources : données fictives de démonstration. "),
        (
            "A43:I43",
            "Champ : Consommations de soins auprès des professionnels de santé libéraux et des "
            "établissements de santé privés.",
        ),
        (
            "A44:J44",
            "Note : Le poids d'une tranche d'âge est calculé comme la consommation moyenne en "
            "soins de médecine générale de la tranche d'âge, rapportée à la consommation moyenne "
            "nationale. \n",
        ),
    )
    for cells, note in notes:
        sheet.merge_range(cells, note, left)


def _apl_sheet(
    workbook: xlsxwriter.Workbook, table: pd.DataFrame, year: int, younger: str = YOUNGER
) -> None:
    """One vintage: notes, header on line 9, units on line 10, communes from line 11."""
    sheet = workbook.add_worksheet(f"APL {year}")
    census = year - POPULATION_LAG
    for column, width in enumerate((22.7, 45.9, 16.4, 17.9, 21.9, 11.4)):
        sheet.set_column(column, column, width)
    title = _format(workbook, 12, bold=True)
    text = _format(workbook, 11)
    wrapped = _format(workbook, 11, align="left", text_wrap=True)
    head = _format(workbook, 11, bold=True, align="center", text_wrap=True)
    unit = _format(workbook, 10, align="center", text_wrap=True)
    tenth = _format(workbook, 11, align="center", num_format="#,##0.0")
    whole = _format(workbook, 11, align="center", num_format="#,##0")
    what = "Indicateur d'accessibilité potentielle localisée (APL)"
    sheet.write("A1", f"{what} {year} aux médecins généralistes", title)
    sheet.write("A3", f"Millésime : {year}", text)
    sheet.merge_range(
        "A4:L4",
        f"Sources : données fictives de démonstration ; médecins {year}, populations par sexe et "
        f"âge {census}, temps de trajet simulés.",
        wrapped,
    )
    sheet.write("A5", f"Champ : {SCOPE} ; territoire fictif de démonstration.", text)
    sheet.merge_range("A6:G6", _reading(table.iloc[0]), wrapped)
    sheet.merge_range("A7:D7", NOTE, wrapped)
    for row, height in ((3, 46.5), (5, 63), (6, 62.25), (8, 45), (9, 63.75)):
        sheet.set_row(row, height)
    header = (
        ("Code commune INSEE", ""),
        ("Commune", ""),
        ("APL aux médecins généralistes", UNIT),
        (younger, UNIT),
        (
            f"Population standardisée {census} pour la médecine générale",
            "En nombre d'habitants standardisés",
        ),
        (f"Population totale {census}", "En nombre d'habitants"),
    )
    for column, (label, measure) in enumerate(header):
        sheet.write(8, column, label, head)
        if measure:
            sheet.write(9, column, measure, unit)
    columns = ("apl", "apl_65", "population_standardisee", "population")
    for row, (code, values) in enumerate(table.iterrows(), start=10):
        sheet.write_string(row, 0, str(code), text)
        sheet.write_string(row, 1, values["nom"], text)
        for column, name in enumerate(columns, start=2):
            sheet.write_number(
                row, column, round(float(values[name]), 3), tenth if column < 4 else whole
            )
    last = 10 + len(table) + (EMPTY_ROWS if year == APL_YEARS[-1] else 0)
    for row in range(10 + len(table), last):
        for column in range(6):
            sheet.write_blank(row, column, None, text)
    sheet.write_blank(last - 1, LAST_COLUMN, None, text)


def _reading(row: pd.Series) -> str:
    def french(value: float) -> str:
        return f"{value:.1f}".replace(".", ",")

    where = f"les habitants de la commune {row['nom']} ont accès en moyenne à"
    what = "consultations, visites ou téléconsultations de médecine générale par an et par habitant"
    return (
        f"Lecture : Compte tenu de la structure par âge de la population, {where} "
        f"{french(row['apl'])} {what}. \nQuand l'offre de soins de médecine générale est "
        f"restreinte à celle fournie par les médecins âgés de 65 ans ou moins, {where} "
        f"{french(row['apl_65'])} {what}."
    )
