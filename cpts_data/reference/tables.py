"""The tables of the reference: what exists, and under which name."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from cpts_data.reference.codes import departement_of
from cpts_data.reference.history import check_year, conversion, names_on
from cpts_data.reference.shipped import PRESENT_YEAR, shipped

_COLUMNS = ["name", "departement", "region", "population", "epci", "postal_codes"]


def communes(year: int = PRESENT_YEAR) -> pd.DataFrame:
    """Communes on 1 January of a year (2003..2026), indexed by ``code``, in order.

    Paris, Lyon and Marseille whole, no arrondissement. Columns: ``name`` of that day,
    ``departement``, ``region`` (of today), ``population``, ``population_status``, ``epci``
    (SIREN, NA for four islands), ``postal_codes`` (separated by a space).

    ``population`` (Int64) is the legal population municipale of :func:`population_label`, carried
    to the communes of that year: ``observe`` where the commune is made of whole present communes,
    ``estime`` where a present commune must be cut (in the proportions of the last count that told
    the parts apart), ``manquant`` (NA) where no such count is known. ``epci`` and ``postal_codes``
    of another year than the present are those of the present commune (its main one).
    """
    return _communes(check_year(year)).copy()


@cache
def _communes(year: int) -> pd.DataFrame:
    present = shipped("communes").set_index("code")
    if year == PRESENT_YEAR:
        table = present[_COLUMNS].copy()
        table.insert(4, "population_status", "observe")
        return table
    names = names_on(year)
    table = pd.DataFrame({"name": names})
    table["departement"] = [departement_of(code) for code in table.index]
    regions = shipped("departements").set_index("code")["region"]
    table["region"] = table["departement"].map(regions)
    population = _carried_population(year, present["population"])
    table[["population", "population_status"]] = population.reindex(table.index)
    heirs = conversion(year, PRESENT_YEAR).sort_values("share", ascending=False, kind="stable")
    heir = heirs.drop_duplicates("source").set_index("source")["target"].reindex(table.index)
    for column in ("epci", "postal_codes"):
        table[column] = heir.map(present[column])
    return table.rename_axis("code")


def _carried_population(year: int, population: pd.Series) -> pd.DataFrame:
    """Present inhabitants of the communes of a year, and how that is known."""
    back = conversion(PRESENT_YEAR, year)
    back = back[back["source"].isin(population.index) & back["target"].notna()]
    people = back["source"].map(population).astype("float64") * back["share"]
    groups = people.groupby(back["target"])
    total = groups.sum(min_count=1).where(people.isna().groupby(back["target"]).sum() == 0)
    cut = (back["kind"] == "scission").groupby(back["target"]).any()
    status = np.select([total.isna(), cut.reindex(total.index)], ["manquant", "estime"], "observe")
    return pd.DataFrame(
        {"population": total.round().astype("Int64"), "population_status": status},
        index=total.index,
    )


def arrondissements() -> pd.DataFrame:
    """The 45 municipal arrondissements, indexed by ``code``, with their ``city``."""
    columns = ["name", "city", "departement", "region", "population", "epci", "postal_codes"]
    return shipped("arrondissements").set_index("code")[columns].copy()


def departements() -> pd.DataFrame:
    """The 101 départements, indexed by ``code``: ``name``, ``region``."""
    return shipped("departements").set_index("code").copy()


def regions() -> pd.DataFrame:
    """The 18 régions, indexed by ``code``: ``name``."""
    return shipped("regions").set_index("code").copy()


def epci() -> pd.DataFrame:
    """EPCI à fiscalité propre of 2026, indexed by ``siren``: ``name, nature, departement``.

    ``nature`` is CC, CA, CU, METRO or MET69. The package does not give the seat: ``departement``
    is the one where most of the inhabitants live.
    """
    return shipped("epci").set_index("siren").copy()


def ept() -> pd.DataFrame:
    """The 11 établissements publics territoriaux of the Grand Paris, as :func:`epci`."""
    return shipped("ept").set_index("siren").copy()


def epci_members() -> pd.DataFrame:
    """Members of the EPCI, present communes: ``epci, commune``. Four islands are in none."""
    return shipped("epci_members").copy()


def ept_members() -> pd.DataFrame:
    """Members of the EPT: ``epci`` (SIREN of the EPT), ``commune``."""
    return shipped("ept_members").copy()


def outre_mer() -> pd.DataFrame:
    """Communes of the collectivités d'outre-mer, which the COG lists apart, indexed by ``code``.

    ``former_code`` is the one that Saint-Barthélemy and Saint-Martin had until 2007.
    """
    return shipped("outre_mer").set_index("code").copy()


def former_communes() -> pd.DataFrame:
    """Former, delegated and associated communes: ``name, code, departement, kind, date_end,
    present_code``.

    ``kind``: ``déléguée``, ``associée`` (parts of a present commune), ``ancienne`` (a commune or a
    code that is no more, since 1943). ``date_end`` is the day it stopped being a commune of that
    name, NA for a part that always bore the commune's own name. A code may have several rows: a
    déléguée that was the chief town of an earlier merger, or a commune shared between several.
    ``present_code`` is NA for Saint-Barthélemy and Saint-Martin only.
    """
    table = shipped("former")
    table = table[table["kind"] != "ancien nom"].reset_index(drop=True)
    table["kind"] = table["kind"].replace("ancien code", "ancienne")
    table.insert(2, "departement", table["code"].map(departement_of))
    empty = {"": pd.NA}
    return table.assign(
        date_end=table["date_end"].replace(empty), present_code=table["present_code"].replace(empty)
    )
