"""The contract as a saved work: what is kept, how it comes back, how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cpts_data import french
from cpts_data.aci import follow_up_format
from cpts_data.aci.contract import Contract, from_json, to_json
from cpts_data.aci.entries import EntryError
from cpts_data.aci.follow_up_reading import figure_words
from cpts_data.aci.scale import scale_of, versions_of
from cpts_data.aci.stages import stages_of
from cpts_data.analysis.composed import read_compositions
from cpts_data.records import Kind
from cpts_data.reference.aci_tables import aci_tables
from cpts_data.territories import Territory
from pages.parts import aci_follow_state, aci_state, aci_tried, frame, saved_work
from pages.parts.aci_state import AciPage
from pages.parts.frame import Frame
from pages.parts.saved_work import Desk

PAGE = "pages/aci.py"
_SHOWN = 12


def receive(page: Frame, territory: Territory) -> None:
    """Open the contract of the address's link; before the contract in hand is read."""
    saved_work.receive(page, desk(page, territory, None))


def block(aci: AciPage) -> None:
    """Save the contract of the page."""
    saved_work.block(aci.page, desk(aci.page, aci.territory, aci))


def reminder(aci: AciPage) -> None:
    """What is not saved yet, at the top of the page."""
    entered = aci_state.is_entered(aci)
    saved_work.reminder(aci.page, desk(aci.page, aci.territory, aci), entered=entered)


def desk(page: Frame, territory: Territory, aci: AciPage | None) -> Desk:
    """What the page « ACI » saves."""
    slot = aci_state.slot_of(page.space_id, territory)
    return Desk(
        Kind.CONTRACT,
        PAGE,
        "ce contrat",
        f"Contrat ACI – {territory.name}",
        lambda: to_json(_entered(aci)) if aci else {},
        lambda told: load(slot, told),
        tell,
        lambda: False,
        territory.id,
        slot,
        (lambda made: aci_follow_state.contract_made(aci, made)) if aci else None,
    )


def _entered(aci: AciPage) -> Contract:
    return aci_state.contract_now(aci.page, aci.territory, aci.tables, aci.listed)


def load(slot: str, told: Mapping[str, Any]) -> list[str]:
    """Have a saved contract in hand; all its faults when it cannot be read."""
    try:
        contract = from_json(told)
    except EntryError as error:
        return [f"Ce contrat n'a pas pu être repris. {error}"]
    aci_state.keep(slot, contract)
    aci_tried.clear()
    compositions, refused = read_compositions(contract.compositions)
    if compositions:
        frame.write_compositions(compositions)
    return refused


def tell(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A contract in words, line by line."""
    try:
        contract = from_json(told)
    except EntryError as error:
        return [("Contrat", str(error))]
    tables = aci_tables()
    versions = versions_of(tables)
    stages = {one.code: one.label for one in stages_of(tables)}
    names = _deadline_names(contract, versions)
    missions = _mission_names()
    lines = [
        ("Version de l'accord", versions.get(contract.version, contract.version)),
        ("Signature", french.date(contract.signature) if contract.signature else "de la liste"),
    ]
    if contract.stage:
        lines.append(("Stade déclaré", stages.get(contract.stage, contract.stage)))
    lines += [
        (f"Date : {stages.get(code, code)}", french.date(day))
        for code, day in contract.stage_dates.items()
    ]
    lines += [
        (f"Fait : {names.get(key, key)}", french.date(day)) for key, day in contract.done.items()
    ]
    lines += [
        (f"Dialogue de gestion, année {year}", french.date(day))
        for year, day in contract.dialogues.items()
    ]
    lines += [
        (
            f"Dates choisies : {missions.get(code, code)}",
            " ; ".join(french.date(day) for day in pair if day),
        )
        for code, pair in contract.chosen.items()
    ]
    if contract.optional:
        told_missions = [missions.get(code, code) for code in contract.optional]
        lines.append(("Missions optionnelles", french.enumeration(told_missions)))
    lines += [
        (f"Taux d'atteinte : {missions.get(code, code)}", french.percent(rate, 0))
        for code, rate in contract.rates.items()
    ]
    if contract.unscheduled_share is not None:
        lines.append(("Part du supplément SNP", french.percent(contract.unscheduled_share, 0)))
    if contract.ready:
        lines.append(("Documents prêts", french.enumeration(list(contract.ready))))
    return lines


def _mission_names() -> dict[str, str]:
    told = aci_tables().missions
    return dict(zip(told["code"], told["libelle"], strict=True))


def _deadline_names(contract: Contract, versions: Mapping[str, str]) -> dict[str, str]:
    if contract.version not in versions:
        return {}
    missions = scale_of(aci_tables(), contract.version).missions
    names = {f"dialogue_{year}": f"dialogue de gestion, année {year}" for year in range(1, 6)}
    for code, one in missions.items():
        names[f"{code}_demarrage"] = f"{one.label} – démarrage"
        names[f"{code}_deploiement"] = f"{one.label} – déploiement"
    return names | {"terme": "terme du contrat"}


def tell_follow_up(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A follow-up in words: how many records, and the latest ones."""
    try:
        follow_up = follow_up_format.from_json(told)
    except EntryError as error:
        return [("Suivi", str(error))]
    lines = [("Enregistrements", french.number(len(follow_up.records)))]
    for one in reversed(follow_up.records[-_SHOWN:]):
        tracked = follow_up.indicator(one.indicator)
        words = figure_words(tracked, one.figure)
        lines.append((tracked.label, f"{one.kind.words} : {words} ({french.date(one.day)})"))
    return lines
