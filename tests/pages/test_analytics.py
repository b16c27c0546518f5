"""Analytics: figures of a period beside the one before, down to the transactions."""

import json
from dataclasses import replace
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.access.tenants import change_settings, tenant_settings
from fintrack.analytics.periods import DAY, today_of
from fintrack.context import TenantContext
from fintrack.schema import new_id
from tests.analytics.by_hand import Move, Purse, transfer, write
from tests.pages.opening import open_page, read_table, unescaped

SENT = (
    "€100.00 at the start, −€0.50 out, −€25.00 by transfers: €74.50 at the end. Their other side "
    "lies in an account that you do not see, in another currency or outside of the period."
)


def book(context: TenantContext) -> dict[str, str]:
    """Write a purse with an income and three expenses of today; return the categories' ids."""
    today = today_of(context)
    mine = Purse("Current", opened_on=date(2020, 1, 1), opening=10_000)
    moves = [
        Move(today, mine, 5_000, "Wages", "Works"),
        Move(today, mine, -1_000, "Bread", "Baker"),
        Move(today, mine, -300, "Food", "Market"),
        Move(today, mine, -50, "Fun", "Kiosk"),
    ]
    return {name: str(each) for name, each in write(context, [mine], moves).items()}


def figures(page: AppTest) -> list[str]:
    return [each.value for each in page.metric]


def table(page: AppTest) -> dict[str, str]:
    frame = read_table(page, "Spent")
    return dict(zip(frame["Category"], frame["Spent"], strict=True))


def test_an_empty_tenant_is_told_the_next_step(ana: TenantContext) -> None:
    page = open_page(ana, "analytics")
    assert "Begin with an account or a bank file" in page.info[0].value


@pytest.mark.parametrize("period", ["This month", "This year", "12 months"])
def test_the_headlines_are_those_of_the_chosen_period(ana: TenantContext, period: str) -> None:
    book(ana)
    page = open_page(ana, "analytics", period=period)
    assert not page.exception
    assert figures(page) == ["€136.50", "€50.00", "€13.50", "€36.50"]


def test_what_went_where_a_member_does_not_look_is_said_to_him_alone(
    ana: TenantContext, dora: TenantContext
) -> None:
    today = today_of(ana)
    shared = Purse("Current", opened_on=date(2020, 1, 1), opening=10_000)
    secret = Purse("Secret", opened_on=date(2020, 1, 1), visibility="PRIVATE")
    moves = [*transfer(today, shared, secret, 2_500, 2_500), Move(today, shared, -50, "Fun")]
    write(ana, [shared, secret], moves)
    for member, said in ((ana, []), (dora, [SENT])):
        captions = [unescaped(each.value) for each in open_page(member, "analytics").caption]
        assert [each for each in captions if "transfers" in each] == said


def test_last_month_knows_nothing_of_today(ana: TenantContext) -> None:
    book(ana)
    page = open_page(ana, "analytics", period="Last month")
    assert figures(page) == ["€100.00", "€0.00", "€0.00", "€0.00"]
    captions = [each.value for each in page.caption]
    assert "Nothing moved in this period." in captions


def test_a_day_of_the_caption_is_no_list(ana: TenantContext) -> None:
    book(ana)
    change_settings(ana, replace(tenant_settings(ana), locale="de_DE"))
    captions = [each.value for each in open_page(ana, "analytics").caption]
    assert any(caption.startswith(r"1\. ") for caption in captions)


def test_a_year_is_the_tenants_fiscal_year(ana: TenantContext) -> None:
    book(ana)
    next_month = today_of(ana).month % 12 + 1
    change_settings(ana, replace(tenant_settings(ana), fiscal_year_start=next_month))
    year, months = (
        [each.value for each in open_page(ana, "analytics", period=period).caption]
        for period in ("This year", "12 months")
    )
    assert year == months


def test_a_currency_in_which_nothing_moved_has_words_and_no_empty_charts(
    ana: TenantContext,
) -> None:
    mine, today = Purse("Current", opened_on=date(2020, 1, 1)), today_of(ana)
    moves = [Move(today, mine, 5_000, "Wages", "Works"), Move(today, mine, -50, "Fun", "Kiosk")]
    write(ana, [mine, Purse("Dollars", "USD", opened_on=date(2020, 1, 1), opening=100)], moves)
    page = open_page(ana, "analytics")
    page.button_group(key="currency").set_value("USD").run()
    assert [each.value for each in page.caption][-4:] == [
        "Nothing moved in this period.",
        "Nothing was spent, in this period or before.",
        "Nothing came in, then or before.",
        "Nothing was spent in this period.",
    ]


