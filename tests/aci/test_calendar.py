"""Deadlines from the signature, their state, the timeline and the diary file."""

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from cpts_data.aci.amounts import Standing
from cpts_data.aci.calendar import (
    FIRST_AGREEMENT,
    Alert,
    ContractDates,
    Deadline,
    Event,
    add_months,
    anniversary,
    deadlines,
    late,
    timeline,
)
from cpts_data.aci.entries import EntryError
from cpts_data.aci.ics import DiaryEntry, entries_of, to_ics, uid_of
from cpts_data.aci.scale import scale_of
from cpts_data.reference.aci_tables import aci_tables

MISSIONS = scale_of(aci_tables()).missions
WITH_CRISIS = scale_of(aci_tables(), "avenant_2").missions
SIGNED = dt.date(2023, 8, 31)
NOW = dt.datetime(2024, 1, 15, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def dates_by_key(missions=MISSIONS, signature=SIGNED, **more):
    return {one.key: one for one in deadlines(missions, ContractDates(signature, **more))}


# ------------------------------------------------------------------ months


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2023-08-31", 6, "2024-02-29"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2023-08-31", 12, "2024-08-31"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2023-03-01", 18, "2024-09-01"),
        ("2023-12-31", 2, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2023-05-15", 0, "2023-05-15"),
    ],
)
def test_a_month_keeps_the_day_or_takes_the_last_one(day, months, expected):
    assert add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(expected)


@settings(deadline=None)
@given(st.dates(FIRST_AGREEMENT, dt.date(2150, 12, 31)), st.integers(0, 60))
def test_months_never_overrun_and_never_go_back(day, months):
    found = add_months(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day <= day.day
    assert found.day == day.day or (found + dt.timedelta(days=1)).day == 1
    assert add_months(day, months + 1) > found


# ------------------------------------------------------------------ deadlines


def test_deadlines_of_the_agreement():
    found = {key: one.due.isoformat() for key, one in dates_by_key(WITH_CRISIS).items()}
    assert found == {  # DOMAIN §3.4: 6 and 18 months, 12 and 24 months; five years
        "acces_demarrage": "2024-02-29",
        "crise_demarrage": "2024-02-29",
        "dialogue_1": "2024-08-31",
        "parcours_demarrage": "2024-08-31",
        "prevention_demarrage": "2024-08-31",
        "acces_deploiement": "2025-02-28",
        "crise_deploiement": "2025-02-28",
        "dialogue_2": "2025-08-31",
        "parcours_deploiement": "2025-08-31",
        "prevention_deploiement": "2025-08-31",
        "dialogue_3": "2026-08-31",
        "dialogue_4": "2027-08-31",
        "dialogue_5": "2028-08-31",
        "terme": "2028-08-31",
    }
    assert list(found.values()) == sorted(found.values())
    assert "crise_demarrage" not in dates_by_key()


def test_the_date_of_a_dialogue_is_a_convention_until_it_is_entered():
    assert dates_by_key()["dialogue_2"].standing is Standing.TO_CHECK
    entered = dates_by_key(dialogues={2: dt.date(2025, 10, 3)})["dialogue_2"]
    assert (entered.due, entered.standing) == (dt.date(2025, 10, 3), Standing.SOURCED)


def test_optional_missions_have_the_dates_that_the_cpts_chose():
    chosen = {"qualite": (dt.date(2024, 6, 1), None)}
    found = dates_by_key(chosen=chosen)
    assert found["qualite_demarrage"].due == dt.date(2024, 6, 1)
    assert "qualite_deploiement" not in found
    assert "accompagnement_demarrage" not in found


@pytest.mark.parametrize(
    ("today", "alert"),
    [  # due on 29 February 2024; 60 days before is 31 December 2023
        ("2023-12-30", Alert.TO_COME),
        ("2023-12-31", Alert.NEAR),
        ("2024-02-29", Alert.NEAR),
        ("2024-03-01", Alert.LATE),
    ],
)
def test_alert_states(today, alert):
    one = dates_by_key()["acces_demarrage"]
    assert one.alert(dt.date.fromisoformat(today)) is alert


def test_what_is_done_is_done_even_late():
    done = {"acces_demarrage": dt.date(2024, 3, 10)}
    one = dates_by_key(done=done)["acces_demarrage"]
    assert one.alert(dt.date(2030, 1, 1)) is Alert.DONE
    assert one.days_late == 10
    assert "10\u00a0jours après l’échéance" in one.words(dt.date(2030, 1, 1))
    found = tuple(dates_by_key(done=done).values())
    # On 1 September 2024 the first dialogue and two starts are overdue, access is done.
    overdue = {one.key for one in late(found, dt.date(2024, 9, 1))}
    assert overdue == {"dialogue_1", "parcours_demarrage", "prevention_demarrage"}


def test_a_deadline_in_words():
    one = dates_by_key()["acces_demarrage"]
    told = {
        "2024-02-28": "au plus tard le 29 février 2024, dans 1\u00a0jour.",
        "2024-02-29": "le 29 février 2024, aujourd’hui.",
        "2024-03-02": "échéance dépassée de 2\u00a0jours (29 février 2024).",
    }
    for today, words in told.items():
        assert one.words(dt.date.fromisoformat(today)) == (
            f"Accès aux soins – démarrage\u00a0: {words}"
        )


def test_all_the_faulty_dates_are_told_at_once():
    with pytest.raises(EntryError) as caught:
        dates_by_key(
            done={"acces_demarrage": dt.date(2023, 8, 30), "crise_demarrage": SIGNED},
            chosen={
                "acces": (SIGNED, None),
                "qualite": (dt.date(2024, 6, 1), dt.date(2024, 5, 1)),
                "accompagnement": (dt.date(2020, 1, 1), None),
                "inconnue": (None, None),
            },
            dialogues={6: SIGNED, 1: dt.date(2022, 1, 1)},
        )
    assert len(caught.value.faults) == 8
    assert "avant le démarrage" in str(caught.value)


@pytest.mark.parametrize("signature", [dt.date(2019, 6, 19), dt.date(2199, 1, 1)])
def test_no_contract_before_the_first_agreement(signature):
    with pytest.raises(EntryError, match="20 juin 2019"):
        dates_by_key(signature=signature)


def test_the_timeline_draws_phases_and_points():
    found = deadlines(MISSIONS, ContractDates(SIGNED))
    table = timeline(found, SIGNED, dt.date(2024, 3, 1)).set_index("key")
    start, deployed = table.loc["acces_demarrage"], table.loc["acces_deploiement"]
    assert (start["begins"], start["ends"], start["alert"]) == (
        SIGNED,
        dt.date(2024, 2, 29),
        "depassee",
    )
    assert (deployed["begins"], deployed["ends"]) == (dt.date(2024, 2, 29), dt.date(2025, 2, 28))
    assert start["row"] == deployed["row"] == "Accès aux soins"
    term = table.loc["terme"]
    assert (term["row"], term["begins"]) == ("Contrat", term["ends"])


# ------------------------------------------------------------------ the diary file


def lines_of(data):
    return data.split(b"\r\n")


def test_the_file_keeps_rfc_5545():
    name = "CPTS de l'Échine; Côte, \\Sauvage\n(très) " + "é" * 80
    found = entries_of(deadlines(MISSIONS, ContractDates(SIGNED)), name)
    data = to_ics(found, contract="HES-CPTS-08", name=name, now=NOW)
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, lines_of(data))) <= 75
    text = data.decode("utf-8").replace("\r\n ", "")
    assert "SUMMARY:CPTS de l'Échine\\; Côte\\, \\\\Sauvage\\n(très) " in text
    assert text.count("DTSTAMP:20240115T083000Z") == len(found)  # 9:30 in Paris
    assert "DTSTART;VALUE=DATE:20240229" in text
    assert text.count("BEGIN:VALARM") == len(found)


