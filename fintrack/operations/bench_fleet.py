"""Fleets of tenants to measure on: of equal size, their rows interleaved in order of arrival.

Every payee ends with the slug of its tenant, so that a foreign row is known when it is seen.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import URL

from fintrack import db
from fintrack.access.sessions import open_session, session_of
from fintrack.access.tenants import my_tenants
from fintrack.context import TenantContext
from fintrack.errors import NotSignedIn
from fintrack.operations.bench_questions import DAYS, TODAY
from fintrack.operations.embedded import Server
from fintrack.operations.installation import Installation
from fintrack.operations.passwords import APPLICATION_LOGINS, SUPERUSER

TEMPLATE = "fintrack"
# As administrator: nobody else writes to many tenants. What is measured runs as a member.
PEOPLE = """
    insert into sec.users (id, email, name, password_hash)
    select uuidv7(), 'owner' || n || '@example.org', 'Owner ' || n, ''
    from generate_series(1, %(tenants)s) n
"""
TENANTS = """
    insert into app.tenant (tenant_id, slug, name, type, currency, country, locale, time_zone)
    select uuidv7(), 'tenant-' || n, 'Tenant ' || n, 'FAMILY', 'EUR', 'ES', 'en_GB', 'Europe/Madrid'
    from generate_series(1, %(tenants)s) n
"""
OWNERS = """
    insert into app.membership (tenant_id, user_id, role)
    select t.tenant_id, u.id, 'OWNER' from app.tenant t
    join sec.users u on u.email = replace(t.slug, 'tenant-', 'owner') || '@example.org'
"""
ACCOUNTS = """
    insert into app.account (tenant_id, id, owner_id, name, kind, side, currency, opening_balance,
                             opened_on)
    select m.tenant_id, uuidv7(), m.user_id, 'Account ' || n,
           (array['CHECKING', 'SAVINGS', 'CASH', 'CHECKING'])[1 + n %% 4], 'ASSET', 'EUR', 100000,
           %(day)s
    from app.membership m cross join generate_series(0, %(accounts)s - 1) n
"""
CATEGORIES = """
    insert into app.category (tenant_id, id, kind, name)
    select tenant_id, uuidv7(), case when n < %(categories)s / 6 then 'INCOME' else 'EXPENSE' end,
           'Category ' || n
    from app.tenant cross join generate_series(0, %(categories)s - 1) n order by tenant_id, n
"""
PLACES = """
    create temporary table place as
    select tenant_id, row_number() over (order by tenant_id) / %(crowd)s as crowd,
           array_agg(distinct a.id order by a.id) as accounts,
           array_agg(distinct c.id order by c.id) as categories,
           min(a.owner_id::text)::uuid as owner_id, min(t.slug) as slug
    from app.account a join app.category c using (tenant_id) join app.tenant t using (tenant_id)
    where %(slug)s::text is null or t.slug = %(slug)s group by tenant_id
"""
TRANSACTIONS = """
    insert into app.transaction (tenant_id, id, account_id, currency, booked_on, amount, payee,
                                 description, category_id, words, created_by)
    select p.tenant_id, uuidv7(), p.accounts[1 + r %% %(accounts)s], 'EUR',
           %(day)s::date + (r * %(days)s / %(rows)s)::integer,
           case when r %% %(categories)s < %(categories)s / 6 then 150000 + r %% 997
                else -(500 + (r %% 20000) * 7919 %% 20000) end,
           'Payee ' || r %% %(payees)s || ' ' || p.slug, 'Reference ' || r,
           p.categories[1 + r %% %(categories)s],
           array['payee', (r %% %(payees)s)::text, 'tenant', substr(p.slug, 8), 'reference',
                 r::text],
           p.owner_id
    from generate_series(%(first)s::bigint, %(last)s) r cross join place p
    where p.crowd = %(crowd)s order by r
