"""The words of one figure, the same on the screen and on paper: name, value, interval, source.

Plain texts: what shows them escapes them. Numbers come from ``french``, sentences from
``analysis.sentences``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from cpts_data import french
from cpts_data.analysis.references import Kind
from cpts_data.analysis.sentences import persons_sentence
from cpts_data.indicators import Indicator
from cpts_data.measures import StandardisedRatio, Status
from cpts_data.reading.comparisons import OwnReading, Row, Shown

FULL_COVERAGE = 0.995
TAGS = {Status.ESTIMATED: "estimation", Status.CONTEXT: "valeur du département"}
_FICTITIOUS = "données fictives au format de : "
_VINTAGE = re.compile(r"(.+), ([^,(]+?)( \(.*\))?")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_LONG_LABEL = 58
_TO_VERIFY = "à vérifier"


def printed(words: str) -> str:
    """Words as they are printed: French spaces and apostrophes, thousands held together."""
    return _THOUSANDS.sub(french.NARROW, french.typography(words))


def capital(words: str) -> str:
    """Words with a capital."""
    return words[:1].upper() + words[1:]


def heading(indicator: Indicator) -> str:
    """The name of an indicator where room is short: its label, unless it is a long one."""
    label = indicator.label
    return label if len(label) <= _LONG_LABEL else short_name(indicator)


def short_name(indicator: Indicator) -> str:
    """The short label; where the catalogue had to cut it, the label with fewer words."""
    if isinstance(indicator.measure, StandardisedRatio):
        return f"ALD à âge égal : {indicator.label.rpartition(' : ')[2]}"
    return indicator.short_label


def cell(row: pd.Series | Mapping[Any, Any], indicator: Indicator) -> str:
    """A figure in words: value and unit, bounds, or why there is none."""
    status = Status(str(row["status"]))
    if status is Status.BOUNDED:
        lower, upper = float(str(row["lower"])), float(str(row["upper"]))
        return french.between(lower, upper, indicator.unit, indicator.digits)
    if not status.has_value:
        return status.words
    return french.with_unit(float(str(row["value"])), indicator.unit, indicator.digits)


def interval_text(shown: Shown) -> str:
    """« 58,0 à 66,3 », empty without interval."""
    low, high = float(shown.beside["lower"]), float(shown.beside["upper"])
    if not shown.status.has_value or math.isnan(low) or math.isnan(high):
        return ""
    digits = shown.indicator.digits
    return f"{french.number(low, digits)} à {french.number(high, digits)}"


def reference_notes(own: OwnReading, shown: Shown, beside: Row) -> list[str]:
    """What is to be known of a reference figure: another period, an estimate, to be verified."""
    said = []
    period = str(beside["reference_period"] or "")
    if period and period not in (str(shown.row["period"]), "nan"):
        said.append(period)
    if str(beside["reference_status"]) == Status.ESTIMATED.value:
        said.append("estimation")
    key = (str(beside["reference"]), str(beside["reference_id"]), shown.indicator.id)
    if _TO_VERIFY in own.credits.get(key, ""):
        said.append(_TO_VERIFY)
    return said


def persons_words(row: Row, indicator: Indicator) -> str:
    """« Il faudrait 412 femmes de plus pour atteindre la cible. », empty when it is reached."""
    told = persons_sentence(row, indicator).removesuffix(".")
    how_many = told.rpartition("il faudrait ")[2]
    if not how_many:
        return ""
    aim = "la cible" if str(row["reference"]) == Kind.TARGET.value else "la référence"
    return f"Il faudrait {how_many} pour atteindre {aim}."


def coverage_words(shown: Shown) -> str:
    """« connu pour 83 % de la population », empty when it is known for all."""
    coverage = float(shown.row["coverage"])
    if not (shown.status.has_value and coverage < FULL_COVERAGE):
        return ""
    return f"connu pour {french.percent(coverage, 0)} de la population"


def source_line(credits: Iterable[str]) -> str:
    """Source lines as one: one dataset is told once, with all its vintages."""
    vintages: dict[tuple[str, str], dict[str, None]] = {}
    fictitious = False
    for credit in (one for told in credits for one in told.split(" ; ") if one):
        fictitious |= credit.startswith(_FICTITIOUS)
        found = _VINTAGE.fullmatch(credit.removeprefix(_FICTITIOUS))
        head, when, tail = found.groups() if found else (credit, "", "")
        vintages.setdefault((head, tail or ""), {})[when] = None
    told = [
        ", ".join([head, *[when for when in sorted(known) if when]]) + tail
        for (head, tail), known in vintages.items()
    ]
    if not told:
        return ""
    start = "Source fictive, au format de" if fictitious else "Source"
    return printed(f"{start} : {' ; '.join(told)}")
