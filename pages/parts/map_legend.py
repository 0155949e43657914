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
        (_plain(BLANK_COLOUR), "Sans objet", blank),
    )
    rows += [_legend_row(look, label, count, noun) for look, label, count in states if count]
    foot = (
        f'<div style="margin-top:.45rem;color:#4c5a68;font-size:.86rem">{escape(method)}</div>'
        if method
        else ""
    )
    return (
        '<div style="color:#1d2733;font-size:.95rem;line-height:1.35">'
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
