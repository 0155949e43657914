"""Patients by illness, age, sex and area, in the layout of the Cnam's « Data pathologies ».

Counts are rounded to ten; under eleven patients the cells are empty, as the producer masks them.
The long-term conditions of the truth stand behind the illnesses that they treat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from demonstration.names import DEPARTEMENTS
from demonstration.provenance import DemonstrationFile
from demonstration.residents import MIDDLE_AGE
from demonstration.truth import Truth
from demonstration.workbooks import text_bytes

YEARS = (2019, 2020, 2021, 2022, 2023)
THRESHOLD = 11
_HEADER = (
    "annee;patho_niv1;patho_niv2;patho_niv3;top;cla_age_5;sexe;region;dept;Ntop;Npop;prev;"
    "Niveau prioritaire;libelle_classe_age;libelle_sexe;tri"
)
_REGION, _WHOLE = "0", "999"
# The census band of 90 and over is two bands here.
_AGES = (*(f"{low:02d}-{low + 4:02d}" for low in range(0, 95, 5)), "95et+")
_OLDEST_SHARE = 0.24
_SEXES = ((0, "1", "hommes"), (1, "2", "femmes"), (None, "9", "tous sexes"))


@dataclass(frozen=True)
class Pathology:
    """One ``top``: its three labels, its priority levels, and how frequent it is by age.

    ``ages, shares`` are points of the frequency of men; ``women`` multiplies it for women (0: men
    only; ``men`` False: women only). ``affection`` is a long-term condition of the truth that
    ``coverage`` of the patients have: the frequency then comes from it.
    """

    top: str
    labels: tuple[str, str, str]
    levels: str
    ages: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()
    women: float = 1.0
    men: bool = True
    poverty: float = 0.05
    growth: float = 0.01
    affection: str = ""
    coverage: float = 1.0


_MCV, _CAN = "Maladies cardioneurovasculaires", "Cancers"
_PSY, _NEU = "Maladies psychiatriques", "Maladies neurologiques"
_IRT, _TPS = (
    "Insuffisance rénale chronique terminale",
    "Traitements psychotropes (hors pathologies)",
)
_RES = "Maladies respiratoires chroniques (hors mucoviscidose)"
_ALL = "Total consommants tous régimes"
_NONE = (
    "Pas de pathologie repérée, traitement, maternité, hospitalisation ou traitement antalgique "
    "ou anti-inflammatoire"
)
_LIFE = (5, 20, 40, 55, 70, 85, 97)
PATHOLOGIES = (
    Pathology("POP_TOT_IND", (_ALL, _ALL, _ALL), "1,2,3", (5, 97), (0.987, 0.987), poverty=0.0,
              growth=0.0),
    Pathology("PAS_PAT_IND", (_NONE, _NONE, _NONE), "1,2,3", _LIFE,
              (0.87, 0.8, 0.66, 0.46, 0.22, 0.07, 0.04), 0.93, poverty=-0.03, growth=0.0),
    Pathology("DIA_CAT_CAT", ("Diabète", "Diabète", "Diabète"), "1,2,3", affection="diabete",
              coverage=0.72),
    Pathology("MCV_CAT_CAT", (_MCV, "", ""), "1", affection="cardiovasculaire", coverage=0.58),
    Pathology("MCV_SCO_CAT", (_MCV, "Maladie coronaire", ""), "2", _LIFE,
              (0, 0.0003, 0.005, 0.035, 0.105, 0.17, 0.15), 0.4),
    Pathology("MCV_SCO_AIG", (_MCV, "Maladie coronaire", "Syndrome coronaire aigu"), "3", _LIFE,
              (0, 0.0001, 0.0008, 0.004, 0.007, 0.009, 0.008), 0.38),
    Pathology("MCV_AVC_CAT", (_MCV, "Accident vasculaire cérébral", ""), "2", affection="avc",
              coverage=0.62),
    Pathology("MCV_AVC_AIG", (_MCV, "Accident vasculaire cérébral",
              "Accident vasculaire cérébral aigu"), "3", _LIFE,
              (0.0001, 0.0001, 0.0005, 0.002, 0.006, 0.014, 0.018), 0.85),
    Pathology("MCV_AVC_CHR", (_MCV, "Accident vasculaire cérébral",
              "Séquelle d'accident vasculaire cérébral"), "3", _LIFE,
              (0.0003, 0.0006, 0.003, 0.011, 0.033, 0.062, 0.068), 0.78),
    Pathology("MCV_ICA_CAT", (_MCV, "Insuffisance cardiaque", ""), "2",
              affection="insuffisance_cardiaque", coverage=0.7),
    Pathology("CAN_CAT_CAT", (_CAN, "", ""), "1", affection="cancers", coverage=0.8),
    Pathology("CAN_SEI_CAT", (_CAN, "Cancer du sein de la femme", ""), "2", _LIFE,
              (0, 0, 0.006, 0.022, 0.045, 0.042, 0.03), men=False, poverty=-0.04),
    Pathology("CAN_CRE_CAT", (_CAN, "Cancer colorectal", ""), "2", _LIFE,
              (0, 0, 0.0006, 0.004, 0.014, 0.024, 0.02), 0.72, poverty=0.02),
    Pathology("CAN_BPU_CAT", (_CAN, "Cancer bronchopulmonaire", ""), "2", _LIFE,
              (0, 0, 0.0002, 0.0035, 0.0085, 0.005, 0.002), 0.6, poverty=0.12),
    Pathology("CAN_PRO_CAT", (_CAN, "Cancer de la prostate", ""), "2", _LIFE,
              (0, 0, 0.0001, 0.008, 0.058, 0.085, 0.06), 0.0, poverty=-0.03),
    Pathology("PSY_CAT_CAT", (_PSY, "", ""), "1", affection="psychiatrie", coverage=0.58),
    Pathology("PSY_PSC_IND", (_PSY, "Troubles psychotiques", ""), "2,3", _LIFE,
              (0, 0.003, 0.0105, 0.0115, 0.007, 0.0035, 0.002), 0.75, poverty=0.16),
    Pathology("PSY_ADD_CAT", (_PSY, "Troubles addictifs", ""), "2", _LIFE,
              (0, 0.003, 0.013, 0.022, 0.011, 0.003, 0.001), 0.36, poverty=0.2),
    Pathology("RES_CAT_EXC", (_RES, "", ""), "1,2,3", _LIFE,
              (0.075, 0.027, 0.031, 0.055, 0.105, 0.13, 0.12), 0.98, poverty=0.09),
    Pathology("NEU_CAT_CAT", (_NEU, "", ""), "1", _LIFE,
              (0.004, 0.007, 0.01, 0.017, 0.036, 0.14, 0.3), 1.1),
    Pathology("NEU_DEM_CAT", (_NEU, "Démences (dont maladie d'Alzheimer)", ""), "2",
              affection="alzheimer", coverage=0.62),
    Pathology("NEU_PRK_IND", (_NEU, "Maladie de Parkinson", ""), "2,3", _LIFE,
              (0, 0, 0.0003, 0.0015, 0.011, 0.026, 0.02), 0.72, poverty=0.0),
    Pathology("IRT_CAT_CAT", (_IRT, "", ""), "1", _LIFE,
              (0.0001, 0.0003, 0.0012, 0.0026, 0.0045, 0.0052, 0.002), 0.6, poverty=0.12),
    Pathology("TPS_ANX_EXC", (_TPS, "Anxiolytiques (hors pathologies)", ""), "2,3", _LIFE,
              (0.001, 0.006, 0.027, 0.05, 0.075, 0.11, 0.12), 1.75, poverty=0.05, growth=-0.01),
)  # fmt: skip


def pathology_file(truth: Truth) -> DemonstrationFile:
    """Five years, the two départements and the région; no France: it is no part of the fiction."""
    lines = [_HEADER]
    for order, pathology in enumerate(PATHOLOGIES, start=1):
        for year in YEARS:
            lines += _lines(truth, pathology, year, order)
    return DemonstrationFile(
        "cnam_pathologies",
        "effectifs.csv",
        "patients par pathologie, sexe, âge et territoire",
        str(YEARS[-1]),
        text_bytes(lines),
    )


def _lines(truth: Truth, pathology: Pathology, year: int, order: int) -> Iterator[str]:
    home = truth.communes["departement"].to_numpy()
    patients, people = _patients(truth, pathology, year), truth.health.residents[year] * 0.987
    labels = ";".join(pathology.labels)
    for area in (*DEPARTEMENTS, _WHOLE):
        inside = (home == area) | (area == _WHOLE)
        ill, all_ = (_bands(table[inside].sum(axis=0)) for table in (patients, people))
        for rank, code, words in _SEXES:
            counts = ill.sum(axis=0) if rank is None else ill[rank]
            base = all_.sum(axis=0) if rank is None else all_[rank]
            for position, age in enumerate((*_AGES, "tsage")):
                whole = age == "tsage"
                count = float(counts.sum() if whole else counts[position])
                among = _tens(float(base.sum() if whole else base[position]))
                start = f"{year};{labels};{pathology.top};{age};{code};{_REGION};{area}"
                end = f"{pathology.levels};{_age_label(age)};{words};{order}"
                yield f"{start};{_counted(count, among)};{end}"


def _patients(truth: Truth, pathology: Pathology, year: int) -> np.ndarray:
    """Expected patients by commune, sex and band."""
    health = truth.health
    if pathology.affection:
        return health.illness.affections[pathology.affection, year] / pathology.coverage
    share = np.interp(MIDDLE_AGE, pathology.ages, pathology.shares)
    by_sex = np.array([float(pathology.men), pathology.women])
    poverty = truth.communes["defavorisation"].to_numpy()
    level = np.exp(pathology.poverty * poverty + pathology.growth * (year - 2022))
    return health.residents[year] * by_sex[None, :, None] * share * level[:, None, None]


def _bands(table: np.ndarray) -> np.ndarray:
    """Cut the band of 90 and over in two (last axis: 19 bands become 20)."""
    oldest = table[..., -1:]
    parts = [table[..., :-1], oldest * (1 - _OLDEST_SHARE), oldest * _OLDEST_SHARE]
    return np.concatenate(parts, axis=-1)


def _tens(count: float) -> int:
    return int(round(count / 10) * 10)


def _counted(count: float, among: int) -> str:
    """``Ntop;Npop;prev``: rounded to ten, empty under eleven patients."""
    if round(count) < THRESHOLD:
        return f";{among};"
    ntop = min(_tens(count), among)
    return f"{ntop};{among};{100 * ntop / among:.3f}" if among else f";{among};"


def _age_label(age: str) -> str:
    if age == "tsage":
        return "tous âges"
    low, _, high = age.partition("-")
    return f"de {int(low)} à {int(high)} ans" if high else "plus de 95 ans"
