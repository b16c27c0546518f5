"""Periods and what each is compared with."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.analytics.periods import (
    EARLIEST,
    Interval,
    Period,
    PeriodChoice,
    chosen_period,
    custom_period,
    interval_of,
    interval_until,
    months_before,
    previous,
)
from fintrack.errors import InvalidInput

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
READY = [choice for choice in PeriodChoice if choice is not PeriodChoice.CUSTOM]


@pytest.mark.parametrize(
    ("choice", "since", "until"),
    [
        (PeriodChoice.THIS_MONTH, date(2024, 2, 1), date(2024, 3, 1)),
        (PeriodChoice.LAST_MONTH, date(2024, 1, 1), date(2024, 2, 1)),
        (PeriodChoice.THIS_YEAR, date(2024, 1, 1), date(2024, 3, 1)),
        (PeriodChoice.LAST_12_MONTHS, date(2023, 3, 1), date(2024, 3, 1)),
    ],
)
def test_a_period_on_a_leap_day_ends_with_it(
    choice: PeriodChoice, since: date, until: date
) -> None:
    period = chosen_period(choice, date(2024, 2, 29))
    assert (period.since, period.until) == (since, until)


def test_a_month_is_compared_with_the_same_days_of_the_one_before() -> None:
    period = chosen_period(PeriodChoice.THIS_MONTH, date(2026, 11, 24))
    assert previous(period) == Period(date(2026, 10, 1), date(2026, 10, 25))


def test_the_end_of_march_is_compared_with_all_of_february() -> None:
    period = chosen_period(PeriodChoice.THIS_MONTH, date(2026, 3, 31))
    assert previous(period) == Period(date(2026, 2, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("first", "last", "since", "until"),
    [
        (date(2026, 2, 1), date(2026, 2, 28), date(2026, 1, 1), date(2026, 2, 1)),
        (date(2026, 11, 1), date(2026, 11, 30), date(2026, 10, 1), date(2026, 11, 1)),
        (date(2026, 1, 1), date(2026, 3, 31), date(2025, 10, 1), date(2026, 1, 1)),
        (date(2025, 12, 1), date(2026, 11, 28), date(2024, 12, 1), date(2025, 11, 29)),
        (date(2024, 1, 1), date(2024, 12, 31), date(2023, 1, 1), date(2024, 1, 1)),
    ],
)
def test_months_are_compared_with_as_many_before(
    first: date, last: date, since: date, until: date
) -> None:
    assert previous(custom_period(first, last)) == Period(since, until)
    assert Period(since, until).until <= first


def test_the_same_days_are_compared_with_the_same_whoever_chose_them() -> None:
    for choice in READY:
        if choice is not PeriodChoice.THIS_YEAR:
            period = chosen_period(choice, date(2026, 11, 28))
            assert previous(period) == previous(custom_period(period.since, period.last_day))


def test_what_lies_before_the_calendar_is_refused() -> None:
    for first in (EARLIEST, date(1400, 1, 2)):
        with pytest.raises(InvalidInput, match="before the year 1000"):
            previous(custom_period(first, date(1999, 12, 31)))


def test_a_period_outside_the_calendar_is_told_its_bounds() -> None:
    with pytest.raises(InvalidInput, match="years 1000 to 2999"):
        custom_period(date(999, 12, 31), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("interval", "first"),
    [
        (Interval.DAY, date(2026, 11, 27)),
        (Interval.WEEK, date(2026, 11, 23)),
        (Interval.MONTH, date(2026, 11, 1)),
    ],
)
def test_a_point_stands_for_what_moved_since_the_one_before(
    interval: Interval, first: date
) -> None:
    friday = date(2026, 11, 27)
    assert interval_until(friday, interval) == Period(first, date(2026, 11, 28))


def test_a_year_is_compared_with_the_same_days_of_the_one_before() -> None:
    period = chosen_period(PeriodChoice.THIS_YEAR, date(2024, 2, 29))
    assert previous(period) == Period(date(2023, 1, 1), date(2023, 3, 1))


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 3, 31), date(2025, 4, 1)),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 11, 28), date(2026, 4, 1)),
    ],
)
def test_a_year_begins_where_the_fiscal_year_does(today: date, since: date) -> None:
    period = chosen_period(PeriodChoice.THIS_YEAR, today, 4)
    assert (period.since, period.last_day) == (since, today)
    assert previous(period).since == since.replace(year=since.year - 1)


@given(first=DAYS, length=st.integers(0, 800))
def test_days_that_begin_within_a_month_are_compared_with_as_many_right_before(
    first: date, length: int
) -> None:
    first = first.replace(day=max(first.day, 2))
    period = custom_period(first, first + timedelta(length))
    before = previous(period)
    assert before.until == period.since
    assert before.until - before.since == period.until - period.since


@given(today=DAYS, choice=st.sampled_from(READY), year_start=st.integers(1, 12))
def test_no_period_reaches_the_future_or_overlaps_the_one_before(
    today: date, choice: PeriodChoice, year_start: int
) -> None:
    period = chosen_period(choice, today, year_start)
    assert period.since <= period.last_day <= today
    assert previous(period).until <= period.since


@given(day=DAYS, months=st.integers(-50, 50))
def test_months_back_and_forth_keep_the_first_of_a_month(day: date, months: int) -> None:
    first = day.replace(day=1)
    assert months_before(months_before(first, months), -months) == first


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidInput, match="ends on the day it starts, or later"):
        custom_period(date(2026, 3, 2), date(2026, 3, 1))


def test_a_custom_period_has_no_dates_of_its_own() -> None:
    with pytest.raises(InvalidInput):
        chosen_period(PeriodChoice.CUSTOM, date(2026, 3, 1))


@pytest.mark.parametrize(
    ("days", "interval"), [(30, Interval.DAY), (200, Interval.WEEK), (1000, Interval.MONTH)]
)
def test_longer_periods_are_drawn_in_longer_steps(days: int, interval: Interval) -> None:
    since = date(2026, 1, 1)
    assert interval_of(Period(since, since + timedelta(days))) is interval
