"""What one may leave with: each document and the forms that it takes, made in one call.

The page « Documents » and the command line both come here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cpts_data import french
from cpts_data.documents import exports
from cpts_data.documents.content import document
from cpts_data.documents.draft import Draft
from cpts_data.documents.material import Material
from cpts_data.documents.model import Document, Model, Options
from cpts_data.documents.pdf import pdf
from cpts_data.documents.slides import slides
from cpts_data.documents.word import word
from cpts_data.documents.workbook import workbook
from cpts_data.territories import Territory

_LONGEST_NAME = 60
_SPELLED = str.maketrans({"œ": "oe", "æ": "ae", "’": "-"})
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


class Deliverable(StrEnum):
    """The documents, as the command line and the address name them."""

    PORTRAIT = "portrait"
    DIAGNOSIS = "diagnostic"
    DIALOGUE = "dialogue"
    LETTER = "lettre"
    SLIDES = "diaporama"
    WORKBOOK = "tableur"
    DATA = "donnees"
    PICTURES = "images"

    @property
    def label(self) -> str:
        """The French name."""
        return _ABOUT[self].label

    @property
    def about(self) -> str:
        """One French sentence: what it is for."""
        return french.typography(_ABOUT[self].sentence)

    @property
    def forms(self) -> tuple[str, ...]:
        """The extensions of the files that it may be, the usual one first."""
        return _ABOUT[self].forms

    @property
    def model(self) -> Model:
        """The content that it is made of: slides, tables and pictures come from the diagnosis."""
        return Model(self.value) if self.value in set(Model) else Model.DIAGNOSIS

    @property
    def written(self) -> bool:
        """Whether it is a text, in which a team's own paragraphs have their place."""
        return self.value in set(Model) or self is Deliverable.SLIDES


@dataclass(frozen=True)
class _About:
    label: str
    sentence: str
    forms: tuple[str, ...]


_ABOUT = {
    Deliverable.PORTRAIT: _About(
        Model.PORTRAIT.label,
        "L'essentiel sur deux pages, à imprimer recto verso et à distribuer.",
        ("pdf", "docx"),
    ),
    Deliverable.DIAGNOSIS: _About(
        Model.DIAGNOSIS.label,
        "Le chapitre « diagnostic » du projet de santé : tous les thèmes, cartes, annexes.",
        ("pdf", "docx"),
    ),
    Deliverable.DIALOGUE: _About(
        Model.DIALOGUE.label,
        "Échéances, indicateurs suivis et points d'attention, pour préparer la réunion annuelle.",
        ("pdf", "docx"),
    ),
    Deliverable.LETTER: _About(
        Model.LETTER.label,
        "Le besoin, le territoire, les premières analyses et les échéances, à joindre à la lettre.",
        ("pdf", "docx"),
    ),
    Deliverable.SLIDES: _About(
        "Diaporama",
        "Une idée par diapositive, graphiques modifiables, sources dans les commentaires.",
        ("pptx",),
    ),
    Deliverable.WORKBOOK: _About(
        "Tableur",
        "Une feuille par thème, les communes, le dictionnaire des données, les sources.",
        ("xlsx",),
    ),
    Deliverable.DATA: _About(
        "Données",
        "Les chiffres du territoire et de ses communes, avec toutes leurs décimales.",
        ("csv", "geojson", "parquet"),
    ),
    Deliverable.PICTURES: _About(
        "Images",
        "Chaque carte et chaque graphique en PNG et en SVG, avec titre, légende et source.",
        ("zip",),
    ),
}
FORMS = {
    "pdf": ("PDF", "application/pdf"),
    "docx": (
        "Word",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "pptx": (
        "PowerPoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    "xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": ("CSV", "text/csv"),
    "geojson": ("GeoJSON", "application/geo+json"),
    "parquet": ("GeoParquet", "application/vnd.apache.parquet"),
    "zip": ("Archive (PNG et SVG)", "application/zip"),
}
_OF_DOCUMENT: dict[str, Callable[[Document], bytes]] = {
    "pdf": pdf,
    "docx": word,
    "pptx": slides,
    "zip": exports.images,
}
_OF_DRAFT: dict[str, Callable[[Draft], bytes]] = {
    "csv": exports.csv,
    "geojson": exports.geojson,
    "parquet": exports.geoparquet,
}


def make(
    material: Material,
    territory: Territory,
    deliverable: Deliverable,
    form: str,
    options: Options | None = None,
) -> bytes:
    """A document of a territory in a form (an extension of its ``forms``), as a file.

    Raises ``ValueError`` for a form that it does not take, :class:`exports.NoContoursError` for
    contours that the space does not have.
    """
    if form not in deliverable.forms:
        known = french.enumeration(list(deliverable.forms), "ou")
        raise ValueError(f"« {deliverable.label} » se fait en {known}, pas en {form}")
    if form in _OF_DRAFT:
        return _OF_DRAFT[form](Draft(material, territory, options or Options()))
    if form == "xlsx":
        return workbook(material, territory, options)
    return _OF_DOCUMENT[form](document(material, territory, deliverable.model, options))


def file_name(territory: Territory, deliverable: Deliverable, form: str) -> str:
    """A file name without accent or sign that any system takes: « portrait_cpts-du-levant.pdf »."""
    return f"{deliverable.value}_{slug(territory.name) or slug(territory.id) or 'cpts'}.{form}"


def slug(words: str) -> str:
    """Words in small letters without accents, joined by hyphens; empty when none is left."""
    spelled = words.lower().translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return _NOT_A_WORD.sub("-", plain).strip("-")[:_LONGEST_NAME].rstrip("-")
