"""The cast at the front door: with cookies, in this process or before a real server."""

from collections.abc import Iterator

import pytest

from fintrack.access.sessions import open_session
from fintrack.context import TenantContext
from fintrack.web.known_sessions import forget_all_sessions
from tests.web.serving import Served, served, throw_away_home
from tests.web.visiting import Person, register_first


@pytest.fixture(autouse=True)
def _no_remembered_sessions() -> None:
    """Let no test see what the guard remembers of an earlier one."""
    forget_all_sessions()


@pytest.fixture
def ana_token(ana: TenantContext) -> str:
    """The token in Ana's browser."""
    return open_session(ana.user_id, remember=False, agent="Firefox", address="127.0.0.1")


@pytest.fixture
def cleo_token(cleo: TenantContext) -> str:
    """The token in Cleo's browser."""
    return open_session(cleo.user_id, remember=False, agent="Firefox", address="127.0.0.1")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A real server with an installation of its own; nobody has an account at first."""
    with throw_away_home() as home, served(home) as running:
        yield running


@pytest.fixture(scope="module")
def person(server: Served) -> Person:
    """Ana, who made the first account of the server."""
    return register_first(server.url)
