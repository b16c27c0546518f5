"""Undoing an import: all of it or nothing, and asked once when somebody edited its rows."""

from datetime import date
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.errors import Conflict, NotFound, PermissionDenied
from fintrack.ledger.accounts import (
    AccountKind,
    NewAccount,
    Visibility,
    account,
    create_account,
)
from fintrack.ledger.bulk import tag_transactions
from fintrack.ledger.editing import (
    TransactionChange,
    change_transaction,
    split_transaction,
)
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.tags import create_tag
from fintrack.ledger.transactions import transactions
from fintrack.ledger.transfers import link_transfer
from fintrack.statements.history import import_rows, imports
from fintrack.statements.imports import ImportReport
from fintrack.statements.undoing import undo_import
from tests.statements.importing import csv_file, held, imported

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


def test_other_imports_stay(ana: TenantContext, giro: UUID, march: ImportReport) -> None:
    imported(ana, csv_file([("2026-04-01", "-1.00", "Baker")]), account_id=giro)

    undo_import(ana, march.import_id)

    assert held(ana) == [("2026-04-01", -100, "Baker")]


def edit(context: TenantContext) -> None:
    change_transaction(context, grocer(context)[0], TransactionChange(note="mine"), 1)


def split(context: TenantContext) -> None:
    lines = [SplitLine(None, -4000), SplitLine(None, -200)]
    split_transaction(context, grocer(context)[0], lines, 1)


def tag(context: TenantContext) -> None:
    tag_transactions(context, [grocer(context)[0]], add=[create_tag(context, "holiday")])


def link(context: TenantContext) -> None:
    savings = create_account(context, NewAccount("Savings", AccountKind.SAVINGS, "EUR", OPENED))
    other = record_transaction(context, NewTransaction(savings, date(2026, 3, 1), -GROCER))
    link_transfer(context, grocer(context)[0], other)


@pytest.mark.parametrize("touch", [edit, split, tag, link])
def test_a_touched_row_keeps_the_whole_import_until_it_is_said(
    ana: TenantContext, march: ImportReport, touch: object
) -> None:
    assert callable(touch)
    touch(ana)
    before = held(ana)

    report = undo_import(ana, march.import_id)

    assert (report.is_done, report.removed) == (False, 0)
    assert report.touched["payee"].tolist() == ["Grocer"]
    assert held(ana) == before


@pytest.mark.parametrize("touch", [edit, split, tag, link])
def test_touched_rows_go_when_it_is_said(
    ana: TenantContext, giro: UUID, march: ImportReport, touch: object
) -> None:
    assert callable(touch)
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
