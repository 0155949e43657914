"""The files of ``data/reference/cog``, each read once."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

FOLDER = Path(__file__).resolve().parents[2] / "data" / "reference" / "cog"
PRESENT_YEAR = 2026


@cache
def shipped(name: str) -> pd.DataFrame:
    """One shipped table, read-only by convention: give copies to callers."""
    path = FOLDER / f"{name}.parquet"
    if not path.is_file():
        raise FileNotFoundError(
            f"La table de référence {path} est absente : réinstallez l'application, ou écrivez-la "
            "avec « python tools/make_reference.py »."
        )
    return pd.read_parquet(path)


@cache
def provenance() -> dict[str, Any]:
    """What ``provenance.toml`` says: title, publisher, licence, vintages, versions, sha256."""
    return tomllib.loads((FOLDER / "provenance.toml").read_text(encoding="utf-8"))


def population_year() -> str:
    """Year of the shipped legal populations (``2023``: in force on 1 January 2026)."""
    return str(provenance()["population_year"])


def population_label() -> str:
    """What the shipped populations are, in French, for a source line."""
    return str(provenance()["population_label"])
