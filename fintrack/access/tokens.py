"""Access tokens: a JWT names, for minutes, a session that programs work with.

It carries the session's handle, so that the database decides at each request as it does for a
browser. Tenant and role in it say what the client asked for and got; they give no right.
"""

import base64
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from sqlalchemy import SmallInteger, column, func, select

from fintrack.access.sessions import session_of_handle
from fintrack.config import settings
from fintrack.context import TenantContext, UserSession
from fintrack.db import derived_key, maintenance_transaction, sign_in_transaction
from fintrack.errors import NotSignedIn

ALGORITHM = "HS256"
AUDIENCE = "fintrack api"
TYPE = "access"
CLAIMS = "iss aud sub sid tid role iat nbf exp jti typ".split()
LIFETIME = timedelta(minutes=10)
ENDED = "Your session has ended. Sign in again."
KEYS_SECONDS = 5.0

_keys: dict[str, tuple[float, dict[str, bytes]]] = {}


@dataclass(frozen=True, slots=True)
class Claimed:
    """The live session that an access token names, and the tenant it was issued for."""

    session: UserSession
    tenant_id: UUID | None


def access_token(session: UserSession, context: TenantContext | None) -> str:
    """Return a JWT of ten minutes for this session in this tenant, or in none."""
    now = int(time.time())
    claims = {
        "iss": _issuer(),
        "aud": AUDIENCE,
        "sub": str(session.user_id),
        "sid": base64.urlsafe_b64encode(session.handle).decode(),
        "tid": str(context.tenant_id) if context else "",
        "role": context.role.value if context else "",
        "iat": now,
        "nbf": now,
        "exp": now + int(LIFETIME.total_seconds()),
        "jti": uuid4().hex,
        "typ": TYPE,
    }
    keys = _live_keys()
    kid = max(keys, key=int)
    return jwt.encode(claims, keys[kid], ALGORITHM, headers={"kid": kid})


def claimed(token: str) -> Claimed:
    """Return what a JWT of ours claims, after its session was found to be live.

    Raises:
        NotSignedIn: it is none of ours, is expired or changed, or its session has ended.
    """
    claims = _verified(token)
    try:
        handle = base64.urlsafe_b64decode(claims["sid"])
        user_id = UUID(claims["sub"])
        tenant_id = UUID(claims["tid"]) if claims["tid"] else None
    except (ValueError, TypeError, AttributeError) as error:
        raise NotSignedIn(ENDED) from error
    session = session_of_handle(handle, kind="API")
    if session is None or session.user_id != user_id or session.bound_to is not None:
        raise NotSignedIn(ENDED)
    return Claimed(session, tenant_id)


def rotate_token_keys() -> int:
    """Let new tokens be signed with a new key and return its number; the one before still holds.

    What is signed with any older key is worth nothing from now on, after seconds in other
    processes.
    """
    with maintenance_transaction("rotation of the keys of access tokens") as db:
        kid: int = db.execute(select(func.sec.rotate_token_keys())).scalar_one()
    _keys.clear()
    return kid


def _verified(token: str) -> dict[str, Any]:
    try:
        key = _live_keys()[jwt.get_unverified_header(token)["kid"]]
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            [ALGORITHM],
            audience=AUDIENCE,
            issuer=_issuer(),
            options={"require": CLAIMS, "strict_aud": True},
        )
    except (jwt.PyJWTError, LookupError, TypeError, ValueError) as error:
        raise NotSignedIn(ENDED) from error
    if claims["typ"] != TYPE or claims["exp"] - claims["iat"] > LIFETIME.total_seconds():
        raise NotSignedIn(ENDED)
    return claims


def _issuer() -> str:
    return settings().base_url or "fintrack"


def _live_keys() -> dict[str, bytes]:
    """Return the keys by number; another process may have rotated them seconds ago."""
    known = func.sec.token_keys().table_valued(column("kid", SmallInteger()), column("salt"))
    until, keys = _keys.get("live", (0.0, {}))
    if time.monotonic() < until:
        return keys
    with sign_in_transaction() as db:
        rows = db.execute(select(known)).all()
    keys = {str(kid): derived_key(f"access token {kid} {salt.hex()}") for kid, salt in rows}
    _keys["live"] = (time.monotonic() + KEYS_SECONDS, keys)
    return keys
