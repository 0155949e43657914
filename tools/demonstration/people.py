"""The people of the island, place by place: how many, of what age and sex, how deprived.

One table of whole persons by year, place, sex and five-year band: every population file is a sum
of it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

YEARS = (2017, 2018, 2019, 2020, 2021)
AGES = (*(f"{low:02d}-{low + 4:02d}" for low in range(0, 90, 5)), "90+")
SEXES = ("H", "F")
TOWN_SIZES = (90_412, 14_873, 31_286, 17_358, 9_712, 10_534, 8_627, 5_481, 6_703)
LARGEST_VILLAGE = 0.42

# Persons per thousand of France by band, census 2021 (rounded): the frame that places bend.
MEN = (27, 30, 33, 32, 30, 28, 29, 31, 30, 33, 33, 32, 30, 27, 25, 16, 12, 8, 4)
WOMEN = (26, 29, 31, 31, 29, 28, 31, 33, 32, 34, 34, 33, 32, 30, 29, 20, 16, 13, 11)


def deprivation(places: pd.DataFrame, minutes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A hidden index of deprivation by place, about -2 to 2; higher is more deprived.

    Towns and remote valleys are poorer, the suburbs of the capital richer; neighbours look alike.
    """
    near = np.exp(-minutes / 9.0)
    mixed = near @ rng.standard_normal(len(places)) / np.sqrt((near**2).sum(axis=1))
    town = places["rang_ville"].to_numpy() >= 0
    from_town = minutes[:, town].min(axis=1)
    ring = np.exp(-(((minutes[:, 0] - 11.0) / 6.0) ** 2))
    index = (
        0.6 * mixed
        + 1.2 * town
        + 0.6 * (places["rang_ville"].to_numpy() == 0)
        - 0.9 * ring
        + 0.022 * np.minimum(from_town, 45)
        - 0.25 * places["littoral"].to_numpy()
        + 0.25 * rng.standard_normal(len(places))
    )
    return np.clip((index - index.mean()) / index.std(), -2.1, 2.1)


def latest_population(
    places: pd.DataFrame,
    minutes: np.ndarray,
    targets: Mapping[str, int],
    rng: np.random.Generator,
) -> np.ndarray:
    """Persons by place in the last year; each zone of ``cpts`` reaches its target population."""
    town = places["rang_ville"].to_numpy()
    others = minutes[:, town > 0].min(axis=1)
    middle = (
        160
        + 5_400 * np.exp(-((minutes[:, 0] / 12.0) ** 1.5))
        + 1_500 * np.exp(-((others / 8.0) ** 1.4))
        + 260 * places["littoral"].to_numpy()
        - 110 * np.clip(places["altitude"].to_numpy() / 450, 0, 1.2)
    )
    size = np.maximum(middle, 36) * np.exp(0.74 * rng.standard_normal(len(places)))
    size *= (places["surface_km2"].to_numpy() / 14) ** 0.35
    size *= np.exp(-places["altitude"].to_numpy() / 800)
    uneven = rng.uniform(0.62, 1.0, len(places))
    population = np.where(town >= 0, 0.0, np.clip(size, 24, 13_500))
    for rank, people in enumerate(TOWN_SIZES):
        population[town == rank] = people
    for zone, target in targets.items():
        inside = (places["cpts"] == zone).to_numpy()
        village = inside & (town < 0)
        towns = population[inside & (town >= 0)]
        limit = min(LARGEST_VILLAGE * towns.max(initial=7_500), 10_500) * uneven[village]
        for _ in range(40):
            population[village] *= (target - towns.sum()) / population[village].sum()
            population[village] = np.minimum(population[village], limit)
    return np.maximum(np.rint(population), 22).astype(int)


def history(
    places: pd.DataFrame, minutes: np.ndarray, latest: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Persons by place (rows) and year (columns): suburbs and coast grow, valleys empty."""
    growth = (
        0.0005
        + 0.010 * np.exp(-(((minutes[:, 0] - 16) / 12) ** 2))
        + 0.004 * places["littoral"].to_numpy()
        - 0.008 * np.clip(places["altitude"].to_numpy() / 500, 0, 1.2)
        + 0.004 * rng.standard_normal(len(places))
    )
    growth[0] = 0.0016
    table = {}
    for year in YEARS:
        back = YEARS[-1] - year
        wobble = 0.004 * rng.standard_normal(len(places)) * (back > 0)
        table[year] = np.maximum(np.rint(latest * np.exp(-growth * back + wobble)), 18).astype(int)
    return pd.DataFrame(table, index=places.index)


def by_age_and_sex(
    places: pd.DataFrame,
    minutes: np.ndarray,
    poverty: np.ndarray,
    totals: pd.DataFrame,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Whole persons by year, place, sex and band; columns ``annee, lieu, sexe, age, personnes``.

    The sum over sexes and bands of a place is exactly its total of the year.
    """
    share = _shares(places, minutes, poverty, rng)
    middle_age = np.tile(np.arange(len(AGES)) * 5 + 2.5, 2)
    frames = []
    for year in YEARS:
        ageing = np.exp(0.011 * (year - YEARS[-1]) * (middle_age - 42) / 20)
        year_share = share * ageing
        year_share /= year_share.sum(axis=1, keepdims=True)
        counts = largest_remainder(year_share * totals[year].to_numpy()[:, None])
        cells = pd.MultiIndex.from_product(
            [places.index, SEXES, AGES], names=["lieu", "sexe", "age"]
        )
        frames.append(
            pd.Series(counts.ravel(), cells, name="personnes").reset_index().assign(annee=year)
        )
    return pd.concat(frames, ignore_index=True)


def _shares(
    places: pd.DataFrame, minutes: np.ndarray, poverty: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Share of each sex and band in a place (rows sum to 1), in the last year."""
    base = np.concatenate([MEN, WOMEN]).astype(float)
    age = np.tile(np.arange(len(AGES)) * 5 + 2.5, 2)
    town = places["rang_ville"].to_numpy()
    remote = np.clip(places["altitude"].to_numpy() / 500, 0, 1.2)
    ring = np.exp(-(((minutes[:, 0] - 13) / 9) ** 2)) * (town != 0)
    coast = places["littoral"].to_numpy().astype(float)
    old = 0.17 * remote + 0.14 * coast - 0.20 * ring - 0.16 * (town == 0)
    family = 0.22 * ring - 0.10 * remote - 0.12 * coast + 0.04 * poverty
    student = 0.62 * (town == 0) + 0.10 * (town > 0) - 0.22 * (town < 0)
    tilt = np.outer(old, (age - 42) / 22)
    young = np.outer(family, ((age < 15) | ((age > 30) & (age < 45))).astype(float))
    twenty = np.outer(student, np.exp(-(((age - 22.5) / 4.5) ** 2)))
    share = base * np.exp(tilt + young + twenty)
    # A hamlet counts a handful of persons a band: chance weighs more than the profile there.
    chance = np.minimum(0.9 * np.sqrt(38 / (places["population"].to_numpy() + 30)), 0.9)
    share *= np.exp(rng.standard_normal(share.shape) * chance[:, None])
    return np.round(share / share.sum(axis=1, keepdims=True), 12)


def largest_remainder(expected: np.ndarray) -> np.ndarray:
    """Whole numbers, row by row, whose sum is that of the row: the largest remainders round up."""
    floor = np.floor(expected + 1e-9)
    missing = np.rint(expected.sum(axis=1) - floor.sum(axis=1)).astype(int)
    order = np.argsort(-(expected - floor), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return (floor + (rank < missing[:, None])).astype(int)
