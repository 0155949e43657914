"""Pieces, overlaps, what is left out and whom it would join: by hand on twelve squares."""

import math

import pytest

from cpts_data.composition.land import Land
from cpts_data.composition.surroundings import (
    OWN,
    contiguity,
    overlaps,
    prepare,
    proposals,
    uncovered_around,
)
from tests.composition.conftest import code, codes, grid


def whole(*numbers):
    return dict.fromkeys(codes(*numbers), 1.0)


# --------------------------------------------------------------------------- pieces


def test_neighbours_share_a_side_or_a_corner(land):
    assert land.neighbours("00001") == tuple(codes(2, 5, 6))
    assert land.neighbours("00006") == tuple(codes(1, 2, 3, 5, 7, 9, 10, 11))
    assert land.around(codes(1, 2)) == codes(3, 5, 6, 7)


@pytest.mark.parametrize(
    ("held", "blocks"),
    [
        ((1, 2, 5), [(1, 2, 5)]),
        ((1, 6), [(1, 6)]),  # a corner is enough
        ((1, 4), [(4,), (1,)]),  # the most populated first: 4 000 before 1 000
        ((1, 3, 9, 11), [(3,), (1,), (11,), (9,)]),
        ((), []),
    ],
)
def test_pieces(land, held, blocks):
    found = contiguity(land, codes(*held))
    assert [tuple(int(one) for one in block) for block in found.blocks] == blocks
    assert found.in_one_piece == (len(blocks) <= 1)
    assert found.islands == ()


def test_without_contours_nothing_is_said_of_pieces(france):
    found = contiguity(france, ["13055", "93055"])
    assert not found.known
    assert found.blocks == ()


# --------------------------------------------------------------------------- overlaps


def test_overlaps_tell_which_communes_and_how_many_people(land):
    first, second = overlaps(land, whole(2, 3, 4, 6))
    # B: commune 4 (4 000); A: communes 2 and 6 (2 000 + 600).
    assert (first.cpts, first.codes, first.people, first.whole) == (
        "CPTS-B",
        ("00004",),
        4000,
        False,
    )
    assert (second.cpts, second.codes, second.people) == ("CPTS-A", ("00002", "00006"), 2600)
    assert overlaps(land, whole(3, 7)) == []
    assert overlaps(land, {}) == []


def test_a_cpts_held_whole_is_said_so(land):
    (one,) = overlaps(land, whole(4, 8, 12, 3))
    assert one.whole
    # Held in part, its people are counted whole: the parts may differ.
    (one,) = overlaps(land, {"00004": 0.25})
    assert one.people == 4000


# --------------------------------------------------------------------------- left out


def test_uncovered_communes_go_on_from_one_to_the_next(land):
    assert land.uncovered == set(codes(3, 7, 9, 10, 11))
    # 1 touches none of them but through 2 and 6… the corner of 6 is covered: nothing.
    assert uncovered_around(land, codes(1)) == []
    # 2 touches 3 and 7, which touch 11 (and 10 by the corner), then 9.
    assert uncovered_around(land, codes(2)) == codes(3, 7, 9, 10, 11)
    assert uncovered_around(land, codes(2, 3, 7, 11)) == codes(10, 9)[::-1]
    assert uncovered_around(land, codes(2, 3, 7, 9, 10, 11)) == []


def test_the_score_by_hand(land):
    """Territory: 2 and 3.

    10: EPCI-SUD: A holds 5, 6 (1 100), B 8, 12 (840), of 2 700 → A. Basin west: the territory
    holds 2 and 3 (5 000 of 7 130), A 1, 5, 2, 6 (4 100) → the territory. Nearest town: 2 is 25
    minutes away and is A's and the territory's; 6 is no town. Equal times: the first id, OWN.
    So OWN has two points, A one.
    """
    found = {one.code: one for one in proposals(land, whole(2, 3), codes(7, 9, 10, 11))}
    ten = found[code(10)]
    assert (ten.to, ten.points, ten.minutes) == (OWN, 2, 25)
    assert ten.people == 20
    assert any("bassin de vie" in reason and "70" in reason for reason in ten.reasons)
    # 7: EPCI-SUD → A; basin east: B holds 4, 8, 12 (4 840 of 5 570); town: 4 at 15 minutes → B.
    seven = found[code(7)]
    assert (seven.to, seven.points, seven.minutes) == ("CPTS-B", 2, 15)
    assert [reason for reason in seven.reasons if "87" in reason and "bassin" in reason]
    # 11: basin → B, town 4 at 40 minutes → B.
    assert (found[code(11)].to, found[code(11)].points) == ("CPTS-B", 2)


def test_a_town_beyond_reach_gives_no_point(land):
    """9 reaches no town but 2, at 30 minutes; the others are beyond 45 or not in the matrix."""
    (nine,) = proposals(land, whole(3), codes(9))
    # EPCI-SUD → A; basin west → A (4 100 against 3 000); town 2 → A.
    assert (nine.to, nine.points, nine.minutes) == ("CPTS-A", 3, 30)


def test_nothing_known_gives_no_proposal():
    bare = grid(table_appartenance=[{"code": "00001"}], temps_de_trajet=[], cpts_perimetres=[])
    land = Land(bare.register)
    assert land.uncovered == frozenset()
    (one,) = proposals(land, {}, ["00003"])
    assert one.to is None
    assert one.reasons == ()
    assert math.isnan(one.minutes)


def test_preparing_changes_no_answer(twelve):
    fresh, warm = Land(twelve.register), Land(twelve.register)
    prepare(warm)
    asked = codes(7, 9, 10, 11)
    assert proposals(fresh, whole(2, 3), asked) == proposals(warm, whole(2, 3), asked)
