"""Files at the door: archives unpacked within limits, and the one source that knows each file."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cpts_data import french
from cpts_data.contracts import ContractError, Fault
from cpts_data.received import head_of, refuse_bomb, refuse_unreadable
from cpts_data.sources import MODULES, recognise
from cpts_data.space.provenance import sha256_of
from cpts_data.space.rewriting import Rewritten, readable, second_look, shapefile_parts
from cpts_data.space.strangers import unknown_file

MAXIMUM_SIZE = 4_000_000_000
MAXIMUM_UNZIPPED = 8_000_000_000
MAXIMUM_MEMBERS = 500
_SHOWN = 5
# Endings of layers: the first that an archive holds is read.
_LAYERS = (".geojson", ".gpkg", ".shp")


@dataclass(frozen=True)
class Arrival:
    """A data file ready to be looked at, and what is to be said of the archive it came in.

    ``rewriting`` says in what form the file was written again (French, empty when it is as it
    came), ``original`` is then the sha256 of what came.
    """

    path: Path
    remarks: tuple[str, ...] = ()
    rewriting: str = ""
    original: str = ""


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
    return "", (unknown_file(head),)


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
                folder = Path(scratch) / str(number)
                if head.kind == "zip":
                    ready += _members(path, folder)
                else:
                    ready += _arrivals(path, folder)
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


def _arrivals(path: Path, folder: Path) -> list[Arrival]:
    """A data file as it is, or written again in ``folder`` in a form that a source knows.

    Raises :class:`ContractError` when what it holds cannot be taken out of it.
    """
    folder.mkdir(parents=True)
    first = readable(path, folder, MAXIMUM_UNZIPPED)
    current = path if first is None else first.path
    again: list[Rewritten] = []
    if not recognised(current)[0]:
        aside = folder / "contenu"
        aside.mkdir()
        with suppress(ContractError):  # which looking at the file will tell again
            again = second_look(current, aside)
    if first is None and not again:
        return [Arrival(path)]
    original = sha256_of(path)
    steps = [] if first is None else [first.told]
    found = [(step.path, [*steps, step.told]) for step in again] or [(current, steps)]
    return [
        Arrival(
            file,
            (f"Préparation du fichier : {french.enumeration(told)}.",),
            " ; ".join(told),
            original,
        )
        for file, told in found
    ]


def _members(path: Path, target: Path) -> list[Arrival]:
    """Unpack the data files of an archive; refuse what could fill the disk."""
    target.mkdir(parents=True)
    try:
        with zipfile.ZipFile(path) as archive:
            content = [item for item in archive.infolist() if not _is_ignored(item)]
            shapes = dict(shapefile_parts([item.filename for item in content]))
            parts = {name for found in shapes.values() for name in found.values()}
            members = [item for item in content if _is_data(item) or item.filename in parts]
            others = [item.filename for item in content if item not in members]
            _refuse_odd(path, members)
            found = [
                _extracted(archive, [item], target / str(number))
                for number, item in enumerate(members)
                if item.filename not in parts
            ]
            found += [
                _extracted(
                    archive, [archive.getinfo(part) for part in names.values()], target / f"f{n}"
                )
                for n, names in enumerate(shapes.values())
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
    return _chosen(path, found, others)


def _chosen(path: Path, found: Sequence[Path], others: Sequence[str]) -> list[Arrival]:
    """The members of an archive that a source knows, with what is to be said of the others.

    Archives often carry a dictionary beside the data, or one layer in several formats: what nobody
    recognises, or tells the same again, is left aside.
    """
    arrivals: dict[Path, list[Arrival]] = {}
    for number, file in enumerate(_once(found)):
        try:
            arrivals[file] = _arrivals(file, file.parent / f"recrit{number}")
        except ContractError:
            arrivals[file] = [Arrival(file)]
    known = {
        file: ready
        for file, ready in arrivals.items()
        if not all(recognised(arrival.path)[1] for arrival in ready)
    }
    kept = known or arrivals
    left = [*others, *(safe_name(file.name) for file in found if file not in kept)]
    ready = [arrival for arrivals_of in kept.values() for arrival in arrivals_of]
    if left:
        names = french.enumeration([f"« {safe_name(name)} »" for name in left[:_SHOWN]])
        more = f" et {french.count_of(len(left) - _SHOWN, 'autre')}" if len(left) > _SHOWN else ""
        told = f"Laissé de côté dans l'archive « {path.name} » : {names}{more}."
        ready[0] = replace(ready[0], remarks=(*ready[0].remarks, told))
    return ready


def _once(files: Sequence[Path]) -> list[Path]:
    """Files without the layers that another member tells under another ending."""
    rank = {ending: number for number, ending in enumerate(_LAYERS)}
    best: dict[str, Path] = {}
    for file in files:
        ending, stem = file.suffix.lower(), file.stem.lower()
        known = best.get(stem)
        if ending in rank and (known is None or rank[ending] < rank[known.suffix.lower()]):
            best[stem] = file
    return [f for f in files if f.suffix.lower() not in rank or best[f.stem.lower()] == f]


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


def _extracted(archive: zipfile.ZipFile, items: Sequence[zipfile.ZipInfo], folder: Path) -> Path:
    """Unpack members under names of ours, wherever their own names point; the first of them."""
    folder.mkdir()
    files = [folder / safe_name(item.filename) for item in items]
    for item, file in zip(items, files, strict=True):
        with archive.open(item) as packed, file.open("wb") as stream:
            shutil.copyfileobj(packed, stream, 1 << 20)
    return files[0]


def _is_data(item: zipfile.ZipInfo) -> bool:
    name = item.filename.rsplit("/", 1)[-1]
    ending = name.lower().rsplit(".", 1)[-1]
    return ending in {"csv", "txt", "xlsx", "xls", "ods", "geojson", "json", "gpkg", "gz"}


def _is_ignored(item: zipfile.ZipInfo) -> bool:
    """Whether a member is never looked at: folders, hidden files of the system."""
    name = item.filename.rsplit("/", 1)[-1]
    return item.is_dir() or name.startswith((".", "~", "_"))


def safe_name(name: str) -> str:
    """A file name without path, hidden mark or odd characters."""
    bare = re.split(r"[/\\]", name)[-1]
    cleaned = re.sub(r"[^\w.() -]", "_", bare).lstrip(".").strip()
    return cleaned[-120:] or "fichier"
