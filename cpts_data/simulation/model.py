"""What the simulator computes with, from a space: published APL, demand, weighted travel times.

Demand is by age when the census by age is in the space and the profession's weights are known
(bands of five years, else wider ones, whose weight is then a mean); else the published standardised
population of the same year; else inhabitants. It is scaled to the published total where there is
one, as the DREES scales it to the inhabitants of France.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from cpts_data.access.apl import apl_catchment, standardised_demand
from cpts_data.access.scenario import Situation, situation
from cpts_data.analysis.ground import LandRegister
from cpts_data.analysis.travel_ground import has_travel, travel_sentence, unit_travel
from cpts_data.reference.access_parameters import AplParameters
from cpts_data.simulation.professions import Profession
from cpts_data.space import Space

FIVE_YEARS, WIDE_BANDS = "insee_td_pop1b", "insee_evol_struct_pop"
ESTIMATED: Final = "estime"
# How long before the APL its population was counted.
_LAG = 2


class UnavailableError(LookupError):
    """What the simulator needs and the space has not: ``what`` is missing, ``mend`` (French)."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what} {mend}")
        self.what, self.mend = what, mend


@dataclass(frozen=True, eq=False)
class Model:
    """The simulator's ground for one space and profession, without supply. Read-only: shared.

    ``published`` is the APL of ``year`` by unit, NaN where not known; ``weight`` the published
    standardised inhabitants, ``population`` the inhabitants of the same workbook. ``empty`` is the
    situation without any supply, from which every present is made. The sentences say in French
    what demand and times are.
    """

    profession: Profession
    parameters: AplParameters
    year: str
    published: pd.Series
    weight: pd.Series
    population: pd.Series
    demand: pd.Series
    empty: Situation
    names: pd.Series
    demand_sentence: str
    travel_sentence: str

    @property
    def units(self) -> pd.Index:
        """The communes and arrondissements of the model."""
        return self.empty.units

    @cached_property
    def known(self) -> frozenset[str]:
        """The codes of the units, for look-ups."""
        return frozenset(self.units)

    @property
    def estimated(self) -> bool:
        """Whether travel times are an estimate."""
        return self.empty.status == ESTIMATED

    @property
    def reach(self) -> float:
        """Minutes beyond which nothing is reached."""
        return max(minutes for minutes, _ in self.parameters.steps)

    def name(self, unit: str) -> str:
        """« Pantin (93) »."""
        departement = unit[:3] if unit.startswith("97") else unit[:2]
        return f"{self.names[unit]} ({departement})"


def build_model(
    space: Space, register: LandRegister, profession: Profession, *, peak: bool = False
) -> Model:
    """Prepare a space for scenarios of one profession, once.

    ``peak`` takes the peak times of a matrix that has them. Raises :class:`UnavailableError`: no
    published APL, no travel times.
    """
    units = register.units.inner
    table = _published(space, profession)
    if not has_travel(space):
        raise UnavailableError(
            "Cet espace n'a ni matrice de temps de trajet, ni contours de communes : rien ne dit "
            "quelles communes sont proches.",
            "Ajoutez les contours des communes, ou une matrice, dans la page « Données ».",
        )
    year = str(table["period"].iloc[0])
    rows = table.drop_duplicates("code", keep="last").set_index("code")
    rows = rows.reindex(units)
    published = rows[profession.column].astype("float64")
    weight = rows["population_standardisee"].astype("float64")
    people = rows["population_totale"].astype("float64")
    legal = pd.Series(register.population, index=register.units.codes).reindex(units)
    population = people.fillna(legal).rename("population")
    parameters = profession.parameters(year)
    demand, sentence = _demand(space, parameters, year, weight, population)
    times = unit_travel(
        space, units, register.units.cities, max(step for step, _ in parameters.steps), peak=peak
    )
    empty = situation(
        demand,
        apl_catchment(times, parameters),
        supply=pd.Series(0.0, index=units),
        population=population,
        per=parameters.per,
    )
    return Model(
        profession=profession,
        parameters=parameters,
        year=year,
        published=published,
        weight=weight,
        population=population,
        demand=demand,
        empty=empty,
        names=register.units.table["name"].reindex(units).astype(str),
        demand_sentence=sentence,
        travel_sentence=travel_sentence(space),
    )


