"""General practitioners of the island, and the accessibility computed from them.

The accessibilité potentielle localisée (APL) follows the DREES, sheet « Paramètres » of its
workbook, vintages 2022 and 2023: two-step floating catchment areas, three travel bands, bounded
activity, demand weighted by age.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from demonstration.people import AGES

APL_YEARS = (2022, 2023)
POPULATION_LAG = 2
DECAY = ((10.0, 1.0), (15.0, 2 / 3), (20.0, 1 / 3))
NULL_BELOW, FLOOR, CAP, IMPUTED = 250, 3_600, 6_000, 5_400
AGE_LIMIT = 65
AGE_WEIGHTS = {
    2022: (
        *(0.93, 0.59, 0.55, 0.59, 0.73, 0.78, 0.84, 0.88, 0.90, 0.97, 1.06, 1.14, 1.16, 1.19),
        *(1.52, 1.53, 1.72, 1.99, 2.39),
    ),
    2023: (
        *(1.12, 0.58, 0.51, 0.60, 0.75, 0.79, 0.82, 0.85, 0.89, 0.93, 1.03, 1.15, 1.18, 1.23),
        *(1.46, 1.57, 1.63, 1.89, 2.26),
    ),
}
DOCTORS_PER_THOUSAND = 0.66
BOURG_REACH = 15.0


def settle_doctors(
    communes: pd.DataFrame, minutes: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per general practitioner present in 2022 or 2023.

    Columns: ``code`` (commune), ``naissance`` (year), ``sexe``, ``exercice`` (``liberal`` or
    ``centre_de_sante``), ``debut`` and ``fin`` (years of practice, both included), ``actes_2022``
    and ``actes_2023`` (consultations of the year, 0 when absent).
    """
    population = communes["population"].to_numpy()
    town = communes["rang_ville"].to_numpy()
    appeal = np.where(town == 0, 1.44, np.where(town > 0, 1.35, 0.90))
    appeal = appeal * (1 + 0.12 * communes["littoral"].to_numpy()) * np.exp(-0.0045 * minutes[:, 0])
    appeal *= np.exp(-0.12 * communes["defavorisation"].to_numpy())
    practice = 1 / (1 + np.exp(-(np.log(population) - np.log(1_050)) / 0.40))
    bourg = population >= np.where(minutes <= BOURG_REACH, population, 0).max(axis=1)
    practice = np.where(bourg & (population > 450), np.maximum(practice, 0.85), practice)
    expected = population * appeal * practice
    total = round(DOCTORS_PER_THOUSAND * population.sum() / 1000)
    expected *= total / expected.sum()
    counts = rng.multinomial(total, expected / expected.sum())
    counts = np.where(bourg & (population > 800), np.maximum(counts, 1), counts)
    counts = np.where(expected >= 2, np.rint(0.75 * expected + 0.25 * counts), counts).astype(int)
    home = np.repeat(np.arange(len(communes)), counts)
    count = home.size
    age = np.clip(np.rint(rng.normal(51.5, 11.5, count)), 30, 78).astype(int)
    old_place = rng.random(count) < 0.20 * (minutes[home, 0] > 35)
    age = np.where(old_place, np.clip(age + 9, 30, 78), age)
    clinic = (rng.random(count) < 0.07) & (population[home] > 3_000)
    usual = (
        4_650 * np.exp(0.33 * rng.standard_normal(count)) * np.where(minutes[home, 0] > 30, 1.1, 1)
    )
    usual = np.where(rng.random(count) < 0.025, rng.uniform(40, 249, count), usual)
    fate = rng.random(count)
    start = np.where((fate < 0.035) & (age < 45), 2023, 2015)
    start = np.where((fate >= 0.035) & (fate < 0.07) & (age < 45), 2022, start)
    end = np.where((rng.random(count) < 0.25) & (age > 64), 2022, 2099)
    doctors = pd.DataFrame(
        {
            "code": communes.index.to_numpy()[home],
            "naissance": 2023 - age,
            "sexe": np.where(rng.random(count) < np.where(age < 50, 0.62, 0.38), "F", "H"),
            "exercice": np.where(clinic, "centre_de_sante", "liberal"),
            "debut": start,
            "fin": np.where(start > 2022, 2099, end),
        }
    )
    for year in APL_YEARS:
        acts = np.rint(usual * np.exp(0.04 * rng.standard_normal(count)))
        present = (doctors["debut"] <= year) & (doctors["fin"] >= year)
        doctors[f"actes_{year}"] = np.where(present, acts, 0).astype(int)
    return doctors


def acts_counted(doctors: pd.DataFrame, year: int) -> pd.Series:
    """Consultations that the APL counts for each doctor in a year (DREES's bounds)."""
    acts = doctors[f"actes_{year}"].astype(float)
    bounded = acts.clip(lower=FLOOR, upper=CAP).where(acts > NULL_BELOW, 0.0)
    newcomer = (doctors["debut"] == year) & (acts > 0)
    bounded = bounded.mask(newcomer, float(IMPUTED))
    present = (doctors["debut"] <= year) & (doctors["fin"] >= year)
    counted = bounded.where(doctors["exercice"] == "liberal", acts)
    return counted.where(present, 0.0)


def standardised_population(persons: pd.DataFrame, year: int) -> pd.Series:
    """Inhabitants weighted by their age, by commune, for the APL of ``year``.

    ``persons`` holds ``code, age, personnes`` of the population year. The DREES's weights are used
    as published (before 2022, those of 2022): they are scaled for France, so an older island weighs
    more than its inhabitants.
    """
    known = AGE_WEIGHTS[max(year, min(AGE_WEIGHTS))]
    weight = dict(zip(AGES, known, strict=True))
    weighted = persons["personnes"] * persons["age"].map(weight).astype(float)
    return weighted.groupby(persons["code"]).sum()


def accessibility(supply: np.ndarray, demand: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """Two-step floating catchment: consultations per standardised inhabitant, by commune.

    Upper bounds of the travel bands are included (10.0 min weighs 1).
    """
    weight = np.zeros_like(minutes)
    for limit, value in reversed(DECAY):
        weight[minutes <= limit] = value
    reached = weight.T @ demand
    ratio = np.divide(supply, reached, out=np.zeros_like(supply), where=reached > 0)
    return weight @ ratio


def apl_table(
    doctors: pd.DataFrame, persons: pd.DataFrame, minutes: np.ndarray, codes: pd.Index, year: int
) -> pd.DataFrame:
    """APL of a year by commune: ``apl, apl_65, population_standardisee, population``.

    ``persons`` is the population two years before (columns ``code, age, personnes``); the second
    APL leaves out the doctors older than 65.
    """
    demand = standardised_population(persons, year).reindex(codes)
    acts = acts_counted(doctors, year)
    young = acts.where(year - doctors["naissance"] <= AGE_LIMIT, 0.0)
    table = pd.DataFrame(index=codes)
    for column, counted in (("apl", acts), ("apl_65", young)):
        supply = counted.groupby(doctors["code"]).sum().reindex(codes, fill_value=0.0)
        table[column] = accessibility(supply.to_numpy(), demand.to_numpy(), minutes)
    table["population_standardisee"] = demand
    table["population"] = persons.groupby("code")["personnes"].sum().reindex(codes)
    return table
