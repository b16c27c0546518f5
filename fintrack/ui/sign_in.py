"""Sign-in through streamlit-authenticator, which asks FinTrack instead of a list of all users.

Of the package only its controller is used: never its cookie, registration, reset or second factor.
"""

import secrets
from uuid import UUID

from streamlit_authenticator.controllers import AuthenticationController

from fintrack.access import sessions
from fintrack.access.tickets import issue_sign_in_ticket
from fintrack.errors import NotSignedIn
from fintrack.ui.session import Visitor, address

NO_COOKIES = "Your browser keeps no cookies of this page. Allow them, load it again, then sign in."


class FrontDoor(AuthenticationController):  # type: ignore[misc]  # the package carries no types
    """The package's controller, knowing nobody; it lives for one attempt."""

    def __init__(self, password: str, network_address: str, code: str) -> None:
        super().__init__({"usernames": {}}, auto_hash=False, secret_key=secrets.token_hex())
        self.password, self.network_address, self.code = password, network_address, code
        self.user_id: UUID | None = None
        self.authentication_model.check_credentials = self.check_credentials

    def check_credentials(self, username: str, _stripped: str) -> bool:
        """Ask FinTrack, with the password as it was typed: the package cuts spaces off."""
        self.user_id = sessions.check_credentials(
            username, self.password, self.network_address, self.code
        )
        self.authentication_model.credentials["usernames"][username] = {"email": username}
        return True


def checked_user(email: str, password: str, network_address: str, code: str = "") -> UUID:
    """Return the id of the user whose address and password these are, and code if there is one.

    Raises:
        NotSignedIn: they are not, or one is missing.
        CodeNeeded: the password is right, and a code is missing.
        TooManyAttempts: with the time to wait.
    """
    door = FrontDoor(password, network_address, code)
    door.login(email, password)
    if door.user_id is None:
        raise NotSignedIn(sessions.WRONG)
    return door.user_id


def cookie_address(user_id: UUID, visitor: Visitor, next_path: str, *, remember: bool) -> str:
    """Return the address that turns a checked password into this browser's cookie, once.

    Raises:
        NotSignedIn: the browser keeps no cookies.
    """
    if not visitor.browser:
        raise NotSignedIn(NO_COOKIES)
    ticket = issue_sign_in_ticket(user_id, visitor.browser, remember=remember)
    return address("/auth/ticket", ticket=ticket, next=next_path)
