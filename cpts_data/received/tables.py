"""The cells of received tables: as text, every line accounted for, then turned to numbers."""

from __future__ import annotations

import csv
import itertools
import warnings
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd
from python_calamine import CalamineError

from cpts_data import french
from cpts_data.contracts import Faults
from cpts_data.received.heads import (
    bare,
    blank,
    cell_text,
    encoding_of,
    head_of,
    one_fault,
    open_workbook,
    refuse_unreadable,
)

LONGEST_LINE = 1_000_000
# No figure of a producer comes near; beyond, sums lose their units, then become infinite.
LARGEST_NUMBER = 1e15
MAXIMUM_ROWS = 5_000_000
_ORIGINAL = "reprenez le fichier d'origine, sans le modifier dans un tableur."
# What is found, what is expected, how to mend.
REPEATED_HEADER = (
    "la ligne d'en-tête, répétée parmi les données",
    "des données jusqu'à la fin du fichier",
    "ajoutez séparément les fichiers qui ont été mis bout à bout, ou retirez cette ligne.",
)


def read_text_table(
    path: Path,
    *,
    header_line: int = 0,
    columns: Sequence[str] | None = None,
    separator: str | None = None,
    quoted: bool = True,
    ragged: bool = False,
    maximum_rows: int = MAXIMUM_ROWS,
) -> pd.DataFrame:
    """Read a delimited text as text cells (never converted), with a column ``ligne``.

    ``header_line`` counts from 0, blank lines apart. ``columns`` limits what is kept in memory (a
    reader tells those it cannot do without by :func:`require_columns`). Empty cells stay ``""``.
    Quotes mean nothing in a « | » file, as in its head.
    A line with more cells than the header is a fault; one with fewer too, unless ``ragged`` (tables
    that people keep in a spreadsheet, which drops the empty cells that end a line). Lines made of
    separators alone, which spreadsheets leave, are no rows; the header met again is a fault.
    ``ligne`` is the true line of the file. Raises :class:`ContractError` in French.
    """
    head = head_of(path)
    refuse_unreadable(head)
    if head.kind != "csv":
        raise one_fault(
            path,
            "un fichier qui n'est pas un texte à colonnes",
            "un fichier CSV",
            "reprenez le fichier CSV publié par le producteur.",
        )
    mark = separator or head.separator
    quoted = quoted and mark != "|"
    encoding = encoding_of(path)
    layout = _Layout(path, encoding, mark, header_line, quoted, ragged, maximum_rows)
    lines = _data_lines(layout)
    options: dict[str, Any] = {
        "sep": mark,
        "header": header_line,
        "dtype": str,
        "na_filter": False,
        "quoting": csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        "usecols": None if columns is None else lambda name: bare(name) in columns,
        "index_col": False,
        "low_memory": False,
        "encoding": encoding,
        "encoding_errors": "replace",
    }
    try:
        with warnings.catch_warnings():
            # Cells beyond the header were seen to be empty (a « | » at the end of lines).
            warnings.simplefilter("ignore", pd.errors.ParserWarning)
            table = pd.read_csv(path, **options)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        found = "des lignes que l'on ne peut pas couper en colonnes, ou un guillemet non fermé"
        raise one_fault(path, found, f"des colonnes séparées par « {mark} »", _ORIGINAL) from error
    table.columns = pd.Index(_apart([bare(str(name)) for name in table.columns]))
    first = header_line + 2
    same = len(lines.numbers) == len(table)
    table.insert(0, "ligne", list(lines.numbers) if same else range(first, first + len(table)))
    if same and any(lines.empty):
        kept = ~np.array(lines.empty, dtype=bool)
        table = table[kept].reset_index(drop=True)
    return table


def _apart(labels: Sequence[str]) -> list[str]:
    """Labels told apart as pandas does: the second « nom » becomes « nom.1 »."""
    met: dict[str, int] = {}
    found = []
    for label in labels:
        times = met.get(label, 0)
        met[label] = times + 1
        found.append(f"{label}.{times}" if times and label else label)
    return found


