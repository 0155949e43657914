"""Views of the page « Comparaison »: intervals, ranking, two indicators. One is drawn at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis.compare import Basis, Kind
from cpts_data.analysis.sentences import rank_sentence, rank_words
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.reading import side_by_side, verdicts, wording
from cpts_data.territories import Level, Territory
from pages.parts import (
    blocks,
    frame,
    funnel_view,
    heat_table,
    helps,
    peers_view,
    plots,
    present,
    selection,
    store,
    trend_view,
)
from pages.parts.frame import Frame

_STYLE = (Path(__file__).parent / "comparison.css").read_text(encoding="utf-8")
VIEWS = {
    "tableau": "Tableau",
    "intervalles": "Intervalles",
    "voisins": "Territoires comparables",
    "classement": "Classement",
    "nuage": "Deux indicateurs",
    "evolution": "Évolution",
    "entonnoir": "Entonnoir",
}
_ABOUT = {
    "tableau": "Chaque case donne la valeur d'un territoire et ce qu'on peut en dire face à la "
    "référence choisie. Les signes se lisent sans la couleur.",
    "intervalles": "Le trait est l'intervalle de confiance : plus il est long, moins le chiffre "
    "est précis.",
    "voisins": "À qui se comparer ? Aux CPTS qui vous ressemblent par leur population, où "
    "qu'elles soient.",
    "classement": "Toutes les CPTS, de la valeur la plus élevée à la plus basse. Des rangs voisins "
    "ne sont pas toujours des écarts réels : regardez les intervalles.",
    "nuage": "Chaque point est une CPTS. Deux indicateurs qui vont ensemble ne disent pas que "
    "l'un explique l'autre.",
    "evolution": "Les cinq dernières périodes disent la tendance, quand elles suffisent.",
    "entonnoir": "Plus un territoire est petit, plus le hasard le fait varier : l'entonnoir dit "
    "jusqu'où.",
}


def open_view(page: Frame, own: Territory) -> None:
    """The chosen view, and nothing of the others."""
    st.html(f"<style>{_STYLE}</style>")
    told = helps.of("IC", "Médiane", "Tendance", "Funnel plot")
    view = frame.choose("Vue", VIEWS, "vue", horizontal=True, help_text=told)
    blocks.note(_ABOUT[view])
    views: dict[str, Callable[[Frame, Territory], None]] = {
        "tableau": heat,
        "intervalles": intervals,
        "voisins": peers_view.show,
        "classement": ranking,
        "nuage": two_indicators,
        "evolution": _trends,
        "entonnoir": funnel_view.show,
    }
    views[view](page, own)


def heat(page: Frame, own: Territory) -> None:
    """The heat table of a theme."""
    left, right = st.columns([2, 1])
    with left:
        territories = selection.choose_territories(page)
    with right:
        kind = selection.choose_reference(page, own)
    heat_table.show(page, territories, own, kind)


def _trends(page: Frame, own: Territory) -> None:
    indicator = selection.choose_indicator()
    territories = selection.choose_territories(page)
    trend_view.show(page, own, territories, indicator)


def _labelled(table: pd.DataFrame, territories: Sequence[Territory]) -> pd.DataFrame:
    labels = {(one.level.value, one.id): one.label for one in territories}
    keys = zip(table["level"].astype(str), table["territory"].astype(str), strict=True)
    return table.assign(label=[french.typography(labels[key]) for key in keys])


def _mark(rows: pd.DataFrame) -> list[tuple[str, float]]:
    """The reference of a chart, when one value of the same definition serves every territory."""
    alike = ~rows["without"].astype(bool) & rows["basis"].ne(Basis.DIFFERENT.value)
    known = rows.loc[rows["reference_value"].notna() & alike]
    if known.empty:
        return []
    name = str(known["reference_name"].iloc[0])
    return [(name[0].upper() + name[1:], float(known["reference_value"].iloc[0]))]


def intervals(page: Frame, own: Territory) -> None:
    """One indicator, the chosen territories: dots and intervals."""
    left, right = st.columns([2, 1])
    with left:
        indicator = selection.choose_indicator()
    with right:
        kind = selection.choose_reference(page, own)
    territories = selection.choose_territories(page)
    rows = store.compared(page.diagnostic, own, kind, [indicator.id], territories)
    rows = _labelled(rows, territories)
    blocks.section(f"{indicator.label} : {french.count_of(len(rows), 'territoire')}")
    present.lead(rows, own.id, indicator)
    drawn = rows[rows.apply(verdicts.own_figure, axis=1)]
    if drawn.empty:
        present.nothing_known(indicator, rows)
    else:
        figure = plots.dots(
            drawn, indicator, french.typography(own.label), _mark(rows), row_height=46
        )
        present.chart(figure, "intervalles", _summary(drawn, indicator))
        _signs()
        rest = rows[~rows.index.isin(drawn.index)]
        if len(rest):
            blocks.note(_left_out(rest, indicator, "Sans valeur à dessiner"))
    shown = present.figures(rows, indicator)
    shown["Face à votre territoire"] = present.beside_own(rows, own.id)
    present.table(shown, rows, f"intervalles_{indicator.id}")
    present.source(page, indicator, str(rows["period"].iloc[0]))


def ranking(page: Frame, own: Territory) -> None:
    """Every CPTS ranked, with intervals, ties and who differs from the reference."""
    left, right = st.columns(2)
    with left:
        indicator = selection.choose_indicator()
    with right:
        kind = selection.choose_reference(page, own)
    rows = _all_cpts(page, own, kind, indicator)
    blocks.section(f"{indicator.label} : classement, {_everyone(own, len(rows))}")
    drawn = rows[rows.apply(verdicts.own_figure, axis=1)]
    drawn = drawn.sort_values(["value", "label"], ascending=[False, True], kind="stable")
    if drawn.empty:
        present.nothing_known(indicator, rows)
    else:
        _ranked(rows, drawn, own, indicator)
    shown = present.figures(drawn, indicator)
    shown.insert(0, "Rang", [rank_words(row) for _, row in drawn.iterrows()])
    shown["Face à votre territoire"] = present.beside_own(drawn, own.id)
    rest = rows[~rows.index.isin(drawn.index)]
    if len(rest) and len(drawn):
        blocks.note(_left_out(rest, indicator, "Non classées"))
    whole = pd.concat([shown, present.figures(rest, indicator)]) if len(rest) else shown
    present.table(whole, pd.concat([drawn, rest]), f"classement_{indicator.id}")
    present.source(page, indicator, str(rows["period"].iloc[0]))


def _everyone(own: Territory, count: int, inside: bool = True) -> str:
    """« 70 CPTS », « 70 CPTS et ce territoire » when a composed one stands among them."""
    if own.level is Level.CPTS or not inside:
        return french.count_of(count, "CPTS", "CPTS")
    return f"{french.count_of(count - 1, 'CPTS', 'CPTS')} et ce territoire"


def _all_cpts(page: Frame, own: Territory, kind: Kind, indicator: Indicator) -> pd.DataFrame:
    everyone = side_by_side.peers_and_own(page.diagnostic, own)
    rows = store.compared(page.diagnostic, own, kind, [indicator.id], everyone)
    return _labelled(rows, everyone)


def _ranked(rows: pd.DataFrame, drawn: pd.DataFrame, own: Territory, indicator: Indicator) -> None:
    mine = drawn[drawn["territory"].eq(own.id)]
    if len(mine):
        blocks.lead(rank_sentence(mine.iloc[0], indicator), mine.iloc[0].to_dict())
    tally = verdicts.counted(drawn)
    if tally:
        told = " ; ".join(f"{french.count_of(n, 'CPTS', 'CPTS')} : {words}" for words, n in tally)
        blocks.lead(f"{told}.")
        if warning := verdicts.by_chance(len(drawn)):
            blocks.note(warning)
    else:
        blocks.note(
            "Cet indicateur n'a pas d'intervalle de confiance : un rang, mais aucun test. De "
            "petits écarts de valeur changent beaucoup de rangs."
        )
    short = len(drawn) <= 30
    figure = plots.dots(
        drawn,
        indicator,
        french.typography(own.label),
        _mark(rows),
        row_height=40 if short else 22,
        written=short,
    )
    present.chart(figure, "classement", _summary(drawn, indicator))
    _signs()


def _left_out(rest: pd.DataFrame, indicator: Indicator, why: str) -> str:
    words = [f"{row['label']} ({wording.cell(row, indicator)})" for _, row in rest.iterrows()]
    return f"{why} : {french.enumeration(words)}."


def _signs() -> None:
    blocks.note(
        "Grande marque bordée de noir : votre territoire. Triangle : écart significatif avec la "
        "référence, vers le haut ou vers le bas ; rond (losange pour le vôtre) : écart non "
        "démontré, ou indicateur sans intervalle."
    )


def _summary(rows: pd.DataFrame, indicator: Indicator) -> str:
    low, high = rows.loc[rows["value"].idxmin()], rows.loc[rows["value"].idxmax()]
    ends = [
        f"{row['label']} ({french.with_unit(row['value'], indicator.unit, indicator.digits)})"
        for row in (low, high)
    ]
    return f"{indicator.label}, de {ends[0]} à {ends[1]}."


def two_indicators(page: Frame, own: Territory) -> None:
    """A scatter of two indicators over the CPTS."""
    left, right = st.columns(2)
    with left:
        first = selection.choose_indicator("En abscisse (horizontal)")
    with right:
        second = selection.choose_indicator(
            "En ordonnée (vertical)", "second", default=_second(page, own, first)
        )
    table = pd.DataFrame({"x": _known(page, own, first), "y": _known(page, own, second)})
    names = {
        one.id: french.typography(one.name)
        for one in side_by_side.peers_and_own(page.diagnostic, own)
    }
    table["label"] = table.index.map(names)
    known = table.dropna(subset=["x", "y"])
    if len(known) < 3:
        told = (
            f"Il faut au moins trois CPTS dont les deux indicateurs sont connus ; il y en a "
            f"{french.number(len(known))}."
        )
        blocks.nothing_here(told, "Choisissez un autre indicateur, ou ajoutez des données.")
        return
    count = _everyone(own, len(known), own.id in known.index)
    blocks.section(f"{first.short_label} et {second.short_label} : {count}")
    blocks.lead(_crossed(known, own, first, second))
    figure = plots.scatter(known, first, second, french.typography(own.name))
    present.chart(figure, "nuage", _crossed(known, own, first, second))
    blocks.note(
        "Lignes pointillées : médianes des CPTS. Les noms qui se chevaucheraient ne sont pas "
        "écrits ; le tableau les donne tous."
    )
    shown = pd.DataFrame(
        {
            "CPTS": table["label"],
            f"{first.short_label} ({first.unit})": french.rounded(table["x"], first.digits),
            f"{second.short_label} ({second.unit})": french.rounded(table["y"], second.digits),
        }
    )
    everyone = side_by_side.peers_and_own(page.diagnostic, own)
    values = side_by_side.values_of(page.diagnostic, [first.id, second.id], everyone)
    present.table(shown, values, f"nuage_{first.id}_{second.id}")
    for indicator in dict.fromkeys((first, second)):
        present.source(page, indicator, page.diagnostic.latest_period(indicator))


def _known(page: Frame, own: Territory, indicator: Indicator) -> pd.Series:
    everyone = side_by_side.peers_and_own(page.diagnostic, own)
    rows = side_by_side.values_of(page.diagnostic, [indicator.id], everyone).set_index("territory")
    return rows["value"].astype(float).where(rows.apply(verdicts.own_figure, axis=1))


def _second(page: Frame, own: Territory, first: Indicator) -> str:
    """A second indicator that the space knows, of another theme when there is one."""
    usual = ("part_75_ans_et_plus", "taux_pauvrete", "fdep", "densite_population", "population")
    for name in usual:
        if name != first.id and _known(page, own, INDICATORS[name]).notna().sum() >= 3:
            return name
    return "densite_population"


def _crossed(known: pd.DataFrame, own: Territory, first: Indicator, second: Indicator) -> str:
    """Where the reader's CPTS lies, by the two medians; how many lie in the same quarter."""
    if own.id not in known.index:
        return "Votre territoire n'y figure pas : l'un des deux indicateurs n'y est pas connu."
    middle = known[["x", "y"]].median()
    mine = known.loc[own.id]
    sides = {True: "au-dessus de la médiane", False: "à la médiane ou au-dessous"}
    here = (known["x"] > middle["x"]).eq(mine["x"] > middle["x"]) & (
        (known["y"] > middle["y"]).eq(mine["y"] > middle["y"])
    )
    count = french.count_of(int(here.sum()) - 1, "autre CPTS est", "autres CPTS sont")
    return (
        f"{own.name} : {first.short_label}, {sides[bool(mine['x'] > middle['x'])]} ; "
        f"{second.short_label}, {sides[bool(mine['y'] > middle['y'])]}. {count} dans le même cas."
    )
