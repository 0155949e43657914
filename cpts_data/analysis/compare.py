"""Territories beside their references (département, région, France, peers…) and their peers.

A comparison never says more than its figures allow (DOMAIN §7.5, §8.3):

- with a confidence interval, a verdict at 95 % and 99.8 %, the reference taken as a fixed value;
- without interval (census, APL, deprivation), the gap and the rank alone: no significance word;
- bounds due to masks give a verdict only when both ends give the same one;
- a value of the département shown as context, a masked or a missing one is not compared at all.

Everything here is vectorised: 800 territories and 60 indicators are one call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np
import pandas as pd

from cpts_data.analysis.confidence import Method, bounds_at, intervals_at, methods_of
from cpts_data.analysis.references import (
    Kind,
    Reference,
    differing,
    expected,
    located,
    medians,
    targets,
)
from cpts_data.analysis.standings import (
    STANDING_COLUMNS,
    Rank,
    exact,
    positions,
    rank,
    standings,
)
from cpts_data.indicators import INDICATORS, Indicator, Polarity
from cpts_data.measures import (
    Count,
    Ratio,
    ShareUnder,
    StandardisedRatio,
    Status,
    WeightedMean,
)
from cpts_data.statistics.significance import Verdict, against

__all__ = [
    "COMPARISON_COLUMNS",
    "Basis",
    "Kind",
    "Method",
    "Rank",
    "Reference",
    "compare",
    "expected",
    "expected_by_chance",
    "intervals_at",
    "medians",
    "methods_of",
    "rank",
    "standings",
    "targets",
]


class Basis(StrEnum):
    """What a comparison rests on, or why there is none."""

    INTERVAL = "intervalle"
    GAP_ONLY = "ecart"
    BOUNDS = "bornes"
    UNDECIDED = "bornes_indecises"
    TOO_SMALL = "insuffisant"
    COUNT = "effectif"
    CONTEXT = "contexte"
    NO_VALUE = "sans_valeur"
    NO_REFERENCE = "sans_reference"
    ITSELF = "lui_meme"
    DIFFERENT = "definitions_differentes"


_GAP_BASES = (Basis.INTERVAL, Basis.GAP_ONLY)
COMPARISON_COLUMNS = (
    "indicator",
    "level",
    "territory",
    "name",
    "period",
    "stratum",
    "unit",
    "status",
    "value",
    "lower",
    "upper",
    "numerator",
    "denominator",
    "coverage",
    "sources",
    "reference",
    "reference_id",
    "reference_name",
    "reference_period",
    "reference_value",
    "reference_status",
    "reference_sources",
    "without",
    "basis",
    "gap",
    "relative_gap",
    "side",
    "verdict",
    "persons_gap",
    "persons_to_reach",
    *STANDING_COLUMNS,
    "reference_position",
)
ABOVE, BELOW, EQUAL = "au_dessus", "au_dessous", "egal"
# A territory that holds more than this share of its reference would be compared with itself.
LARGEST_SHARE = 0.25
# Masked cells over more than a fifth of the population allow no verdict (DOMAIN §8.3).
LEAST_COVERAGE = 0.8
_COUNTING = 1e-6


def expected_by_chance(comparisons: int, confidence: float = 0.95) -> float:
    """How many differences chance alone would show among so many comparisons (40 give 2)."""
    return comparisons * (1 - confidence)


def compare(
    values: pd.DataFrame,
    references: Sequence[Reference],
    *,
    catalogue: Mapping[str, Indicator] = INDICATORS,
    methods: Mapping[str, Method] | None = None,
    peers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Compare every row of ``values`` with every reference.

    ``values`` is a ``Values`` table of any indicators and territories; ``peers`` (``values`` when
    None) those among whom they are ranked. ``methods`` says how the interval of an indicator is
    computed, when it is not as its measure does. A ratio of observed to expected cases is compared
    with :func:`references.expected` alone, and not ranked: two of them share no structure.

    Returns one row per row of ``values`` and reference, in that order, with
    ``COMPARISON_COLUMNS``. ``gap`` is ``value - reference_value`` in the indicator's unit (points
    for a percentage), ``relative_gap`` a share of the reference, only for positive quantities that
    are no percentage nor index; ``side`` is ``au_dessus``, ``au_dessous``, ``egal`` or empty when
    nothing can be said; ``verdict`` is a :class:`Verdict` code, empty without interval.
    ``persons_gap`` is the number of persons above (or under) what the reference's share would give;
    ``persons_to_reach`` how many more (positive) or fewer (negative) it takes to do as well, zero
    once it is reached, missing without polarity. The reference of the same period is taken when
    there is one, else its latest.
    """
    rows = values.reset_index(drop=True)
    traits = _traits(rows["indicator"], catalogue)
    alike = peers if peers is not None else rows
    unranked = [one.id for one in catalogue.values() if isinstance(one.measure, StandardisedRatio)]
    alike = alike[~alike["indicator"].isin(unranked)]
    places = standings(rows, alike, traits["polarity"])
    compared = _Compared(rows, traits, methods_of(catalogue) if methods is None else methods)
    blocks = [_block(compared, reference, places) for reference in references]
    if not blocks:
        return pd.DataFrame(columns=list(COMPARISON_COLUMNS))
    together = pd.concat(blocks, ignore_index=True)
    order = np.arange(len(together)).reshape(len(blocks), len(rows)).T.ravel()
    repeated = np.repeat(np.arange(len(rows)), len(blocks))
    base = rows[[name for name in COMPARISON_COLUMNS if name in rows.columns]].assign(
        lower=np.where(compared.with_interval, compared.light[0], rows["lower"]),
        upper=np.where(compared.with_interval, compared.light[1], rows["upper"]),
    )
    result = pd.concat(
        [
            base.take(repeated).reset_index(drop=True),
            places.take(repeated).reset_index(drop=True),
            together.take(order).reset_index(drop=True),
        ],
        axis=1,
    )
    return result[list(COMPARISON_COLUMNS)]


