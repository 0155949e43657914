"""One indicator over its periods, for several territories: lines, breaks, verdict in words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.sentences import trend_sentence, value_sentence
from cpts_data.analysis.trends import trends
from cpts_data.indicators import Indicator
from cpts_data.reading import side_by_side, verdicts
from cpts_data.reading.comparisons import Row
from cpts_data.territories import Territory
from pages.parts import blocks, present, trend_plot
from pages.parts.frame import Frame

_SIGNS = {"hausse": "↗", "baisse": "↘", "stable": "→", "non_calculable": "·"}
_WORDS = {
    "hausse": "hausse significative",
    "baisse": "baisse significative",
    "stable": "pas de changement significatif",
    "non_calculable": "non calculable",
}


def show(
    page: Frame, own: Territory, territories: Sequence[Territory], indicator: Indicator
) -> None:
    """The lines, then the verdict of each territory in words, then the table."""
    diagnostic = page.diagnostic
    periods = diagnostic.periods(indicator)
    parts = [
        side_by_side.values_of(diagnostic, [indicator.id], territories, period)
        for period in periods
    ]
    if not parts:
        blocks.nothing_here(
            f"{indicator.label} : aucune période n'est connue dans cet espace.",
            "La page « Données » dit comment l'ajouter.",
        )
        return
    rows = pd.concat(parts, ignore_index=True)
    series = _series(rows, territories)
    blocks.section(f"{indicator.label}, de {periods[0]} à {periods[-1]}")
    verdicts = trends(rows)
    mine = verdicts[verdicts["territory"].eq(own.id) & verdicts["level"].eq(own.level.value)]
    if len(mine) and own_label(own) in series:
        blocks.lead(trend_sentence(mine.iloc[0], indicator), _told(mine.iloc[0], rows, own))
    else:
        latest = side_by_side.values_of(diagnostic, [indicator.id], [own])
        blocks.lead(value_sentence(latest.iloc[0], indicator), latest.iloc[0].to_dict())
    if series and max(len(known) for known in series.values()) > 1:
        known = [p for p in periods if any(p in set(one["period"]) for one in series.values())]
        figure = trend_plot.trends(series, known, indicator, own_label(own))
        summary = f"{indicator.label}, {known[0]} à {known[-1]} : {', '.join(series)}."
        present.chart(figure, "evolution", summary)
        _breaks(indicator, known)
    else:
        _alone(rows, indicator, series)
    table = _verdicts(verdicts, series, territories, indicator)
    if len(table):
        st.dataframe(table, hide_index=True, width="stretch")
    absent = [own_label(one) for one in territories if own_label(one) not in series]
    if absent:
        blocks.note(f"Sans valeur propre, donc sans ligne : {french.enumeration(absent)}.")
    present.table(_wide(rows, series, territories, indicator), rows, f"evolution_{indicator.id}")
    present.source(page, indicator, periods[-1])


def own_label(territory: Territory) -> str:
    """The name of a line."""
    return french.typography(territory.label)


def _told(trend: pd.Series, rows: pd.DataFrame, own: Territory) -> Row | None:
    """The latest figure, when the sentence of the trend tells it."""
    if str(trend["direction"]) == "non_calculable":
        return None
    last = rows[_of(rows, own) & rows["period"].eq(str(trend["last_period"]))]
    return last.iloc[0].to_dict()


def _of(rows: pd.DataFrame, territory: Territory) -> pd.Series:
    return rows["territory"].eq(territory.id) & rows["level"].eq(territory.level.value)


def _series(rows: pd.DataFrame, territories: Sequence[Territory]) -> dict[str, pd.DataFrame]:
    """Known figures of each territory, period by period."""
    found = {}
    for one in territories:
        known = rows[_of(rows, one)]
        known = known[known.apply(verdicts.own_figure, axis=1)] if len(known) else known
        if len(known):
            found[own_label(one)] = known[["period", "value", "lower", "upper"]].reset_index(
                drop=True
            )
    return found


def _alone(rows: pd.DataFrame, indicator: Indicator, series: dict[str, pd.DataFrame]) -> None:
    if not series:
        present.nothing_known(indicator, rows)
        return
    blocks.nothing_here(
        "Une seule période est connue : il n'y a pas d'évolution à dessiner.",
        "Ajoutez les millésimes précédents du même fichier sur la page « Données ».",
    )


def _breaks(indicator: Indicator, periods: Sequence[str]) -> None:
    told = [f"{when} : {why}" for when, why in indicator.breaks if when in periods]
    axis = "L'axe ne part pas de zéro ; la bande pâle est l'intervalle à 95 % de votre territoire."
    if told:
        axis += f" Rupture de série, {' ; '.join(told)} : aucune tendance ne la traverse."
    blocks.note(axis)


def _verdicts(
    verdicts: pd.DataFrame,
    series: dict[str, pd.DataFrame],
    territories: Sequence[Territory],
    indicator: Indicator,
) -> pd.DataFrame:
    """The verdict of each territory, in words and with a sign."""
    found = []
    for one in territories:
        row = verdicts[verdicts["territory"].eq(one.id) & verdicts["level"].eq(one.level.value)]
        if own_label(one) not in series or row.empty:
            continue
        direction = str(row["direction"].iloc[0])
        first, last = row["first_period"].iloc[0], row["last_period"].iloc[0]
        change = french.signed(float(row["change"].iloc[0]), indicator.digits)
        judged = {1: "favorable", -1: "défavorable"}.get(int(row["judgement"].iloc[0]), "")
        found.append(
            {
                "Territoire": own_label(one),
                "Tendance": f"{_SIGNS[direction]} {_WORDS[direction]}",
                "Lecture": judged,
                "Périodes": f"{first} à {last}" if first != last else str(last),
                f"Variation ({indicator.unit})": change if first != last else "",
            }
        )
    return pd.DataFrame(found)


def _wide(
    rows: pd.DataFrame,
    series: dict[str, pd.DataFrame],
    territories: Sequence[Territory],
    indicator: Indicator,
) -> pd.DataFrame:
    """Periods in lines, territories in columns."""
    columns = {
        label: french.rounded(known.set_index("period")["value"], indicator.digits)
        for label, known in series.items()
    }
    if not columns:
        return pd.DataFrame({"Période": rows["period"].unique()})
    table = pd.DataFrame(columns).sort_index()
    return table.rename_axis("Période").reset_index()
