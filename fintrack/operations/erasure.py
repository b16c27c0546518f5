"""Erasure: closed tenants end with every row they have, thirty days after their closing."""

from sqlalchemy import func, select

from fintrack.db import maintenance_transaction


def erase_closed_tenants() -> int:
    """Erase the tenants whose thirty days are over, and return how many they were."""
    with maintenance_transaction("erase closed tenants") as db:
        count: int = db.execute(select(func.sec.erase_closed_tenants())).scalar_one()
    return count
