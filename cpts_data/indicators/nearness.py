"""How far the nearest service is: minutes by car, and who lives beyond 20 or 30 minutes."""

from __future__ import annotations

from dataclasses import dataclass

from cpts_data.indicators.model import Indicator, Nature, Polarity, Theme
from cpts_data.measures import Measure, ShareOver, WeightedMean, rows

_RESIDENTS = "populations_legales.population"
_LIMITS = (20, 30)
_CAVEAT = (
    "Trajets de commune à commune, en voiture : 0 minute dans la commune qui a le service, et 60 "
    "minutes au-delà de 60. Sans matrice de temps de trajet dans l'espace, le temps est estimé "
    "d'après la distance et la densité des communes : le chiffre est alors une estimation, à lire "
    "comme un ordre de grandeur. "
)


@dataclass(frozen=True)
class _Service:
    """A service: its words, and the columns of minutes that tell it, the best first."""

    id: str
    of_nearest: str
    away_from: str
    short: str
    columns: tuple[str, ...]
    why: str
    caveat: str


def _nearest_facility(family: str) -> str:
    return rows("insee_bpe.minutes", famille=family)


_SERVICES = (
    _Service(
        "mg",
        "au généraliste le plus proche",
        "d'un généraliste",
        "généraliste",
        (
            rows(
                "rpps.minutes",
                profession="medecin",
                discipline="medecine_generale",
                mode="liberal",
            ),
            _nearest_facility("medecin_generaliste"),
        ),
        "La proximité d'un médecin compte d'abord pour les personnes âgées et pour celles qui ne "
        "conduisent pas.",
        "Le temps ne dit rien de la disponibilité : le médecin le plus proche peut ne plus prendre "
        "de patient ; lisez-le avec l'APL.",
    ),
    _Service(
        "pharmacie",
        "à la pharmacie la plus proche",
        "d'une pharmacie",
        "pharmacie",
        (rows("finess.minutes", famille="pharmacie"), _nearest_facility("pharmacie")),
        "La pharmacie est souvent le dernier service de santé présent dans une commune.",
        "Officines inscrites au FINESS, ou à la base permanente des équipements à défaut.",
    ),
    _Service(
        "urgences",
        "au service d'urgences le plus proche",
        "d'un service d'urgences",
        "urgences",
        ("drees_urgences.minutes", _nearest_facility("urgences")),
        "L'objectif national est d'être à moins de 30 minutes d'une médecine d'urgence.",
        "Sites de la SAE, placés dans leur commune par leur numéro FINESS (base permanente des "
        "équipements à défaut) ; les antennes du SMUR n'y sont pas, et les horaires d'ouverture ne "
        "sont pas connus.",
    ),
    _Service(
        "maternite",
        "à la maternité la plus proche",
        "d'une maternité",
        "maternité",
        (_nearest_facility("maternite"),),
        "L'éloignement de la maternité est un risque pour la mère et pour l'enfant.",
        "Maternités de la base permanente des équipements, quel que soit leur niveau de soins.",
    ),
)


def _minutes(service: _Service) -> Indicator:
    measures: list[Measure] = [WeightedMean(name, _RESIDENTS) for name in service.columns]
    return Indicator(
        id=f"minutes_{service.id}",
        theme=Theme.ACCESS,
        label=f"Temps d'accès {service.of_nearest}",
        short_label=f"Temps d'accès : {service.short}",
        unit="minutes",
        digits=1,
        measure=measures[0],
        otherwise=tuple(measures[1:]),
        polarity=Polarity.LOW_IS_GOOD,
        nature=Nature.ACCESS,
        definition="Minutes de trajet entre la commune de résidence et la commune la plus proche "
        f"où se trouve {_article(service)} ; moyenne pondérée par les habitants.",
        why=service.why,
        caveat=_CAVEAT + service.caveat,
        mission="acces",
        sentence_subject=f"le temps d'accès {service.of_nearest}",
        family=f"minutes_{service.id}",
    )


def _article(service: _Service) -> str:
    """« d'un généraliste » said as a subject: « un généraliste »."""
    return service.away_from.removeprefix("d'")


def _beyond(service: _Service, limit: int) -> Indicator:
    measures: list[Measure] = [ShareOver(name, limit, _RESIDENTS) for name in service.columns]
    return Indicator(
        id=f"part_population_{service.id}_plus_de_{limit}_min",
        theme=Theme.ACCESS,
        label=f"Population à plus de {limit} minutes {service.away_from}",
        short_label=f"À plus de {limit} min : {service.short}",
        unit="%",
        digits=1,
        measure=measures[0],
        otherwise=tuple(measures[1:]),
        polarity=Polarity.LOW_IS_GOOD,
        nature=Nature.ACCESS,
        definition=f"Part des habitants des communes situées à plus de {limit} minutes de la "
        f"commune la plus proche où se trouve {_article(service)}.",
        why=service.why,
        caveat=_CAVEAT + service.caveat,
        mission="acces",
        sentence_subject=f"la part des habitants à plus de {limit} minutes {service.away_from}",
        feminine=True,
        persons=f"habitants à plus de {limit} minutes {service.away_from}",
        family=f"minutes_{service.id}",
    )


NEARNESS = tuple(
    indicator
    for service in _SERVICES
    for indicator in (_minutes(service), *(_beyond(service, limit) for limit in _LIMITS))
)
