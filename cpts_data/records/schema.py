"""The tables of saved works, as the latest migration leaves them (a test compares the two).

Names start with ``cpts_`` and the migrations keep a table of their own, so that a PostgreSQL
database may be shared with another program.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from cpts_data.records.model import MAXIMUM_IDENTITY, MAXIMUM_PLACE

VERSION_TABLE = "cpts_schema_version"
# Every migration, oldest first: known without importing Alembic (a test compares with the files).
MIGRATIONS = ("0001", "0002")
HEAD = MIGRATIONS[-1]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware datetime, in UTC whatever the database (SQLite has no time zone)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuse a naive datetime, hand over UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime")
        return value.astimezone(dt.UTC)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """Give UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


METADATA = sa.MetaData(naming_convention=NAMING)

RECORD = sa.Table(
    "cpts_record",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("space", sa.String(MAXIMUM_PLACE), nullable=False),
    sa.Column("territory", sa.String(MAXIMUM_PLACE), nullable=False),
    sa.Column(
        "attached_to",
        sa.String(32),
        sa.ForeignKey("cpts_record.id", ondelete="CASCADE"),
        index=True,
    ),
    sa.Column("owner", sa.String(MAXIMUM_IDENTITY), nullable=False, index=True),
    # In clear: whoever opens a link to read may send it on, and a thief of the database has read.
    sa.Column("read_token", sa.String(64), nullable=False, unique=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("deleted_at", UtcDateTime),
    sa.Index(None, "space", "kind", "territory"),
)

# Versions (version = 1, 2, …) and, beside them, drafts (version is NULL).
REVISION = sa.Table(
    "cpts_revision",
    METADATA,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column(
        "record_id",
        sa.String(32),
        sa.ForeignKey("cpts_record.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("version", sa.Integer),
    sa.Column("based_on", sa.Integer, nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("identity", sa.String(MAXIMUM_IDENTITY), nullable=False, index=True),
    sa.Column("saved_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("record_id", "version"),
    sqlite_autoincrement=True,  # the number of an erased revision is never given again
)

# Links to edit: only the hash of the token is kept.
LINK = sa.Table(
    "cpts_link",
    METADATA,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column(
        "record_id",
        sa.String(32),
        sa.ForeignKey("cpts_record.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("made_at", UtcDateTime, nullable=False),
)
