"""Comparisons and ranks against hand calculations and the figures of DOMAIN §7."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cpts_data.analysis.compare import (
    COMPARISON_COLUMNS,
    compare,
    expected,
    expected_by_chance,
    medians,
    methods_of,
    targets,
)
from cpts_data.analysis.references import Kind, Reference
from cpts_data.indicators import INDICATORS, Polarity
from cpts_data.measures import Count, Expected, StandardisedRatio
from cpts_data.statistics.intervals import wilson
from cpts_data.statistics.significance import Verdict, against
from tests.analysis.made_values import (
    MODEL,
    NAN,
    beside,
    catalogue,
    compared,
    entry,
    one,
    row,
    share,
    table,
)

GOOD, BAD, NEUTRAL = Polarity.HIGH_IS_GOOD, Polarity.LOW_IS_GOOD, Polarity.NO_JUDGEMENT


# Verdicts


@pytest.mark.parametrize(
    ("reference", "polarity", "verdict"),
    [
        (25, GOOD, Verdict.PROCHE),  # inside 13.3..28.9
        (30, GOOD, Verdict.MOINS_ELEVE_DEFAVORABLE),  # inside 10.5..34.7, the 99.8 % interval
        (40, GOOD, Verdict.MOINS_ELEVE_DEFAVORABLE_NET),
        (40, BAD, Verdict.MOINS_ELEVE_FAVORABLE_NET),
        (40, NEUTRAL, Verdict.MOINS_ELEVE_NET),
        (12, GOOD, Verdict.PLUS_ELEVE_FAVORABLE),
        (5, BAD, Verdict.PLUS_ELEVE_DEFAVORABLE_NET),
    ],
)
def test_verdicts_read_the_interval_through_the_polarity(reference, polarity, verdict):
    found = one(
        table(share("a", 20, 100)), beside(reference), entries=[entry("part", polarity=polarity)]
    )
    assert found["verdict"] == verdict
    assert found["basis"] == "intervalle"
    assert found["gap"] == pytest.approx(20 - reference)
    assert found["side"] == ("au_dessus" if reference < 20 else "au_dessous")
    assert (round(found["lower"], 1), round(found["upper"], 1)) == (13.3, 28.9)


def test_without_interval_there_is_a_gap_and_no_word():
    found = one(
        table(row("a", 2.5, unit="consultations")),
        beside(3.0, unit="consultations"),
        entries=[entry("part", MODEL, unit="consultations")],
    )
    assert (found["basis"], found["verdict"], found["side"]) == ("ecart", "", "au_dessous")
    assert found["gap"] == -0.5
    assert found["relative_gap"] == pytest.approx(-1 / 6)
    assert math.isnan(found["lower"])


def test_a_relative_gap_of_percentages_or_indices_has_no_sense():
    assert math.isnan(one(table(share("a", 20, 100)), beside(40))["relative_gap"])
    nothing = one(
        table(row("a", 5, unit="visites")),
        beside(0, unit="visites"),
        entries=[entry("part", MODEL, unit="visites")],
    )
    assert (nothing["gap"], math.isnan(nothing["relative_gap"])) == (5, True)
    index = entry("part", MODEL, unit="indice")
    found = one(table(row("a", 2, unit="indice")), beside(1, unit="indice"), entries=[index])
    assert (found["gap"], math.isnan(found["relative_gap"])) == (1, True)


@pytest.mark.parametrize(
    ("status", "value", "basis", "verdict"),
    [
        ("masque", NAN, "sans_valeur", ""),
        ("masque_secondaire", NAN, "sans_valeur", ""),
        ("manquant", NAN, "sans_valeur", ""),
        ("sans_objet", NAN, "sans_valeur", ""),
        ("contexte", 46.5, "contexte", ""),
        ("insuffisant", NAN, "insuffisant", "insuffisant"),
        ("estime", 46.5, "ecart", ""),
    ],
)
def test_what_is_no_figure_of_the_territory_is_not_compared(status, value, basis, verdict):
    found = one(table(row("a", value, status=status, numerator=465, denominator=1000)), beside(50))
    assert (found["basis"], found["verdict"]) == (basis, verdict)
    if basis != "ecart":
        assert math.isnan(found["gap"])
        assert found["side"] == ""
        assert math.isnan(found["rank"])


@pytest.mark.parametrize("status", ["masque", "manquant", "borne", "contexte"])
def test_a_reference_that_is_no_figure_serves_nothing(status):
    found = one(table(share("a", 20, 100)), beside(50, status=status))
    assert (found["basis"], found["verdict"]) == ("sans_reference", "")
    assert math.isnan(found["gap"])


def test_no_reference_row_and_no_reference_territory():
    values = table(share("a", 20, 100))
    elsewhere = Reference(Kind.DEPARTEMENT, table(row("13", 50)), {"b": "13"})
    empty = Reference(Kind.REGION, table(), {"a": "93"})
    result = compared(values, elsewhere, empty)
    assert result["basis"].tolist() == ["sans_reference"] * 2
    assert result["reference"].tolist() == ["departement", "region"]


def test_other_definitions_and_other_units_are_not_comparable():
    values = table(share("a", 20, 100))
    directory = values.assign(sources="rpps (2025) ; populations_legales (2021)")
    insurance = beside(50, sources="cnam_demographie (2024)")
    told = [
        one(values, beside(50, unit="pour 1 000")),
        one(directory, insurance),
        one(directory.assign(sources="cnam_demographie (2024)"), beside(50, sources="rpps (2025)")),
    ]
    for found in told:
        assert found["basis"] == "definitions_differentes"
        assert found["verdict"] == Verdict.NON_COMPARABLE
        assert math.isnan(found["gap"])


def test_each_figure_meets_the_reference_of_its_own_definition():
    """The directory of one year beside itself, the insurance of another year beside itself."""
    reference = Reference(
        Kind.REGION,
        table(
            row("93", 60, period="2025", sources="rpps (2025)", numerator=600, denominator=1000),
            row("93", 50, period="2024", sources="cnam_demographie", numerator=5, denominator=10),
        ),
        "93",
    )
    mine = table(
        share("a", 20, 100, period="2025", sources="rpps (2025)"),
        share("b", 20, 100, period="2024", sources="cnam_demographie"),
        share("c", 20, 100, period="2024", sources="rpps (2024)"),
    )
    found = compared(mine, reference)
    assert found["reference_value"].round(6).tolist()[:2] == [60, 50]
    assert found["basis"].tolist() == ["intervalle", "intervalle", "definitions_differentes"]


def test_a_territory_is_not_compared_with_itself():
    department = table(share("13", 20, 100, level="departement"))
    reference = Reference(Kind.DEPARTEMENT, department, {"13": "13"})
    assert one(department, reference)["basis"] == "lui_meme"


# Bounds due to masks: 62 to 80 out of 900, the example of DOMAIN §8.3


def _bounded(coverage=0.95):
    return table(
        row("a", status="borne", lower=62 / 9, upper=80 / 9, denominator=900, coverage=coverage)
    )


@pytest.mark.parametrize(
    ("reference", "basis", "side", "verdict"),
    [
        (20, "bornes", "au_dessous", Verdict.MOINS_ELEVE_DEFAVORABLE_NET),
        (2, "bornes", "au_dessus", Verdict.PLUS_ELEVE_FAVORABLE_NET),
        # Wilson of 62/900 ends at 8.7 %, that of 80/900 at 10.9 %: the two ends disagree.
        (9.5, "bornes", "au_dessous", ""),
        # Both intervals (5.4..8.7 and 7.2..10.9) hold 8: close at both ends.
        (8, "bornes", "", Verdict.PROCHE),
    ],
)
def test_bounds_give_a_verdict_only_when_both_ends_give_it(reference, basis, side, verdict):
    found = one(_bounded(), beside(reference))
    assert (found["basis"], found["side"], found["verdict"]) == (basis, side, verdict)
    assert math.isnan(found["gap"])
    assert (found["lower"], found["upper"]) == (62 / 9, 80 / 9)


def test_bounds_that_straddle_the_reference_say_nothing():
    model = entry("part", MODEL)
    found = one(_bounded(), beside(8), entries=[model])
    assert (found["basis"], found["side"], found["verdict"]) == ("bornes_indecises", "", "")
    found = one(_bounded(), beside(10), entries=[model])
    assert (found["basis"], found["side"], found["verdict"]) == ("bornes", "au_dessous", "")


def _modelled(**options):
    """A share published by département, and told by an estimate for smaller territories."""
    return replace(entry("part", polarity=NEUTRAL), otherwise=(Expected(()),), **options)


def test_an_estimate_between_bounds_has_a_side_and_no_test():
    """62 to 80 out of 900 would be far from 20 % if they were observed; an estimate is not."""
    found = one(_bounded(), beside(20), entries=[_modelled()])
    assert (found["basis"], found["side"], found["verdict"]) == ("bornes", "au_dessous", "")
    # The département's own figure is counted: it is tested.
    counted = _bounded().assign(level="departement")
    found = one(counted, beside(20), entries=[_modelled()])
    assert (found["side"], found["verdict"]) == ("au_dessous", Verdict.MOINS_ELEVE_NET)


def test_masks_over_a_fifth_of_the_population_allow_no_verdict():
    found = one(_bounded(coverage=0.79), beside(20))
    assert (found["basis"], found["side"], found["verdict"]) == ("bornes_indecises", "", "")


# References


def test_a_territory_over_a_quarter_is_compared_with_the_rest():
    values = table(share("big", 40, 120), share("small", 10, 100))
    whole = table(share("13", 100, 400, level="departement"))
    contained = frozenset({"big", "small"})
    inside = Reference(Kind.DEPARTEMENT, whole, {"big": "13", "small": "13"}, contained)
    result = compared(values, inside)
    assert result["without"].tolist() == [True, False]  # 30 %, and 25 % exactly
    assert result["reference_value"].tolist() == pytest.approx([60 / 280 * 100, 25.0])
    straddling = Reference(Kind.DEPARTEMENT, whole, {"big": "13", "small": "13"})
    assert not compared(values, straddling)["without"].any()


def test_the_rest_of_another_year_is_not_known():
    values = table(share("big", 40, 120, period="2022"))
    whole = table(share("13", 100, 400, level="departement"))
    found = one(values, Reference(Kind.DEPARTEMENT, whole, "13", frozenset({"big"})))
    assert not found["without"]
    assert found["reference_value"] == 25.0


def test_the_same_period_is_preferred_else_the_latest():
    old = table(row("FR", 10, period="2021"), row("FR", 30, period="2023"))
    values = table(share("a", 20, 100, period="2021"), share("b", 20, 100, period="2022"))
    result = compared(values, Reference(Kind.FRANCE, old, "FR"))
    assert result["reference_value"].tolist() == [10, 30]
    assert result["reference_period"].tolist() == ["2021", "2023"]


def test_each_territory_has_its_own_reference():
    values = table(share("a", 20, 100), share("b", 20, 100))
    departments = table(row("13", 50, name="Bouches-du-Rhône"), row("2A", 10, name="Corse"))
    result = compared(values, Reference(Kind.DEPARTEMENT, departments, {"a": "13", "b": "2A"}))
    assert result["reference_id"].tolist() == ["13", "2A"]
    assert result["gap"].tolist() == [-30, 10]


def test_medians_of_neighbours_and_of_all():
    values = table(
        *(row(name, value) for name, value in zip("abcde", (1, 2, 4, 8, 9), strict=True))
    )
    values.loc[4, "status"] = "contexte"
    everyone = medians(values)
    assert everyone.values["value"].tolist() == [3.0]  # 1, 2, 4, 8: context is no figure
    near = medians(values, {"a": ["b", "c", "d"], "b": ["a", "e"]}, Kind.NEIGHBOURS)
    result = compared(values[values["territory"].isin(["a", "b", "c"])], near)
    assert result["reference_value"].tolist()[:2] == [4.0, 1.0]
    assert result["basis"].tolist() == ["ecart", "ecart", "sans_reference"]


def test_targets_are_those_of_the_catalogue():
    aimed = entry("part", target=80.0)
    found = one(table(share("a", 60, 100)), targets(catalogue(aimed)), entries=[aimed])
    assert (found["reference"], found["reference_value"]) == ("cible", 80.0)
    assert found["verdict"] == Verdict.MOINS_ELEVE_DEFAVORABLE_NET
    assert targets(catalogue(entry("part"))).values.empty


def test_a_headcount_is_compared_with_peers_alone():
    headcount = entry("part", Count("s.n"), unit="habitants")
    values = table(*(row(str(v), v, unit="habitants") for v in (10, 20, 60)))
    result = compared(values, beside(1000, unit="habitants"), medians(values), entries=[headcount])
    assert result["basis"].tolist() == ["effectif", "ecart"] * 3
    assert result["gap"].iloc[5] == 40
    assert result["gap"].iloc[[0, 2, 4]].isna().all()


def test_an_observed_over_expected_ratio_is_compared_with_100_alone():
    ratio = entry("part", StandardisedRatio("s.cas", Expected(())), NEUTRAL, unit="indice")
    values = table(
        *(row(t, x, numerator=x, denominator=100, unit="indice") for t, x in (("a", 65), ("b", 98)))
    )
    known = catalogue(ratio)
    result = compared(values, beside(90, unit="indice"), expected(known), entries=[ratio])
    assert result["verdict"].tolist() == [
        *(Verdict.NON_COMPARABLE, Verdict.MOINS_ELEVE_NET),
        *(Verdict.NON_COMPARABLE, Verdict.PROCHE),
    ]
    assert result["rank"].isna().all()


def test_forty_indicators_give_two_by_chance():
    assert expected_by_chance(40) == pytest.approx(2)
    assert expected_by_chance(40, 0.998) == pytest.approx(0.08)


# Persons


@pytest.mark.parametrize(
    ("top", "bottom", "reference", "polarity", "gap", "to_reach"),
    [
        (621, 1000, 65.0, GOOD, -29, 29),
        (621, 1000, 62.15, GOOD, -0.5, 1),  # half a person is one more
        (650, 1000, 65.0, GOOD, 0, 0),
        (700, 1000, 65.0, GOOD, 50, 0),
        (300, 1000, 20.0, BAD, 100, -100),
        (100, 1000, 20.0, BAD, -100, 0),
        (300, 1000, 20.0, NEUTRAL, 100, NAN),
    ],
)
def test_the_gap_in_persons(top, bottom, reference, polarity, gap, to_reach):
    counted = entry("part", polarity=polarity, persons="femmes")
    found = one(table(share("a", top, bottom)), beside(reference), entries=[counted])
    assert found["persons_gap"] == pytest.approx(gap)
    assert found["persons_to_reach"] == pytest.approx(to_reach, nan_ok=True)


def test_persons_are_counted_only_where_the_catalogue_names_them():
    found = one(table(share("a", 20, 100)), beside(40))
    assert math.isnan(found["persons_gap"])
    model = entry("part", MODEL, persons="femmes")
    found = one(table(share("a", 20, 100)), beside(40), entries=[model])
    assert math.isnan(found["persons_to_reach"])


# Whole tables


def test_rows_come_in_order_with_every_column():
    values = table(share("a", 20, 100), share("b", 40, 100))
    result = compared(values, beside(30), beside(35, Kind.REGION))
    assert tuple(result.columns) == COMPARISON_COLUMNS
    assert result["territory"].tolist() == ["a", "a", "b", "b"]
    assert result["reference"].tolist() == ["france", "region"] * 2
    assert tuple(compared(values).columns) == COMPARISON_COLUMNS


def test_nothing_received_is_changed():
    values = table(share("a", 20, 100), share("b", 40, 100)).set_axis([7, 3])
    before = values.copy()
    compared(values, beside(30), medians(values))
    assert_frame_equal(values, before)


_COUNTS = st.lists(st.tuples(st.integers(0, 400), st.integers(400, 900)), min_size=2, max_size=12)


def _drawn(counts):
    return table(*(share(f"t{i:02}", x, n) for i, (x, n) in enumerate(counts)))


@settings(max_examples=25, deadline=None)
@given(_COUNTS, st.floats(1, 99), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_of_no_importance(counts, reference, random):
    values = _drawn(counts)
    shuffled = values.sample(frac=1, random_state=random.randrange(1000))
    first = compared(values, beside(reference), medians(values))
    second = compared(shuffled, beside(reference), medians(shuffled))
    keys = ["territory", "reference"]
    assert_frame_equal(
        first.sort_values(keys).reset_index(drop=True),
        second.sort_values(keys).reset_index(drop=True),
    )


@settings(max_examples=25, deadline=None)
@given(_COUNTS, st.floats(1, 99))
def test_mirrored_polarity_flips_the_judgement_only(counts, reference):
    values = _drawn(counts)
    high = compared(values, beside(reference), entries=[entry("part", polarity=GOOD)])
    low = compared(values, beside(reference), entries=[entry("part", polarity=BAD)])
    for one_way, other in zip(high["verdict"], low["verdict"], strict=True):
        assert Verdict(one_way).direction == Verdict(other).direction
        assert Verdict(one_way).judgement == -Verdict(other).judgement
        assert Verdict(one_way).strong == Verdict(other).strong
    assert high["gap"].equals(low["gap"])
    assert (high["position"] + low["position"]).dropna().to_numpy() == pytest.approx(1.0)
    assert (high["rank_best"] + low["rank_best"] + high["ties"] - high["among"]).eq(1).all()


@settings(max_examples=25, deadline=None)
@given(_COUNTS, st.floats(1, 99))
def test_the_vectorised_verdict_is_that_of_one_territory(counts, reference):
    result = compared(_drawn(counts), beside(reference))
    for (x, n), found in zip(counts, result.to_dict("records"), strict=True):
        light = [100 * side for side in wilson(x, n)]
        strong = tuple(100 * side for side in wilson(x, n, 0.998))
        assert found["verdict"] == against(*light, reference, "high_is_good", strong=strong)
        higher = sum(100 * a / b > 100 * x / n + 1e-9 for a, b in counts)
        assert found["rank"] == higher + 1
        assert 0 <= found["position"] <= 1
        assert 0 <= found["reference_position"] <= 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 900), st.integers(0, 900), st.floats(0.5, 99.5))
def test_a_verdict_on_bounds_holds_for_every_figure_between(first, second, reference):
    low, high = sorted((first, second))
    bounded = table(row("a", status="borne", lower=low / 9, upper=high / 9, denominator=900))
    found = one(bounded, beside(reference))
    for count in {low, (low + high) // 2, high}:
        exact = one(table(share("a", count, 900)), beside(reference))
        if found["verdict"]:
            assert Verdict(found["verdict"]).direction == Verdict(exact["verdict"]).direction
        if found["side"]:
            assert found["side"] == exact["side"]


def test_every_indicator_of_the_catalogue_is_compared_with_its_own_method():
    methods = methods_of(INDICATORS)
    assert set(methods) == set(INDICATORS)
    values = table(
        *(
            share(t, x, 1000, indicator=name, unit=INDICATORS[name].unit)
            for name in INDICATORS
            for t, x in (("a", 300), ("b", 400))
        )
    )
    result = compare(values, [medians(values)])
    assert len(result) == 2 * len(INDICATORS)
    told = result.loc[result["verdict"] != "", "indicator"].unique()
    for name in told:
        assert (
            methods[name].kind in ("wilson", "rate")
            or result.loc[result["indicator"] == name, "verdict"].eq(Verdict.NON_COMPARABLE).all()
        )
