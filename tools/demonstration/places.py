"""Who belongs to what: départements, EPCI, CPTS, cantons, life areas, mergers, names and codes.

A *place* is the territory of one settlement. Since two mergers joined a few of them, a commune of
today is one place or several; files of older years still know each place under its own code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from demonstration import names
from demonstration.settlements import Settlements
from demonstration.terrain import Terrain

CAPITAL, SOUTH, EAST, BAY, NORTH, WEST, RIVER, CAPE, NORTH_EAST = range(9)
DEPARTEMENT_OF_TOWN = {
    CAPITAL: "00",
    SOUTH: "00",
    WEST: "00",
    RIVER: "00",
    EAST: "96",
    BAY: "96",
    NORTH: "96",
    CAPE: "96",
    NORTH_EAST: "96",
}
MERGER_DATES = ("2016-01-01", "2021-01-01")
MERGER_SIZES = (3, 2)
LARGEST_MERGED = 1_600


@dataclass(frozen=True)
class Epci:
    """An intercommunality: its code (nine digits that are no SIREN), its name, its towns."""

    code: str
    nom: str
    towns: tuple[int, ...]
    handicap: float = 0.0


EPCI = (
    Epci("200999014", "CA Valmérence Vallée de la Vérouse", (CAPITAL,)),
    Epci("200999022", "CC des Rivages du Ponant", (WEST,)),
    Epci("200999030", "CC de la Baie de Saint-Elme", (SOUTH, RIVER)),
    Epci("200999048", "CA du Levant", (EAST,), -2),
    Epci("200999055", "CC du Pays des Galernes", (NORTH, NORTH_EAST)),
    Epci("200999063", "CC Grand Large et Cap Austral", (BAY, CAPE)),
)


@dataclass(frozen=True)
class Cpts:
    """A CPTS: identity, stage of creation, seats, and the population that it must reach in 2021.

    ``statut`` is a code of DOMAIN §1.4. Seats that are no town are found by :func:`_hidden_seats`.
    """

    id: str
    nom: str
    statut: str
    date_statut: str
    date_signature: str
    site_internet: str
    seats: tuple[int | str, ...]
    departements: tuple[str, ...]
    population: int
    handicap: float = 0.0


CPTS = (
    Cpts(
        "HES-CPTS-01",
        "CPTS Valmérence et Vallée de la Vérouse",
        "aci_signe",
        "2020-02-11",
        "2020-02-11",
        "https://cpts-valmerence.example",
        (CAPITAL, RIVER),
        ("00",),
        179_300,
        -5,
    ),
    Cpts(
        "HES-CPTS-02",
        "CPTS du Levant",
        "aci_signe",
        "2021-06-29",
        "2021-06-29",
        "https://cptsdulevant.example",
        (EAST,),
        ("96",),
        83_000,
        -6,
    ),
    Cpts(
        "HES-CPTS-03",
        "CPTS Deux-Rives et Baie de Saint-Elme",
        "aci_signe",
        "2022-11-03",
        "2022-11-03",
        "https://cpts-deux-rives.example",
        (SOUTH, BAY),
        ("00", "96"),
        79_150,
        -4,
    ),
    Cpts(
        "HES-CPTS-04",
        "CPTS Rivages du Ponant",
        "aci_signe",
        "2023-12-18",
        "2023-12-18",
        "",
        (WEST,),
        ("00",),
        20_900,
    ),
    Cpts(
        "HES-CPTS-05",
        "CPTS Côte des Galernes",
        "projet_sante",
        "2024-01-22",
        "",
        "https://cpts-galernes.example/accueil",
        (NORTH,),
        ("96",),
        16_400,
    ),
    Cpts(
        "HES-CPTS-06",
        "CPTS du Havre et des Récifs",
        "lettre_intention",
        "2023-09-14",
        "",
        "",
        (NORTH_EAST,),
        ("96",),
        11_800,
    ),
    Cpts(
        "HES-CPTS-07",
        "CPTS Cap Austral & Grand Large",
        "lettre_intention",
        "2024-03-05",
        "",
        "",
        (CAPE,),
        ("96",),
        10_600,
        -2,
    ),
    Cpts(
        "HES-CPTS-08",
        "CPTS Échine et Côte Sauvage",
        "emergence",
        "2024-04-17",
        "",
        "",
        ("valley",),
        ("00",),
        8_500,
        -12,
    ),
    Cpts(
        "HES-CPTS-09",
        "CPTS de la Presqu'île",
        "sans_statut",
        "",
        "",
        "",
        ("peninsula",),
        ("00",),
        10_300,
    ),
)
WHITE = "white"
WHITE_HANDICAP = -16.0


def describe_places(terrain: Terrain, settlements: Settlements, labels: np.ndarray) -> pd.DataFrame:
    """Ground facts of each place: position (EPSG:2154), area, mean height, coast, ground."""
    count = settlements.cells.size
    inside = labels >= 0
    owner = labels[inside]
    cells = np.bincount(owner, minlength=count)
    position = terrain.grid.position(settlements.cells)
    height = np.bincount(owner, terrain.height[inside], count) / cells
    shore = np.bincount(owner, terrain.coast[inside] <= 1.01 * terrain.grid.cell, count)
    coastal = shore * terrain.grid.cell > 1_200
    kind = np.where(coastal, "coast", np.where(height > 260, "mountain", "plain"))
    return pd.DataFrame(
        {
            "x": position[:, 0],
            "y": position[:, 1],
            "surface_km2": cells * (terrain.grid.cell / 1000) ** 2,
            "altitude": height.round(0),
            "littoral": coastal,
            "terrain": kind,
            "rang_ville": [rank if rank < settlements.towns else -1 for rank in range(count)],
        }
    )


def neighbours(labels: np.ndarray, count: int) -> np.ndarray:
    """Which places share a border: a symmetric boolean array (count, count)."""
    touch = np.zeros((count, count), dtype=bool)
    for a, b in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        border = (a != b) & (a >= 0) & (b >= 0)
        touch[a[border], b[border]] = True
    return touch | touch.T


def zone_places(places: pd.DataFrame, minutes: np.ndarray, touch: np.ndarray) -> pd.DataFrame:
    """Add the columns ``departement``, ``epci`` and ``cpts`` (empty in the white zone)."""
    zoned = places.copy()
    towns = list(DEPARTEMENT_OF_TOWN)
    nearest = minutes[:, towns].argmin(axis=1)
    departement = np.array([DEPARTEMENT_OF_TOWN[towns[i]] for i in nearest])
    zoned["departement"] = in_one_piece(departement, touch)
    home = zoned["departement"].to_numpy()
    cost = np.column_stack([minutes[:, e.towns].min(axis=1) + e.handicap for e in EPCI])
    allowed = np.array([[DEPARTEMENT_OF_TOWN[e.towns[0]] == d for e in EPCI] for d in home])
    choice = np.where(allowed, cost, np.inf).argmin(axis=1)
    zoned["epci"] = in_one_piece(np.array([EPCI[i].code for i in choice]), touch)
    zoned["cpts"] = in_one_piece(_cpts_of(zoned, minutes), touch)
    return zoned


def _cpts_of(places: pd.DataFrame, minutes: np.ndarray) -> np.ndarray:
    hidden = _hidden_seats(places, minutes)
    home = places["departement"].to_numpy()
    cost = []
    for cpts in CPTS:
        seats = [hidden.get(str(seat), seat) for seat in cpts.seats]
        reach = minutes[:, np.array(seats, dtype=int)].min(axis=1) + cpts.handicap
        cost.append(np.where(np.isin(home, cpts.departements), reach, np.inf))
    cost.append(np.where(home == "96", minutes[:, hidden[WHITE]] + WHITE_HANDICAP, np.inf))
    ids = np.array([*(cpts.id for cpts in CPTS), ""])
    return ids[np.column_stack(cost).argmin(axis=1)]


def _hidden_seats(places: pd.DataFrame, minutes: np.ndarray) -> dict[str, int]:
    """Seats that are no town: the upper valley, the peninsula, the heart of the white zone."""
    towns = list(DEPARTEMENT_OF_TOWN)
    far = minutes[:, towns].min(axis=1)
    home, ground = places["departement"], places["terrain"]
    valley = far.copy()
    valley[~((home == "00") & (ground != "coast"))] = -np.inf
    south = places["y"].to_numpy() < places["y"].iat[CAPITAL] - 4_000
    near = (minutes[:, CAPITAL] < 32) & south & (ground == "coast").to_numpy()
    peninsula = np.where(near, minutes[:, [t for t in towns if t != CAPITAL]].min(axis=1), -np.inf)
    white = far.copy()
    white[~((home == "96") & (ground == "mountain"))] = -np.inf
    return {
        "valley": int(valley.argmax()),
        "peninsula": int(peninsula.argmax()),
        WHITE: int(white.argmax()),
    }


def in_one_piece(zones: np.ndarray, touch: np.ndarray) -> np.ndarray:
    """Give pieces cut off from the body of their zone to the zone that surrounds them most."""
    zones = zones.copy()
    for _ in range(len(zones)):
        same = touch & (zones[:, None] == zones[None, :])
        _, piece = csgraph.connected_components(sparse.csr_matrix(same), directed=False)
        sizes = np.bincount(piece)
        stray = [
            p
            for p in range(len(sizes))
            if sizes[p]
            < max(sizes[piece[i]] for i in np.flatnonzero(zones == zones[piece == p][0]))
        ]
        if not stray:
            break
        members = piece == min(stray, key=lambda p: (sizes[p], p))
        around = zones[touch[members].any(axis=0) & ~members]
        if around.size == 0:
            break
        values, counts = np.unique(around, return_counts=True)
        zones[members] = values[counts.argmax()]
    return zones


def choose_mergers(
    places: pd.DataFrame, minutes: np.ndarray, touch: np.ndarray
) -> list[tuple[int, ...]]:
    """Groups of neighbouring places merged since: chief place first, all in the same zones."""
    taken: set[int] = set()
    groups = []
    keys = places[["departement", "epci", "cpts"]].agg("|".join, axis=1).to_numpy()
    population = places["population"].to_numpy()
    rural = (population < LARGEST_MERGED) & (places["terrain"] != "coast")
    rural &= places["cpts"] != ""
    for departement, size in zip(("96", "00"), MERGER_SIZES, strict=True):
        open_places = np.flatnonzero(rural & (places["departement"] == departement))
        remote = open_places[np.argsort(-minutes[open_places, CAPITAL], kind="stable")]
        for chief in remote[len(remote) // 2 :]:
            group = _grow_group(
                int(chief), size, keys, rural.to_numpy(), touch, taken, minutes, population
            )
            if group:
                taken |= set(group)
                groups.append(group)
                break
    return groups


def _grow_group(
    chief: int,
    size: int,
    keys: np.ndarray,
    rural: np.ndarray,
    touch: np.ndarray,
    taken: set[int],
    minutes: np.ndarray,
    population: np.ndarray,
) -> tuple[int, ...]:
    near = [
        int(place)
        for place in np.flatnonzero(touch[chief] & rural & (keys == keys[chief]))
        if int(place) not in taken
    ]
    near.sort(key=lambda place: (minutes[chief, place], place))
    group = [chief, *near[: size - 1]]
    group.sort(key=lambda place: -population[place])
    return tuple(group) if len(group) == size else ()


def name_places(places: pd.DataFrame, minutes: np.ndarray, rng: np.random.Generator) -> list[str]:
    """A name for each place, fitted to its ground; one name is given once in each département.

    Places named after a river lie in its country.
    """
    pools = {kind: rng.permutation(pool).tolist() for kind, pool in names.pools().items()}
    chosen: list[str] = []
    namesakes = {"00", "96"}
    for place, row in enumerate(places.itertuples()):
        if place < len(names.TOWNS):
            chosen.append(names.TOWNS[place])
        elif row.terrain == "plain" and row.departement in namesakes:
            namesakes.remove(row.departement)
            chosen.append(names.HOMONYM)
        else:
            near = minutes[place, CAPITAL] < 34
            river = names.rivers_of(row.departement, near_capital=near)
            pool = pools[row.terrain]
            fit = next(n for n in pool if not any(r in n for r in names.RIVERS - river))
            pool.remove(fit)
            chosen.append(fit)
    return chosen


def code_places(
    departements: Sequence[str], given: Sequence[str], rng: np.random.Generator
) -> list[str]:
    """Five-character codes in the alphabetical order of each département, with a few holes."""
    table = pd.DataFrame({"departement": list(departements), "nom": list(given)})
    table["ordre"] = table["nom"].map(names.sort_key)
    codes = pd.Series(index=table.index, dtype=object)
    for departement, rows in table.groupby("departement"):
        number = 0
        for place in rows.sort_values("ordre").index:
            number += 2 if rng.random() < 0.06 else 1
            codes[place] = f"{departement}{number:03d}"
    return codes.tolist()
