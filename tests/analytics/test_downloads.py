"""The rows behind a chart as CSV."""

from datetime import date, timedelta

import pytest

from fintrack.analytics.downloads import CHARTS, chart_csv
from fintrack.analytics.periods import today_of
from fintrack.context import TenantContext
from fintrack.errors import InvalidInput, NotFound
from fintrack.web.downloads import download_of
from tests.analytics.by_hand import Move, Purse, write

MARCH = {"since": "2026-03-01", "until": "2026-04-01"}


def text(context: TenantContext, chart: str, **more: str) -> str:
    return b"".join(chart_csv(context, {"chart": chart, **MARCH, **more})).decode()


@pytest.fixture
def purse(ana: TenantContext) -> Purse:
    mine = Purse("Current", opened_on=date(2026, 1, 1), opening=100)
    moves = [
        Move(date(2026, 3, 2), mine, -4205, "Food", "=HYPERLINK(1)"),
        Move(date(2026, 3, 3), mine, 9000, "Wages", "Works, Ltd"),
    ]
    write(ana, [mine], moves)
    return mine


def test_j1_amounts_are_decimals_with_the_digits_of_their_currency(
    ana: TenantContext, purse: Purse
) -> None:
    assert text(ana, "net-worth", interval="month") == (
        "on,currency,assets,liabilities,net\r\n2026-03-31,EUR,48.95,0.00,48.95\r\n"
    )
    assert text(ana, "cash-flow") == (
        "month,currency,inflow,outflow\r\n2026-03-01,EUR,90.00,42.05\r\n"
    )


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "\N{FULLWIDTH EQUALS SIGN}1", "'=1", "@a", "-1"])
def test_j1_text_that_a_spreadsheet_would_run_is_disarmed(ana: TenantContext, name: str) -> None:
    mine = Purse("Current", opened_on=date(2026, 1, 1), opening=100)
    write(ana, [mine], [Move(date(2026, 3, 2), mine, -4205, "Food", name)])
    assert text(ana, "payees") == f"payee,currency,amount\r\n'{name},EUR,42.05\r\n"


def test_every_chart_can_be_downloaded(ana: TenantContext, purse: Purse) -> None:
    rows = {name: len(text(ana, name).splitlines()) - 1 for name in CHARTS}
    # A category of either kind; their totals; what was kept; the days to come, whatever the period.
    others = {
        "breakdown": 2,
        "pivot": 2 + 4,
        "comparison": 2,
        "money-flow": 3,
        "forecast": rows["forecast"],
        "anomalies": 0,
    }
    assert rows == {name: others.get(name, 1) for name in CHARTS}


def test_the_parts_of_a_member_s_accounts_are_his_alone(
    ana: TenantContext, dora: TenantContext, purse: Purse
) -> None:
    of_ana, of_dora = (
        text(ana, "breakdown", by="account", owner=str(each.user_id)) for each in (ana, dora)
    )
    assert f"{purse.name},EUR,90.00,42.05,2" in of_ana
    assert len(of_dora.splitlines()) == 1


def test_the_change_of_net_worth_adds_up(ana: TenantContext, purse: Purse) -> None:
    assert text(ana, "net-worth-change").splitlines() == [
        "currency,opening,opened,inflow,outflow,transfers,closing",
        "EUR,1.00,0.00,90.00,42.05,0.00,48.95",
    ]


def test_a_file_is_named_after_its_chart(ana: TenantContext) -> None:
    payload = {"kind": "chart", "tenant": ana.slug, "chart": "cash-flow", **MARCH}
    assert download_of(ana.session, payload).file_name.startswith("fintrack-cash-flow-2")


def test_what_is_unusual_can_be_downloaded(ana: TenantContext) -> None:
    mine = Purse("Current", opened_on=date(2026, 1, 1))
    days = [date(2026, 3, number) for number in range(1, 8)]
    write(
        ana, [mine], [Move(day, mine, -100 * (1 + 9 * (day.day == 7)), None, "X") for day in days]
    )
    assert text(ana, "anomalies").splitlines() == [
        "booked_on,payee,account,currency,amount,usual,spread",
        "2026-03-07,X,Current,EUR,-10.00,-1.00,0.00",
    ]


def test_the_days_to_come_can_be_downloaded(ana: TenantContext) -> None:
    mine, today = Purse("Current", opened_on=date(2020, 1, 1)), today_of(ana)
    write(ana, [mine], [Move(today - timedelta(back), mine, 100) for back in (0, 200)])
    head, *rows = text(ana, "forecast").splitlines()
    assert head == "on,currency,balance,low,high"
    assert [row.split(",")[0] for row in rows] == [
        str(today + timedelta(number)) for number in range(1, 91)
    ]


def test_a_chart_that_is_none_is_not_found(ana: TenantContext) -> None:
    with pytest.raises(NotFound, match="no such chart"):
        text(ana, "secrets")


@pytest.mark.parametrize(
    "wrong",
    [{"since": "yesterday"}, {"interval": "century"}, {"parent": "Food"}, {"earlier": "2026"}],
)
def test_a_value_of_the_wrong_kind_is_refused(ana: TenantContext, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        chart_csv(ana, {"chart": "spending", **MARCH, **wrong})
