"""Annexes: every commune, every indicator, sources and methods."""

from __future__ import annotations

from collections.abc import Sequence

from cpts_data import french
from cpts_data.documents import pictures
from cpts_data.documents.draft import Draft
from cpts_data.documents.model import (
    Block,
    Cell,
    Column,
    Definitions,
    Heading,
    Kind,
    Look,
    Paragraph,
    Table,
    TableRow,
)
from cpts_data.indicators import INDICATORS
from cpts_data.measures import parse
from cpts_data.reading import communes as communes_of
from cpts_data.reading import verdicts
from cpts_data.reading.methods import METHODS, POLARITIES, STATES
from cpts_data.reading.themes import VIEWS
from cpts_data.reading.wording import printed
from cpts_data.sources import MODULES

_COLUMNS = 5
# Rows of communes that an annex may hold, all themes together: about four pages.
_ROWS = 150


def communes(draft: Draft) -> list[Block]:
    """The figures of every commune, theme by theme; fewer themes where communes are many."""
    blocks: list[Block] = []
    left = max(_ROWS // max(len(draft.units), 1), 1)
    for view in VIEWS.values():
        rows = draft.commune_rows(view)
        names = communes_of.known(view, rows)[:_COLUMNS]
        if not names:
            continue
        if len(blocks) == left:
            told = (
                "Les communes sont nombreuses : les autres thèmes, commune par commune, sont dans "
                "le tableur que propose la page « Documents »."
            )
            blocks.append(Paragraph(printed(told), Look.NOTE))
            break
        caption = f"{view.theme.label} : les communes"
        table = pictures.commune_table(
            draft.teller,
            f"communes_{view.theme.value}",
            rows[rows["indicator"].isin(names)],
            names,
            caption,
        )
        blocks.append(table)
    told = (
        "« Secret statistique » : le producteur cache la valeur pour protéger les personnes ; elle "
        "existe et n'est pas nulle. « Non disponible » : personne ne nous l'a donnée."
    )
    return [Paragraph(printed(told), Look.NOTE), *blocks]


def indicators(draft: Draft) -> list[Block]:
    """One sheet for each indicator that the document shows."""
    blocks: list[Block] = []
    for view in VIEWS.values():
        known = draft.known(view.indicators)
        if known:
            blocks += [Heading(view.theme.label), Definitions(_sheets(known))]
    return blocks


def _sheets(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Definition, reading and limits of each; limits that sisters share are told once."""
    told: dict[str, str] = {}
    items = []
    for name in names:
        indicator = INDICATORS[name]
        limits = indicator.caveat
        if limits in told:
            limits = f"Mêmes limites que « {told[limits]} »."
        elif limits:
            told[limits] = indicator.short_label
        words = f"{indicator.definition} Lecture : {POLARITIES[indicator.polarity]}. {limits}"
        items.append((printed(indicator.label), printed(words.strip())))
    return tuple(items)


def methods(draft: Draft) -> list[Block]:
    """Sources with their vintages and licences, methods, states of a figure, signs."""
    states = tuple(
        (printed(f"« {status.words} »"), printed(words)) for status, words in STATES.items()
    )
    signs = tuple((sign, printed(words)) for sign, _, _, words in verdicts.LEGEND if words)
    ways = tuple((printed(name), printed(words)) for name, words in METHODS)
    remarks: list[Block] = [
        Paragraph(printed(one), Look.NOTE) for one in draft.diagnostic.perimeter_remarks()
    ]
    return [
        sources(draft),
        Heading("Méthodes"),
        Definitions(ways),
        Heading("Ce que disent les mots et les signes"),
        Definitions((*states, *signs)),
        *([Heading("Périmètres"), *remarks] if remarks else []),
    ]


def sources(draft: Draft) -> Table:
    """The sources that the figures of the document come from."""
    used = used_sources(draft)
    rows = []
    for name in used:
        source = MODULES[name].SOURCE
        rows.append(
            TableRow(
                (
                    Cell(printed(source.title)),
                    Cell(printed(source.publisher)),
                    Cell(printed(draft.diagnostic.vintage_text(name))),
                    Cell(printed(source.licence)),
                    Cell(french.percent(draft.material.coverage(name), 0)),
                )
            )
        )
    columns = (
        Column("Source", width=3.0),
        Column("Producteur", width=1.4),
        Column("Millésime", width=0.9),
        Column("Licence", width=1.4),
        Column("Couverture", Kind.NUMBER, 0.9),
    )
    note = "Couverture : part de la population de l'espace dont les communes sont dans le fichier."
    told = "Données fictives, au format des fichiers de ces producteurs. "
    if draft.diagnostic.space.fictitious:
        note = told + note
    return Table("sources", "Sources des chiffres", columns, tuple(rows), "", printed(note))


def used_sources(draft: Draft) -> list[str]:
    """Ids of the sources behind the indicators shown, in the order of the catalogue of sources."""
    named: set[str] = set()
    for view in VIEWS.values():
        for name in draft.known(view.indicators):
            measure = draft.diagnostic.figures.measure_in_use(INDICATORS[name])
            named |= {parse(column).source for column in measure.columns}
    named |= {"cpts_liste", "cpts_perimetres", "contours_communes", "populations_legales"}
    return [name for name in MODULES if name in named and draft.diagnostic.space.has(name)]
