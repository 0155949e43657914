"""What a simulation says, in plain French: the scenario, its effect, how far to trust the model.

The conditional everywhere: a scenario is no forecast. Rows are those of
:meth:`~cpts_data.access.scenario.Outcome.summary`; sentences follow the rules of
:mod:`cpts_data.analysis.sentences`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from cpts_data import french
from cpts_data.access.apl import Calibration
from cpts_data.analysis.grammar import Wording, bare, clean, figure, in_place, sentence
from cpts_data.indicators import Indicator
from cpts_data.territories import Level

Row: TypeAlias = Mapping[Any, Any] | pd.Series

_STRONG, _FAIR = 0.9, 0.7


@dataclass(frozen=True)
class Practitioners:
    """How a sentence names the practitioners: « généraliste », « généralistes », their gender."""

    one: str
    many: str
    feminine: bool = False

    def count(self, number: float) -> str:
        """« 2 généralistes », « 0,5 généraliste »."""
        text = french.number(number, 1, fixed=False)
        return f"{text}{french.NO_BREAK}{self.one if abs(number) < 2 else self.many}"

    @property
    def replaced(self) -> str:
        """« remplacés », agreed."""
        return "remplacées" if self.feminine else "remplacés"


def scenario_words(
    moves: Sequence[tuple[str, float, float]],
    who: Practitioners,
    retire_above: int | None = None,
    replaced: int = 0,
) -> str:
    """What a scenario changes, as a sentence; « Rien ne change. » for the present.

    ``moves`` are (commune, practitioners, inhabitants), more (+) or less (-).
    """
    told = []
    for name, practitioners, people in moves:
        parts = []
        if practitioners:
            parts.append(f"{who.count(abs(practitioners))} {_more(practitioners)}")
        if people:
            parts.append(f"{french.count_of(abs(people), 'habitant')} {_more(people)}")
        if parts:
            told.append(f"{french.enumeration(parts)} {in_place(Level.COMMUNE, name)}")
    if retire_above is not None:
        share = f", {who.replaced} à {french.percent(replaced / 100, 0)}" if replaced else ""
        told.append(f"départ des {who.many} de plus de {retire_above} ans{share}")
    return sentence(" ; ".join(told) if told else "rien ne change")


def _more(number: float) -> str:
    return "de plus" if number > 0 else "de moins"


def change_sentence(row: Row, indicator: Indicator, level: Level | str, name: str) -> str:
    """How the mean of a territory would change, weighted by its standardised inhabitants."""
    wording, digits = Wording.of(indicator), indicator.digits
    before, after = float(row["before"]), float(row["after"])
    place = in_place(level, name)
    if math.isnan(before):
        return sentence(f"{wording.subject} n'est publiée pour aucune commune {place}")
    if before == after:
        return sentence(f"{place}, {wording.subject} resterait à {_figure(before, indicator)}")
    gap = french.signed(after - before, digits)
    if round(before, digits) == round(after, digits):
        tiny = french.signed(after - before, digits + 2)
        return sentence(
            f"{place}, {wording.subject} resterait proche de {_figure(before, indicator)} ({tiny})"
        )
    return sentence(
        f"{place}, {wording.subject} passerait de {bare(before, indicator.unit, digits)} à "
        f"{_figure(after, indicator)} ({gap})"
    )


def _figure(value: float, indicator: Indicator) -> str:
    return figure(value, indicator.unit, indicator.digits)


def threshold_sentence(row: Row, threshold: float, inside: Row | None = None) -> str:
    """Inhabitants who would cross the threshold; ``inside`` tells those of the territory apart."""
    mark = f"{french.number(threshold, 1)} consultations par an"
    up, down = round(float(row["people_lifted"])), round(float(row["people_lowered"]))
    if not up and not down:
        return sentence(f"Aucun habitant ne franchirait le seuil de {mark} par habitant")
    told = []
    if up:
        verb = "passerait" if up < 2 else "passeraient"
        told.append(f"{french.count_of(up, 'habitant')} {verb} au-dessus de {mark}")
    if down:
        verb = "passerait" if down < 2 else "passeraient"
        whom = french.count_of(down, "habitant") if not up else french.number(down)
        told.append(f"{whom} {verb} au-dessous" + ("" if up else f" de {mark}"))
    ours = ""
    if inside is not None:
        held = round(float(inside["people_lifted"])), round(float(inside["people_lowered"]))
        count = french.number(sum(held)) if any(held) else "aucun"
        ours = f", dont {count} dans le territoire choisi"
    return sentence(f"{' et '.join(told)}{ours}")


def neighbours_sentence(row: Row) -> str:
    """Side effects on the communes around the territory."""
    better, worse = int(row["units_better"]), int(row["units_worse"])
    if not better and not worse:
        return sentence("Au-delà de ses limites, aucune commune ne verrait son accès changer")
    told = []
    for count, people, gain in (
        (better, row["people_better"], "gagner"),
        (worse, row["people_worse"], "perdr"),
    ):
        if count:
            verb = f"{gain}ait" if count < 2 else f"{gain}aient"
            who = french.count_of(count, "commune voisine", "communes voisines")
            told.append(f"{who} ({french.count_of(float(people), 'habitant')}) y {verb}")
    return sentence(f"Au-delà de ses limites, {' et '.join(told)}")


def extreme_sentence(communes: pd.DataFrame, indicator: Indicator) -> str:
    """The commune that would gain the most and the one that would lose the most.

    ``communes`` has ``name, publie, publie_apres, gap``. Empty when nothing changes.
    """
    known = communes.dropna(subset=["gap"])
    smallest = 0.5 * 10**-(indicator.digits)
    told = []
    for row, noun in (
        (known.nlargest(1, "gap"), "gain"),
        (known.nsmallest(1, "gap"), "recul"),
    ):
        if row.empty:
            continue
        one = row.iloc[0]
        gap = float(one["gap"])
        if (gap if noun == "gain" else -gap) < smallest:
            continue
        told.append(
            f"le plus fort {noun} serait {in_place(Level.COMMUNE, clean(str(one['name'])))} "
            f"({french.signed(gap, indicator.digits)}, de "
            f"{french.number(float(one['publie']), indicator.digits)} à "
            f"{french.number(float(one['publie_apres']), indicator.digits)})"
        )
    return sentence(" ; ".join(told))


def calibration_sentence(fit: Calibration, indicator: Indicator, year: str) -> str:
    """How the model stands beside the published APL, with the word its correlation deserves."""
    digits = indicator.digits
    strength = "faible"
    if fit.correlation >= _STRONG:
        strength = "forte"
    elif fit.correlation >= _FAIR:
        strength = "moyenne"
    return sentence(
        f"Sur {french.count_of(fit.units, 'commune')}, le modèle et l'APL {year} publiée ont une "
        f"corrélation {strength} ({french.number(fit.correlation, 2)}) : en moyenne "
        f"{french.number(fit.mean_computed, digits)} calculé pour "
        f"{french.number(fit.mean_published, digits)} publié, et un écart de "
        f"{french.number(fit.mean_absolute_gap, digits)} par commune, dans un sens ou dans l'autre"
    )


def trust_sentence(fit: Calibration | None, *, estimated: bool) -> str:
    """How to read the figures of a scenario, according to what the model is worth here."""
    if fit is None:
        base = (
            "Sans la liste complète des professionnels en exercice, le modèle ne peut pas être "
            "comparé à l'APL publiée. L'effet d'une installation ne dépend pas d'eux : il se "
            "calcule avec les habitants et les temps de trajet"
        )
    elif fit.correlation >= _STRONG:
        base = (
            "Le modèle range les communes presque comme l'APL publiée : les écarts d'un scénario "
            "sont lisibles commune par commune, à l'activité des médecins près"
        )
    elif fit.correlation >= _FAIR:
        base = (
            "Le modèle suit l'APL publiée dans l'ensemble : lisez les écarts par groupe de "
            "communes plutôt qu'une à une"
        )
    else:
        base = (
            "Le modèle s'éloigne de l'APL publiée : n'utilisez ses écarts que pour comparer des "
            "scénarios entre eux"
        )
    more = " Temps de trajet estimés : tout écart est un ordre de grandeur." if estimated else ""
    return f"{sentence(base)}{french.typography(more)}"
