"""Travel times from where people live to where care is, as a sparse matrix prepared once.

Times are in minutes, from residence (origin) to supply (destination); the two directions may
differ. An explicit 0 is a time like any other; an absent pair is beyond reach. Between communes,
the time within a commune is 0 by convention, unless the table gives one: that is what Metric
(Insee) and the APL (DREES) do.

>>> import pandas as pd
>>> pairs = pd.DataFrame({"origine": ["a", "a"], "destination": ["b", "c"], "minutes": [7.0, 12.0]})
>>> times = commune_times(pairs, pd.Index(["a", "b", "c"]))
>>> times.count, times.minutes.tolist()
(5, [7.0, 12.0, 0.0, 0.0, 0.0])
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
import pandas as pd
from scipy import sparse

from cpts_data import french
from cpts_data.statistics.inputs import Faults, as_floats

Status = Literal["observe", "estime"]

_ORIGIN: Final = ("origin", "origine")
_DESTINATION: Final = ("destination", "dest")
_MINUTES: Final = ("minutes", "cost")
_TOLD: Final = 5


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Travel times, row by row (origins): build with :meth:`from_pairs`, never by hand.

    ``minutes`` and ``columns`` hold the pairs of origin ``i`` between ``starts[i]`` and
    ``starts[i + 1]``; they are read-only. A pair given twice is there twice. ``status`` is
    ``observe`` for an imported matrix, ``estime`` for one made from distances. ``reach`` is the
    longest time looked for, None when the matrix has no such limit or does not say it. ``label``
    says in French where the times come from.
    """

    origins: pd.Index
    destinations: pd.Index
    starts: np.ndarray
    columns: np.ndarray
    minutes: np.ndarray
    status: Status = "observe"
    reach: float | None = None
    label: str = ""

    def __post_init__(self) -> None:
        for array in (self.starts, self.columns, self.minutes):
            array.setflags(write=False)

    @classmethod
    def from_pairs(
        cls,
        table: pd.DataFrame,
        *,
        minutes: str | None = None,
        status: Status = "observe",
        reach: float | None = None,
        label: str = "",
    ) -> TravelTimes:
        """Prepare a tidy table, one row per pair, in any order.

        Columns ``origin`` (or ``origine``), ``destination`` (or ``dest``) and ``minutes`` (or
        ``cost``; the argument ``minutes`` names another one, ``minutes_pleines`` for the peak).
        Pairs whose time is missing or infinite are beyond reach: left out. Categorical identifiers
        are the fastest, text the next.

        Raises ``StatisticsError``: a column is not there, an identifier is missing, a time is
        negative.
        """
        names = _columns_of(table, minutes)
        values = as_floats(table[names[2]], "les minutes", finite=False)
        rows, origins = _coded(table[names[0]])
        columns, destinations = _coded(table[names[1]])
        _refuse(rows, columns, values, names)
        if not np.isfinite(values.sum()):
            known = np.isfinite(values)
            rows, columns, values = rows[known], columns[known], values[known]
        return cls(
            origins,
            destinations,
            *_by_row(rows, columns, values, len(origins)),
            status,
            reach,
            label,
        )

    @classmethod
    def from_matrix(
        cls,
        matrix: sparse.sparray | sparse.spmatrix,
        origins: pd.Index,
        destinations: pd.Index,
        *,
        status: Status = "observe",
        reach: float | None = None,
        label: str = "",
    ) -> TravelTimes:
        """Prepare a sparse matrix of minutes, origins x destinations.

        Every stored cell is a pair, an explicit 0 included; a missing or infinite one is beyond
        reach. Raises ``StatisticsError``: another shape than the places, a negative time.
        """
        faults = Faults("Lecture des temps de trajet")
        if matrix.shape != (len(origins), len(destinations)):
            faults.add(
                f"la matrice a {matrix.shape[0]} lignes et {matrix.shape[1]} colonnes, pour "
                f"{len(origins)} départs et {len(destinations)} destinations"
            )
            faults.stop()
        pairs = matrix.tocoo()
        minutes = as_floats(pairs.data, "les minutes", finite=False)
        faults.check(minutes < 0, "un temps est négatif", minutes)
        faults.stop()
        known = np.isfinite(minutes)
        arrays = _by_row(pairs.row[known], pairs.col[known], minutes[known], len(origins))
        return cls(origins, destinations, *arrays, status, reach, label)

    @property
    def count(self) -> int:
        """Number of pairs."""
        return len(self.minutes)

    @property
    def matrix(self) -> sparse.csr_array:
        """The minutes as a sparse matrix (origins x destinations), explicit zeros kept."""
        return self.with_values(self.minutes)

    def with_values(self, values: np.ndarray) -> sparse.csr_array:
        """A sparse matrix of the same pairs with other values (weights, say)."""
        shape = (len(self.origins), len(self.destinations))
        return sparse.csr_array((values, self.columns, self.starts), shape=shape)

    @cached_property
    def rows(self) -> np.ndarray:
        """Position of the origin of each pair."""
        return np.repeat(np.arange(len(self.origins), dtype=np.int32), np.diff(self.starts))

    @cached_property
    def shortest(self) -> np.ndarray:
        """Minutes to the nearest destination of each origin; infinite without any."""
        found = np.full(len(self.origins), np.inf)
        filled = np.diff(self.starts) > 0
        if filled.any():
            found[filled] = np.minimum.reduceat(self.minutes, self.starts[:-1][filled])
        return found

    def restricted(
        self, origins: pd.Index | None = None, destinations: pd.Index | None = None
    ) -> TravelTimes:
        """The same times for these origins and destinations, in their order.

        A place that the matrix does not know has no pair.
        """
        new_origins = self.origins if origins is None else origins
        new_destinations = self.destinations if destinations is None else destinations
        rows = new_origins.get_indexer(self.origins)[self.rows]
        columns = new_destinations.get_indexer(self.destinations)[self.columns]
        kept = (rows >= 0) & (columns >= 0)
        arrays = _by_row(rows[kept], columns[kept], self.minutes[kept], len(new_origins))
        return TravelTimes(
            new_origins, new_destinations, *arrays, self.status, self.reach, self.label
        )

    def with_own_place(self) -> TravelTimes:
        """The same times, with 0 minute from each place to itself where no time is given."""
        own = self.destinations.get_indexer(self.origins)
        told = np.zeros(len(self.origins), dtype=bool)
        told[self.rows[self.columns == own[self.rows]]] = True
        added = np.flatnonzero(~told & (own >= 0))
        if not len(added):
            return self
        rows = np.concatenate([self.rows, added])
        columns = np.concatenate([self.columns, own[added]])
        minutes = np.concatenate([self.minutes, np.zeros(len(added))])
        arrays = _by_row(rows, columns, minutes, len(self.origins))
        return TravelTimes(
            self.origins, self.destinations, *arrays, self.status, self.reach, self.label
        )

    def to_table(self) -> pd.DataFrame:
        """The pairs as a tidy table: ``origine, destination`` (categorical) and ``minutes``."""
        return pd.DataFrame(
            {
                "origine": pd.Categorical.from_codes(self.rows, self.origins),
                "destination": pd.Categorical.from_codes(self.columns, self.destinations),
                "minutes": self.minutes,
            }
        )


