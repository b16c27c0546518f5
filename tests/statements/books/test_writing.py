"""A book becomes a tenant: all of it, under names that fit, or nothing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fintrack.access.tenants import NewTenant, my_tenants
from fintrack.analytics.budgets import budgets
from fintrack.context import TenantContext, TenantType
from fintrack.errors import InvalidInput
from fintrack.ledger.accounts import AccountKind, Side, accounts
from fintrack.ledger.activity import activity
from fintrack.ledger.categories import CategoryKind, categories
from fintrack.ledger.filters import Status, TransactionFilter
from fintrack.ledger.tags import tags
from fintrack.ledger.transactions import transactions
from fintrack.statements.books.book import (
    Book,
    BookAccount,
    BookBudget,
    BookCategory,
    BookLine,
    BookTransaction,
)
from fintrack.statements.books.report import BookReport
from fintrack.statements.books.writing import bring_book

DAY = date(2026, 3, 1)
FOOD = BookCategory(CategoryKind.EXPENSE, ("Food", "Bread"))
GIRO = BookAccount("g", "Giro", "EUR", AccountKind.CHECKING, opening=Decimal(100), opened_on=DAY)
PURSE = BookAccount("p", "giro", "EUR", AccountKind.CASH)
YEN = BookAccount("y", "Yen", "JPY", AccountKind.LOAN, Side.ASSET, is_closed=True)


def brought(me: TenantContext, *moves: BookTransaction, book: Book | None = None) -> BookReport:
    whole = book or Book("Test", "Old book", (GIRO, PURSE, YEN), moves)
    tenant = NewTenant(whole.title, TenantType.FAMILY, "EUR", "ES")
    return bring_book(me.session, whole, tenant)


def move(account: str, amount: str, **more: object) -> BookTransaction:
    return replace(BookTransaction(account, DAY, Decimal(amount)), **more)  # type: ignore[arg-type]


def test_a_book_comes_with_everything_it_has(ana: TenantContext) -> None:
    lines = (BookLine(Decimal(-3), FOOD, "rolls"), BookLine(Decimal(-2)))
    report = brought(
        ana,
        move("g", "-5", payee="Baker", text="weekly", note="a\nb", lines=lines, tags=("x", "X ")),
        move("g", "-7.00", lines=(BookLine(Decimal(-7), FOOD),), status=Status.PENDING),
        move("g", "-20", transfer="t"),
        move("p", "20", transfer="t"),
        move("y", "-500"),
    )
    assert report.is_equal
    assert [(each.name, each.count_after, each.balance_after) for each in report.accounts] == [
        ("Giro", 3, 6800), ("giro 2", 1, 2000), ("Yen", 1, -500),
    ]  # fmt: skip
    found = accounts(report.context, archived=True)
    assert found.set_index("name")["side"].to_dict()["Yen"] == "ASSET"
    assert found.set_index("name")["archived"].to_dict()["Yen"]
    assert tags(report.context)["name"].tolist() == ["x"]
    rows = transactions(report.context, TransactionFilter(words="baker")).frame
    assert rows["amount"].tolist() == [-500]
    assert rows["is_split"].tolist() == [True]
    tree = categories(report.context)
    assert tree["path"].tolist() == ["Food", "Food › Bread"]  # noqa: RUF001 - as on the screens
    assert activity(report.context).frame["action"].tolist()[0] == "book.brought"


def test_budgets_come_for_every_month_and_those_of_one_name_are_one(ana: TenantContext) -> None:
    wine = BookCategory(CategoryKind.EXPENSE, ("Food", "Wine"))
    bread = BookCategory(CategoryKind.EXPENSE, ("food", "bread"))
    planned = ((FOOD, "EUR", "10.50"), (bread, "EUR", "1"), (wine, "EUR", "3"), (FOOD, "JPY", "9"))
    wanted = [BookBudget(each, currency, Decimal(amount)) for each, currency, amount in planned]
    report = brought(ana, book=Book("Test", "Old", (GIRO,), (), budgets=wanted))
    found = budgets(report.context, DAY)
    rows = zip(found["category"], found["currency"], found["amount"], strict=True)
    assert sorted(rows) == [
        ("Food › Bread", "EUR", 1150), ("Food › Bread", "JPY", 9), ("Food › Wine", "EUR", 300),  # noqa: RUF001 - as on the screens
    ]  # fmt: skip


def test_names_that_are_too_long_or_taken_get_others(ana: TenantContext) -> None:
    long = replace(GIRO, key="l", name="x" * 100)
    other = replace(GIRO, key="m", name="x" * 90)
    deep = BookCategory(CategoryKind.INCOME, ("y" * 90, "", "z"))
    moves = (move("l", "1", lines=(BookLine(Decimal(1), deep),)),)
    report = brought(ana, book=Book("Test", "Old", (long, other), moves))
    assert [len(each.name) for each in report.accounts] == [80, 76]
    assert categories(report.context)["name"].str.len().tolist() == [60, 8, 1]
    assert report.notes == ("2 accounts have another name here, because it was too long or taken.",)


@pytest.mark.parametrize(
    ("one", "other"),
    [("-20", "19"), ("-20", "-20"), ("0", "0"), ("20", "20")],
)
def test_legs_that_do_not_fit_stay_plain_transactions(
    ana: TenantContext, one: str, other: str
) -> None:
    report = brought(ana, move("g", one, transfer="t"), move("p", other, transfer="t"))
    assert (
        report.notes[0] == "1 transfer has no other side that fits, and stayed plain transactions."
    )
    assert set(transactions(report.context).frame["transfer_id"]) == {""}


def test_an_exchange_of_two_currencies_is_one_transfer(ana: TenantContext) -> None:
    report = brought(ana, move("g", "-20", transfer="t"), move("y", "3000", transfer="t"))
    assert len(set(transactions(report.context).frame["transfer_id"]) - {""}) == 1


def test_lines_that_lack_something_of_the_amount_get_one_more(ana: TenantContext) -> None:
    report = brought(ana, move("g", "-10", lines=(BookLine(Decimal("-9.99"), FOOD),)))
    rows = transactions(report.context).frame
    assert (rows["amount"].tolist(), rows["is_split"].tolist()) == ([-1000], [True])


@pytest.mark.parametrize(
    "move_",
    [
        move("g", "1" + "0" * 16),
        move("g", "1" + "0" * 30),
        move("g", "1", booked_on=date(1, 1, 1)),
        move("g", "NaN"),
    ],
)
def test_what_cannot_be_kept_leaves_nothing_behind(
    ana: TenantContext, move_: BookTransaction
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        brought(ana, move("g", "1"), move_)
    assert str(refusal.value).endswith(".")
    assert [each.slug for each in my_tenants(ana.session)] == [ana.slug]


def test_a_book_without_accounts_is_none(ana: TenantContext) -> None:
    with pytest.raises(InvalidInput, match="holds no account"):
        brought(ana, book=Book("Test", "Empty", (), ()))


def test_progress_is_told_by_rows(ana: TenantContext) -> None:
    seen: list[tuple[int, int]] = []
    book = Book("Test", "Old", (GIRO,), [move("g", "1")] * 2_501)
    tenant = NewTenant("Old", TenantType.FAMILY, "EUR", "ES")
    bring_book(ana.session, book, tenant, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(2_500, 2_501), (2_501, 2_501)]
