"""Word: the cells of the model, real styles, fields, captions, alternatives, hostile texts."""

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree

import docx
import pypdf
import pytest
from docx.oxml.ns import qn

from cpts_data.documents.content import document
from cpts_data.documents.model import (
    Bullets,
    Kind,
    Missing,
    Model,
    Options,
    OwnText,
    Picture,
    Prompt,
    Table,
)
from cpts_data.documents.printable import printable
from cpts_data.documents.word import word
from tests.documents.hostile import EMOJI, HOSTILE, SEEN, UNSEEN

NOTICE = "Territoire fictif de démonstration"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The order that the schema of WordprocessingML (ISO/IEC 29500-1, CT_PPr) gives to what we write.
ORDER = [
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd",
    "tabs", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr", "sectPr",
]  # fmt: skip


@pytest.fixture(scope="module")
def opened(written):
    """The Word file of a model, made and opened once."""

    @cache
    def made(model):
        return docx.Document(io.BytesIO(word(written[model])))

    return made


def blocks(doc, kind):
    return [one for part in doc.sections for one in part.blocks if isinstance(one, kind)]


def texts(cell):
    return [paragraph.text for paragraph in cell.paragraphs]


def tables_of(made, style):
    return [table for table in made.tables if table.style.name == style]


@pytest.mark.parametrize("model", list(Model))
def test_every_cell_of_every_table_is_the_models(opened, written, model):
    """Cell by cell, in order: sign, words, second line. Only drawings have no column."""
    expected = []
    for part in written[model].sections:
        for block in part.blocks:
            if isinstance(block, Table | Missing):
                expected.append(block)
    found = tables_of(opened(model), "Tableau CPTS")
    assert len(found) == len(expected)
    seen = 0
    for table, block in zip(found, expected, strict=True):
        if isinstance(block, Missing):
            told = [[one.label, one.why, one.how] for one in block.items]
            assert [[c.text for c in row.cells] for row in table.rows[1:]] == told
            continue
        kept = [k for k, one in enumerate(block.columns) if one.kind is not Kind.DRAWING]
        assert [c.text for c in table.rows[0].cells] == [block.columns[k].title for k in kept]
        for row, line in zip(table.rows[1:], block.rows, strict=True):
            if line.heading:
                cell = line.cells[0]
                assert row.cells[0].text.split("  ")[0] == cell.text
                continue
            for made, place in zip(row.cells, kept, strict=True):
                cell = line.cells[place]
                sign = f"{cell.symbol}\u00a0" if cell.symbol else ""
                assert texts(made) == [sign + cell.text, *([cell.note] if cell.note else [])]
                seen += bool(cell.quantity)
    assert seen >= {Model.DIAGNOSIS: 700, Model.PORTRAIT: 30}.get(model, 0)


def test_large_figures_are_the_models(opened, written):
    table = tables_of(opened(Model.PORTRAIT), "Chiffres CPTS")[0]
    section = written[Model.PORTRAIT].section("chiffres")
    items = section.blocks[0].items
    cells = [cell for row in table.rows for cell in row.cells]
    for item, cell in zip(items, cells, strict=False):
        lines = [one for one in (item.meta, item.beside) if one]
        figure = f"{item.text} {item.unit}".strip()
        assert texts(cell)[:2] == [item.label, figure]
        assert texts(cell)[2 : 2 + len(lines)] == lines
        if item.verdict:
            assert texts(cell)[-1].replace("\u00a0", " ").strip() == (
                f"{item.symbol} {item.verdict}".replace("\u00a0", " ").strip()
            )


def test_headers_are_repeated_and_rows_are_never_cut(opened):
    for table in tables_of(opened(Model.DIAGNOSIS), "Tableau CPTS"):
        first = table.rows[0]._tr
        assert first.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        for row in table.rows:
            assert row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None


def test_captions_are_numbered_by_fields_in_order(opened, written):
    made, doc = opened(Model.DIAGNOSIS), written[Model.DIAGNOSIS]
    captions = [one for one in made.paragraphs if one.style.name == "Caption"]
    for word_, kind in (("Figure", Picture), ("Tableau", Table)):
        held = [one.caption for one in blocks(doc, kind) if one.caption]
        told = [one.text for one in captions if one.text.startswith(word_)]
        expected = [f"{word_} {n} – {caption}" for n, caption in enumerate(held, 1)]
        fields = [" ".join(one._p.xpath(".//w:instrText/text()")).strip() for one in captions]
        clean = [re.sub(rf" ?SEQ {word_} \\\* ARABIC ?", "", one) for one in told]
        assert clean == expected
        assert fields.count(f"SEQ {word_} \\* ARABIC") == len(held)


def test_every_picture_has_its_alternative_and_its_source(opened, written):
    made, doc = opened(Model.DIAGNOSIS), written[Model.DIAGNOSIS]
    pictures = blocks(doc, Picture)
    cover = [
        one for one in doc.section("territoire").blocks if one.__class__.__name__ == "MapPicture"
    ]
    shapes = [shape._inline.docPr for shape in made.inline_shapes]
    assert [one.get("descr") for one in shapes] == [one.alt for one in [*cover, *pictures]]
    sources = {one.text for one in made.paragraphs if one.style.name == "Source"}
    for one in (*pictures, *blocks(doc, Table), *blocks(doc, Bullets)):
        if one.source:
            assert one.source in sources


