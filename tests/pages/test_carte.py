"""« Carte » on every kind of space: views, two maps, layers, words where nothing can be drawn."""

import pytest

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from cpts_data.territories import Level
from tests.pages.test_pages import open_page, texts

VIEWS = [
    {"vue": "regroupements"},
    {"vue": "regroupements", "lecture": "voisinages"},
    {"vue": "non_couvert"},
    {"cartes": "2"},
    {"cartes": "2", "indicateur2": "population", "decoupage2": "departement"},
    {"couches": "cpts_stades"},
    {"decoupage": "epci", "classes": "jenks"},
]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: "-".join(view.values()))
@pytest.mark.parametrize("space", ["corse", "reunion", "sans_cpts", "masque", "vide"])
def test_a_view_opens_on_a_space(offered, space, view):
    test = open_page("pages/carte.py", espace=space, **view)
    assert not test.exception
    assert not test.error


def test_the_chooser_lists_what_is_known_by_theme_with_its_period(offered):
    test = open_page("pages/carte.py", espace="corse")
    options = test.selectbox(key="choix_indicateur").options
    assert "Population › Densité (2021)" in options
    assert not any("APL" in option or "absent" in option for option in options)
    asked = open_page("pages/carte.py", espace="corse", indicateur="apl_mg")
    told = asked.selectbox(key="choix_indicateur").options
    assert told[-1] == "APL généralistes (tous âges) (absent de cet espace)"
    assert not asked.exception


def test_masked_values_have_no_spots_and_it_is_said(offered):
    asked = {"vue": "regroupements", "indicateur": "taux_pauvrete"}
    for space, reason in (
        ("masque", "au moins 30 communes renseignées"),
        ("demonstration", "(secret statistique ou donnée non disponible)"),
    ):
        said = texts(open_page("pages/carte.py", espace=space, **asked))
        assert "ne sont pas cherchés" in said
        assert reason in said


def test_spots_tell_what_they_are_and_warn_of_many_tests(offered):
    said = texts(open_page("pages/carte.py", vue="regroupements", indicateur="apl_mg"))
    assert "indice de Moran" in said
    assert "Benjamini et Hochberg" in said
    assert "regroupée par construction" in said


def test_the_second_reading_tells_exceptions_and_says_what_high_means(offered):
    asked = {"vue": "regroupements", "lecture": "voisinages", "indicateur": "densite_population"}
    said = texts(open_page("pages/carte.py", **asked))
    assert "exception" in said
    assert "Moran local" not in said
    assert "indice local de Moran" in said
    assert french.typography("Exception : haute, entourée de basses") in said
    assert "ni bon ni mauvais" in said


def test_who_lives_without_cpts_is_counted_once(offered, spaces):
    diagnostic = Diagnostic.open(spaces["demonstration"])
    held = set(diagnostic.membership_pairs(Level.CPTS)["unit"])
    people = diagnostic.unit_population()
    alone = people[~people.index.isin(held)]
    said = texts(open_page("pages/carte.py", vue="non_couvert"))
    assert f"{len(alone)}\u00a0communes" in said
    assert f"{int(alone.sum()):,}".replace(",", "\u202f") in said


def test_a_figure_known_for_the_departement_only_is_not_drawn(offered):
    test = open_page("pages/carte.py", indicateur="part_mg_60_ans_et_plus")
    said = texts(test)
    assert "Rien n’est connu par commune" in said
    assert "Connu pour le département seulement (non dessiné)" in said


def test_the_accessibility_statement_is_honest(offered):
    said = texts(open_page("pages/accessibilite.py"))
    assert "réputé non conforme" in said
    assert "aucun essai" in said
