"""What they suffer from: long-term conditions and treated illnesses (DOMAIN §5.1)."""

from __future__ import annotations

from cpts_data.indicators.model import Indicator, Nature, Polarity, Theme, local
from cpts_data.indicators.population import AGE_BANDS
from cpts_data.measures import (
    Expected,
    Interval,
    Ratio,
    StandardisedRate,
    StandardisedRatio,
    Stratum,
    rows,
)
from cpts_data.statistics.standard_populations import band_weights

_CENSUS = "insee_evol_struct_pop.population"
_LOCAL_CASES, _LOCAL_PEOPLE = "indicateurs_locaux.numerateur", "indicateurs_locaux.denominateur"
_PATIENTS, _USERS = "cnam_pathologies.patients", "cnam_pathologies.population_cnam"
_SEXES = ("hommes", "femmes")
# Bands of five years of the Cnam inside the bands of the census.
_FIVE = {
    "00-14": ("00-04", "05-09", "10-14"),
    "15-29": ("15-19", "20-24", "25-29"),
    "30-44": ("30-34", "35-39", "40-44"),
    "45-59": ("45-49", "50-54", "55-59"),
    "60-74": ("60-64", "65-69", "70-74"),
    "75-89": ("75-79", "80-84", "85-89"),
    "90+": ("90-94", "95+"),
}
# Our id: the words of the label, and the group of illnesses of the Cnam's cartography.
_ILLNESSES = {
    "diabete": ("diabète", "Diabète"),
    "cancers": ("cancers", "Cancers"),
    "cardiovasculaire": (
        "maladies cardioneurovasculaires",
        "Maladies cardioneurovasculaires",
    ),
    "psychiatrie": ("maladies psychiatriques", "Maladies psychiatriques"),
    "respiratoire": (
        "maladies respiratoires chroniques",
        "Maladies respiratoires chroniques (hors mucoviscidose)",
    ),
    "neurologique": ("maladies neurologiques", "Maladies neurologiques"),
}
_AFFECTIONS = {
    "diabete": "diabète",
    "cancers": "cancers",
    "psychiatrie": "affections psychiatriques",
    "cardiovasculaire": "maladies cardiovasculaires",
    "insuffisance_cardiaque": "insuffisance cardiaque",
    "avc": "accident vasculaire cérébral",
    "respiratoire": "insuffisance respiratoire",
    "alzheimer": "Alzheimer et démences",
}
_ALD_CAVEAT = (
    "Chiffre de l'Assurance maladie, remis sur demande. Être en ALD suppose une demande : toutes "
    "les personnes malades n'y sont pas. Un territoire plus âgé en compte plus : comparez le "
    "rapport à l'attendu ou le taux standardisé, non le taux brut."
)


def _by_age(cases: str, people: str, **chosen: str) -> tuple[Stratum, ...]:
    """Strata by band of the census, both sexes: residents, local cases, local people."""
    return tuple(
        Stratum(
            band,
            rows(_CENSUS, age=band),
            rows(cases, strate=band, **chosen),
            rows(people, strate=band, **chosen),
        )
        for band in AGE_BANDS
    )


def _illness_strata(group: str) -> tuple[Stratum, ...]:
    """Strata by sex and band: residents of the census, patients and users of the cartography."""
    return tuple(
        Stratum(
            f"{sex} {band}",
            rows(_CENSUS, age=band, sexe=sex),
            rows(_PATIENTS, affection=group, age=_FIVE[band], sexe=sex),
            rows(_USERS, affection=group, age=_FIVE[band], sexe=sex),
        )
        for sex in _SEXES
        for band in AGE_BANDS
    )


def _ald(affection: str, words: str) -> Indicator:
    identifier = f"prevalence_ald_{affection}"
    return Indicator(
        id=identifier,
        theme=Theme.PATHWAYS,
        label=f"Personnes en ALD : {words}",
        short_label=f"ALD {words}",
        unit="%",
        digits=2,
        measure=local(identifier),
        context=True,
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Assurés en affection de longue durée pour ce motif au 31 décembre, rapportés "
        "aux assurés.",
        why="Elle dit combien de patients un parcours organisé peut concerner.",
        caveat=_ALD_CAVEAT,
        mission="parcours",
        sentence_subject=f"la part des personnes en ALD ({words})",
        feminine=True,
        persons="personnes en ALD",
        family=f"ald_{affection}",
    )


