"""Books that come as databases and as XML: Actual and GnuCash."""

import gzip
from collections.abc import Sequence
from decimal import Decimal

import pytest

from fintrack.ledger.accounts import AccountKind, Side
from fintrack.ledger.filters import Status
from fintrack.statements.books.book import Hints
from fintrack.statements.statement import StatementError
from tests.statements.books.reading import balances, flows, read, said, sqlite_file, zipped

ACTUAL = """
    create table accounts (id, name, closed, tombstone);
    create table category_groups (id, name);
    create table categories (id, name, is_income, cat_group, tombstone);
    create table category_mapping (id, transferId);
    create table payees (id, name, transfer_acct);
    create table payee_mapping (id, targetId);
    create table transactions (
        id, isParent, isChild, acct, category, amount, description, notes, date, transferred_id,
        sort_order, tombstone, cleared, parent_id, reconciled);
    create table zero_budgets (month, category, amount);
    create table reflect_budgets (month, category, amount);
    create table schedules (tombstone);
"""
GNUCASH = """
    create table commodities (guid, namespace, mnemonic);
    create table accounts (
        guid, name, account_type, commodity_guid, parent_guid, code, hidden, description);
    create table transactions (guid, currency_guid, num, post_date, enter_date, description);
    create table splits (
        tx_guid, account_guid, memo, reconcile_state, value_num, value_denom, quantity_num,
        quantity_denom);
    create table prices (guid);
    create table slots (obj_guid, name, string_val);
"""
GIRO, PURSE, OLD = "a-giro", "a-purse", "a-old"


def movement(
    key: str, account: str, cents: int, day: int = 20260131, **more: object
) -> tuple[object, ...]:
    """Return a row of Actual's transactions; names are short for its columns."""
    usual = {
        "parent": 0, "child": 0, "category": None, "payee": None, "notes": None, "other": None,
        "order": 0, "gone": 0, "cleared": 1, "of": None, "reconciled": 0,
    }  # fmt: skip
    row = usual | more
    return (
        key, row["parent"], row["child"], account, row["category"], cents, row["payee"],
        row["notes"], day, row["other"], row["order"], row["gone"], row["cleared"], row["of"],
        row["reconciled"],
    )  # fmt: skip


def actual(*movements: tuple[object, ...]) -> bytes:
    rows: dict[str, Sequence[Sequence[object]]] = {
        "accounts": [(GIRO, "Giro", 0, 0), (PURSE, "Purse", 1, 0), (OLD, "Old", 0, 1)],
        "category_groups": [("g", "Usual"), ("i", "Income")],
        "categories": [("c", "Food", 0, "g", 0), ("p", "Pay", 1, "i", 0), ("x", "Gone", 0, "g", 1)],
        "category_mapping": [("c", "c"), ("merged", "c")],
        "payees": [("s", "Shop", None), ("t", "", PURSE), ("u", "Shoppe", None)],
        "payee_mapping": [("s", "s"), ("u", "s")],
        "transactions": movements,
        "zero_budgets": [
            (202601, "c", 0),
            (202512, "c", 500),
            (202601, "merged", 2_000),
            (202601, "p", 100),
            (202601, "x", 300),
        ],
        "reflect_budgets": [(202601, "c", 900)],
        "schedules": [(0,), (1,)],
    }
    return zipped({"db.sqlite": sqlite_file(ACTUAL, rows), "metadata.json": "{}"})


def test_a_budget_of_actual_counts_splits_once_and_nothing_deleted() -> None:
    book = read(
        actual(
            movement("1", GIRO, -1000, category="merged", payee="u", notes="weekly", cleared=0),
            movement("2", GIRO, -3000, parent=1, payee="s"),
            movement("2/a", GIRO, -1200, child=1, category="c", notes="milk", of="2", order=2),
            movement("2/b", GIRO, -800, child=1, of="2", order=1),
            movement("2/c", GIRO, -1000, child=1, other="3", payee="t", of="2"),
            movement("3", PURSE, 1000, other="2/c"),
            movement("4", GIRO, 200000, category="p", day=20260201, reconciled=1),
            movement("5", GIRO, -77, gone=1),
            movement("6", OLD, -88),
        ),
        Hints("USD"),
    )
    assert balances(book) == {"Giro": "1960.00", "Purse": "10.00"}
    assert said(book) == [
        ("Giro", "2026-01-31", "-10.00", "Shop", "Usual:Food -10.00"),
        ("Giro", "2026-01-31", "-20.00", "Shop", "Usual:Food -12.00 + - -8.00"),
        ("Giro", "2026-01-31", "-10.00", "Purse", "transfer"),
        ("Purse", "2026-01-31", "10.00", "", "transfer"),
        ("Giro", "2026-02-01", "2000.00", "", "Pay 2000.00"),
    ]
    assert [each.status for each in book.transactions] == [
        Status.PENDING, Status.CLEARED, Status.CLEARED, Status.CLEARED, Status.RECONCILED,
    ]  # fmt: skip
    assert [each.is_closed for each in book.accounts] == [False, True]
    assert list(book.notes) == [
        "Actual keeps no currency; USD was taken.",
        "1 budget came: what January 2026 has, for every month.",
        "1 budgeted amount of another month was left out: FinTrack's are the same every month.",
        "2 budgeted amounts were left out: they are below zero or for no category of expenses.",
        "Amounts of the other budget were left out (1): FinTrack does not take them from Actual.",
        "Schedules were left out (1): FinTrack does not take them from Actual.",
    ]
    (budget,) = book.budgets
    assert (budget.category.path, budget.amount) == (("Usual", "Food"), Decimal(20))


