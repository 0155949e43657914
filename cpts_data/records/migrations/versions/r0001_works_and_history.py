"""Works and their history; one link to edit per work.

Tables are written out, not taken from the schema: a migration never changes afterwards.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "cpts_record",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("space", sa.String(200), nullable=False),
        sa.Column("territory", sa.String(200), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("read_token", sa.String(64), nullable=False),
        sa.Column("edit_hash", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("deleted_at", moment),
        sa.PrimaryKeyConstraint("id", name="pk_cpts_record"),
        sa.UniqueConstraint("read_token", name="uq_cpts_record_read_token"),
        sa.UniqueConstraint("edit_hash", name="uq_cpts_record_edit_hash"),
    )
    op.create_index("ix_cpts_record_owner", "cpts_record", ["owner"])
    op.create_index(
        "ix_cpts_record_space_kind_territory", "cpts_record", ["space", "kind", "territory"]
    )
    op.create_table(
        "cpts_revision",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("record_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("based_on", sa.Integer, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("identity", sa.String(200), nullable=False),
        sa.Column("saved_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_cpts_revision"),
        sa.ForeignKeyConstraint(
            ["record_id"], ["cpts_record.id"], name="fk_cpts_revision_record_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("record_id", "version", name="uq_cpts_revision_record_id_version"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cpts_revision_identity", "cpts_revision", ["identity"])


def downgrade() -> None:
    """Nobody's work is thrown away by a command."""
    raise NotImplementedError
