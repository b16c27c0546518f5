"""A person takes his data along and is erased: a tombstone stays, and everybody else's figures."""

import json
from datetime import date

import psycopg
import pytest
from psycopg import sql

from fintrack.access.invitations import invite_member
from fintrack.access.memberships import (
    leave_tenant,
    members,
    suspend_member,
)
from fintrack.access.persons import Fate, erase_person, personal_data, ties
from fintrack.access.registrations import begin_registration
from fintrack.access.sessions import (
    check_credentials,
    confirm_session,
    ended_sessions,
    open_session,
)
from fintrack.access.tenants import enter_tenant, my_tenants, tenant_settings
from fintrack.access.users import NewUser, is_empty_installation, register
from fintrack.analytics.dimensions import Dimension
from fintrack.analytics.net_worth import balances
from fintrack.analytics.pivots import Measure
from fintrack.analytics.saved_pivots import View, save_pivot
from fintrack.context import Role, TenantContext, UserSession
from fintrack.errors import (
    ConfirmationNeeded,
    Conflict,
    NotSignedIn,
)
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.operations.operators import acting_for
from tests.access.phone import Phone
from tests.conftest import PASSWORD, share_ownership, sign_in
from tests.databases import Database

OPENED = date(2026, 1, 1)


def erase(session: UserSession) -> None:
    """Erase the person, who was told of every tenant that goes with him."""
    confirm_session(session, PASSWORD)
    told = [tie.tenant_id for tie in ties(session) if tie.fate is Fate.ERASED]
    erase_person(session, told)


def fates(session: UserSession) -> dict[str, Fate]:
    """Return what becomes of each tenant, by name."""
    return {tie.name: tie.fate for tie in ties(session)}


def rows_with(database: Database, word: str) -> set[str]:
    """Return the tables of which a row holds the word."""
    with database.administrator() as admin:
        tables = admin.execute(
            "select schemaname, tablename from pg_tables where schemaname in ('app', 'sec')"
        ).fetchall()
        query = "select count(*) from {} t where to_jsonb(t)::text ~* %s"
        return {
            ".".join(table)
            for table in tables
            if admin.execute(
                sql.SQL(query).format(sql.Identifier(*table)), [rf"\m{word}\M"]
            ).fetchone()
            != (0,)
        }


def test_j6_the_export_holds_what_is_held_on_the_person(
    ana: TenantContext, eli: TenantContext, phone: Phone, recovery: tuple[str, ...]
) -> None:
    invite_member(ana, "zoe@example.org", Role.VIEWER)
    open_session(ana.user_id, remember=True, agent="Phone", address="192.0.2.9")
    save_pivot(ana, "Shops", View(Dimension.PAYEE, Dimension.MONTH, Measure.NET))
    data = json.loads(personal_data(ana.session))
    assert (data["profile"]["email"], data["profile"]["name"]) == ("ana@example.org", "Ana")
    assert data["profile"]["recovery_codes_left"] == 10
    assert [each["agent"] for each in data["sessions"]] == ["pytest", "Phone"]
    assert [(each["tenant"], each["role"]) for each in data["memberships"]] == [
        ("Rivera family", "OWNER")
    ]
    assert [(each["name"], each["rows"]) for each in data["saved_pivots"]] == [("Shops", "payee")]
    actions = [each["action"] for each in data["events"]]
    assert actions == ["tenant.created", "member.invited", "member.invited", "pivot.saved"]


def test_j6_the_export_holds_nothing_of_anybody_else(
    ana: TenantContext, cleo: TenantContext, eli: TenantContext
) -> None:
    account = NewAccount("Elis giro", AccountKind.CASH, "EUR", OPENED)
    create_account(eli, account)
    invite_member(ana, "zoe@example.org", Role.VIEWER)
    confirm_session(ana.session, PASSWORD)
    held = personal_data(ana.session).decode().lower()
    for word in ("eli", "cleo", "zoe", "rivera ltd", str(cleo.tenant_id), str(eli.user_id)):
        assert word not in held


def test_j6_the_export_holds_no_secret(
    ana: TenantContext, recovery: tuple[str, ...], database: Database
) -> None:
    held = personal_data(ana.session).decode()
    assert "argon2" not in held
    assert "hash" not in held
    assert "seed" not in held


def test_j6_the_export_tells_nothing_new_of_a_tenant_that_one_has_left(
    ana: TenantContext, eli: TenantContext
) -> None:
    leave_tenant(eli)
    confirm_session(eli.session, PASSWORD)
    memberships = json.loads(personal_data(eli.session))["memberships"]
    assert [(each["tenant"], each["status"]) for each in memberships] == [
        ("Eli's own", "ACTIVE"),
        (None, "LEFT"),
    ]


def test_export_and_erasure_are_confirmed_first(ana: TenantContext) -> None:
    for attempt in (
        lambda: personal_data(ana.session),
        lambda: erase_person(ana.session, [ana.tenant_id]),
    ):
        with pytest.raises(ConfirmationNeeded):
            attempt()
    assert tenant_settings(ana).name == "Rivera family"


def test_an_ended_session_neither_exports_nor_erases(ana: TenantContext) -> None:
    other = sign_in(ana.user_id)
    confirm_session(other, PASSWORD)
    erase(ana.session)
    for attempt in (lambda: ties(other), lambda: erase_person(other, [ana.tenant_id])):
        with pytest.raises(NotSignedIn):
            attempt()


