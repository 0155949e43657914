"""What a follow-up says: has the figure moved, is the target reached, by what right is it said.

A change since the baseline is called one only when the two intervals are disjoint (DOMAIN §7.5) or
the trend of the last five points is significant (§7.6); otherwise « pas d'évolution démontrée ».
The denominator's change stands beside it: a rate may move because the population did. Counts that
the CPTS declares have no interval: their change is a difference, and it is said to be counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.aci.calendar import anniversary
from cpts_data.aci.follow_up_model import (
    PERCENT,
    Figure,
    FollowUp,
    Goal,
    Kind,
    Origin,
    Record,
    Tracked,
)
from cpts_data.measures.states import Status
from cpts_data.statistics.significance import HIGH_IS_GOOD, Trend, Verdict, against, trend

FEW = 100
_YEARS = re.compile(r"20\d\d(?:-20\d\d)?")
_NO_TREND = Trend("non_calculable", 0, float("nan"), float("nan"))
SERIES_COLUMNS = ("day", "period", "kind", "value", "lower", "upper", "status", "break_before")


class ChangeCode(StrEnum):
    """What may be said of a change since the baseline."""

    UP = "hausse"
    DOWN = "baisse"
    NOT_SHOWN = "non_demontree"
    COUNTED = "decompte"
    NO_INTERVAL = "sans_intervalle"
    UNKNOWN = "valeur_inconnue"
    BROKEN = "rupture"
    NO_BASELINE = "sans_reference"
    NO_RESULT = "sans_resultat"


class TargetCode(StrEnum):
    """What may be said of a result against its target."""

    REACHED = "atteinte"
    NOT_REACHED = "non_atteinte"
    UNCLEAR = "non_concluant"
    NO_TARGET = "sans_cible"
    NO_RESULT = "sans_resultat"


@dataclass(frozen=True)
class Change:
    """A change since the baseline: code, words (French), difference, what it rests on.

    ``basis`` is ``intervalles``, ``tendance`` or empty. ``judgement`` is 1 when the change goes the
    way of the target, -1 when it goes the other way, 0 when nothing is shown.
    ``denominator_words`` tells the denominator's own change, empty when not known.
    """

    code: ChangeCode
    words: str
    difference: float | None = None
    basis: str = ""
    judgement: int = 0
    denominator_words: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", french.typography(self.words))


@dataclass(frozen=True)
class TargetReading:
    """A result against its target: code, words (French), the target's record."""

    code: TargetCode
    words: str
    target: Record | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", french.typography(self.words))


@dataclass(frozen=True)
class Reading:
    """All that is said of one indicator, for one contract year or for the latest result."""

    tracked: Tracked
    baseline: Record | None
    result: Record | None
    change: Change
    target: TargetReading
    trend: Trend = field(default=_NO_TREND)


def read(follow_up: FollowUp, identifier: str, year: int | None = None) -> Reading:
    """Read one indicator: in a contract year, or at its latest result when ``year`` is None.

    The result is the last one dated in the year, and the target the last one due in it; with no
    ``year``, the target is the last one due in the year of the latest result. Results after the
    year read are not looked at. Raises ``KeyError`` for an indicator that is not tracked.
    """
    tracked = follow_up.indicator(identifier)
    results = _up_to(follow_up, follow_up.standing_records(identifier, Kind.RESULT), year)
    result = results[-1] if results else None
    chosen = year
    if year is None:
        chosen = follow_up.contract_year(result.day) if result else None
    elif result is not None and follow_up.contract_year(result.day) != year:
        result = None
    baseline = follow_up.baseline(identifier)
    points = [*([baseline] if baseline else []), *results]
    recent = recent_trend(points, tracked.goal)
    target = _target(follow_up, identifier, chosen)
    return Reading(
        tracked,
        baseline,
        result,
        change_since(tracked, baseline, result, recent, _broken(baseline, results)),
        against_target(tracked, result, target),
        recent,
    )


