"""The many ways to write the name of a commune: comparison keys, and repair of encodings.

Every function is pure text. Nothing here knows which communes exist: a reading is only a
candidate, and :mod:`cpts_data.reference.names` looks it up.
"""

from __future__ import annotations

import contextlib
import html
import re
import unicodedata
from collections.abc import Iterator

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_HYPHENS = re.compile("[\u2010-\u2015\u2212\u00af]")
_APOSTROPHES = re.compile("[\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4`]")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")

ARTICLES = frozenset({"le", "la", "les", "l", "las", "los", "aux"})
_ARTICLE = r"(?:l[ea]s?|l'|l|las|los|aux)"

_ABBREVIATIONS = {
    "st": "saint",
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
    "mt": "mont",
    "gd": "grand",
    "gde": "grande",
    "gds": "grands",
    "gdes": "grandes",
    "vx": "vieux",
    "sr": "sur",
    "ss": "sous",
    "lez": "les",
}

_OUR_LADY = re.compile(r"\bn ?d\b")

# What was read with the wrong table. cp1252 leaves five bytes out, as browsers do not.
_WRONG_TABLES = ("cp1252", "latin-1", "cp850", "cp437", "mac_roman", "iso8859-15", "cp858")
_ONE_BYTE = ("cp1252", "cp850", "cp437", "mac_roman")
_LOST_CASE = str.maketrans("ãåâ", "ÃÅÂ")
_NO_BREAK_LOST = re.compile(r"([Ã├√])[ \u00a0]")
_NOT_OF_A_NAME = re.compile(r"(?i)[^a-z0-9\sàâäçéèêëîïôöùûüÿœæ'’().,/&*\"«»:;°º_+\[\]-]")


def tidy(text: str) -> str:
    """Composed characters, plain spaces, apostrophes and hyphens, no invisible sign."""
    text = unicodedata.normalize("NFC", html.unescape(text))
    text = _INVISIBLE.sub("", text)
    text = _APOSTROPHES.sub("'", _HYPHENS.sub("-", text))
    return re.sub(r"\s+", " ", text).strip(' ;,"«»')


def damaged(text: str) -> bool:
    """Whether a text holds signs that no French name has: traces of a wrong encoding."""
    return _NOT_OF_A_NAME.search(text) is not None


def key(text: str) -> str:
    """Words without case, accents, ligatures, apostrophes or hyphens.

    >>> key("L'Épine"), key("SAINT ÉTIENNE-LES-ORGUES"), key("Cœuvres")
    ('l epine', 'saint etienne les orgues', 'coeuvres')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
        text = "".join(c for c in text if not unicodedata.combining(c))
    return _NOT_ALPHANUMERIC.sub(" ", text.casefold()).strip()


def accented_key(text: str) -> str:
    """As :func:`key`, but with the accents: what a repair must restore exactly."""
    return _NOT_ALPHANUMERIC.sub(" ", tidy(text).casefold()).strip()


def expanded_key(text: str) -> str:
    """As :func:`key`, abbreviations written out.

    >>> expanded_key("St-Étienne s/ Loire"), expanded_key("Villers-lez-Nancy")
    ('saint etienne sur loire', 'villers les nancy')
    """
    if "/" in text:
        text = re.sub(r"(?i)\bs\s*/\s*s\b|\bss\s*/", " sous ", text)
        text = re.sub(r"(?i)\bs\s*/|/", " sur ", text)
    words = _OUR_LADY.sub("notre dame", key(text.replace("&", " et "))).split()
    for i, word in enumerate(words):
        inner = 0 < i < len(words) - 1
        words[i] = "sur" if word == "s" and inner else _ABBREVIATIONS.get(word, word)
    return " ".join(words)


def compact_key(text: str) -> str:
    """As :func:`expanded_key`, without the spaces: « Lépine » as « L'Épine »."""
    return expanded_key(text).replace(" ", "")


def loose_key(text: str) -> str:
    """As :func:`expanded_key`, without the article at either end nor the spaces.

    >>> loose_key("Le Castellet") == loose_key("CASTELLET LE") == loose_key("Castellet")
    True
    """
    words = expanded_key(text).split()
    if len(words) > 1 and words[0] in ARTICLES:
        words = words[1:]
    elif len(words) > 1 and words[-1] in ARTICLES:
        words = words[:-1]
    return "".join(words)


_TRAILING_ARTICLE = re.compile(rf"(?i)^(.+?)(?:\s*\(({_ARTICLE})\)|\s*,\s*({_ARTICLE}))$")


def article_first(text: str) -> str:
    """« Castellet (Le) » and « Castellet, Le » as « Le Castellet »; other texts unchanged."""
    found = _TRAILING_ARTICLE.match(text)
    if not found:
        return text
    article = found[2] or found[3]
    return f"{article}{found[1]}" if article.endswith("'") else f"{article} {found[1]}"


