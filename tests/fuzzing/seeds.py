"""Small valid files of every source, which the mutations spoil.

They are the demonstration's files (official formats, one at least for every source) and those of
the five communes of the tests, cut down to the fewest lines or features that their reader takes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import openpyxl

from cpts_data.contracts import ContractError
from cpts_data.received import head_of
from cpts_data.sources import MODULES
from tests.official_layouts import five_communes

ROOT = Path(__file__).resolve().parents[2]
DEMONSTRATION = ROOT / "data" / "demonstration"
SIZES = (8, 20, 60, 250, 1000, 1_000_000)
WORKBOOK_SIZES = (12, 40, 1_000_000)


def seeds(folder: Path) -> dict[str, tuple[str, Path]]:
    """Write the seeds in a folder: source and path by name (« rpps/ps-libreacces….txt »)."""
    found: dict[str, tuple[str, Path]] = {}
    for source, path in _received(folder / "origin"):
        name = f"{source}/{path.name}"
        target = folder / source / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        _shrink(source, path, target)
        found[name] = (source, target)
    return dict(sorted(found.items()))


def _received(folder: Path) -> Iterator[tuple[str, Path]]:
    """One file of each source and ending, the smallest, and all those of another layout."""
    for source in MODULES:
        smallest: dict[object, Path] = {}
        for path in sorted((DEMONSTRATION / source).iterdir(), key=lambda p: p.stat().st_size):
            if path.suffix != ".toml":
                head = head_of(path)
                layout = (path.suffix.lower(), head.header()[:3])
                smallest.setdefault(layout, path)
        yield from ((source, path) for path in smallest.values())
    folder.mkdir(parents=True, exist_ok=True)
    yield from five_communes(folder).items()
    layer = folder / "communes.gpkg"
    gpd.read_file(folder / "communes-50m.geojson").to_file(layer, driver="GPKG")
    if _is_read("contours_communes", layer):
        yield "contours_communes", layer


def _is_read(source: str, path: Path) -> bool:
    try:
        return MODULES[source].recognises(head_of(path)) and len(MODULES[source].read(path)) > 0
    except ContractError:
        return False


def _shrink(source: str, path: Path, target: Path) -> None:
    """Write the shortest beginning of a file that its reader takes."""
    cut: Callable[[Path, int, Path], None] | None = {
        ".xlsx": _cut_workbook,
        ".geojson": _cut_layer,
        ".csv": _cut_text,
        ".txt": _cut_text,
    }.get(path.suffix.lower())
    for size in WORKBOOK_SIZES if cut is _cut_workbook else SIZES if cut else ():
        assert cut is not None
        cut(path, size, target)
        if _is_read(source, target):
            return
    shutil.copyfile(path, target)


def _cut_text(path: Path, size: int, target: Path) -> None:
    with path.open("rb") as stream:
        target.write_bytes(b"".join(line for line, _ in zip(stream, range(size), strict=False)))


def _cut_layer(path: Path, size: int, target: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    content["features"] = content["features"][:size]
    target.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _cut_workbook(path: Path, size: int, target: Path) -> None:
    if size > max(WORKBOOK_SIZES[:-1]):
        shutil.copyfile(path, target)
        return
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        if sheet.max_row > size:
            sheet.delete_rows(size + 1, sheet.max_row - size)
    book.save(target)
