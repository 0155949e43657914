"""Whole zones to add at once: EPCI, bassins de vie, cantons, CPTS, départements."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cpts_data import french, reference
from cpts_data.composition.land import Land
from cpts_data.territories import Level

CANTON = "canton"
_TABLE = "table_appartenance"
_KINDS = {
    Level.EPCI.value: "EPCI (intercommunalité)",
    Level.CPTS.value: "CPTS existante",
    Level.BASSIN_DE_VIE.value: "Bassin de vie",
    CANTON: "Canton ou ville",
    Level.DEPARTEMENT.value: "Département",
}
CANTON_NOTE = (
    "Cantons de la table d'appartenance de l'Insee : une grande commune partagée entre plusieurs "
    "cantons y forme une seule « ville ». Le fichier donne leurs numéros, non leurs noms."
)
NO_CANTON = (
    "Les cantons et les bassins de vie sont proposés quand l'espace contient la table "
    "d'appartenance géographique des communes (Insee)."
)


def kinds(land: Land) -> dict[str, str]:
    """The kinds of zones that a land can offer, with their French names."""
    return {kind: label for kind, label in _KINDS.items() if len(_owners(land, kind))}


def zones(land: Land, kind: str) -> dict[str, str]:
    """Every zone of a kind: id -> unique label, in alphabetical order."""
    names = dict(_named(land, kind))
    twice = {label for label in names.values() if list(names.values()).count(label) > 1}
    told = {name: f"{label} [{name}]" if label in twice else label for name, label in names.items()}
    return dict(sorted(told.items(), key=lambda item: item[1].casefold()))


def units_of_zone(land: Land, kind: str, identifier: str) -> dict[str, float]:
    """Units of a zone with their parts (a CPTS may hold a part); ``KeyError`` when unknown."""
    if kind == Level.CPTS.value:
        held = land.register.territories(Level.CPTS).units_of(identifier)
        return {str(code): float(part) for code, part in held.items()}
    owners = _owners(land, kind)
    found = {str(code): 1.0 for code in owners.index[(owners == identifier).to_numpy(dtype=bool)]}
    if not found:
        raise KeyError(identifier)
    return found


def _owners(land: Land, kind: str) -> pd.Series:
    """The zone of each unit, by code; units of none are left out."""
    if kind == Level.DEPARTEMENT.value:
        return land.units["departement"].dropna().astype(str)
    if kind == CANTON:
        return _cantons(land)
    level = Level(kind)
    own = land.zone_of(level)
    if level is not Level.EPCI or not land.year or land.units["inside"].all():
        return own
    national = reference.communes(land.year)["epci"]
    parts = reference.arrondissements()["epci"]
    rest = pd.concat([national, parts]).dropna().astype(str)
    outside = land.units.index[~land.units["inside"]]
    return pd.concat([own, rest[rest.index.isin(outside)]])


def _cantons(land: Land) -> pd.Series:
    if not land.space.has(_TABLE):
        return pd.Series(dtype=object)
    table = land.space.table(_TABLE).drop_duplicates("code").set_index("code")["canton"].dropna()
    told = {str(code): str(canton) for code, canton in table.items()}
    found = {}
    for code in land.units.index:
        city = reference.city_of(str(code)) or str(code)
        canton = told.get(str(code)) or told.get(city)
        if canton:
            found[str(code)] = canton
    return pd.Series(found, dtype=object)


def _named(land: Land, kind: str) -> Iterator[tuple[str, str]]:
    owners = _owners(land, kind)
    if kind == CANTON:
        yield from _named_cantons(land, owners)
        return
    territories = land.register.territories(Level(kind))
    held = set(owners)
    for identifier in territories.table.index:
        if kind == Level.CPTS.value or identifier in held:
            yield str(identifier), territories.territory(str(identifier)).label
    if kind == Level.CPTS.value:
        return
    national = reference.departements() if kind == Level.DEPARTEMENT.value else reference.epci()
    home = "" if kind == Level.DEPARTEMENT.value else "departement"
    for identifier in sorted(held - set(territories.table.index)):
        if identifier in national.index:
            row = national.loc[identifier]
            where = str(row[home]) if home else identifier
            yield str(identifier), f"{row['name']} ({where})"


def _named_cantons(land: Land, owners: pd.Series) -> Iterator[tuple[str, str]]:
    """A canton is told by its most populated commune."""
    people = land.units["population"].reindex(owners.index).fillna(0.0)
    table = pd.DataFrame({"canton": owners.to_numpy(), "people": people.to_numpy()}, owners.index)
    for canton, rows in table.sort_values("people", ascending=False).groupby("canton"):
        first = land.label(str(rows.index[0]))
        rest = french.count_of(len(rows) - 1, "autre commune", "autres communes")
        more = f" et {rest}" if len(rows) > 1 else ""
        yield str(canton), f"Canton {canton} : {first}{more}"
