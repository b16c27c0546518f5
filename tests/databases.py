"""A clean database for each test; one is used again while nothing but rows was left in it.

Its connections are, too: PostgreSQL needs longer to know its tables anew than most tests last.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import cast
from uuid import uuid4

import psycopg
from sqlalchemy import URL, Connection, Dialect, Engine, QueuePool
from sqlalchemy.util import LRUCache

from fintrack import db
from fintrack.operations.installation import Installation
from fintrack.operations.passwords import APPLICATION_LOGINS

# Statements to remember: more than the suite has.
MANY = 20_000
# Whether a test changed more than rows: the schema, or what the planner knows of the tables.
WATCH = """
    create schema test_watch;
    create table test_watch.change (tag text);
    create function test_watch.note() returns event_trigger language plpgsql security definer as
        'begin insert into test_watch.change values (tg_tag); end';
    create table test_watch.start (name regclass, rows jsonb);
    do $$
    declare
        name regclass;
    begin
        for name in select oid from pg_class where relkind = 'r'
                    and relnamespace = any (array['app', 'sec', 'ref']::regnamespace[]) loop
            execute format('insert into test_watch.start select %L, jsonb_agg(t) from %s t',
                           name, name);
        end loop;
    end $$
"""
OPEN = """
    select count(*) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and backend_type = 'client backend'
"""
IS_CHANGED = """
    select exists (select from test_watch.change)
        or exists (select from pg_stat_all_tables where schemaname in ('app', 'sec', 'ref')
                   and (n_dead_tup > 5000 or coalesce(last_vacuum, last_autovacuum, last_analyze,
                        last_autoanalyze) is not null))
"""
CLEAN = """
    create function pg_temp.clean() returns void language plpgsql as $$
    declare
        start record;
        found jsonb;
    begin
        set local session_replication_role = replica;
        for start in select * from test_watch.start loop
            if start.rows is null then
                execute format('delete from %s', start.name);
            else
                execute format('select jsonb_agg(t) from %s t', start.name) into found;
                if found is distinct from start.rows then
                    execute format('delete from %s', start.name);
                    execute format(
                        'insert into %s select * from jsonb_populate_recordset(null::%s, $1)',
                        start.name, start.name) using start.rows;
                end if;
            end if;
        end loop;
    end $$;
    create event trigger note on ddl_command_end execute function test_watch.note()
"""
DISCONNECT = """
    select pg_terminate_backend(pid, 10000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and backend_type = 'client backend'
"""


@dataclass(frozen=True, slots=True)
class Database:
    """One migrated database, with the addresses of its logins."""

    name: str
    logins: db.Logins
    admin: URL

    def administrator(self) -> psycopg.Connection:
        """Return a superuser connection, to look at what no member could."""
        options = self.admin.query
        return psycopg.connect(
            host=str(options["host"]), port=str(options["port"]), user=self.admin.username,
            password=str(self.admin.password), dbname=self.name, autocommit=True,
        )  # fmt: skip


def remembering(make: Callable[[URL, int, float], Engine]) -> Callable[[URL, int, float], Engine]:
    """Return what makes engines as `make` does; those of one server share what they learnt of it.

    That is its version and the statements that were compiled for it.
    """
    first: dict[object, Engine] = {}

    def engine(url: URL, size: int, wait: float) -> Engine:
        made = make(url, size, wait)
        known = first.setdefault((url.host, url.port, str(url.query)), made)
        if known is made:
            made._compiled_cache = LRUCache(MANY)
        else:
            made.dialect.initialize = partial(_learn, known.dialect)  # type: ignore[method-assign]
            made.dialect = made.pool._dialect = known.dialect
            made._compiled_cache = known._compiled_cache
        return made

    return engine


def _learn(dialect: Dialect, connection: Connection) -> None:
    if dialect.server_version_info is None:
        dialect.initialize(connection)


def new_database(installation: Installation, template: str = "fintrack") -> Database:
    """Return a copy of `template` with the rights that an installation gives."""
    name = f"test_{uuid4().hex}"
    assert installation.server is not None
    with installation.server.connect("postgres", "postgres") as admin:
        admin.execute(f"create database {name} template {template} strategy file_copy")
        admin.execute(f"revoke all on database {name} from public")
        admin.execute(f"grant connect on database {name} to {', '.join(APPLICATION_LOGINS)}")
    urls = (installation.app_url, installation.sign_in_url, installation.maintenance_url)
    return Database(
        name, db.Logins(*(url.set(database=name) for url in urls)), installation.admin_url
    )


def drop_database(installation: Installation, database: Database) -> None:
    """Drop the database and whoever is in it."""
    assert installation.server is not None
    with installation.server.connect("postgres", "postgres") as admin:
        admin.execute(f"drop database {database.name} with (force)")


class Shelf:
    """Where the database of one test waits for the next, with its connections."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._waiting: list[Database] = []
        self._keepers: dict[Database, psycopg.Connection] = {}
        self._engines: dict[Database, dict[str, Engine]] = {}

    def take(self) -> Database:
        """Return a clean database, connected."""
        if self._waiting:
            database = self._waiting.pop()
        else:
            database = new_database(self._installation)
            keeper = self._keepers[database] = database.administrator()
            keeper.execute(WATCH)
            keeper.execute(CLEAN)
        if database in self._engines:
            db.disconnect()
            db._engines.update(self._engines[database])
        else:
            db.connect(database.logins)
            self._engines[database] = dict(db._engines)
        return database

    def give_back(self, database: Database) -> None:
        """Clean the database for the next test, or drop it when that is not possible."""
        keeper = self._keepers[database]
        if db._engines == self._engines[database] and self._is_idle(database):
            db._engines.clear()
        else:
            db.disconnect()
            self._disconnect(database)
            keeper.execute(DISCONNECT)
        if keeper.execute(IS_CHANGED).fetchone() == (False,):
            keeper.execute("select pg_temp.clean()")
            self._waiting.append(database)
        else:
            self._drop(database)

    def close(self) -> None:
        """Drop what waits."""
        for database in self._waiting:
            self._drop(database)

    def _is_idle(self, database: Database) -> bool:
        """Return whether every connection is in its pool, and no other one is open."""
        pools = [cast(QueuePool, each.pool) for each in self._engines[database].values()]
        if any(pool.checkedout() for pool in pools):
            return False
        found = self._keepers[database].execute(OPEN).fetchone()
        return found == (sum(pool.checkedin() for pool in pools),)

    def _disconnect(self, database: Database) -> None:
        for engine in self._engines.pop(database, {}).values():
            engine.dispose()

    def _drop(self, database: Database) -> None:
        self._disconnect(database)
        self._keepers.pop(database).close()
        drop_database(self._installation, database)
