"""Emergency visits of the residents: how many, how old, how many stayed, in which hospital.

People go more where doctors are few and hospitals near, and when they are poor; the young and the
old go most. The year 2020 is that of the pandemic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from demonstration.residents import MIDDLE_AGE

YEARS = (2018, 2019, 2020, 2021, 2022, 2023, 2024)
LEVEL = dict(zip(YEARS, (0.97, 1.0, 0.82, 0.92, 1.01, 1.0, 1.02), strict=True))
_AGES = (1, 4, 12, 22, 40, 60, 74, 84, 93)
_VISITS = (0.66, 0.46, 0.30, 0.37, 0.26, 0.22, 0.28, 0.45, 0.58)
_STAYS = (0.10, 0.06, 0.05, 0.06, 0.10, 0.22, 0.38, 0.53, 0.58)
VISITORS = 1.05


@dataclass(frozen=True)
class Visits:
    """Visits and visits followed by a stay, by year: arrays (communes, bands), whole numbers.

    ``shares`` (communes, sites) says where the residents of a commune go while all sites are open;
    the columns are the rows of the emergency sites.
    """

    visits: dict[int, np.ndarray]
    stays: dict[int, np.ndarray]
    shares: np.ndarray
    sites: pd.DataFrame


def visit_hospitals(
    residents: dict[int, np.ndarray],
    poverty: np.ndarray,
    access: np.ndarray,
    minutes_to: np.ndarray,
    sites: pd.DataFrame,
    seed: list[int],
) -> Visits:
    """Draw the visits of every year; ``minutes_to`` are (communes, sites), ``access`` the log2 APL.

    ``sites`` holds ``finess, taille, fermeture`` of the hospitals that receive emergencies.
    """
    rng = np.random.default_rng(seed)
    local = 0.10 * rng.standard_normal(len(poverty))
    level = 0.12 * poverty - 0.10 * access - 0.007 * minutes_to.min(axis=1) + local
    level = level - np.average(level, weights=residents[2021].sum(axis=(1, 2)))
    coding = 0.25 * (minutes_to.min(axis=1) - 20) / 20
    visits, stays = {}, {}
    for year in YEARS:
        persons = np.floor(residents[year].sum(axis=1) + 0.5)
        rate = np.interp(MIDDLE_AGE, _AGES, _VISITS) * LEVEL[year]
        wanted = persons * rate * np.exp(level)[:, None]
        visits[year] = np.minimum(rng.poisson(wanted), persons)
        share = np.interp(MIDDLE_AGE, _AGES, _STAYS) * (1.10 if year == 2020 else 1.0)
        odds = np.log(share / (1 - share)) + coding[:, None]
        stays[year] = rng.binomial(visits[year].astype(int), 1 / (1 + np.exp(-odds)))
    pull = sites["taille"].to_numpy() ** 0.6 * np.exp(-minutes_to / 9.0)
    return Visits(visits, stays, pull / pull.sum(axis=1, keepdims=True), sites)


def of_site(visits: Visits, year: int, counted: dict[int, np.ndarray]) -> np.ndarray:
    """Visits (or stays) received by each site in a year, by band: (sites, bands), with outsiders.

    A closed site sends its people to the others.
    """
    closed = visits.sites["fermeture"].to_numpy()
    shares = visits.shares * ((closed == 0) | (closed >= year))
    shares = shares / shares.sum(axis=1, keepdims=True)
    return np.rint(VISITORS * shares.T @ counted[year])
