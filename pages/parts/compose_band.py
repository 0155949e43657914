"""The figures of the territory in the making, in a band that keeps its place at each click."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from cpts_data import french
from cpts_data.aci.amounts import Standing
from cpts_data.composition.summary import ACCESS, DOCTORS, WITHOUT_DOCTOR, Row, Summary
from cpts_data.composition.surroundings import OWN
from cpts_data.indicators import INDICATORS
from cpts_data.measures import Status
from cpts_data.territories import Level
from pages.parts import blocks, compose_state
from pages.parts.compose_state import Workshop

_STYLE = (Path(__file__).parent / "compose.css").read_text(encoding="utf-8")
_OWN_FIGURE = (Status.OBSERVED, Status.ESTIMATED)
Cell = tuple[str, str, str]


def show(workshop: Workshop) -> None:
    """The band, what the last change said, and what is to be known."""
    st.html(f"<style>{_STYLE}</style>")
    told = workshop.told
    cells = [
        _people(told),
        _size(told),
        _money(told),
        _pieces(workshop),
        _departements(workshop),
        _doctors(told),
        _access(told),
        _without_doctor(told),
        _overlaps(told),
        _uncovered(workshop),
    ]
    written = "".join(
        f"<div><dt>{escape(label)}</dt><dd><b{'' if value else ' class=cpts-none'}>"
        f"{escape(french.typography(value or 'non disponible'))}</b>"
        f"<span>{escape(french.typography(beside))}</span></dd></div>"
        for label, value, beside in cells
    )
    word = escape(compose_state.word())
    st.html(
        f'<dl class="cpts-band" aria-label="Chiffres du territoire">{written}</dl>'
        f'<p class="cpts-word-line" role="status" aria-live="polite">{word}</p>'
    )


def remarks(workshop: Workshop) -> None:
    """Sources, then what the reader must know of these figures."""
    told = workshop.told
    lines = [workshop.diagnostic.population_line()]
    for name, row in told.rows.items():
        if credit := workshop.diagnostic.credits(str(row["sources"])):
            lines.append(f"{INDICATORS[name].short_label} : {credit}")
    blocks.note(f"Sources : {' ; '.join(lines)}.")
    if told.money is not None:
        blocks.note(
            f"ACI : une année pleine, toutes missions, volets variables entiers. "
            f"{told.money[0].words} sans le supplément de soins non programmés ; "
            f"{told.money[1].words} avec. Estimation, jamais une annonce de versement."
        )
    for text in _warnings(workshop):
        st.warning(blocks.plain(french.typography(text)))


def _warnings(workshop: Workshop) -> list[str]:
    told, land = workshop.told, workshop.land
    found = []
    if told.place.outside:
        named = french.enumeration([land.label(code) for code in list(told.place.outside)[:6]])
        count = french.count_of(len(told.place.outside), "commune")
        found.append(
            f"{count} hors de cet espace ({named}"
            f"{'…' if len(told.place.outside) > 6 else ''}) : leurs habitants sont comptés, mais "
            "aucun autre chiffre n'est connu pour elles. Les indicateurs qui les demandent sont "
            "« non disponibles » : ajoutez les fichiers de leur département."
        )
    if told.place.unknown:
        codes = ", ".join(told.place.unknown[:8])
        found.append(f"Codes inconnus, laissés de côté : {codes}.")
    if told.place.carried:
        pairs = [
            f"{old} devenu {french.enumeration([land.label(code) for code in new])}"
            for old, new in told.place.carried[:6]
        ]
        found.append(f"Anciens codes : {' ; '.join(pairs)}. La commune d'aujourd'hui est prise.")
    if len(told.pieces.blocks) > 1:
        apart = [
            f"{land.label(block[0])}{f' (et {len(block) - 1} autres)' if len(block) > 1 else ''}"
            for block in told.pieces.blocks[1:7]
        ]
        more = "…" if len(told.pieces.blocks) > 7 else ""
        found.append(
            f"Territoire en {len(told.pieces.blocks)} morceaux. À part du plus peuplé : "
            f"{', '.join(apart)}{more}."
        )
    if told.cut:
        found.append(
            "Les parts de communes saisies s'appliquent aux effectifs, pas aux indices : une "
            "commune prise pour 40 % compte 40 % de ses habitants et l'APL de la commune entière. "
            "La taille montre les classes possibles, de la commune exclue à la commune entière."
        )
    return found


def _people(told: Summary) -> Cell:
    cut = f"dont {french.count_of(len(told.cut), 'commune')} en partie" if told.cut else ""
    return "Habitants", french.number(told.people), cut


def _size(told: Summary) -> Cell:
    return "Classe de taille ACI", told.size_words or "–", told.next_bound


def _money(told: Summary) -> Cell:
    if told.money is None:
        return "ACI, par an", "–", "selon la taille"
    plain, full = told.money
    most = f"{french.with_unit(full.high, '€')} au plus avec les soins non programmés"
    mark = " ; à vérifier" if plain.standing is Standing.TO_CHECK else ""
    return "ACI, par an", plain.figure.removeprefix("entre "), f"{most}{mark}"


def _pieces(workshop: Workshop) -> Cell:
    told = workshop.told
    count = french.number(len(workshop.weights))
    if not told.pieces.known:
        return "Communes", count, "contiguïté inconnue sans contours"
    if len(told.pieces.blocks) <= 1:
        return "Communes", count, "d'un seul tenant" if told.pieces.blocks else ""
    words = f"en {len(told.pieces.blocks)} morceaux"
    if told.pieces.islands:
        words += f", dont {french.count_of(len(told.pieces.islands), 'île')}"
    return "Communes", count, words


def _departements(workshop: Workshop) -> Cell:
    told = workshop.told.departements
    names = workshop.diagnostic.territories(Level.DEPARTEMENT).table["name"]
    if not told:
        return "Départements", "–", ""
    if len(told) <= 2:
        beside = french.enumeration([f"{names.get(code, code)}" for code, _ in told])
        return "Départements", french.enumeration([code for code, _ in told]), beside
    return "Départements", french.number(len(told)), ", ".join(code for code, _ in told)


def _own(row: Row | None) -> bool:
    return row is not None and Status(str(row["status"])) in _OWN_FIGURE


def _why_not(row: Row | None) -> str:
    if row is None:
        return ""
    status = Status(str(row["status"]))
    if status is Status.CONTEXT:
        return "connu pour le département seulement"
    if status is Status.MISSING:
        return "absent de cet espace"
    return status.words


def _doctors(told: Summary) -> Cell:
    row = told.rows.get(DOCTORS)
    label = "Généralistes libéraux"
    if row is None or not _own(row):
        return label, "", _why_not(row)
    density = f"{french.number(float(row['value']), 1)} pour 100 000 habitants ({row['period']})"
    return label, french.number(float(row["numerator"]), 1, fixed=False), density


def _access(told: Summary) -> Cell:
    row = told.rows.get(ACCESS)
    label = "APL aux généralistes"
    if row is None or not _own(row):
        return label, "", _why_not(row)
    value = french.number(float(row["value"]), INDICATORS[ACCESS].digits)
    return label, value, f"consultations/an, médecins de 65 ans ou moins, {row['period']}"


def _without_doctor(told: Summary) -> Cell:
    row = told.rows.get(WITHOUT_DOCTOR)
    label = "Sans médecin traitant"
    if row is None:
        return label, "", ""
    if _own(row):
        share = french.with_unit(float(row["value"]), "%", 1)
        return label, french.number(float(row["numerator"])), f"{share} des 17 ans et plus"
    if Status(str(row["status"])) is Status.BOUNDED:
        between = french.between(float(row["lower"]), float(row["upper"]), "%", 1)
        return label, between, "bornes : secret statistique"
    return label, "", _why_not(row)


def _overlaps(told: Summary) -> Cell:
    label = "CPTS existantes"
    if not told.shared:
        return label, "aucune", "pas de chevauchement"
    people = french.number(sum(one.people for one in told.shared))
    first = told.shared[0].name if len(told.shared) == 1 else ""
    words = f"{people} hab. en commun"
    return label, french.number(len(told.shared)), f"{words}, {first}" if first else words


def _uncovered(workshop: Workshop) -> Cell:
    label = "Sans CPTS autour"
    told = workshop.told
    if not workshop.land.has_contours:
        return label, "", "contours absents"
    if not workshop.land.cpts_of:
        return label, "", "aucune CPTS dans cet espace"
    if not told.free:
        return label, "aucune", "commune laissée de côté"
    people = french.count_of(sum(one.people for one in told.free), "habitant")
    ours = sum(one.to == OWN for one in told.free)
    joining = f", {french.number(ours)} à rattacher ici" if ours else ""
    count = french.number(len(told.free))
    noun = "commune" if len(told.free) < 2 else "communes"
    return label, count, f"{noun}, {people}{joining}"
