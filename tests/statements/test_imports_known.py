"""Rows of a file that the books probably hold: shown with the reason, matched, and given back."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.bulk import delete_transactions
from fintrack.ledger.categories import CategoryKind, create_category
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.filters import Status
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import transactions
from fintrack.ledger.undo import undo
from fintrack.statements.decisions import Decision
from fintrack.statements.history import import_rows
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.likeness import DELETED_BEFORE
from fintrack.statements.summaries import RowState
from fintrack.statements.undoing import undo_import
from tests.statements.importing import csv_file, held, imported, preview

OPENED = date(2026, 1, 1)
NINTH = date(2026, 3, 9)
BAKERY = csv_file([("2026-03-11", "-12.00", "BAKER MUELLER GMBH")])
LIKE = "Like 9 Mar 2026 Baker \N{MINUS SIGN}12.00, 2 days apart."


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    return create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED))


@pytest.fixture
def food(ana: TenantContext) -> UUID:
    return create_category(ana, "Bread", CategoryKind.EXPENSE)


@pytest.fixture
def baker(ana: TenantContext, giro: UUID, food: UUID) -> UUID:
    """Return what Ana entered at the counter."""
    new = NewTransaction(
        giro, NINTH, -1200, "Baker", note="Rolls", category_id=food, status=Status.PENDING
    )
    return record_transaction(ana, new)


def only(context: TenantContext) -> dict[Any, Any]:
    (row,) = transactions(context).frame.to_dict("records")
    return row


@pytest.fixture
def matched(ana: TenantContext, giro: UUID, baker: UUID) -> ImportReport:
    return imported(ana, BAKERY, account_id=giro)


def test_a_row_that_is_probably_known_is_shown_with_the_reason(
    ana: TenantContext, giro: UUID, baker: UUID
) -> None:
    (statement,) = preview(ana, BAKERY, account_id=giro).statements
    shown = statement.rows[["state", "reason"]].to_dict("records")
    assert shown == [{"state": RowState.PROBABLE, "reason": LIKE}]
    assert (statement.new, statement.duplicate, statement.probable) == (0, 1, 1)
    assert statement.balance_after == statement.balance_before == -1200


def test_what_was_entered_by_hand_becomes_the_banks_and_keeps_its_words_and_day(
    ana: TenantContext, baker: UUID, food: UUID, matched: ImportReport
) -> None:
    row = only(ana)
    assert (matched.new, matched.duplicate) == (0, 1)
    assert row["booked_on"].date() == NINTH
    assert (row["id"], row["payee"], row["note"], row["category_id"], row["status"]) == (
        str(baker), "Baker", "Rolls", str(food), Status.CLEARED,
    )  # fmt: skip
    kept = import_rows(ana, matched.import_id).to_dict("records")[0]
    assert (kept["state"], kept["reason"], kept["transaction_id"]) == (
        "DUPLICATE",
        LIKE,
        str(baker),
    )


@pytest.mark.usefixtures("matched")
def test_the_next_file_knows_what_was_matched_exactly(ana: TenantContext, giro: UUID) -> None:
    (statement,) = preview(ana, BAKERY, account_id=giro).statements
    assert (statement.duplicate, statement.probable) == (1, 0)


def test_what_was_checked_stays_checked(ana: TenantContext, giro: UUID) -> None:
    record_transaction(ana, NewTransaction(giro, NINTH, -1200, "Baker", status=Status.RECONCILED))
    imported(ana, BAKERY, account_id=giro)
    assert only(ana)["status"] == Status.RECONCILED


def test_a_row_that_is_probably_known_is_taken_when_it_is_said(
    ana: TenantContext, giro: UUID, baker: UUID
) -> None:
    seen = preview(ana, BAKERY, account_id=giro)
    report = commit_import(ana, seen, {1: Decision.INCLUDE})
    assert (report.new, report.duplicate) == (1, 0)
    assert held(ana) == [
        ("2026-03-11", -1200, "BAKER MUELLER GMBH"),
        ("2026-03-09", -1200, "Baker"),
    ]
    status = transactions(ana).frame.set_index("id").loc[str(baker), "status"]
    assert status == Status.PENDING


def test_undoing_gives_back_what_was_matched(
    ana: TenantContext, giro: UUID, food: UUID, matched: ImportReport
) -> None:
    report = undo_import(ana, matched.import_id)
    assert (report.is_done, report.removed) == (True, 0)
    row = only(ana)
    assert (row["payee"], row["category_id"], row["status"]) == ("Baker", str(food), Status.PENDING)
    (statement,) = preview(ana, BAKERY, account_id=giro).statements
    assert (statement.duplicate, statement.probable) == (1, 1)


def test_undoing_keeps_what_was_edited_since(
    ana: TenantContext, baker: UUID, matched: ImportReport
) -> None:
    version = only(ana)["version"]
    edit = TransactionChange(note="Cake", status=Status.RECONCILED)
    change_transaction(ana, baker, edit, version)
    undo_import(ana, matched.import_id)
    assert (only(ana)["note"], only(ana)["status"]) == ("Cake", Status.RECONCILED)


@pytest.mark.parametrize(("by_hand", "rows"), [(1, 3), (3, 1), (2, 2)])
def test_of_equal_rows_as_many_are_matched_as_both_sides_have(
    ana: TenantContext, giro: UUID, by_hand: int, rows: int
) -> None:
    for _ in range(by_hand):
        record_transaction(ana, NewTransaction(giro, NINTH, -1200, "Baker"))
    content = csv_file([("2026-03-11", "-12.00", "BAKER MUELLER GMBH")] * rows)
    report = imported(ana, content, account_id=giro)
    assert (report.new, report.duplicate) == (rows - min(by_hand, rows), min(by_hand, rows))
    assert len(held(ana)) == max(by_hand, rows)


def test_an_equal_transaction_goes_before_one_that_is_alike(
    ana: TenantContext, giro: UUID, baker: UUID
) -> None:
    record_transaction(ana, NewTransaction(giro, date(2026, 3, 11), -1200, "Baker Mueller GmbH"))
    (statement,) = preview(ana, BAKERY, account_id=giro).statements
    assert (statement.duplicate, statement.probable) == (1, 0)


def test_what_is_paid_every_day_comes_in_from_each_file(ana: TenantContext, giro: UUID) -> None:
    for day in ("09", "10", "11"):
        imported(ana, csv_file([(f"2026-03-{day}", "-3.50", "Coffee")]), account_id=giro)
    assert len(held(ana)) == 3


def test_what_may_be_known_comes_in_with_a_remark(ana: TenantContext, giro: UUID) -> None:
    imported(ana, csv_file([("2026-03-09", "-12.00", "Baker")]), account_id=giro)
    rows = [("2026-03-08", "-1.00", "A"), ("2026-03-12", "-12.00", "Baker")]
    (statement,) = preview(ana, csv_file(rows), account_id=giro).statements
    assert statement.rows["state"].tolist() == [RowState.NEW, RowState.NEW]
    assert statement.rows["reason"].tolist() == ["", LIKE.replace("2 days", "3 days")]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("12", "Perhaps what was entered as 9 Mar 2026 Baker \N{MINUS SIGN}12.00, 3 days apart."),
        ("13", ""),
    ],
)
def test_what_was_entered_in_other_words_is_told_and_not_left_out(
    ana: TenantContext, giro: UUID, baker: UUID, day: str, reason: str
) -> None:
    content = csv_file([(f"2026-03-{day}", "-12.00", "SUMUP 4711")])
    assert looked_at(ana, giro, content) == [{"state": RowState.NEW, "reason": reason}]


def test_what_is_in_another_account_is_not_alike(
    ana: TenantContext, giro: UUID, baker: UUID
) -> None:
    other = create_account(ana, NewAccount("Other", AccountKind.CHECKING, "EUR", OPENED))
    assert preview(ana, BAKERY, account_id=other).new == 1


def test_what_another_export_books_a_day_before_the_file_is_told_and_not_left_out(
    ana: TenantContext, giro: UUID
) -> None:
    imported(ana, csv_file([("2026-03-10", "-12.00", "BAKER MUELLER GMBH")]), account_id=giro)
    (statement,) = preview(ana, BAKERY, account_id=giro).statements
    assert (statement.new, statement.probable) == (1, 0)
    (reason,) = statement.rows["reason"]
    assert reason == (
        "Like 10 Mar 2026 BAKER MUELLER GMBH \N{MINUS SIGN}12.00, 1 day apart, "
        "on a day that the file does not cover."
    )


@pytest.mark.parametrize("first", [9, 11])
def test_files_of_daily_payments_that_follow_each_other_suggest_nothing(
    ana: TenantContext, giro: UUID, first: int
) -> None:
    days = [(f"2026-03-{day:02}", "-3.20", "Kiosk") for day in range(1, 21)]
    imported(ana, csv_file(days[:10]), account_id=giro)
    (statement,) = preview(ana, csv_file(days[first - 1 :]), account_id=giro).statements
    assert statement.new == 10
    assert set(statement.rows["reason"][statement.rows["state"] == RowState.NEW]) == {""}


DELETED = [{"state": RowState.PROBABLE, "reason": DELETED_BEFORE}]


def looked_at(context: TenantContext, account_id: UUID, content: bytes) -> list[dict[Any, Any]]:
    (statement,) = preview(context, content, account_id=account_id).statements
    return statement.rows[["state", "reason"]].to_dict("records")


def test_a_row_that_was_deleted_is_left_out_when_its_file_comes_again(
    ana: TenantContext, giro: UUID
) -> None:
    imported(ana, BAKERY, account_id=giro)
    delete_transactions(ana, [UUID(only(ana)["id"])])

    assert looked_at(ana, giro, BAKERY) == DELETED
    again = imported(ana, BAKERY, account_id=giro)
    assert (again.new, again.duplicate, held(ana)) == (0, 1, [])
    assert looked_at(ana, giro, BAKERY) == DELETED


def test_as_many_rows_are_left_out_as_were_deleted(ana: TenantContext, giro: UUID) -> None:
    imported(ana, BAKERY, account_id=giro)
    imported(ana, BAKERY, account_id=giro)
    delete_transactions(ana, [UUID(only(ana)["id"])])

    twice = csv_file([("2026-03-11", "-12.00", "BAKER MUELLER GMBH")] * 2)
    states = [each["state"] for each in looked_at(ana, giro, twice)]
    assert states == [RowState.PROBABLE, RowState.NEW]


def test_a_row_that_was_deleted_is_taken_when_it_is_said(ana: TenantContext, giro: UUID) -> None:
    imported(ana, BAKERY, account_id=giro)
    delete_transactions(ana, [UUID(only(ana)["id"])])

    seen = preview(ana, BAKERY, account_id=giro)
    assert commit_import(ana, seen, {1: Decision.INCLUDE}).new == 1
    assert [each["state"] for each in looked_at(ana, giro, BAKERY)] == [RowState.DUPLICATE]


def test_what_was_deleted_and_restored_has_its_row_again(ana: TenantContext, giro: UUID) -> None:
    done = imported(ana, BAKERY, account_id=giro)
    undo(ana, delete_transactions(ana, [UUID(only(ana)["id"])]))

    rows = import_rows(ana, done.import_id)
    assert rows["transaction_id"].tolist() == [only(ana)["id"]]
    twice = csv_file([("2026-03-11", "-12.00", "BAKER MUELLER GMBH")] * 2)
    states = [each["state"] for each in looked_at(ana, giro, twice)]
    assert states == [RowState.DUPLICATE, RowState.NEW]


def test_what_an_undone_import_brought_was_not_deleted(ana: TenantContext, giro: UUID) -> None:
    undo_import(ana, imported(ana, BAKERY, account_id=giro).import_id)

    assert looked_at(ana, giro, BAKERY) == [{"state": RowState.NEW, "reason": ""}]
