"""What is doubtful in a received table: absent communes, totals, impossible values, sudden changes.

Pure checks: tables in, findings out. A finding never changes a figure: it is for a person to judge.
The limits are declared here, once, by family of column, and each says itself in French.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.contracts import STATUS_SUFFIX, Column, Kind, Source
from cpts_data.measures import Status
from cpts_data.territories import Units, inner_rows

EXAMPLES = 5
# A total farther than this from the reference population is of another field or of another year.
TOTAL_GAP = 0.05
# Strata of a table that lists every commune: their sum is the commune.
_STRATA = frozenset({"period", "sexe", "age", "niveaux"})
_PEOPLE = ("habitants", "personnes", "femmes")
_MEASURES = frozenset({"", "km²", "kilomètres", "minutes", "degrés", "indice"})
_NEVER_NEGATIVE = frozenset({"km²", "kilomètres", "minutes"})

Naming = Callable[[Hashable], str]


@dataclass(frozen=True)
class Tolerance:
    """How far a figure may move between two vintages: beyond ``relative`` *and* ``absolute``.

    ``relative`` is a share of the previous value; ``absolute`` is in the unit of the column, or in
    medians of the column where ``of_median``. ``words`` says the rule in French.
    """

    words: str
    relative: float = 0.0
    absolute: float = 0.0
    of_median: bool = False


PEOPLE = Tolerance("plus de 25 % et plus de 200 habitants", 0.25, 200)
COUNTS = Tolerance("plus de 50 % et plus de 50 unités", 0.5, 50)
SHARES = Tolerance("plus de 15 points", 0.0, 15)
MONEY = Tolerance("plus de 25 %", 0.25)
INDICES = Tolerance("plus de 50 % et plus de la moitié de la médiane", 0.5, 0.5, of_median=True)


@dataclass(frozen=True)
class Absent:
    """Communes of the space for which a source has no row, the most populated first."""

    communes: int
    inhabitants: float
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Total:
    """Inhabitants told by a source beside the reference population of the same communes."""

    column: str
    label: str
    period: str
    total: float
    reference: float
    communes: int

    @property
    def gap(self) -> float:
        """Relative gap to the reference (0.02 is 2 % more)."""
        return self.total / self.reference - 1 if self.reference else float("nan")

    @property
    def plausible(self) -> bool:
        """Whether the two totals may speak of the same people."""
        return abs(self.total - self.reference) <= TOTAL_GAP * self.reference


@dataclass(frozen=True)
class Impossible:
    """Values of a column that cannot be true: how many rows, which rule, examples."""

    column: str
    label: str
    rule: str
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """The latest vintage of a column against the one before it.

    ``compared`` rows are known in both, ``beyond`` of them moved farther than ``rule``; ``new``
    and ``lost`` rows are in one vintage only; ``emptied`` quantities fell to zero. ``total_change``
    is the relative change of the sum over the rows compared, where the column adds up.
    """

    column: str
    label: str
    previous: str
    period: str
    rule: str
    by_commune: bool
    compared: int
    beyond: int
    emptied: int
    examples: tuple[str, ...]
    new: int
    lost: int
    total_change: float | None


@dataclass(frozen=True)
class ColumnState:
    """How full a column of figures is, and its extremes (None when nothing is known)."""

    column: str
    label: str
    unit: str
    known: int
    masked: int
    missing: int
    lowest: float | None
    highest: float | None


def tolerance_of(column: Column) -> Tolerance | None:
    """The rule for the changes of a column, None where no change is implausible by itself."""
    if column.kind not in (Kind.NUMBER, Kind.INTEGER) or column.combine == "identique":
        return None
    if column.unit.startswith("%"):
        return SHARES
    if column.unit.startswith("€"):
        return MONEY
    if column.unit.startswith(_PEOPLE):
        return PEOPLE
    rate = column.combine == "moyenne" or " pour " in f" {column.unit}"
    if rate:
        return INDICES if column.minimum is not None and column.minimum >= 0 else None
    return None if column.unit in _MEASURES else COUNTS


def lists_every_commune(source: Source) -> bool:
    """Whether a source has rows for each commune of its field, so that an absent one is a gap."""
    coded = any(column.name == "code" and column.kind is Kind.COMMUNE for column in source.columns)
    return coded and not source.partial and set(source.key) - _STRATA == {"code"}


def figures(source: Source) -> list[Column]:
    """The columns of a source that hold figures."""
    kinds = (Kind.NUMBER, Kind.INTEGER)
    return [c for c in source.columns if c.kind in kinds and c.name not in source.key]


def latest_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the latest period, all of them where there is no period."""
    if "period" not in table.columns or table.empty:
        return table
    return table[table["period"] == table["period"].max()]


