"""The facts that stand out in one territory, as data: what a sentence, a card or a slide needs.

A fact is one of three things:

- ``ecart``: the interval excludes the reference, at 99.8 % (``net``) or at 95 %;
- ``rang``: for an indicator without interval, a place among the first or last of its peers;
- ``tendance``: a significant recent trend.

Facts are ordered by strength (what chance hardly explains first, then what holds at 95 % only),
then by size: the gap counted in the usual spread of the peers, so that percentages and densities
can stand in one list. One reference serves each indicator, the first of a stated order that can be
compared: choosing the most striking one would make chance look like a fact.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pandas as pd

from cpts_data.analysis.compare import Basis
from cpts_data.analysis.references import Kind
from cpts_data.indicators import INDICATORS, Indicator, Nature, Polarity
from cpts_data.measures import Count, Expected, Status
from cpts_data.statistics.significance import Verdict

REFERENCE_ORDER = (Kind.EXPECTED, Kind.DEPARTEMENT, Kind.REGION, Kind.FRANCE, Kind.PEERS)


class Aspect(StrEnum):
    """What kind of fact a highlight is."""

    GAP = "ecart"
    RANK = "rang"
    TREND = "tendance"


class Tone(StrEnum):
    """How a fact is read: a strength, a point of attention, or neither."""

    STRENGTH = "force"
    ATTENTION = "attention"
    FACT = "constat"


@dataclass(frozen=True)
class Highlight:
    """One fact of one territory, with all that a sentence needs.

    ``net`` is true when chance hardly explains it: significant at 99.8 %, a trend (p = 0.002), or a
    figure without sampling. ``size`` is the gap in spreads of the peers. The other fields are those
    of ``compare.COMPARISON_COLUMNS`` and ``trends.TREND_COLUMNS``; a missing number is NaN.
    """

    indicator: str
    family: str
    nature: Nature
    aspect: Aspect
    tone: Tone
    net: bool
    size: float
    level: str
    territory: str
    name: str
    period: str
    stratum: str
    unit: str
    status: str
    value: float = math.nan
    lower: float = math.nan
    upper: float = math.nan
    numerator: float = math.nan
    reference: str = ""
    reference_name: str = ""
    reference_period: str = ""
    reference_value: float = math.nan
    reference_status: str = ""
    without: bool = False
    basis: str = ""
    gap: float = math.nan
    relative_gap: float = math.nan
    side: str = ""
    verdict: str = ""
    persons_gap: float = math.nan
    persons_to_reach: float = math.nan
    rank: float = math.nan
    among: float = math.nan
    ties: float = math.nan
    estimated_peers: float = math.nan
    direction: str = ""
    judgement: int = 0
    first_period: str = ""
    first_value: float = math.nan
    last_period: str = ""
    last_value: float = math.nan


def highlights(
    comparison: pd.DataFrame,
    trend_table: pd.DataFrame | None = None,
    *,
    catalogue: Mapping[str, Indicator] = INDICATORS,
    families: Mapping[str, str] | None = None,
    order: Sequence[Kind] = REFERENCE_ORDER,
    net_only: bool = False,
) -> tuple[Highlight, ...]:
    """The facts of one territory that stand out, most striking first.

    ``comparison`` is a result of :func:`compare.compare` for one territory (any indicators and
    references), ``trend_table`` one of :func:`trends.trends`. Sister indicators, of one ``family``
    (that of the catalogue, or of ``families`` by indicator id), tell one fact of level (gap or
    rank) and one trend, the most striking. ``net_only`` keeps what is significant at 99.8 %, as a
    synthesis of many indicators must.

    A need is never good or bad, whatever its polarity says. A headcount alone is no fact, nor is a
    figure masked, missing, known by the département only, or expected from ages alone. Equal facts
    are ordered by indicator id: the same tables give the same list in any order of their rows.

    Raises ``ValueError`` when the tables hold several territories.
    """
    _one_territory(comparison, trend_table)
    spreads = _spreads(comparison)
    found = []
    for row in _chosen(comparison, order):
        indicator = catalogue.get(str(row["indicator"]))
        if indicator is not None and not isinstance(indicator.measure, Count):
            found.append(_of_level(row, indicator, spreads))
    for row in _rows(trend_table):
        indicator = catalogue.get(str(row["indicator"]))
        if indicator is not None:
            found.append(_of_trend(row, indicator, spreads))
    kept = [one for one in found if one is not None and (one.net or not net_only)]
    if families is not None:
        kept = [replace(one, family=families.get(one.indicator, one.indicator)) for one in kept]
    return _one_by_family(sorted(kept, key=_striking))


def select(found: Iterable[Highlight], tone: Tone, limit: int = 5) -> tuple[Highlight, ...]:
    """The first facts of one tone: the five points of attention, the five strengths."""
    return tuple(one for one in found if one.tone is tone)[:limit]


def by_nature(found: Iterable[Highlight]) -> dict[Nature, tuple[Highlight, ...]]:
    """The facts grouped by nature (besoin, offre, acces, resultat), each in its order."""
    facts = tuple(found)
    return {nature: tuple(one for one in facts if one.nature is nature) for nature in Nature}


def extreme_places(among: float) -> int:
    """How many places at each end stand out: the decile, three at least, a quarter at most."""
    if not among >= 4:
        return 0
    return int(min(max(3, math.ceil(among / 10)), among // 4))


def _one_territory(*tables: pd.DataFrame | None) -> None:
    held = {
        (str(level), str(territory))
        for table in tables
        if table is not None
        for level, territory in zip(table["level"], table["territory"], strict=True)
    }
    if len(held) > 1:
        raise ValueError(
            "Les faits marquants se cherchent pour un territoire à la fois ; la table en contient "
            f"{len(held)}."
        )


def _rows(table: pd.DataFrame | None) -> list[dict[Hashable, Any]]:
    return [] if table is None else table.to_dict("records")


def _chosen(comparison: pd.DataFrame, order: Sequence[Kind]) -> list[dict[Hashable, Any]]:
    """For each indicator, its row beside the first reference of the order that compares."""
    place = {kind.value: position for position, kind in enumerate(order)}
    rows = comparison[comparison["reference"].isin(list(place))]
    rows = rows.assign(
        _place=rows["reference"].map(place),
        _useless=~rows["basis"].isin([Basis.INTERVAL, Basis.GAP_ONLY, Basis.BOUNDS]),
    )
    keys = ["indicator", "stratum"]
    rows = rows.sort_values([*keys, "period", "_useless", "_place"], kind="stable")
    return _rows(rows.drop_duplicates([*keys, "period"]).drop_duplicates(keys, keep="last"))


def _spreads(comparison: pd.DataFrame) -> dict[str, float]:
    """The usual spread of the peers of each indicator: their quartiles, as a standard deviation.

    With under five peers, or when the quartiles meet, half of what parts the extremes.
    """
    found = {}
    for row in _rows(comparison.drop_duplicates("indicator")):
        spread = (row["q3"] - row["q1"]) / 1.349 if row["among"] >= 5 else math.nan
        if not spread > 0:
            spread = (row["highest"] - row["lowest"]) / 2
        found[str(row["indicator"])] = spread if spread > 0 else math.nan
    return found


def _size(gap: float, row: Mapping[Hashable, Any], spreads: Mapping[str, float]) -> float:
    """A gap in spreads of the peers; without peers, as a share of what it is compared with."""
    spread = spreads.get(str(row["indicator"]), math.nan)
    if not spread > 0:
        spread = abs(float(row.get("reference_value", row.get("first_value", math.nan))))
    size = abs(gap) / spread if spread > 0 else math.nan
    return round(size, 9) if math.isfinite(size) else 0.0


def _of_level(
    row: dict[Hashable, Any], indicator: Indicator, spreads: Mapping[str, float]
) -> Highlight | None:
    if row["basis"] in (Basis.INTERVAL, Basis.BOUNDS):
        return _of_gap(row, indicator, spreads)
    synthetic = any(isinstance(measure, Expected) for measure in indicator.measures)
    told = (Status.OBSERVED,) if synthetic else (Status.OBSERVED, Status.ESTIMATED)
    return _of_rank(row, indicator, spreads) if row["status"] in told else None


def _of_gap(
    row: dict[Hashable, Any], indicator: Indicator, spreads: Mapping[str, float]
) -> Highlight | None:
    if not row["verdict"]:
        return None
    verdict = Verdict(row["verdict"])
    if verdict.direction == 0:
        return None
    gap = row["gap"]
    if row["basis"] == Basis.BOUNDS:
        # The least that the bounds allow.
        ends = (row["lower"] - row["reference_value"], row["upper"] - row["reference_value"])
        gap = min(ends, key=abs)
    tone = _tone(verdict.judgement, indicator)
    return _made(row, indicator, Aspect.GAP, tone, verdict.strong, _size(gap, row, spreads))


def _of_rank(
    row: dict[Hashable, Any], indicator: Indicator, spreads: Mapping[str, float]
) -> Highlight | None:
    places = extreme_places(row["among"])
    # With an interval, an extreme place may be chance alone: the verdict speaks, not the rank.
    if not row["rank"] >= 1 or places == 0 or not _is_absent(row["lower"]):
        return None
    # Among equals, the least striking place is the honest one.
    top = row["rank"] + row["ties"] <= places
    bottom = row["among"] - row["rank"] + 1 <= places
    if not (top or bottom):
        return None
    tone = _tone(_signs(indicator) * (1 if top else -1), indicator)
    size = _size(row["value"] - row["median"], row, spreads)
    return _made(row, indicator, Aspect.RANK, tone, True, size)


def _of_trend(
    row: dict[Hashable, Any], indicator: Indicator, spreads: Mapping[str, float]
) -> Highlight | None:
    if row["direction"] not in ("hausse", "baisse"):
        return None
    told = row | {
        "period": row["last_period"],
        "value": row["last_value"],
        "status": Status.OBSERVED.value,
    }
    tone = _tone(int(row["judgement"]), indicator)
    size = _size(row["change"], row, spreads)
    return _made(told, indicator, Aspect.TREND, tone, True, size)


def _signs(indicator: Indicator) -> int:
    if indicator.polarity is Polarity.NO_JUDGEMENT:
        return 0
    return 1 if indicator.polarity is Polarity.HIGH_IS_GOOD else -1


def _tone(judgement: int, indicator: Indicator) -> Tone:
    if judgement == 0 or indicator.nature is Nature.NEED:
        return Tone.FACT
    return Tone.STRENGTH if judgement > 0 else Tone.ATTENTION


_COPIED = tuple(
    name
    for name in Highlight.__dataclass_fields__
    if name not in ("family", "nature", "aspect", "tone", "net", "size")
)


def _made(
    row: Mapping[Hashable, Any],
    indicator: Indicator,
    aspect: Aspect,
    tone: Tone,
    net: bool,
    size: float,
) -> Highlight:
    told = {name: row[name] for name in _COPIED if name in row and not _is_absent(row[name])}
    return Highlight(
        **told,
        family=indicator.family or indicator.id,
        nature=indicator.nature,
        aspect=aspect,
        tone=tone,
        net=bool(net),
        size=size,
    )


def _is_absent(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _striking(one: Highlight) -> tuple[bool, float, str, str]:
    return (not one.net, -one.size, one.indicator, one.aspect.value)


def _one_by_family(found: Sequence[Highlight]) -> tuple[Highlight, ...]:
    seen: set[tuple[str, bool]] = set()
    kept = []
    for one in found:
        key = (one.family, one.aspect is Aspect.TREND)
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return tuple(kept)
