"""Every row of ../shared/conformance/apl: the shape of the DREES indicator, arbitrary weights."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cpts_data.access.apl import (
    apl,
    apl_catchment,
    diagnostics,
    practice_supply,
    standardised_demand,
)
from cpts_data.access.decay import StepDecay
from cpts_data.access.travel import TravelTimes
from cpts_data.reference.access_parameters import ActivityRule, AplParameters

pytestmark = pytest.mark.conformance

FOLDER = Path(__file__).parents[3] / "shared" / "conformance" / "apl"


def peer(name):
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"peer figures absent: ../shared/conformance/apl/{name}")
    table = pd.read_csv(path)
    assert len(table)
    return table


def none_if_missing(value):
    return None if pd.isna(value) else float(value)


def parameters_of(case, weights):
    steps = StepDecay.of({float(bound): value for bound, value in json.loads(case.steps).items()})
    return AplParameters(
        profession="medecins_generalistes",
        vintage=case.case_id,
        activity=ActivityRule(
            floor=none_if_missing(case.acts_floor), cap=none_if_missing(case.acts_cap)
        ),
        steps=steps.steps,
        age_weights=tuple(weights.items()),
        max_ages=(),
        per=1.0,
        threshold=2.5,
        to_check=False,
    )


def assert_agrees(got, expected, name):
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=0, err_msg=name)


def test_apl():
    cases, ages = peer("cases.csv"), peer("population_by_age.csv")
    weights = peer("age_weights.csv").set_index("ageband")["weight"]
    doctors, times = peer("doctors.csv"), peer("travel_time.csv")
    expected, means = peer("expected.csv"), peer("expected_means.csv").set_index("case_id")
    assert set(means.index) == set(cases.case_id)
    for case in cases.itertuples():
        wanted = expected[expected.case_id == case.case_id].set_index("commune")
        people = ages[ages.dataset == case.dataset]
        people = people.pivot_table(index="commune", columns="ageband", values="pop", aggfunc="sum")
        people = people.loc[wanted.index]
        counted = weights if case.age_weighted else weights * 0 + 1
        parameters = parameters_of(case, counted)
        demand = standardised_demand(people, parameters.weights_by_age())
        assert_agrees(people.sum(axis=1), wanted.total_population, case.case_id)
        assert_agrees(demand, wanted.standardised_population, case.case_id)
        practices = doctors[doctors.dataset == case.dataset]
        practices = practices.rename(columns={"commune": "unit", "acts": "activity"})
        supply = practice_supply(
            practices, parameters.activity, max_age=none_if_missing(case.max_age_inclusive)
        )
        assert_agrees(
            supply.reindex(wanted.index, fill_value=0.0), wanted.supply_acts, case.case_id
        )
        pairs = times[times.dataset == case.dataset].drop(columns="dataset")
        prepared = apl_catchment(TravelTimes.from_pairs(pairs), parameters)
        found = apl(demand, supply, prepared, parameters)
        assert_agrees(found, wanted.expected_apl, case.case_id)
        check_means(means.loc[case.case_id], people.sum(axis=1), demand, supply, prepared, found)


def check_means(wanted, people, demand, supply, prepared, found):
    known = found.notna()
    total = np.average(found[known], weights=people[known])
    assert_agrees(total, wanted.mean_weighted_by_total_population, wanted.name)
    standardised = np.average(found[known], weights=demand[known])
    assert_agrees(standardised, wanted.mean_weighted_by_standardised_population, wanted.name)
    told = diagnostics(demand, supply, prepared)
    assert_agrees(told.supply_given, wanted.demand_times_apl, wanted.name)
    assert_agrees(told.supply_total + told.supply_lost, wanted.supply_total, wanted.name)
    assert told.without_pair == wanted.communes_without_pair
    assert abs(told.conservation_gap) < 1e-12
