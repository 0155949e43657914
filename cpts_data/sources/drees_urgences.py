"""DREES, SAE, table URGENCES2: emergency visits of each site, by year and type of unit.

One file stacks several years (the file « 2020 » holds 2013 to 2020). General and paediatric units
of a site are two rows: the key is (site, year, type). An empty cell is not a zero: it was not
filled, or has no sense for the type (paediatric units answer only ``dtHOSP``, general units the
four « suivis »). No commune and no name: the site is known by its FINESS number.

Editions from 2025 name the site ``FI`` instead of ``nofinesset`` and add its name, which is not
read. All the tables of the SAE begin with the same names: ``BOR`` must say ``URGENCES2``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import Address, Column, Faults, Kind, Source, check
from cpts_data.layouts.departements import departements_of_finess, repair_finess_numbers
from cpts_data.received import Head, read_text_table, require_columns, to_number

TABLE = "URGENCES2"
TYPES = {"GEN": "general", "PED": "pediatrique"}
# Our name, DREES's name, description, types of unit that the question is asked to.
_MEASURES = (
    ("passages", "PASSU", "passages aux urgences dans l'année", "GEN PED"),
    ("passages_80_ans_et_plus", "dt80", "dont passages de personnes de 80 ans ou plus", "GEN PED"),
    ("passages_moins_18_ans", "dt18", "dont passages de personnes de moins de 18 ans", "GEN PED"),
    ("suivis_mco", "dtMCO", "passages suivis d'un séjour MCO dans l'établissement", "GEN"),
    ("suivis_long_sejour", "dtLS", "passages suivis d'un séjour de longue durée", "GEN"),
    ("suivis_had", "dtHAD", "passages suivis d'une hospitalisation à domicile", "GEN"),
    ("suivis_transfert", "dtEXT", "passages suivis d'un transfert vers un autre site", "GEN"),
    ("hospitalises", "dtHOSP", "passages suivis d'une hospitalisation (pédiatrie)", "PED"),
)

SOURCE = Source(
    id="drees_urgences",
    title="Passages aux urgences par site (SAE, table URGENCES2)",
    publisher="DREES",
    landing_page="https://data.drees.solidarites-sante.gouv.fr/explore/dataset/"
    "708_bases-statistiques-sae/information/",
    licence="Licence Ouverte 2.0 (à relire sur la page du producteur)",
    level="établissement",
    key=("finess", "period", "type"),
    columns=(
        Column("finess", Kind.CODE, "numéro FINESS du site"),
        Column("period", Kind.TEXT, "année"),
        Column("type", Kind.TEXT, "type d'urgences", choices=tuple(TYPES.values())),
        Column("departement", Kind.CODE, "département du site"),
        *(
            Column(name, Kind.NUMBER, description, unit="passages", masks=True, minimum=0)
            for name, _, description, _ in _MEASURES
        ),
    ),
    counted=(
        Column(
            "passages_retenus",
            Kind.NUMBER,
            "passages des sites qui disent leurs suites",
            unit="passages",
            combine="jamais",
        ),
        Column(
            "passages_suivis",
            Kind.NUMBER,
            "passages suivis d'une hospitalisation, des mêmes sites",
            unit="passages",
            combine="jamais",
        ),
        Column(
            "passages_non_suivis",
            Kind.NUMBER,
            "passages non suivis d'une hospitalisation, des mêmes sites",
            unit="passages",
            combine="jamais",
        ),
        Column(
            "passages_site",
            Kind.NUMBER,
            "passages de tous les sites",
            unit="passages",
            combine="jamais",
        ),
        Column(
            "minutes",
            Kind.NUMBER,
            "minutes jusqu'au site d'urgences le plus proche (60 au-delà)",
            unit="minutes",
            combine="jamais",
            modelled=True,
        ),
    ),
    strata=("ensemble",),
    notes="Compte là où les personnes sont reçues, non là où elles habitent : ces chiffres ne sont "
    "jamais ceux d'une CPTS. 2020 est une année de pandémie. Dans les fichiers lus, les questions "
    "sur l'âge et le devenir sont vides pour la pédiatrie, et « hospitalisés » l'est ailleurs.",
    addresses=(
        Address(
            "https://data.drees.solidarites-sante.gouv.fr/api/datasets/1.0/"
            "708_bases-statistiques-sae/attachments/"
            "sae_2024_bases_statistiques_formats_sas_csv_7z/",
            "sae_2024_bases_statistiques.7z",
            note="Archive 7z : décompressez-la, puis ajoutez le fichier URGENCES2 "
            "du dossier « Bases CSV ».",
        ),
    ),
)

_SITE = ("nofinesset", "FI")
_NEEDED = ("AN", "URG", "PASSU")


def _site_label(names: tuple[str, ...]) -> str | None:
    return next((label for label in _SITE if label in names), None)


def recognises(head: Head) -> bool:
    """Tell the table by ``BOR``, ``AN``, the site, and ``URGENCES2`` as first value of ``BOR``."""
    header = head.header()
    if head.kind != "csv" or len(head.rows) < 2 or _site_label(header) is None:
        return False
    return {"BOR", *_NEEDED} <= set(header) and head.rows[1][header.index("BOR")] == TABLE


def read(path: Path) -> pd.DataFrame:
    """Read one row per site, year and type of emergency unit; every measure has its status.

    ``manquant``: the site did not answer; ``sans_objet``: the question is not asked to that type.
    Raises :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    faults = Faults(path.name)
    raw = read_text_table(path)
    require_columns(raw, _NEEDED, faults)
    site = _site_label(tuple(raw.columns)) or _SITE[0]
    others = raw["BOR"].str.strip() != TABLE
    for line, value in zip(raw.loc[others, "ligne"], raw.loc[others, "BOR"], strict=True):
        faults.add(
            f"« {value} »",
            TABLE,
            "séparez les tables de la SAE : un fichier n'en contient qu'une.",
            row=int(line),
            column="BOR",
        )
    table = pd.DataFrame({"ligne": raw["ligne"]})
    table["finess"], changed = repair_finess_numbers(raw[site])
    table["period"] = raw["AN"].str.strip()
    table["type"] = raw["URG"].str.strip().map(TYPES).fillna(raw["URG"])
    table["departement"] = departements_of_finess(table["finess"])
    for name, label, _, types in _MEASURES:
        table[name], table[f"{name}_statut"] = _measure(raw, label, types, faults)
    _check_numbers(table, raw[site], site, faults)
    check(table, SOURCE, faults)
    faults.raise_if_any()
    result = table.drop(columns="ligne")
    result.attrs["remarques"] = _remarks(result, int(changed.sum()))
    return result


