"""ACI size classes at their bounds (DOMAIN §3.1)."""

import pytest

from cpts_data.aci.size_classes import possible_size_classes, size_class


@pytest.mark.parametrize(
    ("population", "number"),
    [
        (0, 1),
        (39_999, 1),
        (40_000, 2),
        (79_999.9, 2),
        (80_000, 3),
        (175_000, 3),
        (175_001, 4),
        (354_193, 4),
    ],
)
def test_bounds(population, number):
    assert size_class(population).number == number
    assert size_class(population).label == f"taille {number}"


@pytest.mark.parametrize("population", [-1, float("nan")])
def test_no_class_without_a_population(population):
    with pytest.raises(ValueError, match="population"):
        size_class(population)


@pytest.mark.parametrize(
    ("population", "numbers"),
    [
        (20_000, [1]),
        (39_199, [1]),  # 40 000 − 2 % = 39 200
        (39_200, [1, 2]),
        (40_000, [1, 2]),
        (40_800, [1, 2]),  # 40 000 + 2 %
        (40_801, [2]),
        (78_399, [2]),
        (78_400, [2, 3]),
        (81_600, [2, 3]),
        (81_601, [3]),
        (171_499, [3]),
        (171_500, [3, 4]),  # 175 000 − 2 %
        (178_500, [3, 4]),
        (178_501, [4]),
    ],
)
def test_within_two_per_cent_both_classes_are_possible(population, numbers):
    assert [found.number for found in possible_size_classes(population)] == numbers


def test_a_shared_commune_opens_every_class_between():
    # 348 085 with Nice whole, 10 000 without it: from taille 1 to taille 4
    found = possible_size_classes(348_085, lowest=10_000)
    assert [size.number for size in found] == [1, 2, 3, 4]
    assert [size.number for size in possible_size_classes(60_000, lowest=60_000)] == [2]
