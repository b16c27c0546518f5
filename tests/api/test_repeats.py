"""A write that is sent again is done once."""

from fintrack.access.memberships import remove_member
from fintrack.context import Role, TenantContext
from fintrack.ledger.accounts import accounts
from tests.api.calling import Reply, call
from tests.api.conftest import SignIn
from tests.api.files import send as send_file
from tests.databases import Database

CASH = {"name": "Cash", "kind": "CASH"}
BANK = {"name": "Bank", "kind": "CHECKING"}


def send(token: str, given: object, key: str, path: str = "/accounts") -> Reply:
    return call("POST", path, given, token=token, headers={"idempotency-key": key})


def test_the_first_answer_is_given_again(ana: TenantContext, ana_token: str) -> None:
    first, second = (send(ana_token, CASH, "one") for _ in range(2))
    assert (first.status, second.status) == (201, 201)
    assert first.content == second.content
    assert second.headers["etag"] == first.headers["etag"]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(accounts(ana)) == 1


def test_another_request_under_the_same_key_is_refused(ana: TenantContext, ana_token: str) -> None:
    send(ana_token, CASH, "one")
    answer = send(ana_token, BANK, "one")
    assert answer.status == 422
    assert "Take a new key" in answer.json["detail"]
    assert len(accounts(ana)) == 1


def test_a_file_sent_again_with_another_boundary_is_the_same_request(
    ana: TenantContext, ana_token: str
) -> None:
    account, key = send(ana_token, BANK, "account").json["id"], {"idempotency-key": "file"}
    file = b"Date,Payee,Amount\n2026-03-09,Baker,-12.00\n"
    first, second = (
        send_file(ana_token, file, boundary=boundary, headers=key, account=account)
        for boundary in ("one", "another")
    )
    assert (first.status, second.status) == (201, 201)
    assert second.content == first.content
    other = file + b"2026-03-10,Baker,-1.00\n"
    assert send_file(ana_token, other, headers=key, account=account).status == 422


def test_a_refused_request_can_be_sent_again_under_its_key(
    ana: TenantContext, ana_token: str
) -> None:
    assert send(ana_token, {**CASH, "currency": "XXX"}, "one").status == 422
    assert send(ana_token, CASH, "one").status == 201


def test_a_request_that_is_still_answered_is_not_done_a_second_time(
    ana: TenantContext, ana_token: str, database: Database
) -> None:
    send(ana_token, CASH, "one")
    with database.administrator() as admin:
        admin.execute("update sec.kept_answer set sealed_answer = null")
    answer = send(ana_token, CASH, "one")
    assert answer.status == 409
    assert len(accounts(ana)) == 1


def test_a_key_is_each_user_s_own(
    ana: TenantContext, cleo: TenantContext, ana_token: str, cleo_token: str
) -> None:
    mine, hers = send(ana_token, CASH, "one"), send(cleo_token, CASH, "one")
    assert (mine.status, hers.status) == (201, 201)
    assert mine.json["id"] != hers.json["id"]


def test_whoever_is_out_gets_no_kept_answer(
    ana: TenantContext, eli: TenantContext, token_of: SignIn
) -> None:
    token = token_of(eli)
    assert send(token, CASH, "one").status == 201
    remove_member(ana, eli.user_id)
    assert send(token, CASH, "one").status == 401


def test_a_secret_in_a_kept_answer_cannot_be_read_in_the_database(
    ana: TenantContext, ana_token: str, database: Database
) -> None:
    given = {"email": "guest@example.org", "role": Role.VIEWER}
    secret = send(ana_token, given, "one", "/invitations").json["token"]
    with database.administrator() as admin:
        (kept,) = admin.execute("select sealed_answer from sec.kept_answer").fetchall()
    assert secret.encode() not in kept[0]
    assert send(ana_token, given, "one", "/invitations").json["token"] == secret


def test_a_kept_answer_ends_after_a_day(ana_token: str, database: Database) -> None:
    send(ana_token, CASH, "one")
    with database.administrator() as admin:
        admin.execute("update sec.kept_answer set expires_at = now()")
    assert send(ana_token, BANK, "one").status == 201
