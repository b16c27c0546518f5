"""Invitations: offered, sent again, taken back, and accepted by whom they are for."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from fintrack.access.acceptance import InvitationPreview, accept_invitation, preview_invitation
from fintrack.access.invitations import (
    NOT_PENDING,
    USUAL_DAYS,
    Terms,
    invitations,
    invite_member,
    resend_invitation,
    revoke_invitation,
)
from fintrack.api.actors import MaybePerson, Member, Person
from fintrack.api.calls import Call
from fintrack.api.fields import Given, Secret, Text, Told
from fintrack.api.levels import Level
from fintrack.api.pages import Page, Paging, page, row_of
from fintrack.api.sign_in import Membership, told
from fintrack.context import Flag, Role, TenantContext, TenantType
from fintrack.errors import NotFound
from fintrack.operations.letters import mail_invitation
from fintrack.operations.mail import Delivery

NOT_VALID = "This invitation is not valid, or no longer. Ask for a new one."
Days = Annotated[int, Field(ge=1, le=30)]
router = APIRouter(prefix="/invitations", tags=["people"], route_class=Call)


class Share(Given):
    """An own private account that whoever accepts will see."""

    account: UUID
    level: Level


class InvitationGiven(Given):
    """An offer: for one address, or without one a link for whoever has it."""

    email: Annotated[Text | None, Field(examples=["ben@example.org"])] = None
    role: Role
    flags: list[Flag] | None = None
    shares: tuple[Share, ...] = ()
    message: Text = ""
    expires_in_days: Days = USUAL_DAYS
    most_uses: Annotated[int, Field(ge=1, le=100)] = 1
    mail_domain: Text | None = None


class Renewal(Given):
    """How long the invitation holds from now on."""

    expires_in_days: Annotated[Days, Field(examples=[7])] = USUAL_DAYS


class Acceptance(Given):
    """The token of the invitation."""

    token: Secret


class InvitationTold(Told):
    """A pending invitation; void is what nobody stands behind any more."""

    id: UUID
    email: str | None
    mail_domain: str | None
    role: Role
    flags: list[Flag]
    message: str
    uses: int
    most_uses: int
    created_by: UUID
    created_at: datetime
    expires_at: datetime
    is_expired: bool
    is_void: bool


class InvitationMade(InvitationTold):
    """An invitation with its token, which is told this once."""

    token: str
    mailed: Annotated[bool, Field(description="Whether the mail server took the letter.")]


class SharedAccount(Told):
    """An account that will be visible."""

    name: str
    level: Level


class Offer(Told):
    """What an invitation offers, to whom."""

    tenant: str
    type: TenantType
    role: Role
    flags: list[Flag]
    email: str | None
    mail_domain: str | None
    message: str
    inviter: str
    expires_at: datetime
    is_for_you: bool
    accounts: list[SharedAccount]


@router.get("")
def list_invitations(context: Member, wanted: Paging) -> Page[InvitationTold]:
    """List the pending invitations, the latest first."""
    rows = invitations(context).to_dict("records")
    return page(
        context.tenant_id, "invitations", [InvitationTold(**_values(row)) for row in rows], wanted
    )


@router.post("", status_code=201)
def invite(context: Member, given: InvitationGiven) -> InvitationMade:
    """Invite somebody; a configured mail server is handed the link as well."""
    terms = Terms(
        flags=None if given.flags is None else frozenset(given.flags),
        message=given.message,
        days=given.expires_in_days,
        shares={each.account: each.level.share for each in given.shares},
        most_uses=given.most_uses,
        mail_domain=given.mail_domain,
    )
    return _made(context, invite_member(context, given.email, given.role, terms))


@router.get("/accept")
def preview(
    session: MaybePerson, token: Annotated[Text, Query(description="Of the invitation.")]
) -> Offer:
    """Say what an invitation offers, before accepting or registering."""
    offered = preview_invitation(token, session)
    if offered is None:
        raise NotFound(NOT_VALID)
    return _offer(offered)


@router.post("/accept", status_code=201)
def accept(session: Person, given: Acceptance) -> Membership:
    """Join the tenant that an invitation offers to me."""
    return told(accept_invitation(session, given.token))


@router.delete("/{invitation_id}", status_code=204)
def revoke(context: Member, invitation_id: UUID) -> Response:
    """Make an invitation worthless."""
    revoke_invitation(context, invitation_id)
    return Response(status_code=204)


@router.post("/{invitation_id}/resend")
def resend(context: Member, invitation_id: UUID, given: Renewal | None = None) -> InvitationMade:
    """Give an invitation a new token and a new date; the old token is worthless."""
    days = (given or Renewal()).expires_in_days
    return _made(context, resend_invitation(context, invitation_id, days=days))


def _made(context: TenantContext, token: str) -> InvitationMade:
    offered = preview_invitation(token)
    if offered is None:
        raise NotFound(NOT_PENDING)
    row = row_of(invitations(context), offered.id, NOT_PENDING)
    is_sent = mail_invitation(token) is Delivery.SENT
    return InvitationMade(**_values(row), token=token, mailed=is_sent)


def _values(row: dict[Any, Any]) -> dict[str, Any]:
    known = {name: row[name] or None for name in ("email", "mail_domain")}
    return {**row, **known, "flags": row["flags"].split()}


def _offer(offered: InvitationPreview) -> Offer:
    return Offer(
        tenant=offered.tenant_name,
        type=offered.tenant_type,
        accounts=[
            SharedAccount(name=name, level=Level(level.lower())) for name, level in offered.accounts
        ],
        **{
            name: getattr(offered, name)
            for name in Offer.model_fields
            if name not in {"tenant", "type", "accounts", "flags"}
        },
        flags=sorted(offered.flags),
    )
