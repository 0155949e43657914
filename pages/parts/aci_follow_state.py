"""The follow-up in hand: saved beside its contract, at each entry, and never written over.

Records only ever grow: when two people enter at once, the entry of the second is added to what the
first has saved, without a question. What cannot reach the database stays in the session, and is
said to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from cpts_data.aci import follow_up_format
from cpts_data.aci.dialogue_sheet import DialogueSheet, dialogue_sheet
from cpts_data.aci.entries import EntryError
from cpts_data.aci.follow_up import FollowUp, Record, begin, indicators_of
from cpts_data.reading.followed import KnownFigures, proposals, with_proposals
from cpts_data.records import ConflictError, Kind, ReadOnlyError, RecordsError
from cpts_data.records import Record as Work
from pages.parts import aci_state, frame, saved_session, store
from pages.parts.aci_state import AciPage

_HELD, _TROUBLE, _TRIES = "aci_suivis", "aci_suivi_souci", 4
_READ_ONLY = (
    "Ce contrat est ouvert en lecture : votre saisie reste dans cette session. « Enregistrer à "
    "part » la garde dans un autre contrat."
)


@dataclass(frozen=True)
class Held:
    """The follow-up of a contract in hand: ``work`` is where it is saved, None when it is not."""

    follow_up: FollowUp
    contract_id: str
    work: Work | None
    unsaved: bool = False


@dataclass(frozen=True)
class Followed:
    """What the page shows: what is kept, and the figures of the space beside it.

    ``shown`` holds both; ``proposed`` are the records that nobody kept yet.
    """

    held: Held
    shown: FollowUp
    proposed: tuple[Record, ...]
    known: KnownFigures

    def is_proposed(self, record: Record | None) -> bool:
        """Whether a record shown is of the space, and not kept."""
        return record is not None and record.id > len(self.held.follow_up.records)


def open_follow_up(aci: AciPage) -> Followed | None:
    """The follow-up of the contract, None without a date of signature."""
    if aci.signature is None or isinstance(aci.found, str):
        return None
    held = _held(aci)
    names = tuple(one.indicator for one in held.follow_up.tracked)
    known = store.followed_figures(aci.page.diagnostic, aci.territory, names)
    proposed = proposals(held.follow_up, known, aci_state.now())
    return Followed(held, with_proposals(held.follow_up, proposed), proposed, known)


def _held(aci: AciPage) -> Held:
    """The follow-up of the session, else the saved one, else an empty one."""
    known: Held | None = frame.kept(_HELD, {}).get(aci.slot)
    contract = saved_session.opened(aci.slot)
    contract_id = contract.record.id if contract else ""
    if known is None or (contract_id and known.contract_id != contract_id):
        fresh = _saved(aci, contract.record) if contract else None
        # What was entered before the contract was saved stays with it.
        kept = known if known is not None and not known.contract_id else None
        known = (
            fresh or (kept and replace(kept, contract_id=contract_id)) or _empty(aci, contract_id)
        )
        _keep(aci, known)
    if not known.follow_up.records and known.follow_up.signature != aci.signature:
        known = _empty(aci, known.contract_id)
        _keep(aci, known)
    return known


def _empty(aci: AciPage, contract_id: str) -> Held:
    assert aci.signature is not None
    name = re.sub(r"[^\w.:/-]", "-", aci.territory.id)[:80]
    tracked = indicators_of(aci.tables)
    return Held(begin(name, aci.contract.version, aci.signature, tracked), contract_id, None)


def _saved(aci: AciPage, contract: Work) -> Held | None:
    """The follow-up attached to a saved contract, the latest one that can be read."""
    try:
        found = store.records().attached(
            contract.key, kind=Kind.FOLLOW_UP, identity=saved_session.identity()
        )
    except RecordsError as error:
        _tell(aci, str(error))
        return None
    for work in reversed(found):
        try:
            return Held(follow_up_format.from_json(work.content), contract.id, work)
        except EntryError as error:
            _tell(aci, f"Le suivi enregistré n'a pas pu être repris. {error}")
    return None


def _keep(aci: AciPage, held: Held) -> None:
    frame.keep(_HELD, {**frame.kept(_HELD, {}), aci.slot: held})


def trouble(aci: AciPage) -> str:
    """Why the last entry was not kept, or not saved; empty when it was."""
    return str(frame.kept(_TROUBLE, {}).get(aci.slot, ""))


def _tell(aci: AciPage, text: str) -> None:
    frame.keep(_TROUBLE, {**frame.kept(_TROUBLE, {}), aci.slot: text})


def contract_in_hand(aci: AciPage) -> bool:
    """Whether the contract is saved, and open."""
    return saved_session.opened(aci.slot) is not None


# Entering


def enter(
    aci: AciPage, make: Callable[[FollowUp], FollowUp], save_contract: Callable[[], object]
) -> bool:
    """Add to the follow-up and save it; False, with the reason told, when nothing was added.

    ``save_contract`` makes the contract that the follow-up belongs to when there is none yet.
    """
    held = _held(aci)
    try:
        fresh = make(held.follow_up)
    except EntryError as error:
        _tell(aci, str(error))
        return False
    _tell(aci, "")
    _keep(aci, replace(held, follow_up=fresh, unsaved=True))
    if saved_session.opened(aci.slot) is None:
        save_contract()  # its desk attaches the follow-up
    else:
        save(aci, make)
    return True


def save(aci: AciPage, make: Callable[[FollowUp], FollowUp] | None = None) -> None:
    """Save the follow-up in hand beside its contract; what was added is merged into a newer one."""
    held, contract = _held(aci), saved_session.opened(aci.slot)
    if contract is None:
        return
    if not contract.record.editable:
        _tell(aci, _READ_ONLY)
        return
    try:
        work, follow_up = _write(aci, held, contract.record, make)
    except EntryError as error:
        _tell(
            aci,
            "Une autre personne vient d'enregistrer dans ce suivi quelque chose qui contredit "
            f"votre saisie ; elle est gardée comme brouillon dans l'historique. {error}",
        )
        known = _saved(aci, contract.record)
        if known is not None:
            _keep(aci, known)
        return
    except ReadOnlyError:
        _tell(aci, _READ_ONLY)
        return
    except RecordsError as error:
        _tell(aci, f"{error} Votre saisie reste dans cette session : recommencez dans un instant.")
        return
    _keep(aci, Held(follow_up, contract.record.id, work))


def _write(
    aci: AciPage, held: Held, contract: Work, make: Callable[[FollowUp], FollowUp] | None
) -> tuple[Work, FollowUp]:
    records, follow_up, work = store.records(asked=True), held.follow_up, held.work
    signed = {"author": saved_session.author(), "identity": saved_session.identity()}
    if work is None:
        return attach(aci, contract, follow_up), follow_up
    for _ in range(_TRIES):
        try:
            content = follow_up_format.to_json(follow_up)
            done = records.save(work.key, content, expected_version=work.version, **signed)
        except ConflictError as conflict:
            if make is None or conflict.theirs.deleted:
                raise
            work = conflict.theirs
            follow_up = make(follow_up_format.from_json(work.content))
        else:
            return done, follow_up
    raise RecordsError("Plusieurs personnes enregistrent en même temps dans ce suivi.")


def attach(aci: AciPage, contract: Work, follow_up: FollowUp) -> Work:
    """Save a follow-up as a new work that belongs to a contract; raises RecordsError."""
    return store.records(asked=True).create(
        Kind.FOLLOW_UP,
        space=aci.page.space_id,
        territory=aci.territory.id,
        title="",
        content=follow_up_format.to_json(follow_up),
        attached_to=contract.key,
        author=saved_session.author(),
        identity=saved_session.identity(),
    )


def contract_made(aci: AciPage, contract: Work) -> None:
    """A contract was just saved as a new work: the follow-up in hand goes with it."""
    known: Held | None = frame.kept(_HELD, {}).get(aci.slot)
    if known is None:
        return
    work = None
    if known.follow_up.records:
        work = attach(aci, contract, known.follow_up)
    _keep(aci, Held(known.follow_up, contract.id, work))


# The sheet of the dialogue de gestion


def sheet(aci: AciPage, year: int) -> DialogueSheet | None:
    """The sheet of a contract year, with the figures of the space; None when nothing is signed."""
    followed = open_follow_up(aci)
    sizes = aci.size.numbers
    if followed is None or isinstance(aci.found, str) or not sizes:
        return None
    missions = aci.scale.missions
    rates = {
        code: aci.contract.rates.get(code)
        for code, one in missions.items()
        if one.core or code in aci.contract.optional
    }
    return dialogue_sheet(
        followed.shown,
        year,
        aci.scale,
        name=aci.territory.name,
        sizes=sizes,
        rates=rates,
        found=aci.found,
        today=aci.today,
    )
