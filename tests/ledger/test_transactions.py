"""Lists, records and the register of transactions."""

from datetime import date

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, account, accounts, create_account
from fintrack.ledger.categories import categories
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import account_register, transactions


def test_smoke(ana: TenantContext) -> None:
    giro = create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 1, 1), 10000))
    tree = categories(ana)
    print(tree)
    food = tree.loc[tree["name"] == "Food", "id"].iloc[0]
    groceries = tree.loc[tree["name"] == "Groceries", "id"].iloc[0]
    from uuid import UUID
    for day in range(1, 20):
        record_transaction(ana, NewTransaction(giro, date(2026, 3, day), -100 * day, "Grocer " + "abcdefgh"[day % 8] * 3, category_id=UUID(groceries)))
    print(accounts(ana).T)
    page = transactions(ana, limit=5)
    print(page.frame.T)
    page2 = transactions(ana, cursor=page.next, limit=5)
    print(page2.frame["booked_on"].tolist(), transactions(ana, cursor=page2.previous, limit=5).frame["booked_on"].tolist())
    print(transactions(ana, TransactionFilter(words="gro aaa")).frame[["booked_on", "payee"]])
    print(transactions(ana, TransactionFilter(words="5")).frame[["booked_on", "payee", "amount"]])
    print(transactions(ana, TransactionFilter(category_id=UUID(food)), limit=3).frame[["booked_on", "payee", "amount"]])
    reg = account_register(ana, giro, None, 5)
    print(account_register(ana, giro, reg.next, 5).frame[["booked_on", "amount", "balance"]])
