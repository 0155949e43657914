"""A document as a PDF: tagged, in French, with bookmarks and text alternatives (PDF/UA-1)."""

from __future__ import annotations

from typing import Any

from cpts_data import french
from cpts_data.documents.model import Document, Model, Table
from cpts_data.documents.rendering import as_data, compiled, tones
from cpts_data.indicators import Theme
from cpts_data.reading.wording import printed

STANDARD = "ua-1"
_THEMES = tuple(theme.value for theme in Theme)
_FEW = 30
_TEMPLATES = {
    Model.DIAGNOSIS: "diagnostic.typ",
    Model.PORTRAIT: "portrait.typ",
    Model.DIALOGUE: "dialogue.typ",
    Model.LETTER: "lettre.typ",
}


def pdf(document: Document) -> bytes:
    """The document as a PDF of its model's template."""
    return compiled(_TEMPLATES[document.model], _data(document), "pdf", pdf_standards=STANDARD)


def pages(document: Document, ppi: float = 110.0) -> bytes:
    """The first page as a PNG: a preview."""
    return compiled(_TEMPLATES[document.model], _data(document), "png", ppi=ppi)


def _data(document: Document) -> dict[str, Any]:
    level = french.percent(document.confidence, 0 if document.confidence < 0.99 else 1)
    reading = (
        "▲ plus élevé, ▼ moins élevé : écart significatif ; deux triangles, significatif à "
        "99,8 %. ≈ : écart non démontré. △ ▽ : écart simple, sans intervalle, donc sans test. "
        f"« IC » est l'intervalle de confiance à {level}. Vert : favorable ; orange : "
        "défavorable ; bleu : sans jugement ; le signe et les mots suffisent sans la couleur."
    )
    day = french.date(document.date)
    about = (
        f"Document du {day}. Chiffres comparés avec {document.reference} ; intervalles de "
        f"confiance à {level}."
    )
    tables = [one for part in document.sections for one in part.blocks if isinstance(one, Table)]
    return {
        "document": as_data(document),
        "sparse": sum(len(one.rows) for one in tables if one.id.split("_")[0] in _THEMES) < _FEW,
        "tones": tones(),
        "day": day,
        "about": printed(about),
        "space": printed(f"Espace de données : {document.space}"),
        "reading": printed(reading),
    }
