"""Texts that any file can hold."""

import pytest

from cpts_data.documents.printable import one_line, printable
from tests.documents.hostile import EMOJI, HOSTILE, SEEN, UNSEEN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le Bourg", "Le Bourg"),
        ("deux\nlignes\tet une tabulation", "deux\nlignes\tet une tabulation"),
        ("a\x00b\x1fc\x7fd\x85e", "abcde"),
        ("moitié \ud83d perdue", "moitié \ufffd perdue"),
        ("\u202e12,5\u202c %", "12,5 %"),
        ("\u2066x\u2069\ufffe\uffff", "x"),
        ("12\u202f345\u00a0€, café, عربي", "12\u202f345\u00a0€, café, عربي"),
        ("", ""),
    ],
)
def test_what_no_file_holds_is_left_out_and_nothing_else(text, expected):
    assert printable(text) == expected


def test_hostile_texts_stay_readable():
    text = printable(HOSTILE)
    assert all(one in text for one in SEEN)
    assert not any(one in text for one in UNSEEN)
    assert printable(EMOJI) == EMOJI


def test_a_title_holds_on_one_line():
    assert one_line("  CPTS\ndu\t\tLevant\r\n ") == "CPTS du Levant"
    assert one_line("82\u202f999") == "82\u202f999"
