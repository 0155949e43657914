"""Undo an addition: the file leaves, and those whose place it had taken come back.

Nothing is deleted: the undone file goes to ``.precedents`` as a replaced one does. Interrupted at
any instant, the space is as before or as after: the files that come back are first put in place
under the record that the undone file replaces them, and moving the undone file out is the one step
that counts (:func:`~cpts_data.space.provenance.superseded`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cpts_data import french
from cpts_data.sources import MODULES
from cpts_data.space import received_files
from cpts_data.space.arriving import refusal
from cpts_data.space.locking import one_writer
from cpts_data.space.previous import (
    PREVIOUS,
    Previous,
    free_name,
    read_previous,
    set_aside,
    settle,
    write_previous,
)
from cpts_data.space.provenance import (
    FileRecord,
    read_provenance,
    sha256_of,
    write_provenance,
)
from cpts_data.space.receiving import Receipt


def undo(space: Path, source_id: str, file: str) -> Receipt:
    """Take a file out of a space and put back what it had replaced.

    The receipt's ``replaced`` names the files put back; its remarks say so in French, and tell a
    replaced file that is no longer kept. Refused, with the fault, when the space holds no such
    file. Raises ``OSError`` when the space cannot be written.
    """
    if not space.is_dir():
        return _undo(space, source_id, file)
    with one_writer(space):
        return _undo(space, source_id, file)


def _undo(space: Path, source_id: str, file: str) -> Receipt:
    folder = space / source_id
    known = source_id in MODULES and folder.is_dir()
    if known:
        settle(folder)
    if not known or file not in {path.name for path in received_files(folder)}:
        faults = refusal(
            file,
            "aucun fichier de ce nom dans l'espace",
            "un fichier présent dans l'espace",
            "rechargez la page : l'espace a peut-être changé entre-temps.",
        )
        return Receipt(file, source_id, faults=faults)
    record = read_provenance(folder).get(file, FileRecord(file))
    digest = sha256_of(folder / file)
    waiting = replaced_by(folder, file)
    whole = [item for item in waiting if _is_whole(folder, item)]
    names = _put_back(folder, replace(record, sha256=digest), whole)
    set_aside(folder, replace(record, nom=file))
    settle(folder)
    lost = [item.record.nom for item in waiting if item not in whole]
    return Receipt(file, source_id, replaced=names, remarks=_remarks(file, names, lost))


def replaced_by(folder: Path, file: str) -> list[Previous]:
    """The kept files of a source folder whose place a present file has taken."""
    record = read_provenance(folder).get(file)
    digest = record.sha256 if record and record.sha256 else sha256_of(folder / file)
    return [item for item in read_previous(folder) if item.successor == digest]


def _is_whole(folder: Path, item: Previous) -> bool:
    path = folder / PREVIOUS / item.kept_as
    return path.is_file() and sha256_of(path) == item.record.sha256


def _put_back(folder: Path, undone: FileRecord, kept: list[Previous]) -> tuple[str, ...]:
    """Put files back while the undone one still stands for them; their names in the folder."""
    if not kept:
        return ()
    records = read_provenance(folder)
    places = []
    for item in kept:
        name = free_name(folder, item.record.nom, item.record.sha256)
        records[name] = replace(item.record, nom=name)
        places.append((folder / PREVIOUS / item.kept_as, name))
    names = tuple(name for _, name in places)
    records[undone.nom] = replace(undone, remplace="/".join(names))
    write_provenance(folder, records)
    for path, name in places:
        path.replace(folder / name)
    back = {item.kept_as for item in kept}
    write_previous(folder, [item for item in read_previous(folder) if item.kept_as not in back])
    return names


def _remarks(file: str, back: tuple[str, ...], lost: list[str]) -> tuple[str, ...]:
    told = [f"« {file} » est retiré de l'espace et conservé de côté."]
    if back:
        verb = "reprend sa place" if len(back) == 1 else "reprennent leur place"
        told.append(f"{french.enumeration([f'« {name} »' for name in back])} {verb}.")
    if lost:
        names = french.enumeration([f"« {name} »" for name in lost])
        if len(lost) == 1:
            told.append(f"{names}, qu'il remplaçait, n'est plus conservé : ajoutez-le de nouveau.")
        else:
            told.append(f"{names}, qu'il remplaçait, ne sont plus conservés : ajoutez-les.")
    return tuple(told)
