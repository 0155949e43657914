"""The one hidden truth of the fictitious territory: every demonstration file is derived from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from demonstration import care, careers, names, people
from demonstration.establishments import build_establishments
from demonstration.incomes import income_table
from demonstration.local_counts import local_counts
from demonstration.needs import Illness, fall_ill
from demonstration.places import (
    CPTS,
    MERGER_DATES,
    choose_mergers,
    code_places,
    describe_places,
    name_places,
    neighbours,
    zone_places,
)
from demonstration.residents import band_weights, codes_then, residents_of
from demonstration.settlements import choose_settlements, draw_coverage, grow_communes
from demonstration.statistical_areas import add_areas
from demonstration.terrain import Terrain, make_terrain
from demonstration.travel import travel_times
from demonstration.visits import Visits, visit_hospitals
from demonstration.workforce import settle_professionals

ISLAND = 12
GROUND_STEPS = 3
SEED = 12
TOWNS = len(names.TOWNS)
WHITE_POPULATION = 5_000
OVERLAP = ("HES-CPTS-02", "HES-CPTS-07")
PARTIAL_SHARE = 0.45
RESIDENT_YEARS = range(2012, 2026)


@dataclass(frozen=True)
class Health:
    """Who cares, who is ill, who is seen: arrays are in the order of the communes.

    ``residents`` by year (communes, sexes, bands); ``professionals`` as of :mod:`workforce`,
    ``establishments`` as of :mod:`establishments`, ``local`` as of :mod:`local_counts`.
    ``near`` mixes draws of neighbours (each row keeps a variance of one).
    """

    residents: dict[int, np.ndarray]
    professionals: pd.DataFrame
    establishments: pd.DataFrame
    illness: Illness
    visits: Visits
    local: pd.DataFrame
    near: np.ndarray


@dataclass(frozen=True)
class Truth:
    """What is true on the island.

    ``communes`` (index: code of today, sorted): ``nom, departement, epci``; ``cpts`` (main CPTS,
    empty in the white zone); ``x, y`` (EPSG:2154); ``surface_km2, altitude, littoral, terrain``;
    ``rang_ville`` (0 = capital, -1 = no town); ``population`` (2021); ``defavorisation`` (-2 to 2,
    higher is more deprived); the zones of :func:`statistical_areas.add_areas`.

    ``places`` (index: code of the time): ``nom``; ``commune`` (code of today); ``date_fusion``
    (text, empty when never merged); ``part_comptee_a_part`` (persons counted apart, per person);
    one column of persons for each year. It is the geography of older files.

    ``persons``: ``annee``, ``lieu`` (place), ``code`` (commune of today), ``sexe, age, personnes``.
    ``contours``: polygons in EPSG:2154, a coverage, in the order of ``communes``.
    ``minutes``: travel times between communes, same order. ``doctors``: see
    :func:`care.settle_doctors`, with the acts of 2019 to 2023. ``apl``: one table by year,
    unrounded; that of 2019 in the communes of its time. ``incomes``: nothing masked, see
    :func:`incomes.income_table`.
    ``members``: ``cpts_id, code, part`` (NaN = whole or unknown). ``health``: see :class:`Health`.
    """

    seed: int
    terrain: Terrain
    communes: pd.DataFrame
    places: pd.DataFrame
    persons: pd.DataFrame
    contours: np.ndarray
    minutes: np.ndarray
    doctors: pd.DataFrame
    apl: dict[int, pd.DataFrame]
    incomes: pd.DataFrame
    members: pd.DataFrame
    health: Health


def build_truth(seed: int = SEED) -> Truth:
    """Build the whole island; the same seed gives the same truth, figure for figure.

    The ground, the settlements and their limits are always those of ``ISLAND``, because the plan of
    EPCI and CPTS was drawn on them; ``seed`` draws the people, the names and the doctors.
    """

    def generator(step: int) -> np.random.Generator:
        return np.random.default_rng([ISLAND if step <= GROUND_STEPS else seed, step])

    terrain = make_terrain(generator(1))
    settlements = choose_settlements(terrain, generator(2), TOWNS)
    settlements, labels = grow_communes(terrain, settlements, generator(3))
    minutes = travel_times(terrain, terrain.grid.position(settlements.cells), TOWNS)
    touch = neighbours(labels, settlements.cells.size)
    places = zone_places(describe_places(terrain, settlements, labels), minutes, touch)
    places["defavorisation"] = people.deprivation(places, minutes, generator(4))
    targets = {cpts.id: cpts.population for cpts in CPTS} | {"": WHITE_POPULATION}
    places["population"] = people.latest_population(places, minutes, targets, generator(5))
    places["nom"] = name_places(places, minutes, generator(6))
    places["code"] = code_places(places["departement"], places["nom"], generator(7))
    years = people.history(places, minutes, places["population"].to_numpy(), generator(8))
    persons = people.by_age_and_sex(
        places, minutes, places["defavorisation"].to_numpy(), years, generator(9)
    )
    mergers = choose_mergers(places, minutes, touch)
    commune_of, merger_date = _apply(mergers, len(places))
    communes, order = _communes(places, commune_of, mergers)
    between = minutes[np.ix_(order, order)]
    rank = pd.Series(range(len(order)), index=order)
    here = rank.reindex(commune_of).to_numpy()
    contours = draw_coverage(terrain.grid, np.where(labels >= 0, here[labels], -1))
    borders = neighbours(np.where(labels >= 0, here[labels], -1), len(order))
    communes = add_areas(communes, between, borders)
    members = _members(communes, borders)
    code_of = places["code"].to_numpy()
    persons["code"] = code_of[commune_of[persons["lieu"].to_numpy()]]
    persons["lieu"] = code_of[persons["lieu"].to_numpy()]
    doctors = care.settle_doctors(communes, between, generator(10))
    doctors = careers.with_earlier_years(doctors, generator(13))
    apl = {
        year: care.apl_table(
            doctors,
            persons[persons["annee"] == year - care.POPULATION_LAG],
            between,
            communes.index,
            year,
        )
        for year in (*careers.EARLIER_YEARS, *care.APL_YEARS)
    }
    incomes = income_table(communes, persons[persons["annee"] == people.YEARS[-1]], generator(11))
    former = places[["code", "nom"]].assign(
        commune=code_of[commune_of],
        date_fusion=merger_date,
        part_comptee_a_part=generator(12).uniform(0.004, 0.032, len(places)),
    )
    former = pd.concat([former, years], axis=1).set_index("code").sort_index()
    oldest = careers.EARLIER_YEARS[0]
    apl[oldest] = _apl_then(oldest, former, doctors, persons, minutes, code_of)
    health = _health(communes, between, contours, persons, doctors, apl, generator, seed)
    return Truth(
        seed,
        terrain,
        communes,
        former,
        persons,
        contours,
        between,
        doctors,
        apl,
        incomes,
        members,
        health,
    )


def _apl_then(
    year: int,
    former: pd.DataFrame,
    doctors: pd.DataFrame,
    persons: pd.DataFrame,
    minutes: np.ndarray,
    code_of: np.ndarray,
) -> pd.DataFrame:
    """The APL of a year in the communes of the next 1 January, former communes apart."""
    then = codes_then(former, f"{year + 1}-01-01")
    codes = pd.Index(sorted(then.unique()), name="code")
    order = pd.Index(code_of).get_indexer(codes)
    people = persons[persons["annee"] == year - care.POPULATION_LAG]
    people = people.assign(code=people["lieu"].map(then))
    return care.apl_table(doctors, people, minutes[np.ix_(order, order)], codes, year)


def _health(
    communes: pd.DataFrame,
    minutes: np.ndarray,
    contours: np.ndarray,
    persons: pd.DataFrame,
    doctors: pd.DataFrame,
    apl: dict[int, pd.DataFrame],
    generator: Callable[[int], np.random.Generator],
    seed: int,
) -> Health:
    residents = residents_of(persons, communes.index, RESIDENT_YEARS)
    elders = residents[people.YEARS[-1]].sum(axis=1) @ band_weights(75, 120)
    sites = build_establishments(communes, minutes, contours, elders, generator(20))
    working = careers.after_2023(doctors, generator(21))
    professionals = settle_professionals(communes, minutes, working, sites, generator(22))
    near = np.exp(-minutes / 12.0)
    near = near / np.sqrt((near**2).sum(axis=1, keepdims=True))
    poverty = communes["defavorisation"].to_numpy()
    value = apl[care.APL_YEARS[-1]]
    mean = np.average(value["apl_65"], weights=value["population_standardisee"])
    access = np.log2((value["apl_65"].to_numpy() + 0.6) / (mean + 0.6))
    illness = fall_ill(residents, poverty, near, [seed, 23])
    emergency = sites[sites["urgences"]].reset_index(drop=True)
    to_site = minutes[:, communes.index.get_indexer(emergency["code"])]
    visits = visit_hospitals(residents, poverty, access, to_site, emergency, [seed, 24])
    local = local_counts(residents, illness, visits, poverty, access, near, seed)
    return Health(residents, professionals, sites, illness, visits, local, near)


def _apply(mergers: list[tuple[int, ...]], count: int) -> tuple[np.ndarray, list[str]]:
    """Chief place of each place, and the date of its merger (empty when it stayed alone)."""
    commune_of = np.arange(count)
    date = [""] * count
    for group, day in zip(mergers, MERGER_DATES, strict=True):
        for place in group:
            commune_of[place] = group[0]
            date[place] = day
    return commune_of, date


def _communes(
    places: pd.DataFrame, commune_of: np.ndarray, mergers: list[tuple[int, ...]]
) -> tuple[pd.DataFrame, np.ndarray]:
    """Communes of today, sorted by code, and the chief place of each."""
    summed = places.groupby(commune_of)[["surface_km2", "population"]].sum()
    communes = places.loc[summed.index].copy()
    communes[summed.columns] = summed
    for group, name in zip(mergers, names.NEW_COMMUNES, strict=True):
        communes.loc[group[0], "nom"] = name
    communes = communes.sort_values("code")
    return communes.set_index("code"), communes.index.to_numpy()


def _members(communes: pd.DataFrame, borders: np.ndarray) -> pd.DataFrame:
    """Membership of communes in CPTS: one overlap, one commune in part."""
    zone = communes["cpts"].to_numpy()
    population = communes["population"].to_numpy()
    rows = [(cpts, code, np.nan) for code, cpts in communes["cpts"].items() if cpts]
    first, second = OVERLAP
    shared = (zone == first) & borders[:, zone == second].any(axis=1)
    shared &= communes["rang_ville"].to_numpy() < 0
    rows.append((second, _largest(communes, population, shared), np.nan))
    code = _largest(communes, population, (zone == "") & borders[:, zone != ""].any(axis=1))
    around = zone[borders[communes.index.get_loc(code)] & (zone != "")]
    rows.append((str(around.min()), code, PARTIAL_SHARE))
    members = pd.DataFrame(rows, columns=["cpts_id", "code", "part"])
    return members.sort_values(["cpts_id", "code"], ignore_index=True)


def _largest(communes: pd.DataFrame, population: np.ndarray, among: np.ndarray) -> str:
    return str(communes.index[int(np.where(among, population, -1).argmax())])
