"""A map as an image for a document or a slide: title, legend, source, scale, north. Pure.

Drawn by geopandas and matplotlib, from the very contours and colours of the screen.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from cpts_data import french
from cpts_data.analysis import geometry
from cpts_data.diagnostic import Diagnostic
from cpts_data.drawing import map_legend
from cpts_data.drawing.map_layers import Drawn
from cpts_data.spreadsheets import SECRECY

_DPI: Final = 150
_DARK: Final = "#1b2530"
_GREY: Final = "#4c5a68"
_STATES: Final = (
    ("missing", "Non disponible", map_legend.MISSING_COLOUR, ""),
    ("context", "Connu pour le département seulement", map_legend.CONTEXT_COLOUR, ""),
    ("too_small", "Effectif insuffisant", map_legend.MISSING_COLOUR, "...."),
    ("masked", "Secret statistique", map_legend.MASKED_COLOUR, "////"),
    ("bounded", "Entre deux bornes", "#c9d6df", "////"),
    ("blank", "Sans objet", map_legend.BLANK_COLOUR, ""),
)


@dataclass(frozen=True)
class Panel:
    """One map of an image; the fields are those of the screen's map and legend."""

    title: str
    subtitle: str
    fills: Mapping[str, str]
    states: Mapping[str, set[str]]
    classes: Sequence[map_legend.LegendClass]
    tally: Mapping[str, int] = field(default_factory=dict)
    foot: str = ""
    source: str = ""
    holders: pd.Series | None = None


@dataclass(frozen=True)
class Credits:
    """What every image says: the contours' producer, the space, whether it is fictitious."""

    contours: str
    space: str
    warning: str = ""


def credits_of(diagnostic: Diagnostic) -> Credits:
    """Credits of a space."""
    fictitious = diagnostic.space.fictitious
    return Credits(
        diagnostic.contours_credit(),
        diagnostic.space.title,
        "Territoire fictif de démonstration" if fictitious else "",
    )


def draw(
    panels: Sequence[Panel],
    shapes: gpd.GeoDataFrame,
    layers: Sequence[Drawn],
    credits: Credits,
) -> bytes:
    """Draw one map, or two side by side, as a PNG of 1,650 or 2,400 pixels of width.

    ``shapes`` are the simplified communes of the screen, by code.
    """
    # Not pyplot: it keeps figures for the whole process, and sessions draw at the same time.
    from matplotlib.figure import Figure

    plane = shapes.to_crs(geometry.metric_crs(tuple(shapes.to_crs(4326).total_bounds)))
    figure = Figure(figsize=(11 if len(panels) == 1 else 16, 8), dpi=_DPI, facecolor="white")
    figure.set_layout_engine("none")
    width = 1 / len(panels)
    for rank, panel in enumerate(panels):
        _panel(figure, rank * width, width, panel, plane, layers, len(panels) == 1)
    told = [*dict.fromkeys(p.source for p in panels if p.source)]
    source = (
        f"Sources : {' ; '.join(told)}. Contours : {credits.contours}."
        if told
        else (f"Contours : {credits.contours}.")
    )
    foot = f"{source} {SECRECY} Image du {_day()}."
    lines = textwrap.fill(french.typography(foot), 170 if len(panels) == 1 else 240)
    figure.text(0.02, 0.012, lines, fontsize=7, color=_GREY, va="bottom")
    if credits.warning:
        figure.text(0.98, 0.985, credits.warning, fontsize=9, color="#7a4a00", ha="right", va="top")
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=_DPI)
    return stream.getvalue()


def _day() -> str:
    import datetime as dt

    return french.date(dt.datetime.now(dt.UTC).date())


def _panel(
    figure: Any,
    left: float,
    width: float,
    panel: Panel,
    plane: gpd.GeoDataFrame,
    layers: Sequence[Drawn],
    alone: bool,
) -> None:
    share = 0.70 if alone else 0.98
    box = (0.08, 0.80) if alone else (0.27, 0.62)
    axes = figure.add_axes((left + 0.01 * width, box[0], share * width, box[1]))
    axes.set_axis_off()
    axes.set_aspect("equal")
    _communes(axes, panel, plane)
    _borders(axes, panel, plane)
    for drawn in layers:
        _layer(axes, drawn, plane.crs)
    _scale_and_north(axes, plane)
    title = textwrap.fill(panel.title, 95 if alone else 70)
    figure.text(
        left + 0.02,
        0.965,
        title,
        fontsize=15 if alone else 13,
        weight="bold",
        color=_DARK,
        va="top",
    )
    place = (left + 0.72, 0.86) if alone else (left + 0.02, 0.255)
    _legend(figure, place, panel, layers, 1 if alone else 2)


def _communes(axes: Any, panel: Panel, plane: gpd.GeoDataFrame) -> None:
    codes = plane.index.astype(str)
    fill = pd.Series(map_legend.MISSING_COLOUR, index=codes)
    fill.update(pd.Series(dict(panel.fills), dtype=object))
    masked = codes.isin(list(panel.states.get("hatched", ())))
    fill[masked & ~codes.isin(list(panel.fills))] = map_legend.MASKED_COLOUR
    fill[codes.isin(list(panel.states.get("blank", ())))] = map_legend.BLANK_COLOUR
    fill[codes.isin(list(panel.states.get("context", ())))] = map_legend.CONTEXT_COLOUR
    plane.plot(ax=axes, color=fill.to_list(), edgecolor="white", linewidth=0.25)
    for sign, hatch in (("hatched", "/////"), ("dotted", "....")):
        held = codes.isin(list(panel.states.get(sign, ())))
        if held.any():
            plane[held].plot(
                ax=axes, facecolor="none", edgecolor="#46525e", linewidth=0, hatch=hatch, alpha=0.8
            )
    guessed = codes.isin(list(panel.states.get("estimated", ())))
    if guessed.any():
        plane[guessed].boundary.plot(ax=axes, color=_DARK, linewidth=0.8, linestyle=":")


