"""The forecast: exact where life is regular, honest about its errors where it is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from fintrack.analytics.charts.drawing import alt_text
from fintrack.analytics.charts.forecast import forecast_chart
from fintrack.analytics.forecast import AHEAD, FORECAST, forecast
from fintrack.analytics.net_worth import NET_WORTH, net_worth
from fintrack.analytics.periods import DAY, Interval, months_before
from fintrack.context import TenantContext
from fintrack.frames import frame
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.ledger.recurring import Every, NewRecurring, create_recurring, record_next
from tests.analytics import by_hand
from tests.analytics.by_hand import Move, Purse, transfer, write
from tests.analytics.test_charts import EUR

TODAY = date(2026, 3, 20)
START = date(2024, 1, 1)


def purse(name: str = "Current", **more: object) -> Purse:
    return Purse(name, opened_on=START, **more)  # type: ignore[arg-type]


def monthly(mine: Purse, day: int, amount: int, payee: str = "", months: int = 26) -> list[Move]:
    """The same amount on the same day of each month up to `TODAY`."""
    first = TODAY.replace(day=day) if day <= TODAY.day else months_before(TODAY.replace(day=day), 1)
    days = [months_before(first, number) for number in range(months)]
    return [Move(on, mine, amount, None, payee) for on in days if on >= START]


def continued(mine: Purse, moves: Sequence[Move], later: dict[int, int]) -> list[int]:
    """The balances of the days ahead if each amount comes on its day of the month."""
    total, balances = by_hand.balance(mine, moves, TODAY), []
    for number in range(1, AHEAD + 1):
        total += later.get((TODAY + timedelta(number)).day, 0)
        balances.append(total)
    return balances


def steps(context: TenantContext) -> dict[date, int]:
    """The days ahead on which the balance changes, and by how much."""
    found = forecast(context, TODAY).days
    changes = zip(found["on"].dt.date, found["balance"].diff().fillna(0), strict=True)
    return {day: int(change) for day, change in changes if change}


def test_a_regular_life_is_foreseen_to_the_cent(ana: TenantContext) -> None:
    mine = purse(opening=5_000)
    moves = [*monthly(mine, 5, 200_000), *monthly(mine, 1, -90_000), *monthly(mine, 17, -333)]
    write(ana, [mine], moves)
    found = forecast(ana, TODAY)
    expected = continued(mine, moves, {5: 200_000, 1: -90_000, 17: -333})
    assert found.days["balance"].tolist() == expected
    assert found.days["low"].tolist() == found.days["high"].tolist() == expected
    assert found.days["on"].iloc[0].date() == TODAY + timedelta(1)
    assert found.errors.to_numpy().tolist() == [["EUR", 26, 0]]


def test_what_comes_again_is_counted_on_its_days_and_only_once(ana: TenantContext) -> None:
    mine = purse()
    rows = [Move(months_before(date(2026, 2, 10), 3 * back), mine, -6_000, None, "Insurer")
            for back in range(8)]  # fmt: skip
    moves = [*monthly(mine, 5, 1_000), *rows]
    write(ana, [mine], moves)
    create_recurring(
        ana, NewRecurring(mine.id, "Insurer", -6_000, Every.QUARTER, date(2024, 2, 10))
    )
    found = forecast(ana, TODAY)
    expected = continued(mine, moves, {5: 1_000})
    paid = [6_000 * (TODAY + timedelta(number) >= date(2026, 5, 10)) for number in range(1, 91)]
    assert found.days["balance"].tolist() == [
        each - cost for each, cost in zip(expected, paid, strict=True)
    ]
    assert found.errors["error"].tolist() == [0]


@pytest.mark.parametrize(
    ("every", "starts_on", "days"),
    [
        (
            Every.WEEK,
            date(2026, 3, 2),
            [date(2026, 3, 23) + timedelta(7 * week) for week in range(13)],
        ),
        (Every.MONTH, date(2026, 1, 31), [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]),
        (Every.YEAR, date(2020, 4, 1), [date(2026, 4, 1)]),
        (Every.YEAR, date(2026, 6, 18), [date(2026, 6, 18)]),
        (Every.YEAR, date(2026, 6, 19), []),
    ],
)
def test_a_plan_falls_on_its_days(
    ana: TenantContext, every: Every, starts_on: date, days: list[date]
) -> None:
    mine = purse()
    write(ana, [mine], monthly(mine, 5, 0))
    create_recurring(ana, NewRecurring(mine.id, "Plan", -100, every, starts_on))
    found = forecast(ana, TODAY).days
    steps = found["balance"].diff().fillna(found["balance"].iloc[0])
    assert [day.date() for day in found["on"][steps != 0]] == days
    assert found["balance"].iloc[-1] == -100 * len(days)


def test_the_band_is_as_wide_as_eight_of_ten_past_errors(ana: TenantContext) -> None:
    """A windfall 100 days ago was foreseen by nobody: of 26 forecasts, 12 end after it."""
    mine = purse()
    windfall = Move(TODAY - timedelta(100), mine, 73_000)
    write(ana, [mine], [*monthly(mine, 5, 0), windfall])
    found = forecast(ana, TODAY)
    errors = []
    for back in range(26):
        origin = TODAY - timedelta(90 + 7 * back)
        known = windfall.on <= origin
        came = 73_000 * (origin < windfall.on <= origin + timedelta(90))
        bucket = windfall.on.day
        times = sum(
            (origin - timedelta(number)).day == bucket
            for number in range(min(365, (origin - START.replace(month=1, day=5)).days + 1))
        )
        comes = sum((origin + timedelta(number)).day == bucket for number in range(1, 91))
        errors.append(abs(73_000 * comes // times * known - came))
    width = found.days["high"].iloc[-1] - found.days["balance"].iloc[-1]
    assert width == sorted(errors)[20]
    assert found.errors["error"].tolist() == [sum(errors) // 26]
    widths = (found.days["high"] - found.days["low"]).tolist()
    assert widths == sorted(widths)


def test_half_a_year_has_to_be_known(ana: TenantContext) -> None:
    mine = purse()
    days = [TODAY - timedelta(179), TODAY]
    ids = write(ana, [mine], [Move(day, mine, 100) for day in days])
    assert ids
    assert forecast(ana, TODAY).days.empty
    assert forecast(ana, TODAY + timedelta(1)).errors["forecasts"].tolist() == [1]


def test_transfers_and_other_currencies_do_not_matter(ana: TenantContext) -> None:
    mine, saved, dollars = purse(), purse("Saved"), purse("Dollars", currency="USD")
    moves = [*monthly(mine, 5, 100), *monthly(dollars, 6, 7)]
    legs = [leg for each in monthly(mine, 9, 0) for leg in transfer(each.on, mine, saved, 50, 50)]
    write(ana, [mine, saved, dollars], [*moves, *legs])
    found = forecast(ana, TODAY).days
    assert found[found["currency"] == "EUR"]["balance"].iloc[-1] == 100 * (26 + 3)
    assert found[found["currency"] == "USD"]["balance"].iloc[-1] == 7 * (26 + 3)


def test_what_is_booked_ahead_is_part_of_it_to_the_cent(ana: TenantContext) -> None:
    mine = purse(opening=5_000)
    booked = [
        Move(TODAY + timedelta(1), mine, -12_345, None, "Painter"),
        Move(TODAY + timedelta(AHEAD), mine, 77, None, "Refund"),
    ]
    late = replace(purse("Opened later", opening=31), opened_on=TODAY + timedelta(30))
    write(ana, [mine, late], [*monthly(mine, 5, 0), *booked])
    found = forecast(ana, TODAY)
    held = net_worth(ana, TODAY + DAY, TODAY + DAY * (AHEAD + 1), Interval.DAY)
    assert found.days["balance"].tolist() == held["net"].tolist()
    assert held["net"].iloc[-1] == 5_000 - 12_345 + 77 + 31
    assert found.errors["error"].tolist() == [0]


def test_what_usually_comes_is_not_counted_beside_what_is_booked_of_it(ana: TenantContext) -> None:
    mine = purse()
    moves = [
        *monthly(mine, 5, 200_000, "Employer"), *monthly(mine, 1, -90_000, "Landlord"),
        *monthly(mine, 17, -500, "Grocer"),
    ]  # fmt: skip
    booked = [
        Move(date(2026, 4, 7), mine, 210_000, None, "Employer"),
        Move(date(2026, 3, 31), mine, -90_000, None, "Landlord"),
        Move(date(2026, 4, 20), mine, -200, None, "Grocer"),
    ]
    write(ana, [mine], [*moves, *booked])
    assert steps(ana) == {
        date(2026, 3, 31): -90_000,
        date(2026, 4, 7): 210_000,
        date(2026, 4, 17): -300,
        date(2026, 4, 20): -200,
        **{date(2026, month, 1): -90_000 for month in (5, 6)},
        **{date(2026, month, 5): 200_000 for month in (5, 6)},
        date(2026, 5, 17): -500,
        date(2026, 6, 17): -500,
    }


def test_a_plan_that_is_booked_ahead_is_counted_once(ana: TenantContext) -> None:
    mine = purse()
    write(ana, [mine], monthly(mine, 5, 0))
    insured = NewRecurring(mine.id, "Insurer", -6_000, Every.QUARTER, date(2026, 4, 10))
    lent = NewRecurring(mine.id, "Insurer", -700, Every.MONTH, date(2026, 3, 25))
    record_next(ana, create_recurring(ana, insured))
    create_recurring(ana, lent)
    early = NewTransaction(mine.id, date(2026, 4, 24), -710, payee="Insurer")
    record_transaction(ana, early)
    assert steps(ana) == {
        date(2026, 3, 25): -700,
        date(2026, 4, 10): -6_000,
        date(2026, 4, 24): -710,
        date(2026, 5, 25): -700,
    }


@pytest.mark.parametrize("other", [100_000, 50_000, -900, -100_001])
def test_what_is_booked_of_another_size_or_sign_stands_beside_a_plan(
    ana: TenantContext, other: int
) -> None:
    mine = purse()
    write(ana, [mine], monthly(mine, 5, 0))
    rent = NewRecurring(mine.id, "Landlord", -50_000, Every.MONTH, date(2026, 4, 1))
    create_recurring(ana, rent)
    record_transaction(ana, NewTransaction(mine.id, date(2026, 4, 2), other, payee="Landlord"))
    rents = {date(2026, month, 1): -50_000 for month in (4, 5, 6)}
    assert steps(ana) == {**rents, date(2026, 4, 2): other}


def test_a_row_without_a_payee_that_is_booked_ahead_is_added(ana: TenantContext) -> None:
    mine = purse()
    write(ana, [mine], [*monthly(mine, 5, -100), Move(date(2026, 4, 5), mine, -70)])
    assert steps(ana) == {
        date(2026, 4, 5): -170,
        **{date(2026, month, 5): -100 for month in (5, 6)},
    }


def test_a_transfer_that_is_booked_ahead_changes_nothing(ana: TenantContext) -> None:
    mine, saved = purse(), purse("Saved")
    moves = [*monthly(mine, 5, -100), *monthly(saved, 5, 40)]
    ahead = transfer(date(2026, 4, 5), mine, saved, 70, 70)
    write(ana, [mine, saved], [*moves, *ahead])
    assert forecast(ana, TODAY).days["balance"].iloc[-1] == -60 * (26 + 3)


def test_a_private_account_is_foreseen_by_nobody_else(
    ana: TenantContext, dora: TenantContext
) -> None:
    secret = purse("Secret", visibility="PRIVATE")
    write(ana, [secret], monthly(secret, 5, 100))
    assert forecast(dora, TODAY).days.empty
    assert not forecast(ana, TODAY).days.empty


def test_the_past_leads_to_its_transactions_and_the_future_nowhere() -> None:
    past = frame([(pd.Timestamp("2026-03-20"), "EUR", 500, 0, 500)], NET_WORTH)
    days = frame([(pd.Timestamp("2026-03-21"), "EUR", 400, 300, 500)], FORECAST)
    band, before, after = forecast_chart(past, days, EUR).data
    assert list(band.y) == [5.0, 3.0]
    assert before.customdata == (["2026-03-20", "Mar 20, 2026", "€5.00"],)
    assert after.customdata == ([None, "Mar 21, 2026", "€4.00"],)
    words = "Ahead. So far: Mar 20, 2026 €5.00; Expected: Mar 21, 2026 €4.00."
    assert alt_text("Ahead", forecast_chart(past, days, EUR)) == words


def test_a_forecast_of_nothing_is_drawn() -> None:
    figure = forecast_chart(frame([], NET_WORTH), frame([], FORECAST), EUR)
    assert alt_text("Ahead", figure) == "Ahead. Nothing to show."
