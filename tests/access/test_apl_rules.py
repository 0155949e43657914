"""Rules of the DREES, as the sheet « Paramètres » words them, and the checks of a computed APL."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from cpts_data import reference
from cpts_data.access.apl import (
    apl,
    apl_catchment,
    calibration,
    counted_activity,
    diagnostics,
    practice_supply,
    standardised_demand,
)
from cpts_data.reference.access_parameters import (
    STATUSES,
    ActivityRule,
    apl_parameters,
    apl_tables,
    apl_vintages,
    islands,
    road_speeds,
)
from cpts_data.statistics.inputs import StatisticsError

NAN = float("nan")
GP = apl_parameters()
COST = pd.DataFrame(
    {"origin": list("aabb"), "destination": list("abab"), "minutes": [0.0, 12.0, 18.0, 0.0]}
)


def test_parameters_of_the_sheet():
    assert (GP.profession, GP.vintage) == ("medecins_generalistes", "2023")
    assert GP.activity == ActivityRule(250, 3600, 6000, 5400)
    assert GP.steps == ((10, 1), (15, pytest.approx(2 / 3)), (20, pytest.approx(1 / 3)))
    assert GP.max_ages == (65, 62, 60)
    assert GP.threshold == 2.5
    weights = GP.weights_by_age()
    assert weights[["0-4", "60-64", "90+"]].tolist() == [1.12, 1.18, 2.26]
    assert apl_parameters("medecins_generalistes", "2022").weights_by_age()["90+"] == 2.39
    assert len(weights) == 19


def test_other_professions_say_that_they_must_be_checked():
    for profession in apl_vintages()["profession"].unique():
        found = apl_parameters(profession)
        if profession != "medecins_generalistes":
            assert found.to_check
            assert found.per == 100_000
            assert found.threshold is None


def test_unknown_profession_or_vintage_lists_the_known_ones():
    with pytest.raises(KeyError, match="infirmiers"):
        apl_parameters("rebouteux")
    with pytest.raises(KeyError, match="2022"):
        apl_parameters("medecins_generalistes", "1999")


def test_every_line_of_the_data_has_a_status_and_a_source():
    for table in (*apl_tables().values(), road_speeds(), islands()):
        assert table["statut"].isin(STATUSES).all()
        assert (table["source"] != "").all()


def test_islands_are_communes_of_the_code_file():
    names = reference.communes()["name"]
    assert islands()["nom"].equals(names.reindex(islands().index).rename("nom").astype("str"))


def test_speeds_of_an_unknown_grid():
    with pytest.raises(KeyError, match="Grilles"):
        road_speeds(5)


def test_bounds_of_activity():
    acts = pd.Series([0, 250, 251, 3600, 3601, 6000, 6001, NAN])
    got = counted_activity(acts, GP.activity)
    assert got.tolist() == [0, 0, 3600, 3600, 3601, 6000, 6000, 5400]


def test_newcomers_and_centres():
    acts = pd.Series([100.0, 9000.0, 4000.0], index=["new", "centre", "other"])
    got = counted_activity(
        acts,
        GP.activity,
        newcomer=pd.Series({"new": True}),
        unbounded=pd.Series({"centre": True}),
    )
    assert got.tolist() == [5400, 9000, 4000]


def test_each_bound_may_be_switched_off():
    rule = dataclasses.replace(GP.activity, nullity=None, cap=None)
    assert counted_activity(pd.Series([0.0, 9000.0]), rule).tolist() == [3600, 9000]


def test_refused_activities():
    with pytest.raises(StatisticsError, match="négative"):
        counted_activity(pd.Series([-1.0]), GP.activity)
    with pytest.raises(StatisticsError, match="inconnue"):
        counted_activity(pd.Series([NAN]), ActivityRule())


PRACTICES = pd.DataFrame(
    {
        "unit": ["a", "a", "b", "b"],
        "activity": [4000.0, 7000.0, 5000.0, 100.0],
        "age": [65, 66, NAN, 40],
    }
)


def test_supply_by_unit_and_age():
    assert practice_supply(PRACTICES, GP.activity).to_dict() == {"a": 10000, "b": 5000}
    younger = practice_supply(PRACTICES, GP.activity, max_age=65)
    assert younger.to_dict() == {"a": 4000, "b": 5000}
    with pytest.raises(StatisticsError, match="« age »"):
        practice_supply(PRACTICES.drop(columns="age"), GP.activity, max_age=65)


def test_professionals_without_a_place_and_lists_without_a_column_are_refused():
    with pytest.raises(StatisticsError, match="n'a pas de commune"):
        practice_supply(PRACTICES.assign(unit=["a", None, "b", "b"]), GP.activity)
    for name in ("unit", "activity"):
        with pytest.raises(StatisticsError, match=f"« {name} »"):
            practice_supply(PRACTICES.drop(columns=name), GP.activity)
    with pytest.raises(StatisticsError, match="l'âge des professionnels"):
        practice_supply(PRACTICES.assign(age=["65", "66", "1", "2"]), GP.activity, max_age=65)


def test_standardised_inhabitants():
    people = pd.DataFrame({"0-4": [100, NAN], "90+": [10, 20]}, index=["a", "b"])
    weights = pd.Series({"0-4": 1.12, "90+": 2.26})
    assert standardised_demand(people, weights).tolist() == pytest.approx([134.6, 45.2])
    scaled = standardised_demand(people, weights, total=130)
    assert scaled.sum() == pytest.approx(130)
    assert scaled["a"] / scaled["b"] == pytest.approx(134.6 / 45.2)


def test_bands_and_weights_must_meet():
    people = pd.DataFrame({"0-4": [100], "5-9": [10]})
    with pytest.raises(StatisticsError, match="sans poids : 5-9"):
        standardised_demand(people, pd.Series({"0-4": 1.0}))
    with pytest.raises(StatisticsError, match="dans la population : 90"):
        standardised_demand(people[["0-4"]], pd.Series({"0-4": 1.0, "90+": 2.0}))


def test_weights_and_bands_that_make_no_sense_are_refused():
    people = pd.DataFrame({"0-4": [100], "5-9": [10]})
    for wrong in (-1.0, NAN):
        with pytest.raises(StatisticsError, match="absent ou négatif"):
            standardised_demand(people, pd.Series({"0-4": 1.0, "5-9": wrong}))
    with pytest.raises(StatisticsError, match="répétée : 0-4"):
        standardised_demand(
            pd.concat([people, people[["0-4"]]], axis=1), pd.Series({"0-4": 1.0, "5-9": 1.0})
        )
    with pytest.raises(StatisticsError, match="la population « 5-9 »"):
        standardised_demand(people.assign(**{"5-9": ["10"]}), pd.Series({"0-4": 1.0, "5-9": 1.0}))


def test_apl_by_hand():
    # a: 2/3 to b at 12 minutes; b: 1/3 to a at 18 minutes.
    demand, supply = pd.Series({"a": 1000.0, "b": 600.0}), pd.Series({"a": 3600.0, "b": 5000.0})
    ra, rb = 3600 / (1000 + 600 / 3), 5000 / (1000 * 2 / 3 + 600)
    got = apl(demand, supply, COST, GP)
    assert got.tolist() == pytest.approx([ra + 2 / 3 * rb, ra / 3 + rb])
    fte = dataclasses.replace(GP, per=100_000)
    assert apl(demand, supply, COST, fte).tolist() == pytest.approx((got * 100_000).tolist())


def test_exact_bounds_change_with_the_convention():
    cost = pd.DataFrame({"origin": ["a"], "destination": ["a"], "minutes": [10.0]})
    assert apl_catchment(cost, GP).weights.data.tolist() == [1]
    assert apl_catchment(cost, GP, inclusive=False).weights.data.tolist() == pytest.approx([2 / 3])


def test_diagnostics_tell_what_is_shared_idle_and_lost():
    cost = pd.concat([COST, pd.DataFrame({"origin": ["c"], "destination": ["d"], "minutes": [40]})])
    demand = pd.Series({"a": 1000.0, "b": 600.0, "c": 400.0, "nowhere": 500.0})
    supply = pd.Series({"a": 3600.0, "d": 5000.0, "elsewhere": 700.0})
    told = diagnostics(demand, supply, apl_catchment(cost, GP))
    assert (told.supply_total, told.supply_idle, told.supply_lost) == (8600, 5000, 700)
    assert told.supply_given == pytest.approx(3600)
    assert abs(told.conservation_gap) < 1e-12
    assert (told.idle_places, told.lost_places) == (("d",), ("elsewhere",))
    assert told.demand_reached == pytest.approx(1600 / 2500)
    assert told.mean == pytest.approx(3600 / 2000)
    assert told.without_pair == 1


def test_calibration_of_a_shifted_model():
    published = pd.Series({"a": 1.0, "b": 2.0, "c": 4.0, "d": NAN})
    demand = pd.Series({"a": 100.0, "b": 100.0, "c": 200.0, "d": 50.0})
    told = calibration(published * 2, published, demand)
    assert told.units == 3
    assert told.correlation == pytest.approx(1)
    assert told.rank_correlation == pytest.approx(1)
    assert told.mean_published == pytest.approx(2.75)
    assert told.mean_gap == pytest.approx(2.75)
    assert told.within_half == 0
    assert np.isnan(calibration(published[:2], published, demand).correlation)
