"""Who cares for them: professionals, their ages, structures, zoning (DOMAIN §5.2)."""

from __future__ import annotations

from cpts_data.indicators.model import Indicator, Nature, Polarity, Theme, local
from cpts_data.measures import Count, Interval, Published, Rate, Ratio, ShareOver, rows

_RESIDENTS = "populations_legales.population"
_CENSUS = "insee_evol_struct_pop.population"
_BY_FIVE = "insee_td_pop1b.population"
_SEVERAL_PLACES = (
    "Dénombrement complet : l'intervalle dit seulement la variation fortuite d'un petit nombre. "
    "Un professionnel qui exerce dans deux communes de la CPTS y compte une fois. Annuaire santé "
    "(libéraux, remplaçants compris) : il dépasse un peu les effectifs de l'Assurance maladie, "
    "montrés pour le département quand l'annuaire manque."
)
_WOMEN_CHILDREN = (
    " L'âge de la population de référence est déduit des densités publiées par l'Assurance "
    "maladie : à vérifier."
)
_WOMEN_15_49 = rows(
    _BY_FIVE, sexe="femmes", age=tuple(f"{age}-{age + 4}" for age in range(15, 50, 5))
)
_WOMEN = rows(_CENSUS, sexe="femmes", age=("15-29", "30-44", "45-59", "60-74", "75-89", "90+"))
_CHILDREN = rows(_CENSUS, age="00-14")


def _density(
    identifier: str,
    who: str,
    cnam: str,
    *,
    profession: str,
    discipline: str = "",
    base: str = _RESIDENTS,
    per: str = "hab.",
    of_base: str = "habitants",
) -> Indicator:
    """The density of a self-employed profession: counted from the directory, else as published."""
    chosen = {"profession": profession, "mode": "liberal"}
    if discipline:
        chosen["discipline"] = discipline
    special = base != _RESIDENTS
    elided = f"d'{who}" if who[0] in "aeiouyéèh" else f"de {who}"
    freelance = "libérales" if who == "sages-femmes" else "libéraux"
    return Indicator(
        id=identifier,
        theme=Theme.SUPPLY,
        label=f"Densité {elided} {freelance}",
        short_label=f"Densité {elided}",
        unit=f"pour 100 000 {per}",
        digits=1,
        measure=Rate(rows("rpps.praticiens", **chosen), base),
        otherwise=(
            Published(
                rows("cnam_demographie.densite", profession=cnam, age="ensemble", sexe="ensemble")
            ),
        ),
        context=True,
        polarity=Polarity.HIGH_IS_GOOD,
        nature=Nature.SUPPLY,
        definition=f"Professionnels ayant une activité libérale dans le territoire, rapportés à "
        f"ses {of_base}.",
        why="Elle compte les professionnels installés ; elle ne dit ni leur activité, ni l'offre "
        "des communes voisines : lisez-la avec l'accessibilité.",
        caveat=_SEVERAL_PLACES + (_WOMEN_CHILDREN if special else ""),
        mission="acces",
        sentence_subject=f"la densité {elided}",
        feminine=True,
        persons=who,
        family=f"offre_{identifier.removeprefix('densite_')}",
    )


def _structures(
    identifier: str, label: str, short: str, named: str, family: str, why: str
) -> Indicator:
    return Indicator(
        id=identifier,
        theme=Theme.SUPPLY,
        label=label,
        short_label=short,
        unit="établissements",
        digits=0,
        measure=Count(rows("finess.etablissements", famille=family)),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.SUPPLY,
        definition="Établissements de cette catégorie inscrits au FINESS dans le territoire.",
        why=why,
        caveat="Le FINESS compte des sites : une structure à deux adresses y figure deux fois.",
        sentence_subject=f"le nombre {named}",
    )