def _published(space: Space, profession: Profession) -> pd.DataFrame:
    """The rows of the latest year for which the APL is known."""
    table = space.table(profession.source) if space.has(profession.source) else pd.DataFrame()
    if len(table):
        table = table[table[profession.column].notna()]
    if table.empty:
        label = profession.label.lower()
        raise UnavailableError(
            f"Cet espace ne contient pas l'APL aux {label} publiée par la DREES : un scénario est "
            "une modification de cette valeur, et n'a pas de sens sans elle.",
            "Ajoutez le classeur de la DREES dans la page « Données ».",
        )
    return table[table["period"] == table["period"].max()]


def _demand(
    space: Space,
    parameters: AplParameters,
    year: str,
    weight: pd.Series,
    population: pd.Series,
) -> tuple[pd.Series, str]:
    """Standardised inhabitants by unit, and what they are."""
    stated = f"population standardisée publiée avec l'APL {year}"
    if parameters.age_weights:
        found = _by_age(space, parameters, year, population.index)
        if found is not None:
            demand, words = found
            shared = weight.notna() & demand.notna()
            total = float(weight[shared].sum())
            scale = total / float(demand[shared].sum()) if total > 0 else 1.0
            told = (demand * scale).fillna(weight).fillna(population)
            return told.rename("demande"), f"Demande : {words}."
    if weight.notna().any():
        return weight.fillna(population).rename("demande"), f"Demande : {stated}."
    return population.rename("demande"), "Demande : habitants, sans pondération par âge."


def _by_age(
    space: Space, parameters: AplParameters, year: str, units: pd.Index
) -> tuple[pd.Series, str] | None:
    weights = parameters.weights_by_age()
    for source, exact in ((FIVE_YEARS, True), (WIDE_BANDS, False)):
        if not space.has(source):
            continue
        table = space.table(source)
        period = _nearest_year(table["period"].dropna().unique(), year)
        if not period:
            continue
        rows = table[table["period"] == period]
        people = rows.pivot_table(
            index="code", columns="age", values="population", aggfunc="sum", observed=True
        )
        people.columns = [_band(str(name)) for name in people.columns]
        mine = weights if exact else _wide(weights, people.columns)
        whole = people.reindex(columns=mine.index).notna().all(axis=1)
        demand = standardised_demand(people.reindex(columns=mine.index)[whole], mine)
        words = f"population du recensement {period} pondérée par l'âge (poids {parameters.vintage}"
        words += " de la DREES)" if exact else " de la DREES, moyens par grande tranche d'âge)"
        return demand.reindex(units), words
    return None


def _nearest_year(periods: np.ndarray, year: str) -> str:
    """The census nearest to the one that the APL of a year uses."""
    wanted = int(year) - _LAG if year.isdigit() else 0
    years = sorted(str(period) for period in periods if str(period).isdigit())
    return min(years, key=lambda one: (abs(int(one) - wanted), one)) if years else ""


def _band(label: str) -> str:
    """« 00-04 » of the census is « 0-4 » of the weights."""
    return "-".join(str(int(age)) for age in label.split("-")) if "-" in label else label


def _wide(weights: pd.Series, bands: pd.Index | list[str]) -> pd.Series:
    """The mean weight of the bands of five years within each wider one."""
    first = {name: int(name.rstrip("+").split("-")[0]) for name in weights.index}
    found = {}
    for band in bands:
        ages = [int(age) for age in band.rstrip("+").split("-")]
        low, high = ages[0], ages[-1] if "-" in band else 200
        inside = [name for name, age in first.items() if low <= age <= high]
        found[band] = float(weights[inside].mean())
    return pd.Series(found, name=weights.name)
