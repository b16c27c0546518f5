"""What the bank's own id of a movement says when the bank books it on another day."""

from datetime import date
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.filters import Status, TransactionFilter
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import transactions
from fintrack.statements.drops import together
from fintrack.statements.summaries import RowState
from tests.statements.importing import csv_file, held, imported, ofx_file, preview

FIRST = ("20260301", "1500.00", "A1", "Employer")
GROCER = ("20260305", "-20.00", "A2", "Grocer")
LAST = ("20260309", "-5.00", "A3", "Kiosk")
FILE = ofx_file([FIRST, GROCER, LAST])
REFERENCE = "The bank's id is that of 5 Mar 2026 Grocer \N{MINUS SIGN}20.00, {} apart."
CAMT = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Ntry><Amt Ccy="EUR">20.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-03-0{day}</Dt></BookgDt><AcctSvcrRef>2026-A2</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><Cdtr><Nm>Grocer</Nm></Cdtr></RltdPties></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""
TABLE = "Date,Amount,Payee,Transaction ID\n2026-03-0{day},-20.00,Grocer,A2\n"


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    return create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", date(2026, 1, 1)))


def shown(context: TenantContext, content: bytes, account_id: UUID) -> list[tuple[str, str]]:
    (statement,) = preview(context, content, account_id=account_id).statements
    return list(zip(statement.rows["state"], statement.rows["reason"], strict=True))


@pytest.mark.parametrize(("day", "apart"), [("20260306", "1 day"), ("20260227", "6 days")])
def test_a_movement_that_the_bank_books_on_another_day_is_known_by_its_id(
    ana: TenantContext, giro: UUID, day: str, apart: str
) -> None:
    imported(ana, FILE, account_id=giro)
    again = ofx_file([FIRST, (day, *GROCER[1:3], "REWE SAGT DANKE"), LAST])

    assert shown(ana, again, giro)[1] == (RowState.PROBABLE, REFERENCE.format(apart))
    assert imported(ana, again, account_id=giro).new == 0
    assert sum(amount for _, amount, _ in held(ana)) == 147500


@pytest.mark.parametrize("form", [CAMT, TABLE])
def test_every_format_with_ids_knows_what_was_moved(
    ana: TenantContext, giro: UUID, form: str
) -> None:
    imported(ana, form.format(day=5).encode(), account_id=giro)

    again = form.format(day=6).encode()
    assert shown(ana, again, giro) == [(RowState.PROBABLE, REFERENCE.format("1 day"))]


def test_what_is_known_by_its_id_is_known_in_the_next_file_too(
    ana: TenantContext, giro: UUID
) -> None:
    imported(ana, FILE, account_id=giro)
    again = ofx_file([("20260306", *GROCER[1:])])
    imported(ana, again, account_id=giro)

    assert imported(ana, again, account_id=giro).new == 0
    assert imported(ana, FILE, account_id=giro).new == 0


def test_an_edited_movement_is_known_in_another_format_each_time(
    ana: TenantContext, giro: UUID
) -> None:
    imported(ana, FILE, account_id=giro)
    found = transactions(ana, TransactionFilter(words="Grocer")).frame
    change_transaction(ana, UUID(found["id"].item()), TransactionChange(note="for the party"))
    other = CAMT.format(day=5).replace("Grocer", "Grocer Berlin").encode()

    for _ in range(2):
        assert shown(ana, other, giro)[0][0] == RowState.PROBABLE
        assert imported(ana, other, account_id=giro).new == 0


def test_an_id_with_another_amount_is_new_and_told(ana: TenantContext, giro: UUID) -> None:
    imported(ana, FILE, account_id=giro)
    again = ofx_file([FIRST, ("20260306", "-23.00", "A2", "Grocer"), LAST])

    reason = REFERENCE.format("1 day")
    assert shown(ana, again, giro)[1] == (RowState.NEW, reason)


