"""The forecast: exact where life is regular, honest about its errors where it is not."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import pytest

from fintrack.analytics.charts.drawing import alt_text
from fintrack.analytics.charts.forecast import forecast_chart
from fintrack.analytics.forecast import AHEAD, FORECAST, forecast
from fintrack.analytics.net_worth import NET_WORTH
from fintrack.analytics.periods import months_before
from fintrack.context import TenantContext
from fintrack.frames import frame
from fintrack.ledger.recurring import Every, NewRecurring, create_recurring
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
