"""The proof, the door, the query predicate, the signed context, the rank and the shares, table by table."""

from dataclasses import replace

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from fintrack.context import Role, TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import FinTrackError, NotFound
from fintrack.schema import TenantRow
from fintrack.streams import copy_out
from tests.isolation.attempts import VERBS, attempt, put, reach
from tests.isolation.capture import captured, unnamed
from tests.isolation.rows import BOUND, RELATIONS, TABLES
from tests.isolation.test_rows import every_relation, every_table
from tests.isolation.world import World

every_account_table = pytest.mark.parametrize("table", BOUND)
MODELS = {model.__tablename__: model for model in TenantRow.__subclasses__()}
# A statement is refused, breaks a key, or runs and is rolled back.
ENDS = (FinTrackError, DBAPIError, ZeroDivisionError)


@every_relation
def test_p1_a_forged_proof_opens_nothing(world: World, table: str) -> None:
    forged = _forged(world)
    with world.doors(), pytest.raises(NotFound), tenant_transaction(forged) as db:
        db.execute(select(MODELS[table].tenant_id)).all()


@every_relation
def test_d2_a_connection_that_entered_no_tenant_may_not_read(world: World, table: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        world.connection().execute(f"select 1 from app.{table}")


@every_relation
def test_d4_a_commit_ends_the_role_and_the_context(world: World, table: str) -> None:
    with world.entered(world.family.members[Role.OWNER]) as connection:
        connection.execute("commit")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(f"select 1 from app.{table}")


@every_relation
def test_q1_every_statement_names_its_tenant(world: World, table: str) -> None:
    model = MODELS[table]
    statements = [
        select(model.tenant_id),
        update(model).values(tenant_id=model.tenant_id),
        delete(model),
    ]
    with world.doors():
        for statement in statements:
            quiet = statement.execution_options(synchronize_session=False)
            with captured() as seen, pytest.raises((FinTrackError, ZeroDivisionError, DBAPIError)):
                _run_and_roll_back(world.family.members[Role.OWNER], quiet)
            assert [unnamed(text) for text in seen if table in text] == [()]


@every_relation
def test_q2_a_copy_names_its_tenant(world: World, table: str) -> None:
    with world.doors(), captured() as seen:
        with tenant_transaction(world.family.members[Role.OWNER]) as db:
            rows = b"".join(copy_out(db, select(MODELS[table].tenant_id)))
        assert unnamed(seen[-1]) == ()
    assert set(rows.decode().split()) == {"tenant_id", str(world.family.id)}


@every_relation
def test_e1_an_injected_context_reads_nothing(world: World, table: str) -> None:
    owner = world.company.members[Role.OWNER]
    with world.entered(world.family.members[Role.OWNER]) as connection:
        own = connection.execute("select current_setting('fintrack.context')").fetchone()
        assert own
        forged = own[0].replace(str(world.family.id), str(world.company.id))
        forged = forged.replace(str(world.family.members[Role.OWNER].user_id), str(owner.user_id))
        connection.execute("select set_config('fintrack.context', %s, true)", [forged])
        with pytest.raises(psycopg.DatabaseError, match="the context is not valid"):
            connection.execute(f"select tenant_id from app.{table}").fetchall()


@every_table
def test_r1_a_stronger_database_role_gains_a_viewer_nothing(world: World, table: str) -> None:
    viewer, place = world.family.members[Role.VIEWER], world.family.place("OWN", Role.VIEWER)
    where = [("tenant_id", world.family.id)]
    others = sql.SQL("delete from app.membership where user_id <> sec.acting_user()")
    with world.entered(viewer) as connection:
        connection.execute("select set_config('role', 'fintrack_owner', true)")
        connection.execute("set constraints all deferred")
        if table in ("audit_event", "column_mapping", "invitation", "join_request"):
            assert reach(world, connection, "select", table, where) == 0
        elif table == "membership":
            assert attempt(connection, others) == 0
        elif table == "saved_pivot":
            # What is a viewer's own is his at every rank: these are the others'.
            where = [("owner_id", world.family.keeper.user_id)]
            assert reach(world, connection, "delete", table, where) == 0
        else:
            assert put(world, connection, table, place) == 0
            assert reach(world, connection, "delete", table, where) == 0
        assert reach(world, connection, "update", table, where) == 0


@every_account_table
def test_c1_nobody_sees_an_account_that_is_not_shared_with_him(world: World, table: str) -> None:
    hidden = world.family.place("HIDDEN", Role.OWNER).account
    column = "id" if table == "account" else "account_id"
    with world.entered(world.family.members[Role.OWNER]) as connection:
        assert reach(world, connection, "select", table, [(column, hidden)]) == 0


@every_account_table
def test_c2_a_share_to_read_is_none_to_write(world: World, table: str) -> None:
    shared = world.family.place("READ", Role.OWNER)
    column = "id" if table == "account" else "account_id"
    with world.entered(world.family.members[Role.OWNER]) as connection:
        for verb in ("update", "delete"):
            assert reach(world, connection, verb, table, [(column, shared.account)]) == 0
        if table not in ("account", "audit_event"):
            assert put(world, connection, table, shared) == 0


def test_every_verb_and_table_stands_behind_a_model() -> None:
    assert set(MODELS) == set(RELATIONS) >= set(TABLES)
    assert VERBS == ("select", "insert", "update", "delete")


def _forged(world: World) -> TenantContext:
    """Return Ana's own proof with the id, the slug and the name of Cleo's tenant written in."""
    ana, cleo = world.family.members[Role.OWNER], world.company.members[Role.OWNER]
    return replace(ana, tenant_id=cleo.tenant_id, slug=cleo.slug, name=cleo.name)


def _run_and_roll_back(context: TenantContext, statement: object) -> None:
    with tenant_transaction(context) as db:
        db.execute(statement)  # type: ignore[call-overload]
        raise ZeroDivisionError
