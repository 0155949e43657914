"""The view of the ARS, on six CPTS whose sums one does in one's head."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_data.aci.calendar import ContractDates
from cpts_data.aci.entries import EntryError
from cpts_data.aci.overview import (
    by_size,
    by_stage,
    covered,
    due_within,
    ended,
    signed_by_year,
    stages_by_year,
    undated,
)
from cpts_data.aci.scale import scale_of
from cpts_data.aci.stages import stages_of
from cpts_data.reference.aci_tables import aci_tables

TABLES = aci_tables()
STAGES = stages_of(TABLES)
MISSIONS = scale_of(TABLES).missions
CPTS = pd.DataFrame(
    [
        ("A", "CPTS A", 30_000, "aci_signe", "2021-03-01", "2021-03-01", (1,)),
        ("B", "CPTS B", 40_000, "aci_signe", "2023-08-31", "2023-08-31", (1, 2)),
        ("C", "CPTS C", 100_000, "aci_signe", pd.NA, pd.NA, (3,)),
        ("D", "CPTS D", 60_000, "projet_sante", "2024-01-01", pd.NA, (2,)),
        ("E", "CPTS E", float("nan"), "sans_statut", pd.NA, pd.NA, ()),
        ("F", "CPTS F", 20_000, "emergence", pd.NA, pd.NA, (1,)),
    ],
    columns=["cpts_id", "name", "population", "statut", "date_statut", "date_signature", "sizes"],
)
# Units u1 to u4; u2 is held by A and B, u4 in two halves by B and C.
MEMBERSHIP = pd.DataFrame(
    [
        ("A", "u1", 1.0),
        ("A", "u2", 1.0),
        ("B", "u2", 1.0),
        ("B", "u4", 0.5),
        ("C", "u3", 1.0),
        ("C", "u4", 0.5),
    ],
    columns=["territory", "unit", "weight"],
)
PEOPLE = pd.Series({"u1": 20_000.0, "u2": 10_000.0, "u3": 90_000.0, "u4": 20_000.0})


def test_counts_by_stage():
    table = by_stage(CPTS, STAGES).set_index("stage")
    assert table["count"].to_dict() == {
        "emergence": 1,
        "lettre_intention": 0,
        "projet_sante": 1,
        "aci_signe": 3,
        "sans_statut": 1,
    }
    assert table.loc["aci_signe", "population"] == 170_000
    assert table.loc["sans_statut", ["population", "without_population"]].tolist() == [0, 1]


def test_counts_by_class_never_put_a_cpts_where_it_may_not_be():
    table = by_size(CPTS, STAGES)
    assert list(table.index) == [(1,), (1, 2), (2,), (3,), (4,), ()]
    assert table["total"].tolist() == [2, 1, 1, 1, 0, 1]
    assert table["total"].sum() == len(CPTS)
    assert table.loc[[(1, 2)], "label"].item() == "taille 1 ou 2"
    assert table["aci_signe"].tolist() == [1, 1, 0, 1, 0, 0]
    assert table["label"].iloc[-1] == "taille non connue"


def test_what_is_due():
    # On 1 February 2024: B (31 August 2023) must start access by 29 February, 28 days later.
    today = dt.date(2024, 2, 1)
    told = {
        "A": ContractDates(
            dt.date(2021, 3, 1),
            done={
                key: dt.date(2022, 1, 1)
                for key in (
                    "acces_demarrage",
                    "acces_deploiement",
                    "parcours_demarrage",
                    "parcours_deploiement",
                    "prevention_demarrage",
                    "dialogue_1",
                    "dialogue_2",
                )
            },
        )
    }
    table = due_within(CPTS, MISSIONS, today, 30, told)
    rows = [(row.cpts_id, row.key, row.days, row.alert, row.followed) for row in table.itertuples()]
    assert rows == [
        # 1 March 2023 to 1 February 2024: 337 days
        ("A", "prevention_deploiement", -337, "depassee", True),
        ("B", "acces_demarrage", 28, "proche", False),
        ("A", "dialogue_3", 29, "proche", True),
    ]
    assert due_within(CPTS, MISSIONS, today, 27, told)["key"].tolist() == ["prevention_deploiement"]


def test_a_contract_that_ended_has_nothing_due():
    after = dt.date(2026, 3, 2)  # A ended on 1 March 2026
    assert set(due_within(CPTS, MISSIONS, after, 10)["cpts_id"]) == {"B"}
    assert "A" in set(due_within(CPTS, MISSIONS, dt.date(2026, 3, 1), 10)["cpts_id"])


def test_faulty_dates_name_their_cpts():
    wrong = {
        "A": ContractDates(dt.date(2021, 3, 1), done={"terme": dt.date(2020, 1, 1)}),
        "B": ContractDates(dt.date(2010, 1, 1)),
    }
    with pytest.raises(EntryError) as caught:
        due_within(CPTS, MISSIONS, dt.date(2024, 1, 1), 30, wrong)
    assert "CPTS A" in str(caught.value)
    assert "CPTS B" in str(caught.value)


def test_population_covered_counts_each_inhabitant_once():
    assert covered(["A"], MEMBERSHIP, PEOPLE) == (30_000, 30_000)
    # u1 + u2 + half of u4; u2 once
    assert covered(["A", "B"], MEMBERSHIP, PEOPLE) == (40_000, 40_000)
    # The halves of u4 may be the same half or not: 10,000 or 20,000 of its people.
    assert covered(["A", "B", "C"], MEMBERSHIP, PEOPLE) == (130_000, 140_000)
    assert covered([], MEMBERSHIP, PEOPLE) == (0, 0)
    # A unit without population counts for nothing.
    assert covered(["A"], MEMBERSHIP, PEOPLE.drop("u1")) == (10_000, 10_000)


def test_contracts_signed_over_time():
    table = signed_by_year(CPTS, 2024, MEMBERSHIP, PEOPLE).set_index("year")
    assert table["signed"].to_dict() == {2021: 1, 2022: 0, 2023: 1, 2024: 0}
    assert table["cumulated"].to_dict() == {2021: 1, 2022: 1, 2023: 2, 2024: 2}
    assert table["population_high"].to_dict() == {
        2021: 30_000,
        2022: 30_000,
        2023: 40_000,
        2024: 40_000,
    }
    # Without perimeters u2 counts twice: 30,000 + 40,000
    assert signed_by_year(CPTS, 2024)["population_low"].iloc[-1] == 70_000
    assert undated(CPTS)["cpts_id"].tolist() == ["C"]
    assert signed_by_year(CPTS, 2020).empty
    assert signed_by_year(CPTS[CPTS["cpts_id"] == "C"], 2024).empty


def test_dates_come_as_text_dates_or_timestamps():
    day = dt.date(2021, 3, 1)
    for value in ("2021-03-01", day, pd.Timestamp(day)):
        table = CPTS.iloc[:1].assign(date_signature=[value])
        assert signed_by_year(table, 2021)["signed"].tolist() == [1]
    for value in (None, pd.NaT, pd.NA, "", "hier", float("nan")):
        table = CPTS.iloc[:1].assign(date_signature=pd.Series([value], dtype=object))
        assert len(undated(table)) == 1


def test_a_table_without_its_columns_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="sizes"):
        by_stage(CPTS.drop(columns="sizes"), STAGES)


def test_an_empty_region():
    none = CPTS.iloc[:0]
    assert by_stage(none, STAGES)["count"].sum() == 0
    assert by_size(none, STAGES)["total"].sum() == 0
    assert due_within(none, MISSIONS, dt.date(2024, 1, 1), 30).empty
    assert signed_by_year(none, 2024).empty


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ABC"), st.sampled_from(["u1", "u2", "u3"]), st.floats(0.01, 1.0)
        ),
        unique_by=lambda row: row[:2],
        max_size=9,
    )
)
def test_the_whole_never_exceeds_the_sum_nor_the_inhabitants(rows):
    held = pd.DataFrame(rows, columns=["territory", "unit", "weight"])
    low, high = covered(["A", "B", "C"], held, PEOPLE)
    alone = [covered([one], held, PEOPLE) for one in "ABC"]
    assert low <= high + 1e-6
    assert high <= sum(most for _, most in alone) + 1e-6
    assert low >= max(least for least, _ in alone) - 1e-6
    assert high <= PEOPLE.sum() + 1e-6


def test_contracts_that_are_over():
    # A ends on 1 March 2026, B on 31 August 2028; C has no date.
    assert ended(CPTS, dt.date(2026, 3, 1)).empty
    over = ended(CPTS, dt.date(2026, 3, 2))
    assert over.to_dict("records") == [
        {"cpts_id": "A", "name": "CPTS A", "term": dt.date(2026, 3, 1)}
    ]


def test_stages_by_year_count_from_the_day_that_is_told():
    table, undated_ones = stages_by_year(CPTS, STAGES, 2025)
    # A since 2021, B since 2023, D since 2024; C and F have a stage without a date, E has none.
    assert list(table.index) == [2021, 2022, 2023, 2024, 2025]
    assert table["aci_signe"].tolist() == [1, 1, 2, 2, 2]
    assert table["projet_sante"].tolist() == [0, 0, 0, 1, 1]
    assert undated_ones == 2


def test_no_year_without_a_date():
    silent = CPTS.assign(date_statut=pd.NA)
    table, undated_ones = stages_by_year(silent, STAGES, 2025)
    assert table.empty
    assert undated_ones == 5  # all but E, which has no stage