def test_a_fee_that_comes_later_with_the_payments_id_is_told_of_nothing(
    ana: TenantContext, giro: UUID
) -> None:
    imported(ana, FILE, account_id=giro)
    again = ofx_file([GROCER, ("20260305", "-0.50", "A2", "Fee")])

    assert shown(ana, again, giro)[1] == (RowState.NEW, "")


def test_an_id_that_the_bank_gives_on_many_days_tells_nothing(
    ana: TenantContext, giro: UUID
) -> None:
    days = [(f"202603{day:02}", "-3.50", "0", "Coffee") for day in range(1, 13)]
    imported(ana, ofx_file(days[:6]), account_id=giro)

    assert imported(ana, ofx_file(days[6:7]), account_id=giro).new == 1
    assert imported(ana, ofx_file(days[7:]), account_id=giro).new == 5


def test_what_is_paid_every_week_with_one_id_is_new_every_week(
    ana: TenantContext, giro: UUID
) -> None:
    for day in ("01", "08", "15"):
        imported(ana, ofx_file([(f"202603{day}", "-9.00", "RENT", "Club")]), account_id=giro)

    assert len(held(ana)) == 3


def test_an_id_knows_nothing_of_rows_without_one(ana: TenantContext, giro: UUID) -> None:
    imported(ana, csv_file([("2026-03-05", "-20.00", "Somebody")]), account_id=giro)

    assert shown(ana, ofx_file([("20260306", *GROCER[1:])]), giro) == [(RowState.NEW, "")]


def test_what_two_files_book_on_different_days_comes_in_once(ana: TenantContext) -> None:
    again = ofx_file([FIRST, ("20260306", *GROCER[1:3], "REWE SAGT DANKE"), LAST])

    (group,) = together([preview(ana, FILE), preview(ana, again)])
    assert (group.new, group.duplicate) == (3, 0)


OTHER_IDS = "Date,Amount,Payee,Transaction ID\n2026-03-05,-20.00,Grocer,{}\n"


def test_references_of_two_formats_tell_nothing_apart(ana: TenantContext, giro: UUID) -> None:
    imported(ana, FILE, account_id=giro)

    again = shown(ana, OTHER_IDS.format("B77").encode(), giro)

    assert [state for state, _ in again] == [RowState.DUPLICATE]


def test_equal_rows_of_two_formats_are_counted(ana: TenantContext, giro: UUID) -> None:
    imported(ana, FILE, account_id=giro)
    twice = OTHER_IDS.format("B77") + "2026-03-05,-20.00,Grocer,B78\n"

    again = shown(ana, twice.encode(), giro)

    assert [state for state, _ in again] == [RowState.DUPLICATE, RowState.NEW]


def test_another_reference_of_the_same_format_is_new(ana: TenantContext, giro: UUID) -> None:
    imported(ana, FILE, account_id=giro)

    again = shown(ana, ofx_file([(*GROCER[:2], "B2", GROCER[3])]), giro)

    assert [state for state, _ in again] == [RowState.NEW]


@pytest.mark.parametrize("status", [Status.CLEARED, Status.PENDING])
def test_what_was_entered_by_hand_has_the_reference_of_the_file_that_matched_it(
    ana: TenantContext, giro: UUID, status: Status
) -> None:
    by_hand = NewTransaction(giro, date(2026, 3, 4), -2000, "Grocer", status=status)
    record_transaction(ana, by_hand)
    imported(ana, FILE, account_id=giro)
    table = OTHER_IDS.format("B77").replace("03-05", "03-04").encode()

    assert [state for state, _ in shown(ana, table, giro)] == [RowState.DUPLICATE]
    imported(ana, table, account_id=giro)
    other = ofx_file([("20260304", GROCER[1], "B2", GROCER[3])])
    assert [state for state, _ in shown(ana, other, giro)] == [RowState.NEW]


def test_two_formats_dropped_together_bring_a_movement_once(ana: TenantContext) -> None:
    camt = CAMT.format(day=5).replace("DE89370400440532013000", "12345678").encode()

    (group,) = together([preview(ana, FILE), preview(ana, camt)])

    assert (group.new, group.duplicate) == (3, 0)
