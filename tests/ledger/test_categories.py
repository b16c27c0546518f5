"""The trees of categories."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest

from fintrack.context import TenantContext
from fintrack.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from fintrack.ledger.accounts import AccountKind, NewAccount, Visibility, create_account
from fintrack.ledger.categories import (
    CATEGORIES,
    CategoryKind,
    archive_category,
    categories,
    create_category,
    delete_category,
    move_category,
    rename_category,
    reopen_category,
)
from fintrack.ledger.recording import NewTransaction, record_transaction
from tests.ledger.conftest import CategoryNamed, Record


def test_the_tree_lists_every_parent_before_its_children(ana: TenantContext) -> None:
    tree = categories(ana)
    seen: set[str] = {""}
    for row in tree.itertuples():
        assert row.parent_id in seen
        seen.add(str(row.id))
    assert {name: str(dtype) for name, dtype in tree.dtypes.items()} == CATEGORIES


def test_a_path_names_the_way_from_the_top(ana: TenantContext) -> None:
    tree = categories(ana).set_index("name")
    assert tree.loc["Groceries", "path"] == "Food › Groceries"  # noqa: RUF001
    assert tree.loc["Groceries", "depth"] == 1


def test_income_stands_before_expenses(ana: TenantContext) -> None:
    kinds = categories(ana)["kind"].tolist()
    assert kinds == sorted(kinds, reverse=True)


def test_a_category_is_added_below_another(ana: TenantContext, category: CategoryNamed) -> None:
    create_category(ana, " Market ", CategoryKind.EXPENSE, category("Food"))
    assert "Food › Market" in categories(ana)["path"].tolist()  # noqa: RUF001


def test_a_child_is_of_its_parents_kind(ana: TenantContext, category: CategoryNamed) -> None:
    with pytest.raises(InvalidInput, match="of the other kind"):
        create_category(ana, "Market", CategoryKind.INCOME, category("Food"))


@pytest.mark.parametrize("name", ["", " ", "x" * 61])
def test_a_name_that_cannot_be_kept_is_refused(ana: TenantContext, name: str) -> None:
    with pytest.raises(InvalidInput, match="name of the category"):
        create_category(ana, name, CategoryKind.EXPENSE)


def test_two_categories_in_one_place_have_two_names(ana: TenantContext) -> None:
    with pytest.raises(Conflict, match="of this name"):
        create_category(ana, "food", CategoryKind.EXPENSE)


def test_a_viewer_may_not_manage_categories(ben: TenantContext) -> None:
    with pytest.raises(PermissionDenied):
        create_category(ben, "Market", CategoryKind.EXPENSE)


def test_a_renamed_category_keeps_its_place(ana: TenantContext, category: CategoryNamed) -> None:
    rename_category(ana, category("Groceries"), "Shops")
    assert "Food › Shops" in categories(ana)["path"].tolist()  # noqa: RUF001


def test_a_moved_category_takes_its_children_along(
    ana: TenantContext, category: CategoryNamed
) -> None:
    move_category(ana, category("Food"), category("Leisure"))
    assert "Leisure › Food › Groceries" in categories(ana)["path"].tolist()  # noqa: RUF001


@pytest.mark.parametrize("below", ["Food", "Groceries"])
def test_a_category_cannot_lie_below_itself(
    ana: TenantContext, category: CategoryNamed, below: str
) -> None:
    with pytest.raises(InvalidInput, match="below itself"):
        move_category(ana, category("Food"), category(below))


def test_an_archived_category_can_be_left_out_and_brought_back(
    ana: TenantContext, category: CategoryNamed
) -> None:
    taxes = category("Taxes")
    archive_category(ana, taxes)
    assert "Taxes" not in categories(ana, archived=False)["name"].tolist()
    reopen_category(ana, taxes)
    assert "Taxes" in categories(ana, archived=False)["name"].tolist()


def test_an_unused_category_can_be_deleted(ana: TenantContext, category: CategoryNamed) -> None:
    delete_category(ana, category("Taxes"))
    assert "Taxes" not in categories(ana)["name"].tolist()


def test_a_category_in_use_is_kept(
    ana: TenantContext, category: CategoryNamed, record: Record
) -> None:
    record(1, -100, category_id=category("Taxes"))
    with pytest.raises(Conflict, match="Archive it"):
        delete_category(ana, category("Taxes"))


def test_a_deleted_category_stays_archived_where_only_its_owner_sees_it(
    ana: TenantContext, eli: TenantContext, category: CategoryNamed
) -> None:
    new = NewAccount(
        "Secret", AccountKind.CASH, "EUR", date(2026, 1, 1), visibility=Visibility.PRIVATE
    )
    own, groceries = create_account(eli, new), category("Groceries")
    record_transaction(eli, NewTransaction(own, date(2026, 3, 1), -100, category_id=groceries))
    delete_category(ana, groceries)
    for name in ("Eating out", "Food"):
        delete_category(ana, category(name))
    assert not {"Groceries", "Food"} & set(categories(ana)["name"])
    kept = categories(eli).set_index("name")
    assert kept.loc[["Food", "Groceries"], "archived"].all()
    assert "Eating out" not in kept.index


def test_the_name_of_a_deleted_category_is_free(
    ana: TenantContext, category: CategoryNamed
) -> None:
    delete_category(ana, category("Taxes"))
    again = create_category(ana, "Taxes", CategoryKind.EXPENSE)
    tree = categories(ana)
    assert tree.loc[tree["name"] == "Taxes", "id"].tolist() == [str(again)]


def test_nothing_is_put_below_a_deleted_category(
    ana: TenantContext, category: CategoryNamed
) -> None:
    taxes = category("Taxes")
    delete_category(ana, taxes)
    with pytest.raises(InvalidInput, match="does not exist"):
        create_category(ana, "Car", CategoryKind.EXPENSE, taxes)


@pytest.mark.parametrize("change", [delete_category, archive_category, reopen_category])
def test_a_category_that_is_not_there_cannot_be_changed(
    ana: TenantContext, change: Callable[[TenantContext, UUID], None]
) -> None:
    with pytest.raises(NotFound):
        change(ana, uuid4())


def test_another_tenants_category_does_not_exist(
    cleo: TenantContext, category: CategoryNamed
) -> None:
    with pytest.raises(NotFound):
        rename_category(cleo, category("Food"), "Stolen")


def test_another_tenants_category_cannot_be_used(
    ana: TenantContext, cleo: TenantContext, giro: UUID
) -> None:
    foreign = UUID(categories(cleo)["id"].iloc[0])
    with pytest.raises(NotFound, match="no such category"):
        record_transaction(ana, NewTransaction(giro, date(2026, 3, 1), -1, category_id=foreign))
