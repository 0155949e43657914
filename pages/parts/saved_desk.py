"""The desk at which a page saves: what it saves, and what each button does.

Nothing of it is drawn here: ``saved_work`` draws the block, ``saved_trouble`` what went wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cpts_data import french
from cpts_data.records import ConflictError, Content, Kind, Record, RecordsError
from pages.parts import frame, saved_session, store
from pages.parts.frame import Frame
from pages.parts.saved_session import LINK, Opened

_TROUBLES, _REFUSED, _AGAIN = "travaux_soucis", "travaux_refus", "travaux_relire"
_DONE = "travaux_fait"


@dataclass(frozen=True)
class Desk:
    """What a page saves: one kind of work.

    ``page`` is where a link opens (``pages/simulateur.py``), ``noun`` what the work is, with its
    demonstrative (« ce scénario »), ``title`` the title proposed for a new one. ``content`` gives
    what the page shows now, ``load`` puts a content back, in the address or in the session, and
    returns what was refused (French); ``tell`` says a content in (label, words), so that two
    versions may be held side by side; ``filled`` says whether the address already holds a content,
    which a link then never overwrites. One work is open by ``slot`` (default: the kind). ``made``
    is told of each new work, so that what belongs to it may be attached; it may raise RecordsError.
    """

    kind: Kind
    page: str
    noun: str
    title: str
    content: Callable[[], Content]
    load: Callable[[Content], Sequence[str]]
    tell: Callable[[Content], Sequence[tuple[str, str]]]
    filled: Callable[[], bool]
    territory: str = ""
    slot: str = ""
    made: Callable[[Record], None] | None = None

    @property
    def place(self) -> str:
        """The slot, by default the kind."""
        return self.slot or self.kind.value


@dataclass(frozen=True)
class Trouble:
    """Why the last save did not go through; ``theirs`` is the work as somebody else left it."""

    message: str
    theirs: Record | None = None


def in_hand(desk: Desk) -> Opened | None:
    """The work that the page has in hand: open in this session, and in the address."""
    held = saved_session.opened(desk.place)
    return held if held and frame.parameter(LINK) == held.record.read_token else None


def open_work(page: Frame, desk: Desk, record: Record, *, over: bool = False) -> None:
    """Have a work in hand, its content in the page; ``over`` also replaces what the page holds."""
    saved_session.hold(desk.place, record)
    tell(desk, None)
    refused: list[str] = []
    if record.space != page.space_id:
        refused.append(
            f"Ce travail a été fait sur l'espace de données « {record.space} », et cette page en "
            "montre un autre : ses communes ou sa CPTS peuvent y manquer."
        )
    if over or not desk.filled():
        refused += desk.load(record.content)
    frame.remember(**{LINK: record.read_token})
    frame.keep(_REFUSED, {**frame.kept(_REFUSED, {}), desk.place: tuple(refused)})


def create(page: Frame, desk: Desk, title: str) -> Record | None:
    """Save what the page shows as a new work; None, with the reason kept, when it cannot be."""

    def make() -> Record:
        made = store.records(asked=True).create(
            desk.kind,
            space=page.space_id,
            title=title,
            content=desk.content(),
            territory=desk.territory,
            author=saved_session.author(),
            identity=saved_session.identity(),
        )
        if desk.made is not None:
            desk.made(made)
        return made

    return _attempt(desk, make)


def save_over(desk: Desk, seen: Record, title: str | None = None) -> Record | None:
    """Save what the page shows as the version that follows ``seen``; None when it cannot be."""
    return _attempt(
        desk,
        lambda: store.records(asked=True).save(
            seen.key,
            desk.content(),
            expected_version=seen.version,
            title=title,
            author=saved_session.author(),
            identity=saved_session.identity(),
        ),
    )


def close(desk: Desk) -> None:
    """Let go of the work in hand: the page keeps what it shows, the work stays saved."""
    saved_session.let_go(desk.place)
    tell(desk, None)
    frame.remember(**{LINK: None})


def undelete(desk: Desk, seen: Record) -> Record | None:
    """Bring a deleted work back; None when it cannot be."""
    return _attempt(
        desk,
        lambda: store.records(asked=True).undelete(
            seen.key, author=saved_session.author(), identity=saved_session.identity()
        ),
    )


def take(page: Frame, desk: Desk, record: Record) -> None:
    """Put a version in the page in place of what it shows; the whole page runs again."""
    open_work(page, desk, record, over=True)
    frame.keep(_AGAIN, True)


def must_run_again() -> bool:
    """Whether the whole page must run again, told once: a fragment alone would not show it."""
    asked = bool(frame.kept(_AGAIN))
    if asked:
        frame.keep(_AGAIN, False)
    return asked


def done() -> str:
    """What was just saved, told once; empty when nothing was."""
    told = str(frame.kept(_DONE) or "")
    frame.keep(_DONE, "")
    return told


def trouble_of(desk: Desk) -> Trouble | None:
    """Why the last save of a desk did not go through, None when it did."""
    found: Trouble | None = frame.kept(_TROUBLES, {}).get(desk.place)
    return found


def refused_of(desk: Desk) -> tuple[str, ...]:
    """What of the work last opened could not be taken (French)."""
    return tuple(frame.kept(_REFUSED, {}).get(desk.place, ()))


def _attempt(desk: Desk, save: Callable[[], Record]) -> Record | None:
    try:
        record = save()
    except ConflictError as conflict:
        tell(desk, Trouble(str(conflict), conflict.theirs))
        return None
    except RecordsError as error:
        tell(desk, Trouble(str(error)))
        return None
    saved_session.hold(desk.place, record)
    tell(desk, None)
    frame.remember(**{LINK: record.read_token})
    frame.keep(_DONE, french.typography(f"Enregistré : version {record.version}."))
    return record


def tell(desk: Desk, trouble: Trouble | None) -> None:
    """Keep why a save did not go through, until the next one that does."""
    known = {place: one for place, one in frame.kept(_TROUBLES, {}).items() if place != desk.place}
    frame.keep(_TROUBLES, known if trouble is None else {**known, desk.place: trouble})
