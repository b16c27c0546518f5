"""The books of the shared samples, brought all the way in, agree with their peers to the cent."""

import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import accounts
from fintrack.ledger.category_paths import SEPARATOR
from fintrack.ledger.journal import journal
from fintrack.ledger.transactions import transactions
from fintrack.money import decimal_amount
from fintrack.operations.books import import_book
from fintrack.statements.books.book import Hints
from fintrack.statements.books.report import BookReport
from fintrack.statements.mapping import DateOrder
from tests.samples import require_samples
from tests.statements.books.samples import Sums, answers, promised, sample, without_zeros

require_samples()

BEAN, STANDARD, DEMO = "bean-example-2021-2025", "ledger-standard", "ledger-demo"
ROOTS = {
    "ASSET": "Assets", "LIABILITY": "Liabilities", "INCOME": "Income", "EXPENSE": "Expenses",
    "EQUITY": "Equity",
}  # fmt: skip


def brought(me: TenantContext, path: str, hints: Hints | None = None) -> BookReport:
    return import_book(me.session, io.BytesIO(sample(path)), path.rpartition("/")[2], hints=hints)


def postings(me: TenantContext, *, rooted: bool = True) -> Iterator[tuple[date, str, Decimal]]:
    """Yield day, account and amount of every double entry, named as the peers name them."""
    for row in journal(me).to_dict("records"):
        name = row["name"].replace(SEPARATOR, ":")
        account = f"{ROOTS[row['ledger']]}:{name}" if rooted else name
        yield row["booked_on"], account, decimal_amount(row["amount"], row["currency"])


def monthly(me: TenantContext, *, rooted: bool = True) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for day, account, amount in postings(me, rooted=rooted):
        sums[f"{day:%Y-%m}", account] += amount
    return without_zeros(sums)


def balances(me: TenantContext, *, rooted: bool = True) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for _, account, amount in postings(me, rooted=rooted):
        sums[(account,)] += amount
    return without_zeros(sums)


@pytest.mark.parametrize("file", ["book.beancount", "postings.csv"])
def test_the_book_of_bean_example_agrees_with_bean_query(ana: TenantContext, file: str) -> None:
    report = brought(ana, f"books/{BEAN}/{file}")
    assert report.is_equal

    found = balances(report.context)
    at_cost = {
        (row["account"],): Decimal(row["at_cost"].partition(" ")[0])
        for row in answers(BEAN, "value_by_account")
        if row["at_cost"].endswith("USD")
    }
    assert {key: each for key, each in found.items() if key in at_cost} == at_cost
    categories = {
        (row["account"],): Decimal(row["amount"])
        for row in answers(BEAN, "balances")
        if row["currency"] == "USD" and row["account"].startswith(("Income", "Expenses"))
    }
    assert {k: v for k, v in found.items() if k[0].startswith(("Income", "Expenses"))} == categories


def test_every_month_of_bean_example_agrees_with_bean_query(ana: TenantContext) -> None:
    context = brought(ana, f"books/{BEAN}/book.beancount").context

    found = monthly(context)
    flows: Sums = {
        (f"{row['year']}-{int(row['month']):02}", row["account"]): Decimal(row["amount"])
        for row in answers(BEAN, "monthly_income_expenses")
        if row["currency"] == "USD"
    }
    assert {k: v for k, v in found.items() if k[1].startswith(("Income", "Expenses"))} == (
        without_zeros(flows)
    )
    changes: Sums = {
        (f"{row['year']}-{int(row['month']):02}", row["account"]): Decimal(row["change"])
        for row in answers(BEAN, "monthly_change_assets_liabilities")
        if row["currency"] == "USD"
    }
    known = {key[1] for key in changes}
    assert {k: v for k, v in found.items() if k[1] in known} == without_zeros(changes)


