"""A territory laid on a sheet: places, borders, names, states."""

import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from cpts_data.drawing import map_sheet


def squares(count):
    """Squares of one kilometre side by side, from west to east."""
    shapes = [shapely.box(1000 * k, 0, 1000 * (k + 1), 1000) for k in range(count)]
    return gpd.GeoSeries(shapes, index=[f"0000{k}" for k in range(count)], crs=2154)


def laid(count=4, inside=("00001", "00002"), names=(("00001", "Orlac"),)):
    plane = squares(count)
    departements = pd.Series(["00", "00", "96", "96"][:count], index=plane.index)
    return map_sheet.laid(plane, inside, departements, {"autre": ["00003"]}, names)


def test_one_unit_is_the_same_length_everywhere_and_north_is_up():
    sheet = laid()
    # Two kilometres and a margin of 6 % on each side: 2,240 m over 1,000 units.
    assert sheet.metres == pytest.approx(2.24)
    points = re.findall(r"([-\d.]+) ([-\d.]+)", sheet.paths["00001"])
    xs = [float(x) for x, _ in points]
    ys = [float(y) for _, y in points]
    assert max(xs) - min(xs) == pytest.approx(1000 / 2.24, abs=0.2)
    assert max(ys) - min(ys) == pytest.approx(1000 / 2.24, abs=0.2)
    assert 0 < min(ys) < max(ys) < sheet.height


def test_the_scale_is_round_and_about_a_fifth():
    length, words = laid().scale
    assert words == "200\u00a0m"
    assert length == pytest.approx(200 / 2.24)


def test_only_lines_between_departements_are_borders():
    assert "Z" not in laid().borders
    xs = {float(x) for x, _ in re.findall(r"([-\d.]+) ([-\d.]+)", laid().borders)}
    assert xs == {500.0}
    assert (
        map_sheet.laid(
            squares(2), ["00000"], pd.Series(["00", "00"], index=["00000", "00001"]), {}, []
        ).borders
        == ""
    )


def test_a_commune_wears_its_colour_its_hatches_or_grey():
    drawn = map_sheet.drawing(laid(), {"00001": "#123456"}, {"hatched": {"00002"}})
    assert 'fill="#123456"' in drawn
    assert drawn.count('fill="url(#h)"') == 1
    missing = map_sheet.drawing(laid(), {})
    assert missing.count('fill="#b4bac1"') == 2
    blank = map_sheet.drawing(laid(), {}, {"blank": {"00001"}, "dotted": {"00002"}})
    assert 'fill="#ffffff"' in blank
    assert blank.count('fill="url(#d)"') == 1


def test_a_name_that_would_cover_another_is_left_out_and_none_is_interpreted():
    names = [("00001", "<b>Orlac</b>"), ("00001", "Doublon")]
    drawn = map_sheet.drawing(laid(names=names), {})
    assert "&lt;b&gt;Orlac&lt;/b&gt;" in drawn
    assert "Doublon" not in drawn


def test_a_territory_without_contour_cannot_be_laid():
    with pytest.raises(ValueError, match="contour"):
        laid(inside=("99999",))
