"""How far they are from care: APL, médecin traitant, emergencies (DOMAIN §5.2, §5.3)."""

from __future__ import annotations

from cpts_data.indicators.model import Indicator, Nature, Polarity, Theme, local
from cpts_data.measures import Interval, Ratio, ShareUnder, WeightedMean

_APL_THRESHOLDS = ((2.5, "sous-dense sous 2,5"), (4.0, "bien doté au-dessus de 4"))
_APL_CAVEAT = (
    "Modèle, sans intervalle de confiance. La moyenne d'un territoire pondère les communes par "
    "leur population standardisée ; elle ne se recalcule jamais à partir des seuls médecins du "
    "territoire, car les habitants consultent au-delà de ses limites. Les seuils de 2,5 et de 4 "
    "ont été établis avec des paramètres plus anciens : ce sont des repères."
)
_APL_UNIT = "consultations/an/hab. standardisé"
_APL_SISTER = (
    "Modèle, sans intervalle de confiance. Chaque profession a sa propre population standardisée : "
    "son échelle ne se compare ni à celle des généralistes, ni à celle des autres professions."
)
_MT = "part_sans_mt_par_age"
_MT_BANDS = ("17-29", "30-44", "45-59", "60-74", "75+")
_NO_MT_CAVEAT = (
    "Chiffre de l'Assurance maladie, remis sur demande. Il compte ensemble les patients qui n'ont "
    "jamais déclaré de médecin traitant et ceux dont le médecin a cessé d'exercer ; précisez si le "
    "fichier porte sur le régime général ou sur tous les régimes."
)
_VISITS_CAVEAT = (
    "Un même patient peut venir plusieurs fois : l'intervalle est trop étroit. Le chiffre dépend "
    "de la distance à l'hôpital et du codage des lits de courte durée (UHCD) : lisez-le avec les "
    "passages pour 1 000 habitants et avec les territoires voisins."
)


def _apl_of(identifier: str, who: str, source: str, column: str) -> Indicator:
    """The APL of a profession other than doctors: full-time equivalents, on its own scale."""
    return Indicator(
        id=identifier,
        theme=Theme.ACCESS,
        label=f"Accessibilité potentielle localisée (APL) aux {who}",
        short_label=f"APL {who}",
        unit="ETP/100 000 hab. standardisés",
        digits=1,
        measure=WeightedMean(f"{source}.{column}", f"{source}.population_standardisee"),
        polarity=Polarity.HIGH_IS_GOOD,
        nature=Nature.ACCESS,
        definition=f"Équivalents temps plein de {who} accessibles pour 100 000 habitants, compte "
        "tenu des distances, de l'activité et de l'âge de la population.",
        why="Elle mesure l'offre que les habitants peuvent atteindre, au-delà des limites de leur "
        "commune.",
        caveat=_APL_SISTER,
        mission="acces",
        sentence_subject=f"l'APL aux {who}",
        feminine=True,
    )


