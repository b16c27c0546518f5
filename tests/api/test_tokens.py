"""Access tokens: only ours, only fresh, and never stronger than the database."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fintrack.access import tokens
from fintrack.access.memberships import change_role, remove_member, suspend_member
from fintrack.access.sessions import end_all_sessions, handle_of, session_of, session_of_handle
from fintrack.access.tenants import NewTenant, create_tenant
from fintrack.access.tokens import rotate_token_keys
from fintrack.context import Role, TenantContext, TenantType
from tests.api.calling import Reply, call
from tests.api.conftest import SignIn
from tests.conftest import PASSWORD

RSA = rsa.generate_private_key(65537, 2048)


def now() -> int:
    """Return the present second."""
    return int(time.time())


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def signed(claims: dict[str, Any], kid: str | None = None) -> str:
    """Return claims signed with a key of this installation."""
    keys = tokens._live_keys()
    kid = kid or max(keys, key=int)
    return jwt.encode(claims, keys[kid], "HS256", headers={"kid": kid})


def without_signature(token: str) -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "1"}).encode()).decode()
    return f"{header.rstrip('=')}.{token.split('.')[1]}."


def ask(token: str) -> Reply:
    return call("GET", "/accounts", token=token)


def test_every_claim_is_there_and_names_tenant_and_role(ana: TenantContext, ana_token: str) -> None:
    claims = claims_of(ana_token)
    assert set(claims) == set("iss aud sub sid tid role iat nbf exp jti typ".split())
    assert (claims["sub"], claims["tid"]) == (str(ana.user_id), str(ana.tenant_id))
    assert claims["role"] == "OWNER"
    assert claims["exp"] - claims["iat"] == 600


FORGERIES: dict[str, Callable[[str], str]] = {
    "no algorithm": without_signature,
    "another algorithm of our key": lambda token: jwt.encode(
        claims_of(token), tokens._live_keys()["1"], "HS512", headers={"kid": "1"}
    ),
    "an RSA key": lambda token: jwt.encode(claims_of(token), RSA, "RS256", headers={"kid": "1"}),
    "an unknown key": lambda token: jwt.encode(
        claims_of(token), b"x" * 32, "HS256", headers={"kid": "9"}
    ),
    "no key number": lambda token: jwt.encode(
        claims_of(token), tokens._live_keys()["1"], "HS256"
    ),
    "another audience": lambda token: signed({**claims_of(token), "aud": "fintrack"}),
    "another issuer": lambda token: signed({**claims_of(token), "iss": "https://example.org"}),
    "another type": lambda token: signed({**claims_of(token), "typ": "refresh"}),
    "expired": lambda token: signed({**claims_of(token), "iat": now() - 700, "exp": now() - 100}),
    "not valid yet": lambda token: signed({**claims_of(token), "nbf": now() + 300}),
    "longer than ten minutes": lambda token: signed({**claims_of(token), "exp": now() + 900}),
    "another user's session": lambda token: signed(
        {**claims_of(token), "sub": "00000000-0000-7000-8000-000000000000"}
    ),
    "no such session": lambda token: signed({**claims_of(token), "sid": "AAAA"}),
    "no base64": lambda token: signed({**claims_of(token), "sid": "é"}),
    "nothing": lambda _token: "nothing",
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_h1_a_token_that_is_not_ours_or_not_valid_is_refused(ana_token: str) -> None:
    assert ask(ana_token).status == 200
    answers = {name: ask(forge(ana_token)) for name, forge in FORGERIES.items()}
    assert {name: each.status for name, each in answers.items()} == dict.fromkeys(FORGERIES, 401)
    assert {each.json["detail"] for each in answers.values()} == {tokens.ENDED}


def test_h1_a_token_without_one_of_the_claims_is_refused(ana_token: str) -> None:
    claims = claims_of(ana_token)
    assert ask(signed(claims)).status == 200
    lacking = [{k: v for k, v in claims.items() if k != claim} for claim in tokens.CLAIMS]
    assert {ask(signed(each)).status for each in lacking} == {401}


def test_h2_a_changed_claim_is_refused(cleo: TenantContext, ana_token: str) -> None:
    assert ask(ana_token).status == 200
    header, _, signature = ana_token.split(".")
    for change in ({"role": "ADMIN"}, {"tid": str(cleo.tenant_id)}):
        changed = json.dumps({**claims_of(ana_token), **change}).encode()
        payload = base64.urlsafe_b64encode(changed).decode().rstrip("=")
        assert ask(f"{header}.{payload}.{signature}").status == 401


def test_h2_the_database_decides_whatever_a_signed_token_says(
    ana: TenantContext, cleo: TenantContext, ana_token: str
) -> None:
    foreign = {**claims_of(ana_token), "tid": str(cleo.tenant_id)}
    assert (ask(signed(foreign)).status, ask(signed(foreign)).json["detail"]) == (401, tokens.ENDED)


def test_h2_a_demoted_member_is_refused_with_the_token_he_has(
    ana: TenantContext, eli: TenantContext, token_of: SignIn
) -> None:
    token = token_of(eli)
    change_role(ana, eli.user_id, Role.VIEWER)
    answer = call("POST", "/accounts", {"name": "Cash", "kind": "CASH"}, token=token)
    assert answer.status == 403
    assert answer.json["detail"] == (
        "In Rivera family you are VIEWER, who may not change the books."
    )


@pytest.mark.parametrize("end", [remove_member, suspend_member])
def test_a_member_who_is_out_gets_the_answer_of_an_ended_session(
    ana: TenantContext,
    eli: TenantContext,
    token_of: SignIn,
    end: Callable[[TenantContext, Any], None],
) -> None:
    token = token_of(eli)
    assert ask(token).status == 200
    end(ana, eli.user_id)
    assert (ask(token).status, ask(token).json["detail"]) == (401, tokens.ENDED)


def test_g2_signing_out_ends_the_session_and_its_tokens(ana: TenantContext) -> None:
    credentials = {"email": ana.session.email, "password": PASSWORD}
    given = call("POST", "/token", credentials).json
    assert call("DELETE", "/token", token=given["access_token"]).status == 204
    assert ask(given["access_token"]).status == 401
    again = call("POST", "/token/refresh", {"refresh_token": given["refresh_token"]})
    assert again.status == 401


def test_g3_signing_out_everywhere_reaches_programs(ana: TenantContext, ana_token: str) -> None:
    end_all_sessions(ana.session)
    assert ask(ana_token).status == 401


def test_a_session_is_continued_with_its_refresh_token_alone(ana: TenantContext) -> None:
    credentials = {"email": ana.session.email, "password": PASSWORD}
    given = call("POST", "/token", credentials).json
    fresh = call("POST", "/token/refresh", {"refresh_token": given["refresh_token"]})
    assert ask(fresh.json["access_token"]).status == 200
    stolen = call(
        "POST", "/token/refresh", {"refresh_token": claims_of(fresh.json["access_token"])["sid"]}
    )
    assert stolen.status == 401


def test_a_program_s_session_opens_no_page_and_a_cookie_no_api(ana: TenantContext) -> None:
    credentials = {"email": ana.session.email, "password": PASSWORD}
    secret = call("POST", "/token", credentials).json["refresh_token"]
    assert session_of_handle(handle_of(secret)) is not None
    assert session_of(secret) is None
    assert ask(tokens.access_token(ana.session, ana)).status == 401


def test_another_of_my_tenants_is_switched_to_and_no_other(
    ana: TenantContext, cleo: TenantContext, ana_token: str
) -> None:
    second = create_tenant(ana.session, NewTenant("Ana's own", TenantType.PERSONAL, "USD", "US"))
    switched = call("POST", "/token/switch", {"tenant": second.slug}, token=ana_token)
    assert switched.json["tenant"]["id"] == str(second.tenant_id)
    answers = [
        call("POST", "/token/switch", {"tenant": slug}, token=ana_token)
        for slug in (cleo.slug, "no-such-tenant")
    ]
    assert [each.status for each in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_e11_the_key_before_the_last_rotation_holds_and_older_ones_do_not(ana_token: str) -> None:
    assert rotate_token_keys() == 2
    assert ask(ana_token).status == 200
    assert rotate_token_keys() == 3
    assert ask(ana_token).status == 401


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(ana: TenantContext) -> None:
    known, unknown = (
        call("POST", "/token", {"email": email, "password": "another three words"})
        for email in (ana.session.email, "nobody@example.org")
    )
    assert (known.status, unknown.status) == (401, 401)
    assert known.content == unknown.content
