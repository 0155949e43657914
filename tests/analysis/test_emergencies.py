"""Rate of emergency visits followed by a stay: both terms on the same answering units."""

import pandas as pd
import pytest

from cpts_data.analysis.emergencies import hospitalisation_rate

NAMES = [
    "finess", "departement", "period", "type", "passages", "suivis_mco", "suivis_long_sejour",
    "suivis_had", "suivis_transfert", "hospitalises",
]  # fmt: skip
NO = float("nan")
TABLE = pd.DataFrame(
    [
        ("a", "01", "2019", "general", 1000, 150, 5, NO, 45, NO),
        ("a", "01", "2019", "pediatrique", 500, NO, NO, NO, NO, 25),
        # Did not say what became of the visits: out of both terms.
        ("b", "01", "2019", "general", 500, NO, NO, NO, 12, NO),
        ("c", "02", "2019", "general", 2000, 2, NO, NO, NO, NO),
        ("d", "02", "2019", "pediatrique", 100, NO, NO, NO, NO, NO),
        ("e", "02", "2019", "general", NO, NO, NO, NO, NO, NO),
        ("a", "01", "2020", "general", 800, 0, 0, 0, 0, NO),
    ],
    columns=NAMES,
)


def told(level, code, period="2019"):
    rates = hospitalisation_rate(TABLE).set_index(["niveau", "code", "period"])
    return rates.loc[(level, code, period)]


def test_general_and_paediatric_units_of_a_site_are_added_before_dividing():
    site = told("site", "a")
    assert site["hospitalisations"] == 150 + 5 + 45 + 25
    assert site["taux"] == pytest.approx(225 / 1500)
    assert site["couverture"] == 1.0
    assert not site["a_verifier"]


def test_a_site_that_did_not_answer_is_out_of_both_terms():
    silent = told("site", "b")
    assert pd.isna(silent["taux"])
    assert silent["couverture"] == 0.0
    departement = told("departement", "01")
    assert departement["taux"] == pytest.approx(225 / 1500)
    assert departement["couverture"] == pytest.approx(1500 / 2000)
    assert (departement["sites"], departement["sites_retenus"]) == (2, 1)


def test_a_rate_near_zero_is_flagged_for_a_site_only():
    assert told("site", "c")["taux"] == pytest.approx(0.001)
    assert told("site", "c")["a_verifier"]
    assert not told("departement", "02")["a_verifier"]


def test_nothing_answered_gives_no_rate_rather_than_zero():
    assert pd.isna(told("site", "d")["taux"])
    assert pd.isna(told("site", "e")["couverture"])


def test_a_true_zero_is_a_rate():
    assert told("site", "a", "2020")["taux"] == 0.0


def test_france_sums_then_divides():
    france = told("france", "FR")
    assert france["hospitalisations"] == 227
    assert france["passages_retenus"] == 3500
    assert france["taux"] == pytest.approx(227 / 3500)
    assert france["passages"] == 4100
    assert france["couverture"] == pytest.approx(3500 / 4100)


def test_the_table_is_left_as_it_was():
    before = TABLE.copy()
    hospitalisation_rate(TABLE)
    pd.testing.assert_frame_equal(TABLE, before)
