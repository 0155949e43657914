"""What the formulas accept: numbers, arrays and Series as floats; faults told in French."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

Numbers: TypeAlias = float | Sequence[float] | np.ndarray | pd.Series
"""A number, a sequence, an array or a Series of numbers. NaN, None and <NA> mean missing."""

_SHOWN = 5


class StatisticsError(ValueError):
    """An input that a formula cannot honestly use; the message, in French, may be shown as is."""


class Faults:
    """Collects the faults of one call, so that the user reads all of them at once."""

    def __init__(self, task: str, rows: pd.Index | None = None) -> None:
        self._task = task
        self._rows = rows
        self._lines: list[str] = []

    def add(self, message: str) -> None:
        """Record one fault, already worded."""
        self._lines.append(message)

    def check(self, wrong: np.ndarray, message: str, found: np.ndarray | None = None) -> None:
        """Record `message` if any element of `wrong` is true, with the rows and a value found."""
        if not wrong.any():
            return
        where = np.flatnonzero(wrong)
        details = []
        if wrong.size > 1:
            labels = where if self._rows is None else self._rows[where]
            shown = ", ".join(str(label) for label in labels[:_SHOWN])
            rest = ", …" if len(where) > _SHOWN else ""
            details.append(f"{'ligne' if len(where) == 1 else 'lignes'} {shown}{rest}")
        if found is not None:
            details.append(f"trouvé {_french(float(found[where[0]]))}")
        self._lines.append(f"{message} ({' ; '.join(details)})" if details else message)

    def stop(self) -> None:
        """Raise a `StatisticsError` that lists every fault recorded, if there is one."""
        if self._lines:
            raise StatisticsError(
                f"{self._task} impossible :\n" + "\n".join(f"- {line}." for line in self._lines)
            )


@dataclass(frozen=True)
class Operands:
    """The arguments of one call as float arrays of one length, and the shape to give back.

    `index` is that of the Series received (None without Series); `scalar` is true when every
    argument was a single number.
    """

    arrays: tuple[np.ndarray, ...]
    index: pd.Index | None
    scalar: bool

    def wrap(self, values: np.ndarray) -> Any:
        """Give `values` the shape of the input: a number, an array, or a Series with its index."""
        if self.index is not None:
            return pd.Series(values, index=self.index)
        if self.scalar:
            return values[0] if values.dtype == object else values[0].item()
        return values

    def rows(self) -> pd.Index:
        """Index for a table of results, one row per element."""
        return pd.RangeIndex(len(self.arrays[0])) if self.index is None else self.index


def read(**named: Numbers) -> Operands:
    """Read the arguments of one call, each given under the French name that errors will use.

    Scalars are repeated to the common length. Series must share one index: aligning silently
    would make missing values out of a mismatch.

    Raises `StatisticsError` on text, on infinite values, on different lengths or indexes.
    """
    return _read(named, finite=True)


def read_bounds(**named: Numbers) -> Operands:
    """Read arguments as `read` does, infinite values allowed: a bound may be infinite."""
    return _read(named, finite=False)


def _read(named: dict[str, Numbers], finite: bool) -> Operands:
    series = [value for value in named.values() if isinstance(value, pd.Series)]
    index = series[0].index if series else None
    if any(not other.index.equals(index) for other in series[1:]):
        raise StatisticsError(
            "Calcul impossible : les séries n'ont pas les mêmes lignes dans le même ordre. "
            "Alignez-les sur les mêmes territoires avant le calcul."
        )
    arrays = [as_floats(value, _words(name), finite) for name, value in named.items()]
    scalar = all(_is_scalar(value) for value in named.values())
    lengths = {
        len(array)
        for array, value in zip(arrays, named.values(), strict=True)
        if not _is_scalar(value)
    }
    if len(lengths) > 1:
        raise StatisticsError(
            "Calcul impossible : les colonnes n'ont pas le même nombre de lignes "
            f"({', '.join(str(length) for length in sorted(lengths))})."
        )
    length = lengths.pop() if lengths else 1
    shaped = tuple(np.broadcast_to(array, (length,)) for array in arrays)
    return Operands(shaped, index, scalar)


def as_floats(values: Numbers, name: str, finite: bool = True) -> np.ndarray:
    """Read numbers as a one-dimensional float array, missing as NaN.

    Raises `StatisticsError` naming `name` when a value is text, or infinite where `finite` is
    asked, or when the array is not one-dimensional.
    """
    if isinstance(values, np.ndarray) and values.ndim == 0:
        values = values.item()
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "fiu":
        array = values.astype(float, copy=False)
    elif _is_scalar(values):
        array = _from_series(pd.Series([values]), name)
    elif np.ndim(values) == 1:
        array = _from_series(pd.Series(values), name)
    else:
        raise StatisticsError(f"Calcul impossible : {name} doit être une seule colonne de nombres.")
    if finite and np.isinf(array).any():
        raise StatisticsError(f"Calcul impossible : {name} contient une valeur infinie.")
    return array


def confidence_level(confidence: Any) -> float:
    """Read a confidence level given as 0.9..1 or as 90..100 per cent; return it as 0.9..1.

    Raises `StatisticsError` for anything else: one call gives one interval, so two levels at once
    are refused.
    """
    if isinstance(confidence, np.ndarray) and confidence.ndim == 0:
        confidence = confidence.item()
    if not isinstance(confidence, (int, float, np.integer, np.floating)) or isinstance(
        confidence, bool
    ):
        raise StatisticsError(
            f"Niveau de confiance non reconnu : {confidence!r}. Donnez un seul nombre par calcul, "
            "entre 0,9 et 1 ou entre 90 et 100 (pour cent) ; "
            "pour 95 % et 99,8 %, faites deux calculs."
        )
    level = float(confidence)
    if 90 <= level <= 100:
        return level / 100
    if 0.9 <= level <= 1:
        return level
    raise StatisticsError(
        "Le niveau de confiance doit être compris entre 0,9 et 1, ou entre 90 et 100 (pour cent) ; "
        f"trouvé {_french(level)}."
    )


def multiplier(per: float) -> float:
    """Read the factor of a rate (1, 100, 100 000…): a finite number above zero.

    Raises `StatisticsError` otherwise.
    """
    factor = as_floats(per, "le multiplicateur")
    if factor.size != 1 or not factor[0] > 0:
        raise StatisticsError(f"Le multiplicateur doit être supérieur à zéro ; trouvé {per!r}.")
    return float(factor[0])


def _from_series(values: pd.Series, name: str) -> np.ndarray:
    if values.isna().all():
        return np.full(len(values), np.nan)
    numeric = pd.api.types.is_numeric_dtype(values.dtype)
    if not numeric and values.dtype == object:
        kind = pd.api.types.infer_dtype(values, skipna=True)
        numeric = kind in {"integer", "floating", "mixed-integer-float", "decimal", "boolean"}
    if not numeric or values.dtype.kind == "c":
        example = values.dropna().iloc[0]
        raise StatisticsError(
            f"Calcul impossible : {name} doit contenir des nombres ; trouvé « {example} »."
        )
    if values.dtype == object:
        return np.array([np.nan if pd.isna(value) else float(value) for value in values])
    return values.to_numpy(dtype=float, na_value=np.nan)


def _is_scalar(value: Any) -> bool:
    return bool(np.isscalar(value) or value is None or value is pd.NA or np.ndim(value) == 0)


def _words(name: str) -> str:
    return f"« {name.replace('_', ' ')} »"


def _french(number: float) -> str:
    return f"{number:.15g}".replace("-", "−").replace(".", ",")
