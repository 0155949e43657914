"""The charts and maps of a document: what is drawn, its title that says the result, its table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cpts_data import french
from cpts_data.documents import model
from cpts_data.documents.material import Material
from cpts_data.documents.model import Band, Bar, Cell, Column, Dot, Kind, Table, TableRow
from cpts_data.documents.telling import Teller
from cpts_data.indicators import INDICATORS, Indicator
from cpts_data.measures import Status
from cpts_data.reading import marks, pyramid, wording
from cpts_data.reading.line_charts import Line, LineChart, ticks
from cpts_data.reading.pyramid import Pyramid
from cpts_data.reading.wording import interval_text, printed
from cpts_data.territories import Territory

_MOST_BARS = 20
_NOUNS = (
    ("densites", "professions"),
    ("apl", "professions"),
    ("age_", "tranches d'âge"),
    ("ald_", "affections"),
)
_FEMININE = ("professions", "tranches d'âge", "affections")


def dot_chart(teller: Teller, chart: LineChart) -> model.DotChart | None:
    """A chart of the themes; None when it has not two lines: a table says one as well."""
    if len(chart.lines) < 2:
        return None
    low, high = chart.ends
    result = _tally(chart)
    caption = printed(f"{chart.heading} : {result}")
    names = [marks.reference_name(line.shown.beside) for line in chart.lines]
    reference = names[0] if len(set(names)) == 1 else "Référence"
    return model.DotChart(
        id=chart.key,
        caption=caption,
        sentence=printed(chart.sentence),
        alt=printed(f"Graphique à points. {chart.heading} : {result}. {_read_aloud(chart.lines)}"),
        source=teller.source([line.shown for line in chart.lines]),
        table=_dot_table(teller, chart),
        axis=printed(chart.axis),
        dots=tuple(_dot(teller, line) for line in chart.lines),
        across=math.nan if chart.across is None else chart.across,
        low=low,
        high=high,
        ticks=ticks(low, high),
        reference=printed(reference),
    )


def _dot(teller: Teller, line: Line) -> Dot:
    return Dot(
        printed(line.label),
        printed(line.figure),
        line.value,
        line.lower,
        line.upper,
        line.reference,
        line.target,
        line.mark.tone,
        printed(line.mark.words),
        teller.quantity(line.shown),
    )


def _read_aloud(lines: Sequence[Line]) -> str:
    return " ".join(
        f"{line.label} : {line.figure} ({line.mark.words})." for line in lines if line.figure
    )


def _tally(chart: LineChart) -> str:
    """« sur 10 professions, 3 au-dessus, 1 au-dessous, 6 sans écart démontré »: the result."""
    signs = [line.mark.symbol[:1] for line in chart.lines]
    told = [
        (signs.count("▲"), "au-dessus"),
        (signs.count("▼"), "au-dessous"),
        (signs.count("△"), "au-dessus (sans test)"),
        (signs.count("▽"), "au-dessous (sans test)"),
        (signs.count("="), "à égalité"),
        (signs.count("≈"), "sans écart démontré"),
    ]
    known = [f"{count} {words}" for count, words in told if count]
    rest = len(signs) - sum(count for count, _ in told)
    known += [f"{rest} sans comparaison possible"] if rest else []
    noun = next((words for key, words in _NOUNS if chart.key.startswith(key)), "indicateurs")
    if len(known) == 1 and len(signs) > 1:
        return f"{len(signs)} {noun}, {'toutes' if noun in _FEMININE else 'tous'} {_alone(known)}"
    return f"sur {len(signs)} {noun}, {french.enumeration(known)}"


def _alone(known: Sequence[str]) -> str:
    """The words of the only result, without their count."""
    return known[0].split(" ", 1)[1]


def _dot_table(teller: Teller, chart: LineChart) -> Table:
    rows = []
    for line in chart.lines:
        shown = line.shown
        beside = f"{marks.reference_name(shown.beside)} : " + marks.value_beside(
            shown.beside, shown.indicator
        )
        rows.append(
            TableRow(
                (
                    Cell(printed(line.label), printed(str(shown.row["period"]))),
                    Cell(printed(line.figure), quantity=teller.quantity(shown)),
                    Cell(printed(interval_text(shown))),
                    Cell(printed(beside)),
                    Cell(printed(line.mark.words), symbol=line.mark.symbol, tone=line.mark.tone),
                )
            )
        )
    level = french.percent(teller.confidence, 0 if teller.confidence < 0.99 else 1)
    columns = (
        Column("Indicateur", width=2.2),
        Column(printed(f"Valeur ({chart.lines[0].shown.indicator.unit})"), Kind.NUMBER),
        Column(printed(f"Intervalle à {level}"), Kind.NUMBER),
        Column("Référence", Kind.NUMBER, 1.6),
        Column("Verdict", Kind.VERDICT, 1.9),
    )
    source = teller.source([line.shown for line in chart.lines])
    return Table(f"{chart.key}_tableau", printed(chart.heading), columns, tuple(rows), source)


def pyramid_chart(material: Material, found: Pyramid) -> model.PyramidChart:
    """The age pyramid."""
    own, beside = found.own, found.beside
    labels = list(dict.fromkeys(own["age"]))

    def share(table: pd.DataFrame, sex: str, band: str) -> float:
        row = table[(table["sexe"] == sex) & (table["age"] == band)]
        return float(row[pyramid.SHARE].iloc[0]) if len(row) else math.nan

    bands = tuple(
        Band(
            printed(pyramid.ages(band)),
            share(own, "hommes", band),
            share(own, "femmes", band),
            share(beside, "hommes", band),
            share(beside, "femmes", band),
        )
        for band in labels
    )
    widest = float(
        max(own[pyramid.SHARE].max(), beside[pyramid.SHARE].max() if len(beside) else 0.0)
    )
    result = ""
    if len(beside):
        gaps = (own[pyramid.SHARE] - beside[pyramid.SHARE]).groupby(own["age"]).sum()
        result = (
            f" : davantage de {pyramid.ages(str(gaps.idxmax()))} et moins de "
            f"{pyramid.ages(str(gaps.idxmin()))} que {found.where}"
        )
    source = material.diagnostic.source_line(found.indicator, found.period)
    step = 1 if widest < 6 else 2 if widest < 12 else 5
    ticks = [(float(k), french.number(k)) for k in range(0, math.floor(widest) + 1, step)]
    return model.PyramidChart(
        id="pyramide",
        caption=printed(f"Pyramide des âges{result}"),
        sentence=printed(found.summary),
        alt=printed(f"Pyramide des âges, hommes à gauche, femmes à droite. {found.summary}"),
        source=wording.source_line([source]),
        table=_pyramid_table(found, wording.source_line([source])),
        bands=bands,
        around=printed(found.around),
        widest=widest,
        ticks=tuple(ticks),
    )


def _pyramid_table(found: Pyramid, source: str) -> Table:
    rows = []
    for place, row in enumerate(found.own.itertuples()):
        cells = [
            Cell(printed(pyramid.ages(str(row.age)))),
            Cell(str(row.sexe)),
            Cell(french.number(float(row.personnes))),
            Cell(french.with_unit(float(row.part), "%", 2)),
        ]
        if len(found.beside):
            share = float(found.beside[pyramid.SHARE].iloc[place])
            cells.append(Cell(french.with_unit(share, "%", 2)))
        rows.append(TableRow(tuple(cells)))
    columns = [Column("Âge"), Column("Sexe"), Column("Personnes", Kind.NUMBER)]
    columns += [Column("Part", Kind.NUMBER)]
    columns += [Column(printed(found.around), Kind.NUMBER)] if len(found.beside) else []
    return Table(
        "pyramide_tableau", "Population par sexe et âge", tuple(columns), tuple(rows), source
    )


def commune_bars(
    material: Material, teller: Teller, territory: Territory, name: str
) -> model.BarChart | None:
    """An indicator that never combines: its figure in each commune; None when none is known."""
    indicator = INDICATORS[name]
    rows = material.communes(territory, [name])
    known = rows[rows["value"].notna() & rows["status"].isin(OWN)]
    if known.empty:
        return None
    known = known.sort_values("value", ascending=False)
    told = range_words(known, indicator)
    hidden = len(rows) - len(known)
    if hidden:
        words = french.count_of(hidden, "commune est masquée", "communes sont masquées")
        told += f" ; {words} ou non disponible{'s' if hidden > 1 else ''}"
    ends = known
    if len(known) > _MOST_BARS:
        half = _MOST_BARS // 2
        ends = pd.concat([known.head(half), known.tail(half)])
    bars = tuple(
        Bar(printed(str(row["name"])), float(row["value"]), _value_words(row, indicator))
        for _, row in ends.iterrows()
    )
    source = wording.source_line(
        material.diagnostic.credits(str(one)) for one in known["sources"].unique()
    )
    cut = ""
    if len(ends) < len(known):
        cut = (
            f" Sur {len(known)} communes connues, les {_MOST_BARS // 2} plus élevées et les "
            f"{_MOST_BARS // 2} plus basses sont dessinées ; l'annexe les donne toutes."
        )
    return model.BarChart(
        id=f"etendue_{name}",
        caption=printed(f"{indicator.label} : {told}"),
        sentence=printed(f"Une barre par commune ({indicator.unit}).{cut}"),
        alt=printed(f"Barres : {indicator.label}, commune par commune, {told}."),
        source=source,
        table=commune_table(teller, f"etendue_{name}_tableau", rows, [name]),
        axis=printed(indicator.unit),
        bars=bars,
        high=float(known["value"].max()),
    )


OWN = (Status.OBSERVED.value, Status.ESTIMATED.value)


def _value_words(row: pd.Series, indicator: Indicator) -> str:
    return printed(french.number(float(row["value"]), indicator.digits))


def range_words(known: pd.DataFrame, indicator: Indicator) -> str:
    """« de 0,8 (Orlac) à 4,2 (Le Bourg) selon les communes »."""
    low, high = known.loc[known["value"].idxmin()], known.loc[known["value"].idxmax()]
    unit = indicator.unit if indicator.unit.startswith(("%", "€")) else ""
    first = french.number(float(low["value"]), indicator.digits)
    last = french.with_unit(float(high["value"]), unit, indicator.digits)
    if float(low["value"]) == float(high["value"]):
        return f"{last} dans toutes les communes connues"
    return f"de {first} ({low['name']}) à {last} ({high['name']}) selon les communes"


def commune_table(
    teller: Teller,
    identifier: str,
    rows: pd.DataFrame,
    names: Sequence[str],
    caption: str = "",
    order: Sequence[str] | None = None,
) -> Table:
    """Communes in lines, indicators in columns, states in words; by name, or in a given order."""
    first = rows.drop_duplicates("territory").sort_values("name")
    if order is not None:
        first = first.set_index("territory", drop=False).loc[list(order)]
    by_place = {
        (str(row["territory"]), str(row["indicator"])): row for row in rows.to_dict("records")
    }
    told = []
    for code, name in zip(first["territory"], first["name"], strict=True):
        cells = [Cell(printed(str(name)))]
        for one in names:
            row = by_place.get((str(code), one))
            cells.append(Cell("–") if row is None else _commune_cell(teller, row, one))
        told.append(TableRow(tuple(cells)))
    columns = [Column("Commune", width=1.8)]
    columns += [
        Column(printed(f"{INDICATORS[one].short_label} ({INDICATORS[one].unit})"), Kind.NUMBER)
        for one in names
    ]
    credits = [teller.diagnostic.credits(str(one)) for one in rows["sources"].unique()]
    return Table(
        identifier, printed(caption), tuple(columns), tuple(told), wording.source_line(credits)
    )


def _commune_cell(teller: Teller, row: Mapping[Any, Any], name: str) -> Cell:
    indicator = INDICATORS[name]
    text = (
        marks.bare_value(row, indicator)
        if Status(str(row["status"])) in (Status.OBSERVED, Status.ESTIMATED)
        else wording.cell(row, indicator)
    )
    tag = "estimation" if row["status"] == Status.ESTIMATED.value else ""
    return Cell(printed(text), tag, quantity=teller.number(row, indicator))
