"""The two readings of neighbouring communes: sets of high or low values, and exceptions among them.

What each is called, how it is drawn, how it is told. Pure: words and colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cpts_data import french
from cpts_data.analysis.spot_levels import CONFIRMED, SpotMap
from cpts_data.drawing import palettes

_REST = {
    "non_significatif": "Rien de démontré",
    "sans_voisin": "Commune sans voisine",
    "manquant": "Sans valeur propre (secret ou non disponible)",
}
_METHOD = (
    "Les valeurs sont redistribuées 4 999 fois au hasard entre les communes, et l'on compte "
    "combien de fois le hasard fait autant. « À confirmer » : moins de 5 % de chances pour cette "
    "commune seule. Comme chaque commune est un test, une sur vingt paraîtrait remarquable par "
    "hasard : « confirmé » tient compte de tous les tests (Benjamini et Hochberg, 5 %). Ce qui est "
    "« à confirmer » ne suffit pas à conclure."
)


@dataclass(frozen=True)
class SpotReading:
    """One reading: its id, its name, its colours and words by code, its explanation.

    ``graded`` readings have one colour for both degrees: the words tell them apart, and the border.
    """

    id: str
    title: str
    colours: Mapping[str, str]
    words: Mapping[str, str]
    legend: str
    statistic: str
    explained: tuple[str, ...]
    graded: bool = False

    def colour_of(self, level: str) -> str | None:
        """The colour of a code; None for what has no value or no neighbour."""
        return self.colours.get(level) or self.colours.get(level.removesuffix(CONFIRMED))

    def told(self, level: str) -> str:
        """A code in words: « Point chaud, à confirmer »."""
        if level in _REST or not self.graded:
            return french.typography(self.words[level])
        plain = level.removesuffix(CONFIRMED)
        sure = "confirmé" if plain != level else "à confirmer"
        return french.typography(f"{self.words[plain]}, {sure}")

    def counted(self, levels: pd.Series) -> list[tuple[str, str, int]]:
        """Colour, words and number of communes of each class of the legend."""
        shown = levels.where(levels.isin(self.colours), levels.str.removesuffix(CONFIRMED))
        counts = shown.value_counts()
        return [
            (colour, french.typography(self.words[code]), int(counts.get(code, 0)))
            for code, colour in self.colours.items()
        ]


SETS = SpotReading(
    "ensembles",
    "Points chauds et froids",
    palettes.SPOTS,
    {
        "chaud_confirme": "Point chaud, confirmé",
        "chaud": "Point chaud, à confirmer",
        "froid": "Point froid, à confirmer",
        "froid_confirme": "Point froid, confirmé",
        **_REST,
    },
    "« Confirmé » : tient encore quand toutes les communes sont testées ensemble",
    "Gi* de Getis et Ord",
    (
        "Un point chaud est une commune qui forme, avec ses voisines, un ensemble de valeurs "
        "nettement plus élevées que la moyenne de la carte ; un point froid, nettement plus "
        "basses. « Chaud » veut dire élevé, et non bon ou mauvais. Une commune élevée au milieu de "
        "communes basses n'est pas un point chaud : l'autre lecture la montre.",
        f"Méthode : indice Gi* de Getis et Ord. {_METHOD}",
    ),
)
NEIGHBOURHOODS = SpotReading(
    "voisinages",
    "Voisinages : ensembles et exceptions",
    palettes.NEIGHBOURHOODS,
    {
        "haut_haut": "Haute, entourée de hautes",
        "haut_bas": "Exception : haute, entourée de basses",
        "bas_haut": "Exception : basse, entourée de hautes",
        "bas_bas": "Basse, entourée de basses",
        **_REST,
    },
    "Bordure pointillée : à confirmer ; sinon, tient encore quand toutes les communes sont testées "
    "ensemble",
    "Moran local",
    (
        "Chaque commune est comparée à ses voisines : « haute » et « basse » s'entendent par "
        "rapport à la moyenne de la carte. Hautes entourées de hautes, basses entourées de "
        "basses : ce sont des ensembles. Les exceptions sont souvent les plus utiles en réunion : "
        "une commune dépourvue au milieu de communes bien dotées, ou l'inverse. « Haute » ne veut "
        "dire ni bon ni mauvais.",
        f"Méthode : indice local de Moran. {_METHOD}",
    ),
    graded=True,
)
READINGS = {one.id: one for one in (SETS, NEIGHBOURHOODS)}


def sentence(reading: SpotReading, found: SpotMap) -> str:
    """The map in one sentence: whether neighbours are alike, and what is confirmed."""
    alike = found.moran_p <= 0.05 and found.moran > 0
    whole = (
        "Sur l’ensemble de la carte, les communes voisines se ressemblent plus que par hasard"
        if alike
        else "Sur l’ensemble de la carte, rien ne montre que les communes voisines se ressemblent"
    )
    told = _sets(found) if reading is SETS else _neighbourhoods(found)
    return (
        f"{whole} (indice de Moran {french.number(found.moran, 2)}, "
        f"{_p_words(found.moran_p)}) : {told}, sur "
        f"{french.count_of(found.known, 'commune étudiée', 'communes étudiées')}."
    )


def _sets(found: SpotMap) -> str:
    counts = found.table["level"].value_counts()
    hot, cold = int(counts.get("chaud_confirme", 0)), int(counts.get("froid_confirme", 0))
    if not hot and not cold:
        return "aucun point confirmé"
    return (
        f"{french.count_of(hot, 'commune')} en point chaud et "
        f"{french.count_of(cold, 'commune')} en point froid confirmés"
    )


def _neighbourhoods(found: SpotMap) -> str:
    level = found.table["level"]
    sets = int(level.isin([f"haut_haut{CONFIRMED}", f"bas_bas{CONFIRMED}"]).sum())
    apart = int(level.isin([f"haut_bas{CONFIRMED}", f"bas_haut{CONFIRMED}"]).sum())
    maybe = int(level.isin(["haut_bas", "bas_haut"]).sum())
    exceptions = french.count_of(apart, "exception confirmée", "exceptions confirmées")
    told = (
        f"{french.count_of(sets, 'commune')} dans un ensemble confirmé, "
        f"{exceptions if apart else 'aucune exception confirmée'}"
    )
    return f"{told}, {maybe} à confirmer" if maybe else told


def _p_words(p: float) -> str:
    least = 0.001
    return f"p < {french.number(least, 3)}" if p < least else f"p = {french.number(p, 3)}"
