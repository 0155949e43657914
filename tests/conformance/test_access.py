"""Every row of ../shared/conformance/access (RAAM excepted): figures of PySAL access."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cpts_data.access import catchment
from cpts_data.access.decay import GaussianDecay, GravityDecay, StepDecay
from cpts_data.access.travel import TravelTimes

pytestmark = pytest.mark.conformance

FOLDER = Path(__file__).parents[3] / "shared" / "conformance" / "access"
METHODS = {
    "fca_ratio": catchment.fca_ratio,
    "two_stage_fca": catchment.two_step,
    "enhanced_two_stage_fca": catchment.enhanced_two_step,
    "three_stage_fca": catchment.three_step,
}


def peer(name):
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"peer figures absent: ../shared/conformance/access/{name}")
    table = pd.read_csv(path)
    assert len(table)
    return table


def decay_of(case):
    if not isinstance(case.weight, str):
        return None
    given = json.loads(case.weight_params)
    if case.weight == "step":
        return StepDecay.of({float(bound): weight for bound, weight in given.items()})
    if case.weight == "gaussian":
        return GaussianDecay(given["sigma"])
    assert case.weight == "gravity", case.weight
    return GravityDecay(given["scale"], given["alpha"], given.get("min_dist", 0))


def computed(case, demand, supply, cost):
    given = {
        "decay": decay_of(case),
        "max_minutes": None if np.isnan(case.max_cost) else case.max_cost,
    }
    if case.method == "weighted_catchment":
        return catchment.weighted_catchment(demand, supply, cost, **given)
    return METHODS[case.method](demand, supply, cost, **given)


def by_place(table, dataset, value):
    return table[table.dataset == dataset].set_index("id")[value]


@pytest.mark.parametrize("prepared", [False, True], ids=["tidy", "prepared"])
def test_catchments(prepared):
    cases, expected = peer("cases.csv"), peer("expected.csv").set_index("case_id")
    demand, supply, cost = peer("demand.csv"), peer("supply.csv"), peer("cost.csv")
    cases = cases[cases.method != "raam"]
    assert set(cases.method) == {"weighted_catchment", *METHODS}
    times = {}
    for case in cases.itertuples():
        if case.dataset not in times:
            pairs = cost[cost.dataset == case.dataset].drop(columns="dataset")
            times[case.dataset] = TravelTimes.from_pairs(pairs) if prepared else pairs
        got = computed(
            case,
            by_place(demand, case.dataset, "demand"),
            by_place(supply, case.dataset, "supply"),
            times[case.dataset],
        )
        wanted = expected.loc[[case.case_id]].set_index("id")["expected"]
        np.testing.assert_allclose(
            got.reindex(wanted.index).to_numpy(),
            wanted.to_numpy(dtype=float),
            rtol=1e-9,
            atol=0,
            err_msg=case.case_id,
        )
