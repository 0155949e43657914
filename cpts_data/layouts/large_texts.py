"""Delimited texts of millions of lines: only the needed columns, by PyArrow, in parallel blocks.

The columns are known by their position, so that accents and typographic apostrophes of a header
never matter here. A line that has not the width of the others is never skipped: it is told.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from cpts_data import french
from cpts_data.contracts import ContractError, Fault, Faults
from cpts_data.received import head_of, refuse_unreadable, to_number

BLOCK_SIZE = 4 << 20
# What tools write for « no number »; a producer's own signs are for its reader to declare.
_NO_NUMBER = ("", "NA", "NaN", "nan", "inf", "Inf", "None", "null")
_ORIGINAL = "reprenez le fichier d'origine, sans le modifier dans un tableur."


@dataclass(frozen=True)
class Layout:
    """How a large text is cut: ``header`` is its first line, ``width`` the cells of a data line."""

    path: Path
    separator: str
    encoding: str
    header: tuple[str, ...]
    width: int
    quoted: bool = True
    decimal_point: str = "."


def layout_of(path: Path) -> Layout:
    """Look at the beginning of a large text; quotes mean nothing in a « | » file.

    A header may have one empty name more, or one fewer, than the lines have cells (a separator at
    the end of lines). Raises :class:`ContractError` when the file is no delimited text or has no
    data line.
    """
    head = head_of(path)
    refuse_unreadable(head)
    if head.kind != "csv" or len(head.rows) < 2:
        found = "un en-tête sans aucune ligne de données" if head.rows else "un autre type"
        fault = Fault(path.name, found, "un texte à colonnes, avec ses données", _ORIGINAL)
        raise ContractError([fault])
    header, width = head.rows[0], len(head.rows[1])
    extra = header[width:] if len(header) > width else head.rows[1][len(header) :]
    if any(extra) or len(extra) > 1:
        fault = Fault(
            path.name,
            french.count_of(width, "colonne"),
            f"{french.count_of(len(header), 'colonne')}, comme l'en-tête",
            _ORIGINAL,
            2,
        )
        raise ContractError([fault])
    cells = [cell for row in head.rows[1:] for cell in row]
    comma = head.separator != "," and any(_is_comma_decimal(cell) for cell in cells)
    quoted, point = head.separator != "|", "," if comma else "."
    return Layout(path, head.separator, head.encoding, header, width, quoted, point)


def _is_comma_decimal(cell: str) -> bool:
    whole, mark, part = cell.partition(",")
    return bool(mark) and whole.lstrip("-").isdigit() and part.isdigit()


def read_columns(
    layout: Layout,
    wanted: Mapping[str, int],
    numbers: Collection[str] = (),
    categories: Collection[str] = (),
) -> pa.Table:
    """Read some columns of a large text: ``wanted`` maps our name to a position (from 0).

    Columns named in ``numbers`` come as float32 (null where empty), the others as text, empty
    cells as ``""``; those named in ``categories`` as a dictionary, which spares memory where few
    values follow one another. Raises :class:`ContractError` with every line that has not the right
    number of cells, or every cell of a number column that is no number.
    """
    try:
        return _read(layout, wanted, numbers, categories)
    except pa.ArrowInvalid as error:
        reason = str(error)
    if "UTF8" in reason.upper().replace("-", ""):
        return read_columns(replace(layout, encoding="cp1252"), wanted, numbers, categories)
    if numbers and "conversion error" in reason:
        return _read_by_text(layout, wanted, numbers)
    raise ContractError(_wrong_lines(layout))


def _read(
    layout: Layout,
    wanted: Mapping[str, int],
    numbers: Collection[str],
    categories: Collection[str],
) -> pa.Table:
    types = {
        str(position): pa.float32()
        if name in numbers
        else pa.dictionary(pa.int32(), pa.string())
        if name in categories
        else pa.string()
        for name, position in wanted.items()
    }
    encoding = "utf8" if layout.encoding.startswith("utf-8") else layout.encoding
    table = pacsv.read_csv(
        layout.path,
        pacsv.ReadOptions(
            block_size=BLOCK_SIZE,
            column_names=[str(position) for position in range(layout.width)],
            skip_rows=1,
            encoding=encoding,
        ),
        pacsv.ParseOptions(delimiter=layout.separator, quote_char='"' if layout.quoted else False),
        pacsv.ConvertOptions(
            include_columns=[str(position) for position in wanted.values()],
            column_types=types,
            null_values=list(_NO_NUMBER),
            strings_can_be_null=False,
            decimal_point=layout.decimal_point,
        ),
    )
    return table.rename_columns(list(wanted))


def _read_by_text(layout: Layout, wanted: Mapping[str, int], numbers: Collection[str]) -> pa.Table:
    """Convert the numbers cell by cell, to accept what is one and to tell what is none."""
    table = _read(layout, wanted, (), ())
    faults = Faults(layout.path.name)
    lines = pd.Series(range(2, table.num_rows + 2))
    markers = dict.fromkeys(_NO_NUMBER, "manquant")
    for name in numbers:
        texts = table[name].to_pandas()
        values, _ = to_number(texts, faults, layout.header[wanted[name]], lines, markers=markers)
        position = table.schema.get_field_index(name)
        table = table.set_column(position, name, pa.array(values, pa.float32(), from_pandas=True))
    faults.raise_if_any()
    return table


def _wrong_lines(layout: Layout) -> list[Fault]:
    """Every line that has not the width of the first one."""
    faults = Faults(layout.path.name)
    expected = f"{french.count_of(layout.width, 'colonne')} séparées par « {layout.separator} »"
    number = 1
    try:
        for number, width in _widths(layout):
            if width != layout.width:
                faults.add(french.count_of(width, "colonne"), expected, _ORIGINAL, row=number)
            if faults.full:
                break
    except csv.Error:
        faults.add("une ligne démesurée", expected, _ORIGINAL, row=number + 1)
    if not faults.found:
        found = "des lignes que l'on ne peut pas couper en colonnes, ou un guillemet jamais fermé"
        faults.add(found, expected, _ORIGINAL)
    return faults.found


def _widths(layout: Layout) -> Iterator[tuple[int, int]]:
    """Line number and number of cells of each data line, blank lines left out."""
    encoding = layout.encoding
    with layout.path.open(encoding=encoding, errors="replace", newline="") as stream:
        if layout.quoted:
            reader = csv.reader(stream, delimiter=layout.separator)
            for row in reader:
                if row and reader.line_num > 1:
                    yield reader.line_num, len(row)
            return
        for number, line in enumerate(stream, start=1):
            if number > 1 and line.strip():
                yield number, line.count(layout.separator) + 1


@dataclass(frozen=True)
class Coded:
    """A column as positions into its few distinct values (-1 where it has none)."""

    codes: np.ndarray
    values: pd.Series

    def recoded(self, values: pd.Series) -> Coded:
        """The same rows under other values (one per present value; missing ones become -1)."""
        positions, distinct = pd.factorize(values)
        table = np.append(positions, -1).astype("int32")
        return Coded(table[self.codes], pd.Series(distinct, dtype="string"))

    def rows(self, chosen: np.ndarray) -> Coded:
        """Only the chosen rows."""
        return Coded(self.codes[chosen], self.values)

    def category(self) -> pd.Categorical:
        """As a pandas categorical."""
        return pd.Categorical.from_codes(self.codes, pd.Index(self.values))

    def text(self) -> pd.Series:
        """As a column of text."""
        missing = self.codes < 0
        indices = pa.array(self.codes.astype("int32", copy=False), mask=missing)
        array = pa.DictionaryArray.from_arrays(indices, pa.array(self.values, pa.large_string()))
        return pd.Series(pd.arrays.ArrowStringArray(array.cast(pa.large_string())))


def coded(column: pa.ChunkedArray) -> Coded:
    """Code a column of text; values are stripped of their outer blanks."""
    if pa.types.is_dictionary(column.type):
        encoded = column.unify_dictionaries().combine_chunks()
    else:
        encoded = column.dictionary_encode().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = pa.concat_arrays(encoded.chunks)
    values = pd.Series(encoded.dictionary.to_pylist(), dtype="string").str.strip()
    return Coded(encoded.indices.to_numpy(), values)


def joint(*columns: Coded) -> tuple[np.ndarray, list[np.ndarray]]:
    """Number the distinct combinations of columns: one number per row, and their own codes."""
    key = np.zeros(len(columns[0].codes), dtype="int64")
    for column in columns:
        key = key * (len(column.values) + 1) + column.codes + 1
    numbers, distinct = pd.factorize(key)
    parts = []
    for column in reversed(columns):
        distinct, codes = np.divmod(distinct, len(column.values) + 1)
        parts.append(codes - 1)
    return numbers, parts[::-1]
