"""Whole zones, searches and the communes of France, by hand and by the reference."""

import pytest

from cpts_data import reference
from cpts_data.composition import zones
from cpts_data.composition.land import Land
from cpts_data.composition.naming import Namer
from cpts_data.composition.searching import Finder
from tests.composition.conftest import code, codes, grid


def test_every_kind_of_zone(land):
    assert list(zones.kinds(land)) == ["epci", "cpts", "bassin_de_vie", "canton", "departement"]
    assert zones.zones(land, "cpts") == {"CPTS-A": "CPTS A (00)", "CPTS-B": "CPTS B (00)"}
    assert list(zones.units_of_zone(land, "epci", "EPCI-NORD")) == codes(1, 2, 3, 4)
    assert list(zones.units_of_zone(land, "bassin_de_vie", "BASSIN-EST")) == codes(4, 7, 8, 11, 12)
    assert len(zones.units_of_zone(land, "departement", "00")) == 12
    with pytest.raises(KeyError):
        zones.units_of_zone(land, "epci", "absent")


def test_cantons_are_told_by_their_largest_commune(land):
    named = zones.zones(land, "canton")
    assert named["01"] == "Canton 01 : Ville 00004 (00) et 7\xa0autres communes"
    assert list(zones.units_of_zone(land, "canton", "02")) == codes(9, 10, 11, 12)


def test_a_cpts_gives_its_parts():
    cut = grid(
        cpts_perimetres=[
            {"cpts_id": "CPTS-C", "code": "00001", "part": 0.25},
            {"cpts_id": "CPTS-C", "code": "00002"},
        ]
    )
    found = zones.units_of_zone(Land(cut.register), "cpts", "CPTS-C")
    assert found == {"00001": 0.25, "00002": 1.0}


def test_all_of_france_without_any_file(france):
    """34,900 communes, arrondissements included, with their EPCI and population."""
    communes = reference.communes()
    assert len(france.units) == len(communes) - 3 + 45
    assert not set(reference.CITIES) & set(france.units.index)
    assert list(zones.kinds(france)) == ["epci", "departement"]
    # Métropole d'Aix-Marseille-Provence: 92 communes, Marseille being 16 arrondissements.
    held = zones.units_of_zone(france, "epci", "200054807")
    members = reference.epci_members()
    expected = set(members.loc[members["epci"] == "200054807", "commune"]) - {"13055"}
    assert set(held) == expected | {str(number) for number in range(13201, 13217)}
    people = reference.communes().loc[[*expected, "13055"], "population"].sum()
    assert france.people(held) == pytest.approx(float(people), abs=1)
    assert len(zones.units_of_zone(france, "departement", "75")) == 20


def test_a_space_of_two_communes_still_knows_france(five):
    """Communes out of the space are there, and said to be out of it."""
    land = Land(five.register)
    assert land.units.index.is_unique
    assert not land.units.loc["93055", "inside"]
    assert land.units.loc["01004", "inside"]
    assert land.units.loc["01004", "population"] == 1000  # the space's own
    assert land.units.loc["93055", "population"] > 50_000  # the reference's
    held = zones.units_of_zone(land, "departement", "93")
    assert len(held) == len(reference.communes().query("departement == '93'"))


# --------------------------------------------------------------------------- search


@pytest.fixture(scope="module")
def finder(france):
    return Finder(france, Namer(france))


def test_a_search_ranks_the_name_then_its_beginnings(finder):
    found = finder.search("saint-denis")
    assert found[0] == "97411"  # 150 000 inhabitants, before that of the Seine-Saint-Denis
    assert found[1] == "93066"
    names = [finder.land.names[one] for one in finder.search("Aix en Pro")]
    assert names[0] == "Aix-en-Provence"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("13005", "13005"),
        ("93500", "93055"),
        ("marseille 1", "13201"),
        ("  ÈZE ", "06059"),
        ("cote saint andre", "38130"),
    ],
)
def test_a_search_by_code_name_or_post(finder, text, first):
    assert finder.search(text)[0] == first


def test_a_whole_city_is_found_under_its_own_code(finder):
    assert finder.search("Marseille")[:2] == ["13055", "13213"]  # the most populated of its parts
    assert finder.search("13055")[:2] == ["13055", "13201"]
    assert finder.search("Lyon 3e")[0] == "69383"


def test_a_search_of_nothing(finder):
    for text in ("", "a", "<b>", "=1+1", "\u202e", "zzzzzz", "é" * 500):
        assert finder.search(text) == []
    assert len(finder.search("saint")) == 12


def test_communes_of_the_space_come_first(five):
    land = Land(five.register)
    found = Finder(land, Namer(land)).search("amberieu-en-bugey")
    assert found[0] == "01004"
    assert code(1) not in land.known