def _ratio(affection: str, words: str) -> Indicator:
    identifier = f"prevalence_ald_{affection}"
    expected = Expected(
        _by_age(_LOCAL_CASES, _LOCAL_PEOPLE, indicateur=identifier), levels=("region",)
    )
    return Indicator(
        id=f"ratio_ald_{affection}",
        theme=Theme.PATHWAYS,
        label=f"Personnes en ALD observées pour 100 attendues selon l'âge : {words}",
        short_label=f"ALD à âge égal : {words}",
        unit="pour 100 attendues",
        digits=0,
        measure=StandardisedRatio(
            rows(_LOCAL_CASES, indicateur=identifier),
            expected,
        ),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Personnes en ALD observées, rapportées à celles que l'on attendrait si chaque "
        "tranche d'âge était touchée comme dans la région (standardisation indirecte) ; "
        "100 est la région.",
        why="Il retire l'effet de l'âge : ce qui reste tient au mode de vie, aux conditions "
        "sociales, au repérage ou à l'accès à l'ALD.",
        caveat="Chaque territoire se compare à 100, jamais à un autre territoire. Les habitants "
        "du recensement tiennent lieu d'assurés.",
        mission="parcours",
        standardised="âge (indirecte)",
        sentence_subject=f"le rapport des ALD observées aux attendues ({words})",
        family=f"ald_{affection}",
    )


def _illness(illness: str, words: str, group: str) -> Indicator:
    whole = {"affection": group, "age": "ensemble", "sexe": "ensemble"}
    return Indicator(
        id=f"patients_{illness}",
        theme=Theme.PATHWAYS,
        label=f"Patients pris en charge : {words}",
        short_label=f"Patients : {words}",
        unit="%",
        digits=2,
        measure=Ratio(rows(_PATIENTS, **whole), rows(_USERS, **whole), interval=Interval.WILSON),
        otherwise=(Expected(_illness_strata(group)),),
        context=True,
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Personnes prises en charge pour ce groupe de maladies dans l'année, rapportées "
        "aux personnes qui ont eu des soins (cartographie de la Cnam).",
        why="Elle donne l'ordre de grandeur des patients concernés par un parcours.",
        caveat="Publiée par département. Pour une CPTS, estimation : les habitants de chaque âge "
        "et sexe, au taux de leur département (à défaut, pour les petites tranches masquées, de "
        "la région puis de la France). Elle dit ce que l'âge explique, non ce qui est observé.",
        mission="parcours",
        sentence_subject=f"la part des patients pris en charge ({words})",
        feminine=True,
        persons="patients",
        family=f"ald_{illness}",
    )


PATHWAYS = (
    Indicator(
        id="prevalence_ald",
        theme=Theme.PATHWAYS,
        label="Personnes en affection de longue durée (ALD)",
        short_label="Personnes en ALD",
        unit="%",
        digits=1,
        measure=local("prevalence_ald"),
        strata=tuple((band, local("prevalence_ald", band)) for band in AGE_BANDS),
        context=True,
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Assurés en affection de longue durée au 31 décembre (30 listes, ALD 31 et 32), "
        "rapportés aux assurés.",
        why="Elle mesure le poids des maladies chroniques.",
        caveat=_ALD_CAVEAT,
        mission="parcours",
        sentence_subject="la part des personnes en ALD",
        feminine=True,
        persons="personnes en ALD",
        family="ald",
    ),
    Indicator(
        id="prevalence_ald_standardisee",
        theme=Theme.PATHWAYS,
        label="Personnes en ALD, à âge égal (taux standardisé)",
        short_label="ALD à âge égal",
        unit="pour 100 000",
        digits=0,
        measure=StandardisedRate(
            tuple(
                rows(_LOCAL_CASES, indicateur="prevalence_ald", strate=band) for band in AGE_BANDS
            ),
            tuple(
                rows(_LOCAL_PEOPLE, indicateur="prevalence_ald", strate=band) for band in AGE_BANDS
            ),
            band_weights(AGE_BANDS),
        ),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.NEED,
        definition="Taux que le territoire aurait avec les âges de la population européenne de "
        "référence de 2013 (standardisation directe sur sept tranches d'âge).",
        why="Il permet de comparer des territoires d'âges différents.",
        caveat="Il ne se compare qu'à des taux de même référence. Rien sous dix personnes.",
        mission="parcours",
        standardised="âge (directe, population européenne 2013)",
        sentence_subject="le taux standardisé de personnes en ALD",
        family="ald",
    ),
    *(_ald(affection, words) for affection, words in _AFFECTIONS.items()),
    *(_ratio(affection, words) for affection, words in _AFFECTIONS.items()),
    *(_illness(illness, words, group) for illness, (words, group) in _ILLNESSES.items()),
)
