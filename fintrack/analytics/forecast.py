"""Forecast: where the balances are likely to be in 90 days, and how far it erred in the past.

Expected is what is planned to come again on its days, and of everything else the mean of the last
year by day of the month. The same is done from 26 days of the past, a week apart, and held against
what came of it: eight of ten of these errors are the width of the band.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, count, dropwhile, takewhile
from typing import Any

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
PRECISION = 10_000
MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}

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
    """A movement that comes again, and what its payee moved on its account so far."""

    amount: int
    every: Every
    starts_on: date
    moved: Changes

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
class History:
    """What moved in one currency by day, and what is planned in it."""

    changes: Changes = field(default_factory=lambda: defaultdict(int))
    plans: list[Plan] = field(default_factory=list)


@kept
def forecast(context: TenantContext, today: date) -> Forecast:
    """Return the balance of all visible accounts by currency on each of the next 90 days.

    Low and high are the band. A currency of which less than half a year is known has no rows. The
    daily totals of the last 21 months are read, however long the history is.
    """
    context.require(Permission.READ)
    plans, since = recurring(context), today - timedelta(READ)
    with tenant_transaction(context) as db:
        changes = db.execute(_changes(since, today)).all()
        moved = db.execute(_moved(plans, since, today)).all()
    histories: dict[str, History] = defaultdict(History)
    for currency, day, amount in changes:
        histories[currency].changes[day] = int(amount)
    for currency, plan in _plans(plans, moved):
        histories[currency].plans.append(plan)
    held = net_worth(context, today, today + DAY, Interval.DAY)
    days, errors = [], []
    for currency, balance in zip(held["currency"], held["net"].tolist(), strict=True):
        history = histories[currency]
        trials = _trials(history, today)
        if trials:
            expected = _expected(history, today, history.plans)
            days += _days(currency, balance, expected, trials, today)
            errors.append((currency, len(trials), sum(each[-1] for each in trials) // len(trials)))
    return Forecast(frame(days, FORECAST), frame(errors, FORECAST_ERRORS))


def _changes(since: date, today: date) -> Select[*tuple[Any, ...]]:
    return (
        select(Account.currency, DayTotal.booked_on, func.sum(DayTotal.amount))
        .join(Account, Account.id == DayTotal.account_id)
        .where(DayTotal.booked_on > since, DayTotal.booked_on <= today)
        .group_by(Account.currency, DayTotal.booked_on)
    )


def _moved(plans: pd.DataFrame, since: date, today: date) -> Select[*tuple[Any, ...]]:
    """Select what the payees of the plans moved, by account and day."""
    return (
        select(
            Transaction.account_id, Transaction.payee, Transaction.booked_on,
            func.sum(Transaction.amount),
        )
        .where(Transaction.payee.in_(plans["payee"].unique().tolist()))
        .where(Transaction.booked_on > since, Transaction.booked_on <= today)
        .group_by(Transaction.account_id, Transaction.payee, Transaction.booked_on)
    )  # fmt: skip


def _plans(plans: pd.DataFrame, moved: Sequence[Any]) -> Iterator[tuple[str, Plan]]:
    """Yield currency and plan; of two plans for one payee, the first has what it moved."""
    by_payee: dict[tuple[str, str], Changes] = defaultdict(dict)
    for account_id, payee, day, amount in moved:
        by_payee[str(account_id), payee][day] = int(amount)
    for row in plans.to_dict("records"):
        own = by_payee.pop((row["account_id"], row["payee"]), {})
        starts_on = row["starts_on"].date()
        yield row["currency"], Plan(row["amount"], Every(row["every"]), starts_on, own)


def _trials(history: History, today: date) -> list[list[int]]:
    """Return the errors of past forecasts, each by how many days ahead."""
    if not history.changes:
        return []
    first, found = min(history.changes), []
    for back in range(TRIALS):
        origin = today - timedelta(AHEAD + back * APART)
        if (origin - first).days < LEARNT:
            break
        known = [plan for plan in history.plans if plan.starts_on <= origin]
        came = accumulate(history.changes.get(day, 0) for day in _ahead(origin))
        expected = _expected(history, origin, known)
        found.append([abs(there - was) for there, was in zip(expected, came, strict=True)])
    return found


def _expected(history: History, origin: date, plans: Sequence[Plan]) -> list[int]:
    """Return by how much the balance is expected to have changed on each day after the origin."""
    usual = _usual(history, origin, plans)
    planned: Changes = defaultdict(int)
    end = origin + timedelta(AHEAD)
    for plan in plans:
        for day in takewhile(lambda day: day <= end, plan.days(origin + DAY)):
            planned[day] += plan.amount
    steps = (usual[_bucket(day)] + planned[day] * PRECISION for day in _ahead(origin))
    return [total // PRECISION for total in accumulate(steps)]


def _usual(history: History, origin: date, plans: Sequence[Plan]) -> Mapping[int, int]:
    """Return the mean change by day of the month in a year up to the origin, what is planned aside.

    In ten thousandths of a minor unit.
    """
    first = max(min(history.changes), origin - timedelta(YEAR - 1))
    sums: dict[int, int] = defaultdict(int)
    counts: dict[int, int] = defaultdict(int)
    for number in range((origin - first).days + 1):
        day = first + timedelta(number)
        rest = history.changes.get(day, 0) - sum(plan.moved.get(day, 0) for plan in plans)
        sums[_bucket(day)] += rest
        counts[_bucket(day)] += 1
    return {bucket: sums[bucket] * PRECISION // counts[bucket] for bucket in counts}


def _bucket(day: date) -> int:
    # The last days of a month are one bucket, since not every month has all of them.
    return min(day.day, LAST_BUCKET)


def _ahead(origin: date) -> list[date]:
    return [origin + timedelta(number) for number in range(1, AHEAD + 1)]


def _days(
    currency: str, balance: int, expected: Sequence[int], trials: Sequence[list[int]], today: date
) -> list[tuple[Any, ...]]:
    place = -(-len(trials) * 8 // 10) - 1
    # What is farther off is not more certain.
    widths = accumulate((sorted(errors)[place] for errors in zip(*trials, strict=True)), max)
    return [
        (day, currency, balance + change, balance + change - width, balance + change + width)
        for day, change, width in zip(_ahead(today), expected, widths, strict=True)
    ]
