"""Rates made comparable between populations of different ages.

Direct standardisation needs the events by age band and gives the rate the territory would have with
the reference's age structure. Indirect standardisation needs only the total of events and compares
it with what the reference's rates would give. Conventions of the English public-health tool
Fingertips (package PHEindicatormethods).

Each function takes one row per age band (or any other band), and `by`, the column or columns that
name a territory; it returns one row per territory, in order of appearance, indexed by `by` (a
single row 0 when `by` is None). Faults raise `StatisticsError`.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd

from cpts_data.statistics.inputs import (
    Faults,
    StatisticsError,
    as_floats,
    confidence_level,
    multiplier,
)
from cpts_data.statistics.intervals import (
    FEW_EVENTS,
    byar_bounds,
    count_bounds,
    count_method,
    sum_by,
)

By = str | list[str] | None

_NAMES: Final = {
    "count": "le nombre d'événements",
    "population": "la population",
    "standard_population": "la population de référence",
    "frequency": "le nombre d'événements par personne",
    "persons": "le nombre de personnes",
    "reference_count": "le nombre d'événements de la référence",
    "reference_population": "la population de la référence",
}


def direct(
    table: pd.DataFrame, by: By = None, per: float = 100_000, confidence: float = 0.95
) -> pd.DataFrame:
    """Directly standardised rate with Dobson's interval.

    `table` holds one row per band: `count` (events, a missing one counts as zero), `population`
    (above zero) and `standard_population` (the reference's weight of the band).

    Returns `count`, `population` (sums), `value`, `lower`, `upper` (in units of `per`) and
    `method`. Under ten events value and bounds are missing: « effectif insuffisant », not zero.
    The lower bound may fall under zero when one band weighs very much.

    Because a missing count is read as zero, never call it on masked bands: the result would be too
    low and look certain.

    Source: Dobson A et al. (1991), Statistics in Medicine 10:457-462.
    """
    level, factor = confidence_level(confidence), multiplier(per)
    columns = _columns(table, by, ["count", "population", "standard_population"])
    _check_direct(columns, table.index, "count")
    events = np.nan_to_num(columns["count"].to_numpy())
    return _dobson(columns.assign(count=events), events, _keys(table, by), level, factor)


def direct_repeated(
    table: pd.DataFrame,
    by: By = None,
    per: float = 100_000,
    confidence: float = 0.95,
    stratum: str = "stratum",
) -> pd.DataFrame:
    """Directly standardised rate of events that repeat for a same person (emergency visits).

    `table` holds one row per band and frequency: `stratum` (the band), `frequency` (events per
    person), `persons` (people who had exactly that many; missing counts as zero), `population` and
    `standard_population` (the same on every row of the band).

    The rate is that of `direct` on `sum(frequency * persons)`; its variance weights each frequency
    by its square, because two visits of one person are not independent. Same result as `direct`,
    `count` being the events; the same rules for fewer than ten events and for masked bands.

    Source: Fingertips, Public Health Technical Guidance, directly standardised rates.
    """
    level, factor = confidence_level(confidence), multiplier(per)
    names = ["population", "standard_population", "frequency", "persons"]
    columns = _columns(table, by, [*names, stratum], numeric=names)
    _check_direct(columns, table.index, "persons")
    faults = Faults("Standardisation directe", table.index)
    frequency = columns["frequency"].to_numpy()
    faults.check(
        ~(frequency >= 0),
        "le nombre d'événements par personne doit être donné, supérieur ou égal à zéro",
    )
    faults.check(table[stratum].isna().to_numpy(), "la tranche d'âge est absente")
    keys = _keys(table, by)
    bands = [*keys, pd.Index(table[stratum])]
    sizes = columns[["population", "standard_population"]].groupby(bands, dropna=False)
    unequal = (sizes.transform("min") != sizes.transform("max")).any(axis=1).to_numpy()
    faults.check(unequal, "une même tranche d'âge a plusieurs populations")
    faults.stop()

    persons = np.nan_to_num(columns["persons"].to_numpy())
    columns = columns.assign(count=frequency * persons, weight=frequency**2 * persons)
    # One row per band: the population of a band is written on each of its frequency rows.
    band = columns.groupby(bands, sort=False, dropna=False)
    merged = pd.DataFrame(
        {
            "count": band["count"].sum(),
            "population": band["population"].first(),
            "standard_population": band["standard_population"].first(),
            "weight": band["weight"].sum(),
        }
    )
    levels: list[pd.Index] = [merged.index.get_level_values(k) for k in range(len(keys))]
    return _dobson(merged, merged["weight"].to_numpy(), levels, level, factor)


def indirect(
    table: pd.DataFrame,
    by: By = None,
    per: float = 1,
    kind: Literal["ratio", "rate"] = "ratio",
    confidence: float = 0.95,
    observed: pd.Series | None = None,
) -> pd.DataFrame:
    """Indirectly standardised ratio (observed over expected) or rate.

    `table` holds one row per band: `count`, `population`, `reference_count` (missing counts as
    zero) and `reference_population`. When the counts by band are masked and only totals are known,
    give them in `observed`, indexed like the result; `count` is then not read. A missing count or
    population makes the result of its territory missing.

    Returns `observed`, `expected`, `reference_rate` (in units of `per`, for a rate), `value`,
    `lower`, `upper` and `method` (`Exact` under ten events, else `Byars`). `per` is the scale of
    the ratio (100 for an index) or the factor of the rate. Expected = 0 gives an infinite value, or
    NaN if nothing was observed either.

    Two indirect ratios share no structure: compare each with the reference, never one with another.

    Source: Breslow and Day (1987); Armitage and Berry (2002).
    """
    level, factor = confidence_level(confidence), multiplier(per)
    if kind not in ("ratio", "rate"):
        raise StatisticsError(f"Standardisation indirecte : « {kind} » inconnu (ratio ou rate).")
    names = ["population", "reference_count", "reference_population"]
    if observed is None:
        names = ["count", *names]
    elif not isinstance(observed, pd.Series):
        raise StatisticsError(
            "Standardisation indirecte impossible : les totaux observés doivent être une série "
            "dont l'index donne le territoire."
        )
    columns = _columns(table, by, names)
    keys = _keys(table, by)
    _check_indirect(columns, table.index, keys)

    reference = columns["reference_count"].fillna(0.0)
    columns = columns.assign(
        reference_count=reference,
        expected=reference / columns["reference_population"] * columns["population"],
    )
    sums = _by_territory(columns, keys)
    counts = sums["count"] if observed is None else _totals(observed, sums.index)
    events, expected = counts.to_numpy(), sums["expected"].to_numpy()
    if kind == "rate":
        reference_rate = (sums["reference_count"] / sums["reference_population"]).to_numpy()
    else:
        reference_rate = np.full(len(sums), np.nan)
    scale = factor * (reference_rate if kind == "rate" else 1.0)
    lower, upper = count_bounds(events, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        result = pd.DataFrame(
            {
                "observed": events,
                "expected": expected,
                "reference_rate": reference_rate * factor,
                "value": events / expected * scale,
                "lower": lower / expected * scale,
                "upper": upper / expected * scale,
            },
            index=sums.index,
        )
    return result.assign(method=count_method(events))


def _dobson(
    columns: pd.DataFrame,
    events: np.ndarray,
    keys: list[pd.Index],
    level: float,
    factor: float,
) -> pd.DataFrame:
    """Rate and interval from one row per band; `events` is what the variance counts."""
    share = columns["standard_population"] / columns["population"]
    sums = _by_territory(
        columns[["count", "population", "standard_population"]].assign(
            weighted=columns["count"] * share, spread=events * share**2
        ),
        keys,
    )
    standard = sums["standard_population"]
    faults = Faults("Standardisation directe", sums.index)
    faults.check(~(standard > 0).to_numpy(), "la population de référence totale est nulle")
    faults.stop()
    enough = sums["count"] >= FEW_EVENTS
    count = sums["count"].where(enough)
    value = (sums["weighted"] / standard).where(enough)
    unit = np.sqrt(sums["spread"] / standard**2 / count)
    lower, upper = byar_bounds(count.to_numpy(), level)
    return pd.DataFrame(
        {
            "count": sums["count"],
            "population": sums["population"],
            "value": value * factor,
            "lower": (value + unit * (lower - count)) * factor,
            "upper": (value + unit * (upper - count)) * factor,
            "method": "Dobson",
        }
    )


def _check_direct(columns: pd.DataFrame, rows: pd.Index, events: str) -> None:
    faults = Faults("Standardisation directe", rows)
    counts = columns[events].to_numpy()
    population = columns["population"].to_numpy()
    standard = columns["standard_population"].to_numpy()
    faults.check(counts < 0, f"{_NAMES[events]} doit être supérieur ou égal à zéro", counts)
    faults.check(np.isnan(population), "la population est absente")
    faults.check(population <= 0, "la population doit être supérieure à zéro", population)
    faults.check(np.isnan(standard), "la population de référence est absente")
    faults.check(standard < 0, "la population de référence doit être positive ou nulle", standard)
    faults.stop()


def _check_indirect(columns: pd.DataFrame, rows: pd.Index, keys: list[pd.Index]) -> None:
    faults = Faults("Standardisation indirecte", rows)
    for name in ("count", "population", "reference_count"):
        if name in columns:
            values = columns[name].to_numpy()
            faults.check(values < 0, f"{_NAMES[name]} : valeur négative", values)
    size = columns["reference_population"].to_numpy()
    faults.check(size <= 0, "la population de la référence doit être supérieure à zéro", size)
    bands = columns.groupby(keys, sort=False, dropna=False).size() if keys else pd.Series([1])
    if len(bands) and bands.min() != bands.max():
        faults.add(
            "les territoires n'ont pas tous les mêmes tranches d'âge "
            f"(de {bands.min()} à {bands.max()} lignes) : complétez les tranches absentes"
        )
    faults.stop()


def _columns(
    table: pd.DataFrame, by: By, needed: list[str], numeric: list[str] | None = None
) -> pd.DataFrame:
    """Read the numeric columns of the table as floats; refuse a table that lacks a column."""
    absent = [name for name in [*needed, *_key_names(by)] if name not in table.columns]
    if absent:
        raise StatisticsError(
            f"Standardisation impossible : colonnes absentes : {', '.join(absent)}. "
            f"Colonnes trouvées : {', '.join(str(name) for name in table.columns)}."
        )
    names = needed if numeric is None else numeric
    return pd.DataFrame({name: as_floats(table[name], _NAMES[name]) for name in names})


def _by_territory(columns: pd.DataFrame, keys: list[pd.Index]) -> pd.DataFrame:
    return sum_by(columns, keys if keys else np.zeros(len(columns), dtype=int))


def _key_names(by: By) -> list[str]:
    if by is None:
        return []
    return [by] if isinstance(by, str) else list(by)


def _keys(table: pd.DataFrame, by: By) -> list[pd.Index]:
    return [pd.Index(table[name], name=name) for name in _key_names(by)]


def _totals(observed: pd.Series, index: pd.Index) -> pd.Series:
    absent = index.difference(observed.index)
    if len(absent) or not observed.index.is_unique:
        raise StatisticsError(
            "Standardisation indirecte impossible : le total observé doit être donné une fois pour "
            f"chaque territoire ; manquant pour : {', '.join(map(str, absent[:5])) or 'aucun'}."
        )
    counts = as_floats(observed.reindex(index), "le total observé")
    faults = Faults("Standardisation indirecte", index)
    faults.check(counts < 0, "le total observé doit être supérieur ou égal à zéro", counts)
    faults.stop()
    return pd.Series(counts, index=index)
