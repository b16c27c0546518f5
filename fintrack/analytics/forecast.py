"""Forecast: where the balances are likely to be in 90 days, and how far it erred in the past.

Expected is what is booked ahead, what is planned to come again on its days, and of everything else
the mean of the last year by day of the month. What is booked of a plan stands for the day nearest
to it of a like amount, and other bookings for as much of what their payee usually moves in the days
around. The same is done from 26 days of the past, a week apart, but without what was booked ahead
then, and held against what came of it: eight of ten of these errors are the width of the band.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import accumulate, count, dropwhile, takewhile
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import Select, func, select

from fintrack.analytics.net_worth import net_worth
from fintrack.analytics.periods import DAY, Interval, months_before
from fintrack.cache import kept
from fintrack.context import Permission, TenantContext
from fintrack.db import tenant_transaction
from fintrack.derived_schema import DayTotal
from fintrack.frames import Shape, frame
from fintrack.ledger.recurring import Every, recurring
from fintrack.schema import Account, Transaction

FORECAST: Shape = {
    "on": "datetime64[s]",
    "currency": "str",
    "balance": "int64",
    "low": "int64",
    "high": "int64",
}
FORECAST_ERRORS: Shape = {"currency": "str", "forecasts": "int64", "error": "int64"}
AHEAD, YEAR, LEARNT = 90, 365, 90
TRIALS, APART = 26, 7
READ = YEAR + AHEAD + TRIALS * APART
LAST_BUCKET = 28
WEEK, LONGEST_MONTH = timedelta(weeks=1), 31
AROUND = timedelta(15)
PRECISION = 10_000
MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}

KEY = (
    Transaction.currency, Transaction.account_id, Transaction.payee,
    Transaction.transfer_id.is_not(None).label("is_transfer"),
)  # fmt: skip

Changes = dict[date, int]


@dataclass(frozen=True, slots=True)
class Forecast:
    """`FORECAST` of the days to come, and `FORECAST_ERRORS`: how far past ones were off at the end.

    The error is the mean of all of them, in minor units.
    """

    days: pd.DataFrame
    errors: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Plan:
    """A movement that comes again; what comes before `next_on` is recorded already."""

    amount: int
    every: Every
    starts_on: date
    next_on: date

    def days(self, first: date) -> Iterator[date]:
        """Yield its days from `first` on, each counted from the very first, so that none drifts."""
        passed = max(0, (first - self.starts_on).days)
        months = MONTHS.get(self.every)
        if months is None:
            weeks = -(-passed // WEEK.days)
            yield from (self.starts_on + number * WEEK for number in count(weeks))
        else:
            steps = (number * months for number in count(passed // (months * LONGEST_MONTH)))
            days = (months_before(self.starts_on, -step) for step in steps)
            yield from dropwhile(lambda day: day < first, days)


@dataclass(slots=True)
class Payee:
    """What one payee moved on an account so far, what is planned, and what is booked ahead."""

    moved: Changes = field(default_factory=lambda: defaultdict(int))
    plans: list[Plan] = field(default_factory=list)
    booked: list[tuple[date, int]] = field(default_factory=list)


@dataclass(slots=True)
class History:
    """What moved in one currency by day, and the payees of whom more is known ahead."""

    changes: Changes = field(default_factory=dict)
    payees: list[Payee] = field(default_factory=list)


@kept
def forecast(context: TenantContext, today: date) -> Forecast:
    """Return the balance of all visible accounts by currency on each of the next 90 days.

    Low and high are the band. A currency of which less than half a year is known has no rows. The
    daily totals of the last 21 months are read, however long the history is, and in them the rows
    of payees who have a plan or a row booked ahead; what is booked without a payee is added.
    """
    context.require(Permission.READ)
    plans, since, until = recurring(context), today - timedelta(READ), today + DAY * (AHEAD + 1)
    with tenant_transaction(context) as db:
        changes = db.execute(_changes(since, today)).all()
        booked = db.execute(_booked(today, until)).all()
        payees = {*plans["payee"], *(row.payee for row in booked)} - {""}
        moved = db.execute(_moved(payees, since, today)).all()
    histories = _histories(changes, plans, booked, moved)
    held = net_worth(context, today, until, Interval.DAY)
    days, errors = [], []
    for currency in held["currency"].unique().tolist():
        history, balances = histories[currency], held["net"][held["currency"] == currency]
        trials = _trials(history, today)
        if trials:
            # The first one is that of today.
            pairs = zip(balances.tolist()[1:], _expected(history, today), strict=True)
            days += _days(currency, [sum(pair) for pair in pairs], trials, today)
            errors.append((currency, len(trials), sum(each[-1] for each in trials) // len(trials)))
    return Forecast(frame(days, FORECAST), frame(errors, FORECAST_ERRORS))


def _changes(since: date, today: date) -> Select[*tuple[Any, ...]]:
    return (
        select(Account.currency, DayTotal.booked_on, func.sum(DayTotal.amount))
        .join(Account, Account.id == DayTotal.account_id)
        .where(DayTotal.booked_on > since, DayTotal.booked_on <= today)
        .group_by(Account.currency, DayTotal.booked_on)
    )


def _booked(today: date, until: date) -> Select[*tuple[Any, ...]]:
    return (
        select(*KEY, Transaction.booked_on, Transaction.amount)
        .where(Transaction.booked_on > today, Transaction.booked_on < until)
        .order_by(Transaction.booked_on, Transaction.id)
    )


def _moved(payees: set[str], since: date, today: date) -> Select[*tuple[Any, ...]]:
    """Select what the payees moved so far, by account and day; transfers apart."""
    return (
        select(*KEY, Transaction.booked_on, func.sum(Transaction.amount))
        .where(Transaction.payee.in_(payees))
        .where(Transaction.booked_on > since, Transaction.booked_on <= today)
        .group_by(*KEY, Transaction.booked_on)
    )


def _histories(
    changes: Sequence[Any], plans: pd.DataFrame, booked: Sequence[Any], moved: Sequence[Any]
) -> Mapping[str, History]:
    """Return what is known of each currency; transfers are a payee's own where it has a plan."""
    payees: dict[tuple[Any, ...], Payee] = defaultdict(Payee)
    for row in plans.to_dict("records"):
        plan = Plan(
            row["amount"], Every(row["every"]), row["starts_on"].date(), row["next_on"].date()
        )
        payees[row["currency"], row["account_id"], row["payee"], False].plans.append(plan)
    planned = set(payees)

    def key(currency: str, account_id: UUID, payee: str, is_transfer: bool) -> tuple[Any, ...]:  # noqa: FBT001 - a row
        own = (currency, str(account_id), payee)
        return (*own, is_transfer and (*own, False) not in planned)

    for *row, day, amount in booked:
        payees[key(*row)].booked.append((day, amount))
    for *row, day, amount in moved:
        if key(*row) in payees:
            payees[key(*row)].moved[day] += int(amount)
    histories: dict[str, History] = defaultdict(History)
    for currency, day, amount in changes:
        histories[currency].changes[day] = int(amount)
    for (currency, *_), payee in payees.items():
        histories[currency].payees.append(payee)
    return histories


