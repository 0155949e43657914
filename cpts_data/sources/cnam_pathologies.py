"""CNAM, Data pathologies: patients by illness, age, sex, département, région and France.

Text of 5.8 million lines, ``;``, names of columns in capitals or not with the kind of export. Traps
of the file: ``sexe`` 9 is both sexes, ``cla_age_5`` ``tsage`` all ages, ``dept`` 999 a whole
région, ``region`` 99 the whole country. Illnesses overlap (a patient may be in several ``top``) and
so do their three levels of labels: only ``top`` is a key, and nothing is ever summed over it.
``Npop`` is the denominator of this cartography alone: people who used care, not residents.

Read by PyArrow: texts stay dictionaries from the file to the table, whose text columns are
categorical. Layout known from the publisher's documentation and its users, no file was at hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from cpts_data.contracts import Address, Column, Faults, Kind, Source
from cpts_data.layouts.area_codes import (
    DEPARTEMENT,
    FRANCE,
    REGION,
    areas_with_totals,
    check_area_codes,
    suitable_area_codes,
)
from cpts_data.layouts.coded_table import Coded, CodedTable, categorical, check_coded, ranks_of
from cpts_data.layouts.large_texts import layout_of, read_columns
from cpts_data.received import Head, head_of, require_columns

THRESHOLD = 11
_SEXES = {"1": "hommes", "2": "femmes", "9": "ensemble"}
_ALL_AGES = "tsage"
_STATUSES = ("observe", "masque", "manquant")
_NOT_ILLNESS = ("total consommants", "pas de pathologie")

SOURCE = Source(
    id="cnam_pathologies",
    title="Patients par pathologie (cartographie des pathologies et des dépenses)",
    publisher="Cnam",
    landing_page="https://data.ameli.fr/pages/data-pathologies/",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="departement",
    key=("niveau", "code", "period", "top", "age", "sexe"),
    replaced_by=("niveau", "code", "period"),
    strata=("affection", "age", "sexe"),
    columns=(
        Column("niveau", Kind.TEXT, "niveau", choices=(DEPARTEMENT, REGION, FRANCE)),
        Column("code", Kind.CODE, "département, région, ou FR"),
        Column("period", Kind.TEXT, "année"),
        Column("top", Kind.CODE, "code de la pathologie, du traitement ou de l'épisode de soins"),
        Column("affection", Kind.TEXT, "libellé le plus précis de la pathologie"),
        Column("patho_niv1", Kind.TEXT, "groupe de pathologies"),
        Column("patho_niv2", Kind.TEXT, "sous-groupe", nullable=True),
        Column("patho_niv3", Kind.TEXT, "sous-groupe détaillé", nullable=True),
        Column("niveau_prioritaire", Kind.TEXT, "niveaux que sert la ligne", nullable=True),
        Column(
            "est_affection", Kind.BOOLEAN, "faux pour l'ensemble des assurés et les non-malades"
        ),
        Column("age", Kind.TEXT, "tranche d'âge de cinq ans, ou ensemble"),
        Column("sexe", Kind.TEXT, "sexe", choices=tuple(_SEXES.values())),
        Column(
            "patients",
            Kind.NUMBER,
            "patients pris en charge, arrondis à la dizaine",
            unit="patients",
            masks=True,
            threshold=THRESHOLD,
            zeros_published=False,
            minimum=0,
            combine="jamais",
        ),
        Column(
            "population_cnam",
            Kind.NUMBER,
            "consommants de soins de la cartographie (dénominateur de la prévalence)",
            unit="personnes",
            nullable=True,
            minimum=0,
            combine="jamais",
        ),
    ),
    notes="Les pathologies et leurs niveaux se recoupent : elles ne s'additionnent pas. Jamais "
    "connu pour une CPTS : chiffres du département, montrés comme repère. Tout l'historique est "
    "remplacé chaque année : deux éditions ne se joignent pas.",
    addresses=(
        Address(
            "https://data.ameli.fr/api/explore/v2.1/catalog/datasets/effectifs/"
            "exports/csv?use_labels=true",
            "effectifs.csv",
            note="Environ 850 Mo.",
        ),
    ),
)

_TEXTS = (
    "annee",
    "patho_niv1",
    "patho_niv2",
    "patho_niv3",
    "top",
    "cla_age_5",
    "sexe",
    "region",
    "dept",
)
_OPTIONAL = "niveau_prioritaire"
_NUMBERS = ("ntop", "npop")
_AGE = re.compile(r"(\d\d)-(\d\d)|(\d\d) ?(?:et ?)?\+")


def _label(name: str) -> str:
    return re.sub(r"\s+", "_", name.strip().lower())


def recognises(head: Head) -> bool:
    """Tell the file by ``patho_niv1`` and ``top``, in any case."""
    return {"patho_niv1", "top", "ntop"} <= {_label(name) for name in head.header()}


def read(path: Path) -> pd.DataFrame:
    """Read one row per area, year, illness, age and sex, totals labelled ``ensemble``.

    Text columns are categorical. Where ``Ntop`` is empty or ``NS``, ``patients_statut`` is
    ``masque`` (0 to 10 patients). Raises :class:`~cpts_data.contracts.ContractError`.
    """
    faults = Faults(path.name)
    labels = [_label(name) for name in head_of(path).header()]
    require_columns(pd.DataFrame(columns=labels), (*_TEXTS, *_NUMBERS), faults)
    texts = [name for name in (*_TEXTS, _OPTIONAL) if name in labels]
    places = {name: labels.index(name) for name in (*texts, *_NUMBERS)}
    raw = read_columns(
        replace(layout_of(path), header=tuple(labels)),
        {name: places[name] for name in texts},
        numbers={name: places[name] for name in _NUMBERS},
        no_number=("", "NS"),
        faults=faults,
    )
    table = _strata(raw)
    faults.raise_if_any()
    patients, population = (raw.numbers[name] for name in _NUMBERS)
    table["patients"] = patients
    hidden, unknown = np.isnan(patients), np.isnan(population)
    status = hidden.astype(np.int8) + (hidden & unknown)
    table["patients_statut"] = categorical(status, _STATUSES)
    table["population_cnam"] = population
    check_coded(table, SOURCE, faults, raw.first_line)
    faults.raise_if_any()
    return table


def _strata(raw: CodedTable) -> pd.DataFrame:
    """The text columns of the table, each value repaired or a fault, in the order promised."""
    table = area_columns(raw, "region", "dept")
    table["period"] = raw.known("annee", year_of, "une année comme 2023")
    table["top"] = raw.known("top", lambda text: text or None, "un code de pathologie")
    levels = [raw.texts[f"patho_niv{level}"] for level in (1, 2, 3)]
    table["affection"] = _deepest(levels)
    for level, column in enumerate(levels, start=1):
        table[f"patho_niv{level}"] = column.filled()
    if _OPTIONAL in raw.texts:
        table[_OPTIONAL] = raw.texts[_OPTIONAL].filled()
    else:
        table[_OPTIONAL] = categorical(np.full(len(table), -1, dtype=np.int8), ())
    apart = [value.lower().startswith(_NOT_ILLNESS) for value in levels[0].values]
    table["est_affection"] = ~np.array(apart, dtype=bool)[levels[0].codes]
    table["age"] = raw.known("cla_age_5", _age, "un âge comme 80-84, 95et+ ou tsage")
    sexes = "1 (hommes), 2 (femmes) ou 9 (tous sexes)"
    table["sexe"] = raw.known("sexe", _SEXES.get, sexes)
    return table


def area_columns(raw: CodedTable, region: str, departement: str) -> pd.DataFrame:
    """Columns ``niveau`` and ``code`` of a Cnam file, totals of régions and of France apart."""
    pairs, ranks = raw.pairs(region, departement)
    areas = areas_with_totals(pairs[region], pairs[departement])
    wrong = areas[~suitable_area_codes(areas)]
    lines = [raw.line_of(ranks, int(pair)) for pair in wrong.index]
    check_area_codes(wrong.assign(ligne=lines), raw.faults)
    columns = {}
    for name in ("niveau", "code"):
        categories = sorted(set(areas[name]))
        columns[name] = categorical(ranks_of(areas[name], categories)[ranks], categories)
    return pd.DataFrame(columns)


def year_of(text: str) -> str | None:
    """The year of « 2023 », « 2023-12-31 », « 2023-01-01T00:00:00 »; None for anything else."""
    return text.strip()[:4] if re.match(r"\s*20\d\d\b", text) else None


def _age(text: str) -> str | None:
    if text.strip().lower() == _ALL_AGES:
        return "ensemble"
    found = _AGE.fullmatch(text.strip())
    if found is None:
        return None
    first, last, oldest = found.groups()
    return f"{oldest}+" if oldest else f"{first}-{last}"


def _deepest(levels: Sequence[Coded]) -> pd.Categorical:
    """The most precise of the three labels of each row."""
    labels = sorted({value for column in levels for value in column.values} - {""})
    ranks = ranks_of(levels[0].values, labels)[levels[0].codes]
    for column in levels[1:]:
        finer = ranks_of(column.values, labels)[column.codes]
        np.copyto(ranks, finer, where=finer >= 0)
    return categorical(ranks, labels)