def absent_units(
    table: pd.DataFrame, source: Source, units: Units, people: pd.Series, name: Naming
) -> Absent | None:
    """Inner units of the space, in the field of the source, that its latest period lacks.

    ``people`` are the inhabitants by code. None for a source that does not list every commune. A
    city known as a whole stands for its arrondissements.
    """
    if not lists_every_commune(source):
        return None
    given = set(latest_rows(table)["code"].dropna())
    for city, parts in units.cities.items():
        if city in given:
            given |= set(parts)
    fields = units.table.loc[~units.is_city, "departement"].items()
    lacking = [code for code, field in fields if code not in given and field not in source.outside]
    counts = people.reindex(lacking).fillna(0.0).sort_values(ascending=False, kind="stable")
    examples = tuple(name(code) for code in counts.index[:EXAMPLES])
    return Absent(len(lacking), float(counts.sum()), examples)


def population_totals(
    table: pd.DataFrame, source: Source, units: Units, reference: pd.Series
) -> tuple[Total, ...]:
    """Compare each column of inhabitants with the reference population of the same communes.

    ``reference`` are inhabitants by code, cities as a whole included. Only for sources that list
    every commune, latest period; a city and its arrondissements are never counted together.
    """
    if not lists_every_commune(source):
        return ()
    rows = latest_rows(table)
    period = str(rows["period"].iloc[0]) if "period" in rows.columns and len(rows) else ""
    known = reference.reindex(units.codes).to_numpy(dtype=float, na_value=np.nan)
    found = []
    for column in figures(source):
        if column.unit != "habitants" or column.combine != "somme" or column.name not in rows:
            continue
        told = rows.groupby("code")[column.name].sum(min_count=1).reindex(units.codes)
        values = told.to_numpy(dtype=float, na_value=np.nan)
        counted = inner_rows(~np.isnan(values), units) & ~np.isnan(values) & ~np.isnan(known)
        if counted.any():
            total, beside = float(values[counted].sum()), float(known[counted].sum())
            label = column.description
            found.append(Total(column.name, label, period, total, beside, int(counted.sum())))
    return tuple(found)


def impossible_values(
    table: pd.DataFrame,
    source: Source,
    wholes: Sequence[tuple[str, str]] = (),
    name: Naming = str,
) -> tuple[Impossible, ...]:
    """Percentages out of 0 to 100, negative quantities, parts greater than their whole.

    ``wholes`` pairs each part with its whole, by column names of this source.
    """
    found: list[Impossible] = []
    for column in figures(source):
        if column.name not in table.columns:
            continue
        values = table[column.name].astype(float)
        if column.unit.startswith("%"):
            wrong = (values < 0) | (values > 100)
            rule = "un pourcentage hors de 0 à 100"
        elif tolerance_of(column) in (PEOPLE, COUNTS) or column.unit in _NEVER_NEGATIVE:
            wrong = values < 0
            rule = "une quantité négative"
        else:
            continue
        _note(found, column, rule, table, source, wrong, values, name)
    for part, whole in wholes:
        if {part, whole} <= set(table.columns):
            above, below = table[part].astype(float), table[whole].astype(float)
            column = source.column(part)
            words = source.column(whole).description
            wrong = above > below * (1 + 1e-9)
            rule = f"une partie plus grande que le tout (« {words} »)"
            _note(found, column, rule, table, source, wrong, above, name)
    return tuple(found)


def _note(
    found: list[Impossible],
    column: Column,
    rule: str,
    table: pd.DataFrame,
    source: Source,
    wrong: pd.Series,
    values: pd.Series,
    name: Naming,
) -> None:
    count = int(wrong.sum())
    if not count:
        return
    rows = table.loc[wrong.to_numpy()].head(EXAMPLES)
    told = values[wrong.to_numpy()].head(EXAMPLES)
    shown = [
        f"{_row_name(row, source, name)} : {_figure(value)}"
        for (_, row), value in zip(rows.iterrows(), told, strict=True)
    ]
    found.append(Impossible(column.name, column.description, rule, count, tuple(shown)))


