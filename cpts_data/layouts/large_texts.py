"""Delimited texts of millions of lines: only the needed columns, by PyArrow, in parallel blocks.

Whole lines are taken four megabytes at a time, cut and converted by PyArrow on every processor, and
only what is wanted of a block is kept: the file is never in memory. Texts become
:class:`~cpts_data.layouts.coded_table.Coded` columns on the way, so that repairing a code or
refusing a word looks at its few distinct values. DuckDB and Polars were tried on the same files:
they cut lines as fast, and coding their columns afterwards takes what they had gained
(``benchmarks/rpps.py``, ``benchmarks/pathologies.py``).

The columns are known by their position, so that accents and typographic apostrophes of a header
never matter here. A line that has not the width of the others is never skipped: it is told.
"""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from cpts_data import french
from cpts_data.contracts import ContractError, Fault, Faults
from cpts_data.layouts.coded_table import Coded, CodedTable, width_for
from cpts_data.layouts.text_layout import ORIGINAL, Layout
from cpts_data.layouts.text_layout import layout_of as layout_of
from cpts_data.received import LARGEST_NUMBER, REPEATED_HEADER, to_number

BLOCK_SIZE = 4 << 20
LONGEST_LINE = 1 << 20
# What tools write for « no number »; a producer's own signs are for its reader to declare.
NO_NUMBER = ("", "NA", "NaN", "nan", "inf", "Inf", "None", "null")


def read_columns(
    layout: Layout,
    texts: Mapping[str, int],
    *,
    cells: Mapping[str, int] | None = None,
    numbers: Mapping[str, int] | None = None,
    no_number: Sequence[str] = NO_NUMBER,
    number_type: type[np.floating] = np.float64,
    faults: Faults | None = None,
) -> CodedTable:
    """Read some columns of a large text: each mapping is our name to a position (from 0).

    ``texts`` come coded, stripped of their outer blanks, empty cells as ``""``; ``cells`` as plain
    PyArrow text, cheaper where nearly every row has its own; ``numbers`` as floats, NaN where the
    file is empty or says one of ``no_number``. Values are numbered in the order of the file.

    Raises :class:`ContractError` with every line that has not the right number of cells, or every
    cell of a number column that is no number.
    """
    faults = Faults(layout.path.name) if faults is None else faults
    wanted = _Wanted(dict(texts), dict(cells or {}), dict(numbers or {}), tuple(no_number))
    try:
        reading = _Reading(layout, wanted, number_type)
        blocks = reading.run()
    except _WrongBytesError:
        # Some bytes, far in the file, are not of the encoding of its head.
        layout = replace(layout, encoding="cp1252")
        reading = _Reading(layout, wanted, number_type)
        blocks = reading.run()
    rows = sum(block.rows for block in blocks)
    if not rows:
        faults.add("aucune ligne de données", "au moins une ligne", "vérifiez le fichier reçu.")
        faults.raise_if_any()
    table = CodedTable({}, {}, {}, layout.first_line, rows, faults)
    for name in wanted.texts:
        codes = np.concatenate([block.codes.pop(name) for block in blocks])
        table.texts[name] = Coded(codes, pd.Series(list(reading.distinct[name]), dtype="string"))
    for name in wanted.cells:
        table.cells[name] = pa.chunked_array([block.cells.pop(name) for block in blocks])
    for name in wanted.numbers:
        table.numbers[name] = _numbers(blocks, name, layout, wanted, faults).astype(
            number_type, copy=False
        )
    faults.raise_if_any()
    return table


class _WrongBytesError(Exception):
    """Bytes that are not of the encoding."""


@dataclass(frozen=True)
class _Wanted:
    """The columns to read, by name: their positions; and the signs of « no number »."""

    texts: dict[str, int]
    cells: dict[str, int]
    numbers: dict[str, int]
    no_number: tuple[str, ...]

    def types(self, number: pa.DataType) -> dict[str, pa.DataType]:
        """What each position is converted to, one kind for one position."""
        coded = dict.fromkeys(self.texts.values(), pa.dictionary(pa.int32(), pa.string()))
        plain = dict.fromkeys(self.cells.values(), pa.string())
        kinds = coded | plain | dict.fromkeys(self.numbers.values(), number)
        return {str(position): kind for position, kind in kinds.items()}


