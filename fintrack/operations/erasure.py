"""Erasure, after thirty days: of closed tenants with every row they have, and of removed files."""

from sqlalchemy import func, select

from fintrack.db import maintenance_transaction


def erase_closed_tenants() -> int:
    """Erase the tenants whose thirty days are over, and return how many they were."""
    with maintenance_transaction("erase closed tenants") as db:
        count: int = db.execute(select(func.sec.erase_closed_tenants())).scalar_one()
    return count


def erase_removed_files() -> int:
    """Erase the attachments that were removed thirty days ago, and return how many they were."""
    with maintenance_transaction("erase removed files") as db:
        count: int = db.execute(select(func.sec.erase_removed_files())).scalar_one()
    return count
