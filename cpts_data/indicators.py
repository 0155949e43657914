"""The indicator catalogue: one frozen entry per indicator, nowhere else (DOMAIN §5).

An entry alone gives card, map, chart, comparison, export and methodology line. Its sources are
read from the columns of its measure, so they cannot drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cpts_data.measures import Count, Measure, Published, Ratio, ShareUnder, WeightedMean


class Theme(StrEnum):
    """The themes of a territorial diagnosis."""

    POPULATION = "population"
    SUPPLY = "offre"
    ACCESS = "acces"
    PATHWAYS = "parcours"
    PREVENTION = "prevention"

    @property
    def label(self) -> str:
        """The French title of the theme."""
        return _THEMES[self]


_THEMES = {
    Theme.POPULATION: "Population",
    Theme.SUPPLY: "Offre de soins",
    Theme.ACCESS: "Accès aux soins",
    Theme.PATHWAYS: "Parcours",
    Theme.PREVENTION: "Prévention",
}


class Polarity(StrEnum):
    """Whether a high value is good; needs are never good or bad."""

    HIGH_IS_GOOD = "high_is_good"
    LOW_IS_GOOD = "low_is_good"
    NO_JUDGEMENT = "no_judgement"


class Nature(StrEnum):
    """What an indicator speaks of (DOMAIN §5)."""

    NEED = "besoin"
    SUPPLY = "offre"
    ACCESS = "acces"
    RESULT = "resultat"


@dataclass(frozen=True)
class Indicator:
    """One indicator: what it is, how it is computed, how it may be read.

    ``id`` appears in addresses and exports: it never changes. ``thresholds`` are marks on the
    scale (value, French label), not verdicts. ``target`` is a national target in ``unit``.
    """

    id: str
    theme: Theme
    label: str
    short_label: str
    unit: str
    digits: int
    measure: Measure
    polarity: Polarity
    nature: Nature
    definition: str
    why: str
    caveat: str = ""
    mission: str | None = None
    thresholds: tuple[tuple[float, str], ...] = ()
    target: float | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The ``source.column`` that the measure reads."""
        return self.measure.columns

    @property
    def source_ids(self) -> tuple[str, ...]:
        """The sources read, in the order of the measure."""
        return tuple(dict.fromkeys(column.split(".")[0] for column in self.columns))


_APL_THRESHOLDS = ((2.5, "sous-dense sous 2,5"), (4.0, "bien doté au-dessus de 4"))
_APL_CAVEAT = (
    "Modèle, sans intervalle de confiance. La moyenne d'un territoire pondère les communes par "
    "leur population standardisée ; elle ne se recalcule jamais à partir des seuls médecins du "
    "territoire, car les habitants consultent au-delà de ses limites. Les seuils de 2,5 et de 4 "
    "ont été établis avec des paramètres plus anciens : ce sont des repères."
)
_APL_UNIT = "consultations/an/hab. standardisé"

