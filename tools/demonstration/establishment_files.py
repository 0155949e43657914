"""Establishments and emergencies in the official layouts: FINESS (geolocalised), SAE URGENCES2."""

from __future__ import annotations

import numpy as np
import pandas as pd

from demonstration.establishments import CLOSURE, KINDS, PROPHARMACY
from demonstration.names import DEPARTEMENTS, plain_capitals
from demonstration.people import AGES
from demonstration.provenance import DemonstrationFile
from demonstration.rpps_file import postal_code
from demonstration.truth import Truth
from demonstration.visits import YEARS, of_site
from demonstration.workbooks import text_bytes

STOCK_DAY = "2025-01-14"
_SOURCE = "1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93"
_UNPLACED, _SHORT = 3, 5
_HEADER = (
    "BOR;AN;nofinesset;nofinessej;URG;HMED;HIDE;SAO;ACC;PASSU;dt80;dt18;dtMCO;dtMCO80;dtMCO18;"
    "dtLS;dtLS80;dtLS18;dtHAD;dtHAD80;dtHAD18;dtEXT;dtEXT80;dtEXT18;dtHOSP;LIT_UHCD;JLI_UHCD;"
    "SEJ_UHCD;SEJ0_UHCD;JOU_UHCD;STAP;RMM"
)
_PAEDIATRIC_SHARE = 0.72
_OLD, _YOUNG = slice(AGES.index("80-84"), None), slice(0, 3)
_FOLLOWED = {"dtLS": 0.004, "dtHAD": 0.006, "dtEXT": 0.085}


def establishment_files(truth: Truth) -> list[DemonstrationFile]:
    """The stock of establishments and the table of emergencies."""
    finess = text_bytes(_stock(truth))
    visits = text_bytes([_HEADER, *_emergencies(truth)], encoding="ascii")
    last = YEARS[-1]
    return [
        DemonstrationFile(
            "finess",
            "etalab-cs1100507-stock-20250114-0338.csv",
            "établissements sanitaires et sociaux",
            STOCK_DAY[:4],
            finess,
        ),
        DemonstrationFile(
            "drees_urgences",
            f"URGENCES2_{last}.csv",
            f"passages aux urgences par site, {YEARS[0]} à {last}",
            str(last),
            visits,
        ),
    ]


def _stock(truth: Truth) -> list[str]:
    """Records of establishments, then of places; no telephone, no name of a person.

    Closed establishments are out. A few have no place, one has an aberrant one, and the commune
    numbers of a few lost their zeros.
    """
    rng = np.random.default_rng([truth.seed, 32])
    sites = truth.health.establishments
    sites = sites[sites["fermeture"] == 0]
    odd = rng.choice(len(sites), size=_UNPLACED + 1 + _SHORT, replace=False).tolist()
    unplaced, aberrant, short = odd[:_UNPLACED], odd[_UNPLACED], odd[_UNPLACED + 1 :]
    structures, places = [], []
    for rank, site in enumerate(sites.itertuples()):
        commune = truth.communes.loc[site.code]
        kind = KINDS[str(site.categorie)]
        dep = str(commune["departement"])
        number = str(site.code)[2:].lstrip("0") if rank in short else str(site.code)[2:]
        town = plain_capitals(str(commune["nom"]))
        mail = f"{postal_code(dep, str(commune['canton']))} {town}"
        cells = [str(site.finess), str(site.finess_ej), _label(site)]
        cells += [
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            number,
            dep,
            plain_capitals(DEPARTEMENTS[dep]),
            mail,
        ]
        cells += ["", "", kind.code, kind.label, kind.group, kind.group_label, ""]
        cells += ["8610Z" if kind.famille == "hopital" else "", "", "", "", ""]
        cells += [str(site.ouverture), str(site.ouverture), "2024-11-05", ""]
        structures.append(_record("structureet", cells))
        if rank not in unplaced:
            x, y = (0.0, 0.0) if rank == aberrant else (site.x, site.y)
            cells = [str(site.finess), f"{x:.1f}", f"{y:.1f}", _SOURCE, "2024-11-05"]
            places.append(_record("geolocalisation", cells))
    return [f"finess;etalab;111;{STOCK_DAY}", *structures, *places]


