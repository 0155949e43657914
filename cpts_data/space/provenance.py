"""Where each received file comes from: ``provenance.toml`` beside the files of a source."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
import tomllib
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import tomli_w

PROVENANCE = "provenance.toml"


@dataclass(frozen=True)
class FileRecord:
    """What is known of one received file (French keys: users read the file).

    ``remplace`` names the files, separated by « / », whose place it takes as soon as it is there.
    """

    nom: str
    titre: str = ""
    editeur: str = ""
    adresse: str = ""
    date_publication: str = ""
    date_recuperation: str = ""
    millesime: str = ""
    licence: str = ""
    sha256: str = ""
    sha256_original: str = ""
    remplace: str = ""
    remarque: str = ""


def read_provenance(folder: Path) -> dict[str, FileRecord]:
    """Read the records of a source folder, by file name; empty when there is none or it is broken.

    A file without a record is still read: a space may be made by copying folders.
    """
    path = folder / PROVENANCE
    try:
        stat = path.stat()
        return dict(_records(path, stat.st_ino, stat.st_size, stat.st_mtime_ns))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


@lru_cache(maxsize=2_000)
def _records(path: Path, inode: int, size: int, changed: int) -> dict[str, FileRecord]:
    """Records of a file as it is now: each page of the app asks for those of every source."""
    del inode, size, changed
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    known = set(FileRecord.__dataclass_fields__)
    records = {}
    for entry in content.get("fichier", []):
        if isinstance(entry, dict) and "nom" in entry:
            told = {key: str(value) for key, value in entry.items() if key in known}
            records[told["nom"]] = FileRecord(**told)
    return records


def superseded(folder: Path, records: dict[str, FileRecord]) -> set[str]:
    """Names of the files whose place another file of the folder has taken.

    Renaming the new file into the folder is the one step that counts: before it the old files
    hold, after it they do not, at whatever instant the rest was interrupted.
    """
    present = [record for name, record in records.items() if (folder / name).is_file()]
    return {old for record in present for old in record.remplace.split("/") if old}


def write_provenance(folder: Path, records: dict[str, FileRecord]) -> None:
    """Write the records of a source folder, at once or not at all."""
    entries = [
        {key: value for key, value in asdict(record).items() if value}
        for record in sorted(records.values(), key=lambda record: record.nom)
    ]
    write_atomically(folder / PROVENANCE, tomli_w.dumps({"fichier": entries}).encode())


def unique() -> str:
    """A mark for a temporary name: two sessions of one process never write the same file."""
    return f"{os.getpid()}-{secrets.token_hex(4)}"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a power cut, meets the old one or the new one whole."""
    temporary = path.with_name(f".{path.name}.{unique()}.tmp")
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read by blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def today() -> str:
    """Today's date, ISO."""
    return dt.datetime.now(tz=dt.UTC).date().isoformat()
