"""The colours of the documents that Office opens; those of Typst's ``style.typ``."""

from __future__ import annotations

from typing import Final

INK: Final = "1D2733"
GREY: Final = "4C5A68"
RULE: Final = "D5DBE1"
PALE: Final = "F3F6F8"
DEEP: Final = "14324A"
PRIMARY: Final = "1F5A7A"
TINT: Final = "E4EEF4"
ALERT: Final = "7A4A00"
ALERT_GROUND: Final = "FDF1DC"
WHITE: Final = "FFFFFF"
MEN: Final = "3F7EA6"
WOMEN: Final = "C98B3A"
# Parts of the grid: forces, faiblesses, opportunités, menaces.
GRID: Final = ("0F6B62", "B34700", "2F5597", "7A4B8A")


def bare(colour: str) -> str:
    """A colour as Office writes it: without its « # », in capitals."""
    return colour.removeprefix("#").upper()


def hashed(colour: str) -> str:
    """A colour as style sheets and XlsxWriter write it."""
    return f"#{colour}"
