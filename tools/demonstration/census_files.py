"""The censuses of the island in INSEE's layouts: base-cc-evol-struct-pop and TD_POP1B.

One table of estimates by single year of age stands behind both, so that they agree to the decimal.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from demonstration.people import YEARS
from demonstration.provenance import DemonstrationFile
from demonstration.residents import codes_then, residents_of, single_years, with_decimals
from demonstration.truth import Truth
from demonstration.workbooks import plain_number, text_bytes, workbook_bytes

SPAN = 5
WORKBOOK_YEAR = 2018
LONG_YEAR = YEARS[-1]
_BANDS = {"0014": (0, 15), "1529": (15, 30), "3044": (30, 45), "4559": (45, 60),
          "6074": (60, 75), "7589": (75, 90), "90P": (90, 101)}  # fmt: skip
_LARGE = {"0019": (0, 20), "2064": (20, 65), "65P": (65, 101)}
_MOVED = {"0114": (1, 15, 0.11), "1524": (15, 25, 0.24), "2554": (25, 55, 0.13),
          "55P": (55, 101, 0.04)}  # fmt: skip
# Where those who moved in the year came from: same commune, département, région, elsewhere.
_WHENCE = (0.36, 0.40, 0.07, 0.13, 0.005, 0.035)
_OCCUPATION_AGES = {"1524": (15, 25), "2554": (25, 55), "55P": (55, 101)}
# Share of each occupation (CS1 to CS8) by age, and how it goes with deprivation.
_OCCUPATIONS = {
    "1524": (0.003, 0.006, 0.02, 0.07, 0.13, 0.11, 0.0, 0.661),
    "2554": (0.012, 0.063, 0.165, 0.235, 0.24, 0.185, 0.004, 0.096),
    "55P": (0.008, 0.022, 0.035, 0.05, 0.055, 0.04, 0.70, 0.09),
}
_BY_DEPRIVATION = (0.05, -0.03, -0.24, -0.10, 0.06, 0.20, 0.0, 0.16)
_MEN_SHARE = (0.74, 0.7, 0.58, 0.47, 0.24, 0.79, 0.46, 0.38)


def census_files(truth: Truth) -> list[DemonstrationFile]:
    """Five censuses in each of the two layouts."""
    estimates = {year: _estimates(truth, year) for year in YEARS}
    return [
        *(_structure_file(truth, year, estimates[year]) for year in YEARS),
        *(_ages_file(year, *estimates[year][:2]) for year in YEARS),
    ]


def _estimates(truth: Truth, year: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Communes three years later (code, name), people of the year and five years before.

    People are arrays (communes, sexes, 101 ages).
    """
    then = codes_then(truth.places, f"{year + 3}-01-01")
    codes = pd.Index(sorted(then.unique()))
    names = truth.communes["nom"].reindex(codes).fillna(truth.places["nom"].reindex(codes))
    persons = truth.persons.assign(alors=truth.persons["lieu"].map(then))
    found = []
    for moment in (year, year - SPAN):
        bands = residents_of(persons, codes, [moment], by="alors")[moment]
        rng = np.random.default_rng([truth.seed, 30, moment])
        found.append(with_decimals(single_years(bands), rng).round(6))
    return names.rename("nom").to_frame(), found[0], found[1]


def _structure_file(
    truth: Truth, year: int, estimates: tuple[pd.DataFrame, np.ndarray, np.ndarray]
) -> DemonstrationFile:
    communes, now, before = estimates
    today = truth.places["commune"].reindex(communes.index)
    poverty = truth.communes["defavorisation"].reindex(today.to_numpy()).to_numpy()
    tables = [_variables(now, year, poverty), _variables(before, year - SPAN, poverty)]
    table = pd.concat(tables, axis=1)
    subject = f"population par sexe et âge, recensement {year}"
    stem = f"base-cc-evol-struct-pop-{year}"
    if year == WORKBOOK_YEAR:
        content = _structure_workbook(communes, table, year)
        return DemonstrationFile(
            "insee_evol_struct_pop", f"{stem}.xlsx", subject, str(year), content
        )
    lines = [";".join(["CODGEO", *table.columns])]
    for code, row in zip(communes.index, table.to_numpy(), strict=True):
        lines.append(";".join([str(code), *(plain_number(value) for value in row)]))
    return DemonstrationFile(
        "insee_evol_struct_pop", f"{stem}.CSV", subject, str(year), text_bytes(lines, end="\r\n")
    )


def _structure_workbook(communes: pd.DataFrame, table: pd.DataFrame, year: int) -> bytes:
    """The same as a workbook: titles, labels on line 5, codes on line 6; there is no ARM."""
    head = [
        [f"Évolution et structure de la population en {year}"],
        ["Données fictives de démonstration"],
        [f"Mise en ligne le 01/07/{year + 3}, géographie au 01/01/{year + 3}"],
        [],
        ["Code géographique", "Libellé géographique", *(f"{name} (libellé)" for name in table)],
        ["CODGEO", "LIBGEO", *table.columns],
    ]
    rows = [
        [str(code), name, *np.round(row, 4)]
        for code, name, row in zip(communes.index, communes["nom"], table.to_numpy(), strict=True)
    ]
    return workbook_bytes({f"COM_{year}": [*head, *rows]})


