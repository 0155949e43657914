"""What the page « ACI » knows when it opens: territory, contract in hand, scale, size, today.

The contract in hand is the saved one of the territory when there is one, else what the list of the
ARS tells; what is entered stays in the session until it is saved. What is only tried out
(population, missions, rates, version of the agreement) is in the address.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from cpts_data.aci.calendar import Deadline, deadlines
from cpts_data.aci.contract import Contract, from_json
from cpts_data.aci.entries import EntryError
from cpts_data.aci.scale import Scale, scale_of, version_in_force
from cpts_data.aci.stages import Stage, stages_of
from cpts_data.reading.size_reading import SizeReading, size_reading
from cpts_data.records import Kind, RecordsError
from cpts_data.reference.aci_tables import AciTables, aci_tables
from cpts_data.territories import Level, Territory
from pages.parts import aci_tried, frame, saved_session
from pages.parts.frame import Frame

_CONTRACTS, _LOOKED, _TROUBLE = "aci_contrats", "aci_cherches", "aci_base"


@dataclass(frozen=True, eq=False)
class AciPage:
    """The page, and what is entered of the contract of its territory.

    ``listed`` is the date of signature that the list of the ARS tells, ``stage_listed`` its stage.
    """

    page: Frame
    territory: Territory
    tables: AciTables
    contract: Contract
    listed: dt.date | None
    stage_listed: str
    stage_day: dt.date | None
    size: SizeReading
    today: dt.date

    @property
    def slot(self) -> str:
        """The slot of the saved contract: one by territory."""
        return slot_of(self.page.space_id, self.territory)

    @property
    def signature(self) -> dt.date | None:
        """The date of signature entered, else that of the list, else None."""
        return self.contract.signature or self.listed

    @property
    def envisaged(self) -> bool:
        """Whether the date of signature is only thought of: nobody says that it was signed."""
        return self.signature is not None and self.stage != "aci_signe"

    @cached_property
    def scale(self) -> Scale:
        """The scale of the version of the agreement in use."""
        return scale_of(self.tables, self.contract.version)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of a CPTS, in order."""
        return stages_of(self.tables)

    @property
    def stage(self) -> str:
        """The stage declared here, else that of the list."""
        return self.contract.stage or self.stage_listed

    @cached_property
    def found(self) -> tuple[Deadline, ...] | str:
        """The deadlines of the contract; what is wrong with its dates, in French, otherwise."""
        if self.signature is None:
            return ()
        try:
            return deadlines(self.scale.missions, self.contract.dates(self.signature))
        except EntryError as error:
            return str(error)


def contract_now(
    page: Frame, territory: Territory, tables: AciTables, listed: dt.date | None
) -> Contract:
    """The contract as it is entered and tried at this very moment."""
    known = _in_session(slot_of(page.space_id, territory))
    contract = known or Contract(version_in_force(tables, listed))
    contract = aci_tried.tried(contract, tables)
    if territory.level is Level.COMPOSED:
        texts = [one.encode() for one in page.diagnostic.compositions if one.id == territory.id]
        contract = replace(contract, compositions=tuple(texts[:1]))
    return contract


def today() -> dt.date:
    """The day, as this machine's calendar has it."""
    return dt.datetime.now().astimezone().date()


def now() -> dt.datetime:
    """The moment, with its offset."""
    return dt.datetime.now().astimezone()


def slot_of(space: str, territory: Territory) -> str:
    """The slot of the contract of a territory."""
    return f"{Kind.CONTRACT.value}:{space}:{territory.id}"


def open_aci(page: Frame, territory: Territory) -> AciPage:
    """The contract in hand: of the session, else saved, else what the list tells."""
    tables = aci_tables()
    listed, stage, day = _listed(page, territory)
    slot = slot_of(page.space_id, territory)
    if _in_session(slot) is None:
        _look_up(page, territory, slot)
    held = saved_session.opened(slot)
    if held is not None and frame.parameter(saved_session.LINK) is None:
        frame.remember(**{saved_session.LINK: held.record.read_token})
    contract = contract_now(page, territory, tables, listed)
    size = size_reading(page.diagnostic, territory)
    return AciPage(page, territory, tables, contract, listed, stage, day, size, today())


def _listed(page: Frame, territory: Territory) -> tuple[dt.date | None, str, dt.date | None]:
    """Signature, stage and its date, as the list of the ARS tells them."""
    if territory.level is not Level.CPTS:
        return None, "sans_statut", None
    row = page.diagnostic.cpts_list().loc[territory.id]
    return day_of(row["date_signature"]), str(row["statut"]), day_of(row["date_statut"])


def day_of(text: object) -> dt.date | None:
    """A day of the list; None when it has none."""
    return dt.date.fromisoformat(text) if isinstance(text, str) and text else None


# The contract in hand


def _in_session(slot: str) -> Contract | None:
    found: Contract | None = frame.kept(_CONTRACTS, {}).get(slot)
    return found


def keep(slot: str, contract: Contract) -> None:
    """Have a contract in hand until it is saved."""
    frame.keep(_CONTRACTS, {**frame.kept(_CONTRACTS, {}), slot: contract})


def is_entered(aci: AciPage) -> bool:
    """Whether something of the contract was entered in this session, or is tried in the address."""
    tried = any(frame.parameters(name) for name in aci_tried.NAMES)
    return tried or _in_session(aci.slot) is not None


def change(aci: AciPage, **fields: Any) -> None:
    """Enter something of the contract; kept in the session."""
    keep(aci.slot, replace(aci.contract, **fields))


def _look_up(page: Frame, territory: Territory, slot: str) -> None:
    """Open the saved contract of a territory, once a session; the latest when there are several."""
    looked: frozenset[str] = frame.kept(_LOOKED, frozenset())
    if slot in looked or frame.parameter(saved_session.LINK) is not None:
        return
    frame.keep(_LOOKED, looked | {slot})
    try:
        found = saved_session.find(Kind.CONTRACT, page.space_id, territory.id)
    except RecordsError as error:
        frame.keep(_TROUBLE, str(error))
        return
    frame.keep(_TROUBLE, "")
    for record in found:
        try:
            contract = from_json(record.content)
        except EntryError:
            continue
        keep(slot, contract)
        saved_session.hold(slot, record)
        frame.remember(**{saved_session.LINK: record.read_token})
        return


def base_trouble() -> str:
    """Why saved contracts could not be looked up, empty when they could."""
    return str(frame.kept(_TROUBLE) or "")
