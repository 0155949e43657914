"""CNAM, self-employed health professionals: numbers and densities by area, profession, age, sex.

Long text (data.ameli.fr): year x profession x area x age class x sex, up to 3.5 million lines.
Totals stand among the details: professions « Ensemble … », ``departement`` 999 (the whole région),
``region`` 99 (the country), « Tout âge », « tout sexe ». All are labelled, none is left unnamed.
Densities are per 100 000 inhabitants for all professions but three, whose denominator is another
population (the file does not say so): midwives, gynaecologists, paediatricians. Names of régions
differ from the other sources: areas are joined by code.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from cpts_data.contracts import Address, Column, Faults, Kind, Source
from cpts_data.layouts.area_codes import DEPARTEMENT, FRANCE, REGION
from cpts_data.layouts.coded_table import categorical, check_coded, ranks_of
from cpts_data.layouts.labels import identifier
from cpts_data.layouts.large_texts import layout_of, read_columns
from cpts_data.received import Head, head_of, require_columns
from cpts_data.sources.cnam_pathologies import area_columns, year_of

SEXES = ("hommes", "femmes", "ensemble")
INHABITANTS = "habitants"
# Populations implied by the published densities of 2024: 14.5, 29.6 and 11.5 million.
_DENOMINATORS = {
    "sages-femmes": "femmes en âge de procréer",
    "gynécologues": "femmes",
    "pédiatres": "enfants",
}
DENOMINATORS = (INHABITANTS, *_DENOMINATORS.values())

SOURCE = Source(
    id="cnam_demographie",
    title="Professionnels de santé libéraux : effectifs et densités",
    publisher="Cnam",
    landing_page="https://data.ameli.fr/explore/dataset/"
    "demographie-effectifs-et-les-densites/information/",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="departement",
    key=("niveau", "code", "period", "profession", "age", "sexe"),
    columns=(
        Column("niveau", Kind.TEXT, "niveau", choices=(DEPARTEMENT, REGION, FRANCE)),
        Column("code", Kind.CODE, "département, région, ou FR"),
        Column("period", Kind.TEXT, "année"),
        Column("profession", Kind.TEXT, "profession ou spécialité, telle que publiée"),
        Column("est_total", Kind.BOOLEAN, "vrai pour une profession « Ensemble … »"),
        Column("age", Kind.TEXT, "classe d'âge, ou ensemble"),
        Column("sexe", Kind.TEXT, "sexe", choices=SEXES),
        Column(
            "effectif",
            Kind.NUMBER,
            "professionnels libéraux en activité",
            unit="professionnels",
            nullable=True,
            minimum=0,
            combine="jamais",
        ),
        Column(
            "densite",
            Kind.NUMBER,
            "professionnels pour 100 000 personnes de la population « denominateur »",
            unit="pour 100 000",
            nullable=True,
            minimum=0,
            combine="jamais",
        ),
        Column(
            "denominateur",
            Kind.TEXT,
            "population à laquelle la densité se rapporte",
            choices=DENOMINATORS,
        ),
    ),
    notes="Les densités des sages-femmes, des gynécologues et des pédiatres se rapportent à "
    "d'autres populations que les habitants (âges exacts non précisés par le fichier) : elles ne "
    "se comparent pas aux autres. Les professions « Ensemble … » sont des totaux.",
    addresses=(
        Address(
            "https://data.ameli.fr/api/explore/v2.1/catalog/datasets/"
            "demographie-effectifs-et-les-densites/exports/csv",
            "demographie-effectifs-et-les-densites.csv",
            note="Environ 3,5 millions de lignes.",
        ),
    ),
)

_NEEDED = ("annee", "profession_sante", "region", "departement", "effectif", "densite")
_AGE_CLASS, _AGE_LABEL, _SEX = "classe_age", "libelle_classe_age", "libelle_sexe"


def _label(name: str) -> str:
    return identifier(name)


def recognises(head: Head) -> bool:
    """Tell the file by ``profession_sante`` beside ``effectif`` and ``densite``."""
    return {"profession_sante", "effectif", "densite"} <= {_label(n) for n in head.header()}


def read(path: Path) -> pd.DataFrame:
    """Read one row per area, year, profession, age class and sex; text columns are categorical.

    ``denominateur`` names the population of each density. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults = Faults(path.name)
    labels = [_label(name) for name in head_of(path).header()]
    require_columns(pd.DataFrame(columns=labels), _NEEDED, faults)
    age = _AGE_LABEL if _AGE_LABEL in labels else _AGE_CLASS
    texts = [name for name in (*_NEEDED[:4], age, _SEX) if name in labels]
    raw = read_columns(
        replace(layout_of(path), header=tuple(labels)),
        {name: labels.index(name) for name in texts},
        numbers={name: labels.index(name) for name in _NEEDED[4:]},
        no_number=("",),
        faults=faults,
    )
    table = area_columns(raw, "region", "departement")
    table["period"] = raw.known("annee", year_of, "une année comme 2024")
    table["profession"] = raw.known("profession_sante", _filled, "une profession")
    table["age"] = raw.known(age, age_of, "une classe d'âge") if age in texts else "ensemble"
    if _SEX in texts:
        table["sexe"] = raw.known(_SEX, _sex, "tout sexe, hommes ou femmes")
    else:
        table["sexe"] = "ensemble"
    faults.raise_if_any()
    table = table.astype({"age": "category", "sexe": "category"})
    table["effectif"], table["densite"] = raw.numbers["effectif"], raw.numbers["densite"]
    professions = table["profession"].cat
    names, ranks = list(professions.categories), professions.codes.to_numpy()
    table["est_total"] = np.array([is_total(name) for name in names], dtype=bool)[ranks]
    related = [denominator(name) for name in names]
    table["denominateur"] = categorical(ranks_of(related, DENOMINATORS)[ranks], DENOMINATORS)
    table = table[[column.name for column in SOURCE.columns]]
    check_coded(table, SOURCE, faults, raw.first_line)
    faults.raise_if_any()
    return table


def _filled(text: str) -> str | None:
    return re.sub(r"\s+", " ", text).strip() or None


def is_total(profession: str) -> bool:
    """Whether a profession is a sum of others: told by its name, no other column says it."""
    return profession.lower().startswith("ensemble ")


def denominator(profession: str) -> str:
    """The population to which the density of a profession is related (DOMAIN: implied sizes)."""
    name = profession.lower()
    return next(
        (people for start, people in _DENOMINATORS.items() if name.startswith(start)), INHABITANTS
    )


def age_of(text: str) -> str | None:
    """« Tout âge » is ``ensemble``, « de 30 à 34 ans » ``30-34``; another class keeps its words."""
    label = _filled(text.replace("_", " "))
    if label is None:
        return None
    if label.lower() in ("tout âge", "tout age", "tous âges", "tous ages"):
        return "ensemble"
    years = re.findall(r"\d\d?", label)
    if len(years) == 2:
        return f"{int(years[0]):02d}-{int(years[1]):02d}"
    if len(years) == 1 and re.search(r"\+|plus|supérieur", label.lower()):
        return f"{int(years[0]):02d}+"
    if len(years) == 1 and re.search(r"<|moins|inférieur", label.lower()):
        return f"00-{int(years[0]) - 1:02d}"
    return label


def _sex(text: str) -> str | None:
    word = text.strip().lower()
    if word in ("tout sexe", "tous sexes", "ensemble"):
        return "ensemble"
    return {"homme": "hommes", "femme": "femmes"}.get(word.removesuffix("s"))
