"""Registers of other programs in the books: categories, splits, tags and transfers."""

import csv
from datetime import date
from io import StringIO

from fintrack.context import TenantContext
from fintrack.ledger.account_files.export import AccountFormat, export_account
from fintrack.ledger.accounts import AccountKind, NewAccount, accounts, create_account
from fintrack.ledger.categories import categories
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.statements.mapping import answered
from tests.statements.importing import exported, imported, ofx_file, preview

REGISTERS = b"""!Type:Cat
NBeekeeping:Hives
E
^
!Account
NGiro
TBank
^
!Type:Bank
D1/31/2026
T-10.00
PShop
LGroceries
SGroceries
EBread
$-7.00
SBeekeeping:Hives/Trip
$-3.00
^
D1/31/2026
T-100.00
PTo the card
L[Card]
CX
^
D1/30/2026
T4.00
PHives refund
LBeekeeping:Hives/Trip
^
!Account
NCard
TCCard
^
!Type:CCard
D1/31/2026
T100.00
L[Giro]
^
"""
HIVES = "Beekeeping › Hives"  # noqa: RUF001 - as the tree is written


def test_a_register_brings_its_categories_splits_tags_and_transfers(ana: TenantContext) -> None:
    report = imported(ana, REGISTERS)

    rows = list(csv.DictReader(StringIO(exported(ana).decode("utf-8-sig"), newline="")))
    assert (report.new, report.rejected) == (4, 0)
    found = {(row["payee"], row["amount"]): row for row in rows}
    bread, hives = found["Shop", "-7.00"], found["Shop", "-3.00"]
    assert [bread["category"], hives["category"]] == ["Groceries", HIVES]
    assert bread["description"].endswith("Bread")
    refund = found["Hives refund", "4.00"]
    assert (refund["category"], refund["kind"], refund["tags"]) == (HIVES, "EXPENSE", "Trip")
    out, into = found["To the card", "-100.00"], found["", "100.00"]
    assert out["transfer"] == into["transfer"] != ""
    assert (out["status"], into["account"]) == ("RECONCILED", "Card")


def test_a_split_is_known_again_with_and_without_the_other_register(ana: TenantContext) -> None:
    split = REGISTERS.replace(b"L[Card]\nCX", b"S[Card]\n$-100.00\nSFees\n$-2.50")
    split = split.replace(b"T-100.00", b"T-102.50")
    alone = split[: split.rindex(b"!Account")]

    report = imported(ana, alone)
    both = imported(ana, split)

    assert [report.new, both.new, both.duplicate] == [3, 1, 3]
    balances = {each.account: each.balance_after for each in both.batches}
    assert balances == {"Giro": -10850, "Card": 10000}
    assert [imported(ana, each).new for each in (split, alone)] == [0, 0]
    bank = ofx_file([("20260131", "-102.50", "a", "To the card")], account="1")
    giro = next(each.account_id for each in both.batches if each.account == "Giro")
    assert imported(ana, bank, account_id=giro).new == 0


def test_a_register_opens_accounts_of_its_kinds(ana: TenantContext) -> None:
    imported(ana, REGISTERS)

    kinds = accounts(ana).set_index("name")["kind"].to_dict()
    assert kinds == {"Giro": "CHECKING", "Card": "CREDIT_CARD"}


def test_a_register_makes_a_category_once(ana: TenantContext) -> None:
    imported(ana, REGISTERS)
    imported(ana, REGISTERS.replace(b"2026", b"2025"))

    assert categories(ana)["name"].tolist().count("Hives") == 1


def test_a_register_that_comes_again_adds_nothing(ana: TenantContext) -> None:
    imported(ana, REGISTERS)

    assert imported(ana, REGISTERS).new == 0


def test_a_register_is_in_the_currency_of_the_account_that_it_names(ana: TenantContext) -> None:
    yen = create_account(ana, NewAccount("Yen", AccountKind.CASH, "JPY", date(2026, 1, 1)))
    record_transaction(ana, NewTransaction(yen, date(2026, 1, 2), -500, "Ramen"))
    register = b"".join(export_account(ana, yen, AccountFormat.QIF))

    (statement,) = preview(ana, register).statements

    assert statement.account is not None
    assert (statement.account.name, statement.new) == ("Yen", 0)


def test_open_dates_are_remembered_for_the_account_alone(ana: TenantContext) -> None:
    content = b"!Type:Bank\nD1/2/2026\nT1.00\n^\n"
    asked = preview(ana, content)
    assert asked.mapping is not None
    imported(ana, content, mapping=answered(asked.mapping, "date_order", "dmy"))
    card = create_account(ana, NewAccount("Card", AccountKind.CASH, "EUR", date(2026, 1, 1)))

    same, other = (
        preview(ana, content.replace(b"1/2", b"3/2"), accounts=accounts_of_file)
        for accounts_of_file in (None, {"": card})
    )

    assert [each.rows["booked_on"].dt.month.tolist() for each in same.statements] == [[2]]
    assert [question.field for question in other.questions] == ["date_order"]
