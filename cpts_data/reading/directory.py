"""The directory of a territory: structures, local resources, professionals counted. Pure tables.

No person is named: professionals are numbers by commune, profession and discipline. What serves
two CPTS has one line, which says so, and counts once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from cpts_data import french
from cpts_data.analysis.counted import GENERAL_PRACTICE, professionals
from cpts_data.analysis.professionals import PERSONS, distinct_persons
from cpts_data.diagnostic import Diagnostic
from cpts_data.layouts.labels import plain
from cpts_data.territories import Level, Territory

FAMILIES = {
    "msp": "Maison de santé pluriprofessionnelle",
    "centre_de_sante": "Centre de santé",
    "maison_medicale_de_garde": "Maison médicale de garde",
    "pharmacie": "Pharmacie",
    "propharmacie": "Propharmacie",
    "autre_pharmacie": "Autre pharmacie",
    "laboratoire": "Laboratoire",
    "hopital": "Hôpital ou clinique",
    "hopital_psychiatrique": "Hôpital psychiatrique",
    "soins_medicaux_et_readaptation": "Soins médicaux et de réadaptation",
    "soins_de_longue_duree": "Soins de longue durée",
    "hospitalisation_a_domicile": "Hospitalisation à domicile",
    "dialyse": "Dialyse",
    "ehpad": "Ehpad",
    "residence_autonomie": "Résidence autonomie",
    "ssiad": "Soins infirmiers à domicile (Ssiad)",
    "service_autonomie_aide_et_soins": "Service autonomie à domicile",
    "centre_medico_psychologique": "Centre médico-psychologique",
    "cmpp": "Centre médico-psycho-pédagogique",
    "camsp": "Action médico-sociale précoce (Camsp)",
    "csapa": "Addictologie (Csapa)",
    "caarud": "Réduction des risques (Caarud)",
    "pmi": "Protection maternelle et infantile",
    "centre_de_sante_sexuelle": "Centre de santé sexuelle",
    "cegidd": "Dépistage des IST (CeGIDD)",
    "centre_de_vaccination": "Centre de vaccination",
    "maison_de_naissance": "Maison de naissance",
    "cpts": "CPTS",
    "dac": "Dispositif d’appui à la coordination",
    "clic": "Centre local d’information (Clic)",
    "mdph": "Maison du handicap (MDPH)",
    "autre": "Autre établissement",
}
KINDS = {
    "structure_d_exercice": "Structure d’exercice",
    "etablissement_de_sante": "Établissement de santé",
    "medico_social": "Médico-social",
    "permanence_de_soins": "Permanence de soins",
    "prevention": "Prévention",
    "sante_mentale_addictologie": "Santé mentale, addictologie",
    "aide_et_accompagnement": "Aide et accompagnement",
    "association_d_usagers": "Association d’usagers",
    "collectivite": "Collectivité",
    "transport_sanitaire": "Transport sanitaire",
    "formation": "Formation",
    "autre": "Autre",
}
DISCIPLINES = {
    GENERAL_PRACTICE: "Médecine générale",
    "cardiologie": "Cardiologie",
    "dermatologie": "Dermatologie",
    "gynecologie": "Gynécologie",
    "ophtalmologie": "Ophtalmologie",
    "pediatrie": "Pédiatrie",
    "psychiatrie": "Psychiatrie",
    "autre": "Autres spécialités médicales",
    "aucune": "Discipline non renseignée",
}
_PROFESSIONS = {
    "medecin": "Médecins",
    "infirmier": "Infirmiers",
    "masseur_kinesitherapeute": "Masseurs-kinésithérapeutes",
    "chirurgien_dentiste": "Chirurgiens-dentistes",
    "sage_femme": "Sages-femmes",
    "pharmacien": "Pharmaciens",
    "orthophoniste": "Orthophonistes",
    "orthoptiste": "Orthoptistes",
    "pedicure_podologue": "Pédicures-podologues",
    "psychologue": "Psychologues",
    "audioprothesiste": "Audioprothésistes",
    "opticien_lunetier": "Opticiens-lunetiers",
    "manipulateur_erm": "Manipulateurs en électroradiologie",
    "technicien_de_laboratoire_medical": "Techniciens de laboratoire",
    "dieteticien": "Diététiciens",
    "ergotherapeute": "Ergothérapeutes",
    "psychomotricien": "Psychomotriciens",
    "osteopathe": "Ostéopathes",
    "autre": "Autres professions",
}
_FREELANCE, _DOCTOR = "liberal", "medecin"
_GROUP = ["profession", "discipline"]
ALL = ""


@dataclass(frozen=True)
class Directory:
    """What a territory holds. Empty tables where the space has no source.

    ``structures``: ``nom, type, commune, code, precision, cpts, several`` (whether it serves more
    than one CPTS); ``resources`` has also
    ``competence, adresse, horaires, contact, valide, remarque``; ``professionals``:
    ``profession, discipline, liberaux, autres, total``, each person once in the territory, the
    discipline being :data:`ALL` for a whole profession;
    ``by_commune``: ``code, commune, profession, discipline, liberaux, total``, each person once in
    each commune. ``has`` says which sources the space holds.
    """

    structures: pd.DataFrame
    resources: pd.DataFrame
    professionals: pd.DataFrame
    by_commune: pd.DataFrame
    communes: pd.Series
    has: frozenset[str]


def profession_label(identifier: str) -> str:
    """« Masseurs-kinésithérapeutes », from our id."""
    return _PROFESSIONS.get(identifier, identifier.replace("_", " ").capitalize() + "s")


def directory(diagnostic: Diagnostic, own: Territory | None) -> Directory:
    """Everything that one CPTS holds, or all of them together when there is none."""
    names = _communes(diagnostic, own)
    sources = ("finess", "ressources_locales", "rpps")
    has = frozenset(name for name in sources if diagnostic.space.has(name))
    people, by_commune = _professionals(diagnostic, own, names, "rpps" in has)
    return Directory(
        _structures(diagnostic, names) if "finess" in has else _NO_STRUCTURE.copy(),
        _resources(diagnostic, own, names) if "ressources_locales" in has else _NO_RESOURCE.copy(),
        people,
        by_commune,
        names,
        has,
    )


def _communes(diagnostic: Diagnostic, own: Territory | None) -> pd.Series:
    """Names of the units of the territory, whole cities included, by code, in order."""
    territories = diagnostic.territories(Level.CPTS if own is None else own.level)
    membership = territories.membership
    if own is not None:
        membership = membership[[int(territories.table.index.get_loc(own.id))], :]
    held = membership.tocoo().coords[1]
    codes = territories.units.codes[sorted(set(held.tolist()))]
    return diagnostic.register.units.table["name"].reindex(codes).astype(str).sort_values()


_NO_STRUCTURE = pd.DataFrame(
    columns=["nom", "type", "commune", "code", "precision", "cpts", "several"]
)
_NO_RESOURCE = pd.DataFrame(
    columns=[
        *_NO_STRUCTURE.columns,
        *("competence", "adresse", "horaires", "contact", "valide", "remarque"),
    ]
)


def _structures(diagnostic: Diagnostic, names: pd.Series) -> pd.DataFrame:
    table = diagnostic.space.table("finess")
    table = table[table["code"].isin(names.index)]
    holders = _holders(diagnostic)
    found = pd.DataFrame(
        {
            "nom": table["nom"].astype("object").fillna("Sans nom"),
            "type": table["famille"].astype(str).map(FAMILIES).fillna(FAMILIES["autre"]),
            "commune": table["code"].astype(str).map(names),
            "code": table["code"].astype(str),
            "precision": table["categorie_libelle"].astype("object").fillna(""),
        }
    )
    found["cpts"] = [french.enumeration(holders.get(code, [])) for code in found["code"]]
    found["several"] = [len(holders.get(code, [])) > 1 for code in found["code"]]
    return found.sort_values(["type", "commune", "nom"], ignore_index=True)


def _holders(diagnostic: Diagnostic) -> dict[str, list[str]]:
    """Names of the CPTS that hold each unit."""
    pairs = diagnostic.membership_pairs(Level.CPTS)
    names = diagnostic.territories(Level.CPTS).table["name"].astype(str)
    told = pairs.assign(name=pairs["territory"].map(names)).groupby("unit")["name"].agg(list)
    return {str(unit): list(listed) for unit, listed in told.items()}


def _resources(diagnostic: Diagnostic, own: Territory | None, names: pd.Series) -> pd.DataFrame:
    """One line per resource: the same name, type and commune under two CPTS is one resource."""
    table = diagnostic.space.table("ressources_locales").astype("object")
    table = table.where(table.notna(), "")
    kept = table["code"].isin(names.index)
    kept |= table["cpts_id"].eq(own.id) if own else table["cpts_id"].ne("")
    table = table[kept]
    if table.empty:
        return _NO_RESOURCE.copy()
    holders, known = _holders(diagnostic), diagnostic.territories(Level.CPTS).table["name"]
    same = [plain(str(name)) for name in table["nom"]]
    rows = []
    for _, group in table.groupby([same, table["type"], table["code"]], sort=False):
        first = group.iloc[0]
        code = str(first["code"])
        named = [str(known.get(one, one)) for one in group["cpts_id"] if one]
        served = list(dict.fromkeys([*named, *holders.get(code, [])]))
        rows.append(
            {
                "nom": str(first["nom"]),
                "type": KINDS.get(str(first["type"]), KINDS["autre"]),
                "commune": str(names.get(code, first["commune"])),
                "code": code,
                "precision": "",
                "cpts": french.enumeration(served),
                "several": len(served) > 1,
                **{name: _first(group[name]) for name in ("competence", "adresse", "horaires")},
                "contact": _first(group["contact_structure"]),
                "valide": max((str(day) for day in group["valide_jusqu_au"]), default=""),
                "remarque": _first(group["remarque"]),
            }
        )
    return pd.DataFrame(rows).sort_values(["type", "commune", "nom"], ignore_index=True)


def _first(texts: pd.Series) -> str:
    return next((str(text) for text in texts if text), "")


def outdated(resources: pd.DataFrame, today: dt.date) -> pd.Series:
    """Whether each resource is past the day when its card was to be seen again."""
    return resources["valide"].astype(str).between("0001-01-01", today.isoformat(), "left")


def _professionals(
    diagnostic: Diagnostic, own: Territory | None, names: pd.Series, known: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if not known:
        return (
            pd.DataFrame(columns=[*_GROUP, "liberaux", "autres", "total"]),
            pd.DataFrame(columns=["code", "commune", *_GROUP, "liberaux", "total"]),
        )
    people = professionals(diagnostic.space)
    latest = people["period"].fillna("").max()
    people = people[people["code"].isin(names.index) & people["period"].fillna("").eq(latest)]
    # Doctors by discipline come beside all doctors: one of two disciplines is one doctor.
    whole = people.assign(discipline=ALL)
    people = pd.concat([whole, people[people["profession"].eq(_DOCTOR)]], ignore_index=True)
    free = people["mode"].eq(_FREELANCE)
    total = pd.DataFrame(
        {
            "liberaux": _persons(diagnostic, own, people[free]),
            "autres": _persons(diagnostic, own, people[~free]),
            "total": _persons(diagnostic, own, people),
        }
    )
    total = total.fillna(0.0).rename_axis(_GROUP).reset_index()
    places = ["code", *_GROUP]
    communes = pd.DataFrame(
        {
            "liberaux": people[free].groupby(places)["personne"].nunique(),
            "total": people.groupby(places)["personne"].nunique(),
        }
    )
    communes = communes.fillna(0).astype(int).rename_axis(places).reset_index()
    communes.insert(1, "commune", communes["code"].map(names))
    return total, communes


def _persons(diagnostic: Diagnostic, own: Territory | None, people: pd.DataFrame) -> pd.Series:
    """Persons by group, each once: weights of the perimeter hold for a CPTS, as in its figures."""
    if people.empty:
        empty = pd.MultiIndex.from_arrays([[] for _ in _GROUP], names=_GROUP)
        return pd.Series([], index=empty, dtype=float)
    if own is None:
        return people.groupby(_GROUP)["personne"].nunique().astype(float)
    territories = diagnostic.territories(own.level)
    row = int(territories.table.index.get_loc(own.id))
    counts = distinct_persons(people, territories.membership[[row], :], territories.units, _GROUP)
    return counts.set_index(_GROUP)[PERSONS].astype(float)
