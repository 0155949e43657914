"""One count that is not public, at every level: what may be shown of it (DOMAIN §8).

:func:`protect` takes the count by commune (by stratum too) and the territories of every level that
a page shows, and returns what each figure becomes: exact, bounds (``borne``), ``masque``,
``masque_secondaire``, ``manquant`` or ``sans_objet``. :meth:`Protected.composed` answers for any
territory that a user draws.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from cpts_data.analysis.secrecy.bounds import sum_bounds, tight_sum_bounds
from cpts_data.analysis.secrecy.layout import Laid, lay_out
from cpts_data.analysis.secrecy.primary import STATED_COLUMNS, THRESHOLD
from cpts_data.analysis.secrecy.rows import Asked
from cpts_data.analysis.secrecy.strata import Strata, cells_of, strata_of
from cpts_data.analysis.secrecy.suppression import Suppression, suppress
from cpts_data.measures import Status, UnitColumn
from cpts_data.territories import Level, Territories

WHOLE = "ensemble"
TOTALS_COLUMNS = ("level", "territory", "stratum", "value")
# A commune that splits does so within its département (see ``measures``).
_WHOLE_OF_SPLITS = (Level.DEPARTEMENT, Level.REGION, Level.FRANCE)
_UNIT_LEVELS = (Level.COMMUNE, Level.ARRONDISSEMENT)
_ROUNDING = 1e-9
_NOISE = 1e-6


def protect(
    columns: Mapping[str, UnitColumn],
    levels: Sequence[Territories],
    population: np.ndarray,
    *,
    whole: str = WHOLE,
    threshold: int = THRESHOLD,
    totals: pd.DataFrame | None = None,
    denominators: Mapping[str, np.ndarray] | None = None,
    public: Mapping[str, np.ndarray] | None = None,
    asked: Asked = None,
    rest: Collection[str] = (),
) -> Protected:
    """Decide what may be shown of a count that is not public.

    ``columns`` by stratum: one column, or strata that add up to ``whole`` (which is then computed;
    a column of that name is left aside). ``levels`` are all the territories at which figures are
    shown, communes included; ``population`` has one value per unit slot (see ``Ground``).
    ``threshold`` is the least number of persons that we show (a higher one of a column prevails).
    ``totals`` are exact figures that the producer gives for whole territories (``level, territory,
    stratum, value`` and, where known to everyone, ``public``). ``denominators`` by stratum (one
    value per slot) are public totals that the counts are a part of: « all but three » is then
    masked too. ``public`` by stratum (one boolean per slot) marks cells that are published already:
    they stay as they are. ``asked`` names the strata (``whole`` too) that each level shows, when it
    does not show them all: figures that no level asks need not be safe to show, and a stratum that
    no commune shows may be shown of more territories. ``rest`` names the strata that are what a
    count leaves of its whole: masked without a known threshold, they hide that this count is small.

    The result depends on the data alone, not on the machine nor on what was asked before.
    """
    units = levels[0].units
    strata = strata_of(columns, whole, units, population)
    lacking = {t.level: _lacking(strata, t.membership, population) for t in levels}
    unshown = _unshown(strata.names, asked)
    cells = cells_of(strata, threshold, denominators or {}, public or {}, unshown, rest)
    given = _given(totals, levels, strata.names, whole)
    laid = lay_out(strata, levels, whole, cells, given, lacking, asked)
    # Places are numbered without holes.
    _, places = np.unique(laid.places, return_inverse=True)
    done = suppress(laid.table, places)
    return Protected(strata, tuple(levels), whole, population, laid, done, lacking)


def _unshown(names: Sequence[str], asked: Asked) -> list[str]:
    """The strata that no page shows unit by unit."""
    if asked is None:
        return []
    by_unit = {name for level in _UNIT_LEVELS for name in asked.get(level, ())}
    return [name for name in names if name not in by_unit]


def _given(
    totals: pd.DataFrame | None, levels: Sequence[Territories], names: list[str], whole: str
) -> dict[tuple[Level, int, str], tuple[float, bool]]:
    if totals is None or totals.empty:
        return {}
    absent = [name for name in TOTALS_COLUMNS if name not in totals.columns]
    if absent:
        raise KeyError(f"totals lack {absent}, they have {list(totals.columns)}")
    found = {}
    known = {territories.level: territories.table.index for territories in levels}
    public = totals["public"] if "public" in totals.columns else pd.Series(False, totals.index)
    rows = zip(*(totals[name] for name in TOTALS_COLUMNS), public, strict=True)
    for level, territory, stratum, value, open_to_all in rows:
        # A column alone is its own whole.
        name = names[0] if len(names) == 1 and stratum == whole else stratum
        index = known.get(Level(level))
        if index is None or territory not in index or pd.isna(value):
            continue
        if name in names or name == whole:
            place = int(index.get_loc(territory))
            known_to_all = bool(open_to_all) and not pd.isna(open_to_all)
            found[Level(level), place, str(name)] = (float(value), known_to_all)
    return found


def _lacking(strata: Strata, membership: sparse.csr_array, population: np.ndarray) -> np.ndarray:
    """Territories in which somebody lives of whom nothing is told (as ``measures`` counts them)."""
    told = (strata.known | strata.masked | strata.outside).all(axis=0) & strata.counted
    inner = np.where(strata.units.is_city, 0.0, population)
    total = np.asarray(membership @ inner)
    unknown = total - np.asarray(membership @ (population * told))
    return unknown > _ROUNDING * (1.0 + total)


@dataclass(frozen=True)
class Protected:
    """What may be shown of one count: :meth:`at` a level, by unit, or of any :meth:`composed`."""

    strata: Strata
    levels: tuple[Territories, ...]
    whole: str
    population: np.ndarray
    laid: Laid
    done: Suppression
    lacking: Mapping[Level, np.ndarray]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """What is shown of each unit and stratum: ``value, lower, upper, status``.

        Indexed by (``stratum``, ``unit`` code). ``lower, upper`` are the bounds that we state: no
        reader can narrow them (NaN where we state none).
        """
        size = len(self.laid.cells) - self.laid.parts
        cells = self.laid.cells.iloc[:size]
        stated = cells[list(STATED_COLUMNS)].copy()
        seen = stated["status"] == Status.OBSERVED.value
        ours = self.done.hidden[:size] & seen.to_numpy()
        stated.loc[ours, "status"] = Status.MASKED_BY_US.value
        stated.loc[ours, "value"] = np.nan
        masked = (stated["status"] == Status.MASKED.value).to_numpy()
        proved = masked & cells["true"].notna().to_numpy()
        for name, ends in (("lower", self.done.lower), ("upper", self.done.upper)):
            told = stated[name].to_numpy(dtype=float, copy=True)
            told[ours | proved] = _clean(ends[:size])[ours | proved]
            told[~np.isfinite(told) | cells[["unshown", "any_size"]].any(axis=1)] = np.nan
            stated[name] = told
        codes = self.strata.units.codes[cells["slot"]]
        stated.index = pd.MultiIndex.from_arrays(
            [cells["stratum"], codes], names=["stratum", "unit"]
        )
        return stated

    @cached_property
    def _limits(self) -> tuple[np.ndarray, np.ndarray]:
        """Bounds of every cell as stated, parts of communes included; infinite where not stated."""
        least = np.nan_to_num(self.cells["lower"].to_numpy(dtype=float), nan=0.0)
        most = self.cells["upper"].fillna(np.inf).to_numpy(dtype=float, copy=True)
        outside = (self.cells["status"] == Status.NOT_APPLICABLE.value).to_numpy()
        least[outside] = most[outside] = 0.0
        more = self.laid.cells.iloc[len(self.cells) :]
        return (
            np.concatenate([least, more["lower"].to_numpy(dtype=float)]),
            np.concatenate([most, more["upper"].to_numpy(dtype=float)]),
        )

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """What is shown of each row of the table: ``value, lower, upper, status``."""
        laid, done = self.laid, self.done
        count = laid.rows.shape[0]
        value, lower, upper = np.full(count, np.nan), np.full(count, np.nan), np.full(count, np.nan)
        held = laid.in_table >= 0
        at = laid.in_table[held]
        shown, bounded = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
        shown[held] = done.shown[at]
        value[held] = _clean(laid.table.sums[at])
        bounded[held] = ~done.shown[at] & laid.known[held] & ~laid.bound[held]
        lower[held], upper[held] = _clean(done.row_lower[at]), _clean(done.row_upper[at])
        secret = np.asarray(laid.rows @ self.done.hidden.astype(float)) > 0
        sums = np.asarray(laid.rows @ np.where(self.done.hidden, 0.0, laid.table.value))
        value[~held] = sums[~held]
        shown[~held] = ~secret[~held]
        # A figure that contradicts its own cells binds nothing: shown where nothing is hidden.
        shown[laid.loose], bounded[laid.loose] = ~secret[laid.loose], False
        value[laid.loose] = laid.given[laid.loose]
        value[np.isinf(value)] = np.nan
        shown &= ~np.isnan(value)
        unknown = ~shown & ~bounded & ~laid.loose
        least, most = self._limits
        single = np.flatnonzero(unknown & ~held)
        lower[single], upper[single] = sum_bounds(laid.rows[single], least, most)
        rest = np.flatnonzero(unknown & held)
        lower[rest], upper[rest] = sum_bounds(laid.rows[rest], least, most, *self._known_sums)
        # What is shown already gives it.
        worked_out = unknown & (upper - lower <= _NOISE)
        shown |= worked_out
        value[worked_out] = lower[worked_out]
        status = np.full(count, Status.BOUNDED.value, dtype=object)
        status[shown] = Status.OBSERVED.value
        status[~shown & laid.loose] = Status.MASKED_BY_US.value
        status[~shown & np.isinf(upper)] = Status.MASKED.value
        lower[shown] = upper[shown] = value[shown]
        nothing = ~shown & (status != Status.BOUNDED.value)
        lower[nothing] = upper[nothing] = np.nan
        value[~shown] = np.nan
        return pd.DataFrame({"value": value, "lower": lower, "upper": upper, "status": status})

    @cached_property
    def _known_sums(self) -> tuple[sparse.csr_array, np.ndarray]:
        """The sums that are shown exactly, over all cells."""
        kept = np.flatnonzero(self.done.shown)
        return self.laid.table.rows[kept], self.laid.table.sums[kept]

    def at(self, level: Level | str, stratum: str | None = None) -> pd.DataFrame:
        """What is shown at a level: ``value, lower, upper, status`` indexed by territory id.

        ``lower, upper`` are stated where ``status`` is ``borne``, ``masque`` or
        ``masque_secondaire`` (when we can). Without ``stratum``, the whole. ``KeyError`` for a
        level or a stratum that was not given to :func:`protect`.
        """
        level, name = Level(level), self._name(stratum)
        territories = next((t for t in self.levels if t.level is level), None)
        if territories is None:
            raise KeyError(f"{level} is not among {[t.level.value for t in self.levels]}")
        lines = np.array(
            [
                self.laid.row_of.get((level, place, name), -1)
                for place in range(len(territories.table))
            ],
            dtype=np.int64,
        )
        without = lines < 0
        shown = self._figures.iloc[np.where(without, len(self._figures) - 1, lines)]
        numbers = shown[["value", "lower", "upper"]].to_numpy(dtype=float, copy=True)
        status = shown["status"].to_numpy(dtype=object, copy=True)
        numbers[without] = np.nan
        status[without] = Status.NOT_APPLICABLE.value
        status[without & self.lacking[level]] = Status.MISSING.value
        if level not in _WHOLE_OF_SPLITS:
            self._mark_estimated(status, territories.membership, name)
        table = pd.DataFrame(numbers, territories.table.index, ["value", "lower", "upper"])
        table["status"] = status
        return table

    @cached_property
    def _figures(self) -> pd.DataFrame:
        """What is shown of each row: a single cell's own figure; one more line, of nothing."""
        rows, told = self.laid.rows, self._rows
        numbers = told[["value", "lower", "upper"]].to_numpy(dtype=float, copy=True)
        status = told["status"].to_numpy(dtype=object, copy=True)
        alone = np.flatnonzero(self.laid.in_table < 0)
        starts = rows.indptr[alone]
        cells = self.cells.iloc[rows.indices[starts]]
        weights = rows.data[starts][:, np.newaxis]
        numbers[alone] = cells[["value", "lower", "upper"]].to_numpy(dtype=float) * weights
        status[alone] = cells["status"].to_numpy(dtype=object)
        table = pd.DataFrame(
            np.vstack([numbers, np.full((1, 3), np.nan)]), columns=["value", "lower", "upper"]
        )
        table["status"] = np.append(status, "")
        return table

    def _mark_estimated(self, status: np.ndarray, membership: sparse.csr_array, name: str) -> None:
        cells = self.strata.estimated
        if name in self.strata.names:
            cells = cells[[self.strata.names.index(name)]]
        holds = np.asarray(membership @ cells.any(axis=0).astype(float)) > 0
        status[holds & (status == Status.OBSERVED.value)] = Status.ESTIMATED.value

    def _name(self, stratum: str | None) -> str:
        name = self.whole if stratum is None else stratum
        if name == self.whole and len(self.strata.names) == 1:
            return self.strata.names[0]
        if name != self.whole and name not in self.strata.names:
            raise KeyError(f"{name!r} is not among {[*self.strata.names, self.whole]}")
        return name

    def column(self, stratum: str) -> UnitColumn:
        """The column of a stratum as it may be shown: what we hide is masked in it."""
        place = self.strata.names.index(stratum)
        given = self.strata.columns[stratum]
        size = len(self.strata.slots)
        hidden = self.done.hidden[place * size : (place + 1) * size]
        values, masked = given.values.copy(), given.masked.copy()
        slots = self.strata.slots[hidden]
        masked[slots] |= ~np.isnan(values[slots])
        values[slots] = np.nan
        # A cell that we hide may be of any size: no threshold bounds it.
        return replace(given, values=values, masked=masked, threshold=None, hidden=None, seen=None)

    def composed(
        self,
        membership: sparse.csr_array,
        names: pd.Index,
        stratum: str | None = None,
        *,
        tight: bool = False,
    ) -> pd.DataFrame:
        """What is shown of territories that users draw: ``value, lower, upper, status``.

        ``membership`` (k x unit slots, weights in [0, 1]) as in ``Territories``, ``names`` (k) the
        index. ``tight`` uses all sums together (two linear programmes each) instead of in turn.

        **Safe for any set of territories, asked by anyone in any order.** The answer is computed
        from the bounds stated for each cell and from the sums shown exactly at the levels, never
        from a hidden value: whoever holds what is shown can work out every answer alone, so the
        answers tell nothing that was not shown, however many are put together. It is exact only
        where what is shown already gives it (no hidden cell, or an official perimeter).
        """
        name = self._name(stratum)
        held = sparse.csr_array(membership)[:, self.strata.slots]
        held.eliminate_zeros()
        lacking = _lacking(self.strata, membership, self.population)
        wanted, least, most, totals, known = self._seen(held, name)
        bounds = tight_sum_bounds if tight else sum_bounds
        lower, upper = bounds(wanted, least, most, totals, known)
        lower, upper = _clean(lower), _clean(upper)
        exact = upper - lower <= _NOISE
        status = np.full(len(names), Status.BOUNDED.value, dtype=object)
        status[np.isinf(upper)] = Status.MASKED_BY_US.value
        status[exact] = Status.OBSERVED.value
        status[np.diff(held.indptr) == 0] = Status.NOT_APPLICABLE.value
        status[lacking] = Status.MISSING.value
        value = np.where(status == Status.OBSERVED.value, lower, np.nan)
        told = np.isin(status, [Status.OBSERVED.value, Status.BOUNDED.value])
        self._mark_estimated(status, sparse.csr_array(membership), name)
        return pd.DataFrame(
            {
                "value": value,
                "lower": np.where(told, lower, np.nan),
                "upper": np.where(told, upper, np.nan),
                "status": status,
            },
            index=names,
        )

    def _seen(
        self, held: sparse.csr_array, name: str
    ) -> tuple[sparse.csr_array, np.ndarray, np.ndarray, sparse.csr_array, np.ndarray]:
        """What is asked and what is known of it, over the cells of a stratum or of all."""
        least, most = self._limits
        totals, known = self._known_sums
        count, names = len(self.strata.slots), self.strata.names
        blocks = [held if name in (other, self.whole) else 0 * held for other in names]
        blocks.append(sparse.csr_array((held.shape[0], self.laid.parts)))
        wanted = sparse.csr_array(sparse.hstack(blocks))
        wanted.eliminate_zeros()
        if name == self.whole and len(names) > 1:
            return self._by_unit(wanted, count)
        return wanted, least, most, totals, known

    def _by_unit(
        self, wanted: sparse.csr_array, count: int
    ) -> tuple[sparse.csr_array, np.ndarray, np.ndarray, sparse.csr_array, np.ndarray]:
        """The whole by unit: the totals of the units are shown far more often than their strata."""
        least, most = self._limits
        size = count * len(self.strata.names)
        lower = least[:size].reshape(-1, count).sum(axis=0)
        upper = most[:size].reshape(-1, count).sum(axis=0)
        rows, stated = self.laid.rows, self._rows
        strata = len(self.strata.names)
        pairs = rows.tocoo()
        lines, cells = pairs.coords
        # Rows that hold every stratum of their units alike, and no part of a commune.
        held = sparse.csr_array(
            (pairs.data[cells < size], (lines[cells < size], cells[cells < size] % count)),
            shape=(rows.shape[0], count),
        )
        times = sparse.csr_array(
            (np.ones((cells < size).sum()), (lines[cells < size], cells[cells < size] % count)),
            shape=(rows.shape[0], count),
        )
        even = np.diff(rows.indptr) == strata * np.diff(held.indptr)
        even &= np.asarray(times.max(axis=1).todense()).ravel() == strata
        held = sparse.csr_array(held / strata)
        single = even & (np.diff(held.indptr) == 1) & stated["lower"].notna().to_numpy()
        for line in np.flatnonzero(single):
            unit, weight = held.indices[held.indptr[line]], held.data[held.indptr[line]]
            lower[unit] = max(lower[unit], stated["lower"].iat[line] / weight)
            upper[unit] = min(upper[unit], stated["upper"].iat[line] / weight)
        exact = even & (stated["status"] == Status.OBSERVED.value).to_numpy() & ~self.laid.loose
        known = stated["value"].to_numpy(dtype=float)[exact]
        return wanted[:, :count], lower, upper, held[np.flatnonzero(exact)], known


def _clean(values: np.ndarray) -> np.ndarray:
    """Whole numbers where the solver left noise beside them."""
    whole = np.round(values)
    return np.where(np.isclose(values, whole, rtol=0.0, atol=_NOISE), whole, values)
