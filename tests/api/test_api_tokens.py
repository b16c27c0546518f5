"""API tokens: shown once, scoped, bound to a tenant, and never stronger than whose they are."""

from uuid import UUID

import pytest

from fintrack.access.api_tokens import (
    Scope,
    api_tokens,
    create_api_token,
    revoke_api_token,
)
from fintrack.access.memberships import change_flags, change_role, remove_member
from fintrack.access.sessions import confirm_session, end_other_sessions, session_of
from fintrack.access.tenants import NewTenant, create_tenant, enter_tenant
from fintrack.context import Flag, Role, TenantContext, TenantType
from fintrack.errors import ConfirmationNeeded, InvalidInput, NotFound, PermissionDenied
from fintrack.ledger.activity import activity
from tests.api.calling import Reply, call
from tests.conftest import PASSWORD
from tests.databases import Database

CASH = {"name": "Cash", "kind": "CASH"}


def made(context: TenantContext, *scopes: Scope) -> str:
    confirm_session(context.session, PASSWORD)
    return create_api_token(context, "Script", scopes)


def with_api(owner: TenantContext, member: TenantContext) -> TenantContext:
    change_flags(owner, member.user_id, [Flag.EXPORT, Flag.API])
    return enter_tenant(member.session, owner.slug)


def read(token: str) -> Reply:
    return call("GET", "/accounts", token=token)


def write(token: str) -> Reply:
    return call("POST", "/accounts", CASH, token=token)


def export(token: str) -> Reply:
    return call("GET", "/exports/transactions.csv", token=token)


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [((), (200, 403, 403)), ((Scope.EXPORT,), (200, 403, 200)), ((Scope.WRITE,), (200, 201, 403))],
)
def test_h6_a_token_does_what_its_scopes_say(
    ana: TenantContext, scopes: tuple[Scope, ...], statuses: tuple[int, ...]
) -> None:
    token = made(ana, *scopes)
    assert tuple(ask(token).status for ask in (read, write, export)) == statuses


def test_h6_a_token_is_for_one_tenant_alone(ana: TenantContext) -> None:
    token = made(ana, *Scope)
    second = create_tenant(ana.session, NewTenant("Ana's own", TenantType.PERSONAL, "USD", "US"))
    assert [each["id"] for each in call("GET", "/tenants", token=token).json["items"]] == [
        str(ana.tenant_id)
    ]
    switched = call("POST", "/token/switch", {"tenant": second.slug}, token=token)
    opened = call(
        "POST", "/tenants", {"name": "x", "type": "FAMILY", "currency": "EUR"}, token=token
    )
    assert (switched.status, opened.status) == (403, 403)
    assert "POST /token" in opened.json["detail"]


def test_a_token_is_kept_as_a_hash_and_opens_no_page(
    ana: TenantContext, database: Database
) -> None:
    token = made(ana)
    with database.administrator() as admin:
        rows = admin.execute("select s::text from sec.session s where kind = 'API'").fetchall()
    assert len(rows) == 1
    assert token.rpartition("_")[2] not in rows[0][0]
    assert session_of(token) is None


def test_a_token_is_no_stronger_than_its_member_is_now(
    ana: TenantContext, eli: TenantContext
) -> None:
    token = made(with_api(ana, eli), *Scope)
    assert write(token).status == 201
    change_role(ana, eli.user_id, Role.VIEWER, [Flag.API])
    answer = write(token)
    assert (answer.status, read(token).status) == (403, 200)
    assert "you are VIEWER" in answer.json["detail"]


def test_a_token_is_worth_nothing_without_the_flag_or_the_membership(
    ana: TenantContext, eli: TenantContext
) -> None:
    token = made(with_api(ana, eli), *Scope)
    change_flags(ana, eli.user_id, [])
    answer = read(token)
    assert answer.json["detail"] == ("In Rivera family you are MEMBER, who may not use API tokens.")
    assert answer.status == 403
    remove_member(ana, eli.user_id)
    assert read(token).status == 401


def test_a_token_sees_no_more_accounts_than_its_member(
    ana: TenantContext, eli: TenantContext
) -> None:
    private = {**CASH, "visibility": "PRIVATE"}
    call("POST", "/accounts", private, token=made(ana, Scope.WRITE))
    token = made(with_api(ana, eli), *Scope)
    assert read(token).json["items"] == []


def test_a_token_that_expired_is_refused(ana: TenantContext, database: Database) -> None:
    token = made(ana)
    with database.administrator() as admin:
        admin.execute("update sec.session set expires_at = now() where kind = 'API'")
    assert read(token).status == 401
    assert api_tokens(ana).empty


def test_a_token_that_nobody_uses_does_not_end_early(
    ana: TenantContext, database: Database
) -> None:
    token = made(ana)
    with database.administrator() as admin:
        admin.execute("update sec.session set seen_at = now() - interval '80 days'")
    assert read(token).status == 200


def test_a_member_revokes_his_own_and_an_owner_everybody_s(
    ana: TenantContext, eli: TenantContext, dora: TenantContext
) -> None:
    eli = with_api(ana, eli)
    tokens = [made(eli), made(eli), made(dora)]
    one, other = map(UUID, api_tokens(eli)["id"])
    everybody_s = api_tokens(ana).set_index("member")["id"]
    assert sorted(everybody_s.index) == ["Dora", "Eli", "Eli"]
    revoke_api_token(eli, one)
    revoke_api_token(ana, other)
    with pytest.raises(NotFound):
        revoke_api_token(eli, UUID(everybody_s["Dora"]))
    assert [read(each).status for each in tokens] == [401, 401, 200]


def test_a_token_that_ends_with_all_sessions_is_told_where_it_was(ana: TenantContext) -> None:
    token = made(ana)
    end_other_sessions(ana.session)
    assert read(token).status == 401
    told = activity(ana).frame.iloc[0]
    assert (told["action"], told["actor_id"]) == ("token.revoked", str(ana.user_id))


def test_a_token_signs_itself_off_and_gives_no_access_token(ana: TenantContext) -> None:
    token = made(ana)
    assert call("POST", "/token/refresh", {"refresh_token": token}).status == 401
    assert call("DELETE", "/token", token=token).status == 204
    assert read(token).status == 401
    told = activity(ana).frame
    assert told["action"].tolist().count("token.revoked") == 1
    assert told.iloc[0]["source"] == "API"


def test_making_a_token_wants_a_confirmation_and_the_flag(
    ana: TenantContext, eli: TenantContext
) -> None:
    with pytest.raises(ConfirmationNeeded, match="confirm that it is you"):
        create_api_token(ana, "Script", [])
    with pytest.raises(PermissionDenied, match="who may not use API tokens"):
        create_api_token(eli, "Script", [])


@pytest.mark.parametrize("days", [0, 367])
def test_a_token_has_an_end_within_a_year(ana: TenantContext, days: int) -> None:
    confirm_session(ana.session, PASSWORD)
    with pytest.raises(InvalidInput, match="1 to 366 days"):
        create_api_token(ana, "Script", [], days)


def test_a_token_makes_no_other_token_and_closes_nothing(ana: TenantContext) -> None:
    token = made(ana, *Scope)
    assert call("DELETE", "/tenants/current", token=token).status == 403
