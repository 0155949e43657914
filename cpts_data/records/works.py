"""The door of saved works: create, save, read, find, go back, share, carry away.

Every change is a new version; none is ever written over. Whoever saves says which version they had
in front of them (``expected_version``); when somebody else has saved since, the second is told, and
their text is kept in the history as a draft.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from cpts_data.records import changes, exchange, importing, ledger, lists, rights
from cpts_data.records.changes import NewWork
from cpts_data.records.checking import one_line
from cpts_data.records.database import Database, locate, shared_by_default
from cpts_data.records.errors import ConflictError, ReadOnlyError
from cpts_data.records.failures import told_in_french
from cpts_data.records.importing import ImportReport
from cpts_data.records.ledger import Author
from cpts_data.records.lists import Wanted
from cpts_data.records.migrating import bring_up_to_date
from cpts_data.records.model import MAXIMUM_IDENTITY, Action, Content, Entry, Kind, Record, Revision
from cpts_data.records.rights import Access, Person
from cpts_data.records.schema import REVISION

_PATIENCE = 10.0


class Records:
    """Saved works, in an open database. Safe for several threads, sessions and processes.

    A ``key`` is a link (``read_token``, ``edit_token``), or the ``key`` of a work that this object
    gave; ``identity`` is what :func:`rights.identity_from` read, ``author`` what people say of
    themselves (80 characters). All methods raise :class:`RecordsError` and its children only:
    :class:`UnknownRecordError`, :class:`ReadOnlyError`, :class:`InvalidWorkError`,
    :class:`ConflictError`, :class:`UnavailableError`, :class:`FullDiskError`. After any of them the
    object is still good, and the content that was handed in is in the error's ``unsaved``.
    """

    def __init__(self, database: Database, *, shared: bool) -> None:
        self._database, self.shared = database, shared
        # The names of a server's files and machines are not for all who use it.
        self._told_place = "installation partagée" if shared else database.place

    @classmethod
    def open(
        cls, address: str | None = None, *, shared: bool | None = None, patience: float = _PATIENCE
    ) -> Records:
        """Open the database of works, made or migrated if need be.

        ``address`` is a SQLAlchemy address or the path of a SQLite file; by default ``CPTS_BASE``,
        else ``travaux.sqlite`` in ``CPTS_DOSSIER`` or in the user's data folder. ``shared`` (by
        default: PostgreSQL, or ``CPTS_PARTAGE=1``) says that lists show only one's own works.
        ``patience`` is how long to wait for another writer, in seconds.
        """
        url = locate(address)
        database = Database(url, patience)
        try:
            with told_in_french(database.place):
                bring_up_to_date(database)
        except BaseException:
            database.close()
            raise
        return cls(database, shared=shared_by_default(url) if shared is None else shared)

    @property
    def place(self) -> str:
        """Where works are kept, for whoever looks after the installation (no password)."""
        return self._database.place

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Records:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Writing

    def create(
        self,
        kind: Kind,
        *,
        space: str,
        title: str,
        content: Content,
        territory: str = "",
        author: str = "",
        identity: str = "",
        attached_to: str = "",
    ) -> Record:
        """Keep a new work. Its ``edit_token`` is told here once: only its hash is kept.

        ``attached_to`` is the key of a work that one may edit (its own not attached to another):
        the new one then has no link to edit of its own, and follows the rights of that one.
        """
        new = NewWork.of(kind, space, territory, title, content)
        signed = self._author(author, identity)
        new.refuse_flaws(signed.name)
        with self._writing(content) as connection:
            parent = self._editable(connection, attached_to, identity) if attached_to else None
            return changes.create(connection, new, signed, parent, self._person(identity))

    def save(
        self,
        key: str,
        content: Content,
        *,
        expected_version: int,
        title: str | None = None,
        author: str = "",
        identity: str = "",
    ) -> Record:
        """Keep a new version of a work; ``title`` None leaves the title.

        :class:`ConflictError` when the work is no longer at ``expected_version``. Saving what the
        work already says changes nothing and succeeds: a save repeated because its answer was lost
        is not a conflict with oneself.
        """
        signed = self._author(author, identity)
        with self._writing(content) as connection:
            access = self._editable(connection, key, identity)
            now, draft = changes.save(connection, access, content, title, expected_version, signed)
        if draft:
            raise ConflictError(now, content, draft)
        return now

    def restore(
        self,
        key: str,
        version: int | Revision,
        *,
        expected_version: int | None = None,
        author: str = "",
        identity: str = "",
    ) -> Record:
        """Make an earlier version, or a draft of the history, the present one (as a new version).

        A deleted work comes back.
        """
        if isinstance(version, Revision):
            condition = REVISION.c.number == version.number
        else:
            condition = REVISION.c.version == version
        signed = self._author(author, identity)
        with self._writing() as connection:
            access = self._editable(connection, key, identity)
            return changes.restore(connection, access, condition, expected_version, signed)

    def delete(
        self,
        key: str,
        *,
        expected_version: int | None = None,
        author: str = "",
        identity: str = "",
    ) -> Record:
        """Put a work aside; :meth:`undelete` brings it back whole."""
        return self._mark(key, Action.DELETION, expected_version, author, identity)

    def undelete(
        self,
        key: str,
        *,
        expected_version: int | None = None,
        author: str = "",
        identity: str = "",
    ) -> Record:
        """Bring a deleted work back as it was."""
        return self._mark(key, Action.RECOVERY, expected_version, author, identity)

    def erase(self, key: str, *, identity: str = "") -> None:
        """Erase for good a work that was deleted before, its history and what is attached to it."""
        with self._writing() as connection:
            changes.erase(connection, self._editable(connection, key, identity))

    # Links

    def edit_link(self, key: str, *, identity: str = "") -> str:
        """Make one more link to edit a work; those sent before keep working. Told once."""
        token = rights.new_edit_token()
        with self._writing() as connection:
            access = self._editable(connection, key, identity)
            moment = dt.datetime.now(tz=dt.UTC)
            ledger.add_link(connection, access.record_id, rights.hash_of(token), moment)
        return token

    def revoke_links(self, key: str, *, identity: str = "") -> Record:
        """Make every link sent before useless; the work comes back with new ones."""
        with self._writing() as connection:
            access = self._editable(connection, key, identity)
            return changes.renew_links(connection, access, self._author("", identity))

    # Reading

    def read(self, key: str, *, identity: str = "") -> Record:
        """A work as it stands. A deleted one is given to those who may edit it, marked so."""
        with self._reading() as connection:
            access = rights.access(connection, key, self._person(identity))
            return ledger.present(connection, access)

    def attached(
        self, key: str, *, kind: Kind | None = None, deleted: bool = False, identity: str = ""
    ) -> list[Record]:
        """The works attached to one (its comments, its follow-up), oldest first."""
        with self._reading() as connection:
            access = rights.access(connection, key, self._person(identity))
            ledger.present(connection, access)  # deleted works are not for readers
            wanted_deleted = deleted and access.editable
            if deleted and not wanted_deleted:
                return []
            return lists.attached(connection, access, kind, deleted)

    def find(
        self,
        *,
        kind: Kind | None = None,
        space: str | None = None,
        territory: str | None = None,
        identity: str = "",
        links: Iterable[str] = (),
        deleted: bool = False,
        limit: int = lists.MAXIMUM_LISTED,
    ) -> list[Record]:
        """The works that one may find (:meth:`listing`), with their contents."""
        wanted = Wanted(kind, _line(space), _line(territory), deleted, limit)
        with self._reading() as connection:
            opened = rights.opened_by(connection, links)
            return lists.records(connection, wanted, self._person(identity), opened)

    def listing(
        self,
        identity: str = "",
        *,
        links: Iterable[str] = (),
        kind: Kind | None = None,
        space: str | None = None,
        territory: str | None = None,
        deleted: bool = False,
        limit: int = lists.MAXIMUM_LISTED,
    ) -> list[Entry]:
        """The works that one may find, latest first, without their contents.

        An embedded installation lists all; a shared one what ``identity`` wrote and what the
        ``links`` that the session has opened give, with what is attached to those.
        """
        wanted = Wanted(kind, _line(space), _line(territory), deleted, limit)
        with self._reading() as connection:
            opened = rights.opened_by(connection, links)
            return lists.entries(connection, wanted, self._person(identity), opened)

    def history(self, key: str, *, identity: str = "") -> list[Revision]:
        """The history of a work, latest first, without contents; drafts for those who may edit."""
        with self._reading() as connection:
            access = rights.access(connection, key, self._person(identity))
            ledger.present(connection, access)
            told = ledger.revisions(connection, access.record_id)
            return [line for line in told if access.editable or not line.is_draft]

    def revision(self, key: str, number: int, *, identity: str = "") -> Revision:
        """One line of the history with its content, for those who may edit.

        A link to read shows the present: what its author took out is not for its readers.
        """
        with self._reading() as connection:
            access = self._editable(connection, key, identity, alone=False)
            return ledger.revision(connection, access.record_id, REVISION.c.number == number)

    # Files

    def export_work(
        self,
        keys: Iterable[str] = (),
        *,
        space: str | None = None,
        identity: str = "",
        links: Iterable[str] = (),
    ) -> bytes:
        """A file of works: those of ``keys`` and what is attached to them, or all that one finds.

        Links are not in the file. Whoever may only read a work exports its present version,
        without the earlier ones.
        """
        person, chosen = self._person(identity), list(keys)
        with self._reading() as connection:
            if chosen:
                reached = [rights.access(connection, key, person) for key in chosen]
            else:
                opened = rights.opened_by(connection, links)
                wanted = Wanted(space=_line(space), limit=None)
                found = lists.entries(connection, wanted, person, opened)
                reached = [Access(entry.id, entry.editable, entry.key) for entry in found]
            return exchange.written_file(importing.portable(connection, reached))

    def import_work(self, file: bytes, *, author: str = "", identity: str = "") -> ImportReport:
        """Take in a file of works: all that is good in it, at once, and why not the rest.

        A work that is there already and was changed on one side only is brought forward; changed
        on both, it comes in beside as a copy. :class:`InvalidWorkError` when the whole is no such
        file.
        """
        signed = self._author(author, identity)
        handed, refused = exchange.read_file(file)
        with self._writing() as connection:
            return importing.take_in(connection, handed, refused, self._person(identity), signed)

    # Common

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with told_in_french(self._told_place), self._database.reading() as connection:
            yield connection

    @contextmanager
    def _writing(self, unsaved: Mapping[str, Any] | None = None) -> Iterator[sa.Connection]:
        with told_in_french(self._told_place, unsaved), self._database.writing() as connection:
            yield connection

    def _person(self, identity: str) -> Person:
        identity = one_line(identity)
        # Cut short, two identities could become one.
        return Person(
            identity if len(identity) <= MAXIMUM_IDENTITY else "", at_home=not self.shared
        )

    def _author(self, name: str, identity: str) -> Author:
        moment = dt.datetime.now(tz=dt.UTC)
        return Author(one_line(name), self._person(identity).identity, moment)

    def _editable(
        self, connection: sa.Connection, key: str, identity: str, *, alone: bool = True
    ) -> Access:
        """The access of a key that allows to edit; ``alone`` waits for whoever is writing."""
        access = rights.access(connection, key, self._person(identity))
        if not access.editable:
            raise ReadOnlyError
        if alone:
            ledger.lock(connection, access.record_id)
        return access

    def _mark(
        self, key: str, action: Action, expected_version: int | None, author: str, identity: str
    ) -> Record:
        signed = self._author(author, identity)
        with self._writing() as connection:
            access = self._editable(connection, key, identity)
            return changes.mark(connection, access, action, expected_version, signed)


def _line(text: str | None) -> str | None:
    return None if text is None else one_line(text)
