"""The folder of one source: its files and the note that says where they come from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

PUBLISHER = "Données fictives"
LICENCE = "Licence Ouverte 2.0"
ADDRESS = "tools/make_demonstration.py"
PUBLISHED = "2025-01-15"


@dataclass(frozen=True)
class DemonstrationFile:
    """One file to write: its source id, name, what it shows, its vintage, its bytes."""

    source: str
    nom: str
    sujet: str
    millesime: str
    content: bytes


def write_files(files: list[DemonstrationFile], folder: Path) -> None:
    """Write each file in the folder of its source, with one ``provenance.toml`` by source.

    Each file replaces the former one at once, since others may read them meanwhile. Files of an
    earlier run that are no longer made are removed from the folders written.
    """
    for source in sorted({file.source for file in files}):
        mine = [file for file in files if file.source == source]
        home = folder / source
        home.mkdir(parents=True, exist_ok=True)
        for file in mine:
            _write(home / file.nom, file.content)
        _write(home / "provenance.toml", "\n".join(_entry(file) for file in mine).encode())
        made = {file.nom for file in mine} | {"provenance.toml"}
        for stale in sorted(home.iterdir()):
            if stale.is_file() and stale.name not in made:
                stale.unlink()


def _write(path: Path, content: bytes) -> None:
    """Write a whole file, then give it its name: nobody reads half of it."""
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)


def _entry(file: DemonstrationFile) -> str:
    values = {
        "nom": file.nom,
        "titre": f"Données fictives de démonstration — {file.sujet}",
        "editeur": PUBLISHER,
        "adresse": ADDRESS,
        "date_publication": PUBLISHED,
        "date_recuperation": PUBLISHED,
        "millesime": file.millesime,
        "licence": LICENCE,
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(["[[fichier]]", *lines, ""])
