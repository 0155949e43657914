"""Native charts of the slides: their figures stay editable in PowerPoint.

Bars with the intervals as error bars beside their reference, an age pyramid back to back, a line
over the periods. Numbers are those of the model, unrounded; labels are its words.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from typing import Any, Final

from lxml import etree
from pptx.chart.chart import Chart as Native
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_AXIS_CROSSES,
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.oxml.ns import qn
from pptx.util import Pt

from cpts_data import french
from cpts_data.documents import colours
from cpts_data.documents.model import Dot, DotChart, PyramidChart, TrendMark
from cpts_data.documents.printable import one_line
from cpts_data.reading.verdicts import INKS
from cpts_data.reading.wording import printed

_REFERENCE: Final = "A9B4BF"
_LABEL_PT, _MANY = 12, 11
_WIDE: Final = 100
_READ_BY_EXCEL = re.compile(r"[=+\-@{]|(?:https?|ftp|file|mailto|internal|external):", re.I)
_STEPS, _FLAT = 5, 0.3


def dots(shapes: Any, chart: DotChart, name: str, place: tuple[int, int, int, int]) -> Any:
    """Bars beside their reference; around it, when it is the same for all."""
    data = CategoryChartData()
    data.categories = [_text(_line_name(chart, rank)) for rank in range(len(chart.dots))]
    common = not math.isnan(chart.across)
    own_name = name if common else f"{name} (couleur : verdict)"
    data.add_series(_text(own_name), [_number(dot.value) for dot in chart.dots])
    if not common:
        data.add_series(_text(chart.reference), [_number(dot.reference) for dot in chart.dots])
    frame = shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place, data)
    native = frame.chart
    _plain(native, len(chart.dots))
    plot = native.plots[0]
    plot.gap_width, plot.overlap = (45, 0) if common else (40, -5)
    own = plot.series[0]
    _intervals(own, chart.dots)
    _upside_down(native)
    _filled(own, colours.PRIMARY)
    for rank, dot in enumerate(chart.dots):
        point = own.points[rank].format.fill
        point.solid()
        point.fore_color.rgb = _rgb(colours.bare(INKS.get(dot.tone, colours.GREY)))
    step = chart.ticks[1][0] - chart.ticks[0][0] if len(chart.ticks) > 1 else 1.0
    # Bars begin at zero, or at the reference that is the same for all.
    low = chart.low if common else min(chart.low, 0.0)
    _scaled(native, low, chart.high, step)
    _titled(native, chart.axis)
    if common:
        _crossing_at(native, chart.across)
    else:
        _filled(plot.series[1], _REFERENCE)
        _legend(native)
    return frame


def _line_name(chart: DotChart, rank: int) -> str:
    """Sign, name, figure and target of a line, as the table of the chart has them."""
    dot = chart.dots[rank]
    sign = chart.table.rows[rank].cells[-1].symbol
    told = f"{dot.label} : {dot.figure}"
    if not math.isnan(dot.target):
        told += f" (cible : {french.with_unit(dot.target, dot.quantity.unit)})"
    return one_line(printed(" ".join(one for one in (sign, told) if one)))


def pyramid(shapes: Any, chart: PyramidChart, place: tuple[int, int, int, int]) -> Any:
    """Men to the left (as negative numbers, shown without sign), women to the right."""
    bands = chart.bands
    data = CategoryChartData(number_format="0.0;0.0")
    data.categories = [_text(band.label) for band in bands]
    data.add_series("Hommes", [_number(-band.men) for band in bands])
    data.add_series("Femmes", [_number(band.women) for band in bands])
    if chart.around:
        data.add_series(
            _text(f"{chart.around}, hommes"), [_number(-one.men_beside) for one in bands]
        )
        data.add_series(
            _text(f"{chart.around}, femmes"), [_number(one.women_beside) for one in bands]
        )
    frame = shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place, data)
    native = frame.chart
    _plain(native, len(bands))
    plot = native.plots[0]
    plot.gap_width, plot.overlap = 12, _WIDE
    for series, colour in zip(plot.series, (colours.MEN, colours.WOMEN), strict=False):
        _filled(series, colour)
    for series in list(plot.series)[2:]:
        series.format.fill.background()
        series.format.line.color.rgb = _rgb(colours.INK)
        series.format.line.width = Pt(1.5)
    axis = native.value_axis
    axis.maximum_scale = math.ceil(chart.widest)
    axis.minimum_scale = -axis.maximum_scale
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "0;0", False
    native.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    _titled(native, "% de la population")
    _legend(native)
    return frame


def line(
    shapes: Any, mark: TrendMark, name: str, digits: int, place: tuple[int, int, int, int]
) -> Any:
    """A line over the periods; a new definition begins a new line."""
    data = CategoryChartData(number_format=_format(digits))
    data.categories = [_text(period) for period in mark.periods]
    ends = [0, *mark.cuts, len(mark.points)]
    for rank, (first, last) in enumerate(itertools.pairwise(ends)):
        values = [
            _number(value) if first <= place < last else None
            for place, value in enumerate(mark.points)
        ]
        words = name if len(ends) == 2 else f"{name}, {rank + 1}re définition"[:80]
        data.add_series(_text(words), values)
    frame = shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *place, data)
    native = frame.chart
    _plain(native, len(mark.points))
    for series, colour in zip(
        native.plots[0].series, (colours.PRIMARY, colours.GRID[1], colours.GRID[3]), strict=False
    ):
        series.smooth = False
        series.format.line.color.rgb = _rgb(colour)
        series.format.line.width = Pt(3)
        series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 11
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = _rgb(colour)
    plot = native.plots[0]
    plot.has_data_labels = True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = _format(digits), False
    labels.position = XL_LABEL_POSITION.ABOVE
    labels.font.size, labels.font.bold = Pt(14), True
    known = [value for value in mark.points if not math.isnan(value)]
    low = 0.0 if from_zero(mark) else min(known)
    step = nice_step(max(known) - low)
    _scaled(native, low, max(known) + step / 2, step)
    native.value_axis.tick_labels.number_format = _format(digits)
    native.value_axis.tick_labels.number_format_is_linked = False
    if len(ends) > 2:
        _legend(native)
    return frame


def from_zero(mark: TrendMark) -> bool:
    """Whether the scale of a line begins at zero: unless that would make the line flat."""
    known = [value for value in mark.points if not math.isnan(value)]
    return min(known) < 0 or max(known) - min(known) > _FLAT * max(known)


def nice_step(span: float) -> float:
    """A round step (1, 2 or 5 times a power of ten) that cuts a span in five or so."""
    if span <= 0:
        return 1.0
    power = 10 ** math.floor(math.log10(span / _STEPS))
    return next((k * power for k in (1, 2, 5) if span / (k * power) <= _STEPS), 10 * power)


# Parts


def _plain(native: Native, lines: int) -> None:
    native.has_legend, native.has_title = False, False
    native.font.size = Pt(_LABEL_PT if lines <= _MANY else _LABEL_PT - 2)
    native.font.color.rgb = _rgb(colours.INK)
    axis = native.value_axis
    axis.major_gridlines.format.line.color.rgb = _rgb(colours.RULE)
    axis.format.line.fill.background()
    axis.major_tick_mark = native.category_axis.major_tick_mark = XL_TICK_MARK.NONE
    native.category_axis.format.line.color.rgb = _rgb(colours.INK)


def _scaled(native: Native, low: float, high: float, step: float) -> None:
    """A scale whose ends are whole steps."""
    axis = native.value_axis
    axis.minimum_scale = round(math.floor(low / step + 1e-9) * step, 9)
    axis.maximum_scale = round(math.ceil(high / step - 1e-9) * step, 9)
    axis.major_unit = step
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = (
        _format(digits),
        False,
    )


def _upside_down(native: Native) -> None:
    """The first line on top, the scale below."""
    axis = native.category_axis
    axis.reverse_order = True
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    native.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.HIGH


def _crossing_at(native: Native, value: float) -> None:
    """Bars start from a value: the axis of lines crosses the scale there."""
    native.value_axis.crosses = XL_AXIS_CROSSES.CUSTOM
    native.value_axis.crosses_at = value


def _titled(native: Native, words: str) -> None:
    axis = native.value_axis
    axis.has_title = True
    frame = axis.axis_title.text_frame
    frame.text = one_line(words)
    font = frame.paragraphs[0].runs[0].font
    font.size, font.bold, font.color.rgb = Pt(12), False, _rgb(colours.GREY)


def _legend(native: Native) -> None:
    native.has_legend = True
    native.legend.position = XL_LEGEND_POSITION.TOP
    native.legend.include_in_layout = False
    native.legend.font.size = Pt(12)


def _filled(series: Any, colour: str) -> None:
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = _rgb(colour)


def _intervals(series: Any, lines: Sequence[Dot]) -> None:
    """Error bars from the lower to the upper end of each interval; none where there is none."""
    spans = [_span(dot) for dot in lines]
    if not any(any(span) for span in spans):
        return
    bars = etree.SubElement(series._element, qn("c:errBars"))
    for tag, value in (("errBarType", "both"), ("errValType", "cust"), ("noEndCap", "0")):
        etree.SubElement(bars, qn(f"c:{tag}"), {"val": value})
    for tag, side in (("plus", 1), ("minus", 0)):
        told = etree.SubElement(etree.SubElement(bars, qn(f"c:{tag}")), qn("c:numLit"))
        etree.SubElement(told, qn("c:formatCode")).text = "General"
        etree.SubElement(told, qn("c:ptCount"), {"val": str(len(spans))})
        for rank, span in enumerate(spans):
            point = etree.SubElement(told, qn("c:pt"), {"idx": str(rank)})
            etree.SubElement(point, qn("c:v")).text = repr(span[side])
    looks = etree.SubElement(bars, qn("c:spPr"))
    edge = etree.SubElement(looks, qn("a:ln"), {"w": "15875"})
    fill = etree.SubElement(edge, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr"), {"val": colours.INK})
    # The schema wants them before the categories.
    series._element.find(qn("c:cat")).addprevious(bars)


def _span(dot: Dot) -> tuple[float, float]:
    if any(math.isnan(one) for one in (dot.value, dot.lower, dot.upper)):
        return 0.0, 0.0
    return dot.value - dot.lower, dot.upper - dot.value


def _text(words: str) -> str:
    """A name for the workbook behind a chart, which python-pptx writes as Excel would read it.

    What begins like a formula or an address is held by a no-break space before it.
    """
    told = one_line(words)
    return f"{french.NO_BREAK}{told}" if _READ_BY_EXCEL.match(told) else told


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _format(digits: int) -> str:
    return f"#,##0.{'0' * digits}" if digits else "#,##0"


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour)
