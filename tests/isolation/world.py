"""Two tenants with the same names and amounts in every table, and members of every role.

The family: Ana OWNER, Dora ADMIN, Eli MEMBER, Ben VIEWER; Gil keeps private accounts; Hal is suspended;
Ida is a guest, who comes and goes.
The company mirrors it, with Cleo as its OWNER: she is the outsider.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

import psycopg
from sqlalchemy import URL, Engine

from fintrack import db
from fintrack.access.memberships import suspend_member
from fintrack.config import Registration, settings
from fintrack.context import Role, TenantContext, TenantType, UserSession
from fintrack.one_statement import OneStatementCursor
from fintrack.operations.installation import Installation
from fintrack.schema import new_id
from tests.conftest import join, sign_up
from tests.databases import Database, drop_database, new_database
from tests.isolation.rows import BOUND, ROWS, TABLES, VIEWS, Place, add, row

ROLES = (Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER)
# Accounts by what they are to the member who asks; all but EVERYONE's and OWN are Gil's.
KINDS = ("EVERYONE", "HIDDEN", "BALANCE", "READ", "WRITE", "OWN")
SHARED = ("BALANCE", "READ", "WRITE")
COMPANY = ("Cleo", "Dan", "Eva", "Fred", "Gus", "Hans", "Iris")
FAMILY = ("Ana", "Dora", "Eli", "Ben", "Gil", "Hal", "Ida")


class AttackersCursor(OneStatementCursor):
    """The application's cursor, out of sight of the check that statements name their tenant."""

    copy = psycopg.Cursor.copy


@dataclass(frozen=True, slots=True)
class Book:
    """One tenant: a context for each role, and the accounts by kind (and by owner for OWN)."""

    members: dict[Role, TenantContext]
    keeper: TenantContext
    suspended: TenantContext
    guest: UserSession
    places: dict[str, Place]

    @property
    def id(self) -> UUID:
        """Return the tenant's id."""
        return self.keeper.tenant_id

    def place(self, kind: str, role: Role) -> Place:
        """Return the account of this kind as seen by the member of `role`."""
        return self.places[f"OWN {role}" if kind == "OWN" else kind]


class World:
    """A database with both tenants; connections are made as the application makes them."""

    def __init__(self, database: Database, family: Book, company: Book) -> None:
        self.database = database
        self.family = family
        self.company = company
        self.last_read: tuple[object, dict[UUID, Counter[str]]] = (None, {})
        self._open: dict[str, psycopg.Connection] = {}
        self._pools: dict[str, Engine] = {}

    def connection(self, url: URL | None = None) -> psycopg.Connection:
        """Return this world's connection of a login, the application's unless `url` is given."""
        url = url or self.database.logins.app
        name = str(url.username)
        if name not in self._open:
            self._open[name] = connect(url)
        return self._open[name]

    @contextmanager
    def entered(self, context: TenantContext) -> Iterator[psycopg.Connection]:
        """Enter the tenant as the door does, without its query predicate; roll back at the end."""
        connection = self.connection()
        try:
            with connection.pipeline():
                connection.execute("begin")
                connection.execute(db.ENTER, (context.session.handle, context.tenant_id))
            yield connection
        finally:
            forget(connection)

    @contextmanager
    def administrator(self) -> Iterator[psycopg.Connection]:
        """Look and tamper as a superuser; roll back at the end."""
        if "postgres" not in self._open:
            self._open["postgres"] = self.database.administrator()
        connection = self._open["postgres"]
        connection.execute("begin")
        try:
            yield connection
        finally:
            connection.rollback()

    @contextmanager
    def doors(self) -> Iterator[None]:
        """Let the application's own doors lead into this world; its pools are kept for next time."""
        if not self._pools:
            db.connect(self.database.logins)
            self._pools.update(db._engines)
        db._engines.update(self._pools)
        try:
            yield
        finally:
            db._engines.clear()

    def close(self) -> None:
        """Close the connections; a database that is copied must have none."""
        for pool in self._pools.values():
            pool.dispose()
        self._pools.clear()
        for connection in self._open.values():
            with suppress(psycopg.Error):
                connection.close()
        self._open.clear()


def connect(url: URL) -> psycopg.Connection:
    """Return a connection with the cursor and the mode of the application's own."""
    options = url.translate_connect_args(database="dbname", username="user") | dict(url.query)
    return psycopg.connect(
        **options, autocommit=True, prepare_threshold=None, cursor_factory=AttackersCursor
    )


def forget(connection: psycopg.Connection) -> None:
    """Roll back and leave nothing behind, as the application does when it returns a connection."""
    psycopg.Cursor(connection).execute(f"rollback; {db.FORGET}", prepare=False)


