"""What a page tells: every marked figure, every figure of its tables, and what no mark explains."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

import pandas as pd
from streamlit.testing.v1 import AppTest

from cpts_data import french
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators import INDICATORS
from cpts_data.territories import Level
from tests.pages.opening import raw

# A target and what ages give are of no period; nor is what an index is by its construction.
UNDATED = ("cible:", "attendu:")
BY_CONSTRUCTION = "construction de l'indice"
Key = tuple[str, str, str, str]
VOID = {"br", "hr", "img", "input", "link", "meta", "path", "line", "rect", "circle", "polyline"}
# What looks like a figure: a decimal comma, a percentage, a number of four digits and more.
FIGURE = re.compile(r"\d+,\d+|\d[\d\u202f]*[\u202f\u00a0 ]?%|\d{1,3}(?:\u202f\d{3})+")
# Text of these is no figure of a territory: legends of maps, sources, and what is unfolded.
SILENT = {"style", "script", "details", "caption"}
SILENT_CLASSES = {
    "cpts-legend",
    "cpts-source",
    "cpts-signs",
    "cpts-keys",
    "cpts-distance",
    "meet-source",
}
# Numbers that belong to a method or to a unit, wherever they stand.
METHOD = re.compile(
    r"9(?:5|9,8)\s%|pour 100?\s000|ETP/100\s000|sous 2,5|2,5 consultations|60\s% de la médiane"
)


@dataclass(frozen=True)
class Told:
    """One figure as a page tells it."""

    key: Key
    value: str
    state: str
    source: str
    words: str
    page: str

    @property
    def indicator(self):
        """Its entry of the catalogue; None for one that a page makes for itself."""
        return INDICATORS.get(self.key[0])


class Reader(HTMLParser):
    """Reads the HTML of a page: figures with their marks, and texts that no mark explains."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.figures: list[Told] = []
        self.loose: list[str] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self._open.append((tag, {name: text or "" for name, text in attrs}, []))

    def handle_endtag(self, tag):
        while self._open:
            opened, held, texts = self._open.pop()
            words = "".join(texts)
            if self._open:
                self._open[-1][2].append(words)
            if "data-periode" in held:
                self._figure(held, words)
            if opened == tag:
                break

    def handle_data(self, data):
        if self._open:
            self._open[-1][2].append(data)
        silent = any(
            tag in SILENT
            or "data-indicateur" in held
            or SILENT_CLASSES.intersection(held.get("class", "").split())
            for tag, held, _ in self._open
        )
        if not silent and FIGURE.search(METHOD.sub("", data)):
            self.loose.append(data.strip())

    def _figure(self, held: Mapping[str, str], words: str) -> None:
        names = ("indicateur", "territoire", "strate", "periode")
        key = tuple(held[f"data-{name}"] for name in names)
        value = held.get("value", held.get("data-valeur", ""))
        state, source = held.get("data-etat", ""), held["data-source"]
        self.figures.append(Told(key, value, state, source, words, self.page))


def read(test: AppTest, page: str) -> Reader:
    """The figures of a page that was opened."""
    reader = Reader(page)
    reader.feed(raw(test))
    reader.close()
    return reader


# Tables


def labels(diagnostic: Diagnostic) -> dict[str, str]:
    """How tables name territories -> « level:id »; a name that two of them share is left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for level in (
        Level.COMMUNE,
        Level.ARRONDISSEMENT,
        Level.CPTS,
        Level.EPCI,
        Level.DEPARTEMENT,
        Level.REGION,
        Level.FRANCE,
    ):
        territories = diagnostic.territories(level)
        for identifier in territories.table.index:
            one = territories.territory(str(identifier))
            for name in {one.name, one.label, french.typography(one.label)}:
                found[name].add(f"{level.value}:{identifier}")
    return {name: keys.pop() for name, keys in found.items() if len(keys) == 1}


def columns() -> dict[str, str]:
    """How tables head a column of figures -> id of the indicator; doubtful heads are left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in INDICATORS.values():
        for name in (one.short_label, f"{one.short_label} ({one.unit})"):
            found[name].add(one.id)
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}


def tabled(test: AppTest, page: str, diagnostic: Diagnostic) -> list[Told]:
    """The figures of the tables of a page, rounded as they stand there."""
    places, heads = labels(diagnostic), columns()
    found = []
    for element in test.dataframe:
        table = pd.DataFrame(element.value)
        rows = [name for name in ("Commune", "Territoire", "CPTS") if name in table.columns]
        for head in table.columns.intersection(list(heads)) if rows else ():
            indicator = INDICATORS[heads[head]]
            latest = diagnostic.latest_period(indicator)
            for position, number in enumerate(table[head]):
                place = places.get(str(table[rows[0]].iloc[position]))
                if place is None or not isinstance(number, float | int) or number != number:
                    continue
                when = latest
                if "Période" in table.columns:
                    when = str(table["Période"].iloc[position])
                key = (indicator.id, place, "ensemble", when)
                found.append(Told(key, f"{float(number):.10g}", "", "", "", page))
    return found


# What must hold


def disagreements(told: Iterable[Told]) -> list[str]:
    """Figures that two places tell differently: one line each, with where they stand."""
    by_key: dict[Key, list[Told]] = defaultdict(list)
    for one in told:
        by_key[one.key].append(one)
    found = []
    for key, all_told in by_key.items():
        exact = {one.value for one in all_told if one.words and one.value}
        shown = {_rounded(one) for one in all_told if one.value}
        states = {one.state for one in all_told if one.state}
        if len(exact) > 1 or len(shown) > 1 or len(states) > 1:
            where = sorted({f"{one.page} : {one.value or one.state}" for one in all_told})
            found.append(f"{' / '.join(key)} : {' ; '.join(where)}")
    return found


def _rounded(one: Told) -> str:
    """A figure as it is written, whatever the place: bounds stay as they are."""
    if one.indicator is None or ".." in one.value:
        return one.value
    return french.number(float(one.value), one.indicator.digits)


def misspelled(told: Iterable[Told]) -> list[str]:
    """Marked figures whose words do not hold the value that they are marked with."""
    found = []
    for one in told:
        if not one.words or not one.value or one.indicator is None:
            continue
        ends = one.value.split("..")
        digits = one.indicator.digits
        numbers = [french.number(float(end), digits) for end in ends]
        if not all(_bare(number) in _bare(one.words) for number in numbers):
            found.append(f"{one.page} : {one.key} {numbers} dans « {one.words.strip()} »")
    return found


def _bare(text: str) -> str:
    return re.sub(r"[\s\u202f\u00a0]", "", text).replace("\N{MINUS SIGN}", "-")


def orphans(told: Iterable[Told]) -> list[str]:
    """Figures without a period or without a source."""
    return [
        f"{one.page} : {one.key}"
        for one in told
        if one.words and one.value and not (one.source and (one.key[3] or _undated(one)))
    ]


def _undated(one: Told) -> bool:
    return one.key[1].startswith(UNDATED) or BY_CONSTRUCTION in one.source
