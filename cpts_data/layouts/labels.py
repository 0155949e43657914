"""Labels of headers compared as a reader would: accents, capitals, apostrophes, blanks apart."""

from __future__ import annotations

import re
import unicodedata


def plain(text: object) -> str:
    """Small letters without accents; anything but letters and digits becomes one blank.

    « Nombre d’habitants » (typographic apostrophe) and « NOMBRE D'HABITANTS » are one label.
    """
    folded = str(text).lower().replace("œ", "oe").replace("æ", "ae")
    letters = unicodedata.normalize("NFKD", folded)
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", " ", kept).strip()


def identifier(text: object) -> str:
    """A label as a name of ours: « Code commune » and « CODE_COMMUNE » are ``code_commune``."""
    return plain(text).replace(" ", "_")
