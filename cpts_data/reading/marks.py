"""Signs beside one figure: what :mod:`verdicts` says of a comparison, and the same for a trend.

The sign and the words never need the colour: a full triangle is a significant gap (two of them at
99.8 %), a hollow one a gap without test, « ≈ » a gap that is not demonstrated.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cpts_data import french
from cpts_data.analysis.compare import Basis
from cpts_data.analysis.grammar import bare
from cpts_data.analysis.references import Kind
from cpts_data.indicators import Indicator
from cpts_data.reading import verdicts
from cpts_data.reading.verdicts import CLOSE, FAVOURABLE, NEUTRAL, NONE, UNFAVOURABLE

SHAPES = {
    FAVOURABLE: "circle",
    UNFAVOURABLE: "diamond",
    NEUTRAL: "square",
    CLOSE: "circle-open",
    NONE: "triangle-up-open",
}
_WHY_NOT = {
    Basis.CONTEXT: "valeur du département : non comparée",
    Basis.UNDECIDED: "bornes trop larges pour conclure",
    Basis.NO_REFERENCE: "référence non disponible",
}
_TONES = {1: FAVOURABLE, -1: UNFAVOURABLE, 0: NEUTRAL}
_JUDGED = {1: ", favorable", -1: ", défavorable", 0: ""}


@dataclass(frozen=True)
class Mark:
    """One sign: its symbol and words (either may be empty), and its tone (a code of verdicts)."""

    symbol: str
    words: str
    tone: str

    @property
    def significant(self) -> bool:
        """Whether the gap is significant, at 95 % at least."""
        return self.symbol.startswith(("▲", "▼"))

    @property
    def ink(self) -> str:
        """Colour of the sign on white."""
        return verdicts.INKS[self.tone]


def of_comparison(row: Mapping[Hashable, Any], indicator: Indicator) -> Mark:
    """The sign of a row of ``compare.compare``; one without gap tells why, when it may be told."""
    look = verdicts.look(pd.Series(row), indicator)
    if look.sign in ("△", "▽", "=") and str(row["basis"]) != Basis.BOUNDS:
        gap = gap_text(float(row["gap"]), indicator)
        return Mark(look.sign, f"écart {gap}, sans test", NONE)
    if look.words:
        judged = f", {look.judged}" if look.judged else ""
        return Mark(look.sign, f"{look.words}{judged}", look.tone)
    return Mark("", _WHY_NOT.get(Basis(str(row["basis"])), ""), NONE)


def gap_text(gap: float, indicator: Indicator) -> str:
    """A gap with its sign, in points for a percentage: « −2,7 points », « +0,41 »."""
    text = french.signed(gap, indicator.digits)
    if not indicator.unit.startswith("%"):
        return text
    return f"{text}{french.NO_BREAK}point{'s' if abs(gap) >= 2 else ''}"


def of_trend(row: Mapping[Hashable, Any] | None, indicator: Indicator) -> Mark:
    """The sign of a row of ``trends.trends``; without words when nothing can be told."""
    if row is None or row["points"] < 2:
        return Mark("", "", NONE)
    since = f"depuis {row['first_period']}"
    direction = str(row["direction"])
    if direction in ("hausse", "baisse"):
        judgement = int(row["judgement"])
        arrow = "↗" if direction == "hausse" else "↘"
        words = f"{direction} significative {since}{_JUDGED[judgement]}"
        return Mark(arrow, words, _TONES[judgement])
    if direction == "stable":
        return Mark("→", f"pas de changement significatif {since}", CLOSE)
    return Mark("", f"{gap_text(float(row['change']), indicator)} {since}, sans test", NONE)


def value_beside(row: Mapping[Hashable, Any], indicator: Indicator) -> str:
    """The figure of a reference as it stands beside another: « 65,0 % », « 81,3 »."""
    return bare(float(row["reference_value"]), indicator.unit, indicator.digits)


def bare_value(row: Mapping[Hashable, Any], indicator: Indicator) -> str:
    """The figure of a row of ``Values``, its unit told only when it is a percentage."""
    return bare(float(row["value"]), indicator.unit, indicator.digits)


def reference_name(row: Mapping[Hashable, Any]) -> str:
    """What a figure is compared with, named: « Var », « reste du Var », « médiane des CPTS »."""
    kind = Kind(str(row["reference"]))
    if kind is Kind.PEERS:
        return "Médiane des CPTS"
    if kind is Kind.EXPECTED:
        return "Attendu selon l’âge"
    if kind is Kind.TARGET:
        return "Cible nationale"
    name = str(row["reference_name"])
    return f"{name} (hors CPTS)" if bool(row["without"]) else name
