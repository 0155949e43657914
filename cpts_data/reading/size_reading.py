"""The size class of a territory, and all that it hangs on: population, bounds, shared communes."""

from __future__ import annotations

from dataclasses import dataclass

from cpts_data import french
from cpts_data.aci.size_classes import BOUNDS, TOLERANCE, SizeClass
from cpts_data.composition.summary import bound_words, possible_sizes
from cpts_data.diagnostic import Diagnostic
from cpts_data.reading.identity import people_of, shared_units
from cpts_data.territories import Level, Territory

CONVENTION = (
    "Bornes : les sources écrivent « entre 40 et 80 000 » sans dire à quelle taille appartient la "
    "borne ; ici, 40 000 et 80 000 ouvrent la taille au-dessus, 175 000 ferme la taille 3. La "
    "population qui compte (municipale ou totale, quelle année, avec quelle correction "
    "saisonnière) est à vérifier : c'est la population municipale qui est prise."
)


@dataclass(frozen=True)
class SizeReading:
    """The size of a territory.

    ``people`` are its inhabitants in ``period`` (NaN when not known), ``lowest`` and ``highest``
    what they may be when a commune is shared or cut; ``sizes`` the possible classes, ``reasons``
    why there are several (French).
    """

    people: float
    period: str
    lowest: float
    highest: float
    sizes: tuple[SizeClass, ...]
    reasons: tuple[str, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the possible classes."""
        return tuple(one.number for one in self.sizes)

    @property
    def words(self) -> str:
        """« Taille 2 », « Taille 2 ou 3 », empty without population."""
        return size_words(self.sizes)

    @property
    def bound(self) -> str:
        """How far the nearest bound is, in French."""
        return bound_words(self.people) if self.people > 0 else ""


def size_words(sizes: tuple[SizeClass, ...]) -> str:
    """« Taille 2 », « Taille 2 ou 3 », empty without a class."""
    if not sizes:
        return ""
    return f"Taille {french.enumeration([str(one.number) for one in sizes], 'ou')}"


def size_reading(diagnostic: Diagnostic, territory: Territory) -> SizeReading:
    """The size of a CPTS or of a composed territory (DOMAIN §3.1)."""
    people, period = people_of(diagnostic, territory)
    shared = shared_units(diagnostic, territory)
    lowest = highest = people
    reasons = []
    if territory.level is Level.COMPOSED:
        place = diagnostic.placed(territory.id)
        people = (0.0 if people != people else people) + place.people
        whole = [code for code, part in place.weights.items() if part == 1]
        lowest = diagnostic.inhabitants(whole) + place.people
        highest = diagnostic.inhabitants(place.weights) + place.people
        if highest > lowest:
            reasons.append("une commune n'est tenue qu'en partie")
    elif shared:
        units = diagnostic.territories(territory.level).units_of(territory.id)
        lowest = diagnostic.inhabitants(code for code in units.index if code not in shared)
        names = diagnostic.register.units.table["name"]
        told = french.enumeration([str(names[code]) for code in shared])
        reasons.append(f"{told} : part de chaque CPTS inconnue")
    sizes = possible_sizes(people, lowest, highest) if people > 0 else ()
    near = near_bound(people)
    if near:
        reasons.append(near)
    return SizeReading(people, period, lowest, highest, sizes, tuple(reasons))


def near_bound(people: float) -> str:
    """Why two classes are possible for a population alone, empty when it is far from any bound."""
    for bound in BOUNDS:
        if abs(people - bound) <= TOLERANCE * bound:
            share = french.percent(TOLERANCE, 0)
            return french.typography(
                f"population à moins de {share} du seuil de {french.number(bound)}"
            )
    return ""
