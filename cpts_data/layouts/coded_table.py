"""Delimited texts of millions of lines: columns as few distinct values, read by PyArrow.

Text columns stay dictionaries from the file to the table (:class:`Texts`), so that repairing a code
or refusing a word looks at its distinct values only, and the tables are categorical. Measured by
``benchmarks/pathologies.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from cpts_data import french
from cpts_data.contracts import ContractError, Fault, Faults, Source, check
from cpts_data.received import encoding_of, head_of, to_number

_BLOCK = 1 << 23
_MEND = "reprenez le fichier publié par le producteur, sans le modifier."
_SPARSE = 20
_LOOKED_AT = 10_000


class Texts:
    """A text column as its distinct values and, row by row, the rank of the value among them."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        distinct: dict[str, int] = {}
        lookups = []
        for chunk in column.chunks:
            values = chunk.dictionary.to_pylist()
            lookups.append([distinct.setdefault(value, len(distinct)) for value in values])
        self.values = list(distinct)
        self.ranks = np.empty(len(column), dtype=_width(len(distinct)))
        start = 0
        for chunk, lookup in zip(column.chunks, lookups, strict=True):
            ranks = np.array(lookup, dtype=self.ranks.dtype)
            np.take(ranks, chunk.indices, out=self.ranks[start : start + len(chunk)])
            start += len(chunk)

    def as_category(self, ours: Sequence[str | None]) -> pd.Categorical:
        """The column with ``ours`` in place of its distinct values; ``None`` is missing."""
        categories = list(dict.fromkeys(value for value in ours if value is not None))
        if list(ours) == categories:
            return categorical(self.ranks, categories)
        return categorical(ranks_of(ours, categories)[self.ranks], categories)

    def stripped(self) -> pd.Categorical:
        """The column without the blanks around its values; empty is missing."""
        return self.as_category([value.strip() or None for value in self.values])


