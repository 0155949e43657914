"""A land of twelve square communes, four by three, whose sums one does in one's head.

    00001 00002 00003 00004        people  1000 2000 3000 4000
    00005 00006 00007 00008                 500  600  700  800
    00009 00010 00011 00012                  10   20   30   40

CPTS A holds 1, 2, 5, 6; CPTS B holds 4, 8, 12; 3, 7, 9, 10 and 11 are in none.
"""

import geopandas as gpd
import pytest
import shapely

from cpts_data.composition.land import Land
from cpts_data.composition.naming import Namer
from cpts_data.diagnostic import Diagnostic
from tests.drawn_spaces import diagnostic_of

PEOPLE = {
    f"{number:05d}": people
    for number, people in enumerate(
        (1000, 2000, 3000, 4000, 500, 600, 700, 800, 10, 20, 30, 40), start=1
    )
}
CPTS = {"CPTS-A": (1, 2, 5, 6), "CPTS-B": (4, 8, 12)}
EPCI = {"EPCI-NORD": (1, 2, 3, 4), "EPCI-SUD": (5, 6, 7, 8, 9, 10, 11, 12)}
BASINS = {"BASSIN-OUEST": (1, 5, 9, 2, 6, 10, 3), "BASSIN-EST": (7, 11, 4, 8, 12)}
# Minutes to the towns (2,000 inhabitants and more: 2, 3 and 4), and between small ones.
MINUTES = {
    (3, 2): 10,
    (3, 4): 8,
    (7, 2): 20,
    (7, 4): 15,
    (9, 2): 30,
    (10, 2): 25,
    (10, 6): 5,
    (11, 4): 40,
}


def code(number: int) -> str:
    return f"{number:05d}"


def codes(*numbers: int) -> list[str]:
    return [code(number) for number in numbers]


def owner(zones: dict[str, tuple[int, ...]], number: int) -> str:
    return next(name for name, held in zones.items() if number in held)


def squares(numbers: list[int]) -> gpd.GeoDataFrame:
    shapes = []
    for number in numbers:
        column, row = (number - 1) % 4, (number - 1) // 4
        west, south = -6.8 + 0.1 * column, 46.5 - 0.1 * row
        shapes.append(shapely.box(west, south, west + 0.1, south + 0.1))
    table = {"code": codes(*numbers), "nature": "commune", "superficie_km2": 80.0}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326)


def grid(**more) -> Diagnostic:
    """The twelve communes; ``more`` adds tables as plain rows."""
    numbers = list(range(1, 13))
    tables = {
        "populations_legales": [
            {"code": name, "period": "2021", "population": people}
            for name, people in PEOPLE.items()
        ],
        "cpts_perimetres": [
            {"cpts_id": cpts, "cpts_nom": cpts.replace("-", " "), "code": code(number)}
            for cpts, held in CPTS.items()
            for number in held
        ],
        "table_appartenance": [
            {"code": code(number), "epci": owner(EPCI, number), "epci_nom": owner(EPCI, number)}
            | {"bassin_de_vie": owner(BASINS, number), "canton": f"{'01' if number < 9 else '02'}"}
            for number in numbers
        ],
        "temps_de_trajet": [
            {"origine": code(here), "destination": code(there), "minutes": minutes}
            for (here, there), minutes in MINUTES.items()
        ],
        "drees_apl": [
            {"code": code(number), "period": "2023", "apl_mg": 3.0}
            | {"apl_mg_65_ans_ou_moins": 2.0 if number < 5 else 4.0}
            | {"population_standardisee": 100, "population_totale": 100}
            for number in numbers
        ],
    } | more
    places = [{"code": code(one), "departement": "00", "region": "00"} for one in numbers]
    diagnostic = diagnostic_of(places, tables)
    names = {"nom": [f"Ville {name}" for name in PEOPLE]}
    own = diagnostic.space.own_codes.assign(**names)
    diagnostic.space.__dict__["own_codes"] = own.astype("string")
    diagnostic.space._tables["contours_communes"] = squares(numbers)
    state = diagnostic.space.states["populations_legales"]
    diagnostic.space.states["contours_communes"] = state
    return diagnostic


@pytest.fixture(scope="session")
def twelve() -> Diagnostic:
    return grid()


@pytest.fixture(scope="session")
def land(twelve) -> Land:
    return Land(twelve.register)


@pytest.fixture(scope="session")
def france(tmp_path_factory) -> Land:
    """All of France by the shipped reference alone: an empty space."""
    return Land(Diagnostic.open(tmp_path_factory.mktemp("vide")).register)


@pytest.fixture(scope="session")
def namer(france) -> Namer:
    return Namer(france)
