"""Tenants as their operator sees them: how much each may have, and whether it is shut."""

from dataclasses import dataclass

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from fintrack.context import TenantStatus
from fintrack.db import maintenance_transaction
from fintrack.errors import NotFound
from fintrack.limits import Limit, default_limits


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit of a tenant: how much it may have, and how much of that it has.

    `is_own` says that the operator made an exception. A file's size is not used up: None.
    """

    limit: Limit
    most: int | None
    used: int | None
    is_own: bool


def limits_of(slug: str) -> tuple[LimitUse, ...]:
    """Return the limits of the tenant.

    Raises:
        NotFound: there is no tenant of this slug.
    """
    found = func.sec.limits_of(slug).table_valued("name", "most", "used", "is_own")
    with maintenance_transaction(f"limits of {slug}") as db:
        rows = db.execute(select(found)).all()
    if not rows:
        raise NotFound(f"There is no tenant {slug}.")
    return tuple(LimitUse(Limit(row.name), row.most, row.used, row.is_own) for row in rows)


def set_limit(slug: str, limit: Limit, most: int | None) -> None:
    """Make an exception for the tenant, or with None take it back.

    Raises:
        NotFound: there is no tenant of this slug.
    """
    with maintenance_transaction(f"limit {limit} of {slug}") as db:
        db.execute(select(func.sec.set_tenant_limit(slug, limit.value, most)))


def keep_default_limits() -> None:
    """Let the database refuse what goes beyond this process's configuration."""
    limits = {limit.value: most for limit, most in default_limits().items()}
    with maintenance_transaction("default limits") as db:
        db.execute(select(func.sec.keep_default_limits(cast(limits, JSONB))))


def suspend_tenant(slug: str) -> None:
    """Shut the tenant for everybody in it, from the next thing that anybody does there.

    A closing one is not erased meanwhile; its owner has to close it anew.

    Raises:
        NotFound: there is no tenant of this slug.
        Conflict: it is suspended already.
    """
    _set_status(slug, TenantStatus.SUSPENDED)


def resume_tenant(slug: str) -> None:
    """Open a suspended tenant again.

    Raises:
        NotFound: there is no tenant of this slug.
        Conflict: it is not suspended.
    """
    _set_status(slug, TenantStatus.ACTIVE)


def _set_status(slug: str, status: TenantStatus) -> None:
    with maintenance_transaction(f"status {status} of {slug}") as db:
        db.execute(select(func.sec.set_tenant_status(slug, status.value)))
