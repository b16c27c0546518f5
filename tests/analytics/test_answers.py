"""What the answers mean: refunds, transfers, splits, private accounts, two currencies."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from fintrack.analytics.cash_flow import cash_flow
from fintrack.analytics.headlines import currencies, home_headlines, period_headlines
from fintrack.analytics.net_worth import balances, net_worth
from fintrack.analytics.net_worth_change import net_worth_change
from fintrack.analytics.overview import overview
from fintrack.analytics.payees import top_payees
from fintrack.analytics.periods import Interval
from fintrack.analytics.spending import branch, income, spending
from fintrack.context import TenantContext
from fintrack.errors import NotFound
from fintrack.ledger.accounts import AccountKind, NewAccount, create_account
from fintrack.ledger.recording import NewTransaction, record_transaction
from fintrack.schema import new_id
from tests.analytics.by_hand import Move, Purse, transfer, write

MARCH = (date(2026, 3, 1), date(2026, 4, 1))
TODAY = date(2026, 3, 31)


def day(number: int) -> date:
    return date(2026, 3, number)


def purse(name: str = "Current", **values: object) -> Purse:
    return Purse(name, opened_on=date(2026, 1, 1), **values)  # type: ignore[arg-type]


def test_a_refund_lowers_spending(ana: TenantContext) -> None:
    mine = purse()
    write(ana, [mine], [Move(day(1), mine, -4200, "Food"), Move(day(4), mine, 1200, "Food")])
    assert spending(ana, *MARCH)["amount"].tolist() == [3000]
    assert cash_flow(ana, *MARCH)[["inflow", "outflow"]].to_numpy().tolist() == [[0, 3000]]


def test_a_salary_paid_back_lowers_income(ana: TenantContext) -> None:
    mine = purse()
    write(ana, [mine], [Move(day(1), mine, 9000, "Wages"), Move(day(4), mine, -500, "Bonus")])
    assert income(ana, *MARCH)["amount"].tolist() == [8500]
    assert spending(ana, *MARCH).empty


def test_money_without_a_category_counts_by_its_sign(ana: TenantContext) -> None:
    mine = purse()
    write(ana, [mine], [Move(day(1), mine, -700), Move(day(2), mine, 900)])
    spent = spending(ana, *MARCH)
    assert spent[["category_id", "category", "amount"]].to_numpy().tolist() == [
        ["", "Uncategorised", 700]
    ]
    assert income(ana, *MARCH)["amount"].tolist() == [900]


def test_a_transfer_between_own_accounts_is_neither_income_nor_spending(
    ana: TenantContext,
) -> None:
    mine, saved = purse(), purse("Savings")
    write(ana, [mine, saved], transfer(day(5), mine, saved, 5000, 5000))
    assert cash_flow(ana, *MARCH).empty
    assert top_payees(ana, *MARCH, 5).empty
    assert net_worth(ana, *MARCH, Interval.MONTH)["net"].tolist() == [0]


def test_money_sent_where_somebody_does_not_look_has_left_his_books(
    ana: TenantContext, dora: TenantContext
) -> None:
    shared, secret = purse(opening=100), purse("Secret", visibility="PRIVATE")
    moves = [*transfer(day(5), shared, secret, 7000, 7000), Move(day(6), shared, -10, "Fun")]
    write(ana, [shared, secret], moves)
    assert net_worth_change(ana, *MARCH).iloc[0, 1:].tolist() == [100, 0, 0, 10, 0, 90]
    assert net_worth_change(dora, *MARCH).iloc[0, 1:].tolist() == [100, 0, 0, 10, -7000, -6910]


def test_a_transfer_under_way_at_the_end_of_a_period_is_explained(ana: TenantContext) -> None:
    mine, saved = purse(), purse("Savings")
    left, came = transfer(day(31), mine, saved, 5000, 5000)
    write(ana, [mine, saved], [left, replace(came, on=date(2026, 4, 1))])
    assert net_worth_change(ana, *MARCH)[["transfers", "closing"]].iloc[0].tolist() == [-5000] * 2
    both = net_worth_change(ana, MARCH[0], date(2026, 5, 1))
    assert both[["transfers", "closing"]].iloc[0].tolist() == [0, 0]


def test_one_account_s_change_is_explained_by_its_transfers(ana: TenantContext) -> None:
    mine, late = purse(opening=900), Purse("Late", opening=50, opened_on=day(3))
    write(ana, [mine, late], transfer(day(5), mine, late, 500, 500))
    of_late = net_worth_change(ana, *MARCH, late.id)
    assert of_late.iloc[0].tolist() == ["EUR", 0, 50, 0, 0, 500, 550]
    assert net_worth_change(ana, *MARCH).iloc[0].tolist() == ["EUR", 900, 50, 0, 0, 0, 950]


def test_a_split_counts_under_the_category_of_each_line(ana: TenantContext) -> None:
    mine = purse()
    lines = (("Food", -3000), ("Fun", -1500), (None, -500))
    write(ana, [mine], [Move(day(3), mine, -5000, payee="Shop", lines=lines)])
    spent = spending(ana, *MARCH)
    assert dict(zip(spent["category"], spent["amount"], strict=True)) == {
        "Living*": 3000, "Fun*": 1500, "Uncategorised": 500,
    }  # fmt: skip
    payees = top_payees(ana, *MARCH, 5)
    assert payees.to_numpy().tolist() == [["Shop", "EUR", 5000]]


def test_currencies_are_never_added(ana: TenantContext) -> None:
    mine, dollars = purse(), purse("Dollars", currency="USD", opening=900)
    write(ana, [mine, dollars], [Move(day(1), mine, -10, "Fun"), Move(day(1), dollars, -20, "Fun")])
    spent = spending(ana, *MARCH)
    assert spent[["currency", "amount"]].to_numpy().tolist() == [["EUR", 10], ["USD", 20]]
    held = net_worth(ana, *MARCH, Interval.MONTH)
    assert held[["currency", "net"]].to_numpy().tolist() == [["EUR", -10], ["USD", 880]]


def test_what_is_owed_is_positive_and_lowers_net_worth(ana: TenantContext) -> None:
    mine, card = purse(opening=10_000), purse("Card", side="LIABILITY", opening=-2_500)
    write(ana, [mine, card], [Move(day(2), card, -500, "Fun")])
    row = net_worth(ana, *MARCH, Interval.MONTH).iloc[0]
    assert (row["assets"], row["liabilities"], row["net"]) == (10_000, 3_000, 7_000)


def test_an_opening_balance_counts_from_its_day(ana: TenantContext) -> None:
    late = Purse("Late", opening=700, opened_on=day(3))
    write(ana, [late], [])
    frame = net_worth(ana, day(1), day(5), Interval.DAY)
    assert frame["net"].tolist() == [0, 0, 700, 700]
    assert balances(ana, day(2))["balance"].tolist() == [0]


def test_a_private_account_is_in_nobody_elses_figures(
    ana: TenantContext, dora: TenantContext
) -> None:
    shared, secret = purse(opening=100), purse("Secret", opening=5_000, visibility="PRIVATE")
    moves = [
        Move(day(1), shared, -10, "Fun", "Kiosk"),
        Move(day(2), secret, -40, "Fun", "Gems"),
    ]
    write(ana, [shared, secret], moves)
    assert overview(ana, TODAY).net_worth["net"].tolist()[-1] == 5_050
    hers = overview(dora, TODAY)
    assert hers.net_worth["net"].tolist()[-1] == 90
    assert hers.accounts["name"].unique().tolist() == ["Current"]
    assert hers.recent["payee"].tolist() == ["Kiosk"]
    assert spending(dora, *MARCH)["amount"].tolist() == [10]
    assert top_payees(dora, *MARCH, 9)["payee"].tolist() == ["Kiosk"]


def test_an_outsider_sees_nothing_of_it(ana: TenantContext, cleo: TenantContext) -> None:
    hers = purse(opening=77)
    write(cleo, [hers], [Move(day(1), hers, -7, "Fun", "Own")])
    before = (spending(cleo, *MARCH), net_worth(cleo, *MARCH, Interval.WEEK), overview(cleo, TODAY))
    mine = purse(opening=1_000)
    ids = write(ana, [mine], [Move(day(1), mine, -7, "Fun", "Own")])
    after = (spending(cleo, *MARCH), net_worth(cleo, *MARCH, Interval.WEEK), overview(cleo, TODAY))
    assert not before[0].empty
    assert before[0].equals(after[0])
    assert before[1].equals(after[1])
    assert before[2].recent.equals(after[2].recent)
    assert before[2].attention == after[2].attention
    assert spending(cleo, *MARCH, ids["Living"]).empty
    with pytest.raises(NotFound):
        branch(cleo, ids["Food"])


def test_only_the_most_expensive_payees_of_each_currency_are_named(ana: TenantContext) -> None:
    mine, dollars = purse(), purse("Dollars", currency="USD")
    moves = [
        Move(day(1), each, -cents, "Fun", name)
        for each in (mine, dollars)
        for name, cents in (("A", 100), ("B", 300), ("C", 200))
    ]
    write(ana, [mine, dollars], moves)
    frame = top_payees(ana, *MARCH, 2)
    assert frame["payee"].tolist() == ["B", "C", "B", "C"]
    assert frame["currency"].tolist() == ["EUR", "EUR", "USD", "USD"]


def test_a_branch_is_named_from_the_top(ana: TenantContext) -> None:
    ids = write(ana, [purse()], [])
    assert branch(ana, ids["Bread"]) == (
        (ids["Living"], "Living*"), (ids["Food"], "Food*"), (ids["Bread"], "Bread*"),
    )  # fmt: skip
    with pytest.raises(NotFound, match="no such category"):
        branch(ana, new_id())


def test_home_counts_what_has_no_category_in_whole_or_in_part(ana: TenantContext) -> None:
    mine, saved = purse(), purse("Savings")
    lines = ((None, -10), (None, -20))
    moves = [
        Move(day(1), mine, -5), Move(day(1), mine, -5, "Fun"), Move(day(2), mine, -30, lines=lines),
        *transfer(day(3), mine, saved, 5, 5),
    ]  # fmt: skip
    write(ana, [mine, saved], moves)
    assert overview(ana, TODAY).attention.uncategorised == 2


def test_home_leaves_the_future_out(ana: TenantContext) -> None:
    mine = purse()
    write(ana, [mine], [Move(day(10), mine, 100, "Wages"), Move(day(11), mine, 900, "Wages")])
    home = overview(ana, day(10))
    assert home.recent["amount"].tolist() == [100]
    assert home.net_worth["net"].tolist()[-1] == 100
    assert home_headlines(home, "EUR").inflow.amount == 100


def test_home_compares_a_month_with_the_same_days_of_the_last(ana: TenantContext) -> None:
    mine = purse()
    moves = [
        Move(date(2026, 2, 5), mine, -100, "Fun"), Move(date(2026, 2, 20), mine, -900, "Fun"),
        Move(day(3), mine, -150, "Fun"), Move(date(2025, 4, 1), mine, 50, "Wages"),
    ]  # fmt: skip
    write(ana, [mine], moves)
    figures = home_headlines(overview(ana, day(10)), "EUR")
    assert (figures.outflow.amount, figures.outflow.before) == (150, 100)
    assert figures.outflow.change == 50
    assert figures.outflow.course == (*[0] * 10, 1000, 150)
    assert (figures.kept.amount, figures.kept.before) == (-150, -100)
    assert (figures.net_worth.amount, figures.net_worth.before) == (-1100, -950)


def test_a_currency_without_money_has_figures_of_nothing(ana: TenantContext) -> None:
    write(ana, [purse()], [])
    figures = home_headlines(overview(ana, TODAY), "JPY")
    assert (figures.net_worth.amount, figures.inflow.amount, figures.kept.change) == (0, 0, 0)


def test_a_period_stands_beside_the_one_before(ana: TenantContext) -> None:
    mine = purse()
    write(
        ana, [mine], [Move(date(2026, 2, 5), mine, 500, "Wages"), Move(day(3), mine, -150, "Fun")]
    )
    february = (date(2026, 2, 1), date(2026, 3, 1))
    figures = period_headlines(
        "EUR",
        (net_worth(ana, *MARCH, Interval.WEEK), net_worth(ana, *february, Interval.MONTH)),
        (cash_flow(ana, *MARCH), cash_flow(ana, *february)),
    )
    assert (figures.net_worth.amount, figures.net_worth.before) == (350, 500)
    assert (figures.inflow.amount, figures.inflow.before) == (0, 500)
    assert (figures.kept.amount, figures.kept.before) == (-150, 500)


def test_a_headline_counts_a_month_that_no_week_of_the_period_ends_in(ana: TenantContext) -> None:
    mine, saturday = purse(), date(2026, 1, 31)
    write(ana, [mine], [Move(saturday, mine, 700, "Wages"), Move(day(3), mine, 50, "Wages")])
    period = (saturday, day(10))
    before = (date(2025, 12, 1), date(2026, 1, 1))
    figures = period_headlines(
        "EUR",
        (net_worth(ana, *period, Interval.WEEK), net_worth(ana, *before, Interval.MONTH)),
        (cash_flow(ana, *period), cash_flow(ana, *before)),
    )
    assert figures.inflow.amount == 750
    assert figures.inflow.course == (700, 0, 50)


def test_where_no_payee_is_named_home_shows_the_banks_text(ana: TenantContext) -> None:
    account_id = create_account(ana, NewAccount("Current", AccountKind.CHECKING, "EUR", day(1)))
    for payee, text in (("", "POS 1234 KIOSK"), ("Baker", "CARD 1234")):
        record_transaction(ana, NewTransaction(account_id, day(2), -100, payee, text))
    assert set(overview(ana, TODAY).recent["payee"]) == {"POS 1234 KIOSK", "Baker"}


def test_the_tenants_currency_comes_first_even_without_money(ana: TenantContext) -> None:
    write(ana, [purse("Dollars", currency="USD"), purse("Crowns", currency="CZK")], [])
    frame = net_worth(ana, *MARCH, Interval.MONTH)
    assert currencies("EUR", frame) == ("EUR", "CZK", "USD")


def test_answers_about_nothing_keep_their_shape(ana: TenantContext) -> None:
    for frame in (
        cash_flow(ana, *MARCH), spending(ana, *MARCH), income(ana, *MARCH, UUID(int=1)),
        top_payees(ana, *MARCH, 3), net_worth(ana, *MARCH, Interval.DAY), balances(ana, TODAY),
    ):  # fmt: skip
        assert frame.empty
        assert "currency" in frame
