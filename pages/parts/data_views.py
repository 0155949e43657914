"""The page « Données »: what a space holds, how fresh and how sound; and files to fill.

Names of files and texts of files come from anyone: every one is escaped where it is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st
from babel.dates import format_timedelta

from cpts_data import french
from cpts_data.analysis.quality_report import SourceQuality
from cpts_data.contracts import SHOWN_FAULTS, Fault
from cpts_data.layouts.templates import TEMPLATES, template_csv, template_workbook
from cpts_data.sources import MODULES
from pages.parts import blocks, store
from pages.parts.frame import Frame

# Labels of the documented formats that are not the names of our columns.
_LABELS = {"code": "code_commune", "commune_nom": "libelle", "cpts_nom": "nom"}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def today() -> dt.date:
    """Today's date, as the provenance of files tells it."""
    return dt.datetime.now(tz=dt.UTC).date()


def freshness(day: str, now: dt.date) -> tuple[str, str]:
    """« 22 novembre 2026 » and « il y a 3 jours », from an ISO date; no age when it is unknown."""
    try:
        received = dt.date.fromisoformat(day)
    except ValueError:
        return "date inconnue", ""
    return french.date(received), _age((now - received).days)


def _age(days: int) -> str:
    if days < 0:
        return ""
    if days < 2:
        return ("aujourd'hui", "hier")[days]
    age = dt.timedelta(days=-days)
    # Two of a unit before it is used: « il y a 23 mois », not « il y a 2 ans ».
    told = format_timedelta(age, granularity="day", threshold=2, add_direction=True, locale="fr_FR")
    return str(told)


def last_received(report: Sequence[SourceQuality]) -> tuple[str, str]:
    """When the latest file of some sources came: the day and its age, in words."""
    days = [file.received for item in report for file in item.files if file.received]
    return freshness(max(days, default=""), today())


def key_figures(page: Frame) -> None:
    """How many sources and files, how many set aside, when the last one came."""
    report = store.quality(page.diagnostic)
    if not report:
        return
    files = [file for item in report for file in item.files]
    kept = sum(file.kept for file in files)
    day, age = last_received(report)
    blocks.figures(
        [
            _counted(len(report), "source", "sources"),
            _counted(kept, "fichier conforme", "fichiers conformes"),
            _counted(len(files) - kept, "fichier mis de côté", "fichiers mis de côté"),
            (day, f"dernier fichier reçu{f' ({age})' if age else ''}"),
        ]
    )


def _counted(quantity: int, singular: str, plural: str) -> tuple[str, str]:
    return french.number(quantity), singular if quantity < 2 else plural


def state_of_sources(page: Frame) -> None:
    """One line for each source: vintage, freshness, rows, coverage, verdict; then the faults."""
    title = page.diagnostic.space.title
    blocks.section("État des sources", f"Espace « {title} ».")
    report = store.quality(page.diagnostic)
    if not report:
        blocks.nothing_here(
            "Cet espace ne contient encore aucun fichier.",
            "Déposez ci-dessous les fichiers officiels de votre territoire (contours des communes, "
            "populations légales, APL, liste des CPTS de votre ARS), ou demandez à l'application "
            "de les télécharger.",
        )
        return
    head = ("Source", "Millésime", "Reçu le", "Lignes", "Population couverte", "État")
    html_table("Sources de l'espace", head, [_source_row(item) for item in report])
    for item in report:
        for file in item.files:
            if not file.kept:
                st.warning(
                    french.typography(
                        f"{blocks.plain(item.title)} : le fichier « {blocks.plain(file.name)} » "
                        "est mis de côté, le reste de l'espace fonctionne."
                    )
                )
                faults_list(file.faults)


def faults_list(faults: Sequence[Fault]) -> None:
    """Faults as sentences: where, what was found, what was expected, how to mend."""
    # The first that were found, told from the top of the file to its end.
    shown = sorted(faults[:SHOWN_FAULTS], key=lambda fault: fault.row or 0)
    lines = [_sentence(fault) for fault in shown]
    if len(faults) > SHOWN_FAULTS:
        others = french.count_of(len(faults) - SHOWN_FAULTS, "autre anomalie", "autres anomalies")
        lines.append(f"… et {others}.")
    bullets(lines)


