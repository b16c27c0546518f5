"""People and tenants over HTTP: registering, inviting, joining, leaving, closing."""

import time

import pytest

from fintrack.access.factors import turn_on_factor
from fintrack.access.sessions import confirm_session
from fintrack.access.totp import code_of, new_enrolment, step_at
from fintrack.config import Registration, settings
from fintrack.context import TenantContext
from tests.api.calling import Reply, call
from tests.api.conftest import SignIn
from tests.conftest import PASSWORD
from tests.databases import Database
from tests.mailing import Mailbox

FRED = {"email": "fred@example.org", "name": "Fred", "password": PASSWORD}


def invite(token: str, **more: object) -> Reply:
    return call("POST", "/invitations", {"role": "MEMBER", **more}, token=token)


def test_whoever_registers_owns_a_tenant_and_is_signed_in(database: Database) -> None:
    tenant = {"name": "Rivera Ltd", "type": "BUSINESS", "currency": "USD"}
    answer = call("POST", "/register", {**FRED, "tenant": tenant})
    assert answer.status == 201
    told = answer.json["tenant"]
    assert (told["name"], told["type"], told["role"]) == ("Rivera Ltd", "BUSINESS", "OWNER")
    me = call("GET", "/me", token=answer.json["access_token"]).json
    assert me == {"user": answer.json["user"], "memberships": [told]}
    current = call("GET", "/tenants/current", token=answer.json["access_token"]).json
    assert (current["country"], current["currency"]) == ("US", "USD")


def test_a_tenant_that_is_not_named_is_personal(database: Database) -> None:
    told = call("POST", "/register", FRED).json["tenant"]
    assert (told["name"], told["type"], told["currency"]) == ("Fred", "PERSONAL", "EUR")


def test_a_known_address_is_answered_409_where_no_mail_can_tell(ana: TenantContext) -> None:
    answer = call("POST", "/register", {**FRED, "email": ana.session.email})
    assert answer.status == 409


def test_with_mail_known_and_new_addresses_are_answered_alike(
    ana: TenantContext, mailbox: Mailbox
) -> None:
    answers = [
        call("POST", "/register", {**FRED, "email": email})
        for email in (ana.session.email, "new@example.org")
    ]
    assert [each.status for each in answers] == [202, 202]
    assert answers[0].json == answers[1].json == {"status": "confirm"}
    assert len(mailbox.letters) == 2


