"""Everybody else asks every function of the domain, before and after what Gil hides has changed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import pytest

from fintrack.access.memberships import leave_tenant
from fintrack.access.sharing import ShareLevel, share_account
from fintrack.access.sight import see_as
from fintrack.analytics.overview import overview
from fintrack.analytics.saved_pivots import save_pivot
from fintrack.context import Role, TenantContext
from fintrack.ledger.accounts import (
    AccountChange,
    AccountKind,
    NewAccount,
    Visibility,
    accounts,
    archive_account,
    create_account,
    delete_account,
    update_account,
)
from fintrack.ledger.attachments import add_attachment, remove_attachment
from fintrack.ledger.bulk import categorise, delete_transactions
from fintrack.ledger.categories import categories
from fintrack.ledger.change_sets import change_sets
from fintrack.ledger.editing import TransactionChange, change_transaction
from fintrack.ledger.filters import TransactionFilter
from fintrack.ledger.recording import NewTransaction, SplitLine, record_transaction
from fintrack.ledger.recurring import Every, NewRecurring, create_recurring, record_next
from fintrack.ledger.tags import tags
from fintrack.ledger.transactions import transactions
from fintrack.ledger.transfers import NewTransfer, record_transfer
from fintrack.ledger.undo import undo
from fintrack.statements.undoing import undo_import
from tests.isolation.cases import CASES
from tests.isolation.cases_reports import SHOPS
from tests.isolation.functions import Function, name_of
from tests.isolation.ledgers import DAY, Scene
from tests.isolation.outcomes import bare_rows, said
from tests.isolation.rows import BOUND, TABLES
from tests.statements.importing import csv_file, imported

pytestmark = pytest.mark.one_server

FILE = csv_file([("2026-03-09", "-12.00", "Grocer"), ("2026-03-10", "-12.00", "Baker 1")])
# Who asks; who looks, looks with Gil's own eyes.
LOOKER = "LOOKER"
ASKERS = (Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER, LOOKER)
# Whoever has left cannot ask; test_c8_what_only_a_leaver_saw_is_sealed leaves for real.
FUNCTIONS = [each for each in CASES if each is not leave_tenant]
# Who may see every row of a table once its wall is away, and whose answer then changes.
WALLS: dict[str, tuple[str, Function]] = {
    "account": ("fintrack_viewer", accounts),
    "transaction": ("fintrack_viewer", overview),
    "audit_event": ("fintrack_member", change_sets),
}
# Accounts are shared by invitation with whoever is no member yet.
REACHED = sorted(set(BOUND) & set(TABLES) - {"invitation_share"})


@dataclass(frozen=True, slots=True)
class Two:
    """The same scene twice; in one of them Gil changed what he hides."""

    quiet: Scene
    changed: Scene


@pytest.fixture(scope="module")
def two(scenes: Callable[[], Scene]) -> Two:
    """The scene before and after Gil changed what he hides."""
    quiet, changed = scenes(), scenes()
    with changed.world.doors():
        _change_what_is_hidden(changed)
    return Two(quiet, changed)


@pytest.mark.parametrize("table", REACHED)
def test_the_change_reaches_the_table(two: Two, table: str) -> None:
    before, after = (bare_rows(each, each.family, table) for each in (two.quiet, two.changed))
    assert before != after


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize("function", FUNCTIONS, ids=name_of)
def test_nobody_elses_answer_changes(two: Two, function: Function, asker: str) -> None:
    before, after = (_asked(scene, function, asker) for scene in (two.quiet, two.changed))
    assert before == after


@pytest.mark.parametrize("table", WALLS)
def test_without_a_wall_an_answer_changes(two: Two, table: str) -> None:
    role, function = WALLS[table]
    with ExitStack() as stack:
        for scene in (two.quiet, two.changed):
            stack.enter_context(_without_wall(scene, table, role))
        before, after = (_asked(scene, function, Role.OWNER) for scene in (two.quiet, two.changed))
    assert before != after


@contextmanager
def _without_wall(scene: Scene, table: str, role: str) -> Iterator[None]:
    leak = f"policy leak on app.{table}"
    with scene.world.database.administrator() as admin:
        admin.execute(f"create {leak} for select to {role} using (tenant_id = sec.tenant())")
        try:
            yield
        finally:
            admin.execute(f"drop {leak}")


def _asked(scene: Scene, function: Function, asker: str) -> str:
    own = scene.family
    with scene.world.doors():
        me = _context(scene, asker)
        # What is said, not which rows change: a tag is deleted from what is hidden as well.
        return said(scene, partial(CASES[function].ask, me, own))


def _context(scene: Scene, asker: str) -> TenantContext:
    book = scene.family.book
    if asker == LOOKER:
        return see_as(book.members[Role.ADMIN], book.keeper.user_id)
    return book.members[Role(asker)]


def _change_what_is_hidden(scene: Scene) -> None:
    """Have Gil do everything with accounts that only he sees, and with all that is everybody's."""
    gil, hidden = scene.family.book.keeper, scene.family.book.places["HIDDEN"].account
    _take_names(gil, scene)
    _use_everything(gil, hidden)
    _edit(gil, hidden)
    other = _private(gil, "Other")
    record_transfer(gil, NewTransfer(hidden, other, 900, DAY))
    rent = NewRecurring(hidden, "Landlord", -1, Every.MONTH, DAY)
    record_next(gil, create_recurring(gil, rent))
    undo_import(gil, imported(gil, FILE, account_id=hidden).import_id)
    imported(gil, FILE, account_id=hidden)
    suspended = scene.family.book.suspended.user_id
    for level in ShareLevel:
        share_account(gil, hidden, suspended, level)
    save_pivot(gil, "Secret", SHOPS)
    archive_account(gil, other)
    delete_account(gil, _private(gil, "Short-lived"))
    update_account(gil, hidden, AccountChange("Renamed", opening_balance=-999_999), 1)


