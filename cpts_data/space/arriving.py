"""Files at the door: archives unpacked within limits, and the one source that knows each file."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cpts_data import french
from cpts_data.contracts import ContractError, Fault
from cpts_data.received import Head, head_of, refuse_bomb, refuse_unreadable
from cpts_data.sources import MODULES, recognise

MAXIMUM_SIZE = 4_000_000_000
MAXIMUM_UNZIPPED = 8_000_000_000
MAXIMUM_MEMBERS = 500
_SHOWN = 5


@dataclass(frozen=True)
class Arrival:
    """A data file ready to be looked at, and what is to be said of the archive it came in."""

    path: Path
    remarks: tuple[str, ...] = ()


def refusal(name: str, found: str, expected: str, mend: str) -> tuple[Fault, ...]:
    """The faults of a file refused for one reason."""
    return (Fault(name, found, expected, mend),)


def recognised(path: Path) -> tuple[str, tuple[Fault, ...]]:
    """The one source that recognises a file, or the faults for which none does."""
    try:
        head = head_of(path)
        refuse_unreadable(head)
    except ContractError as error:
        return "", error.faults
    found = recognise(head)
    if len(found) == 1:
        return found[0], ()
    if found:
        titles = french.enumeration([f"« {MODULES[name].SOURCE.title} »" for name in found])
        return "", refusal(
            path.name,
            f"un contenu reconnu par plusieurs sources : {titles}",
            "un fichier d'une seule source",
            "reprenez le fichier d'origine.",
        )
    return "", refusal(path.name, _what_is_seen(head), "un fichier d'une source connue", _MEND)


_MEND = (
    "vérifiez qu'il s'agit du fichier d'origine, avec sa ligne d'en-tête ; la page « Sources et "
    "méthodes » décrit les fichiers reconnus."
)


def _what_is_seen(head: Head) -> str:
    cells = [cell for cell in head.header() if cell][:6]
    if cells:
        shown = ", ".join(f"« {cell[:30]} »" for cell in cells)
        return f"un en-tête inconnu ({shown}{'…' if len(head.header()) > 6 else ''})"
    if head.sheets:
        sheets = french.enumeration([f"« {name} »" for name in list(head.sheets)[:6]])
        return f"un classeur aux feuilles inconnues ({sheets})"
    if head.properties:
        return f"des contours aux propriétés inconnues ({', '.join(sorted(head.properties)[:6])})"
    return "un contenu d'aucune source connue"


@contextmanager
def unpacked(
    files: Sequence[Path], refused: list[tuple[str, tuple[Fault, ...]]]
) -> Iterator[list[Arrival]]:
    """Data files as they are, archives replaced by the data files they hold, within limits.

    What cannot be opened goes to ``refused``, with its faults.
    """
    with tempfile.TemporaryDirectory(prefix="cpts-") as scratch:
        ready: list[Arrival] = []
        for number, path in enumerate(files):
            try:
                head = head_of(path)
                if head.size > MAXIMUM_SIZE:
                    raise ContractError(_too_large(path.name, head.size))
                if head.kind == "zip":
                    ready += _members(path, Path(scratch) / str(number))
                else:
                    ready.append(Arrival(path))
            except ContractError as error:
                refused.append((path.name, error.faults))
        yield ready


def _too_large(name: str, size: float) -> tuple[Fault, ...]:
    return refusal(
        name,
        f"un fichier de {french.size_in_bytes(size)}",
        f"au plus {french.size_in_bytes(MAXIMUM_SIZE)}",
        "ajoutez les fichiers un par un, décompressés.",
    )


def _members(path: Path, target: Path) -> list[Arrival]:
    """Unpack the data files of an archive; refuse what could fill the disk."""
    target.mkdir(parents=True)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [item for item in archive.infolist() if _is_data(item)]
            others = [item.filename for item in archive.infolist() if not _is_ignored(item)]
            _refuse_odd(path, members)
            found = [
                _extracted(archive, item, target / str(number))
                for number, item in enumerate(members)
            ]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise ContractError(
            refusal(
                path.name,
                "une archive endommagée ou protégée par un mot de passe",
                "une archive complète",
                "téléchargez-la de nouveau, ou ajoutez les fichiers décompressés.",
            )
        ) from error
    # Archives often carry a dictionary beside the data: what nobody recognises is left aside.
    data = [file for file in found if not recognised(file)[1]] or found
    left = others + [safe_name(file.name) for file in found if file not in data]
    remarks: tuple[str, ...] = ()
    if left:
        names = french.enumeration([f"« {safe_name(name)} »" for name in left[:_SHOWN]])
        more = f" et {french.count_of(len(left) - _SHOWN, 'autre')}" if len(left) > _SHOWN else ""
        remarks = (f"Laissé de côté dans l'archive « {path.name} » : {names}{more}.",)
    return [Arrival(file, remarks if file == data[0] else ()) for file in data]


def _refuse_odd(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse an archive that could fill the disk, or that holds no data file."""
    refuse_bomb(path, members, MAXIMUM_UNZIPPED)
    if len(members) > MAXIMUM_MEMBERS:
        found = f"une archive de {french.count_of(len(members), 'fichier')}"
        expected = f"au plus {french.number(MAXIMUM_MEMBERS)} fichiers"
        mend = "décompressez-la et ajoutez les fichiers utiles."
        raise ContractError(refusal(path.name, found, expected, mend))
    if not members:
        raise ContractError(
            refusal(
                path.name,
                "une archive sans fichier de données",
                "une archive contenant des fichiers CSV, Excel ou GeoJSON",
                "ouvrez l'archive et ajoutez les fichiers eux-mêmes.",
            )
        )


def _extracted(archive: zipfile.ZipFile, item: zipfile.ZipInfo, folder: Path) -> Path:
    """Unpack one member under a name of ours, wherever its own name points."""
    folder.mkdir()
    file = folder / safe_name(item.filename)
    with archive.open(item) as packed, file.open("wb") as stream:
        shutil.copyfileobj(packed, stream, 1 << 20)
    return file


def _is_data(item: zipfile.ZipInfo) -> bool:
    name = item.filename.rsplit("/", 1)[-1]
    ending = name.lower().rsplit(".", 1)[-1]
    known = {"csv", "txt", "xlsx", "xls", "ods", "geojson", "json", "gpkg"}
    return not item.is_dir() and not name.startswith((".", "~", "_")) and ending in known


def _is_ignored(item: zipfile.ZipInfo) -> bool:
    """Whether nothing is to be said of a member: data, folders, hidden files of the system."""
    name = item.filename.rsplit("/", 1)[-1]
    return item.is_dir() or _is_data(item) or name.startswith((".", "~", "_"))


def safe_name(name: str) -> str:
    """A file name without path, hidden mark or odd characters."""
    bare = re.split(r"[/\\]", name)[-1]
    cleaned = re.sub(r"[^\w.() -]", "_", bare).lstrip(".").strip()
    return cleaned[-120:] or "fichier"
