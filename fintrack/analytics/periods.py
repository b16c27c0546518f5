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
YEAR = 12


@dataclass(frozen=True, slots=True)
class Period:
    """The half-open span [since, until).

    `months` is how far back the span lies that it is compared with; 0 lets its days say it.
    """

    since: date
    until: date
    months: int = 0

    @property
    def last_day(self) -> date:
        """Return the last day that belongs to the period."""
        return self.until - DAY

    @property
    def months_back(self) -> int:
        """Return `months`, or else how many months a span from the first of one touches, or 0."""
        if self.months or self.since.day > 1:
            return self.months
        last, first = self.last_day, self.since
        return (last.year - first.year) * YEAR + last.month - first.month + 1


def has_few_points(since: date, until: date, interval: Interval) -> bool:
    """Return whether somebody reads a series of so many points."""
    return (until - since).days <= MOST_POINTS * SHORTEST[interval]


def require_points(since: date, until: date, interval: Interval) -> None:
    """Refuse a series of more points than anybody reads.

    Raises:
        InvalidInput: with what to ask for instead.
    """
    if not has_few_points(since, until, interval):
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


def chosen_period(choice: PeriodChoice, today: date, year_start: int = 1) -> Period:
    """Return a ready-made period; one that is not over yet ends with `today`.

    A year begins with the month `year_start`.

    Raises:
        InvalidInput: a custom period has dates of its own; use `custom_period`.
    """
    month = today.replace(day=1)
    match choice:
        case PeriodChoice.THIS_MONTH:
            return Period(month, today + DAY)
        case PeriodChoice.LAST_MONTH:
            return Period(months_before(month, 1), month)
        case PeriodChoice.THIS_YEAR:
            first = months_before(month, (month.month - year_start) % YEAR)
            return Period(first, today + DAY, YEAR)
        case PeriodChoice.LAST_12_MONTHS:
            return Period(months_before(month, YEAR - 1), today + DAY)
        case PeriodChoice.CUSTOM:
            raise InvalidInput("Choose the first and the last day of the period.")


def custom_period(first: date, last: date) -> Period:
    """Return the period from `first` to `last`, both included.

    Raises:
        InvalidInput: it ends before it starts, or lies outside the years 1000 to 2999.
    """
    if first < EARLIEST or last > LATEST:
        raise InvalidInput("A period lies in the years 1000 to 2999. Choose other days.")
    if first > last:
        raise InvalidInput("A period ends on the day it starts, or later.")
    return Period(first, last + DAY)


def previous(period: Period) -> Period:
    """Return the span to compare with: as many months before, or as many days right before.

    A period from the first of a month is one of months: whole ones compare with whole ones, and one
    that is not over, to the same day. A day that the earlier month lacks is its last one.

    Raises:
        InvalidInput: it would begin before the first day there is.
    """
    back = period.months_back or (period.until - period.since).days
    earliest = months_before(EARLIEST, -back) if period.months_back else EARLIEST + DAY * back
    if period.since < earliest:
        raise InvalidInput("Nothing is before the year 1000 to compare with. Choose later days.")
    if not period.months_back:
        return Period(period.since - DAY * back, period.since)
    since = months_before(period.since, back)
    # Whole months stand beside whole months, a leap day among them.
    if period.until.day == 1:
        return Period(since, months_before(period.until, back))
    return Period(since, months_before(period.last_day, back) + DAY)


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
