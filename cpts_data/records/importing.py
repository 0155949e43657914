"""Works between a database and a file: what is taken out, what becomes of what comes in.

A work of a file is compared with the one of the same id by their versions, as branches of one
history: the same or older, it is there already; ahead, it brings the other forward; parted, it
comes in beside as a copy. Nothing is ever written over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from cpts_data.records import ledger, lists, rights
from cpts_data.records.checking import digest_of
from cpts_data.records.errors import UnknownRecordError
from cpts_data.records.exchange import (
    MAXIMUM_VERSIONS,
    PortableVersion,
    PortableWork,
    RefusedWork,
)
from cpts_data.records.ledger import Author, Text
from cpts_data.records.model import MAXIMUM_TITLE, Action, Entry, Record
from cpts_data.records.rights import Access, Person
from cpts_data.records.schema import RECORD

# Bytes of history carried for one work; beyond, its oldest versions stay behind.
MAXIMUM_HISTORY = 16_000_000
_COPY = " (copie importée)"


@dataclass
class ImportReport:
    """What became of the works of a file.

    ``created`` are new here, ``advanced`` were here in an earlier version, ``copied`` were changed
    both here and there (the copy stands beside), ``already`` were here as they are or newer,
    ``refused`` cannot be taken in. New works carry their ``edit_token``, told once.
    """

    created: list[Entry] = field(default_factory=list)
    advanced: list[Entry] = field(default_factory=list)
    copied: list[Entry] = field(default_factory=list)
    already: list[Entry] = field(default_factory=list)
    refused: list[RefusedWork] = field(default_factory=list)


@dataclass(frozen=True)
class _Import:
    """One import under way: where, by whom, and what became of the main works so far."""

    connection: sa.Connection
    person: Person
    author: Author
    report: ImportReport
    places: dict[str, Access] = field(default_factory=dict)

    def take(self, work: PortableWork) -> None:
        """Take one work in, and note what became of it."""
        parent = self._parent(work)
        told, access = self._settled(work, parent)
        if not work.attached_to:
            self.places[work.id] = access
        told.append(ledger.present(self.connection, access))

    def _settled(self, work: PortableWork, parent: Access | None) -> tuple[list[Entry], Access]:
        moved = parent is not None and parent.record_id != work.attached_to
        if moved and parent:  # it follows the copy of what it is attached to
            return self._copied(work, _derived(work.id, parent.record_id), parent, work.title)
        if not self._is_here(work.id):
            return self.report.created, self._create(work, work.id, parent, work.title)
        access = self._mine(work.id)
        if access is None:  # somebody else's: nothing is told of it
            return self._copied(work, rights.new_id(), parent, _copy_title(work.title))
        ledger.lock(self.connection, work.id)
        now, coming = ledger.present(self.connection, access), work.marks
        here = ledger.marks(self.connection, work.id)
        if coming[-1] in here or digest_of(now.title, now.content) == work.digest:
            if now.deleted:
                self._add(access, now, work.versions[-1:])
                return self.report.advanced, access
            return self.report.already, access
        if here[-1] in coming:
            self._add(access, now, work.versions[coming.index(here[-1]) + 1 :])
            return self.report.advanced, access
        copy_id = _derived(work.id, coming[-1])
        return self._copied(work, copy_id, parent, _copy_title(work.title))

    def _copied(
        self, work: PortableWork, copy_id: str, parent: Access | None, title: str
    ) -> tuple[list[Entry], Access]:
        access = self._mine(copy_id) if self._is_here(copy_id) else None
        if access:  # the same file, a second time
            return self.report.already, access
        return self.report.copied, self._create(work, copy_id, parent, title)

    def _create(
        self, work: PortableWork, record_id: str, parent: Access | None, title: str
    ) -> Access:
        token = "" if parent else rights.new_edit_token()
        ledger.add_record(
            self.connection,
            id=record_id,
            kind=work.kind.value,
            space=work.space,
            territory=work.territory,
            attached_to=parent.record_id if parent else None,
            owner=self.author.identity,
            read_token=rights.new_read_token(),
            created_at=work.created_at,
        )
        self._append(record_id, 0, work.versions, title)
        if parent:
            return rights.below(parent, record_id)
        ledger.add_link(self.connection, record_id, rights.hash_of(token), self.author.moment)
        return rights.made_by(record_id, token, self.person)

    def _add(self, access: Access, now: Record, versions: Sequence[PortableVersion]) -> None:
        self._append(access.record_id, now.version, versions, versions[-1].title)

    def _append(
        self, record_id: str, after: int, versions: Sequence[PortableVersion], title: str
    ) -> None:
        """Add versions as they were made elsewhere, then the one that says they were imported."""
        number = after
        for version in versions:
            number += 1
            theirs = Author(version.author, self.author.identity, version.saved_at)
            text = Text.of(version.title, version.content)
            ledger.add_version(self.connection, record_id, number, version.action, text, theirs)
        last = versions[-1]
        ours = replace(self.author, name=self.author.name or last.author)
        text = Text.of(title, last.content)
        ledger.add_version(self.connection, record_id, number + 1, Action.IMPORT, text, ours)
        ledger.move_to(self.connection, record_id, number + 1, None)

    def _parent(self, work: PortableWork) -> Access | None:
        """What the work is attached to, here; without it the work stands alone, and is not lost."""
        if not work.attached_to:
            return None
        if work.attached_to in self.places:
            return self.places[work.attached_to]
        access = self._mine(work.attached_to)
        if access is None or ledger.present(self.connection, access).attached_to:
            return None
        return access

    def _is_here(self, record_id: str) -> bool:
        wanted = sa.select(RECORD.c.id).where(RECORD.c.id == record_id)
        return self.connection.execute(wanted).first() is not None

    def _mine(self, record_id: str) -> Access | None:
        try:
            return rights.access(self.connection, record_id, self.person)
        except UnknownRecordError:
            return None


def portable(connection: sa.Connection, reached: Iterable[Access]) -> list[PortableWork]:
    """The works that accesses open, and those attached to them, each once."""
    found: dict[str, PortableWork] = {}
    for access in reached:
        record = ledger.present(connection, access)
        for one in (record, *lists.attached(connection, access, None, deleted=False)):
            if one.id not in found:
                found[one.id] = _portable(connection, one)
    return list(found.values())


def take_in(
    connection: sa.Connection,
    works: Sequence[PortableWork],
    refused: Sequence[RefusedWork],
    person: Person,
    author: Author,
) -> ImportReport:
    """Take works in; main works first, so that what is attached to them follows them."""
    report = ImportReport(refused=list(refused))
    importing = _Import(connection, person, author, report)
    # In a fixed order, so that two imports at once wait for each other rather than lock up.
    for work in sorted(works, key=lambda work: (bool(work.attached_to), work.id)):
        importing.take(work)
    return report


def _portable(connection: sa.Connection, record: Record) -> PortableWork:
    if record.editable:
        kept = ledger.versions(connection, record.id, MAXIMUM_HISTORY, MAXIMUM_VERSIONS)
        versions = [
            PortableVersion(one.title, one.content or {}, one.action, one.author, one.saved_at)
            for one in kept
        ]
    else:
        versions = [
            PortableVersion(
                record.title, record.content, Action.SAVE, record.author, record.saved_at
            )
        ]
    return PortableWork(
        record.id,
        record.kind,
        record.space,
        record.territory,
        record.attached_to,
        record.created_at,
        tuple(versions),
    )


def _derived(*parts: str) -> str:
    """The id of a copy: the same file imported twice makes one copy."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]


def _copy_title(title: str) -> str:
    return f"{title[: MAXIMUM_TITLE - len(_COPY)]}{_COPY}".strip()
