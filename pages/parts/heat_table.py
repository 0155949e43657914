"""The table of territories side by side: figures, signs and words; colour only comes on top."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.compare import Basis, Kind
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.measures import Status
from cpts_data.reading import verdicts
from cpts_data.reading.verdicts import LEGEND, Look, look
from cpts_data.territories import Territory
from pages.parts import blocks, cards, figure_marks, frame, helps, present, selection, store
from pages.parts.frame import Frame


def show(page: Frame, territories: Sequence[Territory], own: Territory, kind: Kind) -> None:
    """The table of one theme, its legend, its download, and the warning on many comparisons."""
    theme = selection.choose_theme()
    names = selection.indicators_of(theme)
    table = store.compared(page.diagnostic, own, kind, names, territories)
    known = table[table["status"].ne(Status.MISSING.value)]
    shown = [name for name in names if (known["indicator"] == name).any()]
    if not shown:
        blocks.nothing_here(
            "Aucun indicateur de ce thème n'est connu pour ces territoires.",
            "La page « Données » dit ce qui manque et comment l'ajouter.",
        )
        return
    st.html(legend())
    st.html(table_html(table, shown, territories))
    st.html(helps.of_table([INDICATORS[name] for name in shown]))
    st.html(cards.sources_of(page.diagnostic, table[table["indicator"].isin(shown)]))
    tested = table["basis"].eq(Basis.INTERVAL) & ~table.apply(verdicts.is_wider, axis=1)
    if warning := verdicts.by_chance(int(tested.sum())):
        st.warning(
            f"{warning} Un écart isolé n’est pas une preuve : "
            "retenez d’abord ceux que marquent deux triangles."
        )
    _missing(page, names, shown)
    present.download(table, f"comparaison_{theme}.csv", "Télécharger le tableau en CSV")


def legend() -> str:
    """The signs of the table and what each means."""
    items = "".join(
        f'<li><b style="background:{verdicts.GROUNDS[(tone, strong)]}">{sign}</b>'
        f"{escape(french.typography(words))}</li>"
        for sign, tone, strong, words in LEGEND
    )
    return f'<ul class="cpts-keys" aria-label="Légende">{items}</ul>'


def table_html(table: pd.DataFrame, shown: Sequence[str], territories: Sequence[Territory]) -> str:
    """The whole table as HTML, every text escaped; one part per theme."""
    labels = [french.typography(territory.label) for territory in territories]
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in labels)
    rows = dict(list(table.groupby("indicator", sort=False)))
    body, theme = [], None
    for name in shown:
        indicator = INDICATORS[name]
        if indicator.theme is not theme:
            theme = indicator.theme
            if len({INDICATORS[one].theme for one in shown}) > 1:
                span = len(territories) + 1
                body.append(
                    f'</tbody><tbody class="cpts-part"><tr><th scope="rowgroup" colspan="{span}">'
                    f"{escape(theme.label)}</th></tr>"
                )
        body.append(_row(rows[name], indicator, labels))
    return (
        '<div class="cpts-table-wrap" tabindex="0" role="region" '
        'aria-label="Tableau de comparaison">'
        '<table class="cpts-table cpts-heat cpts-stack">'
        f'<thead><tr><th scope="col">Indicateur</th>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _row(rows: pd.DataFrame, indicator: Indicator, labels: Sequence[str]) -> str:
    latest = str(rows["period"].iloc[0])
    cells = "".join(
        _cell(row, indicator, label, latest)
        for (_, row), label in zip(rows.iterrows(), labels, strict=True)
    )
    said = [escape(french.typography(text)) for text in (indicator.unit, latest) if text]
    told = " · ".join([*said, *_beside(rows, indicator)])
    return (
        f'<tr data-indicateur="{indicator.id}">'
        f'<th scope="row">{escape(french.typography(indicator.short_label))}'
        f"<small>{told}</small></th>{cells}</tr>"
    )


def _beside(rows: pd.DataFrame, indicator: Indicator) -> list[str]:
    """The reference's own figure, said once per line, as HTML; nothing without."""
    known = rows.loc[rows["reference_value"].notna() & ~rows["without"].astype(bool)]
    if known.empty:
        return []
    row = known.iloc[0]
    value = escape(french.number(float(row["reference_value"]), indicator.digits))
    when = str(row["reference_period"])
    year = f" ({when})" if when not in ("", "nan", str(row["period"])) else ""
    return [f"référence {figure_marks.reference(row.to_dict(), value)}{escape(year)}"]


def _cell(row: pd.Series, indicator: Indicator, label: str, latest: str) -> str:
    seen = look(row, indicator)
    return (
        f'<td data-label="{escape(label)}" style="background:{seen.ground}"><div>'
        f"{_figure(row, indicator)}"
        f'<span class="cpts-sign" aria-hidden="true">{seen.sign}</span>'
        f"{_words(row, seen, latest)}</div></td>"
    )


def _figure(row: pd.Series, indicator: Indicator) -> str:
    status = Status(str(row["status"]))
    if status is Status.BOUNDED:
        ends = french.between(float(row["lower"]), float(row["upper"]), digits=indicator.digits)
        return f"<b>{figure_marks.figure(row, escape(ends))}</b>"
    if not status.has_value:
        marked = figure_marks.figure(row, escape(status.words))
        return f'<span class="cpts-word">{marked}</span>'
    value = figure_marks.figure(row, escape(french.number(float(row["value"]), indicator.digits)))
    if status is Status.CONTEXT:
        return f'<span class="cpts-word">{value} ({escape(status.words)})</span>'
    return f"<b>{value}</b>"


def _words(row: pd.Series, seen: Look, latest: str) -> str:
    told = [seen.words, seen.judged]
    if str(row["status"]) == Status.ESTIMATED:
        told.append("estimation")
    if str(row["period"]) not in ("", latest):
        told.append(str(row["period"]))
    return "".join(f"<small>{escape(text)}</small>" for text in told if text)


def _missing(page: Frame, names: Sequence[str], shown: Sequence[str]) -> None:
    absent = [INDICATORS[name].short_label for name in names if name not in shown]
    if not absent:
        return
    count = french.count_of(len(absent), "indicateur sans donnée", "indicateurs sans donnée")
    with st.expander(french.typography(f"{count} dans cet espace")):
        blocks.note(", ".join(absent) + ".")
        frame.link("pages/donnees.py", "Ajouter des données")
