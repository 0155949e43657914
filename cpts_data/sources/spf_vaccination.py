"""Santé publique France, vaccination coverage of teenagers and adults: three files of one dataset.

Département and région files with ``,``, France file with ``;``. The zero of département codes is
missing in some years of one file, that of région codes in one file and not in its sister. Areas are
joined by repaired code, never by name (the names are the producer's own). Empty cells say neither
« masked » nor « missing »: they are ``manquant``. A vaccine and a year that no area fills were not
measured, and give no row. No numerator: nothing is summed, no interval is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.area_codes import (
    DEPARTEMENT,
    FRANCE,
    FRANCE_CODE,
    REGION,
    check_area_codes,
    repair_area_codes,
)
from cpts_data.layouts.labels import plain
from cpts_data.received import Head, head_of, read_text_table, require_columns, to_number

# Our id: the producer's label, and the technical name of the same column in its API.
VACCINES = {
    "hpv_filles_1_dose_15_ans": ("HPV filles 1 dose à 15 ans", "hpv1_f"),
    "hpv_filles_2_doses_16_ans": ("HPV filles 2 doses à 16 ans", "hpv2_f"),
    "hpv_garcons_1_dose_15_ans": ("HPV garçons 1 dose à 15 ans", "hpv1_g"),
    "hpv_garcons_2_doses_16_ans": ("HPV garçons 2 doses à 16 ans", "hpv2_g"),
    "meningocoque_c_10_14_ans": ("Méningocoque C 10-14 ans", "menc10_14"),
    "meningocoque_c_15_19_ans": ("Méningocoque C 15-19 ans", "menc15_19"),
    "meningocoque_c_20_24_ans": ("Méningocoque C 20-24 ans", "menc20_24"),
    "grippe_moins_65_ans_a_risque": ("Grippe moins de 65 ans à risque", "grip_moins65"),
    "grippe_65_ans_et_plus": ("Grippe 65 ans et plus", "grip_65plus"),
    "grippe_65_74_ans": ("Grippe 65-74 ans", "grip_6574"),
    "grippe_75_ans_et_plus": ("Grippe 75 ans et plus", "grip_75plus"),
    "covid_65_ans_et_plus": ("Covid-19 65 ans et plus", "covid_65plus"),
    "grippe_residents_ehpad": ("Grippe résidents en Ehpad", "grip_res_ehpad"),
    "grippe_professionnels_ehpad": ("Grippe professionnels en Ehpad", "grip_pro_ehpad"),
    "covid_residents_ehpad": ("Covid-19 résidents en Ehpad", "covid_res_ehpad"),
    "covid_professionnels_ehpad": ("Covid-19 professionnels en Ehpad", "covid_pro_ehpad"),
}

SOURCE = Source(
    id="spf_vaccination",
    title="Couvertures vaccinales des adolescents et des adultes",
    publisher="Santé publique France (Odissé)",
    landing_page="https://odisse.santepubliquefrance.fr/explore/assets/"
    "couvertures-vaccinales-des-adolescent-et-adultes-departement/",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="departement",
    key=("niveau", "code", "period", "vaccin"),
    columns=(
        Column("niveau", Kind.TEXT, "niveau", choices=(DEPARTEMENT, REGION, FRANCE)),
        Column("code", Kind.CODE, "département, région, ou FR"),
        Column("period", Kind.TEXT, "année"),
        Column("vaccin", Kind.TEXT, "vaccin et population visée", choices=tuple(VACCINES)),
        Column(
            "couverture",
            Kind.NUMBER,
            "part de la population visée qui est vaccinée",
            unit="%",
            masks=True,
            minimum=0,
            maximum=100,
            combine="jamais",
        ),
    ),
    notes="La valeur de la France n'est pas la moyenne de celles des départements. Les régions "
    "du fichier sont sans Mayotte.",
    addresses=(
        Address(
            "https://odisse.santepubliquefrance.fr/api/explore/v2.1/catalog/"
            "datasets/couvertures-vaccinales-des-adolescent-et-adultes-"
            "departement/exports/csv?use_labels=true",
            "couvertures-vaccinales-des-adolescent-et-adultes-departement.csv",
            landing_page="https://odisse.santepubliquefrance.fr/explore/assets/couvertures-"
            "vaccinales-des-adolescent-et-adultes-departement/",
        ),
        Address(
            "https://odisse.santepubliquefrance.fr/api/explore/v2.1/catalog/"
            "datasets/couvertures-vaccinales-des-adolescents-et-adultes-depuis-"
            "2011-region/exports/csv?use_labels=true",
            "couvertures-vaccinales-des-adolescents-et-adultes-depuis-2011-region.csv",
            landing_page="https://odisse.santepubliquefrance.fr/explore/assets/couvertures-"
            "vaccinales-des-adolescents-et-adultes-depuis-2011-region/",
        ),
        Address(
            "https://odisse.santepubliquefrance.fr/api/explore/v2.1/catalog/"
            "datasets/couvertures-vaccinales-des-adolescents-et-adultes-depuis-"
            "2011-france/exports/csv?use_labels=true",
            "couvertures-vaccinales-des-adolescents-et-adultes-depuis-2011-france.csv",
            landing_page="https://odisse.santepubliquefrance.fr/explore/assets/couvertures-"
            "vaccinales-des-adolescents-et-adultes-depuis-2011-france/",
        ),
    ),
)

_YEAR = {"annee", "an mesure"}
_CODES = {DEPARTEMENT: {"departement code", "dep"}, REGION: {"region code", "reg"}}
_NAMES = {"departement", "region", "libgeo", "reglib", "dep lib"}
_KNOWN = {plain(name): vaccine for vaccine, names in VACCINES.items() for name in names}


def recognises(head: Head) -> bool:
    """Tell the file by a year beside the HPV coverage of girls, by label or technical name."""
    labels = {plain(name) for name in head.header()}
    hpv = {name for name, vaccine in _KNOWN.items() if vaccine.startswith("hpv_filles")}
    return bool(labels & _YEAR) and bool(labels & hpv)


def _meaning(labels: Sequence[str]) -> dict[str, str]:
    """Label of the file -> ``period``, ``departement``, ``region`` or a vaccine."""
    ours = _KNOWN | dict.fromkeys(_YEAR, "period")
    ours |= {name: level for level, names in _CODES.items() for name in names}
    return {label: ours[plain(label)] for label in labels if plain(label) in ours}


def read(path: Path) -> pd.DataFrame:
    """Read one row per area, year and vaccine (%), with ``couverture_statut``.

    ``attrs["remarques"]`` tells repaired codes and columns left out. Raises
    :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults = Faults(path.name)
    labels = head_of(path).header()
    raw = read_text_table(path).rename(columns=_meaning(labels))
    require_columns(raw, ["period"], faults)
    level = next((name for name in (DEPARTEMENT, REGION) if name in raw.columns), FRANCE)
    frame = pd.DataFrame({"ligne": raw["ligne"]})
    frame["niveau"] = pd.Series(level, index=raw.index, dtype="string")
    frame["code"] = repair_area_codes(raw[level]) if level != FRANCE else FRANCE_CODE
    frame["period"] = raw["period"].astype("string").str.strip().str.slice(0, 4)
    _check_years(frame, faults)
    check_area_codes(frame, faults)
    vaccines = [name for name in VACCINES if name in raw.columns]
    parts = []
    for vaccine in vaccines:
        values, status = to_number(raw[vaccine], faults, VACCINES[vaccine][0], raw["ligne"])
        part = frame.assign(vaccin=vaccine, couverture=values, couverture_statut=status)
        measured = (status == "observe").groupby(frame["period"]).transform("any")
        parts.append(part[measured.astype(bool)])
    table = pd.concat(parts, ignore_index=True).astype({"vaccin": "string", "code": "string"})
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table.drop(columns="ligne")
    result.attrs["remarques"] = _remarks(raw, level, frame, labels)
    return result


def _check_years(frame: pd.DataFrame, faults: Faults) -> None:
    wrong = ~frame["period"].str.fullmatch(r"20\d\d").fillna(False).astype(bool)
    for line, year in zip(frame.loc[wrong, "ligne"], frame.loc[wrong, "period"], strict=True):
        found = f"« {year} »" if year else "une case vide"
        faults.add(found, "une année", "corrigez l'année.", row=int(line), column="Année")


def _remarks(
    raw: pd.DataFrame, level: str, frame: pd.DataFrame, labels: Sequence[str]
) -> list[str]:
    told = []
    if level != FRANCE:
        repaired = int((raw[level].astype("string").str.strip() != frame["code"]).sum())
        if repaired:
            codes = french.count_of(repaired, "code")
            told.append(f"Zéro remis en tête de {codes}.")
    known = _meaning(labels)
    unknown = [name for name in labels if name and name not in known and plain(name) not in _NAMES]
    if unknown:
        listed = french.enumeration([f"« {name} »" for name in unknown])
        told.append(f"Colonnes inconnues, laissées de côté : {listed}.")
    return told
