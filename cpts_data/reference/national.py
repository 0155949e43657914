"""National reference values of the indicators: a cited table that anyone may edit."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

FILE = (
    Path(__file__).resolve().parents[2]
    / "data"
    / "reference"
    / "valeurs_nationales"
    / "valeurs_nationales.csv"
)
STATUSES = ("source", "derive", "a_verifier")


@cache
def _table() -> pd.DataFrame:
    table = pd.read_csv(FILE, dtype=str, keep_default_na=False)
    table["value"] = table["value"].astype(float)
    return table


def national_values() -> pd.DataFrame:
    """One row per indicator and period: ``indicator, period, value, unit, status, source, note``.

    ``status`` is ``source`` (written in the document cited), ``derive`` (computed from it) or
    ``a_verifier``.
    """
    return _table().copy()
