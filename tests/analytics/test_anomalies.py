"""Amounts unlike their payee's others: against medians worked out by hand."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fintrack.analytics.anomalies import anomalies
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput
from tests.analytics.by_hand import Move, Purse, transfer, write
from tests.analytics.test_agreement import CASES, Book, written

SINCE, UNTIL = date(2024, 2, 1), date(2024, 3, 1)
AMOUNTS = st.sampled_from([-100, -101, -102, -104, -110, -150, -900, 100, 130, 900])
PERIOD = (date(2026, 3, 1), date(2026, 4, 1))


def day(number: int) -> date:
    return date(2026, 3, number)


@st.composite
def spent(draw: st.DrawFn) -> Book:
    purses = [Purse("Current"), Purse("Dollars", currency="USD")]
    moves = [
        Move(
            draw(st.dates(date(2023, 2, 20), UNTIL)),
            draw(st.sampled_from(purses)),
            draw(AMOUNTS),
            None,
            draw(st.sampled_from(["", "Baker", "Cinema"])),
        )
        for _ in range(draw(st.integers(0, 40)))
    ]
    return Book(purses, moves, SINCE, UNTIL)


def by_hand(told: Book) -> dict[str, tuple[int, int]]:
    groups: dict[tuple[str, str, bool], list[Move]] = defaultdict(list)
    for move in told.moves:
        if move.payee and UNTIL - timedelta(365) <= move.on < UNTIL:
            groups[move.payee, move.purse.currency, move.amount > 0].append(move)
    found = {}
    for moves in (each for each in groups.values() if len(each) >= 6):
        usual = middle([each.amount for each in moves])
        spread = middle([abs(each.amount - usual) for each in moves])
        for move in moves:
            if move.on >= SINCE and abs(move.amount - usual) > 5 * max(spread, abs(usual) / 20):
                found[str(move.id)] = (usual, spread)
    return found


def middle(amounts: list[int]) -> int:
    return sorted(amounts)[(len(amounts) - 1) // 2]


@CASES
@given(told=spent())
def test_far_is_five_spreads_from_the_usual(ana: TenantContext, told: Book) -> None:
    context, _ = written(ana, told)
    frame = anomalies(context, SINCE, UNTIL)
    pairs = zip(frame["usual"], frame["spread"], strict=True)
    assert dict(zip(frame["transaction_id"], pairs, strict=True)) == by_hand(told)
    off = (frame["amount"] - frame["usual"]).abs()
    for _, rows in off.groupby(frame["currency"]):
        assert rows.tolist() == sorted(rows, reverse=True)


def rent(mine: Purse, last: int, times: int = 6) -> list[Move]:
    """Five months of 100.00 and a last one."""
    days = [day(5) - timedelta(30 * back) for back in range(1, times)]
    return [*(Move(on, mine, -10_000, None, "Landlord") for on in days),
            Move(day(5), mine, last, None, "Landlord")]  # fmt: skip


@pytest.mark.parametrize(("last", "is_far"), [(-12_500, False), (-12_501, True), (-7_499, True)])
def test_what_never_varies_may_vary_by_a_quarter(
    ana: TenantContext, last: int, *, is_far: bool
) -> None:
    mine = Purse("Current")
    write(ana, [mine], rent(mine, last))
    frame = anomalies(ana, *PERIOD)
    assert frame["amount"].tolist() == [last] * is_far
    assert frame["account"].tolist() == ["Current"] * is_far


def test_who_came_seldom_is_not_judged(ana: TenantContext) -> None:
    mine = Purse("Current")
    write(ana, [mine], rent(mine, -99_900, times=5))
    assert anomalies(ana, *PERIOD).empty


def test_a_refund_is_not_held_against_what_was_paid(ana: TenantContext) -> None:
    mine = Purse("Current")
    write(ana, [mine], [*rent(mine, -10_000), Move(day(9), mine, 10_000, None, "Landlord")])
    assert anomalies(ana, *PERIOD).empty


def test_a_transfer_is_never_unusual(ana: TenantContext) -> None:
    mine, saved = Purse("Current"), Purse("Saved")
    legs = transfer(day(9), mine, saved, 99_900, 99_900)
    write(ana, [mine, saved], [*rent(mine, -10_000), *legs])
    assert anomalies(ana, *PERIOD).empty


def test_a_private_account_tells_nobody_what_is_usual(
    ana: TenantContext, dora: TenantContext
) -> None:
    secret, shared = Purse("Secret", visibility="PRIVATE"), Purse("Shared")
    here = Move(day(9), shared, -50, None, "Landlord")
    write(ana, [secret, shared], [*rent(secret, -99_900), here])
    assert anomalies(ana, *PERIOD)["amount"].tolist() == [-99_900, -50]
    assert anomalies(dora, *PERIOD).empty


def test_at_most_a_year_is_looked_at_and_as_many_as_wanted(ana: TenantContext) -> None:
    mine = Purse("Current")
    extra = [Move(day(number), mine, -50_000, None, "Landlord") for number in (6, 7)]
    write(ana, [mine], [*rent(mine, -99_900, times=9), *extra])
    assert anomalies(ana, *PERIOD, limit=2)["amount"].tolist() == [-99_900, -50_000]
    with pytest.raises(InvalidInput):
        anomalies(ana, date(2025, 1, 1), date(2026, 4, 1))
