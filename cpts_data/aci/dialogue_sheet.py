"""The one-page sheet of the dialogue de gestion: what CPTS, CPAM and ARS look at together.

Everything is words already, so that a page or a document only lays it out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cpts_data import french
from cpts_data.aci.amounts import Amount, Standing, add_up
from cpts_data.aci.calendar import TERM_YEARS, Alert, Deadline, anniversary
from cpts_data.aci.entries import EntryError, EntryFault
from cpts_data.aci.follow_up_model import FollowUp, Record
from cpts_data.aci.follow_up_reading import Reading, TargetCode, figure_words, read
from cpts_data.aci.funding import DISCLAIMER
from cpts_data.aci.scale import MISSION, Key, Scale
from cpts_data.aci.what_if import variable_part

FOLLOW_UP_LABEL = "Suivi de la CPTS"
NO_RATE = "taux d'atteinte non saisi"
_MARKS = {
    TargetCode.REACHED: "● atteinte",
    TargetCode.NOT_REACHED: "○ non atteinte",
    TargetCode.UNCLEAR: "? ne permet pas de conclure",
    TargetCode.NO_TARGET: "– pas de cible",
    TargetCode.NO_RESULT: "– pas de résultat",
}


@dataclass(frozen=True)
class SheetRow:
    """One indicator of the year, in words."""

    indicator: str
    label: str
    baseline: str
    target: str
    result: str
    change: str
    denominator: str
    verdict: str
    proof: str
    comment: str
    source: str


@dataclass(frozen=True)
class SheetMission:
    """One mission of the year: its indicators, how many targets are reached, its money in words.

    ``fixed`` and ``variable`` are empty for what is followed without being paid.
    """

    code: str
    label: str
    rows: tuple[SheetRow, ...]
    targets: str
    fixed: str
    variable: str


@dataclass(frozen=True)
class DialogueSheet:
    """The sheet of one contract year, all in French."""

    title: str
    period: str
    missions: tuple[SheetMission, ...]
    variable_total: str
    late: tuple[str, ...]
    coming: tuple[str, ...]
    notes: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """The indicators as a table with French headers, for an export."""
        columns = {
            "Mission": [m.label for m in self.missions for _ in m.rows],
            "Indicateur": [row.label for m in self.missions for row in m.rows],
            "Référence": [row.baseline for m in self.missions for row in m.rows],
            "Cible": [row.target for m in self.missions for row in m.rows],
            "Résultat": [row.result for m in self.missions for row in m.rows],
            "Évolution": [row.change for m in self.missions for row in m.rows],
            "Dénominateur": [row.denominator for m in self.missions for row in m.rows],
            "Cible atteinte": [row.verdict for m in self.missions for row in m.rows],
            "Preuve": [row.proof for m in self.missions for row in m.rows],
            "Commentaire": [row.comment for m in self.missions for row in m.rows],
            "Source": [row.source for m in self.missions for row in m.rows],
        }
        return pd.DataFrame(columns)


def dialogue_sheet(
    follow_up: FollowUp,
    year: int,
    scale: Scale,
    *,
    name: str,
    sizes: Sequence[int],
    rates: Mapping[str, float | None],
    found: Sequence[Deadline] = (),
    today: dt.date,
) -> DialogueSheet:
    """The sheet of a contract year.

    ``rates`` gives the missions taken on and the rate of each, None when the user entered none.
    ``found`` are the deadlines of the contract. Raises
    :class:`~cpts_data.aci.entries.EntryError` for a year out of the contract or a faulty rate.
    """
    if not 1 <= year <= TERM_YEARS:
        fault = EntryFault(
            "Année du contrat", str(year), f"une année de 1 à {TERM_YEARS}", "corrigez l'année."
        )
        raise EntryError([fault])
    readings = [read(follow_up, one.indicator, year) for one in follow_up.tracked]
    money = variable_part(scale, sizes, rates)
    codes = dict.fromkeys([*rates, *(one.tracked.mission for one in readings)])
    missions = tuple(_mission(follow_up, scale, code, readings, money) for code in codes)
    begins, ends = (anniversary(follow_up.signature, one) for one in (year - 1, year))
    return DialogueSheet(
        french.typography(f"{name} – dialogue de gestion, année {year} du contrat"),
        french.typography(f"Du {french.date(begins)} au {french.date(ends)}"),
        missions,
        _variable_total(money),
        tuple(one.words(today) for one in found if one.alert(today) is Alert.LATE),
        tuple(one.words(today) for one in found if one.alert(today) is Alert.NEAR),
        _notes(scale),
    )


def _mission(
    follow_up: FollowUp,
    scale: Scale,
    code: str,
    readings: Sequence[Reading],
    money: pd.DataFrame,
) -> SheetMission:
    mine = [one for one in readings if one.tracked.mission == code]
    paid = money[money["mission"] == code] if len(money) else money
    fixed = variable = ""
    if len(paid):
        row = paid.iloc[0]
        fixed = _amount(row, "fixed").words
        rate = NO_RATE if pd.isna(row["rate"]) else f"taux saisi : {french.percent(row['rate'], 0)}"
        variable = french.typography(f"{_amount(row, 'variable').words} ({rate})")
    label = FOLLOW_UP_LABEL
    if code in scale.missions:
        label = scale.label_of(Key(MISSION, code))
    rows = tuple(_row(follow_up, one) for one in mine)
    return SheetMission(code, label, rows, _targets(mine), fixed, variable)


def _row(follow_up: FollowUp, reading: Reading) -> SheetRow:
    tracked, result = reading.tracked, reading.result
    return SheetRow(
        tracked.indicator,
        tracked.label,
        _told(follow_up, reading, reading.baseline),
        _told(follow_up, reading, reading.target.target),
        _told(follow_up, reading, result),
        reading.change.words,
        reading.change.denominator_words,
        french.typography(_MARKS[reading.target.code]),
        result.proof if result else "",
        result.comment if result else "",
        result.figure.sources if result else "",
    )


def _told(follow_up: FollowUp, reading: Reading, record: Record | None) -> str:
    """A record in words, with its period, and what it was before it was corrected."""
    if record is None:
        return french.NOT_AVAILABLE
    told = figure_words(reading.tracked, record.figure)
    if record.figure.period:
        told += f", {record.figure.period}"
    first = follow_up.history_of(record)[0]
    if first is not record:
        told += f" (corrigé ; d'abord {figure_words(reading.tracked, first.figure)})"
    return french.typography(told)


def _targets(readings: Sequence[Reading]) -> str:
    """How many targets are reached, missed, unclear; nothing is scored."""
    counted = {
        "atteinte": TargetCode.REACHED,
        "non atteinte": TargetCode.NOT_REACHED,
        "sur laquelle on ne peut pas conclure": TargetCode.UNCLEAR,
    }
    plurals = ("atteintes", "non atteintes", "sur lesquelles on ne peut pas conclure")
    told = []
    for (word, code), plural in zip(counted.items(), plurals, strict=True):
        number = sum(one.target.code is code for one in readings)
        if number:
            told.append(f"{french.count_of(number, 'cible')} {word if number == 1 else plural}")
    return french.typography(french.enumeration(told)) if told else "aucune cible à juger"


def _amount(row: pd.Series, part: str) -> Amount:
    missing = ("montant",) if row["missing"] else ()
    return Amount(
        float(row[f"{part}_low"]),
        float(row[f"{part}_high"]),
        Standing(row["standing"]),
        missing=missing,
    )


def _variable_total(money: pd.DataFrame) -> str:
    if money.empty:
        return ""
    amounts = [_amount(row, "variable") for _, row in money.iterrows()]
    return add_up(amounts).words


def _notes(scale: Scale) -> tuple[str, ...]:
    told = [
        DISCLAIMER,
        f"Barème : {scale.label} ({scale.origin}).",
        "Une évolution n'est dite démontrée que si les deux intervalles de confiance à 95 % sont "
        "disjoints, ou si la tendance des cinq derniers points est significative.",
        "Les décomptes déclarés par la CPTS n'ont pas d'intervalle et ne se comparent pas d'une "
        "CPTS à l'autre.",
    ]
    if scale.standing is Standing.TO_CHECK:
        told.insert(2, f"Version à vérifier : {scale.note}")
    return tuple(french.typography(text) for text in told)
