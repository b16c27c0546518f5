"""What the operator does to a tenant: on record, and only what its status allows."""

from collections.abc import Callable

import pytest

from fintrack.access.tenants import my_tenants, shut_tenants, tenant_settings
from fintrack.context import TenantContext
from fintrack.errors import Conflict, NotFound
from fintrack.ledger.activity import activity
from fintrack.ledger.tags import create_tag
from fintrack.operations.erasure import erase_closed_tenants
from fintrack.operations.tenants import resume_tenant, suspend_tenant
from fintrack.operations.worker import run_jobs
from tests.conftest import close
from tests.databases import Database


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
    assert run_jobs() == {"closed tenants erased": 0}
    let_thirty_days_go_by(database)
    assert run_jobs() == {"closed tenants erased": 1}
    assert (my_tenants(ana.session), len(my_tenants(cleo.session))) == ((), 1)
