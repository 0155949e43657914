"""How a verdict looks: sign, words and colours. The sign and the words never need the colour.

A full triangle is a significant difference (two at 99.8 %), a hollow one a mere gap, without
interval; « ≈ » is a difference that is not shown. Colours tell the judgement: teal is favourable,
orange is not, blue has no judgement.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cpts_data import french
from cpts_data.analysis.compare import Basis, expected_by_chance
from cpts_data.analysis.grammar import sentence
from cpts_data.analysis.references import Kind
from cpts_data.analysis.sentences import rank_words, verdict_words
from cpts_data.indicators import Indicator, Nature
from cpts_data.measures import Status
from cpts_data.statistics.significance import Verdict
from cpts_data.territories import Level

FAVOURABLE, UNFAVOURABLE, NEUTRAL, CLOSE, NONE = "fav", "def", "neu", "pro", "sans"
GROUNDS = {
    (FAVOURABLE, True): "#9fd6cd",
    (FAVOURABLE, False): "#d9f0ec",
    (UNFAVOURABLE, True): "#f7b98c",
    (UNFAVOURABLE, False): "#fde5d3",
    (NEUTRAL, True): "#b9cbe8",
    (NEUTRAL, False): "#e2eaf6",
    (CLOSE, False): "#f3f5f7",
    (NONE, False): "#ffffff",
}
INKS = {
    FAVOURABLE: "#0f6b62",
    UNFAVOURABLE: "#b34700",
    NEUTRAL: "#2f5597",
    CLOSE: "#6b7782",
    NONE: "#6b7782",
}
# Territories that stand among the CPTS of their région; the others are wider, or other things.
_RANKED = (Level.CPTS.value, Level.COMPOSED.value)
LEGEND = (
    ("▲ ▼", NONE, False, "plus ou moins élevé, écart significatif à 95 %"),
    ("▲▲ ▼▼", NONE, False, "significatif à 99,8 %"),
    ("≈", CLOSE, False, "écart non démontré"),
    ("△ ▽", NONE, False, "écart simple, sans intervalle : pas de test"),
    ("favorable", FAVOURABLE, True, ""),
    ("défavorable", UNFAVOURABLE, True, ""),
    ("sans jugement", NEUTRAL, True, ""),
)


@dataclass(frozen=True)
class Look:
    """Sign, short words, judgement in words, tone and strength of one comparison."""

    sign: str
    words: str
    judged: str
    tone: str
    strong: bool

    @property
    def ground(self) -> str:
        """Background colour, light enough for dark text."""
        return GROUNDS[(self.tone, self.strong)]

    @property
    def ink(self) -> str:
        """Colour of a mark on white."""
        return INKS[self.tone]


# Whatever the hidden counts are, the figure lies on that side; no test can be made of it.
_SIDES = {"au_dessus": ("△", "au-dessus, sans test"), "au_dessous": ("▽", "au-dessous, sans test")}


def look(row: pd.Series, indicator: Indicator) -> Look:
    """How a row of ``compare.compare`` is told in a cell, a legend or a mark."""
    basis = str(row["basis"])
    if basis == Basis.ITSELF:
        return Look("", "référence", "", NONE, False)
    if is_wider(row) or not _tells(row):
        return Look("", "", "", NONE, False)
    if row["verdict"]:
        return _judged(row, indicator)
    if basis == Basis.GAP_ONLY:
        gap = french.rounded(float(row["gap"]), indicator.digits)
        sign = "△" if gap > 0 else "▽" if gap < 0 else "="
        place = rank_words(row) if str(row["level"]) in _RANKED else ""
        return Look(sign, french.signed(gap, indicator.digits), place, NONE, False)
    if basis == Basis.BOUNDS and row["side"] in _SIDES:
        sign, words = _SIDES[row["side"]]
        return Look(sign, words, "", NONE, False)
    return Look("", "", "", NONE, False)


def _tells(row: pd.Series) -> bool:
    told = (Status.OBSERVED, Status.ESTIMATED, Status.BOUNDED, Status.TOO_SMALL)
    return str(row["status"]) in told


def _judged(row: pd.Series, indicator: Indicator) -> Look:
    code = Verdict(str(row["verdict"]))
    words = verdict_words(code, str(row["reference"]))
    if code in (Verdict.INSUFFISANT, Verdict.NON_COMPARABLE):
        return Look("", words, "", NONE, False)
    if code is Verdict.PROCHE:
        return Look("≈", words, "", CLOSE, False)
    sign = "▲" if code.direction > 0 else "▼"
    need = indicator.nature is Nature.NEED
    judgement = 0 if need else code.judgement
    tone = {1: FAVOURABLE, -1: UNFAVOURABLE, 0: NEUTRAL}[judgement]
    told = {1: "favorable", -1: "défavorable", 0: ""}[judgement]
    return Look(sign * (2 if code.strong else 1), words, told, tone, code.strong)


def counted(table: pd.DataFrame) -> list[tuple[str, int]]:
    """How many territories got each verdict, in words, those that differ first."""
    rows = table[table["verdict"].ne("") & table["verdict"].notna()]
    told = [
        verdict_words(str(verdict), str(kind))
        for verdict, kind in zip(rows["verdict"], rows["reference"], strict=True)
    ]
    counts = pd.Series(told, dtype="object").value_counts()
    order = sorted(counts.index, key=lambda text: (text.startswith(("proche", "effectif")), text))
    return [(text, int(counts[text])) for text in order]


def by_chance(comparisons: int) -> str:
    """The warning on many comparisons at once; empty when chance should show no difference."""
    expected = round(expected_by_chance(comparisons))
    if expected < 1:
        return ""
    shown = french.count_of(
        expected, "écart paraîtrait significatif", "écarts paraîtraient significatifs"
    )
    told = french.count_of(comparisons, "comparaison")
    return sentence(f"{told} au seuil de 95 % : environ {shown} par le seul hasard")


def is_wider(row: pd.Series) -> bool:
    """Whether a territory cannot be judged by its reference: it holds it."""
    sizes = {Level.DEPARTEMENT: 1, Level.REGION: 2, Level.FRANCE: 3}
    level = sizes.get(Level(str(row["level"])), 0)
    kinds = {Kind.DEPARTEMENT: 1, Kind.REGION: 2, Kind.FRANCE: 3, Kind.PEERS: 1}
    return level > 0 and level >= kinds.get(Kind(str(row["reference"])), 4)


def own_figure(row: pd.Series) -> bool:
    """Whether a row carries a figure of the territory itself: drawn, not merely told."""
    return str(row["status"]) in (Status.OBSERVED, Status.ESTIMATED) and pd.notna(row["value"])
