"""What a follow-up may say: changes that are shown, targets that are reached, and doubts."""

import datetime as dt

import numpy as np
import pytest

from cpts_data.aci.follow_up import Figure, Kind, Origin, added, declared_share
from cpts_data.aci.follow_up_reading import (
    ChangeCode,
    TargetCode,
    figure_words,
    read,
    series,
)
from cpts_data.measures.states import Status
from tests.aci.made_follow_up import (
    FLU,
    MEMBERS,
    PROTOCOLS,
    WITHOUT_MT,
    baseline,
    counted,
    record,
    result,
    share,
    target,
    with_records,
)

END_2020 = dt.date(2020, 12, 31)


def points(*values, half=1.96, first_year=2019, kinds=None):
    """One figure a year, each with the same interval: a standard error of half / 1.96."""
    kinds = kinds or [Kind.BASELINE] + [Kind.RESULT] * (len(values) - 1)
    return [
        record(kind, Figure(value, value - half, value + half, period=str(first_year + rank)))
        for rank, (kind, value) in enumerate(zip(kinds, values, strict=True))
    ]


# ------------------------------------------------------------------ changes


def test_disjoint_intervals_show_a_change():
    # Wilson (DOMAIN §7.2): 20 of 100 is 13.3 to 28.9 %, 65 of 100 is 55.3 to 73.6 %
    found = read(with_records(baseline(20, 100, "2019"), result(65, 100, "2020")), FLU)
    assert (found.change.code, found.change.basis) == (ChangeCode.UP, "intervalles")
    assert found.change.judgement == 1
    assert found.change.difference == 45
    assert found.change.words == (
        "Hausse\u00a0: +45,0 points depuis la référence (les deux intervalles sont disjoints)"
    )


def test_a_rise_of_what_should_fall_is_judged_so():
    rows = [
        baseline(20, 100, "2019", indicator=WITHOUT_MT),
        result(65, 100, "2020", indicator=WITHOUT_MT),
    ]
    assert read(with_records(*rows), WITHOUT_MT).change.judgement == -1


def test_overlapping_intervals_show_nothing():
    # 30 of 100: 21.9 to 39.6 %, which meets 13.3 to 28.9 %
    found = read(with_records(baseline(20, 100, "2019"), result(30, 100, "2020")), FLU).change
    assert (found.code, found.basis, found.judgement) == (ChangeCode.NOT_SHOWN, "", 0)
    assert found.words == "Pas d’évolution démontrée"
    assert found.difference == 10


def test_a_significant_trend_shows_a_change_that_the_ends_do_not():
    # Standard error 1 at each point. Ends: 50 ± 1.96 and 53.5 ± 1.96 meet. Slope:
    # (−2×50 − 52 + 55 + 2×53.5) / 10 = 1.0, information 10, chi² = 10 > 9.5495, and every slope
    # with one point left out is positive.
    values = (50, 52, 54, 55, 53.5)
    found = read(with_records(*points(*values)), FLU)
    assert found.trend.slope == pytest.approx(1.0)
    assert found.trend.chi_squared == pytest.approx(10)
    assert (found.change.code, found.change.basis) == (ChangeCode.UP, "tendance")
    # With 3 % more uncertainty chi² = 10 / 1.03² = 9.43: nothing is shown any more.
    wider = read(with_records(*points(*values, half=1.96 * 1.03)), FLU).change
    assert wider.code is ChangeCode.NOT_SHOWN


def test_a_trend_that_goes_the_other_way_shows_no_change_since_the_baseline():
    # The last five points rise by 1 a year, and end one point under the baseline.
    found = read(with_records(*points(51, 46, 47, 48, 49, 50, half=0.9)), FLU)
    assert found.trend.direction == "hausse"
    assert found.change.difference == -1
    assert found.change.code is ChangeCode.NOT_SHOWN


def test_a_year_without_figure_is_a_hole_in_the_trend():
    rows = points(50, 52, 54, 55, 53.5)
    later = rows[4]
    moved = record(Kind.RESULT, Figure(53.5, 51.54, 55.46, period="2024"))
    found = read(with_records(*rows[:4], moved), FLU)  # 2023 is missing
    assert found.trend.direction == "non_calculable"
    assert found.change.code is ChangeCode.NOT_SHOWN
    assert read(with_records(*rows[:4], later), FLU).change.code is ChangeCode.UP


def test_a_new_definition_is_another_series():
    made = with_records(baseline(20, 100, "2019"), result(65, 100, "2020", break_before=True))
    found = read(made, FLU).change
    assert found.code is ChangeCode.BROKEN
    assert found.words == "Non comparable (définitions différentes)"
    # A baseline measured after the break is of the new definition.
    renewed = added(
        made, baseline(60, 100, "2020", corrects=1, comment="nouvelle définition, remesurée")
    )
    later = added(renewed, result(62, 100, "2021"))
    assert read(later, FLU).change.code is ChangeCode.NOT_SHOWN


def test_the_denominator_stands_beside():
    found = read(with_records(baseline(20, 100, "2019"), result(20, 125, "2020")), FLU).change
    assert found.denominator_words == "dénominateur\u00a0: 100, puis 125 (+25,0\u202f%)"


@pytest.mark.parametrize(
    ("status", "words"),
    [("masque", "secret statistique"), ("manquant", "non disponible"), ("borne", "intervalle")],
)
def test_a_value_that_is_hidden_lets_nothing_be_said(status, words):
    hidden = {**share(65, 100, "2020", status), "value": None}
    made = with_records(baseline(20, 100, "2019"), record(Kind.RESULT, hidden))
    found = read(
        with_records(*made.records[:1], target(60, END_2020), record(Kind.RESULT, hidden)), FLU
    )
    assert found.change.code is ChangeCode.UNKNOWN
    assert words in found.change.words
    assert found.target.code is TargetCode.UNCLEAR


