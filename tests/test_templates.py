"""The files to fill: accents, zeros and lists as a spreadsheet keeps them."""

import io

import openpyxl
import pytest

from cpts_data.layouts.templates import TEMPLATES, Entry, template_csv, template_workbook

both = pytest.mark.parametrize("source_id", list(TEMPLATES))


@both
def test_the_csv_opens_in_a_spreadsheet(source_id):
    text = template_csv(source_id)
    assert text.startswith("\ufeff")
    header, example = text.removeprefix("\ufeff").splitlines()
    assert header == ";".join(TEMPLATES[source_id].names)
    assert example.startswith("EXEMPLE ")


def test_the_documented_columns_are_those_of_the_formats():
    assert ";".join(TEMPLATES["ressources_locales"].names) == (
        "nom;type;competence;adresse;code_commune;commune;cpts_id;horaires;contact_structure;"
        "valide_jusqu_au;remarque"
    )
    assert ";".join(TEMPLATES["indicateurs_locaux"].names) == (
        "indicateur;niveau;code;periode;strate;numerateur;denominateur;statut;public"
    )


@both
def test_the_workbook_checks_what_is_typed(source_id):
    template = TEMPLATES[source_id]
    book = openpyxl.load_workbook(io.BytesIO(template_workbook(source_id)))
    sheet = book["Données"]
    assert [cell.value for cell in sheet[1]] == list(template.names)
    checks = {
        str(check.sqref).split(":")[0]: check for check in sheet.data_validations.dataValidation
    }
    for column, field in enumerate(template.fields, start=1):
        check = checks[sheet.cell(2, column).coordinate]
        if field.entry is Entry.CHOICE:
            assert check.type == "list"
            assert check.formula1.strip('"').split(",") == list(field.choices)
        elif field.entry is Entry.NUMBER:
            assert (check.type, check.operator, check.formula1) == (
                "decimal",
                "greaterThanOrEqual",
                "0",
            )
        if field.entry is Entry.TEXT:
            assert sheet.cell(2, column).number_format == "@"


@both
def test_the_workbook_explains_every_column(source_id):
    book = openpyxl.load_workbook(io.BytesIO(template_workbook(source_id)))
    told = {row[0].value for row in book["Mode d'emploi"].iter_rows()}
    assert set(TEMPLATES[source_id].names) <= told


@both
def test_two_templates_are_the_same_bytes(source_id):
    assert template_workbook(source_id) == template_workbook(source_id)


def test_an_unknown_source_has_no_template():
    with pytest.raises(KeyError):
        template_csv("rpps")
