"""The figures of a click, by hand: population, classes, money, what lies around."""

import pytest

from cpts_data.aci.scale import scale_of
from cpts_data.aci.size_classes import SIZE_CLASSES
from cpts_data.analysis.composed import Composition
from cpts_data.composition.land import Land
from cpts_data.composition.summary import (
    ACCESS,
    DOCTORS,
    bound_words,
    money_of,
    possible_sizes,
    summary,
)
from cpts_data.composition.surroundings import OWN
from cpts_data.reference.aci_tables import aci_tables
from tests.composition.conftest import codes


def told(diagnostic, land, parts, scale=None):
    composition = Composition.of("Essai", parts, land.year)
    figures = diagnostic.with_compositions([composition]).figures
    return summary(land, figures, composition, scale)


def whole(*numbers):
    return [(one, 1.0) for one in codes(*numbers)]


def test_everything_of_a_territory(twelve, land):
    found = told(twelve, land, whole(2, 3, 4, 6))
    assert found.people == 2000 + 3000 + 4000 + 600
    assert [one.number for one in found.sizes] == [1]
    assert found.departements == (("00", 4),)
    assert found.pieces.in_one_piece
    assert [one.cpts for one in found.shared] == ["CPTS-B", "CPTS-A"]
    assert [one.code for one in found.free] == codes(7, 9, 10, 11)
    assert found.cut == ()
    # APL: 2 for 2, 3 and 4; 4 for 6; the same standardised population each.
    assert found.rows[ACCESS]["value"] == pytest.approx((2 + 2 + 2 + 4) / 4)
    assert found.rows[DOCTORS]["status"] == "manquant"


def test_communes_in_part(twelve, land):
    found = told(twelve, land, [("00002", 0.25), *whole(3)])
    assert (found.people, found.lowest, found.highest) == (3500, 3000, 5000)
    assert found.cut == ("00002",)
    # Counts take the part, the index does not: both communes have the same APL.
    assert found.rows[ACCESS]["value"] == pytest.approx(2.0)


def test_an_empty_territory(twelve, land):
    found = told(twelve, land, [])
    assert (found.people, found.sizes, found.rows, found.free) == (0, (), {}, ())
    assert found.size_words == ""
    assert found.next_bound == ""


def test_france_alone_counts_people_and_nothing_else(france, tmp_path):
    from cpts_data.diagnostic import Diagnostic

    diagnostic = Diagnostic.open(tmp_path)
    found = told(diagnostic, france, [("13001", 1.0), ("13005", 0.5)])
    people = france.population
    assert found.people == people["13001"] + people["13005"] / 2
    assert not found.pieces.known
    assert found.free == ()
    assert found.rows[ACCESS]["status"] == "manquant"


@pytest.mark.parametrize(
    ("people", "lowest", "highest", "sizes"),
    [
        (39_000, 39_000, 39_000, [1]),
        (39_500, 39_500, 39_500, [1, 2]),  # within 2 % of 40 000
        (40_000, 40_000, 40_000, [1, 2]),
        (60_000, 60_000, 60_000, [2]),
        (60_000, 38_000, 82_000, [1, 2, 3]),  # a large commune held in part
        (200_000, 200_000, 200_000, [4]),
        (0, 0, 0, []),
        (float("nan"), 0, 0, []),
    ],
)
def test_possible_sizes(people, lowest, highest, sizes):
    assert [one.number for one in possible_sizes(people, lowest, highest)] == sizes


@pytest.mark.parametrize(
    ("people", "words"),
    [
        (36_786, "3 214 habitants de moins que la taille 2 (seuil de 40 000)"),
        (40_000, "0 habitant de plus que la taille 1 (seuil de 40 000)"),
        (61_000, "19 000 habitants de moins que la taille 3 (seuil de 80 000)"),
        (175_000, "0 habitant de moins que la taille 4 (seuil de 175 000)"),
        (175_001, "1 habitant de plus que la taille 3 (seuil de 175 000)"),
        (354_000, "179 000 habitants de plus que la taille 3 (seuil de 175 000)"),
    ],
)
def test_how_far_the_next_bound_is(people, words):
    plain = bound_words(people).replace("\u202f", " ").replace("\xa0", " ")
    assert plain == words


def test_money_is_the_published_total_of_the_class():
    """CPAM 93, 2019: 185 000 to 380 000 €, 220 000 to 450 000 € with unscheduled care."""
    scale = scale_of(aci_tables())
    totals = [(185_000, 220_000), (242_000, 287_000), (315_000, 370_000), (380_000, 450_000)]
    for size, (plain, full) in zip(SIZE_CLASSES, totals, strict=True):
        found = money_of(scale, [size])
        assert found is not None
        assert [(one.low, one.high) for one in found] == [(plain, plain), (full, full)]
        assert found[0].published
    found = money_of(scale, SIZE_CLASSES[:2])
    assert found is not None
    assert (found[0].low, found[0].high) == (185_000, 242_000)
    assert money_of(scale, []) is None


def test_the_territory_itself_may_take_the_communes_left_out(twelve, land):
    found = told(twelve, land, whole(2, 3))
    mine = {one.code for one in found.free if one.to == OWN}
    assert "00010" in mine
    assert Land(twelve.register).uncovered >= mine
