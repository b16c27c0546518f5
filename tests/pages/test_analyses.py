"""The views of Analytics beside its overview: each with its figures and its way onward."""

from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from fintrack.analytics.dimensions import Dimension
from fintrack.analytics.periods import Period, today_of
from fintrack.analytics.pivots import Measure
from fintrack.analytics.saved_pivots import View, save_pivot
from fintrack.context import TenantContext
from fintrack.ui.analyses.pivot import cell_query
from tests.analytics.by_hand import Move, Purse, write
from tests.conftest import close
from tests.pages.opening import open_page, read_table
from tests.pages.test_analytics import book


def opened(context: TenantContext, view: str, **query: str | list[str]) -> AppTest:
    page = open_page(context, "analytics", view=view, **query)
    assert not page.exception
    return page


def table(page: AppTest, *columns: str) -> list[tuple[object, ...]]:
    frame = page.dataframe[0].value if page.dataframe else read_table(page, *columns)
    return list(zip(*(frame[name] for name in columns), strict=True))


def test_a_period_is_taken_apart_by_what_is_chosen(ana: TenantContext) -> None:
    book(ana)
    page = opened(ana, "Breakdown", by="Payee")
    assert table(page, "Payee", "In", "Out") == [
        ("Works", "€50.00", "€0.00"), ("Baker", "€0.00", "€10.00"),
        ("Market", "€0.00", "€3.00"), ("Kiosk", "€0.00", "€0.50"),
    ]  # fmt: skip
    assert "payee=Baker" in str(table(page, "Transactions")[1])


def test_what_has_no_tag_is_counted_and_leads_nowhere(ana: TenantContext) -> None:
    book(ana)
    page = opened(ana, "Breakdown", by="Tag")
    assert table(page, "Tag", "Transactions") == [("No tag", None)]


def test_a_member_leads_to_the_accounts_that_are_his(
    ana: TenantContext, dora: TenantContext
) -> None:
    hers = Purse("Hers", opened_on=date(2020, 1, 1))
    write(ana, [hers], [Move(today_of(ana), hers, -5)])
    of_ana, of_dora = (
        opened(ana, "Breakdown", by="Member", owner=str(each.user_id)) for each in (ana, dora)
    )
    assert table(of_ana, "Account", "Out") == [("Hers", "€0.05")]
    assert f"account={hers.id}" in str(table(of_ana, "Transactions")[0])
    assert "Nothing moved in this period." in [each.value for each in of_dora.caption]
    next(each for each in of_dora.button if each.label == "All members").click().run()
    assert table(of_dora, "Member", "Out") == [("Ana", "€0.05")]
    led = str(table(of_dora, "Transactions"))
    assert "/analytics?" in led
    assert f"owner={ana.user_id}" in led


@pytest.mark.parametrize("view", ["Compare", "Flow", "Breakdown", "Calendar", "Unusual", "Pivot"])
def test_an_empty_view_names_the_next_step_and_offers_no_file(
    ana: TenantContext, view: str
) -> None:
    page = opened(ana, view)
    assert any("or import a file" in each.value for each in page.caption)
    assert "CSV" not in [each.label for each in page.button]


def test_changes_stand_beside_what_was(ana: TenantContext) -> None:
    book(ana)
    page = opened(ana, "Compare")
    assert table(page, "Category", "Now", "Before") == [
        ("Living*", "€13.00", "€0.00"), ("Fun*", "€0.50", "€0.00"),
    ]  # fmt: skip
    captions = [each.value for each in page.caption]
    assert "73% of the income was kept over the whole period" in captions


def test_both_years_lead_to_their_months_without_a_chart(ana: TenantContext) -> None:
    book(ana)
    month = today_of(ana).replace(day=1)
    rows = table(opened(ana, "Compare"), "Expenses", "A year before", "Transactions")
    spent, before = (next(row for row in rows if row[place]) for place in (0, 1))
    assert (spent[:2], f"since={month}" in str(spent[2])) == (("€13.50", ""), True)
    assert (before[:2], f"since={month.year - 1}-{month:%m}" in str(before[2])) == (
        ("", "€0.00"), True,
    )  # fmt: skip


