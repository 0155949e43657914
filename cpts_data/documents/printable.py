"""Texts that any file can hold: what XML, Office and Typst refuse is left out, the rest stays.

Names and comments come from files and forms: they may hold control characters, halves of a
character, or signs that turn the direction of what follows (a figure would be read backwards).
"""

from __future__ import annotations

import re

LOST = "\ufffd"
# Embeddings, overrides and isolates of direction: marks that reach beyond the text they are in.
_TURNING = frozenset([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_NO_CHARACTER = (0xFFFE, 0xFFFF)
_BLANKS = re.compile(r"[\n\t ]+")


def printable(text: str) -> str:
    """A text without control characters; a lone half of a character becomes « � »."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_kept(sign) for sign in text)


def _kept(sign: str) -> str:
    code = ord(sign)
    if 0xD800 <= code <= 0xDFFF:
        return LOST
    if sign in "\n\t":
        return sign
    hidden = code < 32 or 0x7F <= code <= 0x9F or code in _TURNING or code in _NO_CHARACTER
    return "" if hidden else sign


def one_line(text: str) -> str:
    """A printable text on one line, for a title, a header or a property."""
    return _BLANKS.sub(" ", printable(text)).strip()
