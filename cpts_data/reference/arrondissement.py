"""The municipal arrondissements of Paris, Lyon and Marseille, in every spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cpts_data.reference import spelling
from cpts_data.reference.codes import CITIES, departement_of

_CITY_NAMES = {"paris": "75056", "lyon": "69123", "marseille": "13055"}
_WORD = re.compile(r"arr(?:on)?(?:d(?:issements?|t|ts)?|t|ts|dts?)?|ardts?|ars?")
_FILLERS = frozenset({"de", "du", "d", "le", "la", "l", "ville", "municipal", "n", "no", "numero"})
_ORDINAL = r"(?:e|er|ere|em|eme|ieme|nd|nde|re)?"
_NUMBER = re.compile(rf"0?(\d{{1,2}}){_ORDINAL}")
_ROMAN = re.compile(rf"(x{{0,2}})(ix|iv|v?i{{0,3}}){_ORDINAL}")
_ORDINAL_ALONE = frozenset({"e", "er", "ere", "em", "eme", "ieme", "nd"})
_UNITS = {"": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}


@dataclass(frozen=True)
class Part:
    """An arrondissement asked for; ``code`` is None when the city has none of that number."""

    city: str
    code: str | None


def read(text: str, departements: tuple[str, ...]) -> Part | None:
    """The arrondissement that a text names, or None when it names something else.

    « Marseille 14 », « Paris 1er », « Lyon 3ème arrondissement », « Marseille XIV »,
    « 14e arrondissement de Marseille », « 75014 Paris »; a number in brackets that is the
    département's own (« Marseille (13) ») is not an arrondissement.
    """
    cities = [city for city in CITIES if departement_of(city) in departements]
    if not cities:
        return None
    own = "|".join(departements)
    text = re.sub(rf"[(\[]\s*(?:{own})\s*[)\]]", " ", text)
    text = re.sub(r"(?i)\bcedex\b.*$", " ", text)
    words = [word for word in spelling.key(text).split() if word not in _FILLERS]
    named = [_CITY_NAMES[word] for word in words if word in _CITY_NAMES]
    told = any(_WORD.fullmatch(word) for word in words)
    if len(named) > 1 or (named and named[0] not in cities) or not (named or told):
        return None
    city = (named or cities)[0]
    numbers = set()
    for word in words:
        if word in _CITY_NAMES or _WORD.fullmatch(word) or word in _ORDINAL_ALONE:
            continue
        number = _number(word, city)
        if number is None:
            return None
        numbers.add(number)
    if len(numbers) != 1:
        return None
    number = numbers.pop()
    parts = CITIES[city]
    return Part(city, parts[number - 1] if 1 <= number <= len(parts) else None)


def _number(word: str, city: str) -> int | None:
    """The number that a word says: figures, Roman figures, a postal code or an Insee code."""
    if word in CITIES[city]:
        return CITIES[city].index(word) + 1
    if re.fullmatch(r"\d{5}", word):
        postal = "16" if word == "75116" else word[3:]
        return int(postal) if word[:2] == departement_of(city) and word[2] in "01" else None
    figures = _NUMBER.fullmatch(word)
    if figures:
        return int(figures[1])
    roman = _ROMAN.fullmatch(word)
    if roman and (roman[1] or roman[2]):
        return 10 * len(roman[1]) + _UNITS[roman[2]]
    return None