def test_a_chart_leads_to_what_moved_in_the_currency_that_it_shows(ana: TenantContext) -> None:
    mine, today = Purse("Current", opened_on=date(2020, 1, 1)), today_of(ana)
    dollars = Purse("Dollars", "USD", opened_on=date(2020, 1, 1))
    moves = [Move(today, mine, -50, "Fun", "Kiosk"), Move(today, dollars, -70, "Fun", "Diner")]
    write(ana, [mine, dollars], moves)
    page = open_page(ana, "analytics")
    page.button_group(key="currency").set_value("USD").run()
    for labels in (("Spent",), ("Spent", "Payee"), ("Net worth",)):
        links = read_table(page, *labels)["Transactions"]
        assert {"&currency=USD" in each for each in links} == {True}


def test_an_empty_period_names_the_next_step(ana: TenantContext) -> None:
    book(ana)
    page = open_page(ana, "analytics", period="Last month")
    assert any("or import a file" in each.value for each in page.caption)


def test_a_custom_period_asks_for_its_days(ana: TenantContext) -> None:
    book(ana)
    page = open_page(ana, "analytics", period="Custom")
    assert page.date_input[0].label == "First and last day"
    assert figures(page)[2] == "€13.50"


@pytest.mark.parametrize(("interval", "points"), [(None, 14), ("Daily", 90), ("Monthly", 3)])
def test_the_points_of_net_worth_are_as_far_apart_as_chosen(
    ana: TenantContext, interval: str | None, points: int
) -> None:
    write(ana, [Purse("Current", opened_on=date(2020, 1, 1), opening=10_000)], [])
    asked = {"interval": interval} if interval else {}
    days = ["2026-01-01", "2026-03-31"]
    page = open_page(ana, "analytics", period="Custom", days=days, **asked)
    assert not page.exception
    assert len(json.loads(page.get("plotly_chart")[0].proto.spec)["data"][0]["x"]) == points


def test_the_top_of_the_tree_is_shown_first(ana: TenantContext) -> None:
    book(ana)
    assert table(open_page(ana, "analytics")) == {"Living*": "€13.00", "Fun*": "€0.50"}


def test_a_branch_shows_its_children_and_its_way_back(ana: TenantContext) -> None:
    ids = book(ana)
    page = open_page(ana, "analytics", branch=ids["Food"])
    assert table(page) == {"Bread*": "€10.00", "Food*": "€3.00"}
    labels = [button.label for button in page.button]
    assert "All categories" in labels
    assert r"Living\*" in labels


def test_income_is_taken_apart_down_its_tree(ana: TenantContext) -> None:
    ids = book(ana)
    page = open_page(ana, "analytics", source=ids["Wages"])
    assert not page.exception
    frame = read_table(page, "Category", "Received")
    assert frame[["Category", "Received"]].to_numpy().tolist() == [["Wages*", "€50.00"]]
    assert "All categories" in [button.label for button in page.button]


def test_the_way_back_leads_to_the_whole_tree(ana: TenantContext) -> None:
    ids = book(ana)
    page = open_page(ana, "analytics", branch=ids["Food"])
    next(each for each in page.button if each.label == "All categories").click().run()
    assert table(page) == {"Living*": "€13.00", "Fun*": "€0.50"}


def test_a_row_of_the_table_leads_to_its_transactions(ana: TenantContext) -> None:
    ids = book(ana)
    page = open_page(ana, "analytics")
    links = read_table(page, "Spent")["Transactions"].tolist()
    assert f"category={ids['Living']}" in links[0]
    assert f"tenant={ana.slug}" in links[0]
    assert "currency" not in links[0]  # there is one alone
    payees = read_table(page, "Spent", "Payee")
    assert dict(zip(payees["Payee"], payees["Spent"], strict=True))["Baker"] == "€10.00"
    assert "payee=Baker" in payees["Transactions"][0]
    assert f"until={today_of(ana) + DAY}" in read_table(page, "Net worth")["Transactions"][0]


def test_a_branch_that_does_not_exist_is_refused_in_one_sentence(ana: TenantContext) -> None:
    book(ana)
    page = open_page(ana, "analytics", branch=str(new_id()))
    assert [each.value for each in page.error] == ["There is no such category."]


def test_a_category_of_another_tenant_is_not_there(ana: TenantContext, cleo: TenantContext) -> None:
    book(ana)
    page = open_page(ana, "analytics", branch=book(cleo)["Food"])
    assert [each.value for each in page.error] == ["There is no such category."]
