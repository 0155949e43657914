"""Where a contract stands on a day: late, not told, ahead, over. Dates counted by hand."""

import datetime as dt

import pytest

from cpts_data.aci.calendar import ContractDates, deadlines
from cpts_data.aci.scale import scale_of
from cpts_data.aci.situation import passed_words, situation, state_words
from cpts_data.reference.aci_tables import aci_tables

MISSIONS = scale_of(aci_tables(), "avenant_2").missions
SIGNED = dt.date(2022, 11, 3)


def on(today, done=None):
    """The situation of a contract signed on 3 November 2022, nothing done unless told."""
    done = done or {}
    found = deadlines(MISSIONS, ContractDates(SIGNED, done=done))
    return situation(found, SIGNED, today, followed=bool(done))


def test_what_passed_is_not_late_where_nobody_follows():
    # By 15 January 2024: access and crisis should have started (3 May 2023), pathways and
    # prevention too (3 November 2023), and the first dialogue was due that day.
    now = on(dt.date(2024, 1, 15))
    assert [one.key for one in now.untold] == [
        "acces_demarrage",
        "crise_demarrage",
        "dialogue_1",
        "parcours_demarrage",
        "prevention_demarrage",
    ]
    assert now.late == ()
    assert now.year == 2
    assert "5\u00a0échéances sont passées" in now.headline
    assert "dépassée" not in now.headline
    # 15 January to 3 May 2024: 16 + 29 + 31 + 30 + 3 days
    assert "dans 109\u00a0jours" in now.headline


def test_what_passed_is_late_once_somebody_follows():
    now = on(dt.date(2024, 1, 15), {"acces_demarrage": dt.date(2023, 5, 1)})
    assert now.untold == ()
    assert [one.key for one in now.late] == [
        "crise_demarrage",
        "dialogue_1",
        "parcours_demarrage",
        "prevention_demarrage",
    ]
    # 3 May 2023 to 15 January 2024: 257 days
    assert "4\u00a0échéances dépassées" in now.headline
    assert "257\u00a0jours" in now.headline


def test_nothing_late():
    early = on(dt.date(2023, 1, 1))
    assert early.late == early.untold == ()
    assert "Aucune échéance dépassée." in early.headline
    assert early.coming[0].key == "acces_demarrage"


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (dt.date(2022, 11, 2), 0),
        (dt.date(2022, 11, 3), 1),
        (dt.date(2023, 11, 2), 1),
        (dt.date(2023, 11, 3), 2),
        (dt.date(2027, 11, 2), 5),
        (dt.date(2027, 11, 3), None),
    ],
)
def test_the_year_of_the_contract(today, year):
    assert on(today).year == year


def test_a_contract_that_is_over_says_so_and_promises_nothing():
    now = on(dt.date(2028, 1, 1))
    assert now.ended
    assert "se sont terminés le 3 novembre 2027" in now.headline
    assert "Prochaine" not in now.headline
    assert "terme" not in {one.key for one in now.untold}


def test_states_in_words():
    found = {one.key: one for one in deadlines(MISSIONS, ContractDates(SIGNED))}
    today = dt.date(2023, 10, 1)
    passed = found["acces_demarrage"]
    assert state_words(passed, today, followed=False) == "passée, non renseignée"
    assert state_words(passed, today, followed=True) == "dépassée"
    assert state_words(found["parcours_demarrage"], today, followed=False) == "proche"
    assert "réalisation non renseignée" in passed_words(passed)
