"""A space (« espace »): a folder of received files, checked into tables.

One sub-folder per source holds the files as received and ``provenance.toml``. Opening a space
checks every file against its contract and keeps typed tables in a cache; a bad file is set aside
with its full report, and the rest opens.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import pandas as pd

from cpts_data import reference
from cpts_data.contracts import ContractError, Fault, Source
from cpts_data.reference.history import names_on
from cpts_data.sources import MODULES
from cpts_data.space import carrying, coding
from cpts_data.space.cache import Cache, Outcome, reader_version
from cpts_data.space.provenance import PROVENANCE, FileRecord, read_provenance, superseded
from cpts_data.space.reading import read_file as read_file

DEMONSTRATION = Path(__file__).resolve().parents[2] / "data" / "demonstration"
DESCRIPTION = "espace.toml"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class FileState:
    """One received file: its record, what reading it gave, and the key of its table."""

    path: Path
    record: FileRecord
    outcome: Outcome
    key: str

    @property
    def kept(self) -> bool:
        """Whether the file keeps its contract."""
        return not self.outcome.faults


@dataclass(frozen=True)
class SourceState:
    """All files of one source in a space."""

    source: Source
    files: tuple[FileState, ...]

    @property
    def kept(self) -> tuple[FileState, ...]:
        """The files whose rows count."""
        return tuple(file for file in self.files if file.kept)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault of every file set aside."""
        return tuple(fault for file in self.files for fault in file.outcome.faults)


