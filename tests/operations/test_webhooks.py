"""Webhooks: what is told to whom, signed how, and what becomes of it."""

import hashlib
import hmac

import pytest

from fintrack.access.memberships import change_role, leave_tenant
from fintrack.access.webhooks import (
    Happening,
    create_webhook,
    delete_webhook,
    deliveries,
    take_deliveries,
    webhooks,
)
from fintrack.context import Role, TenantContext
from fintrack.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from fintrack.ledger.accounts import Visibility
from fintrack.operations.webhooks import SIGNATURE, tell_webhooks
from tests.conftest import join
from tests.databases import Database
from tests.operations.listening import OPENED, Listener, later, opened


def test_an_event_is_told_signed_and_kept_as_delivered(
    ana: TenantContext, listener: Listener
) -> None:
    webhook, secret = create_webhook(ana, listener.url, OPENED)
    account = opened(ana)
    assert tell_webhooks() == 1
    (told,) = listener.told
    assert (told["event"], told["tenant"]) == ("account.created", ana.slug)
    assert (told["subject_id"], told["actor_id"]) == (str(account), str(ana.user_id))
    moment, _, proof = listener.headers[0][SIGNATURE].partition(",")
    signed = f"{moment.removeprefix('t=')}.".encode() + listener.bodies[0]
    assert proof == f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
    (kept,) = deliveries(ana, webhook).to_dict("records")
    assert (kept["status"], kept["tries"], kept["answer"]) == ("DELIVERED", 1, "HTTP 204")
    assert tell_webhooks() == 0


def test_only_what_was_asked_for_is_told(ana: TenantContext, listener: Listener) -> None:
    create_webhook(ana, listener.url, [Happening.MEMBER_JOINED])
    opened(ana)
    join(ana, "Eli", Role.MEMBER)
    tell_webhooks()
    assert [each["event"] for each in listener.told] == ["member.joined"]


def test_nothing_is_told_of_an_account_that_the_maker_does_not_see(
    ana: TenantContext, eli: TenantContext, listener: Listener
) -> None:
    create_webhook(ana, listener.url, OPENED)
    opened(eli, Visibility.PRIVATE)
    seen = opened(eli)
    tell_webhooks()
    assert [each["subject_id"] for each in listener.told] == [str(seen)]


def test_another_tenant_is_told_nothing(
    ana: TenantContext, cleo: TenantContext, listener: Listener
) -> None:
    create_webhook(cleo, listener.url, OPENED)
    opened(ana)
    assert tell_webhooks() == 0
    assert listener.bodies == []


@pytest.mark.parametrize("leaves", [True, False])
def test_whoever_is_no_admin_any_more_is_told_nothing(
    ana: TenantContext, dora: TenantContext, listener: Listener, *, leaves: bool
) -> None:
    create_webhook(dora, listener.url, OPENED)
    if leaves:
        leave_tenant(dora)
    else:
        change_role(ana, dora.user_id, Role.MEMBER)
    opened(ana)
    assert tell_webhooks() == 0


def test_what_is_not_taken_is_tried_six_times_later_and_later(
    ana: TenantContext, listener: Listener, database: Database
) -> None:
    webhook, _ = create_webhook(ana, listener.url, OPENED)
    opened(ana)
    listener.status = 500
    waits = []
    for _ in range(7):
        tell_webhooks()
        (kept,) = deliveries(ana, webhook).to_dict("records")
        waits.append(round((kept["next_try_at"] - kept["at"]).total_seconds() / 60))
        later(database)
    assert (kept["status"], kept["tries"], kept["answer"]) == ("FAILED", 6, "HTTP 500")
    assert waits[:6] == [1, 5, 25, 125, 625, 3125]
    assert len(listener.bodies) == 6


def test_a_message_that_was_not_taken_arrives_at_the_next_try(
    ana: TenantContext, listener: Listener, database: Database
) -> None:
    webhook, _ = create_webhook(ana, listener.url, OPENED)
    opened(ana)
    listener.status = 503
    tell_webhooks()
    assert tell_webhooks() == 0
    later(database)
    listener.status = 200
    assert tell_webhooks() == 1
    assert listener.told[0] == listener.told[1]
    assert list(deliveries(ana, webhook)["status"]) == ["DELIVERED"]


def test_nobody_is_sent_on(ana: TenantContext, listener: Listener) -> None:
    webhook, _ = create_webhook(ana, listener.url, OPENED)
    opened(ana)
    listener.status = 302
    assert tell_webhooks() == 0
    assert len(listener.bodies) == 1
    assert list(deliveries(ana, webhook)["answer"]) == ["HTTP 302"]


@pytest.mark.parametrize(
    "url", ["ftp://example.org", "example.org", "https://", "https://a:b@example.org",
            "https://exämple.org", "https://example.org:0", "https://example.org:x", ""],
)  # fmt: skip
def test_what_is_no_address_is_refused(ana: TenantContext, url: str) -> None:
    with pytest.raises(InvalidInput):
        create_webhook(ana, url, OPENED)


def test_the_secret_is_not_read_in_the_database(ana: TenantContext, database: Database) -> None:
    _, secret = create_webhook(ana, "https://example.org", OPENED)
    with database.administrator() as admin:
        (row,) = admin.execute("select w::text, sealed_secret from sec.webhook w").fetchall()
    assert secret not in row[0]
    assert secret.encode() not in row[1]


def test_webhooks_are_their_maker_s_own(ana: TenantContext, dora: TenantContext) -> None:
    webhook, _ = create_webhook(ana, "https://example.org", OPENED)
    assert webhooks(dora).empty
    for ask in (delete_webhook, deliveries):
        with pytest.raises(NotFound, match="no such webhook"):
            ask(dora, webhook)
    delete_webhook(ana, webhook)
    assert webhooks(ana).empty


def test_a_member_has_no_webhooks(eli: TenantContext) -> None:
    with pytest.raises(PermissionDenied, match="who may not change the settings"):
        create_webhook(eli, "https://example.org", OPENED)


def test_ten_webhooks_are_enough(ana: TenantContext) -> None:
    for number in range(10):
        create_webhook(ana, f"https://example.org/{number}", OPENED)
    with pytest.raises(Conflict, match="as many webhooks"):
        create_webhook(ana, "https://example.org/10", OPENED)


def test_what_waits_is_taken_by_one_process_alone(ana: TenantContext, listener: Listener) -> None:
    create_webhook(ana, listener.url, OPENED)
    opened(ana)
    assert len(take_deliveries(10)) == 1
    assert take_deliveries(10) == []
