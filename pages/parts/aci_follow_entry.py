"""Entering the follow-up: figures of the space kept at once, or one value, target or correction."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from cpts_data import french
from cpts_data.aci.calendar import TERM_YEARS, anniversary
from cpts_data.aci.entries import EntryError, EntryFault
from cpts_data.aci.follow_up import (
    Figure,
    FollowUp,
    Goal,
    Kind,
    Origin,
    Record,
    Tracked,
    added,
    begin,
    declared_share,
    figure_from,
    recorded,
)
from cpts_data.aci.follow_up_model import PERCENT
from cpts_data.measures import Status
from cpts_data.reading.followed import with_proposals
from cpts_data.statistics import StatisticsError
from cpts_data.statistics.intervals import proportion
from pages.parts import aci_follow_state, aci_saving, aci_state, blocks, frame, saved_desk
from pages.parts.aci_follow_state import Followed
from pages.parts.aci_state import AciPage
from pages.parts.panels import panel

_KINDS = {
    Kind.RESULT: "Résultat",
    Kind.TARGET: "Cible",
    Kind.BASELINE: "Valeur de référence (à la signature)",
}
_STATES = {
    Status.OBSERVED: "Valeur connue",
    Status.MASKED: "Secret statistique",
    Status.MISSING: "Non disponible",
}
_DONE = "aci_suivi_fait"


@dataclass(frozen=True)
class Entry:
    """What the form holds: everything but the follow-up that it is for."""

    indicator: str
    kind: Kind
    status: Status
    value: float | None
    part: float | None
    whole: float | None
    period: str
    due: dt.date
    proof: str
    comment: str
    source: str
    correction: bool


def show(aci: AciPage, followed: Followed) -> None:
    """What may be entered, and what was just kept."""
    if told := frame.kept(_DONE):
        st.success(blocks.plain(french.typography(told)))
        frame.keep(_DONE, None)
    if followed.held.unsaved:
        _unsaved(aci)
    _keep_proposed(aci, followed)
    with panel("Saisir une valeur, une cible ou une correction", "aci_saisie"):
        _form(aci, followed)
    with panel("Ajouter un indicateur négocié au contrat", "aci_libre"):
        _free_indicator(aci)


def _unsaved(aci: AciPage) -> None:
    st.warning("Des saisies de ce suivi ne sont pas encore enregistrées.")
    st.button("Enregistrer le suivi", on_click=_save_again, args=(aci,))


def _save_again(aci: AciPage) -> None:
    if aci_follow_state.contract_in_hand(aci):
        aci_follow_state.save(aci)
    else:
        _save_contract(aci)()


def _save_contract(aci: AciPage) -> Callable[[], object]:
    """Make the contract that the follow-up belongs to, under the title proposed."""
    desk = aci_saving.desk(aci.page, aci.territory, aci)
    return lambda: saved_desk.create(aci.page, desk, desk.title)


def _enter(aci: AciPage, make: Callable[[FollowUp], FollowUp], told: str) -> None:
    if aci_follow_state.enter(aci, make, _save_contract(aci)):
        frame.keep(_DONE, told)


def _keep_proposed(aci: AciPage, followed: Followed) -> None:
    if not followed.proposed:
        return
    many = french.count_of(len(followed.proposed), "chiffre")
    st.button(
        f"Figer dans le suivi {many} de l'espace de données",
        on_click=_enter,
        args=(
            aci,
            lambda kept: with_proposals(kept, followed.proposed),
            f"{many} : gardés dans le suivi, avec leur source.",
        ),
        help="La valeur de référence et les résultats lus dans l'espace sont gardés tels qu'ils "
        "sont aujourd'hui ; une correction sera un nouvel enregistrement, avec son motif.",
    )


# One record


def _form(aci: AciPage, followed: Followed) -> None:
    tracked = {one.indicator: one for one in followed.shown.tracked}
    labels = frame.unique_labels({name: one.label for name, one in tracked.items()})
    slot = f"{aci.slot}_{len(followed.held.follow_up.records)}"
    keys = {
        name: f"suivi_{name}_{slot}"
        for name in (
            *("indicateur", "nature", "etat", "valeur", "numerateur", "denominateur"),
            *("periode", "echeance", "preuve", "commentaire", "source", "correction"),
        )
    }
    chosen = st.selectbox(
        "Indicateur", list(labels), format_func=labels.__getitem__, key=keys["indicateur"]
    )
    kind = st.segmented_control(
        "Nature",
        list(_KINDS),
        format_func=_KINDS.__getitem__,
        default=Kind.RESULT,
        key=keys["nature"],
    )
    _fields(aci, tracked[chosen], kind or Kind.RESULT, keys)


def _fields(aci: AciPage, tracked: Tracked, kind: Kind, keys: dict[str, str]) -> None:
    with st.form(keys["valeur"] + "_form", border=False, enter_to_submit=False):
        first, second, third, fourth = st.columns(4, vertical_alignment="bottom")
        with first:
            st.number_input(
                f"Valeur ({tracked.unit})", value=None, min_value=0.0, key=keys["valeur"],
                format="%g", placeholder="un nombre",
            )  # fmt: skip
        if kind is Kind.TARGET:
            with second:
                st.date_input(
                    "À atteindre le",
                    _next_anniversary(aci),
                    key=keys["echeance"],
                    format="DD/MM/YYYY",
                )
        else:
            with second:
                st.text_input(
                    "Période", key=keys["periode"], max_chars=12, placeholder="2025 ou 2025-S1"
                )
            if tracked.unit == PERCENT:
                _counts(third, fourth, keys)
            st.selectbox("État", list(_STATES), format_func=_STATES.__getitem__, key=keys["etat"])
        left, middle, right = st.columns(3)
        with left:
            st.text_input("Preuve", key=keys["preuve"], max_chars=500, placeholder="compte rendu…")
        with middle:
            st.text_input("Source", key=keys["source"], max_chars=300, placeholder="CPAM, CPTS…")
        with right:
            st.text_input(
                "Commentaire, ou motif d'une correction", key=keys["commentaire"], max_chars=2_000
            )
        st.checkbox("C'est une correction de la valeur déjà enregistrée", key=keys["correction"])
        blocks.note(
            "Des totaux et des fonctions seulement, jamais le nom d'une personne : un texte qui en "
            "semble contenir un est refusé."
        )
        st.form_submit_button("Garder", on_click=_submit, args=(aci, tracked, kind, keys))


def _counts(left: object, right: object, keys: dict[str, str]) -> None:
    for column, name, label in (
        (left, "numerateur", "ou : numérateur"),
        (right, "denominateur", "et dénominateur"),
    ):
        with column:  # type: ignore[attr-defined]
            st.number_input(label, value=None, min_value=0, step=1, key=keys[name])


def _next_anniversary(aci: AciPage) -> dt.date:
    assert aci.signature is not None
    days = [anniversary(aci.signature, year) for year in range(1, TERM_YEARS + 1)]
    return next((day for day in days if day >= aci.today), days[-1])


def _submit(aci: AciPage, tracked: Tracked, kind: Kind, keys: dict[str, str]) -> None:
    told = {name: frame.component_state(key) for name, key in keys.items()}
    entry = Entry(
        tracked.indicator,
        kind,
        told["etat"] or Status.OBSERVED,
        _number(told["valeur"]),
        _number(told["numerateur"]),
        _number(told["denominateur"]),
        str(told["periode"] or "").strip(),
        told["echeance"] or _next_anniversary(aci),
        str(told["preuve"] or "").strip(),
        str(told["commentaire"] or "").strip(),
        str(told["source"] or "").strip(),
        bool(told["correction"]),
    )
    moment = aci_state.now()
    _enter(
        aci,
        lambda kept: added(kept, record_of(kept, entry, moment)),
        f"{_KINDS[kind]} : gardé dans le suivi.",
    )


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def record_of(follow_up: FollowUp, entry: Entry, moment: dt.datetime) -> Record:
    """The record that a form makes; raises EntryError with what is wrong.

    A share is worked out from its counts. A figure that the CPAM or the State counts has the
    interval of a share; one that the CPTS declares has none.
    """
    tracked = follow_up.indicator(entry.indicator)
    more = {"proof": entry.proof, "comment": entry.comment}
    if entry.kind is Kind.TARGET:
        figure = Figure(entry.value, sources=entry.source)
        made = Record(
            tracked.indicator, Kind.TARGET, entry.due, figure, Origin.DECLARED, moment, **more
        )
    else:
        made = recorded(tracked, entry.kind, _figure(tracked, entry), moment, **more)
    if not entry.correction:
        return made
    there = follow_up.standing_records(tracked.indicator, entry.kind)
    if entry.kind is not Kind.BASELINE:
        there = tuple(one for one in there if one.day == made.day)
    if not there:
        raise EntryError(
            [
                EntryFault(
                    "Correction",
                    "aucune valeur enregistrée à cette date",
                    "une valeur à corriger",
                    "décochez « correction », ou reprenez la même période.",
                )
            ]
        )
    return replace(made, corrects=there[-1].id)


def _figure(tracked: Tracked, entry: Entry) -> Figure:
    if not entry.period:
        raise EntryError(
            [
                EntryFault(
                    "Période",
                    "une case vide",
                    "la période du chiffre, comme 2025 ou 2024-2025",
                    "dites de quand date le chiffre.",
                )
            ]
        )
    if not entry.status.has_value:
        return Figure(None, status=entry.status, period=entry.period, sources=entry.source)
    if entry.part is not None and entry.whole is not None:
        return _share(tracked, entry, entry.part, entry.whole)
    count = entry.value if tracked.unit != PERCENT else None
    return Figure(entry.value, numerator=count, period=entry.period, sources=entry.source)


def _share(tracked: Tracked, entry: Entry, part: float, whole: float) -> Figure:
    try:
        if tracked.origin is Origin.DECLARED:
            found = declared_share(part, whole, entry.period)
            return replace(found, sources=entry.source or found.sources)
        told = proportion([part], [whole], per=100).iloc[0]
    except StatisticsError:
        fault = EntryFault(
            tracked.label,
            f"{french.number(part)} sur {french.number(whole)}",
            "un numérateur compris dans un dénominateur supérieur à zéro",
            "corrigez les deux nombres.",
        )
        raise EntryError([fault]) from None
    row = {"value": told["value"], "lower": told["lower"], "upper": told["upper"]}
    row |= {"numerator": part, "denominator": whole, "status": Status.OBSERVED.value}
    return figure_from(row | {"period": entry.period, "sources": entry.source})


# An indicator that the agreement does not name


def _free_indicator(aci: AciPage) -> None:
    slot = aci.slot
    missions = {code: one.label for code, one in aci.scale.missions.items()}
    missions |= {"suivi": "Suivi de la CPTS"}
    goals = {Goal.AT_LEAST: "Au moins", Goal.AT_MOST: "Au plus"}
    keys = {name: f"libre_{name}_{slot}" for name in ("libelle", "unite", "mission", "sens")}

    def submit() -> None:
        told = {name: frame.component_state(key) for name, key in keys.items()}
        label = " ".join(str(told["libelle"] or "").split())
        tracked = Tracked(
            identifier_of(label),
            str(told["mission"]),
            label,
            " ".join(str(told["unite"] or "").split()),
            1 if str(told["unite"]).strip() == PERCENT else 0,
            Origin.DECLARED,
            told["sens"],
            "CPTS",
        )
        _enter(aci, lambda kept: with_indicator(kept, tracked), f"« {label} » est suivi.")

    with st.form(f"libre_{slot}", border=False, clear_on_submit=True):
        first, second, third, fourth = st.columns([4, 2, 3, 2])
        with first:
            st.text_input("Ce que l'on compte", key=keys["libelle"], max_chars=200)
        with second:
            st.text_input("Unité", key=keys["unite"], max_chars=40, placeholder="réunions, %…")
        with third:
            st.selectbox(
                "Mission", list(missions), format_func=missions.__getitem__, key=keys["mission"]
            )
        with fourth:
            st.selectbox("Cible", list(goals), format_func=goals.__getitem__, key=keys["sens"])
        st.form_submit_button("Ajouter", on_click=submit)


def identifier_of(label: str) -> str:
    """The id of a free indicator, made of its words: « Réunions tenues » gives reunions_tenues."""
    plain = unicodedata.normalize("NFKD", label.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:80].strip("_")


def with_indicator(follow_up: FollowUp, tracked: Tracked) -> FollowUp:
    """The follow-up with one more indicator; raises EntryError with every fault."""
    begin(follow_up.contract, follow_up.version, follow_up.signature, (*follow_up.tracked, tracked))
    return replace(follow_up, tracked=(*follow_up.tracked, tracked))
