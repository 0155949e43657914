"""From what is read of an indicator to the cells, rows and large figures of a document.

The words and numbers are those of the screen: both come from ``cpts_data.reading``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cpts_data import french
from cpts_data.analysis.aggregate import WHOLE
from cpts_data.analysis.references import Kind
from cpts_data.analysis.sentences import rank_words
from cpts_data.diagnostic import Diagnostic
from cpts_data.documents import model
from cpts_data.documents.model import Cell, Column, KeyFigure, Quantity, Table, TableRow
from cpts_data.indicators import INDICATORS, Indicator, Theme
from cpts_data.measures import Status
from cpts_data.reading import marks, spine, wording
from cpts_data.reading.comparisons import OwnReading, Row, Shown
from cpts_data.reading.wording import capital, interval_text, printed, short_name

NOTHING = "–"
_MASKED = (Status.MASKED, Status.MASKED_BY_US)
_SHORT_UNIT = 9


@dataclass(frozen=True)
class Teller:
    """Tells the figures of one territory beside one reference, at one confidence."""

    diagnostic: Diagnostic
    own: OwnReading
    kind: Kind
    confidence: float = 0.95

    def shown(self, name: str, stratum: str = WHOLE) -> Shown:
        """One indicator beside the reference."""
        return self.own.shown(name, self.kind, stratum)

    def source(self, shown: Iterable[Shown]) -> str:
        """The source line of several figures, each dataset once."""
        return wording.source_line(
            self.diagnostic.credits(str(one.row["sources"])) for one in shown
        )

    def quantity(self, shown: Shown) -> Quantity:
        """The number of an indicator, with all that stands behind it."""
        bounded = shown.status is Status.BOUNDED
        ends = shown.row if bounded else shown.beside
        return self.number(shown.row, shown.indicator, ends)

    def number(
        self, row: Mapping[Any, Any], indicator: Indicator, ends: Mapping[Any, Any] | None = None
    ) -> Quantity:
        """The number of a row of ``Values``; ``ends`` gives its interval (its own when None)."""
        status = Status(str(row["status"]))
        around = row if ends is None else ends
        told = status.has_value or status is Status.BOUNDED
        return Quantity(
            indicator.id,
            str(row["territory"]),
            str(row["stratum"]),
            float(row["value"]) if status.has_value else math.nan,
            float(around["lower"]) if told else math.nan,
            float(around["upper"]) if told else math.nan,
            indicator.unit,
            indicator.digits,
            str(row["period"]),
            status,
            wording.source_line([self.diagnostic.credits(str(row["sources"]))]),
        )

    # Cells

    def name(self, shown: Shown) -> Cell:
        """The indicator, its period and its unit."""
        indicator = shown.indicator
        unit = "" if indicator.unit.startswith("%") else indicator.unit
        said = [one for one in (str(shown.row["period"]), unit) if one]
        return Cell(printed(short_name(indicator)), printed(", ".join(said)))

    def figure(self, shown: Shown) -> Cell:
        """The figure, its interval under it, and whether it is an estimate."""
        indicator, status = shown.indicator, shown.status
        text = (
            marks.bare_value(shown.row, indicator)
            if status.has_value
            else wording.cell(shown.row, indicator)
        )
        said = [f"IC {told}"] if (told := interval_text(shown)) else []
        said += [wording.TAGS[status]] if status in wording.TAGS else []
        said += [told] if (told := wording.coverage_words(shown)) else []
        return Cell(printed(text), printed(" · ".join(said)), quantity=self.quantity(shown))

    def reference(self, shown: Shown, beside: Row | None = None) -> Cell:
        """The figure of a reference, and what is to be known of it."""
        row = shown.beside if beside is None else beside
        value = float(row["reference_value"])
        if math.isnan(value) or str(row["basis"]) == "effectif":
            return Cell(NOTHING)
        notes = wording.reference_notes(self.own, shown, row)
        return Cell(
            printed(marks.value_beside(row, shown.indicator)),
            printed(", ".join(notes)),
            quantity=self._reference_quantity(shown, row),
        )

    def _reference_quantity(self, shown: Shown, row: Row) -> Quantity:
        indicator, kind = shown.indicator, str(row["reference"])
        identifier = str(row["reference_id"])
        sources = self.own.credits.get((kind, identifier, indicator.id), "")
        source = wording.source_line([self.diagnostic.credits(sources)]) if sources else ""
        return Quantity(
            indicator.id,
            identifier,
            str(row["stratum"]),
            float(row["reference_value"]),
            math.nan,
            math.nan,
            indicator.unit,
            indicator.digits,
            str(row["reference_period"] or ""),
            Status(str(row["reference_status"])),
            source or marks.reference_name(row),
        )

    def verdict(self, shown: Shown, beside: Row | None = None) -> Cell:
        """The sign and words of a comparison."""
        if shown.status in _MASKED or shown.status is Status.MISSING:
            return Cell(NOTHING)
        row = shown.beside if beside is None else beside
        return mark_cell(marks.of_comparison(row, shown.indicator))

    def trend(self, shown: Shown) -> Cell:
        """The recent trend: small drawing, sign and words."""
        mark = marks.of_trend(shown.trend, shown.indicator)
        if not mark.words or shown.status is Status.CONTEXT:
            return Cell(NOTHING)
        told = mark_cell(mark)
        return Cell(told.text, symbol=told.symbol, tone=told.tone, drawing=_trend_mark(shown))

    def rank(self, shown: Shown) -> Cell:
        """The place among the CPTS of the région."""
        return Cell(printed(rank_words(shown.beside)) or NOTHING)

    def spine(self, shown: Shown) -> Cell:
        """The figure among its peers around its reference, as a drawing."""
        if not spine.drawable(shown):
            return Cell("")
        row, indicator = shown.beside, shown.indicator
        scale = spine.scale_of(row, indicator)
        peers = float(row["among"]) >= 2
        exact = shown.status in (Status.OBSERVED, Status.ESTIMATED)

        def at(name: str, wanted: bool = True) -> float:
            value = float(row[name])
            return scale.at(value) if wanted and value == value else math.nan

        tone = marks.of_comparison(row, indicator).tone
        drawn = model.SpineMark(
            at("lowest", peers),
            at("highest", peers),
            at("q1", peers),
            at("q3", peers),
            at("lower"),
            at("upper"),
            at("value", exact),
            tone,
        )
        return Cell("", drawing=drawn)

    # Tables

    def table(
        self, identifier: str, caption: str, shown: Sequence[Shown], *, note: str = ""
    ) -> Table:
        """Indicators as lines; a column in which nothing is known is left out."""
        rows = [
            (
                self.name(one),
                self.figure(one),
                self.reference(one),
                self.verdict(one),
                self.trend(one),
                self.rank(one),
            )
            for one in shown
        ]
        return _filled(
            identifier,
            caption,
            self._columns(shown),
            [TableRow(row) for row in rows],
            self.source(shown),
            note,
        )

    def _columns(self, shown: Sequence[Shown]) -> tuple[Column, ...]:
        return (
            Column("Indicateur", width=2.3),
            Column(shortened(self.own.territory.name, 48), model.Kind.NUMBER, 1.5),
            Column(shortened(reference_title(shown), 48), model.Kind.NUMBER, 1.2),
            Column("Verdict", model.Kind.VERDICT, 2.0),
            Column("Évolution", model.Kind.VERDICT, 2.5),
            Column("Rang", width=1.0),
        )

    def spine_table(self, identifier: str, caption: str, shown: Sequence[Shown]) -> Table:
        """The spine chart: theme by theme, judged indicators first."""
        rows = []
        for theme in Theme:
            for judged in (True, False):
                here = [one for one in shown if one.indicator.theme is theme]
                here = [one for one in here if spine.is_judged(one) is judged]
                if here:
                    left, right = spine.WAYS[judged]
                    heading = theme.label if judged else f"{theme.label} : ni bon, ni mauvais"
                    words = f"← {left} · {right} →"
                    rows.append(TableRow((Cell(printed(heading), words),), heading=True))
                    rows += [TableRow(self._spine_row(one)) for one in here]
        columns = (
            Column("Indicateur", width=2.4),
            Column(shortened(self.own.territory.name, 48), model.Kind.NUMBER, 1.5),
            Column("", model.Kind.DRAWING, 2.2),
            Column(shortened(reference_title(shown), 48), model.Kind.NUMBER, 1.2),
            Column("Verdict", model.Kind.VERDICT, 2.4),
        )
        return Table(
            identifier,
            printed(caption),
            columns,
            tuple(rows),
            self.source(shown),
            printed(spine.KEY),
        )

    def _spine_row(self, shown: Shown) -> tuple[Cell, ...]:
        return (
            self.name(shown),
            self.figure(shown),
            self.spine(shown),
            self.reference(shown),
            self.verdict(shown),
        )

    def context_table(self, identifier: str, shown: Sequence[Shown], departement: str) -> Table:
        """What is known of the département only: context, not the territory's figures."""
        rows = []
        for one in shown:
            others = [row for row in one.others if row["reference"] == Kind.FRANCE.value]
            france = self.reference(one, others[0]) if others else Cell(NOTHING)
            name = self.name(one)
            figure = Cell(
                printed(marks.bare_value(one.row, one.indicator)), quantity=self.quantity(one)
            )
            rows.append(TableRow((name, figure, self.reference(one), france)))
        columns = (
            Column("Indicateur", width=3.2),
            Column(printed(departement), model.Kind.NUMBER, 1.4),
            Column("Région", model.Kind.NUMBER, 1.2),
            Column("France", model.Kind.NUMBER, 1.2),
        )
        caption = "Connus pour le département seulement : repères, et non chiffres du territoire"
        return _filled(identifier, caption, columns, rows, self.source(shown), "")

    # Large figures

    def key_figure(self, shown: Shown) -> KeyFigure:
        """A figure that one quotes, with its period, interval, reference and verdict."""
        row, indicator, status = shown.row, shown.indicator, shown.status
        text, unit = wording.cell(row, indicator), ""
        if status.has_value:
            text = french.number(float(row["value"]), indicator.digits)
            unit = indicator.unit
        said = [str(row["period"])] if row["period"] else []
        said += [f"IC {told}"] if (told := interval_text(shown)) else []
        said += [wording.TAGS[status]] if status in wording.TAGS else []
        reference = float(shown.beside["reference_value"])
        beside = ""
        if reference == reference and str(shown.beside["basis"]) != "effectif":
            figure = marks.value_beside(shown.beside, indicator)
            notes = wording.reference_notes(self.own, shown, shown.beside)
            more = f" ({', '.join(notes)})" if notes else ""
            beside = f"{marks.reference_name(shown.beside)} : {figure}{more}"
        verdict = self.verdict(shown)
        known = verdict.text != NOTHING
        return KeyFigure(
            printed(indicator.short_label),
            printed(text),
            printed(unit),
            printed(" · ".join(said)),
            printed(beside),
            verdict.symbol,
            verdict.text if known else "",
            verdict.tone,
            verdict.strong,
            self.quantity(shown),
        )


