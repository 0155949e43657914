"""Illness on the island: long-term conditions (ALD) and treated illnesses, by age, sex, commune.

Frequencies follow age as in France; they rise where people are poor, and slowly over the years.
Persons stay ill from one year to the next: numbers move with the population, not by chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demonstration.residents import MIDDLE_AGE

YEARS = (2019, 2020, 2021, 2022, 2023, 2024)
# Ages of the points of each curve, then the shares at those ages.
_ALD = (
    (2, 12, 22, 32, 42, 52, 62, 72, 82, 92),
    (0.015, 0.025, 0.03, 0.042, 0.068, 0.125, 0.235, 0.37, 0.50, 0.58),
)


@dataclass(frozen=True)
class Affection:
    """A group of long-term conditions: its share among people in ALD, at some ages.

    ``women`` multiplies the share of women, ``poverty`` its logarithm by unit of deprivation,
    ``growth`` by year.
    """

    id: str
    ages: tuple[int, ...]
    shares: tuple[float, ...]
    women: float
    poverty: float
    growth: float


AFFECTIONS = (
    Affection("diabete", (5, 20, 40, 55, 70, 85, 95), (0.04, 0.07, 0.17, 0.28, 0.31, 0.25, 0.2),
              0.86, 0.16, 0.006),
    Affection("cancers", (5, 20, 40, 55, 70, 85, 95), (0.04, 0.05, 0.13, 0.2, 0.25, 0.2, 0.16),
              1.12, -0.02, 0.008),
    Affection("psychiatrie", (5, 20, 35, 50, 65, 80, 95), (0.1, 0.3, 0.36, 0.25, 0.1, 0.05, 0.04),
              1.05, 0.13, 0.012),
    Affection("cardiovasculaire", (5, 30, 45, 60, 75, 90), (0.04, 0.04, 0.09, 0.2, 0.31, 0.4),
              0.66, 0.06, -0.002),
    Affection("insuffisance_cardiaque", (5, 30, 50, 65, 80, 95),
              (0.02, 0.02, 0.03, 0.055, 0.13, 0.21), 0.82, 0.07, 0.01),
    Affection("avc", (5, 30, 50, 65, 80, 95), (0.02, 0.02, 0.03, 0.05, 0.07, 0.075), 0.85, 0.07,
              0.004),
    Affection("respiratoire", (5, 20, 40, 60, 75, 95), (0.09, 0.04, 0.03, 0.045, 0.055, 0.05),
              0.95, 0.14, 0.005),
    Affection("alzheimer", (5, 60, 68, 75, 85, 95), (0.0, 0.0, 0.012, 0.04, 0.13, 0.25), 1.25,
              0.02, 0.006),
)  # fmt: skip


@dataclass(frozen=True)
class Illness:
    """Persons in ALD by year, and by affection and year; arrays (communes, sexes, bands)."""

    ald: dict[int, np.ndarray]
    affections: dict[tuple[str, int], np.ndarray]


def fall_ill(
    residents: dict[int, np.ndarray], poverty: np.ndarray, near: np.ndarray, seed: list[int]
) -> Illness:
    """Draw who is in ALD among the residents of each year.

    ``poverty`` is the index of deprivation by commune; ``near`` a smoothing matrix of neighbours
    (rows sum to 1), so that places close to each other look alike.
    """
    rng = np.random.default_rng(seed)
    shape = residents[YEARS[0]].shape
    local = near @ rng.standard_normal(shape[0])
    threshold = rng.random(shape)
    curve = np.interp(MIDDLE_AGE, *_ALD)
    odds = np.log(curve / (1 - curve))[None, None, :] + 0.11 * poverty[:, None, None]
    odds = odds + 0.14 * local[:, None, None] + np.array([0.05, -0.05])[None, :, None]
    ald, affections = {}, {}
    marks = {affection.id: rng.random(shape) for affection in AFFECTIONS}
    places = {affection.id: near @ rng.standard_normal(shape[0]) for affection in AFFECTIONS}
    for year in YEARS:
        persons = np.floor(residents[year] + 0.5)
        share = 1 / (1 + np.exp(-(odds + 0.016 * (year - 2022))))
        ald[year] = np.minimum(np.floor(persons * share + threshold), persons)
        for affection in AFFECTIONS:
            part = np.interp(MIDDLE_AGE, affection.ages, affection.shares)
            level = affection.poverty * poverty + 0.10 * places[affection.id]
            level = level + affection.growth * (year - 2022)
            by_sex = np.array([1.0, affection.women])[None, :, None]
            wanted = ald[year] * part * np.exp(level)[:, None, None] * by_sex
            count = np.floor(wanted + marks[affection.id])
            affections[affection.id, year] = np.minimum(count, ald[year])
    return Illness(ald, affections)
