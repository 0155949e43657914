"""Write small files in the layouts of the producers: delimited texts, workbooks, layers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl

from cpts_data.contracts import ContractError
from cpts_data.received import head_of


def text(path: Path, *lines: str, encoding: str = "utf-8", end: str = "\n") -> Path:
    """Write lines, each with its end."""
    path.write_bytes("".join(f"{line}{end}" for line in lines).encode(encoding))
    return path


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """Write a workbook of sheets given as rows of cells."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def square(west: float, south: float, side: float = 0.01) -> dict[str, object]:
    """The GeoJSON geometry of a square."""
    east, north = west + side, south + side
    return {
        "type": "Polygon",
        "coordinates": [
            [[west, south], [east, south], [east, north], [west, north], [west, south]]
        ],
    }


def layer(path: Path, *features: tuple[dict, dict], crs: int | None = None) -> Path:
    """Write a GeoJSON file of features given as properties and geometry."""
    content: dict = {"type": "FeatureCollection", "features": []}
    if crs:
        content["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}}
    for properties, geometry in features:
        content["features"].append(
            {"type": "Feature", "properties": properties, "geometry": geometry}
        )
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def faults_of(module, path: Path) -> list:
    """The faults for which a reader refuses a file (none: the file was read)."""
    try:
        module.read(path)
    except ContractError as error:
        return list(error.faults)
    return []


def recognised(path: Path, *modules) -> list[str]:
    """Ids of the modules, among those given, that recognise a file."""
    head = head_of(path)
    return [module.SOURCE.id for module in modules if module.recognises(head)]


def remarks(table) -> str:
    """All the remarks of a table, ordinary blanks."""
    return " ".join(table.attrs.get("remarques", [])).replace("\u00a0", " ").replace("\u202f", " ")
