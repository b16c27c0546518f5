"""The reports on the books of the shared samples say, to the cent, what their peers answered.

That every line of the books arrived is asked in tests/statements/books; here the screens' own
figures are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

import pandas as pd
import pytest

from fintrack.analytics.dimensions import Dimension
from fintrack.analytics.net_worth import balances, net_worth
from fintrack.analytics.payees import top_payees
from fintrack.analytics.periods import DAY, Interval, months_before
from fintrack.analytics.pivots import pivot
from fintrack.analytics.spending import income, spending
from fintrack.context import TenantContext
from fintrack.ledger.category_paths import SEPARATOR
from fintrack.money import decimal_amount
from fintrack.statements.books.book import Hints
from tests.conftest import open_database, sign_up
from tests.databases import Shelf
from tests.samples import require_samples
from tests.statements.books.samples import Row, Sums, answers, without_zeros
from tests.statements.books.test_book_samples import BEAN, DEMO, STANDARD, brought

require_samples()

SIDES = {"ASSET": "Assets", "LIABILITY": "Liabilities"}
KINDS = {"Income": (income, -1), "Expenses": (spending, 1)}
# The year of bean-example that Actual was given, and what it calls the accounts.
OF_ACTUAL = {
    "Assets:US:BofA:Checking": "Assets:BofA Checking",
    "Liabilities:US:Chase:Slate": "Assets:Chase Slate",
}
LAST = date(2030, 1, 1)
FIVE_YEARS = (date(2021, 1, 1), date(2026, 1, 1))
Ask = Callable[..., pd.DataFrame]


@pytest.fixture(scope="module")
def ana(shelf: Shelf) -> Iterator[TenantContext]:
    """Ana, who brings all books of this file and changes none of them."""
    with pytest.MonkeyPatch.context() as environment, open_database(shelf, environment):
        yield sign_up("Ana", "Rivera family")


@pytest.fixture(scope="module")
def bean(ana: TenantContext) -> TenantContext:
    """The book of bean-example."""
    return brought(ana, f"books/{BEAN}/book.beancount").context


def months(since: date, until: date) -> Iterator[date]:
    while since < until:
        yield since
        since = months_before(since, -1)


def held(me: TenantContext, on: date = LAST) -> Sums:
    """Return what each account holds, named as the peers name it."""
    return {
        (f"{SIDES[row['side']]}:{row['name'].replace(SEPARATOR, ':')}",): decimal_amount(
            row["balance"], row["currency"]
        )
        for row in balances(me, on).to_dict("records")
    }


def changes(me: TenantContext, since: date, until: date) -> Sums:
    """Return by how much each account changed in each month."""
    found: Sums = {}
    before = held(me, since - DAY)
    for month in months(since, until):
        after = held(me, months_before(month, -1) - DAY)
        for (name,), amount in after.items():
            found[f"{month:%Y-%m}", name] = amount - before.get((name,), Decimal())
        before = after
    return without_zeros(found)


def flows(me: TenantContext, since: date, until: date) -> Sums:
    """Return income and expenses of a period by category, signed as double entries are.

    Cents that no category has are the rounding of shares at their cost.
    """
    found: Sums = defaultdict(Decimal)
    for root, (ask, sign) in KINDS.items():
        for name, amount in _leaves(me, ask, (since, until), root):
            found[(name,)] += sign * amount
    return without_zeros(found)


def _leaves(
    me: TenantContext, ask: Ask, period: tuple[date, date], path: str, parent: str = ""
) -> Iterator[tuple[str, Decimal]]:
    """Yield what was booked on each category itself, drilled down to as on the page."""
    rows = ask(me, *period, UUID(parent) if parent else None)
    for row in rows[rows["category_id"] != ""].to_dict("records"):
        if row["category_id"] == parent:
            yield path, decimal_amount(row["amount"], row["currency"])
        else:
            name = f"{path}:{row['category']}"
            yield from _leaves(me, ask, period, name, row["category_id"])


def month_of(row: Row) -> str:
    return f"{row['year']}-{int(row['month']):02}"


def in_dollars(table: str, column: str) -> Iterator[tuple[Row, Decimal]]:
    """Yield the rows of an answer of bean-query that are in dollars, with their amount."""
    for row in answers(BEAN, table):
        if row["currency"] == "USD":
            yield row, Decimal(row[column])


def test_each_account_of_bean_example_holds_what_bean_query_says(bean: TenantContext) -> None:
    at_cost = {
        (row["account"],): Decimal(row["at_cost"].removesuffix(" USD"))
        for row in answers(BEAN, "value_by_account")
        if row["at_cost"].endswith("USD")
    }
    assert without_zeros(held(bean)) == at_cost


def test_the_roots_of_bean_example_are_what_bean_query_says(bean: TenantContext) -> None:
    """It adds up shares before it rounds, so that its sum is one cent off its own parts."""
    said = {
        row["root"]: next(
            Decimal(part.split()[0]) for part in row["at_cost"].split(",") if part.endswith(" USD")
        )
        for row in answers(BEAN, "value_by_root")
    }
    last = net_worth(bean, *FIVE_YEARS, Interval.MONTH).iloc[-1]
    assets, owed = (decimal_amount(int(last[name]), "USD") for name in ("assets", "liabilities"))
    assert (assets + Decimal("0.01"), -owed) == (said["Assets"], said["Liabilities"])
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for (name,), amount in flows(bean, *FIVE_YEARS).items():
        sums[name.partition(":")[0]] += amount
    assert sums == {root: said[root] for root in KINDS}


def test_income_and_expenses_of_bean_example_are_what_bean_query_says(bean: TenantContext) -> None:
    for year in range(2021, 2026):
        expected: Sums = defaultdict(Decimal)
        for row, amount in in_dollars("monthly_income_expenses", "amount"):
            if row["year"] == str(year):
                expected[(row["account"],)] += amount
        assert flows(bean, date(year, 1, 1), date(year + 1, 1, 1)) == without_zeros(expected)


def test_each_month_of_bean_example_is_what_bean_query_says(bean: TenantContext) -> None:
    expected: Sums = defaultdict(Decimal)
    for row, amount in in_dollars("monthly_income_expenses", "amount"):
        root, top, *_ = row["account"].split(":")
        expected[month_of(row), root, top] += amount
    found: Sums = defaultdict(Decimal)
    cells = pivot(bean, *FIVE_YEARS, Dimension.MONTH, Dimension.CATEGORY)
    for cell in cells[cells["column_id"] != ""].to_dict("records"):
        earned, spent = (decimal_amount(cell[name], "USD") for name in ("income", "spending"))
        found[cell["row"], "Income", cell["column"]] -= earned
        found[cell["row"], "Expenses", cell["column"]] += spent
    assert without_zeros(found) == without_zeros(expected)


def test_each_account_of_bean_example_changes_as_bean_query_says(bean: TenantContext) -> None:
    expected: Sums = {
        (month_of(row), row["account"]): amount
        for row, amount in in_dollars("monthly_change_assets_liabilities", "change")
    }
    # Of the others bean-query counts shares.
    known = {name for _, name in expected}
    found = {key: each for key, each in changes(bean, *FIVE_YEARS).items() if key[1] in known}
    assert found == without_zeros(expected)


def test_each_payee_of_bean_example_cost_what_bean_query_says(bean: TenantContext) -> None:
    """Under nobody's name also stand 32 cents, the rounding of shares at their cost."""
    expected = {row["payee"]: Decimal(row["amount"]) for row in answers(BEAN, "expenses_by_payee")}
    found = {
        row["payee"]: decimal_amount(row["amount"], row["currency"])
        for row in top_payees(bean, *FIVE_YEARS, 1000).to_dict("records")
    }
    assert found.pop("") == expected.pop("") + Decimal("0.32")
    assert found == expected


