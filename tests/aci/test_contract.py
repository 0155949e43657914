"""What a CPTS enters of its contract: what it makes, and what of a stored text is believed."""

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.aci.calendar import deadlines
from cpts_data.aci.contract import (
    Contract,
    from_json,
    funding_plan,
    starts,
    taken_on,
    to_json,
)
from cpts_data.aci.entries import EntryError
from cpts_data.aci.funding import estimate
from cpts_data.aci.scale import scale_of, version_in_force
from cpts_data.reference.aci_tables import MISSIONS, STAGE_CODES, aci_tables

TABLES = aci_tables()
MISSIONS_2019 = scale_of(TABLES).missions
SIGNED = dt.date(2020, 1, 1)
WHOLE = Contract(
    "avenant_2",
    dt.date(2022, 11, 3),
    "aci_signe",
    {"emergence": dt.date(2021, 1, 5)},
    ("Projet de santé",),
    {"acces_demarrage": dt.date(2023, 4, 1)},
    {"qualite": (dt.date(2023, 5, 1), None)},
    {2: dt.date(2024, 12, 1)},
    ("qualite",),
    {"acces": 0.6},
    1.0,
    True,
    (3,),
    ("1.2024.abcd.13.x.Nom",),
)


def test_what_is_written_is_read_back():
    for contract in (Contract(), WHOLE):
        told = json.loads(json.dumps(to_json(contract)))
        assert from_json(told) == contract


days = st.dates(dt.date(2019, 6, 20), dt.date(2100, 1, 1))
contracts = st.builds(
    Contract,
    version=st.sampled_from(["aci_2019", "avenant_2"]),
    signature=st.none() | days,
    stage=st.sampled_from(["", *STAGE_CODES]),
    stage_dates=st.dictionaries(st.sampled_from(STAGE_CODES), days),
    ready=st.lists(st.text(max_size=30), max_size=5, unique=True).map(lambda t: tuple(sorted(t))),
    done=st.dictionaries(st.text(min_size=1, max_size=20), days, max_size=5),
    chosen=st.dictionaries(
        st.sampled_from(MISSIONS), st.tuples(st.none() | days, st.none() | days)
    ),
    dialogues=st.dictionaries(st.integers(1, 5), days),
    optional=st.lists(st.sampled_from(MISSIONS), unique=True).map(lambda t: tuple(sorted(t))),
    rates=st.dictionaries(st.sampled_from(MISSIONS), st.floats(0, 1)),
    unscheduled_share=st.none() | st.floats(0, 1),
    raised_running=st.booleans(),
    crisis_years=st.lists(st.integers(1, 5), unique=True).map(lambda t: tuple(sorted(t))),
)


@settings(deadline=None)
@given(contracts)
def test_any_contract_goes_and_comes_back(contract):
    assert from_json(json.loads(json.dumps(to_json(contract)))) == contract


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("version", 99, "version plus récente"),
        ("format", "autre", "contrat_aci"),
        ("signature", "hier", "un jour comme"),
        ("stade", "<b>gras</b>", "stade"),
        ("etapes", {"aci_signe": 3}, "un jour comme"),
        ("etapes", {"ailleurs": "2024-01-01"}, "ailleurs"),
        ("documents", [3], "textes"),
        ("documents", ["x"] * 100, "liste"),
        ("faites", ["2024-01-01"], "dates"),
        ("choisies", {"qualite": ["2024-01-01"]}, "deux dates"),
        ("dialogues", {"9": "2024-01-01"}, "« 9 »"),
        ("missions", ["pirate"], "pirate"),
        ("taux", {"acces": 7}, "entre 0 et 1"),
        ("taux", {"acces": True}, "entre 0 et 1"),
        ("taux", {"acces": 10**400}, "entre 0 et 1"),
        ("part_snp", "tout", "entre 0 et 1"),
        ("majoration", 1, "vrai ou faux"),
        ("crises", [0], "de 1 à 5"),
        ("territoires_composes", ["x" * 40_000], "texte"),
    ],
)
def test_what_is_not_ours_is_refused_in_french(field, value, told):
    with pytest.raises(EntryError) as caught:
        from_json({**to_json(WHOLE), field: value})
    assert told in str(caught.value)


@pytest.mark.parametrize("content", [None, [], "texte", 3, {}, {"format": "contrat_aci"}])
def test_any_other_content_is_refused(content):
    with pytest.raises(EntryError):
        from_json(content)


def test_all_faults_are_told_at_once():
    wrong = {**to_json(WHOLE), "stade": "x", "taux": {"acces": 2}, "crises": [9]}
    with pytest.raises(EntryError) as caught:
        from_json(wrong)
    assert len(caught.value.faults) == 3


def test_missions_are_the_core_ones_and_those_chosen():
    assert taken_on(Contract(), MISSIONS_2019) == ("acces", "parcours", "prevention")
    chosen = Contract(optional=("accompagnement",))
    assert taken_on(chosen, MISSIONS_2019) == ("acces", "parcours", "prevention", "accompagnement")


def test_a_mission_starts_when_it_did_else_at_the_latest():
    contract = Contract(done={"acces_demarrage": dt.date(2020, 3, 1)})
    found = deadlines(MISSIONS_2019, contract.dates(SIGNED))
    told = starts(found)
    assert told["acces"] == dt.date(2020, 3, 1)  # entered
    assert told["parcours"] == dt.date(2021, 1, 1)  # 12 months at the latest


def test_the_plan_of_a_contract():
    # Taille 2, access from 1 March 2020: 306 days left of 2020 over 365 (a leap year: 366 - 60).
    contract = Contract(done={"acces_demarrage": dt.date(2020, 3, 1)}, rates={"acces": 1.0})
    plan = funding_plan(contract, SIGNED, MISSIONS_2019, (2,))
    assert [choice.mission for choice in plan.missions] == ["acces", "parcours", "prevention"]
    first = estimate(scale_of(TABLES), plan).years[1]
    assert first.low == pytest.approx(60_000 + 35_000 * 306 / 365)


def test_an_optional_mission_without_a_date_brings_nothing():
    plan = funding_plan(Contract(optional=("qualite",)), SIGNED, MISSIONS_2019, (2,))
    assert estimate(scale_of(TABLES), plan).not_started == ("Qualité et pertinence des soins",)


def test_the_version_in_force_is_the_last_one_signed_by_then():
    assert version_in_force(TABLES, None) == "aci_2019"
    assert version_in_force(TABLES, dt.date(2019, 6, 20)) == "aci_2019"
    assert version_in_force(TABLES, dt.date(2021, 12, 19)) == "aci_2019"
    assert version_in_force(TABLES, dt.date(2021, 12, 20)) == "avenant_2"
    assert version_in_force(TABLES, dt.date(2010, 1, 1)) == "aci_2019"
