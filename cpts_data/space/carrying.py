"""Carry a table from the geography of its year to that of the space (DOMAIN §9.3).

Mergers: counts add, indices take weighted means, medians are lost. Splits: counts are shared by
population and marked ``estime``; an index is carried to each part, marked ``estime``, so that the
means of larger territories stay exact, and is shown for none of the parts. A code that finds no
path is left as it is, and reported.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cpts_data import reference
from cpts_data.contracts import STATUS_SUFFIX, Column, Kind, Source
from cpts_data.measures import Status

_COLUMNS = ["source", "target", "share", "split", "sources"]


def conversion(from_year: int, to_year: int, codes: pd.Index, own: pd.DataFrame) -> pd.DataFrame:
    """Changed codes only: columns ``source, target, share, split, sources``.

    ``sources`` counts the communes that make the target, those absent of ``codes`` included.
    ``own`` is the code file of a space that has its own (fictitious) one, else empty: there, a
    former commune is known by its row of commune déléguée.
    """
    if not own.empty:
        return _own_conversion(codes, own)
    if from_year == to_year:
        return pd.DataFrame(columns=_COLUMNS)
    table = reference.conversion(from_year, to_year)
    changed = table[(table["kind"] != "inchange") & table["target"].notna()].copy()
    changed["split"] = changed["kind"] == "scission"
    changed["sources"] = changed.groupby("target")["source"].transform("size")
    return changed.loc[changed["source"].isin(codes), _COLUMNS].reset_index(drop=True)


def _own_conversion(codes: pd.Index, own: pd.DataFrame) -> pd.DataFrame:
    present = set(own.loc[own["nature"].isin(["commune", "arrondissement"]), "code"])
    former = own[own["nature"].isin(["commune déléguée", "commune associée"])]
    moved = former[former["code"].isin(codes) & ~former["code"].isin(present)]
    changed = pd.DataFrame({"source": moved["code"], "target": moved["commune"]})
    absorbing = sorted(set(changed["target"]) & set(codes))
    kept = pd.DataFrame({"source": absorbing, "target": absorbing})
    table = pd.concat([changed, kept], ignore_index=True)
    table["share"], table["split"] = 1.0, False
    table["sources"] = table.groupby("target")["source"].transform("size")
    return table


def carry(table: pd.DataFrame, source: Source, changes: pd.DataFrame) -> pd.DataFrame:
    """Apply a conversion to a table keyed by ``code`` (and the other columns of its key).

    Rows whose code does not change pass untouched. Returns the columns given, with a status beside
    each figure once a commune was cut. Where one row per commune is the rule (the key is the code
    and the period), a commune made of one that the file lacks is missing, not smaller.
    """
    if changes.empty:
        return table
    if changes["split"].any():
        table = _with_statuses(table, source)
    moving = table["code"].isin(changes["source"])
    rows = table[moving].merge(changes, left_on="code", right_on="source")
    rows["code"] = rows["target"]
    by = [name for name in source.key if name in table.columns]
    merged = rows.groupby(by, sort=False, dropna=False)
    result = merged.first()
    split = merged["split"].any().to_numpy()
    size = merged.size().to_numpy()
    made_of = merged["sources"].first().to_numpy()
    lacking = (size < made_of) & (set(by) <= {"code", "period"})
    unchanged = (size == 1) & ~split & ~lacking
    fate = _Fate(rows, by, split, lacking, unchanged)
    for column in source.columns:
        if column.name not in by and column.name in table.columns:
            fate.carry_column(column, result)
    result = result.reset_index()[list(table.columns)]
    carried = pd.concat([table[~moving], result], ignore_index=True)
    return carried.astype(table.dtypes.to_dict(), errors="ignore")


def _with_statuses(table: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Give figures a status column: the part of a commune that was cut says ``estime``."""
    table = table.copy()
    for column in source.columns:
        name = f"{column.name}{STATUS_SUFFIX}"
        figure = column.kind in (Kind.NUMBER, Kind.INTEGER) and column.combine != "identique"
        if figure and column.name in table.columns and name not in table.columns:
            known = table[column.name].notna()
            table[name] = np.where(known, Status.OBSERVED.value, Status.MISSING.value)
            table[name] = table[name].astype("string")
    return table


class _Fate:
    """What becomes of the rows that change: cut, merged, or merely given another code."""

    def __init__(
        self,
        rows: pd.DataFrame,
        by: list[str],
        split: np.ndarray,
        lacking: np.ndarray,
        unchanged: np.ndarray,
    ) -> None:
        self.rows, self.keys = rows, [rows[name] for name in by]
        self.split, self.lacking, self.unchanged = split, lacking, unchanged

    def _total(self, cells: pd.Series) -> np.ndarray:
        """Sum of each group, NaN as soon as one cell is unknown."""
        groups = cells.groupby(self.keys, sort=False, dropna=False)
        sums = groups.sum(min_count=1).to_numpy(dtype=float)
        return np.where(groups.count() < groups.size(), np.nan, sums)

    def carry_column(self, column: Column, result: pd.DataFrame) -> None:
        """Write one column of the carried rows, and its status column when it has one."""
        name, rows = column.name, self.rows
        if column.kind not in (Kind.NUMBER, Kind.INTEGER) or column.combine == "identique":
            return
        first = result[name].to_numpy(dtype=float)
        if column.combine == "somme":
            values = self._total(rows[name] * rows["share"])
        elif column.combine == "moyenne":
            weights = rows[column.weight or name] * rows["share"]
            with np.errstate(divide="ignore", invalid="ignore"):
                values = self._total(rows[name] * weights) / self._total(weights)
            groups = rows.groupby(self.keys, sort=False, dropna=False)
            values = np.where(groups.size() == 1, first, values)
        else:
            values = np.full(len(first), np.nan)
        values = np.where(self.lacking, np.nan, values)
        result[name] = np.where(self.unchanged, first, values)
        self._carry_status(f"{name}{STATUS_SUFFIX}", values, result)

    def _carry_status(self, name: str, values: np.ndarray, result: pd.DataFrame) -> None:
        if name not in self.rows.columns:
            return
        cells = self.rows[name] == Status.MASKED.value
        masked = cells.groupby(self.keys, sort=False, dropna=False).any().to_numpy(dtype=bool)
        told = np.where(self.split, Status.ESTIMATED.value, Status.OBSERVED.value)
        told = np.where(np.isnan(values), Status.MISSING.value, told)
        told = np.where(np.isnan(values) & masked, Status.MASKED.value, told)
        result[name] = np.where(self.unchanged, result[name].to_numpy(dtype=object), told)
