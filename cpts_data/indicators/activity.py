"""What the CPTS does, as it declares it (DOMAIN §5.5)."""

from __future__ import annotations

from cpts_data.indicators.model import Indicator, Nature, Polarity, Theme, local
from cpts_data.measures import Count, rows

_DECLARED = "Déclaré par la CPTS, sans intervalle."


def _declared(
    identifier: str, label: str, short: str, unit: str, subject: str, **more: str
) -> Indicator:
    return Indicator(
        id=identifier,
        theme=Theme.ACTIVITY,
        label=label,
        short_label=short,
        unit=unit,
        digits=0,
        measure=Count(rows("indicateurs_locaux.numerateur", indicateur=identifier)),
        polarity=Polarity.HIGH_IS_GOOD
        if identifier == "nb_patients_protocoles"
        else Polarity.NO_JUDGEMENT,
        nature=Nature.RESULT,
        definition=more["definition"],
        why=more["why"],
        caveat=_DECLARED,
        mission=more["mission"],
        sentence_subject=subject,
    )


ACTIVITY = (
    _declared(
        "nb_protocoles",
        "Protocoles pluriprofessionnels rédigés",
        "Protocoles rédigés",
        "protocoles",
        "le nombre de protocoles rédigés",
        definition="Protocoles de parcours rédigés et validés par la CPTS.",
        why="L'accord conventionnel suit la rédaction puis l'usage des protocoles.",
        mission="parcours",
    ),
    _declared(
        "nb_patients_protocoles",
        "Patients inclus dans un protocole",
        "Patients dans un protocole",
        "patients",
        "le nombre de patients inclus dans un protocole",
        definition="Patients distincts inclus dans au moins un protocole de la CPTS.",
        why="Il dit si les protocoles servent.",
        mission="parcours",
    ),
    _declared(
        "nb_adherents",
        "Professionnels adhérents",
        "Adhérents",
        "professionnels",
        "le nombre de professionnels adhérents",
        definition="Professionnels distincts qui adhèrent à la CPTS.",
        why="Une CPTS agit par ses membres, mais répond de toute la population.",
        mission="accompagnement",
    ),
    Indicator(
        id="part_adherents",
        theme=Theme.ACTIVITY,
        label="Part des professionnels du territoire qui adhèrent",
        short_label="Part d'adhérents",
        unit="%",
        digits=1,
        measure=local("part_adherents"),
        polarity=Polarity.HIGH_IS_GOOD,
        nature=Nature.RESULT,
        definition="Professionnels adhérents distincts rapportés aux professionnels qui exercent "
        "dans le territoire.",
        why="Elle mesure l'assise de la CPTS.",
        caveat="Déclarée par la CPTS. Un professionnel peut adhérer à deux CPTS.",
        mission="accompagnement",
        sentence_subject="la part des professionnels adhérents",
        feminine=True,
        persons="professionnels",
    ),
)