def _measure(
    raw: pd.DataFrame, label: str, types: str, faults: Faults
) -> tuple[pd.Series, pd.Series]:
    if label not in raw.columns:
        nothing = pd.Series(float("nan"), index=raw.index)
        return nothing, pd.Series("manquant", index=raw.index, dtype="string")
    values, status = to_number(raw[label], faults, label, raw["ligne"])
    asked = raw["URG"].str.strip().isin(types.split())
    return values, status.mask(values.isna() & ~asked, "sans_objet")


def _check_numbers(table: pd.DataFrame, raw: pd.Series, site: str, faults: Faults) -> None:
    """Note the sites without a FINESS number, the odd years, and parts larger than their whole."""
    for row in table[table["departement"].isna()].itertuples():
        faults.add(
            f"« {raw[row.Index]} »",
            "un numéro FINESS de neuf caractères, comme 010000024 ou 2A0000022",
            "reprenez le fichier d'origine : un tableur a pu retirer des zéros.",
            row=int(str(row.ligne)),
            column=site,
        )
    table["departement"] = table["departement"].fillna("?")
    for row in table[~table["period"].str.fullmatch(r"20\d\d").fillna(False)].itertuples():
        faults.add(
            f"« {row.period} »",
            "une année, comme 2020",
            "reprenez le fichier d'origine.",
            row=int(str(row.ligne)),
            column="AN",
        )
    for name, label, *_ in _MEASURES[1:]:
        larger = table[table[name] > table["passages"]]
        parts = zip(larger["ligne"], larger[name], larger["passages"], strict=True)
        for line, part, whole in parts:
            faults.add(
                f"{french.number(part)} sur {french.number(whole)} passages",
                "au plus le nombre de passages du site",
                "vérifiez la ligne dans le fichier d'origine.",
                row=int(line),
                column=label,
            )


def _remarks(table: pd.DataFrame, repaired: int) -> list[str]:
    years = sorted(table["period"].unique())
    span = years[0] if len(years) == 1 else f"{years[0]} à {years[-1]}"
    sites = french.count_of(table["finess"].nunique(), "site")
    told = [f"Années {span} empilées, {sites} d'urgences : chaque année se lit séparément."]
    silent = int((table["passages_statut"] == "manquant").sum())
    if silent:
        told.append(f"{french.count_of(silent, 'ligne')} sans nombre de passages : sans réponse.")
    if repaired:
        count = french.count_of(repaired, "numéro FINESS réparé", "numéros FINESS réparés")
        told.append(f"{count} (zéro initial perdu dans un tableur).")
    return told
