"""What must be true of a follow-up, of its indicators and of each record added to it."""

from __future__ import annotations

import math
import re

from cpts_data import french
from cpts_data.aci.calendar import FIRST_AGREEMENT, LAST_DAY
from cpts_data.aci.entries import INVISIBLE, EntryError, EntryFault, EntryFaults, quoted
from cpts_data.aci.follow_up_model import (
    PERCENT,
    Figure,
    FollowUp,
    Kind,
    Origin,
    Record,
    period_end,
)
from cpts_data.layouts.personal_data import (
    gives_private_line,
    holds_nir,
    names_a_person,
    reaches_a_person,
)
from cpts_data.measures.states import Status
from cpts_data.reference.aci_tables import MISSIONS

LONGEST = {"proof": 500, "comment": 2_000, "sources": 300, "label": 200, "unit": 40, "holder": 200}
FIELDS = {
    "proof": "preuve",
    "comment": "commentaire",
    "sources": "source",
    "label": "libellé",
    "unit": "unité",
    "holder": "détenteur",
}
MAXIMUM_TRACKED = 100
MAXIMUM_RECORDS = 2_000
LARGEST = 1e12
ID = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
CONTRACT = re.compile(r"[\w.:/-]{1,80}")
_PERSONAL = (
    (names_a_person, "le nom d'une personne"),
    (holds_nir, "un numéro de sécurité sociale (NIR)"),
    (reaches_a_person, "les coordonnées d'une personne"),
    (gives_private_line, "un téléphone mobile ou un courriel"),
)
_ROUNDING = 0.051


def contract_faults(follow_up: FollowUp) -> tuple[EntryFault, ...]:
    """Every fault of the contract and of its list of indicators."""
    faults = EntryFaults()
    if not CONTRACT.fullmatch(follow_up.contract):
        faults.add(
            "Contrat",
            quoted(follow_up.contract),
            "un identifiant de 1 à 80 lettres, chiffres, points, tirets ou barres",
            "corrigez l'identifiant du contrat.",
        )
    if not ID.fullmatch(follow_up.version) or len(follow_up.version) > 60:
        faults.add(
            "Version de l'accord",
            quoted(follow_up.version),
            "un code comme aci_2019",
            "choisissez une version du barème.",
        )
    if not FIRST_AGREEMENT <= follow_up.signature <= LAST_DAY:
        faults.add(
            "Date de signature de l'ACI",
            french.date(follow_up.signature),
            f"une date à partir du {french.date(FIRST_AGREEMENT)}",
            "corrigez la date.",
        )
    if len(follow_up.tracked) > MAXIMUM_TRACKED:
        faults.add(
            "Indicateurs suivis",
            french.number(len(follow_up.tracked)),
            f"au plus {MAXIMUM_TRACKED} indicateurs",
            "retirez des indicateurs.",
        )
    seen: set[str] = set()
    for one in follow_up.tracked[:MAXIMUM_TRACKED]:
        where = f"Indicateur {quoted(one.indicator)}"
        if not ID.fullmatch(one.indicator) or len(one.indicator) > 80:
            faults.add(
                where,
                "un identifiant d'une autre forme",
                "des minuscules sans accent, chiffres et tirets bas, 80 au plus",
                "corrigez l'identifiant.",
            )
        if one.indicator in seen:
            faults.add(where, "suivi deux fois", "une fois", "retirez le doublon.")
        seen.add(one.indicator)
        if one.mission not in (*MISSIONS, "suivi"):
            faults.add(
                where,
                f"la mission {quoted(one.mission)}",
                f"une mission parmi {french.enumeration([*MISSIONS, 'suivi'], 'ou')}",
                "corrigez la mission.",
            )
        if not 0 <= one.digits <= 3:
            faults.add(
                where, f"{one.digits} décimales", "entre 0 et 3 décimales", "corrigez le nombre."
            )
        if not one.label.strip():
            faults.add(where, "aucun libellé", "un libellé", "écrivez ce que l'on suit.")
        for name in ("label", "unit", "holder"):
            _check_text(where, name, getattr(one, name), faults)
    return tuple(faults.found)


