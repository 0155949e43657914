"""Vaccination and screening by area, in the layouts of Santé publique France (Odissé).

The latest years are those of the local counts; the years before prolong them, as the series of
France went. There is no file of France: it is no part of the fiction.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from demonstration import local_indicators as declared
from demonstration.names import DEPARTEMENTS, REGION
from demonstration.provenance import DemonstrationFile
from demonstration.truth import Truth
from demonstration.workbooks import text_bytes

YEARS = tuple(range(2011, 2025))
# Years of the file in which the codes lost their zero.
_BARE_YEARS = (2011, 2018)
REGION_CODE, WHOLE = "00", "region"
_BOM = b"\xef\xbb\xbf"
# Column: (indicator, stratum, shift in points, factor, first year).
_VACCINES: dict[str, tuple[str, str, float, float, int]] = {
    "HPV filles 1 dose à 15 ans": ("vaccination_hpv_filles_15_ans", "ensemble", 0, 1, 2011),
    "HPV filles 2 doses à 16 ans": ("vaccination_hpv_filles_15_ans", "ensemble", -1, 0.84, 2011),
    "HPV garçons 1 dose à 15 ans": ("vaccination_hpv_garcons_15_ans", "ensemble", 0, 1, 2022),
    "HPV garçons 2 doses à 16 ans": ("vaccination_hpv_garcons_15_ans", "ensemble", 0, 0.67, 2022),
    "Méningocoque C 10-14 ans": ("vaccination_ror_2_doses", "ensemble", -18, 1, 2014),
    "Méningocoque C 15-19 ans": ("vaccination_ror_2_doses", "ensemble", -37, 1, 2014),
    "Méningocoque C 20-24 ans": ("vaccination_ror_2_doses", "ensemble", -54, 1, 2024),
    "Grippe moins de 65 ans à risque": (
        *("vaccination_grippe_a_risque_moins_65_ans", "ensemble", 0, 1, 2016),
    ),
    "Grippe 65 ans et plus": ("vaccination_grippe_65_ans_et_plus", "ensemble", 0, 1, 2016),
    "Grippe 65-74 ans": ("vaccination_grippe_65_ans_et_plus", "65-74", 0, 1, 2022),
    "Grippe 75 ans et plus": ("vaccination_grippe_65_ans_et_plus", "75+", 0, 1, 2022),
    "Covid-19 65 ans et plus": ("vaccination_grippe_65_ans_et_plus", "ensemble", -24, 1, 2023),
}
_HOMES = ("Grippe résidents en Ehpad", "Grippe professionnels en Ehpad",
          "Covid-19 résidents en Ehpad", "Covid-19 professionnels en Ehpad")  # fmt: skip
_HOME_LEVELS = (82.4, 21.6, 43.8, 6.9)
# Points by year before the local counts begin.
_SLOPES = {
    "vaccination_hpv_filles_15_ans": 1.6,
    "vaccination_hpv_garcons_15_ans": 4.0,
    "vaccination_ror_2_doses": 2.6,
    "vaccination_grippe_65_ans_et_plus": 0.9,
    "vaccination_grippe_a_risque_moins_65_ans": 0.2,
}
_SCREENINGS = (
    ("cancer-participation-au-depistage-organise-du-cancer-du-sein_dep.csv",
     "dépistage organisé du cancer du sein", "depistage_sein_organise", ("brut", "standardisé"),
     "Taux de participation au dépistage organisé du cancer du sein"),
    ("cancer-participation-au-depistage-organise-du-cancer-du-colon-rectum-departement-copie.csv",
     "dépistage organisé du cancer colorectal", "depistage_colorectal", ("brut", "standardisé"),
     "Taux de participation au dépistage organisé du cancer colorectal"),
    ("cancer-participation-au-depistage-organise-du-cancer-du-col-de-l-uterus_dep.csv",
     "dépistage organisé du cancer du col de l'utérus", "depistage_col_uterus", ("brut",),
     "Taux de couverture du dépistage du cancer du col de l'utérus"),
)  # fmt: skip


def prevention_files(truth: Truth) -> list[DemonstrationFile]:
    """Vaccination by département and by région, three screenings, and the compilation."""
    rates = area_rates(truth)
    files = [_departements(rates), _regions(rates)]
    for name, subject, indicator, modes, label in _SCREENINGS:
        content = _screening(rates, indicator, modes, label)
        files.append(DemonstrationFile("spf_depistage", name, subject, "2024", content))
    return [*files, _compilation(truth, rates)]


def area_rates(truth: Truth) -> pd.DataFrame:
    """Percent by indicator, stratum and year (rows) and area (columns: 00, 96, region)."""
    local = truth.health.local
    home = truth.communes["departement"].to_numpy()[local["commune"].to_numpy()]
    keys = ["indicateur", "strate", "annee"]
    found = {}
    for area in (*DEPARTEMENTS, WHOLE):
        inside = (home == area) | (area == WHOLE)
        sums = local[inside].groupby(keys)[["numerateur", "denominateur"]].sum()
        found[area] = 100 * sums["numerateur"] / sums["denominateur"]
    return pd.DataFrame(found)


def _coverage(rates: pd.DataFrame, vaccine: str, area: str, year: int) -> str:
    indicator, strate, shift, factor, since = _VACCINES[vaccine]
    if year < since or (vaccine.startswith("Covid") and year == YEARS[-1] and area != WHOLE):
        return ""
    first = declared.YEARS[0] + (indicator == "vaccination_hpv_garcons_15_ans")
    known = max(year, first)
    value = float(rates.loc[(indicator, strate, known), area]) * factor + shift
    value -= _SLOPES[indicator] * (known - year)
    wobble = 0.7 * np.sin(1.7 * year + len(vaccine) + 3 * len(area)) * (year != known)
    return f"{min(max(value + wobble, 1.2), 97.0):.1f}"


def _departements(rates: pd.DataFrame) -> DemonstrationFile:
    lines = [
        ",".join(["Année", "Département Code", "Département", *_VACCINES, "Région", "Région Code"])
    ]
    for year in YEARS:
        for area, name in DEPARTEMENTS.items():
            code = area.lstrip("0") or "0" if year in _BARE_YEARS else area
            cells = [_coverage(rates, vaccine, area, year) for vaccine in _VACCINES]
            lines.append(",".join([str(year), code, name, *cells, REGION, REGION_CODE]))
    return _vaccination("couvertures-vaccinales-des-adolescent-et-adultes-departement.csv", lines)


def _regions(rates: pd.DataFrame) -> DemonstrationFile:
    lines = [",".join(["Année", "Région Code", "Région", *_VACCINES, *_HOMES])]
    for year in YEARS:
        cells = [_coverage(rates, vaccine, WHOLE, year) for vaccine in _VACCINES]
        homes = [
            f"{level + 0.4 * (year - 2024):.1f}" if year > 2022 else "" for level in _HOME_LEVELS
        ]
        lines.append(",".join([str(year), "0", REGION, *cells, *homes]))
    return _vaccination(
        "couvertures-vaccinales-des-adolescents-et-adultes-depuis-2011-region.csv", lines
    )


def _vaccination(name: str, lines: list[str]) -> DemonstrationFile:
    content = _BOM + text_bytes(lines, end="\r\n")
    subject = "couvertures vaccinales des adolescents et des adultes"
    return DemonstrationFile("spf_vaccination", name, subject, str(YEARS[-1]), content)


def _screening(rates: pd.DataFrame, indicator: str, modes: tuple[str, ...], label: str) -> bytes:
    target = next(row for row in declared.DRAWN if row.id == indicator)
    periods = declared.periods_of(target.period)
    header = [
        "Période",
        "Département Code",
        "Département",
        *(f"{label} ({mode})" for mode in modes),
    ]
    lines = [",".join([*header, "Région", "Région Code"])]
    for year, period in periods.items():
        for area, name in DEPARTEMENTS.items():
            value = float(rates.loc[(indicator, declared.WHOLE, year), area])
            cells = [f"{value + 0.6 * (mode == 'standardisé'):.1f}" for mode in modes]
            lines.append(",".join([period, area, name, *cells, REGION, REGION_CODE]))
    return _BOM + text_bytes(lines, end="\r\n")


def _compilation(truth: Truth, rates: pd.DataFrame) -> DemonstrationFile:
    """One line by département; the second did not tell its breast screening."""
    last = declared.YEARS[-1]
    lines = [
        "code_departement,departement,diabete_traite_standardise_2023_pct,pauvrete_2023_pct,"
        "ame_c2s_accouchees_2024_pct,entretien_prenatal_precoce_2024_pct,prematurite_2024_pct,"
        f"hpv_filles_2_doses_16_ans_{last}_pct,depistage_sein_{last - 1}_{last}_pct,"
        f"depistage_colorectal_cible_standardise_{last - 1}_{last}_pct"
    ]
    lines += list(_compiled(truth, rates, last))
    return DemonstrationFile(
        "spf_prevention_compilation",
        "departements_indicateurs_prevention_compilation.csv",
        "indicateurs de prévention par département",
        str(last),
        text_bytes(lines),
    )


def _compiled(truth: Truth, rates: pd.DataFrame, last: int) -> Iterator[str]:
    poverty = truth.incomes["PAUVRES"].groupby(truth.communes["departement"]).sum()
    persons = truth.incomes["NBPERSMENFISC21"].groupby(truth.communes["departement"]).sum()

    def rate(indicator: str, area: str) -> float:
        return float(rates.loc[(indicator, declared.WHOLE, last), area])

    for area, name in DEPARTEMENTS.items():
        poor = 100 * float(poverty[area] / persons[area])
        breast = f"{rate('depistage_sein_organise', area):.4f}" if area == "00" else ""
        cells = [
            f"{1.06 * rate('prevalence_ald_diabete', area):.5f}",
            f"{poor:.1f}",
            f"{0.9 * rate('part_c2s', area):.3f}",
            f"{58.4 - 0.6 * poor:.3f}",
            f"{5.4 + 0.06 * poor:.3f}",
            f"{0.84 * rate('vaccination_hpv_filles_15_ans', area) - 1:.1f}",
            breast,
            f"{rate('depistage_colorectal', area) + 0.6:.4f}",
        ]
        yield ",".join([area, name, *cells])
