"""What the composer knows: the communes of a space, those of France around it, what joins them.

Without contours there are no neighbours and no distances; without the space's files there are still
the names, populations and EPCI of the shipped reference, for every commune of France.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cpts_data import reference
from cpts_data.analysis.contours import unit_contours
from cpts_data.analysis.ground import LandRegister
from cpts_data.analysis.travel_ground import CONTOURS, has_travel, unit_points, unit_travel
from cpts_data.space import Space
from cpts_data.territories import Level

# Borders drawn apart by less than one metre (in degrees) are one border.
_TOUCHING = 1e-5
# Degrees that nobody drives through in an hour: 110 km at least, in any direction, in France.
_HOUR = pd.Series({"longitude": 1.5, "latitude": 1.0})
_UNIT_COLUMNS = ("name", "departement", "region", "population")


@dataclass(frozen=True)
class ZonePeople:
    """Inhabitants of a zone: in all, and in the communes of each CPTS; its units."""

    total: float
    held: Mapping[str, float]
    units: tuple[str, ...]


@dataclass
class Land:
    """The communes that may be composed. Safe to share: it only ever grows caches."""

    register: LandRegister
    _neighbours: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _zones: dict[Level, pd.Series] = field(default_factory=dict)
    _shares: dict[tuple[Level, str], ZonePeople] = field(default_factory=dict)
    _reach: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def space(self) -> Space:
        """The space beneath."""
        return self.register.space

    @property
    def year(self) -> int:
        """The year of the codes; 0 in a space of its own codes."""
        return self.space.year

    @cached_property
    def units(self) -> pd.DataFrame:
        """Every unit by code: ``name, departement, region, population, inside`` (the space).

        Arrondissements and never the three cities whole; those of the space first, then the rest
        of France (not in a fictitious space).
        """
        own = self.register.units
        table = own.table.loc[own.inner, ["name", "departement", "region"]].copy()
        table["population"] = self.register.population[~own.is_city]
        table["inside"] = True
        if not self.year:
            return table
        national = pd.concat(
            [
                reference.communes(self.year)[list(_UNIT_COLUMNS)],
                reference.arrondissements()[list(_UNIT_COLUMNS)],
            ]
        )
        rest = national[~national.index.isin([*table.index, *reference.CITIES])].copy()
        rest["population"] = rest["population"].astype("float64")
        rest["inside"] = False
        return pd.concat([table, rest])

    @cached_property
    def cities(self) -> Mapping[str, tuple[str, ...]]:
        """The cities whose arrondissements are units, with the name of none of them."""
        return reference.CITIES if self.year else self.register.units.cities

    @cached_property
    def known(self) -> frozenset[str]:
        """Every code of a unit."""
        return frozenset(self.units.index.astype(object))

    @cached_property
    def names(self) -> dict[str, str]:
        """Name of each unit, and of the cities, by code."""
        told = self.units["name"].astype(str)
        whole = {}
        if self.year:
            whole = reference.communes(self.year)["name"].reindex(list(self.cities)).to_dict()
        return {**{str(k): str(v) for k, v in whole.items()}, **told.to_dict()}

    @cached_property
    def labels(self) -> dict[str, str]:
        """« Pantin (93) », by code; the code itself for homonyms of one département."""
        told = self.units["name"].astype(str) + " (" + self.units["departement"].astype(str) + ")"
        twice = told.duplicated(keep=False)
        told = told.where(~twice, told + " [" + told.index.astype(str) + "]")
        return {str(code): str(label) for code, label in told.items()}

    def label(self, code: str) -> str:
        """« Pantin (93) », the code when it is unknown."""
        return self.labels.get(code, code)

    def people(self, weights: Mapping[str, float]) -> float:
        """Inhabitants of units held in part or whole; unknown ones count nobody."""
        found = self.units["population"].reindex(list(weights)).fillna(0.0).to_numpy(dtype=float)
        return float(found @ np.fromiter(weights.values(), dtype=float, count=len(weights)))

    def expanded(self, codes: Iterable[str]) -> list[str]:
        """Codes, whole cities replaced by their arrondissements; each once, in order."""
        found = [part for code in codes for part in self.cities.get(code, (code,))]
        return list(dict.fromkeys(found))

    # Borders

    @property
    def has_contours(self) -> bool:
        """Whether borders and distances are known."""
        return self.space.has(CONTOURS)

    @cached_property
    def contours(self) -> gpd.GeoSeries:
        """Contours of the units, by code; a city that is drawn whole under its own code."""
        table = unit_contours(self.space).drop_duplicates("code").set_index("code")
        wanted = self.known.union(self.cities)
        return table.geometry[table.index.isin(list(wanted))]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Finds contours by place."""
        return shapely.STRtree(self.contours.to_numpy())

    @cached_property
    def owners(self) -> list[tuple[str, ...]]:
        """The units behind each contour: a city drawn whole stands for all its parts."""
        return [self.cities.get(str(code), (str(code),)) for code in self.contours.index]

    def _contour_of(self, code: str) -> str | None:
        if code in self.contours.index:
            return code
        city = reference.city_of(code)
        return city if city in self.contours.index else None

    def neighbours(self, code: str) -> tuple[str, ...]:
        """Units that share a border or a corner with one; none without contours."""
        if code not in self._neighbours:
            self._neighbours[code] = self._touching(code) if self.has_contours else ()
        return self._neighbours[code]

    def _touching(self, code: str) -> tuple[str, ...]:
        drawn = self._contour_of(code)
        if drawn is None:
            return ()
        shape = self.contours[drawn]
        near = self.tree.query(shape, predicate="dwithin", distance=_TOUCHING)
        found = [unit for place in near for unit in self.owners[int(place)]]
        return tuple(sorted({unit for unit in found if unit != code}))

    def around(self, codes: Collection[str]) -> list[str]:
        """Units that touch some units and are none of them, in order of code."""
        held = set(codes)
        return sorted({one for code in codes for one in self.neighbours(code)} - held)

    # Distances

    @cached_property
    def points(self) -> pd.DataFrame:
        """A point within each unit, in degrees: ``longitude, latitude`` by code."""
        return unit_points(self.space, self.cities)

    @property
    def has_travel(self) -> bool:
        """Whether travel times can be told."""
        return has_travel(self.space)

    def minutes(
        self, origins: Collection[str], destinations: Collection[str], most: float
    ) -> pd.Series:
        """Minutes by (origin, destination) up to ``most``; only the pairs within reach.

        From the matrix of the space, else estimated from distances.
        """
        units = self.register.units
        times = unit_travel(
            self.space,
            units.inner,
            units.cities,
            most,
            origins=pd.Index(sorted(origins), dtype=object),
            destinations=pd.Index(sorted(destinations), dtype=object),
        )
        rows = np.repeat(np.arange(len(times.origins)), np.diff(times.starts))
        index = pd.MultiIndex.from_arrays(
            [times.origins[rows], times.destinations[times.columns]],
            names=["origin", "destination"],
        )
        told = pd.Series(times.minutes, index=index, dtype=float)
        return told.groupby(level=[0, 1]).min()

    # Zones

    def zone_of(self, level: Level) -> pd.Series:
        """The zone of a level that holds each unit of the space, by code (one at most)."""
        if level not in self._zones:
            territories = self.register.territories(level)
            pairs = territories.members.tocoo()
            rows, columns = pairs.coords
            found = pd.Series(
                territories.table.index[rows].astype(object), index=territories.units.inner[columns]
            )
            self._zones[level] = found[~found.index.duplicated()]
        return self._zones[level]

    @cached_property
    def cpts_of(self) -> dict[str, tuple[str, ...]]:
        """The CPTS that hold each unit of at least one, by code."""
        cpts = self.register.territories(Level.CPTS)
        pairs = cpts.members.tocoo()
        rows, columns = pairs.coords
        found: dict[str, list[str]] = {}
        for row, column in zip(rows, columns, strict=True):
            unit = str(cpts.units.inner[column])
            found.setdefault(unit, []).append(str(cpts.table.index[row]))
        return {unit: tuple(sorted(holders)) for unit, holders in found.items()}

    @cached_property
    def uncovered(self) -> frozenset[str]:
        """Units of no CPTS, in the départements that the list of CPTS speaks for.

        These are the main one of each CPTS: elsewhere the list says nothing.
        """
        table = self.register.territories(Level.CPTS).table
        spoken = {told[0] for told in table["departements"] if told}
        inside = self.units.index[self.units["departement"].isin(spoken) & self.units["inside"]]
        return frozenset(inside.astype(object)) - frozenset(self.cpts_of)

    @cached_property
    def population(self) -> dict[str, float]:
        """Inhabitants of each unit, by code; zero where they are not known."""
        people = self.units["population"].fillna(0.0)
        return {str(code): float(number) for code, number in people.items()}

    def zone_people(self, level: Level, code: str) -> ZonePeople | None:
        """Who lives in the zone of a unit, and in which CPTS; None for a unit of no zone."""
        zones = self.zone_of(level)
        if code not in zones.index:
            return None
        zone = str(zones[code])
        if (level, zone) not in self._shares:
            units = tuple(str(one) for one in zones.index[(zones == zone).to_numpy(dtype=bool)])
            held: dict[str, float] = {}
            for unit in units:
                for holder in self.cpts_of.get(unit, ()):
                    held[holder] = held.get(holder, 0.0) + self.population[unit]
            total = sum(self.population[unit] for unit in units)
            self._shares[level, zone] = ZonePeople(total, held, units)
        return self._shares[level, zone]

    def reach(self, codes: Collection[str], most: float) -> dict[str, dict[str, float]]:
        """Minutes from some units to every unit of the space within ``most``, by code.

        The same ``most`` must be asked each time: what was told once is kept.
        """
        wanted = [code for code in codes if code not in self._reach]
        found: dict[str, dict[str, float]] = {code: {} for code in wanted}
        asked = [code for code in wanted if code in self.register.units.known]
        if asked and self.has_travel:
            times = self.minutes(asked, self._near(asked), most)
            for (origin, destination), minutes in times.items():
                found[str(origin)][str(destination)] = float(minutes)
        self._reach |= found
        return {code: self._reach[code] for code in codes}

    def _near(self, codes: Collection[str]) -> list[str]:
        """Units of the space that may be within an hour or so of some units."""
        points = self.points
        here = points[points.index.isin(list(codes))]
        if here.empty:
            return list(codes)
        box = (here.min() - _HOUR, here.max() + _HOUR)
        near = ((points >= box[0]) & (points <= box[1])).all(axis=1)
        found = {str(code) for code in points.index[near.to_numpy(dtype=bool)]}
        return sorted(found & self.register.units.known - set(self.cities))