@dataclass
class Space:
    """An opened space. Tables are read from the cache when they are asked for."""

    path: Path
    title: str
    fictitious: bool
    states: dict[str, SourceState]
    fingerprint: str
    cache: Cache
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path | str, progress: Progress | None = None) -> Space:
        """Open a folder: check what is new, set aside what is bad, read the rest from the cache.

        Raises :class:`ContractError` when the folder does not exist.
        """
        folder = Path(path)
        if not folder.is_dir():
            fault = Fault(
                str(folder),
                "aucun dossier à cette adresse",
                "le dossier d'un espace de données",
                "vérifiez le chemin, ou créez l'espace avec « python -m cpts_data ajouter ».",
            )
            raise ContractError([fault])
        description = _description(folder)
        cache = Cache(folder)
        files = [(source, file) for source in MODULES for file in received_files(folder / source)]
        states: dict[str, list[FileState]] = {}
        for number, (source, file) in enumerate(files):
            if progress is not None:
                progress(file.name, number, len(files))
            record = read_provenance(folder / source).get(file.name, FileRecord(file.name))
            states.setdefault(source, []).append(_state(source, file, record, cache))
        if progress is not None:
            progress("", len(files), len(files))
        ordered = {
            name: SourceState(MODULES[name].SOURCE, tuple(sorted(found, key=_age)))
            for name, found in states.items()
        }
        return cls(
            path=folder,
            title=str(description.get("titre") or folder.resolve().name),
            fictitious=bool(description.get("fictif", False)),
            states=ordered,
            fingerprint=fingerprint(folder),
            cache=cache,
        )

    def has(self, source_id: str) -> bool:
        """Whether the space holds at least one good file of a source."""
        return source_id in self.states and bool(self.states[source_id].kept)

    @cached_property
    def own_codes(self) -> pd.DataFrame:
        """The space's own code file when its territory is in no national one, else empty."""
        table = self._joined("cog") if self.has("cog") else pd.DataFrame()
        if table.empty:
            return table
        communes = table.loc[table["nature"] == "commune", "code"]
        national = communes.isin(reference.communes().index).mean() > 0.5
        return table.iloc[0:0] if national else table

    @cached_property
    def year(self) -> int:
        """The space's year of reference: that of its contours, else the shipped reference's."""
        if not self.own_codes.empty:
            return 0
        if not self.has("contours_communes"):
            return reference.PRESENT_YEAR
        key = f"annee-{self.files_key('contours_communes')}-{coding.version()}"
        outcome = self.cache.outcome(key)
        if outcome is None:
            contours = self._joined("contours_communes")
            communes = contours.loc[contours["nature"] == "commune", "code"]
            year = coding.geography_year(communes) if len(communes) else reference.PRESENT_YEAR
            outcome = Outcome(extra={"year": year})
            self.cache.keep(key, outcome)
        return int(outcome.extra["year"])

    def table(self, source_id: str) -> pd.DataFrame:
        """The rows of all good files of a source, in the geography of the space.

        ``KeyError`` when the space holds none.
        """
        if source_id not in self._tables:
            if not self.has(source_id):
                raise KeyError(f"{self.path} holds {sorted(self.states)}, not {source_id!r}")
            self._tables[source_id] = self._carried(source_id)
        return self._tables[source_id]

    def files_key(self, *source_ids: str) -> str:
        """A short fingerprint of the good files of some sources."""
        keys = [f.key for name in source_ids if name in self.states for f in self.states[name].kept]
        return hashlib.sha256("|".join(keys).encode()).hexdigest()[:16]

    def kept_table(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """A table made from the reference, kept in the cache until the reference changes."""
        key = f"{name}-{coding.version()}"
        outcome = self.cache.outcome(key)
        table = self.cache.table(key) if outcome is not None else None
        if table is None:
            table = make()
            self.cache.keep(key, Outcome(len(table)), table)
        return table

    def remarks(self, source_id: str) -> list[str]:
        """What a reader should know of a source's files, though nothing stops them (French)."""
        if not self.has(source_id):
            return []
        told = [remark for file in self.states[source_id].kept for remark in file.outcome.remarks]
        told += [item.words for item in self.carried(source_id)]
        return told + list(self.table(source_id).attrs.get("remarques", []))

    def carried(self, source_id: str) -> tuple[carrying.Carried, ...]:
        """The old codes of a source that were carried to the space's geography, with the people."""
        if not self.has(source_id):
            return ()
        plain = self.table(source_id).attrs.get("portes", [])
        return tuple(carrying.Carried.of_plain(item).among(self.people) for item in plain)

    @cached_property
    def people(self) -> pd.Series:
        """Inhabitants of each commune: the space's latest legal count, else the reference's."""
        known = pd.Series(dtype="float64")
        if self.own_codes.empty:
            known = reference.communes(self.year)["population"].astype("float64")
        if not self.has("populations_legales"):
            return known
        table = self.table("populations_legales")
        latest = table[table["period"] == table["period"].max()].drop_duplicates("code")
        return latest.set_index("code")["population"].astype("float64").combine_first(known)

    def _joined(self, source_id: str) -> pd.DataFrame:
        """Rows of all good files as read; the newest file wins where two tell the same row."""
        state = self.states[source_id]
        return self._newest(state.source, [self._read(source_id, file) for file in state.kept])

    @staticmethod
    def _newest(source: Source, tables: list[pd.DataFrame]) -> pd.DataFrame:
        """Join tables, oldest first; the newest wins where two tell the same row."""
        if len(tables) == 1:
            return tables[0]
        kept: list[pd.DataFrame] = []
        for age, table in enumerate(tables):
            gone = pd.Series(False, index=table.index)
            for newer in tables[age + 1 :]:
                gone |= coding.taken_over(table, newer, source)
            kept.append(table[~gone])
        joined = pd.concat(kept, ignore_index=True)
        if isinstance(tables[0], gpd.GeoDataFrame):
            return gpd.GeoDataFrame(joined, geometry="geometry", crs=4326)
        return joined

    def _read(self, source_id: str, file: FileState) -> pd.DataFrame:
        table = self.cache.table(file.key, file.outcome.geographic)
        if table is None:
            table = MODULES[source_id].read(file.path)
            self.cache.keep(file.key, file.outcome, table)
        return coding.with_vintage(table, MODULES[source_id].SOURCE, file.record)

    def _carried(self, source_id: str) -> pd.DataFrame:
        source = MODULES[source_id].SOURCE
        coded = coding.tells_communes(source) or carrying.is_share(source)
        if not coded or source_id == "contours_communes":
            return self._joined(source_id)
        files = self.states[source_id].kept
        told = "|".join(f"{file.key}{file.record.millesime}" for file in files)
        ground = f"{told}|{self.year}|{self._codes_key()}|{coding.version()}"
        key = f"{source_id}-carried-{hashlib.sha256(ground.encode()).hexdigest()[:20]}"
        outcome = self.cache.outcome(key)
        if outcome is not None:
            table = self.cache.table(key, outcome.geographic)
            if table is not None:
                table.attrs["remarques"] = list(outcome.remarks)
                table.attrs["portes"] = outcome.extra.get("portes", [])
                return table
        story = carrying.Story()
        # File by file: two files may be of two years.
        table = self._newest(
            source,
            [self._finish(self._read(source_id, file), source, story) for file in files],
        )
        told_once = tuple(dict.fromkeys(story.remarks))
        moved = [item.as_plain() for item in carrying.together(story.carried)]
        kept = Outcome(len(table), told_once, extra={"portes": moved})
        self.cache.keep(key, kept, table)
        table.attrs["remarques"], table.attrs["portes"] = list(told_once), moved
        return table

    def _codes_key(self) -> str:
        state = self.states.get("cog")
        return "" if state is None else "|".join(file.key for file in state.kept)

    @cached_property
    def known_codes(self) -> pd.Index:
        """Every commune and arrondissement of the space's geography."""
        if not self.own_codes.empty:
            here = self.own_codes["nature"].isin(["commune", "arrondissement"])
            return pd.Index(self.own_codes.loc[here, "code"])
        return names_on(self.year).index.append(reference.arrondissements().index)

    def _finish(self, table: pd.DataFrame, source: Source, story: carrying.Story) -> pd.DataFrame:
        """Resolve names, tell the vintage, carry old codes to the space's year; tell of it."""
        table = coding.with_resolved_names(table, self.own_codes, story.remarks)
        here = coding.commune_rows(table, source)
        pieces = [] if here.all() else [table[~here]]
        for _, part in coding.by_vintage(table[here]):
            year = 0
            if self.year:
                year = coding.geography_year(part["code"], self.year, source.partial)
            dated = coding.with_period(part, source, year, story.remarks)
            codes = pd.Index(dated["code"].dropna().unique())
            changes = carrying.conversion(year, self.year, codes, self.own_codes)
            carried = carrying.carry(dated, source, changes)
            known, to_year = self.known_codes, self.year
            ended = coding.with_latest_meaning(carried, source, known, to_year, story.remarks)
            pieces.append(ended[0])
            story.carried += [carrying.carried_codes(dated, changes, (year, to_year)), ended[1]]
        return pd.concat(pieces, ignore_index=True) if pieces else table


def received_files(folder: Path) -> list[Path]:
    """The data files of a source folder: neither hidden, nor provenance, nor superseded."""
    if not folder.is_dir():
        return []
    gone = superseded(folder, read_provenance(folder)) | {PROVENANCE}
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith(".") and path.name not in gone
    )


