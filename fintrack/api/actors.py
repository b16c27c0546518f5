"""Who asks: the bearer of an access token of minutes, or of an API token that a program keeps."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from fintrack.access.api_tokens import PREFIX
from fintrack.access.sessions import handle_of, session_of_handle
from fintrack.access.tenants import NO_SUCH_TENANT, my_tenants
from fintrack.access.tokens import ENDED, claimed
from fintrack.context import TenantContext, UserSession
from fintrack.errors import NotFound, NotSignedIn, PermissionDenied

NO_TENANT = "This token is for no tenant. Ask for one with POST /token/switch, or make a tenant."
FOR_PEOPLE = "An API token is for one tenant alone. Sign in with POST /token for this."
SIGN_IN = "Sign in first: send Authorization: Bearer with a token of POST /token."

# Where the request keeps who asks, once that is known.
ACTOR = "fintrack.actor"

bearer = HTTPBearer(
    auto_error=False,
    description="An access token of POST /token, or an API token that begins with ftk_.",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A live session, and the tenant that the bearer's token is for."""

    session: UserSession
    tenant_id: UUID | None

    @property
    def is_token(self) -> bool:
        """Return whether a program asks with a token that it keeps."""
        return self.session.bound_to is not None


def actor(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Actor:
    """Return who asks.

    Raises:
        NotSignedIn: there is no token.
    """
    known: Actor | None = request.scope.get(ACTOR)
    if known is None:
        raise NotSignedIn(SIGN_IN)
    return known


def actor_of(token: str) -> Actor:
    """Return whose token it is.

    Raises:
        NotSignedIn: it is none of ours, or its session has ended.
    """
    if token.startswith(PREFIX):
        session = session_of_handle(handle_of(token), kind="API")
        if session is None or session.bound_to is None:
            raise NotSignedIn(ENDED)
        return Actor(session, session.bound_to)
    found = claimed(token)
    return Actor(found.session, found.tenant_id)


def member(asking: Annotated[Actor, Depends(actor)]) -> TenantContext:
    """Return the proof of the bearer's membership in the token's tenant.

    Raises:
        NotSignedIn: the membership has ended; said as of a session.
        NotFound: the token is for no tenant.
    """
    if asking.tenant_id is None:
        raise NotFound(NO_TENANT)
    for context in my_tenants(asking.session):
        if context.tenant_id == asking.tenant_id:
            return context
    raise NotSignedIn(ENDED)


def person(asking: Annotated[Actor, Depends(actor)]) -> UserSession:
    """Return the session of whoever signed in with a password.

    Raises:
        PermissionDenied: a program asks, whose token is for one tenant alone.
    """
    if asking.is_token:
        raise PermissionDenied(FOR_PEOPLE)
    return asking.session


def maybe_person(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> UserSession | None:
    """Return the session of whoever signed in, None for whoever did not."""
    known: Actor | None = request.scope.get(ACTOR)
    return known.session if known else None


def tenant_of(session: UserSession, wanted: str | None) -> TenantContext | None:
    """Return the user's tenant of this slug or id; the first one without, None where there is none.

    Raises:
        NotFound: it does not exist, or is not the user's.
    """
    mine = my_tenants(session)
    if wanted is None:
        return mine[0] if mine else None
    for context in mine:
        if wanted in {context.slug, str(context.tenant_id)}:
            return context
    raise NotFound(NO_SUCH_TENANT)


Asking = Annotated[Actor, Depends(actor)]
Member = Annotated[TenantContext, Depends(member)]
Person = Annotated[UserSession, Depends(person)]
MaybePerson = Annotated[UserSession | None, Depends(maybe_person)]
