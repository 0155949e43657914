"""The quality report of a space, as a section of the page « Données » and as downloads."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.analysis import quality
from cpts_data.analysis.quality_report import (
    LARGE_TOTAL_CHANGE,
    MANY_ABSENT,
    MANY_CHANGES,
    SourceQuality,
    as_records,
)
from cpts_data.spreadsheets import as_csv
from pages.parts import blocks, store
from pages.parts.data_views import bullets, html_table, no_sense, text
from pages.parts.frame import Frame


def report(page: Frame) -> None:
    """The checks of every source: a table of counts, the findings, then each source in detail."""
    found = store.quality(page.diagnostic)
    if not found:
        return
    blocks.section(
        "Rapport de qualité",
        "Ce que les contrôles automatiques ont trouvé. Un constat ne corrige aucun chiffre : il "
        "dit où regarder avant de s'en servir.",
    )
    head = (
        "Source",
        "Lignes lues",
        "Gardées",
        "Écartées",
        "Anciens codes portés",
        "Communes sans donnée",
        "Valeurs impossibles",
        "Changements à regarder",
    )
    html_table("Contrôles par source", head, [_counts(item) for item in found])
    for item in found:
        if item.findings or item.remarks or item.columns:
            _source(item)
    with st.expander("Comment ces contrôles sont faits"):
        bullets(_rules())
    _downloads(page, found)


def _counts(item: SourceQuality) -> list[str]:
    absent = no_sense()
    if item.absent is not None:
        absent = french.number(item.absent.communes)
        if item.absent.communes:
            absent += f"<br><small>{text(_people(item.absent.inhabitants))}</small>"
    changed = no_sense()
    if item.changes:
        changed = french.number(sum(change.beyond for change in item.changes))
    return [
        text(item.title),
        french.number(item.rows_read),
        french.number(item.rows_kept),
        french.number(sum(aside.rows for aside in item.set_aside)),
        _carried(item),
        absent,
        french.number(sum(wrong.rows for wrong in item.impossible)),
        changed,
    ]


def _carried(item: SourceQuality) -> str:
    """How many old codes were carried to the space's geography, and the people concerned."""
    codes = french.number(sum(moved.codes for moved in item.carried))
    people = [moved.inhabitants for moved in item.carried if moved.inhabitants is not None]
    return f"{codes}<br><small>{text(_people(sum(people)))}</small>" if people else codes


def _people(count: float) -> str:
    return french.count_of(count, "habitant")


def _source(item: SourceQuality) -> None:
    serious = sum(finding.serious for finding in item.findings)
    label = french.count_of(len(item.findings), "constat") if item.findings else "aucun constat"
    if serious:
        label += f", dont {french.number(serious)} à vérifier"
    with st.expander(french.typography(f"{item.verdict.words} · {item.title} : {label}")):
        lines = [
            f"▲ À vérifier : {finding.text}" if finding.serious else finding.text
            for finding in item.findings
        ]
        bullets(lines or ["Rien à signaler."])
        names = french.enumeration([f"« {file.name} »" for file in item.files])
        blocks.note(f"{'Fichier' if len(item.files) == 1 else 'Fichiers'} : {names}.")
        for remark in item.remarks:
            blocks.note(f"Remarque à la lecture : {remark}")
        if item.elsewhere:
            rows = french.count_of(item.elsewhere, "ligne")
            blocks.note(f"{rows} de communes hors du territoire de l'espace : sans effet.")
        if item.columns:
            _columns(item)


def _columns(item: SourceQuality) -> None:
    head = ("Donnée", "Connues", "Secret statistique", "Sans valeur", "Minimum", "Maximum")
    rows = [
        [
            f"{text(state.label)}<br><small>{text(state.unit)}</small>",
            french.number(state.known),
            french.number(state.masked),
            french.number(state.missing),
            french.number(state.lowest, 2, fixed=False),
            french.number(state.highest, 2, fixed=False),
        ]
        for state in item.columns
    ]
    html_table("Cases de chaque donnée, et leurs extrêmes", head, rows)


def _rules() -> list[str]:
    families = (
        ("un nombre d'habitants", quality.PEOPLE),
        ("un autre effectif", quality.COUNTS),
        ("un indice ou un taux, comme l'APL", quality.INDICES),
        ("un pourcentage", quality.SHARES),
        ("un montant en euros", quality.MONEY),
    )
    changes = " ; ".join(f"{what}, {rule.words}" for what, rule in families)
    return [
        "Lignes écartées : commune au nom inconnu, ligne redite par un fichier plus récent, ou "
        "réunie à une autre par une fusion de communes.",
        "Anciens codes portés : codes de communes d'une autre année que celle de l'espace, "
        "remplacés par les siens ; les habitants sont ceux des communes qui les reçoivent.",
        "Communes sans donnée : dans le champ de la source, au dernier millésime ; à vérifier "
        f"au-delà de {french.percent(MANY_ABSENT, 0)} des habitants de l'espace.",
        "Totaux : les habitants que dit la source sont comparés à la population de référence des "
        f"mêmes communes ; à vérifier au-delà de {french.percent(quality.TOTAL_GAP, 0)} d'écart.",
        "Valeurs impossibles : pourcentage hors de 0 à 100, quantité négative, partie plus grande "
        "que le tout. Le contrat de chaque source refuse déjà, à la réception, tout fichier dont "
        "une valeur sort des bornes déclarées.",
        f"Changements entre les deux derniers millésimes, commune par commune, au-delà de : "
        f"{changes}. À vérifier si plus de {french.percent(MANY_CHANGES, 0)} des lignes sont "
        f"concernées, ou si le total change de plus de {french.percent(LARGE_TOTAL_CHANGE, 0)}.",
    ]


def _downloads(page: Frame, found: list[SourceQuality]) -> None:
    rows = [
        {
            "Source": item.title,
            "Millésime": item.vintage,
            "État": item.verdict.words,
            "À vérifier": "oui" if finding.serious else "non",
            "Constat": french.typography(finding.text),
        }
        for item in found
        for finding in item.findings
    ]
    names = ["Source", "Millésime", "État", "À vérifier", "Constat"]
    left, right = st.columns(2)
    with left:
        content = as_csv(pd.DataFrame(rows, columns=names))
        blocks.download("Télécharger les constats (CSV)", content, "qualite.csv", "text/csv")
    with right:
        whole = {"space": page.diagnostic.space.title, "sources": as_records(found)}
        content = json.dumps(whole, ensure_ascii=False, indent=1).encode()
        label = "Télécharger le rapport complet (JSON)"
        blocks.download(label, content, "qualite.json", "application/json")
