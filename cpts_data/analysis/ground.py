"""The ground of a space: its units, and the territories of every level made of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cpts_data import reference
from cpts_data.space import Space
from cpts_data.territories import FRANCE_ID, Level, Territories, Units

_UNIT_COLUMNS = ["name", "departement", "region", "epci", "population"]
_NEARLY_ALL = 0.999


@dataclass(frozen=True)
class LandRegister:
    """Units and territories of one space. Built once; everything in it is read-only."""

    space: Space

    @cached_property
    def units(self) -> Units:
        """Communes (arrondissements in the three cities) of the space, then the whole cities."""
        table = self._own_units() if not self.space.own_codes.empty else self._national_units()
        cities = {
            city: parts for city, parts in reference.CITIES.items() if city in set(table.index)
        }
        inner = table[~table.index.isin(list(cities))].sort_index()
        whole = table[table.index.isin(list(cities))].sort_index()
        return Units(pd.concat([inner, whole]), cities)

    def _own_units(self) -> pd.DataFrame:
        own = self.space.own_codes
        communes = own[own["nature"] == "commune"].set_index("code")
        table = communes.rename(columns={"nom": "name"})[["name", "departement", "region"]]
        return table.assign(epci=pd.NA, population=np.nan)

    def _national_units(self) -> pd.DataFrame:
        files = self.space.files_key("contours_communes", "cpts_perimetres")
        return self.space.kept_table(f"unites-{files}", self._units_held)

    def _units_held(self) -> pd.DataFrame:
        table = self._communes_of_france()
        return table[table["departement"].isin(self._departements_held(table))]

    def _communes_of_france(self) -> pd.DataFrame:
        communes = reference.communes(self.space.year)[_UNIT_COLUMNS]
        parts = reference.arrondissements().rename(columns={"city": "commune"})
        parts = parts.assign(epci=parts["commune"].map(communes["epci"]))
        table = pd.concat([communes, parts[_UNIT_COLUMNS]])
        table["population"] = table["population"].astype("float64")
        return table

    def _departements_held(self, table: pd.DataFrame) -> set[str]:
        """Départements of the space: those of its contours and perimeters, else all of France."""
        if not self.space.has("contours_communes"):
            return set(table["departement"])
        held = set(self.space.table("contours_communes")["code"])
        if self.space.has("cpts_perimetres"):
            held |= set(self.space.table("cpts_perimetres")["code"].dropna())
        return set(table.loc[table.index.isin(held), "departement"])

    @cached_property
    def population(self) -> np.ndarray:
        """Inhabitants of each slot: the space's latest legal population, else the reference's."""
        known = self.units.table["population"].astype(float)
        if self.space.has("populations_legales"):
            table = self.space.table("populations_legales")
            latest = table[table["period"] == table["period"].max()].set_index("code")
            received = latest["population"].groupby(level=0).last().reindex(known.index)
            known = received.fillna(known)
        people = known.fillna(0.0).to_numpy(copy=True)
        if not people.any():
            people[:] = 1.0
        for city, parts in self.units.parts.items():
            if people[parts].sum() > 0:
                people[city] = people[parts].sum()
        return people

    @cached_property
    def covers_france(self) -> bool:
        """Whether the space's units are (nearly) all of France, so that it may speak for it."""
        if not self.space.own_codes.empty:
            return False
        everything = reference.communes(self.space.year).index
        return bool(everything.isin(self.units.codes).mean() >= _NEARLY_ALL)

    def territories(self, level: Level) -> Territories:
        """All territories of a level (possibly none)."""
        cached: dict[Level, Territories] = self.__dict__.setdefault("_territories", {})
        if level not in cached:
            cached[level] = _BUILDERS[level](self)
        return cached[level]

    def _table(self) -> pd.DataFrame:
        """Units with the zones that the space's own files tell, those of the EPCI file last."""
        table = self.units.table.copy()
        owner = pd.Series(self.units.codes, index=self.units.codes)
        for city, parts in self.units.cities.items():
            owner[owner.index.isin(parts)] = city
        if self.space.has("table_appartenance"):
            zones = self._by_commune("table_appartenance")
            for name in ("epci", "bassin_de_vie"):
                table[name] = owner.map(zones[name])
        if self.space.has("insee_epci"):
            members = self._by_commune("insee_epci")["epci"]
            told = owner.isin(members.index)
            table["epci"] = owner.map(members).where(told, table["epci"])
        return table

    def _by_commune(self, source_id: str) -> pd.DataFrame:
        return self.space.table(source_id).drop_duplicates("code").set_index("code")

    def _zone_names(self, source_id: str, zone: str, name: str) -> pd.Series:
        """Names of the zones that a source tells beside the communes; none without the source."""
        if not self.space.has(source_id):
            return pd.Series(dtype="string")
        told = self.space.table(source_id).dropna(subset=[zone, name])
        return told.drop_duplicates(zone).set_index(zone)[name]

    def _by_column(self, level: Level, column: str, names: pd.Series) -> Territories:
        table = self._table()
        inner = table.loc[self.units.inner]
        if column not in inner.columns:
            inner = inner.assign(**{column: pd.NA})
        held = inner[column].dropna().astype(str)
        found = pd.Index(sorted(held.unique()))
        titles = names.reindex(found)
        titles = titles.where(titles.notna(), pd.Series(found, index=found))
        pairs = pd.DataFrame({"territory": held.to_numpy(), "unit": held.index})
        return Territories.from_pairs(level, titles, pairs, self.units)

    def _communes(self) -> Territories:
        codes = self.units.codes[~self.units.codes.isin(self._city_parts())].sort_values()
        pairs = pd.DataFrame({"territory": codes, "unit": codes})
        names = self.units.table["name"].reindex(codes)
        return Territories.from_pairs(Level.COMMUNE, names, pairs, self.units)

    def _city_parts(self) -> list[str]:
        return [part for parts in self.units.cities.values() for part in parts]

    def _arrondissements(self) -> Territories:
        codes = self.units.codes[self.units.codes.isin(self._city_parts())].sort_values()
        pairs = pd.DataFrame({"territory": codes, "unit": codes})
        names = self.units.table["name"].reindex(codes)
        return Territories.from_pairs(Level.ARRONDISSEMENT, names, pairs, self.units)

    def _cpts(self) -> Territories:
        empty = pd.DataFrame({"territory": [], "unit": [], "weight": []}).astype(
            {"territory": "str", "unit": "str", "weight": "float"}
        )
        if not self.space.has("cpts_perimetres"):
            return Territories.from_pairs(Level.CPTS, pd.Series(dtype=str), empty, self.units)
        listed = self.space.table("cpts_perimetres").dropna(subset=["code"])
        names = listed.groupby("cpts_id", sort=True)["cpts_nom"].first()
        if self.space.has("cpts_liste"):
            told = self.space.table("cpts_liste").set_index("cpts_id")["nom"]
            names = names.fillna(told.reindex(names.index)).where(
                ~names.index.isin(told.index), told.reindex(names.index)
            )
        names = names.fillna(pd.Series(names.index, index=names.index))
        weights = listed["part"].fillna(1.0)
        pairs = pd.DataFrame(
            {"territory": listed["cpts_id"], "unit": listed["code"], "weight": weights}
        )
        return Territories.from_pairs(Level.CPTS, names, pairs, self.units)

    def _composed(self) -> Territories:
        """None here: see ``composed_ground.ComposedRegister``."""
        pairs = pd.DataFrame({"territory": [], "unit": []}, dtype="str")
        return Territories.from_pairs(Level.COMPOSED, pd.Series(dtype=str), pairs, self.units)

    def _epci(self) -> Territories:
        names = reference.epci()["name"]
        for source_id in ("table_appartenance", "insee_epci"):
            names = self._zone_names(source_id, "epci", "epci_nom").combine_first(names)
        return self._by_column(Level.EPCI, "epci", names)

    def _bassins_de_vie(self) -> Territories:
        names = self._zone_names("table_appartenance", "bassin_de_vie", "bassin_de_vie_nom")
        for source_id in ("statistiques_locales", "cartosante"):
            if self.space.has(source_id):
                zones = self.space.table(source_id)
                zones = zones[zones["niveau"] == str(Level.BASSIN_DE_VIE)].dropna(subset=["nom"])
                names = names.combine_first(zones.drop_duplicates("code").set_index("code")["nom"])
        return self._by_column(Level.BASSIN_DE_VIE, "bassin_de_vie", names)

    def _named(self, nature: str, national: pd.DataFrame) -> pd.Series:
        own = self.space.own_codes
        if own.empty:
            return national["name"]
        return own[own["nature"] == nature].set_index("code")["nom"]

    def _departements(self) -> Territories:
        names = self._named("département", reference.departements())
        return self._by_column(Level.DEPARTEMENT, "departement", names)

    def _regions(self) -> Territories:
        names = self._named("région", reference.regions())
        return self._by_column(Level.REGION, "region", names)

    def _france(self) -> Territories:
        names = pd.Series({FRANCE_ID: "France"})
        pairs = pd.DataFrame({"territory": FRANCE_ID, "unit": self.units.inner})
        return Territories.from_pairs(Level.FRANCE, names, pairs, self.units)


_BUILDERS = {
    Level.COMMUNE: LandRegister._communes,
    Level.ARRONDISSEMENT: LandRegister._arrondissements,
    Level.CPTS: LandRegister._cpts,
    Level.COMPOSED: LandRegister._composed,
    Level.EPCI: LandRegister._epci,
    Level.BASSIN_DE_VIE: LandRegister._bassins_de_vie,
    Level.DEPARTEMENT: LandRegister._departements,
    Level.REGION: LandRegister._regions,
    Level.FRANCE: LandRegister._france,
}
