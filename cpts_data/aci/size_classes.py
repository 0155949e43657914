"""ACI size classes by population covered (CPAM 93, 2019; PAPS Hauts-de-France, 2023).

Sources write « entre 40 et 80 000 » without giving the bound to one class; the intervals used here
are a convention of the product: p < 40,000; 40,000 ≤ p < 80,000; 80,000 ≤ p ≤ 175,000; p > 175,000.
"""

from __future__ import annotations

from dataclasses import dataclass

TOLERANCE = 0.02


@dataclass(frozen=True)
class SizeClass:
    """One size class: its number and its bounds in inhabitants, in words."""

    number: int
    label: str
    words: str


SIZE_CLASSES = (
    SizeClass(1, "taille 1", "moins de 40 000 habitants"),
    SizeClass(2, "taille 2", "de 40 000 à moins de 80 000 habitants"),
    SizeClass(3, "taille 3", "de 80 000 à 175 000 habitants"),
    SizeClass(4, "taille 4", "plus de 175 000 habitants"),
)
BOUNDS = (40_000, 80_000, 175_000)


def size_class(population: float) -> SizeClass:
    """The size class of a population; ``ValueError`` for a negative or unknown population."""
    if not population >= 0:
        raise ValueError(f"population must be a number of inhabitants, not {population!r}")
    if population < BOUNDS[0]:
        return SIZE_CLASSES[0]
    if population < BOUNDS[1]:
        return SIZE_CLASSES[1]
    return SIZE_CLASSES[2] if population <= BOUNDS[2] else SIZE_CLASSES[3]


def possible_size_classes(
    population: float, lowest: float | None = None, tolerance: float = TOLERANCE
) -> tuple[SizeClass, ...]:
    """The classes to show: both when the population is within 2 % of a bound (DOMAIN §3.1).

    ``lowest`` is the population without the communes shared with another CPTS, when the share of
    each is unknown: every class between the two populations is then possible.
    """
    down = population if lowest is None else min(lowest, population)
    reached = {size_class(down).number, size_class(population).number}
    for bound in BOUNDS:
        if abs(population - bound) <= tolerance * bound:
            reached |= {size_class(bound * (1 - tolerance)).number}
            reached |= {size_class(bound * (1 + tolerance)).number}
    return tuple(SIZE_CLASSES[number - 1] for number in range(min(reached), max(reached) + 1))
