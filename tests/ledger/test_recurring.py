"""What comes again and again, and when."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from fintrack.context import TenantContext
from fintrack.errors import Conflict, InvalidInput, PermissionDenied
from fintrack.ledger.accounts import AccountKind, NewAccount, archive_account, create_account
from fintrack.ledger.activity import activity
from fintrack.ledger.recurring import (
    Every,
    NewRecurring,
    RecurringChange,
    change_recurring,
    create_recurring,
    delete_recurring,
    record_next,
    recurring,
)
from fintrack.ledger.transactions import transactions
from fintrack.ledger.undo import undo

LAST_OF_JANUARY = date(2026, 1, 31)


@pytest.fixture
def account(ana: TenantContext) -> UUID:
    """Ana's bank account."""
    return create_account(ana, NewAccount("Bank", AccountKind.CHECKING, "EUR", LAST_OF_JANUARY))


@pytest.fixture
def rent(account: UUID) -> NewRecurring:
    """The rent, on the last day of each month."""
    return NewRecurring(account, "Landlord", -95000, Every.MONTH, LAST_OF_JANUARY, note="flat 3")


def next_day(context: TenantContext) -> date:
    day: date = recurring(context)["next_on"].iloc[0].date()
    return day


def test_the_last_day_of_a_month_stays_the_last_one(ana: TenantContext, rent: NewRecurring) -> None:
    it = create_recurring(ana, rent)
    days = [next_day(ana)]
    for _ in range(3):
        record_next(ana, it)
        days.append(next_day(ana))
    assert [f"{day:%m-%d}" for day in days] == ["01-31", "02-28", "03-31", "04-30"]


@pytest.mark.parametrize(
    ("every", "second"),
    [
        (Every.WEEK, date(2026, 2, 7)),
        (Every.MONTH, date(2026, 2, 28)),
        (Every.QUARTER, date(2026, 4, 30)),
        (Every.YEAR, date(2027, 1, 31)),
    ],
)
def test_the_next_one_is_as_far_as_it_says(
    ana: TenantContext, rent: NewRecurring, every: Every, second: date
) -> None:
    record_next(ana, create_recurring(ana, replace(rent, every=every)))
    assert next_day(ana) == second


def test_what_is_recorded_is_a_transaction_like_any_other(
    ana: TenantContext, rent: NewRecurring
) -> None:
    made = record_next(ana, create_recurring(ana, rent))
    (row,) = transactions(ana).frame.to_dict("records")
    assert (row["id"], row["payee"], row["amount"], row["note"]) == (
        str(made), "Landlord", -95000, "flat 3",
    )  # fmt: skip
    assert row["booked_on"].date() == LAST_OF_JANUARY
    (event,) = activity(ana).frame.query("action == 'transaction.recorded'").to_dict("records")
    undo(ana, UUID(event["change_set_id"]))
    assert transactions(ana).frame.empty


def test_another_first_day_starts_the_counting_anew(ana: TenantContext, rent: NewRecurring) -> None:
    it = create_recurring(ana, rent)
    record_next(ana, it)
    change_recurring(ana, it, RecurringChange(amount=-99000))
    assert next_day(ana) == date(2026, 2, 28)
    change_recurring(ana, it, RecurringChange(starts_on=date(2026, 6, 1)))
    assert next_day(ana) == date(2026, 6, 1)


def test_on_an_archived_account_nothing_is_expected_or_recorded(
    ana: TenantContext, account: UUID, rent: NewRecurring
) -> None:
    it = create_recurring(ana, rent)
    archive_account(ana, account)
    with pytest.raises(Conflict, match="Bank is archived"):
        record_next(ana, it)
    assert next_day(ana) == LAST_OF_JANUARY
    with pytest.raises(Conflict, match="Bank is archived"):
        create_recurring(ana, rent)


def test_a_nameless_one_is_refused(ana: TenantContext, rent: NewRecurring) -> None:
    with pytest.raises(InvalidInput, match="payee is missing"):
        create_recurring(ana, replace(rent, payee=" "))


def test_a_viewer_sees_it_and_changes_nothing(
    ana: TenantContext, ben: TenantContext, rent: NewRecurring
) -> None:
    it = create_recurring(ana, rent)
    assert len(recurring(ben)) == 1
    with pytest.raises(PermissionDenied, match="who may not change the books"):
        record_next(ben, it)


def test_what_was_recorded_stays_when_it_ends(ana: TenantContext, rent: NewRecurring) -> None:
    it = create_recurring(ana, rent)
    record_next(ana, it)
    delete_recurring(ana, it)
    assert (len(recurring(ana)), len(transactions(ana).frame)) == (0, 1)
