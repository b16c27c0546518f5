"""The core: security, tenants, ledger, statements, activity, and the five walls in SQL."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / revision


def upgrade() -> None:
    """Run the folder's files in the order of their numbers, each as one script."""
    cursor = op.get_bind().connection.cursor()
    for script in sorted(SQL.glob("*.sql")):
        cursor.execute(script.read_text(encoding="utf-8"))
    cursor.execute("reset role")
    cursor.close()
