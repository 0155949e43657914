"""Persons stay at the door: columns that name them are dropped before a file is kept."""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path

import pandas as pd

from cpts_data.contracts import Source
from cpts_data.layouts.labels import identifier
from cpts_data.layouts.personal_data import gives_private_line
from cpts_data.received import Head, as_text, head_of, read_sheet, read_text_table
from cpts_data.sources import MODULES


def copy_without_persons(path: Path, target: Path, source: Source) -> str:
    """Copy a file; where its source may name persons, copy it without them and say so (French).

    A source whose layout is its own prunes by itself (``prune``); the others name what they keep.
    """
    prune = getattr(MODULES[source.id], "prune", None)
    if prune is not None:
        prune(path, target)
        same = filecmp.cmp(path, target, shallow=False)  # reads neither when their sizes differ
        return "" if same else "données nominatives retirées à la réception"
    if source.kept:
        table, told = _without_persons(path, source)
        if table is not None:
            table.to_csv(target, sep=";", index=False, encoding="utf-8")
            return told
    shutil.copyfile(path, target)
    return ""


def _without_persons(path: Path, source: Source) -> tuple[pd.DataFrame | None, str]:
    """The kept columns under the header, and what was taken out (French).

    None when the file may be copied as it is: a text of the kept columns alone, without titles. Of
    a workbook only the sheet of the source stays, since persons may be in the others. A telephone
    or an e-mail that strayed into a kept column is emptied.
    """
    head = head_of(path)
    for sheet, rows in head.sheets.items() or {"": head.rows}.items():
        for line, row in enumerate(rows):
            if not MODULES[source.id].recognises(Head(path, "csv", 0, rows=(row,))):
                continue
            if head.sheets:
                table = as_text(read_sheet(path, sheet, header_line=line))
            else:
                table = read_text_table(path, header_line=line, ragged=True)
            table = table.drop(columns="ligne")
            kept = table[[name for name in table.columns if identifier(name) in source.kept]]
            private = kept.fillna("").map(gives_private_line).astype(bool)
            dropped = kept.shape[1] < table.shape[1]
            if dropped or private.to_numpy().any():
                return kept.mask(private, ""), "colonnes nominatives retirées à la réception"
            if head.sheets:
                return kept, "seule la feuille utile du classeur est conservée"
            return (kept, "titres retirés à la réception") if line else (None, "")
    return None, ""
