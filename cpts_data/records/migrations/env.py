"""Run by Alembic: migrate on the connection, and in the transaction, that it is handed."""

from alembic import context

from cpts_data.records.schema import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