def _trials(history: History, today: date) -> list[list[int]]:
    """Return the errors of past forecasts, each by how many days ahead."""
    if not history.changes:
        return []
    first, found = min(history.changes), []
    for back in range(TRIALS):
        origin = today - timedelta(AHEAD + back * APART)
        if (origin - first).days < LEARNT:
            break
        came = accumulate(history.changes.get(day, 0) for day in _ahead(origin))
        expected = _expected(_known(history, origin), origin)
        found.append([abs(there - was) for there, was in zip(expected, came, strict=True)])
    return found


def _known(history: History, origin: date) -> History:
    """Return the history with what was planned on that day; what was booked ahead is forgotten."""
    known = [
        [replace(plan, next_on=plan.starts_on) for plan in each.plans if plan.starts_on <= origin]
        for each in history.payees
    ]
    payees = zip(history.payees, known, strict=True)
    return History(history.changes, [Payee(payee.moved, plans) for payee, plans in payees])


def _expected(history: History, origin: date) -> list[int]:
    """Return by how much more than booked the balance is expected to have changed on each day."""
    first = max(min(history.changes), origin - timedelta(YEAR - 1))
    planned = [payee for payee in history.payees if payee.plans]
    usual = _usual(history.changes, first, origin, [payee.moved for payee in planned])
    steps = {day: usual[_bucket(day)] for day in _ahead(origin)}
    for payee in planned:
        for day, amount in _planned(payee, origin):
            steps[day] += amount * PRECISION
    for payee in history.payees:
        if not payee.plans and payee.booked:
            for day, amount in _covered(payee, first, origin):
                steps[day] -= amount
    return [total // PRECISION for total in accumulate(steps.values())]


def _usual(
    changes: Changes, first: date, origin: date, aside: Sequence[Changes] = ()
) -> Mapping[int, int]:
    """Return the mean change by day of the month from the first day to the origin.

    In ten thousandths of a minor unit.
    """
    sums: dict[int, int] = defaultdict(int)
    counts: dict[int, int] = defaultdict(int)
    for number in range((origin - first).days + 1):
        day = first + timedelta(number)
        rest = changes.get(day, 0) - sum(each.get(day, 0) for each in aside)
        sums[_bucket(day)] += rest
        counts[_bucket(day)] += 1
    return {bucket: sums[bucket] * PRECISION // counts[bucket] for bucket in counts}


def _planned(payee: Payee, origin: date) -> Iterator[tuple[date, int]]:
    """Yield the days ahead on which something is planned and not booked yet, and how much.

    What is booked stands for what is planned of the nearest amount, on the nearest day; of another
    sign, or of less than half the size, it comes on top.
    """
    reach = timedelta(YEAR if payee.booked else 0)
    end = origin + timedelta(AHEAD)
    days = [
        (day, plan)
        for plan in payee.plans
        for day in takewhile(lambda day: day <= end + reach, plan.days(origin + DAY - reach))
    ]
    for on, amount in payee.booked:
        far = [
            (abs(plan.amount - amount), abs(day - on), number)
            for number, (day, plan) in enumerate(days)
            if _is_alike(plan.amount, amount)
        ]
        if far:
            *_, nearest = min(far)
            days.pop(nearest)
    for day, plan in days:
        if max(plan.next_on, origin + DAY) <= day <= end:
            yield day, plan.amount


def _is_alike(planned: int, booked: int) -> bool:
    less, more = sorted((abs(planned), abs(booked)))
    return planned * booked > 0 and 2 * less >= more


def _covered(payee: Payee, first: date, origin: date) -> Iterator[tuple[date, int]]:
    """Yield how much of what usually moves on days ahead is booked already.

    In ten thousandths of a minor unit.
    """
    usual = _usual(payee.moved, first, origin)
    left = {day: usual[_bucket(day)] for day in _ahead(origin)}
    for on, amount in payee.booked:
        rest = amount * PRECISION
        near = [day for day in left if abs(day - on) <= AROUND]
        for day in sorted(near, key=lambda day: abs(day - on)):
            if (left[day] > 0) == (rest > 0):
                part = min(left[day], rest, key=abs)
                rest, left[day] = rest - part, left[day] - part
                yield day, part


def _bucket(day: date) -> int:
    # The last days of a month are one bucket, since not every month has all of them.
    return min(day.day, LAST_BUCKET)


def _ahead(origin: date) -> list[date]:
    return [origin + timedelta(number) for number in range(1, AHEAD + 1)]


def _days(
    currency: str, balances: Sequence[int], trials: Sequence[list[int]], today: date
) -> list[tuple[Any, ...]]:
    place = -(-len(trials) * 8 // 10) - 1
    # What is farther off is not more certain.
    widths = accumulate((sorted(errors)[place] for errors in zip(*trials, strict=True)), max)
    return [
        (day, currency, balance, balance - width, balance + width)
        for day, balance, width in zip(_ahead(today), balances, widths, strict=True)
    ]
