"""Recent trends: what is one, and what cannot be told."""

from cpts_data.analysis.trends import trends
from cpts_data.indicators import Polarity
from tests.analysis.made_values import (
    MODEL,
    catalogue,
    entry,
    share,
    table,
)

GOOD, BAD, NEUTRAL = Polarity.HIGH_IS_GOOD, Polarity.LOW_IS_GOOD, Polarity.NO_JUDGEMENT


def _series(*counts, status="observe"):
    return table(
        *(share("a", x, 10_000, period=str(2019 + i), status=status) for i, x in enumerate(counts))
    )


def test_a_steady_rise_is_a_trend_and_polarity_judges_it():
    rising = _series(1000, 1200, 1400, 1600, 1800)
    good = trends(rising, catalogue=catalogue(entry("part"))).iloc[0]
    assert (good["direction"], good["judgement"]) == ("hausse", 1)
    assert (good["first_period"], good["last_period"]) == ("2019", "2023")
    assert (good["first_value"], good["last_value"], good["change"]) == (10.0, 18.0, 8.0)
    bad = trends(rising, catalogue=catalogue(entry("part", polarity=BAD))).iloc[0]
    assert (bad["direction"], bad["judgement"]) == ("hausse", -1)


def test_no_trend_across_a_break_a_hole_or_without_interval():
    rising = _series(1000, 1200, 1400, 1600, 1800)
    broken = entry("part", breaks=(("2021", "nouvelle définition"), ("2030", "plus tard")))
    found = trends(rising, catalogue=catalogue(broken)).iloc[0]
    assert (found["direction"], found["first_period"]) == ("non_calculable", "2021")
    holed = rising.assign(status=["observe", "observe", "masque", "observe", "observe"])
    assert trends(holed, catalogue=catalogue(entry("part")))["direction"][0] == "non_calculable"
    model = trends(rising, catalogue=catalogue(entry("part", MODEL)))
    assert model["direction"][0] == "non_calculable"
    noise = trends(_series(1000, 1010, 990, 1005, 1000), catalogue=catalogue(entry("part")))
    assert noise["direction"][0] == "stable"
