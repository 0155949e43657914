"""Territories of every level as one type: a set of inner units with weights.

The inner unit is the commune, or the arrondissement municipal in Paris, Lyon and Marseille. A
territory holds each unit with a weight in [0, 1] (the share of the unit that belongs to it):
membership is never a partition. Files may know one of the three cities as a whole, by its parts, or
both: :class:`Units` keeps a slot for the whole city beside its parts, and :func:`inner_rows` picks
one of the two so that nobody is ever counted twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from cpts_data import french


class Level(StrEnum):
    """The levels at which figures are shown, from the finest to the country."""

    COMMUNE = "commune"
    ARRONDISSEMENT = "arrondissement"
    CPTS = "cpts"
    COMPOSED = "compose"
    EPCI = "epci"
    BASSIN_DE_VIE = "bassin_de_vie"
    DEPARTEMENT = "departement"
    REGION = "region"
    FRANCE = "france"

    @property
    def label(self) -> str:
        """The French word for one territory of the level."""
        return _LEVEL_LABELS[self][0]

    @property
    def plural(self) -> str:
        """The French word for several territories of the level."""
        return _LEVEL_LABELS[self][1]


_LEVEL_LABELS: dict[Level, tuple[str, str]] = {
    Level.COMMUNE: ("commune", "communes"),
    Level.ARRONDISSEMENT: ("arrondissement municipal", "arrondissements municipaux"),
    Level.CPTS: ("CPTS", "CPTS"),
    Level.COMPOSED: ("territoire composé", "territoires composés"),
    Level.EPCI: ("EPCI", "EPCI"),
    Level.BASSIN_DE_VIE: ("bassin de vie", "bassins de vie"),
    Level.DEPARTEMENT: ("département", "départements"),
    Level.REGION: ("région", "régions"),
    Level.FRANCE: ("France", "France"),
}

FRANCE_ID = "FR"


@dataclass(frozen=True)
class Territory:
    """One territory: its level, identifier, name, and the départements it touches."""

    level: Level
    id: str
    name: str
    departements: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """A name that is unique on screen: « Pantin (93) », « CPTS du Centre (37) »."""
        if self.level in (Level.DEPARTEMENT,):
            return f"{self.name} ({self.id})"
        if not self.departements or self.level in (Level.REGION, Level.FRANCE):
            return self.name
        return f"{self.name} ({', '.join(self.departements)})"


_FLOAT_TAIL = re.compile(r"\.0+$")


def repair_commune_codes(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Repair what spreadsheets do to commune codes: « 1004.0 », « 1004 », « 2a004 ».

    Returns the codes (text, same index; untouched where no repair applies) and a boolean Series
    saying which were changed. Whether a repaired code exists is for the code file to say.
    """
    raw = texts.astype("string").fillna("").str.strip()
    code = raw.str.replace(_FLOAT_TAIL, "", regex=True).str.upper()
    short = code.str.fullmatch(r"\d{4}").fillna(False)
    code = code.where(~short, "0" + code)
    return code, (code != raw).astype(bool)


def repair_remarks(changed: pd.Series) -> list[str]:
    """Say in French how many codes were repaired; nothing when none was."""
    count = int(changed.sum())
    if not count:
        return []
    codes = f"{french.count_of(count, 'code')} de commune"
    return [
        f"{codes} réparé{'s' if count > 1 else ''} : un tableur avait retiré le zéro initial, "
        "ajouté « .0 » ou changé la casse."
    ]


