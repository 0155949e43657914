"""How a work changes: each change is a new version, checked against the one its author had seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cpts_data.records import ledger, rights
from cpts_data.records.checking import content_flaws, line_flaws, one_line
from cpts_data.records.errors import ConflictError, Flaw, InvalidWorkError
from cpts_data.records.ledger import Author, Text
from cpts_data.records.model import Action, Content, Kind, Record, Revision
from cpts_data.records.rights import Access, Person
from cpts_data.records.schema import LINK, RECORD


@dataclass(frozen=True)
class NewWork:
    """A work about to be made, its short texts on one line."""

    kind: Kind
    space: str
    territory: str
    title: str
    content: Content

    @classmethod
    def of(cls, kind: Kind, space: str, territory: str, title: str, content: Content) -> NewWork:
        """Put the short texts on one line."""
        return cls(kind, one_line(space), one_line(territory), one_line(title), content)

    def refuse_flaws(self, author: str) -> None:
        """Raise :class:`InvalidWorkError` with all that is wrong."""
        lines = line_flaws(
            self.kind, title=self.title, author=author, space=self.space, territory=self.territory
        )
        refuse([*lines, *content_flaws(self.kind, self.content)], self.content)


def create(
    connection: sa.Connection, new: NewWork, author: Author, parent: Access | None, person: Person
) -> Record:
    """Insert a work, attached to ``parent`` or with a link to edit of its own."""
    record_id = rights.new_id()
    if parent and ledger.present(connection, parent).attached_to:
        found, expected = "un travail lui-même rattaché", "un travail principal"
        raise InvalidWorkError([Flaw("rattachement", found, expected, "remontez au principal.")])
    ledger.add_record(
        connection,
        id=record_id,
        kind=new.kind.value,
        space=new.space,
        territory=new.territory,
        attached_to=parent.record_id if parent else None,
        owner=author.identity,
        read_token=rights.new_read_token(),
        created_at=author.moment,
    )
    text = Text.of(new.title, new.content)
    ledger.add_version(connection, record_id, 1, Action.CREATION, text, author)
    if parent:
        return ledger.present(connection, rights.below(parent, record_id))
    token = rights.new_edit_token()
    ledger.add_link(connection, record_id, rights.hash_of(token), author.moment)
    return ledger.present(connection, rights.made_by(record_id, token, person))


def save(
    connection: sa.Connection,
    access: Access,
    content: Content,
    title: str | None,
    expected_version: int,
    author: Author,
) -> tuple[Record, Revision | None]:
    """Add a version, or keep a draft when the work is no longer what the author had seen.

    Gives the work as it stands and the draft, if there is one.
    """
    now = ledger.present(connection, access)
    kept_title = now.title if title is None else one_line(title)
    flaws = line_flaws(now.kind, title=kept_title, author=author.name, space=now.space)
    refuse([*flaws, *content_flaws(now.kind, content)], content)
    text = Text.of(kept_title, content)
    if not now.deleted and text.digest == ledger.digest_now(connection, now.id):
        return now, None
    if now.deleted or now.version != expected_version:
        return now, ledger.add_draft(connection, now.id, expected_version, text, author)
    return _advance(connection, access, now, Action.SAVE, text, author), None


def restore(
    connection: sa.Connection,
    access: Access,
    condition: Any,
    expected_version: int | None,
    author: Author,
) -> Record:
    """Make a revision of the history, found by a condition, the present version."""
    now = _seen(connection, access, expected_version, author)
    old = ledger.revision(connection, access.record_id, condition)
    text = Text.of(old.title, old.content or {})
    return _advance(connection, access, now, Action.RESTORATION, text, author)


def mark(
    connection: sa.Connection,
    access: Access,
    action: Action,
    expected_version: int | None,
    author: Author,
) -> Record:
    """Delete a work or bring it back; nothing when that is done already."""
    now = ledger.present(connection, access)
    if now.deleted == (action is Action.DELETION):
        return now
    now = _seen(connection, access, expected_version, author)
    return _advance(connection, access, now, action, Text.of(now.title, now.content), author)


def erase(connection: sa.Connection, access: Access) -> None:
    """Erase for good a work that was deleted, its history, links, and what is attached to it."""
    if not ledger.present(connection, access).deleted:
        found, expected = "un travail en cours", "un travail supprimé"
        raise InvalidWorkError([Flaw("travail", found, expected, "supprimez-le d'abord.")])
    connection.execute(sa.delete(RECORD).where(RECORD.c.id == access.record_id))


def renew_links(connection: sa.Connection, access: Access, author: Author) -> Record:
    """Make all links useless and give the work new ones."""
    record_id, token = access.record_id, rights.new_edit_token()
    connection.execute(sa.delete(LINK).where(LINK.c.record_id == record_id))
    ledger.add_link(connection, record_id, rights.hash_of(token), author.moment)
    fresh = sa.update(RECORD).where(RECORD.c.id == record_id)
    connection.execute(fresh.values(read_token=rights.new_read_token()))
    key = record_id if access.key == record_id else token
    return ledger.present(connection, Access(record_id, True, key, token))


def refuse(flaws: Iterable[Flaw], content: Mapping[str, Any] | None = None) -> None:
    """Raise :class:`InvalidWorkError` when there is a flaw."""
    told = list(flaws)
    if told:
        raise InvalidWorkError(told, unsaved=content)


def _seen(
    connection: sa.Connection, access: Access, expected_version: int | None, author: Author
) -> Record:
    now = ledger.present(connection, access)
    refuse(line_flaws(now.kind, title=now.title, author=author.name, space=now.space))
    if expected_version not in (None, now.version):
        raise ConflictError(now, None, None)
    return now


def _advance(
    connection: sa.Connection,
    access: Access,
    now: Record,
    action: Action,
    text: Text,
    author: Author,
) -> Record:
    version = now.version + 1
    ledger.add_version(connection, now.id, version, action, text, author)
    gone = author.moment if action is Action.DELETION else None
    ledger.move_to(connection, now.id, version, gone)
    return ledger.present(connection, access)
