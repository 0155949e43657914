"""How a quantity travels upward: sum first, divide last, and say what is not known.

A measure turns columns known by inner unit into one figure per territory. This module is the only
place that divides. Rules (DOMAIN §7.1, §8.2, §8.3; DREES, APL workbook, note on weights):

- counts add; a ratio is a sum over a sum; an index is a weighted mean;
- one missing unit with inhabitants makes a sum missing: no silent skip;
- a sum over masked cells is told by its bounds (``borne``);
- units outside the field of a dataset (``sans_objet``) leave the figure and lower its coverage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from cpts_data.territories import Level, Territories, Units, inner_rows

RESULT_COLUMNS = (
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "coverage",
    "status",
)
_ROUNDING = 1e-9
# A commune that splits does so within its département: there, the shares add up to what was known.
_WHOLE_OF_SPLITS = (Level.DEPARTEMENT, Level.REGION, Level.FRANCE)


class Status(StrEnum):
    """What a figure is (DOMAIN §8.2): the closed list, stored without accents."""

    OBSERVED = "observe"
    ESTIMATED = "estime"
    BOUNDED = "borne"
    CONTEXT = "contexte"
    MASKED = "masque"
    MASKED_BY_US = "masque_secondaire"
    TOO_SMALL = "insuffisant"
    MISSING = "manquant"
    NOT_APPLICABLE = "sans_objet"

    @property
    def words(self) -> str:
        """What the screen says in place of, or beside, the value."""
        return _STATUS_WORDS[self]

    @property
    def has_value(self) -> bool:
        """Whether a figure of this status carries a value."""
        return self in (Status.OBSERVED, Status.ESTIMATED, Status.CONTEXT)


_STATUS_WORDS = {
    Status.OBSERVED: "valeur observée",
    Status.ESTIMATED: "estimation",
    Status.BOUNDED: "intervalle dû au secret statistique",
    Status.CONTEXT: "valeur du département",
    Status.MASKED: "secret statistique",
    Status.MASKED_BY_US: "secret statistique",
    Status.TOO_SMALL: "effectif insuffisant",
    Status.MISSING: "non disponible",
    Status.NOT_APPLICABLE: "sans objet",
}


@dataclass(frozen=True)
class UnitColumn:
    """One column of a source laid over the unit slots: values and what each cell is.

    ``values`` is NaN wherever nothing was observed. The boolean arrays have the length of the
    slots: ``present`` (the file has a row), ``masked``, ``outside`` (out of the dataset's field),
    ``estimated``. ``threshold`` and ``zeros_published`` bound a masked count (DOMAIN §8.3).
    """

    values: np.ndarray
    present: np.ndarray
    masked: np.ndarray
    outside: np.ndarray
    estimated: np.ndarray
    threshold: int | None = None
    zeros_published: bool = True

    @classmethod
    def observed(cls, values: np.ndarray) -> UnitColumn:
        """A column fully described by its values: NaN means missing."""
        no = np.zeros(len(values), dtype=bool)
        return cls(values.astype(float), ~np.isnan(values), no, no, no)

    @property
    def known(self) -> np.ndarray:
        """Cells that hold a value."""
        return ~np.isnan(self.values)

    def without_estimates(self) -> UnitColumn:
        """Leave out the cells that are known only as part of a commune that was cut since."""
        values = np.where(self.estimated, np.nan, self.values)
        return replace(self, values=values, estimated=np.zeros(len(values), dtype=bool))

    def with_cities(self, units: Units) -> UnitColumn:
        """Fill the slot of each whole city with the sum of its parts, when all are known."""
        values, present = self.values.copy(), self.present.copy()
        estimated = self.estimated.copy()
        for city, parts in units.parts.items():
            if not present[city] and self.known[parts].all():
                values[city] = self.values[parts].sum()
                present[city] = True
                estimated[city] = bool(self.estimated[parts].any())
        return replace(self, values=values, present=present, estimated=estimated)


@dataclass(frozen=True)
class Ground:
    """Where a measure is computed: the territories of a level and the population behind them.

    ``population`` has one value per unit slot (whole cities included), without NaN. ``own`` gives
    the figures that a producer publishes for these very territories, by column id: a frame
    indexed by territory id with ``value`` and ``status``.
    """

    territories: Territories
    population: np.ndarray
    own: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def units(self) -> Units:
        """The unit slots."""
        return self.territories.units

    def inhabitants(self) -> np.ndarray:
        """Population of each territory."""
        inner = np.where(self.units.is_city, 0.0, self.population)
        return self.sum(inner)

    def sum(self, slots: np.ndarray) -> np.ndarray:
        """Sum slot values over each territory, weighted by membership."""
        return np.asarray(self.territories.membership @ slots)


@dataclass(frozen=True)
class _Total:
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


def _divide(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)


def _account(columns: list[UnitColumn], ground: Ground) -> _Total:
    """Choose the slots common to the columns and account for what is unknown in each territory."""
    present = np.logical_and.reduce([column.present for column in columns])
    counted = inner_rows(present, ground.units)
    masked_cells = np.logical_or.reduce([column.masked for column in columns])
    outside_cells = np.logical_or.reduce([column.outside for column in columns])
    known = np.logical_and.reduce([column.known for column in columns])
    # A cell is masked when nothing else is wanting: masked beside missing is missing.
    told = np.logical_and.reduce([column.known | column.masked for column in columns])
    known = known & counted & ~outside_cells
    masked = masked_cells & told & counted & ~known & ~outside_cells
    outside = outside_cells & counted
    estimated = np.logical_or.reduce([column.estimated for column in columns]) & known
    people = ground.population
    total = ground.inhabitants()
    known_people = ground.sum(people * known)
    masked_people = ground.sum(people * masked)
    outside_people = ground.sum(people * outside)
    unknown = total - known_people - masked_people - outside_people
    held = ground.sum(known.astype(float)) + ground.sum(masked.astype(float))
    return _Total(
        counted=counted,
        known=known,
        masked=masked,
        estimated=estimated,
        missing=unknown > _ROUNDING * (1.0 + total),
        any_masked=ground.sum(masked.astype(float)) > 0,
        any_estimated=(ground.sum(estimated.astype(float)) > 0)
        & (ground.territories.level not in _WHOLE_OF_SPLITS),
        nowhere=held == 0,
        coverage=np.clip(_divide(known_people, total), 0.0, 1.0),
    )


def _statuses(account: _Total, bounded: bool) -> np.ndarray:
    """Status of a sum: missing before masked before estimated before observed."""
    status = np.full(len(account.missing), Status.OBSERVED.value, dtype=object)
    status[account.any_estimated] = Status.ESTIMATED.value
    status[account.any_masked] = (Status.BOUNDED if bounded else Status.MASKED).value
    status[account.missing] = Status.MISSING.value
    empty = account.nowhere & ~account.missing
    status[empty] = Status.NOT_APPLICABLE.value
    return status


def _masked_bounds(column: UnitColumn, account: _Total, ground: Ground) -> tuple[np.ndarray, ...]:
    """Bounds of a sum over masked cells (DOMAIN §8.3): visible plus the least and the most."""
    visible = ground.sum(np.where(account.known, column.values, 0.0))
    hidden = ground.sum(account.masked.astype(float))
    least = 1.0 if column.zeros_published else 0.0
    most = np.nan if column.threshold is None else float(column.threshold - 1)
    return visible + hidden * least, visible + hidden * most


def _result(territories: Territories, **columns: np.ndarray) -> pd.DataFrame:
    size = len(territories.table)
    nothing = np.full(size, np.nan)
    frame = pd.DataFrame(
        {name: columns.get(name, nothing) for name in RESULT_COLUMNS},
        index=territories.table.index,
    )
    status = frame["status"].astype(str)
    without = ~status.isin([state.value for state in Status if state.has_value])
    frame.loc[without, ["value", "numerator"]] = np.nan
    bounded = status == Status.BOUNDED.value
    frame.loc[without & ~bounded, ["lower", "upper"]] = np.nan
    frame["status"] = status.astype("string")
    return frame


@dataclass(frozen=True)
class Count:
    """A number of persons or things: units add. ``of`` is ``source.column``."""

    of: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return (self.of,)

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Sum the column over each territory; bounds where cells are masked."""
        column = columns[self.of]
        account = _account([column], ground)
        value = ground.sum(np.where(account.known, column.values, 0.0))
        lower, upper = _masked_bounds(column, account, ground)
        status = _statuses(account, column.threshold is not None)
        return _result(
            ground.territories,
            value=value,
            lower=np.where(status == Status.BOUNDED.value, lower, np.nan),
            upper=np.where(status == Status.BOUNDED.value, upper, np.nan),
            numerator=value,
            coverage=account.coverage,
            status=status,
        )


@dataclass(frozen=True)
class Ratio:
    """A sum over a sum, times ``per`` (100 for a percentage).

    Both terms are taken over the same units, those where the two are known.
    """

    numerator: str
    denominator: str
    per: float = 100.0

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return (self.numerator, self.denominator)

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Divide the sums; bounds where the numerator is masked."""
        above = columns[self.numerator].with_cities(ground.units)
        below = columns[self.denominator].with_cities(ground.units)
        account = _account([above, below], ground)
        hidden_base = ground.sum((below.masked & account.masked).astype(float)) > 0
        bottom = ground.sum(np.where(account.known | account.masked, below.values, 0.0))
        top = ground.sum(np.where(account.known, above.values, 0.0))
        lower, upper = _masked_bounds(above, account, ground)
        status = _statuses(account, above.threshold is not None)
        without = (bottom == 0) & (status != Status.MISSING.value)
        status[without] = Status.NOT_APPLICABLE.value
        status[hidden_base & (status != Status.MISSING.value)] = Status.MASKED.value
        bounded = status == Status.BOUNDED.value
        return _result(
            ground.territories,
            value=_divide(top, bottom) * self.per,
            lower=np.where(bounded, _divide(lower, bottom) * self.per, np.nan),
            upper=np.where(bounded, _divide(upper, bottom) * self.per, np.nan),
            numerator=top,
            denominator=bottom,
            coverage=account.coverage,
            status=status,
        )


@dataclass(frozen=True)
class Rate(Ratio):
    """Events per inhabitants: a ratio times 100,000 unless told otherwise."""

    per: float = 100_000.0


@dataclass(frozen=True)
class ShareUnder:
    """Share (%) of ``weight`` living in units whose index is strictly under a threshold."""

    of: str
    threshold: float
    weight: str
    per: float = 100.0

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return (self.of, self.weight)

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Sum the weights under the threshold, divide by all known weights."""
        index, weight = columns[self.of], columns[self.weight]
        account = _account([index, weight], ground)
        under = account.known & (np.nan_to_num(index.values, nan=np.inf) < self.threshold)
        top = ground.sum(np.where(under, weight.values, 0.0))
        bottom = ground.sum(np.where(account.known, weight.values, 0.0))
        status = _statuses(account, bounded=False)
        empty = (bottom == 0) & ~account.any_masked & ~account.missing
        status[empty] = Status.NOT_APPLICABLE.value
        return _result(
            ground.territories,
            value=_divide(top, bottom) * self.per,
            numerator=top,
            denominator=bottom,
            coverage=account.coverage,
            status=status,
        )


@dataclass(frozen=True)
class WeightedMean:
    """Mean of an index published by unit, weighted; the published figure where there is one.

    Under ``minimum_coverage`` of the population the mean is not told: ``masque`` when masks are
    the cause, ``manquant`` otherwise. ``estimated`` says that a mean over several units is only an
    estimate of what the producer would publish (poverty rate), not its own rule (APL).
    """

    of: str
    weight: str
    minimum_coverage: float = 0.8
    estimated: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return (self.of, self.weight)

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Divide the weighted sum by the sum of weights over the units where both are known."""
        index, weight = columns[self.of], columns[self.weight]
        account = _account([index, weight], ground)
        weighted = np.where(account.known, index.values * weight.values, 0.0)
        top = ground.sum(weighted)
        bottom = ground.sum(np.where(account.known, weight.values, 0.0))
        partial = account.missing | account.any_masked
        status = np.full(len(partial), Status.OBSERVED.value, dtype=object)
        status[account.any_estimated | partial] = Status.ESTIMATED.value
        if self.estimated:
            status[:] = Status.ESTIMATED.value
        low = partial & ~(account.coverage >= self.minimum_coverage)
        status[low] = Status.MISSING.value
        status[low & account.any_masked] = Status.MASKED.value
        nothing = ~(bottom > 0)
        status[nothing & ~account.any_masked & ~partial] = Status.NOT_APPLICABLE.value
        inhabited = ground.inhabitants() > 0
        status[nothing & ~account.nowhere & inhabited & ~account.any_masked] = Status.MISSING.value
        result = _result(
            ground.territories,
            value=_divide(top, bottom),
            numerator=top,
            denominator=bottom,
            coverage=account.coverage,
            status=status,
        )
        return _prefer_published(result, self.of, ground)


@dataclass(frozen=True)
class Published:
    """A figure shown only where its producer publishes it: medians are never combined."""

    of: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return (self.of,)

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Take the producer's own figure for each territory; ``manquant`` elsewhere."""
        account = _account([columns[self.of]], ground)
        status = np.full(len(account.missing), Status.MISSING.value, dtype=object)
        status[account.nowhere & ~account.missing] = Status.NOT_APPLICABLE.value
        result = _result(ground.territories, status=status, coverage=account.coverage)
        return _prefer_published(result, self.of, ground)


def _prefer_published(result: pd.DataFrame, column: str, ground: Ground) -> pd.DataFrame:
    """Put the producer's own figure, and its status, where it has a row for the territory."""
    own = ground.own.get(column)
    if own is None or own.empty:
        return result
    shared = result.index.intersection(own.index)
    told = own.loc[shared]
    result = result.copy()
    result.loc[shared, "value"] = told["value"].to_numpy(dtype=float)
    result.loc[shared, "status"] = told["status"].to_numpy(dtype=object)
    known = told["value"].notna().to_numpy()
    result.loc[shared[~known], ["numerator", "denominator"]] = np.nan
    result.loc[shared, "coverage"] = np.where(known, 1.0, 0.0)
    return result


Measure = Count | Ratio | ShareUnder | WeightedMean | Published
