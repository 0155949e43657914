"""The charts of the themes: one line per indicator, its figure, interval, reference and target.

Each says in its sentence what one sees. What draws them (the screen, a document) adds nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cpts_data import french
from cpts_data.analysis.compare import Basis
from cpts_data.analysis.grammar import stratum_words
from cpts_data.analysis.references import Kind
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Status
from cpts_data.reading import marks, themes
from cpts_data.reading.comparisons import OwnReading, Shown
from cpts_data.reading.wording import capital, short_name

COVERED = (*themes.SCREENINGS, *themes.VACCINATIONS, "recours_dentiste")
DENSITIES = tuple(
    name for name in (*themes.FIRST_LINE, *themes.OTHER_CALLINGS) if name.startswith("densite_")
)
_EXACT = (Status.OBSERVED, Status.ESTIMATED)
_TICKS = 5


@dataclass(frozen=True)
class Line:
    """One line of a chart: what is drawn, on the chart's own scale, and what is said of it."""

    label: str
    figure: str
    value: float
    lower: float
    upper: float
    reference: float
    target: float
    mark: marks.Mark
    shown: Shown


@dataclass(frozen=True)
class LineChart:
    """A chart: its lines and how to read it.

    ``across`` draws one reference for all lines, at that value; ``full`` shows a percentage from 0
    to 100.
    """

    key: str
    heading: str
    sentence: str
    axis: str
    lines: tuple[Line, ...]
    across: float | None = None
    full: bool = False

    @property
    def reach(self) -> tuple[float, float] | None:
        """An axis that very wide intervals do not crush: they run out of it. None when free."""
        if self.full:
            return 0.0, 100.0
        across = self.across
        values = [line.value for line in self.lines] + ([across] if across is not None else [])
        ends = [line.upper for line in self.lines if line.upper == line.upper]
        widest = max([*values, *ends], default=1.0)
        if across is None or widest <= 2.6 * across:
            return None
        lows = [line.lower for line in self.lines if line.lower == line.lower]
        return min(*values, *lows, 0.0), max(2.6 * across, 1.15 * max(values))

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of the axis: those that the chart wants, else all that is drawn and more."""
        if self.reach is not None:
            return self.reach
        drawn = [
            one
            for line in self.lines
            for one in (line.value, line.lower, line.upper, line.target, line.reference)
            if not math.isnan(one)
        ]
        drawn += [] if self.across is None else [self.across]
        low, high = min(drawn), max(drawn)
        room = (high - low) * 0.06 or max(abs(high) * 0.1, 1.0)
        return (0.0 if low >= 0 and low - room < 0 else low - room), high + room


def ticks(low: float, high: float) -> tuple[tuple[float, str], ...]:
    """Round marks of an axis, and their words."""
    step = 10 ** math.floor(math.log10((high - low) / _TICKS))
    step *= next((k for k in (1, 2, 5) if (high - low) / (k * step) <= _TICKS + 1), 10)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    first = math.ceil(low / step - 1e-9)
    marked = [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]
    return tuple((float(one), french.number(one, digits)) for one in marked)


def _line(shown: Shown, label: str, per_reference: bool = False) -> Line:
    """A line in the unit of the indicator, or as a share of its reference (100)."""
    beside, indicator = shown.beside, shown.indicator
    reference = float(beside["reference_value"])
    scale = 100 / reference if per_reference and reference > 0 else 1.0
    target = float(shown.target["reference_value"]) if shown.target else math.nan
    return Line(
        label,
        french.number(float(shown.row["value"]), indicator.digits)
        + (french.NARROW + "%" if indicator.unit.startswith("%") else ""),
        float(shown.row["value"]) * scale,
        float(beside["lower"]) * scale,
        float(beside["upper"]) * scale,
        reference * scale,
        target,
        marks.of_comparison(beside, indicator),
        shown,
    )


def comparable(shown: Shown) -> bool:
    """Whether there is a figure of the territory's own, and a reference that counts the same."""
    beside = shown.beside
    known = shown.status in _EXACT and not math.isnan(float(beside["reference_value"]))
    return known and str(beside["basis"]) != Basis.DIFFERENT.value


