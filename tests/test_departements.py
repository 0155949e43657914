"""The département that a code tells: overseas, Corsica, and what tells nothing."""

import pandas as pd

from cpts_data.layouts.departements import (
    departements_of_communes,
    departements_of_finess,
    departements_of_postal_codes,
    repair_finess_numbers,
)


def told(function, *codes):
    return [None if pd.isna(value) else value for value in function(pd.Series(list(codes)))]


def test_of_communes():
    codes = ("01004", "2A004", "97411", "98611", None)
    assert told(departements_of_communes, *codes) == ["01", "2A", "974", "986", None]


def test_of_finess_numbers_two_characters_are_not_enough_overseas():
    numbers = ("010000024", "2A0000022", "970100012", "970210126", "970300026", "970400024")
    assert told(departements_of_finess, *numbers) == ["01", "2A", "971", "972", "973", "974"]
    assert told(departements_of_finess, "980501506", "970500001") == ["976", None]
    assert told(departements_of_finess, "10000024", "", None, "M. X") == [None] * 4


def test_of_postal_codes():
    codes = ("01500", "20000", "20167", "20200", "20620", "97410", "97133", "97150")
    assert told(departements_of_postal_codes, *codes) == [
        "01", "2A", "2A", "2B", "2B", "974", "977", "978",
    ]  # fmt: skip
    assert told(departements_of_postal_codes, "1500", "Paris", "00100", "99123", None) == [None] * 5


def test_finess_numbers_are_repaired_and_told():
    texts = pd.Series(
        ["10000024", "310000024.0", "2a0000022", "010000024", "", "12"], index=list("abcdef")
    )
    numbers, changed = repair_finess_numbers(texts)
    assert numbers.tolist() == ["010000024", "310000024", "2A0000022", "010000024", "", "12"]
    assert changed.tolist() == [True, True, True, False, False, False]
    assert list(numbers.index) == list("abcdef")
