"""Works and revisions on a connection: what is read of them, how a line is added to a history.

A work is a line of ``cpts_record`` that says which version is the present one, and its versions in
``cpts_revision``; nothing is ever written over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cpts_data.records.checking import digest_of, mark_of, read_content, written
from cpts_data.records.errors import UnknownRecordError
from cpts_data.records.model import Action, Content, Entry, Kind, Record, Revision
from cpts_data.records.rights import Access
from cpts_data.records.schema import LINK, RECORD, REVISION

_DELETED = (
    "Ce travail a été supprimé. La personne qui peut le modifier peut encore le rétablir : "
    "demandez-le-lui."
)
Row = sa.Row[Any]
PARENT = RECORD.alias("parent")
ENTRY_COLUMNS: tuple[Any, ...] = (
    *RECORD.c,
    REVISION.c.title,
    REVISION.c.author,
    REVISION.c.saved_at,
    PARENT.c.deleted_at.label("parent_deleted_at"),
    PARENT.c.owner.label("parent_owner"),
)
RECORD_COLUMNS = (*ENTRY_COLUMNS, REVISION.c.content)


@dataclass(frozen=True)
class Text:
    """What a version says, ready to be stored."""

    title: str
    content: str
    digest: str
    size: int

    @classmethod
    def of(cls, title: str, content: Mapping[str, Any]) -> Text:
        """Write a checked title and content."""
        text = written(content)
        return cls(title, text, digest_of(title, content), len(text.encode()))


@dataclass(frozen=True)
class Author:
    """Who writes: a self-declared name, the identity that a proxy tells, and when."""

    name: str
    identity: str
    moment: dt.datetime


def current(*columns: Any) -> sa.Select[Any]:
    """Select columns of each work beside its present version and the work it is attached to."""
    now = sa.and_(REVISION.c.record_id == RECORD.c.id, REVISION.c.version == RECORD.c.version)
    joined = RECORD.join(REVISION, now).outerjoin(PARENT, PARENT.c.id == RECORD.c.attached_to)
    return sa.select(*columns).select_from(joined)


def entry_of(row: Row, access: Access) -> Entry:
    """A row of ``ENTRY_COLUMNS`` as what a list shows."""
    return Entry(**_fields(row, access))


def record_of(row: Row, access: Access) -> Record:
    """A row of ``RECORD_COLUMNS`` as a work."""
    return Record(**_fields(row, access), content=read_content(row.content))


def _fields(row: Row, access: Access) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": Kind(row.kind),
        "space": row.space,
        "territory": row.territory,
        "attached_to": row.attached_to or "",
        "title": row.title,
        "author": row.author,
        "version": row.version,
        "created_at": row.created_at,
        "saved_at": row.saved_at,
        "deleted": row.deleted_at is not None,
        "editable": access.editable,
        "key": access.key,
        "read_token": row.read_token,
        "edit_token": access.edit_token,
    }


def lock(connection: sa.Connection, record_id: str) -> None:
    """Wait for whoever is writing this work.

    Before reading it: on PostgreSQL a statement that waits for a lock and joins would still see
    the revisions of before.
    """
    connection.execute(sa.select(RECORD.c.id).where(RECORD.c.id == record_id).with_for_update())


def present(connection: sa.Connection, access: Access) -> Record:
    """A work as it stands; whoever may only read is not given a deleted one."""
    query = current(*RECORD_COLUMNS).where(RECORD.c.id == access.record_id)
    row = connection.execute(query).first()
    if row is None:
        raise UnknownRecordError
    gone = row.deleted_at is not None or row.parent_deleted_at is not None
    if gone and not access.editable:
        raise UnknownRecordError(_DELETED)
    return record_of(row, access)


def digest_now(connection: sa.Connection, record_id: str) -> str:
    """The fingerprint of the present version."""
    query = current(REVISION.c.digest).where(RECORD.c.id == record_id)
    return str(connection.execute(query).scalar_one())


def revisions(connection: sa.Connection, record_id: str) -> list[Revision]:
    """The history of a work, drafts included, latest first, without contents."""
    columns = [column for column in REVISION.c if column.name != "content"]
    query = (
        sa.select(*columns)
        .where(REVISION.c.record_id == record_id)
        .order_by(REVISION.c.number.desc())
    )
    return [_revision(row) for row in connection.execute(query)]


def revision(connection: sa.Connection, record_id: str, *conditions: Any) -> Revision:
    """One revision of a work, with its content."""
    query = sa.select(REVISION).where(REVISION.c.record_id == record_id, *conditions)
    row = connection.execute(query).first()
    if row is None:
        raise UnknownRecordError("Cette version n'est pas dans l'historique de ce travail.")
    return _revision(row, read_content(row.content))


def versions(
    connection: sa.Connection, record_id: str, maximum_size: int, maximum_number: int
) -> list[Revision]:
    """The latest versions of a work, oldest first, with their contents (no draft).

    Older ones are left out beyond so many bytes or versions; the present one never is.
    """
    query = (
        sa.select(REVISION.c.number, REVISION.c.size)
        .where(REVISION.c.record_id == record_id, REVISION.c.version.is_not(None))
        .order_by(REVISION.c.version.desc())
        .limit(maximum_number)
    )
    kept: list[int] = []
    total = 0
    for number, size in connection.execute(query):
        total += size
        if kept and total > maximum_size:
            break
        kept.append(number)
    return [revision(connection, record_id, REVISION.c.number == one) for one in reversed(kept)]


def marks(connection: sa.Connection, record_id: str) -> list[str]:
    """What tells each version of a work from any other, oldest first."""
    query = (
        sa.select(REVISION.c.digest, REVISION.c.saved_at)
        .where(REVISION.c.record_id == record_id, REVISION.c.version.is_not(None))
        .order_by(REVISION.c.version)
    )
    return [mark_of(digest, moment) for digest, moment in connection.execute(query)]


def add_record(connection: sa.Connection, **values: Any) -> None:
    """Insert the line of a new work, at version 1."""
    connection.execute(sa.insert(RECORD).values(version=1, **values))


def add_version(
    connection: sa.Connection,
    record_id: str,
    version: int,
    action: Action,
    text: Text,
    author: Author,
) -> None:
    """Add a version to a history. The work's line is moved to it by :func:`move_to`."""
    _insert(connection, record_id, version, version - 1, action, text, author)


