"""A territory that somebody composes: a name, communes with their parts, the year of their codes.

Its whole description fits in a link: :meth:`Composition.encode` writes it with letters that no
address changes and no mail program cuts, :func:`decode` reads it back and trusts nothing. The
text is ``1.year.check.units.parts.name``: units are grouped under the two characters that begin
their codes, each told by its distance from the one before it (base 36, one sign for a distance
under 35), so that a neighbourhood of 60 communes takes about 60 signs.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cpts_data import french

VERSION = "1"
MOST_UNITS = 3_000
LONGEST_NAME = 120
UNNAMED = "Territoire composé"
ID_PREFIX = "compose-"
PARAMETER = "composition"
_SCALE = 10_000
_LONGEST_TEXT = 30_000
_LAST_YEAR = 2100
_CODE = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}")
_BLOCK = re.compile(r"([0-9]{2}|2[AB])((?:[0-9a-y]|z[0-9a-z]{2})+)")
_PART = re.compile(r"((?:[0-9]{2}|2[AB])[0-9]{3})([0-9]{1,5})")
_GAP = re.compile(r"[0-9a-y]|z[0-9a-z]{2}")
_HEAD = re.compile(r"[0-9]{1,4}")
# Longest run of gaps that one sign holds; beyond, « z » and two more signs.
_ONE_SIGN = 35
_WANTED = "un lien copié en entier depuis la page « Composer »"
_MEND = "demandez de nouveau le lien, ou recomposez le territoire."


class CompositionError(ValueError):
    """A description of a territory that cannot be read; the text says why, in French."""

    def __init__(self, found: str, expected: str = _WANTED, mend: str = _MEND) -> None:
        super().__init__(
            french.typography(
                f"Territoire composé – trouvé : {found} ; attendu : {expected}. "
                f"Pour corriger : {mend}"
            )
        )


@dataclass(frozen=True)
class Composition:
    """A composed territory: name, ``(code, part)`` pairs in order of code, year of the codes.

    Parts are shares of the unit in ]0, 1], kept to the ten-thousandth. ``year`` is that of the
    official code file (0 where the codes are those of a fictitious space). Build it with
    :meth:`of`, which cleans what people type.
    """

    name: str
    parts: tuple[tuple[str, float], ...]
    year: int

    @classmethod
    def of(cls, name: str, parts: Iterable[tuple[str, float]], year: int) -> Composition:
        """Build from anything typed: the name is cleaned, codes are put in order, told once.

        Of a code given twice the largest part is kept. Raises :class:`CompositionError` for a text
        that is no code, a part outside ]0, 1], or more than ``MOST_UNITS`` units.
        """
        kept: dict[str, float] = {}
        for code, part in parts:
            if not _CODE.fullmatch(code):
                raise CompositionError(f"« {clean_name(code)[:40]} », qui n'est pas un code")
            if not 0 < part <= 1:
                found = f"une part de {part:g} pour {code}"
                raise CompositionError(found, "une part entre 0 et 1", "corrigez la part.")
            share = max(round(part * _SCALE), 1) / _SCALE
            kept[code] = max(share, kept.get(code, 0.0))
        if len(kept) > MOST_UNITS:
            raise CompositionError(
                french.count_of(len(kept), "commune"),
                f"{french.number(MOST_UNITS)} communes au plus",
                "retirez-en, ou choisissez un département ou une région.",
            )
        return cls(clean_name(name) or UNNAMED, tuple(sorted(kept.items())), year)

    @cached_property
    def id(self) -> str:
        """An identifier made of the content: two territories alike in everything share it."""
        body = f"{self.name}|{self.year}|{self.parts}"
        return ID_PREFIX + hashlib.sha256(body.encode()).hexdigest()[:12]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the units, in order."""
        return tuple(code for code, _ in self.parts)

    @property
    def weights(self) -> dict[str, float]:
        """Part of each unit, by code."""
        return dict(self.parts)

    def renamed(self, name: str) -> Composition:
        """The same units under another name."""
        return Composition(clean_name(name) or UNNAMED, self.parts, self.year)

    def encode(self) -> str:
        """The whole description as a text for an address (letters, digits, ``. - _``, the name)."""
        cut = "-".join(f"{code}{round(part * _SCALE)}" for code, part in self.parts if part < 1)
        body = f"{_written(self.codes)}.{cut}.{self.name}"
        return f"{VERSION}.{self.year}.{_check(str(self.year), body)}.{body}"


