"""Bring a database's schema to the version of this application."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from fintrack.errors import SetupError
from fintrack.operations.roles import SECURITY_OWNER

FOLDER = Path(__file__).parents[2] / "migrations"
VERSION_TABLE = {"version_table": "version", "version_table_schema": "migration"}


def migrate(connection: Connection) -> None:
    """Run the missing migrations inside the caller's transaction.

    Raises:
        SetupError: the database was migrated by a newer FinTrack.
    """
    revision = database_revision(connection)
    if revision == newest_revision():
        return
    _require_known(revision)
    as_owner = text("select set_config('role', :owner, true)")
    connection.execute(as_owner, {"owner": SECURITY_OWNER})
    command.upgrade(_config(connection), "head")
    connection.execute(text("reset role"))


def database_revision(connection: Connection) -> str | None:
    """Return the revision of the database, None before the first migration."""
    return MigrationContext.configure(connection, opts=VERSION_TABLE).get_current_revision()


def newest_revision() -> str | None:
    """Return the revision that this application was written for."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _require_known(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        message = (
            f"This FinTrack is older than its database (revision {revision}); "
            "start the newer version that was used last."
        )
        raise SetupError(message)


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
