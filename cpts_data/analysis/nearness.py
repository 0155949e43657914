"""Minutes from each commune to the nearest service, as columns counted out of the registers.

A service stands in a commune: a self-employed GP (RPPS), a pharmacy (FINESS), an emergency
department (a site of the SAE, placed by the FINESS), else what the BPE counts. Times are those of
the space (:mod:`cpts_data.analysis.travel_ground`), from commune to commune: 0 within one of them.
Whoever is further than :data:`LONGEST` minutes, or cannot go by road, is counted at that time: an
average is then an understatement, and the shares beyond 20 and 30 minutes stay exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd

from cpts_data.access.nearest import nearest
from cpts_data.analysis.ground import LandRegister
from cpts_data.analysis.travel_ground import (
    MATRIX,
    has_travel,
    matrix_reach,
    travel_key,
    unit_points,
    unit_travel,
)
from cpts_data.contracts import STATUS_SUFFIX
from cpts_data.measures import Status
from cpts_data.space import Space

MINUTES: Final = "minutes"
LONGEST: Final = 60.0
"""Minutes that a longer journey is counted for."""

_STEPS: Final = (15.0, 30.0, LONGEST)
Counts = Callable[[Space], pd.DataFrame]


def nearest_table(
    space: Space, source_id: str, counts: Counts, strata: tuple[str, ...]
) -> pd.DataFrame:
    """The minutes to the nearest service of a source, kept in the cache of the space.

    ``counts`` gives the services: ``code, period``, the ``strata`` that tell them apart, and
    ``services``. Returns ``code, period``, the strata, ``minutes`` and ``minutes_statut``
    (``estime`` without a matrix), one row per inner unit and stratum, for the latest period.
    """
    files = space.files_key(source_id, "finess")
    key = f"minutes-{source_id}-{files}-{travel_key(space)}"
    return space.kept_table(key, lambda: _made(space, counts, strata))


def _made(space: Space, counts: Counts, strata: tuple[str, ...]) -> pd.DataFrame:
    columns = ["code", "period", *strata, MINUTES, f"{MINUTES}{STATUS_SUFFIX}"]
    if not has_travel(space):
        return pd.DataFrame(columns=columns)
    register = LandRegister(space)
    parts = []
    services = counts(space)
    services = services[services["period"] == services["period"].max()]
    for labels, rows in services.groupby([*strata], observed=True):
        held = rows.groupby(rows["code"].astype("string"))["services"].sum()
        minutes = minutes_to(space, register, held[held > 0])
        named = dict(zip(strata, map(str, labels), strict=True))
        parts.append(
            pd.DataFrame(
                {
                    "code": minutes.index.astype("string"),
                    "period": str(rows["period"].iloc[0]),
                    **named,
                    MINUTES: minutes.to_numpy(),
                    f"{MINUTES}{STATUS_SUFFIX}": _status(space),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return table.astype(dict.fromkeys(["code", "period", *strata, columns[-1]], "string"))


def _status(space: Space) -> str:
    return (Status.OBSERVED if space.has(MATRIX) else Status.ESTIMATED).value


def minutes_to(space: Space, register: LandRegister, services: pd.Series) -> pd.Series:
    """Minutes from each inner unit to the nearest place of ``services`` (counts by code).

    Missing where nothing can be told: a unit without point, or a matrix that stops too early.
    """
    units, cities = register.units.inner, register.units.cities
    places = units[units.isin(_with_parts(services.index, register))]
    if not len(places):
        return pd.Series(float("nan"), index=units)
    if space.has(MATRIX):
        times = unit_travel(space, units, cities, LONGEST, destinations=places)
        found = nearest(times, pd.Series(1, index=places))["minutes"]
        return found.fillna(LONGEST) if matrix_reach(space) >= LONGEST else found
    located = unit_points(space, cities).index
    found = pd.Series(float("nan"), index=units)
    waiting = units[units.isin(located)]
    for limit in _STEPS:
        times = unit_travel(space, units, cities, limit, origins=waiting, destinations=places)
        told = nearest(times, pd.Series(1, index=places))["minutes"].dropna()
        found[told.index] = told
        waiting = waiting.difference(told.index)
        if not len(waiting):
            break
    found[waiting] = LONGEST
    return found


def _with_parts(codes: pd.Index, register: LandRegister) -> pd.Index:
    """Codes of services, those of a whole city being in each of its arrondissements."""
    parts = [
        part for city, members in register.units.cities.items() if city in codes for part in members
    ]
    return codes.append(pd.Index(parts, dtype=codes.dtype)) if parts else codes
