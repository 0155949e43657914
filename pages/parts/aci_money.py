"""« Combien ? »: what the contract may bring, by mission, in a year and over five years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
import streamlit as st

from cpts_data import french
from cpts_data.aci.amounts import Amount, Standing
from cpts_data.aci.contract import funding_plan, taken_on
from cpts_data.aci.entries import EntryError
from cpts_data.aci.funding import (
    DISCLAIMER,
    Estimate,
    FundingPlan,
    MissionChoice,
    estimate,
    full_year,
)
from cpts_data.aci.payments import USES
from cpts_data.aci.scale import FIXED, MISSION, VARIABLE, Key
from cpts_data.aci.size_classes import possible_size_classes
from cpts_data.reading.size_reading import CONVENTION, near_bound, size_words
from pages.parts import (
    aci_controls,
    aci_money_plot,
    aci_payments,
    aci_status,
    aci_tried,
    blocks,
    present,
)
from pages.parts.aci_state import AciPage
from pages.parts.panels import panel

_NOT_COUNTED = "<span>non compté</span><small>démarrage à choisir</small>"


@dataclass(frozen=True)
class Money:
    """The estimates of the page: an ordinary year, the five years, and what they were asked for.

    ``assumed`` says that the contract is not signed: the five years begin on a supposed day.
    """

    plan: FundingPlan
    ordinary: Estimate
    whole: Estimate
    assumed: bool


def show(aci: AciPage) -> None:
    """The section « Combien ? »."""
    blocks.section("Combien ?", DISCLAIMER)
    sizes = tried_sizes(aci)
    if not sizes:
        blocks.nothing_here(
            "La population de ce territoire n'est pas connue : sa taille, donc ses montants, non "
            "plus.",
            "Entrez une population dans la case ci-dessous, ou ajoutez les populations légales à "
            "l'espace.",
        )
        aci_controls.show(aci)
        return
    try:
        money = money_of(aci, sizes)
    except EntryError as error:
        st.error(blocks.plain(str(error)))
        return
    _tiles(aci, money)
    _tried(aci, money)
    title = "Et si… ? Version de l'accord, missions, population, taux d'atteinte"
    with panel(title, "aci_hypotheses"):
        aci_controls.show(aci)
    _table(aci, money)
    present.chart(aci_money_plot.years(money.whole, money.plan), "aci_annees", _years_words(money))
    _years_note(aci, money)
    aci_payments.show(aci, money.plan)
    _sources(aci, money)


def tried_sizes(aci: AciPage) -> tuple[int, ...]:
    """The possible sizes: of the population tried, else of the territory."""
    people = aci_tried.population()
    if people is None:
        return aci.size.numbers
    return tuple(one.number for one in possible_size_classes(people))


def supposed_signature(today: dt.date) -> dt.date:
    """The day from which an unsigned contract is counted: the next first of January."""
    return dt.date(today.year + 1, 1, 1)


def money_of(aci: AciPage, sizes: Sequence[int]) -> Money:
    """The estimates of the page; raises EntryError with every fault."""
    signature = aci.signature or supposed_signature(aci.today)
    missions = aci.scale.missions
    plan = funding_plan(aci.contract, signature, missions, sizes)
    choices = [
        MissionChoice(code, rate=aci.contract.rates.get(code))
        for code in taken_on(aci.contract, missions)
    ]
    ordinary = full_year(aci.scale, sizes, choices, aci.contract.unscheduled_share)
    return Money(plan, ordinary, estimate(aci.scale, plan), aci.signature is None)


def _tiles(aci: AciPage, money: Money) -> None:
    """Three amounts: an ordinary year, the five years, the year that runs."""
    told = [
        ("Une année ordinaire", money.ordinary.years[1], "toutes les missions en marche"),
        ("Sur les cinq ans du contrat", money.whole.total, _from_words(aci, money)),
    ]
    year = _running(aci)
    if year:
        told.append((f"Année {year} du contrat", money.whole.years[year], "celle qui court"))
    cells = "".join(
        f"<div><span>{escape(french.typography(title))}</span>"
        f"{amount_html(amount, large=True)}<small>{escape(french.typography(words))}</small></div>"
        for title, amount, words in told
    )
    st.html(f'<div class="cpts-tiles cpts-money">{cells}</div>')


def _running(aci: AciPage) -> int | None:
    if aci.signature is None or isinstance(aci.found, str):
        return None
    return aci_status.situation_of(aci, aci.found).year or None


def _from_words(aci: AciPage, money: Money) -> str:
    day = french.date(money.plan.signature)
    if money.assumed:
        return f"si le contrat était signé le {day}"
    return f"à partir de la signature, le {day}"


def amount_html(amount: Amount, *, large: bool = False) -> str:
    """An amount with its mark; what it leaves out is named."""
    unknown = bool(amount.missing) and not amount.high
    figure = escape("montant inconnu" if unknown else french.typography(amount.figure))
    mark = escape(french.typography(amount.mark))
    tag = "cpts-tag" if amount.standing is Standing.TO_CHECK else "cpts-mark"
    gaps = ""
    if amount.missing and not unknown:
        names = french.enumeration([f"« {name} »" for name in amount.missing])
        words = f"sans {names} : montant inconnu"
        gaps = f"<small>{escape(french.typography(words))}</small>"
    shown = f'<b class="cpts-value">{figure}</b>' if large else f"<span>{figure}</span>"
    return f'{shown} <span class="{tag}">{mark}</span>{gaps}'


def _tried(aci: AciPage, money: Money) -> None:
    """What the population tried changes: the size, and the amounts."""
    people = aci_tried.population()
    if people is None or not aci.size.sizes:
        return
    sizes = possible_size_classes(people)
    words = f"Avec {french.number(people)} habitants : {size_words(sizes).lower()}"
    why = near_bound(people)
    words += f" ({why})" if why else ""
    if tuple(one.number for one in sizes) == aci.size.numbers:
        words += ", comme aujourd'hui : rien ne change."
    else:
        words += f", au lieu de {aci.size.words.lower()}. {_change(aci, money)}"
    blocks.lead(words)


def _change(aci: AciPage, money: Money) -> str:
    before = money_of(aci, aci.size.numbers)
    now, then = money.ordinary.years[1], before.ordinary.years[1]
    told = f"Une année ordinaire : {now.figure}, au lieu de {then.figure}"
    worst = max((now, then), key=lambda one: one.standing.rank)
    return f"{told} ({worst.mark})."


# Mission by mission


def _table(aci: AciPage, money: Money) -> None:
    rows = [_row(aci, money, key) for key in money.whole.postes | money.ordinary.postes]
    heads = ("", "Par an : fixe", "Par an : variable", "Par an", "Sur cinq ans")
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    lines = money.ordinary.lines
    fixed, variable = (_of(lines[lines["volet"] == volet]) for volet in (FIXED, VARIABLE))
    total = _cells(
        heads[1:],
        (
            _figure(fixed),
            _figure(variable),
            amount_html(money.ordinary.years[1]),
            amount_html(money.whole.total),
        ),
    )
    st.html(
        '<div class="cpts-table-wrap"><table class="cpts-table cpts-lines cpts-stack cpts-money">'
        f"<caption>{escape(_caption(aci, money))}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}"
        f'<tr class="cpts-total"><th scope="row">Total</th>{total}</tr></tbody></table></div>'
    )
    if money.whole.not_started:
        names = french.enumeration([f"« {name} »" for name in money.whole.not_started])
        blocks.note(
            f"{names} : aucune date de démarrage choisie, donc rien de compté sur cinq ans. Les "
            "dates se choisissent dans « Quand ? »."
        )


def _caption(aci: AciPage, money: Money) -> str:
    numbers = french.enumeration([str(number) for number in money.plan.sizes], "ou")
    return french.typography(f"Mission par mission, taille {numbers}, {aci.scale.label}")


def _row(aci: AciPage, money: Money, name: tuple[str, str]) -> str:
    poste, code = name
    mine = money.ordinary.lines
    mine = mine[(mine["poste"] == poste) & (mine["mission"] == code)]
    fixed, variable = (_of(mine[mine["volet"] == volet]) for volet in (FIXED, VARIABLE))
    yearly = money.ordinary.postes.get(name)
    label = aci.scale.label_of(Key(poste, code if poste == MISSION else ""))
    note = ""
    if poste == MISSION:
        mission = aci.scale.missions[code]
        rate = aci.contract.rates.get(code)
        told = "taux non saisi" if rate is None else f"taux saisi : {french.percent(rate, 0)}"
        note = f"<small>{'socle' if mission.core else 'optionnelle'} · {told}</small>"
    cells = (
        _figure(fixed),
        _figure(variable),
        amount_html(yearly) if yearly is not None else "–",
        amount_html(money.whole.postes[name]) if name in money.whole.postes else _NOT_COUNTED,
    )
    heads = ("Par an : fixe", "Par an : variable", "Par an", "Sur cinq ans")
    return (
        f'<tr><th scope="row">{escape(french.typography(label))}{french.typography(note)}</th>'
        f"{_cells(heads, cells)}</tr>"
    )


def _cells(heads: Sequence[str], cells: Sequence[str]) -> str:
    return "".join(
        f'<td data-label="{escape(head)}"><span>{cell}</span></td>'
        for head, cell in zip(heads, cells, strict=True)
    )


def _of(lines: pd.DataFrame) -> tuple[float, float] | None:
    """Lowest and highest amount of a volet, None when the mission has none."""
    if lines.empty:
        return None
    return float(lines["low"].sum()), float(lines["high"].sum())


def _figure(bounds: tuple[float, float] | None) -> str:
    if bounds is None:
        return "–"
    low, high = bounds
    if abs(high - low) < 0.005:
        return escape(french.with_unit(low, "€"))
    return escape(french.between(low, high, "€"))


def _years_words(money: Money) -> str:
    told = " ; ".join(
        f"année {year} : {amount.words}" for year, amount in money.whole.years.items()
    )
    return french.typography(f"Estimation par année de contrat. {told}.")


def _years_note(aci: AciPage, money: Money) -> None:
    told = ["Année de contrat, d'un anniversaire de la signature au suivant."]
    told += list(money.whole.notes)
    starts = [one for one in money.plan.missions if one.start is not None]
    if starts and not aci.contract.done:
        told.append(
            "Chaque mission est supposée démarrer au plus tard permis par l'accord ; notez les "
            "dates réelles dans « Quand ? »."
        )
    blocks.note(" ".join(told))


def _sources(aci: AciPage, money: Money) -> None:
    """Where each amount was read, what is to be checked, how the size is told."""
    with panel("D'où viennent ces montants, et ce qui reste à vérifier", "aci_sources"):
        lines = [f"Barème : {aci.scale.label} ({aci.scale.origin})."]
        if aci.scale.standing is Standing.TO_CHECK:
            lines.append(f"Version à vérifier : {aci.scale.note}")
        lines += [f"Source : {source}" for source in money.ordinary.total.sources]
        lines += list(money.ordinary.total.notes)
        lines += [
            f"{line.label} : {line.note}" for line in money.ordinary.lines.itertuples() if line.note
        ]
        lines += [CONVENTION, USES]
        items = "".join(
            f"<li>{escape(french.typography(line))}</li>" for line in dict.fromkeys(lines)
        )
        st.html(f'<ul class="cpts-facts cpts-source-list">{items}</ul>')
