"""Make a new, empty space: where it goes, under which name, and which spaces may be changed."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

import tomli_w

from cpts_data.contracts import ContractError, Fault
from cpts_data.space import DEMONSTRATION, DESCRIPTION, known_spaces
from cpts_data.space.provenance import write_atomically

LONGEST_NAME = 60
DEFAULT_SHELF = DEMONSTRATION.parents[1] / "espaces"
_NAME = re.compile(r"[^\W_](?:[^\W_]|-)*")


def may_change(space: Path) -> bool:
    """Whether files may enter or leave a space: never the demonstration, nor a read-only folder."""
    return space.resolve() != DEMONSTRATION.resolve() and os.access(space, os.W_OK)


def shelf() -> Path | None:
    """The folder that receives new spaces: the first writable one of ``CPTS_DATA`` that is no
    space, by default ``espaces`` (which may not exist yet). None when there is none.
    """
    listed = os.environ.get("CPTS_DATA")
    if not listed:
        return DEFAULT_SHELF if _may_hold(DEFAULT_SHELF) else None
    spaces = {path.resolve() for path in known_spaces().values()}
    for text in listed.split(os.pathsep):
        folder = Path(text).expanduser()
        if text and folder.resolve() not in spaces and _may_hold(folder):
            return folder
    return None


def _may_hold(folder: Path) -> bool:
    """Whether a folder is writable, or could be made in a writable one."""
    place = folder if folder.exists() else folder.parent
    return place.is_dir() and os.access(place, os.W_OK)


def name_fault(name: str) -> str | None:
    """Why a text cannot name a new space (French), None when it can."""
    text = unicodedata.normalize("NFC", name.strip())
    if not text:
        return "Donnez un nom au nouvel espace."
    if len(text) > LONGEST_NAME:
        return f"Ce nom est trop long : {LONGEST_NAME} caractères au plus."
    if not _NAME.fullmatch(text):
        return (
            "Ce nom ne convient pas : employez des lettres, des chiffres et des traits d'union, "
            "sans espace ni barre oblique, en commençant par une lettre ou un chiffre. "
            "Par exemple : ars-paca-2026."
        )
    taken = {known.casefold() for known in known_spaces()}
    folder = shelf()
    if folder is not None and folder.is_dir():
        taken |= {path.name.casefold() for path in folder.iterdir()}
    if text.casefold() in taken:
        return f"Un espace porte déjà le nom « {text} » : choisissez-en un autre."
    return None


def create_space(name: str) -> Path:
    """Make an empty space on the shelf and return its folder.

    Raises :class:`ContractError` in French when the name does not suit or there is no shelf, and
    ``OSError`` when the folder cannot be written.
    """
    found = name_fault(name)
    if found is not None:
        mend = "choisissez un autre nom."
        raise ContractError([Fault(name, found, "un nom d'espace", mend)])
    folder = shelf()
    if folder is None:
        fault = Fault(
            name,
            "aucun dossier où créer un espace",
            "un dossier dans lequel l'application peut écrire",
            "ajoutez un tel dossier à la variable CPTS_DATA, ou rendez « espaces » accessible.",
        )
        raise ContractError([fault])
    text = unicodedata.normalize("NFC", name.strip())
    space = folder / text
    space.mkdir(parents=True)
    write_atomically(space / DESCRIPTION, tomli_w.dumps({"titre": text}).encode())
    return space
