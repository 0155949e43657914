"""Tables as French spreadsheets read them: semicolons, decimal comma, formulas neutralised."""

from __future__ import annotations

import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
SECRECY = "Données agrégées ; les cellules masquées le sont au titre du secret statistique."


def neutralised(text: str) -> str:
    """A text cell that no spreadsheet reads as a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(table: pd.DataFrame) -> bytes:
    """A table as CSV: semicolons, decimal comma, UTF-8 with a mark; unknown texts left empty."""
    shown = table.copy()
    for name in shown.columns:
        if not pd.api.types.is_numeric_dtype(shown[name]):
            texts = shown[name].astype("object").where(shown[name].notna(), "")
            shown[name] = texts.astype(str).map(neutralised)
    text: str = shown.to_csv(index=False, sep=";", decimal=",")
    return text.encode("utf-8-sig")
