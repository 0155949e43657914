"""Sentences of a simulation, read as a French reader would."""

import pandas as pd
import pytest

from cpts_data.access.apl import Calibration
from cpts_data.analysis.simulation_sentences import (
    Practitioners,
    calibration_sentence,
    change_sentence,
    extreme_sentence,
    neighbours_sentence,
    scenario_words,
    threshold_sentence,
    trust_sentence,
)
from cpts_data.indicators import INDICATORS

APL = INDICATORS["apl_mg"]
GP = Practitioners("généraliste", "généralistes")


def plain(text: str) -> str:
    for space in ("\u00a0", "\u202f"):
        text = text.replace(space, " ")
    return text.replace("’", "'").replace("\u2212", "-")


def row(**named):
    names = ("people_lifted", "people_lowered", "people_better", "people_worse")
    return dict.fromkeys((*names, "units_better", "units_worse"), 0) | named


def test_a_scenario_in_words():
    moves = [("Le Mans", 2.0, 0), ("Pantin", -0.5, 300), ("Vide", 0.0, 0)]
    assert plain(scenario_words(moves, GP, 67, 50)) == (
        "2 généralistes de plus au Mans ; 0,5 généraliste de moins et 300 habitants de plus à "
        "Pantin ; départ des généralistes de plus de 67 ans, remplacés à 50 %."
    )
    assert scenario_words([], GP) == "Rien ne change."
    midwives = Practitioners("sage-femme", "sages-femmes", feminine=True)
    assert "remplacées à 20" in plain(scenario_words([], midwives, 60, 20))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (2.901, 2.842, "passerait de 2,90 à 2,84 consultations par an et par habitant"),
        (2.901, 2.842, "(-0,06)"),
        (2.9, 2.9001, "resterait proche de 2,90"),
        (2.9, 2.9, "resterait à 2,90"),
        (float("nan"), float("nan"), "n'est publiée pour aucune commune"),
    ],
)
def test_the_mean_of_a_territory(before, after, words):
    said = plain(change_sentence({"before": before, "after": after}, APL, "cpts", "CPTS du Levant"))
    assert words in said
    assert "dans la CPTS du Levant" in said.replace("Dans", "dans")


def test_the_threshold():
    assert plain(threshold_sentence(row(), 2.5)).startswith("Aucun habitant ne franchirait")
    both = row(people_lifted=1200, people_lowered=1)
    assert plain(threshold_sentence(both, 2.5, row(people_lifted=200))) == (
        "1 200 habitants passeraient au-dessus de 2,5 consultations par an et 1 passerait "
        "au-dessous, dont 200 dans le territoire choisi."
    )
    down = plain(threshold_sentence(row(people_lowered=30), 2.5))
    assert down == "30 habitants passeraient au-dessous de 2,5 consultations par an."


def test_the_neighbours():
    assert "aucune commune ne verrait" in plain(neighbours_sentence(row()))
    said = row(units_better=2, people_better=6529, units_worse=1, people_worse=103)
    assert plain(neighbours_sentence(said)) == (
        "Au-delà de ses limites, 2 communes voisines (6 529 habitants) y gagneraient et 1 commune "
        "voisine (103 habitants) y perdrait."
    )


def test_the_largest_gain_and_loss():
    communes = pd.DataFrame(
        {
            "name": ["Les Embruns", "Orlac"],
            "publie": [2.0, 3.0],
            "publie_apres": [2.4, 2.9],
            "gap": [0.4, -0.1],
        }
    )
    assert plain(extreme_sentence(communes, APL)) == (
        "Le plus fort gain serait aux Embruns (+0,40, de 2,00 à 2,40) ; le plus fort recul serait "
        "à Orlac (-0,10, de 3,00 à 2,90)."
    )
    assert extreme_sentence(communes.assign(gap=0.0), APL) == ""


def test_how_far_to_trust_the_model():
    fit = Calibration(188, 0.954, 0.95, 3.10, 3.17, -0.07, 0.25, 0.93)
    assert "corrélation forte (0,95)" in plain(calibration_sentence(fit, APL, "2023"))
    assert "commune par commune" in trust_sentence(fit, estimated=False)
    assert "ordre de grandeur" in trust_sentence(fit, estimated=True)
    assert "ne peut pas être comparé" in trust_sentence(None, estimated=True)
