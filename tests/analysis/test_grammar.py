"""Places, figures, ordinals and subjects, as French says them."""

from dataclasses import replace

import pytest

from cpts_data.analysis.grammar import Wording, figure, in_place, ordinal, stratum_words
from cpts_data.analysis.sentences import (
    value_sentence,
)
from cpts_data.reference import departements
from tests.analysis.made_values import (
    LEVANT,
    NAN,
    SCREENED,
    entry,
    row,
)


@pytest.mark.parametrize(
    ("level", "name", "told"),
    [
        ("cpts", "CPTS du Levant", "dans la CPTS du Levant"),
        ("cpts", "La CPTS du Levant", "dans la CPTS du Levant"),
        ("cpts", "  Nord   Aixois ", "dans la CPTS Nord Aixois"),
        ("cpts", "Communauté du Pays", "dans la Communauté du Pays"),
        ("commune", "Pantin", "à Pantin"),
        ("commune", "Le Mans", "au Mans"),
        ("commune", "Les Abymes", "aux Abymes"),
        ("commune", "La Rochelle", "à La Rochelle"),
        ("arrondissement", "Lyon 3e", "à Lyon 3e"),
        ("departement", "Var", "dans le département du Var"),
        ("departement", "Ain", "dans le département de l’Ain"),
        ("departement", "Ille-et-Vilaine", "dans le département d’Ille-et-Vilaine"),
        ("departement", "Bouches-du-Rhône", "dans le département des Bouches-du-Rhône"),
        ("departement", "Rives-d'Hespérie", "dans le département Rives-d'Hespérie"),
        ("region", "Grand Est", "dans la région Grand Est"),
        ("france", "France", "en France"),
        ("bassin_de_vie", "Le Mans", "dans le bassin de vie du Mans"),
        ("epci", "CC du Pays", "dans l'EPCI CC du Pays"),
    ],
)
def test_places(level, name, told):
    assert in_place(level, name) == told


def test_every_departement_has_its_article():
    names = departements()["name"]
    assert len(names) >= 101
    without = [one for one in names if in_place("departement", one).endswith(f"département {one}")]
    assert without == []


@pytest.mark.parametrize(
    ("value", "unit", "digits", "told"),
    [
        (12.3, "%", 1, "12,3\u202f%"),
        (1.99, "habitants", 2, "1,99\u00a0habitant"),
        (1.999, "habitants", 2, "2,00\u00a0habitants"),
        (81, "/100 000 hab.", 0, "81\u00a0pour 100\u202f000 hab."),
        (81, "pour 1 000 habitants", 0, "81\u00a0pour 1\u202f000 habitants"),
        (1, "ETP/100 000 hab.", 0, "1\u00a0ETP pour 100\u202f000 hab."),
        (0.42, "indice", 2, "0,42"),
        (22000, "€/an", 0, "22\u202f000\u202f€ par an"),
        (NAN, "%", 1, "n.d."),
    ],
)
def test_figures(value, unit, digits, told):
    assert figure(value, unit, digits) == told


def test_ordinals_and_strata():
    assert [ordinal(1), ordinal(1, feminine=False), ordinal(21)] == ["1ʳᵉ", "1ᵉʳ", "21ᵉ"]
    assert stratum_words("75-89") == "75 à 89 ans"
    assert stratum_words("00-14") == "moins de 15 ans"
    assert stratum_words("90+") == "90 ans ou plus"
    assert stratum_words("hommes") == "hommes"
    told = value_sentence(row("a", 12.0, stratum="75+", **LEVANT), SCREENED)
    assert "la part des femmes dépistées (75 ans ou plus) est de" in told


def test_elision_and_the_fallback_on_the_label():
    elided = Wording.of(replace(SCREENED, sentence_subject="la densité de infirmiers"))
    assert elided.subject == "la densité d'infirmiers"
    kept = "la part de habitants de onze ans et de hauteur"
    assert Wording.of(replace(SCREENED, sentence_subject=kept)).subject == (
        "la part d'habitants de onze ans et de hauteur"
    )
    unnamed = entry("part", label="Accès « APL » aux soins")
    told = value_sentence(row("a", 12.0, **LEVANT), unnamed)
    assert told == (
        "Dans la CPTS du Levant, l’indicateur «\u00a0Accès “APL” aux soins\u00a0» est de "
        "12,0\u202f% (2023)."
    )
