"""One sheet for each theme: every indicator beside every reference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from cpts_data import french
from cpts_data.analysis.aggregate import WHOLE
from cpts_data.analysis.grammar import stratum_words
from cpts_data.analysis.references import Kind
from cpts_data.documents.draft import Draft
from cpts_data.documents.model import Quantity
from cpts_data.documents.overview import MEMBERS, PATHWAYS
from cpts_data.documents.workbook.sheets import EMPTY, WRAPPED, Entry, Head, Sheet, number, text
from cpts_data.indicators import INDICATORS, Indicator, Theme
from cpts_data.measures import Status
from cpts_data.reading import marks
from cpts_data.reading.comparisons import Row, Shown
from cpts_data.reading.themes import View
from cpts_data.reading.wording import printed

EVERYONE = "ensemble"
KINDS: Final = {
    Kind.DEPARTEMENT: "Département",
    Kind.REGION: "Région",
    Kind.FRANCE: "France",
    Kind.PEERS: "Médiane des CPTS",
    Kind.EXPECTED: "Attendu selon l’âge",
    Kind.TARGET: "Cible",
}
FIGURE: Final = (
    Head("Indicateur", 60.0, "Libellé de l'indicateur, défini dans la feuille « Dictionnaire »."),
    Head("Identifiant", 38.0, "Identifiant stable de l'indicateur."),
    Head("Population", 16.0, "« ensemble », ou la part de la population dont il s'agit."),
    Head("Période", 11.0, "Période observée ; ce n'est pas toujours une année."),
    Head("Valeur", 12.0, "Arrondie comme à l'écran ; vide si le chiffre n'est pas connu."),
    Head("Unité", 20.0, "Unité de la valeur, des bornes et des références."),
    Head("Borne basse", 12.0, "Bas de l'intervalle dit par « Nature des bornes »."),
    Head("Borne haute", 12.0, "Haut de l'intervalle dit par « Nature des bornes »."),
    Head("Nature des bornes", 24.0, "Intervalle de confiance, ou bornes dues au secret."),
    Head("État", 26.0, "Ce qu'est le chiffre, ou pourquoi il n'y en a pas."),
    Head("Couverture (%)", 13.0, "Part de la population du territoire dont le chiffre est connu."),
)
_BESIDE: Final = (
    ("valeur", 12.0, "Valeur de la référence."),
    ("laquelle", 22.0, "Nom de la référence, « hors CPTS » si le territoire en est retiré."),
    ("période", 11.0, "Période de la référence."),
    ("verdict", 30.0, "Signe et mots de la comparaison."),
)
_LAST: Final = (
    Head("Rang", 18.0, "Rang parmi les CPTS de la région, en mots."),
    Head("Évolution", 36.0, "Sens de la tendance sur les dernières périodes, et son test."),
    Head("Source", WRAPPED, "Producteur, jeu de données, millésime, champ."),
    Head("Sources des références", WRAPPED, "Les mêmes, pour les références."),
)


def of_theme(draft: Draft, view: View) -> Sheet:
    """Every indicator of a theme, known or not, with its strata."""
    heads = [*FIGURE]
    for name in KINDS.values():
        heads += [Head(f"{name} : {part}", width, words) for part, width, words in _BESIDE]
    heads += _LAST
    rows = tuple(_row(draft, shown, stratum) for shown, stratum in _all(draft, view))
    title = view.theme.label
    about = f"Indicateurs du thème « {title} », avec leurs références."
    made = Sheet(title, title, printed(about), tuple(heads), rows)
    return made.without_empty_columns(len(FIGURE))


def _all(draft: Draft, view: View) -> Iterator[tuple[Shown, str]]:
    for name in dict.fromkeys(view.indicators):
        yield draft.teller.shown(name), WHOLE
        for stratum in draft.own.strata(name):
            yield draft.teller.shown(name, stratum), stratum


def _row(draft: Draft, shown: Shown, stratum: str) -> tuple[Entry, ...]:
    indicator = shown.indicator
    cells = figure(draft, indicator, shown.row, draft.teller.quantity(shown), stratum)
    credits = []
    for kind in KINDS:
        row = draft.own.beside.get((indicator.id, stratum, kind.value))
        told, credit = _beside(draft, shown, row)
        cells += told
        credits += [credit] if credit else []
    trend = marks.of_trend(shown.trend, indicator)
    known = shown.trend is not None and shown.status is not Status.CONTEXT
    cells += [
        text(draft.teller.rank(shown).text.removeprefix("–")),
        _mark(trend) if known else EMPTY,
        text(_bare(draft.teller.quantity(shown).source)),
        text(" ; ".join(dict.fromkeys(_bare(credit) for credit in credits))),
    ]
    return tuple(cells)


def figure(
    draft: Draft, indicator: Indicator, row: Row, quantity: Quantity, stratum: str
) -> list[Entry]:
    """The cells of ``FIGURE``."""
    digits = indicator.digits
    coverage = float(row["coverage"]) if quantity.status.has_value else math.nan
    everyone = stratum == WHOLE
    return [
        text(printed(indicator.label)),
        text(indicator.id),
        text(EVERYONE if everyone else printed(stratum_words(stratum))),
        text(quantity.period),
        number(quantity.value, digits),
        text(printed(indicator.unit)),
        number(quantity.lower, digits),
        number(quantity.upper, digits),
        text(_nature(draft, quantity)),
        text(quantity.status.words),
        number(coverage * 100, 1),
    ]


def _nature(draft: Draft, quantity: Quantity) -> str:
    if math.isnan(quantity.lower) or math.isnan(quantity.upper):
        return ""
    if quantity.status is Status.BOUNDED:
        return "bornes dues au secret"
    level = french.percent(draft.options.confidence, 0 if draft.options.confidence < 0.99 else 1)
    return printed(f"intervalle de confiance à {level}")


def _beside(draft: Draft, shown: Shown, row: Row | None) -> tuple[list[Entry], str]:
    """A reference: value, name, period, verdict; and its source line."""
    if row is None or math.isnan(float(row["reference_value"])):
        return [EMPTY] * len(_BESIDE), ""
    cell = draft.teller.reference(shown, row)
    quantity = cell.quantity
    if quantity is None:
        return [EMPTY] * len(_BESIDE), ""
    verdict = draft.teller.verdict(shown, row)
    words = "" if verdict.text == "–" else verdict.words
    return [
        number(quantity.value, shown.indicator.digits),
        text(printed(marks.reference_name(row))),
        text("" if quantity.period == "nan" else quantity.period),
        Entry(words, tone=verdict.tone, strong=verdict.strong),
    ], quantity.source


def _mark(mark: marks.Mark) -> Entry:
    return Entry(printed(f"{mark.symbol} {mark.words}".strip()), tone=mark.tone)


def _bare(source: str) -> str:
    return source.removeprefix("Source : ")


def activity(draft: Draft) -> Sheet:
    """What the CPTS counts of itself."""
    names = [*MEMBERS, *PATHWAYS]
    table = draft.diagnostic.values(names, draft.territory.level, [draft.territory.id])
    rows = []
    for row in table.to_dict("records"):
        indicator = INDICATORS[str(row["indicator"])]
        quantity = draft.teller.number(row, indicator)
        cells = figure(draft, indicator, row, quantity, WHOLE)
        rows.append((*cells, text(_bare(quantity.source))))
    title = Theme.ACTIVITY.label
    heads = (*FIGURE, _LAST[2])
    about = "Adhésions et protocoles, comptés par la CPTS."
    return Sheet(title, title, about, heads, tuple(rows))
