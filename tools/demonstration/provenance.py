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

    Files of an earlier run that are no longer made are removed from the folders written.
    """
    for source in sorted({file.source for file in files}):
        mine = [file for file in files if file.source == source]
        home = folder / source
        home.mkdir(parents=True, exist_ok=True)
        for stale in sorted(home.iterdir()):
            if stale.is_file():
                stale.unlink()
        for file in mine:
            (home / file.nom).write_bytes(file.content)
        note = "\n".join(_entry(file) for file in mine)
        (home / "provenance.toml").write_text(note, encoding="utf-8", newline="\n")


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