def _private(gil: TenantContext, name: str) -> UUID:
    new = NewAccount(name, AccountKind.CASH, "EUR", DAY, 777, visibility=Visibility.PRIVATE)
    return create_account(gil, new)


def _take_names(gil: TenantContext, scene: Scene) -> None:
    """Give own accounts the names that are taken, and those that the others are about to give."""
    table = accounts(gil, archived=True)
    taken = set(table.loc[table["visibility"] == Visibility.PRIVATE, "name"])
    coming = range(scene.family.count, scene.family.count + 200)
    free = {f"{word} {number}" for word in ("Account", "New") for number in coming}
    for name in sorted((free | set(table["name"].astype(str))) - taken):
        _private(gil, name)


def _use_everything(gil: TenantContext, hidden: UUID) -> None:
    for category_id in map(UUID, categories(gil)["id"]):
        record_transaction(
            gil, NewTransaction(hidden, DAY, -4200, "Grocer", category_id=category_id)
        )
    for tag_id in map(UUID, tags(gil)["id"]):
        record_transaction(gil, NewTransaction(hidden, DAY, -4200, "Payee 1", tags=(tag_id,)))


def _edit(gil: TenantContext, hidden: UUID) -> None:
    mine = transactions(gil, TransactionFilter(account_id=hidden), limit=200).frame
    ids = [UUID(each) for each in mine.loc[~mine["is_split"], "id"]]
    undo(gil, categorise(gil, ids, None))
    lines = (SplitLine(UUID(categories(gil)["id"].iloc[0]), -4000), SplitLine(None, -200))
    one = record_transaction(gil, NewTransaction(hidden, DAY, -4200, "Market", lines=lines))
    change_transaction(gil, one, TransactionChange(note="secret"), 1)
    remove_attachment(gil, add_attachment(gil, one, "bill.txt", b"secret").id)
    add_attachment(gil, one, "bill.txt", b"secret")
    delete_transactions(gil, ids[:2])
