"""Minutes to the nearest service, and how many people live further than 20 or 30 minutes.

It says nothing on saturation: the nearest doctor may take no new patient. Works for any service
counted by place: GP, pharmacy, emergency department, maternity.

>>> import pandas as pd
>>> from cpts_data.access.travel import commune_times
>>> pairs = pd.DataFrame({"origin": ["a"], "destination": ["b"], "minutes": [25.0]})
>>> times = commune_times(pairs, pd.Index(["a", "b", "c"]))
>>> found = nearest(times, pd.Series({"b": 2}))
>>> found["minutes"].tolist(), found["destination"].tolist()
([25.0, 0.0, nan], ['b', 'b', nan])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from scipy import sparse

from cpts_data import french
from cpts_data.access.catchment import aligned
from cpts_data.access.travel import TravelTimes
from cpts_data.statistics.inputs import Faults
from cpts_data.territories import Territories

LIMITS: Final = (20.0, 30.0)
"""Minutes beyond which people are counted."""


def nearest(times: TravelTimes, services: pd.Series) -> pd.DataFrame:
    """Nearest service of each origin of the matrix: ``minutes`` and ``destination``.

    ``services`` counts the services by place; a place of 0 or missing count has none. Both columns
    are missing where no service is within the reach of the matrix: that is « beyond reach », not
    « unknown ». At equal times the first destination of the matrix wins.
    """
    present = aligned(services, times.destinations, "le nombre de services") > 0
    kept = np.flatnonzero(present[times.columns])
    rows, columns, minutes = times.rows[kept], times.columns[kept], times.minutes[kept]
    order = np.lexsort((columns, minutes, rows))
    first = order[np.unique(rows[order], return_index=True)[1]]
    found = np.full(len(times.origins), np.nan)
    found[rows[first]] = minutes[first]
    place = np.full(len(times.origins), -1)
    place[rows[first]] = columns[first]
    # The place -1 is the last code, a missing one.
    names = np.array([*times.destinations, None], dtype=object)
    codes = pd.Series(names[place], index=times.origins, dtype=times.destinations.dtype)
    return pd.DataFrame({"minutes": found, "destination": codes}, index=times.origins)


def people_beyond(
    minutes: pd.Series,
    population: pd.Series,
    territories: Territories | None = None,
    *,
    limits: Sequence[float] = LIMITS,
    reach: float | None = None,
) -> pd.DataFrame:
    """Inhabitants who live strictly further than each limit, by territory.

    ``minutes`` is the column of :func:`nearest`: a unit in its index without value is beyond
    reach, hence beyond every limit; a unit out of its index is not known. ``population`` is in
    inhabitants by unit. Returns, by territory (one row, ``ensemble``, without ``territories``):
    ``people`` (whose time is known or beyond reach), ``unknown`` (the others), and for each limit
    ``plus_de_20`` (inhabitants) and ``part_plus_de_20`` (share of ``people``, 0..1, NaN without).

    Raises ``StatisticsError`` when a limit is beyond the ``reach`` of the matrix
    (``TravelTimes.reach``): it cannot tell then.
    """
    faults = Faults("Population éloignée")
    for limit in limits:
        if reach is not None and limit > reach:
            faults.add(
                f"la matrice s'arrête à {french.number(reach)} minutes : elle ne dit pas qui est à "
                f"plus de {french.number(limit)} minutes"
            )
    faults.stop()
    units = population.index if territories is None else territories.units.inner
    people = aligned(population, units, "la population")
    known = np.asarray(units.isin(minutes.index))
    away = minutes.reindex(units).to_numpy(dtype=float, na_value=np.nan)
    away = np.where(np.isnan(away), np.inf, away)
    members, index = sparse.csr_array(np.ones((1, len(units)))), pd.Index(["ensemble"])
    if territories is not None:
        members, index = territories.members, territories.table.index
    total = members @ (people * known)
    found = {"people": total, "unknown": members @ (people * ~known)}
    for limit in limits:
        name = f"plus_de_{limit:g}"
        found[name] = members @ (people * (known & (away > limit)))
        share = np.full(len(total), np.nan)
        found[f"part_{name}"] = np.divide(found[name], total, out=share, where=total > 0)
    return pd.DataFrame(found, index=index)
