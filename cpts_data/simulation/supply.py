"""Who practises where: a register's counts, or the list that the user enters, or both.

A line entered by hand replaces the register in its commune. Activity per practitioner is not open
data: each counts for the activity of the screen (5,400 acts for a GP unless told otherwise), within
the bounds of the APL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.access.apl import Calibration, calibration, counted_activity
from cpts_data.access.scenario import Situation, with_supply
from cpts_data.analysis.counted import professionals
from cpts_data.analysis.ground import LandRegister
from cpts_data.simulation.model import Model
from cpts_data.simulation.professions import Profession
from cpts_data.simulation.scenarios import Practice
from cpts_data.space import Space

DIRECTORY, FACILITIES, LIST = "rpps", "bpe", "liste"
BASES: Final = {
    DIRECTORY: "Annuaire santé (RPPS)",
    FACILITIES: "Base permanente des équipements (BPE)",
    LIST: "Ma liste seulement",
}
_SOURCES = {DIRECTORY: "rpps", FACILITIES: "insee_bpe"}
# Under this share of the demand reached, a list is partial: it is not compared with the published.
_ENOUGH = 0.8


@dataclass(frozen=True, eq=False)
class Headcounts:
    """Practitioners by unit as a register counts them, its year, and what they are (French)."""

    base: str
    counts: pd.Series
    year: str
    sentence: str


@dataclass(frozen=True, eq=False)
class Present:
    """The present of a model: who practises, and how it stands beside the published APL.

    ``practitioners`` are counts by unit (parts of persons who practise in two communes), ``each``
    the activity counted of a practitioner of whom nothing else is known, ``aged`` how many
    practitioners of the list have an age. ``fit`` is None where there is no supply to compare, or
    too partial a one; ``computed`` is then of no use either.
    """

    model: Model
    base: str
    now: Situation
    practitioners: pd.Series
    each: float
    aged: float
    listed: tuple[str, ...]
    computed: pd.Series
    fit: Calibration | None

    @property
    def has_supply(self) -> bool:
        """Whether anybody is known to practise."""
        return bool(self.now.supply.any())


def bases(space: Space, profession: Profession) -> dict[str, str]:
    """The registers of a space that count a profession, the best first, then the list alone."""
    found = {}
    for base, source in _SOURCES.items():
        if space.has(source):
            found[base] = BASES[base]
    return {**found, LIST: BASES[LIST]}


def headcounts(space: Space, register: LandRegister, model: Model, base: str) -> Headcounts:
    """Count the practitioners of a profession by unit: ``rpps``, ``bpe`` or ``liste`` (nobody).

    A person of the directory who practises in several communes counts for a share in each. Counts
    of a whole city are shared between its arrondissements by inhabitants. ``KeyError`` when the
    space has not the register.
    """
    if base == DIRECTORY:
        counts, year = _directory(space, model.profession)
        words = (
            f"Annuaire santé {year} : {model.profession.many} libéraux (remplaçants compris), "
            "partagés entre leurs communes d'exercice"
        )
    elif base == FACILITIES:
        counts, year = _facilities(space, model)
        words = (
            f"Base permanente des équipements {year} : un professionnel qui a deux cabinets y "
            "compte deux fois"
        )
    else:
        counts, year = pd.Series(dtype=float), ""
        words = "Seuls comptent les professionnels de votre liste"
    shared = _over_parts(counts, register, model)
    return Headcounts(base, shared.reindex(model.units).fillna(0.0), year, f"{words}.")


def _directory(space: Space, profession: Profession) -> tuple[pd.Series, str]:
    people = professionals(space)
    latest = people["period"].dropna().max()
    year = "" if pd.isna(latest) else str(latest)
    if year:
        people = people[people["period"] == latest]
    for column, value in profession.directory:
        people = people[people[column] == value]
    people = people.drop_duplicates(["personne", "code"])
    share = 1.0 / people.groupby("personne")["code"].transform("nunique")
    return share.groupby(people["code"].astype("string")).sum(), year


def _facilities(space: Space, model: Model) -> tuple[pd.Series, str]:
    table = space.table("insee_bpe")
    table = table[(table["famille"] == model.profession.facilities).to_numpy(dtype=bool)]
    years = sorted(str(year) for year in table["period"].dropna().unique())
    if not years:
        return pd.Series(dtype=float), ""
    year = model.year if model.year in years else years[-1]
    rows = table[table["period"] == year]
    return rows.groupby(rows["code"].astype("string"))["effectif"].sum(), year


def _over_parts(counts: pd.Series, register: LandRegister, model: Model) -> pd.Series:
    found = counts.astype(float)
    for city, parts in register.units.cities.items():
        if city not in found.index:
            continue
        people = model.population.reindex(list(parts)).fillna(0.0)
        share = people / people.sum() if people.sum() > 0 else people + 1 / len(parts)
        found = found.drop(city).add(found[city] * share, fill_value=0.0)
    return found


def counted_each(model: Model, activity: float) -> float:
    """The activity counted of one practitioner: the bounds of the APL apply."""
    found = counted_activity(pd.Series([activity]), model.parameters.activity)
    return float(found.iloc[0])


def present(
    model: Model,
    register_counts: Headcounts,
    practices: Iterable[Practice] = (),
    *,
    activity: float | None = None,
) -> Present:
    """The present from a register's counts and the list entered by hand.

    ``activity`` is that of each practitioner (default: the profession's full activity). A line of
    the list replaces what the register says of its commune.
    """
    lines = list(practices)
    each = counted_each(model, model.profession.full if activity is None else activity)
    counts = register_counts.counts.copy()
    listed = tuple(dict.fromkeys(one.unit for one in lines))
    counts[list(listed)] = 0.0
    held = counts[counts > 0]
    rows = [(unit, float(count), float(count) * each, np.nan) for unit, count in held.items()]
    for one in lines:
        own = each if one.activity is None else counted_each(model, one.activity)
        age = np.nan if one.age is None else float(one.age)
        rows.append((one.unit, one.count, one.count * own, age))
    table = pd.DataFrame(rows, columns=["unit", "count", "activity", "age"])
    table = table.astype({"count": float, "activity": float, "age": float})
    now = with_supply(model.empty, practices=table)
    heads = table.groupby("unit")["count"].sum().reindex(model.units).fillna(0.0)
    computed = pd.Series(now.access * now.per, index=model.units)
    fit = None
    reached = float(model.demand[(computed > 0).to_numpy()].sum() / model.demand.sum())
    if now.supply.any() and reached >= _ENOUGH:
        fit = calibration(computed, model.published, model.demand)
    return Present(
        model=model,
        base=register_counts.base,
        now=now,
        practitioners=heads,
        each=each,
        aged=float(table.loc[table["age"].notna(), "count"].sum()),
        listed=listed,
        computed=computed,
        fit=fit,
    )


def year_gap_sentence(register_counts: Headcounts, model: Model) -> str:
    """Say that the register and the published APL are of two years, when they are."""
    years = register_counts.year, model.year
    if not all(year.isdigit() for year in years) or years[0] == years[1]:
        return ""
    apart = french.count_of(abs(int(years[0]) - int(years[1])), "an")
    return f"Le registre est de {years[0]} et l'APL de {years[1]} : {apart} les séparent."
