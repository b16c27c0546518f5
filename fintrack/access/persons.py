"""Persons: what the installation holds on the one who signs in, and how he has himself erased."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, cast, func, select

from fintrack.access.sessions import require_confirmation
from fintrack.context import UserSession
from fintrack.db import sign_in_transaction

CONFIRM_EXPORT = "Before everything held on you is handed out, confirm that it is you."


class Fate(StrEnum):
    """What becomes of a tenant when one of its people is erased, or why he cannot be yet."""

    LEFT = "LEFT"
    ERASED = "ERASED"
    NEEDS_OWNER = "NEEDS_OWNER"
    SHUT = "SHUT"


@dataclass(frozen=True, slots=True)
class Tie:
    """A tenant that the person is in, and its fate."""

    tenant_id: UUID
    name: str
    fate: Fate


def personal_data(session: UserSession) -> bytes:
    """Return what is held on the user as JSON: profile, sessions, memberships, own events.

    Events of one transaction and kind are one entry. No figure of a tenant is in it.

    Raises:
        ConfirmationNeeded: the user did not show a moment ago that it is he.
    """
    require_confirmation(session, CONFIRM_EXPORT)
    with sign_in_transaction() as db:
        held = db.execute(select(func.sec.personal_data(session.handle))).scalar_one()
    return json.dumps(held, indent=2, ensure_ascii=False).encode()


def ties(session: UserSession) -> tuple[Tie, ...]:
    """Return the tenants that the user is in, by name, with what his erasure would do to each."""
    mine = func.sec.my_ties(session.handle).table_valued("tenant_id", "name", "fate")
    with sign_in_transaction() as db:
        rows = db.execute(select(mine)).all()
    return tuple(Tie(row.tenant_id, row.name, Fate(row.fate)) for row in rows)


def erase_person(session: UserSession, told: Collection[UUID]) -> None:
    """Erase the user for good, and the tenants that nobody else is in; others keep their figures.

    `told` are the tenants of which the user was told that they are erased with him.

    Raises:
        ConfirmationNeeded: the user did not show a moment ago that it is he.
        Conflict: he is the last owner of a tenant with others in it, or his tenants have changed.
    """
    known = cast(list(told), ARRAY(Uuid()))
    with sign_in_transaction() as db:
        db.execute(select(func.sec.erase_person(session.handle, known)))
