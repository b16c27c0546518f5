"""The command line with transfers: found, linked, and taken apart again."""

import json
from datetime import date
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from tests.test_main import reachable  # noqa: F401 - opens the test's own database
from tests.test_main_imports import Says, says  # noqa: F401 - speaks for Ana


@pytest.fixture
def legs(ana: TenantContext) -> tuple[UUID, UUID]:
    """What left the current account, and what arrived in the savings a day later."""
    giro, savings = (
        create_account(ana, NewAccount(name, AccountKind.CHECKING, "EUR", date(2026, 1, 1)))
        for name in ("Giro", "Savings")
    )
    out = NewTransaction(giro, date(2026, 3, 1), -4_200, "To my savings")
    into = NewTransaction(savings, date(2026, 3, 2), 4_200, "Me")
    return record_transaction(ana, out), record_transaction(ana, into)


def test_what_fits_is_listed(legs: tuple[UUID, UUID], says: Says) -> None:  # noqa: F811 - the fixture
    out, into = map(str, legs)
    line = f"{into}  2026-03-02 Me: 42.00 EUR, Savings, 1 day away\n"
    assert says("transfer-candidates", out) == line
    (told,) = json.loads(says("transfer-candidates", out, "--json"))
    assert (told["id"], told["amount"], told["days"]) == (into, "42.00", 1)


def test_two_transactions_are_linked_and_taken_apart(
    legs: tuple[UUID, UUID],
    says: Says,  # noqa: F811 - the fixture
) -> None:
    out, into = map(str, legs)
    transfer, sides = says("link", into, out).strip().split("  ")
    assert sides == "Giro → Savings"
    assert says("transaction", out).splitlines()[1:] == [
        f"Transfer {transfer} with 2026-03-02: 42.00 EUR, Savings"
    ]
    assert says("transfer-candidates", out) == ""
    assert says("unlink", transfer) == "Both sides are transactions of their own again.\n"
    assert len(says("transaction", out).splitlines()) == 1


def test_links_answer_machines(legs: tuple[UUID, UUID], says: Says) -> None:  # noqa: F811 - the fixture
    told = json.loads(says("link", *map(str, legs), "--json"))
    assert [each["id"] for each in told["legs"]] == list(map(str, legs))
    UUID(json.loads(says("unlink", told["id"], "--json"))["change_set"])


def test_what_does_not_fit_is_refused(legs: tuple[UUID, UUID], says: Says) -> None:  # noqa: F811 - the fixture
    one = str(legs[0])
    says("link", one, one, code=3)
    says("unlink", one, code=3)
