"""Letters with which forgotten passwords are replaced."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from fintrack.access.resets import new_reset_token
from fintrack.config import settings
from fintrack.operations.mail import Letter, send

SUBJECT = "A new password for FinTrack"
RESET = """Hello,

somebody, probably you, forgot the password of this address in FinTrack. Choose a new one within an
hour; the link works once:
{link}

If it was not you, do nothing: the password stays as it is.
"""
# Nobody waits for the mail server: how long it takes would tell who has an account.
_POST = ThreadPoolExecutor(1, "mail")


def mail_reset_link(email: str, address: str) -> None:
    """Mail the owner of the address a link for a new password; nothing tells whether there is one.

    Raises:
        TooManyAttempts: with the time to wait; known and unknown addresses alike.
    """
    token = new_reset_token(email, address)
    if token is not None:
        link = f"{settings().base_url}/?{urlencode({'reset': token})}"
        _POST.submit(send, Letter(email.strip(), SUBJECT, RESET.format(link=link)))
