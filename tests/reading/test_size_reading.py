"""The size of a territory, and why two sizes may be possible."""

import pytest

from cpts_data.analysis.composed import Composition
from cpts_data.diagnostic import Diagnostic
from cpts_data.reading.size_reading import near_bound, size_reading
from tests.pages.conftest import DEMONSTRATION


@pytest.fixture(scope="module")
def diagnostic():
    return Diagnostic.open(DEMONSTRATION)


def size_of(diagnostic, name):
    return size_reading(diagnostic, diagnostic.territory("cpts", name))


def test_a_population_far_from_any_bound_has_one_size(diagnostic):
    size = size_of(diagnostic, "HES-CPTS-05")
    assert size.numbers == (1,)
    assert size.reasons == ()
    assert size.words == "Taille 1"


def test_within_two_per_cent_both_sizes_are_possible(diagnostic):
    size = size_of(diagnostic, "HES-CPTS-03")
    assert 80_000 * 0.98 <= size.people < 80_000
    assert size.numbers == (2, 3)
    assert len(size.reasons) == 1
    # 80,000 less its inhabitants
    assert size.bound.startswith(f"{80_000 - round(size.people)}")


@pytest.mark.parametrize(
    ("people", "near"),
    [(39_200, True), (39_199, False), (40_800, True), (40_801, False), (176_000, True)],
)
def test_near_a_bound(people, near):
    # 2 % of 40,000 is 800; of 175,000, 3,500
    assert bool(near_bound(people)) is near


def test_a_shared_commune_lowers_what_is_sure(five):
    # « plaine » is 01004 (1,000) and 2A004 (2,000), which « rivage » holds too.
    size = size_of(five, "CPTS-A")
    assert (size.lowest, size.people) == (1_000, 3_000)
    assert size.reasons == ("Ajaccio : part de chaque CPTS inconnue",)
    assert size.numbers == (1,)  # both 1,000 and 3,000 are under 40,000


def test_without_inhabitants_there_is_no_size(five):
    size = size_of(five, "CPTS-D")
    assert size.sizes == ()
    assert size.words == size.bound == ""


def test_a_composed_territory_with_a_commune_held_in_part():
    diagnostic = Diagnostic.open(DEMONSTRATION)
    people = diagnostic.unit_population()
    whole, cut = people.nlargest(2).index
    made = Composition.of("À cheval", [(whole, 1.0), (cut, 0.5)], diagnostic.space.year)
    with_it = diagnostic.with_compositions([made])
    size = size_reading(with_it, with_it.territory("compose", made.id))
    assert size.people == pytest.approx(people[whole] + people[cut] / 2)
    assert (size.lowest, size.highest) == (people[whole], people[whole] + people[cut])
    assert "une commune n'est tenue qu'en partie" in size.reasons
