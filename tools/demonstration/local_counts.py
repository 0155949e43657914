"""The counts behind the local indicators: by commune, then added up to every larger territory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from demonstration import local_indicators as declared
from demonstration.local_indicators import LocalIndicator
from demonstration.needs import AFFECTIONS, Illness
from demonstration.residents import band_weights
from demonstration.visits import Visits

COVERED = 0.972
COLUMNS = ["indicateur", "strate", "annee", "periode", "public", "numerateur", "denominateur"]
_SEXES = {declared.BOTH: (0, 1), declared.MEN: (0,), declared.WOMEN: (1,)}


def local_counts(
    residents: dict[int, np.ndarray],
    illness: Illness,
    visits: Visits,
    poverty: np.ndarray,
    access: np.ndarray,
    near: np.ndarray,
    seed: int,
) -> pd.DataFrame:
    """One row per indicator, stratum, year and commune (by rank); nothing masked.

    Columns: ``COLUMNS`` and ``commune`` (position). ``access`` is log2 of the APL against its mean.
    """
    drawn = pd.concat(_drawn(residents, illness, poverty, access, near, seed), ignore_index=True)
    parts = [
        drawn,
        *_wholes(drawn),
        *_emergencies(residents, visits),
        *_conditions(residents, illness),
    ]
    return pd.concat(parts, ignore_index=True)


def _part(
    identifier: str, strate: str, year: int, period: str, public: bool, over: tuple
) -> pd.DataFrame:
    numerator, denominator = over
    return pd.DataFrame(
        {
            "commune": np.arange(len(numerator)),
            "indicateur": identifier,
            "strate": strate,
            "annee": year,
            "periode": period,
            "public": public,
            "numerateur": np.rint(numerator).astype(int),
            "denominateur": np.rint(denominator).astype(int),
        }
    )


def _persons(
    target: LocalIndicator, year: int, residents: dict[int, np.ndarray], illness: Illness
) -> np.ndarray:
    """Whole persons of the target by commune in a year."""
    source = illness.ald[year] if target.among == declared.ALD else residents[year]
    counts = source[:, _SEXES[target.sex], :].sum(axis=1) @ band_weights(target.low, target.high)
    covered = COVERED if target.among == declared.INSURED else 1.0
    return np.floor(counts * target.part * covered + 0.5)


def _drawn(
    residents: dict[int, np.ndarray],
    illness: Illness,
    poverty: np.ndarray,
    access: np.ndarray,
    near: np.ndarray,
    seed: int,
) -> Iterator[pd.DataFrame]:
    """Indicators drawn person by person."""
    for number, target in enumerate(declared.DRAWN):
        # Strata of one indicator share the character of the places.
        place = np.random.default_rng([seed, 40, sum(map(ord, target.id))])
        # Where the trend goes the other way than on the island, and where it is quicker.
        local = near @ place.standard_normal((len(poverty), 2))
        chance = np.random.default_rng([seed, 41, number])
        weight = residents[2021].sum(axis=(1, 2))
        level = target.poverty * poverty + target.access * access + target.spread * local[:, 0]
        level = level - np.average(level, weights=weight)
        periods = declared.periods_of(target.period)
        for year in (year for year in declared.YEARS if year >= target.since):
            step = (year - declared.YEARS[0]) / (declared.YEARS[-1] - declared.YEARS[0])
            odds = (1 - step) * _logit(target.first) + step * _logit(target.last)
            odds = odds + level + 0.10 * (step - 0.5) * local[:, 1]
            persons = _persons(target, year, residents, illness)
            counted = chance.binomial(persons.astype(int), 1 / (1 + np.exp(-odds)))
            over = (counted, persons)
            yield _part(target.id, target.strate, year, periods[year], target.public, over)


def _wholes(drawn: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The strata of some indicators, added up."""
    keys = ["commune", "annee", "periode", "public"]
    for told, summed in declared.SUMMED:
        rows = drawn[drawn["indicateur"] == summed]
        whole = rows.groupby(keys, as_index=False)[["numerateur", "denominateur"]].sum()
        yield whole.assign(indicateur=told, strate=declared.WHOLE)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _emergencies(residents: dict[int, np.ndarray], visits: Visits) -> Iterator[pd.DataFrame]:
    rate, without, followed = declared.VISIT_INDICATORS
    for year in declared.YEARS:
        persons = np.floor(residents[year].sum(axis=1) + 0.5)
        for strate, low, high in declared.VISIT_STRATA:
            weights = band_weights(low, high)
            people, seen = persons @ weights, visits.visits[year] @ weights
            stayed = visits.stays[year] @ weights
            period = str(year)
            yield _part(rate, strate, year, period, False, (seen, people))
            if strate == declared.WHOLE:
                yield _part(without, strate, year, period, False, (seen - stayed, seen))
                yield _part(followed, strate, year, period, False, (stayed, seen))


def _conditions(residents: dict[int, np.ndarray], illness: Illness) -> Iterator[pd.DataFrame]:
    for year in declared.YEARS:
        persons = np.floor(residents[year].sum(axis=1) + 0.5)
        tables = {"prevalence_ald": illness.ald[year].sum(axis=1)}
        for affection in AFFECTIONS:
            counts = illness.affections[affection.id, year].sum(axis=1)
            tables[f"prevalence_ald_{affection.id}"] = counts
        for name, counts in tables.items():
            for strate, low, high in declared.ALD_STRATA:
                weights = band_weights(low, high)
                over = (counts @ weights, persons @ weights)
                yield _part(name, strate, year, str(year), False, over)
