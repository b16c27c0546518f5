"""No address can be probed: whoever asks gets the same words, the same status, at the same cost."""

from collections.abc import Callable

import pytest

from fintrack.access.acceptance import accept_invitation, preview_invitation
from fintrack.access.invitations import invite_member
from fintrack.access.resets import new_reset_token
from fintrack.access.sessions import check_credentials
from fintrack.access.users import registration_offer
from fintrack.context import Role, TenantContext
from fintrack.errors import FinTrackError
from tests.access.test_sign_in import HERE, counted

Answer = tuple[str, str, int, dict[str, int]]


def answer(ask: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Return kind, words and status of a refusal, if it is one, and what the asking cost."""
    with counted(monkeypatch) as seen:
        try:
            ask()
        except FinTrackError as error:
            return type(error).__name__, str(error), error.status, seen
    return "", "", 200, seen


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda email: check_credentials(email, "not it", HERE), id="sign-in"),
        pytest.param(lambda email: check_credentials(email, "", HERE, "123456"), id="with a code"),
        pytest.param(lambda email: new_reset_token(email, HERE), id="reset"),
    ],
)
def test_g8_a_stranger_learns_nothing_of_who_has_an_account(
    ana: TenantContext,
    cleo: TenantContext,
    recovery: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    ask: Callable[[str], object],
) -> None:
    """Ana has a second factor, Cleo has none, and nobody is nobody."""
    emails = (ana.session.email, cleo.session.email, "nobody@example.org")
    answers = [answer(lambda e=email: ask(e), monkeypatch) for email in emails]  # type: ignore[misc]
    assert answers == answers[:1] * 3
    assert answers[0][3]["statements"] > 0


def test_g9_an_inviter_learns_nothing_of_who_has_an_account(
    ana: TenantContext, cleo: TenantContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    emails = (cleo.session.email, "nobody@example.org")
    answers = [
        answer(lambda e=email: invite_member(ana, e, Role.VIEWER), monkeypatch)  # type: ignore[misc]
        for email in emails
    ]
    assert answers[0] == answers[1]


def test_g9_whoever_holds_an_invitation_is_shown_the_same_for_known_and_unknown_addresses(
    ana: TenantContext, cleo: TenantContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = [
        invite_member(ana, email, Role.VIEWER)
        for email in (cleo.session.email, "nobody@example.org")
    ]
    answers = [
        answer(lambda t=token: registration_offer(t, same_machine=False), monkeypatch)  # type: ignore[misc]
        for token in tokens
    ]
    assert answers[0] == answers[1]
    offers = [registration_offer(token, same_machine=False) for token in tokens]
    assert {(offer.allowed, offer.is_first) for offer in offers} == {(True, False)}
    assert preview_invitation(tokens[0]) is not None


def test_g9_an_invitation_for_somebody_else_is_told_like_none(
    ana: TenantContext, cleo: TenantContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = (invite_member(ana, "nobody@example.org", Role.VIEWER), "made up")
    answers = [
        answer(lambda t=token: accept_invitation(cleo.session, t), monkeypatch)[:3]  # type: ignore[misc]
        for token in tokens
    ]
    assert answers[0] == answers[1]
    assert answers[0][2] == 404