def _variables(people: np.ndarray, year: int, poverty: np.ndarray) -> pd.DataFrame:
    """The 104 variables of one year, in INSEE's order."""
    nn = f"{year % 100:02d}"
    both = people.sum(axis=1)
    table: dict[str, np.ndarray] = {f"P{nn}_POP": both.sum(axis=1)}
    for band, (low, high) in _BANDS.items():
        table[f"P{nn}_POP{band}"] = both[:, low:high].sum(axis=1)
    for rank, letter in enumerate("HF"):
        one = people[:, rank]
        table[f"P{nn}_POP{letter}"] = one.sum(axis=1)
        for band, (low, high) in (_BANDS | _LARGE).items():
            table[f"P{nn}_{letter}{band}"] = one[:, low:high].sum(axis=1)
    table |= _moves(both, nn)
    table |= _occupations(both, nn, poverty)
    return pd.DataFrame(table)


def _moves(both: np.ndarray, nn: str) -> dict[str, np.ndarray]:
    by_age = {
        band: (both[:, low:high].sum(axis=1), rate) for band, (low, high, rate) in _MOVED.items()
    }
    moved = sum(count * rate for count, rate in by_age.values())
    whole = both[:, 1:].sum(axis=1)
    table = {f"P{nn}_POP01P": whole, f"P{nn}_POP01P_IRAN1": whole - moved}
    for number, share in enumerate(_WHENCE, start=2):
        table[f"P{nn}_POP01P_IRAN{number}"] = moved * share
    for band, (count, rate) in by_age.items():
        table[f"P{nn}_POP{band}_IRAN2P"] = count * rate
        table[f"P{nn}_POP{band}_IRAN2"] = count * rate * _WHENCE[0]
        table[f"P{nn}_POP{band}_IRAN3P"] = count * rate * (1 - _WHENCE[0])
    return table


def _occupations(both: np.ndarray, nn: str, poverty: np.ndarray) -> dict[str, np.ndarray]:
    """Complementary exploitation: a survey, whose totals differ a little from the main one."""
    men = np.array(_MEN_SHARE)
    by_age = {}
    for band, (low, high) in _OCCUPATION_AGES.items():
        share = np.array(_OCCUPATIONS[band]) * np.exp(np.outer(poverty, _BY_DEPRIVATION))
        share /= share.sum(axis=1, keepdims=True)
        by_age[band] = both[:, low:high].sum(axis=1)[:, None] * share * 0.998
    whole = by_age["1524"] + by_age["2554"] + by_age["55P"]
    groups = {"POP15P": whole, "H15P": whole * men, "F15P": whole * (1 - men)}
    groups |= {f"POP{band}": counts for band, counts in by_age.items()}
    table = {}
    for group, counts in groups.items():
        table[f"C{nn}_{group}"] = counts.sum(axis=1)
        for number in range(8):
            table[f"C{nn}_{group}_CS{number + 1}"] = counts[:, number]
    return table


@cache
def _age_labels() -> tuple[str, ...]:
    return tuple(f"SEXE{sex}_AGED100{age:03d}" for sex in (1, 2) for age in range(101))


def _ages_file(year: int, communes: pd.DataFrame, people: np.ndarray) -> DemonstrationFile:
    subject = f"population par sexe et âge détaillé, recensement {year}"
    if year == LONG_YEAR:
        lines = ["NIVGEO;CODGEO;LIBGEO;SEXE;AGED100;NB"]
        for (code, row), ages in zip(communes.iterrows(), people, strict=True):
            for sex in (0, 1):
                start = f"COM;{code};{row['nom']};{sex + 1}"
                lines += [
                    f"{start};{age:03d};{plain_number(count)}"
                    for age, count in enumerate(ages[sex])
                ]
        # Older editions are not in UTF-8.
        content = text_bytes(lines, end="\r\n", encoding="cp1252")
        return DemonstrationFile(
            "insee_td_pop1b", f"TD_POP1B_{year}.csv", subject, str(year), content
        )
    head: list[list[object]] = [
        ["POP1B - Population par sexe et âge"],
        [f"Recensement de la population {year} - exploitation principale"],
        ["Données fictives de démonstration"],
        *[[] for _ in range(7)],
        ["CODGEO", "LIBGEO", *_age_labels()],
    ]
    rows = [
        [str(code), name, *np.round(ages.reshape(-1), 3)]
        for code, name, ages in zip(communes.index, communes["nom"], people, strict=True)
    ]
    content = workbook_bytes({"COM": [*head, *rows]})
    return DemonstrationFile("insee_td_pop1b", f"TD_POP1B_{year}.xlsx", subject, str(year), content)
