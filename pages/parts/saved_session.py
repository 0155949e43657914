"""What a session knows of saved works: who writes, which work is open, which links were opened.

Kept through ``frame``, never in the address but for the link to read of the open work: whoever is
sent the address of a page may read, never write.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from cpts_data.records import (
    Content,
    Entry,
    Kind,
    Record,
    Records,
    RecordsError,
    UnavailableError,
    UnknownRecordError,
)
from cpts_data.records.checking import digest_of
from cpts_data.records.database import locate, shared_by_default
from cpts_data.records.rights import identity_from
from pages.parts import frame, store

LINK = "travail"
_OPEN, _LINKS, _EDITS = "travaux_ouverts", "travaux_liens", "travaux_cles"
_AUTHOR, _KEYS = "travaux_auteur", "travaux_acces"
_FAILED, _LEFT_ALONE = "travaux_panne", 20.0
_MOST_LINKS = 300


@dataclass(frozen=True)
class Opened:
    """The work that a page has in hand: as it was when it was read or saved last."""

    record: Record
    digest: str

    @classmethod
    def of(cls, record: Record) -> Opened:
        """A work just read or saved."""
        return cls(record, fingerprint(record.content))

    def says(self, content: Content) -> bool:
        """Whether a content is what the work holds."""
        return fingerprint(content) == self.digest


def fingerprint(content: Content) -> str:
    """What tells a content from another, whatever the order of its keys."""
    return digest_of("", content)


# Who


def identity() -> str:
    """Who the proxy says is there (``CPTS_ENTETE_IDENTITE``); empty without one."""
    return identity_from(st.context.headers)


def author() -> str:
    """The name or function that people give themselves; by default what the proxy says."""
    return str(frame.kept(_AUTHOR, identity()))


def is_shared() -> bool:
    """Whether several people use this installation, each seeing their own works only."""
    try:
        return shared_by_default(locate(None))
    except RecordsError:
        return True


def sign(name: str) -> None:
    """Keep the author of this session."""
    frame.keep(_AUTHOR, name.strip())


# Links


def links() -> tuple[str, ...]:
    """The links that this session has opened or was given."""
    found: tuple[str, ...] = frame.kept(_LINKS, ())
    return found


def note_links(record: Entry) -> None:
    """Remember by which links and key a work is reached."""
    if record.editable:
        frame.keep(_KEYS, {**frame.kept(_KEYS, {}), record.read_token: record.key})
    told = [record.read_token, *([record.edit_token] if record.edit_token else [])]
    frame.keep(_LINKS, tuple(dict.fromkeys([*told, *links()]))[:_MOST_LINKS])
    if record.edit_token:
        note_edit_token(record.id, record.edit_token)


def edit_token(record_id: str) -> str:
    """The link to edit a work that this session knows, empty when it knows none."""
    return str(frame.kept(_EDITS, {}).get(record_id, ""))


def note_edit_token(record_id: str, token: str) -> None:
    """Remember a link to edit that was just made."""
    frame.keep(_EDITS, {**frame.kept(_EDITS, {}), record_id: token})
    frame.keep(_LINKS, tuple(dict.fromkeys([token, *links()]))[:_MOST_LINKS])


def forget_links(record_id: str, read_token: str) -> None:
    """Links that were revoked lead nowhere any more."""
    gone = {read_token, edit_token(record_id)}
    frame.keep(_LINKS, tuple(link for link in links() if link not in gone))
    frame.keep(
        _EDITS, {key: link for key, link in frame.kept(_EDITS, {}).items() if key != record_id}
    )


def read(records: Records, key: str) -> Record:
    """A work by a link or a key, with the best right that this session has on it."""
    known = frame.kept(_KEYS, {}).get(key, key)
    try:
        found = records.read(known, identity=identity())
    except UnknownRecordError:
        found = records.read(key, identity=identity())
    if not found.editable:
        for better in (edit_token(found.id), found.id):
            try:
                again = records.read(better, identity=identity()) if better else found
            except UnknownRecordError:
                continue
            if again.editable:
                found = again
                break
    note_links(found)
    return found


def link_to(page: str, record: Record, token: str) -> str:
    """The whole address that opens a work on its page."""
    told = {"espace": record.space, "cpts": record.territory, LINK: token}
    return f"{page_url(page)}?{urlencode({name: one for name, one in told.items() if one})}"


def page_url(page: str) -> str:
    """The address of a page as the browser reaches it, without parameters.

    Only the path when the browser has not told where it is.
    """
    slugs = [Path(file).stem for pages in frame.MENU.values() for file, _ in pages]
    here = (st.context.url or "").rstrip("/")
    root = next((here.removesuffix(f"/{one}") for one in slugs if here.endswith(f"/{one}")), here)
    return f"{root}/{Path(page).stem}"


# The work in hand


def opened(slot: str) -> Opened | None:
    """The work open in a slot, None without any."""
    found: Opened | None = frame.kept(_OPEN, {}).get(slot)
    return found


def is_held(record_id: str) -> bool:
    """Whether a work is open in some slot."""
    return any(one.record.id == record_id for one in frame.kept(_OPEN, {}).values())


def hold(slot: str, record: Record) -> None:
    """Have a work in hand."""
    note_links(record)
    frame.keep(_OPEN, {**frame.kept(_OPEN, {}), slot: Opened.of(record)})


def let_go(slot: str) -> None:
    """Have no work in hand any more; it stays saved."""
    frame.keep(_OPEN, {key: one for key, one in frame.kept(_OPEN, {}).items() if key != slot})


def drop(record_id: str) -> None:
    """Let go of a work wherever it is open: it is about to be opened anew, or is deleted."""
    held: dict[str, Opened] = frame.kept(_OPEN, {})
    frame.keep(_OPEN, {key: one for key, one in held.items() if one.record.id != record_id})


def replace_held(record: Record) -> None:
    """A work renamed, or given new links, is so wherever it is open.

    Not where its content is another: whoever has an older one in hand must be told when saving.
    """
    held: dict[str, Opened] = frame.kept(_OPEN, {})
    fresh = Opened.of(record)
    told = {
        key: fresh if one.record.id == record.id and one.digest == fresh.digest else one
        for key, one in held.items()
    }
    frame.keep(_OPEN, told)


def find(kind: Kind, space: str, territory: str) -> list[Record]:
    """The works of a territory that this session may find, latest first; raises RecordsError."""
    return store.records().find(
        kind=kind, space=space, territory=territory, identity=identity(), links=links(), limit=50
    )


def find_quietly(kind: Kind, space: str) -> list[Record]:
    """The works of a space, for a page that does without them; raises RecordsError.

    A database that has just failed is left alone for a moment: no page waits for it at each run.
    """
    told: tuple[float, str] = frame.kept(_FAILED, (0.0, ""))
    if told[1] and time.monotonic() - told[0] < _LEFT_ALONE:
        raise UnavailableError(told[1])
    try:
        found = store.records().find(kind=kind, space=space, identity=identity(), links=links())
    except RecordsError as error:
        frame.keep(_FAILED, (time.monotonic(), str(error)))
        raise
    frame.keep(_FAILED, (0.0, ""))
    return found
