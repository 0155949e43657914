"""Files that no source knows as they are, written again in a form that one knows.

The official texts come back from spreadsheets as workbooks, as « texte Unicode », or under lines of
titles; layers come as shapefiles; some texts come compressed. What they hold is written again in a
scratch folder, and the ordinary door takes it. Lines keep their numbers: lines of titles become
blank lines, so that a fault names the line that a person sees.
"""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyogrio

from cpts_data import french
from cpts_data.contracts import ContractError, Fault
from cpts_data.received import Head, cell_text, head_of, sheet_rows
from cpts_data.sources import recognise

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20
_SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED_PARTS = (".shx", ".dbf")


@dataclass(frozen=True)
class Rewritten:
    """A file written again, and what was done to it (French)."""

    path: Path
    told: str


def readable(path: Path, folder: Path, maximum: int) -> Rewritten | None:
    """Write again a compressed text, a text in UTF-16 or a shapefile; None for another file.

    ``folder`` is a scratch folder, ``maximum`` the most bytes that a compressed text may hold.
    Raises :class:`ContractError` when it is damaged or holds more.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    if start[:2] == _GZIP:
        return Rewritten(_unzipped(path, folder, maximum), "décompression")
    if start[:2] in _UTF_16:
        told = "conversion en UTF-8 (texte « Unicode » d'un tableur)"
        return Rewritten(_in_utf_8(path, folder), told)
    if start == b"\x00\x00\x27\x0a" and all(_beside(path, part) for part in _NEEDED_PARTS):
        return Rewritten(
            _as_geopackage(path, folder), "conversion du fichier de formes en GeoPackage"
        )
    return None


def second_look(path: Path, folder: Path) -> list[Rewritten]:
    """Tables of a file that no source knows, found in its sheets or under its titles.

    Each becomes a text in ``folder``. None when nothing is found, or when several sources claim
    what is found.
    """
    head = head_of(path)
    if head.kind == "workbook":
        lines = {sheet: _header(path, rows) for sheet, rows in head.sheets.items()}
        found = {sheet: line for sheet, line in lines.items() if line is not None}
        return [
            Rewritten(
                _sheet_as_text(path, sheet, line, folder, alone=len(found) == 1),
                f"feuille « {sheet} » convertie en texte",
            )
            for sheet, line in found.items()
        ]
    line = _header(path, head.rows[1:]) if head.kind == "csv" else None
    if line is None:
        return []
    titles = french.count_of(line + 1, "ligne")
    target = _without_titles(path, head, line + 1, folder)
    return [Rewritten(target, f"{titles} de titre laissée{'s' if line else ''} de côté")]


def _header(path: Path, rows: Sequence[tuple[str, ...]]) -> int | None:
    """The first line from which one source knows the rows."""
    for line, row in enumerate(rows):
        if not any(row):
            continue
        text = "\n".join(";".join(cells) for cells in rows[line:])
        if len(recognise(Head(path, "csv", 0, "utf-8", ";", text, tuple(rows[line:])))) == 1:
            return line
    return None


def _sheet_as_text(path: Path, sheet: str, line: int, folder: Path, *, alone: bool) -> Path:
    """Write a sheet as a text whose lines are those of the sheet, titles left blank."""
    kept = "".join(letter if letter.isalnum() else " " for letter in sheet).strip()
    target = folder / (f"{path.stem}.csv" if alone else f"{path.stem} {kept}.csv")
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\n")
        for number, row in enumerate(sheet_rows(path, sheet)):
            if number < line:
                stream.write("\n")
            else:
                writer.writerow(" ".join(cell_text(cell).split("\n")) for cell in row)
    return target


def _without_titles(path: Path, head: Head, line: int, folder: Path) -> Path:
    """Copy a text with blank lines in place of those before its header (its row ``line``)."""
    stream = io.StringIO(head.text, newline="")
    if head.separator == "|":
        reader = csv.reader(stream, delimiter="|", quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(stream, delimiter=head.separator)
    met = 0
    while met < line:
        row = next(reader)
        met += len(row) > 1 or any(cell.strip() for cell in row)
    target = folder / path.name
    with path.open("rb") as original, target.open("wb") as copy:
        for _ in range(reader.line_num):
            original.readline()
            copy.write(b"\n")
        shutil.copyfileobj(original, copy, _BLOCK)
    return target


def _unzipped(path: Path, folder: Path, maximum: int) -> Path:
    target = folder / (path.stem if path.suffix.lower() == ".gz" else f"{path.name}.txt")
    try:
        with gzip.open(path) as packed, target.open("wb") as stream:
            size = 0
            while block := packed.read(_BLOCK):
                size += len(block)
                if size > maximum:
                    raise ContractError([_too_much(path, maximum)])
                stream.write(block)
    except (OSError, EOFError, zlib.error) as error:
        raise ContractError([_damaged(path, "une archive GZIP endommagée")]) from error
    return target


def _in_utf_8(path: Path, folder: Path) -> Path:
    target = folder / path.name
    try:
        with (
            path.open(encoding="utf-16", newline="") as stream,
            target.open("w", encoding="utf-8", newline="") as copy,
        ):
            shutil.copyfileobj(stream, copy, _BLOCK)
    except UnicodeError as error:
        found = "un texte « Unicode » (UTF-16) endommagé"
        raise ContractError([_damaged(path, found)]) from error
    return target


def shapefile_parts(names: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The shapefiles among the members of an archive: the name of each, and those of its parts."""
    known = {name.lower(): name for name in names}
    for lower, name in known.items():
        if lower.endswith(".shp"):
            parts = {part: known.get(f"{lower[:-4]}{part}") for part in _SHAPE_PARTS}
            found = {part: member for part, member in parts.items() if member is not None}
            if all(part in found for part in _NEEDED_PARTS):
                yield name, found


def _beside(path: Path, part: str) -> Path | None:
    """The part of a shapefile beside it, whatever the case of its ending."""
    return next((p for end in (part, part.upper()) if (p := path.with_suffix(end)).is_file()), None)


def _as_geopackage(path: Path, folder: Path) -> Path:
    """Write a shapefile as a GeoPackage; without a declared encoding, that of its bytes."""
    declared = _beside(path, ".cpg")
    encoding = None
    if declared is None or not declared.read_bytes().strip():
        encoding = _encoding_of(_beside(path, ".dbf"))
    target = folder / f"{path.stem}.gpkg"
    try:
        layer = pyogrio.read_dataframe(path, encoding=encoding)
        pyogrio.write_dataframe(layer, target, layer=path.stem, driver="GPKG")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise ContractError([_damaged(path, "un fichier de formes endommagé")]) from error
    return target


def _encoding_of(table: Path | None) -> str:
    """UTF-8 when all the bytes of a .dbf allow it, else that of Windows."""
    try:
        if table is not None:
            table.read_bytes()[32:].decode("utf-8")
    except UnicodeDecodeError:
        return "CP1252"
    return "UTF-8"


def _damaged(path: Path, found: str) -> Fault:
    return Fault(path.name, found, "un fichier complet", "téléchargez-le de nouveau.")


def _too_much(path: Path, maximum: int) -> Fault:
    return Fault(
        path.name,
        f"plus de {french.size_in_bytes(maximum)} une fois décompressé",
        f"au plus {french.size_in_bytes(maximum)}",
        "vérifiez l'origine du fichier.",
    )
