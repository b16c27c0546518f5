"""Letters: what FinTrack writes to people who are invited, register, or forgot their password."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode
from uuid import UUID

from fintrack.access.acceptance import InvitationPreview, preview_invitation
from fintrack.access.registrations import (
    PendingRegistration,
    ask_to_prove_address,
    begin_registration,
)
from fintrack.access.resets import new_reset_token
from fintrack.access.tenants import NewTenant
from fintrack.access.users import NewUser, is_finished_by_mail, register
from fintrack.config import settings
from fintrack.context import UserSession
from fintrack.errors import Unavailable
from fintrack.operations.mail import Delivery, Letter, send

NOT_SENT = "The mail could not be sent. Try again in a few minutes, or tell whoever runs this."
INVITATION = """{inviter} invites you to {tenant} in FinTrack, as {role}.
{message}
See what it is before you accept or decline:
{link}

The link is for {email} and valid until {until}. If you do not want to join, do nothing.
"""
CONFIRMATION = """Hello,

you asked for a FinTrack account with this address. Finish it within a day:
{link}

If it was not you, do nothing: there is no account until somebody finishes it with the password.
"""
KNOWN = """Hello,

somebody, probably you, asked for a FinTrack account with this address. You have one: sign in at
{link}

If it was not you, there is nothing to do.
"""
PROOF = """Hello,

this link proves within a day that you get the mail of this address:
{link}

Open it where you are signed in to FinTrack. If you did not ask for it, do nothing.
"""
RESET = """Hello,

somebody, probably you, forgot the password of this address in FinTrack. Choose a new one within an
hour; the link works once:
{link}

If it was not you, do nothing: the password stays as it is.
"""
# For a mail that only some addresses get nobody waits: how long it takes would tell which.
_POST = ThreadPoolExecutor(1, "mail")


def mail_invitation(token: str) -> Delivery:
    """Send the link of a committed invitation to its address, and return what became of it."""
    preview = preview_invitation(token)
    if preview is None or preview.email is None or settings().mail is None:
        return Delivery.NO_SERVER
    subject = f"{preview.inviter} invites you to {preview.tenant_name}"
    return send(Letter(preview.email, subject, _invitation_text(preview, token)))


def sign_up(
    user: NewUser,
    tenant: NewTenant | None = None,
    *,
    token: str | None = None,
    same_machine: bool = False,
    address: str = "",
) -> UUID | None:
    """Make the account and return the user's id, or mail the link that makes it and return None.

    None says nothing about whether the address has an account already.

    Raises:
        InvalidInput: name, address, password or tenant cannot be used.
        PermissionDenied: this visitor may not register here.
        Conflict: the address has an account, and no mail could tell only its owner.
        TooManyAttempts: with the time to wait.
        Unavailable: the mail could not be sent.
    """
    invitation = preview_invitation(token) if token else None
    if not is_finished_by_mail(invitation):
        return register(user, tenant, token=token, same_machine=same_machine, address=address)
    pending = begin_registration(
        user, tenant, token=token, same_machine=same_machine, address=address
    )
    kept = {"invitation": token} if invitation and token else {}
    _send_or_refuse(_registration_letter(pending, kept))
    return None


def mail_proof(session: UserSession, token: str) -> None:
    """Send the user the link that proves the address and leads back to the invitation `token`.

    Raises:
        TooManyAttempts: with the time to wait.
        Unavailable: the mail could not be sent.
    """
    link = _link(address=ask_to_prove_address(session), invitation=token)
    _send_or_refuse(Letter(session.email, "Prove your address", PROOF.format(link=link)))


def mail_reset_link(email: str, address: str) -> None:
    """Mail the owner of the address a link for a new password; nothing tells whether there is one.

    Raises:
        TooManyAttempts: with the time to wait; known and unknown addresses alike.
    """
    token = new_reset_token(email, address)
    if token is not None:
        text = RESET.format(link=_link(reset=token))
        _POST.submit(send, Letter(email.strip(), "A new password for FinTrack", text))


def _invitation_text(preview: InvitationPreview, token: str) -> str:
    return INVITATION.format(
        inviter=preview.inviter,
        tenant=preview.tenant_name,
        role=preview.role.lower(),
        message=f"\n{preview.message}\n" if preview.message else "",
        link=_link(invitation=token),
        email=preview.email,
        until=f"{preview.expires_at:%d %b %Y, %H:%M} UTC",
    )


def _registration_letter(pending: PendingRegistration, kept: dict[str, str]) -> Letter:
    if pending.is_known:
        text = KNOWN.format(link=_link(**kept))
        return Letter(pending.email, "You have an account already", text)
    text = CONFIRMATION.format(link=_link(confirm=pending.token, **kept))
    return Letter(pending.email, "Finish your registration", text)


def _link(**query: str) -> str:
    return f"{settings().base_url}/?{urlencode(query)}" if query else f"{settings().base_url}/"


def _send_or_refuse(letter: Letter) -> None:
    if send(letter) is not Delivery.SENT:
        raise Unavailable(NOT_SENT)
