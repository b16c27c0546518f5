"""Tenants: several per user, each with its own role, settings and end."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection, sql

from fintrack.access.sessions import confirm_session
from fintrack.access.tenants import (
    NewTenant,
    TenantSettings,
    change_settings,
    close_tenant,
    create_tenant,
    enter_tenant,
    my_tenants,
    remove_sample,
    reopen_tenant,
    tenant_settings,
)
from fintrack.context import Role, TenantContext, TenantType
from fintrack.errors import ConfirmationNeeded, Conflict, InvalidInput, NotFound, PermissionDenied
from fintrack.ledger.activity import activity
from fintrack.ledger.tags import create_tag, tags
from fintrack.operations.erasure import erase_closed_tenants
from fintrack.operations.installation import Installation
from fintrack.operations.tenants import suspend_tenant
from tests.conftest import PASSWORD, close, erase, share_ownership, sign_in, sign_up
from tests.databases import Database
from tests.isolation.world import World, build_world, drop_world
from tests.statements.importing import exported

KEPT = """
    insert into sec.kept_answer (key_hash, request_hash, user_id, tenant_id, expires_at)
    values (sha256(uuid_send(gen_random_uuid())), sha256(''), %s, %s, now() + interval '1 hour')
"""
COMPANY = NewTenant("Rivera Studio", TenantType.BUSINESS, "JPY", "JP")


def test_a_user_may_have_several_tenants(ana: TenantContext) -> None:
    create_tenant(ana.session, COMPANY)
    assert [tenant.name for tenant in my_tenants(ana.session)] == ["Rivera family", "Rivera Studio"]


def test_a_country_gives_a_tenant_its_locale(ana: TenantContext) -> None:
    assert create_tenant(ana.session, COMPANY).locale == "ja_JP"


@pytest.mark.parametrize(
    "change",
    [
        {"name": " "},
        {"currency": "XXZ"},
        {"country": "Spain"},
        {"locale": "zz_ZZ"},
        {"time_zone": "Mars"},
    ],
)
def test_a_tenant_that_cannot_be_is_refused(ana: TenantContext, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        create_tenant(ana.session, replace(COMPANY, **change))
    assert len(my_tenants(ana.session)) == 1


def test_f4_a_foreign_slug_and_one_that_does_not_exist_are_the_same(
    ana: TenantContext, cleo: TenantContext
) -> None:
    answers = set()
    for slug in (cleo.slug, "there-is-none"):
        with pytest.raises(NotFound) as caught:
            enter_tenant(ana.session, slug)
        answers.add(str(caught.value))
    assert len(answers) == 1


def test_settings_are_saved(ana: TenantContext) -> None:
    old = tenant_settings(ana)
    changed = change_settings(ana, replace(old, name="The Riveras", fiscal_year_start=4))
    assert (changed.name, changed.fiscal_year_start) == ("The Riveras", 4)
    assert tenant_settings(ana).version == old.version + 1


def test_settings_change_everything_but_the_status(ana: TenantContext) -> None:
    wanted = TenantSettings(
        "Riveras",
        TenantType.BUSINESS,
        "JPY",
        "JP",
        "ja_JP",
        "Asia/Tokyo",
        12,
        "teal",
        "SUSPENDED",
        1,
    )
    change_settings(ana, wanted)
    assert tenant_settings(ana) == replace(wanted, status="ACTIVE", version=2)


def test_settings_somebody_changed_meanwhile_are_not_overwritten(ana: TenantContext) -> None:
    old = tenant_settings(ana)
    change_settings(ana, replace(old, name="First"))
    with pytest.raises(Conflict):
        change_settings(ana, replace(old, name="Second"))
    assert tenant_settings(ana).name == "First"


def test_a_member_may_not_change_settings(eli: TenantContext) -> None:
    with pytest.raises(
        PermissionDenied, match="In Rivera family you are MEMBER, who may not change the settings"
    ):
        change_settings(eli, tenant_settings(eli))


def test_an_admin_may_not_close_the_tenant(dora: TenantContext) -> None:
    with pytest.raises(PermissionDenied):
        close_tenant(dora, dora.name)


def test_closing_asks_for_the_name(ana: TenantContext) -> None:
    confirm_session(ana.session, PASSWORD)
    with pytest.raises(InvalidInput):
        close_tenant(ana, "another name")
    assert tenant_settings(ana).status == "ACTIVE"


def test_closing_asks_who_it_is(ana: TenantContext) -> None:
    with pytest.raises(ConfirmationNeeded):
        close_tenant(ana, ana.name)
    assert tenant_settings(ana).status == "ACTIVE"


def test_real_books_do_not_go_at_once(ana: TenantContext) -> None:
    with pytest.raises(InvalidInput):
        remove_sample(ana)
    assert tenant_settings(ana).name == ana.name


def rows_of(database: Database, tenant_id: UUID) -> dict[str, int]:
    """Return how many rows of the tenant each table with a column for it holds."""
    with database.administrator() as admin:
        tables = admin.execute(
            "select c.table_schema, c.table_name from information_schema.columns c "
            "join information_schema.tables t using (table_schema, table_name) "
            "where c.column_name = 'tenant_id' and t.table_type = 'BASE TABLE'"
        ).fetchall()
        counted = sql.SQL("select count(*) from {} where tenant_id = %s")
        return {
            ".".join(table): row[0]
            for table in tables
            for row in admin.execute(counted.format(sql.Identifier(*table)), [tenant_id])
        }


@pytest.fixture
def world(installation: Installation) -> Iterator[World]:
    """Two tenants of their own with rows in every table, a bound session and a kept answer each."""
    built = build_world(installation)
    with built.database.administrator() as admin:
        for book in (built.family, built.company):
            bound = [book.id, book.members[Role.ADMIN].session.id]
            admin.execute("update sec.session set tenant_id = %s where id = %s", bound)
            admin.execute(KEPT, [book.members[Role.ADMIN].user_id, book.id])
            admin.execute(
                "insert into sec.kept_answer values (sha256(%s), sha256(''), %s, %s, '', now())",
                [book.id.bytes, book.keeper.user_id, book.id],
            )
            admin.execute(
                "with made as (insert into sec.webhook values (gen_random_uuid(), %s, %s, 'x', '',"
                " array['x']) returning id) insert into sec.delivery (id, tenant_id, webhook_id,"
                " event, at, actor_id) select id, %s, id, 'x', now(), %s from made",
                [book.id, book.keeper.user_id, book.id, book.keeper.user_id],
            )
            admin.execute(
                "insert into sec.budget_notice select tenant_id, id, id, now() from sec.webhook"
                " where tenant_id = %s",
                [book.id],
            )
            founded = [book.members[Role.OWNER].user_id, book.id]
            admin.execute("insert into sec.founding values (%s, %s, '', false)", founded)
    yield built
    drop_world(installation, built)


def test_an_erased_tenant_leaves_no_row_anywhere(world: World) -> None:
    owner, outsider = (book.members[Role.OWNER] for book in (world.family, world.company))
    before = rows_of(world.database, owner.tenant_id)
    others = rows_of(world.database, outsider.tenant_id)
    assert [table for table, count in before.items() if not count] == []
    with world.doors():
        erase(world.database, owner)
    assert set(rows_of(world.database, owner.tenant_id).values()) == {0}
    assert rows_of(world.database, outsider.tenant_id) == others


def test_b6_a_suspended_tenant_cannot_be_entered(ana: TenantContext) -> None:
    suspend_tenant(ana.slug)
    with pytest.raises(NotFound):
        tenant_settings(ana)
    assert my_tenants(ana.session) == ()


def test_a_closing_tenant_is_entered_as_a_viewer(ana: TenantContext) -> None:
    old = tenant_settings(ana)
    close(ana)
    with pytest.raises(PermissionDenied):
        change_settings(enter_tenant(ana.session, ana.slug), old)


def test_closing_leaves_thirty_days(ana: TenantContext) -> None:
    close(ana)
    closes_at = enter_tenant(ana.session, ana.slug).closes_at
    assert closes_at is not None
    assert timedelta(days=29) < closes_at - datetime.now(UTC) <= timedelta(days=30)
    assert erase_closed_tenants() == 0


def test_a_context_from_before_the_closing_changes_nothing(
    ana: TenantContext, eli: TenantContext
) -> None:
    close(ana)
    for stale in (ana, eli):
        with pytest.raises(PermissionDenied):
            create_tag(stale, "holiday")
    assert tags(ana).empty


def test_a_closing_tenant_is_exported_by_whoever_may_export(
    ana: TenantContext, eli: TenantContext, ben: TenantContext
) -> None:
    close(ana)
    for each in (ana, eli):
        assert exported(enter_tenant(each.session, ana.slug)).startswith(b"id,")
    with pytest.raises(PermissionDenied):
        exported(enter_tenant(ben.session, ana.slug))


def test_of_two_owners_who_close_at_once_one_is_told(
    ana: TenantContext, dora: TenantContext
) -> None:
    owners = [ana, share_ownership(ana, dora)]
    for each in owners:
        confirm_session(each.session, PASSWORD)

    def close_now(owner: TenantContext) -> bool:
        try:
            close_tenant(owner, owner.name)
        except (Conflict, PermissionDenied):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(close_now, owners)) == [False, True]


def test_only_an_owner_reopens_a_closing_tenant(ana: TenantContext, dora: TenantContext) -> None:
    close(ana)
    with pytest.raises(NotFound):
        reopen_tenant(dora.session, ana.slug)
    assert reopen_tenant(ana.session, ana.slug).role is Role.OWNER
    assert activity(ana).frame["action"].iloc[0] == "tenant.reopened"


def test_a_tenant_that_is_not_closing_cannot_be_reopened(ana: TenantContext) -> None:
    with pytest.raises(NotFound):
        reopen_tenant(ana.session, ana.slug)


def test_two_sessions_may_be_in_two_tenants(ana: TenantContext) -> None:
    company = create_tenant(sign_in(ana.user_id), COMPANY)
    assert (tenant_settings(company).name, tenant_settings(ana).name) == (
        "Rivera Studio",
        "Rivera family",
    )


LOOKED_AT = ("app.tenant", "app.membership", "sec.session", "sec.users")
WAYS = ("nestloop", "hashjoin", "mergejoin", "indexscan", "indexonlyscan", "bitmapscan", "seqscan")


@pytest.fixture
def planner(database: Database) -> Iterator[Connection]:
    """A superuser who may lie to the planner; the statistics are true again for the next test."""
    with database.administrator() as admin:
        yield admin
        admin.execute("analyze")


@pytest.mark.parametrize("large", LOOKED_AT)
def test_no_plan_proves_a_tenant_of_others(
    planner: Connection, ana: TenantContext, large: str
) -> None:
    for name in ("Dan", "Gil", "Hal", "Ida"):
        sign_up(name, f"{name}'s own")
    for table in LOOKED_AT:
        rows = 5000 if table == large else 1
        statistics = "update pg_class set reltuples = %s, relpages = %s where oid = %s::regclass"
        planner.execute(statistics, [rows, rows // 50 + 1, table])
    for off in combinations(WAYS, 3):
        planner.execute("reset all")
        for way in off:
            planner.execute(f"set enable_{way} = off")
        found = planner.execute("select slug from sec.my_tenants(%s)", [ana.session.handle])
        assert found.fetchall() == [(ana.slug,)]
