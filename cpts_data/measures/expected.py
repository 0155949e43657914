"""Measures that take age into account: expected cases, standardised rates and ratios.

Sources: synthetic (indirect) estimate, Rao JNK and Molina I (2015), Small Area Estimation, ch. 3;
direct rates, Dobson A et al. (1991); ratios of observed to expected, Breslow and Day (1987), with
Byar's limits (exact under 10), as in DOMAIN §7.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cpts_data.measures.accounts import (
    account,
    divide,
    own_figures,
    result_table,
    statuses,
)
from cpts_data.measures.naming import WIDER_LEVELS, at_level
from cpts_data.measures.states import Ground, Interval, Status, UnitColumn
from cpts_data.measures.sums import Ratio
from cpts_data.statistics.standardisation import direct


@dataclass(frozen=True)
class Stratum:
    """One band of age and sex: the residents, and the cases and people that give its rate."""

    name: str
    population: str
    cases: str
    people: str


def _merged(columns: list[UnitColumn], values: np.ndarray) -> UnitColumn:
    """A column made of others: known where all are, masked where nothing else is wanting."""
    known = np.logical_and.reduce([column.known for column in columns])
    told = np.logical_and.reduce([column.known | column.masked for column in columns])
    masked = np.logical_or.reduce([column.masked for column in columns]) & told & ~known
    return UnitColumn(
        np.where(known, values, np.nan),
        np.logical_and.reduce([column.present for column in columns]),
        masked,
        np.logical_or.reduce([column.outside for column in columns]),
        np.logical_or.reduce([column.estimated for column in columns]),
    )


@dataclass(frozen=True)
class Expected:
    """Cases expected from the age and sex of the residents, at the rates of a wider area.

    The rate of each band is that of the first of ``levels`` that knows it (a département masks
    small bands: its région's is then used, then France's). The figure is a share (%) of the
    residents, always ``estime``: it tells what age alone explains, never what was observed. A band
    masked at every level leaves bounds (``borne``): nothing is put in place of a masked count.
    """

    strata: tuple[Stratum, ...]
    levels: tuple[str, ...] = WIDER_LEVELS
    per: float = 100.0

    @property
    def interval(self) -> Interval:
        """How the interval is computed."""
        return Interval.NONE

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads: the rates first, which set the period."""
        rates = (
            at_level(name, level)
            for band in self.strata
            for level in self.levels
            for name in (band.cases, band.people)
        )
        return (*rates, *(band.population for band in self.strata))

    def _rate(
        self, band: Stratum, columns: Mapping[str, UnitColumn]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The least and the most that the rate of a band may be: the same where it is known."""
        low = np.full(len(columns[band.population].values), np.nan)
        high = low.copy()
        for level in reversed(self.levels):
            cases = columns[at_level(band.cases, level)]
            people = columns[at_level(band.people, level)]
            least, most = _bounds(cases)
            # A rate that is known here, or a masked one where the wider levels know nothing.
            told = ~np.isnan(divide(cases.values, people.values))
            told |= np.isnan(low) & (people.values > 0) & ~np.isnan(most)
            low = np.where(told, divide(least, people.values), low)
            high = np.where(told, divide(most, people.values), high)
        return low, high

    def by_unit(
        self, columns: Mapping[str, UnitColumn]
    ) -> tuple[UnitColumn, UnitColumn, UnitColumn]:
        """The least and the most expected cases of each unit slot, and its residents."""
        residents = [columns[band.population] for band in self.strata]
        total = np.zeros(len(residents[0].values))
        least, most = total.copy(), total.copy()
        for band, people in zip(self.strata, residents, strict=True):
            low, high = self._rate(band, columns)
            total = total + people.values
            least = least + np.where(people.values == 0, 0.0, people.values * low)
            most = most + np.where(people.values == 0, 0.0, people.values * high)
        everyone = _merged(residents, total)
        return (
            _merged([everyone, UnitColumn.observed(least)], least),
            _merged([everyone, UnitColumn.observed(most)], most),
            everyone,
        )

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Add the expected cases of the units, divide by their residents."""
        least, most, everyone = self.by_unit(columns)
        place = Ground(ground.territories, ground.population)
        share = Ratio("cases", "everyone", self.per)
        low, high = (
            share.compute({"cases": cases, "everyone": everyone}, place) for cases in (least, most)
        )
        return _between(low, high, Status.ESTIMATED)


def _bounds(cases: UnitColumn) -> tuple[np.ndarray, np.ndarray]:
    """What a count is at least and at most; a masked one lies under its threshold."""
    cells = 1.0 if cases.hidden is None else cases.hidden
    seen = 0.0 if cases.seen is None else cases.seen
    lowest = 1.0 if cases.zeros_published else 0.0
    highest = np.nan if cases.threshold is None else float(cases.threshold - 1)
    return (
        np.where(cases.masked, seen + cells * lowest, cases.values),
        np.where(cases.masked, seen + cells * highest, cases.values),
    )


def _between(low: pd.DataFrame, high: pd.DataFrame, status: Status) -> pd.DataFrame:
    """The figure where the two agree, under a status; else their bounds (``borne``)."""
    told = (low["status"] == Status.OBSERVED.value) | (low["status"] == Status.ESTIMATED.value)
    same = np.isclose(low["value"], high["value"], rtol=1e-12, atol=0.0)
    state = low["status"].mask(told & same, status.value)
    state = state.mask(told & ~same, Status.BOUNDED.value)
    least, most = (
        np.minimum(low["value"], high["value"]),
        np.maximum(low["value"], high["value"]),
    )
    return low.assign(
        value=low["value"].where(~told | same),
        numerator=low["numerator"].where(~told | same),
        lower=low["lower"].mask(told & ~same, least),
        upper=low["upper"].mask(told & ~same, most),
        status=state,
    )


@dataclass(frozen=True)
class StandardisedRate:
    """Directly standardised rate: the figure with the ages of a reference population.

    ``cases`` and ``people`` name one column per band, ``weights`` gives the reference's people.
    Under ten cases: ``insuffisant``.
    """

    cases: tuple[str, ...]
    people: tuple[str, ...]
    weights: tuple[float, ...]
    per: float = 100_000.0

    @property
    def interval(self) -> Interval:
        """How the interval is computed."""
        return Interval.DOBSON

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return self.cases + self.people

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Dobson's rate and interval; every band of every unit must be known."""
        bands = [columns[name].with_cities(ground.units) for name in self.columns]
        told = account(bands, ground)
        status = statuses(told, bounded=False)
        coverage = told.coverage.copy()
        tops: list[np.ndarray] = []
        bottoms: list[np.ndarray] = []
        for case, base in zip(self.cases, self.people, strict=True):
            for name, sums in ((case, tops), (base, bottoms)):
                column = columns[name].with_cities(ground.units)
                sums.append(ground.sum(np.where(told.known, column.values, 0.0)))
        owned = [own_figures(ground, name) for name in self.columns]
        every = [own for own in owned if own is not None]
        if len(every) == len(owned):
            all_told = np.logical_and.reduce([own.told & ~own.masked for own in every])
            half = len(self.cases)
            for sums, figures in ((tops, every[:half]), (bottoms, every[half:])):
                for position, own in enumerate(figures):
                    sums[position] = np.where(all_told, own.values, sums[position])
            status[all_told] = Status.OBSERVED.value
            coverage = np.where(all_told, 1.0, coverage)
        top, bottom = np.array(tops), np.array(bottoms)
        carries = np.isin(status, [Status.OBSERVED.value, Status.ESTIMATED.value])
        usable = carries & (bottom > 0).all(axis=0)
        status[carries & ~usable] = Status.TOO_SMALL.value
        value, lower, upper = _standardised(top, bottom, self.weights, usable, self.per)
        status[usable & np.isnan(value)] = Status.TOO_SMALL.value
        return result_table(
            ground.territories,
            value=value,
            lower=lower,
            upper=upper,
            numerator=top.sum(axis=0),
            denominator=bottom.sum(axis=0),
            coverage=coverage,
            status=status,
        )


def _standardised(
    top: np.ndarray, bottom: np.ndarray, weights: tuple[float, ...], usable: np.ndarray, per: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rates of the usable territories (bands x territories), NaN for the others."""
    size = len(usable)
    found = [np.full(size, np.nan) for _ in range(3)]
    rows = np.flatnonzero(usable)
    if len(rows):
        bands = len(weights)
        table = pd.DataFrame(
            {
                "territory": np.tile(rows, bands),
                "count": top[:, rows].ravel(),
                "population": bottom[:, rows].ravel(),
                "standard_population": np.repeat(np.array(weights, dtype=float), len(rows)),
            }
        )
        rates = direct(table, by="territory", per=per)
        for values, name in zip(found, ("value", "lower", "upper"), strict=True):
            values[rates.index.to_numpy(dtype=int)] = rates[name].to_numpy(dtype=float)
    return found[0], found[1], found[2]


@dataclass(frozen=True)
class StandardisedRatio:
    """Observed cases over those expected from the residents' ages; 100 = the reference.

    Two ratios share no structure: each is compared with 100, never with another (DOMAIN §7.4).
    """

    observed: str
    expected: Expected
    per: float = 100.0

    @property
    def interval(self) -> Interval:
        """How the interval is computed."""
        return Interval.POISSON

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns this measure reads."""
        return (self.observed, *self.expected.columns)

    def compute(self, columns: Mapping[str, UnitColumn], ground: Ground) -> pd.DataFrame:
        """Divide observed by expected, with Byar's limits (exact under ten cases)."""
        least, most, _ = self.expected.by_unit(columns)
        own = {self.observed: ground.own[self.observed]} if self.observed in ground.own else {}
        place = Ground(ground.territories, ground.population, own)
        ratio = Ratio(self.observed, "expected", self.per, Interval.POISSON)
        low, high = (
            ratio.compute({self.observed: columns[self.observed], "expected": cases}, place)
            for cases in (most, least)
        )
        estimated = low["status"] == Status.ESTIMATED.value
        return _between(low, high, Status.OBSERVED).pipe(
            lambda table: table.assign(
                status=table["status"].mask(
                    estimated & (table["status"] == Status.OBSERVED.value), Status.ESTIMATED.value
                )
            )
        )
