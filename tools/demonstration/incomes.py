"""Incomes of the island: the unmasked truth behind the Filosofi file.

Levels and spreads follow those of the French communes of 2021 (linear fits on the published file):
the first decile and the poverty rate go with the median, the shares of income sum to 100.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

AGE_CLASSES = (1.39, 1.23, 1.17, 0.97, 0.75, 0.64)
OWNER, TENANT = 0.50, 1.90
HOUSEHOLDS_BY_AGE = (0.08, 0.15, 0.18, 0.19, 0.21, 0.19)


def income_table(
    communes: pd.DataFrame, persons: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Incomes by commune under INSEE's column names, nothing masked.

    ``persons`` is the population of 2021 (``code, age, personnes``). Persons and households are
    whole numbers, euros are tens, rates and shares are in percent. The extra columns
    ``PAUVRES…`` count poor persons, on which the producer's masks depend.
    """
    index = communes.index
    count = len(index)
    poverty = communes["defavorisation"].to_numpy()
    old = persons["age"].isin(["65-69", "70-74", "75-79", "80-84", "85-89", "90+"])
    elders = persons["personnes"].where(old, 0).groupby(persons["code"]).sum().reindex(index)
    population = communes["population"].to_numpy()
    senior = elders.to_numpy() / population
    table = pd.DataFrame(index=index)
    people = np.rint(population * np.clip(rng.normal(0.985, 0.02, count), 0.9, 1.06))
    size = np.clip(2.38 - 1.5 * (senior - 0.20) + 0.08 * rng.standard_normal(count), 1.75, 2.75)
    size[communes["rang_ville"].to_numpy() == 0] -= 0.28
    table["NBMENFISC21"] = np.rint(people / size).astype(int)
    table["NBPERSMENFISC21"] = people.astype(int)
    median = 22.75 - 1.55 * poverty + 0.35 * rng.standard_normal(count)
    first = 0.6103 * median - 0.814 - 0.35 * poverty + 0.4 * rng.standard_normal(count)
    last = 1.7168 * median - 1.647 + 1.6 * rng.standard_normal(count)
    table["MED21"] = _tens(median)
    table["PIMP21"] = np.clip(
        np.rint(3.361 * median - 25.3 + 3 * rng.standard_normal(count)), 15, 82
    )
    rate = np.exp(5.6927 - 0.2443 * first + 0.07 * rng.standard_normal(count))
    table["TP6021"] = np.clip(np.rint(rate), 2, 54)
    _poverty_by_group(table, rate, rng)
    _shares(table, median, senior, rng)
    table["D121"] = _tens(first)
    table["D921"] = _tens(last)
    table["RD21"] = (table["D921"] / table["D121"]).round(1)
    return table


def _tens(thousands: np.ndarray) -> np.ndarray:
    return (np.rint(thousands * 100) * 10).astype(int)


def _poverty_by_group(table: pd.DataFrame, rate: np.ndarray, rng: np.random.Generator) -> None:
    """Poverty by age of the reference person and by tenure, with the poor persons of each group."""
    people = table["NBPERSMENFISC21"].to_numpy()
    table["PAUVRES"] = people * rate / 100
    groups = [
        (f"TP60AGE{n}21", f"PAUVRES_AGE{n}", ratio, share)
        for n, (ratio, share) in enumerate(zip(AGE_CLASSES, HOUSEHOLDS_BY_AGE, strict=True), 1)
    ]
    groups += [
        ("TP60TOL121", "PAUVRES_TOL1", OWNER, 0.60),
        ("TP60TOL221", "PAUVRES_TOL2", TENANT, 0.40),
    ]
    for column, poor, ratio, share in groups:
        spread = np.exp(0.10 * rng.standard_normal(len(table)))
        table[column] = np.clip(np.rint(rate * ratio * spread), 1, 65)
        table[poor] = people * share * table[column] / 100


def _shares(
    table: pd.DataFrame, median: np.ndarray, senior: np.ndarray, rng: np.random.Generator
) -> None:
    """Shares of disposable income, in tenths of a percent; the parts sum to their wholes."""
    count = len(table)

    def share(value: np.ndarray, spread: float, lowest: float) -> np.ndarray:
        return np.rint(10 * np.maximum(value + spread * rng.standard_normal(count), lowest))

    unemployed = share(5.6 - 0.119 * median, 0.4, 1.1)
    profits = share(1.97 + 0.125 * median, 1.2, 0.7)
    pensions = share(31.0 + 105 * (senior - 0.21), 1.8, 9.0)
    wealth = share(8.0 + 0.48 * (median - 22.8), 1.8, 1.8)
    family = share(6.3 - 0.185 * median, 0.35, 0.2)
    minima = share(13.46 - 0.474 * median, 0.5, 0.3)
    housing = share(5.48 - 0.192 * median, 0.2, 0.1)
    taxes = -share(0.752 * median - 2.4, 0.9, 5.2)
    benefits = family + minima + housing
    activity = 1000 - pensions - wealth - benefits - taxes
    tenths = {
        "PACT21": activity,
        "PTSA21": activity - unemployed - profits,
        "PCHO21": unemployed,
        "PBEN21": profits,
        "PPEN21": pensions,
        "PPAT21": wealth,
        "PPSOC21": benefits,
        "PPFAM21": family,
        "PPMINI21": minima,
        "PPLOGT21": housing,
        "PIMPOT21": taxes,
    }
    for column, value in tenths.items():
        table[column] = value / 10
