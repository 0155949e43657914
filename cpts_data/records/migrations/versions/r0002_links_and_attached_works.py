"""Several links to edit per work, each revocable; works that belong to another one."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the hash of each link to its own table; links already sent keep working."""
    op.create_table(
        "cpts_link",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("record_id", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_cpts_link"),
        sa.ForeignKeyConstraint(
            ["record_id"], ["cpts_record.id"], name="fk_cpts_link_record_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_cpts_link_record_id", "cpts_link", ["record_id"])
    op.execute(
        "INSERT INTO cpts_link (token_hash, record_id, made_at) "
        "SELECT edit_hash, id, created_at FROM cpts_record"
    )
    with op.batch_alter_table("cpts_record") as batch:
        batch.drop_constraint("uq_cpts_record_edit_hash", type_="unique")
        batch.drop_column("edit_hash")
        batch.add_column(sa.Column("attached_to", sa.String(32)))
        batch.create_foreign_key(
            "fk_cpts_record_attached_to", "cpts_record", ["attached_to"], ["id"], ondelete="CASCADE"
        )
        batch.create_index("ix_cpts_record_attached_to", ["attached_to"])


def downgrade() -> None:
    """Nobody's work is thrown away by a command."""
    raise NotImplementedError