@dataclass(frozen=True)
class Units:
    """The inner units of a space, and the three cities that some files know only as a whole.

    ``table`` is indexed by code, inner units first then the cities, with at least ``name,
    departement, region, population``; ``cities`` maps a city to its arrondissements.
    """

    table: pd.DataFrame
    cities: Mapping[str, tuple[str, ...]]

    @property
    def codes(self) -> pd.Index:
        """All codes, inner units first, then the cities."""
        return self.table.index

    @cached_property
    def known(self) -> frozenset[str]:
        """Every code, as plain texts: asking 35,000 Arrow strings one by one is slow."""
        return frozenset(self.codes.to_numpy(dtype=object))

    @cached_property
    def departements(self) -> np.ndarray:
        """Département of each slot, as plain texts."""
        return np.asarray(self.table["departement"].astype(str).to_numpy(dtype=object))

    @cached_property
    def is_city(self) -> np.ndarray:
        """True for the slots of whole cities (length = number of codes)."""
        return np.asarray(self.codes.isin(list(self.cities)))

    @cached_property
    def inner(self) -> pd.Index:
        """Codes of the inner units only."""
        return self.codes[~self.is_city]

    @cached_property
    def parts(self) -> dict[int, np.ndarray]:
        """Position of each city -> positions of its arrondissements."""
        return {
            int(self.codes.get_loc(city)): self.codes.get_indexer(pd.Index(list(parts)))
            for city, parts in self.cities.items()
            if city in self.codes
        }

    def positions(self, codes: Iterable[str]) -> np.ndarray:
        """Position of each code (-1 when unknown)."""
        return self.codes.get_indexer(pd.Index(list(codes)))


def inner_rows(present: np.ndarray, units: Units) -> np.ndarray:
    """Say which slots of a column count in sums, so that no city is counted twice.

    ``present`` tells, for each slot of ``units``, whether the file has a row for it. A city whose
    arrondissements have at least one row is left to them; one known only as a whole keeps its own
    slot and its parts are left out.
    """
    counted = np.ones(len(units.codes), dtype=bool)
    for city, parts in units.parts.items():
        by_parts = bool(present[parts].any()) or not present[city]
        counted[city] = not by_parts
        counted[parts] = by_parts
    return counted


@dataclass(frozen=True)
class Territories:
    """All territories of one level: their table and their membership matrix.

    ``table`` is indexed by territory id with ``name`` and ``departements`` (tuple of codes);
    ``membership`` is a sparse matrix (territories x unit slots) of weights in [0, 1].
    ``elsewhere`` gives, for territories that reach beyond the space, their inhabitants who live in
    no unit of it: of them nothing is known.
    """

    level: Level
    table: pd.DataFrame
    units: Units
    membership: sparse.csr_array
    elsewhere: np.ndarray | None = None

    @classmethod
    def from_pairs(
        cls, level: Level, names: pd.Series, pairs: pd.DataFrame, units: Units
    ) -> Territories:
        """Build from ``pairs`` (columns ``territory, unit``, optionally ``weight``).

        ``names`` maps id -> name and fixes the order. A pair given twice counts once (its largest
        weight). A city named whole stands for all its arrondissements, unless the same territory
        also names some of them: then it is only the « commune porteuse » and is left out.
        """
        given = pairs.assign(weight=pairs["weight"] if "weight" in pairs.columns else 1.0)
        given = _expand_cities(given[["territory", "unit", "weight"]], units)
        given = given.groupby(["territory", "unit"], as_index=False, sort=False)["weight"].max()
        rows = names.index.get_indexer(pd.Index(given["territory"]))
        columns = units.codes.get_indexer(pd.Index(given["unit"]))
        known = (rows >= 0) & (columns >= 0)
        weights = given["weight"].to_numpy(dtype=float)[known]
        shape = (len(names), len(units.codes))
        membership = sparse.csr_array((weights, (rows[known], columns[known])), shape=shape)
        membership = _with_cities(membership, units)
        table = pd.DataFrame({"name": names.astype("string")})
        table["departements"] = _departements(membership, units)
        return cls(level, table, units, membership)

    @cached_property
    def members(self) -> sparse.csr_array:
        """Membership over inner units only (whole cities left out)."""
        return sparse.csr_array(self.membership[:, ~self.units.is_city])

    def territory(self, identifier: str) -> Territory:
        """Return one territory; ``KeyError`` when the level has none of that id."""
        row = self.table.loc[identifier]
        return Territory(self.level, identifier, str(row["name"]), tuple(row["departements"]))

    def every(self) -> list[Territory]:
        """All territories, in the order of the table."""
        names, held = self.table["name"].astype(str), self.table["departements"]
        return [
            Territory(self.level, str(identifier), name, tuple(codes))
            for identifier, name, codes in zip(self.table.index, names, held, strict=True)
        ]

    def units_of(self, identifier: str) -> pd.Series:
        """Weights of the inner units of one territory, indexed by unit code."""
        position = int(self.table.index.get_loc(identifier))
        row = self.members[[position], :].tocoo()
        codes = self.units.inner[row.coords[1]]
        return pd.Series(row.data, index=codes, name="weight").sort_index()

    def overlaps(self) -> pd.DataFrame:
        """Units held by several territories: columns ``unit, territories`` (tuple), ``weight``."""
        by_unit = self.members.tocsc()
        counts = np.diff(by_unit.indptr)
        found = []
        for position in np.flatnonzero(counts > 1):
            part = slice(by_unit.indptr[position], by_unit.indptr[position + 1])
            holders = tuple(self.table.index[np.sort(by_unit.indices[part])])
            found.append((self.units.inner[position], holders, float(by_unit.data[part].sum())))
        return pd.DataFrame(found, columns=["unit", "territories", "weight"])

    def uncovered(self, departements: Iterable[str] | None = None) -> pd.Index:
        """Inner units that no territory holds, in the given départements (default: all)."""
        held = np.asarray(self.members.sum(axis=0)).ravel() > 0
        free = self.units.inner[~held]
        if departements is None:
            return free
        inside = self.units.table["departement"].reindex(free).isin(list(departements))
        return free[inside.to_numpy(dtype=bool)]


