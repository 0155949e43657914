"""The département that a code tells by itself: that of a commune, a FINESS number, a postal code.

Source: FORMATS of the producers, rule 2 (the overseas FINESS prefixes are counted on the SAE). A
postal code tells where the mail is sorted: a few tens of communes are served from the neighbouring
département, so it is the last resort.
"""

from __future__ import annotations

import pandas as pd

# First four characters of an overseas FINESS number: neither two nor three are enough.
_OVERSEAS_FINESS = {"9701": "971", "9702": "972", "9703": "973", "9704": "974", "9805": "976"}
_CORSICA_POSTAL = {"200": "2A", "201": "2A", "202": "2B", "206": "2B"}
# Saint-Barthélemy and Saint-Martin kept the postal codes that they had within Guadeloupe.
_COLLECTIVITES_POSTAL = {"97133": "977", "97150": "978"}
_FINESS = r"(?:\d{2}|2[AB])\d{7}"


def departements_of_communes(codes: pd.Series) -> pd.Series:
    """Département of each commune code: two characters, three from 97 and 98; missing if none."""
    text = codes.astype("string")
    overseas = text.str[:2].isin(["97", "98"])
    return text.str[:2].mask(overseas, text.str[:3])


def departements_of_finess(numbers: pd.Series) -> pd.Series:
    """Département of each FINESS number; missing where the text is no number of a known place."""
    text = numbers.astype("string")
    text = text.where(text.str.fullmatch(_FINESS).fillna(False).astype(bool))
    overseas = text.str[:2].isin(["97", "98"])
    return text.str[:2].mask(overseas, text.str[:4].map(_OVERSEAS_FINESS)).astype("string")


def departements_of_postal_codes(codes: pd.Series) -> pd.Series:
    """Département that a postal code is sorted in; missing where the text is no such code."""
    text = codes.astype("string")
    text = text.where(text.str.fullmatch(r"\d{5}").fillna(False).astype(bool))
    found = departements_of_communes(text)
    found = found.mask(text.str[:2] == "20", text.str[:3].map(_CORSICA_POSTAL))
    found = found.mask(found.isin(["00", "96", "99"]))
    special = text.map(_COLLECTIVITES_POSTAL)
    return found.mask(special.notna(), special).astype("string")


def repair_finess_numbers(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Give FINESS numbers the zero, the capitals and the text form that a spreadsheet took away.

    « 10000024 » is 010000024, « 310000024.0 » is 310000024. Returns the numbers (text, same index;
    untouched where no repair applies) and a boolean Series saying which were changed.
    """
    raw = texts.astype("string").fillna("").str.strip()
    number = raw.str.upper()
    floats = number.str.contains(".", regex=False)
    if floats.any():
        number = number.mask(floats, number.str.replace(r"\.0+$", "", regex=True))
    short = number.str.fullmatch(r"[1-9]\d{7}").fillna(False).astype(bool)
    number = number.mask(short, "0" + number)
    return number, (number != raw).astype(bool)