@dataclass
class _Block:
    """What is kept of a block; numbers that are not all numbers are kept as text."""

    rows: int = 0
    codes: dict[str, np.ndarray] = field(default_factory=dict)
    cells: dict[str, pa.Array] = field(default_factory=dict)
    numbers: dict[str, np.ndarray | pa.Array] = field(default_factory=dict)


class _Reading:
    """One reading of a file by several threads, which take its blocks in turn."""

    def __init__(self, layout: Layout, wanted: _Wanted, number_type: type[np.floating]) -> None:
        self.layout, self.wanted = layout, wanted
        self.number = pa.from_numpy_dtype(np.dtype(number_type))
        self.distinct: dict[str, dict[str, int]] = {name: {} for name in wanted.texts}
        self._blocks: dict[int, _Block] = {}
        self._file = threading.Lock()
        self._taken, self._rest = 0, b""
        # Values are numbered block after block, so that a file always gives the same numbers.
        self._turn = threading.Condition()
        self._numbered, self._stopped = 0, False

    def run(self) -> list[_Block]:
        """Read the whole file; its blocks in order."""
        workers = pa.cpu_count()
        with self.layout.path.open("rb", buffering=0) as stream:
            stream.seek(self.layout.start)
            with ThreadPoolExecutor(workers) as pool:
                for done in [pool.submit(self._work, stream) for _ in range(workers)]:
                    done.result()
        return [self._blocks[number] for number in sorted(self._blocks)]

    def _work(self, stream: BinaryIO) -> None:
        try:
            while not self._stopped and (taken := self._take(stream)) is not None:
                self._blocks[taken[0]] = self._kept(*taken)
        except BaseException:
            with self._turn:
                # Nobody waits for a block that failed.
                self._stopped = True
                self._turn.notify_all()
            raise

    def _take(self, stream: BinaryIO) -> tuple[int, pa.Buffer] | None:
        """The next whole lines of the file, with the number of the block."""
        with self._file:
            content, cut, more = self._rest, 0, b"-"
            while more and not cut:
                more = stream.read(min(BLOCK_SIZE, self.layout.end - stream.tell()))
                content += more
                cut = content.rfind(b"\n") + 1 if more else len(content)
                if not cut and len(content) > LONGEST_LINE:
                    cut = content.rfind(b"\r", 0, -1) + 1
                    if not cut:
                        raise ContractError(_wrong_lines(self.layout))
            self._rest = content[cut:]
            if not content:
                return None
            if self.layout.header_line and self.layout.header_line in content:
                self._refuse_repeated_header()
            self._taken += 1
            return self._taken - 1, pa.py_buffer(content).slice(0, cut)

    def _refuse_repeated_header(self) -> None:
        """Raise the lines that tell the header again, when they are whole lines."""
        faults = Faults(self.layout.path.name)
        header = self.layout.header_line
        with self.layout.path.open("rb") as stream:
            stream.seek(self.layout.start)
            for number, line in enumerate(stream, start=self.layout.first_line):
                if line.strip() == header:
                    faults.add(*REPEATED_HEADER, row=number)
        faults.raise_if_any()

    def _kept(self, number: int, content: pa.Buffer) -> _Block:
        if not self.layout.encoding.startswith("utf"):
            text = content.to_pybytes().decode(self.layout.encoding, errors="replace")
            content = pa.py_buffer(text.encode())
        table = self._cut(content)
        block = _Block(table.num_rows)
        for name, position in self.wanted.cells.items():
            block.cells[name] = _whole(table[str(position)])
        for name, position in self.wanted.numbers.items():
            column = _whole(table[str(position)])
            is_text = pa.types.is_string(column.type)
            block.numbers[name] = column if is_text else column.to_numpy(zero_copy_only=False)
        columns = {name: _whole(table[str(place)]) for name, place in self.wanted.texts.items()}
        for name, lookup in self._numbered_values(number, columns).items():
            ranks = np.array(lookup, dtype=width_for(len(self.distinct[name])))
            block.codes[name] = ranks[columns[name].indices.to_numpy()]
        return block

    def _cut(self, content: pa.Buffer) -> pa.Table:
        """Cut a block into columns; numbers stay texts where one cell is no number."""
        try:
            table = self._parsed(content, self.number)
            # « nan », « inf » and 1e300 are no figures of a producer.
            odd = self.wanted.numbers and any(
                pc.all(pc.less(pc.abs(table[str(place)]), LARGEST_NUMBER)).as_py() is False
                for place in self.wanted.numbers.values()
            )
            return self._parsed(content, pa.string()) if odd else table
        except pa.ArrowInvalid as error:
            reason = str(error)
        if "conversion error" in reason and "UTF8" not in reason.upper() and self.wanted.numbers:
            try:
                return self._parsed(content, pa.string())
            except pa.ArrowInvalid as error:
                reason = str(error)
        if "UTF8" in reason.upper() and self.layout.encoding.startswith("utf"):
            raise _WrongBytesError
        raise ContractError(_wrong_lines(self.layout))

    def _parsed(self, content: pa.Buffer, number: pa.DataType) -> pa.Table:
        types = self.wanted.types(number)
        return pacsv.read_csv(
            pa.BufferReader(content),
            pacsv.ReadOptions(
                use_threads=False,
                block_size=content.size + 1,
                column_names=[str(position) for position in range(self.layout.width)],
            ),
            pacsv.ParseOptions(
                delimiter=self.layout.separator, quote_char='"' if self.layout.quoted else False
            ),
            pacsv.ConvertOptions(
                include_columns=list(types),
                column_types=types,
                null_values=list(self.wanted.no_number),
                strings_can_be_null=False,
                decimal_point=self.layout.decimal_point,
            ),
        )

    def _numbered_values(self, number: int, columns: Mapping[str, pa.Array]) -> dict[str, list]:
        """The number of each distinct value of a block, once the blocks before have theirs."""
        values = {
            name: [value.strip() for value in column.dictionary.to_pylist()]
            for name, column in columns.items()
        }
        lookups = {}
        with self._turn:
            self._turn.wait_for(lambda: self._numbered == number or self._stopped)
            for name, found in values.items():
                known = self.distinct[name]
                lookups[name] = [known.setdefault(value, len(known)) for value in found]
            self._numbered += 1
            self._turn.notify_all()
        return lookups


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """A column of one block as one array."""
    if column.num_chunks == 1:
        return column.chunk(0)
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _numbers(
    blocks: Sequence[_Block], name: str, layout: Layout, wanted: _Wanted, faults: Faults
) -> np.ndarray:
    """The numbers of a column; texts are looked at one by one and those that are none are told."""
    line, found = layout.first_line, []
    for block in blocks:
        values = block.numbers.pop(name)
        if isinstance(values, pa.Array):
            lines = pd.Series(np.arange(line, line + block.rows))
            signs = {sign: "manquant" for sign in wanted.no_number if sign}
            label = layout.header[wanted.numbers[name]]
            texts = pd.Series(values.to_pandas(), dtype="string")
            values = to_number(texts, faults, label, lines, markers=signs)[0].to_numpy()
        found.append(values)
        line += block.rows
    return np.concatenate(found)