@dataclass(frozen=True)
class _Layout:
    """How a delimited text is laid out, and what is asked of its lines."""

    path: Path
    encoding: str
    mark: str
    header_line: int
    quoted: bool
    ragged: bool
    maximum_rows: int


@dataclass(frozen=True)
class _Record:
    """One record of a delimited text: its first line, its cells when quotes had to be read."""

    line: str
    mark: str
    quoted_cells: list[str] | None = None

    @property
    def width(self) -> int:
        """The number of cells."""
        if self.quoted_cells is not None:
            return len(self.quoted_cells)
        return self.line.count(self.mark) + 1

    @property
    def empty(self) -> bool:
        """Whether every cell is empty."""
        if self.quoted_cells is not None:
            return not any(cell.strip() for cell in self.quoted_cells)
        return not self.line.strip(f" \t\r\n{self.mark}")

    def beyond(self, width: int) -> str:
        """What the cells beyond a width hold."""
        cells = self.line.split(self.mark) if self.quoted_cells is None else self.quoted_cells
        return "".join(cells[width:]).strip()

    @property
    def cut(self) -> bool:
        """Whether the file ends within the record."""
        return self.quoted_cells is None and not self.line.endswith(("\n", "\r"))


@dataclass(frozen=True)
class _Lines:
    """The line of each record after the header, and whether all its cells are empty."""

    numbers: array[int]
    empty: bytearray


def _data_lines(layout: _Layout) -> _Lines:
    """The records after the header; raises the faults of those of another width.

    pandas drops cells beyond the header and fills missing ones in silence. Here nothing is silent,
    and nothing is kept in memory but line numbers.
    """
    faults, lines, empty, width = Faults(layout.path.name), array("q"), bytearray(), 0
    header = ""
    try:
        with layout.path.open(encoding=layout.encoding, errors="replace", newline="") as stream:
            for rank, (number, record) in enumerate(_records(stream, layout)):
                if rank <= layout.header_line:
                    width, header = record.width, record.line.strip()
                    continue
                lines.append(number)
                empty.append(record.empty)
                if width > 1 and record.line.strip() == header:
                    faults.add(*REPEATED_HEADER, row=number)
                elif record.width != width and not empty[-1]:
                    _check_width(record, number, width, layout, faults)
                if faults.full or len(lines) > layout.maximum_rows:
                    break
    except csv.Error:
        faults.add(
            "un guillemet ouvert et jamais fermé, ou une ligne démesurée",
            f"{french.count_of(width, 'colonne')} séparées par « {layout.mark} »",
            _ORIGINAL,
            row=(lines[-1] if lines else layout.header_line + 1) + 1,
        )
    if len(lines) > layout.maximum_rows:
        faults.add(
            f"plus de {french.number(layout.maximum_rows)} lignes",
            "un fichier de la taille de ceux que publie le producteur",
            "vérifiez que le fichier n'a été ni répété, ni endommagé.",
            row=lines[-1],
        )
    faults.raise_if_any()
    return _Lines(lines, empty)


