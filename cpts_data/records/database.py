"""Where works are kept: an embedded SQLite file, or a PostgreSQL server; nothing to set up.

SQLite, measured and reasoned: WAL, so that readers never wait for a writer; ``synchronous=FULL``,
because WAL with ``NORMAL`` may lose the last saves in a power cut, and people save at a human pace;
writers take the lock at once (``BEGIN IMMEDIATE``) and wait for it; each operation opens the file
(0.8 ms) rather than keep a connection, which would go on writing into a file that was moved away.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from cpts_data.records.errors import AddressError

ADDRESS_VARIABLE = "CPTS_BASE"
FOLDER_VARIABLE = "CPTS_DOSSIER"
SHARED_VARIABLE = "CPTS_PARTAGE"
FILE_NAME = "travaux.sqlite"
_FORMS = (
    "une adresse comme « postgresql+psycopg://compte:motdepasse@serveur/base » ou "
    "« sqlite:////dossier/travaux.sqlite »"
)
_DRIVER = "postgresql+psycopg"
_CONNECT_DEFAULTS: dict[str, Any] = {
    "connect_timeout": "5",
    "application_name": "cpts-diagnostic",
    "keepalives_idle": "30",
    "client_encoding": "utf8",
    "prepare_threshold": None,  # prepared statements do not survive a pooler such as PgBouncer
}


class Database:
    """An engine, what it speaks to, and how long it waits for others (seconds)."""

    def __init__(self, url: URL, patience: float) -> None:
        self.url, self.patience = url, patience
        self.file = Path(url.database or "").absolute() if _is_file(url) else None
        self.engine = self._file_engine() if self.file else self._server_engine()

    @property
    def place(self) -> str:
        """What a user may be told of where works are; never a password (French)."""
        if self.file:
            return f"fichier « {self.file} »"
        server = self.url.host or self.url.query.get("host") or "cette machine"
        port = f":{self.url.port}" if self.url.port else ""
        return f"base PostgreSQL « {self.url.database} » sur {server}{port}"

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One transaction in which the same thing read twice is the same."""
        options = {} if self.file else {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction, kept whole or not at all."""
        opened = self.engine.connect().execution_options(cpts_writes=True)
        with opened as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Let go of all connections; the next operation opens one again."""
        self.engine.dispose()

    def connect_file(self, mode: str = "rw") -> sqlite3.Connection:
        """Open the SQLite file, which must exist unless ``mode`` is ``rwc``."""
        assert self.file is not None
        connection = sqlite3.connect(
            f"{self.file.as_uri()}?mode={mode}",
            uri=True,
            timeout=self.patience,
            isolation_level=None,  # transactions are begun below, not guessed by the driver
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    def _file_engine(self) -> sa.Engine:
        engine = sa.create_engine("sqlite://", creator=self.connect_file, poolclass=NullPool)

        @sa.event.listens_for(engine, "begin")
        def begin(connection: sa.Connection) -> None:
            writes = connection.get_execution_options().get("cpts_writes")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        return engine

    def _server_engine(self) -> sa.Engine:
        engine = sa.create_engine(
            self.url,
            connect_args={
                name: value
                for name, value in _CONNECT_DEFAULTS.items()
                if name not in self.url.query
            },
            pool_pre_ping=True,  # a server that came back is spoken to at once
            pool_size=5,
            max_overflow=15,
            pool_timeout=self.patience,
            pool_recycle=1800,
        )
        milliseconds = int(self.patience * 1000)

        @sa.event.listens_for(engine, "begin")
        def begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql(
                f"SET LOCAL lock_timeout = {milliseconds}; "
                f"SET LOCAL statement_timeout = {3 * milliseconds}"
            )

        return engine


def locate(address: str | None) -> URL:
    """The address of the database: the one given, ``CPTS_BASE``, or a file in the user's folder.

    :class:`AddressError` when it is neither SQLite in a file nor PostgreSQL.
    """
    text = (address if address is not None else os.environ.get(ADDRESS_VARIABLE, "")).strip()
    if not text:
        return URL.create("sqlite", database=str(default_folder() / FILE_NAME))
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser()))
    try:
        url = make_url(text)
    except (sa.exc.ArgumentError, ValueError) as error:
        # The text may hold a password: it is not repeated.
        raise AddressError(f"{ADDRESS_VARIABLE} ne se lit pas ; attendu : {_FORMS}.") from error
    if url.drivername in ("postgresql", "postgres", _DRIVER):
        if not url.database:
            raise AddressError(
                f"{ADDRESS_VARIABLE} ne nomme pas de base PostgreSQL ; attendu : {_FORMS}."
            )
        return url.set(drivername=_DRIVER)
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
            raise AddressError(
                f"{ADDRESS_VARIABLE} ne nomme pas de fichier : les travaux seraient perdus à la "
                f"fermeture. Attendu : {_FORMS}."
            )
        return URL.create("sqlite", database=url.database)
    raise AddressError(
        f"{ADDRESS_VARIABLE} demande « {url.drivername[:40]} », qui n'est pas pris en charge ; "
        f"attendu : {_FORMS}."
    )


def default_folder() -> Path:
    """The folder of works: ``CPTS_DOSSIER``, or the one that the system keeps for user data."""
    chosen = os.environ.get(FOLDER_VARIABLE, "").strip()
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path("cpts-diagnostic", appauthor=False)


def shared_by_default(url: URL) -> bool:
    """Whether several people use the installation: a server, or ``CPTS_PARTAGE=1``."""
    told = os.environ.get(SHARED_VARIABLE, "").strip().lower()
    if told:
        return told not in ("0", "non", "false", "no")
    return not _is_file(url)


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"