def _wrong_lines(layout: Layout) -> list[Fault]:
    """Every line that has not the width of the first one."""
    faults = Faults(layout.path.name)
    number = layout.first_line - 1
    try:
        for number, width in _widths(layout):
            if width != layout.width:
                faults.add(french.count_of(width, "colonne"), layout.expected, ORIGINAL, row=number)
            if faults.full:
                break
    except csv.Error:
        faults.add("une ligne démesurée", layout.expected, ORIGINAL, row=number + 1)
    if not faults.found:
        found = "des lignes que l'on ne peut pas couper en colonnes, ou un guillemet jamais fermé"
        faults.add(found, layout.expected, ORIGINAL)
    return faults.found


def _widths(layout: Layout) -> Iterator[tuple[int, int]]:
    """Line number and number of cells of each data line, blank lines left out."""
    with layout.path.open(encoding=layout.encoding, errors="replace", newline=None) as stream:
        lines = enumerate(iter(lambda: stream.readline(LONGEST_LINE), ""), start=1)
        for number, line in lines:
            if len(line) >= LONGEST_LINE:
                raise csv.Error("line too long")
            if number < layout.first_line or not line.strip():
                continue
            if layout.quoted and '"' in line:
                reader = csv.reader([line], delimiter=layout.separator)
                yield number, len(next(reader))
            else:
                yield number, line.count(layout.separator) + 1
