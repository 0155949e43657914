"""Who lives here: number, ages, change, income, deprivation, cover (DOMAIN §5.1)."""

from __future__ import annotations

from cpts_data.indicators.model import Indicator, Nature, Polarity, Theme, local
from cpts_data.measures import Change, Count, Published, Ratio, WeightedMean, rows

_CENSUS = "insee_evol_struct_pop.population"
_BY_FIVE = "insee_td_pop1b.population"
AGE_BANDS = ("00-14", "15-29", "30-44", "45-59", "60-74", "75-89", "90+")
_CENSUS_CAVEAT = (
    "Recensement : dénombrement sur cinq années d'enquête, sans intervalle de confiance ; "
    "l'année affichée est celle du milieu."
)


def _five_years(first: int, last: int) -> tuple[str, ...]:
    """Names of the five-year bands from one age to another (excluded)."""
    return tuple(f"{age:02d}-{age + 4:02d}" for age in range(first, last, 5))


def _share(census: tuple[str, ...], by_five: tuple[str, ...]) -> tuple[Ratio, Ratio]:
    """A share of residents by age: from the wide bands of the census, else from those of five."""
    return (
        Ratio(rows(_CENSUS, age=census), _CENSUS),
        Ratio(rows(_BY_FIVE, age=by_five), _BY_FIVE),
    )


_UNDER_15 = _share(("00-14",), _five_years(0, 15))
_OVER_60 = _share(("60-74", "75-89", "90+"), (*_five_years(60, 90), "90+"))
_OVER_75 = _share(("75-89", "90+"), (*_five_years(75, 90), "90+"))

POPULATION = (
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
        sentence_subject="la population municipale",
        feminine=True,
        persons="habitants",
    ),
    Indicator(
        id="evolution_population",
        theme=Theme.POPULATION,
        label="Évolution annuelle moyenne de la population sur cinq ans",
        short_label="Évolution annuelle de la population",
        unit="% par an",
        digits=2,
        measure=Change(_CENSUS),
        otherwise=(Change("populations_legales.population"),),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Taux annuel moyen qui mène de la population d'il y a environ cinq ans (quatre "
        "à sept selon les fichiers présents) à la plus récente.",
        why="Une population qui croît ou qui vieillit change les besoins plus vite que l'offre.",
        caveat=_CENSUS_CAVEAT,
        sentence_subject="l'évolution annuelle de la population",
        feminine=True,
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
        sentence_subject="la densité de population",
        feminine=True,
    ),
    Indicator(
        id="population_par_age",
        theme=Theme.POPULATION,
        label="Population par tranche d'âge",
        short_label="Population par âge",
        unit="habitants",
        digits=0,
        measure=Count(_CENSUS),
        otherwise=(Count(_BY_FIVE),),
        strata=tuple((band, Count(rows(_CENSUS, age=band))) for band in AGE_BANDS),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Habitants recensés, par tranche d'âge.",
        why="Les besoins de soins suivent l'âge : ils doublent ou triplent après 75 ans.",
        caveat=_CENSUS_CAVEAT,
        sentence_subject="la population recensée",
        feminine=True,
        persons="habitants",
    ),
    Indicator(
        id="part_moins_15_ans",
        theme=Theme.POPULATION,
        label="Part des moins de 15 ans",
        short_label="Moins de 15 ans",
        unit="%",
        digits=1,
        measure=_UNDER_15[0],
        otherwise=_UNDER_15[1:],
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Habitants de moins de 15 ans rapportés à tous les habitants.",
        why="Elle oriente le suivi des enfants, la vaccination et l'offre de pédiatrie.",
        caveat=_CENSUS_CAVEAT,
        sentence_subject="la part des moins de 15 ans",
        feminine=True,
        persons="habitants de moins de 15 ans",
        family="ages",
    ),
    Indicator(
        id="part_60_ans_et_plus",
        theme=Theme.POPULATION,
        label="Part des 60 ans et plus",
        short_label="60 ans et plus",
        unit="%",
        digits=1,
        measure=_OVER_60[0],
        otherwise=_OVER_60[1:],
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Habitants de 60 ans et plus rapportés à tous les habitants.",
        why="Elle annonce les besoins des quinze années qui viennent.",
        caveat=_CENSUS_CAVEAT,
        sentence_subject="la part des 60 ans et plus",
        feminine=True,
        persons="habitants de 60 ans et plus",
        family="ages",
    ),
    Indicator(
        id="part_75_ans_et_plus",
        theme=Theme.POPULATION,
        label="Part des 75 ans et plus",
        short_label="75 ans et plus",
        unit="%",
        digits=1,
        measure=_OVER_75[0],
        otherwise=_OVER_75[1:],
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Habitants de 75 ans et plus rapportés à tous les habitants.",
        why="Après 75 ans, les maladies chroniques, la perte d'autonomie et les visites à domicile "
        "sont plus fréquentes.",
        caveat=_CENSUS_CAVEAT,
        sentence_subject="la part des 75 ans et plus",
        feminine=True,
        persons="habitants de 75 ans et plus",
        family="ages",
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
        sentence_subject="le niveau de vie médian",
        family="revenus",
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
        sentence_subject="le taux de pauvreté",
        family="revenus",
    ),
    Indicator(
        id="fdep",
        theme=Theme.POPULATION,
        label="Indice de défavorisation sociale (FDep)",
        short_label="Défavorisation (FDep)",
        unit="indice",
        digits=2,
        measure=WeightedMean("spf_fdep.fdep", "spf_fdep.population"),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Première composante principale de quatre mesures : revenu médian, part de "
        "bacheliers, part d'ouvriers, taux de chômage. Zéro est la moyenne de la métropole ; plus "
        "l'indice est grand, plus la commune est défavorisée.",
        why="Il résume en un chiffre les conditions sociales qui pèsent sur la santé.",
        caveat="Indice sans intervalle. Pour un territoire, moyenne des communes pondérée par leur "
        "population. La métropole seule est couverte.",
        sentence_subject="l'indice de défavorisation",
    ),
    Indicator(
        id="part_c2s",
        theme=Theme.POPULATION,
        label="Bénéficiaires de la complémentaire santé solidaire (C2S)",
        short_label="Bénéficiaires de la C2S",
        unit="%",
        digits=1,
        measure=local("part_c2s"),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Bénéficiaires de la C2S, avec ou sans participation, au 31 décembre, rapportés "
        "aux assurés qui résident dans le territoire.",
        why="Elle repère les personnes pour lesquelles le coût des soins est un obstacle.",
        caveat="Le pourcentage dépend du dénominateur (tous régimes ou régime général) : vérifiez "
        "celui du fichier reçu avant de comparer.",
        sentence_subject="la part des bénéficiaires de la C2S",
        feminine=True,
        persons="bénéficiaires de la C2S",
    ),
)
