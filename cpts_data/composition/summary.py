"""The figures of a composed territory, all in one call: what a click must tell at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from cpts_data import french
from cpts_data.aci.amounts import Amount
from cpts_data.aci.funding import MissionChoice, full_year
from cpts_data.aci.scale import Scale
from cpts_data.aci.size_classes import BOUNDS, SIZE_CLASSES, SizeClass, possible_size_classes
from cpts_data.analysis.composed import Composition
from cpts_data.analysis.composed_ground import ComposedRegister, Placed, placed
from cpts_data.analysis.figures import Figures
from cpts_data.composition.land import Land
from cpts_data.composition.surroundings import (
    Contiguity,
    Overlap,
    Proposal,
    contiguity,
    overlaps,
    proposals,
    uncovered_around,
)
from cpts_data.indicators import INDICATORS
from cpts_data.territories import Level

Row: TypeAlias = Mapping[Hashable, Any]

DOCTORS = "densite_mg"
ACCESS = "apl_mg_65_ans_ou_moins"
WITHOUT_DOCTOR = "part_sans_mt_17_ans_et_plus"
READ = (ACCESS, DOCTORS, WITHOUT_DOCTOR)


@dataclass(frozen=True)
class Summary:
    """What is told of a composed territory at once.

    ``people`` counts the units beyond the space too (reference); ``lowest`` and ``highest`` leave
    out, or take whole, the communes held in part. ``rows`` are the latest ``Values`` rows of
    :data:`READ` (none when the space holds nothing of the territory). ``money`` is one full year of
    the ACI, without and with the supplement for unscheduled care.
    """

    composition: Composition
    place: Placed
    people: float
    lowest: float
    highest: float
    sizes: tuple[SizeClass, ...]
    money: tuple[Amount, Amount] | None
    departements: tuple[tuple[str, int], ...]
    rows: Mapping[str, Row]
    pieces: Contiguity
    shared: tuple[Overlap, ...]
    free: tuple[Proposal, ...]

    @property
    def weights(self) -> dict[str, float]:
        """Every unit with its part, those beyond the space included."""
        return {**self.place.weights, **self.place.outside}

    @property
    def cut(self) -> tuple[str, ...]:
        """Units held in part."""
        return tuple(code for code, part in self.weights.items() if part < 1)

    @property
    def size_words(self) -> str:
        """« Taille 2 », « Taille 2 ou 3 », empty without inhabitants."""
        if not self.sizes:
            return ""
        return f"Taille {french.enumeration([str(one.number) for one in self.sizes], 'ou')}"

    @property
    def next_bound(self) -> str:
        """How far the next bound of size is, in French."""
        return bound_words(self.people) if self.people > 0 else ""


def summary(
    land: Land, figures: Figures, composition: Composition, scale: Scale | None = None
) -> Summary:
    """Everything told of a territory; ``figures`` know it (``Diagnostic.with_compositions``)."""
    place = _place(land, figures, composition)
    weights = {**place.weights, **place.outside}
    people = land.people(weights)
    lowest = land.people({code: part for code, part in weights.items() if part == 1})
    highest = land.people(dict.fromkeys(weights, 1.0))
    sizes = possible_sizes(people, lowest, highest)
    free = uncovered_around(land, weights) if weights and land.has_contours else []
    return Summary(
        composition,
        place,
        people,
        lowest,
        highest,
        sizes,
        money_of(scale, sizes) if scale is not None else None,
        _departements(land, weights),
        _rows(figures, composition.id),
        contiguity(land, place.weights),
        tuple(overlaps(land, place.weights)),
        tuple(proposals(land, place.weights, free)),
    )


def _place(land: Land, figures: Figures, composition: Composition) -> Placed:
    if isinstance(figures.register, ComposedRegister):
        for one in figures.register.places:
            if one.composition.id == composition.id:
                return one
    return placed(composition, land.register)


def possible_sizes(people: float, lowest: float, highest: float) -> tuple[SizeClass, ...]:
    """The size classes to show (DOMAIN §3.1): several near a bound, or when a commune is cut."""
    if not people > 0:
        return ()
    reached = {one.number for one in possible_size_classes(people)}
    if highest > lowest:
        reached |= {one.number for one in possible_size_classes(people, lowest)}
        reached |= {one.number for one in possible_size_classes(highest, lowest)}
    return tuple(SIZE_CLASSES[number - 1] for number in range(min(reached), max(reached) + 1))


def bound_words(people: float) -> str:
    """« 3 214 habitants de moins que la taille 3 (80 000) »: the nearest bound, in French."""
    bound = min(BOUNDS, key=lambda one: abs(one - people))
    rank = BOUNDS.index(bound)
    # The last class begins above its bound, the others at it (see ``size_classes``).
    under = people < bound or (rank == len(BOUNDS) - 1 and people == bound)
    gap = french.count_of(abs(bound - people), "habitant")
    told = french.number(bound)
    if under:
        return french.typography(f"{gap} de moins que la taille {rank + 2} (seuil de {told})")
    return french.typography(f"{gap} de plus que la taille {rank + 1} (seuil de {told})")


def money_of(scale: Scale, sizes: Sequence[SizeClass]) -> tuple[Amount, Amount] | None:
    """One full year with every mission, without and with the supplement for unscheduled care."""
    if not sizes:
        return None
    numbers = [one.number for one in sizes]
    missions = [MissionChoice(code, rate=1.0) for code in scale.missions]
    plain = full_year(scale, numbers, missions)
    return plain.total, full_year(scale, numbers, missions, 1.0).total


def _departements(land: Land, weights: Mapping[str, float]) -> tuple[tuple[str, int], ...]:
    """(département, units), the most units first."""
    counts: dict[str, int] = {}
    told = land.units["departement"].reindex(list(weights)).dropna().astype(str)
    for code in told:
        counts[code] = counts.get(code, 0) + 1
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _rows(figures: Figures, identifier: str) -> dict[str, Row]:
    if identifier not in figures.register.territories(Level.COMPOSED).table.index:
        return {}
    found = {}
    for name in READ:
        table = figures.table(INDICATORS[name], Level.COMPOSED, None)
        found[name] = table[table["territory"] == identifier].iloc[0].to_dict()
    return found