def _row_name(row: pd.Series, source: Source, name: Naming) -> str:
    parts = [name(row[key]) if key == "code" else str(row[key]) for key in source.key]
    return ", ".join(part for part in parts if part and part != "<NA>")


def _figure(value: float) -> str:
    return french.number(float(value), 2, fixed=False)


def implausible_changes(
    table: pd.DataFrame, source: Source, name: Naming = str
) -> tuple[Change, ...]:
    """The latest period of each column against the previous one, row by row of the key.

    Strata of inhabitants are added by commune first. Empty when there is a single period.
    """
    periods = sorted(table["period"].dropna().unique()) if "period" in table.columns else []
    if len(periods) < 2 or "period" not in source.key:
        return ()
    before, now = str(periods[-2]), str(periods[-1])
    older, latest = (table[table["period"] == period] for period in (before, now))
    found = []
    for column in figures(source):
        rule = tolerance_of(column)
        if rule is None or column.name not in table.columns:
            continue
        keys = [key for key in source.key if key != "period"]
        if rule is PEOPLE and lists_every_commune(source):
            keys = ["code"]
        old, new = (_by_key(rows, keys, column.name) for rows in (older, latest))
        if old.notna().any() and new.notna().any():
            found.append(_change(column, rule, (before, now), (old, new), keys, name))
    return tuple(found)


def _by_key(rows: pd.DataFrame, keys: list[str], column: str) -> pd.Series:
    """One value by key, known or not."""
    by = [rows[key] for key in keys]
    values = rows[column].astype(float)
    return values.groupby(by if len(by) > 1 else by[0], dropna=False).sum(min_count=1)


def _change(
    column: Column,
    rule: Tolerance,
    when: tuple[str, str],
    values: tuple[pd.Series, pd.Series],
    keys: list[str],
    name: Naming,
) -> Change:
    both = pd.concat(dict(zip(("old", "new"), values, strict=True)), axis=1)
    # Sets of plain objects: pandas looks up Arrow strings ten times slower.
    old_keys, new_keys = (set(side.index) for side in values)
    both = both.dropna()
    moved = (both["new"] - both["old"]).abs()
    least = rule.absolute
    if rule.of_median:
        least *= float(both["old"].median()) if len(both) else 0.0
    beyond = (moved > least) & (moved > rule.relative * both["old"].abs())
    worst = both[beyond].assign(moved=moved[beyond]).sort_values("moved", ascending=False)
    place = keys.index("code") if "code" in keys else -1
    unit = column.unit if rule is not INDICES else ""
    digits = 0 if rule in (PEOPLE, COUNTS, MONEY) else 2
    examples = [
        f"{_key_name(row.Index, place, name)} : {french.number(row.old, digits)} → "
        f"{french.with_unit(row.new, unit, digits)}"
        for row in worst.head(EXAMPLES).itertuples()
    ]
    quantity = rule in (PEOPLE, COUNTS)
    adds = quantity and both["old"].sum() > 0
    return Change(
        column=column.name,
        label=column.description,
        previous=when[0],
        period=when[1],
        rule=rule.words,
        by_commune=keys == ["code"],
        compared=len(both),
        beyond=int(beyond.sum()),
        emptied=int((beyond & (both["new"] == 0)).sum()) if quantity else 0,
        examples=tuple(examples),
        new=len(new_keys - old_keys),
        lost=len(old_keys - new_keys),
        total_change=float(both["new"].sum() / both["old"].sum() - 1) if adds else None,
    )


def _key_name(key: Hashable, place: int, name: Naming) -> str:
    if not isinstance(key, tuple):
        return name(key) if place == 0 else str(key)
    return ", ".join(name(part) if at == place else str(part) for at, part in enumerate(key))


def column_states(table: pd.DataFrame, source: Source) -> tuple[ColumnState, ...]:
    """Known, masked and missing cells of each column of figures: three different things."""
    found = []
    for column in figures(source):
        if column.name not in table.columns:
            continue
        values = table[column.name].astype(float)
        known = int(values.notna().sum())
        masked = 0
        status = f"{column.name}{STATUS_SUFFIX}"
        if status in table.columns:
            masked = int(((table[status] == Status.MASKED.value) & values.isna()).sum())
        found.append(
            ColumnState(
                column.name,
                column.description,
                column.unit,
                known,
                masked,
                len(table) - known - masked,
                float(values.min()) if known else None,
                float(values.max()) if known else None,
            )
        )
    return tuple(found)