def commune_times(
    table: pd.DataFrame, units: pd.Index, *, minutes: str | None = None, label: str = ""
) -> TravelTimes:
    """Times between the units of a space, from a table such as ``temps_de_trajet``.

    ``units`` gives origins and destinations alike, in order; pairs of other places are left out,
    and each unit is at 0 minute from itself unless the table says otherwise. ``minutes`` names
    the column: ``minutes`` (off-peak) by default, ``minutes_pleines`` for the peak.

    Raises ``StatisticsError`` as :meth:`TravelTimes.from_pairs`, and when no pair concerns the
    units (another geography, codes that lost their zero).
    """
    times = TravelTimes.from_pairs(table, minutes=minutes, label=label).restricted(units, units)
    if len(table) and not times.count:
        faults = Faults("Lecture des temps de trajet")
        faults.add(
            "aucun couple de la table ne joint deux communes de l'espace : vérifiez que les codes "
            f"sont des textes de cinq caractères (trouvé « {table.iloc[0, 0]} »)"
        )
        faults.stop()
    return times.with_own_place()


def _columns_of(table: pd.DataFrame, minutes: str | None) -> tuple[str, str, str]:
    faults, found = Faults("Lecture des temps de trajet"), []
    for offered in (_ORIGIN, _DESTINATION, (minutes,) if minutes else _MINUTES):
        name = next((name for name in offered if name in table.columns), None)
        if name is None:
            words = french.enumeration([f"« {name} »" for name in offered], "ou")
            there = ", ".join(str(column) for column in table.columns[:_TOLD])
            faults.add(f"colonne {words} introuvable (colonnes présentes : {there})")
        found.append(name or "")
    faults.stop()
    return found[0], found[1], found[2]


def _refuse(
    rows: np.ndarray, columns: np.ndarray, values: np.ndarray, names: tuple[str, str, str]
) -> None:
    lowest = (rows.min(initial=0), columns.min(initial=0), np.fmin.reduce(values, initial=0.0))
    if min(lowest) >= 0:
        return
    faults = Faults("Lecture des temps de trajet")
    faults.check(rows < 0, f"la colonne « {names[0]} » a des cases vides")
    faults.check(columns < 0, f"la colonne « {names[1]} » a des cases vides")
    faults.check(values < 0, "un temps est négatif", values)
    faults.stop()


def _coded(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Position of each identifier among the distinct ones."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    codes, distinct = pd.factorize(column)
    return codes, pd.Index(distinct)


def _by_row(
    rows: np.ndarray, columns: np.ndarray, minutes: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Order pairs by row, keeping their order within a row and the pairs given twice."""
    if len(rows) and (rows[1:] < rows[:-1]).any():
        order = _counting_sort(rows, count)
        rows, columns, minutes = rows[order], columns[order], minutes[order]
    starts = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(rows, minlength=count), out=starts[1:])
    return starts, columns.astype(np.int32), np.array(minutes, dtype=float)


def _counting_sort(rows: np.ndarray, count: int) -> np.ndarray:
    """Positions in order of row: scipy's transposition, 30 times faster than ``argsort``.

    Building from coordinates would add up the minutes of a pair given twice.
    """
    pairs = np.arange(len(rows) + 1, dtype=np.int32)
    by_pair = sparse.csr_array(
        (np.ones(len(rows), dtype=np.int8), rows.astype(np.int32), pairs), shape=(len(rows), count)
    )
    return by_pair.tocsc().indices