def shortened(name: str, most: int = 80) -> str:
    """A name where there is little room, cut beyond some letters: elsewhere it is said whole."""
    words = printed(name)
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def mark_cell(mark: marks.Mark) -> Cell:
    """A sign and its words as a cell."""
    if not mark.words:
        return Cell(NOTHING)
    strong = mark.symbol in ("▲▲", "▼▼")
    return Cell(printed(capital(mark.words)), symbol=mark.symbol, tone=mark.tone, strong=strong)


def reference_title(shown: Sequence[Shown]) -> str:
    """The name of the reference when it is the same for all, else « Référence »."""
    names = {
        marks.reference_name(one.beside)
        for one in shown
        if not math.isnan(float(one.beside["reference_value"]))
    }
    return names.pop() if len(names) == 1 else "Référence"


def _trend_mark(shown: Shown) -> model.TrendMark | None:
    points = [float(row["value"]) for row in shown.history]
    if sum(point == point for point in points) < 2:
        return None
    periods = [str(row["period"]) for row in shown.history]
    firsts = [first for first, _ in INDICATORS[shown.indicator.id].breaks]
    cuts = [
        place
        for place, period in enumerate(periods)
        if place and any(periods[place - 1] < first <= period for first in firsts)
    ]
    return model.TrendMark(tuple(points), tuple(cuts), tuple(periods))


def _filled(
    identifier: str,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[TableRow],
    source: str,
    note: str,
) -> Table:
    """A table without the columns in which nothing is known."""
    kept = [
        place
        for place in range(len(columns))
        if place < 2 or any(row.cells[place].text != NOTHING for row in rows)
    ]
    told = tuple(TableRow(tuple(row.cells[place] for place in kept)) for row in rows)
    shown = tuple(columns[place] for place in kept)
    return Table(identifier, printed(caption), shown, told, source, printed(note))
