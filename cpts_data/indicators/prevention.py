"""What prevention misses: screening, vaccination, medicines (DOMAIN §5.4)."""

from __future__ import annotations

from cpts_data.indicators.model import Indicator, Nature, Polarity, Theme, local
from cpts_data.measures import Measure, Published, rows

_PUBLISHED_CAVEAT = (
    " Publié par département ; pour la CPTS, sur demande à la CPAM ou au centre régional de "
    "dépistage des cancers."
)
_SCREENED = "spf_depistage.participation"
_COVERED = "spf_vaccination.couverture"
_COMPILED = "spf_prevention_compilation.valeur"


def _result(
    identifier: str,
    label: str,
    short: str,
    *,
    subject: str,
    persons: str,
    definition: str,
    why: str,
    caveat: str,
    otherwise: tuple[Measure, ...] = (),
    measure: Measure | None = None,
    strata: tuple[tuple[str, Measure], ...] = (),
    low: bool = False,
    target: float | None = None,
    target_source: str = "",
    breaks: tuple[tuple[str, str], ...] = (),
    standardised: str = "",
    family: str = "",
    base_of_patients: bool = False,
) -> Indicator:
    """A result of prevention: a share of the people concerned, as known locally, else published."""
    return Indicator(
        id=identifier,
        theme=Theme.PREVENTION,
        label=label,
        short_label=short,
        unit="%",
        digits=1,
        measure=measure or local(identifier),
        otherwise=otherwise,
        strata=strata,
        context=bool(otherwise) or measure is not None,
        polarity=Polarity.LOW_IS_GOOD if low else Polarity.HIGH_IS_GOOD,
        nature=Nature.RESULT,
        definition=definition,
        why=why,
        caveat=caveat,
        mission="prevention",
        target=target,
        target_source=target_source,
        breaks=breaks,
        standardised=standardised,
        family=family or identifier,
        base_of_patients=base_of_patients,
        sentence_subject=subject,
        feminine=True,
        persons=persons,
    )


