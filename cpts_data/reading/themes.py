"""What each theme page shows, declared once: groups of indicators, how each group is shown.

Every indicator of the catalogue has one place, so that no figure stands twice on a page. A theme
of the catalogue that has no page (the activity of the CPTS) is left to the page of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cpts_data.indicators import Theme


class Look(StrEnum):
    """How a group is shown: a card each, one line each, or plain large numbers."""

    CARDS = "fiches"
    LINES = "lignes"
    NUMBERS = "nombres"


@dataclass(frozen=True)
class Group:
    """Indicators shown together under one heading."""

    heading: str
    indicators: tuple[str, ...]
    look: Look = Look.CARDS
    note: str = ""


@dataclass(frozen=True)
class View:
    """A theme page: its groups, and the indicator that its map shows first.

    ``charted`` are read for charts alone; ``by_commune`` never combine, and are shown for communes.
    """

    theme: Theme
    groups: tuple[Group, ...]
    first_map: str
    charted: tuple[str, ...] = ()
    by_commune: tuple[str, ...] = ()

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator of the page that a CPTS may have, in order."""
        return tuple(name for group in self.groups for name in group.indicators) + self.charted

    @property
    def everything(self) -> tuple[str, ...]:
        """With those that only communes have."""
        return self.indicators + self.by_commune


_AFFECTIONS = (
    "diabete",
    "cancers",
    "cardiovasculaire",
    "insuffisance_cardiaque",
    "avc",
    "respiratoire",
    "psychiatrie",
    "alzheimer",
)
_ILLNESSES = (
    "diabete",
    "cancers",
    "cardiovasculaire",
    "respiratoire",
    "psychiatrie",
    "neurologique",
)
OTHER_APL = ("apl_infirmiers", "apl_mk", "apl_sages_femmes", "apl_chirurgiens_dentistes")
TRAVEL = tuple(
    f"{start}{end}"
    for place in ("mg", "pharmacie", "urgences", "maternite")
    for start, end in (
        (f"minutes_{place}", ""),
        (f"part_population_{place}", "_plus_de_20_min"),
        (f"part_population_{place}", "_plus_de_30_min"),
    )
)
RATIOS = tuple(f"ratio_ald_{name}" for name in _AFFECTIONS)
FIRST_LINE = (
    "densite_mg",
    "part_mg_60_ans_et_plus",
    "densite_infirmiers",
    "densite_mk",
    "densite_chirurgiens_dentistes",
)
OTHER_CALLINGS = (
    "densite_sages_femmes",
    "densite_orthophonistes",
    "densite_orthoptistes",
    "densite_podologues",
    "densite_ophtalmologues",
    "densite_cardiologues",
    "densite_psychiatres",
    "densite_pediatres",
    "densite_gynecologues",
)
SCREENINGS = (
    "depistage_sein_organise",
    "depistage_sein_total",
    "depistage_colorectal",
    "depistage_colorectal_standardise",
    "depistage_col_uterus",
)
VACCINATIONS = (
    "vaccination_grippe_65_ans_et_plus",
    "vaccination_grippe_a_risque_moins_65_ans",
    "vaccination_ror_2_doses",
    "vaccination_hpv_filles_15_ans",
    "vaccination_hpv_filles_2_doses_16_ans",
    "vaccination_hpv_garcons_15_ans",
)

VIEWS = {
    view.theme: view
    for view in (
        View(
            Theme.POPULATION,
            (
                Group(
                    "Habitants et âges",
                    (
                        "population",
                        "evolution_population",
                        "part_75_ans_et_plus",
                        "part_60_ans_et_plus",
                        "part_moins_15_ans",
                        "densite_population",
                    ),
                ),
                Group("Conditions de vie", ("taux_pauvrete", "fdep", "part_c2s")),
            ),
            "population",
            charted=("population_par_age",),
            by_commune=("niveau_vie_median",),
        ),
        View(
            Theme.SUPPLY,
            (
                Group(
                    "Soins de premier recours et zonage", (*FIRST_LINE, "part_population_zip_zac")
                ),
                Group("Autres professions et spécialités", OTHER_CALLINGS, Look.LINES),
                Group(
                    "Structures",
                    ("nb_msp", "nb_centres_de_sante", "nb_pharmacies", "nb_ehpad", "nb_hopitaux"),
                    Look.NUMBERS,
                ),
            ),
            "densite_mg",
        ),
        View(
            Theme.ACCESS,
            (
                Group(
                    "Accessibilité aux généralistes (APL)",
                    (
                        "apl_mg_65_ans_ou_moins",
                        "apl_mg",
                        "part_population_sous_dense",
                        "part_population_sous_dense_tous_ages",
                    ),
                ),
                Group(
                    "Médecin traitant et urgences",
                    (
                        "part_sans_mt_17_ans_et_plus",
                        "part_ald_sans_mt",
                        "taux_passages_urgences",
                        "part_urgences_sans_hospitalisation",
                        "part_urgences_avec_hospitalisation",
                    ),
                ),
                Group(
                    "Temps de trajet",
                    TRAVEL,
                    Look.LINES,
                    "De la commune de résidence à la plus proche qui a le service ; moyenne "
                    "pondérée par les habitants.",
                ),
                Group(
                    "Accessibilité aux autres professions (APL)",
                    OTHER_APL,
                    Look.LINES,
                    "Chaque profession a sa propre échelle : lisez chaque ligne avec sa référence.",
                ),
            ),
            "apl_mg_65_ans_ou_moins",
            charted=("part_sans_mt_par_age",),
        ),
        View(
            Theme.PATHWAYS,
            (
                Group(
                    "Affections de longue durée", ("prevalence_ald", "prevalence_ald_standardisee")
                ),
                Group(
                    "Personnes en ALD, par affection",
                    tuple(f"prevalence_ald_{name}" for name in _AFFECTIONS),
                    Look.LINES,
                    "Taux bruts : un territoire plus âgé en compte plus. Le graphique retire "
                    "l'effet de l'âge.",
                ),
                Group(
                    "Patients pris en charge, selon les âges du territoire",
                    tuple(f"patients_{name}" for name in _ILLNESSES),
                    Look.LINES,
                    "Estimations : ce que l'âge et le sexe des habitants laissent attendre, aux "
                    "taux du département. Elles ne disent pas ce qui est observé.",
                ),
            ),
            "prevalence_ald",
            charted=RATIOS,
        ),
        View(
            Theme.PREVENTION,
            (
                Group("Dépistage des cancers", SCREENINGS),
                Group("Vaccination", VACCINATIONS),
                Group(
                    "Soins dentaires et médicaments",
                    ("recours_dentiste", "polymedication_75_ans_et_plus"),
                ),
            ),
            "depistage_sein_organise",
        ),
    )
}
