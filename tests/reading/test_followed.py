"""What the space gives of the indicators of a contract, on the demonstration's own file."""

import csv
import datetime as dt
import io

import pytest

from cpts_data.aci.follow_up import Kind, Origin, added, begin, indicators_of
from cpts_data.diagnostic import Diagnostic
from cpts_data.measures import Status
from cpts_data.reading.followed import known_figures, proposals, with_proposals
from cpts_data.reference.aci_tables import aci_tables
from tests.pages.conftest import DEMONSTRATION

SIGNED = dt.date(2022, 11, 3)
NOW = dt.datetime(2026, 11, 29, 9, 0, tzinfo=dt.UTC)
WITHOUT_MT, PROTOCOLS = "part_sans_mt_17_ans_et_plus", "nb_protocoles"
CPTS = "HES-CPTS-03"


@pytest.fixture(scope="module")
def rows():
    """The lines of the file of local indicators that speak of the CPTS, by indicator and period."""
    read = []
    for file in sorted((DEMONSTRATION / "indicateurs_locaux").glob("*.csv")):
        # The oldest file is written as an old spreadsheet does; the codes looked for are plain.
        text = file.read_bytes().decode("utf-8-sig", errors="replace")
        read += list(csv.DictReader(io.StringIO(text), delimiter=";"))
    return {
        (row["indicateur"], row["periode"]): row
        for row in read
        if row["code"] == CPTS and row["strate"] == "ensemble"
    }


@pytest.fixture(scope="module")
def known():
    diagnostic = Diagnostic.open(DEMONSTRATION)
    names = [one.indicator for one in indicators_of(aci_tables())]
    return known_figures(diagnostic, diagnostic.territory("cpts", CPTS), names)


@pytest.fixture
def empty():
    return begin(CPTS, "avenant_2", SIGNED, indicators_of(aci_tables()))


def test_own_figures_are_those_of_the_file(known, rows):
    told = {str(row["period"]): row for row in known.own[WITHOUT_MT]}
    assert list(told) == ["2020", "2021", "2022", "2023", "2024"]
    for period, row in told.items():
        line = rows[WITHOUT_MT, period]
        assert float(row["numerator"]) == float(line["numerateur"])
        assert float(row["denominator"]) == float(line["denominateur"])


def test_a_value_of_the_departement_is_never_the_cpts_s(known):
    # The flu of calendar years is known for the département only, that of seasons for the CPTS.
    periods = [str(row["period"]) for row in known.own["vaccination_grippe_65_ans_et_plus"]]
    assert periods == ["2020-2021", "2021-2022", "2022-2023", "2023-2024", "2024-2025"]
    statuses = {str(row["status"]) for told in known.own.values() for row in told}
    assert Status.CONTEXT.value not in statuses


def test_the_baseline_is_the_last_period_whole_at_the_signature(known, empty):
    found = proposals(empty, known, NOW)
    mine = [one for one in found if one.indicator == WITHOUT_MT]
    baseline = [one for one in mine if one.kind is Kind.BASELINE]
    assert [one.figure.period for one in baseline] == ["2021"]
    results = [one.figure.period for one in mine if one.kind is Kind.RESULT]
    assert results == ["2022", "2023", "2024"]
    assert all(one.figure.lower is not None for one in mine)


def test_declared_counts_come_without_interval(known, empty):
    found = [one for one in proposals(empty, known, NOW) if one.indicator == PROTOCOLS]
    assert found
    for one in found:
        assert one.origin is Origin.DECLARED
        assert one.figure.lower is None
        assert one.figure.upper is None


def test_what_is_kept_is_not_proposed_again(known, empty):
    found = proposals(empty, known, NOW)
    whole = with_proposals(empty, found)
    assert len(whole.records) == len(found)
    assert proposals(whole, known, NOW) == ()


def test_a_result_entered_by_hand_is_left_alone(known, empty):
    (first, *_) = [
        one
        for one in proposals(empty, known, NOW)
        if one.indicator == WITHOUT_MT and one.kind is Kind.RESULT
    ]
    kept = added(empty, first)
    again = [
        one.figure.period for one in proposals(kept, known, NOW) if one.indicator == WITHOUT_MT
    ]
    assert first.figure.period not in again[1:]
    assert again == ["2021", "2023", "2024"]


def test_what_cannot_be_added_is_left_out(known, empty):
    found = proposals(empty, known, NOW)
    assert with_proposals(with_proposals(empty, found), found) == with_proposals(empty, found)
