"""How a received file begins: its kind, its encoding, its first rows. A few kilobytes are read."""

from __future__ import annotations

import codecs
import csv
import errno
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyogrio
from python_calamine import CalamineError, CalamineWorkbook

from cpts_data import french
from cpts_data.contracts import ContractError, Fault
from cpts_data.received.far_cells import refuse_far_cells

HEAD_BYTES = 65_536
SEPARATORS = (";", ",", "\t", "|")
HEAD_ROWS = 14
BLOCK = 1 << 20
# A workbook or an archive that swells beyond these is made to fill the memory or the disk.
MAXIMUM_RATIO = 200
BOMB_SIZE = 100_000_000
MAXIMUM_WORKBOOK = 2_000_000_000
MAXIMUM_IN_MEMORY = 50_000_000
# The shape of a first feature may be told before its properties; none is so large.
FARTHEST_PROPERTIES = 50_000_000
_PROPERTIES = re.compile(rb'"properties"\s*:\s*(\{)')


@dataclass(frozen=True)
class Head:
    """The beginning of a file: its kind, encoding, separator, first lines, sheets.

    ``kind`` is one of ``csv, workbook, geojson, geopackage, json, zip, packed, shapefile, parquet,
    html, binary, empty``. ``rows`` are the first rows of a delimited text; ``sheets`` maps each
    sheet of a workbook to its first rows; ``properties`` are the property names of the first
    feature of a GeoJSON file, ``feature`` what they hold; ``layers`` maps each layer of a
    GeoPackage to its property names.
    """

    path: Path
    kind: str
    size: int
    encoding: str = ""
    separator: str = ""
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    sheets: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    properties: frozenset[str] = frozenset()
    layers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    feature: Mapping[str, Any] = field(default_factory=dict)

    def header(self, line: int = 0) -> tuple[str, ...]:
        """The cells of line ``line`` (0 = first), empty when the file is shorter."""
        return self.rows[line] if len(self.rows) > line else ()


def one_fault(path: Path, found: str, expected: str, mend: str) -> ContractError:
    """Make the error of a file with one thing wrong."""
    return ContractError([Fault(path.name, found, expected, mend)])


_REASONS = {
    errno.ENOENT: "il n'existe pas à cette adresse",
    errno.EACCES: "vous n'avez pas le droit de l'ouvrir ou d'y écrire",
    errno.EPERM: "vous n'avez pas le droit de l'ouvrir ou d'y écrire",
    errno.EROFS: "le support est en lecture seule",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "un élément du chemin n'est pas un dossier",
    errno.EEXIST: "un fichier porte déjà ce nom",
    errno.ENOSPC: "il n'y a plus de place sur le disque",
    errno.ENAMETOOLONG: "son nom est trop long",
    errno.EMFILE: "trop de fichiers sont ouverts",
}


def reason_of(error: OSError) -> str:
    """Say in French why the system refused to open, read or write a file."""
    known = _REASONS.get(error.errno or 0)
    return known or f"le système a répondu par l'erreur {error.errno or 'inconnue'}"