def decode(text: str) -> Composition:
    """Read what :meth:`Composition.encode` wrote; :class:`CompositionError` for anything else.

    A text that was cut, or changed by hand, is refused: a territory is never read in part.
    """
    if len(text) > _LONGEST_TEXT:
        raise CompositionError("un texte bien trop long")
    head, _, rest = text.partition(".")
    if head != VERSION:
        newer = _HEAD.fullmatch(head) is not None and int(head) > int(VERSION)
        if newer:
            raise CompositionError(
                "un lien écrit par une version plus récente de l'outil",
                "un lien de cette version",
                "mettez l'outil à jour.",
            )
        raise CompositionError("un texte qui n'est pas celui d'un territoire composé")
    pieces = rest.split(".", 4)
    if len(pieces) != 5:
        raise CompositionError("un lien coupé : il en manque la fin")
    year, check, units, cut, name = pieces
    if _check(year, f"{units}.{cut}.{name}") != check:
        raise CompositionError("un lien abîmé : son contrôle ne correspond pas à son contenu")
    if not _HEAD.fullmatch(year) or int(year) > _LAST_YEAR:
        raise CompositionError("une année de codes impossible")
    weights = dict.fromkeys(_read(units), 1.0) | _read_parts(cut)
    return Composition.of(name, weights.items(), int(year))


def read_compositions(texts: Iterable[str]) -> tuple[list[Composition], list[str]]:
    """The territories that some texts describe, each once, and why the others cannot be read."""
    found: dict[str, Composition] = {}
    refused = []
    for text in texts:
        try:
            one = decode(text)
        except CompositionError as error:
            refused.append(str(error))
        else:
            found.setdefault(one.id, one)
    return list(found.values()), list(dict.fromkeys(refused))


def clean_name(text: str) -> str:
    """A name as it may be shown: no control nor bidirectional sign, plain spaces, cut if long."""
    kept = text[: 20 * LONGEST_NAME]
    if not kept.isascii():
        kept = unicodedata.normalize("NFC", kept)
    if not kept.isprintable():
        kept = "".join(_shown(sign) for sign in kept)
    return " ".join(kept.split())[:LONGEST_NAME].rstrip()


def _shown(sign: str) -> str:
    if not unicodedata.category(sign).startswith("C"):
        return sign
    return " " if sign in "\t\r\n" else ""


def _check(year: str, body: str) -> str:
    """Four signs that change when anything of the text does."""
    digest = hashlib.sha256(f"{year}.{body}".encode("utf-8", "surrogatepass")).digest()
    return np.base_repr(int.from_bytes(digest[:4]) % 36**4, 36).lower().rjust(4, "0")


def _written(codes: Iterable[str]) -> str:
    """Codes in order, as blocks of gaps under their first two characters."""
    blocks: dict[str, list[str]] = {}
    last: dict[str, int] = {}
    for code in codes:
        head, number = code[:2], int(code[2:])
        gap = number - last.get(head, -1) - 1
        blocks.setdefault(head, []).append(
            np.base_repr(gap, 36).lower()
            if gap < _ONE_SIGN
            else "z" + np.base_repr(gap, 36).lower().rjust(2, "0")
        )
        last[head] = number
    return "-".join(head + "".join(gaps) for head, gaps in blocks.items())


def _read(text: str) -> list[str]:
    codes = []
    for block in text.split("-") if text else []:
        found = _BLOCK.fullmatch(block)
        if found is None:
            raise CompositionError("une liste de communes illisible")
        number = -1
        for gap in _GAP.findall(found[2]):
            number += int(gap.removeprefix("z") if len(gap) > 1 else gap, 36) + 1
            if number > 999:
                raise CompositionError("un code de commune impossible")
            codes.append(f"{found[1]}{number:03d}")
    return codes


def _read_parts(text: str) -> dict[str, float]:
    parts = {}
    for piece in text.split("-") if text else []:
        found = _PART.fullmatch(piece)
        if found is None:
            raise CompositionError("des parts de communes illisibles")
        parts[found[1]] = int(found[2]) / _SCALE
    return parts
