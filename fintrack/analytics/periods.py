"""Periods: the spans that a member looks at, and what each is compared with."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from fintrack.context import TenantContext
from fintrack.errors import InvalidInput

DAY = timedelta(days=1)
EARLIEST = date(1000, 1, 1)
LATEST = date(2999, 12, 31)


class PeriodChoice(StrEnum):
    """The periods offered on a page."""

    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    THIS_YEAR = "this-year"
    LAST_12_MONTHS = "last-12-months"
    CUSTOM = "custom"


class Interval(StrEnum):
    """The distance between two points of a series; the words PostgreSQL knows."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


# How many points a series may have, and how many days lie at least between two.
MOST_POINTS = 4000
SHORTEST = {Interval.DAY: 1, Interval.WEEK: 7, Interval.MONTH: 28}


LONGEST_YEAR = 366


@dataclass(frozen=True, slots=True)
class Period:
    """The half-open span [since, until).

    `months` is how far back the span lies that it is compared with; 0 means its own length.
    """

    since: date
    until: date
    months: int = 0

    @property
    def last_day(self) -> date:
        """Return the last day that belongs to the period."""
        return self.until - DAY


def require_points(since: date, until: date, interval: Interval) -> None:
    """Refuse a series of more points than anybody reads.

    Raises:
        InvalidInput: with what to ask for instead.
    """
    if (until - since).days > MOST_POINTS * SHORTEST[interval]:
        raise InvalidInput(f"A series has at most {MOST_POINTS} points. Ask for a shorter period.")


def require_days(since: date, until: date, most: int) -> None:
    """Refuse a period that is longer than a question may look at.

    Raises:
        InvalidInput: with what to ask for instead.
    """
    if (until - since).days > most:
        raise InvalidInput(f"Here a period has at most {most} days. Ask for a shorter one.")


def today_of(context: TenantContext) -> date:
    """Return the present day in the tenant's time zone."""
    return datetime.now(ZoneInfo(context.time_zone)).date()


def chosen_period(choice: PeriodChoice, today: date) -> Period:
    """Return a ready-made period; one that is not over yet ends with `today`.

    Raises:
        InvalidInput: a custom period has dates of its own; use `custom_period`.
    """
    month = today.replace(day=1)
    match choice:
        case PeriodChoice.THIS_MONTH:
            return Period(month, today + DAY, 1)
        case PeriodChoice.LAST_MONTH:
            return Period(months_before(month, 1), month, 1)
        case PeriodChoice.THIS_YEAR:
            return Period(month.replace(month=1), today + DAY, 12)
        case PeriodChoice.LAST_12_MONTHS:
            return Period(months_before(month, 11), today + DAY, 12)
        case PeriodChoice.CUSTOM:
            raise InvalidInput("Choose the first and the last day of the period.")


def custom_period(first: date, last: date) -> Period:
    """Return the period from `first` to `last`, both included.

    Raises:
        InvalidInput: it ends before it starts, or lies outside the years 1000 to 2999.
    """
    if not EARLIEST <= first <= last <= LATEST:
        raise InvalidInput("A period ends on the day it starts, or later.")
    return Period(first, last + DAY)


def previous(period: Period) -> Period:
    """Return the span to compare with: whole months earlier to the same day, else as many days.

    A day that the earlier month lacks is its last one: 1 to 31 March compares with all of February.
    """
    if period.months:
        since = months_before(period.since, period.months)
        return Period(since, months_before(period.last_day, period.months) + DAY, period.months)
    return Period(period.since - (period.until - period.since), period.since)


def interval_until(last_day: date, interval: Interval) -> Period:
    """Return the day, the week from Monday or the month that ends with `last_day`, as yet."""
    starts = {
        Interval.DAY: last_day,
        Interval.WEEK: last_day - DAY * last_day.weekday(),
        Interval.MONTH: last_day.replace(day=1),
    }
    return Period(starts[interval], last_day + DAY)


def month_of_period(month: date, period: Period) -> Period:
    """Return the days of the month, given by its first, that lie in the period."""
    return Period(max(month, period.since), min(months_before(month, -1), period.until))


def months_before(day: date, months: int) -> date:
    """Return the same day of the month `months` earlier, at most that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def interval_of(period: Period) -> Interval:
    """Return the distance of points that draws the period in about 10 to 60 of them."""
    days = (period.until - period.since).days
    if days <= 62:  # noqa: PLR2004 - two months
        return Interval.DAY
    return Interval.WEEK if days <= 366 else Interval.MONTH  # noqa: PLR2004 - a year
