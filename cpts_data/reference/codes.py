"""What a code says by itself, without any table."""

from __future__ import annotations

import re

CITIES: dict[str, tuple[str, ...]] = {
    "75056": tuple(str(code) for code in range(75101, 75121)),
    "69123": tuple(str(code) for code in range(69381, 69390)),
    "13055": tuple(str(code) for code in range(13201, 13217)),
}
"""Paris, Lyon and Marseille with their municipal arrondissements, in order."""

FINESS_DEPARTEMENTS: dict[str, str] = {
    "9A": "971",
    "9B": "972",
    "9C": "973",
    "9D": "974",
    "9E": "975",
    "9F": "976",
    "9J": "986",
}
"""How the FINESS file writes the overseas départements (FORMATS C2)."""

# First four characters of an overseas FINESS number (FORMATS §2.0, rule 2; counted on the SAE).
_OVERSEAS_FINESS = {"9701": "971", "9702": "972", "9703": "973", "9704": "974", "9805": "976"}

_CITY_OF = {part: city for city, parts in CITIES.items() for part in parts}
_CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
_SHORT_CODE = re.compile(r"[1-9]\d{3}")
_FINESS = re.compile(r"(?:\d{2}|2[AB])\d{7}")


class ReferenceLookupError(ValueError):
    """A code or a name that the reference cannot resolve; ``str`` is a French sentence.

    ``candidates`` holds the codes that might have been meant, best first.
    """

    def __init__(self, message: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.candidates = candidates


class UnknownCodeError(ReferenceLookupError):
    """No commune bears, or bore, this code at the date asked."""


class AmbiguousCodeError(ReferenceLookupError):
    """The commune was split: ``shares`` maps each candidate to its share of the inhabitants.

    A share is NaN when the reference does not know it.
    """

    def __init__(self, message: str, shares: dict[str, float]) -> None:
        super().__init__(message, tuple(shares))
        self.shares = shares


def city_of(code: str) -> str | None:
    """The city (75056, 69123, 13055) of a municipal arrondissement, None for any other code."""
    return _CITY_OF.get(code)


def departement_of(code: str) -> str:
    """Département of a commune code: two characters, three when they begin with 97 or 98.

    >>> departement_of("2A004"), departement_of("97411"), departement_of("01004")
    ('2A', '974', '01')
    """
    return code[:3] if code[:2] in ("97", "98") else code[:2]


def normalise_code(text: object) -> str | None:
    """The five-character commune code in a cell that a spreadsheet damaged, or None.

    Repairs a decimal ending, lower case and one lost zero; never fills a four-character code
    that begins with zero (``0102`` is a bassin de vie or a canton). It says that the shape is
    right, not that such a commune exists.

    >>> normalise_code("1004.0"), normalise_code("2a004"), normalise_code(1004.0)
    ('01004', '2A004', '01004')
    >>> normalise_code("0102") is None
    True
    """
    if text is None or isinstance(text, bool):
        return None
    code = re.sub(r"[.,]0+$", "", str(text).strip()).upper()
    if _CODE.fullmatch(code):
        return code
    return f"0{code}" if _SHORT_CODE.fullmatch(code) else None


def departement_of_finess(number: str) -> str:
    """Département of a FINESS number: two characters, and overseas from the first four.

    >>> departement_of_finess("2A0000022"), departement_of_finess("970400024")
    ('2A', '974')

    Raises ``ValueError`` (French) when the number is not one, or is of an unknown territory.
    """
    text = str(number).strip().upper()
    if not _FINESS.fullmatch(text):
        raise ValueError(
            f"« {number} » n'est pas un numéro FINESS : neuf caractères sont attendus, comme "
            "130783293 ou 2A0000022. Vérifiez que la colonne est lue comme du texte."
        )
    if text[:2] not in ("97", "98"):
        return text[:2]
    if text[:4] not in _OVERSEAS_FINESS:
        known = ", ".join(_OVERSEAS_FINESS)
        raise ValueError(
            f"Le numéro FINESS « {number} » commence par {text[:4]}, qui ne désigne aucun "
            f"département d'outre-mer connu ({known})."
        )
    return _OVERSEAS_FINESS[text[:4]]
