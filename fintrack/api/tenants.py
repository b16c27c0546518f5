"""Who I am, my tenants, and the settings of the one that the token is for."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import MISSING, Field

from fintrack.access.tenants import (
    CHANGED,
    change_settings,
    close_tenant,
    create_tenant,
    enter_tenant,
    my_tenants,
    reopen_tenant,
    tenant_settings,
)
from fintrack.api.actors import Asking, Member, Person
from fintrack.api.calls import Call
from fintrack.api.fields import Country, Currency, Given, Text, Told
from fintrack.api.pages import Page, Paging, page
from fintrack.api.sign_in import Me, Membership, TenantGiven, new_tenant, told, user_told
from fintrack.api.versions import IfMatchNumber, name_version
from fintrack.context import Role, TenantContext, TenantStatus, TenantType
from fintrack.errors import InvalidInput, Outdated

ALONE = "Change the status on its own, without other settings."
OPERATORS = "Only whoever runs this FinTrack suspends a tenant. Close it, or leave it as it is."
router = APIRouter(tags=["tenants"], route_class=Call)


class TenantChange(Given):
    """New settings; what is not named stays. The status is changed on its own."""

    name: Text | MISSING = MISSING
    type: TenantType | MISSING = MISSING
    currency: Currency | MISSING = MISSING
    country: Country | MISSING = MISSING
    locale: Annotated[Text, Field(examples=["en_GB"])] | MISSING = MISSING
    time_zone: Annotated[Text, Field(examples=["Europe/Madrid"])] | MISSING = MISSING
    fiscal_year_start: Annotated[int, Field(ge=1, le=12, description="A month.")] | MISSING = (
        MISSING
    )
    colour: Annotated[Text, Field(max_length=20)] | MISSING = MISSING
    status: TenantStatus | MISSING = MISSING


class TenantTold(Told):
    """A tenant with its settings, and what I am in it."""

    id: UUID
    slug: str
    name: str
    type: TenantType
    role: Role
    currency: str
    country: str
    locale: str
    time_zone: str
    fiscal_year_start: int
    colour: str
    status: TenantStatus
    closes_at: Annotated[datetime | None, Field(description="When a closing one is erased.")]
    version: int


@router.get("/me")
def me(asking: Asking) -> Me:
    """Return who I am and where I am a member; a program sees the tenant of its token."""
    session = asking.session
    return Me(user=user_told(session), memberships=[told(each) for each in my_tenants(session)])


@router.get("/tenants")
def list_tenants(asking: Asking, wanted: Paging) -> Page[Membership]:
    """List my tenants by name, the sample last."""
    session = asking.session
    return page(session.user_id, "tenants", [told(each) for each in my_tenants(session)], wanted)


@router.post("/tenants", status_code=201)
def make_tenant(session: Person, given: TenantGiven) -> Membership:
    """Make a tenant that I own; POST /token/switch gives a token for it."""
    return told(create_tenant(session, new_tenant(given)))


@router.get("/tenants/current")
def current_tenant(context: Member, response: Response) -> TenantTold:
    """Return the tenant that the token is for."""
    return _tenant_told(context, response)


@router.patch("/tenants/current")
def change_tenant(
    context: Member, given: TenantChange, version: IfMatchNumber, response: Response
) -> TenantTold:
    """Change settings, or close and reopen the tenant by its status."""
    values = given.model_dump()
    status = values.pop("status", None)
    if status and values:
        raise InvalidInput(ALONE)
    if status:
        return _tenant_told(_with_status(context, status, version), response)
    known = tenant_settings(context)
    wanted: dict[str, Any] = {**values, "version": known.version if version is None else version}
    return _tenant_told(change_settings(context, replace(known, **wanted)), response)


@router.delete("/tenants/current")
def end_tenant(context: Member, version: IfMatchNumber, response: Response) -> TenantTold:
    """Close the tenant: it can be read, exported and reopened for 30 days, then it is erased.

    It needs a sign-in of the last ten minutes.
    """
    return _tenant_told(_with_status(context, TenantStatus.CLOSING, version), response)


def _with_status(
    context: TenantContext, status: TenantStatus, version: int | None
) -> TenantContext:
    if status is TenantStatus.SUSPENDED:
        raise InvalidInput(OPERATORS)
    if status is context.status:
        if version not in {None, tenant_settings(context).version}:
            raise Outdated(CHANGED)
        return context
    if status is TenantStatus.ACTIVE:
        return reopen_tenant(context.session, context.slug, version)
    close_tenant(context, context.name, version)
    return enter_tenant(context.session, context.slug)


def _tenant_told(context: TenantContext, response: Response) -> TenantTold:
    known = tenant_settings(context)
    name_version(response, known.version)
    names = {name: getattr(context, name) for name in ("slug", "role", "closes_at")}
    return TenantTold(id=context.tenant_id, **names, **asdict(known))