PREVENTION = (
    _result(
        "depistage_sein_organise",
        "Dépistage organisé du cancer du sein (50 à 74 ans, sur 2 ans)",
        "Dépistage organisé du cancer du sein",
        subject="la participation au dépistage organisé du cancer du sein",
        persons="femmes de 50 à 74 ans",
        definition="Femmes de 50 à 74 ans qui ont fait une mammographie dans le programme national "
        "en deux ans, rapportées aux femmes de cet âge, moins les exclusions ; taux brut.",
        why="Le dépistage précoce améliore le pronostic ; la participation recule depuis dix ans.",
        caveat="Les mammographies faites hors programme ne comptent pas : lisez le chiffre avec "
        "toutes les modalités." + _PUBLISHED_CAVEAT,
        otherwise=(
            Published(rows(_SCREENED, cancer="sein", mode="brut")),
            Published(rows(_COMPILED, indicateur="depistage_sein")),
        ),
        family="sein",
    ),
    _result(
        "depistage_sein_total",
        "Mammographie, toutes modalités (50 à 74 ans, sur 2 ans)",
        "Mammographie, toutes modalités",
        subject="la part des femmes ayant eu une mammographie",
        persons="femmes de 50 à 74 ans",
        definition="Femmes de 50 à 74 ans qui ont eu une mammographie en deux ans, dans le "
        "programme ou sur prescription, rapportées aux femmes de cet âge.",
        why="Elle corrige l'image du seul programme là où le dépistage individuel est fréquent.",
        caveat="Chiffre de l'Assurance maladie, remis sur demande ; aucune valeur en données "
        "ouvertes.",
        family="sein",
    ),
    _result(
        "depistage_colorectal",
        "Dépistage du cancer colorectal (50 à 74 ans, sur 2 ans)",
        "Dépistage du cancer colorectal",
        subject="la participation au dépistage du cancer colorectal",
        persons="personnes de 50 à 74 ans",
        definition="Personnes de 50 à 74 ans qui ont fait un test immunologique en deux ans, "
        "rapportées aux personnes éligibles ; taux brut.",
        why="C'est le dépistage le moins suivi, et le test se remet en pharmacie ou au cabinet.",
        caveat="La population éligible a changé en 2022 : les périodes qui finissent avant 2023 ne "
        "se comparent pas aux suivantes." + _PUBLISHED_CAVEAT,
        otherwise=(Published(rows(_SCREENED, cancer="colorectal", mode="brut")),),
        breaks=(("2022-2023", "population éligible élargie de 17,7 à 20,8 millions"),),
        family="colorectal",
    ),
    _result(
        "depistage_colorectal_standardise",
        "Dépistage du cancer colorectal, taux standardisé du département",
        "Dépistage colorectal (standardisé)",
        subject="la participation standardisée au dépistage du cancer colorectal",
        persons="personnes de 50 à 74 ans",
        definition="Participation au dépistage du cancer colorectal, standardisée par Santé "
        "publique France sur la population cible.",
        why="Elle permet de comparer des départements d'âges différents.",
        caveat="Un taux standardisé ne se compare pas à un taux brut. Connu par département "
        "seulement.",
        measure=Published(rows(_SCREENED, cancer="colorectal", mode="standardise")),
        otherwise=(
            Published(rows(_COMPILED, indicateur="depistage_colorectal_cible_standardise")),
        ),
        standardised="âge et sexe (directe, par le producteur)",
        breaks=(("2022-2023", "population éligible élargie de 17,7 à 20,8 millions"),),
        family="colorectal",
    ),
    _result(
        "depistage_col_uterus",
        "Dépistage du cancer du col de l'utérus (25 à 65 ans, sur 3 ans)",
        "Dépistage du cancer du col de l'utérus",
        subject="la participation au dépistage du cancer du col de l'utérus",
        persons="femmes de 25 à 65 ans",
        definition="Femmes de 25 à 65 ans couvertes par un test (cytologie de 25 à 29 ans, test "
        "HPV de 30 à 65 ans) en trois ans, rapportées aux femmes de cet âge.",
        why="Le dépistage et la vaccination peuvent faire disparaître ce cancer.",
        caveat="Le chiffre de 55,8 % qui circule a une définition incertaine." + _PUBLISHED_CAVEAT,
        otherwise=(Published(rows(_SCREENED, cancer="col_uterus", mode="brut")),),
        target=80.0,
        target_source="objectif du programme, BEH 22-23, 2019",
        family="col_uterus",
    ),
    _result(
        "vaccination_grippe_65_ans_et_plus",
        "Vaccination contre la grippe des 65 ans et plus",
        "Grippe, 65 ans et plus",
        subject="la couverture vaccinale contre la grippe des 65 ans et plus",
        persons="personnes de 65 ans et plus",
        definition="Personnes de 65 ans et plus remboursées d'un vaccin contre la grippe pendant "
        "la saison, rapportées aux assurés de cet âge.",
        why="La grippe hospitalise et tue surtout après 65 ans ; le vaccin se fait au cabinet, en "
        "pharmacie ou à domicile.",
        caveat="Les vaccinations faites en Ehpad ne sont pas toutes remboursées à titre "
        "individuel." + _PUBLISHED_CAVEAT,
        otherwise=(Published(rows(_COVERED, vaccin="grippe_65_ans_et_plus")),),
        strata=tuple(
            (band, local("vaccination_grippe_65_ans_et_plus", band)) for band in ("65-74", "75+")
        ),
        target=75.0,
        target_source="objectif de l'OMS",
        family="grippe",
    ),
    _result(
        "vaccination_grippe_a_risque_moins_65_ans",
        "Vaccination contre la grippe des personnes à risque de moins de 65 ans",
        "Grippe, moins de 65 ans à risque",
        subject="la couverture vaccinale contre la grippe des moins de 65 ans à risque",
        persons="personnes à risque de moins de 65 ans",
        definition="Personnes de moins de 65 ans en ALD ou à risque, remboursées d'un vaccin "
        "contre la grippe pendant la saison, rapportées aux personnes à risque de cet âge.",
        why="Trois personnes à risque sur quatre ne sont pas vaccinées.",
        caveat="La définition du risque est celle du producteur." + _PUBLISHED_CAVEAT,
        otherwise=(Published(rows(_COVERED, vaccin="grippe_moins_65_ans_a_risque")),),
        target=75.0,
        target_source="objectif de l'OMS, à vérifier pour les moins de 65 ans",
        family="grippe",
        base_of_patients=True,
    ),
    _result(
        "vaccination_ror_2_doses",
        "Vaccination rougeole, oreillons, rubéole (2 doses)",
        "ROR, 2 doses",
        subject="la couverture vaccinale rougeole, oreillons, rubéole",
        persons="enfants",
        definition="Enfants ayant reçu deux doses du vaccin rougeole, oreillons, rubéole, "
        "rapportés aux enfants du même âge (24 ou 33 mois, selon le fichier).",
        why="Sous 95 %, la rougeole circule de nouveau.",
        caveat="Dites l'âge du fichier reçu (24 ou 33 mois) avant de comparer.",
        target=95.0,
        target_source="objectif national, Santé publique France, 2023",
    ),
    _result(
        "vaccination_hpv_filles_15_ans",
        "Vaccination HPV des filles (au moins 1 dose à 15 ans)",
        "HPV, filles de 15 ans",
        subject="la couverture vaccinale HPV des filles de 15 ans",
        persons="filles de 15 ans",
        definition="Filles de 15 ans ayant reçu au moins une dose de vaccin contre les "
        "papillomavirus, rapportées aux filles de 15 ans.",
        why="Le vaccin prévient le cancer du col de l'utérus et d'autres cancers.",
        caveat="Les vaccinations en collège peuvent être remontées plus tard." + _PUBLISHED_CAVEAT,
        otherwise=(Published(rows(_COVERED, vaccin="hpv_filles_1_dose_15_ans")),),
        target=80.0,
        target_source="objectif pour 2030, à vérifier",
        family="hpv",
    ),
    _result(
        "vaccination_hpv_garcons_15_ans",
        "Vaccination HPV des garçons (au moins 1 dose à 15 ans)",
        "HPV, garçons de 15 ans",
        subject="la couverture vaccinale HPV des garçons de 15 ans",
        persons="garçons de 15 ans",
        definition="Garçons de 15 ans ayant reçu au moins une dose de vaccin contre les "
        "papillomavirus, rapportés aux garçons de 15 ans.",
        why="Recommandé aux garçons depuis 2021, le vaccin les protège et freine la transmission.",
        caveat="Les vaccinations en collège peuvent être remontées plus tard." + _PUBLISHED_CAVEAT,
        otherwise=(Published(rows(_COVERED, vaccin="hpv_garcons_1_dose_15_ans")),),
        target=80.0,
        target_source="objectif pour 2030, à vérifier",
        family="hpv",
    ),
    _result(
        "vaccination_hpv_filles_2_doses_16_ans",
        "Vaccination HPV des filles (2 doses à 16 ans)",
        "HPV, filles, 2 doses à 16 ans",
        subject="la couverture vaccinale HPV complète des filles de 16 ans",
        persons="filles de 16 ans",
        definition="Filles de 16 ans ayant reçu deux doses de vaccin contre les papillomavirus, "
        "rapportées aux filles de 16 ans.",
        why="Deux doses font le schéma complet.",
        caveat="Connue par département seulement.",
        measure=Published(rows(_COVERED, vaccin="hpv_filles_2_doses_16_ans")),
        otherwise=(Published(rows(_COMPILED, indicateur="hpv_filles_2_doses_16_ans")),),
        family="hpv",
    ),
    _result(
        "polymedication_75_ans_et_plus",
        "Polymédication des 75 ans et plus",
        "Polymédication, 75 ans et plus",
        subject="la part des 75 ans et plus polymédiqués",
        persons="personnes de 75 ans et plus",
        definition="Personnes de 75 ans et plus ayant au moins dix médicaments différents, "
        "chacun délivré au moins trois fois dans l'année, rapportées aux assurés de cet âge.",
        why="Elle expose aux interactions et aux chutes ; médecins et pharmaciens peuvent la "
        "revoir ensemble.",
        caveat="Dépend de la définition retenue (continue ou cumulée) ; la valeur nationale est "
        "ancienne. Chiffre de l'Assurance maladie, remis sur demande.",
        low=True,
    ),
)
