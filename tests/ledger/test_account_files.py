"""One account leaves as OFX or QIF, and FinTrack's own readers find it the same."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.errors import NotFound, PermissionDenied
from fintrack.ledger.account_files.export import AccountFormat, export_account
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.category_paths import SEPARATOR
from fintrack.statements.read import read_statements
from fintrack.statements.statement import Entry, Statement
from tests.operations.books import DAY, keep_book

OFX, QIF = AccountFormat
GIRO = [
    ("2026-03-01", "-42.00", "=cmd|' /C calc'!A0", "card"),
    ("2026-03-01", "-42.00", "'quoted", 'He said "no"'),
    ("2026-03-01", "-42.00", "Market", ""),
    ("2026-03-01", "1500.00", "Salary", ""),
    ("2026-03-01", "-0.01", "", ""),
    ("2026-03-01", "-10.00", "Dinar", "to the Gulf"),
    ("2026-03-05", "-3.20", "Baker", ""),
]


def read_back(me: TenantContext, account_id: UUID, form: AccountFormat) -> Statement:
    found = read_statements(b"".join(export_account(me, account_id, form)))
    assert not found.questions
    (statement,) = found.statements
    assert not statement.rejected
    return statement


def said(entries: Sequence[Entry]) -> list[tuple[str, str, str, str]]:
    return [
        (each.booked_on.isoformat(), f"{each.amount:f}", each.payee, each.text) for each in entries
    ]


def test_ofx_comes_back_as_it_was(ana: TenantContext) -> None:
    statement = read_back(ana, keep_book(ana)["Giro; =1+1"], OFX)
    assert said(statement.entries) == GIRO
    assert (statement.currency, statement.account) == ("EUR", "Giro; =1+1")
    assert statement.closing_balance == Decimal("1460.79")
    assert statement.entries[4].valued_on is not None


def test_qif_comes_back_with_its_categories_splits_and_transfers(ana: TenantContext) -> None:
    statement = read_back(ana, keep_book(ana)["Giro; =1+1"], QIF)
    opening, *entries = statement.entries
    assert (opening.amount, opening.transfer) == (Decimal("100.00"), None)
    assert said(entries) == GIRO
    assert entries[1].category == f"Beekeeping{SEPARATOR}=Honey"
    assert [(line.category, line.amount, line.memo) for line in entries[2].lines] == [
        ("Beekeeping", Decimal("-30.00"), "@wax"),
        (f"Beekeeping{SEPARATOR}=Honey", Decimal("-11.99"), ""),
        (None, Decimal("-0.01"), ""),
    ]
    assert entries[3].kind == "INCOME"
    assert entries[5].note == "Transfer: Dinar"


@pytest.mark.parametrize("form", AccountFormat)
@pytest.mark.parametrize("kind", AccountKind)
def test_every_kind_of_account_comes_back(
    ana: TenantContext, kind: AccountKind, form: AccountFormat
) -> None:
    account_id = create_account(ana, NewAccount("A & <B>", kind, "JPY", DAY, -5))
    statement = read_back(ana, account_id, form)
    assert statement.account == "A & <B>"
    assert len(statement.entries) == (1 if form is QIF else 0)


@pytest.mark.parametrize("form", AccountFormat)
def test_an_account_out_of_sight_is_not_found(
    ana: TenantContext, dora: TenantContext, form: AccountFormat
) -> None:
    with pytest.raises(NotFound):
        export_account(dora, keep_book(ana)["Yen"], form)


def test_whoever_may_not_export_gets_no_account(ana: TenantContext, ben: TenantContext) -> None:
    with pytest.raises(PermissionDenied):
        export_account(ben, keep_book(ana)["Giro; =1+1"], OFX)
