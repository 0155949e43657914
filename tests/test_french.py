"""Numbers, units, dates and lists as the « Lexique » of the Imprimerie nationale writes them."""

import datetime as dt
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_data import french

NARROW, NO_BREAK, MINUS = "\u202f", "\u00a0", "\u2212"


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1000, 0, f"1{NARROW}000"),
        (67408052, 0, f"67{NARROW}408{NARROW}052"),
        (3.745, 2, "3,75"),  # the binary number lies just above 3.745
        (3.744, 2, "3,74"),
        (2.0, 2, "2,00"),
        (-14.8, 1, f"{MINUS}14,8"),
        (-0.04, 1, "0,0"),  # no « −0,0 »
        (-1234.5, 1, f"{MINUS}1{NARROW}234,5"),
        (None, 1, "n.d."),
        (float("nan"), 1, "n.d."),
        (np.float32("nan"), 1, "n.d."),
        (np.float64(12.34), 1, "12,3"),
        (np.int64(1200), 0, f"1{NARROW}200"),
        (math.inf, 0, "∞"),
        (-math.inf, 0, f"{MINUS}∞"),
    ],
)
def test_number(value, digits, expected):
    assert french.number(value, digits) == expected


def test_halves_are_rounded_as_readers_do_in_numbers_and_in_columns_alike():
    told = {(3.295, 2): "3,30", (0.125, 2): "0,13", (2.5, 0): "3", (-0.25, 1): f"{MINUS}0,3"}
    for (value, digits), words in told.items():
        assert french.number(value, digits) == words
        column = french.rounded(pd.Series([value, float("nan")]), digits)
        assert french.number(column[0], digits) == words
        assert column.isna().tolist() == [False, True]
    assert french.number(2.4999, 0) == "2"
    assert french.rounded(329.4999, 0) == 329


def test_trailing_zeros_can_be_dropped():
    assert french.number(2.5, 3, fixed=False) == "2,5"
    assert french.number(4.0, 3, fixed=False) == "4"


@given(st.floats(-1e12, 1e12), st.integers(0, 3))
def test_a_number_is_read_back(value, digits):
    text = french.number(value, digits)
    assert re.fullmatch(rf"{MINUS}?\d{{1,3}}({NARROW}\d{{3}})*(,\d{{{digits}}})?", text)
    back = float(text.replace(NARROW, "").replace(",", ".").replace(MINUS, "-"))
    assert back == pytest.approx(value, abs=0.51 * 10**-digits)


def test_signed_numbers_show_their_sign():
    assert french.signed(1.23, 1) == "+1,2"
    assert french.signed(-0.44, 1) == f"{MINUS}0,4"
    assert french.signed(0.04, 1) == "0,0"
    assert french.signed(None) == "n.d."


def test_a_unit_holds_to_its_number():
    assert french.with_unit(12.34, "%", 1) == f"12,3{NARROW}%"
    assert french.with_unit(21660, "€/an") == f"21{NARROW}660{NARROW}€/an"
    assert french.with_unit(3, "habitants") == f"3{NO_BREAK}habitants"
    assert french.with_unit(None, "habitants") == "n.d."
    assert french.with_unit(3, "") == "3"


def test_shares_and_intervals():
    assert french.percent(0.123) == f"12,3{NARROW}%"
    assert french.percent(None) == "n.d."
    assert french.percent(float("nan")) == "n.d."
    # DOMAIN §8.3: 62/900 and 80/900
    assert french.between(100 * 62 / 900, 100 * 80 / 900, "%", 1) == f"entre 6,9 et 8,9{NARROW}%"


def test_an_interval_whose_ends_read_the_same_is_an_approximation():
    assert french.between(8.4213, 8.4233, "%", 2) == f"environ 8,42{NARROW}%"
    assert french.between(8.4213, 8.4233, "%", 3) == f"entre 8,421 et 8,423{NARROW}%"
    # One figure known exactly is no approximation.
    assert french.between(3.0, 3.0, "", 0) == "entre 3 et 3"
    assert french.between(None, 3.0, "%", 0) == f"entre n.d. et 3{NARROW}%"


def test_the_numbers_of_a_column_are_written_alike():
    assert french.column([34.0, 35.6, 0.25]) == {34.0: "34,00", 35.6: "35,60", 0.25: "0,25"}
    assert french.column([34.0, 1200.0]) == {34.0: "34", 1200.0: f"1{NARROW}200"}
    assert french.column([-0.5, float("nan"), 2.0]) == {-0.5: "−0,5", 2.0: "2,0"}
    assert french.column([]) == {}


def test_dates():
    assert french.date(dt.date(2026, 11, 22)) == "22 novembre 2026"
    assert french.date(dt.date(2024, 1, 1)) == "1er janvier 2024"
    assert french.date(dt.date(2024, 8, 11)) == "11 août 2024"
    assert french.date(None) == "n.d."


def test_lists_and_counts():
    assert french.enumeration([]) == ""
    assert french.enumeration(["a"]) == "a"
    assert french.enumeration(["a", "b", "c"]) == "a, b et c"
    assert french.enumeration(["a", "b"], "ou") == "a ou b"
    assert french.count_of(0, "commune") == f"0{NO_BREAK}commune"
    assert french.count_of(1, "commune") == f"1{NO_BREAK}commune"
    assert french.count_of(2, "commune") == f"2{NO_BREAK}communes"
    assert french.count_of(1200, "ligne") == f"1{NARROW}200{NO_BREAK}lignes"
    assert french.count_of(3, "journal", "journaux") == f"3{NO_BREAK}journaux"


def test_sizes():
    assert french.size_in_bytes(64) == f"64{NO_BREAK}o"
    assert french.size_in_bytes(3_119_077) == f"3,1{NO_BREAK}Mo"
    assert french.size_in_bytes(4_000_000_000) == f"4,0{NO_BREAK}Go"


def test_typography():
    assert french.typography("Pourquoi ?") == f"Pourquoi{NARROW}?"
    assert french.typography("a ; b : c !") == f"a{NARROW}; b{NO_BREAK}: c{NARROW}!"
    assert french.typography("« mot »") == f"«{NO_BREAK}mot{NO_BREAK}»"
    assert french.typography("l'eau à 12 %") == f"l’eau à 12{NARROW}%"
    assert french.typography("https://www.insee.fr") == "https://www.insee.fr"


@given(st.text(alphabet="ab ;:!?%«»'\u00a0\u202f", max_size=30))
def test_typography_is_done_once(text):
    once = french.typography(text)
    assert french.typography(once) == once


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Pantin", "de Pantin"),
        ("Orlac", "d’Orlac"),
        ("Évian", "d’Évian"),
        ("Hyères", "d’Hyères"),
        ("Haute-Savoie", "de Haute-Savoie"),
        ("Le Mans", "du Mans"),
        ("Les Sables", "des Sables"),
        ("La Rochelle", "de La Rochelle"),
        ("L'Isle", "de L'Isle"),
        ("Leforest", "de Leforest"),
    ],
)
def test_of(name, expected):
    assert french.of(name) == expected
