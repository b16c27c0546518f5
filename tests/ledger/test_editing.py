"""Editing transactions, splits and transfers: what follows, and what is refused in one sentence."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from fintrack.context import TenantContext
from fintrack.db import tenant_transaction
from fintrack.errors import Conflict, FinTrackError, InvalidInput, NotFound, PermissionDenied
from fintrack.ledger.accounts import account
from fintrack.ledger.bulk import MOST, categorise, delete_transactions, tag_transactions
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.filters import Status
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.records import TransactionRecord, transaction
from fintrack.ledger.snapshots import locked, update_snapshots
from fintrack.ledger.tags import create_tag
from fintrack.ledger.transactions import transactions
from fintrack.ledger.transfers import NewTransfer, link_transfer, record_transfer, unlink_transfer
from fintrack.statements.imports import commit_import
from fintrack.statements.previews import preview_import
from tests.databases import Database
from tests.ledger.conftest import MARCH, CategoryNamed, Record, wait_until_somebody_waits

APRIL = date(2026, 4, 1)


def edit(context: TenantContext, one: UUID, **change: Any) -> UUID:  # noqa: ANN401 - its fields
    """Change a transaction as it is now."""
    seen = transaction(context, one).version
    return change_transaction(context, one, TransactionChange(**change), seen)


def legs(context: TenantContext, new: NewTransfer) -> tuple[UUID, UUID]:
    """Record a transfer and return the ids of the leg out and the leg in."""
    record_transfer(context, new)
    frame = transactions(context).frame.sort_values("amount")
    out, into = (UUID(each) for each in frame["id"])
    return out, into


@pytest.fixture
def transfer(ana: TenantContext, giro: UUID, savings: UUID) -> tuple[UUID, UUID]:
    """Both legs of 25.00 from the current account to the savings."""
    return legs(ana, NewTransfer(giro, savings, 2500, MARCH))


def test_a_change_keeps_what_it_does_not_name(ana: TenantContext, record: Record) -> None:
    one = record(1, -100, "Grocer", description="card", note="mine")
    before = transaction(ana, one)
    tag = create_tag(ana, "trip")
    edit(ana, one, booked_on=APRIL, status=Status.PENDING, tags=(tag,))
    after = transaction(ana, one)
    assert after == replace(
        before, booked_on=APRIL, status=Status.PENDING, tags=after.tags, version=2
    )
    assert [each.id for each in after.tags] == [tag]


def test_a_transaction_moves_to_an_account_of_its_currency_alone(
    ana: TenantContext, savings: UUID, dollars: UUID, record: Record
) -> None:
    one = record(1, -100)
    edit(ana, one, account_id=savings)
    assert account(ana, savings).balance == -100
    with pytest.raises(InvalidInput, match="in EUR, but Dollars is kept in USD"):
        edit(ana, one, account_id=dollars)


def test_an_imported_transaction_stays_in_its_account(
    ana: TenantContext, giro: UUID, savings: UUID
) -> None:
    content = b"Date,Amount,Payee\n2026-03-01,-1.00,Grocer\n"
    commit_import(ana, preview_import(ana, content, "a.csv", account_id=giro))
    with pytest.raises(Conflict, match="stays in the account"):
        edit(ana, UUID(transactions(ana).frame["id"].iloc[0]), account_id=savings)


def test_a_second_edit_at_the_same_moment_is_told_that_somebody_was_faster(
    ana: TenantContext, eli: TenantContext, record: Record, database: Database
) -> None:
    one = record(1, -100, "Grocer")
    with ThreadPoolExecutor(1) as pool:
        with tenant_transaction(ana) as db:
            update_snapshots(db, [{**each, "payee": "A"} for each in locked(db, [one]).values()])
            second = TransactionChange(payee="B")
            slower = pool.submit(change_transaction, eli, one, second, 1)
            wait_until_somebody_waits(database)
        with pytest.raises(Conflict, match="in the meantime"):
            slower.result()
    assert (transaction(ana, one).payee, transaction(ana, one).version) == ("A", 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"category_id": uuid4()}, "categories stand on its lines"),
        ({"amount": -101}, "change its lines together with its amount"),
        ({"lines": (SplitLine(None, -99),)}, "add up to -0.99 EUR, but the transaction is -1.00"),
    ],
)
def test_a_split_refuses_what_would_make_it_wrong(
    ana: TenantContext, record: Record, change: dict[str, Any], words: str
) -> None:
    one = record(1, -100, lines=(SplitLine(None, -60), SplitLine(None, -40)))
    before = transaction(ana, one)
    with pytest.raises(InvalidInput, match=words):
        edit(ana, one, **change)
    assert transaction(ana, one) == before


def test_a_split_changes_with_its_lines_and_becomes_whole_again(
    ana: TenantContext, record: Record, category: CategoryNamed
) -> None:
    one = record(1, -100, category_id=category("Fuel"))
    lines = (SplitLine(category("Groceries"), -60, "milk"), SplitLine(None, -70))
    edit(ana, one, amount=-130, lines=lines)
    split = transaction(ana, one)
    assert (split.category_id, [each.memo for each in split.lines]) == (None, ["milk", ""])
    edit(ana, one, lines=())
    assert (transaction(ana, one).is_split, transaction(ana, one).lines) == (False, ())


def test_a_recorded_split_takes_no_category_of_its_own(
    record: Record, category: CategoryNamed
) -> None:
    with pytest.raises(InvalidInput, match="on its lines"):
        record(1, -100, category_id=category("Fuel"), lines=(SplitLine(None, -100),))


def test_amount_and_day_of_a_leg_change_on_both(
    ana: TenantContext, transfer: tuple[UUID, UUID]
) -> None:
    out, into = transfer
    edit(ana, into, amount=3000, booked_on=APRIL)
    assert both(ana, out, into) == [(-3000, APRIL), (3000, APRIL)]


def test_between_two_currencies_an_amount_changes_alone(
    ana: TenantContext, giro: UUID, dollars: UUID
) -> None:
    out, into = legs(ana, NewTransfer(giro, dollars, 2500, MARCH, 2700))
    edit(ana, into, amount=2800)
    assert both(ana, out, into) == [(-2500, MARCH), (2800, MARCH)]


def both(context: TenantContext, *ids: UUID) -> list[tuple[int, date]]:
    """Return amount and day of transactions."""
    found: list[TransactionRecord] = [transaction(context, each) for each in ids]
    return [(each.amount, each.booked_on) for each in found]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": 2500}, "keeps its direction"),
        ({"amount": 0}, "keeps its direction"),
        ({"category_id": uuid4()}, "takes no category"),
        ({"lines": (SplitLine(None, -2500),)}, "takes no category"),
    ],
)
def test_a_leg_refuses_what_would_part_it(
    ana: TenantContext, transfer: tuple[UUID, UUID], change: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        edit(ana, transfer[0], **change)
    assert both(ana, *transfer) == [(-2500, MARCH), (2500, MARCH)]


def test_a_leg_does_not_move_into_its_partners_account(
    ana: TenantContext, savings: UUID, transfer: tuple[UUID, UUID]
) -> None:
    with pytest.raises(InvalidInput, match="one leg out of an account and one into another"):
        edit(ana, transfer[0], account_id=savings)


def test_a_leg_whose_partner_is_hidden_is_not_changed(
    ana: TenantContext, eli: TenantContext, giro: UUID, secret: UUID
) -> None:
    out, _ = legs(ana, NewTransfer(giro, secret, 2500, MARCH))
    with pytest.raises(PermissionDenied, match="other side of a transfer"):
        edit(eli, out, amount=-3000)
    with pytest.raises(PermissionDenied, match="other side of a transfer"):
        delete_transactions(eli, [out])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount_out": 0}, "more than zero"),
        ({"amount_out": -1}, "more than zero"),
        ({"amount_in": 2499}, "as much arrives as left"),
        ({"same": True}, "Choose two accounts"),
        ({"to_account_id": uuid4()}, "no such account"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(
    ana: TenantContext, giro: UUID, savings: UUID, change: dict[str, Any], words: str
) -> None:
    wanted = {"to_account_id": giro} if "same" in change else change
    with pytest.raises(FinTrackError, match=words):
        record_transfer(ana, replace(NewTransfer(giro, savings, 2500, MARCH), **wanted))
    assert transactions(ana).frame.empty


@pytest.mark.parametrize(
    ("amount", "words"),
    [(-2500, "the other arrives"), (0, "the other arrives"), (2400, "are equal")],
)
def test_two_transactions_that_do_not_fit_are_not_linked(
    ana: TenantContext, savings: UUID, record: Record, amount: int, words: str
) -> None:
    other = record_transaction(ana, NewTransaction(savings, MARCH, amount))
    with pytest.raises(InvalidInput, match=words):
        link_transfer(ana, record(1, -2500), other)


def test_only_whole_and_free_transactions_of_two_accounts_are_linked(
    ana: TenantContext, savings: UUID, record: Record, transfer: tuple[UUID, UUID]
) -> None:
    out, split = record(1, -2500), record(1, -2500, lines=(SplitLine(None, -2500),))
    into = record_transaction(ana, NewTransaction(savings, MARCH, 2500))
    with pytest.raises(InvalidInput, match="each of two accounts"):
        link_transfer(ana, out, record(2, 2500))
    with pytest.raises(InvalidInput, match="Make it whole first"):
        link_transfer(ana, split, into)
    with pytest.raises(Conflict, match="Unlink that first"):
        link_transfer(ana, out, transfer[1])


def test_a_transfer_that_is_not_there_is_not_unlinked(ana: TenantContext) -> None:
    with pytest.raises(NotFound, match="no such transfer"):
        unlink_transfer(ana, uuid4())


def test_many_are_changed_at_once_or_none(
    ana: TenantContext, record: Record, category: CategoryNamed
) -> None:
    whole, split = record(1, -100), record(2, -100, lines=(SplitLine(None, -100),))
    with pytest.raises(InvalidInput, match="1 of the chosen transactions are splits"):
        categorise(ana, [whole, split], category("Fuel"))
    with pytest.raises(NotFound):
        delete_transactions(ana, [whole, uuid4()])
    with pytest.raises(InvalidInput, match="Choose the transactions first"):
        delete_transactions(ana, [])
    with pytest.raises(InvalidInput, match=f"at most {MOST}"):
        delete_transactions(ana, [uuid4() for _ in range(MOST + 1)])
    assert transaction(ana, whole).category_id is None
    assert len(transactions(ana).frame) == 2


def test_tags_are_given_and_taken_from_many(ana: TenantContext, record: Record) -> None:
    old, new = create_tag(ana, "old"), create_tag(ana, "new")
    ids = [record(1, -100, tags=(old,)), record(2, -100)]
    tag_transactions(ana, ids, add=[new], remove=[old])
    assert [[tag.name for tag in transaction(ana, each).tags] for each in ids] == [["new"]] * 2