def _label(site: object) -> str:
    """The name of an establishment; a « Propharmacie » bears its doctor's, hence none here."""
    return "" if getattr(site, "categorie", "") == PROPHARMACY else str(getattr(site, "nom", ""))


def _record(tag: str, cells: list[str]) -> str:
    return ";".join([tag, *(f'"{cell}"' if ";" in cell else cell for cell in cells)])


def _emergencies(truth: Truth) -> list[str]:
    """One row per year, site and type of unit; the largest hospital has a paediatric unit."""
    visits = truth.health.visits
    sites = visits.sites
    largest = int(sites["taille"].to_numpy().argmax())
    every = [(of_site(visits, y, visits.visits), of_site(visits, y, visits.stays)) for y in YEARS]
    usual = sum(stayed[largest] for _, stayed in every) / sum(seen[largest] for seen, _ in every)
    lines = []
    for year, (seen, stayed) in zip(YEARS, every, strict=True):
        for rank, site in sites.iterrows():
            if site["fermeture"] and year > site["fermeture"]:
                continue
            young = np.zeros(len(AGES))
            if rank == largest:
                young[_YOUNG] = np.rint(seen[rank][_YOUNG] * _PAEDIATRIC_SHARE)
            ill = np.minimum(np.rint(usual * young), stayed[rank])
            silent = bool(site["fermeture"]) and year == CLOSURE
            general = _general(seen[rank] - young, stayed[rank] - ill, silent)
            lines.append(_line(year, site, "GEN", general))
            if young.any():
                cells = {"PASSU": young.sum(), "dtHOSP": ill.sum(), "HMED": 260, "HIDE": 610}
                lines.append(_line(year, site, "PED", cells | {"LIT_UHCD": 4}))
    return lines


def _general(seen: np.ndarray, stayed: np.ndarray, silent: bool) -> dict[str, float]:
    """The answers of a general unit; none when it closed in the year."""
    if silent:
        return {}
    cells: dict[str, float] = {"PASSU": seen.sum(), "SAO": 1, "RMM": 1, "STAP": 1}
    old, whole = stayed[_OLD].sum(), stayed.sum()
    young = stayed[:4].sum()
    cells |= {"dt80": seen[_OLD].sum(), "dt18": np.rint(seen[:3].sum() + 0.6 * seen[3])}
    rest = whole
    for name, share in _FOLLOWED.items():
        cells[name] = np.rint(whole * share)
        cells[f"{name}80"] = np.rint(old * share)
        rest -= cells[name]
    cells["dtMCO"] = rest
    cells["dtMCO80"] = np.rint(old * 0.9)
    cells["dtMCO18"] = np.rint(young * 0.9)
    cells |= {"HMED": np.rint(seen.sum() / 110), "HIDE": np.rint(seen.sum() / 48)}
    beds = max(2, round(seen.sum() / 5_500))
    cells |= {"LIT_UHCD": beds, "JLI_UHCD": 366 * beds, "SEJ_UHCD": np.rint(seen.sum() * 0.07)}
    cells |= {"SEJ0_UHCD": np.rint(seen.sum() * 0.009), "JOU_UHCD": np.rint(seen.sum() * 0.068)}
    return cells


def _line(year: int, site: pd.Series, unit: str, cells: dict[str, float]) -> str:
    row = {"BOR": "URGENCES2", "AN": str(year), "nofinesset": site["finess"], "URG": unit}
    row |= {"nofinessej": site["finess_ej"], "ACC": "IAO" if unit == "GEN" else ""}
    row |= {name: f"{value:.0f}" for name, value in cells.items()}
    return ";".join(str(row.get(name, "")) for name in _HEADER.split(";"))