def change_since(
    tracked: Tracked,
    baseline: Record | None,
    result: Record | None,
    recent: Trend,
    broken: bool = False,
) -> Change:
    """What may be said of the change from the baseline to a result.

    ``recent`` is the trend of the last five points, ``broken`` says that the definition changed in
    between. A significant trend counts only when it goes the way of the difference.
    """
    if baseline is None:
        return Change(ChangeCode.NO_BASELINE, "Pas de valeur de référence enregistrée")
    if result is None:
        return Change(ChangeCode.NO_RESULT, "Pas de résultat enregistré pour cette période")
    if broken:
        return Change(ChangeCode.BROKEN, "Non comparable (définitions différentes)")
    then, now = baseline.figure, result.figure
    if then.value is None or now.value is None:
        hidden = now if now.value is None else then
        words = f"Évolution non connue : {hidden.status.words}"
        return Change(ChangeCode.UNKNOWN, words, denominator_words=_denominators(then, now))
    difference = now.value - then.value
    told = _difference_words(tracked, difference, shown_digits(tracked, then, now))
    beside = _denominators(then, now)
    if tracked.origin is Origin.DECLARED:
        words = f"{told} depuis la référence (décompte déclaré, sans intervalle)"
        return Change(ChangeCode.COUNTED, words, difference, denominator_words=beside)
    if None in (then.lower, then.upper, now.lower, now.upper):
        words = f"{told} depuis la référence (sans intervalle : écart non testé)"
        return Change(ChangeCode.NO_INTERVAL, words, difference, denominator_words=beside)
    basis = _basis(then, now, difference, recent)
    if not basis:
        words = "Pas d'évolution démontrée"
        return Change(ChangeCode.NOT_SHOWN, words, difference, denominator_words=beside)
    up = difference > 0
    right = "les deux intervalles sont disjoints" if basis == "intervalles" else "tendance établie"
    return Change(
        ChangeCode.UP if up else ChangeCode.DOWN,
        f"{'Hausse' if up else 'Baisse'} : {told} depuis la référence ({right})",
        difference,
        basis,
        1 if up is (tracked.goal is Goal.AT_LEAST) else -1,
        beside,
    )


def against_target(tracked: Tracked, result: Record | None, target: Record | None) -> TargetReading:
    """Whether a result reaches a target.

    With an interval, reached or not only when the whole of it lies on one side of the target; a
    count, or a figure without interval, is compared as it is.
    """
    if target is None or target.figure.value is None:
        return TargetReading(TargetCode.NO_TARGET, "Pas de cible pour cette période")
    aim = target.figure.value
    told = f"{tracked.goal.words} {french.with_unit(aim, tracked.unit, tracked.digits)}"
    if result is None:
        words = f"Cible : {told} ; pas de résultat"
        return TargetReading(TargetCode.NO_RESULT, words, target)
    figure = result.figure
    if figure.value is None:
        words = f"On ne peut pas conclure ({figure.status.words}) ; cible : {told}"
        return TargetReading(TargetCode.UNCLEAR, words, target)
    good = 1 if tracked.goal is Goal.AT_LEAST else -1
    if figure.lower is None or figure.upper is None:
        reached = good * figure.value >= good * aim
    else:
        verdict = Verdict(against(figure.lower, figure.upper, aim, HIGH_IS_GOOD))
        if not verdict.direction:
            words = f"On ne peut pas conclure (la cible est dans l'intervalle) ; cible : {told}"
            return TargetReading(TargetCode.UNCLEAR, words, target)
        reached = verdict.direction == good
    code = TargetCode.REACHED if reached else TargetCode.NOT_REACHED
    words = f"Cible {'atteinte' if reached else 'non atteinte'} ({told})"
    return TargetReading(code, words, target)


def recent_trend(points: Sequence[Record], goal: Goal) -> Trend:
    """The trend of the last five points since the latest break; a year without figure is a hole.

    ``points`` are in order of date. Source: :func:`cpts_data.statistics.significance.trend`.
    """
    since = 0
    for rank, point in enumerate(points):
        since = rank if point.break_before else since
    rows = {point.figure.period: point.figure for point in points[since:]}
    figures: list[Figure | None] = list(rows.values())
    ends = {int(period[-4:]): figure for period, figure in rows.items() if _YEARS.fullmatch(period)}
    if ends and len(ends) == len(rows):
        figures = [ends.get(year) for year in range(min(ends), max(ends) + 1)]
    triples = [
        (figure.value, figure.lower, figure.upper) if figure and figure.value is not None else ()
        for figure in figures
    ]
    array = np.array(
        [[np.nan if one is None else one for one in (triple or (None,) * 3)] for triple in triples],
        dtype=float,
    ).reshape(-1, 3)
    polarity = HIGH_IS_GOOD if goal is Goal.AT_LEAST else "low_is_good"
    return trend(array[:, 0], array[:, 1], array[:, 2], polarity)


