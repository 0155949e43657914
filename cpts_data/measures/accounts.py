"""The account of a sum: which units are known, which are masked, which are wanting.

Rules (DOMAIN §7.1, §8.2, §8.3; DREES, APL workbook, note on weights):

- counts add; a ratio is a sum over a sum; an index is a weighted mean;
- one missing unit with inhabitants makes a sum missing: no silent skip;
- a sum over masked cells is told by its bounds (``borne``);
- units outside the field of a dataset (``sans_objet``) leave the figure and lower its coverage.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd

from cpts_data.measures.states import Ground, Interval, Status, UnitColumn
from cpts_data.statistics.intervals import count_bounds, wilson_bounds
from cpts_data.territories import Level, Territories, inner_rows

RESULT_COLUMNS = (
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "coverage",
    "status",
)
CONFIDENCE = 0.95
_ROUNDING = 1e-9
# A commune that splits does so within its département: there, the shares add up to what was known.
_WHOLE_OF_SPLITS = (Level.DEPARTEMENT, Level.REGION, Level.FRANCE)


@dataclass(frozen=True)
class Account:
    """Sums of one or several columns over the same slots, and how much of them is known."""

    counted: np.ndarray
    known: np.ndarray
    masked: np.ndarray
    estimated: np.ndarray
    missing: np.ndarray
    any_masked: np.ndarray
    any_estimated: np.ndarray
    nowhere: np.ndarray
    coverage: np.ndarray


def divide(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide where the denominator is above zero; NaN elsewhere."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)


def _every(flags: list[np.ndarray]) -> np.ndarray:
    return reduce(np.logical_and, flags)


def _any(flags: list[np.ndarray]) -> np.ndarray:
    return reduce(np.logical_or, flags)


def account(columns: list[UnitColumn], ground: Ground) -> Account:
    """Choose the slots common to the columns and account for what is unknown in each territory."""
    present = _every([column.present for column in columns])
    counted = inner_rows(present, ground.units)
    masked_cells = _any([column.masked for column in columns])
    outside_cells = _any([column.outside for column in columns])
    known = _every([column.known for column in columns])
    # A cell is masked when nothing else is wanting: masked beside missing is missing.
    told = _every([column.known | column.masked for column in columns])
    known = known & counted & ~outside_cells
    masked = masked_cells & told & counted & ~known & ~outside_cells
    outside = outside_cells & counted
    estimated = _any([column.estimated for column in columns]) & known
    modelled = any(column.modelled for column in columns)
    people = ground.population
    total = ground.inhabitants()
    known_people = ground.sum(people * known)
    masked_people = ground.sum(people * masked)
    outside_people = ground.sum(people * outside)
    unknown = total - known_people - masked_people - outside_people
    held = ground.sum(known.astype(float)) + ground.sum(masked.astype(float))
    return Account(
        counted=counted,
        known=known,
        masked=masked,
        estimated=estimated,
        missing=unknown > _ROUNDING * (1.0 + total),
        any_masked=ground.sum(masked.astype(float)) > 0,
        any_estimated=(ground.sum(estimated.astype(float)) > 0)
        & (modelled or ground.territories.level not in _WHOLE_OF_SPLITS),
        nowhere=held == 0,
        coverage=np.clip(divide(known_people, total), 0.0, 1.0),
    )


def statuses(told: Account, bounded: bool) -> np.ndarray:
    """Status of a sum: missing before masked before estimated before observed."""
    status = np.full(len(told.missing), Status.OBSERVED.value, dtype=object)
    status[told.any_estimated] = Status.ESTIMATED.value
    status[told.any_masked] = (Status.BOUNDED if bounded else Status.MASKED).value
    status[told.missing] = Status.MISSING.value
    empty = told.nowhere & ~told.missing
    status[empty] = Status.NOT_APPLICABLE.value
    return status


def masked_bounds(column: UnitColumn, told: Account, ground: Ground) -> tuple[np.ndarray, ...]:
    """Bounds of a sum over masked cells (DOMAIN §8.3): visible plus the least and the most."""
    visible = ground.sum(np.where(told.known, column.values, 0.0))
    if not told.masked.any():
        return visible, visible
    if column.seen is not None:
        visible = visible + ground.sum(np.where(told.masked, column.seen, 0.0))
    cells = 1.0 if column.hidden is None else column.hidden
    hidden = ground.sum(np.where(told.masked, cells, 0.0))
    least = 1.0 if column.zeros_published else 0.0
    most = np.nan if column.threshold is None else float(column.threshold - 1)
    return visible + hidden * least, visible + hidden * most


def result_table(territories: Territories, **columns: np.ndarray) -> pd.DataFrame:
    """The frame that a measure returns; what a status does not carry is taken away."""
    nothing = np.full(len(territories.table), np.nan)
    codes, distinct = pd.factorize(columns["status"].astype(object))
    states = [Status(one) for one in distinct]
    carries = np.array([state.has_value for state in states], dtype=bool)[codes]
    bounded = np.array([state is Status.BOUNDED for state in states], dtype=bool)[codes]
    kept = {name: np.asarray(columns.get(name, nothing)) for name in RESULT_COLUMNS[:-1]}
    for name in ("value", "numerator"):
        kept[name] = np.where(carries, kept[name], np.nan)
    for name in ("lower", "upper"):
        kept[name] = np.where(carries | bounded, kept[name], np.nan)
    words = pd.array([state.value for state in states], dtype="string")
    return pd.DataFrame({**kept, "status": words.take(codes)}, index=territories.table.index)


def interval_bounds(
    top: np.ndarray, bottom: np.ndarray, kind: Interval, per: float
) -> tuple[np.ndarray, np.ndarray]:
    """The interval of ``top / bottom`` times ``per``, row by row.

    Wilson (1927) for proportions; for events, exact Poisson under 10 and Byar from 10 (DOMAIN
    §7.2, §7.3). Missing where the numerator is not a possible one, and without a kind.
    """
    lower, upper = np.full(len(top), np.nan), np.full(len(top), np.nan)
    if kind not in (Interval.WILSON, Interval.POISSON):
        return lower, upper
    with np.errstate(invalid="ignore"):
        possible = (bottom > 0) & (top >= 0)
        if kind is Interval.WILSON:
            possible &= top <= bottom
    x, n = top[possible], bottom[possible]
    if kind is Interval.WILSON:
        low, high = wilson_bounds(x, n, CONFIDENCE)
    else:
        low, high = (side / n for side in count_bounds(x, CONFIDENCE))
    lower[possible], upper[possible] = low * per, high * per
    return lower, upper


@dataclass(frozen=True)
class OwnFigures:
    """The figures that a producer gives for the territories themselves, aligned on them."""

    told: np.ndarray
    values: np.ndarray
    masked: np.ndarray
    estimated: np.ndarray


def own_figures(ground: Ground, column: str) -> OwnFigures | None:
    """The producer's own figures of a column for these territories; None when it has none."""
    own = ground.own.get(column)
    if own is None or own.empty:
        return None
    rows = own.reindex(ground.territories.table.index)
    status = rows["status"].astype("object")
    values = rows["value"].to_numpy(dtype=float)
    masked = (status == Status.MASKED.value).to_numpy()
    return OwnFigures(
        told=~np.isnan(values) | masked,
        values=values,
        masked=masked,
        estimated=(status == Status.ESTIMATED.value).to_numpy(),
    )
