"""The 70 CPTS of Provence-Alpes-Côte d'Azur and the country around, against the plain loops.

Real files know the APL, the populations and Filosofi by commune; the rest of the catalogue is there
too, to be told « non disponible » by both.
"""

from __future__ import annotations

import pytest

from cpts_data.indicators import INDICATORS
from tests.test_oracle import assert_alike, disagreements, oracle_of

PACA = ("04", "05", "06", "13", "83", "84")


@pytest.fixture(scope="module")
def oracle(paca):
    return oracle_of(paca)


def near(paca, level):
    """The territories of a level that touch the region; all of them at the coarse levels."""
    table = paca.territories(level).table
    if level in ("departement", "region", "france"):
        return list(table.index)
    touched = table["departements"].map(lambda codes: bool(set(codes) & set(PACA)))
    return list(table.index[touched])


@pytest.mark.parametrize(
    ("level", "least"),
    [
        ("commune", 940),
        ("arrondissement", 16),
        ("cpts", 70),
        ("epci", 50),
        ("bassin_de_vie", 80),
        ("departement", 101),
        ("region", 18),
        ("france", 1),
    ],
)
def test_every_indicator_that_the_files_allow(paca, oracle, level, least):
    asked = near(paca, level)
    assert len(asked) >= least
    known = [name for name, one in INDICATORS.items() if paca.latest_period(one)]
    assert len(known) >= 8
    assert_alike(disagreements(paca, oracle, level, known, asked))


def test_what_no_file_tells_is_told_by_neither(paca, oracle):
    assert_alike(disagreements(paca, oracle, "cpts", list(INDICATORS)))