def test_what_actual_says_of_accounts_and_categories_is_told() -> None:
    rows: dict[str, Sequence[Sequence[object]]] = {
        "accounts": [(GIRO, "Giro", 0, 0, 0), (PURSE, "Purse", 0, 0, 1), (OLD, "Old", 0, 1, 1)],
        "categories": [("c", "Food", 0, "g", 0), ("x", "Gone", 0, "g", 1)],
        "notes": [
            (f"account-{GIRO}", "joint"),
            (f"account-{OLD}", "gone"),
            ("c", "eat less"),
            ("g", ""),
            ("budget-2026-01", "a hard month"),
        ],
    }
    schema = ACTUAL.replace("closed, tombstone", "closed, tombstone, offbudget")
    schema += "create table notes (id, note);"

    book = read(zipped({"db.sqlite": sqlite_file(schema, rows)}))

    assert list(book.notes)[1:] == [
        "1 account is off the budget in Actual, and counts here like any other: Purse.",
        "Notes of accounts were left out (1): FinTrack does not take them from Actual.",
        "Notes of categories were left out (1): FinTrack does not take them from Actual.",
        "Notes of months were left out (1): FinTrack does not take them from Actual.",
    ]


def test_a_split_of_actual_into_transfers_alone_keeps_what_they_lack_of_it() -> None:
    book = read(
        actual(
            movement("1", GIRO, -3000, parent=1, payee="s"),
            movement("1/a", GIRO, -2000, child=1, other="2", payee="t", of="1"),
            movement("2", PURSE, 2000, other="1/a"),
        )
    )

    assert balances(book) == {"Giro": "-30.00", "Purse": "20.00"}


def test_a_budget_without_a_currency_asks_for_it() -> None:
    with pytest.raises(StatementError, match="Choose one"):
        read(actual(), Hints())


@pytest.mark.parametrize("cents", ["twelve", None, 1.5])
def test_an_amount_of_actual_that_is_no_number_is_refused(cents: object) -> None:
    with pytest.raises(StatementError, match="no whole number"):
        read(actual(movement("1", GIRO, cents)))  # type: ignore[arg-type]


XML = """<?xml version="1.0" encoding="utf-8" ?>
<gnc-v2 xmlns:gnc="http://www.gnucash.org/XML/gnc" xmlns:act="http://www.gnucash.org/XML/act"
 xmlns:cmdty="http://www.gnucash.org/XML/cmdty" xmlns:trn="http://www.gnucash.org/XML/trn"
 xmlns:split="http://www.gnucash.org/XML/split" xmlns:ts="http://www.gnucash.org/XML/ts">
<gnc:book version="2.0.0">
{accounts}{transactions}
<gnc:template-transactions>{template}</gnc:template-transactions>
<gnc:schedxaction/>
</gnc:book></gnc-v2>
"""


def gnc_account(key: str, kind: str, parent: str = "root", unit: str = "CURRENCY EUR") -> str:
    space, _, mnemonic = unit.partition(" ")
    return (
        f"<gnc:account><act:name>{key}</act:name><act:id>{key}</act:id><act:type>{kind}</act:type>"
        f"<act:commodity><cmdty:space>{space}</cmdty:space><cmdty:id>{mnemonic}</cmdty:id>"
        f"</act:commodity><act:parent>{parent}</act:parent></gnc:account>"
    )


def gnc_transaction(day: str, said: str, *splits: tuple[str, str, str]) -> str:
    parts = "".join(
        f"<trn:split><split:reconciled-state>y</split:reconciled-state><split:value>{value}"
        f"</split:value><split:quantity>{quantity}</split:quantity>"
        f"<split:account>{account}</split:account></trn:split>"
        for account, value, quantity in splits
    )
    return (
        "<gnc:transaction><trn:currency><cmdty:space>CURRENCY</cmdty:space><cmdty:id>EUR</cmdty:id>"
        f"</trn:currency><trn:date-posted><ts:date>{day} 10:59:00 +0000</ts:date></trn:date-posted>"
        f"<trn:description>{said}</trn:description><trn:splits>{parts}</trn:splits>"
        "</gnc:transaction>"
    )


