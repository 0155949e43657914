"""Primary secrecy: which counts are too small to be shown, and what one then knows of them.

DOMAIN §8.1 to §8.3: a count of 1 to ``threshold - 1`` is masked; so is a zero when the source does
not publish its zeros. Where the count is a part of a whole that everyone knows, what is left of the
whole is a count too (« all but three »). Masked, missing, out of the field and zero stay apart.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cpts_data.measures import Status

THRESHOLD = 11
STATED_COLUMNS = ("value", "lower", "upper", "status")


def primary(
    value: pd.Series,
    status: pd.Series | None = None,
    *,
    threshold: int | None = THRESHOLD,
    zeros_published: bool = True,
    whole: pd.Series | None = None,
    ours: bool = True,
) -> pd.DataFrame:
    """Mask the small counts and say what is known of each cell.

    ``value`` are counts (NaN where not known) and ``status`` what the producer says of them
    (``masque``, ``manquant``, ``sans_objet``; anything else is told by the value). ``threshold``
    is the first count that may be shown (None: the producer's is not known, a masked cell may be of
    any size). ``whole`` are the known totals that the counts are a part of. ``ours=False`` masks
    nothing more than the producer did. Counts that are not whole numbers (a commune cut by its
    population) widen the bounds of all, so that they do not stand out.

    Returns ``value, lower, upper, status``, same index: ``lower = upper = value`` where observed,
    no bounds where missing or out of the field.
    """
    known = value.astype(float)
    told = pd.Series("", index=value.index) if status is None else status.astype(object)
    special = told.isin([Status.MASKED.value, Status.MISSING.value, Status.NOT_APPLICABLE.value])
    known = known.mask(special)
    least = 1.0 if zeros_published else 0.0
    most = np.inf if threshold is None else float(threshold - 1)
    cut = bool((known.dropna() % 1 != 0).any())
    if cut:
        least, most = 0.0, most + 1
    total = pd.Series(np.inf, index=value.index) if whole is None else whole.astype(float)
    total = total.fillna(np.inf)
    small = pd.Series(False, index=value.index)
    nearly_all = small
    if ours and threshold is not None:
        small = _is_small(known, threshold, zeros_published)
        nearly_all = ~small & _is_small(total - known, threshold, zeros_published)
    masked = small | nearly_all | (told == Status.MASKED.value)
    lower = known.mask(masked, least).mask(nearly_all, (total - most).clip(lower=0.0))
    upper = known.mask(masked, total.clip(upper=most)).mask(nearly_all, total - least)
    state = pd.Series(Status.OBSERVED.value, index=value.index, dtype=object)
    state = state.mask(known.isna(), Status.MISSING.value)
    for word in (Status.NOT_APPLICABLE, Status.MISSING):
        state = state.mask(told == word.value, word.value)
    state = state.mask(masked, Status.MASKED.value)
    columns = {"value": known.mask(masked), "lower": lower, "upper": upper, "status": state}
    return pd.DataFrame(columns)[list(STATED_COLUMNS)]


def _is_small(count: pd.Series, threshold: int, zeros_published: bool) -> pd.Series:
    """Counts that may not be shown; never those that are not known."""
    small = count < threshold
    return small & (count > 0) if zeros_published else small & (count >= 0)
