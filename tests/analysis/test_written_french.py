"""Every sentence of every indicator of the catalogue obeys the rules of written French."""

import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.analysis.compare import compare, expected, medians, targets
from cpts_data.analysis.references import Kind, Reference
from cpts_data.analysis.sentences import (
    comparison_sentence,
    interval_sentence,
    persons_sentence,
    rank_sentence,
    trend_sentence,
    value_sentence,
)
from cpts_data.analysis.trends import trends
from cpts_data.indicators import INDICATORS, Polarity
from cpts_data.measures import Status
from cpts_data.territories import Level
from tests.analysis.made_values import (
    LEVANT,
    NAN,
    SCREENED,
    beside,
    catalogue,
    department,
    first,
    row,
    share,
    table,
)

_WRONG = {
    "contraction": re.compile(r"\b(de les?|à les?)\b(?! (ou|et)\b)", re.IGNORECASE),
    "elision": re.compile(r"\b(de|le|la|que|ne|se|si) (?=[aeéèêiouîô])(?!onz|oui)", re.IGNORECASE),
    "double space": re.compile(r"[ \u00a0\u202f]{2}"),
    "space before a double sign": re.compile(r"[^\u202f][;!?%](?!\w)"),
    "space before a colon": re.compile(r"[^\u00a0\u202f]:"),
    "guillemets": re.compile(r"«[^\u00a0]|[^\u00a0]»"),
    "space before a comma or a full stop": re.compile(r"[ \u00a0\u202f][,.)]|\( "),
    "thousands": re.compile(r"\d [\d]"),
    "straight apostrophe": re.compile(r"'"),
    "decimal point": re.compile(r"\d\.\d"),
    "hyphen for a minus": re.compile(r"(?<![\w)])-\d"),
    "two full stops": re.compile(r"\.\."),
    "plus de plus": re.compile(r"plus de plus|plus de moins"),
    "nan": re.compile(r"\b(nan|None|NaN)\b"),
}


def faults_of(text):
    found = [name for name, wrong in _WRONG.items() if wrong.search(text)]
    if text and not (text[0].isupper() or text[0].isdigit()):
        found.append("capital")
    if text and not text.endswith("."):
        found.append("full stop")
    return found


def test_the_rules_catch_what_they_name():
    for wrong in (
        "La part de les femmes.",
        "La densité de infirmiers.",
        "Un  mot.",
        "12 %.",
        "Ici: rien.",
        "Ici ; rien.",
        "Il vaut 1 000.",
        "L'eau.",
        "Il vaut -3.",
        "minuscule.",
        "Sans point",
        "hab..",
    ):
        assert faults_of(wrong), wrong


def _catalogue_rows(indicator):
    per = getattr(indicator.measure, "per", 1.0)
    told = [
        row(
            t,
            x / 1000 * per,
            indicator=indicator.id,
            numerator=x,
            denominator=1000,
            unit=indicator.unit,
            name=name,
        )
        for t, x, name in (("a", 3, "CPTS du Levant"), ("b", 400, "Nord Aixois"), ("c", 950, "C"))
    ]
    states = [
        row(
            f"s{i}",
            12.5 if status.has_value else NAN,
            indicator=indicator.id,
            status=status.value,
            lower=NAN if status.has_value else 1234.5,
            upper=NAN if status.has_value else 5678.9,
            unit=indicator.unit,
            level=level,
            name="Le Mans",
        )
        for i, (status, level) in enumerate(zip(Status, itertools.cycle(Level), strict=False))
    ]
    return table(*told, *states), per


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=lambda one: one.id)
def test_every_sentence_of_every_indicator_is_well_written(indicator):
    values, per = _catalogue_rows(indicator)
    place = {"indicator": indicator.id, "unit": indicator.unit, "period": "2022"}
    references = [
        department(0.38 * per, **place),
        Reference(
            Kind.REGION, table(row("93", 0.4 * per, level="region", name="Sud", **place)), "93"
        ),
        beside(0.4 * per, **place),
        medians(values),
        targets(),
        expected(),
    ]
    rows = compare(values, references).to_dict("records")
    told = []
    for one in rows:
        told += [value_sentence(one, indicator), comparison_sentence(one, indicator)]
        told += [rank_sentence(one, indicator), interval_sentence(one, indicator)]
        told += [persons_sentence(one, indicator)]
    series = [
        row(
            "a",
            v * per,
            indicator=indicator.id,
            period=str(2019 + i),
            lower=(v - 0.01) * per,
            upper=(v + 0.01) * per,
            unit=indicator.unit,
        )
        for i, v in enumerate((0.1, 0.2, 0.3, 0.4, 0.5))
    ]
    steady = replace(indicator, breaks=())
    for one in trends(table(*series), catalogue=catalogue(steady)).to_dict("records"):
        assert one["direction"] == "hausse"
        told.append(trend_sentence(one, indicator))
    faults = {text: faults_of(text) for text in told if text and faults_of(text)}
    assert not faults


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=lambda one: one.id)
def test_an_article_agrees_with_the_stated_gender(indicator):
    subject = indicator.sentence_subject
    first = subject.split(" ")[0]
    if first in ("le", "la", "les"):
        assert indicator.plural == (first == "les")
        if first != "les":
            assert indicator.feminine == (first == "la")
    else:
        assert subject == "" or subject.startswith(("l'", "l’"))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 1000),
    st.floats(0.1, 99.9),
    st.sampled_from(list(Polarity)),
    st.sampled_from([Kind.DEPARTEMENT, Kind.REGION, Kind.FRANCE]),
)
def test_mirrored_polarity_flips_good_and_bad_words_only(top, reference, polarity, kind):
    opposite = {
        Polarity.HIGH_IS_GOOD: Polarity.LOW_IS_GOOD,
        Polarity.LOW_IS_GOOD: Polarity.HIGH_IS_GOOD,
        Polarity.NO_JUDGEMENT: Polarity.NO_JUDGEMENT,
    }[polarity]
    told = []
    for one in (polarity, opposite):
        known = replace(SCREENED, polarity=one)
        values = table(share("a", top, 1000, **LEVANT))
        told.append(comparison_sentence(first(values, beside(reference, kind), known=known), known))
    flipped = told[1].replace("défavorable", "·").replace("favorable", "défavorable")
    assert told[0] == flipped.replace("·", "favorable")
    assert faults_of(told[0]) == []
    if polarity is Polarity.NO_JUDGEMENT:
        assert "favorable" not in told[0]
