"""See what files would do before they enter a space: recognised, checked, and nothing changed.

The files are added, one after the other, to a scratch copy of the space made of links, by the same
door as the true one (:func:`~cpts_data.space.receiving.add_files`): what is announced is what will
happen, files that replace one another included. The scratch copy is thrown away.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cpts_data.contracts import Fault, Kind, Source
from cpts_data.sources import MODULES
from cpts_data.space import DESCRIPTION, Progress, checked, coding, received_files
from cpts_data.space.arriving import Arrival, recognised, unpacked
from cpts_data.space.cache import FOLDER as CACHE
from cpts_data.space.cache import Cache
from cpts_data.space.provenance import PROVENANCE, read_provenance
from cpts_data.space.receiving import add_files
from cpts_data.space.waiting import WaitingRoom

SHOWN_ROWS = 5


@dataclass(frozen=True)
class Preview:
    """What one data file is and would do in a space; ``faults`` say why it would be refused.

    ``file`` is the data file, ``received_in`` the file handed over (its archive, or itself).
    ``periods`` are those that the rows tell; ``undated`` says that they tell none while the source
    has one. ``replaces`` names the files whose place it would take, of ``replaced_rows`` rows;
    ``already_here`` says that one of the space has the very same content. ``head`` holds the first
    rows, columns named by the source, without persons nor contours.
    """

    file: str
    received_in: str
    source_id: str = ""
    title: str = ""
    publisher: str = ""
    rows: int = 0
    periods: tuple[str, ...] = ()
    undated: bool = False
    replaces: tuple[str, ...] = ()
    replaced_rows: int = 0
    already_here: bool = False
    remarks: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    head: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def accepted(self) -> bool:
        """Whether the file would enter the space."""
        return not self.faults


def preview(
    space: Path,
    files: Sequence[Path],
    *,
    vintage: str = "",
    progress: Progress | None = None,
    waiting: WaitingRoom | None = None,
) -> list[Preview]:
    """Say what adding files to a space would do, archives unpacked; one preview per data file.

    The space may not exist yet; it is left as it is, its cache included. What is read here waits in
    ``waiting``, so that adding the same files does not read them again.
    """
    found: list[Preview] = []
    with ExitStack() as opened:
        scratch = opened.enter_context(_linked(space))
        queue: list[tuple[str, Arrival, str]] = []
        for path in files:
            refused: list[tuple[str, tuple[Fault, ...]]] = []
            arrivals = opened.enter_context(unpacked([path], refused))
            found += [Preview(name, path.name, faults=faults) for name, faults in refused]
            queue += [(path.name, item, recognised(item.path)[0]) for item in arrivals]
        order = list(MODULES)
        queue.sort(key=lambda item: order.index(item[2]) if item[2] else -1)
        for number, (received_in, arrival, source_id) in enumerate(queue):
            if progress is not None:
                progress(arrival.path.name, number, len(queue))
            found.append(_tried(scratch, received_in, arrival, source_id, vintage, waiting))
        if progress is not None:
            progress("", len(queue), len(queue))
    return found


@contextmanager
def _linked(space: Path) -> Iterator[Path]:
    """A throw-away space that holds links to the files and to the cache of another."""
    with tempfile.TemporaryDirectory(prefix="cpts-apercu-") as folder:
        scratch = Path(folder) / (space.name or "espace")
        scratch.mkdir()
        if (space / DESCRIPTION).is_file():
            shutil.copyfile(space / DESCRIPTION, scratch / DESCRIPTION)
        for source_id in MODULES:
            paths = received_files(space / source_id)
            if paths:
                (scratch / source_id).mkdir()
                for path in paths:
                    _link(path, scratch / source_id / path.name)
                with suppress(FileNotFoundError):
                    shutil.copyfile(
                        space / source_id / PROVENANCE, scratch / source_id / PROVENANCE
                    )
        if any(scratch.iterdir()):
            (scratch / CACHE).mkdir()
            for entry in Cache(space).folder.glob("*-*.*"):
                _link(entry, scratch / CACHE / entry.name)
        yield scratch


def _link(path: Path, target: Path) -> None:
    """Link a file, or copy it where links are not allowed. A link is replaced, never written to."""
    try:
        target.symlink_to(path.resolve())
    except (OSError, NotImplementedError):
        shutil.copy2(path, target)


def _tried(
    scratch: Path,
    received_in: str,
    arrival: Arrival,
    source_id: str,
    vintage: str,
    waiting: WaitingRoom | None,
) -> Preview:
    """Add one file to the scratch space and tell what came of it."""
    folder = scratch / (source_id or "-")
    records = read_provenance(folder)
    rows = {path.name: _rows(scratch, source_id, path) for path in received_files(folder)}
    (receipt,) = add_files(scratch, [arrival.path], vintage=vintage, waiting=waiting)
    remarks = receipt.remarks + arrival.remarks
    if not receipt.accepted:
        return Preview(receipt.file, received_in, source_id, remarks=remarks, faults=receipt.faults)
    source = MODULES[source_id].SOURCE
    stored = folder / receipt.stored
    record = read_provenance(folder)[stored.name]
    same = {name for name, known in records.items() if known.sha256 == record.sha256}
    cache = Cache(scratch)
    key, outcome = checked(source_id, stored, cache)
    table = cache.table(key, outcome.geographic)
    if table is None:
        table = MODULES[source_id].read(stored)
    table = coding.with_vintage(table, source, record)
    periods = _periods(table)
    return Preview(
        file=receipt.file,
        received_in=received_in,
        source_id=source_id,
        title=source.title,
        publisher=source.publisher,
        rows=receipt.rows,
        periods=periods,
        undated="" in _raw_periods(table) and source.period_lag is not None,
        replaces=receipt.replaced,
        replaced_rows=sum(rows.get(name, 0) for name in receipt.replaced),
        already_here=bool(same & set(rows)),
        remarks=remarks,
        head=_head(table, source),
    )


def _rows(space: Path, source_id: str, path: Path) -> int:
    return checked(source_id, path, Cache(space))[1].rows


def _raw_periods(table: pd.DataFrame) -> set[str]:
    if "period" not in table.columns:
        return set()
    return {str(period) for period in table["period"].dropna().unique()}


def _periods(table: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sorted(_raw_periods(table) - {""}))


def _head(table: pd.DataFrame, source: Source) -> pd.DataFrame:
    """The first rows of the columns that the source declares, contours left out."""
    names = [
        column.name
        for column in source.columns
        if column.kind is not Kind.GEOMETRY and column.name in table.columns
    ]
    return pd.DataFrame(table[names]).head(SHOWN_ROWS).reset_index(drop=True)
