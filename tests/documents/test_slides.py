"""Slides: the results as titles, native charts with the model's numbers, sources, hostile texts."""

import io
import math
import re
import shutil
import subprocess
from dataclasses import replace

import openpyxl
import pypdf
import pytest
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn

from cpts_data.documents.content import document
from cpts_data.documents.model import (
    Bullets,
    DotChart,
    KeyFigures,
    MapPicture,
    Model,
    Options,
    Priority,
    PyramidChart,
    TrendMark,
)
from cpts_data.documents.printable import one_line
from cpts_data.documents.slides import charts, plan, slides, template
from cpts_data.documents.slides.plan import Chart, Place, Trend
from tests.documents.hostile import EMOJI, HOSTILE, SEEN, UNSEEN

NOTICE = "Territoire fictif de démonstration"


@pytest.fixture(scope="module")
def doc(written):
    return written[Model.DIAGNOSIS]


@pytest.fixture(scope="module")
def deck(doc):
    return Presentation(io.BytesIO(slides(doc)))


def blocks(doc, kind):
    return [one for part in doc.sections for one in part.blocks if isinstance(one, kind)]


def words(slide):
    """Every text of a slide, tables included."""
    told = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            told.append(shape.text_frame.text)
        if getattr(shape, "has_table", False) and shape.has_table:
            told += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(told)


def natives(deck):
    return [
        (slide, shape)
        for slide in deck.slides
        for shape in slide.shapes
        if getattr(shape, "has_chart", False) and shape.has_chart
    ]


def told_by(deck, title):
    return next(one for one in deck.slides if one.shapes.title.text_frame.text == title)


def test_one_idea_each_about_ten_slides_wide(deck, doc):
    assert (deck.slide_width, deck.slide_height) == (template.WIDTH, template.HEIGHT)
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=0.001)
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert titles == [one.title for one in plan.plan(doc)]
    assert len(set(titles)) == len(titles)
    assert 10 <= len(titles) <= 16


def test_the_title_of_a_picture_is_its_result(deck, doc):
    titles = {slide.shapes.title.text_frame.text for slide in deck.slides}
    shown = [one.content for one in plan.plan(doc)]
    pictures = [one.picture for one in shown if isinstance(one, Chart)]
    assert len(pictures) >= 4
    assert {one.caption for one in pictures} <= titles


def test_every_slide_says_that_the_territory_is_fictitious_and_its_number(deck):
    for slide in deck.slides:
        kinds = {shape.placeholder_format.type for shape in slide.placeholders}
        assert {PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER} <= kinds
        footer = next(
            one
            for one in slide.placeholders
            if one.placeholder_format.type == PP_PLACEHOLDER.FOOTER
        )
        assert NOTICE in footer.text_frame.text
        assert NOTICE in slide.notes_slide.notes_text_frame.text
        assert slide._element.xpath('.//a:fld[@type="slidenum"]')


def test_every_source_is_on_the_slide_and_in_the_notes(deck, doc):
    for told in plan.plan(doc):
        slide = told_by(deck, told.title)
        notes = slide.notes_slide.notes_text_frame.text
        assert told.title in notes
        if told.source:
            assert told.source in words(slide)
    for picture in (*blocks(doc, PyramidChart), *blocks(doc, DotChart)):
        slide = [one for one in deck.slides if one.shapes.title.text_frame.text == picture.caption]
        for one in slide:
            assert picture.source in one.notes_slide.notes_text_frame.text
            assert "Source" in picture.source
    for facts in blocks(doc, Bullets)[:3]:
        assert facts.source.startswith("Source")
        assert any(facts.source in words(one) for one in deck.slides)


