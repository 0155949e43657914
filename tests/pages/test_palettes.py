"""Colours measured: contrast (WCAG 2.1) and order in grey, as a reader or a printer sees them."""

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from cpts_data.drawing import map_layer_list, map_legend, palettes
from cpts_data.indicators import INDICATORS, Polarity
from cpts_data.reading import verdicts

ROOT = Path(__file__).resolve().parents[2]
TEXT, GRAPHICS = 4.5, 3.0
WHITE, INK = "#ffffff", "#1d2733"
APART = 1.2
ONE_OF = {
    polarity: next(one for one in INDICATORS.values() if one.polarity is polarity)
    for polarity in Polarity
}


def luminance(colour):
    """Relative luminance, WCAG 2.1."""
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_the_standard():
    # White on black is 21; #767676 is the lightest grey that passes for text on white.
    assert contrast("#000000", WHITE) == pytest.approx(21)
    assert contrast("#767676", WHITE) == pytest.approx(4.54, abs=0.01)
    assert contrast("#777777", WHITE) < TEXT


@pytest.mark.parametrize("polarity", list(Polarity))
@pytest.mark.parametrize("classes", [2, 3, 4, 5, 7])
def test_classes_darken_step_by_step_in_grey(polarity, classes):
    colours = palettes.sequential(ONE_OF[polarity], classes)
    least = APART if classes <= 5 else 1.1
    for lighter, darker in pairwise(colours):
        assert luminance(lighter) > luminance(darker)
        assert contrast(lighter, darker) >= least, (lighter, darker)


def test_stages_are_one_ordered_scale_in_grey():
    for colours in (list(palettes.STAGES.values()), list(palettes.STAGE_LINES.values())):
        for lighter, darker in pairwise(colours):
            assert contrast(lighter, darker) >= APART, (lighter, darker)
            assert luminance(lighter) > luminance(darker)


def test_spots_are_told_apart_in_grey():
    for colours in (palettes.SPOTS, palettes.NEIGHBOURHOODS):
        for one, other in combinations(colours.values(), 2):
            assert contrast(one, other) >= APART, (one, other)


def test_gaps_darken_with_the_population_and_stand_out_of_what_is_covered():
    for lighter, darker in pairwise(palettes.GAPS):
        assert contrast(lighter, darker) >= APART
    assert contrast(palettes.GAPS[1], palettes.COVERED) >= 1.5


@pytest.mark.parametrize(
    "colour",
    [
        *palettes.STAGE_LINES.values(),
        palettes.NO_STAGE,
        *(colour for colour, _ in palettes.ZONING.values()),
        *palettes.REFERENCES,
        palettes.OWN,
        "#46525e",  # hatches of the legend
        "#1b2530",  # borders
    ],
)
def test_lines_on_their_white_casing(colour):
    assert contrast(colour, WHITE) >= GRAPHICS


def test_zones_of_one_profession_differ_by_their_dashes_too():
    for names in (("ZIP", "ZAC", "ZV"), ("VUD", "UD", "INT", "VD", "OD")):
        dashes = [palettes.ZONING[name][1] for name in names]
        assert len(set(dashes)) == len(dashes)


@pytest.mark.parametrize(
    "layer",
    [*map_layer_list.STRUCTURES, *map_layer_list.PROFESSIONS],
    ids=lambda layer: layer.id,
)
def test_marks_carry_white_text(layer):
    assert contrast(layer.colour, WHITE) >= TEXT


def test_letters_of_structures_are_all_different():
    letters = [layer.letter for layer in map_layer_list.STRUCTURES]
    assert len(set(letters)) == len(letters)


def test_hatches_are_seen_on_what_lies_under():
    for polarity in Polarity:
        for colour in palettes.sequential(ONE_OF[polarity], 5):
            # As map_layer.js chooses: white on dark, dark on the rest.
            red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
            dark = red * 0.299 + green * 0.587 + blue * 0.114 < 110
            assert contrast(colour, WHITE if dark else "#1b2530") >= GRAPHICS, colour
    for colour in (map_legend.MASKED_COLOUR, map_legend.MISSING_COLOUR):
        assert contrast(colour, "#1b2530") >= GRAPHICS


def test_states_without_value_are_not_mistaken_for_one_another():
    greys = [map_legend.MISSING_COLOUR, map_legend.CONTEXT_COLOUR, map_legend.BLANK_COLOUR]
    for one, other in combinations(greys, 2):
        assert contrast(one, other) >= APART


def test_verdicts_are_read_on_their_ground():
    for (tone, _), ground in verdicts.GROUNDS.items():
        assert contrast(INK, ground) >= TEXT, (tone, ground)


def test_verdicts_do_not_need_their_colour():
    """Favourable and not: the sign differs, and in grey the strong ground of each is darker."""
    for tone in (verdicts.FAVOURABLE, verdicts.UNFAVOURABLE, verdicts.NEUTRAL):
        assert contrast(verdicts.GROUNDS[tone, True], verdicts.GROUNDS[tone, False]) >= APART
    signs = [(sign, words) for sign, _, _, words in verdicts.LEGEND]
    assert len(set(signs)) == len(signs)
    # Every entry says something in words, in one column or the other: never a colour alone.
    assert all(re.search("[a-zé]{4}", f"{sign} {words}") for sign, words in signs)


@pytest.mark.parametrize("tone", [verdicts.FAVOURABLE, verdicts.UNFAVOURABLE, verdicts.NEUTRAL])
def test_inks_of_verdicts_are_seen_on_white(tone):
    assert contrast(verdicts.INKS[tone], WHITE) >= GRAPHICS


@pytest.mark.parametrize("sheet", ["frame.css", "cards.css", "map_layer.css"])
def test_texts_of_the_style_sheets(sheet):
    """Every text colour of ours on the ground of its own rule, else on white and pale grey."""
    text = (ROOT / "pages" / "parts" / sheet).read_text(encoding="utf-8")
    found = 0
    for rule in re.findall(r"{([^{}]*)}", text):
        colour = re.search(r"(?<![-\w])color: (#[0-9a-f]{3,6})", rule)
        if not colour:
            continue
        ground = re.search(r"background: (#[0-9a-f]{3,6})\b", rule)
        grounds = [whole(ground.group(1))] if ground else [WHITE]
        if whole(colour.group(1)) == WHITE and not ground:
            continue  # white on the colour of a mark: measured above
        for one in grounds:
            assert contrast(whole(colour.group(1)), one) >= TEXT, rule
        found += 1
    assert found >= 3


def whole(colour):
    """« #fff » written « #ffffff »."""
    if len(colour) == 4:
        colour = "#" + "".join(2 * digit for digit in colour[1:])
    return colour
