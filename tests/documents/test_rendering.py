"""Charts and maps as images that stand alone; what a typeface cannot draw."""

import io
import re
from xml.etree import ElementTree

import pytest
from PIL import Image

from cpts_data.documents.model import DotChart, MapPicture, Model, Picture, PyramidChart
from cpts_data.documents.rendering import as_data, drawable, png, svg, typeset


@pytest.fixture(scope="module")
def pictures(written):
    """One picture of each kind."""
    found = {}
    for part in written[Model.DIAGNOSIS].sections:
        for block in part.blocks:
            if isinstance(block, Picture):
                found.setdefault(type(block), block)
    return found


def test_every_kind_of_picture_is_a_png_of_the_asked_width(pictures):
    assert len(pictures) == 4
    for picture in pictures.values():
        image = Image.open(io.BytesIO(png(picture, width_mm=127.0, ppi=100)))
        assert image.size[0] == 500
        assert image.convert("L").getextrema()[0] < 60


def test_a_title_and_a_notice_make_the_image_taller(pictures):
    picture = pictures[PyramidChart]
    heights = [
        Image.open(io.BytesIO(png(picture, ppi=72, titled=titled, notice=notice))).size[1]
        for titled, notice in ((False, ""), (True, ""), (True, "Territoire fictif"))
    ]
    assert heights == sorted(set(heights))


def test_an_svg_needs_no_font_and_asks_for_nothing(pictures):
    for picture in pictures.values():
        made = svg(picture).decode("utf-8")
        ElementTree.fromstring(made)
        assert "<script" not in made
        addresses = set(re.findall(r'(?:href|src)="([^"#][^"]*)"', made))
        assert all(one.startswith("data:") for one in addresses)


def test_the_map_has_its_scale_its_north_and_its_legend(pictures):
    picture = pictures[MapPicture]
    assert picture.scale_label.endswith("km")
    assert picture.scale_length > 50
    assert len(picture.keys) >= 2
    assert picture.drawing.startswith("<svg")


def test_the_axis_of_a_chart_holds_all_that_is_drawn(written):
    charts = [
        block
        for part in written[Model.DIAGNOSIS].sections
        for block in part.blocks
        if isinstance(block, DotChart)
    ]
    assert len(charts) >= 5
    for chart in charts:
        for dot in chart.dots:
            assert chart.low <= dot.value <= chart.high
        assert all(chart.low <= value <= chart.high for value, _ in chart.ticks)
        assert 3 <= len(chart.ticks) <= 8


def test_what_no_typeface_draws_becomes_a_square_and_joiners_go():
    assert drawable("Été 😀 漢 é") == "Été 😀 □ é"
    assert "□" not in drawable("a\u200db\ufe0f\u200f")
    assert drawable("plain") == "plain"
    assert drawable("\x00\x07é") == "é"


def test_an_endless_word_may_break():
    assert typeset("x" * 200).replace("\u200b", "") == "x" * 200
    assert "\u200b" in typeset("x" * 200)
    assert typeset("un mot ordinaire") == "un mot ordinaire"


def test_numbers_that_are_not_become_null():
    assert as_data({"a": float("nan"), "b": (1.5, float("inf"))}) == {"a": None, "b": [1.5, None]}
