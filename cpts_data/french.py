"""Numbers, gaps, dates and lists as French readers expect them.

The locale rules are those of the Unicode CLDR through Babel; what Babel leaves to the writer
(true minus sign, narrow no-break spaces before double punctuation) follows the « Lexique des
règles typographiques en usage à l'Imprimerie nationale ».
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar

from babel.dates import format_date
from babel.numbers import format_decimal

NARROW = "\u202f"
NO_BREAK = "\u00a0"
MINUS = "\u2212"
NOT_AVAILABLE = "n.d."

_LOCALE = "fr_FR"
# What binary writing may take from a half: 3.295 * 100 is a little under 329.5.
_NOISE = 1e-9
# Above, no binary number tells a half from its neighbours.
_EXACT = 1e11
if TYPE_CHECKING:
    # Rooms that know no table must not pay for one.
    import pandas as pd

FloatOrSeries = TypeVar("FloatOrSeries", float, "pd.Series")


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, Real) and math.isnan(value))


# Beyond, digits tell nothing and the locale's rules have no more room for them.
_BEYOND_COUNTING = 1e18


def rounded(value: FloatOrSeries, digits: int = 0) -> FloatOrSeries:
    """Round as readers do: half away from zero, of the number as it is written (3.295 is 3.30).

    Binary halves fall on either side (``round(3.295, 2)`` is 3.29), and a column may round another
    way than a number: every figure that is shown is rounded here. Missing stays missing.
    """
    if hasattr(value, "map"):
        column: Any = value
        return column.map(lambda one: rounded(one, digits)) if len(column) else value
    size = abs(value) * 10.0**digits
    if not size < _EXACT:
        return round(float(value), digits) if size < math.inf else value
    return math.copysign(math.floor(size + 0.5 + _NOISE) / 10.0**digits, value)


def number(value: float | None, digits: int = 0, *, fixed: bool = True) -> str:
    """Write a number: decimal comma, narrow no-break thousands, true minus, « n.d. » if missing.

    ``digits`` is the number of decimals; with ``fixed=False`` trailing zeros are dropped.
    """
    if value is None or _is_missing(value):
        return NOT_AVAILABLE
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if abs(value) >= _BEYOND_COUNTING:
        return f"{value:.2e}".replace(".", ",").replace("-", MINUS)
    return _written(rounded(float(value), digits), digits, fixed)


@lru_cache(maxsize=20_000)
def _written(shown: float, digits: int, fixed: bool) -> str:
    decimals = ("0" if fixed else "#") * digits
    text: str = format_decimal(
        shown + 0.0, format=f"#,##0.{decimals}" if digits else "#,##0", locale=_LOCALE
    )
    if shown == 0:
        text = text.lstrip("-")
    return text.replace(NO_BREAK, NARROW).replace("-", MINUS)


def column(values: Iterable[float]) -> dict[float, str]:
    """Write the numbers of a column alike, with as many decimals as the longest of them needs.

    ``values`` are rounded already; missing ones are left out. Gives what each number is written.
    """
    known = {float(value) for value in values if not _is_missing(value)}
    decimals = [len(repr(value).partition(".")[2].rstrip("0")) for value in known if value % 1]
    return {value: number(value, max(decimals, default=0)) for value in known}


def signed(value: float | None, digits: int = 0) -> str:
    """Write a gap with its sign: « +1,2 », « −0,4 », « 0,0 »."""
    text = number(value, digits)
    if value is None or _is_missing(value) or rounded(float(value), digits) <= 0:
        return text
    return f"+{text}"


def with_unit(value: float | None, unit: str, digits: int = 0) -> str:
    """Write a number and its unit, held together: « 12,3 % », « 3,3 consultations/an/hab. »."""
    text = number(value, digits)
    if text == NOT_AVAILABLE or not unit:
        return text
    space = NARROW if unit.startswith(("%", "€")) else NO_BREAK
    return f"{text}{space}{unit}"


def percent(share: float | None, digits: int = 1) -> str:
    """Write a share between 0 and 1 as a percentage: 0.123 gives « 12,3 % »."""
    return with_unit(None if share is None else share * 100, "%", digits)


def between(lower: float | None, upper: float | None, unit: str = "", digits: int = 0) -> str:
    """Write an interval: « entre 6,9 et 8,9 % »; « environ 8,4 % » when both ends read the same."""
    first, last = number(lower, digits), number(upper, digits)
    if first == last and lower != upper and first != NOT_AVAILABLE:
        return f"environ {with_unit(upper, unit, digits)}"
    return f"entre {first} et {with_unit(upper, unit, digits)}"


def date(day: dt.date | None) -> str:
    """Write a date in full: « 22 novembre 2026 », « 1er janvier 2024 »."""
    if day is None:
        return NOT_AVAILABLE
    text: str = format_date(day, format="d MMMM y", locale=_LOCALE)
    return re.sub(r"^1 ", "1er ", text)


def enumeration(items: Sequence[str], conjunction: str = "et") -> str:
    """Join words as a sentence does: « a, b et c »."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def count_of(quantity: float, singular: str, plural: str | None = None) -> str:
    """Write a count and its noun: « 1 commune », « 12 communes » (plural from 2 on)."""
    noun = singular if abs(quantity) < 2 else (plural or f"{singular}s")
    return f"{number(quantity)}{NO_BREAK}{noun}"


def size_in_bytes(size: float) -> str:
    """Write a file size: « 3,1 Mo »."""
    for unit in ("o", "ko", "Mo"):
        if size < 1000:
            return with_unit(size, unit, 0 if unit == "o" else 1)
        size /= 1000
    return with_unit(size, "Go", 1)


_DOUBLE_PUNCTUATION = re.compile(r"[ \u00a0\u202f]+([;!?%])")
_COLON = re.compile(r"[ \u202f](:)")
_OPENING = re.compile(r"«[ \u00a0\u202f]*")
_CLOSING = re.compile(r"[ \u00a0\u202f]*»")


def typography(text: str) -> str:
    """Put the no-break spaces of French typography into a sentence written with plain spaces."""
    text = _DOUBLE_PUNCTUATION.sub(NARROW + r"\1", text)
    text = _COLON.sub(NO_BREAK + r"\1", text)
    text = _OPENING.sub("«" + NO_BREAK, text)
    return _CLOSING.sub(NO_BREAK + "»", text).replace("'", "’")


_VOWELS = "aeiouyhàâäéèêëîïôöùûüœæ"
_ASPIRATED = ("haut", "hague", "hal", "ham", "hav", "haz", "hon", "hou", "yutz")


def of(name: str) -> str:
    """Say « de » before a name, with elision and contraction: « d'Orlac », « du Vallon »."""
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    if name[:1].lower() in _VOWELS and not name.lower().startswith(_ASPIRATED):
        return f"d’{name}"
    return f"de {name}"
