"""Carry a table from the geography of its year to that of the space (DOMAIN §9.3).

Mergers: counts add, indices take weighted means, medians are lost. Splits: counts are shared by
population and marked ``estime``; an index is carried to each part, marked ``estime``, so that the
means of larger territories stay exact, and is shown for none of the parts. A code that finds no
path is left as it is, and reported.

Of a file that mixes levels (``niveau`` beside ``code``), only the rows of communes are carried. A
numerator that has no denominator may be a rate: it is neither added nor shared, but missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from cpts_data import french, reference
from cpts_data.contracts import STATUS_SUFFIX, Column, Kind, Source
from cpts_data.measures import Status

SHOWN_PAIRS = 12
_COLUMNS = ["source", "target", "share", "split", "sources"]
_PART, _WHOLE = "numerateur", "denominateur"


@dataclass(frozen=True)
class Carried:
    """Codes of a file that were carried to the space's geography, and what they concern.

    ``pairs`` are (old code, code of the space), ``rows`` the rows of the file that bore an old
    code. ``inhabitants`` are those of the communes of the space that result (the whole commune,
    since its figures are made of what was carried), None when unknown. ``from_year`` is 0 when the
    old codes are of any age.
    """

    from_year: int
    to_year: int
    rows: int
    pairs: tuple[tuple[str, str], ...]
    inhabitants: float | None = None

    @property
    def codes(self) -> int:
        """How many codes were carried."""
        return len({old for old, _ in self.pairs})

    @property
    def words(self) -> str:
        """All of it as a French sentence, the first pairs named."""
        codes = french.count_of(self.codes, "code de commune porté", "codes de communes portés")
        when = f" de la géographie de {self.from_year} à celle de {self.to_year}"
        if not self.from_year:
            when = f" à la géographie de {self.to_year}" if self.to_year else ""
        found = f"soit {french.count_of(self.rows, 'ligne')}"
        if self.inhabitants is not None:
            people = french.count_of(self.inhabitants, "habitant")
            found += f" et {people} des communes d'aujourd'hui qui les reçoivent"
        told = ", ".join(f"{old} → {new}" for old, new in self.pairs[:SHOWN_PAIRS])
        more = "…" if len(self.pairs) > SHOWN_PAIRS else ""
        return f"{codes}{when} (fusions, scissions, anciens codes), {found} : {told}{more}."

    def among(self, people: pd.Series) -> Carried:
        """The same with its inhabitants, from those of each commune (Series by code)."""
        targets = list(dict.fromkeys(new for _, new in self.pairs))
        known = people.reindex(targets).dropna()
        return replace(self, inhabitants=float(known.sum()) if len(known) else None)

    def as_plain(self) -> dict[str, Any]:
        """What a cache keeps: the pairs, not the inhabitants, who change with other files."""
        pairs = [list(pair) for pair in self.pairs]
        return {"from": self.from_year, "to": self.to_year, "rows": self.rows, "pairs": pairs}

    @classmethod
    def of_plain(cls, plain: dict[str, Any]) -> Carried:
        """What :meth:`as_plain` kept."""
        pairs = tuple((str(old), str(new)) for old, new in plain["pairs"])
        return cls(int(plain["from"]), int(plain["to"]), int(plain["rows"]), pairs)


@dataclass
class Story:
    """What is to be told of a table brought to the space's geography: remarks (French), codes."""

    remarks: list[str] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)


def carried_codes(table: pd.DataFrame, changes: pd.DataFrame, years: tuple[int, int]) -> Carried:
    """What a conversion changes in a table keyed by ``code``; ``years`` are from and to."""
    moved = changes[changes["source"] != changes["target"]]
    pairs = tuple((str(row.source), str(row.target)) for row in moved.itertuples())
    rows = int(table["code"].isin(moved["source"]).sum())
    return Carried(*years, rows, pairs)


def together(found: Iterable[Carried]) -> list[Carried]:
    """Join what was carried between the same years (files, periods); nothing carried, nothing."""
    by_years: dict[tuple[int, int], Carried] = {}
    for item in found:
        years = (item.from_year, item.to_year)
        known = by_years.get(years, Carried(*years, 0, ()))
        pairs = tuple(dict.fromkeys(known.pairs + item.pairs))
        by_years[years] = replace(known, rows=known.rows + item.rows, pairs=pairs)
    return [item for item in by_years.values() if item.pairs]


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
    and the period; the numerators that somebody hands over), a commune made of one that the file
    lacks is missing, not smaller.
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
    lacking = (size < made_of) & (set(by) <= {"code", "period"} or is_share(source))
    unchanged = (size == 1) & ~split & ~lacking
    fate = _Fate(rows, by, split, lacking, unchanged)
    for column in source.columns:
        if column.name not in by and column.name in table.columns:
            fate.carry_column(column, result)
    if is_share(source):
        fate.forget_rates(result)
    result = result.reset_index()[list(table.columns)]
    carried = pd.concat([table[~moving], result], ignore_index=True)
    # A shared count is no integer any more: cast to one, it would lose what is after the comma.
    kinds = {name: kind for name, kind in table.dtypes.items() if _fits(carried[name], kind)}
    return carried.astype(kinds, errors="ignore")


def _fits(values: pd.Series, kind: Any) -> bool:
    if not pd.api.types.is_integer_dtype(kind):
        return True
    return bool((pd.to_numeric(values).dropna() % 1 == 0).all())


def is_share(source: Source) -> bool:
    """Whether the rows of a source are numerators over denominators, at several levels."""
    names = {column.name for column in source.columns}
    return {"niveau", "code", _PART, _WHOLE} <= names


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
        if column.kind is Kind.BOOLEAN:
            # True of the whole only when true of all its parts: public, for instance.
            cells = rows[name].groupby(self.keys, sort=False, dropna=False)
            result[name] = cells.all().to_numpy(dtype=bool)
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
        without = self.rows[name] == Status.NOT_APPLICABLE.value
        nowhere = without.groupby(self.keys, sort=False, dropna=False).all().to_numpy(dtype=bool)
        told = np.where(nowhere, Status.NOT_APPLICABLE.value, told)
        result[name] = np.where(self.unchanged, result[name].to_numpy(dtype=object), told)

    def forget_rates(self, result: pd.DataFrame) -> None:
        """Numerators without a denominator, of communes that changed, are missing."""
        status = f"{_WHOLE}{STATUS_SUFFIX}"
        known = result[_WHOLE].notna().to_numpy() | (result[status] == Status.MASKED.value)
        lost = ~self.unchanged & ~known.to_numpy(dtype=bool)
        result[_PART] = result[_PART].mask(lost)
        told = result[f"{_PART}{STATUS_SUFFIX}"]
        hidden = told == Status.MASKED.value
        result[f"{_PART}{STATUS_SUFFIX}"] = told.mask(lost & ~hidden, Status.MISSING.value)
