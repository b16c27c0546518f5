"""Entering a tenant costs no round trip: counted on the wire, not timed."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fintrack import db
from fintrack.analytics.overview import overview
from fintrack.context import Role
from fintrack.db import sign_in_transaction, tenant_transaction
from fintrack.operations.installation import Installation
from fintrack.schema import Tenant
from tests.isolation.proxy import Wire, listening
from tests.isolation.world import World, through

SOCKET = ".s.PGSQL.5432"
Door = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def wire(installation: Installation, world: World) -> Iterator[Wire]:
    """The doors lead through a socket that counts the server's answers."""
    assert installation.server is not None
    server = installation.server.cluster.sockets / SOCKET
    with (
        tempfile.TemporaryDirectory(prefix="fintrack-") as folder,
        listening(Path(folder) / SOCKET, server) as counter,
    ):
        db.connect(through(world.database.logins, host=folder))
        yield counter
        db.disconnect()


def test_entering_a_tenant_costs_no_round_trip(wire: Wire, world: World) -> None:
    ana = world.family.members[Role.OWNER]
    outside = _round_trips(wire, sign_in_transaction)
    assert _round_trips(wire, lambda: tenant_transaction(ana)) == outside
    # The begin with the entering, the statement, the commit, and the cleaning of the connection.
    assert outside == 4


def test_the_tenant_is_entered_on_the_way(wire: Wire, world: World) -> None:
    ana = world.family.members[Role.OWNER]
    with tenant_transaction(ana) as session:
        assert session.scalars(select(Tenant.tenant_id)).all() == [ana.tenant_id]
    assert wire.round_trips > 0


def test_all_that_home_shows_is_asked_in_one_round_trip(wire: Wire, world: World) -> None:
    ana = world.family.members[Role.OWNER]
    for _ in range(2):
        before = wire.round_trips
        overview(ana, date(2026, 3, 31))
    # The same four as above: the statements are one of them.
    assert wire.round_trips - before == 4


def _round_trips(wire: Wire, door: Door) -> int:
    """Return the round trips of a transaction with one statement, on a connection that is open."""
    for _ in range(2):
        before = wire.round_trips
        with door() as session:
            session.execute(text("select 1"))
    return wire.round_trips - before
