"""API tokens: what a program keeps for one member of one tenant, with scopes and an end.

A token never does more than its member may at that moment, and ends with his membership.
"""

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import pandas as pd
from sqlalchemy import ARRAY, DateTime, Text, Uuid, cast, column, func, select

from fintrack.access.sessions import handle_of, stored_handle
from fintrack.context import Permission, TenantContext
from fintrack.db import sign_in_transaction
from fintrack.errors import InvalidInput
from fintrack.frames import Shape, read_frame
from fintrack.schema import new_id
from fintrack.texts import neutral, required

API_TOKENS: Shape = {
    "id": "str",
    "user_id": "str",
    "member": "str",
    "name": "str",
    "scopes": "str",
    "created_at": "datetime64[us, UTC]",
    "seen_at": "datetime64[us, UTC]",
    "expires_at": "datetime64[us, UTC]",
}
PREFIX = "ftk_"
LONGEST_NAME = 80
USUAL_DAYS, MOST_DAYS = 90, 366


class Scope(StrEnum):
    """What a token may do of what its member may; every token reads."""

    READ = "READ"
    EXPORT = "EXPORT"
    WRITE = "WRITE"


def create_api_token(
    context: TenantContext, name: str, scopes: Collection[Scope], days: int = USUAL_DAYS
) -> str:
    """Return a new token for a program of the member's, which is kept nowhere.

    Raises:
        PermissionDenied: the member may not use API tokens.
        ConfirmationNeeded: the member did not show a moment ago that it is he.
        InvalidInput: the name is missing or too long, or the days are not 1 to 366.
    """
    context.require(Permission.USE_API)
    kept = required(neutral(name), "name of the token", LONGEST_NAME)
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"A token is valid for 1 to {MOST_DAYS} days.")
    token_id = new_id()
    token = f"{PREFIX}{token_id.hex}_{secrets.token_urlsafe(32)}"
    made = func.sec.add_api_token(
        context.session.handle,
        context.tenant_id,
        token_id,
        stored_handle(handle_of(token)),
        kept,
        cast(sorted({Scope.READ, *scopes}), ARRAY(Text())),
        cast(datetime.now(UTC) + timedelta(days=days), DateTime(timezone=True)),
    )
    with sign_in_transaction() as db:
        db.execute(select(made))
    return token


def api_tokens(context: TenantContext) -> pd.DataFrame:
    """Return the member's tokens for this tenant, an owner's everybody's, by name: `API_TOKENS`.

    Scopes are words with a blank between them.

    Raises:
        PermissionDenied: the member may not use API tokens.
    """
    context.require(Permission.USE_API)
    names = [column("scopes", ARRAY(Text())) if n == "scopes" else column(n) for n in API_TOKENS]
    found = func.sec.api_tokens(context.session.handle, context.tenant_id).table_valued(*names)
    scopes = func.array_to_string(found.c.scopes, " ")
    columns = [scopes if name == "scopes" else found.c[name] for name in API_TOKENS]
    ordered = select(*columns).order_by(func.lower(found.c.name), found.c.id)
    with sign_in_transaction() as db:
        return read_frame(db, ordered, API_TOKENS)


def revoke_api_token(context: TenantContext, token_id: UUID) -> None:
    """End an own token, or as an owner anybody's for this tenant, at its next request.

    Raises:
        PermissionDenied: the member may not use API tokens.
        NotFound: there is no such token.
    """
    context.require(Permission.USE_API)
    revoked = func.sec.revoke_api_token(
        context.session.handle, context.tenant_id, cast(token_id, Uuid())
    )
    with sign_in_transaction() as db:
        db.execute(select(revoked))
