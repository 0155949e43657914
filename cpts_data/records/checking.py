"""What people hand in, checked before it is stored: titles, authors, contents.

A content is any JSON object. It is stored as JSON *text*: PostgreSQL's JSONB refuses ``\\u0000``
and reorders keys, while escaped text comes back as it was on both databases.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from cpts_data import french
from cpts_data.records.errors import Flaw
from cpts_data.records.model import (
    MAXIMUM_AUTHOR,
    MAXIMUM_CONTENT,
    MAXIMUM_DEPTH,
    MAXIMUM_PLACE,
    MAXIMUM_TEXT,
    MAXIMUM_TITLE,
    UNTITLED,
    Content,
    Kind,
)

# Beyond, Python itself refuses to read a whole number back (sys.set_int_max_str_digits).
_MAXIMUM_DIGITS = 4000
_SURROGATES = re.compile("[\ud800-\udfff]")
# Embeddings and overrides can make one title read as another; plain direction marks are harmless.
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_FREE_TEXTS = frozenset({Kind.COMMENT, Kind.NOTE, Kind.FOLLOW_UP, Kind.DIAGNOSIS, Kind.CONTRACT})
_NIR_DIGITS = 13
_SHOWN_FLAWS = 50


def one_line(text: str) -> str:
    """A title, an author or an id as it is kept: one line, no control character, NFC."""
    text = _OVERRIDES.sub("", _SURROGATES.sub("�", unicodedata.normalize("NFC", text)))
    spaced = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join(spaced.split())


def line_flaws(
    kind: Kind, *, title: str, author: str, space: str, territory: str = ""
) -> Iterator[Flaw]:
    """What is wrong in the short texts of a work (already on one line)."""
    lengths = (
        ("titre", title, MAXIMUM_TITLE, "raccourcissez-le."),
        ("auteur", author, MAXIMUM_AUTHOR, "raccourcissez-le ; un prénom ou un rôle suffit."),
        ("espace de données", space, MAXIMUM_PLACE, "renommez l'espace plus court."),
        ("territoire", territory, MAXIMUM_PLACE, "choisissez un territoire de l'espace."),
    )
    for place, text, maximum, mend in lengths:
        if len(text) > maximum:
            found = french.count_of(len(text), "caractère")
            yield Flaw(place, found, f"au plus {french.number(maximum)}", mend)
    if not title and kind not in UNTITLED:
        yield Flaw("titre", "aucun", "un titre", "donnez à ce travail un nom qui le distingue.")
    if not space:
        yield Flaw("espace de données", "aucun", "un espace", "choisissez d'abord un espace.")
    for place, text in (("titre", title), ("auteur", author)):
        if _holds_nir(text):
            yield _nir_flaw(place)


def content_flaws(kind: Kind, content: object) -> list[Flaw]:
    """What keeps a content from being stored; never repeats what it holds."""
    if not isinstance(content, dict):
        found, mend = _type_name(content), "signalez-le aux auteurs du logiciel."
        return [Flaw("contenu", found, "un objet JSON", mend)]
    flaws: list[Flaw] = []
    for flaw in _walk(kind, content):
        flaws.append(flaw)
        if len(flaws) == _SHOWN_FLAWS:
            break
    if not flaws:
        size = len(written(content).encode())
        if size > MAXIMUM_CONTENT:
            found = french.size_in_bytes(size)
            limit = f"au plus {french.size_in_bytes(MAXIMUM_CONTENT)}"
            flaws.append(Flaw("contenu", found, limit, "partagez-le en plusieurs travaux."))
    return flaws


def written(content: Mapping[str, Any]) -> str:
    """A checked content as the JSON text that is stored: compact, keys in their order."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A surrogate alone cannot be encoded, its escape can.
    return _SURROGATES.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def read_content(text: str) -> Content:
    """A stored JSON text as a content."""
    content: Content = json.loads(text)
    return content


def digest_of(title: str, content: Mapping[str, Any]) -> str:
    """A fingerprint of what a version says, whatever the order of its keys."""
    text = json.dumps([title, content], sort_keys=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def mark_of(digest: str, moment: dt.datetime) -> str:
    """What tells a version from any other: what it says and when it was saved."""
    return f"{digest}@{moment.astimezone(dt.UTC).isoformat()}"


def _walk(kind: Kind, content: Mapping[Any, Any]) -> Iterator[Flaw]:
    waiting: list[tuple[str, int, object]] = [("contenu", 1, content)]
    while waiting:
        place, depth, value = waiting.pop()
        if depth > MAXIMUM_DEPTH:
            limit = f"au plus {MAXIMUM_DEPTH}"
            yield Flaw("contenu", "trop de niveaux emboîtés", limit, "simplifiez-le.")
            return
        if isinstance(value, dict):
            for key, inner in value.items():
                if not isinstance(key, str):
                    mend = "signalez-le aux auteurs du logiciel."
                    yield Flaw(f"{place}, nom de champ", _type_name(key), "un texte", mend)
                else:
                    waiting.append((f"{place}.{one_line(key)[:40]}", depth + 1, inner))
        elif isinstance(value, list | tuple):
            waiting += [(f"{place}[{n}]", depth + 1, inner) for n, inner in enumerate(value)]
        else:
            yield from _leaf_flaws(kind, place, value)


def _leaf_flaws(kind: Kind, place: str, value: object) -> Iterator[Flaw]:
    if isinstance(value, str):
        maximum = MAXIMUM_TEXT.get(kind)
        if maximum and len(value) > maximum:
            found = french.count_of(len(value), "caractère")
            yield Flaw(place, found, f"au plus {french.number(maximum)}", "raccourcissez ce texte.")
        if kind in _FREE_TEXTS and _holds_nir(value):
            yield _nir_flaw(place)
    elif isinstance(value, float):
        if not math.isfinite(value):
            mend = "laissez la case vide si la valeur est inconnue."
            yield Flaw(place, "un nombre infini ou indéfini", "un nombre", mend)
    elif isinstance(value, int):  # a bool is one too
        if value.bit_length() > _MAXIMUM_DIGITS * math.log2(10):
            limit = f"au plus {french.number(_MAXIMUM_DIGITS)} chiffres"
            yield Flaw(place, "un nombre démesuré", limit, "vérifiez ce nombre.")
    elif value is not None:
        mend = "signalez-le aux auteurs du logiciel."
        yield Flaw(place, _type_name(value), "un texte, un nombre, une liste ou un objet", mend)


def _type_name(value: object) -> str:
    return f"une valeur de type {type(value).__name__}"


def _holds_nir(text: str) -> bool:
    if sum(sign.isdigit() for sign in text) < _NIR_DIGITS:
        return False
    # Brings pandas with it: only when a text may hold one.
    from cpts_data.layouts.personal_data import holds_nir

    return holds_nir(text)


def _nir_flaw(place: str) -> Flaw:
    return Flaw(
        place,
        "ce qui ressemble à un numéro de sécurité sociale",
        "aucune donnée de patient",
        "retirez-le ; seuls des totaux s'écrivent ici.",
    )
