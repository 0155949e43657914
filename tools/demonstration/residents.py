"""Residents of each commune in any year, as arrays: (communes, sexes, five-year bands).

The years of the legal populations are those of the truth, person by person; the years before and
after prolong the growth and the ageing of each commune. Every health file counts among them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from demonstration.people import AGES, SEXES, YEARS

MEN, WOMEN = 0, 1
MIDDLE_AGE = np.arange(len(AGES)) * 5 + 2.5
OLDEST = 100
_AGEING = 0.011


def codes_then(places: pd.DataFrame, day: str) -> pd.Series:
    """Code of the commune that held each place on a day (``places`` of the truth, ISO day)."""
    merged = (places["date_fusion"] != "") & (places["date_fusion"] <= day)
    return places["commune"].where(merged, places.index.to_series())


def cube(persons: pd.DataFrame, year: int, codes: pd.Index, by: str = "code") -> np.ndarray:
    """Whole persons of one year of the truth by ``codes``, sex and band (n, 2, 19)."""
    rows = persons[persons["annee"] == year]
    counts = rows.groupby([by, "sexe", "age"])["personnes"].sum()
    cells = pd.MultiIndex.from_product([codes, SEXES, AGES])
    shape = (len(codes), len(SEXES), len(AGES))
    return counts.reindex(cells, fill_value=0).to_numpy().reshape(shape)


def residents_of(
    persons: pd.DataFrame, codes: pd.Index, years: Iterable[int], by: str = "code"
) -> dict[int, np.ndarray]:
    """Residents by year; whole numbers in the truth's years, else prolonged from the nearest."""
    known = {year: cube(persons, year, codes, by).astype(float) for year in YEARS}
    first, last = known[YEARS[0]], known[YEARS[-1]]
    growth = (last.sum(axis=(1, 2)) / first.sum(axis=(1, 2))) ** (1 / (YEARS[-1] - YEARS[0]))
    found = {}
    for year in years:
        if year in known:
            found[year] = known[year]
            continue
        base = YEARS[-1] if year > YEARS[-1] else YEARS[0]
        table = known[base] * np.exp(_AGEING * (year - base) * (MIDDLE_AGE - 42) / 20)
        total = known[base].sum(axis=(1, 2)) * np.clip(growth, 0.98, 1.02) ** (year - base)
        scale = total / table.sum(axis=(1, 2))
        found[year] = np.round(table * scale[:, None, None], 9)
    return found


def band_weights(low: int, high: int) -> np.ndarray:
    """Share of each band that lies between two ages, both included (90 and over is one band).

    >>> band_weights(15, 15)[3], band_weights(50, 74)[10:15].sum()
    (0.2, 5.0)
    """
    starts = np.arange(len(AGES)) * 5
    ends = np.append(starts[1:], OLDEST)
    overlap = np.minimum(ends, high + 1) - np.maximum(starts, low)
    return np.round(np.clip(overlap, 0, None) / (ends - starts), 9)


def single_years(bands: np.ndarray) -> np.ndarray:
    """Persons by single year (…, 101) from persons by band (…, 19), each band exactly kept.

    Within a band numbers slope towards the neighbouring bands; 90 and over thins out to 100.
    """
    spread = bands[..., :18]
    after = bands[..., 1:19]
    before = np.concatenate([bands[..., :1], bands[..., :17]], axis=-1)
    slope = np.clip((after - before) / np.maximum(4 * spread, 1e-9), -0.3, 0.3)
    steps = np.array([-2, -1, 0, 1, 2]) / 5
    share = (1 + slope[..., None] * steps) / 5
    young = (spread[..., None] * share).reshape(*bands.shape[:-1], 90)
    eldest = 0.74 ** np.arange(11)
    return np.concatenate([young, bands[..., 18:] * (eldest / eldest.sum())], axis=-1)


def with_decimals(table: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Census estimates: each cell moves a little, the total of each commune stays whole.

    ``table`` is (communes, …); a cell without anybody stays empty.
    """
    moved = table * np.exp(0.06 * rng.standard_normal(table.shape))
    axes = tuple(range(1, table.ndim))
    total = np.rint(table.sum(axis=axes))
    scale = total / np.maximum(moved.sum(axis=axes), 1e-9)
    return moved * scale.reshape(-1, *[1] * (table.ndim - 1))