BREAD, PAID = ("Food", "320/100", "320/100"), ("Card", "-320/100", "-320/100")
SHARES, SPENT = ("ACME", "5000/100", "4/1"), ("Bank", "-5000/100", "-5000/100")
BOOK = XML.format(
    accounts=gnc_account("root", "ROOT", "")
    + gnc_account("Bank", "BANK")
    + gnc_account("Card", "CREDIT")
    + gnc_account("ACME", "STOCK", unit="NASDAQ ACME")
    + gnc_account("Expenses", "EXPENSE")
    + gnc_account("Food", "EXPENSE", "Expenses"),
    transactions=gnc_transaction("2026-01-02", "Rolls &amp; milk", BREAD, PAID)
    + gnc_transaction("2026-01-03", "Buy", SHARES, SPENT),
    template=gnc_account("Template Root", "ROOT", "")
    + gnc_account("Template", "BANK", "Template Root", unit="template template")
    + gnc_transaction("2026-01-01", "Rent", ("Template", "0/1", "0/1"), ("Template", "0/1", "0/1")),
)  # fmt: skip


@pytest.mark.parametrize("content", [BOOK.encode(), gzip.compress(BOOK.encode())])
def test_a_book_of_gnucash_in_xml_is_read_packed_or_not(content: bytes) -> None:
    book = read(content)
    assert balances(book) == {"Card": "-3.20", "ACME": "50.00", "Bank": "-50.00"}
    assert flows(book) == {"EXPENSE:Food": "-3.20"}
    card, acme, bank = book.accounts
    assert (card.kind, card.side) == (AccountKind.CREDIT_CARD, Side.LIABILITY)
    assert (acme.kind, bank.kind) == (AccountKind.INVESTMENT, AccountKind.CHECKING)
    assert (book.transactions[0].payee, book.transactions[0].status) == (
        "Rolls & milk", Status.RECONCILED,
    )  # fmt: skip
    assert list(book.notes) == [
        "Scheduled transactions were left out (1): FinTrack does not take them from GnuCash."
    ]
    assert sum(each.amount for each in book.transactions) == Decimal("-3.20")


def test_a_hidden_account_of_gnucash_is_closed() -> None:
    hidden = (
        "<act:slots><slot><slot:key>color</slot:key></slot><slot><slot:key>hidden</slot:key>"
        '<slot:value type="string">true</slot:value></slot></act:slots>'
    )

    book = read(BOOK.replace("<act:name>Card</act:name>", f"<act:name>Card</act:name>{hidden}"))

    assert [each.name for each in book.accounts if each.is_closed] == ["Card"]


def test_notes_of_a_transaction_of_gnucash_come_and_those_of_an_account_are_told() -> None:
    slots = (
        "<{0}:slots><slot><slot:key>kept</slot:key><slot:value>x</slot:value></slot>"
        "<slot><slot:key>notes</slot:key><slot:value>Of rye</slot:value></slot></{0}:slots>"
    )
    text = BOOK.replace("<trn:splits>", f"<trn:num>7</trn:num>{slots.format('trn')}<trn:splits>", 1)

    book = read(text.replace("<act:name>Card", f"{slots.format('act')}<act:name>Card"))

    assert [each.note for each in book.transactions if each.payee != "Buy"] == ["Number 7\nOf rye"]
    assert "Notes of accounts were left out (1): FinTrack does not take them from GnuCash." in (
        book.notes
    )


def test_notes_of_a_database_of_gnucash_come_with_their_transaction() -> None:
    book = read(
        sqlite_file(
            GNUCASH,
            {
                "commodities": [("e", "CURRENCY", "EUR")],
                "accounts": [("g", "Giro", "BANK", "e", "", "", 0, "Ours")],
                "transactions": [("t", "e", "7", "2026-01-02 10:59:00", "", "Found")],
                "splits": [("t", "g", "", "n", 320, 100, 320, 100)],
                "slots": [("t", "notes", "Under a sofa"), ("t", "online_id", "x")],
            },
        )
    )

    assert [each.note for each in book.transactions] == ["Number 7\nUnder a sofa"]
    assert book.notes[0].startswith("Notes of accounts were left out (1)")


def test_accounts_of_gnucash_that_no_transaction_needs_are_named() -> None:
    more = gnc_account("Gifts", "EXPENSE", "Expenses") + gnc_account("Old", "BANK")

    book = read(BOOK.replace("<gnc:transaction>", f"{more}<gnc:transaction>", 1))

    assert book.notes[-1] == "2 accounts are in no entry and did not come: Expenses:Gifts, Old."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("320/100", "320/0"),
        ("320/100", "much"),
        ("<split:account>Food", "<split:account>Nobody"),
        ("2026-01-02 ", "2026-13-02 "),
        ("<gnc:book", '<!DOCTYPE x [<!ENTITY a "b">]><gnc:book'),
        ("</gnc:book>", ""),
        ("<gnc:account>", "<account>"),
    ],
)
def test_a_book_of_gnucash_that_is_not_whole_is_refused(old: str, new: str) -> None:
    with pytest.raises(StatementError) as refusal:
        read(BOOK.replace(old, new))
    assert str(refusal.value).endswith(".")


def test_the_first_version_of_gnucash_is_refused_by_name() -> None:
    with pytest.raises(StatementError, match="Open it in a newer GnuCash"):
        read('<?xml version="1.0"?><gnc><version>1</version></gnc>')
