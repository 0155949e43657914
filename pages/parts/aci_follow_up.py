"""« Suivi des indicateurs »: baseline, target, result and what may be said, mission by mission."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.aci.calendar import TERM_YEARS
from cpts_data.aci.contract import taken_on
from cpts_data.aci.dialogue_sheet import FOLLOW_UP_LABEL, NO_RATE
from cpts_data.aci.follow_up import FollowUp, Record
from cpts_data.aci.follow_up_reading import (
    ChangeCode,
    Reading,
    TargetCode,
    figure_words,
    read,
    series,
)
from cpts_data.aci.what_if import variable_part
from cpts_data.reading.followed import Row
from cpts_data.spreadsheets import as_csv
from pages.parts import (
    aci_follow_entry,
    aci_follow_plot,
    aci_follow_state,
    aci_money,
    blocks,
    figure_marks,
    frame,
    present,
    saved_links,
)
from pages.parts.aci_follow_state import Followed
from pages.parts.aci_state import AciPage

_LATEST = "dernier"
_TARGETS = {
    TargetCode.REACHED: ("●", "fav"),
    TargetCode.NOT_REACHED: ("○", "def"),
    TargetCode.UNCLEAR: ("?", "pro"),
    TargetCode.NO_TARGET: ("–", "sans"),
    TargetCode.NO_RESULT: ("–", "sans"),
}
_CHANGES = {ChangeCode.UP: "▲", ChangeCode.DOWN: "▼", ChangeCode.NOT_SHOWN: "≈"}
_HEADS = ("Référence", "Cible", "Résultat", "Évolution", "Cible atteinte ?")


def show(aci: AciPage) -> None:
    """The section « Suivi des indicateurs »."""
    blocks.section("Suivi des indicateurs")
    followed = aci_follow_state.open_follow_up(aci)
    if trouble := aci_follow_state.trouble(aci):
        st.error(blocks.plain(trouble))
    if followed is None:
        blocks.nothing_here(
            "Le suivi commence à la signature : la valeur de référence est celle de ce jour.",
            "Entrez la date de signature dans « Quand ? ».",
        )
        return
    years = {_LATEST: "Dernier résultat"} | {
        str(year): f"Année {year}" for year in range(1, TERM_YEARS + 1)
    }
    chosen = frame.choose("Année du contrat", years, "annee", default=_LATEST, horizontal=True)
    year = None if chosen == _LATEST else int(chosen)
    readings = [read(followed.shown, one.indicator, year) for one in followed.shown.tracked]
    blocks.lead(_sentence(readings, followed))
    _other_signature(aci, followed)
    for code, label in _missions(aci, followed.shown).items():
        mine = [one for one in readings if one.tracked.mission == code]
        if mine:
            st.html(_mission(aci, followed, code, label, mine))
    _curve(aci, followed)
    aci_follow_entry.show(aci, followed)
    _leave(aci, followed, year)
    blocks.note(
        "Une évolution n'est dite démontrée que si les deux intervalles de confiance à 95 % sont "
        "disjoints, ou si la tendance des cinq derniers points est significative. Un décompte "
        "déclaré par la CPTS n'a pas d'intervalle et ne se compare pas d'une CPTS à l'autre. "
        "« non figé » : chiffre de l'espace de données, que personne n'a encore gardé ici."
    )


def _missions(aci: AciPage, follow_up: FollowUp) -> dict[str, str]:
    codes = dict.fromkeys(
        [*taken_on(aci.contract, aci.scale.missions), *(one.mission for one in follow_up.tracked)]
    )
    missions = aci.scale.missions
    return {code: missions[code].label if code in missions else FOLLOW_UP_LABEL for code in codes}


def _sentence(readings: Sequence[Reading], followed: Followed) -> str:
    """How many targets are reached, and how many figures the space gives."""
    counted = {
        code: sum(one.target.code is code for one in readings)
        for code in (TargetCode.REACHED, TargetCode.NOT_REACHED, TargetCode.UNCLEAR)
    }
    told = []
    if counted[TargetCode.REACHED]:
        told.append(
            french.count_of(counted[TargetCode.REACHED], "cible atteinte", "cibles atteintes")
        )
    if counted[TargetCode.NOT_REACHED]:
        told.append(
            french.count_of(
                counted[TargetCode.NOT_REACHED], "cible non atteinte", "cibles non atteintes"
            )
        )
    if counted[TargetCode.UNCLEAR]:
        told.append(
            french.count_of(counted[TargetCode.UNCLEAR], "cible", "cibles")
            + " sur laquelle on ne peut pas conclure"
        )
    with_figure = sum(one.result is not None for one in readings)
    first = (
        french.enumeration(told) + "."
        if told
        else "Aucune cible n'est encore enregistrée : saisissez celles du contrat plus bas."
    )
    if not with_figure:
        return f"{first} Aucun résultat pour cette période."
    words = french.count_of(with_figure, "indicateur a un résultat", "indicateurs ont un résultat")
    return f"{first} {words}, sur {len(readings)} suivis."


def _other_signature(aci: AciPage, followed: Followed) -> None:
    kept = followed.held.follow_up
    if kept.signature == aci.signature:
        return
    st.warning(
        french.typography(
            f"Ce suivi a été commencé avec une signature au {french.date(kept.signature)}, et le "
            f"contrat dit {french.date(aci.signature)}. Les années du suivi restent comptées "
            "depuis la première."
        )
    )


# The tables


def _mission(
    aci: AciPage, followed: Followed, code: str, label: str, readings: Sequence[Reading]
) -> str:
    head = "".join(f'<th scope="col">{one}</th>' for one in ("Indicateur", *_HEADS))
    rows = "".join(_row(aci, followed, one) for one in readings)
    money = _money(aci, code)
    note = (
        f'<p class="cpts-note cpts-money">{escape(french.typography(money))}</p>' if money else ""
    )
    return (
        f'<div class="cpts-table-wrap"><h3>{escape(french.typography(label))}</h3>'
        '<table class="cpts-table cpts-lines cpts-stack cpts-followed">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}</div>"
    )


def _row(aci: AciPage, followed: Followed, one: Reading) -> str:
    tracked = one.tracked
    sign, tone = _TARGETS[one.target.code]
    change = _change(one)
    if one.change.denominator_words:
        change += f"<small>{escape(one.change.denominator_words)}</small>"
    target = ""
    if one.target.target is not None:
        target = escape(figure_words(tracked, one.target.target.figure))
        target += f"<small>au {escape(french.date(one.target.target.day))}</small>"
    cells = (
        _told(aci, followed, one, one.baseline),
        target or "–",
        _told(aci, followed, one, one.result, context=True),
        change,
        "pas de cible"
        if one.target.code is TargetCode.NO_TARGET
        else f'<span class="cpts-verdict cpts-tone-{tone}"><b>{sign}</b> '
        f"{escape(one.target.words)}</span>",
    )
    told = "".join(
        f'<td data-label="{head}"><span>{cell}</span></td>'
        for head, cell in zip(_HEADS, cells, strict=True)
    )
    about = {
        "indicator": tracked.indicator,
        "level": aci.territory.level.value,
        "territory": aci.territory.id,
    }
    holder = f"<small>{escape(french.typography(tracked.holder))}</small>" if tracked.holder else ""
    label = escape(french.typography(tracked.label))
    return f'<tr {figure_marks.about(about)}><th scope="row">{label}{holder}</th>{told}</tr>'


def _change(one: Reading) -> str:
    """What may be said of the change: a sign and words, the sign toned when it is shown."""
    sign = _CHANGES.get(one.change.code, "")
    tone = {1: "fav", -1: "def"}.get(one.change.judgement, "neu")
    mark = f'<b class="cpts-ink-{tone}">{sign}</b> ' if sign else ""
    return mark + escape(one.change.words)


def _told(
    aci: AciPage,
    followed: Followed,
    reading: Reading,
    record: Record | None,
    *,
    context: bool = False,
) -> str:
    """A record in words, with its period, its proof, and whether it is only proposed."""
    if record is None:
        return _context(aci, followed, reading) if context else "–"
    text = escape(french.typography(figure_words(reading.tracked, record.figure)))
    row = _row_of(followed, reading.tracked.indicator, record)
    shown = figure_marks.figure(row, text) if row is not None else text
    beside = [record.figure.period] if record.figure.period else []
    if followed.is_proposed(record):
        beside.append("non figé")
    if followed.shown.history_of(record)[0] is not record:
        beside.append("corrigé")
    notes = [" · ".join(beside), record.proof, record.comment]
    return shown + "".join(
        f"<small>{escape(french.typography(one))}</small>" for one in notes if one
    )


def _row_of(followed: Followed, indicator: str, record: Record) -> Row | None:
    """The row of the space that says the same, so that the page marks it as everywhere."""
    for row in followed.known.own.get(indicator, ()):
        same = str(row["period"]) == record.figure.period and row["value"] == record.figure.value
        if same:
            return row
    return None


def _context(aci: AciPage, followed: Followed, reading: Reading) -> str:
    row = followed.known.context.get(reading.tracked.indicator)
    if row is None:
        return "–"
    tracked = reading.tracked
    value = french.with_unit(float(str(row["value"])), tracked.unit, tracked.digits)
    words = f"connu seulement pour le département : {value} ({row['period']})"
    text = escape(french.typography(words))
    return f"–<small>{figure_marks.figure(row, text)}</small>"


def _money(aci: AciPage, code: str) -> str:
    """What the mission pays in a full year, fixed and variable, at the rate entered."""
    sizes = aci_money.tried_sizes(aci)
    if code not in taken_on(aci.contract, aci.scale.missions) or not sizes:
        return ""
    rate = aci.contract.rates.get(code)
    table = variable_part(aci.scale, sizes, {code: rate})
    if table.empty or not table["variable_high"].iloc[0]:
        return ""
    row = table.iloc[0]
    low, high = float(row["variable_low"]), float(row["variable_high"])
    amount = (
        french.with_unit(low, "€") if abs(high - low) < 0.005 else french.between(low, high, "€")
    )
    told = NO_RATE if rate is None else f"taux saisi : {french.percent(rate, 0)}"
    check = ", à vérifier" if row["standing"] == "a_verifier" else ""
    return f"Volet variable de cette mission, par an : {amount} ({told}{check})."


# One curve, and the way out


def _curve(aci: AciPage, followed: Followed) -> None:
    tables = {
        one.indicator: series(followed.shown, one.indicator) for one in followed.shown.tracked
    }
    labels = {
        one.indicator: one.label
        for one in followed.shown.tracked
        if tables[one.indicator]["value"].notna().sum() >= 2
    }
    if not labels:
        return
    chosen = frame.choose("Voir une courbe", frame.unique_labels(labels), "courbe")
    tracked, table = followed.shown.indicator(chosen), tables[chosen]
    reading = read(followed.shown, chosen)
    sentence = f"{tracked.label}. {reading.change.words}. {reading.target.words}."
    blocks.note(sentence)
    chart = aci_follow_plot.figure(table, tracked, followed.shown.signature)
    present.chart(chart, "aci_courbe", french.typography(sentence))
    shown = pd.DataFrame(
        {
            "Date": [french.date(day) for day in table["day"]],
            "Période": table["period"],
            "Nature": [
                {"reference": "référence", "resultat": "résultat", "cible": "cible"}[kind]
                for kind in table["kind"]
            ],
            "Valeur": french.rounded(table["value"], tracked.digits),
            "Intervalle": [
                f"{french.number(low, tracked.digits)} à {french.number(high, tracked.digits)}"
                if low == low and high == high
                else ""
                for low, high in zip(table["lower"], table["upper"], strict=True)
            ],
        }
    )
    present.table(shown, table, f"suivi_{chosen}")


def _leave(aci: AciPage, followed: Followed, year: int | None) -> None:
    """The sheet of the dialogue de gestion, as a table here and as a document elsewhere."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if year is not None:
            sheet = aci_follow_state.sheet(aci, year)
            if sheet is not None:
                blocks.download(
                    f"Suivi de l'année {year} (CSV)",
                    as_csv(sheet.table()),
                    f"suivi_aci_annee_{year}.csv",
                    "text/csv",
                )
        if any(file == saved_links.DOCUMENTS for pages in frame.MENU.values() for file, _ in pages):
            frame.link(saved_links.DOCUMENTS, "Fiche du dialogue de gestion", modele="dialogue")
