"""Accounts that an import opened are still its own in a book that is restored."""

import pytest

from fintrack.context import TenantContext
from fintrack.ledger.accounts import AccountChange, accounts, update_account
from fintrack.statements.history import imports
from fintrack.statements.undoing import undo_import
from tests.operations.books import exported_book, manifest_of, restored, with_manifest
from tests.statements.importing import imported
from tests.statements.test_imports_together import APRIL, MARCH


def balances(me: TenantContext) -> list[tuple[int, int, str]]:
    held = accounts(me)
    days = held["opened_on"].dt.strftime("%Y-%m-%d")
    return list(zip(held["opening_balance"].tolist(), held["balance"].tolist(), days, strict=True))


def again(me: TenantContext) -> TenantContext:
    """Return the books as they are restored, twice, by somebody who keeps each."""
    book = exported_book(me)
    context = restored(me, exported_book(restored(me, book).context)).context
    assert manifest_of(exported_book(context))["content_hash"] == manifest_of(book)["content_hash"]
    return context


def test_a_restored_account_follows_earlier_files(ana: TenantContext) -> None:
    imported(ana, APRIL)
    before = balances(ana)
    context = again(ana)
    assert balances(context) == before

    done = imported(context, MARCH)
    assert balances(context) == [(0, 146750, "2026-03-01")]

    undo_import(context, done.import_id)
    assert balances(context) == before


def test_a_restored_account_goes_with_the_import_that_opened_it(ana: TenantContext) -> None:
    done = imported(ana, APRIL)
    context = again(ana)

    undo_import(context, done.import_id)

    assert accounts(context, archived=True).empty


def test_a_restored_account_stays_while_another_import_is_in_it(ana: TenantContext) -> None:
    opening, later = imported(ana, APRIL), imported(ana, MARCH)
    context = again(ana)

    undo_import(context, opening.import_id)

    assert len(accounts(context)) == 1
    assert imports(context)["undone"].tolist() == [False, True]
    assert imports(context)["import_id"].tolist()[0] == str(later.import_id)


def test_a_restored_account_that_a_member_had_changed_is_his(ana: TenantContext) -> None:
    done = imported(ana, APRIL)
    (batch,) = done.batches
    update_account(ana, batch.account_id, AccountChange(name="Mine"), 1)
    context = again(ana)

    imported(context, MARCH, account_id=batch.account_id)
    undo_import(context, done.import_id)

    assert accounts(context)["name"].tolist() == ["Mine"]
    assert accounts(context)["opening_balance"].tolist() == [148750]


@pytest.mark.parametrize("change", [{"opened_by_import": True}, None])
def test_an_older_book_does_not_say_which_import_opened_an_account(
    ana: TenantContext, change: dict[str, bool] | None
) -> None:
    done = imported(ana, APRIL)
    book = exported_book(ana)
    sums = manifest_of(book)["accounts"]
    assert isinstance(sums, list)
    for each in sums:
        assert each.pop("opened_by_import") is True
        each.update(change or {})
    report = restored(ana, with_manifest(book, {"accounts": sums}))
    assert report.is_equal

    undo_import(report.context, done.import_id)

    assert len(accounts(report.context)) == (0 if change else 1)
