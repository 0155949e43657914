"""Intervals recomputed at any confidence, against the figures of DOMAIN §7."""

import math

import pandas as pd
import pytest

from cpts_data.analysis.compare import (
    Method,
    intervals_at,
    methods_of,
)
from cpts_data.indicators import Polarity
from cpts_data.measures import Expected, StandardisedRatio
from cpts_data.statistics.standardisation import direct
from tests.analysis.made_values import (
    DENSITY,
    MODEL,
    NAN,
    catalogue,
    entry,
    row,
    share,
    table,
)

GOOD, BAD, NEUTRAL = Polarity.HIGH_IS_GOOD, Polarity.LOW_IS_GOOD, Polarity.NO_JUDGEMENT


def test_wilson_of_the_domain():
    values = table(share("a", 20, 100), share("b", 65, 100))
    found = intervals_at(values, {"part": Method("wilson", 100)})
    assert found["lower"].round(1).tolist() == [13.3, 55.3]
    assert found["upper"].round(1).tolist() == [28.9, 73.6]
    # 99.8 %: (2x + z² ∓ z·√(z² + 4x(1 − x/n))) / (2(n + z²)) with z² = 9.54953 and x = 20, n = 100.
    strict = intervals_at(values, {"part": Method("wilson", 100)}, 99.8)
    root = math.sqrt(9.549535 * (9.549535 + 4 * 20 * 0.8))
    assert strict.loc[0, "lower"] == pytest.approx((40 + 9.549535 - root) / 2.1909907, rel=1e-5)
    assert strict.loc[0, "upper"] == pytest.approx((40 + 9.549535 + root) / 2.1909907, rel=1e-5)


def test_rates_are_exact_under_ten_and_byar_from_ten():
    values = table(*(row(str(x), x, numerator=x, denominator=100_000) for x in (65, 5, 0)))
    found = intervals_at(values, {"part": Method("rate", 100_000)})
    assert found["lower"].round(2).tolist() == [50.16, 1.62, 0.0]
    assert found["upper"].round(2).tolist() == [82.85, 11.67, 3.69]


def test_dobson_is_widened_from_its_own_95():
    bands = pd.DataFrame(
        {"count": [40, 90], "population": [4000, 6000], "standard_population": [500, 500]}
    )
    light, strict = direct(bands).iloc[0], direct(bands, confidence=0.998).iloc[0]
    values = table(
        row("a", light["value"], lower=light["lower"], upper=light["upper"], numerator=130)
    )
    found = intervals_at(values, {"part": Method("dobson", 100_000)}, 0.998).iloc[0]
    assert found["lower"] == pytest.approx(strict["lower"], rel=1e-9)
    assert found["upper"] == pytest.approx(strict["upper"], rel=1e-9)


def test_an_interval_is_never_invented():
    values = table(
        row("given", 50, lower=40, upper=60),
        share("estimated", 20, 100, status="estime"),
        share("context", 20, 100, status="contexte"),
        row("masked", status="masque", denominator=100),
        share("impossible", 120, 100),
        row("empty", NAN, numerator=0, denominator=0, status="sans_objet"),
    )
    given_only = intervals_at(values, {})
    assert given_only.iloc[0].tolist() == [40, 60]
    assert given_only.iloc[1:].isna().all().all()
    assert intervals_at(values, {}, 0.998).isna().all().all()
    counted = intervals_at(values, {"part": Method("wilson", 100)})
    assert counted.iloc[1:].isna().all().all()
    assert intervals_at(values, {"part": Method("none")}).isna().all().all()


def test_the_methods_are_those_of_the_measures():
    ratio = StandardisedRatio("s.cas", Expected(()))
    made = catalogue(
        entry("part"), entry("densite", DENSITY), entry("modele", MODEL), entry("indice", ratio)
    )
    assert methods_of(made) == {
        "part": Method("wilson", 100.0),
        "densite": Method("rate", 100_000.0),
        "modele": Method("given"),
        "indice": Method("rate", 100.0),
    }
