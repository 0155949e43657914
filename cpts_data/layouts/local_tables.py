"""Tables that people fill in: found in a CSV or in a sheet, under the labels of their template."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cpts_data import french
from cpts_data.contracts import ContractError, Fault
from cpts_data.layouts.labels import plain
from cpts_data.layouts.templates import EXAMPLE, Template
from cpts_data.received import Head, as_text, head_of, read_sheet, read_text_table

MAXIMUM_ROWS = 500_000


@dataclass(frozen=True)
class Place:
    """Where a table begins: sheet (None for a text), line of the header, its labels."""

    sheet: str | None
    line: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class LocalTable:
    """A filled template: its columns as text, those of the file that it does not know, remarks."""

    rows: pd.DataFrame
    others: pd.DataFrame
    remarks: list[str]


def find(head: Head, template: Template) -> Place | None:
    """Where the header of a template stands, whatever its sheet, accents and capitals."""
    wanted = {plain(name) for name in template.signature}
    parts = list(head.sheets.items()) if head.sheets else [(None, head.rows)]
    for sheet, rows in parts:
        for line, row in enumerate(rows):
            if wanted <= {plain(cell) for cell in row}:
                return Place(sheet, line, tuple(row))
    return None


def read_filled(path: Path, template: Template) -> LocalTable:
    """Read the cells of a filled template as text, blank lines and examples left out.

    ``rows`` has every column of the template (empty when the file lacks it) and ``ligne``; both
    frames have the same index. Raises :class:`ContractError` when the file is no such table.
    """
    place = find(head_of(path), template)
    if place is None:
        fault = Fault(
            path.name,
            "un tableau sans les colonnes du modèle",
            f"au moins les colonnes {french.enumeration(template.signature)}",
            "repartez du modèle à remplir, sans renommer ses colonnes.",
        )
        raise ContractError([fault])
    if place.sheet is None:
        raw = read_text_table(path, header_line=place.line, ragged=True, maximum_rows=MAXIMUM_ROWS)
    else:
        raw = as_text(read_sheet(path, place.sheet, header_line=place.line))
    labels = {plain(name): name for name in raw.columns if name != "ligne"}
    rows = pd.DataFrame({"ligne": raw["ligne"].astype(int)})
    for name in template.names:
        cells = raw[labels[plain(name)]] if plain(name) in labels else ""
        rows[name] = pd.Series(cells, index=raw.index, dtype="string").fillna("").str.strip()
    known = {plain(name) for name in template.names}
    others = [label for key, label in labels.items() if key not in known]
    examples = rows[template.names[0]].str.lower().str.startswith(EXAMPLE.lower())
    filled = (rows[list(template.names)] != "").any(axis=1) & ~examples
    remarks = []
    if examples.any():
        count = french.count_of(int(examples.sum()), "ligne d'exemple", "lignes d'exemple")
        remarks.append(f"{count} non reprise{'s' if examples.sum() > 1 else ''}.")
    return LocalTable(
        rows[filled].reset_index(drop=True),
        raw.loc[filled.to_numpy(), others].reset_index(drop=True).astype("string"),
        remarks,
    )