def fingerprint(folder: Path) -> str:
    """A text that changes whenever a file of the space is added, replaced or removed."""
    digest = hashlib.sha256()
    for source in MODULES:
        for file in received_files(folder / source):
            stat = file.stat()
            digest.update(f"{source}/{file.name}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def known_spaces() -> dict[str, Path]:
    """Spaces that the app offers: the demonstration, then every space of ``CPTS_DATA``.

    ``CPTS_DATA`` lists folders (separated as in PATH): each is a space, or holds spaces. By default
    the folder ``espaces`` beside ``data``.
    """
    found: dict[str, Path] = {"demonstration": DEMONSTRATION}
    listed = os.environ.get("CPTS_DATA") or str(DEMONSTRATION.parents[1] / "espaces")
    for text in listed.split(os.pathsep):
        folder = Path(text).expanduser()
        if not text or not folder.is_dir():
            continue
        for space in [folder] if _is_space(folder) else sorted(folder.iterdir()):
            if _is_space(space) and space.resolve() != DEMONSTRATION.resolve():
                known = found.setdefault(space.name, space)
                if known.resolve() != space.resolve():
                    found.setdefault(f"{space.resolve().parent.name}-{space.name}", space)
    return found


def _is_space(folder: Path) -> bool:
    if not folder.is_dir() or folder.name.startswith("."):
        return False
    return (folder / DESCRIPTION).is_file() or any((folder / name).is_dir() for name in MODULES)


def _description(folder: Path) -> dict[str, object]:
    try:
        return tomllib.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _age(file: FileState) -> tuple[str, int, str]:
    return (file.record.date_recuperation, file.path.stat().st_mtime_ns, file.path.name)


def _state(source_id: str, path: Path, record: FileRecord, cache: Cache) -> FileState:
    key, outcome = checked(source_id, path, cache)
    return FileState(path, record, outcome, key)


def checked(source_id: str, path: Path, cache: Cache) -> tuple[str, Outcome]:
    """Check one file, or take from the cache what checking it gave; the key of its table."""
    key = table_key(source_id, cache.hash_of(path))
    outcome = cache.outcome(key)
    if outcome is None:
        outcome, table = read_file(source_id, path)
        cache.keep(key, outcome, table)
    return key, outcome


def table_key(source_id: str, digest: str) -> str:
    """The key, in the cache, of the table that a source's reader makes of a file."""
    return f"{source_id}-{digest[:20]}-{reader_version(source_id)}"
