"""The Riveras' accounts, and short ways to fill them."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.categories import categories
from fintrack.ledger.recording import NewTransaction, record_transaction
from tests.databases import Database

OPENED = date(2026, 1, 1)
MARCH = date(2026, 3, 1)
CategoryNamed = Callable[[str], UUID]
Record = Callable[..., UUID]


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    """Ana's current account in euro, which everyone sees; it opens with 100.00."""
    return create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10000))


@pytest.fixture
def savings(ana: TenantContext) -> UUID:
    """Ana's savings in euro, which everyone sees."""
    return create_account(ana, NewAccount("Savings", AccountKind.SAVINGS, "EUR", OPENED))


@pytest.fixture
def dollars(ana: TenantContext) -> UUID:
    """An account in another currency."""
    return create_account(ana, NewAccount("Dollars", AccountKind.CASH, "USD", OPENED))


@pytest.fixture
def secret(ana: TenantContext) -> UUID:
    """An account that only Ana sees."""
    new = NewAccount("Secret", AccountKind.CASH, "EUR", OPENED, visibility=Visibility.PRIVATE)
    return create_account(ana, new)


@pytest.fixture
def category(ana: TenantContext) -> CategoryNamed:
    """Find a category of the family by its name."""
    tree = categories(ana)
    return lambda name: UUID(tree.loc[tree["name"] == name, "id"].iloc[0])


@pytest.fixture
def record(ana: TenantContext, giro: UUID) -> Record:
    """Record a transaction on the current account by day of March, amount and payee."""

    def record_one(day: int, amount: int, payee: str = "", **more: Any) -> UUID:  # noqa: ANN401 - fields of NewTransaction
        account_id = more.pop("account_id", giro)
        new = NewTransaction(account_id, date(2026, 3, day), amount, payee, **more)
        return record_transaction(ana, new)

    return record_one


def wait_until_somebody_waits(database: Database) -> None:
    """Return when a session of the database waits for what another one holds."""
    waiting = "select from pg_stat_activity where datname = %s and wait_event_type = 'Lock'"
    with database.administrator() as admin:
        while admin.execute(waiting, [database.name]).fetchone() is None:
            time.sleep(0.01)


@pytest.fixture(autouse=True)
def totals_stay_true(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test wrote, the kept totals are what the transactions add up to."""
    found = request.getfixturevalue("database") if "database" in request.fixturenames else None
    yield
    assert found is None or wrong_totals(found) == []


def wrong_totals(database: Database) -> list[str]:
    """Return the tenants whose totals are wrong, as `doctor` asks for them."""
    with database.administrator() as admin:
        return [slug for (slug,) in admin.execute("select sec.wrong_totals()")]
