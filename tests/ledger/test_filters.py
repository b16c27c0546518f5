"""Filters: what stands in an address is what is asked, in every currency and to the day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.cursors import position
from fintrack.ledger.exports import Part, part_taken
from fintrack.ledger.filters import EVERYTHING, Status, TransactionFilter
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.tags import create_tag
from fintrack.ledger.transactions import transactions
from tests.ledger.conftest import MARCH, CategoryNamed, Record

FULL = TransactionFilter(
    account_id=uuid4(),
    category_id=uuid4(),
    payee="Grocer & Sons",
    since=MARCH,
    until=date(2026, 4, 1),
    minimum=Decimal("-1E+3"),
    maximum=Decimal("0.05"),
    words="café 42",
    status=Status.PENDING,
    tag_id=uuid4(),
    currency="JPY",
)


@pytest.mark.parametrize(
    "wanted", [FULL, replace(FULL, category_id=None, uncategorised=True), EVERYTHING]
)
def test_an_address_holds_the_whole_filter(wanted: TransactionFilter) -> None:
    assert TransactionFilter.from_query({**wanted.to_query(), "tenant": "x"}) == wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account", "1"),
        ("category", "Food"),
        ("since", "2026-02-30"),
        ("until", "tomorrow"),
        ("min", "1,5"),
        ("max", "NaN"),
        ("max", "1e99"),
        ("status", "DONE"),
        ("tag", "trip"),
        ("currency", "EURO"),
    ],
)
def test_a_value_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidInput, match=f"'{name}'"):
        TransactionFilter.from_query({name: value})


@pytest.mark.parametrize("cursor", ["x", "====", "b2xk", "\N{SNOWMAN}", "a" * 500])
def test_a_page_that_cannot_be_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="Start at its top"):
        position(cursor)


def test_a_bound_means_the_major_unit_of_every_currency(ana: TenantContext) -> None:
    for currency, amount in (("EUR", -1000), ("JPY", -10), ("KWD", -10_000), ("BTC", -(10**9))):
        new = NewAccount(currency, AccountKind.CASH, currency, MARCH)
        at = create_account(ana, new)
        record_transaction(ana, NewTransaction(at, MARCH, amount, "ten"))
        record_transaction(ana, NewTransaction(at, MARCH, amount + 1, "less"))
    found = transactions(ana, TransactionFilter(maximum=Decimal(-10))).frame
    assert found["payee"].tolist() == ["ten"] * 4
    # Below a minor unit of the others, above one of this.
    found = transactions(ana, TransactionFilter(minimum=Decimal("-9.999999985"))).frame
    assert found["currency"].tolist() == ["KWD", "JPY", "EUR"]
    assert found["payee"].tolist() == ["less"] * 3
    found = transactions(ana, TransactionFilter(maximum=Decimal(-9), currency="KWD")).frame
    assert found["currency"].tolist() == ["KWD"] * 2


def test_a_period_ends_before_its_last_day(ana: TenantContext, record: Record) -> None:
    for day in (1, 2, 3):
        record(day, -100, f"Day {day}")
    wanted = TransactionFilter(since=MARCH, until=date(2026, 3, 3))
    assert transactions(ana, wanted).frame["payee"].tolist() == ["Day 2", "Day 1"]


def test_a_search_for_no_word_takes_everything(ana: TenantContext, record: Record) -> None:
    record(1, -100, "Baker")
    assert part_taken(ana, TransactionFilter(words="!")) is Part.EVERYTHING


def test_each_condition_finds_its_rows(
    ana: TenantContext, record: Record, savings: UUID, category: CategoryNamed
) -> None:
    trip = create_tag(ana, "trip")
    record(1, -100, "Tagged", tags=(trip,), category_id=category("Fuel"))
    record(2, -100, "Pending", status=Status.PENDING, category_id=category("Fuel"))
    lines = (SplitLine(category("Groceries"), -60), SplitLine(None, -40))
    record(3, -100, "Split", lines=lines)
    record_transaction(ana, NewTransaction(savings, MARCH, -1, "Saved"))

    def found(**wanted: object) -> list[str]:
        return transactions(ana, TransactionFilter(**wanted)).frame["payee"].tolist()  # type: ignore[arg-type]

    assert found(tag_id=trip) == ["Tagged"]
    assert found(status=Status.PENDING) == ["Pending"]
    assert found(category_id=category("Food")) == ["Split"]
    assert found(uncategorised=True) == ["Split", "Saved"]
    assert found(account_id=savings) == ["Saved"]
    assert found(tag_id=trip, category_id=category("Transport"), words="tag") == ["Tagged"]
    assert found(category_id=uuid4()) == []