def test_j6_an_erased_person_is_a_tombstone(
    ana: TenantContext, eli: TenantContext, database: Database
) -> None:
    begin_registration(NewUser(eli.session.email, "Eli", PASSWORD))
    save_pivot(eli, "Shops of Eli", View(Dimension.PAYEE, Dimension.MONTH, Measure.NET))
    with acting_for(eli.session.email, "a test"):
        open_session(eli.user_id, remember=True, agent="Eli's phone", address="192.0.2.7")
    assert rows_with(database, "eli") >= {"sec.users", "sec.session", "sec.maintenance_event"}
    erase(eli.session)
    assert rows_with(database, "eli") == set()
    assert rows_with(database, "192.0.2.7") == set()
    with database.administrator() as admin:
        rows = admin.execute(
            "select name, password_hash, disabled_at is not null from sec.users where id = %s",
            [eli.user_id],
        ).fetchall()
    assert rows == [("Somebody who left", "", True)]
    gone = members(ana, left=True).set_index("user_id").loc[str(eli.user_id)]
    assert (gone["name"], gone["status"]) == ("Somebody who left", "LEFT")


def test_an_erased_person_is_out_and_the_address_is_free(
    ana: TenantContext, eli: TenantContext
) -> None:
    erase(eli.session)
    assert ended_sessions([eli.session.id]) == {eli.session.id}
    with pytest.raises(NotSignedIn):
        tenant_settings(eli)
    with pytest.raises(NotSignedIn):
        check_credentials("eli@example.org", PASSWORD, "192.0.2.1")
    fresh = sign_in(register(NewUser("eli@example.org", "Eli", PASSWORD)))
    assert [tenant.name for tenant in my_tenants(fresh)] == ["Eli"]


def test_j6_the_figures_of_other_peoples_tenants_stay(
    ana: TenantContext, eli: TenantContext
) -> None:
    giro = create_account(eli, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10000))
    record_transaction(eli, NewTransaction(giro, date(2026, 3, 1), -4200, "Grocer"))
    before = balances(ana, date(2026, 4, 1))
    erase(eli.session)
    assert balances(ana, date(2026, 4, 1)).equals(before)
    assert before["balance"].tolist() == [5800]


def test_j6_a_tenant_that_nobody_else_is_in_goes_too_and_no_other(
    ana: TenantContext, eli: TenantContext, cleo: TenantContext, database: Database
) -> None:
    own = next(each for each in my_tenants(eli.session) if each.name == "Eli's own")
    assert fates(eli.session) == {"Eli's own": Fate.ERASED, "Rivera family": Fate.LEFT}
    erase(eli.session)
    with database.administrator() as admin:
        left = admin.execute("select name from app.tenant order by name").fetchall()
    assert left == [("Rivera Ltd",), ("Rivera family",)]
    assert rows_with(database, str(own.tenant_id)) == set()


def test_j6_the_people_of_a_shared_tenant_survive(
    ana: TenantContext, eli: TenantContext, ben: TenantContext, cleo: TenantContext
) -> None:
    erase(eli.session)
    assert {each.name for each in my_tenants(ben.session)} == {"Ben's own", "Rivera family"}
    assert check_credentials(ana.session.email, PASSWORD, "192.0.2.1") == ana.user_id
    assert members(ana)["name"].tolist() == ["Ana", "Ben"]
    assert members(cleo)["name"].tolist() == ["Cleo"]


def test_nothing_is_erased_that_the_person_was_not_told_of(eli: TenantContext) -> None:
    confirm_session(eli.session, PASSWORD)
    with pytest.raises(Conflict, match="changed in the meantime"):
        erase_person(eli.session, [])
    assert len(my_tenants(eli.session)) == 2


def test_the_last_owner_of_a_tenant_with_others_in_it_stays(
    ana: TenantContext, eli: TenantContext
) -> None:
    assert fates(ana.session) == {"Rivera family": Fate.NEEDS_OWNER}
    with pytest.raises(Conflict, match="You are the last owner of Rivera family"):
        erase(ana.session)
    share_ownership(ana, eli)
    erase(ana.session)
    assert members(enter_tenant(eli.session, eli.slug))["role"].tolist() == ["OWNER"]


def test_a_suspended_owner_does_not_count(ana: TenantContext, eli: TenantContext) -> None:
    share_ownership(ana, eli)
    suspend_member(ana, eli.user_id)
    with pytest.raises(Conflict, match="last owner"):
        erase(ana.session)


def test_a_tenant_that_the_operator_keeps_shut_is_not_erased(
    eli: TenantContext, database: Database
) -> None:
    with database.administrator() as admin:
        admin.execute("update app.tenant set status = 'SUSPENDED' where name like 'Eli%'")
    with pytest.raises(Conflict, match="kept shut"):
        erase(eli.session)


def test_a_tombstone_becomes_nobodys_member_whoever_writes_it(
    ana: TenantContext, cleo: TenantContext, database: Database
) -> None:
    erase(cleo.session)
    add = "insert into app.membership (tenant_id, user_id, role) values (%s, %s, 'VIEWER')"
    with (
        database.administrator() as admin,
        pytest.raises(psycopg.OperationalError, match="no account"),
    ):
        admin.execute(add, [ana.tenant_id, cleo.user_id])


def test_an_installation_whose_only_person_was_erased_is_new_again(ana: TenantContext) -> None:
    assert not is_empty_installation()
    erase(ana.session)
    assert is_empty_installation()
