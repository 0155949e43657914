"""Compilation of prevention indicators by département, from several Santé publique France datasets.

Not an official layout: one column per indicator, whose name ends with its year or years and its
unit (``depistage_sein_2024_2025_pct``). Breast screening is crude, colorectal screening is
standardised on the target population: the names say so and are kept. Corsica is empty for
screening, the overseas are absent.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from cpts_data.contracts import Column, Faults, Kind, Source, check
from cpts_data.layouts.area_codes import DEPARTEMENT, check_area_codes, repair_area_codes
from cpts_data.received import Head, read_text_table, to_number

SOURCE = Source(
    id="spf_prevention_compilation",
    title="Indicateurs de prévention par département (compilation)",
    publisher="compilation de jeux de Santé publique France (Odissé)",
    landing_page="https://odisse.santepubliquefrance.fr/",
    licence="à vérifier auprès de l'auteur de la compilation",
    level="departement",
    field="France métropolitaine",
    outside=frozenset({"971", "972", "973", "974", "976"}),
    key=("niveau", "code", "period", "indicateur"),
    columns=(
        Column("niveau", Kind.TEXT, "niveau", choices=(DEPARTEMENT,)),
        Column("code", Kind.CODE, "département"),
        Column("period", Kind.TEXT, "année, ou période de deux années"),
        Column("indicateur", Kind.TEXT, "indicateur, sous le nom que lui donne le fichier"),
        Column(
            "valeur",
            Kind.NUMBER,
            "valeur de l'indicateur",
            unit="%",
            masks=True,
            minimum=0,
            maximum=100,
            combine="jamais",
        ),
    ),
    notes="Le dépistage du cancer du sein est brut, celui du cancer colorectal est standardisé "
    "sur la population cible : les deux ne se comparent pas.",
)

_CODE = "code_departement"
_MEASURE = re.compile(r"^(?P<name>.+?)_(?P<year>20\d\d)(?:_(?P<last>20\d\d))?_pct$")


def recognises(head: Head) -> bool:
    """Tell the file by ``code_departement`` beside screening columns that end with ``_pct``."""
    header = head.header()
    measured = [name for name in header if _MEASURE.match(name)]
    return _CODE in header and any(name.startswith("depistage_") for name in measured)


def read(path: Path) -> pd.DataFrame:
    """Read one row per département, indicator and period (%), with ``valeur_statut``."""
    faults = Faults(path.name)
    raw = read_text_table(path)
    frame = pd.DataFrame({"ligne": raw["ligne"]})
    frame["niveau"] = pd.Series(DEPARTEMENT, index=raw.index, dtype="string")
    frame["code"] = repair_area_codes(raw[_CODE])
    check_area_codes(frame, faults)
    parts = []
    for label in raw.columns:
        found = _MEASURE.match(str(label))
        if found is None:
            continue
        values, status = to_number(raw[label], faults, str(label), raw["ligne"])
        years = [found["year"], *([found["last"]] if found["last"] else [])]
        part = frame.assign(period="-".join(years), indicateur=found["name"])
        parts.append(part.assign(valeur=values, valeur_statut=status))
    table = pd.concat(parts, ignore_index=True)
    table = table.astype({"period": "string", "indicateur": "string"})
    check(table, SOURCE, faults)
    faults.raise_if_any()
    return table.drop(columns="ligne")
