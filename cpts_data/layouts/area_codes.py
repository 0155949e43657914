"""Codes of départements and régions, told apart from those of communes and repaired.

Exports drop the zero of « 01 », sometimes in some years of a file only (vaccination, 2011 and
2018), and write totals as areas: « 999 » is a whole région, « 99 » the whole country (CNAM).
"""

from __future__ import annotations

import pandas as pd

from cpts_data.contracts import Faults

DEPARTEMENT, REGION, FRANCE = "departement", "region", "france"
FRANCE_CODE = "FR"
DEPARTEMENT_PATTERN = r"\d{2}|2[AB]|9[78]\d"
_PATTERNS = {
    DEPARTEMENT: (DEPARTEMENT_PATTERN, "un code de département comme 01, 2A ou 974"),
    REGION: (r"\d{2}", "un code de région à deux chiffres comme 01 ou 84"),
    FRANCE: (FRANCE_CODE, "France entière"),
}


def repair_area_codes(texts: pd.Series) -> pd.Series:
    """Give codes of départements or régions their zero and capitals: « 1 », « 1.0 », « 2a ».

    Text on the same index; what is no such code is left as it is, for :func:`check_area_codes`.
    """
    code = texts.astype("string").fillna("").str.strip().str.upper()
    code = code.str.replace(r"\.0+$", "", regex=True)
    return code.mask(code.str.fullmatch(r"\d"), "0" + code)


def areas_with_totals(regions: pd.Series, departements: pd.Series) -> pd.DataFrame:
    """Level and code of the rows of a Cnam file, where totals are written as areas.

    ``departements`` 999 is the whole région, and the whole country where ``regions`` is 99. Returns
    ``niveau`` and ``code`` on the same index.
    """
    region, area = repair_area_codes(regions), repair_area_codes(departements)
    whole, country = area == "999", region == "99"
    level = pd.Series(DEPARTEMENT, index=area.index, dtype="string")
    level = level.mask(whole, REGION).mask(whole & country, FRANCE)
    code = area.mask(whole, region).mask(whole & country, FRANCE_CODE)
    return pd.DataFrame({"niveau": level, "code": code})


def suitable_area_codes(table: pd.DataFrame) -> pd.Series:
    """Say for each row whether ``code`` is a code of its ``niveau`` (true for other levels)."""
    suitable = pd.Series(True, index=table.index)
    for level, (pattern, _) in _PATTERNS.items():
        fits = table["code"].astype("string").str.fullmatch(pattern).fillna(False).astype(bool)
        suitable &= fits | (table["niveau"] != level).astype(bool)
    return suitable


def check_area_codes(table: pd.DataFrame, faults: Faults) -> None:
    """Note as a fault each row whose ``code`` does not suit its ``niveau``.

    ``table`` holds ``niveau``, ``code`` and ``ligne``; rows of other levels are not looked at.
    """
    wrong = table[~suitable_area_codes(table)]
    for line, level, code in zip(wrong["ligne"], wrong["niveau"], wrong["code"], strict=True):
        faults.add(
            f"« {code} »" if code else "une case vide",
            _PATTERNS[level][1],
            "corrigez le code, ou reprenez le fichier d'origine.",
            row=int(line),
            column="code",
        )