def add_draft(
    connection: sa.Connection, record_id: str, based_on: int, text: Text, author: Author
) -> Revision:
    """Keep a refused content beside the versions; the same text twice is one draft."""
    known = connection.execute(
        sa.select(REVISION.c.number).where(
            REVISION.c.record_id == record_id,
            REVISION.c.version.is_(None),
            REVISION.c.digest == text.digest,
            REVISION.c.author == author.name,
        )
    ).scalar()
    if known is None:
        known = _insert(connection, record_id, None, based_on, Action.DRAFT, text, author)
    return revision(connection, record_id, REVISION.c.number == known)


def move_to(
    connection: sa.Connection, record_id: str, version: int, deleted_at: dt.datetime | None
) -> None:
    """Make a version the present one of its work."""
    connection.execute(
        sa.update(RECORD)
        .where(RECORD.c.id == record_id)
        .values(version=version, deleted_at=deleted_at)
    )


def add_link(
    connection: sa.Connection, record_id: str, token_hash: str, moment: dt.datetime
) -> None:
    """Add a link to edit."""
    connection.execute(
        sa.insert(LINK).values(token_hash=token_hash, record_id=record_id, made_at=moment)
    )


def _insert(
    connection: sa.Connection,
    record_id: str,
    version: int | None,
    based_on: int,
    action: Action,
    text: Text,
    author: Author,
) -> int:
    done = connection.execute(
        sa.insert(REVISION).values(
            record_id=record_id,
            version=version,
            based_on=based_on,
            action=action.value,
            title=text.title,
            content=text.content,
            digest=text.digest,
            size=text.size,
            author=author.name,
            identity=author.identity,
            saved_at=author.moment,
        )
    )
    assert done.inserted_primary_key is not None
    return int(done.inserted_primary_key[0])


def _revision(row: Row, content: Content | None = None) -> Revision:
    return Revision(
        number=row.number,
        version=row.version or 0,
        based_on=row.based_on,
        action=Action(row.action),
        title=row.title,
        author=row.author,
        saved_at=row.saved_at,
        size=row.size,
        content=content,
    )
