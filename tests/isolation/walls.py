"""The walls, how each alone is taken away, and which tests then fail on which table.

`python -m tests.isolation.walls` writes the table into docs/isolation.md.
"""

import inspect
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import SQLAlchemyError

from fintrack import db
from fintrack.config import read_settings
from fintrack.errors import FinTrackError
from fintrack.operations.embedded import Server, stop
from fintrack.operations.installation import Installation, open_installation
from tests.isolation import test_catalog, test_context, test_keys, test_rows
from tests.isolation.attacks import listed
from tests.isolation.rows import BOUND, RELATIONS, TABLES
from tests.isolation.world import World, build_world, copy_world, drop_world

DOCUMENT = Path(__file__).parents[2] / "docs" / "isolation.md"
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"
FAILURES = (AssertionError, psycopg.Error, SQLAlchemyError, FinTrackError, pytest.fail.Exception)
Test = Callable[..., None]

ENTER_ANYWHERE = """
    do $$
    declare
        body text := pg_get_functiondef('sec.prove(bytea, uuid)'::regprocedure);
    begin
        body := replace(body, 'm.tenant_id = p_tenant and m.user_id = v_user', 'm.tenant_id = p_tenant');
        body := replace(body, 'select m.role, sec.abilities_of(m.role, m.flags)', 'select ''OWNER'', 15');
        execute body;
    end $$
"""
EVERY_TABLE = """
    do $$
    declare
        t text;
    begin
        for t in select tablename from pg_tables where schemaname = 'app' loop
            execute format('alter table app.%I {} row level security', t);
        end loop;
    end $$
"""
NO_KEYS = """
    do $$
    declare
        k record;
    begin
        for k in select conname from pg_constraint where contype = 'f'
            and conrelid = 'app.{table}'::regclass and confrelid <> 'ref.currency'::regclass
        loop
            execute format('alter table app.{table} drop constraint %I', k.conname);
        end loop;
        for k in select conname from pg_constraint where contype = 'p' and conrelid = 'app.{table}'::regclass loop
            execute format('alter table app.{table} drop constraint %I cascade', k.conname);
        end loop;
    end $$
"""
# Enter for the connection instead of the transaction: the role stays behind.
ENTER_FOR_LONG = "select set_config('role', sec.enter(%s, %s), false)"
ALL_GRANTS = "grant usage on schema app to fintrack_app; grant all on app.{table} to fintrack_viewer, fintrack_app"
UNSIGNED = """
    create or replace function sec.context() returns text[]
    language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
    return string_to_array(current_setting('fintrack.context', true), '|')
"""
# Search words and totals follow their transaction, limits are the operator's: no member writes them.
UNWRITTEN = (
    "day_total",
    "account_total",
    "month_total",
    "payee_total",
    "search_token",
    "tenant_limit",
)
# What a member keeps for himself is his at every rank.
OWN = ("saved_pivot",)
NO_RANK = """
    create or replace function sec.rank() returns smallint
    language sql stable parallel safe set search_path = pg_catalog, pg_temp return 40::smallint;
    do $$
    begin
        execute replace(pg_get_functiondef('sec.writable_accounts()'::regprocedure), 'part[4]::smallint < 20', 'false');
    end $$
"""
ALL_ACCOUNTS = """
    do $$
    declare
        f text;
    begin
        foreach f in array array['visible', 'writable', 'owned'] loop
            execute format('create or replace function sec.%s_accounts() returns uuid[]
                language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
                return array(select a.id from app.account a where a.tenant_id = (sec.context())[2]::uuid)', f);
        end loop;
    end $$
"""