def record_faults(follow_up: FollowUp, record: Record) -> tuple[EntryFault, ...]:
    """Every fault of a record about to be added."""
    faults = EntryFaults()
    known = {one.indicator: one for one in follow_up.tracked}
    where = f"{record.kind.words[3:].capitalize()} de {quoted(record.indicator)}"
    if record.indicator not in known:
        faults.add(
            where,
            "un indicateur que le contrat ne suit pas",
            f"un indicateur parmi {french.enumeration([*known][:20], 'ou')}",
            "ajoutez-le d'abord aux indicateurs du contrat.",
        )
    if len(follow_up.records) >= MAXIMUM_RECORDS:
        faults.add(
            where,
            f"déjà {french.number(MAXIMUM_RECORDS)} enregistrements",
            "moins d'enregistrements par contrat",
            "commencez un nouveau suivi.",
        )
    unit = known[record.indicator].unit if record.indicator in known else ""
    _check_dates(where, follow_up, record, faults)
    _check_figure(where, record, unit, faults)
    for name in ("proof", "comment"):
        _check_text(where, name, getattr(record, name), faults)
    _check_text(where, "sources", record.figure.sources, faults)
    _check_place(where, follow_up, record, faults)
    return tuple(faults.found)


def _check_dates(where: str, follow_up: FollowUp, record: Record, faults: EntryFaults) -> None:
    if record.entered_at.tzinfo is None:
        faults.add(
            where,
            "une heure de saisie sans fuseau",
            "une heure de saisie avec son fuseau",
            "enregistrez de nouveau.",
        )
    entered = record.entered_at.date()
    if max(entered, record.day) > LAST_DAY:
        faults.add(
            where,
            f"une date après le {french.date(LAST_DAY)}",
            "une date de notre siècle",
            "corrigez l'année.",
        )
        return
    if record.kind is Kind.TARGET:
        if record.day < follow_up.signature:
            faults.add(
                where,
                f"une échéance au {french.date(record.day)}",
                f"une date à partir de la signature, le {french.date(follow_up.signature)}",
                "corrigez la date de la cible.",
            )
    elif record.day > entered:
        faults.add(
            where,
            f"un chiffre daté du {french.date(record.day)}, saisi le {french.date(entered)}",
            "une date passée au moment de la saisie",
            "corrigez la date de la donnée.",
        )
    if record.kind is Kind.RESULT and record.day < follow_up.signature:
        faults.add(
            where,
            french.date(record.day),
            f"une date à partir de la signature, le {french.date(follow_up.signature)}",
            "un chiffre d'avant la signature est une valeur de référence.",
        )
    if record.figure.period:
        try:
            period_end(record.figure.period)
        except EntryError as error:
            faults.found += error.faults


def _check_figure(where: str, record: Record, unit: str, faults: EntryFaults) -> None:
    figure = record.figure
    numbers = {
        "valeur": figure.value,
        "borne basse": figure.lower,
        "borne haute": figure.upper,
        "numérateur": figure.numerator,
        "dénominateur": figure.denominator,
    }
    for name, number in numbers.items():
        if number is not None and not (math.isfinite(number) and abs(number) <= LARGEST):
            faults.add(
                f"{where}, {name}", str(number)[:20], "un nombre ordinaire", "corrigez le nombre."
            )
            return
    _check_value(where, figure, faults)
    if record.origin is Origin.DECLARED and (figure.lower is not None or figure.upper is not None):
        faults.add(
            where,
            "un intervalle",
            "aucun intervalle : la CPTS compte, elle n'estime pas",
            "retirez les bornes.",
        )
    if record.kind is Kind.TARGET:
        if figure.lower is not None or figure.upper is not None or figure.value is None:
            faults.add(where, "un intervalle ou aucune valeur", "un nombre", "écrivez la cible.")
        if unit == PERCENT and figure.value is not None and not 0 <= figure.value <= 100:
            faults.add(
                where,
                french.with_unit(figure.value, PERCENT, 1),
                "une part entre 0 et 100 %",
                "corrigez la cible.",
            )
    elif unit == PERCENT:
        _check_share(where, record, faults)