def test_what_is_read_back_is_what_was_written():
    found = entries_of(deadlines(MISSIONS, ContractDates(SIGNED)), "CPTS d’Orlac ; « Val »")
    calendar = Calendar.from_ical(to_ics(found, contract="c1", name="Orlac", now=NOW))
    read = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    assert len(read) == len(found)
    for entry in found:
        event = read[uid_of("c1", entry.key)]
        assert event.decoded("dtstart") == entry.day
        assert event.decoded("dtend") == entry.day + dt.timedelta(days=1)
        assert str(event["summary"]) == entry.title
        assert str(event["description"]) == entry.description
        assert str(event["transp"]) == "TRANSPARENT"
    dialogue = next(entry for entry in found if entry.key == "dialogue_1")
    assert "Date à vérifier." in dialogue.description


def test_identifiers_are_stable_and_of_their_contract():
    moved = deadlines(MISSIONS, ContractDates(dt.date(2023, 9, 15)))
    one = to_ics(entries_of(moved, "A"), contract="c1", name="A", now=NOW)
    other = to_ics(
        entries_of(deadlines(MISSIONS, ContractDates(SIGNED)), "B"),
        contract="c1",
        name="B",
        now=NOW + dt.timedelta(days=400),
    )
    uids = [set(re.findall(rb"UID:(\S+)", data)) for data in (one, other)]
    assert uids[0] == uids[1]
    assert len(uids[0]) == len(moved)
    assert uid_of("c1", "terme") != uid_of("c2", "terme")


def test_what_is_done_is_left_out_unless_asked():
    done = {"acces_demarrage": SIGNED}
    found = deadlines(MISSIONS, ContractDates(SIGNED, done=done))
    keys = {entry.key for entry in entries_of(found, "A")}
    assert "acces_demarrage" not in keys
    assert len(entries_of(found, "A", with_done=True)) == len(found)


def test_no_reminder_when_none_is_wanted_and_no_date_without_a_zone():
    entry = DiaryEntry("terme", SIGNED, "Terme")
    data = to_ics([entry], contract="c", name="A", now=NOW, reminder_days=None)
    assert b"VALARM" not in data
    with pytest.raises(ValueError, match="aware"):
        to_ics([entry], contract="c", name="A", now=dt.datetime(2024, 1, 1))  # noqa: DTZ001


def test_hostile_text_cannot_write_lines_of_its_own():
    hostile = "A\r\nEND:VCALENDAR\r\nBEGIN:VEVENT\x00\x1b[2J\u202e"
    entry = DiaryEntry("terme", SIGNED, hostile, hostile, hostile)
    data = to_ics([entry], contract=hostile, name=hostile, now=NOW)
    calendar = Calendar.from_ical(data)
    assert len(list(calendar.walk("VEVENT"))) == 1
    assert lines_of(data).count(b"END:VCALENDAR") == 1
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f]", data)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_name_makes_a_file_that_reads_back(name):
    entry = DiaryEntry("terme", SIGNED, name, name)
    data = to_ics([entry], contract="c", name=name, now=NOW)
    assert all(len(line) <= 75 for line in lines_of(data))
    event = next(iter(Calendar.from_ical(data).walk("VEVENT")))
    assert event.decoded("dtstart") == SIGNED


def test_a_deadline_tells_its_own_state():
    one = Deadline("terme", Event.TERM, "", "Terme", anniversary(SIGNED, 5))
    assert one.due == dt.date(2028, 8, 31)
    assert one.days_late == 0
