"""Limits: how much a tenant may have. PostgreSQL counts and refuses; this says how close it is."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from fintrack.config import settings
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import InvalidInput
from fintrack.schema import TenantLimit

MEGABYTE = 1024 * 1024
# From this part of a limit on, a screen says that little room is left.
LITTLE = 0.8


class Limit(StrEnum):
    """What is limited in a tenant."""

    MEMBERS = "MEMBERS"
    ACCOUNTS = "ACCOUNTS"
    TRANSACTIONS = "TRANSACTIONS"
    IMPORT_MB = "IMPORT_MB"
    EXPORTS_PER_DAY = "EXPORTS_PER_DAY"


class Room(StrEnum):
    """How much room a limit leaves: little from four fifths on, none when it is reached."""

    ENOUGH = "ENOUGH"
    LITTLE = "LITTLE"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much a tenant may have of one thing, and how much room that leaves.

    Not how much it has: accounts that the member does not see count as well.
    """

    most: int
    room: Room


def default_limits() -> dict[Limit, int]:
    """Return what the configuration allows a tenant for which the operator said nothing else."""
    said = settings()
    return {
        Limit.MEMBERS: said.most_members,
        Limit.ACCOUNTS: said.most_accounts,
        Limit.TRANSACTIONS: said.most_transactions,
        Limit.IMPORT_MB: said.max_upload_mb,
        Limit.EXPORTS_PER_DAY: said.most_exports_per_day,
    }


def allowances(context: TenantContext) -> dict[Limit, Allowance]:
    """Return what is counted and limited in the tenant."""
    context.require(Permission.READ)
    found = func.sec.limits().table_valued("name", "most", "room")
    with tenant_transaction(context) as db:
        rows = db.execute(select(found)).all()
    return {Limit(name): Allowance(most, Room(room)) for name, most, room in rows}


def import_megabytes(context: TenantContext) -> int:
    """Return how many megabytes a bank file of this tenant may have."""
    context.require(Permission.READ)
    own = select(TenantLimit.most).where(TenantLimit.name == Limit.IMPORT_MB)
    with tenant_transaction(context) as db:
        most = db.scalars(own).one_or_none()
    return settings().max_upload_mb if most is None else most


def require_import_size(context: TenantContext, size: int) -> None:
    """Refuse a bank file of more bytes than the tenant may import.

    Raises:
        InvalidInput: the file is too large.
    """
    most = import_megabytes(context)
    if size > most * MEGABYTE:
        largest = f"{most} MB, the most that {context.name} imports at once"
        raise InvalidInput(f"The file is larger than {largest}; download a shorter period.")
