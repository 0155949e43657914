"""The age pyramid of a territory against a reference: shares of residents by sex and age.

Bands of five years where the census gives them, else the seven wide bands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.reading.pyramid import COLOURS, SHARE, ages, pyramid
from pages.parts import blocks, cards, present
from pages.parts.theme_views import ThemePage


def show(theme: ThemePage) -> None:
    """The pyramid, its sentence, its table; or why there is none."""
    diagnostic = theme.page.diagnostic
    blocks.section("Pyramide des âges")
    found = pyramid(diagnostic, theme.territory, theme.kind)
    if isinstance(found, str):
        blocks.note(found)
        return
    own, beside, name = found.own, found.beside, found.around
    blocks.note(found.summary, found.indicator.id)
    st.html(drawing(own, beside, name, found.summary))
    values = diagnostic.figures.strata(found.indicator, theme.territory.level, found.period)
    values = values[values["territory"] == theme.territory.id]
    present.table(_table(own, beside, name), values, f"pyramide_{theme.territory.id}")
    blocks.note(f"Source : {diagnostic.source_line(found.indicator, found.period)}.")


def drawing(own: pd.DataFrame, beside: pd.DataFrame, around: str, summary: str) -> str:
    """Bars of both sexes, back to back; the reference as a stroke across each bar."""
    widest = float(max(own[SHARE].max(), beside[SHARE].max() if len(beside) else 0.0)) * 1.04
    step = 1 if widest < 6 else 2 if widest < 12 else 5
    marked = list(range(step, int(widest) + 1, step))
    mine, theirs = _by_band(own), _by_band(beside)
    rows = []
    for band in reversed(list(dict.fromkeys(own["age"]))):
        men, women = (
            _side(sex, band, mine[sex, band], theirs.get((sex, band)), widest, marked)
            for sex in ("hommes", "femmes")
        )
        rows.append(f"<div>{men}<span>{cards.text(ages(band))}</span>{women}</div>")
    ends = _ends("right", marked, widest), _ends("left", marked, widest)
    rows.append(f"<div>{ends[0]}<span>{cards.text('% de la population')}</span>{ends[1]}</div>")
    label = cards.text(f"Pyramide des âges, hommes à gauche, femmes à droite. {summary}")
    return (
        f'<ul class="cpts-pyramid-keys">{"".join(_keys(around))}</ul>'
        f'<div class="cpts-pyramid" role="img" aria-label="{label}">{"".join(rows)}</div>'
    )


Part: TypeAlias = tuple[float, float]


def _by_band(table: pd.DataFrame) -> dict[tuple[str, str], Part]:
    """Share and people by sex and band."""
    keys = zip(table["sexe"].astype(str), table["age"].astype(str), strict=True)
    parts = zip(table[SHARE].astype(float), table["personnes"].astype(float), strict=True)
    return dict(zip(keys, parts, strict=True))


def _side(
    sex: str, band: str, mine: Part, theirs: Part | None, widest: float, marked: Sequence[int]
) -> str:
    from_middle, kind = ("right", "men") if sex == "hommes" else ("left", "women")
    share, people = mine
    words = (
        f"{sex}, {ages(band)} : {french.with_unit(share, '%', 1)} "
        f"({french.count_of(people, 'personne')})"
    )
    parts = [
        f'<i class="grid" style="{from_middle}:{100 * tick / widest:.2f}%"></i>' for tick in marked
    ]
    parts.append(
        f'<i class="bar" style="{from_middle}:0;width:{100 * share / widest:.2f}%;'
        f'background-color:{COLOURS[sex]}"></i>'
    )
    if theirs is not None:
        parts.append(f'<i class="ref" style="{from_middle}:{100 * theirs[0] / widest:.2f}%"></i>')
    return f'<div class="side {kind}" title="{cards.text(words)}">{"".join(parts)}</div>'


def _ends(from_middle: str, marked: Sequence[int], widest: float) -> str:
    way = "50%" if from_middle == "right" else "-50%"
    told = "".join(
        f'<b style="{from_middle}:{100 * tick / widest:.2f}%;transform:translateX({way})">'
        f"{french.number(tick)}</b>"
        for tick in marked
    )
    return f'<div class="ends">{told}</div>'


def _keys(around: str) -> list[str]:
    found = [
        f'<li><i style="background:{COLOURS["hommes"]}"></i>Hommes (à gauche)</li>',
        f'<li class="women"><i class="bar" style="background-color:{COLOURS["femmes"]}"></i>'
        "Femmes (à droite)</li>",
    ]
    if around:
        found.append(f'<li><i class="ref"></i>{cards.text(around)}</li>')
    return found


def _table(own: pd.DataFrame, beside: pd.DataFrame, around: str) -> pd.DataFrame:
    shown = pd.DataFrame(
        {
            "Âge": [ages(band) for band in own["age"]],
            "Sexe": own["sexe"],
            "Personnes": french.rounded(own["personnes"]),
            "Part (%)": french.rounded(own[SHARE], 2),
        }
    )
    if len(beside):
        shown[f"{around} (%)"] = french.rounded(beside[SHARE], 2).to_numpy()
    return shown
