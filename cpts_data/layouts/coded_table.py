"""Columns of millions of rows as positions into their few distinct values, and tables of them.

A text column stays so from the file to the table: repairing a code or refusing a word looks at its
distinct values only, and the tables are categorical. Columns are read by
:mod:`cpts_data.layouts.large_texts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from cpts_data.contracts import Faults, Source, check

_MEND = "reprenez le fichier publié par le producteur, sans le modifier."
_SPARSE = 20
_LOOKED_AT = 10_000


@dataclass(frozen=True)
class Coded:
    """A column as positions into its few distinct values (-1 where it has none)."""

    codes: np.ndarray
    values: pd.Series

    def recoded(self, values: pd.Series) -> Coded:
        """The same rows under other values (one per present value; missing ones become -1)."""
        positions, distinct = pd.factorize(values)
        table = np.append(positions, -1).astype(width_for(len(distinct)))
        return Coded(table[self.codes], pd.Series(distinct, dtype="string"))

    def rows(self, chosen: np.ndarray) -> Coded:
        """Only the chosen rows."""
        return Coded(self.codes[chosen], self.values)

    def category(self) -> pd.Categorical:
        """As a pandas categorical."""
        kind = pd.CategoricalDtype(pd.Index(self.values))
        return pd.Categorical.from_codes(self.codes, dtype=kind, validate=False)

    def as_category(self, ours: Sequence[str | None]) -> pd.Categorical:
        """As a categorical, with ``ours`` in place of its distinct values; ``None`` is missing."""
        categories = list(dict.fromkeys(value for value in ours if value is not None))
        if list(ours) == categories:
            return categorical(self.codes, categories)
        return categorical(ranks_of(ours, categories)[self.codes], categories)

    def filled(self) -> pd.Categorical:
        """As a categorical where an empty text is missing."""
        return self.as_category([value or None for value in self.values])

    def text(self) -> pd.Series:
        """As a column of text."""
        indices = pa.array(self.codes.astype("int32", copy=False), mask=self.codes < 0)
        array = pa.DictionaryArray.from_arrays(indices, pa.array(self.values, pa.large_string()))
        return pd.Series(pd.arrays.ArrowStringArray(array.cast(pa.large_string())))


def coded(column: pa.ChunkedArray) -> Coded:
    """Code a column of PyArrow text; values are stripped of their outer blanks."""
    if pa.types.is_dictionary(column.type):
        encoded = column.unify_dictionaries()
    else:
        encoded = column.dictionary_encode()  # which makes one dictionary for all chunks
    codes = [chunk.indices.to_numpy() for chunk in encoded.chunks]
    values = encoded.chunk(0).dictionary.to_pylist() if codes else []
    raw = Coded(
        np.concatenate([np.empty(0, dtype=np.int32), *codes]), pd.Series(values, dtype="string")
    )
    stripped = raw.values.str.strip()
    return raw if stripped.equals(raw.values) else raw.recoded(stripped)


def joint(*columns: Coded) -> tuple[np.ndarray, list[np.ndarray]]:
    """Number the distinct combinations of columns: one number per row, and their own codes."""
    key = np.zeros(len(columns[0].codes), dtype="int64")
    for column in columns:
        key *= len(column.values) + 1
        key += column.codes
        key += 1
    numbers, distinct = pd.factorize(key)
    parts = []
    for column in reversed(columns):
        distinct, codes = np.divmod(distinct, len(column.values) + 1)
        parts.append(codes - 1)
    return numbers, parts[::-1]


@dataclass(frozen=True)
class CodedTable:
    """The columns read, by name: coded texts, plain texts, numbers (NaN where empty).

    ``first_line`` is the line of the file that holds the first of the ``rows``.
    """

    texts: dict[str, Coded]
    cells: dict[str, pa.ChunkedArray]
    numbers: dict[str, np.ndarray]
    first_line: int
    rows: int
    faults: Faults

    def known(self, name: str, ours: Callable[[str], str | None], expected: str) -> pd.Categorical:
        """Translate the distinct values of a column; one without translation is a fault."""
        column = self.texts[name]
        translated = [ours(value) for value in column.values]
        for rank, value in enumerate(translated):
            if value is None:
                found = f"« {column.values[rank]} »" if column.values[rank] else "une case vide"
                line = self.line_of(column.codes, rank)
                self.faults.add(found, expected, _MEND, row=line, column=name)
        return column.as_category(translated)

    def pairs(self, first: str, second: str) -> tuple[pd.DataFrame, np.ndarray]:
        """Distinct pairs of two columns, and the rank of each row's pair among them."""
        one, two = self.texts[first], self.texts[second]
        size = len(one.values) * len(two.values)
        places = one.codes.astype(np.int32 if size < 2**31 else np.int64)
        places = places * len(two.values) + two.codes
        if size > _SPARSE * len(places) + 1_000_000:
            held, number = np.unique(places, return_inverse=True)
        else:
            held = np.flatnonzero(np.bincount(places))
            ranks = np.zeros(int(held[-1]) + 1, dtype=width_for(len(held)))
            ranks[held] = np.arange(len(held))
            number = ranks[places]
        found = {
            first: one.values.iloc[held // len(two.values)].to_numpy(),
            second: two.values.iloc[held % len(two.values)].to_numpy(),
        }
        return pd.DataFrame(found, dtype="string"), number

    def line_of(self, codes: np.ndarray, code: int) -> int:
        """Line of the file where a value is first met."""
        return int(np.argmax(codes == code)) + self.first_line


def width_for(size: int) -> type[np.signedinteger]:
    """The smallest integers that number so many values, -1 and one more."""
    return np.int8 if size < 127 else np.int16 if size < 32_767 else np.int32


def categorical(codes: np.ndarray, categories: Sequence[str]) -> pd.Categorical:
    """Make a text column of ranks among categories (-1 is missing)."""
    kind = pd.CategoricalDtype(pd.Index(list(categories), dtype="str"))
    return pd.Categorical.from_codes(codes, dtype=kind, validate=False)


def ranks_of(values: Iterable[str | None], known: Sequence[str]) -> np.ndarray:
    """Rank of each value among the known ones, -1 for another, in the smallest integers."""
    places = {value: rank for rank, value in enumerate(known)}
    found = [-1 if value is None else places.get(value, -1) for value in values]
    return np.array(found, dtype=width_for(len(known)))


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
