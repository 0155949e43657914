"""A composed territory in an address: written, read back, refused when anything of it is wrong."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.analysis.composed import (
    LONGEST_NAME,
    MOST_UNITS,
    UNNAMED,
    Composition,
    CompositionError,
    clean_name,
    decode,
    read_compositions,
)

HEADS = ["01", "13", "2A", "2B", "75", "97", "00"]
CODES = st.builds(
    lambda head, number: f"{head}{number:03d}", st.sampled_from(HEADS), st.integers(0, 999)
)
PARTS = st.one_of(st.just(1.0), st.floats(1e-4, 1.0))
COMPOSITIONS = st.builds(
    Composition.of,
    st.text(max_size=60),
    st.dictionaries(CODES, PARTS, max_size=80).map(lambda held: held.items()),
    st.integers(0, 2100),
)


@given(COMPOSITIONS)
def test_what_is_written_is_read_back(composition):
    assert decode(composition.encode()) == composition
    assert decode(composition.encode()).id == composition.id


def test_a_neighbourhood_takes_about_one_sign_a_commune():
    # 01004 is the 5th number: gap 4; then 05 and 06 follow at once: 0, 0; 01050 is 43 further.
    codes = ["01004", "01005", "01006", "01050", "2A004"]
    composition = Composition.of("Vallée", [(code, 1) for code in codes], 2024)
    version, year, check, units, cut, name = composition.encode().split(".")
    assert (version, year, units, cut, name) == ("1", "2024", "01400z17-2A4", "", "Vallée")
    assert re.fullmatch("[0-9a-z]{4}", check)


def test_only_signs_that_an_address_keeps():
    held = [(f"13{number:03d}", 0.25) for number in range(0, 999, 7)]
    text = Composition.of("x", held, 2024).encode()
    assert set(text) <= set(string.ascii_letters + string.digits + ".-_")


def test_parts_are_kept_to_the_ten_thousandth():
    composition = Composition.of("x", [("06088", 1 / 3), ("83137", 0.5), ("83001", 1)], 2024)
    assert composition.weights == {"06088": 0.3333, "83001": 1.0, "83137": 0.5}
    assert ".060883333-831375000." in composition.encode()
    assert Composition.of("x", [("06088", 1e-9)], 2024).weights == {"06088": 1e-4}


def test_a_code_given_twice_keeps_its_largest_part():
    held = [("01004", 0.2), ("01004", 0.7), ("01004", 0.5)]
    assert Composition.of("x", held, 2024).weights == {"01004": 0.7}


def test_the_identifier_is_made_of_the_content():
    one = Composition.of("Vallée", [("01004", 1), ("01005", 1)], 2024)
    same = Composition.of("  Vallée ", [("01005", 1), ("01004", 1.0)], 2024)
    assert one.id == same.id
    assert re.fullmatch("compose-[0-9a-f]{12}", one.id)
    others = {
        one.renamed("Autre").id,
        Composition.of("Vallée", [("01004", 1), ("01005", 0.5)], 2024).id,
        Composition.of("Vallée", [("01004", 1)], 2024).id,
        Composition.of("Vallée", [("01004", 1), ("01005", 1)], 2023).id,
    }
    assert len(others | {one.id}) == 5


# --------------------------------------------------------------------------- what is refused


def read(text):
    """The territory of a text, or None with the reason why not."""
    try:
        return decode(text), ""
    except CompositionError as error:
        return None, str(error)


@given(COMPOSITIONS, st.data())
def test_a_link_that_was_cut_is_refused(composition, data):
    text = composition.encode()
    found, why = read(text[: data.draw(st.integers(0, len(text) - 1))])
    assert found is None
    assert why.startswith("Territoire composé – trouvé")


@settings(max_examples=300)
@given(COMPOSITIONS, st.data())
def test_a_link_that_was_changed_is_refused(composition, data):
    text = composition.encode()
    place = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from("0aZ.-_é").filter(lambda one: one != text[place]))
    found, why = read(text[:place] + sign + text[place + 1 :])
    # Of one sign changed, the check misses none in these draws: one in 1.7 million by chance.
    assert found is None
    assert "Pour corriger" in why


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_french(text):
    found, why = read(text)
    assert found is not None or "Pour corriger" in why


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "qui n’est pas celui d’un territoire composé"),
        ("2.2024.abcd.014..x", "version plus récente"),
        ("1.2024.abcd.014", "lien coupé"),
        ("1.2024.0000.014..x", "lien abîmé"),
        ("1." + "x" * 40_000, "trop long"),
        ("=HYPERLINK(1)", "qui n’est pas celui"),
    ],
)
def test_why_a_link_is_refused(text, told):
    with pytest.raises(CompositionError, match=re.escape(told)):
        decode(text)


def test_every_bad_link_is_told_and_good_ones_are_read():
    good = Composition.of("Bonne", [("01004", 1)], 2024)
    found, refused = read_compositions(["faux", good.encode(), good.encode(), "1.2024"])
    assert found == [good]
    assert len(refused) == 2


def test_limits():
    most = [(f"{head}{number:03d}", 1) for head in HEADS for number in range(1000)]
    assert len(Composition.of("x", most[:MOST_UNITS], 2024).parts) == MOST_UNITS
    with pytest.raises(CompositionError, match="3\u202f001\xa0communes"):
        Composition.of("x", most[: MOST_UNITS + 1], 2024)
    for part in (0, -0.1, 1.1, float("nan"), float("inf")):
        with pytest.raises(CompositionError, match="entre 0 et 1"):
            Composition.of("x", [("01004", part)], 2024)
    for code in ("1004", "01004 ", "0100A", "<b>01", "٠١٠٠٤", "01004\n"):
        with pytest.raises(CompositionError, match="n’est pas un code"):
            Composition.of("x", [(code, 1)], 2024)


# --------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Vallée\tdu\nBuëch ", "Vallée du Buëch"),
        ("a\u202eb\u2066c\u200fd\u0000e", "abcde"),
        ("<b>Ville</b>", "<b>Ville</b>"),  # a text: pages escape it
        ("=1+1", "=1+1"),  # exports neutralise it
        ("e\u0301", "é"),
        ("\ud800", ""),
    ],
)
def test_names_lose_controls_and_marks_of_direction(typed, kept):
    assert clean_name(typed) == kept


@given(st.text())
def test_no_name_hides_anything(text):
    name = clean_name(text)
    assert len(name) <= LONGEST_NAME
    assert name == name.strip()
    assert name.isprintable()
    assert clean_name(name) == name


def test_a_name_is_cut_and_never_empty():
    assert len(Composition.of("é" * 10_000, [], 2024).name) == LONGEST_NAME
    assert Composition.of(" \u200b ", [], 2024).name == UNNAMED