def test_nothing_to_compare_is_said(ana: TenantContext) -> None:
    write(ana, [Purse("Current", opened_on=date(2020, 1, 1))], [])
    captions = [each.value for each in opened(ana, "Compare", against="The year before").caption]
    assert captions.count("Nothing changed.") == 2
    assert "There was no income in this period." in captions


def test_the_days_of_a_year_are_chosen(ana: TenantContext) -> None:
    book(ana)
    year = today_of(ana).year
    page = opened(ana, "Calendar")
    assert [each.value for each in page.subheader] == [f"Spending in {year}"]
    assert "Nothing was spent in this year." not in [each.value for each in page.caption]
    last = opened(ana, "Calendar", year=str(year - 1))
    assert "Nothing was spent in this year." in [each.value for each in last.caption]


def test_a_year_of_another_currency_alone_has_no_empty_calendar(ana: TenantContext) -> None:
    dollars = Purse("Dollars", "USD", opened_on=date(2020, 1, 1))
    write(ana, [dollars], [Move(today_of(ana), dollars, -50, "Fun")])
    captions = [each.value for each in opened(ana, "Calendar").caption]
    assert "Nothing was spent in this year." in captions


def test_every_year_of_old_books_is_offered_and_found_by_its_address(ana: TenantContext) -> None:
    mine = Purse("Current", opened_on=date(1999, 1, 1))
    write(ana, [mine], [Move(date(1999, 5, 1), mine, -5), Move(date(2003, 5, 1), mine, -7)])
    page = opened(ana, "Calendar", year="1999")
    assert [each.value for each in page.subheader] == ["Spending in 1999"]
    assert page.selectbox[0].options[-1] == "1999"
    days = ["2002-01-01", "2005-12-31"]
    page = opened(ana, "Breakdown", period="Custom", days=days)
    assert page.date_input[0].value == tuple(map(date.fromisoformat, days))
    assert table(page, "Payee", "Out") == [("No payee", "€0.07")]


def test_the_flow_shows_both_sides_and_leads_on(ana: TenantContext) -> None:
    ids = book(ana)
    page = opened(ana, "Flow")
    assert table(page, "Category", "In", "Out") == [
        ("Wages*", "€50.00", ""), ("Kept", "", "€36.50"), ("Living*", "", "€13.00"),
        ("Fun*", "", "€0.50"),
    ]  # fmt: skip
    links = [str(link) for (link,) in table(page, "Transactions")]
    assert f"category={ids['Wages']}" in links[0]
    assert "category" not in links[1]


def test_a_forecast_says_how_far_off_it_was(ana: TenantContext) -> None:
    mine, today = Purse("Current", opened_on=date(2020, 1, 1)), today_of(ana)
    write(ana, [mine], [Move(today - timedelta(back), mine, 5_000) for back in range(0, 300, 30)])
    captions = [each.value for each in opened(ana, "Forecast").caption]
    said = next(each for each in captions if each.startswith("Past forecasts"))
    assert "made the same way on 13 days, were off by €" in said
    assert said.endswith("The band holds 8 of 10 of them.")


def test_a_short_history_is_not_continued(ana: TenantContext) -> None:
    book(ana)
    assert "needs half a year" in opened(ana, "Forecast").info[0].value


def test_what_is_unusual_stands_beside_what_is_usual(ana: TenantContext) -> None:
    mine, today = Purse("Current", opened_on=date(2020, 1, 1)), today_of(ana)
    usual = [Move(today - timedelta(back), mine, -100, None, "Kiosk") for back in range(1, 7)]
    write(ana, [mine], [*usual, Move(today, mine, -900, None, "Kiosk")])
    page = opened(ana, "Unusual")
    assert "**Kiosk**" in [each.label for each in page.button]
    assert any("usually −€1" in each.value for each in page.caption)


