"""Other figures that circulate for an indicator: what they say, their source, why they differ.

``data/reference/autres_chiffres.csv`` is a cited table that anyone may edit: ``indicateur``,
``valeur`` (as it circulates, in words), ``territoire``, ``periode``, ``source``, ``pourquoi``,
``statut`` (``source``: written in the document cited; ``derive``: computed from it;
``a_verifier``: nobody found the document).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

FILE = Path(__file__).resolve().parents[2] / "data" / "reference" / "autres_chiffres.csv"
MARKS = {"source": "", "derive": "calcul", "a_verifier": "à vérifier"}


@dataclass(frozen=True)
class Competing:
    """One figure that circulates beside that of an indicator. ``mark`` is empty, or a caution."""

    indicator: str
    value: str
    area: str
    period: str
    source: str
    why: str
    mark: str

    @property
    def about(self) -> str:
        """Of whom and when: « France, 2023 »."""
        return ", ".join(text for text in (self.area, self.period) if text)


@cache
def competing_figures() -> tuple[Competing, ...]:
    """Every one, in the order of the file."""
    table = pd.read_csv(FILE, dtype=str, keep_default_na=False)
    return tuple(
        Competing(
            row["indicateur"],
            row["valeur"],
            row["territoire"],
            row["periode"],
            row["source"],
            row["pourquoi"],
            MARKS[row["statut"]],
        )
        for row in table.to_dict("records")
    )


def competing_with(indicator: str) -> tuple[Competing, ...]:
    """Those of one indicator."""
    return tuple(one for one in competing_figures() if one.indicator == indicator)
