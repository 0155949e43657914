"""The spine chart: where a figure stands around its reference, among its peers.

A line shows the extremes and the quartiles of the CPTS, the figure and its interval, all scaled so
that the farthest extreme touches the edge. Right is favourable; without judgement, right is higher.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cpts_data.analysis.compare import Basis
from cpts_data.indicators import Indicator, Polarity
from cpts_data.reading.comparisons import Row, Shown

WAYS = {
    True: ("moins favorable", "plus favorable"),
    False: ("plus bas", "plus élevé"),
}
KEY = (
    "Trait noir vertical : la référence. Barre claire : de la plus basse à la plus haute des "
    "CPTS de la région ; barre foncée : la moitié centrale. Point : le territoire (rond favorable, "
    "losange défavorable, carré sans jugement, cercle vide écart non démontré, petit rond "
    "sans test) ; trait fin : son intervalle de confiance."
)
_DRAWN = (Basis.INTERVAL, Basis.GAP_ONLY, Basis.BOUNDS, Basis.UNDECIDED)


@dataclass(frozen=True)
class Scale:
    """Where a figure stands on a line, in percent: the reference in the middle."""

    middle: float
    span: float
    sign: int

    def at(self, value: float) -> float:
        """Place of a value, kept on the line."""
        place = 50 + self.sign * (value - self.middle) / self.span * 50
        return min(max(place, 0.0), 100.0)


def drawable(shown: Shown) -> bool:
    """Whether an indicator has its place on the chart: a figure or bounds, and a reference."""
    basis = Basis(str(shown.beside["basis"]))
    return basis in _DRAWN and not math.isnan(float(shown.beside["reference_value"]))


def is_judged(shown: Shown) -> bool:
    """Whether right is favourable on its line, or merely higher."""
    return shown.indicator.polarity is not Polarity.NO_JUDGEMENT


def scale_of(row: Row, indicator: Indicator) -> Scale:
    """The scale of a line: the farthest of the peers, or of the figure, touches the edge."""
    middle = float(row["reference_value"])
    ends = [float(row[name]) for name in ("lowest", "highest", "value")]
    if not float(row["among"]) >= 2:
        ends = [float(row[name]) for name in ("lower", "upper", "value")]
    span = max((abs(end - middle) for end in ends if end == end), default=0.0)
    sign = -1 if indicator.polarity is Polarity.LOW_IS_GOOD else 1
    return Scale(middle, span * 1.04 or 1.0, sign)
