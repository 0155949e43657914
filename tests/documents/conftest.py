"""Documents of the demonstration, read once: its figures are the long part."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpts_data.diagnostic import Diagnostic
from cpts_data.documents.content import document
from cpts_data.documents.material import Material
from cpts_data.documents.model import Document, Model
from cpts_data.territories import Level, Territory

ROOT = Path(__file__).resolve().parents[2]
OWN = "HES-CPTS-02"


@pytest.fixture(scope="session")
def material() -> Material:
    """What the documents of the demonstration are made of."""
    return Material(Diagnostic.open(ROOT / "data" / "demonstration"))


@pytest.fixture(scope="session")
def own(material: Material) -> Territory:
    """A CPTS that shares a commune and has masked figures."""
    return material.diagnostic.territory(Level.CPTS, OWN)


@pytest.fixture(scope="session")
def written(material: Material, own: Territory) -> dict[Model, Document]:
    """Its four documents."""
    return {model: document(material, own, model) for model in Model}