def _name_no_tenant(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(db, "_of_a_tenant", lambda asked: asked)
    patch.setattr(db, "_with_tenant", lambda _db, asked: asked)


@dataclass(frozen=True, slots=True)
class Wall:
    """One wall: its name, what takes it away, and the relations it protects."""

    name: str
    away: str | Callable[[pytest.MonkeyPatch], None]
    relations: tuple[str, ...] = RELATIONS


WALLS = (
    Wall("proof", ENTER_ANYWHERE),
    Wall("door", lambda patch: patch.setattr(db, "ENTER", ENTER_FOR_LONG)),
    Wall("query", _name_no_tenant),
    Wall("row security", EVERY_TABLE.format("disable")),
    Wall("forced on the owner", EVERY_TABLE.format("no force")),
    Wall("keys", NO_KEYS, TABLES),
    Wall("grants", ALL_GRANTS),
    Wall("signature", UNSIGNED),
    Wall("signed rank", NO_RANK, tuple(table for table in TABLES if table not in UNWRITTEN + OWN)),
    Wall("shares", ALL_ACCOUNTS, BOUND),
)


def failing(world: World, wall: Wall) -> dict[str, list[str]]:
    """Return for each relation the codes of the tests that fail in a world without the wall."""
    found: dict[str, list[str]] = {}
    with _removed(world, wall):
        for table in wall.relations:
            found[table] = [code for code, test in named_tests() if _fails(test, world, table)]
    world.close()
    return found


def named_tests() -> Iterator[tuple[str, Test]]:
    """Yield code and function of every test that is asked of one table."""
    for module in (test_rows, test_keys, test_catalog, test_context):
        for name, test in vars(module).items():
            if name.startswith("test_") and {"world", "table"} <= set(
                inspect.signature(test).parameters
            ):
                yield name.split("_")[1].upper(), test


def document(found: dict[str, dict[str, list[str]]]) -> str:
    """Return the generated part of docs/isolation.md."""
    head = ["table", *found]
    lines = [_line(head), _line(["---"] * len(head))]
    for table in RELATIONS:
        codes = [_codes(found[wall].get(table)) for wall in found]
        lines.append(_line([f"`{table}`", *codes]))
    return "\n".join([BEGIN, "", *lines, "", "## The attacks", *listed(), "", END])


def kept() -> str:
    """Return the generated part as it stands in docs/isolation.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text[text.index(BEGIN) : text.index(END) + len(END)]


def _codes(codes: list[str] | None) -> str:
    return "–" if codes is None else " ".join(dict.fromkeys(codes))


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


@contextmanager
def _removed(world: World, wall: Wall) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, world.database.administrator() as admin:
        if isinstance(wall.away, str):
            for table in wall.relations if "{table}" in wall.away else ("",):
                admin.execute(wall.away.replace("{table}", table))
        else:
            wall.away(patch)
        yield


def _fails(test: Test, world: World, table: str) -> bool:
    tables, others = _cases(test)
    return table in tables and any(_one_fails(test, world, table, other) for other in others)


def _cases(test: Test) -> tuple[set[str], list[dict[str, Any]]]:
    """Return the tables of a test and every combination of its other parameters."""
    tables: set[str] = set()
    names, lists = [], []
    for mark in test.pytestmark:  # type: ignore[attr-defined]
        if mark.args[0] == "table":
            tables = set(mark.args[1])
        else:
            names.append(mark.args[0])
            lists.append(list(mark.args[1]))
    return tables, [dict(zip(names, values, strict=True)) for values in product(*lists)]


def _one_fails(test: Test, world: World, table: str, other: dict[str, Any]) -> bool:
    try:
        test(world=world, table=table, **other)
    except FAILURES:
        return True
    return False


def _write() -> None:
    with tempfile.TemporaryDirectory(prefix="fintrack-walls-") as folder:
        Path(folder).chmod(0o755)
        installation = open_installation(read_settings({"FINTRACK_HOME": f"{folder}/data"}))
        part = document(dict(_all_failing(installation)))
        assert isinstance(installation.server, Server)
        stop(installation.server)
    DOCUMENT.write_text(
        DOCUMENT.read_text(encoding="utf-8").replace(kept(), part), encoding="utf-8"
    )


def _all_failing(installation: Installation) -> Iterator[tuple[str, dict[str, list[str]]]]:
    world = build_world(installation)
    for wall in WALLS:
        fallen = copy_world(installation, world)
        yield wall.name, failing(fallen, wall)
        drop_world(installation, fallen)
    drop_world(installation, world)


if __name__ == "__main__":
    _write()