def series(follow_up: FollowUp, identifier: str) -> pd.DataFrame:
    """What a chart of one indicator draws: baseline, results and targets in force, by date.

    One row per record with ``SERIES_COLUMNS``; ``kind`` is ``reference``, ``resultat`` or
    ``cible``. Figures without value have NaN and their state.
    """
    records = [
        one
        for kind in (Kind.BASELINE, Kind.RESULT, Kind.TARGET)
        for one in follow_up.standing_records(identifier, kind)
    ]
    rows = [
        (
            one.day,
            one.figure.period,
            one.kind.value,
            one.figure.value,
            one.figure.lower,
            one.figure.upper,
            one.figure.status.value,
            one.break_before,
        )
        for one in records
    ]
    table = pd.DataFrame(rows, columns=list(SERIES_COLUMNS))
    numbers = dict.fromkeys(("value", "lower", "upper"), float)
    return table.astype(numbers).sort_values("day", kind="stable", ignore_index=True)


def shown_digits(tracked: Tracked, *figures: Figure) -> int:
    """Decimals to show: none for a share of fewer than a hundred, which would tell the counts.

    Source: DOMAIN §8.4 (33.3 % of 12 rebuilds 4).
    """
    few = any(one.denominator is not None and one.denominator < FEW for one in figures)
    return 0 if few and tracked.unit == PERCENT else tracked.digits


def figure_words(tracked: Tracked, figure: Figure) -> str:
    """A figure as the screen writes it: value and interval, bounds, or the state's words."""
    unit, digits = tracked.unit, shown_digits(tracked, figure)
    if figure.status is Status.BOUNDED and figure.lower is not None:
        return french.between(figure.lower, figure.upper, unit, digits)
    if figure.value is None:
        return figure.status.words
    told = french.with_unit(figure.value, unit, digits)
    if figure.lower is not None and figure.upper is not None:
        told += f" (de {french.number(figure.lower, digits)} à "
        told += f"{french.with_unit(figure.upper, unit, digits)})"
    return told


def _up_to(follow_up: FollowUp, records: Sequence[Record], year: int | None) -> tuple[Record, ...]:
    if year is None:
        return tuple(records)
    last = anniversary(follow_up.signature, year)
    return tuple(one for one in records if one.day <= last)


def _target(follow_up: FollowUp, identifier: str, year: int | None) -> Record | None:
    targets = follow_up.standing_records(identifier, Kind.TARGET)
    mine = [one for one in targets if year is None or follow_up.contract_year(one.day) == year]
    return mine[-1] if mine else None


def _broken(baseline: Record | None, results: Sequence[Record]) -> bool:
    return baseline is not None and any(
        one.break_before and one.day > baseline.day for one in results
    )


def _basis(then: Figure, now: Figure, difference: float, recent: Trend) -> str:
    bounds = [then.lower, then.upper, now.lower, now.upper]
    low, high, new_low, new_high = (float(one) for one in bounds if one is not None)
    if new_low > high or new_high < low:
        return "intervalles"
    way = {"hausse": 1, "baisse": -1}.get(recent.direction, 0)
    return "tendance" if way and way == np.sign(difference) else ""


def _difference_words(tracked: Tracked, difference: float, digits: int) -> str:
    number = french.signed(difference, digits)
    if tracked.unit == PERCENT:
        return f"{number} point{'s' if abs(round(difference, digits)) >= 2 else ''}"
    return f"{number} {tracked.unit}".strip()


def _denominators(then: Figure, now: Figure) -> str:
    if then.denominator is None or now.denominator is None:
        return ""
    was, new = french.number(then.denominator), french.number(now.denominator)
    if not then.denominator:
        return f"dénominateur : {was}, puis {new}"
    change = french.signed(100 * (now.denominator / then.denominator - 1), 1)
    return french.typography(f"dénominateur : {was}, puis {new} ({change} %)")