def test_declared_counts_are_counted_not_tested():
    made = with_records(counted(Kind.BASELINE, 2, "2019"), counted(Kind.RESULT, 5, "2020"))
    found = read(made, PROTOCOLS).change
    assert (found.code, found.difference, found.basis) == (ChangeCode.COUNTED, 3, "")
    assert "décompte déclaré, sans intervalle" in found.words
    shares = with_records(
        record(Kind.BASELINE, declared_share(10, 100, "2019"), MEMBERS, origin=Origin.DECLARED),
        record(Kind.RESULT, declared_share(30, 120, "2020"), MEMBERS, origin=Origin.DECLARED),
    )
    told = read(shares, MEMBERS).change
    assert told.code is ChangeCode.COUNTED
    assert "+15,0 points" in told.words
    assert told.denominator_words.endswith("(+20,0\u202f%)")


def test_a_figure_without_interval_is_not_tested():
    made = with_records(
        record(Kind.BASELINE, Figure(20.0, period="2019")),
        record(Kind.RESULT, Figure(90.0, period="2020")),
    )
    found = read(made, FLU).change
    assert found.code is ChangeCode.NO_INTERVAL
    assert "écart non testé" in found.words


def test_what_is_not_recorded_is_said():
    assert read(with_records(), FLU).change.code is ChangeCode.NO_BASELINE
    only = read(with_records(baseline(20, 100, "2019")), FLU)
    assert only.change.code is ChangeCode.NO_RESULT
    assert only.target.code is TargetCode.NO_TARGET
    with pytest.raises(KeyError, match="pas suivi"):
        read(with_records(), "apl_mg")


# ------------------------------------------------------------------ targets


@pytest.mark.parametrize(
    ("aim", "code"),
    [  # 65 of 100: 55.3 to 73.6 %
        (55, TargetCode.REACHED),
        (56, TargetCode.UNCLEAR),
        (65, TargetCode.UNCLEAR),
        (73, TargetCode.UNCLEAR),
        (74, TargetCode.NOT_REACHED),
    ],
)
def test_a_target_is_reached_when_the_whole_interval_is(aim, code):
    found = read(with_records(target(aim, END_2020), result(65, 100, "2020")), FLU).target
    assert found.code is code
    assert "au moins" in found.words


def test_a_ceiling_is_reached_from_above():
    rows = [
        target(30, END_2020, WITHOUT_MT),
        result(20, 100, "2020", indicator=WITHOUT_MT),  # 13.3 to 28.9 %
    ]
    found = read(with_records(*rows), WITHOUT_MT).target
    assert found.code is TargetCode.REACHED
    assert found.words == "Cible atteinte (au plus 30,0\u202f%)"


@pytest.mark.parametrize(("count", "code"), [(4, TargetCode.REACHED), (3, TargetCode.NOT_REACHED)])
def test_a_count_is_compared_as_it_is(count, code):
    made = with_records(target(4, END_2020, PROTOCOLS), counted(Kind.RESULT, count, "2020"))
    assert read(made, PROTOCOLS).target.code is code


def test_each_contract_year_has_its_target_and_its_result():
    made = with_records(
        baseline(20, 100, "2019"),
        target(30, dt.date(2020, 12, 31)),
        target(60, dt.date(2021, 12, 31)),
        result(65, 100, "2020"),
        result(10, 100, "2021"),
    )
    first, second = read(made, FLU, 1), read(made, FLU, 2)
    assert (first.target.code, second.target.code) == (TargetCode.REACHED, TargetCode.NOT_REACHED)
    assert (first.result.figure.period, second.result.figure.period) == ("2020", "2021")
    assert first.change.code is ChangeCode.UP  # 2021 is not known yet in the first year
    assert read(made, FLU).result.figure.period == "2021"
    third = read(made, FLU, 3)
    assert (third.result, third.target.code) == (None, TargetCode.NO_TARGET)
    assert third.change.code is ChangeCode.NO_RESULT


# ------------------------------------------------------------------ charts and words


def test_the_series_of_a_chart():
    masked = Figure(None, status=Status.MASKED, period="2021")
    made = with_records(
        target(60, dt.date(2022, 12, 31)),
        result(25, 100, "2020"),
        baseline(20, 100, "2019"),
        record(Kind.RESULT, masked),
        result(26, 100, "2020", corrects=2, comment="définitif"),
    )
    table = series(made, FLU)
    assert list(table["kind"]) == ["reference", "resultat", "resultat", "cible"]
    assert table["value"].tolist()[:2] == [20, 26]
    assert np.isnan(table["value"][2])
    assert table["status"][2] == "masque"
    assert table["value"][3] == 60


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (Figure(20.0, 13.34, 28.88), "20,0\u202f% (de 13,3 à 28,9\u202f%)"),
        (Figure(20.0), "20,0\u202f%"),
        (Figure(None, 62 / 9, 80 / 9, status=Status.BOUNDED), "entre 6,9 et 8,9\u202f%"),
        (Figure(None, status=Status.MASKED), "secret statistique"),
        (Figure(0.0), "0,0\u202f%"),
        # A third of twelve would tell that they are four.
        (Figure(100 / 3, numerator=4, denominator=12), "33\u202f%"),
        (Figure(100 / 3, numerator=40, denominator=120), "33,3\u202f%"),
    ],
)
def test_figures_in_words(figure, words):
    tracked = with_records().indicator(FLU)
    assert figure_words(tracked, figure) == words
