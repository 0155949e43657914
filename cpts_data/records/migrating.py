"""A database is brought to the tables of this version at its first opening, or refused.

All steps happen in one transaction: a process killed half-way leaves the database as it was, and a
second process that starts at once waits (``BEGIN IMMEDIATE`` on SQLite, an advisory lock on
PostgreSQL), then finds the work done. A database of a newer version is not touched. A SQLite file
that holds works is copied beside itself before it changes.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from pathlib import Path

import sqlalchemy as sa

from cpts_data.records.database import ADDRESS_VARIABLE, Database
from cpts_data.records.errors import AddressError, NewerDatabaseError
from cpts_data.records.schema import HEAD, MIGRATIONS, VERSION_TABLE

_SCRIPTS = Path(__file__).with_name("migrations")
# Any constant of ours: the first eight bytes of sha256("cpts-diagnostic"), as PostgreSQL's bigint.
_ADVISORY_LOCK = 4_945_846_127_440_020_618
# Alembic's context is global to the process.
_ONE_AT_A_TIME = threading.Lock()


def bring_up_to_date(database: Database) -> None:
    """Make or migrate the tables when they are not those of this version.

    :class:`NewerDatabaseError` when a newer version of the product wrote the database. Errors of
    the database itself are raised as they come.
    """
    _make_file(database)
    with database.reading() as connection:
        version = version_of(connection, database)
        if not database.file and version != HEAD:
            _refuse_other_encodings(connection)
    if version != HEAD:
        with _ONE_AT_A_TIME:
            _copy_beside(database, version)
            _migrate(database, "head")
    _use_write_ahead_log(database)


def version_of(connection: sa.Connection, database: Database) -> str:
    """The migration that a database is at, empty for a new one; refuses one that we do not know."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return ""
    table = sa.table(VERSION_TABLE, sa.column("version_num"))
    version = connection.execute(sa.select(table.c.version_num)).scalar() or ""
    if version and version not in MIGRATIONS:
        raise NewerDatabaseError(
            f"Les travaux ({database.place}) ont été écrits par une version plus récente du "
            "logiciel. Rien n'y a été touché. Mettez le logiciel à jour, ou choisissez une autre "
            f"base par {ADDRESS_VARIABLE}."
        )
    return version


def _migrate(database: Database, target: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    options = {"cpts_writes": True}
    with database.engine.connect().execution_options(**options) as connection:
        if database.file:
            # Alembic rebuilds tables; with this on, dropping the old one would erase what refers
            # to it. It cannot be changed inside a transaction, hence on the driver's connection.
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if not database.file:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            if version_of(connection, database) == HEAD:
                return  # another process did it while we waited
            config.attributes["connection"] = connection
            command.upgrade(config, target)
            if database.file and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise sa.exc.IntegrityError("PRAGMA foreign_key_check", None, ValueError())


def _make_file(database: Database) -> None:
    file = database.file
    if file is None or file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Links to edit are hashed, but works are not: the file is for its owner alone.
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))


def _use_write_ahead_log(database: Database) -> None:
    """Asked once, kept by the file. Without it (a file that cannot be written) all still holds."""
    if database.file is None:
        return
    connection = database.connect_file()
    try:
        for pause in (0.05, 0.2, 0.5):
            try:
                if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                    connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError:  # two processes ask together
                time.sleep(pause)
    finally:
        connection.close()


def _copy_beside(database: Database, version: str) -> None:
    if database.file is None or not version:
        return
    copy = database.file.with_name(f"{database.file.name}.avant-{HEAD}")
    if copy.exists():
        return
    temporary = copy.with_name(f".{copy.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    source = database.connect_file()
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_WRONLY, 0o600))
        source.execute("VACUUM INTO ?", (str(temporary),))
        temporary.replace(copy)
    finally:
        source.close()
        temporary.unlink(missing_ok=True)


def _refuse_other_encodings(connection: sa.Connection) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise AddressError(
            f"La base PostgreSQL est en « {encoding} », qui ne sait pas écrire tous les textes. "
            "Créez-la en UTF-8 : CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
        )
