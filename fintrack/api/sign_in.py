"""Registering, and the tokens of a session: getting one, another tenant's, a fresh one, none."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from fintrack.access.api_tokens import revoke_api_token
from fintrack.access.sessions import (
    check_credentials,
    end_session,
    handle_of,
    open_api_session,
    session_of_handle,
)
from fintrack.access.tenants import NewTenant
from fintrack.access.tokens import ENDED, LIFETIME, access_token
from fintrack.access.users import NewUser, usual_country
from fintrack.api.actors import Asking, Person, member, tenant_of
from fintrack.api.calls import Call
from fintrack.api.fields import Country, Currency, Given, Secret, Slug, Text, Told
from fintrack.context import Flag, Role, TenantContext, TenantStatus, TenantType, UserSession
from fintrack.errors import NotFound, NotSignedIn
from fintrack.operations.letters import sign_up

SAME_MACHINE = "fintrack.same_machine"
Password = Annotated[str, Field(max_length=1000, examples=["three plain words"])]
Email = Annotated[Text, Field(examples=["ana@example.org"])]
router = APIRouter(tags=["sign-in"], route_class=Call)


class TenantGiven(Given):
    """A tenant to make; without a country it gets that of its currency."""

    name: Annotated[Text, Field(examples=["Rivera family"])]
    type: TenantType
    currency: Currency
    country: Country | None = None


class RegistrationGiven(Given):
    """Who registers; `token` is an invitation's, or the one-time one of an empty installation."""

    email: Email
    name: Annotated[Text, Field(examples=["Ana Rivera"])]
    password: Password
    tenant: TenantGiven | None = None
    token: Secret | None = None


class Credentials(Given):
    """What a user signs in with; `tenant` is a slug or an id, the first of mine by default."""

    email: Email
    password: Password
    tenant: Slug | None = None
    code: Annotated[Text, Field(description="Of the second factor, where there is one.")] = ""


class Refresh(Given):
    """What a session is continued with when its access token has expired."""

    refresh_token: Secret
    tenant: Slug | None = None


class Switch(Given):
    """The tenant that the next token is for, by slug or id."""

    tenant: Slug


class UserTold(Told):
    """A user."""

    id: UUID
    email: str
    name: str


class Membership(Told):
    """One of my tenants, and what I am in it."""

    id: UUID
    slug: str
    name: str
    type: TenantType
    role: Role
    flags: list[Flag]
    status: TenantStatus
    currency: str
    closes_at: datetime | None


class Token(Told):
    """A token for `Authorization: Bearer`, and what it is for."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(description="Seconds.", examples=[600])]
    tenant: Membership | None


class NewToken(Token):
    """The first token of a session, with what the session is continued with."""

    refresh_token: Annotated[str, Field(description="For POST /token/refresh, until sign-out.")]
    user: UserTold


class Me(Told):
    """Who I am, and where."""

    user: UserTold
    memberships: list[Membership]


class Waiting(Told):
    """The registration is finished by a mailed link."""

    status: Literal["confirm"]


@router.post(
    "/register", status_code=201, response_model=NewToken, responses={202: {"model": Waiting}}
)
def register(given: RegistrationGiven, request: Request) -> NewToken | JSONResponse:
    """Make a user, a tenant and its OWNER membership; sign the user in."""
    user = NewUser(given.email, given.name, given.password)
    user_id = sign_up(
        user,
        new_tenant(given.tenant) if given.tenant else None,
        token=given.token,
        same_machine=bool(request.scope.get(SAME_MACHINE)),
        address=_address(request),
    )
    if user_id is None:
        return JSONResponse(Waiting(status="confirm").model_dump(), 202)
    return _signed_in(request, user_id, None)


@router.post("/token")
def sign_in(given: Credentials, request: Request) -> NewToken:
    """Sign in, and get a token for one of my tenants."""
    user_id = check_credentials(given.email, given.password, _address(request), given.code)
    return _signed_in(request, user_id, given.tenant)


@router.post("/token/refresh")
def refresh(given: Refresh) -> Token:
    """Get a fresh token for a session that has not ended."""
    session = session_of_handle(handle_of(given.refresh_token), kind="API")
    if session is None or session.bound_to is not None:
        raise NotSignedIn(ENDED)
    return _token(session, tenant_of(session, given.tenant))


@router.post("/token/switch")
def switch(given: Switch, session: Person) -> Token:
    """Get a token for another of my tenants."""
    return _token(session, tenant_of(session, given.tenant))


@router.delete("/token", status_code=204)
def sign_out(asking: Asking) -> Response:
    """End the session and every access token of it, or the API token that asks."""
    if asking.is_token:
        revoke_api_token(member(asking), asking.session.id)
    else:
        end_session(asking.session, asking.session.id)
    return Response(status_code=204)


def told(context: TenantContext) -> Membership:
    """Return the tenant as its member is told of it."""
    return Membership(
        id=context.tenant_id,
        slug=context.slug,
        name=context.name,
        type=context.type,
        role=context.role,
        flags=sorted(context.flags),
        status=context.status,
        currency=context.currency,
        closes_at=context.closes_at,
    )


def user_told(session: UserSession) -> UserTold:
    """Return the user as he is told of himself."""
    return UserTold(id=session.user_id, email=session.email, name=session.name)


def new_tenant(given: TenantGiven) -> NewTenant:
    """Return the tenant to make."""
    country = given.country or usual_country(given.currency)
    return NewTenant(given.name, given.type, given.currency, country)


def _signed_in(request: Request, user_id: UUID, tenant: str | None) -> NewToken:
    agent = request.headers.get("user-agent", "")
    secret = open_api_session(user_id, agent=agent, address=_address(request))
    session = session_of_handle(handle_of(secret), kind="API")
    if session is None:
        raise NotSignedIn(ENDED)
    try:
        token = _token(session, tenant_of(session, tenant))
    except NotFound:
        end_session(session, session.id)
        raise
    return NewToken(**token.model_dump(), refresh_token=secret, user=user_told(session))


def _token(session: UserSession, context: TenantContext | None) -> Token:
    return Token(
        access_token=access_token(session, context),
        token_type="Bearer",  # noqa: S106 - no password, what RFC 6750 calls it
        expires_in=int(LIFETIME.total_seconds()),
        tenant=told(context) if context else None,
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