def test_nothing_unusual_is_said(ana: TenantContext) -> None:
    book(ana)
    captions = [each.value for each in opened(ana, "Unusual").caption]
    assert "Nothing is unusual in this period." in captions


def test_rows_columns_and_figures_are_chosen_in_the_address(ana: TenantContext) -> None:
    ids = book(ana)
    month = f"{today_of(ana):%Y-%m}"
    page = opened(ana, "Pivot")
    assert table(page, "Category", month) == [
        ("Living*", "€13.00"), ("Fun*", "€0.50"), ("Total", "€13.50"),
    ]  # fmt: skip
    assert table(page, "Total") == [("€13.00",), ("€0.50",), ("€13.50",)]
    assert f"category={ids['Living']}" in str(table(page, "Transactions")[0])
    assert page.table[0].value.shape == (3, 3)
    counted = opened(ana, "Pivot", rows="Account", columns="Category", figures="How many")
    assert table(counted, "Account", "Living*", "Total") == [
        ("Current", "2", "4"), ("Total", "2", "4"),
    ]  # fmt: skip


def test_a_cell_leads_to_what_both_its_row_and_its_column_ask_for() -> None:
    period = Period(date(2026, 3, 10), date(2026, 5, 1))
    month, by = "2026-03-01", (Dimension.MONTH, Dimension.PAYEE)
    march = {"since": "2026-03-10", "until": "2026-04-01"}
    assert cell_query(by, (month, "Baker"), period) == {**march, "payee": "Baker"}
    assert cell_query(by[::-1], ("Baker", month), period) == {**march, "payee": "Baker"}
    assert cell_query(by, (month, None), period) == march
    assert cell_query(by, (None, None), period) == {"since": "2026-03-10", "until": "2026-05-01"}
    assert cell_query(by, (month, ""), period) is None


def test_a_pivot_of_one_thing_with_itself_is_refused(ana: TenantContext) -> None:
    book(ana)
    page = opened(ana, "Pivot", rows="Month")
    assert "two different" in page.error[0].value


def saved(page: AppTest) -> list[str]:
    return [
        name for each in page.selectbox if each.label == "Saved pivots" for name in each.options
    ]


def press(page: AppTest, label: str) -> None:
    next(each for each in page.button if each.label == label).click().run()
    assert not page.exception


def test_a_pivot_is_saved_chosen_renamed_removed_and_brought_back(
    ana: TenantContext, ben: TenantContext
) -> None:
    book(ana)
    page = opened(ben, "Pivot", rows="Account", columns="Category", figures="How many")
    assert saved(page) == []
    page.text_input[0].set_value("Counts [by] account")
    press(page, "Save")
    page = opened(ben, "Pivot")
    choice = next(each for each in page.selectbox if each.label == "Saved pivots")
    assert (choice.value, saved(page)) == (None, ["Counts [by] account"])
    choice.select_index(0).run()
    assert table(page, "Account", "Living*", "Wages*")[0] == ("Current", "2", "1")
    page.text_input[0].set_value("Counts")
    press(page, "Rename")
    assert saved(page) == ["Counts"]
    press(page, "Remove")
    assert saved(page) == []
    press(page, "Undo")
    assert saved(page) == ["Counts"]
    assert saved(opened(ana, "Pivot")) == []


def test_what_was_just_saved_is_the_chosen_one(ana: TenantContext) -> None:
    book(ana)
    save_pivot(ana, "Months", View(Dimension.MONTH, Dimension.CATEGORY, Measure.NET))
    page = opened(ana, "Pivot")
    page.text_input[0].set_value("Mine")
    press(page, "Save")
    choice = next(each for each in page.selectbox if each.label == "Saved pivots")
    assert choice.value == View(Dimension.CATEGORY, Dimension.MONTH, Measure.SPENDING)


def test_a_closing_tenant_shows_no_way_to_save(ana: TenantContext) -> None:
    book(ana)
    assert "Save" in [each.label for each in opened(ana, "Pivot").button]
    close(ana)
    assert "Save" not in [each.label for each in opened(ana, "Pivot").button]
