"""« Simulateur »: the address holds the scenarios, the screen says their effect and its limits."""

import pytest

from pages.parts import simulation_maps
from pages.parts.simulation_practices import unit_of
from tests.pages.test_pages import open_page, texts

PAGE = "pages/simulateur.py"
LEVANT = {"espace": "demonstration", "cpts": "HES-CPTS-02"}


def said(test) -> str:
    shown = texts(test) + "\n".join(str(one.value) for one in test.error)
    for space in ("\u00a0", "\u202f"):
        shown = shown.replace(space, " ")
    return shown.replace("’", "'").replace("\u2212", "-")


def open_scenario(**parameters: str):
    test = open_page(PAGE, **LEVANT, **parameters)
    assert not test.exception
    return test


def test_the_present_first_says_what_the_model_is_worth(offered):
    shown = said(open_scenario())
    assert "corrélation forte (0,95)" in shown
    assert "5 400 actes par an sont supposés" in shown
    assert "n'est pas une donnée ouverte" in shown
    assert "Cliquez une commune sur la carte" in shown


def test_a_scenario_of_the_address_is_told(offered):
    shown = said(open_scenario(scenario_a="96057m3~96076p2"))
    assert "3 généralistes de moins à Port-Levantin" in shown
    assert "Dans la CPTS du Levant, l'APL aux généralistes passerait de" in shown
    assert "CPTS touchées par le scénario" in shown


def test_a_change_is_written_in_the_address(offered):
    test = open_scenario(scenario_a="96057p1")
    test.number_input(key="plus_a_96057").set_value(-2.0).run()
    assert test.query_params["scenario_a"] == "96057m2"
    test.button(key="retirer_a_96057").click().run()
    assert "scenario_a" not in test.query_params
    assert not test.exception


def test_a_commune_of_the_map_may_be_changed(offered):
    test = open_scenario(commune="96057")
    test.number_input(key="plus_a_96057").set_value(1.0).run()
    assert test.query_params["scenario_a"] == "96057p1"
    assert "commune" not in test.query_params


def test_three_scenarios_stand_side_by_side(offered):
    test = open_scenario(
        scenario_a="96057p1", scenario_b="96057p2", scenario_c="96057m1", vue="scenarios"
    )
    shown = said(test)
    assert "Comparaison des scénarios" in shown
    for name in ("Scénario A", "Scénario B", "Scénario C"):
        assert f">{name}</th>" in shown


def test_what_the_address_says_wrong_is_refused_clearly(offered):
    shown = said(open_scenario(scenario_a="99999p1~96057p1~<b>x</b>"))
    assert "la commune 99999 n'est pas dans cet espace" in shown.replace("\\", "")
    assert "1 généraliste de plus à Port-Levantin" in shown
    assert "<b>x</b>" not in shown


def test_an_impossible_scenario_says_why(offered):
    shown = said(open_scenario(scenario_a="96057m90")).replace("\\", "")
    assert "90 en moins, pour 17 en exercice" in shown


def test_the_age_slider_is_there_when_ages_are_known(offered):
    test = open_scenario()
    assert not test.checkbox
    assert "l'âge des généralistes n'est pas une donnée ouverte" in said(test)
    assert "La DREES publie aussi l'APL sans les généralistes de plus de 65 ans" in said(test)
    listed = open_scenario(offre="96057n5g67~96057n12g50")
    listed.checkbox(key="retraite_a").check().run()
    assert listed.query_params["scenario_a"] == "r65"
    listed.slider(key="age_a").set_value(68).run()
    assert listed.query_params["scenario_a"] == "r68"


@pytest.mark.parametrize("profession", ["infirmiers", "sages_femmes"])
def test_another_profession_says_what_is_to_be_checked(offered, profession):
    shown = said(open_scenario(profession=profession, scenario_a="96057p2"))
    assert "à vérifier" in shown
    assert "2,5 consultations" not in shown


def test_a_space_without_apl_says_what_to_add(offered):
    shown = said(open_page(PAGE, espace="corse"))
    assert "ne contient pas l'APL aux médecins généralistes" in shown
    assert "Ajoutez le classeur de la DREES" in shown


def test_an_activity_that_is_none_is_told(offered):
    test = open_scenario(activite="beaucoup")
    assert "n'est pas une activité" in said(test)
    assert open_scenario(activite="99999").number_input(
        key="activite_medecins_generalistes"
    ).value == 6000  # fmt: skip


def test_classes_of_gaps_are_round_and_symmetrical():
    assert [simulation_maps.gap_step(size) for size in (0.0, 0.13, 0.83, 3.0)] == [
        0.1,
        0.05,
        0.5,
        1.0,
    ]


def test_a_commune_is_told_by_name_or_code():
    class Named:
        import pandas as pd

        names = pd.Series(["L'Isle", "Saint-Paul", "Saint-Paul"], index=["01001", "06001", "97415"])
        known = frozenset(names.index)

    assert unit_of(Named, "01001") == "01001"
    assert unit_of(Named, "l’isle") == "01001"
    assert unit_of(Named, "Saint-Paul") is None, "two communes bear the name"
    assert unit_of(Named, "Saint-Paul (974)") == "97415"
    assert unit_of(Named, "Nulle part") is None