def test_the_contents_stand_there_before_any_update(opened, written):
    made = opened(Model.DIAGNOSIS)
    field = made.element.body.xpath('.//w:instrText[contains(., "TOC")]')
    assert len(field) == 1
    links = made.element.body.xpath(".//w:hyperlink")
    titles = [part.title for part in written[Model.DIAGNOSIS].sections]
    assert ["".join(one.xpath(".//w:t/text()")) for one in links] == [
        f"{rank} {title}" for rank, title in enumerate(titles, 1)
    ]
    marks = set(made.element.body.xpath(".//w:bookmarkStart/@w:name"))
    assert {one.get(qn("w:anchor")) for one in links} <= marks
    headings = [one.text for one in made.paragraphs if one.style.name == "Heading 1"]
    assert headings == titles
    ends = [
        made.element.body.xpath(f'.//w:fldChar[@w:fldCharType="{k}"]') for k in ("begin", "end")
    ]
    assert len(ends[0]) == len(ends[1])


@pytest.mark.parametrize("model", list(Model))
def test_each_page_says_that_the_territory_is_fictitious_and_its_number(opened, model):
    (section,) = opened(model).sections
    assert NOTICE in section.header.paragraphs[0].text
    orders = section.footer._element.xpath(".//w:instrText/text()")
    assert [one.strip() for one in orders] == ["PAGE", "NUMPAGES"]
    assert not section.different_first_page_header_footer


@pytest.mark.parametrize("model", list(Model))
def test_it_is_in_french_and_knows_what_it_is(opened, written, model):
    made = opened(model)
    held = made.core_properties
    assert held.language == "fr-FR"
    assert held.title == f"{model.label} : CPTS du Levant"
    assert NOTICE in held.keywords
    assert written[model].mention == held.comments
    langs = made.styles.element.xpath("//w:docDefaults//w:lang")
    assert [one.get(qn("w:val")) for one in langs] == ["fr-FR"]
    assert any(one.text == written[model].mention for one in made.paragraphs)


@pytest.mark.parametrize("model", list(Model))
def test_properties_stand_in_the_order_of_the_schema(written, model):
    """Word refuses, without a word, a paragraph whose properties are in another order."""
    with zipfile.ZipFile(io.BytesIO(word(written[model]))) as archive:
        parts = [name for name in archive.namelist() if name.endswith(".xml")]
        for name in parts:
            root = ElementTree.fromstring(archive.read(name))
            for properties in root.iter(f"{W}pPr"):
                names = [one.tag.removeprefix(W) for one in properties]
                assert set(names) <= set(ORDER), name
                assert names == sorted(names, key=ORDER.index), name


def test_questions_leave_a_place_to_write_and_own_words_take_it(material, own):
    kept = ("introduction", "population")
    told = {"introduction": "Première ligne.\n\nSeconde <ligne> & fin."}
    doc = document(material, own, Model.DIAGNOSIS, Options(sections=kept, paragraphs=told))
    made = docx.Document(io.BytesIO(word(doc)))
    lines = [one.text for one in made.paragraphs if one.style.name == "Normal"]
    assert "Première ligne." in lines
    assert "Seconde <ligne> & fin." in lines
    controls = made.element.body.xpath(".//w:sdt[.//w:showingPlcHdr]")
    assert len(controls) == len(blocks(doc, Prompt)) == 1
    questions = [one.text for one in made.paragraphs if one.style.name == "Question"]
    assert questions == list(blocks(doc, Prompt)[0].questions)


@pytest.mark.parametrize("model", list(Model))
def test_hostile_texts_come_out_as_text(written, model):
    first, *rest = written[model].sections
    own = OwnText(f"{HOSTILE}\n{EMOJI}")
    hostile = replace(first, title=HOSTILE, blocks=(*first.blocks, own))
    doc = replace(written[model], title=HOSTILE, space=HOSTILE, sections=(hostile, *rest))
    made = docx.Document(io.BytesIO(word(doc)))
    heading = next(one.text for one in made.paragraphs if one.style.name == "Heading 1")
    everything = "\n".join(one.text for one in made.paragraphs)
    for one in SEEN:
        assert one in heading
        assert one in made.sections[0].header.paragraphs[0].text
        assert one in made.core_properties.title
    assert EMOJI in everything
    assert not any(one in everything for one in UNSEEN)
    assert printable(HOSTILE) in everything


def test_a_space_that_knows_little_still_makes_whole_documents(five):
    from cpts_data.documents.material import Material
    from cpts_data.territories import Level

    poor = Material(five)
    for identifier in five.territories(Level.CPTS).table.index:
        territory = five.territory(Level.CPTS, str(identifier))
        for model in Model:
            made = docx.Document(io.BytesIO(word(document(poor, territory, model))))
            assert NOTICE not in made.sections[0].header.paragraphs[0].text
            assert territory.name in made.sections[0].header.paragraphs[0].text


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
@pytest.mark.parametrize("model", list(Model))
def test_libreoffice_opens_it_whole(written, model, tmp_path):
    """Every caption and every heading is on the pages, and each page has the notice."""
    source = tmp_path / f"{model.value}.docx"
    source.write_bytes(word(written[model]))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profil", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    reader = pypdf.PdfReader(source.with_suffix(".pdf"))
    gaps = re.compile(r"\s+")
    pages = [gaps.sub("", page.extract_text()) for page in reader.pages]
    assert all(gaps.sub("", NOTICE) in page for page in pages)
    text = "".join(pages)
    for part in written[model].sections:
        assert gaps.sub("", part.title) in text
        for block in part.blocks:
            if isinstance(block, Table | Picture):
                assert gaps.sub("", block.caption) in text
