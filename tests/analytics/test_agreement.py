"""Every figure to the cent: against a ledger kept by hand, and against each other."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fintrack.access.acceptance import accept_invitation
from fintrack.access.invitations import invite_member
from fintrack.access.sharing import ShareLevel, share_account
from fintrack.access.tenants import NewTenant, create_tenant
from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.net_worth import balances, net_worth
from fintrack.analytics.net_worth_change import net_worth_change
from fintrack.analytics.overview import overview
from fintrack.analytics.payees import top_payees
from fintrack.analytics.periods import Interval
from fintrack.analytics.spending import income, spending
from fintrack.context import Role, TenantContext, TenantType
from tests.analytics import by_hand
from tests.analytics.by_hand import KIND, PARENT, Move, Purse, transfer

pytestmark = pytest.mark.one_server

FIRST, LAST = date(2023, 12, 20), date(2024, 3, 10)
DAYS = st.dates(FIRST, LAST)
CENTS = st.integers(-50_000, 50_000)
CATEGORY = st.none() | st.sampled_from(sorted(KIND))
CASES = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass(frozen=True, slots=True)
class Book:
    """A ledger, and the period it is asked about."""

    purses: list[Purse]
    moves: list[Move]
    since: date
    until: date


@st.composite
def move(draw: st.DrawFn, purses: list[Purse]) -> list[Move]:
    on, purse = draw(DAYS), draw(st.sampled_from(purses))
    shape = draw(st.sampled_from(["plain", "plain", "split", "transfer"]))
    payee = draw(st.sampled_from(["", "Baker", "Cinema"]))
    if shape == "plain":
        return [Move(on, purse, draw(CENTS), draw(CATEGORY), payee)]
    if shape == "split":
        lines = tuple(draw(st.lists(st.tuples(CATEGORY, CENTS), min_size=1, max_size=3)))
        return [Move(on, purse, sum(amount for _, amount in lines), None, payee, lines)]
    target = draw(st.sampled_from([other for other in purses if other != purse]))
    sent = draw(st.integers(1, 50_000))
    is_same = purse.currency == target.currency
    return transfer(on, purse, target, sent, sent if is_same else draw(st.integers(1, 50_000)))


@st.composite
def book(draw: st.DrawFn) -> Book:
    opened = draw(st.tuples(DAYS, DAYS, DAYS))
    purses = [
        Purse("Current", opening=draw(CENTS), opened_on=opened[0]),
        Purse("Card", side="LIABILITY", opening=draw(CENTS), opened_on=opened[1]),
        Purse("Dollars", currency="USD", opening=draw(CENTS), opened_on=opened[2]),
    ]
    moves = [each for legs in draw(st.lists(move(purses), max_size=14)) for each in legs]
    since, last = sorted(draw(st.tuples(DAYS, DAYS)))
    return Book(purses, moves, since, last + timedelta(1))


def written(ana: TenantContext, told: Book) -> tuple[TenantContext, dict[str, UUID]]:
    tenant = NewTenant("Case", TenantType.PERSONAL, "EUR", "ES", "en_GB")
    context = create_tenant(ana.session, tenant)
    return context, by_hand.write(context, told.purses, told.moves)


def by_currency(frame: pd.DataFrame, column: str) -> dict[object, int]:
    return {
        currency: int(part[column].sum())
        for currency, part in frame.groupby("currency")
        if int(part[column].sum())
    }


def without_zeros(sums: dict[object, int]) -> dict[object, int]:
    return {key: amount for key, amount in sums.items() if amount}


@CASES
@given(told=book())
def test_net_worth_of_each_day_is_the_sum_of_balances(ana: TenantContext, told: Book) -> None:
    context, _ = written(ana, told)
    frame = net_worth(context, told.since, told.until, Interval.DAY)
    expected = []
    for on in by_hand.days(told.since, told.until):
        for currency in ("EUR", "USD"):
            held = {"ASSET": 0, "LIABILITY": 0}
            for purse in told.purses:
                if purse.currency == currency:
                    held[purse.side] += by_hand.balance(purse, told.moves, on)
            row = (on, currency, held["ASSET"], -held["LIABILITY"], sum(held.values()))
            expected.append(row)
    got = [(row[0].date(), *row[1:]) for row in frame.itertuples(index=False, name=None)]
    assert got == expected


@CASES
@given(told=book(), interval=st.sampled_from([Interval.WEEK, Interval.MONTH]))
def test_weeks_and_months_end_with_the_net_worth_of_their_last_day(
    ana: TenantContext, told: Book, interval: Interval
) -> None:
    context, _ = written(ana, told)
    daily = net_worth(context, told.since, told.until, Interval.DAY)
    coarse = net_worth(context, told.since, told.until, interval)
    at_ends = daily[daily["on"].isin(coarse["on"])].reset_index(drop=True)
    assert coarse.equals(at_ends)
    assert coarse["on"].iloc[-1].date() == told.until - timedelta(1)


@CASES
@given(told=book())
def test_balances_are_opening_and_all_moves_so_far(ana: TenantContext, told: Book) -> None:
    context, _ = written(ana, told)
    on = told.until - timedelta(1)
    frame = balances(context, on)
    expected = {purse.name: by_hand.balance(purse, told.moves, on) for purse in told.purses}
    assert dict(zip(frame["name"], frame["balance"], strict=True)) == expected


@CASES
@given(told=book())
def test_cash_flow_of_each_month_is_the_sum_of_its_parts(ana: TenantContext, told: Book) -> None:
    context, _ = written(ana, told)
    frame = cash_flow(context, told.since, told.until)
    for kind, column in (("INCOME", "inflow"), ("EXPENSE", "outflow")):
        rows = by_hand.parts(told.moves, kind, told.since, told.until)
        expected = by_hand.sums(
            ((each.on.replace(day=1), each.purse.currency), amount) for each, _, amount in rows
        )
        got = {
            (month.date(), currency): amount
            for month, currency, amount in zip(
                frame["month"], frame["currency"], frame[column], strict=True
            )
        }
        assert without_zeros(dict(got)) == without_zeros(expected)


@CASES
@given(told=book())
def test_categories_add_up_to_cash_flow(ana: TenantContext, told: Book) -> None:
    context, _ = written(ana, told)
    flow = cash_flow(context, told.since, told.until)
    spent = spending(context, told.since, told.until)
    earned = income(context, told.since, told.until)
    assert by_currency(flow, "outflow") == by_currency(spent, "amount")
    assert by_currency(flow, "inflow") == by_currency(earned, "amount")


@CASES
@given(told=book())
def test_a_top_category_holds_all_below_it(ana: TenantContext, told: Book) -> None:
    context, _ = written(ana, told)
    for kind, ask in (("INCOME", income), ("EXPENSE", spending)):
        rows = by_hand.parts(told.moves, kind, told.since, told.until)
        expected = by_hand.sums(
            ((by_hand.top(category), each.purse.currency), amount)
            for each, category, amount in rows
        )
        frame = ask(context, told.since, told.until)
        names = [name.rstrip("*") if name.endswith("*") else None for name in frame["category"]]
        keys = zip(names, frame["currency"], strict=True)
        assert dict(zip(keys, frame["amount"], strict=True)) == without_zeros(expected)


@CASES
@given(told=book())
def test_children_and_the_category_itself_add_up_to_it(ana: TenantContext, told: Book) -> None:
    context, ids = written(ana, told)
    whole = spending(context, told.since, told.until)
    whole = whole[whole["category_id"] == str(ids["Living"])]
    parts = spending(context, told.since, told.until, ids["Living"])
    assert by_currency(parts, "amount") == by_currency(whole, "amount")
    assert set(parts["category"]) <= {"Living*", "Food*"}
    food = parts[parts["category"] == "Food*"]
    below = spending(context, told.since, told.until, ids["Food"])
    assert by_currency(below, "amount") == by_currency(food, "amount")
    assert PARENT["Bread"] == "Food"
    assert set(below["category"]) <= {"Food*", "Bread*"}


@CASES
@given(told=book())
def test_payees_add_up_to_spending(ana: TenantContext, told: Book) -> None:
    context, _ = written(ana, told)
    rows = by_hand.parts(told.moves, "EXPENSE", told.since, told.until)
    expected = by_hand.sums(((each.payee, each.purse.currency), cents) for each, _, cents in rows)
    frame = top_payees(context, told.since, told.until, 99)
    keys = zip(frame["payee"], frame["currency"], strict=True)
    assert dict(zip(keys, frame["amount"], strict=True)) == without_zeros(expected)


@CASES
@given(told=book())
def test_opening_and_flow_make_the_closing(ana: TenantContext, told: Book) -> None:
    """Within a currency own transfers cancel; across two, both sides of them are left over."""
    context, _ = written(ana, told)
    frame = net_worth(context, told.since, told.until, Interval.DAY)
    for currency in ("EUR", "USD"):
        mine = {purse for purse in told.purses if purse.currency == currency}
        before = sum(
            by_hand.balance(purse, told.moves, told.since - timedelta(1)) for purse in mine
        )
        opened = sum(purse.opening for purse in mine if told.since <= purse.opened_on < told.until)
        crossed = sum(
            each.amount
            for each in told.moves
            if each.transfer and each.purse in mine and told.since <= each.on < told.until
        )
        flow = cash_flow(context, told.since, told.until)
        of_currency = flow[flow["currency"] == currency]
        gained = int(of_currency["inflow"].sum() - of_currency["outflow"].sum())
        closing = int(frame[frame["currency"] == currency]["net"].iloc[-1])
        assert before + opened + gained + crossed == closing


@CASES
@given(told=book(), hidden=st.sets(st.sampled_from(["Current", "Card", "Dollars"])))
def test_opening_and_flow_make_the_closing_under_every_visibility(
    ana: TenantContext, dora: TenantContext, eli: TenantContext, told: Book, hidden: set[str]
) -> None:
    """What went to an account that somebody does not see has left his books, as a transfer."""
    sight = {True: "PRIVATE", False: "EVERYONE"}
    private = [replace(each, visibility=sight[each.name in hidden]) for each in told.purses]
    purses = {purse.name: purse for purse in private}
    moves = [replace(each, purse=purses[each.purse.name]) for each in told.moves]
    context, _ = written(ana, replace(told, purses=private, moves=moves))
    admin, member = (
        accept_invitation(each.session, invite_member(context, each.session.email, role))
        for each, role in ((dora, Role.ADMIN), (eli, Role.MEMBER))
    )
    if "Card" in hidden:
        share_account(context, purses["Card"].id, member.user_id, ShareLevel.READ)
    for viewer, unseen in ((context, set()), (admin, hidden), (member, hidden - {"Card"})):
        seen = [purse for purse in private if purse.name not in unseen]
        got = net_worth_change(viewer, told.since, told.until).set_index("currency")
        assert sorted(got.index) == sorted({purse.currency for purse in seen})
        worth = net_worth(viewer, told.since, told.until, Interval.MONTH)
        flow = cash_flow(viewer, told.since, told.until)
        for currency, row in got.iterrows():
            mine = {purse for purse in seen if purse.currency == currency}
            own = [each for each in moves if each.purse in mine and each.transfer]
            crossed = sum(each.amount for each in own if told.since <= each.on < told.until)
            before = told.since - timedelta(1)
            assert row["opening"] == sum(by_hand.balance(each, moves, before) for each in mine)
            assert row["transfers"] == crossed
            flows = flow[flow["currency"] == currency][["inflow", "outflow"]].sum()
            assert row[["inflow", "outflow"]].tolist() == flows.tolist()
            assert row["closing"] == worth[worth["currency"] == currency]["net"].iloc[-1]
            gained = row["opened"] + row["inflow"] - row["outflow"] + row["transfers"]
            assert row["opening"] + gained == row["closing"]


@CASES
@given(told=book())
def test_home_says_the_same_as_analytics(ana: TenantContext, told: Book) -> None:
    context, _ = written(ana, told)
    today = told.until - timedelta(1)
    home = overview(context, today)
    month = today.replace(day=1)
    year_ago = date(2023, today.month + 1, 1) if today.month < 12 else date(2023, 1, 1)
    assert home.spending.equals(spending(context, month, told.until))
    trend = net_worth(context, year_ago, told.until, Interval.MONTH)
    got = home.net_worth.sort_values(["on", "currency"], ignore_index=True)
    assert got.equals(trend)
    flow = home.months[["month", "currency", "inflow", "outflow"]]
    assert flow.equals(cash_flow(context, year_ago, told.until))
    now = home.accounts[home.accounts["on"] == home.accounts["on"].max()]
    held = balances(context, today)
    assert now["balance"].tolist() == held["balance"].tolist()
