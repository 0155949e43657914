"""Statistical zones of the communes: cantons, arrondissements, urban units, life areas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from demonstration.places import in_one_piece

CANTON_SIZE = 11
LIFE_AREAS = 10
LIFE_AREA_GAP = 20.0


def add_areas(communes: pd.DataFrame, minutes: np.ndarray, touch: np.ndarray) -> pd.DataFrame:
    """Add ``arrondissement``, ``canton``, ``bassin_de_vie``, ``zone_emploi``, ``unite_urbaine``,
    ``aire_attraction`` in INSEE's codes.

    ``communes`` is indexed by code and ordered as ``minutes`` and ``touch``; it holds
    ``departement``, ``population`` (latest) and ``surface_km2``.
    """
    areas = communes.copy()
    codes = areas.index.to_numpy()
    population = areas["population"].to_numpy()
    centres = _spaced_centres(population, minutes, LIFE_AREAS, LIFE_AREA_GAP)
    life = in_one_piece(codes[_gravity(centres, population, minutes)], touch)
    areas["bassin_de_vie"] = life
    jobs = centres[:3]
    areas["zone_emploi"] = [f"{number + 1:04d}" for number in minutes[:, jobs].argmin(axis=1)]
    areas["unite_urbaine"] = _urban_units(areas, centres, minutes)
    areas["aire_attraction"] = _attraction(population, centres, minutes)
    areas["arrondissement"] = ""
    areas["canton"] = ""
    for departement in sorted(areas["departement"].unique()):
        rows = np.flatnonzero(areas["departement"] == departement)
        inner = minutes[np.ix_(rows, rows)]
        people = population[rows]
        seats = _spaced_centres(people, inner, 2, 25.0)
        district = in_one_piece(
            inner[:, seats].argmin(axis=1).astype(str), touch[np.ix_(rows, rows)]
        )
        areas.iloc[rows, areas.columns.get_loc("arrondissement")] = [
            str(int(number) + 1) for number in district
        ]
        seats = _balanced_centres(people, inner, round(len(rows) / CANTON_SIZE))
        canton = in_one_piece(
            np.array([f"{n + 1:02d}" for n in inner[:, seats].argmin(axis=1)]),
            touch[np.ix_(rows, rows)],
        )
        areas.iloc[rows, areas.columns.get_loc("canton")] = canton
    return areas


def _spaced_centres(
    population: np.ndarray, minutes: np.ndarray, count: int, gap: float
) -> np.ndarray:
    """The most populous communes at least ``gap`` minutes from each other (less if need be)."""
    chosen: list[int] = []
    while len(chosen) < count:
        for commune in np.argsort(-population, kind="stable").tolist():
            free = commune not in chosen and all(minutes[commune, c] > gap for c in chosen)
            if free and len(chosen) < count:
                chosen.append(commune)
        gap *= 0.85
    return np.array(chosen)


def _balanced_centres(population: np.ndarray, minutes: np.ndarray, count: int) -> np.ndarray:
    """Centres of ``count`` groups of communes near each other (k-medoids on travel times)."""
    seats = _spaced_centres(population, minutes, count, 20.0)
    for _ in range(12):
        group = minutes[:, seats].argmin(axis=1)
        moved = []
        for number in range(count):
            members = np.flatnonzero(group == number)
            far = (minutes[np.ix_(members, members)] ** 2).sum(axis=1)
            moved.append(members[far.argmin()])
        seats = np.array(moved)
    return seats


def _gravity(centres: np.ndarray, population: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """The centre that attracts each commune: near first, large a little."""
    pull = minutes[:, centres] - 2.2 * np.log(population[centres] / 1_000)[None, :]
    pull[centres, np.arange(centres.size)] = -np.inf
    return centres[pull.argmin(axis=1)]


def _urban_units(areas: pd.DataFrame, centres: np.ndarray, minutes: np.ndarray) -> list[str]:
    """``DD000`` in the country; ``DDtnn`` in a town of size class t, its suburbs with it."""
    population = areas["population"].to_numpy()
    density = population / areas["surface_km2"].to_numpy()
    units = [f"{departement}000" for departement in areas["departement"]]
    for number, centre in enumerate(centres, start=1):
        size = 6 if population[centre] > 50_000 else 4 if population[centre] > 20_000 else 2
        limit = 13.0 if size == 6 else 7.0
        if population[centre] < 4_000:
            continue
        same = areas["departement"].to_numpy() == areas["departement"].iat[centre]
        inside = (minutes[centre] <= limit) & (density > 220) & same
        inside[centre] = True
        for commune in np.flatnonzero(inside):
            units[commune] = f"{areas['departement'].iat[centre]}{size}{number:02d}"
    return units


def _attraction(population: np.ndarray, centres: np.ndarray, minutes: np.ndarray) -> list[str]:
    """Attraction areas of the three largest towns; ``000`` outside any."""
    areas = np.full(population.size, "000", dtype=object)
    reach = (26.0, 18.0, 12.0)
    for number in (2, 1, 0):
        areas[minutes[centres[number]] <= reach[number]] = f"9Z{number + 1}"
    return areas.tolist()