def head_of(path: Path) -> Head:
    """Look at the beginning of a file; never reads more than 64 kB of a text.

    Raises :class:`ContractError` when the file cannot be opened or a workbook is damaged.
    """
    try:
        stat = path.stat()
        return _head_of(path, stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise one_fault(
            path,
            f"un fichier illisible : {reason_of(error)}",
            "un fichier que l'on peut ouvrir",
            "vérifiez le chemin et les droits de lecture.",
        ) from error


@lru_cache(maxsize=64)
def _head_of(path: Path, size: int, _modified: int) -> Head:
    with path.open("rb") as stream:
        start = stream.read(HEAD_BYTES)
    if not start.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return Head(path, "empty" if size <= HEAD_BYTES else "binary", size)
    if start[:4] == b"PK\x03\x04":
        return _zip_head(path, size)
    if start[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return Head(path, "workbook", size, sheets=_sheets(path))
    if start[:15] == b"SQLite format 3":
        return Head(path, "geopackage", size, layers=_layers(path))
    if start.startswith((b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")):
        return Head(path, "packed", size)
    if start[:4] == b"\x00\x00\x27\x0a":
        return Head(path, "shapefile", size)
    if start[:4] == b"PAR1":
        return Head(path, "parquet", size)
    encoding = _encoding(start)
    if encoding is None:
        return Head(path, "binary", size)
    # As the readers decode it, but for the last character, which the 64 kB may cut.
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    return _text_head(path, size, encoding, decoder.decode(start, final=size <= HEAD_BYTES))


def _text_head(path: Path, size: int, encoding: str, text: str) -> Head:
    text = text.lstrip("\ufeff")
    opening = text.lstrip()[:200].lower()
    if opening.startswith(("<!doctype html", "<html")) or "<html" in opening:
        return Head(path, "html", size, encoding, text=text)
    if opening.startswith(("{", "[")):
        return _json_head(path, size, encoding, text)
    if size > HEAD_BYTES:
        text = text[: text.rfind("\n") + 1] or text
    separator = sniff_separator(text.splitlines())
    return Head(path, "csv", size, encoding, separator, text, _first_rows(text, separator))


def _encoding(start: bytes) -> str | None:
    """UTF-8 when it decodes (a cut last character allowed), else Windows-1252, else binary."""
    if b"\x00" in start:
        return None
    controls = sum(byte < 9 or 13 < byte < 32 for byte in start)
    if controls > len(start) / 100:
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def ends_with_a_line(path: Path) -> bool:
    """Whether the last line of a text has its end: a transfer that was cut seldom stops there."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 1))
        return stream.read(1) in (b"\n", b"\r")


def encoding_of(path: Path) -> str:
    """The encoding of a whole text file: ``utf-8-sig``, or ``cp1252`` when any byte forbids it."""
    stat = path.stat()
    return _encoding_of(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _encoding_of(path: Path, _size: int, _modified: int) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _cut(lines: Sequence[str] | io.StringIO, separator: str) -> list[list[str]]:
    """Cut lines into cells, blank lines left out; quotes mean nothing in a ``|`` file."""
    if separator == "|":
        return [line.rstrip("\r\n").split(separator) for line in lines if not blank(line, "|")]
    try:
        rows = csv.reader(lines, delimiter=separator)
        return [row for row in rows if len(row) > 1 or (row and not blank(row[0], separator))]
    except csv.Error:
        return [line.split(separator) for line in lines if not blank(line, separator)]


def blank(line: str, separator: str) -> bool:
    """Whether a line holds nothing, as pandas judges it: a line of separators is a row."""
    return not line.strip(" \t\r\n".replace(separator, ""))


def _first_rows(text: str, separator: str) -> tuple[tuple[str, ...], ...]:
    rows = _cut(io.StringIO(text, newline=""), separator)[:HEAD_ROWS]
    return tuple(tuple(bare(cell) for cell in row) for row in rows)


def bare(cell: str) -> str:
    """A cell without the blanks and the marks of encoding around it."""
    return cell.strip().strip("\ufeff").strip()


def sniff_separator(lines: Sequence[str]) -> str:
    """The separator that cuts most of the first lines into the same number of cells.

    A comma inside names or decimals is thus not taken for the separator; comma when none cuts.
    """
    best, score = ",", (0, 0)
    first = [line for line in lines if line.strip()][:12]
    for mark in SEPARATORS:
        widths = [len(row) for row in _cut(first, mark)]
        for width in {width for width in widths if width > 1}:
            found = (widths.count(width), width)
            if found > score:
                best, score = mark, found
    return best


def refuse_bomb(path: Path, members: Sequence[zipfile.ZipInfo], most: int) -> None:
    """Refuse an archive or a workbook whose content would fill the disk or the memory."""
    size = sum(item.file_size for item in members)
    packed = sum(item.compress_size for item in members) or 1
    if size > most or (size > BOMB_SIZE and size / packed > MAXIMUM_RATIO):
        raise one_fault(
            path,
            f"un contenu de {french.size_in_bytes(size)} une fois décompressé",
            f"au plus {french.size_in_bytes(most)}, et un taux de compression ordinaire",
            "vérifiez l'origine du fichier, puis ajoutez les fichiers de données décompressés.",
        )


def _zip_head(path: Path, size: int) -> Head:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {item.filename for item in members}
            excel = "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
            if not excel and not {"mimetype", "content.xml"} <= names:
                return Head(path, "zip", size)
            refuse_bomb(path, members, MAXIMUM_WORKBOOK)
            refuse_far_cells(path, archive)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, ValueError, EOFError) as error:
        if isinstance(error, ContractError):
            raise
        raise one_fault(
            path,
            "une archive ou un classeur endommagé (fichier tronqué)",
            "un fichier complet",
            "téléchargez-le de nouveau : le transfert s'est sans doute interrompu.",
        ) from error
    return Head(path, "workbook", size, sheets=_sheets(path))


def open_workbook(path: Path) -> CalamineWorkbook:
    """Open a workbook of any kind, also when its ending names another (an .xlsx named .xls)."""
    try:
        return CalamineWorkbook.from_path(str(path))
    except CalamineError:
        if path.stat().st_size > MAXIMUM_IN_MEMORY:
            raise
        with path.open("rb") as stream:
            return CalamineWorkbook.from_filelike(stream)


def _sheets(path: Path) -> dict[str, tuple[tuple[str, ...], ...]]:
    try:
        workbook = open_workbook(path)
        return {
            name: tuple(
                tuple(cell_text(value) for value in row)
                for row in workbook.get_sheet_by_name(name).to_python(
                    skip_empty_area=False, nrows=HEAD_ROWS
                )
            )
            for name in workbook.sheet_names
        }
    except (CalamineError, OSError, ValueError, KeyError) as error:
        raise one_fault(
            path,
            "un classeur endommagé ou protégé par un mot de passe",
            "un classeur Excel complet",
            "téléchargez-le de nouveau, ou enregistrez-le depuis votre tableur.",
        ) from error


def _layers(path: Path) -> dict[str, frozenset[str]]:
    try:
        return {
            str(name): frozenset(str(label) for label in pyogrio.read_info(path, name)["fields"])
            for name, _ in pyogrio.list_layers(path)
        }
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise one_fault(
            path,
            "une base géographique endommagée",
            "un fichier GeoPackage complet",
            "téléchargez-le de nouveau.",
        ) from error


def _json_head(path: Path, size: int, encoding: str, text: str) -> Head:
    if '"FeatureCollection"' not in text and '"Feature"' not in text:
        return Head(path, "json", size, encoding, text=text)
    first = _first_feature(path)
    return Head(
        path, "geojson", size, encoding, text=text, properties=frozenset(first), feature=first
    )


def _first_feature(path: Path) -> Mapping[str, Any]:
    """The properties of the first feature of a GeoJSON file, wherever they stand in it.

    A ``crs`` member has « properties » too, before the features; a feature may tell a shape of
    megabytes before its properties.
    """
    with path.open("rb") as stream:
        content = stream.read(HEAD_BYTES)
        after = max(content.find(b'"features"'), 0)
        while (found := _PROPERTIES.search(content, after)) is None:
            after = max(len(content) - HEAD_BYTES, after)
            more = stream.read(BLOCK)
            if not more or len(content) > FARTHEST_PROPERTIES:
                return {}
            content += more
        told = content[found.start(1) :] + stream.read(BLOCK)
    try:
        properties, _ = json.JSONDecoder().raw_decode(told.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError):
        return {}
    return properties if isinstance(properties, dict) else {}


def cell_text(value: object) -> str:
    """The text of a workbook cell: an integer without « .0 », a day without its hour."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = "" if value is None else str(value).strip()
    return text.removesuffix(" 00:00:00")


_UNREADABLE = {
    "empty": (
        "un fichier vide",
        "téléchargez-le de nouveau : il n'est sans doute pas arrivé en entier.",
    ),
    "html": (
        "une page web (HTML) enregistrée à la place des données",
        "ouvrez l'adresse dans un navigateur : le site a sans doute répondu par un message "
        "d'erreur ou une page de connexion, puis téléchargez le fichier lui-même.",
    ),
    "packed": (
        "une archive 7z, RAR ou GZIP",
        "décompressez-la, puis ajoutez les fichiers qu'elle contient.",
    ),
    "shapefile": (
        "un fichier de formes (.shp) sans ceux qui vont avec lui",
        "ajoutez l'archive ZIP qui contient les fichiers .shp, .shx, .dbf et .prj, ou la couche en "
        "GeoPackage ou en GeoJSON.",
    ),
    "parquet": (
        "un fichier Parquet",
        "prenez le fichier CSV que le producteur publie sur la même page.",
    ),
    "binary": (
        "des octets qui ne forment ni un texte, ni un classeur, ni une archive",
        "vérifiez que le fichier n'est ni chiffré, ni endommagé, ni d'un autre format.",
    ),
}


def refuse_unreadable(head: Head) -> None:
    """Raise the fault of a file that holds no data we read: empty, web page, binary, 7z."""
    if head.kind in _UNREADABLE:
        found, mend = _UNREADABLE[head.kind]
        raise one_fault(head.path, found, "un fichier de données officiel", mend)
