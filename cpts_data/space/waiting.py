"""Files read for a preview wait here until a person agrees to them: they are not read twice.

An entry holds what the door makes of a file: its copy without persons when that is another file,
the table of its reader, what is to be said of both. It is found again by the content and the name
of the file, and by the version of the reader. All of it is on disk, in a private folder of the
system's temporary one, within a size and an hour: the oldest leave first, all leave with the
process.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import threading
import time
import weakref
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from cpts_data.contracts import Source
from cpts_data.space.cache import Outcome, reader_version
from cpts_data.space.provenance import unique

MAXIMUM_SIZE = 1_500_000_000
LONGEST_STAY = 3600
_COPY, _TABLE, _ENTRY = "copie", "table.parquet", "entree.json"


@dataclass(frozen=True)
class Ready:
    """A file as it enters a space: its copy, its hash, what was pruned, what reading it gave.

    ``table`` is None when the file is refused, for the faults of ``outcome``.
    """

    digest: str
    pruning: str
    outcome: Outcome
    table: pd.DataFrame | None


class WaitingRoom:
    """Entries of files that were looked at; safe for several sessions at once.

    ``maximum_size`` is that of the folder in bytes; a file that needs more is not kept, and is
    read again.
    """

    def __init__(self, maximum_size: int = MAXIMUM_SIZE) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cpts-attente-"))
        # Runs when nobody holds the room any more, and at the end of the process.
        self._emptied = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.maximum_size = maximum_size
        self._lock = threading.Lock()

    def close(self) -> None:
        """Send everybody away; nothing waits here any more."""
        self._emptied()

    def find(self, original: str, name: str, source: Source, target: Path) -> Ready | None:
        """What was made of a file of this sha256 and name; its copy is written to ``target``.

        None when nothing waits, or when it is damaged. ``target`` is written only when the copy is
        not the file itself.
        """
        place = self.folder / _key(original, name, source)
        with self._lock:
            try:
                told = json.loads((place / _ENTRY).read_text(encoding="utf-8"))
                outcome = Outcome(
                    rows=told["rows"], remarks=tuple(told["remarks"]), geographic=told["geographic"]
                )
                read = gpd.read_parquet if outcome.geographic else pd.read_parquet
                table = read(place / _TABLE)
                if (place / _COPY).exists():
                    shutil.copyfile(place / _COPY, target)
            except (OSError, ValueError, KeyError, TypeError):
                shutil.rmtree(place, ignore_errors=True)
                return None
        return Ready(told["digest"], told["pruning"], outcome, table)

    def keep(self, original: str, name: str, source: Source, copy: Path, ready: Ready) -> None:
        """Let a file that was read wait; a file that is refused, or too large, does not."""
        if ready.table is None:
            return
        place = self.folder / _key(original, name, source)
        aside = self.folder / f".{unique()}"
        with self._lock, suppress(OSError):
            self._make_room(0)
            if place.exists():
                return
            try:
                aside.mkdir()
                bare = ready.table.copy(deep=False)
                bare.attrs = {}
                bare.to_parquet(aside / _TABLE)
                if ready.digest != original:
                    shutil.copyfile(copy, aside / _COPY)
                told = asdict(ready.outcome) | {"digest": ready.digest, "pruning": ready.pruning}
                (aside / _ENTRY).write_text(json.dumps(told), encoding="utf-8")
                if self._make_room(_size(aside)):
                    aside.rename(place)
            finally:
                shutil.rmtree(aside, ignore_errors=True)

    def _make_room(self, wanted: int) -> bool:
        """Show out what stayed too long, then the oldest until there is room; whether there is."""
        entries = sorted(
            (place.stat().st_mtime, place, _size(place))
            for place in self.folder.iterdir()
            if not place.name.startswith(".")
        )
        held = sum(size for _, _, size in entries)
        for since, place, size in entries:
            if time.time() - since > LONGEST_STAY or held + wanted > self.maximum_size:
                shutil.rmtree(place, ignore_errors=True)
                held -= size
        return held + wanted <= self.maximum_size


def _key(original: str, name: str, source: Source) -> str:
    # Some readers learn from the name: the same content under another name is another file.
    named = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{source.id}-{original[:20]}-{named}-{reader_version(source.id)}"


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
