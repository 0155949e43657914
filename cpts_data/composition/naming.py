"""From a name or a code that somebody typed to communes: what is sure, what is asked, what is not.

The rules of :mod:`cpts_data.reference.names` where the département is known. Where it is not, the
départements of the context come first: a name borne there once is taken; one that is borne only
elsewhere, or several times, is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cpts_data import french, reference
from cpts_data.composition.land import Land
from cpts_data.reference import spelling
from cpts_data.reference.history import was_ever
from cpts_data.reference.names import Match, alike, look_for
from cpts_data.reference.surroundings import BRACKETS, contradiction, departements_named

MOST_CANDIDATES = 12
# Readings beyond the usual spellings take a millisecond each: a list of garbage gets so many.
_LONG_LOOKS = 300
_SUGGESTIONS = 60
_CODE = re.compile(r"(?:\d{4,5}|\d[aAbB]\d{3}|2[aAbB]\d{2,3})(?:[.,]0+)?")
_CODE_AND_NAME = re.compile(r"(\d{5}|2[aAbB]\d{3})[\s:,/–-]+(\S.*)")
_NAME_AND_CODE = re.compile(r"(.*\S)[\s:,/–(-]+(\d{5}|2[aAbB]\d{3})\)?")
_NAME_AND_DEPARTEMENT = re.compile(r"(.*\S)[\s:,/–-]+(\d{2,3}|2[aAbB])")
_CITY_WORDS = {"paris": "75", "lyon": "69", "marseille": "13"}


@dataclass(frozen=True)
class Answer:
    """What a text is: ``codes`` when it is sure, else ``candidates`` to choose from, else neither.

    ``message`` says in French why it is asked or unknown, or what was understood when it is not
    plain. Codes are those of units; a whole city is all its arrondissements.
    """

    codes: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    message: str = ""
    postal: bool = False


@dataclass
class Namer:
    """Answers for the communes of a land. Safe to share: it only ever grows caches."""

    land: Land
    _heirs: dict[str, tuple[str, ...]] = field(default_factory=dict)

    # What is known, once

    @cached_property
    def _keyed(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Codes by the key of their names, exact then loose (articles, abbreviations)."""
        exact: dict[str, list[str]] = {}
        loose: dict[str, list[str]] = {}
        for code, name in self.land.names.items():
            exact.setdefault(spelling.key(name), []).append(code)
            loose.setdefault(spelling.loose_key(name), []).append(code)
        return exact, loose

    @cached_property
    def _former(self) -> dict[str, list[str]]:
        """Present codes by the loose key of names that are no more."""
        if not self.land.year:
            return {}
        table = reference.former_communes()
        table = table[table["present_code"].notna()]
        found: dict[str, list[str]] = {}
        for name, code in zip(table["name"], table["present_code"], strict=True):
            found.setdefault(spelling.loose_key(str(name)), []).append(str(code))
        return found

    @cached_property
    def _postal(self) -> dict[str, list[str]]:
        if not self.land.year:
            return {}
        found: dict[str, list[str]] = {}
        for table in (reference.communes(self.land.year), reference.arrondissements()):
            for code, told in table["postal_codes"].dropna().items():
                for postal in str(told).split():
                    if str(code) not in self.land.cities:
                        found.setdefault(postal, []).append(str(code))
        return found

    def is_postal(self, text: str) -> bool:
        """Whether a text is a postal code."""
        return text in self._postal

    def names_something(self, text: str) -> bool:
        """Whether a text is, as it stands, the name of a commune somewhere."""
        return bool(text) and bool(self._by_key(BRACKETS.sub(r"\g<name>", text), ()))

    def both_ways(self, code: str, answer: Answer) -> Answer:
        """A code that is a commune's and the post's: which is meant must be asked."""
        postal = self._postal.get(code, [])
        every = tuple(dict.fromkeys([*answer.codes, *postal]))
        if len(every) == len(answer.codes):
            return answer
        why = f"{code} est le code de {self._told(answer.codes)}, et un code postal."
        return Answer(candidates=every, message=f"{why} Indiquez les communes.", postal=True)

    @cached_property
    def _departement_of(self) -> Mapping[str, str]:
        told = self.land.units["departement"].astype(str).to_dict()
        return {**told, **{city: reference.departement_of(city) for city in self.land.cities}}

    # Answers

    def answer(
        self, text: str, context: Sequence[str], departement: str = "", *, budget: Budget
    ) -> Answer:
        """What one text is; ``departement`` when a column says it, ``context`` otherwise."""
        if _CODE.fullmatch(text):
            return self.of_code(text)
        found = _CODE_AND_NAME.fullmatch(text)
        code, name = (found[1], found[2]) if found else ("", "")
        if not found and (found := _NAME_AND_CODE.fullmatch(text)):
            code, name = found[2], found[1]
        if code:
            return self._code_and_name(code.upper(), name, text, context, budget)
        found = None if departement else _NAME_AND_DEPARTEMENT.fullmatch(text)
        if found and self._departements(found[2]):
            return self.of_name(found[1], context, found[2], budget=budget)
        return self.of_name(text, context, departement, budget=budget)

    def of_code(self, text: str) -> Answer:
        """A code, of today or of before; else a postal code."""
        code = reference.normalise_code(text)
        if code is None:
            return Answer(message=f"« {text} » n’est pas un code de commune.")
        if code in self.land.known:
            return Answer((code,), postal=self.is_postal(code))
        if code in self.land.cities:
            return self._whole_city(code)
        heirs, postal = self._heirs_of(code), self._postal.get(code, [])
        if postal:
            return self._postal_answer(code, postal, heirs)
        if not heirs:
            return Answer(message=f"Aucune commune n’a, ni n’a eu, le code {code}.")
        if len(heirs) == 1:
            return Answer(heirs, message=f"ancien code de {self._told(heirs)}")
        why = f"Le code {code} a été partagé : {self._told(heirs)}. Indiquez lesquelles."
        return Answer(candidates=heirs, message=why)

    def _postal_answer(self, code: str, postal: list[str], heirs: Sequence[str]) -> Answer:
        every = tuple(dict.fromkeys([*postal, *heirs]))
        if len(every) == 1:
            return Answer(every, message=f"code postal de {self._told(every)}", postal=True)
        count = french.count_of(len(postal), "commune")
        return Answer(
            candidates=every,
            message=f"{code} est un code postal, commun à {count}. Indiquez lesquelles.",
            postal=True,
        )

    def _heirs_of(self, code: str) -> tuple[str, ...]:
        if not self.land.year or not was_ever(code):
            return ()
        if code not in self._heirs:
            try:
                found: tuple[str, ...] = (reference.resolve_code(code, None, self.land.year),)
            except reference.AmbiguousCodeError as error:
                found = error.candidates
            except reference.ReferenceLookupError:
                found = ()
            self._heirs[code] = tuple(self.land.expanded(found))
        return self._heirs[code]

    def _whole_city(self, code: str) -> Answer:
        parts = self.land.cities[code]
        name = self.land.names.get(code, code)
        return Answer(parts, message=f"{name}, ville entière : {len(parts)} arrondissements")

    def _code_and_name(
        self, code: str, name: str, text: str, context: Sequence[str], budget: Budget
    ) -> Answer:
        """« 13055 Marseille » (Insee) or « 93500 Pantin » (postal): the name tells which."""
        whole = self.land.expanded([code])
        if set(whole) <= self.land.known:
            told = self.land.names.get(code, "")
            if spelling.loose_key(told) == spelling.loose_key(name):
                return self._whole_city(code) if code in self.land.cities else Answer((code,))
        home = reference.departement_of(code)
        answer = self.of_name(name, context, home if self.land.year else "", budget=budget)
        of_code = self.of_code(code)
        districts = [one for one in self._postal.get(code, ()) if one in answer.codes]
        if districts and len(districts) < len(answer.codes):
            return Answer(tuple(districts))  # « 75015 Paris » is one arrondissement of the city
        meant = {*of_code.codes, *of_code.candidates, *self._postal.get(code, ())}
        if answer.codes and meant and not meant.intersection(answer.codes):
            both = (*of_code.codes, *of_code.candidates, *answer.codes)
            why = f"« {text} » : le code et le nom ne désignent pas la même commune."
            return Answer(candidates=tuple(dict.fromkeys(both))[:MOST_CANDIDATES], message=why)
        return answer if answer.codes or answer.candidates else of_code

    def of_name(
        self, text: str, context: Sequence[str], departement: str = "", *, budget: Budget
    ) -> Answer:
        """A name, in a département told beside it, in brackets after it, or in the context."""
        if not spelling.key(text):
            return Answer(message="Ni nom ni code de commune dans ce texte.")
        inside = BRACKETS.match(text)
        given = self._departements(departement)
        if not given and inside is not None:
            given = self._departements(inside["inside"])
        if given:
            return self._in_departements(text, given, budget)
        if departement:
            return Answer(message=f"« {text} » : département « {departement} » inconnu.")
        return self._in_context(text, tuple(context), budget)

    def _departements(self, text: str) -> tuple[str, ...]:
        if not text:
            return ()
        if self.land.year:
            return departements_named(text)
        own = set(self._departement_of.values())
        return (text,) if text in own else ()

    def _in_departements(self, text: str, given: tuple[str, ...], budget: Budget) -> Answer:
        bare = self._without_departement(text, given)
        if not self.land.year:
            return self._chosen(text, self._by_key(bare, given), given, sure=True)
        if told := contradiction(text, given):
            named = french.enumeration([*told], "ou")
            return Answer(message=f"« {text} » indique le département {named}, la ligne un autre.")
        codes = self._by_key(bare, given, loose=False)
        if len(codes) == 1:
            return self._taken(codes[0])
        if not budget.long_look():
            return self._chosen(text, self._by_key(bare, given), given, sure=True)
        return self._of_match(look_for(text, given), text, given, budget)

    def _without_departement(self, text: str, given: tuple[str, ...]) -> str:
        """« Pantin » of « Pantin (93) »."""
        found = BRACKETS.match(text)
        inside = self._departements(found["inside"]) if found else ()
        return found["name"] if found and set(inside) & set(given) else text

    def _of_match(
        self, match: Match | None, text: str, given: tuple[str, ...], budget: Budget
    ) -> Answer:
        if match is None:
            return self._unknown(text, given, budget)
        candidates = self._carried(match.candidates)
        if match.code is None:
            if match.rule != "ambigu":
                return Answer(message=match.message)
            return Answer(candidates=candidates, message=match.message)
        codes = self._carried([match.code])
        if len(codes) > 1 and match.code not in self.land.cities:
            return Answer(candidates=codes, message=f"« {text} » : commune partagée depuis.")
        message = match.message.partition(" : ")[2] if match.message else ""
        if match.code in self.land.cities:
            return self._whole_city(match.code)
        return Answer(codes, message=message.strip().rstrip("."))

    def _carried(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Present codes as codes of the units of the land's year."""
        found: list[str] = []
        for code in codes:
            if code in self.land.known:
                found.append(code)
            elif code in self.land.cities:
                found += self.land.cities[code]
            else:
                found += self._heirs_of(code)
        return tuple(dict.fromkeys(found))

    def _in_context(self, text: str, context: tuple[str, ...], budget: Budget) -> Answer:
        here = self._by_key(text, context) if context else []
        if here:
            return self._chosen(text, here, context, sure=True)
        folded = text.casefold()
        city = next((one for word, one in _CITY_WORDS.items() if word in folded), "")
        wider = tuple(dict.fromkeys([*context, *([city] if city else [])]))
        if self.land.year and wider and budget.long_look():
            match = look_for(text, wider)
            if match is not None and (match.code is not None or match.candidates):
                return self._of_match(match, text, wider, budget)
        everywhere = self._by_key(text, ())
        if everywhere:
            return self._chosen(text, everywhere, context, sure=not context)
        return self._unknown(text, wider, budget)

    def _by_key(self, text: str, departements: Sequence[str], *, loose: bool = True) -> list[str]:
        """Codes that a name leads to, in some départements or everywhere; present names first."""
        exact, loosely = self._keyed
        wanted = spelling.loose_key(text) if loose else ""
        looks = [exact.get(spelling.key(text), [])]
        if loose:
            looks += [loosely.get(wanted, []), self._former.get(wanted, [])]
        for codes in looks:
            told = self._departement_of
            kept = [
                code
                for code in dict.fromkeys(codes)
                if not departements
                or told.get(code, reference.departement_of(code)) in departements
            ]
            if kept:
                return kept
        return []

    def _taken(self, code: str) -> Answer:
        if code in self.land.cities:
            return self._whole_city(code)
        codes = self._carried([code])
        plain = codes == (code,)
        return Answer(codes, message="" if plain else f"aujourd’hui {self._told(codes)}")

    def _chosen(
        self, text: str, codes: Sequence[str], context: Sequence[str], *, sure: bool
    ) -> Answer:
        """One code is taken when it is sure; several are asked."""
        if len(codes) == 1 and sure:
            return self._taken(codes[0])
        if not codes:
            return self._unknown(text, tuple(context), Budget.none())
        found = self._carried(codes)[:MOST_CANDIDATES]
        if len(codes) == 1:
            return Answer(
                candidates=found,
                message=f"« {text} » n’est dans aucun des départements choisis : à confirmer.",
            )
        count = french.count_of(len(codes), "commune")
        return Answer(candidates=found, message=f"« {text} » : {count} portent ce nom.")

    def _unknown(self, text: str, departements: tuple[str, ...], budget: Budget) -> Answer:
        near: tuple[str, ...] = ()
        if self.land.year and departements and budget.suggestion():
            near = self._carried(alike(text, departements))[:MOST_CANDIDATES]
        message = f"« {text} » : aucune commune de ce nom"
        where = f" ({', '.join(departements)})" if 0 < len(departements) <= 6 else ""
        told = " Est-ce l’une de celles-ci ?" if near else ""
        return Answer(candidates=near, message=f"{message}{where}.{told}")

    def _told(self, codes: Sequence[str]) -> str:
        shown = [self.land.label(code) for code in codes[:6]]
        return french.enumeration(shown) + ("…" if len(codes) > 6 else "")


@dataclass
class Budget:
    """How many slow readings one list may still ask for."""

    looks: int = _LONG_LOOKS
    suggestions: int = _SUGGESTIONS

    @classmethod
    def none(cls) -> Budget:
        """No slow reading at all."""
        return cls(0, 0)

    def long_look(self) -> bool:
        """Take one long look, if any is left."""
        self.looks -= 1
        return self.looks >= 0

    def suggestion(self) -> bool:
        """Take one suggestion, if any is left."""
        self.suggestions -= 1
        return self.suggestions >= 0
