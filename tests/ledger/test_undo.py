"""Undo: of everything that was changed together, once, and only while nothing was changed since."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from fintrack.context import TenantContext
from fintrack.errors import Conflict, FinTrackError, NotFound, PermissionDenied
from fintrack.ledger.bulk import categorise, delete_transactions
from fintrack.ledger.categories import CategoryKind, categories, create_category, delete_category
from fintrack.ledger.change_sets import change_sets
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.records import transaction
from fintrack.ledger.tags import create_tag, delete_tag
from fintrack.ledger.transactions import transactions
from fintrack.ledger.undo import undo
from tests.ledger.conftest import MARCH, CategoryNamed, Record


def change(context: TenantContext, one: UUID) -> None:
    change_transaction(
        context, one, TransactionChange(note="later"), transaction(context, one).version
    )


def remove(context: TenantContext, one: UUID) -> None:
    delete_transactions(context, [one])


def split(context: TenantContext, one: UUID) -> None:
    lines = (SplitLine(None, -60), SplitLine(None, -40))
    version = transaction(context, one).version
    change_transaction(context, one, TransactionChange(lines=lines), version)


@pytest.mark.parametrize("later", [change, remove, split])
def test_a_later_change_stands_in_the_way(
    ana: TenantContext,
    record: Record,
    category: CategoryNamed,
    later: Callable[[TenantContext, UUID], None],
) -> None:
    ids = [record(1, -100), record(2, -100)]
    change_set = categorise(ana, ids, category("Fuel"))
    later(ana, ids[1])
    with pytest.raises(Conflict, match="Undo that first"):
        undo(ana, change_set)
    assert transaction(ana, ids[0]).category_id == category("Fuel")


def test_what_was_changed_later_can_be_undone_first(
    ana: TenantContext, record: Record, category: CategoryNamed
) -> None:
    one = record(1, -100)
    first = categorise(ana, [one], category("Fuel"))
    undo(ana, delete_transactions(ana, [one]))
    undo(ana, first)
    assert transaction(ana, one).category_id is None


def test_a_change_is_undone_once_also_by_four_at_the_same_moment(
    ana: TenantContext, record: Record
) -> None:
    change_set = delete_transactions(ana, [record(1, -100)])

    def attempt(_: int) -> str:
        try:
            undo(ana, change_set)
        except FinTrackError as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(attempt, range(4)))
    assert answers == ["This was undone already."] * 3 + ["done"]
    assert len(transactions(ana).frame) == 1


def test_what_is_not_there_is_not_undone(ana: TenantContext, cleo: TenantContext) -> None:
    with pytest.raises(NotFound):
        undo(ana, uuid4())


def test_another_tenants_change_does_not_exist(
    ana: TenantContext, cleo: TenantContext, record: Record
) -> None:
    change_set = delete_transactions(ana, [record(1, -100)])
    with pytest.raises(NotFound):
        undo(cleo, change_set)
    assert change_sets(cleo).empty


def test_a_viewer_undoes_nothing(ana: TenantContext, ben: TenantContext, record: Record) -> None:
    with pytest.raises(PermissionDenied):
        undo(ben, delete_transactions(ana, [record(1, -100)]))


def test_of_a_change_of_hidden_accounts_as_well_the_part_in_sight_is_undone(
    ana: TenantContext, eli: TenantContext, secret: UUID, record: Record
) -> None:
    hidden = record_transaction(ana, NewTransaction(secret, MARCH, -1))
    change_set = delete_transactions(ana, [record(1, -100), hidden])
    undo(eli, change_set)
    assert transactions(ana).frame["amount"].tolist() == [-100]
    undo(ana, change_set)
    assert sorted(transactions(ana).frame["amount"]) == [-100, -1]


def test_what_has_lost_its_category_comes_back_with_it_archived(
    ana: TenantContext, record: Record
) -> None:
    bees = create_category(ana, "Bees", CategoryKind.EXPENSE)
    change_set = delete_transactions(ana, [record(1, -100, category_id=bees)])
    delete_category(ana, bees)
    undo(ana, change_set)
    assert transactions(ana).frame["category"].tolist() == ["Bees"]
    assert categories(ana).set_index("name").loc["Bees", "archived"]


def test_what_has_lost_its_tag_stays(ana: TenantContext, record: Record) -> None:
    holiday = create_tag(ana, "holiday")
    change_set = delete_transactions(ana, [record(1, -100, tags=(holiday,))])
    delete_tag(ana, holiday)
    with pytest.raises(Conflict, match="is gone"):
        undo(ana, change_set)
    assert transactions(ana).frame.empty


def test_the_newest_change_is_listed_first_and_marked_when_undone(
    ana: TenantContext, record: Record
) -> None:
    undo(ana, delete_transactions(ana, [record(1, -100), record(2, -100)]))
    listed = change_sets(ana)
    assert listed["action"].tolist()[0] == "transactions.deleted"
    assert listed["changes"].tolist() == [2, 1, 1]
    assert listed["undone"].tolist() == [True, False, False]
