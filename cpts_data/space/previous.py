"""What leaves a space is kept: files replaced or withdrawn, in ``.precedents``, with their records.

``.precedents/provenance.toml`` says, for each kept file, its record as it was in the space, the
name under which it is kept, and the sha256 of the file that took its place. The record is written
before the file is moved, so that an interrupted step leaves nothing unknown.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import tomli_w

from cpts_data.space.provenance import (
    PROVENANCE,
    FileRecord,
    read_provenance,
    sha256_of,
    superseded,
    today,
    write_atomically,
    write_provenance,
)

PREVIOUS = ".precedents"
_ONE_DAY = 86_400
_RECORD = frozenset(field.name for field in fields(FileRecord))


@dataclass(frozen=True)
class Previous:
    """A kept file: its record, its name in ``.precedents``, who took its place ("" for nobody)."""

    record: FileRecord
    kept_as: str
    successor: str = ""
    left_on: str = ""


def free_name(folder: Path, name: str, digest: str) -> str:
    """The file's name, or a variant when another file of the folder already bears it."""
    if name.lower() == PROVENANCE:
        name = f"fichier-{name}"
    target = folder / name
    if not target.exists() or sha256_of(target) == digest:
        return name
    path = Path(name)
    return f"{path.stem}-{digest[:8]}{path.suffix}"


def read_previous(folder: Path) -> list[Previous]:
    """The kept files of a source folder, in the order in which they left; empty when broken."""
    try:
        content = tomllib.loads((folder / PREVIOUS / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return []
    found = []
    for entry in content.get("fichier", []):
        told = {key: str(value) for key, value in entry.items()}
        if "nom" in told and "conserve_sous" in told:
            record = FileRecord(**{key: told[key] for key in _RECORD & set(told)})
            successor, day = told.get("remplace_par", ""), told.get("ecarte_le", "")
            found.append(Previous(record, told["conserve_sous"], successor, day))
    return found


def write_previous(folder: Path, kept: Iterable[Previous]) -> None:
    """Write the records of the kept files, at once or not at all."""
    entries = []
    for item in kept:
        entry = {key: value for key, value in asdict(item.record).items() if value}
        entry["conserve_sous"] = item.kept_as
        entry |= {"remplace_par": item.successor} if item.successor else {}
        entry |= {"ecarte_le": item.left_on} if item.left_on else {}
        entries.append(entry)
    content = tomli_w.dumps({"fichier": entries}).encode()
    write_atomically(folder / PREVIOUS / PROVENANCE, content)


def set_aside(folder: Path, record: FileRecord, successor: str = "") -> None:
    """Move a file of a source folder to ``.precedents`` with its record; nothing if it is gone."""
    path = folder / record.nom
    if not path.exists():
        return
    (folder / PREVIOUS).mkdir(exist_ok=True)
    digest = sha256_of(path)
    kept_as = free_name(folder / PREVIOUS, record.nom, digest)
    bare = replace(record, sha256=digest, remplace="")
    others = [item for item in read_previous(folder) if item.kept_as != kept_as]
    write_previous(folder, [*others, Previous(bare, kept_as, successor, today())])
    path.replace(folder / PREVIOUS / kept_as)


def settle(folder: Path) -> None:
    """Finish what an interrupted step left: superseded files, records and copies."""
    records = read_provenance(folder)
    gone = superseded(folder, records)
    takers = {
        old: record.sha256
        for name, record in records.items()
        if name not in gone and (folder / name).is_file()
        for old in record.remplace.split("/")
    }
    for old in sorted(gone):
        set_aside(folder, records.get(old, FileRecord(old)), takers.get(old, ""))
    kept = {
        name: replace(record, remplace="")
        for name, record in records.items()
        if name not in gone and (folder / name).is_file()
    }
    if kept != records:
        write_provenance(folder, kept)
    for copy in folder.glob(".[0-9]*.*"):
        with suppress(OSError):
            if time.time() - copy.stat().st_mtime > _ONE_DAY:
                copy.unlink()
