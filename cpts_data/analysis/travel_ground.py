"""Travel times between the units of a space: its matrix when it has one, else an estimate.

A matrix is read as its producer gives it (``sources.temps_de_trajet``), and two things are settled
here. Metric gives each couple of communes once: where no couple of a file is told in both
directions, a time is taken for both. A city that the matrix knows as a whole gives its times to its
municipal arrondissements, which are then at 0 minute from each other.

Without a matrix, times are estimated from the distance between points within the contours
(:mod:`cpts_data.access.estimation`), and everything made of them is an estimate.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.access import estimation, travel
from cpts_data.access.estimation import estimated_times
from cpts_data.access.travel import TravelTimes, commune_times
from cpts_data.reference.access_parameters import FOLDER, landmasses, road_speeds
from cpts_data.sources import MODULES
from cpts_data.space import Space

MATRIX = "temps_de_trajet"
CONTOURS = "contours_communes"
DENSITY = "grille_densite"
_ONE_WAY = 0.01
_BEST_GRIDS = (7, 4, 3)


def has_travel(space: Space) -> bool:
    """Whether times can be told in a space: it holds a matrix, or contours to estimate from."""
    return space.has(MATRIX) or space.has(CONTOURS)


def has_peak(space: Space) -> bool:
    """Whether the matrix of a space tells the peak too."""
    return space.has(MATRIX) and bool(space.table(MATRIX)["minutes_pleines"].notna().any())


def travel_key(space: Space) -> str:
    """A fingerprint of all that the times of a space are made of."""
    return f"{space.files_key(MATRIX, CONTOURS, DENSITY, 'cog')}-{_working_values()}"


@cache
def _working_values() -> str:
    """A fingerprint of the speeds, the islands and the code that times are made with."""
    digest = hashlib.sha256()
    for name in ("vitesses.csv", "iles_sans_pont.csv"):
        digest.update((FOLDER / name).read_bytes())
    for module in (estimation, travel, sys.modules[__name__]):
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()[:8]


def unit_travel(
    space: Space,
    units: pd.Index,
    cities: Mapping[str, Sequence[str]],
    max_minutes: float,
    *,
    peak: bool = False,
    origins: pd.Index | None = None,
    destinations: pd.Index | None = None,
) -> TravelTimes:
    """Times between units up to ``max_minutes``, from ``origins`` to ``destinations`` (all).

    ``cities`` gives the parts of the cities whose arrondissements are units. ``peak`` asks for the
    peak times of a matrix that has them. ``status`` and ``label`` of the result say what they are.
    Raises ``KeyError`` when the space has neither matrix nor contours (:func:`has_travel`).
    """
    leaving = units if origins is None else origins
    reaching = units if destinations is None else destinations
    if space.has(MATRIX):
        times = _measured(space, units, cities, max_minutes, peak)
        if origins is None and destinations is None:
            return times
        return times.restricted(leaving, reaching)
    points = unit_points(space, cities)
    ends = leaving.union(reaching)
    return estimated_times(
        points.reindex(ends),
        landmasses(ends),
        road_speeds(_grid(space)),
        density=_density(space, cities),
        origins=leaving,
        destinations=reaching,
        max_minutes=max_minutes,
    )


def matrix_reach(space: Space) -> float:
    """The longest time of the matrix of a space: what it does not tell may be just beyond."""
    return float(space.table(MATRIX)["minutes"].max())


# A matrix


def _measured(
    space: Space,
    units: pd.Index,
    cities: Mapping[str, Sequence[str]],
    max_minutes: float,
    peak: bool,
) -> TravelTimes:
    table = space.table(MATRIX)
    asked = peak and has_peak(space)
    column = "minutes_pleines" if asked else "minutes"
    near = table.loc[(table[column] <= max_minutes).to_numpy(), ["origine", "destination", column]]
    pairs = with_both_ways(near.rename(columns={column: "minutes"}))
    pairs = _with_parts(pairs, cities, units)
    when = "heures pleines" if asked else "heures creuses" if has_peak(space) else "en voiture"
    words = f"Temps de trajet de la matrice reçue ({when})"
    return commune_times(pairs, units, label=words)


def with_both_ways(pairs: pd.DataFrame) -> pd.DataFrame:
    """Add the way back where the file tells each couple in one direction only (Metric).

    ``pairs`` has ``origine, destination, minutes``. A file that tells even a few couples in both
    directions is left as it is: what it lacks is beyond reach.
    """
    names, start, end = _coded(pairs)
    there = start * np.int64(len(names)) + end
    back = end * np.int64(len(names)) + start
    between = start != end
    told = np.isin(back[between], there[between], assume_unique=False)
    if not len(told) or told.mean() > _ONE_WAY:
        return pairs
    again = pairs[between].rename(columns={"origine": "destination", "destination": "origine"})
    both = {
        "origine": np.concatenate([start, end[between]]),
        "destination": np.concatenate([end, start[between]]),
    }
    return pd.DataFrame(
        {name: pd.Categorical.from_codes(codes, names) for name, codes in both.items()}
        | {"minutes": np.concatenate([pairs["minutes"], again["minutes"]])}
    )


def _coded(pairs: pd.DataFrame) -> tuple[pd.Index, np.ndarray, np.ndarray]:
    """The codes met, and the position among them of both ends of each pair."""
    ends = [pairs[name].astype("category").cat for name in ("origine", "destination")]
    names = ends[0].categories.union(ends[1].categories)
    codes = [names.get_indexer(end.categories)[end.codes].astype(np.int64) for end in ends]
    return names, codes[0], codes[1]


def _with_parts(
    pairs: pd.DataFrame, cities: Mapping[str, Sequence[str]], units: pd.Index
) -> pd.DataFrame:
    """Lay the times of a whole city over its arrondissements, where the matrix knows no part."""
    names, start, end = _coded(pairs)
    known = set(names)
    whole = {
        city: [part for part in parts if part in units]
        for city, parts in cities.items()
        if city in known and not known.intersection(parts)
    }
    if not any(whole.values()):
        return pairs
    touched = np.isin(start, names.get_indexer(list(whole)))
    touched |= np.isin(end, names.get_indexer(list(whole)))
    laid = pairs[touched].astype({"origine": "object", "destination": "object"})
    for name in ("origine", "destination"):
        parts = [whole.get(code, [code]) for code in laid[name]]
        laid = laid.assign(**{name: parts}).explode(name)
    own = [(here, there, 0.0) for parts in whole.values() for here in parts for there in parts]
    columns = ["origine", "destination", "minutes"]
    rest = pairs[~touched].astype({"origine": "object", "destination": "object"})
    return pd.concat([rest, laid, pd.DataFrame(own, columns=columns)], ignore_index=True)[columns]


# An estimate


def unit_points(space: Space, cities: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """A point within each unit's contour: ``longitude, latitude``, by code.

    An arrondissement that is not drawn stands at the point of its city.
    """
    key = f"points-{space.files_key(CONTOURS)}"
    points = space.kept_table(key, lambda: _points(space)).set_index("code")
    found = [points]
    for city, parts in cities.items():
        lost = [part for part in parts if part not in points.index]
        if city in points.index and lost:
            found.append(pd.DataFrame([points.loc[city]] * len(lost), index=lost))
    return pd.concat(found)


def _points(space: Space) -> pd.DataFrame:
    contours = space.table(CONTOURS).drop_duplicates("code")
    points = contours.geometry.representative_point()
    return pd.DataFrame(
        {
            "code": contours["code"].astype("string").to_numpy(),
            "longitude": points.x.to_numpy(),
            "latitude": points.y.to_numpy(),
        }
    )


def _grid(space: Space) -> int:
    """Levels of the grid of density of a space; any where it has none."""
    if not space.has(DENSITY):
        return _BEST_GRIDS[0]
    held = set(space.table(DENSITY)["niveaux"].astype(int))
    return next((levels for levels in _BEST_GRIDS if levels in held), _BEST_GRIDS[0])


def _density(space: Space, cities: Mapping[str, Sequence[str]]) -> pd.Series | None:
    if not space.has(DENSITY):
        return None
    table = space.table(DENSITY)
    table = table[table["niveaux"] == _grid(space)].sort_values("period", kind="stable")
    density = table.drop_duplicates("code", keep="last").set_index("code")["densite"]
    density.index = density.index.astype("string")
    parts = {
        part: density[city]
        for city, members in cities.items()
        for part in members
        if city in density.index and part not in density.index
    }
    return pd.concat([density, pd.Series(parts, dtype=density.dtype)]) if parts else density


def travel_sentence(space: Space) -> str:
    """Where the times of a space come from, as a French sentence."""
    if space.has(MATRIX):
        source = MODULES[MATRIX].SOURCE
        reach = french.number(matrix_reach(space))
        return f"Temps de trajet : {source.publisher}, couples jusqu'à {reach} minutes."
    return (
        "Temps de trajet estimés d'après la distance et la densité des communes (ni relief, ni "
        "route, ni circulation), faute de matrice dans cet espace : à lire comme un ordre de "
        "grandeur. Les vitesses employées sont des valeurs de travail, à vérifier."
    )
