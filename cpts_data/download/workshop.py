"""The folder of a space where files arrive, held by one download at a time."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

from cpts_data.download.area import DownloadRefusedError
from cpts_data.download.transfer import Part
from cpts_data.sources import MODULES
from cpts_data.space import DESCRIPTION
from cpts_data.space.provenance import read_provenance, write_atomically

FOLDER = ".telechargements"
_LOCK = "verrou"
_JOURNAL = "journal.json"
_ONE_MONTH = 30 * 86_400


class Workshop:
    """What is arriving in a space, and the marks of what it already received."""

    def __init__(self, space: Path) -> None:
        self.space = space
        self.folder = space / FOLDER
        self._journal = _read_json(self.folder / _JOURNAL)

    def part(self, url: str, name: str) -> Part:
        """What has arrived of one address."""
        return Part(self._place(url), name)

    def forget(self, url: str) -> None:
        """Remove what has arrived of one address."""
        shutil.rmtree(self._place(url), ignore_errors=True)

    def known(self, source_id: str, url: str) -> dict[str, str]:
        """Marks of the version of a file that the space holds, empty when it holds none."""
        folder = self.space / source_id
        records = read_provenance(folder)
        held = any(r.adresse == url and (folder / r.nom).is_file() for r in records.values())
        marks = self._journal.get(url, {})
        return dict(marks) if held and isinstance(marks, dict) else {}

    def remember(self, url: str, marks: Mapping[str, str]) -> None:
        """Note the marks of a version that entered the space."""
        self._journal[url] = dict(marks)
        write_atomically(self.folder / _JOURNAL, json.dumps(self._journal, indent=1).encode())

    def _place(self, url: str) -> Path:
        return self.folder / sha256(url.encode()).hexdigest()[:16]


@contextmanager
def open_workshop(space: Path) -> Iterator[Workshop]:
    """Hold the folder for one download; :class:`DownloadRefusedError` when another holds it.

    When nothing entered a space that was not one before, nothing stays of it but what can be
    resumed.
    """
    existed, was_space = space.exists(), _is_space(space)
    folder = space / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with (folder / _LOCK).open("ab") as lock:
            _hold(lock, space)
            try:
                _forget_old(folder)
                yield Workshop(space)
            finally:
                if not was_space and not _holds_files(space):
                    _clear(space, folder)
    finally:
        if not existed:
            with suppress(OSError):
                space.rmdir()  # succeeds only where nothing is left


def _clear(space: Path, folder: Path) -> None:
    (space / DESCRIPTION).unlink(missing_ok=True)
    if not any(path.is_dir() for path in folder.iterdir()):
        shutil.rmtree(folder, ignore_errors=True)


def _is_space(space: Path) -> bool:
    return (space / DESCRIPTION).is_file() or _holds_files(space)


def _holds_files(space: Path) -> bool:
    return any((space / name).is_dir() for name in MODULES)


def _forget_old(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and time.time() - path.stat().st_mtime > _ONE_MONTH:
            shutil.rmtree(path, ignore_errors=True)


def _hold(lock: IO[bytes], space: Path) -> None:
    """Take the lock of an open file; the system gives it back however the process ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        raise DownloadRefusedError(
            f"Un autre téléchargement est en cours dans l'espace « {space.resolve().name} ». "
            "Attendez qu'il se termine, ou interrompez-le."
        ) from error
    except OSError:
        return  # a file system without locks: two downloads at once are the user's own doing


def _read_json(path: Path) -> dict[str, dict[str, str]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