@dataclass(frozen=True)
class CodedTable:
    """The columns read: texts by name, numbers by name (NaN where empty), line of the first row."""

    texts: dict[str, Texts]
    numbers: dict[str, np.ndarray]
    first_line: int
    faults: Faults

    def known(self, name: str, ours: Callable[[str], str | None], expected: str) -> pd.Categorical:
        """Translate the distinct values of a column; one without translation is a fault."""
        column = self.texts[name]
        translated = [ours(value) for value in column.values]
        for rank, value in enumerate(translated):
            if value is None:
                found = f"« {column.values[rank]} »" if column.values[rank] else "une case vide"
                line = self.line_of(column.ranks, rank)
                self.faults.add(found, expected, _MEND, row=line, column=name)
        return column.as_category(translated)

    def pairs(self, first: str, second: str) -> tuple[pd.DataFrame, np.ndarray]:
        """Distinct pairs of two columns, and the rank of each row's pair among them."""
        one, two = self.texts[first], self.texts[second]
        places = one.ranks.astype(np.int32) * len(two.values) + two.ranks
        held = np.flatnonzero(np.bincount(places))
        found = {
            first: [one.values[place // len(two.values)] for place in held],
            second: [two.values[place % len(two.values)] for place in held],
        }
        number = np.zeros(int(held[-1]) + 1, dtype=_width(len(held)))
        number[held] = np.arange(len(held))
        return pd.DataFrame(found, dtype="string"), number[places]

    def line_of(self, ranks: np.ndarray, rank: int) -> int:
        """Line of the file where a rank is first met."""
        return int(np.argmax(ranks == rank)) + self.first_line


def _width(size: int) -> type[np.signedinteger]:
    return np.int8 if size < 127 else np.int16 if size < 32_767 else np.int32


def categorical(ranks: np.ndarray, categories: Sequence[str]) -> pd.Categorical:
    """Make a text column of ranks among categories (-1 is missing)."""
    kind = pd.CategoricalDtype(pd.Index(list(categories), dtype="str"))
    return pd.Categorical.from_codes(ranks, dtype=kind, validate=False)


def ranks_of(values: Iterable[str | None], known: Sequence[str]) -> np.ndarray:
    """Rank of each value among the known ones, -1 for another, in the smallest integers."""
    places = {value: rank for rank, value in enumerate(known)}
    found = [-1 if value is None else places.get(value, -1) for value in values]
    return np.array(found, dtype=_width(len(known)))


def read_coded_table(
    path: Path,
    labels: Sequence[str],
    *,
    texts: Sequence[str],
    numbers: Sequence[str],
    faults: Faults,
    masks: Sequence[str] = (),
    header_line: int = 0,
) -> CodedTable:
    """Read some columns of a delimited text of any size.

    ``labels`` names all the columns of the file, in order; ``texts`` and ``numbers`` are those to
    read. Empty numbers and the producer's ``masks`` become NaN; any other token is a fault, as is a
    line of another width. Raises :class:`~cpts_data.contracts.ContractError` with all faults.
    """
    layout = _Layout(path, tuple(labels), head_of(path).separator, header_line, tuple(masks))
    kept = dict.fromkeys(texts, pa.dictionary(pa.int32(), pa.string()))
    encoding = head_of(path).encoding
    for kind in (pa.int64(), pa.float64(), pa.string()):
        try:
            raw = _cells(layout, kept | dict.fromkeys(numbers, kind), encoding, faults)
        except pa.ArrowInvalid as error:
            # A number that PyArrow refuses, or bytes that are not of the encoding of the head.
            encoding, reason = encoding_of(path), error
            continue
        if not any(_holds_words(raw[name]) for name in numbers):
            break
    else:
        found = "un fichier que l'on ne peut pas couper en colonnes"
        raise ContractError([Fault(path.name, found, layout.expected, _MEND)]) from reason
    first_line = header_line + 2
    values = {name: _floats(raw[name], name, layout, faults) for name in numbers}
    faults.raise_if_any()
    return CodedTable({name: Texts(raw[name]) for name in texts}, values, first_line, faults)


@dataclass(frozen=True)
class _Layout:
    path: Path
    labels: tuple[str, ...]
    separator: str
    header_line: int
    masks: tuple[str, ...]

    @property
    def expected(self) -> str:
        columns = french.count_of(len(self.labels), "colonne")
        return f"{columns} séparées par « {self.separator} »"


def _cells(
    layout: _Layout,
    types: dict[str, pa.DataType],
    encoding: str,
    faults: Faults,
    threads: bool = True,
) -> pa.Table:
    """Cut the file into columns; lines of another width are faults."""
    bad: list[pa_csv.InvalidRow] = []

    def note(row: pa_csv.InvalidRow) -> str:
        bad.append(row)
        return "skip"

    table = pa_csv.read_csv(
        layout.path,
        read_options=pa_csv.ReadOptions(
            column_names=list(layout.labels),
            skip_rows=layout.header_line + 1,
            block_size=_BLOCK,
            use_threads=threads,
            encoding="utf8" if encoding.startswith("utf") else encoding,
        ),
        parse_options=pa_csv.ParseOptions(delimiter=layout.separator, invalid_row_handler=note),
        convert_options=pa_csv.ConvertOptions(
            include_columns=list(types), column_types=types, null_values=["", *layout.masks]
        ),
    )
    if bad and threads:
        # Only a single thread knows the numbers of the lines.
        return _cells(layout, types, encoding, faults, threads=False)
    for row in bad:
        found = french.count_of(row.actual_columns, "colonne")
        faults.add(found, layout.expected, _MEND, row=row.number)
    if not table.num_rows:
        faults.add("aucune ligne de données", "au moins une ligne", _MEND)
    faults.raise_if_any()
    return table


def _holds_words(column: pa.ChunkedArray) -> bool:
    """Whether PyArrow read words as numbers: « nan » and « inf » are no figures of a producer."""
    if not pa.types.is_floating(column.type):
        return False
    return pc.all(pc.is_finite(column)).as_py() is False


def _floats(column: pa.ChunkedArray, name: str, layout: _Layout, faults: Faults) -> np.ndarray:
    """The numbers of a column, NaN where it is empty; texts are looked at one by one."""
    if pa.types.is_string(column.type):
        cells = pd.Series(column.to_pandas(), dtype="string")
        lines = pd.Series(np.arange(len(cells)) + layout.header_line + 2)
        masks = dict.fromkeys(layout.masks, "masque")
        return to_number(cells, faults, name, lines, markers=masks)[0].to_numpy()
    return np.concatenate(
        [chunk.to_numpy(zero_copy_only=False) for chunk in column.chunks], dtype=np.float64
    )


def check_coded(table: pd.DataFrame, source: Source, faults: Faults, first_line: int) -> None:
    """Check a table with categorical keys: the contract is read on the rows that may break it.

    Those are the rows with a missing value where none may be, with a number out of its bounds, or
    with the key of another row. Choices are checked on the categories.
    """
    suspect = _repeated(table, list(source.key))
    for column in source.columns:
        values = table[column.name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            codes = values.cat.codes.to_numpy()
            if not (column.nullable or column.masks):
                suspect |= codes < 0
            if column.choices:
                wrong = ~values.cat.categories.isin(column.choices)
                suspect |= np.append(wrong, False)[codes]
            continue
        numbers = values.to_numpy()
        if not (column.nullable or column.masks):
            suspect |= pd.isna(numbers)
        if column.minimum is not None:
            suspect |= numbers < column.minimum
        if column.maximum is not None:
            suspect |= numbers > column.maximum
    positions = np.flatnonzero(suspect)[:_LOOKED_AT]
    if len(positions):
        rows = table.iloc[positions].copy()
        rows.insert(0, "ligne", positions + first_line)
        check(rows, source, faults)


def _repeated(table: pd.DataFrame, key: Sequence[str]) -> np.ndarray:
    """Rows whose key is met more than once, counted on the ranks of their categories."""
    place, size = np.zeros(len(table), dtype=np.int64), 1
    for name in key:
        categories = table[name].cat
        size *= len(categories.categories) + 1
        place *= len(categories.categories) + 1
        place += categories.codes.to_numpy()
        place += 1
    if size > _SPARSE * len(table) + 1_000_000:
        return pd.Series(place).duplicated(keep=False).to_numpy()
    met = np.zeros(size, dtype=bool)
    met[place] = True
    if met.sum() == len(table):
        return np.zeros(len(table), dtype=bool)
    return (np.bincount(place, minlength=size) > 1)[place]
