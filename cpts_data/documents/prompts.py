"""What each section leaves to the team, as questions (DOMAIN §10, « to write »)."""

from __future__ import annotations

PROMPTS: dict[str, tuple[str, ...]] = {
    "introduction": (
        "Dans quel contexte la CPTS est-elle née : qui l'a voulue, depuis quand, avec quels "
        "appuis (ARS, CPAM, URPS, collectivités) ?",
        "Quelles réunions, enquêtes ou entretiens ont complété les chiffres ?",
        "Quelles sont les limites de ce diagnostic aux yeux de l'équipe ?",
    ),
    "territoire": (
        "Pourquoi ce périmètre : flux de patients, habitudes de travail, bassins de vie ?",
        "Comment s'accorde-t-il avec les CPTS voisines, les contrats locaux de santé (CLS), le "
        "groupement hospitalier (GHT), le dispositif d'appui à la coordination (DAC) ?",
        "Des communes partagées ou non couvertes doivent-elles être discutées ?",
    ),
    "population": (
        "La population change-t-elle selon la saison (tourisme, travail saisonnier, étudiants) ?",
        "Quels publics sont isolés, mal logés, sans transport, éloignés du soin ?",
        "Quels projets changeront la population (logements, emplois, écoles) ?",
    ),
    "sante": (
        "Quels besoins ne se lisent pas dans ces chiffres : santé mentale, périnatalité, "
        "personnes âgées, handicap, addictions ?",
        "Quelles maladies les professionnels voient-ils progresser ?",
    ),
    "offre": (
        "Quels départs et quelles arrivées sont annoncés, par profession et par commune ?",
        "Comment s'organisent le second recours et la permanence des soins (PDSA) ?",
        "Quels projets de maison ou de centre de santé sont engagés ?",
    ),
    "acces": (
        "Comment sont pris en charge les soins non programmés, en journée et en soirée ?",
        "Qui renonce aux soins, et pourquoi ? Quelle place pour la téléconsultation ?",
        "Comment les patients sans médecin traitant sont-ils repérés et orientés ?",
    ),
    "parcours": (
        "Où sont les ruptures de parcours : entrée et sortie d'hôpital, domicile, spécialistes ?",
        "Quelles maladies ou situations sont prioritaires pour un protocole partagé ?",
    ),
    "prevention": (
        "Quelles actions locales de dépistage et de vaccination existent, portées par qui ?",
        "Quels publics faut-il aller chercher, et avec quels relais ?",
    ),
    "crises": (
        "Le plan de réponse aux crises est-il écrit, et par qui est-il déclenché ?",
        "Quelles crises ont touché le territoire, et qu'en a-t-on appris ?",
    ),
    "professionnels": (
        "Qui adhère, qui manque encore, et qu'attendent les professionnels de la CPTS ?",
        "Qu'est-ce qui attire ou décourage une installation : logement, conjoint, terrains de "
        "stage, exercice coordonné ?",
    ),
    "acteurs": (
        "Quels partenaires sont déjà associés, lesquels restent à rencontrer ?",
        "Quels dispositifs existants la CPTS doit-elle relayer plutôt que refaire ?",
    ),
}