def test_the_report_says_what_of_bean_example_could_not_come(ana: TenantContext) -> None:
    report = brought(ana, f"books/{BEAN}/book.beancount")
    assert report.notes == (
        "170 postings in IRAUSD were left out: it is no currency and had no cost in one.",
        "272 postings in VACHR were left out: it is no currency and had no cost in one.",
        "Values of metadata were left out (35): FinTrack does not take them from beancount.",
        "Events were left out (13): FinTrack does not take them from beancount.",
        "Prices were left out (1,566): FinTrack does not take them from beancount.",
        "155 of 155 balances that the book states agree.",
    )


@pytest.mark.parametrize("file", ["demo.ledger", "postings.csv"])
def test_the_demo_of_ledger_agrees_with_ledger_and_hledger(ana: TenantContext, file: str) -> None:
    context = brought(ana, f"books/{DEMO}/{file}").context
    opened = ("Opening Balances", "Opening balances")
    expected: Sums = {
        (row["account"].replace(*opened),): Decimal(row["amount"])
        for row in answers(DEMO, "balances")
    }
    assert balances(context) == without_zeros(expected)
    in_months: Sums = {
        (row["month"], row["account"].replace(*opened)): Decimal(row["amount"])
        for row in answers(DEMO, "monthly_by_account")
    }
    assert monthly(context) == without_zeros(in_months)


@pytest.mark.parametrize("file", ["standard.dat", "postings.csv"])
def test_a_real_book_of_three_years_agrees_with_ledger_and_hledger(
    ana: TenantContext, file: str
) -> None:
    context = brought(ana, f"books/{STANDARD}/{file}").context
    expected: Sums = {
        (row["month"], row["account"]): Decimal(row["amount"])
        for row in answers(STANDARD, "monthly_by_account")
        if row["commodity"] == "$"
    }
    found = monthly(context, rooted=False)
    names = {key[1] for key in expected}
    assert {k: v for k, v in found.items() if k[1] in names} == without_zeros(expected)
    said: Sums = {
        (row["account"],): Decimal(row["amount"])
        for row in answers(STANDARD, "balances")
        if row["commodity"] == "$"
    }
    held = balances(context, rooted=False)
    assert {key: each for key, each in held.items() if key in said} == without_zeros(said)


def test_the_budget_of_actual_agrees_with_actual(ana: TenantContext) -> None:
    path = "actual-zip/bean-example-2025.zip"
    report = brought(ana, path, Hints("USD"))
    said = "; ".join(
        f"{each.name} {decimal_amount(each.balance_after, each.currency)} ({each.count_after} rows)"
        for each in report.accounts
    )
    assert said == promised(path)["sum_by_account"]
    rows = transactions(report.context, limit=200).frame
    assert (rows["transfer_id"] != "").sum() > 0


@pytest.mark.parametrize("name", ["simple_sample", "complex_sample"])
def test_a_book_of_gnucash_agrees_with_its_splits(ana: TenantContext, name: str) -> None:
    path = f"gnucash-sqlite/{name}.gnucash"
    context = brought(ana, path).context
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in journal(context).to_dict("records"):
        is_stock = "stock" in row["name"]
        sums["STOCK" if is_stock else row["ledger"]] += decimal_amount(row["amount"], "EUR")
    expected = {
        kind: Decimal(amount)
        for part in promised(path)["sum_by_account"].split("; ")
        for kind, currency, amount in [part.split(" ")]
        if currency == "EUR" and kind in {"ASSET", "LIABILITY", "INCOME", "EXPENSE"}
    }
    assert {kind: sums[kind] for kind in expected} == expected


@pytest.mark.parametrize(
    "file", ["ff_withdrawal.csv", "ff_open_balance.csv", "ynab.csv", "mint.csv"]
)
def test_a_table_of_another_program_agrees_with_its_manifest(ana: TenantContext, file: str) -> None:
    report = brought(ana, f"csv/{file}", Hints("USD", DateOrder.MDY))
    expected = promised(f"csv/{file}")
    found = accounts(report.context, archived=True)
    total = sum(map(decimal_amount, found["balance"].tolist(), found["currency"]), Decimal())
    assert total == Decimal(expected["sum"])
    assert report.is_equal
