"""The list at a hundred thousand transactions: what one screen reads."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.categories import categories
from fintrack.ledger.transactions import transactions
from tests.conftest import open_database, sign_up
from tests.crowd import MANY, fill
from tests.databases import Shelf
from tests.pages.opening import open_page
from tests.pages.reading import rows_read

MOST_ROWS = 200
PAGE = 25


@pytest.fixture(scope="module")
def crowded(shelf: Shelf) -> Iterator[TenantContext]:
    """Ana, with one account that is never looked at as a whole; no test writes anything."""
    new = NewAccount("Current", AccountKind.CHECKING, "EUR", date(2017, 1, 1))
    with pytest.MonkeyPatch.context() as environment, open_database(shelf, environment) as database:
        ana = sign_up("Ana", "Rivera family")
        with database.administrator() as administrator:
            fill(administrator, create_account(ana, new))
        yield ana


def test_one_screen_reads_few_rows(crowded: TenantContext) -> None:
    tree = categories(crowded)
    addresses: list[dict[str, str]] = [
        {},
        {"q": "payee"},
        {"q": "reference 99"},
        {"q": str(MANY - 1)},
        {"payee": "Payee 28"},
        {"category": "none"},
        {"category": str(tree["id"].iloc[-1])},
        {"since": "2020-01-01", "until": "2020-02-01"},
        {"since": "2020-01-01", "q": "payee"},
    ]
    read = {}
    for query in addresses:
        page = open_page(crowded, "transactions", **query)
        read[str(query)] = rows_of(page.run)
        assert not page.error
        assert len(page.dataframe[0].value) in {1, PAGE}
    assert {query: rows for query, rows in read.items() if rows > MOST_ROWS} == {}


def test_the_next_page_reads_as_few(crowded: TenantContext) -> None:
    page = open_page(crowded, "transactions", until="2018-01-01")
    page.button(key="older").click()
    assert 0 < rows_of(page.run) <= MOST_ROWS


def test_one_transaction_in_full_reads_as_few(crowded: TenantContext) -> None:
    page = open_page(crowded, "transactions")
    newest = transactions(crowded, limit=1).frame["id"].iloc[0]
    page.query_params["transaction"] = newest
    assert 0 < rows_of(page.run) <= MOST_ROWS
    assert "Save the split" in [button.label for button in page.button]


def rows_of(run: Callable[[], AppTest]) -> int:
    """Return how many rows of the ledger the run reads."""
    with rows_read() as seen:
        run()
    return sum(seen)
