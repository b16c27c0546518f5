"""What waits to be told: nobody holds up another, and nobody is told what he may not know now."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from fintrack.access.memberships import change_role, leave_tenant, suspend_member
from fintrack.access.sharing import ShareLevel, share_account, unshare_account
from fintrack.access.webhooks import (
    MOST,
    OF_ONE_TENANT,
    Happening,
    create_webhook,
    deliveries,
    take_deliveries,
    webhooks,
)
from fintrack.context import Role, TenantContext
from fintrack.errors import Conflict
from fintrack.ledger.accounts import Visibility
from fintrack.ledger.recording import NewTransaction, record_transaction
from tests.databases import Database
from tests.isolation.ledgers import DAY
from tests.operations.listening import OPENED, later, opened

URL = "https://example.org/told"


def status_of(database: Database) -> list[tuple[str, str]]:
    with database.administrator() as admin:
        return admin.execute("select status, answer from sec.delivery").fetchall()


@pytest.mark.parametrize("end", ["leaves", "is demoted", "is suspended"])
def test_whoever_is_no_admin_any_more_is_not_told_what_waits(
    ana: TenantContext, dora: TenantContext, database: Database, end: str
) -> None:
    create_webhook(dora, URL, OPENED)
    opened(ana)
    if end == "leaves":
        leave_tenant(dora)
    elif end == "is demoted":
        change_role(ana, dora.user_id, Role.VIEWER)
    else:
        suspend_member(ana, dora.user_id)
    assert take_deliveries(20) == []
    ((status, answer),) = status_of(database)
    assert status == "FAILED"
    assert "no owner or admin any more" in answer


def test_what_waits_about_an_account_is_not_told_once_it_is_unshared(
    ana: TenantContext, dora: TenantContext
) -> None:
    webhook, _ = create_webhook(dora, URL, [Happening.TRANSACTION_RECORDED])
    account = opened(ana, Visibility.PRIVATE)
    share_account(ana, account, dora.user_id, ShareLevel.READ)
    record_transaction(ana, NewTransaction(account, DAY, -100))
    unshare_account(ana, account, dora.user_id)
    assert take_deliveries(20) == []
    assert list(deliveries(dora, webhook)["status"]) == ["FAILED"]


def test_a_try_again_asks_again_who_may_be_told(
    ana: TenantContext, dora: TenantContext, database: Database
) -> None:
    create_webhook(dora, URL, OPENED)
    opened(ana)
    assert len(take_deliveries(20)) == 1
    leave_tenant(dora)
    later(database)
    assert take_deliveries(20) == []


def test_the_backlog_of_a_suspended_tenant_holds_up_nobody(
    ana: TenantContext, cleo: TenantContext, database: Database
) -> None:
    for context in (ana, cleo):
        create_webhook(context, URL, OPENED)
    opened(ana)
    opened(ana, Visibility.PRIVATE)
    with database.administrator() as admin:
        admin.execute(
            "update app.tenant set status = 'SUSPENDED' where tenant_id = %s", [ana.tenant_id]
        )
    opened(cleo)
    assert [each.tenant for each in take_deliveries(2)] == [cleo.slug]


def test_the_backlog_of_a_tenant_holds_up_nobody(ana: TenantContext, cleo: TenantContext) -> None:
    for number in range(OF_ONE_TENANT + 1):
        create_webhook(ana, f"{URL}/{number}", OPENED)
    create_webhook(cleo, URL, OPENED)
    opened(ana)
    opened(cleo)
    assert {each.tenant for each in take_deliveries(2)} == {ana.slug, cleo.slug}
    rest = [each.tenant for each in take_deliveries(20)]
    assert rest == [ana.slug] * OF_ONE_TENANT


def test_a_secret_that_cannot_be_read_holds_up_nobody(
    ana: TenantContext, cleo: TenantContext, database: Database
) -> None:
    webhook, _ = create_webhook(ana, URL, OPENED)
    create_webhook(cleo, URL, OPENED)
    with database.administrator() as admin:
        admin.execute(
            "update sec.webhook set sealed_secret = decode(repeat('00', 60), 'hex') where id = %s",
            [webhook],
        )
    for context in (ana, cleo):
        opened(context)
    assert [each.tenant for each in take_deliveries(20)] == [cleo.slug]
    (kept,) = deliveries(ana, webhook).to_dict("records")
    assert "make a new one" in kept["answer"]


def test_of_two_at_once_only_one_has_the_tenth_webhook(ana: TenantContext) -> None:
    def make(number: int) -> None:
        with suppress(Conflict):
            create_webhook(ana, f"{URL}/{number}", OPENED)

    for number in range(MOST - 1):
        make(number)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(make, range(4)))
    assert len(webhooks(ana)) == MOST
