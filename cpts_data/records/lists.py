"""Which works a person may find, and how each is reached."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cpts_data.records.ledger import (
    ENTRY_COLUMNS,
    PARENT,
    RECORD_COLUMNS,
    Row,
    current,
    entry_of,
    record_of,
)
from cpts_data.records.model import Entry, Kind, Record
from cpts_data.records.rights import Access, Person, below
from cpts_data.records.schema import RECORD, REVISION

MAXIMUM_LISTED = 500


@dataclass(frozen=True)
class Wanted:
    """Which works a list is of; None means any. ``deleted`` asks for the deleted ones instead."""

    kind: Kind | None = None
    space: str | None = None
    territory: str | None = None
    deleted: bool = False
    limit: int | None = MAXIMUM_LISTED


def entries(
    connection: sa.Connection, wanted: Wanted, person: Person, opened: Mapping[str, Access]
) -> list[Entry]:
    """The works that a person may find, latest first, without their contents."""
    rows = connection.execute(_listed(wanted, person, opened, ENTRY_COLUMNS))
    found = [entry_of(row, _reached(row, person, opened)) for row in rows]
    return [entry for entry in found if entry.editable or not wanted.deleted]


def records(
    connection: sa.Connection, wanted: Wanted, person: Person, opened: Mapping[str, Access]
) -> list[Record]:
    """The works that a person may find, latest first, with their contents."""
    rows = connection.execute(_listed(wanted, person, opened, RECORD_COLUMNS))
    found = [record_of(row, _reached(row, person, opened)) for row in rows]
    return [record for record in found if record.editable or not wanted.deleted]


def attached(
    connection: sa.Connection, parent: Access, kind: Kind | None, deleted: bool
) -> list[Record]:
    """The works attached to one, oldest first."""
    query = (
        current(*RECORD_COLUMNS)
        .where(RECORD.c.attached_to == parent.record_id)
        .order_by(RECORD.c.created_at, RECORD.c.id)
    )
    if kind is not None:
        query = query.where(RECORD.c.kind == kind.value)
    gone = RECORD.c.deleted_at.is_not(None) if deleted else RECORD.c.deleted_at.is_(None)
    rows = connection.execute(query.where(gone))
    return [record_of(row, below(parent, row.id)) for row in rows]


def _listed(
    wanted: Wanted, person: Person, opened: Collection[str], columns: tuple[Any, ...]
) -> sa.Select[Any]:
    query = current(*columns)
    for column, value in (
        (RECORD.c.kind, wanted.kind and wanted.kind.value),
        (RECORD.c.space, wanted.space),
        (RECORD.c.territory, wanted.territory),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.deleted:
        query = query.where(RECORD.c.deleted_at.is_not(None))
    else:
        query = query.where(RECORD.c.deleted_at.is_(None), PARENT.c.deleted_at.is_(None))
    if not person.at_home:
        query = query.where(_findable(person, opened))
    return query.order_by(REVISION.c.saved_at.desc(), RECORD.c.id).limit(wanted.limit)


def _findable(person: Person, opened: Collection[str]) -> sa.ColumnElement[bool]:
    """What a shared installation may list: what this identity wrote, what its session opened."""
    ids = sorted(opened)
    found: list[sa.ColumnElement[bool]] = [RECORD.c.id.in_(ids), RECORD.c.attached_to.in_(ids)]
    if person.identity:
        wrote = sa.select(REVISION.c.record_id).where(
            REVISION.c.identity == person.identity, REVISION.c.version.is_not(None)
        )
        found += [
            RECORD.c.owner == person.identity,
            PARENT.c.owner == person.identity,
            RECORD.c.id.in_(wrote),
        ]
    return sa.or_(*found)


def _reached(row: Row, person: Person, opened: Mapping[str, Access]) -> Access:
    """The best right by which a listed work is reached."""
    link, above = opened.get(row.id), opened.get(row.attached_to or "")
    mine = person.identity and person.identity in (row.owner, row.parent_owner)
    if link and link.editable:
        return link
    if person.at_home or mine:
        return Access(row.id, True, row.id)
    if above and above.editable:
        return below(above, row.id)
    # Written once through a link that was perhaps revoked since: it may still be read.
    return Access(row.id, False, row.read_token)
