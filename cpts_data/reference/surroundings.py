"""What surrounds the name of a commune in a cell: a département, a postal code, « CEDEX »."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from cpts_data import french
from cpts_data.reference import spelling
from cpts_data.reference.codes import FINESS_DEPARTEMENTS, departement_of
from cpts_data.reference.shipped import shipped


@cache
def departement_names() -> dict[str, str]:
    """Name of each département by code."""
    table = shipped("departements")
    return dict(zip(table["code"], table["name"], strict=True))


@lru_cache(maxsize=4096)
def departements_named(text: str) -> tuple[str, ...]:
    """Codes of the département that a cell names: ``4``, ``04``, ``2a``, ``9A``, ``Vaucluse``.

    ``20`` is the two of Corsica. Empty when it names none.
    """
    code = re.sub(r"[.,]0+$", "", text.strip()).upper()
    code = f"0{code}" if re.fullmatch(r"\d", code) else code
    code = FINESS_DEPARTEMENTS.get(code, code)
    if code == "20":
        return ("2A", "2B")
    if code in ("69D", "69M"):
        return ("69",)
    if re.fullmatch(r"0\d\d|02[AB]", code):
        code = code[1:]
    if code in departement_names():
        return (code,)
    wanted = spelling.key(text)
    return tuple(c for c, name in departement_names().items() if spelling.key(name) == wanted)


def place_named(departements: tuple[str, ...]) -> str:
    """« le département Vaucluse (84) », « les départements … ou … »."""
    told = [f"{departement_names()[code]} ({code})" for code in departements]
    noun = "le département" if len(told) == 1 else "les départements"
    return f"{noun} {french.enumeration(told, 'ou')}"


BRACKETS = re.compile(r"^(?P<name>.+?)\s*[(\[](?P<inside>[^()\[\]]+)[)\]]$")
_CEDEX = re.compile(r"(?i)[\s,-]*\bcedex\b\s*\d{0,2}\s*$")
_POSTAL_FIRST = re.compile(r"^(\d{5})[\s,-]+(.+)$")
_POSTAL_LAST = re.compile(r"^(.+?)[\s,-]+\(?(\d{5})\)?$")
_NUMBER_LAST = re.compile(r"^(.+?)[\s,-]+(\d{1,3}|2[abAB])$")
_NUMBER_FIRST = re.compile(r"^(\d{2,3}|2[abAB])\s*-\s*(.+)$")


def contradiction(text: str, departements: tuple[str, ...]) -> tuple[str, ...]:
    """The département in brackets after the name, when it is not one of those given."""
    found = BRACKETS.match(text)
    if not found or not departements:
        return ()
    told = departements_named(found["inside"])
    return told if told and not set(told) & set(departements) else ()


def readings(text: str, departements: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The text, then the text without what is not the name; the rule that took it away."""
    ordered = spelling.article_first(text)
    text, rule = ordered, "article" if ordered != text else ""
    yield text, rule
    for function, named in (
        (_without_postal, "mention_postale"),
        (_without_departement, "suffixe_departement"),
        (lambda words, _: spelling.article_first(words), "article"),
    ):
        shorter = function(text, departements)
        if shorter != text:
            text, rule = shorter, rule or named
            yield text, rule


def _without_postal(text: str, departements: tuple[str, ...]) -> str:
    text = _CEDEX.sub("", text)
    for pattern, code, name in ((_POSTAL_FIRST, 1, 2), (_POSTAL_LAST, 2, 1)):
        found = pattern.match(text)
        if found and _postal_agrees(found[code], departements):
            text = found[name]
    return _CEDEX.sub("", text)


def _postal_agrees(postal: str, departements: tuple[str, ...]) -> bool:
    home = departement_of(postal)
    return home in departements or (home == "20" and departements[0] in ("2A", "2B"))


def _without_departement(text: str, departements: tuple[str, ...]) -> str:
    for pattern, told, name in (
        (BRACKETS, "inside", "name"),
        (_NUMBER_LAST, 2, 1),
        (_NUMBER_FIRST, 1, 2),
    ):
        found = pattern.match(text)
        if found and set(departements_named(found[told])) & set(departements):
            return str(found[name])
    return text