def through(logins: db.Logins, **query: str) -> db.Logins:
    """Return the addresses of the logins with another way to the server."""
    urls = (logins.app, logins.sign_in, logins.maintenance)
    return db.Logins(*(url.update_query_dict(query) for url in urls))


def build_world(installation: Installation) -> World:
    """Return a new world; a table without a row builder fails here."""
    missing = set(TABLES) - set(ROWS)
    assert not missing, f"tests/isolation/rows.py has no row builder for {sorted(missing)}"
    database = new_database(installation)
    with open_registration(), _connected(database):
        family, company = _book("Rivera family", FAMILY), _book("Rivera Ltd", COMPANY)
    with database.administrator() as admin:
        admin.execute("update sec.session set idle_for = '9 days', expires_at = now() + '9 days'")
        for book in (family, company):
            with admin.transaction():
                _fill(admin, book)
        _require_rows(admin, family, company)
    return World(database, family, company)


def copy_world(installation: Installation, world: World) -> World:
    """Return a world of its own with the same rows, to be changed or sabotaged."""
    world.close()
    return World(new_database(installation, world.database.name), world.family, world.company)


def drop_world(installation: Installation, world: World) -> None:
    """Close the world and its database."""
    world.close()
    drop_database(installation, world.database)


@contextmanager
def open_registration() -> Iterator[None]:
    """Let anybody register meanwhile."""
    before = os.environ.get("FINTRACK_REGISTRATION")
    os.environ["FINTRACK_REGISTRATION"] = Registration.OPEN
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ.pop("FINTRACK_REGISTRATION")
        if before is not None:
            os.environ["FINTRACK_REGISTRATION"] = before
        settings.cache_clear()


@contextmanager
def _connected(database: Database) -> Iterator[None]:
    db.connect(database.logins)
    try:
        yield
    finally:
        db.disconnect()


def _book(name: str, people: tuple[str, ...]) -> Book:
    owner = sign_up(people[0], name)
    members = {Role.OWNER: owner}
    for role, person in zip(ROLES[1:], people[1:4], strict=True):
        members[role] = join(owner, person, role)
    keeper, suspended = (join(owner, person, Role.MEMBER) for person in people[4:6])
    guest = sign_up(people[6], f"{people[6]}'s own", TenantType.PERSONAL).session
    suspend_member(owner, suspended.user_id)
    places = {kind: _place(keeper, kind, suspended) for kind in KINDS[:-1]}
    for role, member in members.items():
        places[f"OWN {role}"] = _place(member, "OWN", suspended)
    return Book(members, keeper, suspended, guest, places)


def _place(owner: TenantContext, kind: str, suspended: TenantContext) -> Place:
    return Place(owner.tenant_id, owner.user_id, new_id(), kind, suspended.user_id)


def _fill(admin: psycopg.Connection, book: Book) -> None:
    shared: dict[str, UUID] = {"somebody": book.keeper.user_id}
    for table in set_apart(tenant_wide=True):
        if table in ("tenant", "membership"):
            continue
        keeper, suspended = book.keeper.user_id, book.suspended.user_id
        values = row(table, Place(book.id, keeper, new_id(), sharer=suspended, ids=shared))
        add(admin, table, values)
        shared[table] = values.get("id", book.id)
    for table in ("tag", "invitation"):
        spare = row(table, Place(book.id, book.keeper.user_id, new_id()), 7)
        add(admin, table, spare)
        shared[f"spare {table}"] = spare["id"]
    for member in book.members.values():
        add(admin, "saved_pivot", row("saved_pivot", Place(book.id, member.user_id, new_id())))
    for place in book.places.values():
        place.ids |= shared
        for table in set_apart(tenant_wide=False):
            values = row(table, place)
            add(admin, table, values)
            place.ids[table] = values.get("id", place.account)
        _share(admin, book, place)


def set_apart(*, tenant_wide: bool) -> list[str]:
    """Return the tables of the whole tenant, or those of one account, in building order."""
    return [table for table in ROWS if (table in BOUND) is not tenant_wide]


def _share(admin: psycopg.Connection, book: Book, place: Place) -> None:
    if place.visibility not in SHARED:
        return
    for member in book.members.values():
        values = row("account_share", place)
        add(admin, "account_share", values | {"user_id": member.user_id, "level": place.visibility})


def _require_rows(admin: psycopg.Connection, *books: Book) -> None:
    for table in (*TABLES, *VIEWS):
        for book in books:
            count = admin.execute(
                f"select count(*) from app.{table} where tenant_id = %s", [book.id]
            ).fetchone()
            assert count, table
            assert count[0], f"{table} holds no row of {book.keeper.name}"
