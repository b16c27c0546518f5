"""Comparisons and savings: against a ledger kept by hand, to the cent."""

from datetime import date

import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st

from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.comparisons import (
    Against,
    compared_with,
    comparison,
    comparisons_of,
    savings,
    share,
    year_over_year,
)
from fintrack.analytics.periods import Period
from fintrack.context import TenantContext
from tests.analytics import by_hand
from tests.analytics.by_hand import Move, Purse, write
from tests.analytics.test_agreement import CASES, Book, book, written

MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
YEAR_AGO = Period(date(2025, 3, 1), date(2025, 4, 1))


def sums(told: Book, kind: str, period: Period) -> dict[object, int]:
    rows = by_hand.parts(told.moves, kind, period.since, period.until)
    return by_hand.sums(
        ((kind, by_hand.top(category), each.purse.currency), cents)
        for each, category, cents in rows
    )


@CASES
@given(told=book(), back=st.integers(0, 40))
def test_each_category_is_beside_what_it_was(ana: TenantContext, told: Book, back: int) -> None:
    context, _ = written(ana, told)
    period = Period(told.since, told.until)
    earlier = Period(told.since - pd.Timedelta(days=back), told.since)
    now, before = (
        {**sums(told, "INCOME", each), **sums(told, "EXPENSE", each)} for each in (period, earlier)
    )
    expected = {key: (now.get(key, 0), before.get(key, 0)) for key in now | before}
    got = {}
    for row in comparison(context, period, earlier).to_dict("records"):
        name = row["category"].rstrip("*") if row["category_id"] else None
        got[row["kind"], name, row["currency"]] = (row["amount"], row["before"])
    assert got == {key: pair for key, pair in expected.items() if pair != (0, 0)}


def test_the_largest_change_comes_first(ana: TenantContext) -> None:
    mine = Purse("Current", opened_on=date(2025, 1, 1))
    moves = [
        Move(date(2025, 3, 5), mine, -900, "Fun"), Move(date(2026, 3, 5), mine, -100, "Fun"),
        Move(date(2026, 3, 6), mine, -300, "Food"), Move(date(2026, 3, 7), mine, 50, "Wages"),
    ]  # fmt: skip
    write(ana, [mine], moves)
    frame = comparison(ana, MARCH, YEAR_AGO)
    assert frame[["kind", "category", "amount", "before", "change"]].to_numpy().tolist() == [
        ["EXPENSE", "Fun*", 100, 900, -800],
        ["EXPENSE", "Living*", 300, 0, 300],
        ["INCOME", "Wages*", 50, 0, 50],
    ]


def test_a_period_is_compared_with_the_one_before_or_with_its_days_of_last_year() -> None:
    assert compared_with(MARCH, Against.BEFORE) == Period(date(2026, 2, 1), date(2026, 3, 1))
    assert compared_with(MARCH, Against.YEAR) == YEAR_AGO
    leap = Period(date(2024, 2, 20), date(2024, 3, 1))
    assert compared_with(leap, Against.YEAR).last_day == date(2023, 2, 28)


def test_the_same_days_are_offered_under_one_name() -> None:
    months = Period(date(2025, 12, 1), date(2026, 11, 29))
    assert comparisons_of(months) == (Against.YEAR,)
    assert comparisons_of(MARCH) == (Against.BEFORE, Against.YEAR)


@CASES
@given(told=book())
def test_a_month_stands_beside_that_of_the_year_before(ana: TenantContext, told: Book) -> None:
    """Moves of the book's year, asked a year later, are those of the year before."""
    context, _ = written(ana, told)
    assume((2, 29) not in {(day.month, day.day) for day in (told.since, told.until)})
    later = [day.replace(year=day.year + 1) for day in (told.since, told.until)]
    frame = year_over_year(context, *later)
    flow = cash_flow(context, told.since, told.until)
    assert frame["inflow_before"].tolist() == flow["inflow"].tolist()
    assert frame["outflow_before"].tolist() == flow["outflow"].tolist()
    assert frame["month"].tolist() == [day.replace(year=day.year + 1) for day in flow["month"]]
    now = year_over_year(context, told.since, told.until)
    assert now[["inflow", "outflow"]].equals(flow[["inflow", "outflow"]])


