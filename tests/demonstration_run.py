"""One run of the demonstration's tool, shared by its tests, and plain readers of its files.

Files are read with the standard library and openpyxl only, never with our own readers.
"""

from __future__ import annotations

import csv
import hashlib
import importlib
import sys
import tempfile
from functools import cache
from pathlib import Path

import openpyxl
import pytest

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "data" / "demonstration"
REAL = ROOT.parent / "shared" / "real"

sys.path.insert(0, str(ROOT / "tools"))
TOOL = importlib.import_module("make_demonstration")

YEARS = (2017, 2018, 2019, 2020, 2021)


@cache
def _run():
    """The truth, its folder, and what keeps the folder until the end of the session."""
    home = tempfile.TemporaryDirectory(prefix="demonstration-")
    folder = Path(home.name)
    return TOOL.make_demonstration(folder), folder, home


def made():
    """The truth of the demonstration and the folder of its files, made once."""
    return _run()[:2]


def table(path, separator, encoding="utf-8-sig"):
    """The rows of a delimited text, as dictionaries of texts."""
    with path.open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream, delimiter=separator))


def pmun(folder, year):
    """Inhabitants by commune of the time, as the file of legal populations tells them."""
    path = folder / "populations_legales" / f"donnees_communes_{year}.csv"
    return {row["COM"]: int(row["PMUN"]) for row in table(path, ";")}


def sheet_rows(path, sheet, first):
    """The rows of a sheet from a line on (1 = the first), those without a first cell left out."""
    book = openpyxl.load_workbook(path, read_only=True)
    rows = book[sheet].iter_rows(min_row=first, values_only=True)
    return [row for row in rows if row and row[0] is not None]


def digests(folder):
    """The sha256 of every file of a folder, hidden ones left out."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
    }


def real_file(name):
    """An official file at hand, or the test is skipped."""
    path = REAL / name
    if not path.exists():
        pytest.skip(f"official file ../shared/real/{name} is not at hand")
    return path