def bullets(lines: Sequence[str]) -> None:
    """Sentences, one under the other."""
    st.html(f'<ul class="cpts-facts">{"".join(f"<li>{text(line)}</li>" for line in lines)}</ul>')


def _sentence(fault: Fault) -> str:
    where = [f"ligne {french.number(fault.row)}"] if fault.row is not None else []
    where += [f"colonne « {fault.column} »"] if fault.column else []
    place = f"{', '.join(where)} : " if where else ""
    told = (
        f"{place}trouvé : {fault.found} ; attendu : {fault.expected}. Pour corriger : {fault.mend}"
    )
    return told[:1].upper() + told[1:]


def _source_row(item: SourceQuality) -> list[str]:
    day, age = last_received([item])
    coverage = no_sense() if item.coverage is None else text(french.percent(item.coverage))
    return [
        f"{text(item.title)}<br><small>{text(item.publisher)}</small>",
        _held(item.vintage),
        f"{_held(day)}<br><small>{_held(age)}</small>" if age else _held(day),
        french.number(item.rows_kept),
        coverage,
        _held(item.verdict.words),
    ]


def _held(words: str) -> str:
    """A few words for HTML, kept on one line."""
    return text(words).replace(" ", french.NO_BREAK)


def html_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table whose cells are HTML already escaped; the first of each row is its header."""
    titles = "".join(f'<th scope="col">{text(label)}</th>' for label in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{_cells(head[1:], cells)}</tr>' for first, *cells in rows
    )
    st.html(
        '<div class="cpts-table-wrap" tabindex="0"><table class="cpts-table cpts-stack">'
        f"<caption>{text(caption)}</caption><thead><tr>{titles}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _cells(labels: Sequence[str], cells: Sequence[str]) -> str:
    """The cells of a row; each bears its label, which narrow screens show instead of the head."""
    pairs = zip(labels, cells, strict=True)
    return "".join(
        f'<td data-label="{text(label)}"><span>{cell}</span></td>' for label, cell in pairs
    )


def no_sense() -> str:
    """A cell whose figure has no sense for the source."""
    return '<span class="cpts-word">sans objet</span>'


def text(words: str) -> str:
    """Words for HTML: French typography, and nothing of them is interpreted."""
    return escape(french.typography(words))


def templates() -> None:
    """Files to fill: the list and perimeters of CPTS, then the local tables that we know."""
    blocks.section(
        "Modèles à remplir",
        "Pour vos propres données : remplissez un modèle dans votre tableur, puis déposez-le plus "
        "haut. La page « Sources et méthodes » décrit chaque colonne.",
    )
    offers = [(name, cpts_template(name), f"{name}.csv", "text/csv") for name in _CPTS_FILES]
    for name in TEMPLATES:
        if name in MODULES:
            content = template_csv(name).encode("utf-8")
            offers.append((name, content, f"{name}.csv", "text/csv"))
            offers.append((name, template_workbook(name), f"{name}.xlsx", _XLSX))
    # Two by row, so that a narrow screen keeps the two forms of a template together.
    for start in range(0, len(offers), 2):
        columns = st.columns(2)
        for place, (source_id, content, file, mime) in zip(columns, offers[start:], strict=False):
            kind = "Excel" if mime == _XLSX else "CSV"
            label = french.typography(f"{kind} : {MODULES[source_id].SOURCE.title}")
            with place:
                st.download_button(label, content, file, mime, on_click="ignore", width="stretch")


_CPTS_FILES = ("cpts_liste", "cpts_perimetres")


def cpts_template(source_id: str) -> bytes:
    """The header line of a documented format, for French spreadsheets."""
    names = [column.name for column in MODULES[source_id].SOURCE.columns]
    table = pd.DataFrame(columns=[_LABELS.get(name, name) for name in names])
    line: str = table.to_csv(index=False, sep=";", lineterminator="\r\n")
    return line.encode("utf-8-sig")
