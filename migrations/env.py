"""Alembic's entry: runs the migrations on the connection that the caller opened."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="version", version_table_schema="migration")
with context.begin_transaction():
    context.run_migrations()
