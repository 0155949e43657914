"""How figures are made and read, in words: methods, states of a figure, how to read a polarity."""

from __future__ import annotations

from cpts_data.indicators import Polarity
from cpts_data.measures import Status

POLARITIES = {
    Polarity.HIGH_IS_GOOD: "une valeur élevée est favorable",
    Polarity.LOW_IS_GOOD: "une valeur faible est favorable",
    Polarity.NO_JUDGEMENT: "ni favorable ni défavorable : l’indicateur décrit un besoin",
}
METHODS = (
    (
        "Addition d'abord, division ensuite",
        "Un taux de territoire est la somme des numérateurs sur la somme des "
        "dénominateurs de ses communes, jamais la moyenne de leurs taux.",
    ),
    (
        "APL",
        "La moyenne pondère les communes par leur population standardisée ; les "
        "habitants sous un seuil se comptent avec la population totale (règle de la "
        "DREES).",
    ),
    (
        "Paris, Lyon, Marseille",
        "L'unité est l'arrondissement municipal ; la ville n'est jamais comptée en "
        "plus de ses arrondissements.",
    ),
    (
        "Couverture",
        "Part de la population du territoire pour laquelle le chiffre est connu.",
    ),
)
STATES = {
    Status.MASKED: "Le producteur cache ce chiffre pour protéger les personnes : il existe, il "
    "n'est pas nul. Hachures sur les cartes.",
    Status.MISSING: "Personne ne nous a donné ce chiffre. Gris sur les cartes.",
    Status.NOT_APPLICABLE: "Le chiffre n'a pas de sens ici (aucun habitant, territoire hors du "
    "champ de la source). Blanc sur les cartes.",
    Status.ESTIMATED: "Calculé par nos soins selon une méthode déclarée ; bordure pointillée sur "
    "les cartes.",
    Status.BOUNDED: "Somme comprenant des valeurs masquées : on en donne les bornes.",
}