SUPPLY = (
    _density(
        "densite_mg",
        "médecins généralistes",
        "Ensemble des médecins généralistes",
        profession="medecin",
        discipline="medecine_generale",
    ),
    _density("densite_infirmiers", "infirmiers", "Infirmiers", profession="infirmier"),
    _density(
        "densite_mk",
        "masseurs-kinésithérapeutes",
        "Masseurs-kinésithérapeutes",
        profession="masseur_kinesitherapeute",
    ),
    _density(
        "densite_chirurgiens_dentistes",
        "chirurgiens-dentistes",
        "Ensemble des chirurgiens-dentistes",
        profession="chirurgien_dentiste",
    ),
    _density(
        "densite_sages_femmes",
        "sages-femmes",
        "Sages-femmes",
        profession="sage_femme",
        base=_WOMEN_15_49,
        per="femmes de 15 à 49 ans",
        of_base="habitantes de 15 à 49 ans",
    ),
    _density(
        "densite_orthophonistes", "orthophonistes", "Orthophonistes", profession="orthophoniste"
    ),
    _density("densite_orthoptistes", "orthoptistes", "Orthoptistes", profession="orthoptiste"),
    _density(
        "densite_podologues",
        "pédicures-podologues",
        "Pédicures-podologues",
        profession="pedicure_podologue",
    ),
    _density(
        "densite_ophtalmologues",
        "ophtalmologues",
        "Ophtalmologues",
        profession="medecin",
        discipline="ophtalmologie",
    ),
    _density(
        "densite_cardiologues",
        "cardiologues",
        "Cardiologues",
        profession="medecin",
        discipline="cardiologie",
    ),
    _density(
        "densite_psychiatres",
        "psychiatres",
        "Psychiatres",
        profession="medecin",
        discipline="psychiatrie",
    ),
    _density(
        "densite_pediatres",
        "pédiatres",
        "Pédiatres",
        profession="medecin",
        discipline="pediatrie",
        base=_CHILDREN,
        per="enfants de moins de 15 ans",
        of_base="enfants de moins de 15 ans",
    ),
    _density(
        "densite_gynecologues",
        "gynécologues",
        "Gynécologues médicaux et obstétriciens",
        profession="medecin",
        discipline="gynecologie",
        base=_WOMEN,
        per="femmes de 15 ans et plus",
        of_base="habitantes de 15 ans et plus",
    ),
    Indicator(
        id="part_mg_60_ans_et_plus",
        theme=Theme.SUPPLY,
        label="Part des généralistes de 60 ans et plus",
        short_label="Généralistes de 60 ans et plus",
        unit="%",
        digits=1,
        measure=local("part_mg_60_ans_et_plus"),
        otherwise=(
            Ratio(
                rows(
                    "cnam_demographie.effectif",
                    profession="Ensemble des médecins généralistes",
                    age=("60-64", "65-69", "70+"),
                    sexe="ensemble",
                ),
                rows(
                    "cnam_demographie.effectif",
                    profession="Ensemble des médecins généralistes",
                    age="ensemble",
                    sexe="ensemble",
                ),
                interval=Interval.WILSON,
            ),
        ),
        context=True,
        polarity=Polarity.LOW_IS_GOOD,
        nature=Nature.SUPPLY,
        definition="Généralistes libéraux de 60 ans et plus rapportés à tous les généralistes "
        "libéraux.",
        why="Elle annonce les départs à la retraite des prochaines années.",
        caveat="Connue par département en données ouvertes ; pour la CPTS, sur demande à la CPAM.",
        mission="acces",
        sentence_subject="la part des généralistes de 60 ans et plus",
        feminine=True,
        persons="généralistes de 60 ans et plus",
    ),
    Indicator(
        id="part_population_zip_zac",
        theme=Theme.SUPPLY,
        label="Population en zone ZIP ou ZAC (médecins)",
        short_label="Population en ZIP ou ZAC",
        unit="%",
        digits=1,
        measure=ShareOver(
            rows("zonage_medecins.prioritaire", profession="medecins"), 0.5, _RESIDENTS
        ),
        polarity=Polarity.NO_JUDGEMENT,
        nature=Nature.SUPPLY,
        definition="Part des habitants qui vivent dans une commune classée zone d'intervention "
        "prioritaire (ZIP) ou zone d'action complémentaire (ZAC).",
        why="Les aides à l'installation des médecins dépendent de ce classement.",
        caveat="Le zonage est une décision de l'ARS : il ne se recalcule pas à partir de l'APL. "
        "Les quartiers prioritaires classés à part ne sont pas comptés.",
        mission="acces",
        sentence_subject="la part de la population en zone ZIP ou ZAC",
        feminine=True,
        persons="habitants",
    ),
    _structures(
        "nb_msp",
        "Maisons de santé pluriprofessionnelles",
        "MSP",
        "de MSP",
        "msp",
        "Elles portent l'exercice coordonné et l'accueil des étudiants.",
    ),
    _structures(
        "nb_centres_de_sante",
        "Centres de santé",
        "Centres de santé",
        "de centres de santé",
        "centre_de_sante",
        "Ils emploient des soignants salariés, que les densités de libéraux ne comptent pas.",
    ),
    _structures(
        "nb_pharmacies",
        "Pharmacies d'officine",
        "Pharmacies",
        "de pharmacies",
        "pharmacie",
        "Elles vaccinent, dépistent et orientent sans rendez-vous.",
    ),
    _structures(
        "nb_ehpad",
        "Établissements d'hébergement pour personnes âgées dépendantes",
        "Ehpad",
        "d'Ehpad",
        "ehpad",
        "Leurs résidents ont besoin d'un médecin traitant et de visites sur place.",
    ),
    _structures(
        "nb_hopitaux",
        "Hôpitaux et cliniques (court séjour)",
        "Hôpitaux et cliniques",
        "d'hôpitaux et de cliniques",
        "hopital",
        "Ils sont les partenaires des parcours et des sorties d'hospitalisation.",
    ),
)
