"""Every document in every form, through the one door; names of files."""

import io
import json
import zipfile

import pytest

from cpts_data.documents.deliverables import FORMS, Deliverable, file_name, make, slug
from cpts_data.documents.model import Model
from cpts_data.documents.preview import (
    archive_lines,
    page_count,
    page_images,
    sheet_lines,
    slide_lines,
)
from cpts_data.territories import Level, Territory

# How files of each form begin, and what a package of Office holds.
BEGINS = {"pdf": b"%PDF-", "csv": b"\xef\xbb\xbf", "geojson": b"{", "parquet": b"PAR1"}
HOLDS = {
    "docx": "word/document.xml",
    "pptx": "ppt/presentation.xml",
    "xlsx": "xl/workbook.xml",
    "zip": "alternatives.txt",
}


@pytest.fixture(scope="module")
def made(five):
    """Every document of a small territory, in every form."""
    from cpts_data.documents.material import Material

    material = Material(five)
    territory = five.territory(Level.CPTS, "CPTS-A")
    return {
        (one, form): make(material, territory, one, form)
        for one in Deliverable
        for form in one.forms
    }


def test_each_form_is_what_it_says(made):
    assert {form for _, form in made} == set(FORMS)
    for (_, form), content in made.items():
        if form in BEGINS:
            assert content.startswith(BEGINS[form])
        else:
            assert HOLDS[form] in zipfile.ZipFile(io.BytesIO(content)).namelist()


def test_a_preview_tells_what_the_file_holds(made):
    pdf = made[Deliverable.PORTRAIT, "pdf"]
    assert page_count(pdf) == 2
    images = page_images(pdf, [1, 0], ppi=50)
    assert [one[:3] for one in images] == [b"\xff\xd8\xff"] * 2
    titles = list(slide_lines(made[Deliverable.SLIDES, "pptx"]))
    assert titles[0] == "CPTS de la plaine"
    names = [name for name, _, _ in sheet_lines(made[Deliverable.WORKBOOK, "xlsx"])]
    assert names[0] == "Lisez-moi"
    assert "Dictionnaire" in names
    assert "alternatives.txt" in list(archive_lines(made[Deliverable.PICTURES, "zip"]))
    assert json.loads(made[Deliverable.DATA, "geojson"])["type"] == "FeatureCollection"


def test_a_form_that_a_document_does_not_take_is_refused(five):
    from cpts_data.documents.material import Material

    territory = five.territory(Level.CPTS, "CPTS-A")
    with pytest.raises(ValueError, match="« Diaporama » se fait en pptx, pas en pdf"):
        make(Material(five), territory, Deliverable.SLIDES, "pdf")


def test_slides_tables_and_pictures_are_made_of_the_diagnosis():
    told = {one.value: one.model for one in Deliverable}
    assert told["portrait"] is Model.PORTRAIT
    assert told["lettre"] is Model.LETTER
    assert told["diaporama"] is told["tableur"] is told["images"] is Model.DIAGNOSIS


@pytest.mark.parametrize(
    ("name", "identifier", "expected"),
    [
        ("CPTS du Levant", "L-1", "portrait_cpts-du-levant.pdf"),
        ("CPTS « Île & Côte »", "x", "portrait_cpts-ile-cote.pdf"),
        ("../../etc/passwd", "x", "portrait_etc-passwd.pdf"),
        ("<script>", "x", "portrait_script.pdf"),
        ("漢字", "93-A", "portrait_93-a.pdf"),
        ("", "", "portrait_cpts.pdf"),
        ("a" * 200, "x", f"portrait_{'a' * 60}.pdf"),
        ("nom\x00de\nfichier\\:*?", "x", "portrait_nom-de-fichier.pdf"),
    ],
)
def test_names_of_files_hold_on_any_system(name, identifier, expected):
    territory = Territory(Level.CPTS, identifier, name)
    assert file_name(territory, Deliverable.PORTRAIT, "pdf") == expected


def test_slugs_have_neither_accents_nor_edges():
    assert slug("  Œuvre d’Été – 2024 ! ") == "oeuvre-d-ete-2024"
    assert slug("—") == ""
