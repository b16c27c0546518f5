"""Limits on the screen: one calm sentence first, then a clear refusal."""

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.context import TenantContext
from fintrack.errors import Conflict
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.limits import Limit
from fintrack.operations.tenants import set_limit
from fintrack.web.downloads import download_of
from tests.pages.opening import open_dialog, open_page
from tests.pages.test_front_door import errors, press
from tests.pages.test_imports import commit, dropped
from tests.statements.importing import csv_file, exported
from tests.test_limits import FULL_OF_ACCOUNTS, FULL_OF_TRANSACTIONS

OPENED = date(2026, 1, 1)
ALMOST = "This file is almost as large as Rivera family may import, which is 1 MB."
TOO_LARGE = (
    "The file is larger than 1 MB, the most that Rivera family imports at once; "
    "download a shorter period."
)


def notices(page: AppTest) -> list[str]:
    """Return the sentences about limits, without the signs that keep words from being markup."""
    assert not page.exception
    said = [each.value.replace("\\", "") for each in page.caption]
    return [
        each.removeprefix(":material/info: ") for each in said if each.startswith(":material/i")
    ]


def accounts_of(context: TenantContext, count: int) -> None:
    for number in range(count):
        new = NewAccount(f"Purse {number}", AccountKind.CASH, "EUR", OPENED)
        record_transaction(context, NewTransaction(create_account(context, new), OPENED, -100))


def add_account() -> None:
    """Open the dialog that asks for a new account."""
    from fintrack.ui.account_forms import new_account_dialog  # noqa: PLC0415 - a script of its own
    from fintrack.ui.session import tenant_context  # noqa: PLC0415 - as above

    new_account_dialog(tenant_context())


def test_a_page_says_nothing_while_there_is_room(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.ACCOUNTS, 5)
    accounts_of(ana, 3)
    assert notices(open_page(ana, "accounts")) == []


def test_accounts_are_warned_of_and_then_refused(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.ACCOUNTS, 5)
    accounts_of(ana, 4)
    assert notices(open_page(ana, "accounts")) == [
        "Rivera family has almost as many accounts as it may have, which is 5."
    ]
    create_account(ana, NewAccount("Last", AccountKind.CASH, "EUR", OPENED))
    assert notices(open_page(ana, "accounts")) == [
        "Rivera family has as many accounts as it may have, which is 5."
    ]
    page = open_dialog(ana, add_account)
    page.text_input[0].input("One more")
    assert errors(press(page, "Add the account")) == [FULL_OF_ACCOUNTS.format(5)]


def test_a_viewer_is_not_warned_of_what_he_cannot_do(
    ana: TenantContext, ben: TenantContext
) -> None:
    set_limit(ana.slug, Limit.ACCOUNTS, 1)
    set_limit(ana.slug, Limit.MEMBERS, 2)
    accounts_of(ana, 1)
    for name in ("accounts", "transactions", "members"):
        assert notices(open_page(ben, name)) == []


def test_members_are_warned_of(ana: TenantContext, ben: TenantContext) -> None:
    set_limit(ana.slug, Limit.MEMBERS, 2)
    assert notices(open_page(ana, "members")) == [
        "Rivera family has as many members as it may have, which is 2."
    ]


def test_transactions_and_exports_are_warned_of_where_they_are_made(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.TRANSACTIONS, 2000)
    set_limit(ana.slug, Limit.EXPORTS_PER_DAY, 5)
    accounts_of(ana, 1)
    for _ in range(4):
        exported(ana)
    said = ["Rivera family has made almost as many exports as it may in a day, which is 5."]
    assert notices(open_page(ana, "transactions")) == said
    set_limit(ana.slug, Limit.TRANSACTIONS, 1)
    full = "Rivera family keeps as many transactions as it may, which is 1."
    assert notices(open_page(ana, "transactions")) == [full, *said]
    assert notices(open_page(ana, "import")) == [full]


def test_an_import_beyond_the_limit_is_refused_on_the_page(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.TRANSACTIONS, 1)
    assert errors(commit(dropped(ana, csv_file()))) == [FULL_OF_TRANSACTIONS.format(1)]


@pytest.mark.parametrize(
    ("kilobytes", "said", "refused"),
    [(700, [], []), (900, [ALMOST], []), (1100, [], [TOO_LARGE])],
)
def test_a_large_file_is_warned_of_and_a_larger_one_refused(
    ana: TenantContext, kilobytes: int, said: list[str], refused: list[str]
) -> None:
    set_limit(ana.slug, Limit.IMPORT_MB, 1)
    row = "2026-03-01,-42.00,Grocer," + "x" * 1000
    lines = ["Date,Amount,Payee,Text", *[row] * kilobytes]
    page = dropped(ana, "\n".join(lines).encode())
    assert notices(page) == said
    assert errors(page) == refused


def test_an_export_beyond_the_limit_is_refused(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.EXPORTS_PER_DAY, 0)
    some = {"kind": "transactions", "tenant": ana.slug, "filter": {"q": "grocer"}}
    with pytest.raises(Conflict, match="as many exports as it may in a day, which is 0"):
        download_of(ana.session, some)


def test_settings_show_the_limits(ana: TenantContext) -> None:
    set_limit(ana.slug, Limit.ACCOUNTS, 1)
    set_limit(ana.slug, Limit.TRANSACTIONS, 1_000_000)
    accounts_of(ana, 1)
    rows = [each.value for each in open_page(ana, "settings").markdown]
    assert rows[rows.index("1,000,000") - 1] == "Transactions"
    assert rows[rows.index("1") - 1] == "Accounts  \n:small[:gray[reached]]"
    assert rows[rows.index("25 MB") - 1] == "Size of a bank file"
