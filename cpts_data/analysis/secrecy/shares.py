"""Shares whose two terms are not public: what hides one of them, and what may then be divided.

A numerator, its denominator and what is left between them are three counts of persons: « all but
three » tells of three (DOMAIN §8.4, complements). They are protected together, as two strata.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from cpts_data.analysis.secrecy.primary import STATED_COLUMNS
from cpts_data.measures import Status, UnitColumn
from cpts_data.territories import Territories

PART, REST, ALL = "numerateur", "autres", "denominateur"
_ROUNDING = 1e-9


def share_strata(
    part: UnitColumn, whole: UnitColumn, communes: Territories
) -> tuple[dict[str, UnitColumn], pd.DataFrame]:
    """The strata and the totals to give to ``protect(…, whole=ALL, totals=…)``.

    ``part`` counts some of ``whole``, both over the unit slots. Where the producer masks the part
    and tells the whole, the whole becomes a total of the commune.
    """
    counted = part.present & whole.present
    outside = part.outside | whole.outside
    rest = UnitColumn(
        values=whole.values - part.values,
        present=counted,
        masked=counted & (part.masked | whole.masked) & ~(part.known & whole.known),
        outside=outside,
        estimated=part.estimated | whole.estimated,
        threshold=None,
        zeros_published=part.zeros_published,
    )
    told = np.flatnonzero(counted & whole.known & ~rest.known & ~communes.units.is_city)
    codes = communes.units.codes[told]
    totals = pd.DataFrame(
        {
            "level": communes.level.value,
            "territory": codes,
            "stratum": ALL,
            "value": whole.values[told],
        }
    )
    totals = totals[totals["territory"].isin(communes.table.index)].reset_index(drop=True)
    return {PART: replace(part, present=counted, outside=outside), REST: rest}, totals


def divided(above: pd.DataFrame, below: pd.DataFrame, per: float = 100.0) -> pd.DataFrame:
    """A share from what is shown of its two terms: ``value, lower, upper, status``, same index.

    ``above`` and ``below`` as given by ``Protected.at`` (for a public denominator, ``value = lower
    = upper`` and ``observe``). Exact where both are; else bounds, at most ``per``: whoever holds
    the two terms divides them too.
    """
    top, base = above.loc[:, ["value", "lower", "upper"]], below.loc[above.index]
    exact = above["value"].notna() & base["value"].notna() & (base["value"] > 0)
    lower = per * _ratio(top["lower"], base["upper"])
    upper = (per * _ratio(top["upper"], base["lower"])).clip(upper=per)
    value = (per * _ratio(above["value"], base["value"])).where(exact)
    status = pd.Series(Status.BOUNDED.value, index=above.index, dtype=object)
    status = status.mask(exact, Status.OBSERVED.value)
    either = [above["status"].astype(object), base["status"].astype(object)]
    for word in either:
        status = status.mask(exact & (word == Status.ESTIMATED.value), Status.ESTIMATED.value)
    open_ended = ~exact & (lower.isna() | upper.isna())
    status = status.mask(open_ended, Status.MASKED.value)
    for missing in (Status.NOT_APPLICABLE, Status.MISSING):
        for word in either:
            status = status.mask(word == missing.value, missing.value)
    nobody = base["value"] == 0
    status = status.mask(nobody & (status != Status.MISSING.value), Status.NOT_APPLICABLE.value)
    bounded = status == Status.BOUNDED.value
    told = {"value": value, "lower": lower.where(bounded), "upper": upper.where(bounded)}
    return pd.DataFrame({**told, "status": status})[list(STATED_COLUMNS)]


def _ratio(above: pd.Series, below: pd.Series) -> pd.Series:
    """A quotient, NaN over nothing."""
    return above / below.where(below > _ROUNDING)
