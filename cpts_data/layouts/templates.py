"""The two tables that people fill in themselves: their columns, and the files to fill.

One declaration of each table serves the reader, the CSV and Excel templates, and the help. Lines
that begin with « EXEMPLE » show how to fill; the readers leave them out.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import xlsxwriter

EXAMPLE = "EXEMPLE"
SHEET, HELP_SHEET = "Données", "Mode d'emploi"
FILLED_ROWS = 5000
_CREATED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Entry(StrEnum):
    """How a column is filled, and hence how a workbook checks it."""

    TEXT = "texte"
    NUMBER = "nombre positif ou nul"
    DATE = "date (31/12/2026)"
    CHOICE = "un mot de la liste"


@dataclass(frozen=True)
class Field:
    """One column to fill: its label in the file, what it holds, and an example."""

    name: str
    description: str
    example: str
    entry: Entry = Entry.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """One table to fill: its title, its columns, and the rules that hold for all (French).

    ``signature`` are the labels by which a filled table is recognised.
    """

    title: str
    fields: tuple[Field, ...]
    rules: tuple[str, ...]
    signature: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The labels, in order."""
        return tuple(field.name for field in self.fields)

    @property
    def required(self) -> tuple[str, ...]:
        """The labels without which a line has no sense."""
        return tuple(field.name for field in self.fields if field.required)

    def field(self, name: str) -> Field:
        """The field of that label; ``KeyError`` otherwise."""
        return {field.name: field for field in self.fields}[name]


RESOURCE_TYPES = (
    "structure_d_exercice",
    "etablissement_de_sante",
    "medico_social",
    "permanence_de_soins",
    "prevention",
    "sante_mentale_addictologie",
    "aide_et_accompagnement",
    "association_d_usagers",
    "collectivite",
    "transport_sanitaire",
    "formation",
    "autre",
)
LEVELS = ("commune", "cpts", "epci", "departement", "region", "france")
STATUSES = ("observe", "masque", "manquant")

RESOURCES = Template(
    title="Ressources locales d'une CPTS",
    fields=(
        Field("nom", "nom de la structure", "Maison de santé du Port", required=True),
        Field(
            "type",
            "type de ressource",
            "structure_d_exercice",
            Entry.CHOICE,
            required=True,
            choices=RESOURCE_TYPES,
        ),
        Field("competence", "ce qu'elle propose", "Soins non programmés, suture"),
        Field("adresse", "adresse postale", "3 rue du Docteur Roux"),
        Field("code_commune", "code officiel de la commune (5 caractères)", "01004"),
        Field("commune", "nom de la commune", "Ambérieu-en-Bugey"),
        Field("cpts_id", "identifiant de la CPTS concernée", "cpts-plaine-01"),
        Field("horaires", "jours et heures d'ouverture", "lundi au vendredi, 8 h à 20 h"),
        Field(
            "contact_structure",
            "téléphone, courriel ou site de la structure, jamais d'une personne",
            "04 74 00 00 00 ; contact@msp-du-port.fr",
        ),
        Field("valide_jusqu_au", "date à laquelle revoir la fiche", "31/12/2026", Entry.DATE),
        Field("remarque", "précision utile", "accès aux fauteuils roulants"),
    ),
    rules=(
        "Une ligne par structure. Indiquez au moins le code de la commune ou l'identifiant de la "
        "CPTS.",
        "N'indiquez aucune personne : ni nom, ni courriel nominatif, ni portable d'un "
        "professionnel. Les cases qui en contiennent sont vidées à la réception.",
    ),
    signature=("nom", "type", "competence", "contact_structure"),
)

INDICATORS = Template(
    title="Indicateurs locaux transmis par une CPAM ou une ARS",
    fields=(
        Field(
            "indicateur",
            "identifiant de l'indicateur, en minuscules et sans espace",
            "part_sans_mt_17_ans_et_plus",
            required=True,
        ),
        Field(
            "niveau",
            "niveau du territoire",
            "commune",
            Entry.CHOICE,
            required=True,
            choices=LEVELS,
        ),
        Field(
            "code",
            "code de la commune, ou identifiant du territoire (FR pour la France)",
            "01004",
            required=True,
        ),
        Field(
            "periode",
            "année, deux années ou partie d'année : 2025, 2024-2025, 2025-S1, 2025-T2, 2025-06",
            "2025",
            required=True,
        ),
        Field("strate", "partie de la population ; « ensemble » si vide", "ensemble"),
        Field(
            "numerateur", "nombre compté ; vide s'il est masqué ou manquant", "120", Entry.NUMBER
        ),
        Field(
            "denominateur",
            "nombre auquel le rapporter ; vide si l'indicateur est un simple nombre",
            "1000",
            Entry.NUMBER,
        ),
        Field(
            "statut",
            "observe, masque (secret) ou manquant",
            "observe",
            Entry.CHOICE,
            choices=STATUSES,
        ),
        Field(
            "public",
            "oui si le chiffre est déjà publié, non sinon",
            "non",
            Entry.CHOICE,
            choices=("oui", "non"),
        ),
    ),
    rules=(
        "Une ligne par indicateur, territoire, période et strate. Uniquement des nombres de "
        "personnes ou d'actes : aucune ligne ne décrit une personne.",
        "Un fichier dont une colonne ressemble à un numéro de sécurité sociale, à une date de "
        "naissance ou à un nom est refusé avant d'être conservé.",
        "Laissez vide un nombre masqué et écrivez « masque » : un zéro veut dire zéro.",
    ),
    signature=("indicateur", "niveau", "code", "periode", "numerateur"),
)

TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {"ressources_locales": RESOURCES, "indicateurs_locaux": INDICATORS}
)


def _example_row(template: Template) -> list[str]:
    first, *others = [field.example for field in template.fields]
    return [f"{EXAMPLE} {first}", *others]


def template_csv(source_id: str) -> str:
    """The text of a CSV to fill (``;``): its header and one line « EXEMPLE ».

    It begins with a byte order mark, so that a spreadsheet reads its accents once written as
    UTF-8. ``KeyError`` when the source has no template.
    """
    template = TEMPLATES[source_id]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(template.names)
    writer.writerow(_example_row(template))
    return "\ufeff" + stream.getvalue()


def template_workbook(source_id: str) -> bytes:
    """A workbook to fill: a sheet of data with lists and checks, a sheet that explains each column.

    Codes are cells of text, so that « 01004 » keeps its zero. ``KeyError`` when the source has no
    template.
    """
    template = TEMPLATES[source_id]
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as workbook:
        # A fixed date, so that two identical templates are the same bytes.
        workbook.set_properties({"title": template.title, "created": _CREATED})
        _write_data(workbook, template)
        _write_help(workbook, template)
    return stream.getvalue()


def _write_data(workbook: xlsxwriter.Workbook, template: Template) -> None:
    sheet = workbook.add_worksheet(SHEET)
    header = workbook.add_format(
        {"bold": True, "bg_color": "#1f4e79", "font_color": "#ffffff", "text_wrap": True}
    )
    text = workbook.add_format({"num_format": "@"})
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    formats = {Entry.TEXT: text, Entry.CHOICE: text, Entry.DATE: day, Entry.NUMBER: None}
    sheet.freeze_panes(1, 0)
    for column, field in enumerate(template.fields):
        sheet.set_column(column, column, max(14, len(field.name) + 4), formats[field.entry])
        sheet.write_string(0, column, field.name, header)
        if checks := _checks(field):
            sheet.data_validation(1, column, FILLED_ROWS, column, checks)
    for column, (field, cell) in enumerate(
        zip(template.fields, _example_row(template), strict=True)
    ):
        if field.entry is Entry.NUMBER:
            sheet.write_number(1, column, float(cell))
        else:
            sheet.write_string(1, column, cell, text)


def _checks(field: Field) -> dict[str, object]:
    """What a spreadsheet must accept in the cells of a column, told in French."""
    shared = {
        "input_title": field.name[:32],
        "input_message": field.description[:255],
        "error_title": "Valeur inattendue",
    }
    if field.entry is Entry.CHOICE:
        wanted = ", ".join(field.choices)
        message = f"Choisissez dans la liste : {wanted}."
        return {
            **shared,
            "validate": "list",
            "source": list(field.choices),
            "error_message": message if len(message) <= 255 else "Choisissez dans la liste.",
        }
    if field.entry is Entry.NUMBER:
        return {
            **shared,
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_message": "Un nombre positif ou nul ; laissez vide s'il est masqué.",
        }
    return {**shared, "validate": "any"}


def _write_help(workbook: xlsxwriter.Workbook, template: Template) -> None:
    sheet = workbook.add_worksheet(HELP_SHEET)
    bold = workbook.add_format({"bold": True})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 24, wrapped)
    sheet.set_column(1, 1, 60, wrapped)
    sheet.set_column(2, 4, 28, wrapped)
    sheet.write_string(0, 0, template.title, bold)
    line = 1
    for rule in (
        *template.rules,
        f"Les lignes qui commencent par « {EXAMPLE} » sont ignorées à la lecture.",
    ):
        sheet.merge_range(line, 0, line, 4, rule, wrapped)
        line += 1
    labels = ("Colonne", "Contenu", "Saisie", "Obligatoire", "Exemple")
    for column, label in enumerate(labels):
        sheet.write_string(line + 1, column, label, bold)
    for row, field in enumerate(template.fields, start=line + 2):
        entry = ", ".join(field.choices) if field.choices else str(field.entry)
        cells = (
            field.name,
            field.description,
            entry,
            "oui" if field.required else "non",
            field.example,
        )
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, wrapped)
