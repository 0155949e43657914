"""Figures that nobody has published: what the demonstration may tell of one commune."""

import numpy as np
import pandas as pd
import pytest

from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS
from cpts_data.measures import UnitColumn, at_level
from cpts_data.space import DEMONSTRATION
from cpts_data.territories import Level

# Rare illnesses, where many communes have fewer than eleven patients.
RARE = ("part_ald_sans_mt", "prevalence_ald_avc")
EXACT = ("observe", "estime")
NAN = float("nan")


@pytest.fixture(scope="module")
def guarded():
    return Diagnostic.open(DEMONSTRATION)


def rows(diagnostic, name, level):
    return diagnostic.values([name], level).set_index("territory")


@pytest.mark.parametrize("name", RARE)
def test_no_count_under_eleven_is_shown(guarded, name):
    for level in (Level.COMMUNE, Level.CPTS, Level.EPCI):
        table = rows(guarded, name, level)
        shown = table[table["status"].isin(EXACT)]
        assert len(shown)
        few = shown["numerator"].between(0.5, 10.5)
        rest = (shown["denominator"] - shown["numerator"]).between(0.5, 10.5)
        assert not few.any()
        assert not rest.any()


@pytest.mark.parametrize("name", RARE)
def test_no_total_gives_back_the_only_commune_hidden(guarded, name):
    communes = rows(guarded, name, Level.COMMUNE)
    hidden = communes.index[~communes["status"].isin([*EXACT, "sans_objet", "manquant"])]
    for level in (Level.CPTS, Level.EPCI, Level.DEPARTEMENT):
        pairs = guarded.membership_pairs(level)
        alone = pairs[pairs["unit"].isin(hidden)].groupby("territory").size()
        table = rows(guarded, name, level)
        told = table.index[table["status"].isin(EXACT)]
        assert not alone.reindex(told).eq(1).any()


def test_age_bands_are_not_shown_by_commune(guarded):
    table = guarded.values(["prevalence_ald"], Level.COMMUNE, strata=True)
    bands = table[table["stratum"] != "ensemble"]
    assert set(bands["status"]) <= {"masque_secondaire", "sans_objet", "manquant"}
    assert bands["value"].isna().all()


@pytest.mark.parametrize("name", ["ratio_ald_avc", "prevalence_ald_standardisee"])
def test_a_standardised_figure_does_not_tell_a_count_that_is_hidden(guarded, name):
    communes = rows(guarded, name, Level.COMMUNE)
    assert communes["numerator"].isna().all()
    assert communes["value"].isna().all()
    plain = rows(guarded, "prevalence_ald_avc", Level.CPTS)["numerator"]
    beside = rows(guarded, "ratio_ald_avc", Level.CPTS)["numerator"]
    assert beside.notna().any()
    assert not beside[plain.isna()].notna().any()


def test_what_is_published_or_counts_professionals_is_shown_as_it_is(guarded):
    facts, guard = guarded.facts, guarded.figures.guard
    for name in ("depistage_sein_organise", "part_mg_60_ans_et_plus", "apl_mg"):
        indicator = INDICATORS[name]
        period = guarded.latest_period(indicator)
        assert not guard.applies(indicator, indicator.measure, period)
    assert facts.ledger.is_public(INDICATORS["depistage_sein_organise"].columns[0], "2023-2024")


def test_a_small_number_of_patients_that_a_cpts_declares_is_not_shown(guarded):
    indicator = INDICATORS["nb_patients_protocoles"]
    period = guarded.latest_period(indicator)
    guard = guarded.figures.guard
    assert guard.applies(indicator, indicator.measure, period)
    for name in ("nb_protocoles", "nb_adherents"):  # no patients
        assert not guard.applies(INDICATORS[name], INDICATORS[name].measure, period)
    numbers = {"value": [4.0, 11.0, 0.0, NAN], "numerator": [4.0, 11.0, 0.0, NAN]}
    states = ["observe", "observe", "observe", "manquant"]
    plain = pd.DataFrame(
        {**numbers, "lower": NAN, "upper": NAN, "denominator": NAN, "coverage": 1.0},
        index=list("abcd"),
    ).assign(status=pd.array(states, dtype="string"))
    told = guard.shown(indicator.measure, period, guarded.territories(Level.CPTS), plain)
    assert told["status"].tolist() == ["masque", "observe", "observe", "manquant"]
    assert told.loc["a", ["value", "numerator"]].isna().all()
    assert told.loc[["b", "c"], "value"].tolist() == [11, 0]


def test_small_bands_of_the_region_are_not_worked_out_of_expected_cases(guarded):
    # Expected cases are known of each territory: enough of them give every rate of the region.
    measure = INDICATORS["ratio_ald_avc"].measure
    band = measure.expected.strata[0]
    cases, people = (at_level(name, "region") for name in (band.cases, band.people))
    column = UnitColumn.observed(np.array([3.0, 0.0, 11.0, NAN]))
    told = guarded.figures.guard.around(measure, cases, "2024", column)
    assert told.masked.tolist() == [True, False, False, False]
    np.testing.assert_array_equal(told.values, [NAN, 0, 11, NAN])
    assert told.threshold == 11
    assert guarded.figures.guard.around(measure, people, "2024", column) is column
    public = INDICATORS["patients_diabete"].otherwise[0]
    assert guarded.figures.guard.around(public, cases, "2024", column) is column
