"""What a killed import of a book leaves of its tenant goes with the user's next one."""

import io
from uuid import UUID

import pytest

from fintrack.access.tenants import NewTenant, create_bare_tenant, create_tenant, my_tenants
from fintrack.context import TenantContext, TenantType
from fintrack.ledger.tags import create_tag
from fintrack.operations.books import import_book
from fintrack.statements.books.book import Hints
from tests.databases import Database
from tests.statements.books.test_book_sources import MONARCH

LEFT = NewTenant("Left", TenantType.PERSONAL, "EUR", "ES")


@pytest.fixture
def left(ana: TenantContext) -> TenantContext:
    """The tenant of a run that was killed before the first row of its book."""
    return create_bare_tenant(ana.session, LEFT)


def test_an_empty_tenant_of_a_killed_run_goes_with_the_next_book(
    ana: TenantContext, left: TenantContext, database: Database
) -> None:
    own = create_tenant(ana.session, NewTenant("Own", TenantType.PERSONAL, "EUR", "ES"))
    book = after_a_while(ana, database)
    assert left.tenant_id not in tenants(ana)
    assert tenants(ana) == {ana.tenant_id, own.tenant_id, book.tenant_id}


def test_a_tenant_of_this_minute_may_still_get_its_book(
    ana: TenantContext, left: TenantContext
) -> None:
    brought(ana)
    assert left.tenant_id in tenants(ana)


def test_a_tenant_whose_book_still_comes_stays(
    ana: TenantContext, left: TenantContext, database: Database
) -> None:
    held = "select from app.tenant where tenant_id = %s for key share"
    with database.administrator() as other, other.transaction():
        other.execute(held, [left.tenant_id])
        after_a_while(ana, database)
    assert left.tenant_id in tenants(ana)


def test_a_tenant_in_which_anything_was_done_stays(
    ana: TenantContext, left: TenantContext, database: Database
) -> None:
    create_tag(left, "trip")
    after_a_while(ana, database)
    assert left.tenant_id in tenants(ana)


def test_nobody_removes_what_somebody_else_left(
    ana: TenantContext, left: TenantContext, cleo: TenantContext, database: Database
) -> None:
    after_a_while(cleo, database)
    assert left.tenant_id in tenants(ana)


def after_a_while(me: TenantContext, database: Database) -> TenantContext:
    """Bring a book two minutes after all tenants were made."""
    with database.administrator() as admin:
        admin.execute("update app.tenant set created_at = now() - interval '2 minutes'")
    return brought(me)


def brought(me: TenantContext) -> TenantContext:
    return import_book(me.session, io.BytesIO(MONARCH.encode()), "b", hints=Hints("EUR")).context


def tenants(me: TenantContext) -> set[UUID]:
    return {each.tenant_id for each in my_tenants(me.session)}
