"""When the money of an estimate would come: instalments, dated, by the rules of DOMAIN §3.3.

Each amount of the estimate is cut by its rule and nothing is lost on the way: the instalments of a
year add up to its amount. The dates are those of the contract; a payment is never announced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cpts_data import french
from cpts_data.aci.amounts import Standing, worst
from cpts_data.aci.calendar import TERM_YEARS, anniversary
from cpts_data.aci.entries import EntryFaults
from cpts_data.aci.funding import FundingPlan, estimate, share_of_year, start_year
from cpts_data.aci.scale import (
    FIXED,
    MISSION,
    RAISED_RUNNING,
    RUNNING,
    VARIABLE,
    Scale,
)

ADVANCE = 0.75
INSTALMENT_COLUMNS = (
    "date",
    "year",
    "poste",
    "mission",
    "volet",
    "label",
    "instalment",
    "low",
    "high",
    "standing",
    "missing",
    "rule",
    "note",
)


@dataclass(frozen=True)
class PaymentRule:
    """One rule of payment: its code, its French words, whether it was read, and where."""

    code: str
    text: str
    standing: Standing
    source: str


_AGREEMENT = "ACI 2019, article 9.1 (arrêté du 21 août 2019)"
_SENATE = "Sénat, rapport r25-032, 2025"
RULES = {
    rule.code: rule
    for rule in (
        PaymentRule(
            "fonctionnement_initial",
            "Fonctionnement avant le démarrage des missions : versé en entier à la signature, dès "
            "que le dossier est complet.",
            Standing.SOURCED,
            _AGREEMENT,
        ),
        PaymentRule(
            "fonctionnement_annuel",
            "Fonctionnement des années suivantes : avance de 75 % à l'anniversaire du contrat, "
            "solde avec celui de l'année.",
            Standing.SOURCED,
            _AGREEMENT,
        ),
        PaymentRule(
            "volet_fixe_demarrage",
            "Volet fixe, année de démarrage : 75 % au démarrage de la mission, au prorata des "
            "jours jusqu'à l'anniversaire, puis le solde. Le compte des jours, sur 365, est une "
            "convention du logiciel.",
            Standing.TO_CHECK,
            _SENATE,
        ),
        PaymentRule(
            "volet_fixe_annuel",
            "Volet fixe : à chaque anniversaire, 75 % de l'année qui commence et solde de l'année "
            "écoulée.",
            Standing.SOURCED,
            _SENATE,
        ),
        PaymentRule(
            "volet_variable",
            "Volet variable : après le dialogue de gestion, selon l'intensité des moyens et les "
            "résultats des indicateurs du contrat.",
            Standing.SOURCED,
            f"{_SENATE} ; Apta IdF 93",
        ),
        PaymentRule(
            "non_connue",
            "Règle de versement non connue : montant placé à l'anniversaire qui clôt l'année.",
            Standing.TO_CHECK,
            "à lire dans le texte de l'accord",
        ),
    )
}
USES = (
    "Les fonds vont librement aux missions : coordination, loyer, logiciels, indemnités. Ils ne "
    "paient jamais des soins (Apta IdF 93 ; CPAM de Seine-Saint-Denis, 2019)."
)
_NO_MISSION = (
    "Aucune mission n'a démarré à cette date : l'accord verse le fonctionnement annuel à partir du "
    "démarrage des missions."
)


@dataclass(frozen=True)
class _Slice:
    """A share of an amount, the day it is due, and the rule that says so."""

    day: dt.date
    share: float
    kind: str
    rule: str
    note: str = ""


def payments(
    scale: Scale, plan: FundingPlan, dialogues: Mapping[int, dt.date] | None = None
) -> pd.DataFrame:
    """The instalments of a plan in order of date, one row each (``INSTALMENT_COLUMNS``).

    ``dialogues`` gives the days of the dialogues de gestion that are known, by contract year; the
    variable volet of another year is placed on its closing anniversary. ``instalment`` is one of
    ``integral, avance, solde, variable``. ``year`` is the contract year that is paid for, ``date``
    may fall in the next one. ``standing`` is the worst of the amount's and of the rule's.

    Raises :class:`~cpts_data.aci.entries.EntryError` with every fault of the plan.
    """
    known = dict(dialogues or {})
    _check_dialogues(plan, known)
    found = estimate(scale, plan)
    rows = []
    for line in found.lines.to_dict("records"):
        for one in _slices(plan, line, known):
            standing = worst([Standing(line["standing"]), RULES[one.rule].standing])
            rows.append(
                (
                    one.day,
                    line["year"],
                    line["poste"],
                    line["mission"],
                    line["volet"],
                    line["label"],
                    one.kind,
                    line["low"] * one.share,
                    line["high"] * one.share,
                    standing.value,
                    line["missing"],
                    one.rule,
                    one.note,
                )
            )
    table = pd.DataFrame(rows, columns=list(INSTALMENT_COLUMNS))
    return table.sort_values("date", kind="stable", ignore_index=True)


def by_calendar_year(instalments: pd.DataFrame) -> pd.DataFrame:
    """What would come in each civil year: ``low, high, standing, missing``, indexed by ``year``.

    ``missing`` says that an amount of the year is not known, and is left out.
    """
    if instalments.empty:
        columns = ["low", "high", "standing", "missing"]
        return pd.DataFrame(columns=columns).rename_axis("year")
    years = pd.Index([day.year for day in instalments["date"]], name="year")
    groups = instalments.groupby(years)
    table = groups[["low", "high"]].sum()
    table["standing"] = groups["standing"].agg(
        lambda told: worst([Standing.DERIVED, *map(Standing, told)]).value
    )
    table["missing"] = groups["missing"].any()
    return table


def _slices(
    plan: FundingPlan, line: dict[str, object], known: Mapping[int, dt.date]
) -> list[_Slice]:
    year, poste, volet = int(str(line["year"])), line["poste"], line["volet"]
    begins = anniversary(plan.signature, year - 1)
    ends = anniversary(plan.signature, year)
    if poste in (RUNNING, RAISED_RUNNING):
        if year == 1:
            return [_Slice(plan.signature, 1.0, "integral", "fonctionnement_initial")]
        started = [choice.start for choice in plan.missions if choice.start is not None]
        note = "" if any(start <= begins for start in started) else _NO_MISSION
        rule = "fonctionnement_annuel" if not note else "non_connue"
        return _advance(begins, ends, rule, note)
    if poste == MISSION and volet == FIXED:
        start = next(c.start for c in plan.missions if c.mission == line["mission"])
        if start is not None and start_year(plan.signature, start) == year:
            whole = share_of_year(plan.signature, start, year) == 1.0
            rule = "volet_fixe_annuel" if whole else "volet_fixe_demarrage"
            return _advance(start, ends, rule)
        return _advance(begins, ends, "volet_fixe_annuel")
    if poste == MISSION and volet == VARIABLE:
        day = known.get(year, ends)
        note = "" if year in known else "date du dialogue de gestion non connue"
        return [_Slice(day, 1.0, "variable", "volet_variable", note)]
    return [_Slice(ends, 1.0, "integral", "non_connue")]


def _advance(day: dt.date, then: dt.date, rule: str, note: str = "") -> list[_Slice]:
    return [
        _Slice(day, ADVANCE, "avance", rule, note),
        _Slice(then, 1.0 - ADVANCE, "solde", rule, note),
    ]


def _check_dialogues(plan: FundingPlan, known: Mapping[int, dt.date]) -> None:
    faults = EntryFaults()
    for year, day in known.items():
        if not 1 <= year <= TERM_YEARS or day < plan.signature:
            faults.add(
                f"Dialogue de gestion, année {year}",
                french.date(day),
                f"une année de 1 à {TERM_YEARS} et une date à partir de la signature, le "
                f"{french.date(plan.signature)}",
                "corrigez la date ou l'année.",
            )
    faults.raise_if_any()