# --------------------------------------------------------------------------- encodings


def _encode(text: str, table: str) -> bytes | None:
    """Bytes of a text in a one-byte table; the holes of cp1252 are its C1 controls."""
    try:
        return text.encode(table)
    except UnicodeEncodeError:
        if table != "cp1252":
            return None
    try:
        return b"".join(c.encode("latin-1" if "\x80" <= c <= "\x9f" else table) for c in text)
    except UnicodeEncodeError:
        return None


def decoded_again(text: str) -> list[str]:
    """Readings of a text that was UTF-8 and was read with another table, once to three times.

    The most often decoded comes first. A French name is practically never valid UTF-8 once put in
    such a table, so that a success is a proof, and undamaged names give nothing.

    >>> decoded_again("Sainte-Croix-├á-Lauze"), decoded_again("Céreste")
    (['Sainte-Croix-à-Lauze'], [])
    """
    for variant in () if text.isascii() else _variants(text):
        found: dict[str, int] = {}
        waiting = [(variant, 0)]
        while waiting:
            current, depth = waiting.pop(0)
            for reading in _utf8_readings(current):
                if reading not in found:
                    found[reading] = depth
                    waiting += [(reading, depth + 1)] if depth < 2 else []
        sound = [reading for reading in found if not damaged(reading)]
        if sound:
            return sorted(sound, key=lambda reading: -found[reading])
    return []


def _utf8_readings(text: str) -> Iterator[str]:
    """What the bytes of a text say in UTF-8, under each table that may have misread them."""
    for table in () if text.isascii() else _WRONG_TABLES:
        raw = _encode(text, table)
        if raw is not None:
            with contextlib.suppress(UnicodeDecodeError):
                yield raw.decode("utf-8")


def _variants(text: str) -> Iterator[str]:
    """The text, and what it was before its case, or the no-break space that was an à, was lost."""
    for variant in dict.fromkeys((text, text.translate(_LOST_CASE), text.lower(), text.upper())):
        yield variant
        spaced = _NO_BREAK_LOST.sub("\\1\u00a0", variant)
        if spaced != variant:
            yield spaced


def read_otherwise(text: str) -> Iterator[str]:
    """Readings of a text written in one one-byte table and read with another.

    Unlike :func:`decoded_again` this proves nothing: most texts have such readings. Only one that
    is a known name to the accent may be taken.
    """
    if text.isascii():
        return
    for read_with in _ONE_BYTE:
        raw = _encode(text, read_with)
        if raw is None:
            continue
        for written_in in _ONE_BYTE:
            if written_in != read_with:
                reading = raw.decode(written_in, errors="replace")
                if not damaged(reading):
                    yield reading


def marked_key(name: str) -> str:
    """A name where each letter that is not ASCII is a capital, for :func:`lost_letters`.

    >>> marked_key("L'Haÿ-les-Roses"), marked_key("Val de Cœuvres")
    ("l'haY'les'roses", 'val de cOEuvres')
    """
    return "".join(
        c.casefold()
        if c.isascii() and c.isalnum()
        else key(c).upper() or (" " if c == " " else "'")
        for c in tidy(name)
    )


def lost_letters(text: str) -> re.Pattern[str] | None:
    """A pattern over :func:`marked_key` of a text where signs stand for lost letters, or None.

    A lost letter was not ASCII (else it would not be lost): « B?ligneux » may be Béligneux and
    cannot be Bouligneux. Two signs may be the two bytes of one letter, and one sign a typographic
    apostrophe.

    >>> bool(lost_letters("B?ligneux").fullmatch(marked_key("Béligneux")))
    True
    """
    signs = _NOT_OF_A_NAME.sub("\x00", text)
    if "\x00" not in signs or len(key(signs)) < 2:
        return None
    pieces = []
    for piece in re.findall("\x00+|[^\\w\x00]+|[^\\W_]+|_", signs):
        if piece.startswith("\x00"):
            pieces.append(f"(?:[A-Z]{{1,{2 * len(piece)}}}|')")
        elif piece[0].isalnum():
            word = key(piece)
            spellings = {word, _ABBREVIATIONS.get(word, word)}
            letters = ("".join(f"[{c}{c.upper()}]" for c in text) for text in sorted(spellings))
            pieces.append(f"(?:{'|'.join(letters)})")
        else:
            pieces.append("[ ']+")
    return re.compile("(?:(?:l[ea]s?|l)[ '])?" + "".join(pieces))


def letter_pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters of a text, as :func:`likeness` compares them."""
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of letter pairs that two texts have in common (Dice), between 0 and 1."""
    together = len(one) + len(other)
    return 2 * len(one & other) / together if together else 0.0
