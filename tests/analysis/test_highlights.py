"""What stands out, on tables made so that one knows the answer."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.analysis.compare import compare, medians
from cpts_data.analysis.highlights import (
    Aspect,
    Tone,
    by_nature,
    extreme_places,
    highlights,
    select,
)
from cpts_data.analysis.references import Kind, Reference
from cpts_data.analysis.trends import trends
from cpts_data.indicators import Nature, Polarity
from cpts_data.measures import Count, Expected
from tests.analysis.made_values import MODEL, NAN, catalogue, entry, row, share, table

GOOD, BAD, NEUTRAL = Polarity.HIGH_IS_GOOD, Polarity.LOW_IS_GOOD, Polarity.NO_JUDGEMENT
PEERS = tuple("bcdefghijklm")


def _reference(kind, **values):
    rows = [row("REF", value, indicator=name, level=kind.value) for name, value in values.items()]
    return Reference(kind, table(*rows), "REF")


def _with_peers(name, own, total=1000, shares=range(44, 56)):
    """One territory among twelve peers of shares 44 to 55 %."""
    peers = [share(t, x * 10, 1000, indicator=name) for t, x in zip(PEERS, shares, strict=True)]
    return [share("a", own, total, indicator=name), *peers]


def _found(rows, entries, *references, **more):
    values = table(*rows)
    known = catalogue(*entries)
    result = compare(values[values["territory"] == "a"], references, catalogue=known, peers=values)
    return highlights(result, catalogue=known, **more)


FRANCE = _reference(Kind.FRANCE, x=50, y=50, z=50)


def test_998_comes_before_95_then_the_size_of_the_gap():
    # 39 of 100: 30..49 % at 95 %, 26..55 % at 99.8 %: 50 % is out of the first alone.
    # 401 and 350 of 1000 are out of both.
    rows = [
        *_with_peers("x", 401, 1000),
        *_with_peers("y", 350, 1000),
        *_with_peers("z", 39, 100),
    ]
    found = _found(rows, [entry("x"), entry("y"), entry("z")], FRANCE)
    assert [one.indicator for one in found] == ["y", "x", "z"]
    assert [one.net for one in found] == [True, True, False]
    assert {one.aspect for one in found} == {Aspect.GAP}
    assert {one.tone for one in found} == {Tone.ATTENTION}
    strict = _found(rows, [entry("x"), entry("y"), entry("z")], FRANCE, net_only=True)
    assert [one.indicator for one in strict] == ["y", "x"]


def test_the_size_is_counted_in_spreads_of_the_peers():
    found = _found(_with_peers("x", 350), [entry("x")], FRANCE)[0]
    # Thirteen values 35, 44, …, 55: quartiles at ranks 3 and 9, 46 and 52.
    assert found.size == pytest.approx(15 / (6 / 1.349))
    assert (found.value, found.reference_value, found.reference) == (35, 50, "france")


def test_what_chance_explains_is_no_fact_even_at_the_end_of_the_ranks():
    assert _found(_with_peers("x", 41, 100), [entry("x")], FRANCE) == ()


@pytest.mark.parametrize(
    ("polarity", "nature", "tone"),
    [
        (GOOD, Nature.RESULT, Tone.ATTENTION),
        (BAD, Nature.RESULT, Tone.STRENGTH),
        (NEUTRAL, Nature.RESULT, Tone.FACT),
        (GOOD, Nature.NEED, Tone.FACT),
        (BAD, Nature.NEED, Tone.FACT),
    ],
)
def test_a_need_is_never_good_or_bad(polarity, nature, tone):
    known = entry("x", polarity=polarity, nature=nature)
    (found,) = _found(_with_peers("x", 350), [known], FRANCE)
    assert found.tone is tone
    assert by_nature([found])[nature] == (found,)
    assert sum(map(len, by_nature([found]).values())) == 1


def test_the_first_reference_of_the_order_speaks():
    department = _reference(Kind.DEPARTEMENT, x=34)
    found = _found(_with_peers("x", 350), [entry("x")], FRANCE, department)
    assert found == ()  # close to the département: France is not fetched to make a fact
    masked = Reference(
        Kind.DEPARTEMENT,
        table(row("REF", indicator="x", level="departement", status="masque")),
        "REF",
    )
    (found,) = _found(_with_peers("x", 350), [entry("x")], FRANCE, masked)
    assert found.reference == "france"


# Ranks


def _model(name, values, **more):
    return [row(t, v, indicator=name, **more) for t, v in zip(("a", *PEERS), values, strict=True)]


def test_extreme_places():
    # A decile, three at least, a quarter at most.
    told = {3: 0, 4: 1, 9: 2, 12: 3, 13: 3, 30: 3, 31: 4, 70: 7, 800: 80}
    assert {n: extreme_places(n) for n in told} == told
    assert extreme_places(NAN) == 0


@pytest.mark.parametrize(
    ("own", "tone", "rank"),
    [(0.5, Tone.ATTENTION, 13), (2.5, Tone.ATTENTION, 11), (99, Tone.STRENGTH, 1), (3.5, None, 10)],
)
def test_without_interval_the_rank_makes_the_fact(own, tone, rank):
    rows = _model("x", (own, *range(1, 13)))
    found = _found(rows, [entry("x", MODEL)], FRANCE)
    if tone is None:
        assert found == ()
    else:
        (fact,) = found
        assert (fact.aspect, fact.tone, fact.rank, fact.among) == (Aspect.RANK, tone, rank, 13)
        assert fact.net


def test_a_place_shared_by_many_is_not_the_first():
    crowd = _model("x", (9, 9, 9, 9, *range(1, 10)))
    assert _found(crowd, [entry("x", MODEL)], FRANCE) == ()
    two = _model("x", (9, 9, 8, 7, *(1,) * 9))
    (fact,) = _found(two, [entry("x", MODEL)], FRANCE)
    assert (fact.rank, fact.ties) == (1, 1)


def test_with_an_interval_and_no_reference_the_rank_makes_no_fact():
    rows = _with_peers("x", 10, 100)
    assert _found(rows, [entry("x")], _reference(Kind.FRANCE, y=50)) == ()


def test_headcounts_masks_and_context_are_no_facts():
    high = (99, *range(1, 13))
    assert _found(_model("x", high), [entry("x", Count("s.n"))], FRANCE) == ()
    assert _found(_model("x", high, status="contexte"), [entry("x", MODEL)], FRANCE) == ()
    masked = _model("x", (NAN, *range(1, 13)))
    masked[0]["status"] = "masque"
    assert _found(masked, [entry("x", MODEL)], FRANCE) == ()


def test_an_estimate_from_ages_alone_is_no_fact():
    rows = _model("x", (99, *range(1, 13)), status="estime")
    assert [one.status for one in _found(rows, [entry("x", MODEL)], FRANCE)] == ["estime"]
    synthetic = entry("x", MODEL, otherwise=(Expected(()),))
    assert _found(rows, [synthetic], FRANCE) == ()


def test_bounds_make_a_fact_when_both_ends_do():
    bounded = row(
        "a", indicator="x", status="borne", lower=30, upper=35, denominator=1000, coverage=0.9
    )
    rows = [bounded, *_with_peers("x", 1)[1:]]
    (fact,) = _found(rows, [entry("x")], FRANCE)
    # Twelve peers 44..55: quartiles 46.75 and 52.25; the least that the bounds allow is 15.
    assert fact.size == pytest.approx(15 / (5.5 / 1.349))
    assert (fact.basis, fact.tone) == ("bornes", Tone.ATTENTION)


# Families and trends


def test_sister_indicators_are_told_once():
    rows = [*_with_peers("x", 350), *_with_peers("y", 300)]
    sisters = [entry("x", family="depistage"), entry("y", family="depistage")]
    found = _found(rows, sisters, FRANCE)
    assert [(one.indicator, one.family) for one in found] == [("y", "depistage")]
    apart = _found(rows, sisters, FRANCE, families={})
    assert [one.indicator for one in apart] == ["y", "x"]
    assert [one.family for one in apart] == ["y", "x"]


def test_a_trend_stands_beside_the_gap_of_its_family():
    series = table(
        *(share("a", 350 + 30 * i, 1000, indicator="x", period=str(2019 + i)) for i in range(5))
    )
    known = catalogue(entry("x"))
    peers = table(*_with_peers("x", 470)[1:])
    latest = series[series["period"] == "2023"]
    result = compare(latest, [_reference(Kind.FRANCE, x=60)], catalogue=known, peers=peers)
    found = highlights(result, trends(series, catalogue=known), catalogue=known)
    assert [(one.aspect, one.tone) for one in found] == [
        (Aspect.GAP, Tone.ATTENTION),
        (Aspect.TREND, Tone.STRENGTH),
    ]
    trend = found[1]
    assert (trend.first_period, trend.first_value) == ("2019", 35)
    assert (trend.period, trend.value, trend.direction) == ("2023", 47, "hausse")


def test_select_keeps_the_order_and_the_limit():
    rows = [r for i, name in enumerate("xyz") for r in _with_peers(name, 350 + i)]
    found = _found(rows, [entry("x"), entry("y", polarity=BAD), entry("z")], FRANCE)
    assert [one.indicator for one in select(found, Tone.ATTENTION)] == ["x", "z"]
    assert [one.indicator for one in select(found, Tone.ATTENTION, 1)] == ["x"]
    assert [one.indicator for one in select(found, Tone.STRENGTH)] == ["y"]


def test_two_territories_are_refused_in_french():
    values = table(share("a", 1, 10), share("b", 1, 10))
    result = compare(values, [medians(values)], catalogue=catalogue(entry("part")))
    with pytest.raises(ValueError, match="un territoire à la fois"):
        highlights(result, catalogue=catalogue(entry("part")))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 1000), min_size=3, max_size=3),
    st.sampled_from(list(Polarity)),
    st.randoms(use_true_random=False),
)
def test_order_of_rows_is_of_no_importance_and_polarity_mirrors(owns, polarity, random):
    rows = [r for name, own in zip("xyz", owns, strict=True) for r in _with_peers(name, own)]
    entries = [entry(name, polarity=polarity) for name in "xyz"]
    found = _found(rows, entries, FRANCE)
    shuffled = rows.copy()
    random.shuffle(shuffled)
    assert _found(shuffled, entries, FRANCE) == found
    opposite = {GOOD: BAD, BAD: GOOD, NEUTRAL: NEUTRAL}[polarity]
    mirrored = _found(rows, [entry(name, polarity=opposite) for name in "xyz"], FRANCE)
    turned = {Tone.STRENGTH: Tone.ATTENTION, Tone.ATTENTION: Tone.STRENGTH, Tone.FACT: Tone.FACT}
    assert [one.tone for one in mirrored] == [turned[one.tone] for one in found]
    assert [one.size for one in mirrored] == [one.size for one in found]
    assert list(found) == sorted(found, key=lambda one: (not one.net, -one.size, one.indicator))
    assert not pd.isna([one.size for one in found]).any()
