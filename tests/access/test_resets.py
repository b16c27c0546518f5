"""A forgotten password: the same answer to everybody, and a link that works once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from fintrack.access.resets import (
    new_reset_token,
    operators_reset_token,
    reset_email,
    reset_password,
)
from fintrack.access.sessions import check_credentials, open_session, session_of_handle
from fintrack.access.tickets import issue_sign_in_ticket, redeem_sign_in_ticket
from fintrack.context import TenantContext
from fintrack.db import sign_in_transaction
from fintrack.errors import (
    CodeNeeded,
    InvalidInput,
    NotFound,
    NotSignedIn,
    TooManyAttempts,
)
from fintrack.security_schema import Ticket, User
from tests.access.phone import Phone
from tests.access.test_sign_in import HERE, counted
from tests.access.waiting import lengthen_waits
from tests.conftest import PASSWORD
from tests.databases import Database

NEW = "four other plain words"


@pytest.fixture
def token(ana: TenantContext) -> str:
    """What the mail to Ana holds."""
    issued = new_reset_token(" ANA@Example.org", HERE)
    assert issued is not None
    return issued


def test_g8_a_reset_link_gives_a_new_password(ana: TenantContext, token: str) -> None:
    assert reset_email(token) == ana.session.email
    reset_password(token, NEW)
    assert check_credentials(ana.session.email, NEW, HERE) == ana.user_id
    with pytest.raises(NotSignedIn):
        check_credentials(ana.session.email, PASSWORD, HERE)


def verified(context: TenantContext) -> bool:
    """Return whether a mailed link proved the user's address."""
    with sign_in_transaction() as db:
        moment = db.scalar(select(User.verified_at).where(User.id == context.user_id))
    return moment is not None


def test_a_mailed_reset_proves_the_address(ana: TenantContext, token: str) -> None:
    assert not verified(ana)
    reset_password(token, NEW)
    assert verified(ana)


def test_a_reset_that_the_operator_hands_over_proves_no_address(ana: TenantContext) -> None:
    reset_password(operators_reset_token(ana.session), NEW)
    assert not verified(ana)


def test_g8_a_reset_link_works_once(token: str) -> None:
    reset_password(token, NEW)
    with pytest.raises(NotFound):
        reset_email(token)
    with pytest.raises(NotFound):
        reset_password(token, "five more plain words here")


def test_g8_of_eight_who_use_a_reset_link_at_once_one_succeeds(
    ana: TenantContext, token: str
) -> None:
    def attempt(number: int) -> bool:
        try:
            reset_password(token, f"{NEW} {number}")
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(attempt, range(8)))
    assert sum(won) == 1
    assert check_credentials(ana.session.email, f"{NEW} {won.index(True)}", HERE) == ana.user_id


def test_g8_a_reset_link_is_good_for_an_hour(token: str) -> None:
    with sign_in_transaction() as db:
        db.execute(update(Ticket).values(expires_at=Ticket.expires_at - timedelta(minutes=59)))
    reset_email(token)
    with sign_in_transaction() as db:
        db.execute(update(Ticket).values(expires_at=Ticket.expires_at - timedelta(minutes=1)))
    with pytest.raises(NotFound):
        reset_password(token, NEW)


def test_g8_a_made_up_reset_link_is_told_like_a_used_one(token: str) -> None:
    reset_password(token, NEW)
    said = set()
    for each in (token, "made up", ""):
        with pytest.raises(NotFound) as caught:
            reset_password(each, NEW)
        said.add(str(caught.value))
    assert len(said) == 1


def test_g8_a_ticket_for_something_else_resets_nothing(ana: TenantContext) -> None:
    with pytest.raises(NotFound):
        reset_password(issue_sign_in_ticket(ana.user_id, "nonce", remember=True), NEW)


def test_g8_a_reset_link_signs_nobody_in(token: str) -> None:
    with pytest.raises(NotFound):
        redeem_sign_in_ticket(token, "nonce")


def test_g8_a_password_that_cannot_be_used_leaves_the_link_as_it_was(token: str) -> None:
    for password in ("short", "ana@example.org"):
        with pytest.raises(InvalidInput):
            reset_password(token, password)
    reset_password(token, NEW)


def test_g8_a_reset_ends_every_session_and_every_other_link(
    ana: TenantContext, cleo: TenantContext, token: str
) -> None:
    later = new_reset_token(ana.session.email, HERE)
    ticket = issue_sign_in_ticket(ana.user_id, "nonce", remember=True)
    open_session(ana.user_id, remember=True, agent="Phone", address=HERE)
    reset_password(token, NEW)
    assert session_of_handle(ana.session.handle) is None
    assert session_of_handle(cleo.session.handle) is not None
    with pytest.raises(NotFound):
        reset_password(str(later), "five more plain words here")
    with pytest.raises(NotFound):
        redeem_sign_in_ticket(ticket, "nonce")


def test_g8_a_reset_does_not_take_the_second_factor_off(
    ana: TenantContext, recovery: tuple[str, ...], phone: Phone, token: str
) -> None:
    reset_password(token, NEW)
    with pytest.raises(CodeNeeded):
        check_credentials(ana.session.email, NEW, HERE)
    assert check_credentials(ana.session.email, NEW, HERE, phone.code()) == ana.user_id


def test_g8_asking_for_a_reset_costs_the_same_for_known_and_unknown_addresses(
    ana: TenantContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = []
    for email in (ana.session.email, "nobody@example.org", "", "no address at all"):
        with counted(monkeypatch) as seen:
            new_reset_token(email, HERE)
        costs.append(dict(seen))
    assert costs == costs[:1] * 4
    assert costs[0]["statements"] > 0


@pytest.mark.parametrize("email", ["ana@example.org", "nobody@example.org"])
def test_g5_asking_again_and_again_has_to_wait(ana: TenantContext, email: str) -> None:
    for _ in range(6):
        new_reset_token(email, HERE)
    lengthen_waits()
    with pytest.raises(TooManyAttempts):
        new_reset_token(email, HERE)


def test_no_reset_token_is_kept_as_it_is(token: str, database: Database) -> None:
    with database.administrator() as admin:
        rows = admin.execute("select row_to_json(t)::text from sec.ticket t").fetchall()
    assert len(rows) == 1
    assert token not in rows[0][0]
