"""The Accounts page: what a member sees of accounts, and what only some may do."""

import json
from datetime import date
from uuid import UUID

from fintrack.analytics.downloads import chart_csv
from fintrack.analytics.periods import today_of
from fintrack.context import TenantContext
from fintrack.ledger.accounts import (
    AccountKind,
    NewAccount,
    Visibility,
    archive_account,
    create_account,
)
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.transfers import NewTransfer, record_transfer
from tests.pages.opening import open_page
from tests.statements.importing import imported, ofx_file

OPENED = date(2026, 1, 1)
AGREES = ":green-badge[:material/check_circle: Balance of 31 Mar 2026 agrees]"
OFF = r":orange-badge[:material/balance: €1\.50 under the bank’s balance of 31 Mar 2026]"


def checking(context: TenantContext, name: str = "Checking", **values: object) -> UUID:
    """Open a checking account with 100.00 EUR."""
    new = NewAccount(name, AccountKind.CHECKING, "EUR", OPENED, 10_000, **values)  # type: ignore[arg-type]
    return create_account(context, new)


def labels(page) -> list[str]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Return the labels of the buttons of a page."""
    return [button.label for button in page.button]


def test_a_new_tenant_is_told_the_next_step(ana: TenantContext) -> None:
    page = open_page(ana, "accounts")
    assert "No account yet" in [each.value for each in page.subheader]
    assert "Add account" in labels(page)


def test_an_account_shows_its_balance_in_the_tenants_way_of_writing(ana: TenantContext) -> None:
    checking(ana)
    page = open_page(ana, "accounts")
    assert [each.value for each in page.metric] == ["€100.00"]


def test_a_viewer_is_not_shown_how_to_add_an_account(
    ana: TenantContext, ben: TenantContext
) -> None:
    checking(ana)
    assert "Add account" not in labels(open_page(ben, "accounts"))


def test_a_private_account_is_not_shown_to_an_admin(
    ana: TenantContext, dora: TenantContext
) -> None:
    checking(ana, "Secret", visibility=Visibility.PRIVATE)
    page = open_page(dora, "accounts")
    assert "Secret" not in str(page.main)


def test_i6_a_name_is_shown_letter_for_letter(ana: TenantContext) -> None:
    checking(ana, "**bold** <b>x</b> [link](https://example.org)")
    page = open_page(ana, "accounts")
    shown = " ".join(labels(page))
    assert r"\*\*bold\*\*" in shown
    assert "https://" not in shown


def test_an_account_shows_the_balance_after_each_transaction(ana: TenantContext) -> None:
    account_id = checking(ana)
    for day, amount in ((2, -4_200), (3, 1_200)):
        record_transaction(ana, NewTransaction(account_id, date(2026, 3, day), amount, "Grocer"))
    page = open_page(ana, "accounts", account=str(account_id))
    assert page.dataframe[0].value["Balance"].tolist() == ["€70.00", "€58.00"]


def test_the_course_of_an_account_is_drawn_from_the_oldest_day_on(ana: TenantContext) -> None:
    account_id = checking(ana)
    for day, amount in ((2, -4_200), (9, 1_200)):
        record_transaction(ana, NewTransaction(account_id, date(2026, 3, day), amount, "Grocer"))
    page = open_page(ana, "accounts", account=str(account_id))
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert figure["data"][0]["x"] == ["2026-03-02", "2026-03-09"]
    assert figure["layout"]["xaxis"]["tickvals"] == ["2026-03-09", "2026-03-02"]


def test_an_account_of_another_tenant_is_not_there(ana: TenantContext, cleo: TenantContext) -> None:
    page = open_page(ana, "accounts", account=str(checking(cleo)))
    assert [each.value for each in page.error] == ["There is no such account."]


def test_an_account_with_transactions_is_archived_rather_than_deleted(ana: TenantContext) -> None:
    account_id = checking(ana)
    record_transaction(ana, NewTransaction(account_id, OPENED, -100, "Grocer"))
    page = open_page(ana, "accounts", account=str(account_id))
    page.button(key="delete account").click().run()
    assert "Archive it instead" in page.error[0].value
    page.button(key="archive account").click().run()
    assert "Reopen" in labels(page)


def test_accounts_are_grouped_by_kind_in_the_order_people_think_in(ana: TenantContext) -> None:
    for name, kind in (("Visa", AccountKind.CREDIT_CARD), ("Nest egg", AccountKind.SAVINGS)):
        create_account(ana, NewAccount(name, kind, "EUR", OPENED))
    checking(ana)
    page = open_page(ana, "accounts")
    assert [each.value for each in page.subheader] == ["Checking", "Savings", "Credit card"]


def test_an_account_says_how_its_balance_changed(ana: TenantContext) -> None:
    account_id = checking(ana)
    record_transaction(ana, NewTransaction(account_id, today_of(ana), -4_200, "Grocer"))
    (balance,) = open_page(ana, "accounts").metric
    assert balance.value == "€58.00"
    assert balance.delta == r"−€42\.00"


def test_the_register_names_splits_transfers_and_what_has_no_category(ana: TenantContext) -> None:
    one, other = checking(ana), checking(ana, "Joint")
    lines = (SplitLine(None, -60), SplitLine(None, -40))
    record_transaction(ana, NewTransaction(one, date(2026, 3, 1), -100, "Grocer"))
    record_transaction(ana, NewTransaction(one, date(2026, 3, 2), -100, "Grocer", lines=lines))
    record_transfer(ana, NewTransfer(one, other, 100, date(2026, 3, 3)))
    register = open_page(ana, "accounts", account=str(one)).dataframe[0].value
    assert register["Category"].tolist() == ["Transfer", "Split", "Uncategorised"]


def test_an_account_leads_back_to_all_of_them(ana: TenantContext) -> None:
    page = open_page(ana, "accounts", account=str(checking(ana)))
    assert [each.value for each in page.title] == ["Checking"]
    assert "All accounts" in labels(page)


def test_the_balances_are_a_file_for_whoever_may_export(
    ana: TenantContext, ben: TenantContext
) -> None:
    create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 1, 1), 5))
    labels = [[each.label for each in open_page(me, "accounts").button] for me in (ana, ben)]
    assert ["Balances as CSV" in each for each in labels] == [True, False]
    asked = {"chart": "balances", "since": "2026-03-01", "until": "2026-03-02"}
    assert b"".join(chart_csv(ana, asked)).decode().splitlines() == [
        "name,kind,side,currency,balance,is_archived", "Giro,CHECKING,ASSET,EUR,0.05,false",
    ]  # fmt: skip


def test_a_viewer_is_not_shown_how_to_change_an_account(
    ana: TenantContext, ben: TenantContext
) -> None:
    page = open_page(ben, "accounts", account=str(checking(ana)))
    assert not set(labels(page)) & {"Edit", "Archive", "Delete the account"}


def test_a_refusal_quotes_a_name_letter_for_letter(ana: TenantContext) -> None:
    account_id = checking(ana, "**bold** [link](https://example.org)")
    record_transaction(ana, NewTransaction(account_id, OPENED, -100, "Grocer"))
    page = open_page(ana, "accounts", account=str(account_id))
    page.button(key="delete account").click().run()
    assert page.error[0].value.startswith(r"\*\*bold\*\* \[link\](https\:")


def test_archived_accounts_stand_apart(ana: TenantContext) -> None:
    archive_account(ana, checking(ana))
    page = open_page(ana, "accounts")
    assert [each.label for each in page.expander] == ["Archived (1)"]


def test_a_balance_of_the_bank_is_held_against_the_books(ana: TenantContext) -> None:
    account_id = checking(ana)
    file = ofx_file([("20260302", "-12.00", "a", "Baker")], balance="88.00")
    imported(ana, file, account_id=account_id)
    assert bank_says(ana, account=str(account_id)) == [AGREES]
    assert bank_says(ana) == []
    record_transaction(ana, NewTransaction(account_id, date(2026, 3, 31), -150))
    assert bank_says(ana) == bank_says(ana, account=str(account_id)) == [OFF]


def bank_says(context: TenantContext, **query: str) -> list[str]:
    """Return the badges about balances on the page."""
    told = [each.value for each in open_page(context, "accounts", **query).markdown]
    return [each for each in told if "alance of " in each]
