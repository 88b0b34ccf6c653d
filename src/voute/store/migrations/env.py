"""Runs the revisions on the connection that `voute.store.migrate` hands in; there is no other way in."""

from alembic import context

from voute.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by copying it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