def test_where_registration_is_by_invitation_a_stranger_is_refused(
    ana: TenantContext, ana_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINTRACK_REGISTRATION", Registration.INVITED)
    settings.cache_clear()
    assert call("POST", "/register", FRED).status == 403
    invited = invite(ana_token, email=FRED["email"]).json
    assert call("POST", "/register", {**FRED, "token": invited["token"]}).status == 201


def test_an_invitation_is_previewed_accepted_and_switched_to(
    ana: TenantContext, ana_token: str
) -> None:
    invited = invite(ana_token, email=FRED["email"], flags=["EXPORT"], message="Welcome")
    assert (invited.status, invited.json["mailed"]) == (201, False)
    secret = invited.json["token"]
    offer = call("GET", f"/invitations/accept?token={secret}").json
    assert (offer["tenant"], offer["inviter"], offer["role"]) == ("Rivera family", "Ana", "MEMBER")
    token = call("POST", "/register", {**FRED, "token": secret}).json["access_token"]
    accepted = call("POST", "/invitations/accept", {"token": secret}, token=token)
    assert (accepted.status, accepted.json["role"]) == (201, "MEMBER")
    again = call("POST", "/invitations/accept", {"token": secret}, token=token)
    assert again.status == 404
    switched = call("POST", "/token/switch", {"tenant": ana.slug}, token=token)
    listed = call("GET", "/members", token=switched.json["access_token"]).json["items"]
    assert [(each["name"], each["role"]) for each in listed] == [
        ("Ana", "OWNER"), ("Fred", "MEMBER"),
    ]  # fmt: skip


def test_the_token_of_an_invitation_is_told_once_and_renewed(
    ana: TenantContext, ana_token: str
) -> None:
    made = invite(ana_token, email=FRED["email"]).json
    (listed,) = call("GET", "/invitations", token=ana_token).json["items"]
    assert listed == {name: made[name] for name in listed}
    path = f"/invitations/{made['id']}"
    renewed = call("POST", f"{path}/resend", {"expires_in_days": 3}, token=ana_token).json
    statuses = [
        call("GET", f"/invitations/accept?token={each['token']}").status for each in (made, renewed)
    ]
    assert statuses == [404, 200]
    assert call("DELETE", path, token=ana_token).status == 204
    assert call("GET", "/invitations", token=ana_token).json["items"] == []


def test_ownership_is_not_given_by_invitation(ana: TenantContext, ana_token: str) -> None:
    answer = invite(ana_token, email=FRED["email"], role="OWNER")
    assert (answer.status, "transferred" in answer.json["detail"]) == (422, True)


def test_a_member_is_changed_suspended_and_removed(
    ana: TenantContext, eli: TenantContext, ana_token: str
) -> None:
    path = f"/members/{eli.user_id}"
    changed = call("PATCH", path, {"role": "VIEWER", "flags": ["API"]}, token=ana_token).json
    assert (changed["role"], changed["flags"]) == ("VIEWER", ["API"])
    flags = call("PATCH", path, {"flags": []}, token=ana_token).json["flags"]
    suspended = call("PATCH", path, {"status": "SUSPENDED"}, token=ana_token).json["status"]
    both = call("PATCH", path, {"status": "ACTIVE", "role": "MEMBER"}, token=ana_token)
    assert (flags, suspended, both.status) == ([], "SUSPENDED", 422)
    assert call("DELETE", path, token=ana_token).status == 204
    assert call("DELETE", path, token=ana_token).status == 404


def test_whoever_deletes_himself_leaves_and_the_last_owner_stays(
    ana: TenantContext, eli: TenantContext, ana_token: str, token_of: SignIn
) -> None:
    own = token_of(eli)
    assert call("DELETE", f"/members/{ana.user_id}", token=ana_token).status == 409
    assert call("DELETE", f"/members/{eli.user_id}", token=own).status == 204
    assert call("GET", "/members", token=own).status == 401


def test_an_account_is_shared_with_one_member_at_a_level(
    ana: TenantContext, eli: TenantContext, ana_token: str, token_of: SignIn
) -> None:
    given = {"name": "Private", "kind": "CASH", "visibility": "PRIVATE"}
    account = call("POST", "/accounts", given, token=ana_token).json["id"]
    path, own = f"/accounts/{account}", token_of(eli)
    share = f"{path}/shares/{eli.user_id}"
    seen = [call("GET", path, token=own).status]
    for level in ("balance", "read"):
        assert call("PUT", share, {"level": level}, token=ana_token).json["level"] == level
        seen.append(call("GET", path, token=own).status)
    assert call("PATCH", path, {"number": "1"}, token=own).status == 403
    listed = call("GET", f"{path}/shares", token=ana_token).json["items"]
    assert [(each["user_id"], each["level"]) for each in listed] == [(str(eli.user_id), "read")]
    assert call("DELETE", share, token=ana_token).status == 204
    seen.append(call("GET", path, token=own).status)
    assert seen == [404, 404, 200, 404]


def test_settings_are_changed_against_the_version_that_was_seen(
    ana: TenantContext, ana_token: str
) -> None:
    seen = call("GET", "/tenants/current", token=ana_token).headers["etag"]
    change = {"name": "The Riveras", "fiscal_year_start": 4}
    header = {"if-match": seen}
    first = call("PATCH", "/tenants/current", change, token=ana_token, headers=header)
    late = call("PATCH", "/tenants/current", change, token=ana_token, headers=header)
    assert (first.json["name"], first.json["fiscal_year_start"], late.status) == (
        "The Riveras", 4, 412,
    )  # fmt: skip


def test_a_tenant_is_closed_right_after_a_sign_in_read_and_reopened(
    ana: TenantContext, ana_token: str, database: Database
) -> None:
    closed = call("DELETE", "/tenants/current", token=ana_token)
    assert (closed.status, closed.json["status"]) == (200, "CLOSING")
    assert closed.json["closes_at"] is not None
    read = call("GET", "/accounts", token=ana_token).status
    write = call("POST", "/tags", {"name": "late"}, token=ana_token).status
    opened = call("PATCH", "/tenants/current", {"status": "ACTIVE"}, token=ana_token).json
    assert (read, write, opened["status"]) == (200, 403, "ACTIVE")
    with database.administrator() as admin:
        admin.execute("update sec.session set confirmed_at = null")
    assert call("DELETE", "/tenants/current", token=ana_token).status == 403


def test_nobody_suspends_a_tenant_over_the_api(ana: TenantContext, ana_token: str) -> None:
    answer = call("PATCH", "/tenants/current", {"status": "SUSPENDED"}, token=ana_token)
    assert answer.status == 422


def test_a_second_factor_is_asked_for_beside_the_password(ana: TenantContext) -> None:
    confirm_session(ana.session, PASSWORD)
    seed = new_enrolment(ana.session.email).seed
    turn_on_factor(ana.session, seed, code_of(seed, step_at(time.time()) - 1))
    given = {"email": ana.session.email, "password": PASSWORD}
    without = call("POST", "/token", given)
    code = code_of(seed, step_at(time.time()))
    assert (without.status, "app shows" in without.json["detail"]) == (401, True)
    assert call("POST", "/token", {**given, "code": code}).status == 200
    assert call("POST", "/token", {**given, "code": code}).status == 401


def test_too_many_wrong_passwords_are_answered_429(ana: TenantContext) -> None:
    given = {"email": ana.session.email, "password": "not it at all"}
    statuses = [call("POST", "/token", given).status for _ in range(8)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_a_tenant_that_is_not_mine_is_answered_like_a_missing_one(
    ana: TenantContext, cleo: TenantContext
) -> None:
    given = {"email": ana.session.email, "password": PASSWORD}
    foreign, missing = (
        call("POST", "/token", {**given, "tenant": slug}) for slug in (cleo.slug, "nothing")
    )
    assert (foreign.status, foreign.content) == (missing.status, missing.content)
    assert foreign.status == 404
