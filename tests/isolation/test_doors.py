"""One table of rights, three doors: the function, the page and the database decide alike."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from secrets import token_bytes
from urllib.parse import parse_qsl

import psycopg
import pytest
from psycopg import sql
from streamlit.testing.v1 import AppTest

from fintrack import db
from fintrack.access.api_tokens import create_api_token
from fintrack.access.invitations import Terms, invite_member
from fintrack.access.memberships import suspend_member
from fintrack.access.ownership import offer_ownership
from fintrack.access.sight import see_as
from fintrack.access.tenants import change_settings, close_tenant, enter_tenant, tenant_settings
from fintrack.analytics.dimensions import Dimension
from fintrack.analytics.pivots import Measure
from fintrack.analytics.saved_pivots import View, save_pivot
from fintrack.context import RIGHTS, Flag, Permission, Role, TenantContext, flags_of
from fintrack.errors import FinTrackError, PermissionDenied
from fintrack.ledger.activity import activity
from fintrack.ledger.exports import export_transactions
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.tags import create_tag
from fintrack.schema import new_id
from fintrack.statements.previews import preview_import
from tests.isolation.attempts import attempt, put, reach
from tests.isolation.world import ROLES, World, forget
from tests.pages.opening import open_page

pytestmark = pytest.mark.one_server

DAY = date(2026, 3, 1)
SHOPS = View(Dimension.PAYEE, Dimension.MONTH, Measure.SPENDING)
EVENT = (
    "insert into app.audit_event (id, action) values (gen_random_uuid(), 'transactions.exported')"
)


@dataclass(frozen=True, slots=True)
class Case:
    """A member of one role, with every flag of the role or with none."""

    role: Role
    is_flagged: bool

    @property
    def flags(self) -> frozenset[Flag]:
        """Return the flags that the member holds; owners and admins hold all at any time."""
        always = self.role in (Role.OWNER, Role.ADMIN)
        return flags_of(self.role) if self.is_flagged or always else frozenset()

    def has(self, permission: Permission) -> bool:
        """Return what the table says, read by hand."""
        right = RIGHTS[permission]
        return self.role.rank >= right.role.rank and (
            right.flag is None or right.flag in self.flags
        )


CASES = [Case(role, is_flagged) for role in ROLES for is_flagged in (True, False)]
every_case = pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.role}-{'flags' if case.is_flagged else 'none'}"
)

# Each call gets past the right and is then refused for what it asks, so that nothing changes.
FUNCTIONS: dict[Permission, Callable[[TenantContext], object]] = {
    Permission.READ: tenant_settings,
    Permission.USE_API: lambda me: create_api_token(me, "", []),
    Permission.EXPORT: lambda me: list(export_transactions(me)),
    Permission.WRITE: lambda me: record_transaction(me, NewTransaction(new_id(), DAY, 1)),
    Permission.IMPORT: lambda me: preview_import(me, b"", "nothing.csv"),
    Permission.INVITE: lambda me: invite_member(me, "x@example.org", Role.VIEWER, Terms(days=0)),
    Permission.READ_ACTIVITY: activity,
    Permission.MANAGE_CATEGORIES: lambda me: create_tag(me, ""),
    Permission.SAVE_PIVOTS: lambda me: save_pivot(me, "", SHOPS),
    Permission.MANAGE_MEMBERS: lambda me: suspend_member(me, new_id()),
    Permission.SEE_AS: lambda me: see_as(me, new_id()),
    Permission.CHANGE_SETTINGS: lambda me: change_settings(
        me, replace(tenant_settings(me), fiscal_year_start=13)
    ),
    Permission.TRANSFER_OWNERSHIP: lambda me: offer_ownership(me, new_id()),
    Permission.CLOSE_TENANT: lambda me: close_tenant(me, "another name"),
}


@pytest.fixture(scope="module")
def worlds(copied: Callable[[], World]) -> dict[bool, World]:
    """Two worlds, one where everybody has every flag and one where nobody has any."""
    made = {True: copied(), False: copied()}
    for is_flagged, world in made.items():
        with world.database.administrator() as admin:
            admin.execute("update sec.session set confirmed_at = now()")
            admin.execute(
                "update app.membership set flags = %s",
                [sorted(Flag) if is_flagged else []],
            )
    return made


def member(world: World, case: Case) -> TenantContext:
    """Return the member of the case as the look-up sees him now."""
    known = world.family.members[case.role]
    return enter_tenant(known.session, known.slug)


def test_every_right_is_asked_for() -> None:
    assert FUNCTIONS.keys() == set(Permission)
    assert STATEMENTS.keys() == set(Permission)
    assert SCREENS.keys() | WITHOUT_SCREEN == set(Permission)


@every_case
def test_the_functions_decide_by_the_table(worlds: dict[bool, World], case: Case) -> None:
    world = worlds[case.is_flagged]
    with world.doors():
        me = member(world, case)
        said = {permission: _refusal(call, me) for permission, call in FUNCTIONS.items()}
        assert said == {
            permission: None
            if case.has(permission)
            else f"In {me.name} you are {me.role}, who may not {permission}."
            for permission in FUNCTIONS
        }
        assert {each for each in Permission if me.may(each)} == set(filter(case.has, Permission))
        assert me.flags == case.flags


@every_case
def test_the_database_decides_by_the_table(worlds: dict[bool, World], case: Case) -> None:
    world = worlds[case.is_flagged]
    may = {permission: ask(world, case.role) for permission, ask in STATEMENTS.items()}
    assert may == {permission: case.has(permission) for permission in Permission}


@pytest.mark.slow
@every_case
def test_the_pages_show_by_the_table(worlds: dict[bool, World], case: Case) -> None:
    world = worlds[case.is_flagged]
    with world.doors():
        me = member(world, case)
        pages = {place: _opened(me, place) for place, _ in SCREENS.values()}
        assert all(not page.exception and not page.error for page in pages.values())
        shown = {permission: seen(pages[name]) for permission, (name, seen) in SCREENS.items()}
    assert shown == {permission: case.has(permission) for permission in SCREENS}


def _opened(me: TenantContext, place: str) -> AppTest:
    path, _, query = place.partition("?")
    return open_page(me, path, **dict(parse_qsl(query)))


def _refusal(call: Callable[[TenantContext], object], me: TenantContext) -> str | None:
    try:
        call(me)
    except PermissionDenied as error:
        return str(error)
    except FinTrackError:
        return None
    return None


def _reaches(verb: str, table: str) -> Callable[[World, Role], bool]:
    def ask(world: World, role: Role) -> bool:
        with world.entered(world.family.members[role]) as connection:
            return bool(reach(world, connection, verb, table, [("tenant_id", world.family.id)]))

    return ask


def _puts(table: str) -> Callable[[World, Role], bool]:
    def ask(world: World, role: Role) -> bool:
        with world.entered(world.family.members[role]) as connection:
            return bool(put(world, connection, table, world.family.place("EVERYONE", role)))

    return ask


def _exports(world: World, role: Role) -> bool:
    with world.entered(world.family.members[role]) as connection:
        return bool(attempt(connection, sql.SQL(EVENT)))


def _offers(world: World, role: Role) -> bool:
    viewer = world.family.members[Role.VIEWER].user_id
    offer = "insert into app.ownership_offer (user_id, is_shared) values (%s, true)"
    with world.entered(world.family.members[role]) as connection:
        return bool(attempt(connection, sql.SQL(offer), [viewer]))


def _closes(world: World, role: Role) -> bool:
    with world.entered(world.family.members[role]) as connection:
        return bool(attempt(connection, sql.SQL("select sec.close_tenant()")))


def _enters_by_token(world: World, role: Role) -> bool:
    me, handle = world.family.members[role], token_bytes(32)
    with world.database.administrator() as admin:
        admin.execute(
            "insert into sec.session (id, handle_hash, user_id, kind, tenant_id, idle_for, expires_at)"
            " values (gen_random_uuid(), sha256(%s), %s, 'API', %s, '1 day', now() + interval '1 day')",
            [handle, me.user_id, me.tenant_id],
        )
    return _enters(world, db.ENTER, handle, me.tenant_id)


def _looks(world: World, role: Role) -> bool:
    me, viewer = world.family.members[role], world.family.members[Role.VIEWER]
    return _enters(world, db.ENTER_AS, me.session.handle, me.tenant_id, viewer.user_id)


def _enters(world: World, entrance: str, *values: object) -> bool:
    connection = world.connection()
    connection.execute("begin")
    try:
        connection.execute(entrance, values)
    except psycopg.DatabaseError as error:
        if error.sqlstate not in {"FT403", "FT404"}:
            raise
        return False
    finally:
        forget(connection)
    return True


STATEMENTS: dict[Permission, Callable[[World, Role], bool]] = {
    Permission.READ: _reaches("select", "transaction"),
    Permission.EXPORT: _exports,
    Permission.USE_API: _enters_by_token,
    Permission.WRITE: _puts("transaction"),
    Permission.IMPORT: _puts("import_batch"),
    Permission.INVITE: _puts("invitation"),
    Permission.READ_ACTIVITY: _reaches("select", "audit_event"),
    Permission.MANAGE_CATEGORIES: _puts("category"),
    Permission.SAVE_PIVOTS: _puts("saved_pivot"),
    Permission.MANAGE_MEMBERS: _reaches("update", "membership"),
    Permission.SEE_AS: _looks,
    Permission.CHANGE_SETTINGS: _reaches("update", "tenant"),
    Permission.TRANSFER_OWNERSHIP: _offers,
    Permission.CLOSE_TENANT: _closes,
}


def _button(label: str) -> Callable[[AppTest], bool]:
    return lambda page: any(each.label == label and not each.disabled for each in page.button)


def _menu(label: str) -> Callable[[AppTest], bool]:
    return lambda page: any(label in each.options for each in page.menu_button)


def _offers_books(name: str) -> Callable[[AppTest], bool]:
    return lambda page: any(
        name in each.options for each in page.selectbox if each.label == "Books"
    )


SCREENS: dict[Permission, tuple[str, Callable[[AppTest], bool]]] = {
    Permission.READ: ("members", lambda page: "6 people" in [each.value for each in page.caption]),
    Permission.USE_API: ("account", _offers_books("Rivera family")),
    Permission.EXPORT: ("transactions", _button("Everything")),
    Permission.WRITE: ("transactions", _button("Add")),
    Permission.IMPORT: ("import", lambda page: bool(page.file_uploader)),
    Permission.INVITE: (
        "members",
        lambda page: "Invitations" in page.segmented_control[0].options,
    ),
    Permission.READ_ACTIVITY: (
        "members",
        lambda page: "Activity" in page.segmented_control[0].options,
    ),
    Permission.SAVE_PIVOTS: ("analytics?view=Pivot", _button("Save")),
    Permission.MANAGE_MEMBERS: ("members", _menu("Remove")),
    Permission.CHANGE_SETTINGS: ("settings", _button("Save")),
    Permission.TRANSFER_OWNERSHIP: ("members", _menu("Offer the ownership")),
    Permission.CLOSE_TENANT: ("settings", lambda page: bool(page.expander)),
}
# What has no screen of its own yet; whoever draws one puts it above.
WITHOUT_SCREEN = {
    Permission.MANAGE_CATEGORIES,
    Permission.SEE_AS,
}
