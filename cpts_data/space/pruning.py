"""Persons stay at the door: columns that name them are dropped before a file is kept."""

from __future__ import annotations

import filecmp
import re
import shutil
import unicodedata
from pathlib import Path

import pandas as pd

from cpts_data.contracts import Source
from cpts_data.received import Head, as_text, head_of, read_sheet, read_text_table
from cpts_data.sources import MODULES


def copy_without_persons(path: Path, target: Path, source: Source) -> str:
    """Copy a file; where its source may name persons, copy it without them and say so (French).

    A source whose layout is its own prunes by itself (``prune``); the others name their columns.
    """
    prune = getattr(MODULES[source.id], "prune", None)
    if prune is not None:
        prune(path, target)
        same = filecmp.cmp(path, target, shallow=False)  # reads neither when their sizes differ
        return "" if same else "données nominatives retirées à la réception"
    if source.personal:
        table, dropped = _without_persons(path, source)
        if table is not None:
            table.to_csv(target, sep=";", index=False, encoding="utf-8")
            if dropped:
                return "colonnes nominatives retirées à la réception"
            return "seule la feuille utile du classeur est conservée"
    shutil.copyfile(path, target)
    return ""


def _without_persons(path: Path, source: Source) -> tuple[pd.DataFrame | None, bool]:
    """The cells under the header without personal columns, and whether there were some.

    None when the file may be copied as it is: a text whose header names no person. Of a workbook
    only the sheet of the source is kept, since persons may be in the others.
    """
    head = head_of(path)
    for sheet, rows in head.sheets.items() or {"": head.rows}.items():
        for line, row in enumerate(rows):
            if not MODULES[source.id].recognises(Head(path, "csv", 0, rows=(row,))):
                continue
            personal = [cell for cell in row if _is_personal(cell, source)]
            if head.sheets:
                table = as_text(read_sheet(path, sheet, header_line=line))
            elif not personal:
                return None, False
            else:
                table = read_text_table(path, header_line=line, ragged=True)
            kept = [c for c in table.columns if c != "ligne" and not _is_personal(c, source)]
            return table[kept], bool(personal)
    return None, False


def _is_personal(label: str, source: Source) -> bool:
    """Whether a word of a column's name is one that tells of persons."""
    words = f" {_plain(label)}"
    return any(f" {_plain(word)}" in words for word in source.personal)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z]+", " ", kept).strip()