def _records(stream: TextIO, layout: _Layout) -> Iterator[tuple[int, _Record]]:
    """Each record with the line where it begins; blank lines left out."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        first = number
        if len(line) >= LONGEST_LINE:
            raise csv.Error("line too long")
        if layout.quoted and '"' in line:
            following = iter(lambda: stream.readline(LONGEST_LINE), "")
            reader = csv.reader(itertools.chain([line], following), delimiter=layout.mark)
            cells = next(reader)
            number += reader.line_num - 1
            yield first, _Record(line, layout.mark, cells)
        elif not blank(line, layout.mark):
            yield first, _Record(line, layout.mark)


def _check_width(record: _Record, number: int, width: int, layout: _Layout, faults: Faults) -> None:
    """Note a record that has not the width of the header, unless what differs is empty."""
    if record.width > width and not record.beyond(width):
        return
    short = record.width < width
    if short and layout.ragged and not record.cut:
        return
    found, mend = french.count_of(record.width, "colonne"), _ORIGINAL
    if short and record.cut:
        found += " sur une dernière ligne coupée"
        mend = "téléchargez le fichier de nouveau : il n'est pas arrivé en entier."
    expected = f"{french.count_of(width, 'colonne')} séparées par « {layout.mark} »"
    faults.add(found, expected, mend, row=number)


def require_columns(table: pd.DataFrame, columns: Sequence[str], faults: Faults) -> None:
    """Raise at once all the columns that a reader cannot do without and that the file lacks."""
    for name in columns:
        if name not in table.columns:
            faults.add(
                "une colonne absente",
                f"la colonne « {name} »",
                "reprenez le fichier d'origine, sans retirer ni renommer de colonne.",
                column=name,
            )
    faults.raise_if_any()


def sheet_rows(path: Path, sheet: str) -> list[list[Any]]:
    """Every row of a sheet as raw cells; raises :class:`ContractError` when it is unreadable."""
    try:
        return open_workbook(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, KeyError) as error:
        raise one_fault(
            path,
            f"une feuille « {sheet} » illisible",
            "un classeur Excel complet",
            "téléchargez-le de nouveau, ou enregistrez-le depuis votre tableur.",
        ) from error


def read_sheet(
    path: Path, sheet: str, *, header_line: int, data_line: int | None = None
) -> pd.DataFrame:
    """Read one sheet of a workbook as raw cells, with a column ``ligne``; empty lines left out.

    Lines count from 0; ``data_line`` defaults to the line after the header. Columns without a
    label are left out.
    """
    rows = sheet_rows(path, sheet)
    start = header_line + 1 if data_line is None else data_line
    header = [str(cell) for cell in rows[header_line]] if len(rows) > header_line else []
    kept = [
        (number, row)
        for number, row in enumerate(rows[start:], start=start + 1)
        if any(cell not in ("", None) for cell in row)
    ]
    table = pd.DataFrame([row for _, row in kept], columns=pd.Index(header), dtype=object)
    table = table.loc[:, [bool(name.strip()) for name in header]]
    table.insert(0, "ligne", [number for number, _ in kept])
    return table


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The cells of a sheet as text (an integer without « .0 »), ``ligne`` left as it is."""
    text = table.drop(columns="ligne").map(cell_text).astype("string")
    text.insert(0, "ligne", table["ligne"])
    return text


# Blanks only where thousands are cut: « 1 234,5 » is a number, « 12 34 » is not.
_SPACED = r"[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?"


def to_number(
    texts: pd.Series,
    faults: Faults,
    column: str,
    lines: pd.Series,
    *,
    markers: Mapping[str, str] | None = None,
) -> tuple[pd.Series, pd.Series]:
    """Convert text cells to numbers, decimal comma or point, and tell what each cell is.

    ``markers`` maps the producer's tokens to statuses (``{"s": "masque", "nd": "manquant"}``); an
    empty cell is ``manquant`` unless told otherwise. Any other token that is no number, or a number
    of ``LARGEST_NUMBER`` or more, is a fault.
    Returns the numbers (NaN where nothing was observed) and the statuses, on the same index.
    """
    known = {"": "manquant", **(markers or {})}
    raw = texts.astype("string").fillna("").str.strip()
    status = raw.map(known).fillna("observe")
    cleaned = raw.where(status == "observe").str.replace(",", ".", regex=False)
    spaced = raw.str.fullmatch(_SPACED)
    cleaned = cleaned.mask(spaced, cleaned.str.replace(r"\s", "", regex=True))
    numbers = pd.to_numeric(cleaned, errors="coerce").astype("float64")
    wrong = (status == "observe") & ~(numbers.abs() < LARGEST_NUMBER)
    for position in [i for i, bad in enumerate(wrong.to_numpy(dtype=bool)) if bad]:
        faults.add(
            f"« {str(raw.iloc[position])[:60]} »",
            "un nombre"
            + (f", ou l'un des signes {', '.join(m for m in known if m)}" if markers else ""),
            "corrigez la valeur ; un signe inconnu n'est jamais lu comme un zéro.",
            row=int(lines.iloc[position]),
            column=column,
        )
    return numbers.mask(wrong), status.astype("string")
