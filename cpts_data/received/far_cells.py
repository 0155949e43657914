"""Workbooks whose cells are so far apart that opening them would fill the memory.

A sheet is opened as a full rectangle of cells. One forgotten value at the other end of a sheet
(XFD1048576) makes it 17 billion cells: the program would be ended by the system, without a word.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from cpts_data import french
from cpts_data.contracts import ContractError, Fault

# Twice the largest sheet of a producer that we know; about a gigabyte once opened.
MAXIMUM_CELLS = 20_000_000
_BLOCK = 1 << 24
_FAR_COLUMN = re.compile(rb"""["'][A-Z]{3,}\d""", re.IGNORECASE)
_FAR_ROW = re.compile(rb"""["'][A-Z]+\d{5,}["']""", re.IGNORECASE)
_COLUMN = re.compile(rb"""["']([A-Z]+)\d+["']""", re.IGNORECASE)
_ROW = re.compile(rb"""["'][A-Z]+(\d+)["']""", re.IGNORECASE)
_LARGEST_NEAR = 702 * 9999


def refuse_far_cells(path: Path, archive: zipfile.ZipFile) -> None:
    """Raise :class:`ContractError` for a sheet of more than ``MAXIMUM_CELLS`` cells.

    Binary workbooks (.xlsb), whose cells cannot be looked at beforehand, are refused.
    """
    for name in archive.namelist():
        if not name.lower().startswith("xl/worksheets/"):
            continue
        if name.lower().endswith(".bin"):
            fault = Fault(
                path.name,
                "un classeur Excel binaire (.xlsb)",
                "un classeur .xlsx",
                "enregistrez-le au format « Classeur Excel (.xlsx) » depuis votre tableur.",
            )
            raise ContractError([fault])
        if name.lower().endswith(".xml"):
            rows, columns = _extent(archive, name)
            if rows * columns > MAXIMUM_CELLS:
                raise ContractError([_refusal(path, rows, columns)])


def _refusal(path: Path, rows: int, columns: int) -> Fault:
    extent = f"{french.count_of(rows, 'ligne')} sur {french.count_of(columns, 'colonne')}"
    return Fault(
        path.name,
        f"une feuille de {extent}, presque vide ou démesurée",
        f"au plus {french.number(MAXIMUM_CELLS)} cases par feuille",
        "une valeur est sans doute restée loin des données : effacez les lignes et les colonnes "
        "vides qui l'en séparent, puis enregistrez de nouveau.",
    )


def _extent(archive: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """The last row and the last column of a sheet."""
    if not any(_FAR_COLUMN.search(part) or _FAR_ROW.search(part) for part in _parts(archive, name)):
        return 1, _LARGEST_NEAR
    rows, columns = {b"1"}, {b"A"}
    for part in _parts(archive, name):
        columns.update(_COLUMN.findall(part))
        rows.update(_ROW.findall(part))
    return max(map(int, rows)), max(map(_rank, columns))


def _rank(letters: bytes) -> int:
    """The number of a column: 1 for A, 27 for AA."""
    rank = 0
    for letter in letters.upper():
        rank = rank * 26 + letter - 64
    return rank


def _parts(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A member by large parts, none of which cuts the place of a cell."""
    with archive.open(name) as stream:
        rest = b""
        while part := stream.read(_BLOCK):
            part = rest + part
            cut = part.rfind(b"<") if part.rfind(b"<") > 0 else len(part)
            yield part[:cut]
            rest = part[cut:]
        yield rest
