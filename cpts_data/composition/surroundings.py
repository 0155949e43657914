"""What lies around a composed territory: in how many pieces it is, whom it overlaps, whom it
leaves out.

**Which CPTS an uncovered commune would best join.** Three signs, one point each: the CPTS holds
most of the inhabitants of the commune's EPCI; of its bassin de vie; its nearest town is the
quickest to reach from the commune. The most points win, the shorter time between equals. A town is
a commune of 2,000 inhabitants or more (the Insee's size of an urban unit), else any commune. A
sign that the space does not tell counts for nobody. This is a proposal to discuss, not a rule of
the agreement: the ARS validates the perimeter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.analysis.spot_levels import blocks_of
from cpts_data.composition.land import Land
from cpts_data.reference.access_parameters import landmasses
from cpts_data.territories import Level

OWN = ""
TOWN = 2_000
FARTHEST = 45.0
RULE = (
    "Un point par signe : la CPTS réunit le plus d'habitants de l'EPCI de la commune ; de son "
    "bassin de vie ; sa ville la plus proche (2 000 habitants et plus) est la plus vite atteinte "
    f"(à moins de {FARTHEST:.0f} minutes). À égalité de points, le temps le plus court l'emporte. "
    "C'est une proposition à discuter : l'ARS valide le périmètre."
)
_MOST_BLOCKS = 200


@dataclass(frozen=True)
class Contiguity:
    """The pieces of a territory: ``blocks`` of touching units, the most populated first.

    ``known`` is False without contours. ``islands`` are blocks that stand on a land of their own,
    which no road joins to the first.
    """

    blocks: tuple[tuple[str, ...], ...]
    islands: tuple[tuple[str, ...], ...]
    known: bool = True

    @property
    def in_one_piece(self) -> bool:
        """Whether every unit can be reached without leaving the territory."""
        return len(self.blocks) <= 1


def contiguity(land: Land, codes: Collection[str]) -> Contiguity:
    """The pieces of a territory, by shared borders (a corner is enough)."""
    drawn = [code for code in sorted(codes) if code in land.known]
    if not land.has_contours or not drawn:
        return Contiguity((), (), land.has_contours)
    index = pd.Index(drawn, dtype=object)
    pairs = pd.DataFrame(
        [(code, other) for code in drawn for other in land.neighbours(code)],
        columns=["origin", "neighbour"],
        dtype=object,
    )
    number = blocks_of(index, pairs)
    people = land.units["population"].reindex(index).fillna(0.0)
    sizes = people.groupby(number).sum().sort_values(ascending=False, kind="stable")
    blocks = tuple(
        tuple(str(code) for code in index[(number == one).to_numpy()]) for one in sizes.index
    )
    lands = landmasses(drawn)
    main = lands[blocks[0][0]]
    islands = tuple(block for block in blocks[1:] if all(lands[code] != main for code in block))
    return Contiguity(blocks, islands)


@dataclass(frozen=True)
class Overlap:
    """An existing CPTS that holds units of the territory: which, and how many people live there."""

    cpts: str
    name: str
    codes: tuple[str, ...]
    people: float
    whole: bool


def overlaps(land: Land, weights: Mapping[str, float]) -> list[Overlap]:
    """The existing CPTS that share units with a territory, the most people first.

    People are those of the units whole, held in part or not: the parts may well be different ones.
    """
    cpts = land.register.territories(Level.CPTS)
    if cpts.table.empty or not weights:
        return []
    units = cpts.units
    slots = units.inner.get_indexer(pd.Index(list(weights), dtype=object))
    slots = slots[slots >= 0]
    pairs = cpts.members[:, slots].tocoo()
    rows, columns = pairs.coords
    found = []
    for row in np.unique(rows):
        codes = tuple(sorted(str(units.inner[slots[place]]) for place in columns[rows == row]))
        name = str(cpts.table["name"].iloc[row])
        size = cpts.members.indptr[row + 1] - cpts.members.indptr[row]
        people = land.people(dict.fromkeys(codes, 1.0))
        found.append(
            Overlap(str(cpts.table.index[row]), name, codes, people, len(codes) == int(size))
        )
    return sorted(found, key=lambda one: (-one.people, one.name))


@dataclass(frozen=True)
class Proposal:
    """An uncovered commune, and the territory that it would best join.

    ``to`` is the id of a CPTS, or :data:`OWN` for the composed territory; None when nothing tells.
    ``reasons`` are in French; ``minutes`` to its nearest town, NaN beyond reach.
    """

    code: str
    people: float
    to: str | None
    name: str
    points: int
    reasons: tuple[str, ...]
    minutes: float


def uncovered_around(land: Land, codes: Collection[str]) -> list[str]:
    """Uncovered units beside a territory: those that touch it, and those that touch these, on.

    Uncovered by any CPTS and by the territory, in the départements that the list of CPTS speaks
    for: elsewhere nothing is known. They go on from one to the next, so that a whole white zone is
    told, not only its edge.
    """
    found: set[str] = set()
    held = set(codes)
    edge = [code for code in land.around(codes) if code in land.uncovered]
    while edge and len(found) < _MOST_BLOCKS:
        found.update(edge)
        near = {one for code in edge for one in land.neighbours(code)}
        edge = sorted((near & land.uncovered) - found - held)
    return sorted(found)[:_MOST_BLOCKS]


def prepare(land: Land) -> None:
    """Work out once what every territory of a space asks for, so that no click waits for it."""
    if not land.has_contours or len(land.uncovered) > _MOST_BLOCKS:
        return
    free = sorted(land.uncovered)
    land.around(free)
    land.reach(free, FARTHEST)
    for code in free:
        for level in (Level.EPCI, Level.BASSIN_DE_VIE):
            land.zone_people(level, code)


def proposals(land: Land, weights: Mapping[str, float], free: Sequence[str]) -> list[Proposal]:
    """Which CPTS, or the territory itself, each uncovered commune would best join (see above)."""
    if not free:
        return []
    names = land.register.territories(Level.CPTS).table["name"].astype(str).to_dict()
    named = {**{str(one): str(name) for one, name in names.items()}, OWN: "ce territoire"}
    reach = land.reach(free, FARTHEST)
    goals = _goals(land, weights)
    return [_best(land, code, weights, _nearest(goals, reach[code]), named) for code in free]


def _goals(land: Land, weights: Mapping[str, float]) -> dict[str, list[str]]:
    """The holders of each commune to be reached: their towns, or all when they have none."""
    members: dict[str, list[str]] = {OWN: list(weights)}
    for code, holders in land.cpts_of.items():
        for holder in holders:
            members.setdefault(holder, []).append(code)
    goals: dict[str, list[str]] = {}
    for holder, codes in members.items():
        towns = [code for code in codes if land.population.get(code, 0.0) >= TOWN]
        for code in towns or codes:
            goals.setdefault(code, []).append(holder)
    return goals


def _nearest(
    goals: Mapping[str, Sequence[str]], reach: Mapping[str, float]
) -> dict[str, tuple[float, str]]:
    """By holder: minutes to its nearest town within reach, and its code."""
    found: dict[str, tuple[float, str]] = {}
    for code, minutes in reach.items():
        for holder in goals.get(code, ()):
            found[holder] = min((minutes, code), found.get(holder, (np.inf, "")))
    return found


def _largest(
    land: Land, level: Level, code: str, weights: Mapping[str, float]
) -> tuple[str, float] | None:
    """Who holds most of the inhabitants of the zone of a commune, and what share of them."""
    zone = land.zone_people(level, code)
    if zone is None or not zone.total:
        return None
    own = sum(land.population[unit] for unit in zone.units if unit in weights)
    held = {**zone.held, OWN: own}
    best = min(held, key=lambda one: (-held[one], one))
    return (best, held[best] / zone.total) if held[best] else None


def _best(
    land: Land,
    code: str,
    weights: Mapping[str, float],
    towns: Mapping[str, tuple[float, str]],
    names: Mapping[str, str],
) -> Proposal:
    points: dict[str, int] = dict.fromkeys(towns, 0)
    reasons: dict[str, list[str]] = {}
    for level, words in ((Level.EPCI, "de l'EPCI"), (Level.BASSIN_DE_VIE, "du bassin de vie")):
        if (found := _largest(land, level, code, weights)) is not None:
            holder, share = found
            points[holder] = points.get(holder, 0) + 1
            told = f"réunit {french.percent(share, 0)} des habitants {words}"
            reasons.setdefault(holder, []).append(told)
    quickest = min(towns, key=lambda one: (towns[one][0], one), default=None)
    if quickest is not None:
        points[quickest] += 1
    people = land.population.get(code, np.nan)
    if not points:
        return Proposal(code, people, None, "", 0, (), np.nan)
    beyond = (np.inf, "")
    best = min(points, key=lambda one: (-points[one], towns.get(one, beyond)[0], one))
    minutes, town = towns.get(best, (np.nan, ""))
    said = reasons.get(best, [])
    if town:
        quick = ", la plus vite atteinte" if best == quickest else ""
        said = [*said, f"{land.label(town)} à {french.number(minutes)} minutes{quick}"]
    shown = tuple(french.typography(one) for one in said)
    return Proposal(code, people, best, names.get(best, best), points[best], shown, minutes)