def test_a_month_that_moved_in_one_year_only_is_there(ana: TenantContext) -> None:
    mine = Purse("Current", opened_on=date(2025, 1, 1))
    write(ana, [mine], [Move(date(2025, 2, 5), mine, -900), Move(date(2026, 3, 5), mine, -100)])
    frame = year_over_year(ana, date(2026, 1, 1), date(2026, 4, 1))
    assert frame.drop(columns=["month", "currency"]).to_numpy().tolist() == [
        [0, 0, 0, 900], [0, 0, 100, 0],
    ]  # fmt: skip


def test_amounts_that_no_float_can_hold_stay_exact(ana: TenantContext) -> None:
    mine, most = Purse("Current", opened_on=date(2025, 1, 1)), 10**15
    amounts = [*[most] * 9, 2**53 + 1 - 9 * most]
    moves = [Move(MARCH.since, mine, -amount) for amount in amounts]
    write(ana, [mine], [Move(date(2025, 2, 5), mine, -9), *moves])
    found = year_over_year(ana, date(2026, 1, 1), MARCH.until)
    assert found["outflow"].tolist() == [0, 2**53 + 1]


def test_a_month_that_is_cut_is_cut_on_the_same_day_last_year(ana: TenantContext) -> None:
    mine = Purse("Current", opened_on=date(2025, 1, 1))
    write(ana, [mine], [Move(date(2025, 3, 10), mine, -900), Move(date(2025, 3, 11), mine, -100)])
    frame = year_over_year(ana, date(2026, 3, 1), date(2026, 3, 11))
    assert frame["outflow_before"].tolist() == [900]


def test_a_whole_february_stands_beside_one_with_a_leap_day(ana: TenantContext) -> None:
    mine = Purse("Current", opened_on=date(2024, 1, 1))
    write(ana, [mine], [Move(date(2024, 2, 29), mine, -900)])
    assert year_over_year(ana, date(2025, 2, 1), date(2025, 3, 1))["outflow_before"].tolist() == [
        900
    ]
    assert year_over_year(ana, date(2025, 2, 1), date(2025, 2, 28)).empty


def test_what_was_kept_is_a_share_of_what_came_in(ana: TenantContext) -> None:
    mine = Purse("Current", opened_on=date(2026, 1, 1))
    moves = [
        Move(date(2026, 1, 5), mine, 3_000, "Wages"), Move(date(2026, 1, 6), mine, -2_000, "Fun"),
        Move(date(2026, 2, 5), mine, 1_000, "Wages"), Move(date(2026, 2, 6), mine, -1_500, "Fun"),
        Move(date(2026, 3, 6), mine, -1, "Fun"),
    ]  # fmt: skip
    write(ana, [mine], moves)
    frame = savings(ana, date(2026, 1, 1), date(2026, 4, 1))
    assert frame["saved"].tolist() == [1_000, -500, -1]
    assert frame["per_mille"].astype(object).tolist() == [333, -500, pd.NA]


@given(part=st.integers(-(10**15), 10**15), whole=st.integers(1, 10**15))
def test_a_share_is_the_nearest_thousandth(part: int, whole: int) -> None:
    found = share(part, whole)
    assert found is not None
    assert abs(2 * (found * whole - 1000 * part)) <= whole


def test_nothing_has_no_share() -> None:
    assert share(5, 0) is None
    assert share(5, -1) is None


def test_comparisons_of_nothing_keep_their_shape(ana: TenantContext) -> None:
    frames = (
        comparison(ana, MARCH, YEAR_AGO), year_over_year(ana, MARCH.since, MARCH.until),
        savings(ana, MARCH.since, MARCH.until),
    )  # fmt: skip
    for frame in frames:
        assert frame.empty
        assert "currency" in frame