def test_bars_are_the_numbers_of_the_chart(deck, doc):
    shown = {
        one.content.picture.caption: one.content.picture
        for one in plan.plan(doc)
        if isinstance(one.content, Chart) and isinstance(one.content.picture, DotChart)
    }
    seen = 0
    for slide, shape in natives(deck):
        picture = shown.get(slide.shapes.title.text_frame.text)
        if picture is None:
            continue
        own, *others = shape.chart.plots[0].series
        assert list(own.values) == pytest.approx([dot.value for dot in picture.dots])
        assert len(others) == (1 if math.isnan(picture.across) else 0)
        for series in others:
            for value, dot in zip(series.values, picture.dots, strict=True):
                assert (value is None) == math.isnan(dot.reference)
                assert value is None or value == pytest.approx(dot.reference)
        names = list(shape.chart.plots[0].categories)
        for name, dot, row in zip(names, picture.dots, picture.table.rows, strict=True):
            assert one_line(dot.label) in name
            assert one_line(dot.figure) in name
            assert name.startswith(row.cells[-1].symbol)
        bars = own._element.find(qn("c:errBars"))
        for side, sign in (("plus", 1), ("minus", -1)):
            lengths = [float(v.text) for v in bars.find(qn(f"c:{side}")).iter(qn("c:v"))]
            ends = [dot.upper if sign > 0 else dot.lower for dot in picture.dots]
            for length, end, dot in zip(lengths, ends, picture.dots, strict=True):
                expected = 0.0 if math.isnan(end) else sign * (end - dot.value)
                assert length == pytest.approx(expected)
        axis = shape.chart.value_axis
        assert axis.minimum_scale <= min(dot.value for dot in picture.dots)
        assert axis.maximum_scale >= max(dot.value for dot in picture.dots)
        if math.isnan(picture.across):
            assert axis.minimum_scale <= 0
        seen += 1
    assert seen >= 3


def test_the_pyramid_is_that_of_the_model(deck, doc):
    (picture,) = blocks(doc, PyramidChart)
    slide = told_by(deck, picture.caption)
    (shape,) = [one for one in slide.shapes if getattr(one, "has_chart", False) and one.has_chart]
    men, women, men_beside, women_beside = shape.chart.plots[0].series
    assert list(men.values) == pytest.approx([-band.men for band in picture.bands])
    assert list(women.values) == pytest.approx([band.women for band in picture.bands])
    assert list(men_beside.values) == pytest.approx([-band.men_beside for band in picture.bands])
    assert list(women_beside.values) == pytest.approx([b.women_beside for b in picture.bands])
    assert shape.chart.value_axis.tick_labels.number_format == "0;0"
    total = sum(women.values) - sum(men.values)
    assert total == pytest.approx(100, abs=0.01)


def test_pictures_and_charts_have_their_alternative(deck, doc):
    alts = {one.alt for kind in (MapPicture, DotChart, PyramidChart) for one in blocks(doc, kind)}
    seen = 0
    for slide in deck.slides:
        for shape in slide.shapes:
            drawn = shape.shape_type is not None and "PICTURE" in str(shape.shape_type)
            if drawn or (getattr(shape, "has_chart", False) and shape.has_chart):
                told = shape._element.xpath(".//p:cNvPr")[0].get("descr", "")
                assert told in alts or told.startswith("Courbe. ")
                seen += 1
    assert seen >= 6


def test_large_figures_and_facts_are_the_models(deck, doc):
    told = "\n".join(words(slide) for slide in deck.slides)
    for item in blocks(doc, KeyFigures)[0].items:
        for one in (item.label, item.text, item.beside, item.verdict):
            assert one in told
    for facts in blocks(doc, Bullets)[:3]:
        for item in facts.items:
            assert item.text in told


def test_a_section_that_was_not_chosen_has_no_slide(material, own):
    few = document(material, own, Model.DIAGNOSIS, Options(sections=("acces", "methodes")))
    kinds = [type(one.content).__name__ for one in plan.plan(few)]
    assert kinds == ["Opening", "Place", "Chart", "Credits"]


def test_priorities_of_the_team_are_on_a_slide(material, own):
    rows = (Priority("Peu de médecins", "Accès aux soins", "Recruter", "Sans MT", "9 %"),)
    wanted = Options(sections=("synthese",), priorities=rows)
    made = Presentation(io.BytesIO(slides(document(material, own, Model.DIAGNOSIS, wanted))))
    slide = told_by(made, plan.DECIDE)
    (table,) = [
        one.table for one in slide.shapes if getattr(one, "has_table", False) and one.has_table
    ]
    assert [cell.text for cell in table.rows[1].cells] == [
        "Peu de médecins", "Accès aux soins", "Recruter", "Sans MT", "9\u202f%",
    ]  # fmt: skip


def test_a_new_definition_begins_a_new_line(deck):
    slide = template.blank().slides.add_slide(template.blank().slide_layouts[2])
    periods = ("2019", "2020", "2021", "2022")
    mark = TrendMark((1.0, float("nan"), 3.0, 4.0), (2,), periods)
    frame = charts.line(slide.shapes, mark, "Vaccination", 1, (0, 0, 9000000, 4000000))
    first, second = frame.chart.plots[0].series
    assert list(first.values) == [1.0, None, None, None]
    assert list(second.values) == [None, None, 3.0, 4.0]
    assert list(frame.chart.plots[0].categories) == list(periods)


