"""From the name of a commune and its département to its present code.

Nothing is guessed: every rule is deterministic, reported, and must lead to one present commune.
Names that merely look alike are only proposed in the message of the error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache

import pandas as pd

from cpts_data import french
from cpts_data.reference import arrondissement, spelling
from cpts_data.reference.codes import CITIES, ReferenceLookupError, departement_of
from cpts_data.reference.shipped import shipped
from cpts_data.reference.surroundings import (
    BRACKETS,
    contradiction,
    departements_named,
    place_named,
    readings,
)

RULES: dict[str, str] = {
    "exact": "nom officiel",
    "accents_et_casse": "accents, majuscules, tirets ou apostrophes",
    "abreviation": "abréviation (« St », « Ste », « s/ »…)",
    "article": "article ajouté, omis ou déplacé",
    "suffixe_departement": "département écrit après le nom",
    "mention_postale": "code postal ou « CEDEX » écarté",
    "arrondissement": "arrondissement municipal",
    "commune_deleguee": "commune déléguée ou associée",
    "ancien_nom": "ancien nom ou ancienne commune",
    "encodage_repare": "caractères abîmés réparés",
    "ambigu": "plusieurs communes possibles",
    "introuvable": "commune introuvable",
    "departement_contradictoire": "le nom indique un autre département",
    "departement_inconnu": "département absent ou inconnu",
}
"""The closed list of rules with their French labels; the last four have no code."""

_SHOWN = 6
_ALIKE = 0.5
_CODES_CHANGED_BEFORE = "1976-01-02"  # Seine, Seine-et-Oise and Corsica changed départements


class UnknownCommuneError(ReferenceLookupError):
    """No commune of the département bears, or bore, this name."""


class AmbiguousCommuneError(ReferenceLookupError):
    """The name leads to several present communes."""


@dataclass(frozen=True)
class Match:
    """How a name was resolved: ``code`` is None when it was not, and ``message`` says why."""

    code: str | None
    rule: str
    candidates: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True)
class Named:
    """A name and the present commune that it leads to. ``rank``: 0 present, 1 part, 2 former."""

    name: str
    code: str
    rank: int


_FORMER = 2
_RANK_RULES = {1: "commune_deleguee", _FORMER: "ancien_nom"}
_KEYS = (
    ("accents_et_casse", spelling.key),
    ("abreviation", spelling.expanded_key),
    ("accents_et_casse", spelling.compact_key),
    ("article", spelling.loose_key),
)


# --------------------------------------------------------------------------- what is known


@dataclass
class Names:
    """Every name of some départements, under each of its keys."""

    all: list[Named]
    present: dict[str, str] = field(init=False)
    keyed: list[dict[str, list[Named]]] = field(init=False)

    def __post_init__(self) -> None:
        self.present = {named.name: named.code for named in self.all if named.rank == 0}
        self.keyed = [by_key(self.all, function) for _, function in _KEYS]

    @cached_property
    def accented(self) -> dict[str, list[Named]]:
        """Names by what a repair must restore to the accent."""
        return by_key(self.all, spelling.accented_key)

    @cached_property
    def marked(self) -> list[tuple[str, Named]]:
        """Names with the key that tells which letters can be lost."""
        return [(spelling.marked_key(named.name), named) for named in self.all]

    @cached_property
    def pairs(self) -> list[tuple[frozenset[str], str]]:
        """Letter pairs of every name and the commune that it leads to."""
        loose = self.keyed[-1].items()
        return [(spelling.letter_pairs(key), n.code) for key, names in loose for n in names]

    def find(self, text: str) -> tuple[list[Named], str]:
        """The names that a text may be, and the rule of spelling; a present name wins."""
        if text in self.present:
            return [Named(text, self.present[text], 0)], "exact"
        for (rule, function), known in zip(_KEYS, self.keyed, strict=True):
            found = known.get(function(text), [])
            if found:
                best = min(named.rank for named in found)
                kept = [named for named in found if named.rank == best]
                return kept + (self._rivals(text) if best == _FORMER else []), rule
        return [], ""

    def _rivals(self, text: str) -> list[Named]:
        """Present communes that differ from a former name by an article only."""
        return [
            named for named in self.keyed[-1].get(spelling.loose_key(text), []) if not named.rank
        ]


def by_key(names: Iterable[Named], function: Callable[[str], str]) -> dict[str, list[Named]]:
    """Names grouped by a key of their text."""
    result: dict[str, list[Named]] = {}
    for named in names:
        result.setdefault(function(named.name), []).append(named)
    return result


@cache
def _names_by_departement() -> dict[str, list[Named]]:
    result: dict[str, list[Named]] = {}
    present = shipped("communes")
    for name, code in zip(present["name"], present["code"], strict=True):
        result.setdefault(departement_of(code), []).append(Named(name, code, 0))
    columns = ["name", "code", "kind", "date_end", "present_code"]
    former = shipped("former").loc[shipped("former")["present_code"] != "", columns]
    for name, code, kind, end, heir in former.itertuples(index=False):
        named = Named(name, heir, 1 if kind in ("déléguée", "associée") else 2)
        homes = {departement_of(heir)}
        if end >= _CODES_CHANGED_BEFORE or not end:
            homes.add(departement_of(code))
        for home in homes:
            result.setdefault(home, []).append(named)
    return result


@cache
def _names_of(departements: tuple[str, ...]) -> Names:
    known = _names_by_departement()
    return Names([named for departement in departements for named in known[departement]])


@cache
def _present_names() -> dict[str, str]:
    table = pd.concat([shipped("communes"), shipped("arrondissements")])
    return dict(zip(table["code"], table["name"], strict=True))


@cache
def _homonyms() -> dict[str, list[str]]:
    """Codes of all the communes of France by the key of their name."""
    result: dict[str, list[str]] = {}
    for code, name in _present_names().items():
        result.setdefault(spelling.key(name), []).append(code)
    return result


def _told(codes: Iterable[str]) -> str:
    """« Bernwiller (68006), … »."""
    names = _present_names()
    return ", ".join(f"{names[code]} ({code})" for code in codes)


# --------------------------------------------------------------------------- resolution


def _matched(found: list[Named], rule: str, text: str) -> Match:
    """One commune, or the ambiguity."""
    codes = tuple(sorted({named.code for named in found}))
    if len(codes) > 1:
        message = (
            f"« {text} » peut désigner plusieurs communes actuelles : {_told(codes)}. "
            "Indiquez le nom actuel ou le code."
        )
        return Match(None, "ambigu", codes, french.typography(message))
    if rule == "exact":
        return Match(codes[0], rule, codes)
    meaning = {
        1: f"commune déléguée ou associée, dans {_told(codes)}",
        _FORMER: f"ancien nom ou ancienne commune, aujourd'hui {_told(codes)}",
    }.get(found[0].rank, f"lu comme {_told(codes)}, {RULES[rule]}")
    if found[0].rank and rule == "encodage_repare":
        meaning = f"{meaning}, {RULES[rule]}"
    return Match(codes[0], rule, codes, french.typography(f"« {text} » : {meaning}."))


def _look_up(text: str, departements: tuple[str, ...], shown: str, repaired: bool) -> Match | None:
    """Resolve one text as it stands, then without what surrounds the name."""
    known = _names_of(departements)
    if text not in known.present:
        part = arrondissement.read(text, departements)
        if part is not None:
            return _arrondissement(part, shown)
        if spelling.damaged(text):
            return None
    for reading, taken in readings(text, departements):
        found, spelt = known.find(reading)
        if found:
            rule = _RANK_RULES.get(found[0].rank) or taken or spelt
            return _matched(found, "encodage_repare" if repaired else rule, shown)
    return _explained(text, departements, shown)


def _explained(text: str, departements: tuple[str, ...], shown: str) -> Match | None:
    """« Abriès (Abriès-Ristolas) »: two names that lead to the same commune."""
    found = BRACKETS.match(text)
    if not found:
        return None
    known = _names_of(departements)
    (first, spelt), (second, _) = known.find(found["name"]), known.find(found["inside"])
    both = {named.code for named in first} & {named.code for named in second}
    if len(both) != 1:
        return None
    kept = [named for named in first if named.code in both]
    return _matched(kept, _RANK_RULES.get(kept[0].rank, spelt), shown)


def _arrondissement(part: arrondissement.Part, shown: str) -> Match:
    if part.code is not None:
        message = f"« {shown} » : lu comme {_told([part.code])} (arrondissement municipal)."
        return Match(part.code, "arrondissement", (part.code,), french.typography(message))
    count = len(CITIES[part.city])
    message = (
        f"« {shown} » : {_present_names()[part.city]} compte {count} arrondissements, numérotés "
        f"de 1 à {count}. Corrigez le numéro."
    )
    return Match(None, "introuvable", (part.city,), french.typography(message))


def _repaired(name: str, departements: tuple[str, ...]) -> Match | None:
    """What only a repair explains: another one-byte table, or letters lost for good."""
    known, text = _names_of(departements), spelling.tidy(name)
    found: list[Named] = []
    for reading in spelling.read_otherwise(name):
        for shorter, _ in readings(spelling.tidy(reading), departements):
            found += known.accented.get(spelling.accented_key(shorter), [])
    if not found:
        pattern = spelling.lost_letters(list(readings(text, departements))[-1][0])
        found = [n for key, n in known.marked if pattern.fullmatch(key)] if pattern else []
    if not found:
        return None
    best = min(named.rank for named in found)
    return _matched([named for named in found if named.rank == best], "encodage_repare", text)


def alike(text: str, departements: tuple[str, ...]) -> tuple[str, ...]:
    """Present communes of some départements whose name looks like a text, the nearest first."""
    wanted = spelling.letter_pairs(spelling.loose_key(text))
    scores: dict[str, float] = {}
    for pairs, code in _names_of(departements).pairs:
        score = spelling.likeness(wanted, pairs)
        if score >= max(_ALIKE, scores.get(code, 0.0)):
            scores[code] = score
    return tuple(sorted(scores, key=lambda code: (-scores[code], code))[:_SHOWN])


def _unknown(text: str, departements: tuple[str, ...]) -> Match:
    """Say that there is no such commune, and which ones look like it or bear its name elsewhere."""
    shorter = list(readings(text, departements))[-1][0]
    near = alike(shorter, departements)
    message = f"« {text} » : aucune commune de ce nom dans {place_named(departements)}."
    if near:
        message += f" Noms proches : {_told(near)}."
    elsewhere = _homonyms().get(spelling.key(shorter), [])[:_SHOWN]
    if elsewhere:
        message += f" Le nom existe dans un autre département : {_told(elsewhere)}."
    message += " Corrigez le nom ou le département, ou indiquez le code de la commune."
    return Match(None, "introuvable", near or tuple(elsewhere), french.typography(message))


def _no_departement(text: str, departement: str) -> Match:
    told = f"le département « {departement} » est inconnu" if departement else "sans département"
    homonyms = tuple(_homonyms().get(spelling.key(text), [])[:_SHOWN])
    message = f"« {text} » : {told}. Indiquez son code, comme 04, 2A ou 974."
    if homonyms:
        message += f" Communes de ce nom : {_told(homonyms)}."
    return Match(None, "departement_inconnu", homonyms, french.typography(message))


@lru_cache(maxsize=200_000)
def match(name: str, departement: str) -> Match:
    """Resolve one name, never raising: the rule, or the reason why not."""
    departements = departements_named(departement) if departement else ()
    if departements and name in _names_of(departements).present:
        code = _names_of(departements).present[name]
        return Match(code, "exact", (code,))
    text = spelling.tidy(name)
    if not spelling.key(text):
        message = "Nom de commune vide. Complétez la ligne ou indiquez le code."
        return Match(None, "introuvable", (), message)
    if not departement:  # the name itself may say it
        found = BRACKETS.match(text)
        departements = departements_named(found["inside"]) if found else ()
    if not departements:
        return _no_departement(text, departement)
    told = contradiction(text, departements)
    if told:
        message = (
            f"« {text} » indique {place_named(told)}, mais la ligne est dans "
            f"{place_named(departements)}. Corrigez l'un ou l'autre."
        )
        return Match(None, "departement_contradictoire", (), french.typography(message))
    return look_for(name, departements) or _unknown(text, departements)


def look_for(name: str, departements: tuple[str, ...]) -> Match | None:
    """The match of a name in some départements (known codes), None when no commune bears it.

    As :func:`match`, without looking for the names that are alike, which takes a while.
    """
    text = spelling.tidy(name)
    for reading in spelling.decoded_again(name):
        result = _look_up(spelling.tidy(reading), departements, text, repaired=True)
        if result is not None and result.code is not None:
            return result
    result = _look_up(text, departements, text, repaired=False)
    return result or _repaired(name, departements)


def _text(cell: object) -> str:
    """A cell as text, empty when missing."""
    return "" if cell is None or cell is pd.NA or cell != cell else str(cell)


def resolve_commune(name: str, departement: str) -> str:
    """The present code of a commune named in a département.

    Accents, case, apostrophes, hyphens, articles, abbreviations, « (04) », arrondissements,
    delegated, former and renamed communes, damaged encodings are read; a present name wins over a
    former one. ``departement`` is ``4``, ``04``, ``2a``, ``974``, ``9D`` or a name.

    >>> resolve_commune("Marseille 2ème", "13"), resolve_commune("Castellet", "84")
    ('13202', '84033')

    Raises :class:`UnknownCommuneError` or :class:`AmbiguousCommuneError`; both messages are
    French and list the candidates.
    """
    found = match(_text(name), _text(departement))
    if found.code is not None:
        return found.code
    error = AmbiguousCommuneError if found.rule == "ambigu" else UnknownCommuneError
    raise error(found.message, found.candidates)


def resolve_communes(names: pd.Series, departements: pd.Series) -> pd.DataFrame:
    """Resolve many names at once; never raises.

    ``names`` and ``departements`` have the same index, which the result keeps. Columns: ``code``
    (NA when unresolved), ``rule`` (a key of :data:`RULES`), ``candidates`` (tuple of codes),
    ``message`` (French; empty for an official name).
    """
    if not departements.index.equals(names.index):
        departements = departements.reindex(names.index)
    cells = zip(names.tolist(), departements.tolist(), strict=True)
    found = [match(_text(name), _text(departement)) for name, departement in cells]
    return pd.DataFrame(
        {
            "code": pd.Series([m.code for m in found], index=names.index, dtype="str"),
            "rule": pd.Series([m.rule for m in found], index=names.index, dtype="str"),
            "candidates": pd.Series([m.candidates for m in found], index=names.index, dtype=object),
            "message": pd.Series([m.message for m in found], index=names.index, dtype="str"),
        },
        index=names.index,
    )
