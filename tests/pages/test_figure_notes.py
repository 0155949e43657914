"""Noting another figure and a seasonal population: kept, said beside, changing nothing."""

import pytest

from cpts_data.reading import noted
from cpts_data.records import Kind, RecordsError
from pages.parts import saved_session, store
from tests.pages.opening import open_page, raw, said

OWN = "HES-CPTS-03"
ACCESS, PEOPLE, SYNTHESIS = "pages/acces.py", "pages/population.py", "pages/synthese.py"
KEY = f"note_cpts_{OWN}"


@pytest.fixture
def nothing_noted(offered):
    """Each test starts and ends without a note on the CPTS."""

    def clean():
        for one in store.records().find(kind=Kind.NOTE, space="demonstration", territory=OWN):
            store.records().delete(one.key)

    clean()
    yield
    clean()


def field(test, name, count=0):
    return f"{KEY}_{name}_{count}"


def write_other(test, value="12,4 %", source="CPAM, direction"):
    test.selectbox(key=field(test, "indicateur")).set_value("part_sans_mt_17_ans_et_plus")
    test.text_input(key=field(test, "valeur")).set_value(value)
    test.text_input(key=field(test, "source")).set_value(source)
    test.text_input(key=field(test, "date")).set_value("mars 2024")
    return press(test, "Garder cet autre chiffre")


def press(test, label):
    (button,) = [one for one in test.button if one.label == label]
    return button.click().run()


def plain(text):
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def figures(test):
    """The values marked on a page, whatever is noted beside."""
    return sorted(part.split('"')[0] for part in raw(test).split('<data value="')[1:])


def test_an_other_figure_stands_on_its_card_and_changes_no_figure(nothing_noted):
    before = open_page(ACCESS, espace="demonstration", cpts=OWN)
    assert "Autre chiffre noté" not in said(before)
    after = write_other(before)
    assert not after.exception
    told = "Autre chiffre noté : 12,4 % (CPAM, direction, mars 2024) : régime général seulement"
    assert told in plain(said(after))
    again = open_page(ACCESS, espace="demonstration", cpts=OWN)
    card = next(
        part for part in raw(again).split("<section") if "Patients de 17 ans et plus sans" in part
    )
    assert told in plain(card)
    fresh = open_page(ACCESS, espace="demonstration", cpts="HES-CPTS-02")
    assert "Autre chiffre noté" not in said(fresh)
    assert figures(again) == figures(before)


def test_what_is_missing_is_said_and_the_form_keeps_what_was_written(nothing_noted):
    test = write_other(open_page(ACCESS, espace="demonstration", cpts=OWN), "beaucoup", "")
    words = " ".join(str(one.value) for one in test.error)
    assert "avec son unité" in words
    assert "Dites qui donne ce chiffre" in words
    assert test.text_input(key=field(test, "valeur")).value == "beaucoup"
    assert store.records().find(kind=Kind.NOTE, space="demonstration", territory=OWN) == []


def test_a_person_is_never_kept(nothing_noted):
    asked = open_page(ACCESS, espace="demonstration", cpts=OWN)
    test = write_other(asked, "12,4 %", "Dr Jean Martin, 06 12 34 56 78")
    assert any("n'a pas été gardé" in str(one.value).replace("’", "'") for one in test.error)
    assert store.records().find(kind=Kind.NOTE, space="demonstration", territory=OWN) == []


def test_a_hostile_text_is_shown_and_not_run(nothing_noted):
    asked = open_page(ACCESS, espace="demonstration", cpts=OWN)
    test = write_other(asked, "<img src=x onerror=alert(1)> 3", "=1+1 **gras**")
    assert "&lt;img src=x onerror=alert(1)&gt; 3" in raw(test)
    assert "<img src=x" not in raw(test)


def test_a_seasonal_population_is_said_on_both_pages_and_changes_no_figure(nothing_noted):
    before = open_page(PEOPLE, espace="demonstration", cpts=OWN)
    known = figures(before)
    assert "Aucune population saisonnière" in said(before)
    before.number_input(key=field(before, "nombre")).set_value(45_000)
    before.text_input(key=field(before, "periode")).set_value("en juillet et août")
    before.text_input(key=field(before, "origine")).set_value("office de tourisme, 2025")
    after = press(before, "Garder cette population")
    assert not after.exception
    told = "45 000 personnes, en juillet et août (office de tourisme, 2025)."
    assert told in plain(said(after))
    assert figures(open_page(PEOPLE, espace="demonstration", cpts=OWN)) == known
    synthesis = plain(said(open_page(SYNTHESIS, espace="demonstration", cpts=OWN)))
    assert f"Population saisonnière notée : {told}" in synthesis
    assert "Aucun chiffre n’en tient compte" in synthesis


def test_a_season_without_number_or_source_is_not_kept(nothing_noted):
    test = press(open_page(PEOPLE, espace="demonstration", cpts=OWN), "Garder cette population")
    words = " ".join(str(one.value) for one in test.error)
    assert "plus grand que zéro" in words
    assert "Dites d’où vient ce nombre" in words


def test_notes_of_another_page_of_works_are_left_alone(nothing_noted):
    """A free note has no part of ours: it is shown nowhere here."""
    store.records().create(
        Kind.NOTE, space="demonstration", territory=OWN, title="", content={"texte": "libre 12"}
    )
    assert "libre 12" not in said(open_page(ACCESS, espace="demonstration", cpts=OWN))
    assert noted.other_figure_of({"texte": "libre 12"}) is None


def test_a_database_that_is_away_hides_notes_and_nothing_else(nothing_noted, monkeypatch):
    def away(*_):
        raise RecordsError("La base des travaux ne répond pas.")

    monkeypatch.setattr(saved_session, "find", away)
    test = open_page(ACCESS, espace="demonstration", cpts=OWN)
    assert not test.exception
    assert any("ne répond pas" in str(one.value) for one in test.error)
    assert figures(test)