def _borders(axes: Any, panel: Panel, plane: gpd.GeoDataFrame) -> None:
    """The borders of the territories whose figure the communes wear, and the outer edge."""
    groups = pd.Series("tout", index=plane.index)
    geometry.dissolve(plane, groups).to_crs(plane.crs).boundary.plot(
        ax=axes, color=_DARK, linewidth=0.7
    )
    if panel.holders is not None and 0 < panel.holders.nunique() < len(plane):
        held = geometry.dissolve(plane, panel.holders).to_crs(plane.crs)
        held.boundary.plot(ax=axes, color=_DARK, linewidth=0.6)


def _layer(axes: Any, drawn: Drawn, crs: Any) -> None:
    if drawn.zones is not None:
        zones = drawn.zones.frame.to_crs(crs)
        for rank, style in enumerate(drawn.zones.styles):
            part = zones[zones["style"] == rank]
            if len(part):
                # A band just inside the border, as on the screen.
                inner = part.geometry.buffer(-_pixel(axes) * style["weight"] / 2)
                kind = "--" if style.get("dash") or style.get("hatch") else "-"
                inner.boundary.plot(
                    ax=axes, color=style["colour"], linewidth=style["weight"] * 0.5, linestyle=kind
                )
    if drawn.points is not None and len(drawn.points):
        points = drawn.points
        places = gpd.GeoSeries.from_xy(points["lon"], points["lat"], crs=4326).to_crs(crs)
        size = 14 + 26 * np.sqrt(points["count"] / max(points["count"].max(), 1))
        axes.scatter(
            places.x,
            places.y,
            s=14 if drawn.layer.kind == "structures" else size,
            c=drawn.layer.colour,
            marker="s" if drawn.layer.kind == "structures" else "o",
            edgecolors="white",
            linewidths=0.4,
            zorder=5,
        )


def _pixel(axes: Any) -> float:
    """Metres of one point of line width."""
    west, east = axes.get_xlim()
    return float((east - west) / (axes.get_position().width * axes.figure.get_figwidth() * 72))


def _scale_and_north(axes: Any, plane: gpd.GeoDataFrame) -> None:
    west, south, east, north = plane.total_bounds
    length = _round_length((east - west) / 5)
    bottom = south - 0.03 * (north - south)
    axes.plot(
        [west, west + length], [bottom, bottom], color=_DARK, linewidth=2.5, solid_capstyle="butt"
    )
    words = f"{french.number(length / 1000)}{french.NO_BREAK}km"
    if length < 1000:
        words = f"{french.number(length)}{french.NO_BREAK}m"
    axes.text(west + length * 1.06, bottom, words, fontsize=9, color=_DARK, va="center")
    axes.annotate(
        "N",
        xy=(east, north),
        xytext=(east, north - 0.09 * (north - south)),
        ha="center",
        fontsize=10,
        color=_DARK,
        arrowprops={"arrowstyle": "-|>", "color": _DARK, "lw": 1.4},
    )


def _round_length(metres: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10.0 ** np.floor(np.log10(max(metres, 1.0)))
    return float(max(k * power for k in (1, 2, 5) if k * power <= max(metres, power)))


def _legend(
    figure: Any, place: tuple[float, float], panel: Panel, layers: Sequence[Drawn], columns: int
) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Patch(facecolor=row.colour, edgecolor="#8a96a1", label=_counted(row))
        for row in panel.classes
    ]
    handles += [
        Patch(facecolor=colour, edgecolor="#46525e", hatch=hatch, label=f"{label} ({count})")
        for name, label, colour, hatch in _STATES
        if (count := panel.tally.get(name, 0))
    ]
    for drawn in layers:
        if drawn.zones is not None:
            present = set(drawn.zones.frame["style"])
            handles += [
                Line2D(
                    [],
                    [],
                    color=style["colour"],
                    linewidth=3,
                    linestyle="--" if style.get("dash") or style.get("hatch") else "-",
                    label=textwrap.fill(words, 34),
                )
                for rank, (style, words) in enumerate(
                    zip(drawn.zones.styles, drawn.zones.words, strict=True)
                )
                if rank in present
            ]
        elif drawn.points is not None:
            square = drawn.layer.kind == "structures"
            handles.append(
                Line2D(
                    [],
                    [],
                    color=drawn.layer.colour,
                    marker="s" if square else "o",
                    linestyle="",
                    label=textwrap.fill(drawn.layer.label, 34),
                )
            )
    legend = figure.legend(
        handles=handles,
        title=textwrap.fill(panel.subtitle, 36),
        loc="upper left",
        bbox_to_anchor=place,
        frameon=False,
        fontsize=9,
        title_fontsize=10,
        alignment="left",
        ncols=columns,
        borderaxespad=0,
    )
    legend.get_title().set_color(_DARK)
    if panel.foot and columns == 1:
        figure.text(
            place[0], 0.115, textwrap.fill(panel.foot, 42), fontsize=8, color=_GREY, va="bottom"
        )


def _counted(row: map_legend.LegendClass) -> str:
    return row.label if row.count is None else f"{row.label} ({french.number(row.count)})"
