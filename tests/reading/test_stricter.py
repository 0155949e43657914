"""The same reading at 99.8 %: intervals computed by hand, weak gaps not told."""

import pytest

from cpts_data.analysis.compare import Kind, compare
from cpts_data.analysis.references import Reference
from cpts_data.reading.comparisons import Reading, own_reading
from cpts_data.reading.stricter import at_confidence
from cpts_data.territories import Level, Territory
from tests.analysis.made_values import catalogue, entry, share, table

OWN = Territory(Level.CPTS, "a", "A")


def reading_of(count, reference):
    values = table(share("a", count, 100, indicator="part"))
    beside = table(share("r", reference * 10, 1000, indicator="part"))
    return values, beside


def test_the_interval_is_wilsons_at_99_8(monkeypatch):
    name = "part"
    known = catalogue(entry(name))
    monkeypatch.setattr("cpts_data.reading.stricter.INDICATORS", known)
    values, beside = reading_of(20, 34)
    compared = compare(values, [Reference(Kind.REGION, beside, "r")], catalogue=known)
    reading = own_reading(Reading(values, compared, values.iloc[:0], _no_trends(), {}), OWN)
    usual = reading.beside[name, "ensemble", "region"]
    assert (usual["lower"], usual["upper"]) == pytest.approx((13.3367, 28.8829), abs=1e-3)
    assert usual["verdict"].startswith("moins_eleve")
    strict = at_confidence(reading, 0.998).beside[name, "ensemble", "region"]
    # z = 3.090232: (2x + z² ∓ z √(z² + 4x(1 − x/n))) / 2(n + z²), x = 20, n = 100.
    assert (strict["lower"], strict["upper"]) == pytest.approx((10.5192, 34.7111), abs=1e-3)
    # 34 % was outside the interval at 95 %, and lies inside this one.
    assert strict["verdict"] == "proche"
    assert at_confidence(reading, 0.95) is reading


def _no_trends():
    from cpts_data.analysis.trends import trends

    return trends(table(share("a", 1, 100, indicator="part"))).iloc[:0]
