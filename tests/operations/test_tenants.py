"""What the operator does to a tenant: on record, and only what its status allows."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fintrack.access.tenants import my_tenants, shut_tenants, tenant_settings
from fintrack.config import settings
from fintrack.context import Role, TenantContext
from fintrack.errors import Conflict, NotFound
from fintrack.ledger.activity import activity
from fintrack.ledger.exports import export_transactions
from fintrack.ledger.tags import create_tag
from fintrack.limits import Limit, allowances
from fintrack.operations.erasure import erase_closed_tenants
from fintrack.operations.installation import Installation
from fintrack.operations.tenants import (
    keep_default_limits,
    limits_of,
    resume_tenant,
    set_limit,
    suspend_tenant,
)
from fintrack.operations.worker import run_jobs
from fintrack.web import asgi
from tests.conftest import close, join
from tests.databases import Database
from tests.statements.importing import exported
from tests.test_limits import account, record


def let_thirty_days_go_by(database: Database) -> None:
    with database.administrator() as admin:
        admin.execute("update app.tenant set closes_at = now() where closes_at is not null")


def test_a_suspension_is_lifted(ana: TenantContext) -> None:
    suspend_tenant(ana.slug)
    with pytest.raises(NotFound):
        create_tag(ana, "holiday")
    resume_tenant(ana.slug)
    create_tag(ana, "holiday")


def test_suspension_and_its_end_are_events(ana: TenantContext) -> None:
    suspend_tenant(ana.slug)
    resume_tenant(ana.slug)
    events = activity(ana).frame.head(2)
    assert events["action"].tolist() == ["tenant.resumed", "tenant.suspended"]
    assert events["after"].tolist() == ['{"status": "ACTIVE"}', '{"status": "SUSPENDED"}']
    assert set(events["source"]) == {"COMMAND"}


def test_a_tenant_is_suspended_once(ana: TenantContext) -> None:
    with pytest.raises(Conflict, match="is not suspended"):
        resume_tenant(ana.slug)
    suspend_tenant(ana.slug)
    with pytest.raises(Conflict, match="is suspended already"):
        suspend_tenant(ana.slug)


def test_the_operator_does_not_take_an_owners_closing_back(ana: TenantContext) -> None:
    close(ana)
    with pytest.raises(Conflict, match="is not suspended"):
        resume_tenant(ana.slug)
    assert tenant_settings(ana).status == "CLOSING"


def test_a_suspended_tenant_is_not_erased(ana: TenantContext, database: Database) -> None:
    close(ana)
    suspend_tenant(ana.slug)
    let_thirty_days_go_by(database)
    assert erase_closed_tenants() == 0
    resume_tenant(ana.slug)
    assert tenant_settings(ana).status == "ACTIVE"


def test_members_learn_which_of_their_tenants_are_shut(
    ana: TenantContext, ben: TenantContext, cleo: TenantContext
) -> None:
    suspend_tenant(ana.slug)
    assert [shut_tenants(each.session) for each in (ana, ben, cleo)] == [
        ("Rivera family",),
        ("Rivera family",),
        (),
    ]


@pytest.mark.parametrize("change", [suspend_tenant, resume_tenant])
def test_there_is_nothing_to_do_to_a_tenant_that_is_none(
    database: Database, change: Callable[[str], None]
) -> None:
    with pytest.raises(NotFound, match="There is no tenant there-is-none"):
        change("there-is-none")


def test_the_worker_erases_what_was_closed_long_enough_ago(
    ana: TenantContext, cleo: TenantContext, database: Database
) -> None:
    close(ana)
    assert run_jobs() == {"closed tenants erased": 0, "removed files erased": 0}
    let_thirty_days_go_by(database)
    assert run_jobs() == {"closed tenants erased": 1, "removed files erased": 0}
    assert (my_tenants(ana.session), len(my_tenants(cleo.session))) == ((), 1)


def test_the_configuration_limits_whom_the_operator_does_not(
    ana: TenantContext, cleo: TenantContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ACCOUNTS", "TRANSACTIONS", "MEMBERS", "EXPORTS_PER_DAY"):
        monkeypatch.setenv(f"FINTRACK_MOST_{name}", "1")
    settings.cache_clear()
    keep_default_limits()
    set_limit(cleo.slug, Limit.ACCOUNTS, 2)
    account(cleo, "Till")
    account(cleo, "Safe")
    giro = account(ana, "Giro")
    record(ana, giro)
    exported(ana)
    with pytest.raises(Conflict, match="which is 1"):
        account(ana, "Savings")
    with pytest.raises(Conflict, match="keep 1 transactions"):
        record(ana, giro)
    with pytest.raises(Conflict, match="which is 1"):
        export_transactions(ana)
    with pytest.raises(Conflict, match="which is 1"):
        join(ana, "Ben", Role.VIEWER)


def test_the_app_lets_the_database_know_its_configuration(
    ana: TenantContext,
    database: Database,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logins = database.logins
    own = replace(
        installation,
        app_url=logins.app,
        sign_in_url=logins.sign_in,
        maintenance_url=logins.maintenance,
    )
    monkeypatch.setattr("fintrack.web.asgi.open_installation", lambda: own)
    monkeypatch.setenv("FINTRACK_MOST_ACCOUNTS", "7")
    settings.cache_clear()
    asgi._open()
    assert allowances(ana)[Limit.ACCOUNTS].most == 7


def test_an_exception_can_be_taken_back(ana: TenantContext) -> None:
    account(ana, "Giro")
    set_limit(ana.slug, Limit.ACCOUNTS, 1)
    set_limit(ana.slug, Limit.ACCOUNTS, None)
    account(ana, "Savings")
    assert not any(each.is_own for each in limits_of(ana.slug))


def test_what_the_operator_allows_is_an_event(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.ACCOUNTS, 1)
    set_limit(ana.slug, Limit.ACCOUNTS, 2)
    event = activity(ana).frame.iloc[0]
    assert (event["action"], event["source"]) == ("tenant.limit_changed", "COMMAND")
    assert (event["actor"], event["role"]) == ("", "")
    assert (event["before"], event["after"]) == ('{"accounts": 1}', '{"accounts": 2}')


def test_there_is_no_limit_of_a_tenant_that_is_none(database: Database) -> None:
    with pytest.raises(NotFound):
        set_limit("there-is-none", Limit.ACCOUNTS, 1)
    with pytest.raises(NotFound):
        limits_of("there-is-none")
