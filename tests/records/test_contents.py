"""Any JSON comes back as it was, on both databases; what is not JSON is refused in words."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpts_data.records import InvalidWorkError, Kind
from cpts_data.records.checking import content_flaws, one_line, read_content, written
from tests.records.conftest import scenario

texts = st.text(max_size=40) | st.sampled_from(
    [
        "\x00",
        "a\x00b",
        "\u200f\u202bעברית\u202c",
        "\ud800",
        "👩🏽‍⚕️",
        "\u2028",
        "</script>",
        '"\\',
        "=1+1",
    ]
)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.just(10**3999)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=25,
)
contents = st.dictionaries(texts, json_values, max_size=6)
shared_database = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def same(one, other):
    """Equal and of the same types: 1, 1.0 and True are three things, and order counts."""
    return repr(one) == repr(other)


@given(content=contents)
@shared_database
def test_any_json_is_read_back_as_it_was(records, content):
    made = records.create(Kind.SCENARIO, space="paca", title="t", content=content)
    assert same(made.content, content)
    assert same(records.read(made.key).content, content)


@given(content=contents)
@settings(max_examples=100, deadline=None)
def test_any_json_survives_being_written(content):
    assert content_flaws(Kind.SCENARIO, content) == []
    text = written(content)
    text.encode()
    assert "\x00" not in text
    assert same(read_content(text), content)


@given(title=st.text(max_size=60))
@shared_database
def test_any_title_is_kept_on_one_line(records, title):
    made = records.create(Kind.NOTE, space="paca", title=title, content={})
    assert made.title == one_line(title) == one_line(made.title)
    assert records.read(made.key).title == made.title
    assert not any(sign in made.title for sign in "\n\r\t\x00\x1b")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (float("inf"), "infini"),
        (10**4001, "démesuré"),
        (-(10**4001), "démesuré"),
        ({1, 2}, "type set"),
        (b"octets", "type bytes"),
        (np.int64(3), "type int64"),
    ],
)
def test_what_is_not_json_is_refused_where_it_is(records, value, found):
    content = {"liste": [0, {"ici": value}]}
    with pytest.raises(InvalidWorkError, match=found) as refusal:
        records.create(Kind.SCENARIO, space="paca", title="t", content=content)
    assert refusal.value.flaws[0].place == "contenu.liste[1].ici"
    assert refusal.value.unsaved is content


def test_depth_is_limited_not_the_reader_s_stack():
    content: dict = {}
    for _ in range(100_000):
        content = {"a": content}
    (flaw,) = content_flaws(Kind.SCENARIO, content)
    assert "niveaux" in flaw.found
    while content:
        content = content["a"]  # taken apart gently: its own destruction recurses


def test_a_hundred_levels_are_enough_and_read_back(records):
    content: dict = {}
    for _ in range(99):
        content = {"a": content}
    assert same(scenario(records, content=content).content, content)
    with pytest.raises(InvalidWorkError):
        scenario(records, content={"a": content})


def test_a_thousand_faults_are_told_shortly():
    flaws = content_flaws(Kind.SCENARIO, {str(n): float("nan") for n in range(1000)})
    assert len(flaws) == 50
    assert len(str(InvalidWorkError(flaws))) < 5000