def _check_value(where: str, figure: Figure, faults: EntryFaults) -> None:
    if figure.status is Status.CONTEXT:
        faults.add(
            where,
            "une valeur connue seulement pour le département",
            "une valeur de la CPTS elle-même",
            "demandez le chiffre de la CPTS à son détenteur.",
        )
    elif figure.status.has_value and figure.value is None:
        faults.add(
            where,
            "aucune valeur",
            "un nombre, ou l'état qui dit pourquoi il n'y en a pas",
            "écrivez la valeur, ou choisissez « secret statistique » ou « non disponible ».",
        )
    elif not figure.status.has_value and figure.value is not None:
        faults.add(
            where,
            f"une valeur et l'état « {figure.status.words} »",
            "l'un ou l'autre",
            "retirez la valeur, ou corrigez l'état.",
        )
    low, high = figure.lower, figure.upper
    if (low is None) != (high is None):
        faults.add(where, "une seule borne", "deux bornes, ou aucune", "complétez l'intervalle.")
    elif low is not None and high is not None:
        inside = figure.value is None or low <= figure.value <= high
        if low > high or not inside:
            faults.add(
                where,
                f"{french.number(figure.value, 2)} hors de son intervalle, ou bornes inversées",
                "une borne basse, la valeur, une borne haute, dans cet ordre",
                "corrigez les nombres.",
            )
    for number in (figure.numerator, figure.denominator):
        if number is not None and number < 0:
            faults.add(where, french.number(number, 1), "un nombre positif", "corrigez-le.")


def _check_share(where: str, record: Record, faults: EntryFaults) -> None:
    figure = record.figure
    part, whole = figure.numerator, figure.denominator
    if part is None or whole is None:
        return
    if whole == 0 or part > whole:
        faults.add(
            where,
            f"{french.number(part)} sur {french.number(whole)}",
            "un numérateur compris dans un dénominateur supérieur à zéro",
            "corrigez les deux nombres.",
        )
    elif (
        record.origin is Origin.DECLARED
        and figure.value is not None
        and abs(figure.value - 100 * part / whole) > _ROUNDING
    ):
        faults.add(
            where,
            f"{french.with_unit(figure.value, PERCENT, 1)} pour {french.number(part)} sur "
            f"{french.number(whole)}",
            french.with_unit(100 * part / whole, PERCENT, 1),
            "corrigez la part ou les deux nombres.",
        )


def _check_text(where: str, name: str, text: str, faults: EntryFaults) -> None:
    """Lengths, control characters, and anything that looks like a person, never repeated."""
    field = f"{where}, {FIELDS[name]}"
    if len(text) > LONGEST[name]:
        faults.add(
            field,
            french.count_of(len(text), "caractère"),
            f"au plus {french.count_of(LONGEST[name], 'caractère')}",
            "raccourcissez le texte.",
        )
        return
    if INVISIBLE.search(text):
        faults.add(
            field, "des caractères invisibles", "un texte simple", "recopiez le texte sans eux."
        )
    for is_personal, what in _PERSONAL:
        if is_personal(text):
            faults.add(
                field,
                f"un texte qui semble contenir {what}",
                "des totaux et des fonctions, jamais une personne",
                "retirez-le : rien n'a été enregistré.",
            )
            break


def _check_place(where: str, follow_up: FollowUp, record: Record, faults: EntryFaults) -> None:
    """Baseline and targets are frozen; a second one is a correction, which says why."""
    there = follow_up.standing_records(record.indicator, record.kind)
    if record.kind is not Kind.BASELINE:
        there = tuple(one for one in there if one.day == record.day)
    there = tuple(one for one in there if one.id != record.corrects)
    if there:
        day = french.date(there[-1].entered_at.date())
        faults.add(
            where,
            f"un résultat à cette date, déjà enregistré le {day}"
            if record.kind is Kind.RESULT
            else f"{record.kind.words} est déjà enregistrée le {day}",
            "un seul enregistrement, qui ne change plus",
            "enregistrez une correction, avec son motif.",
        )
    if record.corrects is None:
        return
    corrected = next((one for one in follow_up.records if one.id == record.corrects), None)
    if corrected is None or (corrected.indicator, corrected.kind) != (
        record.indicator,
        record.kind,
    ):
        faults.add(
            where,
            f"une correction de l'enregistrement {record.corrects}",
            "la correction d'un enregistrement du même indicateur et de même nature",
            "reprenez la correction depuis l'enregistrement à corriger.",
        )
    elif any(one.corrects == corrected.id for one in follow_up.records):
        faults.add(
            where,
            "la correction d'un enregistrement déjà corrigé",
            "la correction du dernier en date",
            "reprenez la correction depuis la valeur affichée.",
        )
    if not record.comment.strip():
        faults.add(where, "une correction sans motif", "un motif", "dites pourquoi en commentaire.")
