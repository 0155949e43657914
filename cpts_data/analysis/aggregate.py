"""From tables by commune to figures by territory: one path for every indicator and level."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from cpts_data.contracts import STATUS_SUFFIX, Column
from cpts_data.measures import Status, UnitColumn
from cpts_data.territories import Units

VALUES_COLUMNS = (
    "indicator",
    "level",
    "territory",
    "name",
    "period",
    "stratum",
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "coverage",
    "status",
    "unit",
    "sources",
)
WHOLE = "ensemble"


def unit_column(
    table: pd.DataFrame, column: Column, units: Units, outside: frozenset[str]
) -> UnitColumn:
    """Lay one column of a table (one row per ``code``) over the unit slots.

    ``outside`` are the départements out of the dataset's field: there, an absent row is
    ``sans_objet``, elsewhere it is missing.
    """
    rows = table.drop_duplicates("code", keep="last")
    if rows.empty:
        return UnitColumn.observed(np.full(len(units.codes), np.nan))
    # Plain objects: looking up 35,000 Arrow strings is ten times slower.
    held = pd.Index(rows["code"].to_numpy(dtype=object))
    place = held.get_indexer(pd.Index(units.codes.to_numpy(dtype=object)))
    present = place >= 0
    known = rows[column.name].to_numpy(dtype=float, na_value=np.nan)
    values = np.where(present, known[place], np.nan)
    departements = units.table["departement"].to_numpy(dtype=object)
    beyond = np.isin(departements.astype(str), sorted(outside)) & ~present
    status_name = f"{column.name}{STATUS_SUFFIX}"
    masked = np.zeros(len(values), dtype=bool)
    estimated = np.zeros(len(values), dtype=bool)
    if status_name in rows.columns:
        status = rows[status_name].astype("string").fillna("").to_numpy(dtype=object)[place]
        masked = present & (status == Status.MASKED.value)
        estimated = present & (status == Status.ESTIMATED.value)
        beyond |= present & (status == Status.NOT_APPLICABLE.value)
    return UnitColumn(
        values, present, masked, beyond, estimated, column.threshold, column.zeros_published
    )


def tidy(
    result: pd.DataFrame,
    names: pd.Series,
    *,
    indicator: str,
    level: str,
    period: str,
    unit: str,
    sources: str,
) -> pd.DataFrame:
    """Make the tidy ``Values`` table out of a measure's result, indexed by territory id."""
    size = len(result)
    known = names if names.index is result.index else names.reindex(result.index)
    told: dict[str, object] = {"territory": result.index, "name": known.astype("str").array}
    alike = {"indicator": indicator, "level": level, "period": period, "stratum": WHOLE}
    for name, text in {**alike, "unit": unit, "sources": sources}.items():
        told[name] = _repeated(text, size)
    columns = {name: told[name] if name in told else result[name].array for name in VALUES_COLUMNS}
    return pd.DataFrame(columns, index=pd.RangeIndex(size))


@lru_cache(maxsize=512)
def _repeated(text: str, size: int) -> ExtensionArray:
    """A column of one text; made once, for a space has few of them and many tables."""
    return pd.array([text], dtype="str").repeat(size)