ACCESS = (
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
        sentence_subject="l'APL aux généralistes de 65 ans ou moins",
        feminine=True,
        family="apl_mg",
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
        sentence_subject="l'APL aux généralistes",
        feminine=True,
        family="apl_mg",
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
        sentence_subject="la part des habitants sous 2,5 consultations par an",
        feminine=True,
        persons="habitants sous ce seuil",
        family="sous_dense",
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
        sentence_subject="la part des habitants sous 2,5 consultations par an (tous généralistes)",
        feminine=True,
        persons="habitants sous ce seuil",
        family="sous_dense",
    ),
    _apl_of("apl_infirmiers", "infirmiers", "drees_apl_infirmiers", "apl_infirmiers"),
    _apl_of(
        "apl_mk",
        "masseurs-kinésithérapeutes",
        "drees_apl_masseurs_kinesitherapeutes",
        "apl_masseurs_kinesitherapeutes",
    ),
    _apl_of("apl_sages_femmes", "sages-femmes", "drees_apl_sages_femmes", "apl_sages_femmes"),
    _apl_of(
        "apl_chirurgiens_dentistes",
        "chirurgiens-dentistes",
        "drees_apl_chirurgiens_dentistes",
        "apl_chirurgiens_dentistes",
    ),
    Indicator(
        id="part_sans_mt_17_ans_et_plus",
        theme=Theme.ACCESS,
        label="Patients de 17 ans et plus sans médecin traitant",
        short_label="Sans médecin traitant (17 ans et plus)",
        unit="%",
        digits=1,
        measure=local("part_sans_mt_17_ans_et_plus"),
        polarity=Polarity.LOW_IS_GOOD,
        nature=Nature.ACCESS,
        definition="Assurés de 17 ans et plus sans médecin traitant déclaré, y compris ceux dont "
        "le médecin a cessé d'exercer, rapportés aux assurés de 17 ans et plus.",
        why="Sans médecin traitant, les soins sont moins suivis et moins remboursés ; c'est la "
        "première mission des CPTS.",
        caveat=_NO_MT_CAVEAT,
        mission="acces",
        sentence_subject="la part des patients sans médecin traitant",
        feminine=True,
        persons="patients sans médecin traitant",
        family="sans_mt",
    ),
    Indicator(
        id="part_sans_mt_par_age",
        theme=Theme.ACCESS,
        label="Patients sans médecin traitant, par tranche d'âge",
        short_label="Sans médecin traitant, par âge",
        unit="%",
        digits=1,
        measure=local("part_sans_mt_17_ans_et_plus"),
        strata=tuple((band, local(_MT, band)) for band in _MT_BANDS),
        polarity=Polarity.LOW_IS_GOOD,
        nature=Nature.ACCESS,
        definition="Assurés sans médecin traitant déclaré rapportés aux assurés de la même tranche "
        "d'âge.",
        why="L'absence de médecin traitant ne pèse pas de même à 25 et à 80 ans.",
        caveat=_NO_MT_CAVEAT,
        mission="acces",
        sentence_subject="la part des patients sans médecin traitant",
        feminine=True,
        persons="patients sans médecin traitant",
        family="sans_mt",
    ),
    Indicator(
        id="part_ald_sans_mt",
        theme=Theme.ACCESS,
        label="Patients en ALD sans médecin traitant",
        short_label="En ALD sans médecin traitant",
        unit="%",
        digits=1,
        measure=local("part_ald_sans_mt"),
        polarity=Polarity.LOW_IS_GOOD,
        nature=Nature.ACCESS,
        definition="Assurés de 17 ans et plus en affection de longue durée sans médecin traitant "
        "déclaré, rapportés aux assurés de 17 ans et plus en affection de longue durée.",
        why="Ce sont les patients pour lesquels trouver un médecin est le plus urgent.",
        caveat=_NO_MT_CAVEAT + " Les résidents d'Ehpad y figurent : vérifiez leur situation.",
        mission="acces",
        sentence_subject="la part des patients en ALD sans médecin traitant",
        feminine=True,
        persons="patients en ALD sans médecin traitant",
        base_of_patients=True,
    ),
    Indicator(
        id="taux_passages_urgences",
        theme=Theme.ACCESS,
        label="Passages aux urgences pour 1 000 habitants",
        short_label="Passages aux urgences",
        unit="pour 1 000 habitants",
        digits=0,
        measure=local("taux_passages_urgences", per=1000.0, interval=Interval.POISSON),
        polarity=Polarity.LOW_IS_GOOD,
        nature=Nature.ACCESS,
        definition="Passages aux urgences des habitants du territoire, quel que soit l'hôpital, "
        "rapportés à ses habitants.",
        why="Un recours élevé peut dire un manque de soins de ville, ou un hôpital proche.",
        caveat=_VISITS_CAVEAT,
        mission="acces",
        sentence_subject="le taux de passages aux urgences",
        persons="passages",
        family="urgences",
        base_of="part_urgences_sans_hospitalisation",
    ),
    Indicator(
        id="part_urgences_sans_hospitalisation",
        theme=Theme.ACCESS,
        label="Passages aux urgences non suivis d'hospitalisation",
        short_label="Urgences sans hospitalisation",
        unit="%",
        digits=1,
        measure=local("part_urgences_sans_hospitalisation"),
        otherwise=(
            Ratio(
                "drees_urgences.passages_non_suivis",
                "drees_urgences.passages_retenus",
                interval=Interval.WILSON,
            ),
        ),
        context=True,
        polarity=Polarity.LOW_IS_GOOD,
        nature=Nature.ACCESS,
        definition="Passages suivis d'un retour à domicile rapportés à tous les passages.",
        why="L'accord conventionnel la suit : une partie de ces passages relève des soins non "
        "programmés de ville.",
        caveat="Lecture ambiguë : ce pourcentage est élevé partout. " + _VISITS_CAVEAT,
        mission="acces",
        sentence_subject="la part des passages aux urgences sans hospitalisation",
        feminine=True,
        persons="passages",
        family="urgences_issue",
        base_of_patients=True,
    ),
    Indicator(
        id="part_urgences_avec_hospitalisation",
        theme=Theme.ACCESS,
        label="Taux d'hospitalisation après passage aux urgences",
        short_label="Urgences avec hospitalisation",
        unit="%",
        digits=1,
        measure=local("part_urgences_avec_hospitalisation"),
        otherwise=(
            Ratio(
                "drees_urgences.passages_suivis",
                "drees_urgences.passages_retenus",
                interval=Interval.WILSON,
            ),
        ),
        context=True,
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.ACCESS,
        definition="Passages suivis d'un séjour (dans l'hôpital, en transfert ou à domicile) "
        "rapportés à tous les passages.",
        why="Il dit la gravité des passages et la place des lits d'aval.",
        caveat="Le chiffre du département décrit ses hôpitaux, là où les personnes sont reçues, et "
        "non ses habitants. Les sites qui n'ont pas répondu sont écartés des deux termes.",
        mission="acces",
        sentence_subject="le taux d'hospitalisation après passage aux urgences",
        persons="passages",
        family="urgences_issue",
        base_of_patients=True,
        complement="part_urgences_sans_hospitalisation",
    ),
    Indicator(
        id="recours_dentiste",
        theme=Theme.ACCESS,
        label="Recours au chirurgien-dentiste dans l'année",
        short_label="Recours au dentiste",
        unit="%",
        digits=1,
        measure=local("recours_dentiste"),
        strata=(("M'T dents (3 à 24 ans)", local("recours_dentiste", "mt_dents")),),
        polarity=Polarity.HIGH_IS_GOOD,
        nature=Nature.RESULT,
        definition="Assurés adultes ayant eu au moins un acte dentaire dans l'année, rapportés aux "
        "assurés adultes.",
        why="Le renoncement aux soins dentaires est l'un des plus fréquents.",
        caveat="Chiffre de l'Assurance maladie, remis sur demande. La valeur nationale est "
        "ancienne.",
        mission="prevention",
        sentence_subject="la part des adultes qui ont vu un dentiste",
        feminine=True,
        persons="adultes",
    ),
)