class _Compared:
    """What every reference needs of the rows compared, worked out once."""

    def __init__(
        self, rows: pd.DataFrame, traits: pd.DataFrame, methods: Mapping[str, Method]
    ) -> None:
        self.rows, self.traits = rows, traits
        self.value = _floats(rows["value"])
        self.numerator = _floats(rows["numerator"])
        self.denominator = _floats(rows["denominator"])
        self.coverage = _floats(rows["coverage"])
        self.status = rows["status"].to_numpy(dtype=object)
        self.exact = np.asarray(exact(rows["status"])) & ~np.isnan(self.value)
        self.bounded = self.status == Status.BOUNDED.value
        light, strong = intervals_at(rows, methods, 0.95), intervals_at(rows, methods, 0.998)
        own = [np.where(self.exact, _floats(rows[side]), np.nan) for side in ("lower", "upper")]
        stated = ~np.isnan(own[0]) & ~np.isnan(own[1])
        # The interval of the table is the measure's own: it rules where there is one.
        self.light = [
            np.where(stated, mine, _floats(light[side]))
            for mine, side in zip(own, ("lower", "upper"), strict=True)
        ]
        self.strong = [_floats(strong["lower"]), _floats(strong["upper"])]
        self.bounds = {end: bounds_at(rows, methods, end) for end in ("lower", "upper")}

    @property
    def with_interval(self) -> np.ndarray:
        """Rows whose 95 % interval is known."""
        return ~np.isnan(self.light[0]) & ~np.isnan(self.light[1])


def _block(compared: _Compared, reference: Reference, places: pd.DataFrame) -> pd.DataFrame:
    """The columns of one reference, aligned with the rows compared."""
    rows = compared.rows
    beside = located(rows, reference)
    target, without = _without(compared, beside, reference)
    basis = _bases(compared, beside, reference)
    basis[np.isnan(target) & np.isin(basis, [*_GAP_BASES, Basis.BOUNDS])] = Basis.NO_REFERENCE
    verdict, side = _judged(compared, basis, target)
    basis[(basis == Basis.BOUNDS) & (side == "") & (verdict == "")] = Basis.UNDECIDED
    measured = np.isin(basis, list(_GAP_BASES))
    gap = np.where(measured, compared.value - target, np.nan)
    traits = compared.traits
    relative = measured & traits["proportional"].to_numpy() & (target > 0) & (compared.value >= 0)
    persons_gap, to_reach = _persons(compared, target, measured)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative_gap = np.where(relative, gap / target, np.nan)
    place = positions(target, places, traits["polarity"])
    return pd.DataFrame(
        {
            "reference": reference.kind.value,
            "reference_id": beside["territory"].to_numpy(),
            "reference_name": beside["name"].to_numpy(),
            "reference_period": beside["period"].to_numpy(),
            "reference_value": target,
            "reference_status": beside["status"].to_numpy(),
            "reference_sources": beside["sources"].fillna("").to_numpy(),
            "without": without,
            "basis": _texts(basis),
            "gap": gap,
            "relative_gap": relative_gap,
            "side": side,
            "verdict": verdict,
            "persons_gap": persons_gap,
            "persons_to_reach": to_reach,
            "reference_position": np.clip(place, 0.0, 1.0),
        }
    )