_ALL = (
    Indicator(
        id="population",
        theme=Theme.POPULATION,
        label="Population municipale",
        short_label="Population",
        unit="habitants",
        digits=0,
        measure=Count("populations_legales.population"),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Habitants comptés une seule fois, dans la commune où ils résident.",
        why="Elle fixe la taille de la CPTS et le dénominateur des autres indicateurs.",
        caveat="Population légale : elle est publiée avec trois ans de retard.",
    ),
    Indicator(
        id="densite_population",
        theme=Theme.POPULATION,
        label="Densité de population",
        short_label="Densité",
        unit="hab./km²",
        digits=1,
        measure=Ratio(
            "populations_legales.population", "contours_communes.superficie_km2", per=1.0
        ),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Population municipale rapportée à la superficie du territoire.",
        why="Un territoire peu dense allonge les trajets des patients et des soignants.",
        caveat="La superficie est mesurée sur un contour simplifié.",
    ),
    Indicator(
        id="niveau_vie_median",
        theme=Theme.POPULATION,
        label="Médiane du niveau de vie",
        short_label="Niveau de vie médian",
        unit="€/an",
        digits=0,
        measure=Published("insee_filosofi.niveau_vie_median"),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Revenu disponible par unité de consommation tel que la moitié des personnes "
        "dispose de moins, l'autre de plus.",
        why="Les faibles revenus vont de pair avec des besoins de soins plus grands et un recours "
        "plus difficile.",
        caveat="Une médiane ne se combine pas : elle est montrée par commune, jamais pour une "
        "CPTS. Masquée dans une commune sur dix.",
    ),
    Indicator(
        id="taux_pauvrete",
        theme=Theme.POPULATION,
        label="Taux de pauvreté (seuil de 60 % de la médiane)",
        short_label="Taux de pauvreté",
        unit="%",
        digits=1,
        measure=WeightedMean(
            "insee_filosofi.taux_pauvrete", "insee_filosofi.personnes", estimated=True
        ),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Part des personnes vivant dans un ménage dont le niveau de vie est inférieur "
        "à 60 % de la médiane nationale.",
        why="La pauvreté est l'un des premiers déterminants de la santé et du renoncement aux "
        "soins.",
        caveat="Masqué dans 87 % des communes : pour un territoire, moyenne pondérée par les "
        "personnes, présentée comme une estimation, et seulement si au moins 80 % de la "
        "population est connue. Les taux inférieurs à 5 % sont publiés comme égaux à 5 %.",
    ),
    Indicator(
        id="apl_mg_65_ans_ou_moins",
        theme=Theme.ACCESS,
        label="Accessibilité potentielle localisée (APL) aux généralistes de 65 ans ou moins",
        short_label="APL généralistes (65 ans ou moins)",
        unit=_APL_UNIT,
        digits=2,
        measure=WeightedMean(
            "drees_apl.apl_mg_65_ans_ou_moins", "drees_apl.population_standardisee"
        ),
        polarity=Polarity.HIGH_IS_GOOD,
        nature=Nature.ACCESS,
        definition="Consultations de généralistes de 65 ans ou moins accessibles en un an à un "
        "habitant, compte tenu des distances, de l'activité des médecins et de l'âge de la "
        "population.",
        why="Elle dit ce qui restera accessible quand les médecins proches de la retraite "
        "partiront.",
        caveat=_APL_CAVEAT,
        mission="acces",
        thresholds=_APL_THRESHOLDS,
    ),
    Indicator(
        id="apl_mg",
        theme=Theme.ACCESS,
        label="Accessibilité potentielle localisée (APL) aux généralistes, tous âges",
        short_label="APL généralistes (tous âges)",
        unit=_APL_UNIT,
        digits=2,
        measure=WeightedMean("drees_apl.apl_mg", "drees_apl.population_standardisee"),
        polarity=Polarity.HIGH_IS_GOOD,
        nature=Nature.ACCESS,
        definition="Consultations de généralistes accessibles en un an à un habitant, compte tenu "
        "des distances, de l'activité des médecins et de l'âge de la population.",
        why="Elle mesure l'offre que les habitants peuvent réellement atteindre, sans s'arrêter "
        "aux limites communales.",
        caveat=_APL_CAVEAT,
        mission="acces",
        thresholds=_APL_THRESHOLDS,
    ),
    Indicator(
        id="part_population_sous_dense",
        theme=Theme.ACCESS,
        label="Population vivant sous 2,5 consultations par an (généralistes de 65 ans ou moins)",
        short_label="Population sous 2,5 (65 ans ou moins)",
        unit="%",
        digits=1,
        measure=ShareUnder("drees_apl.apl_mg_65_ans_ou_moins", 2.5, "drees_apl.population_totale"),
        polarity=Polarity.LOW_IS_GOOD,
        nature=Nature.ACCESS,
        definition="Part des habitants des communes dont l'APL aux généralistes de 65 ans ou "
        "moins est strictement inférieure à 2,5 consultations par an.",
        why="Elle compte les habitants concernés par une faible accessibilité.",
        caveat=_APL_CAVEAT,
        mission="acces",
    ),
    Indicator(
        id="part_population_sous_dense_tous_ages",
        theme=Theme.ACCESS,
        label="Population vivant sous 2,5 consultations par an (tous généralistes)",
        short_label="Population sous 2,5 (tous âges)",
        unit="%",
        digits=1,
        measure=ShareUnder("drees_apl.apl_mg", 2.5, "drees_apl.population_totale"),
        polarity=Polarity.LOW_IS_GOOD,
        nature=Nature.ACCESS,
        definition="Part des habitants des communes dont l'APL aux généralistes est strictement "
        "inférieure à 2,5 consultations par an.",
        why="Elle compte les habitants concernés par une faible accessibilité.",
        caveat=_APL_CAVEAT,
        mission="acces",
    ),
)

INDICATORS: dict[str, Indicator] = {indicator.id: indicator for indicator in _ALL}
