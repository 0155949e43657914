"""The legend beside a painted map: words and French numbers, no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from cpts_data.french import count_of

MISSING_COLOUR: Final = "#b4bac1"
BLANK_COLOUR: Final = "#ffffff"
MASKED_COLOUR: Final = "#f1f3f5"
CONTEXT_COLOUR: Final = "#dde4ea"


@dataclass(frozen=True)
class LegendClass:
    """One class of the legend: its colour, its words (French numbers included), its communes."""

    colour: str
    label: str
    count: int | None = None


def legend(
    title: str,
    classes: Sequence[LegendClass],
    *,
    method: str = "",
    masked: int = 0,
    bounded: int = 0,
    too_small: int = 0,
    missing: int = 0,
    blank: int = 0,
    estimated: int = 0,
    context: int = 0,
    noun: tuple[str, str] = ("commune", "communes"),
) -> str:
    """Write the legend of a painted map as HTML without script, every text escaped.

    ``classes`` go from the lowest to the highest; ``method`` names the classification (« quantiles
    (5 classes) »); the numbers count the units of each state, and an entry appears only when its
    number is not 0. ``noun`` is what is counted (singular, plural).
    """
    rows = [_legend_row(_plain(item.colour), item.label, item.count, noun) for item in classes]
    states = (
        (_STRIPES.format(over=MASKED_COLOUR), "Secret statistique", masked),
        (_STRIPES.format(over="#c9d6df"), "Entre deux bornes (secret statistique)", bounded),
        (_plain("#ffffff") + "border:2px dotted #1b2530;", "Valeur estimée", estimated),
        (_SPOTS, "Effectif insuffisant", too_small),
        (_plain(MISSING_COLOUR), "Non disponible", missing),
        (_plain(CONTEXT_COLOUR), "Connu pour le département seulement (non dessiné)", context),
        (_plain(BLANK_COLOUR), "Sans objet", blank),
    )
    rows += [_legend_row(look, label, count, noun) for look, label, count in states if count]
    return _block(title, rows, method)


def layer_legend(title: str, rows: Sequence[tuple[str, str]], *, remark: str = "") -> str:
    """Write the legend of a layer: ``rows`` are (look, words), a look being made below."""
    return _block(title, [_legend_row(look, label, None, ("", "")) for look, label in rows], remark)


def line_look(colour: str, dash: str = "") -> str:
    """A line on a border, whole or dashed."""
    kind = "dashed" if dash else "solid"
    return (
        "border:0;border-radius:0;height:0;align-self:center;"
        f"border-top:3px {kind} {escape(colour)};"
    )


def band_look(colour: str, *, hatched: bool = False, dash: str = "") -> str:
    """A band along the inside of a border: plain, dashed or hatched."""
    if hatched:
        stripes = f"repeating-linear-gradient(135deg,{escape(colour)} 0 1.8px,#fff 1.8px 4.5px)"
        return f"background:{stripes};height:.55rem;border:0;align-self:center;"
    if dash:
        blocks = f"repeating-linear-gradient(90deg,{escape(colour)} 0 7px,#fff 7px 10px)"
        return f"background:{blocks};height:.45rem;border:0;align-self:center;"
    return f"background:{escape(colour)};height:.45rem;border:0;align-self:center;"


def mark_look(colour: str, *, round_one: bool) -> str:
    """The mark of a point: a rounded square, or a disc."""
    radius = "50%" if round_one else "4px"
    return (
        f"background:{escape(colour)};width:1.1rem;height:1.1rem;border-radius:{radius};"
        "border:1.5px solid #fff;box-shadow:0 0 0 1px #46525e;margin:0 .3rem;"
    )


def _block(title: str, rows: Sequence[str], method: str) -> str:
    foot = (
        f'<div style="margin-top:.45rem;color:#4c5a68;font-size:.86rem">{escape(method)}</div>'
        if method
        else ""
    )
    return (
        '<div class="cpts-legend" style="color:#1d2733;font-size:.95rem;line-height:1.35">'
        f'<div style="font-weight:600;margin-bottom:.4rem">{escape(title)}</div>'
        '<ul style="list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;'
        f'gap:.35rem 1.3rem">{"".join(rows)}</ul>{foot}</div>'
    )


_STRIPES: Final = "background:repeating-linear-gradient(135deg,#46525e 0 1.5px,{over} 1.5px 5px);"
_SPOTS: Final = (
    f"background:radial-gradient(#46525e 1.2px,{MISSING_COLOUR} 1.4px);background-size:6px 6px;"
)


def _plain(colour: str) -> str:
    return f"background:{escape(colour)};"


def _legend_row(look: str, label: str, count: int | None, noun: tuple[str, str]) -> str:
    number = (
        ""
        if count is None
        else f' <span style="color:#4c5a68">({escape(count_of(count, *noun))})</span>'
    )
    return (
        '<li style="display:flex;align-items:center;gap:.5rem;margin:0">'
        '<span aria-hidden="true" style="flex:none;display:inline-block;width:1.7rem;'
        "height:1.05rem;box-sizing:border-box;border:1px solid #8a96a1;border-radius:2px;"
        f'{look}"></span>'
        f"<span>{escape(label)}{number}</span></li>"
    )
