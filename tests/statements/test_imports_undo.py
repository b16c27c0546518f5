"""Undoing an import: all of it or nothing, and asked once when somebody edited its rows."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from fintrack.attachment_schema import Attachment
from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict, NotFound, PermissionDenied
from fintrack.ledger.accounts import (
    AccountChange,
    AccountKind,
    NewAccount,
    Visibility,
    account,
    accounts,
    create_account,
    update_account,
)
from fintrack.ledger.activity import ActivityFilter, activity
from fintrack.ledger.attachments import add_attachment, remove_attachment
from fintrack.ledger.bulk import tag_transactions
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.tags import create_tag
from fintrack.ledger.transactions import transactions
from fintrack.ledger.transfers import link_transfer
from fintrack.statements.history import import_rows, imports
from fintrack.statements.imports import ImportReport, commit_import
from fintrack.statements.undoing import undo_import
from tests.statements.importing import csv_file, held, imported, ofx_file, preview

OPENED = date(2026, 1, 1)
GROCER = -4200


@pytest.fixture
def giro(ana: TenantContext) -> UUID:
    return create_account(ana, NewAccount("Giro", AccountKind.CHECKING, "EUR", OPENED))


@pytest.fixture
def march(ana: TenantContext, giro: UUID) -> ImportReport:
    return imported(ana, csv_file(), account_id=giro)


def grocer(context: TenantContext) -> tuple[UUID, int]:
    """Return id and version of the imported row of the grocer."""
    found = transactions(context).frame
    row = found[found["payee"] == "Grocer"].iloc[0]
    return UUID(row["id"]), int(row["version"])


def test_an_untouched_import_goes_at_once(
    ana: TenantContext, giro: UUID, march: ImportReport
) -> None:
    report = undo_import(ana, march.import_id)

    assert (report.is_done, report.removed) == (True, 2)
    assert held(ana) == []
    assert account(ana, giro).balance == 0


def test_an_undone_file_can_be_imported_again(
    ana: TenantContext, giro: UUID, march: ImportReport
) -> None:
    undo_import(ana, march.import_id)

    assert imported(ana, csv_file(), account_id=giro).new == 2


def test_an_undone_import_stays_in_the_history(ana: TenantContext, march: ImportReport) -> None:
    undo_import(ana, march.import_id)

    assert imports(ana)["undone"].tolist() == [True]
    assert import_rows(ana, march.import_id)["transaction_id"].tolist() == ["", ""]


def test_an_import_is_undone_once(ana: TenantContext, march: ImportReport) -> None:
    undo_import(ana, march.import_id)

    with pytest.raises(Conflict):
        undo_import(ana, march.import_id)


def test_an_import_whose_account_went_with_it_is_undone_once(
    ana: TenantContext, eli: TenantContext, cleo: TenantContext
) -> None:
    gone = imported(ana, csv_file()).import_id
    undo_import(ana, gone)

    for context, refused in ((ana, Conflict), (eli, Conflict), (cleo, NotFound)):
        with pytest.raises(refused):
            undo_import(context, gone)


def test_an_account_that_the_import_made_goes_with_it(ana: TenantContext) -> None:
    content = ofx_file([("20260301", "-42.00", "A1", "Grocer")], balance="158.00")

    undo_import(ana, imported(ana, content).import_id)

    assert accounts(ana, archived=True).empty
    assert imported(ana, content).batches[0].balance_after == 15800


def undone(context: TenantContext) -> list[tuple[str, int]]:
    """Return file and number of transactions of each undoing that the activity tells."""
    events = activity(context, ActivityFilter(kind="import")).frame
    told = events.loc[events["action"] == "import.undone", "before"].map(json.loads)
    return [(each["file"], each["new"]) for each in told]


def test_the_activity_keeps_an_import_whose_account_goes_with_it(
    ana: TenantContext, eli: TenantContext
) -> None:
    undo_import(ana, imported(ana, csv_file()).import_id)

    assert undone(ana) == undone(eli) == [("march.csv", 2)]


def test_the_history_keeps_an_import_whose_account_goes_with_it(
    ana: TenantContext, ben: TenantContext
) -> None:
    first = imported(ana, csv_file()).import_id
    before = imports(ana)
    undo_import(ana, first)
    later = imported(ana, csv_file([("2026-04-01", "-1.00", "Kiosk")])).import_id

    told = imports(ana)
    assert told["import_id"].tolist() == [str(later), str(first)]
    assert told["undone"].tolist() == [False, True]
    same = "account currency file_name imported_at new duplicate rejected balance_after".split()
    assert told[same].iloc[1].tolist() == before[same].iloc[0].tolist()
    assert imports(ana, after=later)["import_id"].tolist() == [str(first)]
    assert imports(ana, import_id=first)["account_id"].tolist() == [""]
    assert import_rows(ana, first).empty
    assert imports(ben)["import_id"].tolist() == [str(later)]


def test_an_import_whose_private_account_goes_with_it_is_told_to_nobody(
    ana: TenantContext, eli: TenantContext
) -> None:
    seen = preview(ana, csv_file())
    (statement,) = seen.statements
    assert statement.new_account
    secret = replace(statement.new_account, visibility=Visibility.PRIVATE)
    alone = replace(seen, statements=(replace(statement, new_account=secret),))
    undo_import(ana, commit_import(ana, alone).import_id)

    assert undone(ana) == undone(eli) == []


def rename(context: TenantContext, account_id: UUID) -> None:
    update_account(context, account_id, AccountChange(name="Mine"), 1)


def spend(context: TenantContext, account_id: UUID) -> None:
    record_transaction(context, NewTransaction(account_id, date(2026, 3, 5), -100))


def import_more(context: TenantContext, account_id: UUID) -> None:
    imported(context, csv_file([("2026-04-01", "-1.00", "Baker")]), account_id=account_id)


@pytest.mark.parametrize("use", [rename, spend, import_more])
def test_an_account_that_was_used_since_stays(
    ana: TenantContext, use: Callable[[TenantContext, UUID], None]
) -> None:
    report = imported(ana, csv_file())
    use(ana, report.batches[0].account_id)

    undo_import(ana, report.import_id)

    assert accounts(ana)["id"].tolist() == [str(report.batches[0].account_id)]
    assert len(held(ana)) == (use is not rename)


def test_other_imports_stay(ana: TenantContext, giro: UUID, march: ImportReport) -> None:
    imported(ana, csv_file([("2026-04-01", "-1.00", "Baker")]), account_id=giro)

    undo_import(ana, march.import_id)

    assert held(ana) == [("2026-04-01", -100, "Baker")]


def edit(context: TenantContext) -> None:
    change_transaction(context, grocer(context)[0], TransactionChange(note="mine"), 1)


def split(context: TenantContext) -> None:
    lines = (SplitLine(None, -4000), SplitLine(None, -200))
    change_transaction(context, grocer(context)[0], TransactionChange(lines=lines), 1)


def tag(context: TenantContext) -> None:
    tag_transactions(context, [grocer(context)[0]], add=[create_tag(context, "holiday")])


def attach(context: TenantContext, content: bytes = b"milk") -> UUID:
    return add_attachment(context, grocer(context)[0], "receipt.txt", content).id


def link(context: TenantContext) -> None:
    savings = create_account(context, NewAccount("Savings", AccountKind.SAVINGS, "EUR", OPENED))
    other = record_transaction(context, NewTransaction(savings, date(2026, 3, 1), -GROCER))
    link_transfer(context, grocer(context)[0], other)


def test_the_files_of_rows_that_are_taken_back_go_as_removed_ones_do(
    ana: TenantContext, march: ImportReport
) -> None:
    attach(ana)
    undo_import(ana, march.import_id, also_edited=True)

    with tenant_transaction(ana) as db:
        assert None not in db.scalars(select(Attachment.removed_at)).all()


def test_the_thirty_days_of_a_file_that_was_removed_before_do_not_begin_again(
    ana: TenantContext, march: ImportReport
) -> None:
    gone = attach(ana)
    remove_attachment(ana, gone)
    attach(ana, b"bread")
    removed_at = select(Attachment.removed_at).where(Attachment.id == gone)
    with tenant_transaction(ana) as db:
        before = db.scalars(removed_at).one()

    undo_import(ana, march.import_id, also_edited=True)

    with tenant_transaction(ana) as db:
        assert db.scalars(removed_at).one() == before


@pytest.mark.parametrize("touch", [edit, split, tag, attach, link])
def test_a_touched_row_keeps_the_whole_import_until_it_is_said(
    ana: TenantContext, march: ImportReport, touch: Callable[[TenantContext], None]
) -> None:
    touch(ana)
    before = held(ana)

    report = undo_import(ana, march.import_id)

    assert (report.is_done, report.removed) == (False, 0)
    assert report.touched["payee"].tolist() == ["Grocer"]
    assert held(ana) == before


@pytest.mark.parametrize("touch", [edit, split, tag, attach, link])
def test_touched_rows_go_when_it_is_said(
    ana: TenantContext, giro: UUID, march: ImportReport, touch: Callable[[TenantContext], None]
) -> None:
    touch(ana)

    report = undo_import(ana, march.import_id, also_edited=True)

    assert (report.is_done, report.removed) == (True, 2)
    assert held(ana, giro) == []


def test_the_other_side_of_a_transfer_stays_as_a_plain_row(
    ana: TenantContext, march: ImportReport
) -> None:
    link(ana)

    undo_import(ana, march.import_id, also_edited=True)

    (row,) = transactions(ana).frame.to_dict("records")
    assert (row["amount"], row["transfer_id"]) == (4200, "")


def test_a_viewer_may_not_undo(ben: TenantContext, march: ImportReport) -> None:
    with pytest.raises(PermissionDenied):
        undo_import(ben, march.import_id)


def test_an_outsider_cannot_undo(
    cleo: TenantContext, ana: TenantContext, march: ImportReport
) -> None:
    with pytest.raises(NotFound):
        undo_import(cleo, march.import_id)

    assert len(held(ana)) == 2


def test_an_import_into_a_private_account_does_not_exist_for_others(
    ana: TenantContext, eli: TenantContext
) -> None:
    secret = NewAccount("Secret", AccountKind.CASH, "EUR", OPENED, visibility=Visibility.PRIVATE)
    report = imported(ana, csv_file(), account_id=create_account(ana, secret))

    with pytest.raises(NotFound):
        undo_import(eli, report.import_id)