def _known(own: OwnReading, names: Sequence[str], kind: Kind) -> list[Shown]:
    return [one for one in (own.shown(name, kind) for name in names) if comparable(one)]


def _reference_words(shown: Sequence[Shown]) -> str:
    names = list(dict.fromkeys(marks.reference_name(one.beside) for one in shown))
    return names[0] if len(names) == 1 else "la référence"


def professions(own: OwnReading, kind: Kind) -> LineChart:
    """Densities of every profession, each as a share of its reference."""
    shown = _known(own, DENSITIES, kind)
    return LineChart(
        "densites",
        "Densités de professionnels devant la référence",
        f"100 est la densité de {_reference_words(shown)} : à 80, il y a un cinquième de "
        "professionnels en moins par habitant. En gras, la densité pour 100 000.",
        "Densité pour 100 dans la référence",
        tuple(_line(one, _calling(one), per_reference=True) for one in shown),
        across=100.0,
    )


def _calling(shown: Shown) -> str:
    return capital(shown.indicator.persons or shown.indicator.short_label)


def apl(own: OwnReading, kind: Kind) -> LineChart:
    """The APL of each profession as a share of its reference: each has its own scale."""
    shown = _known(own, ["apl_mg_65_ans_ou_moins", *themes.OTHER_APL], kind)
    return LineChart(
        "apl",
        "Accessibilité par profession devant la référence",
        f"100 est l'accessibilité de {_reference_words(shown)} à la même profession. L'APL est un "
        "modèle : elle n'a pas d'intervalle de confiance, donc pas de test.",
        "APL pour 100 dans la référence",
        tuple(
            _line(one, one.indicator.short_label.removeprefix("APL ").capitalize(), True)
            for one in shown
        ),
        across=100.0,
    )


def by_age(own: OwnReading, kind: Kind, name: str, heading: str) -> LineChart:
    """One indicator by age band, beside the same bands of the reference."""
    found = [(stratum, own.shown(name, kind, stratum)) for stratum in own.strata(name)]
    lines = tuple(
        _line(one, stratum_words(stratum).capitalize()) for stratum, one in found if comparable(one)
    )
    return LineChart(
        f"age_{name}",
        heading,
        "Le point est le territoire et son intervalle de confiance ; le trait noir, "
        f"{_reference_words([line.shown for line in lines])}.",
        INDICATORS[name].unit,
        lines,
    )


def affections(own: OwnReading) -> LineChart:
    """ALD observed for 100 expected from ages."""
    shown = [
        one
        for one in (own.shown(name, Kind.EXPECTED) for name in themes.RATIOS)
        if one.status in _EXACT
    ]
    return LineChart(
        "ald_attendues",
        "Personnes en ALD, à âge égal",
        "100 est ce que donneraient les âges du territoire si chacun était touché comme dans la "
        "région : à 120, un cinquième de malades reconnus en plus. Un écart n'est ni bon ni "
        "mauvais : il peut tenir à la maladie, à son repérage ou à l'accès à l'ALD.",
        "Pour 100 attendues",
        tuple(_line(one, _affection(one)) for one in shown),
        across=100.0,
    )


def _affection(shown: Shown) -> str:
    return capital(shown.indicator.label.rpartition(" : ")[2])


def coverages(own: OwnReading, kind: Kind) -> LineChart:
    """Screenings and vaccinations beside their reference and their target."""
    shown = _known(own, COVERED, kind)
    return LineChart(
        "couvertures",
        "Dépistages et vaccinations devant la référence et la cible",
        f"Le point est le territoire et son intervalle de confiance ; le trait noir, "
        f"{_reference_words(shown)} ; le triangle, la cible nationale quand elle existe.",
        "% des personnes concernées",
        tuple(_line(one, short_name(one.indicator)) for one in shown),
        full=True,
    )