def _without(
    compared: _Compared, beside: pd.DataFrame, reference: Reference
) -> tuple[np.ndarray, np.ndarray]:
    """The reference's value, without the territory where it holds more than a quarter of it."""
    target = _floats(beside["value"])
    known = np.asarray(exact(beside["status"]))
    target = np.where(known, target, np.nan)
    none = np.zeros(len(target), dtype=bool)
    if not reference.contained:
        return target, none
    inside = compared.rows["territory"].isin(list(reference.contained)).to_numpy()
    above, below = _floats(beside["numerator"]), _floats(beside["denominator"])
    rest = below - compared.denominator
    same = (beside["period"] == compared.rows["period"]).fillna(False).to_numpy(dtype=bool)
    held = (
        inside & same & compared.exact & (rest > 0) & (compared.denominator > LARGEST_SHARE * below)
    )
    held &= (
        compared.traits["additive"].to_numpy() & ~np.isnan(above) & ~np.isnan(compared.numerator)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        per = np.where(above > 0, target * below / above, 0.0)
        remaining = (above - compared.numerator) / rest * per
    held &= ~np.isnan(remaining)
    return np.where(held, remaining, target), held


def _bases(compared: _Compared, beside: pd.DataFrame, reference: Reference) -> np.ndarray:
    """What each comparison may rest on; the reasons not to compare come last and win."""
    basis = np.full(len(compared.rows), Basis.NO_VALUE, dtype=object)
    basis[compared.exact] = Basis.GAP_ONLY
    basis[compared.exact & compared.with_interval] = Basis.INTERVAL
    basis[compared.bounded] = Basis.BOUNDS
    basis[compared.bounded & ~(compared.coverage >= LEAST_COVERAGE)] = Basis.UNDECIDED
    basis[compared.status == Status.CONTEXT.value] = Basis.CONTEXT
    basis[compared.status == Status.TOO_SMALL.value] = Basis.TOO_SMALL
    told = compared.exact | compared.bounded | (compared.status == Status.TOO_SMALL.value)
    referenced = np.asarray(exact(beside["status"]))
    basis[told & ~referenced] = Basis.NO_REFERENCE
    if reference.kind not in (Kind.PEERS, Kind.NEIGHBOURS, Kind.TARGET):
        basis[told & compared.traits["count"].to_numpy()] = Basis.COUNT
    units = (beside["unit"] != compared.rows["unit"]).fillna(False).to_numpy(dtype=bool)
    other = units & beside["unit"].notna().to_numpy()
    other |= differing(compared.rows, beside)
    if reference.kind is not Kind.EXPECTED:
        other |= compared.traits["indirect"].to_numpy()
    basis[told & referenced & other] = Basis.DIFFERENT
    itself = (beside["territory"] == compared.rows["territory"]).fillna(False) & (
        beside["level"] == compared.rows["level"]
    ).fillna(False)
    basis[itself.to_numpy(dtype=bool)] = Basis.ITSELF
    return basis


def _judged(
    compared: _Compared, basis: np.ndarray, target: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Verdict codes and sides of the rows that may be compared."""
    verdict = np.full(len(basis), "", dtype=object)
    side = np.full(len(basis), "", dtype=object)
    with np.errstate(invalid="ignore"):
        sides = np.select([compared.value > target, compared.value < target], [ABOVE, BELOW], EQUAL)
        high = _floats(compared.rows["upper"]) < target
        low = _floats(compared.rows["lower"]) > target
    measured = np.isin(basis, list(_GAP_BASES))
    side[measured] = sides[measured]
    polarity = compared.traits["polarity"].to_numpy(dtype=object)
    for one in set(polarity):
        chosen = (polarity == one) & (basis == Basis.INTERVAL)
        verdict[chosen] = _verdicts(compared.light, compared.strong, target, one, chosen)
        chosen = (polarity == one) & (basis == Basis.BOUNDS)
        ends = [
            _verdicts(compared.bounds[end][0], compared.bounds[end][1], target, one, chosen)
            for end in ("lower", "upper")
        ]
        agreed = (ends[0] == ends[1]) & (ends[0] != Verdict.INSUFFISANT)
        verdict[chosen] = np.where(agreed, ends[0], "")
    bounded = basis == Basis.BOUNDS
    side[bounded & low], side[bounded & high] = ABOVE, BELOW
    verdict[basis == Basis.TOO_SMALL] = Verdict.INSUFFISANT
    verdict[basis == Basis.DIFFERENT] = Verdict.NON_COMPARABLE
    return _texts(verdict), side


def _verdicts(
    light: Sequence[np.ndarray],
    strong: Sequence[np.ndarray],
    target: np.ndarray,
    polarity: str,
    chosen: np.ndarray,
) -> np.ndarray:
    """Verdicts of the chosen rows; none to give for none chosen."""
    if not chosen.any():
        return np.empty(0, dtype=object)
    return np.asarray(
        against(
            light[0][chosen],
            light[1][chosen],
            target[chosen],
            polarity,
            strong=(strong[0][chosen], strong[1][chosen]),
        ),
        dtype=object,
    )


def _persons(
    compared: _Compared, target: np.ndarray, measured: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Persons above what the reference gives; persons more or fewer to do as well."""
    per = compared.traits["per"].to_numpy(dtype=float)
    counted = measured & compared.traits["persons"].to_numpy()
    gap = np.where(counted, compared.numerator - target * compared.denominator / per, np.nan)
    sign = compared.traits["sign"].to_numpy(dtype=float)
    # Rounded first: 12.000000001 persons are twelve.
    wanting = np.ceil(np.round(-sign * gap, 6) - _COUNTING)
    reached = np.where(wanting > 0, sign * wanting, 0.0)
    return gap, np.where(np.isnan(gap) | (sign == 0), np.nan, reached)


_SIGNS = {Polarity.HIGH_IS_GOOD: 1.0, Polarity.LOW_IS_GOOD: -1.0, Polarity.NO_JUDGEMENT: 0.0}
_NO_RATIO = ("%", "indice", "index", "score", "point", "quintile")


def _traits(indicators: pd.Series, catalogue: Mapping[str, Indicator]) -> pd.DataFrame:
    """What the catalogue says of each row's indicator; nothing presumed of one that it ignores."""
    codes, names = pd.factorize(indicators.astype("str"))
    table = pd.DataFrame([_trait(catalogue.get(str(name))) for name in names], columns=_TRAITS)
    return table.take(codes).set_axis(indicators.index)


_TRAITS = ["polarity", "sign", "count", "indirect", "additive", "per", "persons", "proportional"]


def _trait(indicator: Indicator | None) -> tuple[object, ...]:
    if indicator is None:
        return (Polarity.NO_JUDGEMENT.value, 0.0, False, False, False, np.nan, False, False)
    measure = indicator.measure
    share = isinstance(measure, Ratio | ShareUnder)
    return (
        indicator.polarity.value,
        _SIGNS[indicator.polarity],
        isinstance(measure, Count),
        isinstance(measure, StandardisedRatio),
        share or isinstance(measure, WeightedMean),
        measure.per if isinstance(measure, Ratio | ShareUnder) else np.nan,
        share and bool(indicator.persons),
        not indicator.unit.lower().startswith(_NO_RATIO),
    )


def _floats(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype=float, na_value=np.nan)


def _texts(codes: np.ndarray) -> np.ndarray:
    place, distinct = pd.factorize(codes)
    return np.array([str(one) for one in distinct], dtype=object)[place]
