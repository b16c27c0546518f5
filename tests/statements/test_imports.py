"""Importing files: previews, duplicates, decisions and balances."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest

from fintrack.config import settings
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput, NotFound, PermissionDenied
from fintrack.ledger.accounts import AccountKind, NewAccount, accounts, create_account
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.transactions import transactions
from fintrack.statements.decisions import Decision
from fintrack.statements.history import import_rows, imports
from fintrack.statements.imports import commit_import
from fintrack.statements.mapping import answered
from fintrack.statements.previews import preview_import
from fintrack.statements.summaries import PREVIEW, RowState
from tests.statements.importing import MARCH, csv_file, held, imported, ofx_file, preview

OPENED = date(2026, 1, 1)


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    return create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED, 10000))


def test_a_viewer_may_not_import(ben: TenantContext) -> None:
    with pytest.raises(PermissionDenied):
        preview(ben, csv_file())


def test_a_viewer_may_not_confirm_what_somebody_else_previewed(
    ana: TenantContext, ben: TenantContext, giro: UUID
) -> None:
    seen = preview(ana, csv_file(), account_id=giro)

    with pytest.raises(PermissionDenied):
        commit_import(ben, seen)


def test_a_preview_writes_nothing(ana: TenantContext, giro: UUID) -> None:
    preview(ana, csv_file(), account_id=giro)

    assert held(ana) == []
    assert imports(ana).empty


def test_a_preview_shows_each_row_and_both_balances(ana: TenantContext, giro: UUID) -> None:
    (statement,) = preview(ana, csv_file(), account_id=giro).statements

    assert list(statement.rows.columns) == list(PREVIEW)
    assert statement.rows["amount"].tolist() == [-4200, 150000]
    assert (statement.balance_before, statement.balance_after) == (10000, 155800)
    assert statement.biggest["payee"].tolist() == ["Employer", "Grocer"]


def test_an_import_adds_the_rows_of_the_file(ana: TenantContext, giro: UUID) -> None:
    report = imported(ana, csv_file(), account_id=giro)

    assert (report.new, report.duplicate, report.rejected, report.skipped) == (2, 0, 0, 0)
    assert held(ana, giro) == [("2026-03-02", 150000, "Employer"), ("2026-03-01", -4200, "Grocer")]
    assert report.batches[0].balance_after == 155800


def test_importing_twice_adds_nothing(ana: TenantContext, giro: UUID) -> None:
    imported(ana, csv_file(), account_id=giro)

    again = imported(ana, csv_file(), account_id=giro)

    assert (again.new, again.duplicate) == (0, 2)
    assert len(held(ana)) == 2


def test_two_equal_rows_of_one_file_both_stay(ana: TenantContext, giro: UUID) -> None:
    twice = csv_file([MARCH[0], MARCH[0]])

    imported(ana, twice, account_id=giro)
    imported(ana, twice, account_id=giro)

    assert held(ana) == [("2026-03-01", -4200, "Grocer")] * 2


def test_a_preview_that_is_confirmed_twice_adds_nothing_twice(
    ana: TenantContext, giro: UUID
) -> None:
    imported(ana, csv_file(), account_id=giro)
    seen = preview(ana, csv_file(), account_id=giro)
    everything = dict.fromkeys((1, 2), Decision.INCLUDE)

    first, second = (commit_import(ana, seen, everything) for _ in range(2))

    assert (first.new, second.new) == (2, 0)
    assert len(held(ana)) == 4


def test_a_row_entered_by_hand_is_a_duplicate(ana: TenantContext, giro: UUID) -> None:
    record_transaction(ana, NewTransaction(giro, date(2026, 3, 1), -4200, "grocer"))

    report = imported(ana, csv_file(), account_id=giro)

    assert (report.new, report.duplicate) == (1, 1)


def test_a_row_that_was_moved_to_another_day_and_amount_is_still_known(
    ana: TenantContext, giro: UUID
) -> None:
    imported(ana, csv_file(), account_id=giro)
    grocer = str(transactions(ana).frame.set_index("payee").loc["Grocer", "id"])
    moved = TransactionChange(booked_on=date(2025, 1, 1), amount=-1, payee="Market")
    change_transaction(ana, UUID(grocer), moved, 1)

    assert imported(ana, csv_file(), account_id=giro).new == 0


def test_a_member_may_leave_a_row_out(ana: TenantContext, giro: UUID) -> None:
    seen = preview(ana, csv_file(), account_id=giro)

    report = commit_import(ana, seen, {1: Decision.SKIP})

    assert (report.new, report.skipped) == (1, 1)
    assert import_rows(ana, report.import_id, RowState.SKIPPED)["line"].tolist() == [2]


def test_a_member_may_take_a_duplicate_again(ana: TenantContext, giro: UUID) -> None:
    imported(ana, csv_file(), account_id=giro)
    seen = preview(ana, csv_file(), account_id=giro)

    report = commit_import(ana, seen, {1: Decision.INCLUDE})

    assert (report.new, report.duplicate) == (1, 1)


def test_what_somebody_added_since_the_preview_is_a_duplicate(
    ana: TenantContext, eli: TenantContext, giro: UUID
) -> None:
    seen = preview(ana, csv_file(), account_id=giro)
    imported(eli, csv_file(), account_id=giro)

    report = commit_import(ana, seen, dict.fromkeys((1, 2), Decision.INCLUDE))

    assert (report.new, report.duplicate) == (0, 2)


def test_the_same_file_by_two_at_once_is_imported_once(
    ana: TenantContext, eli: TenantContext, giro: UUID
) -> None:
    seen = [preview(each, csv_file(), account_id=giro) for each in (ana, eli)]

    with ThreadPoolExecutor() as pool:
        reports = list(pool.map(commit_import, (ana, eli), seen))

    assert sorted(report.new for report in reports) == [0, 2]
    assert len(held(ana)) == 2


def test_a_file_that_brings_nothing_opens_no_account(ana: TenantContext) -> None:
    found = preview(ana, ofx_file([("20260302", "much", "a", "Grocer")]))
    assert [(each.new, each.rejected) for each in found.statements] == [(0, 1)]
    with pytest.raises(InvalidInput, match="no account is opened for it"):
        commit_import(ana, found)
    assert accounts(ana).empty
    assert imports(ana).empty


def test_rejected_rows_are_kept_with_line_and_reason(ana: TenantContext, giro: UUID) -> None:
    content = csv_file([*MARCH, ("2026-03-03", "12..34", "Broken")])

    report = imported(ana, content, account_id=giro)

    rejected = import_rows(ana, report.import_id, RowState.REJECTED)
    assert rejected["line"].tolist() == [4]
    assert rejected["reason"].str.endswith(".").all()
    assert report.new == 2


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"hello", b"\x00\x01\x02", b"a,b\n1,2\n"])
def test_a_file_that_is_no_statement_is_refused_with_a_sentence(
    ana: TenantContext, content: bytes
) -> None:
    with pytest.raises(InvalidInput, match=r"\.$"):
        preview(ana, content)

    assert imports(ana).empty


def test_j5_a_file_above_the_limit_is_refused(
    ana: TenantContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINTRACK_MAX_UPLOAD_MB", "1")
    settings.cache_clear()

    with pytest.raises(InvalidInput, match="larger than 1 MB"):
        preview(ana, b"x" * (1024 * 1024 + 1))


def test_the_limit_of_a_file_is_the_configured_one(
    ana: TenantContext, giro: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINTRACK_MAX_UPLOAD_MB", "30")
    settings.cache_clear()
    content = ofx_file([("20260301", "-42.00", "A1", "G" * 26 * 1024 * 1024)])

    assert imported(ana, content, account_id=giro).new == 1


def test_more_decimals_than_the_currency_has_are_rounded_and_said(
    ana: TenantContext, giro: UUID
) -> None:
    (statement,) = preview(
        ana, csv_file([("2026-03-01", "-1.005", "Fuel"), *MARCH]), account_id=giro
    ).statements

    assert statement.rows["amount"].iloc[0] == -100
    assert statement.rows["reason"].iloc[0].startswith("Rounded to -1.00 EUR")


def test_an_open_question_must_be_answered_before_the_import(
    ana: TenantContext, giro: UUID
) -> None:
    seen = preview(ana, csv_file([("01/02/2026", "-4.20", "A")]), account_id=giro)
    assert [question.field for question in seen.questions] == ["date_order"]

    with pytest.raises(InvalidInput):
        commit_import(ana, seen)


def test_an_answer_is_remembered_for_the_account_and_header(ana: TenantContext, giro: UUID) -> None:
    content = csv_file([("01/02/2026", "-4.20", "A")])
    asked = preview(ana, content, account_id=giro)
    assert asked.mapping is not None
    mapping = answered(asked.mapping, "date_order", "dmy")
    imported(ana, content, account_id=giro, mapping=mapping)

    later = preview(ana, csv_file([("03/04/2026", "-1.00", "B")]))

    (statement,) = later.statements
    assert statement.account is not None
    assert statement.account.id == giro
    assert statement.rows["booked_on"].dt.strftime("%d %b").tolist() == ["03 Apr"]


def test_overlapping_files_add_each_row_once(ana: TenantContext, giro: UUID) -> None:
    days = [(f"2026-03-{day:02}", "-1.00", "Kiosk") for day in range(1, 11) for _ in "ab"]

    first = imported(ana, csv_file(days[:11]), account_id=giro)
    second = imported(ana, csv_file(days[5:]), account_id=giro)

    assert (first.new, second.new, second.duplicate) == (11, 9, 6)
    assert sorted(held(ana)) == sorted((day, -100, "Kiosk") for day, _, _ in days)


@pytest.mark.one_server
def test_fifty_thousand_rows_are_one_batch(ana: TenantContext, giro: UUID) -> None:
    rows = [(f"2026-03-{1 + each % 28:02}", "-0.01", f"P{each}") for each in range(50_000)]
    told: list[tuple[int, int]] = []
    seen = preview(ana, csv_file(rows), account_id=giro)

    report = commit_import(ana, seen, progress=lambda *done: told.append(done))

    assert [(each.new, each.balance_after) for each in report.batches] == [(50_000, -40_000)]
    assert [total for _, total in told] == [50_000] * len(told)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert len(told) >= 10


def test_a_preview_tells_what_it_is_at(ana: TenantContext, giro: UUID) -> None:
    steps: list[tuple[float, str]] = []

    preview(ana, csv_file(), account_id=giro, progress=lambda *step: steps.append(step))

    assert [done for done, _ in steps] == sorted({done for done, _ in steps})
    assert "Comparing 2 rows with your books" in [words for _, words in steps]


def test_a_name_of_a_file_is_kept_without_what_cannot_be_kept(
    ana: TenantContext, giro: UUID
) -> None:
    commit_import(ana, preview_import(ana, csv_file(), "a\x00\u202eb.csv", account_id=giro))

    assert imports(ana)["file_name"].tolist() == ["ab.csv"]


def test_a_closing_balance_that_differs_is_shown(ana: TenantContext, giro: UUID) -> None:
    content = ofx_file([("20260301", "-42.00", "A1", "Grocer")], balance="60.00")

    (statement,) = preview(ana, content, account_id=giro).statements

    assert statement.difference == -200


def test_a_closing_balance_that_cannot_be_is_none(ana: TenantContext, giro: UUID) -> None:
    content = ofx_file([("20260301", "-42.00", "A1", "Grocer")], balance="9" * 20)

    (statement,) = preview(ana, content, account_id=giro).statements

    assert (statement.new, statement.file_balance, statement.difference) == (1, None, None)


def test_the_outsider_sees_nothing_of_an_import(
    ana: TenantContext, cleo: TenantContext, giro: UUID
) -> None:
    report = imported(ana, csv_file(), account_id=giro)
    assert imports(cleo).empty
    with pytest.raises(NotFound):
        import_rows(cleo, report.import_id)


def test_rows_of_one_day_keep_the_order_of_the_file(ana: TenantContext, giro: UUID) -> None:
    rows = [("2026-03-02", f"-{each}.00", f"P{each}") for each in range(1, 9)]

    imported(ana, csv_file([*rows, ("2026-03-01", "-9.00", "P9")]), account_id=giro)

    assert [payee for _, _, payee in held(ana)] == [f"P{each}" for each in range(1, 10)]


def test_the_history_lists_the_newest_import_first(ana: TenantContext, giro: UUID) -> None:
    imported(ana, csv_file(), account_id=giro)
    preview_import(ana, csv_file(), "seen only.csv", account_id=giro)
    commit_import(ana, preview_import(ana, csv_file(), "again.csv", account_id=giro))

    history = imports(ana)

    assert history["file_name"].tolist() == ["again.csv", "march.csv"]
    assert history["new"].tolist() == [0, 2]
