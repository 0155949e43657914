"""The contracts of a space for the ARS: the list, and what was declared beside. Counted by hand."""

import datetime as dt

import pandas as pd
import pytest

from cpts_data.aci.contract import Contract
from cpts_data.reading.contracts import cpts_table, due, with_declared
from cpts_data.reference.aci_tables import aci_tables

TABLES = aci_tables()
TODAY = dt.date(2023, 1, 15)


@pytest.fixture
def table(five):
    return cpts_table(five)


def test_the_list_as_it_is(table):
    rows = table.set_index("cpts_id")
    assert rows["statut"].to_dict() == {
        "CPTS-A": "aci_signe",
        "CPTS-B": "sans_statut",
        "CPTS-C": "projet_sante",
        "CPTS-D": "emergence",
    }
    # « ville » is Lyon (900) and half of Saint-Denis (1,500)
    assert rows["population"].to_dict() == {
        "CPTS-A": 3_000,
        "CPTS-B": 5_000,
        "CPTS-C": 2_400,
        "CPTS-D": 0,
    }
    assert rows.loc["CPTS-A", "date_signature"] == "2022-03-31"


def test_a_declared_stage_stands_beside_the_list(table):
    told = {
        "CPTS-B": Contract(stage="lettre_intention"),
        "CPTS-C": Contract(stage="projet_sante"),
    }
    rows = with_declared(table, told).set_index("cpts_id")
    assert rows.loc["CPTS-B", ["statut", "declared"]].tolist() == [
        "sans_statut",
        "lettre_intention",
    ]
    assert rows.loc["CPTS-C", "declared"] == "", "the same as the list: nothing to tell"


def test_a_date_that_is_only_thought_of_counts_for_nothing(table):
    thought = {"CPTS-C": Contract(signature=dt.date(2024, 5, 1))}
    assert not with_declared(table, thought)["entered"].any()
    signed = {"CPTS-C": Contract(signature=dt.date(2022, 5, 1), stage="aci_signe")}
    rows = with_declared(table, signed).set_index("cpts_id")
    assert bool(rows.loc["CPTS-C", "entered"])
    assert rows.loc["CPTS-C", "statut"] == "projet_sante"


def test_the_list_wins_over_a_date_entered(table):
    told = {"CPTS-A": Contract(signature=dt.date(2021, 1, 1), stage="aci_signe")}
    rows = with_declared(table, told).set_index("cpts_id")
    assert rows.loc["CPTS-A", "date_signature"] == "2022-03-31"


def test_deadlines_by_the_version_in_force_at_signature(table):
    # CPTS-A signed on 31 March 2022, under avenant 2: access and crisis start by 30 September 2022
    # (six months, last day of the month), pathways and prevention by 31 March 2023, 75 days away.
    found, faults = due(with_declared(table, {}), TABLES, TODAY, 80, {})
    assert faults == ()
    assert [(row.key, row.days, row.followed) for row in found.itertuples()] == [
        ("acces_demarrage", -107, False),
        ("crise_demarrage", -107, False),
        ("dialogue_1", 75, False),
        ("parcours_demarrage", 75, False),
        ("prevention_demarrage", 75, False),
    ]


def test_what_is_done_is_due_no_more(table):
    told = {"CPTS-A": Contract("avenant_2", done={"acces_demarrage": dt.date(2022, 9, 1)})}
    found, _ = due(with_declared(table, told), TABLES, TODAY, 30, told)
    assert found["key"].tolist() == ["crise_demarrage"]
    assert found["followed"].tolist() == [True]


def test_a_contract_whose_dates_do_not_hold_is_told_and_left_aside(table):
    told = {"CPTS-A": Contract("avenant_2", done={"acces_demarrage": dt.date(2019, 1, 1)})}
    found, faults = due(with_declared(table, told), TABLES, TODAY, 30, told)
    assert len(faults) == 1
    assert "CPTS de la plaine" in str(faults[0])
    assert set(found["key"]) == {"acces_demarrage", "crise_demarrage"}


def test_nothing_signed_nothing_due(table):
    unsigned = table.assign(statut="emergence", date_signature=pd.NA)
    found, faults = due(with_declared(unsigned, {}), TABLES, TODAY, 60, {})
    assert found.empty
    assert faults == ()