def _expand_cities(pairs: pd.DataFrame, units: Units) -> pd.DataFrame:
    """Replace each whole city by its arrondissements (or by nothing beside some of them)."""
    cities = pairs[pairs["unit"].isin(list(units.cities))]
    if cities.empty:
        return pairs
    kept = [pairs.drop(index=cities.index)]
    for row in cities.itertuples():
        parts = [part for part in units.cities[str(row.unit)] if part in units.codes]
        mine = pairs.loc[pairs["territory"] == row.territory, "unit"]
        if not mine.isin(parts).any():
            whole = {"territory": row.territory, "unit": parts, "weight": row.weight}
            kept.append(pd.DataFrame(whole))
    return pd.concat(kept, ignore_index=True)


def _with_cities(membership: sparse.csr_array, units: Units) -> sparse.csr_array:
    """Add the slot of a whole city to the territories that hold all its parts, all alike.

    A figure known for the city alone cannot be cut: held by halves that differ, it is not known.
    """
    if not units.parts:
        return membership
    added = [membership]
    for city, parts in units.parts.items():
        shares = membership[:, parts].toarray()
        weights = shares.min(axis=1)
        holders = np.flatnonzero((weights > 0) & (weights == shares.max(axis=1)))
        where = (holders, np.full(len(holders), city))
        added.append(sparse.csr_array((weights[holders], where), shape=membership.shape))
    return sparse.csr_array(sum(added[1:], start=added[0]))


def _departements(membership: sparse.csr_array, units: Units) -> list[tuple[str, ...]]:
    """Départements of each territory, the one that holds most of its units first."""
    pairs = membership.tocoo()
    rows, columns = pairs.coords
    codes = units.departements
    held = pd.DataFrame({"territory": rows, "departement": codes[columns]})
    counts = held.groupby(["territory", "departement"]).size().reset_index(name="units")
    counts = counts.sort_values(
        ["territory", "units", "departement"], ascending=[True, False, True]
    )
    found: list[list[str]] = [[] for _ in range(membership.shape[0])]
    for territory, departement in zip(counts["territory"], counts["departement"], strict=True):
        found[territory].append(str(departement))
    return [tuple(codes) for codes in found]