@pytest.mark.parametrize(
    ("points", "expected"),
    [((8.5, 9.9), False), ((1.0, 2.0), True), ((70.0, 100.0), False), ((-1.0, 1.0), True)],
)
def test_a_scale_begins_at_zero_unless_the_line_would_be_flat(points, expected):
    # 8.5 to 9.9 is 14 % of 9.9; 1 to 2 is half; 70 to 100 is 30 %, not more; −1 is under zero.
    assert charts.from_zero(TrendMark(points)) is expected


@pytest.mark.parametrize(
    ("span", "step"), [(100, 20), (10, 2), (1.4, 0.5), (0.05, 0.01), (5, 1), (0, 1), (26, 10)]
)
def test_steps_are_round_and_at_most_five(span, step):
    assert charts.nice_step(span) == pytest.approx(step)


def test_the_trend_told_is_unfavourable_and_has_its_periods(doc):
    found = [one for one in plan.plan(doc) if isinstance(one.content, Trend)]
    assert len(found) == 1
    (told,) = found
    assert "défavorable" in told.title
    assert len(told.content.mark.periods) == len(told.content.mark.points) >= 3
    assert told.source.startswith("Source")


def test_hostile_texts_come_out_as_text(doc):
    sections = []
    for part in doc.sections:
        told = []
        for block in part.blocks:
            if isinstance(block, Bullets):
                items = tuple(replace(one, text=f"{HOSTILE} {EMOJI}") for one in block.items)
                block = replace(block, items=items, source=HOSTILE)
            if isinstance(block, DotChart):
                dots = tuple(replace(one, label=HOSTILE) for one in block.dots)
                block = replace(block, dots=dots, caption=f"{block.id} {HOSTILE}", alt=HOSTILE)
            told.append(block)
        sections.append(replace(part, blocks=tuple(told)))
    hostile = replace(doc, title=HOSTILE, sections=tuple(sections))
    made = Presentation(io.BytesIO(slides(hostile)))
    first = made.slides[0]
    assert all(one in first.shapes.title.text_frame.text for one in SEEN)
    everything = "\n".join(words(slide) for slide in made.slides)
    notes = "\n".join(slide.notes_slide.notes_text_frame.text for slide in made.slides)
    assert EMOJI in everything
    assert all(one in notes for one in SEEN)
    assert not any(one in everything + notes for one in UNSEEN)
    for _, shape in natives(made):
        for name in shape.chart.plots[0].categories:
            assert not any(one in name for one in UNSEEN)
    names = ["".join(shape.chart.plots[0].categories) for _, shape in natives(made)]
    assert any("HYPERLINK" in one for one in names)


def test_the_workbook_behind_a_chart_holds_no_formula_nor_link(doc):
    """A territory may be called as a formula begins: the name of the series stays a text."""
    made = Presentation(io.BytesIO(slides(replace(doc, title='=HYPERLINK("http://x";"y")'))))
    seen = 0
    for _, shape in natives(made):
        book = openpyxl.load_workbook(io.BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
        for row in book.active.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
                seen += "HYPERLINK" in str(cell.value)
    assert seen >= 2


def test_maps_lie_beside_figures_without_covering_them(deck):
    for slide in deck.slides:
        places = [
            shape
            for shape in slide.shapes
            if not shape.is_placeholder and shape.width and shape.height
        ]
        for shape in places:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width + 10
            assert shape.top + shape.height <= deck.slide_height + 10
    shown = [one for one in deck.slides if any("PICTURE" in str(s.shape_type) for s in one.shapes)]
    assert shown


def test_a_space_that_knows_little_still_makes_slides(five):
    from cpts_data.documents.material import Material
    from cpts_data.territories import Level

    poor = Material(five)
    territory = five.territory(Level.CPTS, "CPTS-A")
    made = Presentation(io.BytesIO(slides(document(poor, territory, Model.DIAGNOSIS))))
    assert made.slides[0].shapes.title.text_frame.text == territory.name
    assert not any(NOTICE in words(slide) for slide in made.slides)
    assert isinstance(plan.plan(document(poor, territory, Model.DIAGNOSIS))[1].content, Place)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_libreoffice_opens_every_slide(doc, tmp_path):
    source = tmp_path / "diaporama.pptx"
    source.write_bytes(slides(doc))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profil", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    reader = pypdf.PdfReader(source.with_suffix(".pdf"))
    told = plan.plan(doc)
    assert len(reader.pages) == len(told)
    gaps = re.compile(r"\s+")
    for page, slide in zip(reader.pages, told, strict=True):
        text = gaps.sub("", page.extract_text())
        assert gaps.sub("", slide.title) in text
        assert gaps.sub("", NOTICE) in text