"""
# So many times every tenant imports a few days, a crowd of tenants row by row in turn: their rows
# lie far apart, and what triggers keep arrives from all of them in turn as well.
ARRIVALS, CROWD = 100, 1000


@dataclass(frozen=True, slots=True)
class Shape:
    """What a tenant of a fleet is like; its rows are spread over all of it."""

    accounts: int = 4
    categories: int = 12
    payees: int = 40
    days: int = DAYS


PLAIN = Shape()


@dataclass(frozen=True, slots=True)
class Fleet:
    """A database of equal tenants, and the contexts of some of its owners."""

    tenants: int
    logins: db.Logins
    admin_url: URL
    contexts: tuple[TenantContext, ...]

    @property
    def database(self) -> str:
        """Return the name of the database."""
        return str(self.admin_url.database)


def build_fleet(installation: Installation, server: Server, *, tenants: int, rows: int) -> Fleet:
    """Return a new database of `tenants` tenants with `rows` transactions each, vacuumed."""
    name = f"bench_{tenants}"
    _make_database(server, name)
    fill(server, name, tenants=tenants, rows=rows)
    urls = (installation.app_url, installation.sign_in_url, installation.maintenance_url)
    logins = db.Logins(*(url.set(database=name) for url in urls))
    db.connect(logins)
    admin_url = installation.admin_url.set(database=name)
    return Fleet(tenants, logins, admin_url, _contexts(server, name))


def fill(server: Server, name: str, *, tenants: int, rows: int, shape: Shape = PLAIN) -> None:
    """Put `tenants` tenants with `rows` transactions each into a database that has none."""
    with server.connect(SUPERUSER, name) as admin:
        for statement in (PEOPLE, TENANTS, OWNERS, ACCOUNTS, CATEGORIES):
            admin.execute(statement, {"tenants": tenants, **_written(shape)})
        arrive(admin, rows, shape=shape)
        admin.execute("vacuum analyze")


def arrive(
    admin: psycopg.Connection,
    rows: int,
    slug: str | None = None,
    *,
    fresh: int | None = None,
    shape: Shape = PLAIN,
) -> None:
    """Write `rows` transactions into each tenant, or into that of `slug`, as days go by.

    With `fresh`, only so many once more, of the newest days.
    """
    step = max(1, rows // ARRIVALS)
    admin.execute("set synchronous_commit = off")
    placed = admin.execute(PLACES, {"slug": slug, "crowd": CROWD}).rowcount
    for first in range(0 if fresh is None else rows - fresh, rows, step):
        days = {"rows": rows, "first": first, "last": min(first + step, rows) - 1,
                **_written(shape)}  # fmt: skip
        for crowd in range(placed // CROWD + 1):
            admin.execute(TRANSACTIONS, days | {"crowd": crowd})
    admin.execute("drop table place")


def _written(shape: Shape) -> dict[str, int | date]:
    """Return what the statements take of a shape; `day` is the first of its days."""
    return asdict(shape) | {"day": TODAY - timedelta(days=shape.days - 1)}


def _make_database(server: Server, name: str) -> None:
    database = sql.Identifier(name)
    logins = sql.SQL(", ").join(map(sql.Identifier, APPLICATION_LOGINS))
    with server.connect(SUPERUSER, "postgres") as admin:
        admin.execute(sql.SQL("drop database if exists {}").format(database))
        admin.execute(
            sql.SQL("create database {} template {}").format(database, sql.Identifier(TEMPLATE))
        )
        admin.execute(sql.SQL("grant connect on database {} to {}").format(database, logins))


def signed_in(owner: UUID) -> TenantContext:
    """Return the owner's tenant in a session of its own."""
    session = session_of(open_session(owner, remember=True, agent="bench", address="127.0.0.1"))
    if session is None:
        raise NotSignedIn("A session of the benchmark could not be opened.")
    return my_tenants(session)[0]


def _contexts(server: Server, name: str) -> tuple[TenantContext, ...]:
    """Sign in the owners of twenty tenants, spread over the whole fleet."""
    with server.connect(SUPERUSER, name) as admin:
        rows = admin.execute("select id from sec.users order by md5(email) limit 20").fetchall()
    return tuple(signed_in(row[0]) for row in rows)