def test_the_demo_of_ledger_is_reported_as_ledger_and_hledger_do(ana: TenantContext) -> None:
    me = brought(ana, f"books/{DEMO}/demo.ledger").context
    roots = (*SIDES.values(), *KINDS)
    said: Sums = {
        (row["account"],): Decimal(row["amount"])
        for row in answers(DEMO, "balances")
        if row["account"].startswith(roots)
    }
    period = (date(2010, 12, 1), date(2012, 1, 1))
    assert without_zeros({**held(me), **flows(me, *period)}) == without_zeros(said)
    monthly: Sums = {
        (row["month"], row["account"]): Decimal(row["amount"])
        for row in answers(DEMO, "monthly_by_account")
        if row["account"].startswith(roots)
    }
    found = changes(me, *period)
    for month in months(*period):
        for (name,), amount in flows(me, month, months_before(month, -1)).items():
            found[f"{month:%Y-%m}", name] = amount
    assert found == without_zeros(monthly)


def test_a_real_book_of_three_years_is_reported_as_ledger_and_hledger_do(
    ana: TenantContext,
) -> None:
    """Its accounts are hashes without a root, so all of them came as accounts."""
    me = brought(ana, f"books/{STANDARD}/standard.dat").context

    def bare(sums: Sums) -> Sums:
        return {(*key[:-1], key[-1].partition(":")[2]): each for key, each in sums.items() if each}

    said: Sums = {
        (row["account"],): Decimal(row["amount"])
        for row in answers(STANDARD, "balances")
        if row["commodity"] == "$"
    }
    found = bare(held(me))
    assert {key: each for key, each in found.items() if key in said} == without_zeros(said)
    monthly: Sums = {
        (row["month"], row["account"]): Decimal(row["amount"])
        for row in answers(STANDARD, "monthly_by_account")
        if row["commodity"] == "$"
    }
    moved = bare(changes(me, date(2002, 1, 1), date(2005, 2, 1)))
    known = {(name,) for _, name in monthly}
    assert {key: each for key, each in moved.items() if key[1:] in known} == without_zeros(monthly)


def test_each_account_of_the_budget_of_actual_changes_as_bean_query_says(
    ana: TenantContext,
) -> None:
    me = brought(ana, "actual-zip/bean-example-2025.zip", Hints("USD")).context
    expected: Sums = {
        (month_of(row), OF_ACTUAL[row["account"]]): amount
        for row, amount in in_dollars("monthly_change_assets_liabilities", "change")
        if row["year"] == "2025" and row["account"] in OF_ACTUAL
    }
    found = changes(me, date(2025, 1, 1), FIVE_YEARS[1])
    assert found == without_zeros(expected)
