"""Who a territory is: inhabitants, size class, communes, stage; what it shares with others."""

from __future__ import annotations

import pandas as pd

from cpts_data import french
from cpts_data.aci.size_classes import SizeClass, possible_size_classes
from cpts_data.diagnostic import Diagnostic
from cpts_data.territories import Level, Territory

SHARED = "La part de chacune n'est pas connue : les chiffres sont ceux de la commune entière."


def people_of(diagnostic: Diagnostic, territory: Territory) -> tuple[float, str]:
    """Inhabitants of a territory (NaN when unknown), and of which period."""
    row = diagnostic.values(["population"], territory.level, [territory.id]).iloc[0]
    return float(row["value"]), str(row["period"])


def shared_units(diagnostic: Diagnostic, territory: Territory) -> dict[str, list[str]]:
    """Units of a territory that other CPTS hold too: code -> names of the others."""
    names = diagnostic.territories(Level.CPTS).table["name"]
    if territory.level is not Level.CPTS:
        return {}
    found = {}
    for row in diagnostic.territories(Level.CPTS).overlaps().itertuples():
        if territory.id in row.territories:
            found[str(row.unit)] = [str(names[i]) for i in row.territories if i != territory.id]
    return found


def size_classes(diagnostic: Diagnostic, territory: Territory) -> tuple[SizeClass, ...]:
    """The size classes that the territory may be of (DOMAIN §3.1); none without population."""
    people, _ = people_of(diagnostic, territory)
    if people != people:
        return ()
    shared = shared_units(diagnostic, territory)
    units = diagnostic.territories(territory.level).units_of(territory.id)
    alone = diagnostic.inhabitants(code for code in units.index if code not in shared)
    return possible_size_classes(people, alone if shared else None)


def size_words(diagnostic: Diagnostic, territory: Territory) -> str:
    """« Taille 2 », « Taille 2 ou 3 »; empty without population."""
    found = size_classes(diagnostic, territory)
    if not found:
        return ""
    return f"Taille {french.enumeration([str(one.number) for one in found], 'ou')}"


def _nouns(diagnostic: Diagnostic, units: pd.Series) -> tuple[str, str]:
    """« commune(s) », « arrondissement(s) » of a city, or both words."""
    cities = diagnostic.register.units.cities
    parts = units.index.isin([part for city in cities.values() for part in city])
    if parts.all():
        return "arrondissement", "arrondissements"
    if parts.any():
        return "commune ou arrondissement", "communes et arrondissements"
    return "commune", "communes"


def population_sentence(diagnostic: Diagnostic, territory: Territory) -> str:
    """Who lives here, in two sentences."""
    total, period = people_of(diagnostic, territory)
    units = diagnostic.territories(territory.level).units_of(territory.id)
    people = diagnostic.unit_population().reindex(units.index)
    if not total > 0:
        return "La population de ce territoire n'est pas connue dans cet espace."
    largest = str(people.idxmax())
    name = str(diagnostic.register.units.table["name"][largest])
    share = french.percent(float(people.max() / people.sum()), 0)
    small = int((people < 500).sum())
    words = french.count_of(small, "commune compte", "communes comptent")
    ending = f" {words} moins de 500 habitants." if small else ""
    return (
        f"{french.number(total)} personnes vivent dans ce territoire "
        f"({period}), réparties sur {french.count_of(len(units), *_nouns(diagnostic, units))}. "
        f"{name} rassemble {share} des habitants.{ending}"
    )
