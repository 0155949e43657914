"""The other sheets: facts, communes, dictionary, sources, methods, what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cpts_data import french
from cpts_data.documents import annexes, overview, theme_sections
from cpts_data.documents.draft import Draft
from cpts_data.documents.model import Bullets, Missing, Table
from cpts_data.documents.workbook.sheets import WRAPPED, Entry, Head, Sheet, number, text
from cpts_data.indicators import INDICATORS
from cpts_data.reading import communes, identity, verdicts
from cpts_data.reading import synthesis as reading
from cpts_data.reading.methods import METHODS, POLARITIES, STATES
from cpts_data.reading.themes import VIEWS, View
from cpts_data.reading.wording import printed, source_line
from cpts_data.sources import MODULES

_LONG = 70.0
# What no head of the communes' sheets says of itself.
_OF_COMMUNES = {
    "Communes : un indicateur (unité), période": "Arrondi comme à l'écran ; vide si inconnu.",
    "Communes : État": "Pourquoi la valeur est vide, ou les bornes dues au secret.",
}


def facts(draft: Draft) -> Sheet:
    """The sentences of the synthesis."""
    blocks = [one for one in overview.sides(draft) if isinstance(one, Bullets)]
    blocks.append(draft.bullets(reading.needs(draft.facts), "Besoins qui se distinguent"))
    rows = tuple(
        (
            text(block.title),
            Entry(item.symbol, tone=item.tone),
            text(item.text),
            text(block.source),
        )
        for block in blocks
        for item in block.items
    )
    heads = (
        Head("Nature", 26.0, "Force, point d'attention ou besoin."),
        Head("Signe", 8.0, "+ force, ! point d'attention, • besoin."),
        Head("Constat", _LONG + 20, "La phrase, avec ses chiffres, sa référence et sa période."),
        Head("Source", WRAPPED, "Sources des chiffres cités."),
    )
    note = reading.warning(draft.own, draft.kind)
    return Sheet(
        "Synthèse",
        "Ce qui se détache",
        "Forces, points d’attention, besoins.",
        heads,
        rows,
        printed(note),
    )


def territory(draft: Draft) -> Sheet:
    """The communes of the territory: inhabitants, share that belongs to it, EPCI, other CPTS."""
    diagnostic = draft.diagnostic
    names = diagnostic.register.units.table["name"]
    people = diagnostic.unit_population().reindex(draft.units.index)
    shared = identity.shared_units(diagnostic, draft.territory)
    epci = overview.epci_names(draft)
    rows = tuple(
        (
            text(str(code)),
            text(printed(str(names[code]))),
            Entry(float(people[code])),
            Entry(float(draft.units[code]) * 100, 1),
            text(printed(str(epci.get(code, "")))),
            text(printed(french.enumeration(shared.get(str(code), [])))),
        )
        for code in people.sort_values(ascending=False, kind="stable").index
    )
    heads = (
        Head("Code", 9.0, "Code officiel géographique de la commune ou de l'arrondissement."),
        Head("Commune", 30.0, "Nom de la commune ou de l'arrondissement."),
        Head("Habitants", 12.0, "Population municipale de la commune entière."),
        Head("Part dans le territoire (%)", 14.0, "Part de la commune qui est du territoire."),
        Head("EPCI", 34.0, "Intercommunalité de la commune."),
        Head("Autre CPTS", 34.0, "Autres CPTS à laquelle la commune appartient aussi."),
    )
    note = printed(f"Source : {diagnostic.population_line()}.")
    about = "Liste des communes du territoire."
    return Sheet("Territoire", "Les communes du territoire", about, heads, rows, note)


def of_communes(draft: Draft, view: View) -> Sheet | None:
    """The figures of a theme, commune by commune; None when communes have none."""
    found = draft.commune_rows(view)
    names = communes.known(view, found)
    if not names:
        return None
    figures, words = communes.wide(found, names)
    title = f"Communes, {view.theme.label}"
    label = view.theme.label
    heads = [
        Head("Code", 9.0, "Code officiel géographique."),
        Head("Commune", 30.0, "Nom de la commune ou de l'arrondissement."),
    ]
    columns: list[Sequence[Entry]] = [
        [text(str(code)) for code in figures.index],
        [text(printed(str(name))) for name in figures["Commune"]],
    ]
    for name in names:
        indicator = INDICATORS[name]
        column = f"{indicator.short_label} ({indicator.unit})"
        told = printed(f"{column}, {_periods(found, name)}")
        heads.append(Head(told, 15.0))
        columns.append([_figure(value, indicator.digits) for value in figures[column]])
        if words[column].ne("").any():
            heads.append(Head(f"État : {told}", 24.0))
            columns.append([text(printed(str(one))) for one in words[column]])
    rows = tuple(zip(*columns, strict=True))
    inside = found[found["indicator"].isin(names)]
    credits = [draft.diagnostic.credits(str(one)) for one in inside["sources"].unique()]
    about = f"Chiffres de chaque commune : {label}."
    return Sheet(
        title,
        f"{label}, commune par commune",
        printed(about),
        tuple(heads),
        rows,
        source_line(credits),
    )


def _periods(found: pd.DataFrame, name: str) -> str:
    told = found.loc[found["indicator"] == name, "period"].astype(str)
    return french.enumeration(sorted({one for one in told if one}))


def _figure(value: float, digits: int) -> Entry:
    return Entry(None) if pd.isna(value) else Entry(float(value), digits)


def missing(draft: Draft) -> Sheet | None:
    """What is not known, why, and whom to ask; None when nothing lacks."""
    rows = tuple(
        (text(theme.label), text(item.label), text(item.why), text(item.how))
        for theme in VIEWS
        for block in theme_sections.missing(draft, theme)
        if isinstance(block, Missing)
        for item in block.items
    )
    if not rows:
        return None
    heads = (
        Head("Thème", 18.0),
        Head("Indicateur", 40.0),
        Head("Pourquoi", 40.0, "Pourquoi le chiffre n'est pas connu."),
        Head("Comment l’obtenir", _LONG, "À qui le demander, ou quel fichier ajouter."),
    )
    about = "Chiffres non connus, et à qui les demander."
    return Sheet("Ce qui manque", "Ce qui manque", about, heads, rows)


def dictionary(described: Sequence[Sheet]) -> Sheet:
    """Every indicator of the sheets, then every column."""
    known = dict.fromkeys(
        str(entry.value)
        for sheet in described
        if any(head.title == "Identifiant" for head in sheet.heads)
        for entry in sheet.column("Identifiant")
    )
    rows = [_indicator(name) for name in known]
    columns = dict(_OF_COMMUNES)
    for sheet in described:
        for head in sheet.heads:
            columns.setdefault(_family(head.title), head.meaning)
    rows += [
        (
            text("colonne"),
            text(printed(title)),
            text(""),
            text(""),
            text(printed(meaning)),
            text(""),
            text(""),
            text(""),
        )
        for title, meaning in columns.items()
        if meaning
    ]
    heads = (
        Head("Sorte", 12.0),
        Head("Libellé", 40.0),
        Head("Identifiant", 28.0),
        Head("Unité", 22.0),
        Head("Définition", _LONG),
        Head("Lecture", 40.0),
        Head("Limites", _LONG),
        Head("Données lues", 40.0),
    )
    about = "Définition de chaque indicateur et de chaque colonne."
    return Sheet("Dictionnaire", "Dictionnaire des données", about, heads, tuple(rows))


def _family(title: str) -> str:
    """Columns of references differ by the name of the reference alone."""
    return f"… : {title.split(' : ', 1)[1]}" if " : " in title and "(" not in title else title


def _indicator(name: str) -> tuple[Entry, ...]:
    one = INDICATORS[name]
    return (
        text("indicateur"),
        text(printed(one.label)),
        text(one.id),
        text(printed(one.unit)),
        text(printed(f"{one.definition} {one.why}".strip())),
        text(printed(POLARITIES[one.polarity])),
        text(printed(one.caveat)),
        text(", ".join(one.columns)),
    )


def sources(draft: Draft) -> Sheet:
    """The sources, with where they are published."""
    table = annexes.sources(draft)
    rows = tuple(
        (
            text(printed(one.title)),
            text(printed(one.publisher)),
            text(printed(draft.diagnostic.vintage_text(one.id))),
            text(printed(one.licence)),
            number(draft.material.coverage(one.id) * 100, 0),
            text(one.landing_page),
            text(printed(one.field)),
        )
        for one in (MODULES[name].SOURCE for name in annexes.used_sources(draft))
    )
    heads = (
        Head("Source", 50.0),
        Head("Producteur", 30.0),
        Head("Millésime", 14.0),
        Head("Licence", 30.0),
        Head("Couverture (%)", 12.0, "Part de la population de l'espace que le fichier connaît."),
        Head("Page du producteur", 50.0),
        Head("Champ", 24.0),
    )
    return Sheet(
        "Sources", table.caption, "Sources, millésimes, licences.", heads, rows, table.note
    )


def methods(draft: Draft) -> Sheet:
    """Methods, states of a figure, signs."""
    rows = [("méthode", name, words) for name, words in METHODS]
    rows += [("état", f"« {status.words} »", words) for status, words in STATES.items()]
    rows += [("signe", sign, words) for sign, _, _, words in verdicts.LEGEND if words]
    rows += [("périmètre", "Remarque", one) for one in draft.diagnostic.perimeter_remarks()]
    told = tuple(tuple(text(printed(cell)) for cell in row) for row in rows)
    heads = (Head("Sorte", 14.0), Head("Mot ou signe", 32.0), Head("Ce que cela veut dire", 100.0))
    about = "Méthodes, états d’un chiffre (secret, absence…), signes."
    return Sheet("Méthodes", "Méthodes, états et signes", about, heads, told)


def priorities(draft: Draft) -> Sheet | None:
    """The table of priorities, when the team filled it."""
    if not draft.options.priorities:
        return None
    table: Table = overview.priorities(draft)
    heads = tuple(Head(column.title, 36.0) for column in table.columns)
    rows = tuple(tuple(text(cell.text) for cell in row.cells) for row in table.rows)
    return Sheet("Priorités", table.caption, "Du problème à ce qui le mesure.", heads, rows)
