"""PDF: pages, tags, language, text alternatives, the words of the model, hostile texts."""

import io
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pypdf
import pytest

from cpts_data.documents.content import document
from cpts_data.documents.material import Material
from cpts_data.documents.model import Model, OwnText, Picture, Table
from cpts_data.documents.pdf import pdf
from cpts_data.documents.rendering import typeset
from cpts_data.territories import Level

PAGES = {
    Model.PORTRAIT: range(2, 3),
    Model.DIAGNOSIS: range(20, 41),
    Model.DIALOGUE: range(1, 2),
    Model.LETTER: range(4, 5),
}
GAPS = re.compile(r"[\s\u00a0\u202f\u00ad\u200b-]+")
HOSTILE = (
    "#panic() $x^2$ *gras* _it_ `c` @ref <l> [a](b) \\ // /* {{x}} <script>alert(1)</script> "
    "&amp; =1+1 \x00\x07 \ud83d \u202e\U0001f600 漢字"
)
EMOJI = "\U0001f600\U0001f3f3\ufe0f\u200d\U0001f308" * 600


def squeezed(text):
    """A text without spaces nor hyphens: a line may end anywhere."""
    return GAPS.sub("", text)


@pytest.fixture(scope="module")
def read(written):
    """The PDF of a model and the words of its pages, read once."""

    @cache
    def made(model):
        reader = pypdf.PdfReader(io.BytesIO(pdf(written[model])))
        return reader, [squeezed(page.extract_text()) for page in reader.pages]

    return made


def elements(node):
    """The elements of the structure, in reading order: (type, element)."""
    node = node.get_object()
    if isinstance(node, pypdf.generic.ArrayObject):
        for one in node:
            yield from elements(one)
    elif isinstance(node, pypdf.generic.DictionaryObject):
        if "/S" in node:
            yield str(node["/S"]), node
        if "/K" in node:
            yield from elements(node["/K"])


@pytest.mark.parametrize("model", list(Model))
def test_it_is_accessible_french_and_tagged(read, model):
    reader, _ = read(model)
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "CPTS du Levant" in reader.metadata.title
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    found = list(elements(root["/StructTreeRoot"]))
    kinds = [kind for kind, _ in found]
    figures = [one for kind, one in found if kind == "/Figure"]
    assert all(str(one.get("/Alt", "")).strip() for one in figures)
    assert len(figures) >= (0 if model is Model.DIALOGUE else 1)
    assert "/Table" in kinds
    assert "/TH" in kinds
    levels = [int(kind[2:]) for kind in kinds if re.fullmatch(r"/H[1-6]", kind)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("model", list(Model))
def test_each_page_says_that_the_territory_is_fictitious(read, model):
    _, pages = read(model)
    assert all(squeezed("Territoire fictif de démonstration") in page for page in pages)


def test_the_number_of_pages_of_each_model(read):
    for model, expected in PAGES.items():
        assert len(read(model)[1]) in expected


def test_the_bookmarks_and_the_contents_are_the_sections(read, written):
    reader, pages = read(Model.DIAGNOSIS)
    titles = [part.title for part in written[Model.DIAGNOSIS].sections]
    marks = [squeezed(str(one.title)) for one in reader.outline if not isinstance(one, list)]
    assert [squeezed(f"{rank}{title}") for rank, title in enumerate(titles, 1)] == [
        mark for mark in marks if mark != "Sommaire"
    ] or [squeezed(title) for title in titles] == [mark for mark in marks if mark != "Sommaire"]
    assert all(squeezed(title) in pages[1] for title in titles)


def test_every_word_of_every_cell_is_in_the_pdf(read, written):
    """Cell by cell: what the model says is on paper, figures first."""
    text = "".join(read(Model.DIAGNOSIS)[1])
    seen = 0
    for part in written[Model.DIAGNOSIS].sections:
        for block in part.blocks:
            if isinstance(block, Table):
                for row in block.rows:
                    for cell in row.cells:
                        for told in (cell.text, cell.note):
                            assert squeezed(typeset(told)) in text, (block.id, told)
                            seen += bool(told)
            if isinstance(block, Picture):
                assert squeezed(block.caption) in text
                assert squeezed(block.source) in text
    assert seen > 2000


def test_figures_and_tables_are_numbered_in_order(read, written):
    text = "".join(read(Model.DIAGNOSIS)[1])
    for kind, word in ((Picture, "Figure"), (Table, "Tableau")):
        held = [
            block
            for part in written[Model.DIAGNOSIS].sections
            for block in part.blocks
            if isinstance(block, kind) and block.caption
        ]
        places = [
            text.find(squeezed(f"{word} {n} – {one.caption}")) for n, one in enumerate(held, 1)
        ]
        assert -1 not in places
        assert places == sorted(places)


@pytest.mark.parametrize("model", list(Model))
def test_hostile_texts_come_out_as_text(written, model):
    doc = replace(written[model], title=HOSTILE, notice=HOSTILE)
    if model is Model.DIAGNOSIS:
        first, *rest = doc.sections
        own = OwnText(f"{HOSTILE}\n{EMOJI}\n{'x' * 5000}")
        doc = replace(doc, sections=(replace(first, title=HOSTILE, blocks=(own,)), *rest))
    reader = pypdf.PdfReader(io.BytesIO(pdf(doc)))
    text = squeezed("".join(page.extract_text() for page in reader.pages[:6]))
    assert squeezed("#panic() $x^2$ *gras* _it_ `c` @ref <l> [a](b)") in text
    if model is Model.DIAGNOSIS:
        assert squeezed("<script>alert(1)</script> &amp; =1+1") in text
        assert "\U0001f600" in text
        assert text.count("x") >= 5000
    else:
        assert len(reader.pages) in PAGES[model]


def test_every_cpts_of_the_demonstration_has_the_pages_it_should(material):
    """Short documents for all, the diagnosis for the smallest, the largest and the cut ones."""
    sizes = material.diagnostic.membership_pairs(Level.CPTS).groupby("territory")["unit"].size()
    long = {sizes.idxmin(), sizes.idxmax()}
    for identifier in material.diagnostic.territories(Level.CPTS).table.index:
        territory = material.diagnostic.territory(Level.CPTS, identifier)
        for model in (Model.PORTRAIT, Model.LETTER, Model.DIALOGUE):
            doc = document(material, territory, model)
            assert len(pypdf.PdfReader(io.BytesIO(pdf(doc))).pages) in PAGES[model], identifier
        if identifier in long:
            doc = document(material, territory, Model.DIAGNOSIS)
            pages = len(pypdf.PdfReader(io.BytesIO(pdf(doc))).pages)
            assert pages in PAGES[Model.DIAGNOSIS], identifier


def test_a_space_that_knows_little_still_makes_whole_documents(five):
    material = Material(five)
    territory = five.territory(Level.CPTS, five.territories(Level.CPTS).table.index[0])
    for model, expected in PAGES.items():
        made = pdf(document(material, territory, model))
        assert len(pypdf.PdfReader(io.BytesIO(made)).pages) in expected, model
