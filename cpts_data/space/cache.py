"""The cache of a space: checked tables as Parquet, keyed by file hash and reader version.

The second opening of a space reads Parquet only. The cache may be deleted at any time; a broken
entry is read again from the file.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import inspect
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from cpts_data.contracts import Fault
from cpts_data.space.provenance import sha256_of, unique, write_atomically

FOLDER = ".cache"


@dataclass(frozen=True)
class Outcome:
    """What reading one file gave: rows, periods, remarks, and faults when it was set aside."""

    rows: int = 0
    remarks: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    geographic: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@cache
def reader_version(source_id: str) -> str:
    """A fingerprint of the code that reads a source: a changed reader reads its files again."""
    digest = hashlib.sha256(pd.__version__.encode())
    for name in sorted(code_behind(f"cpts_data.sources.{source_id}") | {__name__}):
        digest.update(inspect.getsource(sys.modules[name]).encode())
    return digest.hexdigest()[:12]


@cache
def _imported_by(name: str) -> tuple[str, ...]:
    """Our modules that one module imports itself."""
    found: list[str] = []
    for node in ast.walk(ast.parse(inspect.getsource(sys.modules[name]))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cpts_data"):
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [module for module in (str(node.module), *named) if module in sys.modules]
    return tuple(dict.fromkeys(found))


def code_behind(name: str) -> set[str]:
    """Our modules that a module imports, at any depth, and itself."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.add(current)
        waiting += _imported_by(current)
    return found - {"cpts_data"}


class Cache:
    """Tables and outcomes kept beside the space, or in the system's temporary folder if it is
    read-only."""

    def __init__(self, space: Path) -> None:
        self.folder = _writable(space)
        self._hashes_file = self.folder / "empreintes.json"
        self._hashes: dict[str, str] = _read_json(self._hashes_file)

    def hash_of(self, path: Path) -> str:
        """SHA-256 of a file, remembered as long as its size and date do not change."""
        stat = path.stat()
        key = f"{path}|{stat.st_size}|{stat.st_mtime_ns}"
        if key not in self._hashes:
            kept = {old: value for old, value in self._hashes.items() if f"{path}|" not in old}
            self._hashes = {**kept, key: sha256_of(path)}
            with contextlib.suppress(OSError):
                write_atomically(self._hashes_file, json.dumps(self._hashes).encode())
        return self._hashes[key]

    def outcome(self, key: str) -> Outcome | None:
        """The outcome kept under a key, None when there is none."""
        content = _read_json(self.folder / f"{key}.json")
        if not content:
            return None
        try:
            faults = tuple(Fault(**fault) for fault in content.pop("faults"))
            return Outcome(remarks=tuple(content.pop("remarks")), faults=faults, **content)
        except (KeyError, TypeError):
            return None

    def table(self, key: str, geographic: bool = False) -> pd.DataFrame | None:
        """The table kept under a key, None when there is none or it is damaged."""
        path = self.folder / f"{key}.parquet"
        try:
            return gpd.read_parquet(path) if geographic else pd.read_parquet(path)
        except (OSError, ValueError):
            return None

    def keep(self, key: str, outcome: Outcome, table: pd.DataFrame | None = None) -> None:
        """Keep a table, then its outcome (so that an outcome never lies about its table)."""
        with contextlib.suppress(OSError):
            if table is not None:
                temporary = self.folder / f".{key}.{unique()}.tmp"
                bare = table.copy(deep=False)
                bare.attrs = {}
                bare.to_parquet(temporary)
                temporary.replace(self.folder / f"{key}.parquet")
            content = asdict(outcome)
            write_atomically(self.folder / f"{key}.json", json.dumps(content).encode())

    def forget(self, prefix: str) -> None:
        """Remove what is kept under keys that begin so: what replaces it is about to be kept."""
        for path in self.folder.glob(f"{prefix}*"):
            with contextlib.suppress(OSError):
                path.unlink()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _writable(space: Path) -> Path:
    for folder in (space / FOLDER, _private_folder(space)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="cpts-"))


def _private_folder(space: Path) -> Path:
    name = hashlib.sha256(str(space.resolve()).encode()).hexdigest()[:16]
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "cpts-diagnostic" / name
